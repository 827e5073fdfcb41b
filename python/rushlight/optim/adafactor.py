"""Adafactor."""

from __future__ import annotations

from rushlight import _C, Tensor

from ._rules import _check_lr, _of, _Rule
from .optimizer import Params, _as_float

__all__ = ["Adafactor"]


class Adafactor(_Rule):
    """Adam without a mean of gradients, whose mean squares of a matrix are kept as one column and one row.

    The rate is relative to the parameter's size: `max(eps[1], rms(p)) * min(lr, 1 / sqrt(step))`.

    Args:
        params: the parameters, or dicts of groups. They must be real.
        lr: the highest relative rate, and the rate of the weight decay; a number or a tensor of one element.
        beta2_decay: the running means keep `1 - step**beta2_decay`; at most 0.
        eps: the least root of a mean square (None: the epsilon of the dtype), and the least size of a parameter.
        d: changes whose root mean square is larger are scaled down to it; at least 1.
        weight_decay: the parameters shrink by `lr * weight_decay`.
        foreach: accepted; every step is one native call for all parameters of a group.
        maximize: climb instead of descend.
    Errors:
        ValueError: an option out of range. RuntimeError: complex parameters.
    Example:
        >>> optimizer = torch.optim.Adafactor(model.parameters())
    Source:
        Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018.
    """

    _late_options = {"foreach": None}

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        if isinstance(lr, Tensor):
            _check_lr(lr, "Learning rate should be >= 0 but is")
        if not 0.0 <= lr:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not 0.0 >= beta2_decay:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not 0.0 <= eps[0]:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not 0.0 <= eps[1]:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not 1.0 <= d:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        if p.is_complex():
            raise RuntimeError("Adafactor does not support complex parameters")
        state["step"] = self._new_number()
        grad = p.grad
        if grad.dim() > 1:
            state["row_var"] = grad.new_zeros([*grad.shape[:-1], 1])
            state["col_var"] = grad.new_zeros([*grad.shape[:-2], 1, grad.shape[-1]])
        else:
            state["variance"] = self._zeros(grad)

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        eps1, eps2 = group["eps"]
        _C._optim.adafactor_(
            params,
            grads,
            [state.get("row_var") for state in states],
            [state.get("col_var") for state in states],
            [state.get("variance") for state in states],
            _of(states, "step"),
            lr=_as_float(group["lr"]),
            beta2_decay=group["beta2_decay"],
            eps1=eps1,
            eps2=eps2,
            d=group["d"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
        )
