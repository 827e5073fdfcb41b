"""save and load: one safe file format (safetensors) for state_dicts and nested states, the same in both doors.

A file holds tensors by name.  A flat dict of tensors is stored as it is, so any safetensors reader can use it.
Anything nested (an optimizer's state, a dict of several) is stored as flat names plus a description of the nesting in
the metadata.  Nothing in a file is ever executed.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import IO, Any

from . import _C

__all__ = [
    "add_safe_globals",
    "clear_safe_globals",
    "get_safe_globals",
    "load",
    "load_file",
    "safe_globals",
    "save",
    "save_file",
]

_STRUCTURE = "rushlight.structure"

FileLike = str | os.PathLike[str] | IO[bytes]


def save_file(
    tensors: Mapping[str, Any], path: str | os.PathLike[str], metadata: Mapping[str, str] | None = None
) -> None:
    """Writes tensors by name, atomically: `path` holds the old content or the new one, never a part.

    Args:
        tensors: names to tensors of any shape and dtype; complex128, which the format lacks, becomes float64 pairs.
        path: where to write.
        metadata: texts by name, kept in the header.
    Raises:
        OSError: the file cannot be written. ValueError: a value is no tensor.
    Example:
        >>> save_file(model.state_dict(), "model.safetensors")
    """
    _C._save_file(_items(tensors), os.fspath(path), list((metadata or {}).items()))


def load_file(path: str | os.PathLike[str]) -> dict[str, Any]:
    """All tensors of a safetensors file by name, after every size, offset and checksum was verified.

    Raises:
        OSError: the file cannot be read.
        RuntimeError: it is damaged or no safetensors file; the message names the place.
    """
    return dict(_C._load_file(os.fspath(path))[0])


def _items(tensors: Mapping[str, Any]) -> list[tuple[str, Any]]:
    for name, value in tensors.items():
        if not isinstance(name, str) or not isinstance(value, _C.Tensor):
            raise ValueError(
                f"save_file: expected names to tensors, but {name!r} is a {type(value).__name__}; "
                "save() takes nested states"
            )
    return list(tensors.items())


def _flatten(value: Any, name: str, tensors: list[tuple[str, Any]]) -> Any:
    """The description of `value`; its tensors are added under names that begin with `name`."""
    if isinstance(value, _C.Tensor):
        tensors.append((name, value.detach()))
        return {"t": name}
    if isinstance(value, Mapping):
        kind = "o" if isinstance(value, OrderedDict) else "d"
        return {
            kind: [[_flatten_key(k), _flatten(v, f"{name}.{k}" if name else str(k), tensors)] for k, v in value.items()]
        }
    if isinstance(value, (list, tuple)):
        kind = "l" if isinstance(value, list) else "u"
        return {kind: [_flatten(v, f"{name}.{i}" if name else str(i), tensors) for i, v in enumerate(value)]}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"f": repr(value)}
    if isinstance(value, complex):
        return {"c": [repr(value.real), repr(value.imag)]}
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, _C.dtype):
        return {"dtype": str(value).removeprefix("torch.").removeprefix("rushlight.")}
    raise TypeError(
        f"save: '{name}' is a {type(value).__name__}; only tensors, numbers, strings, None, dicts, lists "
        "and tuples can be saved. "
        "Save a module's state_dict(), not the module"
    )


def _flatten_key(key: Any) -> Any:
    if isinstance(key, (str, bool, int)):
        return key
    raise TypeError(f"save: a dict has the key {key!r}; keys must be strings or integers")


def _restore(node: Any, tensors: dict[str, Any]) -> Any:
    if not isinstance(node, dict):
        return node
    ((kind, value),) = node.items()
    match kind:
        case "t":
            return tensors[value]
        case "d":
            return {k: _restore(v, tensors) for k, v in value}
        case "o":
            return OrderedDict((k, _restore(v, tensors)) for k, v in value)
        case "l":
            return [_restore(v, tensors) for v in value]
        case "u":
            return tuple(_restore(v, tensors) for v in value)
        case "f":
            return float(value)
        case "c":
            return complex(*map(float, value))
        case "dtype":
            import rushlight

            return getattr(rushlight, value)
    raise ValueError(f"unknown kind {kind!r}")


def _is_flat(obj: Any) -> bool:
    return (
        isinstance(obj, Mapping)
        and bool(obj)
        and all(isinstance(k, str) and isinstance(v, _C.Tensor) for k, v in obj.items())
    )


def save(obj: Any, f: FileLike, *args: Any, **kwargs: Any) -> None:
    """Saves a state_dict, or nested dicts, lists, tuples, numbers, strings and tensors.

    Args:
        obj: what to save; a module is refused with the advice to save its state_dict().
        f: a path (written atomically) or a binary file object.
    Raises:
        TypeError: obj holds something else. OSError: the file cannot be written; what was there before is untouched.
    Example:
        >>> state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
        >>> torch.save(state, "run.safetensors")
    """
    del args, kwargs  # pickle_module, pickle_protocol and the zip switch mean nothing here
    tensors: list[tuple[str, Any]] = []
    metadata: list[tuple[str, str]] = []
    if _is_flat(obj):
        tensors = [(name, value.detach()) for name, value in obj.items()]
    else:
        description = _flatten(obj, "", tensors)
        tensors, description = _unique(tensors, description)
        metadata = [(_STRUCTURE, json.dumps(description))]
    if isinstance(f, (str, os.PathLike)):
        _C._save_file(tensors, os.fspath(f), metadata)
    else:
        f.write(_C._save_bytes(tensors, metadata))


def _unique(tensors: list[tuple[str, Any]], description: Any) -> tuple[list[tuple[str, Any]], Any]:
    """Numbers the tensors when two paths spell the same name ({"a": {"b": x}, "a.b": y}), or a name is empty."""
    names = [name for name, _ in tensors]
    if len(set(names)) == len(names) and "" not in names and "__metadata__" not in names:
        return tensors, description
    counter = iter(range(len(tensors)))

    def renumber(node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        ((kind, value),) = node.items()
        if kind == "t":
            return {"t": f"tensor{next(counter)}"}
        if kind in "do":
            return {kind: [[k, renumber(v)] for k, v in value]}
        if kind in "lu":
            return {kind: [renumber(v) for v in value]}
        return node

    return [(f"tensor{i}", t) for i, (_, t) in enumerate(tensors)], renumber(description)


def load(
    f: FileLike,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **kwargs: Any,
) -> Any:
    """Loads what save() wrote, or any safetensors file (as a dict of tensors).

    Args:
        f: a path or a binary file object.
        map_location: a device, or a dict or function of devices; only the CPU is there.
        weights_only, mmap: accepted; a file is always read as data and in full.
    Raises:
        OSError: the file cannot be read. RuntimeError: it is damaged, or of another format; the message says which.
    Example:
        >>> model.load_state_dict(torch.load("model.safetensors"))
    """
    del pickle_module, weights_only, mmap, kwargs
    if map_location is not None and not callable(map_location) and not isinstance(map_location, dict):
        import rushlight

        if rushlight.device(map_location).type != "cpu":
            raise RuntimeError(
                f"load: map_location={map_location!r} is not available; this build computes on the CPU: "
                "use map_location='cpu'"
            )
    if isinstance(f, (str, os.PathLike)):
        path = os.fspath(f)
        items, metadata = _C._load_file(path)
    else:
        data = f.read()
        items, metadata = _C._load_bytes(data)
    tensors = OrderedDict(items)
    described = dict(metadata).get(_STRUCTURE)
    if described is None:
        return tensors
    try:
        return _restore(json.loads(described), tensors)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise RuntimeError(f"load: the description of the nesting is damaged: {error!r}") from None


_safe_globals: list[Any] = []


def add_safe_globals(safe_globals: list[Any]) -> None:
    """Kept for programs that call it: files hold data only, so nothing in them is called when they are loaded."""
    _safe_globals.extend(x for x in safe_globals if x not in _safe_globals)


def get_safe_globals() -> list[Any]:
    """What `add_safe_globals` was given."""
    return list(_safe_globals)


def clear_safe_globals() -> None:
    """Forgets what `add_safe_globals` was given."""
    _safe_globals.clear()


@contextlib.contextmanager
def safe_globals(safe_globals: list[Any]) -> Iterator[None]:
    """`add_safe_globals` for a `with` block."""
    before = get_safe_globals()
    add_safe_globals(safe_globals)
    try:
        yield
    finally:
        _safe_globals[:] = before
