// The exponential family (exp, exp2, expm1, sigmoid, tanh) and the logarithms, one formula for F32 and F64.
//
// Coefficients: own weighted least-squares fits, near minimax, on the reduced interval; each comment gives the error.
#pragma once

#include "math/basic.h"

namespace rushlight::cpu::RL_ISA {

template <class V>
struct ExpLogTable;

template <>
struct ExpLogTable<F32> {
  static constexpr float kLog2E = 0x1.715476p0f, kLn2Hi = 0x1.62e43p-1f, kLn2Lo = -0x1.05c61p-29f;
  // exp: past kExpMax the result is inf, below kExpMin it is 0; expm1: below kExpm1Min it is -1.
  static constexpr float kExpMax = 89, kExpMin = -104, kExp2Max = 129, kExp2Min = -151, kExpm1Min = -18;
  static constexpr float kTanhMax = 9.5f, kSigmoidMax = 88;  // from here on they round to 1
  // (e^r - 1 - r) / r^2 for |r| <= ln(2)/2, error 2^-33 of e^r.
  static constexpr float kExp[] = {0x1p-1f,        0x1.555556p-3f,  0x1.5554e4p-5f,
                                   0x1.110feap-7f, 0x1.6d512cp-10f, 0x1.a27d6cp-13f};
  // (2^f - 1) / f for |f| <= 1/2, error 2^-28 of 2^f.
  static constexpr float kExp2[] = {0x1.62e43p-1f, 0x1.ebfbep-3f,   0x1.c6af76p-5f,
                                    0x1.3b2a4p-7f, 0x1.5f0b86p-10f, 0x1.442d6cp-13f};
  // (ln(1+f) - f + f^2/2) / f^3 for 1+f in [sqrt(1/2), sqrt(2)], error 2^-30 f.
  static constexpr float kLog[] = {0x1.555546p-2f,  -0x1.fffff2p-3f, 0x1.99a53ep-3f, -0x1.556216p-3f, 0x1.2333p-3f,
                                   -0x1.fb5d78p-4f, 0x1.e66372p-4f,  -0x1.e25d7p-4f, 0x1.1a7abp-4f};
  static constexpr int32_t kSqrtHalfBits = 0x3f3504f3;
  static constexpr float kScaleUp = 0x1p24f, kScaleUpLog2 = 24;
  static constexpr float kLog2EHi = 0x1.715476p0f, kLog2ELo = 0x1.4ae0cp-26f;
  static constexpr float kLog10EHi = 0x1.bcb7b2p-2f, kLog10ELo = -0x1.5b235ep-27f;
  static constexpr float kLog10Of2Hi = 0x1.344136p-2f, kLog10Of2Lo = -0x1.ec10cp-27f;
};

template <>
struct ExpLogTable<F64> {
  static constexpr double kLog2E = 0x1.71547652b82fep0, kLn2Hi = 0x1.62e42fefa39efp-1, kLn2Lo = 0x1.abc9e3b39803fp-56;
  static constexpr double kExpMax = 710, kExpMin = -746, kExp2Max = 1025, kExp2Min = -1076, kExpm1Min = -38;
  static constexpr double kTanhMax = 20, kSigmoidMax = 709;
  // As above; errors 2^-58, 2^-58 and, for (ln((1+s)/(1-s)) - 2s) / s^3 in z = s^2, 2^-58.
  static constexpr double kExp[] = {0x1.000000000000cp-1,  0x1.555555555555bp-3,  0x1.555555554fdfep-5,
                                    0x1.111111110eceep-7,  0x1.6c16c18608f84p-10, 0x1.a01a01b387965p-13,
                                    0x1.a01995b6569b9p-16, 0x1.71ddefa89497dp-19, 0x1.28b0f9bd947eap-22,
                                    0x1.af6d214fbbb3fp-26};
  static constexpr double kExp2[] = {0x1.62e42fefa39efp-1,  0x1.ebfbdff82c5ap-3,   0x1.c6b08d704a153p-5,
                                     0x1.3b2ab6fba09p-7,    0x1.5d87fe7893098p-10, 0x1.4309130d9b8fdp-13,
                                     0x1.ffcbfcaa2da92p-17, 0x1.62bfca318abep-20,  0x1.b524861306d01p-24,
                                     0x1.e6177d317793p-28,  0x1.ea6e41a98ba04p-32};
  static constexpr double kLog[] = {0x1.5555555555592p-1, 0x1.999999997ff5bp-2, 0x1.24924941dbba7p-2,
                                    0x1.c71c521961521p-3, 0x1.74663bde7d022p-3, 0x1.39a203c0ab665p-3,
                                    0x1.2f02b11fac45ap-3};
  static constexpr int64_t kSqrtHalfBits = 0x3fe6a09e667f3bcd;
  static constexpr double kScaleUp = 0x1p54, kScaleUpLog2 = 54;
  static constexpr double kLog2EHi = 0x1.71547652b82fep0, kLog2ELo = 0x1.777d0ffda0d24p-56;
  static constexpr double kLog10EHi = 0x1.bcb7b1526e50ep-2, kLog10ELo = 0x1.95355baaafad3p-57;
  static constexpr double kLog10Of2Hi = 0x1.34413509f79ffp-2, kLog10Of2Lo = -0x1.9dc1da994fd21p-59;
};

// p * 2^n for whole n (as a float) within twice the exponent range, rounded once.
template <class V>
inline V scale_by_power(V p, V n) {
#if RL_ISA_LEVEL == 2
  if constexpr (sizeof(typename V::T) == 4)
    return V(_mm512_scalef_ps(p.v, n.v));
  else
    return V(_mm512_scalef_pd(p.v, n.v));
#else
  // Two factors, since 2^n alone may leave the range; the first product is exact, so only the second rounds.
  using Fmt = Format<V>;
  const V magic(Fmt::kRoundMagic);
  const V half_bits = fma(n, V(0.5f), magic);
  const V rest_bits = (n - (half_bits - magic)) + magic;
  const typename V::Int bias(Fmt::kBias);
  const V first = as_float(shift_left(as_int(half_bits) + bias, Fmt::kMantissaBits));
  const V second = as_float(shift_left(as_int(rest_bits) + bias, Fmt::kMantissaBits));
  return (p * first) * second;
#endif
}

// e^x = 2^n * (1 + q) for x within the clamp bounds.
template <class V>
struct ExpParts {
  V n, q;
};
template <class V>
inline ExpParts<V> exp_parts(V x) {
  using Table = ExpLogTable<V>;
  const V n = fma(x, V(Table::kLog2E), V(Format<V>::kRoundMagic)) - V(Format<V>::kRoundMagic);
  V r = fma(n, V(-Table::kLn2Hi), x);
  r = fma(n, V(-Table::kLn2Lo), r);
  return {n, fma(r * r, polynomial(r, Table::kExp), r)};
}

template <class V>
inline V exp_clamped(V x) {
  const ExpParts<V> parts = exp_parts(x);
  return scale_by_power(V(1) + parts.q, parts.n);
}
// The order of the operands lets NaN through.
template <class V>
inline V clamp_keep_nan(V x, typename V::T low, typename V::T high) {
  return min_or_second(V(high), max_or_second(V(low), x));
}

// A number as the sum of two floats, the second at most half a unit in the last place of the first.
template <class V>
struct Pair {
  V high, low;
};

// 2^(n-1) * (1 + q) - 1/2, doubled, so that n = 128 does not overflow early. The parts lost in q and r are added at the
// end: around x = 0.5 the subtraction would make them count twice.
template <class V>
inline Pair<V> expm1_pair(V x) {
  using Table = ExpLogTable<V>;
  const V magic(Format<V>::kRoundMagic), ln2_low(-Table::kLn2Lo);
  const V shifted = fma(x, V(Table::kLog2E), magic);
  const V n = shifted - magic;
  const V first = fma(n, V(-Table::kLn2Hi), x);
  const V r = fma(n, ln2_low, first), r_low = fma(n, ln2_low, first - r);
  const V tail = r * r * polynomial(r, Table::kExp);
  const V q = r + tail, q_low = ((r - q) + tail) + r_low;
  const typename V::Int bias(Format<V>::kBias - 1);
  const V half = as_float(shift_left(as_int(shifted) + bias, Format<V>::kMantissaBits));
  const V offset = half - V(0.5f), offset_low = (half - offset) - V(0.5f);
  const V high = fma(half, q, offset);
  const V low = fma(half, q_low, fma(half, q, offset - high) + offset_low);
  const V y = high + low;
  return {y + y, V(2) * ((high - y) + low)};
}
template <class V>
inline V expm1_clamped(V x) {
  return where(abs(x) < V(Format<V>::kTiny), x, expm1_pair(x).high);
}

// e^-x = (1 + q) / s with s = 2^n, so the answer is s / (s + 1 + q): one division, no overflow before the answer is 1,
// and a denormal s gives the right denormal answer. About 1.2 ulp.
template <class V>
inline V sigmoid_of(V x) {
  using Table = ExpLogTable<V>;
  const ExpParts<V> parts = exp_parts(clamp_keep_nan(-x, -Table::kSigmoidMax, -Table::kExpMin));
  const V s = scale_by_power(V(1), -parts.n);
  const V larger = max_or_second(V(1), s), smaller = min_or_second(V(1), s);
  const V sum = larger + smaller, lost = smaller - (sum - larger);
  return s / (sum + (parts.q + lost));
}

// (e^2x - 1) / (e^2x + 1), both kept as sums of two floats, and the quotient given one correction step.
template <class V>
inline V tanh_of(V x) {
  const V size = min_or_second(V(ExpLogTable<V>::kTanhMax), abs(x));
  const Pair<V> e = expm1_pair(size + size);
  const V d = V(2) + e.high;
  const V larger = max_or_second(V(2), e.high), smaller = min_or_second(V(2), e.high);
  const V d_low = (smaller - (d - larger)) + e.low;
  const V inverse = V(1) / d;
  const V quotient = e.high * inverse;
  const V rest = fma(-quotient, d, e.high) + fma(-quotient, d_low, e.low);
  const V y = fma(rest, inverse, quotient);
  return where(size < V(Format<V>::kTiny), x, copysign(y, x));
}

// x = 2^e * (1 + f), 1 + f in [sqrt(1/2), sqrt(2)), for normal positive x.
template <class V>
struct LogParts {
  V e, f;
};
template <class V>
inline LogParts<V> log_reduce(V x) {
  using Int = typename V::Int;
  using Fmt = Format<V>;
  constexpr typename Int::T kOne = Fmt::kBias << Fmt::kMantissaBits;
  const Int bits = as_int(x);
  const Int biased = shift_right_logical(bits + Int(kOne - ExpLogTable<V>::kSqrtHalfBits), Fmt::kMantissaBits);
  const V magic = V((typename V::T)((typename Int::T)1 << Fmt::kMantissaBits));
  const V e = as_float(biased | as_int(magic)) - (magic + V((typename V::T)Fmt::kBias));
  return {e, as_float(bits - shift_left(biased - Int(Fmt::kBias), Fmt::kMantissaBits)) - V(1)};
}
template <class V>
inline LogParts<V> log_reduce_any(V x) {
  using Table = ExpLogTable<V>;
  const typename V::Mask denormal = x < V(Format<V>::kMinNormal);
  LogParts<V> parts = log_reduce(where(denormal, x * V(Table::kScaleUp), x));
  parts.e = parts.e - where(denormal, V(Table::kScaleUpLog2), V(0));
  return parts;
}
// ln(1+f) - f + f^2/2.
inline F32 log_tail(F32 f) { return f * f * f * polynomial(f, ExpLogTable<F32>::kLog); }
inline F64 log_tail(F64 f) {
  const F64 s = f / (F64(2) + f), z = s * s;
  return s * fma(z, polynomial(z, ExpLogTable<F64>::kLog), F64(0.5) * f * f);
}
// x for inf and NaN, NaN below 0, -inf at 0, y for the rest.
template <class V>
inline V log_special(V x, V y) {
  const typename V::Mask usual = (x > V(0)) & (x < V(Format<V>::kInfinity));
  const V special = where(x < V(0), V(Format<V>::kNan), where(x == V(0), V(-Format<V>::kInfinity), x));
  return where(usual, y, special);
}
// e ln 2 + ln(1+f) + c.
template <class V>
inline V log_sum(LogParts<V> parts, V c) {
  using Table = ExpLogTable<V>;
  const V ln2_high(Table::kLn2Hi);
  V rest = fma(parts.e, V(Table::kLn2Lo), c) + log_tail(parts.f);
  rest = fma(V(-0.5f) * parts.f, parts.f, rest);
  const V high = fma(parts.e, ln2_high, parts.f);
  const V low = fma(parts.e, ln2_high, -high) + parts.f;
  return high + (low + rest);
}
template <class V>
inline V log_of(V x) {
  return log_special(x, log_sum(log_reduce_any(x), V(0)));
}
// ln(1+x): 1+x rounds to u; what was lost comes back as c/u.
template <class V>
inline V log1p_of(V x) {
  const V u = V(1) + x, part = u - V(1);
  const V lost = (x - part) + (V(1) - (u - part));
  const V y = log_special(u, log_sum(log_reduce(u), lost / u));
  return where(abs(x) < V(Format<V>::kTiny), x, y);
}
// e * unit + ln(1+f) * factor, both given in two parts: log2 and log10.
template <class V>
inline V log_scaled(V x, V unit_high, V unit_low, V factor_high, V factor_low) {
  const LogParts<V> parts = log_reduce_any(x);
  const V half_f = V(-0.5f) * parts.f;
  const V high = fma(half_f, parts.f, parts.f);
  const V low = fma(half_f, parts.f, parts.f - high) + log_tail(parts.f);
  const V y = high * factor_high;
  const V y_low = fma(high, factor_high, -y) + fma(low, factor_high, fma(high, factor_low, parts.e * unit_low));
  const V sum = fma(parts.e, unit_high, y);
  const V sum_low = (fma(parts.e, unit_high, -sum) + y) + y_low;
  return log_special(x, sum + sum_low);
}

#define RL_EXP_LOG(V)                                                                                                  \
  inline V exp(V x) { return exp_clamped(clamp_keep_nan(x, ExpLogTable<V>::kExpMin, ExpLogTable<V>::kExpMax)); }       \
  inline V exp2(V x) {                                                                                                 \
    using Table = ExpLogTable<V>;                                                                                      \
    const V clamped = clamp_keep_nan(x, Table::kExp2Min, Table::kExp2Max);                                             \
    const V n = round(clamped), f = clamped - n;                                                                       \
    return scale_by_power(fma(f, polynomial(f, Table::kExp2), V(1)), n);                                               \
  }                                                                                                                    \
  inline V expm1(V x) { return expm1_clamped(clamp_keep_nan(x, ExpLogTable<V>::kExpm1Min, ExpLogTable<V>::kExpMax)); } \
  inline V sigmoid(V x) { return sigmoid_of(x); }                                                                      \
  inline V tanh(V x) { return tanh_of(x); }                                                                            \
  inline V log(V x) { return log_of(x); }                                                                              \
  inline V log1p(V x) { return log1p_of(x); }                                                                          \
  inline V log2(V x) { return log_scaled(x, V(1), V(0), V(ExpLogTable<V>::kLog2EHi), V(ExpLogTable<V>::kLog2ELo)); }   \
  inline V log10(V x) {                                                                                                \
    using Table = ExpLogTable<V>;                                                                                      \
    return log_scaled(x, V(Table::kLog10Of2Hi), V(Table::kLog10Of2Lo), V(Table::kLog10EHi), V(Table::kLog10ELo));      \
  }                                                                                                                    \
  /* 0 * log of anything but NaN is 0. */                                                                              \
  inline V xlogy(V x, V y) { return where((x == V(0)) & ~isnan(y), V(0), x * log(y)); }                                \
  /* ln(e^a + e^b); equal infinities are the answer themselves. */                                                     \
  inline V logaddexp(V a, V b) {                                                                                       \
    const V larger = maximum(a, b);                                                                                    \
    return where(isinf(a) & (a == b), a, larger + log1p(exp(-abs(a - b))));                                            \
  }                                                                                                                    \
  inline V logaddexp2(V a, V b) {                                                                                      \
    const V larger = maximum(a, b);                                                                                    \
    return where(isinf(a) & (a == b), a, fma(log1p(exp2(-abs(a - b))), V(ExpLogTable<V>::kLog2E), larger));            \
  }
RL_EXP_LOG(F32)
RL_EXP_LOG(F64)
#undef RL_EXP_LOG

}  // namespace rushlight::cpu::RL_ISA
