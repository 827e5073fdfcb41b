"""The Python door: argument parsing and its errors, object identity, operators, conversions, exchange, threads."""

from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest

import rushlight as torch


def rows() -> torch.Tensor:
    return torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


# ---- import --------------------------------------------------------------------------------------------------------


def test_import_is_short_and_without_numpy() -> None:
    code = "import rushlight, sys; assert 'numpy' not in sys.modules; assert 'rushlight.nn' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_lazy_names() -> None:
    assert torch.linalg.LinAlgError.__mro__[1] is RuntimeError
    assert not torch.cuda.is_available()
    assert not hasattr(torch, "no_such_module")
    with pytest.raises(AttributeError, match="has no attribute 'no_such_module'"):
        torch.no_such_module  # noqa: B018


# ---- the parser ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.view(3, 2),
        lambda x: x.view((3, 2)),
        lambda x: x.view([3, -1]),
        lambda x: x.view(torch.Size([3, 2])),
        lambda x: x.view(np.int64(3), 2),
        lambda x: x.view(torch.tensor(3), 2),
        lambda x: x.reshape(3, 2),
        lambda x: torch.reshape(x, (3, 2)),
        lambda x: torch.reshape(input=x, shape=(3, 2)),
        lambda x: torch.reshape(self=x, shape=[3, 2]),
    ],
)
def test_list_forms(call) -> None:
    assert call(rows()).tolist() == [[1, 2], [3, 4], [5, 6]]


def test_keyword_aliases() -> None:
    x = rows()
    want = [[6.0], [15.0]]
    assert x.sum(1, True).tolist() == want
    assert x.sum(dim=1, keepdim=True).tolist() == want
    assert x.sum(axis=1, keepdims=True).tolist() == want
    assert torch.sum(input=x, axis=(1,), keepdims=True).tolist() == want
    assert torch.add(x1=x, x2=x).tolist() == (x * 2).tolist()


def test_numbers_from_numpy_and_tensors() -> None:
    x = rows()
    assert x.sum(np.int32(0)).tolist() == [5, 7, 9]
    assert x.sum(torch.tensor(0)).tolist() == [5, 7, 9]
    assert (x * np.float32(2)).tolist() == (x * 2).tolist()
    assert x.add(x, alpha=torch.tensor(2.0)).tolist() == (x * 3).tolist()
    assert torch.full((2,), np.float64(1.5)).tolist() == [1.5, 1.5]
    assert torch.full((2,), np.bool_(True)).dtype == torch.bool


def test_dtypes_and_devices() -> None:
    assert torch.zeros(2, dtype=float).dtype == torch.float64
    assert torch.zeros(2, dtype=int).dtype == torch.int64
    assert torch.zeros(2, dtype=bool).dtype == torch.bool
    assert torch.zeros(2, device="cpu").device == torch.device("cpu")
    assert torch.zeros(2, layout=torch.strided, pin_memory=False).layout is torch.strided
    assert torch.zeros(2, requires_grad=True).requires_grad


