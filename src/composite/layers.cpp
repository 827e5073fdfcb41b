// Bags of embeddings, random and in-place activations and dropout, convolution over time.
#include <cmath>

#include "rushlight/autograd.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {

// ---- bags of embeddings ---------------------------------------------------------------------------------------------

std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(const Tensor& weight, const Tensor& indices,
                                                         const Tensor& offsets, bool scale_grad_by_freq, int64_t mode,
                                                         bool sparse, const Tensor& per_sample_weights,
                                                         bool include_last_offset) {
  return _embedding_bag(weight, indices, offsets, scale_grad_by_freq, mode, sparse, per_sample_weights,
                        include_last_offset, -1);
}

std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(const Tensor& weight, const Tensor& indices,
                                                         const Tensor& offsets, bool scale_grad_by_freq, int64_t mode,
                                                         bool sparse, const Tensor& per_sample_weights,
                                                         bool include_last_offset, std::optional<int64_t> padding_idx) {
  int64_t padding = -1;
  if (padding_idx) {
    const int64_t rows = weight.dim() > 0 ? weight.size(0) : 0;
    check(*padding_idx >= -rows && *padding_idx < rows,
          "padding_idx must be within the number of embeddings, -{} through {}, but got {}", rows, rows - 1,
          *padding_idx);
    padding = *padding_idx < 0 ? *padding_idx + rows : *padding_idx;
  }
  return _embedding_bag(weight, indices, offsets, scale_grad_by_freq, mode, sparse, per_sample_weights,
                        include_last_offset, padding);
}

// ---- activations and dropout ----------------------------------------------------------------------------------------

namespace {

Tensor leaky(const Tensor& self, double lower, double upper, bool training, const std::optional<Generator>& generator) {
  if (training) return mul(self, _rrelu_noise(self.detach(), lower, upper, generator));
  check(lower <= upper, "Lower bound should be less than or equal to the upper bound (rrelu: got {} and {})", lower,
        upper);
  return _leaky_relu(self, (lower + upper) / 2);
}
Tensor& leaky_(Tensor& self, double lower, double upper, bool training, const std::optional<Generator>& generator) {
  if (training) return self.mul_(_rrelu_noise(self.detach(), lower, upper, generator));
  check(lower <= upper, "Lower bound should be less than or equal to the upper bound (rrelu: got {} and {})", lower,
        upper);
  return _leaky_relu_(self, (lower + upper) / 2);
}

}  // namespace

Tensor rrelu(const Tensor& self, const Scalar& lower, const Scalar& upper, bool training,
             const std::optional<Generator>& generator) {
  return leaky(self, lower.toDouble(), upper.toDouble(), training, generator);
}
Tensor& rrelu_(Tensor& self, const Scalar& lower, const Scalar& upper, bool training,
               const std::optional<Generator>& generator) {
  return leaky_(self, lower.toDouble(), upper.toDouble(), training, generator);
}
Tensor& selu_(Tensor& self) { return nn::functional::selu_(self); }
Tensor& celu_(Tensor& self, const Scalar& alpha) { return nn::functional::celu_(self, alpha.toDouble()); }
Tensor& threshold_(Tensor& self, const Scalar& threshold, const Scalar& value) {
  return _threshold_(self, threshold, value);
}

