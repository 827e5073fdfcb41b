// View and rearranging ops written as other ops.
#include <algorithm>

#include "autograd/node.h"
#include "dispatch/body.h"
#include "plan/dims.h"
#include "plan/geometry.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {

using plan::wrap_dim;

// ---- views of one tensor --------------------------------------------------------------------------------------------

Tensor view(const Tensor& self, ScalarType dtype) {
  const int64_t from = self.element_size(), to = element_size(dtype);
  Tensor result = detail::alias(self);
  DimVector sizes = self.sizes(), strides = self.strides();
  int64_t offset = self.storage_offset();
  if (from != to) {
    const auto names = [&] {
      return format("to view {} as {} (different element sizes)", to_string(self.dtype()), to_string(dtype));
    };
    if (self.dim() == 0) check(false, "self.dim() cannot be 0 {}", names());
    if (strides.back() != 1 && self.numel() > 0)
      check(false, "self.stride(-1) must be 1 {}, but got {}", names(), strides.back());
    if (from > to) {
      const int64_t ratio = from / to;
      for (size_t d = 0; d + 1 < strides.size(); ++d) strides[d] *= ratio;
      sizes.back() *= ratio;
      offset *= ratio;
    } else {
      const int64_t ratio = to / from;
      if (sizes.back() % ratio != 0)
        check(false, "self.size(-1) must be divisible by {} {}, but got {}", ratio, names(), sizes.back());
      if (offset % ratio != 0)
        check(false, "self.storage_offset() must be divisible by {} {}, but got {}", ratio, names(), offset);
      for (size_t d = 0; d + 1 < strides.size(); ++d) {
        if (strides[d] % ratio != 0)
          check(false, "self.stride({}) must be divisible by {} {}, but got {}", d, ratio, names(), strides[d]);
        strides[d] /= ratio;
      }
      sizes.back() /= ratio;
      offset /= ratio;
    }
  }
  result.impl()->set_geometry(sizes, strides);
  result.impl()->offset = offset;
  result.impl()->dtype = dtype;
  return result;
}

Tensor reshape(const Tensor& self, IntArrayRef shape) {
  if (self.impl()->contiguous) return self.view(shape);
  const DimVector size = geom::infer_size(shape, self.numel());
  if (geom::view_strides(self.sizes(), self.strides(), size)) return self.view(size);
  return self.clone(MemoryFormat::Contiguous).view(size);
}

Tensor view_as(const Tensor& self, const Tensor& other) { return self.view(other.sizes()); }
Tensor reshape_as(const Tensor& self, const Tensor& other) { return self.reshape(other.sizes()); }
Tensor expand_as(const Tensor& self, const Tensor& other) { return self.expand(other.sizes()); }
Tensor broadcast_to(const Tensor& self, IntArrayRef size) { return self.expand(size); }

std::vector<Tensor> broadcast_tensors(TensorList tensors) {
  DimVector sizes;
  for (const auto& t : tensors) sizes = plan::broadcast(sizes, t.sizes());
  std::vector<Tensor> out;
  for (const auto& t : tensors) out.push_back(t.sizes() == IntArrayRef(sizes) ? t : t.expand(sizes));
  return out;
}

Tensor swapaxes(const Tensor& self, int64_t axis0, int64_t axis1) { return self.transpose(axis0, axis1); }

Tensor mT(const Tensor& self) {
  check(self.dim() >= 2, "tensor.mT is only supported on matrices or batches of matrices. Got {}-D tensor.",
        self.dim());
  return self.transpose(-2, -1);
}

Tensor mH(const Tensor& self) {
  check(self.dim() >= 2, "tensor.mH is only supported on matrices or batches of matrices. Got {}-D tensor.",
        self.dim());
  return self.transpose(-2, -1).conj();
}

Tensor numpy_T(const Tensor& self) {
  DimVector dims(static_cast<size_t>(self.dim()));
  for (size_t i = 0; i < dims.size(); ++i) dims[i] = static_cast<int64_t>(dims.size() - 1 - i);
  return self.permute(dims);
}

Tensor adjoint(const Tensor& self) {
  check(self.dim() >= 2, "tensor.adjoint() is only supported on matrices or batches of matrices. Got {}-D tensor.",
        self.dim());
  return self.transpose(-2, -1).conj();
}

