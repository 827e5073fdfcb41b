"""The array API namespace: every function against NumPy, which follows the standard too, and the strict rules."""

from __future__ import annotations

import builtins
import inspect
import re
from typing import Any

import numpy as np
import pytest

import rushlight as torch
from rushlight import array_api as xp

# Evaluated with both namespaces; i, u, f, c, b are arrays of a kind, m matrices, v a sorted vector.
CASES = """
xp.abs(f) xp.abs(i) xp.abs(u) xp.abs(c)
xp.acos(p) xp.acosh(p + 1) xp.asin(p) xp.asinh(f) xp.atan(f) xp.atanh(p / 2) xp.acos(c) xp.atan(c) xp.asinh(c)
xp.ceil(f) xp.ceil(i) xp.floor(f) xp.floor(u) xp.trunc(f) xp.trunc(i) xp.round(f) xp.round(i) xp.round(c)
xp.conj(c) xp.conj(f) xp.real(c) xp.imag(c) xp.real(f)
xp.cos(f) xp.cosh(f) xp.sin(f) xp.sinh(f) xp.tan(f) xp.tanh(f) xp.exp(f) xp.expm1(f) xp.sin(c) xp.cosh(c) xp.exp(c) xp.tanh(c)
xp.log(p) xp.log1p(p) xp.log2(p) xp.log10(p) xp.sqrt(p) xp.log(c) xp.sqrt(c) xp.square(f) xp.square(i) xp.square(c)
xp.isfinite(s) xp.isinf(s) xp.isnan(s) xp.isnan(i) xp.isfinite(c) xp.signbit(s) xp.sign(s) xp.sign(i) xp.sign(u) xp.sign(c)
xp.negative(f) xp.negative(i) xp.negative(c) xp.positive(f) xp.positive(i) xp.reciprocal(f) xp.reciprocal(c)
xp.bitwise_invert(i) xp.bitwise_invert(b) xp.bitwise_invert(u) xp.logical_not(b)
xp.add(f,f2) xp.add(f,2) xp.add(i,j) xp.add(u,j) xp.add(c,c) xp.subtract(f,f2) xp.subtract(3,i) xp.multiply(c,2) xp.multiply(f,1j)
xp.divide(f,f2) xp.divide(c,f) xp.divide(1,f) xp.floor_divide(f,f2) xp.floor_divide(i,j+7) xp.remainder(f,f2) xp.remainder(i,j+7)
xp.pow(p,f) xp.pow(i,2) xp.pow(f,2) xp.pow(c,2) xp.atan2(f,f2) xp.hypot(f,f2) xp.logaddexp(f,f2) xp.copysign(f,f2) xp.nextafter(f,f2)
xp.bitwise_and(i,j) xp.bitwise_or(i,3) xp.bitwise_xor(b,b2) xp.bitwise_left_shift(i,xp.abs(j)) xp.bitwise_right_shift(i,1)
xp.equal(f,f2) xp.equal(i,2) xp.equal(c,c) xp.not_equal(b,b2) xp.greater(f,0) xp.greater_equal(i,j) xp.less(u,3) xp.less_equal(f,f2)
xp.logical_and(b,b2) xp.logical_or(b,True) xp.logical_xor(b,b2) xp.maximum(f,f2) xp.minimum(i,j) xp.maximum(f,0) xp.maximum(u,j)
xp.clip(f,-1,1) xp.clip(i,min=0) xp.clip(f,max=f2) xp.clip(u,1,1000000)
xp.sum(f) xp.sum(i,axis=0) xp.sum(u) xp.sum(f,axis=(0,1),keepdims=True) xp.sum(f,axis=()) xp.sum(i,dtype=xp.float64) xp.sum(c,axis=-1)
xp.prod(f) xp.prod(i,axis=1) xp.prod(f,axis=(0,1),keepdims=True) xp.prod(u) xp.prod(f,axis=())
xp.max(f) xp.max(i,axis=0) xp.max(f,axis=(0,1),keepdims=True) xp.min(f,axis=-1) xp.min(u) xp.min(f,axis=())
xp.mean(f) xp.mean(f,axis=0,keepdims=True) xp.mean(c,axis=1) xp.var(f) xp.var(f,axis=0,correction=1) xp.std(f,axis=(0,1)) xp.std(f,correction=0.5)
xp.all(b) xp.all(i,axis=0) xp.all(f,axis=(0,1),keepdims=True) xp.any(b,axis=1) xp.any(z) xp.all(e) xp.any(e) xp.all(b,axis=())
xp.count_nonzero(i) xp.count_nonzero(b,axis=0) xp.count_nonzero(f,axis=1,keepdims=True)
xp.cumulative_sum(v) xp.cumulative_sum(i,axis=1) xp.cumulative_sum(f,axis=0,include_initial=True) xp.cumulative_prod(f,axis=1)
xp.cumulative_prod(v,include_initial=True) xp.cumulative_sum(u,axis=0) xp.diff(f) xp.diff(i,axis=0) xp.diff(v,n=2) xp.diff(v,prepend=v[:1])
xp.argmax(f) xp.argmax(f,axis=0) xp.argmin(i,axis=1,keepdims=True) xp.argmin(f,keepdims=True)
xp.nonzero(i) xp.nonzero(b) xp.searchsorted(v,f) xp.searchsorted(v,v,side='right') xp.where(b,f,f2) xp.where(b,i,3)
xp.sort(f) xp.sort(i,axis=0) xp.sort(f,descending=True) xp.argsort(f) xp.argsort(f,axis=0) xp.argsort(i,stable=True)
xp.take(f,k,axis=1) xp.take(v,k) xp.take_along_axis(f,xp.argsort(f,axis=1),axis=1)
xp.unique_all(i) xp.unique_counts(i) xp.unique_inverse(i) xp.unique_values(i) xp.unique_values(c) xp.unique_all(f) xp.unique_all(e)
xp.concat([f,f2]) xp.concat([i,j],axis=1) xp.concat([f,f2],axis=None) xp.concat([u,j]) xp.stack([f,f2]) xp.stack([f,f2],axis=-1)
xp.expand_dims(f,axis=1) xp.expand_dims(f,axis=-1) xp.flip(f) xp.flip(f,axis=0) xp.flip(f,axis=(0,1)) xp.moveaxis(t,0,-1) xp.moveaxis(t,(0,1),(2,0))
xp.permute_dims(t,(2,0,1)) xp.repeat(f,2) xp.repeat(f,2,axis=1) xp.repeat(v,xp.asarray([1,2,0,3,1])) xp.reshape(f,(3,2)) xp.reshape(f,(-1,))
xp.reshape(f,(6,),copy=True) xp.roll(f,1) xp.roll(f,-1,axis=0) xp.roll(f,(1,2),axis=(0,1)) xp.roll(f,2,axis=(0,1)) xp.squeeze(f[None],0) xp.squeeze(f[None,:,None],(0,2))
xp.tile(f,(2,)) xp.tile(f,(2,1,2)) xp.unstack(f) xp.unstack(f,axis=1) xp.broadcast_to(v,(2,5)) xp.broadcast_arrays(f,f[0])
xp.matmul(m,m) xp.matmul(i,xp.matrix_transpose(j)) xp.matmul(c,xp.matrix_transpose(c)) xp.matrix_transpose(t) xp.tensordot(m,m) xp.tensordot(t,t,axes=((0,),(0,)))
xp.vecdot(f,f2) xp.vecdot(c,c) xp.vecdot(t,t,axis=-2)
xp.arange(5) xp.arange(1,7,2) xp.arange(3,1) xp.arange(0,2,dtype=xp.float64) xp.arange(5,0,-2) xp.asarray([1,2]) xp.asarray([[True],[False]]) xp.asarray(3)
xp.empty((0,2),dtype=xp.int8) xp.empty_like(e) xp.eye(3,dtype=xp.float64) xp.eye(2,4,k=1,dtype=xp.int64) xp.eye(3,k=-1,dtype=xp.float64) xp.eye(2,k=5,dtype=xp.int8)
xp.full((2,),3) xp.full(2,True) xp.full((),1j,dtype=xp.complex128) xp.full_like(f,7) xp.linspace(0,1,5,dtype=xp.float64) xp.linspace(0,1,4,dtype=xp.float64,endpoint=False)
xp.linspace(0,1j,3,dtype=xp.complex128) xp.meshgrid(v,v) xp.meshgrid(v,v[:2],indexing='ij') xp.ones((2,),dtype=xp.uint16) xp.ones_like(c) xp.zeros(3,dtype=xp.complex64) xp.zeros_like(i)
xp.tril(m) xp.tril(m,k=-1) xp.triu(m,k=1) xp.triu(t) xp.from_dlpack(f) xp.astype(f,xp.int32) xp.astype(b,xp.float32) xp.astype(f,xp.complex128)
""".split("\n")  # noqa: E501
EXPRESSIONS = [e for line in CASES for e in re.split(r" (?=xp\.)", line) if e]


