// Kernels that read and write by index: index_select, _index, index_add_, index_copy_, index_fill_, _index_put_.
#include "cpu/index.h"

#include <algorithm>
#include <cstring>

#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "cpu/norm.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"
#include "plan/meta_index.h"
#include "rushlight/ops.h"

// The accumulating rows below are plain loops: have them vectorised.
#pragma GCC optimize("O3")

namespace rushlight::cpu {

Tensor as_index(const Tensor& index) { return index.to(kLong).contiguous(); }

namespace {

[[noreturn]] void out_of_range(int64_t index, int64_t dim, int64_t size, ErrorKind kind = ErrorKind::kIndex,
                               std::string_view words = "") {
  fail(kind, "{}index {} is out of bounds for dimension {} with size {}", words, index, dim, size);
}

// Drops dims of size 1 and joins gapless neighbours.
void coalesce(DimVector& sizes, DimVector& strides) {
  DimVector s, t;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 1) continue;
    if (!s.empty() && t.back() == strides[d] * sizes[d]) {
      s.back() *= sizes[d];
      t.back() = strides[d];
    } else {
      s.push_back(sizes[d]);
      t.push_back(strides[d]);
    }
  }
  sizes = std::move(s);
  strides = std::move(t);
}

void finish_plan(IndexPlan& plan) {
  plan.rows = plan::numel_of(plan.before);
  plan.slab = plan::numel_of(plan.after);
  coalesce(plan.before, plan.before_strides);
  coalesce(plan.after, plan.after_strides);
}

// The element offset of a flat position in the given dims.
int64_t offset_at(const DimVector& sizes, const DimVector& strides, int64_t position) {
  int64_t offset = 0;
  for (size_t d = sizes.size(); d-- > 0;) {
    offset += position % sizes[d] * strides[d];
    position /= sizes[d];
  }
  return offset;
}

bool is_flat(const Tensor& self, TensorList indices) {
  return self.dim() == 1 && indices.size() == 1 && indices[0].defined();
}

// Refuses an index that is not in [-size, size), the first one found.
void check_places(const int64_t* p, int64_t n, int64_t size) {
  parallel_for(n, 65536, 0.3, [&](int64_t begin, int64_t end) {
    int64_t bad = 0;  // negative if one is: a sign is cheaper than a comparison of 64 bits
    for (int64_t i = begin; i < end; ++i) {
      const auto place = static_cast<int64_t>(static_cast<uint64_t>(p[i]) + static_cast<uint64_t>(size));
      bad |= place | static_cast<int64_t>(static_cast<uint64_t>(2 * size - 1) - static_cast<uint64_t>(place));
    }
    if (bad >= 0) return;
    for (int64_t i = begin; i < end; ++i)
      if (p[i] < -size || p[i] >= size) out_of_range(p[i], 0, size);
  });
}

bool dense_slab(const IndexPlan& p) { return p.after.empty() || (p.after.size() == 1 && p.after_strides[0] == 1); }

// f(offset, run_stride, first, n) for the innermost runs of slab elements [begin, end); `offset` is that of element
// `first`.
template <class F>
void for_runs(const IndexPlan& p, int64_t begin, int64_t end, const F& f) {
  if (p.after.empty()) {
    f(int64_t{0}, int64_t{1}, begin, end - begin);
    return;
  }
  const int64_t inner = p.after.back(), stride = p.after_strides.back();
  while (begin < end) {
    const int64_t n = std::min(end - begin, inner - begin % inner);
    f(offset_at(p.after, p.after_strides, begin), stride, begin, n);
    begin += n;
  }
}

// Note [Dividing indexed writes]
// Pieces are cut from rows x slab, each of at least 16 elements (one cache line of floats): body(row, begin, end) then
// walks all index positions for its piece, so every place sees its writes in index order whatever thread does them. How
// the slab is cut changes nothing in the result, so here, and only here, it may follow the number of threads.
template <class F>
void for_pieces(const IndexPlan& p, double ns_per_element, const F& body) {
  const int64_t threads = get_num_threads(),
                width = std::max<int64_t>(16, (p.slab + threads - 1) / threads + 15) / 16 * 16;
  const int64_t pieces = (p.slab + width - 1) / width, total = p.rows * pieces;
  const double ns = ns_per_element * static_cast<double>(p.count) * static_cast<double>(std::min(width, p.slab));
  const int64_t grain = std::max<int64_t>(1, static_cast<int64_t>(20000.0 / (ns + 1.0)));
  parallel_for(total, grain, ns, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % pieces * width;
      body(i / pieces, first, std::min(p.slab, first + width));
    }
  });
}

}  // namespace

