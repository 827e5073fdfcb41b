"""Parameter and Buffer: tensors that a Module registers when they are assigned to an attribute."""

from __future__ import annotations

from collections import OrderedDict

import rushlight as torch
from rushlight import Tensor

__all__ = ["Buffer", "Parameter"]


def _rebuild_parameter(data: Tensor, requires_grad: bool, backward_hooks: OrderedDict) -> Parameter:
    """The pickle constructor of Parameter."""
    param = Parameter(data, requires_grad)
    if backward_hooks:
        param._backward_hooks = backward_hooks
    return param


def _rebuild_parameter_with_state(
    data: Tensor, requires_grad: bool, backward_hooks: OrderedDict, state: dict
) -> Parameter:
    """The pickle constructor of a Parameter that carries Python attributes."""
    param = _rebuild_parameter(data, requires_grad, backward_hooks)
    param.__dict__.update(state)
    return param


class Parameter(Tensor):
    """A tensor that is a learnable value of a module: assigning it to a module's attribute registers it.

    Args:
        data: the values; the Parameter shares their memory. An empty tensor when left out.
        requires_grad: whether `backward()` fills `.grad`; only floating point (and complex) tensors can.
    Errors:
        RuntimeError: `data` is an integer or bool tensor and `requires_grad` is True.
    Example:
        >>> scale = nn.Parameter(torch.ones(3))
        >>> scale.requires_grad, scale.is_leaf
        (True, True)
    """

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Parameter:
        if data is None:
            data = torch.empty(0)
        return Tensor._make_subclass(cls, data, requires_grad)

    def __deepcopy__(self, memo: dict) -> Parameter:
        if id(self) in memo:
            return memo[id(self)]
        result = type(self)(self.data.clone(memory_format=torch.preserve_format), self.requires_grad)
        memo[id(self)] = result
        return result

    def __repr__(self) -> str:
        return "Parameter containing:\n" + repr(self.detach().requires_grad_(self.requires_grad))

    def __reduce_ex__(self, proto: int) -> tuple:
        state = getattr(self, "__dict__", None)
        if state:
            return _rebuild_parameter_with_state, (self.data, self.requires_grad, OrderedDict(), dict(state))
        return _rebuild_parameter, (self.data, self.requires_grad, OrderedDict())


class _BufferMeta(type(Tensor)):
    def __instancecheck__(cls, instance: object) -> bool:
        if cls is Buffer and isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False):
            return True
        return super().__instancecheck__(instance)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that is part of a module's state but is not learned, such as a running mean.

    The result is a plain Tensor that remembers it is a buffer: assigning it to a module's attribute calls
    `register_buffer`.

    Args:
        data: the values; their memory is shared. An empty tensor when left out.
        persistent: whether `state_dict()` contains it.
    Example:
        >>> module.running_mean = nn.Buffer(torch.zeros(8))
        >>> module.cache = nn.Buffer(torch.zeros(8), persistent=False)
    """

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Tensor:
        if data is None:
            data = torch.empty(0)
        buffer = data.detach().requires_grad_(data.requires_grad)
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer
