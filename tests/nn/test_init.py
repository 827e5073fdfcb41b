"""Initialisers: PyTorch's values for a seed, and the properties each of them promises."""

from __future__ import annotations

import math

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn import init

# What PyTorch 2.13 gives for torch.manual_seed(0) and a tensor of shape (2, 3).
RECORDED = [
    (
        "trunc_normal_",
        (),
        [
            [1.5409960746765137, -0.293428897857666, -0.7192575931549072],
            [0.5684312582015991, -1.0845223665237427, -1.3985954523086548],
        ],
    ),
    (
        "trunc_normal_",
        (0.0, 1.0, 1.5, 2.0),
        [
            [1.7481282949447632, 1.5844295024871826, 1.5442386865615845],
            [1.5660152435302734, 1.6537114381790161, 1.8170393705368042],
        ],
    ),
    (
        "kaiming_uniform_",
        (),
        [
            [-0.010587962344288826, 0.75864577293396, -1.1639615297317505],
            [-1.040774941444397, -0.5446904897689819, 0.3792317807674408],
        ],
    ),
    (
        "kaiming_normal_",
        (0.0, "fan_out", "relu"),
        [
            [1.5409960746765137, -0.293428897857666, -2.1787893772125244],
            [0.5684312582015991, -1.0845223665237427, -1.3985954523086548],
        ],
    ),
    (
        "xavier_uniform_",
        (),
        [
            [-0.008201400749385357, 0.5876445174217224, -0.9016007781028748],
            [-0.8061808347702026, -0.4219154715538025, 0.29375168681144714],
        ],
    ),
    (
        "xavier_normal_",
        (),
        [
            [0.9746115207672119, -0.18558073043823242, -1.3779873847961426],
            [0.3595075011253357, -0.6859121322631836, -0.8845493793487549],
        ],
    ),
    ("sparse_", (0.5,), [[0.0, -0.002934289164841175, 0.0], [0.005684312898665667, 0.0, -0.013985954225063324]]),
]


@pytest.mark.parametrize(("name", "args", "expected"), RECORDED)
def test_values_are_pytorchs(name: str, args: tuple, expected: list) -> None:
    torch.manual_seed(0)
    tensor = torch.empty(2, 3)
    assert getattr(init, name)(tensor, *args) is tensor
    assert torch.allclose(tensor, torch.tensor(expected), rtol=1e-6, atol=1e-7)


# What PyTorch 2.13 gives for torch.manual_seed(0), rounded to 4 places.
LAYERS = [
    (
        lambda: nn.Linear(3, 2),
        {"weight": [-0.0043, 0.3097, -0.4752, -0.4249, -0.2224, 0.1548], "bias": [-0.0114, 0.4578]},
    ),
    (lambda: nn.Conv2d(1, 1, 2), {"weight": [-0.0037, 0.2682, -0.4115, -0.3680], "bias": [-0.1926]}),
    (lambda: nn.Embedding(2, 3), {"weight": [1.5410, -0.2934, -2.1788, 0.5684, -1.0845, -1.3986]}),
    (lambda: nn.Bilinear(2, 1, 1), {"weight": [-0.0053, 0.3793], "bias": [-0.5820]}),
]


@pytest.mark.parametrize(("make", "expected"), LAYERS)
def test_layers_start_as_in_pytorch(make, expected: dict) -> None:
    torch.manual_seed(0)
    state = make().state_dict()
    assert list(state) == list(expected)
    for key, values in expected.items():
        assert torch.allclose(state[key].flatten(), torch.tensor(values), atol=6e-5), key


def test_gains() -> None:
    assert init.calculate_gain("relu") == math.sqrt(2) and init.calculate_gain("tanh") == 5 / 3
    assert init.calculate_gain("leaky_relu", 0.2) == math.sqrt(2 / 1.04) and init.calculate_gain("conv2d") == 1
    with pytest.raises(ValueError, match="Unsupported nonlinearity x"):
        init.calculate_gain("x")
    with pytest.raises(ValueError, match="not a valid number"):
        init.calculate_gain("leaky_relu", True)


