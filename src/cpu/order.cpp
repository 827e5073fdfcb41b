// Order statistics along one dimension: medians, the k-th smallest, the most frequent value.
#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/reduce.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"

// Counting passes over keys are plain loops: have them vectorised.
#pragma GCC optimize("O3")

namespace rushlight::cpu {
namespace {

using plan::Slices;

// Note [Packed items]
// An element and its place, in the order that statistics need: NaN above every number, equal elements by place, so
// that the answer is unique. Types of up to 32 bits are packed into one word, the element's bits (made to order like
// unsigned integers) above the place; wider ones are compared piece by piece.
struct Packed {
  uint64_t word;
  uint64_t key() const { return word >> 32; }
  int64_t place() const { return static_cast<int64_t>(word & 0xffffffffu); }
  friend bool operator<(Packed a, Packed b) { return a.word < b.word; }
};
struct Wide {
  uint64_t bits;
  int64_t at;
  uint64_t key() const { return bits; }
  int64_t place() const { return at; }
  friend bool operator<(const Wide& a, const Wide& b) { return a.bits != b.bits ? a.bits < b.bits : a.at < b.at; }
};

constexpr uint64_t kNanKey32 = 0xffffffffu, kNanKey64 = ~uint64_t{0};

// The bits of a number as an unsigned key of the same order; both zeros have one key, so have all NaNs.
inline uint32_t key_of(float x) {
  if (x != x) return static_cast<uint32_t>(kNanKey32);
  const auto u = std::bit_cast<uint32_t>(x + 0.0f);
  return u & 0x80000000u ? ~u : u | 0x80000000u;
}
inline uint64_t key_of(double x) {
  if (x != x) return kNanKey64;
  const auto u = std::bit_cast<uint64_t>(x + 0.0);
  return u >> 63 ? ~u : u | uint64_t{1} << 63;
}
inline uint64_t key_of(int64_t x) {
  return static_cast<uint64_t>(x) ^ uint64_t { 1 } << 63;
}
inline uint64_t key_of(uint64_t x) { return x; }
inline uint32_t key_of(uint32_t x) { return x; }
inline uint32_t key_of(int32_t x) { return static_cast<uint32_t>(x) ^ 0x80000000u; }

template <class Item, class T>
Item item_of(T x, int64_t place) {
  if constexpr (std::is_same_v<Item, Packed>)
    return {static_cast<uint64_t>(key_of(x)) << 32 | static_cast<uint64_t>(place)};
  else
    return {key_of(x), place};
}

// choose(items, nan_key) gives the chosen item of one slice; value and place are stored.
template <class Item, class V, class T, class Choose>
void each_slice_as(const T* from, Slices s, T* to, int64_t* places, const Choose& choose) {
  const int64_t slices = s.outer * s.inner;
  constexpr uint64_t kNan = std::is_floating_point_v<V> ? (std::is_same_v<Item, Packed> ? kNanKey32 : kNanKey64) : 1;
  constexpr bool kHasNan = std::is_floating_point_v<V>;
  parallel_for(
      slices, std::max<int64_t>(1, 2048 / s.n), 6.0 * static_cast<double>(s.n) + 50, [&](int64_t begin, int64_t end) {
        std::vector<Item> items(static_cast<size_t>(s.n));
        for (int64_t r = begin; r < end; ++r) {
          const int64_t base = r / s.inner * s.n * s.inner + r % s.inner;
          for (int64_t k = 0; k < s.n; ++k)
            items[static_cast<size_t>(k)] = item_of<Item>(static_cast<V>(load(from[base + k * s.inner])), k);
          const int64_t place = choose(items, [](const Item& item) { return kHasNan && item.key() == kNan; }).place();
          to[r] = from[base + place * s.inner];
          if (places) places[r] = place;
        }
      });
}

template <class Choose>
void each_slice(const Tensor& self, Slices s, Tensor& values, int64_t* places, const Choose& choose) {
  const Tensor x = dense(self);
  dispatch(x.dtype(), "kthvalue", [&]<class T>() {
    const T* from = static_cast<const T*>(x.data_ptr());
    T* to = static_cast<T*>(values.data_ptr());
    if constexpr (std::is_same_v<T, double> || std::is_same_v<T, int64_t> || std::is_same_v<T, uint64_t>) {
      each_slice_as<Wide, T>(from, s, to, places, choose);
    } else {
      using V =
          std::conditional_t<std::is_same_v<T, uint32_t>, T, std::conditional_t<std::is_integral_v<T>, int32_t, float>>;
      check(s.n <= int64_t{0xffffffff}, "median and its kin: at most 2^32 - 1 elements along the dimension, but got {}",
            s.n);
      each_slice_as<Packed, V>(from, s, to, places, choose);
    }
  });
}

template <class Item>
Item kth(std::vector<Item>& items, int64_t k) {
  std::nth_element(items.begin(), items.begin() + k, items.end());
  return items[static_cast<size_t>(k)];
}

// The lower median. NaN wins, or (ignore_nan) does not count.
const auto median_of = [](bool ignore_nan) {
  return [ignore_nan]<class Item, class IsNan>(std::vector<Item>& items, const IsNan& is_nan) {
    int64_t n = 0;
    for (const Item& item : items) {
      if (!is_nan(item))
        ++n;
      else if (!ignore_nan)
        return item;
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

// The k-th smallest of many keys: histograms of 11 bits narrow them down before the rest is selected from. `keys` is
// written over.
uint32_t kth_key(std::vector<uint32_t>& keys, int64_t k) {
  size_t n = keys.size();
  for (int shift = 21; shift >= 10 && n > 4096; shift -= 11) {
    std::vector<int64_t> counts(2048);
    for (size_t i = 0; i < n; ++i) ++counts[keys[i] >> shift & 2047];
    uint32_t bucket = 0;
    while (k >= counts[bucket]) k -= counts[bucket++];
    size_t kept = 0;
    for (size_t i = 0; i < n; ++i) {  // no branch to miss
      const uint32_t key = keys[i];
      keys[kept] = key;
      kept += (key >> shift & 2047) == bucket;
    }
    n = kept;
  }
  std::nth_element(keys.begin(), keys.begin() + k, keys.begin() + static_cast<std::ptrdiff_t>(n));
  return keys[static_cast<size_t>(k)];
}

// The median of many elements of up to 32 bits, or false: it is left to each_slice.
bool median_of_many(bool ignore_nan, const Tensor& self, Tensor& result) {
  if (self.numel() < 4096 || self.element_size() > 4) return false;
  const Tensor x = dense(self);
  return dispatch(x.dtype(), "median", [&]<class T>() {
    if constexpr (sizeof(T) > 4) {
      return false;
    } else {
      using V =
          std::conditional_t<std::is_same_v<T, uint32_t>, T, std::conditional_t<std::is_integral_v<T>, int32_t, float>>;
      const T* from = static_cast<const T*>(x.data_ptr());
      std::vector<uint32_t> keys(static_cast<size_t>(x.numel()));
      if constexpr (std::is_same_v<T, float>)
        copy_kernels().order_keys_f32(x.numel(), from, 0, keys.data());
      else
        for (size_t i = 0; i < keys.size(); ++i) keys[i] = key_of(static_cast<V>(load(from[i])));
      const int64_t nans =
          std::is_floating_point_v<V> ? std::count(keys.begin(), keys.end(), static_cast<uint32_t>(kNanKey32)) : 0;
      const int64_t valid = x.numel() - nans;
      // NaN keys are the largest: the last place holds one if there is one
      const int64_t k = nans > 0 && (!ignore_nan || valid == 0) ? x.numel() - 1 : (valid - 1) / 2;
      const uint32_t key = kth_key(keys, k);
      int64_t place = 0;
      while (key_of(static_cast<V>(load(from[place]))) != key) ++place;
      *static_cast<T*>(result.data_ptr()) = from[place];
      return true;
    }
  });
}

void median_all(bool ignore_nan, const Tensor& self, Tensor& result) {
  if (median_of_many(ignore_nan, self, result)) return;
  if (self.numel() > 0) return each_slice(self, whole(self), result, nullptr, median_of(ignore_nan));
  dispatch(result.dtype(), "median", [&]<class T>() {
    if constexpr (std::is_integral_v<T>)
      *static_cast<T*>(result.data_ptr()) = std::numeric_limits<T>::lowest();
    else
      *static_cast<T*>(result.data_ptr()) = store<T>(std::numeric_limits<double>::quiet_NaN());
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
  each_slice(self, along(self, dim), values, places_of(indices),
             [k]<class Item, class IsNan>(std::vector<Item>& items, const IsNan&) { return kth(items, k - 1); });
}
void mode(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  each_slice(self, along(self, dim), values, places_of(indices),
             []<class Item, class IsNan>(std::vector<Item>& items, const IsNan& is_nan) {
               // By value only, as PyTorch sorts: among equal elements the place is the one that this order leaves last.
               std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.key() < b.key(); });
               size_t best = 0, longest = 0;
               for (size_t i = 0; i < items.size();) {
                 size_t end = i + 1;
                 while (end < items.size() && items[end].key() == items[i].key() && !is_nan(items[i]))
                   ++end;  // a NaN equals nothing
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
