// Matrix products on raw pointers: C[m][n] = alpha * A[m][k] B[k][n] + beta * C + bias, any strides on A and B.
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/allocator.h"
#include "cpu/isa/micro.h"
#include "rushlight/scalar_type.h"

namespace rushlight::cpu {

// The type sums are kept in: the 16-bit floats compute in float and round once, at the end.
template <class T>
struct GemmAccumulator {
  using type = T;
};
template <>
struct GemmAccumulator<Half> {
  using type = float;
};
template <>
struct GemmAccumulator<BFloat16> {
  using type = float;
};
template <class T>
using gemm_acc_t = typename GemmAccumulator<T>::type;

// Strides are in elements and C has unit column stride. beta == 0 does not read C; `bias` (n elements, added to every
// row) may be null; k == 0 leaves beta * C + bias. Integers wrap around. Instantiated for float, double, Half,
// BFloat16, all integers, Complex<float> and Complex<double>. The result does not depend on the number of threads, and is
// the same on AVX2 and AVX-512; the base level has no fma and differs in the last bits.
template <class T>
void gemm(int64_t m, int64_t n, int64_t k, gemm_acc_t<T> alpha, const T* a, int64_t a_row_stride, int64_t a_col_stride,
          const T* b, int64_t b_row_stride, int64_t b_col_stride, gemm_acc_t<T> beta, T* c, int64_t c_row_stride,
          const T* bias = nullptr);

// `batch` products whose operands lie at fixed distances (0: shared by all).
template <class T>
void gemm_batched(int64_t batch, int64_t m, int64_t n, int64_t k, gemm_acc_t<T> alpha, const T* a,
                  int64_t a_batch_stride, int64_t a_row_stride, int64_t a_col_stride, const T* b,
                  int64_t b_batch_stride, int64_t b_row_stride, int64_t b_col_stride, gemm_acc_t<T> beta, T* c,
                  int64_t c_batch_stride, int64_t c_row_stride, const T* bias = nullptr);

#define RL_COMPLEX_GEMM(T)                                                                                             \
  template <>                                                                                                          \
  void gemm<Complex<T>>(int64_t, int64_t, int64_t, Complex<T>, const Complex<T>*, int64_t, int64_t, const Complex<T>*, \
                        int64_t, int64_t, Complex<T>, Complex<T>*, int64_t, const Complex<T>*);                        \
  template <>                                                                                                          \
  void gemm_batched<Complex<T>>(int64_t, int64_t, int64_t, int64_t, Complex<T>, const Complex<T>*, int64_t, int64_t,   \
                                int64_t, const Complex<T>*, int64_t, int64_t, int64_t, Complex<T>, Complex<T>*,        \
                                int64_t, int64_t, const Complex<T>*);
RL_COMPLEX_GEMM(float)
RL_COMPLEX_GEMM(double)
#undef RL_COMPLEX_GEMM

// The register kernels of this machine.
template <class T>
const GemmKernels<T>& gemm_kernels();
const HalfKernels& half_kernels();
const IntegerKernels& integer_kernels();

// Estimated time of one multiply-add, for the thread pool.
double ns_per_mac(size_t element_bytes);

// Packed sizes, in elements, of one panel of A (at most kernels.mr rows) and of B (kernels.nr columns) with k steps.
template <class T>
int64_t a_panel_size(const GemmKernels<T>& kernels, int64_t k) {
  return (kernels.mr * k + kernels.lanes + 15) / 16 * 16;
}
template <class T>
int64_t b_panel_size(const GemmKernels<T>& kernels, int64_t k) {
  return kernels.nr * k;
}
// Packs m rows of A into balanced panels.
template <class T>
void pack_a(const GemmKernels<T>& kernels, T* dst, const T* a, int64_t a_row, int64_t a_col, int64_t m, int64_t k);

// Uninitialised memory for the length of a kernel.
template <class T>
class Workspace {
 public:
  Workspace() = default;
  explicit Workspace(int64_t count) : memory_(size_t(count) * sizeof(T)) {}
  T* data() const { return memory_.as<T>(); }

 private:
  Scratch memory_;
};

}  // namespace rushlight::cpu
