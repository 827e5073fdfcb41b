// Inner loops of copies: conversions between element types, fills, transposes of tiles. Compiled once per ISA.
#include "cpu/isa/copy_kernels.h"

#include <immintrin.h>
#include <string.h>

// The loops here are plain; the compiler's vectoriser does the rest, which -O2 leaves off.
#pragma GCC optimize("O3")

namespace rushlight::cpu::RL_ISA {
namespace {

template <class From, class To>
To cast(From v) {
  if constexpr (__is_same(To, bool)) return v != From(0);
  // Out-of-range floats become narrow integers by way of int32, on every ISA alike.
  else if constexpr ((__is_same(From, float) || __is_same(From, double)) && sizeof(To) < 4)
    return To(int32_t(v));
  else
    return To(v);
}

template <class From, class To>
void convert(int64_t n, const void* src, void* dst) {
  const From* __restrict s = static_cast<const From*>(src);
  To* __restrict d = static_cast<To*>(dst);
  for (int64_t i = 0; i < n; ++i) d[i] = cast<From, To>(s[i]);
}

// A bool's byte is 0 or 1, so as a number it is that byte.
template <class To>
void convert_bool(int64_t n, const void* src, void* dst) {
  convert<uint8_t, To>(n, src, dst);
}
template <class From>
void convert_to_bool(int64_t n, const void* src, void* dst) {
  const From* __restrict s = static_cast<const From*>(src);
  uint8_t* __restrict d = static_cast<uint8_t*>(dst);
  for (int64_t i = 0; i < n; ++i) d[i] = s[i] != From(0);
}

float float_of(uint32_t bits) {
  float f;
  memcpy(&f, &bits, 4);
  return f;
}
uint32_t bits_of(float f) {
  uint32_t bits;
  memcpy(&bits, &f, 4);
  return bits;
}

void bf16_to_f32(int64_t n, const void* src, void* dst) {
  const uint16_t* __restrict s = static_cast<const uint16_t*>(src);
  uint32_t* __restrict d = static_cast<uint32_t*>(dst);
  for (int64_t i = 0; i < n; ++i) d[i] = uint32_t(s[i]) << 16;
}

// Rounds to nearest even; a NaN stays one.
void f32_to_bf16(int64_t n, const void* src, void* dst) {
  const uint32_t* __restrict s = static_cast<const uint32_t*>(src);
  uint16_t* __restrict d = static_cast<uint16_t*>(dst);
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t u = s[i], rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
    d[i] = uint16_t((u & 0x7fffffffu) > 0x7f800000u ? (u >> 16) | 0x40u : rounded);
  }
}

float f16_to_f32_one(uint16_t h) {
  const uint32_t sign = uint32_t(h & 0x8000u) << 16, rest = h & 0x7fffu;
  const uint32_t normal = (rest << 13) + 0x38000000u, special = 0x7f800000u | (rest & 0x3ffu) << 13;
  const uint32_t denormal = bits_of(float(int(rest)) * 0x1p-24f);
  return float_of(sign | (rest >= 0x7c00u ? special : rest >= 0x400u ? normal : denormal));
}

uint16_t f32_to_f16_one(uint32_t u) {
  const uint32_t sign = (u >> 16) & 0x8000u, a = u & 0x7fffffffu;
  const uint32_t denormal = bits_of(float_of(a) + 0.5f) - 0x3f000000u;  // the float adder rounds for us
  const uint32_t normal = (a - 0x38000000u + 0xfffu + ((a >> 13) & 1u)) >> 13;
  const uint32_t large = a > 0x7f800000u ? 0x7e00u : 0x7c00u;
  return uint16_t(sign | (a >= 0x477ff000u ? large : a < 0x38800000u ? denormal : normal));
}

void f16_to_f32(int64_t n, const void* src, void* dst) {
  const uint16_t* s = static_cast<const uint16_t*>(src);
  float* d = static_cast<float*>(dst);
  int64_t i = 0;
#if RL_ISA_LEVEL >= 1
  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps(d + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(s + i))));
#endif
  for (; i < n; ++i) d[i] = f16_to_f32_one(s[i]);
}

void f32_to_f16(int64_t n, const void* src, void* dst) {
  const float* s = static_cast<const float*>(src);
  uint16_t* d = static_cast<uint16_t*>(dst);
  int64_t i = 0;
#if RL_ISA_LEVEL >= 1
  for (; i + 8 <= n; i += 8)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(d + i), _mm256_cvtps_ph(_mm256_loadu_ps(s + i), 0));
#endif
  for (; i < n; ++i) d[i] = f32_to_f16_one(bits_of(s[i]));
}

template <class T>
void fill_as(void* dst, int64_t n, uint64_t bits) {
  T* d = static_cast<T*>(dst);
  const T value = T(bits);
  for (int64_t i = 0; i < n; ++i) d[i] = value;
}

