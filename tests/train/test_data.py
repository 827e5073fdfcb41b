"""Data loading: PyTorch's orders for a seed, batches, streams, and threads that come, fail and go."""

from __future__ import annotations

import itertools
import threading
import time
from collections import namedtuple

import numpy as np
import pytest

import rushlight as torch
from rushlight.utils import data

TEN = data.TensorDataset(torch.arange(10))

# What PyTorch 2.13 gives for torch.manual_seed(0), batch_size=4: two epochs, then torch.randint(0, 1000, (1,)).
ORDERS = [
    ({"shuffle": True}, [[[6, 7, 1, 4], [2, 0, 9, 8], [3, 5]], [[2, 4, 7, 0], [8, 9, 5, 3], [6, 1]]], 497),
    (
        {"shuffle": True, "generator": 5},
        [[[7, 4, 8, 1], [2, 3, 6, 5], [9, 0]], [[2, 1, 6, 3], [5, 9, 4, 7], [8, 0]]],
        44,
    ),
    (
        {"sampler": lambda: data.RandomSampler(TEN, True, 7)},
        [[[6, 3, 7, 0], [7, 1, 7]], [[2, 2, 7, 5], [4, 4, 1]]],
        497,
    ),
    (
        {"sampler": lambda: data.RandomSampler(TEN, num_samples=13)},
        [[[6, 7, 1, 4], [2, 0, 9, 8], [3, 5, 6, 7], [0]], [[2, 4, 7, 0], [8, 9, 5, 3], [6, 1, 4, 7], [2]]],
        497,
    ),
    ({"sampler": lambda: data.SubsetRandomSampler([3, 5, 7, 9])}, [[[5, 3, 9, 7]], [[9, 7, 3, 5]]], 101),
    (
        {"sampler": lambda: data.WeightedRandomSampler([0.1, 0.2, 0.7], 6)},
        [[[2, 2, 2, 2], [2, 1]], [[2, 1, 2, 1], [2, 2]]],
        549,
    ),
    ({"sampler": lambda: data.WeightedRandomSampler([0.1, 0.2, 0.7], 2, False)}, [[[1, 2]], [[2, 1]]], 56),
]


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize(("options", "expected", "next_number"), ORDERS)
def test_orders_are_pytorchs(options: dict, expected: list, next_number: int, workers: int) -> None:
    torch.manual_seed(0)
    options = dict(options)
    if "generator" in options:
        options["generator"] = torch.Generator().manual_seed(options["generator"])
    if "sampler" in options:
        options["sampler"] = options["sampler"]()
    loader = data.DataLoader(TEN, batch_size=4, num_workers=workers, **options)
    assert [[batch[0].tolist() for batch in loader] for _ in range(2)] == expected
    assert torch.randint(0, 1000, (1,)).item() == next_number


def test_random_split_is_pytorchs() -> None:
    parts = data.random_split(range(10), [0.5, 0.3, 0.2], generator=torch.Generator().manual_seed(1))
    assert [list(part.indices) for part in parts] == [[5, 6, 1, 2, 0], [8, 9, 3], [7, 4]]
    with pytest.raises(ValueError, match="Sum of input lengths does not equal the length"):
        data.random_split(range(10), [5, 6])
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
        data.random_split(range(1), [0.9, 0.1])


X, Y = torch.randn(23, 2, 3), torch.arange(23)


class Plain(data.Dataset):
    """The samples of a TensorDataset, without its shortcut."""

    def __init__(self, inner: data.Dataset) -> None:
        self.inner = inner

    def __len__(self) -> int:
        return len(self.inner)

    def __getitem__(self, i: int) -> object:
        return self.inner[i]


def equal(a: object, b: object) -> bool:
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(equal, a, b))
    return a == b


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("options", [{}, {"batch_size": 5}, {"batch_size": 5, "drop_last": True}, {"batch_size": None}])
@pytest.mark.parametrize(
    "dataset",
    [
        data.TensorDataset(X, Y),
        data.Subset(data.Subset(data.TensorDataset(X, Y), range(3, 20)), [4, 0, 9, 9]),
        data.Subset(data.TensorDataset(X, Y), [-1, 2, -3]),
    ],
)
def test_gathered_batches_equal_collated_ones(dataset: data.Dataset, options: dict, workers: int) -> None:
    fast = list(data.DataLoader(dataset, num_workers=workers, **options))
    slow = list(data.DataLoader(Plain(dataset), num_workers=workers, **options))
    assert equal(fast, slow) and len(fast) == len(data.DataLoader(dataset, **options))


def test_batches_own_their_memory() -> None:
    values = torch.zeros(4)
    for (batch,) in data.DataLoader(data.TensorDataset(values), batch_size=2):
        batch.fill_(1)
    assert values.sum().item() == 0


