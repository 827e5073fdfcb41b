// Gradients of the matrix-product family.
#include "autograd/formulas.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

// (*, n) as (rows, n).
Tensor rows_of(const Tensor& t) { return t.dim() == 2 ? t : t.reshape({-1, t.sizes().back()}); }

}  // namespace

Tensor scaled(const Tensor& grad, const Scalar& factor) { return factor.equal(1) ? grad : grad.mul(factor); }

Tensor linear_backward_input(const Tensor& grad, const Tensor& weight) {
  if (grad.dim() == 2) return grad.mm(conj(weight));
  DimVector sizes = grad.sizes();
  sizes.back() = weight.sizes()[1];
  return grad.numel() == 0 ? zeros(sizes, grad.options()) : rows_of(grad).mm(conj(weight)).reshape(sizes);
}

Tensor linear_backward_weight(const Tensor& grad, const Tensor& input) {
  if (grad.numel() == 0 || input.numel() == 0)
    return zeros({grad.sizes().back(), input.sizes().back()}, grad.options());
  return rows_of(grad).t().mm(conj(rows_of(input)));
}

Tensor linear_backward_bias(const Tensor& grad) {
  if (grad.dim() == 1) return grad;
  if (grad.numel() == 0) return zeros({grad.sizes().back()}, grad.options());
  return rows_of(grad).sum(0);
}

}  // namespace rushlight
