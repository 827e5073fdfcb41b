// Translated from python/rushlight/nn/modules/conv.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/conv.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

ConvNdImpl::ConvNdImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride, const Padding& padding, const IntList& dilation, bool transposed, const IntList& output_padding, int64_t groups, bool bias, std::string_view padding_mode, std::optional<Device> device, std::optional<ScalarType> dtype) {
  if (groups <= 0) {
    throw ValueError(cat("groups must be a positive integer, but got groups=", groups));
  }
  if (floor_mod(in_channels, groups) != 0) {
    throw ValueError(cat("in_channels must be divisible by groups, but got ", in_channels, " and groups=", groups));
  }
  if (floor_mod(out_channels, groups) != 0) {
    throw ValueError(cat("out_channels must be divisible by groups, but got ", out_channels, " and groups=", groups));
  }
  if (padding_mode != "zeros" && padding_mode != "reflect" && padding_mode != "replicate" && padding_mode != "circular") {
    throw ValueError(cat("padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='", padding_mode, "'"));
  }
  check_conv_padding(padding, stride);
  this->in_channels = in_channels;
  this->out_channels = out_channels;
  this->kernel_size = kernel_size;
  this->stride = stride;
  this->padding = padding;
  this->dilation = dilation;
  this->transposed = transposed;
  this->output_padding = output_padding;
  this->groups = groups;
  this->padding_mode = padding_mode;
  this->_reversed_padding_repeated_twice = reversed_padding(padding, kernel_size, dilation);
  int64_t rows = transposed ? in_channels : out_channels;
  int64_t columns = transposed ? floor_div(out_channels, groups) : floor_div(in_channels, groups);
  this->weight = register_parameter("weight", empty(concat({rows, columns}, kernel_size), TensorOptions().device(device).dtype(dtype)));
  if (bias) {
    this->bias = register_parameter("bias", empty({out_channels}, TensorOptions().device(device).dtype(dtype)));
  } else {
    this->bias = register_parameter("bias", Tensor());
  }
  this->reset_parameters();
}
void ConvNdImpl::reset_parameters() {
  init::kaiming_uniform_(this->weight, std::sqrt(5));
  if (this->bias.defined()) {
    const auto [fan_in, _] = init::_calculate_fan_in_and_fan_out(this->weight);
    double bound = (fan_in > 0) ? (1 / std::sqrt(fan_in)) : 0.0;
    init::uniform_(this->bias, -bound, bound);
  }
}
std::string ConvNdImpl::extra_repr() const {
  std::string s = cat(this->in_channels, ", ", this->out_channels, ", kernel_size=", this->kernel_size, ", stride=", this->stride);
  if (!all_equal(this->padding, 0)) {
    s = cat(s, ", padding=", this->padding);
  }
  if (!all_equal(this->dilation, 1)) {
    s = cat(s, ", dilation=", this->dilation);
  }
  if (!all_equal(this->output_padding, 0)) {
    s = cat(s, ", output_padding=", this->output_padding);
  }
  if (this->groups != 1) {
    s = cat(s, ", groups=", this->groups);
  }
  if (!this->bias.defined()) {
    s = cat(s, ", bias=False");
  }
  if (this->padding_mode != "zeros") {
    s = cat(s, ", padding_mode=", this->padding_mode);
  }
  return s;
}
std::vector<Tensor*> ConvNdImpl::tensor_members() {
  return {&weight, &bias};
}

Conv1dImpl::Conv1dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride, const Padding& padding, const IntList& dilation, int64_t groups, bool bias, std::string_view padding_mode, std::optional<Device> device, std::optional<ScalarType> dtype) : ConvNdImpl(in_channels, out_channels, ntuple(kernel_size, 1), ntuple(stride, 1), same_or_ntuple(padding, 1), ntuple(dilation, 1), false, ntuple(0, 1), groups, bias, padding_mode, device, dtype) {
}
Conv1dImpl::Conv1dImpl(const Conv1dOptions& options) : Conv1dImpl(options.in_channels(), options.out_channels(), options.kernel_size(), options.stride(), options.padding(), options.dilation(), options.groups(), options.bias(), options.padding_mode(), options.device(), options.dtype()) {}
Tensor Conv1dImpl::forward(const Tensor& input) {
  begin_forward(input);
  return this->_conv_forward(input, this->weight, this->bias);
}
Tensor Conv1dImpl::_conv_forward(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  if (this->padding_mode != "zeros") {
    Tensor padded = F::pad(input, this->_reversed_padding_repeated_twice, this->padding_mode);
    return F::conv1d(padded, weight, bias, this->stride, IntList(0), this->dilation, this->groups);
  }
  return this->padding.is_text() ? F::conv1d(input, weight, bias, this->stride, this->padding.text(), this->dilation, this->groups) : F::conv1d(input, weight, bias, this->stride, this->padding.list(), this->dilation, this->groups);
}
std::shared_ptr<Module> Conv1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<Conv1dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}

