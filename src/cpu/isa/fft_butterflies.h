// Complex vectors, the butterflies of the FFT's radices, and shuffles. Included by per-ISA units only.
#pragma once
#include "math/lanes.h"

#define RL_FFT_UNROLL _Pragma("GCC unroll 16")

namespace rushlight::cpu::RL_ISA {

// a * b + c and c - a * b, with one rounding where the ISA has it.
template <class V>
inline V multiply_add(V a, V b, V c) {
#if RL_ISA_LEVEL > 0
  return fma(a, b, c);
#else
  return a * b + c;
#endif
}
template <class V>
inline V subtract_product(V a, V b, V c) {
#if RL_ISA_LEVEL > 0
  return fma(-a, b, c);
#else
  return c - a * b;
#endif
}

template <class V>
struct ComplexVector {
  using T = typename V::T;
  V re, im;

  static ComplexVector load(const T* row) { return {V::load(row), V::load(row + V::kLanes)}; }
  void store(T* row) const {
    re.store(row);
    im.store(row + V::kLanes);
  }
  friend ComplexVector operator+(ComplexVector a, ComplexVector b) { return {a.re + b.re, a.im + b.im}; }
  friend ComplexVector operator-(ComplexVector a, ComplexVector b) { return {a.re - b.re, a.im - b.im}; }
  friend ComplexVector operator*(ComplexVector a, ComplexVector w) {
    return {subtract_product(a.im, w.im, a.re * w.re), multiply_add(a.re, w.im, a.im * w.re)};
  }
  ComplexVector times_minus_i() const { return {im, -re}; }
};

// ---- butterflies: x becomes its transform of length R, in natural order ---------------------------------------------

template <class V>
inline void butterfly_2(ComplexVector<V>* x) {
  const auto a = x[0];
  x[0] = a + x[1];
  x[1] = a - x[1];
}

template <class V>
inline void butterfly_4(ComplexVector<V>& a, ComplexVector<V>& b, ComplexVector<V>& c, ComplexVector<V>& d) {
  const auto s = a + c, t = a - c, u = b + d, v = b - d;
  a = s + u;
  c = s - u;
  b = {t.re + v.im, t.im - v.re};
  d = {t.re - v.im, t.im + v.re};
}

// Two transforms of length 4 and the eighth roots of unity between them.
template <class V>
inline void butterfly_8(ComplexVector<V>* x) {
  using C = ComplexVector<V>;
  const V h((typename V::T)0.70710678118654752440);
  C a0 = x[0], a1 = x[2], a2 = x[4], a3 = x[6], b0 = x[1], b1 = x[3], b2 = x[5], b3 = x[7];
  butterfly_4(a0, a1, a2, a3);
  butterfly_4(b0, b1, b2, b3);
  b1 = {(b1.re + b1.im) * h, (b1.im - b1.re) * h};
  b3 = {(b3.im - b3.re) * h, (b3.re + b3.im) * -h};
  x[0] = a0 + b0;
  x[4] = a0 - b0;
  x[1] = a1 + b1;
  x[5] = a1 - b1;
  x[2] = {a2.re + b2.im, a2.im - b2.re};
  x[6] = {a2.re - b2.im, a2.im + b2.re};
  x[3] = a3 + b3;
  x[7] = a3 - b3;
}

// Note [Odd radices]
// With s_k = x_k + x_(R-k) and d_k = x_k - x_(R-k), outputs q and R - q share their real work:
// A_q = x_0 + sum of cos(2 pi k q / R) s_k, B_q = sum of sin(2 pi k q / R) d_k, and y_q = A_q - i B_q, y_(R-q) = A_q + i B_q.
template <int R, class V>
inline void butterfly_odd(ComplexVector<V>* x, int radix, const typename V::T* roots) {
  using C = ComplexVector<V>;
  constexpr int kMost = R ? R : 61;
  const int r = R ? R : radix, half = (r - 1) / 2;
  C s[kMost / 2 + 1], d[kMost / 2 + 1], y[kMost];
  C total = x[0];
  RL_FFT_UNROLL
  for (int k = 1; k <= half; ++k) {
    s[k] = x[k] + x[r - k];
    d[k] = x[k] - x[r - k];
    total = total + s[k];
  }
  RL_FFT_UNROLL
  for (int q = 1; q <= half; ++q) {
    C a = x[0], b{V(0), V(0)};
    int at = 0;
    RL_FFT_UNROLL
    for (int k = 1; k <= half; ++k) {
      at += q;
      if (at >= r) at -= r;
      const V c(roots[2 * at]), w(roots[2 * at + 1]);
      a = {multiply_add(s[k].re, c, a.re), multiply_add(s[k].im, c, a.im)};
      b = k == 1 ? C{d[k].re * w, d[k].im * w} : C{multiply_add(d[k].re, w, b.re), multiply_add(d[k].im, w, b.im)};
    }
    y[q] = {a.re + b.im, a.im - b.re};
    y[r - q] = {a.re - b.im, a.im + b.re};
  }
  x[0] = total;
  RL_FFT_UNROLL
  for (int q = 1; q < r; ++q) x[q] = y[q];
}

template <int R, class V>
inline void butterfly(ComplexVector<V>* x, int radix, const typename V::T* roots) {
  if constexpr (R == 2)
    butterfly_2(x);
  else if constexpr (R == 4)
    butterfly_4(x[0], x[1], x[2], x[3]);
  else if constexpr (R == 8)
    butterfly_8(x);
  else
    butterfly_odd<R>(x, radix, roots);
}

// ---- shuffles -------------------------------------------------------------------------------------------------------

template <int... kIndex>
struct Indices {};
template <int kCount, int... kIndex>
struct UpTo : UpTo<kCount - 1, kCount - 1, kIndex...> {};
template <int... kIndex>
struct UpTo<0, kIndex...> {
  using Type = Indices<kIndex...>;
};
template <class V>
using LaneIndices = typename UpTo<V::kLanes>::Type;

// Real and imaginary parts of kLanes numbers that are stored in pairs, and back.
template <class V, int... I>
inline ComplexVector<V> apart(V low, V high, Indices<I...>) {
  return {V(__builtin_shufflevector(low.v, high.v, (2 * I)...)),
          V(__builtin_shufflevector(low.v, high.v, (2 * I + 1)...))};
}
template <class V, int... I>
inline void together(ComplexVector<V> z, V& low, V& high, Indices<I...>) {
  constexpr int n = V::kLanes;
  low = V(__builtin_shufflevector(z.re.v, z.im.v, (I / 2 + (I % 2) * n)...));
  high = V(__builtin_shufflevector(z.re.v, z.im.v, (I / 2 + n / 2 + (I % 2) * n)...));
}
template <class V, int... I>
inline V reversed(V x, Indices<I...>) {
  return V(__builtin_shufflevector(x.v, x.v, (V::kLanes - 1 - I)...));
}

// Exchanges the off-diagonal halves of blocks of 2 * kStep (one stage of a transposition by halves).
template <int kStep, class V, int... I>
inline void exchange(V& a, V& b, Indices<I...>) {
  constexpr int n = V::kLanes;
  const V low(__builtin_shufflevector(a.v, b.v, (I & kStep ? n + I - kStep : I)...));
  b = V(__builtin_shufflevector(a.v, b.v, (I & kStep ? n + I : I + kStep)...));
  a = low;
}
template <int kStep, class V>
inline void transpose_stage(V* x) {
  RL_FFT_UNROLL
  for (int i = 0; i < V::kLanes; ++i) {
    if (!(i & kStep)) exchange<kStep>(x[i], x[i + kStep], LaneIndices<V>());
  }
}
// The square matrix whose rows are the kLanes vectors of x.
template <class V>
inline void transpose(V* x) {
  transpose_stage<1>(x);
  if constexpr (V::kLanes > 2) transpose_stage<2>(x);
  if constexpr (V::kLanes > 4) transpose_stage<4>(x);
  if constexpr (V::kLanes > 8) transpose_stage<8>(x);
}

// The first n elements (0 <= n, more than kLanes count as kLanes); the others are of no interest, but ordinary numbers.
template <class V>
inline V load_some(const typename V::T* p, int64_t n) {
  return n >= V::kLanes ? V::load(p) : n <= 0 ? V(0) : V::load(p, (int)n);
}
template <class V>
inline void store_some(V x, typename V::T* p, int64_t n) {
  if (n >= V::kLanes)
    x.store(p);
  else if (n > 0)
    x.store(p, (int)n);
}
// n numbers that are stored in pairs.
template <class V>
inline ComplexVector<V> load_pairs(const typename V::T* p, int64_t n) {
  return apart(load_some<V>(p, 2 * n), load_some<V>(p + V::kLanes, 2 * n - V::kLanes), LaneIndices<V>());
}
template <class V>
inline void store_pairs(ComplexVector<V> z, typename V::T* p, int64_t n) {
  V low, high;
  together(z, low, high, LaneIndices<V>());
  store_some(low, p, 2 * n);
  store_some(high, p + V::kLanes, 2 * n - V::kLanes);
}

}  // namespace rushlight::cpu::RL_ISA
