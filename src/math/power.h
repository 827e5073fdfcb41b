// pow and hypot.
#pragma once

#include "math/division.h"
#include "math/exp_log.h"

namespace rushlight::cpu::RL_ISA {

// pow of two floats in double: e^(b ln |a|) is good to 2^-44 even for the largest result, and the float range never
// overflows a double before its time. The C special cases that the formula misses are patched.
inline F64 pow_wide(F64 a, F64 b) {
  const F64 infinity(Format<F64>::kInfinity);
  const F64 size = abs(a);
  F64 y = exp(b * log(size));
  y = where((b == F64(0)) | ((size == F64(1)) & isinf(b)) | (a == F64(1)), F64(1), y);
  const F64 half = b * F64(0.5);
  const F64::Mask whole = floor(b) == b, even = floor(half) == half;
  const F64 signed_y = where(whole & ~even, -y, y);
  const F64::Mask no_real_root = ~whole & (a < F64(0)) & (a > -infinity) & isfinite(b);
  return where(no_real_root, F64(Format<F64>::kNan), where(signbit(a), signed_y, y));
}
inline F32 pow(F32 a, F32 b) {
  return through_f64(a, b, [](F64 x, F64 y) { return pow_wide(x, y); });
}
inline F64 pow(F64 a, F64 b) {
  return per_lane(a, b, [](double x, double y) { return __builtin_pow(x, y); });
}

// By squaring, wrapping; a negative exponent gives 0 but for the bases 1 and -1.
template <class T>
inline T pow_scalar(T base, T exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    if (base == -1) return exponent % 2 == 0 ? 1 : -1;
    return 0;
  }
  uint64_t result = 1, power = (uint64_t)base;
  for (; exponent > 0; exponent >>= 1, power *= power) {
    if (exponent & 1) result *= power;
  }
  return (T)result;
}
inline I32 pow(I32 a, I32 b) {
  return per_lane(a, b, [](int32_t x, int32_t y) { return pow_scalar(x, y); });
}
inline I64 pow(I64 a, I64 b) {
  return per_lane(a, b, [](int64_t x, int64_t y) { return pow_scalar(x, y); });
}

inline F32 hypot(F32 a, F32 b) {
  return through_f64(a, b, [](F64 x, F64 y) {
    return where(isinf(x) | isinf(y), F64(Format<F64>::kInfinity), sqrt(fma(x, x, y * y)));
  });
}
inline F64 hypot(F64 a, F64 b) {
  return per_lane(a, b, [](double x, double y) { return __builtin_hypot(x, y); });
}

}  // namespace rushlight::cpu::RL_ISA