def test_fills() -> None:
    p = nn.Parameter(torch.empty(3, 4))
    assert init.constant_(p, 0.3).tolist() == torch.full((3, 4), 0.3).tolist() and p.requires_grad and p.is_leaf
    assert init.ones_(p).sum().item() == 12 and init.zeros_(p).sum().item() == 0
    assert init.eye_(torch.empty(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(("shape", "groups"), [((4, 3, 3), 1), ((4, 2, 3, 5), 2), ((2, 2, 1, 3, 3), 1)])
def test_dirac_passes_channels_through(shape: tuple, groups: int) -> None:
    weight = init.dirac_(torch.empty(shape), groups)
    conv = {3: nn.functional.conv1d, 4: nn.functional.conv2d, 5: nn.functional.conv3d}[len(shape)]
    x = torch.randn(1, shape[1] * groups, *[6] * (len(shape) - 2))
    y = conv(x, weight, padding=tuple(k // 2 for k in shape[2:]), groups=groups)
    per_group = shape[0] // groups
    for g in range(groups):
        for d in range(min(per_group, shape[1])):
            assert torch.equal(y[0, g * per_group + d], x[0, g * shape[1] + d])


def test_bounds_and_spread() -> None:
    torch.manual_seed(1)
    w = torch.empty(200, 300)
    assert init.uniform_(w, -2, 3).min().item() >= -2 and w.max().item() < 3
    bound = math.sqrt(6 / 500)
    assert init.xavier_uniform_(w).abs().max().item() <= bound
    assert abs(init.xavier_normal_(w, gain=2.0).std().item() - 2 * math.sqrt(2 / 500)) < 1e-3
    assert abs(init.kaiming_normal_(w, nonlinearity="relu").std().item() - math.sqrt(2 / 300)) < 1e-3
    assert abs(init.kaiming_uniform_(w, mode="fan_out", nonlinearity="linear").var().item() - 1 / 200) < 1e-4
    t = init.trunc_normal_(w, std=0.5, a=-0.4, b=0.9)
    assert t.min().item() >= -0.4 and t.max().item() <= 0.9
    assert (init.sparse_(w, 0.25) == 0).sum(0).tolist() == [50] * 300


@pytest.mark.parametrize("shape", [(5, 8), (8, 5), (4, 2, 3)])
def test_orthogonal(shape: tuple) -> None:
    torch.manual_seed(0)
    w = init.orthogonal_(torch.empty(shape, dtype=torch.float64), gain=2.0).reshape(shape[0], -1)
    gram = w @ w.t() if w.shape[0] <= w.shape[1] else w.t() @ w
    assert torch.allclose(gram, 4 * torch.eye(gram.shape[0], dtype=torch.float64), atol=1e-10)


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (lambda: init.xavier_uniform_(torch.ones(3)), "Fan in and fan out can not be computed"),
        (lambda: init.kaiming_normal_(torch.ones(3, 3), mode="x"), "Mode x not supported"),
        (lambda: init.eye_(torch.ones(3)), "Only tensors with 2 dimensions are supported"),
        (lambda: init.sparse_(torch.ones(3), 0.5), "Only tensors with 2 dimensions are supported"),
        (lambda: init.dirac_(torch.ones(3)), "Only tensors with 3, 4, or 5 dimensions are supported"),
        (lambda: init.dirac_(torch.ones(3, 3, 3), 2), "dim 0 must be divisible by groups"),
        (lambda: init.orthogonal_(torch.ones(3)), "Only tensors with 2 or more dimensions are supported"),
    ],
)
def test_errors(action, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        action()


def test_warnings() -> None:
    with pytest.warns(UserWarning, match="no-op"):
        init.kaiming_uniform_(torch.empty(0, 3))
    with pytest.warns(UserWarning, match="mean is more than 2 std"):
        init.trunc_normal_(torch.empty(3), mean=5.0)
    with pytest.warns(FutureWarning, match="nn.init.uniform` is now deprecated"):
        init.uniform(torch.empty(3))
