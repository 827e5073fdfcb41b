// Shapes and checks of convolution, pooling and resampling.
#pragma once
#include <array>

#include "plan/meta.h"

namespace rushlight::meta {

// A result with the given sizes and the dtype of `t`: gradients with respect to something whose shape is known.
inline Meta sized(const Tensor& t, IntArrayRef sizes) { return {sizes, t.dtype()}; }

Meta convolution(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride, IntArrayRef padding,
                 IntArrayRef dilation, bool transposed, IntArrayRef output_padding, int64_t groups);
std::array<Meta, 2> max_pool(const Tensor& input, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
                             IntArrayRef dilation, bool ceil_mode);
Meta avg_pool(const Tensor& input, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding, bool ceil_mode,
              std::optional<int64_t> divisor_override);
Meta adaptive_pool(const char* op, const Tensor& input, IntArrayRef output_size);
std::array<Meta, 2> adaptive_max_pool(const Tensor& input, IntArrayRef output_size);
Meta im2col(const Tensor& input, IntArrayRef kernel, IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride);
Meta resample(const Tensor& input, int64_t dim, int64_t size);

// How many windows of a dilated kernel fit along one dimension.
int64_t window_count(int64_t size, int64_t kernel, int64_t padding, int64_t stride, int64_t dilation, bool ceil_mode);

}  // namespace rushlight::meta