Conv2dImpl::Conv2dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride, const Padding& padding, const IntList& dilation, int64_t groups, bool bias, std::string_view padding_mode, std::optional<Device> device, std::optional<ScalarType> dtype) : ConvNdImpl(in_channels, out_channels, ntuple(kernel_size, 2), ntuple(stride, 2), same_or_ntuple(padding, 2), ntuple(dilation, 2), false, ntuple(0, 2), groups, bias, padding_mode, device, dtype) {
}
Conv2dImpl::Conv2dImpl(const Conv2dOptions& options) : Conv2dImpl(options.in_channels(), options.out_channels(), options.kernel_size(), options.stride(), options.padding(), options.dilation(), options.groups(), options.bias(), options.padding_mode(), options.device(), options.dtype()) {}
Tensor Conv2dImpl::forward(const Tensor& input) {
  begin_forward(input);
  return this->_conv_forward(input, this->weight, this->bias);
}
Tensor Conv2dImpl::_conv_forward(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  if (this->padding_mode != "zeros") {
    Tensor padded = F::pad(input, this->_reversed_padding_repeated_twice, this->padding_mode);
    return F::conv2d(padded, weight, bias, this->stride, IntList(0), this->dilation, this->groups);
  }
  return this->padding.is_text() ? F::conv2d(input, weight, bias, this->stride, this->padding.text(), this->dilation, this->groups) : F::conv2d(input, weight, bias, this->stride, this->padding.list(), this->dilation, this->groups);
}
std::shared_ptr<Module> Conv2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<Conv2dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}

Conv3dImpl::Conv3dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride, const Padding& padding, const IntList& dilation, int64_t groups, bool bias, std::string_view padding_mode, std::optional<Device> device, std::optional<ScalarType> dtype) : ConvNdImpl(in_channels, out_channels, ntuple(kernel_size, 3), ntuple(stride, 3), same_or_ntuple(padding, 3), ntuple(dilation, 3), false, ntuple(0, 3), groups, bias, padding_mode, device, dtype) {
}
Conv3dImpl::Conv3dImpl(const Conv3dOptions& options) : Conv3dImpl(options.in_channels(), options.out_channels(), options.kernel_size(), options.stride(), options.padding(), options.dilation(), options.groups(), options.bias(), options.padding_mode(), options.device(), options.dtype()) {}
Tensor Conv3dImpl::forward(const Tensor& input) {
  begin_forward(input);
  return this->_conv_forward(input, this->weight, this->bias);
}
Tensor Conv3dImpl::_conv_forward(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  if (this->padding_mode != "zeros") {
    Tensor padded = F::pad(input, this->_reversed_padding_repeated_twice, this->padding_mode);
    return F::conv3d(padded, weight, bias, this->stride, IntList(0), this->dilation, this->groups);
  }
  return this->padding.is_text() ? F::conv3d(input, weight, bias, this->stride, this->padding.text(), this->dilation, this->groups) : F::conv3d(input, weight, bias, this->stride, this->padding.list(), this->dilation, this->groups);
}
std::shared_ptr<Module> Conv3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<Conv3dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}

ConvTransposeNdImpl::ConvTransposeNdImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride, const IntList& padding, const IntList& output_padding, int64_t groups, bool bias, const IntList& dilation, std::string_view padding_mode, std::optional<Device> device, std::optional<ScalarType> dtype) : ConvNdImpl(in_channels, out_channels, kernel_size, stride, padding, dilation, true, output_padding, groups, bias, padding_mode, device, dtype) {
  if (padding_mode != "zeros") {
    throw ValueError(cat("Only \"zeros\" padding mode is supported for transposed convolutions, got ", quoted(padding_mode)));
  }
}

