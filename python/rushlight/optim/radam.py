"""RAdam."""

from __future__ import annotations

from rushlight import _C, Tensor

from ._rules import _as_real, _check_beta, _check_lr, _decayed, _of, _Rule, _squared
from .optimizer import Params, _as_float, _check_not_negative

__all__ = ["RAdam"]


class RAdam(_Rule):
    """Adam that rectifies the variance of its early steps, and takes plain momentum steps before that is possible.

    Args:
        params: the parameters, or dicts of groups.
        lr: the learning rate; a number or a tensor of one element.
        betas: shares of the previous running means that are kept.
        eps: added to the divisor.
        weight_decay: `weight_decay * p` is added to the gradient.
        decoupled_weight_decay: shrink the parameters by `lr * weight_decay` instead.
        foreach: accepted; every step is one native call for all parameters of a group.
        maximize: climb instead of descend.
        capturable: keep step counts on the device of the parameters, which must be a GPU.
        differentiable: record the step, so that gradients flow through it.
    Errors:
        ValueError: an option out of range.
    Example:
        >>> optimizer = torch.optim.RAdam(model.parameters(), lr=1e-3)
    Source:
        Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", 2019.
    """

    _late_options = {
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
        "capturable": False,
    }

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        _check_lr(lr)
        _check_not_negative("Invalid epsilon value", eps, "eps must be 0 or more, for example 1e-8")
        for i in (0, 1):
            _check_beta(i, betas[i])
        _check_not_negative("Invalid weight_decay value", weight_decay, "weight_decay must be 0 or more")
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        state["step"] = self._new_number()
        state["exp_avg"] = self._zeros(p)
        state["exp_avg_sq"] = self._zeros(p)

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        _C._optim.radam_(
            params,
            grads,
            _of(states, "exp_avg"),
            _of(states, "exp_avg_sq"),
            _of(states, "step"),
            lr=_as_float(group["lr"]),
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            decoupled_weight_decay=group["decoupled_weight_decay"],
            maximize=group["maximize"],
        )

    def _recorded_step(self, group: dict, p: Tensor, grad: Tensor, state: dict) -> None:
        lr, (beta1, beta2), decay = group["lr"], group["betas"], group["weight_decay"]
        step = state["step"].item()
        if not group["decoupled_weight_decay"]:
            grad = _decayed(group, p, grad)
        elif isinstance(decay, Tensor) or decay != 0:
            p.mul_(1 - lr * decay)
        p, grad, mean, square = _as_real(p, grad, state["exp_avg"], state["exp_avg_sq"])
        mean.lerp_(grad, 1 - beta1)
        _squared(square, grad, beta2)
        correction2 = 1 - beta2**step
        most = 2 / (1 - beta2) - 1
        length = most - 2 * step * beta2**step / correction2
        change = mean.clone() / (1 - beta1**step) * lr
        if length > 5.0:
            rectified = ((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)) ** 0.5
            change = change * (correction2**0.5 / (square.sqrt() + group["eps"])) * rectified
        p.sub_(change)
