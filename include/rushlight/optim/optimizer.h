// Optimizer, the base class: parameter groups, options with setters, state, hooks; optimizers themselves are in rules.h.
#pragma once
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rushlight/arg.h"
#include "rushlight/autograd.h"
#include "rushlight/export.h"
#include "rushlight/ops.h"
#include "rushlight/serialize.h"

namespace rushlight::serialize {
class InputArchive;
class OutputArchive;
}  // namespace rushlight::serialize

namespace rushlight::optim {

using Betas = std::tuple<double, double>;

// Sees every option of a group by its name, and may change it. An option is a list of numbers here: one for a number or a
// truth value, none for one that is not set, several for pairs, and the characters of a text.
class RL_API OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  virtual void visit(const char* name, std::vector<double>& values) = 0;

  template <class T>
  OptionVisitor& operator()(const char* name, T& option) {
    std::vector<double> values;
    pack(option, values);
    visit(name, values);
    size_t used = 0;
    unpack(option, values, used);
    return *this;
  }

 private:
  template <class T>
  static void pack(const T& option, std::vector<double>& to) {
    to.push_back(static_cast<double>(option));
  }
  template <class T>
  static void pack(const std::optional<T>& option, std::vector<double>& to) {
    if (option) pack(*option, to);
  }
  template <class... T>
  static void pack(const std::tuple<T...>& option, std::vector<double>& to) {
    std::apply([&](const auto&... x) { (pack_part(x, to), ...); }, option);
  }
  // Within a tuple every part takes one place: NaN stands for one that is not set.
  static void pack_part(double part, std::vector<double>& to) { to.push_back(part); }
  static void pack_part(const std::optional<double>& part, std::vector<double>& to) {
    to.push_back(part.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  static void pack(const std::string& option, std::vector<double>& to) { to.assign(option.begin(), option.end()); }

  // Too few numbers leave an option as it is.
  template <class T>
  static void unpack(T& option, const std::vector<double>& from, size_t& used) {
    if (used >= from.size()) return;
    const double value = from[used++];
    if constexpr (!std::is_same_v<T, double>) {
      check_value(value >= -1e15 && value <= 1e15, "load_state_dict: an option is {}, but must be a whole number",
                  value);
    }
    option = static_cast<T>(value);
  }
  template <class T>
  static void unpack(std::optional<T>& option, const std::vector<double>& from, size_t& used) {
    option.reset();
    if (used < from.size()) unpack(option.emplace(), from, used);
  }
  template <class... T>
  static void unpack(std::tuple<T...>& option, const std::vector<double>& from, size_t& used) {
    std::apply([&](auto&... x) { (unpack_part(x, from, used), ...); }, option);
  }
  static void unpack_part(double& part, const std::vector<double>& from, size_t& used) { unpack(part, from, used); }
  static void unpack_part(std::optional<double>& part, const std::vector<double>& from, size_t& used) {
    unpack(part, from, used);
    if (part && *part != *part) part.reset();
  }
  static void unpack(std::string& option, const std::vector<double>& from, size_t& used) {
    option.clear();
    for (; used < from.size(); ++used) {
      check_value(from[used] >= -128 && from[used] <= 127, "load_state_dict: an option is not text");
      option.push_back(static_cast<char>(from[used]));
    }
  }
};

class RL_API OptimizerOptions {
 public:
  virtual ~OptimizerOptions() = default;
  virtual std::unique_ptr<OptimizerOptions> clone() const = 0;
  virtual double get_lr() const = 0;
  virtual void set_lr(double lr) = 0;
  // Shows every option that is saved with the state. Options of your own need not be.
  virtual void visit_options(OptionVisitor&) {}
};

// An options class with a setting lr: copying, and the rate for schedulers.
template <class Derived>
class OptimizerCloneableOptions : public OptimizerOptions {
 public:
  std::unique_ptr<OptimizerOptions> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
  double get_lr() const override { return static_cast<const Derived&>(*this).lr(); }
  void set_lr(double lr) override { static_cast<Derived&>(*this).lr(lr); }
};

class OptimizerParamGroup {
 public:
  explicit OptimizerParamGroup(std::vector<Tensor> params) : params_(std::move(params)) {}
  OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options)
      : params_(std::move(params)), options_(std::move(options)) {}
  OptimizerParamGroup(const OptimizerParamGroup& other)
      : initial_lr(other.initial_lr),
        params_(other.params_),
        options_(other.options_ ? other.options_->clone() : nullptr) {}
  OptimizerParamGroup(OptimizerParamGroup&&) = default;
  OptimizerParamGroup& operator=(OptimizerParamGroup&&) = default;

  bool has_options() const noexcept { return options_ != nullptr; }
  OptimizerOptions& options() { return *options_; }
  const OptimizerOptions& options() const { return *options_; }
  void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }
  std::vector<Tensor>& params() noexcept { return params_; }
  const std::vector<Tensor>& params() const noexcept { return params_; }

