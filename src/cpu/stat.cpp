// Kernels of distances and hashes.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/dispatch.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

// The loops over coordinates are plain: have them vectorised.
#pragma GCC optimize("O3")

namespace rushlight::cpu {
namespace {

constexpr int64_t kLanes = 8;  // partial sums, so that the compiler may use vectors

// What a coordinate's difference adds, how two parts join, and what becomes of the total.
template <class T>
struct Taxicab {
  static T part(T x, T) { return std::abs(x); }
  static T join(T a, T b) { return a + b; }
  static T finish(T total, T) { return total; }
  static T slope(T x, T, T) { return x > 0 ? T(1) : x < 0 ? T(-1) : T(0); }
};
template <class T>
struct Euclid {
  static T part(T x, T) { return x * x; }
  static T join(T a, T b) { return a + b; }
  static T finish(T total, T) { return std::sqrt(total); }
  static T slope(T x, T d, T) { return d == 0 ? T(0) : x / d; }
};
template <class T>
struct Largest {
  static T part(T x, T) { return std::abs(x); }
  static T join(T a, T b) { return b > a || b != b ? b : a; }
  static T finish(T total, T) { return total; }
  static T slope(T x, T d, T) { return std::abs(x) == d ? (x > 0 ? T(1) : x < 0 ? T(-1) : T(0)) : T(0); }
};
template <class T>
struct Different {
  static T part(T x, T) { return x != 0 ? T(1) : T(0); }
  static T join(T a, T b) { return a + b; }
  static T finish(T total, T) { return total; }
  static T slope(T, T, T) { return T(0); }
};
template <class T>
T whole_power(T x, int n) {
  T y = x;
  for (int i = 1; i < n; ++i) y *= x;
  return y;
}
constexpr int kMostWhole = 8;
template <class T>
struct WholePower {  // p = 3 … kMostWhole
  static T part(T x, T p) { return whole_power(std::abs(x), static_cast<int>(p)); }
  static T join(T a, T b) { return a + b; }
  static T finish(T total, T p) { return std::pow(total, T(1) / p); }
  static T slope(T x, T d, T p) {
    if (d == 0) return T(0);
    const T size = whole_power(std::abs(x) / d, static_cast<int>(p) - 1);
    return x > 0 ? size : -size;
  }
};
template <class T>
struct Power {
  static T part(T x, T p) { return std::pow(std::abs(x), p); }
  static T join(T a, T b) { return a + b; }
  static T finish(T total, T p) { return std::pow(total, T(1) / p); }
  static T slope(T x, T d, T p) {
    if (d == 0 || x == 0) return T(0);
    const T size = std::pow(std::abs(x) / d, p - 1);
    return x > 0 ? size : -size;
  }
};

// f.template operator()<the norm>() for p.
template <class T, class F>
void with_norm(double p, const F& f) {
  if (p == 0)
    f.template operator()<Different<T>>();
  else if (p == 1)
    f.template operator()<Taxicab<T>>();
  else if (p == 2)
    f.template operator()<Euclid<T>>();
  else if (std::isinf(p))
    f.template operator()<Largest<T>>();
  else if (p > 2 && p <= kMostWhole && p == std::floor(p))
    f.template operator()<WholePower<T>>();
  else
    f.template operator()<Power<T>>();
}

template <class T, class Norm>
T distance(const T* a, const T* b, int64_t m, T p) {
  T parts[kLanes] = {};
  int64_t j = 0;
  for (; j + kLanes <= m; j += kLanes) {
    for (int64_t k = 0; k < kLanes; ++k) parts[k] = Norm::join(parts[k], Norm::part(a[j + k] - b[j + k], p));
  }
  for (int64_t k = 0; j < m; ++j, ++k) parts[k] = Norm::join(parts[k], Norm::part(a[j] - b[j], p));
  for (int64_t k = 1; k < kLanes; ++k) parts[0] = Norm::join(parts[0], parts[k]);
  return Norm::finish(parts[0], p);
}

int64_t rows_at_once(int64_t work) { return std::max<int64_t>(1, 16384 / std::max<int64_t>(1, work)); }

// |a|² + |b|² - 2 a·b, as one product of longer rows.
void distance_by_product(const Tensor& x1, const Tensor& x2, Tensor& result) {
  const NoGradGuard guard;
  const auto squares = [](const Tensor& t) { return t.mul(t).sum(-1, true); };
  Tensor total = baddbmm(squares(x1).add(squares(x2).transpose(1, 2)), x1, x2.transpose(1, 2), 1, -2);
  result.copy_(total.clamp_min(0).sqrt());
}

}  // namespace

void _cdist(const Tensor& x1, const Tensor& x2, double p, bool by_product, Tensor& result) {
  if (result.numel() == 0) return;
  if (by_product) return distance_by_product(x1.detach(), x2.detach(), result);
  const Tensor a = x1.contiguous(), b = x2.contiguous();
  const int64_t n = a.size(1), k = b.size(1), m = a.size(2);
  dispatch_floating(a.dtype(), "cdist", [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const T *from = a.const_data_ptr<T>(), *to = b.const_data_ptr<T>();
      T* out = result.data_ptr<T>();
      const double ns = static_cast<double>(m * k) * (p == 1 || p == 2 ? 0.5 : 20.0) + 10;
      with_norm<T>(p, [&]<class Norm>() {
        parallel_for(a.size(0) * n, rows_at_once(m * k), ns, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            for (int64_t j = 0; j < k; ++j)
              out[i * k + j] = distance<T, Norm>(from + i * m, to + (i / n * k + j) * m, m, static_cast<T>(p));
          }
        });
      });
    }
  });
}

