"""Files: round trips, damage at every byte, atomic writing, foreign formats, idx arrays."""

from __future__ import annotations

import gzip
import io
import os
import signal
import struct
import subprocess
import sys
import time
from collections import OrderedDict
from pathlib import Path

import pytest

import rushlight as torch
from rushlight.datasets import read_idx

DTYPES = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]


def sample() -> OrderedDict:
    return OrderedDict((name, (torch.arange(6).reshape(2, 3) % 2).to(getattr(torch, name))) for name in DTYPES)


def test_state_dict_round_trip_keeps_order_dtype_and_bits(tmp_path: Path) -> None:
    state = sample()
    state["strided"] = torch.randn(4, 6).t()[::2]
    state["scalar"] = torch.tensor(3.5)
    state["empty"] = torch.zeros(0, 3)
    torch.save(state, tmp_path / "a.safetensors")
    back = torch.load(tmp_path / "a.safetensors")
    assert list(back) == list(state)
    for name, value in state.items():
        assert back[name].dtype == value.dtype and back[name].shape == value.shape, name
        assert torch.equal(back[name], value), name


def test_nested_states_come_back_as_they_were(tmp_path: Path) -> None:
    net = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    net(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    run = {
        "net": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": 3,
        "inf": float("inf"),
        5: (1, [None, "x", True]),
    }
    torch.save(run, tmp_path / "run.safetensors")
    back = torch.load(tmp_path / "run.safetensors")
    assert back["epoch"] == 3 and back["inf"] == float("inf") and back[5] == (1, [None, "x", True])
    optimizer.load_state_dict(back["optimizer"])
    assert torch.equal(back["optimizer"]["state"][0]["exp_avg"], optimizer.state_dict()["state"][0]["exp_avg"])


def test_file_objects() -> None:
    buffer = io.BytesIO()
    torch.save({"x": torch.ones(3)}, buffer)
    buffer.seek(0)
    assert torch.equal(torch.load(buffer)["x"], torch.ones(3))


def test_every_flipped_bit_and_every_truncation_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    weight, bias = torch.arange(4.0), torch.ones(2, dtype=torch.int64)
    torch.save({"weight": weight, "bias": bias}, path)
    good = path.read_bytes()
    header = 8 + struct.unpack("<Q", good[:8])[0]
    for at in range(len(good)):
        changed = bytearray(good)
        changed[at] ^= 1 << (at % 8)
        path.write_bytes(changed)
        try:
            found = torch.load(path)
        except RuntimeError:
            continue
        # A space of the header's padding, or a letter of metadata that nothing reads, changes no tensor.
        assert at < header, f"a changed byte {at} of the data went unnoticed"
        assert torch.equal(found["weight"], torch.arange(4.0)) and torch.equal(
            found["bias"], torch.ones(2, dtype=torch.int64)
        )
    for length in range(len(good)):
        path.write_bytes(good[:length])
        with pytest.raises(RuntimeError):
            torch.load(path)


def test_damage_names_the_tensor(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    torch.save({"weight": torch.arange(4.0)}, path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(RuntimeError, match="tensor 'weight' is damaged"):
        torch.load(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "zip archive as PyTorch writes"),
        (b"\x80\x02}q\x00.", "is a pickle"),
        (struct.pack("<Q", 2**60) + b"{}", "not a safetensors file"),
        (struct.pack("<Q", 2) + b"[]", "the header is no object"),
        (struct.pack("<Q", 52) + b'{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}'[:52], "header"),
    ],
)
def test_other_formats_are_refused_with_advice(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(content)
    with pytest.raises(RuntimeError, match=words):
        torch.load(path)


def test_a_header_may_begin_like_a_pickle(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    for length in range(1, 600):  # one of them has a header of 0x280 bytes
        torch.save({"w" * length: torch.ones(1)}, path)
        if path.read_bytes()[:2] == b"\x80\x02":
            break
    else:
        raise AssertionError("no header of 640 bytes")
    assert torch.equal(torch.load(path)["w" * length], torch.ones(1))


def test_missing_and_unwritable_paths(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        torch.load(tmp_path / "none.safetensors")
    with pytest.raises(OSError):
        torch.save({"x": torch.ones(1)}, tmp_path / "no" / "folder.safetensors")
    with pytest.raises(TypeError, match="state_dict"):
        torch.save(torch.nn.Linear(1, 1), tmp_path / "m.safetensors")


def test_a_killed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    torch.save({"x": torch.zeros(500_000)}, path)
    script = (
        "import rushlight as torch, sys\nx = torch.ones(500_000)\nprint('go', flush=True)\n"
        "while True: torch.save({'x': x}, sys.argv[1])"
    )
    for delay in (0.002, 0.005, 0.011, 0.023):
        process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        values = torch.load(path)["x"]
        assert values.min() == values.max(), "a mixture of two saves"


# ---- idx -------------------------------------------------------------------------------------------------------------


def idx_bytes(code: int = 8, sizes: tuple[int, ...] = (2, 3), data: bytes = bytes(range(6))) -> bytes:
    return bytes([0, 0, code, len(sizes)]) + b"".join(struct.pack(">I", s) for s in sizes) + data


def test_idx_plain_and_compressed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(idx_bytes())
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx_bytes()))
    want = torch.arange(6, dtype=torch.uint8).reshape(2, 3)
    assert torch.equal(read_idx(tmp_path / "a"), want) and torch.equal(read_idx(tmp_path / "a.gz"), want)
    (tmp_path / "f").write_bytes(idx_bytes(0x0D, (2,), struct.pack(">ff", 1.5, -2.0)))
    assert read_idx(tmp_path / "f").tolist() == [1.5, -2.0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x00",
        idx_bytes()[:-1],
        idx_bytes() + b"x",
        b"\x01" + idx_bytes()[1:],
        idx_bytes(code=7),
        idx_bytes(sizes=(2**31, 2**31, 2**31)),
        idx_bytes(sizes=(2**20, 2**10)),
        gzip.compress(idx_bytes())[:-4],
        gzip.compress(idx_bytes())[:12] + b"\xff" * 20,
    ],
)
def test_damaged_idx_is_an_error_that_names_the_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad-idx"
    path.write_bytes(content)
    with pytest.raises(RuntimeError, match="bad-idx"):
        read_idx(path)


def test_missing_idx(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        read_idx(tmp_path)
    with pytest.raises(FileNotFoundError, match="train-images"):
        torch.utils.data  # noqa: B018 (the package is there)
        from rushlight.datasets import FashionMNIST

        FashionMNIST(tmp_path)
    assert os.path.isdir(tmp_path)
