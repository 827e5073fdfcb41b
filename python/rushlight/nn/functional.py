"""The functional forms: every op of the native table's nn family, under its PyTorch name.

What a flag changes in the number of results is Python: the table has a row for each.
"""

from __future__ import annotations

from rushlight import _C, Tensor

from .common_types import IntList, OptionalIntList

globals().update({name: getattr(_C._nn, name) for name in dir(_C._nn) if not name.startswith("_")})

Pooled = Tensor | tuple[Tensor, Tensor]  # with return_indices, also where in its plane each maximum is


def max_pool1d(
    input: Tensor,
    kernel_size: IntList,
    stride: IntList | None = None,
    padding: IntList = 0,
    dilation: IntList = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Pooled:
    """The largest element of each window of (N, C, L) or (C, L); see `nn.MaxPool1d`."""
    pool = _C._nn.max_pool1d_with_indices if return_indices else _C._nn.max_pool1d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d(
    input: Tensor,
    kernel_size: IntList,
    stride: IntList | None = None,
    padding: IntList = 0,
    dilation: IntList = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Pooled:
    """The largest element of each window of (N, C, H, W) or (C, H, W); see `nn.MaxPool2d`."""
    pool = _C._nn.max_pool2d_with_indices if return_indices else _C._nn.max_pool2d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d(
    input: Tensor,
    kernel_size: IntList,
    stride: IntList | None = None,
    padding: IntList = 0,
    dilation: IntList = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Pooled:
    """The largest element of each window of (N, C, D, H, W) or (C, D, H, W); see `nn.MaxPool3d`."""
    pool = _C._nn.max_pool3d_with_indices if return_indices else _C._nn.max_pool3d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def adaptive_max_pool1d(input: Tensor, output_size: OptionalIntList, return_indices: bool = False) -> Pooled:
    """The maxima of `output_size` equal parts of (N, C, L) or (C, L)."""
    pool = _C._nn.adaptive_max_pool1d_with_indices if return_indices else _C._nn.adaptive_max_pool1d
    return pool(input, output_size)


def adaptive_max_pool2d(input: Tensor, output_size: OptionalIntList, return_indices: bool = False) -> Pooled:
    """The maxima of `output_size` equal parts of (N, C, H, W) or (C, H, W); see `nn.AdaptiveMaxPool2d`."""
    pool = _C._nn.adaptive_max_pool2d_with_indices if return_indices else _C._nn.adaptive_max_pool2d
    return pool(input, _full_size(input, output_size, 2))


def adaptive_max_pool3d(input: Tensor, output_size: OptionalIntList, return_indices: bool = False) -> Pooled:
    """The maxima of `output_size` equal parts of (N, C, D, H, W) or (C, D, H, W)."""
    pool = _C._nn.adaptive_max_pool3d_with_indices if return_indices else _C._nn.adaptive_max_pool3d
    return pool(input, _full_size(input, output_size, 3))


def adaptive_avg_pool2d(input: Tensor, output_size: OptionalIntList) -> Tensor:
    """The means of `output_size` equal parts of (N, C, H, W) or (C, H, W); see `nn.AdaptiveAvgPool2d`."""
    return _C._nn.adaptive_avg_pool2d(input, _full_size(input, output_size, 2))


def adaptive_avg_pool3d(input: Tensor, output_size: OptionalIntList) -> Tensor:
    """The means of `output_size` equal parts of (N, C, D, H, W) or (C, D, H, W); see `nn.AdaptiveAvgPool3d`."""
    return _C._nn.adaptive_avg_pool3d(input, _full_size(input, output_size, 3))


def _full_size(input: Tensor, output_size: OptionalIntList, n: int) -> IntList:
    """The output size with the input's own where it says None."""
    if isinstance(output_size, int) or None not in output_size:
        return output_size
    if input.dim() <= n:
        raise ValueError(f"Input dimension should be at least {n + 1}, but got {input.dim()}")
    own = input.shape[input.dim() - len(output_size) :]
    return tuple(size if wanted is None else wanted for size, wanted in zip(own, output_size, strict=True))
