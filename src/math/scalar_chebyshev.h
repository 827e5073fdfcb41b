// Sums of Chebyshev series of one double.
#pragma once

namespace rushlight::scalar {

// Sum of c[k] T_k(x), Clenshaw.
template <int N>
double chebyshev(double x, const double (&c)[N]) {
  double b1 = 0, b2 = 0;
  for (int k = N - 1; k > 0; --k) {
    const double b0 = 2 * x * b1 + (c[k] - b2);
    b2 = b1;
    b1 = b0;
  }
  return x * b1 + (c[0] - b2);
}

}  // namespace rushlight::scalar
