// Generated from ops/*.py by ops/gen/layers.py: do not edit.
// Note [Options of functions]
// The overload that takes options is a template for exactly that class, so that braces and numbers never reach it.
#pragma once
#include <concepts>

#include "rushlight/nn/arguments.h"
#include "rushlight/ops.h"

namespace rushlight::nn::functional {

class Conv1dFuncOptions {
 public:
  Conv1dFuncOptions(const Tensor& bias = {}, const IntList& stride = 1, const Padding& padding = 0, const IntList& dilation = 1, int64_t groups = 1)
      : bias_(bias), stride_(stride), padding_(padding), dilation_(dilation), groups_(groups) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const Padding&, Padding, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
};
template <std::same_as<Conv1dFuncOptions> O>
Tensor conv1d(const Tensor& input, const Tensor& weight, const O& options) {
  return options.padding().is_text() ? functional::conv1d(input, weight, options.bias(), options.stride(), options.padding().text(), options.dilation(), options.groups()) : functional::conv1d(input, weight, options.bias(), options.stride(), options.padding().list(), options.dilation(), options.groups());
}

class ConvTranspose1dFuncOptions {
 public:
  ConvTranspose1dFuncOptions(const Tensor& bias = {}, const IntList& stride = 1, const IntList& padding = 0, const IntList& output_padding = 0, int64_t groups = 1, const IntList& dilation = 1)
      : bias_(bias), stride_(stride), padding_(padding), output_padding_(output_padding), groups_(groups), dilation_(dilation) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, output_padding)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
};
template <std::same_as<ConvTranspose1dFuncOptions> O>
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight, const O& options) {
  return functional::conv_transpose1d(input, weight, options.bias(), options.stride(), options.padding(), options.output_padding(), options.groups(), options.dilation());
}

class Conv2dFuncOptions {
 public:
  Conv2dFuncOptions(const Tensor& bias = {}, const IntList& stride = 1, const Padding& padding = 0, const IntList& dilation = 1, int64_t groups = 1)
      : bias_(bias), stride_(stride), padding_(padding), dilation_(dilation), groups_(groups) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const Padding&, Padding, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
};
template <std::same_as<Conv2dFuncOptions> O>
Tensor conv2d(const Tensor& input, const Tensor& weight, const O& options) {
  return options.padding().is_text() ? functional::conv2d(input, weight, options.bias(), options.stride(), options.padding().text(), options.dilation(), options.groups()) : functional::conv2d(input, weight, options.bias(), options.stride(), options.padding().list(), options.dilation(), options.groups());
}

class ConvTranspose2dFuncOptions {
 public:
  ConvTranspose2dFuncOptions(const Tensor& bias = {}, const IntList& stride = 1, const IntList& padding = 0, const IntList& output_padding = 0, int64_t groups = 1, const IntList& dilation = 1)
      : bias_(bias), stride_(stride), padding_(padding), output_padding_(output_padding), groups_(groups), dilation_(dilation) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, output_padding)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
};
template <std::same_as<ConvTranspose2dFuncOptions> O>
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight, const O& options) {
  return functional::conv_transpose2d(input, weight, options.bias(), options.stride(), options.padding(), options.output_padding(), options.groups(), options.dilation());
}

class Conv3dFuncOptions {
 public:
  Conv3dFuncOptions(const Tensor& bias = {}, const IntList& stride = 1, const Padding& padding = 0, const IntList& dilation = 1, int64_t groups = 1)
      : bias_(bias), stride_(stride), padding_(padding), dilation_(dilation), groups_(groups) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const Padding&, Padding, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
};
template <std::same_as<Conv3dFuncOptions> O>
Tensor conv3d(const Tensor& input, const Tensor& weight, const O& options) {
  return options.padding().is_text() ? functional::conv3d(input, weight, options.bias(), options.stride(), options.padding().text(), options.dilation(), options.groups()) : functional::conv3d(input, weight, options.bias(), options.stride(), options.padding().list(), options.dilation(), options.groups());
}

class ConvTranspose3dFuncOptions {
 public:
  ConvTranspose3dFuncOptions(const Tensor& bias = {}, const IntList& stride = 1, const IntList& padding = 0, const IntList& output_padding = 0, int64_t groups = 1, const IntList& dilation = 1)
      : bias_(bias), stride_(stride), padding_(padding), output_padding_(output_padding), groups_(groups), dilation_(dilation) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, output_padding)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
};
template <std::same_as<ConvTranspose3dFuncOptions> O>
Tensor conv_transpose3d(const Tensor& input, const Tensor& weight, const O& options) {
  return functional::conv_transpose3d(input, weight, options.bias(), options.stride(), options.padding(), options.output_padding(), options.groups(), options.dilation());
}

class MaxPool1dFuncOptions {
 public:
  MaxPool1dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const IntList& dilation = 1, bool ceil_mode = false)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), ceil_mode_(ceil_mode) {}
  MaxPool1dFuncOptions(std::initializer_list<int64_t> kernel_size) : MaxPool1dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};
template <std::same_as<MaxPool1dFuncOptions> O>
Tensor max_pool1d(const Tensor& input, const O& options) {
  return functional::max_pool1d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class MaxPool1dWithIndicesFuncOptions {
 public:
  MaxPool1dWithIndicesFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const IntList& dilation = 1, bool ceil_mode = false)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), ceil_mode_(ceil_mode) {}
  MaxPool1dWithIndicesFuncOptions(std::initializer_list<int64_t> kernel_size) : MaxPool1dWithIndicesFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};
template <std::same_as<MaxPool1dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& input, const O& options) {
  return functional::max_pool1d_with_indices(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class AvgPool1dFuncOptions {
 public:
  AvgPool1dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, bool ceil_mode = false, bool count_include_pad = true)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), ceil_mode_(ceil_mode), count_include_pad_(count_include_pad) {}
  AvgPool1dFuncOptions(std::initializer_list<int64_t> kernel_size) : AvgPool1dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
  RUSHLIGHT_OPTION(bool, bool, count_include_pad)
};
template <std::same_as<AvgPool1dFuncOptions> O>
Tensor avg_pool1d(const Tensor& input, const O& options) {
  return functional::avg_pool1d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.ceil_mode(), options.count_include_pad());
}

class AdaptiveAvgPool1dFuncOptions {
 public:
  AdaptiveAvgPool1dFuncOptions(const IntList& output_size)
      : output_size_(output_size) {}
  AdaptiveAvgPool1dFuncOptions(std::initializer_list<int64_t> output_size) : AdaptiveAvgPool1dFuncOptions(IntList(output_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
};
template <std::same_as<AdaptiveAvgPool1dFuncOptions> O>
Tensor adaptive_avg_pool1d(const Tensor& input, const O& options) {
  return functional::adaptive_avg_pool1d(input, options.output_size());
}

class AdaptiveMaxPool1dWithIndicesFuncOptions {
 public:
  AdaptiveMaxPool1dWithIndicesFuncOptions(const IntList& output_size)
      : output_size_(output_size) {}
  AdaptiveMaxPool1dWithIndicesFuncOptions(std::initializer_list<int64_t> output_size) : AdaptiveMaxPool1dWithIndicesFuncOptions(IntList(output_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
};
template <std::same_as<AdaptiveMaxPool1dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(const Tensor& input, const O& options) {
  return functional::adaptive_max_pool1d_with_indices(input, options.output_size());
}

class AdaptiveMaxPool1dFuncOptions {
 public:
  AdaptiveMaxPool1dFuncOptions(const IntList& output_size)
      : output_size_(output_size) {}
  AdaptiveMaxPool1dFuncOptions(std::initializer_list<int64_t> output_size) : AdaptiveMaxPool1dFuncOptions(IntList(output_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
};
template <std::same_as<AdaptiveMaxPool1dFuncOptions> O>
Tensor adaptive_max_pool1d(const Tensor& input, const O& options) {
  return functional::adaptive_max_pool1d(input, options.output_size());
}

class MaxPool2dFuncOptions {
 public:
  MaxPool2dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const IntList& dilation = 1, bool ceil_mode = false)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), ceil_mode_(ceil_mode) {}
  MaxPool2dFuncOptions(std::initializer_list<int64_t> kernel_size) : MaxPool2dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};
template <std::same_as<MaxPool2dFuncOptions> O>
Tensor max_pool2d(const Tensor& input, const O& options) {
  return functional::max_pool2d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class MaxPool2dWithIndicesFuncOptions {
 public:
  MaxPool2dWithIndicesFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const IntList& dilation = 1, bool ceil_mode = false)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), ceil_mode_(ceil_mode) {}
  MaxPool2dWithIndicesFuncOptions(std::initializer_list<int64_t> kernel_size) : MaxPool2dWithIndicesFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};
template <std::same_as<MaxPool2dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input, const O& options) {
  return functional::max_pool2d_with_indices(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class AvgPool2dFuncOptions {
 public:
  AvgPool2dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, bool ceil_mode = false, bool count_include_pad = true, const std::optional<int64_t>& divisor_override = {})
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), ceil_mode_(ceil_mode), count_include_pad_(count_include_pad), divisor_override_(divisor_override) {}
  AvgPool2dFuncOptions(std::initializer_list<int64_t> kernel_size) : AvgPool2dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
  RUSHLIGHT_OPTION(bool, bool, count_include_pad)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, divisor_override)
};
template <std::same_as<AvgPool2dFuncOptions> O>
Tensor avg_pool2d(const Tensor& input, const O& options) {
  return functional::avg_pool2d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.ceil_mode(), options.count_include_pad(), options.divisor_override());
}

class AdaptiveAvgPool2dFuncOptions {
 public:
  AdaptiveAvgPool2dFuncOptions(const IntList& output_size)
      : output_size_(output_size) {}
  AdaptiveAvgPool2dFuncOptions(std::initializer_list<int64_t> output_size) : AdaptiveAvgPool2dFuncOptions(IntList(output_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
};
template <std::same_as<AdaptiveAvgPool2dFuncOptions> O>
Tensor adaptive_avg_pool2d(const Tensor& input, const O& options) {
  return functional::adaptive_avg_pool2d(input, options.output_size());
}

class AdaptiveMaxPool2dWithIndicesFuncOptions {
 public:
  AdaptiveMaxPool2dWithIndicesFuncOptions(const IntList& output_size)
      : output_size_(output_size) {}
  AdaptiveMaxPool2dWithIndicesFuncOptions(std::initializer_list<int64_t> output_size) : AdaptiveMaxPool2dWithIndicesFuncOptions(IntList(output_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
};
template <std::same_as<AdaptiveMaxPool2dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(const Tensor& input, const O& options) {
  return functional::adaptive_max_pool2d_with_indices(input, options.output_size());
}

class AdaptiveMaxPool2dFuncOptions {
 public:
  AdaptiveMaxPool2dFuncOptions(const IntList& output_size)
      : output_size_(output_size) {}
  AdaptiveMaxPool2dFuncOptions(std::initializer_list<int64_t> output_size) : AdaptiveMaxPool2dFuncOptions(IntList(output_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
};
template <std::same_as<AdaptiveMaxPool2dFuncOptions> O>
Tensor adaptive_max_pool2d(const Tensor& input, const O& options) {
  return functional::adaptive_max_pool2d(input, options.output_size());
}

class MaxPool3dFuncOptions {
 public:
  MaxPool3dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const IntList& dilation = 1, bool ceil_mode = false)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), ceil_mode_(ceil_mode) {}
  MaxPool3dFuncOptions(std::initializer_list<int64_t> kernel_size) : MaxPool3dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};
template <std::same_as<MaxPool3dFuncOptions> O>
Tensor max_pool3d(const Tensor& input, const O& options) {
  return functional::max_pool3d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class MaxPool3dWithIndicesFuncOptions {
 public:
  MaxPool3dWithIndicesFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const IntList& dilation = 1, bool ceil_mode = false)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), ceil_mode_(ceil_mode) {}
  MaxPool3dWithIndicesFuncOptions(std::initializer_list<int64_t> kernel_size) : MaxPool3dWithIndicesFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};
template <std::same_as<MaxPool3dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& input, const O& options) {
  return functional::max_pool3d_with_indices(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class AvgPool3dFuncOptions {
 public:
  AvgPool3dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, bool ceil_mode = false, bool count_include_pad = true, const std::optional<int64_t>& divisor_override = {})
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), ceil_mode_(ceil_mode), count_include_pad_(count_include_pad), divisor_override_(divisor_override) {}
  AvgPool3dFuncOptions(std::initializer_list<int64_t> kernel_size) : AvgPool3dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
  RUSHLIGHT_OPTION(bool, bool, count_include_pad)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, divisor_override)
};
template <std::same_as<AvgPool3dFuncOptions> O>
Tensor avg_pool3d(const Tensor& input, const O& options) {
  return functional::avg_pool3d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.ceil_mode(), options.count_include_pad(), options.divisor_override());
}

