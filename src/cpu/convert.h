// Conversion and strided movement of elements between any two dtypes.
#pragma once
#include <cstdint>

#include "rushlight/scalar_type.h"

namespace rushlight::cpu {

// dst[i * dst_stride] = src[i * src_stride] for i < n, converted as C casts do (strides in elements, 0 for a repeated source).
void convert(void* dst, ScalarType dst_type, int64_t dst_stride, const void* src, ScalarType src_type,
             int64_t src_stride, int64_t n);

}  // namespace rushlight::cpu
