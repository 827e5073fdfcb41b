"""Turns rows of the op table into calls: arguments, references, variants."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import rushlight as torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ops" / "gen"))
import surfaces  # noqa: E402
from table import load  # noqa: E402

ROWS: list[dict[str, Any]] = [r for r in json.loads(surfaces.test_rows(load(ROOT / "ops").rows)) if r["python"]]

NATIVE = {
    "": torch._C,
    "nn.functional": torch._C._nn,
    "linalg": torch._C._linalg,
    "special": torch._C._special,
    "fft": torch._C._fft,
    "masked": torch._C._masked,
    "signal.windows": torch._C._signal_windows,
}

DOMAINS = {
    None: lambda t: t,
    "positive": lambda t: t.abs() + 0.5,
    "unit": lambda t: (t * 0.4).clamp(-0.9, 0.9),
    "above_one": lambda t: t.abs() + 1.5,
    "probability": lambda t: torch.sigmoid(t) * 0.8 + 0.1,
}
INTEGER_TYPES = "i"


@dataclass
class Case:
    """One call of one row."""

    row: dict[str, Any]
    number: int
    args: tuple
    kwargs: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.row['uid']}-{self.number}"

    def call(self, *args: Any, **kwargs: Any) -> Any:
        return function(self.row)(*args, **{**self.kwargs, **kwargs})


def function(row: dict[str, Any], name: str | None = None) -> Any:
    """The Python callable of a row; a method where there is no function."""
    name = name or row["name"]
    if row["function"]:
        return getattr(NATIVE[row["namespace"]], name)
    return lambda self, *args, **kwargs: getattr(self, name)(*args, **kwargs)


def sample_scope(seed: int) -> dict[str, Any]:
    torch.manual_seed(seed)
    scope = {
        name: value
        for name, value in vars(torch).items()
        if not name.startswith("_") and name not in ("float", "int", "bool", "complex", "range")
    }
    return {**scope, "torch": torch, "F": torch.nn.functional, "inf": float("inf"), "nan": float("nan"), "dict": dict}


def evaluate(text: str, seed: int = 0) -> tuple[tuple, dict[str, Any]]:
    value = eval(text, sample_scope(seed))  # noqa: S307 (rows are our own text)
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], tuple) and isinstance(value[1], dict):
        return value
    return value, {}


def default_samples(row: dict[str, Any]) -> list[tuple]:
    """What a pointwise row is called with when it brings no samples: tensors of its domain, and a broadcast."""
    torch.manual_seed(7)
    tensors = [p for p in row["params"] if p[0] == "T"]
    place = DOMAINS[row["domain"]]

    def make(shape: tuple[int, ...]) -> Any:
        if row["types"] == INTEGER_TYPES:
            return torch.randint(1, 9, shape)
        return place(torch.randn(shape))

    def build(*shapes: tuple[int, ...]) -> tuple:
        made = iter(shapes)
        return tuple(
            make(next(made)) if p[0] == "T" else 3 if row["types"] == INTEGER_TYPES else 1.5
            for p in row["params"]
            if not p[3] and p[2] is None
        )

    shapes = [[(3, 4)] * len(tensors)]
    if len(tensors) > 1:
        shapes += [[(3, 1), *[(1, 4)] * (len(tensors) - 1)]]
    return [build(*s) for s in shapes]


def cases(row: dict[str, Any]) -> list[Case]:
    if row["samples"]:
        found = []
        for i, text in enumerate(row["samples"]):
            args, kwargs = evaluate(text)
            if fits(row, args, kwargs):
                found.append(Case(row, i, args, kwargs))
        return found
    if row["kind"] in ("unary", "binary", "ternary"):
        return [Case(row, i, args) for i, args in enumerate(default_samples(row))]
    params = row["params"]
    if params and params[0][:2] == ["int[]", "size"] and all(p[2] is not None for p in params[1:]):
        return [Case(row, 0, ((2, 3),))]
    if params and params[0][0] == "T[]" and all(p[2] is not None for p in params[1:]):
        return [Case(row, 0, ([torch.ones(2), torch.ones(3)],))]
    if len(params) and params[0][0] == "T" and all(p[2] is not None for p in params[1:]):
        torch.manual_seed(7)
        return [Case(row, 0, (torch.randn(3, 4),))]
    return []


def fits(row: dict[str, Any], args: tuple, kwargs: dict[str, Any]) -> bool:
    """Samples are shared by the overloads of a row: keeps those whose tensors are where this overload has tensors."""
    positional = list(row["params"])
    by_name = {p[1]: p for p in row["params"]}
    if any(
        k not in by_name and k not in ("dtype", "device", "requires_grad", "out", "layout", "pin_memory")
        for k in kwargs
    ):
        return False
    for i, value in enumerate(args):
        if i >= len(positional):
            return any(p[0].startswith("int[") for p in positional)  # x.view(2, 3)
        kind = positional[i][0]
        if value is None and kind.endswith("?"):
            continue
        if isinstance(value, torch.Tensor) != (kind in ("T", "T?")) or isinstance(value, str) != kind.startswith("str"):
            return False
    return True


def tensors_in(value: Any) -> list[Any]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (tuple, list)):
        return [t for v in value for t in tensors_in(v)]
    return []


def map_tensors(value: Any, change: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, tuple) and type(value) is tuple:
        return tuple(map_tensors(v, change) for v in value)
    if isinstance(value, list):
        return [map_tensors(v, change) for v in value]
    return value


def to_numpy(value: Any, double: bool = False) -> Any:
    def convert(t: Any) -> np.ndarray:
        t = t.detach()
        return (t.double() if double and t.is_floating_point() else t).numpy()

    return map_tensors(value, convert)


def is_random(row: dict[str, Any]) -> bool:
    return (
        row["kind"] == "random"
        or bool(
            re.search(
                r"rand|lowrank|dropout|bernoulli|multinomial|normal|poisson|empty|gumbel|exponential|geometric|cauchy",
                row["name"],
            )
        )
        and row["name"] not in ("normalize",)
    )


def rerun(case: Case) -> str:
    return f"rerun: pytest tests/ops -k '{case}'"
