// Scaled gradients: dividing and checking them in one pass, and the next scale.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/dispatch.h"
#include "cpu/isa.h"
#include "cpu/isa/amp_kernels.h"
#include "dispatch/body.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

constexpr int64_t kChunk = 16384;

void check_number(const Tensor& t, const char* name, ScalarType dtype, const char* kind) {
  check(t.defined() && t.numel() == 1, "{} must be a 1-element tensor.", name);
  check(t.dtype() == dtype, "{} must be {} tensor. Got {}; make it with dtype=torch.{}", name, kind,
        to_string(t.dtype()), dtype == kFloat ? "float32" : "int32");
}

// True when all were finite.
template <class T>
bool unscale_run(T* x, int64_t n, float factor) {
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    constexpr T (*kernels[])(T*, int64_t, T) = {cpu::base::unscale, cpu::avx2::unscale, cpu::avx512::unscale};
    return kernels[cpu::isa_level()](x, n, factor) == 0;
  } else {
    float bad = 0;
    for (int64_t i = 0; i < n; ++i) {
      const float v = cpu::load(x[i]);
      bad += v * 0.0f;
      x[i] = cpu::store<T>(v * factor);
    }
    return bad == 0;
  }
}

struct Run {
  void* at;
  int64_t n;
  ScalarType dtype;
};

bool unscale_all(const std::vector<Run>& runs, int64_t total, float factor) {
  std::atomic<bool> finite = true;
  const double each = 0.3 * static_cast<double>(total) / static_cast<double>(runs.size());
  parallel_for(static_cast<int64_t>(runs.size()), 1, each, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Run& r = runs[static_cast<size_t>(i)];
      const auto run = [&]<class T>(T*) { return unscale_run(static_cast<T*>(r.at), r.n, factor); };
      const bool good = r.dtype == kFloat    ? run(static_cast<float*>(nullptr))
                        : r.dtype == kDouble ? run(static_cast<double*>(nullptr))
                        : r.dtype == kHalf   ? run(static_cast<Half*>(nullptr))
                                             : run(static_cast<BFloat16*>(nullptr));
      if (!good) finite.store(false, std::memory_order_relaxed);
    }
  });
  return finite.load();
}

}  // namespace

void _amp_foreach_non_finite_check_and_unscale_(TensorList self, const Tensor& found_inf, const Tensor& inv_scale) {
  if (self.empty()) return;
  check_number(inv_scale, "inv_scale", kFloat, "a float");
  check_number(found_inf, "found_inf", kFloat, "a float");
  const NoGradGuard guard;
  std::vector<Run> runs;
  std::vector<std::pair<Tensor, Tensor>> copies;  // whose memory is no single run, and their row-major copies
  int64_t total = 0;
  for (const Tensor& t : self) {
    check(t.defined(), "_amp_foreach_non_finite_check_and_unscale_: a tensor of the list is undefined");
    check_not_implemented(
        is_floating_point(t.dtype()),
        "\"_amp_foreach_non_finite_check_and_unscale_cpu\" not implemented for '{}'; expected tensors "
        "of floating point numbers",
        to_string(t.dtype()));
    detail::check_target("_amp_foreach_non_finite_check_and_unscale_", t, How::InPlace, {});
    Tensor flat = t;
    if (!t.is_non_overlapping_and_dense()) copies.emplace_back(t, flat = t.contiguous());
    auto* const at = static_cast<char*>(flat.data_ptr());
    for (int64_t i = 0; i < flat.numel(); i += kChunk)
      runs.push_back({at + i * flat.element_size(), std::min(kChunk, flat.numel() - i), flat.dtype()});
    total += flat.numel();
  }
  const bool finite = runs.empty() || unscale_all(runs, total, inv_scale.item<float>());
  for (const auto& [to, from] : copies) to.copy_(from);
  for (const Tensor& t : self) detail::written(t);
  if (!finite) found_inf.fill_(1.0);
}

Tensor& _amp_update_scale_(Tensor& self, const Tensor& growth_tracker, const Tensor& found_inf,
                           double scale_growth_factor, double scale_backoff_factor, int64_t growth_interval) {
  check_number(growth_tracker, "growth_tracker", kInt, "an int");
  check_number(self, "current_scale", kFloat, "a float");
  check_number(found_inf, "found_inf", kFloat, "a float");
  const NoGradGuard guard;
  const float scale = self.item<float>();
  if (found_inf.item<float>() != 0) {
    self.fill_(static_cast<float>(scale * scale_backoff_factor));
    growth_tracker.fill_(0);
    return self;
  }
  const int64_t successful = int64_t{growth_tracker.item<int32_t>()} + 1;
  if (successful == growth_interval) {
    const auto grown = static_cast<float>(scale * scale_growth_factor);
    if (std::isfinite(grown)) self.fill_(grown);  // a scale never grows to infinity
    growth_tracker.fill_(0);
  } else {
    growth_tracker.fill_(successful);
  }
  return self;
}

}  // namespace rushlight
