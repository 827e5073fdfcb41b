"""Reductions and normalisations of the elements where a mask is true."""

from __future__ import annotations

from .. import _C

globals().update({name: op for name, op in vars(_C._masked).items() if not name.startswith("_")})
__all__ = [name for name in vars(_C._masked) if not name.startswith("_")]
