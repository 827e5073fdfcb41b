"""Bad input: PyTorch's exception type and leading words, then op, expected, got and the next step; the process lives on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
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


def leaf() -> torch.Tensor:
    return torch.ones(3, requires_grad=True)


def hooked(hook: Callable[[torch.Tensor], object]) -> None:
    y = leaf() * 2
    y.register_hook(hook)
    y.exp().sum().backward()


class Wrong(torch.autograd.Function):
    """Returns a gradient of a shape that its input never had."""

    @staticmethod
    def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: object, grad: torch.Tensor) -> torch.Tensor:
        return torch.ones(7)


def wrong_gradient() -> None:
    Wrong.apply(leaf()).sum().backward()


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
    ("overflow", lambda: torch.empty(2**40, 2**40), RuntimeError, ["numel: integer multiplication overflow", "[1099511627776, 1099511627776]"]),
    ("huge", lambda: torch.zeros(2**60), MemoryError, ["can't allocate memory"]),
    ("negative", lambda: torch.zeros(-1, 2), RuntimeError, ["-1"]),
    ("too many dims", lambda: torch.zeros([1] * 65), RuntimeError, ["only tensors with up to 64 dims are supported, but got 65"]),
    ("view", lambda: x().view(4, 2), RuntimeError, ["shape '[4, 2]' is invalid for input of size 6"]),
    ("as_strided", lambda: x().as_strided((5, 5), (1, 1), 100), RuntimeError, ["out of bounds for storage of size 24"]),
    ("argument", lambda: torch.add(x(), "a"), TypeError, ["argument 'other' (position 2) must be Tensor or Number, not str"]),
    ("keyword", lambda: torch.sum(x(), foo=1), TypeError, ["foo"]),
    ("item", lambda: x().item(), RuntimeError, ["a Tensor with 6 elements cannot be converted to Scalar"]),
    ("truth", lambda: bool(x()), RuntimeError, ["Boolean value of Tensor with more than one value is ambiguous"]),
    ("integer division", lambda: torch.tensor([1]) // torch.tensor([0]), RuntimeError, ["ZeroDivisionError"]),
    ("integer power", lambda: torch.tensor([2]) ** -1, RuntimeError, ["Integers to negative integer powers"]),
    ("alpha", lambda: torch.tensor([1]).add(1, alpha=1.5), RuntimeError, ["For integral input tensors, argument alpha"]),
    ("batches", lambda: torch.ones(2, 3, 4) @ torch.ones(3, 4, 5), RuntimeError, ["The size of tensor a (2)", "[2, 3, 4] and [3, 4, 5]"]),
    ("linear dtype", lambda: nn.Linear(3, 4)(x().long()), RuntimeError, ["mat1 and mat2 must have the same dtype, but got Long and Float"]),
    ("factory device", lambda: torch.zeros(2, device="cuda"), AssertionError, ["Torch not compiled with CUDA enabled"]),
    ("empty device", lambda: torch.device(""), RuntimeError, ["Device string must not be empty"]),
    ("negative empty", lambda: torch.empty(2, -1), RuntimeError, ["Trying to create tensor with negative dimension -1: [2, -1]"]),
    ("bytes", lambda: torch.zeros(2**62), RuntimeError, ["Storage size calculation overflowed with sizes=[4611686018427387904]"]),
    ("step", lambda: x()[::0], ValueError, ["slice step cannot be zero"]),
    ("0-d slice", lambda: torch.tensor(1.0)[:], IndexError, ["slice() cannot be applied to a 0-dim tensor."]),
    ("invert", lambda: ~x(), TypeError, ["~ (operator.invert) is only implemented on integer and Boolean-type tensors"]),
    ("integer gradient", lambda: torch.ones(2, dtype=torch.int64, requires_grad=True), RuntimeError, ["Only Tensors of floating point"]),
    ("hook size", lambda: hooked(lambda g: torch.ones(5)), RuntimeError, ["hook '<lambda>' has changed the size of value"]),
    ("hook in place", lambda: hooked(lambda g: None if g.resize_(0).dim() else None), RuntimeError, ["has changed the size of value"]),
    ("hook dtype", lambda: hooked(lambda g: g.double()), RuntimeError, ["has changed the type of value (was torch.FloatTensor"]),
    ("hook type", lambda: hooked(lambda g: "x"), TypeError, ["expected Variable, but hook returned 'str'"]),
    ("hook raises", lambda: hooked(lambda g: 1 / 0), ZeroDivisionError, ["division by zero"]),
    ("function gradient", wrong_gradient, RuntimeError, ["Function WrongBackward returned an invalid gradient at index 0", "[7]", "[3]"]),
    ("unused", lambda: torch.autograd.grad(leaf().sum(), leaf()), RuntimeError, ["The differentiated Tensor at index 0"]),
    ("cat overflow", lambda: torch.cat([torch.empty(2**62, 0)] * 2), RuntimeError, ["numel: integer multiplication overflow"]),
    ("pad overflow", lambda: F.pad(torch.ones(2), (2**63 - 1, 2**63 - 1)), RuntimeError, ["overflows a 64-bit integer"]),
    ("pad copies", lambda: F.pad(torch.ones(1, 0), (1, 1), mode="replicate"), RuntimeError, ["has none"]),
    ("pool kernel", lambda: F.max_pool2d(torch.ones(1, 1, 4, 4), -1), RuntimeError, ["kernel size should be greater than zero, but got kH: -1 kW: -1"]),
    ("pool stride", lambda: F.max_pool2d(torch.ones(1, 1, 4, 4), 2, stride=-3), RuntimeError, ["stride should be greater than zero, but got dH: -3 dW: -3"]),
    ("huge pool", lambda: F.avg_pool1d(x(), 2**63 - 1), RuntimeError, ["value cannot be converted to type int without overflow"]),
    ("huge window", lambda: F.fold(torch.zeros(1, 4, 3), 2**62, 2**62), RuntimeError, ["4611686018427387904"]),
    ("huge shuffle", lambda: F.pixel_shuffle(torch.zeros(2, 0, 4, 4), 2**62), ValueError, ["upscale factor is too large"]),
    ("huge scale", lambda: F.interpolate(torch.ones(1, 1, 2, 2), scale_factor=1e30), RuntimeError, ["cannot be converted to type int64_t"]),
    ("huge sections", lambda: x().tensor_split(2**62), RuntimeError, ["4611686018427387904 sections"]),
    ("no kernel", lambda: F.conv2d(torch.ones(1, 3, 8, 8), torch.ones(4, 3, 0, 0)), RuntimeError, ["kernel size should be greater than zero"]),
    ("image target", lambda: F.cross_entropy(torch.ones(2, 3, 4, 4), torch.zeros(2, 4, 5).long()), RuntimeError, ["size mismatch (got input: [2, 3, 4, 4] , target: [2, 4, 5]"]),
    ("string", lambda: torch.tensor([1, "a"]), TypeError, ["new(): invalid data type 'str'"]),
    ("strings", lambda: torch.tensor(["a"]), ValueError, ["too many dimensions 'str'"]),
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


class Shrinking:
    """Empties the list that it stands in while it is read as a number."""

    def __init__(self, items: list) -> None:
        self.items = items
        items.append(self)
        items.extend([0] * 100)

    def __index__(self) -> int:
        self.items.clear()
        return 1


@pytest.mark.parametrize(
    "use",
    [
        torch.ones,
        x().view,
        x().sum,
        x().permute,
        x().expand,
        x().split,
        lambda items: F.pad(x(), items),
        lambda items: F.max_pool2d(torch.ones(1, 1, 4, 4), items),
    ],
)
def test_a_list_that_changes_while_it_is_read(use: Callable[[list], object]) -> None:
    items: list = []
    Shrinking(items)
    with pytest.raises(ValueError, match="the sequence changed its length while it was read"):
        use(items)


def test_hooks_may_add_and_remove_hooks() -> None:
    w = leaf()
    for tensor in (w, y := w * 2):
        handles = []

        def edit(grad: torch.Tensor, tensor: torch.Tensor = tensor, handles: list = handles) -> torch.Tensor:
            for handle in handles:
                handle.remove()
            for _ in range(50):
                tensor.register_hook(lambda g: g * 1)
            return grad * 1

        handles += [tensor.register_hook(edit) for _ in range(3)]
    y.sum().backward()
    assert torch.equal(w.grad, torch.full((3,), 2.0))


def test_a_scalar_has_its_one_element_as_top_k() -> None:
    values, indices = torch.tensor(5.0).topk(0)
    assert values.item() == 5 and indices.item() == 0


def test_filling_an_expanded_tensor() -> None:
    assert torch.equal(torch.ones(1).expand(4).fill_(3), torch.full((4,), 3.0))
    assert torch.equal(torch.ones(1).expand(4).zero_(), torch.zeros(4))


def test_a_failed_resize_leaves_the_tensor_alone() -> None:
    t = torch.ones(2, 3)
    for size in ((2**40, 2**40), (2**62,), (-1,), (1,) * 65):
        with pytest.raises(RuntimeError):
            t.resize_(size)
        assert t.shape == (2, 3) and t.sum() == 6


HUGE = [0, -1, 2**31, 2**62, -(2**63), 2**63 - 1]


@pytest.mark.parametrize("module", ["Tensor", "nn.functional"])
def test_no_number_ends_the_process(module: str) -> None:
    """Every function with empty tensors and extreme numbers: any exception will do, a signal will not."""
    skipped = "backward tensor_split hsplit vsplit dsplit"  # the last ones make as many tensors as asked, up to 2^24
    run(
        f"import resource, warnings, rushlight as torch\nwarnings.simplefilter('ignore')\n"
        f"resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\nholder = torch.{module}\n"
        f"tensors = [torch.zeros(0), torch.zeros(0, 3), torch.zeros(2, 0, 4, 4), torch.tensor(1.0), torch.ones(2, 3)]\n"
        f"numbers = {HUGE}\n"
        f"lists = [(), *((a,) for a in numbers), *((a, b) for a in numbers for b in numbers), ([],), (None,), ('a',),\n"
        f"         (torch.tensor([2**62, -2**63]),), (0, torch.tensor([2**62, -2**63]))]\n"
        f"for name in dir(holder):\n"
        f"    if name[0] == '_' or name in {skipped.split()!r} or not callable(getattr(holder, name)): continue\n"
        f"    for t in tensors:\n"
        f"        for arguments in lists:\n"
        f"            try: getattr(holder, name)(t.clone(), *arguments)\n"
        f"            except Exception: pass\n"
    )


@pytest.mark.parametrize(
    "call",
    [
        "torch.ones(2).round(decimals=2**63 - 1)",
        "torch.ones(2).round(decimals=-(2**63))",
        "torch.tril_indices(2**61, 0)",
        "torch.triu_indices(2**40, 1)",
        "torch.tril_indices(2**61, 2**61)",
        "torch.combinations(torch.arange(3), 2**62, with_replacement=True)",
        "torch.combinations(torch.arange(3), 2**20, with_replacement=True)",
        "torch.split(torch.zeros(0), [2**62] * 4)",
        "torch.zeros(0, 2**61).unbind(1)",
        "F.max_pool2d(torch.ones(1, 1, 4, 4), 2**31 - 1, ceil_mode=True)",
        "F.avg_pool3d(torch.ones(1, 1, 4, 4, 4), 2**31 - 1, ceil_mode=True)",
        "F.embedding(torch.ones(2).long(), torch.ones(2**61, 0, requires_grad=True)).sum().backward()",
        "torch._C._orthogonal_polynomial(torch.ones(2), 5, 0, -(2**31))",
        "torch.ones(2).__dlpack__(max_version=(2**70, 0))",
    ],
)
def test_a_large_number_does_not_hang(call: str) -> None:
    run(
        "import resource, signal, rushlight as torch\nF = torch.nn.functional\nsignal.alarm(20)\n"
        f"resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\ntry: {call}\n"
        "except (RuntimeError, MemoryError, TypeError, ValueError, OverflowError): pass"
    )


@pytest.mark.parametrize("share", ["from_numpy", "asarray", "as_tensor", "from_dlpack", "frombuffer"])
def test_numpy_cannot_move_memory_away_from_a_tensor(share: str) -> None:
    array = np.ones(1000, np.float32)
    tensor = getattr(torch, share)(array, **({"dtype": torch.float32} if share == "frombuffer" else {}))
    with pytest.raises(ValueError, match="cannot resize"):
        array.resize(10**7, refcheck=False)
    assert tensor.sum() == 1000
    del tensor
    array.resize(10, refcheck=False)


def test_threads_work_on_their_own_and_on_shared_tensors() -> None:
    run(
        "import threading, rushlight as torch\nw = torch.randn(64, 64, requires_grad=True)\nx = torch.ones(1000)\n"
        "def work():\n    for _ in range(100):\n        (torch.randn(64, 64) @ w).relu().sum().backward()\n"
        "        x.add_(1).resize_(1000).sum()\n"
        "        try: torch.ones(2, 3) @ torch.ones(2, 3)\n        except RuntimeError: pass\n"
        "threads = [threading.Thread(target=work) for _ in range(8)]\n"
        "[t.start() for t in threads]\n[t.join() for t in threads]\nassert w.grad.shape == (64, 64)"
    )


def test_out_of_memory_leaves_a_working_process() -> None:
    run(
        "import resource, rushlight as torch\nresource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\nkeep = []\n"
        "try:\n    while True: keep.append(torch.ones(10**7))\n"
        "except MemoryError as error: assert 'tried to allocate' in str(error)\n"
        "assert isinstance(error if 'error' in dir() else MemoryError(), MemoryError)\ndel keep\n"
        "assert (torch.ones(500, 500) @ torch.ones(500, 500)).sum() == 500**3"
    )


def test_interrupt_leaves_a_hanging_data_loader() -> None:
    run(
        "import os, signal, threading, time, rushlight as torch\n"
        "class Slow(torch.utils.data.Dataset):\n    def __len__(self): return 10\n"
        "    def __getitem__(self, i): time.sleep(60)\n"
        "threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\nstart = time.time()\n"
        "try: list(torch.utils.data.DataLoader(Slow(), num_workers=2))\nexcept KeyboardInterrupt: pass\n"
        "assert time.time() - start < 4"
    )
