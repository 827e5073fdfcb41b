// Activations that are no pointwise loop of their own: glu.
#include "dispatch/kernels.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {

void _glu(const Tensor& input, int64_t dim, Tensor& result) {
  const Tensor x = input.detach();
  const int64_t half = x.size(dim) / 2;
  _gated_out(result, x.narrow(dim, 0, half), x.narrow(dim, half, half));
}

}  // namespace rushlight::cpu
