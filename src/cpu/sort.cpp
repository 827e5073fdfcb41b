// Kernels sort, topk, _lexicographic_order. Equal elements keep their order; NaN counts as the largest value.
#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {
namespace {

// Note [Sorting by keys]
// An element becomes an unsigned key whose order is the wanted one: floats have their sign bit flipped (all bits when
// negative), -0 becomes 0, every NaN the largest; descending order inverts the key. Keys of up to 32 bits and the index
// share one 64-bit word, so words are distinct, any sort of them is stable, and a radix sort moves 8 bytes per element.
// Wider keys travel with their index in 16 bytes. Values are rebuilt from the keys; only zeros are read again.
template <class T>
struct Key;
template <class U, int kExponentBits>
struct FloatKey {
  static constexpr U kSign = U(1) << (sizeof(U) * 8 - 1);
  static constexpr U kInf = U(((U(1) << kExponentBits) - 1) << (sizeof(U) * 8 - 1 - kExponentBits));
  static U of(U bits) {
    const U magnitude = bits & U(~kSign);
    if (magnitude > kInf) return U(~U(0));
    if (magnitude == 0) return kSign;
    return bits & kSign ? U(~bits) : U(bits | kSign);
  }
  static U back(U key) { return key & kSign ? U(key & U(~kSign)) : U(~key); }
  static constexpr U kZero = kSign;
};
template <class T, class U, class F>
struct FloatKeyOf {
  using Bits = U;
  static U of(T v) { return F::of(std::bit_cast<U>(v)); }
  static T back(U key, T original) { return key == F::kZero ? original : std::bit_cast<T>(F::back(key)); }
};
template <>
struct Key<float> : FloatKeyOf<float, uint32_t, FloatKey<uint32_t, 8>> {};
template <>
struct Key<double> : FloatKeyOf<double, uint64_t, FloatKey<uint64_t, 11>> {};
template <>
struct Key<Half> : FloatKeyOf<Half, uint16_t, FloatKey<uint16_t, 5>> {};
template <>
struct Key<BFloat16> : FloatKeyOf<BFloat16, uint16_t, FloatKey<uint16_t, 8>> {};
template <>
struct Key<bool> {
  using Bits = uint8_t;
  static uint8_t of(bool v) { return v; }
  static bool back(uint8_t key, bool) { return key != 0; }
};
#define RL_INTEGER_KEY(T, U, kFlip)                                          \
  template <>                                                                \
  struct Key<T> {                                                            \
    using Bits = U;                                                          \
    static U of(T v) { return static_cast<U>(static_cast<U>(v) ^ (kFlip)); } \
    static T back(U key, T) { return static_cast<T>(key ^ (kFlip)); }        \
  };
RL_INTEGER_KEY(uint8_t, uint8_t, 0)
RL_INTEGER_KEY(uint16_t, uint16_t, 0)
RL_INTEGER_KEY(uint32_t, uint32_t, 0)
RL_INTEGER_KEY(uint64_t, uint64_t, 0)
RL_INTEGER_KEY(int8_t, uint8_t, 0x80)
RL_INTEGER_KEY(int16_t, uint16_t, 0x8000)
RL_INTEGER_KEY(int32_t, uint32_t, 0x80000000u)
RL_INTEGER_KEY(int64_t, uint64_t, 0x8000000000000000u)
#undef RL_INTEGER_KEY

struct Wide {
  uint64_t key;
  int64_t index;
  bool operator<(const Wide& o) const { return key != o.key ? key < o.key : index < o.index; }
};
inline uint64_t key_of(uint64_t packed) { return packed >> 32; }
inline uint64_t key_of(const Wide& w) { return w.key; }

constexpr int64_t kRadixFrom = 192;  // below this many elements a comparison sort wins
constexpr int64_t kParallelFrom = 1 << 17;
constexpr int64_t kPart = 1 << 15;  // elements of one parallel piece

// One stable pass over one digit of the key. Pieces are counted and placed independently, in a fixed order.
template <class E>
void radix_pass(const E* from, E* to, int64_t n, int shift, int bits, int64_t* counts, int64_t pieces) {
  const int64_t buckets = int64_t(1) << bits, mask = buckets - 1, part = (n + pieces - 1) / pieces;
  auto count = [&](int64_t p) {
    int64_t* c = counts + p * buckets;
    std::fill(c, c + buckets, 0);
    for (int64_t i = p * part, end = std::min(n, i + part); i < end; ++i) ++c[(key_of(from[i]) >> shift) & mask];
  };
  auto place = [&](int64_t p) {
    int64_t* c = counts + p * buckets;
    for (int64_t i = p * part, end = std::min(n, i + part); i < end; ++i)
      to[c[(key_of(from[i]) >> shift) & mask]++] = from[i];
  };
  const double ns = 2.0 * static_cast<double>(part);
  if (pieces == 1)
    count(0);
  else
    parallel_for(pieces, 1, ns, [&](int64_t b, int64_t e) {
      for (; b < e; ++b) count(b);
    });
  int64_t at = 0;
  for (int64_t b = 0; b < buckets; ++b) {
    for (int64_t p = 0; p < pieces; ++p) at += std::exchange(counts[p * buckets + b], at);
  }
  if (pieces == 1)
    place(0);
  else
    parallel_for(pieces, 1, ns, [&](int64_t b, int64_t e) {
      for (; b < e; ++b) place(b);
    });
}

// Sorts n elements whose keys differ only in the low `bits` bits; `spare` has room for n. Returns where the result is.
template <class E>
E* sort_keys(E* data, E* spare, int64_t n, int bits) {
  if (n < kRadixFrom) {
    std::sort(data, data + n);
    return data;
  }
  const int64_t pieces = n >= kParallelFrom ? (n + kPart - 1) / kPart : 1;
  int digit = n >= 8192 ? 11 : 8;
  const int passes = std::max(1, (bits + digit - 1) / digit);
  digit = (bits + passes - 1) / passes;
  Scratch counts(sizeof(int64_t) * static_cast<size_t>(pieces << digit));
  for (int p = 0; p < passes; ++p) {
    radix_pass(data, spare, n, p * digit, digit, counts.as<int64_t>(), pieces);
    std::swap(data, spare);
  }
  return data;
}

// The bits in which the keys differ: the range is moved to start at 0, so that small ranges need few passes.
struct KeyRange {
  uint64_t low;
  int bits;
};
template <class T>
KeyRange key_range(const T* src, int64_t stride, int64_t n, uint64_t flip) {
  uint64_t low = ~uint64_t(0), high = 0;
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t k = Key<T>::of(src[i * stride]) ^ flip;
    low = std::min(low, k);
    high = std::max(high, k);
  }
  return {low, static_cast<int>(std::bit_width(high - low))};
}

