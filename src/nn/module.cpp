// nn::Module: registration, traversal, state and printing.
#include "rushlight/nn/module.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <typeinfo>

namespace rushlight::nn {

Module::~Module() {
  for (auto& child : children_) {
    if (child.value() && child.value()->parent_ == this) child.value()->parent_ = nullptr;
  }
}

void Module::check_name(const char* kind, const std::string& name) const {
  check(!name.empty(), "{} name must not be empty", kind);
  check(name.find('.') == std::string::npos, "{} name must not contain a dot (got '{}')", kind, name);
  // name() is asked only in case of error: in a base's constructor the class is not known yet.
  if (!parameters_.contains(name) && !buffers_.contains(name) && !computed_.contains(name) && !children_.contains(name))
    return;
  fail(ErrorKind::kRuntime, "{} '{}' already defined in {}", kind, name, this->name());
}

Tensor& Module::register_parameter(std::string name, Tensor tensor, bool requires_grad) {
  check_name("Parameter", name);
  if (tensor.defined()) {
    check(tensor.is_leaf(), "cannot register the non-leaf tensor '{}' as a parameter; detach() it first", name);
    if (requires_grad || tensor.requires_grad()) tensor.requires_grad_(requires_grad);
  }
  return parameters_.insert(std::move(name), std::move(tensor));
}

Tensor& Module::register_buffer(std::string name, Tensor tensor, bool persistent) {
  check_name("Buffer", name);
  if (!persistent) transient_buffers_.push_back(name);
  return buffers_.insert(std::move(name), std::move(tensor));
}

void Module::add_child(std::string name, std::shared_ptr<Module> module) {
  check_name("Submodule", name);
  check(module != nullptr, "cannot register a null module as '{}'", name);
  module->parent_ = this;
  module->name_in_parent_ = name;
  children_.insert(std::move(name), std::move(module));
}

void Module::replace_child(const std::string& name, std::shared_ptr<Module> module) {
  check(children_.contains(name), "No Module with name `{}` is registered", name);
  check(module != nullptr, "cannot register a null module as '{}'", name);
  auto& place = children_[std::string_view(name)];
  if (place->parent_ == this) place->parent_ = nullptr;
  module->parent_ = this;
  module->name_in_parent_ = name;
  place = std::move(module);
}

void Module::unregister_module(const std::string& name) {
  check(children_.contains(name), "No Module with name `{}` is registered", name);
  if (children_[std::string_view(name)]->parent_ == this) children_[std::string_view(name)]->parent_ = nullptr;
  children_.erase(name);
}

std::shared_ptr<Module> Module::get_submodule(const std::string& target) const {
  const Module* found = this;
  std::shared_ptr<Module> owner;
  for (size_t start = 0; start < target.size();) {
    const size_t dot = std::min(target.find('.', start), target.size());
    const std::string name = target.substr(start, dot - start);
    const auto* child = found->children_.find(name);
    if (!child) throw AttributeError(found->name() + " has no attribute `" + name + "`");
    owner = *child;
    found = owner.get();
    start = dot + 1;
  }
  return owner ? owner : const_cast<Module*>(this)->shared_from_this();
}

namespace {

// The parts of a dotted path: the owner's, and the name there.
std::pair<std::string, std::string> parted(const std::string& target) {
  const size_t dot = target.rfind('.');
  if (dot == std::string::npos) return {"", target};
  return {target.substr(0, dot), target.substr(dot + 1)};
}

}  // namespace

Tensor Module::get_parameter(const std::string& target) const {
  const auto [path, name] = parted(target);
  const Module& owner = path.empty() ? *this : *get_submodule(path);
  const Tensor* found = owner.parameters_.find(name);
  if (!found) throw AttributeError(owner.name() + " has no attribute `" + name + "`");
  return *found;
}

void Module::set_submodule(const std::string& target, std::shared_ptr<Module> module) {
  check_value(!target.empty(), "Cannot set the submodule without a target name!");
  const auto [path, name] = parted(target);
  Module& owner = path.empty() ? *this : *get_submodule(path);
  if (owner.children_.contains(name))
    owner.replace_child(name, std::move(module));
  else
    owner.add_child(name, std::move(module));
}

Tensor Module::get_buffer(const std::string& target) const {
  const auto [path, name] = parted(target);
  const Module& owner = path.empty() ? *this : *get_submodule(path);
  const Tensor* found = owner.buffers_.find(name);
  if (!found) throw AttributeError(owner.name() + " has no attribute `" + name + "`");
  return *found;
}

namespace {

void collect_modules(const Module& module, const std::string& prefix,
                     OrderedDict<std::string, std::shared_ptr<Module>>& out, std::vector<const Module*>& seen) {
  for (const auto& child : module.named_children()) {
    if (std::find(seen.begin(), seen.end(), child.value().get()) != seen.end()) continue;
    seen.push_back(child.value().get());
    const std::string path = prefix.empty() ? child.key() : prefix + "." + child.key();
    out.insert(path, child.value());
    collect_modules(*child.value(), path, out, seen);
  }
}

void insert_once(OrderedDict<std::string, Tensor>& out, std::vector<const TensorImpl*>& seen, const std::string& prefix,
                 const OrderedDict<std::string, Tensor>& from) {
  for (const auto& item : from) {
    if (!item.value().defined() || std::find(seen.begin(), seen.end(), item.value().impl()) != seen.end()) continue;
    seen.push_back(item.value().impl());
    out.insert(prefix.empty() ? item.key() : prefix + "." + item.key(), item.value());
  }
}

}  // namespace

OrderedDict<std::string, std::shared_ptr<Module>> Module::named_modules(const std::string& prefix,
                                                                        bool include_self) const {
  OrderedDict<std::string, std::shared_ptr<Module>> out{"Submodule"};
  if (include_self) {
    // A module on the stack has no owner to share; list its children only.
    if (auto self = const_cast<Module*>(this)->weak_from_this().lock()) out.insert(prefix, std::move(self));
  }
  std::vector<const Module*> seen{this};
  collect_modules(*this, prefix, out, seen);
  return out;
}

std::vector<std::shared_ptr<Module>> Module::modules(bool include_self) const {
  return named_modules("", include_self).values();
}

OrderedDict<std::string, Tensor> Module::named_parameters(bool recurse) const {
  OrderedDict<std::string, Tensor> out{"Parameter"};
  std::vector<const TensorImpl*> seen;
  insert_once(out, seen, "", parameters_);
  if (recurse) {
    for (const auto& m : named_modules("", false)) insert_once(out, seen, m.key(), m.value()->parameters_);
  }
  return out;
}

OrderedDict<std::string, Tensor> Module::named_buffers(bool recurse) const {
  OrderedDict<std::string, Tensor> out{"Buffer"};
  std::vector<const TensorImpl*> seen;
  insert_once(out, seen, "", buffers_);
  if (recurse) {
    for (const auto& m : named_modules("", false)) insert_once(out, seen, m.key(), m.value()->buffers_);
  }
  return out;
}

std::vector<Tensor> Module::parameters(bool recurse) const { return named_parameters(recurse).values(); }
std::vector<Tensor> Module::buffers(bool recurse) const { return named_buffers(recurse).values(); }

void Module::train(bool on) {
  training = on;
  for (auto& child : children_) child.value()->train(on);
}

void Module::requires_grad_(bool value) {
  for (auto& p : parameters()) p.requires_grad_(value);
}

void Module::zero_grad(bool set_to_none) {
  for (auto& p : parameters()) {
    Tensor& grad = p.mutable_grad();
    if (!grad.defined()) continue;
    if (set_to_none)
      grad.reset();
    else
      grad = grad.detach().zero_();
  }
}

void Module::to(ScalarType dtype, bool) {
  check_type(is_floating_point(dtype), "nn.Module.to only accepts floating point dtypes, but got desired dtype={}",
             dtype_name(dtype));
  NoGradGuard guard;
  for (auto& p : parameters()) {
    if (!p.is_floating_point()) continue;
    p.set_data(p.detach().to(dtype));
    if (p.grad().defined()) p.mutable_grad() = p.grad().to(dtype);
  }
  for (auto& b : buffers()) {
    if (b.is_floating_point()) b.set_data(b.to(dtype));
  }
}

void Module::to(Device device, bool) {
  check(device.is_cpu(), "{} is not available: this build computes on the CPU", device.str());
}

NamedTensors Module::state_dict(const std::string& prefix) const {
  NamedTensors out;
  run_state_hooks(0, nullptr, prefix, nullptr);
  for (const auto& p : parameters_) {
    if (p.value().defined()) out.emplace_back(prefix + p.key(), is_lazy(p.value()) ? p.value() : p.value().detach());
  }
  for (const auto& b : buffers_) {
    const bool transient =
        std::find(transient_buffers_.begin(), transient_buffers_.end(), b.key()) != transient_buffers_.end();
    if (b.value().defined() && !transient)
      out.emplace_back(prefix + b.key(), is_lazy(b.value()) ? b.value() : b.value().detach());
  }
  for (const auto& child : children_) {
    for (auto& item : child.value()->state_dict(prefix + child.key() + ".")) out.push_back(std::move(item));
  }
  run_state_hooks(1, &out, prefix, nullptr);
  return out;
}

namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& n : names) text += (text.empty() ? "\"" : ", \"") + n + "\"";
  return text;
}

