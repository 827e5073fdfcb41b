// Complex tensors as the pairs of reals that they are, for kernels that can work on the parts.
#pragma once
#include "plan/dims.h"
#include "rushlight/tensor.h"

namespace rushlight::cpu {

// The same elements with a last dimension of size 2: the real and the imaginary part. Without history.
Tensor real_view(const Tensor& self);

// A mask over self's dims as one over those of its real_view: the parts are kept, or (`parts` true) folded too.
plan::DimMask real_mask(plan::DimMask mask, const Tensor& self, bool parts = false);

// |z| for every element: a row-major tensor of the real type `dtype`.
Tensor magnitudes(const Tensor& self, ScalarType dtype);

}  // namespace rushlight::cpu
