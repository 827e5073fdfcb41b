"""The functional forms: every op of the native table's nn family, under its PyTorch name."""

from __future__ import annotations

from rushlight import _C

globals().update({name: getattr(_C._nn, name) for name in dir(_C._nn) if not name.startswith("_")})
