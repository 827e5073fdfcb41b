"""What pickles of tensors name."""

from __future__ import annotations

from . import _C
from ._C import Tensor
from .storage import UntypedStorage


def _rebuild_tensor(
    storage: UntypedStorage, dtype: _C.dtype, storage_offset: int, size: tuple, stride: tuple
) -> Tensor:
    """A tensor over a storage."""
    if storage.nbytes() == 0:
        return _C.empty(size, dtype=dtype)
    return storage.bytes_tensor().view(dtype).as_strided(size, stride, storage_offset).detach()


def _rebuild_tensor_v2(
    storage: UntypedStorage,
    storage_offset: int,
    size: tuple,
    stride: tuple,
    requires_grad: bool,
    backward_hooks: object = None,
    metadata: dict | None = None,
) -> Tensor:
    """A tensor over a storage; `metadata["dtype"]` says how its bytes are read."""
    dtype = (metadata or {}).get("dtype", _C.float32)
    return _rebuild_tensor(storage, dtype, storage_offset, size, stride).requires_grad_(requires_grad)


def _rebuild_subclass(cls: type, tensor: Tensor, state: dict) -> Tensor:
    """An object of a Tensor subclass with its attributes."""
    made = Tensor._make_subclass(cls, tensor, tensor.requires_grad)
    made.__dict__.update(state)
    return made
