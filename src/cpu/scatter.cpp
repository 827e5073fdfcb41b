// Kernels gather and scatter_*, masks, nonzero, bincount, histc, searchsorted.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "cpu/index.h"
#include "cpu/reduce.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"
#include "plan/meta_index.h"
#include "rushlight/ops.h"

#pragma GCC optimize("O3")

namespace rushlight::cpu {
namespace {

// Note [Lines]
// gather and scatter along a dim work on lines: one for each position of the other dims. A line's writes stay in the
// line, so lines may run in any order and on any thread; inside one, the order is that of the index. Neighbouring lines
// are taken kBlock at a time, so that memory is walked along the last dim even when the lines run across it.
struct Lines {
  static constexpr int64_t kBlock = 64, kRow = 256;
  DimVector sizes, a, b, c;  // dims other than `dim` and the innermost one; strides in self, index, other
  int64_t along = 1, sa = 0, sb = 0, sc = 0;  // the dim itself
  int64_t inner = 1, la = 0, lb = 0, lc = 0;  // the innermost other dim
  int64_t block = kBlock;                     // kRow where one index serves a whole row
  int64_t dim, limit;

  Lines(const Tensor& self, int64_t wanted, const Tensor& index, const Tensor& other)
      : dim(plan::wrap_dim(wanted, self.dim())) {
    limit = self.dim() == 0 ? 1 : self.sizes()[dim];
    auto stride = [](const Tensor& t, int64_t d) { return t.defined() && d < t.dim() ? t.strides()[d] : 0; };
    for (int64_t d = 0; d < index.dim(); ++d) {
      if (d == dim) {
        along = index.sizes()[d];
        sa = self.dim() == 0 ? 1 : self.strides()[d];
        sb = stride(index, d);
        sc = stride(other, d);
      } else {
        sizes.push_back(index.sizes()[d]);
        a.push_back(self.strides()[d]);
        b.push_back(stride(index, d));
        c.push_back(stride(other, d));
      }
    }
    if (!sizes.empty() && dim + 1 < index.dim()) {  // lines along the last dim are walked one by one
      inner = sizes.back();
      la = a.back();
      lb = b.back();
      lc = c.back();
      for (DimVector* v : {&sizes, &a, &b, &c}) v->pop_back();
      if (lb == 0) block = kRow;
    }
  }
};

// body(offset in self, in index, in other, number of neighbouring lines)
template <class F>
void for_lines(const Lines& l, double ns, const F& body) {
  const int64_t blocks = (l.inner + l.block - 1) / l.block, total = plan::numel_of(l.sizes) * blocks;
  if (total * l.along == 0) return;
  const double cost = ns * static_cast<double>(l.along * std::min(l.inner, l.block));
  parallel_for(total, std::max<int64_t>(1, static_cast<int64_t>(20000.0 / (cost + 1.0))), cost,
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i) {
                   const int64_t first = i % blocks * l.block;
                   int64_t oa = first * l.la, ob = first * l.lb, oc = first * l.lc, position = i / blocks;
                   for (size_t d = l.sizes.size(); d-- > 0;) {
                     const int64_t at = position % l.sizes[d];
                     position /= l.sizes[d];
                     oa += at * l.a[d];
                     ob += at * l.b[d];
                     oc += at * l.c[d];
                   }
                   body(oa, ob, oc, std::min(l.block, l.inner - first));
                 }
               });
}

[[noreturn]] void out_of_range(int64_t index, const Lines& l) {
  fail(ErrorKind::kRuntime, "index {} is out of bounds for dimension {} with size {}", index, l.dim, l.limit);
}

