// Gradients of reductions and scans.
#include <array>
#include <cmath>
#include <limits>

#include "autograd/formulas.h"
#include "plan/dims.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

using plan::dim_mask;
using plan::DimMask;

Tensor as_type(const Tensor& t, ScalarType dtype) { return t.dtype() == dtype ? t : t.to(dtype); }

// Puts the dims that a reduction dropped back, with size 1.
Tensor restore(Tensor t, int64_t ndim, const DimMask& mask, bool keepdim) {
  if (keepdim || ndim == 0) return t;
  for (int64_t d = 0; d < ndim; ++d) {
    if (mask[static_cast<size_t>(d)]) t = t.unsqueeze(d);
  }
  return t;
}
Tensor restore(const Tensor& t, int64_t ndim, OptionalIntArrayRef dim, bool keepdim) {
  return restore(t, ndim, dim_mask(dim, ndim), keepdim);
}

int64_t folded(IntArrayRef sizes, OptionalIntArrayRef dim) {
  const DimMask mask = dim_mask(dim, static_cast<int64_t>(sizes.size()));
  int64_t n = 1;
  for (size_t d = 0; d < sizes.size(); ++d) n *= mask[d] ? sizes[d] : 1;
  return n;
}

bool has_zero(const Tensor& t) {
  const NoGradGuard guard;
  return any(eq(t, 0)).item<bool>();
}

Tensor reversed_cumsum(const Tensor& t, int64_t dim) { return _reverse_cumsum(t, dim); }

// Along dim: the product of all elements before each one, times that of all after it.
Tensor product_of_others(const Tensor& self, int64_t dim) {
  if (self.size(dim) == 1) return ones_like(self);
  const Tensor one = ones_like(self.narrow(dim, 0, 1));
  const int64_t rest = self.size(dim) - 1;
  const Tensor before = cat({one, self.narrow(dim, 0, rest)}, dim).cumprod(dim);
  const int64_t dims[] = {dim};
  const Tensor after = cat({one, self.narrow(dim, 1, rest).flip(dims)}, dim).cumprod(dim).flip(dims);
  return mul(before, after);
}

// grad conj(a / b), in the order that rounds least for reals.
Tensor mul_conj_ratio(const Tensor& grad, const Tensor& a, const Tensor& b) { return div(mul(grad, conj(a)), conj(b)); }

}  // namespace

Tensor sum_backward(const Tensor& grad, IntArrayRef sizes, OptionalIntArrayRef dim, bool keepdim, ScalarType dtype) {
  return as_type(restore(grad, static_cast<int64_t>(sizes.size()), dim, keepdim), dtype).expand(sizes);
}

Tensor mean_backward(const Tensor& grad, IntArrayRef sizes, OptionalIntArrayRef dim, bool keepdim, ScalarType dtype) {
  return div(sum_backward(grad, sizes, dim, keepdim, dtype), folded(sizes, dim));
}

Tensor prod_backward(const Tensor& grad, const Tensor& self, const Tensor& result) {
  if (self.dim() == 0) return as_type(grad, self.dtype()).clone();
  if (!has_zero(self)) return mul_conj_ratio(as_type(grad, self.dtype()), as_type(result, self.dtype()), self);
  return mul(as_type(grad, self.dtype()), conj(product_of_others(self.reshape({-1}), 0).reshape(self.sizes())));
}

Tensor prod_backward(const Tensor& grad, const Tensor& self, const Tensor& result, int64_t dim, bool keepdim) {
  if (self.dim() == 0) return as_type(grad, self.dtype()).clone();
  dim = plan::wrap_dim(dim, self.dim());
  const Tensor g = as_type(keepdim ? grad : grad.unsqueeze(dim), self.dtype());
  if (!has_zero(self)) return mul_conj_ratio(g, as_type(keepdim ? result : result.unsqueeze(dim), self.dtype()), self);
  return mul(g, conj(product_of_others(self, dim)));
}

Tensor logsumexp_backward(const Tensor& grad, const Tensor& self, const Tensor& result, IntArrayRef dim, bool keepdim) {
  return mul(restore(grad, self.dim(), dim, keepdim), conj(exp(sub(self, restore(result, self.dim(), dim, keepdim)))));
}

