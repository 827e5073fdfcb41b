"""torch.cpu.amp.autocast, as PyTorch keeps it."""

from __future__ import annotations

from ... import amp
from ..._C import bfloat16, dtype
from ...amp._old_names import warn_old_name

__all__ = ["autocast"]


class autocast(amp.autocast):  # noqa: N801 (PyTorch's name)
    """torch.autocast("cpu", ...), with a warning."""

    def __init__(self, enabled: bool = True, dtype: dtype = bfloat16, cache_enabled: bool = True) -> None:
        warn_old_name("torch.cpu.amp.autocast(args...)", "torch.amp.autocast('cpu', args...)")
        super().__init__("cpu", enabled=enabled, dtype=dtype, cache_enabled=cache_enabled)
