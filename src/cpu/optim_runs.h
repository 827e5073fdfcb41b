// What every optimizer step shares: checks of its lists of tensors, and the walk over them in fixed chunks, in place.
#pragma once
#include <initializer_list>
#include <utility>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/isa.h"
#include "cpu/isa/optim_kernels.h"
#include "rushlight/tensor.h"

namespace rushlight::cpu {

// A list of states with its name, one tensor per parameter. One that the options do without is passed over.
struct OptimState {
  const char* name;
  TensorList tensors;
  bool used = true;
};

template <class T>
const OptimKernels<T>& optim_kernels() {
  if constexpr (std::is_same_v<T, float>) {
    static const OptimKernels<float>* const chosen[] = {&base::kOptimF32, &avx2::kOptimF32, &avx512::kOptimF32};
    return *chosen[isa_level()];
  } else {
    static const OptimKernels<double>* const chosen[] = {&base::kOptimF64, &avx2::kOptimF64, &avx512::kOptimF64};
    return *chosen[isa_level()];
  }
}

// The runs of all parameters. Tensors whose memory cannot be walked as one run (or that are halves) are copied to f32 or
// row-major memory first and copied back in the end. Complex tensors are walked as pairs of real numbers.
class OptimRuns {
 public:
  // Checks that `grads` and every used state hold one tensor per parameter, of its shape and dtype, and that `counts`,
  // lists of numbers, hold one number per parameter.
  OptimRuns(const char* op, TensorList params, TensorList grads, std::initializer_list<OptimState> states,
            std::initializer_list<OptimState> counts = {});
  size_t size() const noexcept { return params_.size(); }
  // Adds the runs of parameter i; `step` says which numbers are its own.
  void add(size_t i, int step = 0);
  void add_all() {
    for (size_t i = 0; i < size(); ++i) add(i);
  }

  // Calls the kernel that `pick(kernels)` chooses for every run, with the numbers that `make(T(), step)` gives for it.
  template <class Pick, class Make>
  void launch(double ns, const Pick& pick, const Make& make) const {
    if (runs_.empty()) return;
    const double each = ns * static_cast<double>(total_) / static_cast<double>(runs_.size());
    const auto call = [&]<class T>(const Run& r, T) {
      T* const at[kLists] = {static_cast<T*>(r.at[0]), static_cast<T*>(r.at[1]), static_cast<T*>(r.at[2]),
                             static_cast<T*>(r.at[3]), static_cast<T*>(r.at[4])};
      pick(optim_kernels<T>())(at, r.n, make(T(), r.step));
    };
    parallel_for(static_cast<int64_t>(runs_.size()), 1, each, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Run& r = runs_[static_cast<size_t>(i)];
        r.wide ? call(r, double()) : call(r, float());
      }
    });
    copy_back();
  }

 private:
  static constexpr int kLists = 5;  // parameter, gradient, up to three states
  struct Run {
    void* at[kLists];
    int64_t n;
    int step;
    bool wide;  // double
  };
  void* copied(const Tensor& t, ScalarType dtype, bool back);
  void copy_back() const;

  TensorList params_;
  TensorList lists_[kLists];
  std::vector<Run> runs_;
  std::vector<std::pair<Tensor, Tensor>> copies_, held_;
  int64_t total_ = 0;
};

// The number in a tensor of one element.
double number_in(const Tensor& t);
void set_number(const Tensor& t, double value);
// Counts a step up, in the dtype of its tensor, and gives the new count.
double next_step(const Tensor& step);

}  // namespace rushlight::cpu
