// Translated from python/rushlight/nn/modules/normalization.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/normalization.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

LayerNormImpl::LayerNormImpl(const IntList& normalized_shape, double eps, bool elementwise_affine, bool bias, std::optional<Device> device, std::optional<ScalarType> dtype) {
  this->normalized_shape = ntuple(normalized_shape, 1);
  this->eps = eps;
  this->elementwise_affine = elementwise_affine;
  if (elementwise_affine) {
    this->weight = register_parameter("weight", empty(this->normalized_shape, TensorOptions().device(device).dtype(dtype)));
  } else {
    this->weight = register_parameter("weight", Tensor());
  }
  if (elementwise_affine && bias) {
    this->bias = register_parameter("bias", empty(this->normalized_shape, TensorOptions().device(device).dtype(dtype)));
  } else {
    this->bias = register_parameter("bias", Tensor());
  }
  this->reset_parameters();
}
LayerNormImpl::LayerNormImpl(const LayerNormOptions& options) : LayerNormImpl(options.normalized_shape(), options.eps(), options.elementwise_affine(), options.bias(), options.device(), options.dtype()) {}
void LayerNormImpl::reset_parameters() {
  if (this->weight.defined()) {
    init::ones_(this->weight);
  }
  if (this->bias.defined()) {
    init::zeros_(this->bias);
  }
}
Tensor LayerNormImpl::forward(const Tensor& input) {
  begin_forward(input);
  return F::layer_norm(input, this->normalized_shape, this->weight, this->bias, this->eps);
}
std::string LayerNormImpl::extra_repr() const {
  return cat(this->normalized_shape, ", eps=", this->eps, ", elementwise_affine=", this->elementwise_affine, ", bias=", this->bias.defined());
}
std::shared_ptr<Module> LayerNormImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<LayerNormImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}
std::vector<Tensor*> LayerNormImpl::tensor_members() {
  return {&weight, &bias};
}

GroupNormImpl::GroupNormImpl(int64_t num_groups, int64_t num_channels, double eps, bool affine, std::optional<Device> device, std::optional<ScalarType> dtype, bool bias) {
  if (floor_mod(num_channels, num_groups) != 0) {
    throw ValueError(cat("num_channels (", num_channels, ") must be divisible by num_groups (", num_groups, ")"));
  }
  this->num_groups = num_groups;
  this->num_channels = num_channels;
  this->eps = eps;
  this->affine = affine;
  if (affine) {
    this->weight = register_parameter("weight", empty({num_channels}, TensorOptions().device(device).dtype(dtype)));
  } else {
    this->weight = register_parameter("weight", Tensor());
  }
  if (affine && bias) {
    this->bias = register_parameter("bias", empty({num_channels}, TensorOptions().device(device).dtype(dtype)));
  } else {
    this->bias = register_parameter("bias", Tensor());
  }
  this->reset_parameters();
}
GroupNormImpl::GroupNormImpl(const GroupNormOptions& options) : GroupNormImpl(options.num_groups(), options.num_channels(), options.eps(), options.affine(), options.device(), options.dtype(), options.bias()) {}
void GroupNormImpl::reset_parameters() {
  if (this->weight.defined()) {
    init::ones_(this->weight);
  }
  if (this->bias.defined()) {
    init::zeros_(this->bias);
  }
}
Tensor GroupNormImpl::forward(const Tensor& input) {
  begin_forward(input);
  return F::group_norm(input, this->num_groups, this->weight, this->bias, this->eps);
}
std::string GroupNormImpl::extra_repr() const {
  return cat(this->num_groups, ", ", this->num_channels, ", eps=", this->eps, ", affine=", this->affine, ", bias=", this->bias.defined());
}
std::shared_ptr<Module> GroupNormImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<GroupNormImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}
std::vector<Tensor*> GroupNormImpl::tensor_members() {
  return {&weight, &bias};
}

RMSNormImpl::RMSNormImpl(const IntList& normalized_shape, std::optional<double> eps, bool elementwise_affine, std::optional<Device> device, std::optional<ScalarType> dtype) {
  this->normalized_shape = ntuple(normalized_shape, 1);
  this->eps = eps;
  this->elementwise_affine = elementwise_affine;
  if (elementwise_affine) {
    this->weight = register_parameter("weight", empty(this->normalized_shape, TensorOptions().device(device).dtype(dtype)));
  } else {
    this->weight = register_parameter("weight", Tensor());
  }
  this->reset_parameters();
}
RMSNormImpl::RMSNormImpl(const RMSNormOptions& options) : RMSNormImpl(options.normalized_shape(), options.eps(), options.elementwise_affine(), options.device(), options.dtype()) {}
void RMSNormImpl::reset_parameters() {
  if (this->weight.defined()) {
    init::ones_(this->weight);
  }
}
Tensor RMSNormImpl::forward(const Tensor& x) {
  begin_forward(x);
  return F::rms_norm(x, this->normalized_shape, this->weight, this->eps);
}
std::string RMSNormImpl::extra_repr() const {
  return cat(this->normalized_shape, ", eps=", this->eps, ", elementwise_affine=", this->elementwise_affine);
}
std::shared_ptr<Module> RMSNormImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<RMSNormImpl>(*this);
  copy->separate({&copy->weight}, device);
  return copy;
}
std::vector<Tensor*> RMSNormImpl::tensor_members() {
  return {&weight};
}

LocalResponseNormImpl::LocalResponseNormImpl(int64_t size, double alpha, double beta, double k) {
  this->size = size;
  this->alpha = alpha;
  this->beta = beta;
  this->k = k;
}
LocalResponseNormImpl::LocalResponseNormImpl(const LocalResponseNormOptions& options) : LocalResponseNormImpl(options.size(), options.alpha(), options.beta(), options.k()) {}
Tensor LocalResponseNormImpl::forward(const Tensor& input) {
  return F::local_response_norm(input, this->size, this->alpha, this->beta, this->k);
}
std::string LocalResponseNormImpl::extra_repr() const {
  return cat(this->size, ", alpha=", this->alpha, ", beta=", this->beta, ", k=", this->k);
}
std::shared_ptr<Module> LocalResponseNormImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<LocalResponseNormImpl>(*this);
  copy->separate({}, device);
  return copy;
}

CrossMapLRN2dImpl::CrossMapLRN2dImpl(int64_t size, double alpha, double beta, double k) {
  this->size = size;
  this->alpha = alpha;
  this->beta = beta;
  this->k = k;
}
CrossMapLRN2dImpl::CrossMapLRN2dImpl(const CrossMapLRN2dOptions& options) : CrossMapLRN2dImpl(options.size(), options.alpha(), options.beta(), options.k()) {}
Tensor CrossMapLRN2dImpl::forward(const Tensor& input) {
  return F::local_response_norm(input, this->size, this->alpha, this->beta, this->k);
}
std::string CrossMapLRN2dImpl::extra_repr() const {
  return cat(this->size, ", alpha=", this->alpha, ", beta=", this->beta, ", k=", this->k);
}
std::shared_ptr<Module> CrossMapLRN2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<CrossMapLRN2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
