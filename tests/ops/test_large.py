"""Paths that only larger tensors take: selection by keys, common divisors on lanes, direct indexing, long rows."""

from __future__ import annotations

import math

import numpy as np
import pytest

import rushlight as torch

SIZES = [193, 1000, 5000]  # longer than what is selected from without narrowing

KINDS = ["spread", "two", "few", "sorted", "mostly one", "one far off"]
CASES = [(kind, dtype) for kind in KINDS for dtype in ("float32", "float64", "int64", "int16")]
CASES += [("NaN", "float32"), ("NaN", "float64")]


def slices(kind: str, n: int, dtype: str) -> np.ndarray:
    """Four slices of n elements."""
    rng = np.random.default_rng(n)
    shape = (4, n)
    found = {
        "spread": lambda: rng.uniform(-100, 100, shape),
        "two": lambda: rng.integers(0, 2, shape),
        "few": lambda: rng.integers(-5, 6, shape),
        "sorted": lambda: np.sort(rng.uniform(-100, 100, shape)),
        "mostly one": lambda: np.where(rng.uniform(size=shape) < 0.9, 3, rng.integers(-50, 50, shape)),
        "one far off": lambda: np.where(np.arange(n) % 64 == 0, 50, rng.integers(-50, 0, shape)),  # misleads samples
        "NaN": lambda: np.where(rng.uniform(size=shape) < 0.3, np.nan, rng.integers(-9, 9, shape)),
    }[kind]()
    return found.astype(dtype)


@pytest.mark.parametrize(("kind", "dtype"), CASES)
@pytest.mark.parametrize("n", SIZES)
def test_selection_takes_equal_elements_by_place(n: int, kind: str, dtype: str) -> None:
    x = slices(kind, n, dtype)
    order = np.argsort(x, axis=1, kind="stable")  # NaN last, equal elements by place
    valid = n - np.isnan(x).sum(1) if dtype[0] == "f" else np.full(len(x), n)
    for k in (1, 2, n // 3, (n + 1) // 2, n):
        values, places = torch.tensor(x).kthvalue(k, 1)
        np.testing.assert_array_equal(places.numpy(), order[:, k - 1])
        np.testing.assert_array_equal(values.numpy(), np.take_along_axis(x, order[:, k - 1 : k], 1)[:, 0])
    rows = np.arange(len(x))
    np.testing.assert_array_equal(torch.tensor(x).nanmedian(1)[1].numpy(), order[rows, (valid - 1) // 2])
    np.testing.assert_array_equal(
        torch.tensor(x).median(1)[1].numpy(), order[rows, np.where(valid < n, valid, (n - 1) // 2) % n]
    )
    np.testing.assert_array_equal(torch.tensor(x[0]).nanmedian().numpy(), x[0, order[0, (valid[0] - 1) // 2]])


@pytest.mark.parametrize("dtype", ["int64", "int32"])
def test_divisors_of_large_numbers(dtype: str) -> None:
    rng = np.random.default_rng(1)
    bits = np.iinfo(dtype).bits
    a, b = ((rng.integers(-(2 ** (bits - 1)) + 1, 2 ** (bits - 1), 4000) >> rng.integers(0, bits, 4000)) for _ in "ab")
    edge = [0, 1, -1, 2 ** (bits - 1) - 1, 1 - 2 ** (bits - 1), 2**30, 6, 2 ** (bits - 13) - 1, 2 ** (bits - 13)]
    a = np.concatenate([a, np.repeat(edge, len(edge))]).astype(dtype)
    b = np.concatenate([b, np.tile(edge, len(edge))]).astype(dtype)
    got = torch.gcd(torch.tensor(a), torch.tensor(b)).numpy()
    np.testing.assert_array_equal(got, [math.gcd(int(p), int(q)) for p, q in zip(a, b, strict=True)])
    pairs = [(int(p), int(q), math.lcm(int(p), int(q))) for p, q in zip(a, b, strict=True)]
    pairs = [pair for pair in pairs if pair[2] < 2 ** (bits - 1)]  # NumPy and we wrap the others
    p, q, want = (np.array(column, dtype) for column in zip(*pairs, strict=True))
    np.testing.assert_array_equal(torch.lcm(torch.tensor(p), torch.tensor(q)).numpy(), want)


@pytest.mark.parametrize("accumulate", [False, True])
def test_put_writes_in_the_order_of_the_index(accumulate: bool) -> None:
    rng = np.random.default_rng(2)
    places, values = rng.integers(-500, 500, 100_000), rng.integers(0, 9, 100_000).astype("float32")
    want = np.ones(500, "float32")
    if accumulate:
        np.add.at(want, places, values)
    else:
        for place, value in zip(places, values, strict=True):
            want[place] = value
    got = torch.ones(500).put(torch.tensor(places), torch.tensor(values), accumulate)
    np.testing.assert_array_equal(got.numpy(), want)


@pytest.mark.parametrize("bad", [500, -501, 2**63 - 1, -(2**63)])
def test_an_index_out_of_range_changes_nothing(bad: int) -> None:
    places = torch.zeros(100_000, dtype=torch.int64)
    places[-1] = bad
    x = torch.ones(500)
    with pytest.raises(IndexError, match=f"index {bad} is out of bounds for dimension 0 with size 500"):
        x.put_(places, torch.zeros(100_000))
    assert x.eq(1).all()
    with pytest.raises(IndexError, match=f"index {bad} is out of bounds"):
        x.take(places)


@pytest.mark.parametrize(
    "shapes", [((8, 8), (30, 40)), ((8, 8), (300,)), ((2, 3, 4), (5, 6)), ((5, 6), (2, 3, 4)), ((9, 2), (0, 3))]
)
def test_kron_repeats_rows(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    rng = np.random.default_rng(3)
    a, b = (rng.uniform(size=shape).astype("float32") for shape in shapes)
    want = np.kron(a, b)
    np.testing.assert_array_equal(torch.kron(torch.tensor(a), torch.tensor(b)).numpy(), want)
    with_graph = torch.kron(torch.tensor(a).requires_grad_(), torch.tensor(b))
    np.testing.assert_array_equal(with_graph.detach().numpy(), want)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32"])
@pytest.mark.parametrize("reduce", ["amax", "amin"])
def test_index_reduce_keeps_the_first_of_equal_elements(reduce: str, dtype: str) -> None:
    rng = np.random.default_rng(4)
    x, source = (rng.integers(-9, 9, (rows, 333)).astype(dtype) for rows in (20, 60))
    if dtype[0] == "f":
        x[rng.uniform(size=x.shape) < 0.2] = -0.0
        source[rng.uniform(size=source.shape) < 0.05] = np.nan
    places = rng.integers(0, 20, 60)
    want = x.copy()
    for place, row in zip(places, source, strict=True):
        old = want[place]
        better = row > old if reduce == "amax" else row < old
        want[place] = np.where((better | np.isnan(row)) & ~np.isnan(old), row, old)
    got = torch.tensor(x).index_reduce(0, torch.tensor(places), torch.tensor(source), reduce).numpy()
    np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(np.signbit(got), np.signbit(want))
