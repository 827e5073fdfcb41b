// Gradients longer than a line. They call ops, never kernels, so that second derivatives follow.
#pragma once
#include "rushlight/tensor.h"

namespace rushlight {

// Zeros of the base's geometry with `grad` added at the places that the view (sizes, strides, offset) shows.
Tensor as_strided_backward(const Tensor& grad, IntArrayRef base_sizes, IntArrayRef base_strides, IntArrayRef sizes,
                           IntArrayRef strides, int64_t offset);

#include "autograd/formulas_decl.inc"

}  // namespace rushlight
