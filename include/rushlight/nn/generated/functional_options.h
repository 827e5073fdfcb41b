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
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, stride, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const Padding&, Padding, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, groups, = 1)
};
template <std::same_as<Conv1dFuncOptions> O>
Tensor conv1d(const Tensor& input, const Tensor& weight, const O& options) {
  return options.padding().is_text() ? conv1d(input, weight, options.bias(), options.stride(), options.padding().text(), options.dilation(), options.groups()) : conv1d(input, weight, options.bias(), options.stride(), options.padding().list(), options.dilation(), options.groups());
}

class ConvTranspose1dFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, stride, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, groups, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
};
template <std::same_as<ConvTranspose1dFuncOptions> O>
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight, const O& options) {
  return conv_transpose1d(input, weight, options.bias(), options.stride(), options.padding(), options.output_padding(), options.groups(), options.dilation());
}

class Conv2dFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, stride, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const Padding&, Padding, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, groups, = 1)
};
template <std::same_as<Conv2dFuncOptions> O>
Tensor conv2d(const Tensor& input, const Tensor& weight, const O& options) {
  return options.padding().is_text() ? conv2d(input, weight, options.bias(), options.stride(), options.padding().text(), options.dilation(), options.groups()) : conv2d(input, weight, options.bias(), options.stride(), options.padding().list(), options.dilation(), options.groups());
}

class ConvTranspose2dFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, stride, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, groups, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
};
template <std::same_as<ConvTranspose2dFuncOptions> O>
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight, const O& options) {
  return conv_transpose2d(input, weight, options.bias(), options.stride(), options.padding(), options.output_padding(), options.groups(), options.dilation());
}

class Conv3dFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, stride, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const Padding&, Padding, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, groups, = 1)
};
template <std::same_as<Conv3dFuncOptions> O>
Tensor conv3d(const Tensor& input, const Tensor& weight, const O& options) {
  return options.padding().is_text() ? conv3d(input, weight, options.bias(), options.stride(), options.padding().text(), options.dilation(), options.groups()) : conv3d(input, weight, options.bias(), options.stride(), options.padding().list(), options.dilation(), options.groups());
}

class ConvTranspose3dFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, stride, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, groups, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
};
template <std::same_as<ConvTranspose3dFuncOptions> O>
Tensor conv_transpose3d(const Tensor& input, const Tensor& weight, const O& options) {
  return conv_transpose3d(input, weight, options.bias(), options.stride(), options.padding(), options.output_padding(), options.groups(), options.dilation());
}

class MaxPool1dFuncOptions {
 public:
  MaxPool1dFuncOptions(const IntList& kernel_size) : kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, std::optional<IntList>, stride,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, ceil_mode, = false)
};
template <std::same_as<MaxPool1dFuncOptions> O>
Tensor max_pool1d(const Tensor& input, const O& options) {
  return max_pool1d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class MaxPool1dWithIndicesFuncOptions {
 public:
  MaxPool1dWithIndicesFuncOptions(const IntList& kernel_size) : kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, std::optional<IntList>, stride,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, ceil_mode, = false)
};
template <std::same_as<MaxPool1dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& input, const O& options) {
  return max_pool1d_with_indices(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class AvgPool1dFuncOptions {
 public:
  AvgPool1dFuncOptions(const IntList& kernel_size) : kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, std::optional<IntList>, stride,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, ceil_mode, = false)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, count_include_pad, = true)
};
template <std::same_as<AvgPool1dFuncOptions> O>
Tensor avg_pool1d(const Tensor& input, const O& options) {
  return avg_pool1d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.ceil_mode(), options.count_include_pad());
}

class AdaptiveAvgPool1dFuncOptions {
 public:
  AdaptiveAvgPool1dFuncOptions(const IntList& output_size) : output_size_(output_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_size,)
};
template <std::same_as<AdaptiveAvgPool1dFuncOptions> O>
Tensor adaptive_avg_pool1d(const Tensor& input, const O& options) {
  return adaptive_avg_pool1d(input, options.output_size());
}

class AdaptiveMaxPool1dWithIndicesFuncOptions {
 public:
  AdaptiveMaxPool1dWithIndicesFuncOptions(const IntList& output_size) : output_size_(output_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_size,)
};
template <std::same_as<AdaptiveMaxPool1dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(const Tensor& input, const O& options) {
  return adaptive_max_pool1d_with_indices(input, options.output_size());
}

