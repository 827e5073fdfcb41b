"""The standard's dtypes, their kinds, and its promotion: within a kind and from real to complex, never across kinds."""

from __future__ import annotations

import builtins
import dataclasses
from collections.abc import Iterable

from .. import _C
from .._C import Tensor, dtype

bool = _C.bool
int8, int16, int32, int64 = _C.int8, _C.int16, _C.int32, _C.int64
uint8, uint16, uint32, uint64 = _C.uint8, _C.uint16, _C.uint32, _C.uint64
float32, float64 = _C.float32, _C.float64
complex64, complex128 = _C.complex64, _C.complex128

SIGNED, UNSIGNED = (int8, int16, int32, int64), (uint8, uint16, uint32, uint64)
REAL_FLOATING, COMPLEX_FLOATING = (float32, float64), (complex64, complex128)
INTEGRAL = SIGNED + UNSIGNED
FLOATING = REAL_FLOATING + COMPLEX_FLOATING
NUMERIC = INTEGRAL + FLOATING

# What isdtype() and the info object call kinds.
KINDS: dict[str, tuple[dtype, ...]] = {
    "bool": (bool,),
    "signed integer": SIGNED,
    "unsigned integer": UNSIGNED,
    "integral": INTEGRAL,
    "real floating": REAL_FLOATING,
    "complex floating": COMPLEX_FLOATING,
    "numeric": NUMERIC,
}
# What functions accept, in the standard's words.
CATEGORIES: dict[str, tuple[dtype, ...]] = {
    "all": (bool, *NUMERIC),
    "boolean": (bool,),
    "integer": INTEGRAL,
    "integer or boolean": (bool, *INTEGRAL),
    "real floating-point": REAL_FLOATING,
    "complex floating-point": COMPLEX_FLOATING,
    "floating-point": FLOATING,
    "real numeric": INTEGRAL + REAL_FLOATING,
    "numeric": NUMERIC,
}
Scalar = int | float | complex  # bool is an int


def promote_dtypes(a: dtype, b: dtype) -> dtype:
    """The dtype of both. TypeError where the standard has none: across kinds, and for uint64 with signed integers."""
    if a == b:
        return a
    if a in FLOATING and b in FLOATING:
        return _C.promote_types(a, b)
    if a in INTEGRAL and b in INTEGRAL:
        if (a in SIGNED) == (b in SIGNED):
            return a if a.itemsize > b.itemsize else b
        signed, unsigned = (a, b) if a in SIGNED else (b, a)
        for wide in SIGNED:
            if wide.itemsize >= signed.itemsize and wide.itemsize > unsigned.itemsize:
                return wide
    raise TypeError(f"{a} and {b} do not promote in the array API standard; convert one of them with astype()")


def scalar_dtype(value: Scalar, like: dtype, function: str) -> dtype:
    """The dtype that a Python number takes next to an array.

    Errors: TypeError when its kind is above the array's, OverflowError when an integer is out of range.
    """
    match value:
        case True | False:
            fits = like == bool
        case int():
            fits = like != bool
            if like in INTEGRAL and not _C.iinfo(like).min <= value <= _C.iinfo(like).max:
                raise OverflowError(f"{function}: the integer {value} is out of the range of {like}")
        case float():
            fits = like in FLOATING
        case _:
            fits = like in FLOATING
            like = {float32: complex64, float64: complex128}.get(like, like)
    if not fits:
        raise TypeError(f"{function}: a Python {type(value).__name__} does not promote with an array of {like}")
    return like


def check_arrays(function: str, category: str, arrays: Iterable[object]) -> None:
    """TypeError unless all are arrays of dtypes that the function takes."""
    for x in arrays:
        if not isinstance(x, Tensor):
            raise TypeError(f"{function}: expected an array, got {type(x).__name__}")
        if x.dtype not in CATEGORIES[category]:
            raise TypeError(f"{function}: only {category} dtypes are allowed, got {x.dtype}")


