// Inside the graph: hooks of nodes and of saved tensors, and checkpointing (memory for time).
#pragma once
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "rushlight/autograd.h"
#include "rushlight/export.h"
#include "rushlight/tensor.h"

namespace rushlight::autograd {

// What a node lets see and replace its gradients; an empty list leaves them as they are.
struct NodeHook {
  virtual ~NodeHook() = default;
  // Before the node runs grad_inputs is empty and the result replaces grad_outputs; afterwards it replaces grad_inputs.
  virtual std::vector<Tensor> operator()(const std::vector<Tensor>& grad_inputs,
                                         const std::vector<Tensor>& grad_outputs) = 0;
};

namespace graph {

// As PyTorch prints it, "MulBackward0".
RL_API const char* name(const Node* node);
// The nodes that the gradients go to (null where none is wanted), with the number of their output.
RL_API std::vector<std::pair<Node*, uint32_t>> next_functions(const Node* node);

// Takes over the hook; the handle is for remove_hook.
RL_API unsigned add_hook(Node* node, NodeHook* hook, bool before);
RL_API void remove_hook(Node* node, unsigned handle);

// hook(grad_inputs, grad_outputs) is called when the node has run; it may return other grad_inputs, one for each edge.
template <class F>
unsigned register_hook(Node* node, F hook) {
  struct Call final : NodeHook {
    explicit Call(F f) : f_(std::move(f)) {}
    std::vector<Tensor> operator()(const std::vector<Tensor>& in, const std::vector<Tensor>& out) override {
      if constexpr (std::is_void_v<decltype(f_(in, out))>)
        return f_(in, out), std::vector<Tensor>();
      else
        return f_(in, out);
    }
    F f_;
  };
  return add_hook(node, new Call(std::move(hook)), false);
}
// hook(grad_outputs) is called before the node runs; it may return other grad_outputs, one for each output.
template <class F>
unsigned register_prehook(Node* node, F hook) {
  struct Call final : NodeHook {
    explicit Call(F f) : f_(std::move(f)) {}
    std::vector<Tensor> operator()(const std::vector<Tensor>&, const std::vector<Tensor>& out) override {
      if constexpr (std::is_void_v<decltype(f_(out))>)
        return f_(out), std::vector<Tensor>();
      else
        return f_(out);
    }
    F f_;
  };
  return add_hook(node, new Call(std::move(hook)), true);
}

// What stands in for a tensor that backward needs: pack() when it is saved, unpack() when it is wanted.
struct SavedTensorHooks {
  virtual ~SavedTensorHooks() = default;
  virtual std::shared_ptr<void> pack(const Tensor& tensor) = 0;
  virtual Tensor unpack(const std::shared_ptr<void>& packed) = 0;
};

// While it lives, whatever the calling thread's ops save for backward goes through the innermost pair of hooks.
class RL_API SavedTensorHooksGuard {
 public:
  explicit SavedTensorHooksGuard(std::shared_ptr<SavedTensorHooks> hooks);
  ~SavedTensorHooksGuard();
  SavedTensorHooksGuard(const SavedTensorHooksGuard&) = delete;
  SavedTensorHooksGuard& operator=(const SavedTensorHooksGuard&) = delete;
};

// The same for two callables: pack(const Tensor&) may return anything, which unpack(const that&) turns into a tensor of
// the same shape and dtype.
//   autograd::graph::saved_tensors_hooks guard([](const Tensor& t) { return t.to(kHalf); },
//                                              [](const Tensor& t) { return t.to(kFloat); });
class saved_tensors_hooks : SavedTensorHooksGuard {
 public:
  template <class Pack, class Unpack>
  saved_tensors_hooks(Pack pack, Unpack unpack)
      : SavedTensorHooksGuard(std::make_shared<Pair<Pack, Unpack>>(std::move(pack), std::move(unpack))) {}

 private:
  template <class Pack, class Unpack>
  struct Pair final : SavedTensorHooks {
    using Packed = std::decay_t<std::invoke_result_t<Pack, const Tensor&>>;
    Pair(Pack pack, Unpack unpack) : pack_(std::move(pack)), unpack_(std::move(unpack)) {}
    std::shared_ptr<void> pack(const Tensor& tensor) override { return std::make_shared<Packed>(pack_(tensor)); }
    Tensor unpack(const std::shared_ptr<void>& packed) override { return unpack_(*static_cast<Packed*>(packed.get())); }
    Pack pack_;
    Unpack unpack_;
  };
};

// While it lives, hooks of saved tensors raise Error with `message`.
class RL_API disable_saved_tensors_hooks {
 public:
  explicit disable_saved_tensors_hooks(const char* message);
  ~disable_saved_tensors_hooks();
  disable_saved_tensors_hooks(const disable_saved_tensors_hooks&) = delete;
  disable_saved_tensors_hooks& operator=(const disable_saved_tensors_hooks&) = delete;

 private:
  std::shared_ptr<const std::string> before_;
};

}  // namespace graph
}  // namespace rushlight::autograd

namespace rushlight::utils {

namespace detail {
struct Recompute {
  virtual ~Recompute() = default;
  virtual std::vector<Tensor> operator()() = 0;
};
RL_API std::vector<Tensor> checkpointed(std::shared_ptr<Recompute> function, bool preserve_rng_state);
}  // namespace detail

// function(inputs…) without keeping what its backward needs: the backward computes it once more, from the same random
// state. The result is a Tensor or a std::vector<Tensor>, as the function's. Error if the second run saves other shapes.
// Source: Chen, Xu, Zhang, Guestrin: Training Deep Nets with Sublinear Memory Cost (2016).
//   Tensor y = utils::checkpoint([&](const Tensor& x) { return block->forward(x); }, x);
template <class F, class... Inputs>
auto checkpoint(F function, Inputs... inputs) {
  constexpr bool kOne = std::is_convertible_v<std::invoke_result_t<F&, const Inputs&...>, Tensor>;
  auto bound = [function = std::move(function), ... inputs = std::move(inputs)]() mutable -> std::vector<Tensor> {
    if constexpr (kOne)
      return {function(std::as_const(inputs)...)};
    else
      return function(std::as_const(inputs)...);
  };
  struct Call final : detail::Recompute {
    explicit Call(decltype(bound) f) : f_(std::move(f)) {}
    std::vector<Tensor> operator()() override { return f_(); }
    decltype(bound) f_;
  };
  std::vector<Tensor> results = detail::checkpointed(std::make_shared<Call>(std::move(bound)), true);
  if constexpr (kOne)
    return std::move(results[0]);
  else
    return results;
}

}  // namespace rushlight::utils