// f(element of self, element of other) for every index position, or row_of(elements of self, of other, n) for n
// neighbours.
template <class T, class F, class Row>
void visit(const Lines& l, T* self, const int64_t* index, const T* other, double ns, const F& f, const Row& row_of) {
  auto one_line = [&](T* s, const int64_t* p, const T* o, auto sa, auto sb, auto sc) {
    for (int64_t i = 0; i < l.along; ++i) {
      const int64_t at = p[i * sb()];
      if (static_cast<uint64_t>(at) >= static_cast<uint64_t>(l.limit)) out_of_range(at, l);
      f(s[at * sa()], o[i * sc()]);
    }
  };
  using One = std::integral_constant<int64_t, 1>;
  const bool dense = l.sa == 1 && l.sb == 1 && l.sc == 1;
  for_lines(l, ns, [&](int64_t oa, int64_t ob, int64_t oc, int64_t n) {
    if (n == 1 && dense) return one_line(self + oa, index + ob, other + oc, One(), One(), One());
    if (n == 1) {
      return one_line(
          self + oa, index + ob, other + oc, [&] { return l.sa; }, [&] { return l.sb; }, [&] { return l.sc; });
    }
    for (int64_t i = 0; i < l.along; ++i) {
      const int64_t* p = index + ob + i * l.sb;
      const T* o = other + oc + i * l.sc;
      if (l.lb == 0 && l.la == 1 && l.lc == 1) {  // an index that is expanded over the lines: whole rows
        if (static_cast<uint64_t>(*p) >= static_cast<uint64_t>(l.limit)) out_of_range(*p, l);
        row_of(self + oa + *p * l.sa, o, n);
        continue;
      }
      for (int64_t j = 0; j < n; ++j) {
        const int64_t at = p[j * l.lb];
        if (static_cast<uint64_t>(at) >= static_cast<uint64_t>(l.limit)) out_of_range(at, l);
        f(self[oa + at * l.sa + j * l.la], o[j * l.lc]);
      }
    }
  });
}
template <class T, class F>
void visit(const Lines& l, T* self, const int64_t* index, const T* other, double ns, const F& f) {
  visit(l, self, index, other, ns, f, [&f](T* row, const T* o, int64_t n) {
    for (int64_t j = 0; j < n; ++j) f(row[j], o[j]);
  });
}

}  // namespace

void gather(const Tensor& self, int64_t dim, const Tensor& index, bool, Tensor& result) {
  if (index.numel() == 0) return;
  const Tensor at = index.to(kLong);
  const Lines lines(self, dim, at, result);
  dispatch_bytes(self.element_size(), [&]<class T>() {
    // `other` is the result here: written, though visit() passes it as const.
    visit(lines, static_cast<T*>(self.data_ptr()), at.const_data_ptr<int64_t>(),
          static_cast<const T*>(result.data_ptr()), 1.0,
          [](const T& place, const T& out) { const_cast<T&>(out) = place; });
  });
}

