"""Printing: the text of tensors, character for character as torch 2.13 printed them when this table was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from record_printing import show

import rushlight as torch

GOLDEN = json.loads((Path(__file__).parent / "printing_golden.json").read_text())

EXPECTED = {
    "torch.tensor(1.5)": "tensor(1.5000)",
    "torch.tensor(3)": "tensor(3)",
    "torch.tensor(True)": "tensor(True)",
    "torch.tensor([])": "tensor([])",
    "torch.tensor([1, 2, 3])": "tensor([1, 2, 3])",
    "torch.tensor([1.0, 2.0, 3.0])": "tensor([1., 2., 3.])",
    "torch.tensor([1.5, 2.25, -3.125])": "tensor([ 1.5000,  2.2500, -3.1250])",
    "torch.tensor([True, False])": "tensor([ True, False])",
    "torch.tensor([0.1, 1000.0])": "tensor([1.0000e-01, 1.0000e+03])",
    "torch.tensor([1.0, 1001.0])": "tensor([1.0000e+00, 1.0010e+03])",
    "torch.tensor([0.5, 1001.0])": "tensor([5.0000e-01, 1.0010e+03])",
    "torch.tensor([1e-5, 1.0])": "tensor([1.0000e-05, 1.0000e+00])",
    "torch.tensor([1e9, 1.5])": "tensor([1.0000e+09, 1.5000e+00])",
    "torch.tensor([100000000.0, 1.0])": "tensor([1.0000e+08, 1.0000e+00])",
    'torch.tensor([float("nan"), 1.0])': "tensor([nan, 1.])",
    'torch.tensor([float("inf"), -float("inf"), float("nan")])': "tensor([inf, -inf, nan])",
    'torch.tensor([float("nan"), 1.5])': "tensor([   nan, 1.5000])",
    "torch.tensor([-0.0, 0.0])": "tensor([-0., 0.])",
    "torch.tensor([1.1e8])": "tensor([1.1000e+08])",
    "torch.tensor([[1, -20], [300, 4]])": "tensor([[  1, -20],\n        [300,   4]])",
    "torch.tensor([[1.5, -20.0], [300.0, 4.0]])": ("tensor([[  1.5000, -20.0000],\n        [300.0000,   4.0000]])"),
    "torch.tensor(2.5, dtype=torch.float64)": "tensor(2.5000, dtype=torch.float64)",
    "torch.tensor([1, 2], dtype=torch.int32)": "tensor([1, 2], dtype=torch.int32)",
    "torch.tensor([1.5], dtype=torch.float16)": "tensor([1.5000], dtype=torch.float16)",
    "torch.tensor([1.5], dtype=torch.bfloat16)": "tensor([1.5000], dtype=torch.bfloat16)",
    "torch.tensor([1, 2], dtype=torch.uint8)": "tensor([1, 2], dtype=torch.uint8)",
    "torch.zeros(2, 0)": "tensor([], size=(2, 0))",
    "torch.zeros(0, dtype=torch.int64)": "tensor([], dtype=torch.int64)",
    "torch.zeros(2, 0, 3, dtype=torch.bool)": "tensor([], size=(2, 0, 3), dtype=torch.bool)",
    "torch.arange(24).reshape(2, 3, 4)": (
        "tensor([[[ 0,  1,  2,  3],\n"
        "         [ 4,  5,  6,  7],\n"
        "         [ 8,  9, 10, 11]],\n"
        "\n"
        "        [[12, 13, 14, 15],\n"
        "         [16, 17, 18, 19],\n"
        "         [20, 21, 22, 23]]])"
    ),
    "torch.arange(16.0).reshape(2, 2, 2, 2)": (
        "tensor([[[[ 0.,  1.],\n"
        "          [ 2.,  3.]],\n"
        "\n"
        "         [[ 4.,  5.],\n"
        "          [ 6.,  7.]]],\n"
        "\n"
        "\n"
        "        [[[ 8.,  9.],\n"
        "          [10., 11.]],\n"
        "\n"
        "         [[12., 13.],\n"
        "          [14., 15.]]]])"
    ),
    "torch.arange(30)": (
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
        "        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])"
    ),
    "torch.arange(30.0) / 7": (
        "tensor([0.0000, 0.1429, 0.2857, 0.4286, 0.5714, 0.7143, 0.8571, 1.0000, 1.1429,\n"
        "        1.2857, 1.4286, 1.5714, 1.7143, 1.8571, 2.0000, 2.1429, 2.2857, 2.4286,\n"
        "        2.5714, 2.7143, 2.8571, 3.0000, 3.1429, 3.2857, 3.4286, 3.5714, 3.7143,\n"
        "        3.8571, 4.0000, 4.1429])"
    ),
    "torch.arange(1001)": "tensor([   0,    1,    2,  ...,  998,  999, 1000])",
    "torch.arange(1001.0) / 3": (
        "tensor([0.0000e+00, 3.3333e-01, 6.6667e-01,  ..., 3.3267e+02, 3.3300e+02,\n        3.3333e+02])"
    ),
    "torch.arange(2000).reshape(40, 50)": (
        "tensor([[   0,    1,    2,  ...,   47,   48,   49],\n"
        "        [  50,   51,   52,  ...,   97,   98,   99],\n"
        "        [ 100,  101,  102,  ...,  147,  148,  149],\n"
        "        ...,\n"
        "        [1850, 1851, 1852,  ..., 1897, 1898, 1899],\n"
        "        [1900, 1901, 1902,  ..., 1947, 1948, 1949],\n"
        "        [1950, 1951, 1952,  ..., 1997, 1998, 1999]])"
    ),
    "torch.arange(3000).reshape(2, 30, 50)": (
        "tensor([[[   0,    1,    2,  ...,   47,   48,   49],\n"
        "         [  50,   51,   52,  ...,   97,   98,   99],\n"
        "         [ 100,  101,  102,  ...,  147,  148,  149],\n"
        "         ...,\n"
        "         [1350, 1351, 1352,  ..., 1397, 1398, 1399],\n"
        "         [1400, 1401, 1402,  ..., 1447, 1448, 1449],\n"
        "         [1450, 1451, 1452,  ..., 1497, 1498, 1499]],\n"
        "\n"
        "        [[1500, 1501, 1502,  ..., 1547, 1548, 1549],\n"
        "         [1550, 1551, 1552,  ..., 1597, 1598, 1599],\n"
        "         [1600, 1601, 1602,  ..., 1647, 1648, 1649],\n"
        "         ...,\n"
        "         [2850, 2851, 2852,  ..., 2897, 2898, 2899],\n"
        "         [2900, 2901, 2902,  ..., 2947, 2948, 2949],\n"
        "         [2950, 2951, 2952,  ..., 2997, 2998, 2999]]])"
    ),
    "torch.arange(1200.0).reshape(3, 400) / 7": (
        "tensor([[0.0000e+00, 1.4286e-01, 2.8571e-01,  ..., 5.6714e+01, 5.6857e+01,\n"
        "         5.7000e+01],\n"
        "        [5.7143e+01, 5.7286e+01, 5.7429e+01,  ..., 1.1386e+02, 1.1400e+02,\n"
        "         1.1414e+02],\n"
        "        [1.1429e+02, 1.1443e+02, 1.1457e+02,  ..., 1.7100e+02, 1.7114e+02,\n"
        "         1.7129e+02]])"
    ),
    "torch.ones(3, requires_grad=True)": "tensor([1., 1., 1.], requires_grad=True)",
    "torch.ones(3, requires_grad=True) * 2": "tensor([2., 2., 2.], grad_fn=<MulBackward0>)",
    "(torch.ones(3, dtype=torch.float64, requires_grad=True) * 2).exp()": (
        "tensor([7.3891, 7.3891, 7.3891], dtype=torch.float64, grad_fn=<ExpBackward0>)"
    ),
    "torch.arange(20.0).requires_grad_() * 1.0": (
        "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,\n"
        "        14., 15., 16., 17., 18., 19.], grad_fn=<MulBackward0>)"
    ),
    "torch.arange(6.0).reshape(2, 3).t()": "tensor([[0., 3.],\n        [1., 4.],\n        [2., 5.]])",
}
WITH_OPTIONS = [
    ({"precision": 2}, "torch.arange(5.0) / 7", "tensor([0.00, 0.14, 0.29, 0.43, 0.57])"),
    ({"precision": 0}, "torch.arange(5.0) / 7", "tensor([0, 0, 0, 0, 1])"),
    ({"precision": 8}, "torch.tensor([1.0 / 3])", "tensor([0.33333334])"),
    ({"threshold": 5}, "torch.arange(10)", "tensor([0, 1, 2,  ..., 7, 8, 9])"),
    (
        {"threshold": 5, "edgeitems": 1},
        "torch.arange(12).reshape(3, 4)",
        ("tensor([[ 0,  ...,  3],\n        ...,\n        [ 8,  ..., 11]])"),
    ),
    ({"edgeitems": 0, "threshold": 3}, "torch.arange(5)", "tensor([...], size=(5,))"),
    (
        {"linewidth": 40},
        "torch.arange(20)",
        ("tensor([ 0,  1,  2,  3,  4,  5,  6,  7,\n         8,  9, 10, 11, 12, 13, 14, 15,\n        16, 17, 18, 19])"),
    ),
    (
        {"linewidth": 40},
        "torch.ones(4, dtype=torch.float64, requires_grad=True)",
        ("tensor([1., 1., 1., 1.],\n       dtype=torch.float64,\n       requires_grad=True)"),
    ),
    ({"sci_mode": True}, "torch.tensor([1.0, 2.5])", "tensor([1.0000e+00, 2.5000e+00])"),
    ({"sci_mode": False}, "torch.tensor([1e-6, 1e6])", "tensor([      0.0000, 1000000.0000])"),
    ({"profile": "short"}, "torch.arange(3.0) / 7", "tensor([0.00, 0.14, 0.29])"),
    ({"profile": "full"}, "torch.arange(1001)[-4:]", "tensor([ 997,  998,  999, 1000])"),
]


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    yield
    torch.set_printoptions(profile="default")


@pytest.mark.parametrize("expression", EXPECTED)
def test_repr(expression: str) -> None:
    assert repr(eval(expression)) == EXPECTED[expression]


@pytest.mark.parametrize(("expression", "options", "expected"), GOLDEN)
def test_recorded(expression: str, options: dict, expected: str) -> None:
    """Random tensors of every dtype under random options; see record_printing.py."""
    assert show(torch, expression, options) == expected


@pytest.mark.parametrize(("options", "expression", "expected"), WITH_OPTIONS)
def test_options(options: dict, expression: str, expected: str) -> None:
    torch.set_printoptions(**options)
    assert repr(eval(expression)) == expected


def test_options_can_be_read_and_restored() -> None:
    before = torch.get_printoptions()
    assert before == {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}
    with torch.printoptions(precision=2):
        assert repr(torch.tensor([1.12345])) == "tensor([1.12])"
    assert torch.get_printoptions() == before
    with pytest.raises(TypeError, match="argument 'precision' must be a non-negative int, not str"):
        torch.set_printoptions(precision="a")


def test_subclasses_and_formats() -> None:
    class Mine(torch.Tensor):
        pass

    assert repr(torch.ones(2).as_subclass(Mine)) == "Mine([1., 1.])"
    assert str(torch.ones(2)) == "tensor([1., 1.])"
    assert f"{torch.tensor(1.5):.3f} {torch.tensor(2)}" == "1.500 2"
    with pytest.raises(TypeError, match="unsupported format string passed to Tensor.__format__"):
        f"{torch.ones(2):.3f}"