namespace {

void check_probability(double p) {
  check(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got {}", p);
}

}  // namespace

Tensor& dropout_(Tensor& input, double p, bool train) {
  check_probability(p);
  nn::functional::dropout(input, p, train, true);
  return input;
}
Tensor& alpha_dropout_(Tensor& input, double p, bool train) {
  check_probability(p);
  nn::functional::alpha_dropout(input, p, train, true);
  return input;
}
Tensor& feature_dropout_(Tensor& input, double p, bool train) {
  check_probability(p);
  if (train && p > 0) input.mul_(feature_dropout(ones_like(input.detach()), p, true));
  return input;
}
Tensor& feature_alpha_dropout_(Tensor& input, double p, bool train) {
  check_probability(p);
  nn::functional::feature_alpha_dropout(input, p, train, true);
  return input;
}

// ---- channels and time ----------------------------------------------------------------------------------------------

Tensor native_channel_shuffle(const Tensor& self, int64_t groups) { return channel_shuffle(self, groups); }

Tensor conv_tbc_plain(const Tensor& self, const Tensor& weight, const Tensor& bias, int64_t pad) {
  check(self.dim() == 3, "Input must have 3 dims: time, batch, in_channel (conv_tbc: got {})", self.sizes());
  check(weight.dim() == 3,
        "Weight tensor must have 3 dims: kernel_width, in_channels, out_channels. (conv_tbc: got {})", weight.sizes());
  check(bias.dim() == 1, "Bias must be 1-D (conv_tbc: got {})", bias.sizes());
  check(self.size(2) == weight.size(1),
        "Input dim 2 (input channels) is not == dim 1 in the weight tensor (conv_tbc: {} and {})", self.size(2),
        weight.size(1));
  check(weight.size(2) == bias.size(0),
        "Bias size must equal dim 2 in the weight tensor (output channels). ({} and {})", bias.size(0), weight.size(2));
  return conv1d(self.permute({1, 2, 0}), weight.permute({2, 1, 0}), bias, 1, pad).permute({2, 0, 1}).contiguous();
}

namespace nn::functional {

Tensor embedding_bag(const Tensor& input, const Tensor& weight, const Tensor& offsets, std::optional<double> max_norm,
                     double norm_type, bool scale_grad_by_freq, std::string_view mode, bool sparse,
                     const Tensor& per_sample_weights, bool include_last_offset, std::optional<int64_t> padding_idx) {
  if (weight.dtype() == kLong && is_floating_point(input.dtype())) {
    warn(
        "Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is "
        "deprecated, and should now be `embedding_bag(input, weight, ...)`.");
    return embedding_bag(weight, input, offsets, max_norm, norm_type, scale_grad_by_freq, mode, sparse,
                         per_sample_weights, include_last_offset, padding_idx);
  }
  check_value(!per_sample_weights.defined() || per_sample_weights.sizes() == input.sizes(),
              "embedding_bag: If per_sample_weights ({}) is not None, then it must have the same shape as the input "
              "({})",
              per_sample_weights.defined() ? per_sample_weights.sizes() : IntArrayRef(), input.sizes());
  check_value(weight.dim() == 2, "weight has to be a 2D Tensor, but got Tensor of dimension {}", weight.dim());
  check_value(input.dim() == 1 || input.dim() == 2, "input has to be 1D or 2D Tensor, but got Tensor of dimension {}",
              input.dim());
  const bool rows = input.dim() == 2;
  if (rows) {
    check_value(!offsets.defined(),
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                "sequences. However, found offsets of type <class 'Tensor'>");
  } else {
    check_value(offsets.defined(), "offsets has to be a 1D Tensor but got None");
    check_value(offsets.dim() == 1, "offsets has to be a 1D Tensor");
  }
  const int64_t how = mode == "sum" ? 0 : mode == "mean" ? 1 : 2;
  check_value(how != 2 || mode == "max", "mode has to be one of sum, mean or max (got '{}')", mode);
  check_value(how != 2 || !scale_grad_by_freq, "max mode does not support scaling the gradient by the frequency");
  check_value(how != 2 || !sparse, "max mode does not support sparse weights");
  check_not_implemented(!per_sample_weights.defined() || how == 0,
                        "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for "
                        "mode='sum' (got mode='{}'). Please open a feature request on GitHub.",
                        mode);
  const Tensor flat = rows ? input.reshape({-1}) : input;
  Tensor starts = offsets;
  if (rows) {
    check(input.size(1) > 0 || input.size(0) == 0, "step must be nonzero (embedding_bag: input has shape {})",
          input.sizes());
    starts = mul(arange(input.size(0), TensorOptions(kLong)), input.size(1));
  }
  if (max_norm) {
    const NoGradGuard guard;
    Tensor table = weight;
    embedding_renorm_(table, flat, *max_norm, norm_type);
  }
  return std::get<0>(rushlight::embedding_bag(
      weight, flat, starts, scale_grad_by_freq, how, sparse,
      rows && per_sample_weights.defined() ? per_sample_weights.reshape({-1}) : per_sample_weights,
      !rows && include_last_offset, padding_idx));
}

Tensor rrelu(const Tensor& input, double lower, double upper, bool training, bool inplace) {
  if (!inplace) return leaky(input, lower, upper, training, std::nullopt);
  Tensor x = input;
  return leaky_(x, lower, upper, training, std::nullopt);
}
Tensor& rrelu_(Tensor& input, double lower, double upper, bool training) {
  return leaky_(input, lower, upper, training, std::nullopt);
}
Tensor& elu_(Tensor& input, double alpha) { return _elu_(input, alpha, 1.0, 1.0); }
Tensor& selu_(Tensor& input) { return _elu_(input, 1.6732632423543772, 1.0507009873554805, 1.0); }
Tensor& celu_(Tensor& input, double alpha) {
  check(alpha != 0, "ZeroDivisionError: alpha cannot be 0 for CELU");
  return _elu_(input, alpha, 1.0, 1.0 / alpha);
}
Tensor& leaky_relu_(Tensor& input, double negative_slope) { return _leaky_relu_(input, negative_slope); }
Tensor& hardtanh_(Tensor& input, double min_val, double max_val) {
  hardtanh(input, min_val, max_val, true);
  return input;
}
Tensor& threshold_(Tensor& input, double threshold, double value) { return _threshold_(input, threshold, value); }

Tensor native_channel_shuffle(const Tensor& input, int64_t groups) { return rushlight::channel_shuffle(input, groups); }
Tensor conv_tbc_plain(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t pad) {
  return rushlight::conv_tbc(input, weight, bias, pad);
}

}  // namespace nn::functional
}  // namespace rushlight
