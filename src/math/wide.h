// Functions of double lanes good to about 2^-33 for arguments that are floats: float functions off the hottest path are
// computed here and rounded once, which gives them half-ulp results. Fewer terms than the F64 functions proper.
#pragma once

#include "math/exp_log.h"
#include "math/trig.h"

namespace rushlight::cpu::RL_ISA {

struct WideTable {
  // The reduced functions of ExpLogTable<F64>; errors 2^-39 and 2^-43.
  static constexpr double kExp[] = {0x1.ffffffffeb095p-2, 0x1.5555557ea5662p-3, 0x1.55555589b8e46p-5,
                                    0x1.1110a146e4a89p-7, 0x1.6c1624b8672p-10,  0x1.a186c6aa8deefp-13,
                                    0x1.a188cac2f5e52p-16};
  static constexpr double kLog[] = {0x1.555555561e936p-1, 0x1.999996a7f63bp-2, 0x1.2494128e3547dp-2,
                                    0x1.c62ae218ec19fp-3, 0x1.911813daf5c22p-3};
  // (atan r - r) / r^3 in r^2 for r <= 1, error 2^-34.
  static constexpr double kAtan[] = {-0x1.555554971e798p-2, 0x1.99993e11dbb9cp-3,  -0x1.248a956f6da2p-3,
                                     0x1.c675321d64e3fp-4,  -0x1.702c692abdfbap-4, 0x1.29bbba3f0811cp-4,
                                     -0x1.c01090867e4cp-5,  0x1.1c36becb29c31p-5,  -0x1.0dbe0d0ecf25fp-6,
                                     0x1.476d82cd2e66fp-8,  -0x1.74a203b3b2c01p-11};
};

// e^x clamped where a float has long overflown or vanished.
inline F64 exp_wide(F64 x) {
  const F64 magic(Format<F64>::kRoundMagic), bounded = clamp_keep_nan(x, -110, 90);
  const F64 shifted = fma(bounded, F64(ExpLogTable<F64>::kLog2E), magic);
  const F64 r = fma(shifted - magic, F64(-ExpLogTable<F64>::kLn2Hi), bounded);
  const F64 scale = as_float(shift_left(as_int(shifted) + I64(Format<F64>::kBias), Format<F64>::kMantissaBits));
  return fma(scale, fma(r * r, polynomial(r, WideTable::kExp), r), scale);
}
// ln x for normal positive x.
inline F64 log_wide_of_normal(F64 x) {
  const LogParts<F64> parts = log_reduce(x);
  const F64 s = parts.f / (F64(2) + parts.f), z = s * s;
  const F64 tail = s * z * polynomial(z, WideTable::kLog);
  return fma(parts.e, F64(ExpLogTable<F64>::kLn2Hi), fma(F64(2), s, tail));
}
inline F64 log_wide(F64 x) { return log_special(x, log_wide_of_normal(x)); }

// The angle in [0, pi/2] whose tangent is y/x, for y, x >= 0 that are not both 0 or both infinite.
inline F64 angle_wide(F64 y, F64 x) {
  const F64::Mask steep = y > x;
  const F64 r = where(steep, x, y) / where(steep, y, x);
  const F64 z = r * r, angle = fma(r * z, polynomial(z, WideTable::kAtan), r);
  return where(steep, F64(TrigTable<F64>::kHalfPi[0]) - angle, angle);
}
inline F64 tan_wide(F64 x) {
  const Reduced<F64> r = reduce_angle(x);
  const SinCos<F64> parts = sin_cos_of_reduced(r.high, r.low);
  const F64::Mask even = (r.quadrant & I64(1)) == I64(0);
  return where(x == F64(0), x, where(even, parts.sin, -parts.cos) / where(even, parts.cos, parts.sin));
}

inline F32 tan(F32 x) {
  return through_f64(x, [](F64 a) { return tan_wide(a); });
}
inline F32 asin(F32 x) {
  return through_f64(x, [](F64 a) {
    const F64 size = abs(a);
    return copysign(angle_wide(size, sqrt((F64(1) - size) * (F64(1) + size))), a);
  });
}
inline F32 acos(F32 x) {
  return through_f64(x, [](F64 a) {
    const F64 size = abs(a);
    const F64 angle = angle_wide(sqrt((F64(1) - size) * (F64(1) + size)), size);
    return where(a < F64(0), F64(2 * TrigTable<F64>::kHalfPi[0]) - angle, angle);
  });
}
inline F32 atan2(F32 y, F32 x) {
  const F32 zero(0), infinity(Format<F32>::kInfinity);
  const F32 y_size = abs(y), x_size = abs(x);
  // The quotient of two zeros counts as 0, that of two infinities as 1.
  const F32::Mask zeros = (y_size == zero) & (x_size == zero), infinities = (y_size == infinity) & (x_size == infinity);
  const F32 run = where(zeros | infinities, F32(1), x_size), rise = where(infinities, F32(1), y_size);
  const F32::Mask left = signbit(x);
  const F32 turn = where(left, F32(-1), F32(1)), start = where(left, F32(1), zero);
  const auto angle = [](F64 a, F64 b, F64 from, F64 direction) {
    return fma(from, F64(2 * TrigTable<F64>::kHalfPi[0]), direction * angle_wide(a, b));
  };
  const F32 result = narrow(angle(widen_low(rise), widen_low(run), widen_low(start), widen_low(turn)),
                            angle(widen_high(rise), widen_high(run), widen_high(start), widen_high(turn)));
  return copysign(where(isnan(x), x, result), y);
}

// The series x + c3 x^3 + c5 x^5 below 1/32; above it double has bits to spare for what `large` cancels.
inline F64 odd_wide(F64 x, double c3, double c5, F64 large) {
  const F64 size = abs(x), z = size * size;
  const F64 small = fma(size * z, fma(z, F64(c5), F64(c3)), size);
  return copysign(where(size < F64(0x1p-5), small, large), x);
}
inline F32 sinh(F32 x) {
  return through_f64(x, [](F64 a) {
    const F64 e = exp_wide(abs(a));
    return odd_wide(a, 1.0 / 6, 1.0 / 120, F64(0.5) * (e - F64(1) / e));
  });
}
inline F32 cosh(F32 x) {
  return through_f64(x, [](F64 a) {
    const F64 e = exp_wide(abs(a));
    return F64(0.5) * (e + F64(1) / e);
  });
}
inline F32 asinh(F32 x) {
  return through_f64(x, [](F64 a) {
    const F64 size = abs(a);
    return odd_wide(a, -1.0 / 6, 3.0 / 40, log_wide(size + sqrt(fma(size, size, F64(1)))));
  });
}
inline F32 acosh(F32 x) {
  return through_f64(x, [](F64 a) { return log_wide(a + sqrt(a - F64(1)) * sqrt(a + F64(1))); });
}
inline F32 atanh(F32 x) {
  return through_f64(x, [](F64 a) {
    const F64 size = abs(a);
    return odd_wide(a, 1.0 / 3, 1.0 / 5, F64(0.5) * log_wide((F64(1) + size) / (F64(1) - size)));
  });
}

// |a|^b in double, then the C special cases: signs, zeros, infinities, 1^NaN, roots of negative numbers.
inline F32 pow(F32 a, F32 b) {
  const F32 zero(0), one(1), infinity(Format<F32>::kInfinity);
  const F32 size = abs(a);
  F32 y = through_f64(size, b, [](F64 x, F64 exponent) { return exp_wide(exponent * log_wide_of_normal(x)); });
  const F32::Mask vast = size == infinity, nothing = size == zero;
  const F32::Mask grows = (vast & (b > zero)) | (nothing & (b < zero));
  y = where((vast | nothing) & ~isnan(b), where(grows, infinity, zero), y);
  y = where(isnan(a), a, y);
  y = where((b == zero) | (a == one) | ((size == one) & isinf(b)), one, y);
  const F32 half = b * F32(0.5f);
  const F32::Mask whole = floor(b) == b, odd = whole & (floor(half) != half);
  const F32::Mask no_real_root = ~whole & (a < zero) & (a > -infinity) & isfinite(b);
  y = where(no_real_root, F32(Format<F32>::kNan), y);
  return where(odd & signbit(a), -y, y);
}

inline F32 hypot(F32 a, F32 b) {
  const F32 y = through_f64(a, b, [](F64 x, F64 z) { return sqrt(fma(x, x, z * z)); });
  return where(isinf(a) | isinf(b), F32(Format<F32>::kInfinity), y);
}

}  // namespace rushlight::cpu::RL_ISA
