"""Layers and losses against formulas in NumPy at double precision, and their printed forms and errors."""

from __future__ import annotations

import copy
import itertools
import math
import pickle

import numpy as np
import pytest

import rushlight as torch
from rushlight import nn


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array.tolist(), dtype=torch.float64)


def array(t: torch.Tensor) -> np.ndarray:
    return np.array(t.detach().tolist(), dtype=np.float64)


def random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def close(t: torch.Tensor, expected: np.ndarray, tolerance: float = 1e-10) -> None:
    assert tuple(t.shape) == np.shape(expected)
    np.testing.assert_allclose(array(t), expected, rtol=tolerance, atol=tolerance)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def softplus(x: np.ndarray) -> np.ndarray:
    return np.log1p(np.exp(x))


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


erf = np.vectorize(math.erf)
SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946

ACTIVATIONS = [
    (nn.ReLU(), lambda x: np.maximum(x, 0), "ReLU()"),
    (nn.ReLU(True), lambda x: np.maximum(x, 0), "ReLU(inplace=True)"),
    (nn.ReLU6(), lambda x: np.clip(x, 0, 6), "ReLU6()"),
    (nn.Hardtanh(-0.5, 2.0), lambda x: np.clip(x, -0.5, 2), "Hardtanh(min_val=-0.5, max_val=2.0)"),
    (nn.Sigmoid(), sigmoid, "Sigmoid()"),
    (nn.Hardsigmoid(), lambda x: np.clip(x / 6 + 0.5, 0, 1), "Hardsigmoid()"),
    (nn.Tanh(), np.tanh, "Tanh()"),
    (nn.SiLU(), lambda x: x * sigmoid(x), "SiLU()"),
    (nn.Mish(), lambda x: x * np.tanh(softplus(x)), "Mish()"),
    (nn.Hardswish(), lambda x: x * np.clip(x / 6 + 0.5, 0, 1), "Hardswish()"),
    (nn.ELU(0.7), lambda x: np.where(x > 0, x, 0.7 * np.expm1(x)), "ELU(alpha=0.7)"),
    (nn.CELU(0.7), lambda x: np.where(x > 0, x, 0.7 * np.expm1(x / 0.7)), "CELU(alpha=0.7)"),
    (nn.SELU(), lambda x: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(x)), "SELU()"),
    (nn.GELU(), lambda x: x * (1 + erf(x / math.sqrt(2))) / 2, "GELU(approximate='none')"),
    (
        nn.GELU("tanh"),
        lambda x: x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
        "GELU(approximate='tanh')",
    ),
    (nn.LeakyReLU(0.1), lambda x: np.where(x > 0, x, 0.1 * x), "LeakyReLU(negative_slope=0.1)"),
    (nn.LogSigmoid(), lambda x: -softplus(-x), "LogSigmoid()"),
    (nn.Softplus(2.0), lambda x: softplus(2 * x) / 2, "Softplus(beta=2.0, threshold=20.0)"),
    (nn.PReLU(), lambda x: np.where(x > 0, x, 0.25 * x), "PReLU(num_parameters=1)"),
    (nn.Softsign(), lambda x: x / (1 + np.abs(x)), "Softsign()"),
    (nn.Tanhshrink(), lambda x: x - np.tanh(x), "Tanhshrink()"),
    (nn.Threshold(0.1, 20.0), lambda x: np.where(x > 0.1, x, 20), "Threshold(threshold=0.1, value=20.0)"),
    (nn.Softmax(1), softmax, "Softmax(dim=1)"),
    (nn.Softmin(1), lambda x: softmax(-x), "Softmin(dim=1)"),
    (nn.LogSoftmax(1), lambda x: np.log(softmax(x)), "LogSoftmax(dim=1)"),
    (nn.GLU(1), lambda x: x[:, :3] * sigmoid(x[:, 3:]), "GLU(dim=1)"),
    (nn.Identity(1, 2, x=3), lambda x: x, "Identity()"),
]


@pytest.mark.parametrize(("layer", "formula", "text"), ACTIVATIONS, ids=[a[2] for a in ACTIVATIONS])
def test_activation(layer: nn.Module, formula, text: str) -> None:
    x = random(5, 6) * 3
    close(copy.deepcopy(layer).double()(tensor(x)), formula(x))
    assert repr(layer) == text and repr(pickle.loads(pickle.dumps(layer))) == text


