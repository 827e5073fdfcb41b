"""Windows of an image as columns, and back."""

from __future__ import annotations

from rushlight import Tensor

from .. import functional as F
from ..common_types import IntList
from .module import Module

__all__ = ["Fold", "Unfold"]


class Fold(Module):
    """Adds columns back to the windows they are: the transpose of Unfold.

    Args:
        output_size: height and width of the image; one number means both, here and below.
        kernel_size: height and width of the windows.
        dilation: distance between the points of a window.
        padding: zeros that were added at all edges.
        stride: step between windows.
    Shape:
        input `(N, C kh kw, L)` or `(C kh kw, L)`, output `(N, C, *output_size)` or `(C, *output_size)`.
    Errors:
        RuntimeError: L is not the number of windows, or the channels no multiple of `kh kw`.
    Example:
        >>> nn.Fold((4, 5), (2, 2))(torch.randn(1, 12, 12)).shape
        torch.Size([1, 3, 4, 5])
    """

    def __init__(
        self,
        output_size: IntList,
        kernel_size: IntList,
        dilation: IntList = 1,
        padding: IntList = 0,
        stride: IntList = 1,
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )


class Unfold(Module):
    """Writes every window of an image as a column.

    Args:
        kernel_size: height and width of the windows; one number means both, here and below.
        dilation: distance between the points of a window.
        padding: zeros added at all edges.
        stride: step between windows.
    Shape:
        input `(N, C, H, W)` or `(C, H, W)`, output `(N, C kh kw, L)` or `(C kh kw, L)` for L windows.
    Errors:
        RuntimeError: a window larger than the image.
    Example:
        >>> nn.Unfold((2, 3))(torch.randn(2, 5, 3, 4)).shape
        torch.Size([2, 30, 4])
    """

    def __init__(self, kernel_size: IntList, dilation: IntList = 1, padding: IntList = 0, stride: IntList = 1) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
