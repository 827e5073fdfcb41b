// Initialisers outside the translator's subset: loops over elements, distributions with two regimes.
#include "rushlight/nn/init.h"

#include <algorithm>
#include <cmath>

#include "nn/support.h"
#include "rushlight/indexing.h"
#include "rushlight/ops.h"

namespace rushlight::nn::init {

using support::cat;
using GeneratorOption = std::optional<Generator>;

double calculate_gain(std::string_view nonlinearity, std::optional<double> param) {
  for (const char* one : {"linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
                          "conv_transpose3d", "sigmoid"}) {
    if (nonlinearity == one) return 1;
  }
  if (nonlinearity == "tanh") return 5.0 / 3;
  if (nonlinearity == "relu") return std::sqrt(2.0);
  if (nonlinearity == "leaky_relu") return std::sqrt(2.0 / (1 + std::pow(param.value_or(0.01), 2)));
  if (nonlinearity == "selu") return 3.0 / 4;
  throw ValueError(cat("Unsupported nonlinearity ", nonlinearity,
                       ". Use one of ('linear', 'conv1d', 'conv2d', 'conv3d', 'conv_transpose1d', 'conv_transpose2d', "
                       "'conv_transpose3d', "
                       "'sigmoid', 'tanh', 'relu'), 'leaky_relu' or 'selu'"));
}

namespace {

double normal_cdf(double x) { return (1.0 + std::erf(x / std::sqrt(2.0))) / 2.0; }

double rounded_to(const Tensor& like, double value) {
  return full({}, value, TensorOptions(like.dtype())).item<double>();
}

// Where most of the mass is inside: what falls outside is drawn again.
Tensor trunc_by_redrawing(const Tensor& tensor, double mean, double std, double a, double b,
                          const GeneratorOption& generator) {
  const double low = rounded_to(tensor, a), high = rounded_to(tensor, b);
  tensor.normal_(mean, std, generator);
  Tensor values = tensor;
  while (true) {
    const Tensor outside = (values < low) | (values > high);
    if (!outside.any().item<bool>()) break;
    values = where(outside, empty_like(values).normal_(mean, std, generator), values);
  }
  if (!values.is_same(tensor)) tensor.copy_(values);
  return tensor;
}

// Where little is: uniform numbers, kept in proportion to the density.
Tensor trunc_by_rejection(const Tensor& tensor, double mean, double std, double a, double b,
                          const GeneratorOption& generator) {
  const double mode = std::max(a, std::min(mean, b));
  const double log_peak = -0.5 * std::pow((mode - mean) / std, 2);
  auto rejected = [&](const Tensor& candidates) {
    const Tensor log_density = candidates.sub(mean).div_(std).pow_(2).mul_(-0.5).sub_(log_peak);
    return empty_like(candidates).uniform_(0, 1, generator).log_().gt(log_density);
  };
  tensor.uniform_(a, b, generator);
  Tensor pending = rejected(tensor), values = tensor;
  while (pending.any().item<bool>()) {
    const Tensor candidates = empty_like(tensor).uniform_(a, b, generator);
    values = where(pending, candidates, values);
    pending = where(pending, rejected(candidates), pending);
  }
  if (!values.is_same(tensor)) tensor.copy_(values);
  return tensor;
}

}  // namespace

Tensor trunc_normal_(const Tensor& tensor, double mean, double std, double a, double b,
                     const GeneratorOption& generator) {
  if (mean < a - 2 * std || mean > b + 2 * std) {
    warn("mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.");
  }
  const double inside = normal_cdf((b - mean) / std) - normal_cdf((a - mean) / std);
  NoGradGuard no_grad;
  if (inside > 0.3) return trunc_by_redrawing(tensor, mean, std, a, b, generator);
  return trunc_by_rejection(tensor, mean, std, a, b, generator);
}

Tensor eye_(const Tensor& tensor) {
  if (tensor.dim() != 2) throw ValueError(cat("Only tensors with 2 dimensions are supported, but got ", tensor.dim()));
  NoGradGuard no_grad;
  tensor.zero_();
  tensor.diagonal().fill_(1);
  return tensor;
}

Tensor dirac_(const Tensor& tensor, int64_t groups) {
  if (tensor.dim() < 3 || tensor.dim() > 5)
    throw ValueError(cat("Only tensors with 3, 4, or 5 dimensions are supported, but got ", tensor.dim()));
  if (groups <= 0 || tensor.size(0) % groups != 0) {
    throw ValueError(cat("dim 0 must be divisible by groups, but got ", tensor.size(0), " and groups=", groups));
  }
  const int64_t per_group = tensor.size(0) / groups;
  NoGradGuard no_grad;
  tensor.zero_();
  for (int64_t g = 0; g < groups; ++g) {
    for (int64_t d = 0; d < std::min(per_group, tensor.size(1)); ++d) {
      Tensor kernel = tensor[g * per_group + d][d];
      while (kernel.dim() > 0) kernel = kernel[kernel.size(0) / 2];
      kernel.fill_(1);
    }
  }
  return tensor;
}

Tensor orthogonal_(const Tensor& tensor, double gain, const GeneratorOption& generator) {
  if (tensor.dim() < 2)
    throw ValueError(cat("Only tensors with 2 or more dimensions are supported, but got ", tensor.dim()));
  if (tensor.numel() == 0) return tensor;
  const NoGradGuard no_grad;
  const int64_t rows = tensor.size(0), columns = tensor.numel() / rows;
  const bool wide = rows < columns;
  Tensor drawn = empty({rows, columns}, tensor.options()).normal_(0, 1, generator);
  if (drawn.dtype() == kHalf || drawn.dtype() == kBFloat16) drawn = drawn.to(kFloat);
  // The Q whose R has a positive diagonal: that sign makes it unique, and uniform over the orthogonal matrices.
  const auto [Q, R] = linalg::qr(wide ? drawn.t() : drawn);
  const Tensor q = Q.mul(R.diagonal().sgn());
  tensor.copy_((wide ? q.t() : q).reshape(tensor.sizes()));
  return tensor.mul_(gain);
}

Tensor sparse_(const Tensor& tensor, double sparsity, double std, const GeneratorOption& generator) {
  if (tensor.dim() != 2) throw ValueError(cat("Only tensors with 2 dimensions are supported, but got ", tensor.dim()));
  const int64_t rows = tensor.size(0), columns = tensor.size(1);
  const auto zeros = static_cast<int64_t>(std::ceil(sparsity * static_cast<double>(rows)));
  NoGradGuard no_grad;
  tensor.normal_(0, std, generator);
  for (int64_t column = 0; column < columns; ++column) {
    tensor.select(1, column).index_fill_(0, randperm(rows, {}, TensorOptions(kLong)).slice(0, 0, zeros), 0);
  }
  return tensor;
}

void warn_deprecated(std::string_view old_name) {
  const std::string name(old_name);
  warn("`nn.init." + name + "` is now deprecated in favor of `nn.init." + name + "_`.");
}

}  // namespace rushlight::nn::init