def test_out() -> None:
    x, out = rows(), torch.empty(0)
    assert torch.add(x, 1, out=out) is out
    assert out.tolist() == (x + 1).tolist()
    assert torch.add(x, 1, out=None).tolist() == out.tolist()
    with pytest.raises(TypeError, match=r"add\(\) got an unexpected keyword argument 'out'"):
        x.add(x, out=out)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x: x.add("a"), r"add\(\): argument 'other' \(position 1\) must be Tensor or Number, not str"),
        (lambda x: torch.add(x, "a"), r"add\(\): argument 'other' \(position 2\) must be Tensor or Number, not str"),
        (lambda x: torch.exp("a"), r"exp\(\): argument 'input' \(position 1\) must be Tensor, not str"),
        (lambda x: torch.exp(), r'exp\(\) missing 1 required positional arguments: "input"'),
        (lambda x: torch.exp(x, foo=1), r"exp\(\) got an unexpected keyword argument 'foo'"),
        (lambda x: torch.add(x), r'add\(\) missing 1 required positional arguments: "other"'),
        (lambda x: torch.exp(x, 1), r"exp\(\) takes 1 positional argument but 2 were given"),
        (lambda x: x.transpose(0), r'transpose\(\) missing 1 required positional arguments: "dim1"'),
        (lambda x: x.transpose(0, 1.0), r"transpose\(\): argument 'dim1' \(position 2\) must be int, not float"),
        (lambda x: x.transpose(0, True), r"transpose\(\): argument 'dim1' \(position 2\) must be int, not bool"),
        (lambda x: torch.zeros("a"), r"zeros\(\): argument 'size' \(position 1\) must be tuple of ints, not str"),
        (lambda x: torch.zeros(2.5), r"zeros\(\): argument 'size' \(position 1\) must be tuple of ints, not float"),
        (lambda x: torch.zeros(3, dtype="float"), r"zeros\(\): argument 'dtype' must be torch.dtype, not str"),
        (lambda x: torch.cat(x), r"cat\(\): argument 'tensors' \(position 1\) must be tuple of Tensors, not Tensor"),
        (lambda x: torch.cat([x, 1]), r"expected Tensor as element 1 in argument 0, but got int"),
        (lambda x: x + "a", r"unsupported operand type\(s\) for \+: 'Tensor' and 'str'"),
        (lambda x: x @ 1, r"unsupported operand type\(s\) for @: 'Tensor' and 'int'"),
        (lambda x: x < "a", r"'<' not supported between instances of 'Tensor' and 'str'"),
    ],
)
def test_type_errors(call, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        call(rows())


def test_no_match_lists_every_overload_with_its_reason() -> None:
    with pytest.raises(TypeError) as error:
        torch.max(rows(), dim="s")
    text = str(error.value)
    assert text.startswith(
        "max() received an invalid combination of arguments - got (Tensor, dim=str), but expected one"
    )
    assert "\n * (Tensor input, int dim, bool keepdim = False" in text
    assert "max(): argument 'dim' must be int, not str" in text


def test_huge_ints_are_refused() -> None:
    with pytest.raises(OverflowError, match="int too big to convert"):
        rows() + 2**70
    with pytest.raises(ValueError, match="Overflow when unpacking long"):
        torch.zeros(2**70)


def test_ops_have_names_and_can_be_pickled() -> None:
    assert torch.add.__name__ == "add"
    assert "add(T self, T other" in torch.add.__doc__
    assert pickle.loads(pickle.dumps(torch.add)) is torch.add
    assert copy.deepcopy(torch.relu) is torch.relu
    assert pickle.loads(pickle.dumps(torch.Tensor.add))(torch.ones(1), 1).item() == 2


# ---- operators -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ["+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("right", [2, 2.5, True, "y"])
def test_operators_agree_with_numpy(op: str, right) -> None:
    x = torch.tensor([1.0, 2.0, 3.5])
    y = torch.tensor([3.0, 2.0, 0.5]) if right == "y" else right
    names = {"x": x, "y": y, "a": x.numpy(), "b": y.numpy() if right == "y" else y}
    for ours, theirs in ((f"x {op} y", f"a {op} b"), (f"y {op} x", f"b {op} a")):
        assert eval(ours, names).tolist() == pytest.approx(eval(theirs, names).tolist())


def test_integer_operators() -> None:
    x = torch.tensor([6, 1])
    assert (x & 3).tolist() == [2, 1]
    assert (3 | x).tolist() == [7, 3]
    assert (x ^ x).tolist() == [0, 0]
    assert (x << 1).tolist() == [12, 2]
    assert (1 << x).tolist() == [64, 2]
    assert (x >> 1).tolist() == [3, 0]
    assert (~x).tolist() == [-7, -2]
    assert (-x).tolist() == [-6, -1]
    assert abs(-x).tolist() == [6, 1]
    assert +x is x


def test_in_place_operators_keep_the_object() -> None:
    x = before = torch.tensor([4.0])
    x += 1
    x -= 1
    x *= 3
    x /= 2
    x //= 1
    x **= 2
    x %= 5
    assert x is before
    assert x.item() == 1
    with pytest.raises(TypeError):
        x += "a"


def test_comparison_with_other_objects_is_identity() -> None:
    x = rows()
    assert (x == None) is False  # noqa: E711
    assert (x != "a") is True
    assert {x: 1}[x] == 1


def test_conversion_to_python_numbers() -> None:
    assert int(torch.tensor(3.7)) == 3
    assert float(torch.tensor([2])) == 2.0
    assert [10, 20][torch.tensor(1)] == 20
    assert complex(torch.tensor(2.0)) == 2
    assert bool(torch.tensor([0.0])) is False
    with pytest.raises(RuntimeError, match="Boolean value of Tensor with more than one value is ambiguous"):
        bool(rows())
    with pytest.raises(ValueError, match="only one element tensors can be converted to Python scalars"):
        int(rows())
    with pytest.raises(RuntimeError, match="a Tensor with 6 elements cannot be converted to Scalar"):
        rows().item()
    with pytest.raises(TypeError, match="only integer tensors of a single element can be converted to an index"):
        [1][torch.tensor(0.5)]


# ---- indexing ------------------------------------------------------------------------------------------------------

INDICES = [
    0,
    -1,
    (0, 1),
    ...,
    (..., 0),
    None,
    (0, None),
    (slice(None), 1),
    slice(0, 2, 2),
    slice(5, 2),
    (None, None, 0),
    (slice(1, None), slice(None, 2), -1),
    (0, ..., 0, None),
    True,
    False,
    [0, 1],
    (slice(None), [0, 1]),
    np.array([0, 1]),
    np.int64(1),
    (),
    (np.array([0, 1]), np.array([1, 2])),
    (slice(None), np.array([0, 2])),
    (np.array([0, 1]), slice(None), np.array([0, 3])),
    (0, np.array([0, 1]), slice(1, 3)),
    np.array([True, False]),
    (slice(None), slice(None), np.array([True, False, True, False])),
    np.array([[0, 1], [1, 0]]),
    np.zeros(0, dtype=np.int64),
]


def as_torch(index):
    if isinstance(index, np.ndarray):
        return torch.tensor(index)
    return tuple(map(as_torch, index)) if isinstance(index, tuple) else index


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_reading_agrees_with_numpy(index) -> None:
    a = np.arange(24).reshape(2, 3, 4)
    x = torch.tensor(a)
    for form in (index, as_torch(index)):
        got = x[form]
        assert got.shape == a[index].shape
        assert got.tolist() == a[index].tolist()


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_writing_agrees_with_numpy(index) -> None:
    a = np.arange(24.0).reshape(2, 3, 4)
    for value in (7, a[index] * 2 + 1):
        b, x = a.copy(), torch.tensor(a)
        b[index] = value
        x[as_torch(index)] = torch.tensor(value) if isinstance(value, np.ndarray) else value
        assert x.tolist() == b.tolist()


@pytest.mark.parametrize(
    ("index", "kind", "text"),
    [
        (5, IndexError, "index 5 is out of bounds for dimension 0 with size 2"),
        ((0, 0, 0), IndexError, "too many indices for tensor of dimension 2"),
        (1.0, IndexError, "only integers, slices"),
        (slice(None, None, -1), ValueError, "step must be greater than zero"),
        (torch.tensor([5]), IndexError, "index 5 is out of bounds for dimension 0 with size 2"),
        (torch.tensor([0.5]), IndexError, "tensors used as indices must be long, int, byte or bool tensors"),
        (torch.tensor([True] * 3), IndexError, r"The shape of the mask \[3\] at index 0 does not match"),
    ],
)
def test_index_errors(index, kind: type, text: str) -> None:
    with pytest.raises(kind, match=text):
        rows()[index]


def test_more_index_errors() -> None:
    with pytest.raises(IndexError, match="invalid index of a 0-dim tensor"):
        torch.tensor(1)[0]
    with pytest.raises(TypeError, match="can't assign a str to a torch.FloatTensor"):
        rows()[0] = "a"
    with pytest.raises(TypeError, match="iteration over a 0-d tensor"):
        list(torch.tensor(1))
    with pytest.raises(TypeError, match="len\\(\\) of a 0-d tensor"):
        len(torch.tensor(1))


def test_views_write_through() -> None:
    x = rows()
    x[0][1] = 9
    x[:, 2] += 1
    assert x.tolist() == [[1, 9, 4], [4, 5, 7]]
    assert x[0]._base is x
    assert 9.0 in x
    assert "z" not in ["a"]
    with pytest.raises(RuntimeError, match="Tensor.__contains__ only supports Tensor or scalar"):
        "a" in x  # noqa: B015


def test_index_gradients() -> None:
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    (x[0, 1:] * 2).sum().backward()
    assert x.grad.tolist() == [[0, 2, 2], [0, 0, 0]]
    x.grad = None
    x[torch.tensor([0, 0, 1])].sum().backward()
    assert x.grad.tolist() == [[2, 2, 2], [1, 1, 1]]
    x.grad = None
    y = x * 1
    y[0] = 5
    (y * y).sum().backward()
    assert x.grad.tolist() == [[0, 0, 0], [6, 8, 10]]


# ---- making tensors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "dtype", "shape"),
    [
        (1, torch.int64, ()),
        (1.5, torch.float32, ()),
        (True, torch.bool, ()),
        ([], torch.float32, (0,)),
        ([[]], torch.float32, (1, 0)),
        ([1, 2.5, True], torch.float32, (3,)),
        ([True, 1], torch.int64, (2,)),
        ([(1, 2), (3, 4)], torch.int64, (2, 2)),
        (np.float32(1), torch.float32, ()),
        (np.float64(1), torch.float64, ()),
        ([np.float32(1), np.float64(2)], torch.float64, (2,)),
        (np.zeros((2, 3), np.int16), torch.int16, (2, 3)),
        ([torch.tensor(1), torch.tensor(2.5)], torch.float32, (2,)),
        (range(3), torch.int64, (3,)),
    ],
)
def test_tensor_infers(data, dtype, shape) -> None:
    t = torch.tensor(data)
    assert (t.dtype, tuple(t.shape)) == (dtype, shape)


