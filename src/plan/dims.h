// Dimensions: wrapping negatives, masks of reduced dims, broadcasting of sizes.
#pragma once
#include <bitset>

#include "rushlight/array_ref.h"
#include "rushlight/error.h"
#include "rushlight/tensor_impl.h"

namespace rushlight::plan {

using DimMask = std::bitset<TensorImpl::kMaxDims>;

// A dim in [-n, n) as one in [0, n); a 0-d tensor counts as one dimension. IndexError with PyTorch's words otherwise.
inline int64_t wrap_dim(int64_t dim, int64_t ndim) {
  const int64_t n = ndim == 0 ? 1 : ndim;
  check_index(dim >= -n && dim < n, "Dimension out of range (expected to be in range of [{}, {}], but got {})", -n,
              n - 1, dim);
  return dim < 0 ? dim + n : dim;
}

// All dims when none are given (or the list is empty and `empty_is_all`). A dim named twice is an Error.
inline DimMask dim_mask(OptionalIntArrayRef dims, int64_t ndim, bool empty_is_all = true) {
  DimMask mask;
  if (!dims || (empty_is_all && dims->empty())) return mask.set();
  for (int64_t d : *dims) {
    const int64_t w = wrap_dim(d, ndim);
    check(!mask[w], "dim {} appears multiple times in the list of dims", w);
    mask[w] = true;
  }
  return mask;
}

// Sizes after reducing the masked dims.
inline DimVector reduced_sizes(IntArrayRef sizes, const DimMask& mask, bool keepdim) {
  DimVector out;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (!mask[i])
      out.push_back(sizes[i]);
    else if (keepdim)
      out.push_back(1);
  }
  return out;
}

// The common shape of two operands; Error with PyTorch's words when they do not fit.
inline DimVector broadcast(IntArrayRef a, IntArrayRef b) {
  DimVector out(a.size() > b.size() ? a.size() : b.size());
  for (size_t i = 1; i <= out.size(); ++i) {
    const int64_t x = i <= a.size() ? a[a.size() - i] : 1, y = i <= b.size() ? b[b.size() - i] : 1;
    check(x == y || x == 1 || y == 1,
          "The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {} (shapes {} and "
          "{} are lined up at their last dimensions; unsqueeze() adds one of size 1)",
          x, y, out.size() - i, a, b);
    out[out.size() - i] = x == 1 ? y : x;
  }
  return out;
}

inline DimVector contiguous_strides(IntArrayRef sizes) {
  DimVector strides(sizes.size());
  int64_t step = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = step;
    if (sizes[i] > 1) step *= sizes[i];
  }
  return strides;
}

inline int64_t numel_of(IntArrayRef sizes) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  return n;
}

}  // namespace rushlight::plan
