// Optimizer, the base class: parameter groups, options with setters, state, hooks; optimizers themselves are in rules.h.
#pragma once
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "rushlight/arg.h"
#include "rushlight/autograd.h"
#include "rushlight/export.h"
#include "rushlight/ops.h"
#include "rushlight/serialize.h"

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

// A type-erased closure: recomputes the loss with its gradients and returns it.
struct LossClosure {
  virtual ~LossClosure() = default;
  virtual Tensor operator()() = 0;
};

class RL_API Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One update from the gradients that are there; parameters without one are left alone.
  void step();
  // Evaluates the loss anew (with gradients) before the update, and returns it.
  template <class Closure>
  Tensor step(Closure closure) {
    struct Call final : LossClosure {
      explicit Call(Closure& f) : function(f) {}
      Tensor operator()() override {
        AutoGradMode mode(true);
        return function();
      }
      Closure& function;
    } call(closure);
    return step_closure(call);
  }
  void zero_grad(bool set_to_none = true);
  // ValueError when a parameter is in two groups or is no leaf.
  void add_param_group(const OptimizerParamGroup& group);
  std::vector<OptimizerParamGroup>& param_groups() noexcept { return groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const noexcept { return groups_; }
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
  void remove_hook(unsigned handle);

  // The state tensors ("state.<parameter index>.<name>") and the options of every group, as f64 tensors
  // ("param_groups.<group>.<name>"); and back: what a run needs to go on bit for bit. Options that `state` does not have
  // stay as they are.
  NamedTensors state_dict() const;
  void load_state_dict(const NamedTensors& state);

 protected:
  Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);
  // What a step works on, rebuilt only when the set of parameters with a gradient changes.
  struct Work {
    std::vector<Tensor> params, grads;
    std::vector<std::vector<Tensor>> state;  // [slot][parameter]
    std::vector<size_t> index;               // of each parameter within its group
  };
  virtual size_t state_slots() const = 0;
  virtual const char* slot_name(size_t slot) const = 0;
  // A fresh state tensor of a parameter; undefined when the options do without it.
  virtual Tensor new_state(size_t slot, const Tensor& param, const OptimizerOptions& options) const = 0;
  virtual void update(Work& work, const OptimizerOptions& options) = 0;
  // What step() does between the hooks, with a closure and without.
  virtual Tensor step_with(LossClosure& closure);
  void step_once();
  // State that belongs to no single parameter: load takes what it knows and says how many tensors that were.
  virtual void save_more(NamedTensors&) const {}
  virtual size_t load_more(const NamedTensors&) { return 0; }
  // Keeps state tensors that update() itself made in a slot of `work`.
  void adopt_state(const Work& work, size_t slot);

 private:
  struct Hook {
    virtual ~Hook() = default;
    virtual void operator()(Optimizer& optimizer) = 0;
  };
  Tensor step_closure(LossClosure& closure);
  using Hooks = std::vector<std::pair<unsigned, std::shared_ptr<Hook>>>;
  template <class F>
  unsigned add_hook(Hooks& hooks, F hook) {
    struct Call final : Hook {
      explicit Call(F f) : function(std::move(f)) {}
      void operator()(Optimizer& optimizer) override { function(optimizer); }
      F function;
    };
    hooks.emplace_back(++last_hook_, std::make_shared<Call>(std::move(hook)));
    return last_hook_;
  }

  void run_hooks(const Hooks& hooks);

  std::vector<OptimizerParamGroup> groups_;
  std::unique_ptr<OptimizerOptions> defaults_;
  std::vector<std::vector<std::vector<Tensor>>> state_;  // [group][parameter][slot]
  std::vector<Work> work_;
  Hooks pre_hooks_, post_hooks_;
  unsigned last_hook_ = 0;
  bool stepped_ = false;
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