IndexPlan plan_along(const Tensor& self, int64_t dim, const Tensor& index, bool wrap, ErrorKind kind,
                     std::string_view words) {
  IndexPlan plan;
  dim = plan::wrap_dim(dim, self.dim());
  const int64_t size = self.dim() == 0 ? 1 : self.sizes()[dim], stride = self.dim() == 0 ? 1 : self.strides()[dim];
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d == dim) continue;
    (d < dim ? plan.before : plan.after).push_back(self.sizes()[d]);
    (d < dim ? plan.before_strides : plan.after_strides).push_back(self.strides()[d]);
  }
  finish_plan(plan);
  const Tensor dense = as_index(index);
  plan.count = dense.numel();
  plan.storage = Scratch(static_cast<size_t>(plan.count) * sizeof(int64_t));
  const int64_t* p = dense.const_data_ptr<int64_t>();
  int64_t* out = plan.offsets();
  for (int64_t i = 0; i < plan.count; ++i) {
    int64_t at = p[i];
    if (at < 0 && wrap) at += size;
    if (static_cast<uint64_t>(at) >= static_cast<uint64_t>(size)) out_of_range(p[i], dim, size, kind, words);
    out[i] = at * stride;
  }
  return plan;
}

IndexPlan plan_indices(const Tensor& self, TensorList indices) {
  IndexPlan plan;
  if (is_flat(self, indices)) {
    plan.index = as_index(indices[0].detach());
    plan.places = plan.index.const_data_ptr<int64_t>();
    plan.count = plan.index.numel();
    plan.size = self.numel();
    plan.stride = self.strides()[0];
    check_places(plan.places, plan.count, plan.size);
    return plan;
  }
  const meta::IndexLayout layout = meta::index_layout(self, indices);
  plan.before = layout.before;
  plan.after = layout.after;
  for (int64_t d : layout.before_dims) plan.before_strides.push_back(self.strides()[d]);
  for (int64_t d : layout.after_dims) plan.after_strides.push_back(self.strides()[d]);
  finish_plan(plan);
  plan.count = plan::numel_of(layout.index_sizes);
  plan.storage = Scratch(static_cast<size_t>(plan.count) * sizeof(int64_t));
  int64_t* out = plan.offsets();
  bool first = true;
  for (size_t k = 0; k < indices.size(); ++k) {
    if (!indices[k].defined()) continue;
    const int64_t dim = static_cast<int64_t>(k), size = self.sizes()[dim], stride = self.strides()[dim];
    Tensor index = indices[k].detach();
    const bool one = index.numel() == 1;
    if (!one && index.sizes() != IntArrayRef(layout.index_sizes)) index = index.expand(layout.index_sizes);
    index = as_index(index);
    const int64_t* p = index.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < plan.count; ++i) {
      const int64_t value = p[one ? 0 : i];
      const int64_t at = value < 0 ? value + size : value;
      if (static_cast<uint64_t>(at) >= static_cast<uint64_t>(size)) out_of_range(value, dim, size);
      out[i] = first ? at * stride : out[i] + at * stride;
    }
    first = false;
  }
  return plan;
}

namespace {

// Elements of a vector: what a direct plan would read, with the check in the same pass.
void read_flat(const Tensor& self, const Tensor& index, void* out) {
  const Tensor dense = as_index(index);
  const int64_t* p = dense.const_data_ptr<int64_t>();
  const int64_t size = self.numel(), stride = self.strides()[0];
  dispatch_bytes(self.element_size(), [&]<class T>() {
    const T* from = static_cast<const T*>(self.data_ptr());
    T* to = static_cast<T*>(out);
    parallel_for(dense.numel(), 16384, 1.5, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t at = p[i] + (size & p[i] >> 63);
        if (static_cast<uint64_t>(at) >= static_cast<uint64_t>(size)) out_of_range(p[i], 0, size);
        to[i] = from[at * stride];
      }
    });
  });
}

}  // namespace

void read_plan(const IndexPlan& p, const Tensor& self, void* out) {
  if (p.rows * p.count * p.slab == 0) return;
  const int64_t size = self.element_size(), bytes = p.slab * size;
  const char* from = static_cast<const char*>(self.data_ptr());
  char* to = static_cast<char*>(out);
  const int64_t total = p.rows * p.count, grain = std::max<int64_t>(1, (64 << 10) / bytes);
  const double ns = 2.0 + 0.1 * static_cast<double>(bytes);
  const int64_t* offsets = p.offsets();
  parallel_for(total, grain, ns, [&](int64_t begin, int64_t end) {
    while (begin < end) {  // positions of one row at a time
      const int64_t row = begin / p.count, last = std::min(end, (row + 1) * p.count), skip = row * p.count;
      const char* base = from + offset_at(p.before, p.before_strides, row) * size;
      if (p.slab == 1) {
        dispatch_bytes(size, [&]<class T>() {
          const T* s = reinterpret_cast<const T*>(base);
          T* d = reinterpret_cast<T*>(to);
          for (int64_t i = begin; i < last; ++i) d[i] = s[offsets[i - skip]];
        });
      } else if (dense_slab(p)) {
        for (int64_t i = begin; i < last; ++i)
          memcpy(to + i * bytes, base + offsets[i - skip] * size, static_cast<size_t>(bytes));
      } else {
        for (int64_t i = begin; i < last; ++i) {
          const DimVector dense = plan::contiguous_strides(p.after);
          copy_strided(p.after, to + i * bytes, dense, self.dtype(), base + offsets[i - skip] * size, p.after_strides,
                       self.dtype());
        }
      }
      begin = last;
    }
  });
}

