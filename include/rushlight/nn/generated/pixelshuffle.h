// Translated from python/rushlight/nn/modules/pixelshuffle.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

class PixelShuffleOptions {
 public:
  PixelShuffleOptions(int64_t upscale_factor)
      : upscale_factor_(upscale_factor) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, upscale_factor)
};

// Makes blocks of `r * r` pixels out of `r * r` channels.
//
// Args:
//     upscale_factor: the r.
// Shape:
//     input `(*, C r^2, H, W)`, output `(*, C, H r, W r)`.
// Errors:
//     RuntimeError: channels that are no multiple of `r * r`.
class RL_API PixelShuffleImpl : public Module {
 public:
  explicit PixelShuffleImpl(int64_t upscale_factor);
  PixelShuffleImpl(const PixelShuffleOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t upscale_factor = 0;
};
RUSHLIGHT_MODULE(PixelShuffle);

class PixelUnshuffleOptions {
 public:
  PixelUnshuffleOptions(int64_t downscale_factor)
      : downscale_factor_(downscale_factor) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, downscale_factor)
};

// Makes `r * r` channels out of blocks of `r * r` pixels: the inverse of PixelShuffle.
//
// Args:
//     downscale_factor: the r.
// Shape:
//     input `(*, C, H r, W r)`, output `(*, C r^2, H, W)`.
// Errors:
//     RuntimeError: a height or width that is no multiple of `r`.
class RL_API PixelUnshuffleImpl : public Module {
 public:
  explicit PixelUnshuffleImpl(int64_t downscale_factor);
  PixelUnshuffleImpl(const PixelUnshuffleOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t downscale_factor = 0;
};
RUSHLIGHT_MODULE(PixelUnshuffle);

class ChannelShuffleOptions {
 public:
  ChannelShuffleOptions(int64_t groups)
      : groups_(groups) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
};

// Deals the channels of `groups` groups out one by one, so that neighbours come from different groups.
//
// Args:
//     groups: the number of groups.
// Shape:
//     `(N, C, *)`, the same out.
// Errors:
//     RuntimeError: channels that are no multiple of `groups`.
class RL_API ChannelShuffleImpl : public Module {
 public:
  explicit ChannelShuffleImpl(int64_t groups);
  ChannelShuffleImpl(const ChannelShuffleOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t groups = 0;
};
RUSHLIGHT_MODULE(ChannelShuffle);

}  // namespace rushlight::nn
