"""Initialisers: fill a tensor in place, without recording gradients, and return it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import rushlight as torch
from rushlight import Tensor

__all__ = [
    "calculate_gain",
    "constant",
    "constant_",
    "dirac",
    "dirac_",
    "eye",
    "eye_",
    "kaiming_normal",
    "kaiming_normal_",
    "kaiming_uniform",
    "kaiming_uniform_",
    "normal",
    "normal_",
    "ones_",
    "orthogonal",
    "orthogonal_",
    "sparse",
    "sparse_",
    "trunc_normal_",
    "uniform",
    "uniform_",
    "xavier_normal",
    "xavier_normal_",
    "xavier_uniform",
    "xavier_uniform_",
    "zeros_",
]


def _no_grad_uniform_(tensor: Tensor, a: float, b: float, generator: torch.Generator | None = None) -> Tensor:
    with torch.no_grad():
        return tensor.uniform_(a, b, generator=generator)


def _no_grad_normal_(tensor: Tensor, mean: float, std: float, generator: torch.Generator | None = None) -> Tensor:
    with torch.no_grad():
        return tensor.normal_(mean, std, generator=generator)


def _no_grad_fill_(tensor: Tensor, val: float) -> Tensor:
    with torch.no_grad():
        return tensor.fill_(val)


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that keeps the variance of values through a nonlinearity.

    Args:
        nonlinearity: "linear", "conv1d" to "conv_transpose3d", "sigmoid" (1), "tanh" (5/3), "relu" (sqrt 2),
            "leaky_relu" (sqrt(2 / (1 + slope^2))) or "selu" (3/4).
        param: the slope of leaky_relu, 0.01 by default.
    Errors:
        ValueError: an unknown name, or a slope that is not a number.
    Example:
        >>> nn.init.calculate_gain("leaky_relu", 0.2)
        1.3867504905630728
    """
    linear = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
    if nonlinearity in linear or nonlinearity == "sigmoid":
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            param = 0.01
        if isinstance(param, bool) or not isinstance(param, (int, float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + param**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(
        f"Unsupported nonlinearity {nonlinearity}. Use one of {(*linear, 'sigmoid', 'tanh', 'relu')}, "
        "'leaky_relu' or 'selu'"
    )


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    """Fill with uniform random numbers in `[a, b)`.

    Example:
        >>> nn.init.uniform_(torch.empty(3, 5), -1, 1)
    """
    return _no_grad_uniform_(tensor, a, b, generator)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    """Fill with normal random numbers.

    Example:
        >>> nn.init.normal_(torch.empty(3, 5), std=0.02)
    """
    return _no_grad_normal_(tensor, mean, std, generator)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value."""
    return _no_grad_fill_(tensor, val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return _no_grad_fill_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return _no_grad_fill_(tensor, 0.0)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Fill with normal random numbers restricted to `[a, b]`.

    When most of the normal distribution lies inside, values outside are drawn again; otherwise uniform numbers are
    accepted with the probability that the normal density gives them.

    Args:
        mean, std: of the normal distribution before the cut.
        a, b: the bounds, absolute values (not multiples of `std`).
        generator: where the random numbers come from.
    Example:
        >>> nn.init.trunc_normal_(torch.empty(3, 5), std=0.02)
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            stacklevel=2,
        )
    inside = _normal_cdf((b - mean) / std) - _normal_cdf((a - mean) / std)
    with torch.no_grad():
        if inside > 0.3:
            return _trunc_by_redrawing(tensor, mean, std, a, b, generator)
        return _trunc_by_rejection(tensor, mean, std, a, b, generator)


def _normal_cdf(x: float) -> float:
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def _trunc_by_redrawing(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: torch.Generator | None
) -> Tensor:
    low, high = torch.tensor([a, b], dtype=tensor.dtype).tolist()  # the bounds as the tensor's dtype has them
    values = tensor.normal_(mean, std, generator=generator)
    while True:
        outside = (values < low) | (values > high)
        if not outside.any():
            break
        values = torch.where(outside, torch.empty_like(values).normal_(mean, std, generator=generator), values)
    return tensor if values is tensor else tensor.copy_(values)


def _trunc_by_rejection(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: torch.Generator | None
) -> Tensor:
    mode = max(a, min(mean, b))
    log_peak = -0.5 * ((mode - mean) / std) ** 2

    def rejected(candidates: Tensor) -> Tensor:
        log_density = candidates.sub(mean).div_(std).pow_(2).mul_(-0.5).sub_(log_peak)
        return torch.empty_like(candidates).uniform_(generator=generator).log_().gt(log_density)

    tensor.uniform_(a, b, generator=generator)
    pending = rejected(tensor)
    values = tensor
    while pending.any():
        candidates = torch.empty_like(tensor).uniform_(a, b, generator=generator)
        values = torch.where(pending, candidates, values)
        pending = torch.where(pending, rejected(candidates), pending)
    return tensor if values is tensor else tensor.copy_(values)


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with the identity.

    Errors:
        ValueError: the tensor does not have 2 dimensions.
    """
    if tensor.dim() != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported, but got {tensor.dim()}")
    with torch.no_grad():
        tensor.zero_()
        for i in range(min(tensor.shape)):
            tensor[i, i] = 1
    return tensor


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill a convolution's weight so that it passes as many channels through unchanged as it can.

    Args:
        tensor: `(C_out, C_in / groups, *kernel)` with 1 to 3 kernel dimensions.
        groups: the groups of the convolution.
    Errors:
        ValueError: another number of dimensions, or `C_out` not divisible by `groups`.
    """
    if tensor.dim() not in (3, 4, 5):
        raise ValueError(f"Only tensors with 3, 4, or 5 dimensions are supported, but got {tensor.dim()}")
    if tensor.size(0) % groups != 0:
        raise ValueError(f"dim 0 must be divisible by groups, but got {tensor.size(0)} and groups={groups}")
    per_group = tensor.size(0) // groups
    centre = tuple(n // 2 for n in tensor.shape[2:])
    with torch.no_grad():
        tensor.zero_()
        for g in range(groups):
            for d in range(min(per_group, tensor.size(1))):
                tensor[(g * per_group + d, d, *centre)] = 1
    return tensor


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many inputs feed one output, and the other way round, for a weight `(out, in, *kernel)`."""
    if tensor.dim() < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions, "
            f"but got {tensor.dim()}. Use uniform_ or normal_ for vectors."
        )
    window = math.prod(tensor.shape[2:])
    return tensor.size(1) * window, tensor.size(0) * window


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return fan_in if mode == "fan_in" else fan_out


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    """Fill uniformly in +-gain * sqrt(6 / (fan_in + fan_out)).

    Errors:
        ValueError: fewer than 2 dimensions.
    Source:
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    bound = math.sqrt(3.0) * std
    return _no_grad_uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    """Fill normally with std gain * sqrt(2 / (fan_in + fan_out)).

    Errors:
        ValueError: fewer than 2 dimensions.
    Source:
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    return _no_grad_normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: torch.Generator | None = None,
) -> Tensor:
    """Fill uniformly in +-gain * sqrt(3 / fan).

    Args:
        a: the negative slope of the leaky_relu that follows.
        mode: "fan_in" keeps the variance forwards, "fan_out" backwards.
        nonlinearity: see `calculate_gain`.
        generator: where the random numbers come from.
    Errors:
        ValueError: fewer than 2 dimensions, or an unknown mode or nonlinearity.
    Source:
        He et al., "Delving Deep into Rectifiers", 2015.
    """
    if tensor.numel() == 0:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    fan = _calculate_correct_fan(tensor, mode)
    std = calculate_gain(nonlinearity, a) / math.sqrt(fan)
    bound = math.sqrt(3.0) * std
    return _no_grad_uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: torch.Generator | None = None,
) -> Tensor:
    """Fill normally with std gain / sqrt(fan).

    Args:
        a: the negative slope of the leaky_relu that follows.
        mode: "fan_in" keeps the variance forwards, "fan_out" backwards.
        nonlinearity: see `calculate_gain`.
        generator: where the random numbers come from.
    Errors:
        ValueError: fewer than 2 dimensions, or an unknown mode or nonlinearity.
    Source:
        He et al., "Delving Deep into Rectifiers", 2015.
    """
    if tensor.numel() == 0:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    fan = _calculate_correct_fan(tensor, mode)
    std = calculate_gain(nonlinearity, a) / math.sqrt(fan)
    return _no_grad_normal_(tensor, 0.0, std, generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: torch.Generator | None = None) -> Tensor:
    """Fill with a (semi-)orthogonal matrix; dimensions after the first count as one.

    Errors:
        ValueError: fewer than 2 dimensions.
    Source:
        Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013.
    """
    if tensor.dim() < 2:
        raise ValueError(f"Only tensors with 2 or more dimensions are supported, but got {tensor.dim()}")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.size(0)
    columns = tensor.numel() // rows
    with torch.no_grad():
        drawn = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator)
        if drawn.dtype in (torch.float16, torch.bfloat16):
            drawn = drawn.float()
        # The Q whose R has a positive diagonal: that sign makes it unique, and uniform over the orthogonal matrices.
        q, r = torch.linalg.qr(drawn.t() if rows < columns else drawn)
        q = q * r.diagonal().sgn()
        tensor.copy_((q.t() if rows < columns else q).reshape(tensor.shape))
        tensor.mul_(gain)
    return tensor


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: torch.Generator | None = None) -> Tensor:
    """Fill a matrix normally, then set a share of every column to zero.

    Args:
        sparsity: the share of zeros in each column.
        std: of the other values.
        generator: where the normal numbers come from; the places of the zeros come from the default generator.
    Errors:
        ValueError: the tensor does not have 2 dimensions.
    Source:
        Martens, "Deep learning via Hessian-free optimization", 2010.
    """
    if tensor.dim() != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported, but got {tensor.dim()}")
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    with torch.no_grad():
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            tensor[torch.randperm(rows)[:zeros], column] = 0
    return tensor


def _deprecated(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The old name of an initialiser, without the underscore."""
    name = function.__name__
    old = name.removesuffix("_")

    def wrapper(*args: object, **kwargs: object) -> Tensor:
        warnings.warn(f"`nn.init.{old}` is now deprecated in favor of `nn.init.{name}`.", FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    wrapper.__name__ = wrapper.__qualname__ = old
    wrapper.__doc__ = f"Deprecated name of `{name}`."
    return wrapper


uniform = _deprecated(uniform_)
normal = _deprecated(normal_)
constant = _deprecated(constant_)
eye = _deprecated(eye_)
dirac = _deprecated(dirac_)
xavier_uniform = _deprecated(xavier_uniform_)
xavier_normal = _deprecated(xavier_normal_)
kaiming_uniform = _deprecated(kaiming_uniform_)
kaiming_normal = _deprecated(kaiming_normal_)
orthogonal = _deprecated(orthogonal_)
sparse = _deprecated(sparse_)
