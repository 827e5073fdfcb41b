// Translated from python/rushlight/nn/modules/linear.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

class LinearOptions {
 public:
  LinearOptions(int64_t in_features, int64_t out_features, bool bias = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : in_features_(in_features), out_features_(out_features), bias_(bias), device_(device), dtype_(dtype) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, in_features)
  RUSHLIGHT_OPTION(int64_t, int64_t, out_features)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// The affine map `y = x A^T + b`.
//
// Args:
//     in_features: size of the last dimension of the input.
//     out_features: size of the last dimension of the output.
//     bias: whether there is a `b`.
//     device, dtype: of the parameters.
// Shape:
//     input `(*, in_features)`, output `(*, out_features)`; weight `(out_features, in_features)`.
// Errors:
//     RuntimeError: the last dimension of the input is not `in_features`, or the dtypes differ.
class RL_API LinearImpl : public Module {
 public:
  explicit LinearImpl(int64_t in_features, int64_t out_features, bool bias = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  LinearImpl(const LinearOptions& options);
  void reset_parameters() override;
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  int64_t in_features = 0;
  int64_t out_features = 0;
  Tensor weight;
  Tensor bias;
};
RUSHLIGHT_MODULE(Linear);

class BilinearOptions {
 public:
  BilinearOptions(int64_t in1_features, int64_t in2_features, int64_t out_features, bool bias = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features), bias_(bias), device_(device), dtype_(dtype) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, in1_features)
  RUSHLIGHT_OPTION(int64_t, int64_t, in2_features)
  RUSHLIGHT_OPTION(int64_t, int64_t, out_features)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// The bilinear map `y = x1^T A x2 + b`.
//
// Args:
//     in1_features, in2_features: sizes of the last dimensions of the two inputs; the first must be positive.
//     out_features: size of the last dimension of the output.
//     bias: whether there is a `b`.
//     device, dtype: of the parameters.
// Shape:
//     inputs `(*, in1_features)` and `(*, in2_features)`, output `(*, out_features)`;
//     weight `(out_features, in1_features, in2_features)`.
// Errors:
//     ValueError: `in1_features` is not positive.
//     RuntimeError: the inputs do not fit.
class RL_API BilinearImpl : public Module {
 public:
  explicit BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features, bool bias = true, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  BilinearImpl(const BilinearOptions& options);
  void reset_parameters() override;
  Tensor forward(const Tensor& input1, const Tensor& input2);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  int64_t in1_features = 0;
  int64_t in2_features = 0;
  int64_t out_features = 0;
  Tensor weight;
  Tensor bias;
};
RUSHLIGHT_MODULE(Bilinear);

}  // namespace rushlight::nn
