"""Padding: constants, reflections, repetitions of the edge, or the other side."""

from __future__ import annotations

from rushlight import Tensor

from .. import functional as F
from ..common_types import IntList
from .module import Module
from .utils import _ntuple

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]


class _CircularPadNd(Module):
    """What the circular paddings share."""

    def __init__(self, padding: IntList) -> None:
        super().__init__()
        self.padding = padding

    def _check_input_dim(self, input: Tensor) -> None:
        raise NotImplementedError("a subclass of _CircularPadNd defines _check_input_dim")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        return F.pad(input, self.padding, "circular")

    def extra_repr(self) -> str:
        return f"{self.padding}"


class CircularPad1d(_CircularPadNd):
    """Pads signals with the values of the opposite side.

    Args:
        padding: (left, right), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, L)` or `(C, L)`, larger by the padding out.
    Errors:
        RuntimeError: padding that goes around more than once.
    Example:
        >>> nn.CircularPad1d(1)(torch.randn(1, 4)).shape
        torch.Size([1, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(_ntuple(padding, 2))

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 2 and input.dim() != 3:
            raise ValueError(f"expected 2D or 3D input (got {input.dim()}D input)")


class CircularPad2d(_CircularPadNd):
    """Pads images with the values of the opposite side.

    Args:
        padding: (left, right, top, bottom), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, H, W)` or `(C, H, W)`, larger by the padding out.
    Errors:
        RuntimeError: padding that goes around more than once.
    Example:
        >>> nn.CircularPad2d(1)(torch.randn(1, 3, 4)).shape
        torch.Size([1, 5, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(_ntuple(padding, 4))

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 3 and input.dim() != 4:
            raise ValueError(f"expected 3D or 4D input (got {input.dim()}D input)")


class CircularPad3d(_CircularPadNd):
    """Pads volumes with the values of the opposite side.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)`, larger by the padding out.
    Errors:
        RuntimeError: padding that goes around more than once.
    Example:
        >>> nn.CircularPad3d(1)(torch.randn(1, 2, 3, 4)).shape
        torch.Size([1, 4, 5, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(_ntuple(padding, 6))

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 4 and input.dim() != 5:
            raise ValueError(f"expected 4D or 5D input (got {input.dim()}D input)")


class _ReflectionPadNd(Module):
    """What the reflect paddings share."""

    def __init__(self, padding: IntList) -> None:
        super().__init__()
        self.padding = padding

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "reflect")

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ReflectionPad1d(_ReflectionPadNd):
    """Pads signals with the values mirrored at the edge.

    Args:
        padding: (left, right), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, L)` or `(C, L)`, larger by the padding out.
    Errors:
        RuntimeError: padding as large as the input.
    Example:
        >>> nn.ReflectionPad1d(1)(torch.randn(1, 4)).shape
        torch.Size([1, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(_ntuple(padding, 2))


class ReflectionPad2d(_ReflectionPadNd):
    """Pads images with the values mirrored at the edge.

    Args:
        padding: (left, right, top, bottom), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, H, W)` or `(C, H, W)`, larger by the padding out.
    Errors:
        RuntimeError: padding as large as the input.
    Example:
        >>> nn.ReflectionPad2d(1)(torch.randn(1, 3, 4)).shape
        torch.Size([1, 5, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(_ntuple(padding, 4))


class ReflectionPad3d(_ReflectionPadNd):
    """Pads volumes with the values mirrored at the edge.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)`, larger by the padding out.
    Errors:
        RuntimeError: padding as large as the input.
    Example:
        >>> nn.ReflectionPad3d(1)(torch.randn(1, 2, 3, 4)).shape
        torch.Size([1, 4, 5, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(_ntuple(padding, 6))


class _ReplicationPadNd(Module):
    """What the replicate paddings share."""

    def __init__(self, padding: IntList) -> None:
        super().__init__()
        self.padding = padding

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "replicate")

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ReplicationPad1d(_ReplicationPadNd):
    """Pads signals with the value at the edge.

    Args:
        padding: (left, right), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, L)` or `(C, L)`, larger by the padding out.
    Errors:
        RuntimeError: an empty input.
    Example:
        >>> nn.ReplicationPad1d(1)(torch.randn(1, 4)).shape
        torch.Size([1, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(_ntuple(padding, 2))


class ReplicationPad2d(_ReplicationPadNd):
    """Pads images with the value at the edge.

    Args:
        padding: (left, right, top, bottom), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, H, W)` or `(C, H, W)`, larger by the padding out.
    Errors:
        RuntimeError: an empty input.
    Example:
        >>> nn.ReplicationPad2d(1)(torch.randn(1, 3, 4)).shape
        torch.Size([1, 5, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(_ntuple(padding, 4))


class ReplicationPad3d(_ReplicationPadNd):
    """Pads volumes with the value at the edge.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)`, larger by the padding out.
    Errors:
        RuntimeError: an empty input.
    Example:
        >>> nn.ReplicationPad3d(1)(torch.randn(1, 2, 3, 4)).shape
        torch.Size([1, 4, 5, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(_ntuple(padding, 6))


class _ConstantPadNd(Module):
    """What the paddings with a constant share."""

    def __init__(self, padding: IntList, value: float) -> None:
        super().__init__()
        self.padding = padding
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPadNd):
    """Pads signals with a constant.

    Args:
        padding: (left, right), or one number for all; negative numbers cut off.
        value: the constant.
    Shape:
        `(N, C, L)` or `(C, L)`, larger by the padding out.
    Example:
        >>> nn.ConstantPad1d(1, 3.5)(torch.randn(1, 4)).shape
        torch.Size([1, 6])
    """

    def __init__(self, padding: IntList, value: float) -> None:
        super().__init__(_ntuple(padding, 2), value)


class ConstantPad2d(_ConstantPadNd):
    """Pads images with a constant.

    Args:
        padding: (left, right, top, bottom), or one number for all; negative numbers cut off.
        value: the constant.
    Shape:
        `(N, C, H, W)` or `(C, H, W)`, larger by the padding out.
    Example:
        >>> nn.ConstantPad2d(1, 3.5)(torch.randn(1, 3, 4)).shape
        torch.Size([1, 5, 6])
    """

    def __init__(self, padding: IntList, value: float) -> None:
        super().__init__(_ntuple(padding, 4), value)


class ConstantPad3d(_ConstantPadNd):
    """Pads volumes with a constant.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all; negative numbers cut off.
        value: the constant.
    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)`, larger by the padding out.
    Example:
        >>> nn.ConstantPad3d(1, 3.5)(torch.randn(1, 2, 3, 4)).shape
        torch.Size([1, 4, 5, 6])
    """

    def __init__(self, padding: IntList, value: float) -> None:
        super().__init__(_ntuple(padding, 6), value)


class ZeroPad1d(ConstantPad1d):
    """Pads signals with zeros.

    Args:
        padding: (left, right), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, L)` or `(C, L)`, larger by the padding out.
    Example:
        >>> nn.ZeroPad1d(1)(torch.randn(1, 4)).shape
        torch.Size([1, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad2d(ConstantPad2d):
    """Pads images with zeros.

    Args:
        padding: (left, right, top, bottom), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, H, W)` or `(C, H, W)`, larger by the padding out.
    Example:
        >>> nn.ZeroPad2d(1)(torch.randn(1, 3, 4)).shape
        torch.Size([1, 5, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad3d(ConstantPad3d):
    """Pads volumes with zeros.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all; negative numbers cut off.
    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)`, larger by the padding out.
    Example:
        >>> nn.ZeroPad3d(1)(torch.randn(1, 2, 3, 4)).shape
        torch.Size([1, 4, 5, 6])
    """

    def __init__(self, padding: IntList) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"
