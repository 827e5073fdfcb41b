"""Activations: functions applied to every value, and softmax over one dimension."""

from __future__ import annotations

import warnings

import rushlight as torch
from rushlight import Tensor

from .. import functional as F
from .. import init as _init
from ..common_types import Device, DType
from ..parameter import Parameter
from .module import Module

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SELU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]


class Threshold(Module):
    """`x` where `x > threshold`, else `value`.

    Args:
        threshold: the bound.
        value: what replaces the values at or below it.
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.Threshold(0.1, 20)(torch.tensor([0.0, 1.0]))
        tensor([20.,  1.])
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        inplace = ", inplace=True" if self.inplace else ""
        return f"threshold={self.threshold}, value={self.value}{inplace}"


class ReLU(Module):
    """`max(0, x)`.

    Args:
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.ReLU()(torch.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    Source:
        Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", 2010.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Hardtanh(Module):
    """`x` clamped to `[min_val, max_val]`.

    Args:
        min_val, max_val: the bounds.
        inplace: overwrite the input.
        min_value, max_value: deprecated names of the bounds.
    Shape:
        any, the same out.
    Errors:
        AssertionError: `max_val` is not above `min_val`.
    Example:
        >>> nn.Hardtanh(-2, 2)(torch.tensor([-3.0, 1.0]))
        tensor([-2.,  1.])
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        if min_value is not None:
            warnings.warn("keyword argument `min_value` is deprecated and renamed to `min_val`", FutureWarning, 2)
        if max_value is not None:
            warnings.warn("keyword argument `max_value` is deprecated and renamed to `max_val`", FutureWarning, 2)
        self.min_val: float = min_val if min_value is None else min_value
        self.max_val: float = max_val if max_value is None else max_value
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise AssertionError(f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})")

    def forward(self, input: Tensor) -> Tensor:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        inplace = ", inplace=True" if self.inplace else ""
        return f"min_val={self.min_val}, max_val={self.max_val}{inplace}"


class ReLU6(Hardtanh):
    """`min(max(0, x), 6)`.

    Args:
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.ReLU6()(torch.tensor([-1.0, 8.0]))
        tensor([0., 6.])
    Source:
        Krizhevsky, "Convolutional Deep Belief Networks on CIFAR-10", 2010.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Sigmoid(Module):
    """`1 / (1 + exp(-x))`.

    Shape:
        any, the same out.
    Example:
        >>> nn.Sigmoid()(torch.zeros(1))
        tensor([0.5000])
    """

    def forward(self, input: Tensor) -> Tensor:
        return torch.sigmoid(input)


class Hardsigmoid(Module):
    """`x / 6 + 1/2`, clamped to `[0, 1]`.

    Args:
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.Hardsigmoid()(torch.tensor([-3.0, 0.0, 3.0]))
        tensor([0.0000, 0.5000, 1.0000])
    Source:
        Howard et al., "Searching for MobileNetV3", 2019.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.hardsigmoid(input, self.inplace)


class Tanh(Module):
    """The hyperbolic tangent.

    Shape:
        any, the same out.
    Example:
        >>> nn.Tanh()(torch.zeros(1))
        tensor([0.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return torch.tanh(input)


class SiLU(Module):
    """`x * sigmoid(x)`, also called swish.

    Args:
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.SiLU()(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7311])
    Source:
        Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016; Ramachandran et al., 2017.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.silu(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Mish(Module):
    """`x * tanh(softplus(x))`.

    Args:
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.Mish()(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8651])
    Source:
        Misra, "Mish: A Self Regularized Non-Monotonic Neural Activation Function", 2019.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.mish(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Hardswish(Module):
    """`x * hardsigmoid(x)`.

    Args:
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.Hardswish()(torch.tensor([-3.0, 3.0]))
        tensor([-0.,  3.])
    Source:
        Howard et al., "Searching for MobileNetV3", 2019.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.hardswish(input, self.inplace)


class ELU(Module):
    """`x` where positive, else `alpha (exp(x) - 1)`.

    Args:
        alpha: minus the limit for large negative values.
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.ELU()(torch.tensor([-1.0, 1.0]))
        tensor([-0.6321,  1.0000])
    Source:
        Clevert et al., "Fast and Accurate Deep Network Learning by Exponential Linear Units", 2015.
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        inplace = ", inplace=True" if self.inplace else ""
        return f"alpha={self.alpha}{inplace}"


class CELU(Module):
    """`max(0, x) + min(0, alpha (exp(x / alpha) - 1))`.

    Args:
        alpha: minus the limit for large negative values; not 0.
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.CELU()(torch.tensor([-1.0, 1.0]))
        tensor([-0.6321,  1.0000])
    Source:
        Barron, "Continuously Differentiable Exponential Linear Units", 2017.
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        inplace = ", inplace=True" if self.inplace else ""
        return f"alpha={self.alpha}{inplace}"


class SELU(Module):
    """ELU with the scale and alpha that keep mean 0 and variance 1 from layer to layer.

    Args:
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.SELU()(torch.tensor([-1.0, 1.0]))
        tensor([-1.1113,  1.0507])
    Source:
        Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.selu(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class GLU(Module):
    """The first half of a dimension times the sigmoid of its second half.

    Args:
        dim: the dimension to split.
    Shape:
        input `(*, N, *)` with even N, output `(*, N / 2, *)`.
    Errors:
        RuntimeError: the size of `dim` is odd.
    Example:
        >>> nn.GLU()(torch.randn(4, 2)).shape
        torch.Size([4, 1])
    Source:
        Dauphin et al., "Language Modeling with Gated Convolutional Networks", 2016.
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class GELU(Module):
    """`x` times the normal distribution function at `x`.

    Args:
        approximate: "none" for the exact function, "tanh" for the usual approximation.
    Shape:
        any, the same out.
    Errors:
        RuntimeError: another `approximate`.
    Example:
        >>> nn.GELU()(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8413])
    Source:
        Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        return f"approximate='{self.approximate}'"


class LeakyReLU(Module):
    """`x` where positive, else `negative_slope * x`.

    Args:
        negative_slope: the slope for negative values.
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Example:
        >>> nn.LeakyReLU(0.1)(torch.tensor([-1.0, 1.0]))
        tensor([-0.1000,  1.0000])
    Source:
        Maas et al., "Rectifier Nonlinearities Improve Neural Network Acoustic Models", 2013.
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        inplace = ", inplace=True" if self.inplace else ""
        return f"negative_slope={self.negative_slope}{inplace}"


class LogSigmoid(Module):
    """`log(1 / (1 + exp(-x)))`, without overflow.

    Shape:
        any, the same out.
    Example:
        >>> nn.LogSigmoid()(torch.zeros(1))
        tensor([-0.6931])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.logsigmoid(input)


class Softplus(Module):
    """`log(1 + exp(beta x)) / beta`; `x` itself where `beta x > threshold`.

    Args:
        beta: the sharpness.
        threshold: where the function is taken to be linear.
    Shape:
        any, the same out.
    Example:
        >>> nn.Softplus()(torch.zeros(1))
        tensor([0.6931])
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class PReLU(Module):
    """`x` where positive, else a learned slope times `x`.

    Args:
        num_parameters: 1 for one slope, or the number of channels (dimension 1) for one slope each.
        init: the slope at the start.
        device, dtype: of the parameter.
    Shape:
        `(N, C, *)` or any shape for one slope, the same out; weight `(num_parameters,)`.
    Errors:
        RuntimeError: the channels do not match.
    Example:
        >>> nn.PReLU()(torch.tensor([-1.0, 1.0])).detach()
        tensor([-0.2500,  1.0000])
    Source:
        He et al., "Delving Deep into Rectifiers", 2015.
    """

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(torch.empty((num_parameters,), device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        _init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class Softsign(Module):
    """`x / (1 + |x|)`.

    Shape:
        any, the same out.
    Example:
        >>> nn.Softsign()(torch.ones(1))
        tensor([0.5000])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softsign(input)


class Tanhshrink(Module):
    """`x - tanh(x)`.

    Shape:
        any, the same out.
    Example:
        >>> nn.Tanhshrink()(torch.ones(1))
        tensor([0.2384])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.tanhshrink(input)


class Softmin(Module):
    """Softmax of `-x`.

    Args:
        dim: the dimension that sums to 1; leaving it out is deprecated.
    Shape:
        any, the same out.
    Example:
        >>> nn.Softmin(dim=1)(torch.zeros(1, 2))
        tensor([[0.5000, 0.5000]])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.softmin(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax(Module):
    """`exp(x) / sum(exp(x))` along a dimension.

    Args:
        dim: the dimension that sums to 1; leaving it out is deprecated.
    Shape:
        any, the same out.
    Errors:
        IndexError: a dimension the input does not have.
    Example:
        >>> nn.Softmax(dim=1)(torch.zeros(1, 2))
        tensor([[0.5000, 0.5000]])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """The logarithm of softmax, without overflow.

    Args:
        dim: the dimension that sums to 1 after `exp`; leaving it out is deprecated.
    Shape:
        any, the same out.
    Errors:
        IndexError: a dimension the input does not have.
    Example:
        >>> nn.LogSoftmax(dim=1)(torch.zeros(1, 2))
        tensor([[-0.6931, -0.6931]])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Hardshrink(Module):
    """`x` where `|x| > lambd`, else 0.

    Args:
        lambd: the bound.
    Shape:
        any, the same out.
    Example:
        >>> nn.Hardshrink()(torch.tensor([-1.0, 0.2]))
        tensor([-1.,  0.])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return F.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return f"{self.lambd}"


class Softshrink(Module):
    """`x` moved towards 0 by `lambd`, and 0 where that is passed.

    Args:
        lambd: the bound.
    Shape:
        any, the same out.
    Example:
        >>> nn.Softshrink()(torch.tensor([-1.0, 0.2]))
        tensor([-0.5000,  0.0000])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return F.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return f"{self.lambd}"


class RReLU(Module):
    """`x` where positive, else `x` times a random slope in training, and times the mean slope otherwise.

    Args:
        lower, upper: the slopes' bounds.
        inplace: overwrite the input.
    Shape:
        any, the same out.
    Errors:
        RuntimeError: `lower` is larger than `upper`.
    Example:
        >>> nn.RReLU(0.1, 0.3).eval()(torch.tensor([-1.0, 1.0]))
        tensor([-0.2000,  1.0000])
    Source:
        Xu et al., "Empirical Evaluation of Rectified Activations in Convolutional Network", 2015.
    """

    def __init__(self, lower: float = 0.125, upper: float = 0.3333333333333333, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        inplace = ", inplace=True" if self.inplace else ""
        return f"lower={self.lower}, upper={self.upper}{inplace}"


class Softmax2d(Module):
    """Softmax over the channels of every pixel.

    Shape:
        `(N, C, H, W)` or `(C, H, W)`, the same out.
    Errors:
        ValueError: another number of dimensions.
    Example:
        >>> nn.Softmax2d()(torch.zeros(1, 2, 1, 1)).flatten()
        tensor([0.5000, 0.5000])
    """

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() != 3 and input.dim() != 4:
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3)