void _pdist(const Tensor& self, double p, Tensor& result) {
  if (result.numel() == 0) return;
  const Tensor rows = self.contiguous();
  const int64_t n = rows.size(0), m = rows.size(1);
  dispatch_floating(rows.dtype(), "pdist", [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const T* from = rows.const_data_ptr<T>();
      T* out = result.data_ptr<T>();
      const double ns = static_cast<double>(m * n) * 0.5 * (p == 1 || p == 2 ? 0.5 : 20.0) + 10;
      with_norm<T>(p, [&]<class Norm>() {
        parallel_for(n, rows_at_once(m * n / 2), ns, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            T* to = out + i * (2 * n - i - 1) / 2;
            for (int64_t j = i + 1; j < n; ++j)
              *to++ = distance<T, Norm>(from + i * m, from + j * m, m, static_cast<T>(p));
          }
        });
      });
    }
  });
}

void _cdist_backward(const Tensor& grad_output, const Tensor& x1, const Tensor& x2, double p, const Tensor& distances,
                     Tensor& result) {
  if (result.numel() == 0) return;
  const Tensor g = grad_output.contiguous(), a = x1.contiguous(), b = x2.contiguous(), d = distances.contiguous();
  const int64_t n = a.size(1), k = b.size(1), m = a.size(2);
  dispatch_floating(a.dtype(), "cdist_backward", [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const T *from = a.const_data_ptr<T>(), *to = b.const_data_ptr<T>(), *grad = g.const_data_ptr<T>(),
              *length = d.const_data_ptr<T>();
      T* out = result.data_ptr<T>();
      const double ns = static_cast<double>(m * k) * (p == 1 || p == 2 ? 1.0 : 20.0) + 10;
      with_norm<T>(p, [&]<class Norm>() {
        parallel_for(a.size(0) * n, rows_at_once(m * k), ns, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            T* sum = out + i * m;
            std::fill(sum, sum + m, T(0));
            for (int64_t j = 0; j < k; ++j) {
              const T *row = to + (i / n * k + j) * m, weight = grad[i * k + j], whole = length[i * k + j];
              if constexpr (std::is_same_v<Norm, Euclid<T>>) {  // one division for all
                const T factor = whole == 0 ? T(0) : weight / whole;
                for (int64_t c = 0; c < m; ++c) sum[c] += factor * (from[i * m + c] - row[c]);
                continue;
              }
              for (int64_t c = 0; c < m; ++c)
                sum[c] += weight * Norm::slope(from[i * m + c] - row[c], whole, static_cast<T>(p));
            }
          }
        });
      });
    }
  });
}

