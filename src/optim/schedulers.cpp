// Learning-rate schedulers: the base class, factors, cosines, schedulers of schedulers, and the one with a metric.
#include "rushlight/optim/schedulers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "optim/option_files.h"
#include "rushlight/warn.h"

namespace rushlight::optim {

using std::numbers::pi;

std::vector<double> PerGroup::of(const char* name, const Optimizer& optimizer) const {
  const size_t count = optimizer.param_groups().size();
  if (!is_list_) return std::vector<double>(count, all_);
  check_value(values_.size() == count,
              "{} must have the same length as optimizer.param_groups. {} has {} values, param_groups has {}.", name,
              name, values_.size(), count);
  return values_;
}

// ---- the base class -----------------------------------------------------------------------------------------------------

LRScheduler::LRScheduler(Optimizer& optimizer, int64_t last_epoch) : optimizer_(optimizer), last_epoch_(last_epoch) {
  auto& groups = optimizer.param_groups();
  for (size_t i = 0; i < groups.size(); ++i) {
    if (last_epoch == -1 && !groups[i].initial_lr) groups[i].initial_lr = groups[i].options().get_lr();
    check_value(groups[i].initial_lr.has_value(),
                "param 'initial_lr' is not specified in param_groups[{}] when resuming scheduler with last_epoch >= 0. "
                "Load the optimizer's state first, or leave last_epoch out for a fresh run",
                i);
    base_lrs_.push_back(*groups[i].initial_lr);
  }
  last_lr_ = group_lrs();
}

void LRScheduler::initial_step() {
  step_count_ = 0;
  is_initial_ = true;
  step();
  is_initial_ = false;
}

void LRScheduler::step() {
  if (step_count_ == 1 && !optimizer_.stepped()) {
    warn(
        "Detected call of `lr_scheduler.step()` before `optimizer.step()`. Call them in the opposite order, or the "
        "first value of the learning rate schedule is skipped.");
  }
  ++step_count_;
  update_lr();
}

void LRScheduler::update_lr() {
  check_groups();
  ++last_epoch_;
  set_lrs(get_lr());
}

void LRScheduler::jump_to(int64_t epoch) {
  check_groups();
  last_epoch_ = epoch;
  set_lrs(get_closed_form_lr());
}

void LRScheduler::check_groups() const {
  const size_t now = optimizer_.param_groups().size();
  check_value(now == base_lrs_.size(),
              "the optimizer has {} parameter groups, but had {} when the scheduler was made; make a new scheduler",
              now, base_lrs_.size());
}

void LRScheduler::set_lrs(const std::vector<double>& values) {
  auto& groups = optimizer_.param_groups();
  for (size_t i = 0; i < groups.size(); ++i) groups[i].options().set_lr(values[i]);
  last_lr_ = group_lrs();
}

std::vector<double> LRScheduler::group_lrs() const {
  std::vector<double> lrs;
  for (const auto& group : optimizer_.param_groups()) lrs.push_back(group.options().get_lr());
  return lrs;
}

void LRScheduler::visit_state(OptionVisitor& visit) {
  visit("last_epoch", last_epoch_)("_step_count", step_count_);
  visit.visit("base_lrs", base_lrs_);
  visit.visit("_last_lr", last_lr_);
}

NamedTensors LRScheduler::state_dict() const {
  NamedTensors out;
  SaveOptions visitor(out, "");
  const_cast<LRScheduler*>(this)->visit_state(visitor);  // which leaves everything as it is
  return out;
}

void LRScheduler::load_state_dict(const NamedTensors& state) {
  LoadOptions visitor(state, "");
  visit_state(visitor);
}

namespace {

// factor(base) for the initial rate of every group.
template <class F>
std::vector<double> of_each(const std::vector<double>& bases, const F& f) {
  std::vector<double> lrs;
  for (const double base : bases) lrs.push_back(f(base));
  return lrs;
}

double as_double(int64_t n) { return static_cast<double>(n); }

}  // namespace

// ---- factors ------------------------------------------------------------------------------------------------------------

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, double gamma, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), step_size_(step_size), gamma_(gamma) {
  check_value(step_size > 0, "step_size must be 1 or more, but got {}", step_size);
  initial_step();
}
std::vector<double> StepLR::get_lr() {
  if (last_epoch_ == 0 || last_epoch_ % step_size_ != 0) return group_lrs();
  return scaled(gamma_);
}
std::vector<double> StepLR::get_closed_form_lr() {
  return of_each(base_lrs_, [&](double base) { return base * std::pow(gamma_, as_double(last_epoch_ / step_size_)); });
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), milestones_(std::move(milestones)), gamma_(gamma) {
  std::sort(milestones_.begin(), milestones_.end());
  initial_step();
}
std::vector<double> MultiStepLR::get_lr() {
  const auto times = std::count(milestones_.begin(), milestones_.end(), last_epoch_);
  return times == 0 ? group_lrs() : scaled(std::pow(gamma_, as_double(times)));
}
std::vector<double> MultiStepLR::get_closed_form_lr() {
  const auto passed = std::upper_bound(milestones_.begin(), milestones_.end(), last_epoch_) - milestones_.begin();
  return of_each(base_lrs_, [&](double base) { return base * std::pow(gamma_, as_double(passed)); });
}

