// Shapes and checks of copies, joins and rearrangements.
#include "plan/meta_shape.h"

#include "plan/dims.h"
#include "plan/geometry.h"

namespace rushlight::meta {

Meta formatted(const Tensor& self, ScalarType dtype, std::optional<MemoryFormat> format) {
  const MemoryFormat wanted = format.value_or(MemoryFormat::Preserve);
  if (wanted == MemoryFormat::Preserve)
    return self.impl()->contiguous ? Meta(self.sizes(), dtype) : preserve(self, dtype);
  if (wanted == MemoryFormat::Contiguous) return {self.sizes(), dtype};
  return {self.sizes(), dtype, geom::format_strides(self.sizes(), wanted)};
}

Meta clone(const Tensor& self, std::optional<MemoryFormat> format) { return formatted(self, self.dtype(), format); }

Meta to_copy(const Tensor& self, std::optional<ScalarType> dtype, std::optional<MemoryFormat> format) {
  return formatted(self, dtype.value_or(self.dtype()), format);
}

void copy_(const Tensor& self, const Tensor& src) {
  check(src.defined(), "copy_: the source tensor is undefined");
  if (self.sizes() == src.sizes()) return;
  const DimVector common = plan::broadcast(self.sizes(), src.sizes());
  check(self.sizes() == IntArrayRef(common),
        "output with shape {} doesn't match the broadcast shape {} (copy_: the source has shape {})", self.sizes(),
        common, src.sizes());
}

void fill_(const Tensor& value) {
  check(value.dim() == 0, "fill_ only supports 0-dimension value tensor but got tensor with {} dimensions.",
        value.dim());
}

Meta cat(TensorList tensors, int64_t dim) {
  check_value(!tensors.empty(), "torch.cat(): expected a non-empty list of Tensors");
  ScalarType dtype = ScalarType::Undefined;
  const Tensor* first = nullptr;
  size_t first_at = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    check(t.defined(), "torch.cat(): tensor number {} in the list is undefined", i);
    check(t.dim() > 0, "zero-dimensional tensor (at position {}) cannot be concatenated (use stack)", i);
    dtype = i == 0 ? t.dtype() : promote_types(dtype, t.dtype());
    if (!first && !cat_skips(t)) {
      first = &t;
      first_at = i;
    }
  }
  if (!first) {
    plan::wrap_dim(dim, 1);
    return {IntArrayRef{0}, dtype};
  }
  dim = plan::wrap_dim(dim, first->dim());
  DimVector sizes = first->sizes();
  for (size_t i = first_at + 1; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    if (cat_skips(t)) continue;
    check(t.dim() == first->dim(),
          "Tensors must have same number of dimensions: got {} and {} (cat: shapes {} and {} at positions {} and {})",
          first->dim(), t.dim(), first->sizes(), t.sizes(), first_at, i);
    for (int64_t d = 0; d < t.dim(); ++d) {
      check(d == dim || t.sizes()[d] == first->sizes()[d],
            "Sizes of tensors must match except in dimension {}. Expected size {} but got size {} for tensor number {} "
            "in the list. "
            "(cat: shapes {} and {} differ in dimension {})",
            dim, first->sizes()[d], t.sizes()[d], i, first->sizes(), t.sizes(), d);
    }
    check(!__builtin_add_overflow(sizes[dim], t.sizes()[dim], &sizes[dim]),
          "numel: integer multiplication overflow: the sizes in dimension {} add up to more than fits a 64-bit integer "
          "(cat)",
          dim);
  }
  // The layout of the inputs, where all of them have the same one.
  for (MemoryFormat format : {MemoryFormat::ChannelsLast, MemoryFormat::ChannelsLast3d}) {
    if (first->dim() != (format == MemoryFormat::ChannelsLast ? 4 : 5)) continue;
    bool all = true;
    for (const Tensor& t : tensors) all &= !cat_skips(t) && t.is_contiguous(format) && !t.is_contiguous();
    if (all) return {sizes, dtype, geom::format_strides(sizes, format)};
  }
  return {sizes, dtype};
}

