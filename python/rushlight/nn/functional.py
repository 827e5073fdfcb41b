"""The functional forms: every op of the native table's nn family, under its PyTorch name.

What a flag changes in the number of results is Python: the table has a row for each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rushlight import _C, Tensor

from .common_types import IntList, OptionalIntList

if TYPE_CHECKING:
    from .modules.linear_cross_entropy import LinearCrossEntropyOptions

globals().update({name: getattr(_C._nn, name) for name in dir(_C._nn) if not name.startswith("_")})

Pooled = Tensor | tuple[Tensor, Tensor]  # with return_indices, also where in its plane each maximum is


def max_pool1d(
    input: Tensor,
    kernel_size: IntList,
    stride: IntList | None = None,
    padding: IntList = 0,
    dilation: IntList = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Pooled:
    """The largest element of each window of (N, C, L) or (C, L); see `nn.MaxPool1d`."""
    pool = _C._nn.max_pool1d_with_indices if return_indices else _C._nn.max_pool1d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d(
    input: Tensor,
    kernel_size: IntList,
    stride: IntList | None = None,
    padding: IntList = 0,
    dilation: IntList = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Pooled:
    """The largest element of each window of (N, C, H, W) or (C, H, W); see `nn.MaxPool2d`."""
    pool = _C._nn.max_pool2d_with_indices if return_indices else _C._nn.max_pool2d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d(
    input: Tensor,
    kernel_size: IntList,
    stride: IntList | None = None,
    padding: IntList = 0,
    dilation: IntList = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Pooled:
    """The largest element of each window of (N, C, D, H, W) or (C, D, H, W); see `nn.MaxPool3d`."""
    pool = _C._nn.max_pool3d_with_indices if return_indices else _C._nn.max_pool3d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def adaptive_max_pool1d(input: Tensor, output_size: OptionalIntList, return_indices: bool = False) -> Pooled:
    """The maxima of `output_size` equal parts of (N, C, L) or (C, L)."""
    pool = _C._nn.adaptive_max_pool1d_with_indices if return_indices else _C._nn.adaptive_max_pool1d
    return pool(input, output_size)


def adaptive_max_pool2d(input: Tensor, output_size: OptionalIntList, return_indices: bool = False) -> Pooled:
    """The maxima of `output_size` equal parts of (N, C, H, W) or (C, H, W); see `nn.AdaptiveMaxPool2d`."""
    pool = _C._nn.adaptive_max_pool2d_with_indices if return_indices else _C._nn.adaptive_max_pool2d
    return pool(input, _full_size(input, output_size, 2))


def adaptive_max_pool3d(input: Tensor, output_size: OptionalIntList, return_indices: bool = False) -> Pooled:
    """The maxima of `output_size` equal parts of (N, C, D, H, W) or (C, D, H, W)."""
    pool = _C._nn.adaptive_max_pool3d_with_indices if return_indices else _C._nn.adaptive_max_pool3d
    return pool(input, _full_size(input, output_size, 3))


def adaptive_avg_pool2d(input: Tensor, output_size: OptionalIntList) -> Tensor:
    """The means of `output_size` equal parts of (N, C, H, W) or (C, H, W); see `nn.AdaptiveAvgPool2d`."""
    return _C._nn.adaptive_avg_pool2d(input, _full_size(input, output_size, 2))


def adaptive_avg_pool3d(input: Tensor, output_size: OptionalIntList) -> Tensor:
    """The means of `output_size` equal parts of (N, C, D, H, W) or (C, D, H, W); see `nn.AdaptiveAvgPool3d`."""
    return _C._nn.adaptive_avg_pool3d(input, _full_size(input, output_size, 3))


def _full_size(input: Tensor, output_size: OptionalIntList, n: int) -> IntList:
    """The output size with the input's own where it says None."""
    if isinstance(output_size, int):
        return output_size
    if input.dim() <= len(output_size):
        raise ValueError(f"Input dimension should be at least {n + 1}, but got {input.dim()}")
    own = input.shape[input.dim() - len(output_size) :]
    return tuple(size if wanted is None else wanted for size, wanted in zip(own, output_size, strict=True))


def fractional_max_pool2d(
    input: Tensor,
    kernel_size: IntList,
    output_size: IntList | None = None,
    output_ratio: float | tuple[float, ...] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Pooled:
    """The largest element of windows of (N, C, H, W) or (C, H, W) at random places; see `nn.FractionalMaxPool2d`."""
    pool = _C._nn.fractional_max_pool2d_with_indices if return_indices else _C._nn.fractional_max_pool2d
    return pool(input, kernel_size, output_size, _ratios(output_ratio), False, _random_samples)


def fractional_max_pool3d(
    input: Tensor,
    kernel_size: IntList,
    output_size: IntList | None = None,
    output_ratio: float | tuple[float, ...] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Pooled:
    """The largest element of windows of (N, C, T, H, W) or (C, T, H, W) at random places."""
    pool = _C._nn.fractional_max_pool3d_with_indices if return_indices else _C._nn.fractional_max_pool3d
    return pool(input, kernel_size, output_size, _ratios(output_ratio), False, _random_samples)


def _ratios(output_ratio: float | tuple[float, ...] | None) -> list[float] | None:
    """One ratio for every dimension, or a list of them."""
    if output_ratio is None:
        return None
    return [output_ratio] if isinstance(output_ratio, int | float) else list(output_ratio)


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Attention of `num_heads` heads over (L, N, E) or (L, E) with its projections; see `nn.MultiheadAttention`.

    Returns the output and, with `need_weights`, the attention weights (their mean over the heads, or each).
    """
    return tuple(
        _C._nn.multi_head_attention_forward(
            query,
            key,
            value,
            embed_dim_to_check,
            num_heads,
            in_proj_weight,
            in_proj_bias,
            bias_k,
            bias_v,
            add_zero_attn,
            dropout_p,
            out_proj_weight,
            out_proj_bias,
            training,
            key_padding_mask,
            need_weights,
            attn_mask,
            use_separate_proj_weight,
            q_proj_weight,
            k_proj_weight,
            v_proj_weight,
            static_k,
            static_v,
            average_attn_weights,
            is_causal,
        )
    )


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """max(0, d(anchor, positive) - d(anchor, negative) + margin); d is `pairwise_distance` unless given.

    With `swap` the smaller of d(anchor, negative) and d(positive, negative) counts; see
    `nn.TripletMarginWithDistanceLoss`.
    """
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs"
        )
    distance = distance_function or _C._nn.pairwise_distance
    near, far = distance(anchor, positive), distance(anchor, negative)
    swapped = distance(positive, negative) if swap else None
    return _C._nn._triplet_margin(near, far, swapped, margin, reduction)


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: LinearCrossEntropyOptions | None = None,
) -> Tensor:
    """`cross_entropy(linear(input, linear_weight, linear_bias), target)`; see `nn.LinearCrossEntropyLoss`.

    With `options` the logits exist for some rows at a time only, and the gradient computes them again.
    """
    chunk = None
    if options is not None and linear_weight.dim() == 2 and input.dim() in (1, 2):
        rows = input.shape[0] if input.dim() == 2 else 1
        chunk = options.chunk_size(rows, input.shape[-1], linear_weight.shape[0], input.dtype)
    return _C._nn.linear_cross_entropy(
        input,
        linear_weight,
        target,
        linear_bias=linear_bias,
        weight=weight,
        reduction=reduction,
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        batch_chunk_size=chunk if options is None or chunk is not None else 1,
    )
