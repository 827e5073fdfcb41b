// Indexing, sorting and unique written as other ops.
#include <cmath>
#include <numeric>

#include "dispatch/body.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

bool is_mask(const Tensor& t) { return t.dtype() == kBool || t.dtype() == kByte; }

void check_mask(const Tensor& self, const Tensor& mask, int64_t dim) {
  for (int64_t j = 0; j < mask.dim(); ++j) {
    check_index(dim + j < self.dim(), "too many indices for tensor of dimension {}", self.dim());
    check_index(mask.sizes()[j] == self.sizes()[dim + j],
                "The shape of the mask {} at index {} does not match the shape of the indexed tensor {} at index {}",
                mask.sizes(), j, self.sizes(), dim + j);
  }
}

// Masks as the indices of their true elements: one int64 vector per dimension of the mask.
std::vector<Tensor> without_masks(const Tensor& self, TensorList indices) {
  std::vector<Tensor> out;
  for (const Tensor& t : indices) {
    if (!t.defined()) {
      out.emplace_back();
    } else if (!is_mask(t)) {
      check_index(is_integral(t.dtype(), false),
                  "tensors used as indices must be long, int, byte or bool tensors (got {})", to_string(t.dtype()));
      out.push_back(t.to(kLong));
    } else {
      check_mask(self, t, static_cast<int64_t>(out.size()));
      const Tensor places = t.nonzero();  // column-major: each column is dense
      for (int64_t j = 0; j < t.dim(); ++j) out.push_back(places.select(1, j));
    }
  }
  return out;
}

bool any_defined(TensorList list) {
  for (const Tensor& t : list) {
    if (t.defined()) return true;
  }
  return false;
}

// A mask over leading dims, alone: as a mask that broadcasts to self. Undefined if `indices` is anything else.
Tensor lone_mask(const Tensor& self, TensorList indices) {
  if (indices.size() != 1 || !indices[0].defined() || !is_mask(indices[0]) || indices[0].dim() == 0) return {};
  check_mask(self, indices[0], 0);
  DimVector sizes = indices[0].sizes();
  while (sizes.size() < static_cast<size_t>(self.dim())) sizes.push_back(1);
  return indices[0].to(kBool).reshape(sizes);
}

}  // namespace

Tensor index(const Tensor& self, TensorList indices) {
  check_index(static_cast<int64_t>(indices.size()) <= std::max<int64_t>(self.dim(), 1),
              "too many indices for tensor of dimension {} (got {})", self.dim(), indices.size());
  if (!any_defined(indices)) return self;
  return _index(self, without_masks(self, indices));
}

Tensor& index_put_(Tensor& self, TensorList indices, const Tensor& values, bool accumulate) {
  check_index(static_cast<int64_t>(indices.size()) <= std::max<int64_t>(self.dim(), 1),
              "too many indices for tensor of dimension {} (got {})", self.dim(), indices.size());
  if (!any_defined(indices)) return accumulate ? self.add_(values) : self.copy_(values);
  if (!accumulate && values.numel() == 1 && values.dtype() == self.dtype()) {
    if (const Tensor mask = lone_mask(self, indices); mask.defined())
      return self.masked_fill_(mask, values.reshape({}));
  }
  return _index_put_(self, without_masks(self, indices), values, accumulate);
}

Tensor index_put(const Tensor& self, TensorList indices, const Tensor& values, bool accumulate) {
  Tensor result = self.clone();
  return index_put_(result, indices, values, accumulate);
}

Tensor& index_fill_(Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  check(value.dim() == 0,
        "index_fill_ only supports a 0-dimensional value tensor, but got tensor with {} dimension(s).", value.dim());
  if (!value.requires_grad()) return self.index_fill_(dim, index, value.item());
  DimVector sizes = self.sizes();
  dim = plan::wrap_dim(dim, self.dim());
  const int64_t size = sizes.empty() ? 1 : sizes[dim];

  // Through a mask, so that a place named twice counts once in the gradient of value.
  Tensor mask = zeros({size}, kBool).index_fill(0, where(index.lt(0), index.add(size), index), true);
  DimVector shape(self.sizes().size(), 1);
  if (!shape.empty()) shape[dim] = size;
  return self.masked_fill_(mask.reshape(shape), value.to(self.dtype()));
}

Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  Tensor result = self.clone();
  return index_fill_(result, dim, index, value);
}

