// Shapes and checks of hashes and distances.
#pragma once
#include "plan/meta.h"

namespace rushlight::meta {

Meta hash_tensor(const Tensor& self, IntArrayRef dim, bool keepdim, int64_t mode);
// (b, n, m) and (b, k, m), checked by the caller: (b, n, k).
Meta cdist(const Tensor& x1, const Tensor& x2);
Meta pdist(const Tensor& self);
Meta histogram(const Tensor& points, TensorList edges);

}  // namespace rushlight::meta
