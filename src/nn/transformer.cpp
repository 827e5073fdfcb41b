// Attention of many heads, and the transformer's layers and stacks; the twin of nn/modules/transformer.py.
#include "rushlight/nn/transformer.h"

#include <limits>

#include "nn/support.h"
#include "rushlight/generator.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

MultiheadAttentionOptions checked(const MultiheadAttentionOptions& o) {
  check_value(o.embed_dim() > 0 && o.num_heads() > 0,
              "embed_dim and num_heads must be greater than 0, got embed_dim={} and num_heads={} instead",
              o.embed_dim(), o.num_heads());
  check(o.embed_dim() % o.num_heads() == 0,
        "embed_dim must be divisible by num_heads (got embed_dim={} and num_heads={})", o.embed_dim(), o.num_heads());
  return o;
}

}  // namespace

// ---- attention ------------------------------------------------------------------------------------------------------

MultiheadAttentionImpl::MultiheadAttentionImpl(const MultiheadAttentionOptions& given) : options(checked(given)) {
  const MultiheadAttentionOptions& o = options;
  const int64_t e = o.embed_dim(), k = o.kdim().value_or(e), v = o.vdim().value_or(e);
  _qkv_same_embed_dim = k == e && v == e;
  head_dim = e / o.num_heads();
  const auto add = [&](const char* name, DimVector sizes, bool wanted) {
    const Tensor made = wanted ? empty(sizes, TensorOptions().device(o.device()).dtype(o.dtype())) : Tensor();
    return register_parameter(name, made);
  };
  const bool same = _qkv_same_embed_dim;
  in_proj_weight = add("in_proj_weight", {3 * e, e}, same);
  q_proj_weight = add("q_proj_weight", {e, e}, !same);
  k_proj_weight = add("k_proj_weight", {e, k}, !same);
  v_proj_weight = add("v_proj_weight", {e, v}, !same);
  in_proj_bias = add("in_proj_bias", {3 * e}, o.bias());
  out_proj = register_module("out_proj", NonDynamicallyQuantizableLinear(e, e, o.bias(), o.device(), o.dtype()));
  if (o.add_bias_kv()) {
    bias_k = add("bias_k", {1, 1, e}, true);
    bias_v = add("bias_v", {1, 1, e}, true);
  }
  MultiheadAttentionImpl::reset_parameters();
}

void MultiheadAttentionImpl::reset_parameters() {
  for (const Tensor& weight : {in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight}) {
    if (weight.defined()) init::xavier_uniform_(weight);
  }
  if (in_proj_bias.defined()) {
    init::constant_(in_proj_bias, 0.0);
    init::constant_(out_proj->bias, 0.0);
  }
  for (const Tensor& bias : {bias_k, bias_v}) {
    if (bias.defined()) init::xavier_normal_(bias);
  }
}

std::tuple<Tensor, Tensor> MultiheadAttentionImpl::forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                                           const Tensor& key_padding_mask, bool need_weights,
                                                           const Tensor& attn_mask, bool average_attn_weights,
                                                           bool is_causal) {
  begin_forward(query);
  Tensor q = query, k = key, v = value;
  const bool swap = options.batch_first() && query.dim() == 3;
  if (swap) {
    const bool same_key = key.is_same(query), same_value = value.is_same(key);
    q = query.transpose(1, 0);
    k = same_key ? q : key.transpose(1, 0);
    v = same_value ? k : value.transpose(1, 0);
  }
  if (out_proj->needs_preparation()) out_proj->prepare();  // its parts are read, it is not called
  const auto [output, weights] = functional::multi_head_attention_forward(
      q, k, v, options.embed_dim(), options.num_heads(), in_proj_weight, in_proj_bias, bias_k, bias_v,
      options.add_zero_attn(), options.dropout(), out_proj->weight, out_proj->bias, training, key_padding_mask,
      need_weights, attn_mask, !_qkv_same_embed_dim, q_proj_weight, k_proj_weight, v_proj_weight, Tensor(), Tensor(),
      average_attn_weights, is_causal);
  return {swap ? output.transpose(1, 0) : output, weights};
}

// ---- what the layers share ------------------------------------------------------------------------------------------

TransformerActivation::TransformerActivation(std::string_view name) {
  check(name == "relu" || name == "gelu", "activation should be relu/gelu, not {}", name);
  function_ = name == "relu" ? +[](const Tensor& x) { return functional::relu(x); }
                             : +[](const Tensor& x) { return functional::gelu(x); };
}

namespace {

// A mask as numbers to add to the scores: -inf where a bool mask is true.
Tensor additive(const Tensor& mask, const char* name, const Tensor& other, const char* other_name, ScalarType dtype) {
  if (!mask.defined()) return mask;
  check(mask.dtype() == kBool || is_floating_point(mask.dtype()), "only bool and floating types of {} are supported",
        std::string_view(name));
  if (other.defined() && other.dtype() != mask.dtype()) {
    warn(std::string("Support for mismatched ") + name + " and " + other_name +
         " is deprecated. Use same type for both instead.");
  }
  return mask.dtype() == kBool ? masked_fill(zeros(mask.sizes(), dtype), mask, kNever) : mask;
}

// What is said, or else whether the mask is the causal one.
bool causal(const Tensor& mask, std::optional<bool> is_causal, int64_t size) {
  if (is_causal || !mask.defined()) return is_causal.value_or(false);
  const Tensor expected = TransformerImpl::generate_square_subsequent_mask(size, mask.options().requires_grad(false));
  return mask.sizes() == expected.sizes() && all(eq(mask, expected)).item<bool>();
}

int64_t length(const Tensor& src, bool batch_first) {
  return src.dim() > 0 ? src.size(src.dim() == 3 && batch_first ? 1 : 0) : 0;
}

// A layer with the same values, made without moving the generator.
template <class Layer>
Layer copy_of(const Layer& layer) {
  const std::string state = default_generator().get_state();
  const Layer made(layer->options);
  default_generator().set_state(state);
  NoGradGuard guard;
  const auto from = layer->named_parameters();
  for (const auto& p : made->named_parameters()) {
    Tensor to = p.value();
    if (to.dtype() != from[p.key()].dtype()) made->to(from[p.key()].dtype());
    to.copy_(from[p.key()]);
    to.requires_grad_(from[p.key()].requires_grad());
  }
  made->train(layer->is_training());
  return made;
}

template <class Options>
MultiheadAttention attention(const Options& o) {
  MultiheadAttentionOptions a(o.d_model(), o.nhead());
  a.dropout(o.dropout()).bias(o.bias()).batch_first(o.batch_first()).device(o.device()).dtype(o.dtype());
  return MultiheadAttention(a);
}
template <class Options>
LayerNorm normalisation(const Options& o) {
  return LayerNorm(LayerNormOptions(IntList(o.d_model()), o.layer_norm_eps(), true, o.bias(), o.device(), o.dtype()));
}

}  // namespace

// ---- encoder --------------------------------------------------------------------------------------------------------

TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(const TransformerEncoderLayerOptions& o) : options(o) {
  self_attn = register_module("self_attn", attention(o));
  linear1 = register_module("linear1", Linear(o.d_model(), o.dim_feedforward(), o.bias(), o.device(), o.dtype()));
  dropout = register_module("dropout", Dropout(o.dropout()));
  linear2 = register_module("linear2", Linear(o.dim_feedforward(), o.d_model(), o.bias(), o.device(), o.dtype()));
  norm1 = register_module("norm1", normalisation(o));
  norm2 = register_module("norm2", normalisation(o));
  dropout1 = register_module("dropout1", Dropout(o.dropout()));
  dropout2 = register_module("dropout2", Dropout(o.dropout()));
}

void TransformerEncoderLayerImpl::reset_parameters() {
  self_attn->reset_parameters();
  linear1->reset_parameters();
  linear2->reset_parameters();
  norm1->reset_parameters();
  norm2->reset_parameters();
}

Tensor TransformerEncoderLayerImpl::attend(const Tensor& x, const Tensor& mask, const Tensor& padding, bool is_causal) {
  return dropout1(std::get<0>(self_attn(x, x, x, padding, false, mask, true, is_causal)));
}
Tensor TransformerEncoderLayerImpl::feed(const Tensor& x) {
  return dropout2(linear2(dropout(options.activation()(linear1(x)))));
}

Tensor TransformerEncoderLayerImpl::forward(const Tensor& src, const Tensor& src_mask,
                                            const Tensor& src_key_padding_mask, bool is_causal) {
  const Tensor padding = additive(src_key_padding_mask, "src_key_padding_mask", src_mask, "src_mask", src.dtype());
  const Tensor mask = additive(src_mask, "src_mask", Tensor(), "", src.dtype());
  if (options.norm_first()) {
    const Tensor x = add(src, attend(norm1(src), mask, padding, is_causal));
    return add(x, feed(norm2(x)));
  }
  const Tensor x = norm1(add(src, attend(src, mask, padding, is_causal)));
  return norm2(add(x, feed(x)));
}

TransformerEncoderImpl::TransformerEncoderImpl(const TransformerEncoderOptions& o) : options(o), norm(o.norm()) {
  for (int64_t i = 0; i < o.num_layers(); ++i) layers->push_back(copy_of(o.encoder_layer()));
  register_module("layers", layers);
  if (norm) register_module("norm", norm->ptr());
}

void TransformerEncoderImpl::reset_parameters() {
  for (const auto& layer : *layers) layer->reset_parameters();
  if (norm) norm->ptr()->reset_parameters();
}

Tensor TransformerEncoderImpl::forward(const Tensor& src, const Tensor& src_mask, const Tensor& src_key_padding_mask,
                                       std::optional<bool> is_causal) {
  const Tensor padding = additive(src_key_padding_mask, "src_key_padding_mask", src_mask, "mask", src.dtype());
  const Tensor mask = additive(src_mask, "mask", Tensor(), "", src.dtype());
  const bool follow = causal(mask, is_causal, length(src, options.encoder_layer()->options.batch_first()));
  Tensor x = src;
  for (size_t i = 0; i < layers->size(); ++i) {
    x = layers->at<TransformerEncoderLayerImpl>(i).forward(x, mask, padding, follow);
  }
  return norm ? norm->forward(x) : x;
}

// ---- decoder --------------------------------------------------------------------------------------------------------

TransformerDecoderLayerImpl::TransformerDecoderLayerImpl(const TransformerDecoderLayerOptions& o) : options(o) {
  self_attn = register_module("self_attn", attention(o));
  multihead_attn = register_module("multihead_attn", attention(o));
  linear1 = register_module("linear1", Linear(o.d_model(), o.dim_feedforward(), o.bias(), o.device(), o.dtype()));
  dropout = register_module("dropout", Dropout(o.dropout()));
  linear2 = register_module("linear2", Linear(o.dim_feedforward(), o.d_model(), o.bias(), o.device(), o.dtype()));
  norm1 = register_module("norm1", normalisation(o));
  norm2 = register_module("norm2", normalisation(o));
  norm3 = register_module("norm3", normalisation(o));
  dropout1 = register_module("dropout1", Dropout(o.dropout()));
  dropout2 = register_module("dropout2", Dropout(o.dropout()));
  dropout3 = register_module("dropout3", Dropout(o.dropout()));
}

void TransformerDecoderLayerImpl::reset_parameters() {
  self_attn->reset_parameters();
  multihead_attn->reset_parameters();
  linear1->reset_parameters();
  linear2->reset_parameters();
  norm1->reset_parameters();
  norm2->reset_parameters();
  norm3->reset_parameters();
}

Tensor TransformerDecoderLayerImpl::attend(const Tensor& x, const Tensor& mask, const Tensor& padding, bool is_causal) {
  return dropout1(std::get<0>(self_attn(x, x, x, padding, false, mask, true, is_causal)));
}
Tensor TransformerDecoderLayerImpl::look(const Tensor& x, const Tensor& memory, const Tensor& mask,
                                         const Tensor& padding, bool is_causal) {
  return dropout2(std::get<0>(multihead_attn(x, memory, memory, padding, false, mask, true, is_causal)));
}
Tensor TransformerDecoderLayerImpl::feed(const Tensor& x) {
  return dropout3(linear2(dropout(options.activation()(linear1(x)))));
}

Tensor TransformerDecoderLayerImpl::forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask,
                                            const Tensor& memory_mask, const Tensor& tgt_key_padding_mask,
                                            const Tensor& memory_key_padding_mask, bool tgt_is_causal,
                                            bool memory_is_causal) {
  const auto own = [&](const Tensor& x) { return attend(x, tgt_mask, tgt_key_padding_mask, tgt_is_causal); };
  const auto other = [&](const Tensor& x) {
    return look(x, memory, memory_mask, memory_key_padding_mask, memory_is_causal);
  };
  if (options.norm_first()) {
    Tensor x = add(tgt, own(norm1(tgt)));
    x = add(x, other(norm2(x)));
    return add(x, feed(norm3(x)));
  }
  Tensor x = norm1(add(tgt, own(tgt)));
  x = norm2(add(x, other(x)));
  return norm3(add(x, feed(x)));
}

TransformerDecoderImpl::TransformerDecoderImpl(const TransformerDecoderOptions& o) : options(o), norm(o.norm()) {
  for (int64_t i = 0; i < o.num_layers(); ++i) layers->push_back(copy_of(o.decoder_layer()));
  register_module("layers", layers);
  if (norm) register_module("norm", norm->ptr());
}

void TransformerDecoderImpl::reset_parameters() {
  for (const auto& layer : *layers) layer->reset_parameters();
  if (norm) norm->ptr()->reset_parameters();
}

Tensor TransformerDecoderImpl::forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask,
                                       const Tensor& memory_mask, const Tensor& tgt_key_padding_mask,
                                       const Tensor& memory_key_padding_mask, std::optional<bool> tgt_is_causal,
                                       bool memory_is_causal) {
  const bool follow = causal(tgt_mask, tgt_is_causal, length(tgt, options.decoder_layer()->options.batch_first()));
  Tensor x = tgt;
  for (size_t i = 0; i < layers->size(); ++i) {
    x = layers->at<TransformerDecoderLayerImpl>(i).forward(x, memory, tgt_mask, memory_mask, tgt_key_padding_mask,
                                                           memory_key_padding_mask, follow, memory_is_causal);
  }
  return norm ? norm->forward(x) : x;
}

// ---- both -----------------------------------------------------------------------------------------------------------

namespace {

template <class Options>
Options layer_options(const TransformerOptions& o) {
  Options layer(o.d_model(), o.nhead());
  layer.dim_feedforward(o.dim_feedforward()).dropout(o.dropout()).activation(o.activation());
  layer.layer_norm_eps(o.layer_norm_eps()).batch_first(o.batch_first()).norm_first(o.norm_first()).bias(o.bias());
  layer.device(o.device()).dtype(o.dtype());
  return layer;
}

}  // namespace

TransformerImpl::TransformerImpl(const TransformerOptions& o) : options(o) {
  if (!o.custom_encoder().is_empty()) {
    encoder = o.custom_encoder();
  } else {
    const TransformerEncoderLayer layer(layer_options<TransformerEncoderLayerOptions>(o));
    encoder =
        TransformerEncoder(TransformerEncoderOptions(layer, o.num_encoder_layers()).norm(AnyModule(normalisation(o))));
  }
  register_module("encoder", encoder);
  if (!o.custom_decoder().is_empty()) {
    decoder = o.custom_decoder();
  } else {
    const TransformerDecoderLayer layer(layer_options<TransformerDecoderLayerOptions>(o));
    decoder =
        TransformerDecoder(TransformerDecoderOptions(layer, o.num_decoder_layers()).norm(AnyModule(normalisation(o))));
  }
  register_module("decoder", decoder);
  TransformerImpl::reset_parameters();
}

void TransformerImpl::reset_parameters() {
  for (const Tensor& p : parameters()) {
    if (p.dim() > 1) init::xavier_uniform_(p);
  }
}

Tensor TransformerImpl::forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask, const Tensor& tgt_mask,
                                const Tensor& memory_mask, const Tensor& src_key_padding_mask,
                                const Tensor& tgt_key_padding_mask, const Tensor& memory_key_padding_mask,
                                std::optional<bool> src_is_causal, std::optional<bool> tgt_is_causal,
                                bool memory_is_causal) {
  const int64_t batch = options.batch_first() ? 0 : 1;
  check(src.dim() != 3 || (tgt.dim() == 3 && src.size(batch) == tgt.size(batch)),
        "the batch number of src and tgt must be equal");
  check(src.dim() > 0 && tgt.dim() > 0 && src.size(-1) == options.d_model() && tgt.size(-1) == options.d_model(),
        "the feature number of src and tgt must be equal to d_model");
  const Tensor memory = encoder(src, src_mask, src_key_padding_mask, src_is_causal);
  return decoder(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal,
                 memory_is_causal);
}

Tensor TransformerImpl::generate_square_subsequent_mask(int64_t sz, TensorOptions options) {
  return triu(full({sz, sz}, kNever, options), 1);
}

}  // namespace rushlight::nn
