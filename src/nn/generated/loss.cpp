// Translated from python/rushlight/nn/modules/loss.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/loss.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

LossImpl::LossImpl(std::string_view reduction) {
  this->reduction = legacy_get_string({}, {}, reduction);
}

WeightedLossImpl::WeightedLossImpl(const Tensor& weight, std::string_view reduction) : LossImpl(reduction) {
  this->weight = register_buffer("weight", weight);
}

L1LossImpl::L1LossImpl(const L1LossOptions& options) : L1LossImpl(options.reduction()) {}
Tensor L1LossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::l1_loss(input, target, {}, {}, this->reduction);
}

NLLLossImpl::NLLLossImpl(const Tensor& weight, int64_t ignore_index, std::string_view reduction) : WeightedLossImpl(weight, reduction) {
  this->ignore_index = ignore_index;
}
NLLLossImpl::NLLLossImpl(const NLLLossOptions& options) : NLLLossImpl(options.weight(), options.ignore_index(), options.reduction()) {}
Tensor NLLLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::nll_loss(input, target, this->weight, {}, this->ignore_index, {}, this->reduction);
}

KLDivLossImpl::KLDivLossImpl(std::string_view reduction, bool log_target) : LossImpl(reduction) {
  this->log_target = log_target;
}
KLDivLossImpl::KLDivLossImpl(const KLDivLossOptions& options) : KLDivLossImpl(options.reduction(), options.log_target()) {}
Tensor KLDivLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::kl_div(input, target, {}, {}, this->reduction, this->log_target);
}

MSELossImpl::MSELossImpl(const MSELossOptions& options) : MSELossImpl(options.reduction()) {}
Tensor MSELossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::mse_loss(input, target, {}, {}, this->reduction);
}

BCELossImpl::BCELossImpl(const BCELossOptions& options) : BCELossImpl(options.weight(), options.reduction()) {}
Tensor BCELossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::binary_cross_entropy(input, target, this->weight, {}, {}, this->reduction);
}

BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(const Tensor& weight, std::string_view reduction, const Tensor& pos_weight) : LossImpl(reduction) {
  this->weight = register_buffer("weight", weight);
  this->pos_weight = register_buffer("pos_weight", pos_weight);
}
BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& options) : BCEWithLogitsLossImpl(options.weight(), options.reduction(), options.pos_weight()) {}
Tensor BCEWithLogitsLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::binary_cross_entropy_with_logits(input, target, this->weight, {}, {}, this->reduction, this->pos_weight);
}

SmoothL1LossImpl::SmoothL1LossImpl(std::string_view reduction, double beta) : LossImpl(reduction) {
  this->beta = beta;
}
SmoothL1LossImpl::SmoothL1LossImpl(const SmoothL1LossOptions& options) : SmoothL1LossImpl(options.reduction(), options.beta()) {}
Tensor SmoothL1LossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::smooth_l1_loss(input, target, {}, {}, this->reduction, this->beta);
}

HuberLossImpl::HuberLossImpl(std::string_view reduction, double delta) : LossImpl(reduction) {
  this->delta = number("delta", delta);
}
HuberLossImpl::HuberLossImpl(const HuberLossOptions& options) : HuberLossImpl(options.reduction(), options.delta()) {}
Tensor HuberLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::huber_loss(input, target, this->reduction, this->delta);
}

CrossEntropyLossImpl::CrossEntropyLossImpl(const Tensor& weight, int64_t ignore_index, std::string_view reduction, double label_smoothing) : WeightedLossImpl(weight, reduction) {
  this->ignore_index = ignore_index;
  this->label_smoothing = label_smoothing;
}
CrossEntropyLossImpl::CrossEntropyLossImpl(const CrossEntropyLossOptions& options) : CrossEntropyLossImpl(options.weight(), options.ignore_index(), options.reduction(), options.label_smoothing()) {}
Tensor CrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::cross_entropy(input, target, this->weight, {}, this->ignore_index, {}, this->reduction, this->label_smoothing);
}

}  // namespace rushlight::nn
