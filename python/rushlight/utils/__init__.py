"""Helpers around the core: data loading (`utils.data`), DLPack (`utils.dlpack`) and hook handles."""

from __future__ import annotations

import importlib

from . import hooks as hooks


def __getattr__(name: str) -> object:
    if name in ("data", "dlpack"):
        return importlib.import_module("." + name, __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
