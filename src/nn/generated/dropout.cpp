// Translated from python/rushlight/nn/modules/dropout.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/dropout.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

DropoutNdImpl::DropoutNdImpl(double p, bool inplace) {
  if (p < 0 || p > 1) {
    throw ValueError(cat("dropout probability has to be between 0 and 1, but got ", p));
  }
  this->p = p;
  this->inplace = inplace;
}
std::string DropoutNdImpl::extra_repr() const {
  return cat("p=", this->p, ", inplace=", this->inplace);
}

DropoutImpl::DropoutImpl(const DropoutOptions& options) : DropoutImpl(options.p(), options.inplace()) {}
Tensor DropoutImpl::forward(const Tensor& input) {
  return F::dropout(input, this->p, this->training, this->inplace);
}
std::shared_ptr<Module> DropoutImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<DropoutImpl>(*this);
  copy->separate({}, device);
  return copy;
}

Dropout1dImpl::Dropout1dImpl(const Dropout1dOptions& options) : Dropout1dImpl(options.p(), options.inplace()) {}
Tensor Dropout1dImpl::forward(const Tensor& input) {
  return F::dropout1d(input, this->p, this->training, this->inplace);
}
std::shared_ptr<Module> Dropout1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<Dropout1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

Dropout2dImpl::Dropout2dImpl(const Dropout2dOptions& options) : Dropout2dImpl(options.p(), options.inplace()) {}
Tensor Dropout2dImpl::forward(const Tensor& input) {
  return F::dropout2d(input, this->p, this->training, this->inplace);
}
std::shared_ptr<Module> Dropout2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<Dropout2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

Dropout3dImpl::Dropout3dImpl(const Dropout3dOptions& options) : Dropout3dImpl(options.p(), options.inplace()) {}
Tensor Dropout3dImpl::forward(const Tensor& input) {
  return F::dropout3d(input, this->p, this->training, this->inplace);
}
std::shared_ptr<Module> Dropout3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<Dropout3dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

AlphaDropoutImpl::AlphaDropoutImpl(const AlphaDropoutOptions& options) : AlphaDropoutImpl(options.p(), options.inplace()) {}
Tensor AlphaDropoutImpl::forward(const Tensor& input) {
  return F::alpha_dropout(input, this->p, this->training);
}
std::shared_ptr<Module> AlphaDropoutImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<AlphaDropoutImpl>(*this);
  copy->separate({}, device);
  return copy;
}

FeatureAlphaDropoutImpl::FeatureAlphaDropoutImpl(const FeatureAlphaDropoutOptions& options) : FeatureAlphaDropoutImpl(options.p(), options.inplace()) {}
Tensor FeatureAlphaDropoutImpl::forward(const Tensor& input) {
  return F::feature_alpha_dropout(input, this->p, this->training);
}
std::shared_ptr<Module> FeatureAlphaDropoutImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<FeatureAlphaDropoutImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
