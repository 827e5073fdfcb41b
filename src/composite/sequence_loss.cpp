// CTC, the multi-label hinge loss, triplets with a distance of one's own, cross entropy of a linear layer.
#include <algorithm>
#include <cmath>
#include <limits>

#include "composite/reduction.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {

using namespace composite;

namespace {

// ---- CTC ------------------------------------------------------------------------------------------------------------

DimVector lengths_in(const char* name, const Tensor& t) {
  check(!is_floating_point(t.dtype()) && t.dtype() != kBool && !is_complex(t.dtype()), "{} must be integral",
        std::string_view(name));
  const Tensor flat = t.to(kLong).contiguous();
  check(flat.dim() <= 1, "ctc_loss: expected {} of shape (N) or (), but got {}", std::string_view(name), t.sizes());
  DimVector found;
  for (int64_t i = 0; i < flat.numel(); ++i) found.push_back(flat.const_data_ptr<int64_t>()[i]);
  return found;
}

Tensor ctc(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths, IntArrayRef target_lengths,
           int64_t blank, int64_t reduction, bool zero_infinity) {
  check_value(reduction >= kNone && reduction <= kSum, "{} is not a valid value for reduction (0 none, 1 mean, 2 sum)",
              reduction);
  const bool batched = log_probs.dim() != 2;
  Tensor loss = std::get<0>(_ctc_loss(batched ? log_probs : log_probs.unsqueeze(1), targets, input_lengths,
                                      target_lengths, blank, zero_infinity));
  if (zero_infinity) loss = where(eq(loss, std::numeric_limits<double>::infinity()), zeros_like(loss), loss);
  if (reduction == kMean) {
    Tensor counts = empty({static_cast<int64_t>(target_lengths.size())}, kLong);
    std::transform(target_lengths.begin(), target_lengths.end(), counts.data_ptr<int64_t>(),
                   [](int64_t n) { return std::max<int64_t>(n, 1); });
    return div(loss, counts.to(loss.dtype())).mean();
  }
  if (reduction == kSum) return loss.sum();
  return batched ? loss : loss.squeeze(0);
}

}  // namespace

Tensor ctc_loss_plain(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                      IntArrayRef target_lengths, int64_t blank, int64_t reduction, bool zero_infinity) {
  return ctc(log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity);
}
Tensor ctc_loss_plain(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                      const Tensor& target_lengths, int64_t blank, int64_t reduction, bool zero_infinity) {
  return ctc(log_probs, targets, lengths_in("input_lengths", input_lengths),
             lengths_in("target_lengths", target_lengths), blank, reduction, zero_infinity);
}

namespace nn::functional {

Tensor ctc_loss_plain(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                      IntArrayRef target_lengths, int64_t blank, std::string_view reduction, bool zero_infinity) {
  return ctc(log_probs, targets, input_lengths, target_lengths, blank, reduction_of(reduction), zero_infinity);
}
Tensor ctc_loss_plain(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                      const Tensor& target_lengths, int64_t blank, std::string_view reduction, bool zero_infinity) {
  return rushlight::ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, reduction_of(reduction),
                             zero_infinity);
}

// ---- margins --------------------------------------------------------------------------------------------------------

Tensor multilabel_margin_loss_plain(const Tensor& input, const Tensor& target, std::optional<bool> size_average,
                                    std::optional<bool> reduce, std::string_view reduction) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check(input.dim() <= 2 && (input.dim() == 0 || input.sizes().back() != 0),
        "Expected non-empty vector or matrix with optional 0-dim batch size, but got: {}", input.sizes());
  check(input.sizes() == target.sizes() || (input.dim() < 2 && input.numel() == target.numel() && target.dim() < 2),
        "inconsistent target size: {} for input of size: {}", target.sizes(), input.sizes());
  const bool one = input.dim() < 2;
  const Tensor loss = std::get<0>(
      _multilabel_margin_slopes(one ? input.reshape({1, -1}) : input, one ? target.reshape({1, -1}) : target));
  return reduced(one ? loss.squeeze(0) : loss, how);
}

