"""Both doors of mixed precision: the same training run, and the same results of layers, to the bit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from door_files import Stored, output_of

import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F  # noqa: N812

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("RUSHLIGHT_AMP_PARITY", ROOT / "build/release/tests/amp_doors_parity"))
DTYPES = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16, "F64": torch.float64}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stored]:
    return output_of(PROGRAM, tmp_path_factory)[0]


def assert_same(value: torch.Tensor, stored: Stored) -> None:
    dtype, shape, data = stored
    assert value.dtype == DTYPES[dtype]
    assert list(value.shape) == shape
    raw = value.detach().contiguous().view(torch.uint8) if value.dim() else value.detach().reshape(1).view(torch.uint8)
    assert raw.numpy().tobytes() == data


def make_net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(6, 16), nn.LayerNorm((16,)), nn.Tanh(), nn.Linear(16, 3))


@pytest.mark.parametrize(
    ("name", "dtype", "make"),
    [
        ("sgd", torch.bfloat16, lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
        ("adam", torch.float16, lambda p: torch.optim.Adam(p, 1e-2)),
    ],
)
def test_train(record: dict[str, Stored], name: str, dtype: torch.dtype, make: object) -> None:
    torch.manual_seed(7)
    net = make_net()
    x, y = torch.randn(12, 6), torch.randint(0, 3, (12,))
    optimizer = make(net.parameters())
    for _ in range(20):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=dtype):
            loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
    assert_same(loss, record[f"{name}.loss"])
    for i, p in enumerate(net.parameters()):
        assert_same(p, record[f"{name}.param.{i}"])


def test_train_scaled(record: dict[str, Stored]) -> None:
    torch.manual_seed(8)
    net = make_net()
    x, y = torch.randn(12, 6), torch.randn(12, 3)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-2)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=4)
    scales = []
    for i in range(16):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.float16):
            loss = F.mse_loss(net(x), y)
        scaler.scale(loss).backward()
        if i == 4:
            next(net.parameters()).grad[0, 0] = float("inf")
        if i == 8:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    assert scales[3:6] == [2048.0, 1024.0, 1024.0]  # grown after four steps, halved by the infinite gradient
    assert_same(loss, record["scaled.loss"])
    assert_same(torch.tensor(scales), record["scaled.scales"])
    for i, p in enumerate(net.parameters()):
        assert_same(p, record[f"scaled.param.{i}"])
    for name, value in scaler.state_dict().items():
        assert_same(torch.tensor(float(value), dtype=torch.float64), record[f"scaled.state.{name}"])


def layers() -> dict[str, torch.Tensor]:
    """The twin of `layers` in amp_doors_parity.cpp."""
    torch.manual_seed(9)
    x, q, image = torch.randn(5, 2, 6), torch.randn(2, 2, 5, 4), torch.randn(1, 2, 6, 6)
    found = {}
    with torch.autocast("cpu"):
        found["lstm"], (_, found["lstm.c"]) = nn.LSTM(6, 4)(x)
        found["gru"] = nn.GRU(6, 4)(x)[0]
        found["rnn"] = nn.RNN(6, 4)(x)[0]
        found["gru_cell"] = nn.GRUCell(6, 4)(x[0])
        found["mha"] = nn.MultiheadAttention(6, 2)(x, x, x)[0]
        found["encoder"] = nn.TransformerEncoderLayer(6, 2, dropout=0.0)(x)
        found["sdpa"] = F.scaled_dot_product_attention(q, q, q)
        found["conv"] = nn.Conv2d(2, 3, 3)(image)
        found["batch_norm"] = nn.BatchNorm2d(2)(image)
        found["reflect"] = F.pad(image.bfloat16(), (1, 1, 1, 1), "reflect")
        found["layer_norm"] = F.layer_norm(F.linear(x, torch.randn(6, 6)), (6,))
        found["cat"] = torch.cat([x, F.linear(x, torch.randn(6, 6))])
        found["einsum"] = torch.einsum("bij,bkj->bik", x, x)
    return found


def test_layers(record: dict[str, Stored]) -> None:
    for name, value in layers().items():
        assert_same(value, record[name])
