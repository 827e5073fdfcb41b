// Losses with a linear layer inside.
#include "rushlight/nn/adaptive.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "nn/support.h"

namespace rushlight::nn {

// ---- cross entropy in chunks ----------------------------------------------------------------------------------------

namespace {

LinearCrossEntropyLossOptions checked(const LinearCrossEntropyLossOptions& options) {
  check(!options.weight().defined() || options.weight().sizes() == IntArrayRef({options.num_classes()}),
        "expected weight shape to be ({},), got {}", options.num_classes(),
        options.weight().defined() ? options.weight().sizes() : IntArrayRef());
  check(options.label_smoothing() >= 0 && options.label_smoothing() <= 1,
        "expected label_smoothing to be in range [0, 1], got {}", options.label_smoothing());
  return options;
}
int64_t factor_of(const std::string& method) {
  const size_t colon = method.find(':');
  return colon == std::string::npos ? 1 : std::atoll(method.c_str() + colon + 1);
}

DimVector rows_of(const LinearCrossEntropyLossOptions& options) {
  DimVector rows{options.num_classes()};
  for (int64_t n : options.out_features()) rows.push_back(n);
  return rows;
}

}  // namespace

LinearCrossEntropyOptions::LinearCrossEntropyOptions(bool allow_retain_graph_, std::optional<int64_t> batch_chunk_size_,
                                                     std::optional<std::string> chunking_method_,
                                                     std::string acc_policy_, std::optional<ScalarType> acc_dtype_)
    : allow_retain_graph(allow_retain_graph_),
      batch_chunk_size(batch_chunk_size_),
      chunking_method(std::move(chunking_method_)),
      acc_policy(std::move(acc_policy_)),
      acc_dtype(acc_dtype_) {
  const bool known =
      acc_policy == "auto" || acc_policy == "accurate" || acc_policy == "balanced" || acc_policy == "compact";
  check_value(known, "invalid acc_policy: '{}', expected one of ('auto', 'accurate', 'balanced', 'compact')",
              std::string_view(acc_policy));
  if (chunking_method && *chunking_method != "auto") {
    const std::string& method = *chunking_method;
    const std::string_view ratio = "aspect_ratio";
    bool valid = method.starts_with(ratio) && (method.size() == ratio.size() || method[ratio.size()] == ':');
    if (valid && method.size() > ratio.size()) {
      const std::string digits = method.substr(ratio.size() + 1);
      valid = !digits.empty() && digits.size() < 10 && digits.find_first_not_of("0123456789") == std::string::npos &&
              factor_of(method) > 0;
    }
    check_value(valid,
                "invalid chunking_method: '{}', expected 'auto', 'aspect_ratio', 'aspect_ratio:N' with N > 0, or None",
                std::string_view(method));
  }
  check_value(!batch_chunk_size || *batch_chunk_size > 0, "batch_chunk_size must be positive int or None, got {}",
              batch_chunk_size.value_or(0));
  check_value(!acc_dtype || is_floating_point(*acc_dtype),
              "acc_dtype must be one of {}, got torch.{}. Pass acc_dtype=None to let the op pick automatically.",
              std::string_view("{None, torch.float16, torch.bfloat16, torch.float32, torch.float64}"),
              dtype_name(acc_dtype.value_or(kFloat)));
}

int64_t LinearCrossEntropyOptions::chunk_size(int64_t rows, int64_t features, int64_t classes, ScalarType dtype) const {
  std::optional<std::string> method = chunking_method;
  if (method == "auto") {
    method.reset();
    if (!batch_chunk_size) method = dtype == kHalf || dtype == kBFloat16 ? "aspect_ratio" : "aspect_ratio:2";
  }
  if (!method) return std::max<int64_t>(1, std::min(rows, batch_chunk_size.value_or(rows)));
  const auto ceil_div = [](int64_t a, int64_t b) { return (a + b - 1) / b; };
  const int64_t wanted = ceil_div(rows, std::max<int64_t>(1, ceil_div(classes, std::max<int64_t>(1, features))));
  int64_t power = 1;
  while (power < wanted) power *= 2;
  const int64_t size = std::max<int64_t>(1, std::min(power / factor_of(*method), rows));
  check_value(!batch_chunk_size || *batch_chunk_size == size,
              "batch_chunk_size (={}) and chunking_method ('{}') give different chunk sizes ({} vs {}); pass only one.",
              batch_chunk_size.value_or(0), std::string_view(*method), batch_chunk_size.value_or(0), size);
  return size;
}

std::string LinearCrossEntropyOptions::repr() const {
  std::string text = support::cat("LinearCrossEntropyOptions(allow_retain_graph=", allow_retain_graph,
                                  ", batch_chunk_size=", batch_chunk_size, ", chunking_method=");
  text += chunking_method ? "'" + *chunking_method + "'" : "None";
  return text + ", acc_policy='" + acc_policy +
         "', acc_dtype=" + (acc_dtype ? "torch." + std::string(dtype_name(*acc_dtype)) : "None") + ")";
}

LinearCrossEntropyLossImpl::LinearCrossEntropyLossImpl(const LinearCrossEntropyLossOptions& given)
    : WeightedLossImpl(given.weight(), given.reduction()),
      options(checked(given)),
      linear(given.in_features(), support::prod(rows_of(given)), given.bias(), given.device(), given.dtype()) {
  register_module("linear", linear);
}

Tensor LinearCrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target) {
  const DimVector rows = rows_of(options);
  DimVector sizes = rows;
  sizes.push_back(linear->in_features);
  std::optional<int64_t> chunk;
  if (const auto& how = options.options()) {
    const bool flat = rows.size() == 1 && (input.dim() == 1 || input.dim() == 2);
    chunk = flat ? how->chunk_size(input.dim() == 2 ? input.size(0) : 1, input.size(-1), rows[0], input.dtype()) : 1;
  }
  if (linear->needs_preparation()) linear->prepare();  // its parts are read, it is not called
  const Tensor bias = linear->bias.defined() ? linear->bias.reshape(rows) : Tensor();
  return functional::linear_cross_entropy(input, linear->weight.reshape(sizes), target, bias, weight, reduction,
                                          options.ignore_index(), options.label_smoothing(), chunk);
}

