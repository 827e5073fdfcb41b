"""The hook half of Module: registries, registration, and the call path taken when there are hooks."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable

import rushlight as torch
from rushlight import _C

from ...utils.hooks import BackwardHook, RemovableHandle

# Hooks that run for every module. The native call path only learns how many there are.
_global_forward_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_forward_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_forward_hooks_always_called: OrderedDict[int, bool] = OrderedDict()
_global_forward_hooks_with_kwargs: OrderedDict[int, bool] = OrderedDict()
_global_backward_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_backward_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_is_full_backward_hook: bool | None = None

# Hooks that run when a module registers something.
_global_buffer_registration_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_module_registration_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_parameter_registration_hooks: OrderedDict[int, Callable] = OrderedDict()

_MIXED_GLOBAL = (
    "Cannot use both regular backward hooks and full backward hooks as a global Module hook. "
    "Please use only one of them."
)
_MIXED = (
    "Cannot use both regular backward hooks and full backward hooks on a single Module. Please use only one of them."
)


def _tell_native() -> None:
    registries = (
        _global_forward_pre_hooks,
        _global_forward_hooks,
        _global_backward_pre_hooks,
        _global_backward_hooks,
    )
    _C._set_global_module_hooks(sum(map(len, registries)))


class _GlobalHandle(RemovableHandle):
    def remove(self) -> None:
        super().remove()
        _tell_native()


def _add_global(registry: OrderedDict, hook: Callable, extra: list[dict] | None = None) -> RemovableHandle:
    handle = _GlobalHandle(registry, extra_dict=extra)
    registry[handle.id] = hook
    _tell_native()
    return handle


def _add_registration(registry: OrderedDict, hook: Callable) -> RemovableHandle:
    handle = RemovableHandle(registry)
    registry[handle.id] = hook
    return handle


def register_module_buffer_registration_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, name, buffer)` at every `register_buffer`; what it returns replaces the buffer."""
    return _add_registration(_global_buffer_registration_hooks, hook)


def register_module_module_registration_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, name, submodule)` at every `add_module`; what it returns replaces the submodule."""
    return _add_registration(_global_module_registration_hooks, hook)


def register_module_parameter_registration_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, name, param)` at every `register_parameter`; what it returns replaces the parameter."""
    return _add_registration(_global_parameter_registration_hooks, hook)


def register_module_forward_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, args)` before the forward of every module; what it returns replaces the arguments."""
    return _add_global(_global_forward_pre_hooks, hook)


