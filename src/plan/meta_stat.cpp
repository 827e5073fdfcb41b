// Shapes and checks of hashes and distances.
#include "plan/meta_stat.h"

#include "plan/dims.h"

namespace rushlight::meta {

Meta hash_tensor(const Tensor& self, IntArrayRef dim, bool keepdim, int64_t mode) {
  check(mode == 0, "Unknown hash_tensor mode: {}", mode);
  check_not_implemented(!is_complex(self.dtype()), "\"xor_sum_cpu\" not implemented for '{}'", to_string(self.dtype()));
  const plan::DimMask mask = plan::dim_mask(dim, self.dim());
  if (self.numel() == 0) {
    check(!dim.empty(),
          "hash_tensor: Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
          "the 'dim' argument.");
    for (int64_t d = 0; d < self.dim(); ++d) {
      check_index(!mask[static_cast<size_t>(d)] || self.size(d) > 0,
                  "hash_tensor: Expected reduction dim {} to have non-zero size.", d);
    }
  }
  return {plan::reduced_sizes(self.sizes(), mask, keepdim), kUInt64};
}

Meta cdist(const Tensor& x1, const Tensor& x2) {
  check_not_implemented(x1.dtype() == kFloat || x1.dtype() == kDouble, "\"cdist\" not implemented for '{}'",
                        to_string(x1.dtype()));
  return {{x1.size(0), x1.size(1), x2.size(1)}, x1.dtype()};
}

Meta pdist(const Tensor& self) {
  check_not_implemented(self.dtype() == kFloat || self.dtype() == kDouble, "\"pdist\" not implemented for '{}'",
                        to_string(self.dtype()));
  const int64_t n = self.size(0);
  return {IntArrayRef(n < 2 ? 0 : n % 2 == 0 ? n / 2 * (n - 1) : (n - 1) / 2 * n), self.dtype()};
}

Meta histogram(const Tensor& points, TensorList edges) {
  int64_t total = 1;
  for (const Tensor& t : edges) {
    check(!__builtin_mul_overflow(total, t.numel() - 1, &total), "torch.histogramdd: too many bins ({} dimensions)",
          edges.size());
  }
  return {IntArrayRef(total), points.dtype()};
}

}  // namespace rushlight::meta
