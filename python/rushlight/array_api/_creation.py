"""Arrays from numbers, sizes and other arrays."""

from __future__ import annotations

import builtins
from typing import Any

from .. import _C
from .._C import Tensor, device, dtype
from ._dtypes import FLOATING, Scalar

Shape = int | tuple[int, ...]
Device = device | str


def asarray(
    obj: Any,
    /,
    *,
    dtype: dtype | None = None,
    device: Device | None = None,
    copy: builtins.bool | None = None,
) -> Tensor:
    """A number, nested sequences, an array, a buffer or a DLPack object as an array.

    Args:
        copy: True always copies, False never (ValueError where that cannot be), None where it must be.
    """
    if isinstance(obj, int) and not isinstance(obj, builtins.bool) and dtype is None and not -(2**63) <= obj < 2**63:
        if not 0 <= obj < 2**64:
            raise OverflowError(f"asarray: the integer {obj} fits no dtype")
        dtype = _C.uint64
    return _C.asarray(obj, dtype=dtype, device=device, copy=copy)


def arange(
    start: float,
    /,
    stop: float | None = None,
    step: float = 1,
    *,
    dtype: dtype | None = None,
    device: Device | None = None,
) -> Tensor:
    """start, start + step, … below stop; empty where there are none."""
    if stop is None:
        start, stop = 0, start
    if (stop <= start) if step > 0 else (stop >= start):
        whole = all(isinstance(v, int) for v in (start, stop, step))
        return _C.empty(0, dtype=dtype or (_C.int64 if whole else None), device=device)
    return _C.arange(start, stop, step, dtype=dtype, device=device)


def empty(shape: Shape, *, dtype: dtype | None = None, device: Device | None = None) -> Tensor:
    """An array whose elements are not set."""
    return _C.empty(shape, dtype=dtype, device=device)


def empty_like(x: Tensor, /, *, dtype: dtype | None = None, device: Device | None = None) -> Tensor:
    """An array of x's shape whose elements are not set."""
    return _C.empty_like(x, dtype=dtype, device=device)


def eye(
    n_rows: int,
    n_cols: int | None = None,
    /,
    *,
    k: int = 0,
    dtype: dtype | None = None,
    device: Device | None = None,
) -> Tensor:
    """Ones on the k-th diagonal, zeros elsewhere."""
    out = _C.zeros((n_rows, n_rows if n_cols is None else n_cols), dtype=dtype, device=device)
    if -out.shape[0] < k < out.shape[1]:
        out.diagonal(k).fill_(1)
    return out


def from_dlpack(x: Any, /, *, device: Device | None = None, copy: builtins.bool | None = None) -> Tensor:
    """An array over the memory of an object with `__dlpack__`."""
    return _C.from_dlpack(x, device=device, copy=copy)


def full(shape: Shape, fill_value: Scalar, *, dtype: dtype | None = None, device: Device | None = None) -> Tensor:
    """An array with every element a number."""
    return _C.full((shape,) if isinstance(shape, int) else shape, fill_value, dtype=dtype, device=device)


def full_like(x: Tensor, /, fill_value: Scalar, *, dtype: dtype | None = None, device: Device | None = None) -> Tensor:
    """An array of x's shape with every element a number."""
    return _C.full_like(x, fill_value, dtype=dtype, device=device)


def linspace(
    start: Scalar,
    stop: Scalar,
    /,
    num: int,
    *,
    dtype: dtype | None = None,
    device: Device | None = None,
    endpoint: builtins.bool = True,
) -> Tensor:
    """`num` numbers evenly from start to stop, with stop or without."""
    if dtype is not None and dtype not in FLOATING:
        raise TypeError(f"linspace: only floating-point dtypes are allowed, got {dtype}")
    if endpoint or num == 0:
        return _C.linspace(start, stop, num, dtype=dtype, device=device)
    return _C.linspace(start, stop, num + 1, dtype=dtype, device=device)[:-1]


def meshgrid(*arrays: Tensor, indexing: str = "xy") -> list[Tensor]:
    """Coordinate matrices of coordinate vectors, which must have one dtype."""
    if len({x.dtype for x in arrays}) > 1:
        raise ValueError("meshgrid: all arrays must have the same dtype")
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing must be 'xy' or 'ij', got {indexing!r}")
    return list(_C.meshgrid(*arrays, indexing=indexing)) if arrays else []


def ones(shape: Shape, *, dtype: dtype | None = None, device: Device | None = None) -> Tensor:
    """An array of ones."""
    return _C.ones(shape, dtype=dtype, device=device)


def ones_like(x: Tensor, /, *, dtype: dtype | None = None, device: Device | None = None) -> Tensor:
    """An array of x's shape, all ones."""
    return _C.ones_like(x, dtype=dtype, device=device)


def tril(x: Tensor, /, *, k: int = 0) -> Tensor:
    """The matrices of x with zeros above the k-th diagonal."""
    return _C.tril(_matrices("tril", x), k)


def triu(x: Tensor, /, *, k: int = 0) -> Tensor:
    """The matrices of x with zeros below the k-th diagonal."""
    return _C.triu(_matrices("triu", x), k)


def _matrices(function: str, x: Tensor) -> Tensor:
    if x.ndim < 2:
        raise ValueError(f"{function}: x must have at least 2 dimensions, got {x.ndim}")
    return x


def zeros(shape: Shape, *, dtype: dtype | None = None, device: Device | None = None) -> Tensor:
    """An array of zeros."""
    return _C.zeros(shape, dtype=dtype, device=device)


def zeros_like(x: Tensor, /, *, dtype: dtype | None = None, device: Device | None = None) -> Tensor:
    """An array of x's shape, all zeros."""
    return _C.zeros_like(x, dtype=dtype, device=device)
