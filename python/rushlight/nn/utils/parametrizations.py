"""Ready parametrizations: orthogonal matrices, weight normalisation, spectral normalisation."""

from __future__ import annotations

import rushlight as torch
from rushlight import Tensor

from .. import functional as F
from ..modules.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from ..modules.module import Module
from . import parametrize
from .weight_norm import _weight_norm

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

_MAPS = ("matrix_exp", "cayley", "householder")


def _is_orthogonal(q: Tensor) -> bool:
    n, k = q.size(-2), q.size(-1)
    one = torch.eye(k, dtype=q.dtype, device=q.device).expand(*q.shape[:-2], k, k)
    return torch.allclose(q.mH @ q, one, atol=10.0 * n * torch.finfo(q.dtype).eps)


def _make_orthogonal(a: Tensor) -> Tensor:
    """The orthogonal matrix nearest in the sense of QR with a positive diagonal of R."""
    x, tau = torch.geqrf(a)
    return torch.linalg.householder_product(x, tau) * x.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


class _Orthogonal(Module):
    """An orthogonal (or unitary) matrix from an unconstrained one."""

    def __init__(self, weight: Tensor, orthogonal_map: str, *, use_trivialization: bool = True) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Tensor) -> Tensor:
        transposed = x.size(-2) < x.size(-1)
        if transposed:
            x = x.mT
        n, k = x.size(-2), x.size(-1)
        if self.orthogonal_map == "householder":
            a = x.tril(-1)
            tau = 2.0 / (1.0 + (a * a).sum(-2))
            q = torch.linalg.householder_product(a, tau)
            q = q * x.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)  # the signs of the initial value
        else:
            x = x.tril()
            if n != k:
                rest = torch.zeros(*x.shape[:-1], n - k, dtype=x.dtype, device=x.device)
                x = torch.cat([x, rest], -1)
            a = x - x.mH
            if self.orthogonal_map == "matrix_exp":
                q = torch.matrix_exp(a)
            else:
                one = torch.eye(n, dtype=a.dtype, device=a.device)
                q = torch.linalg.solve(torch.add(one, a, alpha=-0.5), torch.add(one, a, alpha=0.5))
            if n != k:
                q = q[..., :k]
        if "base" in self._buffers:
            q = self.base @ q
        return q.mT if transposed else q

    def right_inverse(self, q: Tensor) -> Tensor:
        if q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {q.shape}."
            )
        with torch.no_grad():
            given = q
            transposed = q.size(-2) < q.size(-1)
            if transposed:
                q = q.mT
            n, k = q.size(-2), q.size(-1)
            if "base" not in self._buffers:
                if self.orthogonal_map != "householder":
                    raise NotImplementedError(
                        "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                        "use_trivialization=False."
                    )
                a, tau = torch.geqrf(q)
                a.diagonal(dim1=-2, dim2=-1).sign_()
                # LAPACK's reflection for a column that needs none is the identity; ours then is its negative
                a.diagonal(dim1=-2, dim2=-1).copy_(
                    torch.where(tau == 0.0, -a.diagonal(dim1=-2, dim2=-1), a.diagonal(dim1=-2, dim2=-1))
                )
                return a.mT if transposed else a
            if n == k:
                q = q.clone() if _is_orthogonal(q) else _make_orthogonal(q)
            else:
                noise = torch.randn(*q.shape[:-2], n, n - k, dtype=q.dtype, device=q.device)
                q = _make_orthogonal(torch.cat([q, noise], -1))
            self.base = q
            start = torch.zeros_like(given)
            start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
            return start


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """Keeps a matrix (or a batch of them) orthogonal, or unitary; with orthonormal rows or columns if not square.

    Args:
        module: owns the tensor `name`.
        orthogonal_map: "matrix_exp", "cayley" or "householder"; the first for square and complex matrices unless given.
        use_trivialization: multiply by a fixed orthogonal matrix, so that the tensor can be assigned to.
    Errors:
        ValueError: no such tensor, fewer than two dimensions, another map.
    Example:
        >>> layer = nn.utils.parametrizations.orthogonal(nn.Linear(20, 40))
    Source:
        Lezcano-Casado, "Trivializations for gradient-based optimization on manifolds", 2019.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in _MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    matrix = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return parametrize.register_parametrization(module, name, matrix, unsafe=True)


class _WeightNorm(Module):
    """A direction and a length."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return _weight_norm(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return torch.norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Splits a tensor into lengths (`original0`) and directions (`original1`).

    Args:
        module: owns the parameter `name`.
        dim: there is a length for each index of this dimension; None: one for all.
    Example:
        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(20, 40))
    Source:
        Salimans and Kingma, "Weight normalization", 2016.
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def rename(state_dict: dict, prefix: str, *rest: object) -> None:
        old = [f"{prefix}{name}_g", f"{prefix}{name}_v"]
        if all(key in state_dict for key in old):  # saved by nn.utils.weight_norm
            for i, key in enumerate(old):
                state_dict[f"{prefix}parametrizations.{name}.original{i}"] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(rename)
    return module


class _SpectralNorm(Module):
    """A tensor over its largest singular value, by power iteration."""

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        ndim = weight.ndim
        if dim >= ndim or dim < -ndim:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim if dim >= 0 else dim + ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            with torch.no_grad():
                matrix = self._matrix(weight)
                u = torch.empty(matrix.size(0), dtype=weight.dtype, device=weight.device).normal_(0, 1)
                v = torch.empty(matrix.size(1), dtype=weight.dtype, device=weight.device).normal_(0, 1)
            self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
            self._power_method(matrix, 15)

    def _matrix(self, weight: Tensor) -> Tensor:
        if self.dim != 0:
            weight = weight.permute(self.dim, *(d for d in range(weight.dim()) if d != self.dim))
        return weight.flatten(1)

    def _power_method(self, matrix: Tensor, count: int) -> None:
        with torch.no_grad():
            for _ in range(count):
                self._u.copy_(F.normalize(torch.mv(matrix, self._v), dim=0, eps=self.eps))
                self._v.copy_(F.normalize(torch.mv(matrix.mH, self._u), dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        return weight / torch.vdot(self._u.clone(), torch.mv(matrix, self._v.clone()))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divides a tensor by its largest singular value, as a matrix with `dim` for its rows.

    Args:
        module: owns the tensor `name`.
        n_power_iterations: steps of power iteration at each use, in training.
        eps: keeps norms away from zero.
        dim: 0 unless given, 1 for transposed convolutions.
    Errors:
        ValueError: no such tensor, or n_power_iterations that are not positive.
    Example:
        >>> layer = nn.utils.parametrizations.spectral_norm(nn.Linear(20, 40))
    Source:
        Miyato et al., "Spectral normalization for generative adversarial networks", 2018.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if dim is None:
        dim = 1 if isinstance(module, ConvTranspose1d | ConvTranspose2d | ConvTranspose3d) else 0
    matrix = _SpectralNorm(weight, n_power_iterations, dim, eps)
    return parametrize.register_parametrization(module, name, matrix)
