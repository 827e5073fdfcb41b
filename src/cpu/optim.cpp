// Optimizer steps over lists of tensors: one pass in fixed chunks, in place.
#include <cmath>
#include <vector>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/convert.h"
#include "cpu/copy.h"
#include "cpu/isa.h"
#include "cpu/isa/optim_kernels.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

using cpu::AdamStep;
using cpu::OptimKernels;
using cpu::SgdStep;

constexpr int64_t kChunk = 16384;
constexpr int kStates = 5;  // parameter, gradient, up to three states

template <class T>
const OptimKernels<T>& optim_kernels() {
  if constexpr (std::is_same_v<T, float>) {
    static const OptimKernels<float>* const chosen[] = {&cpu::base::kOptimF32, &cpu::avx2::kOptimF32,
                                                        &cpu::avx512::kOptimF32};
    return *chosen[cpu::isa_level()];
  } else {
    static const OptimKernels<double>* const chosen[] = {&cpu::base::kOptimF64, &cpu::avx2::kOptimF64,
                                                         &cpu::avx512::kOptimF64};
    return *chosen[cpu::isa_level()];
  }
}

void check_length(const char* op, const char* name, size_t got, size_t expected) {
  check(got == expected, "{}: expected {} tensors in {}, one per parameter, but got {}", op, expected, name, got);
}

// `state` must match the parameter in shape and dtype and be writable memory of its own.
void check_state(const char* op, const char* name, size_t i, const Tensor& param, const Tensor& state) {
  check(state.defined(), "{}: {}[{}] is an undefined tensor", op, name, i);
  check(state.sizes() == param.sizes(), "{}: {}[{}] has shape {}, but params[{}] has shape {}", op, name, i,
        state.sizes(), i, param.sizes());
  check(state.dtype() == param.dtype(), "{}: {}[{}] is {}, but params[{}] is {}; convert it with to() first", op, name,
        i, to_string(state.dtype()), i, to_string(param.dtype()));
}
void check_param(const char* op, size_t i, const Tensor& param) {
  check(param.defined(), "{}: params[{}] is an undefined tensor", op, i);
  check_not_implemented(is_floating_point(param.dtype()),
                        "{}: params[{}] is {}; only floating point parameters can be optimized", op, i,
                        to_string(param.dtype()));
}

// One run of elements of one parameter, with the step's numbers.
struct Run {
  void* at[kStates];
  int64_t n;
  int step;   // index into the list of steps
  bool wide;  // double
};

// The runs of all parameters. Tensors whose memory cannot be walked as one run (or that are halves) are copied to f32 or
// row-major memory first and copied back by finish().
class Runs {
 public:
  explicit Runs(size_t tensors) { runs_.reserve(tensors); }
  // tensors[0] is the parameter, tensors[1] the gradient (read only), the others states; undefined ones are left out.
  void add(const Tensor* const (&tensors)[kStates], int step) {
    const Tensor& param = *tensors[0];
    const int64_t n = param.numel();
    const bool half = param.dtype() != kFloat && param.dtype() != kDouble;
    const bool row_major = param.is_contiguous();
    bool direct = !half && (row_major || param.is_non_overlapping_and_dense());
    for (const Tensor* t : tensors) direct &= !t || (row_major ? t->is_contiguous() : t->strides() == param.strides());
    void* at[kStates] = {};
    for (int k = 0; k < kStates; ++k) {
      if (!tensors[k]) continue;
      if (k != 1) detail::written(*tensors[k]);
      at[k] = direct ? tensors[k]->data_ptr() : copied(*tensors[k], half ? kFloat : param.dtype(), k != 1);
    }
    const int64_t item = param.dtype() == kDouble ? 8 : 4;
    for (int64_t i = 0; i < n; i += kChunk) {
      Run run{{}, n - i < kChunk ? n - i : kChunk, step, param.dtype() == kDouble};
      for (int k = 0; k < kStates; ++k) run.at[k] = at[k] ? static_cast<char*>(at[k]) + i * item : nullptr;
      runs_.push_back(run);
      total_ += run.n;
    }
  }
  template <class F>
  void run(double ns, const F& f) const {
    if (runs_.empty()) return;
    const double each = ns * static_cast<double>(total_) / static_cast<double>(runs_.size());
    parallel_for(static_cast<int64_t>(runs_.size()), 1, each, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) f(runs_[static_cast<size_t>(i)]);
    });
  }
  void finish() const {
    for (const auto& [target, copy] : copies_) cpu::copy_elements(target, copy);
  }

 private:
  void* copied(const Tensor& t, ScalarType dtype, bool back) {
    Tensor copy = detail::allocate_tensor(t.sizes(), dtype);
    cpu::copy_elements(copy, t);
    void* data = copy.data_ptr();
    (back ? copies_ : held_).emplace_back(t, std::move(copy));
    return data;
  }
  std::vector<Run> runs_;
  std::vector<std::pair<Tensor, Tensor>> copies_, held_;
  int64_t total_ = 0;
};

}  // namespace

