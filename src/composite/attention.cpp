// Attention as users call it: scaled dot products with masks and dropout, and many heads with their projections.
#include <cmath>
#include <limits>

#include "plan/dims.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

// A bool mask as numbers to add: 0 where it holds, -inf elsewhere.
Tensor as_addend(const Tensor& mask, ScalarType dtype) {
  if (mask.dtype() != kBool) return mask;
  return masked_fill(zeros(mask.sizes(), dtype), logical_not(mask), kNever);
}

// softmax, but zeros for a row with nothing to attend to.
Tensor weights_of(const Tensor& scores) {
  const Tensor weights = softmax(scores, -1);
  const Tensor none = all(eq(scores.detach(), kNever), -1, true);
  return masked_fill(weights, none, 0);
}

bool wants_gradient(const Tensor& t) { return t.defined() && GradMode::is_enabled() && t.requires_grad(); }

}  // namespace

Tensor _attention_composed(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask,
                           bool is_causal, double scale, double dropout_p) {
  if (query.dtype() == kHalf || query.dtype() == kBFloat16) {  // half types are computed in float
    const bool add = mask.defined() && mask.dtype() != kBool;
    return _attention_composed(query.to(kFloat), key.to(kFloat), value.to(kFloat), add ? mask.to(kFloat) : mask,
                               is_causal, scale, dropout_p)
        .to(query.dtype());
  }
  const double half = std::sqrt(std::abs(scale));
  Tensor scores = matmul(mul(query, std::copysign(half, scale)), mul(key, half).transpose(-2, -1));
  if (mask.defined()) scores = add(scores, as_addend(mask, query.dtype()));
  if (is_causal) {
    const Tensor later = logical_not(tril(ones({query.size(-2), key.size(-2)}, kBool)));
    scores = masked_fill(scores, later, kNever);
  }
  Tensor weights = key.size(-2) == 0 ? scores : weights_of(scores);
  if (dropout_p > 0) weights = dropout(weights, dropout_p, true);
  return matmul(weights, value);
}

namespace nn::functional {
namespace {

void check_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, double dropout_p,
                     bool is_causal) {
  check(q.dtype() == k.dtype() && q.dtype() == v.dtype(),
        "Expected query, key, and value to have the same dtype, but got query.dtype: {} key.dtype: {} and value.dtype: "
        "{} instead.",
        dtype_name(q.dtype()), dtype_name(k.dtype()), dtype_name(v.dtype()));
  check(q.dim() >= 2 && k.dim() >= 2 && v.dim() >= 2,
        "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {} key.dim: {} and "
        "value.dim: {} instead.",
        q.dim(), k.dim(), v.dim());
  check(is_floating_point(q.dtype()),
        "expected scalar type Float but found {} (scaled_dot_product_attention: convert the inputs with to())",
        to_string(q.dtype()));
  check(!mask.defined() || mask.dtype() == kBool || mask.dtype() == q.dtype() || mask.dtype() == kFloat,
        "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: {} and  "
        "query.dtype: {} instead.",
        mask.defined() ? dtype_name(mask.dtype()) : "", dtype_name(q.dtype()));
  check(!mask.defined() || !is_causal,
        "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True");
  check(q.size(-1) == k.size(-1),
        "Expected size for first two dimensions of batch2 tensor to be those of query, but the last sizes of query {} "
        "and key {} differ",
        q.sizes(), k.sizes());
  check(k.size(-2) == v.size(-2), "scaled_dot_product_attention: key {} and value {} must have one length (dim -2)",
        k.sizes(), v.sizes());
  check(dropout_p >= 0 && dropout_p <= 1, "dropout probability has to be between 0 and 1, but got {}", dropout_p);
}

// Key or value with each head repeated for the query heads that share it.
Tensor repeated(const Tensor& t, int64_t heads) {
  check(t.dim() >= 3 && t.size(-3) > 0 && heads % t.size(-3) == 0,
        "Number of heads in key and value must divide the number of heads in query (enable_gqa: got {} query heads and "
        "{})",
        heads, t.sizes());
  return t.size(-3) == heads ? t : repeat_interleave(t, heads / t.size(-3), -3);
}

// The batch dimensions of all three, and each with them as one (N, H).
Tensor four_dims(const Tensor& t, IntArrayRef batch) {
  DimVector sizes = batch;
  sizes.push_back(t.size(-2));
  sizes.push_back(t.size(-1));
  const Tensor full = t.sizes() == sizes ? t : t.expand(sizes);
  const int64_t n = static_cast<int64_t>(batch.size());
  if (n == 2) return full;
  if (n < 2) return n == 1 ? full.unsqueeze(0) : full.unsqueeze(0).unsqueeze(0);
  return full.flatten(0, n - 2);
}

}  // namespace

