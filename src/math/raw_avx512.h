// What lanes need from AVX-512 (F, BW, DQ, VL) beyond the compiler's vector operators; masks are mask registers.
#pragma once

#include "math/raw_types.h"

namespace rushlight::cpu::RL_ISA::raw {

inline __mmask16 less(VF32 a, VF32 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
inline __mmask8 less(VF64 a, VF64 b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
inline __mmask16 less(VI32 a, VI32 b) { return _mm512_cmplt_epi32_mask((__m512i)a, (__m512i)b); }
inline __mmask8 less(VI64 a, VI64 b) { return _mm512_cmplt_epi64_mask((__m512i)a, (__m512i)b); }
inline __mmask16 less_equal(VF32 a, VF32 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
inline __mmask8 less_equal(VF64 a, VF64 b) { return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ); }
inline __mmask16 less_equal(VI32 a, VI32 b) { return _mm512_cmple_epi32_mask((__m512i)a, (__m512i)b); }
inline __mmask8 less_equal(VI64 a, VI64 b) { return _mm512_cmple_epi64_mask((__m512i)a, (__m512i)b); }
inline __mmask16 equal(VF32 a, VF32 b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
inline __mmask8 equal(VF64 a, VF64 b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
inline __mmask16 equal(VI32 a, VI32 b) { return _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b); }
inline __mmask8 equal(VI64 a, VI64 b) { return _mm512_cmpeq_epi64_mask((__m512i)a, (__m512i)b); }

inline VF32 select(__mmask16 m, VF32 a, VF32 b) { return _mm512_mask_blend_ps(m, b, a); }
inline VF64 select(__mmask8 m, VF64 a, VF64 b) { return _mm512_mask_blend_pd(m, b, a); }
inline VI32 select(__mmask16 m, VI32 a, VI32 b) { return (VI32)_mm512_mask_blend_epi32(m, (__m512i)b, (__m512i)a); }
inline VI64 select(__mmask8 m, VI64 a, VI64 b) { return (VI64)_mm512_mask_blend_epi64(m, (__m512i)b, (__m512i)a); }

inline unsigned mask_bits(__mmask16 m) { return m; }
inline unsigned mask_bits(__mmask8 m) { return m; }

inline __mmask16 first_16(int n) { return (__mmask16)((1u << n) - 1); }
inline __mmask8 first_8(int n) { return (__mmask8)((1u << n) - 1); }

inline void store_bool(__mmask16 m, uint8_t* p) { _mm_storeu_si128((__m128i*)p, _mm_maskz_set1_epi8(m, 1)); }
inline void store_bool(__mmask8 m, uint8_t* p) { _mm_storel_epi64((__m128i*)p, _mm_maskz_set1_epi8(m, 1)); }
template <class M>
inline void store_bool(M m, uint8_t* p, int n) {
  _mm_mask_storeu_epi8(p, first_16(n), _mm_maskz_set1_epi8(m, 1));
}

inline VF32 load_partial(const float* p, int n) { return _mm512_mask_loadu_ps(_mm512_set1_ps(1), first_16(n), p); }
inline VF64 load_partial(const double* p, int n) { return _mm512_mask_loadu_pd(_mm512_set1_pd(1), first_8(n), p); }
inline VI32 load_partial(const int32_t* p, int n) {
  return (VI32)_mm512_mask_loadu_epi32(_mm512_set1_epi32(1), first_16(n), p);
}
inline VI64 load_partial(const int64_t* p, int n) {
  return (VI64)_mm512_mask_loadu_epi64(_mm512_set1_epi64(1), first_8(n), p);
}
inline void store_partial(float* p, VF32 v, int n) { _mm512_mask_storeu_ps(p, first_16(n), v); }
inline void store_partial(double* p, VF64 v, int n) { _mm512_mask_storeu_pd(p, first_8(n), v); }
inline void store_partial(int32_t* p, VI32 v, int n) { _mm512_mask_storeu_epi32(p, first_16(n), (__m512i)v); }
inline void store_partial(int64_t* p, VI64 v, int n) { _mm512_mask_storeu_epi64(p, first_8(n), (__m512i)v); }

inline VF32 sqrt(VF32 a) { return _mm512_sqrt_ps(a); }
inline VF64 sqrt(VF64 a) { return _mm512_sqrt_pd(a); }
// The second operand wins when one of the two is NaN or both are zero.
inline VF32 max(VF32 a, VF32 b) { return _mm512_max_ps(a, b); }
inline VF64 max(VF64 a, VF64 b) { return _mm512_max_pd(a, b); }
inline VF32 min(VF32 a, VF32 b) { return _mm512_min_ps(a, b); }
inline VF64 min(VF64 a, VF64 b) { return _mm512_min_pd(a, b); }
inline VF32 fma(VF32 a, VF32 b, VF32 c) { return _mm512_fmadd_ps(a, b, c); }
inline VF64 fma(VF64 a, VF64 b, VF64 c) { return _mm512_fmadd_pd(a, b, c); }

inline VF32 round(VF32 a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline VF64 round(VF64 a) { return _mm512_roundscale_pd(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline VF32 floor(VF32 a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
inline VF64 floor(VF64 a) { return _mm512_roundscale_pd(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
inline VF32 ceil(VF32 a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
inline VF64 ceil(VF64 a) { return _mm512_roundscale_pd(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
inline VF32 trunc(VF32 a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }
inline VF64 trunc(VF64 a) { return _mm512_roundscale_pd(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }

// Counts outside [0, bits) give 0, or the sign for a right shift: the instructions' own rule.
inline VI32 shift_left(VI32 a, VI32 count) { return (VI32)_mm512_sllv_epi32((__m512i)a, (__m512i)count); }
inline VI64 shift_left(VI64 a, VI64 count) { return (VI64)_mm512_sllv_epi64((__m512i)a, (__m512i)count); }
inline VI32 shift_right(VI32 a, VI32 count) { return (VI32)_mm512_srav_epi32((__m512i)a, (__m512i)count); }
inline VI64 shift_right(VI64 a, VI64 count) { return (VI64)_mm512_srav_epi64((__m512i)a, (__m512i)count); }

inline VF64 widen_low(VF32 a) { return _mm512_cvtps_pd(_mm512_castps512_ps256(a)); }
inline VF64 widen_high(VF32 a) { return _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1)); }
inline VF32 narrow(VF64 low, VF64 high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1);
}
inline VF64 widen_low(VI32 a) { return _mm512_cvtepi32_pd(_mm512_castsi512_si256((__m512i)a)); }
inline VF64 widen_high(VI32 a) { return _mm512_cvtepi32_pd(_mm512_extracti32x8_epi32((__m512i)a, 1)); }
inline VI32 narrow_to_int(VF64 low, VF64 high) {
  return (VI32)_mm512_inserti32x8(_mm512_castsi256_si512(_mm512_cvttpd_epi32(low)), _mm512_cvttpd_epi32(high), 1);
}
inline VF32 to_float(VI32 a) { return _mm512_cvtepi32_ps((__m512i)a); }
inline VI32 to_int(VF32 a) { return (VI32)_mm512_cvttps_epi32(a); }

}  // namespace rushlight::cpu::RL_ISA::raw
