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
from .utils import (
    _all_equal,
    _as_ints,
    _check_conv_padding,
    _ntuple,
    _reversed_padding,
    _same_or_ntuple,
    _transposed_padding,
)

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
]


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


class _ConvTransposeNd(_ConvNd):
    """What the transposed convolutions share; sizes arrive with one number per dimension."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntList,
        stride: IntList,
        padding: IntList,
        output_padding: IntList,
        groups: int,
        bias: bool,
        dilation: IntList,
        padding_mode: str,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            True,
            output_padding,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )
        if padding_mode != "zeros":
            raise ValueError(
                f'Only "zeros" padding mode is supported for transposed convolutions, got {padding_mode!r}'
            )


class ConvTranspose1d(_ConvTransposeNd):
    """The transpose of a convolution of signals: what Conv1d's gradient does, with learned kernels.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        kernel_size: length of the kernels.
        stride: step between the positions in the output.
        padding: how much of the output is cut off at both ends.
        output_padding: added to the output's far end, as several sizes fit the same input.
        groups: number of groups of channels that do not mix.
        bias: whether a learned constant is added to every output channel.
        dilation: distance between the kernel's points.
        padding_mode: "zeros".
        device, dtype: of the parameters.
    Shape:
        input `(N, C_in, L)` or `(C_in, L)`; output likewise with `C_out` channels and
        `L_out = (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1`;
        weight `(C_in, C_out / groups, *kernel_size)`. A call may give the `output_size` instead of
        `output_padding`.
    Errors:
        ValueError: channels not divisible by `groups`, another padding mode, an `output_size` that cannot be.
        RuntimeError: the input has other channels.
    Example:
        >>> nn.ConvTranspose1d(16, 33, 3, stride=2)(torch.randn(20, 16, 50)).shape
        torch.Size([20, 33, 101])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntList,
        stride: IntList = 1,
        padding: IntList = 0,
        output_padding: IntList = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: IntList = 1,
        padding_mode: str = "zeros",
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            _ntuple(kernel_size, 1),
            _ntuple(stride, 1),
            _ntuple(padding, 1),
            _ntuple(output_padding, 1),
            groups,
            bias,
            _ntuple(dilation, 1),
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor, output_size: IntList | None = None) -> Tensor:
        padding = _as_ints(self.padding)
        extra = _transposed_padding(
            input, output_size, self.output_padding, self.stride, padding, self.kernel_size, self.dilation
        )
        return F.conv_transpose1d(
            input, self.weight, self.bias, self.stride, padding, extra, self.groups, self.dilation
        )


class ConvTranspose2d(_ConvTransposeNd):
    """The transpose of a convolution of images: what Conv2d's gradient does, with learned kernels.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        kernel_size: height and width of the kernels; one number means both, here and below.
        stride: step between the positions in the output.
        padding: how much of the output is cut off at all edges.
        output_padding: added to the output's far end, as several sizes fit the same input.
        groups: number of groups of channels that do not mix.
        bias: whether a learned constant is added to every output channel.
        dilation: distance between the kernel's points.
        padding_mode: "zeros".
        device, dtype: of the parameters.
    Shape:
        input `(N, C_in, H, W)` or `(C_in, H, W)`; output likewise with `C_out` channels and
        `H_out = (H - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1`;
        weight `(C_in, C_out / groups, *kernel_size)`. A call may give the `output_size` instead of
        `output_padding`.
    Errors:
        ValueError: channels not divisible by `groups`, another padding mode, an `output_size` that cannot be.
        RuntimeError: the input has other channels.
    Example:
        >>> nn.ConvTranspose2d(16, 33, 3, stride=2)(torch.randn(20, 16, 12, 12)).shape
        torch.Size([20, 33, 25, 25])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntList,
        stride: IntList = 1,
        padding: IntList = 0,
        output_padding: IntList = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: IntList = 1,
        padding_mode: str = "zeros",
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            _ntuple(kernel_size, 2),
            _ntuple(stride, 2),
            _ntuple(padding, 2),
            _ntuple(output_padding, 2),
            groups,
            bias,
            _ntuple(dilation, 2),
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor, output_size: IntList | None = None) -> Tensor:
        padding = _as_ints(self.padding)
        extra = _transposed_padding(
            input, output_size, self.output_padding, self.stride, padding, self.kernel_size, self.dilation
        )
        return F.conv_transpose2d(
            input, self.weight, self.bias, self.stride, padding, extra, self.groups, self.dilation
        )


class ConvTranspose3d(_ConvTransposeNd):
    """The transpose of a convolution of volumes: what Conv3d's gradient does, with learned kernels.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        kernel_size: depth, height and width of the kernels; one number means all three, here and below.
        stride: step between the positions in the output.
        padding: how much of the output is cut off on all sides.
        output_padding: added to the output's far end, as several sizes fit the same input.
        groups: number of groups of channels that do not mix.
        bias: whether a learned constant is added to every output channel.
        dilation: distance between the kernel's points.
        padding_mode: "zeros".
        device, dtype: of the parameters.
    Shape:
        input `(N, C_in, D, H, W)` or `(C_in, D, H, W)`; output likewise with `C_out` channels and
        `D_out = (D - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1`;
        weight `(C_in, C_out / groups, *kernel_size)`. A call may give the `output_size` instead of
        `output_padding`.
    Errors:
        ValueError: channels not divisible by `groups`, another padding mode, an `output_size` that cannot be.
        RuntimeError: the input has other channels.
    Example:
        >>> nn.ConvTranspose3d(16, 33, 3, stride=2)(torch.randn(2, 16, 5, 6, 7)).shape
        torch.Size([2, 33, 11, 13, 15])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntList,
        stride: IntList = 1,
        padding: IntList = 0,
        output_padding: IntList = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: IntList = 1,
        padding_mode: str = "zeros",
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            _ntuple(kernel_size, 3),
            _ntuple(stride, 3),
            _ntuple(padding, 3),
            _ntuple(output_padding, 3),
            groups,
            bias,
            _ntuple(dilation, 3),
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor, output_size: IntList | None = None) -> Tensor:
        padding = _as_ints(self.padding)
        extra = _transposed_padding(
            input, output_size, self.output_padding, self.stride, padding, self.kernel_size, self.dilation
        )
        return F.conv_transpose3d(
            input, self.weight, self.bias, self.stride, padding, extra, self.groups, self.dilation
        )