class AdaptiveAvgPool3dFuncOptions {
 public:
  AdaptiveAvgPool3dFuncOptions(const IntList& output_size)
      : output_size_(output_size) {}
  AdaptiveAvgPool3dFuncOptions(std::initializer_list<int64_t> output_size) : AdaptiveAvgPool3dFuncOptions(IntList(output_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
};
template <std::same_as<AdaptiveAvgPool3dFuncOptions> O>
Tensor adaptive_avg_pool3d(const Tensor& input, const O& options) {
  return functional::adaptive_avg_pool3d(input, options.output_size());
}

class AdaptiveMaxPool3dWithIndicesFuncOptions {
 public:
  AdaptiveMaxPool3dWithIndicesFuncOptions(const IntList& output_size)
      : output_size_(output_size) {}
  AdaptiveMaxPool3dWithIndicesFuncOptions(std::initializer_list<int64_t> output_size) : AdaptiveMaxPool3dWithIndicesFuncOptions(IntList(output_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
};
template <std::same_as<AdaptiveMaxPool3dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> adaptive_max_pool3d_with_indices(const Tensor& input, const O& options) {
  return functional::adaptive_max_pool3d_with_indices(input, options.output_size());
}

class AdaptiveMaxPool3dFuncOptions {
 public:
  AdaptiveMaxPool3dFuncOptions(const IntList& output_size)
      : output_size_(output_size) {}
  AdaptiveMaxPool3dFuncOptions(std::initializer_list<int64_t> output_size) : AdaptiveMaxPool3dFuncOptions(IntList(output_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
};
template <std::same_as<AdaptiveMaxPool3dFuncOptions> O>
Tensor adaptive_max_pool3d(const Tensor& input, const O& options) {
  return functional::adaptive_max_pool3d(input, options.output_size());
}

class UnfoldFuncOptions {
 public:
  UnfoldFuncOptions(const IntList& kernel_size, const IntList& dilation = 1, const IntList& padding = 0, const IntList& stride = 1)
      : kernel_size_(kernel_size), dilation_(dilation), padding_(padding), stride_(stride) {}
  UnfoldFuncOptions(std::initializer_list<int64_t> kernel_size) : UnfoldFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
};
template <std::same_as<UnfoldFuncOptions> O>
Tensor unfold(const Tensor& input, const O& options) {
  return functional::unfold(input, options.kernel_size(), options.dilation(), options.padding(), options.stride());
}

class FoldFuncOptions {
 public:
  FoldFuncOptions(const IntList& output_size, const IntList& kernel_size, const IntList& dilation = 1, const IntList& padding = 0, const IntList& stride = 1)
      : output_size_(output_size), kernel_size_(kernel_size), dilation_(dilation), padding_(padding), stride_(stride) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
};
template <std::same_as<FoldFuncOptions> O>
Tensor fold(const Tensor& input, const O& options) {
  return functional::fold(input, options.output_size(), options.kernel_size(), options.dilation(), options.padding(), options.stride());
}

class InterpolateFuncOptions {
 public:
  InterpolateFuncOptions(const std::optional<IntList>& size = {}, const std::optional<std::vector<double>>& scale_factor = {}, std::string_view mode = "nearest", const std::optional<bool>& align_corners = {}, const std::optional<bool>& recompute_scale_factor = {}, bool antialias = false)
      : size_(size), scale_factor_(scale_factor), mode_(mode), align_corners_(align_corners), recompute_scale_factor_(recompute_scale_factor), antialias_(antialias) {}
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, size)
  RUSHLIGHT_OPTION(const std::vector<double>&, std::optional<std::vector<double>>, scale_factor)
  RUSHLIGHT_OPTION(std::string_view, std::string, mode)
  RUSHLIGHT_OPTION(std::optional<bool>, std::optional<bool>, align_corners)
  RUSHLIGHT_OPTION(std::optional<bool>, std::optional<bool>, recompute_scale_factor)
  RUSHLIGHT_OPTION(bool, bool, antialias)
};
template <std::same_as<InterpolateFuncOptions> O>
Tensor interpolate(const Tensor& input, const O& options) {
  return functional::interpolate(input, optional_list(options.size()), options.scale_factor(), options.mode(), options.align_corners(), options.recompute_scale_factor(), options.antialias());
}

class LinearFuncOptions {
 public:
  LinearFuncOptions(const Tensor& bias = {})
      : bias_(bias) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
};
template <std::same_as<LinearFuncOptions> O>
Tensor linear(const Tensor& input, const Tensor& weight, const O& options) {
  return functional::linear(input, weight, options.bias());
}

class BilinearFuncOptions {
 public:
  BilinearFuncOptions(const Tensor& bias = {})
      : bias_(bias) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
};
template <std::same_as<BilinearFuncOptions> O>
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const O& options) {
  return functional::bilinear(input1, input2, weight, options.bias());
}

class CrossEntropyFuncOptions {
 public:
  CrossEntropyFuncOptions(const Tensor& weight = {}, int64_t ignore_index = -100, std::string_view reduction = "mean", double label_smoothing = 0.0)
      : weight_(weight), ignore_index_(ignore_index), reduction_(reduction), label_smoothing_(label_smoothing) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(int64_t, int64_t, ignore_index)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(double, double, label_smoothing)
};
template <std::same_as<CrossEntropyFuncOptions> O>
Tensor cross_entropy(const Tensor& input, const Tensor& target, const O& options) {
  return functional::cross_entropy(input, target, options.weight(), {}, options.ignore_index(), {}, options.reduction(), options.label_smoothing());
}

class NLLLossFuncOptions {
 public:
  NLLLossFuncOptions(const Tensor& weight = {}, int64_t ignore_index = -100, std::string_view reduction = "mean")
      : weight_(weight), ignore_index_(ignore_index), reduction_(reduction) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(int64_t, int64_t, ignore_index)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<NLLLossFuncOptions> O>
Tensor nll_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::nll_loss(input, target, options.weight(), {}, options.ignore_index(), {}, options.reduction());
}

class BinaryCrossEntropyFuncOptions {
 public:
  BinaryCrossEntropyFuncOptions(const Tensor& weight = {}, std::string_view reduction = "mean")
      : weight_(weight), reduction_(reduction) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<BinaryCrossEntropyFuncOptions> O>
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const O& options) {
  return functional::binary_cross_entropy(input, target, options.weight(), {}, {}, options.reduction());
}

class BinaryCrossEntropyWithLogitsFuncOptions {
 public:
  BinaryCrossEntropyWithLogitsFuncOptions(const Tensor& weight = {}, std::string_view reduction = "mean", const Tensor& pos_weight = {})
      : weight_(weight), reduction_(reduction), pos_weight_(pos_weight) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, pos_weight)
};
template <std::same_as<BinaryCrossEntropyWithLogitsFuncOptions> O>
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target, const O& options) {
  return functional::binary_cross_entropy_with_logits(input, target, options.weight(), {}, {}, options.reduction(), options.pos_weight());
}

class KLDivFuncOptions {
 public:
  KLDivFuncOptions(std::string_view reduction = "mean", bool log_target = false)
      : reduction_(reduction), log_target_(log_target) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(bool, bool, log_target)
};
template <std::same_as<KLDivFuncOptions> O>
Tensor kl_div(const Tensor& input, const Tensor& target, const O& options) {
  return functional::kl_div(input, target, {}, {}, options.reduction(), options.log_target());
}

class SoftMarginLossFuncOptions {
 public:
  SoftMarginLossFuncOptions(std::string_view reduction = "mean")
      : reduction_(reduction) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<SoftMarginLossFuncOptions> O>
Tensor soft_margin_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::soft_margin_loss(input, target, {}, {}, options.reduction());
}

class MultilabelSoftMarginLossFuncOptions {
 public:
  MultilabelSoftMarginLossFuncOptions(const Tensor& weight = {}, std::string_view reduction = "mean")
      : weight_(weight), reduction_(reduction) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<MultilabelSoftMarginLossFuncOptions> O>
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::multilabel_soft_margin_loss(input, target, options.weight(), {}, {}, options.reduction());
}

class MultiMarginLossFuncOptions {
 public:
  MultiMarginLossFuncOptions(int64_t p = 1, double margin = 1.0, const Tensor& weight = {}, std::string_view reduction = "mean")
      : p_(p), margin_(margin), weight_(weight), reduction_(reduction) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, p)
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<MultiMarginLossFuncOptions> O>
Tensor multi_margin_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::multi_margin_loss(input, target, options.p(), options.margin(), options.weight(), {}, {}, options.reduction());
}

class MSELossFuncOptions {
 public:
  MSELossFuncOptions(std::string_view reduction = "mean", const Tensor& weight = {})
      : reduction_(reduction), weight_(weight) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
};
template <std::same_as<MSELossFuncOptions> O>
Tensor mse_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::mse_loss(input, target, {}, {}, options.reduction(), options.weight());
}

class L1LossFuncOptions {
 public:
  L1LossFuncOptions(std::string_view reduction = "mean", const Tensor& weight = {})
      : reduction_(reduction), weight_(weight) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
};
template <std::same_as<L1LossFuncOptions> O>
Tensor l1_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::l1_loss(input, target, {}, {}, options.reduction(), options.weight());
}

class SmoothL1LossFuncOptions {
 public:
  SmoothL1LossFuncOptions(std::string_view reduction = "mean", double beta = 1.0)
      : reduction_(reduction), beta_(beta) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(double, double, beta)
};
template <std::same_as<SmoothL1LossFuncOptions> O>
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::smooth_l1_loss(input, target, {}, {}, options.reduction(), options.beta());
}

class HuberLossFuncOptions {
 public:
  HuberLossFuncOptions(std::string_view reduction = "mean", double delta = 1.0, const Tensor& weight = {})
      : reduction_(reduction), delta_(delta), weight_(weight) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(double, double, delta)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
};
template <std::same_as<HuberLossFuncOptions> O>
Tensor huber_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::huber_loss(input, target, options.reduction(), options.delta(), options.weight());
}

class PoissonNLLLossFuncOptions {
 public:
  PoissonNLLLossFuncOptions(bool log_input = true, bool full = false, double eps = 1e-08, std::string_view reduction = "mean")
      : log_input_(log_input), full_(full), eps_(eps), reduction_(reduction) {}
  RUSHLIGHT_OPTION(bool, bool, log_input)
  RUSHLIGHT_OPTION(bool, bool, full)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<PoissonNLLLossFuncOptions> O>
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::poisson_nll_loss(input, target, options.log_input(), options.full(), {}, options.eps(), {}, options.reduction());
}

class GaussianNLLLossFuncOptions {
 public:
  GaussianNLLLossFuncOptions(bool full = false, double eps = 1e-06, std::string_view reduction = "mean")
      : full_(full), eps_(eps), reduction_(reduction) {}
  RUSHLIGHT_OPTION(bool, bool, full)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<GaussianNLLLossFuncOptions> O>
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var, const O& options) {
  return functional::gaussian_nll_loss(input, target, var, options.full(), options.eps(), options.reduction());
}

