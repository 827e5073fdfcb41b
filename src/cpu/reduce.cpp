// Kernels of reductions: each picks a reducer and says what becomes of an accumulator.
#include "cpu/reduce.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/complex_view.h"
#include "cpu/convert.h"
#include "cpu/copy.h"
#include "cpu/isa/softmax_kernels.h"
#include "cpu/reduce_complex.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"

namespace rushlight::cpu {
namespace {

using plan::dim_mask;
using plan::DimMask;
using plan::wrap_dim;

// The type elements are folded in: f32 for halves, int64 for sums of integers.
ScalarType sum_compute(ScalarType out) { return out == kDouble ? kDouble : is_floating_point(out) ? kFloat : kLong; }
ScalarType extreme_compute(ScalarType t) {
  return t == kDouble || t == kLong ? t : is_floating_point(t) ? kFloat : t == kUInt32 ? kLong : kInt;
}
ReduceType reduce_type(ScalarType compute) {
  return compute == kFloat ? kReduceF32 : compute == kDouble ? kReduceF64 : compute == kLong ? kReduceI64 : kReduceI32;
}
DimMask all_dims() { return DimMask().set(); }
DimMask mask_of(const Tensor& self, int64_t dim) {
  DimMask mask;
  mask[static_cast<size_t>(wrap_dim(dim, self.dim()))] = true;
  return mask;
}
int64_t folded_count(const Tensor& self, const DimMask& mask) {
  int64_t n = 1;
  for (size_t d = 0; d < self.sizes().size(); ++d) n *= mask[d] ? self.sizes()[d] : 1;
  return n;
}

void truth_over(const Reducer& reducer, const Tensor& self, const DimMask& mask, Tensor& out) {
  reduce_into<uint8_t>(self, mask, kBool, reducer, out, [](uint8_t v) { return v; });
}

void sum_over(const Tensor& self, const DimMask& mask, Tensor& out, double divisor = 1) {
  if (is_complex(out.dtype())) {  // sums of the parts
    Tensor parts = real_view(out);
    const Tensor x = is_complex(self.dtype()) ? self : dense(self, out.dtype());
    return sum_over(real_view(x), real_mask(mask, self), parts, divisor);
  }
  const ScalarType compute = sum_compute(out.dtype());
  const ReduceKernels& k = reduce_kernels();
  if (out.dtype() == kBool) return truth_over(k.any, self, mask, out);
  if (self.dtype() == kBool && compute == kLong)
    return reduce_into<int64_t>(self, mask, kBool, k.count, out, [](int64_t s) { return s; });
  if (compute == kLong)
    return reduce_into<int64_t>(self, mask, kLong, k.sum[kReduceI64], out, [](int64_t s) { return s; });
  if (divisor == 1)
    return reduce_into<double>(self, mask, compute, k.sum[reduce_type(compute)], out, [](double s) { return s; });
  reduce_into<double>(self, mask, compute, k.sum[reduce_type(compute)], out,
                      [divisor](double s) { return s / divisor; });
}

void prod_over(const Tensor& self, const DimMask& mask, Tensor& out) {
  if (out.dtype() == kBool) return truth_over(reduce_kernels().all, self, mask, out);
  if (is_complex(out.dtype())) return complex_prod(self, mask, out);
  const ScalarType compute = sum_compute(out.dtype());
  const Reducer& r = reduce_kernels().prod[reduce_type(compute)];
  if (compute == kLong)
    reduce_into<int64_t>(self, mask, compute, r, out, [](int64_t s) { return s; });
  else
    reduce_into<double>(self, mask, compute, r, out, [](double s) { return s; });
}

void extreme_over(bool largest, const Tensor& self, const DimMask& mask, Tensor& out) {
  if (self.dtype() == kUInt64) {
    const Reducer& r = (largest ? reduce_kernels().max : reduce_kernels().min)[kReduceI64];
    return reduce_into<int64_t>(flip_order(self), mask, kLong, r, out,
                                [](int64_t v) { return static_cast<uint64_t>(v) ^ uint64_t { 1 } << 63; });
  }
  const ScalarType compute = extreme_compute(self.dtype());
  const Reducer& r = (largest ? reduce_kernels().max : reduce_kernels().min)[reduce_type(compute)];
  const auto same = [](auto v) { return v; };
  switch (compute) {
    case kFloat:
      return reduce_into<float>(self, mask, compute, r, out, same);
    case kDouble:
      return reduce_into<double>(self, mask, compute, r, out, same);
    case kLong:
      return reduce_into<int64_t>(self, mask, compute, r, out, same);
    default:
      return reduce_into<int32_t>(self, mask, compute, r, out, same);
  }
}

}  // namespace

void sum(const Tensor& self, std::optional<ScalarType>, Tensor& result) { sum_over(self, all_dims(), result); }
void sum_dim(const Tensor& self, OptionalIntArrayRef dim, bool, std::optional<ScalarType>, Tensor& result) {
  sum_over(self, dim_mask(dim, self.dim()), result);
}
void mean(const Tensor& self, std::optional<ScalarType>, Tensor& result) {
  sum_over(self, all_dims(), result, static_cast<double>(self.numel()));
}
void mean_dim(const Tensor& self, OptionalIntArrayRef dim, bool, std::optional<ScalarType>, Tensor& result) {
  const DimMask mask = dim_mask(dim, self.dim());
  sum_over(self, mask, result, static_cast<double>(folded_count(self, mask)));
}
void nansum(const Tensor& self, OptionalIntArrayRef dim, bool, std::optional<ScalarType>, Tensor& result) {
  const ScalarType compute = sum_compute(result.dtype());
  const DimMask mask = dim_mask(dim, self.dim());
  if (compute == kLong || !is_floating_point(self.dtype())) return sum_over(self, mask, result);
  reduce_into<double>(self, mask, compute, reduce_kernels().nansum[reduce_type(compute)], result,
                      [](double s) { return s; });
}
void prod(const Tensor& self, std::optional<ScalarType>, Tensor& result) { prod_over(self, all_dims(), result); }
void prod_dim(const Tensor& self, int64_t dim, bool, std::optional<ScalarType>, Tensor& result) {
  prod_over(self, mask_of(self, dim), result);
}
void count_nonzero(const Tensor& self, OptionalIntArrayRef dim, Tensor& result) {
  reduce_into<int64_t>(self, dim_mask(dim, self.dim()), kBool, reduce_kernels().count, result,
                       [](int64_t s) { return s; });
}

void amax(const Tensor& self, IntArrayRef dim, bool, Tensor& result) {
  extreme_over(true, self, dim_mask(dim, self.dim()), result);
}
void amin(const Tensor& self, IntArrayRef dim, bool, Tensor& result) {
  extreme_over(false, self, dim_mask(dim, self.dim()), result);
}
void aminmax(const Tensor& self, std::optional<int64_t> dim, bool, Tensor& min, Tensor& max) {
  const DimMask mask = dim ? mask_of(self, *dim) : all_dims();
  extreme_over(false, self, mask, min);
  extreme_over(true, self, mask, max);
}
void max(const Tensor& self, Tensor& result) { extreme_over(true, self, all_dims(), result); }
void min(const Tensor& self, Tensor& result) { extreme_over(false, self, all_dims(), result); }
void any(const Tensor& self, OptionalIntArrayRef dim, bool, Tensor& result) {
  truth_over(reduce_kernels().any, self, dim_mask(dim, self.dim(), false), result);
}
void all(const Tensor& self, OptionalIntArrayRef dim, bool, Tensor& result) {
  truth_over(reduce_kernels().all, self, dim_mask(dim, self.dim(), false), result);
}

// ---- extremes with their places -------------------------------------------------------------------------------------

namespace {

// The values (if wanted) and places of extremes along one dim; x is dense and of its compute type.
class Places {
 public:
  Places(bool largest, const Tensor& x, plan::Slices s, const Tensor* values, Tensor& indices)
      : reducer_((largest ? reduce_kernels().max : reduce_kernels().min)[reduce_type(x.dtype())]),
        find_(reduce_kernels().find[reduce_type(x.dtype())]),
        columns_(reduce_kernels().arg_columns[largest ? 0 : 1][reduce_type(x.dtype())]),
        x_(x),
        s_(s),
        values_(values),
        at_(static_cast<int64_t*>(indices.data_ptr())),
        item_(x.element_size()) {}
  void run() {
    if (s_.outer * s_.inner == 0) return;
    if (s_.inner == 1)
      rows();
    else
      columns();
  }

