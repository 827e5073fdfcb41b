"""Collating: from a list of samples to one batch of tensors with the samples' structure."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence

import rushlight as torch
from rushlight import Tensor

__all__ = ["collate", "default_collate", "default_convert"]

_ERROR = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"
CollateMap = dict[type | tuple[type, ...], Callable]


def _is_numpy(data: object) -> bool:
    return type(data).__module__ == "numpy" and hasattr(data, "dtype")


def _holds_numbers(data: object) -> bool:
    """Whether a NumPy value holds numbers: no text, no objects."""
    return data.dtype.kind not in "SaUO"


def _like(container: Mapping | Sequence, values: Mapping | list) -> Mapping | Sequence:
    """`values` in a container of the same type, or in a plain dict or list where that type cannot be made so."""
    try:
        if isinstance(container, MutableMapping):
            clone = copy.copy(container)
            clone.update(values)
            return clone
        if isinstance(container, MutableSequence):
            clone = copy.copy(container)
            for i, value in enumerate(values):
                clone[i] = value
            return clone
        return type(container)(values)
    except TypeError:
        return values


def default_convert(data: object) -> object:
    """Turn every NumPy array in a nested structure into a tensor; what a DataLoader does without batches.

    Example:
        >>> default_convert({"x": np.array([1, 2])})
        {'x': tensor([1, 2])}
    """
    if isinstance(data, Tensor):
        return data
    if _is_numpy(data):
        return torch.as_tensor(data) if _holds_numbers(data) else data
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple):
        values = [default_convert(value) for value in data]
        return type(data)(*values) if hasattr(data, "_fields") else values
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _like(data, [default_convert(value) for value in data])
    return data


def collate(batch: list, *, collate_fn_map: CollateMap | None = None) -> object:
    """Join samples by the function that the map has for their type; containers are gone through.

    Args:
        batch: the samples, all of one structure.
        collate_fn_map: from type to a function `(batch, *, collate_fn_map)`.
    Errors:
        TypeError: a type that the map does not have.
        RuntimeError: lists of different lengths.
    """
    first = batch[0]
    functions = collate_fn_map or {}
    function = functions.get(type(first)) or next((f for kind, f in functions.items() if isinstance(first, kind)), None)
    if function is not None:
        return function(batch, collate_fn_map=collate_fn_map)

    def join(values: Sequence) -> object:
        return collate(values, collate_fn_map=collate_fn_map)

    if _is_numpy(first):
        return _collate_numpy(batch, join)
    if isinstance(first, Mapping):
        return _like(first, {key: join([sample[key] for sample in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*(join(values) for values in zip(*batch, strict=False)))
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            lengths = sorted({len(sample) for sample in batch})
            raise RuntimeError(f"each element in list of batch should be of equal size, but the sizes are {lengths}")
        columns = [join(values) for values in zip(*batch, strict=True)]
        return columns if isinstance(first, tuple) else _like(first, columns)
    raise TypeError(_ERROR.format(type(first)))


def _collate_numpy(batch: list, join: Callable) -> object:
    first = batch[0]
    if not _holds_numbers(first):
        raise TypeError(_ERROR.format(first.dtype))
    if type(first).__name__ == "ndarray":
        return join([torch.as_tensor(array) for array in batch])
    return torch.as_tensor(sys.modules["numpy"].asarray(batch))


def collate_tensor_fn(batch: list[Tensor], *, collate_fn_map: CollateMap | None = None) -> Tensor:
    """Stack tensors along a new first dimension."""
    return torch.stack(batch, 0)


def collate_float_fn(batch: list[float], *, collate_fn_map: CollateMap | None = None) -> Tensor:
    """Python floats become float64."""
    return torch.tensor(batch, dtype=torch.float64)


def collate_int_fn(batch: list[int], *, collate_fn_map: CollateMap | None = None) -> Tensor:
    """Python ints become int64, bools become bool."""
    return torch.tensor(batch)


def collate_str_fn(batch: list, *, collate_fn_map: CollateMap | None = None) -> list:
    """Text stays as it is."""
    return batch


default_collate_fn_map: CollateMap = {
    Tensor: collate_tensor_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def default_collate(batch: list) -> object:
    """Join samples into a batch: tensors and arrays are stacked, numbers become a tensor, containers are kept.

    Args:
        batch: samples of one structure.
    Errors:
        TypeError: a sample holds something else.
        RuntimeError: tensors of different shapes, or lists of different lengths.
    Example:
        >>> default_collate([(torch.ones(2), 0), (torch.zeros(2), 1)])
        [tensor([[1., 1.], [0., 0.]]), tensor([0, 1])]
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)
