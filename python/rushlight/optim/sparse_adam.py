"""SparseAdam: Adam for gradients of which most rows are zero."""

from __future__ import annotations

from rushlight import _C, Tensor

from ._rules import _check_beta, _of, _Rule
from .optimizer import Params, _as_float, _check_one_element

__all__ = ["SparseAdam"]


class SparseAdam(_Rule):
    """Adam that leaves rows alone which have no gradient: their running means do not decay either.

    Gradients are dense tensors here, also those of `nn.Embedding(sparse=True)`. A row (all elements of one index of the
    first dimension) that is all zeros takes the place of one that a sparse gradient does not hold.

    Args:
        params: the parameters, or dicts of groups. They must be real.
        lr: the learning rate, above 0; a number or a tensor of one element.
        betas: shares of the previous running means that are kept.
        eps: added to the divisor; above 0.
        maximize: climb instead of descend.
    Errors:
        ValueError: an option out of range, or complex parameters.
    Example:
        >>> optimizer = torch.optim.SparseAdam(embedding.parameters(), lr=1e-3)
    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014.
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        _check_one_element("lr", lr)
        if not 0.0 < lr:
            raise ValueError(f"Invalid learning rate: {lr}. lr must be above 0, for example 1e-3")
        if not 0.0 < eps:
            raise ValueError(f"Invalid epsilon value: {eps}. eps must be above 0, for example 1e-8")
        for i in (0, 1):
            _check_beta(i, betas[i])
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        found = [[i, k] for i, g in enumerate(self.param_groups) for k, p in enumerate(g["params"]) if p.is_complex()]
        if found:
            raise ValueError(f"Complex params at indices {found}: SparseAdam does not support complex parameters")

    _numbers = ()  # the step is a Python number

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        state["step"] = 0
        state["exp_avg"] = self._zeros(p)
        state["exp_avg_sq"] = self._zeros(p)

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        for state in states:
            state["step"] += 1
        _C._optim.sparse_adam_(
            params,
            grads,
            _of(states, "exp_avg"),
            _of(states, "exp_avg_sq"),
            _of(states, "step"),
            lr=_as_float(group["lr"]),
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            eps=group["eps"],
            maximize=group.get("maximize", False),
        )
