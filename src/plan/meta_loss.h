// Meta functions of the fused losses; the composites that call them have checked the shapes.
#pragma once
#include <array>

#include "plan/meta.h"

namespace rushlight::meta {

// reduction: 0 none, 1 mean, 2 sum.
std::array<Meta, 3> cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t reduction);
std::array<Meta, 2> nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t reduction);
Meta mse_loss(const Tensor& input, const Tensor& target, int64_t reduction);

}  // namespace rushlight::meta
