// Averages of a model's weights: stochastic weight averaging (SWA) and exponential moving averages (EMA).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rushlight/nn.h"
#include "rushlight/optim/schedulers.h"

namespace rushlight::optim::swa_utils {

// Takes current values into a list of averages, in place: f(averages, current, number of values so far).
class MultiAverage {
 public:
  MultiAverage() = default;
  template <class F>
    requires(!std::is_same_v<std::decay_t<F>, MultiAverage>)
  MultiAverage(F f) : call_(std::make_shared<Call<F>>(std::move(f))) {}
  void operator()(TensorList averages, TensorList current, int64_t n) const { (*call_)(averages, current, n); }
  explicit operator bool() const noexcept { return call_ != nullptr; }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void operator()(TensorList averages, TensorList current, int64_t n) = 0;
  };
  template <class F>
  struct Call final : Base {
    explicit Call(F f) : function(std::move(f)) {}
    void operator()(TensorList averages, TensorList current, int64_t n) override { function(averages, current, n); }
    F function;
  };
  std::shared_ptr<Base> call_;
};

// For one tensor: f(average, current, n) gives the new average. As an avg_fn of AveragedModel it is applied to each.
template <class F>
MultiAverage each(F f) {
  return [f = std::move(f)](TensorList averages, TensorList current, int64_t n) {
    for (size_t i = 0; i < averages.size(); ++i) averages[i].copy_(f(averages[i], current[i], n));
  };
}

// ValueError when `decay` is not in [0, 1].
RL_API MultiAverage get_ema_multi_avg_fn(double decay = 0.999);
RL_API MultiAverage get_swa_multi_avg_fn();
RL_API MultiAverage get_ema_avg_fn(double decay = 0.999);
RL_API MultiAverage get_swa_avg_fn();

// Takes the parameters of `model` into those of `averages`; the first time (n is 0) they are copied.
RL_API void average_parameters(const nn::Module& averages, const nn::Module& model, const MultiAverage& average,
                               bool use_buffers, int64_t n);

// A model whose parameters are averages of another's. `own` is a second model of the same structure, which takes the
// place of the copy that Python makes; it starts with the values of `model`.
//   Net net, copy;
//   AveragedModel average(net, copy, get_ema_multi_avg_fn(0.99));
//   average->update_parameters(*net);
template <class Contained>
class AveragedModelImpl : public nn::Module {
 public:
  AveragedModelImpl(const nn::ModuleHolder<Contained>& model, const nn::ModuleHolder<Contained>& own,
                    MultiAverage average = {}, bool use_buffers = false)
      : nn::Module("AveragedModel"),
        module(register_module("module", own)),
        average_(average ? std::move(average) : get_swa_multi_avg_fn()),
        use_buffers_(use_buffers) {
    n_averaged = register_buffer("n_averaged", zeros({}, TensorOptions(kLong)));
    average_parameters(*module, *model, average_, true, 0);
    if (!model->is_training()) module->eval();
  }
  template <class... Inputs>
  auto forward(Inputs&&... inputs) {
    return nn::ModuleHolder<Contained>(module)(std::forward<Inputs>(inputs)...);
  }
  void update_parameters(const nn::Module& model) {
    average_parameters(*module, model, average_, use_buffers_, n_averaged.template item<int64_t>());
    n_averaged.add_(1);
  }
  std::shared_ptr<Contained> module;
  Tensor n_averaged;

 private:
  MultiAverage average_;
  bool use_buffers_;
};

template <class Contained>
class AveragedModel : public nn::ModuleHolder<AveragedModelImpl<Contained>> {
 public:
  template <class Holder>
  AveragedModel(const Holder& model, const Holder& own, MultiAverage average = {}, bool use_buffers = false)
      : nn::ModuleHolder<AveragedModelImpl<Contained>>(std::make_shared<AveragedModelImpl<Contained>>(
            nn::ModuleHolder<Contained>(model.ptr()), nn::ModuleHolder<Contained>(own.ptr()), std::move(average),
            use_buffers)) {}
};
template <class Holder>
AveragedModel(const Holder&, const Holder&) -> AveragedModel<typename Holder::ContainedType>;
template <class Holder>
AveragedModel(const Holder&, const Holder&, MultiAverage) -> AveragedModel<typename Holder::ContainedType>;
template <class Holder>
AveragedModel(const Holder&, const Holder&, MultiAverage, bool) -> AveragedModel<typename Holder::ContainedType>;

// Resets the statistics of all batch norm layers, and averages over the batches that come until it goes.
class RL_API BatchNormPass {
 public:
  explicit BatchNormPass(nn::Module& model);
  ~BatchNormPass();
  BatchNormPass(const BatchNormPass&) = delete;
  BatchNormPass& operator=(const BatchNormPass&) = delete;
  bool empty() const noexcept { return layers_.empty(); }

 private:
  nn::Module& model_;
  bool was_training_;
  std::vector<std::pair<std::shared_ptr<nn::Module>, std::optional<double>>> layers_;
};

// Computes the statistics of a model's batch norm layers anew, in one pass over the data: a loader of batches with a
// member data, or a list of tensors.
template <class Loader, class Model>
void update_bn(Loader&& loader, Model& model) {
  NoGradGuard guard;
  BatchNormPass pass(*model);
  if (pass.empty()) return;
  for (auto&& batch : loader) {
    if constexpr (requires { batch.data; })
      model(batch.data);
    else
      model(batch);
  }
}

}  // namespace rushlight::optim::swa_utils

namespace rushlight::optim {

// Moves the rate to `swa_lr` in `anneal_epochs` steps, for averaging weights late in training.
class RL_API SWALR final : public LRScheduler {
 public:
  SWALR(Optimizer& optimizer, const PerGroup& swa_lr, int64_t anneal_epochs = 10, std::string anneal_strategy = "cos",
        int64_t last_epoch = -1);

 private:
  std::vector<double> get_lr() override;
  double share(int64_t step) const;
  std::vector<double> swa_lrs_;
  int64_t anneal_epochs_;
  bool cosine_;
};

namespace swa_utils {
using optim::SWALR;
}

}  // namespace rushlight::optim
