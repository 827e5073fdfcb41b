"""Adam, and AdamW through `decoupled_weight_decay`."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

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

__all__ = ["Adam"]

# Lists are collected by `map` with these: a step of a small model costs as much in Python as in its kernels.
_exp_avg, _exp_avg_sq, _max_exp_avg_sq, _step = map(itemgetter, ("exp_avg", "exp_avg_sq", "max_exp_avg_sq", "step"))


def _check_betas(betas: tuple[float | Tensor, float | Tensor], foreach: bool | None, capturable: bool) -> None:
    for i in (0, 1):
        beta = betas[i]
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}. It must be in [0, 1), for example 0.9")
        if isinstance(beta, Tensor) and foreach and not capturable:
            raise ValueError(f"betas[{i}] as a Tensor is not supported for capturable=False and foreach=True")
        _check_one_element(f"betas[{i}]", beta)
    both_floats = isinstance(betas[0], float) and isinstance(betas[1], float)
    if not both_floats and not (isinstance(betas[0], Tensor) and isinstance(betas[1], Tensor)):
        raise ValueError(f"betas must be either both floats or both Tensors, but got {betas}")


def _step_dtype(on_device: bool) -> torch.dtype:
    """Step counts are float32, or float64 where that is the default dtype."""
    if not on_device and torch.get_default_dtype() == torch.float64:
        return torch.float64
    return torch.float32


class Adam(Optimizer):
    """Steps along the running mean of the gradient, divided by the root of the running mean of its square.

    Args:
        params: the parameters, or dicts of groups.
        lr: the learning rate; a number or a tensor of one element.
        betas: shares of the previous running means that are kept.
        eps: added to the divisor.
        weight_decay: `weight_decay * p` is added to the gradient.
        amsgrad: divide by the largest running mean so far.
        foreach, fused: accepted; every step is one native call for all parameters of a group.
        maximize: climb instead of descend.
        capturable: keep step counts on the device of the parameters, which must be a GPU.
        differentiable: record the step, so that gradients flow through it.
        decoupled_weight_decay: shrink the parameters by `lr * weight_decay` instead; this is AdamW.
    Errors:
        ValueError: an option out of range.
    Example:
        >>> optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014; Reddi et al., "On the Convergence of Adam
        and Beyond", 2018.
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and foreach and not capturable:
            raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
        _check_one_element("lr", lr)
        _check_not_negative("Invalid learning rate", lr, "lr must be 0 or more, for example lr=1e-3")
        _check_not_negative("Invalid epsilon value", eps, "eps must be 0 or more, for example 1e-8")
        _check_betas(betas, foreach, capturable)
        _check_not_negative("Invalid weight_decay value", weight_decay, "weight_decay must be 0 or more")
        _check_modes(foreach, fused, differentiable)
        defaults = {
            "lr": lr,
            "betas": tuple(b.squeeze() if isinstance(b, Tensor) else b for b in betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def __setstate__(self, state: dict) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("amsgrad", False)
            group.setdefault("maximize", False)
            group.setdefault("foreach", None)
            group.setdefault("capturable", False)
            group.setdefault("differentiable", False)
            group.setdefault("decoupled_weight_decay", False)
            group.setdefault("fused", None)
            for p in group["params"]:
                own = self.state.get(p)
                if own and not isinstance(own["step"], Tensor):  # files from before steps were tensors
                    own["step"] = self._new_step(group, p).fill_(float(own["step"]))

    @staticmethod
    def _new_step(group: dict, p: Tensor) -> Tensor:
        on_device = bool(group["capturable"] or group["fused"])
        return torch.zeros((), dtype=_step_dtype(on_device), device=p.device if on_device else "cpu")

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        if group["fused"]:
            _check_fused_params([p])
        state["step"] = self._new_step(group, p)
        state["exp_avg"] = torch.zeros_like(p, memory_format=torch.preserve_format)
        state["exp_avg_sq"] = torch.zeros_like(p, memory_format=torch.preserve_format)
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = torch.zeros_like(p, memory_format=torch.preserve_format)

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
            if group["capturable"] or group["differentiable"]:
                self._check_mode(group, params)
            states = [self.state[p] for p in params]
            if not all(states):  # an empty dict: a parameter seen for the first time
                for p, state in zip(params, states, strict=True):
                    if not state:
                        self._init_state(group, p, state)
            if group["differentiable"]:
                self._recorded_step(group, params, grads, states)
                continue
            amsgrad = group["amsgrad"]
            beta1, beta2 = group["betas"]
            _C._optim.adam_(
                params,
                grads,
                list(map(_exp_avg, states)),
                list(map(_exp_avg_sq, states)),
                list(map(_max_exp_avg_sq, states)) if amsgrad else [],
                list(map(_step, states)),
                lr=_as_float(group["lr"]),
                beta1=_as_float(beta1),
                beta2=_as_float(beta2),
                eps=group["eps"],
                weight_decay=_as_float(group["weight_decay"]),
                amsgrad=amsgrad,
                maximize=group["maximize"],
                decoupled_weight_decay=group["decoupled_weight_decay"],
            )
        return loss

    @staticmethod
    def _check_mode(group: dict, params: list[Tensor]) -> None:
        if group["capturable"] and any(p.device.type == "cpu" for p in params):
            raise AssertionError(
                "If capturable=True, params and state_steps must be on supported devices: ['cuda']. "
                "Leave capturable=False for parameters on the CPU."
            )
        if group["differentiable"] and group["fused"]:
            raise RuntimeError("Adam with fused=True does not support differentiable=True")

    @staticmethod
    def _recorded_step(group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        """The same formulas in ops that autograd records; options that are tensors get gradients too."""
        lr, decay, eps = group["lr"], group["weight_decay"], group["eps"]
        beta1, beta2 = group["betas"]
        for p, g, state in zip(params, grads, states, strict=True):
            step = state["step"]
            step.add_(1)
            g = -g if group["maximize"] else g
            if isinstance(decay, Tensor) or decay != 0:
                if group["decoupled_weight_decay"]:
                    p.mul_(1 - lr * decay)
                else:
                    g = g + p.clone() * decay
            state["exp_avg"].lerp_(g, 1 - beta1)
            state["exp_avg_sq"].mul_(beta2).add_(g * g * (1 - beta2))
            square = state["exp_avg_sq"]
            if group["amsgrad"]:
                state["max_exp_avg_sq"].copy_(torch.maximum(state["max_exp_avg_sq"].clone(), square))
                square = state["max_exp_avg_sq"]
            count = step.clone()
            step_size = lr / (1 - beta1**count)
            divisor = (square.sqrt() / (1 - beta2**count).sqrt()).add_(eps)
            p.sub_(state["exp_avg"].clone() / divisor * step_size)
