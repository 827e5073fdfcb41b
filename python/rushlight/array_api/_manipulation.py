"""Functions of shapes: joining, moving and repeating dimensions."""

from __future__ import annotations

import builtins
from collections.abc import Sequence

from .. import _C
from .._C import Tensor, broadcast_tensors
from ._dtypes import INTEGRAL, result_type


def broadcast_arrays(*arrays: Tensor) -> list[Tensor]:
    """The arrays as views of their common shape."""
    return list(broadcast_tensors(*arrays)) if arrays else []


def broadcast_to(x: Tensor, /, shape: tuple[int, ...]) -> Tensor:
    """The array as a view of a shape. ValueError where it cannot be."""
    try:
        return _C.broadcast_to(x, shape)
    except RuntimeError as error:
        raise ValueError(str(error)) from None


def concat(arrays: Sequence[Tensor], /, *, axis: int | None = 0) -> Tensor:
    """The arrays one after the other along an axis; flattened first when it is None."""
    kind = result_type(*arrays)
    parts = [x.to(kind) for x in arrays]
    return _C.cat([x.flatten() for x in parts], 0) if axis is None else _C.cat(parts, axis)


def expand_dims(x: Tensor, /, *, axis: int = 0) -> Tensor:
    """A view with a dimension of size 1 at `axis`."""
    return x.unsqueeze(axis)


def flip(x: Tensor, /, *, axis: int | tuple[int, ...] | None = None) -> Tensor:
    """The elements in reverse order along the axes; all of them when none is given."""
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
    return _C.flip(x, axes)


def moveaxis(x: Tensor, source: int | tuple[int, ...], destination: int | tuple[int, ...], /) -> Tensor:
    """A view with axes at other places, the others in their order."""
    return _C.moveaxis(x, source, destination)


def permute_dims(x: Tensor, /, axes: tuple[int, ...]) -> Tensor:
    """A view with the axes in another order."""
    return x.permute(axes)


def repeat(x: Tensor, repeats: int | Tensor, /, *, axis: int | None = None) -> Tensor:
    """Every element (or slice of an axis) that many times."""
    if isinstance(repeats, Tensor):
        if repeats.dtype not in INTEGRAL:
            raise TypeError(f"repeat: repeats must have an integer dtype, got {repeats.dtype}")
        repeats = repeats.to(_C.int64)
        if repeats.ndim == 0 or repeats.numel() == 1:
            repeats = int(repeats)
    return _C.repeat_interleave(x, repeats, axis)


def reshape(x: Tensor, /, shape: tuple[int, ...], *, copy: builtins.bool | None = None) -> Tensor:
    """The elements in another shape: a view where it can be.

    Args:
        copy: True always copies, False never (ValueError where that cannot be).
    """
    if copy:
        return x.reshape(shape).clone() if x.is_contiguous() else x.clone().reshape(shape)
    out = x.reshape(shape)
    if copy is False and out.numel() > 0 and out.data_ptr() != x.data_ptr():
        raise ValueError(f"reshape: shape {tuple(x.shape)} to {tuple(shape)} needs a copy, but copy=False")
    return out


def roll(x: Tensor, /, shift: int | tuple[int, ...], *, axis: int | tuple[int, ...] | None = None) -> Tensor:
    """The elements moved along axes; those beyond the end come back at the start."""
    if axis is None:
        return _C.roll(x, shift)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    shifts = (shift,) * len(axes) if isinstance(shift, int) else shift
    return _C.roll(x, shifts, axes)


def squeeze(x: Tensor, /, axis: int | tuple[int, ...]) -> Tensor:
    """A view without some dimensions of size 1. ValueError when one has another size."""
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    for a in axes:
        if x.size(a) != 1:
            raise ValueError(f"squeeze: dimension {a} has size {x.size(a)}, not 1")
    return x.squeeze(axes)


def stack(arrays: Sequence[Tensor], /, *, axis: int = 0) -> Tensor:
    """The arrays, all of one shape, along a new axis."""
    kind = result_type(*arrays)
    return _C.stack([x.to(kind) for x in arrays], axis)


def tile(x: Tensor, repetitions: tuple[int, ...], /) -> Tensor:
    """The whole array so many times along each dimension."""
    return _C.tile(x, repetitions)


def unstack(x: Tensor, /, *, axis: int = 0) -> tuple[Tensor, ...]:
    """Views of the slices of an axis."""
    if x.ndim == 0:
        raise ValueError("unstack: x must have at least one dimension")
    return tuple(x.unbind(axis))