def arrays(space: Any) -> dict[str, Any]:
    """The arrays that the cases name, of one namespace."""

    def make(values: Any, dtype: str) -> Any:
        return space.asarray(values, dtype=getattr(space, dtype))

    grid = [[0.5, -1.25, 2.0], [-0.75, 3.5, -2.5]]
    numbers = np.arange(24.0).reshape(2, 3, 4)
    return {
        "f": make(grid, "float64"),
        "f2": make([[1.5, 0.5, -2.0], [2.25, -1.0, 4.0]], "float64"),
        "p": make([[0.5, 0.25, 1.0], [0.75, 0.125, 0.625]], "float64"),
        "s": make([0.0, -0.0, 1.5, -2.0, float("inf"), -float("inf"), float("nan")], "float64"),
        "c": make([[1 + 2j, -0.5j, 3 + 0j], [-1 + 1j, 0.25 - 2j, 2 + 2j]], "complex128"),
        "i": make([[3, -1, 2], [3, 0, 7]], "int64"),
        "j": make([[1, -2, 3], [0, 5, -6]], "int32"),
        "u": make([[1, 2, 3], [0, 5, 200]], "uint8"),
        "b": make([[True, False, True], [False, False, True]], "bool"),
        "b2": make([[True, True, False], [False, True, True]], "bool"),
        "m": make([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 5.0]], "float64"),
        "t": make(numbers.tolist(), "float64"),
        "v": make([-2.0, -1.0, 0.5, 2.0, 3.0], "float64"),
        "k": make([2, 0, 1], "int64"),
        "z": make([0, 0], "int64"),
        "e": make([], "float64"),
    }


