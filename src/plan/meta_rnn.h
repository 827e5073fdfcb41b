// Shapes and checks of recurrences.
#pragma once
#include <array>

#include "plan/meta.h"

namespace rushlight {

// The kinds of _recurrence.
enum class Recurrence : int64_t { kTanh, kRelu, kLstm, kGru };
// Rows of the weights for each hidden unit.
inline int64_t gates_of(Recurrence mode) { return mode == Recurrence::kLstm ? 4 : (mode == Recurrence::kGru ? 3 : 1); }

namespace meta {

// Results: the rows of all steps (N, P), the last states (B, P) and (B, H), and for the gradient (N, 4 H) gates and
// (N, H) cells where there are any.
std::array<Meta, 5> recurrence(const Tensor& input, const Tensor& hx, const Tensor& cx, const Tensor& w_ih,
                               const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh, const Tensor& w_hr,
                               IntArrayRef batch_sizes, int64_t mode);
std::array<Meta, 8> recurrence_backward(const Tensor& input, const Tensor& hx, const Tensor& cx, const Tensor& w_ih,
                                        const Tensor& w_hh, const Tensor& b_ih, const Tensor& w_hr);

}  // namespace meta
}  // namespace rushlight
