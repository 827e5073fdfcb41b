// Gradients of pointwise ops that are longer than a line.
#include "autograd/formulas.h"
#include "rushlight/ops.h"

namespace rushlight {

Tensor pow_backward_self(const Tensor& grad, const Tensor& self, const Tensor& exponent) {
  Tensor inner = mul(exponent, pow(self, sub(exponent, 1)));
  return mul(grad, conj(where(eq(exponent, 0), 0, inner)));
}

Tensor pow_backward_self(const Tensor& grad, const Tensor& self, const Scalar& exponent) {
  if (exponent.equal(0)) return zeros_like(grad);
  if (exponent.equal(2)) return mul(grad, mul(conj(self), 2));
  const Scalar less = exponent.isComplex()         ? Scalar(exponent.toComplexDouble() - Complex<double>(1))
                      : exponent.isFloatingPoint() ? Scalar(exponent.toDouble() - 1)
                                                   : Scalar(exponent.toLong() - 1);
  return mul(grad, conj(mul(pow(self, less), exponent)));
}

Tensor pow_backward_exponent(const Tensor& grad, const Tensor& self, const Tensor& exponent, const Tensor& result) {
  // 0 ** e has derivative 0 for e >= 0, although log(0) is infinite.
  Tensor zero = eq(self, 0);
  if (!is_complex(exponent.dtype())) zero = logical_and(zero, ge(exponent, 0));
  return mul(grad, conj(where(zero, 0, mul(result, log(self)))));
}

Tensor pow_backward_exponent(const Tensor& grad, const Scalar& self, const Tensor& exponent, const Tensor& result) {
  if (is_complex(result.dtype())) {
    if (self.equal(0)) return mul(grad, conj(where(eq(result, 0), 0, result)));
    const Complex<double> z = self.toComplexDouble();
    return mul(grad, conj(mul(result, Complex<double>(std::log(abs(z)), arg(z)))));
  }
  const double log_base = __builtin_log(self.toDouble());
  if (self.equal(0)) return mul(grad, where(ge(exponent, 0), 0, mul(result, log_base)));
  return mul(grad, mul(result, log_base));
}

Tensor maximum_backward(const Tensor& grad, const Tensor& self, const Tensor& other) {
  Tensor tied = eq(self, other);
  return masked_fill(where(tied, div(grad, 2), grad), lt(self, other), 0);
}

Tensor minimum_backward(const Tensor& grad, const Tensor& self, const Tensor& other) {
  Tensor tied = eq(self, other);
  return masked_fill(where(tied, div(grad, 2), grad), gt(self, other), 0);
}

Tensor lerp_backward_self(const Tensor& grad, const Tensor& weight) { return mul(grad, conj(rsub(weight, 1))); }
Tensor lerp_backward_self(const Tensor& grad, const Scalar& weight) {
  if (weight.isComplex()) return mul(grad, conj(Complex<double>(1) - weight.toComplexDouble()));
  return mul(grad, 1 - weight.toDouble());
}

// The part of the gradient that turns z about 0, over |z|; nothing moves the sign of a real number.
Tensor sgn_backward(const Tensor& grad, const Tensor& self, const Tensor& result) {
  if (!is_complex(self.dtype())) return zeros_like(grad);
  const Tensor size = abs(self);
  const Tensor outwards = mul(real(div(grad, result)), result);
  return where(eq(size, 0), 0, div(sub(grad, outwards), size));
}

// dθ = (x dy - y dx) / |z|²
Tensor angle_backward(const Tensor& grad, const Tensor& self) {
  if (!is_complex(self.dtype())) return zeros_like(grad);
  const Tensor size = abs(self);
  const Tensor turned = mul(self, Complex<double>(0, 1));
  return where(eq(self, 0), 0, mul(grad, div(turned, mul(size, size))));
}

Tensor xlogy_backward_self(const Tensor& grad, const Tensor& self, const Tensor& other) {
  return where(logical_and(eq(self, 0), le(other, 0)), 0, xlogy(grad, other));
}
Tensor xlogy_backward_self(const Tensor& grad, const Tensor& self, const Scalar& other) {
  const double slope = __builtin_log(other.toDouble());
  return other.toDouble() > 0 ? mul(grad, slope) : where(eq(self, 0), 0, xlogy(grad, other));
}

Tensor zeta_backward(const Tensor& grad, const Tensor& self, const Tensor& other) {
  return neg(mul(mul(grad, self), special::zeta(add(self, 1), other)));
}
Tensor zeta_backward(const Tensor& grad, const Scalar& self, const Tensor& other) {
  return mul(mul(grad, -self.toDouble()), special::zeta(Scalar(self.toDouble() + 1), other));
}

Tensor copysign_backward(const Tensor& grad, const Tensor& self, const Tensor& result) {
  Tensor ratio = div(result, self);
  return mul(grad, masked_fill(ratio, eq(self, 0), 0));
}

Tensor sinc_backward(const Tensor& grad, const Tensor& self) {
  constexpr double pi = 3.141592653589793;
  Tensor x = mul(self, pi);
  Tensor slope = div(mul(sub(mul(x, cos(x)), sin(x)), pi), mul(x, x));
  return mul(grad, conj(masked_fill(slope, eq(self, 0), 0)));
}

Tensor gelu_double_backward(const Tensor& grad, const Tensor& grad_output, const Tensor& self) {
  // d²/dx² of x Φ(x) is φ(x) (2 - x²)
  Tensor square = mul(self, self);
  Tensor density = mul(exp(mul(square, -0.5)), 0.3989422804014327);
  return mul(mul(grad, grad_output), mul(density, rsub(square, 2)));
}

Tensor gelu_tanh_backward(const Tensor& grad, const Tensor& self) {
  constexpr double beta = 0.7978845608028654, kappa = 0.044715;
  Tensor square = mul(self, self);
  Tensor t = tanh(mul(mul(self, beta), add(mul(square, kappa), 1)));
  Tensor inner = mul(add(mul(square, 3 * kappa), 1), beta);
  Tensor right = mul(mul(mul(self, 0.5), rsub(mul(t, t), 1)), inner);
  return mul(grad, add(mul(add(t, 1), 0.5), right));
}

Tensor silu_double_backward(const Tensor& grad, const Tensor& grad_output, const Tensor& self) {
  Tensor s = sigmoid(self);
  Tensor c = rsub(s, 1);
  // σ' (2 + x (1 - 2σ)), σ' = σ (1 - σ)
  return mul(mul(grad, grad_output), mul(mul(s, c), add(mul(self, rsub(mul(s, 2), 1)), 2)));
}

Tensor softplus_double_backward(const Tensor& grad, const Tensor& self, const Scalar& beta, const Scalar& threshold) {
  Tensor x = mul(self, beta);
  Tensor s = sigmoid(x);
  Tensor slope = mul(mul(s, rsub(s, 1)), beta);
  return mul(grad, masked_fill(slope, gt(x, threshold), 0));
}

}  // namespace rushlight
