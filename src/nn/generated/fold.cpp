// Translated from python/rushlight/nn/modules/fold.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/fold.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

FoldImpl::FoldImpl(const IntList& output_size, const IntList& kernel_size, const IntList& dilation, const IntList& padding, const IntList& stride) {
  this->output_size = output_size;
  this->kernel_size = kernel_size;
  this->dilation = dilation;
  this->padding = padding;
  this->stride = stride;
}
FoldImpl::FoldImpl(const FoldOptions& options) : FoldImpl(options.output_size(), options.kernel_size(), options.dilation(), options.padding(), options.stride()) {}
Tensor FoldImpl::forward(const Tensor& input) {
  return F::fold(input, this->output_size, this->kernel_size, this->dilation, this->padding, this->stride);
}
std::string FoldImpl::extra_repr() const {
  return cat("output_size=", this->output_size, ", kernel_size=", this->kernel_size, ", dilation=", this->dilation, ", padding=", this->padding, ", stride=", this->stride);
}
std::shared_ptr<Module> FoldImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<FoldImpl>(*this);
  copy->separate({}, device);
  return copy;
}

UnfoldImpl::UnfoldImpl(const IntList& kernel_size, const IntList& dilation, const IntList& padding, const IntList& stride) {
  this->kernel_size = kernel_size;
  this->dilation = dilation;
  this->padding = padding;
  this->stride = stride;
}
UnfoldImpl::UnfoldImpl(const UnfoldOptions& options) : UnfoldImpl(options.kernel_size(), options.dilation(), options.padding(), options.stride()) {}
Tensor UnfoldImpl::forward(const Tensor& input) {
  return F::unfold(input, this->kernel_size, this->dilation, this->padding, this->stride);
}
std::string UnfoldImpl::extra_repr() const {
  return cat("kernel_size=", this->kernel_size, ", dilation=", this->dilation, ", padding=", this->padding, ", stride=", this->stride);
}
std::shared_ptr<Module> UnfoldImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<UnfoldImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
