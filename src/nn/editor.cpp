// Parameters and buffers that come, go and are computed.
#include "nn/editor.h"

#include <algorithm>

namespace rushlight::nn {

void Preparation::before_forward(Module&, const Tensor*) {}
void Preparation::before_load(Module&, NamedTensors&, const std::string&) {}

void Module::prepare(const Tensor* input) {
  const auto now = preparations_;  // a lazy layer's removes itself
  for (const auto& preparation : now) preparation->before_forward(*this, input);
}

Tensor* ModuleEditor::find(Module& module, const std::string& name) {
  for (auto* registry : {&module.parameters_, &module.buffers_, &module.computed_}) {
    if (Tensor* found = registry->find(name)) return found;
  }
  return nullptr;
}

Tensor ModuleEditor::get(Module& module, const std::string& name) {
  const Tensor* found = find(module, name);
  if (!found || !found->defined()) {
    throw ValueError("Module '" + module.repr() + "' has no parameter or buffer with name '" + name + "'");
  }
  return *found;
}

Tensor ModuleEditor::unregister(Module& module, const std::string& name) {
  const Tensor tensor = get(module, name);
  module.parameters_.erase(name);
  module.buffers_.erase(name);
  std::erase(module.transient_buffers_, name);
  return tensor;
}

size_t ModuleEditor::rebind(Module& module, const Tensor& before, const Tensor& after) {
  size_t count = 0;
  for (Tensor* member : module.tensor_members()) {
    if (!before.defined() || !member->is_same(before)) continue;
    *member = after;
    ++count;
  }
  return count;
}

void ModuleEditor::check_member(Module& module, const std::string& name, const Tensor& tensor) {
  for (const Tensor* member : module.tensor_members()) {
    if (member->is_same(tensor)) return;
  }
  throw NotImplementedError("'" + name + "' of " + module.name() +
                            " cannot be computed: no member that tensor_members() lists holds it. Override "
                            "std::vector<Tensor*> tensor_members() in that class: return {&weight, &bias};");
}

void ModuleEditor::start_computing(Module& module, const std::string& name, const Tensor& before, const Tensor& value) {
  check_member(module, name, before);
  rebind(module, before, value);
  module.computed_.insert(name, value);
}

void ModuleEditor::compute(Module& module, const std::string& name, const Tensor& value) {
  Tensor& place = module.computed_[std::string_view(name)];
  rebind(module, place, value);
  place = value;
}

void ModuleEditor::stop_computing(Module& module, const std::string& name, const Tensor& tensor, bool parameter) {
  const Tensor before = module.computed_[std::string_view(name)];
  module.computed_.erase(name);
  rebind(module, before, tensor);
  (parameter ? module.parameters_ : module.buffers_).insert(name, tensor);
}

void ModuleEditor::replace(Module& module, const std::string& name, const Tensor& tensor) {
  Tensor* place = find(module, name);
  check(place != nullptr, "{} has no tensor '{}'", module.name(), name);
  rebind(module, *place, tensor);
  *place = tensor;
}

bool ModuleEditor::is_transient(const Module& module, const std::string& name) {
  const auto& names = module.transient_buffers_;
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace rushlight::nn
