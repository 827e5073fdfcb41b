"""Methods of Tensor that are ordinary Python: copies, pickles, formatting, element-wise calls of Python functions."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from . import _C, functional
from ._C import Tensor


def _deepcopy(self: Tensor, memo: dict) -> Tensor:
    if id(self) in memo:
        return memo[id(self)]
    if not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. "
            f"This one was made by {type(self.grad_fn).__name__}; copy tensor.detach() instead."
        )
    with _C.no_grad():
        storage = copy.deepcopy(self.untyped_storage(), memo)
        if storage.nbytes() == 0:
            result = self.detach().clone()
        else:
            size, stride, offset = self.size(), self.stride(), self.storage_offset()
            result = storage.bytes_tensor().view(self.dtype).as_strided(size, stride, offset).detach()
    if type(self) is not Tensor:
        result = Tensor._make_subclass(type(self), result)
    memo[id(self)] = result
    result.requires_grad_(self.requires_grad)
    if self.grad is not None:
        result.grad = copy.deepcopy(self.grad, memo)
    if self.__dict__:
        result.__dict__.update(copy.deepcopy(self.__dict__, memo))
    return result


def _reduce_ex(self: Tensor, proto: int) -> tuple:
    from ._utils import _rebuild_subclass, _rebuild_tensor_v2

    if not self.is_leaf:
        raise RuntimeError("Can't pickle a tensor that is not a graph leaf; pickle tensor.detach() instead.")
    args = (
        self.untyped_storage(),
        self.storage_offset(),
        tuple(self.size()),
        self.stride(),
        self.requires_grad,
        OrderedDict(),
        {"dtype": self.dtype},
    )
    if type(self) is Tensor and not self.__dict__:
        return _rebuild_tensor_v2, args
    return _rebuild_subclass, (type(self), _rebuild_tensor_v2(*args), dict(self.__dict__))


def _format(self: Tensor, spec: str) -> str:
    if self.dim() == 0:
        return self.item().__format__(spec)
    return object.__format__(self, spec)


def _untyped_storage(self: Tensor) -> Any:
    """The bytes behind the tensor."""
    from .storage import UntypedStorage

    return UntypedStorage.of(self)


def _storage(self: Tensor) -> Any:
    """The elements of the storage behind the tensor."""
    from .storage import TypedStorage

    return TypedStorage(self.untyped_storage(), self.dtype)


def _apply_(self: Tensor, callable: Callable[[Any], Any]) -> Tensor:
    """Replace every element x by callable(x), in place. Slow: a Python call for each."""
    if self.requires_grad:
        raise TypeError("apply_() requires that the tensor does not require grad; use detach() first")
    values = [callable(x) for x in self.flatten().tolist()]
    return self.copy_(_C.tensor(values, dtype=self.dtype).reshape(self.shape))


def _map_(self: Tensor, tensor: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Replace every element x by callable(x, y), with y from another tensor, in place."""
    if self.requires_grad:
        raise TypeError("map_() requires that the tensor does not require grad; use detach() first")
    other = tensor.expand(self.shape).flatten().tolist()
    values = [callable(x, y) for x, y in zip(self.flatten().tolist(), other, strict=True)]
    return self.copy_(_C.tensor(values, dtype=self.dtype).reshape(self.shape))


def _map2_(self: Tensor, x: Tensor, y: Tensor, callable: Callable[[Any, Any, Any], Any]) -> Tensor:
    """Replace every element z by callable(z, x, y), with x and y from two other tensors, in place."""
    if self.requires_grad:
        raise TypeError("map2_() requires that the tensor does not require grad; use detach() first")
    others = [t.expand(self.shape).flatten().tolist() for t in (x, y)]
    values = [callable(*v) for v in zip(self.flatten().tolist(), *others, strict=True)]
    return self.copy_(_C.tensor(values, dtype=self.dtype).reshape(self.shape))


def _rdiv(self: Tensor, other: Any) -> Tensor:
    return self.reciprocal() * other


def _reversed(self: Tensor) -> Tensor:
    return self if self.dim() == 0 else self.flip(0)


def _array_wrap(self: Tensor, array: Any, context: Any = None, return_scalar: bool = False) -> Tensor:
    return _C.from_numpy(array)  # what a NumPy function made of this tensor


def _complex(self: Tensor) -> complex:
    if self.numel() != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return complex(self.item())


def _to_device(self: Tensor, device: Any, /, *, stream: Any = None) -> Tensor:
    """The tensor on a device, as the array API standard spells `to(device)`."""
    if stream is not None:
        raise ValueError("to_device: stream must be None on the cpu")
    return self.to(device)


def _array_namespace(self: Tensor, /, *, api_version: str | None = None) -> Any:
    """The namespace of the Python array API standard."""
    from . import array_api

    if api_version not in (None, "2022.12", "2023.12", array_api.__array_api_version__):
        raise ValueError(
            f"__array_namespace__: api_version={api_version!r} is not available; "
            f"this is {array_api.__array_api_version__}"
        )
    return array_api


def _repr_html(self: Tensor) -> str:
    """A table for notebooks: dtype, shape, device, extremes and the values."""
    from ._tensor_str import to_html

    return to_html(self)


def _dir(self: Tensor) -> list[str]:
    return sorted({*dir(type(self)), *self.__dict__})


def _to_dense(self: Tensor, dtype: Any = None) -> Tensor:
    """The tensor itself: all tensors are dense."""
    return self if dtype is None else self.to(dtype)


def _where(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    """`torch.where(condition, self, other)`."""
    return _C.where(condition, self, other)


_METHODS = {
    "__deepcopy__": _deepcopy,
    "__reduce_ex__": _reduce_ex,
    "__format__": _format,
    "__reversed__": _reversed,
    "__array_wrap__": _array_wrap,
    "__array_priority__": 1000,  # array * tensor asks the tensor first
    "__complex__": _complex,
    "__array_namespace__": _array_namespace,
    "_repr_html_": _repr_html,
    "to_device": _to_device,
    "__dir__": _dir,
    "untyped_storage": _untyped_storage,
    "storage": _storage,
    "_typed_storage": _storage,
    "apply_": _apply_,
    "map_": _map_,
    "map2_": _map2_,
    "__rdiv__": _rdiv,
    "to_dense": _to_dense,
    "where": _where,
    "unique": functional.unique,
    "unique_consecutive": functional.unique_consecutive,
    "nonzero": functional.nonzero,
    "norm": functional.norm,
    "lu": functional.lu,
    "split": functional.split,
}
for _name, _method in _METHODS.items():
    setattr(Tensor, _name, _method)