template <class T>
struct Line {
  const T* src;
  int64_t stride;
  T* values;
  int64_t* indices;
  int64_t out_stride;
};

template <class T, class E, class Make, class KeyBack, class IndexOf>
void sort_line_as(const Line<T>& line, int64_t n, int bits, void* memory, const Make& make, const KeyBack& key,
                  const IndexOf& index) {
  E* data = static_cast<E*>(memory);
  auto build = [&](int64_t b, int64_t e) {
    for (; b < e; ++b) data[b] = make(b);
  };
  if (n >= kParallelFrom)
    parallel_for(n, kPart, 1.0, build);
  else
    build(0, n);
  const E* sorted = sort_keys(data, data + n, n, bits);
  auto write = [&](int64_t b, int64_t e) {
    for (; b < e; ++b) {
      const int64_t at = index(sorted[b]);
      line.values[b * line.out_stride] = key(sorted[b], at);
      line.indices[b * line.out_stride] = at;
    }
  };
  if (n >= kParallelFrom)
    parallel_for(n, kPart, 1.5, write);
  else
    write(0, n);
}

template <class T>
void sort_line(const Line<T>& line, int64_t n, bool descending, void* memory) {
  using K = Key<T>;
  using Bits = typename K::Bits;
  constexpr uint64_t kAll = sizeof(Bits) == 8 ? ~uint64_t(0) : (uint64_t(1) << (sizeof(Bits) * 8 % 64)) - 1;
  const uint64_t flip = descending ? kAll : 0;
  KeyRange range{0, static_cast<int>(sizeof(Bits) * 8)};
  // Floats of 32 bits usually fill their range; for the others a look is cheap against the passes it may save.
  if (!std::is_same_v<T, float> && n >= kRadixFrom) range = key_range(line.src, line.stride, n, flip);
  auto back = [&](uint64_t key, int64_t at) {
    return K::back(static_cast<Bits>((key + range.low) ^ flip), line.src[at * line.stride]);
  };
  if (range.bits <= 32 && n <= int64_t(0xffffffff)) {
    sort_line_as<T, uint64_t>(
        line, n, range.bits, memory,
        [&](int64_t i) {
          return ((K::of(line.src[i * line.stride]) ^ flip) - range.low) << 32 | static_cast<uint64_t>(i);
        },
        [&](uint64_t e, int64_t at) { return back(e >> 32, at); },
        [](uint64_t e) { return static_cast<int64_t>(e & 0xffffffff); });
  } else {
    sort_line_as<T, Wide>(
        line, n, range.bits, memory,
        [&](int64_t i) { return Wide{(K::of(line.src[i * line.stride]) ^ flip) - range.low, i}; },
        [&](const Wide& e, int64_t at) { return back(e.key, at); }, [](const Wide& e) { return e.index; });
  }
}

