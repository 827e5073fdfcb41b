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

  // The gradient as a rule sees it.
  template <class Load, class Step>
  static V gradient(const Load& load, const T* grad, V x, const Step& s) {
    V g = load(grad);
    if (s.maximize) g = -g;
    if (s.weight_decay != 0) g = fma(V(s.weight_decay), x, g);
    return g;
  }
  // The same where the decay may be decoupled: then the parameter shrinks and the gradient stays.
  template <class Load, class Step>
  static V gradient_or_shrunk(const Load& load, const T* grad, V& x, const Step& s) {
    V g = load(grad);
    if (s.maximize) g = -g;
    if (s.decoupled)
      x = x * V(s.shrink);
    else if (s.weight_decay != 0)
      g = fma(V(s.weight_decay), x, g);
    return g;
  }

  static void sgd(T* const* at, int64_t n, const SgdStep<T>& s) {
    T *p = at[0], *buffer = at[2];
    const T* grad = at[1];
    const V lr(-s.lr), momentum(s.momentum), keep(s.keep);
    over(n, [&](auto load, auto store) {
      const V x = load(p);
      V g = gradient(load, grad, x, s);
      if (buffer) {
        const V b = s.first ? g : fma(keep, g, load(buffer) * momentum);
        store(buffer, b);
        g = s.nesterov ? fma(momentum, b, g) : b;
      }
      store(p, fma(lr, g, x));
    });
  }
  static void adam(T* const* at, int64_t n, const AdamStep<T>& s) {
    T *p = at[0], *m = at[2], *v = at[3], *vmax = at[4];
    const T* grad = at[1];
    const V beta2(s.beta2), grow1(s.grow1), grow2(s.grow2), size(-s.step_size), root2(s.inverse_root2), eps(s.eps);
    over(n, [&](auto load, auto store) {
      V x = load(p);
      const V g = gradient_or_shrunk(load, grad, x, s);
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
  static void rmsprop(T* const* at, int64_t n, const RmspropStep<T>& s) {
    T *p = at[0], *square = at[2], *mean = at[3], *buffer = at[4];
    const V lr(-s.lr), alpha(s.alpha), grow(s.grow), eps(s.eps), momentum(s.momentum);
    over(n, [&](auto load, auto store) {
      const V x = load(p), g = gradient(load, at[1], x, s);
      V v = fma(grow * g, g, load(square) * alpha);
      store(square, v);
      if (mean) {
        const V m0 = load(mean), m1 = fma(grow, g - m0, m0);
        store(mean, m1);
        v = fma(-m1, m1, v);
      }
      V change = g / (sqrt(v) + eps);
      if (buffer) {
        change = fma(load(buffer), momentum, change);
        store(buffer, change);
      }
      store(p, fma(lr, change, x));
    });
  }
  static void adagrad(T* const* at, int64_t n, const AdagradStep<T>& s) {
    T *p = at[0], *sum = at[2];
    const V lr(-s.lr), eps(s.eps);
    over(n, [&](auto load, auto store) {
      const V x = load(p), g = gradient(load, at[1], x, s), total = fma(g, g, load(sum));
      store(sum, total);
      store(p, fma(lr, g / (sqrt(total) + eps), x));
    });
  }
  static void adadelta(T* const* at, int64_t n, const AdadeltaStep<T>& s) {
    T *p = at[0], *square = at[2], *changes = at[3];
    const V lr(-s.lr), rho(s.rho), grow(s.grow), eps(s.eps);
    over(n, [&](auto load, auto store) {
      const V x = load(p), g = gradient(load, at[1], x, s);
      const V v = fma(grow * g, g, load(square) * rho), before = load(changes);
      store(square, v);
      const V change = sqrt(before + eps) / sqrt(v + eps) * g;
      store(changes, fma(grow * change, change, before * rho));
      store(p, fma(lr, change, x));
    });
  }
  static void adamax(T* const* at, int64_t n, const AdamaxStep<T>& s) {
    T *p = at[0], *m = at[2], *u = at[3];
    const V size(-s.step_size), beta2(s.beta2), grow1(s.grow1), eps(s.eps);
    over(n, [&](auto load, auto store) {
      const V x = load(p), g = gradient(load, at[1], x, s), m0 = load(m), m1 = fma(grow1, g - m0, m0);
      const V high = maximum(load(u) * beta2, abs(g) + eps);
      store(m, m1);
      store(u, high);
      store(p, fma(size, m1 / high, x));
    });
  }
  static void nadam(T* const* at, int64_t n, const NadamStep<T>& s) {
    T *p = at[0], *m = at[2], *v = at[3];
    const V beta2(s.beta2), grow1(s.grow1), grow2(s.grow2), correction2(s.correction2), eps(s.eps);
    const V of_gradient(s.gradient_share), of_mean(s.mean_share);
    over(n, [&](auto load, auto store) {
      V x = load(p);
      const V g = gradient_or_shrunk(load, at[1], x, s);
      const V m0 = load(m), m1 = fma(grow1, g - m0, m0), v1 = fma(grow2 * g, g, load(v) * beta2);
      store(m, m1);
      store(v, v1);
      const V divisor = sqrt(v1 / correction2) + eps;
      store(p, fma(of_mean, m1 / divisor, fma(of_gradient, g / divisor, x)));
    });
  }
  static void radam(T* const* at, int64_t n, const RadamStep<T>& s) {
    T *p = at[0], *m = at[2], *v = at[3];
    const V beta2(s.beta2), grow1(s.grow1), grow2(s.grow2), size(-s.step_size), eps(s.eps);
    over(n, [&](auto load, auto store) {
      V x = load(p);
      const V g = gradient_or_shrunk(load, at[1], x, s);
      const V m0 = load(m), m1 = fma(grow1, g - m0, m0), v1 = fma(grow2 * g, g, load(v) * beta2);
      store(m, m1);
      store(v, v1);
      store(p, fma(size, s.adaptive ? m1 / (sqrt(v1) + eps) : m1, x));
    });
  }
  static void rprop(T* const* at, int64_t n, const RpropStep<T>& s) {
    T *p = at[0], *previous = at[2], *sizes = at[3];
    const V shrink(s.shrink), grow(s.grow), least(s.least), most(s.most), zero(0), one(1);
    over(n, [&](auto load, auto store) {
      V g = load(at[1]);
      if (s.maximize) g = -g;
      const V turn = g * load(previous);
      const V factor = where(turn > zero, grow, where(turn < zero, shrink, one));
      const V size = minimum(maximum(load(sizes) * factor, least), most);
      g = where(turn < zero, zero, g);  // after a change of sign the parameter rests for a step
      store(sizes, size);
      store(previous, g);
      store(p, fma(-sign(g), size, load(p)));
    });
  }
  static void asgd(T* const* at, int64_t n, const AsgdStep<T>& s) {
    T *p = at[0], *average = at[2];
    const V eta(-s.eta), shrink(s.shrink), mu(s.mu);
    over(n, [&](auto load, auto store) {
      const V x = load(p), g = gradient(load, at[1], x, s), x1 = fma(eta, g, x * shrink);
      store(p, x1);
      if (s.average) {
        const V a = load(average);
        store(average, fma(x1 - a, mu, a));
      } else {
        store(average, x1);
      }
    });
  }
  static constexpr OptimKernels<T> table = {sgd, adam, rmsprop, adagrad, adadelta, adamax, nadam, radam, rprop, asgd};
};

}  // namespace

extern const OptimKernels<float> kOptimF32;
extern const OptimKernels<double> kOptimF64;
const OptimKernels<float> kOptimF32 = Optim<F32>::table;
const OptimKernels<double> kOptimF64 = Optim<F64>::table;

}  // namespace rushlight::cpu::RL_ISA
