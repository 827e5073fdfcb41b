// The geometry of every view op: which sizes, strides and offset show the wanted elements.
#include "plan/geometry.h"

#include "plan/dims.h"

namespace rushlight::geom {

using plan::wrap_dim;

namespace {

[[noreturn]] void wrong_size(IntArrayRef size, int64_t numel, int64_t known, bool inferred) {
  if (inferred) {
    fail(ErrorKind::kRuntime,
         "shape '{}' is invalid for input of size {} ({} cannot be divided by {}, the product "
         "of the other sizes)",
         size, numel, numel, known);
  }
  fail(ErrorKind::kRuntime,
       "shape '{}' is invalid for input of size {} (it has room for {}; one size may be -1, to be "
       "inferred)",
       size, numel, known);
}

}  // namespace

DimVector infer_size(IntArrayRef size, int64_t numel) {
  int64_t known = 1, unknown = -1;
  for (size_t i = 0; i < size.size(); ++i) {
    if (size[i] == -1) {
      check(unknown < 0, "only one dimension can be inferred (shape {} has more than one -1)", size);
      unknown = static_cast<int64_t>(i);
      continue;
    }
    check(size[i] >= 0, "invalid shape dimension {} at index {} of shape {}", size[i], i, size);
    check(!__builtin_mul_overflow(known, size[i], &known), "shape '{}' is invalid for input of size {}", size, numel);
  }
  DimVector out(size);
  if (unknown < 0) {
    if (known != numel) wrong_size(size, numel, known, false);
    return out;
  }
  check(known != 0 || numel != 0,
        "cannot reshape tensor of 0 elements into shape {} because the unspecified dimension size -1 can be any value "
        "and is "
        "ambiguous",
        size);
  if (known == 0 || numel % known != 0) wrong_size(size, numel, known, true);
  out[static_cast<size_t>(unknown)] = numel / known;
  return out;
}

// Note [Viewing without a copy]
// Neighbouring dims of the old shape that lie gaplessly inside each other form a chunk; elements of a chunk are evenly
// spaced. A new shape works if its dims can be dealt out, from the right, so that each chunk is filled exactly.
std::optional<DimVector> view_strides(IntArrayRef sizes, IntArrayRef strides, IntArrayRef size) {
  if (sizes.empty()) return DimVector(size.size(), 1);
  const int64_t numel = plan::numel_of(sizes);
  if (numel == 0) {
    if (sizes == size) return DimVector(strides);
    return plan::contiguous_strides(size);
  }
  DimVector out(size.size());
  int64_t view_dim = static_cast<int64_t>(size.size()) - 1;
  int64_t chunk_stride = strides.back(), chunk = 1, taken = 1;
  for (int64_t d = static_cast<int64_t>(sizes.size()) - 1; d >= 0; --d) {
    chunk *= sizes[d];
    if (d > 0 && (sizes[d - 1] == 1 || strides[d - 1] == chunk * chunk_stride)) continue;
    while (view_dim >= 0 && (taken < chunk || size[view_dim] == 1)) {
      out[view_dim] = taken * chunk_stride;
      taken *= size[view_dim--];
    }
    if (taken != chunk) return std::nullopt;
    if (d > 0) {
      chunk_stride = strides[d - 1];
      chunk = taken = 1;
    }
  }
  if (view_dim != -1) return std::nullopt;
  return out;
}

DimVector format_strides(IntArrayRef sizes, MemoryFormat format) {
  if (format == MemoryFormat::Contiguous || format == MemoryFormat::Preserve) return plan::contiguous_strides(sizes);
  const size_t n = format == MemoryFormat::ChannelsLast ? 4 : 5;
  check(sizes.size() == n, "required rank {} tensor to use {} format, but got shape {}", n,
        std::string_view(n == 4 ? "channels_last" : "channels_last_3d"), sizes);
  DimVector strides(n);
  int64_t step = 1;
  auto put = [&](size_t d) {
    strides[d] = step;
    step *= sizes[d] > 1 ? sizes[d] : 1;
  };
  put(1);
  for (size_t d = n - 1; d >= 2; --d) put(d);
  put(0);
  return strides;
}

Geometry same(const Tensor& self) { return {self.sizes(), self.strides(), self.storage_offset()}; }

Geometry view(const Tensor& self, IntArrayRef size) {
  Geometry g{infer_size(size, self.numel()), {}, self.storage_offset()};
  if (self.impl()->contiguous) {
    g.strides.resize(g.sizes.size());
    int64_t step = 1;
    for (size_t i = g.sizes.size(); i-- > 0;) {
      g.strides[i] = step;
      step *= g.sizes[i] > 1 ? g.sizes[i] : 1;
    }
    return g;
  }
  std::optional<DimVector> strides = view_strides(self.sizes(), self.strides(), g.sizes);
  check(strides.has_value(),
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
        "contiguous "
        "subspaces). Use .reshape(...) instead. (view: shape {} with strides {} cannot be seen as {})",
        self.sizes(), self.strides(), g.sizes);
  g.strides = std::move(*strides);
  return g;
}

Geometry expand(const Tensor& self, IntArrayRef size) {
  const IntArrayRef sizes = self.sizes(), strides = self.strides();
  const size_t n = size.size(), have = sizes.size();
  check(n >= have,
        "expand(torch.{}Tensor{{}}, size={}): the number of sizes provided ({}) must be greater or equal to the number "
        "of "
        "dimensions in the tensor ({})",
        to_string(self.dtype()), sizes, size, n, have);
  Geometry g{DimVector(n), DimVector(n), self.storage_offset()};
  for (size_t i = n; i-- > 0;) {
    const bool existing = i + have >= n;
    const int64_t from = existing ? sizes[i + have - n] : 1;
    int64_t stride = existing ? strides[i + have - n] : i + 1 < n ? g.sizes[i + 1] * g.strides[i + 1] : 1;
    int64_t want = size[i];
    if (want == -1) {
      check(existing, "The expanded size of the tensor ({}) isn't allowed in a leading, non-existing dimension {}",
            want, i);
      want = from;
    }
    if (from != want) {
      check(from == 1 && want >= 0,
            "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton dimension {}.  "
            "Target sizes: "
            "{}.  Tensor sizes: {}",
            want, from, i, size, sizes);
      stride = 0;
    }
    g.sizes[i] = want;
    g.strides[i] = stride;
  }
  return g;
}

Geometry permute(const Tensor& self, IntArrayRef dims) {
  const size_t n = static_cast<size_t>(self.dim());
  check(dims.size() == n,
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
        "ordering of "
        "dimensions i.e. input.dim() = {} is not equal to len(dims) = {}",
        n, dims.size());
  Geometry g{DimVector(n), DimVector(n), self.storage_offset()};
  plan::DimMask seen;
  for (size_t i = 0; i < n; ++i) {
    const int64_t d = wrap_dim(dims[i], self.dim());
    check(!seen[d], "permute(): duplicate dims are not allowed. (dims {} name dimension {} twice)", dims, d);
    seen[d] = true;
    g.sizes[i] = self.sizes()[d];
    g.strides[i] = self.strides()[d];
  }
  return g;
}

Geometry transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
  dim0 = wrap_dim(dim0, self.dim());
  dim1 = wrap_dim(dim1, self.dim());
  Geometry g = same(self);
  if (dim0 != dim1) {
    std::swap(g.sizes[dim0], g.sizes[dim1]);
    std::swap(g.strides[dim0], g.strides[dim1]);
  }
  return g;
}

