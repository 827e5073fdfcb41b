"""RMSprop."""

from __future__ import annotations

from rushlight import _C, Tensor

from ._rules import _as_real, _check_lr, _decayed, _of, _Rule, _squared
from .optimizer import Params, _as_float, _check_not_negative

__all__ = ["RMSprop"]


class RMSprop(_Rule):
    """Divides the gradient by the root of the running mean of its square.

    `v = alpha * v + (1 - alpha) * g**2` and `p -= lr * g / (sqrt(v) + eps)`.

    Args:
        params: the parameters, or dicts of groups.
        lr: the learning rate; a number or a tensor of one element.
        alpha: share of the running means that is kept.
        eps: added to the divisor.
        weight_decay: `weight_decay * p` is added to the gradient.
        momentum: share of the previous direction that is kept.
        centered: divide by the root of the variance, that is, take off the square of the running mean of the gradient.
        foreach: accepted; every step is one native call for all parameters of a group.
        maximize: climb instead of descend.
        capturable: keep step counts on the device of the parameters, which must be a GPU.
        differentiable: record the step, so that gradients flow through it.
    Errors:
        ValueError: a negative option.
    Example:
        >>> optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-2, momentum=0.9)
    Source:
        Tieleman and Hinton, lecture 6.5, 2012; centered: Graves, "Generating Sequences With Recurrent Neural
        Networks", 2013.
    """

    _late_options = {
        "momentum": 0,
        "centered": False,
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "capturable": False,
    }

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        _check_lr(lr)
        _check_not_negative("Invalid epsilon value", eps, "eps must be 0 or more, for example 1e-8")
        _check_not_negative("Invalid momentum value", momentum, "momentum must be 0 or more, for example 0.9")
        _check_not_negative("Invalid weight_decay value", weight_decay, "weight_decay must be 0 or more")
        _check_not_negative("Invalid alpha value", alpha, "alpha must be 0 or more, for example 0.99")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        state["step"] = self._new_number()
        state["square_avg"] = self._zeros(p)
        if group["momentum"] > 0:
            state["momentum_buffer"] = self._zeros(p)
        if group["centered"]:
            state["grad_avg"] = self._zeros(p)

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        _C._optim.rmsprop_(
            params,
            grads,
            _of(states, "square_avg"),
            _of(states, "grad_avg") if group["centered"] else [],
            _of(states, "momentum_buffer") if group["momentum"] > 0 else [],
            _of(states, "step"),
            lr=_as_float(group["lr"]),
            alpha=group["alpha"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            momentum=group["momentum"],
            centered=group["centered"],
            maximize=group["maximize"],
        )

    def _recorded_step(self, group: dict, p: Tensor, grad: Tensor, state: dict) -> None:
        p, grad, square = _as_real(p, _decayed(group, p, grad), state["square_avg"])
        _squared(square, grad, group["alpha"])
        variance = square
        if group["centered"]:
            (mean,) = _as_real(state["grad_avg"])
            mean.lerp_(grad, 1 - group["alpha"])
            variance = square - mean * mean
        change = grad / (variance.sqrt() + group["eps"])
        if group["momentum"] > 0:
            (buffer,) = _as_real(state["momentum_buffer"])
            buffer.mul_(group["momentum"]).add_(change)
            change = buffer.clone()
        p.sub_(change * group["lr"])
