// Gradients of the fused losses.
#include <array>

#include "autograd/formulas.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

// What each row's loss is multiplied with, as [N, 1]: the incoming gradient, the class weight, the mean's divisor; 0 for
// ignored rows.
Tensor row_scale(const Tensor& grad, const Tensor& target, const Tensor& weight, const Tensor& total_weight,
                 int64_t reduction, int64_t ignore_index) {
  const Tensor at = target.to(kLong), ignored = eq(at, ignore_index);
  Tensor scale = grad.dim() == 0 ? grad.expand(at.sizes()) : grad;
  if (reduction == 1) scale = div(scale, total_weight.detach().to(grad.dtype()));
  if (weight.defined()) scale = mul(scale, weight.index_select(0, masked_fill(at, ignored, 0)));
  return masked_fill(scale, ignored, 0).unsqueeze(1);
}

}  // namespace

Tensor cross_entropy_backward(const Tensor& grad, const Tensor& input, const Tensor& target, const Tensor& weight,
                              const Tensor& lse, const Tensor& total_weight, int64_t reduction, int64_t ignore_index) {
  const bool again = GradMode::is_enabled() &&
                     (grad.requires_grad() || input.requires_grad());  // see Note [Fused and composed gradients]
  if (!again) return _cross_entropy_backward(grad, input, target, weight, lse, total_weight, reduction, ignore_index);
  const Tensor scale = row_scale(grad, target, weight, total_weight, reduction, ignore_index);
  const Tensor at = masked_fill(target.to(kLong), eq(target.to(kLong), ignore_index), 0).unsqueeze(1);
  const Tensor hot = zeros(input.sizes(), input.options()).scatter(1, at, ones(at.sizes(), input.options()));
  return mul(sub(_softmax(input, 1), hot), scale);
}

Tensor nll_loss_double_backward(const Tensor& grad, const Tensor& target, const Tensor& weight,
                                const Tensor& total_weight, int64_t reduction, int64_t ignore_index) {
  const Tensor sum = std::get<0>(_nll_loss(grad, target, weight, reduction == 0 ? 0 : 2, ignore_index));
  return reduction == 1 ? div(sum, total_weight.detach().to(sum.dtype())) : sum;
}

Tensor mse_loss_backward(const Tensor& grad, const Tensor& input, const Tensor& target, int64_t reduction) {
  const double factor = reduction == 1 ? 2.0 / static_cast<double>(input.numel()) : 2.0;
  return mul(sub(input, target), mul(grad, factor));
}

}  // namespace rushlight
