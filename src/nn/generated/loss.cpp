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
std::vector<Tensor*> WeightedLossImpl::tensor_members() {
  return {&weight};
}

L1LossImpl::L1LossImpl(const L1LossOptions& options) : L1LossImpl(options.reduction()) {}
Tensor L1LossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::l1_loss(input, target, {}, {}, this->reduction);
}
std::shared_ptr<Module> L1LossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<L1LossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

NLLLossImpl::NLLLossImpl(const Tensor& weight, int64_t ignore_index, std::string_view reduction) : WeightedLossImpl(weight, reduction) {
  this->ignore_index = ignore_index;
}
NLLLossImpl::NLLLossImpl(const NLLLossOptions& options) : NLLLossImpl(options.weight(), options.ignore_index(), options.reduction()) {}
Tensor NLLLossImpl::forward(const Tensor& input, const Tensor& target) {
  begin_forward(input);
  return F::nll_loss(input, target, this->weight, {}, this->ignore_index, {}, this->reduction);
}
std::shared_ptr<Module> NLLLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<NLLLossImpl>(*this);
  copy->separate({&copy->weight}, device);
  return copy;
}

KLDivLossImpl::KLDivLossImpl(std::string_view reduction, bool log_target) : LossImpl(reduction) {
  this->log_target = log_target;
}
KLDivLossImpl::KLDivLossImpl(const KLDivLossOptions& options) : KLDivLossImpl(options.reduction(), options.log_target()) {}
Tensor KLDivLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::kl_div(input, target, {}, {}, this->reduction, this->log_target);
}
std::shared_ptr<Module> KLDivLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<KLDivLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

MSELossImpl::MSELossImpl(const MSELossOptions& options) : MSELossImpl(options.reduction()) {}
Tensor MSELossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::mse_loss(input, target, {}, {}, this->reduction);
}
std::shared_ptr<Module> MSELossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MSELossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

BCELossImpl::BCELossImpl(const BCELossOptions& options) : BCELossImpl(options.weight(), options.reduction()) {}
Tensor BCELossImpl::forward(const Tensor& input, const Tensor& target) {
  begin_forward(input);
  return F::binary_cross_entropy(input, target, this->weight, {}, {}, this->reduction);
}
std::shared_ptr<Module> BCELossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<BCELossImpl>(*this);
  copy->separate({&copy->weight}, device);
  return copy;
}

BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(const Tensor& weight, std::string_view reduction, const Tensor& pos_weight) : LossImpl(reduction) {
  this->weight = register_buffer("weight", weight);
  this->pos_weight = register_buffer("pos_weight", pos_weight);
}
BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& options) : BCEWithLogitsLossImpl(options.weight(), options.reduction(), options.pos_weight()) {}
Tensor BCEWithLogitsLossImpl::forward(const Tensor& input, const Tensor& target) {
  begin_forward(input);
  return F::binary_cross_entropy_with_logits(input, target, this->weight, {}, {}, this->reduction, this->pos_weight);
}
std::shared_ptr<Module> BCEWithLogitsLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<BCEWithLogitsLossImpl>(*this);
  copy->separate({&copy->weight, &copy->pos_weight}, device);
  return copy;
}
std::vector<Tensor*> BCEWithLogitsLossImpl::tensor_members() {
  return {&weight, &pos_weight};
}

SmoothL1LossImpl::SmoothL1LossImpl(std::string_view reduction, double beta) : LossImpl(reduction) {
  this->beta = beta;
}
SmoothL1LossImpl::SmoothL1LossImpl(const SmoothL1LossOptions& options) : SmoothL1LossImpl(options.reduction(), options.beta()) {}
Tensor SmoothL1LossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::smooth_l1_loss(input, target, {}, {}, this->reduction, this->beta);
}
std::shared_ptr<Module> SmoothL1LossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SmoothL1LossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

HuberLossImpl::HuberLossImpl(std::string_view reduction, double delta) : LossImpl(reduction) {
  this->delta = number("delta", delta);
}
HuberLossImpl::HuberLossImpl(const HuberLossOptions& options) : HuberLossImpl(options.reduction(), options.delta()) {}
Tensor HuberLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::huber_loss(input, target, this->reduction, this->delta);
}
std::shared_ptr<Module> HuberLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<HuberLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

