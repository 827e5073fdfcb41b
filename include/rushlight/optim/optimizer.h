// Optimizers: parameter groups, options with setters, state; a step is one fused pass over all tensors of a group.
#pragma once
#include <memory>
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

class RL_API OptimizerOptions {
 public:
  virtual ~OptimizerOptions() = default;
  virtual std::unique_ptr<OptimizerOptions> clone() const = 0;
  virtual double get_lr() const = 0;
  virtual void set_lr(double lr) = 0;
};

class OptimizerParamGroup {
 public:
  explicit OptimizerParamGroup(std::vector<Tensor> params) : params_(std::move(params)) {}
  OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options)
      : params_(std::move(params)), options_(std::move(options)) {}
  OptimizerParamGroup(const OptimizerParamGroup& other)
      : params_(other.params_), options_(other.options_ ? other.options_->clone() : nullptr) {}
  OptimizerParamGroup(OptimizerParamGroup&&) = default;
  OptimizerParamGroup& operator=(OptimizerParamGroup&&) = default;

  bool has_options() const noexcept { return options_ != nullptr; }
  OptimizerOptions& options() { return *options_; }
  const OptimizerOptions& options() const { return *options_; }
  void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }
  std::vector<Tensor>& params() noexcept { return params_; }
  const std::vector<Tensor>& params() const noexcept { return params_; }

 private:
  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
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
    AutoGradMode mode(true);
    Tensor loss = closure();
    step();
    return loss;
  }
  void zero_grad(bool set_to_none = true);
  // ValueError when a parameter is in two groups or is no leaf.
  void add_param_group(const OptimizerParamGroup& group);
  std::vector<OptimizerParamGroup>& param_groups() noexcept { return groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const noexcept { return groups_; }
  OptimizerOptions& defaults() noexcept { return *defaults_; }
  size_t size() const noexcept;
  void set_lr(double lr);

  // The state tensors ("state.<parameter index>.<name>"), and back: what a run needs to go on bit for bit.
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
  // Keeps state tensors that update() itself made in a slot of `work`.
  void adopt_state(const Work& work, size_t slot);

 private:
  std::vector<OptimizerParamGroup> groups_;
  std::unique_ptr<OptimizerOptions> defaults_;
  std::vector<std::vector<std::vector<Tensor>>> state_;  // [group][parameter][slot]
  std::vector<Work> work_;
};

// ---- SGD, with momentum as in Sutskever et al. 2013 ---------------------------------------------------------------------
class RL_API SGDOptions final : public OptimizerOptions {
 public:
  SGDOptions(double lr = 1e-3) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override { return std::make_unique<SGDOptions>(*this); }
  double get_lr() const override { return lr_; }
  void set_lr(double lr) override { lr_ = lr; }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(double, momentum) = 0;
  RUSHLIGHT_ARG(double, dampening) = 0;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(bool, nesterov) = false;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API SGD final : public Optimizer {
 public:
  explicit SGD(std::vector<Tensor> params, SGDOptions options = SGDOptions())
      : SGD(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, options) {}
  explicit SGD(std::vector<OptimizerParamGroup> groups, SGDOptions options = SGDOptions());

 private:
  size_t state_slots() const override { return 1; }
  const char* slot_name(size_t) const override { return "momentum_buffer"; }
  Tensor new_state(size_t slot, const Tensor& param, const OptimizerOptions& options) const override;
  void update(Work& work, const OptimizerOptions& options) override;
};

// ---- Adam (Kingma & Ba 2015; amsgrad: Reddi et al. 2018) and AdamW (Loshchilov & Hutter 2019) ----------------------------
class RL_API AdamOptions : public OptimizerOptions {
 public:
  AdamOptions(double lr = 1e-3) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override { return std::make_unique<AdamOptions>(*this); }
  double get_lr() const override { return lr_; }
  void set_lr(double lr) override { lr_ = lr; }
  using Betas = std::tuple<double, double>;
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(Betas, betas) = { 0.9, 0.999 };
  RUSHLIGHT_ARG(double, eps) = 1e-8;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(bool, amsgrad) = false;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API AdamWOptions final : public OptimizerOptions {
 public:
  AdamWOptions(double lr = 1e-3) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override { return std::make_unique<AdamWOptions>(*this); }
  double get_lr() const override { return lr_; }
  void set_lr(double lr) override { lr_ = lr; }
  using Betas = std::tuple<double, double>;
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(Betas, betas) = { 0.9, 0.999 };
  RUSHLIGHT_ARG(double, eps) = 1e-8;
  RUSHLIGHT_ARG(double, weight_decay) = 1e-2;
  RUSHLIGHT_ARG(bool, amsgrad) = false;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

// Adam and AdamW share all but how the weights decay.
class RL_API AdamBase : public Optimizer {
 protected:
  AdamBase(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults)
      : Optimizer(std::move(groups), std::move(defaults)) {}

 private:
  size_t state_slots() const override { return 4; }
  const char* slot_name(size_t slot) const override;
  Tensor new_state(size_t slot, const Tensor& param, const OptimizerOptions& options) const override;
  void update(Work& work, const OptimizerOptions& options) override;
};

class RL_API Adam final : public AdamBase {
 public:
  explicit Adam(std::vector<Tensor> params, AdamOptions options = AdamOptions())
      : Adam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, options) {}
  explicit Adam(std::vector<OptimizerParamGroup> groups, AdamOptions options = AdamOptions());
};

class RL_API AdamW final : public AdamBase {
 public:
  explicit AdamW(std::vector<Tensor> params, AdamWOptions options = AdamWOptions())
      : AdamW(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, options) {}
  explicit AdamW(std::vector<OptimizerParamGroup> groups, AdamWOptions options = AdamWOptions());
};

}  // namespace rushlight::optim

namespace rushlight {

// An optimizer's state tensors as a file, and back into an optimizer of the same parameters.
inline void save(const optim::Optimizer& optimizer, const std::string& path) {
  save_file(optimizer.state_dict(), path);
}
inline void load(optim::Optimizer& optimizer, const std::string& path) {
  optimizer.load_state_dict(load_file(path).tensors);
}

}  // namespace rushlight
