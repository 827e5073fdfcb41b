// Vector operations of one ISA for float and double, for the kernels that are written around registers.
// Included by per-ISA units only: everything is static in the ISA's namespace.
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// GCC 12 takes the undefined operand of its own 512-bit intrinsics for a mistake.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

#define RL_UNROLL _Pragma("GCC unroll 32")

namespace rushlight::cpu::RL_ISA {

template <class T>
struct GemmLanes;

#if RL_ISA_LEVEL == 2

template <>
struct GemmLanes<float> {
  using Reg = __m512;
  using Mask = __mmask16;
  static constexpr int kWidth = 16, kRows = 14;
  static inline Mask mask(int64_t n) { return n >= 16 ? Mask(0xffff) : Mask((1u << n) - 1); }
  static inline Mask range(int64_t from, int64_t to) {
    return to <= 0 ? Mask(0) : Mask(mask(to) & ~mask(from > 0 ? from : 0));
  }
  static inline Reg load(const float* p) { return _mm512_loadu_ps(p); }
  static inline Reg load(const float* p, Mask m) { return _mm512_maskz_loadu_ps(m, p); }
  static inline void store(float* p, Reg v) { _mm512_storeu_ps(p, v); }
  static inline void store(float* p, Reg v, Mask m) { _mm512_mask_storeu_ps(p, m, v); }
  static inline Reg set(float x) { return _mm512_set1_ps(x); }
  static inline Reg fma(Reg a, Reg b, Reg c) { return _mm512_fmadd_ps(a, b, c); }
  static inline Reg add(Reg a, Reg b) { return _mm512_add_ps(a, b); }
  static inline Reg mul(Reg a, Reg b) { return _mm512_mul_ps(a, b); }
  static inline Reg max(Reg a, Reg b) { return _mm512_max_ps(a, b); }
  // Elements 0, 2, 4, ... of a followed by b.
  static inline Reg even(Reg a, Reg b) {
    return _mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b);
  }
  // The upper half is added to the lower one until one lane is left: the same tree at every width.
  static inline float fold(Reg v) {
    __m256 a = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    __m128 b = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    b = _mm_add_ps(b, _mm_movehl_ps(b, b));
    return _mm_cvtss_f32(_mm_add_ss(b, _mm_shuffle_ps(b, b, 1)));
  }
  // Lanes from a given one on are loaded anew; the others keep their value, though their memory may be read.
  using Merge = __mmask16;
  static inline Merge from_lane(int64_t n) { return Merge(0xffffu << n); }
  static inline Reg merge(Reg v, const float* p, Merge m) { return _mm512_mask_loadu_ps(v, m, p); }
};

template <>
struct GemmLanes<double> {
  using Reg = __m512d;
  using Mask = __mmask8;
  static constexpr int kWidth = 8, kRows = 14;
  static inline Mask mask(int64_t n) { return n >= 8 ? Mask(0xff) : Mask((1u << n) - 1); }
  static inline Mask range(int64_t from, int64_t to) {
    return to <= 0 ? Mask(0) : Mask(mask(to) & ~mask(from > 0 ? from : 0));
  }
  static inline Reg load(const double* p) { return _mm512_loadu_pd(p); }
  static inline Reg load(const double* p, Mask m) { return _mm512_maskz_loadu_pd(m, p); }
  static inline void store(double* p, Reg v) { _mm512_storeu_pd(p, v); }
  static inline void store(double* p, Reg v, Mask m) { _mm512_mask_storeu_pd(p, m, v); }
  static inline Reg set(double x) { return _mm512_set1_pd(x); }
  static inline Reg fma(Reg a, Reg b, Reg c) { return _mm512_fmadd_pd(a, b, c); }
  static inline Reg add(Reg a, Reg b) { return _mm512_add_pd(a, b); }
  static inline Reg mul(Reg a, Reg b) { return _mm512_mul_pd(a, b); }
  static inline Reg max(Reg a, Reg b) { return _mm512_max_pd(a, b); }
  static inline Reg even(Reg a, Reg b) {
    return _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), b);
  }
  static inline double fold(Reg v) {
    __m256d a = _mm256_add_pd(_mm512_castpd512_pd256(v), _mm512_extractf64x4_pd(v, 1));
    __m128d b = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
    return _mm_cvtsd_f64(_mm_add_sd(b, _mm_unpackhi_pd(b, b)));
  }
  using Merge = __mmask8;
  static inline Merge from_lane(int64_t n) { return Merge(0xffu << n); }
  static inline Reg merge(Reg v, const double* p, Merge m) { return _mm512_mask_loadu_pd(v, m, p); }
};

