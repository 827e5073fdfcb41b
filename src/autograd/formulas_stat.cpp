// Gradients of distances.
#include <cmath>

#include "autograd/formulas.h"
#include "rushlight/ops.h"

namespace rushlight {

// Of the first argument. Through the product: d_ij = |a_i - b_j| has the gradient (a_i - b_j) / d_ij, whose weighted sum
// over j splits into two terms; rows that are equal get none.
Tensor cdist_backward(const Tensor& grad, const Tensor& x1, const Tensor& x2, double p, bool by_product,
                      const Tensor& result) {
  if (!by_product) return _cdist_backward(grad, x1, x2, p, result);
  const Tensor ratio = grad.div(result).masked_fill(result.eq(0), 0);
  return x1.mul(ratio.sum(-1, true)).sub(ratio.bmm(x2));
}

// Note [Second derivatives of distances]
// The gradient of row i is sum_j g_ij f_ij with f_ij the gradient of d_ij = |a_i - b_j|_p. For a direction v_i the
// derivatives of sum_ij g_ij <v_i, f_ij> are: by g_ij, s_ij = <v_i, f_ij>; by the difference, with
// f = sign(x) |x|^(p-1) d^(1-p): (p - 1) (v |x|^(p-2) d^(1-p) - s f / d) g. Where the rows are equal all are 0.
std::tuple<Tensor, Tensor, Tensor> cdist_double_backward(const Tensor& grad, const Tensor& grad_output,
                                                         const Tensor& x1, const Tensor& x2, double p,
                                                         const Tensor& distances) {
  const Tensor x = x1.unsqueeze(2).sub(x2.unsqueeze(1)), v = grad.unsqueeze(2);
  if (p == 0) return {zeros_like(grad_output), zeros_like(x1), zeros_like(x2)};
  const Tensor d = linalg::vector_norm(x, p, -1, true), none = d.eq(0), size = d.masked_fill(none, 1);
  Tensor f;
  if (p == 1)
    f = x.sgn();
  else if (std::isinf(p))
    f = x.sgn().mul(x.abs().eq(distances.unsqueeze(-1)));
  else
    f = x.sgn().mul(x.abs().pow(p - 1)).mul(size.pow(1 - p));
  f = f.masked_fill(none, 0);
  const Tensor s = v.mul(f).sum(-1);
  if (p == 1 || std::isinf(p)) return {s, zeros_like(x1), zeros_like(x2)};
  Tensor curved = p == 2 ? v.expand(x.sizes()) : v.mul(x.abs().pow(p - 2).masked_fill(x.eq(0), 0));
  curved = curved.mul(size.pow(1 - p)).sub(s.unsqueeze(-1).mul(f).div(size)).mul(p - 1);
  curved = curved.masked_fill(none, 0).mul(grad_output.unsqueeze(-1));
  return {s, curved.sum(2), curved.sum(1).neg()};
}

// As of all pairs, from both halves of the symmetric matrices.
Tensor pdist_backward(const Tensor& grad, const Tensor& self, double p, const Tensor& result) {
  const int64_t n = self.size(0);
  if (n < 2) return zeros_like(self);
  const Tensor pairs = triu_indices(n, n, 1, kLong), places = pairs.select(0, 0).mul(n).add(pairs.select(0, 1));
  const auto square = [&](const Tensor& upper) {
    const Tensor half = zeros({n * n}, upper.options()).index_copy(0, places, upper).view({n, n});
    return half.add(half.t()).unsqueeze(0);
  };
  const Tensor rows = self.unsqueeze(0);
  return cdist_backward(square(grad), rows, rows, p, false, square(result)).squeeze(0);
}

}  // namespace rushlight
