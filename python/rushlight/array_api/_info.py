"""What the namespace can do, as the standard lets programs ask."""

from __future__ import annotations

from typing import Any

from .. import _C
from .._C import dtype
from ._dtypes import CATEGORIES, KINDS


class Info:
    """The answer of `__array_namespace_info__()`."""

    def capabilities(self) -> dict[str, Any]:
        """Which optional parts of the standard there are."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> _C.device:
        """Where arrays are made."""
        return _C.device("cpu")

    def default_dtypes(self, *, device: object = None) -> dict[str, dtype]:
        """The dtypes of arrays when none is given."""
        real = _C.get_default_dtype()
        return {
            "real floating": real,
            "complex floating": _C.complex128 if real == _C.float64 else _C.complex64,
            "integral": _C.int64,
            "indexing": _C.int64,
        }

    def dtypes(self, *, device: object = None, kind: str | tuple[str, ...] | None = None) -> dict[str, dtype]:
        """The dtypes of a kind by name; all without one. ValueError for an unknown kind."""
        if kind is None:
            found = CATEGORIES["all"]
        elif isinstance(kind, tuple):
            return {name: x for k in kind for name, x in self.dtypes(kind=k).items()}
        elif kind in KINDS:
            found = KINDS[kind]
        else:
            raise ValueError(f"dtypes: unknown kind {kind!r}; expected one of {', '.join(KINDS)}")
        return {str(x).removeprefix("torch."): x for x in found}

    def devices(self) -> list[_C.device]:
        """All devices."""
        return [_C.device("cpu")]


def __array_namespace_info__() -> Info:
    """What this namespace can do, as an object with methods."""
    return Info()
