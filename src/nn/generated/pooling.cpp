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
std::shared_ptr<Module> MaxPool1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MaxPool1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

MaxPool2dImpl::MaxPool2dImpl(const MaxPool2dOptions& options) : MaxPool2dImpl(options.kernel_size(), options.stride(), options.padding(), options.dilation(), options.ceil_mode()) {}
Tensor MaxPool2dImpl::forward(const Tensor& input) {
  return F::max_pool2d(input, this->kernel_size, this->stride, this->padding, this->dilation, this->ceil_mode);
}
std::shared_ptr<Module> MaxPool2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MaxPool2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

MaxPool3dImpl::MaxPool3dImpl(const MaxPool3dOptions& options) : MaxPool3dImpl(options.kernel_size(), options.stride(), options.padding(), options.dilation(), options.ceil_mode()) {}
Tensor MaxPool3dImpl::forward(const Tensor& input) {
  return F::max_pool3d(input, this->kernel_size, this->stride, this->padding, this->dilation, this->ceil_mode);
}
std::shared_ptr<Module> MaxPool3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MaxPool3dImpl>(*this);
  copy->separate({}, device);
  return copy;
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
std::shared_ptr<Module> AvgPool1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<AvgPool1dImpl>(*this);
  copy->separate({}, device);
  return copy;
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
std::shared_ptr<Module> AvgPool2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<AvgPool2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

AvgPool3dImpl::AvgPool3dImpl(const AvgPool3dOptions& options) : AvgPool3dImpl(options.kernel_size(), options.stride(), options.padding(), options.ceil_mode(), options.count_include_pad(), options.divisor_override()) {}
Tensor AvgPool3dImpl::forward(const Tensor& input) {
  return F::avg_pool3d(input, this->kernel_size, this->stride, this->padding, this->ceil_mode, this->count_include_pad, this->divisor_override);
}
std::shared_ptr<Module> AvgPool3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<AvgPool3dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

AdaptiveMaxPoolNdImpl::AdaptiveMaxPoolNdImpl(const OptionalIntList& output_size) {
  this->output_size = output_size;
}
std::string AdaptiveMaxPoolNdImpl::extra_repr() const {
  return cat("output_size=", this->output_size);
}

AdaptiveMaxPool1dImpl::AdaptiveMaxPool1dImpl(const AdaptiveMaxPool1dOptions& options) : AdaptiveMaxPool1dImpl(options.output_size()) {}
Tensor AdaptiveMaxPool1dImpl::forward(const Tensor& input) {
  return F::adaptive_max_pool1d(input, resolve(this->output_size, input, 1));
}
std::shared_ptr<Module> AdaptiveMaxPool1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<AdaptiveMaxPool1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

AdaptiveMaxPool2dImpl::AdaptiveMaxPool2dImpl(const AdaptiveMaxPool2dOptions& options) : AdaptiveMaxPool2dImpl(options.output_size()) {}
Tensor AdaptiveMaxPool2dImpl::forward(const Tensor& input) {
  return F::adaptive_max_pool2d(input, resolve(this->output_size, input, 2));
}
std::shared_ptr<Module> AdaptiveMaxPool2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<AdaptiveMaxPool2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

AdaptiveMaxPool3dImpl::AdaptiveMaxPool3dImpl(const AdaptiveMaxPool3dOptions& options) : AdaptiveMaxPool3dImpl(options.output_size()) {}
Tensor AdaptiveMaxPool3dImpl::forward(const Tensor& input) {
  return F::adaptive_max_pool3d(input, resolve(this->output_size, input, 3));
}
std::shared_ptr<Module> AdaptiveMaxPool3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<AdaptiveMaxPool3dImpl>(*this);
  copy->separate({}, device);
  return copy;
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
std::shared_ptr<Module> AdaptiveAvgPool1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<AdaptiveAvgPool1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

AdaptiveAvgPool2dImpl::AdaptiveAvgPool2dImpl(const AdaptiveAvgPool2dOptions& options) : AdaptiveAvgPool2dImpl(options.output_size()) {}
Tensor AdaptiveAvgPool2dImpl::forward(const Tensor& input) {
  return F::adaptive_avg_pool2d(input, resolve(this->output_size, input, 2));
}
std::shared_ptr<Module> AdaptiveAvgPool2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<AdaptiveAvgPool2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

