// Containers of modules and parameters by name.
#include "rushlight/nn/containers.h"

#include "rushlight/warn.h"

namespace rushlight::nn {

ContainerImpl::ContainerImpl(const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules) {
  warn(
      "`nn.Container` is deprecated. All of its functionality is now implemented in `nn.Module`. Subclass that "
      "instead.");
  for (const auto& [name, module] : modules) add_module(name, module);
}

std::shared_ptr<Module> ContainerImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ContainerImpl>();
  copy->training = training;
  for (const auto& item : named_children()) copy->add_module(item.key(), item.value()->clone(device));
  return copy;
}

void ModuleDictImpl::insert(std::string name, std::shared_ptr<Module> module) {
  if (contains(name))
    replace_module(name, std::move(module));
  else
    register_module(std::move(name), std::move(module));
}

std::shared_ptr<Module> ModuleDictImpl::operator[](const std::string& name) const {
  const auto* found = named_children().find(name);
  check_key(found != nullptr, "ModuleDict has no module '{}'; it has {}", name, keys());
  return *found;
}

std::shared_ptr<Module> ModuleDictImpl::pop(const std::string& name) {
  std::shared_ptr<Module> module = (*this)[name];
  unregister_module(name);
  return module;
}

void ModuleDictImpl::clear() {
  for (const auto& name : keys()) unregister_module(name);
}

namespace {

// "Parameter containing: [torch.float32 of size 2x3]"
std::string held(const Tensor& tensor, const std::string& type) {
  std::string size;
  for (const int64_t n : tensor.sizes()) size += (size.empty() ? "" : "x") + std::to_string(n);
  return "Parameter containing: [" + type + " of size " + size + "]";
}

}  // namespace

void ParameterListImpl::append(const Tensor& parameter) {
  items_.push_back(register_parameter(std::to_string(items_.size()), parameter));
}

Tensor ParameterListImpl::operator[](size_t i) const {
  check_index(i < items_.size(), "index {} is out of range: the ParameterList holds {} parameters", i, items_.size());
  return items_[i];
}

std::string ParameterListImpl::extra_repr() const {
  std::string out;
  for (size_t i = 0; i < items_.size(); ++i) {
    out += (i ? "\n" : "") + format("  ({}): ", i) +
           held(items_[i], "torch." + std::string(dtype_name(items_[i].dtype())));
  }
  return out;
}

Tensor ParameterDictImpl::operator[](const std::string& name) const {
  const auto all = named_parameters(false);
  const Tensor* found = all.find(name);
  check_key(found != nullptr, "ParameterDict has no parameter '{}'; it has {}", name, all.keys());
  return *found;
}

std::string ParameterDictImpl::extra_repr() const {
  std::string out;
  for (const auto& item : named_parameters(false)) {
    out += (out.empty() ? "" : "\n") + ("  (" + item.key() + "): ") +
           held(item.value(), "torch." + std::string(to_string(item.value().dtype())) + "Tensor");
  }
  return out;
}

}  // namespace rushlight::nn
