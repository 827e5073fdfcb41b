"""Convolutions over one, two and three dimensions."""

from __future__ import annotations

import math

import rushlight as torch
from rushlight import Tensor

from .. import functional as F
from .. import init
from ..common_types import Device, DType, IntList
from ..parameter import Parameter
from .module import Module
from .utils import _all_equal, _check_conv_padding, _ntuple, _reversed_padding, _same_or_ntuple

__all__ = ["Conv1d", "Conv2d", "Conv3d"]


class _ConvNd(Module):
    """What the convolutions share; sizes arrive with one number per dimension."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntList,
        stride: IntList,
        padding: IntList | str,
        dilation: IntList,
        transposed: bool,
        output_padding: IntList,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        if groups <= 0:
            raise ValueError(f"groups must be a positive integer, but got groups={groups}")
        if in_channels % groups != 0:
            raise ValueError(f"in_channels must be divisible by groups, but got {in_channels} and groups={groups}")
        if out_channels % groups != 0:
            raise ValueError(f"out_channels must be divisible by groups, but got {out_channels} and groups={groups}")
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError(
                "padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, "
                f"but got padding_mode='{padding_mode}'"
            )
        _check_conv_padding(padding, stride)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice: list[int] = _reversed_padding(padding, kernel_size, dilation)
        rows = in_channels if transposed else out_channels
        columns = out_channels // groups if transposed else in_channels // groups
        self.weight = Parameter(torch.empty((rows, columns, *kernel_size), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(torch.empty((out_channels,), device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0.0
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        s = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if not _all_equal(self.padding, 0):
            s = s + f", padding={self.padding}"
        if not _all_equal(self.dilation, 1):
            s = s + f", dilation={self.dilation}"
        if not _all_equal(self.output_padding, 0):
            s = s + f", output_padding={self.output_padding}"
        if self.groups != 1:
            s = s + f", groups={self.groups}"
        if self.bias is None:
            s = s + ", bias=False"
        if self.padding_mode != "zeros":
            s = s + f", padding_mode={self.padding_mode}"
        return s


class Conv1d(_ConvNd):
    """Cross-correlation of signals with learned kernels.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        kernel_size: length of the kernels.
        stride: step between positions.
        padding: zeros added at both ends, or "valid" (none) or "same" (output as long as the input; stride 1).
        dilation: distance between the kernel's points.
        groups: number of groups of channels that do not mix.
        bias: whether a learned constant is added to every output channel.
        padding_mode: "zeros", "reflect", "replicate" or "circular".
        device, dtype: of the parameters.
    Shape:
        input `(N, C_in, L)` or `(C_in, L)`; output `(N, C_out, L_out)` or `(C_out, L_out)` with
        `L_out = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`;
        weight `(C_out, C_in / groups, kernel_size)`.
    Errors:
        ValueError: channels not divisible by `groups`, unknown padding or padding mode, "same" with a stride.
        RuntimeError: the input has other channels, or is shorter than the kernel.
    Example:
        >>> nn.Conv1d(16, 33, 3, stride=2)(torch.randn(20, 16, 50)).shape
        torch.Size([20, 33, 24])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntList,
        stride: IntList = 1,
        padding: IntList | str = 0,
        dilation: IntList = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            _ntuple(kernel_size, 1),
            _ntuple(stride, 1),
            _same_or_ntuple(padding, 1),
            _ntuple(dilation, 1),
            False,
            _ntuple(0, 1),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if self.padding_mode != "zeros":
            padded = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            return F.conv1d(padded, weight, bias, self.stride, 0, self.dilation, self.groups)
        return F.conv1d(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)


class Conv2d(_ConvNd):
    """Cross-correlation of images with learned kernels.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        kernel_size: height and width of the kernels; one number means both, here and below.
        stride: step between positions.
        padding: zeros added at all edges, or "valid" (none) or "same" (output as large as the input; stride 1).
        dilation: distance between the kernel's points.
        groups: number of groups of channels that do not mix.
        bias: whether a learned constant is added to every output channel.
        padding_mode: "zeros", "reflect", "replicate" or "circular".
        device, dtype: of the parameters.
    Shape:
        input `(N, C_in, H, W)` or `(C_in, H, W)`; output `(N, C_out, H_out, W_out)` or `(C_out, H_out, W_out)` with
        `H_out = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`, and likewise for W;
        weight `(C_out, C_in / groups, kernel_h, kernel_w)`.
    Errors:
        ValueError: channels not divisible by `groups`, unknown padding or padding mode, "same" with a stride.
        RuntimeError: the input has other channels, or is smaller than the kernel.
    Example:
        >>> nn.Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2))(torch.randn(20, 16, 50, 100)).shape
        torch.Size([20, 33, 28, 100])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntList,
        stride: IntList = 1,
        padding: IntList | str = 0,
        dilation: IntList = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            _ntuple(kernel_size, 2),
            _ntuple(stride, 2),
            _same_or_ntuple(padding, 2),
            _ntuple(dilation, 2),
            False,
            _ntuple(0, 2),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if self.padding_mode != "zeros":
            padded = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            return F.conv2d(padded, weight, bias, self.stride, 0, self.dilation, self.groups)
        return F.conv2d(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)


class Conv3d(_ConvNd):
    """Cross-correlation of volumes with learned kernels.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        kernel_size: depth, height and width of the kernels; one number means all three, here and below.
        stride: step between positions.
        padding: zeros added on all sides, or "valid" (none) or "same" (output as large as the input; stride 1).
        dilation: distance between the kernel's points.
        groups: number of groups of channels that do not mix.
        bias: whether a learned constant is added to every output channel.
        padding_mode: "zeros", "replicate" or "circular" (or "reflect" where `F.pad` has it).
        device, dtype: of the parameters.
    Shape:
        input `(N, C_in, D, H, W)` or `(C_in, D, H, W)`; output likewise with `C_out` channels and
        `D_out = (D + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`, and likewise for H and W.
    Errors:
        ValueError: channels not divisible by `groups`, unknown padding or padding mode, "same" with a stride.
        RuntimeError: the input has other channels, or is smaller than the kernel.
    Example:
        >>> nn.Conv3d(16, 33, 3, stride=2)(torch.randn(2, 16, 10, 20, 30)).shape
        torch.Size([2, 33, 4, 9, 14])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntList,
        stride: IntList = 1,
        padding: IntList | str = 0,
        dilation: IntList = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            _ntuple(kernel_size, 3),
            _ntuple(stride, 3),
            _same_or_ntuple(padding, 3),
            _ntuple(dilation, 3),
            False,
            _ntuple(0, 3),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if self.padding_mode != "zeros":
            padded = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            return F.conv3d(padded, weight, bias, self.stride, 0, self.dilation, self.groups)
        return F.conv3d(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)