ConvTranspose1dImpl::ConvTranspose1dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride, const IntList& padding, const IntList& output_padding, int64_t groups, bool bias, const IntList& dilation, std::string_view padding_mode, std::optional<Device> device, std::optional<ScalarType> dtype) : ConvTransposeNdImpl(in_channels, out_channels, ntuple(kernel_size, 1), ntuple(stride, 1), ntuple(padding, 1), ntuple(output_padding, 1), groups, bias, ntuple(dilation, 1), padding_mode, device, dtype) {
}
ConvTranspose1dImpl::ConvTranspose1dImpl(const ConvTranspose1dOptions& options) : ConvTranspose1dImpl(options.in_channels(), options.out_channels(), options.kernel_size(), options.stride(), options.padding(), options.output_padding(), options.groups(), options.bias(), options.dilation(), options.padding_mode(), options.device(), options.dtype()) {}
Tensor ConvTranspose1dImpl::forward(const Tensor& input, const std::optional<IntList>& output_size) {
  begin_forward(input);
  auto padding = as_ints(this->padding);
  auto extra = transposed_padding(input, output_size, this->output_padding, this->stride, padding, this->kernel_size, this->dilation);
  return F::conv_transpose1d(input, this->weight, this->bias, this->stride, padding, extra, this->groups, this->dilation);
}
std::shared_ptr<Module> ConvTranspose1dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ConvTranspose1dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}

ConvTranspose2dImpl::ConvTranspose2dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride, const IntList& padding, const IntList& output_padding, int64_t groups, bool bias, const IntList& dilation, std::string_view padding_mode, std::optional<Device> device, std::optional<ScalarType> dtype) : ConvTransposeNdImpl(in_channels, out_channels, ntuple(kernel_size, 2), ntuple(stride, 2), ntuple(padding, 2), ntuple(output_padding, 2), groups, bias, ntuple(dilation, 2), padding_mode, device, dtype) {
}
ConvTranspose2dImpl::ConvTranspose2dImpl(const ConvTranspose2dOptions& options) : ConvTranspose2dImpl(options.in_channels(), options.out_channels(), options.kernel_size(), options.stride(), options.padding(), options.output_padding(), options.groups(), options.bias(), options.dilation(), options.padding_mode(), options.device(), options.dtype()) {}
Tensor ConvTranspose2dImpl::forward(const Tensor& input, const std::optional<IntList>& output_size) {
  begin_forward(input);
  auto padding = as_ints(this->padding);
  auto extra = transposed_padding(input, output_size, this->output_padding, this->stride, padding, this->kernel_size, this->dilation);
  return F::conv_transpose2d(input, this->weight, this->bias, this->stride, padding, extra, this->groups, this->dilation);
}
std::shared_ptr<Module> ConvTranspose2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ConvTranspose2dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}

ConvTranspose3dImpl::ConvTranspose3dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride, const IntList& padding, const IntList& output_padding, int64_t groups, bool bias, const IntList& dilation, std::string_view padding_mode, std::optional<Device> device, std::optional<ScalarType> dtype) : ConvTransposeNdImpl(in_channels, out_channels, ntuple(kernel_size, 3), ntuple(stride, 3), ntuple(padding, 3), ntuple(output_padding, 3), groups, bias, ntuple(dilation, 3), padding_mode, device, dtype) {
}
ConvTranspose3dImpl::ConvTranspose3dImpl(const ConvTranspose3dOptions& options) : ConvTranspose3dImpl(options.in_channels(), options.out_channels(), options.kernel_size(), options.stride(), options.padding(), options.output_padding(), options.groups(), options.bias(), options.dilation(), options.padding_mode(), options.device(), options.dtype()) {}
Tensor ConvTranspose3dImpl::forward(const Tensor& input, const std::optional<IntList>& output_size) {
  begin_forward(input);
  auto padding = as_ints(this->padding);
  auto extra = transposed_padding(input, output_size, this->output_padding, this->stride, padding, this->kernel_size, this->dilation);
  return F::conv_transpose3d(input, this->weight, this->bias, this->stride, padding, extra, this->groups, this->dilation);
}
std::shared_ptr<Module> ConvTranspose3dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ConvTranspose3dImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}

}  // namespace rushlight::nn