 private:
  const char* at(int64_t offset) const { return static_cast<const char*>(x_.data_ptr()) + offset * item_; }
  void put(int64_t result, const void* value, int64_t count) const {
    if (values_)
      convert(static_cast<char*>(values_->data_ptr()) + result * values_->element_size(), values_->dtype(), 1, value,
              x_.dtype(), 1, count);
  }
  void rows() const {
    if (s_.outer == 1 && s_.n > kRowChunk) {  // one long row: the extreme in parallel, then its place
      alignas(8) char value[8];
      Tensor best = detail::allocate_tensor(IntArrayRef(), x_.dtype());
      struct Copy {
        void* to;
        int64_t bytes;
      } copy{value, item_};
      reduce(x_, DimMask().set(), x_.dtype(), reducer_,
             {&copy, [](void* raw, const void* acc, int64_t, int64_t, int64_t) {
                memcpy(static_cast<Copy*>(raw)->to, acc, static_cast<size_t>(static_cast<Copy*>(raw)->bytes));
              }});
      at_[0] = find_(at(0), s_.n, value);
      return put(0, value, 1);
    }
    const int64_t grain = std::max<int64_t>(1, 16384 / s_.n);
    parallel_for(s_.outer, grain, 0.15 * static_cast<double>(s_.n) + 15, [this](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        alignas(8) char value[8];
        reducer_.rows(at(r * s_.n), s_.n, value);
        at_[r] = find_(at(r * s_.n), s_.n, value);
        put(r, value, 1);
      }
    });
  }
  void columns() const {
    const int64_t tiles = (s_.inner + kColumnTile - 1) / kColumnTile;
    parallel_for(s_.outer * tiles, 1, 0.3 * static_cast<double>(s_.n * std::min(s_.inner, kColumnTile)),
                 [&](int64_t begin, int64_t end) {
                   alignas(64) char best[kColumnTile * 8];
                   for (int64_t t = begin; t < end; ++t) {
                     const int64_t o = t / tiles, j = t % tiles * kColumnTile, n = std::min(kColumnTile, s_.inner - j);
                     columns_(at(o * s_.n * s_.inner + j), s_.n, s_.inner, n, best, at_ + o * s_.inner + j);
                     put(o * s_.inner + j, best, n);
                   }
                 });
  }

