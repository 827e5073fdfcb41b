// Views that come as copies, copies with a part replaced, and small ops on geometry and places.
#include <algorithm>
#include <cmath>
#include <limits>

#include "dispatch/body.h"
#include "plan/dims.h"
#include "plan/geometry.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {
namespace {

Tensor dense(const Tensor& view) { return view.clone(MemoryFormat::Contiguous); }

std::vector<Tensor> dense(std::vector<Tensor> views) {
  for (Tensor& view : views) view = dense(view);
  return views;
}

bool places_repeat(const Tensor& t) {
  for (int64_t d = 0; d < t.dim(); ++d) {
    if (t.strides()[d] == 0 && t.sizes()[d] > 1) return true;
  }
  return false;
}

// A copy with the same strides and offset, so that a geometry over the storage shows the same elements in both.
Tensor same_geometry(const Tensor& self) {
  if (places_repeat(self) || (self.is_non_overlapping_and_dense() && self.storage_offset() == 0)) return self.clone();
  const int64_t elements = static_cast<int64_t>(self.impl()->storage->nbytes) / self.element_size();
  const Tensor memory = detail::alias(self, elements, 1, 0).clone();
  Tensor result = memory.as_strided(self.sizes(), self.strides(), self.storage_offset());
  if (self.requires_grad()) result.copy_(self);
  return result;
}

Tensor with_part(const Tensor& result, Tensor part, const Tensor& src) {
  check(src.sizes() == part.sizes(),
        "expected src to have a size equal to the slice of self. src size = {}, slice size = {}", src.sizes(),
        part.sizes());
  part.copy_(src);
  return result;
}

}  // namespace

// ---- copies of views ------------------------------------------------------------------------------------------------

Tensor alias_copy(const Tensor& self) { return dense(self); }
Tensor detach_copy(const Tensor& self) { return dense(self.detach()); }
Tensor as_strided_copy(const Tensor& self, IntArrayRef size, IntArrayRef stride,
                       std::optional<int64_t> storage_offset) {
  return dense(self.as_strided(size, stride, storage_offset));
}
Tensor diagonal_copy(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  return dense(self.diagonal(offset, dim1, dim2));
}
Tensor expand_copy(const Tensor& self, IntArrayRef size, bool) { return dense(self.expand(size)); }
Tensor narrow_copy(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  check(self.dim() > 0, "narrow() cannot be applied to a 0-dim tensor.");
  check(dim < self.dim(), "Expected dim < static_cast<int64_t>(self_sizes.size()) to be true, but got {} of {}", dim,
        self.dim());
  check(length >= 0 || start < -self.size(dim) || start > self.size(dim),
        "start ({}) + length ({}) exceeds dimension size ({}).", start, length, self.size(dim));
  return dense(self.narrow(dim, start, length));
}
Tensor permute_copy(const Tensor& self, IntArrayRef dims) { return dense(self.permute(dims)); }
Tensor select_copy(const Tensor& self, int64_t dim, int64_t index) { return dense(self.select(dim, index)); }
Tensor slice_copy(const Tensor& self, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                  int64_t step) {
  return dense(self.slice(dim, start, end, step));
}
Tensor squeeze_copy(const Tensor& self) { return dense(self.squeeze()); }
Tensor squeeze_copy(const Tensor& self, int64_t dim) { return dense(self.squeeze(dim)); }
Tensor squeeze_copy(const Tensor& self, IntArrayRef dim) { return dense(self.squeeze(dim)); }
Tensor t_copy(const Tensor& self) { return dense(self.t()); }
Tensor transpose_copy(const Tensor& self, int64_t dim0, int64_t dim1) { return dense(self.transpose(dim0, dim1)); }
Tensor unfold_copy(const Tensor& self, int64_t dimension, int64_t size, int64_t step) {
  return dense(self.unfold(dimension, size, step));
}
Tensor unsqueeze_copy(const Tensor& self, int64_t dim) { return dense(self.unsqueeze(dim)); }
Tensor view_copy(const Tensor& self, IntArrayRef size) { return dense(self.reshape(size)); }
Tensor view_copy(const Tensor& self, ScalarType dtype) { return dense(self.view(dtype)); }
Tensor view_as_real_copy(const Tensor& self) { return dense(view_as_real(self)); }
Tensor view_as_complex_copy(const Tensor& self) { return dense(view_as_complex(self)); }

std::vector<Tensor> split_copy(const Tensor& self, int64_t split_size, int64_t dim) {
  return dense(self.split(split_size, dim));
}
std::vector<Tensor> split_with_sizes_copy(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  return dense(self.split_with_sizes(split_sizes, dim));
}
std::vector<Tensor> unbind_copy(const Tensor& self, int64_t dim) { return dense(self.unbind(dim)); }

std::vector<Tensor> unsafe_chunk(const Tensor& self, int64_t chunks, int64_t dim) { return self.chunk(chunks, dim); }
std::vector<Tensor> unsafe_split(const Tensor& self, int64_t split_size, int64_t dim) {
  return self.split(split_size, dim);
}
std::vector<Tensor> unsafe_split_with_sizes(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  return self.split_with_sizes(split_sizes, dim);
}

// ---- copies with a part replaced ------------------------------------------------------------------------------------