class CosineSimilarityFuncOptions {
 public:
  CosineSimilarityFuncOptions(int64_t dim = 1, double eps = 1e-08)
      : dim_(dim), eps_(eps) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, dim)
  RUSHLIGHT_OPTION(double, double, eps)
};
template <std::same_as<CosineSimilarityFuncOptions> O>
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, const O& options) {
  return functional::cosine_similarity(x1, x2, options.dim(), options.eps());
}

class PairwiseDistanceFuncOptions {
 public:
  PairwiseDistanceFuncOptions(double p = 2.0, double eps = 1e-06, bool keepdim = false)
      : p_(p), eps_(eps), keepdim_(keepdim) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(bool, bool, keepdim)
};
template <std::same_as<PairwiseDistanceFuncOptions> O>
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, const O& options) {
  return functional::pairwise_distance(x1, x2, options.p(), options.eps(), options.keepdim());
}

class CosineEmbeddingLossFuncOptions {
 public:
  CosineEmbeddingLossFuncOptions(double margin = 0, std::string_view reduction = "mean")
      : margin_(margin), reduction_(reduction) {}
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<CosineEmbeddingLossFuncOptions> O>
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, const O& options) {
  return functional::cosine_embedding_loss(input1, input2, target, options.margin(), {}, {}, options.reduction());
}

class HingeEmbeddingLossFuncOptions {
 public:
  HingeEmbeddingLossFuncOptions(double margin = 1.0, std::string_view reduction = "mean")
      : margin_(margin), reduction_(reduction) {}
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<HingeEmbeddingLossFuncOptions> O>
Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::hinge_embedding_loss(input, target, options.margin(), {}, {}, options.reduction());
}

class MarginRankingLossFuncOptions {
 public:
  MarginRankingLossFuncOptions(double margin = 0, std::string_view reduction = "mean")
      : margin_(margin), reduction_(reduction) {}
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<MarginRankingLossFuncOptions> O>
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, const O& options) {
  return functional::margin_ranking_loss(input1, input2, target, options.margin(), {}, {}, options.reduction());
}

class TripletMarginLossFuncOptions {
 public:
  TripletMarginLossFuncOptions(double margin = 1.0, double p = 2, double eps = 1e-06, bool swap = false, std::string_view reduction = "mean")
      : margin_(margin), p_(p), eps_(eps), swap_(swap), reduction_(reduction) {}
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(bool, bool, swap)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<TripletMarginLossFuncOptions> O>
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, const O& options) {
  return functional::triplet_margin_loss(anchor, positive, negative, options.margin(), options.p(), options.eps(), options.swap(), {}, {}, options.reduction());
}

class AffineGridFuncOptions {
 public:
  AffineGridFuncOptions(const IntList& size, const std::optional<bool>& align_corners = {})
      : size_(size), align_corners_(align_corners) {}
  AffineGridFuncOptions(std::initializer_list<int64_t> size) : AffineGridFuncOptions(IntList(size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, size)
  RUSHLIGHT_OPTION(std::optional<bool>, std::optional<bool>, align_corners)
};
template <std::same_as<AffineGridFuncOptions> O>
Tensor affine_grid(const Tensor& theta, const O& options) {
  return functional::affine_grid(theta, options.size(), options.align_corners());
}

class GridSampleFuncOptions {
 public:
  GridSampleFuncOptions(std::string_view mode = "bilinear", std::string_view padding_mode = "zeros", const std::optional<bool>& align_corners = {})
      : mode_(mode), padding_mode_(padding_mode), align_corners_(align_corners) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, mode)
  RUSHLIGHT_OPTION(std::string_view, std::string, padding_mode)
  RUSHLIGHT_OPTION(std::optional<bool>, std::optional<bool>, align_corners)
};
template <std::same_as<GridSampleFuncOptions> O>
Tensor grid_sample(const Tensor& input, const Tensor& grid, const O& options) {
  return functional::grid_sample(input, grid, options.mode(), options.padding_mode(), options.align_corners());
}

class UpsampleFuncOptions {
 public:
  UpsampleFuncOptions(const std::optional<IntList>& size = {}, const std::optional<std::vector<double>>& scale_factor = {}, std::string_view mode = "nearest", const std::optional<bool>& align_corners = {})
      : size_(size), scale_factor_(scale_factor), mode_(mode), align_corners_(align_corners) {}
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, size)
  RUSHLIGHT_OPTION(const std::vector<double>&, std::optional<std::vector<double>>, scale_factor)
  RUSHLIGHT_OPTION(std::string_view, std::string, mode)
  RUSHLIGHT_OPTION(std::optional<bool>, std::optional<bool>, align_corners)
};
template <std::same_as<UpsampleFuncOptions> O>
Tensor upsample(const Tensor& input, const O& options) {
  return functional::upsample(input, optional_list(options.size()), options.scale_factor(), options.mode(), options.align_corners());
}

class UpsampleNearestFuncOptions {
 public:
  UpsampleNearestFuncOptions(const std::optional<IntList>& size = {}, const std::optional<std::vector<double>>& scale_factor = {})
      : size_(size), scale_factor_(scale_factor) {}
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, size)
  RUSHLIGHT_OPTION(const std::vector<double>&, std::optional<std::vector<double>>, scale_factor)
};
template <std::same_as<UpsampleNearestFuncOptions> O>
Tensor upsample_nearest(const Tensor& input, const O& options) {
  return functional::upsample_nearest(input, optional_list(options.size()), options.scale_factor());
}

class UpsampleBilinearFuncOptions {
 public:
  UpsampleBilinearFuncOptions(const std::optional<IntList>& size = {}, const std::optional<std::vector<double>>& scale_factor = {})
      : size_(size), scale_factor_(scale_factor) {}
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, size)
  RUSHLIGHT_OPTION(const std::vector<double>&, std::optional<std::vector<double>>, scale_factor)
};
template <std::same_as<UpsampleBilinearFuncOptions> O>
Tensor upsample_bilinear(const Tensor& input, const O& options) {
  return functional::upsample_bilinear(input, optional_list(options.size()), options.scale_factor());
}

class LPPool1dFuncOptions {
 public:
  LPPool1dFuncOptions(double norm_type, const IntList& kernel_size, const std::optional<IntList>& stride = {}, bool ceil_mode = false)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(stride), ceil_mode_(ceil_mode) {}
  RUSHLIGHT_OPTION(double, double, norm_type)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};
template <std::same_as<LPPool1dFuncOptions> O>
Tensor lp_pool1d(const Tensor& input, const O& options) {
  return functional::lp_pool1d(input, options.norm_type(), options.kernel_size(), optional_list(options.stride()), options.ceil_mode());
}

class MaxUnpool1dFuncOptions {
 public:
  MaxUnpool1dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const std::optional<IntList>& output_size = {})
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), output_size_(output_size) {}
  MaxUnpool1dFuncOptions(std::initializer_list<int64_t> kernel_size) : MaxUnpool1dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, output_size)
};
template <std::same_as<MaxUnpool1dFuncOptions> O>
Tensor max_unpool1d(const Tensor& input, const Tensor& indices, const O& options) {
  return functional::max_unpool1d(input, indices, options.kernel_size(), optional_list(options.stride()), options.padding(), optional_list(options.output_size()));
}

class LPPool2dFuncOptions {
 public:
  LPPool2dFuncOptions(double norm_type, const IntList& kernel_size, const std::optional<IntList>& stride = {}, bool ceil_mode = false)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(stride), ceil_mode_(ceil_mode) {}
  RUSHLIGHT_OPTION(double, double, norm_type)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};
template <std::same_as<LPPool2dFuncOptions> O>
Tensor lp_pool2d(const Tensor& input, const O& options) {
  return functional::lp_pool2d(input, options.norm_type(), options.kernel_size(), optional_list(options.stride()), options.ceil_mode());
}

