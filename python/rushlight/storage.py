"""Storages: the bytes that tensors look at, as far as programs look at them."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Sequence

from . import _C
from ._C import Tensor


class UntypedStorage:
    """The bytes behind a tensor, shared by all views of it.

    Args:
        tensor: the tensor whose memory is meant. `Tensor.untyped_storage()` gives the same object for the same memory.
    """

    _known: weakref.WeakValueDictionary[int, UntypedStorage] = weakref.WeakValueDictionary()

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor.detach()  # keeps the memory
        self._address, self._bytes, self._identity = tensor._storage_facts()

    @classmethod
    def of(cls, tensor: Tensor) -> UntypedStorage:
        """The one storage object of a tensor's memory."""
        identity = tensor._storage_facts()[2]
        found = cls._known.get(identity)
        if found is None:
            found = cls._known[identity] = cls(tensor)
        return found

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return self._address

    def nbytes(self) -> int:
        """The number of bytes."""
        return self._bytes

    size = __len__ = nbytes

    def element_size(self) -> int:
        return 1

    @property
    def device(self) -> _C.device:
        return self._tensor.device

    def is_shared(self) -> bool:
        return self._tensor.is_shared()

    def bytes_tensor(self) -> Tensor:
        """All bytes as a uint8 vector over the same memory."""
        t = self._tensor
        size = t.element_size()
        return (
            t.as_strided((self._bytes // size,), (1,), 0).view(_C.uint8) if self._bytes else _C.empty(0, dtype=_C.uint8)
        )

    def tolist(self) -> list[int]:
        return self.bytes_tensor().tolist()

    def clone(self) -> UntypedStorage:
        return UntypedStorage.of(self.bytes_tensor().clone())

    def __deepcopy__(self, memo: dict) -> UntypedStorage:
        if id(self) not in memo:
            memo[id(self)] = self.clone()
        return memo[id(self)]

    def __reduce__(self) -> tuple:
        return _rebuild_storage, (bytes(memoryview(self.bytes_tensor())),)

    def __getitem__(self, index: int) -> int:
        return self.bytes_tensor()[index].item()

    def __repr__(self) -> str:
        return f"[torch.storage.UntypedStorage(device={self.device}) of size {self._bytes}]"


def _rebuild_storage(data: bytes) -> UntypedStorage:
    return UntypedStorage(_C.frombuffer(bytearray(data), dtype=_C.uint8) if data else _C.empty(0, dtype=_C.uint8))


class TypedStorage:
    """A storage seen as elements of one dtype."""

    def __init__(self, untyped: UntypedStorage, dtype: _C.dtype) -> None:
        self._untyped = untyped
        self.dtype = dtype

    def untyped(self) -> UntypedStorage:
        return self._untyped

    def data_ptr(self) -> int:
        return self._untyped.data_ptr()

    def nbytes(self) -> int:
        return self._untyped.nbytes()

    def element_size(self) -> int:
        return self.dtype.itemsize

    def size(self) -> int:
        return self.nbytes() // self.element_size()

    __len__ = size

    @property
    def device(self) -> _C.device:
        return self._untyped.device

    def is_shared(self) -> bool:
        return self._untyped.is_shared()

    def _tensor(self) -> Tensor:
        return self._untyped.bytes_tensor().view(self.dtype)

    def tolist(self) -> list:
        return self._tensor().tolist()

    def __getitem__(self, index: int) -> object:
        return self._tensor()[index].item()

    def __repr__(self) -> str:
        return f"[torch.storage.TypedStorage(dtype={self.dtype}, device={self.device}) of size {self.size()}]"


class _LegacyStorage(type):
    """FloatStorage and its like: classes that only make and recognise a TypedStorage of one dtype."""

    dtype: _C.dtype

    def __call__(cls, values: int | Sequence[object] | None = None) -> TypedStorage:
        """A storage of so many elements, not set, or of the elements of a sequence."""
        if values is None or isinstance(values, int):
            tensor = _C.empty(values or 0, dtype=cls.dtype)
        else:
            tensor = _C.tensor(values, dtype=cls.dtype)
        return TypedStorage(UntypedStorage.of(tensor), cls.dtype)

    def from_buffer(cls, buffer: object, byte_order: str = "native") -> TypedStorage:
        """A storage with a copy of a buffer's bytes. ValueError for another byte order than this machine's."""
        if byte_order not in ("native", sys.byteorder):
            raise ValueError(f"from_buffer: byte_order must be 'native' or {sys.byteorder!r}, got {byte_order!r}")
        tensor = _C.frombuffer(buffer, dtype=cls.dtype).clone()
        return TypedStorage(UntypedStorage.of(tensor), cls.dtype)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, TypedStorage) and instance.dtype == cls.dtype


_LEGACY_STORAGES = {
    "ByteStorage": _C.uint8,
    "CharStorage": _C.int8,
    "ShortStorage": _C.int16,
    "IntStorage": _C.int32,
    "LongStorage": _C.int64,
    "HalfStorage": _C.float16,
    "BFloat16Storage": _C.bfloat16,
    "FloatStorage": _C.float32,
    "DoubleStorage": _C.float64,
    "BoolStorage": _C.bool,
    "ComplexFloatStorage": _C.complex64,
    "ComplexDoubleStorage": _C.complex128,
}
for _name, _dtype in _LEGACY_STORAGES.items():
    globals()[_name] = _LegacyStorage(_name, (), {"dtype": _dtype, "__module__": "torch"})
