"""Custom functions: a forward and a backward written in Python."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import _C

FunctionCtx = _C._FunctionContext
BackwardCFunction = _C._FunctionContext
once_marker = "__rushlight_once__"


class Function:
    """Base class of custom functions.

    Define `forward(ctx, *args)` and `backward(ctx, *grads)` as static methods, and call `apply`. `backward` gets one
    gradient per output and returns one per argument of `forward`, None where there is none. Or define
    `forward(*args)` and `setup_context(ctx, inputs, output)`.

    Example:
        >>> class Square(torch.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x * x
        ...     @staticmethod
        ...     def backward(ctx, grad):
        ...         (x,) = ctx.saved_tensors
        ...         return 2 * x * grad
        >>> y = Square.apply(x)
    """

    _backward_cls: type | None = None

    def __init__(self, *args: object, **kwargs: object) -> None:
        raise RuntimeError(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function is a mistake: call "
            f"{type(self).__name__}.apply(...)."
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """The computation; every subclass defines it."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple, output: Any) -> None:
        """Keep what backward needs, when forward takes no ctx."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradients of the arguments from those of the outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward and record the call."""
        if kwargs:
            raise TypeError(f"{cls.__name__}.apply() takes no keyword arguments; got {', '.join(kwargs)}")
        own = cls.__dict__.get("_backward_cls")
        if own is None:
            own = type(cls.__name__ + "Backward", (FunctionCtx,), {"__module__": cls.__module__, "_forward_cls": cls})
            cls._backward_cls = own
        ctx = own()
        backward = cls.backward if cls.backward is not Function.backward else cls.vjp
        if cls.setup_context is Function.setup_context:
            forward: Callable = functools.partial(cls.forward, ctx)
        else:

            def forward(*inputs: Any) -> Any:
                output = cls.forward(*inputs)
                cls.setup_context(ctx, inputs, output)
                return output

        return _C._function_apply(ctx, forward, backward, own.__name__, *args)


def once_differentiable(fn: Callable) -> Callable:
    """Mark a backward that cannot be differentiated: asking for a gradient of its results is an error."""

    @functools.wraps(fn)
    def wrapper(ctx: Any, *args: Any) -> Any:
        recording = _C.is_grad_enabled() and any(isinstance(a, _C.Tensor) and a.requires_grad for a in args)
        with _C.no_grad():
            outputs = fn(ctx, *args)
        if not recording:
            return outputs
        single = not isinstance(outputs, tuple)
        items = (outputs,) if single else outputs
        marked = _DelayedError.apply(
            "trying to differentiate twice a function that was marked with @once_differentiable", len(items), *items
        )
        return marked[0] if single else marked

    return wrapper


class _DelayedError(Function):
    """Hands tensors on; differentiating them raises."""

    @staticmethod
    def forward(ctx: Any, message: str, count: int, *items: Any) -> tuple:
        ctx.message = message
        return tuple(x.detach().requires_grad_(False) if isinstance(x, _C.Tensor) else x for x in items)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise RuntimeError(ctx.message)


class NestedIOFunction(Function):
    """A Function; nested arguments are handed on as they are."""


InplaceFunction = Function
