// Shapes, layouts and checks of Fourier transforms; what is transformed is dense in the result.
#include "plan/meta_fft.h"

#include <algorithm>
#include <numeric>

#include "plan/dims.h"

namespace rushlight::meta {
namespace {

DimVector checked_dims(IntArrayRef dim, const Tensor& self, int64_t normalization) {
  check(normalization >= 0 && normalization <= 2,
        "Unsupported normalization type {}: expected 0 (none), 1 (by the root of n) or 2 (by n)", normalization);
  plan::dim_mask(dim, self.dim(), false);
  DimVector dims;
  for (const int64_t d : dim) {
    check_index(self.dim() > 0, "Dimension specified as {} but tensor has no dimensions", d);
    dims.push_back(plan::wrap_dim(d, self.dim()));
    check(self.sizes()[dims.back()] > 0, "Invalid number of data points (0) specified (fft: input has shape {})",
          self.sizes());
  }
  return dims;
}

// Note [Layout of a transform]
// As PyTorch's: the other dimensions first, in the order of the input's strides, then the transformed ones, the last of
// them innermost (`keep_last`) or all in the order of the strides.
DimVector layout(IntArrayRef sizes, IntArrayRef strides, DimVector dims, bool keep_last) {
  const auto further = [&](int64_t a, int64_t b) { return strides[a] > strides[b]; };
  std::sort(dims.begin(), dims.end() - (keep_last ? 1 : 0), further);
  plan::DimMask transformed;
  for (const int64_t d : dims) transformed[d] = true;
  DimVector order(sizes.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto end = std::partition(order.begin(), order.end(), [&](int64_t d) { return !transformed[d]; });
  std::sort(order.begin(), end, further);
  std::copy(dims.begin(), dims.end(), end);
  DimVector out(sizes.size());
  int64_t step = 1;
  for (size_t i = order.size(); i-- > 0;) {
    out[order[i]] = step;
    step *= sizes[order[i]];
  }
  return out;
}

}  // namespace

Meta fft_c2c(const Tensor& self, IntArrayRef dim, int64_t normalization) {
  check(is_complex(self.dtype()), "Only supports complex dtypes, but found: {} (_fft_c2c)", to_string(self.dtype()));
  const DimVector dims = checked_dims(dim, self, normalization);
  if (dims.empty()) return preserve(self);
  return {self.sizes(), self.dtype(), layout(self.sizes(), self.strides(), dims, false)};
}

Meta fft_r2c(const Tensor& self, IntArrayRef dim, int64_t normalization, bool onesided) {
  check(!is_complex(self.dtype()), "Only supports floating-point dtypes, but found: {} (_fft_r2c)",
        to_string(self.dtype()));
  check(self.dtype() == kFloat || self.dtype() == kDouble, "MKL FFT doesn't support tensors of type: {}",
        to_string(self.dtype()));
  const DimVector dims = checked_dims(dim, self, normalization);
  check(!dims.empty(), "_fft_r2c must transform at least one axis");
  DimVector sizes = self.sizes();
  if (onesided) sizes[dims.back()] = sizes[dims.back()] / 2 + 1;
  return {sizes, to_complex_type(self.dtype()), layout(sizes, self.strides(), dims, true)};
}

Meta fft_c2r(const Tensor& self, IntArrayRef dim, int64_t normalization, int64_t last_dim_size) {
  check(is_complex(self.dtype()), "Only supports complex dtypes, but found: {} (_fft_c2r)", to_string(self.dtype()));
  DimVector dims = checked_dims(dim, self, normalization), strides = self.strides(), sizes = self.sizes();
  check(!dims.empty(), "_fft_c2r must transform at least one axis");
  const int64_t last = dims.back(), have = sizes[last];
  check(last_dim_size >= 1, "Invalid number of data points ({}) specified", last_dim_size);
  check(have == last_dim_size / 2 + 1,
        "_fft_c2r: expected {} elements in dimension {} for a result of {} elements, but got {}", last_dim_size / 2 + 1,
        last, last_dim_size, have);
  dims.pop_back();
  if (!dims.empty()) strides = layout(sizes, strides, dims, false);
  sizes[last] = last_dim_size;
  return {sizes, to_real_type(self.dtype()), layout(sizes, strides, {last}, true)};
}

Meta unfold_backward(const Tensor& windows, IntArrayRef sizes, int64_t dimension, int64_t size, int64_t step) {
  check(size >= 0 && step > 0, "unfold_backward: expected size >= 0 and step > 0, but got {} and {}", size, step);
  for (const int64_t s : sizes) check(s >= 0, "Trying to create tensor with negative dimension {}: {}", s, sizes);
  DimVector want = sizes;
  if (!sizes.empty()) {
    int64_t& length = want[plan::wrap_dim(dimension, static_cast<int64_t>(sizes.size()))];
    check(length >= size, "unfold_backward: windows of {} elements do not fit in sizes {}", size, sizes);
    length = (length - size) / step + 1;
  } else {
    check(size <= 1, "unfold_backward: windows of {} elements do not fit in a tensor without dimensions", size);
  }
  want.push_back(size);
  check(windows.sizes() == want, "unfold_backward: expected windows of shape {} for sizes {}, but got {}", want, sizes,
        windows.sizes());
  return {sizes, windows.dtype()};
}

}  // namespace rushlight::meta
