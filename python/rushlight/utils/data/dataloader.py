"""DataLoader: batches of a dataset, in order, fetched ahead by threads if wanted."""

from __future__ import annotations

import functools
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle
from queue import Empty, SimpleQueue
from types import GenericAlias

import rushlight as torch

from .._errors import has_plain_message
from .collate import default_collate, default_convert
from .dataset import Dataset, IterableDataset
from .fetch import IterableFetcher, MapFetcher
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler
from .worker import END, RESUME, Failure, Shared, WorkerInfo, worker_loop

__all__ = ["DataLoader"]


class _InfiniteConstantSampler(Sampler):
    """What stands in for a sampler when the dataset is a stream."""

    def __iter__(self) -> Iterator[None]:
        while True:
            yield None


class DataLoader:
    """Iterates over a dataset in batches; every `for` over it is one epoch.

    The order for a given seed is PyTorch's. Workers are threads: they share memory with the program, start at once,
    and run side by side where a sample comes from native code or waits for files. They also share the global random
    generator; samples that draw from it in workers are not repeatable, so give each worker a generator of its own,
    seeded with `get_worker_info().seed`.

    Args:
        dataset: samples by index (Dataset) or in a stream (IterableDataset).
        batch_size: samples in a batch; None loads single samples.
        shuffle: a new random order in every epoch.
        sampler: indices in the order wanted, instead of `shuffle`.
        batch_sampler: lists of indices, instead of all of the above and `drop_last`.
        num_workers: the number of threads that fetch ahead; 0 fetches when asked.
        collate_fn: joins a list of samples into a batch, by default `default_collate`.
        pin_memory: accepted; it changes nothing.
        drop_last: leave out a last batch that is smaller.
        timeout: seconds to wait for a worker's batch; 0 waits forever.
        worker_init_fn: called in every worker first, with its number.
        multiprocessing_context: accepted; workers are threads.
        generator: where the order comes from, by default the global generator.
        prefetch_factor: batches that each worker fetches ahead, 2 by default.
        persistent_workers: keep the threads for the next epoch.
        pin_memory_device: accepted; it changes nothing.
        in_order: False gives batches as they come.
    Errors:
        ValueError: options that exclude each other, or negative numbers.
        What a sample raises in a worker is raised again in the loop, with the worker, the batch and the index.
    Example:
        >>> loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)
        >>> for image, label in loader:
        ...     train_step(image, label)
    """

    __class_getitem__ = classmethod(GenericAlias)
    _initialized = False
    _fixed = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Sampler | Iterable | None = None,
        batch_sampler: Sampler | Iterable[list] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list], object] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: object | None = None,
        generator: torch.Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_worker_options(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context)
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers > 0 and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self.generator = generator
        self.persistent_workers = persistent_workers
        self._is_stream = isinstance(dataset, IterableDataset)
        self._check_order_options(batch_size, shuffle, sampler, batch_sampler, drop_last)

        if batch_sampler is not None:
            batch_size = None
        if sampler is None:
            if self._is_stream:
                sampler = _InfiniteConstantSampler()
            elif shuffle:
                sampler = RandomSampler(dataset, generator=generator)
            else:
                sampler = SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.collate_fn = collate_fn or (default_collate if self._auto_collation else default_convert)
        self._initialized = True
        self._reported_length: int | None = None
        self._iterator: _ThreadedIter | None = None

    def _check_order_options(
        self, batch_size: int | None, shuffle: bool | None, sampler: object, batch_sampler: object, drop_last: bool
    ) -> None:
        if self._is_stream:
            given = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
            for name, value in given.items():
                if value is not None:
                    raise ValueError(
                        f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}"
                    )
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")

    def __setattr__(self, name: str, value: object) -> None:
        if self._initialized and name in self._fixed:
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Iterable:
        return self.batch_sampler if self._auto_collation else self.sampler

    def __iter__(self) -> Iterator:
        if self.num_workers == 0:
            return _InlineIter(self)
        if not self.persistent_workers:
            return _ThreadedIter(self)
        if self._iterator is None:
            self._iterator = _ThreadedIter(self)
        else:
            self._iterator._start_epoch(self)
        return self._iterator

    def __len__(self) -> int:
        if not self._is_stream:
            return len(self._index_sampler)
        length = self._reported_length = len(self.dataset)  # to notice a stream that gives more than it said
        if self.batch_size is None:
            return length
        return length // self.batch_size if self.drop_last else -(-length // self.batch_size)