def naive_conv(x: np.ndarray, w: np.ndarray, stride: tuple, padding: tuple, dilation: tuple, groups: int) -> np.ndarray:
    """Cross-correlation by its definition, any number of dimensions."""
    x = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in padding)])
    size = [
        (n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(x.shape[2:], w.shape[2:], stride, dilation, strict=True)
    ]
    out = np.zeros((x.shape[0], w.shape[0], *size))
    per_in, per_out = w.shape[1], w.shape[0] // groups
    for o, at in itertools.product(range(w.shape[0]), itertools.product(*map(range, size))):
        first = o // per_out * per_in
        window = tuple(
            slice(i * s, i * s + d * (k - 1) + 1, d)
            for i, s, d, k in zip(at, stride, dilation, w.shape[2:], strict=True)
        )
        out[(slice(None), o, *at)] = (
            (x[(slice(None), slice(first, first + per_in), *window)] * w[o]).reshape(len(x), -1).sum(1)
        )
    return out


@pytest.mark.parametrize(
    ("kind", "size", "kernel", "stride", "padding", "dilation", "groups"),
    [
        (nn.Conv1d, (9,), (3,), (2,), (1,), (2,), 2),
        (nn.Conv2d, (7, 6), (3, 2), (2, 1), (1, 0), (1, 2), 1),
        (nn.Conv2d, (5, 5), (3, 3), (1, 1), (1, 1), (1, 1), 4),
        (nn.Conv3d, (4, 5, 3), (2, 3, 1), (1, 2, 1), (0, 1, 0), (1, 1, 1), 2),
    ],
)
def test_convolution(kind, size, kernel, stride, padding, dilation, groups) -> None:
    layer = kind(4, 8, kernel, stride, padding, dilation, groups).double()
    x = random(2, 4, *size)
    expected = naive_conv(x, array(layer.weight), stride, padding, dilation, groups)
    expected += array(layer.bias).reshape(1, -1, *[1] * len(size))
    close(layer(tensor(x)), expected)
    close(layer(tensor(x[0])), expected[0])


@pytest.mark.parametrize(("mode", "numpy_mode"), [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")])
@pytest.mark.parametrize("padding", [1, "same"])
def test_padding_modes(mode: str, numpy_mode: str, padding) -> None:
    layer = nn.Conv2d(1, 1, (3, 4 if padding == "same" else 3), padding=padding, padding_mode=mode, bias=False).double()
    x = random(1, 1, 5, 6)
    right = (1, 2) if padding == "same" else (1, 1)
    padded = np.pad(x, [(0, 0), (0, 0), (1, 1), right], mode=numpy_mode)
    expected = naive_conv(padded, array(layer.weight), (1, 1), (0, 0), (1, 1), 1)
    close(layer(tensor(x)), expected)


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (lambda: nn.Conv2d(2, 4, 3), "Conv2d(2, 4, kernel_size=(3, 3), stride=(1, 1))"),
        (
            lambda: nn.Conv1d(2, 4, 3, 2, 1, 2, 2, False, "circular"),
            "Conv1d(2, 4, kernel_size=(3,), stride=(2,), padding=(1,), dilation=(2,), groups=2, bias=False, "
            "padding_mode=circular)",
        ),
        (
            lambda: nn.Conv3d(2, 4, 3, padding="same"),
            "Conv3d(2, 4, kernel_size=(3, 3, 3), stride=(1, 1, 1), padding=same)",
        ),
        (lambda: nn.Bilinear(2, 3, 4), "Bilinear(in1_features=2, in2_features=3, out_features=4, bias=True)"),
        (
            lambda: nn.MaxPool2d(3, 2),
            "MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)",
        ),
        (lambda: nn.AvgPool1d(3), "AvgPool1d(kernel_size=(3,), stride=(3,), padding=(0,))"),
        (lambda: nn.AvgPool2d((3, 2)), "AvgPool2d(kernel_size=(3, 2), stride=(3, 2), padding=0)"),
        (lambda: nn.AdaptiveAvgPool2d((None, 7)), "AdaptiveAvgPool2d(output_size=(None, 7))"),
        (
            lambda: nn.BatchNorm2d(3),
            "BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
        ),
        (lambda: nn.LayerNorm([3, 4]), "LayerNorm((3, 4), eps=1e-05, elementwise_affine=True, bias=True)"),
        (lambda: nn.GroupNorm(2, 4), "GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)"),
        (lambda: nn.RMSNorm(4), "RMSNorm((4,), eps=None, elementwise_affine=True)"),
        (lambda: nn.Dropout2d(0.3), "Dropout2d(p=0.3, inplace=False)"),
        (lambda: nn.Flatten(), "Flatten(start_dim=1, end_dim=-1)"),
        (lambda: nn.Unflatten(1, (2, 3)), "Unflatten(dim=1, unflattened_size=(2, 3))"),
        (lambda: nn.Embedding(5, 3, -1, 2.0), "Embedding(5, 3, padding_idx=4, max_norm=2.0)"),
        (lambda: nn.CrossEntropyLoss(), "CrossEntropyLoss()"),
    ],
)
def test_printed_form(layer, text: str) -> None:
    assert repr(layer()) == text


def test_linear_and_bilinear() -> None:
    x, y = random(5, 3), random(5, 4, seed=1)
    linear = nn.Linear(3, 2, dtype=torch.float64)
    close(linear(tensor(x)), x @ array(linear.weight).T + array(linear.bias))
    bilinear = nn.Bilinear(3, 4, 2).double()
    expected = np.einsum("bi,oij,bj->bo", x, array(bilinear.weight), y) + array(bilinear.bias)
    close(bilinear(tensor(x), tensor(y)), expected)
    assert nn.Linear(3, 2, bias=False).bias is None


def test_gradients_of_linear() -> None:
    layer = nn.Linear(3, 2, dtype=torch.float64)
    x, g = random(5, 3), random(5, 2, seed=1)
    t = tensor(x).requires_grad_()
    layer(t).backward(tensor(g))
    close(t.grad, g @ array(layer.weight))
    close(layer.weight.grad, g.T @ x)
    close(layer.bias.grad, g.sum(0))


def windows(x: np.ndarray, kernel: int, stride: int, padding: int, fill: float, reduce) -> np.ndarray:
    x = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], constant_values=fill)
    size = [(n - kernel) // stride + 1 for n in x.shape[2:]]
    out = np.zeros((*x.shape[:2], *size))
    for i, j in itertools.product(*map(range, size)):
        part = x[:, :, i * stride : i * stride + kernel, j * stride : j * stride + kernel]
        out[:, :, i, j] = reduce(part, axis=(2, 3))
    return out


def test_pooling() -> None:
    x = random(2, 3, 7, 8)
    close(nn.MaxPool2d(3, 2, 1)(tensor(x)), windows(x, 3, 2, 1, -np.inf, np.max))
    close(nn.AvgPool2d(3, 2, 1)(tensor(x)), windows(x, 3, 2, 1, 0, np.mean))
    close(nn.AvgPool2d(3, 2, 1, divisor_override=2)(tensor(x)), windows(x, 3, 2, 1, 0, np.sum) / 2)
    close(nn.MaxPool1d(8)(tensor(x[0])), x[0].max(2, keepdims=True))
    close(nn.AvgPool1d(2)(tensor(x[0])), x[0].reshape(3, 7, 4, 2).mean(3))
    close(nn.AdaptiveAvgPool2d(1)(tensor(x)), x.mean((2, 3), keepdims=True))
    close(nn.AdaptiveAvgPool2d((None, 4))(tensor(x)), x.reshape(2, 3, 7, 4, 2).mean(4))
    close(nn.AdaptiveMaxPool2d((1, 2))(tensor(x)), x.reshape(2, 3, 7, 2, 4).max((2, 4))[:, :, None])
    close(nn.AdaptiveAvgPool1d(2)(tensor(x[0])), x[0].reshape(3, 7, 2, 4).mean(3))
    values, at = nn.MaxPool2d(2, return_indices=True)(tensor(x))
    assert torch.equal(tensor(x).flatten(2).gather(2, at.flatten(2)), values.flatten(2))


def test_pooling_of_volumes() -> None:
    x = random(2, 3, 4, 6, 8)
    blocks = x.reshape(2, 3, 2, 2, 3, 2, 4, 2)
    close(nn.MaxPool3d(2)(tensor(x)), blocks.max((3, 5, 7)))
    close(nn.AvgPool3d(2)(tensor(x)), blocks.mean((3, 5, 7)))
    close(nn.AdaptiveAvgPool3d((2, 3, 4))(tensor(x)), blocks.mean((3, 5, 7)))


NORMS = [
    (nn.BatchNorm1d, (8, 3)),
    (nn.BatchNorm1d, (8, 3, 4)),
    (nn.BatchNorm2d, (4, 3, 2, 5)),
    (nn.BatchNorm3d, (2, 3, 2, 3, 2)),
]


@pytest.mark.parametrize(("kind", "shape"), NORMS)
@pytest.mark.parametrize("momentum", [0.1, None])
def test_batch_norm(kind, shape: tuple, momentum: float | None) -> None:
    layer = kind(3, momentum=momentum).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([0.5, 1.5, -1.0]))
        layer.bias.copy_(torch.tensor([0.1, 0.0, 2.0]))
    axes = (0, *range(2, len(shape)))
    column = (1, 3, *[1] * (len(shape) - 2))
    w, b = array(layer.weight).reshape(column), array(layer.bias).reshape(column)
    mean, var = np.zeros(3), np.ones(3)
    for step in range(1, 4):
        x = random(*shape, seed=step) * 2 + 1
        m, v = x.mean(axes), x.var(axes)
        close(layer(tensor(x)), (x - m.reshape(column)) / np.sqrt(v.reshape(column) + 1e-5) * w + b)
        count = x.size / 3
        share = 1 / step if momentum is None else momentum
        mean, var = (1 - share) * mean + share * m, (1 - share) * var + share * v * count / (count - 1)
        close(layer.running_mean, mean)
        close(layer.running_var, var)
        assert layer.num_batches_tracked.item() == step
    x = random(*shape, seed=9)
    expected = (x - mean.reshape(column)) / np.sqrt(var.reshape(column) + 1e-5) * w + b
    close(layer.eval()(tensor(x)), expected)
    assert layer.num_batches_tracked.item() == 3


