// Softmax and log-softmax along one dimension: rows where it is the innermost one, columns elsewhere.
#include <algorithm>
#include <type_traits>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/convert.h"
#include "cpu/isa.h"
#include "cpu/isa/softmax_kernels.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"

namespace rushlight::cpu {

template <>
const SoftmaxKernels<float>& softmax_kernels<float>() noexcept {
  static const SoftmaxKernels<float>* const chosen[] = {&base::kSoftmaxF32, &avx2::kSoftmaxF32, &avx512::kSoftmaxF32};
  return *chosen[isa_level()];
}
template <>
const SoftmaxKernels<double>& softmax_kernels<double>() noexcept {
  static const SoftmaxKernels<double>* const chosen[] = {&base::kSoftmaxF64, &avx2::kSoftmaxF64, &avx512::kSoftmaxF64};
  return *chosen[isa_level()];
}

namespace {

using plan::Slices;

constexpr int64_t kGrain = 8192;

// f(rows of x…): T is the compute type; `in` are dense tensors of the result's dtype.
template <class T, class Rows, class Columns>
void each_slice(Slices s, double ns, const Rows& rows, const Columns& columns) {
  if (s.inner == 1) {
    const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, s.n));
    parallel_for(s.outer, grain, ns * static_cast<double>(s.n) + 20, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) rows(r * s.n);
    });
    return;
  }
  const int64_t tiles = (s.inner + kSoftmaxTile - 1) / kSoftmaxTile, width = std::min(s.inner, kSoftmaxTile);
  const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, s.n * width));
  parallel_for(s.outer * tiles, grain, 1.2 * ns * static_cast<double>(s.n * width), [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t j = t % tiles * kSoftmaxTile;
      columns(t / tiles * s.n * s.inner + j, std::min(kSoftmaxTile, s.inner - j));
    }
  });
}

template <class T>
void forward(const Tensor& x, Tensor& y, Slices s, bool log) {
  const auto& k = softmax_kernels<T>();
  const T* from = static_cast<const T*>(x.data_ptr());
  T* to = static_cast<T*>(y.data_ptr());
  const auto row = log ? k.log_softmax : k.softmax;
  each_slice<T>(
      s, 0.9 * sizeof(T) / 4, [&](int64_t at) { row(from + at, to + at, s.n); },
      [&](int64_t at, int64_t columns) { k.softmax_columns(from + at, to + at, s.n, s.inner, columns, log); });
}

template <class T>
void backward(const Tensor& grad, const Tensor& y, Tensor& dx, Slices s, bool log) {
  const auto& k = softmax_kernels<T>();
  const T *dy = static_cast<const T*>(grad.data_ptr()), *result = static_cast<const T*>(y.data_ptr());
  T* to = static_cast<T*>(dx.data_ptr());
  const auto row = log ? k.log_softmax_backward : k.softmax_backward;
  each_slice<T>(
      s, (log ? 0.7 : 0.3) * sizeof(T) / 4, [&](int64_t at) { row(dy + at, result + at, to + at, s.n); },
      [&](int64_t at, int64_t columns) {
        k.softmax_columns_backward(dy + at, result + at, to + at, s.n, s.inner, columns, log);
      });
}

// Runs f with tensors of a compute type, converting a half result at the end.
template <class F>
void in_compute_type(Tensor& result, const F& f) {
  if (result.dtype() == kDouble) return f.template operator()<double>(result);
  if (result.dtype() == kFloat) return f.template operator()<float>(result);
  Tensor wide = detail::allocate_tensor(result.sizes(), kFloat);
  f.template operator()<float>(wide);
  convert(result.data_ptr(), result.dtype(), 1, wide.data_ptr(), kFloat, 1, wide.numel());
}

void run_forward(const Tensor& self, int64_t dim, Tensor& result, bool log) {
  if (result.numel() == 0) return;
  const Slices s = plan::slices(self.sizes(), plan::wrap_dim(dim, self.dim()));
  in_compute_type(result, [&]<class T>(Tensor& out) { forward<T>(dense(self, out.dtype()), out, s, log); });
}

void run_backward(const Tensor& grad, const Tensor& output, int64_t dim, Tensor& result, bool log) {
  if (result.numel() == 0) return;
  const Slices s = plan::slices(output.sizes(), plan::wrap_dim(dim, output.dim()));
  in_compute_type(result, [&]<class T>(Tensor& out) {
    backward<T>(dense(grad, out.dtype()), dense(output, out.dtype()), out, s, log);
  });
}

}  // namespace

void _softmax(const Tensor& self, int64_t dim, Tensor& result) { run_forward(self, dim, result, false); }
void _log_softmax(const Tensor& self, int64_t dim, Tensor& result) { run_forward(self, dim, result, true); }
void _softmax_backward(const Tensor& grad_output, const Tensor& output, int64_t dim, Tensor& result) {
  run_backward(grad_output, output, dim, result, false);
}
void _log_softmax_backward(const Tensor& grad_output, const Tensor& output, int64_t dim, Tensor& result) {
  run_backward(grad_output, output, dim, result, true);
}

}  // namespace rushlight::cpu
