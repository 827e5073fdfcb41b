// Gradients of special functions that are longer than a line.
#include "autograd/formulas.h"
#include "rushlight/ops.h"

namespace rushlight {

Tensor not_differentiable(std::string_view what) {
  fail(ErrorKind::kNotImplemented, "the derivative for '{}' is not implemented; detach() that argument first", what);
}

Tensor xlog1py_backward_self(const Tensor& grad, const Tensor& self, const Tensor& other) {
  return where(logical_and(eq(self, 0), le(other, -1)), 0, special::xlog1py(grad, other));
}
Tensor xlog1py_backward_self(const Tensor& grad, const Tensor& self, const Scalar& other) {
  const double slope = __builtin_log1p(other.toDouble());
  return other.toDouble() > -1 ? mul(grad, slope) : where(eq(self, 0), 0, special::xlog1py(grad, other));
}

Tensor igamma_backward(const Tensor& grad, const Tensor& self, const Tensor& other) {
  // x^(a-1) e^-x / gamma(a)
  return mul(grad, exp(sub(sub(mul(sub(self, 1), log(other)), other), lgamma(self))));
}

Tensor mvlgamma_backward(const Tensor& grad, const Tensor& self, int64_t p) {
  // the sum of digamma(self - j/2) over j = 0 … p - 1
  const Tensor shifts = mul(arange(p, TensorOptions(self.dtype())), -0.5);
  return mul(grad, sum(digamma(add(self.unsqueeze(-1), shifts)), IntArrayRef({-1})));
}

Tensor bessel_j1_slope(const Tensor& self, const Tensor& result) {
  return where(eq(self, 0), 0.5, sub(special::bessel_j0(self), div(result, self)));
}
Tensor bessel_i1_slope(const Tensor& self, const Tensor& result) {
  return where(eq(self, 0), 0.5, sub(i0(self), div(result, self)));
}
Tensor bessel_i1e_slope(const Tensor& self, const Tensor& result) {
  Tensor slope = sub(special::i0e(self), mul(result, add(sgn(self), reciprocal(self))));
  return where(eq(self, 0), 0.5, slope);
}
Tensor spherical_bessel_slope(const Tensor& self, const Tensor& result) {
  return where(eq(self, 0), 0, div(sub(cos(self), result), self));
}

namespace {

template <class Degree>
Tensor polynomial_slope(const Tensor& grad, const Tensor& x, const Degree& n, int64_t family, int64_t order) {
  constexpr int64_t kMaxOrder = 7;  // of scalar::orthogonal_polynomial
  check_not_implemented(order < kMaxOrder, "derivatives of orthogonal polynomials beyond order {} are not implemented",
                        kMaxOrder);
  return mul(grad, _orthogonal_polynomial(x, n, family, order + 1));
}

}  // namespace

Tensor polynomial_backward(const Tensor& grad, const Tensor& x, const Tensor& n, int64_t family, int64_t order) {
  return polynomial_slope(grad, x, n, family, order);
}
Tensor polynomial_backward(const Tensor& grad, const Tensor& x, const Scalar& n, int64_t family, int64_t order) {
  return polynomial_slope(grad, x, n, family, order);
}
Tensor shifted_polynomial_backward(const Tensor& grad, const Tensor& x, const Tensor& n, int64_t family) {
  return polynomial_slope(mul(grad, 2), sub(mul(x, 2), 1), n, family, 0);
}
Tensor shifted_polynomial_backward(const Tensor& grad, const Tensor& x, const Scalar& n, int64_t family) {
  return polynomial_slope(mul(grad, 2), sub(mul(x, 2), 1), n, family, 0);
}

}  // namespace rushlight
