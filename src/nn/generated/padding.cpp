// Translated from python/rushlight/nn/modules/padding.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/padding.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

CircularPadNdImpl::CircularPadNdImpl(const IntList& padding) {
  this->padding = padding;
}
void CircularPadNdImpl::_check_input_dim(const Tensor& input) {
  throw NotImplementedError("a subclass of _CircularPadNd defines _check_input_dim");
}
Tensor CircularPadNdImpl::forward(const Tensor& input) {
  this->_check_input_dim(input);
  return F::pad(input, this->padding, "circular");
}
std::string CircularPadNdImpl::extra_repr() const {
  return cat(this->padding);
}

CircularPad1dImpl::CircularPad1dImpl(const IntList& padding) : CircularPadNdImpl(ntuple(padding, 2)) {
}
CircularPad1dImpl::CircularPad1dImpl(const CircularPad1dOptions& options) : CircularPad1dImpl(options.padding()) {}
void CircularPad1dImpl::_check_input_dim(const Tensor& input) {
  if (input.dim() != 2 && input.dim() != 3) {
    throw ValueError(cat("expected 2D or 3D input (got ", input.dim(), "D input)"));
  }
}
std::shared_ptr<Module> CircularPad1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<CircularPad1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

CircularPad2dImpl::CircularPad2dImpl(const IntList& padding) : CircularPadNdImpl(ntuple(padding, 4)) {
}
CircularPad2dImpl::CircularPad2dImpl(const CircularPad2dOptions& options) : CircularPad2dImpl(options.padding()) {}
void CircularPad2dImpl::_check_input_dim(const Tensor& input) {
  if (input.dim() != 3 && input.dim() != 4) {
    throw ValueError(cat("expected 3D or 4D input (got ", input.dim(), "D input)"));
  }
}
std::shared_ptr<Module> CircularPad2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<CircularPad2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

CircularPad3dImpl::CircularPad3dImpl(const IntList& padding) : CircularPadNdImpl(ntuple(padding, 6)) {
}
CircularPad3dImpl::CircularPad3dImpl(const CircularPad3dOptions& options) : CircularPad3dImpl(options.padding()) {}
void CircularPad3dImpl::_check_input_dim(const Tensor& input) {
  if (input.dim() != 4 && input.dim() != 5) {
    throw ValueError(cat("expected 4D or 5D input (got ", input.dim(), "D input)"));
  }
}
std::shared_ptr<Module> CircularPad3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<CircularPad3dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ReflectionPadNdImpl::ReflectionPadNdImpl(const IntList& padding) {
  this->padding = padding;
}
Tensor ReflectionPadNdImpl::forward(const Tensor& input) {
  return F::pad(input, this->padding, "reflect");
}
std::string ReflectionPadNdImpl::extra_repr() const {
  return cat(this->padding);
}

ReflectionPad1dImpl::ReflectionPad1dImpl(const IntList& padding) : ReflectionPadNdImpl(ntuple(padding, 2)) {
}
ReflectionPad1dImpl::ReflectionPad1dImpl(const ReflectionPad1dOptions& options) : ReflectionPad1dImpl(options.padding()) {}
std::shared_ptr<Module> ReflectionPad1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ReflectionPad1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ReflectionPad2dImpl::ReflectionPad2dImpl(const IntList& padding) : ReflectionPadNdImpl(ntuple(padding, 4)) {
}
ReflectionPad2dImpl::ReflectionPad2dImpl(const ReflectionPad2dOptions& options) : ReflectionPad2dImpl(options.padding()) {}
std::shared_ptr<Module> ReflectionPad2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ReflectionPad2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ReflectionPad3dImpl::ReflectionPad3dImpl(const IntList& padding) : ReflectionPadNdImpl(ntuple(padding, 6)) {
}
ReflectionPad3dImpl::ReflectionPad3dImpl(const ReflectionPad3dOptions& options) : ReflectionPad3dImpl(options.padding()) {}
std::shared_ptr<Module> ReflectionPad3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ReflectionPad3dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ReplicationPadNdImpl::ReplicationPadNdImpl(const IntList& padding) {
  this->padding = padding;
}
Tensor ReplicationPadNdImpl::forward(const Tensor& input) {
  return F::pad(input, this->padding, "replicate");
}
std::string ReplicationPadNdImpl::extra_repr() const {
  return cat(this->padding);
}