void fill(void* dst, int64_t n, int64_t size, uint64_t bits) {
  if (bits == 0)
    memset(dst, 0, size_t(n * size));
  else if (size == 1)
    memset(dst, int(bits & 0xff), size_t(n));
  else if (size == 2)
    fill_as<uint16_t>(dst, n, bits);
  else if (size == 4)
    fill_as<uint32_t>(dst, n, bits);
  else
    fill_as<uint64_t>(dst, n, bits);
}

// Note [Transposing in registers]
// N vectors of N elements are transposed by log2(N) rounds; each round interleaves vector i with vector i + N/2. With
// 16-byte vectors every interleave is one instruction on every ISA.
template <class T>
struct Block {
  typedef T Vector __attribute__((vector_size(16)));
  typedef T Unaligned __attribute__((vector_size(16), aligned(1), may_alias));
  static constexpr int N = 16 / int(sizeof(T));

  static Vector low(Vector a, Vector b) {
    if constexpr (sizeof(T) == 8)
      return Vector(_mm_unpacklo_epi64(__m128i(a), __m128i(b)));
    else if constexpr (sizeof(T) == 4)
      return Vector(_mm_unpacklo_epi32(__m128i(a), __m128i(b)));
    else if constexpr (sizeof(T) == 2)
      return Vector(_mm_unpacklo_epi16(__m128i(a), __m128i(b)));
    else
      return Vector(_mm_unpacklo_epi8(__m128i(a), __m128i(b)));
  }
  static Vector high(Vector a, Vector b) {
    if constexpr (sizeof(T) == 8)
      return Vector(_mm_unpackhi_epi64(__m128i(a), __m128i(b)));
    else if constexpr (sizeof(T) == 4)
      return Vector(_mm_unpackhi_epi32(__m128i(a), __m128i(b)));
    else if constexpr (sizeof(T) == 2)
      return Vector(_mm_unpackhi_epi16(__m128i(a), __m128i(b)));
    else
      return Vector(_mm_unpackhi_epi8(__m128i(a), __m128i(b)));
  }
  static inline void run(const T* src, int64_t src_row, T* dst, int64_t dst_row) {
    Vector a[N], b[N];
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) a[i] = *reinterpret_cast<const Unaligned*>(src + i * src_row);
#pragma GCC unroll 4
    for (int round = 1; round < N; round *= 2) {
#pragma GCC unroll 8
      for (int i = 0; i < N / 2; ++i) {
        b[2 * i] = low(a[i], a[i + N / 2]);
        b[2 * i + 1] = high(a[i], a[i + N / 2]);
      }
#pragma GCC unroll 16
      for (int i = 0; i < N; ++i) a[i] = b[i];
    }
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) *reinterpret_cast<Unaligned*>(dst + i * dst_row) = a[i];
  }
};

template <class T>
void transpose_as(int64_t rows, int64_t columns, const T* src, int64_t src_row, T* dst, int64_t dst_row) {
  constexpr int64_t kTile = 64 / int64_t(sizeof(T)), N = Block<T>::N;  // a tile row is one cache line
  for (int64_t j0 = 0; j0 < columns; j0 += kTile) {
    const int64_t j1 = j0 + kTile < columns ? j0 + kTile : columns;
    for (int64_t i0 = 0; i0 < rows; i0 += kTile) {
      const int64_t i1 = i0 + kTile < rows ? i0 + kTile : rows;
      int64_t j = j0;
      for (; j + N <= j1; j += N) {
        int64_t i = i0;
        for (; i + N <= i1; i += N) Block<T>::run(src + i * src_row + j, src_row, dst + j * dst_row + i, dst_row);
        for (; i < i1; ++i) {
          for (int64_t k = j; k < j + N; ++k) dst[k * dst_row + i] = src[i * src_row + k];
        }
      }
      for (; j < j1; ++j) {
        for (int64_t i = i0; i < i1; ++i) dst[j * dst_row + i] = src[i * src_row + j];
      }
    }
  }
}

void transpose(int64_t size, int64_t rows, int64_t columns, const void* src, int64_t src_row, void* dst,
               int64_t dst_row) {
  switch (size) {
    case 1:
      return transpose_as(rows, columns, static_cast<const uint8_t*>(src), src_row, static_cast<uint8_t*>(dst),
                          dst_row);
    case 2:
      return transpose_as(rows, columns, static_cast<const uint16_t*>(src), src_row, static_cast<uint16_t*>(dst),
                          dst_row);
    case 4:
      return transpose_as(rows, columns, static_cast<const uint32_t*>(src), src_row, static_cast<uint32_t*>(dst),
                          dst_row);
    default:
      return transpose_as(rows, columns, static_cast<const uint64_t*>(src), src_row, static_cast<uint64_t*>(dst),
                          dst_row);
  }
}

