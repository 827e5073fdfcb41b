// The scaler of losses: Python's amp.GradScaler for the C++ door, the same ops in the same order.
#include <algorithm>

#include "rushlight/amp.h"
#include "rushlight/autograd.h"
#include "rushlight/creation.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight::amp {
namespace {

Tensor number(double value, ScalarType dtype = kFloat) { return full({}, value, TensorOptions(dtype)); }

double entry_of(const NamedTensors& state, std::string_view name) {
  const auto found = std::find_if(state.begin(), state.end(), [&](const auto& e) { return e.first == name; });
  check_value(found != state.end(), "GradScaler::load_state_dict: no entry {}", name);
  return found->second.item<double>();
}

// Unscales the gradients of all parameters, one dtype after the other in the order they come up; undefined when there are
// none.
Tensor unscale_gradients(const optim::Optimizer& optimizer, const Tensor& inv_scale) {
  std::vector<std::vector<Tensor>> by_dtype;
  for (const auto& group : optimizer.param_groups()) {
    for (const Tensor& param : group.params()) {
      const Tensor& grad = param.grad();
      if (!grad.defined()) continue;
      check_value(grad.dtype() != kHalf, "Attempting to unscale FP16 gradients.");
      auto same = std::find_if(by_dtype.begin(), by_dtype.end(),
                               [&](const auto& list) { return list[0].dtype() == grad.dtype(); });
      if (same == by_dtype.end()) same = by_dtype.emplace(same);
      same->push_back(grad);
    }
  }
  if (by_dtype.empty()) return {};
  Tensor found_inf = number(0);
  for (const auto& grads : by_dtype) _amp_foreach_non_finite_check_and_unscale_(grads, found_inf, inv_scale);
  return found_inf;
}

constexpr const char* kNotStarted =
    "This may indicate your script did not use scaler.scale(loss or outputs) earlier in the iteration.";

}  // namespace

GradScaler::GradScaler(Device device, const GradScalerOptions& options) : options_(options), device_(device) {
  if (device_.is_cuda() && options_.enabled()) {
    warn("torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.");
    options_.enabled(false);
  }
  if (!options_.enabled()) return;
  check_value(options_.growth_factor() > 1.0, "The growth factor must be > 1.0.");
  check_value(options_.backoff_factor() < 1.0, "The backoff factor must be < 1.0.");
}

void GradScaler::check_started(const char* function) const {
  check(scale_.defined(), "Attempted {} but _scale is None.  {}", function, std::string_view(kNotStarted));
}

void GradScaler::start() {
  if (scale_.defined()) return;
  scale_ = number(options_.init_scale());
  growth_tracker_ = number(static_cast<double>(init_growth_tracker_), kInt);
}

GradScaler::OptimizerState& GradScaler::state_of(const optim::Optimizer& optimizer) {
  for (auto& [known, state] : states_) {
    if (known == &optimizer) return state;
  }
  return states_.emplace_back(&optimizer, OptimizerState{}).second;
}

Tensor GradScaler::scale(const Tensor& outputs) {
  if (!is_enabled()) return outputs;
  start();
  return mul(outputs, scale_);
}

std::vector<Tensor> GradScaler::scale(TensorList outputs) {
  std::vector<Tensor> scaled;
  for (const Tensor& output : outputs) scaled.push_back(scale(output));
  return scaled;
}

void GradScaler::unscale_(optim::Optimizer& optimizer) {
  if (!is_enabled()) return;
  check_started("unscale_");
  OptimizerState& state = state_of(optimizer);
  check(state.stage != Stage::kUnscaled,
        "unscale_() has already been called on this optimizer since the last update().");
  check(state.stage != Stage::kStepped, "unscale_() is being called after step().");
  const NoGradGuard guard;
  state.found_inf = unscale_gradients(optimizer, scale_.to(kDouble).reciprocal().to(kFloat));
  state.stage = Stage::kUnscaled;
}

bool GradScaler::step(optim::Optimizer& optimizer) {
  if (!is_enabled()) {
    optimizer.step();
    return true;
  }
  check_started("step");
  check(state_of(optimizer).stage != Stage::kStepped, "step() has already been called since the last update().");
  if (state_of(optimizer).stage == Stage::kReady) unscale_(optimizer);
  const Tensor found_inf = state_of(optimizer).found_inf;
  check(found_inf.defined(), "No inf checks were recorded for this optimizer.");
  const bool finite = found_inf.item<float>() == 0;
  if (finite) optimizer.step();
  state_of(optimizer).stage = Stage::kStepped;
  return finite;
}

void GradScaler::update() {
  if (!is_enabled()) return;
  check_started("update");
  const NoGradGuard guard;
  Tensor found;
  for (const auto& [optimizer, state] : states_) {
    if (state.found_inf.defined()) found = found.defined() ? add(found, state.found_inf) : state.found_inf;
  }
  check(found.defined(), "No inf checks were recorded prior to update.");
  _amp_update_scale_(scale_, growth_tracker_, found, get_growth_factor(), get_backoff_factor(), get_growth_interval());
  states_.clear();
}

void GradScaler::update(double new_scale) {
  if (!is_enabled()) return;
  check_started("update");
  const NoGradGuard guard;
  scale_.fill_(new_scale);
  states_.clear();
}

void GradScaler::update(const Tensor& new_scale) {
  if (!is_enabled()) return;
  check_started("update");
  check(new_scale.defined() && new_scale.numel() == 1 && !new_scale.requires_grad(),
        "new_scale should be a float or a 1-element torch.cuda.FloatTensor or torch.FloatTensor with "
        "requires_grad=False.");
  update(new_scale.item<double>());
}

double GradScaler::get_scale() const {
  if (!is_enabled()) return 1.0;
  return scale_.defined() ? scale_.item<double>() : options_.init_scale();
}

int64_t GradScaler::growth_tracker() const {
  return growth_tracker_.defined() ? growth_tracker_.item<int64_t>() : init_growth_tracker_;
}

NamedTensors GradScaler::state_dict() const {
  if (!is_enabled()) return {};
  return {{"scale", number(get_scale(), kDouble)},
          {"growth_factor", number(get_growth_factor(), kDouble)},
          {"backoff_factor", number(get_backoff_factor(), kDouble)},
          {"growth_interval", number(static_cast<double>(get_growth_interval()), kDouble)},
          {"_growth_tracker", number(static_cast<double>(growth_tracker()), kDouble)}};
}

void GradScaler::load_state_dict(const NamedTensors& state) {
  if (!is_enabled()) return;
  check(!state.empty(),
        "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler.");
  const double scale = entry_of(state, "scale"), grow = entry_of(state, "growth_factor"),
               shrink = entry_of(state, "backoff_factor"), interval = entry_of(state, "growth_interval"),
               tracker = entry_of(state, "_growth_tracker");
  check_value(interval >= 0 && interval <= 1e15 && tracker >= 0 && tracker <= 2147483647,
              "GradScaler::load_state_dict: growth_interval {} or _growth_tracker {} is no count", interval, tracker);
  const NoGradGuard guard;
  options_.init_scale(scale).growth_factor(grow).backoff_factor(shrink).growth_interval(static_cast<int64_t>(interval));
  init_growth_tracker_ = static_cast<int64_t>(tracker);
  if (!scale_.defined()) return;
  scale_.fill_(scale);
  growth_tracker_.fill_(tracker);
}

}  // namespace rushlight::amp
