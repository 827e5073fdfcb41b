// The shared part of every op body: results, targets, histories.
#include "dispatch/body.h"

#include "autograd/formulas.h"
#include "dispatch/generated_body.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight::detail {

bool entry_hooks(const char*) { return autocasting(); }

bool needs_grad(TensorList tensors) {
  for (const auto& t : tensors) {
    if (needs_grad(t)) return true;
  }
  return false;
}

NodeBuilder::NodeBuilder(Node* node, const char* name, size_t edges) : node_(node) {
  node->name = name;
  node->sequence = ++tls.sequence;
  node->num_edges = static_cast<uint32_t>(edges);
  if (edges > std::size(node->inline_edges)) {
    node->heap_edges = std::make_unique<Edge[]>(edges);
    node->edges = node->heap_edges.get();
  }
}

Tensor allocate_tensor(IntArrayRef sizes, IntArrayRef strides, ScalarType dtype) {
  check_not_implemented(has_kernels(dtype),
                        "tensors of dtype {} have no kernels; use one of float32, float64, float16, "
                        "bfloat16, complex64, complex128, int64, int32, int16, int8, uint8 to uint64, bool",
                        to_string(dtype));
  Tensor result = Tensor::steal(TensorImpl::make());
  TensorImpl* impl = result.impl();
  impl->dtype = dtype;
  if (strides.empty() && !sizes.empty())
    impl->set_contiguous(sizes);
  else
    impl->set_geometry(sizes, strides);
  int64_t bytes;
  check(!__builtin_mul_overflow(impl->count, element_size(dtype), &bytes),
        "Storage size calculation overflowed with sizes={}: so many elements of dtype {} have more bytes than fit a "
        "64-bit integer",
        sizes, to_string(dtype));
  impl->storage = Storage::allocate(static_cast<size_t>(bytes));
  return result;
}

Tensor allocate_like(const Tensor& like, ScalarType dtype) {
  const TensorImpl* from = like.impl();
  if (from->ndim > TensorImpl::kInlineDims) return allocate_tensor(from->sizes(), {}, dtype);
  Tensor result = Tensor::steal(TensorImpl::make());
  TensorImpl* impl = result.impl();
  impl->dtype = dtype;
  impl->ndim = from->ndim;
  impl->count = from->count;
  int64_t step = 1;
  for (int i = from->ndim; i-- > 0;) {
    const int64_t size = from->dims[i];
    impl->dims[i] = size;
    impl->dims[from->ndim + i] = step;
    step *= size > 1 ? size : 1;
  }
  impl->storage = Storage::allocate(static_cast<size_t>(from->count) * element_size(dtype));
  return result;
}

static bool fits_out(OutRule rule, ScalarType result, ScalarType out) {
  switch (rule) {
    case OutRule::Exact:
      return out == result;
    case OutRule::Truth:
      return out == kBool || out == kByte;
    case OutRule::SameKind:
      return can_cast(result, out) && is_complex(out) == is_complex(result);
    case OutRule::CastableOrReal:
      return can_cast(result, out) || (is_complex(result) && is_floating_point(out));
    default:
      return can_cast(result, out);
  }
}

void store_out(const char* op, Tensor& out, const Tensor& result, OutRule rule, const char* words) {
  if (!fits_out(rule, result.dtype(), out.dtype())) [[unlikely]] {
    const bool plain = words == nullptr || *words == 0;
    check(!plain, "result type {} can't be cast to the desired output type {} ({}: pass an out= of dtype {})",
          to_string(result.dtype()), to_string(out.dtype()), op, to_string(result.dtype()));
    check(rule != OutRule::SameKind, "{}, but got {} ({}: pass an out= of dtype {})", std::string_view(words),
          to_string(out.dtype()), op, to_string(result.dtype()));
    fail(rule == OutRule::CastableOrTypeError ? ErrorKind::kType : ErrorKind::kRuntime,
         "{}: expected {}, but got {} ({}: pass an out= of dtype {})", std::string_view(words),
         to_string(result.dtype()), to_string(out.dtype()), std::string_view(op), to_string(result.dtype()));
  }

  NoGradGuard guard;
  if (out.sizes() != result.sizes()) out.resize_(result.sizes());
  out.copy_(result);
}

