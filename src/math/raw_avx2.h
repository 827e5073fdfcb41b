// What lanes need from AVX2 and FMA beyond the compiler's vector operators.
#pragma once

#include "math/raw_types.h"

namespace rushlight::cpu::RL_ISA::raw {

inline unsigned mask_bits(VI32 m) { return (unsigned)_mm256_movemask_ps((__m256)m); }
inline unsigned mask_bits(VI64 m) { return (unsigned)_mm256_movemask_pd((__m256d)m); }

inline void store_bool(VI32 m, uint8_t* p) {
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)m), _mm256_extracti128_si256((__m256i)m, 1));
  const int64_t bytes = _mm_cvtsi128_si64(_mm_packs_epi16(words, words)) & 0x0101010101010101;
  memcpy(p, &bytes, 8);
}
inline void store_bool(VI64 m, uint8_t* p) {
  const uint32_t bytes = (mask_bits(m) * 0x00204081u) & 0x01010101u;
  memcpy(p, &bytes, 4);
}
template <class M>
inline void store_bool(M m, uint8_t* p, int n) {
  uint8_t bytes[8];
  store_bool(m, bytes);
  for (int i = 0; i < n; ++i) p[i] = bytes[i];
}

inline __m256i first_32(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline __m256i first_64(int n) { return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3)); }

inline VF32 load_partial(const float* p, int n) {
  const __m256i m = first_32(n);
  return _mm256_blendv_ps(_mm256_set1_ps(1), _mm256_maskload_ps(p, m), (__m256)m);
}
inline VF64 load_partial(const double* p, int n) {
  const __m256i m = first_64(n);
  return _mm256_blendv_pd(_mm256_set1_pd(1), _mm256_maskload_pd(p, m), (__m256d)m);
}
inline VI32 load_partial(const int32_t* p, int n) {
  const __m256i m = first_32(n);
  return (VI32)_mm256_blendv_epi8(_mm256_set1_epi32(1), _mm256_maskload_epi32(p, m), m);
}
inline VI64 load_partial(const int64_t* p, int n) {
  const __m256i m = first_64(n);
  return (VI64)_mm256_blendv_epi8(_mm256_set1_epi64x(1), _mm256_maskload_epi64((const long long*)p, m), m);
}
inline void store_partial(float* p, VF32 v, int n) { _mm256_maskstore_ps(p, first_32(n), v); }
inline void store_partial(double* p, VF64 v, int n) { _mm256_maskstore_pd(p, first_64(n), v); }
inline void store_partial(int32_t* p, VI32 v, int n) { _mm256_maskstore_epi32(p, first_32(n), (__m256i)v); }
inline void store_partial(int64_t* p, VI64 v, int n) { _mm256_maskstore_epi64((long long*)p, first_64(n), (__m256i)v); }

inline VF32 sqrt(VF32 a) { return _mm256_sqrt_ps(a); }
inline VF64 sqrt(VF64 a) { return _mm256_sqrt_pd(a); }
// The second operand wins when one of the two is NaN or both are zero.
inline VF32 max(VF32 a, VF32 b) { return _mm256_max_ps(a, b); }
inline VF64 max(VF64 a, VF64 b) { return _mm256_max_pd(a, b); }
inline VF32 min(VF32 a, VF32 b) { return _mm256_min_ps(a, b); }
inline VF64 min(VF64 a, VF64 b) { return _mm256_min_pd(a, b); }
inline VF32 fma(VF32 a, VF32 b, VF32 c) { return _mm256_fmadd_ps(a, b, c); }
inline VF64 fma(VF64 a, VF64 b, VF64 c) { return _mm256_fmadd_pd(a, b, c); }

inline VF32 round(VF32 a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline VF64 round(VF64 a) { return _mm256_round_pd(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline VF32 floor(VF32 a) { return _mm256_floor_ps(a); }
inline VF64 floor(VF64 a) { return _mm256_floor_pd(a); }
inline VF32 ceil(VF32 a) { return _mm256_ceil_ps(a); }
inline VF64 ceil(VF64 a) { return _mm256_ceil_pd(a); }
inline VF32 trunc(VF32 a) { return _mm256_round_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }
inline VF64 trunc(VF64 a) { return _mm256_round_pd(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }

// Counts outside [0, bits) give 0, or the sign for a right shift: the instructions' own rule.
inline VI32 shift_left(VI32 a, VI32 count) { return (VI32)_mm256_sllv_epi32((__m256i)a, (__m256i)count); }
inline VI64 shift_left(VI64 a, VI64 count) { return (VI64)_mm256_sllv_epi64((__m256i)a, (__m256i)count); }
inline VI32 shift_right(VI32 a, VI32 count) { return (VI32)_mm256_srav_epi32((__m256i)a, (__m256i)count); }
inline VI64 shift_right(VI64 a, VI64 count) {
  const VI64 sign = (VI64)(a < 0);
  return (VI64)_mm256_srlv_epi64((__m256i)(a ^ sign), (__m256i)count) ^ sign;
}

inline VF64 widen_low(VF32 a) { return _mm256_cvtps_pd(_mm256_castps256_ps128(a)); }
inline VF64 widen_high(VF32 a) { return _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1)); }
inline VF32 narrow(VF64 low, VF64 high) { return _mm256_set_m128(_mm256_cvtpd_ps(high), _mm256_cvtpd_ps(low)); }
inline VF64 widen_low(VI32 a) { return _mm256_cvtepi32_pd(_mm256_castsi256_si128((__m256i)a)); }
inline VF64 widen_high(VI32 a) { return _mm256_cvtepi32_pd(_mm256_extracti128_si256((__m256i)a, 1)); }
inline VI32 narrow_to_int(VF64 low, VF64 high) {
  return (VI32)_mm256_set_m128i(_mm256_cvttpd_epi32(high), _mm256_cvttpd_epi32(low));
}
inline VF32 to_float(VI32 a) { return _mm256_cvtepi32_ps((__m256i)a); }
inline VI32 to_int(VF32 a) { return (VI32)_mm256_cvttps_epi32(a); }

}  // namespace rushlight::cpu::RL_ISA::raw
