// autograd::Function in C++: the node that calls a backward written outside, and the values kept for it.
#include "rushlight/function.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <set>

#include "autograd/node.h"
#include "dispatch/body.h"
#include "rushlight/ops.h"

namespace rushlight {

void IValue::raise_wrong(Tag expected) const {
  static constexpr std::string_view kNames[] = {"None",          "Tensor", "Bool",    "Int",        "Double",
                                                "ComplexDouble", "String", "IntList", "DoubleList", "TensorList"};
  fail(ErrorKind::kRuntime, "Expected {} but got {}", kNames[static_cast<size_t>(expected)],
       kNames[static_cast<size_t>(tag_)]);
}

namespace {
thread_local bool inference_mode = false;
}  // namespace

InferenceMode::InferenceMode(bool enabled) noexcept : AutoGradMode(!enabled), before_(inference_mode) {
  inference_mode = enabled;
}
InferenceMode::~InferenceMode() { inference_mode = before_; }
bool InferenceMode::is_enabled() noexcept { return inference_mode; }

namespace autograd {

struct FunctionNode final : Node {
  ~FunctionNode() override { context->node_ = nullptr; }
  void apply(Tensor* grads, Tensor* results) override;
  void release_saved() override { saved.clear(); }

  std::shared_ptr<AutogradContext> context;
  FunctionCall::Backward backward = nullptr;
  std::vector<bool> is_tensor;  // of each argument of forward
  std::vector<SavedTensor> saved;
};

namespace {

bool holds(const variable_list& list, const Tensor& t) {
  return std::any_of(list.begin(), list.end(), [&](const Tensor& o) { return o.is_same(t); });
}

const char* readable(const char* mangled) {
  static auto* names = new std::set<std::string>;  // node names live for ever
  static std::mutex mutex;
  int status = 0;
  char* text = abi::__cxa_demangle(mangled, nullptr, nullptr, &status);
  std::string name = status == 0 ? text : mangled;
  std::free(text);
  if (const size_t colon = name.rfind("::"); colon != std::string::npos) name.erase(0, colon + 2);
  std::lock_guard lock(mutex);
  return names->insert(std::move(name)).first->c_str();
}

}  // namespace

void FunctionNode::apply(Tensor* grads, Tensor* results) {
  variable_list given;
  for (uint32_t i = 0; i < num_outputs(); ++i) {
    const TensorMeta& meta = output(i);
    given.push_back(grads[i]);
    if (!grads[i].defined() && context->materialize_grads_ && meta.dtype != ScalarType::Undefined)
      given.back() = zeros(meta.sizes, TensorOptions(meta.dtype));
  }
  variable_list made = backward(context.get(), std::move(given));
  // More than was asked for is fine as long as it is nothing.
  while (made.size() > is_tensor.size() && !made.back().defined()) made.pop_back();
  check(made.size() == is_tensor.size(), "function {} returned an incorrect number of gradients (expected {}, got {})",
        name, is_tensor.size(), made.size());
  size_t edge = 0;
  for (size_t i = 0; i < made.size(); ++i) {
    if (is_tensor[i]) {
      if (needs(edge)) results[edge] = std::move(made[i]);
      ++edge;
      continue;
    }
    check(!made[i].defined(),
          "function {} returned a gradient different that is defined at position {}, but the corresponding forward "
          "input was not a Variable",
          name, i + 1);
  }
}

variable_list AutogradContext::get_saved_variables() const {
  if (!node_) return to_save_;
  auto* node = static_cast<FunctionNode*>(node_);
  if (node->released) SavedTensor().unpack(node);  // raises: the graph was freed
  variable_list out;
  for (const SavedTensor& s : node->saved) out.push_back(s.unpack(node));
  return out;
}

bool AutogradContext::needs_input_grad(size_t index) const {
  check_index(index < needs_input_grad_.size(), "needs_input_grad: index {} is out of range; forward got {} tensors",
              index, needs_input_grad_.size());
  return needs_input_grad_[index];
}

FunctionCall::FunctionCall(const char* name, variable_list inputs, std::vector<bool> is_tensor, Backward backward)
    : context_(std::make_shared<AutogradContext>()), inputs_(std::move(inputs)) {
  bool any = false;
  for (const Tensor& t : inputs_) {
    context_->needs_input_grad_.push_back(t.defined() && t.requires_grad());
    any |= context_->needs_input_grad_.back();
  }
  if (!any || !GradMode::is_enabled()) return;
  auto node = std::make_unique<FunctionNode>();
  node->context = context_;
  node->backward = backward;
  node->is_tensor = std::move(is_tensor);
  rushlight::detail::NodeBuilder(node.get(), readable(name), inputs_.size()).inputs(inputs_);
  node_ = node.release();
}

FunctionCall::~FunctionCall() {
  if (node_) release(node_);
}

// Gives one output its history. An input that is returned as it came becomes a view, so that it can have another.
Tensor FunctionCall::attach_one(Tensor output, uint32_t nr) {
  if (!output.defined()) {
    if (nr > 0 && !node_->more_outputs) node_->more_outputs = std::make_unique<std::vector<TensorMeta>>();
    if (nr > 0 && node_->more_outputs->size() < nr) node_->more_outputs->resize(nr);
    return output;
  }
  const bool dirty = holds(context_->dirty_, output);
  if (holds(context_->non_differentiable_, output) || !is_differentiable(output.dtype())) {
    node_->add_output(output, nr);
    return output;
  }
  if (holds(inputs_, output) && !dirty) {
    NoGradGuard no_grad;
    output = output.view(output.sizes());
  }
  check(!dirty || !output.requires_grad() || !output.is_leaf(),
        "a leaf Variable that requires grad is being used in an in-place operation. ({})", node_->name);
  if (dirty) rushlight::detail::written(output);
  rushlight::detail::attach(node_, output, nr, dirty ? How::InPlace : How::New);
  return output;
}

variable_list FunctionCall::attach(variable_list outputs) {
  if (!node_) return outputs;
  auto* node = static_cast<FunctionNode*>(node_);
  const variable_list before = outputs;
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i] = attach_one(outputs[i], static_cast<uint32_t>(i));
  node->saved.resize(context_->to_save_.size());
  for (size_t i = 0; i < node->saved.size(); ++i) {
    const Tensor& t = context_->to_save_[i];
    if (!t.defined()) continue;
    // What was returned is kept without its history: that would be a cycle.
    if (holds(before, t) && t.grad_fn() == node_)
      node->saved[i].save_output(t, t.output_nr());
    else
      node->saved[i].save(t);
  }
  context_->to_save_.clear();
  context_->dirty_.clear();
  context_->non_differentiable_.clear();
  context_->node_ = node_;
  return outputs;
}

}  // namespace autograd
}  // namespace rushlight