Tensor movedim(const Tensor& self, int64_t source, int64_t destination) {
  return movedim(self, IntArrayRef(source), IntArrayRef(destination));
}

Tensor movedim(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  check(source.size() == destination.size(),
        "movedim: Invalid source or destination dims: source ({} dims) should contain the same number of dims as "
        "destination ({} dims)",
        source, destination);
  const int64_t n = self.dim();
  DimVector order(static_cast<size_t>(n), -1);
  plan::DimMask from, to;
  for (size_t i = 0; i < source.size(); ++i) {
    const int64_t s = wrap_dim(source[i], n), d = wrap_dim(destination[i], n);
    check(!from[s], "movedim: repeated dim in `source` ({})", source);
    check(!to[d], "movedim: repeated dim in `destination` ({})", destination);
    from[s] = to[d] = true;
    if (n > 0) order[d] = s;
  }
  int64_t next = 0;
  for (int64_t& d : order) {
    if (d >= 0) continue;
    while (from[next]) ++next;
    d = next++;
  }
  return self.permute(order);
}

Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  check(self.dim() > 0, "narrow() cannot be applied to a 0-dim tensor.");
  check(length >= 0, "narrow(): length must be non-negative.");
  const int64_t size = self.size(dim);
  check_index(start >= -size && start <= size, "start out of range (expected to be in range of [{}, {}], but got {})",
              -size, size, start);
  if (start < 0) start += size;
  check(start <= size - length, "start ({}) + length ({}) exceeds dimension size ({}).", start, length, size);
  return self.slice(dim, start, start + length, 1);
}

Tensor narrow(const Tensor& self, int64_t dim, const Tensor& start, int64_t length) {
  check(start.dim() == 0 && is_integral(start.dtype(), false), "start must be an 0-dim integral Tensor.");
  return narrow(self, dim, start.item().toLong(), length);
}

Tensor as_strided(const Tensor& self, IntArrayRef size, IntArrayRef stride, std::optional<int64_t> storage_offset) {
  return _as_strided(self, size, stride, storage_offset, self.sizes(), self.strides(), self.storage_offset());
}

Tensor& detach_(Tensor& self) {
  check(
      !self.is_view(),
      "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel or other code that "
      "detaches, clone() the view first.");
  if (self.impl()->autograd) self.impl()->autograd->grad_fn = NodeRef();
  self.impl()->requires_grad = false;
  return self;
}

// ---- views in place -------------------------------------------------------------------------------------------------

namespace {

// Gives `self` the geometry and the history of one of its views.
Tensor& become(const char* op, Tensor& self, const Tensor& view) {
  if (detail::tls.grad_mode && detail::needs_grad(self)) {
    check(!self.is_leaf(), "a leaf Variable that requires grad is being used in an in-place operation. ({})",
          std::string_view(op));
    const Edge edge = detail::gradient_edge(view);
    auto& meta = detail::autograd_of(self);
    meta.grad_fn = edge.fn;
    meta.output_nr = edge.nr;
  }
  const DimVector sizes = view.sizes(), strides = view.strides();
  self.impl()->set_geometry(sizes, strides);
  self.impl()->offset = view.storage_offset();
  detail::written(self);
  self.impl()->view_version = self.version();
  return self;
}

}  // namespace

Tensor& t_(Tensor& self) { return become("t_", self, self.t()); }
Tensor& transpose_(Tensor& self, int64_t dim0, int64_t dim1) {
  return become("transpose_", self, self.transpose(dim0, dim1));
}
Tensor& squeeze_(Tensor& self) { return become("squeeze_", self, self.squeeze()); }
Tensor& squeeze_(Tensor& self, int64_t dim) { return become("squeeze_", self, self.squeeze(dim)); }
Tensor& squeeze_(Tensor& self, IntArrayRef dim) { return become("squeeze_", self, self.squeeze(dim)); }
Tensor& as_strided_(Tensor& self, IntArrayRef size, IntArrayRef stride, std::optional<int64_t> storage_offset) {
  return become("as_strided_", self, self.as_strided(size, stride, storage_offset));
}
Tensor& unsqueeze_(Tensor& self, int64_t dim) { return become("unsqueeze_", self, self.unsqueeze(dim)); }

