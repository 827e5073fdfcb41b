// Kernels that join and rearrange whole runs of elements: cat, stack, flip, roll, tril, triu, _repeat_index.
#include <algorithm>
#include <cstring>

#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"
#include "plan/meta_shape.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {
namespace {

constexpr int64_t kChunkBytes = 128 << 10;
constexpr double kNsPerByte = 0.06;

int64_t product(IntArrayRef sizes, int64_t first, int64_t last) {
  int64_t n = 1;
  for (int64_t d = first; d < last; ++d) n *= sizes[d];
  return n;
}

// Part `i` of the result consists, in each of `outer` rows, of widths[i] bytes. All inputs are dense and of result's
// dtype.
void join_rows(int64_t outer, const std::vector<const char*>& parts, const std::vector<int64_t>& widths, char* out) {
  int64_t row = 0;
  for (int64_t w : widths) row += w;
  const int64_t grain = std::max<int64_t>(1, kChunkBytes / std::max<int64_t>(row, 1));
  const double ns = kNsPerByte * static_cast<double>(2 * row) + 5.0 * static_cast<double>(parts.size());
  parallel_for(outer, grain, ns, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      char* to = out + r * row;
      for (size_t i = 0; i < parts.size(); ++i) {
        const int64_t n = widths[i];
        const char* from = parts[i] + r * n;
        if (n == 4)
          memcpy(to, from, 4);
        else if (n == 8)
          memcpy(to, from, 8);
        else
          memcpy(to, from, static_cast<size_t>(n));
        to += n;
      }
    }
  });
}

// The inputs side by side along a dim: `before` and `after` are the products of result's other sizes.
void join(const std::vector<const Tensor*>& tensors, int64_t before, int64_t after, const std::vector<int64_t>& lengths,
          Tensor& result) {
  bool dense = true;
  for (const Tensor* t : tensors) dense &= t->impl()->contiguous && t->dtype() == result.dtype();
  const int64_t size = result.element_size();
  if (dense && before > 1 && after == 1 && tensors.size() == 2 && (size == 4 || size == 8) && lengths[0] == 1 &&
      lengths[1] == 1) {  // pairs
    const char *a = static_cast<const char*>(tensors[0]->data_ptr()),
               *b = static_cast<const char*>(tensors[1]->data_ptr());
    char* out = static_cast<char*>(result.data_ptr());
    return parallel_for(before, kChunkBytes / size, kNsPerByte * static_cast<double>(4 * size),
                        [=](int64_t begin, int64_t end) {
                          const int64_t at = begin * size;
                          copy_kernels().join(size, end - begin, a + at, b + at, out + 2 * at);
                        });
  }
  if (dense && before > 1) {
    std::vector<const char*> parts;
    std::vector<int64_t> widths;
    for (size_t i = 0; i < tensors.size(); ++i) {
      parts.push_back(static_cast<const char*>(tensors[i]->data_ptr()));
      widths.push_back(lengths[i] * after * size);
    }
    return join_rows(before, parts, widths, static_cast<char*>(result.data_ptr()));
  }
  int64_t at = 0, total = 0;
  for (int64_t n : lengths) total += n;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = *tensors[i];
    char* to = static_cast<char*>(result.data_ptr()) + at * after * size;
    at += lengths[i];
    if (t.numel() == 0) continue;
    // The part's strides are those of the result, whose joined dim has `total` entries.
    DimVector strides = plan::contiguous_strides(t.sizes());
    if (before > 1) {
      int64_t inside = 1;
      for (size_t d = strides.size(); d-- > 0;) {
        if (inside >= lengths[i] * after) strides[d] = strides[d] / (lengths[i] * after) * (total * after);
        inside *= t.sizes()[d];
      }
    }
    copy_strided(t.sizes(), to, strides, result.dtype(), t.data_ptr(), t.strides(), t.dtype());
  }
}

}  // namespace

void cat(TensorList tensors, int64_t dim, Tensor& result) {
  if (result.numel() == 0) return;
  std::vector<const Tensor*> parts;
  std::vector<int64_t> lengths;
  for (const auto& t : tensors) {
    if (!meta::cat_skips(t) && t.numel() > 0) parts.push_back(&t);
  }
  const int64_t d = plan::wrap_dim(dim, result.dim());
  for (const Tensor* t : parts) lengths.push_back(t->sizes()[d]);
  if (!result.is_contiguous()) {  // channels last: the same join of the permuted tensors
    DimVector order(1, 0);
    for (int64_t i = 2; i < result.dim(); ++i) order.push_back(i);
    order.push_back(1);
    std::vector<Tensor> permuted;
    for (const Tensor* t : parts) permuted.push_back(t->detach().permute(order));
    for (size_t i = 0; i < parts.size(); ++i) parts[i] = &permuted[i];
    Tensor view = result.permute(order);
    const int64_t at = std::find(order.begin(), order.end(), d) - order.begin();
    join(parts, product(view.sizes(), 0, at), product(view.sizes(), at + 1, view.dim()), lengths, view);
    return;
  }
  join(parts, product(result.sizes(), 0, d), product(result.sizes(), d + 1, result.dim()), lengths, result);
}

void stack(TensorList tensors, int64_t dim, Tensor& result) {
  if (result.numel() == 0) return;
  std::vector<const Tensor*> parts;
  for (const auto& t : tensors) parts.push_back(&t);
  const int64_t d = plan::wrap_dim(dim, result.dim());
  join(parts, product(result.sizes(), 0, d), product(result.sizes(), d + 1, result.dim()),
       std::vector<int64_t>(parts.size(), 1), result);
}

