"""Readers of standard data sets from local files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from . import _C
from .utils.data import Dataset

__all__ = ["MNIST", "FashionMNIST", "read_idx"]


def read_idx(path: str | os.PathLike[str]) -> Any:
    """The array in an idx file (the format of MNIST and its kin), plain or gzip-compressed.

    Returns:
        a tensor of the file's shape; dtype uint8, int8, int16, int32, float32 or float64 as the file says.
    Raises:
        OSError: the file cannot be read. RuntimeError: it is damaged, truncated, or longer than its header says.
    Example:
        >>> read_idx("train-images-idx3-ubyte.gz").shape
        torch.Size([60000, 28, 28])
    """
    return _C._read_idx(os.fspath(path))


class MNIST(Dataset):
    """28×28 grey images in ten classes, from four idx files (plain or .gz) in one folder.

    Args:
        root: the folder that holds train-images-idx3-ubyte and its three companions.
        train: the 60,000 training images, or the 10,000 test images.
        transform: called with each image, a float tensor (1, 28, 28) in [0, 1].
        target_transform: called with each label, an int.
    Attributes:
        data: all images, uint8 (N, 28, 28).
        targets: all labels, int64 (N).
    Raises:
        FileNotFoundError: a file is missing; the message names it.
    Source: Y. LeCun et al., Gradient-based learning applied to document recognition, 1998.
    """

    classes = [str(i) for i in range(10)]

    def __init__(
        self, root: str | os.PathLike[str], train: bool = True, transform: Any = None, target_transform: Any = None
    ) -> None:
        part = "train" if train else "t10k"
        self.data = read_idx(_find(Path(root), f"{part}-images-idx3-ubyte"))
        self.targets = read_idx(_find(Path(root), f"{part}-labels-idx1-ubyte")).long()
        if self.data.dim() != 3 or len(self.data) != len(self.targets):
            raise RuntimeError(
                f"{root}: images of shape {tuple(self.data.shape)} do not fit {len(self.targets)} labels"
            )
        self.transform, self.target_transform = transform, target_transform

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        image, label = self.data[index].unsqueeze(0).float() / 255, int(self.targets[index])
        return (self.transform(image) if self.transform else image), (
            self.target_transform(label) if self.target_transform else label
        )


class FashionMNIST(MNIST):
    """28×28 grey images of clothing in ten classes (Xiao, Rasul and Vollgraf 2017); files and arguments as MNIST's."""

    classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def _find(root: Path, name: str) -> Path:
    for candidate in (root / name, root / f"{name}.gz"):
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"{root / name}(.gz) is missing; give the folder that holds the four idx files")
