// The tape: nodes, edges, saved tensors, and the autograd record of a tensor.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/allocator.h"
#include "rushlight/graph.h"
#include "rushlight/tensor.h"

namespace rushlight {

class Node;
void retain(Node* node) noexcept;
void release(Node* node) noexcept;

// An owning pointer to a node.
class NodeRef {
 public:
  NodeRef() noexcept = default;
  static NodeRef steal(Node* node) noexcept {
    NodeRef r;
    r.node_ = node;
    return r;
  }
  explicit NodeRef(Node* node) noexcept : node_(node) {
    if (node_) retain(node_);
  }
  NodeRef(const NodeRef& other) noexcept : NodeRef(other.node_) {}
  NodeRef(NodeRef&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  NodeRef& operator=(NodeRef other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~NodeRef() {
    if (node_) release(node_);
  }
  Node* get() const noexcept { return node_; }
  Node* operator->() const noexcept { return node_; }
  explicit operator bool() const noexcept { return node_ != nullptr; }

 private:
  Node* node_ = nullptr;
};

struct Edge {
  NodeRef fn;
  uint32_t nr = 0;
};

// What an op put out: its gradient is fitted to this before the node sees it.
struct TensorMeta {
  ScalarType dtype = ScalarType::Undefined;
  DimVector sizes;
};

struct HookEntry {
  unsigned handle;
  uint32_t output;
  bool retains_grad;  // runs after the others and stores the gradient
  std::shared_ptr<TensorHook> hook;
};

// Lets a hook see `grad` and replace it. Error when the gradient changes its size or dtype on the way.
void call_hook(const HookEntry& entry, Tensor& grad);

struct NodeHookEntry {
  unsigned handle;
  bool before;  // the node runs
  std::shared_ptr<autograd::NodeHook> hook;
};

class Node {
 public:
  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;
  // grads: one per output of the op, undefined ones included; results: one per edge, left undefined where not needed.
  virtual void apply(Tensor* grads, Tensor* results) = 0;
  virtual void release_saved() {}
  virtual bool is_accumulator() const noexcept { return false; }

  bool needs(size_t edge) const noexcept { return static_cast<bool>(edges[edge].fn); }
  const TensorMeta& output(uint32_t nr) const noexcept { return nr == 0 ? first_output : (*more_outputs)[nr - 1]; }
  void add_output(const Tensor& tensor, uint32_t nr);
  uint32_t num_outputs() const noexcept { return more_outputs ? 1 + static_cast<uint32_t>(more_outputs->size()) : 1; }

  static void* operator new(size_t bytes) { return allocate(bytes); }
  static void operator delete(void* p, size_t bytes) noexcept { deallocate(p, bytes); }

  std::atomic<uint32_t> refs{1};
  uint32_t num_edges = 0;
  const char* name = "";  // as PyTorch prints it: "MulBackward0"
  uint64_t sequence = 0;  // creation order; the engine runs the youngest node first
  Edge* edges = inline_edges;
  Edge inline_edges[3];
  std::unique_ptr<Edge[]> heap_edges;
  TensorMeta first_output;
  std::unique_ptr<std::vector<TensorMeta>> more_outputs;
  std::unique_ptr<std::vector<HookEntry>> hooks;
  std::unique_ptr<std::vector<NodeHookEntry>> node_hooks;
  bool released = false;
  // scratch of the engine: which run has claimed the node, and where its record is
  uint64_t run = 0;
  uint32_t slot = 0;
};

inline void retain(Node* node) noexcept { node->refs.fetch_add(1, std::memory_order_relaxed); }

namespace detail {

struct ThreadState {
  bool grad_mode = true;
  bool pack_saved = false;  // hooks of saved tensors are in force
  uint32_t hooks = 0;       // non-zero: some entry or exit hook is active (autocast, capture, …)
  uint64_t sequence = 0;
};
extern constinit thread_local ThreadState tls;  // constinit: read without asking whether it is made

}  // namespace detail

struct PackedTensor;

// A tensor kept for the backward pass, with the version it had, or what a hook made of it.
class SavedTensor {
 public:
  SavedTensor() noexcept;
  ~SavedTensor();
  SavedTensor(SavedTensor&& other) noexcept;
  SavedTensor& operator=(SavedTensor&& other) noexcept;

  void save(const Tensor& tensor) {
    if (detail::tls.pack_saved && tensor.defined()) [[unlikely]]
      return pack(tensor);
    tensor_ = tensor;
    version_ = tensor.defined() ? tensor.version() : 0;
  }
  // An output is kept without its history (that would be a cycle) and re-attached to its node when unpacked.
  void save_output(const Tensor& tensor, uint32_t nr = 0);
  Tensor unpack(Node* owner) const;
  void reset() noexcept {
    tensor_.reset();
    if (packed_) drop_packed();
  }

 private:
  void pack(const Tensor& tensor);
  Tensor unpack_packed(Node* owner) const;
  void drop_packed() noexcept;

  Tensor tensor_;
  std::unique_ptr<PackedTensor> packed_;
  uint32_t version_ = 0;
  uint32_t nr_ = 0;
  bool is_output_ = false;
};

// Lists of saved tensors (an op with a T[] input).
class SavedTensorList {
 public:
  void save(TensorList tensors) {
    items_.resize(tensors.size());
    for (size_t i = 0; i < tensors.size(); ++i) items_[i].save(tensors[i]);
  }
  std::vector<Tensor> unpack(Node* owner) const {
    std::vector<Tensor> out;
    out.reserve(items_.size());
    for (const auto& item : items_) out.push_back(item.unpack(owner));
    return out;
  }
  void reset() noexcept { items_.clear(); }

 private:
  std::vector<SavedTensor> items_;
};

struct AutogradMeta {
  AutogradMeta() = default;
  AutogradMeta(const AutogradMeta&) = delete;
  AutogradMeta& operator=(const AutogradMeta&) = delete;
  ~AutogradMeta();

  Tensor grad;
  NodeRef grad_fn;
  uint32_t output_nr = 0;
  bool retains_grad = false;
  Node* accumulator = nullptr;                    // borrowed: it unregisters itself
  std::unique_ptr<std::vector<HookEntry>> hooks;  // of a leaf
  std::unique_ptr<std::vector<HookEntry>> after;  // of a leaf: called with it when its gradient is complete

  static void* operator new(size_t bytes) { return allocate(bytes); }
  static void operator delete(void* p, size_t bytes) noexcept { deallocate(p, bytes); }
};

// Adds gradients into a leaf.
class AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(const Tensor& leaf);
  ~AccumulateGrad() override;
  void apply(Tensor* grads, Tensor* results) override;
  bool is_accumulator() const noexcept override { return true; }
  Tensor variable;
};

namespace detail {

// Of the backward that this thread is in: its number (0: none), and whether a node takes part in it.
uint64_t current_run() noexcept;
bool will_run(const Node* node) noexcept;

AutogradMeta& autograd_of(const Tensor& tensor);  // made on first use
// The node and output that this tensor's gradient flows into; null when it needs none. Brings a stale view's history up to date.
Edge gradient_edge(const Tensor& tensor);
bool requires_grad_slow(const TensorImpl* impl);
inline bool needs_grad(const Tensor& tensor) {
  const TensorImpl* impl = tensor.impl();
  if (!impl) return false;
  return impl->requires_grad || impl->autograd || impl->base ? requires_grad_slow(impl) : false;
}

}  // namespace detail
}  // namespace rushlight