class AdaptiveMaxPool1dFuncOptions {
 public:
  AdaptiveMaxPool1dFuncOptions(const IntList& output_size) : output_size_(output_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_size,)
};
template <std::same_as<AdaptiveMaxPool1dFuncOptions> O>
Tensor adaptive_max_pool1d(const Tensor& input, const O& options) {
  return adaptive_max_pool1d(input, options.output_size());
}

class MaxPool2dFuncOptions {
 public:
  MaxPool2dFuncOptions(const IntList& kernel_size) : kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, std::optional<IntList>, stride,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, ceil_mode, = false)
};
template <std::same_as<MaxPool2dFuncOptions> O>
Tensor max_pool2d(const Tensor& input, const O& options) {
  return max_pool2d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class MaxPool2dWithIndicesFuncOptions {
 public:
  MaxPool2dWithIndicesFuncOptions(const IntList& kernel_size) : kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, std::optional<IntList>, stride,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, ceil_mode, = false)
};
template <std::same_as<MaxPool2dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input, const O& options) {
  return max_pool2d_with_indices(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class AvgPool2dFuncOptions {
 public:
  AvgPool2dFuncOptions(const IntList& kernel_size) : kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, std::optional<IntList>, stride,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, ceil_mode, = false)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, count_include_pad, = true)
  RUSHLIGHT_OPTION_DEFAULT(std::optional<int64_t>, std::optional<int64_t>, divisor_override,)
};
template <std::same_as<AvgPool2dFuncOptions> O>
Tensor avg_pool2d(const Tensor& input, const O& options) {
  return avg_pool2d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.ceil_mode(), options.count_include_pad(), options.divisor_override());
}

class AdaptiveAvgPool2dFuncOptions {
 public:
  AdaptiveAvgPool2dFuncOptions(const IntList& output_size) : output_size_(output_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_size,)
};
template <std::same_as<AdaptiveAvgPool2dFuncOptions> O>
Tensor adaptive_avg_pool2d(const Tensor& input, const O& options) {
  return adaptive_avg_pool2d(input, options.output_size());
}

class AdaptiveMaxPool2dWithIndicesFuncOptions {
 public:
  AdaptiveMaxPool2dWithIndicesFuncOptions(const IntList& output_size) : output_size_(output_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_size,)
};
template <std::same_as<AdaptiveMaxPool2dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(const Tensor& input, const O& options) {
  return adaptive_max_pool2d_with_indices(input, options.output_size());
}

class AdaptiveMaxPool2dFuncOptions {
 public:
  AdaptiveMaxPool2dFuncOptions(const IntList& output_size) : output_size_(output_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_size,)
};
template <std::same_as<AdaptiveMaxPool2dFuncOptions> O>
Tensor adaptive_max_pool2d(const Tensor& input, const O& options) {
  return adaptive_max_pool2d(input, options.output_size());
}

class MaxPool3dFuncOptions {
 public:
  MaxPool3dFuncOptions(const IntList& kernel_size) : kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, std::optional<IntList>, stride,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, ceil_mode, = false)
};
template <std::same_as<MaxPool3dFuncOptions> O>
Tensor max_pool3d(const Tensor& input, const O& options) {
  return max_pool3d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class MaxPool3dWithIndicesFuncOptions {
 public:
  MaxPool3dWithIndicesFuncOptions(const IntList& kernel_size) : kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, std::optional<IntList>, stride,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, ceil_mode, = false)
};
template <std::same_as<MaxPool3dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& input, const O& options) {
  return max_pool3d_with_indices(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.dilation(), options.ceil_mode());
}

class AvgPool3dFuncOptions {
 public:
  AvgPool3dFuncOptions(const IntList& kernel_size) : kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, std::optional<IntList>, stride,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, ceil_mode, = false)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, count_include_pad, = true)
  RUSHLIGHT_OPTION_DEFAULT(std::optional<int64_t>, std::optional<int64_t>, divisor_override,)
};
template <std::same_as<AvgPool3dFuncOptions> O>
Tensor avg_pool3d(const Tensor& input, const O& options) {
  return avg_pool3d(input, options.kernel_size(), optional_list(options.stride()), options.padding(), options.ceil_mode(), options.count_include_pad(), options.divisor_override());
}