  // The rate that schedulers start from; the first of them sets it.
  std::optional<double> initial_lr;

 private:
  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
};

// What step() may take: recomputes the loss with its gradients and returns it. Called with gradients enabled.
class LossClosure {
 public:
  LossClosure(std::nullptr_t = nullptr) {}
  template <class F>
    requires(!std::is_same_v<std::decay_t<F>, LossClosure> && std::is_invocable_r_v<Tensor, F&>)
  LossClosure(F function) : call_(std::make_shared<Call<F>>(std::move(function))) {}
  explicit operator bool() const noexcept { return call_ != nullptr; }
  Tensor operator()() const {
    const AutoGradMode mode(true);
    return (*call_)();
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual Tensor operator()() = 0;
  };
  template <class F>
  struct Call final : Base {
    explicit Call(F f) : function(std::move(f)) {}
    Tensor operator()() override { return function(); }
    F function;
  };
  std::shared_ptr<Base> call_;
};

// What an optimizer of yours remembers of a parameter, in Optimizer::state(). A class derives from
// OptimizerCloneableParamState<itself> and, to be saved, has both forms of serialize.
class RL_API OptimizerParamState {
 public:
  OptimizerParamState() = default;
  OptimizerParamState(const OptimizerParamState&) = default;
  OptimizerParamState& operator=(const OptimizerParamState&) = default;
  virtual ~OptimizerParamState() = default;
  virtual std::unique_ptr<OptimizerParamState> clone() const;
  virtual void serialize(serialize::InputArchive& archive);
  virtual void serialize(serialize::OutputArchive& archive) const;
};
template <class Derived>
class OptimizerCloneableParamState : public OptimizerParamState {
 public:
  std::unique_ptr<OptimizerParamState> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

// The base of all optimizers. One of yours calls the constructor that takes `defaults`, and overrides step(): it goes over
// param_groups_, and keeps what it remembers in state_ under param.unsafeGetTensorImpl(), as in LibTorch.
class RL_API Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One update from the gradients that are there; parameters without one are left alone. A closure evaluates the loss anew
  // before the update, and step returns it.
  virtual Tensor step(LossClosure closure = nullptr);
  void zero_grad(bool set_to_none = true);
  // ValueError when a parameter is in two groups or is no leaf.
  void add_param_group(const OptimizerParamGroup& group);
  void add_parameters(const std::vector<Tensor>& parameters) { add_param_group(OptimizerParamGroup(parameters)); }
  std::vector<OptimizerParamGroup>& param_groups() noexcept { return param_groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const noexcept { return param_groups_; }
  using ParamStates = std::unordered_map<void*, std::unique_ptr<OptimizerParamState>>;
  ParamStates& state() noexcept { return state_; }
  const ParamStates& state() const noexcept { return state_; }
  OptimizerOptions& defaults() noexcept { return *defaults_; }
  size_t size() const noexcept;
  void set_lr(double lr);
  // Whether a step was taken since this optimizer was made; schedulers ask.
  bool stepped() const noexcept { return stepped_; }

  // hook(optimizer) before or after every step; the number it gives is for remove_hook.
  template <class F>
  unsigned register_step_pre_hook(F hook) {
    return add_hook(pre_hooks_, std::move(hook));
  }
  template <class F>
  unsigned register_step_post_hook(F hook) {
    return add_hook(post_hooks_, std::move(hook));
  }
  // hook(optimizer) before state_dict collects; hook(optimizer, state) after it has, and before load_state_dict reads it;
  // hook(optimizer) after that.
  template <class F>
  unsigned register_state_dict_pre_hook(F hook) {
    return add_hook(state_hooks_[0], std::move(hook));
  }
  template <class F>
  unsigned register_state_dict_post_hook(F hook) {
    return add_hook(state_hooks_[1], std::move(hook));
  }
  template <class F>
  unsigned register_load_state_dict_pre_hook(F hook) {
    return add_hook(state_hooks_[2], std::move(hook));
  }
  template <class F>
  unsigned register_load_state_dict_post_hook(F hook) {
    return add_hook(state_hooks_[3], std::move(hook));
  }
  void remove_hook(unsigned handle);

  // The state tensors ("state.<parameter index>.<name>") and the options of every group, as f64 tensors
  // ("param_groups.<group>.<name>"); and back: what a run needs to go on bit for bit. Options that `state` does not have
  // stay as they are.
  NamedTensors state_dict() const;
  void load_state_dict(const NamedTensors& state);
  // The same as an archive, with what serialize() of a parameter's state writes.
  virtual void save(serialize::OutputArchive& archive) const;
  virtual void load(serialize::InputArchive& archive);

 protected:
  Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);
  Optimizer(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> defaults)
      : Optimizer(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}
  // What a step works on, rebuilt only when the set of parameters with a gradient changes.
  struct Work {
    std::vector<Tensor> params, grads;
    std::vector<std::vector<Tensor>> state;  // [slot][parameter]
    std::vector<size_t> index;               // of each parameter within its group
  };
  virtual size_t state_slots() const { return 0; }
  virtual const char* slot_name(size_t) const { return ""; }
  // A fresh state tensor of a parameter; undefined when the options do without it.
  virtual Tensor new_state(size_t, const Tensor&, const OptimizerOptions&) const { return {}; }
  // NotImplementedError in a class that has neither this nor its own step().
  virtual void update(Work& work, const OptimizerOptions& options);
  // What step() does between the hooks, with a closure and without.
  virtual Tensor step_with(LossClosure& closure);
  void step_once();
  // State that belongs to no single parameter: load takes what it knows and says how many tensors that were.
  virtual void save_more(NamedTensors&) const {}
  virtual size_t load_more(const NamedTensors&) { return 0; }
  // Keeps state tensors that update() itself made in a slot of `work`.
  void adopt_state(const Work& work, size_t slot);
  // For classes that leave step() as it is: from now on stepped() is what it says.
  void watch_steps() noexcept { stepped_ = false; }