AdaptiveAvgPool3dImpl::AdaptiveAvgPool3dImpl(const AdaptiveAvgPool3dOptions& options) : AdaptiveAvgPool3dImpl(options.output_size()) {}
Tensor AdaptiveAvgPool3dImpl::forward(const Tensor& input) {
  return F::adaptive_avg_pool3d(input, resolve(this->output_size, input, 3));
}
std::shared_ptr<Module> AdaptiveAvgPool3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<AdaptiveAvgPool3dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

MaxUnpoolNdImpl::MaxUnpoolNdImpl(const IntList& kernel_size, const IntList& stride, const IntList& padding) {
  this->kernel_size = kernel_size;
  this->stride = stride;
  this->padding = padding;
}
std::string MaxUnpoolNdImpl::extra_repr() const {
  return cat("kernel_size=", this->kernel_size, ", stride=", this->stride, ", padding=", this->padding);
}

MaxUnpool1dImpl::MaxUnpool1dImpl(const IntList& kernel_size, const std::optional<IntList>& stride, const IntList& padding) : MaxUnpoolNdImpl(ntuple(kernel_size, 1), ntuple(stride.value_or(kernel_size), 1), ntuple(padding, 1)) {
}
MaxUnpool1dImpl::MaxUnpool1dImpl(const MaxUnpool1dOptions& options) : MaxUnpool1dImpl(options.kernel_size(), options.stride(), options.padding()) {}
Tensor MaxUnpool1dImpl::forward(const Tensor& input, const Tensor& indices, const std::optional<IntList>& output_size) {
  return F::max_unpool1d(input, indices, this->kernel_size, this->stride, this->padding, optional_list(output_size));
}
std::shared_ptr<Module> MaxUnpool1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MaxUnpool1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

MaxUnpool2dImpl::MaxUnpool2dImpl(const IntList& kernel_size, const std::optional<IntList>& stride, const IntList& padding) : MaxUnpoolNdImpl(ntuple(kernel_size, 2), ntuple(stride.value_or(kernel_size), 2), ntuple(padding, 2)) {
}
MaxUnpool2dImpl::MaxUnpool2dImpl(const MaxUnpool2dOptions& options) : MaxUnpool2dImpl(options.kernel_size(), options.stride(), options.padding()) {}
Tensor MaxUnpool2dImpl::forward(const Tensor& input, const Tensor& indices, const std::optional<IntList>& output_size) {
  return F::max_unpool2d(input, indices, this->kernel_size, this->stride, this->padding, optional_list(output_size));
}
std::shared_ptr<Module> MaxUnpool2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MaxUnpool2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

MaxUnpool3dImpl::MaxUnpool3dImpl(const IntList& kernel_size, const std::optional<IntList>& stride, const IntList& padding) : MaxUnpoolNdImpl(ntuple(kernel_size, 3), ntuple(stride.value_or(kernel_size), 3), ntuple(padding, 3)) {
}
MaxUnpool3dImpl::MaxUnpool3dImpl(const MaxUnpool3dOptions& options) : MaxUnpool3dImpl(options.kernel_size(), options.stride(), options.padding()) {}
Tensor MaxUnpool3dImpl::forward(const Tensor& input, const Tensor& indices, const std::optional<IntList>& output_size) {
  return F::max_unpool3d(input, indices, this->kernel_size, this->stride, this->padding, optional_list(output_size));
}
std::shared_ptr<Module> MaxUnpool3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MaxUnpool3dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

FractionalMaxPool2dImpl::FractionalMaxPool2dImpl(const IntList& kernel_size, const std::optional<IntList>& output_size, const std::optional<FloatList>& output_ratio, const Tensor& _random_samples) {
  this->kernel_size = ntuple(kernel_size, 2);
  this->_random_samples = register_buffer("_random_samples", _random_samples);
  this->output_size = ntuple_or_none(output_size, 2);
  this->output_ratio = ratios("output_ratio", output_ratio, 2);
  if (!output_size.has_value() && !output_ratio.has_value()) {
    throw ValueError("FractionalMaxPool2d requires specifying either an output size, or a pooling ratio");
  }
  if (output_size.has_value() && output_ratio.has_value()) {
    throw ValueError("only one of output_size and output_ratio may be specified");
  }
}
FractionalMaxPool2dImpl::FractionalMaxPool2dImpl(const FractionalMaxPool2dOptions& options) : FractionalMaxPool2dImpl(options.kernel_size(), options.output_size(), options.output_ratio(), options._random_samples()) {}
Tensor FractionalMaxPool2dImpl::forward(const Tensor& input) {
  begin_forward(input);
  return F::fractional_max_pool2d(input, this->kernel_size, optional_list(this->output_size), optional_list(this->output_ratio), false, this->_random_samples);
}
std::shared_ptr<Module> FractionalMaxPool2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<FractionalMaxPool2dImpl>(*this);
  copy->separate({&copy->_random_samples}, device);
  return copy;
}
std::vector<Tensor*> FractionalMaxPool2dImpl::tensor_members() {
  return {&_random_samples};
}