class MaxUnpool2dFuncOptions {
 public:
  MaxUnpool2dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const std::optional<IntList>& output_size = {})
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), output_size_(output_size) {}
  MaxUnpool2dFuncOptions(std::initializer_list<int64_t> kernel_size) : MaxUnpool2dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, output_size)
};
template <std::same_as<MaxUnpool2dFuncOptions> O>
Tensor max_unpool2d(const Tensor& input, const Tensor& indices, const O& options) {
  return functional::max_unpool2d(input, indices, options.kernel_size(), optional_list(options.stride()), options.padding(), optional_list(options.output_size()));
}

class LPPool3dFuncOptions {
 public:
  LPPool3dFuncOptions(double norm_type, const IntList& kernel_size, const std::optional<IntList>& stride = {}, bool ceil_mode = false)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(stride), ceil_mode_(ceil_mode) {}
  RUSHLIGHT_OPTION(double, double, norm_type)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};
template <std::same_as<LPPool3dFuncOptions> O>
Tensor lp_pool3d(const Tensor& input, const O& options) {
  return functional::lp_pool3d(input, options.norm_type(), options.kernel_size(), optional_list(options.stride()), options.ceil_mode());
}

class MaxUnpool3dFuncOptions {
 public:
  MaxUnpool3dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const std::optional<IntList>& output_size = {})
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), output_size_(output_size) {}
  MaxUnpool3dFuncOptions(std::initializer_list<int64_t> kernel_size) : MaxUnpool3dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, output_size)
};
template <std::same_as<MaxUnpool3dFuncOptions> O>
Tensor max_unpool3d(const Tensor& input, const Tensor& indices, const O& options) {
  return functional::max_unpool3d(input, indices, options.kernel_size(), optional_list(options.stride()), options.padding(), optional_list(options.output_size()));
}

class FractionalMaxPool2dWithIndicesFuncOptions {
 public:
  FractionalMaxPool2dWithIndicesFuncOptions(const IntList& kernel_size, const std::optional<IntList>& output_size = {}, const std::optional<std::vector<double>>& output_ratio = {})
      : kernel_size_(kernel_size), output_size_(output_size), output_ratio_(output_ratio) {}
  FractionalMaxPool2dWithIndicesFuncOptions(std::initializer_list<int64_t> kernel_size) : FractionalMaxPool2dWithIndicesFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, output_size)
  RUSHLIGHT_OPTION(const std::vector<double>&, std::optional<std::vector<double>>, output_ratio)
};
template <std::same_as<FractionalMaxPool2dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> fractional_max_pool2d_with_indices(const Tensor& input, const O& options) {
  return functional::fractional_max_pool2d_with_indices(input, options.kernel_size(), optional_list(options.output_size()), options.output_ratio(), false, {});
}

class FractionalMaxPool2dFuncOptions {
 public:
  FractionalMaxPool2dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& output_size = {}, const std::optional<std::vector<double>>& output_ratio = {})
      : kernel_size_(kernel_size), output_size_(output_size), output_ratio_(output_ratio) {}
  FractionalMaxPool2dFuncOptions(std::initializer_list<int64_t> kernel_size) : FractionalMaxPool2dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, output_size)
  RUSHLIGHT_OPTION(const std::vector<double>&, std::optional<std::vector<double>>, output_ratio)
};
template <std::same_as<FractionalMaxPool2dFuncOptions> O>
Tensor fractional_max_pool2d(const Tensor& input, const O& options) {
  return functional::fractional_max_pool2d(input, options.kernel_size(), optional_list(options.output_size()), options.output_ratio(), false, {});
}

class FractionalMaxPool3dWithIndicesFuncOptions {
 public:
  FractionalMaxPool3dWithIndicesFuncOptions(const IntList& kernel_size, const std::optional<IntList>& output_size = {}, const std::optional<std::vector<double>>& output_ratio = {})
      : kernel_size_(kernel_size), output_size_(output_size), output_ratio_(output_ratio) {}
  FractionalMaxPool3dWithIndicesFuncOptions(std::initializer_list<int64_t> kernel_size) : FractionalMaxPool3dWithIndicesFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, output_size)
  RUSHLIGHT_OPTION(const std::vector<double>&, std::optional<std::vector<double>>, output_ratio)
};
template <std::same_as<FractionalMaxPool3dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> fractional_max_pool3d_with_indices(const Tensor& input, const O& options) {
  return functional::fractional_max_pool3d_with_indices(input, options.kernel_size(), optional_list(options.output_size()), options.output_ratio(), false, {});
}

class FractionalMaxPool3dFuncOptions {
 public:
  FractionalMaxPool3dFuncOptions(const IntList& kernel_size, const std::optional<IntList>& output_size = {}, const std::optional<std::vector<double>>& output_ratio = {})
      : kernel_size_(kernel_size), output_size_(output_size), output_ratio_(output_ratio) {}
  FractionalMaxPool3dFuncOptions(std::initializer_list<int64_t> kernel_size) : FractionalMaxPool3dFuncOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, output_size)
  RUSHLIGHT_OPTION(const std::vector<double>&, std::optional<std::vector<double>>, output_ratio)
};
template <std::same_as<FractionalMaxPool3dFuncOptions> O>
Tensor fractional_max_pool3d(const Tensor& input, const O& options) {
  return functional::fractional_max_pool3d(input, options.kernel_size(), optional_list(options.output_size()), options.output_ratio(), false, {});
}

class CTCLossFuncOptions {
 public:
  CTCLossFuncOptions(int64_t blank = 0, std::string_view reduction = "mean", bool zero_infinity = false)
      : blank_(blank), reduction_(reduction), zero_infinity_(zero_infinity) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, blank)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(bool, bool, zero_infinity)
};
template <std::same_as<CTCLossFuncOptions> O>
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths, const Tensor& target_lengths, const O& options) {
  return functional::ctc_loss(log_probs, targets, input_lengths, target_lengths, options.blank(), options.reduction(), options.zero_infinity());
}

class MultilabelMarginLossFuncOptions {
 public:
  MultilabelMarginLossFuncOptions(std::string_view reduction = "mean")
      : reduction_(reduction) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};
template <std::same_as<MultilabelMarginLossFuncOptions> O>
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target, const O& options) {
  return functional::multilabel_margin_loss(input, target, {}, {}, options.reduction());
}

class LinearCrossEntropyFuncOptions {
 public:
  LinearCrossEntropyFuncOptions(const Tensor& linear_bias = {}, const Tensor& weight = {}, std::string_view reduction = "mean", const std::optional<int64_t>& ignore_index = {}, double label_smoothing = 0.0, const std::optional<int64_t>& batch_chunk_size = {})
      : linear_bias_(linear_bias), weight_(weight), reduction_(reduction), ignore_index_(ignore_index), label_smoothing_(label_smoothing), batch_chunk_size_(batch_chunk_size) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, linear_bias)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, ignore_index)
  RUSHLIGHT_OPTION(double, double, label_smoothing)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, batch_chunk_size)
};
template <std::same_as<LinearCrossEntropyFuncOptions> O>
Tensor linear_cross_entropy(const Tensor& input, const Tensor& linear_weight, const Tensor& target, const O& options) {
  return functional::linear_cross_entropy(input, linear_weight, target, options.linear_bias(), options.weight(), options.reduction(), options.ignore_index(), options.label_smoothing(), options.batch_chunk_size());
}

