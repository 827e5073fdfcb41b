// Initialisers: each fills its tensor in place, without history, and returns it. Those that are straight code are
// translated from Python (generated/init.h).
#pragma once
#include <optional>
#include <string_view>

#include "rushlight/export.h"
#include "rushlight/nn/generated/init.h"

namespace rushlight::nn::init {

// The factor that keeps the variance through a non-linearity (kLinear, kTanh, kReLU, kLeakyReLU with its slope, …).
RL_API double calculate_gain(std::string_view nonlinearity, std::optional<double> param = {});
// Normal numbers of N(mean, std²) that lie in [a, b].
RL_API Tensor trunc_normal_(const Tensor& tensor, double mean = 0.0, double std = 1.0, double a = -2.0, double b = 2.0,
                            const std::optional<Generator>& generator = {});
// The identity matrix. ValueError unless the tensor has two dimensions.
RL_API Tensor eye_(const Tensor& tensor);
// The convolution kernels that pass channels through. ValueError unless there are 3, 4 or 5 dimensions.
RL_API Tensor dirac_(const Tensor& tensor, int64_t groups = 1);
// A (semi-)orthogonal matrix over the first and the remaining dimensions.
RL_API Tensor orthogonal_(const Tensor& tensor, double gain = 1, const std::optional<Generator>& generator = {});
// Normal numbers of which a share of `sparsity` in each column is zero.
RL_API Tensor sparse_(const Tensor& tensor, double sparsity, double std = 0.01,
                      const std::optional<Generator>& generator = {});

// The older names, without the underscore: they warn, and do the same.
RL_API void warn_deprecated(std::string_view old_name);
#define RUSHLIGHT_OLD_NAME(name)                           \
  template <class... Args>                                 \
  Tensor name(const Tensor& tensor, const Args&... args) { \
    warn_deprecated(#name);                                \
    return name##_(tensor, args...);                       \
  }
RUSHLIGHT_OLD_NAME(uniform)
RUSHLIGHT_OLD_NAME(normal)
RUSHLIGHT_OLD_NAME(constant)
RUSHLIGHT_OLD_NAME(eye)
RUSHLIGHT_OLD_NAME(dirac)
RUSHLIGHT_OLD_NAME(xavier_uniform)
RUSHLIGHT_OLD_NAME(xavier_normal)
RUSHLIGHT_OLD_NAME(kaiming_uniform)
RUSHLIGHT_OLD_NAME(kaiming_normal)
RUSHLIGHT_OLD_NAME(orthogonal)
RUSHLIGHT_OLD_NAME(sparse)
#undef RUSHLIGHT_OLD_NAME

}  // namespace rushlight::nn::init