CrossEntropyLossImpl::CrossEntropyLossImpl(const Tensor& weight, int64_t ignore_index, std::string_view reduction, double label_smoothing) : WeightedLossImpl(weight, reduction) {
  this->ignore_index = ignore_index;
  this->label_smoothing = label_smoothing;
}
CrossEntropyLossImpl::CrossEntropyLossImpl(const CrossEntropyLossOptions& options) : CrossEntropyLossImpl(options.weight(), options.ignore_index(), options.reduction(), options.label_smoothing()) {}
Tensor CrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target) {
  begin_forward(input);
  return F::cross_entropy(input, target, this->weight, {}, this->ignore_index, {}, this->reduction, this->label_smoothing);
}
std::shared_ptr<Module> CrossEntropyLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<CrossEntropyLossImpl>(*this);
  copy->separate({&copy->weight}, device);
  return copy;
}

NLLLoss2dImpl::NLLLoss2dImpl(const Tensor& weight, int64_t ignore_index, std::string_view reduction) : NLLLossImpl(weight, ignore_index, reduction) {
  warn("`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement.");
}
NLLLoss2dImpl::NLLLoss2dImpl(const NLLLoss2dOptions& options) : NLLLoss2dImpl(options.weight(), options.ignore_index(), options.reduction()) {}
std::shared_ptr<Module> NLLLoss2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<NLLLoss2dImpl>(*this);
  copy->separate({&copy->weight}, device);
  return copy;
}

CosineEmbeddingLossImpl::CosineEmbeddingLossImpl(double margin, std::string_view reduction) : LossImpl(reduction) {
  this->margin = margin;
}
CosineEmbeddingLossImpl::CosineEmbeddingLossImpl(const CosineEmbeddingLossOptions& options) : CosineEmbeddingLossImpl(options.margin(), options.reduction()) {}
Tensor CosineEmbeddingLossImpl::forward(const Tensor& input1, const Tensor& input2, const Tensor& target) {
  return F::cosine_embedding_loss(input1, input2, target, this->margin, {}, {}, this->reduction);
}
std::shared_ptr<Module> CosineEmbeddingLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<CosineEmbeddingLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

HingeEmbeddingLossImpl::HingeEmbeddingLossImpl(double margin, std::string_view reduction) : LossImpl(reduction) {
  this->margin = margin;
}
HingeEmbeddingLossImpl::HingeEmbeddingLossImpl(const HingeEmbeddingLossOptions& options) : HingeEmbeddingLossImpl(options.margin(), options.reduction()) {}
Tensor HingeEmbeddingLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::hinge_embedding_loss(input, target, this->margin, {}, {}, this->reduction);
}
std::shared_ptr<Module> HingeEmbeddingLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<HingeEmbeddingLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

MarginRankingLossImpl::MarginRankingLossImpl(double margin, std::string_view reduction) : LossImpl(reduction) {
  this->margin = margin;
}
MarginRankingLossImpl::MarginRankingLossImpl(const MarginRankingLossOptions& options) : MarginRankingLossImpl(options.margin(), options.reduction()) {}
Tensor MarginRankingLossImpl::forward(const Tensor& input1, const Tensor& input2, const Tensor& target) {
  return F::margin_ranking_loss(input1, input2, target, this->margin, {}, {}, this->reduction);
}
std::shared_ptr<Module> MarginRankingLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MarginRankingLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

MultiLabelMarginLossImpl::MultiLabelMarginLossImpl(const MultiLabelMarginLossOptions& options) : MultiLabelMarginLossImpl(options.reduction()) {}
Tensor MultiLabelMarginLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::multilabel_margin_loss(input, target, {}, {}, this->reduction);
}
std::shared_ptr<Module> MultiLabelMarginLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MultiLabelMarginLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

SoftMarginLossImpl::SoftMarginLossImpl(const SoftMarginLossOptions& options) : SoftMarginLossImpl(options.reduction()) {}
Tensor SoftMarginLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::soft_margin_loss(input, target, {}, {}, this->reduction);
}
std::shared_ptr<Module> SoftMarginLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SoftMarginLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

MultiLabelSoftMarginLossImpl::MultiLabelSoftMarginLossImpl(const MultiLabelSoftMarginLossOptions& options) : MultiLabelSoftMarginLossImpl(options.weight(), options.reduction()) {}
Tensor MultiLabelSoftMarginLossImpl::forward(const Tensor& input, const Tensor& target) {
  begin_forward(input);
  return F::multilabel_soft_margin_loss(input, target, this->weight, {}, {}, this->reduction);
}
std::shared_ptr<Module> MultiLabelSoftMarginLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MultiLabelSoftMarginLossImpl>(*this);
  copy->separate({&copy->weight}, device);
  return copy;
}

