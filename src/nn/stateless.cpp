// Other tensors for a module, for a while; the twin of python/rushlight/nn/utils/stateless.py.
#include "rushlight/nn/stateless.h"

#include <algorithm>

#include "nn/editor.h"

namespace rushlight::nn::utils::stateless {
namespace {

// Every name of every tensor, also of those that have several.
void list(Module& module, const std::string& prefix, NamedTensors& out) {
  for (const auto& own : {module.named_parameters(false), module.named_buffers(false)}) {
    for (const auto& item : own) out.emplace_back(prefix + item.key(), item.value());
  }
  for (const auto& child : module.named_children()) list(*child.value(), prefix + child.key() + ".", out);
}

const Tensor* find(const NamedTensors& tensors, const std::string& name) {
  for (const auto& item : tensors) {
    if (item.first == name) return &item.second;
  }
  return nullptr;
}

// The tensors, given to all names that share the tensor of a given name.
NamedTensors untied(const NamedTensors& own, const NamedTensors& given) {
  NamedTensors found = given;
  for (const auto& [name, tensor] : given) {
    const Tensor* mine = find(own, name);
    if (!mine) continue;
    std::string tied;
    bool differ = false;
    for (const auto& [other, value] : own) {
      if (!value.is_same(*mine)) continue;
      tied += (tied.empty() ? "'" : ", '") + other + "'";
      if (other == name) continue;
      const Tensor* theirs = find(given, other);
      if (theirs)
        differ |= !theirs->is_same(tensor);
      else if (!find(found, other))
        found.emplace_back(other, tensor);
    }
    if (differ) {
      throw ValueError("functional_call got multiple values for keys [" + tied +
                       "], which are tied. Consider using tie_weights=False");
    }
  }
  return found;
}

void check_names(const Module& module, const NamedTensors& own, const NamedTensors& given) {
  const auto absent = [](const NamedTensors& these, const NamedTensors& there) {
    std::vector<std::string> names;
    for (const auto& item : these) {
      if (!find(there, item.first)) names.push_back(item.first);
    }
    std::sort(names.begin(), names.end());
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
    return text;
  };
  std::string text;
  if (const std::string names = absent(given, own); !names.empty()) text += "\n\tUnexpected key(s): " + names + ".";
  if (const std::string names = absent(own, given); !names.empty()) text += "\n\tMissing key(s): " + names + ".";
  check(text.empty(), "Error(s) in reparametrizing for {}:{}", module.name(), text);
}

// The module that a name leads to, and the rest of the name; null where there is none.
std::pair<Module*, std::string> owner_of(Module& module, const std::string& path) {
  Module* owner = &module;
  size_t start = 0;
  for (size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', start)) {
    const auto* child = owner->named_children().find(path.substr(start, dot - start));
    if (!child) return {nullptr, ""};
    owner = child->get();
    start = dot + 1;
  }
  return {owner, path.substr(start)};
}

}  // namespace

Reparametrized::Reparametrized(Module& module, const NamedTensors& tensors, bool tie_weights, bool strict) {
  NamedTensors own;
  list(module, "", own);
  const NamedTensors given = tie_weights ? untied(own, tensors) : tensors;
  if (strict) check_names(module, own, given);
  try {
    for (const auto& [path, tensor] : given) {
      const auto [owner, name] = owner_of(module, path);
      check(owner != nullptr, "{} has no submodule of '{}'", module.name(), path);
      Tensor* place = ModuleEditor::find(*owner, name);
      if (!place || !place->defined()) continue;  // a name that the module does not know changes nothing
      const Tensor before = *place;
      ModuleEditor::check_member(*owner, name, before);
      ModuleEditor::replace(*owner, name, tensor);
      done_.push_back({owner, name, before, tensor});
    }
  } catch (...) {
    restore();
    throw;
  }
}

void Reparametrized::restore() noexcept {
  for (size_t i = done_.size(); i-- > 0;) ModuleEditor::replace(*done_[i].owner, done_[i].name, done_[i].before);
  done_.clear();
}

Reparametrized::~Reparametrized() { restore(); }

}  // namespace rushlight::nn::utils::stateless
