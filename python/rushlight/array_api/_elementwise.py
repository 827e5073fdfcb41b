"""Functions of elements: each checks dtypes as the standard has them, promotes, and calls the op of the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import _C
from .._C import Tensor
from ._dtypes import COMPLEX_FLOATING, INTEGRAL, UNSIGNED, Scalar, check_arrays, promoted

_Unary = Callable[[Tensor], Tensor]
_Binary = Callable[[Tensor | Scalar, Tensor | Scalar], Tensor]


def _unary(name: str, category: str, op: str | None = None, identity: tuple[Any, ...] = ()) -> _Unary:
    """`identity`: the dtypes for which the function changes nothing."""

    def function(x: Tensor, /) -> Tensor:
        check_arrays(name, category, [x])
        return x.clone() if x.dtype in identity else getattr(_C, op or name)(x)

    return _named(function, name, f"{name}(x): of each element; {category} dtypes.")


def _binary(name: str, category: str, op: str | None = None) -> _Binary:
    def function(x1: Tensor | Scalar, x2: Tensor | Scalar, /) -> Tensor:
        a, b = promoted(name, category, x1, x2)
        return getattr(_C, op or name)(a, b)

    return _named(function, name, f"{name}(x1, x2): of each pair of elements, broadcast; {category} dtypes.")


def _named(function: Any, name: str, doc: str) -> Any:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


abs = _unary("abs", "numeric", identity=UNSIGNED)
acos = _unary("acos", "floating-point")
acosh = _unary("acosh", "floating-point")
asin = _unary("asin", "floating-point")
asinh = _unary("asinh", "floating-point")
atan = _unary("atan", "floating-point")
atanh = _unary("atanh", "floating-point")
bitwise_invert = _unary("bitwise_invert", "integer or boolean", "bitwise_not")
ceil = _unary("ceil", "real numeric", identity=INTEGRAL)
conj = _unary("conj", "numeric")
cos = _unary("cos", "floating-point")
cosh = _unary("cosh", "floating-point")
exp = _unary("exp", "floating-point")
expm1 = _unary("expm1", "floating-point")
floor = _unary("floor", "real numeric", identity=INTEGRAL)
imag = _unary("imag", "complex floating-point")
isfinite = _unary("isfinite", "numeric")
isinf = _unary("isinf", "numeric")
isnan = _unary("isnan", "numeric")
log = _unary("log", "floating-point")
log10 = _unary("log10", "floating-point")
log1p = _unary("log1p", "floating-point")
log2 = _unary("log2", "floating-point")
logical_not = _unary("logical_not", "boolean")
negative = _unary("negative", "numeric", "neg")
positive = _unary("positive", "numeric")
real = _unary("real", "numeric")
reciprocal = _unary("reciprocal", "floating-point")
signbit = _unary("signbit", "real floating-point")
sin = _unary("sin", "floating-point")
sinh = _unary("sinh", "floating-point")
sqrt = _unary("sqrt", "floating-point")
square = _unary("square", "numeric")
tan = _unary("tan", "floating-point")
tanh = _unary("tanh", "floating-point")
trunc = _unary("trunc", "real numeric", identity=INTEGRAL)

add = _binary("add", "numeric")
atan2 = _binary("atan2", "real floating-point")
bitwise_and = _binary("bitwise_and", "integer or boolean")
bitwise_left_shift = _binary("bitwise_left_shift", "integer")
bitwise_or = _binary("bitwise_or", "integer or boolean")
bitwise_right_shift = _binary("bitwise_right_shift", "integer")
bitwise_xor = _binary("bitwise_xor", "integer or boolean")
copysign = _binary("copysign", "real floating-point")
divide = _binary("divide", "floating-point", "div")
equal = _binary("equal", "all", "eq")
floor_divide = _binary("floor_divide", "real numeric")
greater = _binary("greater", "real numeric", "gt")
greater_equal = _binary("greater_equal", "real numeric", "ge")
hypot = _binary("hypot", "real floating-point")
less = _binary("less", "real numeric", "lt")
less_equal = _binary("less_equal", "real numeric", "le")
logaddexp = _binary("logaddexp", "real floating-point")
logical_and = _binary("logical_and", "boolean")
logical_or = _binary("logical_or", "boolean")
logical_xor = _binary("logical_xor", "boolean")
maximum = _binary("maximum", "real numeric")
minimum = _binary("minimum", "real numeric")
multiply = _binary("multiply", "numeric", "mul")
nextafter = _binary("nextafter", "real floating-point")
not_equal = _binary("not_equal", "all", "ne")
pow = _binary("pow", "numeric")
remainder = _binary("remainder", "real numeric")
subtract = _binary("subtract", "numeric", "sub")


def round(x: Tensor, /) -> Tensor:
    """The nearest whole number, halves to the even one; of a complex number, of both parts."""
    check_arrays("round", "numeric", [x])
    if x.dtype in INTEGRAL:
        return x.clone()
    return _C.complex(x.real.round(), x.imag.round()) if x.dtype in COMPLEX_FLOATING else _C.round(x)


def sign(x: Tensor, /) -> Tensor:
    """-1, 0 or 1; NaN for NaN; x / abs(x) for complex numbers."""
    check_arrays("sign", "numeric", [x])
    if x.dtype in UNSIGNED:
        return (x != 0).to(x.dtype)
    if x.dtype in COMPLEX_FLOATING:
        return _C.sgn(x)
    return _C.sign(x) if x.dtype in INTEGRAL else _C.where(x != x, x, _C.sign(x))


def clip(x: Tensor, /, min: Tensor | Scalar | None = None, max: Tensor | Scalar | None = None) -> Tensor:
    """The elements, moved into [min, max]; the result has x's dtype.

    Errors: TypeError when a bound is of another kind than x.
    """
    check_arrays("clip", "real numeric", [x])
    out = x
    for bound, op in ((min, _C.maximum), (max, _C.minimum)):
        if bound is None:
            continue
        if isinstance(bound, Tensor):
            check_arrays("clip", "real numeric", [bound])
            if bound.dtype.is_floating_point != x.dtype.is_floating_point:
                raise TypeError(f"clip: a bound of {bound.dtype} for an array of {x.dtype}")
        elif x.dtype in INTEGRAL:
            if isinstance(bound, float):
                raise TypeError("clip: the bounds of an integer array must be integers")
            info = _C.iinfo(x.dtype)
            bound = info.min if bound < info.min else info.max if bound > info.max else bound
        limit = bound.to(x.dtype) if isinstance(bound, Tensor) else _C.full((), bound, dtype=x.dtype)
        out = op(out, limit)
    return out.clone() if out is x else out