Tensor extreme_backward(const Tensor& grad, const Tensor& self, const Tensor& result, OptionalIntArrayRef dim,
                        bool keepdim) {
  const DimMask mask = dim_mask(dim, self.dim());
  const Tensor at = eq(self, restore(result, self.dim(), mask, keepdim));
  const Tensor g = restore(grad, self.dim(), mask, keepdim);
  DimVector dims;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (mask[static_cast<size_t>(d)]) dims.push_back(d);
  }
  const Tensor count = self.dim() == 0 ? at.to(kLong) : at.sum(IntArrayRef(dims), true);
  return mul(div(g, count), at);
}

Tensor evenly_distribute_backward(const Tensor& grad, const Tensor& self, const Tensor& result) {
  const Tensor at = result.isnan().item<bool>() ? isnan(self) : eq(self, result);
  return mul(div(grad, at.sum()), at);
}

Tensor aminmax_backward(const Tensor& grad_min, const Tensor& grad_max, const Tensor& self, const Tensor& min,
                        const Tensor& max, std::optional<int64_t> dim, bool keepdim) {
  const auto part = [&](const Tensor& grad, const Tensor& result) {
    if (!dim)
      return evenly_distribute_backward(keepdim ? grad.reshape(IntArrayRef()) : grad, self,
                                        keepdim ? result.reshape(IntArrayRef()) : result);
    return extreme_backward(grad, self, result, *dim, keepdim);
  };
  if (!grad_min.defined()) return part(grad_max, max);
  if (!grad_max.defined()) return part(grad_min, min);
  return add(part(grad_min, min), part(grad_max, max));
}

Tensor selection_backward(const Tensor& grad, IntArrayRef sizes, int64_t dim, const Tensor& indices, bool keepdim) {
  const auto ndim = static_cast<int64_t>(sizes.size());
  if (ndim == 0) return grad;
  dim = plan::wrap_dim(dim, ndim);
  const Tensor g = keepdim ? grad : grad.unsqueeze(dim), at = keepdim ? indices : indices.unsqueeze(dim);
  return zeros(sizes, grad.options()).scatter(dim, at, g);
}

Tensor scan_selection_backward(const Tensor& grad, IntArrayRef sizes, int64_t dim, const Tensor& indices) {
  if (sizes.empty() || grad.numel() == 0) return grad;
  return zeros(sizes, grad.options())
      .scatter_add(plan::wrap_dim(dim, static_cast<int64_t>(sizes.size())), indices, grad);
}

Tensor var_backward(const Tensor& grad, const Tensor& self, OptionalIntArrayRef dim,
                    const std::optional<Scalar>& correction, bool keepdim) {
  const double less = correction ? correction->toDouble() : 1.0;
  const double factor = 2.0 / (static_cast<double>(folded(self.sizes(), dim)) - less);
  const Tensor mean = self.dim() == 0 ? self : self.mean(dim, true);
  return mul(mul(restore(grad, self.dim(), dim, keepdim), factor), sub(self, mean));
}

Tensor std_backward(const Tensor& grad, const Tensor& self, const Tensor& result, OptionalIntArrayRef dim,
                    const std::optional<Scalar>& correction, bool keepdim) {
  const Tensor of_var = masked_fill(div(grad, mul(result, 2)), eq(result, 0), 0);
  return var_backward(of_var, self, dim, correction, keepdim);
}

Tensor var_mean_backward(const Tensor& grad_var, const Tensor& grad_mean, const Tensor& self, OptionalIntArrayRef dim,
                         const std::optional<Scalar>& correction, bool keepdim) {
  Tensor total;
  if (grad_var.defined()) total = var_backward(grad_var, self, dim, correction, keepdim);
  if (!grad_mean.defined()) return total;
  const Tensor of_mean = mean_backward(grad_mean, self.sizes(), dim, keepdim, self.dtype());
  return total.defined() ? add(total, of_mean) : of_mean;
}

Tensor std_mean_backward(const Tensor& grad_std, const Tensor& grad_mean, const Tensor& self, const Tensor& std,
                         OptionalIntArrayRef dim, const std::optional<Scalar>& correction, bool keepdim) {
  const Tensor of_var = grad_std.defined() ? masked_fill(div(grad_std, mul(std, 2)), eq(std, 0), 0) : Tensor();
  return var_mean_backward(of_var, grad_mean, self, dim, correction, keepdim);
}

