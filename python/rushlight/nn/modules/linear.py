"""Affine and bilinear maps."""

from __future__ import annotations

import math

import rushlight as torch
from rushlight import Tensor

from .. import functional as F
from .. import init
from ..common_types import Device, DType
from ..parameter import Parameter
from .module import Module

__all__ = ["Bilinear", "Identity", "Linear"]


class Identity(Module):
    """Returns its input. Arguments are accepted and ignored, so that it can stand in for any layer.

    Shape:
        any; the output is the input itself.
    Example:
        >>> model.fc = nn.Identity()  # cut the head off a model
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Module):
    """The affine map `y = x A^T + b`.

    Args:
        in_features: size of the last dimension of the input.
        out_features: size of the last dimension of the output.
        bias: whether there is a `b`.
        device, dtype: of the parameters.
    Shape:
        input `(*, in_features)`, output `(*, out_features)`; weight `(out_features, in_features)`.
    Errors:
        RuntimeError: the last dimension of the input is not `in_features`, or the dtypes differ.
    Example:
        >>> nn.Linear(20, 30)(torch.randn(128, 20)).shape
        torch.Size([128, 30])
    Source:
        weights start uniform in +-1/sqrt(in_features), as in LeCun et al., "Efficient BackProp", 1998.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(torch.empty((out_features, in_features), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(torch.empty((out_features,), device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0.0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    """The bilinear map `y = x1^T A x2 + b`.

    Args:
        in1_features, in2_features: sizes of the last dimensions of the two inputs; the first must be positive.
        out_features: size of the last dimension of the output.
        bias: whether there is a `b`.
        device, dtype: of the parameters.
    Shape:
        inputs `(*, in1_features)` and `(*, in2_features)`, output `(*, out_features)`;
        weight `(out_features, in1_features, in2_features)`.
    Errors:
        ValueError: `in1_features` is not positive.
        RuntimeError: the inputs do not fit.
    Example:
        >>> nn.Bilinear(20, 30, 40)(torch.randn(128, 20), torch.randn(128, 30)).shape
        torch.Size([128, 40])
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        if in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got (in1_features={in1_features})")
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(torch.empty((out_features, in1_features, in2_features), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(torch.empty((out_features,), device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
