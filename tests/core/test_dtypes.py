"""Complex and unsigned dtypes in the Python door: numbers in and out, questions about dtypes, constructors."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import rushlight as torch

NEW = [torch.uint16, torch.uint32, torch.uint64, torch.complex64, torch.complex128]


def test_names() -> None:
    assert torch.cfloat is torch.complex64 and torch.cdouble is torch.complex128 and torch.chalf is torch.complex32
    assert [d.itemsize for d in NEW] == [2, 4, 8, 8, 16]
    assert torch.cfloat.is_complex and torch.cfloat.is_signed and not torch.uint32.is_signed
    assert torch.cfloat.to_real() is torch.float32 and torch.float64.to_complex() is torch.complex128
    assert torch.zeros(1, dtype=complex).dtype == torch.complex128
    with pytest.raises(RuntimeError, match="Unknown Complex ScalarType for Char"):
        torch.int8.to_complex()


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        ([1 + 2j, 3], torch.complex64),
        ([[1j], [2.5]], torch.complex64),
        ([True, 1j], torch.complex64),
        (1j, torch.complex64),
        (np.complex64(1j), torch.complex64),
        (np.complex128(1j), torch.complex128),
        ([np.complex128(1j)], torch.complex128),
        ([np.uint16(3)], torch.uint16),
        (np.uint64(2**64 - 1), torch.uint64),
        ([torch.tensor(1 + 2j), 3], torch.complex64),
    ],
)
def test_tensor_infers(data: Any, dtype: torch.dtype) -> None:
    t = torch.tensor(data)
    assert t.dtype == dtype
    expected = np.asarray(
        [d.item() if isinstance(d, torch.Tensor) else d for d in data] if isinstance(data, list) else data
    )
    np.testing.assert_array_equal(t.numpy(), expected.astype(t.numpy().dtype))


def test_default_dtype_decides() -> None:
    try:
        torch.set_default_dtype(torch.float64)
        assert torch.tensor(1j).dtype == torch.full((), 1j).dtype == torch.complex128
        assert repr(torch.tensor([1j])) == "tensor([0.+1.j])"
    finally:
        torch.set_default_dtype(torch.float32)
    with pytest.raises(TypeError, match="only floating-point types are supported as the default type"):
        torch.set_default_dtype(torch.cfloat)


def test_wide_integers() -> None:
    big = 2**64 - 1
    u = torch.tensor([big, 2**63, 5], dtype=torch.uint64)
    assert u.tolist() == [big, 2**63, 5] and u[0].item() == big and int(u[0]) == big
    assert torch.full((2,), big, dtype=torch.uint64).tolist() == [big, big]
    u[2] = big - 1
    assert u[2].item() == big - 1 and big in u
    assert torch.tensor([2**70], dtype=torch.float64).item() == 2.0**70
    assert (torch.ones(1) + 2**63).item() == 2.0**63
    assert torch.tensor([-1], dtype=torch.uint16).item() == 65535
    for call in [lambda: torch.tensor(2**63), lambda: torch.tensor([2**64], dtype=torch.uint64)]:
        with pytest.raises(ValueError, match="Overflow when unpacking long long"):
            call()
    with pytest.raises(OverflowError):
        torch.ones(1) + 2**64
    with pytest.raises(OverflowError, match="can't convert negative int to unsigned"):
        torch.tensor([-1], dtype=torch.uint64)
    with pytest.raises(RuntimeError, match="value cannot be converted to type uint32 without overflow"):
        torch.tensor([2**32], dtype=torch.uint32)
    with pytest.raises(ValueError, match="Overflow when unpacking long long"):
        torch.zeros(1, dtype=torch.int64)[0] = 2**63


def test_numbers_must_fit() -> None:
    """A number that its element cannot hold is an error, not another number."""
    for call, kind in [
        (lambda: torch.zeros(2).fill_(1j), "float"),
        (lambda: torch.zeros(2, dtype=torch.uint8).fill_(300), "uint8_t"),
        (lambda: torch.full((2,), -300, dtype=torch.uint8), "uint8_t"),
        (lambda: torch.zeros(2, dtype=torch.int32).fill_(float("nan")), "int"),
        (lambda: torch.full((2,), 1e300), "float"),
        (lambda: torch.full((2,), 1e300, dtype=torch.cfloat), "c10::complex<float>"),
        (lambda: torch.zeros(2, dtype=torch.half).fill_(1e6), "c10::Half"),
        (lambda: torch.zeros(2).masked_fill(torch.tensor([True, False]), 1j), "float"),
        (lambda: torch.full((2,), 2**63), "int64_t"),
    ]:
        with pytest.raises(RuntimeError, match=f"value cannot be converted to type {kind} without overflow"):
            call()
    assert torch.zeros(1, dtype=torch.uint8).fill_(-3).item() == 253
    assert torch.zeros(1).fill_(1 + 0j).item() == 1.0
    assert torch.zeros(1, dtype=torch.bool).fill_(1j).item() is True
    assert torch.zeros(1, dtype=torch.half).fill_(float("inf")).item() == float("inf")


def test_python_numbers_from_complex_elements() -> None:
    c = torch.tensor(1 + 2j)
    assert c.item() == complex(c) == c.tolist() == 1 + 2j and bool(c) and torch.is_nonzero(c)
    assert complex(torch.tensor(1.5)) == 1.5 and float(torch.tensor(2 + 0j)) == 2.0 and int(torch.tensor(2 + 0j)) == 2
    assert f"{c:.2f}" == "1.00+2.00j" and 1 + 2j in torch.tensor([1 + 2j])
    for convert in (float, int):
        with pytest.raises(RuntimeError, match="value cannot be converted to type"):
            convert(c)
    with pytest.raises(ValueError, match="only one element tensors can be converted"):
        complex(torch.ones(2))
    with pytest.raises(TypeError, match="must be real number, not complex"):
        torch.tensor([1j], dtype=torch.float32)
    with pytest.raises(TypeError, match="'complex' object cannot be interpreted as an integer"):
        torch.tensor([1j], dtype=torch.int64)


def test_assignment() -> None:
    x = torch.zeros(3, dtype=torch.cfloat)
    x[0], x[1], x[2] = 1j, np.complex128(2j), torch.tensor(3)
    assert x.tolist() == [1j, 2j, 3]
    y = torch.zeros(2)
    y[0] = 1 + 0j
    with pytest.raises(RuntimeError, match="value cannot be converted to type"):
        y[0] = 1j
    z = torch.tensor([1 + 2j, 3 + 4j])
    z.real = 0
    z.imag = torch.tensor([5.0, 6.0])
    assert z.tolist() == [5j, 6j]
    with pytest.raises(RuntimeError, match="imag is not implemented for tensors with non-complex dtypes"):
        y.imag = 1


def test_operators_take_complex_numbers() -> None:
    x = torch.tensor([1.0, 2.0])
    assert (x * 1j).tolist() == (1j * x).tolist() == [1j, 2j] and (x * 1j).dtype == torch.complex64
    assert (x * np.complex64(2j)).tolist() == [2j, 4j]
    assert (x.double() + 1j).dtype == (torch.tensor([1], dtype=torch.int64).double() - 1j).dtype == torch.complex128
    assert (torch.tensor([1]) * 1j).dtype == torch.complex64
    m = torch.tensor([[1 + 1j, 2], [3j, 4]])
    assert m.mH.tolist() == m.H.tolist() == [[1 - 1j, -3j], [2, 4]]


def test_questions_about_dtypes() -> None:
    one = torch.ones(2)
    assert torch.result_type(one, 1j) == torch.complex64 and torch.result_type(1, 1j) == torch.complex64
    assert torch.result_type(one.to(torch.uint16), 1) == torch.uint16
    assert torch.result_type(one.to(torch.uint16), 1.0) == torch.float32
    assert torch.promote_types(torch.uint16, torch.float32) == torch.float32
    assert torch.promote_types(torch.cfloat, torch.float64) == torch.complex128
    with pytest.raises(RuntimeError, match="Promotion for uint16, uint32, uint64 types is not supported"):
        torch.promote_types(torch.uint64, torch.int8)
    assert torch.can_cast(torch.float32, torch.cfloat) and not torch.can_cast(torch.cfloat, torch.float32)
    assert torch.can_cast(torch.uint16, torch.int8)
    assert torch.is_complex(one * 1j) and (one * 1j).is_signed() and not one.to(torch.uint32).is_signed()
    assert not torch.is_conj(one) and not torch.is_neg(one)


def test_limits() -> None:
    assert torch.finfo(torch.cfloat) == torch.finfo(torch.float32) and torch.finfo(torch.cdouble).bits == 64
    assert torch.finfo(torch.chalf).dtype == "float16"
    assert torch.iinfo(torch.uint64).max == 2**64 - 1 and torch.iinfo(torch.uint16).min == 0
    assert repr(torch.iinfo(torch.uint64)) == "iinfo(min=0, max=1.84467e+19, dtype=uint64)"
    assert repr(torch.iinfo(torch.int8)) == "iinfo(min=-128, max=127, dtype=int8)"
    with pytest.raises(TypeError, match="torch.bool is not supported by torch.iinfo"):
        torch.iinfo(torch.bool)
    with pytest.raises(TypeError, match="requires a floating point input type"):
        torch.finfo(torch.uint16)


def test_conversions() -> None:
    x = torch.tensor([1.5, -2.0])
    assert x.cfloat().dtype == torch.complex64 and x.cdouble().tolist() == [1.5 + 0j, -2 + 0j]
    assert x.type("torch.ComplexFloatTensor").dtype == torch.complex64
    assert x.abs().type("torch.UInt16Tensor").type() == "torch.UInt16Tensor" and x.cdouble().type() == (
        "torch.ComplexDoubleTensor"
    )
    with pytest.raises(NotImplementedError, match="ComplexHalf have no kernels"):
        x.chalf()


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("FloatTensor", torch.float32),
        ("DoubleTensor", torch.float64),
        ("HalfTensor", torch.float16),
        ("BFloat16Tensor", torch.bfloat16),
        ("LongTensor", torch.int64),
        ("IntTensor", torch.int32),
        ("ShortTensor", torch.int16),
        ("CharTensor", torch.int8),
        ("ByteTensor", torch.uint8),
        ("BoolTensor", torch.bool),
    ],
)
def test_legacy_constructors(name: str, dtype: torch.dtype) -> None:
    make = getattr(torch, name)
    assert make(2, 3).shape == (2, 3) and make(2, 3).dtype == dtype
    assert make([1, 0]).tolist() == [1, 0] and make().shape == (0,) and make(torch.Size([2])).shape == (2,)
    assert isinstance(make([1]), make) and not isinstance(torch.tensor(1j), make)
    assert torch.zeros(1).type(make).dtype == dtype


def test_legacy_refuses_numbers_that_are_no_sizes() -> None:
    with pytest.raises(TypeError, match=r"new\(\): data must be a sequence \(got complex\)"):
        torch.Tensor(3 + 1j)
    with pytest.raises(TypeError, match="must be real number, not complex"):
        torch.FloatTensor([1j])


def test_ranges() -> None:
    assert torch.linspace(0, 1j, 3).tolist() == [0, 0.5j, 1j]
    assert torch.linspace(1, 2, 2, dtype=torch.cdouble).tolist() == [1, 2]
    np.testing.assert_allclose(torch.logspace(0, 1j, 3, dtype=torch.cdouble).numpy(), 10 ** np.linspace(0, 1j, 3))
    with pytest.raises(RuntimeError, match="can't be safely cast to passed dtype Float"):
        torch.linspace(0, 1j, 3, dtype=torch.float32)
    with pytest.raises(RuntimeError, match="value cannot be converted to type double without overflow"):
        torch.arange(3j)


def test_lazy_names_that_are_not_there() -> None:
    """A module of the package that this build lacks is an attribute that is not there."""
    for name in ("no_such_name", "amp", "autocast", "distributed"):
        assert hasattr(torch, name) == (name in dir(torch) and getattr(torch, name, None) is not None)


def test_devices_as_contexts() -> None:
    with torch.device("cpu") as device:
        assert torch.zeros(1).device == device == torch.device("cpu")

    @torch.device("cpu")
    def made() -> torch.Tensor:
        return torch.ones(1)

    assert made().device.type == "cpu" and torch.legacy_contiguous_format is torch.contiguous_format
    with pytest.raises(RuntimeError, match="this build computes on the cpu"), torch.device("cuda"):
        pass


def test_assert_close_of_complex_numbers() -> None:
    torch.testing.assert_close(torch.tensor([1 + 2j]), torch.tensor([1 + 2.000001j]))
    with pytest.raises(AssertionError, match="not close"):
        torch.testing.assert_close(torch.tensor([1 + 2j]), torch.tensor([1 + 3j]))


def test_lost_imaginary_parts_are_told_once() -> None:
    code = """
import warnings
import rushlight as torch
z = torch.tensor([1 + 2j])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    assert z.float().tolist() == [1.0] and z.bool().tolist() == [True] and z.real.tolist() == [1.0]
    torch.zeros(1).copy_(z)
print([str(w.message) for w in caught])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout == "['Casting complex values to real discards the imaginary part']\n", run.stderr