Tensor norm_backward(const Tensor& grad, const Tensor& input, const Scalar& ord, const Tensor& result,
                     OptionalIntArrayRef dim, bool keepdim) {
  const double p = ord.toDouble();
  if (p == 0) return {};  // a count has no gradient
  const Tensor self = as_type(input, is_complex(input.dtype()) ? to_complex_type(result.dtype()) : result.dtype());
  const DimMask mask = dim_mask(dim, self.dim());
  const Tensor g = restore(grad, self.dim(), mask, keepdim), norm = restore(result, self.dim(), mask, keepdim);
  Tensor out;
  if (p == 1) {
    out = mul(g, sgn(self));
  } else if (p == 2) {
    out = mul(g, masked_fill(div(self, norm), eq(norm, 0), 0));
  } else if (std::isinf(p)) {
    const Tensor size = abs(self), at = logical_or(eq(size, norm), isnan(size));
    DimVector dims;
    for (int64_t d = 0; d < self.dim(); ++d) {
      if (mask[static_cast<size_t>(d)]) dims.push_back(d);
    }
    const Tensor count = self.dim() == 0 ? at.to(kLong) : at.sum(IntArrayRef(dims), true);
    out = mul(div(mul(g, sgn(self)), count), at);
  } else if (p < 1) {
    const Tensor scaled = masked_fill(mul(sgn(self), pow(abs(self), p - 1)), eq(self, 0), 0);
    out = mul(mul(scaled, g), pow(norm, 1 - p));
  } else if (p < 2) {
    const Tensor scaled = mul(sgn(self), pow(abs(self), p - 1));
    out = mul(scaled, masked_fill(mul(g, pow(norm, 1 - p)), eq(norm, 0), 0));
  } else {
    const Tensor scaled = mul(self, pow(abs(self), p - 2));
    out = mul(scaled, masked_fill(div(g, pow(norm, p - 1)), eq(norm, 0), 0));
  }
  return as_type(out, input.dtype());
}

Tensor cumsum_backward(const Tensor& grad, int64_t dim, ScalarType dtype) {
  if (grad.numel() <= 1) return as_type(grad, dtype);
  return as_type(reversed_cumsum(grad, dim), dtype);
}

// Note [Gradient of cumprod]
// y_j = x_0 … x_j. Without zeros dL/dx_k = (sum over j >= k of g_j y_j) / x_k. With zeros the terms are built one k at a
// time: the product of the others is (x_0 … x_{k-1}) times the running product of what follows k.
Tensor cumprod_backward(const Tensor& grad, const Tensor& input, int64_t dim, const Tensor& result) {
  const Tensor self = conj(as_type(input, grad.dtype()));
  if (self.numel() <= 1) return as_type(grad, input.dtype());
  dim = plan::wrap_dim(dim, self.dim());
  if (self.size(dim) == 1) return as_type(grad, input.dtype());
  if (!has_zero(self)) return as_type(div(reversed_cumsum(mul(grad, conj(result)), dim), self), input.dtype());
  const int64_t n = self.size(dim);
  std::vector<Tensor> parts;
  Tensor before = ones_like(self.narrow(dim, 0, 1));
  for (int64_t k = 0; k < n; ++k) {
    Tensor running = before;
    if (k + 1 < n) running = cat({before, mul(before, self.narrow(dim, k + 1, n - k - 1).cumprod(dim))}, dim);
    parts.push_back(mul(grad.narrow(dim, k, n - k), running).sum(dim, true));
    before = mul(before, self.narrow(dim, k, 1));
  }
  return as_type(cat(parts, dim), input.dtype());
}

Tensor logcumsumexp_backward(const Tensor& grad, const Tensor& self, const Tensor& result, int64_t dim) {
  if (grad.dim() == 0 || grad.numel() == 0) return grad;
  const int64_t dims[] = {plan::wrap_dim(dim, self.dim())};
  const auto reverse = [&](const Tensor& t) { return flip(logcumsumexp(flip(t, dims), dims[0]), dims); };
  if (is_complex(grad.dtype())) return conj(exp(add(reverse(sub(log(conj(grad)), result)), self)));
  const double low = grad.dtype() == kDouble     ? std::numeric_limits<double>::lowest()
                     : grad.dtype() == kHalf     ? -65504
                     : grad.dtype() == kBFloat16 ? -0x1.fep127
                                                 : static_cast<double>(std::numeric_limits<float>::lowest());
  const auto part = [&](const Tensor& g, const Tensor& positive) {
    const Tensor log_grad = masked_fill(log(masked_fill(g, logical_not(positive), 1)), logical_not(positive), low);
    return exp(add(reverse(sub(log_grad, result)), self));
  };
  return sub(part(grad, gt(grad, 0)), part(neg(grad), lt(grad, 0)));
}

}  // namespace rushlight
