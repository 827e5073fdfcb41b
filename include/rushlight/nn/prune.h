// Pruning: parameters times masks, which methods of several kinds compute.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rushlight/nn/parametrize.h"

namespace rushlight::nn::utils::prune {

// How much to prune: a number of entries (channels), or the fraction of them. ValueError: negative, or a fraction above 1.
class RL_API Amount {
 public:
  Amount(int count) : Amount(static_cast<int64_t>(count)) {}
  Amount(int64_t count);
  Amount(double fraction);
  // Of `size`; ValueError when there are not as many.
  int64_t of(int64_t size) const;

 private:
  std::string text() const;
  bool whole_;
  int64_t count_ = 0;
  double fraction_ = 0;
};

// A method: before each call it sets "<name>" to "<name>_orig" times "<name>_mask". A method of yours has compute_mask and,
// unless it is unstructured, PRUNING_TYPE.
class RL_API BasePruningMethod : public Preparation {
 public:
  // "unstructured" (single entries), "structured" (channels along dim()) or "global".
  virtual std::string_view PRUNING_TYPE() const { return "unstructured"; }
  virtual int64_t dim() const;
  // The mask for `t`, on top of `default_mask`.
  virtual Tensor compute_mask(const Tensor& t, const Tensor& default_mask) const = 0;
  // The pruned tensor.
  Tensor apply_mask(Module& module) const;
  // A pruned copy of `t`, without a module.
  Tensor prune(const Tensor& t, const Tensor& default_mask = {}, const Tensor& importance_scores = {}) const;
  // Makes the pruned tensor the parameter.
  void remove(Module& module) const;
  // Prunes a module's parameter, in addition to what has been pruned before. importance_scores: what decides in the place of
  // the parameter itself.
  static std::shared_ptr<BasePruningMethod> apply(Module& module, const std::string& name,
                                                  std::shared_ptr<BasePruningMethod> method,
                                                  const Tensor& importance_scores = {});

  void before_forward(Module& module, const Tensor* input) override;
  const std::string& tensor_name() const noexcept { return tensor_name_; }
  void set_tensor_name(std::string name) { tensor_name_ = std::move(name); }

 private:
  std::string tensor_name_;
};

// Methods that prune one parameter, one after another.
class RL_API PruningContainer final : public BasePruningMethod {
 public:
  PruningContainer() = default;
  explicit PruningContainer(const std::shared_ptr<BasePruningMethod>& method);
  // ValueError: it acts on another parameter.
  void add_pruning_method(std::shared_ptr<BasePruningMethod> method);
  size_t size() const noexcept { return methods_.size(); }
  const std::shared_ptr<BasePruningMethod>& operator[](size_t i) const { return methods_.at(i); }
  auto begin() const noexcept { return methods_.begin(); }
  auto end() const noexcept { return methods_.end(); }
  // The last method's mask of what the others have left.
  Tensor compute_mask(const Tensor& t, const Tensor& default_mask) const override;

 private:
  std::vector<std::shared_ptr<BasePruningMethod>> methods_;
};

// Prunes nothing, but leaves the parameter with a mask.
class RL_API Identity final : public BasePruningMethod {
 public:
  Tensor compute_mask(const Tensor&, const Tensor& default_mask) const override { return default_mask; }
};

// Entries at random.
class RL_API RandomUnstructured final : public BasePruningMethod {
 public:
  explicit RandomUnstructured(Amount amount) : amount_(amount) {}
  Tensor compute_mask(const Tensor& t, const Tensor& default_mask) const override;

 private:
  Amount amount_;
};

// The entries of the smallest size.
class RL_API L1Unstructured final : public BasePruningMethod {
 public:
  explicit L1Unstructured(Amount amount) : amount_(amount) {}
  Tensor compute_mask(const Tensor& t, const Tensor& default_mask) const override;

 private:
  Amount amount_;
};

// Whole channels along `dim` at random.
class RL_API RandomStructured final : public BasePruningMethod {
 public:
  explicit RandomStructured(Amount amount, int64_t dim = -1) : amount_(amount), dim_(dim) {}
  std::string_view PRUNING_TYPE() const override { return "structured"; }
  int64_t dim() const override { return dim_; }
  Tensor compute_mask(const Tensor& t, const Tensor& default_mask) const override;