FractionalMaxPool3dImpl::FractionalMaxPool3dImpl(const IntList& kernel_size, const std::optional<IntList>& output_size, const std::optional<FloatList>& output_ratio, const Tensor& _random_samples) {
  this->kernel_size = ntuple(kernel_size, 3);
  this->_random_samples = register_buffer("_random_samples", _random_samples);
  this->output_size = ntuple_or_none(output_size, 3);
  this->output_ratio = ratios("output_ratio", output_ratio, 3);
  if (!output_size.has_value() && !output_ratio.has_value()) {
    throw ValueError("FractionalMaxPool3d requires specifying either an output size, or a pooling ratio");
  }
  if (output_size.has_value() && output_ratio.has_value()) {
    throw ValueError("only one of output_size and output_ratio may be specified");
  }
}
FractionalMaxPool3dImpl::FractionalMaxPool3dImpl(const FractionalMaxPool3dOptions& options) : FractionalMaxPool3dImpl(options.kernel_size(), options.output_size(), options.output_ratio(), options._random_samples()) {}
Tensor FractionalMaxPool3dImpl::forward(const Tensor& input) {
  begin_forward(input);
  return F::fractional_max_pool3d(input, this->kernel_size, optional_list(this->output_size), optional_list(this->output_ratio), false, this->_random_samples);
}
std::shared_ptr<Module> FractionalMaxPool3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<FractionalMaxPool3dImpl>(*this);
  copy->separate({&copy->_random_samples}, device);
  return copy;
}
std::vector<Tensor*> FractionalMaxPool3dImpl::tensor_members() {
  return {&_random_samples};
}

LPPoolNdImpl::LPPoolNdImpl(double norm_type, const IntList& kernel_size, const std::optional<IntList>& stride, bool ceil_mode) {
  this->norm_type = norm_type;
  this->kernel_size = kernel_size;
  this->stride = stride;
  this->ceil_mode = ceil_mode;
}
std::string LPPoolNdImpl::extra_repr() const {
  return cat("norm_type=", this->norm_type, ", kernel_size=", this->kernel_size, ", stride=", this->stride, ", ceil_mode=", this->ceil_mode);
}

LPPool1dImpl::LPPool1dImpl(const LPPool1dOptions& options) : LPPool1dImpl(options.norm_type(), options.kernel_size(), options.stride(), options.ceil_mode()) {}
Tensor LPPool1dImpl::forward(const Tensor& input) {
  return F::lp_pool1d(input, this->norm_type, this->kernel_size, optional_list(this->stride), this->ceil_mode);
}
std::shared_ptr<Module> LPPool1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<LPPool1dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

LPPool2dImpl::LPPool2dImpl(const LPPool2dOptions& options) : LPPool2dImpl(options.norm_type(), options.kernel_size(), options.stride(), options.ceil_mode()) {}
Tensor LPPool2dImpl::forward(const Tensor& input) {
  return F::lp_pool2d(input, this->norm_type, this->kernel_size, optional_list(this->stride), this->ceil_mode);
}
std::shared_ptr<Module> LPPool2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<LPPool2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

LPPool3dImpl::LPPool3dImpl(const LPPool3dOptions& options) : LPPool3dImpl(options.norm_type(), options.kernel_size(), options.stride(), options.ceil_mode()) {}
Tensor LPPool3dImpl::forward(const Tensor& input) {
  return F::lp_pool3d(input, this->norm_type, this->kernel_size, optional_list(this->stride), this->ceil_mode);
}
std::shared_ptr<Module> LPPool3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<LPPool3dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
