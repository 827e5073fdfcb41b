"""Both doors of nn: every layer has its C++ twin, and gives the same bits, keys, texts and errors."""

from __future__ import annotations

import ast
import os
import re
from collections import OrderedDict
from pathlib import Path

import pytest
from door_files import Stored, cases, output_of

import rushlight as torch
from rushlight import nn
from rushlight.utils.data import DataLoader, TensorDataset

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("RUSHLIGHT_DOORS_PARITY", ROOT / "build/release/tests/doors_parity"))


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Stored], dict[str, str]]:
    return output_of(PROGRAM, tmp_path_factory)


def same_bits(tensor: torch.Tensor, stored: Stored) -> bool:
    return list(tensor.shape) == stored.shape and tensor.detach().contiguous().numpy().tobytes() == stored.data


def inputs_of(text: str) -> list[torch.Tensor]:
    """`randn({2, 3}), rand({4, 5})`, read as Python."""
    scope = {name: getattr(torch, name) for name in ("randn", "rand", "randint")}
    found = eval("[" + text.replace("{", "(").replace("}", ")") + "]", scope)
    return [x.requires_grad_() if x.is_floating_point() else x for x in found]


def first(result: object) -> torch.Tensor:
    """The result itself, or the first of several."""
    return result[0] if isinstance(result, tuple) else result


