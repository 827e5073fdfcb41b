// The optimizers and their options. The arithmetic of a step is an op (ops/optim.py) that both doors call.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "rushlight/optim/optimizer.h"

namespace rushlight::optim {

using Epsilons = std::tuple<std::optional<double>, double>;
using Coefficients = std::tuple<double, double, double>;
using OptionalText = std::optional<std::string>;
using OptionalInt = std::optional<int64_t>;

// An optimizer that is described by what its state is called, starts with, and is updated by.
class RL_API Rule : public Optimizer {
 protected:
  struct Spec;
  Rule(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults, const Spec& spec);
  // Definitions of the optimizers, for their constructors.
  static const Spec kSGD, kAdam, kRMSprop, kAdagrad, kAdadelta, kAdamax, kNAdam, kRAdam, kRprop, kASGD, kAdafactor,
      kMuon, kSparseAdam;
  struct Updates;

 private:
  size_t state_slots() const override;
  const char* slot_name(size_t slot) const override;
  Tensor new_state(size_t slot, const Tensor& param, const OptimizerOptions& options) const override;
  void update(Work& work, const OptimizerOptions& options) override;
  const Spec& spec_;
};

// ---- SGD, with momentum as in Sutskever et al. 2013 -----------------------------------------------------------------
class RL_API SGDOptions : public OptimizerCloneableOptions<SGDOptions> {
 public:
  SGDOptions(double lr = 1e-3) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("momentum", momentum_)("dampening", dampening_)("weight_decay", weight_decay_)(
        "nesterov", nesterov_)("maximize", maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(double, momentum) = 0;
  RUSHLIGHT_ARG(double, dampening) = 0;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(bool, nesterov) = false;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API SGD : public Rule {
 public:
  explicit SGD(std::vector<Tensor> params, SGDOptions options = {})
      : SGD(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit SGD(std::vector<OptimizerParamGroup> groups, SGDOptions options = {});
};

// ---- Adam (Kingma & Ba 2015; amsgrad: Reddi et al. 2018) ------------------------------------------------------------
class RL_API AdamOptions : public OptimizerCloneableOptions<AdamOptions> {
 public:
  AdamOptions(double lr = 1e-3) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("betas", betas_)("eps", eps_)("weight_decay", weight_decay_)("amsgrad", amsgrad_)(
        "maximize", maximize_)("decoupled_weight_decay", decoupled_weight_decay_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(Betas, betas) = { 0.9, 0.999 };
  RUSHLIGHT_ARG(double, eps) = 1e-8;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(bool, amsgrad) = false;
  RUSHLIGHT_ARG(bool, maximize) = false;
  RUSHLIGHT_ARG(bool, decoupled_weight_decay) = false;
};

class RL_API Adam : public Rule {
 public:
  explicit Adam(std::vector<Tensor> params, AdamOptions options = {})
      : Adam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit Adam(std::vector<OptimizerParamGroup> groups, AdamOptions options = {});
};

// ---- Adam whose weight decay does not pass through the means (Loshchilov & Hutter 2019) -----------------------------
class RL_API AdamWOptions : public OptimizerCloneableOptions<AdamWOptions> {
 public:
  AdamWOptions(double lr = 1e-3) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("betas", betas_)("eps", eps_)("weight_decay", weight_decay_)("amsgrad", amsgrad_)("maximize",
                                                                                                       maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(Betas, betas) = { 0.9, 0.999 };
  RUSHLIGHT_ARG(double, eps) = 1e-8;
  RUSHLIGHT_ARG(double, weight_decay) = 1e-2;
  RUSHLIGHT_ARG(bool, amsgrad) = false;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API AdamW : public Rule {
 public:
  explicit AdamW(std::vector<Tensor> params, AdamWOptions options = {})
      : AdamW(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit AdamW(std::vector<OptimizerParamGroup> groups, AdamWOptions options = {});
};

// ---- The gradient over the root of its running mean square (Tieleman & Hinton 2012; centered: Graves 2013) ----------
class RL_API RMSpropOptions : public OptimizerCloneableOptions<RMSpropOptions> {
 public:
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("alpha", alpha_)("eps", eps_)("weight_decay", weight_decay_)("momentum", momentum_)(
        "centered", centered_)("maximize", maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(double, alpha) = 0.99;
  RUSHLIGHT_ARG(double, eps) = 1e-8;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(double, momentum) = 0;
  RUSHLIGHT_ARG(bool, centered) = false;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API RMSprop : public Rule {
 public:
  explicit RMSprop(std::vector<Tensor> params, RMSpropOptions options = {})
      : RMSprop(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit RMSprop(std::vector<OptimizerParamGroup> groups, RMSpropOptions options = {});
};

// ---- The gradient over the root of the sum of its squares (Duchi et al. 2011) ---------------------------------------
class RL_API AdagradOptions : public OptimizerCloneableOptions<AdagradOptions> {
 public:
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("lr_decay", lr_decay_)("weight_decay", weight_decay_)(
        "initial_accumulator_value", initial_accumulator_value_)("eps", eps_)("maximize", maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(double, lr_decay) = 0;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(double, initial_accumulator_value) = 0;
  RUSHLIGHT_ARG(double, eps) = 1e-10;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API Adagrad : public Rule {
 public:
  explicit Adagrad(std::vector<Tensor> params, AdagradOptions options = {})
      : Adagrad(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit Adagrad(std::vector<OptimizerParamGroup> groups, AdagradOptions options = {});
};

// ---- The gradient scaled by the running size of past changes (Zeiler 2012) ------------------------------------------
class RL_API AdadeltaOptions : public OptimizerCloneableOptions<AdadeltaOptions> {
 public:
  AdadeltaOptions(double lr = 1.0) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("rho", rho_)("eps", eps_)("weight_decay", weight_decay_)("maximize", maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(double, rho) = 0.9;
  RUSHLIGHT_ARG(double, eps) = 1e-6;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API Adadelta : public Rule {
 public:
  explicit Adadelta(std::vector<Tensor> params, AdadeltaOptions options = {})
      : Adadelta(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit Adadelta(std::vector<OptimizerParamGroup> groups, AdadeltaOptions options = {});
};

// ---- Adam with a running maximum in place of the mean square (Kingma & Ba 2015) -------------------------------------
class RL_API AdamaxOptions : public OptimizerCloneableOptions<AdamaxOptions> {
 public:
  AdamaxOptions(double lr = 2e-3) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("betas", betas_)("eps", eps_)("weight_decay", weight_decay_)("maximize", maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(Betas, betas) = { 0.9, 0.999 };
  RUSHLIGHT_ARG(double, eps) = 1e-8;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API Adamax : public Rule {
 public:
  explicit Adamax(std::vector<Tensor> params, AdamaxOptions options = {})
      : Adamax(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit Adamax(std::vector<OptimizerParamGroup> groups, AdamaxOptions options = {});
};

// ---- Adam with Nesterov's momentum (Dozat 2016) ---------------------------------------------------------------------
class RL_API NAdamOptions : public OptimizerCloneableOptions<NAdamOptions> {
 public:
  NAdamOptions(double lr = 2e-3) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("betas", betas_)("eps", eps_)("weight_decay", weight_decay_)("momentum_decay", momentum_decay_)(
        "decoupled_weight_decay", decoupled_weight_decay_)("maximize", maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(Betas, betas) = { 0.9, 0.999 };
  RUSHLIGHT_ARG(double, eps) = 1e-8;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(double, momentum_decay) = 4e-3;
  RUSHLIGHT_ARG(bool, decoupled_weight_decay) = false;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API NAdam : public Rule {
 public:
  explicit NAdam(std::vector<Tensor> params, NAdamOptions options = {})
      : NAdam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit NAdam(std::vector<OptimizerParamGroup> groups, NAdamOptions options = {});
};

// ---- Adam with a rectified variance (Liu et al. 2019) ---------------------------------------------------------------
class RL_API RAdamOptions : public OptimizerCloneableOptions<RAdamOptions> {
 public:
  RAdamOptions(double lr = 1e-3) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("betas", betas_)("eps", eps_)("weight_decay", weight_decay_)(
        "decoupled_weight_decay", decoupled_weight_decay_)("maximize", maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(Betas, betas) = { 0.9, 0.999 };
  RUSHLIGHT_ARG(double, eps) = 1e-8;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(bool, decoupled_weight_decay) = false;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API RAdam : public Rule {
 public:
  explicit RAdam(std::vector<Tensor> params, RAdamOptions options = {})
      : RAdam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit RAdam(std::vector<OptimizerParamGroup> groups, RAdamOptions options = {});
};

// ---- Step sizes from the sign of the gradient alone (Riedmiller & Braun 1993) ---------------------------------------
class RL_API RpropOptions : public OptimizerCloneableOptions<RpropOptions> {
 public:
  RpropOptions(double lr = 1e-2) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("etas", etas_)("step_sizes", step_sizes_)("maximize", maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(Betas, etas) = { 0.5, 1.2 };
  RUSHLIGHT_ARG(Betas, step_sizes) = { 1e-6, 50 };
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API Rprop : public Rule {
 public:
  explicit Rprop(std::vector<Tensor> params, RpropOptions options = {})
      : Rprop(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit Rprop(std::vector<OptimizerParamGroup> groups, RpropOptions options = {});
};

// ---- Gradient descent with an average, state "ax", of the parameters from step t0 on (Polyak & Juditsky 1992) -------
class RL_API ASGDOptions : public OptimizerCloneableOptions<ASGDOptions> {
 public:
  ASGDOptions(double lr = 1e-2) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("lambd", lambd_)("alpha", alpha_)("t0", t0_)("weight_decay", weight_decay_)("maximize", maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(double, lambd) = 1e-4;
  RUSHLIGHT_ARG(double, alpha) = 0.75;
  RUSHLIGHT_ARG(double, t0) = 1e6;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API ASGD : public Rule {
 public:
  explicit ASGD(std::vector<Tensor> params, ASGDOptions options = {})
      : ASGD(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit ASGD(std::vector<OptimizerParamGroup> groups, ASGDOptions options = {});
};

// ---- Mean squares of a matrix as one row and one column (Shazeer & Stern 2018) --------------------------------------
class RL_API AdafactorOptions : public OptimizerCloneableOptions<AdafactorOptions> {
 public:
  AdafactorOptions(double lr = 1e-2) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("beta2_decay", beta2_decay_)("eps", eps_)("d", d_)("weight_decay", weight_decay_)("maximize",
                                                                                                       maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(double, beta2_decay) = -0.8;
  RUSHLIGHT_ARG(Epsilons, eps) = { std::nullopt, 1e-3 };
  RUSHLIGHT_ARG(double, d) = 1;
  RUSHLIGHT_ARG(double, weight_decay) = 0;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API Adafactor : public Rule {
 public:
  explicit Adafactor(std::vector<Tensor> params, AdafactorOptions options = {})
      : Adafactor(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit Adafactor(std::vector<OptimizerParamGroup> groups, AdafactorOptions options = {});
};

// ---- Momentum made orthogonal, for matrices (Jordan 2024) -----------------------------------------------------------
class RL_API MuonOptions : public OptimizerCloneableOptions<MuonOptions> {
 public:
  MuonOptions(double lr = 1e-3) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("weight_decay", weight_decay_)("momentum", momentum_)("nesterov", nesterov_)(
        "ns_coefficients", ns_coefficients_)("eps", eps_)("ns_steps", ns_steps_)("adjust_lr_fn", adjust_lr_fn_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(double, weight_decay) = 0.1;
  RUSHLIGHT_ARG(double, momentum) = 0.95;
  RUSHLIGHT_ARG(bool, nesterov) = true;
  RUSHLIGHT_ARG(Coefficients, ns_coefficients) = { 3.4445, -4.7750, 2.0315 };
  RUSHLIGHT_ARG(double, eps) = 1e-7;
  RUSHLIGHT_ARG(int64_t, ns_steps) = 5;
  RUSHLIGHT_ARG(OptionalText, adjust_lr_fn) = std::nullopt;
};

class RL_API Muon : public Rule {
 public:
  explicit Muon(std::vector<Tensor> params, MuonOptions options = {})
      : Muon(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit Muon(std::vector<OptimizerParamGroup> groups, MuonOptions options = {});
};

// ---- Adam on the rows whose gradient is not all zeros ---------------------------------------------------------------
class RL_API SparseAdamOptions : public OptimizerCloneableOptions<SparseAdamOptions> {
 public:
  SparseAdamOptions(double lr = 1e-3) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("betas", betas_)("eps", eps_)("maximize", maximize_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(Betas, betas) = { 0.9, 0.999 };
  RUSHLIGHT_ARG(double, eps) = 1e-8;
  RUSHLIGHT_ARG(bool, maximize) = false;
};

class RL_API SparseAdam : public Rule {
 public:
  explicit SparseAdam(std::vector<Tensor> params, SparseAdamOptions options = {})
      : SparseAdam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit SparseAdam(std::vector<OptimizerParamGroup> groups, SparseAdamOptions options = {});
};

// ---- A quasi-Newton method (Liu & Nocedal 1989) ---------------------------------------------------------------------
class RL_API LBFGSOptions : public OptimizerCloneableOptions<LBFGSOptions> {
 public:
  LBFGSOptions(double lr = 1) : lr_(lr) {}
  void visit_options(OptionVisitor& visit) override {
    visit("lr", lr_)("max_iter", max_iter_)("max_eval", max_eval_)("tolerance_grad", tolerance_grad_)(
        "tolerance_change", tolerance_change_)("history_size", history_size_)("line_search_fn", line_search_fn_);
  }
  RUSHLIGHT_ARG(double, lr);
  RUSHLIGHT_ARG(int64_t, max_iter) = 20;
  RUSHLIGHT_ARG(OptionalInt, max_eval) = std::nullopt;
  RUSHLIGHT_ARG(double, tolerance_grad) = 1e-7;
  RUSHLIGHT_ARG(double, tolerance_change) = 1e-9;
  RUSHLIGHT_ARG(int64_t, history_size) = 100;
  RUSHLIGHT_ARG(OptionalText, line_search_fn) = std::nullopt;
};

// All parameters are one vector here: there is one group, and step() needs a closure.
class RL_API LBFGS : public Optimizer {
 public:
  explicit LBFGS(std::vector<Tensor> params, LBFGSOptions options = {})
      : LBFGS(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(options)) {}
  explicit LBFGS(std::vector<OptimizerParamGroup> groups, LBFGSOptions options = {});

 private:
  struct Search;
  // What is known from the steps before.
  struct Memory {
    int64_t func_evals = 0, n_iter = 0;
    Tensor d, t, h_diag, prev_flat_grad;
    std::vector<Tensor> old_dirs, old_stps, ro;
    double prev_loss = 0;
  };
  size_t state_slots() const override { return 0; }
  const char* slot_name(size_t) const override { return ""; }
  Tensor new_state(size_t, const Tensor&, const OptimizerOptions&) const override { return {}; }
  void update(Work& work, const OptimizerOptions& options) override;
  Tensor step_with(LossClosure& closure) override;
  void save_more(NamedTensors& out) const override;
  size_t load_more(const NamedTensors& state) override;

  std::vector<Tensor>& params() { return param_groups()[0].params(); }
  Tensor flat_grad();
  void move(double t, const Tensor& d);
  void remember(const Tensor& change, const Tensor& step, int64_t history_size);
  Tensor direction(const Tensor& grad) const;
  // One direction and the step along it; false ends the step of the optimizer.
  struct Round;
  bool iterate(Round& round);
  Memory memory_;
};

}  // namespace rushlight::optim
