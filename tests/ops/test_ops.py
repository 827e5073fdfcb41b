"""Every row of the op table: values, gradients, layouts, empty and 0-d tensors, in-place and out= forms, threads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from cases import ROWS, Case, cases, function, is_random, map_tensors, rerun, tensors_in, to_numpy

import rushlight as torch

PUBLIC = [r for r in ROWS if not r["namespace"].startswith("_")]
ALL = [c for r in PUBLIC for c in cases(r)]
QUIET = [c for c in ALL if not is_random(c.row)]
POINTWISE = [c for c in QUIET if c.row["kind"] in ("unary", "binary", "ternary")]


def close(got: Any, want: Any, rtol: float = 1.3e-6, atol: float = 1e-5, message: str = "") -> None:
    got_list, want_list = tensors_in(got), list(want) if isinstance(want, (tuple, list)) else [want]
    if not got_list:
        assert got == want or (isinstance(got, float) and math.isclose(got, want, rel_tol=1e-6)), message
        return
    assert len(got_list) == len(want_list), message
    for g, w in zip(got_list, want_list, strict=True):
        g = g.detach()
        np.testing.assert_allclose(
            (g.double() if g.is_floating_point() else g).numpy(), np.asarray(w), rtol=rtol, atol=atol, err_msg=message
        )


def as_double(value: Any) -> Any:
    return map_tensors(value, lambda t: t.double() if t.is_floating_point() else t)


def fresh(case: Case) -> tuple:
    return map_tensors(case.args, lambda t: t.clone())


@pytest.mark.parametrize("case", [c for c in QUIET if c.row["ref"]], ids=str)
def test_values_against_numpy(case: Case) -> None:
    reference = eval(case.row["ref"], {"np": np, "math": math})  # noqa: S307 (rows are our own text)
    with np.errstate(all="ignore"):
        want = reference(*to_numpy(case.args, double=True), **to_numpy(case.kwargs))
    close(case.call(*fresh(case)), want, message=rerun(case))


@pytest.mark.parametrize(
    "case",
    [c for c in QUIET if (not c.row["name"].endswith("_") or c.row["functional"]) and c.row["uid"] != "view_dtype"],
    ids=str,
)
def test_float32_agrees_with_float64(case: Case) -> None:
    if not any(t.is_floating_point() for t in tensors_in(list(case.args))):
        first, second = case.call(*fresh(case)), case.call(*fresh(case))
        for a, b in zip(tensors_in(first), tensors_in(second), strict=True):
            assert torch.equal(a, b), rerun(case)
        return
    got = case.call(*fresh(case))
    double = Case(case.row, case.number, as_double(case.args), {k: as_double(v) for k, v in case.kwargs.items()})
    want = double.call(*double.args)
    for g, w in zip(tensors_in(got), tensors_in(want), strict=True):
        assert g.shape == w.shape, rerun(case)
        if g.is_floating_point() and case.row["name"] != "nan_to_num":  # the largest number depends on the dtype
            close(g, w.detach().double().numpy(), rtol=1e-4, atol=1e-4, message=rerun(case))


def differentiable_inputs(case: Case) -> bool:
    return any(t.is_floating_point() for t in tensors_in(list(case.args)))


def numeric_gradient(call: Any, inputs: list[Any], weights: list[Any], eps: float = 1e-6) -> list[np.ndarray]:
    def loss() -> float:
        outs = [o for o in tensors_in(call()) if o.is_floating_point()]
        return sum(float((o * w).sum()) for o, w in zip(outs, weights, strict=True))

    found = []
    for x in inputs:
        flat, slope = x.reshape(-1), np.zeros(x.numel())
        for i in range(x.numel()):
            kept = flat[i].item()
            flat[i] = kept + eps
            up = loss()
            flat[i] = kept - eps
            down = loss()
            flat[i] = kept
            slope[i] = (up - down) / (2 * eps)
        found.append(slope.reshape(tuple(x.shape)))
    return found


def wants_gradcheck(case: Case) -> bool:
    wish = case.row["gradcheck"]  # True, False, or {"samples": [0], "inputs": ["input"]}: what has a true derivative
    return bool(wish) and (not isinstance(wish, dict) or case.number in wish.get("samples", [case.number]))


def checked_inputs(case: Case, args: tuple) -> list[Any]:
    wish = case.row["gradcheck"]
    names = wish.get("inputs") if isinstance(wish, dict) else None
    chosen = [a for a, p in zip(args, case.row["params"], strict=False) if p[1] in names] if names else list(args)
    return [t for t in tensors_in(chosen) if t.is_floating_point()]


def grad_cases() -> list[Case]:
    return [
        c
        for c in QUIET
        if wants_gradcheck(c)
        and c.row["differentiable"] is not False
        and differentiable_inputs(c)
        and not c.row["name"].endswith("_")
        and c.row["kind"] not in ("factory",)
    ]


@pytest.mark.parametrize("case", grad_cases(), ids=str)
def test_gradients_against_differences(case: Case) -> None:
    case = Case(case.row, case.number, as_double(case.args), {k: as_double(v) for k, v in case.kwargs.items()})
    args = map_tensors(case.args, lambda t: t.contiguous().clone())
    inputs = checked_inputs(case, args)
    plain = [o for o in tensors_in(case.call(*args)) if o.is_floating_point()]
    for t in inputs:
        t.requires_grad_()
    outs = [o for o in tensors_in(case.call(*args)) if o.is_floating_point() and o.requires_grad]
    if not outs:
        if case.row["differentiable"]:
            pytest.fail(f"no result requires grad: {rerun(case)}")
        return
    torch.manual_seed(3)
    weights = [torch.randn(o.shape, dtype=torch.float64) for o in plain]
    kept = [
        w
        for o, w in zip([o for o in tensors_in(case.call(*args)) if o.is_floating_point()], weights, strict=True)
        if o.requires_grad
    ]
    grads = torch.autograd.grad(
        outs, inputs, [w.to(o.dtype) for o, w in zip(outs, kept, strict=True)], allow_unused=True
    )
    with torch.no_grad():
        numeric = numeric_gradient(lambda: case.call(*args), inputs, weights)
    for g, n, x in zip(grads, numeric, inputs, strict=True):
        analytic = np.zeros(tuple(x.shape)) if g is None else g.detach().numpy()
        np.testing.assert_allclose(analytic, n, rtol=2e-4, atol=2e-5, err_msg=rerun(case))


def strided(t: Any) -> Any:
    """The same values in another layout."""
    if t.dim() == 0:
        return t
    wide = torch.zeros([*t.shape[:-1], t.shape[-1] * 2], dtype=t.dtype)
    view = wide[..., ::2]
    view.copy_(t)
    return view


@pytest.mark.parametrize(
    "case",
    [
        c
        for c in QUIET
        if not c.row["name"].endswith("_")
        and not c.row["name"].startswith("as_strided")
        and c.row["name"] not in ("view", "_version", "view_as_complex", "view_as_complex_copy")
    ],
    ids=str,
)
def test_strided_inputs_give_the_same(case: Case) -> None:
    want = case.call(*fresh(case))
    got = case.call(*map_tensors(case.args, strided))
    for a, b in zip(tensors_in(want), tensors_in(got), strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype, rerun(case)
        assert torch.allclose(a.double(), b.double(), rtol=1e-5, atol=1e-6, equal_nan=True), rerun(case)


@pytest.mark.parametrize("case", POINTWISE, ids=str)
def test_empty_and_zero_dim(case: Case) -> None:
    if len(tensors_in(list(case.args))) and case.number == 0:
        empty = case.call(*map_tensors(case.args, lambda t: t.reshape(-1)[:0].reshape(0, 3)))
        assert tuple(empty.shape) == (0, 3), rerun(case)
        zero = map_tensors(case.args, lambda t: t.reshape(-1)[0])
        assert tuple(case.call(*zero).shape) == (), rerun(case)


@pytest.mark.parametrize("case", [c for c in QUIET if c.row["inplace"] and not c.row["name"].endswith("_")], ids=str)
def test_in_place_form(case: Case) -> None:
    want = case.call(*fresh(case))
    args = fresh(case)
    if want.shape != args[0].shape or not torch.can_cast(want.dtype, args[0].dtype):
        with pytest.raises(RuntimeError):
            getattr(args[0], case.row["name"] + "_")(*args[1:], **case.kwargs) if case.row["method"] else function(
                case.row, case.row["name"] + "_"
            )(*args, **case.kwargs)
        return
    before = args[0]._version
    got = (
        getattr(args[0], case.row["name"] + "_")(*args[1:], **case.kwargs)
        if case.row["method"]
        else function(case.row, case.row["name"] + "_")(*args, **case.kwargs)
    )
    assert got is args[0] and got._version > before, rerun(case)
    assert torch.allclose(got.double(), want.to(got.dtype).double(), equal_nan=True), rerun(case)


@pytest.mark.parametrize(
    "case",
    [
        c
        for c in QUIET
        if c.row["out"]
        and len(c.row["outputs"]) == 1
        and c.row["kind"] in ("unary", "binary", "ternary", "op", "composite")
    ],
    ids=str,
)
def test_out_form(case: Case) -> None:
    want = case.call(*fresh(case))
    for shape in (tuple(want.shape), (0,)):
        out = torch.empty(shape, dtype=want.dtype)
        got = case.call(*fresh(case), out=out)
        assert got is out and got.shape == want.shape, rerun(case)
        assert torch.allclose(got.double(), want.double(), equal_nan=True), rerun(case)


@pytest.mark.parametrize("case", [c for c in POINTWISE if c.number == 0], ids=str)
def test_same_bits_for_any_thread_count(case: Case) -> None:
    large = map_tensors(case.args, lambda t: t.repeat([40000] + [1] * (t.dim() - 1)) if t.dim() else t)
    threads, results = torch.get_num_threads(), []
    try:
        for n in (1, 2, 3):
            torch.set_num_threads(n)
            results.append(case.call(*large))
    finally:
        torch.set_num_threads(threads)
    for other in results[1:]:
        assert results[0].numpy().tobytes() == other.numpy().tobytes(), rerun(case)


def test_every_public_row_is_called() -> None:
    """A row that no generated test calls must say samples=."""
    covered = {
        c.row["uid"].rpartition("_")[0] if c.row["uid"] not in {r["uid"] for r in PUBLIC} else c.row["uid"] for c in ALL
    }
    by_where = {c.row["where"] for c in ALL}
    missing = sorted({r["uid"] for r in PUBLIC if not r["name"].startswith("_") and r["where"] not in by_where})
    assert not missing, f"rows without a test call: {missing} (of {len(covered)} covered)"
