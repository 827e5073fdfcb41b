// Scans along one dimension: running sums, products, extremes, log-sum-exps. Sums of floats are kept in double.
#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/reduce.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"

namespace rushlight::cpu {
namespace {

using plan::Slices;

// The type a scan accumulates in: int64 for integers, double for floats, complex double.
template <class T>
using Wide =
    std::conditional_t<std::is_integral_v<T>, uint64_t, std::conditional_t<is_complex_v<T>, Complex<double>, double>>;

constexpr int64_t kTile = 64;  // neighbouring scans that run side by side

// Rows: kSide of them at a time, so that their chains of additions overlap.
template <class T, class Step>
void scan_rows(const T* from, T* to, Slices s, Wide<T> start, bool backwards, const Step& step) {
  constexpr int64_t kSide = 4;
  const auto run = [&]<int64_t kRows>(int64_t first) {
    Wide<T> acc[kRows];
    std::fill_n(acc, kRows, start);
    const T* in = from + first * s.n;
    T* out = to + first * s.n;
    for (int64_t k = 0; k < s.n; ++k) {
      const int64_t i = backwards ? s.n - 1 - k : k;
#pragma GCC unroll 4
      for (int64_t r = 0; r < kRows; ++r) {
        acc[r] = step(acc[r], static_cast<Wide<T>>(load(in[r * s.n + i])));
        out[r * s.n + i] = store<T>(acc[r]);
      }
    }
  };
  const int64_t grain = std::max<int64_t>(1, 8192 / std::max<int64_t>(1, s.n)) * kSide;
  parallel_for(s.outer, grain, 0.9 * static_cast<double>(s.n), [&](int64_t begin, int64_t end) {
    int64_t r = begin;
    for (; r + kSide <= end; r += kSide) run.template operator()<kSide>(r);
    for (; r < end; ++r) run.template operator()<1>(r);
  });
}

// step(acc, x) for every element along n, from the end when `backwards`; neighbours in `inner` run side by side.
template <class T, class Step>
void scan(const Tensor& x, Tensor& out, Slices s, Wide<T> start, bool backwards, const Step& step) {
  const T* from = static_cast<const T*>(x.data_ptr());
  T* to = static_cast<T*>(out.data_ptr());
  if (s.inner == 1) return scan_rows<T>(from, to, s, start, backwards, step);
  const int64_t tiles = (s.inner + kTile - 1) / kTile, width = std::min(s.inner, kTile);
  const int64_t grain = std::max<int64_t>(1, 8192 / std::max<int64_t>(1, s.n * width));
  parallel_for(s.outer * tiles, grain, 1.3 * static_cast<double>(s.n * width), [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t j = t % tiles * kTile, columns = std::min(kTile, s.inner - j);
      const int64_t base = t / tiles * s.n * s.inner + j;
      Wide<T> acc[kTile];
      std::fill_n(acc, columns, start);
      for (int64_t k = 0; k < s.n; ++k) {
        const int64_t row = base + (backwards ? s.n - 1 - k : k) * s.inner;
        for (int64_t c = 0; c < columns; ++c) {
          acc[c] = step(acc[c], static_cast<Wide<T>>(load(from[row + c])));
          to[row + c] = store<T>(acc[c]);
        }
      }
    }
  });
}

template <class Start, class Step>
void scan_as(const Tensor& self, int64_t dim, Tensor& result, const Start& start, bool backwards, const Step& step) {
  const Tensor x = dense(self, result.dtype());
  const Slices s = plan::slices(x.sizes(), plan::wrap_dim(dim, x.dim()));
  dispatch_all(result.dtype(), "cumsum", [&]<class T>() {
    if constexpr (std::is_same_v<
                      T,
                      bool>) {  // a bool result is true from the first true on (sum), up to the first false (product)
      scan<uint8_t>(x, result, s, static_cast<uint64_t>(start), backwards,
                    [&](uint64_t a, uint64_t b) { return static_cast<uint64_t>(step(a, b) != 0); });
    } else {
      scan<T>(x, result, s, static_cast<Wide<T>>(start), backwards, step);
    }
  });
}

const auto kAdd = [](auto a, auto b) { return a + b; };

// Later equal elements win, NaN wins for good.
template <class T, bool kLargest>
void extreme_scan(const Tensor& x, Slices s, Tensor& values, Tensor& indices) {
  const T* from = static_cast<const T*>(x.data_ptr());
  T* to = static_cast<T*>(values.data_ptr());
  auto* at = static_cast<int64_t*>(indices.data_ptr());
  const int64_t scans = s.outer * s.inner;
  parallel_for(scans, std::max<int64_t>(1, 8192 / std::max<int64_t>(1, s.n)), 2.0 * static_cast<double>(s.n),
               [&](int64_t begin, int64_t end) {
                 for (int64_t r = begin; r < end; ++r) {
                   const int64_t base = r / s.inner * s.n * s.inner + r % s.inner;
                   T kept = from[base];
                   auto best = load(kept);
                   int64_t place = 0, k = 0;
                   // Until the best is NaN one comparison tells, also for a NaN; then only another NaN moves the place.
                   for (; k < s.n && best == best; ++k) {
                     const int64_t i = base + k * s.inner;
                     const auto a = load(from[i]);
                     if (!(kLargest ? a < best : a > best)) {
                       best = a;
                       kept = from[i];
                       place = k;
                     }
                     to[i] = kept;
                     at[i] = place;
                   }
                   for (; k < s.n; ++k) {
                     const int64_t i = base + k * s.inner;
                     if (const auto a = load(from[i]); a != a) {
                       kept = from[i];
                       place = k;
                     }
                     to[i] = kept;
                     at[i] = place;
                   }
                 }
               });
}

void extreme_scan_as(bool largest, const Tensor& self, int64_t dim, Tensor& values, Tensor& indices) {
  if (self.numel() == 0) return;
  const Tensor x = dense(self);
  dispatch(x.dtype(), "cummax", [&]<class T>() {
    (largest ? extreme_scan<T, true> : extreme_scan<T, false>)(x, plan::slices(x.sizes(), plan::wrap_dim(dim, x.dim())),
                                                               values, indices);
  });
}

}  // namespace

