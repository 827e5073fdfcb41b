"""Names for the argument types that layer signatures use."""

from __future__ import annotations

import rushlight as torch

IntList = int | tuple[int, ...]  # one number for every dimension, or one number per dimension
OptionalIntList = int | tuple[int | None, ...]  # None keeps the input's size
FloatList = float | tuple[float, ...]  # one number for every dimension, or one number per dimension
Device = torch.device | str | int
DType = torch.dtype
