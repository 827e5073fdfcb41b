"""What is timed. Each workload is a small function of the module under test that returns a closure: the call to time.

``torch`` is either Rushlight or PyTorch: the same text runs on both. ``@workload`` gives the group, and the goal where
the project has promised one (PyTorch's time divided by ours).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

Closure = Callable[[], Any]


@dataclass(frozen=True)
class Workload:
    """A row of the table: ``setup(torch)`` returns the closure to time; ``per`` is how many operations that is."""

    name: str
    group: str
    setup: Callable[[ModuleType], Closure]
    goal: float | None = None
    per: int = 1
    busy: bool = False  # timed once more with a busy process beside it


WORKLOADS: dict[str, Workload] = {}


def workload(group: str, name: str | None = None, **rest: Any) -> Callable[[Callable], Callable]:
    """Registers a set-up function, under the function's name unless another is given."""

    def register(setup: Callable[[ModuleType], Closure]) -> Callable[[ModuleType], Closure]:
        row = Workload(name or setup.__name__, group, setup, **rest)
        if row.name in WORKLOADS:
            raise ValueError(f"two workloads are called {row.name}")
        WORKLOADS[row.name] = row
        return setup

    return register


# One small operation: what a call costs.


@workload("overhead", "x + y", goal=7)
def add(torch: ModuleType) -> Closure:
    x, y = torch.randn(10), torch.randn(10)
    return lambda: x + y


@workload("overhead", "x * 2.0")
def mul_scalar(torch: ModuleType) -> Closure:
    x = torch.randn(10)
    return lambda: x * 2.0


@workload("overhead", "x.view(2, 5)")
def view(torch: ModuleType) -> Closure:
    x = torch.randn(10)
    return lambda: x.view(2, 5)


@workload("overhead", "x[3]")
def index(torch: ModuleType) -> Closure:
    x = torch.randn(10)
    return lambda: x[3]


@workload("overhead", "x[2:7]")
def slice_(torch: ModuleType) -> Closure:
    x = torch.randn(10)
    return lambda: x[2:7]


@workload("overhead", "x.sum()")
def total(torch: ModuleType) -> Closure:
    x = torch.randn(10)
    return lambda: x.sum()


@workload("overhead", "relu(x)")
def relu(torch: ModuleType) -> Closure:
    x, relu = torch.randn(10), torch.relu
    return lambda: relu(x)


@workload("overhead", "x.exp()")
def exp(torch: ModuleType) -> Closure:
    x = torch.randn(10)
    return lambda: x.exp()


@workload("overhead", "softmax(x, 0)")
def softmax(torch: ModuleType) -> Closure:
    x, softmax = torch.randn(10), torch.softmax
    return lambda: softmax(x, 0)


@workload("overhead", "mm 8x8")
def mm8(torch: ModuleType) -> Closure:
    x, y, mm = torch.randn(8, 8), torch.randn(8, 8), torch.mm
    return lambda: mm(x, y)


@workload("overhead", "F.linear 16x32x32")
def linear(torch: ModuleType) -> Closure:
    x, weight, bias = torch.randn(16, 32), torch.randn(32, 32), torch.randn(32)
    linear = torch.nn.functional.linear
    return lambda: linear(x, weight, bias)


@workload("overhead", "nn.Linear call", goal=6)
def linear_module(torch: ModuleType) -> Closure:
    x, layer = torch.randn(16, 32), torch.nn.Linear(32, 32)
    return lambda: layer(x)


@workload("overhead", "chain of 100 mul, forward + backward, per op", goal=8, per=100)
def chain(torch: ModuleType) -> Closure:
    x, y = torch.randn(10, requires_grad=True), torch.ones(10)
    grad = torch.ones(10)

    def step() -> None:
        z = x
        for _ in range(100):
            z = z * y
        z.backward(grad)

    return step


# Small networks.


@workload("networks", "MLP 32-64-64-10, batch 16, Adam step", goal=6, busy=True)
def mlp_step(torch: ModuleType) -> Closure:
    nn = torch.nn
    net = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    x, target = torch.randn(16, 32), torch.randint(0, 10, (16,))
    cross_entropy = nn.functional.cross_entropy

    def step() -> None:
        optimizer.zero_grad()
        cross_entropy(net(x), target).backward()
        optimizer.step()

    return step


