// The optimizers: what their options may be, what state they start with, and the calls of the fused steps.
#include "rushlight/optim/rules.h"

#include <algorithm>

namespace rushlight::optim {

struct Rule::Spec {
  const char* slots[4];  // null behind the last
  Tensor (*start)(size_t slot, const Tensor& param, const OptimizerOptions& options);
  void (*update)(Rule& self, Work& work, const OptimizerOptions& options);
};

Rule::Rule(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults, const Spec& spec)
    : Optimizer(std::move(groups), std::move(defaults)), spec_(spec) {
  watch_steps();
}
size_t Rule::state_slots() const {
  return static_cast<size_t>(std::count_if(std::begin(spec_.slots), std::end(spec_.slots), [](auto* s) { return s; }));
}
const char* Rule::slot_name(size_t slot) const { return spec_.slots[slot]; }
Tensor Rule::new_state(size_t slot, const Tensor& param, const OptimizerOptions& options) const {
  return spec_.start(slot, param, options);
}
void Rule::update(Work& work, const OptimizerOptions& options) { spec_.update(*this, work, options); }

namespace {

template <class Options>
const Options& as(const OptimizerOptions& options) {
  const auto* own = dynamic_cast<const Options*>(&options);
  check_type(own != nullptr, "a parameter group has the options of another optimizer; give it this optimizer's");
  return *own;
}

// ---- checks, in Python's words ------------------------------------------------------------------------------------------

void check_lr(double lr, const char* example = "1e-2") {
  check_value(lr >= 0, "Invalid learning rate: {}. lr must be 0 or more, for example lr={}", lr, example);
}
void check_eps(double eps) {
  check_value(eps >= 0, "Invalid epsilon value: {}. eps must be 0 or more, for example 1e-8", eps);
}
void check_decay(double decay) {
  check_value(decay >= 0, "Invalid weight_decay value: {}. weight_decay must be 0 or more", decay);
}
void check_momentum(double momentum) {
  check_value(momentum >= 0, "Invalid momentum value: {}. momentum must be 0 or more, for example 0.9", momentum);
}
void check_betas(const Betas& betas) {
  const double both[] = {std::get<0>(betas), std::get<1>(betas)};
  for (int i : {0, 1}) {
    check_value(both[i] >= 0 && both[i] < 1,
                "Invalid beta parameter at index {}: {}. It must be in [0, 1), for example 0.9", i, both[i]);
  }
}
template <class Options>
void check_adam(const Options& o, const char* rate = "1e-2") {
  check_lr(o.lr(), rate);
  check_eps(o.eps());
  check_betas(o.betas());
  check_decay(o.weight_decay());
}

template <class Options>
std::unique_ptr<OptimizerOptions> boxed(const Options& options) {
  return std::make_unique<Options>(options);
}

// ---- states -------------------------------------------------------------------------------------------------------------

// Numbers of steps and the like are float32, or float64 where that is the default dtype.
Tensor number(double value = 0) {
  return full({}, value, TensorOptions(get_default_dtype() == kDouble ? kDouble : kFloat));
}
// A value for real parameters; for complex ones it stands in both parts, which are treated as two numbers.
Tensor filled(const Tensor& param, double value) {
  if (is_complex(param.dtype())) return full_like(param, Scalar(Complex<double>(value, value)));
  return full_like(param, value);
}

// A number in slot 0, then tensors like the parameter.
Tensor step_and_zeros(size_t slot, const Tensor& param, const OptimizerOptions&) {
  return slot == 0 ? number() : zeros_like(param);
}

template <class Options>
bool is_amsgrad(const OptimizerOptions& options) {
  const auto* o = dynamic_cast<const Options*>(&options);
  return o && o->amsgrad();
}

TensorList used_if(bool used, const std::vector<Tensor>& list) { return used ? TensorList(list) : TensorList(); }

}  // namespace

// ---- SGD ----------------------------------------------------------------------------------------------------------------

struct Rule::Updates {
  static void sgd(Rule& self, Work& work, const OptimizerOptions& options) {
    const auto& o = as<SGDOptions>(options);
    const auto run = [&](TensorList params, TensorList grads, TensorList buffers, bool first) {
      _optim::sgd_(params, grads, buffers, o.lr(), o.momentum(), o.dampening(), o.weight_decay(), o.nesterov(),
                   o.maximize(), first);
    };
    auto& buffers = work.state[0];
    if (o.momentum() == 0) return run(work.params, work.grads, {}, false);
    const auto fresh = [](const Tensor& b) { return !b.defined(); };
    if (std::none_of(buffers.begin(), buffers.end(), fresh)) return run(work.params, work.grads, buffers, false);
    // A parameter's first gradient becomes its buffer as it is; others go on as usual.
    std::vector<Tensor> params[2], grads[2], bufs[2];
    for (size_t i = 0; i < buffers.size(); ++i) {
      const size_t first = fresh(buffers[i]);
      if (first) buffers[i] = empty_like(work.params[i]);
      params[first].push_back(work.params[i]);
      grads[first].push_back(work.grads[i]);
      bufs[first].push_back(buffers[i]);
    }
    for (size_t first : {1, 0}) {
      if (!params[first].empty()) run(params[first], grads[first], bufs[first], first == 1);
    }
    self.adopt_state(work, 0);
  }

