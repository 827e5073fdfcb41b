"""Losses: a prediction and a target in, a number (or one per element) out."""

from __future__ import annotations

import warnings

from rushlight import Tensor

from .. import functional as F
from .._reduction import legacy_get_string
from .module import Module
from .utils import _number

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CTCLoss",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "GaussianNLLLoss",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "NLLLoss",
    "NLLLoss2d",
    "PoissonNLLLoss",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "TripletMarginLoss",
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


class NLLLoss2d(NLLLoss):
    """The old name of NLLLoss.

    Args:
        weight: `(C,)`, a factor for every class.
        size_average, reduce: deprecated forms of `reduction`.
        ignore_index: a target that does not count.
        reduction: "none", "mean" (weighted) or "sum".
    Example:
        >>> nn.NLLLoss2d()(torch.zeros(1, 3, 2, 2), torch.zeros(1, 2, 2, dtype=torch.int64))
        tensor(-0.)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, ignore_index, reduce, reduction)
        warnings.warn(
            "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement.",
            FutureWarning,
            stacklevel=2,
        )


class CosineEmbeddingLoss(_Loss):
    """`1 - cos(x1, x2)` where the target is 1, `max(0, cos(x1, x2) - margin)` where it is -1.

    Args:
        margin: what different vectors may have in common, from -1 to 1.
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        inputs `(N, D)` or `(D,)`, target `(N,)` or `()`; a scalar out, or the target's shape for "none".
    Example:
        >>> x = torch.tensor([[1.0, 0.0]])
        >>> nn.CosineEmbeddingLoss()(x, x, torch.tensor([-1.0]))
        tensor(1.0000)
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class HingeEmbeddingLoss(_Loss):
    """`x` where the target is 1, `max(0, margin - x)` where it is -1.

    Args:
        margin: the distance that different pairs should have.
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        input and target of the same shape; a scalar out, or that shape for "none".
    Example:
        >>> nn.HingeEmbeddingLoss()(torch.tensor([0.25]), torch.tensor([-1.0]))
        tensor(0.7500)
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(_Loss):
    """`max(0, -target (x1 - x2) + margin)`: with target 1 the first input should be larger, with -1 the second.

    Args:
        margin: by how much.
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        three tensors `(N,)` or `()`; a scalar out, or that shape for "none".
    Example:
        >>> nn.MarginRankingLoss()(torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([1.0]))
        tensor(2.)
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class MultiLabelMarginLoss(_Loss):
    """`sum of max(0, 1 - (x[y] - x[i])) / C` over target classes y and other classes i.

    Args:
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        input `(N, C)` or `(C,)`, target int64 of the same shape: classes, ended by the
        first -1; a scalar out, or `(N,)`.
    Example:
        >>> nn.MultiLabelMarginLoss()(torch.tensor([[0.1, 0.2, 0.4, 0.8]]), torch.tensor([[3, 0, -1, 1]]))
        tensor(0.8500)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class SoftMarginLoss(_Loss):
    """`log(1 + exp(-target x))`, for targets of 1 and -1.

    Args:
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        input and target of the same shape; a scalar out, or that shape for "none".
    Example:
        >>> nn.SoftMarginLoss()(torch.tensor([0.0]), torch.tensor([1.0]))
        tensor(0.6931)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """Binary cross entropy of every class by its score, averaged over the classes.

    Args:
        weight: `(C,)`, a factor for every class.
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        input and target `(N, C)`; a scalar out, or `(N,)` for "none".
    Example:
        >>> nn.MultiLabelSoftMarginLoss()(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))
        tensor(0.6931)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)


class MultiMarginLoss(_WeightedLoss):
    """`sum of max(0, margin - x[y] + x[i])^p / C` over the classes i other than the target y.

    Args:
        p: 1 or 2.
        margin: by how much the target's score should be larger.
        weight: `(C,)`, a factor for every class.
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        input `(N, C)` or `(C,)`, target int64 `(N,)` or `()`; a scalar out, or the target's shape for "none".
    Errors:
        ValueError: another `p`, or a weight that is not one-dimensional.
    Example:
        >>> nn.MultiMarginLoss()(torch.tensor([[0.1, 0.2, 0.4, 0.8]]), torch.tensor([3]))
        tensor(0.3250)
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p != 1 and p != 2:
            raise ValueError("only p == 1 and p == 2 supported")
        if weight is not None and weight.dim() != 1:
            raise ValueError(f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.dim()}D instead")
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multi_margin_loss(
            input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction
        )


class PoissonNLLLoss(_Loss):
    """Minus the log-likelihood of counts under a Poisson distribution, less its constant.

    Args:
        log_input: the input is the logarithm of the rate.
        full: add Stirling's approximation of the constant for targets above 1.
        size_average, reduce: deprecated forms of `reduction`.
        eps: added to the rate before its logarithm, without `log_input`.
        reduction: "none", "mean" or "sum".
    Shape:
        input and target of the same shape; a scalar out, or that shape for "none".
    Example:
        >>> nn.PoissonNLLLoss()(torch.tensor([0.0]), torch.tensor([2.0]))
        tensor(1.)
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(
            log_input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(_Loss):
    """Minus the log-likelihood under normal distributions with the input as mean, less its constant.

    Args:
        full: add the constant.
        eps: the least variance.
        reduction: "none", "mean" or "sum".
    Shape:
        input and target of the same shape; var of that shape, without its last dimension or with one of size 1, or (in
        Python) a number; a scalar out, or the input's shape for "none".
    Errors:
        ValueError: a negative variance, or one of another shape.
    Example:
        >>> nn.GaussianNLLLoss()(torch.tensor([0.0]), torch.tensor([2.0]), torch.tensor([1.0]))
        tensor(2.)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(None, None, reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class CTCLoss(_Loss):
    """Minus the log-probability of a sequence of labels, summed over all ways to align it with the input.

    Args:
        blank: the class that stands for no label.
        reduction: "none", "mean" (each loss divided by its target's length first) or "sum".
        zero_infinity: count targets longer than their input as zero instead of infinity.
    Shape:
        log_probs `(T, N, C)` or `(T, C)`, from log_softmax; targets int64 `(N, S)`, or all after one another; lengths
        `(N,)` or `()`; a scalar out, or `(N,)` for "none".
    Errors:
        RuntimeError: lengths that do not fit; IndexError: a target that is no class.
    Example:
        >>> x = torch.zeros(3, 1, 2).log_softmax(2)
        >>> nn.CTCLoss()(x, torch.tensor([[1]]), torch.tensor([3]), torch.tensor([1]))
        tensor(0.2877)
    Source:
        Graves et al., "Connectionist Temporal Classification", 2006.
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(None, None, reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor) -> Tensor:
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )


class TripletMarginLoss(_Loss):
    """`max(0, d(anchor, positive) - d(anchor, negative) + margin)`, with the p-norm of differences as distance.

    Args:
        margin: by how much the negative should be farther away; positive.
        p: the p of the norm.
        eps: added to differences, so that the norm has a derivative at zero.
        swap: take the distance of positive and negative where it is smaller (Balntas et al. 2016).
        size_average, reduce: deprecated forms of `reduction`.
        reduction: "none", "mean" or "sum".
    Shape:
        three tensors `(N, D)` or `(D,)`; a scalar out, or `(N,)` or `()` for "none".
    Errors:
        ValueError: a margin that is not positive.
    Example:
        >>> x = torch.zeros(1, 2)
        >>> nn.TripletMarginLoss()(x, torch.tensor([[3.0, 4.0]]), x)
        tensor(6.0000)
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )
