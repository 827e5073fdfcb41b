"""torch.cuda.amp.autocast and the decorators of custom functions for cuda, as PyTorch keeps them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ... import amp
from ..._C import dtype, float16
from ...amp._old_names import warn_old_name

__all__ = ["autocast", "custom_bwd", "custom_fwd"]


class autocast(amp.autocast):  # noqa: N801 (PyTorch's name)
    """torch.autocast("cuda", ...), with a warning."""

    def __init__(self, enabled: bool = True, dtype: dtype = float16, cache_enabled: bool = True) -> None:
        warn_old_name("torch.cuda.amp.autocast(args...)", "torch.amp.autocast('cuda', args...)")
        super().__init__("cuda", enabled=enabled, dtype=dtype, cache_enabled=cache_enabled)


def custom_fwd(fwd: Callable | None = None, *, cast_inputs: dtype | None = None) -> Callable:
    """torch.amp.custom_fwd for cuda, with a warning."""
    warn_old_name("torch.cuda.amp.custom_fwd(args...)", "torch.amp.custom_fwd(args..., device_type='cuda')")
    return functools.partial(amp.custom_fwd, device_type="cuda")(fwd=fwd, cast_inputs=cast_inputs)


def custom_bwd(bwd: Callable) -> Any:
    """torch.amp.custom_bwd for cuda, with a warning."""
    warn_old_name("torch.cuda.amp.custom_bwd(args...)", "torch.amp.custom_bwd(args..., device_type='cuda')")
    return functools.partial(amp.custom_bwd, device_type="cuda")(bwd)