def test_datasets() -> None:
    both = data.ConcatDataset([TEN, data.TensorDataset(torch.arange(100, 105))])
    assert len(both) == 15 and both[12][0].item() == 102 and both[-1][0].item() == 104 and len(TEN + TEN) == 20
    with pytest.raises(ValueError, match="absolute value of index"):
        both[-16]
    with pytest.raises(IndexError):
        both[15]
    stacked = data.StackDataset(a=TEN, b=data.TensorDataset(torch.arange(10) * 2))
    assert stacked[3]["b"][0].item() == 6 and len(stacked.__getitems__([1, 2])) == 2
    with pytest.raises(AssertionError, match="Size mismatch between tensors"):
        data.TensorDataset(torch.ones(2), torch.ones(3))
    with pytest.raises(NotImplementedError, match="overrides __getitem__ but not __getitems__"):
        type("Odd", (data.Subset,), {"__getitem__": lambda self, i: 0})(TEN, [1])

    class Typed(data.Dataset[int]):
        pass

    with pytest.raises(NotImplementedError):
        Typed()[0]


def test_collate() -> None:
    pair = namedtuple("pair", ["a", "b"])
    samples = [
        {
            "x": torch.ones(2) * i,
            "i": i,
            "f": float(i),
            "flag": i > 0,
            "s": str(i),
            "array": np.ones(2, np.float32) * i,
            "scalar": np.int16(i),
            "nested": (i, [i, i + 1.0]),
            "pair": pair(i, torch.zeros(1)),
        }
        for i in range(3)
    ]
    batch = data.default_collate(samples)
    assert batch["x"].tolist() == [[0, 0], [1, 1], [2, 2]] and batch["i"].dtype == torch.int64
    assert batch["f"].dtype == torch.float64 and batch["flag"].tolist() == [False, True, True]
    assert batch["s"] == ["0", "1", "2"] and batch["array"].dtype == torch.float32 and batch["array"].shape == (3, 2)
    assert batch["scalar"].dtype == torch.int16 and batch["nested"][1][1].tolist() == [1, 2, 3]
    assert type(batch["pair"]) is pair and batch["pair"].b.shape == (3, 1)
    converted = data.default_convert({"a": np.arange(2), "b": [np.float32(1), "x"]})
    assert converted["a"].tolist() == [0, 1] and converted["b"][1] == "x"
    with pytest.raises(TypeError, match="default_collate: batch must contain tensors"):
        data.default_collate([object()])
    with pytest.raises(RuntimeError, match="each element in list of batch should be of equal size"):
        data.default_collate([[1], [1, 2]])


class Stream(data.IterableDataset):
    def __init__(self, n: int, shard: bool) -> None:
        self.n = n
        self.shard = shard

    def __iter__(self):
        info = data.get_worker_info()
        return iter(range(info.id, self.n, info.num_workers) if info and self.shard else range(self.n))

    def __len__(self) -> int:
        return self.n


def test_streams() -> None:
    plain = data.DataLoader(Stream(7, False), batch_size=3)
    assert [b.tolist() for b in plain] == [[0, 1, 2], [3, 4, 5], [6]] and len(plain) == 3
    assert [b.tolist() for b in data.DataLoader(Stream(7, False), batch_size=3, drop_last=True)][-1] == [3, 4, 5]
    shared = data.DataLoader(Stream(7, True), batch_size=2, num_workers=2, persistent_workers=True)
    for _ in range(2):
        assert [b.tolist() for b in shared] == [[0, 2], [1, 3], [4, 6], [5]]
    twice = data.DataLoader(Stream(2, False), batch_size=None, num_workers=2)
    assert len(twice) == 2
    with pytest.warns(UserWarning, match="Length of IterableDataset .* was reported to be 2"):
        assert list(twice) == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="expected unspecified shuffle option"):
        data.DataLoader(Stream(2, False), shuffle=True)
    chained = data.ChainDataset([Stream(2, False), Stream(3, False)])
    assert list(chained) == [0, 1, 0, 1, 2] and len(chained) == 5


def loader_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("DataLoader")]


def test_early_break_leaves_no_thread() -> None:
    for _ in range(50):
        for _batch in data.DataLoader(TEN, num_workers=3):
            break
    assert not loader_threads()
    loader = data.DataLoader(TEN, num_workers=2, persistent_workers=True)
    for _batch in itertools.islice(loader, 2):
        pass
    assert len(loader_threads()) == 2 and [b[0].item() for b in loader] == list(range(10))
    del loader, _batch
    assert not loader_threads()


