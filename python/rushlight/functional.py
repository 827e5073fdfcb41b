"""Functions whose result depends on their flags in ways that rows of the op table do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _C
from ._C import Size, Tensor

Number = int | float


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The distinct elements (or slices of `dim`), in ascending order.

    Args:
        return_inverse: also return where each element of the input is in the result.
        return_counts: also return how often each occurs.
    Example:
        >>> torch.unique(torch.tensor([3, 1, 3]))
        tensor([1, 3])
    """
    if dim is None:
        found = _C._unique2(input, sorted, return_inverse, return_counts)
    else:
        found = _C.unique_dim(input, dim, sorted, return_inverse, return_counts)
    return _chosen(found, return_inverse, return_counts)


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The elements (or slices of `dim`) that differ from the one before. Flags as in `unique`."""
    return _chosen(_C._unique_consecutive(input, return_inverse, return_counts, dim), return_inverse, return_counts)


def _chosen(found: Sequence[Tensor], inverse: bool, counts: bool) -> Any:
    output, inverse_indices, how_often = found
    if not (inverse or counts):
        return output
    return (output, *([inverse_indices] if inverse else []), *([how_often] if counts else []))


def nonzero(input: Tensor, *, out: Tensor | None = None, as_tuple: bool = False) -> Any:
    """The indices of elements that are not zero: (n, dim) int64, or one vector per dimension with `as_tuple`."""
    if out is not None:
        if as_tuple:
            raise TypeError("nonzero(): argument 'out' must be Tensor, not tuple: as_tuple=True has no out=")
        return _C.nonzero(input, out=out)
    return _C.nonzero_numpy(input) if as_tuple else _C.nonzero(input)


def where(condition: Tensor, input: Any = None, other: Any = None, *, out: Tensor | None = None) -> Any:
    """Elements of `input` where `condition` holds, of `other` elsewhere; with the condition alone its indices."""
    if input is None and other is None:
        return _C.nonzero_numpy(condition)
    return _C.where(condition, input, other) if out is None else _C.where(condition, input, other, out=out)


def split(tensor: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of one size (the last may be smaller), or of the given sizes, along a dimension."""
    return _C.split(tensor, split_size_or_sections, dim)


def norm(
    input: Tensor,
    p: Number | str | None = "fro",
    dim: int | Sequence[int] | None = None,
    keepdim: bool = False,
    out: Tensor | None = None,
    dtype: _C.dtype | None = None,
) -> Tensor:
    """The p-norm of all elements, or along `dim`; 'fro' is the 2-norm."""
    result = _C.norm(input, p, dim, keepdim, dtype=dtype)
    return result if out is None else _store(out, result, "Expected out tensor to have dtype")


def tensordot(a: Tensor, b: Tensor, dims: Any = 2, out: Tensor | None = None) -> Tensor:
    """Sums over pairs of dimensions: the last `dims` of a with the first of b, or two lists of dimensions."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        result = _C.tensordot(a, b, dims)
    else:
        dims_a, dims_b = dims
        as_list = [[d] if isinstance(d, int) else list(d) for d in (dims_a, dims_b)]
        result = _C.tensordot(a, b, *as_list)
    words = "tensordot: Expected the output tensor to have dtype"
    return result if out is None else _store(out, result, words)


def einsum(equation: str, *operands: Any) -> Tensor:
    """Sums of products named by letters: `einsum('ij,jk->ik', a, b)` is a matrix product.

    The operands may also be given as one list, or as (tensor, [dims], tensor, [dims], …, [output dims]).
    """
    if isinstance(equation, Tensor):
        equation, operands = _letters([equation, *operands])
    elif len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = operands[0]
    return _C.einsum(equation, list(operands))


def _letters(parts: list) -> tuple[str, list[Tensor]]:
    def text(dims: Sequence) -> str:
        return "".join("..." if d is Ellipsis else chr(ord("A") + d if d < 26 else ord("a") + d - 26) for d in dims)

    operands, inputs = parts[: len(parts) // 2 * 2 : 2], parts[1::2]
    equation = ",".join(map(text, inputs))
    if len(parts) % 2:
        equation += "->" + text(parts[-1])
    return equation, operands


def _store(out: Tensor, result: Tensor, words: str) -> Tensor:
    """The `out=` of functions without a native one: resized, of the result's dtype."""
    if result.requires_grad or out.requires_grad:
        raise RuntimeError(
            "functions with out=... arguments don't support automatic differentiation, but one of the arguments "
            "requires grad."
        )
    if result.dtype != out.dtype:
        raise RuntimeError(f"{words} {result.dtype}, but got an output tensor with dtype {out.dtype} instead")
    if out.shape != result.shape:
        out.resize_(result.shape)
    return out.copy_(result)


def lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """The compact LU factorization with its pivots, with `get_infos` also LAPACK's info: `linalg.lu_factor`."""
    if not isinstance(get_infos, bool):
        raise TypeError(f"get_infos should be a bool, but got {type(get_infos).__name__}")
    if A.dtype in (_C.float16, _C.bfloat16) and _C.is_autocast_enabled("cpu"):
        A = A.float()
    if not get_infos:
        LU, pivots, _ = _C._linalg.lu_factor_ex(A, pivot=pivot)
        found: tuple = (LU, pivots)
    else:
        found = _C._linalg.lu_factor_ex(A, pivot=pivot)
    if out is None:
        return found
    if len(out) != len(found):
        raise TypeError(f"expected tuple of {len(found)} elements but got {len(out)}")
    for target, result in zip(out, found, strict=True):
        target.resize_(result.shape).copy_(result)
    return out


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape that tensors of the given shapes are broadcast to.

    Errors:
        RuntimeError: the shapes do not fit each other.
    """
    result: list[int] = []
    for shape in shapes:
        sizes = [shape] if isinstance(shape, int) else list(shape)
        result = [1] * (len(sizes) - len(result)) + result
        for i, size in enumerate(reversed(sizes), 1):
            if size < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({size}): ({sizes})")
            if size == 1 or size == result[-i]:
                continue
            if result[-i] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {size} at {-i}! Mismatching argument had "
                    f"{tuple(sizes)}; but expected shape should be broadcastable to {result}"
                )
            result[-i] = size
    return Size(result)
