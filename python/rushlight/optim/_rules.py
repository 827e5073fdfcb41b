"""What the optimizers have in common whose step is one native call per group."""

from __future__ import annotations

from collections.abc import Callable

import rushlight as torch
from rushlight import Tensor

from .optimizer import Optimizer, _check_not_negative, _check_one_element, _with_grads

__all__: list[str] = []


def _scalar_dtype() -> torch.dtype:
    """Of step counts and the like: float32, or float64 where that is the default dtype."""
    return torch.float64 if torch.get_default_dtype() == torch.float64 else torch.float32


def _check_lr(lr: float | Tensor, text: str = "Invalid learning rate") -> None:
    _check_one_element("lr", lr)
    _check_not_negative(text, lr, "lr must be 0 or more, for example lr=1e-2")


def _check_beta(i: int, beta: float) -> None:
    if not 0.0 <= beta < 1.0:
        raise ValueError(f"Invalid beta parameter at index {i}: {beta}. It must be in [0, 1), for example 0.9")


def _both(p: Tensor, value: float) -> float | complex:
    """`value` for real numbers; for complex ones it stands in both parts, which are treated as two numbers."""
    return complex(value, value) if p.is_complex() else value


def _as_real(*tensors: Tensor) -> list[Tensor]:
    """Complex tensors as pairs of real numbers, real ones as they are."""
    return [torch.view_as_real(t) if t.is_complex() else t for t in tensors]


def _squared(average: Tensor, grad: Tensor, keep: float) -> None:
    """`average = keep * average + (1 - keep) * grad**2`, in ops that autograd records."""
    average.mul_(keep).add_(grad * grad * (1 - keep))


class _Rule(Optimizer):
    """An optimizer whose step is one native call for all parameters of a group.

    A subclass says what state a parameter starts with, makes the native call, and writes the same formulas in ops for
    `differentiable=True`.
    """

    _late_options: dict = {}  # options that files of older versions lack
    _numbers: tuple[str, ...] = ("step",)  # states of one number, which older files hold as Python numbers

    def _init_state(self, group: dict, p: Tensor, state: dict) -> None:
        raise NotImplementedError

    def _native_step(self, group: dict, params: list[Tensor], grads: list[Tensor], states: list[dict]) -> None:
        raise NotImplementedError

    def _recorded_step(self, group: dict, p: Tensor, grad: Tensor, state: dict) -> None:
        raise NotImplementedError

    def __setstate__(self, state: dict) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            for key, value in self._late_options.items():
                group.setdefault(key, value)
            for p in group["params"]:
                own = self.state.get(p) or {}
                for key in self._numbers:
                    if key in own and not isinstance(own[key], Tensor):
                        own[key] = torch.tensor(float(own[key]), dtype=_scalar_dtype())

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
            if group.get("capturable") and any(p.device.type == "cpu" for p in params):
                raise AssertionError(
                    "If capturable=True, params and state_steps must be on supported devices: ['cuda']. "
                    "Leave capturable=False for parameters on the CPU."
                )
            states = [self.state[p] for p in params]
            if not all(states):  # an empty dict: a parameter seen for the first time
                for p, state in zip(params, states, strict=True):
                    if not state:
                        self._init_state(group, p, state)
            if group.get("differentiable"):
                for p, grad, state in zip(params, grads, states, strict=True):
                    state["step"].add_(1)
                    self._recorded_step(group, p, -grad if group["maximize"] else grad, state)
            else:
                self._native_step(group, params, grads, states)
        return loss

    @staticmethod
    def _new_number(value: float = 0.0) -> Tensor:
        return torch.tensor(value, dtype=_scalar_dtype())

    @staticmethod
    def _zeros(p: Tensor) -> Tensor:
        return torch.zeros_like(p, memory_format=torch.preserve_format)


def _of(states: list[dict], key: str) -> list[Tensor]:
    return [state[key] for state in states]


def _decayed(group: dict, p: Tensor, grad: Tensor) -> Tensor:
    """The gradient with the weight decay in it, in ops that autograd records."""
    decay = group["weight_decay"]
    return grad + p.clone() * decay if isinstance(decay, Tensor) or decay != 0 else grad
