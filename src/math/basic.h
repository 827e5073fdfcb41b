// Functions of every lane type that need no polynomial: sign, rounding, comparison, classification.
#pragma once

#include "math/lanes.h"

namespace rushlight::cpu::RL_ISA {

// Constants that depend on the float format.
template <class V>
struct Format;
template <>
struct Format<F32> {
  static constexpr int kMantissaBits = 23;
  static constexpr int32_t kBias = 127;
  static constexpr int32_t kSignBit = INT32_MIN;
  static constexpr float kInfinity = __builtin_inff();
  static constexpr float kNan = __builtin_nanf("");
  static constexpr float kMinNormal = 0x1p-126f;
  static constexpr float kTiny = 0x1p-26f;         // below it x is the best answer for odd functions of slope 1
  static constexpr float kRoundMagic = 0x1.8p23f;  // x + magic - magic rounds to a whole number
};
template <>
struct Format<F64> {
  static constexpr int kMantissaBits = 52;
  static constexpr int64_t kBias = 1023;
  static constexpr int64_t kSignBit = INT64_MIN;
  static constexpr double kInfinity = __builtin_inf();
  static constexpr double kNan = __builtin_nan("");
  static constexpr double kMinNormal = 0x1p-1022;
  static constexpr double kTiny = 0x1p-55;
  static constexpr double kRoundMagic = 0x1.8p52;
};

#define RL_BASIC_FLOAT(V)                                                                                \
  inline V sign_bits_of(V a) { return as_float(as_int(a) & V::Int(Format<V>::kSignBit)); }               \
  inline V abs(V a) { return as_float(as_int(a) & V::Int(~Format<V>::kSignBit)); }                       \
  inline V copysign(V size, V sign) { return as_float(as_int(abs(size)) | as_int(sign_bits_of(sign))); } \
  inline V flip_sign(V a, V sign) { return as_float(as_int(a) ^ as_int(sign_bits_of(sign))); }           \
  inline V sqrt(V a) { return V(raw::sqrt(a.v)); }                                                       \
  inline V rsqrt(V a) { return V(1) / sqrt(a); }                                                         \
  inline V reciprocal(V a) { return V(1) / a; }                                                          \
  inline V floor(V a) { return V(raw::floor(a.v)); }                                                     \
  inline V ceil(V a) { return V(raw::ceil(a.v)); }                                                       \
  inline V trunc(V a) { return V(raw::trunc(a.v)); }                                                     \
  inline V round(V a) { return V(raw::round(a.v)); }                                                     \
  inline V frac(V a) { return a - trunc(a); }                                                            \
  inline V::Mask isnan(V a) { return a != a; }                                                           \
  inline V::Mask isinf(V a) { return abs(a) == V(Format<V>::kInfinity); }                                \
  inline V::Mask isfinite(V a) { return abs(a) < V(Format<V>::kInfinity); }                              \
  inline V::Mask signbit(V a) { return as_int(a) < V::Int(0); }                                          \
  /* The second operand comes back when one of the two is NaN or both are zero. */                       \
  inline V max_or_second(V a, V b) { return V(raw::max(a.v, b.v)); }                                     \
  inline V min_or_second(V a, V b) { return V(raw::min(a.v, b.v)); }                                     \
  inline V maximum(V a, V b) { return where(isnan(a), a, max_or_second(a, b)); }                         \
  inline V minimum(V a, V b) { return where(isnan(a), a, min_or_second(a, b)); }                         \
  inline V fmax(V a, V b) { return where(isnan(b), a, max_or_second(a, b)); }                            \
  inline V fmin(V a, V b) { return where(isnan(b), a, min_or_second(a, b)); }                            \
  /* 0 for both zeros and for NaN. */                                                                    \
  inline V sign(V a) { return where(a > V(0), V(1), where(a < V(0), V(-1), V(0))); }
RL_BASIC_FLOAT(F32)
RL_BASIC_FLOAT(F64)
#undef RL_BASIC_FLOAT

#define RL_BASIC_INT(V)                                     \
  inline V abs(V a) { return where(a < V(0), -a, a); }      \
  inline V copysign(V size, V sign) {                       \
    const V positive = abs(size);                           \
    return where(sign < V(0), -positive, positive);         \
  }                                                         \
  inline V floor(V a) { return a; }                         \
  inline V ceil(V a) { return a; }                          \
  inline V trunc(V a) { return a; }                         \
  inline V round(V a) { return a; }                         \
  inline V::Mask isnan(V a) { return a != a; }              \
  inline V::Mask isinf(V a) { return a != a; }              \
  inline V::Mask isfinite(V a) { return a == a; }           \
  inline V::Mask signbit(V a) { return a < V(0); }          \
  inline V maximum(V a, V b) { return where(a < b, b, a); } \
  inline V minimum(V a, V b) { return where(b < a, b, a); } \
  inline V fmax(V a, V b) { return maximum(a, b); }         \
  inline V fmin(V a, V b) { return minimum(a, b); }         \
  inline V sign(V a) { return where(a > V(0), V(1), where(a < V(0), V(-1), V(0))); }
RL_BASIC_INT(I32)
RL_BASIC_INT(I64)
#undef RL_BASIC_INT

template <class S>
inline Lanes<S> sgn(Lanes<S> a) {
  return sign(a);
}
template <class S>
inline Lanes<S> square(Lanes<S> a) {
  return a * a;
}

// The neighbour of a towards b: one more or one less in the bits seen as a whole number.
template <class V>
inline V nextafter_of(V a, V b) {
  using Int = typename V::Int;
  const V zero(0);
  const typename V::Mask outwards = (b > a) ^ (a < zero);
  const V next = as_float(as_int(a) + where(outwards, Int(1), Int(-1)));
  const V from_zero = as_float(Int(1) | as_int(sign_bits_of(b)));
  return where(isnan(a) | isnan(b), a + b, where(a == b, b, where(a == zero, from_zero, next)));
}
inline F32 nextafter(F32 a, F32 b) { return nextafter_of(a, b); }
inline F64 nextafter(F64 a, F64 b) { return nextafter_of(a, b); }

// x = mantissa * 2^exponent with |mantissa| in [1/2, 1); zeros, infinities and NaN are their own mantissa, with exponent 0.
template <class V>
inline V frexp_normalized(V x) {
  constexpr typename V::T kUp = (typename V::T)((typename V::Int::T)1 << Format<V>::kMantissaBits);
  return where(abs(x) < V(Format<V>::kMinNormal), x * V(kUp), x);
}
template <class V>
inline V frexp_mantissa(V x) {
  using Int = typename V::Int;
  const Int fraction((typename Int::T)(((typename Int::T)1 << Format<V>::kMantissaBits) - 1));
  const Int half((typename Int::T)(Format<V>::kBias - 1) << Format<V>::kMantissaBits);
  const V scaled = as_float((as_int(frexp_normalized(x)) & (fraction | Int(Format<V>::kSignBit))) | half);
  return where((x == V(0)) | ~isfinite(x), x, scaled);
}
template <class V>
inline V frexp_exponent(V x) {
  using Int = typename V::Int;
  using Scalar = typename V::T;
  // The biased exponent becomes a float by standing in the low bits of 2^mantissa_bits.
  constexpr Scalar kUnit = (Scalar)((typename Int::T)1 << Format<V>::kMantissaBits);
  const Int biased = shift_right_logical(as_int(abs(frexp_normalized(x))), Format<V>::kMantissaBits);
  const V exponent = as_float(biased | as_int(V(kUnit))) - V(kUnit + (Scalar)(Format<V>::kBias - 1));
  const V lifted = where(abs(x) < V(Format<V>::kMinNormal), exponent - V((Scalar)Format<V>::kMantissaBits), exponent);
  return where((x == V(0)) | ~isfinite(x), V(0), lifted);
}

// c[0] + c[1] x + c[2] x^2 + …
template <class V, int N>
inline V polynomial(V x, const typename V::T (&c)[N]) {
  V sum(c[N - 1]);
#pragma GCC unroll 32
  for (int i = N - 2; i >= 0; --i) sum = fma(sum, x, V(c[i]));
  return sum;
}

// f on the two halves of a in double, rounded once: how float functions off the hot path get their half-ulp results.
template <class Fn>
inline F32 through_f64(F32 a, Fn f) {
  return narrow(f(widen_low(a)), f(widen_high(a)));
}
template <class Fn>
inline F32 through_f64(F32 a, F32 b, Fn f) {
  return narrow(f(widen_low(a), widen_low(b)), f(widen_high(a), widen_high(b)));
}

}  // namespace rushlight::cpu::RL_ISA
