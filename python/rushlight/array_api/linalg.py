"""The standard's linear algebra extension."""

from __future__ import annotations

import builtins
from typing import Any, NamedTuple

from .. import _C
from .. import linalg as _linalg
from .._C import Tensor, dtype
from ._dtypes import check_arrays, finfo, promoted
from ._linear import matmul as matmul
from ._linear import matrix_transpose as matrix_transpose
from ._linear import tensordot as tensordot
from ._linear import vecdot as vecdot
from ._reductions import axes_of, sum

__all__ = """cholesky cross det diagonal eigh eigvalsh inv matmul matrix_norm matrix_power matrix_rank matrix_transpose
outer pinv qr slogdet solve svd svdvals tensordot trace vecdot vector_norm""".split()


class EighResult(NamedTuple):
    eigenvalues: Tensor
    eigenvectors: Tensor


class QRResult(NamedTuple):
    Q: Tensor
    R: Tensor


class SlogdetResult(NamedTuple):
    sign: Tensor
    logabsdet: Tensor


class SVDResult(NamedTuple):
    U: Tensor
    S: Tensor
    Vh: Tensor


def _call(name: str, x: Tensor, *args: Any, **kwargs: Any) -> Any:
    check_arrays(name, "floating-point", [x])
    return getattr(_linalg, name)(x, *args, **kwargs)


def cholesky(x: Tensor, /, *, upper: builtins.bool = False) -> Tensor:
    """L of x = L L^H, or its adjoint with `upper`."""
    return _call("cholesky", x, upper=upper)


def cross(x1: Tensor, x2: Tensor, /, *, axis: int = -1) -> Tensor:
    """The cross product along an axis of size 3, which counts from the end."""
    a, b = promoted("cross", "numeric", x1, x2)
    if not -min(a.ndim, b.ndim) <= axis < 0:
        raise ValueError(f"cross: axis must lie in [-{min(a.ndim, b.ndim)}, -1], got {axis}")
    if a.shape[axis] != 3 or b.shape[axis] != 3:
        raise ValueError(f"cross: axis {axis} must have size 3, got {a.shape[axis]} and {b.shape[axis]}")
    return _linalg.cross(*_C.broadcast_tensors(a, b), dim=axis)


def det(x: Tensor, /) -> Tensor:
    """The determinant."""
    return _call("det", x)


def diagonal(x: Tensor, /, *, offset: int = 0) -> Tensor:
    """A view of a diagonal of the last two dimensions."""
    return _C.diagonal(x, offset, -2, -1)


def eigh(x: Tensor, /) -> EighResult:
    """Eigenvalues, ascending, and eigenvectors of symmetric or Hermitian matrices."""
    return EighResult(*_call("eigh", x))


def eigvalsh(x: Tensor, /) -> Tensor:
    """Eigenvalues of symmetric or Hermitian matrices, ascending."""
    return _call("eigvalsh", x)


def inv(x: Tensor, /) -> Tensor:
    """The inverse."""
    return _call("inv", x)


def matrix_norm(x: Tensor, /, *, keepdims: builtins.bool = False, ord: int | float | str | None = "fro") -> Tensor:
    """A norm of the matrices in the last two dimensions."""
    return _call("matrix_norm", x, "fro" if ord is None else ord, (-2, -1), keepdims)


def matrix_power(x: Tensor, n: int, /) -> Tensor:
    """The matrices multiplied by themselves n times; the inverses for negative n."""
    return _call("matrix_power", x, n)


def matrix_rank(x: Tensor, /, *, rtol: float | Tensor | None = None) -> Tensor:
    """How many singular values are above `rtol` times the largest."""
    values = svdvals(x)
    if rtol is None:
        rtol = builtins.max(x.shape[-2:]) * finfo(values.dtype).eps
    limit = rtol.unsqueeze(-1) if isinstance(rtol, Tensor) else rtol
    return _C.sum(values > _C.amax(values, -1, True) * limit, -1)


def outer(x1: Tensor, x2: Tensor, /) -> Tensor:
    """All products of the elements of two vectors."""
    a, b = promoted("outer", "numeric", x1, x2)
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"outer: both arrays must have one dimension, got {a.ndim} and {b.ndim}")
    return a.unsqueeze(1) * b


def pinv(x: Tensor, /, *, rtol: float | Tensor | None = None) -> Tensor:
    """The pseudo-inverse; singular values below `rtol` times the largest count as 0."""
    return _call("pinv", x, rtol=rtol)


def qr(x: Tensor, /, *, mode: str = "reduced") -> QRResult:
    """Q with orthonormal columns and upper triangular R, x = Q R."""
    if mode not in ("reduced", "complete"):
        raise ValueError(f"qr: mode must be 'reduced' or 'complete', got {mode!r}")
    return QRResult(*_call("qr", x, mode=mode))


def slogdet(x: Tensor, /) -> SlogdetResult:
    """The sign of the determinant and the logarithm of its absolute value."""
    return SlogdetResult(*_call("slogdet", x))


def solve(x1: Tensor, x2: Tensor, /) -> Tensor:
    """X of x1 X = x2; x2 is a vector when it has one dimension, else matrices."""
    a, b = promoted("solve", "floating-point", x1, x2)
    if b.ndim == 1:
        return _linalg.solve(a, b.unsqueeze(-1)).squeeze(-1)
    batch = _C.broadcast_tensors(_C.empty((*a.shape[:-2], 0)), _C.empty((*b.shape[:-2], 0)))[0].shape[:-1]
    return _linalg.solve(a.expand(*batch, *a.shape[-2:]), b.expand(*batch, *b.shape[-2:]))


def svd(x: Tensor, /, *, full_matrices: builtins.bool = True) -> SVDResult:
    """The singular value decomposition x = U diag(S) Vh."""
    return SVDResult(*_call("svd", x, full_matrices))


def svdvals(x: Tensor, /) -> Tensor:
    """The singular values, descending."""
    return _call("svdvals", x)


def trace(x: Tensor, /, *, offset: int = 0, dtype: dtype | None = None) -> Tensor:
    """The sum of a diagonal of the last two dimensions."""
    return sum(diagonal(x, offset=offset), axis=-1, dtype=dtype)


def vector_norm(
    x: Tensor,
    /,
    *,
    axis: int | tuple[int, ...] | None = None,
    keepdims: builtins.bool = False,
    ord: int | float = 2,
) -> Tensor:
    """A norm of the vectors along axes; of all elements without one."""
    if isinstance(axis, tuple) and not axis_given(x, axis):
        return _C.abs(x)
    return _call("vector_norm", x, ord, axis, keepdims)


def axis_given(x: Tensor, axis: tuple[int, ...]) -> builtins.bool:
    """Whether a tuple names an axis."""
    return bool(axes_of(x, axis))
