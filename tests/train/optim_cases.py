"""What the optimizers and schedules are compared on, written for PyTorch and for Rushlight alike.

`record.py` runs it with PyTorch and keeps the answers; the tests run it with Rushlight. Gradients are computed in
float64 and rounded to the parameters' dtype, so that the rules are compared, not the layers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

SNAPSHOTS = (7, 50)  # steps after which the parameters are compared
SCHEDULE_STEPS = 300

# name -> (class, options, more). `more`: "matrices" leaves the vectors out, "rows" blanks some rows of every gradient,
# "convex" is for convex problems whose batch stays the same.
OPTIMIZERS: dict[str, tuple[str, dict, str]] = {}


def _add(kind: str, *option_sets: dict, more: str = "") -> None:
    for options in option_sets:
        text = ", ".join(f"{k}={v!r}" for k, v in options.items())
        OPTIMIZERS[f"{kind}({text})"] = (kind, options, more)


_add(
    "SGD",
    {"lr": 0.05},
    {"lr": 0.05, "momentum": 0.9},
    {"lr": 0.05, "momentum": 0.9, "dampening": 0.2, "weight_decay": 0.05},
    {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    {"lr": 0.002, "maximize": True},
    {"lr": 0.05, "momentum": 0.5, "foreach": True},
    {"lr": 0.05, "momentum": 0.5, "fused": True},
)
for _kind in ("Adam", "AdamW"):
    _add(
        _kind,
        {},
        {"lr": 0.02, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1},
        {"lr": 0.02, "amsgrad": True},
        {"lr": 0.01, "maximize": True},
        {"lr": 0.02, "foreach": True},
        {"lr": 0.02, "fused": True},
    )
_add("Adam", {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True})
_add(
    "RMSprop",
    {},
    {"lr": 0.005, "alpha": 0.9, "eps": 1e-6, "weight_decay": 0.05},
    {"lr": 0.005, "momentum": 0.8},
    {"lr": 0.005, "centered": True, "momentum": 0.5, "eps": 1e-3},
    {"lr": 0.005, "centered": True, "maximize": True, "eps": 1e-3},
    {"lr": 0.005, "foreach": True},
)
_add(
    "Adagrad",
    {},
    {"lr": 0.1, "lr_decay": 0.02, "weight_decay": 0.05},
    {"lr": 0.1, "initial_accumulator_value": 0.3, "eps": 1e-6},
    {"lr": 0.01, "maximize": True},
    {"lr": 0.1, "foreach": True},
    {"lr": 0.1, "fused": True},
)
_add(
    "Adadelta",
    {},
    {"lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.05},
    {"maximize": True},
    {"rho": 0.95, "foreach": True},
)
_add(
    "Adamax",
    {},
    {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.05},
    {"lr": 0.01, "maximize": True},
    {"lr": 0.02, "foreach": True},
)
_add(
    "NAdam",
    {},
    {"lr": 0.02, "betas": (0.8, 0.99), "weight_decay": 0.05, "momentum_decay": 0.02},
    {"lr": 0.02, "weight_decay": 0.05, "decoupled_weight_decay": True},
    {"lr": 0.01, "maximize": True},
    {"lr": 0.02, "foreach": True},
)
_add(
    "RAdam",
    {},
    {"lr": 0.02, "betas": (0.8, 0.9), "eps": 1e-6, "weight_decay": 0.05},
    {"lr": 0.02, "weight_decay": 0.05, "decoupled_weight_decay": True},
    {"lr": 0.01, "maximize": True},
    {"lr": 0.02, "foreach": True},
)
_add(
    "Rprop",
    {},
    {"lr": 0.02, "etas": (0.6, 1.3), "step_sizes": (1e-3, 0.05)},
    {"lr": 0.001, "maximize": True, "step_sizes": (1e-6, 0.01)},
    {"foreach": True},
)
_add(
    "ASGD",
    {},
    {"lr": 0.05, "lambd": 0.01, "alpha": 0.5, "t0": 5, "weight_decay": 0.05},
    {"lr": 0.002, "t0": 10, "maximize": True},
    {"lr": 0.05, "t0": 3},
)
_add(
    "Adafactor",
    {},
    {"lr": 0.1, "beta2_decay": -0.5, "eps": (1e-6, 1e-2), "d": 2.0, "weight_decay": 0.05},
    {"maximize": True},
    {"foreach": True},
)
_add(
    "Muon",
    {},
    {"lr": 0.005, "weight_decay": 0.0, "momentum": 0.8, "nesterov": False},
    {"adjust_lr_fn": "match_rms_adamw", "ns_steps": 3},
    {"adjust_lr_fn": "original", "ns_coefficients": (2.0, -1.5, 0.5), "eps": 1e-3},
    more="matrices",
)
_add("SparseAdam", {}, {"lr": 0.02, "betas": (0.8, 0.99), "eps": 1e-6}, {"lr": 0.01, "maximize": True}, more="rows")
# A method of second order has no answer to compare once only rounding is left of the gradient: it stops before.
_add(
    "LBFGS",
    {"max_iter": 2, "history_size": 5, "tolerance_grad": 1e-3},
    {"max_iter": 1, "lr": 0.3, "history_size": 3, "tolerance_grad": 1e-2},
    {"max_iter": 2, "line_search_fn": "strong_wolfe", "tolerance_grad": 1e-4},
    {"max_iter": 8, "max_eval": 9, "line_search_fn": "strong_wolfe", "history_size": 2, "tolerance_grad": 1e-4},
    more="convex",
)


def wave(n: int, phase: float) -> list[float]:
    """Numbers without a pattern that both libraries can make."""
    return [math.sin(1.7 * i * i + phase * (i + 1)) for i in range(n)]


class Problem:
    """Parameters of some shapes and a loss in them."""

    shapes: tuple[tuple[int, ...], ...]

    def __init__(self, torch: ModuleType, dtype: object) -> None:
        self.torch = torch
        self.params = []
        for i, shape in enumerate(self.shapes):
            values = torch.tensor(wave(math.prod(shape), 0.3 + i), dtype=torch.float64).reshape(shape)
            self.params.append(torch.nn.Parameter(values.to(dtype)))

    def data(self, n: int, phase: float, *shape: int) -> object:
        return self.torch.tensor(wave(n, phase), dtype=self.torch.float64).reshape(shape)

    def loss(self, step: int) -> object:
        """The loss on the batch of a step: gradients that vanished would leave nothing to compare but noise."""
        return self.of(0.2 * step, *[p.double() for p in self.params])

    def of(self, shift: float, *params: object) -> object:
        raise NotImplementedError


class Line(Problem):
    """Least squares."""

    shapes = ((3, 4), (3,))

    def of(self, shift: float, weight: object, bias: object) -> object:
        x, y = self.data(32, 0.9 + shift, 8, 4), self.data(24, 2.1 - shift, 8, 3)
        return ((x @ weight.t() + bias - y) ** 2).mean()


class Net(Problem):
    """A classifier with a hidden layer."""

    shapes = ((5, 4), (5,), (2, 5))

    def of(self, shift: float, first: object, bias: object, second: object) -> object:
        x = self.data(24, 1.3 + shift, 6, 4)
        scores = self.torch.tanh(x @ first.t() + bias) @ second.t()
        chosen = self.torch.tensor([[1.0, 0.0], [0.0, 1.0]] * 3, dtype=self.torch.float64)
        return (scores.exp().sum(1).log() - (scores * chosen).sum(1)).mean() + 0.01 * (second**2).sum()


class Valley(Problem):
    """Rosenbrock's curved valley, in several places at once."""

    shapes = ((2, 3), (2, 3), ())

    def of(self, shift: float, x: object, y: object, z: object) -> object:
        slope = self.data(6, shift, 2, 3)
        return 0.01 * (5 * (y - x * x) ** 2 + (1 - x) ** 2 + slope * (x + y)).sum() + 0.1 * (z - 2 - shift) ** 2


