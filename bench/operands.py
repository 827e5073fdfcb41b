"""The tensors that a row of the op table is timed on.

``call(torch, row, n, layout, backward)`` compiles the row's expression: its names are those of ``NAMES`` and
``SHAPED``, each made when an expression asks for it, with about ``n`` elements (``r`` rows of ``c``, r * c = n).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

Closure = Callable[[], Any]
DOMAINS = {
    None: (-2.0, 2.0),
    "positive": (0.5, 3.0),
    "unit": (-0.9, 0.9),
    "probability": (0.1, 0.9),
    "above_one": (1.1, 3.0),
}
MAX_SIDE = 128  # of the square matrices of a batch: their cost grows with the cube
GRID = {10: (2, 5), 10_000: (100, 100), 1_000_000: (1000, 1000)}


class Maker:
    """Makes operands for one module and one size."""

    def __init__(self, torch: ModuleType, n: int, domain: str | None):
        self.torch, self.n = torch, n
        self.r, self.c = GRID.get(n) or (math.isqrt(n), n // math.isqrt(n))
        self.low, self.high = DOMAINS[domain]
        self.side = max(2, math.isqrt(n))  # of one square matrix
        self.edge = min(self.side, MAX_SIDE)  # of each square matrix of a batch
        self.batch = max(1, n // self.edge**2)
        self.channels = 1 if n < 1000 else 4 if n < 100_000 else 16

    def uniform(self, *shape: int) -> Any:
        return self.torch.rand(*shape) * (self.high - self.low) + self.low

    def probability(self, *shape: int) -> Any:
        return self.torch.rand(*shape) * 0.8 + 0.1

    def integers(self, high: int, *shape: int) -> Any:
        return self.torch.randint(0, high, shape)

    def complex(self, *shape: int) -> Any:
        return self.torch.complex(self.uniform(*shape), self.uniform(*shape))

    def squares(self) -> Any:
        eye = self.torch.eye(self.edge)
        return self.torch.rand(self.batch, self.edge, self.edge) - 0.5 + eye * math.sqrt(self.edge)

    def definite(self) -> Any:
        half = self.squares()
        return half @ half.transpose(-2, -1)

    def images(self, channels: int, dims: int) -> Any:
        count = 16 if self.n >= 100_000 else 1
        side = max(3, round((self.n / count / channels) ** (1 / dims)))
        return self.torch.rand(count, channels, *([side] * dims))

    def places(self) -> Any:
        count, _, height, width = self.images(self.channels, 2).shape
        return self.torch.rand(count, height, width, 2) * 2 - 1

    def attention(self) -> Any:
        heads, width = (1, 4) if self.n < 1000 else (4, 32)
        return self.torch.rand(1, heads, max(2, self.n // (heads * width)) if self.n < 100_000 else 256, width)


NAMES: dict[str, Callable[[Maker], Any]] = {
    "m": lambda k: k.uniform(k.r, k.c),  # matrices
    "w": lambda k: k.uniform(k.r, k.c),
    "t": lambda k: k.uniform(k.c, k.r).t(),  # a transposed one
    "v": lambda k: k.uniform(k.c),  # vectors as long as their rows and columns
    "h": lambda k: k.uniform(k.r),
    "one": lambda k: k.torch.ones(k.c),
    "u": lambda k: k.probability(k.n),  # in (0.1, 0.9)
    "um": lambda k: k.probability(k.r, k.c),
    "uw": lambda k: k.probability(k.r, k.c),
    "b": lambda k: k.torch.rand(k.n) > 0.5,  # masks
    "bm": lambda k: k.torch.rand(k.r, k.c) > 0.5,
    "i": lambda k: k.integers(k.n, k.n),  # places in x, in the rows of m, row numbers of m, column numbers
    "ic": lambda k: k.integers(k.c, k.r, k.c),
    "ir": lambda k: k.integers(k.r, k.r),
    "il": lambda k: k.integers(k.c, k.r),
    "q": lambda k: k.integers(100, k.n),  # small integers
    "qm": lambda k: k.integers(100, k.r, k.c),
    "signs": lambda k: k.integers(2, k.r).float() * 2 - 1,
    "signs_m": lambda k: k.integers(2, k.r, k.c).float() * 2 - 1,
    "sorted": lambda k: k.uniform(k.n).sort()[0],
    "f64": lambda k: k.uniform(k.n).double(),
    "half": lambda k: k.uniform(k.n).half(),
    "i32": lambda k: k.integers(100, k.n).int(),
    "zc": lambda k: k.complex(k.n),  # complex numbers
    "wc": lambda k: k.complex(k.n),
    "mc": lambda k: k.complex(k.r, k.c),
    "s": lambda k: k.torch.rand(k.side, k.side),  # one square matrix
    "s2": lambda k: k.torch.rand(k.side, k.side),
    "sv": lambda k: k.torch.rand(k.side),
    "a": lambda k: k.squares(),  # batches of well conditioned and positive definite ones
    "a2": lambda k: k.squares(),
    "d": lambda k: k.definite(),
    "lower": lambda k: k.torch.linalg.cholesky(k.definite()),
    "lu": lambda k: k.torch.linalg.lu_factor(k.squares()),
    "image1": lambda k: k.images(k.channels, 1),  # (N, C, *)
    "image": lambda k: k.images(k.channels, 2),
    "image3": lambda k: k.images(k.channels, 3),
    "image4": lambda k: k.images(4, 2)[..., :2, :2] if k.n < 100 else k.images(4, 2),
    "filter1": lambda k: k.torch.rand(k.channels, k.channels, 3),
    "filter": lambda k: k.torch.rand(k.channels, k.channels, 3, 3),
    "filter3": lambda k: k.torch.rand(k.channels, k.channels, 3, 3, 3),
    "channel": lambda k: k.torch.rand(k.channels),
    "place": lambda k: k.places(),  # of pixels, for grid_sample
    "query": lambda k: k.attention(),
    "key": lambda k: k.attention(),
    "value": lambda k: k.attention(),
}
CONSTANTS = {"signs", "signs_m", "sorted"}  # get no gradient
FACTS: dict[str, Callable[[Maker], int]] = {
    "n": lambda k: k.n,
    "r": lambda k: k.r,
    "c": lambda k: k.c,
    "channels": lambda k: k.channels,
}


def shaped(k: Maker, layout: str) -> dict[str, Callable[[], Any]]:
    """x, y and z: alike; the first transposed; or a matrix, a row and a column."""
    shapes = {
        "contiguous": ((k.n,), (k.n,), (k.n,)),
        "transposed": ((k.c, k.r), (k.r, k.c), (k.r, k.c)),
        "broadcast": ((k.r, k.c), (k.c,), (k.r, 1)),
    }[layout]
    makers = {name: lambda shape=shape: k.uniform(*shape) for name, shape in zip("xyz", shapes, strict=True)}
    if layout == "transposed":
        makers["x"] = lambda: k.uniform(k.c, k.r).t()
    if layout != "contiguous":
        makers["b"] = lambda: k.torch.rand(k.r, k.c) > 0.5
    return makers


def tensors_in(value: Any, torch: ModuleType) -> list[Any]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (tuple, list)):
        return [t for part in value for t in tensors_in(part, torch)]
    return []


def forward(torch: ModuleType, row: dict, n: int, layout: str) -> tuple[Closure, list[Any]]:
    """The row's call and the tensors in it; a row that takes no floats gets small integers for x, y and z."""
    maker = Maker(torch, n, row["domain"])
    made = NAMES | {name: lambda _, make=make: make() for name, make in shaped(maker, layout).items()}
    for number, whole in (("1.5", False), ("3", True)):
        code = compile(f"lambda: {row['expr'].replace('{number}', number)}", row["name"], "eval")
        used = {name for part in code.co_consts if hasattr(part, "co_names") for name in part.co_names}
        scope: dict[str, Any] = {"torch": torch} | {name: FACTS[name](maker) for name in used & FACTS.keys()}
        scope |= {name: made[name](maker) for name in sorted(used & made.keys())}
        if whole:
            scope |= {name: (scope[name].abs() * 4 + 1).long() for name in used & set("xyz")}
        call = eval(code, scope)
        try:
            call()
        except (RuntimeError, TypeError):
            if whole or row["kind"] not in ("unary", "binary", "ternary"):
                raise
            continue
        return call, [t for name in sorted(used & made.keys() - CONSTANTS) for t in tensors_in(scope[name], torch)]
    raise AssertionError


def call(torch: ModuleType, row: dict, n: int, layout: str, backward: bool) -> Closure:
    """The closure to time; with ``backward`` also the gradients of all outputs for all floating operands."""
    function, operands = forward(torch, row, n, layout)
    if not backward:
        return function
    leaves = [t.requires_grad_() for t in operands if t.is_floating_point() or t.is_complex()]
    outs = [t for t in tensors_in(function(), torch) if t.requires_grad]
    if not outs:
        raise ValueError("no gradient")
    torch_grad, seeds = torch.autograd.grad, [torch.ones_like(t).detach() for t in outs]

    def step() -> Any:
        found = [t for t in tensors_in(function(), torch) if t.requires_grad]
        return torch_grad(found, leaves, seeds, allow_unused=True)

    if len(outs) == 1 and isinstance(function(), torch.Tensor):
        return lambda: torch_grad(function(), leaves, seeds[0], allow_unused=True)
    return step