Tensor& resize_(Tensor& self, IntArrayRef size, std::optional<MemoryFormat> memory_format) {
  TensorImpl* impl = self.impl();
  for (int64_t s : size) check(s >= 0, "Trying to create tensor with negative dimension {}: {}", s, size);
  check(!(detail::tls.grad_mode && detail::needs_grad(self)), "cannot resize variables that require grad");
  if (!memory_format && size == self.sizes()) return self;
  const DimVector sizes = size;
  const DimVector strides = geom::format_strides(sizes, memory_format.value_or(MemoryFormat::Contiguous));
  int64_t last = impl->offset;
  bool empty = false, overflow = false;
  for (size_t d = 0; d < sizes.size(); ++d) {
    int64_t reach;
    empty |= sizes[d] == 0;
    overflow |= __builtin_mul_overflow(sizes[d] - 1, strides[d], &reach) || __builtin_add_overflow(last, reach, &last);
  }
  int64_t bytes = 0;
  overflow |= !empty && __builtin_mul_overflow(last + 1, self.element_size(), &bytes);
  check(empty || !overflow, "Storage size calculation overflowed with sizes={} (resize_)", sizes);
  if (!empty) impl->storage->grow(static_cast<size_t>(bytes));
  impl->set_geometry(sizes, strides);
  return self;
}

Tensor& resize_as_(Tensor& self, const Tensor& the_template) {
  return resize_(self, the_template.sizes(), std::nullopt);
}

// ---- lists of views -------------------------------------------------------------------------------------------------

namespace {

// Note [Pieces]
// The pieces of one tensor share a node, whose gradient joins theirs in one pass: a node for each would make every
// piece's gradient as large as the whole before adding them up.
class PiecesNode final : public Node {
 public:
  PiecesNode(int64_t dim, bool stacked) : dim_(dim), stacked_(stacked) {}
  void apply(Tensor* grads, Tensor* results) override {
    if (!detail::fill_undefined(this, grads)) return;
    const TensorList parts(grads, num_outputs());
    results[0] = stacked_ ? stack(parts, dim_) : cat(parts, dim_);
  }

 private:
  int64_t dim_;
  bool stacked_;
};

constexpr int64_t kMostEmpty = int64_t{1} << 24;  // more pieces than elements are empty tensors, but not without end

// The views make(0), make(1), … as the pieces of self along `dim`, which `stacked` ones have lost.
template <class Make>
std::vector<Tensor> pieces_of(const Tensor& self, int64_t dim, int64_t count, bool stacked, const char* name,
                              const Make& make) {
  check(count <= std::max(self.numel(), kMostEmpty), "a tensor of shape {} has too many pieces along dimension {}: {}",
        self.sizes(), dim, count);
  std::vector<Tensor> out;
  out.reserve(static_cast<size_t>(count));
  const bool record = count > 1 && detail::recording(self);
  {
    const AutoGradMode mode(GradMode::is_enabled() && !record);
    for (int64_t i = 0; i < count; ++i) out.push_back(make(i));
  }
  if (!record) return out;
  const NodeRef node = NodeRef::steal(new PiecesNode(wrap_dim(dim, self.dim()), stacked));
  detail::NodeBuilder(node.get(), name, 1).input(self);
  for (int64_t i = 0; i < count; ++i)
    detail::attach(node.get(), out[static_cast<size_t>(i)], static_cast<uint32_t>(i), How::New);
  return out;
}

}  // namespace

std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim) {
  check(self.dim() > 0, "split expects at least a 1-dimensional tensor");
  check(split_size >= 0, "split expects split_size be non-negative, but got split_size={}", split_size);
  const int64_t size = self.size(dim);
  check(split_size > 0 || size == 0, "split_size can only be 0 if dimension size is 0, but got dimension size of {}",
        size);
  if (split_size == 0 || size == 0) return {self.slice(dim, 0, size, 1)};
  return pieces_of(self, dim, (size - 1) / split_size + 1, false, "SplitBackward0",
                   [&](int64_t i) { return self.slice(dim, i * split_size, std::min(size, (i + 1) * split_size), 1); });
}

std::vector<Tensor> split(const Tensor& self, IntArrayRef split_size, int64_t dim) {
  return split_with_sizes(self, split_size, dim);
}