namespace {

enum class Reduce { Sum, Prod, Max, Min };

Reduce reduce_of(std::string_view name) {
  if (name == "prod" || name == "multiply") return Reduce::Prod;
  if (name == "amax") return Reduce::Max;
  if (name == "amin") return Reduce::Min;
  return Reduce::Sum;
}

template <class A>
A combine(Reduce kind, A a, A b) {
  if constexpr (is_complex_v<A>)
    return kind == Reduce::Prod ? a * b : a + b;  // meta refused the others
  else
    switch (kind) {
      case Reduce::Prod:
        return static_cast<A>(a * b);
      case Reduce::Max:
        return (a != a) | (b <= a) ? a : b;  // NaN wins: the first one, or b, which is not <= a
      case Reduce::Min:
        return (a != a) | (b >= a) ? a : b;
      default:
        return static_cast<A>(a + b);
    }
}

// Which of the vectorised loops over rows takes T; -1: none.
template <class T>
constexpr int reduce_type_of() {
  return std::is_same_v<T, float>     ? kReduceF32
         : std::is_same_v<T, double>  ? kReduceF64
         : std::is_same_v<T, int64_t> ? kReduceI64
         : std::is_same_v<T, int32_t> ? kReduceI32
                                      : -1;
}

// `src` undefined: the element `bits` for every position.
void scatter_set(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, ElementBits bits) {
  if (index.numel() == 0) return;
  const Tensor at = index.to(kLong);
  const Lines lines(self, dim, at, src);
  dispatch_bytes(self.element_size(), [&]<class T>() {
    T value;
    memcpy(static_cast<void*>(&value), &bits, sizeof(T));
    visit(lines, static_cast<T*>(self.data_ptr()), at.const_data_ptr<int64_t>(),
          src.defined() ? static_cast<const T*>(src.data_ptr()) : &value, 1.0, [](T& place, T v) { place = v; });
  });
}

void scatter_combine(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, ElementBits bits,
                     Reduce kind) {
  if (index.numel() == 0) return;
  const Tensor at = index.to(kLong);
  const Lines lines(self, dim, at, src);
  dispatch_all(self.dtype(), "scatter_reduce_", [&]<class T>() {
    T value;
    memcpy(static_cast<void*>(&value), &bits, sizeof(T));
    T* to = static_cast<T*>(self.data_ptr());
    const T* from = src.defined() ? static_cast<const T*>(src.data_ptr()) : &value;
    if constexpr (std::is_same_v<T, bool>) {
      visit(lines, to, at.const_data_ptr<int64_t>(), from, 1.5,
            [kind](T& place, T v) { place = kind == Reduce::Sum || kind == Reduce::Max ? place || v : place && v; });
    } else if (kind == Reduce::Sum) {
      visit(lines, to, at.const_data_ptr<int64_t>(), from, 1.5,
            [](T& place, T v) { place = store<T>(load(place) + load(v)); });
    } else {
      auto run = [&](auto chosen) {  // a constant, so that the loops hold one reduction each
        constexpr Reduce kKind = decltype(chosen)::value;
        constexpr int kType = reduce_type_of<T>();
        const auto one = [](T& place, T v) { place = store<T>(combine(kKind, load(place), load(v))); };
        if constexpr (kType >= 0 && kKind != Reduce::Prod)
          visit(lines, to, at.const_data_ptr<int64_t>(), from, 2.0, one,
                reduce_kernels().replace[kKind == Reduce::Min][kType]);
        else
          visit(lines, to, at.const_data_ptr<int64_t>(), from, 2.0, one);
      };
      if (kind == Reduce::Prod) return run(std::integral_constant<Reduce, Reduce::Prod>());
      if (kind == Reduce::Max) return run(std::integral_constant<Reduce, Reduce::Max>());
      run(std::integral_constant<Reduce, Reduce::Min>());
    }
  });
}

// The value that changes nothing under a reduction, as an element.
ElementBits identity_bits(Reduce kind, ScalarType dtype) {
  if (kind == Reduce::Sum) return 0;
  if (kind == Reduce::Prod) return scalar_bits(1, dtype);
  const bool max = kind == Reduce::Max;
  if (is_floating_point(dtype)) return scalar_bits(max ? -INFINITY : INFINITY, dtype);
  return dispatch(dtype, "scatter_reduce_", [&]<class T>() -> ElementBits {
    if constexpr (std::is_integral_v<T>) {
      const T value = max ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
      ElementBits bits;
      memcpy(static_cast<void*>(&bits), &value, sizeof(T));
      return bits;
    } else {
      return 0;
    }
  });
}

// self /= how many values went into each place (only places that got any).
void divide_by_counts(const Tensor& self, int64_t dim, const Tensor& index, bool include_self) {
  Tensor counts = zeros(self.sizes(), kLong);
  scatter_combine(counts, dim, index, Tensor(), scalar_bits(1, kLong), Reduce::Sum);
  Tensor dense = self.contiguous();
  const int64_t* n = counts.const_data_ptr<int64_t>();
  dispatch_all(self.dtype(), "scatter_reduce_", [&]<class T>() {
    T* data = static_cast<T*>(dense.data_ptr());
    for (int64_t i = 0; i < counts.numel(); ++i) {
      if (n[i] == 0) continue;
      const int64_t by = n[i] + include_self;
      if constexpr (std::is_unsigned_v<T>) {
        data[i] = static_cast<T>(data[i] / static_cast<uint64_t>(by));
      } else if constexpr (std::is_integral_v<T>) {
        const int64_t v = static_cast<int64_t>(data[i]), q = v / by;
        data[i] = static_cast<T>(q - (v % by < 0));
      } else {
        data[i] = store<T>(load(data[i]) / static_cast<opmath_t<T>>(by));
      }
    }
  });
  if (!dense.is_same(self)) copy_elements(self, dense);
}

}  // namespace

