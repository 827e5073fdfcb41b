// Division with a rule for the quotient: floor_divide, trunc_divide, fmod, remainder, gcd, lcm; also / and % for
// integers.
#pragma once

#include "math/basic.h"

namespace rushlight::cpu::RL_ISA {

// Exact remainder with the sign of a. For quotients below 2^28 floats can do it in double: whole quotient and product
// are exact there, and the quotient cannot round up to the next whole number.
inline F32 fmod(F32 a, F32 b) {
  const F64 a_low = widen_low(a), b_low = widen_low(b), a_high = widen_high(a), b_high = widen_high(b);
  const F64 q_low = a_low / b_low, q_high = a_high / b_high;
  const F64 limit(0x1p28);
  if (all((abs(q_low) < limit) & (abs(q_high) < limit) & isfinite(b_low) & isfinite(b_high))) [[likely]] {
    return copysign(narrow(a_low - trunc(q_low) * b_low, a_high - trunc(q_high) * b_high), a);
  }
  return per_lane(a, b, [](float x, float y) { return __builtin_fmodf(x, y); });
}
inline F64 fmod(F64 a, F64 b) {
  return per_lane(a, b, [](double x, double y) { return __builtin_fmod(x, y); });
}

// a/b cut towards zero and the C remainder; 0 where b is 0, wrapping for MIN / -1.
inline I32 operator/(I32 a, I32 b) {
  const I32 q = narrow_to_int(widen_low(a) / widen_low(b), widen_high(a) / widen_high(b));
  return where(b == I32(0), I32(0), q);
}
inline I64 operator/(I64 a, I64 b) {
  return per_lane(a, b, [](int64_t x, int64_t y) {
    if (y == 0) return (int64_t)0;
    return y == -1 ? (int64_t)(0 - (uint64_t)x) : x / y;
  });
}
inline I32 operator%(I32 a, I32 b) { return where(b == I32(0), I32(0), a - (a / b) * b); }
inline I64 operator%(I64 a, I64 b) {
  return per_lane(a, b, [](int64_t x, int64_t y) { return y == 0 || y == -1 ? (int64_t)0 : x % y; });
}
inline I32 fmod(I32 a, I32 b) { return a % b; }
inline I64 fmod(I64 a, I64 b) { return a % b; }

// The remainder with the sign of b, as Python's %.
template <class S>
inline Lanes<S> remainder(Lanes<S> a, Lanes<S> b) {
  using V = Lanes<S>;
  const V mod = fmod(a, b);
  return where((mod != V(0)) & ((b < V(0)) ^ (mod < V(0))), mod + b, mod);
}

// Note [Floor division of floats]
// The quotient of what the remainder leaves is whole up to rounding, so it is snapped to a whole number; a plain
// floor(a / b) would be wrong where a / b rounds up. Division by zero gives the float quotient, a zero keeps its sign.
template <class V>
inline V floor_divide_float(V a, V b) {
  const V mod = fmod(a, b), quotient = a / b;
  V whole = (a - mod) / b;
  whole = where((mod != V(0)) & ((b < V(0)) ^ (mod < V(0))), whole - V(1), whole);
  const V floored = floor(whole);
  const V snapped = where(whole - floored > V(0.5f), floored + V(1), floored);
  return where(b == V(0), quotient, where(whole == V(0), copysign(V(0), quotient), snapped));
}
template <class V>
inline V floor_divide_int(V a, V b) {
  const V quotient = a / b, mod = a - quotient * b;
  const typename V::Mask below = (mod != V(0)) & ((b < V(0)) ^ (mod < V(0))) & (b != V(0));
  return where(below, quotient - V(1), quotient);
}
inline F32 floor_divide(F32 a, F32 b) { return floor_divide_float(a, b); }
inline F64 floor_divide(F64 a, F64 b) { return floor_divide_float(a, b); }
inline I32 floor_divide(I32 a, I32 b) { return floor_divide_int(a, b); }
inline I64 floor_divide(I64 a, I64 b) { return floor_divide_int(a, b); }

template <class S>
inline Lanes<S> trunc_divide(Lanes<S> a, Lanes<S> b) {
  return trunc(a / b);
}

template <class T>
inline T gcd_scalar(T a, T b) {
  uint64_t x = a < 0 ? 0 - (uint64_t)a : (uint64_t)a, y = b < 0 ? 0 - (uint64_t)b : (uint64_t)b;
  while (y != 0) {
    const uint64_t rest = x % y;
    x = y;
    y = rest;
  }
  return (T)x;
}

// Note [Common divisors in double]
// Whole numbers below 2^51 are exact in double, where lanes have a division. gcd(x, y) = gcd(y, |x - q y|) for any whole
// q; with the quotient rounded to the nearest one the rest is at most y / 2, q y is exact, and few steps remain. Adding
// and taking off 2^52 (1.5 * 2^52) converts from (to) whole numbers. Larger numbers go lane by lane.
inline bool fit_double(I64 a, I64 b) { return !(shift_right_logical(a | b, 51) != I64(0)).any(); }
inline F64 whole_to_double(I64 a) { return as_float(a | I64(0x4330000000000000)) - F64(0x1p52); }
inline I64 double_to_whole(F64 a) { return as_int(a + F64(0x1p52)) & I64(0x000fffffffffffff); }

// x and y are whole, 0 <= x, y < 2^51.
inline F64 gcd_of_whole(F64 x, F64 y) {
  const F64 kRound(0x1.8p52);
  for (auto live = y != F64(0); live.any(); live = y != F64(0)) {
    const F64 rest = abs(x - ((x / y + kRound) - kRound) * y);
    x = where(live, y, x);
    y = where(live, rest, F64(0));  // 0 / 0 and its like end here
  }
  return x;
}

// The non-negative common divisor; wraps for the most negative number.
inline I64 gcd(I64 a, I64 b) {
  const I64 x = abs(a), y = abs(b);
  if (fit_double(x, y)) return double_to_whole(gcd_of_whole(whole_to_double(x), whole_to_double(y)));
  return per_lane(a, b, [](int64_t p, int64_t q) { return gcd_scalar(p, q); });
}
inline I32 gcd(I32 a, I32 b) {
  const I32 x = abs(a), y = abs(b);
  if (((x | y) < I32(0)).any()) return per_lane(a, b, [](int32_t p, int32_t q) { return gcd_scalar(p, q); });
  return narrow_to_int(gcd_of_whole(widen_low(x), widen_low(y)), gcd_of_whole(widen_high(x), widen_high(y)));
}

// 0 where both are 0.
inline I64 lcm(I64 a, I64 b) {
  const I64 x = abs(a), y = abs(b);
  if (!fit_double(x, y)) return abs((a / gcd(a, b)) * b);
  const F64 whole = whole_to_double(x), divisor = gcd_of_whole(whole, whole_to_double(y));
  return abs(double_to_whole(where(divisor != F64(0), whole / divisor, F64(0))) * b);
}
inline I32 lcm(I32 a, I32 b) { return abs((a / gcd(a, b)) * b); }

}  // namespace rushlight::cpu::RL_ISA