std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  check(self.dim() > 0, "split expects at least a 1-dimensional tensor");
  const int64_t size = self.size(dim);
  int64_t total = 0;
  for (int64_t s : split_sizes) {
    check(s >= 0, "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={}",
          split_sizes);
    total = s <= INT64_MAX - total ? total + s : INT64_MAX;
  }
  check(total == size,
        "split_with_sizes expects split_sizes to sum exactly to {} (input tensor's size at dimension {}), but got "
        "split_sizes={}",
        size, dim, split_sizes);
  int64_t start = 0;
  return pieces_of(self, dim, static_cast<int64_t>(split_sizes.size()), false, "SplitWithSizesBackward0",
                   [&](int64_t i) {
                     const int64_t first = start;
                     start += split_sizes[static_cast<size_t>(i)];
                     return self.slice(dim, first, start, 1);
                   });
}

std::vector<Tensor> tensor_split(const Tensor& self, int64_t sections, int64_t dim) {
  check(self.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with {} dims",
        self.dim());
  check(sections > 0, "number of sections must be larger than 0, got {}", sections);
  const int64_t size = self.size(dim), base = size / sections, extra = size % sections;
  check(sections <= std::max(size, kMostEmpty), "tensor_split: {} sections of a dimension of size {} are too many",
        sections, size);
  std::vector<Tensor> out;
  int64_t start = 0;
  for (int64_t i = 0; i < sections; ++i) {
    const int64_t length = base + (i < extra);
    out.push_back(self.slice(dim, start, start + length, 1));
    start += length;
  }
  return out;
}

std::vector<Tensor> tensor_split(const Tensor& self, IntArrayRef indices, int64_t dim) {
  check(self.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with {} dims",
        self.dim());
  std::vector<Tensor> out;
  int64_t start = 0;
  for (int64_t end : indices) {
    out.push_back(self.slice(dim, start, end, 1));
    start = end;
  }
  out.push_back(self.slice(dim, start, std::nullopt, 1));
  return out;
}

std::vector<Tensor> tensor_split(const Tensor& self, const Tensor& tensor_indices_or_sections, int64_t dim) {
  const Tensor& t = tensor_indices_or_sections;
  check(t.dtype() == kLong, "tensor_split expected tensor_indices_or_sections to have dtype of long, but got {}",
        to_string(t.dtype()));
  check(t.dim() <= 1,
        "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got "
        "a tensor with {} dims",
        t.dim());
  if (t.dim() == 0) return tensor_split(self, t.item().toLong(), dim);
  const Tensor dense = t.contiguous();
  return tensor_split(self, IntArrayRef(dense.const_data_ptr<int64_t>(), static_cast<size_t>(dense.numel())), dim);
}

std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim) {
  check(self.dim() > 0, "chunk expects at least a 1-dimensional tensor");
  check(chunks > 0, "chunk expects `chunks` to be greater than 0, got: {}", chunks);
  const int64_t size = self.size(dim), piece = size / chunks + (size % chunks != 0);
  check(size > 0 || chunks <= kMostEmpty, "chunk: {} chunks of a dimension of size 0 are too many", chunks);
  if (piece == 0) return std::vector<Tensor>(static_cast<size_t>(chunks), self.slice(dim, 0, 0, 1));
  return split(self, piece, dim);
}

std::vector<Tensor> unbind(const Tensor& self, int64_t dim) {
  check_index(self.dim() > 0, "Dimension specified as {} but tensor has no dimensions", dim);
  return pieces_of(self, dim, self.size(dim), true, "UnbindBackward0", [&](int64_t i) { return self.select(dim, i); });
}

namespace {

int64_t split_dim(const char* op, const Tensor& self, int64_t least, int64_t dim) {
  check(self.dim() >= least,
        "torch.{} requires a tensor with at least {} dimension, but got a tensor with {} dimensions!",
        std::string_view(op), least, self.dim());
  return dim;
}
std::vector<Tensor> split_evenly(const char* op, const Tensor& self, int64_t sections, int64_t dim) {
  check(sections > 0 && self.size(dim) % sections == 0,
        "torch.{} attempted to split along dimension {}, but the size of the dimension {} is not divisible by the "
        "split_size {}!",
        std::string_view(op), dim, self.size(dim), sections);
  return tensor_split(self, sections, dim);
}

}  // namespace