Tensor scaled_dot_product_attention_plain(const Tensor& query, const Tensor& key, const Tensor& value,
                                          const Tensor& attn_mask, double dropout_p, bool is_causal,
                                          std::optional<double> scale, bool enable_gqa) {
  check_attention(query, key, value, attn_mask, dropout_p, is_causal);
  const Tensor k = enable_gqa && query.dim() >= 3 ? repeated(key, query.size(-3)) : key;
  const Tensor v = enable_gqa && query.dim() >= 3 ? repeated(value, query.size(-3)) : value;
  const double factor = scale.value_or(1 / std::sqrt(static_cast<double>(query.size(-1))));
  if (dropout_p > 0 || wants_gradient(attn_mask)) {
    return _attention_composed(query, k, v, attn_mask, is_causal, factor, dropout_p);
  }
  const auto lead = [](const Tensor& t) { return t.sizes().slice(0, static_cast<size_t>(t.dim() - 2)); };
  const DimVector batch = plan::broadcast(plan::broadcast(lead(query), lead(k)), lead(v));
  Tensor mask = attn_mask;
  if (mask.defined()) {
    if (mask.dtype() != kBool && mask.dtype() != query.dtype()) mask = mask.to(query.dtype());
    DimVector scores = batch;
    scores.push_back(query.size(-2));
    scores.push_back(k.size(-2));
    const DimVector fits = plan::broadcast(scores, mask.sizes());
    if (fits != scores) return _attention_composed(query, k, v, attn_mask, is_causal, factor, 0.0);
    mask = mask.expand(scores);
    if (batch.size() == 1) mask = mask.unsqueeze(0);
    if (batch.empty()) mask = mask.unsqueeze(0).unsqueeze(0);
    if (batch.size() > 2) mask = mask.flatten(0, static_cast<int64_t>(batch.size()) - 2);
  }
  const Tensor result = std::get<0>(
      _attention(four_dims(query, batch), four_dims(k, batch), four_dims(v, batch), mask, is_causal, factor));
  if (batch.size() == 2) return result;
  DimVector sizes = batch;
  sizes.push_back(result.size(-2));
  sizes.push_back(result.size(-1));
  return result.reshape(sizes);
}

// ---- many heads -----------------------------------------------------------------------------------------------------