def recurrent_step(kind: str) -> Callable[[ModuleType], Closure]:
    def setup(torch: ModuleType) -> Closure:
        net, x = getattr(torch.nn, kind)(128, 128), torch.randn(100, 32, 128)

        def step() -> None:
            net.zero_grad()
            net(x)[0].sum().backward()

        return step

    return setup


def cell_step(kind: str) -> Callable[[ModuleType], Closure]:
    def setup(torch: ModuleType) -> Closure:
        cell, x, h, c = getattr(torch.nn, kind)(32, 32), torch.randn(16, 32), torch.randn(16, 32), torch.randn(16, 32)
        pair = kind == "LSTMCell"
        state = (h, c) if pair else h

        def step() -> None:
            cell.zero_grad()
            y = cell(x, state)
            (y[0] if pair else y).sum().backward()

        return step

    return setup


for _kind in ("LSTM", "GRU", "RNN"):
    workload("networks", f"{_kind} 128-128, 100 steps, batch 32, forward + backward", goal=1.5)(recurrent_step(_kind))
for _kind, _goal in (("LSTMCell", 8), ("GRUCell", 8), ("RNNCell", None)):
    workload("networks", f"{_kind} 32-32, batch 16, forward + backward", goal=_goal)(cell_step(_kind))


@workload("networks", "CNN of the demo, 12,800 images with data loading", goal=1.0)
def cnn_epoch(torch: ModuleType) -> Closure:
    """One call is an epoch over 12,800 random images as ``examples/train_fashion_mnist.py`` makes it."""
    nn, data = torch.nn, importlib.import_module(f"{torch.__name__}.utils.data")
    images, labels = torch.randint(0, 256, (12800, 28, 28), dtype=torch.uint8), torch.randint(0, 10, (12800,))
    net = nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Dropout(0.25), nn.Flatten(), nn.Linear(64 * 7 * 7, 10)),
    )
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    loader = data.DataLoader(data.TensorDataset(images, labels), batch_size=128, shuffle=True)

    def epoch() -> float:
        total = 0.0
        for pixels, target in loader:
            optimizer.zero_grad()
            x = pixels.unsqueeze(1).to(torch.float32).div(255.0).sub(0.286).div(0.353)
            loss = nn.functional.cross_entropy(net(x), target)
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total

    return epoch


# Matrix products and convolutions: what the kernels cost.


def matmul(size: int) -> Callable[[ModuleType], Closure]:
    def setup(torch: ModuleType) -> Closure:
        x, y, mm = torch.randn(size, size), torch.randn(size, size), torch.mm
        return lambda: mm(x, y)

    return setup


for _size in (64, 128, 256, 512, 1024, 2048):
    workload("matmul", f"matmul {_size}x{_size} f32", goal=0.9, busy=_size == 256)(matmul(_size))


def convolution(shape: tuple[int, ...], channels: int, backward: bool) -> Callable[[ModuleType], Closure]:
    def setup(torch: ModuleType) -> Closure:
        conv2d = torch.nn.functional.conv2d
        x = torch.randn(*shape, requires_grad=backward)
        weight = torch.randn(channels, shape[1], 3, 3, requires_grad=backward)
        if not backward:
            return lambda: conv2d(x, weight, None, 1, 1)
        grad = torch.randn(shape[0], channels, *shape[2:])
        return lambda: conv2d(x, weight, None, 1, 1).backward(grad)

    return setup


for _shape, _channels in (((128, 1, 28, 28), 32), ((128, 32, 14, 14), 64), ((32, 64, 56, 56), 64)):
    _text = f"conv2d {'x'.join(map(str, _shape))} to {_channels}, 3x3"
    workload("conv2d", f"{_text}, forward")(convolution(_shape, _channels, backward=False))
    workload("conv2d", f"{_text}, forward + backward")(convolution(_shape, _channels, backward=True))
