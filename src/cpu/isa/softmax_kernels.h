// What the per-ISA softmax unit exports: row operations on softmax, log-softmax, log-sum-exp and their gradients.
#pragma once
#include <stdint.h>

namespace rushlight::cpu {

constexpr int64_t kSoftmaxTile = 256;  // columns that one call of the column forms takes at most

template <class T>
struct SoftmaxKernels {
  // Of one contiguous row; x and y may be the same.
  void (*softmax)(const T* x, T* y, int64_t n);
  void (*log_softmax)(const T* x, T* y, int64_t n);
  T (*logsumexp)(const T* x, int64_t n);
  // dx from dy and the result y.
  void (*softmax_backward)(const T* dy, const T* y, T* dx, int64_t n);
  void (*log_softmax_backward)(const T* dy, const T* y, T* dx, int64_t n);
  // dx = (softmax of x, whose log-sum-exp is lse) * scale
  void (*scaled_softmax)(const T* x, T lse, T scale, T* dx, int64_t n);
  // Along the rows of [n, columns] with `stride` elements from row to row; columns <= kSoftmaxTile.
  void (*softmax_columns)(const T* x, T* y, int64_t n, int64_t stride, int64_t columns, bool log);
  void (*softmax_columns_backward)(const T* dy, const T* y, T* dx, int64_t n, int64_t stride, int64_t columns,
                                   bool log);
};

#define RL_DECLARE_SOFTMAX(ISA)                    \
  namespace ISA {                                  \
  extern const SoftmaxKernels<float> kSoftmaxF32;  \
  extern const SoftmaxKernels<double> kSoftmaxF64; \
  }
RL_DECLARE_SOFTMAX(base)
RL_DECLARE_SOFTMAX(avx2)
RL_DECLARE_SOFTMAX(avx512)
#undef RL_DECLARE_SOFTMAX

// The kernels of this machine.
template <class T>
const SoftmaxKernels<T>& softmax_kernels() noexcept;
template <>
const SoftmaxKernels<float>& softmax_kernels<float>() noexcept;
template <>
const SoftmaxKernels<double>& softmax_kernels<double>() noexcept;

}  // namespace rushlight::cpu
