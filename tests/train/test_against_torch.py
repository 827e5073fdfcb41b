"""Optimizers and schedules against recorded answers of PyTorch 2.13 (`record.py`): numbers, state, printed form."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest

import rushlight as torch

HERE = Path(__file__).parent
FACTS = json.loads((HERE / "golden.json").read_text())
ARRAYS = np.load(HERE / "golden_optimizers.npz")

_spec = importlib.util.spec_from_file_location("optim_cases", HERE / "optim_cases.py")
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)

# Muon works in bfloat16, where another order of summation can give the neighbouring number, 2**-8 away.
TOLERANCE = {"float32": 1e-6, "float64": 1e-12}
MUON_TOLERANCE = {"float32": 1e-6, "float64": 1e-6}


def blank_rows(grad: torch.Tensor, step: int) -> torch.Tensor:
    keep = torch.tensor(cases.rows_kept(grad.shape[0], step), dtype=grad.dtype)
    return grad * keep.reshape(-1, *[1] * (grad.dim() - 1))


def flat(problem: object) -> np.ndarray:
    return np.concatenate([p.detach().numpy().ravel() for p in problem.params])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_fifty_steps_are_pytorchs(name: str, dtype: str) -> None:
    found: list[np.ndarray] = []
    for kind in cases.problems_of(name):
        problem = kind(torch, getattr(torch, dtype))

        def after(step: int, optimizer: torch.optim.Optimizer, problem=problem) -> None:
            if step in cases.SNAPSHOTS:
                found.append(flat(problem))

        cases.run(torch, name, problem, cases.SNAPSHOTS[-1], blank_rows, after)
    expected = ARRAYS[f"{name} {dtype}"]
    position, worst = 0, 0.0
    for values in found:
        right = expected[position : position + len(values)]
        position += len(values)
        worst = max(worst, np.abs(values - right).max() / np.abs(right).max())
    assert position == len(expected)
    assert worst <= (MUON_TOLERANCE if name.startswith("Muon") else TOLERANCE)[dtype], worst


def form(value: object) -> object:
    if isinstance(value, torch.Tensor):
        return [str(value.dtype).split(".")[-1], list(value.shape)]
    return [form(v) for v in value] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_saved_state_and_printed_form_are_pytorchs(name: str) -> None:
    kinds = cases.problems_of(name)
    optimizer = cases.run(torch, name, kinds[0](torch, torch.float32), 2, blank_rows, lambda step, optimizer: None)
    saved, facts = optimizer.state_dict(), FACTS["optimizers"][name]
    assert [list(g) for g in saved["param_groups"]] == facts["groups"]
    assert {str(k): {n: form(v) for n, v in s.items()} for k, s in saved["state"].items()} == facts["state"]
    assert repr(optimizer) == facts["repr"]
    # What is saved goes on in a new optimizer as if nothing had happened.
    kind, options, more = cases.OPTIMIZERS[name]
    other = kinds[0](torch, torch.float32)
    params = [p for p in other.params if p.ndim == 2] if more == "matrices" else other.params
    fresh = getattr(torch.optim, kind)(params, **options)
    fresh.load_state_dict(saved)
    again = fresh.state_dict()
    assert repr(again["param_groups"]) == repr(saved["param_groups"])
    assert {str(k): {n: form(v) for n, v in s.items()} for k, s in again["state"].items()} == facts["state"]


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("name", [*cases.SCHEDULES, "SWALR"])
def test_three_hundred_steps_are_exactly_pytorchs(name: str, kind: str) -> None:
    lrs = torch.optim.swa_utils if name == "SWALR" else torch.optim.lr_scheduler
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nested sequences warn, as in PyTorch
        values = [float(x) for row in cases.schedule(torch, lrs, kind, name) for x in row]
    facts = FACTS["schedules"][f"{kind} {name}"]
    assert [v.hex() for v in values[:: 4 * 25]] == facts["values"]
    assert hashlib.sha256(struct.pack(f"<{len(values)}d", *values)).hexdigest() == facts["sha256"]