OURS, THEIRS = arrays(xp), arrays(np)


def check_equal(got: Any, expected: Any) -> None:
    if isinstance(expected, tuple | list):
        assert len(got) == len(expected)
        for g, x in zip(got, expected, strict=True):
            check_equal(g, x)
        return
    expected = np.asarray(expected)
    assert isinstance(got, torch.Tensor)
    assert str(got.dtype) == f"torch.{expected.dtype}"
    assert tuple(got.shape) == expected.shape
    if not got.numel() or got.dtype != xp.bool:
        np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12, atol=1e-12)
    else:
        np.testing.assert_array_equal(got.numpy(), expected)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_like_numpy(expression: str) -> None:
    theirs = expression.replace(",descending=True)", ")[...,::-1]")  # what NumPy lacks
    theirs = theirs.replace("unique_values(", "unique(")  # it has no order there
    with np.errstate(all="ignore"):
        expected = eval(theirs, {"xp": np, **THEIRS})
    check_equal(eval(expression, {"xp": xp, **OURS}), expected)


LINALG = """
linalg.cholesky(m) linalg.cholesky(m,upper=True) linalg.cross(f,f2) linalg.det(m) linalg.diagonal(t) linalg.diagonal(m,offset=1)
linalg.eigvalsh(m) linalg.inv(m) linalg.matmul(m,m) linalg.matrix_norm(m) linalg.matrix_norm(m,ord=1,keepdims=True) linalg.matrix_power(m,3)
linalg.matrix_rank(m) linalg.matrix_transpose(t) linalg.outer(v,v) linalg.pinv(m) linalg.slogdet(m) linalg.svdvals(f) linalg.tensordot(m,m)
linalg.trace(m) linalg.trace(i) linalg.trace(m,offset=1) linalg.vecdot(f,f2) linalg.vector_norm(f) linalg.vector_norm(v,ord=1)
linalg.vector_norm(f,axis=1,keepdims=True) linalg.solve(m,f[0]) linalg.solve(m,m)
""".split()  # noqa: E501


