// Learning-rate schedulers, in PyTorch's chainable form: each step computes the rate from the one before it.
#pragma once
#include <vector>

#include "rushlight/optim/optimizer.h"

namespace rushlight::optim {

class RL_API LRScheduler {
 public:
  virtual ~LRScheduler() = default;
  // To be called after the optimizer's step.
  void step();
  // One rate for each parameter group.
  const std::vector<double>& get_last_lr() const noexcept { return last_lr_; }
  int64_t last_epoch() const noexcept { return last_epoch_; }

 protected:
  explicit LRScheduler(Optimizer& optimizer);
  virtual double next_lr(double lr, double base_lr) const = 0;
  int64_t last_epoch_ = 0;

 private:
  Optimizer& optimizer_;
  std::vector<double> base_lrs_, last_lr_;
};

// lr * gamma every `step_size` steps.
class RL_API StepLR final : public LRScheduler {
 public:
  StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1)
      : LRScheduler(optimizer), step_size_(step_size), gamma_(gamma) {}

 private:
  double next_lr(double lr, double base_lr) const override;
  int64_t step_size_;
  double gamma_;
};

// From the base rate to `eta_min` along half a cosine in T_max steps (Loshchilov & Hutter 2017, without restarts).
class RL_API CosineAnnealingLR final : public LRScheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0)
      : LRScheduler(optimizer), t_max_(T_max), eta_min_(eta_min) {}

 private:
  double next_lr(double lr, double base_lr) const override;
  int64_t t_max_;
  double eta_min_;
};

}  // namespace rushlight::optim
