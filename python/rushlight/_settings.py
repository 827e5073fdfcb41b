"""Switches of the library that are kept in Python, and small questions about objects."""

from __future__ import annotations

import warnings

from . import _C

_deterministic = {"mode": False, "warn_only": False}
_matmul_precision = "highest"
_warn_always = False
_interop_threads = 1


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False, portable: bool = False) -> None:
    """Ask for bitwise equal results from run to run. All ops give them always; the switch is kept for programs that
    read it.

    Args:
        mode: whether they are asked for.
        warn_only: kept and returned by `is_deterministic_algorithms_warn_only_enabled`.
        portable: the same bits on every machine; today's kernels give them too.
    """
    _deterministic.update(mode=bool(mode), warn_only=bool(warn_only))


def are_deterministic_algorithms_enabled() -> bool:
    """Whether `use_deterministic_algorithms(True)` was called."""
    return _deterministic["mode"]


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether the last `use_deterministic_algorithms` asked for warnings only."""
    return _deterministic["warn_only"]


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """`use_deterministic_algorithms` by number or name: 0 'default', 1 'warn', 2 'error'."""
    names = {"default": 0, "warn": 1, "error": 2}
    level = names.get(debug_mode) if isinstance(debug_mode, str) else debug_mode
    if level not in (0, 1, 2):
        raise RuntimeError(
            f"invalid value of debug_mode, expected 0, 1 or 2, or one of {list(names)}, got {debug_mode}"
        )
    use_deterministic_algorithms(level > 0, warn_only=level == 1)


def get_deterministic_debug_mode() -> int:
    """0, 1 or 2, see `set_deterministic_debug_mode`."""
    return (1 if _deterministic["warn_only"] else 2) if _deterministic["mode"] else 0


def set_float32_matmul_precision(precision: str) -> None:
    """How precise float32 products must be: 'highest', 'high' or 'medium'. Kernels always compute in float32."""
    global _matmul_precision
    if precision not in ("highest", "high", "medium"):
        raise ValueError(f"set_float32_matmul_precision: expected 'highest', 'high' or 'medium', got {precision!r}")
    _matmul_precision = precision


def get_float32_matmul_precision() -> str:
    """The last value of `set_float32_matmul_precision`."""
    return _matmul_precision


def set_flush_denormal(mode: bool) -> bool:
    """Denormal numbers are never flushed: returns whether the wish could be granted."""
    return not mode


def get_num_interop_threads() -> int:
    """The number given to `set_num_interop_threads`; ops never run beside each other."""
    return _interop_threads


def set_num_interop_threads(num_threads: int) -> None:
    """Kept and returned by `get_num_interop_threads`."""
    global _interop_threads
    if not isinstance(num_threads, int) or num_threads < 1:
        raise RuntimeError(f"set_num_interop_threads expects a positive integer, got {num_threads!r}")
    _interop_threads = num_threads


def set_warn_always(b: bool) -> None:
    """Whether each warning is shown every time; Python's warning filter decides."""
    global _warn_always
    _warn_always = bool(b)
    if _warn_always:
        warnings.simplefilter("always")


def is_warn_always_enabled() -> bool:
    """The last value of `set_warn_always`."""
    return _warn_always


def get_default_device() -> _C.device:
    """Where tensors are made when no device is given: the cpu."""
    return _C.device("cpu")


def set_default_device(device: _C.device | str | None) -> None:
    """Set where tensors are made when no device is given. This build has the cpu only.

    Errors:
        RuntimeError: another device than the cpu.
    """
    if device is not None and _C.device(device).type != "cpu":
        raise RuntimeError(f"set_default_device: this build computes on the cpu; got {device}")


def set_default_tensor_type(t: object) -> None:
    """Set the default dtype from a class such as `torch.DoubleTensor` or its name."""
    from . import legacy

    cls = getattr(legacy, t.rsplit(".", 1)[-1], None) if isinstance(t, str) else t
    kind = getattr(cls, "dtype", None)
    if not isinstance(kind, _C.dtype):
        raise TypeError(f"invalid type object: {t!r}; expected a class such as torch.FloatTensor, or its name")
    _C.set_default_dtype(kind)


def compiled_with_cxx11_abi() -> bool:
    """Whether the core uses the C++11 ABI of libstdc++."""
    return True


def is_storage(obj: object) -> bool:
    """Whether an object is a storage."""
    from .storage import TypedStorage, UntypedStorage

    return isinstance(obj, TypedStorage | UntypedStorage)


def typename(obj: object) -> str:
    """The type of an object as text: of a tensor 'torch.FloatTensor' and the like, else its class with the module."""
    if isinstance(obj, _C.Tensor):
        return obj.type()
    cls = obj if isinstance(obj, type) or not hasattr(obj, "__class__") else type(obj)
    if hasattr(obj, "__qualname__"):
        cls = obj
    module = getattr(cls, "__module__", None) or ""
    return cls.__qualname__ if module in ("", "builtins") else f"{module}.{cls.__qualname__}"
