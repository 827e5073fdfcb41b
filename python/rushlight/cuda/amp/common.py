"""Whether mixed precision on a GPU can be had."""

from __future__ import annotations

__all__ = ["amp_definitely_not_available"]


def amp_definitely_not_available() -> bool:
    """True: this build computes on the cpu."""
    return True
