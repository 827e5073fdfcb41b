// Indexing with ints, slices, None, "...", masks and tensors, for both front doors.
#include "rushlight/indexing.h"

#include "rushlight/ops.h"

namespace rushlight {
namespace indexing {
namespace {

using Type = TensorIndex::Type;

bool is_mask(const Tensor& t) { return t.dtype() == kBool || t.dtype() == kByte; }

// How many dimensions of self the index names.
int64_t dims_named(ArrayRef<TensorIndex> indices) {
  int64_t n = 0;
  for (const TensorIndex& index : indices) {
    if (index.is_tensor())
      n += is_mask(index.tensor) ? index.tensor.dim() : 1;
    else
      n += index.is_integer() || index.is_slice();
  }
  return n;
}

void record(std::vector<Tensor>& tensors, int64_t dim, Tensor index) {
  tensors.resize(static_cast<size_t>(dim) + 1);
  tensors.back() = std::move(index);
}

Tensor select_checked(const Tensor& self, int64_t dim, int64_t index, int64_t place) {
  check_index(self.dim() > 0,
              "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert "
              "a 0-dim tensor to a number");
  check_index(dim < self.dim(), "too many indices for tensor of dimension {}", self.dim());
  const int64_t size = self.sizes()[static_cast<size_t>(dim)];
  if (index < -size || index >= size) [[unlikely]] {
    fail(ErrorKind::kIndex, "index {} is out of bounds for dimension {} with size {} ({}shape {})", index, place, size,
         size == 0 ? std::string() : format("allowed: {} to {}; ", -size, size - 1), self.sizes());
  }
  return self.select(dim, index);
}

// A number in an index of masks: True adds a dimension of size 1, False one of size 0.
Tensor boolean_index(bool value) { return full({1}, value, TensorOptions(kBool)); }

}  // namespace

Split split(const Tensor& self, ArrayRef<TensorIndex> indices) {
  check_index(dims_named(indices) <= self.dim() || self.dim() == 0,
              "too many indices for tensor of dimension {} (got {} for shape {})", self.dim(), dims_named(indices),
              self.sizes());
  Split out{self, {}};
  int64_t dim = 0, place = 0;  // place: the dimension of self, for messages
  for (const TensorIndex& index : indices) {
    switch (index.type) {
      case Type::Integer:
        out.view = select_checked(out.view, dim, index.integer, place++);
        break;
      case Type::Slice: {
        check_index(self.dim() > 0, "slice() cannot be applied to a 0-dim tensor.");
        check_index(out.view.dim() > dim, "too many indices for tensor of dimension {}", self.dim());
        const Slice& s = index.slice;
        check_value(s.step != 0, "slice step cannot be zero");
        check_value(s.step.value_or(1) > 0, "step must be greater than zero, but got {}", s.step.value_or(1));
        if (s.start.value_or(0) != 0 || s.stop || s.step.value_or(1) != 1)
          out.view = out.view.slice(dim, s.start, s.stop, s.step.value_or(1));
        ++dim;
        ++place;
        break;
      }
      case Type::Ellipsis: {
        const int64_t skipped = self.dim() - dims_named(indices);
        dim += skipped;
        place += skipped;
        break;
      }
      case Type::None:
        out.view = out.view.unsqueeze(dim++);
        break;
      case Type::Boolean:
        out.view = out.view.unsqueeze(dim);
        record(out.tensors, dim++, boolean_index(index.integer != 0));
        break;
      case Type::Tensor: {
        const Tensor& t = index.tensor;
        check_index(t.dtype() == kLong || t.dtype() == kInt || is_mask(t),
                    "tensors used as indices must be long, int, byte or bool tensors; got {}", to_string(t.dtype()));
        if (t.dim() == 0 && is_mask(t)) {
          out.view = out.view.unsqueeze(dim);
          record(out.tensors, dim++, boolean_index(t.item().toBool()));
        } else if (t.dim() == 0) {
          out.view = select_checked(out.view, dim, t.item().toLong(), place++);
        } else {
          check_index(out.view.dim() > dim, "too many indices for tensor of dimension {}", self.dim());
          const int64_t taken = is_mask(t) ? t.dim() : 1;
          record(out.tensors, dim, t);
          dim += taken;
          place += taken;
        }
        break;
      }
    }
  }
  return out;
}

namespace {

// Masks take several dimensions but one entry; whole dimensions get an undefined entry, all before the last index only.
std::vector<Tensor> index_list(const std::vector<Tensor>& by_dim) {
  std::vector<Tensor> list;
  for (size_t d = 0; d < by_dim.size();) {
    list.push_back(by_dim[d]);
    d += by_dim[d].defined() && is_mask(by_dim[d]) ? static_cast<size_t>(by_dim[d].dim()) : 1;
  }
  return list;
}

// Leading dimensions of size 1 of a value are dropped: x[0] = ones(1, 3).
Tensor without_leading_ones(const Tensor& value) {
  const IntArrayRef sizes = value.sizes();
  size_t skip = 0;
  while (skip < sizes.size() && sizes[skip] == 1) ++skip;
  return skip ? value.reshape(sizes.slice(skip, sizes.size() - skip)) : value;
}

// A mask over all of the view, and a value that is one number: masked_fill_ needs no list of positions.
bool is_masked_fill(const Split& s) {
  return s.tensors.size() == 1 && s.tensors[0].dtype() == kBool && s.tensors[0].sizes() == s.view.sizes();
}

}  // namespace

Tensor get(const Tensor& self, ArrayRef<TensorIndex> indices) {
  Split s = split(self, indices);
  if (!s.tensors.empty()) return rushlight::index(s.view, index_list(s.tensors));
  return s.view.is_same(self) ? self.view(self.sizes()) : s.view;
}

void set(const Tensor& self, ArrayRef<TensorIndex> indices, const Tensor& value) {
  Split s = split(self, indices);
  if (s.tensors.empty()) {
    const Tensor plain = without_leading_ones(value);
    s.view.copy_(plain.sizes() == s.view.sizes() ? plain : plain.expand(s.view.sizes()));
  } else if (value.dim() == 0 && is_masked_fill(s)) {
    s.view.masked_fill_(s.tensors[0], value.to(s.view.dtype()));
  } else {
    rushlight::index_put_(s.view, index_list(s.tensors), without_leading_ones(value));
  }
}

void set(const Tensor& self, ArrayRef<TensorIndex> indices, const Scalar& value) {
  Split s = split(self, indices);
  if (s.tensors.empty())
    s.view.fill_(value);
  else if (is_masked_fill(s))
    s.view.masked_fill_(s.tensors[0], value);
  else
    rushlight::index_put_(s.view, index_list(s.tensors), scalar_tensor(value, TensorOptions(s.view.dtype())));
}

TensorIndex::TensorIndex(std::string_view text) : type(Type::Ellipsis) {
  check_value(text == "...", "Expected \"...\" to represent an ellipsis index, but got \"{}\"", text);
}

}  // namespace indexing

using indexing::TensorIndex;

Tensor Tensor::operator[](int64_t index) const { return indexing::get(*this, TensorIndex(static_cast<long>(index))); }
Tensor Tensor::operator[](const Tensor& index) const { return indexing::get(*this, TensorIndex(index)); }
Tensor Tensor::index(ArrayRef<TensorIndex> indices) const { return indexing::get(*this, indices); }
Tensor Tensor::index(std::initializer_list<TensorIndex> indices) const { return indexing::get(*this, indices); }
Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Tensor& values) const {
  indexing::set(*this, indices, values);
  return const_cast<Tensor&>(*this);
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Tensor& values) const {
  return index_put_(ArrayRef<TensorIndex>(indices), values);
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Scalar& value) const {
  indexing::set(*this, indices, value);
  return const_cast<Tensor&>(*this);
}

}  // namespace rushlight
