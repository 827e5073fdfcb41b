// Translated from python/rushlight/nn/modules/activation.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

class ThresholdOptions {
 public:
  ThresholdOptions(double threshold, double value, bool inplace = false)
      : threshold_(threshold), value_(value), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, threshold)
  RUSHLIGHT_OPTION(double, double, value)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `x` where `x > threshold`, else `value`.
//
// Args:
//     threshold: the bound.
//     value: what replaces the values at or below it.
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API ThresholdImpl : public Module {
 public:
  explicit ThresholdImpl(double threshold, double value, bool inplace = false);
  ThresholdImpl(const ThresholdOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double threshold = 0;
  double value = 0;
  bool inplace = false;
};
RUSHLIGHT_MODULE(Threshold);

class ReLUOptions {
 public:
  ReLUOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `max(0, x)`.
//
// Args:
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API ReLUImpl : public Module {
 public:
  explicit ReLUImpl(bool inplace = false);
  ReLUImpl(const ReLUOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  bool inplace = false;
};
RUSHLIGHT_MODULE(ReLU);

class HardtanhOptions {
 public:
  HardtanhOptions(double min_val = -1.0, double max_val = 1.0, bool inplace = false)
      : min_val_(min_val), max_val_(max_val), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, min_val)
  RUSHLIGHT_OPTION(double, double, max_val)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `x` clamped to `[min_val, max_val]`.
//
// Args:
//     min_val, max_val: the bounds.
//     inplace: overwrite the input.
//     min_value, max_value: deprecated names of the bounds.
// Shape:
//     any, the same out.
// Errors:
//     AssertionError: `max_val` is not above `min_val`.
class RL_API HardtanhImpl : public Module {
 public:
  explicit HardtanhImpl(double min_val = -1.0, double max_val = 1.0, bool inplace = false);
  HardtanhImpl(const HardtanhOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double min_val = 0;
  double max_val = 0;
  bool inplace = false;
};
RUSHLIGHT_MODULE(Hardtanh);

class ReLU6Options {
 public:
  ReLU6Options(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `min(max(0, x), 6)`.
//
// Args:
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API ReLU6Impl : public HardtanhImpl {
 public:
  explicit ReLU6Impl(bool inplace = false);
  ReLU6Impl(const ReLU6Options& options);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ReLU6);

// `1 / (1 + exp(-x))`.
//
// Shape:
//     any, the same out.
class RL_API SigmoidImpl : public Module {
 public:
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Sigmoid);

class HardsigmoidOptions {
 public:
  HardsigmoidOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `x / 6 + 1/2`, clamped to `[0, 1]`.
//
// Args:
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API HardsigmoidImpl : public Module {
 public:
  explicit HardsigmoidImpl(bool inplace = false);
  HardsigmoidImpl(const HardsigmoidOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  bool inplace = false;
};
RUSHLIGHT_MODULE(Hardsigmoid);

// The hyperbolic tangent.
//
// Shape:
//     any, the same out.
class RL_API TanhImpl : public Module {
 public:
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Tanh);

class SiLUOptions {
 public:
  SiLUOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `x * sigmoid(x)`, also called swish.
//
// Args:
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API SiLUImpl : public Module {
 public:
  explicit SiLUImpl(bool inplace = false);
  SiLUImpl(const SiLUOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  bool inplace = false;
};
RUSHLIGHT_MODULE(SiLU);

class MishOptions {
 public:
  MishOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `x * tanh(softplus(x))`.
//
// Args:
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API MishImpl : public Module {
 public:
  explicit MishImpl(bool inplace = false);
  MishImpl(const MishOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  bool inplace = false;
};
RUSHLIGHT_MODULE(Mish);

class HardswishOptions {
 public:
  HardswishOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `x * hardsigmoid(x)`.
//
// Args:
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API HardswishImpl : public Module {
 public:
  explicit HardswishImpl(bool inplace = false);
  HardswishImpl(const HardswishOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  bool inplace = false;
};
RUSHLIGHT_MODULE(Hardswish);

class ELUOptions {
 public:
  ELUOptions(double alpha = 1.0, bool inplace = false)
      : alpha_(alpha), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, alpha)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `x` where positive, else `alpha (exp(x) - 1)`.
//
// Args:
//     alpha: minus the limit for large negative values.
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API ELUImpl : public Module {
 public:
  explicit ELUImpl(double alpha = 1.0, bool inplace = false);
  ELUImpl(const ELUOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double alpha = 0;
  bool inplace = false;
};
RUSHLIGHT_MODULE(ELU);

class CELUOptions {
 public:
  CELUOptions(double alpha = 1.0, bool inplace = false)
      : alpha_(alpha), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, alpha)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `max(0, x) + min(0, alpha (exp(x / alpha) - 1))`.
//
// Args:
//     alpha: minus the limit for large negative values; not 0.
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API CELUImpl : public Module {
 public:
  explicit CELUImpl(double alpha = 1.0, bool inplace = false);
  CELUImpl(const CELUOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double alpha = 0;
  bool inplace = false;
};
RUSHLIGHT_MODULE(CELU);

class SELUOptions {
 public:
  SELUOptions(bool inplace = false)
      : inplace_(inplace) {}
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// ELU with the scale and alpha that keep mean 0 and variance 1 from layer to layer.
//
// Args:
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API SELUImpl : public Module {
 public:
  explicit SELUImpl(bool inplace = false);
  SELUImpl(const SELUOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  bool inplace = false;
};
RUSHLIGHT_MODULE(SELU);

class GLUOptions {
 public:
  GLUOptions(int64_t dim = -1)
      : dim_(dim) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, dim)
};

// The first half of a dimension times the sigmoid of its second half.
//
// Args:
//     dim: the dimension to split.
// Shape:
//     input `(*, N, *)` with even N, output `(*, N / 2, *)`.
// Errors:
//     RuntimeError: the size of `dim` is odd.
class RL_API GLUImpl : public Module {
 public:
  explicit GLUImpl(int64_t dim = -1);
  GLUImpl(const GLUOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t dim = 0;
};
RUSHLIGHT_MODULE(GLU);

class GELUOptions {
 public:
  GELUOptions(std::string_view approximate = "none")
      : approximate_(approximate) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, approximate)
};

// `x` times the normal distribution function at `x`.
//
// Args:
//     approximate: "none" for the exact function, "tanh" for the usual approximation.
// Shape:
//     any, the same out.
// Errors:
//     RuntimeError: another `approximate`.
class RL_API GELUImpl : public Module {
 public:
  explicit GELUImpl(std::string_view approximate = "none");
  GELUImpl(const GELUOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  std::string approximate;
};
RUSHLIGHT_MODULE(GELU);

class LeakyReLUOptions {
 public:
  LeakyReLUOptions(double negative_slope = 0.01, bool inplace = false)
      : negative_slope_(negative_slope), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, negative_slope)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `x` where positive, else `negative_slope * x`.
//
// Args:
//     negative_slope: the slope for negative values.
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
class RL_API LeakyReLUImpl : public Module {
 public:
  explicit LeakyReLUImpl(double negative_slope = 0.01, bool inplace = false);
  LeakyReLUImpl(const LeakyReLUOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double negative_slope = 0;
  bool inplace = false;
};
RUSHLIGHT_MODULE(LeakyReLU);

// `log(1 / (1 + exp(-x)))`, without overflow.
//
// Shape:
//     any, the same out.
class RL_API LogSigmoidImpl : public Module {
 public:
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(LogSigmoid);

class SoftplusOptions {
 public:
  SoftplusOptions(double beta = 1.0, double threshold = 20.0)
      : beta_(beta), threshold_(threshold) {}
  RUSHLIGHT_OPTION(double, double, beta)
  RUSHLIGHT_OPTION(double, double, threshold)
};

// `log(1 + exp(beta x)) / beta`; `x` itself where `beta x > threshold`.
//
// Args:
//     beta: the sharpness.
//     threshold: where the function is taken to be linear.
// Shape:
//     any, the same out.
class RL_API SoftplusImpl : public Module {
 public:
  explicit SoftplusImpl(double beta = 1.0, double threshold = 20.0);
  SoftplusImpl(const SoftplusOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double beta = 0;
  double threshold = 0;
};
RUSHLIGHT_MODULE(Softplus);

class PReLUOptions {
 public:
  PReLUOptions(int64_t num_parameters = 1, double init = 0.25, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : num_parameters_(num_parameters), init_(init), device_(device), dtype_(dtype) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_parameters)
  RUSHLIGHT_OPTION(double, double, init)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// `x` where positive, else a learned slope times `x`.
//
// Args:
//     num_parameters: 1 for one slope, or the number of channels (dimension 1) for one slope each.
//     init: the slope at the start.
//     device, dtype: of the parameter.
// Shape:
//     `(N, C, *)` or any shape for one slope, the same out; weight `(num_parameters,)`.
// Errors:
//     RuntimeError: the channels do not match.
class RL_API PReLUImpl : public Module {
 public:
  explicit PReLUImpl(int64_t num_parameters = 1, double init = 0.25, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  PReLUImpl(const PReLUOptions& options);
  void reset_parameters() override;
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  int64_t num_parameters = 0;
  double init = 0;
  Tensor weight;
};
RUSHLIGHT_MODULE(PReLU);

// `x / (1 + |x|)`.
//
// Shape:
//     any, the same out.
class RL_API SoftsignImpl : public Module {
 public:
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Softsign);

// `x - tanh(x)`.
//
// Shape:
//     any, the same out.
class RL_API TanhshrinkImpl : public Module {
 public:
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Tanhshrink);

class SoftminOptions {
 public:
  SoftminOptions(std::optional<int64_t> dim = {})
      : dim_(dim) {}
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, dim)
};

// Softmax of `-x`.
//
// Args:
//     dim: the dimension that sums to 1; leaving it out is deprecated.
// Shape:
//     any, the same out.
class RL_API SoftminImpl : public Module {
 public:
  explicit SoftminImpl(std::optional<int64_t> dim = {});
  SoftminImpl(const SoftminOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  std::optional<int64_t> dim;
};
RUSHLIGHT_MODULE(Softmin);

class SoftmaxOptions {
 public:
  SoftmaxOptions(std::optional<int64_t> dim = {})
      : dim_(dim) {}
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, dim)
};

// `exp(x) / sum(exp(x))` along a dimension.
//
// Args:
//     dim: the dimension that sums to 1; leaving it out is deprecated.
// Shape:
//     any, the same out.
// Errors:
//     IndexError: a dimension the input does not have.
class RL_API SoftmaxImpl : public Module {
 public:
  explicit SoftmaxImpl(std::optional<int64_t> dim = {});
  SoftmaxImpl(const SoftmaxOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  std::optional<int64_t> dim;
};
RUSHLIGHT_MODULE(Softmax);

class LogSoftmaxOptions {
 public:
  LogSoftmaxOptions(std::optional<int64_t> dim = {})
      : dim_(dim) {}
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, dim)
};

// The logarithm of softmax, without overflow.
//
// Args:
//     dim: the dimension that sums to 1 after `exp`; leaving it out is deprecated.
// Shape:
//     any, the same out.
// Errors:
//     IndexError: a dimension the input does not have.
class RL_API LogSoftmaxImpl : public Module {
 public:
  explicit LogSoftmaxImpl(std::optional<int64_t> dim = {});
  LogSoftmaxImpl(const LogSoftmaxOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  std::optional<int64_t> dim;
};
RUSHLIGHT_MODULE(LogSoftmax);

class HardshrinkOptions {
 public:
  HardshrinkOptions(double lambd = 0.5)
      : lambd_(lambd) {}
  RUSHLIGHT_OPTION(double, double, lambd)
};

// `x` where `|x| > lambd`, else 0.
//
// Args:
//     lambd: the bound.
// Shape:
//     any, the same out.
class RL_API HardshrinkImpl : public Module {
 public:
  explicit HardshrinkImpl(double lambd = 0.5);
  HardshrinkImpl(const HardshrinkOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double lambd = 0;
};
RUSHLIGHT_MODULE(Hardshrink);

class SoftshrinkOptions {
 public:
  SoftshrinkOptions(double lambd = 0.5)
      : lambd_(lambd) {}
  RUSHLIGHT_OPTION(double, double, lambd)
};

// `x` moved towards 0 by `lambd`, and 0 where that is passed.
//
// Args:
//     lambd: the bound.
// Shape:
//     any, the same out.
class RL_API SoftshrinkImpl : public Module {
 public:
  explicit SoftshrinkImpl(double lambd = 0.5);
  SoftshrinkImpl(const SoftshrinkOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double lambd = 0;
};
RUSHLIGHT_MODULE(Softshrink);

class RReLUOptions {
 public:
  RReLUOptions(double lower = 0.125, double upper = 0.3333333333333333, bool inplace = false)
      : lower_(lower), upper_(upper), inplace_(inplace) {}
  RUSHLIGHT_OPTION(double, double, lower)
  RUSHLIGHT_OPTION(double, double, upper)
  RUSHLIGHT_OPTION(bool, bool, inplace)
};

// `x` where positive, else `x` times a random slope in training, and times the mean slope otherwise.
//
// Args:
//     lower, upper: the slopes' bounds.
//     inplace: overwrite the input.
// Shape:
//     any, the same out.
// Errors:
//     RuntimeError: `lower` is larger than `upper`.
class RL_API RReLUImpl : public Module {
 public:
  explicit RReLUImpl(double lower = 0.125, double upper = 0.3333333333333333, bool inplace = false);
  RReLUImpl(const RReLUOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double lower = 0;
  double upper = 0;
  bool inplace = false;
};
RUSHLIGHT_MODULE(RReLU);

// Softmax over the channels of every pixel.
//
// Shape:
//     `(N, C, H, W)` or `(C, H, W)`, the same out.
// Errors:
//     ValueError: another number of dimensions.
class RL_API Softmax2dImpl : public Module {
 public:
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Softmax2d);

}  // namespace rushlight::nn
