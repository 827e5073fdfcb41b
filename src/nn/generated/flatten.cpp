// Translated from python/rushlight/nn/modules/flatten.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/flatten.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

FlattenImpl::FlattenImpl(int64_t start_dim, int64_t end_dim) {
  this->start_dim = start_dim;
  this->end_dim = end_dim;
}
FlattenImpl::FlattenImpl(const FlattenOptions& options) : FlattenImpl(options.start_dim(), options.end_dim()) {}
Tensor FlattenImpl::forward(const Tensor& input) {
  return input.flatten(this->start_dim, this->end_dim);
}
std::string FlattenImpl::extra_repr() const {
  return cat("start_dim=", this->start_dim, ", end_dim=", this->end_dim);
}
std::shared_ptr<Module> FlattenImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<FlattenImpl>(*this);
  copy->separate({}, device);
  return copy;
}

UnflattenImpl::UnflattenImpl(int64_t dim, const IntList& unflattened_size) {
  this->dim = dim;
  this->unflattened_size = ntuple_of_one(unflattened_size);
}
UnflattenImpl::UnflattenImpl(const UnflattenOptions& options) : UnflattenImpl(options.dim(), options.unflattened_size()) {}
Tensor UnflattenImpl::forward(const Tensor& input) {
  return input.unflatten(this->dim, this->unflattened_size);
}
std::string UnflattenImpl::extra_repr() const {
  return cat("dim=", this->dim, ", unflattened_size=", this->unflattened_size);
}
std::shared_ptr<Module> UnflattenImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<UnflattenImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