ConstantLR::ConstantLR(Optimizer& optimizer, double factor, int64_t total_iters, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), factor_(factor), total_iters_(total_iters) {
  check_value(factor <= 1 && factor >= 0,
              "Constant multiplicative factor expected to be between 0 and 1. Got factor={}", factor);
  initial_step();
}
std::vector<double> ConstantLR::get_lr() {
  if (last_epoch_ == 0) return scaled(factor_);
  return last_epoch_ != total_iters_ ? group_lrs() : scaled(1.0 / factor_);
}
std::vector<double> ConstantLR::get_closed_form_lr() {
  const double factor = last_epoch_ >= total_iters_ ? factor_ + (1 - factor_) : factor_;
  return of_each(base_lrs_, [&](double base) { return base * factor; });
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor, int64_t total_iters,
                   int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch),
      start_factor_(start_factor),
      end_factor_(end_factor),
      total_iters_(total_iters) {
  check_value(start_factor <= 1 && start_factor > 0,
              "Starting multiplicative factor expected to be greater than 0 and less or equal to 1., but got {}",
              start_factor);
  check_value(end_factor <= 1 && end_factor >= 0, "Ending multiplicative factor expected to be between 0 and 1. Got {}",
              end_factor);
  initial_step();
}
std::vector<double> LinearLR::get_lr() {
  if (last_epoch_ == 0) return scaled(start_factor_);
  if (is_initial_ || last_epoch_ > total_iters_) return group_lrs();
  const double change = end_factor_ - start_factor_;
  const double before = as_double(total_iters_) * start_factor_ + as_double(last_epoch_ - 1) * change;
  return scaled(1.0 + change / before);
}
std::vector<double> LinearLR::get_closed_form_lr() {
  const double change = end_factor_ - start_factor_;
  const double steps = as_double(std::min(total_iters_, last_epoch_));
  return of_each(base_lrs_,
                 [&](double base) { return base * (start_factor_ + change * steps / as_double(total_iters_)); });
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), gamma_(gamma) {
  initial_step();
}
std::vector<double> ExponentialLR::get_lr() { return is_initial_ ? group_lrs() : scaled(gamma_); }
std::vector<double> ExponentialLR::get_closed_form_lr() {
  return of_each(base_lrs_, [&](double base) { return base * std::pow(gamma_, as_double(last_epoch_)); });
}

PolynomialLR::PolynomialLR(Optimizer& optimizer, int64_t total_iters, double power, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), total_iters_(total_iters), power_(power) {
  initial_step();
}
std::vector<double> PolynomialLR::get_lr() {
  if (is_initial_ || last_epoch_ > total_iters_) return group_lrs();
  const double left = 1.0 - as_double(last_epoch_) / as_double(total_iters_);
  const double before = 1.0 - as_double(last_epoch_ - 1) / as_double(total_iters_);
  return scaled(std::pow(left / before, power_));
}
std::vector<double> PolynomialLR::get_closed_form_lr() {
  const double left = 1.0 - as_double(std::min(total_iters_, last_epoch_)) / as_double(total_iters_);
  return of_each(base_lrs_, [&](double base) { return base * std::pow(left, power_); });
}

