"""The threads behind `DataLoader(num_workers=n)`: each takes tasks from a queue of its own and fetches batches."""

from __future__ import annotations

import threading
from collections import namedtuple
from collections.abc import Callable
from queue import SimpleQueue

__all__ = ["WorkerInfo", "get_worker_info"]

WorkerInfo = namedtuple("WorkerInfo", ["id", "num_workers", "seed", "dataset"])
WorkerInfo.__doc__ = (
    """What a worker knows about itself: its number, how many there are, a seed of its own, the dataset."""
)

_local = threading.local()

END = object()  # the outcome of a task beyond the end of a worker's stream
RESUME = object()  # a task: start a stream again, for the next epoch


def get_worker_info() -> WorkerInfo | None:
    """The worker this code runs in, or None in the main thread.

    A stream uses it to give each worker a share of its samples.

    Example:
        >>> def __iter__(self):
        ...     info = get_worker_info()
        ...     return islice(self.samples(), info.id, None, info.num_workers) if info else self.samples()
    """
    return getattr(_local, "info", None)


class Shared:
    """What the loader tells all its workers: which epoch's tasks still matter."""

    __slots__ = ("epoch", "stopped")

    def __init__(self) -> None:
        self.epoch = 0
        self.stopped = False


class Failure:
    """The outcome of a task that raised."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


def worker_loop(
    info: WorkerInfo,
    make_fetcher: Callable,
    init_fn: Callable[[int], None] | None,
    shared: Shared,
    tasks: SimpleQueue,
    results: SimpleQueue,
) -> None:
    """Run tasks `(epoch, number, index)` until None comes; put `(worker, epoch, number, outcome)` for each.

    It holds no reference to the loader's iterator, so that dropping the iterator ends the threads.
    """
    _local.info = info
    fetcher = None
    init_error = None
    try:
        if init_fn is not None:
            init_fn(info.id)
        fetcher = make_fetcher()
    except BaseException as e:
        init_error = e
    while (task := tasks.get()) is not None:
        if task is RESUME:
            try:
                fetcher = make_fetcher()
            except BaseException as e:
                init_error = e
            continue
        epoch, number, index = task
        if shared.stopped or epoch != shared.epoch:
            continue
        try:
            if init_error is not None:
                raise init_error
            outcome = fetcher.fetch(index)
        except StopIteration:
            outcome = END
        except BaseException as e:
            outcome = Failure(e)
        results.put((info.id, epoch, number, outcome))
        del outcome, task, index  # a batch lives no longer than its reader wants it
