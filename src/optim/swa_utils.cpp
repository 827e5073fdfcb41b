// Averages of a model's weights, statistics of batch norm layers for them, and their scheduler.
#include "rushlight/optim/swa_utils.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rushlight::optim {
namespace swa_utils {
namespace {

void check_decay(double decay) {
  check_value(decay >= 0 && decay <= 1, "Invalid decay value {} provided. Please provide a value in [0,1] range.",
              decay);
}
bool is_continuous(const Tensor& t) { return is_floating_point(t.dtype()) || is_complex(t.dtype()); }

}  // namespace

MultiAverage get_ema_multi_avg_fn(double decay) {
  check_decay(decay);
  return [decay](TensorList averages, TensorList current, int64_t) {
    for (size_t i = 0; i < averages.size(); ++i) {
      const Tensor& average = averages[i];
      if (is_continuous(average))
        average.lerp_(current[i], 1 - decay);
      else
        average.copy_(average * decay + current[i] * (1 - decay));
    }
  };
}

MultiAverage get_swa_multi_avg_fn() {
  return [](TensorList averages, TensorList current, int64_t n) {
    const float weight = 1.0F / static_cast<float>(n + 1);  // rounded as PyTorch's, whose count is a tensor
    for (size_t i = 0; i < averages.size(); ++i) {
      const Tensor& average = averages[i];
      if (is_continuous(average))
        average.lerp_(current[i], static_cast<double>(weight));
      else
        average.copy_(average + (current[i] - average) / (n + 1));
    }
  };
}

MultiAverage get_ema_avg_fn(double decay) {
  check_decay(decay);
  return each([decay](const Tensor& average, const Tensor& current, int64_t) {
    return decay * average + (1 - decay) * current;
  });
}

MultiAverage get_swa_avg_fn() {
  return each(
      [](const Tensor& average, const Tensor& current, int64_t n) { return average + (current - average) / (n + 1); });
}

void average_parameters(const nn::Module& averages, const nn::Module& model, const MultiAverage& average,
                        bool use_buffers, int64_t n) {
  NoGradGuard guard;
  check_value(static_cast<bool>(average), "average_parameters: expected a function, such as get_swa_multi_avg_fn()");
  std::vector<Tensor> own = averages.parameters(), now = model.parameters();
  const std::vector<Tensor> own_buffers = averages.buffers(), buffers = model.buffers();
  check_value(own.size() == now.size() && own_buffers.size() == buffers.size(),
              "AveragedModel: expected a model with {} parameters and {} buffers, but got one with {} and {}",
              own.size(), own_buffers.size(), now.size(), buffers.size());
  if (use_buffers) {
    own.insert(own.end(), own_buffers.begin(), own_buffers.end());
    now.insert(now.end(), buffers.begin(), buffers.end());
  }
  if (n == 0) {
    for (size_t i = 0; i < own.size(); ++i) own[i].copy_(now[i]);
  } else {
    average(own, now, n);
  }
  if (use_buffers) return;
  for (size_t i = 0; i < buffers.size(); ++i) own_buffers[i].copy_(buffers[i]);
}

BatchNormPass::BatchNormPass(nn::Module& model) : model_(model), was_training_(model.is_training()) {
  for (const auto& module : model.modules()) {
    auto* layer = dynamic_cast<nn::BatchNormImpl*>(module.get());
    if (!layer) continue;
    layer->reset_running_stats();
    layers_.emplace_back(module, layer->momentum);
    layer->momentum = std::nullopt;  // the average of all batches
  }
  if (!layers_.empty()) model.train();
}

BatchNormPass::~BatchNormPass() {
  for (const auto& [module, momentum] : layers_) static_cast<nn::BatchNormImpl&>(*module).momentum = momentum;
  if (!layers_.empty()) model_.train(was_training_);
}

}  // namespace swa_utils

SWALR::SWALR(Optimizer& optimizer, const PerGroup& swa_lr, int64_t anneal_epochs, std::string anneal_strategy,
             int64_t last_epoch)
    : LRScheduler(optimizer, last_epoch),
      swa_lrs_(swa_lr.of("swa_lr", optimizer)),
      anneal_epochs_(anneal_epochs),
      cosine_(anneal_strategy == "cos") {
  check_value(cosine_ || anneal_strategy == "linear",
              "anneal_strategy must be one of 'cos' or 'linear', instead got {}", anneal_strategy);
  check_value(anneal_epochs >= 0, "anneal_epochs must be equal or greater than 0, got {}", anneal_epochs);
  initial_step();
}

// The share of swa_lr at a step.
double SWALR::share(int64_t step) const {
  const double length = static_cast<double>(std::max<int64_t>(1, anneal_epochs_));
  const double t = std::max(0.0, std::min(1.0, static_cast<double>(step) / length));
  return cosine_ ? (1 - std::cos(std::numbers::pi * t)) / 2 : t;
}

std::vector<double> SWALR::get_lr() {
  int64_t step = step_count_ - 1;
  if (anneal_epochs_ == 0) step = std::max<int64_t>(1, step);
  const double before = share(step - 1), now = share(step);
  std::vector<double> lrs = group_lrs();
  for (size_t i = 0; i < lrs.size(); ++i) {
    const double end = swa_lrs_[i];
    const double start = before == 1 ? end : (lrs[i] - before * end) / (1 - before);
    lrs[i] = end * now + start * (1 - now);
  }
  return lrs;
}

}  // namespace rushlight::optim
