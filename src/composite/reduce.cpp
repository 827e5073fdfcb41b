// Reductions written as other ops.
#include "rushlight/ops.h"

namespace rushlight {
namespace {

// unbiased=True divides by n - 1, False by n.
std::optional<Scalar> correction_of(bool unbiased) { return Scalar(unbiased ? 1 : 0); }

}  // namespace

Tensor max(const Tensor& self, const Tensor& other) { return maximum(self, other); }
Tensor min(const Tensor& self, const Tensor& other) { return minimum(self, other); }

Tensor var(const Tensor& self, bool unbiased) {
  return var(self, OptionalIntArrayRef(), correction_of(unbiased), false);
}
Tensor var(const Tensor& self, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return var(self, dim, correction_of(unbiased), keepdim);
}
Tensor std(const Tensor& self, bool unbiased) {
  return rushlight::std(self, OptionalIntArrayRef(), correction_of(unbiased), false);
}
Tensor std(const Tensor& self, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return rushlight::std(self, dim, correction_of(unbiased), keepdim);
}
::std::tuple<Tensor, Tensor> var_mean(const Tensor& self, bool unbiased) {
  return var_mean(self, OptionalIntArrayRef(), correction_of(unbiased), false);
}
::std::tuple<Tensor, Tensor> var_mean(const Tensor& self, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return var_mean(self, dim, correction_of(unbiased), keepdim);
}
::std::tuple<Tensor, Tensor> std_mean(const Tensor& self, bool unbiased) {
  return std_mean(self, OptionalIntArrayRef(), correction_of(unbiased), false);
}
::std::tuple<Tensor, Tensor> std_mean(const Tensor& self, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return std_mean(self, dim, correction_of(unbiased), keepdim);
}

Tensor norm(const Tensor& self, const std::optional<Scalar>& p, OptionalIntArrayRef dim, bool keepdim,
            std::optional<ScalarType> dtype) {
  return linalg::vector_norm(self, p.value_or(Scalar(2)), dim, keepdim, dtype);
}

Tensor norm(const Tensor& self, std::string_view kind, OptionalIntArrayRef dim, bool keepdim,
            std::optional<ScalarType> dtype) {
  if (kind == "nuc") {
    DimVector all;
    for (int64_t d = 0; d < self.dim(); ++d) all.push_back(d);
    return linalg::matrix_norm(self, kind, dim ? *dim : IntArrayRef(all), keepdim, dtype);
  }
  check(kind == "fro", "linalg.matrix_norm: Order {} not supported. (norm: expected p to be a number, 'fro' or 'nuc')",
        kind);
  return linalg::vector_norm(self, 2, dim, keepdim, dtype);
}

Tensor dist(const Tensor& self, const Tensor& other, const Scalar& p) {
  return linalg::vector_norm(sub(self, other), p);
}

}  // namespace rushlight
