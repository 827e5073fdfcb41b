"""Calls of every row of the op table under autocast, for PyTorch (record_amp.py) and for Rushlight (test_amp.py)."""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ops" / "gen"))
from table import Row, load  # noqa: E402

LETTERS = {"float32": "f", "bfloat16": "b", "float16": "h", "float64": "d", "complex64": "c", "complex128": "z"}
# What becomes of the float32 tensors of a sample: all of them, or (mixed) the first alone.
INPUTS = ("float32", "bfloat16", "float16", "float64", "mixed")
LOWER = ("bfloat16", "float16")


def rows() -> list[Row]:
    """The public rows that say samples=; of a row that writes in place its functional form."""
    found = []
    for row in load(ROOT / "ops").rows:
        private = row.name.startswith("_") or row.schema.namespace.startswith("_")
        in_place = row.name.endswith("_") and not row.attrs.get("functional")
        if row.attrs.get("samples") and not private and not in_place and row.attrs.get("python", True):
            found.append(row)
    return found


def callable_of(torch: Any, row: Row) -> Any:
    """The public function of a row, or its method; None where PyTorch has no such name."""
    if not row.is_function:
        return lambda self, *args, **kwargs: getattr(self, row.base)(*args, **kwargs)
    home = torch
    for part in filter(None, row.schema.namespace.split(".")):
        home = getattr(home, part, None)
    return getattr(home, row.base, None)


def calls() -> Iterator[tuple[str, Row, str]]:
    """(key, row, sample): overloads share their samples, so a call comes once."""
    seen = set()
    for row in rows():
        for text in row.attrs["samples"]:
            key = f"{row.schema.namespace}.{row.base}{text}".lstrip(".")
            if key not in seen:
                seen.add(key)
                yield key, row, text


@functools.cache
def scope_of(name: str) -> dict[str, Any]:
    """What the texts of samples see: the names of torch."""
    torch = sys.modules[name]
    hidden = ("float", "int", "bool", "complex", "range")
    scope = {n: value for n, value in vars(torch).items() if not n.startswith("_") and n not in hidden}
    return scope | {"torch": torch, "F": torch.nn.functional, "inf": float("inf"), "nan": float("nan"), "dict": dict}


def arguments(torch: Any, text: str) -> tuple[tuple, dict[str, Any]]:
    torch.manual_seed(0)
    value = eval(text, scope_of(torch.__name__))  # noqa: S307 (rows are our own text)
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], tuple) and isinstance(value[1], dict):
        return value
    return (value if isinstance(value, tuple) else (value,)), {}


def converted(torch: Any, value: Any, form: str, count: list[int]) -> Any:
    """The arguments with their float32 tensors in another dtype."""
    if isinstance(value, torch.Tensor):
        if value.dtype != torch.float32:
            return value
        count[0] += 1
        if form == "mixed":
            return value.to(torch.bfloat16) if count[0] == 1 else value
        return value.to(getattr(torch, form))
    if isinstance(value, (list, tuple)):
        return type(value)(converted(torch, v, form, count) for v in value)
    if isinstance(value, dict):
        return {k: converted(torch, v, form, count) for k, v in value.items()}
    return value


def letters(torch: Any, result: Any) -> str:
    if isinstance(result, torch.Tensor):
        return LETTERS.get(str(result.dtype).split(".")[-1], "i")
    if isinstance(result, (list, tuple)):
        return "".join(letters(torch, r) for r in result)
    return ""


def answer(torch: Any, row: Row, text: str, lower: str, form: str) -> str:
    """The dtypes of the results, a letter each; "!" for an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            args, kwargs = converted(torch, arguments(torch, text), form, [0])
            with torch.autocast("cpu", dtype=getattr(torch, lower)):
                return letters(torch, callable_of(torch, row)(*args, **kwargs))
        except Exception:  # noqa: BLE001 (any refusal is an answer)
            return "!"


def answers(torch: Any, row: Row, text: str) -> str:
    return " ".join(answer(torch, row, text, lower, form) for lower in LOWER for form in INPUTS)