// Calls f(first element of src's line, of the output's line) for every line along `dim`, in parallel where it pays.
template <class F>
void for_each_line(const Tensor& self, const Tensor& out, int64_t dim, double ns, const F& f) {
  DimVector sizes, from, to;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d == dim) continue;
    sizes.push_back(self.sizes()[d]);
    from.push_back(self.strides()[d]);
    to.push_back(out.strides()[d]);
  }
  const int64_t lines = plan::numel_of(sizes);
  auto run = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t a = 0, b = 0, position = i;
      for (size_t d = sizes.size(); d-- > 0;) {
        a += position % sizes[d] * from[d];
        b += position % sizes[d] * to[d];
        position /= sizes[d];
      }
      f(a, b);
    }
  };
  if (lines == 1)
    run(0, 1);
  else
    parallel_for(lines, std::max<int64_t>(1, static_cast<int64_t>(20000.0 / ns)), ns, run);
}

void sort_any(const Tensor& self, int64_t dim, bool descending, Tensor& values, Tensor& indices) {
  if (self.numel() == 0) return;
  dim = plan::wrap_dim(dim, self.dim());
  const int64_t n = self.dim() == 0 ? 1 : self.sizes()[dim];
  const int64_t stride = self.dim() == 0 ? 1 : self.strides()[dim],
                out_stride = self.dim() == 0 ? 1 : values.strides()[dim];
  dispatch(self.dtype(), "sort", [&]<class T>() {
    const T* src = static_cast<const T*>(self.data_ptr());
    T* v = static_cast<T*>(values.data_ptr());
    int64_t* at = indices.data_ptr<int64_t>();
    for_each_line(self, values, dim, 20.0 * static_cast<double>(n) + 20.0, [&](int64_t from, int64_t to) {
      constexpr size_t kSmall = 2 * 256 * sizeof(Wide);
      alignas(16) char small[kSmall];
      const size_t bytes = 2 * static_cast<size_t>(n) * sizeof(Wide);
      Scratch large;
      if (bytes > kSmall) large = Scratch(bytes);
      sort_line(Line<T>{src + from, stride, v + to, at + to, out_stride}, n, descending,
                bytes > kSmall ? large.data() : small);
    });
  });
}

// Note [Selecting the k first]
// Candidates that beat the worst of the best k so far are collected; when 2k + 32 have come together, the best k are
// kept
// and the bar is raised. Blocks whose least key does not beat the bar are passed over, so the work is little more than
// reading the line once.
struct Best {
  Best(int64_t n, int64_t k) : k_(static_cast<size_t>(k)), room_(static_cast<size_t>(std::min(n, 2 * k + 32))) {
    if (k_ > kFew) list_.reserve(room_);
  }
  void clear() {
    list_.clear();
    count_ = 0;
    bar_ = ~uint64_t(0);
    open_ = true;
  }
  // Whether a block with this least key may hold a candidate.
  bool wants(uint64_t key) const { return open_ || key < bar_; }
  void offer(uint64_t key, int64_t index) {
    if (!wants(key)) return;
    if (k_ <= kFew) return insert(key, index);
    if (list_.size() == room_) {
      shrink();
      if (!wants(key)) return;
    }
    list_.push_back({key, index});
  }
  // The k best in order.
  const Wide* finish() {
    if (k_ <= kFew) return few_;
    if (list_.size() > k_) shrink();
    std::sort(list_.begin(), list_.end());
    return list_.data();
  }

 private:
  static constexpr size_t kFew = 24;  // so few are kept in order all the time

