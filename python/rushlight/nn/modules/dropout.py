"""Dropout of single values and of whole channels."""

from __future__ import annotations

from rushlight import Tensor

from .. import functional as F
from .module import Module

__all__ = [
    "AlphaDropout",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "FeatureAlphaDropout",
]


class _DropoutNd(Module):
    """What the dropouts share."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """In training, sets every value to zero with probability `p` and scales the others by `1 / (1 - p)`.

    Args:
        p: the probability of a zero.
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Errors:
        ValueError: `p` is not between 0 and 1.
    Example:
        >>> nn.Dropout(0.2)(torch.ones(4))  # random
    Source:
        Hinton et al., "Improving neural networks by preventing co-adaptation of feature detectors", 2012.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutNd):
    """In training, sets whole channels (rows of length L) to zero with probability `p` and scales the others.

    Args:
        p: the probability that a channel is dropped.
        inplace: overwrite the input.
    Shape:
        `(N, C, L)` or `(C, L)`, the same out.
    Errors:
        ValueError: `p` is not between 0 and 1.
        RuntimeError: another number of dimensions.
    Example:
        >>> nn.Dropout1d(0.2)(torch.randn(20, 16, 32)).shape
        torch.Size([20, 16, 32])
    Source:
        Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutNd):
    """In training, sets whole channels (images) to zero with probability `p` and scales the others.

    Args:
        p: the probability that a channel is dropped.
        inplace: overwrite the input.
    Shape:
        `(N, C, H, W)` or `(N, C, L)`, the same out.
    Errors:
        ValueError: `p` is not between 0 and 1.
    Example:
        >>> nn.Dropout2d(0.2)(torch.randn(20, 16, 32, 32)).shape
        torch.Size([20, 16, 32, 32])
    Source:
        Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_DropoutNd):
    """In training, sets whole channels (volumes) to zero with probability `p` and scales the others.

    Args:
        p: the probability that a channel is dropped.
        inplace: overwrite the input.
    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)`, the same out.
    Errors:
        ValueError: `p` is not between 0 and 1.
    Example:
        >>> nn.Dropout3d(0.2)(torch.randn(2, 16, 4, 8, 8)).shape
        torch.Size([2, 16, 4, 8, 8])
    Source:
        Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_DropoutNd):
    """Dropout for SELU networks: dropped values take SELU's lowest one, and mean and variance are kept.

    Args:
        p: the probability that a value is dropped.
        inplace: accepted for PyTorch's sake, which does not overwrite the input either.
    Shape:
        any, the same out.
    Errors:
        ValueError: `p` is not between 0 and 1.
    Example:
        >>> nn.AlphaDropout(0.2)(torch.randn(20, 16)).shape
        torch.Size([20, 16])
    Source:
        Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_DropoutNd):
    """Alpha dropout of whole channels; see AlphaDropout.

    Args:
        p: the probability that a channel is dropped.
        inplace: accepted for PyTorch's sake, which does not overwrite the input either.
    Shape:
        `(N, C, *)`, the same out.
    Errors:
        ValueError: `p` is not between 0 and 1.
    Example:
        >>> nn.FeatureAlphaDropout(0.2)(torch.randn(20, 16, 4, 32, 32)).shape
        torch.Size([20, 16, 4, 32, 32])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training)
