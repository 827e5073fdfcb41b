"""Writes the 8x8 digits of scikit-learn's package as idx files of Fashion-MNIST's names: tools/digits_to_idx.py FOLDER

The wheel is downloaded, not installed: only its ``digits.csv.gz`` is read. Each pixel becomes 3x3 pixels within a
border of two, so that the images are 28x28 like Fashion-MNIST's and the same network takes them.
"""

from __future__ import annotations

import gzip
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

TRAIN = 1500  # the first so many of the 1,797 images; the rest is the test set


def read_digits() -> list[list[int]]:
    """Rows of 64 pixels in 0..16 and the class."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["-q", "--no-deps", "--only-binary=:all:", "-d", folder]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, "scikit-learn"], check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            text = gzip.decompress(wheel.read("sklearn/datasets/data/digits.csv.gz")).decode()
    return [[int(float(word)) for word in line.split(",")] for line in text.splitlines()]


def enlarge(pixels: list[int]) -> bytes:
    """8x8 values in 0..16 to 28x28 bytes."""
    rows = []
    for y in range(8):
        line = b"".join(bytes([min(255, 16 * value)]) * 3 for value in pixels[8 * y : 8 * y + 8])
        rows += [bytes(2) + line + bytes(2)] * 3
    return bytes(56) + b"".join(rows) + bytes(56)


def write(folder: Path, split: str, digits: list[list[int]]) -> None:
    images = struct.pack(">IIII", 0x803, len(digits), 28, 28) + b"".join(enlarge(row[:64]) for row in digits)
    labels = struct.pack(">II", 0x801, len(digits)) + bytes(row[64] for row in digits)
    (folder / f"{split}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images, mtime=0))
    (folder / f"{split}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels, mtime=0))


def main() -> None:
    folder = Path(sys.argv[1])
    digits = read_digits()
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, "train", digits[:TRAIN])
    write(folder, "t10k", digits[TRAIN:])


if __name__ == "__main__":
    main()
