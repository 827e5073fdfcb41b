// Parametrizations; the twin of python/rushlight/nn/utils/parametrize.py.
#include "rushlight/nn/parametrize.h"

#include <algorithm>

#include "rushlight/nn/containers.h"

#include "nn/editor.h"
#include "nn/support.h"

namespace rushlight::nn::utils::parametrize {
namespace {

using support::cat;

constexpr char kParametrizations[] = "parametrizations";

// What `cached` remembers: the tensors that have been computed since the outermost one was made.
struct Cache {
  int depth = 0;
  std::vector<std::pair<const Module*, std::string>> done;
};
thread_local Cache cache;

// Lets `into` have the memory and shape of `value`.
void store(const Tensor& into, const Tensor& value) {
  if (!into.is_same(value)) into.set_data(value.detach());
}

ModuleDictImpl* dictionary(const Module& module) {
  const auto* found = module.named_children().find(kParametrizations);
  return found ? dynamic_cast<ModuleDictImpl*>(found->get()) : nullptr;
}

std::string text(ScalarType dtype) { return "torch." + std::string(dtype_name(dtype)); }

std::string text(IntArrayRef sizes) { return format("torch.Size({})", sizes); }

// Computes one tensor of a module before each call.
struct Computes final : Preparation {
  explicit Computes(std::string tensor_name) : name(std::move(tensor_name)) {}
  void before_forward(Module& module, const Tensor*) override {
    if (cache.depth > 0) {
      const auto is_it = [&](const auto& item) { return item.first == &module && item.second == name; };
      if (std::any_of(cache.done.begin(), cache.done.end(), is_it)) return;
      cache.done.emplace_back(&module, name);
    }
    ModuleEditor::compute(module, name, parametrizations_of(module, name).forward());
  }
  std::string name;
};

void check_unchanged(const Tensor& found, ScalarType dtype, IntArrayRef shape) {
  const auto complain = [](const char* what, const std::string& before, const std::string& after) {
    throw ValueError(cat("Registering a parametrization may not change the ", what,
                         " of the tensor, unless `unsafe` flag is enabled.\nunparametrized ", what, ": ", before,
                         "\nparametrized ", what, ": ", after));
  };
  if (found.dtype() != dtype) complain("dtype", text(dtype), text(found.dtype()));
  if (found.sizes() != shape) complain("shape", text(shape), text(found.sizes()));
}

// Whether one more parametrization keeps dtype and shape, both ways; the value that it gives.
Tensor check_next(const ParametrizationListImpl& list, const std::string& name, const Parametrization& next) {
  const Tensor before = list.forward(), after = next.forward({before});
  const auto complain = [&](bool inverse, const char* what, const std::string& was, const std::string& is) {
    if (inverse) {
      throw ValueError(cat("The tensor returned by parametrization.right_inverse must have the same ", what,
                           " as module.", name, ", unless the `unsafe` flag is enabled.\nmodule.", name, ".", what,
                           ": ", was, "\nreturned ", what, ": ", is));
    }
    throw ValueError(cat("Registering a parametrization may not change the ", what,
                         " of the tensor, unless the `unsafe` flag is enabled.\nmodule.", name, ".", what, ": ", was,
                         "\nparametrization(module.", name, ").", what, ": ", is));
  };
  const auto compare = [&](bool inverse, const Tensor& t) {
    if (t.dtype() != before.dtype()) complain(inverse, "dtype", text(before.dtype()), text(t.dtype()));
    if (t.sizes() != before.sizes()) complain(inverse, "shape", text(before.sizes()), text(t.sizes()));
  };
  compare(false, after);
  if (!next.has_inverse()) return after;
  try {
    const auto back = next.right_inverse(after);
    check_value(!back.several, "parametrization.right_inverse must return a tensor. Got: tuple");
    compare(true, back.tensors[0]);
  } catch (const NotImplementedError&) {
    return after;
  }
  return after;
}

}  // namespace

Tensor Parametrization::forward(TensorList originals) const { return forward_(*module_, originals); }

Parametrization Parametrization::clone(const std::optional<Device>& device) const {
  Parametrization copy = *this;
  copy.module_ = module_->clone(device);
  return copy;
}

// ---- the list ---------------------------------------------------------------------------------------------------------

ParametrizationListImpl::ParametrizationListImpl(std::vector<Parametrization> modules, const Tensor& original,
                                                 bool unsafe_, bool parameter)
    : unsafe(unsafe_) {
  check_value(!modules.empty(), "ParametrizationList requires one or more modules.");
  for (const auto& m : modules) append(m);
  const DimVector shape = original.sizes();
  const ScalarType dtype = original.dtype();
  Parametrization::Originals start{{original}, false};
  {
    NoGradGuard no_grad;
    for (size_t i = parts_.size(); i-- > 0;) {
      if (!parts_[i].has_inverse()) continue;
      check_value(!start.several, "'right_inverse' of {} takes one tensor, but the next one gives {}",
                  parts_[i].module()->name(), start.tensors.size());
      try {
        start = parts_[i].right_inverse(start.tensors[0]);
      } catch (const NotImplementedError&) {  // it starts from the tensor itself
        continue;
      }
    }
  }
  is_tensor = !start.several;
  ntensors = start.tensors.size();
  const auto keep = [&](std::string key, const Tensor& tensor) {
    if (parameter)
      register_parameter(std::move(key), tensor, tensor.requires_grad());
    else
      register_buffer(std::move(key), tensor);
  };
  if (is_tensor) {
    const Tensor& value = start.tensors[0];
    if (value.dtype() != dtype) {
      throw ValueError(cat("When `right_inverse` outputs one tensor, it may not change the dtype.\noriginal.dtype: ",
                           text(dtype), "\nright_inverse(original).dtype: ", text(value.dtype())));
    }
    store(original, value);
    keep("original", original);
  } else {
    for (size_t i = 0; i < ntensors; ++i)
      keep(cat("original", static_cast<int64_t>(i)), Parameter(start.tensors[i], original.requires_grad()));
  }
  if (unsafe) return;
  first_value = forward();
  check_unchanged(first_value, dtype, shape);
}

void ParametrizationListImpl::append(const Parametrization& parametrization) {
  push_back(parametrization.module());
  parts_.push_back(parametrization);
}

std::vector<Tensor> ParametrizationListImpl::originals() const {
  auto& self = const_cast<ParametrizationListImpl&>(*this);
  if (is_tensor) return {ModuleEditor::get(self, "original")};
  std::vector<Tensor> found;
  for (size_t i = 0; i < ntensors; ++i)
    found.push_back(ModuleEditor::get(self, cat("original", static_cast<int64_t>(i))));
  return found;
}

Tensor ParametrizationListImpl::forward() const {
  Tensor x = parts_[0].forward(originals());
  for (size_t i = 1; i < parts_.size(); ++i) x = parts_[i].forward({x});
  return x;
}

void ParametrizationListImpl::right_inverse(const Tensor& given) {
  NoGradGuard no_grad;
  Parametrization::Originals value{{given}, false};
  for (size_t i = parts_.size(); i-- > 0;) {
    check(parts_[i].has_inverse(), "parametrization {} does not implement right_inverse.", parts_[i].module()->name());
    value = parts_[i].right_inverse(value.tensors.at(0));
  }
  const std::vector<Tensor> into = originals();
  if (is_tensor) {
    check_value(!value.several, "`right_inverse` should return a tensor. Got tuple");
    if (value.tensors[0].dtype() != into[0].dtype()) {
      throw ValueError(cat("The tensor returned by `right_inverse` has dtype ", text(value.tensors[0].dtype()),
                           " while `original` has dtype ", text(into[0].dtype())));
    }
  } else {
    check_value(value.several, "'right_inverse' must return a sequence of tensors. Got Tensor.");
    check_value(value.tensors.size() == ntensors,
                "'right_inverse' must return a sequence of tensors of length {}. Got a sequence of length {}.",
                ntensors, value.tensors.size());
    for (size_t i = 0; i < ntensors; ++i) {
      if (value.tensors[i].dtype() == into[i].dtype()) continue;
      const auto n = static_cast<int64_t>(i);
      throw ValueError(cat("Tensor ", n, " returned by `right_inverse` has dtype ", text(value.tensors[i].dtype()),
                           " while `original", n, "` has dtype ", text(into[i].dtype())));
    }
  }
  for (size_t i = 0; i < into.size(); ++i) store(into[i], value.tensors[i]);
}

std::shared_ptr<Module> ParametrizationListImpl::clone(const std::optional<Device>& device) const {
  std::vector<Parametrization> parts;
  for (const auto& part : parts_) parts.push_back(part.clone(device));
  auto copy = std::make_shared<ParametrizationListImpl>(*this);
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string key = std::to_string(i);
    copy->replace_module(key, parts[i].module());
    copy->set(i, parts[i].module());
  }
  copy->parts_ = std::move(parts);
  copy->separate({}, device);
  return copy;
}

