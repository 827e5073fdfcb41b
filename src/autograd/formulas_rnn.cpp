// Gradients of recurrences.
#include <array>

#include "autograd/formulas.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

bool followed(std::initializer_list<const Tensor*> inputs) {
  if (!GradMode::is_enabled()) return false;
  for (const Tensor* t : inputs) {
    if (t->defined() && t->requires_grad()) return true;
  }
  return false;
}

}  // namespace

RecurrenceGradients recurrence_backward(const Tensor& grad_output, const Tensor& grad_hy, const Tensor& grad_cy,
                                        const Tensor& input, const Tensor& hx, const Tensor& cx, const Tensor& w_ih,
                                        const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh, const Tensor& w_hr,
                                        const Tensor& output, const Tensor& gates, const Tensor& cells,
                                        IntArrayRef batch_sizes, int64_t mode, bool reverse,
                                        std::array<bool, 8> output_mask) {
  // see Note [Fused and composed gradients]
  if (followed({&grad_output, &grad_hy, &grad_cy, &input, &hx, &cx, &w_ih, &w_hh, &b_ih, &b_hh, &w_hr})) {
    const auto [y, h, c] =
        _recurrence_composed(input, hx, cx, w_ih, w_hh, b_ih, b_hh, w_hr, batch_sizes, mode, reverse);
    std::vector<Tensor> outputs, grads, wanted;
    const auto add_output = [&](const Tensor& out, const Tensor& grad) {
      if (grad.defined() && out.requires_grad()) outputs.push_back(out), grads.push_back(grad);
    };
    add_output(y, grad_output);
    add_output(h, grad_hy);
    if (cx.defined()) add_output(c, grad_cy);
    const std::array<const Tensor*, 8> inputs{&input, &hx, &cx, &w_ih, &w_hh, &b_ih, &b_hh, &w_hr};
    for (size_t i = 0; i < 8; ++i) {
      if (output_mask[i]) wanted.push_back(*inputs[i]);
    }
    const std::vector<Tensor> found = autograd::grad(outputs, wanted, grads, true, true, true);
    std::array<Tensor, 8> g;
    for (size_t i = 0, next = 0; i < 8; ++i) {
      if (output_mask[i]) g[i] = found[next++];
    }
    return {g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7]};
  }
  auto [x, h, c, wi, wh, bi, bh, wr] =
      _recurrence_backward(grad_output, grad_hy, grad_cy, input, hx, cx, w_ih, w_hh, b_ih, w_hr, output, gates, cells,
                           batch_sizes, mode, reverse, ArrayRef<bool>(output_mask.data(), 8));
  const auto kept = [&](size_t i, Tensor& t) { return output_mask[i] ? t : Tensor(); };
  return {kept(0, x), kept(1, h), kept(2, c), kept(3, wi), kept(4, wh), kept(5, bi), kept(6, bh), kept(7, wr)};
}

}  // namespace rushlight
