"""Resizing by interpolation."""

from __future__ import annotations

from rushlight import Tensor

from .. import functional as F
from ..common_types import FloatList, IntList
from .module import Module
from .utils import _floats

__all__ = ["Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"]


class Upsample(Module):
    """Resizes the spatial dimensions to `size`, or by `scale_factor`.

    Args:
        size: the size of the output's spatial dimensions.
        scale_factor: how many times larger the output is; one number for all dimensions or one for each.
        mode: "nearest", "nearest-exact", "linear", "bilinear", "trilinear" or "bicubic".
        align_corners: for the linear and cubic modes, whether the centres of the corner points stay in place.
        recompute_scale_factor: compute the scale from the sizes again instead of using `scale_factor` itself.
    Shape:
        input `(N, C, L)`, `(N, C, H, W)` or `(N, C, D, H, W)`, output likewise.
    Errors:
        ValueError: both or neither of `size` and `scale_factor`.
        NotImplementedError: a mode for another number of dimensions.
    Example:
        >>> nn.Upsample(scale_factor=2)(torch.tensor([[[1.0, 2.0]]]))
        tensor([[[1., 1., 2., 2.]]])
    """

    def __init__(
        self,
        size: IntList | None = None,
        scale_factor: FloatList | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.size = size
        self.scale_factor: FloatList | None = _floats(scale_factor)
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    @property
    def name(self) -> str:
        """The name of the class."""
        return type(self).__name__

    def extra_repr(self) -> str:
        if self.scale_factor is not None:
            return f"scale_factor={self.scale_factor}, mode={self.mode!r}"
        return f"size={self.size}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Resizes images by repeating the nearest pixel; `Upsample` with mode="nearest".

    Args:
        size: height and width of the output; one number means both.
        scale_factor: how many times larger the output is.
    Shape:
        input `(N, C, H, W)`, output likewise.
    Example:
        >>> nn.UpsamplingNearest2d(scale_factor=2)(torch.ones(1, 1, 2, 3)).shape
        torch.Size([1, 1, 4, 6])
    """

    def __init__(self, size: IntList | None = None, scale_factor: FloatList | None = None) -> None:
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """Resizes images linearly, corners in place; `Upsample` with mode="bilinear" and align_corners.

    Args:
        size: height and width of the output; one number means both.
        scale_factor: how many times larger the output is.
    Shape:
        input `(N, C, H, W)`, output likewise.
    Example:
        >>> nn.UpsamplingBilinear2d(scale_factor=2)(torch.ones(1, 1, 2, 3)).shape
        torch.Size([1, 1, 4, 6])
    """

    def __init__(self, size: IntList | None = None, scale_factor: FloatList | None = None) -> None:
        super().__init__(size, scale_factor, "bilinear", True)