namespace {

std::vector<RateFunction> for_each_group(std::vector<RateFunction> functions, const Optimizer& optimizer) {
  const size_t count = optimizer.param_groups().size();
  if (functions.size() == 1) functions.resize(count, functions[0]);
  check_value(functions.size() == count, "Expected {} lr_lambdas, but got {}", count, functions.size());
  for (const auto& f : functions) check_type(static_cast<bool>(f), "lr_lambda should be a function, but got none");
  return functions;
}

}  // namespace

LambdaLR::LambdaLR(Optimizer& optimizer, const RateFunction& lr_lambda, int64_t last_epoch)
    : LambdaLR(optimizer, std::vector<RateFunction>(optimizer.param_groups().size(), lr_lambda), last_epoch) {}
LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<RateFunction> lr_lambdas, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), lambdas_(for_each_group(std::move(lr_lambdas), optimizer)) {
  initial_step();
}
std::vector<double> LambdaLR::get_lr() {
  std::vector<double> lrs;
  for (size_t i = 0; i < base_lrs_.size(); ++i) lrs.push_back(base_lrs_[i] * lambdas_[i](last_epoch_));
  return lrs;
}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, const RateFunction& lr_lambda, int64_t last_epoch)
    : MultiplicativeLR(optimizer, std::vector<RateFunction>(optimizer.param_groups().size(), lr_lambda), last_epoch) {}
MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, std::vector<RateFunction> lr_lambdas, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), lambdas_(for_each_group(std::move(lr_lambdas), optimizer)) {
  initial_step();
}
std::vector<double> MultiplicativeLR::get_lr() {
  std::vector<double> lrs = group_lrs();
  if (is_initial_) return lrs;
  for (size_t i = 0; i < lrs.size(); ++i) lrs[i] = lrs[i] * lambdas_[i](last_epoch_);
  return lrs;
}

// ---- cosines ------------------------------------------------------------------------------------------------------------

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch), t_max_(T_max), eta_min_(eta_min) {
  check_value(T_max > 0, "T_max must be 1 or more, but got {}", T_max);
  initial_step();
}
std::vector<double> CosineAnnealingLR::get_lr() {
  std::vector<double> lrs = group_lrs();
  if (is_initial_) return lrs;
  if (step_count_ == 1 && last_epoch_ > 0) return get_closed_form_lr();
  const double t = as_double(t_max_);
  if ((last_epoch_ - 1 - t_max_) % (2 * t_max_) == 0) {
    for (size_t i = 0; i < lrs.size(); ++i) {
      lrs[i] = lrs[i] + (base_lrs_[i] - eta_min_) * (1 - std::cos(pi / t)) / 2;
    }
    return lrs;
  }
  const double now = 1 + std::cos(pi * as_double(last_epoch_) / t);
  const double ratio = now / (1 + std::cos(pi * as_double(last_epoch_ - 1) / t));
  for (double& lr : lrs) lr = ratio * (lr - eta_min_) + eta_min_;
  return lrs;
}
std::vector<double> CosineAnnealingLR::get_closed_form_lr() {
  const double height = 1 + std::cos(pi * as_double(last_epoch_) / as_double(t_max_));
  return of_each(base_lrs_, [&](double base) { return eta_min_ + (base - eta_min_) * height / 2; });
}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0, int64_t T_mult,
                                                         double eta_min, int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch),
      t_0_(T_0),
      t_mult_(T_mult),
      eta_min_(eta_min),
      t_cur_(as_double(last_epoch)),
      t_i_(as_double(T_0)) {
  check_value(T_0 > 0, "Expected positive integer T_0, but got {}", T_0);
  check_value(T_mult >= 1, "Expected integer T_mult >= 1, but got {}", T_mult);
  initial_step();
}
std::vector<double> CosineAnnealingWarmRestarts::get_lr() {
  const double height = 1 + std::cos(pi * t_cur_ / t_i_);
  return of_each(base_lrs_, [&](double base) { return eta_min_ + (base - eta_min_) * height / 2; });
}
void CosineAnnealingWarmRestarts::step() {
  if (last_epoch_ < 0) return step(0.0);
  t_cur_ += 1;
  if (t_cur_ >= t_i_) {
    t_cur_ = std::fmod(t_cur_, t_i_);
    t_i_ = t_i_ * as_double(t_mult_);
  }
  set_rates(as_double(last_epoch_ + 1));
}
void CosineAnnealingWarmRestarts::step(double epoch) {
  check_value(epoch >= 0 && epoch < 1e15, "Expected non-negative epoch, but got {}", epoch);
  const double first = as_double(t_0_), mult = as_double(t_mult_);
  if (epoch < first) {
    t_i_ = first;
    t_cur_ = epoch;
  } else if (t_mult_ == 1) {
    t_cur_ = std::fmod(epoch, first);
  } else {
    const double restarts = std::trunc(std::log(epoch / first * (mult - 1) + 1) / std::log(mult));
    t_cur_ = epoch - first * (std::pow(mult, restarts) - 1) / (mult - 1);
    t_i_ = first * std::pow(mult, restarts);
  }
  set_rates(epoch);
}
void CosineAnnealingWarmRestarts::set_rates(double epoch) {
  check_groups();
  last_epoch_ = static_cast<int64_t>(std::floor(epoch));
  set_lrs(get_lr());
}
void CosineAnnealingWarmRestarts::visit_state(OptionVisitor& visit) {
  LRScheduler::visit_state(visit);
  visit("T_cur", t_cur_)("T_i", t_i_);
}

