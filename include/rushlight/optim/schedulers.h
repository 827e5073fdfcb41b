// Learning-rate schedulers, in PyTorch's chainable form: each step computes the rate from the one before it.
//
// Their numbers are Python's bit for bit: the same expressions in the same order.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rushlight/optim/rules.h"

namespace rushlight::optim {

// A function of one number, whatever its type was.
class RateFunction {
 public:
  RateFunction() = default;
  template <class F>
    requires(!std::is_same_v<std::decay_t<F>, RateFunction>)
  RateFunction(F f) : call_(std::make_shared<Call<F>>(std::move(f))) {}
  double operator()(int64_t x) const { return (*call_)(x); }
  explicit operator bool() const noexcept { return call_ != nullptr; }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual double operator()(int64_t x) = 0;
  };
  template <class F>
  struct Call final : Base {
    explicit Call(F f) : function(std::move(f)) {}
    double operator()(int64_t x) override { return static_cast<double>(function(x)); }
    F function;
  };
  std::shared_ptr<Base> call_;
};

// One number for every group, or one for each.
class PerGroup {
 public:
  PerGroup(double value) : all_(value) {}
  PerGroup(std::vector<double> values) : values_(std::move(values)), is_list_(true) {}
  PerGroup(std::initializer_list<double> values) : values_(values), is_list_(true) {}
  std::vector<double> of(const char* name, const Optimizer& optimizer) const;

 private:
  double all_ = 0;
  std::vector<double> values_;
  bool is_list_ = false;
};

class RL_API LRScheduler {
 public:
  virtual ~LRScheduler() = default;
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  // To be called after the optimizer's step.
  virtual void step();
  // One rate for each parameter group.
  const std::vector<double>& get_last_lr() const noexcept { return last_lr_; }
  int64_t last_epoch() const noexcept { return last_epoch_; }
  Optimizer& optimizer() noexcept { return optimizer_; }
  // What changes with the steps, as f64 tensors by name; and back.
  NamedTensors state_dict() const;
  void load_state_dict(const NamedTensors& state);

 protected:
  // With last_epoch of 0 or more a run goes on: the groups must have their initial rates (load the optimizer first).
  explicit LRScheduler(Optimizer& optimizer, int64_t last_epoch = -1);
  // Sets the first rates. The constructors of schedulers end with it; theirs is the rate for step 0.
  void initial_step();
  // The next rate of every group.
  virtual std::vector<double> get_lr() { return group_lrs(); }
  // The rates at last_epoch() from nothing but the initial ones, for jumps; without such a form, get_lr().
  virtual std::vector<double> get_closed_form_lr() { return get_lr(); }
  void update_lr();
  void jump_to(int64_t epoch);
  void set_lrs(const std::vector<double>& values);
  std::vector<double> group_lrs() const;
  template <class F>
  std::vector<double> scaled(const F& factor) const {
    std::vector<double> lrs = group_lrs();
    for (double& lr : lrs) lr = lr * factor;
    return lrs;
  }
  // Shows every number that a saved state holds.
  virtual void visit_state(OptionVisitor& visit);
  virtual void undo_first_step() { --last_epoch_; }
  void check_groups() const;

  Optimizer& optimizer_;
  int64_t last_epoch_;
  int64_t step_count_ = 0;
  bool is_initial_ = false;
  std::vector<double> base_lrs_, last_lr_;

  friend class CompoundLR;
  friend class SequentialLR;
};

// lr * gamma every `step_size` steps.
class RL_API StepLR final : public LRScheduler {
 public:
  StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1, int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  std::vector<double> get_closed_form_lr() override;
  int64_t step_size_;
  double gamma_;
};

// lr * gamma at each of the milestones; one listed twice counts twice.
class RL_API MultiStepLR final : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1, int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  std::vector<double> get_closed_form_lr() override;
  std::vector<int64_t> milestones_;
  double gamma_;
};

// lr * factor for the first `total_iters` steps.
class RL_API ConstantLR final : public LRScheduler {
 public:
  explicit ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5, int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  std::vector<double> get_closed_form_lr() override;
  double factor_;
  int64_t total_iters_;
};

// The factor moves from start_factor to end_factor in `total_iters` equal steps.
class RL_API LinearLR final : public LRScheduler {
 public:
  explicit LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0,
                    int64_t total_iters = 5, int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  std::vector<double> get_closed_form_lr() override;
  double start_factor_, end_factor_;
  int64_t total_iters_;
};

// lr * gamma at every step.
class RL_API ExponentialLR final : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma, int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  std::vector<double> get_closed_form_lr() override;
  double gamma_;
};

