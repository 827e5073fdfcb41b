// Hooks of nodes and of saved tensors, and checkpointing on top of the latter.
#include "rushlight/graph.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include "autograd/node.h"
#include "dispatch/body.h"
#include "rushlight/amp.h"
#include "rushlight/generator.h"
#include "rushlight/ops.h"

namespace rushlight {

// ---- saved tensors that hooks have packed ---------------------------------------------------------------------------

struct PackedTensor {
  std::shared_ptr<autograd::graph::SavedTensorHooks> hooks;
  std::shared_ptr<void> value;
  Edge edge;  // of an input: where its gradient goes
};

namespace {

using autograd::graph::SavedTensorHooks;

struct HookStack {
  std::vector<std::shared_ptr<SavedTensorHooks>> pairs;
  std::shared_ptr<const std::string> disabled;  // why hooks may not be used
  bool suspended = false;
};
HookStack& hook_stack() {
  static thread_local HookStack stack;
  return stack;
}
void update_flag() {
  const HookStack& stack = hook_stack();
  detail::tls.pack_saved = !stack.pairs.empty() && !stack.suspended;
}
// A pack hook's own ops save their tensors as they are.
struct Suspend {
  Suspend() { hook_stack().suspended = true, update_flag(); }
  ~Suspend() { hook_stack().suspended = false, update_flag(); }
};

}  // namespace

SavedTensor::SavedTensor() noexcept = default;
SavedTensor::~SavedTensor() = default;
SavedTensor::SavedTensor(SavedTensor&&) noexcept = default;
SavedTensor& SavedTensor::operator=(SavedTensor&&) noexcept = default;
void SavedTensor::drop_packed() noexcept { packed_.reset(); }

void SavedTensor::pack(const Tensor& tensor) {
  auto packed = std::make_unique<PackedTensor>();
  packed->hooks = hook_stack().pairs.back();
  if (!is_output_) packed->edge = detail::gradient_edge(tensor);
  const Suspend guard;
  packed->value = packed->hooks->pack(is_output_ ? tensor : tensor.detach());
  packed_ = std::move(packed);
}

Tensor SavedTensor::unpack_packed(Node* owner) const {
  const Tensor value = packed_->hooks->unpack(packed_->value);
  check(value.defined(), "the unpack hook of a saved tensor returned nothing; expected a Tensor (at {})",
        std::string_view(owner->name));
  const Edge edge = is_output_ ? Edge{NodeRef(owner), nr_} : packed_->edge;
  if (!detail::tls.grad_mode || !edge.fn) return value;
  Tensor result = detail::alias(value);
  auto& meta = detail::autograd_of(result);
  meta.grad_fn = edge.fn;
  meta.output_nr = edge.nr;
  return result;
}

namespace autograd::graph {

SavedTensorHooksGuard::SavedTensorHooksGuard(std::shared_ptr<SavedTensorHooks> hooks) {
  HookStack& stack = hook_stack();
  check(!stack.disabled, "{}", stack.disabled ? std::string_view(*stack.disabled) : std::string_view());
  stack.pairs.push_back(std::move(hooks));
  update_flag();
}
SavedTensorHooksGuard::~SavedTensorHooksGuard() {
  hook_stack().pairs.pop_back();
  update_flag();
}

disable_saved_tensors_hooks::disable_saved_tensors_hooks(const char* message) : before_(hook_stack().disabled) {
  check(hook_stack().pairs.empty(), "{}", std::string_view(message));
  hook_stack().disabled = std::make_shared<const std::string>(message);
}
disable_saved_tensors_hooks::~disable_saved_tensors_hooks() { hook_stack().disabled = before_; }

// ---- nodes ----------------------------------------------------------------------------------------------------------

const char* name(const Node* node) {
  check(node, "name: the node is null");
  return node->name;
}

std::vector<std::pair<Node*, uint32_t>> next_functions(const Node* node) {
  check(node, "next_functions: the node is null");
  std::vector<std::pair<Node*, uint32_t>> out;
  for (uint32_t i = 0; i < node->num_edges; ++i) out.emplace_back(node->edges[i].fn.get(), node->edges[i].nr);
  return out;
}

unsigned add_hook(Node* node, NodeHook* hook, bool before) {
  std::shared_ptr<NodeHook> owned(hook);
  check(node, "register_hook: the node is null");
  static std::atomic<unsigned> next{0};
  if (!node->node_hooks) node->node_hooks = std::make_unique<std::vector<NodeHookEntry>>();
  const unsigned handle = next++;
  node->node_hooks->push_back({handle, before, std::move(owned)});
  return handle;
}

void remove_hook(Node* node, unsigned handle) {
  if (node && node->node_hooks)
    std::erase_if(*node->node_hooks, [&](const NodeHookEntry& e) { return e.handle == handle; });
}

}  // namespace autograd::graph

// ---- checkpointing --------------------------------------------------------------------------------------------------

namespace utils::detail {
namespace {

// Note [Checkpoint]
// The first run saves no tensors, only their numbers. When the backward wants the first of them, the function runs once
// more and what it saves is kept under the same numbers until it is taken. The second run stops (Enough) as soon as it
// has all. A number that is wanted twice (retain_graph) makes it run again.
struct Enough {};

struct Frame {
  std::shared_ptr<Recompute> function;
  std::optional<std::string> random_state;
  bool autocast = rushlight::autocast::is_autocast_enabled(kCPU);
  ScalarType autocast_dtype = rushlight::autocast::get_autocast_dtype(kCPU);
  struct Facts {
    DimVector sizes;
    ScalarType dtype;
  };
  std::vector<Facts> saved;
  std::vector<Tensor> found;
};

struct Number {
  std::shared_ptr<Frame> frame;
  size_t index;
};

struct Second final : SavedTensorHooks {
  explicit Second(Frame& frame) : frame(frame) {}
  std::shared_ptr<void> pack(const Tensor& tensor) override {
    if (frame.found.size() == frame.saved.size()) throw Enough();
    const Frame::Facts& first = frame.saved[frame.found.size()];
    check(tensor.sizes() == IntArrayRef(first.sizes) && tensor.dtype() == first.dtype,
          "checkpoint: the recomputed tensor {} is a {} of shape {}, but the forward pass saved a {} of shape {}; the "
          "function must do the same when it runs again",
          frame.found.size(), to_string(tensor.dtype()), tensor.sizes(), to_string(first.dtype),
          IntArrayRef(first.sizes));
    frame.found.push_back(tensor.detach());
    if (frame.found.size() == frame.saved.size()) throw Enough();
    return std::make_shared<Tensor>(tensor);
  }
  Tensor unpack(const std::shared_ptr<void>& packed) override { return *static_cast<Tensor*>(packed.get()); }
  Frame& frame;
};

// The default generator at an earlier state, for a scope.
class RandomState {
 public:
  explicit RandomState(const std::optional<std::string>& state) {
    if (!state) return;
    before_ = default_generator().get_state();
    default_generator().set_state(*state);
  }
  ~RandomState() {
    if (before_) default_generator().set_state(*before_);
  }
  RandomState(const RandomState&) = delete;
  RandomState& operator=(const RandomState&) = delete;

