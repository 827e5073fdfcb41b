"""Bad input: PyTorch's exception type and leading words, then op, expected, got and the next step; the process lives on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

import rushlight as torch
from rushlight import nn

F = nn.functional


def x() -> torch.Tensor:
    return torch.ones(2, 3)


def saved_then_overwritten() -> None:
    y = torch.ones(3, requires_grad=True).exp()
    y.add_(1)
    y.sum().backward()


def backward_twice() -> None:
    w = torch.ones(3, requires_grad=True)
    y = (w * w).sum()
    y.backward()
    y.backward()


def shifted_onto_itself() -> None:
    a = torch.ones(4)
    a[1:].add_(a[:-1])


CASES: list[tuple[str, Callable[[], object], type[Exception], list[str]]] = [
    ("product", lambda: x() @ x(), RuntimeError, ["mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"]),
    ("broadcast", lambda: x() + torch.ones(4), RuntimeError, ["The size of tensor a (3) must match the size of tensor b (4)"]),
    ("cat", lambda: torch.cat([x(), torch.ones(3, 4)]), RuntimeError, ["Sizes of tensors must match except in dimension 0"]),
    ("dtypes", lambda: torch.ones(2, 2) @ torch.ones(2, 2).long(), RuntimeError, ["expected m1 and m2 to have the same dtype"]),
    ("device", lambda: x().to("cuda"), AssertionError, ["Torch not compiled with CUDA enabled"]),
    ("dim", lambda: x().sum(5), IndexError, ["Dimension out of range (expected to be in range of [-2, 1], but got 5)"]),
    ("subscript", lambda: x()[5], IndexError, ["index 5 is out of bounds for dimension 0 with size 2"]),
    ("index tensor", lambda: x()[torch.tensor([9])], IndexError, ["index 9 is out of bounds for dimension 0 with size 2"]),
    ("gather", lambda: x().gather(1, torch.tensor([[5]])), RuntimeError, ["index 5 is out of bounds for dimension 1 with size 3"]),
    ("index_select", lambda: x().index_select(0, torch.tensor([7])), IndexError, ["index out of range in self", "7", "size 2"]),
    ("embedding", lambda: nn.Embedding(3, 2)(torch.tensor([3])), IndexError, ["index out of range in self", "3 rows"]),
    ("target", lambda: F.cross_entropy(x(), torch.tensor([0, 3])), IndexError, ["Target 3 is out of bounds.", "row 1"]),
    ("expanded", lambda: torch.ones(3).expand(2, 3).add_(1), RuntimeError, ["unsupported operation", "clone()"]),
    ("overlap", shifted_onto_itself, RuntimeError, ["unsupported operation: some elements of the input tensor"]),
    ("leaf", lambda: torch.ones(3, requires_grad=True).add_(1), RuntimeError, ["a leaf Variable that requires grad"]),
    ("saved", saved_then_overwritten, RuntimeError, ["modified by an inplace operation", "ExpBackward0", "version 1"]),
    ("twice", backward_twice, RuntimeError, ["Trying to backward through the graph a second time"]),
    ("vector", lambda: torch.ones(3, requires_grad=True).backward(), RuntimeError, ["grad can be implicitly created only"]),
    ("overflow", lambda: torch.empty(2**40, 2**40), RuntimeError, ["overflows a 64-bit integer"]),
    ("huge", lambda: torch.zeros(2**60), MemoryError, ["can't allocate memory"]),
    ("negative", lambda: torch.zeros(-1, 2), RuntimeError, ["-1"]),
    ("too many dims", lambda: torch.zeros([1] * 65), RuntimeError, ["at most 64 dimensions, but got 65"]),
    ("view", lambda: x().view(4, 2), RuntimeError, ["shape '[4, 2]' is invalid for input of size 6"]),
    ("as_strided", lambda: x().as_strided((5, 5), (1, 1), 100), RuntimeError, ["out of bounds for storage of size 24"]),
    ("argument", lambda: torch.add(x(), "a"), TypeError, ["argument 'other' (position 2) must be Tensor or Number, not str"]),
    ("keyword", lambda: torch.sum(x(), foo=1), TypeError, ["foo"]),
    ("item", lambda: x().item(), RuntimeError, ["a Tensor with 6 elements cannot be converted to Scalar"]),
    ("truth", lambda: bool(x()), RuntimeError, ["Boolean value of Tensor with more than one value is ambiguous"]),
    ("integer division", lambda: torch.tensor([1]) // torch.tensor([0]), RuntimeError, ["ZeroDivisionError"]),
    ("integer power", lambda: torch.tensor([2]) ** -1, RuntimeError, ["Integers to negative integer powers"]),
    ("alpha", lambda: torch.tensor([1]).add(1, alpha=1.5), RuntimeError, ["For integral input tensors, argument alpha"]),
    ("learning rate", lambda: torch.optim.SGD([x()], lr=-1), ValueError, ["Invalid learning rate: -1"]),
    ("no parameters", lambda: torch.optim.Adam([]), ValueError, ["optimizer got an empty parameter list"]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_type_and_words(call: Callable[[], object], kind: type[Exception], words: list[str]) -> None:
    with pytest.raises(kind) as caught:
        call()
    for word in words:
        assert word in str(caught.value), str(caught.value)
    assert torch.equal(torch.ones(2) + 1, torch.full((2,), 2.0)), "the next call works"


def test_a_module_error_names_its_path() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.ReLU(), nn.Linear(5, 2)))
    with pytest.raises(RuntimeError, match=r"mat1 and mat2 shapes[\s\S]*in module 1\.1 \(Linear\(in_features=5"):
        net(x())


def test_state_dict_errors_list_every_key() -> None:
    with pytest.raises(RuntimeError) as caught:
        nn.Linear(2, 3).load_state_dict({"weigth": torch.ones(3, 2), "bias": torch.ones(4)})
    for word in (
        'Missing key(s) in state_dict: "weight"',
        'Unexpected key(s) in state_dict: "weigth"',
        "size mismatch for bias",
    ):
        assert word in str(caught.value)


def run(script: str, prefix: str = "") -> None:
    done = subprocess.run(
        ["bash", "-c", f'{prefix} exec "{sys.executable}" -'], input=script.encode(), capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def test_a_million_nodes_need_no_stack() -> None:
    run(
        "import rushlight as torch\nw = torch.ones(1, requires_grad=True)\ny = w\n"
        "for _ in range(1_000_000): y = y * 1.0\ny.backward()\nassert w.grad.item() == 1\ndel y",
        "ulimit -s 256;",
    )


def test_fork_after_a_parallel_op() -> None:
    run(
        "import os, rushlight as torch\na = torch.randn(600, 600)\nwant = a @ a\npid = os.fork()\n"
        "if pid == 0: os._exit(0 if torch.equal(a @ a, want) else 1)\nassert os.waitpid(pid, 0)[1] == 0"
    )


def test_interrupt_leaves_a_long_product() -> None:
    run(
        "import os, signal, threading, time, rushlight as torch\na = torch.ones(6000, 6000, dtype=torch.float64)\n"
        "threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\nt = time.time()\n"
        "try:\n    for _ in range(20): a @ a\n    raise SystemExit(1)\nexcept KeyboardInterrupt:\n"
        "    pass\nassert (torch.ones(2) + 1).sum() == 4"
    )
