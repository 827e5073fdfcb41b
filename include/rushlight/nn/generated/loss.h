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

  int64_t ignore_index = 0;
  double label_smoothing = 0;
};
RUSHLIGHT_MODULE(CrossEntropyLoss);

}  // namespace rushlight::nn
