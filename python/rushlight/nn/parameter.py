"""Parameter and Buffer: tensors that a Module registers when they are assigned to an attribute."""

from __future__ import annotations

from collections import OrderedDict

import rushlight as torch
from rushlight import Tensor

__all__ = [
    "Buffer",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "UninitializedTensorMixin",
    "is_lazy",
]


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


class UninitializedTensorMixin:
    """What has a dtype and a device but no shape yet; `materialize` makes it an ordinary tensor."""

    cls_to_become: type

    def materialize(self, shape: tuple[int, ...], device: object = None, dtype: object = None) -> None:
        """Gives it memory, with values that are not set."""
        now = self.data
        device = now.device if device is None else device
        dtype = now.dtype if dtype is None else dtype
        self.data = torch.empty(shape, device=device, dtype=dtype)
        self.__class__ = self.cls_to_become

    @property
    def shape(self) -> tuple[int, ...]:
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
            "`load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` "
            "to initialize the parameters before accessing their attributes."
        )

    def share_memory_(self) -> Tensor:
        raise RuntimeError(
            "Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize the parameters "
            "before calling `module.share_memory()`."
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, proto: int) -> tuple:
        return type(self), (self.requires_grad,)

    def __deepcopy__(self, memo: dict) -> Tensor:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, self.data.device, self.data.dtype)
        return memo[id(self)]


def is_lazy(param: object) -> bool:
    """Whether this is a parameter or a buffer without a shape yet."""
    return isinstance(param, UninitializedTensorMixin)


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter whose shape is not known yet.

    Args:
        requires_grad: see Parameter.
        device, dtype: of the values to come.
    """

    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: object = None, dtype: object = None) -> Parameter:
        return Tensor._make_subclass(cls, torch.empty(0, device=device, dtype=dtype), requires_grad)


class UninitializedBuffer(UninitializedTensorMixin, Tensor):
    """A buffer whose shape is not known yet.

    Args:
        requires_grad, device, dtype: of the values to come.
        persistent: whether `state_dict()` contains it.
    """

    cls_to_become = Tensor

    def __new__(
        cls, requires_grad: bool = False, device: object = None, dtype: object = None, persistent: bool = True
    ) -> Tensor:
        made = Tensor._make_subclass(cls, torch.empty(0, device=device, dtype=dtype), requires_grad)
        made.persistent = persistent
        made._is_buffer = True
        return made
