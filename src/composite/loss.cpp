// Losses written as other ops, with the checks, warnings and legacy arguments of torch.nn.functional.
#include <cmath>
#include <numbers>

#include "composite/reduction.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {

using namespace composite;

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  const ScalarType type = promote_types(x1.dtype(), x2.dtype());
  check(is_floating_point(type), "expected common dtype to be floating point, yet common dtype is {}", to_string(type));
  const auto pair = broadcast_tensors({x1.dtype() == type ? x1 : x1.to(type), x2.dtype() == type ? x2 : x2.to(type)});
  // as in PyTorch, the norm's lower bound takes no part in the gradient
  const auto scaled = [&](const Tensor& x) {
    Tensor norm = linalg::vector_norm(x, 2, dim, true).clone();
    {
      const NoGradGuard guard;
      norm.clamp_min_(eps);
    }
    return div(x, norm);
  };
  return mul(scaled(pair[0]), scaled(pair[1])).sum(dim);
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  return linalg::vector_norm(add(sub(x1, x2), eps), p, -1, keepdim);
}

namespace nn::functional {
namespace {

std::string size_text(const Tensor& t) { return format("torch.Size({})", t.sizes()); }

bool is_half(const Tensor& t) { return t.dtype() == kHalf || t.dtype() == kBFloat16; }

void check_real(const char* op, const Tensor& t) {
  check_not_implemented(!is_complex(t.dtype()), "\"{}\" not implemented for '{}'", std::string_view(op),
                        to_string(t.dtype()));
}

// Both broadcast to one shape, with a warning when their shapes differ.
std::pair<Tensor, Tensor> matched(const Tensor& input, const Tensor& target) {
  if (input.sizes() == target.sizes()) return {input, target};
  warn(
      format("Using a target size ({}) that is different to the input size ({}). This will likely lead to incorrect "
             "results due to broadcasting. Please ensure they have the same size.",
             size_text(target), size_text(input)));
  auto both = broadcast_tensors({input, target});
  return {both[0], both[1]};
}

// sum(loss * weight), divided by the weights' sum for the mean.
Tensor weighted(const Tensor& loss, const Tensor& weight, const Tensor& input, Reduction reduction,
                bool mean_of_weights) {
  check_value(weight.sizes() == input.sizes(), "Weights and input must have the same size. (weight {}, input {})",
              weight.sizes(), input.sizes());
  const Tensor product = mul(loss, weight);
  if (reduction == kMean && mean_of_weights) return div(product.sum(), weight.sum());
  return reduced(product, reduction);
}

// ---- classification -------------------------------------------------------------------------------------------------

// [N, C, d…] as [N * d…, C], and the target as one row of indices.
Tensor class_rows(const Tensor& input) {
  if (input.dim() == 1) return input.unsqueeze(0);
  if (input.dim() == 2) return input;
  return input.movedim(1, -1).reshape({-1, input.sizes()[1]});
}

void check_class_shapes(const Tensor& input, const Tensor& target) {
  check_value(input.dim() >= 1, "Expected 1 or more dimensions (got {})", input.dim());
  if (input.dim() == 1) {
    check(target.dim() == 0 || (target.dim() == 1 && target.numel() == 1),
          "0D or 1D target tensor expected, multi-target not supported (input {}, target {})", input.sizes(),
          target.sizes());
    return;
  }
  const int64_t batch = input.sizes()[0], got = target.dim() > 0 ? target.sizes()[0] : 1;
  check_value(batch == got, "Expected input batch_size ({}) to match target batch_size ({}). (input {}, target {})",
              batch, got, input.sizes(), target.sizes());
  DimVector expected{batch};
  for (int64_t d = 2; d < input.dim(); ++d) expected.push_back(input.sizes()[static_cast<size_t>(d)]);
  check(input.dim() > 2 || target.dim() == 1,
        "0D or 1D target tensor expected, multi-target not supported (input {}, target {})", input.sizes(),
        target.sizes());
  if (target.sizes() == expected) return;
  check(input.dim() != 4, "size mismatch (got input: {} , target: {}): expected a target of shape {}", input.sizes(),
        target.sizes(), IntArrayRef(expected));
  check(false, "Expected target size {}, got {}", IntArrayRef(expected), target.sizes());
}

// The loss of rows in the shape of the target, when it was not reduced.
Tensor in_shape_of(const Tensor& loss, const Tensor& target, Reduction reduction) {
  return reduction == kNone ? loss.reshape(target.sizes()) : loss;
}

void check_weight(const Tensor& weight, int64_t classes) {
  check(!weight.defined() || (weight.dim() == 1 && weight.numel() == classes),
        "weight tensor should be defined either for all {} classes or no classes but got weight tensor of shape: {}",
        classes, weight.defined() ? DimVector(weight.sizes()).vec() : std::vector<int64_t>());
}

Tensor nll_of_rows(const Tensor& log_probability, const Tensor& target, const Tensor& weight, Reduction reduction,
                   int64_t ignore_index) {
  return std::get<0>(_nll_loss(class_rows(log_probability), target.reshape({-1}), weight, reduction, ignore_index));
}

// Class weights over [N, C, …].
Tensor over_classes(const Tensor& weight, const Tensor& input) {
  DimVector sizes(static_cast<size_t>(input.dim()), 1);
  sizes[input.dim() == 1 ? 0 : 1] = weight.numel();
  return weight.reshape(sizes);
}

Tensor probability_loss(const Tensor& input, Tensor target, const Tensor& weight, Reduction reduction,
                        double smoothing) {
  check(is_floating_point(target.dtype()), "Expected floating point type for target with class probabilities, got {}",
        to_string(target.dtype()));
  check_value(input.dim() >= 1, "Expected 1 or more dimensions (got {})", input.dim());
  const int64_t class_dim = input.dim() == 1 ? 0 : 1, classes = input.size(class_dim);
  check_weight(weight, classes);
  if (smoothing > 0) target = add(mul(target, 1 - smoothing), smoothing / static_cast<double>(classes));
  Tensor loss = mul(log_softmax(input, class_dim), target);
  if (weight.defined()) loss = mul(loss, over_classes(weight, input));
  if (reduction == kNone) {
    return neg(loss.sum(class_dim));
  }
  if (reduction == kSum) return neg(loss.sum());
  return neg(div(loss.sum(), static_cast<double>(int64_t{input.numel() / std::max<int64_t>(1, classes)})));
}

// (1 - s) nll + s / C * sum over classes of -log p, ignored rows left out.
Tensor smoothed_loss(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction,
                     int64_t ignore_index, double smoothing) {
  const Tensor rows = log_softmax(class_rows(input), 1), at = target.reshape({-1});
  const int64_t classes = rows.size(1);
  const auto [nll, total_weight] = _nll_loss(rows, at, weight, reduction, ignore_index);
  const Tensor ignored = eq(at, ignore_index);
  Tensor smooth = masked_fill(neg((weight.defined() ? mul(rows, weight) : rows).sum(1)), ignored, 0);
  if (reduction == kMean)
    smooth =
        div(smooth.sum(), weight.defined() ? total_weight.detach().to(rows.dtype()) : rsub(ignored.sum(), at.numel()));
  else if (reduction == kSum)
    smooth = smooth.sum();
  return in_shape_of(add(mul(nll, 1 - smoothing), mul(smooth, smoothing / static_cast<double>(classes))), target,
                     reduction);
}

}  // namespace

Tensor cross_entropy_plain(const Tensor& input, const Tensor& target, const Tensor& weight,
                           std::optional<bool> size_average, int64_t ignore_index, std::optional<bool> reduce,
                           std::string_view reduction, double label_smoothing) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check(label_smoothing >= 0 && label_smoothing <= 1, "label_smoothing must be between 0.0 and 1.0. Got: {}",
        label_smoothing);
  if (input.sizes() == target.sizes()) {
    check(ignore_index < 0, "ignore_index is not supported for floating point target");
    return probability_loss(input, target, weight, how, label_smoothing);
  }
  check_class_shapes(input, target);
  check_weight(weight, input.size(input.dim() == 1 ? 0 : 1));
  check(target.dtype() == kLong || target.dtype() == kByte,
        "expected target dtype to be Long or Byte, but got {} (convert it with to(torch.int64))",
        to_string(target.dtype()));
  if (label_smoothing > 0) return smoothed_loss(input, target, weight, how, ignore_index, label_smoothing);
  if (input.dim() == 2) return std::get<0>(_cross_entropy(input, target, weight, how, ignore_index));
  return in_shape_of(std::get<0>(_cross_entropy(class_rows(input), target.reshape({-1}), weight, how, ignore_index)),
                     target, how);
}