// ---- schedulers of schedulers -------------------------------------------------------------------------------------------

namespace {

Optimizer& common_optimizer(const char* name, const std::vector<LRScheduler*>& schedulers, Optimizer* optimizer) {
  check_value(!schedulers.empty(), "{} expects at least one scheduler, but got no scheduler.", name);
  for (size_t i = 0; i < schedulers.size(); ++i) {
    check_type(schedulers[i] != nullptr, "{} at index {} got no scheduler", name, i);
    if (!optimizer) optimizer = &schedulers[i]->optimizer();
    check_value(&schedulers[i]->optimizer() == optimizer,
                "{} expects all schedulers to belong to the same optimizer, but got a scheduler at index {}, which has "
                "another one.",
                name, i);
  }
  return *optimizer;
}

// Puts the name of a part before the names of its numbers.
struct WithPrefix final : OptionVisitor {
  WithPrefix(OptionVisitor& to, std::string prefix) : to(to), prefix(std::move(prefix)) {}
  void visit(const char* name, std::vector<double>& values) override { to.visit((prefix + name).c_str(), values); }
  OptionVisitor& to;
  std::string prefix;
};

}  // namespace

CompoundLR::CompoundLR(const char* name, std::vector<LRScheduler*> schedulers, Optimizer* optimizer)
    : LRScheduler(common_optimizer(name, schedulers, optimizer)), schedulers_(std::move(schedulers)) {}

void CompoundLR::visit_state(OptionVisitor& visit) {
  LRScheduler::visit_state(visit);
  for (size_t i = 0; i < schedulers_.size(); ++i) {
    WithPrefix part(visit, format("_schedulers.{}.", i));
    schedulers_[i]->visit_state(part);
  }
}

std::vector<double> CompoundLR::get_lr() {
  fail(ErrorKind::kNotImplemented, "a scheduler of schedulers cannot be started again in the middle of another");
}

