// Hooks of modules: around forward, in the backward pass, around state_dict and load_state_dict.
#include <algorithm>

#include "rushlight/nn/module.h"

namespace rushlight::nn {

void Module::remove_hook(unsigned handle) {
  const auto is_it = [&](const auto& hook) { return hook.first == handle; };
  for (auto* hooks : {&forward_hooks_, &pre_hooks_, &backward_hooks_, &backward_pre_hooks_})
    std::erase_if(*hooks, is_it);
  for (auto& hooks : state_hooks_) std::erase_if(hooks, is_it);
}

Tensor Module::run_pre_hooks(const Tensor& input) {
  Tensor x = input;
  const auto hooks = pre_hooks_;
  for (const auto& [handle, hook] : hooks) {
    if (Tensor replaced = (*hook)(*this, x, {}); replaced.defined()) x = std::move(replaced);
  }
  return watch_input(x);
}

Tensor Module::run_forward_hooks(const Tensor& input, Tensor output) {
  const auto hooks = forward_hooks_;
  for (const auto& [handle, hook] : hooks) {
    if (Tensor replaced = (*hook)(*this, input, output); replaced.defined()) output = std::move(replaced);
  }
  return watch_output(input, output);
}

// ---- backward -----------------------------------------------------------------------------------------------------------

// Note [Backward hooks]
// The module sees a view of its input, so that the gradient of the view is what this module alone contributes; the hooks of
// that view and of the output know each other through what they share. With an input that wants no gradient, the hooks run
// when the output's arrives.
namespace {

struct Call {
  Module* module = nullptr;
  std::weak_ptr<Module> owner;  // of a module on the stack: never one
  bool owned = false;
  std::vector<std::shared_ptr<ForwardHook>> hooks;
  Tensor grad_output;

  Tensor run(const Tensor& grad_input) {
    const auto keep = owner.lock();
    if (owned && !keep) return {};  // the module is gone
    Tensor now = grad_input;
    bool replaced = false;
    for (const auto& hook : hooks) {
      if (Tensor other = (*hook)(*module, now, grad_output); other.defined()) {
        now = std::move(other);
        replaced = true;
      }
    }
    grad_output.reset();
    return replaced ? now : Tensor();
  }
};

// From run_pre_hooks to run_forward_hooks of the same call, on the tensor that goes from one to the other.
thread_local std::vector<std::pair<const TensorImpl*, std::shared_ptr<Call>>> calls;

}  // namespace

Tensor Module::watch_input(const Tensor& input) {
  if (backward_hooks_.empty() || !input.requires_grad() || !GradMode::is_enabled()) return input;
  auto call = std::make_shared<Call>();
  call->module = this;
  call->owner = weak_from_this();
  call->owned = !call->owner.expired();
  for (const auto& item : backward_hooks_) call->hooks.push_back(item.second);
  const Tensor seen = input.view_as(input);
  seen.register_hook([call](const Tensor& grad) { return call->run(grad); });
  calls.emplace_back(seen.unsafeGetTensorImpl(), call);
  return seen;
}

Tensor Module::watch_output(const Tensor& input, const Tensor& output) {
  std::shared_ptr<Call> call;
  const auto is_it = [&](const auto& item) {
    return item.first == input.unsafeGetTensorImpl() && item.second->module == this;
  };
  if (const auto found = std::find_if(calls.rbegin(), calls.rend(), is_it); found != calls.rend()) {
    call = found->second;
    calls.erase(found.base() - 1, calls.end());  // those above are of calls that ended with an error
  }
  const bool hooked = !backward_hooks_.empty() || !backward_pre_hooks_.empty();
  if (!hooked || !output.requires_grad() || !GradMode::is_enabled()) return output;
  if (!call && !backward_hooks_.empty()) {
    call = std::make_shared<Call>();
    for (const auto& item : backward_hooks_) call->hooks.push_back(item.second);
  }
  auto pre = std::make_shared<Call>();
  pre->module = this;
  pre->owner = weak_from_this();
  pre->owned = !pre->owner.expired();
  for (const auto& item : backward_pre_hooks_) pre->hooks.push_back(item.second);
  const Tensor result = output.view_as(output);
  result.register_hook([pre, call](const Tensor& given) -> Tensor {
    const auto keep = pre->owner.lock();
    if (pre->owned && !keep) return {};
    Tensor grad = given;
    for (const auto& hook : pre->hooks) {
      if (Tensor other = (*hook)(*pre->module, Tensor(), grad); other.defined()) grad = std::move(other);
    }
    if (call) {
      call->grad_output = grad;
      if (!call->module) {  // no gradient of the input will come
        call->module = pre->module;
        call->run(Tensor());
        call->module = nullptr;
      }
    }
    return grad;
  });
  return result;
}

void Module::drop_call() const {
  std::erase_if(calls, [&](const auto& item) { return item.second->module == this; });
}

// ---- state --------------------------------------------------------------------------------------------------------------

void Module::run_state_hooks(int kind, NamedTensors* state, const std::string& prefix, IncompatibleKeys* keys) const {
  const auto hooks = state_hooks_[kind];
  for (const auto& [handle, hook] : hooks) (*hook)(const_cast<Module&>(*this), state, prefix, keys);
}

bool Module::has_state_hooks(int kind) const {
  if (!state_hooks_[kind].empty()) return true;
  return std::any_of(children_.begin(), children_.end(),
                     [&](const auto& child) { return child.value()->has_state_hooks(kind); });
}

}  // namespace rushlight::nn