Tensor nll_loss_plain(const Tensor& input, const Tensor& target, const Tensor& weight, std::optional<bool> size_average,
                      int64_t ignore_index, std::optional<bool> reduce, std::string_view reduction) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check_class_shapes(input, target);
  return in_shape_of(nll_of_rows(input, target, weight, how, ignore_index), target, how);
}

Tensor binary_cross_entropy_plain(const Tensor& input, const Tensor& target, const Tensor& weight,
                                  std::optional<bool> size_average, std::optional<bool> reduce,
                                  std::string_view reduction) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check_value(target.sizes() == input.sizes(),
              "Using a target size ({}) that is different to the input size ({}) is deprecated. Please ensure they "
              "have the same size.",
              size_text(target), size_text(input));
  if (input.numel() > 0) {
    const NoGradGuard guard;
    for (const auto& [name, t] : {std::pair<const char*, const Tensor*>{"input", &input}, {"target", &target}}) {
      const auto [low, high] = aminmax(*t);
      const double least = low.item<double>(), most = high.item<double>();
      check(!(least < 0) && !(most > 1), "all elements of {} should be between 0 and 1 (found {} to {}{})", name, least,
            most, std::string_view(t == &input ? "; for raw scores use binary_cross_entropy_with_logits" : ""));
    }
  }
  const Tensor loss = _binary_cross_entropy(input, target);
  return reduced(weight.defined() ? mul(loss, weight) : loss, how);
}

