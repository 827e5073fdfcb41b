"""Modules whose initial values do not matter."""

from __future__ import annotations

import inspect

from rushlight.random import fork_rng

from ..modules.module import Module

__all__ = ["skip_init"]


def skip_init(module_cls: type[Module], *args: object, **kwargs: object) -> Module:
    """`module_cls(*args, **kwargs)` with values that are not to be relied on: no random numbers are taken for them.

    Errors:
        RuntimeError: no Module class, or one without an argument `device`.
    Example:
        >>> nn.utils.skip_init(nn.Linear, 5, 1)
        Linear(in_features=5, out_features=1, bias=True)
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    with fork_rng():
        return module_cls(*args, **kwargs)
