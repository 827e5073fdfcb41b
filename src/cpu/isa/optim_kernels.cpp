// One optimizer step on a run of elements: everything about an element is done while it is in a register.
#include "cpu/isa/optim_kernels.h"

#include "math/basic.h"

namespace rushlight::cpu::RL_ISA {
namespace {

template <class V>
struct Optim {
  using T = typename V::T;
  static constexpr int kLanes = V::kLanes;

  // f(load, store) for every vector: the last one, partial, goes through buffers of one vector.
  template <class F>
  static void over(int64_t n, const F& f) {
    int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
      f([i](const T* p) { return V::load(p + i); }, [i](T* p, V v) { v.store(p + i); });
    const int rest = (int)(n - i);
    if (rest > 0)
      f([i, rest](const T* p) { return V::load(p + i, rest); }, [i, rest](T* p, V v) { v.store(p + i, rest); });
  }

  static void sgd(T* p, const T* grad, T* buffer, int64_t n, const SgdStep<T>& s) {
    const V lr(-s.lr), momentum(s.momentum), keep(s.keep), decay(s.weight_decay);
    over(n, [&](auto load, auto store) {
      V g = load(grad);
      if (s.maximize) g = -g;
      const V x = load(p);
      if (s.weight_decay != 0) g = fma(decay, x, g);
      if (buffer) {
        const V b = s.first ? g : fma(keep, g, load(buffer) * momentum);
        store(buffer, b);
        g = s.nesterov ? fma(momentum, b, g) : b;
      }
      store(p, fma(lr, g, x));
    });
  }
  static void adam(T* p, const T* grad, T* m, T* v, T* vmax, int64_t n, const AdamStep<T>& s) {
    const V beta2(s.beta2), grow1(s.grow1), grow2(s.grow2), size(-s.step_size), root2(s.inverse_root2), eps(s.eps),
        decay(s.weight_decay), shrink(s.shrink);
    over(n, [&](auto load, auto store) {
      V g = load(grad), x = load(p);
      if (s.maximize) g = -g;
      if (s.decoupled)
        x = x * shrink;
      else if (s.weight_decay != 0)
        g = fma(decay, x, g);
      const V m0 = load(m), v0 = load(v);
      const V m1 = fma(grow1, g - m0, m0);
      const V v1 = fma(grow2 * g, g, v0 * beta2);
      store(m, m1);
      store(v, v1);
      V high = v1;
      if (s.amsgrad) {
        high = maximum(load(vmax), v1);
        store(vmax, high);
      }
      const V denominator = fma(sqrt(high), root2, eps);
      store(p, fma(size, m1 / denominator, x));
    });
  }
  static constexpr OptimKernels<T> table = {sgd, adam};
};

}  // namespace

extern const OptimKernels<float> kOptimF32;
extern const OptimKernels<double> kOptimF64;
const OptimKernels<float> kOptimF32 = Optim<F32>::table;
const OptimKernels<double> kOptimF64 = Optim<F64>::table;

}  // namespace rushlight::cpu::RL_ISA