def test_batch_norm_variants() -> None:
    bare = nn.BatchNorm1d(3, affine=False, track_running_stats=False)
    assert not list(bare.state_dict()) and bare.bias is None
    x = random(8, 3)
    expected = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5)
    close(bare.eval()(tensor(x)), expected)  # without running statistics evaluation uses the batch's
    assert nn.BatchNorm1d(3, bias=False).bias is None
    layer = nn.BatchNorm1d(3)
    layer.track_running_stats = False
    layer(torch.ones(2, 3) + torch.arange(2.0)[:, None])
    assert layer.running_mean.tolist() == [0, 0, 0] and layer.num_batches_tracked.item() == 0
    old = {k: v for k, v in layer.state_dict().items() if k != "num_batches_tracked"}
    layer.track_running_stats = True
    layer.load_state_dict(old)  # a file from before the count existed
    layer.reset_running_stats()
    assert layer.running_var.tolist() == [1, 1, 1]


def test_layer_group_and_rms_norm() -> None:
    x = random(4, 6, 5) * 2 + 1
    layer = nn.LayerNorm((6, 5), eps=1e-3).double()
    with torch.no_grad():
        layer.weight.copy_(tensor(random(6, 5, seed=2)))
        layer.bias.copy_(tensor(random(6, 5, seed=3)))
    mean, var = x.mean((1, 2), keepdims=True), x.var((1, 2), keepdims=True)
    close(layer(tensor(x)), (x - mean) / np.sqrt(var + 1e-3) * random(6, 5, seed=2) + random(6, 5, seed=3))
    group = nn.GroupNorm(2, 6).double()
    parts = x.reshape(4, 2, 15)
    normal = (parts - parts.mean(2, keepdims=True)) / np.sqrt(parts.var(2, keepdims=True) + 1e-5)
    close(group(tensor(x)), normal.reshape(x.shape))
    rms = nn.RMSNorm(5, eps=1e-3).double()
    close(rms(tensor(x)), x / np.sqrt((x**2).mean(2, keepdims=True) + 1e-3))
    assert nn.LayerNorm(3, bias=False).bias is None and nn.LayerNorm(3, elementwise_affine=False).weight is None