 private:
  Amount amount_;
  int64_t dim_;
};

// The channels along `dim` with the smallest n-norm.
class RL_API LnStructured final : public BasePruningMethod {
 public:
  LnStructured(Amount amount, double n, int64_t dim = -1) : amount_(amount), n_(n), dim_(dim) {}
  std::string_view PRUNING_TYPE() const override { return "structured"; }
  int64_t dim() const override { return dim_; }
  Tensor compute_mask(const Tensor& t, const Tensor& default_mask) const override;

 private:
  Amount amount_;
  double n_;
  int64_t dim_;
};

// A mask that is given.
class RL_API CustomFromMask final : public BasePruningMethod {
 public:
  explicit CustomFromMask(Tensor mask) : mask_(std::move(mask)) {}
  std::string_view PRUNING_TYPE() const override { return "global"; }
  Tensor compute_mask(const Tensor& t, const Tensor& default_mask) const override;

 private:
  Tensor mask_;
};

// ---- functions: each prunes a parameter of a module ------------------------------------------------------------------

// Gives the parameter a mask of ones.
RL_API Module& identity(Module& module, const std::string& name);
RL_API Module& random_unstructured(Module& module, const std::string& name, Amount amount);
//   prune::l1_unstructured(linear, "weight", 0.2);  // state_dict: bias, weight_orig, weight_mask
RL_API Module& l1_unstructured(Module& module, const std::string& name, Amount amount,
                               const Tensor& importance_scores = {});
RL_API Module& random_structured(Module& module, const std::string& name, Amount amount, int64_t dim);
RL_API Module& ln_structured(Module& module, const std::string& name, Amount amount, double n, int64_t dim,
                             const Tensor& importance_scores = {});
// Prunes where `mask` is 0.
RL_API Module& custom_from_mask(Module& module, const std::string& name, const Tensor& mask);
// Makes the pruned tensor the parameter, without a mask. ValueError: it is not pruned.
RL_API Module& remove(Module& module, const std::string& name);
// Whether the module or one below it is pruned.
RL_API bool is_pruned(const Module& module);

template <ModulePointer P>
P identity(P module, const std::string& name) {
  identity(static_cast<Module&>(*module), name);
  return module;
}
template <ModulePointer P>
P random_unstructured(P module, const std::string& name, Amount amount) {
  random_unstructured(static_cast<Module&>(*module), name, amount);
  return module;
}
template <ModulePointer P>
P l1_unstructured(P module, const std::string& name, Amount amount, const Tensor& importance_scores = {}) {
  l1_unstructured(static_cast<Module&>(*module), name, amount, importance_scores);
  return module;
}
template <ModulePointer P>
P random_structured(P module, const std::string& name, Amount amount, int64_t dim) {
  random_structured(static_cast<Module&>(*module), name, amount, dim);
  return module;
}
template <ModulePointer P>
P ln_structured(P module, const std::string& name, Amount amount, double n, int64_t dim,
                const Tensor& importance_scores = {}) {
  ln_structured(static_cast<Module&>(*module), name, amount, n, dim, importance_scores);
  return module;
}
template <ModulePointer P>
P custom_from_mask(P module, const std::string& name, const Tensor& mask) {
  custom_from_mask(static_cast<Module&>(*module), name, mask);
  return module;
}
template <ModulePointer P>
P remove(P module, const std::string& name) {
  remove(static_cast<Module&>(*module), name);
  return module;
}
template <ModulePointer P>
bool is_pruned(const P& module) {
  return is_pruned(static_cast<Module&>(*module));
}

// A parameter to prune together with others, and what decides in its place.
struct PrunedParameter {
  PrunedParameter(Module& owner, std::string parameter, Tensor scores = {})
      : module(&owner), name(std::move(parameter)), importance_scores(std::move(scores)) {}
  template <ModulePointer P>
  PrunedParameter(const P& owner, std::string parameter, Tensor scores = {})
      : PrunedParameter(static_cast<Module&>(*owner), std::move(parameter), std::move(scores)) {}
  Module* module;
  std::string name;
  Tensor importance_scores;
};

// Prunes several parameters as if they were one. TypeError: the method is not unstructured.
//   prune::global_unstructured({{net->fc1, "weight"}, {net->fc2, "weight"}}, prune::L1Unstructured(0.2));
RL_API void global_unstructured(const std::vector<PrunedParameter>& parameters, BasePruningMethod& method);
template <class Method>
  requires std::is_base_of_v<BasePruningMethod, Method>
void global_unstructured(const std::vector<PrunedParameter>& parameters, Method&& method) {
  global_unstructured(parameters, static_cast<BasePruningMethod&>(method));
}

}  // namespace rushlight::nn::utils::prune
