// sin and cos of both types, atan of F32; the other circular and hyperbolic functions of F64 through libm, lane by lane
// (those of F32: wide.h). Coefficients: own weighted least-squares fits, near minimax.
#pragma once

#include "math/exp_log.h"

namespace rushlight::cpu::RL_ISA {

template <class V>
struct TrigTable;

template <>
struct TrigTable<F32> {
  static constexpr float kTwoOverPi = 0x1.45f306p-1f;
  static constexpr float kHalfPi[] = {0x1.921fb6p0f, -0x1.777a5cp-25f, -0x1.ee59dap-50f};
  static constexpr float kReduceMax = 65536;  // beyond it see Note [Large angles]
  // (sin r - r) / r^3 and (cos r - 1 + r^2/2) / r^4 in r^2 for |r| <= pi/4, errors 2^-28 and 2^-33.
  static constexpr float kSin[] = {-0x1.555546p-3f, 0x1.11077ep-7f, -0x1.9956b8p-13f};
  static constexpr float kCos[] = {0x1.55554ap-5f, -0x1.6c0c2cp-10f, 0x1.99e9ecp-16f};
  // (atan r - r) / r^3 in r^2 for r <= 1, error 2^-28.
  static constexpr float kAtan[] = {-0x1.55554p-2f, 0x1.99926cp-3f, -0x1.24269ap-3f, 0x1.c0cf04p-4f, -0x1.58d2dp-4f,
                                    0x1.dcef1cp-5f, -0x1.0190dp-5f, 0x1.6a4f04p-7f,  -0x1.de8d4p-10f};
};

template <>
struct TrigTable<F64> {
  static constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1;
  static constexpr double kHalfPi[] = {0x1.921fb54442d18p0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110};
  static constexpr double kReduceMax = 1e6;
  // Errors 2^-58 and 2^-64.
  static constexpr double kSin[] = {-0x1.5555555555549p-3, 0x1.111111110f8a6p-7,   -0x1.a01a019c16757p-13,
                                    0x1.71de357b9dedap-19, -0x1.ae5e69195ecd8p-26, 0x1.5d93cae03bf35p-33};
  static constexpr double kCos[] = {0x1.555555555554cp-5,   -0x1.6c16c16c15221p-10, 0x1.a01a019cbfef5p-16,
                                    -0x1.27e4f8135ed33p-22, 0x1.1ee9f1eda2f1dp-29,  -0x1.8fb1933d9fc78p-37};
};

// The binary digits of 2/pi after the point, 64 to a word.
inline constexpr uint64_t kTwoOverPiDigits[] = {
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
    0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
    0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d};

struct ReducedAngle {
  double high, low;  // in [-pi/4, pi/4]
  int64_t quadrant;
};

// Note [Large angles]
// x = m * 2^e with a 53-bit integer m. Digits of 2/pi of weight 2^(2-e) or more only add multiples of 4 to x * 2/pi, so
// the 192 digits after them suffice: m times these, modulo 2^192, is the quadrant (2 bits) and 190 bits of the
// fraction, of which a double cancels at most 62 (Payne and Hanek 1983).
inline ReducedAngle reduce_large_angle(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  const int exponent = (int)(bits >> 52 & 2047);
  if (exponent == 2047) return {x - x, 0, 0};
  const uint64_t m = (bits & 0xfffffffffffff) | 0x10000000000000;
  // The digit of index i has weight 2^-(i+1); the window starts at index e - 2, before the point for small angles.
  const int start = exponent - 1075 - 2 + 64;
  const int word = start / 64 - 1, shift = start % 64;
  uint64_t window[3];
  for (int i = 0; i < 3; ++i) {
    const uint64_t high = word + i < 0 ? 0 : kTwoOverPiDigits[word + i], low = kTwoOverPiDigits[word + i + 1];
    window[i] = shift == 0 ? high : high << shift | low >> (64 - shift);
  }
  const unsigned __int128 p2 = (unsigned __int128)m * window[2];
  const unsigned __int128 p1 = (unsigned __int128)m * window[1] + (uint64_t)(p2 >> 64);
  const uint64_t top = m * window[0] + (uint64_t)(p1 >> 64);
  int64_t quadrant = (int64_t)(top >> 62);
  const uint64_t middle = (uint64_t)p1, bottom = (uint64_t)p2;
  unsigned __int128 fraction =
      (unsigned __int128)(top << 2 | middle >> 62) << 64 | (uint64_t)(middle << 2 | bottom >> 62);
  const bool above_half = (fraction >> 127) != 0;
  if (above_half) {
    fraction = -fraction;
    ++quadrant;
  }
  const double high = (double)fraction;
  const double low = (double)(__int128)(fraction - (unsigned __int128)high);
  constexpr double kScale = 0x1p-128, kPiHigh = TrigTable<F64>::kHalfPi[0], kPiLow = TrigTable<F64>::kHalfPi[1];
  const double scaled = high * kScale;
  const double product = scaled * kPiHigh;
  const double rest = __builtin_fma(scaled, kPiHigh, -product) + (scaled * kPiLow + low * kScale * kPiHigh);
  ReducedAngle r{product + rest, 0, quadrant};
  r.low = rest - (r.high - product);
  if (above_half != (x < 0)) {
    r.high = -r.high;
    r.low = -r.low;
  }
  if (x < 0) r.quadrant = -r.quadrant;
  return r;
}

// x = quadrant * pi/2 + high + low.
template <class V>
struct Reduced {
  V high, low;
  typename V::Int quadrant;
};
template <class V>
__attribute__((noinline, cold)) Reduced<V> reduce_large_lanes(V x, Reduced<V> small) {
  using T = typename V::T;
  using I = typename V::Int::T;
  T xs[V::kLanes], high[V::kLanes], low[V::kLanes];
  I quadrant[V::kLanes];
  x.store(xs);
  small.high.store(high);
  small.low.store(low);
  small.quadrant.store(quadrant);
  for (int i = 0; i < V::kLanes; ++i) {
    if (__builtin_fabs(xs[i]) <= TrigTable<V>::kReduceMax) continue;
    const ReducedAngle r = reduce_large_angle(xs[i]);
    high[i] = (T)r.high;
    low[i] = (T)(r.high - (double)high[i] + r.low);
    quadrant[i] = (I)r.quadrant;
  }
  return {V::load(high), V::load(low), V::Int::load(quadrant)};
}
template <class V>
inline Reduced<V> reduce_angle(V x) {
  using Table = TrigTable<V>;
  const V magic(Format<V>::kRoundMagic);
  const V shifted = fma(x, V(Table::kTwoOverPi), magic);
  const V n = shifted - magic;
  const V first = fma(n, V(-Table::kHalfPi[0]), x);  // exact
  // first - n * kHalfPi[1] in two parts (TwoDiff), for it may cancel down to the last bits.
  const V part = n * V(Table::kHalfPi[1]), part_low = fma(n, V(Table::kHalfPi[1]), -part);
  const V high = first - part, taken = high - first;
  const V lost = (first - (high - taken)) - (part + taken);
  const V low = fma(n, V(-Table::kHalfPi[2]), lost - part_low);
  Reduced<V> reduced = {high, low, as_int(shifted)};
  if (!all(abs(x) <= V(Table::kReduceMax))) [[unlikely]] {
    const Reduced<V> large = reduce_large_lanes(x, reduced);
    reduced.high = large.high;
    reduced.low = large.low;
    reduced.quadrant = large.quadrant;
  }
  return reduced;
}

template <class V>
struct SinCos {
  V sin, cos;
};
template <class V>
inline SinCos<V> sin_cos_of_reduced(V high, V low) {
  const V z = high * high, half_z = V(0.5f) * z;
  const V low_cos = fma(-low, half_z, low);
  const V sin = high + fma(high * z, polynomial(z, TrigTable<V>::kSin), low_cos);
  const V w = V(1) - half_z;
  const V cos = w + fma(z * z, polynomial(z, TrigTable<V>::kCos), fma(-high, low, (V(1) - w) - half_z));
  return {sin, cos};
}
template <class V>
inline V by_quadrant(SinCos<V> parts, typename V::Int quadrant) {
  using Int = typename V::Int;
  const V value = where((quadrant & Int(1)) == Int(0), parts.sin, parts.cos);
  return flip_sign(value, as_float(shift_left(quadrant & Int(2), 8 * (int)sizeof(typename V::T) - 2)));
}
template <class V>
inline V sin_of(V x) {
  const Reduced<V> r = reduce_angle(x);
  return where(x == V(0), x, by_quadrant(sin_cos_of_reduced(r.high, r.low), r.quadrant));
}
template <class V>
inline V cos_of(V x) {
  const Reduced<V> r = reduce_angle(x);
  return by_quadrant(sin_cos_of_reduced(r.high, r.low), r.quadrant + typename V::Int(1));
}
inline F32 sin(F32 x) { return sin_of(x); }
inline F64 sin(F64 x) { return sin_of(x); }
inline F32 cos(F32 x) { return cos_of(x); }
inline F64 cos(F64 x) { return cos_of(x); }

// Beyond 1 as pi/2 - atan(1/x). What 1/x and the subtraction lose is added at the end.
inline F32 atan(F32 x) {
  using Table = TrigTable<F32>;
  const F32 size = min_or_second(F32(0x1p100f), abs(x));
  const F32::Mask big = size > F32(1);
  const F32 inverse = F32(1) / size, inverse_low = fma(-inverse, size, F32(1)) * inverse;
  const F32 r = where(big, -inverse, size);
  const F32 z = r * r;
  const F32 tail = r * z * polynomial(z, Table::kAtan);
  const F32 start = where(big, F32(Table::kHalfPi[0]), F32(0));
  const F32 high = start + r;
  const F32 low = ((start - high) + r) + where(big, F32(Table::kHalfPi[1]) - inverse_low, F32(0));
  return copysign(high + (low + tail), x);
}

#define RL_TRIG_LIBM(name)                                            \
  inline F64 name(F64 x) {                                            \
    return per_lane(x, [](double a) { return __builtin_##name(a); }); \
  }
RL_TRIG_LIBM(tan)
RL_TRIG_LIBM(asin)
RL_TRIG_LIBM(acos)
RL_TRIG_LIBM(atan)
RL_TRIG_LIBM(sinh)
RL_TRIG_LIBM(cosh)
RL_TRIG_LIBM(asinh)
RL_TRIG_LIBM(acosh)
RL_TRIG_LIBM(atanh)
#undef RL_TRIG_LIBM
inline F64 atan2(F64 y, F64 x) {
  return per_lane(y, x, [](double a, double b) { return __builtin_atan2(a, b); });
}

// sin(pi x) / (pi x), 1 at 0.
template <class S>
inline Lanes<S> sinc(Lanes<S> x) {
  using V = Lanes<S>;
  const V angle = x * V(S(0x1.921fb54442d18p1));
  return where(x == V(0), V(1), sin(angle) / angle);
}

}  // namespace rushlight::cpu::RL_ISA
