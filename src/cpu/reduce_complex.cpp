// Products and log-sum-exps of complex numbers, kept in double; the order of uint64.
#include "cpu/reduce_complex.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "core/thread_pool.h"
#include "cpu/dispatch.h"
#include "dispatch/body.h"

// The chains of products are plain loops: have them vectorised.
#pragma GCC optimize("O3")

namespace rushlight::cpu {
namespace {

using Wide = Complex<double>;

constexpr int64_t kChains = 8;

// A reducer in plain loops. Several chains hide the latency of a product; they are joined in a fixed order.
template <class T>
struct Product {
  static void rows(const void* p, int64_t n, void* acc) {
    const T* x = static_cast<const T*>(p);
    double re[kChains], im[kChains] = {};
    std::fill_n(re, kChains, 1.0);
    int64_t i = 0;
    for (; i + kChains <= n; i += kChains) {
#pragma GCC unroll 8
      for (int64_t c = 0; c < kChains; ++c) {
        const double a = x[i + c].re, b = x[i + c].im, r = re[c];
        re[c] = r * a - im[c] * b;
        im[c] = r * b + im[c] * a;
      }
    }
    Wide total(1);
    for (; i < n; ++i) total *= Wide(x[i]);
    for (int64_t c = 0; c < kChains; ++c) total *= Wide(re[c], im[c]);
    *static_cast<Wide*>(acc) = total;
  }
  static void columns(const void* p, int64_t rows, int64_t stride, int64_t columns, void* acc) {
    Wide* to = static_cast<Wide*>(acc);
    std::fill_n(to, columns, Wide(1));
    for (int64_t i = 0; i < rows; ++i) {
      const T* row = static_cast<const T*>(p) + i * stride;
      for (int64_t j = 0; j < columns; ++j) to[j] *= Wide(row[j]);
    }
  }
  static void join(void* into, const void* other, int64_t count) {
    Wide* to = static_cast<Wide*>(into);
    const Wide* from = static_cast<const Wide*>(other);
    for (int64_t i = 0; i < count; ++i) to[i] *= from[i];
  }
  static constexpr Reducer kReducer{sizeof(Wide), rows, columns, join};
};

template <class F>
void of_complex(ScalarType dtype, const F& f) {
  if (dtype == kComplexFloat)
    f.template operator()<Complex<float>>();
  else
    f.template operator()<Complex<double>>();
}

}  // namespace

void complex_prod(const Tensor& self, const plan::DimMask& mask, Tensor& out) {
  of_complex(out.dtype(), [&]<class T>() {
    const auto call = [](void* raw, const void* acc, int64_t count, int64_t offset, int64_t stride) {
      const Wide* a = static_cast<const Wide*>(acc);
      for (int64_t i = 0; i < count; ++i) static_cast<T*>(raw)[offset + i * stride] = T(a[i]);
    };
    reduce(self, mask, out.dtype(), Product<T>::kReducer, {out.data_ptr(), call});
  });
}

// As PyTorch does it: exponents are taken relative to the largest real part, unless that is infinite.
void complex_logsumexp(const Tensor& x, int64_t rows, int64_t n, Tensor& out) {
  of_complex(out.dtype(), [&]<class T>() {
    const T* from = static_cast<const T*>(x.data_ptr());
    T* to = static_cast<T*>(out.data_ptr());
    const auto grain = std::max<int64_t>(1, 1024 / std::max<int64_t>(n, 1));
    parallel_for(rows, grain, 40 * static_cast<double>(n) + 40, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        double most = -std::numeric_limits<double>::infinity();
        for (int64_t i = 0; i < n; ++i) {
          const double v = from[r * n + i].re;
          most = v > most || v != v ? v : most;
        }
        if (std::isinf(most)) most = 0;
        std::complex<double> sum = 0;
        for (int64_t i = 0; i < n; ++i)
          sum += std::exp(std::complex<double>(from[r * n + i].re - most, from[r * n + i].im));
        to[r] = T(Wide(std::log(sum) + most));
      }
    });
  });
}

Tensor flip_order(const Tensor& self) {
  const Tensor x = dense(self);
  Tensor out = detail::allocate_tensor(x.sizes(), self.dtype() == kLong ? kUInt64 : kLong);
  const auto* from = static_cast<const uint64_t*>(x.data_ptr());
  auto* to = static_cast<uint64_t*>(out.data_ptr());
  for (int64_t i = 0; i < x.numel(); ++i) to[i] = from[i] ^ uint64_t { 1 } << 63;
  return out;
}

}  // namespace rushlight::cpu