void store_inplace(const char* op, Tensor& self, const Tensor& result) {
  check(self.sizes() == result.sizes(),
        "Bad in-place call: input tensor size {} and output tensor size {} should match ({}: an in-place result keeps "
        "self's shape)",
        self.sizes(), result.sizes(), op);
  check(can_cast(result.dtype(), self.dtype()), "result type {} can't be cast to the desired output type {} ({})",
        to_string(result.dtype()), to_string(self.dtype()), op);
  cpu::copy_(self, result, false);
  written(self);
}

namespace {

// Proves that the geometry lies inside the storage.
void check_inside(const Tensor& tensor, int64_t element, IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
  int64_t last = offset;
  bool overflow = offset < 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) return;
    int64_t reach;
    overflow |= strides[i] < 0 || __builtin_mul_overflow(sizes[i] - 1, strides[i], &reach) ||
                __builtin_add_overflow(last, reach, &last);
  }
  const int64_t available = static_cast<int64_t>(tensor.impl()->storage->nbytes) / element;
  check(!overflow && last < available,
        "setStorage: sizes {}, strides {}, storage offset {}, and itemsize {} requiring a storage size of {} are out "
        "of bounds "
        "for storage of size {}",
        sizes, strides, offset, element, overflow ? -1 : (last + 1) * element, tensor.impl()->storage->nbytes);
}

Tensor share_storage(const Tensor& tensor, IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
  Tensor result = Tensor::steal(TensorImpl::make());
  TensorImpl* impl = result.impl();
  const TensorImpl* from = tensor.impl();
  impl->dtype = from->dtype;
  impl->set_geometry(sizes, strides);
  impl->offset = offset;
  impl->storage = from->storage;
  impl->storage->retain();
  impl->data_alias = from->data_alias;
  return result;
}

}  // namespace

Tensor alias(const Tensor& tensor, IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
  check_inside(tensor, tensor.element_size(), sizes, strides, offset);
  return share_storage(tensor, sizes, strides, offset);
}

Tensor alias(const Tensor& tensor, const Geometry& g) {
  if (g.dtype == ScalarType::Undefined || g.dtype == tensor.dtype()) return alias(tensor, g.sizes, g.strides, g.offset);
  check_inside(tensor, element_size(g.dtype), g.sizes, g.strides, g.offset);
  Tensor result = share_storage(tensor, g.sizes, g.strides, g.offset);
  result.impl()->dtype = g.dtype;
  return result;
}

Tensor alias(const Tensor& tensor) {
  return share_storage(tensor, tensor.sizes(), tensor.strides(), tensor.storage_offset());
}

static Tensor based_on(const Tensor& tensor, Tensor result) {
  TensorImpl* impl = result.impl();
  impl->base = tensor.impl()->base ? tensor.impl()->base : tensor.impl();
  impl->base->retain();
  impl->view_version = tensor.version();
  return result;
}

Tensor make_view(const Tensor& tensor, IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
  return based_on(tensor, alias(tensor, sizes, strides, offset));
}

Tensor make_view(const Tensor& tensor, const Geometry& geometry) { return based_on(tensor, alias(tensor, geometry)); }

// Whether the memory from the first to the last element of both has a common part.
static bool ranges_meet(const Tensor& a, const Tensor& b) {
  if (!b.defined() || a.impl()->storage != b.impl()->storage || a.numel() == 0 || b.numel() == 0) return false;
  auto reach = [](const Tensor& t) {
    int64_t last = t.storage_offset();
    for (int64_t i = 0; i < t.dim(); ++i) last += (t.sizes()[i] - 1) * t.strides()[i];
    return last;
  };
  return reach(a) >= b.storage_offset() && reach(b) >= a.storage_offset();
}

