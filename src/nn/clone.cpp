// Copies of modules, and modules as archives.
#include <algorithm>

#include "rushlight/archive.h"
#include "rushlight/nn/containers.h"
#include "rushlight/nn/module.h"
#include "rushlight/nn/triplet.h"

namespace rushlight::nn {
namespace {

constexpr char kParametrizations[] = "parametrizations";

Tensor copied(const Tensor& tensor, const std::optional<Device>& device) {
  const Tensor source = tensor.detach();
  return device ? source.to(*device, false, true) : source.clone();
}

}  // namespace

std::shared_ptr<Module> Module::clone(const std::optional<Device>&) const {
  fail(ErrorKind::kRuntime,
       "clone() has not been implemented for {}. Subclass nn::Cloneable<{}> instead of nn::Module to inherit the "
       "ability "
       "to clone.",
       name(), name());
}

void Module::separate(std::initializer_list<Tensor*> members, const std::optional<Device>& device) {
  NoGradGuard no_grad;
  parent_ = nullptr;
  name_in_parent_.clear();
  std::vector<std::pair<Tensor, Tensor>> done;  // a tensor under two names stays one
  for (auto* registered : {&parameters_, &buffers_, &computed_}) {
    for (auto& item : *registered) {
      const Tensor old = item.value();
      if (!old.defined()) continue;
      Tensor fresh;
      for (const auto& [before, after] : done) {
        if (before.is_same(old)) fresh = after;
      }
      if (!fresh.defined()) {
        fresh = copied(old, device).requires_grad_(old.requires_grad());
        fresh.impl()->uninitialized = is_lazy(old);
        done.emplace_back(old, fresh);
      }
      item.value() = fresh;
      for (Tensor* member : members) {
        if (member->is_same(old)) *member = fresh;
      }
    }
  }
  take_parametrizations(device);
}

// The copy constructor has shared what register_parametrization added; the copy gets its own.
void Module::take_parametrizations(const std::optional<Device>& device) {
  std::shared_ptr<Module>* shared = children_.find(kParametrizations);
  if (preparations_.empty() || !shared) return;
  *shared = (*shared)->clone(device);
  (*shared)->parent_ = this;
  (*shared)->name_in_parent_ = kParametrizations;
}

// A fresh module's tensors under the names that parametrizations, pruning and the like have given them in `other`.
void Module::take_computed(const Module& other, const std::optional<Device>& device) {
  name_ = other.name_;
  preparations_ = other.preparations_;
  if (const auto* parametrizations = other.children_.find(kParametrizations)) {
    children_.insert(kParametrizations, *parametrizations);
    take_parametrizations(device);
  }
  for (const auto& item : other.computed_) {
    Tensor* own = parameters_.find(item.key());
    if (!own) own = buffers_.find(item.key());
    check(own != nullptr, "clone: {} has no tensor '{}' when it is new", name(), item.key());
    computed_.insert(item.key(), *own);
    own->set_data(copied(item.value(), device));
    own->requires_grad_(false);
    parameters_.erase(item.key());
    buffers_.erase(item.key());
  }
  const auto complete = [&](OrderedDict<std::string, Tensor>& mine, const OrderedDict<std::string, Tensor>& theirs) {
    OrderedDict<std::string, Tensor> sorted = theirs;
    for (auto& item : sorted) {
      if (const Tensor* own = mine.find(item.key()))
        item.value() = *own;
      else if (item.value().defined())
        item.value() = copied(item.value(), device).requires_grad_(item.value().requires_grad());
    }
    mine = sorted;
  };
  complete(parameters_, other.parameters_);
  complete(buffers_, other.buffers_);
  transient_buffers_ = other.transient_buffers_;
}

void Module::clear_registered() noexcept {
  parameters_.clear();
  buffers_.clear();
  computed_.clear();
  preparations_.clear();
  transient_buffers_.clear();
  children_.clear();
  parent_ = nullptr;
  name_in_parent_.clear();
}

namespace {

void check_count(const char* what, const char* call, size_t now, size_t before) {
  check(
      now == before,
      "The cloned module does not have the same number of {} as the original module after calling reset() ({} instead "
      "of {}). Are you sure you called {}() inside reset() and not the constructor?",
      what, now, before, call);
}

}  // namespace

void Module::take_values(const Module& other, const std::optional<Device>& device) {
  NoGradGuard no_grad;
  training = other.training;
  if (other.needs_preparation()) take_computed(other, device);
  check_count("parameters", "register_parameter", parameters_.size(), other.parameters_.size());
  check_count("buffers", "register_buffer", buffers_.size(), other.buffers_.size());
  check_count("child modules", "register_module", children_.size(), other.children_.size());
  const auto take = [&](OrderedDict<std::string, Tensor>& mine, const OrderedDict<std::string, Tensor>& theirs) {
    for (auto& item : mine) {
      const Tensor& source = theirs[item.key()];
      if (!source.defined()) continue;
      const Tensor fresh = copied(source, device);
      if (item.value().defined())
        item.value().set_data(fresh);  // the handles that the module itself holds see it, too
      else
        item.value() = fresh;
      if (item.value().requires_grad() != source.requires_grad()) item.value().requires_grad_(source.requires_grad());
    }
  };
  take(parameters_, other.parameters_);
  take(buffers_, other.buffers_);
  for (auto& child : children_) {
    if (child.key() != kParametrizations || !needs_preparation())
      child.value()->take_values(*other.children_[child.key()], device);
  }
}

std::shared_ptr<Module> SequentialImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SequentialImpl>();
  copy->training = training;
  for (size_t i = 0; i < items_.size(); ++i) copy->push_back(named_children()[i].key(), items_[i].clone(device));
  return copy;
}