class EmbeddingBagFuncOptions {
 public:
  EmbeddingBagFuncOptions(const Tensor& offsets = {}, const std::optional<double>& max_norm = {}, double norm_type = 2, bool scale_grad_by_freq = false, std::string_view mode = "mean", bool sparse = false, const Tensor& per_sample_weights = {}, bool include_last_offset = false, const std::optional<int64_t>& padding_idx = {})
      : offsets_(offsets), max_norm_(max_norm), norm_type_(norm_type), scale_grad_by_freq_(scale_grad_by_freq), mode_(mode), sparse_(sparse), per_sample_weights_(per_sample_weights), include_last_offset_(include_last_offset), padding_idx_(padding_idx) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, offsets)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, max_norm)
  RUSHLIGHT_OPTION(double, double, norm_type)
  RUSHLIGHT_OPTION(bool, bool, scale_grad_by_freq)
  RUSHLIGHT_OPTION(std::string_view, std::string, mode)
  RUSHLIGHT_OPTION(bool, bool, sparse)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, per_sample_weights)
  RUSHLIGHT_OPTION(bool, bool, include_last_offset)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, padding_idx)
};
template <std::same_as<EmbeddingBagFuncOptions> O>
Tensor embedding_bag(const Tensor& input, const Tensor& weight, const O& options) {
  return functional::embedding_bag(input, weight, options.offsets(), options.max_norm(), options.norm_type(), options.scale_grad_by_freq(), options.mode(), options.sparse(), options.per_sample_weights(), options.include_last_offset(), options.padding_idx());
}

class ScaledDotProductAttentionFuncOptions {
 public:
  ScaledDotProductAttentionFuncOptions(const Tensor& attn_mask = {}, double dropout_p = 0.0, bool is_causal = false, const std::optional<double>& scale = {}, bool enable_gqa = false)
      : attn_mask_(attn_mask), dropout_p_(dropout_p), is_causal_(is_causal), scale_(scale), enable_gqa_(enable_gqa) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, attn_mask)
  RUSHLIGHT_OPTION(double, double, dropout_p)
  RUSHLIGHT_OPTION(bool, bool, is_causal)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, scale)
  RUSHLIGHT_OPTION(bool, bool, enable_gqa)
};
template <std::same_as<ScaledDotProductAttentionFuncOptions> O>
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value, const O& options) {
  return functional::scaled_dot_product_attention(query, key, value, options.attn_mask(), options.dropout_p(), options.is_causal(), options.scale(), options.enable_gqa());
}

class MultiHeadAttentionForwardFuncOptions {
 public:
  MultiHeadAttentionForwardFuncOptions(int64_t embed_dim_to_check, int64_t num_heads, bool add_zero_attn, double dropout_p, bool training = true, const Tensor& key_padding_mask = {}, bool need_weights = true, const Tensor& attn_mask = {}, bool use_separate_proj_weight = false, const Tensor& q_proj_weight = {}, const Tensor& k_proj_weight = {}, const Tensor& v_proj_weight = {}, const Tensor& static_k = {}, const Tensor& static_v = {}, bool average_attn_weights = true, bool is_causal = false)
      : embed_dim_to_check_(embed_dim_to_check), num_heads_(num_heads), add_zero_attn_(add_zero_attn), dropout_p_(dropout_p), training_(training), key_padding_mask_(key_padding_mask), need_weights_(need_weights), attn_mask_(attn_mask), use_separate_proj_weight_(use_separate_proj_weight), q_proj_weight_(q_proj_weight), k_proj_weight_(k_proj_weight), v_proj_weight_(v_proj_weight), static_k_(static_k), static_v_(static_v), average_attn_weights_(average_attn_weights), is_causal_(is_causal) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, embed_dim_to_check)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_heads)
  RUSHLIGHT_OPTION(bool, bool, add_zero_attn)
  RUSHLIGHT_OPTION(double, double, dropout_p)
  RUSHLIGHT_OPTION(bool, bool, training)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, key_padding_mask)
  RUSHLIGHT_OPTION(bool, bool, need_weights)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, attn_mask)
  RUSHLIGHT_OPTION(bool, bool, use_separate_proj_weight)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, q_proj_weight)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, k_proj_weight)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, v_proj_weight)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, static_k)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, static_v)
  RUSHLIGHT_OPTION(bool, bool, average_attn_weights)
  RUSHLIGHT_OPTION(bool, bool, is_causal)
};
template <std::same_as<MultiHeadAttentionForwardFuncOptions> O>
std::tuple<Tensor, Tensor> multi_head_attention_forward(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& in_proj_weight, const Tensor& in_proj_bias, const Tensor& bias_k, const Tensor& bias_v, const Tensor& out_proj_weight, const Tensor& out_proj_bias, const O& options) {
  return functional::multi_head_attention_forward(query, key, value, options.embed_dim_to_check(), options.num_heads(), in_proj_weight, in_proj_bias, bias_k, bias_v, options.add_zero_attn(), options.dropout_p(), out_proj_weight, out_proj_bias, options.training(), options.key_padding_mask(), options.need_weights(), options.attn_mask(), options.use_separate_proj_weight(), options.q_proj_weight(), options.k_proj_weight(), options.v_proj_weight(), options.static_k(), options.static_v(), options.average_attn_weights(), options.is_causal());
}

class RReLUFuncOptions {
 public:
  RReLUFuncOptions(double lower = 0.125, double upper = 0.3333333333333333, bool training = false, bool inplace = false)
      : lower_(lower), upper_(upper), training_(training), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, lower)
  RUSHLIGHT_OPTION(double, double, upper)
  RUSHLIGHT_OPTION(bool, bool, training)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<RReLUFuncOptions> O>
Tensor rrelu(const Tensor& input, const O& options) {
  return functional::rrelu(input, options.lower(), options.upper(), options.training(), options.inplace());
}

class NativeChannelShuffleFuncOptions {
 public:
  NativeChannelShuffleFuncOptions(int64_t groups)
      : groups_(groups) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
};
template <std::same_as<NativeChannelShuffleFuncOptions> O>
Tensor native_channel_shuffle(const Tensor& input, const O& options) {
  return functional::native_channel_shuffle(input, options.groups());
}

class ConvTbcFuncOptions {
 public:
  ConvTbcFuncOptions(int64_t pad = 0)
      : pad_(pad) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, pad)
};
template <std::same_as<ConvTbcFuncOptions> O>
Tensor conv_tbc(const Tensor& input, const Tensor& weight, const Tensor& bias, const O& options) {
  return functional::conv_tbc(input, weight, bias, options.pad());
}

class GroupedMmFuncOptions {
 public:
  GroupedMmFuncOptions(const Tensor& offs = {}, const Tensor& bias = {}, const std::optional<ScalarType>& out_dtype = {})
      : offs_(offs), bias_(bias), out_dtype_(out_dtype) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, offs)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, out_dtype)
};
template <std::same_as<GroupedMmFuncOptions> O>
Tensor grouped_mm(const Tensor& mat_a, const Tensor& mat_b, const O& options) {
  return functional::grouped_mm(mat_a, mat_b, options.offs(), options.bias(), options.out_dtype());
}

class SoftmaxFuncOptions {
 public:
  SoftmaxFuncOptions(const std::optional<int64_t>& dim = {}, const std::optional<ScalarType>& dtype = {})
      : dim_(dim), dtype_(dtype) {}
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, dim)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};
template <std::same_as<SoftmaxFuncOptions> O>
Tensor softmax(const Tensor& input, const O& options) {
  return functional::softmax(input, options.dim(), 3, options.dtype());
}

class LogSoftmaxFuncOptions {
 public:
  LogSoftmaxFuncOptions(const std::optional<int64_t>& dim = {}, const std::optional<ScalarType>& dtype = {})
      : dim_(dim), dtype_(dtype) {}
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, dim)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};
template <std::same_as<LogSoftmaxFuncOptions> O>
Tensor log_softmax(const Tensor& input, const O& options) {
  return functional::log_softmax(input, options.dim(), 3, options.dtype());
}

class SoftminFuncOptions {
 public:
  SoftminFuncOptions(const std::optional<int64_t>& dim = {}, const std::optional<ScalarType>& dtype = {})
      : dim_(dim), dtype_(dtype) {}
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, dim)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};
template <std::same_as<SoftminFuncOptions> O>
Tensor softmin(const Tensor& input, const O& options) {
  return functional::softmin(input, options.dim(), 3, options.dtype());
}