Geometry t(const Tensor& self) {
  check(self.dim() <= 2,
        "t() expects a tensor with <= 2 dimensions, but self is {}D (shape {}; use mT or transpose(dim0, dim1))",
        self.dim(), self.sizes());
  return self.dim() < 2 ? same(self) : transpose(self, 0, 1);
}

namespace {

template <class Drop>
Geometry without(const Tensor& self, const Drop& drop) {
  Geometry g;
  g.offset = self.storage_offset();
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (self.sizes()[d] == 1 && drop(d)) continue;
    g.sizes.push_back(self.sizes()[d]);
    g.strides.push_back(self.strides()[d]);
  }
  return g;
}

}  // namespace

Geometry squeeze(const Tensor& self) {
  return without(self, [](int64_t) { return true; });
}

Geometry squeeze(const Tensor& self, int64_t dim) {
  dim = wrap_dim(dim, self.dim());
  return without(self, [dim](int64_t d) { return d == dim; });
}

Geometry squeeze(const Tensor& self, IntArrayRef dims) {
  const plan::DimMask mask = plan::dim_mask(dims, self.dim(), false);
  return without(self, [&mask](int64_t d) { return mask[d]; });
}

Geometry unsqueeze(const Tensor& self, int64_t dim) {
  dim = wrap_dim(dim, self.dim() + 1);
  Geometry g = same(self);
  const int64_t stride = dim < self.dim() ? self.sizes()[dim] * self.strides()[dim] : 1;
  g.sizes.insert(dim, 1);
  g.strides.insert(dim, stride);
  return g;
}

