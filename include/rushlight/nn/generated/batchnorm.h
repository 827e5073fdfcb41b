// Translated from python/rushlight/nn/modules/batchnorm.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

// Parameters and running statistics; reads files from before `num_batches_tracked` existed (version 1).
class RL_API NormBaseImpl : public Module {
 public:
  explicit NormBaseImpl(int64_t num_features, double eps = 1e-05, std::optional<double> momentum = 0.1, bool affine = true, bool track_running_stats = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool bias = true);
  void reset_running_stats();
  void reset_parameters() override;
  std::string extra_repr() const override;
  std::vector<Tensor*> tensor_members() override;

  int64_t num_features = 0;
  double eps = 0;
  std::optional<double> momentum;
  bool affine = false;
  bool track_running_stats = false;
  Tensor weight;
  Tensor bias;
  Tensor running_mean;
  Tensor running_var;
  Tensor num_batches_tracked;
};

// What the three batch norms share.
class RL_API BatchNormImpl : public NormBaseImpl {
 public:
  using NormBaseImpl::NormBaseImpl;
  virtual void _check_input_dim(const Tensor& input);
  Tensor forward(const Tensor& input);
};

class BatchNorm1dOptions {
 public:
  BatchNorm1dOptions(int64_t num_features, double eps = 1e-05, std::optional<double> momentum = 0.1, bool affine = true, bool track_running_stats = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool bias = true)
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

// Normalises every channel over the batch (and the length): `(x - mean) / sqrt(var + eps) * weight + bias`.
//
// In training the statistics are the batch's and running ones are kept; evaluation uses the running ones.
//
// Args:
//     num_features: the number of channels C.
//     eps: added to the variance.
//     momentum: share of the new batch in the running statistics; None means the plain average of all batches.
//     affine: whether there are a weight and a bias.
//     track_running_stats: whether running statistics are kept; without them evaluation uses the batch's.
//     device, dtype: of parameters and buffers.
//     bias: with `affine`, whether there is a bias.
// Shape:
//     `(N, C)` or `(N, C, L)`, the same out.
// Errors:
//     ValueError: another number of dimensions, or a single value per channel in training.
class RL_API BatchNorm1dImpl : public BatchNormImpl {
 public:
  using BatchNormImpl::BatchNormImpl;
  BatchNorm1dImpl(const BatchNorm1dOptions& options);
  void _check_input_dim(const Tensor& input) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(BatchNorm1d);

class BatchNorm2dOptions {
 public:
  BatchNorm2dOptions(int64_t num_features, double eps = 1e-05, std::optional<double> momentum = 0.1, bool affine = true, bool track_running_stats = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool bias = true)
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

// Normalises every channel of a batch of images over batch, height and width; see BatchNorm1d.
//
// Args:
//     num_features: the number of channels C; the others as in BatchNorm1d.
// Shape:
//     `(N, C, H, W)`, the same out.
// Errors:
//     ValueError: another number of dimensions, or a single value per channel in training.
class RL_API BatchNorm2dImpl : public BatchNormImpl {
 public:
  using BatchNormImpl::BatchNormImpl;
  BatchNorm2dImpl(const BatchNorm2dOptions& options);
  void _check_input_dim(const Tensor& input) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(BatchNorm2d);

class BatchNorm3dOptions {
 public:
  BatchNorm3dOptions(int64_t num_features, double eps = 1e-05, std::optional<double> momentum = 0.1, bool affine = true, bool track_running_stats = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool bias = true)
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

// Normalises every channel of a batch of volumes over batch, depth, height and width; see BatchNorm1d.
//
// Args:
//     num_features: the number of channels C; the others as in BatchNorm1d.
// Shape:
//     `(N, C, D, H, W)`, the same out.
// Errors:
//     ValueError: another number of dimensions, or a single value per channel in training.
class RL_API BatchNorm3dImpl : public BatchNormImpl {
 public:
  using BatchNormImpl::BatchNormImpl;
  BatchNorm3dImpl(const BatchNorm3dOptions& options);
  void _check_input_dim(const Tensor& input) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(BatchNorm3d);

}  // namespace rushlight::nn