@pytest.mark.parametrize("expression", LINALG)
def test_linalg(expression: str) -> None:
    got = eval(expression, {"linalg": xp.linalg, **OURS})
    check_equal(got, eval(expression, {"linalg": np.linalg, **THEIRS}))


def test_decompositions() -> None:
    m = OURS["m"]
    for result, fields in [
        (xp.linalg.eigh(m), ("eigenvalues", "eigenvectors")),
        (xp.linalg.qr(m), ("Q", "R")),
        (xp.linalg.svd(m), ("U", "S", "Vh")),
        (xp.linalg.slogdet(m), ("sign", "logabsdet")),
    ]:
        assert result._fields == fields
    u, s, vh = xp.linalg.svd(OURS["f"], full_matrices=False)
    np.testing.assert_allclose(((u * s) @ vh).numpy(), THEIRS["f"], atol=1e-12)
    q, r = xp.linalg.qr(m, mode="complete")
    np.testing.assert_allclose((q @ r).numpy(), THEIRS["m"], atol=1e-12)
    values, vectors = xp.linalg.eigh(m)
    np.testing.assert_allclose((vectors * values @ vectors.T).numpy(), THEIRS["m"], atol=1e-12)


FFT = """
fft.fft(c) fft.ifft(c,axis=0) fft.fftn(c) fft.ifftn(c,axes=(1,)) fft.rfft(f) fft.irfft(c,n=4) fft.rfftn(t) fft.irfftn(c) fft.hfft(c) fft.ihfft(f)
fft.fft(c,n=4,norm='ortho') fft.fftfreq(5,d=0.5,dtype=F) fft.rfftfreq(6,dtype=F) fft.fftshift(v) fft.ifftshift(f,axes=1) fft.fftshift(t,axes=(0,2))
""".split()  # noqa: E501


@pytest.mark.parametrize("expression", FFT)
def test_fft(expression: str) -> None:
    expected = eval(expression.replace(",dtype=F", ""), {"fft": np.fft, **THEIRS})
    check_equal(eval(expression, {"fft": xp.fft, "F": xp.float64, **OURS}), expected)


def test_every_function_is_tested() -> None:
    tested = set(re.findall(r"xp\.(\w+)\(", " ".join(EXPRESSIONS)))
    functions = {name for name in xp.__all__ if inspect.isfunction(getattr(xp, name)) and not name.startswith("_")}
    asked = {"can_cast", "finfo", "iinfo", "isdtype", "result_type"}  # tested below
    assert functions - tested == asked
    for space, cases, more in [
        (xp.linalg, LINALG, {"eigh", "qr", "svd"}),
        (xp.fft, FFT, set()),
    ]:
        assert set(space.__all__) - {c.split("(")[0].split(".")[1] for c in cases} == more


def test_signatures() -> None:
    assert list(inspect.signature(xp.add).parameters) == ["x1", "x2"]
    kinds = {name: p.kind for name, p in inspect.signature(xp.sum).parameters.items()}
    keyword = inspect.Parameter.KEYWORD_ONLY
    assert kinds == {"x": inspect.Parameter.POSITIONAL_ONLY, "axis": keyword, "dtype": keyword, "keepdims": keyword}
    with pytest.raises(TypeError):
        xp.sin(x=OURS["f"])
    with pytest.raises(TypeError):
        xp.sum(OURS["f"], 0)