void scatter_src(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  scatter_set(self, dim, index, src, 0);
}
void scatter_value(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  scatter_set(self, dim, index, Tensor(), scalar_bits(value, self.dtype()));
}
void scatter_reduce_src(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                        std::string_view reduce) {
  scatter_combine(self, dim, index, src, 0, reduce_of(reduce));
}
void scatter_reduce_value(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
                          std::string_view reduce) {
  scatter_combine(self, dim, index, Tensor(), scalar_bits(value, self.dtype()), reduce_of(reduce));
}
void scatter_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  scatter_combine(self, dim, index, src, 0, Reduce::Sum);
}
void scatter_reduce_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                     bool include_self) {
  const Reduce kind = reduce_of(reduce);
  if (!include_self) scatter_set(self, dim, index, Tensor(), identity_bits(kind, self.dtype()));
  scatter_combine(self, dim, index, src, 0, kind);
  if (reduce == "mean") divide_by_counts(self, dim, index, include_self);
}

// ---- masks ----------------------------------------------------------------------------------------------------------

namespace {

void fill_masked(const Tensor& self, const Tensor& mask, ElementBits bits) {
  const int64_t n = self.numel();
  if (n == 0) return;
  if (!self.impl()->contiguous) {
    Tensor dense = self.contiguous();
    fill_masked(dense, mask, bits);
    return copy_elements(self, dense);
  }
  const Tensor where = mask.sizes() == self.sizes() ? mask.contiguous() : mask.expand(self.sizes());
  const bool one_row = where.impl()->contiguous;
  const int64_t width = one_row ? n : self.sizes().back(), rows = n / width,
                step = one_row ? 1 : where.strides().back();
  dispatch_bytes(self.element_size(), [&]<class T>() {
    T value;
    memcpy(static_cast<void*>(&value), &bits, sizeof(T));
    T* data = static_cast<T*>(self.data_ptr());
    const bool* m = where.const_data_ptr<bool>();
    auto fill_run = [&](T* d, const bool* p, int64_t count) {
      if constexpr (sizeof(T) > 8) {
        for (int64_t j = 0; j < count; ++j) d[j] = p[j * step] ? value : d[j];
      } else if (step == 1) {
        for (int64_t j = 0; j < count; ++j) {  // bitwise, so that it vectorises everywhere
          const T keep = static_cast<T>(static_cast<T>(p[j]) - 1);
          d[j] = static_cast<T>((d[j] & keep) | (value & static_cast<T>(~keep)));
        }
      } else if (step == 0) {
        if (*p) std::fill(d, d + count, value);
      } else {
        for (int64_t j = 0; j < count; ++j) d[j] = p[j * step] ? value : d[j];
      }
    };
    if (rows == 1)
      return parallel_for(n, 32768, 0.3, [&](int64_t b, int64_t e) { fill_run(data + b, m + b * step, e - b); });
    parallel_for(rows, std::max<int64_t>(1, 32768 / width), 0.3 * static_cast<double>(width) + 5,
                 [&](int64_t b, int64_t e) {
                   for (int64_t r = b; r < e; ++r) {
                     int64_t offset = 0, position = r;
                     for (int64_t d = self.dim() - 2; d >= 0; --d) {
                       offset += position % self.sizes()[d] * where.strides()[d];
                       position /= self.sizes()[d];
                     }
                     fill_run(data + r * width, m + offset, width);
                   }
                 });
  });
}

}  // namespace

