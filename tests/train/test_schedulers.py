"""Schedules: their closed forms, PyTorch's own sequences, saving, and warnings."""

from __future__ import annotations

import math
import warnings

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.optim import SGD, Adam
from rushlight.optim import lr_scheduler as lrs


def optimizer(kind=SGD, rates: tuple[float, ...] = (0.1, 0.04), **options) -> torch.optim.Optimizer:
    groups = [{"params": [nn.Parameter(torch.ones(1))], "lr": lr} for lr in rates]
    return kind(groups, **({"momentum": 0.9} if kind is SGD else {}), **options)


def run(o: torch.optim.Optimizer, s: lrs.LRScheduler, steps: int, *metrics: float) -> list[list[float]]:
    rates = [[group["lr"] for group in o.param_groups]]
    for i in range(steps):
        o.step()
        s.step(*metrics[i : i + 1])
        rates.append([group["lr"] for group in o.param_groups])
        assert s.get_last_lr() == rates[-1]
    return rates


CLOSED = [
    (lambda o: lrs.StepLR(o, 7, 0.5), lambda t: 0.5 ** (t // 7)),
    (lambda o: lrs.MultiStepLR(o, [3, 10, 10, 40], 0.3), lambda t: 0.3 ** sum(m <= t for m in (3, 10, 10, 40))),
    (lambda o: lrs.ExponentialLR(o, 0.97), lambda t: 0.97**t),
    (lambda o: lrs.ConstantLR(o, 0.3, 11), lambda t: 0.3 if t < 11 else 1),
    (lambda o: lrs.LinearLR(o, 0.2, 0.9, 13), lambda t: 0.2 + 0.7 * min(t, 13) / 13),
    (lambda o: lrs.CosineAnnealingLR(o, 17), lambda t: (1 + math.cos(math.pi * t / 17)) / 2),
    (lambda o: lrs.LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t)),
]


@pytest.mark.parametrize("kind", [SGD, Adam])
@pytest.mark.parametrize(("make", "factor"), CLOSED)
def test_hundred_steps_follow_the_closed_form(make, factor, kind) -> None:
    o = optimizer(kind)
    for t, rates in enumerate(run(o, make(o), 100)):
        assert rates == pytest.approx([0.1 * factor(t), 0.04 * factor(t)], rel=1e-9, abs=1e-12), t


def test_cosine_with_a_lowest_rate() -> None:
    o = optimizer()
    rates = run(o, lrs.CosineAnnealingLR(o, 10, eta_min=0.01), 30)
    assert rates[10] == pytest.approx([0.01, 0.01]) and rates[20] == pytest.approx([0.1, 0.04])
    assert rates[5] == pytest.approx([0.055, 0.025])


# What PyTorch 2.13 gives, bit for bit.
SEQUENTIAL = [
    0.010000000000000002, 0.04, 0.07, 0.1, 0.09045084971874738, 0.06545084971874737, 0.03454915028125263,
    0.009549150281252633, 0.0, 0.1, 0.05, 0.025, 0.0125,
]  # fmt: skip
ONE_CYCLE = [
    0.008000000000000007, 0.0699579308439166, 0.17585703182442575, 0.19888308709018238, 0.18660259396828235,
    0.1623491307899526, 0.12947579953902066, 0.09252742053339501, 0.056612199641739844, 0.02669550603776612,
    0.006913397485079045, 8e-07,
]  # fmt: skip
THREE_PHASES = [
    0.008, 0.08184615384615387, 0.15569230769230774, 0.17046153846153844, 0.09661538461538459, 0.022769230769230736,
    0.006896662068965517, 0.005517489655172413, 0.00413831724137931, 0.002759144827586207, 0.001379972413793104,
    8.000000000004531e-07,
]  # fmt: skip


def test_sequences_of_pytorch() -> None:
    o = optimizer(rates=(0.1,))
    parts = [lrs.LinearLR(o, 0.1, 1.0, 3), lrs.CosineAnnealingLR(o, 5), lrs.ExponentialLR(o, 0.5)]
    assert [r[0] for r in run(o, lrs.SequentialLR(o, parts, [3, 9]), 12)] == SEQUENTIAL
    o = optimizer(rates=(0.1,))
    assert [r[0] for r in run(o, lrs.OneCycleLR(o, 0.2, total_steps=12), 11)] == ONE_CYCLE
    o = optimizer(rates=(0.1,))
    s = lrs.OneCycleLR(o, 0.2, epochs=3, steps_per_epoch=4, three_phase=True, anneal_strategy="linear")
    assert [r[0] for r in run(o, s, 11)] == THREE_PHASES


def test_one_cycle_moves_momentum_the_other_way() -> None:
    for kind, read in ((SGD, lambda g: g["momentum"]), (Adam, lambda g: g["betas"][0])):
        o = optimizer(kind)
        s = lrs.OneCycleLR(o, [0.2, 0.3], total_steps=20)
        momenta = [read(o.param_groups[1])]
        for _ in range(19):
            o.step()
            s.step()
            momenta.append(read(o.param_groups[1]))
        assert momenta[0] == 0.95 and min(momenta) == pytest.approx(0.85) and momenta[-1] == pytest.approx(0.95)
    with pytest.raises(ValueError, match="Tried to step"):
        for _ in range(5):
            s.step()


def test_reduce_on_plateau() -> None:
    o = optimizer()
    s = lrs.ReduceLROnPlateau(o, factor=0.5, patience=1, cooldown=1, min_lr=[0.0, 0.01])
    metrics = (1.0, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4)
    rates = [r[0] for r in run(o, s, len(metrics), *metrics)]
    assert rates == [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025]
    assert o.param_groups[1]["lr"] == 0.01 and s.best == 0.4
    s.step(torch.tensor(0.3))
    assert s.best == pytest.approx(0.3)
    best = lrs.ReduceLROnPlateau(optimizer(), "max", threshold_mode="abs", threshold=0.1, patience=0)
    for metric in (1.0, 1.05, 1.2):
        best.step(metric)
    assert best.best == 1.2 and best.optimizer.param_groups[0]["lr"] == pytest.approx(0.01)


@pytest.mark.parametrize(
    "make",
    [
        *[case[0] for case in CLOSED],
        lambda o: lrs.OneCycleLR(o, 0.2, total_steps=60),
        lambda o: lrs.SequentialLR(
            o, [lrs.ConstantLR(o, 0.5, 3), lrs.StepLR(o, 4), lrs.MultiStepLR(o, [2, 5])], [10, 30]
        ),
    ],
)
def test_resume_from_saved_state(make) -> None:
    whole = optimizer()
    expected = run(whole, make(whole), 50)
    first = optimizer()
    s = make(first)
    run(first, s, 23)
    second = optimizer()
    t = make(second)
    second.load_state_dict(first.state_dict())
    t.load_state_dict(s.state_dict())
    assert "optimizer" not in s.state_dict()
    assert run(second, t, 27) == expected[23:]


def test_callables_keep_their_attributes() -> None:
    class Decay:
        def __init__(self, rate: float) -> None:
            self.rate = rate

        def __call__(self, t: int) -> float:
            return self.rate**t

    s = lrs.LambdaLR(optimizer(), [Decay(0.5), lambda t: 1.0])
    state = s.state_dict()
    assert state["lr_lambdas"] == [{"rate": 0.5}, None]
    fresh = lrs.LambdaLR(optimizer(), [Decay(0.9), lambda t: 1.0])
    fresh.load_state_dict(state)
    assert fresh.lr_lambdas[0].rate == 0.5


def test_tensor_rates_keep_their_identity() -> None:
    lr = torch.tensor(0.1)
    o = SGD([nn.Parameter(torch.ones(1))], lr=lr)
    s = lrs.ExponentialLR(o, 0.5)
    o.step()
    s.step()
    assert o.param_groups[0]["lr"] is lr and abs(lr.item() - 0.05) < 1e-6 and s.get_last_lr()[0] is not lr


def test_warnings() -> None:
    s = lrs.StepLR(optimizer(), 5)
    with pytest.warns(UserWarning, match="`lr_scheduler.step\\(\\)` before `optimizer.step\\(\\)`"):
        s.step()
    with pytest.warns(UserWarning, match="The epoch parameter"):
        s.step(11)
    assert s.get_last_lr() == pytest.approx([0.001, 0.0004])
    with pytest.warns(UserWarning, match="please use `get_last_lr\\(\\)`"):
        s.get_lr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        o = optimizer()
        run(o, lrs.StepLR(o, 5), 3)


def test_start_later_needs_the_initial_rate() -> None:
    with pytest.raises(KeyError, match="param 'initial_lr' is not specified in param_groups"):
        lrs.StepLR(optimizer(), 5, last_epoch=3)
    o = optimizer()
    for group in o.param_groups:
        group["initial_lr"] = group["lr"]
    s = lrs.CosineAnnealingLR(o, 10, last_epoch=4)
    assert s.last_epoch == 5


@pytest.mark.parametrize(
    ("action", "kind", "text"),
    [
        (lambda o: lrs.LinearLR(o, 2.0), ValueError, "Starting multiplicative factor"),
        (lambda o: lrs.LinearLR(o, 0.5, 2.0), ValueError, "Ending multiplicative factor"),
        (lambda o: lrs.ConstantLR(o, 3), ValueError, "Constant multiplicative factor"),
        (lambda o: lrs.StepLR(3, 1), TypeError, "int is not an Optimizer"),
        (lambda o: lrs.LambdaLR(o, [len]), ValueError, "Expected 2 lr_lambdas, but got 1"),
        (lambda o: lrs.OneCycleLR(o, 1.0), ValueError, "You must define either total_steps OR"),
        (lambda o: lrs.OneCycleLR(o, 1.0, total_steps=-1), ValueError, "Expected positive integer total_steps"),
        (lambda o: lrs.OneCycleLR(o, 1.0, total_steps=5, anneal_strategy="x"), ValueError, "anneal_strategy must be"),
        (lambda o: lrs.OneCycleLR(o, [1.0] * 3, total_steps=4), ValueError, "max_lr must have the same length"),
        (lambda o: lrs.ReduceLROnPlateau(o, "x"), ValueError, "mode x is unknown!"),
        (lambda o: lrs.ReduceLROnPlateau(o, factor=2.0), ValueError, "Factor should be < 1.0."),
        (lambda o: lrs.ReduceLROnPlateau(o, min_lr=[0.0]), ValueError, "expected 2 min_lrs, got 1"),
        (lambda o: lrs.SequentialLR(o, [], []), ValueError, "expects at least one scheduler"),
        (lambda o: lrs.SequentialLR(o, [lrs.StepLR(o, 1)], [1]), ValueError, "Sequential Schedulers expects number"),
        (lambda o: lrs.SequentialLR(o, [lrs.StepLR(optimizer(), 1)], []), ValueError, "belong to the same optimizer"),
        (lambda o: lrs.SequentialLR(o, [lrs.ReduceLROnPlateau(o)], []), ValueError, "does not support"),
    ],
)
def test_errors_have_pytorch_types_and_words(action, kind, text: str) -> None:
    with pytest.raises(kind, match=text):
        action(optimizer())
