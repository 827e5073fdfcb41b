// Translated from python/rushlight/nn/modules/distance.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/distance.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

CosineSimilarityImpl::CosineSimilarityImpl(int64_t dim, double eps) {
  this->dim = dim;
  this->eps = eps;
}
CosineSimilarityImpl::CosineSimilarityImpl(const CosineSimilarityOptions& options) : CosineSimilarityImpl(options.dim(), options.eps()) {}
Tensor CosineSimilarityImpl::forward(const Tensor& x1, const Tensor& x2) {
  return F::cosine_similarity(x1, x2, this->dim, this->eps);
}
std::shared_ptr<Module> CosineSimilarityImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<CosineSimilarityImpl>(*this);
  copy->separate({}, device);
  return copy;
}

PairwiseDistanceImpl::PairwiseDistanceImpl(double p, double eps, bool keepdim) {
  this->norm = p;
  this->eps = eps;
  this->keepdim = keepdim;
}
PairwiseDistanceImpl::PairwiseDistanceImpl(const PairwiseDistanceOptions& options) : PairwiseDistanceImpl(options.p(), options.eps(), options.keepdim()) {}
Tensor PairwiseDistanceImpl::forward(const Tensor& x1, const Tensor& x2) {
  return F::pairwise_distance(x1, x2, this->norm, this->eps, this->keepdim);
}
std::shared_ptr<Module> PairwiseDistanceImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<PairwiseDistanceImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
