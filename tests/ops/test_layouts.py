"""Pointwise loops over rows: broadcast, misaligned and cut in chunks, against NumPy and with any number of threads."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import rushlight as torch

SHAPES = [(70, 300), (3, 41, 257), (33, 1, 1000), (2, 5, 7, 131)]
OPS = {
    "mul": (np.multiply, torch.mul),
    "ge": (np.greater_equal, torch.ge),
    "addcmul": (lambda a, b, c: a + b * c, torch.addcmul),
}


def layouts(shape: tuple[int, ...]) -> list[torch.Tensor]:
    """Tensors of `shape`: dense, one row for all, one number per row, rows that start anywhere, reversed dims."""
    wide = torch.randn(*shape[:-1], shape[-1] + 3)
    turned = torch.randn(*shape[::-1]).permute(*range(len(shape))[::-1])
    forms = [torch.randn(*shape), torch.randn(shape[-1]), torch.randn(*shape[:-1], 1), wide[..., 2:-1], turned]
    return [form.expand(shape) for form in forms]


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_rows(name: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    expected, op = OPS[name]
    count = 3 if name == "addcmul" else 2
    for operands in itertools.product(layouts(shape), repeat=count):
        want = expected(*(x.numpy() for x in operands))
        results = []
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            results.append(op(*operands))
        torch.set_num_threads(2)
        assert all(torch.equal(results[0], other) for other in results[1:])
        assert np.allclose(results[0].numpy(), want, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("n", [200, 16384, 70_001])
def test_dot_of_parts(n: int) -> None:
    torch.manual_seed(0)
    a, b, rows = torch.randn(n), torch.randn(n), torch.randn(3, n)
    exact = (a.double() * b.double()).sum()
    results = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        results.append(torch.cat([a.dot(b).view(1), rows.mv(a)]))
    torch.set_num_threads(2)
    assert all(torch.equal(results[0], other) for other in results[1:])
    assert abs(results[0][0].item() - exact.item()) < 1e-6 * n
    assert torch.equal(results[0][1:], torch.stack([row.dot(a) for row in rows]))


@pytest.mark.parametrize("mode", ["reflect", "circular", "replicate"])
def test_long_and_short_padding(mode: str) -> None:
    """Both ways of padding a dimension agree with NumPy, and so do their gradients."""
    names = {"reflect": "reflect", "circular": "wrap", "replicate": "edge"}
    for n in (40, 300):
        x = torch.randn(2, 3, n, dtype=torch.float64, requires_grad=True)
        y = torch.nn.functional.pad(x, (7, 9), mode=mode)
        assert np.array_equal(y.detach().numpy(), np.pad(x.detach().numpy(), ((0, 0), (0, 0), (7, 9)), names[mode]))
        places = np.pad(np.arange(n), (7, 9), names[mode])
        y.sum().backward()
        assert np.array_equal(x.grad.numpy()[0, 0], np.bincount(places, minlength=n))