Tensor take(const Tensor& self, const Tensor& index) {
  check(index.dtype() == kLong, "take(): Expected a long tensor for index, but got {}", to_string(index.dtype()));
  check_index(self.numel() > 0 || index.numel() == 0, "take(): tried to take from an empty tensor");
  return _index(self.reshape({-1}), index);
}

Tensor& put_(Tensor& self, const Tensor& index, const Tensor& source, bool accumulate) {
  check(index.dtype() == kLong, "put_(): Expected a long tensor for index, but got {}", to_string(index.dtype()));
  check(self.dtype() == source.dtype(),
        "put_(): self and source expected to have the same dtype, but got self.dtype = {} and source.dtype = {}",
        to_string(self.dtype()), to_string(source.dtype()));
  check_index(source.numel() == index.numel(),
              "put_(): Expected source and index to have the same number of elements, but got source.numel() = {}, "
              "index.numel() = {}",
              source.numel(), index.numel());
  const Tensor places = index.reshape({-1}), values = source.reshape({-1});
  if (self.is_contiguous()) {
    Tensor flat = self.view({-1});
    _index_put_(flat, places, values, accumulate);
    return self;
  }
  Tensor flat = self.reshape({-1});
  _index_put_(flat, places, values, accumulate);
  return self.copy_(flat.view(self.sizes()));
}

Tensor put(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate) {
  Tensor result = self.clone(MemoryFormat::Contiguous);
  return put_(result, index, source, accumulate);
}

Tensor take_along_dim(const Tensor& self, const Tensor& indices, std::optional<int64_t> dim) {
  check(!dim || self.dim() == indices.dim(),
        "torch.take_along_dim(): input and indices should have the same number of dimensions, but got {} dimensions "
        "for input, and {} dimensions for indices",
        self.dim(), indices.dim());
  check(indices.dtype() == kLong, "torch.take_along_dim(): dtype of indices should be Long but got {}",
        to_string(indices.dtype()));
  if (!dim) return self.reshape({-1}).gather(0, indices.reshape({-1}));
  const int64_t d = plan::wrap_dim(*dim, self.dim());
  DimVector a = self.sizes(), b = indices.sizes();
  if (!a.empty()) a[d] = b[d] = 1;
  DimVector sizes = plan::broadcast(a, b);
  DimVector self_sizes = sizes, index_sizes = sizes;
  if (!sizes.empty()) {
    self_sizes[d] = self.sizes()[d];
    index_sizes[d] = indices.sizes()[d];
  }
  const int64_t size = self.dim() == 0 ? 1 : self.sizes()[d];
  const Tensor wrapped = indices.numel() > 0 && indices.min().item<int64_t>() < 0
                             ? where(indices.lt(0), indices.add(size), indices)
                             : indices;
  return self.expand(self_sizes).gather(d, wrapped.expand(index_sizes));
}

// ---- masks and searching --------------------------------------------------------------------------------------------

std::vector<Tensor> nonzero_numpy(const Tensor& self) {
  return (self.dim() == 0 ? self.reshape({1}) : self).nonzero().unbind(1);
}
Tensor argwhere(const Tensor& self) { return self.nonzero(); }
std::vector<Tensor> where(const Tensor& condition) { return nonzero_numpy(condition); }

Tensor searchsorted(const Tensor& sorted_sequence, const Scalar& input, bool out_int32, bool right,
                    std::optional<std::string_view> side, const Tensor& sorter) {
  check(sorted_sequence.dim() == 1,
        "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got "
        "boundaries tensor dim({})",
        sorted_sequence.dim());
  const bool whole = is_integral(sorted_sequence.dtype(), true) && !input.isFloatingPoint();
  return searchsorted(sorted_sequence, scalar_tensor(input, whole ? kLong : kDouble), out_int32, right, side, sorter);
}

Tensor bucketize(const Tensor& input, const Tensor& boundaries, bool out_int32, bool right) {
  check(boundaries.dim() == 1, "boundaries tensor must be 1 dimension, but got dim({})", boundaries.dim());
  return searchsorted(boundaries, input, out_int32, right, std::nullopt, Tensor());
}
Tensor bucketize(const Scalar& self, const Tensor& boundaries, bool out_int32, bool right) {
  check(boundaries.dim() == 1, "boundaries tensor must be 1 dimension, but got dim({})", boundaries.dim());
  return searchsorted(boundaries, self, out_int32, right, std::nullopt, Tensor());
}

// ---- order ----------------------------------------------------------------------------------------------------------

