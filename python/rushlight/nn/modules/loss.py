"""Losses: a prediction and a target in, a number (or one per element) out."""

from __future__ import annotations

from rushlight import Tensor

from .. import functional as F
from .._reduction import legacy_get_string
from .module import Module
from .utils import _number

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "NLLLoss",
    "SmoothL1Loss",
]


class _Loss(Module):
    """Holds the reduction: "none" (one value per element), "mean" or "sum"."""

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction: str = legacy_get_string(size_average, reduce, reduction)


class _WeightedLoss(_Loss):
    """Holds a weight as a buffer, so that it moves with the loss."""

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class L1Loss(_Loss):
    """The absolute difference `|x - y|`.

    Args:
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        input and target of the same shape; a scalar out, or that shape for "none".
    Errors:
        RuntimeError: shapes that do not broadcast; a warning if they differ.
    Example:
        >>> nn.L1Loss()(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(1.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


class NLLLoss(_WeightedLoss):
    """Minus the log-probability of the right class. The input holds log-probabilities, see LogSoftmax.

    Args:
        weight: `(C,)`, a factor for every class.
        size_average, reduce: deprecated forms of `reduction`.
        ignore_index: a target that does not count.
        reduction: "none", "mean" (weighted) or "sum".
    Shape:
        input `(N, C)`, `(C,)` or `(N, C, d1, ...)`; target int64 `(N,)`, `()` or `(N, d1, ...)`; a scalar out, or the
        target's shape for "none".
    Errors:
        IndexError: a target that is no class.
        ValueError, RuntimeError: shapes or the target's dtype do not fit.
    Example:
        >>> nn.NLLLoss()(torch.tensor([[-0.1, -2.0]]), torch.tensor([1]))
        tensor(2.)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class KLDivLoss(_Loss):
    """The Kullback-Leibler divergence `y (log y - x)`, with `x` a log-probability.

    Args:
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" (over all elements), "batchmean" (the mathematical one) or "sum".
        log_target: whether the target is a log-probability too.
    Shape:
        input and target of the same shape; a scalar out, or that shape for "none".
    Example:
        >>> nn.KLDivLoss(reduction="batchmean")(torch.zeros(2, 3).log_softmax(1), torch.full((2, 3), 1 / 3))
        tensor(0.)
    Source:
        Kullback and Leibler, "On Information and Sufficiency", 1951.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class MSELoss(_Loss):
    """The squared difference `(x - y)^2`.

    Args:
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        input and target of the same shape; a scalar out, or that shape for "none".
    Errors:
        RuntimeError: shapes that do not broadcast; a warning if they differ.
    Example:
        >>> nn.MSELoss()(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(2.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


class BCELoss(_WeightedLoss):
    """Binary cross entropy `-(y log x + (1 - y) log(1 - x))`; logarithms are bounded below by -100.

    Args:
        weight: a factor for every element, broadcast to the input.
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        input (probabilities) and target of the same shape; a scalar out, or that shape for "none".
    Errors:
        ValueError: the shapes differ.
        RuntimeError: an input outside [0, 1].
    Example:
        >>> nn.BCELoss()(torch.tensor([0.5]), torch.tensor([1.0]))
        tensor(0.6931)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_Loss):
    """Binary cross entropy of `sigmoid(x)`, without overflow.

    Args:
        weight: a factor for every element, broadcast to the input.
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
        pos_weight: a factor for the positive targets, broadcast to the input.
    Shape:
        input and target of the same shape; a scalar out, or that shape for "none".
    Errors:
        ValueError: the shapes differ.
    Example:
        >>> nn.BCEWithLogitsLoss()(torch.tensor([0.0]), torch.tensor([1.0]))
        tensor(0.6931)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class SmoothL1Loss(_Loss):
    """`(x - y)^2 / (2 beta)` where `|x - y| < beta`, else `|x - y| - beta / 2`.

    Args:
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
        beta: where the square ends; 0 gives L1Loss.
    Shape:
        input and target of the same shape; a scalar out, or that shape for "none".
    Errors:
        RuntimeError: a negative `beta`, or shapes that do not broadcast.
    Example:
        >>> nn.SmoothL1Loss()(torch.tensor([0.0, 2.0]), torch.tensor([0.5, 4.0]))
        tensor(0.8125)
    Source:
        Girshick, "Fast R-CNN", 2015.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """`(x - y)^2 / 2` where `|x - y| < delta`, else `delta (|x - y| - delta / 2)`.

    Args:
        reduction: "none", "mean" or "sum".
        delta: where the square ends; positive.
    Shape:
        input and target of the same shape; a scalar out, or that shape for "none".
    Errors:
        TypeError: `delta` is not a number.
        RuntimeError: `delta` is not positive, or shapes that do not broadcast.
    Example:
        >>> nn.HuberLoss(delta=0.5)(torch.tensor([0.0]), torch.tensor([2.0]))
        tensor(0.8750)
    Source:
        Huber, "Robust Estimation of a Location Parameter", 1964.
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(None, None, reduction)
        self.delta: float = _number("delta", delta)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class CrossEntropyLoss(_WeightedLoss):
    """Minus the log-probability of the right class, from unnormalised scores.

    Args:
        weight: `(C,)`, a factor for every class.
        size_average, reduce: deprecated forms of `reduction`.
        ignore_index: a target class that does not count.
        reduction: "none", "mean" (weighted) or "sum".
        label_smoothing: share of the target spread evenly over all classes, 0 to 1.
    Shape:
        input `(N, C)`, `(C,)` or `(N, C, d1, ...)`; target either int64 classes `(N,)`, `()` or `(N, d1, ...)`, or
        probabilities of the input's shape; a scalar out, or the shape without C for "none".
    Errors:
        IndexError: a target that is no class.
        ValueError, RuntimeError: shapes or the target's dtype do not fit.
    Example:
        >>> nn.CrossEntropyLoss()(torch.zeros(3, 5), torch.tensor([1, 0, 4]))
        tensor(1.6094)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )
