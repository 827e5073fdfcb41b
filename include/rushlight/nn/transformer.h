// Attention of many heads, and the transformer's layers and stacks.
#pragma once
#include <optional>
#include <string>
#include <tuple>

#include "rushlight/nn/arguments.h"
#include "rushlight/nn/generated/dropout.h"
#include "rushlight/nn/generated/linear.h"
#include "rushlight/nn/generated/normalization.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

// A Linear under the name that PyTorch prints for the output projection of attention.
class RL_API NonDynamicallyQuantizableLinearImpl : public LinearImpl {
 public:
  using LinearImpl::LinearImpl;
};
RUSHLIGHT_MODULE(NonDynamicallyQuantizableLinear);

class MultiheadAttentionOptions {
 public:
  MultiheadAttentionOptions(int64_t embed_dim, int64_t num_heads)
      : embed_dim_(embed_dim),
        num_heads_(num_heads),
        dropout_(0),
        bias_(true),
        add_bias_kv_(false),
        add_zero_attn_(false),
        batch_first_(false) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, embed_dim)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_heads)
  RUSHLIGHT_OPTION(double, double, dropout)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(bool, bool, add_bias_kv)
  RUSHLIGHT_OPTION(bool, bool, add_zero_attn)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, kdim)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, vdim)
  RUSHLIGHT_OPTION(bool, bool, batch_first)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// Attention of several heads, each over its own projection of queries, keys and values (Vaswani et al. 2017).
class RL_API MultiheadAttentionImpl : public Module {
 public:
  MultiheadAttentionImpl(int64_t embed_dim, int64_t num_heads)
      : MultiheadAttentionImpl(MultiheadAttentionOptions(embed_dim, num_heads)) {}
  explicit MultiheadAttentionImpl(const MultiheadAttentionOptions& options);
  void reset_parameters() override;
  // query (L, N, E), key (S, N, kdim), value (S, N, vdim); the output and, with need_weights, the weights (N, L, S).
  std::tuple<Tensor, Tensor> forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                     const Tensor& key_padding_mask = {}, bool need_weights = true,
                                     const Tensor& attn_mask = {}, bool average_attn_weights = true,
                                     bool is_causal = false);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  std::vector<Tensor*> tensor_members() override {
    return {&in_proj_weight, &q_proj_weight, &k_proj_weight, &v_proj_weight, &in_proj_bias, &bias_k, &bias_v};
  }

  MultiheadAttentionOptions options;
  Tensor in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight, in_proj_bias, bias_k, bias_v;
  NonDynamicallyQuantizableLinear out_proj{nullptr};
  bool _qkv_same_embed_dim = true;
  int64_t head_dim = 0;
};
RUSHLIGHT_MODULE(MultiheadAttention);

// "relu", "gelu" (kReLU, kGELU), or a function.
class RL_API TransformerActivation {
 public:
  using Function = Tensor (*)(const Tensor&);
  TransformerActivation(std::string_view name);
  TransformerActivation(const char* name) : TransformerActivation(std::string_view(name)) {}
  TransformerActivation(Function function) : function_(function) {}
  Tensor operator()(const Tensor& x) const { return function_(x); }

 private:
  Function function_;
};

