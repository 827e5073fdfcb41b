// Automatic mixed precision: autocast contexts, and the scaler of losses for float16.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "rushlight/arg.h"
#include "rushlight/device.h"
#include "rushlight/function.h"
#include "rushlight/optim/optimizer.h"
#include "rushlight/tensor.h"

namespace rushlight {

// While it lives, ops run in the dtype that their row of the op table says: matrix products and convolutions in `dtype`
// (bfloat16 unless given), losses and decompositions in float32; results and gradients follow. The state is the thread's.
//   { rushlight::autocast guard(kCPU); loss = model(x); }  loss.backward();
// Its static members are LibTorch's functions: at::autocast::set_autocast_enabled(at::kCPU, true).
class RL_API autocast {
 public:
  // Warns, and does nothing, where PyTorch does: for a dtype other than bfloat16 and float16, and for cuda.
  explicit autocast(Device device_type, std::optional<ScalarType> dtype = std::nullopt, bool enabled = true,
                    std::optional<bool> cache_enabled = std::nullopt);
  ~autocast();
  autocast(const autocast&) = delete;
  autocast& operator=(const autocast&) = delete;

  static bool is_autocast_enabled(DeviceType device_type);
  static void set_autocast_enabled(DeviceType device_type, bool enabled);
  static ScalarType get_autocast_dtype(DeviceType device_type);
  static void set_autocast_dtype(DeviceType device_type, ScalarType dtype);
  static bool is_autocast_available(DeviceType device_type) noexcept;
  static int increment_nesting() noexcept;
  static int decrement_nesting() noexcept;
  static bool is_autocast_cache_enabled() noexcept;
  static void set_autocast_cache_enabled(bool enabled) noexcept;
  // Forgets the lower forms of the weights.
  static void clear_cache() noexcept;
  // The older names, for the cpu.
  static bool is_cpu_enabled() { return is_autocast_enabled(kCPU); }
  static void set_cpu_enabled(bool enabled) { set_autocast_enabled(kCPU, enabled); }
  static ScalarType get_autocast_cpu_dtype() { return get_autocast_dtype(kCPU); }
  static void set_autocast_cpu_dtype(ScalarType dtype) { set_autocast_dtype(kCPU, dtype); }

