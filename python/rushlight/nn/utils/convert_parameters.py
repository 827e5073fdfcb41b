"""All parameters of a model as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import rushlight as torch
from rushlight import Tensor

from ...utils._errors import typename

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def _on_one_device(parameters: Iterable[Tensor]) -> Iterator[Tensor]:
    first = None
    for param in parameters:
        first = param.device if first is None else first
        if param.device != first:
            raise TypeError("Found two parameters on different devices, this is currently not supported.")
        yield param


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Join the values of all parameters, in order, in one vector that gradients flow through.

    Errors:
        TypeError: the parameters are on different devices.
    Example:
        >>> nn.utils.parameters_to_vector(nn.Linear(10, 2).parameters()).shape
        torch.Size([22])
    """
    return torch.cat([param.view(-1) for param in _on_one_device(parameters)])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Make slices of `vec`, in order, the data of the parameters; they share its memory.

    Errors:
        TypeError: `vec` is not a tensor, or the parameters are on different devices.
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {typename(vec)}")
    start = 0
    for param in _on_one_device(parameters):
        end = start + param.numel()
        param.data = vec[start:end].view_as(param).data
        start = end