namespace {

// The bin of a value, -1 outside: the last edge e with edge[e] <= value, where the last edge belongs to the last bin.
template <class T>
int64_t bin_of(T value, const T* edge, int64_t bins, bool even) {
  if (!(value >= edge[0] && value <= edge[bins])) return -1;
  if (!even) return std::min<int64_t>(std::upper_bound(edge, edge + bins + 1, value) - edge - 1, bins - 1);
  const T guess = (value - edge[0]) * static_cast<T>(bins) / (edge[bins] - edge[0]);
  int64_t at = !(guess > 0) ? 0 : guess < static_cast<T>(bins) ? static_cast<int64_t>(guess) : bins - 1;
  at = std::min(at, bins - 1);
  while (at > 0 && value < edge[at]) --at;
  while (at < bins - 1 && value >= edge[at + 1]) ++at;
  return at;
}

}  // namespace

void _histogram(const Tensor& points, TensorList edges, const Tensor& weight, bool even, Tensor& result) {
  const NoGradGuard guard;
  result.zero_();
  const int64_t n = points.size(0), dims = static_cast<int64_t>(edges.size());
  const Tensor places = zeros({n}, kLong);
  int64_t* place = places.data_ptr<int64_t>();
  dispatch_floating(points.dtype(), "histogramdd", [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      for (int64_t d = 0; d < dims; ++d) {
        const Tensor values = points.select(1, d).contiguous(), line = edges[static_cast<size_t>(d)].contiguous();
        const T *from = values.const_data_ptr<T>(), *edge = line.const_data_ptr<T>();
        const int64_t bins = line.numel() - 1;
        parallel_for(n, 8192, even ? 4.0 : 20.0, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            const int64_t at = place[i] < 0 ? -1 : bin_of(from[i], edge, bins, even);
            place[i] = at < 0 ? -1 : place[i] * bins + at;
          }
        });
      }
      const Tensor weights = weight.defined() ? weight.contiguous() : Tensor();
      const T* by = weight.defined() ? weights.const_data_ptr<T>() : nullptr;
      std::vector<int64_t> counts(by ? 0 : static_cast<size_t>(result.numel()));
      T* out = result.data_ptr<T>();
      for (int64_t i = 0; i < n; ++i) {
        if (place[i] < 0) continue;
        if (by)
          out[place[i]] += by[i];
        else
          ++counts[static_cast<size_t>(place[i])];
      }
      for (size_t i = 0; i < counts.size(); ++i) out[i] = static_cast<T>(counts[i]);
    }
  });
}

void hash_tensor(const Tensor& self, IntArrayRef dim, bool, int64_t, Tensor& result) {
  if (result.numel() == 0) return;
  const Tensor plain = self.detach();
  const Tensor bits = is_floating_point(plain.dtype()) ? plain.to(kDouble) : plain.to(kLong);
  const plan::DimMask mask = plan::dim_mask(dim, self.dim());
  DimVector order, folded;
  for (int64_t d = 0; d < self.dim(); ++d) (mask[static_cast<size_t>(d)] ? folded : order).push_back(d);
  for (int64_t d : folded) order.push_back(d);
  const Tensor rows = bits.permute(order).contiguous();
  const int64_t count = rows.numel() / result.numel();
  const auto* from = static_cast<const uint64_t*>(rows.data_ptr());
  auto* to = static_cast<uint64_t*>(result.data_ptr());
  parallel_for(result.numel(), std::max<int64_t>(1, 16384 / count), 0.4 * static_cast<double>(count),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i) {
                   uint64_t hash = 0;
                   for (int64_t j = 0; j < count; ++j) hash ^= from[i * count + j];
                   to[i] = hash;
                 }
               });
}

}  // namespace rushlight::cpu
