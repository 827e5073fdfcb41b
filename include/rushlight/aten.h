// Names that LibTorch has in its top namespace and Python does not: linalg_inv beside linalg::inv, and nn's functions with
// the arguments of the operators below them (gelu, upsample_nearest2d…). Nothing is computed here.
#pragma once
#include <optional>
#include <string_view>
#include <tuple>

#include "rushlight/nn/losses.h"
#include "rushlight/ops.h"

namespace rushlight {

#include "rushlight/generated/flat_names.inc"

// ---- activations ------------------------------------------------------------------------------------------------------------
inline Tensor elu(const Tensor& self, const Scalar& alpha = 1) { return nn::functional::elu(self, alpha.toDouble()); }
inline Tensor gelu(const Tensor& self, std::string_view approximate = "none") {
  return nn::functional::gelu(self, approximate);
}
inline Tensor glu(const Tensor& self, int64_t dim = -1) { return nn::functional::glu(self, dim); }
inline Tensor silu(const Tensor& self) { return nn::functional::silu(self); }
inline Tensor mish(const Tensor& self) { return nn::functional::mish(self); }
inline Tensor relu6(const Tensor& self) { return nn::functional::relu6(self); }
inline Tensor leaky_relu(const Tensor& self, const Scalar& negative_slope = 0.01) {
  return nn::functional::leaky_relu(self, negative_slope.toDouble());
}
inline Tensor softplus(const Tensor& self, const Scalar& beta = 1, const Scalar& threshold = 20) {
  return nn::functional::softplus(self, beta.toDouble(), threshold.toDouble());
}
inline Tensor softshrink(const Tensor& self, const Scalar& lambd = 0.5) {
  return nn::functional::softshrink(self, lambd.toDouble());
}
inline Tensor log_sigmoid(const Tensor& self) { return nn::functional::logsigmoid(self); }
inline Tensor hardsigmoid(const Tensor& self) { return nn::functional::hardsigmoid(self); }
inline Tensor hardswish(const Tensor& self) { return nn::functional::hardswish(self); }
inline Tensor hardtanh(const Tensor& self, const Scalar& min_val = -1, const Scalar& max_val = 1) {
  return nn::functional::hardtanh(self, min_val.toDouble(), max_val.toDouble());
}
inline Tensor& elu_(Tensor& self, const Scalar& alpha = 1) {
  nn::functional::elu(self, alpha.toDouble(), true);
  return self;
}
inline Tensor& silu_(Tensor& self) {
  nn::functional::silu(self, true);
  return self;
}
inline Tensor& relu6_(Tensor& self) {
  nn::functional::relu6(self, true);
  return self;
}
inline Tensor& leaky_relu_(Tensor& self, const Scalar& negative_slope = 0.01) {
  return nn::functional::leaky_relu_(self, negative_slope.toDouble());
}
inline Tensor& hardtanh_(Tensor& self, const Scalar& min_val = -1, const Scalar& max_val = 1) {
  return nn::functional::hardtanh_(self, min_val.toDouble(), max_val.toDouble());
}

// ---- layers -------------------------------------------------------------------------------------------------------------------
inline Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {}) {
  return nn::functional::linear(input, weight, bias);
}
inline Tensor one_hot(const Tensor& self, int64_t num_classes = -1) {
  return nn::functional::one_hot(self, num_classes);
}
inline Tensor pad(const Tensor& self, IntArrayRef padding, std::string_view mode = "constant",
                  std::optional<double> value = {}) {
  return nn::functional::pad(self, padding, mode, value);
}
#define RL_PAD(name, mode, n)                                                   \
  inline Tensor name##n##d(const Tensor& self, IntArrayRef padding) {           \
    check(padding.size() == 2 * n, "padding size is expected to be {}", 2 * n); \
    return nn::functional::pad(self, padding, mode);                            \
  }