SequentialLR::SequentialLR(Optimizer& optimizer, std::vector<LRScheduler*> schedulers, std::vector<int64_t> milestones,
                           int64_t last_epoch)
    : CompoundLR("SequentialLR", std::move(schedulers), &optimizer), milestones_(std::move(milestones)) {
  check_value(milestones_.size() + 1 == schedulers_.size(),
              "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone "
              "points, but got number of schedulers {} and the number of milestones to be equal to {}",
              schedulers_.size(), milestones_.size());
  last_epoch_ = last_epoch + 1;
  for (auto& group : optimizer.param_groups()) group.options().set_lr(*group.initial_lr);
  undo_first_step();  // take back the first steps that all the schedules took
  LRScheduler& first = *schedulers_[static_cast<size_t>(std::upper_bound(milestones_.begin(), milestones_.end(), 0) -
                                                        milestones_.begin())];
  first.initial_step();
  last_lr_ = first.get_last_lr();
}
size_t SequentialLR::turn() const {
  return static_cast<size_t>(std::upper_bound(milestones_.begin(), milestones_.end(), last_epoch_) -
                             milestones_.begin());
}
void SequentialLR::step() {
  ++last_epoch_;
  const size_t i = turn();
  if (i > 0 && milestones_[i - 1] == last_epoch_)
    schedulers_[i]->jump_to(0);
  else
    schedulers_[i]->step();
  last_lr_ = schedulers_[i]->get_last_lr();
}

ChainedScheduler::ChainedScheduler(std::vector<LRScheduler*> schedulers, Optimizer* optimizer)
    : CompoundLR("ChainedScheduler", std::move(schedulers), optimizer) {}
void ChainedScheduler::step() {
  for (LRScheduler* s : schedulers_) s->step();
  last_lr_ = group_lrs();
}

// ---- with a metric --------------------------------------------------------------------------------------------------------

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, SchedulerMode mode, double factor, int64_t patience,
                                     double threshold, ThresholdMode threshold_mode, int64_t cooldown,
                                     const PerGroup& min_lr, double eps)
    : optimizer_(optimizer),
      mode_(mode),
      factor_(factor),
      threshold_(threshold),
      patience_(patience),
      threshold_mode_(threshold_mode),
      cooldown_(cooldown),
      min_lrs_(min_lr.of("min_lr", optimizer)),
      eps_(eps),
      best_(mode == min ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity()) {
  check_value(factor < 1, "Factor should be < 1.0. Got factor={}", factor);
  for (const auto& group : optimizer.param_groups()) last_lr_.push_back(group.options().get_lr());
}

bool ReduceLROnPlateau::is_better(double metric) const {
  const bool relative = threshold_mode_ == rel;
  if (mode_ == min) return metric < (relative ? best_ * (1.0 - threshold_) : best_ - threshold_);
  return metric > (relative ? best_ * (threshold_ + 1.0) : best_ + threshold_);
}

void ReduceLROnPlateau::step(double metric) {
  ++last_epoch_;
  if (is_better(metric)) {
    best_ = metric;
    num_bad_epochs_ = 0;
  } else {
    ++num_bad_epochs_;
  }
  if (in_cooldown()) {
    --cooldown_counter_;
    num_bad_epochs_ = 0;
  }
  if (num_bad_epochs_ > patience_) {
    reduce_lr();
    cooldown_counter_ = cooldown_;
    num_bad_epochs_ = 0;
  }
  last_lr_.clear();
  for (const auto& group : optimizer_.param_groups()) last_lr_.push_back(group.options().get_lr());
}

void ReduceLROnPlateau::reduce_lr() {
  auto& groups = optimizer_.param_groups();
  check(
      groups.size() == min_lrs_.size(),
      "The number of param groups in the `optimizer` ({}) differs from when `ReduceLROnPlateau` was initialized ({}), "
      "usually due to a new param group being added to the optimizer.",
      groups.size(), min_lrs_.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    const double before = groups[i].options().get_lr();
    const double lr = std::max(before * factor_, min_lrs_[i]);
    if (before - lr > eps_) groups[i].options().set_lr(lr);
  }
}

void ReduceLROnPlateau::visit_state(OptionVisitor& visit) {
  visit("last_epoch", last_epoch_)("cooldown_counter", cooldown_counter_)("num_bad_epochs", num_bad_epochs_)("best",
                                                                                                             best_);
  visit.visit("_last_lr", last_lr_);
}
NamedTensors ReduceLROnPlateau::state_dict() const {
  NamedTensors out;
  SaveOptions visitor(out, "");
  const_cast<ReduceLROnPlateau*>(this)->visit_state(visitor);  // which leaves everything as it is
  return out;
}
void ReduceLROnPlateau::load_state_dict(const NamedTensors& state) {
  LoadOptions visitor(state, "");
  visit_state(visitor);
}

}  // namespace rushlight::optim