@pytest.mark.parametrize(
    ("data", "kwargs", "kind", "text"),
    [
        ([[1, 2], [3]], {}, ValueError, r"expected sequence of length 2 at dim 1 \(got 1\)"),
        ("a", {}, TypeError, r"new\(\): invalid data type 'str'"),
        (["a"], {}, ValueError, "too many dimensions 'str'"),
        (None, {}, RuntimeError, "Could not infer dtype of NoneType"),
        ([1, None], {}, RuntimeError, "Could not infer dtype of NoneType"),
        (2**63, {}, ValueError, "Overflow when unpacking long"),
        ([300], {"dtype": torch.uint8}, RuntimeError, "value cannot be converted to type uint8 without overflow"),
        ([rows(), rows()], {}, ValueError, "only one element tensors can be converted to Python scalars"),
    ],
)
def test_tensor_errors(data, kwargs, kind, text) -> None:
    with pytest.raises(kind, match=text):
        torch.tensor(data, **kwargs)


def test_tensor_of_a_tensor_copies_and_warns() -> None:
    x = rows()
    with pytest.warns(UserWarning, match="To copy construct from a tensor"):
        y = torch.tensor(x)
    y[0] = 0
    assert x[0, 0] == 1
    assert torch.as_tensor(x) is x
    assert torch.asarray(x) is x
    assert torch.asarray(x, copy=True) is not x


