// The gates of LSTM, GRU and simple recurrent layers over a row of hidden units; the same roundings on every ISA.
#include "cpu/isa/rnn_kernels.h"

#include "cpu/isa/row_ops.h"
#include "math/exp_log.h"

namespace rushlight::cpu::RL_ISA {
namespace {

// Note [Gates' functions]
// The sigmoid and the tanh of math/exp_log.h within 3 ulp: a recurrence spends as long on them as on a third of its
// products, and what the compensated sums would win is lost in the sums of the gates.

// As sigmoid_of; 1 + s is exact while it matters.
template <class V>
inline V gate_sigmoid(V x) {
  using Table = ExpLogTable<V>;
  const ExpParts<V> parts = exp_parts(clamp_keep_nan(-x, -Table::kSigmoidMax, -Table::kExpMin));
  const V s = scale_by_power(V(1), -parts.n);
  return s / ((V(1) + s) + parts.q);
}

// e / (e + 2) of e = e^2x - 1.
template <class V>
inline V gate_tanh(V x) {
  using Table = ExpLogTable<V>;
  const V size = min_or_second(V(Table::kTanhMax), abs(x)), twice = size + size;
  const V magic(Format<V>::kRoundMagic);
  const V shifted = fma(twice, V(Table::kLog2E), magic), n = shifted - magic;
  const V r = fma(n, V(-Table::kLn2Lo), fma(n, V(-Table::kLn2Hi), twice));
  const V q = fma(r * r, polynomial(r, Table::kExp), r);
  const typename V::Int bias(Format<V>::kBias);
  const V power = as_float(shift_left(as_int(shifted) + bias, Format<V>::kMantissaBits));
  const V e = fma(power, q, power - V(1));
  return copysign(e / (e + V(2)), x);
}

template <class V>
struct Rnn {
  using T = typename V::T;

  // f(load, store) for every vector of a row: load(p) reads at the place, store(v, p) writes there.
  template <class F>
  static void vectors(int64_t n, F f) {
    int64_t i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes)
      f([i](const T* p) { return V::load(p + i); }, [i](V v, T* p) { v.store(p + i); });
    if (const int k = (int)(n - i))
      f([i, k](const T* p) { return V::load(p + i, k); }, [i, k](V v, T* p) { v.store(p + i, k); });
  }

  // Several short passes: one long loop body leaves too few of its steps in flight.
  static void lstm(int64_t n, T* gates, const T* cell_before, T* cell, T* hidden) {
    T *i = gates, *f = gates + n, *g = gates + 2 * n, *o = gates + 3 * n;
    vectors(2 * n, [&](auto load, auto store) { store(gate_sigmoid(load(i)), i); });
    tanh_row(n, g);
    vectors(n, [&](auto load, auto store) { store(gate_sigmoid(load(o)), o); });
    vectors(n, [&](auto load, auto store) {
      const V c = load(f) * load(cell_before) + load(i) * load(g);
      store(c, cell);
      store(load(o) * gate_tanh(c), hidden);
    });
  }
  static void lstm_backward(int64_t n, const T* gates, const T* cell_before, const T* cell, const T* dh, T* dc,
                            T* slopes) {
    const V one(T(1));
    vectors(n, [&](auto load, auto store) {
      const V i = load(gates), f = load(gates + n), g = load(gates + 2 * n), o = load(gates + 3 * n);
      const V c = gate_tanh(load(cell)), d = load(dh);
      const V slope = load(dc) + d * o * (one - c * c);
      store(slope * g * (i * (one - i)), slopes);
      store(slope * load(cell_before) * (f * (one - f)), slopes + n);
      store(slope * i * (one - g * g), slopes + 2 * n);
      store(d * c * (o * (one - o)), slopes + 3 * n);
      store(slope * f, dc);
    });
  }
  static void lstm_hidden(int64_t n, const T* gates, const T* cell, T* hidden) {
    vectors(n, [&](auto load, auto store) { store(load(gates + 3 * n) * gate_tanh(load(cell)), hidden); });
  }
  static void gru(int64_t n, T* gates, const T* sums, const T* before, T* hidden) {
    vectors(2 * n, [&](auto load, auto store) { store(gate_sigmoid(load(gates) + load(sums)), gates); });
    vectors(n, [&](auto load, auto store) {
      const V z = load(gates + n), h = load(sums + 2 * n);
      const V vn = gate_tanh(load(gates + 2 * n) + load(gates) * h);
      store(vn, gates + 2 * n), store(h, gates + 3 * n);
      store(vn + z * (load(before) - vn), hidden);
    });
  }
  static void gru_backward(int64_t n, const T* gates, const T* before, T* dh, T* slopes) {
    const V one(T(1));
    vectors(n, [&](auto load, auto store) {
      const V r = load(gates), z = load(gates + n), vn = load(gates + 2 * n), h = load(gates + 3 * n), d = load(dh);
      const V dn = d * (one - z) * (one - vn * vn);
      store(dn, slopes);
      store(dn * h * (r * (one - r)), slopes + n);
      store(d * (load(before) - vn) * (z * (one - z)), slopes + 2 * n);
      store(dn * r, slopes + 3 * n);
      store(d * z, dh);
    });
  }
  static void tanh_row(int64_t n, T* x) {
    vectors(n, [&](auto load, auto store) { store(gate_tanh(load(x)), x); });
  }
  static void relu_row(int64_t n, T* x) {
    vectors(n, [&](auto load, auto store) {
      const V v = load(x);
      store(where(v <= V(T(0)), V(T(0)), v), x);  // NaN stays
    });
  }
  static void tanh_backward(int64_t n, const T* y, const T* dh, T* slopes) {
    vectors(n, [&](auto load, auto store) {
      const V v = load(y);
      store(load(dh) * (V(T(1)) - v * v), slopes);
    });
  }
  static void relu_backward(int64_t n, const T* y, const T* dh, T* slopes) {
    vectors(n, [&](auto load, auto store) { store(where(load(y) <= V(T(0)), V(T(0)), load(dh)), slopes); });
  }
  static constexpr RnnKernels<T> table = {lstm,     lstm_backward, lstm_hidden,   gru,          gru_backward,
                                          tanh_row, relu_row,      tanh_backward, relu_backward};
};

}  // namespace

extern const RnnKernels<float> kRnnF32;
extern const RnnKernels<double> kRnnF64;
const RnnKernels<float> kRnnF32 = Rnn<F32>::table;
const RnnKernels<double> kRnnF64 = Rnn<F64>::table;

}  // namespace rushlight::cpu::RL_ISA
