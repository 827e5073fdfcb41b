"""NAdam."""

from __future__ import annotations

from rushlight import _C, Tensor

from ._rules import _as_real, _check_beta, _check_lr, _decayed, _of, _Rule, _squared
from .optimizer import Params, _as_float, _check_not_negative

__all__ = ["NAdam"]


class NAdam(_Rule):
    """Adam with Nesterov's momentum, whose share grows with the steps.

    With `mu_t = beta1 * (1 - 0.5 * 0.96**(t * momentum_decay))` and its product so far, the direction is
    `mu_{t+1} * m / (1 - product_{t+1}) + (1 - mu_t) * g / (1 - product_t)`, divided as in Adam.

    Args:
        params: the parameters, or dicts of groups.
        lr: the learning rate; a number or a tensor of one element.
        betas: shares of the previous running means that are kept.
        eps: added to the divisor.
        weight_decay: `weight_decay * p` is added to the gradient.
        momentum_decay: how fast the momentum's share grows.
        decoupled_weight_decay: shrink the parameters by `lr * weight_decay` instead.
        foreach: accepted; every step is one native call for all parameters of a group.
        maximize: climb instead of descend.
        capturable: keep step counts on the device of the parameters, which must be a GPU.
        differentiable: record the step, so that gradients flow through it.
    Errors:
        ValueError: an option out of range.
    Example:
        >>> optimizer = torch.optim.NAdam(model.parameters(), lr=2e-3)
    Source:
        Dozat, "Incorporating Nesterov Momentum into Adam", 2016.
    """

    _late_options = {
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
    }
    _numbers = ("step", "mu_product")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        _check_not_negative("Invalid momentum_decay value", momentum_decay, "it must be 0 or more, for example 4e-3")
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        state["step"] = self._new_number()
        state["mu_product"] = self._new_number(1.0)
        state["exp_avg"] = self._zeros(p)
        state["exp_avg_sq"] = self._zeros(p)

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        _C._optim.nadam_(
            params,
            grads,
            _of(states, "exp_avg"),
            _of(states, "exp_avg_sq"),
            _of(states, "mu_product"),
            _of(states, "step"),
            lr=_as_float(group["lr"]),
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            momentum_decay=group["momentum_decay"],
            decoupled_weight_decay=group["decoupled_weight_decay"],
            maximize=group["maximize"],
        )

    def _recorded_step(self, group: dict, p: Tensor, grad: Tensor, state: dict) -> None:
        lr, (beta1, beta2), decay, speed = group["lr"], group["betas"], group["weight_decay"], group["momentum_decay"]
        step = state["step"].item()
        if not group["decoupled_weight_decay"]:
            grad = _decayed(group, p, grad)
        elif isinstance(decay, Tensor) or decay != 0:
            p.mul_(1 - lr * decay)
        p, grad, mean, square = _as_real(p, grad, state["exp_avg"], state["exp_avg_sq"])
        mu = beta1 * (1.0 - 0.5 * 0.96 ** (step * speed))
        mu_next = beta1 * (1.0 - 0.5 * 0.96 ** ((step + 1) * speed))
        state["mu_product"].mul_(mu)
        product = state["mu_product"].item()
        mean.lerp_(grad, 1 - beta1)
        _squared(square, grad, beta2)
        divisor = (square / (1 - beta2**step)).sqrt() + group["eps"]
        p.sub_(grad / divisor * (lr * (1.0 - mu) / (1.0 - product)))
        p.sub_(mean.clone() / divisor * (lr * mu_next / (1.0 - product * mu_next)))
