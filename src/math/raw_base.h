// What lanes need from plain SSE2; slow where SSE2 lacks the instruction, but with the same bits as AVX2 and AVX-512.
#pragma once

#include "math/raw_types.h"

namespace rushlight::cpu::RL_ISA::raw {

inline unsigned mask_bits(VI32 m) { return (unsigned)_mm_movemask_ps((__m128)m); }
inline unsigned mask_bits(VI64 m) { return (unsigned)_mm_movemask_pd((__m128d)m); }

inline void store_bool(VI32 m, uint8_t* p) {
  const __m128i words = _mm_packs_epi32((__m128i)m, _mm_setzero_si128());
  const int bytes = _mm_cvtsi128_si32(_mm_packs_epi16(words, words)) & 0x01010101;
  memcpy(p, &bytes, 4);
}
inline void store_bool(VI64 m, uint8_t* p) {
  p[0] = (uint8_t)(m[0] & 1);
  p[1] = (uint8_t)(m[1] & 1);
}
template <class M>
inline void store_bool(M m, uint8_t* p, int n) {
  for (int i = 0; i < n; ++i) p[i] = (uint8_t)(m[i] & 1);
}

template <class T>
inline typename Of<T>::Vector load_partial(const T* p, int n) {
  typename Of<T>::Vector v = T(1) - typename Of<T>::Vector{};
  for (int i = 0; i < n; ++i) v[i] = p[i];
  return v;
}
template <class T>
inline void store_partial(T* p, typename Of<T>::Vector v, int n) {
  for (int i = 0; i < n; ++i) p[i] = v[i];
}

inline VF32 sqrt(VF32 a) { return _mm_sqrt_ps(a); }
inline VF64 sqrt(VF64 a) { return _mm_sqrt_pd(a); }
// The second operand wins when one of the two is NaN or both are zero.
inline VF32 max(VF32 a, VF32 b) { return _mm_max_ps(a, b); }
inline VF64 max(VF64 a, VF64 b) { return _mm_max_pd(a, b); }
inline VF32 min(VF32 a, VF32 b) { return _mm_min_ps(a, b); }
inline VF64 min(VF64 a, VF64 b) { return _mm_min_pd(a, b); }

// Note [Software fma]
// a*b of two floats is exact in double. Adding c rounds once; TwoSum gives what was lost, and forcing the last bit to 1
// when something was lost (round to odd) keeps the second rounding, to float, from doubling the error.
inline VF64 multiply_add_to_odd(VF64 a, VF64 b, VF64 c) {
  const VF64 product = a * b;
  const VF64 sum = product + c;
  const VF64 part = sum - product;
  const VF64 lost = (product - (sum - part)) + (c - part);
  const VI64 bits = (VI64)sum;
  const VU64 opposite = (VU64)((VI64)lost ^ bits) >> 63;
  const VI64 inexact_and_even = (VI64)((lost > 0.0) | (lost < 0.0)) & ((bits & 1) - 1);
  return (VF64)(bits + ((1 - (VI64)(opposite << 1)) & inexact_and_even));
}
inline VF32 fma(VF32 a, VF32 b, VF32 c) {
  const __m128 lo = _mm_cvtpd_ps(multiply_add_to_odd(_mm_cvtps_pd(a), _mm_cvtps_pd(b), _mm_cvtps_pd(c)));
  const __m128 a_high = _mm_movehl_ps(a, a), b_high = _mm_movehl_ps(b, b), c_high = _mm_movehl_ps(c, c);
  const __m128 hi = _mm_cvtpd_ps(multiply_add_to_odd(_mm_cvtps_pd(a_high), _mm_cvtps_pd(b_high), _mm_cvtps_pd(c_high)));
  return _mm_movelh_ps(lo, hi);
}
inline VF64 fma(VF64 a, VF64 b, VF64 c) {
  return VF64{__builtin_fma(a[0], b[0], c[0]), __builtin_fma(a[1], b[1], c[1])};
}

// Rounding by adding and taking off 2^(mantissa bits); values beyond that are whole already.
template <class V, class I, class T>
inline V round_by_magic(V a, T magic, T sign_bit) {
  const I sign = (I)a & (I)(sign_bit - V{});
  const V size = (V)((I)a ^ sign);
  const V whole = (V)((I)((size + magic) - magic) | sign);
  return size < magic ? whole : a;
}
inline VF32 round(VF32 a) { return round_by_magic<VF32, VI32, float>(a, 0x1p23f, -0.0f); }
inline VF64 round(VF64 a) { return round_by_magic<VF64, VI64, double>(a, 0x1p52, -0.0); }
#define RL_RAW_ROUNDING(V, I, T)                                                               \
  inline V with_sign(V size, V sign) { return (V)((I)size | ((I)sign & (I)(T(-0.0) - V{}))); } \
  inline V floor(V a) {                                                                        \
    const V r = round(a);                                                                      \
    return r > a ? r - T(1) : r;                                                               \
  }                                                                                            \
  inline V ceil(V a) {                                                                         \
    const V r = round(a);                                                                      \
    return r < a ? with_sign(r + T(1), a) : r;                                                 \
  }                                                                                            \
  inline V trunc(V a) { return with_sign(floor((V)((I)a & ~(I)(T(-0.0) - V{}))), a); }
RL_RAW_ROUNDING(VF32, VI32, float)
RL_RAW_ROUNDING(VF64, VI64, double)
#undef RL_RAW_ROUNDING

// Counts outside [0, bits) give 0, or the sign for a right shift.
#define RL_RAW_SHIFT(V, U, T, kBits)                                                                                   \
  inline V shift_left(V a, V count) {                                                                                  \
    V r;                                                                                                               \
    for (int i = 0; i < kVectorBytes / (int)sizeof(T); ++i) r[i] = (U)count[i] < kBits ? (T)((U)a[i] << count[i]) : 0; \
    return r;                                                                                                          \
  }                                                                                                                    \
  inline V shift_right(V a, V count) {                                                                                 \
    V r;                                                                                                               \
    for (int i = 0; i < kVectorBytes / (int)sizeof(T); ++i)                                                            \
      r[i] = a[i] >> ((U)count[i] < kBits ? count[i] : kBits - 1);                                                     \
    return r;                                                                                                          \
  }
RL_RAW_SHIFT(VI32, uint32_t, int32_t, 32)
RL_RAW_SHIFT(VI64, uint64_t, int64_t, 64)
#undef RL_RAW_SHIFT

inline VF64 widen_low(VF32 a) { return _mm_cvtps_pd(a); }
inline VF64 widen_high(VF32 a) { return _mm_cvtps_pd(_mm_movehl_ps(a, a)); }
inline VF32 narrow(VF64 low, VF64 high) { return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high)); }
inline VF64 widen_low(VI32 a) { return _mm_cvtepi32_pd((__m128i)a); }
inline VF64 widen_high(VI32 a) { return _mm_cvtepi32_pd(_mm_unpackhi_epi64((__m128i)a, (__m128i)a)); }
inline VI32 narrow_to_int(VF64 low, VF64 high) {
  return (VI32)_mm_unpacklo_epi64(_mm_cvttpd_epi32(low), _mm_cvttpd_epi32(high));
}
inline VF32 to_float(VI32 a) { return _mm_cvtepi32_ps((__m128i)a); }
inline VI32 to_int(VF32 a) { return (VI32)_mm_cvttps_epi32(a); }

}  // namespace rushlight::cpu::RL_ISA::raw
