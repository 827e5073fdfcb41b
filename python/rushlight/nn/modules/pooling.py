"""Pooling: the maximum or the mean of windows, or of as many parts as the output shall have."""

from __future__ import annotations

from rushlight import Tensor

from .. import functional as F
from ..common_types import FloatList, IntList, OptionalIntList
from .module import Module
from .utils import _ntuple, _ntuple_or_none, _ratios

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
]


class _MaxPoolNd(Module):
    """What the maximum poolings share."""

    def __init__(
        self,
        kernel_size: IntList,
        stride: IntList | None = None,
        padding: IntList = 0,
        dilation: IntList = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride: IntList = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """The maximum of windows along the length.

    Args:
        kernel_size: length of the windows.
        stride: step between windows, by default `kernel_size`.
        padding: minus infinity added at both ends, at most half of `kernel_size`.
        dilation: distance between the points of a window.
        return_indices: also return where the maxima are.
        ceil_mode: let the last window reach over the end.
    Shape:
        input `(N, C, L)` or `(C, L)`, output likewise with
        `L_out = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`.
    Errors:
        RuntimeError: the padding is more than half of the window, or the window larger than the input.
    Example:
        >>> nn.MaxPool1d(3, stride=2)(torch.randn(20, 16, 50)).shape
        torch.Size([20, 16, 24])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.max_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )


class MaxPool2d(_MaxPoolNd):
    """The maximum of windows of an image.

    Args:
        kernel_size: height and width of the windows; one number means both, here and below.
        stride: step between windows, by default `kernel_size`.
        padding: minus infinity added at all edges, at most half of `kernel_size`.
        dilation: distance between the points of a window.
        return_indices: also return where the maxima are.
        ceil_mode: let the last windows reach over the edge.
    Shape:
        input `(N, C, H, W)` or `(C, H, W)`, output likewise with
        `H_out = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`, and likewise for W.
    Errors:
        RuntimeError: the padding is more than half of the window, or the window larger than the input.
    Example:
        >>> nn.MaxPool2d(3, stride=2)(torch.randn(20, 16, 50, 32)).shape
        torch.Size([20, 16, 24, 15])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.max_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )


