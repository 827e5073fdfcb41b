"""AdamW: Adam whose weight decay does not pass through the running means."""

from __future__ import annotations

from rushlight import Tensor

from .adam import Adam
from .optimizer import Params

__all__ = ["AdamW"]


class AdamW(Adam):
    """Adam that shrinks the parameters by `lr * weight_decay` before each step.

    Args:
        params: the parameters, or dicts of groups.
        lr: the learning rate; a number or a tensor of one element.
        betas: shares of the previous running means that are kept.
        eps: added to the divisor.
        weight_decay: the shrinking rate.
        amsgrad: divide by the largest running mean so far.
        maximize: climb instead of descend.
        foreach, fused: accepted; every step is one native call for all parameters of a group.
        capturable: keep step counts on the device of the parameters, which must be a GPU.
        differentiable: record the step, so that gradients flow through it.
    Errors:
        ValueError: an option out of range.
    Example:
        >>> optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, weight_decay=0.1)
    Source:
        Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017.
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
