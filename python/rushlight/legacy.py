"""FloatTensor, LongTensor and their like: constructors and isinstance checks of one dtype."""

from __future__ import annotations

from . import _C
from ._C import Tensor


class _LegacyType(type):
    """A class that is no class of its own: calling it makes a plain Tensor, and isinstance looks at the dtype."""

    dtype: _C.dtype

    def __call__(cls, *args: object, **kwargs: object) -> Tensor:
        return _C._legacy_tensor(cls.dtype, *args, **kwargs)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype == cls.dtype


def _make(name: str, dtype: _C.dtype) -> _LegacyType:
    doc = f"Makes a {dtype} tensor: {name}(2, 3) uninitialised, {name}([1, 2]) from a sequence."
    return _LegacyType(name, (), {"dtype": dtype, "__module__": "torch", "__doc__": doc})


FloatTensor = _make("FloatTensor", _C.float32)
DoubleTensor = _make("DoubleTensor", _C.float64)
HalfTensor = _make("HalfTensor", _C.float16)
BFloat16Tensor = _make("BFloat16Tensor", _C.bfloat16)
LongTensor = _make("LongTensor", _C.int64)
IntTensor = _make("IntTensor", _C.int32)
ShortTensor = _make("ShortTensor", _C.int16)
CharTensor = _make("CharTensor", _C.int8)
ByteTensor = _make("ByteTensor", _C.uint8)
BoolTensor = _make("BoolTensor", _C.bool)