def test_legacy_constructors() -> None:
    assert torch.Tensor(2, 3).shape == (2, 3)
    assert torch.Tensor([2, 3]).tolist() == [2, 3]
    assert torch.Tensor(torch.Size([2])).shape == (2,)
    assert torch.LongTensor([1, 2]).dtype == torch.int64
    assert isinstance(torch.ones(1), torch.FloatTensor)
    assert not isinstance(torch.ones(1), torch.LongTensor)
    assert torch.ones(1).type() == "torch.FloatTensor"
    assert torch.ones(1).type(torch.LongTensor).dtype == torch.int64
    assert rows().new(2, 3).shape == (2, 3)
    assert torch.tensor([1]).new_tensor([1.5]).tolist() == [1]


def test_conversions_return_self_when_nothing_changes() -> None:
    x = rows()
    assert x.float() is x
    assert x.to(torch.float32) is x
    assert x.to("cpu") is x
    assert x.cpu() is x
    assert x.contiguous() is x
    assert x.to(torch.float32, copy=True) is not x
    assert x.to("cpu", torch.int64).dtype == torch.int64
    assert x.to(torch.zeros(1, dtype=torch.int32)).dtype == torch.int32
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        x.cuda()
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        x.to("cuda")


# ---- exchange ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"])
def test_numpy_shares_memory(dtype: str) -> None:
    a = np.ones((2, 3), dtype).T
    x = torch.from_numpy(a)
    assert x.stride() == (1, 3)
    back = x.numpy()
    assert back.dtype == a.dtype
    assert np.shares_memory(a, back)
    assert np.asarray(x).tolist() == a.tolist()
    assert torch.from_dlpack(x).data_ptr() == x.data_ptr()
    assert np.from_dlpack(x).tolist() == a.tolist()


