// LibTorch's options that serve a layer for every number of dimensions: BatchNormOptions, InstanceNormOptions.
#pragma once
#include <optional>

#include "rushlight/nn/generated/batchnorm.h"
#include "rushlight/nn/generated/instancenorm.h"

namespace rushlight::nn {

// What a norm over channels takes; stands for the options of one, two and three dimensions.
//   nn::BatchNorm2d(nn::BatchNormOptions(64).momentum(0.2))
template <class O1, class O2, class O3, bool kOn>
class NormOptions {
 public:
  NormOptions(int64_t num_features)
      : num_features_(num_features), eps_(1e-5), momentum_(0.1), affine_(kOn), track_running_stats_(kOn) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_features)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, momentum)
  RUSHLIGHT_OPTION(bool, bool, affine)
  RUSHLIGHT_OPTION(bool, bool, track_running_stats)
  operator O1() const { return as<O1>(); }
  operator O2() const { return as<O2>(); }
  operator O3() const { return as<O3>(); }

 private:
  template <class O>
  O as() const {
    return O(num_features_, eps_, momentum_, affine_, track_running_stats_);
  }
};
using BatchNormOptions = NormOptions<BatchNorm1dOptions, BatchNorm2dOptions, BatchNorm3dOptions, true>;
using InstanceNormOptions = NormOptions<InstanceNorm1dOptions, InstanceNorm2dOptions, InstanceNorm3dOptions, false>;

}  // namespace rushlight::nn
