"""Checkpointing: a part of the model is computed again in the backward pass instead of keeping what it needs.

Source: Chen, Xu, Zhang, Guestrin: Training Deep Nets with Sublinear Memory Cost (2016).
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import rushlight as torch
from rushlight.autograd.graph import saved_tensors_hooks

__all__ = [
    "CheckpointError",
    "CheckpointFunction",
    "checkpoint",
    "checkpoint_sequential",
    "check_backward_validity",
    "detach_variable",
    "noop_context_fn",
    "set_checkpoint_early_stop",
]

_DEFAULT_DETERMINISM = "default"
_early_stop = True


class CheckpointError(RuntimeError):
    """The second run did not do what the first one did."""


class _Enough(Exception):  # noqa: N818 - no error: everything wanted has been recomputed
    pass


@contextlib.contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Whether recomputation stops as soon as it has what is needed (the default) or runs to its end."""
    global _early_stop
    before, _early_stop = _early_stop, enable
    try:
        yield
    finally:
        _early_stop = before


def noop_context_fn() -> tuple[Any, Any]:
    """No contexts around the first and the second run."""
    return contextlib.nullcontext(), contextlib.nullcontext()


def detach_variable(inputs: tuple) -> tuple:
    """The inputs cut from their history; tensors keep `requires_grad`."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(f"Only tuple of tensors is supported. Got Unsupported input type: {type(inputs).__name__}")
    out = []
    for value in inputs:
        if isinstance(value, torch.Tensor):
            wanted, value = value.requires_grad, value.detach()
            value.requires_grad = wanted
        out.append(value)
    return tuple(out)


def check_backward_validity(inputs: Sequence) -> None:
    """Warn if no input requires a gradient."""
    if not any(value.requires_grad for value in inputs if isinstance(value, torch.Tensor)):
        warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=3)


class _State:
    """The random state and autocast settings of the first run, for the second."""

    def __init__(self, preserve_rng_state: bool) -> None:
        self.random = torch.get_rng_state() if preserve_rng_state else None
        self.autocast = {
            "device_type": "cpu",
            "enabled": torch.is_autocast_enabled("cpu"),
            "dtype": torch.get_autocast_dtype("cpu"),
            "cache_enabled": torch.is_autocast_cache_enabled(),
        }

    @contextlib.contextmanager
    def again(self) -> Iterator[None]:
        before = torch.get_rng_state()
        if self.random is not None:
            torch.set_rng_state(self.random)
        try:
            with torch.autocast(**self.autocast):
                yield
        finally:
            if self.random is not None:
                torch.set_rng_state(before)


class CheckpointFunction(torch.autograd.Function):
    """The older, reentrant way: the backward runs the function again and calls backward inside."""

    @staticmethod
    def forward(ctx: Any, run_function: Callable, preserve_rng_state: bool, *args: Any) -> Any:
        check_backward_validity(args)
        ctx.run_function = run_function
        ctx.state = _State(preserve_rng_state)
        ctx.places = [i for i, value in enumerate(args) if isinstance(value, torch.Tensor)]
        ctx.inputs = [None if isinstance(value, torch.Tensor) else value for value in args]
        ctx.save_for_backward(*(args[i] for i in ctx.places))
        with torch.no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple:
        inputs = list(ctx.inputs)
        for place, tensor in zip(ctx.places, ctx.saved_tensors, strict=True):
            inputs[place] = tensor
        wanted = [ctx.needs_input_grad[2 + i] for i in range(len(inputs))]
        detached = list(inputs)
        for place in ctx.places:
            detached[place] = inputs[place].detach().requires_grad_(wanted[place])
        with ctx.state.again(), torch.enable_grad():
            outputs = ctx.run_function(*detached)
        if isinstance(outputs, torch.Tensor):
            outputs = (outputs,)
        pairs = [
            (out, grad)
            for out, grad in zip(outputs, grads, strict=True)
            if isinstance(out, torch.Tensor) and out.requires_grad
        ]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        torch.autograd.backward([out for out, _ in pairs], [grad for _, grad in pairs])
        return (None, None, *(value.grad if isinstance(value, torch.Tensor) else None for value in detached))


def _facts(tensor: torch.Tensor) -> dict[str, Any]:
    return {"shape": tensor.shape, "dtype": tensor.dtype, "device": tensor.device}


class _Frame:
    """What the first run saved, as facts, and what the second run has found."""

    def __init__(self, run: Callable[[], Any], context: Any, state: _State, early_stop: bool, check: bool) -> None:
        self.run, self.context, self.state = run, context, state
        self.early_stop, self.check = early_stop, check
        self.first_run = True  # under way: its own backward may want what it has saved so far
        self.saved: list[dict[str, Any]] = []
        self.found: list[torch.Tensor | None] = []

    def pack(self, tensor: torch.Tensor) -> int:
        self.saved.append(_facts(tensor))
        return len(self.saved) - 1

    def unpack(self, index: int) -> torch.Tensor:
        if index >= len(self.found) or self.found[index] is None:
            self.recompute()
        tensor, self.found[index] = self.found[index], None
        return tensor

    def recompute(self) -> None:
        self.found = []
        with contextlib.suppress(_Enough), self.state.again(), torch.enable_grad(), self.context:
            with saved_tensors_hooks(self.keep, lambda tensor: tensor):
                self.run()
        if len(self.found) != len(self.saved):
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {len(self.saved)}\n"
                f"Number of tensors saved during recomputation: {len(self.found)}.\n"
                "The function must do the same whenever it runs."
            )
        if self.check:
            for i, (first, tensor) in enumerate(zip(self.saved, self.found, strict=True)):
                if first != _facts(tensor):
                    raise CheckpointError(
                        "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata "
                        f"than during the forward pass.\ntensor at position {i}:\nsaved metadata: {first}\n"
                        f"recomputed metadata: {_facts(tensor)}"
                    )

    def keep(self, tensor: torch.Tensor) -> torch.Tensor:
        stop = self.early_stop or self.first_run
        if stop and len(self.found) == len(self.saved):
            raise _Enough
        self.found.append(tensor.detach())
        if stop and len(self.found) == len(self.saved):
            raise _Enough
        return tensor


def checkpoint(
    function: Callable,
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], tuple[Any, Any]] = noop_context_fn,
    determinism_check: str = _DEFAULT_DETERMINISM,
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """`function(*args, **kwargs)` without keeping what its backward needs; the backward computes it once more.

    Args:
        use_reentrant: False: any function, gradients by `backward` and by `grad`, keyword arguments. True: PyTorch's
            older way, where an input must require gradients. None warns and means True.
        preserve_rng_state (keyword): draw the same random numbers in the second run. Default: True.
        context_fn: returns two context managers, for the first and the second run.
        determinism_check: "default" compares shapes and dtypes of what both runs save, "none" does not.
        debug: accepted; the errors name the position and both sides in any case.
        early_stop: stop the second run as soon as it has what is needed.
    Returns:
        What the function returns.
    Errors:
        CheckpointError: the second run did something else than the first.
        ValueError: keyword arguments or contexts with `use_reentrant=True`, an unknown determinism check.
    Example:
        >>> y = checkpoint(block, x, use_reentrant=False)
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, "
            "calling checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but "
            "if you need to preserve the current default behavior, you can pass use_reentrant=True.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if context_fn is not noop_context_fn or debug is not False:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        return CheckpointFunction.apply(function, preserve, *args)
    if determinism_check not in ("default", "none"):
        raise ValueError(f"determinism_check should be one of ['default', 'none'] but got {determinism_check!r}")
    first, second = context_fn()
    if not torch.is_grad_enabled():
        with first:
            return function(*args, **kwargs)
    frame = _Frame(
        lambda: function(*args, **kwargs),
        second,
        _State(preserve),
        early_stop and _early_stop,
        determinism_check == "default",
    )
    try:
        with saved_tensors_hooks(frame.pack, frame.unpack), first:
            return function(*args, **kwargs)
    finally:
        frame.first_run = False


def checkpoint_sequential(
    functions: Any, segments: int, input: torch.Tensor, use_reentrant: bool | None = None, **kwargs: Any
) -> torch.Tensor:
    """A Sequential (or list of modules) in `segments` checkpointed parts; the last part is kept as it is.

    Errors:
        ValueError: unknown keyword arguments.
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if isinstance(functions, torch.nn.Sequential):
        functions = list(functions.children())

    def part(start: int, end: int) -> Callable:
        def forward(x: torch.Tensor) -> torch.Tensor:
            for module in functions[start:end]:
                x = module(x)
            return x

        return forward

    size, end = len(functions) // segments, 0
    for start in range(0, size * (segments - 1), size):
        end = start + size
        input = checkpoint(part(start, end), input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return part(end, len(functions))(input)