def test_promotion_is_strict() -> None:
    f, i, b = (xp.ones((2,), dtype=d) for d in (xp.float32, xp.int64, xp.bool))
    for call in [
        lambda: xp.add(f, i),
        lambda: xp.add(i, b),
        lambda: xp.add(b, b),
        lambda: xp.add(i, 1.5),
        lambda: xp.add(i, True),
        lambda: xp.multiply(i, 1j),
        lambda: xp.bitwise_and(f, f),
        lambda: xp.less(xp.ones(2, dtype=xp.complex64), 0),
        lambda: xp.sin(i),
        lambda: xp.sum(b),
        lambda: xp.mean(i),
        lambda: xp.concat([f, i]),
        lambda: xp.where(f, f, f),
        lambda: xp.add(xp.ones(2, dtype=xp.uint64), i),
        lambda: xp.astype(xp.ones(2, dtype=xp.complex64), xp.float32),
        lambda: xp.sin(1.0),
        lambda: xp.add(1, 2),
        lambda: xp.clip(i, 0.5),
    ]:
        with pytest.raises(TypeError):
            call()
    # a 0-dimensional array weighs as much as any other, as it does not in torch
    assert xp.add(f, xp.asarray(1.0, dtype=xp.float64)).dtype == xp.float64
    assert xp.multiply(f, 2).dtype == xp.float32 and xp.multiply(f, 1j).dtype == xp.complex64


def test_promotion_table() -> None:
    kinds = {str(d).removeprefix("torch."): d for d in xp.__array_namespace_info__().dtypes().values()}
    for a in kinds:
        for b in kinds:
            pair = {np.dtype(a).kind, np.dtype(b).kind}
            across = not (pair <= {"i", "u"} or pair <= {"f", "c"} or pair == {"b"})
            if across or ("uint64" in (a, b) and "i" in pair):
                with pytest.raises(TypeError):
                    xp.result_type(kinds[a], kinds[b])
                continue
            expected = str(np.promote_types(a, b))
            assert xp.result_type(kinds[a], kinds[b]) == kinds[expected]
            assert xp.can_cast(kinds[a], kinds[b]) == (expected == b)


def test_questions() -> None:
    assert xp.isdtype(xp.int8, "signed integer") and xp.isdtype(xp.uint64, ("bool", "integral"))
    assert xp.isdtype(xp.float32, xp.float32) and not xp.isdtype(xp.complex64, "real floating")
    with pytest.raises(ValueError, match="unknown kind 'float'"):
        xp.isdtype(xp.int8, "float")
    assert xp.finfo(xp.complex64).dtype == xp.float32 and xp.finfo(xp.float64).eps == 2**-52
    assert xp.iinfo(OURS["u"]).max == 255 and xp.iinfo(xp.uint64).max == 2**64 - 1
    with pytest.raises(ValueError, match="at least one array or dtype"):
        xp.result_type(1, 2.0)
    info = xp.__array_namespace_info__()
    assert info.capabilities()["boolean indexing"] and info.devices() == [torch.device("cpu")]
    assert info.default_dtypes()["integral"] == xp.int64 and info.default_device() == torch.device("cpu")
    assert set(info.dtypes(kind=("bool", "real floating"))) == {"bool", "float32", "float64"}
    with pytest.raises(ValueError, match="unknown kind"):
        info.dtypes(kind="text")


def test_arrays_know_their_namespace() -> None:
    t = torch.ones(2)
    assert t.__array_namespace__() is xp and t.__array_namespace__(api_version="2024.12") is xp
    with pytest.raises(ValueError, match="api_version='2030.12' is not available"):
        t.__array_namespace__(api_version="2030.12")
    assert t.to_device("cpu").equal(t) and t.device == torch.device("cpu")
    with pytest.raises(ValueError, match="stream must be None"):
        t.to_device("cpu", stream=1)
    assert t.__dlpack_device__() == (1, 0)


def test_unique_keeps_every_nan() -> None:
    values, indices, inverse, counts = xp.unique_all(xp.asarray([float("nan"), 1.0, float("nan"), 1.0]))
    assert counts.tolist() == [2, 1, 1] and indices.tolist() == [1, 0, 2] and inverse.tolist() == [1, 0, 2, 0]
    assert values[0] == 1 and builtins.all(v != v for v in values[1:].tolist())


