// Softmax and log-softmax of rows and of columns, forward and backward.
#include "cpu/isa/softmax_kernels.h"

#include "cpu/isa/row_ops.h"
#include "math/exp_log.h"

namespace rushlight::cpu::RL_ISA {
namespace {

// e^x for x <= 0 or NaN.
template <class V>
inline V exp_down(V x) {
  return exp_clamped(clamp_keep_nan(x, ExpLogTable<V>::kExpMin, ExpLogTable<V>::kExpMax));
}

template <class V>
struct Softmax {
  using T = typename V::T;
  using G = Group<V>;
  static constexpr T kLow = -Format<V>::kInfinity;

  // The largest element; NaN if there is one.
  static T row_max(const T* x, int64_t n) {
    constexpr int64_t kWidth = G::kWidth;
    G m[2] = {G::set(kLow), G::set(kLow)};
    const auto larger = [](V a, V b) { return maximum(a, b); };
    int64_t i = 0;
    for (; i + 2 * kWidth <= n; i += 2 * kWidth) {
      m[0] = each(m[0], G::load(x + i), larger);
      m[1] = each(m[1], G::load(x + i + kWidth), larger);
    }
    for (int c = 0; c < 2; ++c, i += kWidth)
      if (i < n) m[c] = each(m[c], load_group<V>(x + i, n - i < kWidth ? n - i : kWidth, kLow), larger);
    return fold(each(m[0], m[1], larger), larger);
  }
  static T log_scalar(T x) { return log(V(x)).v[0]; }

  // The sum of e^(x - max); stores the terms if y is given.
  static T exp_sum(const T* x, T* y, int64_t n, T max) {
    const V top(max);
    return row_sum<V>(n, [&](int64_t i, int64_t k) {
      const G e = each(load_group<V>(x + i, k, kLow), [&](V v) { return exp_down(v - top); });
      if (y) store_group(e, y + i, k);
      return clear_from(e, k);
    });
  }
  static void softmax(const T* x, T* y, int64_t n) {
    if (n == 0) return;
    const T sum = exp_sum(x, y, n, row_max(x, n));
    const V factor(T(1) / sum);
    row_each<V>(n, [&](int64_t i, int64_t k) {
      store_group(each(load_group<V>(y + i, k, 0), [&](V v) { return v * factor; }), y + i, k);
    });
  }
  static T logsumexp(const T* x, int64_t n) {
    if (n == 0) return kLow;
    const T max = row_max(x, n);
    if (max == kLow || max == -kLow) return max;
    return max + log_scalar(exp_sum(x, nullptr, n, max));
  }
  static void log_softmax(const T* x, T* y, int64_t n) {
    if (n == 0) return;
    const T max = row_max(x, n);
    const V top(max), rest(log_scalar(exp_sum(x, nullptr, n, max)));
    row_each<V>(n, [&](int64_t i, int64_t k) {
      store_group(each(load_group<V>(x + i, k, 0), [&](V v) { return (v - top) - rest; }), y + i, k);
    });
  }
  static void softmax_backward(const T* dy, const T* y, T* dx, int64_t n) {
    const V sum(row_sum<V>(n, [&](int64_t i, int64_t k) {
      return each(load_group<V>(dy + i, k, 0), load_group<V>(y + i, k, 0), [](V a, V b) { return a * b; });
    }));
    row_each<V>(n, [&](int64_t i, int64_t k) {
      store_group(
          each(load_group<V>(dy + i, k, 0), load_group<V>(y + i, k, 0), [&](V a, V b) { return (a - sum) * b; }),
          dx + i, k);
    });
  }
  static void log_softmax_backward(const T* dy, const T* y, T* dx, int64_t n) {
    const V sum(row_sum<V>(n, [&](int64_t i, int64_t k) { return load_group<V>(dy + i, k, 0); }));
    row_each<V>(n, [&](int64_t i, int64_t k) {
      store_group(each(load_group<V>(dy + i, k, 0), load_group<V>(y + i, k, 0),
                       [&](V a, V b) { return a - exp_down(b) * sum; }),
                  dx + i, k);
    });
  }
  static void scaled_softmax(const T* x, T lse, T scale, T* dx, int64_t n) {
    const V shift(lse), factor(scale);
    row_each<V>(n, [&](int64_t i, int64_t k) {
      store_group(each(load_group<V>(x + i, k, 0), [&](V v) { return exp_down(v - shift) * factor; }), dx + i, k);
    });
  }

