// Pruning; the twin of python/rushlight/nn/utils/prune.py.
#include "rushlight/nn/prune.h"

#include <cmath>

#include "rushlight/indexing.h"
#include "rushlight/nn/utils.h"

#include "nn/editor.h"
#include "nn/support.h"

namespace rushlight::nn::utils::prune {
namespace {

using indexing::Slice;
using indexing::TensorIndex;
using support::cat;

std::string text(IntArrayRef sizes) { return format("torch.Size({})", sizes); }

void check_structured(const Tensor& t, int64_t dim) {
  if (t.dim() <= 1) {
    throw ValueError(cat("Structured pruning can only be applied to multidimensional tensors. Found tensor of shape ",
                         text(t.sizes()), " with ", t.dim(), " dims"));
  }
  if (dim >= t.dim()) throw IndexError(cat("Invalid index ", dim, " for tensor of size ", text(t.sizes())));
}

std::vector<TensorIndex> only(int64_t dims, int64_t dim, const Tensor& chosen) {
  std::vector<TensorIndex> index;
  for (int64_t d = 0; d < dims; ++d) index.push_back(d == dim ? TensorIndex(chosen) : TensorIndex(Slice()));
  return index;
}

// 1 in the channels that `chosen` (a mask or indices) names.
Tensor channel_mask(const Tensor& t, int64_t dim, const Tensor& chosen) {
  const Tensor mask = zeros_like(t);
  indexing::set(mask, only(t.dim(), dim < 0 ? dim + t.dim() : dim, chosen), Scalar(1));
  return mask;
}

Tensor without(const Tensor& mask, const Tensor& chosen) {
  Tensor left = mask.clone(MemoryFormat::Contiguous);
  indexing::set(left.view({-1}), {TensorIndex(chosen)}, Scalar(0));
  return left;
}

std::vector<int64_t> other_dims(int64_t dims, int64_t dim) {
  std::vector<int64_t> found;
  for (int64_t d = 0; d < dims; ++d) {
    if (d != dim) found.push_back(d);
  }
  return found;
}

void check_scores(const Tensor& scores, const Tensor& t, const std::string& what) {
  if (scores.sizes() == t.sizes()) return;
  throw AssertionError(cat("importance_scores should have the same shape as ", what, ", got ", text(scores.sizes()),
                           " vs ", text(t.sizes())));
}

}  // namespace

// ---- amounts ------------------------------------------------------------------------------------------------------------

Amount::Amount(int64_t count) : whole_(true), count_(count) {
  if (count < 0)
    throw ValueError("amount=" + text() + " should either be a float in the range [0, 1] or a non-negative integer");
}

Amount::Amount(double fraction) : whole_(false), fraction_(fraction) {
  if (!(fraction >= 0.0 && fraction <= 1.0))
    throw ValueError("amount=" + text() + " should either be a float in the range [0, 1] or a non-negative integer");
}

std::string Amount::text() const { return whole_ ? cat(count_) : cat(fraction_); }

int64_t Amount::of(int64_t size) const {
  if (!whole_) return static_cast<int64_t>(std::nearbyint(fraction_ * static_cast<double>(size)));
  if (count_ > size)
    throw ValueError(cat("amount=", count_, " should be smaller than the number of parameters to prune=", size));
  return count_;
}

// ---- the base -----------------------------------------------------------------------------------------------------------

int64_t BasePruningMethod::dim() const {
  fail(ErrorKind::kAttribute,
       "Pruning methods of PRUNING_TYPE \"structured\" need to have the attribute `dim` defined.");
}

void BasePruningMethod::before_forward(Module& module, const Tensor*) {
  ModuleEditor::compute(module, tensor_name_, apply_mask(module));
}

Tensor BasePruningMethod::apply_mask(Module& module) const {
  if (tensor_name_.empty()) throw AssertionError("Module " + module.repr() + " has to be pruned");
  const Tensor original = ModuleEditor::get(module, tensor_name_ + "_orig");
  return mul(ModuleEditor::get(module, tensor_name_ + "_mask").to(original.dtype()), original);
}

Tensor BasePruningMethod::prune(const Tensor& t, const Tensor& default_mask, const Tensor& importance_scores) const {
  if (importance_scores.defined()) check_scores(importance_scores, t, "tensor t");
  const Tensor mask = default_mask.defined() ? default_mask : ones_like(t);
  return mul(t, compute_mask(importance_scores.defined() ? importance_scores : t, mask));
}

void BasePruningMethod::remove(Module& module) const {
  if (tensor_name_.empty())
    throw AssertionError("Module " + module.repr() + " has to be pruned before pruning can be removed");
  const Tensor weight = apply_mask(module);
  const Tensor original = ModuleEditor::unregister(module, tensor_name_ + "_orig");
  original.set_data(weight.detach());
  ModuleEditor::unregister(module, tensor_name_ + "_mask");
  ModuleEditor::stop_computing(module, tensor_name_, original, true);
}

namespace {

std::shared_ptr<BasePruningMethod> method_of(Module& module, const std::string& name) {
  for (const auto& p : ModuleEditor::preparations(module)) {
    if (auto method = std::dynamic_pointer_cast<BasePruningMethod>(p); method && method->tensor_name() == name)
      return method;
  }
  return nullptr;
}

// The new method, together with the one that the parameter has. Clones of the module go on with the old container.
std::shared_ptr<BasePruningMethod> joined(const std::shared_ptr<BasePruningMethod>& old,
                                          std::shared_ptr<BasePruningMethod> method) {
  if (!old) return method;
  const auto* before = dynamic_cast<const PruningContainer*>(old.get());
  auto container = before ? std::make_shared<PruningContainer>(*before) : std::make_shared<PruningContainer>(old);
  container->add_pruning_method(std::move(method));
  return container;
}

}  // namespace

std::shared_ptr<BasePruningMethod> BasePruningMethod::apply(Module& module, const std::string& name,
                                                            std::shared_ptr<BasePruningMethod> given,
                                                            const Tensor& importance_scores) {
  given->set_tensor_name(name);
  const auto old = method_of(module, name);
  const auto method = joined(old, std::move(given));
  const Tensor original = ModuleEditor::get(module, name),
               scores = importance_scores.defined() ? importance_scores : original;
  check_scores(scores, original, "parameter " + name + " of " + module.repr());
  if (old) {
    Tensor* place = ModuleEditor::find_buffer(module, name + "_mask");
    check(place != nullptr, "{} has no '{}_mask'", module.name(), name);
    *place = method->compute_mask(scores, place->detach().clone());
    std::erase(ModuleEditor::preparations(module), std::static_pointer_cast<Preparation>(old));
    ModuleEditor::compute(module, name, method->apply_mask(module));
  } else {
    check(ModuleEditor::find_parameter(module, name) != nullptr, "prune: '{}' of {} is not a parameter", name,
          module.name());
    ModuleEditor::check_member(module, name, original);
    const Tensor mask = method->compute_mask(scores, ones_like(original));  // before anything of the module changes
    ModuleEditor::unregister(module, name);
    module.register_parameter(name + "_orig", original, original.requires_grad());
    module.register_buffer(name + "_mask", mask);
    ModuleEditor::start_computing(module, name, original, method->apply_mask(module));
  }
  ModuleEditor::preparations(module).push_back(method);
  return method;
}

// ---- methods ------------------------------------------------------------------------------------------------------------

PruningContainer::PruningContainer(const std::shared_ptr<BasePruningMethod>& method) {
  set_tensor_name(method->tensor_name());
  add_pruning_method(method);
}

void PruningContainer::add_pruning_method(std::shared_ptr<BasePruningMethod> method) {
  if (method->tensor_name() != tensor_name()) {
    throw ValueError("Can only add pruning methods acting on the parameter named '" + tensor_name() +
                     "' to PruningContainer. Found '" + method->tensor_name() + "'");
  }
  methods_.push_back(std::move(method));
}

Tensor PruningContainer::compute_mask(const Tensor& t, const Tensor& default_mask) const {
  check(!methods_.empty(), "PruningContainer: there is no method in it");
  const BasePruningMethod& method = *methods_.back();
  const std::string_view kind = method.PRUNING_TYPE();
  std::vector<TensorIndex> part;
  if (kind == "unstructured") {
    part.emplace_back(eq(default_mask, 1));
  } else if (kind == "structured") {
    const int64_t given = method.dim(), dim = given < 0 ? given + t.dim() : given;
    check_index(dim >= 0, "Index is out of bounds for tensor with dimensions {}", t.dim());
    part = only(t.dim(), dim, ne(default_mask.sum(other_dims(t.dim(), dim)), 0));
  } else if (kind == "global") {
    part.emplace_back(indexing::Ellipsis);
  } else {
    throw ValueError("Unrecognized PRUNING_TYPE " + std::string(kind));
  }
  const Tensor mask = default_mask.to(t.dtype()).clone();
  const Tensor found = method.compute_mask(indexing::get(t, part), indexing::get(default_mask, part));
  indexing::set(mask, part, found.to(mask.dtype()));
  return mask;
}

Tensor RandomUnstructured::compute_mask(const Tensor& t, const Tensor& default_mask) const {
  const int64_t count = amount_.of(t.numel());
  if (count == 0) return default_mask.clone(MemoryFormat::Contiguous);
  return without(default_mask, std::get<1>(topk(rand_like(t).view({-1}), count)));
}

Tensor L1Unstructured::compute_mask(const Tensor& t, const Tensor& default_mask) const {
  const int64_t count = amount_.of(t.numel());
  if (count == 0) return default_mask.clone(MemoryFormat::Contiguous);
  return without(default_mask, std::get<1>(topk(abs(t).reshape({-1}), count, -1, false)));
}

Tensor RandomStructured::compute_mask(const Tensor& t, const Tensor& default_mask) const {
  check_structured(t, dim_);
  const int64_t size = t.size(dim_), count = amount_.of(size);
  if (count == 0) return default_mask;
  const Tensor chance = rand({size});
  const Tensor mask = channel_mask(t, dim_, gt(chance, std::get<0>(kthvalue(chance, count))));
  return mul(mask, default_mask.to(mask.dtype()));
}

Tensor LnStructured::compute_mask(const Tensor& t, const Tensor& default_mask) const {
  check_structured(t, dim_);
  const int64_t size = t.size(dim_), count = amount_.of(size);
  if (count == 0) return default_mask;
  const Tensor norms = norm(t, Scalar(n_), other_dims(t.dim(), dim_ < 0 ? dim_ + t.dim() : dim_));
  const Tensor mask = channel_mask(t, dim_, std::get<1>(topk(norms, size - count)));
  return mul(mask, default_mask.to(mask.dtype()));
}

Tensor CustomFromMask::compute_mask(const Tensor&, const Tensor& default_mask) const {
  if (default_mask.sizes() != mask_.sizes()) {
    throw AssertionError(
        cat("default_mask shape ", text(default_mask.sizes()), " must match self.mask shape ", text(mask_.sizes())));
  }
  return mul(default_mask, mask_.to(default_mask.dtype()));
}

// ---- functions ----------------------------------------------------------------------------------------------------------

Module& identity(Module& module, const std::string& name) {
  BasePruningMethod::apply(module, name, std::make_shared<Identity>());
  return module;
}

Module& random_unstructured(Module& module, const std::string& name, Amount amount) {
  BasePruningMethod::apply(module, name, std::make_shared<RandomUnstructured>(amount));
  return module;
}

Module& l1_unstructured(Module& module, const std::string& name, Amount amount, const Tensor& importance_scores) {
  BasePruningMethod::apply(module, name, std::make_shared<L1Unstructured>(amount), importance_scores);
  return module;
}

Module& random_structured(Module& module, const std::string& name, Amount amount, int64_t dim) {
  BasePruningMethod::apply(module, name, std::make_shared<RandomStructured>(amount, dim));
  return module;
}

Module& ln_structured(Module& module, const std::string& name, Amount amount, double n, int64_t dim,
                      const Tensor& importance_scores) {
  BasePruningMethod::apply(module, name, std::make_shared<LnStructured>(amount, n, dim), importance_scores);
  return module;
}

Module& custom_from_mask(Module& module, const std::string& name, const Tensor& mask) {
  BasePruningMethod::apply(module, name, std::make_shared<CustomFromMask>(mask));
  return module;
}

Module& remove(Module& module, const std::string& name) {
  const auto method = method_of(module, name);
  if (!method) {
    throw ValueError("Parameter '" + name + "' of module " + module.repr() +
                     " has to be pruned before pruning can be removed");
  }
  method->remove(module);
  std::erase(ModuleEditor::preparations(module), std::static_pointer_cast<Preparation>(method));
  return module;
}

bool is_pruned(const Module& module) {
  const auto pruned = [](Module& m) {
    for (const auto& p : ModuleEditor::preparations(m)) {
      if (dynamic_cast<const BasePruningMethod*>(p.get())) return true;
    }
    return false;
  };
  if (pruned(const_cast<Module&>(module))) return true;
  for (const auto& m : module.named_modules("", false)) {
    if (pruned(*m.value())) return true;
  }
  return false;
}

void global_unstructured(const std::vector<PrunedParameter>& parameters, BasePruningMethod& method) {
  check_type(method.PRUNING_TYPE() == "unstructured",
             "Only \"unstructured\" PRUNING_TYPE supported for the `pruning_method`. Found a method of type {}",
             method.PRUNING_TYPE());
  std::vector<Tensor> values, scores, masks;
  for (const auto& p : parameters) {
    values.push_back(ModuleEditor::get(*p.module, p.name));
    scores.push_back(p.importance_scores.defined() ? p.importance_scores : values.back());
    const Tensor* mask = ModuleEditor::find(*p.module, p.name + "_mask");
    masks.push_back(mask ? *mask : ones_like(values.back()));
  }
  method.set_tensor_name("temp");
  PruningContainer container(std::shared_ptr<BasePruningMethod>(&method, [](BasePruningMethod*) {}));
  const Tensor mask = container.compute_mask(parameters_to_vector(scores), parameters_to_vector(masks));
  int64_t at = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const int64_t count = values[i].numel();
    custom_from_mask(*parameters[i].module, parameters[i].name, mask.slice(0, at, at + count).view_as(values[i]));
    at += count;
  }
}

}  // namespace rushlight::nn::utils::prune