#elif RL_ISA_LEVEL == 1

template <>
struct GemmLanes<float> {
  using Reg = __m256;
  using Mask = __m256i;
  static constexpr int kWidth = 8, kRows = 6;
  static inline Mask mask(int64_t n) {
    int k = n >= 8 ? 8 : int(n);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(k), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static inline Mask range(int64_t from, int64_t to) { return _mm256_andnot_si256(mask(from), mask(to)); }
  static inline Reg load(const float* p) { return _mm256_loadu_ps(p); }
  static inline Reg load(const float* p, Mask m) { return _mm256_maskload_ps(p, m); }
  static inline void store(float* p, Reg v) { _mm256_storeu_ps(p, v); }
  static inline void store(float* p, Reg v, Mask m) { _mm256_maskstore_ps(p, m, v); }
  static inline Reg set(float x) { return _mm256_set1_ps(x); }
  static inline Reg fma(Reg a, Reg b, Reg c) { return _mm256_fmadd_ps(a, b, c); }
  static inline Reg add(Reg a, Reg b) { return _mm256_add_ps(a, b); }
  static inline Reg mul(Reg a, Reg b) { return _mm256_mul_ps(a, b); }
  static inline Reg max(Reg a, Reg b) { return _mm256_max_ps(a, b); }
  static inline Reg even(Reg a, Reg b) {
    __m256d t = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0x88));
    return _mm256_castpd_ps(_mm256_permute4x64_pd(t, 0xd8));
  }
  static inline float fold(Reg v) {
    __m128 b = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    b = _mm_add_ps(b, _mm_movehl_ps(b, b));
    return _mm_cvtss_f32(_mm_add_ss(b, _mm_shuffle_ps(b, b, 1)));
  }
  using Merge = __m256;
  static inline Merge from_lane(int64_t n) {
    const __m256i next = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8);
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(next, _mm256_set1_epi32(int(n))));
  }
  static inline Reg merge(Reg v, const float* p, Merge m) { return _mm256_blendv_ps(v, load(p), m); }
};

template <>
struct GemmLanes<double> {
  using Reg = __m256d;
  using Mask = __m256i;
  static constexpr int kWidth = 4, kRows = 6;
  static inline Mask mask(int64_t n) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n >= 4 ? 4 : n), _mm256_setr_epi64x(0, 1, 2, 3));
  }
  static inline Mask range(int64_t from, int64_t to) { return _mm256_andnot_si256(mask(from), mask(to)); }
  static inline Reg load(const double* p) { return _mm256_loadu_pd(p); }
  static inline Reg load(const double* p, Mask m) { return _mm256_maskload_pd(p, m); }
  static inline void store(double* p, Reg v) { _mm256_storeu_pd(p, v); }
  static inline void store(double* p, Reg v, Mask m) { _mm256_maskstore_pd(p, m, v); }
  static inline Reg set(double x) { return _mm256_set1_pd(x); }
  static inline Reg fma(Reg a, Reg b, Reg c) { return _mm256_fmadd_pd(a, b, c); }
  static inline Reg add(Reg a, Reg b) { return _mm256_add_pd(a, b); }
  static inline Reg mul(Reg a, Reg b) { return _mm256_mul_pd(a, b); }
  static inline Reg max(Reg a, Reg b) { return _mm256_max_pd(a, b); }
  static inline Reg even(Reg a, Reg b) { return _mm256_permute4x64_pd(_mm256_unpacklo_pd(a, b), 0xd8); }
  static inline double fold(Reg v) {
    __m128d b = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
    return _mm_cvtsd_f64(_mm_add_sd(b, _mm_unpackhi_pd(b, b)));
  }
  using Merge = __m256d;
  static inline Merge from_lane(int64_t n) {
    return _mm256_castsi256_pd(_mm256_cmpgt_epi64(_mm256_setr_epi64x(1, 2, 3, 4), _mm256_set1_epi64x(n)));
  }
  static inline Reg merge(Reg v, const double* p, Merge m) { return _mm256_blendv_pd(v, load(p), m); }
};

