// What the per-ISA normalisation unit exports: passes over rows, segments and columns of normalised tensors.
#pragma once
#include <stdint.h>

namespace rushlight::cpu {

template <class T>
struct NormKernels {
  // y = (x - mean) * rstd * w + b over one row; w and b may be null (1 and 0).
  void (*normalize)(const T* x, T* y, int64_t n, T mean, T rstd, const T* w, const T* b);
  // sums[0] = sum of g, sums[1] = sum of g * (x - mean), where g = dy * w (w may be null).
  void (*sums)(const T* dy, const T* x, const T* w, int64_t n, T mean, T* sums);
  // dx = g * a + (x - mean) * b + c, where g = dy * w (w may be null).
  void (*combine)(const T* dy, const T* x, const T* w, T* dx, int64_t n, T mean, T a, T b, T c);
  // dw += dy * (x - mean) * rstd and db += dy over one row; either may be null.
  void (*accumulate)(const T* dy, const T* x, int64_t n, T mean, T rstd, T* dw, T* db);
  // y = x * a + b over one segment.
  void (*affine)(const T* x, T* y, int64_t n, T a, T b);
  // y[i][j] = x[i][j] * a[j] + b[j] over dense rows.
  void (*affine_columns)(const T* x, T* y, int64_t rows, int64_t columns, const T* a, const T* b);
  // s0[j] += sum of dy[i][j], s1[j] += sum of dy[i][j] * (x[i][j] - mean[j]) over dense rows.
  void (*sums_columns)(const T* dy, const T* x, int64_t rows, int64_t columns, const T* mean, T* s0, T* s1);
  // dx[i][j] = dy[i][j] * a[j] + x[i][j] * b[j] + c[j] over dense rows.
  void (*combine_columns)(const T* dy, const T* x, T* dx, int64_t rows, int64_t columns, const T* a, const T* b,
                          const T* c);
  void (*add)(T* into, const T* from, int64_t n);  // into += from
  // The sum of (a - b)^2.
  T (*squared_distance)(const T* a, const T* b, int64_t n);
  // y = mask ? x * scale : x * 0
  void (*mask)(const T* x, const uint8_t* mask, T* y, int64_t n, T scale);
};

#define RL_DECLARE_NORM(ISA)                 \
  namespace ISA {                            \
  extern const NormKernels<float> kNormF32;  \
  extern const NormKernels<double> kNormF64; \
  }
RL_DECLARE_NORM(base)
RL_DECLARE_NORM(avx2)
RL_DECLARE_NORM(avx512)
#undef RL_DECLARE_NORM

}  // namespace rushlight::cpu
