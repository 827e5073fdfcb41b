// Translated from python/rushlight/nn/modules/pixelshuffle.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/pixelshuffle.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

PixelShuffleImpl::PixelShuffleImpl(int64_t upscale_factor) {
  this->upscale_factor = upscale_factor;
}
PixelShuffleImpl::PixelShuffleImpl(const PixelShuffleOptions& options) : PixelShuffleImpl(options.upscale_factor()) {}
Tensor PixelShuffleImpl::forward(const Tensor& input) {
  return F::pixel_shuffle(input, this->upscale_factor);
}
std::string PixelShuffleImpl::extra_repr() const {
  return cat("upscale_factor=", this->upscale_factor);
}
std::shared_ptr<Module> PixelShuffleImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<PixelShuffleImpl>(*this);
  copy->separate({}, device);
  return copy;
}

PixelUnshuffleImpl::PixelUnshuffleImpl(int64_t downscale_factor) {
  this->downscale_factor = downscale_factor;
}
PixelUnshuffleImpl::PixelUnshuffleImpl(const PixelUnshuffleOptions& options) : PixelUnshuffleImpl(options.downscale_factor()) {}
Tensor PixelUnshuffleImpl::forward(const Tensor& input) {
  return F::pixel_unshuffle(input, this->downscale_factor);
}
std::string PixelUnshuffleImpl::extra_repr() const {
  return cat("downscale_factor=", this->downscale_factor);
}
std::shared_ptr<Module> PixelUnshuffleImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<PixelUnshuffleImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ChannelShuffleImpl::ChannelShuffleImpl(int64_t groups) {
  this->groups = groups;
}
ChannelShuffleImpl::ChannelShuffleImpl(const ChannelShuffleOptions& options) : ChannelShuffleImpl(options.groups()) {}
Tensor ChannelShuffleImpl::forward(const Tensor& input) {
  return F::channel_shuffle(input, this->groups);
}
std::string ChannelShuffleImpl::extra_repr() const {
  return cat("groups=", this->groups);
}
std::shared_ptr<Module> ChannelShuffleImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ChannelShuffleImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
