"""uint16, uint32 and uint64, for which PyTorch has few kernels: reductions, order, indexing and products against NumPy.

Sums and products of uint16 and uint32 are int64, as PyTorch's rule for integers says; those of uint64 are
uint64, because int64 does not hold them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as torch

WIDE = ["uint16", "uint32", "uint64"]


def numbers(name: str, *shape: int) -> np.ndarray:
    """Small numbers and some of the largest ones of the dtype."""
    rng = np.random.default_rng(5)
    found = rng.integers(0, 9, shape).astype(name)
    found.reshape(-1)[::3] += np.array(np.iinfo(name).max - 9, name)
    return found


def check(got: Any, want: Any) -> None:
    np.testing.assert_array_equal(got.numpy(), want)


@pytest.mark.parametrize("name", WIDE)
def test_sums_and_products(name: str) -> None:
    x = numbers(name, 7, 40)
    t, total = torch.from_numpy(x), np.uint64 if name == "uint64" else np.int64
    for dim in (0, 1):
        check(t.sum(dim), x.sum(dim, dtype=total))
        check(t.prod(dim), x.prod(dim, dtype=total))
        check(t.cumsum(dim), x.cumsum(dim, dtype=total))
        check(t.cumprod(dim), x.cumprod(dim, dtype=total))
    assert t.sum().numpy() == x.sum(dtype=total)
    assert t.sum().dtype == (torch.uint64 if name == "uint64" else torch.int64)
    assert t.sum(dtype=getattr(torch, name)).numpy() == x.sum(dtype=name)
    check(t.count_nonzero(0), np.count_nonzero(x, 0))
    check(t.any(0), x.any(0))
    check(t.all(1), x.all(1))


@pytest.mark.parametrize("name", WIDE)
def test_order(name: str) -> None:
    x = numbers(name, 9, 30)
    t = torch.from_numpy(x)
    for dim in (0, 1):
        for got, want, place in ((t.max(dim), x.max(dim), x.argmax(dim)), (t.min(dim), x.min(dim), x.argmin(dim))):
            check(got.values, want)
            check(got.indices, place)
        check(t.argmax(dim), x.argmax(dim))
        check(t.amin(dim), x.min(dim))
        check(t.sort(dim=dim, stable=True).values, np.sort(x, dim))
        check(t.argsort(dim=dim, stable=True), np.argsort(x, dim, kind="stable"))
        check(t.topk(3, dim).values, -np.sort(-x.astype(object), dim).take(range(3), dim).astype(object))
        check(t.median(dim).values, np.sort(x, dim).take((x.shape[dim] - 1) // 2, dim))
        check(t.kthvalue(2, dim).values, np.sort(x, dim).take(1, dim))
        check(t.cummax(dim).values, np.maximum.accumulate(x, dim))
    assert t.max().item() == int(x.max()) and t.min().item() == int(x.min())
    assert t.argmax().item() == int(x.argmax())
    low, high = torch.aminmax(t)
    assert (low.item(), high.item()) == (int(x.min()), int(x.max()))
    values, inverse, counts = torch.unique(t, return_inverse=True, return_counts=True)
    want = np.unique(x, return_inverse=True, return_counts=True)
    check(values, want[0])
    check(inverse.reshape(-1), want[1].reshape(-1))
    check(counts, want[2])
    edges = np.unique(x)
    check(torch.searchsorted(torch.from_numpy(edges), t), np.searchsorted(edges, x))


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("sizes", [(3, 4, 5), (40, 70, 33), (1, 9, 20), (20, 9, 1)])
def test_products_of_matrices(name: str, sizes: tuple[int, int, int]) -> None:
    m, k, n = sizes
    a, b = numbers(name, m, k), numbers(name, k, n)
    x, y = torch.from_numpy(a), torch.from_numpy(b)
    with np.errstate(over="ignore"):
        want = a @ b
    check(x @ y, want)
    check(x.t().contiguous().t() @ y, want)
    check(torch.addmm(x[:, :1], x, y), (want + a[:, :1]).astype(name))
    check(torch.stack([x, x]).bmm(torch.stack([y, y])), np.stack([want, want]))
    check(x.mv(y[:, 0]), want[:, 0])
    check(x[0].dot(y[:, 0]), want[0, 0])
    check(torch.einsum("ij,jk->ki", x, y), want.T)


@pytest.mark.parametrize("name", WIDE)
def test_indexing(name: str) -> None:
    x = numbers(name, 4, 3)
    t, at = torch.from_numpy(x), torch.tensor([2, 0, 2])
    added = x.copy()
    np.add.at(added, at.numpy(), x[:3])
    check(t.index_add(0, at, t[:3]), added)
    check(t.index_select(0, at), x[at.numpy()])
    check(t.masked_fill(t > 4, 1), np.where(x > 4, np.array(1, name), x))
    places = torch.tensor([[0, 2], [1, 1], [2, 0], [0, 0]])
    check(t.gather(1, places), np.take_along_axis(x, places.numpy(), 1))
    most = x.copy()
    np.maximum.at(most, (np.arange(4)[:, None], places.numpy()), x[:, :2])
    check(t.scatter_reduce(1, places, t[:, :2].contiguous(), "amax"), most)
    check(torch.cat([t, t], 1), np.concatenate([x, x], 1))
    check(t.nonzero(), np.argwhere(x))
    check(torch.nn.functional.pad(t, (1, 0)), np.pad(x, ((0, 0), (1, 0))))