def test_numpy_errors() -> None:
    with pytest.raises(TypeError, match=r"expected np.ndarray \(got list\)"):
        torch.from_numpy([1])
    with pytest.raises(ValueError, match="At least one stride in the given numpy array is negative"):
        torch.from_numpy(np.ones(3)[::-1])
    with pytest.raises(ValueError, match="byte order different from the native byte order"):
        torch.from_numpy(np.ones(3, ">f8"))
    with pytest.raises(TypeError, match="can't convert np.ndarray of type numpy.str"):
        torch.from_numpy(np.array(["a"]))
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"):
        torch.ones(2, requires_grad=True).numpy()
    with pytest.raises(TypeError, match="Got unsupported ScalarType BFloat16"):
        torch.ones(2, dtype=torch.bfloat16).numpy()


def test_read_only_arrays_are_protected() -> None:
    a = np.ones(3)
    a.flags.writeable = False
    x = torch.from_numpy(a)
    assert (x + 1).tolist() == [2, 2, 2]
    with pytest.raises(RuntimeError, match="read-only"):
        x.add_(1)
    assert not x.numpy().flags.writeable


def test_arrays_outlive_their_tensor() -> None:
    a = torch.arange(1000.0).numpy()
    gc.collect()
    junk = [torch.ones(1000) for _ in range(10)]
    assert a[999] == 999
    assert len(junk) == 10


def test_mixed_arithmetic() -> None:
    a, x = np.array([1.0, 2.0]), torch.tensor([3.0, 4.0], dtype=torch.float64)
    assert (x + a).tolist() == [4, 6]
    assert (np.float64(2) * x).tolist() == [6, 8]
    assert np.add(x, 1).tolist() == [4, 5]


def test_frombuffer() -> None:
    data = bytearray(b"\x01\x00\x02\x00")
    x = torch.frombuffer(data, dtype=torch.int16)
    assert x.tolist() == [1, 2]
    data[0] = 9
    assert x[0] == 9
    with pytest.raises(ValueError, match="must be a multiple of element size"):
        torch.frombuffer(data, dtype=torch.int64)


# ---- objects -------------------------------------------------------------------------------------------------------


class Tagged(torch.Tensor):
    pass


def test_one_object_per_tensor() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    assert y.grad_fn is y.grad_fn
    leaf = y.grad_fn.next_functions[0][0].variable
    assert leaf is x
    assert type(y.grad_fn).__name__ == y.grad_fn.name() == "MulBackward0"
    assert repr(y.grad_fn).startswith("<MulBackward0 object at 0x")


def test_objects_with_state_live_as_long_as_their_tensor() -> None:
    p = torch.Tensor._make_subclass(Tagged, torch.ones(2), True)
    p.tag = "kept"
    y = (p * 2).sum()
    watch = weakref.ref(p)
    del p
    gc.collect()
    leaf = y.grad_fn.next_functions[0][0].next_functions[0][0].variable
    assert type(leaf) is Tagged
    assert leaf.tag == "kept"
    assert watch() is leaf
    del leaf, y
    gc.collect()
    assert watch() is None


def test_cycles_are_collected() -> None:
    x = torch.ones(2)
    x.me = x
    w = torch.ones(2, requires_grad=True)
    w.register_hook(lambda g, w=w: None)
    watches = weakref.ref(x), weakref.ref(w)
    del x, w
    gc.collect()
    assert [watch() for watch in watches] == [None, None]


def test_attributes_and_monkeypatching() -> None:
    x = torch.ones(2)
    x.name_of_mine = 5
    assert x.name_of_mine == 5
    with pytest.raises(AttributeError, match="'Tensor' object has no attribute 'missing'"):
        x.missing  # noqa: B018
    torch.Tensor.twice = lambda self: self * 2
    try:
        assert x.twice().tolist() == [2, 2]
    finally:
        del torch.Tensor.twice


def test_size() -> None:
    s = torch.Size([2, 3])
    assert repr(s) == "torch.Size([2, 3])"
    assert s == (2, 3)
    assert isinstance(s[1:], torch.Size)
    assert isinstance(s + (1,), torch.Size)
    assert s.numel() == 6
    assert pickle.loads(pickle.dumps(s)) == s
    with pytest.raises(TypeError, match=r"torch.Size\(\) takes an iterable of 'int' \(item 1 is 'str'\)"):
        torch.Size([2, "a"])


def test_dtype_device_info() -> None:
    assert repr(torch.float32) == "torch.float32"
    assert torch.float is torch.float32
    assert pickle.loads(pickle.dumps(torch.int8)) is torch.int8
    assert (torch.float16.itemsize, torch.float16.is_floating_point, torch.int8.is_signed) == (2, True, True)
    assert repr(torch.device("cuda:1")) == "device(type='cuda', index=1)"
    assert str(torch.device("cpu", 0)) == "cpu:0"
    assert torch.device("cpu") == torch.device(torch.device("cpu"))
    assert repr(torch.finfo(torch.float32)) == (
        "finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, smallest_normal=1.17549e-38, "
        "tiny=1.17549e-38, dtype=float32)"
    )
    assert repr(torch.iinfo(torch.int8)) == "iinfo(min=-128, max=127, dtype=int8)"
    assert torch.iinfo(torch.int64).max == 2**63 - 1


