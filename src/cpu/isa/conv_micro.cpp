// Register kernels of convolution, compiled once per ISA: column packing, weight gradients, and one-channel outputs.
#include "cpu/isa/gemm_lanes.h"
#include "cpu/isa/micro.h"

namespace rushlight::cpu::RL_ISA {
namespace {

template <class T>
inline T* zero_fill(T* dst, int64_t n) {
  for (int64_t j = 0; j < n; j += GemmLanes<T>::kWidth) GemmLanes<T>::store(dst + j, GemmLanes<T>::set(T(0)));
  return dst + n;
}

#if RL_ISA_LEVEL > 0
// Rows of at most kVectors vectors: the mask of the loads makes the zeros on both sides.
template <class T, int kVectors>
void copy_short_planes(const PlaneCopy<T>& p) {
  using V = GemmLanes<T>;
  constexpr int kW = V::kWidth;
  typename V::Mask inside[kVectors];
  RL_UNROLL for (int v = 0; v < kVectors; ++v) inside[v] = V::range(p.left - v * kW, p.left + p.count - v * kW);
  for (int64_t i = 0; i < p.planes; ++i) {
    T* dst = p.dst + i * p.dst_plane;
    T* const end = dst + (p.top + p.rows + p.bottom) * p.width;
    const auto behind = V::load(end);
    const T* src = p.src + i * p.src_plane - p.left;
    dst = zero_fill(dst, p.top * p.width);
    for (int64_t r = 0; r < p.rows; ++r, dst += p.width, src += p.src_pitch) {
      RL_UNROLL for (int v = 0; v < kVectors; ++v) V::store(dst + v * kW, V::load(src + v * kW, inside[v]));
    }
    zero_fill(dst, p.bottom * p.width);
    if (p.exact) V::store(end, behind);
  }
}
#endif

template <class T>
void copy_row(T* dst, int64_t width, const T* src, int64_t step, int64_t left, int64_t count) {
  using V = GemmLanes<T>;
  constexpr int kW = V::kWidth;
  zero_fill(dst, left);
  T* d = dst + left;
  int64_t j = 0;
  if (step == 1) {
    for (; j + kW <= count; j += kW) V::store(d + j, V::load(src + j));
    V::store(d + j, V::load(src + j, V::mask(count - j)));
    j += kW;
  } else {
    for (; step == 2 && j < count; j += kW) {
      const int64_t left_in_row = 2 * (count - j) - 1;  // elements up to the last one that is used
      const auto low = V::load(src + 2 * j, V::mask(left_in_row));
      const bool more = left_in_row > kW;
      V::store(d + j, V::even(low, more ? V::load(src + 2 * j + kW, V::mask(left_in_row - kW)) : V::set(T(0))));
    }
    for (; j < count; ++j) d[j] = src[step * j];
  }
  zero_fill(d + j, width - left - j);
}

template <class T>
void copy_planes(const PlaneCopy<T>& p) {
  using V = GemmLanes<T>;
#if RL_ISA_LEVEL > 0
  switch (p.step == 1 ? (p.width + V::kWidth - 1) / V::kWidth : 0) {
    case 1:
      return copy_short_planes<T, 1>(p);
    case 2:
      return copy_short_planes<T, 2>(p);
    case 3:
      return copy_short_planes<T, 3>(p);
    case 4:
      return copy_short_planes<T, 4>(p);
  }
#endif
  for (int64_t i = 0; i < p.planes; ++i) {
    T* dst = p.dst + i * p.dst_plane;
    T* const end = dst + (p.top + p.rows + p.bottom) * p.width;
    const auto behind = V::load(end);
    dst = zero_fill(dst, p.top * p.width);
    for (int64_t r = 0; r < p.rows; ++r, dst += p.width) {
      copy_row(dst, p.width, p.src + i * p.src_plane + r * p.src_pitch, p.step, p.left, p.count);
    }
    zero_fill(dst, p.bottom * p.width);
    if (p.exact) V::store(end, behind);
  }
}

template <class T, int kPieces>
void pack_columns_n(T* dst, const T* src, const int64_t* offsets, int64_t n_k, const PanelPiece* panel) {
  using V = GemmLanes<T>;
  typename V::Merge merge[2 * kPieces];
  RL_UNROLL for (int i = 0; i < 2 * kPieces; ++i) merge[i] = V::from_lane(panel[i].lane);
  for (int64_t k = 0; k < n_k; ++k, dst += 2 * V::kWidth) {
    const T* s = src + offsets[k];
    RL_UNROLL for (int v = 0; v < 2; ++v) {
      const PanelPiece* p = panel + v * kPieces;
      auto x = V::load(s + p[0].src);
      RL_UNROLL for (int i = 1; i < kPieces; ++i) x = V::merge(x, s + p[i].src, merge[v * kPieces + i]);
      V::store(dst + v * V::kWidth, x);
    }
  }
}

template <class T>
void pack_columns(T* dst, const T* src, const int64_t* offsets, int64_t k0, int64_t k1, const PanelPiece* panel,
                  int64_t pieces) {
  using V = GemmLanes<T>;
  switch (pieces) {
    case 1:
      return pack_columns_n<T, 1>(dst, src, offsets + k0, k1 - k0, panel);
    case 2:
      return pack_columns_n<T, 2>(dst, src, offsets + k0, k1 - k0, panel);
    case 3:
      return pack_columns_n<T, 3>(dst, src, offsets + k0, k1 - k0, panel);
    case 4:
      return pack_columns_n<T, 4>(dst, src, offsets + k0, k1 - k0, panel);
  }
  for (int64_t k = k0; k < k1; ++k) {
    const T* s = src + offsets[k];
    for (const PanelPiece* p = panel; p != panel + 2 * pieces; p += pieces, dst += V::kWidth) {
      auto x = V::load(s + p[0].src);
      for (int64_t i = 1; i < pieces; ++i) x = V::merge(x, s + p[i].src, V::from_lane(p[i].lane));
      V::store(dst, x);
    }
  }
}

// Four runs at a time, so that the chains hide the latency of fma.
template <class T>
void narrow(T* dst, const T* src, const int64_t* offsets, const T* w, int64_t n_k, T start, const PixelRun* runs,
            int64_t n_runs) {
  using V = GemmLanes<T>;
  constexpr int kAtOnce = 4;
  for (int64_t first = 0; first < n_runs; first += kAtOnce) {
    typename V::Reg acc[kAtOnce];
    const T* s[kAtOnce];
    const int64_t last = n_runs - 1 - first;
    RL_UNROLL for (int i = 0; i < kAtOnce; ++i) {
      acc[i] = V::set(start);
      s[i] = src + runs[first + (i < last ? i : last)].src;  // a missing run repeats the last one
    }
    for (int64_t k = 0; k < n_k; ++k) {
      const auto x = V::set(w[k]);
      const int64_t o = offsets[k];
      RL_UNROLL for (int i = 0; i < kAtOnce; ++i) acc[i] = V::fma(x, V::load(s[i] + o), acc[i]);
    }
    RL_UNROLL for (int i = 0; i < kAtOnce; ++i) {
      if (i <= last) {
        const PixelRun& run = runs[first + i];
        if (run.count == V::kWidth) {
          V::store(dst + run.dst, acc[i]);
        } else {
          V::store(dst + run.dst, acc[i], V::mask(run.count));
        }
      }
    }
  }
}

// Note [Weight gradient tile]
// The gradient is a product with the pixels as its inner dimension: dW^T[k][o] = sum over p of X[k][p] dY^T[p][o]. Its
// left side is the column matrix, but one element of it is a broadcast from the padded image at pixel + offset(k), so
// no columns are built; its right side is dY, transposed once for all k.
template <class T, int kRows, int kNv>
void weight_tile(T* dw, int64_t ld, const T* src, const int64_t* offsets, const PixelRow* rows, int64_t n_rows,
                 const T* dy) {
  using V = GemmLanes<T>;
  typename V::Reg acc[kRows][kNv];
  RL_UNROLL for (int r = 0; r < kRows; ++r) { RL_UNROLL for (int v = 0; v < kNv; ++v) acc[r][v] = V::set(T(0)); }
  for (const PixelRow* row = rows; row != rows + n_rows; ++row) {
    const T* s[kRows];
    RL_UNROLL for (int r = 0; r < kRows; ++r) s[r] = src + row->src + offsets[r];
    const int64_t count = row->count;
    for (int64_t p = 0; p < count; ++p, dy += 2 * V::kWidth) {
      typename V::Reg d[kNv];
      RL_UNROLL for (int v = 0; v < kNv; ++v) d[v] = V::load(dy + v * V::kWidth);
      RL_UNROLL for (int r = 0; r < kRows; ++r) {
        const auto x = V::set(s[r][p]);
        RL_UNROLL for (int v = 0; v < kNv; ++v) acc[r][v] = V::fma(x, d[v], acc[r][v]);
      }
    }
  }
  RL_UNROLL for (int r = 0; r < kRows; ++r) {
    RL_UNROLL for (int v = 0; v < kNv; ++v) {
      T* d = dw + r * ld + v * V::kWidth;
      V::store(d, V::add(V::load(d), acc[r][v]));
    }
  }
}

template <class T>
using WeightFn = void (*)(T*, int64_t, const T*, const int64_t*, const PixelRow*, int64_t, const T*);

#define RL_ROW(R) {weight_tile<T, R, 1>, weight_tile<T, R, 2>}
#if RL_ISA_LEVEL == 2
constexpr int kWeightRows = 12;
#define RL_ROWS                                                        \
  {RL_ROW(1), RL_ROW(2), RL_ROW(3), RL_ROW(4),  RL_ROW(5),  RL_ROW(6), \
   RL_ROW(7), RL_ROW(8), RL_ROW(9), RL_ROW(10), RL_ROW(11), RL_ROW(12)}
#else
constexpr int kWeightRows = 6;
#define RL_ROWS {RL_ROW(1), RL_ROW(2), RL_ROW(3), RL_ROW(4), RL_ROW(5), RL_ROW(6)}
#endif
template <class T>
constexpr WeightFn<T> kWeightTiles[kWeightRows][2] = RL_ROWS;
#undef RL_ROWS
#undef RL_ROW

template <class T>
void weight(T* dw, int64_t ld, const T* src, const int64_t* offsets, int64_t n_k, const PixelRow* rows, int64_t n_rows,
            const T* dy, int64_t vectors) {
  const int64_t count = (n_k + kWeightRows - 1) / kWeightRows, base = n_k / count, extra = n_k % count;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t height = base + (i < extra);
    kWeightTiles<T>[height - 1][vectors - 1](dw, ld, src, offsets, rows, n_rows, dy);
    dw += height * ld;
    offsets += height;
  }
}

template <class T, int kAtOnce>
void narrow_weight_n(T* dw, int64_t ld, const T* src, const int64_t* offsets, const PixelRow* rows, int64_t n_rows,
                     const T* dy) {
  using V = GemmLanes<T>;
  constexpr int kW = V::kWidth, kRegs = 64 / int(sizeof(T)) / kW;
  typename V::Reg acc[kAtOnce][kRegs];
  RL_UNROLL for (int i = 0; i < kAtOnce; ++i) { RL_UNROLL for (int v = 0; v < kRegs; ++v) acc[i][v] = V::set(T(0)); }
  for (const PixelRow* row = rows; row != rows + n_rows; dy += row->count, ++row) {
    for (int64_t p = 0; p < row->count; p += kW * kRegs) {
      RL_UNROLL for (int v = 0; v < kRegs; ++v) {
        const int64_t at = p + v * kW, left = row->count - at;
        if (left <= 0) continue;
        const auto m = V::mask(left);
        const auto d = V::load(dy + at, m);
        const T* s = src + row->src + at;
        RL_UNROLL for (int i = 0; i < kAtOnce; ++i) acc[i][v] = V::fma(V::load(s + offsets[i], m), d, acc[i][v]);
      }
    }
  }
  RL_UNROLL for (int i = 0; i < kAtOnce; ++i) {
    RL_UNROLL for (int half = kRegs / 2; half > 0; half /= 2) {
      RL_UNROLL for (int v = 0; v < half; ++v) acc[i][v] = V::add(acc[i][v], acc[i][v + half]);
    }
    dw[i * ld] += V::fold(acc[i][0]);
  }
}

template <class T>
void narrow_weight(T* dw, int64_t ld, const T* src, const int64_t* offsets, int64_t n_k, const PixelRow* rows,
                   int64_t n_rows, const T* dy) {
  constexpr int kAtOnce = RL_ISA_LEVEL == 2 ? 8 : 4;
  int64_t k = 0;
  for (; k + kAtOnce <= n_k; k += kAtOnce) {
    narrow_weight_n<T, kAtOnce>(dw + k * ld, ld, src, offsets + k, rows, n_rows, dy);
  }
  for (; k < n_k; ++k) narrow_weight_n<T, 1>(dw + k * ld, ld, src, offsets + k, rows, n_rows, dy);
}

}  // namespace

extern const ConvKernels<float> kConvF32 = {kWeightRows,   copy_planes<float>, pack_columns<float>,
                                            narrow<float>, weight<float>,      narrow_weight<float>};
extern const ConvKernels<double> kConvF64 = {kWeightRows,    copy_planes<double>, pack_columns<double>,
                                             narrow<double>, weight<double>,      narrow_weight<double>};

}  // namespace rushlight::cpu::RL_ISA
