"""Sums, extremes, averages and tests along axes."""

from __future__ import annotations

import builtins
from collections.abc import Callable

from .. import _C
from .._C import Tensor, dtype
from ._dtypes import INTEGRAL, SIGNED, check_arrays

Axis = int | tuple[int, ...] | None


def axes_of(x: Tensor, axis: Axis) -> list[int]:
    """The axes from 0 on, from the last to the first. IndexError for one that is not there."""
    if axis is None:
        return list(range(x.ndim))[::-1]
    wanted = (axis,) if isinstance(axis, int) else tuple(axis)
    for a in wanted:
        if not -x.ndim <= a < x.ndim:
            raise IndexError(f"axis {a} is out of range for an array with {x.ndim} dimensions")
    return sorted((a % x.ndim for a in wanted), reverse=True)


def _one_by_one(x: Tensor, axis: Axis, keepdims: builtins.bool, step: Callable[[Tensor, int], Tensor]) -> Tensor:
    for a in axes_of(x, axis):
        x = step(x, a)
        x = x.unsqueeze(a) if keepdims else x
    return x


def _sum_dtype(x: Tensor, wanted: dtype | None) -> dtype:
    """Sums of integers are as wide as the default integer."""
    if wanted is not None:
        return wanted
    return (_C.int64 if x.dtype in SIGNED else _C.uint64) if x.dtype in INTEGRAL else x.dtype


def sum(x: Tensor, /, *, axis: Axis = None, dtype: dtype | None = None, keepdims: builtins.bool = False) -> Tensor:
    """The sum. Integers give int64 or uint64 unless `dtype` says."""
    check_arrays("sum", "numeric", [x])
    x = x.to(_sum_dtype(x, dtype))
    axes = axes_of(x, axis)
    return _C.sum(x, axes, keepdims) if axes else x.clone()


def prod(x: Tensor, /, *, axis: Axis = None, dtype: dtype | None = None, keepdims: builtins.bool = False) -> Tensor:
    """The product. Integers give int64 or uint64 unless `dtype` says."""
    check_arrays("prod", "numeric", [x])
    return _one_by_one(x.to(_sum_dtype(x, dtype)), axis, keepdims, lambda t, a: _C.prod(t, a))


def max(x: Tensor, /, *, axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
    """The largest element; NaN when there is one."""
    check_arrays("max", "real numeric", [x])
    axes = axes_of(x, axis)
    return _C.amax(x, axes, keepdims) if axes else x.clone()


def min(x: Tensor, /, *, axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
    """The smallest element; NaN when there is one."""
    check_arrays("min", "real numeric", [x])
    axes = axes_of(x, axis)
    return _C.amin(x, axes, keepdims) if axes else x.clone()


def mean(x: Tensor, /, *, axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
    """The arithmetic mean."""
    check_arrays("mean", "floating-point", [x])
    axes = axes_of(x, axis)
    return _C.mean(x, axes, keepdims) if axes else x.clone()


def var(x: Tensor, /, *, axis: Axis = None, correction: float = 0.0, keepdims: builtins.bool = False) -> Tensor:
    """The variance, divided by N - correction."""
    check_arrays("var", "real floating-point", [x])
    axes = axes_of(x, axis)
    if axes:
        return _C.var(x, axes, correction=correction, keepdim=keepdims)
    return _C.var(x.unsqueeze(0), [0], correction=correction)


def std(x: Tensor, /, *, axis: Axis = None, correction: float = 0.0, keepdims: builtins.bool = False) -> Tensor:
    """The standard deviation: sqrt(var)."""
    check_arrays("std", "real floating-point", [x])
    return _C.sqrt(var(x, axis=axis, correction=correction, keepdims=keepdims))


def _cumulative(name: str, x: Tensor, axis: int | None, dtype: dtype | None, initial: int | None) -> Tensor:
    check_arrays(name, "numeric", [x])
    if x.ndim == 0:
        raise ValueError(f"{name}: x must have at least one dimension")
    if axis is None:
        if x.ndim > 1:
            raise ValueError(f"{name}: axis must be given for an array with {x.ndim} dimensions")
        axis = 0
    (axis,) = axes_of(x, axis)
    x = x.to(_sum_dtype(x, dtype))
    if initial is not None:
        shape = [1 if d == axis else n for d, n in enumerate(x.shape)]
        x = _C.cat([_C.full(shape, initial, dtype=x.dtype), x], axis)
    return (_C.cumsum if name == "cumulative_sum" else _C.cumprod)(x, axis)


def cumulative_sum(
    x: Tensor, /, *, axis: int | None = None, dtype: dtype | None = None, include_initial: builtins.bool = False
) -> Tensor:
    """Sums of all elements up to each; with `include_initial` they begin with 0."""
    return _cumulative("cumulative_sum", x, axis, dtype, 0 if include_initial else None)


def cumulative_prod(
    x: Tensor, /, *, axis: int | None = None, dtype: dtype | None = None, include_initial: builtins.bool = False
) -> Tensor:
    """Products of all elements up to each; with `include_initial` they begin with 1."""
    return _cumulative("cumulative_prod", x, axis, dtype, 1 if include_initial else None)


def _truth(x: Tensor) -> Tensor:
    return x if x.dtype == _C.bool else x != 0


def all(x: Tensor, /, *, axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
    """Whether every element is true (not 0)."""
    check_arrays("all", "all", [x])
    return _one_by_one(_truth(x).clone(), axis, keepdims, lambda t, a: _C.all(t, a))


def any(x: Tensor, /, *, axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
    """Whether an element is true (not 0)."""
    check_arrays("any", "all", [x])
    return _one_by_one(_truth(x).clone(), axis, keepdims, lambda t, a: _C.any(t, a))


def count_nonzero(x: Tensor, /, *, axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
    """How many elements are not 0, as int64."""
    check_arrays("count_nonzero", "all", [x])
    return sum(_truth(x).to(_C.int64), axis=axis, keepdims=keepdims)


def diff(
    x: Tensor, /, *, axis: int = -1, n: int = 1, prepend: Tensor | None = None, append: Tensor | None = None
) -> Tensor:
    """The n-th differences of neighbours along an axis."""
    check_arrays("diff", "numeric", [x])
    return _C.diff(x, n, axis, prepend, append)