std::string LinearCrossEntropyLossImpl::extra_repr() const {
  return support::cat("in_features=", linear->in_features, ", num_classes=", options.num_classes(),
                      ", out_features=", IntArrayRef(options.out_features()), ", bias=", linear->bias.defined(),
                      ", reduction=", reduction, ", ignore_index=", options.ignore_index(),
                      ", label_smoothing=", options.label_smoothing(),
                      ", options=", options.options() ? options.options()->repr() : std::string("None"));
}

// ---- adaptive softmax -----------------------------------------------------------------------------------------------

AdaptiveLogSoftmaxWithLossImpl::AdaptiveLogSoftmaxWithLossImpl(const AdaptiveLogSoftmaxWithLossOptions& given)
    : options(given), cutoffs(given.cutoffs()) {
  check_value(!cutoffs.empty(), "cutoffs should be a sequence of length larger than 0");
  bool ascending = cutoffs.front() > 0 && cutoffs.back() <= given.n_classes() - 1;
  for (size_t i = 1; i < cutoffs.size(); ++i) ascending &= cutoffs[i - 1] < cutoffs[i];
  check_value(ascending,
              "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
              "value is between 1 and n_classes-1");
  cutoffs.push_back(given.n_classes());
  shortlist_size = cutoffs[0];
  n_clusters = static_cast<int64_t>(cutoffs.size()) - 1;
  head_size = shortlist_size + n_clusters;
  head =
      register_module("head", Linear(given.in_features(), head_size, given.head_bias(), given.device(), given.dtype()));
  for (int64_t i = 0; i < n_clusters; ++i) {
    const auto width = static_cast<int64_t>(
        std::floor(static_cast<double>(given.in_features()) / std::pow(given.div_value(), static_cast<double>(i + 1))));
    const int64_t size = cutoffs[static_cast<size_t>(i + 1)] - cutoffs[static_cast<size_t>(i)];
    // in this order, as each draws its initial values
    const Linear first(given.in_features(), width, false, given.device(), given.dtype());
    const Linear second(width, size, false, given.device(), given.dtype());
    tail->push_back(Sequential(first, second));
  }
  register_module("tail", tail);
}

