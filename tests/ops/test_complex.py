"""Rows that say complex=…: their samples with complex numbers, in both precisions, against NumPy, and their gradients.

A row may say complex={"samples": [0], "ref": False}: which samples make sense with complex numbers, and that NumPy's
answer is another one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from cases import ROWS, Case, cases, is_random, map_tensors, rerun, tensors_in, to_numpy

import rushlight as torch


def complex_case(case: Case, dtype: Any) -> Case:
    """The same call with every floating tensor as a complex one; the imaginary parts do not depend on the dtype."""
    torch.manual_seed(11)

    def change(t: Any) -> Any:
        if not t.is_floating_point():
            return t.to(dtype) if t.is_complex() else t.clone()
        return torch.complex(t.double(), torch.randn(t.shape, dtype=torch.float64)).to(dtype)

    args = map_tensors(case.args, change)
    return Case(case.row, case.number, args, {k: map_tensors(v, change) for k, v in case.kwargs.items()})


def wish(row: dict[str, Any], key: str, default: Any) -> Any:
    return row["complex"].get(key, default) if isinstance(row["complex"], dict) else default


def wanted(case: Case) -> bool:
    floating = any(t.is_floating_point() or t.is_complex() for t in tensors_in(list(case.args)))
    return floating and case.number in wish(case.row, "samples", [case.number])


CASES = [c for r in ROWS if r["complex"] and not is_random(r) for c in cases(r) if wanted(c)]


def as_numpy(value: Any) -> list[np.ndarray]:
    return [t.detach().resolve_conj().numpy() for t in tensors_in(value)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_complex64_agrees_with_complex128(case: Case) -> None:
    single, double = complex_case(case, torch.complex64), complex_case(case, torch.complex128)
    got, want = single.call(*single.args), double.call(*double.args)
    for g, w in zip(tensors_in(got), tensors_in(want), strict=True):
        assert g.shape == w.shape and g.is_complex() == w.is_complex(), rerun(case)
    for g, w in zip(as_numpy(got), as_numpy(want), strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-4, atol=1e-4, err_msg=rerun(case))


@pytest.mark.parametrize("case", [c for c in CASES if c.row["ref"] and wish(c.row, "ref", True)], ids=str)
def test_complex_values_against_numpy(case: Case) -> None:
    double = complex_case(case, torch.complex128)
    reference = eval(case.row["ref"], {"np": np, "math": math})  # noqa: S307 (rows are our own text)
    with np.errstate(all="ignore"):
        try:
            want = reference(*to_numpy(double.args), **to_numpy(double.kwargs))
        except TypeError as error:  # NumPy has no complex form of a few functions
            assert "not supported for the input types" in str(error), rerun(case)
            return
    got = as_numpy(double.call(*double.args))
    for g, w in zip(got, want if isinstance(want, (tuple, list)) else [want], strict=True):
        np.testing.assert_allclose(g, np.asarray(w), rtol=1e-7, atol=1e-7, err_msg=rerun(case))


@pytest.mark.parametrize("case", [c for c in CASES if not c.row["name"].endswith("_")], ids=str)
def test_complex_strided_inputs_give_the_same(case: Case) -> None:
    def strided(t: Any) -> Any:
        if t.dim() == 0:
            return t
        wide = torch.zeros([*t.shape[:-1], t.shape[-1] * 2], dtype=t.dtype)
        view = wide[..., ::2]
        view.copy_(t)
        return view

    if case.row["name"].startswith(("as_strided", "view")):
        return
    plain = complex_case(case, torch.complex128)
    want = as_numpy(plain.call(*plain.args))
    for g, w in zip(as_numpy(plain.call(*map_tensors(plain.args, strided))), want, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-12, atol=1e-12, err_msg=rerun(case))


def numeric_gradient(loss: Any, x: Any, eps: float = 1e-6) -> np.ndarray:
    """PyTorch's convention: the derivative along the real axis plus i times that along the imaginary one."""
    flat, slope = x.reshape(-1), np.zeros(x.numel(), dtype=np.complex128)
    for i in range(x.numel()):
        kept = flat[i].item()
        for step in (eps, eps * 1j) if x.is_complex() else (eps,):
            flat[i] = kept + step
            up = loss()
            flat[i] = kept - step
            down = loss()
            slope[i] += (up - down) / (2 * eps) * (1 if step == eps else 1j)
        flat[i] = kept
    return slope.reshape(tuple(x.shape))


def has_gradient(case: Case) -> bool:
    check = case.row["gradcheck"]
    return (
        bool(check)
        and (not isinstance(check, dict) or case.number in check.get("samples", [case.number]))
        and case.row["differentiable"] is not False
        and not case.row["name"].endswith("_")
        and wish(case.row, "gradcheck", True)
    )


@pytest.mark.parametrize("case", [c for c in CASES if has_gradient(c)], ids=str)
def test_complex_gradients_against_differences(case: Case) -> None:
    case = complex_case(case, torch.complex128)
    args = map_tensors(case.args, lambda t: t.contiguous().clone())
    check = case.row["gradcheck"]
    names = check.get("inputs") if isinstance(check, dict) else None
    chosen = [a for a, p in zip(args, case.row["params"], strict=False) if not names or p[1] in names]
    inputs = [t for t in tensors_in(chosen) if t.is_floating_point() or t.is_complex()]
    for t in inputs:
        t.requires_grad_()
    outs = [o for o in tensors_in(case.call(*args)) if o.requires_grad]
    if not outs:
        assert not case.row["differentiable"], f"no result requires grad: {rerun(case)}"
        return
    torch.manual_seed(3)
    weights = [torch.randn(o.shape, dtype=o.dtype) for o in outs]
    grads = torch.autograd.grad(outs, inputs, weights, allow_unused=True)
    places = [i for i, o in enumerate(tensors_in(case.call(*args))) if o.requires_grad]
    numbers = [w.numpy() for w in weights]

    def loss() -> float:
        found = as_numpy(case.call(*args))
        return sum(float((np.conj(w) * found[i]).real.sum()) for i, w in zip(places, numbers, strict=True))

    with torch.no_grad():
        for g, x in zip(grads, inputs, strict=True):
            analytic = np.zeros(tuple(x.shape)) if g is None else g.detach().numpy()
            np.testing.assert_allclose(analytic, numeric_gradient(loss, x), rtol=2e-4, atol=2e-5, err_msg=rerun(case))
