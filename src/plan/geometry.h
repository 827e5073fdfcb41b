// Where a view's elements lie: sizes, strides and offset over the storage of the tensor it looks at.
#pragma once
#include "rushlight/tensor.h"

namespace rushlight {

struct Geometry {
  DimVector sizes, strides;
  int64_t offset = 0;                        // in elements, from the start of the storage
  ScalarType dtype = ScalarType::Undefined;  // of views that read the bytes as another type; sizes count its elements
};

// Each function checks its arguments, raises with PyTorch's words, and never touches an element.
namespace geom {

// Sizes with a -1 replaced by what `numel` leaves for it. Error when the sizes do not hold `numel` elements.
DimVector infer_size(IntArrayRef size, int64_t numel);
// The strides with which `size` shows the same elements in the same order, if there are any.
std::optional<DimVector> view_strides(IntArrayRef sizes, IntArrayRef strides, IntArrayRef size);
// The strides of dense tensors of a memory format; `Preserve` is for the caller to resolve.
DimVector format_strides(IntArrayRef sizes, MemoryFormat format);

Geometry same(const Tensor& self);
Geometry view(const Tensor& self, IntArrayRef size);
Geometry expand(const Tensor& self, IntArrayRef size);
Geometry permute(const Tensor& self, IntArrayRef dims);
Geometry transpose(const Tensor& self, int64_t dim0, int64_t dim1);
Geometry t(const Tensor& self);
Geometry squeeze(const Tensor& self);
Geometry squeeze(const Tensor& self, int64_t dim);
Geometry squeeze(const Tensor& self, IntArrayRef dims);
Geometry unsqueeze(const Tensor& self, int64_t dim);
Geometry select(const Tensor& self, int64_t dim, int64_t index);
Geometry slice(const Tensor& self, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step);
Geometry diagonal(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2);
Geometry as_strided(const Tensor& self, IntArrayRef size, IntArrayRef stride, std::optional<int64_t> storage_offset);
Geometry unfold(const Tensor& self, int64_t dimension, int64_t size, int64_t step);

// Complex numbers as pairs of reals in a last dimension of size 2, and back.
Geometry view_as_real(const Tensor& self);
Geometry view_as_complex(const Tensor& self);

}  // namespace geom
}  // namespace rushlight
