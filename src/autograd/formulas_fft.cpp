// Gradients of Fourier transforms.
#include "autograd/formulas.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

// x with the values that stand for two (all of a onesided dim but 0 and, for even n, the last) multiplied by `factor`.
Tensor with_pairs_scaled(const Tensor& x, int64_t dim, int64_t n, double factor) {
  const int64_t d = plan::wrap_dim(dim, x.dim()), twice = n - x.size(d);
  if (twice <= 0) return x;
  DimVector sizes(static_cast<size_t>(x.dim()), 1);
  sizes[d] = x.size(d);
  Tensor weights = ones({x.size(d)}, to_real_type(x.dtype()));
  weights.narrow(0, 1, twice).fill_(factor);
  return x.mul(weights.view(sizes));
}

}  // namespace

// The onesided result is a part of the whole one, whose transpose is the inverse transform of the part filled up with
// zeros, of which the real part counts. That is the transform to reals where each value that has a conjugate partner
// enters with half its weight.
Tensor fft_r2c_backward(const Tensor& grad, IntArrayRef dim, int64_t normalization, bool onesided, IntArrayRef sizes) {
  if (!onesided) return real(_fft_c2c(grad, dim, normalization, false));
  const int64_t n = sizes[plan::wrap_dim(dim.back(), grad.dim())];
  return _fft_c2r(with_pairs_scaled(grad, dim.back(), n, 0.5), dim, normalization, n);
}

// Values that stand for themselves and their conjugates enter twice.
Tensor fft_c2r_backward(const Tensor& grad, IntArrayRef dim, int64_t normalization) {
  const Tensor values = _fft_r2c(grad, dim, normalization, true);
  return with_pairs_scaled(values, dim.back(), grad.size(dim.back()), 2);
}

}  // namespace rushlight
