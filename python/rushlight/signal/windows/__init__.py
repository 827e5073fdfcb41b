"""Window functions, symmetric unless sym=False."""

from __future__ import annotations

from ... import _C

globals().update({name: op for name, op in vars(_C._signal_windows).items() if not name.startswith("_")})
__all__ = [name for name in vars(_C._signal_windows) if not name.startswith("_")]
