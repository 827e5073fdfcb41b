// Translated from python/rushlight/nn/modules/upsampling.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/upsampling.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

UpsampleImpl::UpsampleImpl(const std::optional<IntList>& size, const std::optional<FloatList>& scale_factor, std::string_view mode, std::optional<bool> align_corners, std::optional<bool> recompute_scale_factor) {
  this->size = size;
  this->scale_factor = floats(scale_factor);
  this->mode = mode;
  this->align_corners = align_corners;
  this->recompute_scale_factor = recompute_scale_factor;
}
UpsampleImpl::UpsampleImpl(const UpsampleOptions& options) : UpsampleImpl(options.size(), options.scale_factor(), options.mode(), options.align_corners(), options.recompute_scale_factor()) {}
Tensor UpsampleImpl::forward(const Tensor& input) {
  return F::interpolate(input, optional_list(this->size), optional_list(this->scale_factor), this->mode, this->align_corners, this->recompute_scale_factor);
}
std::string UpsampleImpl::extra_repr() const {
  if (this->scale_factor.has_value()) {
    return cat("scale_factor=", this->scale_factor, ", mode=", quoted(this->mode));
  }
  return cat("size=", this->size, ", mode=", quoted(this->mode));
}
std::shared_ptr<Module> UpsampleImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<UpsampleImpl>(*this);
  copy->separate({}, device);
  return copy;
}

UpsamplingNearest2dImpl::UpsamplingNearest2dImpl(const std::optional<IntList>& size, const std::optional<FloatList>& scale_factor) : UpsampleImpl(size, scale_factor, "nearest") {
}
UpsamplingNearest2dImpl::UpsamplingNearest2dImpl(const UpsamplingNearest2dOptions& options) : UpsamplingNearest2dImpl(options.size(), options.scale_factor()) {}
std::shared_ptr<Module> UpsamplingNearest2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<UpsamplingNearest2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

UpsamplingBilinear2dImpl::UpsamplingBilinear2dImpl(const std::optional<IntList>& size, const std::optional<FloatList>& scale_factor) : UpsampleImpl(size, scale_factor, "bilinear", true) {
}
UpsamplingBilinear2dImpl::UpsamplingBilinear2dImpl(const UpsamplingBilinear2dOptions& options) : UpsamplingBilinear2dImpl(options.size(), options.scale_factor()) {}
std::shared_ptr<Module> UpsamplingBilinear2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<UpsamplingBilinear2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
