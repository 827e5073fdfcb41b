"""The named tuples that ops with several results return, such as `max(x, dim)`."""

from __future__ import annotations

from typing import Any

from . import _C


def __getattr__(name: str) -> Any:
    space, _, rest = name.partition("_")
    for module, op in ((_C, name), (_C._linalg, rest if space == "linalg" else name)):
        if hasattr(module, op):
            found = _C._named_result(getattr(module, op))
            if found is not None:
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