class Logit(Problem):
    """Regularised logistic regression."""

    shapes = ((4,), ())

    def of(self, shift: float, weight: object, bias: object) -> object:
        x, y = self.data(40, 0.4, 10, 4), self.data(10, 1.9, 10).sign()
        return (1 + (-y * (x @ weight + bias)).exp()).log().mean() + 0.05 * ((weight**2).sum() + bias**2)


class Bowl(Problem):
    """A quartic."""

    shapes = ((2, 2), (3,))

    def of(self, shift: float, x: object, y: object) -> object:
        return ((x - 0.5) ** 4).sum() + ((x + x.t()) ** 2).sum() + ((y - 1) ** 4 + (y - 2) ** 2).sum()


class Plane(Line):
    """Least squares on one batch."""

    def of(self, shift: float, weight: object, bias: object) -> object:
        return super().of(0.0, weight, bias) + 0.05 * (weight**2).sum()


PROBLEMS: tuple[type[Problem], ...] = (Line, Net, Valley)
CONVEX: tuple[type[Problem], ...] = (Plane, Logit, Bowl)


def problems_of(name: str) -> list[type[Problem]]:
    """The problems that an optimizer is compared on. A number has no rows that could be left out."""
    more = OPTIMIZERS[name][2]
    if more == "convex":
        return list(CONVEX)
    return [kind for kind in PROBLEMS if more != "rows" or () not in kind.shapes]


