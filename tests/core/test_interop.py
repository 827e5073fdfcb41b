"""Memory shared with NumPy, DLPack and the buffer protocol; copies, pickles and files of every dtype."""

from __future__ import annotations

import copy
import io
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import rushlight as torch
from rushlight.utils import dlpack

NUMPY_DTYPES = (
    "bool uint8 int8 int16 int32 int64 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
ALL_DTYPES = [*NUMPY_DTYPES, "bfloat16"]


def values(dtype: str) -> torch.Tensor:
    t = torch.tensor([[1, 0, 3], [4, 5, 6]])
    return (t * (1 + 2j)).to(getattr(torch, dtype)) if dtype.startswith("complex") else t.to(getattr(torch, dtype))


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_numpy_shares_memory(dtype: str) -> None:
    array = values(dtype).numpy().copy()
    assert array.dtype == dtype
    t = torch.from_numpy(array)
    assert t.dtype == getattr(torch, dtype) and t.data_ptr() == array.ctypes.data and t.tolist() == array.tolist()
    array[0, 0] = 0
    assert t[0, 0].item() == 0
    t[0, 0] = 1
    for other in (t.numpy(), np.asarray(t), t.__array__()):
        assert other.dtype == dtype and other.ctypes.data == array.ctypes.data
        np.testing.assert_array_equal(other, array)
    assert torch.asarray(array).data_ptr() == torch.as_tensor(array).data_ptr() == t.data_ptr()
    assert torch.tensor(array).data_ptr() != t.data_ptr()
    np.testing.assert_array_equal(torch.from_numpy(array.T).numpy(), array.T)


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_buffers(dtype: str) -> None:
    t = values(dtype)
    view = memoryview(t)
    assert view.shape == (2, 3) and view.itemsize == t.itemsize and not view.readonly
    data = bytearray(view.tobytes())
    back = torch.frombuffer(data, dtype=t.dtype)
    assert back.tolist() == t.flatten().tolist()
    data[: t.itemsize] = bytes(t.itemsize)
    assert back[0].item() == 0
    assert torch.frombuffer(data, dtype=t.dtype, count=2, offset=t.itemsize).tolist() == t.flatten()[1:3].tolist()
    assert torch.asarray(data, dtype=t.dtype).tolist() == back.tolist()


def test_buffer_errors() -> None:
    with pytest.raises(ValueError, match="must be a multiple of element size"):
        torch.frombuffer(bytearray(9), dtype=torch.cfloat)
    with pytest.raises(ValueError, match="must not be greater than actual buffer length"):
        torch.frombuffer(bytearray(8), dtype=torch.float32, count=2**62)
    with pytest.raises(NotImplementedError, match="complex32 have no kernels"):
        torch.frombuffer(bytearray(8), dtype=torch.chalf)
    assert torch.asarray(bytearray(8)).dtype == torch.float32  # as PyTorch reads plain buffers


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@pytest.mark.parametrize("version", [None, (0, 8), (1, 0), (2, 1)])
def test_dlpack_with_numpy(dtype: str, version: Any) -> None:
    t = values(dtype)
    if version is None:
        assert np.from_dlpack(t).ctypes.data == t.data_ptr()
        np.testing.assert_array_equal(np.from_dlpack(t.t()), t.numpy().T)
    capsule = t.__dlpack__(max_version=version)
    assert ("versioned" in repr(capsule)) == (version is not None and version[0] >= 1)
    back = torch.from_dlpack(capsule)
    assert back.data_ptr() == t.data_ptr() and back.dtype == t.dtype and back.tolist() == t.tolist()
    with pytest.raises(RuntimeError, match="invalid capsule"):
        torch.from_dlpack(capsule)
    theirs = torch.from_dlpack(t.numpy())
    assert theirs.data_ptr() == t.data_ptr() and theirs.dtype == t.dtype


def test_dlpack_arguments() -> None:
    t = torch.tensor([1.0, 2.0])
    assert t.__dlpack_device__() == (dlpack.DLDeviceType.kDLCPU, 0)
    assert torch.from_dlpack(t, copy=True).data_ptr() != t.data_ptr()
    assert torch.from_dlpack(t, device="cpu", copy=False).data_ptr() == t.data_ptr()
    assert torch.from_dlpack(t.__dlpack__(copy=True, max_version=(1, 0))).data_ptr() != t.data_ptr()
    with pytest.raises(ValueError, match="copy=False, but the producer made a copy"):
        torch.from_dlpack(t.__dlpack__(copy=True, max_version=(1, 0)), copy=False)
    assert dlpack.from_dlpack(dlpack.to_dlpack(t)).tolist() == torch.asarray(torch.to_dlpack(t)).tolist() == [1, 2]
    with pytest.raises(AssertionError, match="stream should be None on cpu"):
        t.__dlpack__(stream=1)
    with pytest.raises(BufferError, match="cannot go to device"):
        t.__dlpack__(dl_device=(2, 0))
    with pytest.raises(TypeError, match="dl_device must be a tuple"):
        t.__dlpack__(dl_device="cpu")
    with pytest.raises(BufferError, match="require gradient"):
        torch.ones(1, requires_grad=True).__dlpack__()
    with pytest.raises(RuntimeError, match="invalid capsule"):
        torch.from_dlpack(3)
    with pytest.raises(AssertionError, match="not compiled with CUDA"):
        torch.from_dlpack(t, device="cuda")
    with pytest.raises(ValueError, match="negative strides"):
        torch.from_dlpack(np.arange(6)[::-1])


def read_only() -> np.ndarray:
    array = np.arange(3.0)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("take", [torch.from_numpy, torch.from_dlpack, torch.asarray, torch.as_tensor])
def test_read_only_memory_is_never_written(take: Any) -> None:
    """PyTorch writes to it (and warns, for NumPy); here every write is refused and reading is free."""
    array = read_only()
    t = take(array)
    assert t.data_ptr() == array.ctypes.data and t.sum().item() == 3.0
    writes = [
        lambda: t.add_(1),
        lambda: t.zero_(),
        lambda: t.fill_(2),
        lambda: t.copy_(torch.ones(3)),
        lambda: t.__setitem__(0, 5.0),
        lambda: t[1:].mul_(2),
        lambda: torch.add(t, 1, out=t),
        lambda: t.index_fill_(0, torch.tensor([0]), 1.0),
        lambda: t.masked_fill_(t > 0, 1.0),
        lambda: t.uniform_(),
    ]
    for write in writes:
        with pytest.raises(RuntimeError, match="memory is read-only; clone"):
            write()
    assert array.tolist() == [0, 1, 2]
    assert t.clone().add_(1).tolist() == [1, 2, 3]
    assert np.asarray(t).flags.writeable is False and memoryview(t).readonly
    with pytest.raises(BufferError, match="read-only tensor needs DLPack 1.0"):
        t.__dlpack__()
    assert np.from_dlpack(t).flags.writeable is False


def test_read_only_buffer() -> None:
    t = torch.frombuffer(b"12345678", dtype=torch.uint16)
    with pytest.raises(RuntimeError, match="memory is read-only"):
        t.zero_()


@pytest.mark.parametrize("dtype", ALL_DTYPES)
def test_copies_and_pickles(dtype: str) -> None:
    t = values(dtype)
    other = t.t()[1:]
    for back in (pickle.loads(pickle.dumps(t)), copy.deepcopy(t), copy.copy(t)):
        assert back.dtype == t.dtype and back.tolist() == t.tolist()
    assert copy.deepcopy(t).data_ptr() != t.data_ptr()
    for back in (pickle.loads(pickle.dumps(other)), copy.deepcopy(other)):
        assert back.dtype == t.dtype and back.stride() == other.stride() and back.tolist() == other.tolist()
    a, b = pickle.loads(pickle.dumps([t, t[0]]))
    assert a.data_ptr() == b.data_ptr()  # views share their storage
    assert t.untyped_storage().nbytes() == 6 * t.itemsize and t.storage().tolist() == t.flatten().tolist()


@pytest.mark.parametrize("dtype", ALL_DTYPES)
def test_files(dtype: str, tmp_path: Any) -> None:
    t = values(dtype)
    torch.save({"t": t, "scalar": t[0, 0]}, tmp_path / "flat.safetensors")
    back = torch.load(tmp_path / "flat.safetensors")
    assert back["t"].dtype == t.dtype and back["t"].tolist() == t.tolist() and back["scalar"].shape == ()
    stream = io.BytesIO()
    torch.save([t.t(), {"x": (t, 1 if dtype == "bool" else 2.5)}], stream)
    stream.seek(0)
    nested = torch.load(stream)
    assert nested[0].dtype == t.dtype and nested[0].tolist() == t.t().tolist() and nested[1]["x"][0].shape == (2, 3)


def test_complex_numbers_in_nested_states() -> None:
    stream = io.BytesIO()
    torch.save({"z": [1 + 2j, complex(float("inf"), -0.0)], "t": torch.ones(1)}, stream)
    stream.seek(0)
    assert repr(torch.load(stream)["z"]) == "[(1+2j), (inf-0j)]"


def test_damaged_complex_file() -> None:
    """A file that calls a tensor complex which cannot be is refused."""
    stream = io.BytesIO()
    torch.save({"t": torch.ones(3)}, stream)
    data = bytearray(torch._C._save_bytes([("t", torch.ones(3))], [("complex/t", "complex128")]))
    with pytest.raises(RuntimeError, match="is said to be complex, but has dtype float32"):
        torch.load(io.BytesIO(bytes(data)))


def test_without_numpy() -> None:
    """Everything but NumPy's own arrays works where NumPy is not installed."""
    code = """
import sys
sys.modules["numpy"] = None
import pickle, copy
import rushlight as torch
t = torch.tensor([1 + 2j, 3])
assert torch.from_dlpack(t.__dlpack__(max_version=(1, 0))).tolist() == [1 + 2j, 3]
assert pickle.loads(pickle.dumps(t)).tolist() == copy.deepcopy(t).tolist() == t.tolist()
assert torch.frombuffer(bytearray(memoryview(t)), dtype=torch.cfloat).tolist() == t.tolist()
assert torch.asarray([1, 2]).sum().item() == 3 and (t * 2j).tolist() == [-4 + 2j, 6j]
xp = t.__array_namespace__()
assert xp.sum(xp.asarray([1, 2], dtype=xp.uint16)).item() == 3
assert repr(t) == "tensor([1.+2.j, 3.+0.j])" and "complex64" in t._repr_html_()
try:
    t.numpy()
except ImportError:
    print("ok")
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout == "ok\n", run.stderr


def test_storage_pickle_needs_no_numpy() -> None:
    data = torch.tensor([1, 2], dtype=torch.uint16).untyped_storage()
    assert pickle.loads(pickle.dumps(data)).tolist() == [1, 0, 2, 0]


# ---- with a real PyTorch, where one is installed beside ----


def pytorch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch is not installed in this environment")


@pytest.mark.parametrize("dtype", ALL_DTYPES)
def test_dlpack_with_pytorch(dtype: str) -> None:
    pt = pytorch()
    t = values(dtype)
    theirs = pt.from_dlpack(t)
    assert theirs.data_ptr() == t.data_ptr() and str(theirs.dtype) == str(t.dtype) and theirs.tolist() == t.tolist()
    ours = torch.from_dlpack(theirs.t())
    assert ours.data_ptr() == t.data_ptr() and ours.stride() == (1, 3) and ours.dtype == t.dtype
    ours.zero_()
    assert not theirs.any()


def test_html() -> None:
    text = torch.tensor([[1.0, 2.5], [3.0, 4.0]], requires_grad=True)._repr_html_()
    for part in (
        "<table>",
        "<td>(2, 2)</td>",
        "<td>float32</td>",
        "<td>1</td>",
        "<td>4</td>",
        "<td>2.625</td>",
        "tensor([[",
    ):
        assert part in text
    assert "requires_grad" in text
    assert "<td>2 of 3</td>" in torch.tensor([True, False, True])._repr_html_()
    assert "max |x|" in torch.tensor([3 + 4j])._repr_html_() and "<td>5</td>" in torch.tensor([3 + 4j])._repr_html_()
    assert "MulBackward0" in (torch.ones(2, requires_grad=True) * 2)._repr_html_()
    assert "min" not in torch.zeros(0)._repr_html_()
    assert "&lt;MulBackward0&gt;" in (torch.ones(2, requires_grad=True) * 2)._repr_html_()


def test_legacy_storages() -> None:
    storage = torch.FloatStorage([1.0, 2.0])
    assert storage.tolist() == [1.0, 2.0] and isinstance(storage, torch.FloatStorage) and torch.is_storage(storage)
    assert not isinstance(storage, torch.ByteStorage) and torch.ComplexFloatStorage(3).nbytes() == 24
    assert torch.ByteStorage.from_buffer(b"ab").tolist() == [97, 98]
    with pytest.raises(ValueError, match="byte_order must be 'native'"):
        torch.IntStorage.from_buffer(b"abcd", "other")
    serialization = torch.serialization
    with serialization.safe_globals([set]):
        assert serialization.get_safe_globals() == [set]
    assert serialization.get_safe_globals() == []
