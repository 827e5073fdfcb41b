// Checks and chunks of the optimizer steps.
#include "cpu/optim_runs.h"

#include "core/allocator.h"
#include "cpu/convert.h"
#include "cpu/copy.h"
#include "dispatch/body.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {
namespace {

constexpr int64_t kChunk = 16384;

void check_length(const char* op, const char* name, size_t got, size_t expected) {
  check(got == expected, "{}: expected {} tensors in {}, one per parameter, but got {}", op, expected, name, got);
}
void check_param(const char* op, size_t i, const Tensor& param) {
  check(param.defined(), "{}: params[{}] is an undefined tensor", op, i);
  check_not_implemented(
      is_floating_point(param.dtype()) || param.dtype() == kComplexFloat || param.dtype() == kComplexDouble,
      "{}: params[{}] is {}; only floating point and complex parameters can be optimized", op, i,
      to_string(param.dtype()));
}
// `state` must match the parameter in shape and dtype.
void check_state(const char* op, const char* name, size_t i, const Tensor& param, const Tensor& state) {
  check(state.defined(), "{}: {}[{}] is an undefined tensor", op, name, i);
  check(state.sizes() == param.sizes(), "{}: {}[{}] has shape {}, but params[{}] has shape {}", op, name, i,
        state.sizes(), i, param.sizes());
  check(state.dtype() == param.dtype(), "{}: {}[{}] is {}, but params[{}] is {}; convert it with to() first", op, name,
        i, to_string(state.dtype()), i, to_string(param.dtype()));
}

}  // namespace

OptimRuns::OptimRuns(const char* op, TensorList params, TensorList grads, std::initializer_list<OptimState> states,
                     std::initializer_list<OptimState> counts)
    : params_(params) {
  check_length(op, "grads", grads.size(), params.size());
  for (size_t i = 0; i < params.size(); ++i) {
    check_param(op, i, params[i]);
    check_state(op, "grads", i, params[i], grads[i]);
  }
  lists_[0] = params;
  lists_[1] = grads;
  int slot = 2;
  for (const OptimState& state : states) {
    if (state.used) {
      check_length(op, state.name, state.tensors.size(), params.size());
      for (size_t i = 0; i < params.size(); ++i) check_state(op, state.name, i, params[i], state.tensors[i]);
      lists_[slot] = state.tensors;
    }
    ++slot;
  }
  for (const OptimState& count : counts) {
    check_length(op, count.name, count.tensors.size(), params.size());
    for (size_t i = 0; i < params.size(); ++i) {
      const Tensor& t = count.tensors[i];
      check(t.defined() && t.numel() == 1 && !is_complex(t.dtype()), "{}: {}[{}] must hold one real number", op,
            count.name, i);
    }
  }
  runs_.reserve(params.size());
}

void OptimRuns::add(size_t i, int step) {
  const Tensor& param = params_[i];
  const bool complex = param.dtype() == kComplexFloat || param.dtype() == kComplexDouble;
  const bool wide = param.dtype() == kDouble || param.dtype() == kComplexDouble;
  const bool half = !complex && !wide && param.dtype() != kFloat;
  const int64_t n = complex ? 2 * param.numel() : param.numel();
  const bool row_major = param.is_contiguous();
  bool direct = !half && (row_major || param.is_non_overlapping_and_dense());
  for (const TensorList& list : lists_) {
    if (list.empty()) continue;
    direct &= row_major ? list[i].is_contiguous() : list[i].strides() == param.strides();
  }
  void* at[kLists] = {};
  for (int k = 0; k < kLists; ++k) {
    if (lists_[k].empty()) continue;
    const Tensor& t = lists_[k][i];
    if (k != 1) detail::written(t);
    at[k] = direct ? t.data_ptr() : copied(t, half ? kFloat : param.dtype(), k != 1);
  }
  const int64_t item = wide ? 8 : 4;
  for (int64_t from = 0; from < n; from += kChunk) {
    Run run{{}, n - from < kChunk ? n - from : kChunk, step, wide};
    for (int k = 0; k < kLists; ++k) run.at[k] = at[k] ? static_cast<char*>(at[k]) + from * item : nullptr;
    runs_.push_back(run);
    total_ += run.n;
  }
}

void* OptimRuns::copied(const Tensor& t, ScalarType dtype, bool back) {
  Tensor copy = detail::allocate_tensor(t.sizes(), dtype);
  copy_elements(copy, t);
  void* data = copy.data_ptr();
  (back ? copies_ : held_).emplace_back(t, std::move(copy));
  return data;
}

void OptimRuns::copy_back() const {
  for (const auto& [target, copy] : copies_) copy_elements(target, copy);
}

double number_in(const Tensor& t) {
  if (t.dtype() == kFloat) return static_cast<double>(*static_cast<const float*>(t.data_ptr()));
  double value = 0;
  convert(&value, kDouble, 1, t.data_ptr(), t.dtype(), 1, 1);
  return value;
}

void set_number(const Tensor& t, double value) {
  detail::written(t);
  convert(t.data_ptr(), t.dtype(), 1, &value, kDouble, 1, 1);
}

double next_step(const Tensor& step) {
  if (step.dtype() == kFloat) {
    detail::written(step);
    return static_cast<double>(*static_cast<float*>(step.data_ptr()) += 1);
  }
  set_number(step, number_in(step) + 1);
  return number_in(step);
}

}  // namespace rushlight::cpu