void masked_fill_(const Tensor& self, const Tensor& mask, const Scalar& value) {
  fill_masked(self, mask, scalar_bits(value, self.dtype()));
}
void masked_fill_(const Tensor& self, const Tensor& mask, const Tensor& value) {
  ElementBits bits;
  convert_contiguous(1, value.data_ptr(), value.dtype(), &bits, self.dtype());
  fill_masked(self, mask, bits);
}

namespace {

constexpr int64_t kMaskChunk = 16384;

// How many elements of a mask are true before each chunk of it, and in all.
std::vector<int64_t> true_before(const bool* mask, int64_t n) {
  const int64_t chunks = (n + kMaskChunk - 1) / kMaskChunk;
  std::vector<int64_t> before(static_cast<size_t>(chunks + 1));
  parallel_for(chunks, 4, 0.05 * kMaskChunk, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      int32_t count = 0;
      for (int64_t i = c * kMaskChunk; i < std::min(n, (c + 1) * kMaskChunk); ++i) count += mask[i];
      before[static_cast<size_t>(c + 1)] = count;
    }
  });
  for (size_t c = 1; c < before.size(); ++c) before[c] += before[c - 1];
  return before;
}

// f(chunk's first element, its last one + 1, true elements before it, those in it) for all chunks of a mask.
template <class F>
void for_mask_chunks(const std::vector<int64_t>& before, int64_t n, double ns, const F& f) {
  parallel_for(static_cast<int64_t>(before.size()) - 1, 1, ns * kMaskChunk, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      const int64_t first = before[static_cast<size_t>(c)];
      f(c * kMaskChunk, std::min(n, (c + 1) * kMaskChunk), first, before[static_cast<size_t>(c + 1)] - first);
    }
  });
}

}  // namespace

void masked_select(const Tensor& self, const Tensor& mask, Tensor& result) {
  if (result.numel() == 0) return;
  const DimVector sizes = plan::broadcast(self.sizes(), mask.sizes());
  const Tensor values = self.detach().expand(sizes).contiguous(), where = mask.expand(sizes).contiguous();
  const bool* m = where.const_data_ptr<bool>();
  const std::vector<int64_t> before = true_before(m, where.numel());
  dispatch_bytes(self.element_size(), [&]<class T>() {
    const T* from = static_cast<const T*>(values.data_ptr());
    T* out = static_cast<T*>(result.data_ptr());
    for_mask_chunks(before, where.numel(), 1.0, [&](int64_t begin, int64_t, int64_t at, int64_t count) {
      T *to = out + at, *last = to + count;
      for (int64_t i = begin; to != last; ++i) {
        *to = from[i];  // overwritten until the mask keeps it
        to += m[i];
      }
    });
  });
}

void masked_scatter_(const Tensor& self, const Tensor& mask, const Tensor& source) {
  const Tensor where = mask.expand(self.sizes()).contiguous(), from = source.contiguous();
  Tensor dense = self.contiguous();
  const bool* m = where.const_data_ptr<bool>();
  const std::vector<int64_t> before = true_before(m, where.numel());
  check(before.back() <= source.numel(),
        "Number of elements of source < number of ones in mask (masked_scatter: {} < {})", source.numel(),
        before.back());
  dispatch_bytes(self.element_size(), [&]<class T>() {
    T* to = static_cast<T*>(dense.data_ptr());
    const T* source_data = static_cast<const T*>(from.data_ptr());
    for_mask_chunks(before, where.numel(), 1.0, [&](int64_t begin, int64_t, int64_t at, int64_t count) {
      const T *s = source_data + at, *last = s + count;
      for (int64_t i = begin; s != last; ++i) {  // no branch to miss
        if constexpr (sizeof(T) <= 8) {
          const T take = static_cast<T>(-static_cast<int64_t>(m[i]));
          to[i] = static_cast<T>((*s & take) | (to[i] & static_cast<T>(~take)));
        } else {
          to[i] = m[i] ? *s : to[i];
        }
        s += m[i];
      }
    });
  });
  if (!dense.is_same(self)) copy_elements(self, dense);
}