std::string near_matches(const std::vector<std::string>& unexpected, const std::vector<std::string>& missing) {
  std::string text;
  for (const auto& u : unexpected) {
    const std::string* best = nullptr;
    size_t least = u.size() / 3 + 2;
    for (const auto& m : missing) {
      const size_t d = edit_distance(u, m);
      if (d < least) {
        least = d;
        best = &m;
      }
    }
    if (best) text += "\n\tDid you mean \"" + *best + "\" instead of \"" + u + "\"?";
  }
  return text;
}

}  // namespace

IncompatibleKeys Module::load_state_dict(const NamedTensors& given, bool strict) {
  NoGradGuard guard;
  NamedTensors changed;
  const auto announce = [&](Module& module, const std::string& path) {
    if (changed.empty() && (module.needs_preparation() || !module.state_hooks_[2].empty())) changed = given;
    const std::string prefix = path.empty() ? path : path + ".";
    const auto preparations = module.preparations_;
    for (const auto& p : preparations) p->before_load(module, changed, prefix);
    module.run_state_hooks(2, &changed, prefix, nullptr);
  };
  announce(*this, "");
  for (auto& item : named_modules("", false)) announce(*item.value(), item.key());
  const NamedTensors& state = changed.empty() ? given : changed;
  IncompatibleKeys keys;
  NamedTensors own = state_dict();
  std::string errors;
  for (auto& [name, target] : own) {
    const auto found = std::find_if(state.begin(), state.end(), [&](const auto& item) { return item.first == name; });
    if (found == state.end()) {
      keys.missing_keys.push_back(name);
    } else if (found->second.sizes() != target.sizes()) {
      errors += format(
          "\n\tsize mismatch for {}: copying a param with shape {} from checkpoint, the shape in current model is {}.",
          name, found->second.sizes(), target.sizes());
    }
  }
  for (const auto& item : state) {
    if (std::none_of(own.begin(), own.end(), [&](const auto& o) { return o.first == item.first; }))
      keys.unexpected_keys.push_back(item.first);
  }
  const auto copy = [&] {
    for (auto& [name, target] : own) {
      for (const auto& item : state) {
        if (item.first == name && item.second.sizes() == target.sizes()) target.copy_(item.second);
      }
    }
  };
  const bool announced = has_state_hooks(3);
  if (announced) {
    copy();
    const auto modules = named_modules("", false);
    for (size_t i = modules.size(); i-- > 0;) modules[i].value()->run_state_hooks(3, nullptr, "", &keys);
    run_state_hooks(3, nullptr, "", &keys);
  }
  std::string report;
  if (strict && !keys.unexpected_keys.empty())
    report += "\n\tUnexpected key(s) in state_dict: " + quoted_list(keys.unexpected_keys) + ". " +
              near_matches(keys.unexpected_keys, keys.missing_keys);
  if (strict && !keys.missing_keys.empty())
    report += "\n\tMissing key(s) in state_dict: " + quoted_list(keys.missing_keys) + ". ";
  report += errors;
  check(report.empty(), "Error(s) in loading state_dict for {}:{}", this->name(), report);
  if (!announced) copy();
  return keys;
}