Tensor _triplet_margin(const Tensor& near, const Tensor& far, const Tensor& swapped, double margin,
                       std::string_view reduction) {
  check_value(reduction == "mean" || reduction == "sum" || reduction == "none", "{} is not a valid value for reduction",
              reduction);
  check_value(margin > 0, "margin must be greater than 0, got {}", margin);
  return reduced(clamp_min(sub(add(near, margin), swapped.defined() ? minimum(far, swapped) : far), 0),
                 reduction_of(reduction));
}

// ---- cross entropy of a linear layer --------------------------------------------------------------------------------

namespace {

void check_linear(const Tensor& input, const Tensor& linear_weight, const Tensor& linear_bias) {
  check(input.dim() == 1 || input.dim() == 2, "expected input with dimensionality 1 or 2, got {}", input.dim());
  check(linear_weight.dim() >= 2, "expected linear_weight with dimensionality at least 2, got {}", linear_weight.dim());
  check(input.size(-1) == linear_weight.size(-1),
        "expected equal input and linear_weight last dimensions (in_features), got {} and {}, respectively",
        input.size(-1), linear_weight.size(-1));
  const IntArrayRef rows = linear_weight.sizes().slice(0, linear_weight.sizes().size() - 1);
  check(!linear_bias.defined() || linear_bias.sizes() == rows, "expected linear_bias shape {}, got {}", rows,
        linear_bias.defined() ? linear_bias.sizes() : IntArrayRef());
  check(rows.size() == 1 || input.dim() == 2,
        "K-dimensional loss defined by linear_weight shape {} requires batched input, (N, {}), got unbatched input "
        "with shape {}",
        linear_weight.sizes(), input.size(-1), input.sizes());
}

}  // namespace

Tensor linear_cross_entropy(const Tensor& input, const Tensor& linear_weight, const Tensor& target,
                            const Tensor& linear_bias, const Tensor& weight, std::string_view reduction,
                            std::optional<int64_t> ignore_index, double label_smoothing,
                            std::optional<int64_t> batch_chunk_size) {
  check_linear(input, linear_weight, linear_bias);
  DimVector sizes(input.sizes().slice(0, static_cast<size_t>(input.dim() - 1)));
  for (int64_t d = 0; d + 1 < linear_weight.dim(); ++d) sizes.push_back(linear_weight.size(d));
  check(!(target.sizes() == sizes && ignore_index),
        "ignore_index cannot be specified when target contains probabilities");
  const int64_t ignored = ignore_index.value_or(-100);
  const bool chunked = batch_chunk_size && linear_weight.dim() == 2 && label_smoothing == 0 && target.dtype() == kLong;
  if (batch_chunk_size && !chunked) {
    warn(
        "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in {'mean','sum','none'}, "
        "label_smoothing == 0, target.dtype == int64, out_features == ().");
  }
  if (chunked) {
    const bool one = input.dim() == 1;
    const Tensor loss = std::get<0>(_linear_cross_entropy(one ? input.unsqueeze(0) : input, linear_weight,
                                                          one ? target.unsqueeze(0) : target, linear_bias, weight,
                                                          reduction_of(reduction), ignored, *batch_chunk_size));
    return one && loss.dim() > 0 ? loss.squeeze(0) : loss;
  }
  const Tensor flat_weight = linear_weight.dim() == 2 ? linear_weight : linear_weight.flatten(0, -2);
  const Tensor flat_bias = linear_bias.defined() ? linear_bias.reshape({-1}) : linear_bias;
  const Tensor logits = nn::functional::linear(input, flat_weight, flat_bias).reshape(sizes);
  return cross_entropy(logits, target, weight, {}, ignored, {}, reduction, label_smoothing);
}

}  // namespace nn::functional
}  // namespace rushlight
