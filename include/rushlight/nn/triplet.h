// The triplet loss with a distance of one's own, as a function and as a module.
#pragma once
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "rushlight/nn/arguments.h"
#include "rushlight/nn/generated/distance.h"
#include "rushlight/nn/generated/loss.h"
#include "rushlight/ops.h"

namespace rushlight::nn {

// Anything that takes two tensors and returns their distances: a function, a lambda, a module.
class RL_API DistanceFunction {
 public:
  DistanceFunction() = default;
  template <class F>
    requires std::is_invocable_r_v<Tensor, F&, const Tensor&, const Tensor&> &&
             (!std::is_same_v<std::decay_t<F>, DistanceFunction>)
  DistanceFunction(F function) : call_(std::make_shared<Held<F>>(std::move(function))) {}
  explicit operator bool() const noexcept { return call_ != nullptr; }
  Tensor operator()(const Tensor& x, const Tensor& y) const { return (*call_)(x, y); }

 private:
  struct Call {
    virtual ~Call() = default;
    virtual Tensor operator()(const Tensor& x, const Tensor& y) = 0;
  };
  template <class F>
  struct Held final : Call {
    explicit Held(F f) : f_(std::move(f)) {}
    Tensor operator()(const Tensor& x, const Tensor& y) override { return f_(x, y); }
    F f_;
  };
  std::shared_ptr<Call> call_;
};

class TripletMarginWithDistanceLossOptions {
 public:
  TripletMarginWithDistanceLossOptions(DistanceFunction distance_function = {}, double margin = 1.0, bool swap = false,
                                       std::string_view reduction = "mean")
      : distance_function_(std::move(distance_function)), margin_(margin), swap_(swap), reduction_(reduction) {}
  RUSHLIGHT_OPTION(DistanceFunction, DistanceFunction, distance_function)
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(bool, bool, swap)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

namespace functional {

using TripletMarginWithDistanceLossFuncOptions = TripletMarginWithDistanceLossOptions;

// max(0, d(anchor, positive) - d(anchor, negative) + margin); d is pairwise_distance unless given. With `swap` the
// smaller of d(anchor, negative) and d(positive, negative) counts. ValueError unless the margin is positive.
RL_API Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                                const TripletMarginWithDistanceLossOptions& options = {});

}  // namespace functional

// The same as a module; in Python `distance_function=` may be a module and is then a child, here it is a function.
class RL_API TripletMarginWithDistanceLossImpl : public LossImpl {
 public:
  explicit TripletMarginWithDistanceLossImpl(const TripletMarginWithDistanceLossOptions& options = {});
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);

  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;

  DistanceFunction distance_function;
  double margin = 1.0;
  bool swap = false;
};
RUSHLIGHT_MODULE(TripletMarginWithDistanceLoss);

}  // namespace rushlight::nn
