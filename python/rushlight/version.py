"""What this build is made for."""

from __future__ import annotations

from . import __version__

cuda = hip = xpu = None
debug = False
git_version = "unknown"
__all__ = ["__version__", "cuda", "debug", "git_version", "hip", "xpu"]
