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

// The rules below: grow is 1 minus the share that is kept, weight_decay is added to the gradient, and maximize negates it.
template <class T>
struct RmspropStep {
  T lr, alpha, grow, eps, weight_decay, momentum;
  bool maximize;
};
template <class T>
struct AdagradStep {
  T lr, eps, weight_decay;
  bool maximize;
};
template <class T>
struct AdadeltaStep {
  T lr, rho, grow, eps, weight_decay;
  bool maximize;
};
template <class T>
struct AdamaxStep {
  T step_size, beta2, grow1, eps, weight_decay;  // step_size: lr / bias_correction1
  bool maximize;
};
// The direction is gradient_share * g + mean_share * m.
template <class T>
struct NadamStep {
  T beta2, grow1, grow2, correction2, eps, gradient_share, mean_share, weight_decay, shrink;
  bool maximize, decoupled;
};
template <class T>
struct RadamStep {
  T beta2, grow1, grow2, step_size, eps, weight_decay, shrink;
  bool maximize, decoupled, adaptive;  // adaptive: divided by the root of v
};
template <class T>
struct RpropStep {
  T shrink, grow, least, most;  // of the step sizes
  bool maximize;
};
template <class T>
struct AsgdStep {
  T eta, shrink, mu, weight_decay;
  bool maximize, average;  // average: ax moves by mu; otherwise it is the parameter
};

// Every kernel takes the runs as a list: parameter, gradient, then the states in the order named; null for one that the
// options do without.
template <class T>
struct OptimKernels {
  template <class Step>
  using Kernel = void (*)(T* const* at, int64_t n, const Step& step);
  Kernel<SgdStep<T>> sgd;            // buffer
  Kernel<AdamStep<T>> adam;          // m, v, largest v
  Kernel<RmspropStep<T>> rmsprop;    // mean square, mean, buffer
  Kernel<AdagradStep<T>> adagrad;    // sum of squares
  Kernel<AdadeltaStep<T>> adadelta;  // mean square, mean square of the changes
  Kernel<AdamaxStep<T>> adamax;      // m, u
  Kernel<NadamStep<T>> nadam;        // m, v
  Kernel<RadamStep<T>> radam;        // m, v
  Kernel<RpropStep<T>> rprop;        // previous gradient, step sizes
  Kernel<AsgdStep<T>> asgd;          // average
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
