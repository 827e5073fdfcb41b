"""Positions, sorting, selection, and sets of values."""

from __future__ import annotations

import builtins
from typing import NamedTuple

from .. import _C
from .._C import Tensor
from ._dtypes import COMPLEX_FLOATING, INTEGRAL, Scalar, check_arrays, promoted


def argmax(x: Tensor, /, *, axis: int | None = None, keepdims: builtins.bool = False) -> Tensor:
    """The position of the first largest element, in the flattened array without an axis."""
    check_arrays("argmax", "real numeric", [x])
    return _C.argmax(x, axis, keepdims)


def argmin(x: Tensor, /, *, axis: int | None = None, keepdims: builtins.bool = False) -> Tensor:
    """The position of the first smallest element, in the flattened array without an axis."""
    check_arrays("argmin", "real numeric", [x])
    return _C.argmin(x, axis, keepdims)


def nonzero(x: Tensor, /) -> tuple[Tensor, ...]:
    """The positions of elements that are not 0, one vector for each dimension. ValueError for 0 dimensions."""
    if x.ndim == 0:
        raise ValueError("nonzero: x must have at least one dimension")
    return tuple(_C.nonzero_numpy(x))


def searchsorted(x1: Tensor, x2: Tensor, /, *, side: str = "left", sorter: Tensor | None = None) -> Tensor:
    """Where the elements of x2 would be inserted into the sorted vector x1."""
    check_arrays("searchsorted", "real numeric", [x1, x2])
    if x1.ndim != 1:
        raise ValueError(f"searchsorted: x1 must have one dimension, got {x1.ndim}")
    x1, x2 = promoted("searchsorted", "real numeric", x1, x2)
    return _C.searchsorted(x1, x2.contiguous(), side=side, sorter=None if sorter is None else sorter.to(_C.int64))


def where(condition: Tensor, x1: Tensor | Scalar, x2: Tensor | Scalar, /) -> Tensor:
    """Elements of x1 where the condition (bool) is true, of x2 elsewhere."""
    check_arrays("where", "boolean", [condition])
    return _C.where(condition, *promoted("where", "all", x1, x2))


def argsort(x: Tensor, /, *, axis: int = -1, descending: builtins.bool = False, stable: builtins.bool = True) -> Tensor:
    """The positions that sort along an axis."""
    check_arrays("argsort", "real numeric", [x])
    return _C.argsort(x, stable=stable, dim=axis, descending=descending)


def sort(x: Tensor, /, *, axis: int = -1, descending: builtins.bool = False, stable: builtins.bool = True) -> Tensor:
    """The elements sorted along an axis."""
    check_arrays("sort", "real numeric", [x])
    return _C.sort(x, stable=stable, dim=axis, descending=descending)[0]


def take(x: Tensor, indices: Tensor, /, *, axis: int | None = None) -> Tensor:
    """The slices of an axis at the positions of a vector. ValueError without an axis for several dimensions."""
    if axis is None and x.ndim != 1:
        raise ValueError(f"take: axis must be given for an array with {x.ndim} dimensions")
    _check_indices("take", indices)
    axis = 0 if axis is None else axis
    return _C.index_select(x, axis, _from_zero(indices, x.size(axis)))


def take_along_axis(x: Tensor, indices: Tensor, /, *, axis: int = -1) -> Tensor:
    """The elements along an axis at positions of an array, which is broadcast in the other dimensions."""
    _check_indices("take_along_axis", indices)
    return _C.take_along_dim(x, _from_zero(indices, x.size(axis)), axis)


def _check_indices(function: str, indices: Tensor) -> None:
    if indices.dtype not in INTEGRAL:
        raise TypeError(f"{function}: indices must have an integer dtype, got {indices.dtype}")


def _from_zero(indices: Tensor, size: int) -> Tensor:
    indices = indices.to(_C.int64)
    return _C.where(indices < 0, indices + size, indices)


class UniqueAllResult(NamedTuple):
    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCountsResult(NamedTuple):
    values: Tensor
    counts: Tensor


class UniqueInverseResult(NamedTuple):
    values: Tensor
    inverse_indices: Tensor


def unique_all(x: Tensor, /) -> UniqueAllResult:
    """The distinct values in ascending order, where each occurs first, which of them each element is, and how often
    they occur. Every NaN is a value of its own; complex numbers are ordered by their real, then imaginary part."""
    check_arrays("unique_all", "all", [x])
    flat = x.flatten()
    order = _order(flat)
    in_order = flat[order]
    first = _C.ones(flat.shape, dtype=_C.bool)
    if flat.numel() > 1:
        first[1:] = in_order[1:] != in_order[:-1]
    starts = _C.nonzero(first).flatten()
    counts = _C.diff(starts, append=_C.full((1,), flat.numel(), dtype=_C.int64))
    inverse = _C.empty(flat.shape, dtype=_C.int64)
    if flat.numel() > 0:
        inverse[order] = _C.cumsum(first.to(_C.int64), 0) - 1
    return UniqueAllResult(in_order[starts], order[starts], inverse.reshape(x.shape), counts)


def _order(flat: Tensor) -> Tensor:
    """Positions that sort a vector stably."""
    if flat.dtype in COMPLEX_FLOATING:
        order = _C.argsort(flat.imag, stable=True)
        return order[_C.argsort(flat.real[order], stable=True)]
    return _C.argsort(flat, stable=True)


def unique_counts(x: Tensor, /) -> UniqueCountsResult:
    """The distinct values and how often they occur; see unique_all()."""
    found = unique_all(x)
    return UniqueCountsResult(found.values, found.counts)


def unique_inverse(x: Tensor, /) -> UniqueInverseResult:
    """The distinct values and which of them each element is; see unique_all()."""
    found = unique_all(x)
    return UniqueInverseResult(found.values, found.inverse_indices)


def unique_values(x: Tensor, /) -> Tensor:
    """The distinct values; see unique_all()."""
    return unique_all(x).values