std::vector<Tensor> hsplit(const Tensor& self, int64_t sections) {
  return split_evenly("hsplit", self, sections, split_dim("hsplit", self, 1, self.dim() == 1 ? 0 : 1));
}
std::vector<Tensor> hsplit(const Tensor& self, IntArrayRef indices) {
  return tensor_split(self, indices, split_dim("hsplit", self, 1, self.dim() == 1 ? 0 : 1));
}
std::vector<Tensor> vsplit(const Tensor& self, int64_t sections) {
  return split_evenly("vsplit", self, sections, split_dim("vsplit", self, 2, 0));
}
std::vector<Tensor> vsplit(const Tensor& self, IntArrayRef indices) {
  return tensor_split(self, indices, split_dim("vsplit", self, 2, 0));
}
std::vector<Tensor> dsplit(const Tensor& self, int64_t sections) {
  return split_evenly("dsplit", self, sections, split_dim("dsplit", self, 3, 2));
}
std::vector<Tensor> dsplit(const Tensor& self, IntArrayRef indices) {
  return tensor_split(self, indices, split_dim("dsplit", self, 3, 2));
}

std::vector<Tensor> meshgrid(TensorList tensors, std::optional<std::string_view> indexing) {
  const std::string_view order = indexing.value_or("ij");
  check(!tensors.empty(), "meshgrid expects a non-empty TensorList");
  check(order == "ij" || order == "xy", "torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: {}",
        order);
  const size_t n = tensors.size();
  const bool swap = order == "xy" && n >= 2;
  auto place = [&](size_t i) { return swap && i < 2 ? 1 - i : i; };
  DimVector sizes(n);
  for (size_t i = 0; i < n; ++i) {
    check(tensors[i].dim() <= 1, "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got shape {}",
          tensors[i].sizes());
    check(tensors[i].dtype() == tensors[0].dtype(),
          "torch.meshgrid expects all tensors to have the same dtype, but got {} and {}", to_string(tensors[0].dtype()),
          to_string(tensors[i].dtype()));
    sizes[place(i)] = tensors[i].numel();
  }
  std::vector<Tensor> out;
  for (size_t i = 0; i < n; ++i) {
    DimVector shape(n, 1);
    shape[place(i)] = tensors[i].numel();
    out.push_back(tensors[i].reshape(shape).expand(sizes));
  }
  return out;
}

// ---- shapes of one tensor -------------------------------------------------------------------------------------------

Tensor flatten(const Tensor& self, int64_t start_dim, int64_t end_dim) {
  const int64_t first = wrap_dim(start_dim, self.dim()), last = wrap_dim(end_dim, self.dim());
  check(first <= last, "flatten() has invalid args: start_dim cannot come after end_dim");
  if (self.dim() == 0) return self.reshape({1});
  if (first == last) return self;
  DimVector shape;
  int64_t product = 1;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d < first || d > last)
      shape.push_back(self.sizes()[d]);
    else
      product *= self.sizes()[d];
    if (d == last) shape.push_back(product);
  }
  return self.reshape(shape);
}

Tensor unflatten(const Tensor& self, int64_t dim, IntArrayRef sizes) {
  dim = wrap_dim(dim, self.dim());
  check(!sizes.empty(), "unflatten: sizes must be non-empty");
  const int64_t size = self.size(dim);
  int64_t known = 1, unknown = 0;
  for (int64_t s : sizes) {
    unknown += s == -1;
    if (s != -1) known *= s;
  }
  check(unknown <= 1, "unflatten: only one dimension can be inferred, but sizes are {}", sizes);
  check(unknown ? known != 0 && size % known == 0 : known == size,
        "unflatten: Provided sizes {} don't multiply up to the size of dim {} ({}) in the input tensor", sizes, dim,
        size);
  DimVector shape;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d != dim)
      shape.push_back(self.sizes()[d]);
    else
      for (int64_t s : sizes) shape.push_back(s == -1 ? size / known : s);
  }
  return self.view(shape);
}

Tensor ravel(const Tensor& self) { return self.contiguous().view({-1}); }

