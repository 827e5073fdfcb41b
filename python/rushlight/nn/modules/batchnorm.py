"""Batch normalisation over the channel dimension."""

from __future__ import annotations

import rushlight as torch
from rushlight import Tensor

from .. import functional as F
from .. import init
from ..common_types import Device, DType
from ..parameter import Parameter
from .module import Module

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"]


class _NormBase(Module):
    """Parameters and running statistics; reads files from before `num_batches_tracked` existed (version 1)."""

    _version: int = 2

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Device | None = None,
        dtype: DType | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = Parameter(torch.empty((num_features,), device=device, dtype=dtype))
        else:
            self.register_parameter("weight", None)
        if affine and bias:
            self.bias = Parameter(torch.empty((num_features,), device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros((num_features,), device=device, dtype=dtype))
            self.register_buffer("running_var", torch.ones((num_features,), device=device, dtype=dtype))
            self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64, device=device))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(
        self,
        state_dict: dict,
        prefix: str,
        local_metadata: dict,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        version = local_metadata.get("version")
        if (version is None or version < 2) and self.track_running_stats:
            own = self.num_batches_tracked
            state_dict.setdefault(prefix + "num_batches_tracked", torch.tensor(0) if own is None else own)
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )


class _BatchNorm(_NormBase):
    """What the three batch norms share."""

    def _check_input_dim(self, input: Tensor) -> None:
        raise NotImplementedError("a subclass of _BatchNorm defines _check_input_dim")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        factor = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                factor = 1.0 / self.num_batches_tracked.item()
        if self.training and not self.track_running_stats:
            return F.batch_norm(input, None, None, self.weight, self.bias, True, factor, self.eps)
        use_batch = self.training or (self.running_mean is None and self.running_var is None)
        return F.batch_norm(
            input, self.running_mean, self.running_var, self.weight, self.bias, use_batch, factor, self.eps
        )


class BatchNorm1d(_BatchNorm):
    """Normalises every channel over the batch (and the length): `(x - mean) / sqrt(var + eps) * weight + bias`.

    In training the statistics are the batch's and running ones are kept; evaluation uses the running ones.

    Args:
        num_features: the number of channels C.
        eps: added to the variance.
        momentum: share of the new batch in the running statistics; None means the plain average of all batches.
        affine: whether there are a weight and a bias.
        track_running_stats: whether running statistics are kept; without them evaluation uses the batch's.
        device, dtype: of parameters and buffers.
        bias: with `affine`, whether there is a bias.
    Shape:
        `(N, C)` or `(N, C, L)`, the same out.
    Errors:
        ValueError: another number of dimensions, or a single value per channel in training.
    Example:
        >>> nn.BatchNorm1d(100)(torch.randn(20, 100)).shape
        torch.Size([20, 100])
    Source:
        Ioffe and Szegedy, "Batch Normalization", 2015.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 2 and input.dim() != 3:
            raise ValueError(f"expected 2D or 3D input (got {input.dim()}D input)")


class BatchNorm2d(_BatchNorm):
    """Normalises every channel of a batch of images over batch, height and width; see BatchNorm1d.

    Args:
        num_features: the number of channels C; the others as in BatchNorm1d.
    Shape:
        `(N, C, H, W)`, the same out.
    Errors:
        ValueError: another number of dimensions, or a single value per channel in training.
    Example:
        >>> nn.BatchNorm2d(100)(torch.randn(20, 100, 35, 45)).shape
        torch.Size([20, 100, 35, 45])
    Source:
        Ioffe and Szegedy, "Batch Normalization", 2015.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 4:
            raise ValueError(f"expected 4D input (got {input.dim()}D input)")


class BatchNorm3d(_BatchNorm):
    """Normalises every channel of a batch of volumes over batch, depth, height and width; see BatchNorm1d.

    Args:
        num_features: the number of channels C; the others as in BatchNorm1d.
    Shape:
        `(N, C, D, H, W)`, the same out.
    Errors:
        ValueError: another number of dimensions, or a single value per channel in training.
    Example:
        >>> nn.BatchNorm3d(10)(torch.randn(2, 10, 5, 6, 7)).shape
        torch.Size([2, 10, 5, 6, 7])
    Source:
        Ioffe and Szegedy, "Batch Normalization", 2015.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 5:
            raise ValueError(f"expected 5D input (got {input.dim()}D input)")