def register_module_forward_hook(
    hook: Callable, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call `hook(module, args, output)` after the forward of every module; what it returns replaces the output.

    Args:
        with_kwargs: call `hook(module, args, kwargs, output)` instead.
        always_call: call it even when the forward raised (with output None).
    """
    extra = [_global_forward_hooks_with_kwargs, _global_forward_hooks_always_called]
    handle = _add_global(_global_forward_hooks, hook, extra)
    if with_kwargs:
        _global_forward_hooks_with_kwargs[handle.id] = True
    if always_call:
        _global_forward_hooks_always_called[handle.id] = True
    return handle


def register_module_full_backward_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, grad_output)` in every module's backward; what it returns replaces grad_output."""
    return _add_global(_global_backward_pre_hooks, hook)


def register_module_full_backward_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, grad_input, grad_output)` in every module's backward; a result replaces grad_input."""
    global _global_is_full_backward_hook
    if _global_is_full_backward_hook is False:
        raise RuntimeError(_MIXED_GLOBAL)
    _global_is_full_backward_hook = True
    return _add_global(_global_backward_hooks, hook)


def register_module_backward_hook(hook: Callable) -> RemovableHandle:
    """The old form of `register_module_full_backward_hook`: it sees only the last operation of each module."""
    global _global_is_full_backward_hook
    if _global_is_full_backward_hook is True:
        raise RuntimeError(_MIXED_GLOBAL)
    _global_is_full_backward_hook = False
    return _add_global(_global_backward_hooks, hook)


class _Hooks:
    """The methods of Module that concern hooks."""

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before `forward`.

        Args:
            hook: may return new arguments: one value, or a tuple of them.
            prepend: run before the hooks already registered on this module.
            with_kwargs: call `hook(module, args, kwargs)`; it returns None or `(args, kwargs)`.
        """
        handle = RemovableHandle(self._forward_pre_hooks, extra_dict=self._forward_pre_hooks_with_kwargs)
        self._forward_pre_hooks[handle.id] = hook
        if with_kwargs:
            self._forward_pre_hooks_with_kwargs[handle.id] = True
        if prepend:
            self._forward_pre_hooks.move_to_end(handle.id, last=False)
        return handle

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after `forward`; what it returns replaces the output.

        Args:
            prepend: run before the hooks already registered on this module.
            with_kwargs: call `hook(module, args, kwargs, output)` instead.
            always_call: call it even when the forward raised (with output None).
        """
        extra = [self._forward_hooks_with_kwargs, self._forward_hooks_always_called]
        handle = RemovableHandle(self._forward_hooks, extra_dict=extra)
        self._forward_hooks[handle.id] = hook
        if with_kwargs:
            self._forward_hooks_with_kwargs[handle.id] = True
        if always_call:
            self._forward_hooks_always_called[handle.id] = True
        if prepend:
            self._forward_hooks.move_to_end(handle.id, last=False)
        return handle

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` when the gradients of the outputs are known; a result replaces them."""
        handle = RemovableHandle(self._backward_pre_hooks)
        self._backward_pre_hooks[handle.id] = hook
        if prepend:
            self._backward_pre_hooks.move_to_end(handle.id, last=False)
        return handle

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of the inputs are known.

        A result replaces grad_input. Entries for arguments that are not tensors are None.
        """
        if self._is_full_backward_hook is False:
            raise RuntimeError(_MIXED)
        self._is_full_backward_hook = True
        handle = RemovableHandle(self._backward_hooks)
        self._backward_hooks[handle.id] = hook
        if prepend:
            self._backward_hooks.move_to_end(handle.id, last=False)
        return handle

    def register_backward_hook(self, hook: Callable) -> RemovableHandle:
        """The old form of `register_full_backward_hook`: it sees only the module's last operation."""
        if self._is_full_backward_hook is True:
            raise RuntimeError(_MIXED)
        self._is_full_backward_hook = False
        handle = RemovableHandle(self._backward_hooks)
        self._backward_hooks[handle.id] = hook
        return handle

    def _get_backward_hooks(self) -> tuple[list[Callable], list[Callable]]:
        full: list[Callable] = []
        last_op: list[Callable] = []
        if _global_backward_hooks:
            (full if _global_is_full_backward_hook else last_op).extend(_global_backward_hooks.values())
        if self._backward_hooks:
            (full if self._is_full_backward_hook else last_op).extend(self._backward_hooks.values())
        return full, last_op

    def _call_impl(self, *args: object, **kwargs: object) -> object:
        """`__call__` when any hook exists; without hooks the native base class calls `forward` directly."""
        result = None
        called: set[int] = set()
        try:
            args, kwargs = self._run_forward_pre_hooks(args, kwargs)
            full_hooks, last_op_hooks = self._get_backward_hooks()
            pre_hooks = [*_global_backward_pre_hooks.values(), *self._backward_pre_hooks.values()]
            boundary = None
            if full_hooks or pre_hooks:
                boundary = BackwardHook(self, full_hooks, pre_hooks)
                args = boundary.setup_input_hook(args)

            result = self.forward(*args, **kwargs)

            for hook_id, hook in (*_global_forward_hooks.items(), *self._forward_hooks.items()):
                called.add(hook_id)
                changed = self._run_forward_hook(hook_id, hook, args, kwargs, result)
                if changed is not None:
                    result = changed
            if boundary is not None:
                if not isinstance(result, (torch.Tensor, tuple)):
                    warnings.warn(
                        "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors "
                        f"but received {type(result)}",
                        stacklevel=2,
                    )
                result = boundary.setup_output_hook(result)
            if last_op_hooks:
                self._hook_last_op(last_op_hooks, result)
            return result
        except Exception:
            self._run_always_called(called, args, kwargs, result)
            raise

    def _run_forward_pre_hooks(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        for hook_id, hook in (*_global_forward_pre_hooks.items(), *self._forward_pre_hooks.items()):
            if hook_id in self._forward_pre_hooks_with_kwargs:
                changed = hook(self, args, kwargs)
                if changed is None:
                    continue
                if not (isinstance(changed, tuple) and len(changed) == 2):
                    raise RuntimeError(
                        f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}."
                    )
                args, kwargs = changed
            else:
                changed = hook(self, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        return args, kwargs

    def _run_forward_hook(self, hook_id: int, hook: Callable, args: tuple, kwargs: dict, result: object) -> object:
        if hook_id in self._forward_hooks_with_kwargs or hook_id in _global_forward_hooks_with_kwargs:
            return hook(self, args, kwargs, result)
        return hook(self, args, result)

    def _run_always_called(self, called: set[int], args: tuple, kwargs: dict, result: object) -> None:
        """After a failed forward, the always_call hooks that have not run; their own errors become warnings."""
        pending = [
            *((i, hook, "global module") for i, hook in _global_forward_hooks.items()),
            *((i, hook, "module") for i, hook in self._forward_hooks.items()),
        ]
        for hook_id, hook, kind in pending:
            always = hook_id in _global_forward_hooks_always_called or hook_id in self._forward_hooks_always_called
            if not always or hook_id in called:
                continue
            try:
                changed = self._run_forward_hook(hook_id, hook, args, kwargs, result)
                if changed is not None:
                    result = changed
            except Exception as e:
                warnings.warn(
                    f"{kind} forward hook with ``always_call=True`` raised an exception that was silenced as another "
                    f"error was raised in forward: {e}",
                    stacklevel=2,
                )

    def _hook_last_op(self, hooks: list[Callable], result: object) -> None:
        """The old backward hooks: hang them on the node that made the first tensor of the result."""
        first = result
        while not isinstance(first, torch.Tensor):
            if isinstance(first, dict):
                first = next(v for v in first.values() if isinstance(v, torch.Tensor))
            else:
                first = first[0]
        if first is not result and not isinstance(result, tuple):
            warnings.warn(
                "Using non-full backward hooks on a Module that does not return a single Tensor or a tuple of Tensors "
                "is deprecated and will be removed in future versions. This hook will be missing some of the "
                "grad_output. Please use register_full_backward_hook to get the documented behavior.",
                FutureWarning,
                stacklevel=2,
            )
        if first.grad_fn is not None:
            for hook in hooks:
                first.grad_fn.register_hook(lambda *grads, hook=hook: hook(self, *grads))