// ---- functions ----------------------------------------------------------------------------------------------------------

bool is_parametrized(const Module& module, const std::optional<std::string>& tensor_name) {
  const ModuleDictImpl* parts = dictionary(module);
  if (!parts) return false;
  return tensor_name ? parts->contains(*tensor_name) : !parts->empty();
}

ParametrizationListImpl& parametrizations_of(Module& module, const std::string& tensor_name) {
  if (!is_parametrized(module, tensor_name)) {
    throw ValueError("Module " + module.repr() + " does not have a parametrization on " + tensor_name);
  }
  return dictionary(module)->at<ParametrizationListImpl>(tensor_name);
}

Module& register_parametrization(Module& module, const std::string& tensor_name, const Parametrization& parametrization,
                                 bool unsafe) {
  parametrization.module()->train(module.training);
  if (is_parametrized(module, tensor_name)) {
    ParametrizationListImpl& parts = parametrizations_of(module, tensor_name);
    Tensor value;
    if (!unsafe) value = check_next(parts, tensor_name, parametrization);
    parts.append(parametrization);
    parts.unsafe |= unsafe;
    ModuleEditor::compute(module, tensor_name, unsafe ? parts.forward() : value);
    return module;
  }
  const Tensor* found = ModuleEditor::find_parameter(module, tensor_name);
  const bool parameter = found != nullptr;
  if (!found) found = ModuleEditor::find_buffer(module, tensor_name);
  if (!found || !found->defined()) {
    throw ValueError("Module '" + module.repr() +
                     "' does not have a parameter, a buffer, or a parametrized element with name '" + tensor_name +
                     "'");
  }
  const Tensor original = *found;
  ModuleEditor::check_member(module, tensor_name, original);
  auto parts = std::make_shared<ParametrizationListImpl>(std::vector<Parametrization>{parametrization}, original,
                                                         unsafe, parameter);
  const Tensor value = unsafe ? parts->forward() : parts->first_value;
  parts->first_value.reset();
  ModuleEditor::unregister(module, tensor_name);
  if (!is_parametrized(module)) {
    ModuleEditor::rename(module, "Parametrized" + module.name());
    module.register_module(kParametrizations, std::make_shared<ModuleDictImpl>());
  }
  dictionary(module)->insert(tensor_name, std::shared_ptr<Module>(parts));
  ModuleEditor::start_computing(module, tensor_name, original, value);
  ModuleEditor::preparations(module).push_back(std::make_shared<Computes>(tensor_name));
  return module;
}

