"""Adagrad."""

from __future__ import annotations

import rushlight as torch
from rushlight import _C, Tensor

from ._rules import _as_real, _both, _check_lr, _decayed, _of, _Rule
from .optimizer import Params, _as_float, _check_fused_params, _check_modes, _check_not_negative

__all__ = ["Adagrad"]


class Adagrad(_Rule):
    """Divides the gradient by the root of the sum of all its squares so far.

    `s += g**2` and `p -= lr / (1 + (step - 1) * lr_decay) * g / (sqrt(s) + eps)`.

    Args:
        params: the parameters, or dicts of groups.
        lr: the learning rate; a number or a tensor of one element.
        lr_decay: how fast the rate falls with the steps.
        weight_decay: `weight_decay * p` is added to the gradient.
        initial_accumulator_value: what the sum starts with.
        eps: added to the divisor.
        foreach, fused: accepted; every step is one native call for all parameters of a group.
        maximize: climb instead of descend.
        differentiable: record the step, so that gradients flow through it.
    Errors:
        ValueError: a negative option.
    Example:
        >>> optimizer = torch.optim.Adagrad(model.parameters(), lr=1e-2)
    Source:
        Duchi et al., "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011.
    """

    _late_options = {"foreach": None, "maximize": False, "differentiable": False, "fused": None}

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        _check_lr(lr)
        _check_not_negative("Invalid lr_decay value", lr_decay, "lr_decay must be 0 or more")
        _check_not_negative("Invalid weight_decay value", weight_decay, "weight_decay must be 0 or more")
        _check_not_negative(
            "Invalid initial_accumulator_value value", initial_accumulator_value, "the sum must start with 0 or more"
        )
        _check_not_negative("Invalid epsilon value", eps, "eps must be 0 or more, for example 1e-10")
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        _check_modes(foreach, fused, differentiable)
        for group in self.param_groups:
            if fused:
                _check_fused_params(group["params"])
            for p in group["params"]:
                self._init_state(group, p, self.state[p])

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        start = self.defaults["initial_accumulator_value"]
        state["step"] = torch.zeros((), dtype=torch.float32) if group["fused"] else self._new_number()
        state["sum"] = torch.full_like(p, _both(p, start), memory_format=torch.preserve_format)

    def share_memory(self) -> None:
        """Put the sums where other processes can see them."""
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["sum"].share_memory_()

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        _C._optim.adagrad_(
            params,
            grads,
            _of(states, "sum"),
            _of(states, "step"),
            lr=_as_float(group["lr"]),
            lr_decay=group["lr_decay"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
        )

    def _recorded_step(self, group: dict, p: Tensor, grad: Tensor, state: dict) -> None:
        rate = group["lr"] / (1 + (state["step"].item() - 1) * group["lr_decay"])
        p, grad, total = _as_real(p, _decayed(group, p, grad), state["sum"])
        total.add_(grad * grad)
        p.sub_(grad / (total.sqrt() + group["eps"]) * rate)