class MaxPool3d(_MaxPoolNd):
    """The maximum of windows of a volume.

    Args:
        kernel_size: depth, height and width of the windows; one number means all three, here and below.
        stride: step between windows, by default `kernel_size`.
        padding: minus infinity added on all sides, at most half of `kernel_size`.
        dilation: distance between the points of a window.
        return_indices: also return where the maxima are.
        ceil_mode: let the last windows reach over the edge.
    Shape:
        input `(N, C, D, H, W)` or `(C, D, H, W)`, output likewise.
    Errors:
        RuntimeError: the padding is more than half of the window, or the window larger than the input.
    Example:
        >>> nn.MaxPool3d(3, stride=2)(torch.randn(2, 16, 9, 20, 31)).shape
        torch.Size([2, 16, 4, 9, 15])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.max_pool3d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )


class AvgPool1d(Module):
    """The mean of windows along the length.

    Args:
        kernel_size: length of the windows.
        stride: step between windows, by default `kernel_size`.
        padding: zeros added at both ends, at most half of `kernel_size`.
        ceil_mode: let the last window reach over the end.
        count_include_pad: count the added zeros in the mean.
    Shape:
        input `(N, C, L)` or `(C, L)`, output likewise with `L_out = (L + 2 padding - kernel_size) // stride + 1`.
    Errors:
        RuntimeError: the padding is more than half of the window, or the window larger than the input.
    Example:
        >>> nn.AvgPool1d(3, stride=2)(torch.tensor([[[1.0, 2, 3, 4, 5, 6, 7]]]))
        tensor([[[2., 4., 6.]]])
    """

    def __init__(
        self,
        kernel_size: IntList,
        stride: IntList | None = None,
        padding: IntList = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = _ntuple(kernel_size, 1)
        self.stride: IntList = _ntuple(kernel_size, 1) if stride is None else _ntuple(stride, 1)
        self.padding = _ntuple(padding, 1)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _AvgPoolNd(Module):
    """What the two- and three-dimensional mean poolings share."""

    def __init__(
        self,
        kernel_size: IntList,
        stride: IntList | None = None,
        padding: IntList = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride: IntList = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(_AvgPoolNd):
    """The mean of windows of an image.

    Args:
        kernel_size: height and width of the windows; one number means both, here and below.
        stride: step between windows, by default `kernel_size`.
        padding: zeros added at all edges, at most half of `kernel_size`.
        ceil_mode: let the last windows reach over the edge.
        count_include_pad: count the added zeros in the mean.
        divisor_override: divide by this number instead of the size of the window.
    Shape:
        input `(N, C, H, W)` or `(C, H, W)`, output likewise with
        `H_out = (H + 2 padding - kernel_size) // stride + 1`, and likewise for W.
    Errors:
        RuntimeError: the padding is more than half of the window, the window larger than the input, or a zero divisor.
    Example:
        >>> nn.AvgPool2d(3, stride=2)(torch.randn(20, 16, 50, 32)).shape
        torch.Size([20, 16, 24, 15])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool3d(_AvgPoolNd):
    """The mean of windows of a volume.

    Args:
        kernel_size: depth, height and width of the windows; one number means all three, here and below.
        stride: step between windows, by default `kernel_size`.
        padding: zeros added on all sides, at most half of `kernel_size`.
        ceil_mode: let the last windows reach over the edge.
        count_include_pad: count the added zeros in the mean.
        divisor_override: divide by this number instead of the size of the window.
    Shape:
        input `(N, C, D, H, W)` or `(C, D, H, W)`, output likewise.
    Errors:
        RuntimeError: the padding is more than half of the window, the window larger than the input, or a zero divisor.
    Example:
        >>> nn.AvgPool3d(3, stride=2)(torch.randn(2, 16, 9, 20, 31)).shape
        torch.Size([2, 16, 4, 9, 15])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool3d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class _AdaptiveMaxPoolNd(Module):
    """What the adaptive maximum poolings share."""

    def __init__(self, output_size: OptionalIntList, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The maximum of `output_size` equal parts of the length.

    Args:
        output_size: length of the output.
        return_indices: also return where the maxima are.
    Shape:
        input `(N, C, L)` or `(C, L)`, output `(N, C, output_size)` or `(C, output_size)`.
    Errors:
        RuntimeError: another number of dimensions, or an empty input.
    Example:
        >>> nn.AdaptiveMaxPool1d(5)(torch.randn(1, 64, 8)).shape
        torch.Size([1, 64, 5])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The maximum of `output_size` equal parts of an image.

    Args:
        output_size: height and width of the output; one number means both, None keeps the input's.
        return_indices: also return where the maxima are.
    Shape:
        input `(N, C, H, W)` or `(C, H, W)`, output `(N, C, *output_size)` or `(C, *output_size)`.
    Errors:
        RuntimeError: another number of dimensions, or an empty image.
    Example:
        >>> nn.AdaptiveMaxPool2d((5, None))(torch.randn(1, 64, 10, 9)).shape
        torch.Size([1, 64, 5, 9])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The maximum of `output_size` equal parts of a volume.

    Args:
        output_size: depth, height and width of the output; one number means all three, None keeps the input's.
        return_indices: also return where the maxima are.
    Shape:
        input `(N, C, D, H, W)` or `(C, D, H, W)`, output `(N, C, *output_size)` or `(C, *output_size)`.
    Errors:
        RuntimeError: another number of dimensions, or an empty volume.
    Example:
        >>> nn.AdaptiveMaxPool3d((5, 7, 9))(torch.randn(1, 64, 8, 9, 10)).shape
        torch.Size([1, 64, 5, 7, 9])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_max_pool3d(input, self.output_size, self.return_indices)


class _AdaptiveAvgPoolNd(Module):
    """What the adaptive mean poolings share."""

    def __init__(self, output_size: OptionalIntList) -> None:
        super().__init__()
        self.output_size = output_size

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """The mean of `output_size` equal parts of the length.

    Args:
        output_size: length of the output.
    Shape:
        input `(N, C, L)` or `(C, L)`, output `(N, C, output_size)` or `(C, output_size)`.
    Errors:
        RuntimeError: another number of dimensions.
    Example:
        >>> nn.AdaptiveAvgPool1d(5)(torch.randn(1, 64, 8)).shape
        torch.Size([1, 64, 5])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """The mean of `output_size` equal parts of an image.

    Args:
        output_size: height and width of the output; one number means both, None keeps the input's.
    Shape:
        input `(N, C, H, W)` or `(C, H, W)`, output `(N, C, *output_size)` or `(C, *output_size)`.
    Errors:
        RuntimeError: another number of dimensions.
    Example:
        >>> nn.AdaptiveAvgPool2d(1)(torch.randn(1, 64, 8, 9)).shape
        torch.Size([1, 64, 1, 1])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """The mean of `output_size` equal parts of a volume.

    Args:
        output_size: depth, height and width of the output; one number means all three, None keeps the input's.
    Shape:
        input `(N, C, D, H, W)` or `(C, D, H, W)`, output `(N, C, *output_size)` or `(C, *output_size)`.
    Errors:
        RuntimeError: another number of dimensions.
    Example:
        >>> nn.AdaptiveAvgPool3d((5, 7, 9))(torch.randn(1, 64, 8, 9, 10)).shape
        torch.Size([1, 64, 5, 7, 9])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool3d(input, self.output_size)


