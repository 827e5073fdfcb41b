"""Linear algebra: the ops of the table's linalg family, under PyTorch's names."""

from __future__ import annotations

from . import _C
from ._C import _LinAlgError as LinAlgError

globals().update({name: op for name, op in vars(_C._linalg).items() if not name.startswith("_")})
__all__ = ["LinAlgError", *(name for name in vars(_C._linalg) if not name.startswith("_"))]
