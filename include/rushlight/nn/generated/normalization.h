// Translated from python/rushlight/nn/modules/normalization.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

class LayerNormOptions {
 public:
  LayerNormOptions(const IntList& normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : normalized_shape_(normalized_shape), eps_(eps), elementwise_affine_(elementwise_affine), bias_(bias), device_(device), dtype_(dtype) {}
  LayerNormOptions(std::initializer_list<int64_t> normalized_shape) : LayerNormOptions(IntList(normalized_shape)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, normalized_shape)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(bool, bool, elementwise_affine)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// Normalises over the last dimensions: `(x - mean) / sqrt(var + eps) * weight + bias`.
//
// Args:
//     normalized_shape: sizes of the dimensions normalised over; one number means the last dimension.
//     eps: added to the variance.
//     elementwise_affine: whether there are a weight (starting at 1) and a bias (at 0).
//     bias: with `elementwise_affine`, whether there is a bias.
//     device, dtype: of the parameters.
// Shape:
//     `(*, normalized_shape)`, the same out.
// Errors:
//     RuntimeError: the input does not end with `normalized_shape`.
class RL_API LayerNormImpl : public Module {
 public:
  explicit LayerNormImpl(const IntList& normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  LayerNormImpl(const LayerNormOptions& options);
  void reset_parameters() override;
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  IntList normalized_shape;
  double eps = 0;
  bool elementwise_affine = false;
  Tensor weight;
  Tensor bias;
};
RUSHLIGHT_MODULE(LayerNorm);

class GroupNormOptions {
 public:
  GroupNormOptions(int64_t num_groups, int64_t num_channels, double eps = 1e-05, bool affine = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool bias = true)
      : num_groups_(num_groups), num_channels_(num_channels), eps_(eps), affine_(affine), device_(device), dtype_(dtype), bias_(bias) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_groups)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_channels)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(bool, bool, affine)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
  RUSHLIGHT_OPTION(bool, bool, bias)
};

// Normalises every group of channels of every sample: `(x - mean) / sqrt(var + eps) * weight + bias`.
//
// Args:
//     num_groups: the number of groups the channels are split into.
//     num_channels: the number of channels C.
//     eps: added to the variance.
//     affine: whether there are a weight and a bias per channel.
//     device, dtype: of the parameters.
//     bias: with `affine`, whether there is a bias.
// Shape:
//     `(N, C, *)`, the same out.
// Errors:
//     ValueError: `num_channels` is not divisible by `num_groups`.
class RL_API GroupNormImpl : public Module {
 public:
  explicit GroupNormImpl(int64_t num_groups, int64_t num_channels, double eps = 1e-05, bool affine = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool bias = true);
  GroupNormImpl(const GroupNormOptions& options);
  void reset_parameters() override;
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  int64_t num_groups = 0;
  int64_t num_channels = 0;
  double eps = 0;
  bool affine = false;
  Tensor weight;
  Tensor bias;
};
RUSHLIGHT_MODULE(GroupNorm);

class RMSNormOptions {
 public:
  RMSNormOptions(const IntList& normalized_shape, std::optional<double> eps = {}, bool elementwise_affine = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : normalized_shape_(normalized_shape), eps_(eps), elementwise_affine_(elementwise_affine), device_(device), dtype_(dtype) {}
  RMSNormOptions(std::initializer_list<int64_t> normalized_shape) : RMSNormOptions(IntList(normalized_shape)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, normalized_shape)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, eps)
  RUSHLIGHT_OPTION(bool, bool, elementwise_affine)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// Divides by the root mean square over the last dimensions: `x / sqrt(mean(x^2) + eps) * weight`.
//
// Args:
//     normalized_shape: sizes of the dimensions normalised over; one number means the last dimension.
//     eps: added to the mean square; None means the machine epsilon of the input's dtype.
//     elementwise_affine: whether there is a weight, starting at 1.
//     device, dtype: of the parameter.
// Shape:
//     `(*, normalized_shape)`, the same out.
// Errors:
//     RuntimeError: the input does not end with `normalized_shape`.
class RL_API RMSNormImpl : public Module {
 public:
  explicit RMSNormImpl(const IntList& normalized_shape, std::optional<double> eps = {}, bool elementwise_affine = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  RMSNormImpl(const RMSNormOptions& options);
  void reset_parameters() override;
  Tensor forward(const Tensor& x);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  IntList normalized_shape;
  std::optional<double> eps;
  bool elementwise_affine = false;
  Tensor weight;
};
RUSHLIGHT_MODULE(RMSNorm);

class LocalResponseNormOptions {
 public:
  LocalResponseNormOptions(int64_t size, double alpha = 0.0001, double beta = 0.75, double k = 1.0)
      : size_(size), alpha_(alpha), beta_(beta), k_(k) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, size)
  RUSHLIGHT_OPTION(double, double, alpha)
  RUSHLIGHT_OPTION(double, double, beta)
  RUSHLIGHT_OPTION(double, double, k)
};

// Divides by a power of the mean square over neighbouring channels: `x / (k + alpha mean(x^2))^beta`.
//
// Args:
//     size: how many channels are neighbours.
//     alpha, beta, k: the constants.
// Shape:
//     `(N, C, *)`, the same out.
// Errors:
//     ValueError: fewer than 3 dimensions.
class RL_API LocalResponseNormImpl : public Module {
 public:
  explicit LocalResponseNormImpl(int64_t size, double alpha = 0.0001, double beta = 0.75, double k = 1.0);
  LocalResponseNormImpl(const LocalResponseNormOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t size = 0;
  double alpha = 0;
  double beta = 0;
  double k = 0;
};
RUSHLIGHT_MODULE(LocalResponseNorm);

class CrossMapLRN2dOptions {
 public:
  CrossMapLRN2dOptions(int64_t size, double alpha = 0.0001, double beta = 0.75, double k = 1)
      : size_(size), alpha_(alpha), beta_(beta), k_(k) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, size)
  RUSHLIGHT_OPTION(double, double, alpha)
  RUSHLIGHT_OPTION(double, double, beta)
  RUSHLIGHT_OPTION(double, double, k)
};

// The old name of LocalResponseNorm for images.
//
// Args:
//     size: how many channels are neighbours.
//     alpha, beta, k: the constants.
// Shape:
//     `(N, C, *)`, the same out.
// Errors:
//     ValueError: fewer than 3 dimensions.
class RL_API CrossMapLRN2dImpl : public Module {
 public:
  explicit CrossMapLRN2dImpl(int64_t size, double alpha = 0.0001, double beta = 0.75, double k = 1);
  CrossMapLRN2dImpl(const CrossMapLRN2dOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t size = 0;
  double alpha = 0;
  double beta = 0;
  double k = 0;
};
RUSHLIGHT_MODULE(CrossMapLRN2d);

}  // namespace rushlight::nn