void nonzero(const Tensor& self, Tensor& result) {
  if (result.numel() == 0) return;
  const Tensor where = self.dtype() == kBool ? self.detach().contiguous() : self.detach().to(kBool).contiguous();
  const bool* m = where.const_data_ptr<bool>();
  const int64_t dims = self.dim(), width = self.sizes().back(), count = result.sizes()[0];
  int64_t* out = result.data_ptr<int64_t>();  // column-major
  const std::vector<int64_t> before = true_before(m, where.numel());
  for_mask_chunks(before, where.numel(), 0.8 * static_cast<double>(dims),
                  [&](int64_t begin, int64_t, int64_t at, int64_t found) {
                    int64_t *last = out + (dims - 1) * count + at, j = begin % width, i = begin;
                    DimVector place(static_cast<size_t>(dims));
                    int64_t row = begin / width;
                    for (int64_t d = dims - 2; d >= 0; --d) {
                      place[d] = row % self.sizes()[d];
                      row /= self.sizes()[d];
                    }
                    for (int64_t left = found; left > 0;) {
                      const int64_t had = left;
                      for (; j < width && left > 0; ++j, ++i) {  // written first, kept if it is true: no branch to miss
                        *last = j;
                        last += m[i];
                        left -= m[i];
                      }
                      const int64_t first = last - (out + (dims - 1) * count) - (had - left);
                      for (int64_t d = 0; d + 1 < dims; ++d) std::fill_n(out + d * count + first, had - left, place[d]);
                      for (int64_t d = dims - 2; d >= 0 && ++place[d] == self.sizes()[d]; --d) place[d] = 0;
                      j = 0;
                    }
                  });
}

// ---- counting and searching -----------------------------------------------------------------------------------------

namespace {

// ++bins[p[i]]. Neighbours often meet in one bin, whose additions would wait for each other: few bins get four tables.
void count_values(const int64_t* p, int64_t n, int64_t* bins, int64_t size) {
  constexpr int64_t kTables = 4, kFew = 4096, kChunk = 65536;
  if (size > kFew || n < 4 * size) {
    for (int64_t i = 0; i < n; ++i) ++bins[p[i]];
    return;
  }
  std::mutex mutex;
  parallel_for((n + kChunk - 1) / kChunk, 1, 0.6 * kChunk, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> tables(static_cast<size_t>(kTables * size));
    int64_t* t = tables.data();
    const int64_t last = std::min(n, end * kChunk);
    int64_t i = begin * kChunk;
    for (; i + kTables <= last; i += kTables) {
      ++t[p[i]];
      ++t[size + p[i + 1]];
      ++t[2 * size + p[i + 2]];
      ++t[3 * size + p[i + 3]];
    }
    for (; i < last; ++i) ++t[p[i]];
    const std::lock_guard lock(mutex);
    for (int64_t b = 0; b < size; ++b) bins[b] += t[b] + t[size + b] + t[2 * size + b] + t[3 * size + b];
  });
}

// The first place of the n ordered elements at which `before` does not hold; no branch to miss.
template <class F>
int64_t first_not(int64_t n, const F& before) {
  if (n == 0) return 0;
  int64_t low = 0;
  while (n > 1) {
    const int64_t half = n / 2;
    low += half & -static_cast<int64_t>(before(low + half - 1));
    n -= half;
  }
  return low + static_cast<int64_t>(before(low));
}

}  // namespace