  const Reducer& reducer_;
  int64_t (*find_)(const void*, int64_t, const void*);
  void (*columns_)(const void*, int64_t, int64_t, int64_t, void*, int64_t*);
  const Tensor& x_;
  plan::Slices s_;
  const Tensor* values_;
  int64_t* at_;
  int64_t item_;
};

void places(bool largest, const Tensor& self, std::optional<int64_t> dim, const Tensor* values, Tensor& indices) {
  if (self.dtype() == kUInt64) {
    const Tensor found = values ? detail::allocate_tensor(values->sizes(), kLong) : Tensor();
    places(largest, flip_order(self), dim, values ? &found : nullptr, indices);
    if (values) copy_elements(*values, flip_order(found));
    return;
  }
  const Tensor x = dense(self, extreme_compute(self.dtype()));
  plan::Slices s;
  if (dim)
    s = plan::slices(x.sizes(), wrap_dim(*dim, x.dim()));
  else
    s.n = x.numel();
  Places(largest, x, s, values, indices).run();
}

}  // namespace

void max_dim(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  places(true, self, dim, &values, indices);
}
void min_dim(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  places(false, self, dim, &values, indices);
}
void argmax(const Tensor& self, std::optional<int64_t> dim, bool, Tensor& result) {
  places(true, self, dim, nullptr, result);
}
void argmin(const Tensor& self, std::optional<int64_t> dim, bool, Tensor& result) {
  places(false, self, dim, nullptr, result);
}