  template <class Options>
  static void adam_with(Work& work, const Options& o, bool decoupled) {
    _optim::adam_(work.params, work.grads, work.state[1], work.state[2], used_if(o.amsgrad(), work.state[3]),
                  work.state[0], o.lr(), std::get<0>(o.betas()), std::get<1>(o.betas()), o.eps(), o.weight_decay(),
                  o.amsgrad(), o.maximize(), decoupled);
  }
  static void adam(Rule&, Work& work, const OptimizerOptions& options) {
    if (const auto* adamw = dynamic_cast<const AdamWOptions*>(&options)) return adam_with(work, *adamw, true);
    const auto& o = as<AdamOptions>(options);
    adam_with(work, o, o.decoupled_weight_decay());
  }
};

const Rule::Spec Rule::kSGD{
    {"momentum_buffer"}, [](size_t, const Tensor&, const OptimizerOptions&) { return Tensor(); }, &Rule::Updates::sgd};

SGD::SGD(std::vector<OptimizerParamGroup> groups, SGDOptions options) : Rule(std::move(groups), boxed(options), kSGD) {
  check_lr(options.lr(), "0.1");
  check_momentum(options.momentum());
  check_decay(options.weight_decay());
  check_value(!options.nesterov() || (options.momentum() > 0 && options.dampening() == 0),
              "Nesterov momentum requires a momentum and zero dampening, but got momentum={} and dampening={}",
              options.momentum(), options.dampening());
}

// ---- Adam, AdamW ----------------------------------------------------------------------------------------------------------

const Rule::Spec Rule::kAdam{{"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"},
                             [](size_t slot, const Tensor& param, const OptimizerOptions& options) {
                               if (slot == 3 && !is_amsgrad<AdamOptions>(options) && !is_amsgrad<AdamWOptions>(options))
                                 return Tensor();
                               return step_and_zeros(slot, param, options);
                             },
                             &Rule::Updates::adam};

Adam::Adam(std::vector<OptimizerParamGroup> groups, AdamOptions options)
    : Rule(std::move(groups), boxed(options), kAdam) {
  check_adam(options, "1e-3");
}
AdamW::AdamW(std::vector<OptimizerParamGroup> groups, AdamWOptions options)
    : Rule(std::move(groups), boxed(options), kAdam) {
  check_adam(options, "1e-3");
}

// ---- RMSprop, Adagrad, Adadelta -------------------------------------------------------------------------------------------

const Rule::Spec Rule::kRMSprop{{"step", "square_avg", "momentum_buffer", "grad_avg"},
                                [](size_t slot, const Tensor& param, const OptimizerOptions& options) {
                                  const auto& o = as<RMSpropOptions>(options);
                                  if ((slot == 2 && !(o.momentum() > 0)) || (slot == 3 && !o.centered()))
                                    return Tensor();
                                  return step_and_zeros(slot, param, options);
                                },
                                [](Rule&, Work& work, const OptimizerOptions& options) {
                                  const auto& o = as<RMSpropOptions>(options);
                                  _optim::rmsprop_(
                                      work.params, work.grads, work.state[1], used_if(o.centered(), work.state[3]),
                                      used_if(o.momentum() > 0, work.state[2]), work.state[0], o.lr(), o.alpha(),
                                      o.eps(), o.weight_decay(), o.momentum(), o.centered(), o.maximize());
                                }};

RMSprop::RMSprop(std::vector<OptimizerParamGroup> groups, RMSpropOptions options)
    : Rule(std::move(groups), boxed(options), kRMSprop) {
  check_lr(options.lr());
  check_eps(options.eps());
  check_momentum(options.momentum());
  check_decay(options.weight_decay());
  check_value(options.alpha() >= 0, "Invalid alpha value: {}. alpha must be 0 or more, for example 0.99",
              options.alpha());
}

const Rule::Spec Rule::kAdagrad{
    {"step", "sum"},
    [](size_t slot, const Tensor& param, const OptimizerOptions& options) {
      return slot == 0 ? number() : filled(param, as<AdagradOptions>(options).initial_accumulator_value());
    },
    [](Rule&, Work& work, const OptimizerOptions& options) {
      const auto& o = as<AdagradOptions>(options);
      _optim::adagrad_(work.params, work.grads, work.state[1], work.state[0], o.lr(), o.lr_decay(), o.eps(),
                       o.weight_decay(), o.maximize());
    }};

Adagrad::Adagrad(std::vector<OptimizerParamGroup> groups, AdagradOptions options)
    : Rule(std::move(groups), boxed(options), kAdagrad) {
  check_lr(options.lr());
  check_value(options.lr_decay() >= 0, "Invalid lr_decay value: {}. lr_decay must be 0 or more", options.lr_decay());
  check_decay(options.weight_decay());
  check_value(options.initial_accumulator_value() >= 0,
              "Invalid initial_accumulator_value value: {}. the sum must start with 0 or more",
              options.initial_accumulator_value());
  check_eps(options.eps());
}

const Rule::Spec Rule::kAdadelta{
    {"step", "square_avg", "acc_delta"}, &step_and_zeros, [](Rule&, Work& work, const OptimizerOptions& options) {
      const auto& o = as<AdadeltaOptions>(options);
      _optim::adadelta_(work.params, work.grads, work.state[1], work.state[2], work.state[0], o.lr(), o.rho(), o.eps(),
                        o.weight_decay(), o.maximize());
    }};

Adadelta::Adadelta(std::vector<OptimizerParamGroup> groups, AdadeltaOptions options)
    : Rule(std::move(groups), boxed(options), kAdadelta) {
  check_lr(options.lr());
  check_value(options.rho() >= 0 && options.rho() <= 1, "Invalid rho value: {}. It must be in [0, 1], for example 0.9",
              options.rho());
  check_eps(options.eps());
  check_decay(options.weight_decay());
}

// ---- Adamax, NAdam, RAdam -------------------------------------------------------------------------------------------------

const Rule::Spec Rule::kAdamax{
    {"step", "exp_avg", "exp_inf"}, &step_and_zeros, [](Rule&, Work& work, const OptimizerOptions& options) {
      const auto& o = as<AdamaxOptions>(options);
      _optim::adamax_(work.params, work.grads, work.state[1], work.state[2], work.state[0], o.lr(),
                      std::get<0>(o.betas()), std::get<1>(o.betas()), o.eps(), o.weight_decay(), o.maximize());
    }};

Adamax::Adamax(std::vector<OptimizerParamGroup> groups, AdamaxOptions options)
    : Rule(std::move(groups), boxed(options), kAdamax) {
  check_adam(options);
}

const Rule::Spec Rule::kNAdam{{"step", "mu_product", "exp_avg", "exp_avg_sq"},
                              [](size_t slot, const Tensor& param, const OptimizerOptions& options) {
                                return slot == 1 ? number(1) : step_and_zeros(slot, param, options);
                              },
                              [](Rule&, Work& work, const OptimizerOptions& options) {
                                const auto& o = as<NAdamOptions>(options);
                                _optim::nadam_(work.params, work.grads, work.state[2], work.state[3], work.state[1],
                                               work.state[0], o.lr(), std::get<0>(o.betas()), std::get<1>(o.betas()),
                                               o.eps(), o.weight_decay(), o.momentum_decay(),
                                               o.decoupled_weight_decay(), o.maximize());
                              }};

NAdam::NAdam(std::vector<OptimizerParamGroup> groups, NAdamOptions options)
    : Rule(std::move(groups), boxed(options), kNAdam) {
  check_adam(options);
  check_value(options.momentum_decay() >= 0, "Invalid momentum_decay value: {}. it must be 0 or more, for example 4e-3",
              options.momentum_decay());
}

const Rule::Spec Rule::kRAdam{
    {"step", "exp_avg", "exp_avg_sq"}, &step_and_zeros, [](Rule&, Work& work, const OptimizerOptions& options) {
      const auto& o = as<RAdamOptions>(options);
      _optim::radam_(work.params, work.grads, work.state[1], work.state[2], work.state[0], o.lr(),
                     std::get<0>(o.betas()), std::get<1>(o.betas()), o.eps(), o.weight_decay(),
                     o.decoupled_weight_decay(), o.maximize());
    }};

RAdam::RAdam(std::vector<OptimizerParamGroup> groups, RAdamOptions options)
    : Rule(std::move(groups), boxed(options), kRAdam) {
  check_adam(options);
}

// ---- Rprop, ASGD ----------------------------------------------------------------------------------------------------------

const Rule::Spec Rule::kRprop{
    {"step", "prev", "step_size"},
    [](size_t slot, const Tensor& param, const OptimizerOptions& options) {
      return slot == 2 ? filled(param, as<RpropOptions>(options).lr()) : step_and_zeros(slot, param, options);
    },
    [](Rule&, Work& work, const OptimizerOptions& options) {
      const auto& o = as<RpropOptions>(options);
      _optim::rprop_(work.params, work.grads, work.state[1], work.state[2], work.state[0], std::get<0>(o.etas()),
                     std::get<1>(o.etas()), std::get<0>(o.step_sizes()), std::get<1>(o.step_sizes()), o.maximize());
    }};

Rprop::Rprop(std::vector<OptimizerParamGroup> groups, RpropOptions options)
    : Rule(std::move(groups), boxed(options), kRprop) {
  check_lr(options.lr());
  const auto [shrink, grow] = options.etas();
  check_value(0 < shrink && shrink < 1 && 1 < grow, "Invalid eta values: {}, {}. Expected 0 < etas[0] < 1 < etas[1]",
              shrink, grow);
}

const Rule::Spec Rule::kASGD{{"step", "eta", "mu", "ax"},
                             [](size_t slot, const Tensor& param, const OptimizerOptions& options) {
                               if (slot == 1) return number(as<ASGDOptions>(options).lr());
                               return slot == 2 ? number(1) : step_and_zeros(slot, param, options);
                             },
                             [](Rule&, Work& work, const OptimizerOptions& options) {
                               const auto& o = as<ASGDOptions>(options);
                               _optim::asgd_(work.params, work.grads, work.state[3], work.state[2], work.state[1],
                                             work.state[0], o.lr(), o.lambd(), o.t0(), o.alpha(), o.weight_decay(),
                                             o.maximize());
                             }};

ASGD::ASGD(std::vector<OptimizerParamGroup> groups, ASGDOptions options)
    : Rule(std::move(groups), boxed(options), kASGD) {
  check_lr(options.lr());
  check_decay(options.weight_decay());
}

// ---- Adafactor, Muon, SparseAdam --------------------------------------------------------------------------------------------

const Rule::Spec Rule::kAdafactor{{"step", "row_var", "col_var", "variance"},
                                  [](size_t slot, const Tensor& param, const OptimizerOptions&) {
                                    if (slot == 0) return number();
                                    if ((param.dim() > 1) == (slot == 3)) return Tensor();
                                    if (slot == 3) return zeros_like(param);
                                    std::vector<int64_t> sizes = param.sizes().vec();
                                    sizes[sizes.size() - slot] = 1;  // the last dimension, or the one before it
                                    return zeros(sizes, TensorOptions(param.dtype()));
                                  },
                                  [](Rule&, Work& work, const OptimizerOptions& options) {
                                    const auto& o = as<AdafactorOptions>(options);
                                    _optim::adafactor_(work.params, work.grads, work.state[1], work.state[2],
                                                       work.state[3], work.state[0], o.lr(), o.beta2_decay(),
                                                       std::get<0>(o.eps()), std::get<1>(o.eps()), o.d(),
                                                       o.weight_decay(), o.maximize());
                                  }};

Adafactor::Adafactor(std::vector<OptimizerParamGroup> groups, AdafactorOptions options)
    : Rule(std::move(groups), boxed(options), kAdafactor) {
  const auto& [eps1, eps2] = options.eps();
  check_value(options.lr() >= 0, "Learning rate should be >= 0 but is: {}", options.lr());
  check_value(options.beta2_decay() <= 0, "beta2_decay should be <= 0 but is: {}", options.beta2_decay());
  check_value(!eps1 || *eps1 >= 0, "epsilon1 should be >= 0 but is: {}", eps1.value_or(0));
  check_value(eps2 >= 0, "epsilon2 should be >= 0 but is: {}", eps2);
  check_value(options.d() >= 1, "Clipping threshold d should be >= 1 but is: {}", options.d());
  check_value(options.weight_decay() >= 0, "weight_decay should be >= 0 but is: {}", options.weight_decay());
}

const Rule::Spec Rule::kMuon{{"momentum_buffer"},
                             [](size_t, const Tensor& param, const OptimizerOptions&) { return zeros_like(param); },
                             [](Rule&, Work& work, const OptimizerOptions& options) {
                               const auto& o = as<MuonOptions>(options);
                               const auto [a, b, c] = o.ns_coefficients();
                               const double coefficients[] = {a, b, c};
                               std::optional<std::string_view> adjust;
                               if (o.adjust_lr_fn()) adjust = *o.adjust_lr_fn();
                               _optim::muon_(work.params, work.grads, work.state[0], o.lr(), o.weight_decay(),
                                             o.momentum(), o.nesterov(), coefficients, o.eps(), o.ns_steps(), adjust);
                             }};

Muon::Muon(std::vector<OptimizerParamGroup> groups, MuonOptions options)
    : Rule(std::move(groups), boxed(options), kMuon) {
  check_value(options.lr() >= 0, "Learning rate should be >= 0 but is: {}", options.lr());
  check_value(options.momentum() >= 0, "momentum should be >= 0 but is: {}", options.momentum());
  check_value(options.weight_decay() >= 0, "weight decay should be >= 0 but is: {}", options.weight_decay());
  const auto& adjust = options.adjust_lr_fn();
  check_value(!adjust || *adjust == "original" || *adjust == "match_rms_adamw",
              "Adjust learning rate function {} is not supported", adjust.value_or(""));
  for (const auto& group : param_groups()) {
    for (const Tensor& p : group.params()) {
      check_value(p.dim() == 2, "Muon only supports 2D parameters whereas we found a parameter with size: {}",
                  p.sizes());
    }
  }
}

const Rule::Spec Rule::kSparseAdam{{"step", "exp_avg", "exp_avg_sq"},
                                   [](size_t slot, const Tensor& param, const OptimizerOptions&) {
                                     return slot == 0 ? zeros({}, TensorOptions(kLong)) : zeros_like(param);
                                   },
                                   [](Rule&, Work& work, const OptimizerOptions& options) {
                                     const auto& o = as<SparseAdamOptions>(options);
                                     std::vector<int64_t> steps;
                                     for (Tensor& step : work.state[0]) steps.push_back(step.add_(1).item<int64_t>());
                                     _optim::sparse_adam_(work.params, work.grads, work.state[1], work.state[2], steps,
                                                          o.lr(), std::get<0>(o.betas()), std::get<1>(o.betas()),
                                                          o.eps(), o.maximize());
                                   }};

SparseAdam::SparseAdam(std::vector<OptimizerParamGroup> groups, SparseAdamOptions options)
    : Rule(std::move(groups), boxed(options), kSparseAdam) {
  check_value(options.lr() > 0, "Invalid learning rate: {}. lr must be above 0, for example 1e-3", options.lr());
  check_value(options.eps() > 0, "Invalid epsilon value: {}. eps must be above 0, for example 1e-8", options.eps());
  check_betas(options.betas());
}

}  // namespace rushlight::optim
