"""Adadelta."""

from __future__ import annotations

from rushlight import _C, Tensor

from ._rules import _as_real, _check_lr, _decayed, _of, _Rule, _squared
from .optimizer import Params, _as_float, _check_not_negative

__all__ = ["Adadelta"]


class Adadelta(_Rule):
    """Scales the gradient by the running size of past changes over the running size of past gradients.

    `v = rho * v + (1 - rho) * g**2`, `d = sqrt(u + eps) / sqrt(v + eps) * g`, `u = rho * u + (1 - rho) * d**2` and
    `p -= lr * d`.

    Args:
        params: the parameters, or dicts of groups.
        lr: factor on the change; a number or a tensor of one element.
        rho: share of the running means that is kept.
        eps: added under the roots.
        weight_decay: `weight_decay * p` is added to the gradient.
        foreach: accepted; every step is one native call for all parameters of a group.
        capturable: keep step counts on the device of the parameters, which must be a GPU.
        maximize: climb instead of descend.
        differentiable: record the step, so that gradients flow through it.
    Errors:
        ValueError: an option out of range.
    Example:
        >>> optimizer = torch.optim.Adadelta(model.parameters())
    Source:
        Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012.
    """

    _late_options = {"foreach": None, "maximize": False, "differentiable": False, "capturable": False}

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        _check_lr(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}. It must be in [0, 1], for example 0.9")
        _check_not_negative("Invalid epsilon value", eps, "eps must be 0 or more, for example 1e-6")
        _check_not_negative("Invalid weight_decay value", weight_decay, "weight_decay must be 0 or more")
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        state["step"] = self._new_number()
        state["square_avg"] = self._zeros(p)
        state["acc_delta"] = self._zeros(p)

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        _C._optim.adadelta_(
            params,
            grads,
            _of(states, "square_avg"),
            _of(states, "acc_delta"),
            _of(states, "step"),
            lr=_as_float(group["lr"]),
            rho=group["rho"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
        )

    def _recorded_step(self, group: dict, p: Tensor, grad: Tensor, state: dict) -> None:
        rho, eps = group["rho"], group["eps"]
        p, grad, square, changes = _as_real(p, _decayed(group, p, grad), state["square_avg"], state["acc_delta"])
        _squared(square, grad, rho)
        change = (changes + eps).sqrt() / (square + eps).sqrt() * grad
        _squared(changes, change, rho)
        p.sub_(change * group["lr"])