Tensor binary_cross_entropy_with_logits_plain(const Tensor& input, const Tensor& target, const Tensor& weight,
                                              std::optional<bool> size_average, std::optional<bool> reduce,
                                              std::string_view reduction, const Tensor& pos_weight) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check_value(target.sizes() == input.sizes(), "Target size ({}) must be the same as input size ({})",
              size_text(target), size_text(input));
  Tensor loss;
  if (pos_weight.defined()) {  // (1 - t) x + (1 + (w - 1) t) softplus(-x)
    const Tensor softened = _binary_cross_entropy_logits(input, ones(IntArrayRef(), input.options()));
    loss = add(mul(rsub(target, 1), input), mul(add(mul(sub(pos_weight, 1), target), 1), softened));
  } else {
    loss = _binary_cross_entropy_logits(input, target);
  }
  return reduced(weight.defined() ? mul(loss, weight) : loss, how);
}

Tensor kl_div_plain(const Tensor& input, const Tensor& target, std::optional<bool> size_average,
                    std::optional<bool> reduce, std::string_view reduction, bool log_target) {
  check(!is_complex(input.dtype()) && !is_complex(target.dtype()), "kl_div: Complex inputs not supported.");
  const bool legacy = size_average || reduce, batchmean = !legacy && reduction == "batchmean";
  if (!legacy && reduction == "mean") {
    warn(
        "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only "
        "by the batch size, and aligns with the KL div math definition.'mean' "
        "will be changed to behave the same as 'batchmean' in the next major release.");
  }
  const Reduction how = batchmean ? kSum : reduction_of(size_average, reduce, reduction);
  const Tensor loss =
      log_target ? mul(exp(target), sub(target, input)) : sub(xlogy(target, target), mul(target, input));
  const Tensor result = reduced(loss, how);
  return batchmean && input.dim() != 0 ? div(result, input.sizes()[0]) : result;
}

Tensor soft_margin_loss_plain(const Tensor& input, const Tensor& target, std::optional<bool> size_average,
                              std::optional<bool> reduce, std::string_view reduction) {
  return reduced(log1p(exp(mul(neg(target), input))), reduction_of(size_average, reduce, reduction));
}

Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target, const Tensor& weight,
                                   std::optional<bool> size_average, std::optional<bool> reduce,
                                   std::string_view reduction) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check(input.dim() > 0, "multilabel_soft_margin_loss: expected an input with at least one dimension");
  Tensor loss;
  if (is_half(input)) {  // rounded where PyTorch rounds
    loss = neg(add(mul(target, logsigmoid(input)), mul(rsub(target, 1), logsigmoid(neg(input)))));
  } else {
    loss = _binary_cross_entropy_logits(input, target);
  }
  if (weight.defined()) loss = mul(loss, weight);
  return reduced(loss.mean(-1), how);
}

