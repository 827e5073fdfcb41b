"""Switches of backends that PyTorch has; here they are kept for programs that set them."""

from __future__ import annotations

from types import SimpleNamespace


def _unavailable() -> bool:
    return False


def _no_version() -> None:
    return None


cudnn = SimpleNamespace(
    enabled=False,
    benchmark=False,
    deterministic=True,
    allow_tf32=False,
    is_available=_unavailable,
    version=_no_version,
)
cuda = SimpleNamespace(matmul=SimpleNamespace(allow_tf32=False, fp32_precision="ieee"), is_built=_unavailable)
mps = SimpleNamespace(is_available=_unavailable, is_built=_unavailable)
mkl = SimpleNamespace(is_available=_unavailable)
mkldnn = SimpleNamespace(enabled=False, is_available=_unavailable)
openmp = SimpleNamespace(is_available=_unavailable)
opt_einsum = SimpleNamespace(enabled=True, strategy="auto", is_available=_unavailable)
