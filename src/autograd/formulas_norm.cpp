// Gradients of softmax, normalisation and embedding.
#include <array>

#include "autograd/formulas.h"
#include "plan/dims.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

// Note [Fused and composed gradients]
// A normalisation layer's gradient is one fused op that has no gradient itself. When somebody will differentiate the
// gradient (create_graph: grad mode is on and something that takes part needs a gradient), the same gradient is composed
// of ops instead: slower, but differentiable any number of times.
bool composed(const Tensor& grad, const Tensor& input, const Tensor& weight) {
  return GradMode::is_enabled() &&
         (grad.requires_grad() || input.requires_grad() || (weight.defined() && weight.requires_grad()));
}
ArrayRef<bool> mask_of(const std::array<bool, 3>& mask) { return ArrayRef<bool>(mask.data(), 3); }

struct Parts {
  Tensor input, weight, bias;
};

// x̂ = (x - mean) rstd over `dims`, g = dy w, dx = rstd (g - mean(g) - x̂ mean(g x̂)).
Tensor normalized_gradient(const Tensor& g, const Tensor& normal, const Tensor& rstd, OptionalIntArrayRef dims,
                           bool centred) {
  Tensor rest = mul(normal, mul(g, normal).mean(dims, true));
  if (centred) rest = add(rest, g.mean(dims, true));
  return mul(rstd, sub(g, rest));
}

Tensor rstd_of(const Tensor& x, OptionalIntArrayRef dims, double eps, bool centred) {
  const Tensor spread = centred ? x.var(dims, Scalar(0), true) : square(x).mean(dims, true);
  return rsqrt(add(spread, eps));
}

DimVector last_dims(int64_t count) {
  DimVector dims;
  for (int64_t d = count; d > 0; --d) dims.push_back(-d);
  return dims;
}

Parts row_norm_backward(const Tensor& grad, const Tensor& x, IntArrayRef shape, const Tensor& weight,
                        const Tensor& bias, double eps, bool centred) {
  const DimVector dims = last_dims(static_cast<int64_t>(shape.size()));
  const Tensor rstd = rstd_of(x, dims, eps, centred);
  const Tensor normal = mul(centred ? sub(x, x.mean(dims, true)) : x, rstd);
  Parts parts;
  parts.input = normalized_gradient(weight.defined() ? mul(grad, weight) : grad, normal, rstd, dims, centred);
  if (weight.defined()) parts.weight = sum_to_size(mul(grad, normal), shape);
  if (bias.defined()) parts.bias = sum_to_size(grad, shape);
  return parts;
}

// Whether a gradient can change anything: it is not all zeros, or has a history.
bool may_count(const Tensor& grad) { return grad.requires_grad() || grad.any().item<bool>(); }

// [C] as [1, C, 1, …], to be broadcast over [N, C, …].
Tensor per_channel(const Tensor& t, int64_t ndim) {
  DimVector sizes(static_cast<size_t>(ndim), 1);
  sizes[1] = -1;
  return t.reshape(sizes);
}

}  // namespace

Tensor softmax_double_backward(const Tensor& grad, const Tensor& grad_output, const Tensor& output, int64_t dim) {
  return sub(sub(mul(grad_output, grad), mul(mul(output, grad_output).sum(dim, true), grad)),
             mul(grad_output, mul(output, grad).sum(dim, true)));
}

std::tuple<Tensor, Tensor, Tensor> layer_norm_backward(const Tensor& grad, const Tensor& input,
                                                       IntArrayRef normalized_shape, const Tensor& mean,
                                                       const Tensor& rstd, const Tensor& weight, const Tensor& bias,
                                                       double eps, std::array<bool, 3> output_mask) {
  if (!composed(grad, input, weight))
    return _layer_norm_backward(grad, input, normalized_shape, mean, rstd, weight, bias, mask_of(output_mask));
  const Parts p = row_norm_backward(grad, input, normalized_shape, weight, bias, eps, true);
  return {p.input, p.weight, p.bias};
}

std::tuple<Tensor, Tensor> rms_norm_backward(const Tensor& grad, const Tensor& input, IntArrayRef normalized_shape,
                                             const Tensor& rstd, const Tensor& weight, double eps,
                                             std::array<bool, 2> output_mask) {
  if (!composed(grad, input, weight))
    return _rms_norm_backward(grad, input, normalized_shape, rstd, weight, ArrayRef<bool>(output_mask.data(), 2));
  const Parts p = row_norm_backward(grad, input, normalized_shape, weight, Tensor(), eps, false);
  return {p.input, p.weight};
}

