// What generated op bodies call: recording, attaching, allocation of results, checks of in-place and out= targets.
#pragma once
#include "autograd/node.h"
#include "plan/geometry.h"

namespace rushlight {

// How the result of a body reaches its caller.
enum class How : uint8_t { New, InPlace, Out };

namespace detail {

// Called on entry of every body when some hook is active for the thread. True: autocast is on (see autocast.h).
bool entry_hooks(const char* op);
inline bool entry(const char* op) {
  if (tls.hooks) [[unlikely]]
    return entry_hooks(op);
  return false;
}

bool needs_grad(TensorList tensors);
template <class... T>
bool recording(const T&... tensors) {
  return tls.grad_mode && (... || needs_grad(tensors));
}

// Collects the edges of a new node; undefined tensors and those without history get an empty edge.
class NodeBuilder {
 public:
  NodeBuilder(Node* node, const char* name, size_t edges);
  NodeBuilder& input(const Tensor& tensor) {
    node_->edges[at_++] = gradient_edge(tensor);
    return *this;
  }
  NodeBuilder& inputs(TensorList tensors) {
    for (const auto& t : tensors) input(t);
    return *this;
  }

 private:
  Node* node_;
  size_t at_ = 0;
};

// Gives `out` the history `node` (output `nr`). For an in-place op on a view the base's history is rebased.
void attach(Node* node, const Tensor& out, uint32_t nr, How how);
// Records that `out` was written in place (version counter) and checks nothing.
inline void written(const Tensor& out) {
  if (!out.impl()->data_alias) out.impl()->storage->version.fetch_add(1, std::memory_order_relaxed);
}

// Allocates / checks / resizes the result. `sizes`, `strides` (empty: contiguous) and dtype come from the meta function.
//  New: a fresh tensor.  InPlace: sizes must equal out's, dtype must be castable.  Out: resized when the shape differs.
void prepare(const char* op, Tensor& out, IntArrayRef sizes, IntArrayRef strides, ScalarType dtype, How how);
// An in-place or out= target must not be a leaf that requires grad, nor overlap itself, nor partly overlap an input.
void check_target(const char* op, const Tensor& out, How how, std::initializer_list<const Tensor*> inputs,
                  bool expanded = false);  // expanded: every place gets the same value, so elements may share one
void check_partial_overlap(const char* op, const Tensor& out, const Tensor& input);

// A fresh tensor. Strides empty: contiguous.
Tensor allocate_tensor(IntArrayRef sizes, IntArrayRef strides, ScalarType dtype);
inline Tensor allocate_tensor(IntArrayRef sizes, ScalarType dtype) { return allocate_tensor(sizes, {}, dtype); }
// Row-major, with the sizes of `like`: the quick way for pointwise results.
Tensor allocate_like(const Tensor& like, ScalarType dtype);
// Another geometry over the same storage, without history; raises when it does not lie inside the storage.
Tensor alias(const Tensor& tensor, IntArrayRef sizes, IntArrayRef strides, int64_t offset);
Tensor alias(const Tensor& tensor);
Tensor alias(const Tensor& tensor, const Geometry& geometry);
// The same as a view: it knows its base.
Tensor make_view(const Tensor& tensor, IntArrayRef sizes, IntArrayRef strides, int64_t offset);
Tensor make_view(const Tensor& tensor, const Geometry& geometry);

// Undefined gradients become zeros of the recorded output; false when none is defined.
bool fill_undefined(Node* node, Tensor* grads);
// Whether a gradient arrived; for formulas that leave out what an undefined one would give.
bool any_defined(Node* node, const Tensor* grads);

}  // namespace detail
}  // namespace rushlight
