// Losses with a linear layer inside: cross entropy in chunks of rows, and the adaptive softmax for very many classes.
#pragma once
#include <string>
#include <tuple>
#include <vector>

#include "rushlight/nn/arguments.h"
#include "rushlight/nn/generated/linear.h"
#include "rushlight/nn/generated/loss.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

// How the loss is computed in chunks of rows, so that (N, C) logits never exist as a whole.
class RL_API LinearCrossEntropyOptions {
 public:
  // batch_chunk_size: rows at a time; nullopt leaves it to chunking_method: "aspect_ratio" sizes chunks so that their logits
  // take about as much memory as the input, "aspect_ratio:N" makes them N times smaller, "auto" is "aspect_ratio" for half
  // types and "aspect_ratio:2" otherwise, nullopt takes batch_chunk_size, or all rows at once. The others are accepted for
  // PyTorch's sake. ValueError: a value that is not among these.
  explicit LinearCrossEntropyOptions(bool allow_retain_graph = false,
                                     std::optional<int64_t> batch_chunk_size = std::nullopt,
                                     std::optional<std::string> chunking_method = "auto",
                                     std::string acc_policy = "auto",
                                     std::optional<ScalarType> acc_dtype = std::nullopt);
  // The number of rows at a time for logits (rows, classes) from an input (rows, features).
  int64_t chunk_size(int64_t rows, int64_t features, int64_t classes, ScalarType dtype) const;
  std::string repr() const;

  bool allow_retain_graph;
  std::optional<int64_t> batch_chunk_size;
  std::optional<std::string> chunking_method;
  std::string acc_policy;
  std::optional<ScalarType> acc_dtype;
};

class LinearCrossEntropyLossOptions {
 public:
  LinearCrossEntropyLossOptions(int64_t in_features, int64_t num_classes)
      : in_features_(in_features), num_classes_(num_classes), bias_(false), reduction_("mean"), label_smoothing_(0) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, in_features)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_classes)
  RUSHLIGHT_OPTION(const std::vector<int64_t>&, std::vector<int64_t>, out_features)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
  RUSHLIGHT_OPTION(std::string_view, std::string, reduction)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, weight)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, ignore_index)
  RUSHLIGHT_OPTION(double, double, label_smoothing)
  // Compute in chunks of rows.
  RUSHLIGHT_OPTION(const std::optional<LinearCrossEntropyOptions>&, std::optional<LinearCrossEntropyOptions>, options)
};

// The cross entropy of the logits `linear(input)` and the target, with the linear layer inside.
class RL_API LinearCrossEntropyLossImpl : public WeightedLossImpl {
 public:
  LinearCrossEntropyLossImpl(int64_t in_features, int64_t num_classes)
      : LinearCrossEntropyLossImpl(LinearCrossEntropyLossOptions(in_features, num_classes)) {}
  explicit LinearCrossEntropyLossImpl(const LinearCrossEntropyLossOptions& options);
  Tensor forward(const Tensor& input, const Tensor& target);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  LinearCrossEntropyLossOptions options;
  Linear linear;
};
RUSHLIGHT_MODULE(LinearCrossEntropyLoss);

class AdaptiveLogSoftmaxWithLossOptions {
 public:
  AdaptiveLogSoftmaxWithLossOptions(int64_t in_features, int64_t n_classes, std::vector<int64_t> cutoffs)
      : in_features_(in_features),
        n_classes_(n_classes),
        cutoffs_(std::move(cutoffs)),
        div_value_(4),
        head_bias_(false) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, in_features)
  RUSHLIGHT_OPTION(int64_t, int64_t, n_classes)
  RUSHLIGHT_OPTION(const std::vector<int64_t>&, std::vector<int64_t>, cutoffs)
  RUSHLIGHT_OPTION(double, double, div_value)
  RUSHLIGHT_OPTION(bool, bool, head_bias)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// The target's log-probabilities, and minus their mean.
struct ASMoutput {
  Tensor output, loss;
};

// Log-probabilities of a target among very many classes, sorted by how frequent they are (Grave et al. 2017).
class RL_API AdaptiveLogSoftmaxWithLossImpl : public Module {
 public:
  AdaptiveLogSoftmaxWithLossImpl(int64_t in_features, int64_t n_classes, std::vector<int64_t> cutoffs)
      : AdaptiveLogSoftmaxWithLossImpl(AdaptiveLogSoftmaxWithLossOptions(in_features, n_classes, std::move(cutoffs))) {}
  explicit AdaptiveLogSoftmaxWithLossImpl(const AdaptiveLogSoftmaxWithLossOptions& options);
  void reset_parameters() override;
  ASMoutput forward(const Tensor& input, const Tensor& target);
  // The log-probabilities (N, n_classes) of all classes.
  Tensor log_prob(const Tensor& input);
  // The most probable class (N) of each row.
  Tensor predict(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  AdaptiveLogSoftmaxWithLossOptions options;
  std::vector<int64_t> cutoffs;
  int64_t shortlist_size = 0, n_clusters = 0, head_size = 0;
  Linear head{nullptr};
  ModuleList tail;

 private:
  Tensor cluster(int64_t i, const Tensor& input);
  Tensor full_log_prob(const Tensor& input, const Tensor& head_output);
};
RUSHLIGHT_MODULE(AdaptiveLogSoftmaxWithLoss);

}  // namespace rushlight::nn