 private:
  std::optional<std::string> before_;
};

void recompute(Frame& frame) {
  frame.found.clear();
  const RandomState random(frame.random_state);
  const AutoGradMode mode(true);
  const rushlight::autocast casts(kCPU, frame.autocast_dtype, frame.autocast);
  try {
    const autograd::graph::SavedTensorHooksGuard guard(std::make_shared<Second>(frame));
    (*frame.function)();
  } catch (const Enough&) {
  }
  check(frame.found.size() == frame.saved.size(),
        "checkpoint: {} tensors were saved during the forward pass, but {} during recomputation; the function must do "
        "the same when it runs again",
        frame.saved.size(), frame.found.size());
}

struct First final : SavedTensorHooks {
  explicit First(std::shared_ptr<Frame> frame) : frame(std::move(frame)) {}
  std::shared_ptr<void> pack(const Tensor& tensor) override {
    frame->saved.push_back({tensor.sizes(), tensor.dtype()});
    return std::make_shared<Number>(frame, frame->saved.size() - 1);
  }
  Tensor unpack(const std::shared_ptr<void>& packed) override {
    const Number& number = *static_cast<Number*>(packed.get());
    Frame& f = *number.frame;
    if (number.index >= f.found.size() || !f.found[number.index].defined()) recompute(f);
    return std::exchange(f.found[number.index], Tensor());
  }
  std::shared_ptr<Frame> frame;
};

}  // namespace

std::vector<Tensor> checkpointed(std::shared_ptr<Recompute> function, bool preserve_rng_state) {
  if (!GradMode::is_enabled()) return (*function)();
  auto frame = std::make_shared<Frame>();
  frame->function = std::move(function);
  if (preserve_rng_state) frame->random_state = default_generator().get_state();
  const autograd::graph::SavedTensorHooksGuard guard(std::make_shared<First>(frame));
  return (*frame->function)();
}

}  // namespace utils::detail
}  // namespace rushlight
