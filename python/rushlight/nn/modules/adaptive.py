"""A softmax for very many classes, in clusters by frequency."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence

import rushlight as torch
from rushlight import Tensor

from .. import functional as F
from ..common_types import Device, DType
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module

__all__ = ["AdaptiveLogSoftmaxWithLoss"]

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])  # noqa: PYI024 (PyTorch's name and kind)


class AdaptiveLogSoftmaxWithLoss(Module):
    """Log-probabilities of a target among very many classes, sorted by how frequent they are.

    The most frequent classes and the clusters share a head; a cluster's classes have a projection that is the smaller
    the rarer they are.

    Args:
        in_features: the size of each input row.
        n_classes: how many classes there are.
        cutoffs: where the clusters begin, ascending, from 1 to n_classes - 1.
        div_value: by how much each cluster's projection is smaller than the one before.
        head_bias: whether the head adds a learned bias.
        device, dtype: of the parameters.
    Shape:
        input `(N, in_features)` or `(in_features,)`, target int64 `(N,)` or `()`; returns `output`, the target's
        log-probabilities, and `loss`, minus their mean.
    Errors:
        ValueError: cutoffs that do not ascend within the classes.
        RuntimeError: shapes that do not fit, or a target that is no class.
    Example:
        >>> m = nn.AdaptiveLogSoftmaxWithLoss(8, 20, cutoffs=[5, 10])
        >>> m(torch.randn(3, 8), torch.tensor([0, 7, 19])).output.shape
        torch.Size([3])
    Source:
        Grave et al., "Efficient softmax approximation for GPUs", 2017.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        ascending = all(a < b for a, b in zip(cutoffs, cutoffs[1:], strict=False))
        if not ascending or cutoffs[0] <= 0 or cutoffs[-1] > n_classes - 1 or any(int(c) != c for c in cutoffs):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
                "value is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, head_bias, device, dtype)
        self.tail = ModuleList()
        for i in range(self.n_clusters):
            width = int(in_features // div_value ** (i + 1))
            size = self.cutoffs[i + 1] - self.cutoffs[i]
            self.tail.append(
                Sequential(Linear(in_features, width, False, device, dtype), Linear(width, size, False, device, dtype))
            )

    def reset_parameters(self) -> None:
        self.head.reset_parameters()
        for projection in self.tail:
            for layer in projection:
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        batched = _is_batched(input_, target_)
        input, target = (input_, target_) if batched else (input_.unsqueeze(0), target_.unsqueeze(0))
        low, high = (int(target.min()), int(target.max())) if target.numel() else (0, 0)
        if low < 0 or high >= self.n_classes:
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range [{low}, {high}] were found."
            )
        head = F.log_softmax(self.head(input), 1)
        column = target
        parts = []
        for i in range(self.n_clusters):
            first, last = self.cutoffs[i], self.cutoffs[i + 1]
            inside = (target >= first) & (target < last)
            rows = inside.nonzero().squeeze(1)
            column = column.masked_fill(inside, self.shortlist_size + i)
            if rows.numel() > 0:
                cluster = F.log_softmax(self.tail[i](input.index_select(0, rows)), 1)
                own = (target.index_select(0, rows) - first).unsqueeze(1)
                parts.append((rows, cluster.gather(1, own).squeeze(1)))
        output = head.gather(1, column.unsqueeze(1)).squeeze(1)
        for rows, values in parts:
            output = output.index_add(0, rows, values)
        loss = (-output).mean()
        return _ASMoutput(output if batched else output.squeeze(0), loss)

    def _get_full_log_prob(self, input: Tensor, head_output: Tensor) -> Tensor:
        head = F.log_softmax(head_output, 1)
        parts = [head.narrow(1, 0, self.shortlist_size)]
        for i in range(self.n_clusters):
            cluster = F.log_softmax(self.tail[i](input), 1)
            parts.append(cluster + head.narrow(1, self.shortlist_size + i, 1))
        return torch.cat(parts, 1)

    def log_prob(self, input: Tensor) -> Tensor:
        """The log-probabilities `(N, n_classes)` of all classes."""
        return self._get_full_log_prob(input, self.head(input))

    def predict(self, input: Tensor) -> Tensor:
        """The most probable class `(N,)` of each row."""
        head_output = self.head(input)
        found = head_output.argmax(1)
        rows = (found >= self.shortlist_size).nonzero().squeeze(1)
        if rows.numel() == 0:
            return found
        rare = self._get_full_log_prob(input.index_select(0, rows), head_output.index_select(0, rows))
        return found.index_copy(0, rows, rare.argmax(1))


def _is_batched(input: Tensor, target: Tensor) -> bool:
    """Whether there are rows; shapes that do not fit raise."""
    if target.dim() == 1:
        if input.dim() > 0 and input.size(0) != target.size(0):
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if input.dim() != 2:
            raise RuntimeError(
                f"1D target tensor expects 2D input tensors, but found inputs with size {tuple(input.shape)}"
            )
    elif target.dim() == 0:
        if input.dim() != 1:
            raise RuntimeError(
                f"0D target tensor expects 1D input tensors, but found inputs with size {tuple(input.shape)}"
            )
    else:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    return target.dim() > 0