RL_PAD(reflection_pad, "reflect", 1)
RL_PAD(reflection_pad, "reflect", 2)
RL_PAD(reflection_pad, "reflect", 3)
RL_PAD(replication_pad, "replicate", 1)
RL_PAD(replication_pad, "replicate", 2)
RL_PAD(replication_pad, "replicate", 3)
#undef RL_PAD
inline Tensor im2col(const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding,
                     IntArrayRef stride) {
  return nn::functional::unfold(self, kernel_size, dilation, padding, stride);
}
inline Tensor col2im(const Tensor& self, IntArrayRef output_size, IntArrayRef kernel_size, IntArrayRef dilation,
                     IntArrayRef padding, IntArrayRef stride) {
  return nn::functional::fold(self, output_size, kernel_size, dilation, padding, stride);
}
inline std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& self, IntArrayRef output_size) {
  return nn::functional::adaptive_max_pool2d_with_indices(self, output_size);
}
// Values and, if asked for, where each element of the input is among them.
inline std::tuple<Tensor, Tensor> _unique(const Tensor& self, bool sorted = true, bool return_inverse = false) {
  auto [values, inverse, counts] = _unique2(self, sorted, return_inverse, false);
  return {std::move(values), std::move(inverse)};
}

// ---- upsampling to a size or by factors -----------------------------------------------------------------------------------------
#define RL_UPSAMPLE(name, mode)                                                 \
  inline Tensor name(const Tensor& self, IntArrayRef output_size) {             \
    return nn::functional::interpolate(self, output_size, std::nullopt, mode);  \
  }                                                                             \
  inline Tensor name(const Tensor& self, OptionalIntArrayRef output_size,       \
                     std::optional<ArrayRef<double>> scale_factors) {           \
    return nn::functional::interpolate(self, output_size, scale_factors, mode); \
  }
RL_UPSAMPLE(upsample_nearest1d, "nearest")
RL_UPSAMPLE(upsample_nearest2d, "nearest")
RL_UPSAMPLE(upsample_nearest3d, "nearest")
RL_UPSAMPLE(_upsample_nearest_exact1d, "nearest-exact")
RL_UPSAMPLE(_upsample_nearest_exact2d, "nearest-exact")
RL_UPSAMPLE(_upsample_nearest_exact3d, "nearest-exact")
#undef RL_UPSAMPLE
#define RL_UPSAMPLE(name, mode)                                                                \
  inline Tensor name(const Tensor& self, IntArrayRef output_size, bool align_corners) {        \
    return nn::functional::interpolate(self, output_size, std::nullopt, mode, align_corners);  \
  }                                                                                            \
  inline Tensor name(const Tensor& self, OptionalIntArrayRef output_size, bool align_corners,  \
                     std::optional<ArrayRef<double>> scale_factors) {                          \
    return nn::functional::interpolate(self, output_size, scale_factors, mode, align_corners); \
  }
RL_UPSAMPLE(upsample_linear1d, "linear")
RL_UPSAMPLE(upsample_bilinear2d, "bilinear")
RL_UPSAMPLE(upsample_bicubic2d, "bicubic")
RL_UPSAMPLE(upsample_trilinear3d, "trilinear")
#undef RL_UPSAMPLE

// ---- losses with a number for the reduction -----------------------------------------------------------------------------------
namespace Reduction {
enum Reduction { None, Mean, Sum, END };

// The text of a number. ValueError when it is none.
inline std::string_view text(int64_t reduction) {
  check_value(reduction >= None && reduction < END, "{} is not a valid value for reduction", reduction);
  constexpr std::string_view kTexts[] = {"none", "mean", "sum"};
  return kTexts[reduction];
}
}  // namespace Reduction

inline Tensor mse_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  return mse_loss(self, target, Reduction::text(reduction));
}
inline Tensor l1_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  return l1_loss(self, target, Reduction::text(reduction));
}
inline Tensor smooth_l1_loss(const Tensor& self, const Tensor& target, int64_t reduction, double beta = 1.0) {
  return smooth_l1_loss(self, target, Reduction::text(reduction), beta);
}
inline Tensor huber_loss(const Tensor& self, const Tensor& target, int64_t reduction, double delta = 1.0) {
  return huber_loss(self, target, Reduction::text(reduction), delta);
}
inline Tensor binary_cross_entropy(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction) {
  return binary_cross_entropy(self, target, weight, Reduction::text(reduction));
}
inline Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction,
                       int64_t ignore_index = -100) {
  return nll_loss(self, target, weight, Reduction::text(reduction), ignore_index);
}
inline Tensor cross_entropy_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction,
                                 int64_t ignore_index = -100, double label_smoothing = 0.0) {
  return cross_entropy_loss(self, target, weight, Reduction::text(reduction), ignore_index, label_smoothing);
}

}  // namespace rushlight
