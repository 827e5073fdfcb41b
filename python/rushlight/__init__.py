"""Rushlight: PyTorch's programming model on one small C++ core. `import rushlight as torch`."""

from __future__ import annotations

import importlib
import math as _math
from typing import Any

from . import _C
from ._C import *  # noqa: F403
from ._C import (  # noqa: F401
    Tensor,
    _amp_foreach_non_finite_check_and_unscale_,
    _amp_update_scale_,
    default_generator,
    device,
    dtype,
)

__version__ = "0.1.0"
e, inf, nan, pi = _math.e, _math.inf, _math.nan, _math.pi
newaxis = None

from . import _tensor as _tensor  # noqa: E402
from ._settings import (  # noqa: E402
    are_deterministic_algorithms_enabled,
    compiled_with_cxx11_abi,
    get_default_device,
    get_deterministic_debug_mode,
    get_float32_matmul_precision,
    get_num_interop_threads,
    is_deterministic_algorithms_warn_only_enabled,
    is_storage,
    is_warn_always_enabled,
    set_default_device,
    set_default_tensor_type,
    set_deterministic_debug_mode,
    set_float32_matmul_precision,
    set_flush_denormal,
    set_num_interop_threads,
    set_warn_always,
    typename,
    use_deterministic_algorithms,
)
from ._tensor_str import printoptions  # noqa: E402
from .functional import (  # noqa: E402
    broadcast_shapes,
    einsum,
    lu,
    nonzero,
    norm,
    split,
    tensordot,
    unique,
    unique_consecutive,
    where,
)
from .legacy import (  # noqa: E402
    BFloat16Tensor,
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
)
from .storage import (  # noqa: E402
    BFloat16Storage,
    BoolStorage,
    ByteStorage,
    CharStorage,
    ComplexDoubleStorage,
    ComplexFloatStorage,
    DoubleStorage,
    FloatStorage,
    HalfStorage,
    IntStorage,
    LongStorage,
    ShortStorage,
    TypedStorage,
    UntypedStorage,
)

# Imported on first use, so that `import rushlight` stays short.
_LAZY_MODULES = frozenset(
    "amp array_api autograd backends cpu cuda datasets distributed distributions fft func linalg masked nn optim"
    " overrides random return_types serialization signal special testing types utils version".split()
)
_LAZY_NAMES = {"save": "serialization", "load": "serialization", "autocast": "amp", "vmap": "func"}


def __getattr__(name: str) -> Any:
    if name in _LAZY_MODULES:
        try:
            return importlib.import_module("." + name, __name__)
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
    if name in _LAZY_NAMES:
        try:
            value = getattr(importlib.import_module("." + _LAZY_NAMES[name], __name__), name)
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{_LAZY_NAMES[name]}":
                raise
        else:
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY_MODULES, *_LAZY_NAMES})


del ModuleBase, TensorBase  # noqa: F821