std::tuple<Tensor, Tensor, Tensor> group_norm_backward(const Tensor& grad, const Tensor& grad_mean,
                                                       const Tensor& grad_rstd, const Tensor& input, const Tensor& mean,
                                                       const Tensor& rstd, const Tensor& weight, const Tensor& bias,
                                                       int64_t n, int64_t c, int64_t hw, int64_t groups, double eps,
                                                       std::array<bool, 3> output_mask) {
  const int64_t per_group = c / groups * hw;
  const int64_t grouped[] = {n, groups, per_group}, channels[] = {n, c, hw};
  // Somebody may have used the statistics themselves; their gradients are zeros otherwise.
  const bool statistics = per_group > 0 && output_mask[0] && (may_count(grad_mean) || may_count(grad_rstd));
  if (!composed(grad, input, weight) && !statistics)
    return _group_norm_backward(grad, input, mean, rstd, weight, bias, n, c, hw, groups, mask_of(output_mask));
  const Tensor x = input.reshape(grouped);
  const Tensor inv = rstd_of(x, -1, eps, true), normal = mul(sub(x, x.mean(-1, true)), inv);
  const Tensor g = grad.reshape(channels), scaled = weight.defined() ? mul(g, per_channel(weight, 3)) : g;
  Parts p;
  Tensor dx = normalized_gradient(scaled.reshape(grouped), normal, inv, -1, true);
  if (statistics) {  // d mean / dx = 1 / count, d rstd / dx = -rstd^2 x̂ / count
    const Tensor of_rstd = mul(mul(grad_rstd.unsqueeze(-1), square(inv)), normal);
    dx = add(dx, div(sub(grad_mean.unsqueeze(-1), of_rstd), per_group));
  }
  p.input = dx.reshape(input.sizes());
  if (weight.defined()) p.weight = mul(g, normal.reshape(channels)).sum({0, 2});
  if (bias.defined()) p.bias = g.sum({0, 2});
  return {p.input, p.weight, p.bias};
}

std::tuple<Tensor, Tensor, Tensor> batch_norm_backward(const Tensor& grad, const Tensor& input, const Tensor& weight,
                                                       const Tensor& bias, const Tensor& save_mean,
                                                       const Tensor& save_rstd, bool training, double eps,
                                                       std::array<bool, 3> output_mask) {
  if (!composed(grad, input, weight))
    return _batch_norm_backward(grad, input, weight, bias, save_mean, save_rstd, training, mask_of(output_mask));
  DimVector dims;
  for (int64_t d = 0; d < input.dim(); ++d) {
    if (d != 1) dims.push_back(d);
  }
  const Tensor scaled = weight.defined() ? mul(grad, per_channel(weight, input.dim())) : grad;
  const Tensor inv = training ? rstd_of(input, dims, eps, true) : per_channel(save_rstd.detach(), input.dim());
  const Tensor mean = training ? input.mean(IntArrayRef(dims), true) : per_channel(save_mean.detach(), input.dim());
  const Tensor normal = mul(sub(input, mean), inv);
  Parts p;
  p.input = training ? normalized_gradient(scaled, normal, inv, dims, true) : mul(scaled, inv);
  if (weight.defined()) p.weight = mul(grad, normal).sum(IntArrayRef(dims));
  if (bias.defined()) p.bias = grad.sum(IntArrayRef(dims));
  return {p.input, p.weight, p.bias};
}

Tensor embedding_backward(const Tensor& grad, const Tensor& indices, IntArrayRef weight_sizes, int64_t padding_idx,
                          bool scale_grad_by_freq) {
  return embedding_dense_backward(grad, indices, weight_sizes[0], padding_idx, scale_grad_by_freq);
}

Tensor embedding_dense_double_backward(const Tensor& grad, const Tensor& indices, int64_t padding_idx,
                                       bool scale_grad_by_freq) {
  const Tensor flat = indices.reshape({-1});
  Tensor rows = grad.index_select(0, flat);
  if (scale_grad_by_freq) {
    const Tensor times = [&] {
      const NoGradGuard guard;
      return zeros({grad.size(0)}, grad.options()).index_add(0, flat, ones(flat.sizes(), grad.options()));
    }();
    rows = div(rows, times.index_select(0, flat).unsqueeze(1));
  }
  if (padding_idx >= 0) rows = masked_fill(rows, eq(flat, padding_idx).unsqueeze(1), 0);
  DimVector sizes = indices.sizes();
  sizes.push_back(grad.size(1));
  return rows.reshape(sizes);
}

Tensor glu_backward(const Tensor& grad, const Tensor& input, int64_t dim) {
  const int64_t half = input.size(dim) / 2;
  const Tensor value = input.narrow(dim, 0, half), gate = input.narrow(dim, half, half);
  return cat({_gated(grad, gate), _glu_slope(grad, value, gate)}, dim);
}

}  // namespace rushlight
