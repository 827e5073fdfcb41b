"""Both doors of optim: optimizers, schedules and averages give the same bits, keys and errors in C++ and in Python."""

from __future__ import annotations

import os
import re
import struct
import warnings
from pathlib import Path

import pytest
from door_files import Stored, cases, output_of

import rushlight as torch
from rushlight import nn
from rushlight.optim import lr_scheduler, swa_utils

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("RUSHLIGHT_OPTIM_PARITY", ROOT / "build/release/tests/optim_doors_parity"))
NAMES = vars(torch.optim) | vars(lr_scheduler) | vars(swa_utils)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Stored], dict[str, str]]:
    return output_of(PROGRAM, tmp_path_factory)


def same_bits(value: object, stored: Stored) -> bool:
    """A state that is a Python number here is a tensor of one in C++."""
    if isinstance(value, int):
        return stored.data == struct.pack("<q", value)
    if isinstance(value, float):
        return stored.data == struct.pack("<d", value)
    return list(value.shape) == stored.shape and value.detach().contiguous().numpy().tobytes() == stored.data


def flattened(state: dict[int, dict]) -> dict[str, object]:
    """The names that states have in C++. What L-BFGS computes anew in every step is not saved there."""
    found: dict[str, object] = {}
    for i, of_param in state.items():
        for name, value in of_param.items():
            if name == "al":
                continue
            if isinstance(value, list):
                found |= {f"state.{i}.{name}.{k}": v for k, v in enumerate(value)}
            else:  # the length of a step of L-BFGS is a whole number where lr is one
                found[f"state.{i}.{name}"] = float(value) if name == "t" and isinstance(value, int) else value
    return found


def train(number: int, text: str, which: str) -> tuple[nn.Module, torch.optim.Optimizer, torch.Tensor]:
    """The twin of `train` in optim_doors_parity.cpp."""
    torch.manual_seed(100 + number)
    net = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))
    x, y = torch.randn(16, 6), torch.randn(16, 3)
    params = [p for p in net.parameters() if which == "all" or p.dim() == 2]

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        return loss

    optimizer = first = eval(text.replace("(", "(params, ", 1), NAMES | {"params": params})
    for _ in range(6):
        optimizer.step(closure)
    optimizer = eval(text.replace("(", "(params, ", 1), NAMES | {"params": params})
    optimizer.load_state_dict(first.state_dict())
    for _ in range(6):
        loss = optimizer.step(closure)
    return net, optimizer, loss


def test_training_gives_the_same_bits(record: tuple[dict, dict]) -> None:
    tensors, texts = record
    wrong: list[str] = []
    found = cases(texts, "train")
    for number, text in found:
        net, optimizer, loss = train(number, text, texts[f"{number}.which"])
        values = {"loss": loss} | {f"param.{k}": v for k, v in net.state_dict().items()}
        state = flattened(optimizer.state_dict()["state"])
        values |= state
        wrong += [
            f"{text}: {k}" for k, v in values.items() if not same_bits(v, tensors.get(f"{number}.{k}", ([], b"")))
        ]
        if set(texts[f"{number}.keys"].split(",")) != {*state, ""}:
            wrong.append(f"{text}: keys {texts[f'{number}.keys']} are {list(state)} here")
    assert not wrong, "\n".join(wrong)
    classes = {n for n in torch.optim.__all__ if isinstance(getattr(torch.optim, n), type)} - {"Optimizer"}
    assert {text.split("(")[0] for _, text in found} == classes


def schedule(text: str) -> list[float]:
    """The twin of `schedule` in optim_doors_parity.cpp."""
    groups = [{"params": [nn.Parameter(torch.ones(1))], "lr": lr} for lr in (0.1, 0.04)]
    o = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    s = eval(text, NAMES | {"o": o})
    values: list[float] = []

    def note() -> None:
        values.extend(g["lr"] for g in o.param_groups)
        values.extend(g["momentum"] for g in o.param_groups)

    note()
    for i in range(60):
        o.step()
        s.step(1.0 / (1 + i) if i % 4 == 0 else 1.0) if text.startswith("Reduce") else s.step()
        note()
    return values


def test_schedules_give_the_same_bits(record: tuple[dict, dict]) -> None:
    tensors, texts = record
    found = cases(texts, "schedule")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nested sequences warn
        wrong = [text for n, text in found if struct.pack("<244d", *schedule(text)) != tensors[f"{n}.values"].data]
    assert not wrong, "\n".join(wrong)
    names = set(re.findall(r"(\w+)\(", " ".join(text for _, text in found)))
    assert {*lr_scheduler.__all__, "SWALR"} - names == {"LRScheduler"}


def average(number: int, text: str) -> tuple[nn.Module, torch.Tensor]:
    """The twin of `average` in optim_doors_parity.cpp."""
    torch.manual_seed(100 + number)
    net = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Linear(5, 2))
    nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Linear(5, 2))  # draws as the model that C++ is given
    data = [torch.randn(6, 4) for _ in range(3)]
    mean = eval(text, NAMES | {"net": net})
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    for x in data:
        sgd.zero_grad()
        net(x).square().mean().backward()
        sgd.step()
        mean.update_parameters(net)
    if "use_buffers=True" not in text:
        swa_utils.update_bn(data, mean)
    mean.eval()
    return mean, mean(data[0])


def test_averages_give_the_same_bits(record: tuple[dict, dict]) -> None:
    tensors, texts = record
    wrong: list[str] = []
    for number, text in cases(texts, "average"):
        mean, out = average(number, text)
        values = {"out": out} | {f"state.{k}": v for k, v in mean.state_dict().items()}
        wrong += [f"{text}: {k}" for k, v in values.items() if not same_bits(v, tensors[f"{number}.{k}"])]
        if texts[f"{number}.keys"] != "".join(k + "," for k in mean.state_dict()):
            wrong.append(f"{text}: keys {texts[f'{number}.keys']}")
    assert not wrong, "\n".join(wrong)


def test_errors_read_the_same(record: tuple[dict, dict]) -> None:
    _, texts = record
    wrong: list[str] = []
    p = [nn.Parameter(torch.ones(2, 2))]
    for number, text in cases(texts, "fails"):
        o = torch.optim.SGD([{"params": [nn.Parameter(torch.ones(1))]} for _ in range(2)], lr=0.1, momentum=0.9)
        with pytest.raises((RuntimeError, ValueError, TypeError)) as caught:
            eval(text, NAMES | {"p": p, "o": o})
        if str(caught.value).split("\n")[0] != texts[f"{number}.message"]:
            wrong.append(f"{text}: C++ says {texts[f'{number}.message']!r}, Python {str(caught.value)!r}")
    assert not wrong, "\n".join(wrong)
