// Nodes: release without recursion, saved tensors, the leaf accumulator, and bringing a view's history up to date.
#include "autograd/node.h"

#include <algorithm>

#include "autograd/formulas.h"
#include "dispatch/body.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {

// Note [Release without recursion]
// Deleting a node drops its edges and saved tensors, which may drop the last reference to the next node, and so on for
// the whole graph. The first release on a thread therefore drains a queue; releases met while it drains only append.
void release(Node* node) noexcept {
  if (node->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  static thread_local std::vector<Node*>* queue = nullptr;
  if (queue) {
    queue->push_back(node);
    return;
  }
  std::vector<Node*> mine;
  queue = &mine;
  delete node;
  while (!mine.empty()) {
    Node* next = mine.back();
    mine.pop_back();
    delete next;
  }
  queue = nullptr;
}

void Node::add_output(const Tensor& tensor, uint32_t nr) {
  TensorMeta* meta = &first_output;
  if (nr > 0) {
    if (!more_outputs) more_outputs = std::make_unique<std::vector<TensorMeta>>();
    if (more_outputs->size() < nr) more_outputs->resize(nr);
    meta = &(*more_outputs)[nr - 1];
  }
  meta->dtype = tensor.dtype();
  meta->sizes.assign(tensor.sizes());
}

void SavedTensor::save_output(const Tensor& tensor, uint32_t nr) {
  if (!tensor.defined()) return;
  nr_ = nr;
  is_output_ = true;
  if (detail::tls.pack_saved) return pack(detail::alias(tensor));
  tensor_ = detail::alias(tensor);
  version_ = tensor.version();
}

Tensor SavedTensor::unpack(Node* owner) const {
  check(!owner->released,
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
        "saved tensors after calling backward. (at {})",
        std::string_view(owner->name));
  if (packed_) return unpack_packed(owner);
  if (!tensor_.defined()) return tensor_;
  check(
      tensor_.version() == version_,
      "one of the variables needed for gradient computation has been modified by an inplace operation: [torch.{}Tensor "
      "{}], saved by {}, is at version {}; expected version {} instead. Hint: use the out-of-place form of the op that "
      "overwrote it, or clone() the tensor before that op.",
      to_string(tensor_.dtype()), tensor_.sizes(), std::string_view(owner->name), tensor_.version(), version_);
  if (!is_output_) return tensor_;
  if (!detail::tls.grad_mode) return tensor_;
  Tensor result = detail::alias(tensor_);
  auto& meta = detail::autograd_of(result);
  meta.grad_fn = NodeRef(owner);  // an owning reference: the caller may keep the result longer than the graph
  meta.output_nr = nr_;
  return result;
}

// The hook that retains a gradient points at this tensor, and the node may outlive it.
AutogradMeta::~AutogradMeta() {
  if (!retains_grad || !grad_fn || !grad_fn->hooks) return;
  std::erase_if(*grad_fn->hooks, [&](const HookEntry& e) { return e.retains_grad && e.output == output_nr; });
}

void call_hook(const HookEntry& entry, Tensor& grad) {
  const DimVector sizes = grad.sizes();
  const ScalarType dtype = grad.dtype();
  if (Tensor replaced = (*entry.hook)(grad); replaced.defined()) grad = std::move(replaced);
  check(grad.sizes() == sizes, "{} has changed the size of value (from {} to {})", entry.hook->name(), sizes,
        grad.sizes());
  check(grad.dtype() == dtype, "{} has changed the type of value (was torch.{}Tensor got torch.{}Tensor)",
        entry.hook->name(), to_string(dtype), to_string(grad.dtype()));
}

AccumulateGrad::AccumulateGrad(const Tensor& leaf) : variable(leaf) {
  name = "AccumulateGrad";
  sequence = UINT64_MAX;  // leaves first: their gradients can be freed early
  add_output(leaf, 0);
}

AccumulateGrad::~AccumulateGrad() {
  if (auto* meta = variable.impl()->autograd) meta->accumulator = nullptr;
}

void AccumulateGrad::apply(Tensor* grads, Tensor*) {
  if (!grads[0].defined()) return;
  auto& meta = detail::autograd_of(variable);
  Tensor grad = std::move(grads[0]);
  if (meta.hooks) {
    for (auto& entry : std::vector<HookEntry>(*meta.hooks)) call_hook(entry, grad);  // a hook may add and remove hooks
  }
  if (!meta.grad.defined()) {
    // Ours alone and laid out as the variable: keep it; otherwise copy, so that no one else's writes reach the gradient.
    const bool own = grad.impl()->refs.load() == 1 && grad.impl()->storage->unique() && !grad.impl()->base;
    const bool like = grad.is_non_overlapping_and_dense() && grad.strides() == variable.strides();
    if (own && (like || !variable.is_non_overlapping_and_dense())) {
      meta.grad = detail::tls.grad_mode ? grad : detail::alias(grad);
    } else {
      Tensor copy = empty_like(variable, TensorOptions(grad.dtype()));
      copy.copy_(detail::tls.grad_mode ? grad : grad.detach());
      meta.grad = copy;
    }
  } else if (detail::tls.grad_mode) {
    meta.grad = add(meta.grad, grad);
  } else {
    meta.grad.add_(grad);
  }
  if (!meta.after) return;
  for (auto& entry : std::vector<HookEntry>(*meta.after)) (*entry.hook)(variable);
}

namespace detail {

constinit thread_local ThreadState tls;

AutogradMeta& autograd_of(const Tensor& tensor) {
  TensorImpl* impl = tensor.impl();
  if (!impl->autograd) impl->autograd = new AutogradMeta;
  return *impl->autograd;
}

namespace {

// The gradient of a view whose base was changed in place: scatter into zeros of the base.
class AsStridedOfBase final : public Node {
 public:
  void apply(Tensor* grads, Tensor* results) override {
    if (grads[0].defined()) results[0] = strided_backward(grads[0], base_sizes, base_strides, sizes, strides, offset);
  }
  DimVector base_sizes, base_strides, sizes, strides;
  int64_t offset = 0;
};

bool is_stale_view(const TensorImpl* impl) {
  return impl->base && impl->base->autograd && impl->base->autograd->grad_fn &&
         impl->view_version != impl->storage->version.load(std::memory_order_relaxed) && !impl->data_alias;
}

void refresh_view(TensorImpl* impl) {
  Tensor base = Tensor::share(impl->base);
  NodeRef node = NodeRef::steal(new AsStridedOfBase);
  auto* n = static_cast<AsStridedOfBase*>(node.get());
  Tensor self = Tensor::share(impl);
  NodeBuilder(n, "AsStridedBackward0", 1).input(base);
  n->base_sizes = base.sizes();
  n->base_strides = base.strides();
  n->sizes = self.sizes();
  n->strides = self.strides();
  n->offset = impl->offset - base.storage_offset();
  n->add_output(self, 0);
  auto& meta = autograd_of(self);
  meta.grad_fn = std::move(node);
  meta.output_nr = 0;
  impl->view_version = self.version();
}

}  // namespace

bool requires_grad_slow(const TensorImpl* impl) {
  if (impl->requires_grad || (impl->autograd && impl->autograd->grad_fn)) return true;
  return is_stale_view(impl);
}

Edge gradient_edge(const Tensor& tensor) {
  TensorImpl* impl = tensor.impl();
  if (!impl) return {};
  if (is_stale_view(impl)) refresh_view(impl);
  if (impl->autograd && impl->autograd->grad_fn) return {impl->autograd->grad_fn, impl->autograd->output_nr};
  if (!impl->requires_grad) return {};
  auto& meta = autograd_of(tensor);
  if (meta.accumulator) return {NodeRef(meta.accumulator), 0};
  NodeRef node = NodeRef::steal(new AccumulateGrad(tensor));
  meta.accumulator = node.get();
  return {std::move(node), 0};
}

}  // namespace detail
}  // namespace rushlight
