// Schedulers that go up and down again, with momentum going the other way.
#include <cmath>
#include <numbers>

#include "rushlight/optim/schedulers.h"

namespace rushlight::optim {

namespace {

// Finds momentum, or the first beta, among a group's options, and sets it when asked to.
struct Momentum final : OptionVisitor {
  explicit Momentum(std::optional<double> value = std::nullopt) : value(value) {}
  void visit(const char* name, std::vector<double>& values) override {
    const std::string_view option = name;
    if (option != "momentum" && option != "betas") return;
    found = true;
    if (value && !values.empty()) values[0] = *value;
  }
  std::optional<double> value;
  bool found = false;
};

double as_double(int64_t n) { return static_cast<double>(n); }

}  // namespace

void MomentumLR::start_momentum(const PerGroup& base_momentum, const PerGroup& max_momentum) {
  Momentum has;
  optimizer_.defaults().visit_options(has);
  check_value(has.found, "optimizer must support momentum or beta1 with `cycle_momentum` option enabled");
  max_momentums_ = max_momentum.of("max_momentum", optimizer_);
  base_momentums_ = base_momentum.of("base_momentum", optimizer_);
  if (last_epoch_ != -1) return;
  for (size_t i = 0; i < max_momentums_.size(); ++i) set_momentum(i, max_momentums_[i]);
}

void MomentumLR::set_momentum(size_t group, double value) {
  Momentum to(value);
  optimizer_.param_groups()[group].options().visit_options(to);
}

// ---- one cycle ----------------------------------------------------------------------------------------------------------

namespace {

int64_t count_steps(const OneCycleLROptions& o) {
  if (o.total_steps()) {
    check_value(*o.total_steps() > 0, "Expected positive integer total_steps, but got {}", *o.total_steps());
    return *o.total_steps();
  }
  check_value(o.epochs() && o.steps_per_epoch(), "You must define either total_steps OR (epochs AND steps_per_epoch)");
  check_value(*o.epochs() > 0, "Expected positive integer epochs, but got {}", *o.epochs());
  check_value(*o.steps_per_epoch() > 0, "Expected positive integer steps_per_epoch, but got {}", *o.steps_per_epoch());
  return *o.epochs() * *o.steps_per_epoch();
}

// The groups' initial rates are of this schedule.
Optimizer& with_initial_rates(Optimizer& optimizer, const OneCycleLROptions& o, int64_t last_epoch) {
  const std::vector<double> highest = o.max_lr().of("max_lr", optimizer);
  for (size_t i = 0; last_epoch == -1 && i < highest.size(); ++i) {
    optimizer.param_groups()[i].initial_lr = highest[i] / o.div_factor();
  }
  return optimizer;
}

}  // namespace

OneCycleLR::OneCycleLR(Optimizer& optimizer, const OneCycleLROptions& o, int64_t last_epoch)
    : MomentumLR(with_initial_rates(optimizer, o, last_epoch), last_epoch), total_steps_(count_steps(o)) {
  check_value(o.pct_start() >= 0 && o.pct_start() <= 1, "Expected float between 0 and 1 pct_start, but got {}",
              o.pct_start());
  check_value(o.anneal_strategy() == "cos" || o.anneal_strategy() == "linear",
              "anneal_strategy must be one of 'cos' or 'linear', instead got {}", o.anneal_strategy());
  cosine_ = o.anneal_strategy() == "cos";
  rates_[kMax] = o.max_lr().of("max_lr", optimizer);
  for (const double highest : rates_[kMax]) {
    rates_[kInitial].push_back(highest / o.div_factor());
    rates_[kMin].push_back(rates_[kInitial].back() / o.final_div_factor());
  }
  const double total = as_double(total_steps_), up = o.pct_start() * total, last = as_double(total_steps_ - 1);
  phases_.push_back({up - 1, kInitial, kMax, true, false});
  if (o.three_phase()) {
    phases_.push_back({2 * o.pct_start() * total - 2, kMax, kInitial, false, true});
    phases_.push_back({last, kInitial, kMin, true, true});
  } else {
    phases_.push_back({last, kMax, kMin, false, true});
  }
  cycle_momentum_ = o.cycle_momentum();
  if (cycle_momentum_) start_momentum(o.base_momentum(), o.max_momentum());
  initial_step();
}

double OneCycleLR::anneal(double start, double end, double pct) const {
  if (cosine_) return end + (start - end) / 2.0 * (std::cos(std::numbers::pi * pct) + 1);
  return (end - start) * pct + start;
}

std::vector<double> OneCycleLR::get_lr() {
  check_value(last_epoch_ <= total_steps_, "Tried to step {} times. The specified number of total steps is {}",
              last_epoch_, total_steps_);
  const double step = as_double(last_epoch_);
  double start_step = 0;
  size_t k = 0;
  for (; k + 1 < phases_.size() && step > phases_[k].end_step; ++k) start_step = phases_[k].end_step;
  const Phase& phase = phases_[k];
  const double pct = (step - start_step) / (phase.end_step - start_step);
  std::vector<double> lrs;
  for (size_t i = 0; i < base_lrs_.size(); ++i) {
    lrs.push_back(anneal(rates_[phase.start_lr][i], rates_[phase.end_lr][i], pct));
    if (!cycle_momentum_) continue;
    const auto bound = [&](bool high) { return high ? max_momentums_[i] : base_momentums_[i]; };
    set_momentum(i, anneal(bound(phase.start_high), bound(phase.end_high), pct));
  }
  return lrs;
}

// ---- many cycles --------------------------------------------------------------------------------------------------------

namespace {

Optimizer& with_lowest_rates(Optimizer& optimizer, const CyclicLROptions& o, int64_t last_epoch) {
  const std::vector<double> lowest = o.base_lr().of("base_lr", optimizer);
  for (size_t i = 0; last_epoch == -1 && i < lowest.size(); ++i) {
    optimizer.param_groups()[i].options().set_lr(lowest[i]);
  }
  return optimizer;
}

}  // namespace

CyclicLR::CyclicLR(Optimizer& optimizer, CyclicLROptions options, int64_t last_epoch)
    : MomentumLR(with_lowest_rates(optimizer, options, last_epoch), last_epoch), options_(std::move(options)) {
  const CyclicLROptions& o = options_;
  max_lrs_ = o.max_lr().of("max_lr", optimizer);
  check_value(o.step_size_up() > 0 && o.step_size_down().value_or(1) >= 0,
              "step_size_up must be 1 or more and step_size_down 0 or more, but got {} and {}", o.step_size_up(),
              o.step_size_down().value_or(o.step_size_up()));
  const double up = as_double(o.step_size_up());
  total_size_ = up + (o.step_size_down() ? as_double(*o.step_size_down()) : up);
  step_ratio_ = up / total_size_;
  const std::string& mode = o.mode();
  check_value(o.scale_fn() || mode == "triangular" || mode == "triangular2" || mode == "exp_range",
              "mode is invalid and scale_fn is None: give scale_fn, or one of 'triangular', 'triangular2' and "
              "'exp_range' as mode, not '{}'",
              mode);
  if (!o.scale_fn()) options_.scale_mode(mode == "exp_range" ? "iterations" : "cycle");
  cycle_momentum_ = o.cycle_momentum();
  if (cycle_momentum_) start_momentum(o.base_momentum(), o.max_momentum());
  // The first rates are computed from the groups' initial ones, all later ones from base_lr.
  const std::vector<double> lowest = o.base_lr().of("base_lr", optimizer);
  initial_step();
  base_lrs_ = lowest;
}

double CyclicLR::scale(double x) const {
  if (options_.scale_fn()) return options_.scale_fn()(static_cast<int64_t>(x));
  if (options_.mode() == "triangular") return 1;
  if (options_.mode() == "triangular2") return 1 / std::pow(2.0, x - 1);
  return std::pow(options_.gamma(), x);
}

std::vector<double> CyclicLR::get_lr() {
  const double step = as_double(last_epoch_);
  const double cycle = std::floor(1 + step / total_size_), x = 1.0 + step / total_size_ - cycle;
  const double height = x <= step_ratio_ ? x / step_ratio_ : (x - 1) / (step_ratio_ - 1);
  const double scaled = scale(options_.scale_mode() == "cycle" ? cycle : step);
  std::vector<double> lrs;
  for (size_t i = 0; i < base_lrs_.size(); ++i) {
    lrs.push_back(base_lrs_[i] + (max_lrs_[i] - base_lrs_[i]) * height * scaled);
    if (!cycle_momentum_) continue;
    set_momentum(i, max_momentums_[i] - (max_momentums_[i] - base_momentums_[i]) * height * scaled);
  }
  return lrs;
}

}  // namespace rushlight::optim