def test_dropout() -> None:
    torch.manual_seed(0)
    x = torch.ones(40, 50)
    y = nn.Dropout(0.25)(x)
    kept = y != 0
    assert abs(kept.float().mean().item() - 0.75) < 0.05 and torch.allclose(y[kept], torch.tensor(1 / 0.75))
    layer = nn.Dropout(0.5).eval()
    assert layer(x) is x or torch.equal(layer(x), x)
    assert nn.Dropout(1.0)(x).sum().item() == 0 and torch.equal(nn.Dropout(0.0)(x), x)
    for kind, shape in ((nn.Dropout1d, (30, 20, 3)), (nn.Dropout2d, (30, 20, 3, 2)), (nn.Dropout3d, (30, 20, 3, 2, 2))):
        channels = kind(0.5)(torch.ones(shape)).flatten(2)
        assert torch.equal(channels.min(2).values, channels.max(2).values)
        assert 0.4 < (channels[:, :, 0] == 0).float().mean().item() < 0.6


def test_embedding() -> None:
    layer = nn.Embedding(10, 3, padding_idx=-2)
    assert layer.padding_idx == 8 and layer.weight[8].tolist() == [0, 0, 0]
    index = torch.tensor([[1, 8], [1, 9]])
    out = layer(index)
    assert torch.equal(out, layer.weight[index])
    out.sum().backward()
    assert layer.weight.grad[1].tolist() == [2, 2, 2] and layer.weight.grad[8].tolist() == [0, 0, 0]
    table = torch.arange(6.0).reshape(3, 2)
    frozen = nn.Embedding.from_pretrained(table)
    assert not frozen.weight.requires_grad and frozen(torch.tensor(2)).tolist() == [4, 5]
    short = nn.Embedding.from_pretrained(table.clone(), max_norm=1.0)
    assert abs(short(torch.tensor([1])).norm().item() - 1) < 1e-5


