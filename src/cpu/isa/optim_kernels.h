// What the per-ISA optimizer unit exports: one step on a run of elements.
#pragma once
#include <stdint.h>

namespace rushlight::cpu {

// Numbers of one step, in the element's type; the same roundings as a chain of single tensor ops.
template <class T>
struct SgdStep {
  T lr, momentum, keep;  // keep: 1 - dampening
  T weight_decay;
  bool nesterov, maximize, first;
};
template <class T>
struct AdamStep {
  T beta2, grow1, grow2;            // grow: 1 - beta
  T step_size, inverse_root2, eps;  // lr / bias_correction1, 1 / sqrt(bias_correction2)
  T weight_decay, shrink;           // L2 added to the gradient; decoupled: the parameter is multiplied by shrink first
  bool maximize, amsgrad, decoupled;
};

template <class T>
struct OptimKernels {
  void (*sgd)(T* p, const T* g, T* buffer, int64_t n, const SgdStep<T>& step);  // buffer may be null
  void (*adam)(T* p, const T* g, T* m, T* v, T* vmax, int64_t n, const AdamStep<T>& step);
};

#define RL_DECLARE_OPTIM(ISA)                  \
  namespace ISA {                              \
  extern const OptimKernels<float> kOptimF32;  \
  extern const OptimKernels<double> kOptimF64; \
  }
RL_DECLARE_OPTIM(base)
RL_DECLARE_OPTIM(avx2)
RL_DECLARE_OPTIM(avx512)
#undef RL_DECLARE_OPTIM

}  // namespace rushlight::cpu
