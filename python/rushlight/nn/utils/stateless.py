"""Calling a module with other tensors in the place of its parameters and buffers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from rushlight import Tensor

from ..modules.module import Module

__all__ = ["functional_call"]


def _untie(module: Module, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors, given to all names that share the tensor of a given name."""
    names: dict[int, set[str]] = {}
    for pairs in (module.named_parameters(remove_duplicate=False), module.named_buffers(remove_duplicate=False)):
        for name, tensor in pairs:
            names.setdefault(id(tensor), set()).add(name)
    found = dict(tensors)
    for tied in names.values():
        given = [name for name in tied if name in tensors]
        if len(tied) < 2 or not given:
            continue
        if len({id(tensors[name]) for name in given}) > 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(tied)}, which are tied. "
                "Consider using tie_weights=False"
            )
        for name in tied:
            found[name] = tensors[given[0]]
    return found


def _swap(module: Module, path: str, tensor: Tensor) -> Tensor | None:
    """Puts a tensor in the place of a parameter, buffer or attribute, without asking of what kind it is."""
    owner, _, name = path.rpartition(".")
    holder = module.get_submodule(owner) if owner else module
    for registry in (holder._parameters, holder._buffers):
        if name in registry:
            old, registry[name] = registry[name], tensor
            return old
    old = getattr(holder, name, None)
    if old is None:  # a name that the module does not know changes nothing
        return None
    if not isinstance(old, Tensor):
        raise TypeError(f"{path}: {old!r} is not an instance of torch.Tensor")
    setattr(holder, name, tensor)
    return old


@contextmanager
def _reparametrize_module(
    module: Module, tensors: dict[str, Tensor], tie_weights: bool = False, strict: bool = False
) -> Iterator[None]:
    given = _untie(module, tensors) if tie_weights else dict(tensors)
    if strict:
        known = {n for n, _ in module.named_parameters(remove_duplicate=False)}
        known |= {n for n, _ in module.named_buffers(remove_duplicate=False)}
        parts = []
        for what, keys in (("Unexpected", sorted(set(given) - known)), ("Missing", sorted(known - set(given)))):
            if keys:
                parts.append(f"{what} key(s): {', '.join(map(repr, keys))}.")
        if parts:
            raise RuntimeError(f"Error(s) in reparametrizing for {module._get_name()}:\n\t" + "\n\t".join(parts))
    old: dict[str, Tensor | None] = {}
    try:
        for path, tensor in given.items():
            old[path] = _swap(module, path, tensor)
        yield
    finally:
        for path, tensor in reversed(old.items()):
            left = _swap(module, path, tensor)
            if path in tensors and left is not None:
                tensors[path] = left  # a buffer that forward replaced


def _functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: object = None,
    kwargs: dict[str, object] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> object:
    if args is None:
        args = ()
    elif not isinstance(args, tuple):
        args = (args,)
    with _reparametrize_module(module, parameters_and_buffers, tie_weights=tie_weights, strict=strict):
        return module(*args, **(kwargs or {}))


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: object = None,
    kwargs: dict[str, object] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> object:
    """`module(*args, **kwargs)` with these tensors instead of those of their names; the module is left as it was.

    Args:
        module: is called.
        parameters_and_buffers: tensors by their names in `named_parameters` and `named_buffers`.
        args: a tuple, or the only argument.
        tie_weights: names that share a tensor get the same one.
        strict: all names must be given, and no others.
    Errors:
        ValueError: different tensors for tied names. RuntimeError: names missing or unknown, with `strict`.
    """
    warnings.warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future "
        "version of PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.",
        FutureWarning,
        stacklevel=2,
    )
    return _functional_call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)