void cumsum(const Tensor& self, int64_t dim, std::optional<ScalarType>, Tensor& result) {
  scan_as(self, dim, result, 0, false, kAdd);
}
void _reverse_cumsum(const Tensor& self, int64_t dim, Tensor& result) { scan_as(self, dim, result, 0, true, kAdd); }
void cumprod(const Tensor& self, int64_t dim, std::optional<ScalarType>, Tensor& result) {
  scan_as(self, dim, result, 1, false, [](auto a, auto b) { return a * b; });
}
void cummax(const Tensor& self, int64_t dim, Tensor& values, Tensor& indices) {
  extreme_scan_as(true, self, dim, values, indices);
}
void cummin(const Tensor& self, int64_t dim, Tensor& values, Tensor& indices) {
  extreme_scan_as(false, self, dim, values, indices);
}

namespace {

// log(1 + z), accurate near 0.
std::complex<double> log1p_of(std::complex<double> z) {
  const double x = z.real(), y = z.imag();
  return {0.5 * std::log1p(x * (2 + x) + y * y), std::atan2(y, 1 + x)};
}

// log(exp(a) + exp(b)). NaN wins; where both real parts are infinite and equal, the limits are PyTorch's.
Complex<double> log_add_exp(Complex<double> a, Complex<double> b) {
  const auto is_nan = [](Complex<double> z) { return z.re != z.re || z.im != z.im; };
  if (is_nan(a) || is_nan(b)) return {NAN, NAN};
  const bool ordered = a.re < b.re;
  const std::complex<double> low(ordered ? a.re : b.re, ordered ? a.im : b.im);
  const std::complex<double> high(ordered ? b.re : a.re, ordered ? b.im : a.im);
  if (std::isinf(low.real()) && low.real() == high.real()) {
    if (low.real() < 0) return low;
    return std::log(std::exp(low) + std::exp(high));
  }
  return log1p_of(std::exp(low - high)) + high;
}

}  // namespace

void logcumsumexp(const Tensor& self, int64_t dim, Tensor& result) {
  scan_as(self, dim, result, -std::numeric_limits<double>::infinity(), false, [](auto a, auto b) {
    if constexpr (is_complex_v<decltype(a)>) {
      return log_add_exp(a, b);
    } else if constexpr (std::is_floating_point_v<decltype(a)>) {
      if (a != a || b != b) return a + b;
      const double high = std::max(a, b), low = std::min(a, b);
      return high == low && std::isinf(high) ? high : high + std::log1p(std::exp(low - high));
    } else {
      return a;
    }
  });
}

}  // namespace rushlight::cpu