class GumbelSoftmaxFuncOptions {
 public:
  GumbelSoftmaxFuncOptions(double tau = 1, bool hard = false, double eps = 1e-10, int64_t dim = -1)
      : tau_(tau), hard_(hard), eps_(eps), dim_(dim) {}
  RUSHLIGHT_OPTION(double, double, tau)
  RUSHLIGHT_OPTION(bool, bool, hard)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(int64_t, int64_t, dim)
};
template <std::same_as<GumbelSoftmaxFuncOptions> O>
Tensor gumbel_softmax(const Tensor& logits, const O& options) {
  return functional::gumbel_softmax(logits, options.tau(), options.hard(), options.eps(), options.dim());
}

class GLUFuncOptions {
 public:
  GLUFuncOptions(int64_t dim = -1)
      : dim_(dim) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, dim)
};
template <std::same_as<GLUFuncOptions> O>
Tensor glu(const Tensor& input, const O& options) {
  return functional::glu(input, options.dim());
}

class LayerNormFuncOptions {
 public:
  LayerNormFuncOptions(const IntList& normalized_shape, const Tensor& weight = {}, const Tensor& bias = {}, double eps = 1e-05)
      : normalized_shape_(normalized_shape), weight_(weight), bias_(bias), eps_(eps) {}
  LayerNormFuncOptions(std::initializer_list<int64_t> normalized_shape) : LayerNormFuncOptions(IntList(normalized_shape)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, normalized_shape)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(double, double, eps)
};
template <std::same_as<LayerNormFuncOptions> O>
Tensor layer_norm(const Tensor& input, const O& options) {
  return functional::layer_norm(input, options.normalized_shape(), options.weight(), options.bias(), options.eps());
}

class RMSNormFuncOptions {
 public:
  RMSNormFuncOptions(const IntList& normalized_shape, const Tensor& weight = {}, const std::optional<double>& eps = {})
      : normalized_shape_(normalized_shape), weight_(weight), eps_(eps) {}
  RMSNormFuncOptions(std::initializer_list<int64_t> normalized_shape) : RMSNormFuncOptions(IntList(normalized_shape)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, normalized_shape)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, eps)
};
template <std::same_as<RMSNormFuncOptions> O>
Tensor rms_norm(const Tensor& input, const O& options) {
  return functional::rms_norm(input, options.normalized_shape(), options.weight(), options.eps());
}

class GroupNormFuncOptions {
 public:
  GroupNormFuncOptions(int64_t num_groups, const Tensor& weight = {}, const Tensor& bias = {}, double eps = 1e-05)
      : num_groups_(num_groups), weight_(weight), bias_(bias), eps_(eps) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_groups)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(double, double, eps)
};
template <std::same_as<GroupNormFuncOptions> O>
Tensor group_norm(const Tensor& input, const O& options) {
  return functional::group_norm(input, options.num_groups(), options.weight(), options.bias(), options.eps());
}

class BatchNormFuncOptions {
 public:
  BatchNormFuncOptions(const Tensor& weight = {}, const Tensor& bias = {}, bool training = false, double momentum = 0.1, double eps = 1e-05)
      : weight_(weight), bias_(bias), training_(training), momentum_(momentum), eps_(eps) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(bool, bool, training)
  RUSHLIGHT_OPTION(double, double, momentum)
  RUSHLIGHT_OPTION(double, double, eps)
};
template <std::same_as<BatchNormFuncOptions> O>
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var, const O& options) {
  return functional::batch_norm(input, running_mean, running_var, options.weight(), options.bias(), options.training(), options.momentum(), options.eps());
}

class InstanceNormFuncOptions {
 public:
  InstanceNormFuncOptions(const Tensor& running_mean = {}, const Tensor& running_var = {}, const Tensor& weight = {}, const Tensor& bias = {}, bool use_input_stats = true, double momentum = 0.1, double eps = 1e-05)
      : running_mean_(running_mean), running_var_(running_var), weight_(weight), bias_(bias), use_input_stats_(use_input_stats), momentum_(momentum), eps_(eps) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, running_mean)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, running_var)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, bias)
  RUSHLIGHT_OPTION(bool, bool, use_input_stats)
  RUSHLIGHT_OPTION(double, double, momentum)
  RUSHLIGHT_OPTION(double, double, eps)
};
template <std::same_as<InstanceNormFuncOptions> O>
Tensor instance_norm(const Tensor& input, const O& options) {
  return functional::instance_norm(input, options.running_mean(), options.running_var(), options.weight(), options.bias(), options.use_input_stats(), options.momentum(), options.eps());
}

class LocalResponseNormFuncOptions {
 public:
  LocalResponseNormFuncOptions(int64_t size, double alpha = 0.0001, double beta = 0.75, double k = 1.0)
      : size_(size), alpha_(alpha), beta_(beta), k_(k) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, size)
  RUSHLIGHT_OPTION(double, double, alpha)
  RUSHLIGHT_OPTION(double, double, beta)
  RUSHLIGHT_OPTION(double, double, k)
};
template <std::same_as<LocalResponseNormFuncOptions> O>
Tensor local_response_norm(const Tensor& input, const O& options) {
  return functional::local_response_norm(input, options.size(), options.alpha(), options.beta(), options.k());
}

class NormalizeFuncOptions {
 public:
  NormalizeFuncOptions(double p = 2.0, int64_t dim = 1, double eps = 1e-12, const Tensor& out = {})
      : p_(p), dim_(dim), eps_(eps), out_(out) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(int64_t, int64_t, dim)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, out)
};
template <std::same_as<NormalizeFuncOptions> O>
Tensor normalize(const Tensor& input, const O& options) {
  return functional::normalize(input, options.p(), options.dim(), options.eps(), options.out());
}

class DropoutFuncOptions {
 public:
  DropoutFuncOptions(double p = 0.5, bool training = true, bool inplace = false)
      : p_(p), training_(training), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, training)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<DropoutFuncOptions> O>
Tensor dropout(const Tensor& input, const O& options) {
  return functional::dropout(input, options.p(), options.training(), options.inplace());
}

class Dropout1dFuncOptions {
 public:
  Dropout1dFuncOptions(double p = 0.5, bool training = true, bool inplace = false)
      : p_(p), training_(training), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, training)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<Dropout1dFuncOptions> O>
Tensor dropout1d(const Tensor& input, const O& options) {
  return functional::dropout1d(input, options.p(), options.training(), options.inplace());
}

class Dropout2dFuncOptions {
 public:
  Dropout2dFuncOptions(double p = 0.5, bool training = true, bool inplace = false)
      : p_(p), training_(training), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, training)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<Dropout2dFuncOptions> O>
Tensor dropout2d(const Tensor& input, const O& options) {
  return functional::dropout2d(input, options.p(), options.training(), options.inplace());
}

class Dropout3dFuncOptions {
 public:
  Dropout3dFuncOptions(double p = 0.5, bool training = true, bool inplace = false)
      : p_(p), training_(training), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, training)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<Dropout3dFuncOptions> O>
Tensor dropout3d(const Tensor& input, const O& options) {
  return functional::dropout3d(input, options.p(), options.training(), options.inplace());
}

class AlphaDropoutFuncOptions {
 public:
  AlphaDropoutFuncOptions(double p = 0.5, bool training = false, bool inplace = false)
      : p_(p), training_(training), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, training)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<AlphaDropoutFuncOptions> O>
Tensor alpha_dropout(const Tensor& input, const O& options) {
  return functional::alpha_dropout(input, options.p(), options.training(), options.inplace());
}

class FeatureAlphaDropoutFuncOptions {
 public:
  FeatureAlphaDropoutFuncOptions(double p = 0.5, bool training = false, bool inplace = false)
      : p_(p), training_(training), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, training)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<FeatureAlphaDropoutFuncOptions> O>
Tensor feature_alpha_dropout(const Tensor& input, const O& options) {
  return functional::feature_alpha_dropout(input, options.p(), options.training(), options.inplace());
}

