"""Rprop."""

from __future__ import annotations

import rushlight as torch
from rushlight import _C, Tensor

from ._rules import _as_real, _both, _check_lr, _of, _Rule
from .optimizer import Params, _as_float

__all__ = ["Rprop"]


class Rprop(_Rule):
    """Uses only the sign of the gradient: every element has a step size that grows while the sign stays.

    Args:
        params: the parameters, or dicts of groups.
        lr: what the step sizes start with; a number or a tensor of one element.
        etas: the factors on a step size when the sign changed, and when it stayed.
        step_sizes: the least and the largest step size.
        capturable: keep step counts on the device of the parameters, which must be a GPU.
        foreach: accepted; every step is one native call for all parameters of a group.
        maximize: climb instead of descend.
        differentiable: record the step, so that gradients flow through it.
    Errors:
        ValueError: a negative rate, or etas not as `0 < etas[0] < 1 < etas[1]`.
    Example:
        >>> optimizer = torch.optim.Rprop(model.parameters(), lr=1e-2)
    Source:
        Riedmiller and Braun, "A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP Algorithm", 1993.
    """

    _late_options = {"foreach": None, "maximize": False, "differentiable": False, "capturable": False}

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        _check_lr(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}. Expected 0 < etas[0] < 1 < etas[1]")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        state["step"] = self._new_number()
        state["prev"] = self._zeros(p)
        state["step_size"] = torch.full_like(p.grad, _both(p, _as_float(group["lr"])))

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        _C._optim.rprop_(
            params,
            grads,
            _of(states, "prev"),
            _of(states, "step_size"),
            _of(states, "step"),
            etaminus=group["etas"][0],
            etaplus=group["etas"][1],
            step_size_min=group["step_sizes"][0],
            step_size_max=group["step_sizes"][1],
            maximize=group["maximize"],
        )

    def _recorded_step(self, group: dict, p: Tensor, grad: Tensor, state: dict) -> None:
        (shrink, grow), (least, most) = group["etas"], group["step_sizes"]
        p, grad, prev, size = _as_real(p, grad, state["prev"], state["step_size"])
        turn = grad * prev.clone()
        factor = torch.where(turn > 0, grow, torch.where(turn < 0, shrink, 1.0)).to(size.dtype)
        size.mul_(factor).clamp_(least, most)
        grad = torch.where(turn < 0, torch.zeros_like(grad), grad)
        p.sub_(grad.sign() * size)
        prev.copy_(grad)
