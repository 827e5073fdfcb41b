// Losses under the names LibTorch has in its top namespace; nn::functional holds the same with all their options.
#pragma once
#include <string_view>

#include "rushlight/ops.h"

namespace rushlight {

// Log-probabilities [N, C, *] and classes [N, *]; reduction: "none", "mean" or "sum" (kNone, kMean, kSum), here and below.
inline Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight = {},
                       std::string_view reduction = "mean", int64_t ignore_index = -100) {
  return nn::functional::nll_loss(self, target, weight, {}, ignore_index, {}, reduction);
}
// Logits [N, C, *] and classes [N, *] or probabilities [N, C, *].
inline Tensor cross_entropy_loss(const Tensor& self, const Tensor& target, const Tensor& weight = {},
                                 std::string_view reduction = "mean", int64_t ignore_index = -100,
                                 double label_smoothing = 0.0) {
  return nn::functional::cross_entropy(self, target, weight, {}, ignore_index, {}, reduction, label_smoothing);
}
// Probabilities and targets in [0, 1] of one shape.
inline Tensor binary_cross_entropy(const Tensor& self, const Tensor& target, const Tensor& weight = {},
                                   std::string_view reduction = "mean") {
  return nn::functional::binary_cross_entropy(self, target, weight, {}, {}, reduction);
}
// Without `reduction`, and with a number for it, these two are ops.
inline Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target, const Tensor& weight,
                                               const Tensor& pos_weight, std::string_view reduction) {
  return nn::functional::binary_cross_entropy_with_logits(self, target, weight, {}, {}, reduction, pos_weight);
}
inline Tensor mse_loss(const Tensor& self, const Tensor& target, std::string_view reduction = "mean") {
  return nn::functional::mse_loss(self, target, {}, {}, reduction);
}
inline Tensor l1_loss(const Tensor& self, const Tensor& target, std::string_view reduction = "mean") {
  return nn::functional::l1_loss(self, target, {}, {}, reduction);
}
inline Tensor smooth_l1_loss(const Tensor& self, const Tensor& target, std::string_view reduction = "mean",
                             double beta = 1.0) {
  return nn::functional::smooth_l1_loss(self, target, {}, {}, reduction, beta);
}
inline Tensor huber_loss(const Tensor& self, const Tensor& target, std::string_view reduction = "mean",
                         double delta = 1.0) {
  return nn::functional::huber_loss(self, target, reduction, delta);
}
inline Tensor kl_div(const Tensor& self, const Tensor& target, std::string_view reduction, bool log_target = false) {
  return nn::functional::kl_div(self, target, {}, {}, reduction, log_target);
}

}  // namespace rushlight