namespace {

// Writes `values` through the plan, element by element where needed: f(T& place, T value), or row_of(places, values, n)
// for a run of neighbours.
template <class T, class F, class Row>
void update_plan(const IndexPlan& p, T* self, const T* values, bool one_value, double ns, const F& f,
                 const Row& row_of) {
  if (p.rows * p.count * p.slab == 0) return;
  const int64_t* offsets = p.offsets();
  for_pieces(p, ns, [&](int64_t row, int64_t begin, int64_t end) {
    T* base = self + offset_at(p.before, p.before_strides, row);
    const T* from = values + row * p.count * p.slab;
    if (p.slab == 1) {
      const int64_t step = one_value ? 0 : 1;
      if (p.places) {
        const int64_t *places = p.places, count = p.count, size = p.size, stride = p.stride;
        for (int64_t i = 0; i < count; ++i) f(self[(places[i] + (size & places[i] >> 63)) * stride], values[i * step]);
      } else {
        const T* source = one_value ? values : from;
        for (int64_t i = 0; i < p.count; ++i) f(base[offsets[i]], source[i * step]);
      }
      return;
    }
    for_runs(p, begin, end, [&](int64_t offset, int64_t stride, int64_t first, int64_t n) {
      for (int64_t i = 0; i < p.count; ++i) {
        T* to = base + offsets[i] + offset;
        const T* source = from + i * p.slab + first;
        if (one_value) {
          for (int64_t j = 0; j < n; ++j) f(to[j * stride], values[0]);
        } else if (stride == 1) {
          row_of(to, source, n);
        } else {
          for (int64_t j = 0; j < n; ++j) f(to[j * stride], source[j]);
        }
      }
    });
  });
}

template <class T, class F>
void update_plan(const IndexPlan& p, T* self, const T* values, bool one_value, double ns, const F& f) {
  update_plan(p, self, values, one_value, ns, f, [&f](T* to, const T* source, int64_t n) {
    for (int64_t j = 0; j < n; ++j) f(to[j], source[j]);
  });
}

}  // namespace

void write_plan(const IndexPlan& p, const Tensor& self, const void* values, bool one_value) {
  dispatch_bytes(self.element_size(), [&]<class T>() {
    update_plan(p, static_cast<T*>(self.data_ptr()), static_cast<const T*>(values), one_value, 0.5,
                [](T& place, T value) { place = value; });
  });
}

void add_plan(const IndexPlan& p, const Tensor& self, const void* values, bool one_value, const Scalar& alpha) {
  dispatch_all(self.dtype(), "index_add_", [&]<class T>() {
    T* to = static_cast<T*>(self.data_ptr());
    const T* from = static_cast<const T*>(values);
    if constexpr (std::is_same_v<T, bool>) {
      const bool on = alpha.toBool();
      update_plan(p, to, from, one_value, 1.0, [on](bool& place, bool value) { place = place || (on && value); });
    } else {
      using A = opmath_t<T>;
      const A a = alpha.to<A>();
      const auto add = [](T& place, T value) { place = store<T>(load(place) + load(value)); };
      if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
        if (alpha.equal(1)) return update_plan(p, to, from, one_value, 1.0, add, norm_kernels<T>().add);
      }
      if (alpha.equal(1))
        update_plan(p, to, from, one_value, 1.0, add);
      else
        update_plan(p, to, from, one_value, 1.0,
                    [a](T& place, T value) { place = store<T>(load(place) + a * load(value)); });
    }
  });
}

// ---- kernels --------------------------------------------------------------------------------------------------------

void index_select(const Tensor& self, int64_t dim, const Tensor& index, Tensor& result) {
  read_plan(plan_along(self, dim, index, false, ErrorKind::kIndex, "index out of range in self: "), self,
            result.data_ptr());
}

void _index(const Tensor& self, TensorList indices, Tensor& result) {
  if (is_flat(self, indices)) return read_flat(self, indices[0].detach(), result.data_ptr());
  read_plan(plan_indices(self, indices), self, result.data_ptr());
}

void index_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) {
  add_plan(plan_along(self, dim, index, false, ErrorKind::kRuntime), self, source.contiguous().data_ptr(), false,
           alpha);
}

void index_copy_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  write_plan(plan_along(self, dim, index, false, ErrorKind::kIndex, "index_copy_(): "), self,
             source.contiguous().data_ptr(), false);
}

void index_fill_(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  const ElementBits bits = scalar_bits(value, self.dtype());
  write_plan(plan_along(self, dim, index, true), self, &bits, true);
}

void _index_put_(const Tensor& self, TensorList indices, const Tensor& values, bool accumulate) {
  const IndexPlan plan = plan_indices(self, indices);
  Tensor dense = values.detach();
  const bool one = values.numel() == 1;
  if (!one) {
    const Meta whole = meta::index(self, indices);
    dense = dense.expand(whole.sizes).contiguous();
  }
  if (accumulate)
    add_plan(plan, self, dense.data_ptr(), one, 1);
  else
    write_plan(plan, self, dense.data_ptr(), one);
}

}  // namespace rushlight::cpu
