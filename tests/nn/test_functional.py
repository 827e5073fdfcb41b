"""Functions of nn.functional against their definitions: what the op table's samples are too small or too plain for."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import nn


def close(got: torch.Tensor, want: torch.Tensor, tolerance: float = 1e-10) -> None:
    assert got.shape == want.shape
    np.testing.assert_allclose(got.detach().numpy(), want.detach().numpy(), rtol=tolerance, atol=tolerance)


def doubles(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape)).requires_grad_()


def second_differences(f, inputs: list[torch.Tensor], eps: float = 1e-5, tolerance: float = 2e-5) -> None:
    """The second derivative of f by the engine, and by differences of first derivatives."""
    weights = doubles(*f(*inputs).shape, seed=9).detach()

    def slopes() -> list[torch.Tensor]:
        return list(torch.autograd.grad((f(*inputs) * weights).sum(), inputs, create_graph=True))

    directions = [doubles(*x.shape, seed=20 + i).detach() for i, x in enumerate(inputs)]
    total = sum((g * d).sum() for g, d in zip(slopes(), directions, strict=True))
    found = torch.autograd.grad(total, inputs)
    for x, second in zip(inputs, found, strict=True):
        flat, got = x.detach().view(-1), second.reshape(-1)
        for i in range(min(flat.numel(), 12)):
            kept = flat[i].item()
            sides = []
            for step in (eps, -eps):
                flat[i] = kept + step
                sides.append(sum(float((g * d).sum()) for g, d in zip(slopes(), directions, strict=True)))
            flat[i] = kept
            assert math.isclose(got[i].item(), (sides[0] - sides[1]) / (2 * eps), rel_tol=tolerance, abs_tol=tolerance)


# ---- attention -------------------------------------------------------------------------------------------------


def plain_attention(q, k, v, mask=None, causal=False) -> torch.Tensor:
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        mask = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).tril()
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    weights = scores.softmax(-1)
    return torch.where(torch.isnan(weights), torch.zeros_like(weights), weights) @ v


@pytest.mark.parametrize("heads", [3, 12])
@pytest.mark.parametrize("kind", ["plain", "causal", "bool", "float"])
def test_attention_over_several_blocks(heads: int, kind: str) -> None:
    q, k, v = doubles(1, heads, 130, 9), doubles(1, heads, 600, 9, seed=1), doubles(1, heads, 600, 5, seed=2)
    mask = {"bool": doubles(130, 600, seed=3).detach() > 0.3, "float": doubles(1, 1, 130, 600, seed=3).detach()}.get(
        kind
    )
    causal = kind == "causal"
    got, want = F.scaled_dot_product_attention(q, k, v, mask, is_causal=causal), plain_attention(q, k, v, mask, causal)
    close(got, want)
    weights = doubles(*want.shape, seed=5).detach()
    first = torch.autograd.grad((got * weights).sum(), [q, k, v])
    second = torch.autograd.grad((want * weights).sum(), [q, k, v])
    for a, b in zip(first, second, strict=True):
        close(a, b)


def test_attention_to_nothing_is_zero_and_has_no_gradient() -> None:
    q, k, v = doubles(2, 3, 4), doubles(2, 5, 4, seed=1), doubles(2, 5, 4, seed=2)
    mask = torch.ones(3, 5, dtype=torch.bool)
    mask[1] = False
    out = F.scaled_dot_product_attention(q, k, v, mask)
    assert (out[:, 1] == 0).all()
    out.sum().backward()
    assert (q.grad[:, 1] == 0).all() and torch.isfinite(k.grad).all()
    assert F.scaled_dot_product_attention(torch.ones(3, 4), torch.ones(0, 4), torch.ones(0, 2)).tolist() == [[0, 0]] * 3


def test_attention_does_not_depend_on_threads_and_keeps_large_scores() -> None:
    torch.manual_seed(0)
    q, k, v = (torch.randn(1, 2, 300, 32) * 20 for _ in range(3))
    exact = plain_attention(q.double(), k.double(), v.double())
    results = []
    threads = torch.get_num_threads()
    for n in (1, threads + 2):
        torch.set_num_threads(n)
        x = q.clone().requires_grad_()
        out = F.scaled_dot_product_attention(x, k, v)
        out.sum().backward()
        results.append((out, x.grad))
    torch.set_num_threads(threads)
    assert torch.equal(results[0][0], results[1][0]) and torch.equal(results[0][1], results[1][1])
    close(results[0][0].double(), exact, 2e-2)


def test_attention_has_second_derivatives() -> None:
    inputs = [doubles(2, 3, 4), doubles(2, 5, 4, seed=1), doubles(2, 5, 4, seed=2)]
    second_differences(lambda q, k, v: F.scaled_dot_product_attention(q, k, v), inputs)


def test_attention_shares_key_heads_and_learns_masks() -> None:
    q, k, v = doubles(2, 6, 3, 4), doubles(2, 2, 5, 4, seed=1), doubles(2, 2, 5, 4, seed=2)
    got = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    close(got, plain_attention(q, k.repeat_interleave(3, 1), v.repeat_interleave(3, 1)))
    mask = doubles(3, 5, seed=3)
    F.scaled_dot_product_attention(q, k, v, mask, enable_gqa=True).sum().backward()
    assert mask.grad.shape == (3, 5)
    with pytest.raises(RuntimeError, match="heads"):
        F.scaled_dot_product_attention(doubles(1, 5, 3, 4), k[:1], v[:1], enable_gqa=True)


# ---- grids, CTC, bags, chunks, slopes ---------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_grid_sample_has_second_derivatives(mode: str, padding: str) -> None:
    grid = (doubles(1, 2, 3, 2, seed=1).detach() * 0.6).requires_grad_()
    second_differences(
        lambda x, g: F.grid_sample(x, g, mode, padding, align_corners=False), [doubles(1, 2, 4, 5), grid], 1e-6, 1e-4
    )


def test_grid_sample_survives_any_coordinate() -> None:
    x = torch.arange(6.0).view(1, 1, 2, 3)
    grid = torch.tensor([math.nan, math.inf, -math.inf, 1e30, -1e30, 0.0]).repeat_interleave(2).view(1, 1, 6, 2)
    for mode, padding in itertools.product(("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")):
        assert F.grid_sample(x, grid, mode, padding, align_corners=True).shape == (1, 1, 1, 6)
    assert F.grid_sample(x, grid, "bilinear", "zeros", True)[0, 0, 0, :5].tolist() == [0] * 5


def test_ctc_sums_over_all_alignments() -> None:
    log_probs = doubles(4, 1, 3).log_softmax(2)
    target = [1, 1]
    total = 0.0
    for path in itertools.product(range(3), repeat=4):
        if [k for k, _ in itertools.groupby(path) if k != 0] == target:
            total += math.exp(sum(log_probs[t, 0, c].item() for t, c in enumerate(path)))
    loss = F.ctc_loss(log_probs, torch.tensor([target]), torch.tensor([4]), torch.tensor([2]), reduction="sum")
    assert math.isclose(loss.item(), -math.log(total), rel_tol=1e-12)
    with pytest.raises(IndexError, match="target"):
        F.ctc_loss(log_probs, torch.tensor([[1, 3]]), (4,), (2,))
    with pytest.raises(RuntimeError, match="input_lengths"):
        F.ctc_loss(log_probs, torch.tensor([[1, 2]]), (5,), (2,))


def test_ctc_of_what_cannot_be() -> None:
    x = doubles(2, 1, 3)
    loss = F.ctc_loss(x.log_softmax(2), torch.tensor([[1, 2, 1]]), (2,), (3,))
    assert math.isinf(loss.item())
    loss = F.ctc_loss(x.log_softmax(2), torch.tensor([[1, 2, 1]]), (2,), (3,), zero_infinity=True)
    loss.backward()
    assert loss.item() == 0 and (x.grad == 0).all()


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_embedding_bag_is_a_reduction_of_rows(mode: str) -> None:
    table = doubles(7, 5)
    indices, bounds = torch.tensor([1, 6, 6, 2, 0, 2, 3, 1]), [0, 3, 3, 7, 8]
    reduce = {"sum": lambda t: t.sum(0), "mean": lambda t: t.mean(0), "max": lambda t: t.amax(0)}[mode]
    rows = []
    for a, b in itertools.pairwise(bounds):
        kept = [i for i in indices[a:b].tolist() if i != 2]
        rows.append(reduce(table[torch.tensor(kept)]) if kept else torch.zeros(5, dtype=torch.float64))
    want = torch.stack(rows)
    got = F.embedding_bag(indices, table, torch.tensor(bounds), mode=mode, include_last_offset=True, padding_idx=2)
    close(got, want)
    weights = doubles(4, 5, seed=1).detach()
    first = torch.autograd.grad((got * weights).sum(), table)[0]
    close(first, torch.autograd.grad((want * weights).sum(), table)[0])


@pytest.mark.parametrize("offsets", [[1, 2], [0, 3, 2], [0, 9]])
def test_embedding_bag_checks_offsets(offsets: list[int]) -> None:
    with pytest.raises(RuntimeError, match="offsets"):
        F.embedding_bag(torch.tensor([0, 1, 2]), torch.ones(4, 2), torch.tensor(offsets))


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_chunked_loss_is_the_whole_loss(reduction: str) -> None:
    x, w, b = doubles(11, 4), doubles(9, 4, seed=1), doubles(9, seed=2)
    target = torch.arange(11) % 9
    options = nn.LinearCrossEntropyOptions(batch_chunk_size=3)
    kwargs = {"linear_bias": b, "weight": torch.arange(1.0, 10.0).double(), "reduction": reduction, "ignore_index": 4}
    got = F.linear_cross_entropy(x, w, target, options=options, **kwargs)
    want = F.linear_cross_entropy(x, w, target, **kwargs)
    close(got, want)
    pairs = zip(torch.autograd.grad(got.sum(), [x, w, b]), torch.autograd.grad(want.sum(), [x, w, b]), strict=True)
    for a, c in pairs:
        close(a, c)


def test_rrelu_draws_for_negative_values_only() -> None:
    x = torch.tensor([-1.0, 2.0, -3.0, 0.0, 5.0])
    torch.manual_seed(3)
    slopes = torch.empty(3, dtype=torch.float64).uniform_(0.1, 0.4)
    torch.manual_seed(3)
    y = F.rrelu(x, 0.1, 0.4, training=True)
    assert y.tolist() == pytest.approx([-slopes[0].item(), 2, -3 * slopes[1].item(), 0, 5])


def test_unpooling_checks_its_indices() -> None:
    with pytest.raises(RuntimeError, match="invalid max index"):
        F.max_unpool2d(torch.ones(1, 1, 1, 1), torch.tensor([[[[4]]]]), 2)
    with pytest.raises(ValueError, match="output_size"):
        F.max_unpool1d(torch.ones(1, 2), torch.tensor([[0, 2]]), 2, output_size=(9,))


def test_distance_functions_are_called() -> None:
    a, p, n = doubles(3, 4), doubles(3, 4, seed=1), doubles(3, 4, seed=2)
    loss = F.triplet_margin_with_distance_loss(a, p, n, distance_function=lambda x, y: (x - y).abs().amax(1), swap=True)
    far = torch.minimum((a - n).abs().amax(1), (p - n).abs().amax(1))
    close(loss, ((a - p).abs().amax(1) - far + 1).clamp(min=0).mean())
    close(F.triplet_margin_with_distance_loss(a, p, n), F.triplet_margin_loss(a, p, n), 1e-6)


def test_images_of_bytes_are_resized_in_fixed_point() -> None:
    x = (torch.arange(16).view(1, 1, 4, 4) * 15).to(torch.uint8)
    y = F.interpolate(x, size=(2, 5), mode="bilinear", align_corners=False)
    assert y.dtype == torch.uint8 and y.tolist() == [[[[30, 41, 53, 64, 75], [150, 161, 173, 184, 195]]]]
    y = F.interpolate(x, size=(3, 3), mode="bicubic", align_corners=True)
    assert y.tolist() == [[[[0, 23, 45], [90, 113, 135], [180, 203, 225]]]]


@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("extra", [{}, {"add_zero_attn": True}, {"key_padding_mask": True}, {"separate": True}])
def test_heads_with_and_without_their_weights(batched: bool, extra: dict) -> None:
    length, source, batch, width, heads = 3, 5, 2, 8, 4
    shape = (batch, width) if batched else (width,)
    q, k, v = doubles(length, *shape), doubles(source, *shape, seed=1), doubles(source, *shape, seed=2)
    packed = doubles(3 * width, width, seed=3)
    kwargs: dict = {"attn_mask": doubles(length, source, seed=6).detach()}
    if "key_padding_mask" in extra:
        kwargs["key_padding_mask"] = torch.tensor([[False] * 4 + [True]] * batch)[slice(None) if batched else 0]
        kwargs["attn_mask"] = kwargs["attn_mask"] > 1
    if "separate" in extra:
        parts = dict(zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), packed.chunk(3), strict=True))
        kwargs |= {"use_separate_proj_weight": True, **parts}
    fixed = (width, heads, packed, doubles(3 * width, seed=4), None, None, extra.get("add_zero_attn", False), 0.0)
    projection = (doubles(width, width, seed=5), None)
    out, weights = F.multi_head_attention_forward(q, k, v, *fixed, *projection, **kwargs)
    plain, none = F.multi_head_attention_forward(q, k, v, *fixed, *projection, need_weights=False, **kwargs)
    assert none is None and weights.shape == (*([batch] if batched else []), length, weights.shape[-1])
    close(plain, out)
    close(weights.sum(-1), torch.ones_like(weights.sum(-1)))


def test_adaptive_softmax_is_a_distribution() -> None:
    torch.manual_seed(0)
    layer = nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 9], div_value=2.0).double()
    x, target = doubles(20, 8), torch.arange(20)
    full = layer.log_prob(x)
    close(full.exp().sum(1), torch.ones(20, dtype=torch.float64))
    output, loss = layer(x, target)
    close(output, full.diagonal())
    close(loss, -full.diagonal().mean())
    assert torch.equal(layer.predict(x), full.argmax(1))
    with pytest.raises(RuntimeError, match="Target values"):
        layer(x, target + 1)


def test_embeddings_take_sparse_and_give_dense_gradients() -> None:
    table = doubles(5, 3)
    layer = nn.EmbeddingBag.from_pretrained(table, freeze=False, mode="sum", sparse=True)
    layer(torch.tensor([[1, 1, 4]])).sum().backward()
    assert layer.weight.grad.sum(1).tolist() == [0, 6, 0, 0, 3]
    assert not nn.EmbeddingBag.from_pretrained(table).weight.requires_grad


def test_grouped_products() -> None:
    torch.manual_seed(0)
    a, b, ends = torch.randn(7, 4, requires_grad=True), torch.randn(3, 4, 5, requires_grad=True), [2, 2, 6]
    offs = torch.tensor(ends, dtype=torch.int32)
    out = F.grouped_mm(a, b, offs=offs)
    close(out, torch.cat([a[:2] @ b[0], a[2:6] @ b[2], torch.zeros(1, 5)]), 1e-6)
    out.sum().backward()
    assert (a.grad[6] == 0).all() and (b.grad[1] == 0).all()
    wide = F.grouped_mm(b.transpose(1, 2), a.t(), offs=offs)
    close(wide, out.t(), 1e-6)
    inner = F.grouped_mm(a.t(), a, offs=offs)
    close(inner, torch.stack([a[:2].t() @ a[:2], torch.zeros(4, 4), a[2:6].t() @ a[2:6]]), 1e-6)
    with pytest.raises(RuntimeError, match="offs"):
        F.grouped_mm(a, b, offs=torch.tensor([2, 1, 6], dtype=torch.int32))
    with pytest.raises(RuntimeError, match="int32"):
        F.grouped_mm(a, b, offs=torch.tensor(ends))