Tensor atleast_1d(const Tensor& self) { return self.dim() == 0 ? self.reshape({1}) : self; }
Tensor atleast_2d(const Tensor& self) {
  return self.dim() == 0 ? self.reshape({1, 1}) : self.dim() == 1 ? self.unsqueeze(0) : self;
}
Tensor atleast_3d(const Tensor& self) {
  switch (self.dim()) {
    case 0:
      return self.reshape({1, 1, 1});
    case 1:
      return self.unsqueeze(0).unsqueeze(-1);
    case 2:
      return self.unsqueeze(-1);
    default:
      return self;
  }
}

namespace {

std::vector<Tensor> each(TensorList tensors, Tensor (*f)(const Tensor&)) {
  std::vector<Tensor> out;
  for (const auto& t : tensors) out.push_back(f(t));
  return out;
}

}  // namespace

std::vector<Tensor> atleast_1d(TensorList tensors) { return each(tensors, atleast_1d); }
std::vector<Tensor> atleast_2d(TensorList tensors) { return each(tensors, atleast_2d); }
std::vector<Tensor> atleast_3d(TensorList tensors) { return each(tensors, atleast_3d); }

// ---- copies and joins -----------------------------------------------------------------------------------------------

Tensor Tensor::contiguous(MemoryFormat format) const {
  check(format != MemoryFormat::Preserve, "preserve memory format is unsupported by the contiguous operator");
  return is_contiguous(format) ? *this : clone(format);
}

Tensor hstack(TensorList tensors) {
  check(!tensors.empty(), "hstack expects a non-empty TensorList");
  const std::vector<Tensor> parts = atleast_1d(tensors);
  return cat(parts, parts[0].dim() == 1 ? 0 : 1);
}
Tensor vstack(TensorList tensors) {
  check(!tensors.empty(), "vstack expects a non-empty TensorList");
  return cat(atleast_2d(tensors), 0);
}
Tensor dstack(TensorList tensors) {
  check(!tensors.empty(), "dstack expects a non-empty TensorList");
  return cat(atleast_3d(tensors), 2);
}
Tensor column_stack(TensorList tensors) {
  check(!tensors.empty(), "column_stack expects a non-empty TensorList");
  std::vector<Tensor> parts;
  for (const auto& t : tensors) parts.push_back(t.dim() <= 1 ? t.reshape({t.numel(), 1}) : t);
  return cat(parts, 1);
}

Tensor block_diag(TensorList tensors) {
  check(!tensors.empty(), "block_diag expects a non-empty TensorList");
  std::vector<Tensor> parts = atleast_2d(tensors);
  int64_t rows = 0, columns = 0;
  ScalarType dtype = parts[0].dtype();
  for (const auto& t : parts) {
    check(t.dim() == 2, "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input has {} dimensions",
          t.dim());
    rows += t.size(0);
    columns += t.size(1);
    dtype = promote_types(dtype, t.dtype());
  }
  Tensor result = zeros({rows, columns}, dtype);
  int64_t row = 0, column = 0;
  for (const auto& t : parts) {
    result.slice(0, row, row + t.size(0)).slice(1, column, column + t.size(1)).copy_(t);
    row += t.size(0);
    column += t.size(1);
  }
  return result;
}

// ---- rearranging ----------------------------------------------------------------------------------------------------

Tensor fliplr(const Tensor& self) {
  check(self.dim() >= 2, "Input must be >= 2-d. (fliplr got shape {})", self.sizes());
  return self.flip({1});
}
Tensor flipud(const Tensor& self) {
  check(self.dim() >= 1, "Input must be >= 1-d. (flipud got a 0-d tensor)");
  return self.flip({0});
}

Tensor rot90(const Tensor& self, int64_t k, IntArrayRef dims) {
  check(dims.size() == 2, "expected total rotation dims == 2, but got dims = {}", dims.size());
  check(self.dim() >= 2, "expected total dims >= 2, but got total dims = {}", self.dim());
  check(dims[0] != dims[1] && std::abs(dims[0] - dims[1]) != self.dim(),
        "expected rotation dims to be different, but got dim0 = {} and dim1 = {}", dims[0], dims[1]);
  switch ((k % 4 + 4) % 4) {
    case 1:
      return self.flip({dims[1]}).transpose(dims[0], dims[1]);
    case 2:
      return self.flip(dims);
    case 3:
      return self.flip({dims[0]}).transpose(dims[0], dims[1]);
    default:
      return self.clone(MemoryFormat::Contiguous);
  }
}

