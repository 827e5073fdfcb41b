"""Containers: lists and dicts of modules and parameters."""

from __future__ import annotations

import copy
from collections import OrderedDict

import pytest

import rushlight as torch
from rushlight import nn


def kinds(modules) -> list[str]:
    return [type(m).__name__ for m in modules]


def test_sequential() -> None:
    seq = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 3))
    assert seq(torch.ones(4, 1)).shape == (4, 3) and len(seq) == 3 and seq[-1].out_features == 3
    assert kinds(seq[1:]) == ["ReLU", "Linear"] and isinstance(seq[1:], nn.Sequential)
    seq[1] = nn.Tanh()
    del seq[0]
    assert list(seq._modules) == ["0", "1"] and kinds(seq) == ["Tanh", "Linear"]
    seq.append(nn.ReLU()).insert(1, nn.GELU()).extend([nn.SiLU()])
    assert kinds(seq) == ["Tanh", "GELU", "Linear", "ReLU", "SiLU"]
    seq.insert(-1, nn.Mish())
    assert kinds(seq)[-2:] == ["Mish", "SiLU"]
    assert type(seq.pop(0)) is nn.Tanh and list(seq._modules) == ["0", "1", "2", "3", "4"]
    assert len(seq + nn.Sequential(nn.ReLU())) == 6 and len(seq * 2) == 10 and len(2 * seq) == 10
    seq *= 2
    seq += nn.Sequential(nn.ReLU())
    assert len(seq) == 11 and seq[0] is seq[5]
    named = nn.Sequential(OrderedDict(a=nn.ReLU(), b=nn.Tanh()))
    named[0] = nn.GELU()
    assert type(named.a) is nn.GELU and list(named[1:]._modules) == ["b"]
    assert "0" not in dir(nn.Sequential(nn.ReLU()))


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (lambda s: s[9], IndexError),
        (lambda s: s + 3, ValueError),
        (lambda s: s * 0, ValueError),
        (lambda s: s * "a", TypeError),
        (lambda s: s.insert(9, nn.ReLU()), IndexError),
        (lambda s: s.insert(0, 3), AssertionError),
        (lambda s: nn.Sequential(3), TypeError),
        (lambda s: s.__setitem__(9, nn.ReLU()), IndexError),
    ],
)
def test_sequential_errors(action, kind) -> None:
    with pytest.raises(kind):
        action(nn.Sequential(nn.ReLU()))


def test_module_list() -> None:
    layers = nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1), nn.Linear(1, 2)])
    assert repr(layers) == (
        "ModuleList(\n"
        "  (0-1): 2 x Linear(in_features=1, out_features=1, bias=True)\n"
        "  (2): Linear(in_features=1, out_features=2, bias=True)\n"
        ")"
    )
    assert repr(nn.ModuleList()) == "ModuleList()"
    layers.append(nn.ReLU()).extend(iter([nn.Tanh()]))
    layers.insert(0, nn.GELU())
    layers += [nn.ReLU()]
    assert kinds(layers) == ["GELU", "Linear", "Linear", "Linear", "ReLU", "Tanh", "ReLU"]
    del layers[::2]
    assert kinds(layers) == ["Linear", "Linear", "Tanh"] and list(layers._modules) == ["0", "1", "2"]
    assert isinstance(layers[1:], nn.ModuleList) and len(layers + [nn.ReLU()]) == 4
    assert list(layers.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    with pytest.raises(TypeError, match="ModuleList.extend should be called with an iterable, but got int"):
        layers.extend(3)
    with pytest.raises(NotImplementedError):
        layers(1)


def test_module_dict() -> None:
    heads = nn.ModuleDict({"b": nn.ReLU(), "a": nn.Linear(1, 1)})
    heads.update([["c", nn.Tanh()]])
    heads["d"] = nn.GELU()
    assert list(heads) == ["b", "a", "c", "d"] and "c" in heads and len(heads) == 4
    assert type(heads.pop("b")) is nn.ReLU
    del heads["d"]
    assert kinds(heads.values()) == ["Linear", "Tanh"] and [k for k, _ in heads.items()] == ["a", "c"]
    for bad, kind in ((3, TypeError), ([3], TypeError), ([[1, 2, 3]], ValueError), ({"q": 3}, TypeError)):
        with pytest.raises(kind):
            heads.update(bad)
    heads.clear()
    assert repr(heads) == "ModuleDict()"


def test_parameter_list() -> None:
    values = nn.ParameterList([torch.ones(2), nn.Parameter(torch.ones(1, 3)), 3])
    assert repr(values) == (
        "ParameterList(\n"
        "    (0): Parameter containing: [torch.float32 of size 2]\n"
        "    (1): Parameter containing: [torch.float32 of size 1x3]\n"
        "    (2): Object of type: int\n"
        ")"
    )
    values[0] = torch.zeros(4)
    values += [torch.ones(1)]
    assert list(values.state_dict()) == ["0", "1", "3"] and isinstance(values[0], nn.Parameter)
    assert len(values[1:3]) == 2 and len(list(values)) == 4
    assert torch.equal(copy.deepcopy(values)[1], values[1])
    with pytest.raises(TypeError, match="ParameterList.extend should be called with an iterable"):
        values.extend(torch.ones(1))
    with pytest.raises(RuntimeError, match="should not be called"):
        values(1)


def test_parameter_dict() -> None:
    values = nn.ParameterDict({"b": torch.ones(2), "a": nn.Parameter(torch.ones(1, 3)), "c": 3})
    assert list(values) == ["a", "b", "c"] and list(values.state_dict()) == ["a", "b"]
    assert values.get("zz", 5) == 5 and isinstance(values.setdefault("y", torch.ones(1)), nn.Parameter)
    assert values.popitem()[0] == "y" and list(reversed(values)) == ["c", "b", "a"]
    both = values | nn.ParameterDict({"k": 1})
    assert list(both) == ["a", "b", "c", "k"] and both["a"] is values["a"]
    values |= nn.ParameterDict({"m": 2})
    assert values.pop("m") == 2 and list(values.fromkeys(["u", "v"], 1).items()) == [("u", 1), ("v", 1)]
    del values["a"]
    assert "a" not in values and len(values) == 2
    for action in (lambda: values[3], lambda: values.__setitem__(3, 1), lambda: values.update(3)):
        with pytest.raises(TypeError):
            action()
    values.clear()
    assert len(values) == 0