def _check_worker_options(
    num_workers: int,
    timeout: float,
    prefetch_factor: int | None,
    persistent_workers: bool,
    multiprocessing_context: object | None,
) -> None:
    if num_workers < 0:
        raise ValueError(
            "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing, "
            f"but got num_workers={num_workers}"
        )
    if timeout < 0:
        raise ValueError(f"timeout option should be non-negative, but got timeout={timeout}")
    if num_workers == 0:
        if prefetch_factor is not None:
            raise ValueError(
                "prefetch_factor option could only be specified in multiprocessing. "
                "Let num_workers > 0 to enable it, otherwise set prefetch_factor to None."
            )
        if persistent_workers:
            raise ValueError("persistent_workers option needs num_workers > 0")
        if multiprocessing_context is not None:
            raise ValueError(
                "multiprocessing_context can only be used with multi-process loading (num_workers > 0), "
                f"but got num_workers={num_workers}"
            )
    elif prefetch_factor is not None and prefetch_factor <= 0:
        raise ValueError(f"prefetch_factor option should be positive, but got prefetch_factor={prefetch_factor}")


class _BaseIter:
    """What both iterators share: the order, and one draw from the generator at the start, as PyTorch makes it."""

    def __init__(self, loader: DataLoader) -> None:
        self._dataset = loader.dataset
        self._is_stream = loader._is_stream
        self._index_sampler = loader._index_sampler
        self._num_workers = loader.num_workers
        self._reported_length = loader._reported_length
        self._num_yielded = 0
        self._make_fetcher = functools.partial(
            IterableFetcher if loader._is_stream else MapFetcher,
            loader.dataset,
            loader._auto_collation,
            loader.collate_fn,
            loader.drop_last,
        )
        self._sampler_iter = iter(self._index_sampler)
        self._base_seed = int(torch.empty((), dtype=torch.int64).random_(generator=loader.generator).item())

    def __iter__(self) -> Iterator:
        return self

    def _next_data(self) -> object:
        raise NotImplementedError

    def __next__(self) -> object:
        data = self._next_data()
        self._num_yielded += 1
        if self._is_stream and self._reported_length is not None and self._num_yielded > self._reported_length:
            warnings.warn(
                f"Length of IterableDataset {self._dataset} was reported to be {self._reported_length} (when accessing "
                f"len(dataloader)), but {self._num_yielded} samples have been fetched. With several workers, each of "
                "them must give only its share, see get_worker_info().",
                stacklevel=2,
            )
        return data

    def __len__(self) -> int:
        return len(self._index_sampler)

    def __getstate__(self) -> None:
        raise NotImplementedError(f"{type(self).__name__} cannot be pickled")


class _InlineIter(_BaseIter):
    """Fetches when asked."""

    def __init__(self, loader: DataLoader) -> None:
        super().__init__(loader)
        if loader.timeout != 0:
            raise AssertionError(
                "_SingleProcessDataLoaderIter requires timeout == 0: without workers the loop itself fetches. "
                f"Leave timeout={loader.timeout} out, or let num_workers > 0"
            )
        self._fetcher = self._make_fetcher()

    def _next_data(self) -> object:
        return self._fetcher.fetch(next(self._sampler_iter))