// What a layer of an encoder or a decoder takes.
template <class Self>
class TransformerLayerOptions {
 public:
  TransformerLayerOptions(int64_t d_model, int64_t nhead) : d_model_(d_model), nhead_(nhead) {}
#define RL_LAYER_OPTION(Type, name, value)              \
  Self& name(Type new_value) {                          \
    name##_ = std::move(new_value);                     \
    return static_cast<Self&>(*this);                   \
  }                                                     \
  const Type& name() const noexcept { return name##_; } \
                                                        \
 private:                                               \
  Type name##_ = value;                                 \
                                                        \
 public:
  RL_LAYER_OPTION(int64_t, d_model, 0)
  RL_LAYER_OPTION(int64_t, nhead, 0)
  RL_LAYER_OPTION(int64_t, dim_feedforward, 2048)
  RL_LAYER_OPTION(double, dropout, 0.1)
  RL_LAYER_OPTION(TransformerActivation, activation, "relu")
  RL_LAYER_OPTION(double, layer_norm_eps, 1e-5)
  RL_LAYER_OPTION(bool, batch_first, false)
  RL_LAYER_OPTION(bool, norm_first, false)
  RL_LAYER_OPTION(bool, bias, true)
  RL_LAYER_OPTION(std::optional<Device>, device, std::nullopt)
  RL_LAYER_OPTION(std::optional<ScalarType>, dtype, std::nullopt)
#undef RL_LAYER_OPTION
};
class TransformerEncoderLayerOptions : public TransformerLayerOptions<TransformerEncoderLayerOptions> {
 public:
  using TransformerLayerOptions::TransformerLayerOptions;
};
class TransformerDecoderLayerOptions : public TransformerLayerOptions<TransformerDecoderLayerOptions> {
 public:
  using TransformerLayerOptions::TransformerLayerOptions;
};

// Self-attention and a two-layer network, each with dropout, a shortcut and a normalisation.
class RL_API TransformerEncoderLayerImpl : public Module {
 public:
  TransformerEncoderLayerImpl(int64_t d_model, int64_t nhead)
      : TransformerEncoderLayerImpl(TransformerEncoderLayerOptions(d_model, nhead)) {}
  explicit TransformerEncoderLayerImpl(const TransformerEncoderLayerOptions& options);
  void reset_parameters() override;
  Tensor forward(const Tensor& src, const Tensor& src_mask = {}, const Tensor& src_key_padding_mask = {},
                 bool is_causal = false);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  TransformerEncoderLayerOptions options;
  MultiheadAttention self_attn{nullptr};
  Linear linear1{nullptr}, linear2{nullptr};
  Dropout dropout{nullptr}, dropout1{nullptr}, dropout2{nullptr};
  LayerNorm norm1{nullptr}, norm2{nullptr};

 private:
  Tensor attend(const Tensor& x, const Tensor& mask, const Tensor& padding, bool is_causal);
  Tensor feed(const Tensor& x);
};
RUSHLIGHT_MODULE(TransformerEncoderLayer);

// Self-attention, attention to an encoder's output and a two-layer network.
class RL_API TransformerDecoderLayerImpl : public Module {
 public:
  TransformerDecoderLayerImpl(int64_t d_model, int64_t nhead)
      : TransformerDecoderLayerImpl(TransformerDecoderLayerOptions(d_model, nhead)) {}
  explicit TransformerDecoderLayerImpl(const TransformerDecoderLayerOptions& options);
  void reset_parameters() override;
  Tensor forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask = {}, const Tensor& memory_mask = {},
                 const Tensor& tgt_key_padding_mask = {}, const Tensor& memory_key_padding_mask = {},
                 bool tgt_is_causal = false, bool memory_is_causal = false);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  TransformerDecoderLayerOptions options;
  MultiheadAttention self_attn{nullptr}, multihead_attn{nullptr};
  Linear linear1{nullptr}, linear2{nullptr};
  Dropout dropout{nullptr}, dropout1{nullptr}, dropout2{nullptr}, dropout3{nullptr};
  LayerNorm norm1{nullptr}, norm2{nullptr}, norm3{nullptr};

 private:
  Tensor attend(const Tensor& x, const Tensor& mask, const Tensor& padding, bool is_causal);
  Tensor look(const Tensor& x, const Tensor& memory, const Tensor& mask, const Tensor& padding, bool is_causal);
  Tensor feed(const Tensor& x);
};
RUSHLIGHT_MODULE(TransformerDecoderLayer);

class TransformerEncoderOptions {
 public:
  TransformerEncoderOptions(const TransformerEncoderLayer& encoder_layer, int64_t num_layers)
      : encoder_layer_(encoder_layer), num_layers_(num_layers) {}
  RUSHLIGHT_OPTION(const TransformerEncoderLayer&, TransformerEncoderLayer, encoder_layer)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_layers)
  RUSHLIGHT_OPTION(const std::optional<AnyModule>&, std::optional<AnyModule>, norm)
};

