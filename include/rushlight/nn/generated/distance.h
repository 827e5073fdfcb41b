// Translated from python/rushlight/nn/modules/distance.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

class CosineSimilarityOptions {
 public:
  CosineSimilarityOptions(int64_t dim = 1, double eps = 1e-08)
      : dim_(dim), eps_(eps) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, dim)
  RUSHLIGHT_OPTION(double, double, eps)
};

// The cosine of the angle between vectors along a dimension.
//
// Args:
//     dim: the vectors' dimension.
//     eps: the least length a vector is divided by.
// Shape:
//     two inputs that broadcast; output without dimension `dim`.
class RL_API CosineSimilarityImpl : public Module {
 public:
  explicit CosineSimilarityImpl(int64_t dim = 1, double eps = 1e-08);
  CosineSimilarityImpl(const CosineSimilarityOptions& options);
  Tensor forward(const Tensor& x1, const Tensor& x2);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t dim = 0;
  double eps = 0;
};
RUSHLIGHT_MODULE(CosineSimilarity);

class PairwiseDistanceOptions {
 public:
  PairwiseDistanceOptions(double p = 2.0, double eps = 1e-06, bool keepdim = false)
      : p_(p), eps_(eps), keepdim_(keepdim) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(bool, bool, keepdim)
};

// The p-norm of the difference of two vectors, in the last dimension.
//
// Args:
//     p: the p of the norm.
//     eps: added to the difference, so that the norm has a derivative at zero.
//     keepdim: keep the last dimension, of size 1.
// Shape:
//     two inputs `(N, D)` or `(D,)`, output `(N,)` or `()`.
class RL_API PairwiseDistanceImpl : public Module {
 public:
  explicit PairwiseDistanceImpl(double p = 2.0, double eps = 1e-06, bool keepdim = false);
  PairwiseDistanceImpl(const PairwiseDistanceOptions& options);
  Tensor forward(const Tensor& x1, const Tensor& x2);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double norm = 0;
  double eps = 0;
  bool keepdim = false;
};
RUSHLIGHT_MODULE(PairwiseDistance);

}  // namespace rushlight::nn
