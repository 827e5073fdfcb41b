"""Adamax."""

from __future__ import annotations

import rushlight as torch
from rushlight import _C, Tensor

from ._rules import _as_real, _check_beta, _check_lr, _decayed, _of, _Rule
from .optimizer import Params, _as_float, _check_not_negative

__all__ = ["Adamax"]


class Adamax(_Rule):
    """Adam with a running maximum of the gradient's size in place of the root of its mean square.

    `m = beta1 * m + (1 - beta1) * g`, `u = max(beta2 * u, |g| + eps)` and `p -= lr / (1 - beta1**step) * m / u`.

    Args:
        params: the parameters, or dicts of groups.
        lr: the learning rate; a number or a tensor of one element.
        betas: shares of the running mean and of the running maximum that are kept.
        eps: added to the gradient's size.
        weight_decay: `weight_decay * p` is added to the gradient.
        foreach: accepted; every step is one native call for all parameters of a group.
        maximize: climb instead of descend.
        differentiable: record the step, so that gradients flow through it.
        capturable: keep step counts on the device of the parameters, which must be a GPU.
    Errors:
        ValueError: an option out of range.
    Example:
        >>> optimizer = torch.optim.Adamax(model.parameters(), lr=2e-3)
    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, section 7.
    """

    _late_options = {"foreach": None, "maximize": False, "differentiable": False, "capturable": False}

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
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
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        state["step"] = self._new_number()
        state["exp_avg"] = self._zeros(p)
        state["exp_inf"] = self._zeros(p)

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        _C._optim.adamax_(
            params,
            grads,
            _of(states, "exp_avg"),
            _of(states, "exp_inf"),
            _of(states, "step"),
            lr=_as_float(group["lr"]),
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
        )

    def _recorded_step(self, group: dict, p: Tensor, grad: Tensor, state: dict) -> None:
        beta1, beta2 = group["betas"]
        p, grad, mean, high = _as_real(p, _decayed(group, p, grad), state["exp_avg"], state["exp_inf"])
        mean.lerp_(grad, 1 - beta1)
        high.copy_(torch.maximum(high * beta2, grad.abs() + group["eps"]))
        p.sub_(mean.clone() / high.clone() * (group["lr"] / (1 - beta1 ** state["step"].item())))
