"""The GPU interface in a build without one: questions are answered, work is refused."""

from __future__ import annotations

from typing import Any, NoReturn

from .._C import OutOfMemoryError as OutOfMemoryError


def is_available() -> bool:
    """False: this build computes on the cpu."""
    return False


def is_initialized() -> bool:
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    return False


def device_count() -> int:
    return 0


def manual_seed(seed: int) -> None:
    """Nothing to seed."""


manual_seed_all = manual_seed


def seed_all() -> None:
    """Nothing to seed."""


def empty_cache() -> None:
    """Nothing to give back."""


ipc_collect = empty_cache


def memory_allocated(device: Any = None) -> int:
    return 0


memory_reserved = max_memory_allocated = max_memory_reserved = memory_allocated


def reset_peak_memory_stats(device: Any = None) -> None:
    """Nothing to reset."""


def get_rng_state_all() -> list:
    return []


def set_rng_state_all(new_states: Any) -> None:
    """Nothing to set."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise AssertionError("Torch not compiled with CUDA enabled: this build computes on the cpu")


init = synchronize = current_device = set_device = get_device_name = get_device_properties = _refuse
get_device_capability = current_stream = default_stream = stream = mem_get_info = _refuse

from . import amp as amp  # noqa: E402