// ---- moments --------------------------------------------------------------------------------------------------------

namespace {

// Of complex numbers: the sum of the parts' variances, and the mean of each part.
void complex_moments_over(const Tensor& self, const DimMask& mask, const std::optional<Scalar>& correction, bool root,
                          Tensor& spread, Tensor* mean);

void moments_over(const Tensor& self, const DimMask& mask, const std::optional<Scalar>& correction, bool root,
                  Tensor& spread, Tensor* mean) {
  if (is_complex(self.dtype())) return complex_moments_over(self, mask, correction, root, spread, mean);
  const double less = correction ? correction->toDouble() : 1.0;
  const ScalarType compute = sum_compute(self.dtype());
  const auto spread_of = [less, root](const Moments& m) {
    if (m.count == 0) return std::numeric_limits<double>::quiet_NaN();
    const double v = m.m2 / std::max(0.0, m.count - less);
    return root ? std::sqrt(v) : v;
  };
  const Reducer& r = reduce_kernels().moments[reduce_type(compute)];
  if (!mean) return reduce_into<Moments>(self, mask, compute, r, spread, spread_of);
  dispatch_floating(spread.dtype(), "std_mean", [&]<class T>() {
    struct Context {
      T *spread, *mean;
      const decltype(spread_of)* f;
    } context{static_cast<T*>(spread.data_ptr()), static_cast<T*>(mean->data_ptr()), &spread_of};
    reduce(self, mask, compute, r,
           {&context, [](void* raw, const void* acc, int64_t count, int64_t offset, int64_t stride) {
              const Context& c = *static_cast<const Context*>(raw);
              const auto* m = static_cast<const Moments*>(acc);
              for (int64_t i = 0; i < count; ++i) {
                c.spread[offset + i * stride] = store<T>((*c.f)(m[i]));
                c.mean[offset + i * stride] =
                    store<T>(m[i].count == 0 ? std::numeric_limits<double>::quiet_NaN() : m[i].mean);
              }
            }});
  });
}

void complex_moments_over(const Tensor& self, const DimMask& mask, const std::optional<Scalar>& correction, bool root,
                          Tensor& spread, Tensor* mean) {
  DimVector sizes = spread.sizes();
  sizes.push_back(2);
  Tensor parts = detail::allocate_tensor(sizes, spread.dtype()), means = mean ? real_view(*mean) : Tensor();
  moments_over(real_view(self), real_mask(mask, self), correction, false, parts, mean ? &means : nullptr);
  dispatch_floating(spread.dtype(), "var", [&]<class T>() {
    const T* from = static_cast<const T*>(parts.data_ptr());
    T* to = static_cast<T*>(spread.data_ptr());
    for (int64_t i = 0; i < spread.numel(); ++i) {
      const auto v = load(from[2 * i]) + load(from[2 * i + 1]);
      to[i] = store<T>(root ? std::sqrt(v) : v);
    }
  });
}

}  // namespace

void var_correction(const Tensor& self, OptionalIntArrayRef dim, const std::optional<Scalar>& correction, bool,
                    Tensor& result) {
  moments_over(self, dim_mask(dim, self.dim()), correction, false, result, nullptr);
}
void std_correction(const Tensor& self, OptionalIntArrayRef dim, const std::optional<Scalar>& correction, bool,
                    Tensor& result) {
  moments_over(self, dim_mask(dim, self.dim()), correction, true, result, nullptr);
}
void var_mean_correction(const Tensor& self, OptionalIntArrayRef dim, const std::optional<Scalar>& correction, bool,
                         Tensor& var, Tensor& mean) {
  moments_over(self, dim_mask(dim, self.dim()), correction, false, var, &mean);
}
void std_mean_correction(const Tensor& self, OptionalIntArrayRef dim, const std::optional<Scalar>& correction, bool,
                         Tensor& std, Tensor& mean) {
  moments_over(self, dim_mask(dim, self.dim()), correction, true, std, &mean);
}

