// The triplet loss with a distance of one's own.
#include "rushlight/nn/triplet.h"

#include "nn/support.h"

namespace rushlight::nn {
namespace functional {

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         const TripletMarginWithDistanceLossOptions& options) {
  check(anchor.dim() == positive.dim() && positive.dim() == negative.dim(),
        "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
        "anchor {}D, positive {}D, and negative {}D inputs",
        anchor.dim(), positive.dim(), negative.dim());
  const auto distance = [&](const Tensor& x, const Tensor& y) {
    return options.distance_function() ? options.distance_function()(x, y) : functional::pairwise_distance(x, y);
  };
  const Tensor near = distance(anchor, positive), far = distance(anchor, negative);
  const Tensor swapped = options.swap() ? distance(positive, negative) : Tensor();
  return _triplet_margin(near, far, swapped, options.margin(), options.reduction());
}

}  // namespace functional

TripletMarginWithDistanceLossImpl::TripletMarginWithDistanceLossImpl(
    const TripletMarginWithDistanceLossOptions& options)
    : LossImpl(options.reduction()),
      distance_function(options.distance_function()),
      margin(options.margin()),
      swap(options.swap()) {
  if (margin <= 0) {
    throw ValueError(
        support::cat("TripletMarginWithDistanceLoss: expected margin to be greater than 0, got ", margin, " instead"));
  }
  if (!distance_function) {
    const PairwiseDistance distance = register_module("distance_function", PairwiseDistance());
    distance_function = [distance](const Tensor& x, const Tensor& y) { return distance->forward(x, y); };
  }
}

Tensor TripletMarginWithDistanceLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                                  const Tensor& negative) {
  return functional::triplet_margin_with_distance_loss(
      anchor, positive, negative,
      functional::TripletMarginWithDistanceLossFuncOptions(distance_function, margin, swap, reduction));
}

}  // namespace rushlight::nn