// Copies of an encoder layer, one after another.
class RL_API TransformerEncoderImpl : public Module {
 public:
  TransformerEncoderImpl(const TransformerEncoderLayer& encoder_layer, int64_t num_layers)
      : TransformerEncoderImpl(TransformerEncoderOptions(encoder_layer, num_layers)) {}
  explicit TransformerEncoderImpl(const TransformerEncoderOptions& options);
  void reset_parameters() override;
  // Without is_causal it is looked up whether the mask is the causal one.
  Tensor forward(const Tensor& src, const Tensor& src_mask = {}, const Tensor& src_key_padding_mask = {},
                 std::optional<bool> is_causal = std::nullopt);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  TransformerEncoderOptions options;
  ModuleList layers;
  std::optional<AnyModule> norm;
};
RUSHLIGHT_MODULE(TransformerEncoder);

class TransformerDecoderOptions {
 public:
  TransformerDecoderOptions(const TransformerDecoderLayer& decoder_layer, int64_t num_layers)
      : decoder_layer_(decoder_layer), num_layers_(num_layers) {}
  RUSHLIGHT_OPTION(const TransformerDecoderLayer&, TransformerDecoderLayer, decoder_layer)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_layers)
  RUSHLIGHT_OPTION(const std::optional<AnyModule>&, std::optional<AnyModule>, norm)
};

// Copies of a decoder layer, one after another.
class RL_API TransformerDecoderImpl : public Module {
 public:
  TransformerDecoderImpl(const TransformerDecoderLayer& decoder_layer, int64_t num_layers)
      : TransformerDecoderImpl(TransformerDecoderOptions(decoder_layer, num_layers)) {}
  explicit TransformerDecoderImpl(const TransformerDecoderOptions& options);
  void reset_parameters() override;
  Tensor forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask = {}, const Tensor& memory_mask = {},
                 const Tensor& tgt_key_padding_mask = {}, const Tensor& memory_key_padding_mask = {},
                 std::optional<bool> tgt_is_causal = std::nullopt, bool memory_is_causal = false);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  TransformerDecoderOptions options;
  ModuleList layers;
  std::optional<AnyModule> norm;
};
RUSHLIGHT_MODULE(TransformerDecoder);

class TransformerOptions : public TransformerLayerOptions<TransformerOptions> {
 public:
  TransformerOptions() : TransformerOptions(512, 8) {}
  TransformerOptions(int64_t d_model, int64_t nhead, int64_t num_encoder_layers = 6, int64_t num_decoder_layers = 6)
      : TransformerLayerOptions(d_model, nhead),
        num_encoder_layers_(num_encoder_layers),
        num_decoder_layers_(num_decoder_layers),
        custom_encoder_(nullptr),
        custom_decoder_(nullptr) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_encoder_layers)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_decoder_layers)
  RUSHLIGHT_OPTION(const TransformerEncoder&, TransformerEncoder, custom_encoder)
  RUSHLIGHT_OPTION(const TransformerDecoder&, TransformerDecoder, custom_decoder)
};

// An encoder and a decoder (Vaswani et al. 2017).
class RL_API TransformerImpl : public Module {
 public:
  explicit TransformerImpl(const TransformerOptions& options = {});
  TransformerImpl(int64_t d_model, int64_t nhead, int64_t num_encoder_layers = 6, int64_t num_decoder_layers = 6)
      : TransformerImpl(TransformerOptions(d_model, nhead, num_encoder_layers, num_decoder_layers)) {}
  void reset_parameters() override;
  Tensor forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask = {}, const Tensor& tgt_mask = {},
                 const Tensor& memory_mask = {}, const Tensor& src_key_padding_mask = {},
                 const Tensor& tgt_key_padding_mask = {}, const Tensor& memory_key_padding_mask = {},
                 std::optional<bool> src_is_causal = std::nullopt, std::optional<bool> tgt_is_causal = std::nullopt,
                 bool memory_is_causal = false);
  // The causal mask (sz, sz): -inf above the diagonal, 0 elsewhere.
  static Tensor generate_square_subsequent_mask(int64_t sz, TensorOptions options = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  TransformerOptions options;
  TransformerEncoder encoder{nullptr};
  TransformerDecoder decoder{nullptr};
};
RUSHLIGHT_MODULE(Transformer);

}  // namespace rushlight::nn
