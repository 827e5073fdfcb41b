"""Cross entropy of a linear layer whose logits never exist as a whole."""

from __future__ import annotations

import dataclasses
import math

import rushlight as torch
from rushlight import Tensor

from .. import functional as F
from ..common_types import Device, DType
from .linear import Linear
from .loss import _WeightedLoss

__all__ = ["LinearCrossEntropyLoss", "LinearCrossEntropyOptions"]

POLICIES = ("auto", "accurate", "balanced", "compact")
DTYPES = (None, torch.float16, torch.bfloat16, torch.float32, torch.float64)


@dataclasses.dataclass(slots=True, frozen=True)
class LinearCrossEntropyOptions:
    """How `F.linear_cross_entropy` computes in chunks of rows, so that (N, C) logits never exist as a whole.

    Args:
        allow_retain_graph: accepted for PyTorch's sake; the gradient is always computed from the inputs again, so a
            graph can be retained in any case.
        batch_chunk_size: rows at a time; None leaves it to `chunking_method`.
        chunking_method: "aspect_ratio" sizes chunks so that their logits take about as much memory as the input,
            "aspect_ratio:N" makes them N times smaller, "auto" is "aspect_ratio" for half types and
            "aspect_ratio:2" otherwise, None takes `batch_chunk_size`, or all rows at once.
        acc_policy, acc_dtype: accepted for PyTorch's sake; half types always accumulate in float32.
    Errors:
        ValueError: a value that is not among these.
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: DType | None = None

    def __post_init__(self) -> None:
        if self.acc_policy not in POLICIES:
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}, expected one of {POLICIES}")
        if self.chunking_method not in (None, "auto"):
            name, colon, factor = self.chunking_method.partition(":")
            if name != "aspect_ratio" or (colon and not (factor.isdigit() and int(factor) > 0)):
                raise ValueError(
                    f"invalid chunking_method: {self.chunking_method!r}, expected 'auto', 'aspect_ratio', "
                    "'aspect_ratio:N' with N > 0, or None"
                )
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        if self.acc_dtype not in DTYPES:
            raise ValueError(
                "acc_dtype must be one of {None, torch.float16, torch.bfloat16, torch.float32, torch.float64}, "
                f"got {self.acc_dtype!r}. Pass acc_dtype=None to let the op pick automatically."
            )

    def chunk_size(self, rows: int, features: int, classes: int, dtype: DType) -> int:
        """The number of rows at a time for logits (rows, classes) from an input (rows, features)."""
        method = self.chunking_method
        if method == "auto":
            half = dtype in (torch.float16, torch.bfloat16)
            method = None if self.batch_chunk_size is not None else "aspect_ratio" if half else "aspect_ratio:2"
        if method is None:
            return max(1, min(rows, self.batch_chunk_size or rows))
        factor = int(method.partition(":")[2] or 1)
        wanted = math.ceil(rows / max(1, math.ceil(classes / max(1, features))))
        size = max(1, min((1 << max(0, wanted - 1).bit_length()) // factor, rows))
        if self.batch_chunk_size not in (None, size):
            raise ValueError(
                f"batch_chunk_size (={self.batch_chunk_size}) and chunking_method ('{method}') give different chunk "
                f"sizes ({self.batch_chunk_size} vs {size}); pass only one."
            )
        return size


class LinearCrossEntropyLoss(_WeightedLoss):
    """The cross entropy of the logits `linear(input)` and the target, with the linear layer inside.

    Args:
        in_features: the size of each input row.
        num_classes: how many classes C there are.
        out_features: further dimensions of the logits, for a loss at several places.
        bias: whether the linear layer adds a learned bias.
        reduction: "none", "mean" or "sum".
        weight: `(C,)`, a factor for every class.
        ignore_index: a target that does not count.
        label_smoothing: how much of the target is spread evenly over all classes.
        options: compute in chunks of rows, see `LinearCrossEntropyOptions`.
    Shape:
        input `(N, in_features)` or `(in_features,)`; target int64 `(N, *out_features)` or `()`, or probabilities
        `(N, C, *out_features)`; a scalar out, or one loss per target for "none".
    Errors:
        RuntimeError: a weight that is not `(C,)`, or a label_smoothing outside [0, 1].
    Example:
        >>> nn.LinearCrossEntropyLoss(4, 10)(torch.zeros(2, 4), torch.tensor([1, 2]))
        tensor(2.3026, grad_fn=<CrossEntropyBackward0>)
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Device | None = None,
        dtype: DType | None = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:
        if weight is not None and tuple(weight.shape) != (num_classes,):
            raise RuntimeError(f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}")
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        super().__init__(weight=weight, reduction=reduction)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        self.linear = Linear(in_features, math.prod(out_features, start=num_classes), bias, device, dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        rows = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return F.linear_cross_entropy(
            input,
            self.linear.weight.reshape(*rows, self.linear.in_features),
            target,
            linear_bias=None if bias is None else bias.reshape(rows),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, out_features={self.out_features}, "
            f"bias={self.linear.bias is not None}, reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )
