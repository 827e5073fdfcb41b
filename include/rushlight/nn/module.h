// nn::Module: parameters, buffers and submodules by name; holders; hooks. Named and shaped as LibTorch's.
#pragma once
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "rushlight/autograd.h"
#include "rushlight/export.h"
#include "rushlight/nn/parameter.h"
#include "rushlight/ops.h"
#include "rushlight/ordered_dict.h"
#include "rushlight/serialize.h"

namespace rushlight::serialize {
class InputArchive;
class OutputArchive;
}  // namespace rushlight::serialize

namespace rushlight::nn {

class Module;
template <class Contained>
class ModuleHolder;

// What load_state_dict did not find, and what it found too much.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys, unexpected_keys;
};

// Type-erased forward hook; may return a replacement (undefined: keep).
struct ForwardHook {
  virtual ~ForwardHook() = default;
  virtual Tensor operator()(Module& module, const Tensor& input, const Tensor& output) = 0;
};

// Type-erased hook of state_dict or load_state_dict.
struct StateHook {
  virtual ~StateHook() = default;
  virtual void operator()(Module& module, NamedTensors* state, const std::string& prefix, IncompatibleKeys* keys) = 0;
};

// What brings a module's tensors or sizes up to date before it is called: parametrizations, pruning, weight and spectral
// normalisation, lazy layers.
struct RL_API Preparation {
  virtual ~Preparation() = default;
  // `input`: the first argument when that is a tensor, else null.
  virtual void before_forward(Module& module, const Tensor* input);
  // May change the state that is about to be loaded; the module's own names start with `prefix` there.
  virtual void before_load(Module& module, NamedTensors& state, const std::string& prefix);
};

class RL_API Module : public std::enable_shared_from_this<Module> {
 public:
  explicit Module(std::string name = "") : name_(std::move(name)) {}
  Module(const Module&) = default;
  virtual ~Module();

  // ---- registration: names are the keys of state_dict ----
  // Error when the name is empty, holds a dot or is taken. An undefined tensor registers "none".
  Tensor& register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  Tensor& register_buffer(std::string name, Tensor tensor, bool persistent = true);
  template <class M>
  std::shared_ptr<M> register_module(std::string name, std::shared_ptr<M> module) {
    add_child(std::move(name), module);
    return module;
  }
  template <class M>
  std::shared_ptr<M> register_module(std::string name, ModuleHolder<M> holder) {
    return register_module(std::move(name), holder.ptr());
  }
  Tensor& register_buffer(std::string name, const Buffer& buffer) {
    return register_buffer(std::move(name), static_cast<const Tensor&>(buffer), buffer.persistent);
  }
  // Puts another module in the place of a registered one, in the same position.
  template <class M>
  std::shared_ptr<M> replace_module(const std::string& name, std::shared_ptr<M> module) {
    replace_child(name, module);
    return module;
  }
  template <class M>
  std::shared_ptr<M> replace_module(const std::string& name, ModuleHolder<M> holder) {
    return replace_module(name, holder.ptr());
  }
  void unregister_module(const std::string& name);
  void add_module(std::string name, std::shared_ptr<Module> module) { add_child(std::move(name), std::move(module)); }
  // What lies at a dotted path such as "net.0.weight"; "" is the module itself. AttributeError where there is nothing.
  std::shared_ptr<Module> get_submodule(const std::string& target) const;
  void set_submodule(const std::string& target, std::shared_ptr<Module> module);
  Tensor get_parameter(const std::string& target) const;
  Tensor get_buffer(const std::string& target) const;

  // ---- traversal, in order of registration; a tensor shared by two names is listed once ----
  std::vector<Tensor> parameters(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_parameters(bool recurse = true) const;
  std::vector<Tensor> buffers(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_buffers(bool recurse = true) const;
  std::vector<std::shared_ptr<Module>> children() const { return children_.values(); }
  const OrderedDict<std::string, std::shared_ptr<Module>>& named_children() const noexcept { return children_; }
  std::vector<std::shared_ptr<Module>> modules(bool include_self = true) const;
  OrderedDict<std::string, std::shared_ptr<Module>> named_modules(const std::string& prefix = "",
                                                                  bool include_self = true) const;
  template <class F>
  void apply(const F& function) {
    for (auto& child : children_) child.value()->apply(function);
    function(*this);
  }

  // ---- state ----
  virtual void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const noexcept { return training; }
  void requires_grad_(bool value = true);
  virtual void zero_grad(bool set_to_none = true);
  virtual void to(ScalarType dtype, bool non_blocking = false);
  virtual void to(Device device, bool non_blocking = false);
  virtual void to(Device device, ScalarType dtype, bool non_blocking = false) {
    to(device, non_blocking);
    to(dtype, non_blocking);
  }
  void type(ScalarType dtype) { to(dtype); }
  void half() { to(kHalf); }
  void bfloat16() { to(kBFloat16); }
  void cpu() { to(Device(kCPU)); }
  // Parameters and persistent buffers by their full names, sharing memory with the module.
  NamedTensors state_dict(const std::string& prefix = "") const;
  // Copies values in. Strict: Error listing every missing, unexpected (with near matches) and mis-sized key.
  IncompatibleKeys load_state_dict(const NamedTensors& given, bool strict = true);

  // The same state as nested archives (rushlight/archive.h). Error when something is missing.
  virtual void save(serialize::OutputArchive& archive) const;
  virtual void load(serialize::InputArchive& archive);
  // A copy with tensors of its own. Every layer has it; a class of yours derives from nn::Cloneable, else this is an Error.
  virtual std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const;

  // ---- identity ----
  const std::string& name() const;  // the class, as Python prints it: "Linear"
  std::string path() const;         // where it hangs in its outermost module: "encoder.0.fc"
  virtual std::string extra_repr() const { return ""; }
  virtual void pretty_print(std::string& out) const;  // Python's repr
  std::string repr() const {
    std::string out;
    pretty_print(out);
    return out;
  }
  // Draws the initial values anew; called by the constructors of layers.
  virtual void reset_parameters() {}

  // ---- hooks, run by the holder's call operator for modules of one tensor in, one out ----
  template <class F>
  unsigned register_forward_hook(F hook) {
    struct Call final : ForwardHook {
      explicit Call(F f) : f_(std::move(f)) {}
      Tensor operator()(Module& m, const Tensor& in, const Tensor& out) override {
        if constexpr (std::is_void_v<decltype(f_(m, in, out))>)
          return f_(m, in, out), Tensor();
        else
          return f_(m, in, out);
      }
      F f_;
    };
    forward_hooks_.emplace_back(++last_hook_, std::make_shared<Call>(std::move(hook)));
    return last_hook_;
  }
  // hook(module, input): may return a replacement of the input.
  template <class F>
  unsigned register_forward_pre_hook(F hook) {
    struct Call final : ForwardHook {
      explicit Call(F f) : f_(std::move(f)) {}
      Tensor operator()(Module& m, const Tensor& in, const Tensor&) override {
        if constexpr (std::is_void_v<decltype(f_(m, in))>)
          return f_(m, in), Tensor();
        else
          return f_(m, in);
      }
      F f_;
    };
    pre_hooks_.emplace_back(++last_hook_, std::make_shared<Call>(std::move(hook)));
    return last_hook_;
  }
  // hook(module, grad_input, grad_output) when both are known; may return another grad_input. grad_input is undefined where
  // the input wants no gradient.
  template <class F>
  unsigned register_full_backward_hook(F hook) {
    backward_hooks_.emplace_back(++last_hook_, gradient_hook<false>(std::move(hook)));
    return last_hook_;
  }
  // The old name of register_full_backward_hook.
  template <class F>
  unsigned register_backward_hook(F hook) {
    return register_full_backward_hook(std::move(hook));
  }
  // hook(module, grad_output): may return another, before the module's own part of the backward pass.
  template <class F>
  unsigned register_full_backward_pre_hook(F hook) {
    backward_pre_hooks_.emplace_back(++last_hook_, gradient_hook<true>(std::move(hook)));
    return last_hook_;
  }
  // hook(module, prefix) before state_dict collects; hook(module, state, prefix) after it has.
  template <class F>
  unsigned register_state_dict_pre_hook(F hook) {
    return add_state_hook(0, [f = std::move(hook)](Module& m, NamedTensors*, const std::string& prefix,
                                                   IncompatibleKeys*) mutable { f(m, prefix); });
  }
  template <class F>
  unsigned register_state_dict_post_hook(F hook) {
    return add_state_hook(1, [f = std::move(hook)](Module& m, NamedTensors* state, const std::string& prefix,
                                                   IncompatibleKeys*) mutable { f(m, *state, prefix); });
  }
  // hook(module, state, prefix) before load_state_dict looks at the state; hook(module, keys) after it has copied: it may
  // take keys out of the lists, which then are no error.
  template <class F>
  unsigned register_load_state_dict_pre_hook(F hook) {
    return add_state_hook(2, [f = std::move(hook)](Module& m, NamedTensors* state, const std::string& prefix,
                                                   IncompatibleKeys*) mutable { f(m, *state, prefix); });
  }
  template <class F>
  unsigned register_load_state_dict_post_hook(F hook) {
    return add_state_hook(3, [f = std::move(hook)](Module& m, NamedTensors*, const std::string&,
                                                   IncompatibleKeys* keys) mutable { f(m, *keys); });
  }
  void remove_hook(unsigned handle);
  bool has_hooks() const noexcept {
    return !forward_hooks_.empty() || !pre_hooks_.empty() || !backward_hooks_.empty() || !backward_pre_hooks_.empty();
  }
  Tensor run_pre_hooks(const Tensor& input);
  Tensor run_forward_hooks(const Tensor& input, Tensor output);

  // ---- tensors that are computed: parametrized, pruned, normalised ----
  // The members that hold registered tensors: `return {&weight, &bias};`. Layers say so; a class of yours must, before one
  // of its own tensors can be parametrized or pruned, or given to functional_call.
  virtual std::vector<Tensor*> tensor_members() { return {}; }
  bool needs_preparation() const noexcept { return !preparations_.empty(); }
  // Computes them from what they depend on now. Calling a module does that; do it before reading one without a call.
  void prepare(const Tensor* input = nullptr);
  // The first line of a forward that reads tensor members, so that `layer->forward(x)` is as good as `layer(x)`.
  void begin_forward(const Tensor& input) {
    if (needs_preparation() && !prepared_) [[unlikely]]
      prepare(&input);
  }
  // prepare() for one call of the module, whose forward then need not do it again.
  class Prepared {
   public:
    Prepared(Module& module, const Tensor* input) : module_(module.needs_preparation() ? &module : nullptr) {
      if (!module_) return;
      module_->prepare(input);
      module_->prepared_ = true;
    }
    ~Prepared() {
      if (module_) module_->prepared_ = false;
    }
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;

   private:
    Module* module_;
  };

  // The module as a class or as what a holder holds: `if (auto* linear = module->as<nn::Linear>()) …`; null if it is none.
  template <class M>
  auto* as() noexcept {
    if constexpr (requires { typename M::ContainedType; })
      return dynamic_cast<typename M::ContainedType*>(this);
    else
      return dynamic_cast<M*>(this);
  }

  bool training = true;

 protected:
  // Adds "in module path (repr)" to an error that leaves forward.
  template <class Contained>
  friend class ModuleHolder;
  friend class AnyModule;
  friend struct ModuleEditor;  // what parametrizations, pruning and their like do to a module
  void annotate(Error& error) const;
  // For clone(), on a copy that the copy constructor made: gives it tensors of its own, in `members` too.
  void separate(std::initializer_list<Tensor*> members, const std::optional<Device>& device);
  // For clone() of a class that is made from `options` alone: makes another, and takes the values over.
  template <class M>
  static std::shared_ptr<Module> remade(const M& module, const std::optional<Device>& device) {
    auto copy = std::make_shared<M>(module.options);
    static_cast<Module&>(*copy).take_values(module, device);
    return copy;
  }
  // For Cloneable: forgets what is registered; then takes the values of `other`, whose structure must be the same.
  void clear_registered() noexcept;
  void take_values(const Module& other, const std::optional<Device>& device);
  void take_computed(const Module& other, const std::optional<Device>& device);
  void take_parametrizations(const std::optional<Device>& device);

 private:
  template <bool kPre, class F>
  static std::shared_ptr<ForwardHook> gradient_hook(F hook) {
    struct Call final : ForwardHook {
      explicit Call(F f) : f_(std::move(f)) {}
      Tensor operator()(Module& m, const Tensor& in, const Tensor& out) override {
        const auto call = [&] {
          if constexpr (kPre)
            return f_(m, out);
          else
            return f_(m, in, out);
        };
        if constexpr (std::is_void_v<decltype(call())>)
          return call(), Tensor();
        else
          return call();
      }
      F f_;
    };
    return std::make_shared<Call>(std::move(hook));
  }
  template <class F>
  unsigned add_state_hook(int kind, F hook) {
    struct Call final : StateHook {
      explicit Call(F f) : f_(std::move(f)) {}
      void operator()(Module& m, NamedTensors* state, const std::string& prefix, IncompatibleKeys* keys) override {
        f_(m, state, prefix, keys);
      }
      F f_;
    };
    state_hooks_[kind].emplace_back(++last_hook_, std::make_shared<Call>(std::move(hook)));
    return last_hook_;
  }
  void run_state_hooks(int kind, NamedTensors* state, const std::string& prefix, IncompatibleKeys* keys) const;
  bool has_state_hooks(int kind) const;
  Tensor watch_input(const Tensor& input);
  Tensor watch_output(const Tensor& input, const Tensor& output);
  void drop_call() const;  // its forward has failed
  void add_child(std::string name, std::shared_ptr<Module> module);
  void replace_child(const std::string& name, std::shared_ptr<Module> module);
  void check_name(const char* kind, const std::string& name) const;

  mutable std::string name_;
  Module* parent_ = nullptr;  // of the last registration; cleared when the parent goes
  std::string name_in_parent_;
  OrderedDict<std::string, Tensor> parameters_{"Parameter"};
  OrderedDict<std::string, Tensor> buffers_{"Buffer"};
  std::vector<std::string> transient_buffers_;
  OrderedDict<std::string, Tensor> computed_{"Tensor"};
  std::vector<std::shared_ptr<Preparation>> preparations_;
  bool prepared_ = false;  // by the call that is under way
  OrderedDict<std::string, std::shared_ptr<Module>> children_{"Submodule"};
  using Hooks = std::vector<std::pair<unsigned, std::shared_ptr<ForwardHook>>>;
  Hooks forward_hooks_, pre_hooks_, backward_hooks_, backward_pre_hooks_;
  std::vector<std::pair<unsigned, std::shared_ptr<StateHook>>> state_hooks_[4];
  unsigned last_hook_ = 0;
};

// A shared reference to a module that calls like it: `Net net(…); net(x); net->fc1;`
template <class Contained>
class ModuleHolder {
 public:
  using ContainedType = Contained;
  ModuleHolder() : impl_(std::make_shared<Contained>()) {}
  ModuleHolder(std::nullptr_t) {}
  ModuleHolder(std::shared_ptr<Contained> module) : impl_(std::move(module)) {}
  template <class Head, class... Tail>
    requires(!(sizeof...(Tail) == 0 && (std::is_base_of_v<ModuleHolder, std::remove_cvref_t<Head>> ||
                                        std::is_same_v<std::remove_cvref_t<Head>, std::nullptr_t> ||
                                        std::is_convertible_v<Head, std::shared_ptr<Contained>>)))
  explicit ModuleHolder(Head&& head, Tail&&... tail)
      : impl_(std::make_shared<Contained>(std::forward<Head>(head), std::forward<Tail>(tail)...)) {}

  explicit operator bool() const noexcept { return impl_ != nullptr; }
  bool is_empty() const noexcept { return impl_ == nullptr; }
  Contained* operator->() const { return get(); }
  Contained& operator*() const { return *get(); }
  const std::shared_ptr<Contained>& ptr() const {
    get();
    return impl_;
  }
  Contained* get() const {
    check(impl_ != nullptr, "Accessing empty ModuleHolder");
    return impl_.get();
  }
  operator std::shared_ptr<Contained>() const { return ptr(); }
  // Of containers: their items.
  template <class Index>
  decltype(auto) operator[](Index&& index) const
    requires requires(Contained& module) { module[std::forward<Index>(index)]; }
  {
    return (*get())[std::forward<Index>(index)];
  }
  operator std::shared_ptr<Module>() const
    requires(!std::is_same_v<Contained, Module>)
  {
    return ptr();
  }
  template <class... Args>
  decltype(auto) operator()(Args&&... args) const {
    Contained& module = *get();
    try {
      const Module::Prepared prepared(module, first_tensor(args...));
      if constexpr (sizeof...(Args) == 1 &&
                    std::is_same_v<decltype(module.forward(std::forward<Args>(args)...)), Tensor> &&
                    (std::is_convertible_v<Args, const Tensor&> && ...)) {
        if (module.has_hooks()) {
          const Tensor input = module.run_pre_hooks(args...);
          return module.run_forward_hooks(input, module.forward(input));
        }
      }
      return module.forward(std::forward<Args>(args)...);
    } catch (Error& error) {
      module.annotate(error);
      throw;
    }
  }

 private:
  static const Tensor* first_tensor() { return nullptr; }
  template <class First, class... Rest>
  static const Tensor* first_tensor(const First& first, const Rest&...) {
    if constexpr (std::is_base_of_v<Tensor, First>)
      return &first;
    else
      return nullptr;
  }
  std::shared_ptr<Contained> impl_;
};

// `class NetImpl : public nn::Module {…}; RUSHLIGHT_MODULE(Net);` makes the holder Net.
#define RUSHLIGHT_MODULE_IMPL(Name, Impl)                  \
  class Name : public rushlight::nn::ModuleHolder<Impl> {  \
   public:                                                 \
    using rushlight::nn::ModuleHolder<Impl>::ModuleHolder; \
    using Impl_ = Impl;                                    \
  }
#define RUSHLIGHT_MODULE(Name) RUSHLIGHT_MODULE_IMPL(Name, Name##Impl)
#ifndef TORCH_MODULE
#define TORCH_MODULE(Name) RUSHLIGHT_MODULE(Name)
#endif

// The base of modules that can be cloned: registers its parameters, buffers and children in reset(), which the constructor
// calls, too.
//   struct NetImpl : nn::Cloneable<NetImpl> {
//     NetImpl() { reset(); }
//     void reset() override { fc = register_module("fc", nn::Linear(4, 2)); }
//     nn::Linear fc{nullptr};
//   };
template <class Derived>
class Cloneable : public Module {
 public:
  using Module::Module;
  virtual void reset() = 0;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    auto copy = std::make_shared<Derived>(static_cast<const Derived&>(*this));
    Cloneable& base = *copy;
    base.clear_registered();
    copy->reset();
    base.take_values(*this, device);
    return copy;
  }
};

// A module of one tensor in and one out, whatever its class.
class AnyModule {
 public:
  template <class M>
    requires std::is_base_of_v<Module, M>
  AnyModule(std::shared_ptr<M> module)
      : module_(std::move(module)),
        forward_([](Module& m, const Tensor& x) -> Tensor { return static_cast<M&>(m).forward(x); }) {}
  template <class M>
  AnyModule(const ModuleHolder<M>& holder) : AnyModule(holder.ptr()) {}
  template <class M>
    requires(std::is_base_of_v<Module, M> && !std::is_base_of_v<AnyModule, M>)
  AnyModule(M&& module) : AnyModule(std::make_shared<std::remove_cvref_t<M>>(std::forward<M>(module))) {}

  Tensor forward(const Tensor& input) const {
    try {
      const Module::Prepared prepared(*module_, &input);
      if (module_->has_hooks()) {
        const Tensor x = module_->run_pre_hooks(input);
        return module_->run_forward_hooks(x, forward_(*module_, x));
      }
      return forward_(*module_, input);
    } catch (Error& error) {
      module_->annotate(error);
      throw;
    }
  }
  const std::shared_ptr<Module>& ptr() const noexcept { return module_; }
  AnyModule clone(const std::optional<Device>& device = std::nullopt) const {
    AnyModule copy = *this;
    copy.module_ = module_->clone(device);
    return copy;
  }

 private:
  std::shared_ptr<Module> module_;
  Tensor (*forward_)(Module&, const Tensor&);
};

// A module with the name it is to have in a Sequential: `{"fc", nn::Linear(3, 4)}`.
class NamedAnyModule {
 public:
  template <class M>
  NamedAnyModule(std::string name, M&& module) : name_(std::move(name)), module_(std::forward<M>(module)) {}
  const std::string& name() const noexcept { return name_; }
  const AnyModule& module() const noexcept { return module_; }

 private:
  std::string name_;
  AnyModule module_;
};

// Modules run one after another. In braces they are made from left to right, so that a seed gives the weights it gives in
// Python; in parentheses C++ leaves the order open:
//   nn::Sequential net{nn::Linear(4, 8), nn::ReLU(), nn::Linear(8, 2)};
class RL_API SequentialImpl : public Module {
 public:
  SequentialImpl() = default;
  template <class... Modules>
    requires(sizeof...(Modules) > 0)
  explicit SequentialImpl(Modules&&... modules) {
    (push_back(std::forward<Modules>(modules)), ...);
  }
  explicit SequentialImpl(std::initializer_list<NamedAnyModule> modules) {
    for (const auto& m : modules) push_back(m.name(), m.module());
  }
  template <class M>
  void push_back(M&& module) {
    push_back(std::to_string(items_.size()), std::forward<M>(module));
  }
  template <class M>
  void push_back(std::string name, M&& module) {
    AnyModule any(std::forward<M>(module));
    register_module(std::move(name), any.ptr());
    items_.push_back(std::move(any));
  }
  template <class M>
  void append(M&& module) {
    push_back(std::forward<M>(module));
  }
  template <class Modules>
  void extend(const Modules& modules) {
    for (const auto& m : modules) push_back(m);
  }
  Tensor forward(const Tensor& input) {
    Tensor x = input;
    for (const auto& item : items_) x = item.forward(x);
    return x;
  }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  size_t size() const noexcept { return items_.size(); }
  bool is_empty() const noexcept { return items_.empty(); }
  auto begin() noexcept { return items_.begin(); }
  auto end() noexcept { return items_.end(); }
  const std::shared_ptr<Module>& ptr(size_t i) const { return item(i).ptr(); }
  std::shared_ptr<Module> operator[](size_t i) const { return ptr(i); }
  template <class M>
  M& at(size_t i) const {
    auto* module = dynamic_cast<M*>(ptr(i).get());
    check(module != nullptr, "Sequential: module {} is not of the type that was asked for", i);
    return *module;
  }

 private:
  const AnyModule& item(size_t i) const {
    check_index(i < items_.size(), "index {} is out of range: the Sequential holds {} modules", i, items_.size());
    return items_[i];
  }
  std::vector<AnyModule> items_;
};
class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using ModuleHolder<SequentialImpl>::ModuleHolder;
  using Impl_ = SequentialImpl;
  Sequential() = default;
  Sequential(std::initializer_list<NamedAnyModule> modules) : ModuleHolder(std::make_shared<SequentialImpl>(modules)) {}
};

// A list of modules, called by its owner.
class RL_API ModuleListImpl : public Module {
 public:
  ModuleListImpl() = default;
  template <class... Modules>
    requires(sizeof...(Modules) > 0)
  explicit ModuleListImpl(Modules&&... modules) {
    (push_back(std::forward<Modules>(modules)), ...);
  }
  void push_back(std::shared_ptr<Module> module) {
    register_module(std::to_string(items_.size()), module);
    items_.push_back(std::move(module));
  }
  template <class M>
  void push_back(const ModuleHolder<M>& holder) {
    push_back(std::shared_ptr<Module>(holder.ptr()));
  }
  template <class M>
  void append(const M& module) {
    push_back(module);
  }
  template <class Modules>
  void extend(const Modules& modules) {
    for (const auto& m : modules) push_back(m);
  }
  size_t size() const noexcept { return items_.size(); }
  bool is_empty() const noexcept { return items_.empty(); }
  auto begin() noexcept { return items_.begin(); }
  auto end() noexcept { return items_.end(); }
  const std::shared_ptr<Module>& ptr(size_t i) const {
    check_index(i < items_.size(), "index {} is out of range: the ModuleList holds {} modules", i, items_.size());
    return items_[i];
  }
  std::shared_ptr<Module> operator[](size_t i) const { return ptr(i); }
  template <class M>
  M& at(size_t i) const {
    auto* module = dynamic_cast<M*>(ptr(i).get());
    check(module != nullptr, "ModuleList: module {} is not of the type that was asked for", i);
    return *module;
  }
  void pretty_print(std::string& out) const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;

