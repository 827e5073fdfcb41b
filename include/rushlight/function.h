// autograd::Function: operations with a backward pass of one's own, named and shaped as LibTorch's.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "rushlight/autograd.h"
#include "rushlight/export.h"
#include "rushlight/ivalue.h"

namespace rushlight::autograd {

using Variable = Tensor;
using variable_list = std::vector<Tensor>;
using tensor_list = variable_list;

class FunctionCall;

// What forward leaves for backward.
class RL_API AutogradContext {
 public:
  AutogradContext() = default;
  AutogradContext(const AutogradContext&) = delete;
  AutogradContext& operator=(const AutogradContext&) = delete;

  // Values that are no tensors to differentiate: ctx->saved_data["n"] = 3; … .toInt().
  std::map<std::string, IValue> saved_data;

  // Keeps inputs and outputs of forward; other tensors would be leaked in a cycle only if kept in saved_data.
  void save_for_backward(variable_list to_save) { to_save_ = std::move(to_save); }
  // What was saved. Error when it was changed in place since, or the graph has been freed.
  variable_list get_saved_variables() const;
  // Inputs that forward has changed in place; they must be among its outputs.
  void mark_dirty(const variable_list& inputs) { dirty_ = inputs; }
  // Outputs that have no gradient.
  void mark_non_differentiable(const variable_list& outputs) { non_differentiable_ = outputs; }
  // Whether backward sees an undefined gradient as zeros (the default).
  void set_materialize_grads(bool value) { materialize_grads_ = value; }
  // Whether the tensor of that number among forward's tensors needs a gradient.
  bool needs_input_grad(size_t index) const;

 private:
  friend class FunctionCall;
  friend struct FunctionNode;
  variable_list to_save_, dirty_, non_differentiable_;
  bool materialize_grads_ = true;
  std::vector<bool> needs_input_grad_;
  Node* node_ = nullptr;  // which owns this; null when nothing is recorded
};

// What Function::apply does around forward: makes the node, and gives the outputs their history.
class RL_API FunctionCall {
 public:
  using Backward = variable_list (*)(AutogradContext*, variable_list);
  FunctionCall(const char* name, variable_list inputs, std::vector<bool> is_tensor, Backward backward);
  FunctionCall(const FunctionCall&) = delete;
  FunctionCall& operator=(const FunctionCall&) = delete;
  ~FunctionCall();
  AutogradContext* context() const noexcept { return context_.get(); }
  variable_list attach(variable_list outputs);

 private:
  Tensor attach_one(Tensor output, uint32_t nr);
  std::shared_ptr<AutogradContext> context_;
  variable_list inputs_;
  Node* node_ = nullptr;  // owned
};

namespace detail {

// The tensors among the arguments, and of each argument whether it is one.
inline void collect(const Tensor& t, variable_list& inputs, std::vector<bool>& is_tensor) {
  inputs.push_back(t);
  is_tensor.push_back(true);
}
inline void collect(const std::optional<Tensor>& t, variable_list& inputs, std::vector<bool>& is_tensor) {
  collect(t ? *t : Tensor(), inputs, is_tensor);
}
inline void collect(TensorList list, variable_list& inputs, std::vector<bool>& is_tensor) {
  for (const auto& t : list) collect(t, inputs, is_tensor);
}
template <class A>
void collect_any(const A& argument, variable_list& inputs, std::vector<bool>& is_tensor) {
  if constexpr (std::is_same_v<A, std::nullopt_t>)
    is_tensor.push_back(false);
  else if constexpr (std::is_base_of_v<Tensor, A> || std::is_same_v<A, std::optional<Tensor>> ||
                     std::is_same_v<A, TensorList> || std::is_same_v<A, variable_list>)
    collect(argument, inputs, is_tensor);
  else
    is_tensor.push_back(false);
}

}  // namespace detail

// Derive and write two static functions. forward gets a context and any arguments, and returns a tensor or a list of them;
// backward gets the gradients of the outputs and returns one gradient per argument of forward (a list of tensors counts
// each), undefined for what is no tensor. Nothing that forward does is recorded.
//   struct Square : torch::autograd::Function<Square> {
//     static torch::Tensor forward(torch::autograd::AutogradContext* ctx, torch::Tensor x) {
//       ctx->save_for_backward({x});
//       return x * x;
//     }
//     static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
//                                                    torch::autograd::variable_list grads) {
//       return {grads[0] * 2 * ctx->get_saved_variables()[0]};
//     }
//   };
//   auto y = Square::apply(x);
template <class T>
struct Function {
  template <class X = T, class... Args>
  static auto apply(Args&&... args)
      -> std::decay_t<decltype(X::forward(static_cast<AutogradContext*>(nullptr), std::forward<Args>(args)...))> {
    using Result =
        std::decay_t<decltype(X::forward(static_cast<AutogradContext*>(nullptr), std::forward<Args>(args)...))>;
    variable_list inputs;
    std::vector<bool> is_tensor;
    (detail::collect_any<std::remove_cvref_t<Args>>(args, inputs, is_tensor), ...);
    FunctionCall call(
        typeid(T).name(), std::move(inputs), std::move(is_tensor),
        [](AutogradContext* ctx, variable_list grads) -> variable_list { return X::backward(ctx, std::move(grads)); });
    Result outputs = [&] {
      NoGradGuard no_grad;
      return X::forward(call.context(), std::forward<Args>(args)...);
    }();
    if constexpr (std::is_same_v<Result, Tensor>)
      return std::move(call.attach({std::move(outputs)})[0]);
    else
      return call.attach(std::move(outputs));
  }
};

}  // namespace rushlight::autograd
