// Translated from python/rushlight/nn/modules/instancenorm.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/instancenorm.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

InstanceNormImpl::InstanceNormImpl(int64_t num_features, double eps, std::optional<double> momentum, bool affine, bool track_running_stats, std::optional<Device> device, std::optional<ScalarType> dtype, bool bias) : NormBaseImpl(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias) {
}
void InstanceNormImpl::_check_input_dim(const Tensor& input) {
  throw NotImplementedError("a subclass of _InstanceNorm defines _check_input_dim");
}
int64_t InstanceNormImpl::_get_no_batch_dim() {
  throw NotImplementedError("a subclass of _InstanceNorm defines _get_no_batch_dim");
}
Tensor InstanceNormImpl::_apply_instance_norm(const Tensor& input) {
  return F::instance_norm(input, this->running_mean, this->running_var, this->weight, this->bias, this->training || !this->track_running_stats, this->momentum.value_or(0.0), this->eps);
}
Tensor InstanceNormImpl::forward(const Tensor& input) {
  begin_forward(input);
  this->_check_input_dim(input);
  int64_t feature_dim = input.dim() - this->_get_no_batch_dim();
  if (input.size(feature_dim) != this->num_features) {
    if (this->affine) {
      throw ValueError(cat("expected input's size at dim=", feature_dim, " to match num_features (", this->num_features, "), but got: ", input.size(feature_dim), "."));
    }
    warn(cat("input's size at dim=", feature_dim, " does not match num_features. You can silence this warning by not passing in num_features, which is not used because affine=False"));
  }
  if (feature_dim == 0) {
    return this->_apply_instance_norm(input.unsqueeze(0)).squeeze(0);
  }
  return this->_apply_instance_norm(input);
}

InstanceNorm1dImpl::InstanceNorm1dImpl(const InstanceNorm1dOptions& options) : InstanceNorm1dImpl(options.num_features(), options.eps(), options.momentum(), options.affine(), options.track_running_stats(), options.device(), options.dtype(), options.bias()) {}
int64_t InstanceNorm1dImpl::_get_no_batch_dim() {
  return 2;
}
void InstanceNorm1dImpl::_check_input_dim(const Tensor& input) {
  if (input.dim() != 2 && input.dim() != 3) {
    throw ValueError(cat("expected 2D or 3D input (got ", input.dim(), "D input)"));
  }
}
std::shared_ptr<Module> InstanceNorm1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<InstanceNorm1dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias, &copy->running_mean, &copy->running_var, &copy->num_batches_tracked}, device);
  return copy;
}

InstanceNorm2dImpl::InstanceNorm2dImpl(const InstanceNorm2dOptions& options) : InstanceNorm2dImpl(options.num_features(), options.eps(), options.momentum(), options.affine(), options.track_running_stats(), options.device(), options.dtype(), options.bias()) {}
int64_t InstanceNorm2dImpl::_get_no_batch_dim() {
  return 3;
}
void InstanceNorm2dImpl::_check_input_dim(const Tensor& input) {
  if (input.dim() != 3 && input.dim() != 4) {
    throw ValueError(cat("expected 3D or 4D input (got ", input.dim(), "D input)"));
  }
}
std::shared_ptr<Module> InstanceNorm2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<InstanceNorm2dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias, &copy->running_mean, &copy->running_var, &copy->num_batches_tracked}, device);
  return copy;
}

InstanceNorm3dImpl::InstanceNorm3dImpl(const InstanceNorm3dOptions& options) : InstanceNorm3dImpl(options.num_features(), options.eps(), options.momentum(), options.affine(), options.track_running_stats(), options.device(), options.dtype(), options.bias()) {}
int64_t InstanceNorm3dImpl::_get_no_batch_dim() {
  return 4;
}
void InstanceNorm3dImpl::_check_input_dim(const Tensor& input) {
  if (input.dim() != 4 && input.dim() != 5) {
    throw ValueError(cat("expected 4D or 5D input (got ", input.dim(), "D input)"));
  }
}
std::shared_ptr<Module> InstanceNorm3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<InstanceNorm3dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias, &copy->running_mean, &copy->running_var, &copy->num_batches_tracked}, device);
  return copy;
}

}  // namespace rushlight::nn
