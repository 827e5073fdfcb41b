// Learning-rate schedulers; the arithmetic is PyTorch's, term by term, so that both doors give the same bits.
#include "rushlight/optim/schedulers.h"

#include <cmath>
#include <numbers>

namespace rushlight::optim {

LRScheduler::LRScheduler(Optimizer& optimizer) : optimizer_(optimizer) {
  for (auto& group : optimizer.param_groups()) base_lrs_.push_back(group.options().get_lr());
  last_lr_ = base_lrs_;
}

void LRScheduler::step() {
  ++last_epoch_;
  auto& groups = optimizer_.param_groups();
  check_value(groups.size() == base_lrs_.size(),
              "the optimizer has {} parameter groups, but had {} when the scheduler was made", groups.size(),
              base_lrs_.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    last_lr_[i] = next_lr(groups[i].options().get_lr(), base_lrs_[i]);
    groups[i].options().set_lr(last_lr_[i]);
  }
}

double StepLR::next_lr(double lr, double) const { return last_epoch_ % step_size_ != 0 ? lr : lr * gamma_; }

double CosineAnnealingLR::next_lr(double lr, double base_lr) const {
  constexpr double pi = std::numbers::pi;
  const double t = static_cast<double>(t_max_), epoch = static_cast<double>(last_epoch_);
  if ((last_epoch_ - 1 - t_max_) % (2 * t_max_) == 0) return lr + (base_lr - eta_min_) * (1 - std::cos(pi / t)) / 2;
  return (1 + std::cos(pi * epoch / t)) / (1 + std::cos(pi * (epoch - 1) / t)) * (lr - eta_min_) + eta_min_;
}

}  // namespace rushlight::optim
