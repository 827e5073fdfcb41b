"""Small helpers that layers share: one number or one per dimension, and padding in the order `F.pad` wants."""

from __future__ import annotations

from collections.abc import Iterable

from ..common_types import IntList

__all__ = ["consume_prefix_in_state_dict_if_present"]


def _ntuple(x: IntList, n: int) -> tuple[int, ...]:
    """`n` numbers: `x` repeated, or the ones that `x` lists."""
    if isinstance(x, Iterable):
        return tuple(x)
    return (x,) * n


def _same_or_ntuple(x: IntList | str, n: int) -> tuple[int, ...] | str:
    """The padding argument of a convolution: "same" and "valid" stay text."""
    return x if isinstance(x, str) else _ntuple(x, n)


def _single(x: IntList) -> tuple[int, ...]:
    return _ntuple(x, 1)


def _pair(x: IntList) -> tuple[int, ...]:
    return _ntuple(x, 2)


def _triple(x: IntList) -> tuple[int, ...]:
    return _ntuple(x, 3)


def _int_tuple(x: object) -> tuple[int, ...]:
    """`x`, checked to be a tuple or list of ints."""
    if not isinstance(x, (tuple, list)):
        raise TypeError(f"unflattened_size must be a tuple of ints, but found type {type(x).__name__}")
    for i, value in enumerate(x):
        if not isinstance(value, int):
            raise TypeError(
                f"unflattened_size must be tuple of ints, but found element of type {type(value).__name__} at pos {i}"
            )
    return x


def _number(name: str, x: object) -> float:
    """`x`, checked to be a Python number."""
    if not isinstance(x, (float, int)):
        raise TypeError(f"{name} must be a float or int, got: {type(x)}")
    return x


def _row_or_none(index: int | None, rows: int) -> int | None:
    """A row number of a table, negative ones counted from the end."""
    if index is None:
        return None
    if not -rows <= index < rows and index != 0:
        raise AssertionError(f"Padding_idx must be within num_embeddings, but got {index} for {rows} rows")
    return index + rows if index < 0 else index


def _all_equal(x: tuple[int, ...] | str, value: int) -> bool:
    """Whether every number in `x` is `value`; text never is."""
    return not isinstance(x, str) and all(i == value for i in x)


def _check_conv_padding(padding: tuple[int, ...] | str, stride: tuple[int, ...]) -> None:
    """Raise ValueError for padding text that is unknown, or that does not go with the stride."""
    if not isinstance(padding, str):
        return
    if padding not in ("same", "valid"):
        raise ValueError(f"Invalid padding string {padding!r}, should be one of {{'same', 'valid'}}")
    if padding == "same" and not _all_equal(stride, 1):
        raise ValueError(
            f"padding='same' is not supported for strided convolutions, but got stride={stride}. "
            "Give the padding in numbers."
        )


def _reversed_padding(
    padding: tuple[int, ...] | str, kernel_size: tuple[int, ...], dilation: tuple[int, ...]
) -> list[int]:
    """A convolution's padding as `F.pad` takes it: (left, right) pairs, last dimension first."""
    pads: list[int] = []
    for i in reversed(range(len(kernel_size))):
        if padding == "valid":
            pads += [0, 0]
        elif padding == "same":
            total = dilation[i] * (kernel_size[i] - 1)
            pads += [total // 2, total - total // 2]
        else:
            pads += [padding[i], padding[i]]
    return pads


def consume_prefix_in_state_dict_if_present(state_dict: dict, prefix: str) -> None:
    """Remove `prefix` from the keys of `state_dict` in place, for example the "module." of a data-parallel model.

    Args:
        state_dict: what `Module.state_dict()` gave, or a file held.
        prefix: the text to strip, including the dot.
    """
    for key in list(state_dict):
        if key.startswith(prefix):
            state_dict[key[len(prefix) :]] = state_dict.pop(key)
    metadata = getattr(state_dict, "_metadata", None)
    if metadata is not None:
        for key in list(metadata):
            if key == prefix.rstrip("."):
                metadata[""] = metadata.pop(key)
            elif key.startswith(prefix):
                metadata[key[len(prefix) :]] = metadata.pop(key)
