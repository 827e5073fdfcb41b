"""Helpers around the core: data loading (`utils.data`), checkpointing (`utils.checkpoint`), DLPack and hook handles."""

from __future__ import annotations

import importlib

from . import hooks as hooks


def __getattr__(name: str) -> object:
    if name in ("checkpoint", "data", "dlpack"):
        return importlib.import_module("." + name, __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
