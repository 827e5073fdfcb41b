// Complex channels and weights as real ones, and back.
#include "cpu/conv_complex.h"

#include "cpu/complex_view.h"
#include "cpu/copy.h"
#include "dispatch/body.h"

namespace rushlight::cpu {
namespace {

// The real view [A, B, *, 2] with the parts behind dimension 1: [A, B, 2, *].
Tensor parts_inside(const Tensor& t) {
  const Tensor pairs = real_view(t);
  const auto n = static_cast<size_t>(pairs.dim());
  DimVector sizes = pairs.sizes(), strides = pairs.strides();
  for (size_t d = n - 1; d > 2; --d) {
    std::swap(sizes[d], sizes[d - 1]);
    std::swap(strides[d], strides[d - 1]);
  }
  return detail::alias(pairs, sizes, strides, pairs.storage_offset());
}

// The sizes of t with each of the first dims [from, 2) doubled.
DimVector doubled(IntArrayRef sizes, size_t from) {
  DimVector out = sizes;
  for (size_t d = from; d < 2; ++d) out[d] *= 2;
  return out;
}

// The real tensor [2 A, 2 B, *] as [A, B, *] of the parts p (of A) and q (of B).
Tensor block(const Tensor& matrix, IntArrayRef sizes, int64_t p, int64_t q) {
  DimVector strides = matrix.strides();
  const int64_t offset = p * strides[0] + q * strides[1];
  strides[0] *= 2;
  strides[1] *= 2;
  return detail::alias(matrix, sizes, strides, matrix.storage_offset() + offset);
}

// One part of a complex tensor.
Tensor part(const Tensor& t, int64_t which) {
  const Tensor pairs = real_view(t);
  DimVector strides = pairs.strides();
  strides.pop_back();
  return detail::alias(pairs, t.sizes(), strides, pairs.storage_offset() + which);
}

template <class F>
void each_real(const Tensor& t, const F& f) {
  if (t.dtype() == kFloat)
    f(static_cast<float*>(t.data_ptr()), t.numel());
  else
    f(static_cast<double*>(t.data_ptr()), t.numel());
}

Tensor allocate(const Tensor& like) { return detail::allocate_tensor(like.sizes(), like.dtype()); }

}  // namespace

Tensor parts_as_channels(const Tensor& x) {
  const Tensor parts = parts_inside(x);
  Tensor out = detail::allocate_tensor(doubled(x.sizes(), 1), parts.dtype());
  Tensor view = detail::alias(out, parts.sizes(), plan::contiguous_strides(parts.sizes()), 0);
  copy_elements(view, parts);
  return out;
}

Tensor parts_as_matrix(const Tensor& weight, bool backwards) {
  Tensor out = matrix_for(weight);
  const Tensor re = part(weight, 0), im = part(weight, 1);
  Tensor minus = allocate(im);
  copy_elements(minus, im);
  each_real(minus, [](auto* p, int64_t n) {
    for (int64_t i = 0; i < n; ++i) p[i] = -p[i];
  });
  copy_elements(block(out, weight.sizes(), 0, 0), re);
  copy_elements(block(out, weight.sizes(), 1, 1), re);
  copy_elements(block(out, weight.sizes(), 0, 1), backwards ? im : minus);
  copy_elements(block(out, weight.sizes(), 1, 0), backwards ? minus : im);
  return out;
}

Tensor parts_as_vector(const Tensor& bias) {
  Tensor out = detail::allocate_tensor(2 * bias.numel(), to_real_type(bias.dtype()));
  Tensor view = detail::alias(out, {bias.numel(), 2}, {2, 1}, 0);
  copy_elements(view, real_view(bias));
  return out;
}

Tensor channels_for(const Tensor& result) {
  return detail::allocate_tensor(doubled(result.sizes(), 1), to_real_type(result.dtype()));
}

void from_channels(const Tensor& channels, Tensor& result) {
  const Tensor parts = parts_inside(result);
  copy_elements(parts, detail::alias(channels, parts.sizes(), plan::contiguous_strides(parts.sizes()), 0));
}

Tensor matrix_for(const Tensor& weight) {
  return detail::allocate_tensor(doubled(weight.sizes(), 0), to_real_type(weight.dtype()));
}

void from_matrix(const Tensor& matrix, Tensor& weight) {
  const auto combine = [&](const Tensor& first, const Tensor& second, bool add, const Tensor& to) {
    Tensor sum = allocate(first), other = allocate(first);
    copy_elements(sum, first);
    copy_elements(other, second);
    each_real(sum, [&](auto* p, int64_t n) {
      const auto* q = static_cast<const std::remove_reference_t<decltype(*p)>*>(other.data_ptr());
      for (int64_t i = 0; i < n; ++i) p[i] = add ? p[i] + q[i] : p[i] - q[i];
    });
    copy_elements(to, sum);
  };
  const IntArrayRef sizes = weight.sizes();
  combine(block(matrix, sizes, 0, 0), block(matrix, sizes, 1, 1), false, part(weight, 0));
  combine(block(matrix, sizes, 0, 1), block(matrix, sizes, 1, 0), true, part(weight, 1));
}

}  // namespace rushlight::cpu
