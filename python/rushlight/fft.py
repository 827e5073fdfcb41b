"""Discrete Fourier transforms: the ops of the table's fft family."""

from __future__ import annotations

from . import _C

globals().update({name: op for name, op in vars(_C._fft).items() if not name.startswith("_")})
__all__ = [name for name in vars(_C._fft) if not name.startswith("_")]