void bincount(const Tensor& self, const Tensor& weights, int64_t, Tensor& result) {
  fill_bits(result, 0);
  const Tensor values = as_index(self);
  const int64_t* p = values.const_data_ptr<int64_t>();
  const int64_t n = values.numel();
  if (!weights.defined()) {
    return count_values(p, n, result.data_ptr<int64_t>(), result.numel());
  }
  const Tensor w = weights.to(result.dtype()).contiguous();
  dispatch_floating(result.dtype(), "bincount", [&]<class T>() {
    T* bins = static_cast<T*>(result.data_ptr());
    const T* add = static_cast<const T*>(w.data_ptr());
    for (int64_t i = 0; i < n; ++i) bins[p[i]] = store<T>(load(bins[p[i]]) + load(add[i]));
  });
}

void histc(const Tensor& self, int64_t bins, const Scalar& min, const Scalar& max, Tensor& result) {
  fill_bits(result, 0);
  const Tensor dense = self.detach().contiguous();
  const int64_t n = dense.numel();
  dispatch_floating(self.dtype(), "histogram_cpu", [&]<class T>() {
    using A = opmath_t<T>;
    const T* p = static_cast<const T*>(dense.data_ptr());
    A low = min.to<A>(), high = max.to<A>();
    if (low == high && n > 0) {
      low = high = load(p[0]);
      for (int64_t i = 0; i < n; ++i) {
        const A v = load(p[i]);
        low = v < low || v != v ? v : low;
        high = v > high || v != v ? v : high;
      }
    }
    if (low == high) {
      low -= 1;
      high += 1;
    }
    check(std::isfinite(low) && std::isfinite(high), "torch.histc: range of [{}, {}] is not finite", low, high);
    std::vector<int64_t> counts(static_cast<size_t>(bins));
    // Half types are rounded after every step, as in PyTorch: it decides in which bin a number on an edge falls.
    const auto rounded = [](A v) { return static_cast<A>(load(store<T>(v))); };
    for (int64_t i = 0; i < n; ++i) {
      const A v = load(p[i]);
      if (!(v >= low && v <= high)) continue;
      const int64_t at =
          static_cast<int64_t>(rounded(rounded(rounded(v - low) * static_cast<A>(bins)) / rounded(high - low)));
      ++counts[static_cast<size_t>(std::min(at, bins - 1))];
    }
    for (int64_t i = 0; i < bins; ++i) static_cast<T*>(result.data_ptr())[i] = store<T>(static_cast<A>(counts[i]));
  });
}

void searchsorted(const Tensor& sorted_sequence, const Tensor& input, bool, bool right,
                  std::optional<std::string_view> side, const Tensor& sorter, Tensor& result) {
  if (input.numel() == 0) return;
  const bool upper = right || (side && *side == "right");
  const ScalarType common = promote_types(sorted_sequence.dtype(), input.dtype());
  const Tensor edges = sorted_sequence.detach().to(common).contiguous(),
               values = input.detach().to(common).contiguous();
  const Tensor order = sorter.defined() ? sorter.contiguous() : Tensor();
  const int64_t n = edges.sizes().back(), per_row = edges.dim() == 1 ? input.numel() : input.sizes().back();
  if (order.defined()) {
    const int64_t* p = order.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < order.numel(); ++i)
      check(p[i] >= 0 && p[i] < n, "torch.searchsorted(): sorter index {} is out of range for {} boundaries", p[i], n);
  }
  const Tensor wide = result.dtype() == kLong ? result : empty(result.sizes(), kLong);
  int64_t* out = wide.data_ptr<int64_t>();
  dispatch(common, "searchsorted", [&]<class T>() {
    const T* e = static_cast<const T*>(edges.data_ptr());
    const T* v = static_cast<const T*>(values.data_ptr());
    parallel_for(input.numel(), 1024, 20.0, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const T* row = e + i / per_row * n;
        const int64_t* o = order.defined() ? order.const_data_ptr<int64_t>() + i / per_row * n : nullptr;
        const auto value = load(v[i]);
        out[i] = first_not(n, [&](int64_t k) {
          const auto at = load(row[o ? o[k] : k]);
          return upper ? !(at > value) : !(at >= value);
        });
      }
    });
  });
  if (!wide.is_same(result)) copy_elements(result, wide);
}

}  // namespace rushlight::cpu
