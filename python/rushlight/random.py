"""The state of the default generator."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ._C import default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state

__all__ = [
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]


@contextlib.contextmanager
def fork_rng(devices: object = None, enabled: bool = True, device_type: str = "cpu") -> Iterator[None]:
    """Let a block draw random numbers and put the generator back as it was.

    Example:
        >>> with torch.random.fork_rng():
        ...     torch.manual_seed(0)
        ...     noise = torch.randn(3)
    """
    if not enabled:
        yield
        return
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)
