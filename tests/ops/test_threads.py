"""The same bits from one, two and three threads: every timed row of the op table, forward and backward."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rushlight as torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import operands  # noqa: E402

ROWS = [row for row in json.loads((ROOT / "build/release/generated/bench_rows.json").read_text()) if "expr" in row]
ELEMENTS = 90_000  # several chunks of every kernel's


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def bits(value: Any) -> list[bytes]:
    """Every tensor of a result, as bytes: NaN equals itself and 0 differs from -0."""
    return [t.detach().contiguous().numpy().tobytes() for t in operands.tensors_in(value, torch) if t is not None]


def outcome(row: dict, layout: str, backward: bool, threads: int) -> list[bytes] | str:
    """The row's answer or gradients from the same seed; the error of a gradient that does not exist."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    try:
        call = operands.call(torch, row, ELEMENTS, layout, backward)
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        return bits(call())
    except (ValueError, RuntimeError) as error:
        if backward:
            return str(error)
        raise


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_threads_do_not_show(row: dict) -> None:
    for layout in row["layouts"]:
        for backward in (False, True)[: 1 + row["backward"]]:
            one, two, three = (outcome(row, layout, backward, threads) for threads in (1, 2, 3))
            assert one == two, f"{row['name']}, {layout}: two threads differ from one (backward: {backward})"
            assert one == three, f"{row['name']}, {layout}: three threads differ from one (backward: {backward})"
