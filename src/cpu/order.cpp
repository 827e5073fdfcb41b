// Order statistics along one dimension: medians, the k-th smallest, the most frequent value.
#include <algorithm>
#include <bit>
#include <limits>
#include <utility>
#include <vector>

#include "core/allocator.h"
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
// What mode sorts: an element's key, its bits made to order like unsigned integers with NaN above every number, and its
// place. Types of up to 32 bits are packed into one word.
struct Packed {
  uint64_t word;
  uint64_t key() const { return word >> 32; }
  int64_t place() const { return static_cast<int64_t>(word & 0xffffffffu); }
};
struct Wide {
  uint64_t bits;
  int64_t at;
  uint64_t key() const { return bits; }
  int64_t place() const { return at; }
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
void each_slice(const char* op, const Tensor& self, Slices s, Tensor& values, int64_t* places, const Choose& choose) {
  const Tensor x = dense(self);
  dispatch(x.dtype(), op, [&]<class T>() {
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

// Note [Selecting by keys]
// The k-th smallest key of a slice, without a branch that depends on the data: ranks in a small sample give two bounds
// that very likely enclose the wanted key, one pass keeps the keys between them (a third or less), and so on. Should the
// bounds miss it, a second pass keeps the side where it must be. Rounds that keep nearly all end the narrowing.

constexpr int64_t kFew = 192;  // keys that are not narrowed down any further

struct Kept {
  int64_t count, below;
};

// Keys of [low, high] go to `to`; returns how many those are, and how many lie below.
template <class U>
Kept keep_between(const U* keys, int64_t n, U low, U high, U* to) {
  int64_t kept = 0, below = 0;
  const U width = high - low;
  for (int64_t i = 0; i < n; ++i) {
    const U key = keys[i];
    to[kept] = key;  // overwritten unless it counts
    kept += static_cast<U>(key - low) <= width;
    below += key < low;
  }
  return {kept, below};
}

// Bounds that very likely enclose the k-th smallest of n keys.
template <class U>
std::pair<U, U> likely_bounds(const U* keys, int64_t n, int64_t k) {
  constexpr int64_t kSample = 64, kMargin = 10;  // 2.5 standard deviations of a median's rank in the sample
  U sample[kSample];
  for (int64_t i = 0; i < kSample; ++i) sample[i] = keys[i * (n / kSample)];
  const auto rank = static_cast<int64_t>(static_cast<double>(k) / static_cast<double>(n) * kSample);
  U low = 0, high = std::numeric_limits<U>::max();
  U* last = sample + kSample;
  if (rank + kMargin < kSample) {
    std::nth_element(sample, sample + rank + kMargin, last);
    last = sample + rank + kMargin;
    high = *last;
  }
  if (rank >= kMargin) {
    std::nth_element(sample, sample + rank - kMargin, last);
    low = sample[rank - kMargin];
  }
  return {low, high};
}

template <class U>
struct Kth {
  U key;
  int64_t rank;  // among the keys that equal it
};

// `spare` has room for 2 n keys.
template <class U>
Kth<U> kth_key(const U* keys, int64_t n, int64_t k, U* spare) {
  U *to = spare, *other = spare + n;
  bool narrowing = true;
  while (narrowing && n > kFew) {
    auto [low, high] = likely_bounds(keys, n, k);
    Kept kept = keep_between(keys, n, low, high, to);
    while (k < kept.below || k >= kept.below + kept.count) {
      if (k < kept.below) {
        high = low - 1;
        low = 0;
      } else {
        low = high + 1;
        high = std::numeric_limits<U>::max();
      }
      kept = keep_between(keys, n, low, high, to);
    }
    k -= kept.below;
    if (low == high) return {low, k};
    narrowing = kept.count < n / 4 * 3;
    n = kept.count;
    keys = to;
    std::swap(to, other);
  }
  if (keys != other) {
    std::copy(keys, keys + n, to);
    std::swap(to, other);
  }
  std::nth_element(other, other + k, other + n);
  return {other[k], std::count(other, other + k, other[k])};
}

// The keys of one slice; `step` is the distance of its elements.
template <class V, class T, class U>
void keys_of(const T* from, int64_t n, int64_t step, U* keys) {
  if constexpr (std::is_same_v<T, float>)
    if (step == 1) {
      copy_kernels().order_keys_f32(n, from, 0, keys);
      return;
    }
  for (int64_t i = 0; i < n; ++i) keys[i] = key_of(static_cast<V>(load(from[i * step])));
}

// The place of the k-th smallest element, equal ones by place, or (first) of the first that equals it. rank(NaN
// elements) is k.
template <bool kFloating, class U, class Rank>
int64_t place_of_kth(const U* keys, int64_t n, U* spare, bool first, const Rank& rank) {
  constexpr U kNan = std::numeric_limits<U>::max();
  const int64_t nans = kFloating ? std::count(keys, keys + n, kNan) : 0, k = rank(nans);
  auto [key, left] = k >= n - nans ? Kth<U>{kNan, k - (n - nans)} : kth_key(keys, n, k, spare);
  if (first || left == 0) return reduce_kernels().find[sizeof(U) == 4 ? kReduceI32 : kReduceI64](keys, n, &key);
  int64_t place = 0;
  for (; keys[place] != key || left-- > 0; ++place) {
  }
  return place;
}

// The element of rank(n, NaN elements) in every slice, and its place unless `places` is null.
template <class Rank>
void select_in_slices(const char* op, const Tensor& self, Slices s, Tensor& values, int64_t* places, const Rank& rank) {
  const Tensor x = dense(self);
  dispatch(x.dtype(), op, [&]<class T>() {
    constexpr bool kWide = sizeof(T) > 4;
    using Whole = std::conditional_t<std::is_same_v<T, uint32_t>, T, int32_t>;
    using V = std::conditional_t<kWide, T, std::conditional_t<std::is_integral_v<T>, Whole, float>>;
    using U = std::conditional_t<kWide, uint64_t, uint32_t>;
    const T* from = static_cast<const T*>(x.data_ptr());
    T* to = static_cast<T*>(values.data_ptr());
    const int64_t n = s.n, grain = std::max<int64_t>(1, 2048 / n);
    const bool first = !places && !kWide && n >= 4096;
    parallel_for(s.outer * s.inner, grain, (n > kFew ? 3.0 : 6.0) * static_cast<double>(n) + 50,
                 [&](int64_t begin, int64_t end) {
                   const Scratch room(3 * static_cast<size_t>(n) * sizeof(U));
                   U* keys = room.as<U>();
                   for (int64_t r = begin; r < end; ++r) {
                     const T* slice = from + r / s.inner * n * s.inner + r % s.inner;
                     keys_of<V>(slice, n, s.inner, keys);
                     const int64_t place = place_of_kth<std::is_floating_point_v<V>>(
                         keys, n, keys + n, first, [&](int64_t nans) { return rank(n, nans); });
                     to[r] = slice[place * s.inner];
                     if (places) places[r] = place;
                   }
                 });
  });
}

// The lower median's rank. NaN wins, or (ignore_nan) does not count.
const auto median_rank = [](bool ignore_nan) {
  return [ignore_nan](int64_t n, int64_t nans) {
    const int64_t valid = n - nans;
    if (valid == 0) return int64_t{0};
    return nans > 0 && !ignore_nan ? valid : (valid - 1) / 2;
  };
};

Slices whole(const Tensor& self) {
  Slices s;
  s.n = self.numel();
  return s;
}
Slices along(const Tensor& self, int64_t dim) { return plan::slices(self.sizes(), plan::wrap_dim(dim, self.dim())); }
int64_t* places_of(Tensor& indices) { return static_cast<int64_t*>(indices.data_ptr()); }

void median_all(const char* op, bool ignore_nan, const Tensor& self, Tensor& result) {
  if (self.numel() > 0) return select_in_slices(op, self, whole(self), result, nullptr, median_rank(ignore_nan));
  dispatch(result.dtype(), op, [&]<class T>() {
    if constexpr (std::is_integral_v<T>)
      *static_cast<T*>(result.data_ptr()) = std::numeric_limits<T>::lowest();
    else
      *static_cast<T*>(result.data_ptr()) = store<T>(std::numeric_limits<double>::quiet_NaN());
  });
}

}  // namespace

void median(const Tensor& self, Tensor& result) { median_all("median", false, self, result); }
void nanmedian(const Tensor& self, Tensor& result) { median_all("nanmedian", true, self, result); }
void median_dim(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() > 0)
    select_in_slices("median", self, along(self, dim), values, places_of(indices), median_rank(false));
}
void nanmedian_dim(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() > 0)
    select_in_slices("nanmedian", self, along(self, dim), values, places_of(indices), median_rank(true));
}
void kthvalue(const Tensor& self, int64_t k, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  select_in_slices("kthvalue", self, along(self, dim), values, places_of(indices),
                   [k](int64_t, int64_t) { return k - 1; });
}
void mode(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  each_slice("mode", self, along(self, dim), values, places_of(indices),
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
