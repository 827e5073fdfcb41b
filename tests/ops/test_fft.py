"""Fourier transforms: every length against NumPy, layouts, gradients to the second order, empty and bad input."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as torch

fft = torch.fft
LENGTHS = [*range(1, 65), 67, 97, 100, 121, 128, 131, 255, 256, 257, 360, 1000, 1009, 1024, 4096]


def randn(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    rng = np.random.default_rng(sum(shape))
    x = rng.standard_normal(shape)
    if dtype.is_complex:
        x = x + 1j * rng.standard_normal(shape)
    return torch.tensor(x.tolist(), dtype=dtype).reshape(shape)


def agree(got: torch.Tensor, want: np.ndarray, eps: float = 1e-12) -> None:
    assert tuple(got.shape) == want.shape
    scale = max(1.0, float(np.abs(want).max(initial=0)))
    np.testing.assert_allclose(got.detach().numpy(), want, rtol=0, atol=eps * scale)


@pytest.mark.parametrize("n", LENGTHS)
def test_lengths(n: int) -> None:
    x, z = randn(3, n), randn(3, n, dtype=torch.complex128)
    agree(fft.fft(z), np.fft.fft(z.numpy()))
    agree(fft.ifft(z), np.fft.ifft(z.numpy()))
    agree(fft.fft(x), np.fft.fft(x.numpy()))
    agree(fft.rfft(x), np.fft.rfft(x.numpy()))
    agree(fft.irfft(fft.rfft(x), n), x.numpy())
    agree(fft.hfft(z[:, : n // 2 + 1], n), np.fft.hfft(z[:, : n // 2 + 1].numpy(), n))
    agree(fft.fft(z.to(torch.complex64)), np.fft.fft(z.numpy()), 1e-6)
    agree(fft.rfft(x.float()), np.fft.rfft(x.numpy()), 1e-6)


@pytest.mark.parametrize("norm", [None, "backward", "forward", "ortho"])
@pytest.mark.parametrize("dims", [(0,), (1,), (2,), (0, 2), (2, 0), (1, 2), (0, 1, 2)])
def test_dims_and_norms(dims: tuple[int, ...], norm: str | None) -> None:
    x, z = randn(4, 5, 6), randn(4, 5, 6, dtype=torch.complex128)
    for t in (z, z.transpose(0, 2).contiguous().transpose(0, 2), z.flip(1).flip(1), z[:, ::1, :]):
        agree(fft.fftn(t, dim=dims, norm=norm), np.fft.fftn(z.numpy(), axes=dims, norm=norm))
        agree(fft.ifftn(t, dim=dims, norm=norm), np.fft.ifftn(z.numpy(), axes=dims, norm=norm))
    agree(fft.rfftn(x, dim=dims, norm=norm), np.fft.rfftn(x.numpy(), axes=dims, norm=norm))
    sizes = [x.shape[d] for d in dims]
    half = fft.rfftn(x, dim=dims, norm=norm)
    agree(fft.irfftn(half, sizes, dims, norm), x.numpy())
    agree(fft.hfftn(fft.ihfftn(x, dim=dims, norm=norm), sizes, dims, norm), x.numpy())


def test_dense_dims_and_strides() -> None:
    x = randn(2, 3, 4, dtype=torch.complex128)
    assert fft.fft(x, dim=1).stride() == (12, 1, 3)
    assert fft.fft(x, dim=0).stride() == (1, 8, 2)
    assert fft.rfftn(x.real, dim=(2, 0)).stride() == (1, 8, 2)
    wide = randn(4, 20, dtype=torch.complex128)
    agree(fft.fft(wide[:, ::2]), np.fft.fft(wide.numpy()[:, ::2]))
    agree(fft.fft(wide.t()[::3], dim=0), np.fft.fft(wide.numpy().T[::3], axis=0))
    agree(fft.rfft(wide.real[:, 1::3]), np.fft.rfft(wide.numpy().real[:, 1::3]))
    agree(fft.fft(wide[0].expand(3, 20)), np.fft.fft(np.broadcast_to(wide.numpy()[0], (3, 20))))


def test_types() -> None:
    assert fft.fft(torch.arange(4)).dtype == torch.complex64
    assert fft.rfft(torch.ones(4, dtype=torch.bool)).dtype == torch.complex64
    assert fft.irfft(torch.ones(4, dtype=torch.float64)).dtype == torch.float64
    assert fft.fft(torch.ones(4, dtype=torch.complex128)).dtype == torch.complex128
    out = torch.empty(0, dtype=torch.complex128)
    assert fft.fft(torch.ones(4), out=out) is out
    assert out.tolist() == [4, 0, 0, 0]


def test_empty_batches_and_no_dims() -> None:
    assert fft.fft(torch.ones(0, 3)).shape == (0, 3)
    assert fft.rfft(torch.ones(3, 0, 8)).shape == (3, 0, 5)
    assert fft.irfft(torch.ones(0, 5, dtype=torch.complex64)).shape == (0, 8)
    x = randn(2, 3)
    assert torch.equal(fft.fftn(x, dim=()).real, x)
    assert fft.fftn(torch.tensor(2.0)).item() == 2


def test_frequencies_and_shifts() -> None:
    for n in (0, 1, 2, 5, 8):
        if n:
            agree(fft.fftfreq(n, 0.5, dtype=torch.float64), np.fft.fftfreq(n, 0.5))
            agree(fft.rfftfreq(n, 0.5, dtype=torch.float64), np.fft.rfftfreq(n, 0.5))
        x = randn(n, 3)
        agree(fft.fftshift(x), np.fft.fftshift(x.numpy()))
        agree(fft.ifftshift(x, dim=0), np.fft.ifftshift(x.numpy(), 0))
    assert fft.fftfreq(4).dtype == torch.float32
    assert fft.fftfreq(4, requires_grad=True).requires_grad


def numeric(call: Callable[..., Any], x: torch.Tensor, weight: torch.Tensor) -> np.ndarray:
    """The gradient of sum(real parts of weight * call(x)) by differences, in PyTorch's convention for complex x."""

    def loss(value: torch.Tensor) -> float:
        y = call(value)
        y, w = (torch.view_as_real(t) if t.is_complex() else t for t in (y, weight))
        return float((y * w).sum())

    found = np.zeros(tuple(x.shape), dtype=complex)
    for index in np.ndindex(*x.shape):
        for step in (1e-5, 1e-5j) if x.is_complex() else (1e-5,):
            up, down = x.clone(), x.clone()
            up[index] += step
            down[index] -= step
            found[index] += (loss(up) - loss(down)) / 2e-5 * (step / 1e-5)
    return found if x.is_complex() else found.real


