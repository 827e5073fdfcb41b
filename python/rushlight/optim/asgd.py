"""ASGD, stochastic gradient descent that averages what it passes through."""

from __future__ import annotations

from rushlight import _C, Tensor

from ._rules import _as_real, _check_lr, _decayed, _of, _Rule
from .optimizer import Params, _as_float, _check_not_negative

__all__ = ["ASGD"]


class ASGD(_Rule):
    """Gradient descent with a falling rate; after `t0` steps, the state `ax` averages the parameters.

    `p = (1 - lambd * eta) * p - eta * g` with `eta = lr / (1 + lambd * lr * step)**alpha`.

    Args:
        params: the parameters, or dicts of groups.
        lr: the learning rate; a number or a tensor of one element.
        lambd: shrinks the parameters, and makes the rate fall.
        alpha: the power with which the rate falls.
        t0: the step at which averaging starts.
        weight_decay: `weight_decay * p` is added to the gradient.
        foreach: accepted; every step is one native call for all parameters of a group.
        maximize: climb instead of descend.
        differentiable: record the step, so that gradients flow through it.
        capturable: keep step counts on the device of the parameters, which must be a GPU.
    Errors:
        ValueError: a negative rate or weight decay.
    Example:
        >>> optimizer = torch.optim.ASGD(model.parameters(), lr=1e-2, t0=1000)
    Source:
        Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992.
    """

    _late_options = {"foreach": None, "maximize": False, "differentiable": False, "capturable": False}
    _numbers = ("step", "eta", "mu")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        _check_lr(lr)
        _check_not_negative("Invalid weight_decay value", weight_decay, "weight_decay must be 0 or more")
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        state["step"] = self._new_number()
        state["eta"] = self._new_number(_as_float(group["lr"]))
        state["mu"] = self._new_number(1.0)
        state["ax"] = self._zeros(p)

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        _C._optim.asgd_(
            params,
            grads,
            _of(states, "ax"),
            _of(states, "mu"),
            _of(states, "eta"),
            _of(states, "step"),
            lr=_as_float(group["lr"]),
            lambd=group["lambd"],
            t0=group["t0"],
            alpha=group["alpha"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
        )

    def _recorded_step(self, group: dict, p: Tensor, grad: Tensor, state: dict) -> None:
        lr, lambd = _as_float(group["lr"]), group["lambd"]
        eta, mu, step = state["eta"].item(), state["mu"].item(), state["step"].item()
        p, grad, average = _as_real(p, _decayed(group, p, grad), state["ax"])
        p.mul_(1 - lambd * eta)
        p.sub_(grad * eta)
        if mu != 1:
            average.add_((p - average) * mu)
        else:
            average.copy_(p)
        state["eta"].fill_(lr / (1 + lambd * lr * step) ** group["alpha"])
        state["mu"].fill_(1 / max(1, step - group["t0"]))