MultiMarginLossImpl::MultiMarginLossImpl(int64_t p, double margin, const Tensor& weight, std::string_view reduction) : WeightedLossImpl(weight, reduction) {
  if (p != 1 && p != 2) {
    throw ValueError("only p == 1 and p == 2 supported");
  }
  if (weight.defined() && weight.dim() != 1) {
    throw ValueError(cat("MultiMarginLoss: expected weight to be None or 1D tensor, got ", weight.dim(), "D instead"));
  }
  this->p = p;
  this->margin = margin;
}
MultiMarginLossImpl::MultiMarginLossImpl(const MultiMarginLossOptions& options) : MultiMarginLossImpl(options.p(), options.margin(), options.weight(), options.reduction()) {}
Tensor MultiMarginLossImpl::forward(const Tensor& input, const Tensor& target) {
  begin_forward(input);
  return F::multi_margin_loss(input, target, this->p, this->margin, this->weight, {}, {}, this->reduction);
}
std::shared_ptr<Module> MultiMarginLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MultiMarginLossImpl>(*this);
  copy->separate({&copy->weight}, device);
  return copy;
}

PoissonNLLLossImpl::PoissonNLLLossImpl(bool log_input, bool full, double eps, std::string_view reduction) : LossImpl(reduction) {
  this->log_input = log_input;
  this->full = full;
  this->eps = eps;
}
PoissonNLLLossImpl::PoissonNLLLossImpl(const PoissonNLLLossOptions& options) : PoissonNLLLossImpl(options.log_input(), options.full(), options.eps(), options.reduction()) {}
Tensor PoissonNLLLossImpl::forward(const Tensor& log_input, const Tensor& target) {
  return F::poisson_nll_loss(log_input, target, this->log_input, this->full, {}, this->eps, {}, this->reduction);
}
std::shared_ptr<Module> PoissonNLLLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<PoissonNLLLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

GaussianNLLLossImpl::GaussianNLLLossImpl(bool full, double eps, std::string_view reduction) : LossImpl(reduction) {
  this->full = full;
  this->eps = eps;
}
GaussianNLLLossImpl::GaussianNLLLossImpl(const GaussianNLLLossOptions& options) : GaussianNLLLossImpl(options.full(), options.eps(), options.reduction()) {}
Tensor GaussianNLLLossImpl::forward(const Tensor& input, const Tensor& target, const Tensor& var) {
  return F::gaussian_nll_loss(input, target, var, this->full, this->eps, this->reduction);
}
std::shared_ptr<Module> GaussianNLLLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<GaussianNLLLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

CTCLossImpl::CTCLossImpl(int64_t blank, std::string_view reduction, bool zero_infinity) : LossImpl(reduction) {
  this->blank = blank;
  this->zero_infinity = zero_infinity;
}
CTCLossImpl::CTCLossImpl(const CTCLossOptions& options) : CTCLossImpl(options.blank(), options.reduction(), options.zero_infinity()) {}
Tensor CTCLossImpl::forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths, const Tensor& target_lengths) {
  return F::ctc_loss(log_probs, targets, input_lengths, target_lengths, this->blank, this->reduction, this->zero_infinity);
}
std::shared_ptr<Module> CTCLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<CTCLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

TripletMarginLossImpl::TripletMarginLossImpl(double margin, double p, double eps, bool swap, std::string_view reduction) : LossImpl(reduction) {
  if (margin <= 0) {
    throw ValueError(cat("TripletMarginLoss: expected margin to be greater than 0, got ", margin, " instead"));
  }
  this->margin = margin;
  this->p = p;
  this->eps = eps;
  this->swap = swap;
}
TripletMarginLossImpl::TripletMarginLossImpl(const TripletMarginLossOptions& options) : TripletMarginLossImpl(options.margin(), options.p(), options.eps(), options.swap(), options.reduction()) {}
Tensor TripletMarginLossImpl::forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative) {
  return F::triplet_margin_loss(anchor, positive, negative, this->margin, this->p, this->eps, this->swap, {}, {}, this->reduction);
}
std::shared_ptr<Module> TripletMarginLossImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<TripletMarginLossImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
