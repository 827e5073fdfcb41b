// Translated from python/rushlight/nn/modules/upsampling.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

class UpsampleOptions {
 public:
  UpsampleOptions(const std::optional<IntList>& size = {}, const std::optional<FloatList>& scale_factor = {}, std::string_view mode = "nearest", std::optional<bool> align_corners = {}, std::optional<bool> recompute_scale_factor = {})
      : size_(size), scale_factor_(scale_factor), mode_(mode), align_corners_(align_corners), recompute_scale_factor_(recompute_scale_factor) {}
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, size)
  RUSHLIGHT_OPTION(const FloatList&, std::optional<FloatList>, scale_factor)
  RUSHLIGHT_OPTION(std::string_view, std::string, mode)
  RUSHLIGHT_OPTION(std::optional<bool>, std::optional<bool>, align_corners)
  RUSHLIGHT_OPTION(std::optional<bool>, std::optional<bool>, recompute_scale_factor)
};

// Resizes the spatial dimensions to `size`, or by `scale_factor`.
//
// Args:
//     size: the size of the output's spatial dimensions.
//     scale_factor: how many times larger the output is; one number for all dimensions or one for each.
//     mode: "nearest", "nearest-exact", "linear", "bilinear", "trilinear" or "bicubic".
//     align_corners: for the linear and cubic modes, whether the centres of the corner points stay in place.
//     recompute_scale_factor: compute the scale from the sizes again instead of using `scale_factor` itself.
// Shape:
//     input `(N, C, L)`, `(N, C, H, W)` or `(N, C, D, H, W)`, output likewise.
// Errors:
//     ValueError: both or neither of `size` and `scale_factor`.
//     NotImplementedError: a mode for another number of dimensions.
class RL_API UpsampleImpl : public Module {
 public:
  explicit UpsampleImpl(const std::optional<IntList>& size = {}, const std::optional<FloatList>& scale_factor = {}, std::string_view mode = "nearest", std::optional<bool> align_corners = {}, std::optional<bool> recompute_scale_factor = {});
  UpsampleImpl(const UpsampleOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  std::optional<IntList> size;
  std::optional<FloatList> scale_factor;
  std::string mode;
  std::optional<bool> align_corners;
  std::optional<bool> recompute_scale_factor;
};
RUSHLIGHT_MODULE(Upsample);

class UpsamplingNearest2dOptions {
 public:
  UpsamplingNearest2dOptions(const std::optional<IntList>& size = {}, const std::optional<FloatList>& scale_factor = {})
      : size_(size), scale_factor_(scale_factor) {}
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, size)
  RUSHLIGHT_OPTION(const FloatList&, std::optional<FloatList>, scale_factor)
};

// Resizes images by repeating the nearest pixel; `Upsample` with mode="nearest".
//
// Args:
//     size: height and width of the output; one number means both.
//     scale_factor: how many times larger the output is.
// Shape:
//     input `(N, C, H, W)`, output likewise.
class RL_API UpsamplingNearest2dImpl : public UpsampleImpl {
 public:
  explicit UpsamplingNearest2dImpl(const std::optional<IntList>& size = {}, const std::optional<FloatList>& scale_factor = {});
  UpsamplingNearest2dImpl(const UpsamplingNearest2dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(UpsamplingNearest2d);

class UpsamplingBilinear2dOptions {
 public:
  UpsamplingBilinear2dOptions(const std::optional<IntList>& size = {}, const std::optional<FloatList>& scale_factor = {})
      : size_(size), scale_factor_(scale_factor) {}
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, size)
  RUSHLIGHT_OPTION(const FloatList&, std::optional<FloatList>, scale_factor)
};

// Resizes images linearly, corners in place; `Upsample` with mode="bilinear" and align_corners.
//
// Args:
//     size: height and width of the output; one number means both.
//     scale_factor: how many times larger the output is.
// Shape:
//     input `(N, C, H, W)`, output likewise.
class RL_API UpsamplingBilinear2dImpl : public UpsampleImpl {
 public:
  explicit UpsamplingBilinear2dImpl(const std::optional<IntList>& size = {}, const std::optional<FloatList>& scale_factor = {});
  UpsamplingBilinear2dImpl(const UpsamplingBilinear2dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(UpsamplingBilinear2d);

}  // namespace rushlight::nn