Meta stack(TensorList tensors, int64_t dim) {
  check(!tensors.empty(), "stack expects a non-empty TensorList");
  const Tensor& first = tensors[0];
  dim = plan::wrap_dim(dim, first.dim() + 1);
  ScalarType dtype = first.dtype();
  for (size_t i = 1; i < tensors.size(); ++i) {
    check(
        tensors[i].sizes() == first.sizes(),
        "stack expects each tensor to be equal size, but got {} at entry 0 and {} at entry {} (pad or crop them to one "
        "shape; cat joins along a dimension that is there)",
        first.sizes(), tensors[i].sizes(), i);
    dtype = promote_types(dtype, tensors[i].dtype());
  }
  DimVector sizes = first.sizes();
  sizes.insert(static_cast<size_t>(dim), static_cast<int64_t>(tensors.size()));
  return {sizes, dtype};
}

Meta flip(const Tensor& self, IntArrayRef dims) {
  plan::dim_mask(dims, self.dim(), false);
  return preserve(self);
}

Meta roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims) {
  check(!shifts.empty(), "`shifts` required");
  if (dims.empty() && shifts.size() == 1) return {self.sizes(), self.dtype()};
  check(shifts.size() == dims.size(), "shifts and dimensions must align. shifts: {}, dims:{}", shifts.size(),
        dims.size());
  for (int64_t d : dims) {
    check_index(self.dim() > 0, "Dimension specified as {} but tensor has no dimensions", d);
    plan::wrap_dim(d, self.dim());
  }
  return {self.sizes(), self.dtype()};
}

Meta repeat_index(const Tensor& repeats, std::optional<int64_t> output_size) {
  check(repeats.dim() <= 1, "repeat_interleave only accept 1D vector as repeat, but got shape {}", repeats.sizes());
  check(repeats.dtype() == kLong || repeats.dtype() == kInt, "repeats has to be Long or Int tensor, but got {}",
        to_string(repeats.dtype()));
  const Tensor dense = repeats.contiguous();
  int64_t total = 0;
  for (int64_t i = 0; i < dense.numel(); ++i) {
    const int64_t n = dense.dtype() == kLong ? dense.const_data_ptr<int64_t>()[i] : dense.const_data_ptr<int32_t>()[i];
    check(n >= 0 && !__builtin_add_overflow(total, n, &total),
          "repeats can not be negative (repeat_interleave: repeats[{}] is {})", i, n);
  }
  check(!output_size || *output_size == total,
        "allocated size does not match required size (repeat_interleave: output_size is {}, repeats sum to {})",
        output_size.value_or(0), total);
  return {IntArrayRef(total), kLong};
}

Meta triangle(const Tensor& self, const char* op) {
  check(self.dim() >= 2, "{}: input tensor must have at least 2 dimensions (got shape {})", std::string_view(op),
        self.sizes());
  return like(self);
}

Meta constant_pad(const Tensor& self, IntArrayRef pad) {
  check(pad.size() % 2 == 0, "Length of pad must be even but instead it equals {}", pad.size());
  check(static_cast<int64_t>(pad.size()) <= 2 * self.dim(),
        "Length of pad should be no more than twice the number of dimensions of the input. Pad length is {} while the "
        "input has {} dimensions.",
        pad.size(), self.dim());
  DimVector sizes = self.sizes();
  for (size_t i = 0; i < pad.size() / 2; ++i) {
    int64_t& size = sizes[sizes.size() - 1 - i];
    const int64_t before = size;
    int64_t both;
    const bool overflow =
        __builtin_add_overflow(pad[2 * i], pad[2 * i + 1], &both) || __builtin_add_overflow(size, both, &size);
    check(!overflow, "constant_pad_nd: the padding {} and {} of dimension {} overflows a 64-bit integer", pad[2 * i],
          pad[2 * i + 1], sizes.size() - 1 - i);
    check(size >= 0,
          "The input size {}, plus negative padding {} and {}, resulted in a negative output size, which is invalid. "
          "Check dimension {} of your input.",
          before, pad[2 * i], pad[2 * i + 1], sizes.size() - 1 - i);
  }
  for (MemoryFormat format : {MemoryFormat::ChannelsLast, MemoryFormat::ChannelsLast3d}) {
    if (self.dim() == (format == MemoryFormat::ChannelsLast ? 4 : 5) && self.is_contiguous(format) &&
        !self.is_contiguous())
      return {sizes, self.dtype(), geom::format_strides(sizes, format)};
  }
  return {sizes, self.dtype()};
}

}  // namespace rushlight::meta
