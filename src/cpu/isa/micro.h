// What the per-ISA kernels of GEMM, convolution and pooling export: plain functions on raw pointers, one table per ISA.
#pragma once
#include <stdint.h>

namespace rushlight::cpu {

// k is cut at the same places on every ISA and every path: an element is a sum of fma chains of this length.
constexpr int64_t kGemmKBlock = 256;

// How a tile of sums is written: c = alpha * sum + beta * c + bias[column]. beta == 0 does not read c.
template <class T>
struct GemmEpilogue {
  T alpha, beta;
  const T* bias;
};

// How one vector of pixels of the column matrix is read: as a sequence of overlapping loads, from `src` into the lanes
// from `lane` on. The first is at lane 0.
struct PanelPiece {
  int64_t src, lane;
};

template <class T>
struct GemmKernels {
  int mr, nr, lanes;  // rows and columns of the register tile, elements per vector

  // dst[p * dst_stride + r] = src[r * lane_stride + p * k_stride] for r < rows, p < k; lanes up to `padded` are zero.
  // May write up to `lanes` elements past the last row of dst.
  void (*pack)(T* dst, int64_t dst_stride, const T* src, int64_t lane_stride, int64_t k_stride, int64_t rows, int64_t k,
               int64_t padded);
  // C[m][n] over packed panels: A panels of balanced height (Note [Balanced panels]), B panels of nr columns. The
  // chains of row i begin at start[i], or at zero if `start` is null.
  void (*macro)(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_panel, const T* b, int64_t b_panel, T* c,
                int64_t ldc, const GemmEpilogue<T>& epilogue, const T* start);
  // The same without a packed B: the columns of row k lie at src + offsets[k], vector v of them read as `pieces` loads
  // (at most max_pieces) from pixels[v * pieces] on. There is an even number of vectors.
  void (*macro_indirect)(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_panel, const T* src,
                         const int64_t* offsets, const PanelPiece* pixels, int64_t pieces, T* c, int64_t ldc,
                         const GemmEpilogue<T>& epilogue, const T* start);
  int max_pieces;
  // C[m][n] without packing: any strides of A, unit column stride of B. k at most kGemmKBlock.
  void (*direct)(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_row, int64_t a_col, const T* b, int64_t ldb,
                 T* c, int64_t ldc, const GemmEpilogue<T>& epilogue, const T* start);
  // The same with B in panels of nr columns, b_panel apart: for a B that many small A meet.
  void (*direct_packed)(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_row, const T* b, int64_t b_panel, T* c,
                        int64_t ldc, const GemmEpilogue<T>& epilogue);
  // y[r] = sum over p of a[r * lda + p] * x[p], over 64 (f64: 32) virtual lanes and a fixed tree.
  void (*dot)(int64_t rows, int64_t k, const T* a, int64_t lda, const T* x, T* y);
  // sums[j] = chain over p of x[p * x_stride] * b[p * ldb + j]; k at most kGemmKBlock.
  void (*axpy)(int64_t n, int64_t k, const T* x, int64_t x_stride, const T* b, int64_t ldb, T* sums);
  // c = alpha * sums + beta * c + bias over n contiguous elements.
  void (*finish)(int64_t n, const T* sums, T* c, const GemmEpilogue<T>& epilogue);
};

// 16-bit floats, as raw bits: widen to f32, and round to nearest even.
struct HalfKernels {
  void (*widen_f16)(int64_t n, const uint16_t* src, float* dst);
  void (*widen_bf16)(int64_t n, const uint16_t* src, float* dst);
  void (*narrow_f16)(int64_t n, const float* src, uint16_t* dst);
  void (*narrow_bf16)(int64_t n, const float* src, uint16_t* dst);
  // As GemmKernels::dot, with the matrix in 16 bits and x in f32.
  void (*dot_f16)(int64_t rows, int64_t k, const uint16_t* a, int64_t lda, const float* x, float* y);
  void (*dot_bf16)(int64_t rows, int64_t k, const uint16_t* a, int64_t lda, const float* x, float* y);
};

// Integer products wrap around in their own type. One group of 64 bytes of columns: sums[m][group] of A[m][k] times
// B[k][group], rows of B ldb apart; k may be anything.
template <class T>
using IntegerGemm = void (*)(int64_t m, int64_t k, const T* a, int64_t a_row, int64_t a_col, const T* b, int64_t ldb,
                             T* sums, int64_t ld_sums);
struct IntegerKernels {
  IntegerGemm<uint64_t> i64;
  IntegerGemm<uint32_t> i32;
  IntegerGemm<uint16_t> i16;
  IntegerGemm<uint8_t> i8;
};

// A run of at most `lanes` pixels that are neighbours in the source: where it goes and where it comes from.
struct PixelRun {
  int64_t dst, src, count;
};

// One row of output pixels of a weight gradient: where its source row begins and how many pixels it has.
struct PixelRow {
  int64_t src, count;
};

// Planes of top + rows + bottom rows of `width` elements, zeros but for `count` source elements (`step` apart) from
// column `left` on in each of the `rows`. Whole vectors are written; what that destroys behind a plane is restored if
// `exact`.
template <class T>
struct PlaneCopy {
  T* dst;
  const T* src;
  int64_t planes, dst_plane, src_plane;
  int64_t top, rows, bottom, width, src_pitch, step, left, count;
  bool exact;
};

template <class T>
struct ConvKernels {
  int weight_rows;  // rows of the weight gradient's register tile

  void (*copy_planes)(const PlaneCopy<T>& copy);
  // One panel (2 vectors) of the column matrix: dst[(k - k0) * nr + j] = src[offsets[k] + pixel j] for k in [k0, k1).
  // `panel` holds `pieces` loads of each vector in turn. May read one vector before and behind the source.
  void (*pack_columns)(T* dst, const T* src, const int64_t* offsets, int64_t k0, int64_t k1, const PanelPiece* panel,
                       int64_t pieces);
  // dst[run.dst + i] = start + sum over k of w[k] * src[offsets[k] + run.src + i]: one output channel, nothing packed.
  void (*narrow)(T* dst, const T* src, const int64_t* offsets, const T* w, int64_t n_k, T start, const PixelRun* runs,
                 int64_t n_runs);
  // dw[k * ld + j] += sum over pixels of src[offsets[k] + pixel] * dy[pixel * nr + j] for j < nr, k < n_k.
  void (*weight)(T* dw, int64_t ld, const T* src, const int64_t* offsets, int64_t n_k, const PixelRow* rows,
                 int64_t n_rows, const T* dy, int64_t vectors);
  // dw[k * ld] += the same for one output channel, with dy[pixel] as it lies; 64 bytes of virtual lanes.
  void (*narrow_weight)(T* dw, int64_t ld, const T* src, const int64_t* offsets, int64_t n_k, const PixelRow* rows,
                        int64_t n_rows, const T* dy);
};

#define RL_DECLARE_MICRO(ISA)                \
  namespace ISA {                            \
  extern const GemmKernels<float> kGemmF32;  \
  extern const GemmKernels<double> kGemmF64; \
  extern const HalfKernels kHalf;            \
  extern const IntegerKernels kInteger;      \
  extern const ConvKernels<float> kConvF32;  \
  extern const ConvKernels<double> kConvF64; \
  }
RL_DECLARE_MICRO(base)
RL_DECLARE_MICRO(avx2)
RL_DECLARE_MICRO(avx512)
#undef RL_DECLARE_MICRO

}  // namespace rushlight::cpu