def test_flatten_and_unflatten() -> None:
    x = torch.arange(24).reshape(2, 3, 4)
    assert nn.Flatten()(x).shape == (2, 12) and nn.Flatten(0, 1)(x).shape == (6, 4)
    assert torch.equal(nn.Unflatten(2, (2, 2))(x), x.reshape(2, 3, 2, 2)) and nn.Unflatten(1, [3, -1])(x).shape == (
        2,
        3,
        1,
        4,
    )


def reduce(values: np.ndarray, reduction: str) -> np.ndarray:
    return {"none": lambda v: v, "mean": np.mean, "sum": np.sum}[reduction](values)


def huber(d: np.ndarray, delta: float) -> np.ndarray:
    return np.where(np.abs(d) < delta, d**2 / 2, delta * (np.abs(d) - delta / 2))


X, Y = random(4, 5), random(4, 5, seed=1)
P, Q = sigmoid(X), sigmoid(Y)
PAIR_LOSSES = [
    (nn.L1Loss, {}, X, Y, np.abs(X - Y)),
    (nn.MSELoss, {}, X, Y, (X - Y) ** 2),
    (nn.SmoothL1Loss, {"beta": 0.5}, X, Y, huber(X - Y, 0.5) / 0.5),
    (nn.HuberLoss, {"delta": 0.5}, X, Y, huber(X - Y, 0.5)),
    (nn.BCELoss, {}, P, Q, -(Q * np.log(P) + (1 - Q) * np.log(1 - P))),
    (nn.BCEWithLogitsLoss, {}, X, Q, -(Q * np.log(P) + (1 - Q) * np.log(1 - P))),
    (nn.KLDivLoss, {}, np.log(P), Q, Q * (np.log(Q) - np.log(P))),
    (nn.KLDivLoss, {"log_target": True}, np.log(P), np.log(Q), Q * (np.log(Q) - np.log(P))),
]


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize(
    ("kind", "options", "x", "y", "expected"), PAIR_LOSSES, ids=lambda v: getattr(v, "__name__", "")
)
def test_pair_losses(kind, options: dict, x, y, expected, reduction: str) -> None:
    close(kind(reduction=reduction, **options)(tensor(x), tensor(y)), reduce(expected, reduction))


