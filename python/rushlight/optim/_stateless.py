"""Other parameters and another state for an optimizer, for a while."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator

from rushlight import Tensor

from .optimizer import Optimizer

__all__ = ["swap_in_optimizer_params_and_state"]

_NAME = "swap_in_optimizer_params_and_state"


def _require(condition: bool, text: str) -> None:
    if not condition:
        raise RuntimeError(f"{_NAME} requires {text}")


def _checked_state(optimizer: Optimizer, saved: dict) -> tuple[dict, list]:
    """The two parts of a saved state, once they fit the optimizer."""
    _require(bool(optimizer.state), "initialized optimizer state. Take a step first")
    _require(isinstance(saved, dict), "a DCP-style optimizer state_dict.")
    state, groups = saved.get("state"), saved.get("param_groups")
    _require(
        isinstance(state, dict),
        "swapin_optim_state['state'] to be a dict mapping packed parameter ids to per-param state dicts, "
        f"got {type(state).__name__}.",
    )
    _require(
        not any(isinstance(key, Tensor) for key in state),
        "optimizer.state_dict()-style state keyed by packed parameter ids.",
    )
    _require(
        all(isinstance(value, dict) for key, value in state.items() if isinstance(key, int)),
        "per-parameter optimizer state entries to be dictionaries.",
    )
    _require(
        isinstance(groups, list),
        f"swapin_optim_state['param_groups'] to be a list of param-group dicts, got {type(groups).__name__}.",
    )
    if len(groups) != len(optimizer.param_groups):
        raise RuntimeError(
            "swapin_optim_state has a different number of parameter groups than the live optimizer: "
            f"{len(groups)} and {len(optimizer.param_groups)}"
        )
    return state, groups


def _checked_ids(i: int, live: dict, group: dict) -> list[int]:
    """The numbers of a saved group's parameters, once it fits the optimizer's group."""
    _require(isinstance(group, dict), "each optimizer param group to be a dictionary.")
    ids = group.get("params")
    _require(
        isinstance(ids, list) and all(isinstance(n, int) for n in ids),
        "optimizer.state_dict()-style param_groups[*]['params'] entries keyed by packed parameter ids.",
    )
    if len(ids) != len(live["params"]):
        raise RuntimeError(
            f"swapin_optim_state param group {i} has a different number of params than the live optimizer param "
            f"group: {len(ids)} and {len(live['params'])}"
        )
    more, fewer = [key for key in group if key not in live], [key for key in live if key not in group]
    _require(
        not more and not fewer,
        "optimizer.state_dict()-style param group keys to exactly match the live optimizer group keys for group "
        f"{i}. Keys only in swap-in: {more}. Keys only in live: {fewer}.",
    )
    return ids


@contextlib.contextmanager
def swap_in_optimizer_params_and_state(
    optimizer: Optimizer, swapin_parameters: dict[str, Tensor], swapin_optim_state: dict
) -> Iterator[None]:
    """Let an optimizer work on other parameters, with another state, until the block ends.

    The tensors of that state are changed in place; its dicts stay as they are.

    Args:
        optimizer: which has taken a step.
        swapin_parameters: the other parameters, in the order of the optimizer's.
        swapin_optim_state: as `optimizer.state_dict()` gives it.
    Errors:
        RuntimeError: the state has another structure than the optimizer's.
    Example:
        >>> with torch.optim.swap_in_optimizer_params_and_state(optimizer, others, state):
        ...     optimizer.step()
    """
    state, groups = _checked_state(optimizer, swapin_optim_state)
    ids = [_checked_ids(i, *pair) for i, pair in enumerate(zip(optimizer.param_groups, groups, strict=True))]
    left = list(swapin_parameters.values())
    _require(sum(map(len, ids)) <= len(left), "the explicit parameter state to match optimizer.param_groups ordering.")
    extra = [key for key in state if not any(key in of_group for of_group in ids)]
    _require(
        not extra,
        "swapin_optim_state['state'] to be keyed only by packed parameter ids from param_groups[*]['params']; got "
        f"extra keys {extra!r}.",
    )
    own_state, own_groups = optimizer.state, [dict(group) for group in optimizer.param_groups]
    try:
        other: defaultdict[Tensor, dict] = defaultdict(dict)
        for live, group, numbers in zip(optimizer.param_groups, groups, ids, strict=True):
            params, left = left[: len(numbers)], left[len(numbers) :]
            live.update(group, params=params)
            other.update((p, dict(state.get(n, {}))) for p, n in zip(params, numbers, strict=True))
        optimizer.state = other
        yield
    finally:
        for live, before in zip(optimizer.param_groups, own_groups, strict=True):
            live.clear()
            live.update(before)
        optimizer.state = own_state
