// The kernels of the Fourier transforms: one pass over the data for each transformed dimension.
#include <algorithm>
#include <cmath>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "cpu/fft_lines.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"

namespace rushlight::cpu {
namespace {

// f with float or double, the reals of a complex dtype or of itself.
template <class F>
void with_real_type(ScalarType dtype, const F& f) {
  if (to_real_type(dtype) == kDouble)
    f.template operator()<double>();
  else
    f.template operator()<float>();
}

double norm_factor(int64_t normalization, IntArrayRef sizes, IntArrayRef dims) {
  double n = 1;
  for (const int64_t d : dims) n *= static_cast<double>(sizes[d]);
  return normalization == 0 ? 1 : normalization == 1 ? 1 / std::sqrt(n) : 1 / n;
}

DimVector wrapped(IntArrayRef dims, int64_t ndim) {
  DimVector out;
  for (const int64_t d : dims) out.push_back(plan::wrap_dim(d, ndim));
  return out;
}

int64_t numbers(const Tensor& t) { return is_complex(t.dtype()) ? 2 : 1; }

// All dimensions but one.
FftBatch batch_of(const Tensor& from, const Tensor& to, int64_t dim) {
  FftBatch batch;
  for (int64_t d = 0; d < from.dim(); ++d) {
    if (d == dim) continue;
    batch.sizes.push_back(from.sizes()[d]);
    batch.from.push_back(from.strides()[d] * numbers(from));
    batch.to.push_back(to.strides()[d] * numbers(to));
  }
  return batch;
}
template <class T>
FftAxis<const T> source(const Tensor& t, int64_t dim) {
  return {static_cast<const T*>(t.data_ptr()), t.strides()[dim] * numbers(t)};
}
template <class T>
FftAxis<T> target(const Tensor& t, int64_t dim) {
  return {static_cast<T*>(t.data_ptr()), t.strides()[dim] * numbers(t)};
}

template <class T>
void complex_passes(const Tensor& from, const Tensor& to, IntArrayRef dims, bool forward, double factor) {
  const Tensor* now = &from;
  for (size_t i = dims.size(); i-- > 0; now = &to, factor = 1) {
    fft_complex<T>(from.sizes()[dims[i]], batch_of(*now, to, dims[i]), source<T>(*now, dims[i]), target<T>(to, dims[i]),
                   !forward, static_cast<T>(factor));
  }
}

}  // namespace

void _fft_c2c(const Tensor& self, IntArrayRef dim, int64_t normalization, bool forward, Tensor& result) {
  const DimVector dims = wrapped(dim, self.dim());
  if (result.numel() == 0) return;
  if (dims.empty()) return copy_elements(result, self);
  with_real_type(self.dtype(), [&]<class T>() {
    complex_passes<T>(self, result, dims, forward, norm_factor(normalization, self.sizes(), dims));
  });
}

void _fft_r2c(const Tensor& self, IntArrayRef dim, int64_t normalization, bool onesided, Tensor& result) {
  const DimVector dims = wrapped(dim, self.dim());
  if (result.numel() == 0) return;
  const int64_t last = dims.back();
  with_real_type(self.dtype(), [&]<class T>() {
    fft_from_real<T>(self.sizes()[last], batch_of(self, result, last), source<T>(self, last), target<T>(result, last),
                     !onesided, static_cast<T>(norm_factor(normalization, self.sizes(), dims)));
    complex_passes<T>(result, result, IntArrayRef(dims).slice(0, dims.size() - 1), true, 1);
  });
}

void _fft_c2r(const Tensor& self, IntArrayRef dim, int64_t normalization, int64_t last_dim_size, Tensor& result) {
  const DimVector dims = wrapped(dim, self.dim());
  if (result.numel() == 0) return;
  const int64_t last = dims.back();
  const IntArrayRef others = IntArrayRef(dims).slice(0, dims.size() - 1);
  const Tensor halfway = others.empty() ? self : detail::allocate_tensor(self.sizes(), self.dtype());
  with_real_type(self.dtype(), [&]<class T>() {
    if (!others.empty()) complex_passes<T>(self, halfway, others, false, 1);
    fft_to_real<T>(last_dim_size, batch_of(halfway, result, last), source<T>(halfway, last), target<T>(result, last),
                   static_cast<T>(norm_factor(normalization, result.sizes(), dims)));
  });
}

namespace {

// y[w * step + k] += x[w][k], windows in order, for `inner` interleaved columns: x is [windows, inner, size].
template <class T, class A>
void add_windows(const T* x, int64_t windows, int64_t inner, int64_t size, int64_t step, A* y) {
  for (int64_t w = 0; w < windows; ++w) {
    for (int64_t i = 0; i < inner; ++i, x += size) {
      A* to = y + w * step * inner + i;
      for (int64_t k = 0; k < size; ++k) to[k * inner] = to[k * inner] + static_cast<A>(load(x[k]));
    }
  }
}

}  // namespace

void _unfold_backward(const Tensor& windows, IntArrayRef sizes, int64_t dimension, int64_t size, int64_t step,
                      Tensor& result) {
  const Tensor dense = windows.contiguous();
  const int64_t n = static_cast<int64_t>(sizes.size()), dim = plan::wrap_dim(dimension, n);
  if (result.numel() == 0) return;
  const int64_t length = n == 0 ? 1 : sizes[dim], count = n == 0 ? size : windows.sizes()[dim];
  const int64_t inner = n == 0 ? 1
                               : plan::numel_of(sizes.slice(static_cast<size_t>(dim) + 1,
                                                            sizes.size() - static_cast<size_t>(dim) - 1)),
                outer = result.numel() / length / inner;
  dispatch_all(result.dtype(), "unfold_backward", [&]<class T>() {
    using A = opmath_t<T>;
    const T* x = static_cast<const T*>(dense.data_ptr());
    T* y = static_cast<T*>(result.data_ptr());
    const int64_t row = length * inner, taken = count * inner * size;
    parallel_for(outer, 1, 0.5 * static_cast<double>(taken + row), [&](int64_t begin, int64_t end) {
      const Scratch scratch(static_cast<size_t>(row) * sizeof(A));
      A* const sums = scratch.as<A>();
      for (int64_t o = begin; o < end; ++o) {
        std::fill_n(sums, row, A());
        add_windows(x + o * taken, count, inner, size, step, sums);
        for (int64_t i = 0; i < row; ++i) y[o * row + i] = store<T>(sums[i]);
      }
    });
  });
}

}  // namespace rushlight::cpu