 protected:
  void set(size_t i, std::shared_ptr<Module> module) { items_[i] = std::move(module); }

 private:
  std::vector<std::shared_ptr<Module>> items_;
};
RUSHLIGHT_MODULE(ModuleList);

inline std::string to_string(const Module& module) { return module.repr(); }
// std::cout << *net, std::cout << net
RL_API std::ostream& operator<<(std::ostream& out, const Module& module);
template <class M>
std::ostream& operator<<(std::ostream& out, const ModuleHolder<M>& module) {
  return out << static_cast<const Module&>(*module);
}

}  // namespace rushlight::nn

namespace rushlight {

// A module's state as a file, and back: the same file in both doors.
inline void save(const nn::Module& module, const std::string& path) { save_file(module.state_dict(), path); }
template <class M>
void save(const nn::ModuleHolder<M>& module, const std::string& path) {
  save_file(module->state_dict(), path);
}
template <class M>
void save(const std::shared_ptr<M>& module, const std::string& path)
  requires std::is_base_of_v<nn::Module, M>
{
  save_file(module->state_dict(), path);
}
inline void save(const NamedTensors& state, const std::string& path) { save_file(state, path); }
inline NamedTensors load(const std::string& path) { return load_file(path).tensors; }
inline void load(nn::Module& module, const std::string& path) { module.load_state_dict(load_file(path).tensors); }
template <class M>
void load(nn::ModuleHolder<M>& module, const std::string& path) {
  module->load_state_dict(load_file(path).tensors);
}
template <class M>
void load(std::shared_ptr<M>& module, const std::string& path)
  requires std::is_base_of_v<nn::Module, M>
{
  module->load_state_dict(load_file(path).tensors);
}

}  // namespace rushlight