namespace _optim {

void sgd_(TensorList params, TensorList grads, TensorList momentum_buffers, double lr, double momentum,
          double dampening, double weight_decay, bool nesterov, bool maximize, bool first_step) {
  constexpr const char* kOp = "_optim.sgd_";
  check_length(kOp, "grads", grads.size(), params.size());
  const bool buffered = momentum != 0;
  if (buffered) check_length(kOp, "momentum_buffers", momentum_buffers.size(), params.size());
  Runs runs(params.size());
  for (size_t i = 0; i < params.size(); ++i) {
    check_param(kOp, i, params[i]);
    check_state(kOp, "grads", i, params[i], grads[i]);
    if (buffered) check_state(kOp, "momentum_buffers", i, params[i], momentum_buffers[i]);
    runs.add({&params[i], &grads[i], buffered ? &momentum_buffers[i] : nullptr, nullptr, nullptr}, 0);
  }
  const auto step = [&]<class T>() {
    return SgdStep<T>{static_cast<T>(lr),
                      static_cast<T>(momentum),
                      static_cast<T>(1 - dampening),
                      static_cast<T>(weight_decay),
                      nesterov,
                      maximize,
                      first_step};
  };
  const auto narrow = step.template operator()<float>();
  const auto wide = step.template operator()<double>();
  runs.run(0.25, [&](const Run& r) {
    const auto call = [&]<class T>(const SgdStep<T>& s) {
      optim_kernels<T>().sgd(static_cast<T*>(r.at[0]), static_cast<const T*>(r.at[1]), static_cast<T*>(r.at[2]), r.n,
                             s);
    };
    if (r.wide)
      call(wide);
    else
      call(narrow);
  });
  runs.finish();
}

namespace {

// Counts a step tensor up and gives the new count.
double next_step(const Tensor& step) {
  detail::written(step);
  if (step.dtype() == kFloat) return static_cast<double>(*static_cast<float*>(step.data_ptr()) += 1);
  double count = 0;
  cpu::convert(&count, kDouble, 1, step.data_ptr(), step.dtype(), 1, 1);
  count += 1;
  cpu::convert(step.data_ptr(), step.dtype(), 1, &count, kDouble, 1, 1);
  return count;
}

struct AdamNumbers {
  double step, step_size, inverse_root2;
};

}  // namespace

void adam_(TensorList params, TensorList grads, TensorList exp_avgs, TensorList exp_avg_sqs, TensorList max_exp_avg_sqs,
           TensorList steps, double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad,
           bool maximize, bool decoupled_weight_decay) {
  constexpr const char* kOp = "_optim.adam_";
  check_length(kOp, "grads", grads.size(), params.size());
  check_length(kOp, "exp_avgs", exp_avgs.size(), params.size());
  check_length(kOp, "exp_avg_sqs", exp_avg_sqs.size(), params.size());
  check_length(kOp, "steps", steps.size(), params.size());
  if (amsgrad) check_length(kOp, "max_exp_avg_sqs", max_exp_avg_sqs.size(), params.size());
  for (size_t i = 0; i < params.size(); ++i) {
    check_param(kOp, i, params[i]);
    check_state(kOp, "grads", i, params[i], grads[i]);
    check_state(kOp, "exp_avgs", i, params[i], exp_avgs[i]);
    check_state(kOp, "exp_avg_sqs", i, params[i], exp_avg_sqs[i]);
    if (amsgrad) check_state(kOp, "max_exp_avg_sqs", i, params[i], max_exp_avg_sqs[i]);
    check(steps[i].defined() && steps[i].numel() == 1, "{}: steps[{}] must hold one number", kOp, i);
  }
  Runs runs(params.size());
  std::vector<AdamNumbers> numbers;
  for (size_t i = 0; i < params.size(); ++i) {
    const double step = next_step(steps[i]);
    if (numbers.empty() || numbers.back().step != step)
      numbers.push_back({step, lr / (1 - std::pow(beta1, step)), 1 / std::sqrt(1 - std::pow(beta2, step))});
    runs.add({&params[i], &grads[i], &exp_avgs[i], &exp_avg_sqs[i], amsgrad ? &max_exp_avg_sqs[i] : nullptr},
             static_cast<int>(numbers.size()) - 1);
  }
  runs.run(0.5, [&](const Run& r) {
    const AdamNumbers& k = numbers[static_cast<size_t>(r.step)];
    const auto call = [&]<class T>() {
      const AdamStep<T> s{static_cast<T>(beta2),
                          static_cast<T>(1 - beta1),
                          static_cast<T>(1 - beta2),
                          static_cast<T>(k.step_size),
                          static_cast<T>(k.inverse_root2),
                          static_cast<T>(eps),
                          static_cast<T>(weight_decay),
                          static_cast<T>(1 - lr * weight_decay),
                          maximize,
                          amsgrad,
                          decoupled_weight_decay};
      optim_kernels<T>().adam(static_cast<T*>(r.at[0]), static_cast<const T*>(r.at[1]), static_cast<T*>(r.at[2]),
                              static_cast<T*>(r.at[3]), static_cast<T*>(r.at[4]), r.n, s);
    };
    if (r.wide)
      call.template operator()<double>();
    else
      call.template operator()<float>();
  });
  runs.finish();
}

}  // namespace _optim
}  // namespace rushlight
