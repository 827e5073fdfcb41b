// Translated from python/rushlight/nn/modules/loss.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

// Holds the reduction: "none" (one value per element), "mean" or "sum".
class RL_API LossImpl : public Module {
 public:
  explicit LossImpl(std::string_view reduction = "mean");

  std::string reduction;
};

// Holds a weight as a buffer, so that it moves with the loss.
class RL_API WeightedLossImpl : public LossImpl {
 public:
  explicit WeightedLossImpl(const Tensor& weight = {}, std::string_view reduction = "mean");
  std::vector<Tensor*> tensor_members() override;

  Tensor weight;
};

class L1LossOptions {
 public:
  L1LossOptions(std::string_view reduction = "mean")
      : reduction_(reduction) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// The absolute difference `|x - y|`.
//
// Args:
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     input and target of the same shape; a scalar out, or that shape for "none".
// Errors:
//     RuntimeError: shapes that do not broadcast; a warning if they differ.
class RL_API L1LossImpl : public LossImpl {
 public:
  using LossImpl::LossImpl;
  L1LossImpl(const L1LossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(L1Loss);

class NLLLossOptions {
 public:
  NLLLossOptions(const Tensor& weight = {}, int64_t ignore_index = -100, std::string_view reduction = "mean")
      : weight_(weight), ignore_index_(ignore_index), reduction_(reduction) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(int64_t, int64_t, ignore_index)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// Minus the log-probability of the right class. The input holds log-probabilities, see LogSoftmax.
//
// Args:
//     weight: `(C,)`, a factor for every class.
//     size_average, reduce: deprecated forms of `reduction`.
//     ignore_index: a target that does not count.
//     reduction: "none", "mean" (weighted) or "sum".
// Shape:
//     input `(N, C)`, `(C,)` or `(N, C, d1, ...)`; target int64 `(N,)`, `()` or `(N, d1, ...)`; a scalar out, or the
//     target's shape for "none".
// Errors:
//     IndexError: a target that is no class.
//     ValueError, RuntimeError: shapes or the target's dtype do not fit.
class RL_API NLLLossImpl : public WeightedLossImpl {
 public:
  explicit NLLLossImpl(const Tensor& weight = {}, int64_t ignore_index = -100, std::string_view reduction = "mean");
  NLLLossImpl(const NLLLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t ignore_index = 0;
};
RUSHLIGHT_MODULE(NLLLoss);

class KLDivLossOptions {
 public:
  KLDivLossOptions(std::string_view reduction = "mean", bool log_target = false)
      : reduction_(reduction), log_target_(log_target) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(bool, bool, log_target)
};

// The Kullback-Leibler divergence `y (log y - x)`, with `x` a log-probability.
//
// Args:
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" (over all elements), "batchmean" (the mathematical one) or "sum".
//     log_target: whether the target is a log-probability too.
// Shape:
//     input and target of the same shape; a scalar out, or that shape for "none".
class RL_API KLDivLossImpl : public LossImpl {
 public:
  explicit KLDivLossImpl(std::string_view reduction = "mean", bool log_target = false);
  KLDivLossImpl(const KLDivLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  bool log_target = false;
};
RUSHLIGHT_MODULE(KLDivLoss);

class MSELossOptions {
 public:
  MSELossOptions(std::string_view reduction = "mean")
      : reduction_(reduction) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// The squared difference `(x - y)^2`.
//
// Args:
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     input and target of the same shape; a scalar out, or that shape for "none".
// Errors:
//     RuntimeError: shapes that do not broadcast; a warning if they differ.
class RL_API MSELossImpl : public LossImpl {
 public:
  using LossImpl::LossImpl;
  MSELossImpl(const MSELossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(MSELoss);

class BCELossOptions {
 public:
  BCELossOptions(const Tensor& weight = {}, std::string_view reduction = "mean")
      : weight_(weight), reduction_(reduction) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// Binary cross entropy `-(y log x + (1 - y) log(1 - x))`; logarithms are bounded below by -100.
//
// Args:
//     weight: a factor for every element, broadcast to the input.
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     input (probabilities) and target of the same shape; a scalar out, or that shape for "none".
// Errors:
//     ValueError: the shapes differ.
//     RuntimeError: an input outside [0, 1].
class RL_API BCELossImpl : public WeightedLossImpl {
 public:
  using WeightedLossImpl::WeightedLossImpl;
  BCELossImpl(const BCELossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(BCELoss);

class BCEWithLogitsLossOptions {
 public:
  BCEWithLogitsLossOptions(const Tensor& weight = {}, std::string_view reduction = "mean", const Tensor& pos_weight = {})
      : weight_(weight), reduction_(reduction), pos_weight_(pos_weight) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, pos_weight)
};

// Binary cross entropy of `sigmoid(x)`, without overflow.
//
// Args:
//     weight: a factor for every element, broadcast to the input.
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
//     pos_weight: a factor for the positive targets, broadcast to the input.
// Shape:
//     input and target of the same shape; a scalar out, or that shape for "none".
// Errors:
//     ValueError: the shapes differ.
class RL_API BCEWithLogitsLossImpl : public LossImpl {
 public:
  explicit BCEWithLogitsLossImpl(const Tensor& weight = {}, std::string_view reduction = "mean", const Tensor& pos_weight = {});
  BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  Tensor weight;
  Tensor pos_weight;
};
RUSHLIGHT_MODULE(BCEWithLogitsLoss);

class SmoothL1LossOptions {
 public:
  SmoothL1LossOptions(std::string_view reduction = "mean", double beta = 1.0)
      : reduction_(reduction), beta_(beta) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(double, double, beta)
};

// `(x - y)^2 / (2 beta)` where `|x - y| < beta`, else `|x - y| - beta / 2`.
//
// Args:
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
//     beta: where the square ends; 0 gives L1Loss.
// Shape:
//     input and target of the same shape; a scalar out, or that shape for "none".
// Errors:
//     RuntimeError: a negative `beta`, or shapes that do not broadcast.
class RL_API SmoothL1LossImpl : public LossImpl {
 public:
  explicit SmoothL1LossImpl(std::string_view reduction = "mean", double beta = 1.0);
  SmoothL1LossImpl(const SmoothL1LossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double beta = 0;
};
RUSHLIGHT_MODULE(SmoothL1Loss);

class HuberLossOptions {
 public:
  HuberLossOptions(std::string_view reduction = "mean", double delta = 1.0)
      : reduction_(reduction), delta_(delta) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(double, double, delta)
};

// `(x - y)^2 / 2` where `|x - y| < delta`, else `delta (|x - y| - delta / 2)`.
//
// Args:
//     reduction: "none", "mean" or "sum".
//     delta: where the square ends; positive.
// Shape:
//     input and target of the same shape; a scalar out, or that shape for "none".
// Errors:
//     TypeError: `delta` is not a number.
//     RuntimeError: `delta` is not positive, or shapes that do not broadcast.
class RL_API HuberLossImpl : public LossImpl {
 public:
  explicit HuberLossImpl(std::string_view reduction = "mean", double delta = 1.0);
  HuberLossImpl(const HuberLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double delta = 0;
};
RUSHLIGHT_MODULE(HuberLoss);

class CrossEntropyLossOptions {
 public:
  CrossEntropyLossOptions(const Tensor& weight = {}, int64_t ignore_index = -100, std::string_view reduction = "mean", double label_smoothing = 0.0)
      : weight_(weight), ignore_index_(ignore_index), reduction_(reduction), label_smoothing_(label_smoothing) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(int64_t, int64_t, ignore_index)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(double, double, label_smoothing)
};

// Minus the log-probability of the right class, from unnormalised scores.
//
// Args:
//     weight: `(C,)`, a factor for every class.
//     size_average, reduce: deprecated forms of `reduction`.
//     ignore_index: a target class that does not count.
//     reduction: "none", "mean" (weighted) or "sum".
//     label_smoothing: share of the target spread evenly over all classes, 0 to 1.
// Shape:
//     input `(N, C)`, `(C,)` or `(N, C, d1, ...)`; target either int64 classes `(N,)`, `()` or `(N, d1, ...)`, or
//     probabilities of the input's shape; a scalar out, or the shape without C for "none".
// Errors:
//     IndexError: a target that is no class.
//     ValueError, RuntimeError: shapes or the target's dtype do not fit.
class RL_API CrossEntropyLossImpl : public WeightedLossImpl {
 public:
  explicit CrossEntropyLossImpl(const Tensor& weight = {}, int64_t ignore_index = -100, std::string_view reduction = "mean", double label_smoothing = 0.0);
  CrossEntropyLossImpl(const CrossEntropyLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t ignore_index = 0;
  double label_smoothing = 0;
};
RUSHLIGHT_MODULE(CrossEntropyLoss);

class NLLLoss2dOptions {
 public:
  NLLLoss2dOptions(const Tensor& weight = {}, int64_t ignore_index = -100, std::string_view reduction = "mean")
      : weight_(weight), ignore_index_(ignore_index), reduction_(reduction) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(int64_t, int64_t, ignore_index)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// The old name of NLLLoss.
//
// Args:
//     weight: `(C,)`, a factor for every class.
//     size_average, reduce: deprecated forms of `reduction`.
//     ignore_index: a target that does not count.
//     reduction: "none", "mean" (weighted) or "sum".
class RL_API NLLLoss2dImpl : public NLLLossImpl {
 public:
  explicit NLLLoss2dImpl(const Tensor& weight = {}, int64_t ignore_index = -100, std::string_view reduction = "mean");
  NLLLoss2dImpl(const NLLLoss2dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(NLLLoss2d);

class CosineEmbeddingLossOptions {
 public:
  CosineEmbeddingLossOptions(double margin = 0.0, std::string_view reduction = "mean")
      : margin_(margin), reduction_(reduction) {}
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// `1 - cos(x1, x2)` where the target is 1, `max(0, cos(x1, x2) - margin)` where it is -1.
//
// Args:
//     margin: what different vectors may have in common, from -1 to 1.
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     inputs `(N, D)` or `(D,)`, target `(N,)` or `()`; a scalar out, or the target's shape for "none".
class RL_API CosineEmbeddingLossImpl : public LossImpl {
 public:
  explicit CosineEmbeddingLossImpl(double margin = 0.0, std::string_view reduction = "mean");
  CosineEmbeddingLossImpl(const CosineEmbeddingLossOptions& options);
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double margin = 0;
};
RUSHLIGHT_MODULE(CosineEmbeddingLoss);

class HingeEmbeddingLossOptions {
 public:
  HingeEmbeddingLossOptions(double margin = 1.0, std::string_view reduction = "mean")
      : margin_(margin), reduction_(reduction) {}
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// `x` where the target is 1, `max(0, margin - x)` where it is -1.
//
// Args:
//     margin: the distance that different pairs should have.
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     input and target of the same shape; a scalar out, or that shape for "none".
class RL_API HingeEmbeddingLossImpl : public LossImpl {
 public:
  explicit HingeEmbeddingLossImpl(double margin = 1.0, std::string_view reduction = "mean");
  HingeEmbeddingLossImpl(const HingeEmbeddingLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double margin = 0;
};
RUSHLIGHT_MODULE(HingeEmbeddingLoss);

class MarginRankingLossOptions {
 public:
  MarginRankingLossOptions(double margin = 0.0, std::string_view reduction = "mean")
      : margin_(margin), reduction_(reduction) {}
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// `max(0, -target (x1 - x2) + margin)`: with target 1 the first input should be larger, with -1 the second.
//
// Args:
//     margin: by how much.
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     three tensors `(N,)` or `()`; a scalar out, or that shape for "none".
class RL_API MarginRankingLossImpl : public LossImpl {
 public:
  explicit MarginRankingLossImpl(double margin = 0.0, std::string_view reduction = "mean");
  MarginRankingLossImpl(const MarginRankingLossOptions& options);
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double margin = 0;
};
RUSHLIGHT_MODULE(MarginRankingLoss);

class MultiLabelMarginLossOptions {
 public:
  MultiLabelMarginLossOptions(std::string_view reduction = "mean")
      : reduction_(reduction) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// `sum of max(0, 1 - (x[y] - x[i])) / C` over target classes y and other classes i.
//
// Args:
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     input `(N, C)` or `(C,)`, target int64 of the same shape: classes, ended by the
//     first -1; a scalar out, or `(N,)`.
class RL_API MultiLabelMarginLossImpl : public LossImpl {
 public:
  using LossImpl::LossImpl;
  MultiLabelMarginLossImpl(const MultiLabelMarginLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(MultiLabelMarginLoss);

class SoftMarginLossOptions {
 public:
  SoftMarginLossOptions(std::string_view reduction = "mean")
      : reduction_(reduction) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// `log(1 + exp(-target x))`, for targets of 1 and -1.
//
// Args:
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     input and target of the same shape; a scalar out, or that shape for "none".
class RL_API SoftMarginLossImpl : public LossImpl {
 public:
  using LossImpl::LossImpl;
  SoftMarginLossImpl(const SoftMarginLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(SoftMarginLoss);

class MultiLabelSoftMarginLossOptions {
 public:
  MultiLabelSoftMarginLossOptions(const Tensor& weight = {}, std::string_view reduction = "mean")
      : weight_(weight), reduction_(reduction) {}
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// Binary cross entropy of every class by its score, averaged over the classes.
//
// Args:
//     weight: `(C,)`, a factor for every class.
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     input and target `(N, C)`; a scalar out, or `(N,)` for "none".
class RL_API MultiLabelSoftMarginLossImpl : public WeightedLossImpl {
 public:
  using WeightedLossImpl::WeightedLossImpl;
  MultiLabelSoftMarginLossImpl(const MultiLabelSoftMarginLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(MultiLabelSoftMarginLoss);

class MultiMarginLossOptions {
 public:
  MultiMarginLossOptions(int64_t p = 1, double margin = 1.0, const Tensor& weight = {}, std::string_view reduction = "mean")
      : p_(p), margin_(margin), weight_(weight), reduction_(reduction) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, p)
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// `sum of max(0, margin - x[y] + x[i])^p / C` over the classes i other than the target y.
//
// Args:
//     p: 1 or 2.
//     margin: by how much the target's score should be larger.
//     weight: `(C,)`, a factor for every class.
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     input `(N, C)` or `(C,)`, target int64 `(N,)` or `()`; a scalar out, or the target's shape for "none".
// Errors:
//     ValueError: another `p`, or a weight that is not one-dimensional.
class RL_API MultiMarginLossImpl : public WeightedLossImpl {
 public:
  explicit MultiMarginLossImpl(int64_t p = 1, double margin = 1.0, const Tensor& weight = {}, std::string_view reduction = "mean");
  MultiMarginLossImpl(const MultiMarginLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t p = 0;
  double margin = 0;
};
RUSHLIGHT_MODULE(MultiMarginLoss);

class PoissonNLLLossOptions {
 public:
  PoissonNLLLossOptions(bool log_input = true, bool full = false, double eps = 1e-08, std::string_view reduction = "mean")
      : log_input_(log_input), full_(full), eps_(eps), reduction_(reduction) {}
  RUSHLIGHT_OPTION(bool, bool, log_input)
  RUSHLIGHT_OPTION(bool, bool, full)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// Minus the log-likelihood of counts under a Poisson distribution, less its constant.
//
// Args:
//     log_input: the input is the logarithm of the rate.
//     full: add Stirling's approximation of the constant for targets above 1.
//     size_average, reduce: deprecated forms of `reduction`.
//     eps: added to the rate before its logarithm, without `log_input`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     input and target of the same shape; a scalar out, or that shape for "none".
class RL_API PoissonNLLLossImpl : public LossImpl {
 public:
  explicit PoissonNLLLossImpl(bool log_input = true, bool full = false, double eps = 1e-08, std::string_view reduction = "mean");
  PoissonNLLLossImpl(const PoissonNLLLossOptions& options);
  Tensor forward(const Tensor& log_input, const Tensor& target);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  bool log_input = false;
  bool full = false;
  double eps = 0;
};
RUSHLIGHT_MODULE(PoissonNLLLoss);

class GaussianNLLLossOptions {
 public:
  GaussianNLLLossOptions(bool full = false, double eps = 1e-06, std::string_view reduction = "mean")
      : full_(full), eps_(eps), reduction_(reduction) {}
  RUSHLIGHT_OPTION(bool, bool, full)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// Minus the log-likelihood under normal distributions with the input as mean, less its constant.
//
// Args:
//     full: add the constant.
//     eps: the least variance.
//     reduction: "none", "mean" or "sum".
// Shape:
//     input and target of the same shape; var of that shape, without its last dimension or with one of size 1, or (in
//     Python) a number; a scalar out, or the input's shape for "none".
// Errors:
//     ValueError: a negative variance, or one of another shape.
class RL_API GaussianNLLLossImpl : public LossImpl {
 public:
  explicit GaussianNLLLossImpl(bool full = false, double eps = 1e-06, std::string_view reduction = "mean");
  GaussianNLLLossImpl(const GaussianNLLLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target, const Tensor& var);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  bool full = false;
  double eps = 0;
};
RUSHLIGHT_MODULE(GaussianNLLLoss);

class CTCLossOptions {
 public:
  CTCLossOptions(int64_t blank = 0, std::string_view reduction = "mean", bool zero_infinity = false)
      : blank_(blank), reduction_(reduction), zero_infinity_(zero_infinity) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, blank)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(bool, bool, zero_infinity)
};

// Minus the log-probability of a sequence of labels, summed over all ways to align it with the input.
//
// Args:
//     blank: the class that stands for no label.
//     reduction: "none", "mean" (each loss divided by its target's length first) or "sum".
//     zero_infinity: count targets longer than their input as zero instead of infinity.
// Shape:
//     log_probs `(T, N, C)` or `(T, C)`, from log_softmax; targets int64 `(N, S)`, or all after one another; lengths
//     `(N,)` or `()`; a scalar out, or `(N,)` for "none".
// Errors:
//     RuntimeError: lengths that do not fit; IndexError: a target that is no class.
class RL_API CTCLossImpl : public LossImpl {
 public:
  explicit CTCLossImpl(int64_t blank = 0, std::string_view reduction = "mean", bool zero_infinity = false);
  CTCLossImpl(const CTCLossOptions& options);
  Tensor forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths, const Tensor& target_lengths);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t blank = 0;
  bool zero_infinity = false;
};
RUSHLIGHT_MODULE(CTCLoss);

class TripletMarginLossOptions {
 public:
  TripletMarginLossOptions(double margin = 1.0, double p = 2.0, double eps = 1e-06, bool swap = false, std::string_view reduction = "mean")
      : margin_(margin), p_(p), eps_(eps), swap_(swap), reduction_(reduction) {}
  RUSHLIGHT_OPTION(double, double, margin)
  RUSHLIGHT_OPTION(double, double, p)
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(bool, bool, swap)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
};

// `max(0, d(anchor, positive) - d(anchor, negative) + margin)`, with the p-norm of differences as distance.
//
// Args:
//     margin: by how much the negative should be farther away; positive.
//     p: the p of the norm.
//     eps: added to differences, so that the norm has a derivative at zero.
//     swap: take the distance of positive and negative where it is smaller (Balntas et al. 2016).
//     size_average, reduce: deprecated forms of `reduction`.
//     reduction: "none", "mean" or "sum".
// Shape:
//     three tensors `(N, D)` or `(D,)`; a scalar out, or `(N,)` or `()` for "none".
// Errors:
//     ValueError: a margin that is not positive.
class RL_API TripletMarginLossImpl : public LossImpl {
 public:
  explicit TripletMarginLossImpl(double margin = 1.0, double p = 2.0, double eps = 1e-06, bool swap = false, std::string_view reduction = "mean");
  TripletMarginLossImpl(const TripletMarginLossOptions& options);
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  double margin = 0;
  double p = 0;
  double eps = 0;
  bool swap = false;
};
RUSHLIGHT_MODULE(TripletMarginLoss);

}  // namespace rushlight::nn
