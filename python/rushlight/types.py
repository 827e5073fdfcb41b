"""Names of types for annotations."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from ._C import Size, Tensor, device, dtype, layout, memory_format

Number = builtins.int | builtins.float | builtins.bool
Device = device | str | builtins.int | None
FileLike = Any
Storage = Any
_bool, _dtype, _device, _float, _int = builtins.bool, dtype, device, builtins.float, builtins.int
_layout, _size, _TensorOrTensors = layout, Size | Sequence[builtins.int], Tensor | Sequence[Tensor]

__all__ = ["Device", "FileLike", "Number", "Size", "Storage", "memory_format"]
