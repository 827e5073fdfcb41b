"""Training steps of whole models: the same bits from one, two and three threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import rushlight as torch
from rushlight import nn


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


class Residual(nn.Module):
    """Two convolutions and what they are added to."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.norm2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.short = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x)))))
        return torch.relu(y + self.short(x))


class LastOfLSTM(nn.Module):
    """The class scores from the last hidden state of two layers in both directions."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(24, 48, num_layers=2, bidirectional=True, dropout=0.2)
        self.head = nn.Linear(96, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(x)[0][-1])


def resnet() -> tuple[nn.Module, tuple[int, ...]]:
    stages = [Residual(3, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2)]
    return nn.Sequential(*stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)), (16, 3, 32, 32)


def lstm() -> tuple[nn.Module, tuple[int, ...]]:
    return LastOfLSTM(), (30, 16, 24)


def transformer() -> tuple[nn.Module, tuple[int, ...]]:
    layer = nn.TransformerEncoderLayer(64, 4, 128, dropout=0.1, batch_first=True)
    return nn.Sequential(nn.TransformerEncoder(layer, 2), nn.Flatten(), nn.Linear(64 * 40, 10)), (16, 40, 64)


def trained(build: Callable[[], tuple[nn.Module, tuple[int, ...]]], threads: int) -> list[bytes]:
    """All losses, parameters and buffers of three steps with Adam."""
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    model, shape = build()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    found = []
    for _ in range(3):
        loss = nn.functional.cross_entropy(model(torch.randn(*shape)), torch.randint(0, 10, (16,)))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        found.append(loss.detach().numpy().tobytes())
    return found + [value.numpy().tobytes() for value in model.state_dict().values()]


@pytest.mark.parametrize("build", [resnet, lstm, transformer], ids=lambda build: build.__name__)
def test_threads_do_not_show(build: Callable[[], tuple[nn.Module, tuple[int, ...]]]) -> None:
    one = trained(build, 1)
    assert one == trained(build, 2)
    assert one == trained(build, 3)
