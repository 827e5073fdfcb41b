// What a meta function says of a result: sizes, dtype, and strides when they are not row-major.
#pragma once
#include "rushlight/tensor.h"

namespace rushlight {

struct Meta {
  DimVector sizes;
  ScalarType dtype = kFloat;
  DimVector strides = {};  // empty: row-major

  Meta(IntArrayRef sizes, ScalarType dtype, IntArrayRef strides = {}) : sizes(sizes), dtype(dtype), strides(strides) {}
};

namespace meta {

// Sizes and dtype of a tensor, row-major.
inline Meta like(const Tensor& t) { return {t.sizes(), t.dtype()}; }
inline Meta like(const Tensor& t, ScalarType dtype) { return {t.sizes(), dtype}; }
// Also its layout, when it is dense (what PyTorch's preserve_format does).
Meta preserve(const Tensor& t, std::optional<ScalarType> dtype = std::nullopt);
inline ScalarType to_float(ScalarType t) { return is_differentiable(t) ? t : get_default_dtype(); }

}  // namespace meta
}  // namespace rushlight
