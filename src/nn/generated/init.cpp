// Translated from python/rushlight/nn/init.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/init.h"

#include <cmath>

#include "nn/support.h"

namespace rushlight::nn::init {

using namespace support;

static Tensor _no_grad_uniform_(const Tensor& tensor, double a, double b, const std::optional<Generator>& generator = {});
static Tensor _no_grad_normal_(const Tensor& tensor, double mean, double std, const std::optional<Generator>& generator = {});
static Tensor _no_grad_fill_(const Tensor& tensor, double val);
static int64_t _calculate_correct_fan(const Tensor& tensor, std::string_view mode);

Tensor _no_grad_uniform_(const Tensor& tensor, double a, double b, const std::optional<Generator>& generator) {
  {
    NoGradGuard no_grad;
    return tensor.uniform_(a, b, generator);
  }
}

Tensor _no_grad_normal_(const Tensor& tensor, double mean, double std, const std::optional<Generator>& generator) {
  {
    NoGradGuard no_grad;
    return tensor.normal_(mean, std, generator);
  }
}

Tensor _no_grad_fill_(const Tensor& tensor, double val) {
  {
    NoGradGuard no_grad;
    return tensor.fill_(val);
  }
}

Tensor uniform_(const Tensor& tensor, double a, double b, const std::optional<Generator>& generator) {
  return _no_grad_uniform_(tensor, a, b, generator);
}

Tensor normal_(const Tensor& tensor, double mean, double std, const std::optional<Generator>& generator) {
  return _no_grad_normal_(tensor, mean, std, generator);
}

Tensor constant_(const Tensor& tensor, double val) {
  return _no_grad_fill_(tensor, val);
}

Tensor ones_(const Tensor& tensor) {
  return _no_grad_fill_(tensor, 1.0);
}

Tensor zeros_(const Tensor& tensor) {
  return _no_grad_fill_(tensor, 0.0);
}

std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor) {
  if (tensor.dim() < 2) {
    throw ValueError(cat("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions, but got ", tensor.dim(), ". Use uniform_ or normal_ for vectors."));
  }
  int64_t window = prod(tail(tensor.sizes(), 2));
  return {tensor.size(1) * window, tensor.size(0) * window};
}

int64_t _calculate_correct_fan(const Tensor& tensor, std::string_view given_mode) {
  std::string mode(given_mode);
  mode = lower(mode);
  if (mode != "fan_in" && mode != "fan_out") {
    throw ValueError(cat("Mode ", mode, " not supported, please use one of ['fan_in', 'fan_out']"));
  }
  const auto [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor);
  return (mode == "fan_in") ? fan_in : fan_out;
}

Tensor xavier_uniform_(const Tensor& tensor, double gain, const std::optional<Generator>& generator) {
  const auto [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor);
  double std = gain * std::sqrt(2.0 / double(fan_in + fan_out));
  double bound = std::sqrt(3.0) * std;
  return _no_grad_uniform_(tensor, -bound, bound, generator);
}

Tensor xavier_normal_(const Tensor& tensor, double gain, const std::optional<Generator>& generator) {
  const auto [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor);
  double std = gain * std::sqrt(2.0 / double(fan_in + fan_out));
  return _no_grad_normal_(tensor, 0.0, std, generator);
}

Tensor kaiming_uniform_(const Tensor& tensor, double a, std::string_view mode, std::string_view nonlinearity, const std::optional<Generator>& generator) {
  if (tensor.numel() == 0) {
    warn("Initializing zero-element tensors is a no-op");
    return tensor;
  }
  int64_t fan = _calculate_correct_fan(tensor, mode);
  double std = calculate_gain(nonlinearity, a) / std::sqrt(fan);
  double bound = std::sqrt(3.0) * std;
  return _no_grad_uniform_(tensor, -bound, bound, generator);
}

Tensor kaiming_normal_(const Tensor& tensor, double a, std::string_view mode, std::string_view nonlinearity, const std::optional<Generator>& generator) {
  if (tensor.numel() == 0) {
    warn("Initializing zero-element tensors is a no-op");
    return tensor;
  }
  int64_t fan = _calculate_correct_fan(tensor, mode);
  double std = calculate_gain(nonlinearity, a) / std::sqrt(fan);
  return _no_grad_normal_(tensor, 0.0, std, generator);
}

}  // namespace rushlight::nn::init
