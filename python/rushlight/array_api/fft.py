"""The standard's Fourier transform extension."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import _C
from .. import fft as _fft
from .._C import Tensor, device, dtype
from ._dtypes import CATEGORIES, check_arrays

__all__ = "fft fftfreq fftn fftshift hfft ifft ifftn ifftshift ihfft irfft irfftn rfft rfftfreq rfftn".split()


def _one(name: str, category: str, doc: str) -> Callable[..., Tensor]:
    def function(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
        check_arrays(name, category, [x])
        return getattr(_fft, name)(x, n, axis, norm)

    return _named(function, name, doc)


def _many(name: str, category: str, doc: str) -> Callable[..., Tensor]:
    def function(
        x: Tensor, /, *, s: Sequence[int] | None = None, axes: Sequence[int] | None = None, norm: str = "backward"
    ) -> Tensor:
        check_arrays(name, category, [x])
        return getattr(_fft, name)(x, s, axes, norm)

    return _named(function, name, doc)


def _named(function: Any, name: str, doc: str) -> Any:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


_COMPLEX, _REAL, _BOTH = "complex floating-point", "real floating-point", "floating-point"
fft = _one("fft", _COMPLEX, "The discrete Fourier transform along an axis.")
ifft = _one("ifft", _COMPLEX, "The inverse of fft().")
rfft = _one("rfft", _REAL, "The transform of real numbers: the half that is not redundant.")
irfft = _one("irfft", _BOTH, "The inverse of rfft(), n real numbers.")
hfft = _one("hfft", _BOTH, "The transform of a Hermitian signal, which is real.")
ihfft = _one("ihfft", _REAL, "The inverse of hfft().")
fftn = _many("fftn", _COMPLEX, "The transform along several axes.")
ifftn = _many("ifftn", _COMPLEX, "The inverse of fftn().")
rfftn = _many("rfftn", _REAL, "The transform of real numbers along several axes.")
irfftn = _many("irfftn", _BOTH, "The inverse of rfftn().")


def fftfreq(n: int, /, *, d: float = 1.0, dtype: dtype | None = None, device: device | str | None = None) -> Tensor:
    """The frequencies of fft()'s results for n samples at a distance d."""
    _check_real("fftfreq", dtype)
    return _fft.fftfreq(n, d, dtype=dtype, device=device)


def rfftfreq(n: int, /, *, d: float = 1.0, dtype: dtype | None = None, device: device | str | None = None) -> Tensor:
    """The frequencies of rfft()'s results for n samples at a distance d."""
    _check_real("rfftfreq", dtype)
    return _fft.rfftfreq(n, d, dtype=dtype, device=device)


def _check_real(function: str, kind: dtype | None) -> None:
    if kind is not None and kind not in CATEGORIES[_REAL]:
        raise TypeError(f"{function}: only {_REAL} dtypes are allowed, got {kind}")


def fftshift(x: Tensor, /, *, axes: int | Sequence[int] | None = None) -> Tensor:
    """The frequency 0 in the middle of the axes."""
    return _shifted(x, axes, 0)


def ifftshift(x: Tensor, /, *, axes: int | Sequence[int] | None = None) -> Tensor:
    """The inverse of fftshift()."""
    return _shifted(x, axes, 1)


def _shifted(x: Tensor, axes: int | Sequence[int] | None, up: int) -> Tensor:
    dims = list(range(x.ndim)) if axes is None else [axes] if isinstance(axes, int) else list(axes)
    return _C.roll(x, [(x.size(d) + up) // 2 for d in dims], dims) if dims else x.clone()