Tensor repeat(const Tensor& self, IntArrayRef repeats) {
  const size_t n = repeats.size(), have = static_cast<size_t>(self.dim());
  check(n >= have,
        "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor (repeats {}, shape "
        "{})",
        repeats, self.sizes());
  // (r0, s0, r1, s1, …): each repeat as a dimension of its own before the one it repeats.
  DimVector narrow, wide, sizes;
  for (size_t i = 0; i < n; ++i) {
    const int64_t size = i + have < n ? 1 : self.sizes()[i + have - n];
    check(repeats[i] >= 0, "Trying to create tensor with negative dimension {}: repeat {} of shape {}",
          repeats[i] * size, repeats, self.sizes());
    narrow.push_back(1);
    narrow.push_back(size);
    wide.push_back(repeats[i]);
    wide.push_back(size);
    sizes.push_back(repeats[i] * size);
  }
  if (narrow.empty()) return self.clone();
  return self.reshape(narrow).expand(wide).clone(MemoryFormat::Contiguous).view(sizes);
}

Tensor tile(const Tensor& self, IntArrayRef dims) {
  DimVector repeats = dims;
  while (repeats.size() < static_cast<size_t>(self.dim())) repeats.insert(0, 1);
  return repeat(self, repeats);
}

Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size) {
  return _repeat_index(repeats, output_size);
}

Tensor repeat_interleave(const Tensor& self, const Tensor& repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size) {
  const Tensor input = dim ? self : self.flatten();
  const int64_t d = dim ? wrap_dim(*dim, self.dim()) : 0, size = input.dim() == 0 ? 1 : input.size(d);
  Tensor counts = repeats;
  if (repeats.dim() == 0 || (repeats.dim() == 1 && repeats.size(0) == 1)) counts = repeats.reshape({1}).expand({size});
  check(counts.dim() == 1, "repeats must be 0-dim or 1-dim tensor");
  check(counts.size(0) == size,
        "repeats must have the same size as input along dim, but got repeats.size(0) = {} and input.size({}) = {}",
        counts.size(0), d, size);
  return input.index_select(d, _repeat_index(counts, output_size));
}

Tensor repeat_interleave(const Tensor& self, int64_t repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size) {
  check(repeats >= 0, "Repeats must be non-negative");
  const Tensor input = dim ? self : self.flatten();
  const int64_t d = dim ? wrap_dim(*dim, input.dim()) : 0;
  const Tensor source = input.dim() == 0 ? input.reshape({1}) : input;
  check(!output_size || *output_size == source.size(d) * repeats,
        "repeat_interleave: Invalid output_size, output_size={} is not the same as repeats * input.size({})={}",
        output_size.value_or(0), d, source.size(d) * repeats);
  DimVector wide = source.sizes(), sizes = source.sizes();
  wide.insert(static_cast<size_t>(d) + 1, repeats);
  sizes[d] *= repeats;
  return source.unsqueeze(d + 1).expand(wide).clone(MemoryFormat::Contiguous).view(sizes);
}

Tensor diag(const Tensor& self, int64_t diagonal) {
  check(self.dim() == 1 || self.dim() == 2, "diag(): Supports 1D or 2D tensors. Got {}D", self.dim());
  return self.dim() == 1 ? self.diag_embed(diagonal) : self.diagonal(diagonal).clone();
}

Tensor diag_embed(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t n = self.dim() + 1, first = wrap_dim(dim1, n), second = wrap_dim(dim2, n);
  check(self.dim() >= 1, "diag_embed: expected at least a 1-d tensor");
  check(first != second, "diagonal dimensions cannot be identical {}, {}", dim1, dim2);
  const int64_t size = self.sizes().back() + std::abs(offset);
  DimVector sizes = self.sizes();
  sizes.pop_back();
  sizes.insert(static_cast<size_t>(std::min(first, second)), size);
  sizes.insert(static_cast<size_t>(std::max(first, second)), size);
  Tensor result = zeros(sizes, self.options());
  result.diagonal(offset, first, second).copy_(self);
  return result;
}

Tensor diagflat(const Tensor& self, int64_t offset) { return self.contiguous().view({-1}).diag(offset); }

