"""Sequences of different lengths: packed step by step, padded to one length, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import rushlight as torch
from rushlight import _C, Tensor

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class PackedSequence_(NamedTuple):
    """The fields of PackedSequence."""

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(PackedSequence_):
    """Sequences of different lengths, step by step: what recurrent layers take instead of padding.

    `data` holds the rows of the first step, then those of the second, and so on; `batch_sizes` (int64, on the CPU) says
    how many sequences each step still has. `sorted_indices` is the order by length the sequences were put into,
    `unsorted_indices` the way back; both are None when they came in that order. Made by `pack_padded_sequence` and
    `pack_sequence`.

    Example:
        >>> pack_sequence([torch.tensor([1, 2, 3]), torch.tensor([4, 5])])
        PackedSequence(data=tensor([1, 4, 2, 5, 3]), batch_sizes=tensor([2, 2, 1]), sorted_indices=None, \
unsorted_indices=None)
    """

    __slots__ = ()

    def __new__(
        cls,
        data: Tensor,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> PackedSequence:
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:  # PackedSequence((data, batch_sizes))
            if not (isinstance(data, list | tuple) and len(data) == 2):
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        elif batch_sizes.device.type != "cpu":
            raise ValueError(
                "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. "
                "They should be instantiated by functions like pack_sequence and pack_padded_sequences in nn.utils.rnn."
            )
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: object, **kwargs: object) -> PackedSequence:
        """A copy whose data has another dtype or device; itself when nothing changes."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        order = [t if t is None else t.to(data.device) for t in (self.sorted_indices, self.unsorted_indices)]
        return type(self)(data, self.batch_sizes, *order)

    def cpu(self, *args: object, **kwargs: object) -> PackedSequence:
        """The same on the CPU."""
        return self.to("cpu", *args, **kwargs)

    def cuda(self, *args: object, **kwargs: object) -> PackedSequence:
        """The same on a GPU; raises where there is none."""
        return self.to("cuda", *args, **kwargs)

    def pin_memory(self) -> PackedSequence:
        """The same in pinned memory."""
        order = [t if t is None else t.pin_memory() for t in (self.sorted_indices, self.unsorted_indices)]
        return type(self)(self.data.pin_memory(), self.batch_sizes, *order)

    def double(self) -> PackedSequence:
        """The same with float64 data."""
        return self.to(dtype=torch.double)

    def float(self) -> PackedSequence:
        """The same with float32 data."""
        return self.to(dtype=torch.float)

    def half(self) -> PackedSequence:
        """The same with float16 data."""
        return self.to(dtype=torch.half)

    def long(self) -> PackedSequence:
        """The same with int64 data."""
        return self.to(dtype=torch.long)

    def int(self) -> PackedSequence:
        """The same with int32 data."""
        return self.to(dtype=torch.int)

    def short(self) -> PackedSequence:
        """The same with int16 data."""
        return self.to(dtype=torch.short)

    def char(self) -> PackedSequence:
        """The same with int8 data."""
        return self.to(dtype=torch.int8)

    def byte(self) -> PackedSequence:
        """The same with uint8 data."""
        return self.to(dtype=torch.uint8)

    @property
    def is_cuda(self) -> bool:
        """Whether the data is on a GPU."""
        return self.data.is_cuda

    def is_pinned(self) -> bool:
        """Whether the data is in pinned memory."""
        return self.data.is_pinned()


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes this one; None stays None."""
    if permutation is None:
        return None
    order = torch.arange(0, permutation.numel(), device=permutation.device, dtype=permutation.dtype)
    return torch.empty_like(permutation).scatter_(0, permutation, order)


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | list[int], batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Packs padded sequences.

    Args:
        input: `(L, N, *)`, or `(N, L, *)` with `batch_first`.
        lengths: of each sequence, at least 1.
        batch_first: which dimension is the batch.
        enforce_sorted: the lengths must descend; False sorts the sequences.
    Errors:
        RuntimeError: a length of 0, or lengths that do not descend although `enforce_sorted`.
    Example:
        >>> pack_padded_sequence(torch.tensor([[1, 2, 0], [4, 5, 6]]), [2, 3], batch_first=True, enforce_sorted=False)
    """
    lengths = torch.as_tensor(lengths, dtype=torch.int64)
    order = None
    if not enforce_sorted:
        lengths, order = torch.sort(lengths, descending=True)
        input = input.index_select(0 if batch_first else 1, order)
    data, batch_sizes = _C._pack_padded_sequence(input, lengths, batch_first)
    return PackedSequence(data, batch_sizes, order, None)


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """The sequences padded to one length, in the order they had before packing, and their lengths.

    Args:
        sequence: the packed sequences.
        batch_first: return `(N, L, *)` instead of `(L, N, *)`.
        padding_value: what fills the rest.
        total_length: the length to pad to; the longest sequence's unless given.
    Errors:
        ValueError: `total_length` is less than the longest sequence.
    """
    length = sequence.batch_sizes.size(0)
    if total_length is not None:
        if total_length < length:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {length}"
            )
        length = total_length
    padded, lengths = _C._pad_packed_sequence(sequence.data, sequence.batch_sizes, batch_first, padding_value, length)
    order = sequence.unsorted_indices
    if order is None:
        return padded, lengths
    return padded.index_select(0 if batch_first else 1, order), lengths[order]


def pad_sequence(
    sequences: Tensor | Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Tensors `(L_i, *)` padded to the longest and stacked: `(L, N, *)`, or `(N, L, *)` with `batch_first`.

    Args:
        sequences: at least one tensor; the other dimensions are equal.
        batch_first: where the batch goes.
        padding_value: what fills the rest.
        padding_side: "right" pads at the end, "left" at the beginning.
    Example:
        >>> pad_sequence([torch.ones(25, 300), torch.ones(15, 300)]).size()
        torch.Size([25, 2, 300])
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    sequences = tuple(sequences)
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"padding_side should be either 'left' or 'right', but got {padding_side}")
    length = max(s.size(0) for s in sequences)
    padded = []
    for s in sequences:
        rest = length - s.size(0)
        ends = (rest, 0) if padding_side == "left" else (0, rest)
        padded.append(torch.constant_pad_nd(s, [0, 0] * (s.dim() - 1) + list(ends), padding_value) if rest else s)
    return torch.stack(padded, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """The sequences of a padded tensor, each with its own length: what `pad_sequence` was given."""
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [s[: int(n)] for s, n in zip(rows, lengths, strict=True)]


def pack_sequence(sequences: list[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Packs tensors `(L_i, *)` of descending lengths; of any lengths with `enforce_sorted=False`."""
    lengths = torch.as_tensor([s.size(0) for s in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences that were packed, in their order then."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