class Bad(data.Dataset):
    def __init__(self, kind: type[BaseException], *args: object) -> None:
        self.make = lambda: kind(*args)

    def __len__(self) -> int:
        return 20

    def __getitem__(self, i: int) -> int:
        if i == 13:
            raise self.make()
        return i


def test_errors_of_workers_name_the_sample() -> None:
    seen = []
    with pytest.raises(ValueError) as info:
        for batch in data.DataLoader(Bad(ValueError, "bad pixel"), batch_size=4, num_workers=2):
            seen.append(batch.tolist())
    assert seen == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    text = str(info.value)
    assert text == "Caught ValueError in DataLoader worker thread 1 while loading batch 3, dataset index 13.\nbad pixel"
    with pytest.raises(KeyError) as info:
        list(data.DataLoader(Bad(KeyError, "k"), batch_size=4, num_workers=1))
    assert info.value.args == ("k",) and "dataset index 13" in "\n".join(info.value.__notes__)
    with pytest.raises(ValueError, match="^bad pixel") as info:
        list(data.DataLoader(Bad(ValueError, "bad pixel"), batch_size=4))
    assert info.value.__notes__ == ["while loading the sample at dataset index 13"]
    for workers in (0, 1):
        with pytest.raises(RuntimeError, match="the dataset raised StopIteration at index 13"):
            list(data.DataLoader(Bad(StopIteration), num_workers=workers))
    del info
    assert not loader_threads()


def test_worker_start_and_timeout() -> None:
    started = []

    def start(i: int) -> None:
        info = data.get_worker_info()
        started.append((i, info.id, info.num_workers, info.dataset is TEN, info.seed))

    torch.manual_seed(3)
    list(data.DataLoader(TEN, num_workers=2, worker_init_fn=start))
    first, second = sorted(started)
    assert first[:4] == (0, 0, 2, True) and second[:4] == (1, 1, 2, True) and second[4] == first[4] + 1
    assert data.get_worker_info() is None

    def fail(i: int) -> None:
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        list(data.DataLoader(TEN, num_workers=1, worker_init_fn=fail))

    class Slow(Bad):
        def __getitem__(self, i: int) -> int:
            time.sleep(0.2)
            return i

    with pytest.raises(RuntimeError, match="DataLoader timed out after 0.02 seconds"):
        next(iter(data.DataLoader(Slow(ValueError), num_workers=1, timeout=0.02)))


def test_workers_fetch_ahead_but_not_far() -> None:
    asked = []

    class Noted(Bad):
        def __getitem__(self, i: int) -> int:
            asked.append(i)
            return i

    batches = iter(data.DataLoader(Noted(ValueError), num_workers=2, prefetch_factor=3))
    next(batches)
    time.sleep(0.1)
    assert sorted(asked) == list(range(7))
    assert sorted(data.DataLoader(Noted(ValueError), num_workers=3, in_order=False, batch_size=None)) == list(range(20))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"num_workers": -1}, "num_workers option should be non-negative"),
        ({"timeout": -1}, "timeout option should be non-negative"),
        ({"prefetch_factor": 2}, "prefetch_factor option could only be specified in multiprocessing"),
        ({"persistent_workers": True}, "persistent_workers option needs num_workers > 0"),
        ({"shuffle": True, "sampler": [1]}, "sampler option is mutually exclusive with shuffle"),
        ({"batch_sampler": [[1]], "batch_size": 3}, "batch_sampler option is mutually exclusive with batch_size"),
        ({"batch_size": None, "drop_last": True}, "batch_size=None option disables auto-batching"),
        ({"batch_size": 0}, "batch_size should be a positive integer value, but got batch_size=0"),
    ],
)
def test_option_errors(options: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        data.DataLoader(TEN, **options)


def test_samplers() -> None:
    batches = data.BatchSampler(data.SequentialSampler(range(5)), 2, False)
    assert list(batches) == [[0, 1], [2, 3], [4]] and len(batches) == 3
    assert list(data.BatchSampler(range(5), 2, True)) == [[0, 1], [2, 3]]
    loader = data.DataLoader(TEN, batch_sampler=[[9], [0, 1]])
    assert [b[0].tolist() for b in loader] == [[9], [0, 1]]
    with pytest.raises(ValueError, match="attribute should not be set after DataLoader is initialized"):
        loader.batch_size = 3
    with pytest.raises(ValueError, match="num_samples should be a positive integer value, but got num_samples=0"):
        data.RandomSampler([])
    with pytest.raises(TypeError, match="replacement should be a boolean value"):
        data.RandomSampler(TEN, replacement=1)
    with pytest.raises(ValueError, match="weights should be a 1d sequence"):
        data.WeightedRandomSampler([[1.0]], 1)