Module& remove_parametrizations(Module& module, const std::string& tensor_name, bool leave_parametrized) {
  ParametrizationListImpl& parts = parametrizations_of(module, tensor_name);
  const std::vector<Tensor> originals = parts.originals();
  const bool parameter = !parts.named_parameters(false).is_empty();
  Tensor original = originals[0];
  if (parts.is_tensor) {
    if (leave_parametrized) {
      NoGradGuard no_grad;
      store(original, parts.forward());
    }
  } else if (leave_parametrized) {
    const Tensor value = parts.forward();
    original = value.requires_grad() ? Tensor(Parameter(value)) : value;
  } else {
    throw ValueError(
        "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence "
        "of tensors.");
  }
  std::erase_if(ModuleEditor::preparations(module), [&](const auto& p) {
    const auto* computes = dynamic_cast<const Computes*>(p.get());
    return computes && computes->name == tensor_name;
  });
  dictionary(module)->pop(tensor_name);
  ModuleEditor::stop_computing(module, tensor_name, original, parameter);
  if (!is_parametrized(module)) {
    module.unregister_module(kParametrizations);
    ModuleEditor::rename(module, module.name().substr(std::string_view("Parametrized").size()));
  }
  return module;
}

std::string type_before_parametrizations(const Module& module) {
  const std::string& name = module.name();
  return is_parametrized(module) ? name.substr(std::string_view("Parametrized").size()) : name;
}

Module& transfer_parametrizations_and_params(const Module& from_module, Module& to_module,
                                             const std::optional<std::string>& tensor_name) {
  if (!is_parametrized(from_module)) return to_module;
  auto& from = const_cast<Module&>(from_module);
  std::vector<std::string> names = dictionary(from_module)->keys();
  if (tensor_name) names = {*tensor_name};
  for (const std::string& name : names) {
    ParametrizationListImpl& source = parametrizations_of(from, name);
    for (const auto& part : source.parametrizations()) register_parametrization(to_module, name, part);
    ParametrizationListImpl& target = parametrizations_of(to_module, name);
    const std::vector<Tensor> originals = source.originals();
    for (size_t i = 0; i < originals.size(); ++i)
      ModuleEditor::replace(target, source.is_tensor ? "original" : cat("original", static_cast<int64_t>(i)),
                            originals[i]);
  }
  return to_module;
}

cached::cached() { ++cache.depth; }
cached::~cached() {
  if (--cache.depth == 0) cache.done.clear();
}

}  // namespace rushlight::nn::utils::parametrize
