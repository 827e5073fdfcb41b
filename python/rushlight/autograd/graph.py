"""The graph from inside: its nodes, hooks of saved tensors, hooks of several gradients at once."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .. import _C
from .._C import Tensor

__all__ = [
    "GradientEdge",
    "Node",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


class _AnyNode(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _C._FunctionContext) or type(value).__module__ == "rushlight.autograd"


class Node(metaclass=_AnyNode):
    """What `grad_fn` is an instance of.

    Attributes:
        next_functions: pairs of the nodes that the gradients go to and the number of their output.
    Methods:
        name(): "MulBackward0".
        register_hook(hook): `hook(grad_inputs, grad_outputs)` is called when the node has run; it may return other
            `grad_inputs`.
        register_prehook(hook): `hook(grad_outputs)` is called before; it may return other `grad_outputs`.
    """


class GradientEdge(NamedTuple):
    """Where a tensor's gradient flows: a node, and the number of its output."""

    node: Any
    output_nr: int


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The edge that the gradient of `tensor` takes.

    Errors:
        RuntimeError: the tensor does not require gradients.
    """
    if not tensor.requires_grad:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require gradients; "
            "call requires_grad_() first"
        )
    if tensor.grad_fn is not None:
        return GradientEdge(tensor.grad_fn, tensor.output_nr)
    with _C.enable_grad():
        return GradientEdge(tensor.view_as(tensor).grad_fn.next_functions[0][0], tensor.output_nr)


def increment_version(tensor: Tensor | Sequence[Tensor]) -> None:
    """Count a write that nobody has seen, so that backward notices what was saved before it."""
    with _C.no_grad():
        for one in (tensor,) if isinstance(tensor, Tensor) else tensor:
            one.detach().view(-1)[:0].zero_()


class saved_tensors_hooks:  # noqa: N801 - PyTorch's name
    """While entered, what ops save for backward goes through two functions.

    Args:
        pack_hook: called with every tensor that is saved; returns anything.
        unpack_hook: called with that when the tensor is wanted; returns a tensor of the same values.
    Example:
        >>> with torch.autograd.graph.saved_tensors_hooks(lambda x: x.half(), lambda x: x.float()):
        ...     y = model(x)
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        _C._push_saved_tensors_hooks(self.pack_hook, self.unpack_hook)

    def __exit__(self, *_: object) -> None:
        _C._pop_saved_tensors_hooks()

    def __call__(self, func: Callable) -> Callable:
        """As a decorator."""

        @functools.wraps(func)
        def wrapped(*args: object, **kwargs: object) -> object:
            with self:
                return func(*args, **kwargs)

        return wrapped


class save_on_cpu(saved_tensors_hooks):  # noqa: N801 - PyTorch's name
    """Saved tensors wait in the CPU's memory and come back when wanted; a copy where they are there already.

    Args:
        pin_memory: accepted; there is no other device to copy to at once.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda x: (x.device, x.clone()), lambda packed: packed[1].to(packed[0]))


class disable_saved_tensors_hooks:  # noqa: N801 - PyTorch's name
    """While entered (or as a decorator), `saved_tensors_hooks` raises RuntimeError with this message."""

    def __init__(self, error_message: str) -> None:
        self.error_message = error_message

    def __enter__(self) -> None:
        _C._disable_saved_tensors_hooks(self.error_message)

    def __exit__(self, *_: object) -> None:
        _C._enable_saved_tensors_hooks()

    __call__ = saved_tensors_hooks.__call__


class _MultiHandle:
    """Removes the hooks of several tensors at once."""

    def __init__(self, handles: tuple) -> None:
        self.handles = handles

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()

    def __enter__(self) -> _MultiHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def register_multi_grad_hook(tensors: Sequence[Tensor], fn: Callable, *, mode: str = "all") -> _MultiHandle:
    """Call `fn` when the gradients of several tensors are known.

    Args:
        tensors: those that require gradients take part.
        mode: "all": `fn(grads)` once the gradient of every tensor that this backward reaches is there, with None for
            the others. "any": `fn(grad)` with the first one, once per backward.
    Errors:
        ValueError: another mode.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    lock = threading.Lock()
    if mode == "any":
        ran: set[int] = set()

        def first(grad: Tensor) -> None:
            run = _C._backward_run()
            with lock:
                if run in ran:
                    return
                ran.clear()
                ran.add(run)
            fn(grad)

        return _MultiHandle(tuple(t.register_hook(first) for t in tensors if t.requires_grad))

    buffers: dict[int, list[Tensor | None]] = {}
    edges = [get_gradient_edge(t) if t.requires_grad else None for t in tensors]
    wanted = [edge is not None for edge in edges]

    def at(index: int) -> Callable[[Tensor], None]:
        def hook(grad: Tensor) -> None:
            run = _C._backward_run()
            with lock:
                if run not in buffers:
                    reached = [w and _C._will_run(edge.node) for w, edge in zip(wanted, edges, strict=True)]
                    buffers[run] = [sum(reached), [None] * len(tensors)]
                state = buffers[run]
                state[1][index] = grad
                state[0] -= 1
                if state[0] > 0:
                    return
                del buffers[run]
            fn(state[1])

        return hook

    return _MultiHandle(tuple(t.register_hook(at(i)) for i, t in enumerate(tensors) if wanted[i]))