Tensor multi_margin_loss_plain(const Tensor& input, const Tensor& target, int64_t p, double margin,
                               const Tensor& weight, std::optional<bool> size_average, std::optional<bool> reduce,
                               std::string_view reduction) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check_value(p == 1 || p == 2, "only p == 1 and p == 2 supported (got {})", p);
  check_value(!weight.defined() || weight.dim() == 1, "weight must be one-dimensional");
  check(input.dim() <= 2 && (input.dim() == 0 || input.sizes().back() != 0),
        "Expected non-empty vector or matrix with optional 0-dim batch size, but got: {}", input.sizes());
  const Tensor rows = input.dim() == 0 ? input.reshape({1, 1}) : class_rows(input), at = target.reshape({-1, 1});
  check(target.dim() <= 1 && at.size(0) == rows.size(0),
        "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). "
        "Expected target size [{}], but got {}: inconsistent target size",
        rows.size(0), target.sizes());
  check(!weight.defined() || weight.numel() == rows.size(1), "inconsistent weight size, expected {} but got {}",
        rows.size(1), weight.defined() ? DimVector(weight.sizes()).vec() : std::vector<int64_t>());

  Tensor loss = clamp_min(add(sub(rows, rows.gather(1, at)), margin), 0);
  if (p == 2) loss = mul(loss, loss);
  if (weight.defined()) loss = mul(loss, weight.index_select(0, target.reshape({-1})).unsqueeze(1));
  loss = loss.scatter(1, at, Scalar(0));
  loss = div(loss.sum(1), rows.size(1));
  return reduced(input.dim() <= 1 ? loss.squeeze(0) : loss, how);
}

// ---- regression -----------------------------------------------------------------------------------------------------

Tensor mse_loss_plain(const Tensor& input, const Tensor& target, std::optional<bool> size_average,
                      std::optional<bool> reduce, std::string_view reduction, const Tensor& weight) {
  const auto [x, t] = matched(input, target);
  const Reduction how = reduction_of(size_average, reduce, reduction);
  if (weight.defined()) return weighted(square(sub(x, t)), weight, input, how, true);
  const ScalarType type = promote_types(x.dtype(), t.dtype());
  check_not_implemented(is_differentiable(type),
                        "\"mse_cpu\" not implemented for '{}'; convert the input with to() first", to_string(type));
  if (how == kNone) return square(sub(x, t));
  return _mse_loss(x.dtype() == type ? x : x.to(type), t.dtype() == type ? t : t.to(type), how);
}

Tensor l1_loss_plain(const Tensor& input, const Tensor& target, std::optional<bool> size_average,
                     std::optional<bool> reduce, std::string_view reduction, const Tensor& weight) {
  const auto [x, t] = matched(input, target);
  const Reduction how = reduction_of(size_average, reduce, reduction);
  const Tensor loss = abs(sub(x, t));
  return weight.defined() ? weighted(loss, weight, input, how, true) : reduced(loss, how);
}

Tensor smooth_l1_loss_plain(const Tensor& input, const Tensor& target, std::optional<bool> size_average,
                            std::optional<bool> reduce, std::string_view reduction, double beta) {
  const auto [x, t] = matched(input, target);
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check_real("smooth_l1_cpu", x);
  check(beta >= 0, "smooth_l1_loss does not support negative values for beta.");
  return reduced(beta == 0 ? abs(sub(x, t)) : _smooth_l1(x, t, beta), how);
}

Tensor huber_loss_plain(const Tensor& input, const Tensor& target, std::string_view reduction, double delta,
                        const Tensor& weight) {
  const auto [x, t] = matched(input, target);
  const Reduction how = reduction_of(reduction);
  check_real("huber_cpu", x);
  check(delta > 0, "huber_loss does not support non-positive values for delta.");
  const Tensor loss = _huber(x, t, delta);
  return weight.defined() ? weighted(loss, weight, input, how, false) : reduced(loss, how);
}

