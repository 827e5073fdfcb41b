// Translated from python/rushlight/nn/modules/batchnorm.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/batchnorm.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

NormBaseImpl::NormBaseImpl(int64_t num_features, double eps, std::optional<double> momentum, bool affine, bool track_running_stats, std::optional<Device> device, std::optional<ScalarType> dtype, bool bias) {
  this->num_features = num_features;
  this->eps = eps;
  this->momentum = momentum;
  this->affine = affine;
  this->track_running_stats = track_running_stats;
  if (affine) {
    this->weight = register_parameter("weight", empty({num_features}, TensorOptions().device(device).dtype(dtype)));
  } else {
    this->weight = register_parameter("weight", Tensor());
  }
  if (affine && bias) {
    this->bias = register_parameter("bias", empty({num_features}, TensorOptions().device(device).dtype(dtype)));
  } else {
    this->bias = register_parameter("bias", Tensor());
  }
  if (track_running_stats) {
    this->running_mean = register_buffer("running_mean", zeros({num_features}, TensorOptions().device(device).dtype(dtype)));
    this->running_var = register_buffer("running_var", ones({num_features}, TensorOptions().device(device).dtype(dtype)));
    this->num_batches_tracked = register_buffer("num_batches_tracked", zeros({}, TensorOptions().device(device).dtype(kInt64)));
  } else {
    this->running_mean = register_buffer("running_mean", Tensor());
    this->running_var = register_buffer("running_var", Tensor());
    this->num_batches_tracked = register_buffer("num_batches_tracked", Tensor());
  }
  this->reset_parameters();
}
void NormBaseImpl::reset_running_stats() {
  if (this->track_running_stats) {
    this->running_mean.zero_();
    this->running_var.fill_(1);
    this->num_batches_tracked.zero_();
  }
}
void NormBaseImpl::reset_parameters() {
  this->reset_running_stats();
  if (this->weight.defined()) {
    init::ones_(this->weight);
  }
  if (this->bias.defined()) {
    init::zeros_(this->bias);
  }
}
std::string NormBaseImpl::extra_repr() const {
  return cat(this->num_features, ", eps=", this->eps, ", momentum=", this->momentum, ", affine=", this->affine, ", bias=", this->bias.defined(), ", track_running_stats=", this->track_running_stats);
}
std::vector<Tensor*> NormBaseImpl::tensor_members() {
  return {&weight, &bias, &running_mean, &running_var, &num_batches_tracked};
}

void BatchNormImpl::_check_input_dim(const Tensor& input) {
  throw NotImplementedError("a subclass of _BatchNorm defines _check_input_dim");
}
Tensor BatchNormImpl::forward(const Tensor& input) {
  begin_forward(input);
  this->_check_input_dim(input);
  double factor = this->momentum.value_or(0.0);
  if (this->training && this->track_running_stats && this->num_batches_tracked.defined()) {
    this->num_batches_tracked.add_(1);
    if (!this->momentum.has_value()) {
      factor = 1.0 / this->num_batches_tracked.item<double>();
    }
  }
  if (this->training && !this->track_running_stats) {
    return F::batch_norm(input, Tensor(), Tensor(), this->weight, this->bias, true, factor, this->eps);
  }
  bool use_batch = this->training || (!this->running_mean.defined() && !this->running_var.defined());
  return F::batch_norm(input, this->running_mean, this->running_var, this->weight, this->bias, use_batch, factor, this->eps);
}

BatchNorm1dImpl::BatchNorm1dImpl(const BatchNorm1dOptions& options) : BatchNorm1dImpl(options.num_features(), options.eps(), options.momentum(), options.affine(), options.track_running_stats(), options.device(), options.dtype(), options.bias()) {}
void BatchNorm1dImpl::_check_input_dim(const Tensor& input) {
  if (input.dim() != 2 && input.dim() != 3) {
    throw ValueError(cat("expected 2D or 3D input (got ", input.dim(), "D input)"));
  }
}
std::shared_ptr<Module> BatchNorm1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<BatchNorm1dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias, &copy->running_mean, &copy->running_var, &copy->num_batches_tracked}, device);
  return copy;
}

BatchNorm2dImpl::BatchNorm2dImpl(const BatchNorm2dOptions& options) : BatchNorm2dImpl(options.num_features(), options.eps(), options.momentum(), options.affine(), options.track_running_stats(), options.device(), options.dtype(), options.bias()) {}
void BatchNorm2dImpl::_check_input_dim(const Tensor& input) {
  if (input.dim() != 4) {
    throw ValueError(cat("expected 4D input (got ", input.dim(), "D input)"));
  }
}
std::shared_ptr<Module> BatchNorm2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<BatchNorm2dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias, &copy->running_mean, &copy->running_var, &copy->num_batches_tracked}, device);
  return copy;
}

BatchNorm3dImpl::BatchNorm3dImpl(const BatchNorm3dOptions& options) : BatchNorm3dImpl(options.num_features(), options.eps(), options.momentum(), options.affine(), options.track_running_stats(), options.device(), options.dtype(), options.bias()) {}
void BatchNorm3dImpl::_check_input_dim(const Tensor& input) {
  if (input.dim() != 5) {
    throw ValueError(cat("expected 5D input (got ", input.dim(), "D input)"));
  }
}
std::shared_ptr<Module> BatchNorm3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<BatchNorm3dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias, &copy->running_mean, &copy->running_var, &copy->num_batches_tracked}, device);
  return copy;
}

}  // namespace rushlight::nn