ReplicationPad1dImpl::ReplicationPad1dImpl(const IntList& padding) : ReplicationPadNdImpl(ntuple(padding, 2)) {
}
ReplicationPad1dImpl::ReplicationPad1dImpl(const ReplicationPad1dOptions& options) : ReplicationPad1dImpl(options.padding()) {}
std::shared_ptr<Module> ReplicationPad1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ReplicationPad1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ReplicationPad2dImpl::ReplicationPad2dImpl(const IntList& padding) : ReplicationPadNdImpl(ntuple(padding, 4)) {
}
ReplicationPad2dImpl::ReplicationPad2dImpl(const ReplicationPad2dOptions& options) : ReplicationPad2dImpl(options.padding()) {}
std::shared_ptr<Module> ReplicationPad2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ReplicationPad2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ReplicationPad3dImpl::ReplicationPad3dImpl(const IntList& padding) : ReplicationPadNdImpl(ntuple(padding, 6)) {
}
ReplicationPad3dImpl::ReplicationPad3dImpl(const ReplicationPad3dOptions& options) : ReplicationPad3dImpl(options.padding()) {}
std::shared_ptr<Module> ReplicationPad3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ReplicationPad3dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ConstantPadNdImpl::ConstantPadNdImpl(const IntList& padding, double value) {
  this->padding = padding;
  this->value = value;
}
Tensor ConstantPadNdImpl::forward(const Tensor& input) {
  return F::pad(input, this->padding, "constant", this->value);
}
std::string ConstantPadNdImpl::extra_repr() const {
  return cat("padding=", this->padding, ", value=", this->value);
}

ConstantPad1dImpl::ConstantPad1dImpl(const IntList& padding, double value) : ConstantPadNdImpl(ntuple(padding, 2), value) {
}
ConstantPad1dImpl::ConstantPad1dImpl(const ConstantPad1dOptions& options) : ConstantPad1dImpl(options.padding(), options.value()) {}
std::shared_ptr<Module> ConstantPad1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ConstantPad1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ConstantPad2dImpl::ConstantPad2dImpl(const IntList& padding, double value) : ConstantPadNdImpl(ntuple(padding, 4), value) {
}
ConstantPad2dImpl::ConstantPad2dImpl(const ConstantPad2dOptions& options) : ConstantPad2dImpl(options.padding(), options.value()) {}
std::shared_ptr<Module> ConstantPad2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ConstantPad2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ConstantPad3dImpl::ConstantPad3dImpl(const IntList& padding, double value) : ConstantPadNdImpl(ntuple(padding, 6), value) {
}
ConstantPad3dImpl::ConstantPad3dImpl(const ConstantPad3dOptions& options) : ConstantPad3dImpl(options.padding(), options.value()) {}
std::shared_ptr<Module> ConstantPad3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ConstantPad3dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ZeroPad1dImpl::ZeroPad1dImpl(const IntList& padding) : ConstantPad1dImpl(padding, 0.0) {
}
ZeroPad1dImpl::ZeroPad1dImpl(const ZeroPad1dOptions& options) : ZeroPad1dImpl(options.padding()) {}
std::string ZeroPad1dImpl::extra_repr() const {
  return cat(this->padding);
}
std::shared_ptr<Module> ZeroPad1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ZeroPad1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ZeroPad2dImpl::ZeroPad2dImpl(const IntList& padding) : ConstantPad2dImpl(padding, 0.0) {
}
ZeroPad2dImpl::ZeroPad2dImpl(const ZeroPad2dOptions& options) : ZeroPad2dImpl(options.padding()) {}
std::string ZeroPad2dImpl::extra_repr() const {
  return cat(this->padding);
}
std::shared_ptr<Module> ZeroPad2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ZeroPad2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ZeroPad3dImpl::ZeroPad3dImpl(const IntList& padding) : ConstantPad3dImpl(padding, 0.0) {
}
ZeroPad3dImpl::ZeroPad3dImpl(const ZeroPad3dOptions& options) : ZeroPad3dImpl(options.padding()) {}
std::string ZeroPad3dImpl::extra_repr() const {
  return cat(this->padding);
}
std::shared_ptr<Module> ZeroPad3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ZeroPad3dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
