"""Products of matrices and vectors."""

from __future__ import annotations

from collections.abc import Sequence

from .. import _C
from .._C import Tensor
from ..functional import tensordot as _tensordot
from ._dtypes import check_arrays, promoted


def _arrays(function: str, x1: Tensor, x2: Tensor) -> list[Tensor]:
    check_arrays(function, "numeric", [x1, x2])
    return promoted(function, "numeric", x1, x2)


def matmul(x1: Tensor, x2: Tensor, /) -> Tensor:
    """The matrix product of the last two dimensions, the others broadcast. ValueError for 0 dimensions."""
    a, b = _arrays("matmul", x1, x2)
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError("matmul: both arrays must have at least one dimension")
    return _C.matmul(a, b)


def matrix_transpose(x: Tensor, /) -> Tensor:
    """A view with the last two dimensions swapped."""
    if x.ndim < 2:
        raise ValueError(f"matrix_transpose: x must have at least 2 dimensions, got {x.ndim}")
    return x.transpose(-2, -1)


def tensordot(x1: Tensor, x2: Tensor, /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2) -> Tensor:
    """The sum of products over axes of both: so many last of x1 with first of x2, or those that are named."""
    return _tensordot(*_arrays("tensordot", x1, x2), axes)


def vecdot(x1: Tensor, x2: Tensor, /, *, axis: int = -1) -> Tensor:
    """The sum of conj(x1) * x2 along an axis, which counts from the end; the others are broadcast."""
    a, b = _arrays("vecdot", x1, x2)
    if axis >= 0 or axis < -min(a.ndim, b.ndim):
        raise ValueError(f"vecdot: axis must lie in [-{min(a.ndim, b.ndim)}, -1], got {axis}")
    if a.shape[axis] != b.shape[axis]:
        raise ValueError(f"vecdot: the sizes of axis {axis} differ: {a.shape[axis]} and {b.shape[axis]}")
    return _C.sum(_C.conj(a) * b, axis, dtype=a.dtype)
