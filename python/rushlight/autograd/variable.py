"""The name that tensors with history once had."""

from __future__ import annotations

from typing import Any

from .._C import Tensor


class _VariableMeta(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor)

    def __call__(cls, data: Tensor, requires_grad: bool = False, volatile: Any = None) -> Tensor:
        result = data.detach()
        return result.requires_grad_() if requires_grad else result


class Variable(metaclass=_VariableMeta):
    """`Variable(data, requires_grad=False)`: a tensor over the same memory, without history."""
