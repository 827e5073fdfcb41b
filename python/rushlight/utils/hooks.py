"""Hook handles, and the pair of identity nodes that lets a Module see the gradients of its inputs and outputs."""

from __future__ import annotations

import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence

import rushlight as torch

__all__ = ["BackwardHook", "RemovableHandle", "unserializable_hook", "warn_if_has_hooks"]


class RemovableHandle:
    """Removes one hook again. Also a context manager: the hook lives for the `with` block.

    Args:
        hooks_dict: the dict the hook was put into under `handle.id`.
        extra_dict: a dict, or a list of dicts, from which the id is removed as well.
    Example:
        >>> handle = module.register_forward_hook(print_shape)
        >>> handle.remove()
    """

    id: int
    next_id: int = 0

    def __init__(self, hooks_dict: dict, *, extra_dict: dict | list[dict] | None = None) -> None:
        self.hooks_dict_ref = weakref.ref(hooks_dict)
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        extra = [extra_dict] if isinstance(extra_dict, dict) else extra_dict or []
        self.extra_dict_ref = tuple(weakref.ref(d) for d in extra)

    def remove(self) -> None:
        """Take the hook out; doing so twice is allowed."""
        for ref in (self.hooks_dict_ref, *self.extra_dict_ref):
            hooks = ref()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __getstate__(self) -> tuple:
        return self.hooks_dict_ref(), self.id, tuple(ref() for ref in self.extra_dict_ref)

    def __setstate__(self, state: tuple) -> None:
        hooks = state[0] if state[0] is not None else OrderedDict()
        self.hooks_dict_ref = weakref.ref(hooks)
        self.id = state[1]
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)
        self.extra_dict_ref = tuple(weakref.ref(d) for d in state[2]) if len(state) > 2 and state[2] else ()

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.remove()


def unserializable_hook(f: Callable) -> Callable:
    """Mark a tensor hook so that saving the tensor does not warn about losing the hook."""
    f.__torch_unserializable__ = True
    return f


def warn_if_has_hooks(tensor: torch.Tensor) -> None:
    """Warn for each backward hook of `tensor` that a save would drop."""
    for hook in (tensor._backward_hooks or {}).values():
        if not hasattr(hook, "__torch_unserializable__"):
            warnings.warn(
                f"backward hook {hook!r} on tensor will not be serialized. If this is expected, decorate the function "
                "with @torch.utils.hooks.unserializable_hook to suppress this warning",
                stacklevel=2,
            )


_boundary: type | None = None


def _boundary_function() -> type:
    """The autograd function behind BackwardHook, made on first use so that importing `nn` needs no autograd."""
    global _boundary
    if _boundary is None:

        class BackwardHookFunction(torch.autograd.Function):
            """Identity whose backward passes the gradients through `on_grads`."""

            @staticmethod
            def forward(ctx: object, on_grads: Callable, materialize: bool, *tensors: torch.Tensor) -> tuple:
                ctx.set_materialize_grads(materialize)
                ctx.on_grads = on_grads
                passed = tuple(t.view_as(t) for t in tensors)
                ctx.mark_non_differentiable(*[p for p, t in zip(passed, tensors, strict=True) if not t.requires_grad])
                return passed

            @staticmethod
            def backward(ctx: object, *grads: torch.Tensor | None) -> tuple:
                return (None, None, *ctx.on_grads(grads))

        _boundary = BackwardHookFunction
    return _boundary


class BackwardHook:
    """Runs a module's backward hooks: one identity node before the module, one behind it.

    The node behind the module runs first in backward. It calls the pre-hooks and keeps the gradients of the outputs;
    the node before the module then has the gradients of the inputs too and calls the hooks with both.
    """

    def __init__(self, module: object, user_hooks: list[Callable], user_pre_hooks: list[Callable]) -> None:
        self.module = module
        self.user_hooks = user_hooks
        self.user_pre_hooks = user_pre_hooks
        self.grad_outputs: tuple | None = None
        self.n_inputs = -1
        self.n_outputs = -1
        self.input_tensors_index: list[int] | None = None
        self.output_tensors_index: list[int] | None = None

    def setup_input_hook(self, args: tuple) -> tuple:
        """Put the first node before the module; returns the arguments to call `forward` with."""
        self.n_inputs = len(args)
        out, self.input_tensors_index = self._pass_through(self._on_input_grads, args, materialize=True)
        return out

    def setup_output_hook(self, result: object) -> object:
        """Put the second node behind the module; returns the result to hand to the caller."""
        is_tuple = isinstance(result, tuple)
        args = result if is_tuple else (result,)
        self.n_outputs = len(args)
        out, self.output_tensors_index = self._pass_through(self._on_output_grads, args, materialize=False)
        return out if is_tuple else out[0]

    @staticmethod
    def _pass_through(on_grads: Callable, args: tuple, materialize: bool) -> tuple[tuple, list[int] | None]:
        index = [i for i, arg in enumerate(args) if isinstance(arg, torch.Tensor)]
        tensors = [args[i] for i in index]
        if not (torch.is_grad_enabled() and any(t.requires_grad for t in tensors)):
            return args, None
        passed = dict(zip(index, _boundary_function().apply(on_grads, materialize, *tensors), strict=True))
        values = [passed.get(i, arg) for i, arg in enumerate(args)]
        return (tuple(values) if type(args) is tuple else type(args)(*values)), index

    @staticmethod
    def _spread(index: Sequence[int], values: Sequence, size: int) -> tuple:
        full: list = [None] * size
        for i, value in zip(index, values, strict=True):
            full[i] = value
        return tuple(full)

    def _on_input_grads(self, grads: tuple) -> tuple:
        if self.grad_outputs is None:  # the pass through the outputs did not happen: nothing to report
            return grads
        res = self._spread(self.input_tensors_index, grads, self.n_inputs)
        for hook in self.user_hooks:
            out = hook(self.module, res, self.grad_outputs)
            if out is None:
                continue
            out = out if isinstance(out, (tuple, list)) else (out,)
            if len(out) != len(res):
                raise RuntimeError(
                    f"Backward hook returned an invalid number of grad_input, got {len(out)}, but expected {len(res)}"
                )
            res = out
        self.grad_outputs = None
        return tuple(res[i] for i in self.input_tensors_index)

    def _on_output_grads(self, grads: tuple) -> tuple:
        self.grad_outputs = self._spread(self.output_tensors_index, grads, self.n_outputs)
        for hook in self.user_pre_hooks:
            out = hook(self.module, self.grad_outputs)
            if out is None:
                continue
            out = out if isinstance(out, (tuple, list)) else (out,)
            if len(out) != self.n_outputs:
                raise RuntimeError(
                    "Backward pre hook returned an invalid number of grad_output, "
                    f"got {len(out)}, but expected {self.n_outputs}"
                )
            self.grad_outputs = tuple(out)
        grad_outputs = self.grad_outputs
        if self.input_tensors_index is None:
            self._without_input_grads()
        return tuple(grad_outputs[i] for i in self.output_tensors_index)

    def _without_input_grads(self) -> None:
        """No input requires grad, so no node stands before the module: call the hooks now, with no grad_input."""
        warnings.warn(
            "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs "
            "require gradients. The hook receives None for every grad_input.",
            stacklevel=2,
        )
        none = (None,) * self.n_inputs
        for hook in self.user_hooks:
            res = hook(self.module, none, self.grad_outputs)
            if res is not None and not (isinstance(res, tuple) and all(r is None for r in res)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or "
                    "None for all gradients."
                )
        self.grad_outputs = None