void check_partial_overlap(const char* op, const Tensor& out, const Tensor& input) {
  if (!ranges_meet(out, input) || input.is_same(out)) return;
  const bool same = input.storage_offset() == out.storage_offset() && input.sizes() == out.sizes() &&
                    input.strides() == out.strides();
  if (same) return;
  // Both must be dense for the ranges to prove an overlap; interleaved strided views may be disjoint.
  if (!out.is_non_overlapping_and_dense() || !input.is_non_overlapping_and_dense()) return;
  check(false,
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
        "location. Please clone() the tensor before performing the operation. ({}: output {} and input {} overlap)",
        std::string_view(op), out.sizes(), input.sizes());
}

void check_apart(const char* op, const Tensor& out, const Tensor& input) {
  check(!input.defined() || !(out.is_same(input) || ranges_meet(out, input)),
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
        "location. Please clone() the tensor before performing the operation. ({}: out= and an input overlap)",
        std::string_view(op));
}

void check_target(const char* op, const Tensor& out, How how, std::initializer_list<const Tensor*> inputs,
                  bool expanded) {
  if (how == How::New) return;
  const TensorImpl* impl = out.impl();
  check(impl != nullptr, "{}: the output tensor is undefined", std::string_view(op));
  check(!impl->storage->read_only, "{}: the output's memory is read-only; clone() it first", std::string_view(op));
  if (tls.grad_mode && how == How::Out) {
    for (const Tensor* t : inputs) {
      check(!needs_grad(*t),
            "{}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad.",
            std::string_view(op));
    }
    check(!needs_grad(out),
          "{}(): functions with out=... arguments don't support automatic differentiation, but one of the "
          "arguments requires grad.",
          std::string_view(op));
  }
  if (tls.grad_mode && how == How::InPlace) {
    check(!(impl->requires_grad && !(impl->autograd && impl->autograd->grad_fn)),
          "a leaf Variable that requires grad is being used in an in-place operation. ({}; wrap it in no_grad() or use "
          "the "
          "out-of-place form)",
          std::string_view(op));
    check(!(impl->base && impl->base->requires_grad && !(impl->base->autograd && impl->base->autograd->grad_fn)),
          "a view of a leaf Variable that requires grad is being used in an in-place operation. ({}; wrap it in "
          "no_grad())",
          std::string_view(op));
  }
  for (int64_t i = 0; i < out.dim() && !expanded; ++i) {
    check(out.strides()[i] != 0 || out.sizes()[i] <= 1 || out.numel() == 0,
          "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
          "Please "
          "clone() the tensor before performing the operation. ({}: dimension {} of shape {} is expanded)",
          std::string_view(op), i, out.sizes());
  }
  for (const Tensor* t : inputs) check_partial_overlap(op, out, *t);
}

void prepare(const char* op, Tensor& out, IntArrayRef sizes, IntArrayRef strides, ScalarType dtype, How how) {
  if (how == How::New) {
    out = allocate_tensor(sizes, strides, dtype);
    return;
  }
  check(out.sizes() == sizes || how == How::Out,
        "output with shape {} doesn't match the broadcast shape {} ({}: an in-place result keeps self's "
        "shape)",
        out.sizes(), sizes, std::string_view(op));
  check(can_cast(dtype, out.dtype()),
        "result type {} can't be cast to the desired output type {} ({}: convert the output "
        "with to() first)",
        to_string(dtype), to_string(out.dtype()), std::string_view(op));
  if (out.sizes() != sizes) out.resize_(sizes);
}

bool any_defined(Node* node, const Tensor* grads) {
  bool any = false;
  for (uint32_t i = 0; i < node->num_outputs(); ++i) any |= grads[i].defined();
  return any;
}

