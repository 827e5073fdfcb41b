// Gradients of indexing, scattering, masks and sorting.
#include <array>

#include "autograd/formulas.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight {

Tensor index_select_backward(const Tensor& grad, IntArrayRef sizes, int64_t dim, const Tensor& index) {
  if (sizes.empty()) return grad;
  return zeros(sizes, grad.options()).index_add(dim, index, grad);
}

// `source` is 0-d when self is: its gradient is the one entry.
Tensor index_add_backward(const Tensor& grad, IntArrayRef source_sizes, int64_t dim, const Tensor& index,
                          const Scalar& alpha) {
  const Tensor part = index_copy_backward(grad, source_sizes, dim, index);
  return alpha.equal(1) ? part : part.mul(alpha.conj());
}

Tensor index_copy_backward(const Tensor& grad, IntArrayRef source_sizes, int64_t dim, const Tensor& index) {
  const Tensor part = grad.index_select(dim, index);
  return part.sizes() == source_sizes ? part : part.reshape(source_sizes);
}

Tensor index_backward(const Tensor& grad, IntArrayRef sizes, TensorList indices) {
  Tensor result = zeros(sizes, grad.options());
  return _index_put_(result, indices, grad, true);
}

Tensor index_put_backward_self(const Tensor& grad, TensorList indices, bool accumulate) {
  if (accumulate) return grad;
  Tensor result = grad.clone();
  return _index_put_(result, indices, zeros({}, grad.options()), false);
}

Tensor gather_backward(const Tensor& grad, IntArrayRef sizes, int64_t dim, const Tensor& index) {
  return zeros(sizes, grad.options()).scatter_add(dim, index, grad);
}

// The index may cover only a corner of src; the rest of src has no influence.
Tensor scatter_src_backward(const Tensor& grad, IntArrayRef src_sizes, int64_t dim, const Tensor& index) {
  const Tensor part = grad.gather(dim, index);
  if (part.sizes() == src_sizes) return part;
  Tensor result = zeros(src_sizes, grad.options()), corner = result;
  for (int64_t d = 0; d < part.dim(); ++d) corner = corner.slice(d, 0, part.size(d), 1);
  corner.copy_(part);
  return result;
}

namespace {

// src without what the index does not reach.
Tensor reached(const Tensor& src, const Tensor& index) {
  Tensor corner = src;
  for (int64_t d = 0; d < index.dim(); ++d) corner = corner.slice(d, 0, index.size(d), 1);
  return corner;
}

std::tuple<Tensor, Tensor> prod_backward(const Tensor& grad, const Tensor& self, int64_t dim, const Tensor& index,
                                         const Tensor& src, bool include_self, const Tensor& result) {
  const Tensor masked_self = self.masked_fill(self.eq(0), 1);
  const Tensor masked_self_result = masked_self.scatter_reduce(dim, index, src, "prod", include_self);
  const Tensor grad_self = grad.mul(conj(masked_self_result)).div(conj(masked_self));
  const Tensor src_zero = src.eq(0);
  const Tensor zeros_there = zeros(self.sizes(), kLong).scatter_add(dim, index, src_zero.to(kLong)).gather(dim, index);
  const Tensor single_zero = src_zero.logical_and(zeros_there.eq(1));
  const Tensor others = self.scatter_reduce(dim, index, src.masked_fill(single_zero, 1), "prod", include_self);
  const Tensor grad_src = where(single_zero, grad.mul(conj(others)).gather(dim, index),
                                grad.mul(conj(result)).gather(dim, index).div(conj(src.masked_fill(src_zero, 1))));
  return {grad_self, grad_src};
}

}  // namespace

std::tuple<Tensor, Tensor> scatter_reduce_backward(const Tensor& grad, const Tensor& self, int64_t dim,
                                                   const Tensor& index, const Tensor& src, std::string_view reduce,
                                                   bool include_self, const Tensor& result) {
  Tensor grad_self, grad_part;
  const Tensor part = reached(src, index);
  if (reduce == "sum") {
    grad_self = grad;
    grad_part = grad.gather(dim, index);
  } else if (reduce == "mean") {
    Tensor n = full(grad.sizes(), include_self ? 1 : 0, grad.options())
                   .scatter_add(dim, index, ones(index.sizes(), grad.options()));
    n = n.masked_fill(n.eq(0), 1);
    grad_self = grad.div(n);
    grad_part = grad_self.gather(dim, index);
  } else if (reduce == "prod") {
    std::tie(grad_self, grad_part) = prod_backward(grad, self, dim, index, part, include_self, result);
  } else {  // amax, amin: shared by all that are equal to the extreme
    const Tensor src_is = part.eq(result.gather(dim, index)).to(grad.dtype());
    Tensor self_is = self.eq(result).to(grad.dtype());
    if (!include_self) self_is = self_is.scatter(dim, index, 0);
    const Tensor n = self_is.scatter_add(dim, index, src_is);
    const Tensor shared = grad.div(n.masked_fill(n.eq(0), 1));
    grad_self = self_is.mul(shared);
    grad_part = src_is.mul(shared.gather(dim, index));
    if (!include_self)
      grad_self = where(zeros(self.sizes(), kBool).scatter(dim, index, true), zeros({}, grad.options()), grad);
  }
  if (!include_self && (reduce == "sum" || reduce == "mean" || reduce == "prod"))
    grad_self = grad_self.scatter(dim, index, 0);
  Tensor grad_src = grad_part;
  if (part.sizes() != src.sizes()) {
    grad_src = zeros(src.sizes(), grad.options());
    reached(grad_src, index).copy_(grad_part);
  }
  return {grad_self, grad_src};
}

Tensor masked_select_backward(const Tensor& grad, IntArrayRef sizes, const Tensor& mask) {
  const DimVector whole = plan::broadcast(sizes, mask.sizes());
  return expand_backward(zeros(whole, grad.options()).masked_scatter(mask.expand(whole), grad), sizes);
}

Tensor masked_scatter_backward(const Tensor& grad, const Tensor& mask, IntArrayRef source_sizes) {
  const Tensor used = grad.masked_select(mask);
  const int64_t rest = plan::numel_of(source_sizes) - used.numel();
  if (rest == 0) return used.view(source_sizes);
  const Tensor parts[] = {used, zeros({rest}, grad.options())};
  return cat(parts, 0).view(source_sizes);
}

Tensor sort_backward(const Tensor& grad, IntArrayRef sizes, int64_t dim, const Tensor& indices) {
  if (sizes.empty()) return grad;
  return zeros(sizes, grad.options()).scatter(dim, indices, grad);
}

}  // namespace rushlight
