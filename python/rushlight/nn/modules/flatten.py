"""Joining dimensions into one, and splitting one into several."""

from __future__ import annotations

from rushlight import Tensor

from ..common_types import IntList
from .module import Module
from .utils import _int_tuple

__all__ = ["Flatten", "Unflatten"]


class Flatten(Module):
    """Joins the dimensions from `start_dim` to `end_dim` into one.

    Args:
        start_dim: the first dimension joined; 1 keeps the batch.
        end_dim: the last dimension joined.
    Shape:
        input `(N, *)`, by default output `(N, product of *)`.
    Errors:
        IndexError: a dimension the input does not have.
        RuntimeError: `start_dim` comes after `end_dim`.
    Example:
        >>> nn.Flatten()(torch.randn(32, 1, 5, 5)).shape
        torch.Size([32, 25])
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Splits one dimension into several.

    Args:
        dim: the dimension to split.
        unflattened_size: the new sizes; one of them may be -1.
    Shape:
        input `(*, S_dim, *)`, output `(*, unflattened_size, *)`.
    Errors:
        TypeError: `unflattened_size` is not a tuple or list of ints.
        RuntimeError: the sizes do not multiply to the size of `dim`.
    Example:
        >>> nn.Unflatten(1, (2, 5, 5))(torch.randn(32, 50)).shape
        torch.Size([32, 2, 5, 5])
    """

    def __init__(self, dim: int, unflattened_size: IntList) -> None:
        super().__init__()
        self.dim = dim
        self.unflattened_size: IntList = _int_tuple(unflattened_size)

    def forward(self, input: Tensor) -> Tensor:
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
