// Order statistics along one dimension: medians, the k-th smallest, the most frequent value.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/reduce.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"

namespace rushlight::cpu {
namespace {

using plan::Slices;

// An element and its place; NaN is larger than every number, ties go by place, so that the answer is unique.
template <class V>
struct Item {
  V value;
  int64_t place;
};
template <class V>
bool less(const Item<V>& a, const Item<V>& b) {
  const bool nan_a = a.value != a.value, nan_b = b.value != b.value;
  if (nan_a != nan_b) return nan_b;
  if (a.value != b.value && !nan_a) return a.value < b.value;
  return a.place < b.place;
}

// choose(items) gives the chosen item of one slice; value and place are stored.
template <class Choose>
void each_slice(const Tensor& self, Slices s, Tensor& values, int64_t* places, const Choose& choose) {
  const Tensor x = dense(self);
  dispatch(x.dtype(), "kthvalue", [&]<class T>() {
    using V = std::conditional_t<std::is_same_v<T, bool>, uint8_t, opmath_t<T>>;
    const T* from = static_cast<const T*>(x.data_ptr());
    T* to = static_cast<T*>(values.data_ptr());
    const int64_t slices = s.outer * s.inner;
    parallel_for(slices, std::max<int64_t>(1, 2048 / s.n), 10.0 * static_cast<double>(s.n) + 50, [&](int64_t begin, int64_t end) {
      std::vector<Item<V>> items(static_cast<size_t>(s.n));
      for (int64_t r = begin; r < end; ++r) {
        const int64_t base = r / s.inner * s.n * s.inner + r % s.inner;
        for (int64_t k = 0; k < s.n; ++k) items[static_cast<size_t>(k)] = {static_cast<V>(load(from[base + k * s.inner])), k};
        const Item<V> found = choose(items);
        to[r] = from[base + found.place * s.inner];
        if (places) places[r] = found.place;
      }
    });
  });
}

template <class V>
Item<V> kth(std::vector<Item<V>>& items, int64_t k) {
  std::nth_element(items.begin(), items.begin() + k, items.end(), less<V>);
  return items[static_cast<size_t>(k)];
}

// The lower median. NaN wins, or (ignore_nan) does not count.
const auto median_of = [](bool ignore_nan) {
  return [ignore_nan]<class V>(std::vector<Item<V>>& items) {
    int64_t n = 0;
    for (const auto& item : items) {
      if (item.value == item.value) ++n;
      else if (!ignore_nan) return item;
    }
    return kth(items, n == 0 ? 0 : (n - 1) / 2);
  };
};

Slices whole(const Tensor& self) {
  Slices s;
  s.n = self.numel();
  return s;
}
Slices along(const Tensor& self, int64_t dim) { return plan::slices(self.sizes(), plan::wrap_dim(dim, self.dim())); }
int64_t* places_of(Tensor& indices) { return static_cast<int64_t*>(indices.data_ptr()); }

void median_all(bool ignore_nan, const Tensor& self, Tensor& result) {
  if (self.numel() > 0) return each_slice(self, whole(self), result, nullptr, median_of(ignore_nan));
  dispatch(result.dtype(), "median", [&]<class T>() {
    if constexpr (std::is_integral_v<T>) *static_cast<T*>(result.data_ptr()) = std::numeric_limits<T>::lowest();
    else *static_cast<T*>(result.data_ptr()) = store<T>(std::numeric_limits<double>::quiet_NaN());
  });
}

}  // namespace

void median(const Tensor& self, Tensor& result) { median_all(false, self, result); }
void nanmedian(const Tensor& self, Tensor& result) { median_all(true, self, result); }
void median_dim(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() > 0) each_slice(self, along(self, dim), values, places_of(indices), median_of(false));
}
void nanmedian_dim(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() > 0) each_slice(self, along(self, dim), values, places_of(indices), median_of(true));
}
void kthvalue(const Tensor& self, int64_t k, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  each_slice(self, along(self, dim), values, places_of(indices), [k]<class V>(std::vector<Item<V>>& items) { return kth(items, k - 1); });
}
void mode(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  each_slice(self, along(self, dim), values, places_of(indices), []<class V>(std::vector<Item<V>>& items) {
    std::sort(items.begin(), items.end(), less<V>);
    size_t best = 0, longest = 0;
    for (size_t i = 0; i < items.size();) {
      size_t end = i + 1;
      while (end < items.size() && items[end].value == items[i].value) ++end;
      if (end - i > longest) {
        longest = end - i;
        best = end - 1;
      }
      i = end;
    }
    return items[best];
  });
}

}  // namespace rushlight::cpu