Tensor as_strided_scatter(const Tensor& self, const Tensor& src, IntArrayRef size, IntArrayRef stride,
                          std::optional<int64_t> storage_offset) {
  const Tensor result = same_geometry(self);
  return with_part(result, result.as_strided(size, stride, storage_offset), src);
}
Tensor diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset, int64_t dim1, int64_t dim2) {
  const Tensor result = same_geometry(self);
  return with_part(result, result.diagonal(offset, dim1, dim2), src);
}
Tensor select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index) {
  const Tensor result = same_geometry(self);
  return with_part(result, result.select(dim, index), src);
}
Tensor slice_scatter(const Tensor& self, const Tensor& src, int64_t dim, std::optional<int64_t> start,
                     std::optional<int64_t> end, int64_t step) {
  const Tensor result = same_geometry(self);
  return with_part(result, result.slice(dim, start, end, step), src);
}

Tensor fill(const Tensor& self, const Scalar& value) {
  Tensor result = self.clone();
  return result.fill_(value);
}
Tensor fill(const Tensor& self, const Tensor& value) {
  Tensor result = self.clone();
  return result.fill_(value);
}

// ---- in place -------------------------------------------------------------------------------------------------------

Tensor& swapaxes_(Tensor& self, int64_t axis0, int64_t axis1) { return transpose_(self, axis0, axis1); }
Tensor& swapdims_(Tensor& self, int64_t dim0, int64_t dim1) { return transpose_(self, dim0, dim1); }

// ---- new tensors and places -----------------------------------------------------------------------------------------

Tensor empty_permuted(IntArrayRef size, IntArrayRef physical_layout, TensorOptions options) {
  const size_t n = size.size();
  check(n == physical_layout.size(),
        "Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = {} is not "
        "equal to len(physical_layout) = {}",
        n, physical_layout.size());
  DimVector sizes(n), back(n, -1);
  for (size_t i = 0; i < n; ++i) {
    const int64_t d = physical_layout[i];
    check(d >= 0 && d < static_cast<int64_t>(n),
          "Dimension out of range (expected to be between 0 and {}, but got {} at index {}).  NB: negative dims not "
          "currently supported; count from the front instead.",
          static_cast<int64_t>(n) - 1, d, i);
    check(back[static_cast<size_t>(d)] < 0, "Duplicate dim not allowed (empty_permuted: physical_layout is {})",
          physical_layout);
    sizes[i] = size[static_cast<size_t>(d)];
    back[static_cast<size_t>(d)] = static_cast<int64_t>(i);
  }
  const Tensor plain = empty(sizes, options.requires_grad(false));
  Tensor result = detail::alias(plain.permute(back));
  if (options.requires_grad()) result.requires_grad_(true);
  return result;
}

Tensor range(const Scalar& start, const Scalar& end, const Scalar& step, TensorOptions options) {
  const double a = start.toDouble(), b = end.toDouble(), d = step.toDouble();
  check(d != 0, "step must be nonzero");
  check(::std::isfinite(a) && ::std::isfinite(b), "unsupported range: {} -> {}", a, b);
  check(d > 0 ? b >= a : b <= a,
        "upper bound and lower bound inconsistent with step sign (range: start {}, end {}, step {})", a, b, d);
  const double steps = (b - a) / d;
  check(steps < 9.2e18, "invalid size, possible overflow? (range: start {}, end {}, step {})", a, b, d);
  if (!options.has_dtype()) options = options.dtype(get_default_dtype());
  const Tensor places = arange(static_cast<int64_t>(steps) + 1, kLong);
  const bool whole = is_integral(options.dtype(), true);
  Tensor result = whole ? places.mul(step.toLong()).add(start.toLong()) : places.to(kDouble).mul(d).add(a);
  result = result.to(options.dtype());
  if (options.requires_grad()) result.requires_grad_(true);
  return result;
}

Tensor nonzero_static(const Tensor& self, int64_t size, int64_t fill_value) {
  check(size >= 0, "nonzero_static: 'size' must be an non-negative integer, but got {}", size);
  const Tensor found = self.nonzero();
  const int64_t count = std::min(size, found.size(0));
  Tensor result = full({size, self.dim()}, fill_value, kLong);
  if (count > 0) result.slice(0, 0, count).copy_(found.slice(0, 0, count));
  return result;
}

std::vector<Tensor> unravel_index(const Tensor& indices, IntArrayRef shape) {
  check_type(is_integral(indices.dtype(), false), "expected 'indices' to be integer dtype, but got torch.{}",
             dtype_name(indices.dtype()));
  const int64_t n = static_cast<int64_t>(shape.size());
  const Tensor sizes = empty({n}, kLong), steps = empty({n}, kLong);
  int64_t step = 1;
  for (int64_t d = n - 1; d >= 0; --d) {
    const int64_t size = shape[static_cast<size_t>(d)];
    check_value(size >= 0, "'shape' cannot have negative values, but got {}", shape);
    sizes.data_ptr<int64_t>()[d] = size;
    steps.data_ptr<int64_t>()[d] = step;
    check(!__builtin_mul_overflow(step, size, &step), "unravel_index: a tensor of shape {} has too many elements",
          shape);
  }
  if (n == 0) return {};
  return indices.unsqueeze(-1).floor_divide(steps).remainder(sizes).unbind(-1);
}

bool is_same_size(const Tensor& self, const Tensor& other) { return self.sizes() == other.sizes(); }
bool is_distributed(const Tensor&) { return false; }

Tensor resize(const Tensor& self, IntArrayRef size) {
  warn("non-inplace resize is deprecated; use reshape, or resize_ on a clone");
  check(plan::numel_of(size) == self.numel(),
        "requested resize to {} ({} elements in total), but the given tensor has a size of {} ({} elements). "
        "autograd's resize can only change the shape of a given tensor, while preserving the number of elements.",
        size, plan::numel_of(size), self.sizes(), self.numel());
  return self.contiguous().view(size);
}
Tensor resize_as(const Tensor& self, const Tensor& the_template) { return resize(self, the_template.sizes()); }

}  // namespace rushlight