// Down to 0 in `total_iters` steps, as a power of what is left of them.
class RL_API PolynomialLR final : public LRScheduler {
 public:
  explicit PolynomialLR(Optimizer& optimizer, int64_t total_iters = 5, double power = 1.0, int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  std::vector<double> get_closed_form_lr() override;
  int64_t total_iters_;
  double power_;
};

// From the base rate to `eta_min` along half a cosine in T_max steps (Loshchilov & Hutter 2017, without restarts).
class RL_API CosineAnnealingLR final : public LRScheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0, int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  std::vector<double> get_closed_form_lr() override;
  int64_t t_max_;
  double eta_min_;
};

// The same, starting again after T_0 steps, then after T_mult times as many, and so on.
class RL_API CosineAnnealingWarmRestarts final : public LRScheduler {
 public:
  CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0, int64_t T_mult = 1, double eta_min = 0,
                              int64_t last_epoch = -1);
  void step() override;
  // To `epoch`, which need not be whole.
  void step(double epoch);

 private:
  std::vector<double> get_lr() override;
  void visit_state(OptionVisitor& visit) override;
  void set_rates(double epoch);
  int64_t t_0_, t_mult_;
  double eta_min_, t_cur_, t_i_;
};

// The initial rate times a function of the step count: one for all groups or one for each.
class RL_API LambdaLR final : public LRScheduler {
 public:
  LambdaLR(Optimizer& optimizer, const RateFunction& lr_lambda, int64_t last_epoch = -1);
  LambdaLR(Optimizer& optimizer, std::vector<RateFunction> lr_lambdas, int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  std::vector<RateFunction> lambdas_;
};

// The last rate times a function of the step count.
class RL_API MultiplicativeLR final : public LRScheduler {
 public:
  MultiplicativeLR(Optimizer& optimizer, const RateFunction& lr_lambda, int64_t last_epoch = -1);
  MultiplicativeLR(Optimizer& optimizer, std::vector<RateFunction> lr_lambdas, int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  std::vector<RateFunction> lambdas_;
};

// ---- schedulers of schedulers: those they are made of must outlive them ---------------------------------------------------

class RL_API CompoundLR : public LRScheduler {
 protected:
  CompoundLR(const char* name, std::vector<LRScheduler*> schedulers, Optimizer* optimizer);
  void visit_state(OptionVisitor& visit) override;
  std::vector<double> get_lr() override;
  void undo_first_step() override {
    for (LRScheduler* s : schedulers_) s->undo_first_step();
  }
  std::vector<LRScheduler*> schedulers_;
};

// One after another; from each milestone on the next.
class RL_API SequentialLR final : public CompoundLR {
 public:
  SequentialLR(Optimizer& optimizer, std::vector<LRScheduler*> schedulers, std::vector<int64_t> milestones,
               int64_t last_epoch = -1);
  void step() override;

 private:
  size_t turn() const;
  std::vector<int64_t> milestones_;
};

// All of them at every step: their factors multiply.
class RL_API ChainedScheduler final : public CompoundLR {
 public:
  explicit ChainedScheduler(std::vector<LRScheduler*> schedulers, Optimizer* optimizer = nullptr);
  void step() override;
};

// ---- cycles, with momentum (or the first beta) going the other way --------------------------------------------------------

class RL_API MomentumLR : public LRScheduler {
 protected:
  using LRScheduler::LRScheduler;
  void start_momentum(const PerGroup& base_momentum, const PerGroup& max_momentum);
  void set_momentum(size_t group, double value);
  bool cycle_momentum_ = true;
  std::vector<double> base_momentums_, max_momentums_;
};

class OneCycleLROptions {
 public:
  explicit OneCycleLROptions(PerGroup max_lr) : max_lr_(std::move(max_lr)) {}
  RUSHLIGHT_ARG(PerGroup, max_lr);
  RUSHLIGHT_ARG(OptionalInt, total_steps);
  RUSHLIGHT_ARG(OptionalInt, epochs);
  RUSHLIGHT_ARG(OptionalInt, steps_per_epoch);
  RUSHLIGHT_ARG(double, pct_start) = 0.3;
  RUSHLIGHT_ARG(std::string, anneal_strategy) = "cos";
  RUSHLIGHT_ARG(bool, cycle_momentum) = true;
  RUSHLIGHT_ARG(PerGroup, base_momentum) = 0.85;
  RUSHLIGHT_ARG(PerGroup, max_momentum) = 0.95;
  RUSHLIGHT_ARG(double, div_factor) = 25;
  RUSHLIGHT_ARG(double, final_div_factor) = 1e4;
  RUSHLIGHT_ARG(bool, three_phase) = false;
};

// One cycle per training: up to max_lr, then far down (Smith & Topin 2017). To be stepped after every batch.
class RL_API OneCycleLR final : public MomentumLR {
 public:
  OneCycleLR(Optimizer& optimizer, const OneCycleLROptions& options, int64_t last_epoch = -1);