bool fill_undefined(Node* node, Tensor* grads) {
  bool any = false;
  const uint32_t n = node->num_outputs();
  for (uint32_t i = 0; i < n; ++i) any |= grads[i].defined();
  if (!any || n == 1) return any;
  for (uint32_t i = 0; i < n; ++i) {
    const TensorMeta& meta = node->output(i);
    if (!grads[i].defined() && is_differentiable(meta.dtype)) grads[i] = zeros(meta.sizes, meta.dtype);
  }
  return any;
}

namespace {

// Note [In-place on a view]
// Writing a view writes the base, so the base gets the history: its gradient flows to the old base except where the view
// lies; there it goes through the op's own node. Done with ops on as_strided parts, so second derivatives follow.
class CopySlices final : public Node {
 public:
  void apply(Tensor* grads, Tensor* results) override {
    if (!grads[0].defined()) return;
    Tensor whole = empty_strided(base_sizes, base_strides, TensorOptions(grads[0].dtype()));
    whole.copy_(grads[0]);
    Tensor part = part_of(whole);
    Tensor inner = part.clone();
    fn->apply(&inner, results);
    if (!edges[0].fn) return;
    if (results[0].defined())
      part.copy_(results[0]);
    else
      part.zero_();
    results[0] = whole;
  }
  void release_saved() override {
    fn->release_saved();
    fn->released = true;
  }
  NodeRef fn;
  DimVector base_sizes, base_strides, sizes, strides;
  int64_t offset = 0;         // in elements of the view
  ScalarType dtype = kFloat;  // of the view: real parts of a complex base, or the other way round

 private:
  Tensor part_of(const Tensor& whole) const {
    if (is_complex(whole.dtype()) == is_complex(dtype)) return whole.as_strided(sizes, strides, offset);
    if (is_complex(whole.dtype())) return view_as_real(whole).as_strided(sizes, strides, offset);
    DimVector pairs = sizes, steps = strides;
    for (int64_t& s : steps) s *= 2;
    pairs.push_back(2);
    steps.push_back(1);
    return view_as_complex(whole.as_strided(pairs, steps, 2 * offset));
  }
};

void rebase(Node* node, const Tensor& out) {
  Tensor base = Tensor::share(out.impl()->base);
  auto* slices = new CopySlices;
  NodeRef hold = NodeRef::steal(slices);
  NodeBuilder builder(slices, "CopySlices", node->num_edges);
  for (uint32_t i = 0; i < node->num_edges; ++i) slices->edges[i] = node->edges[i];
  slices->edges[0] = gradient_edge(base);
  check(node->needs(0) || !slices->edges[0].fn,
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Make the view under "
        "the mode in which you write it, or write its "
        "base. ({} on a view of shape {})",
        node->name, out.sizes());
  node->add_output(out, 0);
  slices->fn = NodeRef(node);
  slices->base_sizes = base.sizes();
  slices->base_strides = base.strides();
  slices->sizes = out.sizes();
  slices->strides = out.strides();
  slices->dtype = out.dtype();
  const int64_t base_bytes = base.storage_offset() * base.element_size();
  slices->offset = out.storage_offset() - base_bytes / out.element_size();
  slices->add_output(base, 0);
  auto& meta = autograd_of(base);
  meta.grad_fn = std::move(hold);
  meta.output_nr = 0;
}

}  // namespace

void attach(Node* node, const Tensor& out, uint32_t nr, How how) {
  if (!is_differentiable(out.dtype())) {
    node->add_output(out, nr);
    return;
  }
  if (how == How::InPlace && out.impl()->base && !out.impl()->data_alias) return rebase(node, out);
  node->add_output(out, nr);
  auto& meta = autograd_of(out);
  meta.grad_fn = NodeRef(node);
  meta.output_nr = nr;
  out.impl()->requires_grad = false;
  out.impl()->view_version = out.version();
}

}  // namespace rushlight::detail