// A copy that reads the flipped dims backwards.
void flip(const Tensor& self, IntArrayRef dims, Tensor& result) {
  if (self.numel() == 0) return;
  DimVector strides = self.strides();
  const char* from = static_cast<const char*>(self.data_ptr());
  for (int64_t dim : dims) {
    const int64_t d = plan::wrap_dim(dim, self.dim());
    if (self.dim() == 0) continue;
    from += (self.sizes()[d] - 1) * strides[d] * self.element_size();
    strides[d] = -strides[d];
  }
  copy_strided(self.sizes(), result.data_ptr(), result.strides(), result.dtype(), from, strides, self.dtype());
}

// Every box whose elements move together, copied to where it goes: two per dim that is rolled.
void roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims, Tensor& result) {
  if (self.numel() == 0) return;
  Tensor from = self.detach(), to = result;
  if (dims.empty()) {
    from = from.contiguous().view({-1});
    to = to.view({-1});
  }
  DimVector start(static_cast<size_t>(from.dim()));  // the place of what comes first, per dim
  for (size_t i = 0; i < shifts.size(); ++i) {
    const int64_t d = dims.empty() ? 0 : plan::wrap_dim(dims[i], from.dim());
    if (from.dim() == 0) continue;
    const int64_t size = from.sizes()[d];
    start[d] = (start[d] + size - shifts[i] % size) % size;
  }
  DimVector rolled;
  for (int64_t d = 0; d < from.dim(); ++d) {
    if (start[d] != 0) rolled.push_back(d);
  }
  const int64_t size = from.element_size();
  for (int64_t box = 0; box < int64_t{1} << rolled.size(); ++box) {
    DimVector sizes = from.sizes();
    int64_t read = 0, write = 0;
    for (size_t i = 0; i < rolled.size(); ++i) {
      const int64_t d = rolled[i], tail = sizes[d] - start[d];
      if (box >> i & 1) {
        write += tail * to.strides()[d];
        sizes[d] = start[d];
      } else {
        read += start[d] * from.strides()[d];
        sizes[d] = tail;
      }
    }
    copy_strided(sizes, static_cast<char*>(to.data_ptr()) + write * size, to.strides(), to.dtype(),
                 static_cast<const char*>(from.data_ptr()) + read * size, from.strides(), from.dtype());
  }
}

void _repeat_index(const Tensor& repeats, std::optional<int64_t>, Tensor& result) {
  const Tensor counts = repeats.to(kLong).contiguous();
  const int64_t* n = counts.const_data_ptr<int64_t>();
  int64_t* out = result.data_ptr<int64_t>();
  for (int64_t i = 0; i < counts.numel(); ++i) {
    std::fill(out, out + n[i], i);
    out += n[i];
  }
}

namespace {

// Of each matrix row, columns [first(row), last(row)) are kept and the others zero.
template <class Range>
void keep_columns(const Tensor& self, Tensor& result, const Range& range) {
  const Tensor source = self.contiguous();
  const int64_t columns = self.sizes().back(), rows = self.sizes()[self.dim() - 2], size = self.element_size();
  if (self.numel() == 0) return;
  const char* from = static_cast<const char*>(source.data_ptr());
  char* to = static_cast<char*>(result.data_ptr());
  const int64_t bytes = columns * size;
  parallel_for(self.numel() / columns, std::max<int64_t>(1, kChunkBytes / bytes),
               kNsPerByte * static_cast<double>(2 * bytes), [&](int64_t begin, int64_t end) {
                 for (int64_t r = begin; r < end; ++r) {
                   auto [first, last] = range(r % rows);
                   first = std::clamp<int64_t>(first, 0, columns);
                   last = std::clamp<int64_t>(last, first, columns);
                   char* row = to + r * bytes;
                   memset(row, 0, static_cast<size_t>(first * size));
                   memcpy(row + first * size, from + r * bytes + first * size,
                          static_cast<size_t>((last - first) * size));
                   memset(row + last * size, 0, static_cast<size_t>((columns - last) * size));
                 }
               });
}

}  // namespace

void tril(const Tensor& self, int64_t diagonal, Tensor& result) {
  const int64_t columns = self.sizes().back(), d = std::clamp(diagonal, -self.sizes()[self.dim() - 2] - 1, columns + 1);
  keep_columns(self, result, [d](int64_t row) { return std::pair<int64_t, int64_t>(0, row + d + 1); });
}

void triu(const Tensor& self, int64_t diagonal, Tensor& result) {
  const int64_t columns = self.sizes().back(), d = std::clamp(diagonal, -self.sizes()[self.dim() - 2] - 1, columns + 1);
  keep_columns(self, result, [d, columns](int64_t row) { return std::pair<int64_t, int64_t>(row + d, columns); });
}

void constant_pad_nd(const Tensor& self, IntArrayRef pad, const Scalar& value, Tensor& result) {
  fill_bits(result, scalar_bits(value, result.dtype()));
  if (self.numel() == 0 || result.numel() == 0) return;
  // The part of self that stays, and where it lands.
  DimVector sizes = self.sizes();
  int64_t from = 0, to = 0;
  for (size_t i = 0; i < pad.size() / 2; ++i) {
    const size_t d = sizes.size() - 1 - i;
    const int64_t left = pad[2 * i], right = pad[2 * i + 1];
    sizes[d] += std::min<int64_t>(left, 0) + std::min<int64_t>(right, 0);
    if (sizes[d] <= 0) return;
    from += std::max<int64_t>(-left, 0) * self.strides()[d];
    to += std::max<int64_t>(left, 0) * result.strides()[d];
  }
  const int64_t size = self.element_size();
  copy_strided(sizes, static_cast<char*>(result.data_ptr()) + to * size, result.strides(), result.dtype(),
               static_cast<const char*>(self.data_ptr()) + from * size, self.strides(), self.dtype());
}

}  // namespace rushlight::cpu
