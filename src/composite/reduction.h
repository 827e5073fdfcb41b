// What the `reduction` argument of a loss means.
#pragma once
#include <optional>
#include <string_view>

#include "rushlight/tensor.h"

namespace rushlight::composite {

enum Reduction : int64_t { kNone, kMean, kSum };

// ValueError unless the text is 'none', 'mean' or 'sum'.
Reduction reduction_of(std::string_view text);
// With the old pair of flags, which wins over `reduction`, and warns, when given.
Reduction reduction_of(std::optional<bool> size_average, std::optional<bool> reduce, std::string_view text);
Tensor reduced(const Tensor& loss, Reduction reduction);

}  // namespace rushlight::composite
