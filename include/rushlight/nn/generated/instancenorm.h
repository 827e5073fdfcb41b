// Translated from python/rushlight/nn/modules/instancenorm.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/generated/batchnorm.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

// What the three instance norms share.
class RL_API InstanceNormImpl : public NormBaseImpl {
 public:
  explicit InstanceNormImpl(int64_t num_features, double eps = 1e-05, std::optional<double> momentum = 0.1, bool affine = false, bool track_running_stats = false, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool bias = true);
  virtual void _check_input_dim(const Tensor& input);
  virtual int64_t _get_no_batch_dim();
  Tensor _apply_instance_norm(const Tensor& input);
  Tensor forward(const Tensor& input);
};

class InstanceNorm1dOptions {
 public:
  InstanceNorm1dOptions(int64_t num_features, double eps = 1e-05, std::optional<double> momentum = 0.1, bool affine = false, bool track_running_stats = false, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool bias = true)
      : num_features_(num_features), eps_(eps), momentum_(momentum), affine_(affine), track_running_stats_(track_running_stats), device_(device), dtype_(dtype), bias_(bias) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_features)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, momentum)
  RUSHLIGHT_OPTION(bool, bool, affine)
  RUSHLIGHT_OPTION(bool, bool, track_running_stats)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
  RUSHLIGHT_OPTION(bool, bool, bias)
};

// Normalises every channel of every sample of signals: `(x - mean) / sqrt(var + eps) * weight + bias`.
//
// Args:
//     num_features: the number of channels C.
//     eps: added to the variance.
//     momentum: share of the new statistics in the running ones.
//     affine: whether there are a weight and a bias.
//     track_running_stats: whether running statistics are kept, for evaluation.
//     device, dtype: of parameters and buffers.
//     bias: with `affine`, whether there is a bias.
// Shape:
//     `(N, C, L)` or `(C, L)`, the same out.
// Errors:
//     ValueError: another number of dimensions, or other channels with `affine`.
class RL_API InstanceNorm1dImpl : public InstanceNormImpl {
 public:
  using InstanceNormImpl::InstanceNormImpl;
  InstanceNorm1dImpl(const InstanceNorm1dOptions& options);
  int64_t _get_no_batch_dim() override;
  void _check_input_dim(const Tensor& input) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(InstanceNorm1d);

class InstanceNorm2dOptions {
 public:
  InstanceNorm2dOptions(int64_t num_features, double eps = 1e-05, std::optional<double> momentum = 0.1, bool affine = false, bool track_running_stats = false, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool bias = true)
      : num_features_(num_features), eps_(eps), momentum_(momentum), affine_(affine), track_running_stats_(track_running_stats), device_(device), dtype_(dtype), bias_(bias) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_features)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, momentum)
  RUSHLIGHT_OPTION(bool, bool, affine)
  RUSHLIGHT_OPTION(bool, bool, track_running_stats)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
  RUSHLIGHT_OPTION(bool, bool, bias)
};

// Normalises every channel of every sample of images: `(x - mean) / sqrt(var + eps) * weight + bias`.
//
// Args:
//     num_features: the number of channels C.
//     eps: added to the variance.
//     momentum: share of the new statistics in the running ones.
//     affine: whether there are a weight and a bias.
//     track_running_stats: whether running statistics are kept, for evaluation.
//     device, dtype: of parameters and buffers.
//     bias: with `affine`, whether there is a bias.
// Shape:
//     `(N, C, H, W)` or `(C, H, W)`, the same out.
// Errors:
//     ValueError: another number of dimensions, or other channels with `affine`.
class RL_API InstanceNorm2dImpl : public InstanceNormImpl {
 public:
  using InstanceNormImpl::InstanceNormImpl;
  InstanceNorm2dImpl(const InstanceNorm2dOptions& options);
  int64_t _get_no_batch_dim() override;
  void _check_input_dim(const Tensor& input) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(InstanceNorm2d);

class InstanceNorm3dOptions {
 public:
  InstanceNorm3dOptions(int64_t num_features, double eps = 1e-05, std::optional<double> momentum = 0.1, bool affine = false, bool track_running_stats = false, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool bias = true)
      : num_features_(num_features), eps_(eps), momentum_(momentum), affine_(affine), track_running_stats_(track_running_stats), device_(device), dtype_(dtype), bias_(bias) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_features)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, momentum)
  RUSHLIGHT_OPTION(bool, bool, affine)
  RUSHLIGHT_OPTION(bool, bool, track_running_stats)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
  RUSHLIGHT_OPTION(bool, bool, bias)
};

// Normalises every channel of every sample of volumes: `(x - mean) / sqrt(var + eps) * weight + bias`.
//
// Args:
//     num_features: the number of channels C.
//     eps: added to the variance.
//     momentum: share of the new statistics in the running ones.
//     affine: whether there are a weight and a bias.
//     track_running_stats: whether running statistics are kept, for evaluation.
//     device, dtype: of parameters and buffers.
//     bias: with `affine`, whether there is a bias.
// Shape:
//     `(N, C, D, H, W)` or `(C, D, H, W)`, the same out.
// Errors:
//     ValueError: another number of dimensions, or other channels with `affine`.
class RL_API InstanceNorm3dImpl : public InstanceNormImpl {
 public:
  using InstanceNormImpl::InstanceNormImpl;
  InstanceNorm3dImpl(const InstanceNorm3dOptions& options);
  int64_t _get_no_batch_dim() override;
  void _check_input_dim(const Tensor& input) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(InstanceNorm3d);

}  // namespace rushlight::nn