#else  // SSE2 has no fma: the product is rounded before the sum, so the base level's last bits differ.

template <>
struct GemmLanes<float> {
  using Reg = __m128;
  using Mask = int;
  static constexpr int kWidth = 4, kRows = 6;
  static inline Mask mask(int64_t n) { return n >= 4 ? 4 : int(n); }
  static inline Reg load(const float* p) { return _mm_loadu_ps(p); }
  static inline Reg load(const float* p, Mask m) {
    float t[4] = {0, 0, 0, 0};
    for (int i = 0; i < m; ++i) t[i] = p[i];
    return _mm_loadu_ps(t);
  }
  static inline void store(float* p, Reg v) { _mm_storeu_ps(p, v); }
  static inline void store(float* p, Reg v, Mask m) {
    float t[4];
    _mm_storeu_ps(t, v);
    for (int i = 0; i < m; ++i) p[i] = t[i];
  }
  static inline Reg set(float x) { return _mm_set1_ps(x); }
  static inline Reg fma(Reg a, Reg b, Reg c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
  static inline Reg add(Reg a, Reg b) { return _mm_add_ps(a, b); }
  static inline Reg mul(Reg a, Reg b) { return _mm_mul_ps(a, b); }
  static inline Reg max(Reg a, Reg b) { return _mm_max_ps(a, b); }
  static inline Reg even(Reg a, Reg b) { return _mm_shuffle_ps(a, b, 0x88); }
  static inline float fold(Reg b) {
    b = _mm_add_ps(b, _mm_movehl_ps(b, b));
    return _mm_cvtss_f32(_mm_add_ss(b, _mm_shuffle_ps(b, b, 1)));
  }
  using Merge = __m128;
  static inline Merge from_lane(int64_t n) {
    return _mm_castsi128_ps(_mm_cmpgt_epi32(_mm_setr_epi32(1, 2, 3, 4), _mm_set1_epi32(int(n))));
  }
  static inline Reg merge(Reg v, const float* p, Merge m) {
    return _mm_or_ps(_mm_andnot_ps(m, v), _mm_and_ps(m, load(p)));
  }
};

template <>
struct GemmLanes<double> {
  using Reg = __m128d;
  using Mask = int;
  static constexpr int kWidth = 2, kRows = 6;
  static inline Mask mask(int64_t n) { return n >= 2 ? 2 : int(n); }
  static inline Reg load(const double* p) { return _mm_loadu_pd(p); }
  static inline Reg load(const double* p, Mask m) {
    return m == 2 ? load(p) : m == 1 ? _mm_load_sd(p) : _mm_setzero_pd();
  }
  static inline void store(double* p, Reg v) { _mm_storeu_pd(p, v); }
  static inline void store(double* p, Reg v, Mask m) {
    if (m == 2) store(p, v);
    if (m == 1) _mm_store_sd(p, v);
  }
  static inline Reg set(double x) { return _mm_set1_pd(x); }
  static inline Reg fma(Reg a, Reg b, Reg c) { return _mm_add_pd(_mm_mul_pd(a, b), c); }
  static inline Reg add(Reg a, Reg b) { return _mm_add_pd(a, b); }
  static inline Reg mul(Reg a, Reg b) { return _mm_mul_pd(a, b); }
  static inline Reg max(Reg a, Reg b) { return _mm_max_pd(a, b); }
  static inline Reg even(Reg a, Reg b) { return _mm_unpacklo_pd(a, b); }
  static inline double fold(Reg b) { return _mm_cvtsd_f64(_mm_add_sd(b, _mm_unpackhi_pd(b, b))); }
  using Merge = __m128d;
  static inline Merge from_lane(int64_t n) { return _mm_castsi128_pd(_mm_set_epi64x(n < 2 ? -1 : 0, n < 1 ? -1 : 0)); }
  static inline Reg merge(Reg v, const double* p, Merge m) {
    return _mm_or_pd(_mm_andnot_pd(m, v), _mm_and_pd(m, load(p)));
  }
};

#endif

}  // namespace rushlight::cpu::RL_ISA