class _MaxUnpoolNd(Module):
    """What the inverses of maximum pooling share."""

    def __init__(self, kernel_size: IntList, stride: IntList, padding: IntList) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """Puts maxima back to where `MaxPool1d` with `return_indices` found them; zeros elsewhere.

    Args:
        kernel_size: size of the pooling's windows.
        stride: step between windows, by default `kernel_size`.
        padding: the pooling's padding.
    Shape:
        input and indices `(N, C, L)` or `(C, L)`; output likewise with sizes
        `(n - 1) stride - 2 padding + kernel_size`, or the `output_size` that the call may give.
    Errors:
        ValueError: an `output_size` that the pooling cannot have had.
        RuntimeError: indices that are not int64, of another shape, or outside the output.
    Example:
        >>> y, at = nn.MaxPool1d(2, return_indices=True)(torch.ones(1, 1, 4))
        >>> nn.MaxUnpool1d(2)(y, at).shape
        torch.Size([1, 1, 4])
    """

    def __init__(self, kernel_size: IntList, stride: IntList | None = None, padding: IntList = 0) -> None:
        super().__init__(
            _ntuple(kernel_size, 1), _ntuple(kernel_size if stride is None else stride, 1), _ntuple(padding, 1)
        )

    def forward(self, input: Tensor, indices: Tensor, output_size: IntList | None = None) -> Tensor:
        return F.max_unpool1d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool2d(_MaxUnpoolNd):
    """Puts maxima back to where `MaxPool2d` with `return_indices` found them; zeros elsewhere.

    Args:
        kernel_size: size of the pooling's windows.
        stride: step between windows, by default `kernel_size`.
        padding: the pooling's padding.
    Shape:
        input and indices `(N, C, H, W)` or `(C, H, W)`; output likewise with sizes
        `(n - 1) stride - 2 padding + kernel_size`, or the `output_size` that the call may give.
    Errors:
        ValueError: an `output_size` that the pooling cannot have had.
        RuntimeError: indices that are not int64, of another shape, or outside the output.
    Example:
        >>> y, at = nn.MaxPool2d(2, return_indices=True)(torch.ones(1, 1, 4, 4))
        >>> nn.MaxUnpool2d(2)(y, at).shape
        torch.Size([1, 1, 4, 4])
    """

    def __init__(self, kernel_size: IntList, stride: IntList | None = None, padding: IntList = 0) -> None:
        super().__init__(
            _ntuple(kernel_size, 2), _ntuple(kernel_size if stride is None else stride, 2), _ntuple(padding, 2)
        )

    def forward(self, input: Tensor, indices: Tensor, output_size: IntList | None = None) -> Tensor:
        return F.max_unpool2d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool3d(_MaxUnpoolNd):
    """Puts maxima back to where `MaxPool3d` with `return_indices` found them; zeros elsewhere.

    Args:
        kernel_size: size of the pooling's windows.
        stride: step between windows, by default `kernel_size`.
        padding: the pooling's padding.
    Shape:
        input and indices `(N, C, D, H, W)` or `(C, D, H, W)`; output likewise with sizes
        `(n - 1) stride - 2 padding + kernel_size`, or the `output_size` that the call may give.
    Errors:
        ValueError: an `output_size` that the pooling cannot have had.
        RuntimeError: indices that are not int64, of another shape, or outside the output.
    Example:
        >>> y, at = nn.MaxPool3d(2, return_indices=True)(torch.ones(1, 1, 4, 4, 4))
        >>> nn.MaxUnpool3d(2)(y, at).shape
        torch.Size([1, 1, 4, 4, 4])
    """

    def __init__(self, kernel_size: IntList, stride: IntList | None = None, padding: IntList = 0) -> None:
        super().__init__(
            _ntuple(kernel_size, 3), _ntuple(kernel_size if stride is None else stride, 3), _ntuple(padding, 3)
        )

    def forward(self, input: Tensor, indices: Tensor, output_size: IntList | None = None) -> Tensor:
        return F.max_unpool3d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class FractionalMaxPool2d(Module):
    """The maximum of windows of an image whose places are random, so that any output size is possible.

    Args:
        kernel_size: height and width of the windows; one number means all.
        output_size: height and width of the output.
        output_ratio: the output's size as a part of the input's, between 0 and 1; instead of `output_size`.
        return_indices: also return where the maxima are.
        _random_samples: `(N, C, 2)` numbers in [0, 1) to use instead of new ones.
    Shape:
        input `(N, C, H, W)` or `(C, H, W)`, output likewise.
    Errors:
        ValueError: both or neither of `output_size` and `output_ratio`, or a ratio outside (0, 1).
        RuntimeError: windows that do not fit.
    Example:
        >>> nn.FractionalMaxPool2d(2, output_size=(13, 12))(torch.randn(20, 16, 50, 32)).shape
        torch.Size([20, 16, 13, 12])
    Source:
        Graham, "Fractional Max-Pooling", 2014.
    """

    def __init__(
        self,
        kernel_size: IntList,
        output_size: IntList | None = None,
        output_ratio: FloatList | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = _ntuple(kernel_size, 2)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size: IntList | None = _ntuple_or_none(output_size, 2)
        self.output_ratio: FloatList | None = _ratios("output_ratio", output_ratio, 2)
        if output_size is None and output_ratio is None:
            raise ValueError("FractionalMaxPool2d requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")

    def forward(self, input: Tensor) -> Tensor:
        return F.fractional_max_pool2d(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples
        )


class FractionalMaxPool3d(Module):
    """The maximum of windows of a volume whose places are random, so that any output size is possible.

    Args:
        kernel_size: depth, height and width of the windows; one number means all.
        output_size: depth, height and width of the output.
        output_ratio: the output's size as a part of the input's, between 0 and 1; instead of `output_size`.
        return_indices: also return where the maxima are.
        _random_samples: `(N, C, 3)` numbers in [0, 1) to use instead of new ones.
    Shape:
        input `(N, C, D, H, W)` or `(C, D, H, W)`, output likewise.
    Errors:
        ValueError: both or neither of `output_size` and `output_ratio`, or a ratio outside (0, 1).
        RuntimeError: windows that do not fit.
    Example:
        >>> nn.FractionalMaxPool3d(2, output_size=(5, 4, 4))(torch.randn(2, 16, 10, 8, 9)).shape
        torch.Size([2, 16, 5, 4, 4])
    Source:
        Graham, "Fractional Max-Pooling", 2014.
    """

    def __init__(
        self,
        kernel_size: IntList,
        output_size: IntList | None = None,
        output_ratio: FloatList | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = _ntuple(kernel_size, 3)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size: IntList | None = _ntuple_or_none(output_size, 3)
        self.output_ratio: FloatList | None = _ratios("output_ratio", output_ratio, 3)
        if output_size is None and output_ratio is None:
            raise ValueError("FractionalMaxPool3d requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")

    def forward(self, input: Tensor) -> Tensor:
        return F.fractional_max_pool3d(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples
        )


class _LPPoolNd(Module):
    """What the power-mean poolings share."""

    def __init__(
        self, norm_type: float, kernel_size: IntList, stride: IntList | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPoolNd):
    """The p-norm of windows along the length: `(sum of x^p)^(1/p)`.

    Args:
        norm_type: the p; infinity gives the largest absolute value.
        kernel_size: length of the windows.
        stride: step between windows, by default `kernel_size`.
        ceil_mode: let the last window reach over the end.
    Shape:
        input `(N, C, L)` or `(C, L)`, output likewise.
    Example:
        >>> nn.LPPool1d(2.0, 3, stride=2)(torch.randn(20, 16, 50)).shape
        torch.Size([20, 16, 24])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool1d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


class LPPool2d(_LPPoolNd):
    """The p-norm of windows of an image: `(sum of x^p)^(1/p)`.

    Args:
        norm_type: the p; infinity gives the largest absolute value.
        kernel_size: height and width of the windows.
        stride: step between windows, by default `kernel_size`.
        ceil_mode: let the last window reach over the end.
    Shape:
        input `(N, C, H, W)` or `(C, H, W)`, output likewise.
    Example:
        >>> nn.LPPool2d(2.0, 3, stride=2)(torch.randn(20, 16, 50, 32)).shape
        torch.Size([20, 16, 24, 15])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool2d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


class LPPool3d(_LPPoolNd):
    """The p-norm of windows of a volume: `(sum of x^p)^(1/p)`.

    Args:
        norm_type: the p; infinity gives the largest absolute value.
        kernel_size: depth, height and width of the windows.
        stride: step between windows, by default `kernel_size`.
        ceil_mode: let the last window reach over the end.
    Shape:
        input `(N, C, D, H, W)` or `(C, D, H, W)`, output likewise.
    Example:
        >>> nn.LPPool3d(2.0, 3, stride=2)(torch.randn(2, 16, 9, 20, 31)).shape
        torch.Size([2, 16, 4, 9, 15])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool3d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)