def test_copies_and_errors() -> None:
    f = OURS["f"]
    assert xp.astype(f, f.dtype, copy=False) is f and xp.astype(f, f.dtype).data_ptr() != f.data_ptr()
    assert xp.reshape(f, (6,), copy=False).data_ptr() == f.data_ptr()
    assert xp.reshape(f, (6,), copy=True).data_ptr() != f.data_ptr()
    with pytest.raises(ValueError, match="needs a copy, but copy=False"):
        xp.reshape(xp.matrix_transpose(f), (6,), copy=False)
    with pytest.raises(ValueError, match="has size 3, not 1"):
        xp.squeeze(f, 1)
    with pytest.raises(ValueError, match="must have at least one dimension"):
        xp.nonzero(xp.asarray(1))
    with pytest.raises(ValueError, match="axis must be given"):
        xp.take(f, OURS["k"])
    with pytest.raises(ValueError, match="axis must lie in"):
        xp.vecdot(f, f, axis=0)
    with pytest.raises(IndexError):
        xp.sum(f, axis=2)
    with pytest.raises(OverflowError):
        xp.asarray(2**64)
    assert xp.asarray(2**63).dtype == xp.uint64


ONE = """abs acos:p asin:p atan bitwise_invert ceil conj cos cosh exp expm1 floor isfinite isinf isnan log:p log1p:p log2:p log10:p
logical_not negative positive real reciprocal round sign signbit sin sinh sqrt:p square tan tanh trunc sum prod max min all any sort
argsort argmax argmin count_nonzero""".split()  # noqa: E501
TWO = """add bitwise_and bitwise_or bitwise_xor bitwise_left_shift:p bitwise_right_shift:p divide equal floor_divide:p greater less_equal
logical_and logical_or logical_xor maximum minimum multiply not_equal pow:p remainder:p subtract atan2 hypot copysign logaddexp""".split()  # noqa: E501
EVERY_DTYPE = [str(d).removeprefix("torch.") for d in xp.__array_namespace_info__().dtypes().values()]


def sample(dtype: str, positive: bool) -> np.ndarray:
    draw = np.random.default_rng(3)
    if np.dtype(dtype).kind in "fc":
        values = draw.uniform(0.1 if positive else -0.9, 0.9, (2, 3))
        return (values + (draw.uniform(-0.9, 0.9, (2, 3)) * 1j if dtype.startswith("complex") else 0)).astype(dtype)
    low = 1 if positive or dtype.startswith("u") else -4
    return draw.integers(low, 5, (2, 3)).astype(dtype)


def same(name: str, arrays: list[np.ndarray]) -> bool:
    """Whether a function takes the arrays; when it does, it must give what NumPy gives."""
    try:
        got = getattr(xp, name)(*map(xp.asarray, arrays))
    except TypeError:
        return False
    with np.errstate(all="ignore"):
        expected = np.asarray(getattr(np, name)(*arrays))
    assert str(got.dtype) == f"torch.{expected.dtype}", (name, [a.dtype for a in arrays])
    single = any(a.dtype in (np.float32, np.complex64) for a in arrays)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-5 if single else 1e-12, atol=1e-6 if single else 1e-12)
    return True


@pytest.mark.parametrize("entry", ONE)
def test_every_dtype(entry: str) -> None:
    name, _, positive = entry.partition(":")
    taken = [d for d in EVERY_DTYPE if same(name, [sample(d, builtins.bool(positive))])]
    assert len(taken) >= 2 or taken == ["bool"]


@pytest.mark.parametrize("entry", TWO)
def test_every_pair_of_dtypes(entry: str) -> None:
    name, _, positive = entry.partition(":")
    pairs = [(a, b) for a in EVERY_DTYPE for b in EVERY_DTYPE]
    taken = [p for p in pairs if same(name, [sample(p[0], False), sample(p[1], builtins.bool(positive))])]
    assert ("float32", "float64") in taken or ("uint8", "int16") in taken or taken == [("bool", "bool")]