def run(
    torch: ModuleType,
    name: str,
    problem: Problem,
    steps: int,
    blank_rows: Callable[[object, int], object],
    after: Callable[[int, object], None],
) -> object:
    """Takes steps with an optimizer; `after(step, optimizer)` is called after each."""
    kind, options, more = OPTIMIZERS[name]
    params = [p for p in problem.params if p.ndim == 2] if more == "matrices" else problem.params
    optimizer = getattr(torch.optim, kind)(params, **options)

    step = 0

    def closure() -> object:
        optimizer.zero_grad()
        loss = problem.loss(step)
        loss.backward()
        return loss

    for step in range(1, steps + 1):
        if kind == "LBFGS":
            optimizer.step(closure)
        else:
            closure()
            if more == "rows":
                for p in params:
                    p.grad = blank_rows(p.grad, step)
            optimizer.step()
        after(step, optimizer)
    return optimizer


def rows_kept(n: int, step: int) -> list[float]:
    """Which rows of a gradient stay in a step."""
    return [1.0 if (row + step) % 3 else 0.0 for row in range(n)]


# ---- schedules -----------------------------------------------------------------------------------------------------


def _sequence(lrs: ModuleType, o: object) -> object:
    parts = [lrs.LinearLR(o, 0.1, 1.0, 20), lrs.CosineAnnealingLR(o, 150), lrs.ExponentialLR(o, 0.99)]
    return lrs.SequentialLR(o, parts, [20, 200])


def _sequence_of_sequences(lrs: ModuleType, o: object) -> object:
    inner = lrs.SequentialLR(o, [lrs.ConstantLR(o, 0.5, 7), lrs.StepLR(o, 9, 0.8)], [30])
    return lrs.SequentialLR(o, [inner, lrs.PolynomialLR(o, 90, 2.0)], [100])


def _chain(lrs: ModuleType, o: object) -> object:
    return lrs.ChainedScheduler([lrs.ConstantLR(o, 0.1, 20), lrs.ExponentialLR(o, 0.98), lrs.StepLR(o, 50)], o)