CALLS = {
    "fft": lambda x: fft.fft(x, 5),
    "ifft": lambda x: fft.ifft(x, norm="ortho"),
    "irfft": lambda x: fft.irfft(x),
    "irfft_odd": lambda x: fft.irfft(x, 5),
    "hfft": lambda x: fft.hfft(x),
    "fftn": lambda x: fft.fftn(x),
    "irfftn": lambda x: fft.irfftn(x, (3, 7), (1, 0)),
    "hfftn": lambda x: fft.hfftn(x),
}
REAL_CALLS = {
    "fft": lambda x: fft.fft(x),
    "rfft": lambda x: fft.rfft(x),
    "rfft_odd": lambda x: fft.rfft(x, 5),
    "ihfft": lambda x: fft.ihfft(x),
    "rfftn": lambda x: fft.rfftn(x, dim=(1, 0)),
    "ihfftn": lambda x: fft.ihfftn(x),
    "stft": lambda x: torch.stft(x, 4, 1, 4, torch.hann_window(4, dtype=torch.float64), return_complex=True),
}
ALL_CALLS = [*((n, c, True) for n, c in CALLS.items()), *((n, c, False) for n, c in REAL_CALLS.items())]


@pytest.mark.parametrize(("name", "call", "is_complex"), ALL_CALLS, ids=[f"{n}-{c}" for n, _, c in ALL_CALLS])
def test_gradients(name: str, call: Callable[..., Any], is_complex: bool) -> None:
    x = randn(3, 6, dtype=torch.complex128 if is_complex else torch.float64)
    y = call(x)
    weight = randn(*y.shape, dtype=y.dtype)
    leaf = x.clone().requires_grad_()
    (grad,) = torch.autograd.grad(call(leaf), leaf, weight)
    np.testing.assert_allclose(grad.numpy(), numeric(call, x, weight), atol=1e-7)

    def gradient(value: torch.Tensor) -> torch.Tensor:
        # of a loss that is not linear, so that there is a second derivative
        value = value.detach().clone().requires_grad_() if not value.requires_grad else value
        out = call(value)
        return torch.autograd.grad(out * out, value, weight, create_graph=True)[0]

    leaf = x.clone().requires_grad_()
    first = gradient(leaf)
    second_weight = randn(*x.shape, dtype=x.dtype)
    (second,) = torch.autograd.grad(first, leaf, second_weight)
    np.testing.assert_allclose(
        second.numpy(), numeric(lambda v: gradient(v).detach(), x, second_weight), atol=2e-6, rtol=1e-6
    )


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("length", [8, 5])
def test_short_time_transform(center: bool, length: int) -> None:
    x = randn(2, 40)
    window = torch.hann_window(length, periodic=False, dtype=torch.float64) + 0.1
    s = torch.stft(x, 8, 2, length, window, center=center, normalized=True, return_complex=True)
    padded = np.pad(x.numpy(), ((0, 0), (4, 4)), "reflect") if center else x.numpy()
    w = np.pad(window.numpy(), ((8 - length) // 2, 8 - length - (8 - length) // 2))
    frames = np.stack([padded[:, i : i + 8] * w for i in range(0, padded.shape[1] - 7, 2)], -1)
    agree(s, np.fft.rfft(frames, axis=1, norm="ortho"))
    assert torch.equal(s, x.stft(8, 2, length, window, center=center, normalized=True, return_complex=True))
    if center:
        back = torch.istft(s, 8, 2, length, window, normalized=True, length=40)
        agree(back, x.numpy())


def test_short_time_transform_of_complex() -> None:
    z, window = randn(30, dtype=torch.complex128), torch.ones(8, dtype=torch.float64)
    s = torch.stft(z, 8, window=window)
    assert s.shape == (8, 16)
    agree(torch.istft(s, 8, window=window, onesided=False, return_complex=True, length=30), z.numpy())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = torch.stft(z.real, 8, window=window, return_complex=False)
    assert parts.shape == (5, 16, 2)


def test_alignment_to_the_window() -> None:
    x, window = randn(20), torch.ones(5, dtype=torch.float64)
    s = torch.stft(x, 8, 3, 5, window, center=False, align_to_window=True, return_complex=True)
    assert s.shape == (5, 6)
    agree(s[:, 0], np.fft.rfft(np.pad(x.numpy()[:5], (1, 2))))


BAD: list[tuple[Callable[[], Any], type, str]] = [
    (lambda: fft.fft(torch.ones(3).half()), RuntimeError, "Unsupported dtype Half"),
    (lambda: fft.fft(torch.ones(3).bfloat16()), RuntimeError, "Unsupported dtype BFloat16"),
    (lambda: fft.fft(torch.tensor(1.0)), IndexError, "Dimension specified as -1 but tensor has no dimensions"),
    (lambda: fft.fft(torch.ones(0)), RuntimeError, "Invalid number of data points (0) specified"),
    (lambda: fft.irfft(torch.ones(1)), RuntimeError, "Invalid number of data points (0) specified"),
    (lambda: fft.fft(torch.ones(3), norm="x"), RuntimeError, 'Invalid normalization mode: "x"'),
    (lambda: fft.rfft(torch.ones(3) + 0j), RuntimeError, "rfft expects a real input tensor, but got ComplexFloat"),
    (lambda: fft.rfftn(torch.tensor(1.0)), RuntimeError, "rfftn must transform at least one axis"),
    (lambda: fft.fft2(torch.ones(3)), IndexError, "Dimension out of range"),
    (
        lambda: fft.fftn(torch.ones(3, 4), (1, 2, 3)),
        RuntimeError,
        "Got shape with 3 values but input tensor only has 2 dimensions.",
    ),
    (
        lambda: fft.fftn(torch.ones(3, 4), (1, 2), (0,)),
        RuntimeError,
        "When given, dim and shape arguments must have the same length",
    ),
    (
        lambda: fft.fft(torch.ones(3), out=torch.empty(0)),
        RuntimeError,
        "fft expects a complex output tensor, but got Float",
    ),
    (
        lambda: fft.irfft(torch.ones(3), out=torch.empty(0, dtype=torch.complex64)),
        RuntimeError,
        "irfft expects a floating point output tensor, but got ComplexFloat",
    ),
    (lambda: fft.fft(torch.ones(3), 1 << 62), RuntimeError, ""),
    (lambda: torch._C._fft_c2c(torch.ones(3), (0,), 0, True), RuntimeError, "Only supports complex dtypes"),
    (lambda: torch._C._fft_r2c(torch.ones(3), (), 0, True), RuntimeError, "_fft_r2c must transform at least one axis"),
    (lambda: torch._C._fft_c2r(torch.ones(3) + 0j, (0,), 0, 9), RuntimeError, "_fft_c2r: expected 5 elements"),
    (lambda: fft.fftfreq(4, dtype=torch.int64), RuntimeError, "fftfreq requires a floating point or complex dtype"),
    (lambda: torch.stft(torch.ones(20), 8), RuntimeError, "stft requires the return_complex parameter"),
    (
        lambda: torch.stft(torch.ones(20), 8, 0, return_complex=True),
        RuntimeError,
        "stft(torch.FloatTensor[28], n_fft=8, hop_length=0, win_length=8, window=None, normalized=0",
    ),
    (
        lambda: torch.stft(torch.ones(20), 8, window=torch.ones(5), return_complex=True),
        RuntimeError,
        "stft(torch.FloatTensor[28]",
    ),
    (lambda: torch.istft(torch.ones(5, 4), 8), RuntimeError, "istft requires a complex-valued input tensor"),
    (
        lambda: torch.istft(torch.ones(5, 4) + 0j, 8, window=torch.zeros(8)),
        RuntimeError,
        "istft(CPUComplexFloatType[5, 4], n_fft=8, hop_length=2, win_length=8, window=torch.FloatTensor{[8]}",
    ),
]


@pytest.mark.parametrize("case", range(len(BAD)))
def test_bad_input(case: int) -> None:
    call, kind, words = BAD[case]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(kind) as caught:
            call()
    assert str(caught.value).startswith(words)


def test_einsum_contracts_from_the_cheap_end() -> None:
    sizes = dict(zip("abcdefgh", (2, 3, 4, 5, 2, 3, 2, 3), strict=True))

    def operand(labels: str) -> torch.Tensor:
        return randn(*(sizes[c] for c in labels))

    for equation in ("ab,bc,cd->ad", "ab,bc,cd,de->ae", "abc,cd,be,ef,fg->adg", "ab,ab,ab->b", "a,b,c->abc",
                     "ab,bc,cd,de,ef,fg,gh->ah", "abc,cd,bd,ad->", "aab,bc,cc->a"):  # fmt: skip
        operands = [operand(t) for t in equation.split("->")[0].split(",")] if "aab" not in equation else [
            randn(2, 2, 3), operand("bc"), randn(4, 4)]  # fmt: skip
        agree(torch.einsum(equation, *operands), np.einsum(equation, *(t.numpy() for t in operands)))