std::shared_ptr<Module> ModuleListImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ModuleListImpl>();
  copy->training = training;
  for (const auto& item : items_) copy->push_back(item->clone(device));
  return copy;
}

std::shared_ptr<Module> ModuleDictImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ModuleDictImpl>();
  copy->training = training;
  for (const auto& item : items()) copy->insert(item.key(), item.value()->clone(device));
  return copy;
}

std::shared_ptr<Module> ParameterListImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ParameterListImpl>();
  copy->training = training;
  for (const auto& p : items_) {
    copy->append(copied(p, device));
    copy->items_.back().requires_grad_(p.requires_grad());
  }
  return copy;
}

std::shared_ptr<Module> ParameterDictImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ParameterDictImpl>();
  copy->training = training;
  for (const auto& item : named_parameters(false))
    copy->register_parameter(item.key(), copied(item.value(), device), item.value().requires_grad());
  return copy;
}

std::shared_ptr<Module> IdentityImpl::clone(const std::optional<Device>&) const {
  auto copy = std::make_shared<IdentityImpl>();
  copy->training = training;
  return copy;
}

std::shared_ptr<Module> FunctionalImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<FunctionalImpl>(*this);
  copy->separate({}, device);
  return copy;
}

std::shared_ptr<Module> TripletMarginWithDistanceLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<TripletMarginWithDistanceLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

void Module::save(serialize::OutputArchive& archive) const {
  for (const auto& item : parameters_) archive.write(item.key(), item.value());
  for (const auto& item : buffers_) {
    if (std::find(transient_buffers_.begin(), transient_buffers_.end(), item.key()) == transient_buffers_.end())
      archive.write(item.key(), item.value(), true);
  }
  for (const auto& child : children_) {
    serialize::OutputArchive nested;
    child.value()->save(nested);
    archive.write(child.key(), nested);
  }
}

void Module::load(serialize::InputArchive& archive) {
  NoGradGuard no_grad;
  const auto read = [&](const std::string& key, Tensor& target) {
    Tensor source;
    archive.read(key, source);
    if (!source.defined()) return;
    if (!target.defined()) {
      target = source;
      return;
    }
    check(source.sizes() == target.sizes(),
          "size mismatch for {}: copying a param with shape {} from the archive, the shape in current model is {}.",
          key, source.sizes(), target.sizes());
    target.copy_(source);
  };
  for (auto& item : parameters_) {
    if (item.value().defined()) read(item.key(), item.value());
  }
  for (auto& item : buffers_) {
    if (std::find(transient_buffers_.begin(), transient_buffers_.end(), item.key()) == transient_buffers_.end())
      read(item.key(), item.value());
  }
  for (auto& child : children_) {
    serialize::InputArchive nested;
    // A plain state dict does not list children that have nothing to keep.
    if (!archive.try_read(child.key(), nested) && child.value()->state_dict().empty()) continue;
    child.value()->load(nested);
  }
}

}  // namespace rushlight::nn