Tensor argsort(const Tensor& self, int64_t dim, bool descending) {
  return std::get<1>(self.detach().sort(dim, descending));
}
Tensor argsort(const Tensor& self, bool, int64_t dim, bool descending) {
  return std::get<1>(self.detach().sort(dim, descending));
}
Tensor msort(const Tensor& self) { return std::get<0>(self.sort(0, false)); }

namespace {

void check_ordered(const char* op, const Tensor& self) {
  check_not_implemented(!is_complex(self.dtype()), "\"{}\" not implemented for '{}': complex numbers have no order",
                        std::string_view(op), to_string(self.dtype()));
}

struct Runs {
  Tensor starts, counts;
};

// Where runs of equal rows begin (rows of a matrix, or elements of a vector), and how long they are.
Runs find_runs(const Tensor& rows) {
  const int64_t n = rows.size(0);
  if (n == 0) return {empty({0}, kLong), empty({0}, kLong)};
  Tensor differs = rows.slice(0, 1, n, 1).ne(rows.slice(0, 0, n - 1, 1));
  if (rows.dim() > 1) differs = differs.reshape({n - 1, rows.numel() / n}).any(1);
  const Tensor parts[] = {ones({1}, kBool), differs};
  const Tensor starts = cat(parts, 0).nonzero().reshape({-1});
  const Tensor ends[] = {starts.slice(0, 1, starts.numel(), 1), full({1}, n, kLong)};
  return {starts, cat(ends, 0).sub(starts)};
}

std::tuple<Tensor, Tensor, Tensor> unique_rows(const Tensor& self, int64_t dim, const Tensor& order) {
  const Tensor moved = self.movedim(dim, 0), rows = order.defined() ? moved.index_select(0, order) : moved;
  const Runs runs = find_runs(rows.contiguous());
  Tensor inverse = _repeat_index(runs.counts);
  if (order.defined()) inverse = empty({rows.size(0)}, kLong).scatter(0, order, inverse);
  return {rows.index_select(0, runs.starts).movedim(0, dim), inverse, runs.counts};
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> _unique2(const Tensor& self, bool, bool return_inverse, bool return_counts) {
  check_ordered("unique", self);
  const Tensor flat = self.detach().reshape({-1});
  const auto [values, order] = flat.sort(0, false);
  const Runs runs = find_runs(values);
  Tensor inverse;
  if (return_inverse)
    inverse = empty({flat.numel()}, kLong).scatter(0, order, _repeat_index(runs.counts)).view(self.sizes());
  else
    inverse = empty({0}, kLong);
  return {values.index_select(0, runs.starts), inverse, return_counts ? runs.counts : empty({0}, kLong)};
}

std::tuple<Tensor, Tensor, Tensor> unique_dim(const Tensor& self, int64_t dim, bool, bool, bool) {
  check_ordered("unique_dim", self);
  check_index(self.dim() > 0, "unique_dim: a 0-d tensor has no dimensions");
  const Tensor plain = self.detach();
  dim = plan::wrap_dim(dim, self.dim());
  check(self.numel() > 0 || self.size(dim) == 0,
        "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
  const Tensor rows = plain.movedim(dim, 0).contiguous();
  const int64_t n = rows.size(0);
  return unique_rows(plain, dim, _lexicographic_order(rows.reshape({n, n == 0 ? 0 : rows.numel() / n})));
}

std::tuple<Tensor, Tensor, Tensor> _unique_consecutive(const Tensor& self, bool return_inverse, bool return_counts,
                                                       std::optional<int64_t> dim) {
  check_ordered(dim ? "unique_dim" : "unique", self);
  const Tensor plain = self.detach();
  if (dim) return unique_rows(plain, plan::wrap_dim(*dim, self.dim()), Tensor());
  const Tensor flat = plain.reshape({-1});
  const int64_t n = flat.numel();
  if (!return_inverse && !return_counts && n > 0) {
    const Tensor keep[] = {ones({1}, kBool), flat.slice(0, 1, n, 1).ne(flat.slice(0, 0, n - 1, 1))};
    return {flat.masked_select(cat(keep, 0)), empty({0}, kLong), empty({0}, kLong)};
  }
  const Runs runs = find_runs(flat);
  return {flat.index_select(0, runs.starts),
          return_inverse ? _repeat_index(runs.counts).view(self.sizes()) : empty({0}, kLong),
          return_counts ? runs.counts : empty({0}, kLong)};
}

}  // namespace rushlight