  void insert(uint64_t key, int64_t index) {
    size_t at = count_ == k_ ? k_ - 1 : count_++;
    for (; at > 0 && few_[at - 1].key > key; --at) few_[at] = few_[at - 1];
    few_[at] = {key, index};
    if (count_ < k_) return;
    bar_ = few_[k_ - 1].key;
    open_ = false;
  }
  void shrink() {
    std::nth_element(list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(k_ - 1), list_.end());
    list_.resize(k_);
    bar_ = list_[k_ - 1].key;
    open_ = false;
  }
  Wide few_[kFew];
  std::vector<Wide> list_;
  size_t k_, room_, count_ = 0;
  uint64_t bar_ = ~uint64_t(0);
  bool open_ = true;  // until k candidates are known, everything passes
};

template <class T>
void topk_line(const Line<T>& line, int64_t n, int64_t k, bool largest, Best& best) {
  using K = Key<T>;
  using Bits = typename K::Bits;
  constexpr uint64_t kAll = sizeof(Bits) == 8 ? ~uint64_t(0) : (uint64_t(1) << (sizeof(Bits) * 8 % 64)) - 1;
  const uint64_t flip = largest ? kAll : 0;
  best.clear();
  if constexpr (std::is_same_v<T, float>) {
    constexpr int64_t kBlock = 256;
    uint32_t keys[kBlock];
    float gathered[kBlock];
    for (int64_t start = 0; start < n; start += kBlock) {
      const int64_t count = std::min(kBlock, n - start);
      const float* from = line.src + start * line.stride;
      if (line.stride != 1) {
        for (int64_t i = 0; i < count; ++i) gathered[i] = from[i * line.stride];
        from = gathered;
      }
      if (!best.wants(copy_kernels().order_keys_f32(count, from, static_cast<uint32_t>(flip), keys))) continue;
      for (int64_t i = 0; i < count; ++i) best.offer(keys[i], start + i);
    }
  } else {
    for (int64_t i = 0; i < n; ++i) best.offer(K::of(line.src[i * line.stride]) ^ flip, i);
  }
  const Wide* found = best.finish();
  for (int64_t i = 0; i < k; ++i) {
    line.values[i * line.out_stride] =
        K::back(static_cast<Bits>(found[i].key ^ flip), line.src[found[i].index * line.stride]);
    line.indices[i * line.out_stride] = found[i].index;
  }
}

}  // namespace

void sort_values(const Tensor& self, int64_t dim, bool descending, Tensor& values, Tensor& indices) {
  sort_any(self, dim, descending, values, indices);
}
void sort_stable(const Tensor& self, std::optional<bool>, int64_t dim, bool descending, Tensor& values,
                 Tensor& indices) {
  sort_any(self, dim, descending, values, indices);
}

void topk(const Tensor& self, int64_t k, int64_t dim, bool largest, bool, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  dim = plan::wrap_dim(dim, self.dim());
  if (self.dim() == 0) k = 1;  // also when asked for none: the result has no dimension to be empty in
  const int64_t n = self.dim() == 0 ? 1 : self.sizes()[dim];
  const int64_t stride = self.dim() == 0 ? 1 : self.strides()[dim],
                out_stride = self.dim() == 0 ? 1 : values.strides()[dim];
  dispatch(self.dtype(), "topk", [&]<class T>() {
    const T* src = static_cast<const T*>(self.data_ptr());
    T* v = static_cast<T*>(values.data_ptr());
    int64_t* at = indices.data_ptr<int64_t>();
    for_each_line(self, values, dim, 0.7 * static_cast<double>(n) + 30.0 * static_cast<double>(k),
                  [&](int64_t from, int64_t to) {
                    Best best(n, k);
                    topk_line(Line<T>{src + from, stride, v + to, at + to, out_stride}, n, k, largest, best);
                  });
  });
}

void _lexicographic_order(const Tensor& self, Tensor& result) {
  const Tensor dense = self.detach().contiguous();
  const int64_t rows = self.sizes()[0], width = rows == 0 ? 0 : self.numel() / rows;
  int64_t* order = result.data_ptr<int64_t>();
  std::iota(order, order + rows, int64_t{0});
  dispatch(self.dtype(), "unique_dim", [&]<class T>() {
    const T* data = static_cast<const T*>(dense.data_ptr());
    std::stable_sort(order, order + rows, [&](int64_t a, int64_t b) {
      const T *x = data + a * width, *y = data + b * width;
      for (int64_t j = 0; j < width; ++j) {
        const auto p = Key<T>::of(x[j]), q = Key<T>::of(y[j]);
        if (p != q) return p < q;
      }
      return false;
    });
  });
}

}  // namespace rushlight::cpu
