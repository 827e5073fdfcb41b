"""Comparison of tensors in tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import _C
from ._C import Tensor

__all__ = ["assert_allclose", "assert_close", "make_tensor"]

_TOLERANCES = {
    _C.float16: (1e-3, 1e-5),
    _C.bfloat16: (1.6e-2, 1e-5),
    _C.float32: (1.3e-6, 1e-5),
    _C.float64: (1e-7, 1e-7),
    _C.complex64: (1.3e-6, 1e-5),
    _C.complex128: (1e-7, 1e-7),
}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Assert that tensors, numbers, or sequences and mappings of them, agree within tolerances.

    Args:
        rtol, atol: both or neither; without them they follow from the dtypes, as in PyTorch.
        equal_nan: whether NaN equals NaN.
        check_dtype: whether dtypes must agree.
    Errors:
        AssertionError: they differ; the message says where and by how much.
    """
    if (rtol is None) != (atol is None):
        raise ValueError(f"rtol and atol must both be specified or both be unspecified, but got {rtol=} and {atol=}")

    def compare(a: Any, b: Any, where: str) -> None:
        if isinstance(b, Mapping) and isinstance(a, Mapping):
            if a.keys() != b.keys():
                fail(f"The keys of the mappings do not match: {sorted(map(str, a))} and {sorted(map(str, b))}{where}")
            for key in b:
                compare(a[key], b[key], f"{where}\nThe failure occurred for item [{key!r}]")
        elif isinstance(b, Sequence) and isinstance(a, Sequence) and not isinstance(b, str):
            if len(a) != len(b):
                fail(f"The length of the sequences mismatch: {len(a)} != {len(b)}{where}")
            for i, (x, y) in enumerate(zip(a, b, strict=True)):
                compare(x, y, f"{where}\nThe failure occurred for item [{i}]")
        elif a is None or b is None:
            if a is not b:
                fail(f"None mismatch: {a} is not {b}{where}")
        else:
            text = _difference(a, b, rtol, atol, equal_nan, check_dtype, check_stride)
            if text:
                fail(text + where)

    def fail(text: str) -> None:
        raise AssertionError(msg(text) if callable(msg) else msg or text)

    compare(actual, expected, "")


def _difference(
    actual: Any,
    expected: Any,
    rtol: float | None,
    atol: float | None,
    equal_nan: bool,
    check_dtype: bool,
    check_stride: bool,
) -> str:
    numbers = not isinstance(actual, Tensor) and not isinstance(expected, Tensor)
    a, b = _C.as_tensor(actual), _C.as_tensor(expected)
    if numbers:
        check_dtype = False
        a, b = (t.double() if t.is_floating_point() else t for t in (a, b))
    if a.shape != b.shape:
        return f"The values for attribute 'shape' do not match: {a.shape} != {b.shape}."
    if check_dtype and a.dtype != b.dtype:
        return f"The values for attribute 'dtype' do not match: {a.dtype} != {b.dtype}."
    if check_stride and a.stride() != b.stride():
        return f"The values for attribute 'stride()' do not match: {a.stride()} != {b.stride()}."
    if rtol is None or atol is None:
        pairs = [_TOLERANCES.get(t.dtype, (0.0, 0.0)) for t in (a, b)]
        rtol, atol = max(p[0] for p in pairs), max(p[1] for p in pairs)
    with _C.no_grad():
        return _report(a.detach(), b.detach(), rtol, atol, equal_nan, "Scalars" if a.dim() == 0 else "Tensor-likes")


def _report(a: Tensor, b: Tensor, rtol: float, atol: float, equal_nan: bool, what: str) -> str:
    kind = _C.promote_types(a.dtype, b.dtype)
    exact = not (kind.is_floating_point or kind.is_complex)
    if exact:
        a, b = a.long(), b.long()
        good = a.eq(b)
    elif kind.is_complex:
        a, b = a.cdouble(), b.cdouble()
        good = _C.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)
    else:
        a, b = a.double(), b.double()
        good = _C.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)
    if good.all().item():
        return ""
    bad = ~good
    gap = (a - b).abs().masked_fill(good, 0)
    flat = gap.double().nan_to_num(math.inf).reshape(-1)
    worst = int(flat.argmax().item())
    relative = (gap.double() / b.abs().double()).reshape(-1)[worst].item()
    lines = [f"{what} are not {'equal' if exact else 'close'}!", ""]
    if a.dim() == 0:
        lines.append(f"Expected {b.item()} but got {a.item()}.")
    else:
        count = int(bad.sum().item())
        lines.append(f"Mismatched elements: {count} / {a.numel()} ({100 * count / a.numel():.1f}%)")
    at = "" if a.dim() == 0 else f" at index {tuple(int(i) for i in _unravel(worst, a.shape))}"
    lines.append(f"Greatest absolute difference: {flat[worst].item()}{at} (up to {atol} allowed)")
    lines.append(f"Greatest relative difference: {relative}{at} (up to {rtol} allowed)")
    return "\n".join(lines)


def _unravel(index: int, shape: Sequence[int]) -> list[int]:
    out: list[int] = []
    for size in reversed(shape):
        out.append(index % size)
        index //= size
    return out[::-1]


def assert_allclose(
    actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None, **kwargs: Any
) -> None:
    """`assert_close` without a look at dtypes; NaN equals NaN."""
    assert_close(actual, _C.as_tensor(expected), rtol=rtol, atol=atol, equal_nan=True, check_dtype=False, **kwargs)


def make_tensor(
    *shape: Any,
    dtype: _C.dtype,
    device: Any = "cpu",
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    **_: Any,
) -> Tensor:
    """A tensor of random numbers in [low, high); by default [-9, 9], for bools both values."""
    size = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
    if dtype == _C.bool:
        result = _C.randint(0, 2, size).bool()
    elif dtype.is_floating_point:
        least, most = (-9.0 if low is None else low), (9.0 if high is None else high)
        result = (_C.rand(size, dtype=_C.float64) * (most - least) + least).to(dtype)
    else:
        least, most = (0 if dtype == _C.uint8 else -9) if low is None else int(low), 10 if high is None else int(high)
        result = _C.randint(least, most, size).to(dtype)
    if exclude_zero:
        result = result.masked_fill(result == 0, 1)
    if noncontiguous and result.numel() > 1:
        result = _C.stack([result, result], -1)[..., 0]
    return result.requires_grad_(requires_grad) if requires_grad else result
