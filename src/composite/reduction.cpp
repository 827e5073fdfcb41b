// What the `reduction` argument of a loss means.
#include "composite/reduction.h"

#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight::composite {

Reduction reduction_of(std::string_view text) {
  if (text == "mean") return kMean;
  if (text == "sum") return kSum;
  check_value(text == "none", "{} is not a valid value for reduction; expected 'none', 'mean' or 'sum'", text);
  return kNone;
}
Reduction reduction_of(std::optional<bool> size_average, std::optional<bool> reduce, std::string_view text) {
  if (!size_average && !reduce) return reduction_of(text);
  const bool average = size_average.value_or(true), reduced = reduce.value_or(true);
  const std::string_view meant = !reduced ? "none" : average ? "mean" : "sum";
  warn(format("size_average and reduce args will be deprecated, please use reduction='{}' instead.", meant));
  return reduction_of(meant);
}
Tensor reduced(const Tensor& loss, Reduction reduction) {
  return reduction == kMean ? loss.mean() : reduction == kSum ? loss.sum() : loss;
}

}  // namespace rushlight::composite
