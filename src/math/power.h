// pow and hypot of F64 and pow of integers (F32: wide.h).
#pragma once

#include "math/lanes.h"

namespace rushlight::cpu::RL_ISA {

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

inline F64 hypot(F64 a, F64 b) {
  return per_lane(a, b, [](double x, double y) { return __builtin_hypot(x, y); });
}

}  // namespace rushlight::cpu::RL_ISA