Geometry select(const Tensor& self, int64_t dim, int64_t index) {
  check_index(self.dim() > 0, "select() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, self.dim());
  const int64_t size = self.sizes()[dim];
  check_index(index >= -size && index < size, "select(): index {} out of range for tensor of size {} at dimension {}",
              index, self.sizes(), dim);
  Geometry g = same(self);
  g.offset += (index < 0 ? index + size : index) * self.strides()[dim];
  g.sizes.erase(dim);
  g.strides.erase(dim);
  return g;
}

Geometry slice(const Tensor& self, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
               int64_t step) {
  check(self.dim() > 0, "slice() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, self.dim());
  check(step > 0, "slice step must be positive, got {}", step);
  const int64_t size = self.sizes()[dim];
  auto clamp = [size](int64_t v) {
    if (v < 0) v += size;
    return v < 0 ? 0 : v > size ? size : v;
  };
  const int64_t first = clamp(start.value_or(0));
  int64_t last = end ? clamp(*end) : size;
  if (last < first) last = first;
  Geometry g = same(self);
  g.offset += first * self.strides()[dim];
  const int64_t length = last - first;
  g.sizes[dim] = length / step + (length % step != 0);
  if (g.sizes[dim] > 1 || step < size) g.strides[dim] *= step;
  return g;
}

Geometry diagonal(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t first = wrap_dim(dim1, self.dim()), second = wrap_dim(dim2, self.dim());
  check(first != second, "diagonal dimensions cannot be identical {}, {}", dim1, dim2);
  const int64_t rows = self.sizes()[first], columns = self.sizes()[second];
  // Offsets past an edge give an empty diagonal; comparing before subtracting keeps any int64 safe.
  int64_t length = 0;
  Geometry g = same(self);
  if (offset >= 0 && offset < columns) {
    length = std::min(rows, columns - offset);
    if (length > 0) g.offset += offset * self.strides()[second];
  } else if (offset < 0 && offset > -rows) {
    length = std::min(rows + offset, columns);
    if (length > 0) g.offset -= offset * self.strides()[first];
  }
  const int64_t stride = self.strides()[first] + self.strides()[second];
  for (const int64_t d : {std::max(first, second), std::min(first, second)}) {
    g.sizes.erase(d);
    g.strides.erase(d);
  }
  g.sizes.push_back(length);
  g.strides.push_back(stride);
  return g;
}

Geometry as_strided(const Tensor& self, IntArrayRef size, IntArrayRef stride, std::optional<int64_t> storage_offset) {
  check(size.size() == stride.size(), "mismatch in length of strides and shape (as_strided: size {}, stride {})", size,
        stride);
  for (int64_t s : stride)
    check(s >= 0, "as_strided: Negative strides are not supported at the moment, got strides: {}", stride);
  for (int64_t s : size) check(s >= 0, "as_strided: sizes must be non-negative, got sizes: {}", size);
  const int64_t offset = storage_offset.value_or(self.storage_offset());
  check(offset >= 0, "Tensor: invalid storage offset {}", offset);
  return {size, stride, offset};
}

Geometry unfold(const Tensor& self, int64_t dimension, int64_t size, int64_t step) {
  const int64_t dim = wrap_dim(dimension, self.dim());
  const int64_t have = self.dim() == 0 ? 1 : self.sizes()[dim];
  check(size >= 0, "size is {} but must be >= 0", size);
  check(size <= have, "maximum size for tensor at dimension {} is {} but size is {}", dim, have, size);
  check(step > 0, "step is {} but must be > 0", step);
  Geometry g = same(self);
  const int64_t stride = self.dim() == 0 ? 1 : self.strides()[dim];
  if (self.dim() > 0) {
    g.sizes[dim] = (have - size) / step + 1;
    g.strides[dim] = stride * step;
  }
  g.sizes.push_back(size);
  g.strides.push_back(stride);
  return g;
}

Geometry view_as_real(const Tensor& self) {
  check(is_complex(self.dtype()), "view_as_real is only supported for complex tensors, but got a tensor of dtype {}",
        to_string(self.dtype()));
  Geometry g{self.sizes(), self.strides(), 2 * self.storage_offset(), to_real_type(self.dtype())};
  for (int64_t& s : g.strides) s *= 2;
  g.sizes.push_back(2);
  g.strides.push_back(1);
  return g;
}

Geometry view_as_complex(const Tensor& self) {
  check(self.dtype() == kFloat || self.dtype() == kDouble || self.dtype() == kHalf,
        "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: {}",
        to_string(self.dtype()));
  check(self.dtype() != kHalf,
        "view_as_complex: there is no complex32 arithmetic; convert the tensor to float32 first");
  check(self.dim() != 0, "Input tensor must have one or more dimensions");
  check(self.sizes().back() == 2, "Tensor must have a last dimension of size 2, but got sizes {}", self.sizes());
  check(self.strides().back() == 1, "Tensor must have a last dimension with stride 1, but got strides {}",
        self.strides());
  Geometry g{self.sizes(), self.strides(), self.storage_offset() / 2, to_complex_type(self.dtype())};
  g.sizes.pop_back();
  g.strides.pop_back();
  for (size_t d = 0; d < g.strides.size(); ++d) {
    check(g.strides[d] % 2 == 0,
          "Tensor must have a stride divisible by 2 for all but last dimension (dimension {}: {})", d, g.strides[d]);
    g.strides[d] /= 2;
  }
  check(self.storage_offset() % 2 == 0, "Tensor must have a storage_offset divisible by 2, but got {}",
        self.storage_offset());
  return g;
}

}  // namespace rushlight::geom
