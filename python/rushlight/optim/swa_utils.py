"""Averages of a model's weights: stochastic weight averaging (SWA) and exponential moving averages (EMA)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from copy import deepcopy

import rushlight as torch
from rushlight import Tensor
from rushlight.nn import Module

from .lr_scheduler.base import LRScheduler, _per_group
from .optimizer import Optimizer

__all__ = [
    "AveragedModel",
    "SWALR",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Tensors = list[Tensor] | tuple[Tensor, ...]
Average = Callable[[Tensor, Tensor, Tensor | int], Tensor]
MultiAverage = Callable[[Tensors, Tensors, Tensor | int], None]


def _check_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def _is_continuous(t: Tensor) -> bool:
    return t.is_floating_point() or t.is_complex()


def get_ema_multi_avg_fn(decay: float = 0.999) -> MultiAverage:
    """The function that moves a list of averages by `1 - decay` towards the current values, in place.

    Args:
        decay: the share of the average that is kept, between 0 and 1.
    Errors:
        ValueError: `decay` is out of range.
    Example:
        >>> model = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    """
    _check_decay(decay)

    @torch.no_grad()
    def ema_update(averages: Tensors, current: Tensors, num_averaged: Tensor | int) -> None:
        continuous = _is_continuous(averages[0])
        for average, value in zip(averages, current, strict=True):
            if continuous:
                average.lerp_(value, 1 - decay)
            else:
                average.copy_(average * decay + value * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn() -> MultiAverage:
    """The function that takes one more value into a list of equally weighted averages, in place."""

    @torch.no_grad()
    def swa_update(averages: Tensors, current: Tensors, num_averaged: Tensor | int) -> None:
        count = int(num_averaged) + 1
        continuous = _is_continuous(averages[0])
        weight = torch.tensor(1.0) / count  # rounded as PyTorch's, whose count is a tensor
        for average, value in zip(averages, current, strict=True):
            if continuous:
                average.lerp_(value, weight.item())
            else:
                average.copy_(average + (value - average) / count)

    return swa_update


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """The function that gives the average moved by `1 - decay` towards the current value.

    Args:
        decay: the share of the average that is kept, between 0 and 1.
    Errors:
        ValueError: `decay` is out of range.
    """
    _check_decay(decay)

    @torch.no_grad()
    def ema_update(average: Tensor, current: Tensor, num_averaged: Tensor | int) -> Tensor:
        return decay * average + (1 - decay) * current

    return ema_update


def get_swa_avg_fn() -> Average:
    """The function that gives the equally weighted average with one more value in it."""

    @torch.no_grad()
    def swa_update(average: Tensor, current: Tensor, num_averaged: Tensor | int) -> Tensor:
        return average + (current - average) / (num_averaged + 1)

    return swa_update


class AveragedModel(Module):
    """A copy of a model whose parameters are averages of the model's.

    The first `update_parameters` copies them; without a function, the later ones average with equal weights.

    Args:
        model: the model; it is copied.
        device: where the copy lives.
        avg_fn: gives a new average from (average, current value, number of values so far).
        multi_avg_fn: the same for lists, in place.
        use_buffers: average the buffers too; otherwise they are copied.
    Errors:
        AssertionError: both functions are given.
    Example:
        >>> average = torch.optim.swa_utils.AveragedModel(model)
        >>> for data, target in loader:
        ...     train(model, data, target)
        ...     average.update_parameters(model)
        >>> torch.optim.swa_utils.update_bn(loader, average)
    Source:
        Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018.
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: torch.device | str | None = None,
        avg_fn: Average | None = None,
        multi_avg_fn: MultiAverage | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", torch.tensor(0, dtype=torch.long, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: object, **kwargs: object) -> object:
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the parameters of `model` into the averages.

        Args:
            model: of the same structure as the one given at first.
        """
        own: Iterable[Tensor] = self.module.parameters()
        new: Iterable[Tensor] = model.parameters()
        if self.use_buffers:
            own, new = itertools.chain(own, self.module.buffers()), itertools.chain(new, model.buffers())
        pairs = [(a.detach(), b.detach().to(a.device)) for a, b in zip(own, new, strict=False)]
        if self.n_averaged == 0:
            for average, value in pairs:
                average.copy_(value)
        elif self.avg_fn is not None:
            for average, value in pairs:
                average.copy_(self.avg_fn(average, value, self.n_averaged.to(average.device)))
        else:
            average_all = self.multi_avg_fn or get_swa_multi_avg_fn()
            of_dtype: dict[torch.dtype, list[tuple[Tensor, Tensor]]] = {}
            for pair in pairs:
                of_dtype.setdefault(pair[0].dtype, []).append(pair)
            for same in of_dtype.values():
                averages, values = (list(side) for side in zip(*same, strict=True))
                average_all(averages, values, self.n_averaged)
        if not self.use_buffers:
            for average, value in zip(self.module.buffers(), model.buffers(), strict=True):
                average.detach().copy_(value.detach().to(average.device))
        self.n_averaged += 1


@torch.no_grad()
def update_bn(loader: Iterable[object], model: Module, device: torch.device | str | None = None) -> None:
    """Compute the statistics of a model's batch norm layers anew, in one pass over the data.

    Args:
        loader: gives batches: tensors, or lists whose first element is the input.
        model: whose layers are updated.
        device: where the batches are moved.
    Example:
        >>> torch.optim.swa_utils.update_bn(loader, average)
    """
    momenta: dict[Module, float | None] = {}
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None  # the average of all batches
    for batch in loader:
        data = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(data if device is None else data.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Moves the rate to a fixed one, for averaging weights late in training.

    Args:
        optimizer: whose groups are changed.
        swa_lr: the rate in the end, or a list with one for each group.
        anneal_epochs: the number of steps until then.
        anneal_strategy: "cos" or "linear".
        last_epoch: the number of steps already taken, or -1.
    Errors:
        ValueError: an unknown strategy, a negative number of steps, or a list of a wrong length.
    Example:
        >>> scheduler = torch.optim.swa_utils.SWALR(optimizer, swa_lr=0.05, anneal_epochs=20)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        for lr, group in zip(_per_group("swa_lr", optimizer, swa_lr), optimizer.param_groups, strict=True):
            group["swa_lr"] = lr
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def anneal_func(self, t: float) -> float:
        """The share of `swa_lr` at the share `t` of the way."""
        return t if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * t)) / 2

    def get_lr(self) -> list[float]:
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        length = max(1, self.anneal_epochs)
        before = self.anneal_func(max(0, min(1, (step - 1) / length)))
        now = self.anneal_func(max(0, min(1, step / length)))
        values = []
        for group in self.optimizer.param_groups:
            end = group["swa_lr"]
            start = end if before == 1 else (group["lr"] - before * end) / (1 - before)
            values.append(end * now + start * (1 - now))
        return values
