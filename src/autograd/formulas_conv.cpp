// Gradients of convolution and pooling that are not ops of their own.
#include "autograd/formulas.h"
#include "rushlight/ops.h"

namespace rushlight {

Tensor convolution_backward_bias(const Tensor& grad) {
  DimVector dims;
  for (int64_t d = 0; d < grad.dim(); ++d) {
    if (d != 1) dims.push_back(d);
  }
  return grad.sum(IntArrayRef(dims));
}

// Reads the flat spatial places that a pool took its values from.
Tensor max_pool_gather(const Tensor& grad, const Tensor& indices, int64_t spatial) {
  const int64_t lead = grad.dim() - spatial;
  return grad.flatten(lead).gather(lead, indices.flatten(lead)).view(indices.sizes());
}

}  // namespace rushlight