const std::string& Module::name() const {
  if (name_.empty()) {
    int status = 0;
    char* text = abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status);
    std::string full = status == 0 ? text : typeid(*this).name();
    std::free(text);
    const size_t colon = full.rfind("::");
    if (colon != std::string::npos) full = full.substr(colon + 2);
    if (full.size() > 4 && full.ends_with("Impl")) full.resize(full.size() - 4);
    name_ = full;
  }
  return name_;
}

std::string Module::path() const {
  std::string path = name_in_parent_;
  for (const Module* m = parent_; m && !m->name_in_parent_.empty(); m = m->parent_)
    path.insert(0, m->name_in_parent_ + ".");
  return parent_ ? path : "";
}

void Module::annotate(Error& error) const {
  drop_call();
  if (std::string_view(error.what()).find("\n  in module ") != std::string_view::npos) return;
  const std::string path = this->path();
  const std::string text = name() + "(" + extra_repr() + ")";
  error.add_context("  in module " + (path.empty() ? text : path + " (" + text + ")"));
}

namespace {

// The lines of a text, each indented by two further than the first.
std::string indented(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out;
}

}  // namespace

void Module::pretty_print(std::string& out) const {
  const std::string extra = extra_repr();
  out += name() + "(";
  if (children_.is_empty() && extra.find('\n') == std::string::npos) {
    out += extra + ")";
    return;
  }
  if (!extra.empty()) out += "\n  " + indented(extra);
  for (const auto& child : children_) out += "\n  (" + child.key() + "): " + indented(child.value()->repr());
  out += "\n)";
}

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << module.repr(); }

void ModuleListImpl::pretty_print(std::string& out) const {
  // Runs of equal modules print as one line, as Python's ModuleList does.
  if (items_.empty()) {
    out += name() + "()";
    return;
  }
  out += name() + "(";
  for (size_t i = 0; i < items_.size();) {
    const std::string text = items_[i]->repr();
    size_t j = i + 1;
    while (j < items_.size() && items_[j]->repr() == text) ++j;
    out += j - i == 1 ? format("\n  ({}): {}", i, indented(text))
                      : format("\n  ({}-{}): {} x {}", i, j - 1, j - i, indented(text));
    i = j;
  }
  out += "\n)";
}

}  // namespace rushlight::nn
