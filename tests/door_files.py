"""What the C++ programs of the doors' tests write, read without the library that is tested."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest


class Stored(NamedTuple):
    """A tensor of a safetensors file."""

    dtype: str
    shape: list[int]
    data: bytes


def read_safetensors(path: Path) -> tuple[dict[str, Stored], dict[str, str]]:
    """The tensors and texts of a file."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    texts = header.pop("__metadata__", {})
    body = data[8 + size :]
    found = {k: Stored(v["dtype"], v["shape"], body[slice(*v["data_offsets"])]) for k, v in header.items()}
    return found, texts


def output_of(program: Path, folders: pytest.TempPathFactory) -> tuple[dict[str, Stored], dict[str, str]]:
    """Runs a program that writes one file; skips the test where it is not built."""
    if not program.exists():
        pytest.skip(f"{program} is not built: make test")
    path = folders.mktemp("doors") / "cpp.safetensors"
    subprocess.run([str(program), str(path)], check=True, timeout=120)
    return read_safetensors(path)


def cases(texts: dict[str, str], kind: str) -> list[tuple[int, str]]:
    """The numbers and texts of all cases of a kind."""
    return sorted((int(k.split(".")[0]), v) for k, v in texts.items() if k.endswith("." + kind))