def test_weights_of_binary_losses() -> None:
    weight, positive = np.abs(random(5, seed=2)), np.abs(random(5, seed=3))
    loss = nn.BCEWithLogitsLoss(tensor(weight), pos_weight=tensor(positive))
    expected = -weight * (positive * Q * np.log(P) + (1 - Q) * np.log(1 - P))
    close(loss(tensor(X), tensor(Q)), expected.mean())
    assert list(loss.state_dict()) == ["weight", "pos_weight"]
    close(
        nn.BCELoss(tensor(weight))(tensor(P), tensor(Q)), -(weight * (Q * np.log(P) + (1 - Q) * np.log(1 - P))).mean()
    )
    close(nn.KLDivLoss(reduction="batchmean")(tensor(np.log(P)), tensor(Q)), (Q * np.log(Q / P)).sum() / 4)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_cross_entropy(reduction: str, smoothing: float) -> None:
    logp, target, weight = np.log(softmax(X)), np.array([1, 4, 0, 2]), np.array([0.5, 1.0, 2.0, 1.0, 0.7])
    picked, w = logp[np.arange(4), target], weight[target]
    use = np.array([True, True, False, True])  # class 0 is ignored
    plain = np.where(use, -w * picked, 0)
    smooth = np.where(use, -(weight * logp).sum(1) / 5, 0)
    each = (1 - smoothing) * plain + smoothing * smooth
    expected = {"none": each, "sum": each.sum(), "mean": each.sum() / w[use].sum()}[reduction]
    loss = nn.CrossEntropyLoss(tensor(weight), ignore_index=0, reduction=reduction, label_smoothing=smoothing)
    close(loss(tensor(X), torch.tensor(target.tolist())), expected)
    if smoothing == 0:
        nll = nn.NLLLoss(tensor(weight), ignore_index=0, reduction=reduction)
        close(nll(tensor(logp), torch.tensor(target.tolist())), expected)


def test_cross_entropy_of_probabilities() -> None:
    target = softmax(Y)
    expected = -(target * np.log(softmax(X))).sum(1)
    close(nn.CrossEntropyLoss()(tensor(X), tensor(target)), expected.mean())


def test_deprecated_reduction_arguments() -> None:
    with pytest.warns(UserWarning, match="please use reduction='sum' instead"):
        assert nn.MSELoss(size_average=False).reduction == "sum"
    with pytest.warns(UserWarning, match="please use reduction='none' instead"):
        assert nn.NLLLoss(reduce=False).reduction == "none"


@pytest.mark.parametrize(
    ("action", "kind", "text"),
    [
        (lambda: nn.Conv2d(3, 4, 3, groups=2), ValueError, "in_channels must be divisible by groups"),
        (lambda: nn.Conv2d(4, 3, 3, groups=2), ValueError, "out_channels must be divisible by groups"),
        (lambda: nn.Conv2d(4, 4, 3, groups=0), ValueError, "groups must be a positive integer"),
        (lambda: nn.Conv2d(3, 4, 3, padding="x"), ValueError, "Invalid padding string 'x'"),
        (lambda: nn.Conv2d(3, 4, 3, 2, "same"), ValueError, "padding='same' is not supported for strided"),
        (lambda: nn.Conv2d(3, 4, 3, padding_mode="x"), ValueError, "padding_mode must be one of"),
        (lambda: nn.Dropout(1.5), ValueError, "dropout probability has to be between 0 and 1, but got 1.5"),
        (lambda: nn.Hardtanh(2, 1), AssertionError, "max_val"),
        (lambda: nn.Embedding(3, 2, padding_idx=3), AssertionError, "Padding_idx must be within num_embeddings"),
        (lambda: nn.Embedding(3, 2, _weight=torch.ones(2, 2)), AssertionError, "Shape of weight does not match"),
        (lambda: nn.GroupNorm(3, 4), ValueError, r"num_channels \(4\) must be divisible by num_groups \(3\)"),
        (lambda: nn.Unflatten(1, 3), TypeError, "unflattened_size must be a tuple of ints"),
        (lambda: nn.Unflatten(1, (2.0,)), TypeError, "found element of type float at pos 0"),
        (lambda: nn.BatchNorm1d(3)(torch.ones(2)), ValueError, r"expected 2D or 3D input \(got 1D input\)"),
        (lambda: nn.BatchNorm2d(3)(torch.ones(2, 3)), ValueError, r"expected 4D input \(got 2D input\)"),
        (lambda: nn.BatchNorm1d(3)(torch.ones(1, 3)), ValueError, "Expected more than 1 value per channel"),
        (lambda: nn.Bilinear(0, 1, 1), ValueError, "in1_features must be > 0"),
        (lambda: nn.HuberLoss(delta="x"), TypeError, "delta must be a float or int"),
        (lambda: nn.Linear(2, 3)(torch.ones(4, 5)), RuntimeError, "mat1 and mat2 shapes cannot be multiplied"),
        (lambda: nn.Embedding(3, 2)(torch.tensor([3])), IndexError, "index out of range"),
    ],
)
def test_errors_have_pytorch_types_and_words(action, kind, text: str) -> None:
    with pytest.raises(kind, match=text):
        action()