class AdaptiveAvgPool3dFuncOptions {
 public:
  AdaptiveAvgPool3dFuncOptions(const IntList& output_size) : output_size_(output_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_size,)
};
template <std::same_as<AdaptiveAvgPool3dFuncOptions> O>
Tensor adaptive_avg_pool3d(const Tensor& input, const O& options) {
  return adaptive_avg_pool3d(input, options.output_size());
}

class AdaptiveMaxPool3dWithIndicesFuncOptions {
 public:
  AdaptiveMaxPool3dWithIndicesFuncOptions(const IntList& output_size) : output_size_(output_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_size,)
};
template <std::same_as<AdaptiveMaxPool3dWithIndicesFuncOptions> O>
std::tuple<Tensor, Tensor> adaptive_max_pool3d_with_indices(const Tensor& input, const O& options) {
  return adaptive_max_pool3d_with_indices(input, options.output_size());
}

class AdaptiveMaxPool3dFuncOptions {
 public:
  AdaptiveMaxPool3dFuncOptions(const IntList& output_size) : output_size_(output_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_size,)
};
template <std::same_as<AdaptiveMaxPool3dFuncOptions> O>
Tensor adaptive_max_pool3d(const Tensor& input, const O& options) {
  return adaptive_max_pool3d(input, options.output_size());
}

class UnfoldFuncOptions {
 public:
  UnfoldFuncOptions(const IntList& kernel_size) : kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, stride, = 1)
};
template <std::same_as<UnfoldFuncOptions> O>
Tensor unfold(const Tensor& input, const O& options) {
  return unfold(input, options.kernel_size(), options.dilation(), options.padding(), options.stride());
}

class FoldFuncOptions {
 public:
  FoldFuncOptions(const IntList& output_size, const IntList& kernel_size) : output_size_(output_size), kernel_size_(kernel_size) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, output_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, kernel_size,)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, dilation, = 1)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, padding, = 0)
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, stride, = 1)
};
template <std::same_as<FoldFuncOptions> O>
Tensor fold(const Tensor& input, const O& options) {
  return fold(input, options.output_size(), options.kernel_size(), options.dilation(), options.padding(), options.stride());
}

class InterpolateFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, std::optional<IntList>, size,)
  RUSHLIGHT_OPTION_DEFAULT(const std::vector<double>&, std::optional<std::vector<double>>, scale_factor,)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, mode, = "nearest")
  RUSHLIGHT_OPTION_DEFAULT(std::optional<bool>, std::optional<bool>, align_corners,)
  RUSHLIGHT_OPTION_DEFAULT(std::optional<bool>, std::optional<bool>, recompute_scale_factor,)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, antialias, = false)
};
template <std::same_as<InterpolateFuncOptions> O>
Tensor interpolate(const Tensor& input, const O& options) {
  return interpolate(input, optional_list(options.size()), options.scale_factor(), options.mode(), options.align_corners(), options.recompute_scale_factor(), options.antialias());
}

class LinearFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
};
template <std::same_as<LinearFuncOptions> O>
Tensor linear(const Tensor& input, const Tensor& weight, const O& options) {
  return linear(input, weight, options.bias());
}

class BilinearFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
};
template <std::same_as<BilinearFuncOptions> O>
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const O& options) {
  return bilinear(input1, input2, weight, options.bias());
}

class CrossEntropyFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, ignore_index, = -100)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
  RUSHLIGHT_OPTION_DEFAULT(double, double, label_smoothing, = 0.0)
};
template <std::same_as<CrossEntropyFuncOptions> O>
Tensor cross_entropy(const Tensor& input, const Tensor& target, const O& options) {
  return cross_entropy(input, target, options.weight(), {}, options.ignore_index(), {}, options.reduction(), options.label_smoothing());
}

class NLLLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, ignore_index, = -100)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<NLLLossFuncOptions> O>
Tensor nll_loss(const Tensor& input, const Tensor& target, const O& options) {
  return nll_loss(input, target, options.weight(), {}, options.ignore_index(), {}, options.reduction());
}

class BinaryCrossEntropyFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<BinaryCrossEntropyFuncOptions> O>
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const O& options) {
  return binary_cross_entropy(input, target, options.weight(), {}, {}, options.reduction());
}

class BinaryCrossEntropyWithLogitsFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, pos_weight,)
};
template <std::same_as<BinaryCrossEntropyWithLogitsFuncOptions> O>
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target, const O& options) {
  return binary_cross_entropy_with_logits(input, target, options.weight(), {}, {}, options.reduction(), options.pos_weight());
}

class KLDivFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, log_target, = false)
};
template <std::same_as<KLDivFuncOptions> O>
Tensor kl_div(const Tensor& input, const Tensor& target, const O& options) {
  return kl_div(input, target, {}, {}, options.reduction(), options.log_target());
}

class SoftMarginLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<SoftMarginLossFuncOptions> O>
Tensor soft_margin_loss(const Tensor& input, const Tensor& target, const O& options) {
  return soft_margin_loss(input, target, {}, {}, options.reduction());
}

class MultilabelSoftMarginLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<MultilabelSoftMarginLossFuncOptions> O>
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target, const O& options) {
  return multilabel_soft_margin_loss(input, target, options.weight(), {}, {}, options.reduction());
}

class MultiMarginLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, p, = 1)
  RUSHLIGHT_OPTION_DEFAULT(double, double, margin, = 1.0)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<MultiMarginLossFuncOptions> O>
Tensor multi_margin_loss(const Tensor& input, const Tensor& target, const O& options) {
  return multi_margin_loss(input, target, options.p(), options.margin(), options.weight(), {}, {}, options.reduction());
}

class MSELossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
};
template <std::same_as<MSELossFuncOptions> O>
Tensor mse_loss(const Tensor& input, const Tensor& target, const O& options) {
  return mse_loss(input, target, {}, {}, options.reduction(), options.weight());
}

class L1LossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
};
template <std::same_as<L1LossFuncOptions> O>
Tensor l1_loss(const Tensor& input, const Tensor& target, const O& options) {
  return l1_loss(input, target, {}, {}, options.reduction(), options.weight());
}

class SmoothL1LossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
  RUSHLIGHT_OPTION_DEFAULT(double, double, beta, = 1.0)
};
template <std::same_as<SmoothL1LossFuncOptions> O>
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const O& options) {
  return smooth_l1_loss(input, target, {}, {}, options.reduction(), options.beta());
}

class HuberLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
  RUSHLIGHT_OPTION_DEFAULT(double, double, delta, = 1.0)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
};
template <std::same_as<HuberLossFuncOptions> O>
Tensor huber_loss(const Tensor& input, const Tensor& target, const O& options) {
  return huber_loss(input, target, options.reduction(), options.delta(), options.weight());
}

class PoissonNLLLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, log_input, = true)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, full, = false)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-08)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<PoissonNLLLossFuncOptions> O>
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, const O& options) {
  return poisson_nll_loss(input, target, options.log_input(), options.full(), {}, options.eps(), {}, options.reduction());
}

class GaussianNLLLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, full, = false)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-06)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<GaussianNLLLossFuncOptions> O>
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var, const O& options) {
  return gaussian_nll_loss(input, target, var, options.full(), options.eps(), options.reduction());
}

class CosineSimilarityFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, dim, = 1)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-08)
};
template <std::same_as<CosineSimilarityFuncOptions> O>
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, const O& options) {
  return cosine_similarity(x1, x2, options.dim(), options.eps());
}

class PairwiseDistanceFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, p, = 2.0)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-06)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, keepdim, = false)
};
template <std::same_as<PairwiseDistanceFuncOptions> O>
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, const O& options) {
  return pairwise_distance(x1, x2, options.p(), options.eps(), options.keepdim());
}

class CosineEmbeddingLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, margin, = 0)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<CosineEmbeddingLossFuncOptions> O>
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, const O& options) {
  return cosine_embedding_loss(input1, input2, target, options.margin(), {}, {}, options.reduction());
}

class HingeEmbeddingLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, margin, = 1.0)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<HingeEmbeddingLossFuncOptions> O>
Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target, const O& options) {
  return hinge_embedding_loss(input, target, options.margin(), {}, {}, options.reduction());
}

class MarginRankingLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, margin, = 0)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<MarginRankingLossFuncOptions> O>
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, const O& options) {
  return margin_ranking_loss(input1, input2, target, options.margin(), {}, {}, options.reduction());
}

class TripletMarginLossFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, margin, = 1.0)
  RUSHLIGHT_OPTION_DEFAULT(double, double, p, = 2)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-06)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, swap, = false)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, reduction, = "mean")
};
template <std::same_as<TripletMarginLossFuncOptions> O>
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, const O& options) {
  return triplet_margin_loss(anchor, positive, negative, options.margin(), options.p(), options.eps(), options.swap(), {}, {}, options.reduction());
}

class SoftmaxFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::optional<int64_t>, std::optional<int64_t>, dim,)
  RUSHLIGHT_OPTION_DEFAULT(std::optional<ScalarType>, std::optional<ScalarType>, dtype,)
};
template <std::same_as<SoftmaxFuncOptions> O>
Tensor softmax(const Tensor& input, const O& options) {
  return softmax(input, options.dim(), 3, options.dtype());
}

class LogSoftmaxFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::optional<int64_t>, std::optional<int64_t>, dim,)
  RUSHLIGHT_OPTION_DEFAULT(std::optional<ScalarType>, std::optional<ScalarType>, dtype,)
};
template <std::same_as<LogSoftmaxFuncOptions> O>
Tensor log_softmax(const Tensor& input, const O& options) {
  return log_softmax(input, options.dim(), 3, options.dtype());
}

class SoftminFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::optional<int64_t>, std::optional<int64_t>, dim,)
  RUSHLIGHT_OPTION_DEFAULT(std::optional<ScalarType>, std::optional<ScalarType>, dtype,)
};
template <std::same_as<SoftminFuncOptions> O>
Tensor softmin(const Tensor& input, const O& options) {
  return softmin(input, options.dim(), 3, options.dtype());
}

class GumbelSoftmaxFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, tau, = 1)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, hard, = false)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-10)
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, dim, = -1)
};
template <std::same_as<GumbelSoftmaxFuncOptions> O>
Tensor gumbel_softmax(const Tensor& logits, const O& options) {
  return gumbel_softmax(logits, options.tau(), options.hard(), options.eps(), options.dim());
}

class GLUFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, dim, = -1)
};
template <std::same_as<GLUFuncOptions> O>
Tensor glu(const Tensor& input, const O& options) {
  return glu(input, options.dim());
}

class LayerNormFuncOptions {
 public:
  LayerNormFuncOptions(const IntList& normalized_shape) : normalized_shape_(normalized_shape) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, normalized_shape,)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-05)
};
template <std::same_as<LayerNormFuncOptions> O>
Tensor layer_norm(const Tensor& input, const O& options) {
  return layer_norm(input, options.normalized_shape(), options.weight(), options.bias(), options.eps());
}

class RMSNormFuncOptions {
 public:
  RMSNormFuncOptions(const IntList& normalized_shape) : normalized_shape_(normalized_shape) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, normalized_shape,)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(std::optional<double>, std::optional<double>, eps,)
};
template <std::same_as<RMSNormFuncOptions> O>
Tensor rms_norm(const Tensor& input, const O& options) {
  return rms_norm(input, options.normalized_shape(), options.weight(), options.eps());
}

class GroupNormFuncOptions {
 public:
  GroupNormFuncOptions(int64_t num_groups) : num_groups_(num_groups) {}
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, num_groups,)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-05)
};
template <std::same_as<GroupNormFuncOptions> O>
Tensor group_norm(const Tensor& input, const O& options) {
  return group_norm(input, options.num_groups(), options.weight(), options.bias(), options.eps());
}

class BatchNormFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, training, = false)
  RUSHLIGHT_OPTION_DEFAULT(double, double, momentum, = 0.1)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-05)
};
template <std::same_as<BatchNormFuncOptions> O>
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var, const O& options) {
  return batch_norm(input, running_mean, running_var, options.weight(), options.bias(), options.training(), options.momentum(), options.eps());
}

class InstanceNormFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, running_mean,)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, running_var,)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, weight,)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, bias,)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, use_input_stats, = true)
  RUSHLIGHT_OPTION_DEFAULT(double, double, momentum, = 0.1)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-05)
};
template <std::same_as<InstanceNormFuncOptions> O>
Tensor instance_norm(const Tensor& input, const O& options) {
  return instance_norm(input, options.running_mean(), options.running_var(), options.weight(), options.bias(), options.use_input_stats(), options.momentum(), options.eps());
}