template <class T>
void reverse_as(int64_t n, const T* __restrict src, T* __restrict dst) {
  for (int64_t i = 0; i < n; ++i) dst[i] = src[n - 1 - i];
}

void reverse(int64_t size, int64_t n, const void* src, void* dst) {
  switch (size) {
    case 1:
      return reverse_as(n, static_cast<const uint8_t*>(src), static_cast<uint8_t*>(dst));
    case 2:
      return reverse_as(n, static_cast<const uint16_t*>(src), static_cast<uint16_t*>(dst));
    case 4:
      return reverse_as(n, static_cast<const uint32_t*>(src), static_cast<uint32_t*>(dst));
    default:
      return reverse_as(n, static_cast<const uint64_t*>(src), static_cast<uint64_t*>(dst));
  }
}

template <class T>
void split_as(int64_t n, const void* src, void* first, void* second) {
  const T* __restrict s = static_cast<const T*>(src);
  T* __restrict a = static_cast<T*>(first), * __restrict b = static_cast<T*>(second);
  for (int64_t i = 0; i < n; ++i) {
    a[i] = s[2 * i];
    b[i] = s[2 * i + 1];
  }
}
void split(int64_t size, int64_t n, const void* src, void* a, void* b) {
  size == 4 ? split_as<uint32_t>(n, src, a, b) : split_as<uint64_t>(n, src, a, b);
}

template <class T>
void join_as(int64_t n, const void* first, const void* second, void* dst) {
  const T* __restrict a = static_cast<const T*>(first), * __restrict b = static_cast<const T*>(second);
  T* __restrict d = static_cast<T*>(dst);
  for (int64_t i = 0; i < n; ++i) {
    d[2 * i] = a[i];
    d[2 * i + 1] = b[i];
  }
}
void join(int64_t size, int64_t n, const void* a, const void* b, void* dst) {
  size == 4 ? join_as<uint32_t>(n, a, b, dst) : join_as<uint64_t>(n, a, b, dst);
}

uint32_t order_keys_f32(int64_t n, const float* src, uint32_t flip, uint32_t* __restrict keys) {
  const uint32_t* __restrict bits = reinterpret_cast<const uint32_t*>(src);
  uint32_t least = ~0u;
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t u = bits[i], magnitude = u & 0x7fffffffu;
    uint32_t key = u ^ (uint32_t(int32_t(u) >> 31) | 0x80000000u);
    key = magnitude == 0 ? 0x80000000u : key;
    key = (magnitude > 0x7f800000u ? ~0u : key) ^ flip;
    keys[i] = key;
    least = key < least ? key : least;
  }
  return least;
}

// Computed in double from the index, so that the value does not depend on how the range is cut.
template <class T>
void iota_float(T* dst, int64_t n, double start, double step, int64_t first) {
  for (int64_t i = 0; i < n; ++i) dst[i] = T(start + step * double(first + i));
}
void iota_i64(int64_t* dst, int64_t n, int64_t start, int64_t step, int64_t first) {
  const uint64_t origin = uint64_t(start) + uint64_t(step) * uint64_t(first);
  for (int64_t i = 0; i < n; ++i) dst[i] = int64_t(origin + uint64_t(step) * uint64_t(i));
}

#define RL_ROW(T)       \
  {convert<T, float>,   \
   convert<T, double>,  \
   convert<T, int64_t>, \
   convert<T, int32_t>, \
   convert<T, int16_t>, \
   convert<T, int8_t>,  \
   convert<T, uint8_t>, \
   convert_to_bool<T>,  \
   nullptr,             \
   nullptr}

constexpr CopyKernels make() {
  CopyKernels k = {{RL_ROW(float),
                    RL_ROW(double),
                    RL_ROW(int64_t),
                    RL_ROW(int32_t),
                    RL_ROW(int16_t),
                    RL_ROW(int8_t),
                    RL_ROW(uint8_t),
                    {convert_bool<float>, convert_bool<double>, convert_bool<int64_t>, convert_bool<int32_t>,
                     convert_bool<int16_t>, convert_bool<int8_t>, convert_bool<uint8_t>, nullptr, nullptr, nullptr},
                    {f16_to_f32},
                    {bf16_to_f32}},
                   fill,
                   transpose,
                   reverse,
                   split,
                   join,
                   order_keys_f32,
                   iota_float<float>,
                   iota_float<double>,
                   iota_i64};
  k.convert[kCopyF32][kCopyF16] = f32_to_f16;
  k.convert[kCopyF32][kCopyBF16] = f32_to_bf16;
  for (int i = 0; i < kCopyTypes; ++i) k.convert[i][i] = nullptr;
  return k;
}
#undef RL_ROW

}  // namespace

extern const CopyKernels kCopy;
const CopyKernels kCopy = make();

}  // namespace rushlight::cpu::RL_ISA