class Substituted(nn.Module):
    """The twin in doors_parity_computed.cpp calls its layers with other tensors, too."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        other = {"0.weight": self.net[0].weight * 2, "1.bias": torch.linspace(0, 1, 3)}
        return nn.utils.stateless._functional_call(self.net, other, (x,))


def called(module: nn.Module, x: torch.Tensor) -> nn.Module:
    """The module after a call, which a lazy one needs."""
    module(x)
    return module


def globally_pruned(net: nn.Module) -> nn.Module:
    parameters = [(net[0], "weight"), (net[2], "weight"), (net[0], "bias")]
    nn.utils.prune.global_unstructured(parameters, nn.utils.prune.L1Unstructured, amount=0.4)
    return net


SCOPE = {
    "nn": nn,
    "torch": torch,
    "OrderedDict": OrderedDict,
    "P": nn.utils.parametrizations,
    "prune": nn.utils.prune,
    "Substituted": Substituted,
    "called": called,
    "evaluated": lambda module: module.eval(),
    "globally_pruned": globally_pruned,
}


def compare_layer(number: int, texts: dict[str, str], tensors: dict) -> list[str]:
    """Runs one case here; the names of what differs."""
    wrong: list[str] = []

    def check(name: str, value: torch.Tensor) -> None:
        if f"{number}.{name}" not in tensors or not same_bits(value, tensors[f"{number}.{name}"]):
            wrong.append(name)

    torch.manual_seed(100 + number)
    module = eval(texts[f"{number}.python"], SCOPE)
    inputs = inputs_of(texts[f"{number}.inputs"])
    for name, p in module.named_parameters():
        check(f"param.{name}", p)
    out = first(module(*inputs))
    check("out", out)
    if out.requires_grad:
        (out * torch.linspace(-1, 1, out.numel()).view(out.shape)).sum().backward()
        for i, x in enumerate(inputs):
            if x.grad is not None:
                check(f"input_grad.{i}", x.grad)
        for name, p in module.named_parameters():
            if p.grad is not None:
                check(f"grad.{name}", p.grad)
    module.eval()
    check("eval", first(module(*inputs)))
    state = module.state_dict()
    for name, value in state.items():
        check(f"state.{name}", value)
    if texts[f"{number}.keys"] != "".join(k + "," for k in state):
        wrong.append("keys of the state_dict: " + texts[f"{number}.keys"])
    if texts[f"{number}.repr"] != repr(module):
        wrong.append(f"repr: {texts[f'{number}.repr']} is {module!r} here")
    return wrong


def test_layers_give_the_same_bits(record: tuple[dict, dict]) -> None:
    tensors, texts = record
    found = cases(texts, "python")
    assert len(found) > 70
    wrong = {text: w for number, text in found if (w := compare_layer(number, texts, tensors))}
    assert not wrong, "\n".join(f"{text}: {w}" for text, w in wrong.items())


def test_initialisers_give_the_same_bits(record: tuple[dict, dict]) -> None:
    tensors, texts = record
    wrong = []
    for number, text in cases(texts, "init"):
        torch.manual_seed(100 + number)
        t = torch.empty(6, 4) if text.startswith("2d: ") else torch.empty(6, 4, 3)
        eval(text.removeprefix("2d: "), {"init": nn.init, "t": t})
        if not same_bits(t, tensors[f"{number}.out"]):
            wrong.append(text)
    assert not wrong


def train(number: int, optimizer_text: str) -> nn.Module:
    """The twin of `train` in doors_parity.cpp."""
    torch.manual_seed(100 + number)
    net = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.GELU(), nn.Dropout(0.2), nn.Linear(16, 3))
    x, y = torch.randn(50, 6), torch.randint(0, 3, (50,))
    loader = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)
    optimizer = eval(optimizer_text.replace("(", "(net.parameters(), ", 1), vars(torch.optim) | {"net": net})
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 20, 1e-3)
    for _ in range(3):
        for data, target in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(data), target).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.5)
            optimizer.step()
            scheduler.step()
    return net


def test_training_gives_the_same_bits(record: tuple[dict, dict]) -> None:
    tensors, texts = record
    wrong = []
    for number, text in cases(texts, "train"):
        state = train(number, text).state_dict()
        wrong += [f"{text}: {k}" for k, v in state.items() if not same_bits(v, tensors[f"{number}.state.{k}"])]
    assert not wrong, "\n".join(wrong)


def test_errors_read_the_same(record: tuple[dict, dict]) -> None:
    _, texts = record
    wrong = []
    for number, text in cases(texts, "fails"):
        with pytest.raises((RuntimeError, ValueError, TypeError, IndexError, AssertionError)) as caught:
            eval(text, SCOPE)
        if str(caught.value).split("\n")[0] != texts[f"{number}.message"]:
            wrong.append(f"{text}: C++ says {texts[f'{number}.message']!r}, Python {str(caught.value)!r}")
    assert not wrong, "\n".join(wrong)


# ---- every class has its name in C++ ---------------------------------------------------------------------------


def python_classes() -> set[str]:
    classes = {name: getattr(nn, name) for name in nn.modules.__all__}
    return {n for n, c in classes.items() if isinstance(c, type) and issubclass(c, nn.Module)} - {"Module"}


def cpp_classes() -> set[str]:
    text = "".join(p.read_text() for p in sorted((ROOT / "include/rushlight/nn").rglob("*.h")))
    stamped = re.findall(r"^RUSHLIGHT_MODULE\((\w+)\)", text, re.MULTILINE)
    lazy = {f"Lazy{name}" for name in re.findall(r"^RUSHLIGHT_LAZY\(\w+, (\w+)\)", text, re.MULTILINE)}
    return {*stamped, *lazy, *re.findall(r"class (?:RL_API )?(\w+) : public ModuleHolder<", text)}


def hand_written() -> set[str]:
    """The layers that the generator's list says are written by hand in each door."""
    for node in ast.parse((ROOT / "ops/gen/layers.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "HAND_WRITTEN":
            return ast.literal_eval(node.value)
    raise AssertionError("ops/gen/layers.py has no list HAND_WRITTEN")


def test_every_python_class_has_a_cpp_twin() -> None:
    assert python_classes() - cpp_classes() == set()
    assert hand_written() <= cpp_classes() & python_classes()


def test_every_layer_is_compared(record: tuple[dict, dict]) -> None:
    names = set(re.findall(r"nn\.(\w+)\(", " ".join(text for _, text in cases(record[1], "python"))))
    bases = {"Container", "RNNBase", "RNNCellBase", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"}
    assert python_classes() - names - bases == set()
