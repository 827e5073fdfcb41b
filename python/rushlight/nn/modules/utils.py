"""Small helpers that layers share: one number or one per dimension, and padding in the order `F.pad` wants."""

from __future__ import annotations

from collections.abc import Iterable

from rushlight import Tensor

from ..common_types import FloatList, IntList

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


def _as_ints(x: tuple[int, ...] | str) -> tuple[int, ...]:
    """A padding that is known not to be text."""
    if isinstance(x, str):
        raise TypeError(f"expected padding in numbers, but got {x!r}")
    return x


def _floats(x: FloatList | None) -> float | tuple[float, ...] | None:
    """The numbers as floats: one, or a tuple; nothing for None and 0."""
    if isinstance(x, Iterable):
        return tuple(float(v) for v in x)
    return float(x) if x else None


def _ratios(name: str, x: FloatList | None, n: int) -> tuple[float, ...] | None:
    """`n` floats between 0 and 1: `x` repeated, or the ones that `x` lists."""
    if x is None:
        return None
    ratios = tuple(x) if isinstance(x, Iterable) else (x,) * n
    if not all(0 < v < 1 for v in ratios):
        raise ValueError(f"{name} must be between 0 and 1 (got {x})")
    return ratios


def _ntuple_or_none(x: IntList | None, n: int) -> tuple[int, ...] | None:
    return None if x is None else _ntuple(x, n)


def _transposed_padding(
    input: Tensor,
    output_size: IntList | None,
    output_padding: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    kernel_size: tuple[int, ...],
    dilation: tuple[int, ...],
) -> tuple[int, ...]:
    """The output padding with which a transposed convolution gives `output_size`; `output_padding` if that is None."""
    if output_size is None:
        return output_padding
    n = len(kernel_size)
    lead = 2 if input.dim() == n + 2 else 1
    wanted = tuple(output_size)
    if len(wanted) == lead + n:
        wanted = wanted[lead:]
    if len(wanted) != n:
        raise ValueError(
            f"ConvTranspose{n}D: for {input.dim()}D input, output_size must have {n} or {lead + n} elements "
            f"(got {len(wanted)})"
        )
    least = tuple(
        (input.size(lead + d) - 1) * stride[d] - 2 * padding[d] + dilation[d] * (kernel_size[d] - 1) + 1
        for d in range(n)
    )
    most = tuple(size + step - 1 for size, step in zip(least, stride, strict=True))
    if any(not low <= size <= high for low, size, high in zip(least, wanted, most, strict=True)):
        raise ValueError(
            f"requested an output size of {wanted}, but valid sizes range from {least} to {most} "
            f"(for an input of {tuple(input.shape[2:])})"
        )
    return tuple(size - low for size, low in zip(wanted, least, strict=True))


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