Tensor poisson_nll_loss_plain(const Tensor& input, const Tensor& target, bool log_input, bool full,
                              std::optional<bool> size_average, double eps, std::optional<bool> reduce,
                              std::string_view reduction) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  Tensor loss = log_input ? sub(exp(input), mul(target, input)) : sub(input, mul(target, log(add(input, eps))));
  if (full) {
    const Tensor stirling =
        add(sub(mul(target, log(target)), target), mul(log(mul(target, 2 * std::numbers::pi)), 0.5));
    loss = add(loss, masked_fill(stirling, le(target, 1), 0));
  }
  return reduced(loss, how);
}

Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var, bool full, double eps,
                         std::string_view reduction) {
  check_value(!any(lt(var.detach(), 0)).item<bool>(), "var has negative entry/entries");
  Tensor spread = var;
  if (var.sizes() != input.sizes()) {
    const auto n = static_cast<size_t>(input.dim());
    const bool without_last = n > 0 && input.sizes().slice(0, n - 1) == var.sizes();
    int64_t other = 0;
    for (size_t d = 0; d < n && var.dim() == input.dim(); ++d)
      other += input.sizes()[d] != var.sizes()[d] ? var.sizes()[d] : 0;
    check_value(without_last || (var.dim() == input.dim() && other == 1), "var is of incorrect size (var {}, input {})",
                var.sizes(), input.sizes());
    if (without_last) spread = var.unsqueeze(-1);
  }
  check_value(reduction == "none" || reduction == "mean" || reduction == "sum",
              "{} is not valid; expected reduction to be 'none', 'mean' or 'sum'", reduction);
  spread = spread.clone();
  {
    const NoGradGuard guard;  // the lower bound takes no part in the gradient
    spread.clamp_min_(eps);
  }
  Tensor loss = mul(add(log(spread), div(square(sub(input, target)), spread)), 0.5);
  if (full) loss = add(loss, 0.5 * std::log(2 * std::numbers::pi));
  return reduced(loss, reduction_of(reduction));
}
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Scalar& var, bool full, double eps,
                         std::string_view reduction) {
  check_value(var.toDouble() >= 0, "var has negative entry/entries");
  return gaussian_nll_loss(input, target, full_like(input, var), full, eps, reduction);
}

// ---- distances and margins ------------------------------------------------------------------------------------------

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  return rushlight::cosine_similarity(x1, x2, dim, eps);
}
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  return rushlight::pairwise_distance(x1, x2, p, eps, keepdim);
}

Tensor cosine_embedding_loss_plain(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                                   std::optional<bool> size_average, std::optional<bool> reduce,
                                   std::string_view reduction) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check(target.dim() == 0 || target.dim() == 1,
        "0D or 1D target tensor expected, multi-target not supported (target {})", target.sizes());
  check(input1.dim() == target.dim() + 1 && input2.dim() == target.dim() + 1,
        "{}D target tensor expects {}D input tensors, but found inputs with sizes {} and {}.", target.dim(),
        target.dim() + 1, input1.sizes(), input2.sizes());
  constexpr double kSmall = 1e-12;
  const auto dot = [&](const Tensor& a, const Tensor& b) { return mul(a, b).sum(-1); };
  const Tensor size = sqrt(mul(add(dot(input1, input1), kSmall), add(dot(input2, input2), kSmall)));
  const Tensor cosine = div(dot(input1, input2), size), none = zeros_like(cosine);
  const Tensor similar = where(eq(target, 1), rsub(cosine, 1), none),
               different = where(eq(target, -1), clamp_min(sub(cosine, margin), 0), none);
  return reduced(add(similar, different), how);
}

Tensor hinge_embedding_loss_plain(const Tensor& input, const Tensor& target, double margin,
                                  std::optional<bool> size_average, std::optional<bool> reduce,
                                  std::string_view reduction) {
  const Tensor none = zeros_like(input);
  const Tensor hinge = where(ne(target, 1), clamp_min(rsub(input, margin), 0), none),
               plain = where(ne(target, -1), input, none);
  return reduced(add(hinge, plain), reduction_of(size_average, reduce, reduction));
}

Tensor margin_ranking_loss_plain(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                                 std::optional<bool> size_average, std::optional<bool> reduce,
                                 std::string_view reduction) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check(input1.dim() == input2.dim() && input1.dim() == target.dim(),
        "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: {}, input2: {}, "
        "target: {} ",
        size_text(input1), size_text(input2), size_text(target));
  return reduced(clamp_min(add(mul(neg(target), sub(input1, input2)), margin), 0), how);
}

Tensor triplet_margin_loss_plain(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin,
                                 double p, double eps, bool swap, std::optional<bool> size_average,
                                 std::optional<bool> reduce, std::string_view reduction) {
  const Reduction how = reduction_of(size_average, reduce, reduction);
  check_value(margin > 0, "margin must be greater than 0, got {}", margin);
  check(anchor.dim() == positive.dim() && positive.dim() == negative.dim(),
        "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
        "anchor {}D, positive {}D, and negative {}D inputs",
        anchor.dim(), positive.dim(), negative.dim());
  const Tensor near = rushlight::pairwise_distance(anchor, positive, p, eps);
  Tensor far = rushlight::pairwise_distance(anchor, negative, p, eps);
  if (swap) far = minimum(far, rushlight::pairwise_distance(positive, negative, p, eps));
  return reduced(clamp_min(sub(add(near, margin), far), 0), how);
}

}  // namespace nn::functional
}  // namespace rushlight
