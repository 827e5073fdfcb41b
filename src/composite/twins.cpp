// Functions of nn.functional under torch's own names and orders of arguments; reductions are numbers here.
#include "rushlight/ops.h"

namespace rushlight {
namespace {

std::string_view reduction_text(int64_t reduction) {
  check_value(reduction >= 0 && reduction <= 2, "{} is not a valid value for reduction (0 none, 1 mean, 2 sum)",
              reduction);
  return reduction == 0 ? "none" : reduction == 1 ? "mean" : "sum";
}

}  // namespace

namespace F = nn::functional;

Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias) {
  return F::bilinear(input1, input2, weight, bias);
}
Tensor instance_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                     const Tensor& running_var, bool use_input_stats, double momentum, double eps, bool) {
  return F::instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps);
}
std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_max_pool1d_with_indices(self, output_size);
}

std::tuple<Tensor, Tensor> native_dropout(const Tensor& input, double p, std::optional<bool> train) {
  if (input.numel() == 0) return {input, empty(input.sizes(), input.options().requires_grad(false))};
  if (!train.value_or(true)) return {input, ones(input.sizes(), kBool)};
  check(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got {}", p);
  Tensor mask = empty(input.sizes(), kBool);
  mask.bernoulli_(1 - p);
  return {_dropout_apply(input, mask, p == 1 ? 0.0 : 1 / (1 - p)), mask};
}

Tensor binary_cross_entropy_with_logits_plain(const Tensor& self, const Tensor& target, const Tensor& weight,
                                              const Tensor& pos_weight, int64_t reduction) {
  return F::binary_cross_entropy_with_logits(self, target, weight, {}, {}, reduction_text(reduction), pos_weight);
}
Tensor kl_div_plain(const Tensor& self, const Tensor& target, int64_t reduction, bool log_target) {
  const Tensor loss = log_target ? mul(exp(target), sub(target, self)) : sub(xlogy(target, target), mul(target, self));
  const std::string_view how = reduction_text(reduction);
  return how == "none" ? loss : how == "mean" ? loss.mean() : loss.sum();
}
Tensor poisson_nll_loss_plain(const Tensor& input, const Tensor& target, bool log_input, bool full, double eps,
                              int64_t reduction) {
  return F::poisson_nll_loss(input, target, log_input, full, {}, eps, {}, reduction_text(reduction));
}
Tensor hinge_embedding_loss_plain(const Tensor& self, const Tensor& target, double margin, int64_t reduction) {
  return F::hinge_embedding_loss(self, target, margin, {}, {}, reduction_text(reduction));
}
Tensor cosine_embedding_loss_plain(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                                   int64_t reduction) {
  return F::cosine_embedding_loss(input1, input2, target, margin, {}, {}, reduction_text(reduction));
}
Tensor margin_ranking_loss_plain(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                                 int64_t reduction) {
  return F::margin_ranking_loss(input1, input2, target, margin, {}, {}, reduction_text(reduction));
}
Tensor triplet_margin_loss_plain(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin,
                                 double p, double eps, bool swap, int64_t reduction) {
  return F::triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, {}, {}, reduction_text(reduction));
}

}  // namespace rushlight