 private:
  // Which rate and which momentum a phase starts and ends with.
  enum Rate { kInitial, kMax, kMin };
  struct Phase {
    double end_step;
    Rate start_lr, end_lr;
    bool start_high, end_high;
  };
  std::vector<double> get_lr() override;
  double anneal(double start, double end, double pct) const;
  int64_t total_steps_ = 0;
  bool cosine_ = true;
  std::vector<Phase> phases_;
  std::vector<double> rates_[3];
};

class CyclicLROptions {
 public:
  CyclicLROptions(PerGroup base_lr, PerGroup max_lr) : base_lr_(std::move(base_lr)), max_lr_(std::move(max_lr)) {}
  RUSHLIGHT_ARG(PerGroup, base_lr);
  RUSHLIGHT_ARG(PerGroup, max_lr);
  RUSHLIGHT_ARG(int64_t, step_size_up) = 2000;
  RUSHLIGHT_ARG(OptionalInt, step_size_down);
  RUSHLIGHT_ARG(std::string, mode) = "triangular";
  RUSHLIGHT_ARG(double, gamma) = 1;
  RUSHLIGHT_ARG(RateFunction, scale_fn);
  RUSHLIGHT_ARG(std::string, scale_mode) = "cycle";
  RUSHLIGHT_ARG(bool, cycle_momentum) = true;
  RUSHLIGHT_ARG(PerGroup, base_momentum) = 0.8;
  RUSHLIGHT_ARG(PerGroup, max_momentum) = 0.9;
};

// Up from base_lr to max_lr and down again, over and over (Smith 2015).
class RL_API CyclicLR final : public MomentumLR {
 public:
  CyclicLR(Optimizer& optimizer, CyclicLROptions options, int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  double scale(double cycle) const;
  CyclicLROptions options_;
  std::vector<double> max_lrs_;
  double total_size_ = 0, step_ratio_ = 0;
};

// ---- with a metric ----------------------------------------------------------------------------------------------------------

// lr * factor when a metric has not become better for `patience` steps.
class RL_API ReduceLROnPlateau {
 public:
  enum SchedulerMode { min, max };
  enum ThresholdMode { rel, abs };
  explicit ReduceLROnPlateau(Optimizer& optimizer, SchedulerMode mode = min, double factor = 0.1, int64_t patience = 10,
                             double threshold = 1e-4, ThresholdMode threshold_mode = rel, int64_t cooldown = 0,
                             const PerGroup& min_lr = 0.0, double eps = 1e-8);
  void step(double metric);
  NamedTensors state_dict() const;
  void load_state_dict(const NamedTensors& state);
  const std::vector<double>& get_last_lr() const noexcept { return last_lr_; }
  int64_t last_epoch() const noexcept { return last_epoch_; }
  double best() const noexcept { return best_; }
  bool in_cooldown() const noexcept { return cooldown_counter_ > 0; }

 private:
  bool is_better(double metric) const;
  void reduce_lr();
  void visit_state(OptionVisitor& visit);
  Optimizer& optimizer_;
  SchedulerMode mode_;
  double factor_, threshold_;
  int64_t patience_;
  ThresholdMode threshold_mode_;
  int64_t cooldown_;
  std::vector<double> min_lrs_;
  double eps_, best_;
  int64_t last_epoch_ = 0, cooldown_counter_ = 0, num_bad_epochs_ = 0;
  std::vector<double> last_lr_;
};
using ReduceLROnPlateauScheduler = ReduceLROnPlateau;

// Python's module of that name.
namespace lr_scheduler {
using optim::ChainedScheduler;
using optim::ConstantLR;
using optim::CosineAnnealingLR;
using optim::CosineAnnealingWarmRestarts;
using optim::CyclicLR;
using optim::ExponentialLR;
using optim::LambdaLR;
using optim::LinearLR;
using optim::LRScheduler;
using optim::MultiplicativeLR;
using optim::MultiStepLR;
using optim::OneCycleLR;
using optim::PolynomialLR;
using optim::ReduceLROnPlateau;
using optim::SequentialLR;
using optim::StepLR;
}  // namespace lr_scheduler

}  // namespace rushlight::optim
