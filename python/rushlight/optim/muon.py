"""Muon."""

from __future__ import annotations

from rushlight import _C, Tensor

from ._rules import _check_lr, _of, _Rule
from .optimizer import Params, _as_float

__all__ = ["Muon"]


class Muon(_Rule):
    """Momentum whose direction is made orthogonal, for the matrices of hidden layers.

    Give biases, embeddings and the like to another optimizer.

    Args:
        params: matrices, or dicts of groups of them. They must be real.
        lr: the learning rate; a number or a tensor of one element.
        weight_decay: the parameters shrink by `lr * weight_decay`.
        momentum: share of the previous direction that is kept.
        nesterov: look ahead along the momentum.
        ns_coefficients: of the Newton-Schulz iteration that makes the direction orthogonal.
        eps: the least norm of a direction.
        ns_steps: the number of iterations, below 100.
        adjust_lr_fn: "original" scales the rate by `sqrt(max(1, rows / columns))`, "match_rms_adamw" by
            `0.2 * sqrt(max(rows, columns))`; None is "original".
    Errors:
        ValueError: an option out of range, or a parameter that is no matrix. RuntimeError: complex parameters.
    Example:
        >>> matrices = [p for p in model.parameters() if p.ndim == 2]
        >>> optimizer = torch.optim.Muon(matrices, lr=0.02)
    Source:
        Jordan, "Muon: An optimizer for hidden layers in neural networks", 2024; Liu et al., "Muon is Scalable for LLM
        Training", 2025.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        if isinstance(lr, Tensor):
            _check_lr(lr, "Learning rate should be >= 0 but is")
        if not 0.0 <= lr:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not 0.0 <= momentum:
            raise ValueError(f"momentum should be >= 0 but is: {momentum}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"weight decay should be >= 0 but is: {weight_decay}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: {p.size()}"
                    )

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        if p.is_complex():
            raise RuntimeError("Muon does not support complex parameters")
        state["momentum_buffer"] = self._zeros(p.grad)

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        _C._optim.muon_(
            params,
            grads,
            _of(states, "momentum_buffer"),
            lr=_as_float(group["lr"]),
            weight_decay=group["weight_decay"],
            momentum=group["momentum"],
            nesterov=group["nesterov"],
            ns_coefficients=group["ns_coefficients"],
            eps=group["eps"],
            ns_steps=group["ns_steps"],
            adjust_lr_fn=group["adjust_lr_fn"],
        )
