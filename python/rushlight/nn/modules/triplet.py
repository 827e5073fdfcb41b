"""The triplet loss with a distance of one's own."""

from __future__ import annotations

from collections.abc import Callable

from rushlight import Tensor

from .. import functional as F
from .distance import PairwiseDistance
from .loss import _Loss

__all__ = ["TripletMarginWithDistanceLoss"]


class TripletMarginWithDistanceLoss(_Loss):
    """`max(0, d(anchor, positive) - d(anchor, negative) + margin)` with a distance of one's own.

    Args:
        distance_function: two tensors in, distances out; `nn.PairwiseDistance()` unless given.
        margin: by how much the negative should be farther away; positive.
        swap: take the distance of positive and negative where it is smaller (Balntas et al. 2016).
        reduction: "none", "mean" or "sum".
    Shape:
        three tensors that the distance takes; a scalar out, or the distances' shape for "none".
    Errors:
        ValueError: a margin that is not positive.
    Example:
        >>> far = lambda x, y: (x - y).abs().amax(-1)
        >>> x = torch.zeros(1, 2)
        >>> nn.TripletMarginWithDistanceLoss(distance_function=far)(x, torch.tensor([[3.0, 4.0]]), x)
        tensor(5.)
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(None, None, reduction)
        if margin <= 0:
            raise ValueError(
                f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} instead"
            )
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
