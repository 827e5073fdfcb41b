"""Embedding: rows of a table, looked up by index."""

from __future__ import annotations

import rushlight as torch
from rushlight import Tensor

from .. import functional as F
from .. import init
from ..common_types import Device, DType
from ..parameter import Parameter
from .module import Module
from .utils import _row_or_none

__all__ = [
    "Embedding",
    "EmbeddingBag",
]


class Embedding(Module):
    """A table of vectors; the input holds row numbers.

    Args:
        num_embeddings: the number of rows.
        embedding_dim: the length of each row.
        padding_idx: a row that starts at zero and gets no gradient.
        max_norm: rows longer than this are scaled down, in place, when they are looked up.
        norm_type: the p of the norm that `max_norm` bounds.
        scale_grad_by_freq: divide each row's gradient by how often it occurs in the batch.
        sparse: accepted; gradients are dense.
        _weight: the table to use (shared, not copied) instead of a new one.
        _freeze: the table needs no gradient.
        device, dtype: of the table.
    Shape:
        input `(*)` of int32 or int64, output `(*, embedding_dim)`.
    Errors:
        AssertionError: `padding_idx` is no row, or `_weight` has another shape.
        IndexError: the input holds a number that is no row.
    Example:
        >>> nn.Embedding(10, 3)(torch.tensor([[1, 2], [4, 3]])).shape
        torch.Size([2, 2, 3])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx: int | None = _row_or_none(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        if _weight is None:
            table = torch.empty((num_embeddings, embedding_dim), device=device, dtype=dtype)
            self.weight = Parameter(table, requires_grad=not _freeze)
            self.reset_parameters()
        else:
            if _weight.shape != (num_embeddings, embedding_dim):
                raise AssertionError("Shape of weight does not match num_embeddings and embedding_dim")
            self.weight = Parameter(_weight, requires_grad=not _freeze)

    def reset_parameters(self) -> None:
        init.normal_(self.weight)
        self._fill_padding_idx_with_zero()

    def _fill_padding_idx_with_zero(self) -> None:
        if self.padding_idx is not None:
            self.weight.detach()[self.padding_idx].zero_()

    def forward(self, input: Tensor) -> Tensor:
        return F.embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        s = f"{self.num_embeddings}, {self.embedding_dim}"
        if self.padding_idx is not None:
            s = s + f", padding_idx={self.padding_idx}"
        if self.max_norm is not None:
            s = s + f", max_norm={self.max_norm}"
        if self.norm_type != 2:
            s = s + f", norm_type={self.norm_type}"
        if self.scale_grad_by_freq:
            s = s + f", scale_grad_by_freq={self.scale_grad_by_freq}"
        if self.sparse:
            s = s + ", sparse=True"
        return s

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Embedding:
        """An Embedding over a given `(num_embeddings, embedding_dim)` table, frozen unless `freeze` is False."""
        if embeddings.dim() != 2:
            raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
        rows, columns = embeddings.shape
        return cls(
            rows,
            columns,
            padding_idx=padding_idx,
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            sparse=sparse,
            _weight=embeddings,
            _freeze=freeze,
        )


class EmbeddingBag(Module):
    """Sums, means or maxima of rows of a table, for bags of row numbers.

    Args:
        num_embeddings: the number of rows.
        embedding_dim: the length of each row.
        max_norm: rows longer than this are scaled down, in place, when they are looked up.
        norm_type: the p of the norm that `max_norm` bounds.
        scale_grad_by_freq: divide each row's gradient by how often it occurs in the batch (not for "max").
        mode: "sum", "mean" or "max".
        sparse: accepted; gradients are dense.
        _weight: the table to use (shared, not copied) instead of a new one.
        include_last_offset: the last offset is the end of the last bag, not the begin of one more.
        padding_idx: a row that counts in no bag, starts at zero and gets no gradient.
        device, dtype: of the table.
        _freeze: the table needs no gradient.
    Shape:
        input `(B, L)` of int32 or int64: a bag in each row; or `(L,)` with `offsets` `(B,)`, where each bag begins.
        per_sample_weights: of the input's shape, for "sum". Output `(B, embedding_dim)`.
    Errors:
        AssertionError: `padding_idx` is no row, or `_weight` has another shape.
        ValueError: offsets that do not fit the input.
        RuntimeError: the input holds a number that is no row, or offsets that decrease.
    Example:
        >>> nn.EmbeddingBag(10, 3, mode="sum")(torch.tensor([1, 2, 4, 5]), torch.tensor([0, 2])).shape
        torch.Size([2, 3])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Device | None = None,
        dtype: DType | None = None,
        *,
        _freeze: bool = False,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset
        self.padding_idx: int | None = _row_or_none(padding_idx, num_embeddings)
        if _weight is None:
            table = torch.empty((num_embeddings, embedding_dim), device=device, dtype=dtype)
            self.weight = Parameter(table, requires_grad=not _freeze)
            self.reset_parameters()
        else:
            if _weight.shape != (num_embeddings, embedding_dim):
                raise AssertionError("Shape of weight does not match num_embeddings and embedding_dim")
            self.weight = Parameter(_weight, requires_grad=not _freeze)

    def reset_parameters(self) -> None:
        init.normal_(self.weight)
        self._fill_padding_idx_with_zero()

    def _fill_padding_idx_with_zero(self) -> None:
        if self.padding_idx is not None:
            self.weight.detach()[self.padding_idx].zero_()

    def forward(self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None) -> Tensor:
        return F.embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        s = f"{self.num_embeddings}, {self.embedding_dim}"
        if self.max_norm is not None:
            s = s + f", max_norm={self.max_norm}"
        if self.norm_type != 2:
            s = s + f", norm_type={self.norm_type}"
        if self.scale_grad_by_freq:
            s = s + f", scale_grad_by_freq={self.scale_grad_by_freq}"
        s = s + f", mode={self.mode!r}"
        if self.padding_idx is not None:
            s = s + f", padding_idx={self.padding_idx}"
        return s

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> EmbeddingBag:
        """An EmbeddingBag over a given `(num_embeddings, embedding_dim)` table, frozen unless `freeze` is False."""
        if embeddings.dim() != 2:
            raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
        rows, columns = embeddings.shape
        return cls(
            rows,
            columns,
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            mode=mode,
            sparse=sparse,
            _weight=embeddings,
            include_last_offset=include_last_offset,
            padding_idx=padding_idx,
            _freeze=freeze,
        )
