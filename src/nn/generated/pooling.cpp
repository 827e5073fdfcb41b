// Translated from python/rushlight/nn/modules/pooling.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/pooling.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

MaxPoolNdImpl::MaxPoolNdImpl(const IntList& kernel_size, const std::optional<IntList>& stride, const IntList& padding, const IntList& dilation, bool ceil_mode) {
  this->kernel_size = kernel_size;
  this->stride = stride.value_or(kernel_size);
  this->padding = padding;
  this->dilation = dilation;
  this->ceil_mode = ceil_mode;
}
std::string MaxPoolNdImpl::extra_repr() const {
  return cat("kernel_size=", this->kernel_size, ", stride=", this->stride, ", padding=", this->padding, ", dilation=", this->dilation, ", ceil_mode=", this->ceil_mode);
}

MaxPool1dImpl::MaxPool1dImpl(const MaxPool1dOptions& options) : MaxPool1dImpl(options.kernel_size(), options.stride(), options.padding(), options.dilation(), options.ceil_mode()) {}
Tensor MaxPool1dImpl::forward(const Tensor& input) {
  return F::max_pool1d(input, this->kernel_size, this->stride, this->padding, this->dilation, this->ceil_mode);
}

MaxPool2dImpl::MaxPool2dImpl(const MaxPool2dOptions& options) : MaxPool2dImpl(options.kernel_size(), options.stride(), options.padding(), options.dilation(), options.ceil_mode()) {}
Tensor MaxPool2dImpl::forward(const Tensor& input) {
  return F::max_pool2d(input, this->kernel_size, this->stride, this->padding, this->dilation, this->ceil_mode);
}

MaxPool3dImpl::MaxPool3dImpl(const MaxPool3dOptions& options) : MaxPool3dImpl(options.kernel_size(), options.stride(), options.padding(), options.dilation(), options.ceil_mode()) {}
Tensor MaxPool3dImpl::forward(const Tensor& input) {
  return F::max_pool3d(input, this->kernel_size, this->stride, this->padding, this->dilation, this->ceil_mode);
}

AvgPool1dImpl::AvgPool1dImpl(const IntList& kernel_size, const std::optional<IntList>& stride, const IntList& padding, bool ceil_mode, bool count_include_pad) {
  this->kernel_size = ntuple(kernel_size, 1);
  this->stride = !stride.has_value() ? ntuple(kernel_size, 1) : ntuple(*stride, 1);
  this->padding = ntuple(padding, 1);
  this->ceil_mode = ceil_mode;
  this->count_include_pad = count_include_pad;
}
AvgPool1dImpl::AvgPool1dImpl(const AvgPool1dOptions& options) : AvgPool1dImpl(options.kernel_size(), options.stride(), options.padding(), options.ceil_mode(), options.count_include_pad()) {}
Tensor AvgPool1dImpl::forward(const Tensor& input) {
  return F::avg_pool1d(input, this->kernel_size, this->stride, this->padding, this->ceil_mode, this->count_include_pad);
}
std::string AvgPool1dImpl::extra_repr() const {
  return cat("kernel_size=", this->kernel_size, ", stride=", this->stride, ", padding=", this->padding);
}

AvgPoolNdImpl::AvgPoolNdImpl(const IntList& kernel_size, const std::optional<IntList>& stride, const IntList& padding, bool ceil_mode, bool count_include_pad, std::optional<int64_t> divisor_override) {
  this->kernel_size = kernel_size;
  this->stride = stride.value_or(kernel_size);
  this->padding = padding;
  this->ceil_mode = ceil_mode;
  this->count_include_pad = count_include_pad;
  this->divisor_override = divisor_override;
}
std::string AvgPoolNdImpl::extra_repr() const {
  return cat("kernel_size=", this->kernel_size, ", stride=", this->stride, ", padding=", this->padding);
}

AvgPool2dImpl::AvgPool2dImpl(const AvgPool2dOptions& options) : AvgPool2dImpl(options.kernel_size(), options.stride(), options.padding(), options.ceil_mode(), options.count_include_pad(), options.divisor_override()) {}
Tensor AvgPool2dImpl::forward(const Tensor& input) {
  return F::avg_pool2d(input, this->kernel_size, this->stride, this->padding, this->ceil_mode, this->count_include_pad, this->divisor_override);
}

AvgPool3dImpl::AvgPool3dImpl(const AvgPool3dOptions& options) : AvgPool3dImpl(options.kernel_size(), options.stride(), options.padding(), options.ceil_mode(), options.count_include_pad(), options.divisor_override()) {}
Tensor AvgPool3dImpl::forward(const Tensor& input) {
  return F::avg_pool3d(input, this->kernel_size, this->stride, this->padding, this->ceil_mode, this->count_include_pad, this->divisor_override);
}

AdaptiveMaxPool2dImpl::AdaptiveMaxPool2dImpl(const OptionalIntList& output_size) {
  this->output_size = output_size;
}
AdaptiveMaxPool2dImpl::AdaptiveMaxPool2dImpl(const AdaptiveMaxPool2dOptions& options) : AdaptiveMaxPool2dImpl(options.output_size()) {}
Tensor AdaptiveMaxPool2dImpl::forward(const Tensor& input) {
  return F::adaptive_max_pool2d(input, resolve(this->output_size, input, 2));
}
std::string AdaptiveMaxPool2dImpl::extra_repr() const {
  return cat("output_size=", this->output_size);
}

AdaptiveAvgPoolNdImpl::AdaptiveAvgPoolNdImpl(const OptionalIntList& output_size) {
  this->output_size = output_size;
}
std::string AdaptiveAvgPoolNdImpl::extra_repr() const {
  return cat("output_size=", this->output_size);
}

AdaptiveAvgPool1dImpl::AdaptiveAvgPool1dImpl(const AdaptiveAvgPool1dOptions& options) : AdaptiveAvgPool1dImpl(options.output_size()) {}
Tensor AdaptiveAvgPool1dImpl::forward(const Tensor& input) {
  return F::adaptive_avg_pool1d(input, resolve(this->output_size, input, 1));
}

AdaptiveAvgPool2dImpl::AdaptiveAvgPool2dImpl(const AdaptiveAvgPool2dOptions& options) : AdaptiveAvgPool2dImpl(options.output_size()) {}
Tensor AdaptiveAvgPool2dImpl::forward(const Tensor& input) {
  return F::adaptive_avg_pool2d(input, resolve(this->output_size, input, 2));
}

AdaptiveAvgPool3dImpl::AdaptiveAvgPool3dImpl(const AdaptiveAvgPool3dOptions& options) : AdaptiveAvgPool3dImpl(options.output_size()) {}
Tensor AdaptiveAvgPool3dImpl::forward(const Tensor& input) {
  return F::adaptive_avg_pool3d(input, resolve(this->output_size, input, 3));
}

}  // namespace rushlight::nn
