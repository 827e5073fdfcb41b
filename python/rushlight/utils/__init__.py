"""Helpers around the core: data loading (`utils.data`, imported on first use) and hook handles."""

from __future__ import annotations

import importlib

from . import hooks as hooks


def __getattr__(name: str) -> object:
    if name == "data":
        return importlib.import_module(".data", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
