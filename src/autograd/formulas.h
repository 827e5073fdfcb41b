// Gradients longer than a line. They call ops, never kernels, so that second derivatives follow.
#pragma once
#include "rushlight/tensor.h"

namespace rushlight {

#include "autograd/formulas_decl.inc"

}  // namespace rushlight
