// Shapes, layouts and checks of Fourier transforms.
#pragma once
#include "plan/meta.h"

namespace rushlight::meta {

Meta fft_c2c(const Tensor& self, IntArrayRef dim, int64_t normalization);
Meta fft_r2c(const Tensor& self, IntArrayRef dim, int64_t normalization, bool onesided);
Meta fft_c2r(const Tensor& self, IntArrayRef dim, int64_t normalization, int64_t last_dim_size);
// Windows of `size` elements, `step` apart, added up along a dimension of a tensor with these sizes.
Meta unfold_backward(const Tensor& windows, IntArrayRef sizes, int64_t dimension, int64_t size, int64_t step);

}  // namespace rushlight::meta
