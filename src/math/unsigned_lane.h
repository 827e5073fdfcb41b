// uint64 for pointwise loops: a "vector" of one element. Few programs compute in it, so it is right rather than fast.
#pragma once

#include "math/lanes.h"

namespace rushlight::cpu::RL_ISA {

struct U64Mask {
  bool m;
  friend U64Mask operator&(U64Mask a, U64Mask b) { return {a.m && b.m}; }
  friend U64Mask operator|(U64Mask a, U64Mask b) { return {a.m || b.m}; }
  friend U64Mask operator^(U64Mask a, U64Mask b) { return {a.m != b.m}; }
  friend U64Mask operator~(U64Mask a) { return {!a.m}; }
  void store_bool(uint8_t* p) const { *p = m; }
  void store_bool(uint8_t* p, int n) const {
    if (n > 0) *p = m;
  }
};

struct U64 {
  using T = uint64_t;
  using Mask = U64Mask;
  static constexpr int kLanes = 1;
  static constexpr bool kIsFloat = false;
  uint64_t v;

  U64() = default;
  explicit U64(uint64_t value) : v(value) {}
  static U64 load(const uint64_t* p) { return U64(*p); }
  static U64 load(const uint64_t* p, int n) { return U64(n > 0 ? *p : 1); }
  void store(uint64_t* p) const { *p = v; }
  void store(uint64_t* p, int n) const {
    if (n > 0) *p = v;
  }

#define RL_U64_OPERATOR(sign) \
  friend U64 operator sign(U64 a, U64 b) { return U64(a.v sign b.v); }
  RL_U64_OPERATOR(+)
  RL_U64_OPERATOR(-)
  RL_U64_OPERATOR(*)
  RL_U64_OPERATOR(&)
  RL_U64_OPERATOR(|)
  RL_U64_OPERATOR(^)
#undef RL_U64_OPERATOR
#define RL_U64_COMPARISON(sign) \
  friend Mask operator sign(U64 a, U64 b) { return {a.v sign b.v}; }
  RL_U64_COMPARISON(<)
  RL_U64_COMPARISON(<=)
  RL_U64_COMPARISON(>)
  RL_U64_COMPARISON(>=)
  RL_U64_COMPARISON(==)
  RL_U64_COMPARISON(!=)
#undef RL_U64_COMPARISON
  // 0 where b is 0, as for the signed integers.
  friend U64 operator/(U64 a, U64 b) { return U64(b.v == 0 ? 0 : a.v / b.v); }
  friend U64 operator%(U64 a, U64 b) { return U64(b.v == 0 ? 0 : a.v % b.v); }
  friend U64 operator-(U64 a) { return U64(0 - a.v); }
  friend U64 operator~(U64 a) { return U64(~a.v); }
  friend U64 operator<<(U64 a, U64 count) { return U64(count.v < 64 ? a.v << count.v : 0); }
  friend U64 operator>>(U64 a, U64 count) { return U64(count.v < 64 ? a.v >> count.v : 0); }
};

inline U64 where(U64Mask m, U64 a, U64 b) { return m.m ? a : b; }
inline U64Mask where(U64Mask m, U64Mask a, U64Mask b) { return m.m ? a : b; }
inline U64 fma(U64 a, U64 b, U64 c) { return a * b + c; }
inline U64 maximum(U64 a, U64 b) { return where(a < b, b, a); }
inline U64 minimum(U64 a, U64 b) { return where(b < a, b, a); }
inline U64 fmax(U64 a, U64 b) { return maximum(a, b); }
inline U64 fmin(U64 a, U64 b) { return minimum(a, b); }
inline U64 abs(U64 a) { return a; }
inline U64 floor(U64 a) { return a; }
inline U64 ceil(U64 a) { return a; }
inline U64 trunc(U64 a) { return a; }
inline U64 round(U64 a) { return a; }
inline U64 sign(U64 a) { return U64(a.v != 0); }
inline U64 sgn(U64 a) { return sign(a); }
inline U64 conj(U64 a) { return a; }
inline U64 copysign(U64 size, U64) { return size; }
inline U64Mask isnan(U64) { return {false}; }
inline U64Mask isinf(U64) { return {false}; }
inline U64Mask isfinite(U64) { return {true}; }
inline U64Mask signbit(U64) { return {false}; }
inline U64 fmod(U64 a, U64 b) { return a % b; }
inline U64 remainder(U64 a, U64 b) { return a % b; }
inline U64 floor_divide(U64 a, U64 b) { return a / b; }
inline U64 trunc_divide(U64 a, U64 b) { return a / b; }
inline U64 gcd(U64 a, U64 b) {
  while (b.v != 0) {
    const U64 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
inline U64 lcm(U64 a, U64 b) { return (a / gcd(a, b)) * b; }
inline U64 pow(U64 a, U64 b) {
  U64 result(1);
  for (; b.v != 0; b.v >>= 1, a = a * a) {
    if (b.v & 1) result = result * a;
  }
  return result;
}

}  // namespace rushlight::cpu::RL_ISA
