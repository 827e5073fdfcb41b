"""Looking for NaN in the backward pass."""

from __future__ import annotations

from typing import Any

from .. import _C
from .._C import is_anomaly_enabled

__all__ = ["detect_anomaly", "is_anomaly_enabled", "set_detect_anomaly"]


class set_detect_anomaly:
    """Set whether backward passes stop at the first NaN and name the function that made it.

    Also a context manager that restores the setting. Errors of a backward pass name the op in any case.

    Args:
        mode: whether the mode is on.
        check_nan: whether it looks for NaN.
    Example:
        >>> with torch.autograd.set_detect_anomaly(True):
        ...     loss.backward()
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = _C._set_anomaly(bool(mode), bool(check_nan))

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: Any) -> None:
        _C._set_anomaly(*self._before)


class detect_anomaly(set_detect_anomaly):
    """`set_detect_anomaly(True)` for a `with` block."""

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__(True, check_nan)
