"""Instance normalisation: every channel of every sample by itself."""

from __future__ import annotations

import warnings

from rushlight import Tensor

from .. import functional as F
from ..common_types import Device, DType
from .batchnorm import _NormBase

__all__ = ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"]


class _InstanceNorm(_NormBase):
    """What the three instance norms share."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Device | None = None,
        dtype: DType | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _check_input_dim(self, input: Tensor) -> None:
        raise NotImplementedError("a subclass of _InstanceNorm defines _check_input_dim")

    def _get_no_batch_dim(self) -> int:
        raise NotImplementedError("a subclass of _InstanceNorm defines _get_no_batch_dim")

    def _apply_instance_norm(self, input: Tensor) -> Tensor:
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        feature_dim = input.dim() - self._get_no_batch_dim()
        if input.size(feature_dim) != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={feature_dim} to match num_features ({self.num_features}), but got: "
                    f"{input.size(feature_dim)}."
                )
            warnings.warn(
                f"input's size at dim={feature_dim} does not match num_features. You can silence this warning by not "
                "passing in num_features, which is not used because affine=False",
                stacklevel=2,
            )
        if feature_dim == 0:
            return self._apply_instance_norm(input.unsqueeze(0)).squeeze(0)
        return self._apply_instance_norm(input)


class InstanceNorm1d(_InstanceNorm):
    """Normalises every channel of every sample of signals: `(x - mean) / sqrt(var + eps) * weight + bias`.

    Args:
        num_features: the number of channels C.
        eps: added to the variance.
        momentum: share of the new statistics in the running ones.
        affine: whether there are a weight and a bias.
        track_running_stats: whether running statistics are kept, for evaluation.
        device, dtype: of parameters and buffers.
        bias: with `affine`, whether there is a bias.
    Shape:
        `(N, C, L)` or `(C, L)`, the same out.
    Errors:
        ValueError: another number of dimensions, or other channels with `affine`.
    Example:
        >>> nn.InstanceNorm1d(100)(torch.randn(20, 100, 40)).shape
        torch.Size([20, 100, 40])
    Source:
        Ulyanov et al., "Instance Normalization", 2016.
    """

    def _get_no_batch_dim(self) -> int:
        return 2

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 2 and input.dim() != 3:
            raise ValueError(f"expected 2D or 3D input (got {input.dim()}D input)")


class InstanceNorm2d(_InstanceNorm):
    """Normalises every channel of every sample of images: `(x - mean) / sqrt(var + eps) * weight + bias`.

    Args:
        num_features: the number of channels C.
        eps: added to the variance.
        momentum: share of the new statistics in the running ones.
        affine: whether there are a weight and a bias.
        track_running_stats: whether running statistics are kept, for evaluation.
        device, dtype: of parameters and buffers.
        bias: with `affine`, whether there is a bias.
    Shape:
        `(N, C, H, W)` or `(C, H, W)`, the same out.
    Errors:
        ValueError: another number of dimensions, or other channels with `affine`.
    Example:
        >>> nn.InstanceNorm2d(100)(torch.randn(20, 100, 35, 45)).shape
        torch.Size([20, 100, 35, 45])
    Source:
        Ulyanov et al., "Instance Normalization", 2016.
    """

    def _get_no_batch_dim(self) -> int:
        return 3

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 3 and input.dim() != 4:
            raise ValueError(f"expected 3D or 4D input (got {input.dim()}D input)")


class InstanceNorm3d(_InstanceNorm):
    """Normalises every channel of every sample of volumes: `(x - mean) / sqrt(var + eps) * weight + bias`.

    Args:
        num_features: the number of channels C.
        eps: added to the variance.
        momentum: share of the new statistics in the running ones.
        affine: whether there are a weight and a bias.
        track_running_stats: whether running statistics are kept, for evaluation.
        device, dtype: of parameters and buffers.
        bias: with `affine`, whether there is a bias.
    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)`, the same out.
    Errors:
        ValueError: another number of dimensions, or other channels with `affine`.
    Example:
        >>> nn.InstanceNorm3d(100)(torch.randn(2, 100, 5, 6, 7)).shape
        torch.Size([2, 100, 5, 6, 7])
    Source:
        Ulyanov et al., "Instance Normalization", 2016.
    """

    def _get_no_batch_dim(self) -> int:
        return 4

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 4 and input.dim() != 5:
            raise ValueError(f"expected 4D or 5D input (got {input.dim()}D input)")
