// Translated from python/rushlight/nn/modules/linear.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/linear.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

LinearImpl::LinearImpl(int64_t in_features, int64_t out_features, bool bias, std::optional<Device> device, std::optional<ScalarType> dtype) {
  this->in_features = in_features;
  this->out_features = out_features;
  this->weight = register_parameter("weight", empty({out_features, in_features}, TensorOptions().device(device).dtype(dtype)));
  if (bias) {
    this->bias = register_parameter("bias", empty({out_features}, TensorOptions().device(device).dtype(dtype)));
  } else {
    this->bias = register_parameter("bias", Tensor());
  }
  this->reset_parameters();
}
LinearImpl::LinearImpl(const LinearOptions& options) : LinearImpl(options.in_features(), options.out_features(), options.bias(), options.device(), options.dtype()) {}
void LinearImpl::reset_parameters() {
  init::kaiming_uniform_(this->weight, std::sqrt(5));
  if (this->bias.defined()) {
    const auto [fan_in, _] = init::_calculate_fan_in_and_fan_out(this->weight);
    double bound = (fan_in > 0) ? (1 / std::sqrt(fan_in)) : 0.0;
    init::uniform_(this->bias, -bound, bound);
  }
}
Tensor LinearImpl::forward(const Tensor& input) {
  begin_forward(input);
  return F::linear(input, this->weight, this->bias);
}
std::string LinearImpl::extra_repr() const {
  return cat("in_features=", this->in_features, ", out_features=", this->out_features, ", bias=", this->bias.defined());
}
std::shared_ptr<Module> LinearImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<LinearImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}
std::vector<Tensor*> LinearImpl::tensor_members() {
  return {&weight, &bias};
}

BilinearImpl::BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features, bool bias, std::optional<Device> device, std::optional<ScalarType> dtype) {
  if (in1_features <= 0) {
    throw ValueError(cat("in1_features must be > 0, but got (in1_features=", in1_features, ")"));
  }
  this->in1_features = in1_features;
  this->in2_features = in2_features;
  this->out_features = out_features;
  this->weight = register_parameter("weight", empty({out_features, in1_features, in2_features}, TensorOptions().device(device).dtype(dtype)));
  if (bias) {
    this->bias = register_parameter("bias", empty({out_features}, TensorOptions().device(device).dtype(dtype)));
  } else {
    this->bias = register_parameter("bias", Tensor());
  }
  this->reset_parameters();
}
BilinearImpl::BilinearImpl(const BilinearOptions& options) : BilinearImpl(options.in1_features(), options.in2_features(), options.out_features(), options.bias(), options.device(), options.dtype()) {}
void BilinearImpl::reset_parameters() {
  double bound = 1 / std::sqrt(this->in1_features);
  init::uniform_(this->weight, -bound, bound);
  if (this->bias.defined()) {
    init::uniform_(this->bias, -bound, bound);
  }
}
Tensor BilinearImpl::forward(const Tensor& input1, const Tensor& input2) {
  begin_forward(input1);
  return F::bilinear(input1, input2, this->weight, this->bias);
}
std::string BilinearImpl::extra_repr() const {
  return cat("in1_features=", this->in1_features, ", in2_features=", this->in2_features, ", out_features=", this->out_features, ", bias=", this->bias.defined());
}
std::shared_ptr<Module> BilinearImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<BilinearImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}
std::vector<Tensor*> BilinearImpl::tensor_members() {
  return {&weight, &bias};
}

}  // namespace rushlight::nn