// ---- norms, logsumexp -----------------------------------------------------------------------------------------------

namespace {

// |x|^p for every element, as a fresh tensor of the compute type.
Tensor powers(const Tensor& self, ScalarType compute, double p) {
  Tensor x = dense(self, compute);
  Tensor out = detail::allocate_tensor(x.sizes(), compute);
  dispatch_floating(compute, "vector_norm", [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const T* from = static_cast<const T*>(x.data_ptr());
      T* to = static_cast<T*>(out.data_ptr());
      parallel_for(x.numel(), 4096, 12, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) to[i] = std::pow(std::abs(from[i]), static_cast<T>(p));
      });
    }
  });
  return out;
}

}  // namespace

void vector_norm(const Tensor& x, const Scalar& ord, OptionalIntArrayRef dim, bool, std::optional<ScalarType>,
                 Tensor& result) {
  const double p = ord.toDouble();
  const DimMask mask = dim_mask(dim, x.dim());
  const ReduceKernels& k = reduce_kernels();
  const ScalarType compute = sum_compute(result.dtype());
  const ReduceType type = reduce_type(compute);
  if (is_complex(x.dtype())) {
    if (p == 2)
      return reduce_into<double>(real_view(x), real_mask(mask, x, true), compute, k.sum_square[type], result,
                                 [](double s) { return std::sqrt(s); });
    return vector_norm(magnitudes(x, result.dtype()), ord, dim, false, std::nullopt, result);
  }
  if (std::isinf(p)) {
    const Reducer& r = (p > 0 ? k.max_abs : k.min_abs)[type];
    const auto same = [](auto v) { return v; };
    if (compute == kFloat) return reduce_into<float>(x, mask, compute, r, result, same);
    return reduce_into<double>(x, mask, compute, r, result, same);
  }
  if (p == 0)
    return reduce_into<int64_t>(x, mask, kBool, k.count, result, [](int64_t n) { return static_cast<double>(n); });
  if (p == 1) return reduce_into<double>(x, mask, compute, k.sum_abs[type], result, [](double s) { return s; });
  if (p == 2)
    return reduce_into<double>(x, mask, compute, k.sum_square[type], result, [](double s) { return std::sqrt(s); });
  reduce_into<double>(powers(x, compute, p), mask, compute, k.sum[type], result,
                      [p](double s) { return std::pow(s, 1 / p); });
}

void logsumexp(const Tensor& self, IntArrayRef dim, bool, Tensor& result) {
  // what is folded becomes the innermost part of a dense [results, folded] tensor
  const DimMask mask = dim_mask(dim, self.dim());
  DimVector sizes, strides;
  for (const bool folded : {false, true}) {
    for (size_t d = 0; d < self.sizes().size(); ++d) {
      if (mask[d] != folded) continue;
      sizes.push_back(self.sizes()[d]);
      strides.push_back(self.strides()[d]);
    }
  }
  const int64_t n = folded_count(self, mask), rows = result.numel();
  const Tensor ordered = self.numel() == 0 ? self : detail::alias(self, sizes, strides, self.storage_offset());
  if (is_complex(result.dtype())) return complex_logsumexp(dense(ordered, result.dtype()), rows, n, result);
  const ScalarType compute = sum_compute(result.dtype());
  const Tensor x = dense(ordered, compute);
  dispatch_floating(result.dtype(), "logsumexp", [&]<class Out>() {
    using T = std::conditional_t<std::is_same_v<Out, double>, double, float>;
    const auto& kernels = softmax_kernels<T>();
    const T* from = static_cast<const T*>(x.data_ptr());
    Out* to = static_cast<Out*>(result.data_ptr());
    parallel_for(rows, std::max<int64_t>(1, 8192 / std::max<int64_t>(n, 1)), 1.2 * static_cast<double>(n) + 20,
                 [&](int64_t begin, int64_t end) {
                   for (int64_t r = begin; r < end; ++r) to[r] = store<Out>(kernels.logsumexp(from + r * n, n));
                 });
  });
}

}  // namespace rushlight::cpu