  // Columns: whole rows of the tile, one after another, onto running maxima and sums of `columns` neighbours.
  static void columns(const T* x, T* y, int64_t n, int64_t stride, int64_t columns, bool log_form) {
    alignas(64) T max[kSoftmaxTile], sum[kSoftmaxTile];
    for (int64_t j = 0; j < columns; j += G::kWidth) {
      G::set(kLow).store(max + j);
      G::set(0).store(sum + j);
    }
    for (int64_t i = 0; i < n; ++i) {
      const T* row = x + i * stride;
      row_each<V>(columns, [&](int64_t j, int64_t k) {
        each(G::load(max + j), load_group<V>(row + j, k, 0), [](V a, V b) { return maximum(a, b); }).store(max + j);
      });
    }
    for (int64_t i = 0; i < n; ++i) {
      const T* row = x + i * stride;
      T* to = y + i * stride;
      row_each<V>(columns, [&](int64_t j, int64_t k) {
        const G e = each(load_group<V>(row + j, k, 0), G::load(max + j), [](V a, V b) { return exp_down(a - b); });
        each(G::load(sum + j), e, [](V a, V b) { return a + b; }).store(sum + j);
        if (!log_form) store_group(e, to + j, k);
      });
    }
    for (int64_t j = 0; j < columns; j += G::kWidth)
      each(G::load(sum + j), [&](V v) { return log_form ? log(v) : V(1) / v; }).store(sum + j);
    for (int64_t i = 0; i < n; ++i) {
      const T* row = x + i * stride;
      T* to = y + i * stride;
      row_each<V>(columns, [&](int64_t j, int64_t k) {
        const G last = G::load(sum + j);
        if (!log_form)
          return store_group(each(load_group<V>(to + j, k, 0), last, [](V a, V b) { return a * b; }), to + j, k);
        const G d = each(load_group<V>(row + j, k, 0), G::load(max + j), [](V a, V b) { return a - b; });
        store_group(each(d, last, [](V a, V b) { return a - b; }), to + j, k);
      });
    }
  }
  static void columns_backward(const T* dy, const T* y, T* dx, int64_t n, int64_t stride, int64_t columns,
                               bool log_form) {
    alignas(64) T sum[kSoftmaxTile];
    for (int64_t j = 0; j < columns; j += G::kWidth) G::set(0).store(sum + j);
    for (int64_t i = 0; i < n; ++i) {
      row_each<V>(columns, [&](int64_t j, int64_t k) {
        const G d = load_group<V>(dy + i * stride + j, k, 0);
        const G term = log_form ? d : each(d, load_group<V>(y + i * stride + j, k, 0), [](V a, V b) { return a * b; });
        each(G::load(sum + j), term, [](V a, V b) { return a + b; }).store(sum + j);
      });
    }
    for (int64_t i = 0; i < n; ++i) {
      row_each<V>(columns, [&](int64_t j, int64_t k) {
        const G d = load_group<V>(dy + i * stride + j, k, 0), r = load_group<V>(y + i * stride + j, k, 0),
                s = G::load(sum + j);
        G out;
        RL_GROUP_UNROLL
        for (int q = 0; q < G::kRegs; ++q)
          out.r[q] = log_form ? d.r[q] - exp_down(r.r[q]) * s.r[q] : (d.r[q] - s.r[q]) * r.r[q];
        store_group(out, dx + i * stride + j, k);
      });
    }
  }
  static constexpr SoftmaxKernels<T> table = {softmax,          log_softmax,          logsumexp,
                                              softmax_backward, log_softmax_backward, scaled_softmax,
                                              columns,          columns_backward};
};

}  // namespace

extern const SoftmaxKernels<float> kSoftmaxF32;
extern const SoftmaxKernels<double> kSoftmaxF64;
const SoftmaxKernels<float> kSoftmaxF32 = Softmax<F32>::table;
const SoftmaxKernels<double> kSoftmaxF64 = Softmax<F64>::table;

}  // namespace rushlight::cpu::RL_ISA
