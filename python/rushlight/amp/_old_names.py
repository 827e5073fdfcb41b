"""The warning of names that PyTorch keeps for older programs."""

from __future__ import annotations

import warnings


def warn_old_name(old: str, new: str) -> None:
    """FutureWarning at the caller of the old name."""
    warnings.warn(f"`{old}` is deprecated. Please use `{new}` instead.", FutureWarning, stacklevel=3)
