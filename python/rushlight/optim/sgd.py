"""Stochastic gradient descent, with momentum if wanted."""

from __future__ import annotations

from collections.abc import Callable

import rushlight as torch
from rushlight import _C, Tensor

from .optimizer import (
    Optimizer,
    Params,
    _as_float,
    _check_fused_params,
    _check_modes,
    _check_not_negative,
    _check_one_element,
    _with_grads,
)

__all__ = ["SGD"]


class SGD(Optimizer):
    """`p -= lr * g`; with momentum `buf = momentum * buf + (1 - dampening) * g` takes the place of `g`.

    Args:
        params: the parameters, or dicts of groups.
        lr: the learning rate; a number or a tensor of one element.
        momentum: share of the previous direction that is kept.
        dampening: share of the gradient that momentum leaves out (not in the first step).
        weight_decay: `weight_decay * p` is added to the gradient.
        nesterov: look ahead along the momentum.
        maximize: climb instead of descend.
        foreach, fused: accepted; every step is one native call for all parameters of a group.
        differentiable: record the step, so that gradients flow through it.
    Errors:
        ValueError: a negative option, or `nesterov` without momentum or with dampening.
    Example:
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    Source:
        Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        _check_one_element("lr", lr)
        _check_not_negative("Invalid learning rate", lr, "lr must be 0 or more, for example lr=0.1")
        _check_not_negative("Invalid momentum value", momentum, "momentum must be 0 or more, for example 0.9")
        _check_not_negative("Invalid weight_decay value", weight_decay, "weight_decay must be 0 or more")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                "Nesterov momentum requires a momentum and zero dampening, "
                f"but got momentum={momentum} and dampening={dampening}"
            )
        _check_modes(foreach, fused, differentiable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        if fused:
            for group in self.param_groups:
                _check_fused_params(group["params"])

    def __setstate__(self, state: dict) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("nesterov", False)
            group.setdefault("maximize", False)
            group.setdefault("foreach", None)
            group.setdefault("differentiable", False)
            group.setdefault("fused", False)

    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Take one step.

        Args:
            closure: recomputes the loss with its gradients and returns it.
        """
        loss = self._run_closure(closure)
        for group in self.param_groups:
            params, grads = _with_grads(group["params"])
            if not params:
                continue
            if group["differentiable"]:
                self._recorded_step(group, params, grads)
            elif group["momentum"] == 0:
                self._native_step(group, params, grads, [], first_step=False)
            else:
                self._momentum_step(group, params, grads)
        return loss

    def _momentum_step(self, group: dict, params: list[Tensor], grads: list[Tensor]) -> None:
        """Parameters seen for the first time start their buffer with the gradient; the others continue theirs."""
        buffers = [self.state[p].get("momentum_buffer") for p in params]
        if not any(buf is None for buf in buffers):
            self._native_step(group, params, grads, buffers, first_step=False)
            return
        for first in (True, False):
            chosen = [i for i, buf in enumerate(buffers) if (buf is None) is first]
            if not chosen:
                continue
            ps, gs = [params[i] for i in chosen], [grads[i] for i in chosen]
            bufs = [torch.empty_like(g) for g in gs] if first else [buffers[i] for i in chosen]
            self._native_step(group, ps, gs, bufs, first_step=first)
            for p, buf in zip(ps, bufs, strict=True):
                self.state[p]["momentum_buffer"] = buf

    @staticmethod
    def _native_step(
        group: dict, params: list[Tensor], grads: list[Tensor], buffers: list[Tensor], first_step: bool
    ) -> None:
        _C._optim.sgd_(
            params,
            grads,
            buffers,
            lr=_as_float(group["lr"]),
            momentum=_as_float(group["momentum"]),
            dampening=_as_float(group["dampening"]),
            weight_decay=_as_float(group["weight_decay"]),
            nesterov=group["nesterov"],
            maximize=group["maximize"],
            first_step=first_step,
        )

    def _recorded_step(self, group: dict, params: list[Tensor], grads: list[Tensor]) -> None:
        """The same formulas in ops that autograd records; options that are tensors get gradients too."""
        lr, momentum, decay = group["lr"], group["momentum"], group["weight_decay"]
        for p, g in zip(params, grads, strict=True):
            g = -g if group["maximize"] else g
            if isinstance(decay, Tensor) or decay != 0:
                g = g + p.clone() * decay
            if momentum != 0:
                buf = self.state[p].get("momentum_buffer")
                if buf is None:
                    buf = g.detach().clone()
                else:
                    buf.mul_(momentum).add_(g, alpha=1 - group["dampening"])
                self.state[p]["momentum_buffer"] = buf
                g = g.add(buf, alpha=momentum) if group["nesterov"] else buf
            if isinstance(lr, Tensor):
                p.sub_(g * lr)
            else:
                p.add_(g, alpha=-lr)
