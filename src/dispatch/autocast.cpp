// Autocast: the state of the thread, the casts, the kept lower forms of weights.
#include "dispatch/autocast.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "rushlight/amp.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {
namespace {

struct Kept {
  Tensor weight, lower;  // the weight is held so that its address stays its own
};
using Cache = std::unordered_map<const TensorImpl*, Kept>;

struct State {
  ScalarType dtypes[2] = {kBFloat16, kHalf};  // cpu, cuda
  bool cuda_enabled = false;                  // remembered; nothing is computed there
  bool cache_enabled = true;
  int nesting = 0;
  Cache* cache = nullptr;  // freed by clear_cache: at the end of a thread it is too late to drop tensors of Python
};
thread_local State state;

bool has_autocast(DeviceType device) { return device == kCPU || device == kCUDA; }
void check_device(DeviceType device) {
  check(has_autocast(device), "unsupported device type for autocast: {}; expected cpu or cuda", Device(device).str());
}

bool is_castable(const Tensor& t) { return t.defined() && is_floating_point(t.dtype()) && t.dtype() != kDouble; }

// The lower forms of leaves that are trained are kept; without a graph there would be nothing to keep.
bool is_kept(const Tensor& t, ScalarType to) {
  return state.cache_enabled && to == state.dtypes[0] && t.dtype() == kFloat && GradMode::is_enabled() &&
         t.requires_grad() && t.is_leaf() && !t.is_view();
}

Tensor cast_to(const Tensor& t, ScalarType to) {
  if (!is_castable(t) || t.dtype() == to) return t;
  if (!is_kept(t, to)) return t.to(to);
  if (!state.cache) state.cache = new Cache;
  if (const auto found = state.cache->find(t.impl()); found != state.cache->end()) return found->second.lower;
  const Tensor lower = t.to(to);
  state.cache->emplace(t.impl(), Kept{t, lower});
  return lower;
}

}  // namespace

namespace detail {

AmpCall::AmpCall(AmpPolicy policy) : to_(policy == AmpPolicy::kFloat32 ? kFloat : state.dtypes[0]) {}

void AmpCall::consider(const Tensor& t) {
  if (!is_castable(t)) return;
  if (t.dtype() == kFloat) to_ = kFloat;
  check(to_ == kFloat || t.dtype() == to_,
        "Unexpected floating ScalarType in at::autocast::prioritize: got {}, expected float32 or {}, autocast's type",
        to_string(t.dtype()), to_string(to_));
}

void AmpCall::consider(TensorList tensors) {
  for (const Tensor& t : tensors) consider(t);
}

Tensor AmpCall::cast(const Tensor& t) const { return cast_to(t, to_); }

std::vector<Tensor> AmpCall::cast(TensorList tensors) const {
  std::vector<Tensor> result;
  result.reserve(tensors.size());
  for (const Tensor& t : tensors) result.push_back(cast_to(t, to_));
  return result;
}

}  // namespace detail

bool autocast::is_autocast_enabled(DeviceType device_type) {
  check_device(device_type);
  return device_type == kCPU ? detail::autocasting() : state.cuda_enabled;
}
void autocast::set_autocast_enabled(DeviceType device_type, bool enabled) {
  check_device(device_type);
  if (device_type != kCPU)
    state.cuda_enabled = enabled;
  else
    detail::tls.hooks =
        enabled ? detail::tls.hooks | detail::kAutocastHook : detail::tls.hooks & ~detail::kAutocastHook;
}
ScalarType autocast::get_autocast_dtype(DeviceType device_type) {
  check(has_autocast(device_type), "unsupported scalarType: autocast has no dtype for the device type {}",
        Device(device_type).str());
  return state.dtypes[device_type == kCPU ? 0 : 1];
}
void autocast::set_autocast_dtype(DeviceType device_type, ScalarType dtype) {
  check_device(device_type);
  state.dtypes[device_type == kCPU ? 0 : 1] = dtype;
}
bool autocast::is_autocast_available(DeviceType device_type) noexcept { return has_autocast(device_type); }
int autocast::increment_nesting() noexcept { return ++state.nesting; }
int autocast::decrement_nesting() noexcept { return --state.nesting; }
bool autocast::is_autocast_cache_enabled() noexcept { return state.cache_enabled; }
void autocast::set_autocast_cache_enabled(bool enabled) noexcept { state.cache_enabled = enabled; }
void autocast::clear_cache() noexcept { delete std::exchange(state.cache, nullptr); }

namespace {

bool usable(DeviceType device, ScalarType dtype) {
  if (device == kCUDA) {
    warn("CUDA is not available or torch_xla is imported. Disabling autocast.");
    return false;
  }
  if (dtype == kBFloat16 || dtype == kHalf) return true;
  warn(
      "In CPU autocast, but the target dtype is not supported. Disabling autocast.\nCPU Autocast only supports dtypes "
      "of "
      "torch.bfloat16, torch.float16 currently.");
  return false;
}

}  // namespace

autocast::autocast(Device device_type, std::optional<ScalarType> dtype, bool enabled, std::optional<bool> cache_enabled)
    : device_(device_type.type()) {
  const ScalarType fast = dtype.value_or(get_autocast_dtype(device_));
  enabled = enabled && usable(device_, fast);  // may throw from a handler of warnings: nothing is set yet
  enabled_before_ = is_autocast_enabled(device_);
  cache_before_ = is_autocast_cache_enabled();
  dtype_before_ = get_autocast_dtype(device_);
  set_autocast_enabled(device_, enabled);
  set_autocast_dtype(device_, fast);
  increment_nesting();
  set_autocast_cache_enabled(cache_enabled.value_or(cache_before_));
}

autocast::~autocast() {
  if (decrement_nesting() == 0) clear_cache();
  set_autocast_enabled(device_, enabled_before_);
  set_autocast_dtype(device_, dtype_before_);
  set_autocast_cache_enabled(cache_before_);
}

}  // namespace rushlight
