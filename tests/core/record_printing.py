"""Records what PyTorch prints for random tensors: `python tests/core/record_printing.py printing_golden.json [torch]`.

Run it in an environment with PyTorch to write the file, or with `rushlight` as the second argument to see what differs.
Every case is an expression that gives the same bits in both, and the print options it is shown with.
"""

from __future__ import annotations

import importlib
import json
import random
import sys
from typing import Any

INTEGERS = {
    "uint8": (0, 255),
    "int8": (-128, 127),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**62), 2**62),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**63 - 1),
}
FLOATS = ["float32", "float64", "float16", "bfloat16"]
COMPLEX = ["complex64", "complex128"]
SHAPES = [(), (1,), (3,), (7,), (40,), (2, 3), (1, 1), (3, 1), (4, 9), (2, 2, 3), (1, 3, 1, 2), (0,), (2, 0), (0, 3, 1)]


def number(draw: random.Random, style: str) -> float:
    """One float: whole, of one size, of wildly different sizes, or with special values among them."""
    match style:
        case "whole":
            return float(draw.randint(-50, 50))
        case "large":
            return float(draw.randint(-10, 10)) * 10 ** draw.randint(0, 9)
        case "wide":
            return draw.uniform(-1, 1) * 10.0 ** draw.randint(-7, 7)
        case "small":
            return draw.uniform(0, 1) * 10.0 ** draw.randint(-4, 0)
        case "special":
            return draw.choice([0.0, -0.0, 1.0, -2.5, float("inf"), -float("inf"), float("nan")])
    return draw.uniform(-10, 10)


def element(draw: random.Random, dtype: str, style: str) -> Any:
    if dtype == "bool":
        return draw.random() < 0.5
    if dtype in INTEGERS:
        low, high = INTEGERS[dtype]
        return draw.randint(low, high) if style == "wide" else draw.randint(max(low, -20), min(high, 120))
    if dtype in COMPLEX:
        return complex(number(draw, style), number(draw, draw.choice([style, "whole", "small"])))
    value = number(draw, style)
    return max(-60000.0, min(60000.0, value)) if dtype == "float16" and abs(value) < 1e30 else value


def nested(draw: random.Random, shape: tuple[int, ...], dtype: str, style: str) -> Any:
    if not shape:
        return element(draw, dtype, style)
    return [nested(draw, shape[1:], dtype, style) for _ in range(shape[0])]


def options_of(draw: random.Random) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if draw.random() < 0.5:
        return options
    for name, choices in {
        "precision": [0, 1, 2, 6, 10],
        "threshold": [0, 5, 10, 100],
        "edgeitems": [0, 1, 2, 3],
        "linewidth": [20, 40, 60, 120],
        "sci_mode": [True, False],
        "profile": ["default", "short", "full"],
    }.items():
        if draw.random() < 0.3:
            options[name] = draw.choice(choices)
    return options


def small_case(draw: random.Random) -> str:
    dtype = draw.choice([*INTEGERS, *FLOATS, *FLOATS, *COMPLEX, *COMPLEX, *COMPLEX, "bool"])
    shape = draw.choice(SHAPES)
    style = draw.choice(["whole", "large", "wide", "small", "special", "plain"])
    text = f"torch.tensor({nested(draw, shape, dtype, style)!r}, dtype=torch.{dtype})"
    if 0 in shape:
        text = f"torch.zeros({shape!r}, dtype=torch.{dtype})"
    if draw.random() < 0.15 and (dtype in FLOATS or dtype in COMPLEX):
        text += ".requires_grad_()"
        if draw.random() < 0.5:
            text += ".reshape(-1)" if draw.random() < 0.5 else ".unsqueeze(0)"
    return text


def large_case(draw: random.Random) -> str:
    shape = draw.choice([(1001,), (1200,), (40, 50), (8, 3, 60), (11, 10, 10), (2, 600), (600, 2), (7, 7, 7, 7)])
    count = 1
    for n in shape:
        count *= n
    form = draw.choice(
        [
            f"torch.arange({count}).reshape({shape})",
            f"(torch.arange({count}, dtype=torch.float32) / 8 - 3).reshape({shape})",
            f"(torch.arange({count}, dtype=torch.float64) * 1e5).reshape({shape})",
            f"(torch.arange({count}) % 3 == 0).reshape({shape})",
            f"torch.arange({count}).to(torch.uint16).reshape({shape})",
            f"(torch.arange({count}) * 123456789).to(torch.uint64).reshape({shape})",
            f"torch.arange({2 * count}, dtype=torch.float32).reshape({(*shape, 2)})"
            f".view(torch.complex64).reshape({shape})",
            f"(torch.arange({2 * count}, dtype=torch.float64) / 4 - 9).reshape({(*shape, 2)})"
            f".view(torch.complex128).reshape({shape})",
        ]
    )
    return form


def show(torch: Any, expression: str, options: dict[str, Any]) -> str:
    names = {"torch": torch, "nan": float("nan"), "inf": float("inf"), "nanj": complex(0, float("nan"))}
    names["infj"] = complex(0, float("inf"))
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**options)
    try:
        return repr(eval(expression, names))
    finally:
        torch.set_printoptions(profile="default")


def cases(count: int) -> list[tuple[str, dict[str, Any]]]:
    draw = random.Random(20)
    out = []
    while len(out) < count:
        expression = small_case(draw) if draw.random() < 0.85 else large_case(draw)
        if len(expression) < 400:
            out.append((expression, options_of(draw)))
    return out


def main() -> None:
    path, library = sys.argv[1], importlib.import_module(sys.argv[2] if len(sys.argv) > 2 else "torch")
    if library.__name__ == "torch":
        shown = ([e, o, show(library, e, o)] for e, o in cases(500))
        rows = [row for row in shown if len(row[2]) < 1000][:320]
        with open(path, "w") as file:
            file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
        return
    with open(path) as file:
        wrong = [(e, o, text, got) for e, o, text in json.load(file) if (got := show(library, e, o)) != text]
    for expression, options, text, got in wrong:
        print(f"{expression}\n  {options}\nexpected\n{text}\ngot\n{got}\n")
    print(f"{len(wrong)} differ")


if __name__ == "__main__":
    main()
