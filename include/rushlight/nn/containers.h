// Layers and containers that are written by hand in each door: Identity, Functional, ModuleDict, ParameterList,
// ParameterDict (Sequential and ModuleList are in module.h).
#pragma once
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "rushlight/nn/module.h"

namespace rushlight::nn {

// Returns its input. Arguments are accepted and ignored, so that it can stand in for any layer.
class RL_API IdentityImpl : public Module {
 public:
  template <class... Args>
  explicit IdentityImpl(const Args&...) {}
  Tensor forward(const Tensor& input) { return input; }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
};
RUSHLIGHT_MODULE(Identity);

// A function as a module, with arguments to follow the input:
//   nn::Sequential(nn::Linear(3, 4), nn::Functional(torch::relu), nn::Functional(torch::leaky_relu, 0.2))
class RL_API FunctionalImpl : public Module {
 public:
  template <class F, class... Args>
    requires std::is_invocable_r_v<Tensor, F&, const Tensor&, const std::decay_t<Args>&...>
  explicit FunctionalImpl(F function, Args&&... args) {
    auto call = [function = std::move(function), ... bound = std::decay_t<Args>(std::forward<Args>(args))](
                    const Tensor& x) mutable -> Tensor { return function(x, bound...); };
    call_ = std::make_shared<Held<decltype(call)>>(std::move(call));
  }
  Tensor forward(const Tensor& input) { return (*call_)(input); }
  // The copy shares the function.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;

 private:
  struct Call {
    virtual ~Call() = default;
    virtual Tensor operator()(const Tensor& input) = 0;
  };
  template <class F>
  struct Held final : Call {
    explicit Held(F f) : f_(std::move(f)) {}
    Tensor operator()(const Tensor& input) override { return f_(input); }
    F f_;
  };
  std::shared_ptr<Call> call_;
};
RUSHLIGHT_MODULE(Functional);

// Modules by name, in order of insertion; called by their owner.
//   nn::ModuleDict heads({{"class", nn::Linear(8, 10).ptr()}, {"box", nn::Linear(8, 4).ptr()}});
class RL_API ModuleDictImpl : public Module {
 public:
  using Item = std::pair<std::string, std::shared_ptr<Module>>;
  ModuleDictImpl() = default;
  explicit ModuleDictImpl(const std::vector<Item>& modules) { update(modules); }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  // Adds, or replaces in place.
  void insert(std::string name, std::shared_ptr<Module> module);
  template <class M>
  void insert(std::string name, const ModuleHolder<M>& holder) {
    insert(std::move(name), std::shared_ptr<Module>(holder.ptr()));
  }
  void update(const std::vector<Item>& modules) {
    for (const auto& [name, module] : modules) insert(name, module);
  }
  bool contains(const std::string& name) const noexcept { return named_children().contains(name); }
  // KeyError where there is none of that name.
  std::shared_ptr<Module> operator[](const std::string& name) const;
  template <class M>
  M& at(const std::string& name) const {
    auto* module = dynamic_cast<M*>((*this)[name].get());
    check(module != nullptr, "ModuleDict: '{}' is not of the type that was asked for", name);
    return *module;
  }
  // Removes and returns; KeyError where there is none of that name.
  std::shared_ptr<Module> pop(const std::string& name);
  void clear();
  size_t size() const noexcept { return named_children().size(); }
  bool empty() const noexcept { return size() == 0; }
  std::vector<std::string> keys() const { return named_children().keys(); }
  std::vector<std::shared_ptr<Module>> values() const { return children(); }
  const OrderedDict<std::string, std::shared_ptr<Module>>& items() const noexcept { return named_children(); }
  auto begin() const noexcept { return named_children().begin(); }
  auto end() const noexcept { return named_children().end(); }
};
class ModuleDict : public ModuleHolder<ModuleDictImpl> {
 public:
  using ModuleHolder<ModuleDictImpl>::ModuleHolder;
  using Impl_ = ModuleDictImpl;
  ModuleDict() = default;
  ModuleDict(std::initializer_list<ModuleDictImpl::Item> modules)
      : ModuleHolder(std::make_shared<ModuleDictImpl>(std::vector<ModuleDictImpl::Item>(modules))) {}
};

// The old name of a module with given submodules; it warns.
class RL_API ContainerImpl : public Module {
 public:
  explicit ContainerImpl(const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
};
RUSHLIGHT_MODULE(Container);

// Parameters by number: "0", "1"…
class RL_API ParameterListImpl : public Module {
 public:
  ParameterListImpl() = default;
  explicit ParameterListImpl(const std::vector<Tensor>& parameters) { extend(parameters); }
  template <class... T>
    requires(sizeof...(T) > 0 && (std::is_convertible_v<T, const Tensor&> && ...))
  explicit ParameterListImpl(T&&... parameters) {
    (append(parameters), ...);
  }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  void append(const Tensor& parameter);
  void extend(const std::vector<Tensor>& parameters) {
    for (const auto& p : parameters) append(p);
  }
  Tensor operator[](size_t i) const;
  size_t size() const noexcept { return items_.size(); }
  bool is_empty() const noexcept { return items_.empty(); }
  auto begin() const noexcept { return items_.begin(); }
  auto end() const noexcept { return items_.end(); }
  std::string extra_repr() const override;

 private:
  std::vector<Tensor> items_;
};
RUSHLIGHT_MODULE(ParameterList);

// Parameters by name, in order of insertion.
class RL_API ParameterDictImpl : public Module {
 public:
  using Item = std::pair<std::string, Tensor>;
  ParameterDictImpl() = default;
  explicit ParameterDictImpl(const std::vector<Item>& parameters) {
    for (const auto& [name, parameter] : parameters) insert(name, parameter);
  }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  // Error when the name is taken.
  void insert(std::string name, const Tensor& parameter) { register_parameter(std::move(name), parameter); }
  bool contains(const std::string& name) const { return named_parameters(false).contains(name); }
  // KeyError where there is none of that name.
  Tensor operator[](const std::string& name) const;
  size_t size() const { return named_parameters(false).size(); }
  bool empty() const { return size() == 0; }
  std::vector<std::string> keys() const { return named_parameters(false).keys(); }
  std::vector<Tensor> values() const { return named_parameters(false).values(); }
  std::string extra_repr() const override;
};
class ParameterDict : public ModuleHolder<ParameterDictImpl> {
 public:
  using ModuleHolder<ParameterDictImpl>::ModuleHolder;
  using Impl_ = ParameterDictImpl;
  ParameterDict() = default;
  ParameterDict(std::initializer_list<ParameterDictImpl::Item> parameters)
      : ModuleHolder(std::make_shared<ParameterDictImpl>(std::vector<ParameterDictImpl::Item>(parameters))) {}
};

}  // namespace rushlight::nn
