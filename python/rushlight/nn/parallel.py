"""A module on several devices, of which there is one here."""

from __future__ import annotations

from collections.abc import Sequence

from .modules.module import Module

__all__ = ["DataParallel", "data_parallel"]


class DataParallel(Module):
    """Calls a module on several devices with a part of the batch each. There is one device here: it calls the module.

    Args:
        module: is called; its state has the prefix "module.".
        device_ids, output_device, dim: accepted.
    Example:
        >>> nn.DataParallel(nn.Linear(2, 3))(torch.ones(1, 2)).shape
        torch.Size([1, 3])
    """

    def __init__(
        self,
        module: Module,
        device_ids: Sequence[object] | None = None,
        output_device: object = None,
        dim: int = 0,
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[object] = []

    def forward(self, *inputs: object, **kwargs: object) -> object:
        return self.module(*inputs, **kwargs)


def data_parallel(
    module: Module,
    inputs: object,
    device_ids: Sequence[object] | None = None,
    output_device: object = None,
    dim: int = 0,
    module_kwargs: dict[str, object] | None = None,
) -> object:
    """`module(*inputs, **module_kwargs)`: the one device gets the whole batch."""
    return module(*(inputs if isinstance(inputs, tuple) else (inputs,)), **(module_kwargs or {}))