namespace {

template <class... A>
void check_that(bool ok, std::string_view text, const A&... args) {
  if (!ok) fail(ErrorKind::kAssertion, text, args...);
}

// The arguments of one call, as they change on the way.
struct Heads {
  Tensor query, key, value, attn_mask, padding_mask;
  int64_t length, batch, width, heads, head_width;
  bool batched;
};

void check_dims(const Heads& h) {
  const int64_t n = h.query.dim();
  check_that(n == 2 || n == 3, "query should be unbatched 2D or batched 3D tensor but received {}-D query tensor", n);
  const std::string_view kind = n == 3 ? "batched (3-D)" : "unbatched (2-D)";
  check_that(h.key.dim() == n && h.value.dim() == n,
             "For {} `query`, expected `key` and `value` to be {}-D but found {}-D and {}-D tensors respectively", kind,
             n, h.key.dim(), h.value.dim());
  if (h.padding_mask.defined()) {
    check_that(h.padding_mask.dim() == n - 1,
               "For {} `query`, expected `key_padding_mask` to be `None` or {}-D but found {}-D tensor instead", kind,
               n - 1, h.padding_mask.dim());
  }
  if (!h.attn_mask.defined()) return;
  check_that(h.attn_mask.dim() == 2 || h.attn_mask.dim() == 3,
             "For {} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {}-D tensor instead", kind,
             h.attn_mask.dim());
  if (n == 2 && h.attn_mask.dim() == 3) {
    const DimVector expected{h.heads, h.query.size(0), h.key.size(0)};
    check_that(h.attn_mask.sizes() == expected, "Expected `attn_mask` shape to be {} but got {}", expected,
               h.attn_mask.sizes());
  }
}

// A mask as numbers to add; in masks of attention layers, True means "leave out".
Tensor canonical(const Tensor& mask, const char* name, ScalarType dtype) {
  if (!mask.defined()) return mask;
  check_that(mask.dtype() == kBool || is_floating_point(mask.dtype()),
             "only bool and floating types of {} are supported", std::string_view(name));
  return mask.dtype() == kBool ? masked_fill(zeros(mask.sizes(), dtype), mask, kNever) : mask;
}

struct Projections {
  Tensor query, key, value;
};

Projections packed_projection(const Heads& h, const Tensor& weight, const Tensor& bias) {
  const int64_t e = h.width;
  check(weight.dim() == 2 && weight.size(0) == 3 * e && weight.size(1) == e,
        "multi_head_attention_forward: expected in_proj_weight of shape ({}, {}), but got {}", 3 * e, e,
        weight.sizes());
  const auto part = [e](const Tensor& t, int64_t first, int64_t count) {
    return t.defined() ? t.narrow(0, first * e, count * e) : t;
  };
  if (h.key.is_same(h.value) && h.query.is_same(h.key)) {  // self-attention: one product
    const Tensor all = linear(h.query, weight, bias);
    return {all.narrow(-1, 0, e), all.narrow(-1, e, e), all.narrow(-1, 2 * e, e)};
  }
  const Tensor query = linear(h.query, part(weight, 0, 1), part(bias, 0, 1));
  if (h.key.is_same(h.value)) {
    const Tensor both = linear(h.key, part(weight, 1, 2), part(bias, 1, 2));
    return {query, both.narrow(-1, 0, e), both.narrow(-1, e, e)};
  }
  return {query, linear(h.key, part(weight, 1, 1), part(bias, 1, 1)),
          linear(h.value, part(weight, 2, 1), part(bias, 2, 1))};
}

Tensor own_projection(const char* name, const Tensor& x, const Tensor& weight, const Tensor& bias, int64_t width,
                      int64_t which) {
  check_that(weight.defined(), "use_separate_proj_weight is True but {}_proj_weight is None",
             std::string_view(name).substr(0, 1));
  const DimVector expected{width, x.size(-1)};
  check_that(weight.sizes() == expected, "expecting {} weights shape of {}, but got {}", std::string_view(name),
             expected, weight.sizes());
  if (!bias.defined()) return linear(x, weight);
  check(bias.dim() == 1 && bias.size(0) == 3 * width,
        "multi_head_attention_forward: expected in_proj_bias of shape ({}), but got {}", 3 * width, bias.sizes());
  return linear(x, weight, bias.narrow(0, which * width, width));
}

void check_attention_mask(Heads& h, int64_t source) {
  if (!h.attn_mask.defined()) return;
  const DimVector two{h.length, source}, three{h.batch * h.heads, h.length, source};
  if (h.attn_mask.dim() == 2) {
    check(h.attn_mask.sizes() == two, "The shape of the 2D attn_mask is torch.Size({}), but should be ({}, {}).",
          h.attn_mask.sizes(), two[0], two[1]);
    h.attn_mask = h.attn_mask.unsqueeze(0);
  } else {
    check(h.attn_mask.sizes() == three, "The shape of the 3D attn_mask is torch.Size({}), but should be ({}, {}, {}).",
          h.attn_mask.sizes(), three[0], three[1], three[2]);
  }
}

// One more key that every query may attend to.
void widen_masks(Heads& h) {
  if (h.attn_mask.defined()) h.attn_mask = constant_pad_nd(h.attn_mask, {0, 1});
  if (h.padding_mask.defined()) h.padding_mask = constant_pad_nd(h.padding_mask, {0, 1});
}

// (S, N, E) as (N * heads, S, E / heads); a given static tensor takes its place.
Tensor split_heads(const Heads& h, const Tensor& x, const Tensor& given, const char* name) {
  if (!given.defined()) return x.contiguous().view({x.size(0), h.batch * h.heads, h.head_width}).transpose(0, 1);
  check_that(given.dim() == 3 && given.size(0) == h.batch * h.heads, "expecting {}.size(0) of {}, but got {}",
             std::string_view(name), h.batch * h.heads, given.dim() > 0 ? given.size(0) : 0);
  check_that(given.size(2) == h.head_width, "expecting {}.size(2) of {}, but got {}", std::string_view(name),
             h.head_width, given.size(2));
  return given;
}

void join_padding_mask(Heads& h, int64_t source) {
  if (!h.padding_mask.defined()) return;
  check_that(h.padding_mask.size(0) == h.batch, "Expected key_padded_mask.shape[0] to be {}, but got {}", h.batch,
             h.padding_mask.size(0));
  check_that(h.padding_mask.size(1) == source, "Expected key_padded_mask.shape[1] to be {}, but got {}", source,
             h.padding_mask.size(1));
  const Tensor spread = h.padding_mask.reshape({h.batch, 1, 1, source})
                            .expand({h.batch, h.heads, 1, source})
                            .reshape({h.batch * h.heads, 1, source});
  h.attn_mask = h.attn_mask.defined() ? add(h.attn_mask, spread) : spread;
}

void prepare(Heads& h, bool use_separate_proj_weight, int64_t embed_dim) {
  check_dims(h);
  h.batched = h.query.dim() == 3;
  if (!h.batched) {
    const bool same_key = h.key.is_same(h.query), same_value = h.value.is_same(h.key);
    h.query = h.query.unsqueeze(1);
    h.key = same_key ? h.query : h.key.unsqueeze(1);
    h.value = same_value ? h.key : h.value.unsqueeze(1);
    if (h.padding_mask.defined()) h.padding_mask = h.padding_mask.unsqueeze(0);
  }
  h.length = h.query.size(0);
  h.batch = h.query.size(1);
  h.width = h.query.size(2);
  check_that(h.width == embed_dim, "was expecting embedding dimension of {}, but got {}", embed_dim, h.width);
  check_that(h.heads > 0 && h.width % h.heads == 0, "embed_dim {} not divisible by num_heads {}", h.width, h.heads);
  h.head_width = h.width / h.heads;
  if (use_separate_proj_weight) {
    check_that(h.key.sizes().slice(0, 2) == h.value.sizes().slice(0, 2),
               "key's sequence and batch dims {} do not match value's {}", h.key.sizes().slice(0, 2),
               h.value.sizes().slice(0, 2));
  } else {
    check_that(h.key.sizes() == h.value.sizes(), "key shape {} does not match value shape {}", h.key.sizes(),
               h.value.sizes());
  }
}

enum Weights { kNoWeights, kMeanWeights, kAllWeights };

// The output's projection and the weights that are wanted, from queries, keys and values (N * heads, length, width).
std::tuple<Tensor, Tensor> attend(const Heads& h, const Tensor& q, const Tensor& k, const Tensor& v, double drop,
                                  bool is_causal, const Tensor& out_weight, const Tensor& out_bias, Weights wanted) {
  const int64_t source = k.size(1);
  const auto project = [&](const Tensor& joined) {
    const Tensor out = linear(joined.reshape({h.length * h.batch, h.width}), out_weight, out_bias);
    const Tensor shaped = out.view({h.length, h.batch, out.size(1)});
    return h.batched ? shaped : shaped.squeeze(1);
  };
  if (wanted == kNoWeights) {
    Tensor mask = h.attn_mask;
    if (mask.defined()) mask = mask.size(0) == 1 ? mask.unsqueeze(0) : mask.reshape({h.batch, h.heads, -1, source});
    const auto heads = [&](const Tensor& t) { return t.reshape({h.batch, h.heads, t.size(1), h.head_width}); };
    const Tensor out = scaled_dot_product_attention(heads(q), heads(k), heads(v), mask, drop, is_causal);
    return {project(out.permute({2, 0, 1, 3})), Tensor()};
  }
  const Tensor scaled = mul(q, std::sqrt(1.0 / static_cast<double>(h.head_width)));
  const Tensor scores =
      h.attn_mask.defined() ? baddbmm(h.attn_mask, scaled, k.transpose(-2, -1)) : bmm(scaled, k.transpose(-2, -1));
  Tensor weights = rushlight::softmax(scores, -1);
  if (drop > 0) weights = dropout(weights, drop);
  const Tensor output = project(bmm(weights, v).transpose(0, 1));
  weights = weights.view({h.batch, h.heads, h.length, source});
  if (wanted == kMeanWeights) weights = weights.mean({1});
  return {output, h.batched ? weights : weights.squeeze(0)};
}

}  // namespace