SCHEDULES: dict[str, Callable[[ModuleType, object], object]] = {
    "StepLR": lambda lrs, o: lrs.StepLR(o, 7, 0.9),
    "MultiStepLR": lambda lrs, o: lrs.MultiStepLR(o, [3, 10, 10, 140], 0.3),
    "ConstantLR": lambda lrs, o: lrs.ConstantLR(o, 0.3, 110),
    "LinearLR": lambda lrs, o: lrs.LinearLR(o, 0.2, 0.9, 130),
    "LinearLR down": lambda lrs, o: lrs.LinearLR(o, 1.0, 0.0, 250),
    "ExponentialLR": lambda lrs, o: lrs.ExponentialLR(o, 0.97),
    "PolynomialLR": lambda lrs, o: lrs.PolynomialLR(o, 170, 0.9),
    "CosineAnnealingLR": lambda lrs, o: lrs.CosineAnnealingLR(o, 70, 0.001),
    "CosineAnnealingWarmRestarts": lambda lrs, o: lrs.CosineAnnealingWarmRestarts(o, 40),
    "CosineAnnealingWarmRestarts longer": lambda lrs, o: lrs.CosineAnnealingWarmRestarts(o, 13, 2, 0.002),
    "LambdaLR": lambda lrs, o: lrs.LambdaLR(o, lambda t: 1 / (1 + 0.1 * t)),
    "LambdaLR list": lambda lrs, o: lrs.LambdaLR(o, [lambda t: 0.95**t, lambda t: 1.0 if t < 50 else 0.5]),
    "MultiplicativeLR": lambda lrs, o: lrs.MultiplicativeLR(o, lambda t: 0.99 if t % 2 else 0.98),
    "OneCycleLR": lambda lrs, o: lrs.OneCycleLR(o, 0.2, total_steps=301),
    "OneCycleLR phases": lambda lrs, o: lrs.OneCycleLR(
        o, [0.2, 0.3], epochs=43, steps_per_epoch=7, three_phase=True, anneal_strategy="linear", pct_start=0.4
    ),
    "CyclicLR": lambda lrs, o: lrs.CyclicLR(o, 0.01, 0.1, 20),
    "CyclicLR halves": lambda lrs, o: lrs.CyclicLR(o, [0.01, 0.02], [0.1, 0.2], 20, 13, mode="triangular2"),
    "CyclicLR shrinks": lambda lrs, o: lrs.CyclicLR(o, 0.01, 0.1, 17, mode="exp_range", gamma=0.99),
    "CyclicLR own": lambda lrs, o: lrs.CyclicLR(
        o, 0.01, 0.1, 17, scale_fn=lambda x: 1 / (1 + x), scale_mode="iterations"
    ),
    "SequentialLR": _sequence,
    "SequentialLR nested": _sequence_of_sequences,
    "ChainedScheduler": _chain,
    "ReduceLROnPlateau": lambda lrs, o: lrs.ReduceLROnPlateau(o, factor=0.5, patience=3, cooldown=2, min_lr=1e-4),
    "ReduceLROnPlateau max": lambda lrs, o: lrs.ReduceLROnPlateau(
        o, "max", factor=0.7, patience=1, threshold=0.01, threshold_mode="abs", min_lr=[0.0, 0.01]
    ),
}  # fmt: skip


def metric(step: int) -> float:
    """Falls, with noise."""
    return math.exp(-0.02 * step) + 0.2 * math.sin(3.1 * step)


def schedule(torch: ModuleType, lrs: ModuleType, kind: str, name: str) -> list[list[float]]:
    """Rates and momenta of two groups before the first and after each of the steps."""
    groups = [{"params": [torch.nn.Parameter(torch.ones(1))], "lr": lr} for lr in (0.1, 0.04)]
    o = getattr(torch.optim, kind)(groups, **({"momentum": 0.9} if kind == "SGD" else {}))
    s = lrs.SWALR(o, 0.02, 30) if name == "SWALR" else SCHEDULES[name](lrs, o)

    def now() -> list[float]:
        return [g["lr"] for g in o.param_groups] + [g.get("momentum", g.get("betas", (0,))[0]) for g in o.param_groups]

    values = [now()]
    for step in range(SCHEDULE_STEPS):
        o.step()
        s.step(metric(step)) if name.startswith("Reduce") else s.step()
        values.append(now())
    return values
