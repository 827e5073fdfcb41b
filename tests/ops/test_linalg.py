"""Linear algebra: identities, first and second derivatives, errors, empty sizes, the loading of LAPACK."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as torch

L = torch.linalg
REAL = [torch.float32, torch.float64]
ALL = [*REAL, torch.complex64, torch.complex128]


def matrix(*shape: int, dtype: Any = torch.float64, seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return torch.randn(*shape, dtype=dtype)


def well(*shape: int, dtype: Any = torch.float64, seed: int = 0) -> Any:
    """A square matrix far from singular."""
    return matrix(*shape, dtype=dtype, seed=seed) + 3 * torch.eye(shape[-1], dtype=dtype)


def hermitian(x: Any) -> Any:
    return (x + x.mH) / 2


def definite(x: Any) -> Any:
    return x @ x.mH + 2 * torch.eye(x.shape[-1], dtype=x.dtype)


def tolerance(dtype: Any) -> dict[str, float]:
    return {"rtol": 1e-4, "atol": 2e-4} if dtype in (torch.float32, torch.complex64) else {"rtol": 1e-9, "atol": 1e-10}


def same(a: Any, b: Any, dtype: Any) -> None:
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), **tolerance(dtype))


# ---- identities ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ALL, ids=str)
@pytest.mark.parametrize("n", [1, 3, 12, 13, 40])
def test_factorizations_multiply_back(dtype: Any, n: int) -> None:
    A, H = well(2, n, n, dtype=dtype), definite(matrix(2, n, n, dtype=dtype))
    eye = torch.eye(n, dtype=dtype).expand(2, n, n)
    P, lower, upper = L.lu(A)
    same(P @ lower @ upper, A, dtype)
    C = L.cholesky(H)
    same(C @ C.mH, H, dtype)
    U = L.cholesky(H, upper=True)
    same(U.mH @ U, H, dtype)
    Q, R = L.qr(A)
    same(Q @ R, A, dtype)
    same(Q.mH @ Q, eye, dtype)
    values, V = L.eigh(H)
    same(V * values.unsqueeze(-2) @ V.mH, H, dtype)
    U, S, Vh = L.svd(A)
    same(U * S.unsqueeze(-2) @ Vh, A, dtype)
    w, X = L.eig(A)
    same(A.to(X.dtype) @ X, X * w.unsqueeze(-2), dtype)
    same(L.inv(A) @ A, eye, dtype)
    same(L.pinv(A) @ A, eye, dtype)
    B = matrix(2, n, 3, dtype=dtype, seed=1)
    same(A @ L.solve(A, B), B, dtype)
    same(L.solve(A, B.mT, left=False) @ A, B.mT, dtype)
    same(L.lstsq(A, B).solution, L.solve(A, B), dtype)
    same(torch.cholesky_solve(B, C), L.solve(H, B), dtype)
    same(torch.cholesky_inverse(C), L.inv(H), dtype)
    sign, log = L.slogdet(A / n)
    same(sign * log.exp(), L.det(A / n), dtype)


@pytest.mark.parametrize("dtype", ALL, ids=str)
@pytest.mark.parametrize("n", [3, 20])
def test_lu_solve_in_all_four_ways(dtype: Any, n: int) -> None:
    A, B = well(2, n, n, dtype=dtype), matrix(2, n, 4, dtype=dtype, seed=1)
    LU, pivots = L.lu_factor(A)
    same(A @ L.lu_solve(LU, pivots, B), B, dtype)
    same(A.mH @ L.lu_solve(LU, pivots, B, adjoint=True), B, dtype)
    same(L.lu_solve(LU, pivots, B.mT, left=False) @ A, B.mT, dtype)
    same(L.lu_solve(LU, pivots, B.mT, left=False, adjoint=True) @ A.mH, B.mT, dtype)


@pytest.mark.parametrize("dtype", ALL, ids=str)
@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 20, 30)])
def test_rectangular_matrices(dtype: Any, shape: tuple[int, ...]) -> None:
    A = matrix(*shape, dtype=dtype)
    for full in (True, False):
        U, S, Vh = L.svd(A, full_matrices=full)
        k = S.shape[-1]
        same(U[..., :k] * S.unsqueeze(-2) @ Vh[..., :k, :], A, dtype)
    for mode in ("reduced", "complete"):
        Q, R = L.qr(A, mode)
        same(Q @ R, A, dtype)
    P, lower, upper = L.lu(A)
    same(P @ lower @ upper, A, dtype)
    a, tau = torch.geqrf(A)
    C = matrix(*shape[:-1], 2, dtype=dtype, seed=1)
    Q = L.qr(A, "complete")[0]
    same(torch.ormqr(a, tau, C), Q @ C, dtype)
    same(torch.ormqr(a, tau, C.mT, left=False, transpose=True), C.mT @ Q.mH, dtype)
    for driver in ("gelsy", "gels", "gelsd", "gelss"):
        same(L.lstsq(A, C, driver=driver).solution, L.pinv(A) @ C, dtype)


@pytest.mark.parametrize("dtype", ALL, ids=str)
@pytest.mark.parametrize("scale", [0.01, 0.2, 0.8, 2.0, 20.0])
def test_matrix_exp_against_eigenvalues(dtype: Any, scale: float) -> None:
    A = hermitian(matrix(2, 4, 4, dtype=dtype)) * scale
    A = A - torch.eye(4, dtype=dtype) * L.eigvalsh(A)[..., -1:].unsqueeze(-1)  # so that nothing grows
    w, V = L.eigh(A)
    same(torch.matrix_exp(A), V * w.exp().unsqueeze(-2) @ V.mH, dtype)


# ---- derivatives -----------------------------------------------------------------------------------------------------


def unphased_svd(A: Any) -> tuple:
    U, S, Vh = L.svd(A, full_matrices=False)
    return U.abs(), S, Vh.abs(), U[..., :1] @ Vh[..., :1, :]


def unphased_eigh(A: Any) -> tuple:
    w, V = L.eigh(hermitian(A))
    return w, V.abs()


def unphased_eig(A: Any) -> tuple:
    w, V = L.eig(A)
    return w, V.abs()


def right_unit(a: Any, b: Any) -> Any:
    return L.solve_triangular(a, b, upper=False, left=False, unitriangular=True)


def least_squares(driver: str) -> Callable:
    return lambda A, B: L.lstsq(A, B, driver=driver)[:2]


PIVOTS = torch.tensor([[2, 2, 3], [1, 3, 3]], dtype=torch.int32)
# Functions with the shapes of their inputs: m a random matrix, w one that is far from singular.
DERIVATIVES: dict[str, tuple[Callable, str]] = {
    "cholesky": (lambda x: L.cholesky(definite(x)), "m2x3x3"),
    "cholesky upper": (lambda x: L.cholesky(definite(x), upper=True), "m3x3"),
    "cholesky_inverse": (lambda x: torch.cholesky_inverse(L.cholesky(definite(x))), "m3x3"),
    "cholesky_solve": (lambda b, x: torch.cholesky_solve(b, L.cholesky(definite(x))), "m3x2 m2x3x3"),
    "lu": (lambda x: L.lu(x)[1:], "w2x3x3"),
    "lu wide": (lambda x: L.lu(x)[1:], "m3x4"),
    "lu tall": (lambda x: L.lu(x)[1:], "m4x3"),
    "lu_factor": (lambda x: L.lu_factor(x)[0], "m2x3x4"),
    "lu_solve": (lambda x, b: L.lu_solve(x, PIVOTS, b), "w2x3x3 m3x2"),
    "lu_solve adjoint": (lambda x, b: L.lu_solve(x, PIVOTS, b, adjoint=True), "w2x3x3 m3x2"),
    "lu_solve right": (lambda x, b: L.lu_solve(x, PIVOTS, b, left=False), "w2x3x3 m2x3"),
    "lu_solve right adjoint": (lambda x, b: L.lu_solve(x, PIVOTS, b, left=False, adjoint=True), "w2x3x3 m2x3"),
    "det": (L.det, "m2x3x3"),
    "slogdet": (L.slogdet, "m2x3x3"),
    "logdet": (lambda x: torch.logdet(definite(x)), "m3x3"),
    "inv": (L.inv, "w2x3x3"),
    "solve": (L.solve, "w2x3x3 m3x2"),
    "solve vector": (L.solve, "w3x3 m3"),
    "solve right": (lambda a, b: L.solve(a, b, left=False), "w3x3 m2x3"),
    "solve_triangular": (lambda a, b: L.solve_triangular(a, b, upper=True), "w2x3x3 m3x2"),
    "solve_triangular right unit": (right_unit, "w3x3 m2x3"),
    "triangular_solve": (lambda b, a: torch.triangular_solve(b, a, transpose=True)[0], "m3x2 w3x3"),
    "tensorinv": (L.tensorinv, "w2x3x6"),
    "tensorsolve": (L.tensorsolve, "w2x3x6 m2x3"),
    "qr tall": (L.qr, "m2x4x3"),
    "qr wide": (L.qr, "m3x4"),
    "qr only R": (lambda x: L.qr(x)[1], "m4x3"),
    "householder_product": (L.householder_product, "m2x4x3 m2x2"),
    "ormqr": (torch.ormqr, "m4x3 m3 m4x2"),
    "ormqr transpose": (lambda a, t, c: torch.ormqr(a, t, c, True, True), "m4x3 m3 m4x2"),
    "ormqr right": (lambda a, t, c: torch.ormqr(a, t, c, False), "m4x3 m3 m2x4"),
    "ormqr right transpose": (lambda a, t, c: torch.ormqr(a, t, c, False, True), "m4x3 m3 m2x4"),
    "lstsq tall": (least_squares("gels"), "m2x4x3 m2x4x2"),
    "lstsq wide": (lambda A, B: L.lstsq(A, B).solution, "m3x4 m3x2"),
    "eigh": (unphased_eigh, "m2x3x3"),
    "eigvalsh": (lambda x: L.eigvalsh(hermitian(x)), "m3x3"),
    "eig": (unphased_eig, "m2x3x3"),
    "eigvals": (L.eigvals, "m3x3"),
    "svd": (unphased_svd, "m2x3x3"),
    "svd tall": (unphased_svd, "m4x3"),
    "svd wide": (unphased_svd, "m3x4"),
    "svd one side": (lambda x: L.svd(x, full_matrices=False)[0].abs(), "m3x4"),
    "svdvals": (L.svdvals, "m2x3x4"),
    "pinv wide": (L.pinv, "m3x4"),
    "pinv tall": (L.pinv, "m2x4x3"),
    "pinv hermitian": (lambda x: L.pinv(definite(x), hermitian=True), "m3x3"),
    "matrix_exp": (torch.matrix_exp, "m2x3x3"),
    "matrix_power": (lambda x: L.matrix_power(x, -2), "w3x3"),
    "matrix_norm nuc": (lambda x: L.matrix_norm(x, "nuc"), "m2x3x4"),
    "matrix_norm 2": (lambda x: L.matrix_norm(x, 2), "m2x3x4"),
    "matrix_norm 1": (lambda x: L.matrix_norm(x, 1), "m2x3x4"),
    "cond": (L.cond, "m2x3x3"),
    "cond fro": (lambda x: L.cond(x, "fro"), "m3x3"),
}  # fmt: skip


def make_input(text: str, seed: int, dtype: Any) -> Any:
    shape = [int(size) for size in text[1:].split("x")]
    x = matrix(*shape, dtype=dtype, seed=seed)
    if text[0] == "m":
        return x
    return well(6, 6, dtype=dtype).reshape(shape) if shape == [2, 3, 6] else well(*shape, dtype=dtype, seed=seed)


def of_reals(function: Callable, dtype: Any) -> Callable:
    """The function over real inputs and outputs: complex numbers as pairs, as differences need them."""

    def call(*parts: Any) -> tuple:
        if dtype == torch.complex128:
            parts = tuple(torch.view_as_complex(p) for p in parts)
        results = function(*parts)
        results = results if isinstance(results, (tuple, list)) else (results,)
        return tuple(torch.view_as_real(r) if r.is_complex() else r for r in results)

    return call


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128], ids=str)
@pytest.mark.parametrize("name", DERIVATIVES)
def test_derivatives(name: str, dtype: Any) -> None:
    function, shapes = DERIVATIVES[name]
    inputs = [make_input(text, number, dtype) for number, text in enumerate(shapes.split())]
    parts = tuple((torch.view_as_real(x) if x.is_complex() else x).clone().requires_grad_() for x in inputs)
    call = of_reals(function, dtype)
    assert torch.autograd.gradcheck(call, parts, atol=1e-5, rtol=1e-4)
    assert torch.autograd.gradgradcheck(call, parts, atol=1e-4, rtol=1e-3)


def test_equal_singular_values_have_a_gradient() -> None:
    A = torch.eye(3, dtype=torch.float64).requires_grad_()
    for f in (lambda x: L.svdvals(x).sum(), lambda x: L.matrix_norm(x, "nuc"), lambda x: L.eigvalsh(x).sum()):
        (g,) = torch.autograd.grad(f(A), A, create_graph=True)
        assert torch.allclose(g, torch.eye(3, dtype=torch.float64))


def test_singular_determinants_have_gradients() -> None:
    A = torch.tensor([[[1.0, 2.0], [2.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]], dtype=torch.float64).requires_grad_()
    (g,) = torch.autograd.grad(L.det(A).sum(), A, create_graph=True)
    assert torch.allclose(
        g, torch.tensor([[[4.0, -2.0], [-2.0, 1.0]], [[4.0, -3.0], [-2.0, 1.0]]], dtype=torch.float64)
    )


def test_phases_are_refused() -> None:
    A = hermitian(matrix(3, 3, dtype=torch.complex128)).requires_grad_()
    with pytest.raises(RuntimeError, match="specified up to multiplication by"):
        L.eigh(A).eigenvectors.imag.sum().backward()
    with pytest.raises(RuntimeError, match="svd_backward"):
        L.svd(A)[0].imag.sum().backward()


# ---- errors and edges ------------------------------------------------------------------------------------------------

SINGULAR = torch.zeros(2, 3, 3)
SINGULAR[0] = torch.eye(3)
ERRORS: list[tuple[Callable, str]] = [
    (lambda: L.inv(SINGULAR[1]), r"^linalg.inv: The diagonal element 1 is zero, the inversion could not be completed"),
    (lambda: L.inv(SINGULAR), r"^linalg.inv: \(Batch element 1\): The diagonal element 1 is zero"),
    (lambda: L.solve(SINGULAR, SINGULAR), r"^torch.linalg.solve: \(Batch element 1\): The solver failed because"),
    (
        lambda: L.cholesky(-SINGULAR[0]),
        r"^linalg.cholesky: The factorization .* order 1",
    ),
    (lambda: torch.cholesky(-SINGULAR), r"^cholesky: \(Batch element 0\): The factorization"),
    (lambda: L.svd(torch.full((2, 2), float("nan"))), r"^linalg.svd: .*non-finite values"),
    (lambda: L.matrix_power(SINGULAR[1], -1), r"^linalg.inv: The diagonal element 1"),
]


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_linalg_errors(number: int) -> None:
    call, words = ERRORS[number]
    with pytest.raises(L.LinAlgError, match=words):
        call()
    assert issubclass(L.LinAlgError, RuntimeError)


def rows(*numbers: int) -> Any:
    return torch.tensor(numbers, dtype=torch.int32)


NAN, INF = float("nan"), float("inf")
BAD: list[tuple[Callable, str]] = [
    (lambda: L.lu_solve(torch.eye(3), rows(1, 2, 9), torch.eye(3)), "pivots passed to lu_solve"),
    (lambda: L.lu_solve(torch.eye(3), rows(0, 2, 3), torch.eye(3)), "pivots passed to lu_solve"),
    (lambda: torch.lu_unpack(torch.eye(3), rows(1, 2, 9)), "pivots passed to lu_unpack"),
    (lambda: L.ldl_solve(torch.eye(3), rows(1, 2, -3), torch.eye(3)), "is no pivot"),
    (lambda: L.ldl_solve(torch.eye(3), rows(1, -9, -9), torch.eye(3)), "is no pivot"),
    (lambda: L.eig(torch.full((2, 2), NAN)), "should not contain infs or NaNs"),
    (lambda: L.eigvals(torch.full((2, 2), INF)), "should not contain infs or NaNs"),
    (lambda: L.lu_factor(torch.zeros(2, 2)), r"U\[1,1\] is zero"),
    (lambda: L.lu(torch.eye(2), pivot=False), "LU without pivoting is not implemented on the CPU"),
    (lambda: L.qr(torch.eye(2), mode="x"), "unrecognized mode 'x'"),
    (lambda: L.eigh(torch.eye(2), UPLO="X"), "Expected UPLO argument"),
    (lambda: L.lstsq(torch.eye(2), torch.eye(2), driver="x"), "parameter `driver` should be one of"),
    (lambda: L.tensorinv(torch.eye(2), ind=0), "strictly positive integer for 'ind'"),
    (lambda: L.tensorinv(torch.eye(2), ind=9), "is more than the 2 dimensions"),
    (lambda: L.matrix_norm(torch.eye(2), 3), "Order 3 not supported"),
    (lambda: L.matrix_norm(torch.eye(2), 2, dim=(0, 0)), "dims must be different"),
    (lambda: L.cond(torch.eye(2), "x"), "invalid norm type: x"),
    (lambda: L.solve(torch.eye(3), torch.ones(3, 1, dtype=torch.float64)), "Expected A and B to have the same dtype"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BAD)))
def test_bad_arguments(number: int) -> None:
    call, words = BAD[number]
    with pytest.raises(RuntimeError, match=words):
        call()


def test_non_finite_input_never_hangs() -> None:
    for value in (NAN, INF):
        A = torch.full((4, 4), value)
        for f in (L.inv_ex, L.det, L.slogdet, L.qr, L.lu, torch.matrix_exp, L.cholesky_ex, torch.geqrf):
            f(A)
        for f in (L.eigh, L.eigvalsh, L.pinv, lambda x: L.pinv(x, hermitian=True), lambda x: L.lstsq(x, x), L.cond):
            try:
                f(A)
            except RuntimeError:
                pass
        for driver in ("gels", "gelsd", "gelss"):
            try:
                L.lstsq(A, A, driver=driver)
            except RuntimeError:
                pass


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_empty_matrices(dtype: Any) -> None:
    none, wide, batch = (torch.zeros(*s, dtype=dtype) for s in ((0, 0), (0, 3), (0, 3, 3)))
    assert L.det(none) == 1 and L.slogdet(none).logabsdet == 0
    assert L.inv(none).shape == (0, 0) and L.cholesky(none).shape == (0, 0) and L.eigh(none)[1].shape == (0, 0)
    assert [t.shape for t in L.svd(wide)] == [(0, 0), (0,), (3, 3)]
    assert torch.equal(L.svd(wide)[2], torch.eye(3, dtype=dtype))
    assert [t.shape for t in L.qr(wide.mT, "complete")] == [(3, 3), (3, 0)]
    assert torch.equal(L.qr(wide.mT, "complete")[0], torch.eye(3, dtype=dtype))
    assert [t.shape for t in L.lu(wide)] == [(0, 0), (0, 0), (0, 3)]
    assert L.pinv(wide).shape == (3, 0) and L.matrix_rank(wide) == 0
    assert L.solve(none, torch.zeros(0, 2, dtype=dtype)).shape == (0, 2)
    assert L.lstsq(wide, torch.zeros(0, 2, dtype=dtype)).solution.shape == (3, 2)
    assert (
        L.inv(batch).shape == (0, 3, 3)
        and L.eig(batch)[1].shape == (0, 3, 3)
        and torch.matrix_exp(batch).shape == (0, 3, 3)
    )


def test_same_bits_for_any_thread_count() -> None:
    A, big = well(600, 5, 5, dtype=torch.float32), well(120, 120, dtype=torch.float32)
    threads, found = torch.get_num_threads(), []
    try:
        for n in (1, 2, 3):
            torch.set_num_threads(n)
            results = [
                L.inv(A),
                L.det(A),
                *L.svd(A),
                *L.eigh(definite(A)),
                L.solve(big, big),
                *L.svd(big),
                torch.matrix_exp(A),
            ]
            found.append(b"".join(r.numpy().tobytes() for r in results))
    finally:
        torch.set_num_threads(threads)
    assert found[0] == found[1] == found[2]


def test_orthogonal_matrices() -> None:
    for shape in ((4, 4), (3, 7), (7, 3), (4, 2, 3)):
        w = torch.empty(shape)
        torch.manual_seed(0)
        torch.nn.init.orthogonal_(w, gain=2)
        flat = w.reshape(shape[0], -1) / 2
        gram = flat @ flat.T if shape[0] <= flat.shape[1] else flat.T @ flat
        assert torch.allclose(gram, torch.eye(gram.shape[0]), atol=1e-5)


# ---- loading ---------------------------------------------------------------------------------------------------------


def run(code: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, timeout=120
    )


def test_nothing_is_loaded_before_the_first_call() -> None:
    code = (
        "import rushlight as torch\n"
        "loaded = lambda: 'openblas' in open('/proc/self/maps').read()\n"
        "torch.linalg.inv(torch.eye(3)); assert not loaded()\n"  # small ones are done without it
        "torch.linalg.qr(torch.eye(3)); assert loaded()\n"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_a_missing_library_is_named() -> None:
    code = "import rushlight as torch\ntorch.linalg.qr(torch.eye(3))"
    done = run(code, RUSHLIGHT_LAPACK="/nowhere/liblapack.so")
    assert done.returncode == 1
    assert "RUSHLIGHT_LAPACK names '/nowhere/liblapack.so'" in done.stderr


def test_children_of_a_fork_can_use_it() -> None:
    code = (
        "import os, rushlight as torch\n"
        "A = torch.randn(100, 100); torch.linalg.svd(A)\n"
        "child = os.fork()\n"
        "if child == 0: torch.linalg.svd(A); os._exit(7)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7\n"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
