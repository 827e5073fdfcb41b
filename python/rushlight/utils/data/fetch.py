"""Fetching: from what the sampler gave to one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import rushlight as torch
from rushlight import Tensor

from .collate import collate_tensor_fn, default_collate, default_collate_fn_map
from .dataset import Dataset, Subset, TensorDataset

__all__ = ["IterableFetcher", "MapFetcher"]


def _gather(dataset: Dataset, indices: list) -> list[Tensor] | None:
    """The batch that collating the samples of a TensorDataset (or a Subset of one) would give; None for others.

    One gather for each tensor takes the place of a row, a tuple and a stack for each sample.
    """
    if set(map(type, indices)) != {int}:
        return None
    while type(dataset) is Subset:
        indices = [dataset.indices[i] for i in indices]
        dataset = dataset.dataset
    if type(dataset) is not TensorDataset or set(map(type, indices)) != {int} or min(indices) < 0:
        return None
    rows = torch.tensor(indices)
    return [tensor.index_select(0, rows) for tensor in dataset.tensors]


class MapFetcher:
    """Samples by index."""

    def __init__(self, dataset: Dataset, auto_collation: bool, collate_fn: Callable, drop_last: bool) -> None:
        self.dataset = dataset
        self.auto_collation = auto_collation
        self.collate_fn = collate_fn
        inner = dataset
        while type(inner) is Subset:
            inner = inner.dataset
        self.may_gather = auto_collation and collate_fn is default_collate and type(inner) is TensorDataset

    def fetch(self, index: object) -> object:
        """One batch (or one sample, without automatic batching)."""
        if not self.auto_collation:
            return self.collate_fn(self._one(index))
        if self.may_gather and default_collate_fn_map.get(Tensor) is collate_tensor_fn:
            batch = _gather(self.dataset, index)
            if batch is not None:
                return batch
        get_items = getattr(self.dataset, "__getitems__", None)
        if get_items:
            return self.collate_fn(get_items(index))
        return self.collate_fn([self._one(i) for i in index])

    def _one(self, index: object) -> object:
        try:
            return self.dataset[index]
        except Exception as e:
            e._dataset_index = index  # the loader names it
            e.add_note(f"while loading the sample at dataset index {index}")
            if isinstance(e, StopIteration):  # it would end the epoch in silence
                raise RuntimeError(f"the dataset raised StopIteration at index {index}") from e
            raise


class IterableFetcher:
    """Samples from a stream; raises StopIteration at its end."""

    def __init__(self, dataset: Dataset, auto_collation: bool, collate_fn: Callable, drop_last: bool) -> None:
        self.stream: Iterator = iter(dataset)
        self.auto_collation = auto_collation
        self.collate_fn = collate_fn
        self.drop_last = drop_last
        self.ended = False

    def fetch(self, index: object) -> object:
        """One batch: as many samples as `index` has entries."""
        if self.ended:
            raise StopIteration
        if not self.auto_collation:
            return self.collate_fn(next(self.stream))
        samples = []
        for _ in index:
            try:
                samples.append(next(self.stream))
            except StopIteration:
                self.ended = True
                break
        if not samples or (self.drop_last and self.ended):
            raise StopIteration
        return self.collate_fn(samples)