  std::vector<OptimizerParamGroup> param_groups_;
  ParamStates state_;
  std::unique_ptr<OptimizerOptions> defaults_;

 private:
  friend class swap_in_optimizer_params_and_state;
  struct Hook {
    virtual ~Hook() = default;
    virtual void operator()(Optimizer& optimizer, NamedTensors* state) = 0;
  };
  void take_state(const NamedTensors& state, bool share);
  using Hooks = std::vector<std::pair<unsigned, std::shared_ptr<Hook>>>;
  template <class F>
  unsigned add_hook(Hooks& hooks, F hook) {
    struct Call final : Hook {
      explicit Call(F f) : function(std::move(f)) {}
      void operator()(Optimizer& optimizer, NamedTensors* state) override {
        if constexpr (std::is_invocable_v<F&, Optimizer&, NamedTensors&>)
          function(optimizer, *state);
        else
          function(optimizer);
      }
      F function;
    };
    hooks.emplace_back(++last_hook_, std::make_shared<Call>(std::move(hook)));
    return last_hook_;
  }

  void run_hooks(const Hooks& hooks, NamedTensors* state = nullptr);

  using Slots = std::vector<std::vector<std::vector<Tensor>>>;  // [group][parameter][slot]
  Slots slots_;
  std::vector<Work> work_;
  Hooks pre_hooks_, post_hooks_, state_hooks_[4];
  unsigned last_hook_ = 0;
  bool stepped_ = true;  // unless watched: a step() of your own does not say
};

// Until it goes, an optimizer works on other parameters, with another state. The tensors of that state are changed in place.
// Error: the optimizer has not taken a step, or the state has another structure than its own.
//   swap_in_optimizer_params_and_state guard(optimizer, others, state);
//   optimizer.step();
class RL_API swap_in_optimizer_params_and_state {
 public:
  swap_in_optimizer_params_and_state(Optimizer& optimizer, const std::vector<Tensor>& swapin_parameters,
                                     const NamedTensors& swapin_optim_state);
  ~swap_in_optimizer_params_and_state();
  swap_in_optimizer_params_and_state(const swap_in_optimizer_params_and_state&) = delete;
  swap_in_optimizer_params_and_state& operator=(const swap_in_optimizer_params_and_state&) = delete;

 private:
  void restore() noexcept;
  Optimizer& optimizer_;
  std::vector<OptimizerParamGroup> groups_;
  Optimizer::Slots slots_;
};

}  // namespace rushlight::optim

namespace rushlight {

// An optimizer's state and options as a file, and back into an optimizer of the same parameters.
inline void save(const optim::Optimizer& optimizer, const std::string& path) {
  save_file(optimizer.state_dict(), path);
}
inline void load(optim::Optimizer& optimizer, const std::string& path) {
  optimizer.load_state_dict(load_file(path).tensors);
}

}  // namespace rushlight
