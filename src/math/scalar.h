// Special functions of one double, compiled once: what the loops of every instruction set call lane by lane.
#pragma once

namespace rushlight::scalar {

// Bessel functions of the first and second kind; NaN where they are complex and at infinity, as in PyTorch.
double bessel_j0(double x);
double bessel_j1(double x);
double bessel_y0(double x);
double bessel_y1(double x);
// Modified Bessel functions of the second kind, and those times e^x.
double bessel_k0(double x);
double bessel_k1(double x);
double bessel_k0e(double x);
double bessel_k1e(double x);
// The Airy function that vanishes at infinity, and its derivative.
double airy_ai(double x);
double airy_ai_prime(double x);

// The regularised incomplete gamma functions P(a, x), Q(a, x).
double gamma_p(double a, double x);
double gamma_q(double a, double x);

// In the order of the `family` constants in ops/special.py.
enum class Polynomial : int { ChebyshevT, ChebyshevU, ChebyshevV, ChebyshevW, HermiteH, HermiteHe, Laguerre, Legendre };
// The order-th derivative of the polynomial of degree n (cut to a whole number): see Note [Orthogonal polynomials].
double orthogonal_polynomial(double x, double n, Polynomial family, int order);

}  // namespace rushlight::scalar
