"""Channels that become pixels, pixels that become channels, channels that change places."""

from __future__ import annotations

from rushlight import Tensor

from .. import functional as F
from .module import Module

__all__ = ["ChannelShuffle", "PixelShuffle", "PixelUnshuffle"]


class PixelShuffle(Module):
    """Makes blocks of `r * r` pixels out of `r * r` channels.

    Args:
        upscale_factor: the r.
    Shape:
        input `(*, C r^2, H, W)`, output `(*, C, H r, W r)`.
    Errors:
        RuntimeError: channels that are no multiple of `r * r`.
    Example:
        >>> nn.PixelShuffle(3)(torch.randn(1, 9, 4, 4)).shape
        torch.Size([1, 1, 12, 12])
    Source:
        Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel CNN", 2016.
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Makes `r * r` channels out of blocks of `r * r` pixels: the inverse of PixelShuffle.

    Args:
        downscale_factor: the r.
    Shape:
        input `(*, C, H r, W r)`, output `(*, C r^2, H, W)`.
    Errors:
        RuntimeError: a height or width that is no multiple of `r`.
    Example:
        >>> nn.PixelUnshuffle(3)(torch.randn(1, 1, 12, 12)).shape
        torch.Size([1, 9, 4, 4])
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Deals the channels of `groups` groups out one by one, so that neighbours come from different groups.

    Args:
        groups: the number of groups.
    Shape:
        `(N, C, *)`, the same out.
    Errors:
        RuntimeError: channels that are no multiple of `groups`.
    Example:
        >>> nn.ChannelShuffle(2)(torch.arange(4.0).view(1, 4, 1)).flatten()
        tensor([0., 2., 1., 3.])
    Source:
        Zhang et al., "ShuffleNet", 2018.
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