class LocalResponseNormFuncOptions {
 public:
  LocalResponseNormFuncOptions(int64_t size) : size_(size) {}
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, size,)
  RUSHLIGHT_OPTION_DEFAULT(double, double, alpha, = 0.0001)
  RUSHLIGHT_OPTION_DEFAULT(double, double, beta, = 0.75)
  RUSHLIGHT_OPTION_DEFAULT(double, double, k, = 1.0)
};
template <std::same_as<LocalResponseNormFuncOptions> O>
Tensor local_response_norm(const Tensor& input, const O& options) {
  return local_response_norm(input, options.size(), options.alpha(), options.beta(), options.k());
}

class NormalizeFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, p, = 2.0)
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, dim, = 1)
  RUSHLIGHT_OPTION_DEFAULT(double, double, eps, = 1e-12)
  RUSHLIGHT_OPTION_DEFAULT(const Tensor&, Tensor, out,)
};
template <std::same_as<NormalizeFuncOptions> O>
Tensor normalize(const Tensor& input, const O& options) {
  return normalize(input, options.p(), options.dim(), options.eps(), options.out());
}

class DropoutFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, p, = 0.5)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, training, = true)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<DropoutFuncOptions> O>
Tensor dropout(const Tensor& input, const O& options) {
  return dropout(input, options.p(), options.training(), options.inplace());
}

class Dropout1dFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, p, = 0.5)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, training, = true)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<Dropout1dFuncOptions> O>
Tensor dropout1d(const Tensor& input, const O& options) {
  return dropout1d(input, options.p(), options.training(), options.inplace());
}

class Dropout2dFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, p, = 0.5)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, training, = true)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<Dropout2dFuncOptions> O>
Tensor dropout2d(const Tensor& input, const O& options) {
  return dropout2d(input, options.p(), options.training(), options.inplace());
}

class Dropout3dFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, p, = 0.5)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, training, = true)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<Dropout3dFuncOptions> O>
Tensor dropout3d(const Tensor& input, const O& options) {
  return dropout3d(input, options.p(), options.training(), options.inplace());
}

class AlphaDropoutFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, p, = 0.5)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, training, = false)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<AlphaDropoutFuncOptions> O>
Tensor alpha_dropout(const Tensor& input, const O& options) {
  return alpha_dropout(input, options.p(), options.training(), options.inplace());
}

class FeatureAlphaDropoutFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, p, = 0.5)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, training, = false)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<FeatureAlphaDropoutFuncOptions> O>
Tensor feature_alpha_dropout(const Tensor& input, const O& options) {
  return feature_alpha_dropout(input, options.p(), options.training(), options.inplace());
}

class EmbeddingFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::optional<int64_t>, std::optional<int64_t>, padding_idx,)
  RUSHLIGHT_OPTION_DEFAULT(std::optional<double>, std::optional<double>, max_norm,)
  RUSHLIGHT_OPTION_DEFAULT(double, double, norm_type, = 2.0)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, scale_grad_by_freq, = false)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, sparse, = false)
};
template <std::same_as<EmbeddingFuncOptions> O>
Tensor embedding(const Tensor& input, const Tensor& weight, const O& options) {
  return embedding(input, weight, options.padding_idx(), options.max_norm(), options.norm_type(), options.scale_grad_by_freq(), options.sparse());
}

class OneHotFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, num_classes, = -1)
};
template <std::same_as<OneHotFuncOptions> O>
Tensor one_hot(const Tensor& input, const O& options) {
  return one_hot(input, options.num_classes());
}

class ReLUFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<ReLUFuncOptions> O>
Tensor relu(const Tensor& input, const O& options) {
  return relu(input, options.inplace());
}

class GELUFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, approximate, = "none")
};
template <std::same_as<GELUFuncOptions> O>
Tensor gelu(const Tensor& input, const O& options) {
  return gelu(input, options.approximate());
}

class SiLUFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<SiLUFuncOptions> O>
Tensor silu(const Tensor& input, const O& options) {
  return silu(input, options.inplace());
}

class MishFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<MishFuncOptions> O>
Tensor mish(const Tensor& input, const O& options) {
  return mish(input, options.inplace());
}

class ELUFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, alpha, = 1.0)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<ELUFuncOptions> O>
Tensor elu(const Tensor& input, const O& options) {
  return elu(input, options.alpha(), options.inplace());
}

class SELUFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<SELUFuncOptions> O>
Tensor selu(const Tensor& input, const O& options) {
  return selu(input, options.inplace());
}

class CELUFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, alpha, = 1.0)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<CELUFuncOptions> O>
Tensor celu(const Tensor& input, const O& options) {
  return celu(input, options.alpha(), options.inplace());
}

class LeakyReLUFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, negative_slope, = 0.01)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<LeakyReLUFuncOptions> O>
Tensor leaky_relu(const Tensor& input, const O& options) {
  return leaky_relu(input, options.negative_slope(), options.inplace());
}

class HardtanhFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, min_val, = -1.0)
  RUSHLIGHT_OPTION_DEFAULT(double, double, max_val, = 1.0)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<HardtanhFuncOptions> O>
Tensor hardtanh(const Tensor& input, const O& options) {
  return hardtanh(input, options.min_val(), options.max_val(), options.inplace());
}

class ReLU6FuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<ReLU6FuncOptions> O>
Tensor relu6(const Tensor& input, const O& options) {
  return relu6(input, options.inplace());
}

class SoftplusFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, beta, = 1.0)
  RUSHLIGHT_OPTION_DEFAULT(double, double, threshold, = 20.0)
};
template <std::same_as<SoftplusFuncOptions> O>
Tensor softplus(const Tensor& input, const O& options) {
  return softplus(input, options.beta(), options.threshold());
}

class HardswishFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<HardswishFuncOptions> O>
Tensor hardswish(const Tensor& input, const O& options) {
  return hardswish(input, options.inplace());
}

class HardsigmoidFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<HardsigmoidFuncOptions> O>
Tensor hardsigmoid(const Tensor& input, const O& options) {
  return hardsigmoid(input, options.inplace());
}

class ThresholdFuncOptions {
 public:
  ThresholdFuncOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
  RUSHLIGHT_OPTION_DEFAULT(double, double, threshold,)
  RUSHLIGHT_OPTION_DEFAULT(double, double, value,)
  RUSHLIGHT_OPTION_DEFAULT(bool, bool, inplace, = false)
};
template <std::same_as<ThresholdFuncOptions> O>
Tensor threshold(const Tensor& input, const O& options) {
  return threshold(input, options.threshold(), options.value(), options.inplace());
}

class HardshrinkFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, lambd, = 0.5)
};
template <std::same_as<HardshrinkFuncOptions> O>
Tensor hardshrink(const Tensor& input, const O& options) {
  return hardshrink(input, options.lambd());
}

class SoftshrinkFuncOptions {
 public:
  RUSHLIGHT_OPTION_DEFAULT(double, double, lambd, = 0.5)
};
template <std::same_as<SoftshrinkFuncOptions> O>
Tensor softshrink(const Tensor& input, const O& options) {
  return softshrink(input, options.lambd());
}

class PadFuncOptions {
 public:
  PadFuncOptions(const IntList& pad) : pad_(pad) {}
  RUSHLIGHT_OPTION_DEFAULT(const IntList&, IntList, pad,)
  RUSHLIGHT_OPTION_DEFAULT(std::string_view, std::string, mode, = "constant")
  RUSHLIGHT_OPTION_DEFAULT(std::optional<double>, std::optional<double>, value,)
};
template <std::same_as<PadFuncOptions> O>
Tensor pad(const Tensor& input, const O& options) {
  return pad(input, options.pad(), options.mode(), options.value());
}

class PixelShuffleFuncOptions {
 public:
  PixelShuffleFuncOptions(int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, upscale_factor,)
};
template <std::same_as<PixelShuffleFuncOptions> O>
Tensor pixel_shuffle(const Tensor& input, const O& options) {
  return pixel_shuffle(input, options.upscale_factor());
}

class PixelUnshuffleFuncOptions {
 public:
  PixelUnshuffleFuncOptions(int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, downscale_factor,)
};
template <std::same_as<PixelUnshuffleFuncOptions> O>
Tensor pixel_unshuffle(const Tensor& input, const O& options) {
  return pixel_unshuffle(input, options.downscale_factor());
}

class ChannelShuffleFuncOptions {
 public:
  ChannelShuffleFuncOptions(int64_t groups) : groups_(groups) {}
  RUSHLIGHT_OPTION_DEFAULT(int64_t, int64_t, groups,)
};
template <std::same_as<ChannelShuffleFuncOptions> O>
Tensor channel_shuffle(const Tensor& input, const O& options) {
  return channel_shuffle(input, options.groups());
}

}  // namespace rushlight::nn::functional
