// Translated from python/rushlight/nn/modules/dropout.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

// What the dropouts share.
class RL_API DropoutNdImpl : public Module {
 public:
  explicit DropoutNdImpl(double p = 0.5, bool inplace = false);
  std::string extra_repr() const override;

  double p = 0;
  bool inplace = false;
};

class DropoutOptions {
 public:
  DropoutOptions(double p = 0.5, bool inplace = false)
      : p_(p), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// In training, sets every value to zero with probability `p` and scales the others by `1 / (1 - p)`.
//
// Args:
//     p: the probability of a zero.
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
// Errors:
//     ValueError: `p` is not between 0 and 1.
class RL_API DropoutImpl : public DropoutNdImpl {
 public:
  using DropoutNdImpl::DropoutNdImpl;
  DropoutImpl(const DropoutOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Dropout);

class Dropout1dOptions {
 public:
  Dropout1dOptions(double p = 0.5, bool inplace = false)
      : p_(p), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// In training, sets whole channels (rows of length L) to zero with probability `p` and scales the others.
//
// Args:
//     p: the probability that a channel is dropped.
//     inplace: overwrite the input.
// Shape:
//     `(N, C, L)` or `(C, L)`, the same out.
// Errors:
//     ValueError: `p` is not between 0 and 1.
//     RuntimeError: another number of dimensions.
class RL_API Dropout1dImpl : public DropoutNdImpl {
 public:
  using DropoutNdImpl::DropoutNdImpl;
  Dropout1dImpl(const Dropout1dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Dropout1d);

class Dropout2dOptions {
 public:
  Dropout2dOptions(double p = 0.5, bool inplace = false)
      : p_(p), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// In training, sets whole channels (images) to zero with probability `p` and scales the others.
//
// Args:
//     p: the probability that a channel is dropped.
//     inplace: overwrite the input.
// Shape:
//     `(N, C, H, W)` or `(N, C, L)`, the same out.
// Errors:
//     ValueError: `p` is not between 0 and 1.
class RL_API Dropout2dImpl : public DropoutNdImpl {
 public:
  using DropoutNdImpl::DropoutNdImpl;
  Dropout2dImpl(const Dropout2dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Dropout2d);

class Dropout3dOptions {
 public:
  Dropout3dOptions(double p = 0.5, bool inplace = false)
      : p_(p), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// In training, sets whole channels (volumes) to zero with probability `p` and scales the others.
//
// Args:
//     p: the probability that a channel is dropped.
//     inplace: overwrite the input.
// Shape:
//     `(N, C, D, H, W)` or `(C, D, H, W)`, the same out.
// Errors:
//     ValueError: `p` is not between 0 and 1.
class RL_API Dropout3dImpl : public DropoutNdImpl {
 public:
  using DropoutNdImpl::DropoutNdImpl;
  Dropout3dImpl(const Dropout3dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Dropout3d);

class AlphaDropoutOptions {
 public:
  AlphaDropoutOptions(double p = 0.5, bool inplace = false)
      : p_(p), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// Dropout for SELU networks: dropped values take SELU's lowest one, and mean and variance are kept.
//
// Args:
//     p: the probability that a value is dropped.
//     inplace: accepted for PyTorch's sake, which does not overwrite the input either.
// Shape:
//     any, the same out.
// Errors:
//     ValueError: `p` is not between 0 and 1.
class RL_API AlphaDropoutImpl : public DropoutNdImpl {
 public:
  using DropoutNdImpl::DropoutNdImpl;
  AlphaDropoutImpl(const AlphaDropoutOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(AlphaDropout);

class FeatureAlphaDropoutOptions {
 public:
  FeatureAlphaDropoutOptions(double p = 0.5, bool inplace = false)
      : p_(p), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// Alpha dropout of whole channels; see AlphaDropout.
//
// Args:
//     p: the probability that a channel is dropped.
//     inplace: accepted for PyTorch's sake, which does not overwrite the input either.
// Shape:
//     `(N, C, *)`, the same out.
// Errors:
//     ValueError: `p` is not between 0 and 1.
class RL_API FeatureAlphaDropoutImpl : public DropoutNdImpl {
 public:
  using DropoutNdImpl::DropoutNdImpl;
  FeatureAlphaDropoutImpl(const FeatureAlphaDropoutOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(FeatureAlphaDropout);

}  // namespace rushlight::nn