 private:
  DeviceType device_;
  bool enabled_before_, cache_before_;
  ScalarType dtype_before_;
};

// The same as functions, with Python's names.
inline bool is_autocast_enabled(Device device_type) { return autocast::is_autocast_enabled(device_type.type()); }
inline void set_autocast_enabled(Device device_type, bool enabled) {
  autocast::set_autocast_enabled(device_type.type(), enabled);
}
inline ScalarType get_autocast_dtype(Device device_type) { return autocast::get_autocast_dtype(device_type.type()); }
inline void set_autocast_dtype(Device device_type, ScalarType dtype) {
  autocast::set_autocast_dtype(device_type.type(), dtype);
}
inline bool is_autocast_cpu_enabled() { return autocast::is_cpu_enabled(); }
inline void set_autocast_cpu_enabled(bool enabled) { autocast::set_cpu_enabled(enabled); }
inline ScalarType get_autocast_cpu_dtype() { return autocast::get_autocast_cpu_dtype(); }
inline void set_autocast_cpu_dtype(ScalarType dtype) { autocast::set_autocast_cpu_dtype(dtype); }
inline int autocast_increment_nesting() noexcept { return autocast::increment_nesting(); }
inline int autocast_decrement_nesting() noexcept { return autocast::decrement_nesting(); }
inline bool is_autocast_cache_enabled() noexcept { return autocast::is_autocast_cache_enabled(); }
inline void set_autocast_cache_enabled(bool enabled) noexcept { autocast::set_autocast_cache_enabled(enabled); }
inline void clear_autocast_cache() noexcept { autocast::clear_cache(); }

namespace amp {

using rushlight::autocast;
inline bool is_autocast_available(Device device_type) { return autocast::is_autocast_available(device_type.type()); }

namespace detail {
inline void remember(autograd::AutogradContext* ctx, bool used) {
  ctx->saved_data["_dtype"] = static_cast<int64_t>(autocast::get_autocast_dtype(kCPU));
  ctx->saved_data["_fwd_used_autocast"] = used;
}
inline Tensor cast_input(const Tensor& t, ScalarType dtype) {
  return t.defined() && t.is_floating_point() && t.dtype() != kDouble ? t.to(dtype) : t;
}
}  // namespace detail

// In the forward of an autograd::Function: runs f() and remembers the state of autocast for custom_bwd.
//   return amp::custom_fwd(ctx, [&] { return a.mm(b); });
template <class F>
auto custom_fwd(autograd::AutogradContext* ctx, const F& f) {
  detail::remember(ctx, autocast::is_autocast_enabled(kCPU));
  return f();
}
// Under autocast f gets the tensors with floating ones in `cast_inputs`, and runs with autocast off.
//   return amp::custom_fwd(ctx, kFloat, [&](const Tensor& a, const Tensor& b) { return a.mm(b); }, a, b);
template <class F, class... Tensors>
auto custom_fwd(autograd::AutogradContext* ctx, ScalarType cast_inputs, const F& f, const Tensors&... tensors) {
  detail::remember(ctx, false);
  if (!autocast::is_autocast_enabled(kCPU)) return f(tensors...);
  const autocast off(kCPU, std::nullopt, false);
  return f(detail::cast_input(tensors, cast_inputs)...);
}
// In its backward: runs f() in the state that forward ran in.
template <class F>
auto custom_bwd(autograd::AutogradContext* ctx, const F& f) {
  const autocast guard(kCPU, static_cast<ScalarType>(ctx->saved_data.at("_dtype").toInt()),
                       ctx->saved_data.at("_fwd_used_autocast").toBool());
  return f();
}

class GradScalerOptions {
  RUSHLIGHT_ARG(double, init_scale) = 65536.0;
  RUSHLIGHT_ARG(double, growth_factor) = 2.0;
  RUSHLIGHT_ARG(double, backoff_factor) = 0.5;
  RUSHLIGHT_ARG(int64_t, growth_interval) = 2000;
  RUSHLIGHT_ARG(bool, enabled) = true;
};

// Scales losses so that small gradients survive in float16, and leaves out the steps whose gradients are not finite.
//   scaler.scale(loss).backward(); scaler.step(optimizer); scaler.update();
class RL_API GradScaler {
 public:
  // "cuda" is disabled with a warning in a build without it.
  explicit GradScaler(Device device, const GradScalerOptions& options = {});

  Tensor scale(const Tensor& outputs);
  std::vector<Tensor> scale(TensorList outputs);
  // Divides the gradients of the optimizer by the scale and notes whether one is inf or NaN: once per step.
  void unscale_(optim::Optimizer& optimizer);
  // Unscales unless that was done, and steps unless a gradient was not finite. False when the step was left out.
  bool step(optim::Optimizer& optimizer);
  // Adapts the scale to what the steps found, or sets it.
  void update();
  void update(double new_scale);
  void update(const Tensor& new_scale);

  double get_scale() const;
  double get_growth_factor() const noexcept { return options_.growth_factor(); }
  void set_growth_factor(double new_factor) noexcept { options_.growth_factor(new_factor); }
  double get_backoff_factor() const noexcept { return options_.backoff_factor(); }
  void set_backoff_factor(double new_factor) noexcept { options_.backoff_factor(new_factor); }
  int64_t get_growth_interval() const noexcept { return options_.growth_interval(); }
  void set_growth_interval(int64_t new_interval) noexcept { options_.growth_interval(new_interval); }
  bool is_enabled() const noexcept { return options_.enabled(); }
  // Python's five entries as f64 tensors of one element; none of a disabled scaler.
  NamedTensors state_dict() const;
  void load_state_dict(const NamedTensors& state);

 private:
  enum class Stage : uint8_t { kReady, kUnscaled, kStepped };
  struct OptimizerState {
    Stage stage = Stage::kReady;
    Tensor found_inf;
  };
  void check_started(const char* function) const;
  void start();
  int64_t growth_tracker() const;
  OptimizerState& state_of(const optim::Optimizer& optimizer);

  GradScalerOptions options_;
  Device device_;
  int64_t init_growth_tracker_ = 0;
  Tensor scale_, growth_tracker_;                                           // made by the first scale()
  std::vector<std::pair<const optim::Optimizer*, OptimizerState>> states_;  // in the order of their first call
};

}  // namespace amp
}  // namespace rushlight