Tensor kron(const Tensor& self, const Tensor& other) {
  const int64_t n = std::max(self.dim(), other.dim());
  auto size = [&](const Tensor& t, int64_t i) { return i + t.dim() < n ? 1 : t.sizes()[i + t.dim() - n]; };
  // Rows of the result are rows of self, each element repeated, times rows of other, repeated as a whole. Short rows of
  // other are repeated in memory first, so that the product has long ones; where a gradient is wanted, its sums are
  // better taken over the dims as they are.
  constexpr int64_t kShort = 256, kRows = 4;
  const bool graph = GradMode::is_enabled() && (self.requires_grad() || other.requires_grad());
  const int64_t width = n == 0 ? 1 : size(self, n - 1);
  const bool repeat = n > 1 && !graph && width > 1 && size(other, n - 1) < kShort && self.numel() >= kRows * width;
  DimVector a, b, sizes;
  for (int64_t i = 0; i < n; ++i) {
    a.push_back(size(self, i));
    a.push_back(1);
    b.push_back(1);
    b.push_back(size(other, i));
    sizes.push_back(size(self, i) * size(other, i));
  }
  Tensor left = self.reshape(a), right = other.reshape(b);
  if (repeat) {
    a.back() = b.back();
    b[b.size() - 2] = width;
    left = left.expand(a).flatten(-2);
    right = right.expand(b).flatten(-2);
  }
  return mul(left, right).reshape(sizes);
}

Tensor cartesian_prod(TensorList tensors) {
  for (const auto& t : tensors) check(t.dim() == 1, "Expect a 1D vector, but got shape {}", t.sizes());
  if (tensors.size() == 1) return tensors[0];
  std::vector<Tensor> columns;
  for (const auto& grid : meshgrid(tensors, "ij")) columns.push_back(grid.flatten());
  return stack(columns, 1);
}

namespace {

// n over r, or n + r - 1 over r.
int64_t count_combinations(int64_t n, int64_t r, bool with_replacement) {
  if (n == 0 || (!with_replacement && r > n)) return 0;
  const int64_t others = with_replacement ? n - 1 : n - r, k = std::min(r, others), larger = std::max(r, others);
  int64_t count = 1;
  for (int64_t i = 1; i <= k; ++i) {
    check(larger <= INT64_MAX - i && !__builtin_mul_overflow(count, larger + i, &count),
          "combinations: {} elements have too many combinations of {}", n, r);
    count /= i;
  }
  return count;
}

}  // namespace

Tensor combinations(const Tensor& self, int64_t r, bool with_replacement) {
  check(self.dim() == 1, "Expect a 1D vector, but got shape {}", self.sizes());
  check(r >= 0, "Expect a non-negative number, but got {}", r);
  if (r == 0) return empty({0}, self.options());
  const int64_t n = self.numel(), count = count_combinations(n, r, with_replacement);
  if (count == 0) return self.narrow(0, 0, 0).unsqueeze(1).expand({0, r}).clone();
  // Index rows in lexicographic order: each is the one before it with its last movable place moved on.
  Tensor index = empty({count, r}, kLong).view({-1});
  auto* row = index.data_ptr<int64_t>();
  std::vector<int64_t> at(static_cast<size_t>(r));
  for (int64_t i = 0; i < r; ++i) at[i] = with_replacement ? 0 : i;
  for (bool more = true; more;) {
    row = std::copy(at.begin(), at.end(), row);
    int64_t i = r - 1;
    while (i >= 0 && at[i] == (with_replacement ? n - 1 : n - r + i)) --i;
    more = i >= 0;
    if (!more) break;
    ++at[i];
    for (int64_t j = i + 1; j < r; ++j) at[j] = with_replacement ? at[i] : at[j - 1] + 1;
  }
  return self.index_select(0, index).view({count, r});
}

Tensor vander(const Tensor& x, std::optional<int64_t> N, bool increasing) {
  check(x.dim() == 1, "x must be a one-dimensional tensor.");
  const int64_t n = N.value_or(x.size(0));
  check(n >= 0, "N must be non-negative.");
  const ScalarType dtype = is_integral(x.dtype(), true) ? kLong : x.dtype();
  const Tensor powers = arange(n, kLong);
  const Tensor result = pow(x.to(dtype).unsqueeze(1), powers);
  return increasing ? result : result.flip({1});
}

}  // namespace rushlight