class EmbeddingFuncOptions {
 public:
  EmbeddingFuncOptions(const std::optional<int64_t>& padding_idx = {}, const std::optional<double>& max_norm = {}, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false)
      : padding_idx_(padding_idx), max_norm_(max_norm), norm_type_(norm_type), scale_grad_by_freq_(scale_grad_by_freq), sparse_(sparse) {}
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, padding_idx)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, max_norm)
  RUSHLIGHT_OPTION(double, double, norm_type)
  RUSHLIGHT_OPTION(bool, bool, scale_grad_by_freq)
  RUSHLIGHT_OPTION(bool, bool, sparse)
};
template <std::same_as<EmbeddingFuncOptions> O>
Tensor embedding(const Tensor& input, const Tensor& weight, const O& options) {
  return functional::embedding(input, weight, options.padding_idx(), options.max_norm(), options.norm_type(), options.scale_grad_by_freq(), options.sparse());
}

class OneHotFuncOptions {
 public:
  OneHotFuncOptions(int64_t num_classes = -1)
      : num_classes_(num_classes) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_classes)
};
template <std::same_as<OneHotFuncOptions> O>
Tensor one_hot(const Tensor& input, const O& options) {
  return functional::one_hot(input, options.num_classes());
}

class ReLUFuncOptions {
 public:
  ReLUFuncOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<ReLUFuncOptions> O>
Tensor relu(const Tensor& input, const O& options) {
  return functional::relu(input, options.inplace());
}

class GELUFuncOptions {
 public:
  GELUFuncOptions(std::string_view approximate = "none")
      : approximate_(approximate) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, approximate)
};
template <std::same_as<GELUFuncOptions> O>
Tensor gelu(const Tensor& input, const O& options) {
  return functional::gelu(input, options.approximate());
}

class SiLUFuncOptions {
 public:
  SiLUFuncOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<SiLUFuncOptions> O>
Tensor silu(const Tensor& input, const O& options) {
  return functional::silu(input, options.inplace());
}

class MishFuncOptions {
 public:
  MishFuncOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<MishFuncOptions> O>
Tensor mish(const Tensor& input, const O& options) {
  return functional::mish(input, options.inplace());
}

class ELUFuncOptions {
 public:
  ELUFuncOptions(double alpha = 1.0, bool inplace = false)
      : alpha_(alpha), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, alpha)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<ELUFuncOptions> O>
Tensor elu(const Tensor& input, const O& options) {
  return functional::elu(input, options.alpha(), options.inplace());
}

class SELUFuncOptions {
 public:
  SELUFuncOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<SELUFuncOptions> O>
Tensor selu(const Tensor& input, const O& options) {
  return functional::selu(input, options.inplace());
}

class CELUFuncOptions {
 public:
  CELUFuncOptions(double alpha = 1.0, bool inplace = false)
      : alpha_(alpha), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, alpha)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<CELUFuncOptions> O>
Tensor celu(const Tensor& input, const O& options) {
  return functional::celu(input, options.alpha(), options.inplace());
}

class LeakyReLUFuncOptions {
 public:
  LeakyReLUFuncOptions(double negative_slope = 0.01, bool inplace = false)
      : negative_slope_(negative_slope), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, negative_slope)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<LeakyReLUFuncOptions> O>
Tensor leaky_relu(const Tensor& input, const O& options) {
  return functional::leaky_relu(input, options.negative_slope(), options.inplace());
}

class HardtanhFuncOptions {
 public:
  HardtanhFuncOptions(double min_val = -1.0, double max_val = 1.0, bool inplace = false)
      : min_val_(min_val), max_val_(max_val), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, min_val)
  RUSHLIGHT_OPTION(double, double, max_val)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<HardtanhFuncOptions> O>
Tensor hardtanh(const Tensor& input, const O& options) {
  return functional::hardtanh(input, options.min_val(), options.max_val(), options.inplace());
}

class ReLU6FuncOptions {
 public:
  ReLU6FuncOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<ReLU6FuncOptions> O>
Tensor relu6(const Tensor& input, const O& options) {
  return functional::relu6(input, options.inplace());
}

class SoftplusFuncOptions {
 public:
  SoftplusFuncOptions(double beta = 1.0, double threshold = 20.0)
      : beta_(beta), threshold_(threshold) {}
  RUSHLIGHT_OPTION(double, double, beta)
  RUSHLIGHT_OPTION(double, double, threshold)
};
template <std::same_as<SoftplusFuncOptions> O>
Tensor softplus(const Tensor& input, const O& options) {
  return functional::softplus(input, options.beta(), options.threshold());
}

class HardswishFuncOptions {
 public:
  HardswishFuncOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<HardswishFuncOptions> O>
Tensor hardswish(const Tensor& input, const O& options) {
  return functional::hardswish(input, options.inplace());
}

class HardsigmoidFuncOptions {
 public:
  HardsigmoidFuncOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<HardsigmoidFuncOptions> O>
Tensor hardsigmoid(const Tensor& input, const O& options) {
  return functional::hardsigmoid(input, options.inplace());
}

class ThresholdFuncOptions {
 public:
  ThresholdFuncOptions(double threshold, double value, bool inplace = false)
      : threshold_(threshold), value_(value), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, threshold)
  RUSHLIGHT_OPTION(double, double, value)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};
template <std::same_as<ThresholdFuncOptions> O>
Tensor threshold(const Tensor& input, const O& options) {
  return functional::threshold(input, options.threshold(), options.value(), options.inplace());
}

class HardshrinkFuncOptions {
 public:
  HardshrinkFuncOptions(double lambd = 0.5)
      : lambd_(lambd) {}
  RUSHLIGHT_OPTION(double, double, lambd)
};
template <std::same_as<HardshrinkFuncOptions> O>
Tensor hardshrink(const Tensor& input, const O& options) {
  return functional::hardshrink(input, options.lambd());
}

class SoftshrinkFuncOptions {
 public:
  SoftshrinkFuncOptions(double lambd = 0.5)
      : lambd_(lambd) {}
  RUSHLIGHT_OPTION(double, double, lambd)
};
template <std::same_as<SoftshrinkFuncOptions> O>
Tensor softshrink(const Tensor& input, const O& options) {
  return functional::softshrink(input, options.lambd());
}

class PadFuncOptions {
 public:
  PadFuncOptions(const IntList& pad, std::string_view mode = "constant", const std::optional<double>& value = {})
      : pad_(pad), mode_(mode), value_(value) {}
  PadFuncOptions(std::initializer_list<int64_t> pad) : PadFuncOptions(IntList(pad)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, pad)
  RUSHLIGHT_OPTION(std::string_view, std::string, mode)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, value)
};
template <std::same_as<PadFuncOptions> O>
Tensor pad(const Tensor& input, const O& options) {
  return functional::pad(input, options.pad(), options.mode(), options.value());
}

class PixelShuffleFuncOptions {
 public:
  PixelShuffleFuncOptions(int64_t upscale_factor)
      : upscale_factor_(upscale_factor) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, upscale_factor)
};
template <std::same_as<PixelShuffleFuncOptions> O>
Tensor pixel_shuffle(const Tensor& input, const O& options) {
  return functional::pixel_shuffle(input, options.upscale_factor());
}

class PixelUnshuffleFuncOptions {
 public:
  PixelUnshuffleFuncOptions(int64_t downscale_factor)
      : downscale_factor_(downscale_factor) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, downscale_factor)
};
template <std::same_as<PixelUnshuffleFuncOptions> O>
Tensor pixel_unshuffle(const Tensor& input, const O& options) {
  return functional::pixel_unshuffle(input, options.downscale_factor());
}

class ChannelShuffleFuncOptions {
 public:
  ChannelShuffleFuncOptions(int64_t groups)
      : groups_(groups) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
};
template <std::same_as<ChannelShuffleFuncOptions> O>
Tensor channel_shuffle(const Tensor& input, const O& options) {
  return functional::channel_shuffle(input, options.groups());
}

class PdistFuncOptions {
 public:
  PdistFuncOptions(double p = 2.0)
      : p_(p) {}
  RUSHLIGHT_OPTION(double, double, p)
};
template <std::same_as<PdistFuncOptions> O>
Tensor pdist(const Tensor& input, const O& options) {
  return functional::pdist(input, options.p());
}

}  // namespace rushlight::nn::functional
