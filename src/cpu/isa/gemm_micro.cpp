// Register tiles, packing and matrix-vector kernels of GEMM, compiled once per ISA.
#include "cpu/isa/gemm_lanes.h"
#include "cpu/isa/micro.h"

namespace rushlight::cpu::RL_ISA {
namespace {

// Note [Register tile]
// A tile holds kRows x 2 vectors of sums: 28 of 32 registers on AVX-512, 12 of 16 on AVX2. Per step of k it loads two
// vectors of B and broadcasts one element of A per row; with 14 rows that is 16 loads for 28 fmas, below the two loads
// per cycle the machines have. Every element is one chain of fmas in the order of k, so neither the shape of the tile
// nor the ISA (but for base) changes a bit of the result.

template <class T>
struct Tile {
  int64_t k;
  const T* a;
  int64_t a_row, a_col;  // strides of A; packed tiles have a_row == 1
  const T* b;
  int64_t ldb;
  T* c;
  int64_t ldc;
  int64_t n;  // columns, at most 2 vectors
  GemmEpilogue<T> epilogue;
  const T* start;  // where the chain of each row begins; null: at zero
  // Indirect columns: vector v lies at b + pixel[v], with the lanes of merge[v] from b + second[v].
  const int64_t* offsets;
  int64_t pixel[2], second[2];
  typename GemmLanes<T>::Merge merge[2];
};

// kPacked: A in panels, B in panels of 2 vectors. kDirect: strided A and B. kIndirect, kMerged: A in panels, B read by
// offsets, in one load per vector or in two. The loads are free where there are many rows per load, so kMerged is for
// AVX-512 only.
enum Operands { kPacked, kDirect, kIndirect, kMerged };
constexpr int kMaxPieces = RL_ISA_LEVEL == 2 ? 2 : 1;

// c = alpha * sums + beta * c + bias for one vector.
template <class T>
inline typename GemmLanes<T>::Reg finish_vector(typename GemmLanes<T>::Reg sum, const T* c, const T* bias,
                                                typename GemmLanes<T>::Mask m, const GemmEpilogue<T>& e) {
  using V = GemmLanes<T>;
  auto v = V::mul(V::set(e.alpha), sum);
  if (e.beta != T(0)) v = V::fma(V::set(e.beta), V::load(c, m), v);
  if (bias) v = V::add(v, V::load(bias, m));
  return v;
}

template <class T>
void finish(int64_t n, const T* sums, T* c, const GemmEpilogue<T>& e) {
  using V = GemmLanes<T>;
  for (int64_t j = 0; j < n; j += V::kWidth) {
    auto m = V::mask(n - j);
    V::store(c + j, finish_vector<T>(V::load(sums + j, m), c + j, e.bias ? e.bias + j : nullptr, m, e), m);
  }
}

template <class T>
__attribute__((noinline)) void finish_tile(int rows, const T* sums, int64_t ld, const Tile<T>& t) {
  for (int r = 0; r < rows; ++r) finish(t.n, sums + r * ld, t.c + r * t.ldc, t.epilogue);
}

template <class T, int kMr, int kNv, Operands kMode>
void tile_kernel(const Tile<T>& t) {
  using V = GemmLanes<T>;
  using Reg = typename V::Reg;
  constexpr int kGroups = (kMr + 2) / 3;  // one pointer for three rows: the others are reached by scaled index
  Reg acc[kMr][kNv];
  if (t.start) {
    RL_UNROLL for (int r = 0; r < kMr; ++r) { RL_UNROLL for (int v = 0; v < kNv; ++v) acc[r][v] = V::set(t.start[r]); }
  } else {
    RL_UNROLL for (int r = 0; r < kMr; ++r) { RL_UNROLL for (int v = 0; v < kNv; ++v) acc[r][v] = V::set(T(0)); }
  }
  const auto tail = V::mask(t.n - (kNv - 1) * V::kWidth);
  const T* a[kGroups];
  const int64_t a_row = kMode == kDirect ? t.a_row : 1, a_col = t.a_col, ldb = t.ldb;
  RL_UNROLL for (int g = 0; g < kGroups; ++g) a[g] = t.a + 3 * g * a_row;
  const T* b = t.b;
  const int64_t pixel[2] = {t.pixel[0], t.pixel[1]}, second[2] = {t.second[0], t.second[1]};
  const typename V::Merge merge[2] = {t.merge[0], t.merge[1]};
  for (int64_t p = 0; p < t.k; ++p) {
    Reg bv[kNv];
    if (kMode == kIndirect || kMode == kMerged) {
      const T* columns = b + t.offsets[p];
      RL_UNROLL for (int v = 0; v < kNv; ++v) {
        bv[v] = V::load(columns + pixel[v]);
        if (kMode == kMerged) bv[v] = V::merge(bv[v], columns + second[v], merge[v]);
      }
    } else {
      RL_UNROLL for (int v = 0; v < kNv; ++v) {
        const bool masked = kMode == kDirect && v == kNv - 1;
        bv[v] = masked ? V::load(b + v * V::kWidth, tail) : V::load(b + v * V::kWidth);
      }
      b += ldb;
    }
    RL_UNROLL for (int r = 0; r < kMr; ++r) {
      Reg x = V::set(kMode == kDirect ? a[r / 3][(r % 3) * a_row] : a[0][r]);
      RL_UNROLL for (int v = 0; v < kNv; ++v) acc[r][v] = V::fma(x, bv[v], acc[r][v]);
    }
    RL_UNROLL for (int g = 0; g < (kMode == kDirect ? kGroups : 1); ++g) a[g] += a_col;
  }
  const GemmEpilogue<T>& e = t.epilogue;
  T* c = t.c;
  if (t.n == kNv * V::kWidth && e.alpha == T(1) && !e.bias && e.beta == T(0)) {
    RL_UNROLL for (int r = 0; r < kMr; ++r, c += t.ldc) {
      RL_UNROLL for (int v = 0; v < kNv; ++v) V::store(c + v * V::kWidth, acc[r][v]);
    }
  } else if (t.n == kNv * V::kWidth && e.alpha == T(1) && !e.bias && e.beta == T(1)) {
    RL_UNROLL for (int r = 0; r < kMr; ++r, c += t.ldc) {
      RL_UNROLL for (int v = 0; v < kNv; ++v) {
        V::store(c + v * V::kWidth, V::add(acc[r][v], V::load(c + v * V::kWidth)));
      }
    }
  } else if (t.n == kNv * V::kWidth && e.alpha == T(1) && e.beta == T(0)) {
    RL_UNROLL for (int r = 0; r < kMr; ++r, c += t.ldc) {
      RL_UNROLL for (int v = 0; v < kNv; ++v) {
        V::store(c + v * V::kWidth, V::add(acc[r][v], V::load(e.bias + v * V::kWidth)));
      }
    }
  } else {
    alignas(64) T sums[kMr * kNv * V::kWidth];
    RL_UNROLL for (int r = 0; r < kMr; ++r) {
      RL_UNROLL for (int v = 0; v < kNv; ++v) V::store(sums + (r * kNv + v) * V::kWidth, acc[r][v]);
    }
    finish_tile<T>(kMr, sums, kNv * V::kWidth, t);
  }
}

template <class T>
using TileFn = void (*)(const Tile<T>&);

// The kernels by height (1 .. kRows) and number of vectors (1, 2).
#define RL_ROW(R) {tile_kernel<T, R, 1, kMode>, tile_kernel<T, R, 2, kMode>}
#if RL_ISA_LEVEL == 2
#define RL_ROWS                                                                     \
  {RL_ROW(1), RL_ROW(2), RL_ROW(3),  RL_ROW(4),  RL_ROW(5),  RL_ROW(6),  RL_ROW(7), \
   RL_ROW(8), RL_ROW(9), RL_ROW(10), RL_ROW(11), RL_ROW(12), RL_ROW(13), RL_ROW(14)}
#else
#define RL_ROWS {RL_ROW(1), RL_ROW(2), RL_ROW(3), RL_ROW(4), RL_ROW(5), RL_ROW(6)}
#endif
template <class T, Operands kMode>
constexpr TileFn<T> kTiles[GemmLanes<T>::kRows][2] = RL_ROWS;
#undef RL_ROWS
#undef RL_ROW

// Note [Balanced panels]
// m rows are cut into ceil(m / kRows) panels whose heights differ by at most one, the higher ones first: 64 rows are
// 13 + 13 + 13 + 13 + 12 and not 4 x 14 + 8. Packing and the kernels use the same rule.
struct Rows {
  int64_t count, base, extra;
  Rows(int64_t m, int64_t max)
      : count((m + max - 1) / max), base(count ? m / count : 0), extra(count ? m % count : 0) {}
  int64_t height(int64_t i) const { return base + (i < extra); }
};

// All panels of A against the panel of B that `t` points at.
template <class T, Operands kMode>
inline void panel(Tile<T>& t, const Rows& rows, const T* a, int64_t a_panel, T* c, const T* start) {
  using V = GemmLanes<T>;
  const int vectors = t.n > V::kWidth;
  t.a = a;
  t.c = c;
  t.start = start;
  for (int64_t i = 0; i < rows.count; ++i) {
    const int64_t height = rows.height(i);
    if (kMode != kDirect) {
      t.a_col = height;
      for (int64_t r = 0; r < height; ++r) {
        __builtin_prefetch(t.c + r * t.ldc, 1);
        __builtin_prefetch(t.c + r * t.ldc + V::kWidth, 1);
      }
    }
    kTiles<T, kMode>[height - 1][vectors](t);
    t.a += kMode == kDirect ? height * t.a_row : a_panel;
    t.c += height * t.ldc;
    if (start) t.start += height;
  }
}

template <class T>
void macro(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_panel, const T* b, int64_t b_panel, T* c, int64_t ldc,
           const GemmEpilogue<T>& e, const T* start) {
  constexpr int kNr = 2 * GemmLanes<T>::kWidth;
  const Rows rows(m, GemmLanes<T>::kRows);
  Tile<T> t{k, nullptr, 1, 0, b, kNr, nullptr, ldc, 0, e, nullptr, nullptr, {}, {}, {}};
  for (int64_t j = 0; j < n; j += kNr, t.b += b_panel) {
    t.n = n - j < kNr ? n - j : kNr;
    t.epilogue.bias = e.bias ? e.bias + j : nullptr;
    panel<T, kPacked>(t, rows, a, a_panel, c + j, start);
  }
}

template <class T>
void macro_indirect(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_panel, const T* src, const int64_t* offsets,
                    const PanelPiece* pixels, int64_t pieces, T* c, int64_t ldc, const GemmEpilogue<T>& e,
                    const T* start) {
  constexpr int kNr = 2 * GemmLanes<T>::kWidth;
  const Rows rows(m, GemmLanes<T>::kRows);
  Tile<T> t{k, nullptr, 1, 0, src, 0, nullptr, ldc, 0, e, nullptr, offsets, {}, {}, {}};
  for (int64_t j = 0; j < n; j += kNr) {
    t.n = n - j < kNr ? n - j : kNr;
    t.epilogue.bias = e.bias ? e.bias + j : nullptr;
    for (int v = 0; v < 2; ++v, pixels += pieces) {
      t.pixel[v] = pixels[0].src;
      t.second[v] = pixels[pieces - 1].src;
      t.merge[v] = GemmLanes<T>::from_lane(pixels[pieces - 1].lane);
    }
    if (pieces == 1) {
      panel<T, kIndirect>(t, rows, a, a_panel, c + j, start);
    } else if constexpr (kMaxPieces > 1) {
      panel<T, kMerged>(t, rows, a, a_panel, c + j, start);
    }
  }
}

template <class T>
void direct(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_row, int64_t a_col, const T* b, int64_t ldb, T* c,
            int64_t ldc, const GemmEpilogue<T>& e, const T* start) {
  constexpr int kNr = 2 * GemmLanes<T>::kWidth;
  const Rows rows(m, GemmLanes<T>::kRows);
  Tile<T> t{k, nullptr, a_row, a_col, nullptr, ldb, nullptr, ldc, 0, e, nullptr, nullptr, {}, {}, {}};
  for (int64_t j = 0; j < n; j += kNr) {
    t.n = n - j < kNr ? n - j : kNr;
    t.b = b + j;
    t.epilogue.bias = e.bias ? e.bias + j : nullptr;
    panel<T, kDirect>(t, rows, a, 0, c + j, start);
  }
}

template <class T>
void direct_packed(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_row, const T* b, int64_t b_panel, T* c,
                   int64_t ldc, const GemmEpilogue<T>& e) {
  constexpr int kNr = 2 * GemmLanes<T>::kWidth;
  const Rows rows(m, GemmLanes<T>::kRows);
  Tile<T> t{k, nullptr, a_row, 1, b, kNr, nullptr, ldc, 0, e, nullptr, nullptr, {}, {}, {}};
  for (int64_t j = 0; j < n; j += kNr, t.b += b_panel) {
    t.n = n - j < kNr ? n - j : kNr;
    t.epilogue.bias = e.bias ? e.bias + j : nullptr;
    panel<T, kDirect>(t, rows, a, 0, c + j, nullptr);
  }
}

// ---- packing -------------------------------------------------------------------------------------------------------

#if RL_ISA_LEVEL == 2
inline void transpose(__m512 (&r)[16]) {
  __m512 t[16];
  RL_UNROLL for (int i = 0; i < 16; i += 4) {
    __m512 a = _mm512_unpacklo_ps(r[i], r[i + 1]), b = _mm512_unpackhi_ps(r[i], r[i + 1]);
    __m512 c = _mm512_unpacklo_ps(r[i + 2], r[i + 3]), d = _mm512_unpackhi_ps(r[i + 2], r[i + 3]);
    t[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(c)));
    t[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(c)));
    t[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(b), _mm512_castps_pd(d)));
    t[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(b), _mm512_castps_pd(d)));
  }
  RL_UNROLL for (int i = 0; i < 4; ++i) {
    __m512 a = _mm512_shuffle_f32x4(t[i], t[i + 4], 0x88), b = _mm512_shuffle_f32x4(t[i], t[i + 4], 0xdd);
    __m512 c = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0x88), d = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0xdd);
    r[i] = _mm512_shuffle_f32x4(a, c, 0x88);
    r[i + 8] = _mm512_shuffle_f32x4(a, c, 0xdd);
    r[i + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
    r[i + 12] = _mm512_shuffle_f32x4(b, d, 0xdd);
  }
}
inline void transpose(__m512d (&r)[8]) {
  __m512d t[8];
  RL_UNROLL for (int i = 0; i < 8; i += 2) {
    t[i] = _mm512_unpacklo_pd(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_pd(r[i], r[i + 1]);
  }
  RL_UNROLL for (int i = 0; i < 2; ++i) {
    __m512d a = _mm512_shuffle_f64x2(t[i], t[i + 2], 0x88), b = _mm512_shuffle_f64x2(t[i], t[i + 2], 0xdd);
    __m512d c = _mm512_shuffle_f64x2(t[i + 4], t[i + 6], 0x88), d = _mm512_shuffle_f64x2(t[i + 4], t[i + 6], 0xdd);
    r[i] = _mm512_shuffle_f64x2(a, c, 0x88);
    r[i + 4] = _mm512_shuffle_f64x2(a, c, 0xdd);
    r[i + 2] = _mm512_shuffle_f64x2(b, d, 0x88);
    r[i + 6] = _mm512_shuffle_f64x2(b, d, 0xdd);
  }
}
#elif RL_ISA_LEVEL == 1
inline void transpose(__m256 (&r)[8]) {
  __m256 t[8];
  RL_UNROLL for (int i = 0; i < 8; i += 4) {
    __m256 a = _mm256_unpacklo_ps(r[i], r[i + 1]), b = _mm256_unpackhi_ps(r[i], r[i + 1]);
    __m256 c = _mm256_unpacklo_ps(r[i + 2], r[i + 3]), d = _mm256_unpackhi_ps(r[i + 2], r[i + 3]);
    t[i] = _mm256_shuffle_ps(a, c, 0x44);
    t[i + 1] = _mm256_shuffle_ps(a, c, 0xee);
    t[i + 2] = _mm256_shuffle_ps(b, d, 0x44);
    t[i + 3] = _mm256_shuffle_ps(b, d, 0xee);
  }
  RL_UNROLL for (int i = 0; i < 4; ++i) {
    r[i] = _mm256_permute2f128_ps(t[i], t[i + 4], 0x20);
    r[i + 4] = _mm256_permute2f128_ps(t[i], t[i + 4], 0x31);
  }
}
inline void transpose(__m256d (&r)[4]) {
  __m256d a = _mm256_unpacklo_pd(r[0], r[1]), b = _mm256_unpackhi_pd(r[0], r[1]);
  __m256d c = _mm256_unpacklo_pd(r[2], r[3]), d = _mm256_unpackhi_pd(r[2], r[3]);
  r[0] = _mm256_permute2f128_pd(a, c, 0x20);
  r[1] = _mm256_permute2f128_pd(b, d, 0x20);
  r[2] = _mm256_permute2f128_pd(a, c, 0x31);
  r[3] = _mm256_permute2f128_pd(b, d, 0x31);
}
#else
inline void transpose(__m128 (&r)[4]) { _MM_TRANSPOSE4_PS(r[0], r[1], r[2], r[3]); }
inline void transpose(__m128d (&r)[2]) {
  __m128d a = _mm_unpacklo_pd(r[0], r[1]);
  r[1] = _mm_unpackhi_pd(r[0], r[1]);
  r[0] = a;
}
#endif

// One group of at most kWidth lanes whose k elements are contiguous: squares of kWidth, transposed in registers. Steps
// of k are written in order, each as a whole vector, so what one writes past its lanes the next overwrites; a ragged
// group behind others (`exact`) may not do that.
template <class T>
void pack_across(T* dst, int64_t dst_stride, const T* src, int64_t lane_stride, int64_t lanes, int64_t k, bool exact) {
  using V = GemmLanes<T>;
  constexpr int kW = V::kWidth;
  for (int64_t p = 0; p < k; p += kW) {
    const int64_t steps = k - p < kW ? k - p : kW;
    typename V::Reg r[kW];
    if (steps == kW && lanes == kW) {
      RL_UNROLL for (int i = 0; i < kW; ++i) r[i] = V::load(src + i * lane_stride + p);
    } else {
      const auto m = V::mask(steps);
      RL_UNROLL for (int i = 0; i < kW; ++i) r[i] = i < lanes ? V::load(src + i * lane_stride + p, m) : V::set(T(0));
    }
    transpose(r);
    T* d = dst + p * dst_stride;
    if (exact) {
      const auto m = V::mask(lanes);
      RL_UNROLL for (int i = 0; i < kW; ++i) {
        if (i < steps) V::store(d + i * dst_stride, r[i], m);
      }
    } else if (steps == kW) {
      RL_UNROLL for (int i = 0; i < kW; ++i) V::store(d + i * dst_stride, r[i]);
    } else {
      RL_UNROLL for (int i = 0; i < kW; ++i) {
        if (i < steps) V::store(d + i * dst_stride, r[i]);
      }
    }
  }
}

template <class T>
void pack(T* dst, int64_t dst_stride, const T* src, int64_t lane_stride, int64_t k_stride, int64_t rows, int64_t k,
          int64_t padded) {
  using V = GemmLanes<T>;
  constexpr int kW = V::kWidth;
  if (rows == 2 * kW && lane_stride == 1) {  // a full panel of B
    for (int64_t p = 0; p < k; ++p, src += k_stride, dst += dst_stride) {
      V::store(dst, V::load(src));
      V::store(dst + kW, V::load(src + kW));
    }
    return;
  }
  if (lane_stride != 1 && k_stride != 1) {
    for (int64_t p = 0; p < k; ++p) {
      for (int64_t r = 0; r < rows; ++r) dst[p * dst_stride + r] = src[r * lane_stride + p * k_stride];
      for (int64_t r = rows; r < padded; ++r) dst[p * dst_stride + r] = T(0);
    }
    return;
  }
  if (lane_stride == 1) {
    for (int64_t p = 0; p < k; ++p) {
      for (int64_t r = 0; r < padded; r += kW) {
        V::store(dst + p * dst_stride + r, V::load(src + r + p * k_stride, V::mask(rows > r ? rows - r : 0)));
      }
    }
    return;
  }
  for (int64_t r = 0; r < padded; r += kW) {
    const int64_t lanes = rows - r < kW ? rows - r : kW;
    if (lanes > 0) {
      pack_across(dst + r, dst_stride, src + r * lane_stride, lane_stride, lanes, k, r > 0 && dst_stride < r + kW);
    } else {
      for (int64_t p = 0; p < k; ++p) V::store(dst + p * dst_stride + r, V::set(T(0)));
    }
  }
}

// ---- matrix times vector -------------------------------------------------------------------------------------------

inline GemmLanes<float>::Reg widen(const float* p) { return GemmLanes<float>::load(p); }
inline GemmLanes<double>::Reg widen(const double* p) { return GemmLanes<double>::load(p); }

struct F16 {
  uint16_t bits;
};
struct BF16 {
  uint16_t bits;
};

inline float widen_scalar(BF16 h) {
  uint32_t u = uint32_t(h.bits) << 16;
  float f;
  memcpy(&f, &u, 4);
  return f;
}
inline float widen_scalar(F16 h) {
#if RL_ISA_LEVEL > 0
  return _cvtsh_ss(h.bits);
#else
  const uint32_t sign = uint32_t(h.bits & 0x8000) << 16, magnitude = h.bits & 0x7fff;
  uint32_t u;
  float f;
  if (magnitude >= 0x7c00) {
    u = 0x7f800000 | (magnitude & 0x3ff) << 13 | (magnitude > 0x7c00 ? 0x400000u : 0u);
  } else if (magnitude >= 0x400) {
    u = (magnitude << 13) + (112u << 23);
  } else {
    f = float(magnitude) * 0x1p-24f;
    memcpy(&u, &f, 4);
  }
  u |= sign;
  memcpy(&f, &u, 4);
  return f;
#endif
}

#if RL_ISA_LEVEL == 2
inline __m512 widen(const BF16* p) {
  return _mm512_castsi512_ps(
      _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))), 16));
}
inline __m512 widen(const F16* p) { return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
#elif RL_ISA_LEVEL == 1
inline __m256 widen(const BF16* p) {
  return _mm256_castsi256_ps(
      _mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))), 16));
}
inline __m256 widen(const F16* p) { return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
#else
template <class S>
inline __m128 widen(const S* p) {
  return _mm_setr_ps(widen_scalar(p[0]), widen_scalar(p[1]), widen_scalar(p[2]), widen_scalar(p[3]));
}
#endif

// The first n lanes; the others are zero.
inline GemmLanes<float>::Reg widen(const float* p, int n) {
  return GemmLanes<float>::load(p, GemmLanes<float>::mask(n));
}
inline GemmLanes<double>::Reg widen(const double* p, int n) {
  return GemmLanes<double>::load(p, GemmLanes<double>::mask(n));
}
template <class S>
inline GemmLanes<float>::Reg widen(const S* p, int n) {
  float t[GemmLanes<float>::kWidth] = {};
  for (int i = 0; i < n; ++i) t[i] = widen_scalar(p[i]);
  return GemmLanes<float>::load(t);
}

// Note [Dot product lanes]
// A dot product has 4 x 64 bytes of virtual lanes (f32: 64): lane l sums the elements whose index is l modulo the
// number of lanes. The upper half of the lanes is added to the lower one until one is left, whatever the vector width.
template <class T, class S>
void dot(int64_t rows, int64_t k, const S* a, int64_t lda, const T* x, T* y) {
  using V = GemmLanes<T>;
  constexpr int kW = V::kWidth, kVirtual = 256 / int(sizeof(T)), kRegs = kVirtual / kW;
  const int64_t whole = k / kVirtual * kVirtual;
  for (int64_t r = 0; r < rows; ++r, a += lda) {
    typename V::Reg acc[kRegs];
    RL_UNROLL for (int i = 0; i < kRegs; ++i) acc[i] = V::set(T(0));
    for (int64_t p = 0; p < whole; p += kVirtual) {
      RL_UNROLL for (int i = 0; i < kRegs; ++i) {
        acc[i] = V::fma(widen(a + p + i * kW), V::load(x + p + i * kW), acc[i]);
      }
    }
    RL_UNROLL for (int i = 0; i < kRegs; ++i) {
      const int64_t p = whole + i * kW;
      if (p + kW <= k) {
        acc[i] = V::fma(widen(a + p), V::load(x + p), acc[i]);
      } else if (p < k) {
        acc[i] = V::fma(widen(a + p, int(k - p)), V::load(x + p, V::mask(k - p)), acc[i]);
      }
    }
    RL_UNROLL for (int half = kRegs / 2; half > 0; half /= 2) {
      RL_UNROLL for (int i = 0; i < half; ++i) acc[i] = V::add(acc[i], acc[i + half]);
    }
    y[r] = V::fold(acc[0]);
  }
}

template <class T>
void axpy(int64_t n, int64_t k, const T* x, int64_t x_stride, const T* b, int64_t ldb, T* sums) {
  using V = GemmLanes<T>;
  for (int64_t j = 0; j < n; ++j) sums[j] = T(0);
  for (int64_t p = 0; p < k; p += 4, b += 4 * ldb, x += 4 * x_stride) {
    const int64_t steps = k - p < 4 ? k - p : 4;
    const auto x0 = V::set(x[0]), x1 = V::set(steps > 1 ? x[x_stride] : T(0));
    const auto x2 = V::set(steps > 2 ? x[2 * x_stride] : T(0)), x3 = V::set(steps > 3 ? x[3 * x_stride] : T(0));
    int64_t j = 0;
    for (; steps == 4 && j + V::kWidth <= n; j += V::kWidth) {
      auto s = V::fma(x0, V::load(b + j), V::load(sums + j));
      s = V::fma(x1, V::load(b + ldb + j), s);
      s = V::fma(x2, V::load(b + 2 * ldb + j), s);
      V::store(sums + j, V::fma(x3, V::load(b + 3 * ldb + j), s));
    }
    for (; j < n; j += V::kWidth) {
      const auto m = V::mask(n - j);
      auto s = V::fma(x0, V::load(b + j, m), V::load(sums + j, m));
      if (steps > 1) s = V::fma(x1, V::load(b + ldb + j, m), s);
      if (steps > 2) s = V::fma(x2, V::load(b + 2 * ldb + j, m), s);
      if (steps > 3) s = V::fma(x3, V::load(b + 3 * ldb + j, m), s);
      V::store(sums + j, s, m);
    }
  }
}

// ---- 16-bit floats -------------------------------------------------------------------------------------------------

inline uint16_t narrow_bf16_scalar(float f) {
  uint32_t u;
  memcpy(&u, &f, 4);
  if ((u & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  return uint16_t((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

inline uint16_t narrow_f16_scalar(float f) {
#if RL_ISA_LEVEL > 0
  return uint16_t(_cvtss_sh(f, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#else
  uint32_t u;
  memcpy(&u, &f, 4);
  const uint32_t sign = u >> 16 & 0x8000, magnitude = u & 0x7fffffff;
  if (magnitude > 0x7f800000) return uint16_t(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
  if (magnitude >= 0x47800000) return uint16_t(sign | 0x7c00);  // 2^16 and above; 65520 .. 65535 round up below
  if (magnitude >= 0x38800000) {
    return uint16_t(sign | ((magnitude - (112u << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13));
  }
  float scaled;  // subnormal: adding 0.5 puts the unit of f16's subnormals in the last place of f32
  memcpy(&scaled, &magnitude, 4);
  scaled += 0.5f;
  memcpy(&u, &scaled, 4);
  return uint16_t(sign | (u - 0x3f000000));
#endif
}

template <class S>
void widen_block(int64_t n, const uint16_t* src, float* dst) {
  using V = GemmLanes<float>;
  const S* s = reinterpret_cast<const S*>(src);
  int64_t i = 0;
  for (; i + V::kWidth <= n; i += V::kWidth) V::store(dst + i, widen(s + i));
  for (; i < n; ++i) dst[i] = widen_scalar(s[i]);
}

void narrow_bf16(int64_t n, const float* src, uint16_t* dst) {
  for (int64_t i = 0; i < n; ++i) dst[i] = narrow_bf16_scalar(src[i]);
}

void narrow_f16(int64_t n, const float* src, uint16_t* dst) {
  int64_t i = 0;
#if RL_ISA_LEVEL > 0
  for (; i + 8 <= n; i += 8) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(dst + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(src + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
#endif
  for (; i < n; ++i) dst[i] = narrow_f16_scalar(src[i]);
}

template <class S>
void dot_half(int64_t rows, int64_t k, const uint16_t* a, int64_t lda, const float* x, float* y) {
  dot<float, S>(rows, k, reinterpret_cast<const S*>(a), lda, x, y);
}

// ---- integers ------------------------------------------------------------------------------------------------------

// kRows rows of one 64-byte group of columns; arithmetic modulo 2^bits in the type itself.
template <class T, int kRows>
void integer_tile(int64_t k, const T* a, int64_t a_row, int64_t a_col, const T* b, int64_t ldb, T* c, int64_t ldc) {
  typedef T Vec __attribute__((vector_size(64), aligned(1), may_alias));
  Vec acc[kRows];
  RL_UNROLL for (int r = 0; r < kRows; ++r) acc[r] = Vec{};
  for (int64_t p = 0; p < k; ++p, a += a_col, b += ldb) {
    const Vec columns = *reinterpret_cast<const Vec*>(b);
    RL_UNROLL for (int r = 0; r < kRows; ++r) acc[r] += columns * a[r * a_row];
  }
  RL_UNROLL for (int r = 0; r < kRows; ++r) * reinterpret_cast<Vec*>(c + r * ldc) = acc[r];
}

template <class T>
void integer_gemm(int64_t m, int64_t k, const T* a, int64_t a_row, int64_t a_col, const T* b, int64_t ldb, T* c,
                  int64_t ldc) {
  constexpr int kRows = RL_ISA_LEVEL == 2 ? 8 : 4;
  int64_t i = 0;
  for (; i + kRows <= m; i += kRows) {
    integer_tile<T, kRows>(k, a + i * a_row, a_row, a_col, b, ldb, c + i * ldc, ldc);
  }
  for (; i < m; ++i) integer_tile<T, 1>(k, a + i * a_row, a_row, a_col, b, ldb, c + i * ldc, ldc);
}

}  // namespace

extern const GemmKernels<float> kGemmF32 = {GemmLanes<float>::kRows,
                                            2 * GemmLanes<float>::kWidth,
                                            GemmLanes<float>::kWidth,
                                            pack<float>,
                                            macro<float>,
                                            macro_indirect<float>,
                                            kMaxPieces,
                                            direct<float>,
                                            direct_packed<float>,
                                            dot<float, float>,
                                            axpy<float>,
                                            finish<float>};
extern const GemmKernels<double> kGemmF64 = {GemmLanes<double>::kRows,
                                             2 * GemmLanes<double>::kWidth,
                                             GemmLanes<double>::kWidth,
                                             pack<double>,
                                             macro<double>,
                                             macro_indirect<double>,
                                             kMaxPieces,
                                             direct<double>,
                                             direct_packed<double>,
                                             dot<double, double>,
                                             axpy<double>,
                                             finish<double>};
extern const HalfKernels kHalf = {widen_block<F16>, widen_block<BF16>, narrow_f16,
                                  narrow_bf16,      dot_half<F16>,     dot_half<BF16>};
extern const IntegerKernels kInteger = {integer_gemm<uint64_t>, integer_gemm<uint32_t>, integer_gemm<uint16_t>,
                                        integer_gemm<uint8_t>};

}  // namespace rushlight::cpu::RL_ISA