void AdaptiveLogSoftmaxWithLossImpl::reset_parameters() {
  head->reset_parameters();
  for (const auto& projection : *tail) {
    for (const auto& layer : projection->children()) dynamic_cast<LinearImpl&>(*layer).reset_parameters();
  }
}

Tensor AdaptiveLogSoftmaxWithLossImpl::cluster(int64_t i, const Tensor& input) {
  return log_softmax(tail->at<SequentialImpl>(static_cast<size_t>(i)).forward(input), 1);
}

ASMoutput AdaptiveLogSoftmaxWithLossImpl::forward(const Tensor& input_, const Tensor& target_) {
  const bool batched = target_.dim() > 0;
  check(target_.dim() <= 1, "0D or 1D target tensor expected, multi-target not supported");
  check(!batched || input_.dim() == 0 || input_.size(0) == target_.size(0),
        "Input and target should have the same size in the batch dimension.");
  check(input_.dim() == (batched ? 2 : 1), "{}D target tensor expects {}D input tensors, but found inputs with size {}",
        batched ? 1 : 0, batched ? 2 : 1, input_.sizes());
  const Tensor input = batched ? input_ : input_.unsqueeze(0), target = batched ? target_ : target_.unsqueeze(0);
  const int64_t low = target.numel() > 0 ? target.min().item<int64_t>() : 0,
                high = target.numel() > 0 ? target.max().item<int64_t>() : 0;
  check(low >= 0 && high < options.n_classes(),
        "Target values should be in [0, {}], but values in range [{}, {}] were found.", options.n_classes() - 1, low,
        high);
  const Tensor top = log_softmax(head(input), 1);
  Tensor column = target;
  std::vector<std::pair<Tensor, Tensor>> parts;
  for (int64_t i = 0; i < n_clusters; ++i) {
    const int64_t first = cutoffs[static_cast<size_t>(i)], last = cutoffs[static_cast<size_t>(i + 1)];
    const Tensor inside = logical_and(ge(target, first), lt(target, last)), rows = inside.nonzero().squeeze(1);
    column = masked_fill(column, inside, shortlist_size + i);
    if (rows.numel() == 0) continue;
    const Tensor own = sub(target.index_select(0, rows), first).unsqueeze(1);
    parts.emplace_back(rows, cluster(i, input.index_select(0, rows)).gather(1, own).squeeze(1));
  }
  Tensor output = top.gather(1, column.unsqueeze(1)).squeeze(1);
  for (const auto& [rows, values] : parts) output = output.index_add(0, rows, values);
  const Tensor loss = neg(output).mean();
  return {batched ? output : output.squeeze(0), loss};
}

Tensor AdaptiveLogSoftmaxWithLossImpl::full_log_prob(const Tensor& input, const Tensor& head_output) {
  const Tensor top = log_softmax(head_output, 1);
  std::vector<Tensor> parts{top.narrow(1, 0, shortlist_size)};
  for (int64_t i = 0; i < n_clusters; ++i)
    parts.push_back(add(cluster(i, input), top.narrow(1, shortlist_size + i, 1)));
  return cat(parts, 1);
}

Tensor AdaptiveLogSoftmaxWithLossImpl::log_prob(const Tensor& input) { return full_log_prob(input, head(input)); }

Tensor AdaptiveLogSoftmaxWithLossImpl::predict(const Tensor& input) {
  const Tensor head_output = head(input), found = head_output.argmax(1);
  const Tensor rows = ge(found, shortlist_size).nonzero().squeeze(1);
  if (rows.numel() == 0) return found;
  const Tensor rare = full_log_prob(input.index_select(0, rows), head_output.index_select(0, rows));
  return found.index_copy(0, rows, rare.argmax(1));
}

}  // namespace rushlight::nn
