// Gradients of sampling grids, attention, the chunked loss and bags of embeddings.
#include <algorithm>
#include <array>

#include "autograd/formulas.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

// Whether somebody will differentiate the gradient; see Note [Fused and composed gradients].
bool again(std::initializer_list<const Tensor*> inputs) {
  if (!GradMode::is_enabled()) return false;
  for (const Tensor* t : inputs) {
    if (t->defined() && t->requires_grad()) return true;
  }
  return false;
}

// The gradients of `result`, which was composed of ops, for the inputs that are asked for; they can be differentiated.
template <size_t N>
std::array<Tensor, N> composed_gradients(const Tensor& result, const Tensor& grad, std::array<Tensor, N> inputs,
                                         const std::array<bool, N>& mask) {
  std::vector<Tensor> wanted;
  for (size_t i = 0; i < N; ++i) {
    if (mask[i]) wanted.push_back(inputs[i]);
  }
  const std::vector<Tensor> found = autograd::grad({result}, wanted, {grad}, true, true, true);
  std::array<Tensor, N> gradients;
  for (size_t i = 0, next = 0; i < N; ++i) {
    if (mask[i]) gradients[i] = found[next++];
  }
  return gradients;
}

}  // namespace

Tensor no_second_derivative(const char* op, const Tensor&) {
  fail(ErrorKind::kNotImplemented,
       "derivative for aten::{} is not implemented; take first derivatives of this loss only", std::string_view(op));
}

std::tuple<Tensor, Tensor> grid_sample_backward(const Tensor& grad, const Tensor& input, const Tensor& grid,
                                                int64_t interpolation_mode, int64_t padding_mode, bool align_corners,
                                                std::array<bool, 2> output_mask) {
  if (again({&grad, &input, &grid})) {
    const Tensor result = _grid_sample_composed(input, grid, interpolation_mode, padding_mode, align_corners);
    const auto found = composed_gradients<2>(result, grad, {input, grid}, output_mask);
    return {found[0], found[1]};
  }
  auto [for_input, for_grid] = _grid_sample_backward(grad, input, grid, interpolation_mode, padding_mode, align_corners,
                                                     ArrayRef<bool>(output_mask.data(), 2));
  return {output_mask[0] ? for_input : Tensor(), output_mask[1] ? for_grid : Tensor()};
}

std::tuple<Tensor, Tensor, Tensor> attention_backward(const Tensor& grad, const Tensor& query, const Tensor& key,
                                                      const Tensor& value, const Tensor& mask, const Tensor& output,
                                                      const Tensor& stats, bool is_causal, double scale,
                                                      std::array<bool, 3> output_mask) {
  if (again({&grad, &query, &key, &value})) {
    const Tensor result = _attention_composed(query, key, value, mask, is_causal, scale, 0.0);
    const auto found = composed_gradients<3>(result, grad, {query, key, value}, output_mask);
    return {found[0], found[1], found[2]};
  }
  auto [dq, dk, dv] = _attention_backward(grad, query, key, value, mask, output, stats, is_causal, scale);
  return {output_mask[0] ? dq : Tensor(), output_mask[1] ? dk : Tensor(), output_mask[2] ? dv : Tensor()};
}

std::tuple<Tensor, Tensor, Tensor> linear_cross_entropy_backward(const Tensor& grad, const Tensor& input,
                                                                 const Tensor& linear_weight, const Tensor& target,
                                                                 const Tensor& linear_bias, const Tensor& weight,
                                                                 const Tensor& lse, const Tensor& total_weight,
                                                                 int64_t reduction, int64_t ignore_index, int64_t chunk,
                                                                 std::array<bool, 3> output_mask) {
  // half types are computed and summed in float
  const ScalarType compute = input.dtype() == kDouble ? kDouble : kFloat;
  const auto widened = [&](const Tensor& t) { return t.defined() && t.dtype() != compute ? t.to(compute) : t; };
  const Tensor rows = widened(input), matrix = widened(linear_weight), bias = widened(linear_bias),
               factors = widened(weight), outer = widened(grad);
  std::vector<Tensor> for_input;
  Tensor for_weight, for_bias;
  const auto gather = [](Tensor& sum, const Tensor& part) { sum = sum.defined() ? add(sum, part) : part; };
  for (int64_t first = 0; first < rows.size(0); first += chunk) {
    const int64_t n = std::min(chunk, rows.size(0) - first);
    const Tensor x = rows.narrow(0, first, n);
    const Tensor slopes = cross_entropy_backward(
        outer.dim() == 0 ? outer : outer.narrow(0, first, n), nn::functional::linear(x, matrix, bias),
        target.narrow(0, first, n), factors, lse.narrow(0, first, n), total_weight, reduction, ignore_index);
    if (output_mask[0]) for_input.push_back(matmul(slopes, matrix));
    if (output_mask[1]) gather(for_weight, matmul(slopes.t(), x));
    if (output_mask[2]) gather(for_bias, slopes.sum(0));
  }
  if (input.size(0) == 0) {
    return {zeros_like(input), zeros_like(linear_weight), linear_bias.defined() ? zeros_like(linear_bias) : Tensor()};
  }
  return {output_mask[0] ? cat(for_input, 0) : Tensor(), for_weight, for_bias};
}

namespace {

// Each index's gradient, rows of zeros for the padding and for what is in no bag.
Tensor spread_over_indices(const Tensor& grad, const Tensor& indices, const Tensor& offset2bag, int64_t padding_idx) {
  Tensor none = ge(offset2bag, grad.size(0));
  if (padding_idx >= 0) none = logical_or(none, eq(indices, padding_idx));
  if (grad.size(0) == 0) return zeros({indices.numel(), grad.size(1)}, grad.options());
  return masked_fill(grad.index_select(0, clamp(offset2bag, Scalar(0), Scalar(grad.size(0) - 1))), none.unsqueeze(1),
                     0);
}

}  // namespace

Tensor embedding_bag_backward(const Tensor& grad, const Tensor& indices, const Tensor& offset2bag,
                              const Tensor& bag_size, const Tensor& max_indices, IntArrayRef weight_sizes,
                              bool scale_grad_by_freq, int64_t mode, const Tensor& per_sample_weights,
                              int64_t padding_idx) {
  if (mode == 2) {
    const Tensor none = lt(max_indices, 0);
    return zeros(weight_sizes, grad.options())
        .scatter_add(0, masked_fill(max_indices, none, 0), masked_fill(grad, none, 0));
  }
  Tensor shared = grad;
  if (mode == 1) shared = div(grad, clamp_min(bag_size, 1).to(grad.dtype()).unsqueeze(1));
  Tensor rows = spread_over_indices(shared, indices, offset2bag, padding_idx);
  if (per_sample_weights.defined()) rows = mul(rows, per_sample_weights.unsqueeze(1));
  return embedding_dense_backward(rows, indices, weight_sizes[0], padding_idx, scale_grad_by_freq);
}

Tensor embedding_bag_weights_backward(const Tensor& grad, const Tensor& weight, const Tensor& indices,
                                      const Tensor& offset2bag, int64_t padding_idx) {
  return mul(spread_over_indices(grad, indices, offset2bag, padding_idx), weight.index_select(0, indices)).sum(1);
}

}  // namespace rushlight
