// Gradients of views, joins and copies.
#include <algorithm>

#include "autograd/formulas.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight {

Tensor expand_backward(const Tensor& grad, IntArrayRef sizes) {
  return grad.sizes() == sizes ? grad : sum_to_size(grad, sizes);
}

Tensor copy_backward(const Tensor& grad, IntArrayRef sizes, ScalarType dtype) {
  const Tensor fitting = expand_backward(grad, sizes);
  // A real source of a complex copy: the real part is all it can move in.
  return (fitting.is_complex() && !is_complex(dtype) ? real(fitting) : fitting).to(dtype);
}

Tensor constant_pad_backward(const Tensor& grad, IntArrayRef pad) {
  DimVector back = pad;
  for (int64_t& p : back) p = -p;
  return constant_pad_nd(grad, back, 0);
}

Tensor permute_backward(const Tensor& grad, IntArrayRef dims) {
  DimVector inverse(dims.size());
  for (size_t i = 0; i < dims.size(); ++i)
    inverse[plan::wrap_dim(dims[i], static_cast<int64_t>(dims.size()))] = static_cast<int64_t>(i);
  return grad.permute(inverse);
}

Tensor select_backward(const Tensor& grad, IntArrayRef sizes, int64_t dim, int64_t index) {
  Tensor result = zeros(sizes, grad.options());
  result.select(dim, index).copy_(grad);
  return result;
}

Tensor slice_backward(const Tensor& grad, IntArrayRef sizes, int64_t dim, std::optional<int64_t> start,
                      std::optional<int64_t> end, int64_t step) {
  if (grad.sizes() == sizes) return grad;
  Tensor result = zeros(sizes, grad.options());
  result.slice(dim, start, end, step).copy_(grad);
  return result;
}

Tensor diagonal_backward(const Tensor& grad, IntArrayRef sizes, int64_t offset, int64_t dim1, int64_t dim2) {
  Tensor result = zeros(sizes, grad.options());
  result.diagonal(offset, dim1, dim2).copy_(grad);
  return result;
}

// Windows overlap, so element k of every window is added in a step of its own.
Tensor unfold_backward(const Tensor& grad, IntArrayRef sizes, int64_t dimension, int64_t size, int64_t step) {
  return _unfold_backward(grad, sizes, dimension, size, step);
}

namespace {

// Whether two places of the geometry may be one element (false only when it is proven that none are).
bool may_repeat(IntArrayRef sizes, IntArrayRef strides) {
  std::vector<std::pair<int64_t, int64_t>> dims;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] > 1) dims.push_back({strides[d], sizes[d]});
  }
  std::sort(dims.begin(), dims.end());
  int64_t reach = 0;
  for (const auto& [stride, size] : dims) {
    if (stride <= reach) return true;
    reach += (size - 1) * stride;
  }
  return false;
}

int64_t reach_of(IntArrayRef sizes, IntArrayRef strides) {
  int64_t last = 0;
  for (size_t d = 0; d < sizes.size(); ++d) last += (sizes[d] - 1) * strides[d];
  return last;
}

}  // namespace

// Note [The gradient of any geometry]
// Both tensors are windows on one stretch of memory. The gradient is added into a flat copy of that stretch at the
// places
// the result shows, then read through the input's window; an element that the input shows n times gives each an n-th.
Tensor strided_backward(const Tensor& grad, IntArrayRef base_sizes, IntArrayRef base_strides, IntArrayRef sizes,
                        IntArrayRef strides, int64_t offset) {
  if (plan::numel_of(base_sizes) == 0) return zeros(base_sizes, grad.options());
  const int64_t shift = std::min<int64_t>(0, offset);
  const bool none = plan::numel_of(sizes) == 0;
  const int64_t end =
      std::max(reach_of(base_sizes, base_strides), none ? 0 : offset + reach_of(sizes, strides)) - shift + 1;
  Tensor flat = zeros({end}, grad.options());
  if (!none) {
    if (may_repeat(sizes, strides)) {
      const Tensor places = arange(end, kLong).as_strided(sizes, strides, offset - shift).reshape({-1});
      flat = flat.index_add(0, places, grad.reshape({-1}));
    } else {
      flat.as_strided(sizes, strides, offset - shift).copy_(grad);
    }
  }
  if (may_repeat(base_sizes, base_strides)) {
    const Tensor places = arange(end, kLong).as_strided(base_sizes, base_strides, -shift).reshape({-1});
    const ScalarType real = to_real_type(grad.dtype());
    const Tensor times = zeros({end}, real).index_add(0, places, ones({1}, real).expand({places.numel()}));
    flat = flat.div(times.clamp_min(1));
  }
  return flat.as_strided(base_sizes, base_strides, -shift);
}

std::vector<Tensor> cat_backward(const Tensor& grad, const std::vector<DimVector>& sizes,
                                 const std::vector<ScalarType>& dtypes, int64_t dim) {
  std::vector<Tensor> out;
  const int64_t d = plan::wrap_dim(dim, grad.dim());
  int64_t start = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const bool skipped = sizes[i].size() == 1 && sizes[i][0] == 0 && grad.dim() != 1;
    const int64_t length = skipped ? 0 : sizes[i][static_cast<size_t>(d)];
    if (skipped)
      out.push_back(zeros({0}, dtypes[i]));
    else
      out.push_back(grad.slice(d, start, start + length, 1).to(dtypes[i]));
    start += length;
  }
  return out;
}

std::vector<Tensor> stack_backward(const Tensor& grad, const std::vector<ScalarType>& dtypes, int64_t dim) {
  std::vector<Tensor> out = grad.unbind(dim);
  for (size_t i = 0; i < out.size(); ++i) out[i] = out[i].to(dtypes[i]);
  return out;
}

Tensor roll_backward(const Tensor& grad, IntArrayRef shifts, IntArrayRef dims) {
  DimVector back = shifts;
  for (size_t i = 0; i < back.size(); ++i) {
    const int64_t size = dims.empty() ? grad.numel() : grad.size(dims[i]);
    if (size > 0) back[i] = -(back[i] % size);
  }
  return grad.roll(back, dims);
}

}  // namespace rushlight