def promoted(function: str, category: str, *values: Tensor | Scalar) -> list[Tensor]:
    """The arguments of one operation as arrays of one dtype; one of them at least must be an array."""
    arrays = [v for v in values if isinstance(v, Tensor)]
    if not arrays:
        raise TypeError(f"{function}: at least one argument must be an array")
    for v in values:
        if not isinstance(v, Tensor | int | float | complex):
            raise TypeError(f"{function}: expected an array or a Python number, got {type(v).__name__}")
    check_arrays(function, category, arrays)
    common = result_type(*values)
    if common not in CATEGORIES[category]:
        raise TypeError(f"{function}: only {category} dtypes are allowed, got {common}")
    return [v.to(common) if isinstance(v, Tensor) else _C.full((), v, dtype=common) for v in values]


def result_type(*arrays_and_dtypes: Tensor | dtype | Scalar) -> dtype:
    """The dtype of an operation over the arguments.

    Errors: TypeError when two of them do not promote; ValueError without an array or a dtype.
    """
    found: dtype | None = None
    for x in arrays_and_dtypes:
        if isinstance(x, Tensor | dtype):
            kind = x.dtype if isinstance(x, Tensor) else x
            found = kind if found is None else promote_dtypes(found, kind)
        elif not isinstance(x, int | float | complex):
            raise TypeError(f"result_type: expected arrays, dtypes or Python numbers, got {type(x).__name__}")
    if found is None:
        raise ValueError("result_type: at least one array or dtype is required")
    for x in arrays_and_dtypes:
        if not isinstance(x, Tensor | dtype):
            found = promote_dtypes(found, scalar_dtype(x, found, "result_type"))
    return found


def can_cast(from_: dtype | Tensor, to: dtype, /) -> builtins.bool:
    """Whether the promotion of both dtypes is `to`."""
    kind = from_.dtype if isinstance(from_, Tensor) else from_
    for x in (kind, to):
        if x not in CATEGORIES["all"]:
            raise TypeError(f"can_cast: expected a dtype of the standard, got {x!r}")
    try:
        return promote_dtypes(kind, to) == to
    except TypeError:
        return False


def isdtype(dtype: dtype, kind: dtype | str | tuple[dtype | str, ...]) -> builtins.bool:
    """Whether a dtype is of a kind: a dtype, a name such as "real floating", or a tuple of them."""
    if not isinstance(dtype, _C.dtype):
        raise TypeError(f"isdtype: 'dtype' must be a dtype, not {type(dtype).__name__}")
    if isinstance(kind, tuple):
        if any(isinstance(k, tuple) for k in kind):
            raise TypeError("isdtype: 'kind' must not be a tuple of tuples")
        return any(isdtype(dtype, k) for k in kind)
    if isinstance(kind, str):
        if kind not in KINDS:
            raise ValueError(f"isdtype: unknown kind {kind!r}; expected one of {', '.join(KINDS)}")
        return dtype in KINDS[kind]
    if not isinstance(kind, _C.dtype):
        raise TypeError(f"isdtype: 'kind' must be a dtype, a str or a tuple of them, not {type(kind).__name__}")
    return dtype == kind


@dataclasses.dataclass(frozen=True)
class FInfo:
    """The limits of a floating dtype; of a complex one, those of its parts."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: dtype


@dataclasses.dataclass(frozen=True)
class IInfo:
    """The limits of an integer dtype."""

    bits: int
    max: int
    min: int
    dtype: dtype


def finfo(type: dtype | Tensor, /) -> FInfo:
    """The limits of a floating dtype. TypeError for another one."""
    kind = type.dtype if isinstance(type, Tensor) else type
    info = _C.finfo(kind)
    return FInfo(info.bits, info.eps, info.max, info.min, info.smallest_normal, kind.to_real())


def iinfo(type: dtype | Tensor, /) -> IInfo:
    """The limits of an integer dtype. TypeError for another one."""
    kind = type.dtype if isinstance(type, Tensor) else type
    info = _C.iinfo(kind)
    return IInfo(info.bits, info.max, info.min, kind)


def astype(x: Tensor, dtype: dtype, /, *, copy: builtins.bool = True, device: _C.device | str | None = None) -> Tensor:
    """The array in another dtype; the array itself with copy=False where nothing changes. TypeError from complex to
    real: say real(x), imag(x) or abs(x)."""
    if x.dtype in COMPLEX_FLOATING and dtype not in (*COMPLEX_FLOATING, bool):
        raise TypeError(f"astype: casting {x.dtype} to {dtype} is not permitted; use real(), imag() or abs()")
    return x.to(device=device, dtype=dtype, copy=copy) if device is not None else x.to(dtype, copy=copy)