class _ThreadedIter(_BaseIter):
    """Keeps `prefetch_factor` tasks with every worker and gives the outcomes in order.

    Task n goes to worker n modulo their number, as in PyTorch. A worker whose stream has ended gets no more.
    """

    def __init__(self, loader: DataLoader) -> None:
        super().__init__(loader)
        self._timeout = loader.timeout
        self._in_order = loader.in_order
        self._persistent = loader.persistent_workers
        self._prefetch = loader.prefetch_factor * loader.num_workers
        self._shared = Shared()
        self._results: SimpleQueue = SimpleQueue()
        self._tasks = [SimpleQueue() for _ in range(self._num_workers)]
        self._threads: list[threading.Thread] = []
        for i, tasks in enumerate(self._tasks):
            info = WorkerInfo(i, self._num_workers, self._base_seed + i, self._dataset)
            args = (info, self._make_fetcher, loader.worker_init_fn, self._shared, tasks, self._results)
            thread = threading.Thread(target=worker_loop, args=args, name=f"DataLoader worker {i}", daemon=True)
            thread.start()
            self._threads.append(thread)
        self._start_epoch(loader, first=True)

    def _start_epoch(self, loader: DataLoader, first: bool = False) -> None:
        self._shared.epoch += 1  # outcomes of tasks from before are thrown away
        self._sampler_iter = iter(self._index_sampler)
        self._reported_length = loader._reported_length
        self._num_yielded = 0
        self._sent = 0  # tasks given out
        self._next = 0  # the task whose outcome is due
        self._waiting: dict[int, int] = {}  # task -> worker
        self._done: dict[int, tuple[int, object]] = {}  # task -> worker and outcome
        self._active = set(range(self._num_workers))
        self._turn = cycle(range(self._num_workers))
        self._ended = False
        if not first:
            for tasks in self._tasks:
                tasks.put(RESUME)
        for _ in range(self._prefetch):
            self._give_task()

    def _give_task(self) -> None:
        if self._ended or not self._active:
            return
        try:
            index = next(self._sampler_iter)
        except StopIteration:
            self._ended = True
            return
        worker = next(i for i in self._turn if i in self._active)
        self._waiting[self._sent] = worker
        self._tasks[worker].put((self._shared.epoch, self._sent, index))
        self._sent += 1

    def _next_data(self) -> object:
        while True:
            while self._next < self._sent and self._next not in self._done:
                if self._waiting.get(self._next) in self._active:
                    break
                self._waiting.pop(self._next, None)  # given already, or its worker's stream has ended
                self._next += 1
            if self._next == self._sent:
                if not self._persistent:
                    self._shut_down()
                raise StopIteration
            if self._next in self._done:
                worker, outcome = self._done.pop(self._next)
                return self._deliver(worker, self._next, outcome)
            worker, epoch, number, outcome = self._receive()
            if epoch != self._shared.epoch or self._waiting.pop(number, None) is None:
                continue
            if outcome is END:
                self._active.discard(worker)
                self._give_task()
            elif self._in_order:
                self._done[number] = worker, outcome
            else:
                return self._deliver(worker, number, outcome)

    def _receive(self) -> tuple[int, int, int, object]:
        try:
            return self._results.get(timeout=self._timeout or None)
        except Empty:
            raise RuntimeError(
                f"DataLoader timed out after {self._timeout} seconds while waiting for batch {self._next}"
            ) from None

    def _deliver(self, worker: int, number: int, outcome: object) -> object:
        if self._in_order:
            self._next += 1
        self._give_task()
        if not isinstance(outcome, Failure):
            return outcome
        error, outcome.error = outcome.error, None  # or the frames above would hold the error that holds them
        where = f"Caught {type(error).__name__} in DataLoader worker thread {worker} while loading batch {number}"
        if hasattr(error, "_dataset_index"):
            where += f", dataset index {error._dataset_index}"
        if has_plain_message(error):
            error.args = (f"{where}.\n{error.args[0]}",)
        else:
            error.add_note(where)
        try:
            raise error
        finally:
            del error  # its traceback holds this frame

    def _shut_down(self) -> None:
        self._shared.stopped = True
        for tasks in self._tasks:
            tasks.put(None)
        deadline = time.monotonic() + 0.8  # for all of them together
        for thread in self._threads:
            if thread is not threading.current_thread():
                # A sample that hangs does not hang the program: threads are daemons.
                thread.join(timeout=max(0.0, deadline - time.monotonic()))
        self._threads = []

    def __del__(self) -> None:
        if getattr(self, "_threads", None) and not sys.is_finalizing():
            self._shut_down()
