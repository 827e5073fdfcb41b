"""Bounding gradients between `backward()` and `step()`."""

from __future__ import annotations

import types
import warnings
from collections.abc import Iterable

import rushlight as torch
from rushlight import Tensor

__all__ = ["clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]


def _as_list(tensors: Tensor | Iterable[Tensor]) -> list[Tensor]:
    if isinstance(tensors, Tensor):
        return [tensors]
    listed = list(tensors)
    if not listed and isinstance(tensors, types.GeneratorType):
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3)
    return listed


def _grads(parameters: list[Tensor]) -> list[Tensor]:
    return [g for p in parameters if (g := p.grad) is not None]


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all values of all tensors, as if they were one vector.

    Args:
        tensors: one tensor or several.
        norm_type: the p of the norm; `float("inf")` for the largest absolute value.
        error_if_nonfinite: raise if the norm is NaN or infinite.
        foreach: accepted; it changes neither speed nor result.
    Errors:
        RuntimeError: a norm that is not finite, with `error_if_nonfinite`.
    """
    listed = _as_list(tensors)
    norm_type = float(norm_type)
    if not listed:
        return torch.tensor(0.0)
    device = listed[0].device
    with torch.no_grad():
        norms = [torch.linalg.vector_norm(t, norm_type).to(device) for t in listed]
        total = torch.linalg.vector_norm(torch.stack(norms), norm_type)
        if error_if_nonfinite and not torch.isfinite(total).item():
            raise RuntimeError(
                f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be "
                "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
                "`error_if_nonfinite=False`"
            )
    return total


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale the gradients by `max_norm / total_norm` if that is below 1."""
    with torch.no_grad():
        scale = torch.clamp(float(max_norm) / (total_norm + 1e-6), max=1.0)
        for grad in _grads(_as_list(parameters)):
            grad.mul_(scale.to(grad.device))


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale all gradients together so that their norm is at most `max_norm`.

    Args:
        parameters: one tensor or several; those without a gradient are passed over.
        max_norm: the bound.
        norm_type: the p of the norm; `float("inf")` for the largest absolute value.
        error_if_nonfinite: raise if the norm is NaN or infinite.
        foreach: accepted; it changes neither speed nor result.
    Returns:
        the norm before clipping, a tensor without dimensions.
    Errors:
        RuntimeError: a norm that is not finite, with `error_if_nonfinite`.
    Example:
        >>> loss.backward()
        >>> nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        >>> optimizer.step()
    Source:
        Pascanu, Mikolov and Bengio, "On the difficulty of training Recurrent Neural Networks", 2013.
    """
    listed = _as_list(parameters)
    grads = _grads(listed)
    total = get_total_norm(grads, norm_type, error_if_nonfinite, foreach)
    if grads:
        clip_grads_with_norm_(listed, max_norm, total, foreach)
    return total


def clip_grad_norm(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Deprecated name of `clip_grad_norm_`."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None) -> None:
    """Clamp every value of every gradient to `[-clip_value, clip_value]`.

    Args:
        parameters: one tensor or several; those without a gradient are passed over.
        clip_value: the bound.
        foreach: accepted; it changes neither speed nor result.
    """
    clip_value = float(clip_value)
    with torch.no_grad():
        for grad in _grads(_as_list(parameters)):
            grad.clamp_(min=-clip_value, max=clip_value)