std::tuple<Tensor, Tensor> multi_head_attention_forward(
    const Tensor& query, const Tensor& key, const Tensor& value, int64_t embed_dim_to_check, int64_t num_heads,
    const Tensor& in_proj_weight, const Tensor& in_proj_bias, const Tensor& bias_k, const Tensor& bias_v,
    bool add_zero_attn, double dropout_p, const Tensor& out_proj_weight, const Tensor& out_proj_bias, bool training,
    const Tensor& key_padding_mask, bool need_weights, const Tensor& attn_mask, bool use_separate_proj_weight,
    const Tensor& q_proj_weight, const Tensor& k_proj_weight, const Tensor& v_proj_weight, const Tensor& static_k,
    const Tensor& static_v, bool average_attn_weights, bool is_causal) {
  Heads h{query, key, value, attn_mask, key_padding_mask, 0, 0, 0, num_heads, 0, true};
  prepare(h, use_separate_proj_weight, embed_dim_to_check);
  if (h.padding_mask.defined() && h.attn_mask.defined() && h.padding_mask.dtype() != h.attn_mask.dtype()) {
    warn("Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead.");
  }
  h.padding_mask = canonical(h.padding_mask, "key_padding_mask", h.query.dtype());
  check(!is_causal || h.attn_mask.defined(),
        "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
        "`generate_square_subsequent_mask` to create this mask.");
  if (is_causal && !h.padding_mask.defined() && !need_weights) {
    h.attn_mask = Tensor();  // the hint says it all
  } else {
    h.attn_mask = canonical(h.attn_mask, "attn_mask", h.query.dtype());
    is_causal = false;
  }
  Projections p;
  if (use_separate_proj_weight) {
    p = {own_projection("query", h.query, q_proj_weight, in_proj_bias, h.width, 0),
         own_projection("key", h.key, k_proj_weight, in_proj_bias, h.width, 1),
         own_projection("value", h.value, v_proj_weight, in_proj_bias, h.width, 2)};
  } else {
    check_that(in_proj_weight.defined(), "use_separate_proj_weight is False but in_proj_weight is None");
    p = packed_projection(h, in_proj_weight, in_proj_bias);
  }
  check_attention_mask(h, h.key.size(0));
  check_that(bias_k.defined() || !bias_v.defined(), "bias_v is set but bias_k is None");
  check_that(bias_v.defined() || !bias_k.defined(), "bias_k is set but bias_v is None");
  if (bias_k.defined()) {
    check_that(!static_k.defined(), "bias cannot be added to static key.");
    check_that(!static_v.defined(), "bias cannot be added to static value.");
    p.key = cat({p.key, bias_k.repeat({1, h.batch, 1})}, 0);
    p.value = cat({p.value, bias_v.repeat({1, h.batch, 1})}, 0);
    widen_masks(h);
  }
  const Tensor q = split_heads(h, p.query, Tensor(), "query");
  Tensor k = split_heads(h, p.key, static_k, "static_k"), v = split_heads(h, p.value, static_v, "static_v");
  if (add_zero_attn) {
    const Tensor none = zeros({h.batch * h.heads, 1, h.head_width}, k.options().requires_grad(false));
    k = cat({k, none}, 1);
    v = cat({v, none}, 1);
    widen_masks(h);
  }
  join_padding_mask(h, k.size(1));
  return attend(h, q, k, v, training ? dropout_p : 0.0, is_causal, out_proj_weight, out_proj_bias,
                need_weights ? average_attn_weights ? kMeanWeights : kAllWeights : kNoWeights);
}

}  // namespace nn::functional
}  // namespace rushlight