def test_named_results() -> None:
    got = torch.max(rows(), 1)
    assert got.values.tolist() == [3, 6]
    assert repr(got) == "torch.return_types.max(\nvalues=tensor([3., 6.]),\nindices=tensor([2, 2]))"
    assert pickle.loads(pickle.dumps(got)).indices.tolist() == [2, 2]
    assert isinstance(torch.split(rows(), 1), tuple)


def test_copies_and_pickles() -> None:
    x = rows()
    for y in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.tolist() == x.tolist()
    assert pickle.loads(pickle.dumps(x.t())).stride() == (1, 3)
    assert pickle.loads(pickle.dumps(torch.ones(2, requires_grad=True))).requires_grad
    a, b = copy.deepcopy([x, x[0]])
    b[0] = 50
    assert a[0, 0] == 50
    a, b = pickle.loads(pickle.dumps((x, x[1])))
    b[0] = 60
    assert a[1, 0] == 60
    tagged = x.as_subclass(Tagged)
    tagged.tag = 1
    assert pickle.loads(pickle.dumps(tagged)).tag == 1
    with pytest.raises(RuntimeError, match="Only Tensors created explicitly by the user"):
        copy.deepcopy(torch.ones(1, requires_grad=True) * 2)


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        y = x * x * factor
        ctx.save_for_backward(x, y)
        ctx.factor = factor
        return y

    @staticmethod
    def backward(ctx, grad):
        x, _ = ctx.saved_tensors
        assert ctx.needs_input_grad == (True, False)
        return 2 * x * grad * ctx.factor, None


# ---- threads, random state, errors -----------------------------------------------------------------------------------


def test_threads() -> None:
    shared = torch.ones(100, requires_grad=True)
    calls: list[int] = []
    errors: list[BaseException] = []
    shared.register_hook(lambda g: calls.append(1))

    def work() -> None:
        try:
            for _ in range(20):
                (shared * 2).sum().backward()
                Square.apply(torch.ones(40000, requires_grad=True), 1).sum().backward()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not errors
    assert len(calls) == 80
    assert shared.grad[0] == 160


def test_random_state() -> None:
    assert torch.manual_seed(1) is torch.default_generator
    state = torch.get_rng_state()
    first = torch.rand(3)
    torch.set_rng_state(state)
    assert torch.rand(3).tolist() == first.tolist()
    own = torch.Generator().manual_seed(7)
    twin = pickle.loads(pickle.dumps(own))
    assert torch.rand(2, generator=own).tolist() == torch.rand(2, generator=twin).tolist()
    assert torch.manual_seed(-5).initial_seed() == 2**64 - 5
    with torch.random.fork_rng():
        torch.rand(1)
    torch.manual_seed(0)


def test_errors_are_python_exceptions() -> None:
    with pytest.raises(torch.OutOfMemoryError) as error:
        torch.empty(1 << 45)
    assert isinstance(error.value, RuntimeError)
    assert isinstance(error.value, MemoryError)
    with pytest.raises(RuntimeError, match="Expected one of cpu, cuda"):
        torch.device("foo")


def test_default_dtype() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.tensor(1.5).dtype == torch.float64
        assert torch.zeros(1).dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)
    with pytest.raises(TypeError, match="only floating-point types are supported as the default type"):
        torch.set_default_dtype(torch.int32)


def test_nothing_leaks() -> None:
    def pages() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1])

    x, w = torch.ones(5000), torch.ones(5000, requires_grad=True)

    def once() -> None:
        (w * 2).sum().backward()
        Square.apply(w, 2).sum().backward()
        torch.from_numpy(x.numpy())
        torch.from_dlpack(x)
        copy.deepcopy(w)
        x[x > 2]
        list(x[:5])
        with pytest.raises(TypeError):
            x.add("a")

    for _ in range(30):
        once()
    gc.collect()
    before = pages()
    for _ in range(300):
        once()
    gc.collect()
    assert pages() - before < 600  # 300 x 20 KB would be 1,500 pages for each tensor that leaks
