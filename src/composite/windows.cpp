// Window functions: each a formula over evenly spaced numbers.
#include <cmath>
#include <numbers>

#include "rushlight/ops.h"

namespace rushlight {
namespace {

constexpr double kPi = std::numbers::pi;

void check_window(std::string_view name, int64_t length, const TensorOptions& options) {
  check_value(length >= 0, "{} requires non-negative window length, got M={}", name, length);
  check_value(options.dtype() == kFloat || options.dtype() == kDouble,
              "{} expects float32 or float64 dtypes, got: torch.{}", name, dtype_name(options.dtype()));
}

// length samples of a line that goes up by `step`; the history begins here when the options ask for one.
Tensor line(double first, double step, int64_t length, const TensorOptions& options) {
  return linspace(first, first + static_cast<double>(length - 1) * step, length, options);
}

// A window of M samples is spread over this many steps.
int64_t steps_of(int64_t length, bool sym) { return sym ? length - 1 : length; }

Tensor short_window(int64_t length, const TensorOptions& options) {
  return length == 0 ? empty({0}, options) : ones({1}, options);
}

}  // namespace

namespace signal::windows {

Tensor exponential(int64_t M, std::optional<double> center, double tau, bool sym, TensorOptions options) {
  check_window("exponential", M, options);
  check_value(!(tau <= 0), "Tau must be positive, got: {} instead.", tau);
  check_value(!sym || !center, "Center must be None for symmetric windows");
  if (M == 0) return empty({0}, options);
  const double middle = center.value_or(static_cast<double>(!sym && M > 1 ? M : M - 1) / 2);
  return line(-middle / tau, 1 / tau, M, options).abs().neg().exp();
}

Tensor cosine(int64_t M, bool sym, TensorOptions options) {
  check_window("cosine", M, options);
  if (M == 0) return empty({0}, options);
  const double step = kPi / static_cast<double>(!sym && M > 1 ? M + 1 : M);
  return line(0.5 * step, step, M, options).sin();
}

Tensor gaussian(int64_t M, double std, bool sym, TensorOptions options) {
  check_window("gaussian", M, options);
  check_value(!(std <= 0), "Standard deviation must be positive, got: {} instead.", std);
  if (M == 0) return empty({0}, options);
  const double scale = 1 / (std * std::numbers::sqrt2);
  const double first = -static_cast<double>(!sym && M > 1 ? M : M - 1) / 2;
  return line(first * scale, scale, M, options).square().neg().exp();
}

Tensor kaiser(int64_t M, double beta, bool sym, TensorOptions options) {
  check_window("kaiser", M, options);
  check_value(!(beta < 0), "beta must be non-negative, got: {} instead.", beta);
  if (M <= 1) return short_window(M, options);
  // beta in the window's dtype, so that no sample lies beyond the last place where the root is real
  const double b = options.dtype() == kFloat ? static_cast<double>(static_cast<float>(beta)) : beta;
  const double last = std::min(b, -b + static_cast<double>(M - 1) * (2 * b / static_cast<double>(steps_of(M, sym))));
  const Tensor k = linspace(-b, last, M, options);
  return k.square().neg().add(b * b).clamp_min(0).sqrt().i0().div(scalar_tensor(b, k.dtype()).i0());
}

Tensor bartlett(int64_t M, bool sym, TensorOptions options) {
  check_window("bartlett", M, options);
  if (M <= 1) return short_window(M, options);
  return line(-1, 2 / static_cast<double>(steps_of(M, sym)), M, options).abs().neg().add(1);
}

Tensor general_cosine(int64_t M, std::optional<ArrayRef<double>> a, bool sym, TensorOptions options) {
  check_window("general_cosine", M, options);
  if (M <= 1) return short_window(M, options);
  check_type(a.has_value(), "Coefficients must be a list/tuple");
  check_value(!a->empty(), "Coefficients cannot be empty");
  const Tensor k = line(0, 2 * kPi / static_cast<double>(steps_of(M, sym)), M, options);
  Tensor result;
  for (size_t i = 0; i < a->size(); ++i) {
    const Tensor wave = k.mul(static_cast<double>(i)).cos().mul(i % 2 ? -(*a)[i] : (*a)[i]);
    result = result.defined() ? result.add(wave) : wave;
  }
  return result;
}

Tensor general_hamming(int64_t M, double alpha, bool sym, TensorOptions options) {
  const double a[] = {alpha, 1 - alpha};
  return general_cosine(M, ArrayRef<double>(a), sym, options);
}
Tensor hamming(int64_t M, bool sym, TensorOptions options) { return general_hamming(M, 0.54, sym, options); }
Tensor hann(int64_t M, bool sym, TensorOptions options) { return general_hamming(M, 0.5, sym, options); }
Tensor blackman(int64_t M, bool sym, TensorOptions options) {
  check_window("blackman", M, options);
  const double a[] = {0.42, 0.5, 0.08};
  return general_cosine(M, ArrayRef<double>(a), sym, options);
}
Tensor nuttall(int64_t M, bool sym, TensorOptions options) {
  const double a[] = {0.3635819, 0.4891775, 0.1365995, 0.0106411};
  return general_cosine(M, ArrayRef<double>(a), sym, options);
}

}  // namespace signal::windows

// ---- the older names ------------------------------------------------------------------------------------------------

namespace {

// n = 0 … of a window of `length` samples in the given dtype, through f, which also gets the number of steps.
template <class F>
Tensor older_window(std::string_view name, int64_t length, bool periodic, const TensorOptions& options, const F& f) {
  check(is_floating_point(options.dtype()), "{} expects floating point dtypes, got: {}", name,
        to_string(options.dtype()));
  check(length >= 0, "{} requires non-negative window_length, got window_length={}", name, length);
  if (length <= 1) return short_window(length, options);
  const int64_t steps = periodic ? length : length - 1;
  const bool half = options.dtype() == kHalf || options.dtype() == kBFloat16;
  Tensor result = f(arange(length, half ? kFloat : options.dtype()), static_cast<double>(steps)).to(options.dtype());
  if (options.requires_grad()) result.requires_grad_(true);
  return result;
}

Tensor waves(std::string_view name, int64_t length, bool periodic, double alpha, double beta,
             const TensorOptions& options) {
  return older_window(name, length, periodic, options, [&](const Tensor& n, double steps) {
    return n.mul(2 * kPi / steps).cos().mul(-beta).add(alpha);
  });
}

}  // namespace

Tensor bartlett_window(int64_t window_length, TensorOptions options) {
  return bartlett_window(window_length, true, options);
}
Tensor bartlett_window(int64_t window_length, bool periodic, TensorOptions options) {
  return older_window("bartlett_window", window_length, periodic, options,
                      [](const Tensor& n, double steps) { return n.mul(2 / steps).sub(1).abs().neg().add(1); });
}

Tensor blackman_window(int64_t window_length, TensorOptions options) {
  return blackman_window(window_length, true, options);
}
Tensor blackman_window(int64_t window_length, bool periodic, TensorOptions options) {
  return older_window("blackman_window", window_length, periodic, options, [](const Tensor& n, double steps) {
    const Tensor k = n.mul(2 * kPi / steps);
    return k.mul(2).cos().mul(0.08).sub(k.cos().mul(0.5)).add(0.42);
  });
}

Tensor hamming_window(int64_t window_length, TensorOptions options) {
  return hamming_window(window_length, true, options);
}
Tensor hamming_window(int64_t window_length, bool periodic, TensorOptions options) {
  return hamming_window(window_length, periodic, 0.54, options);
}
Tensor hamming_window(int64_t window_length, bool periodic, double alpha, TensorOptions options) {
  return hamming_window(window_length, periodic, alpha, 0.46, options);
}
Tensor hamming_window(int64_t window_length, bool periodic, double alpha, double beta, TensorOptions options) {
  return waves("hamming_window", window_length, periodic, alpha, beta, options);
}

Tensor hann_window(int64_t window_length, TensorOptions options) { return hann_window(window_length, true, options); }
Tensor hann_window(int64_t window_length, bool periodic, TensorOptions options) {
  return waves("hann_window", window_length, periodic, 0.5, 0.5, options);
}

Tensor kaiser_window(int64_t window_length, TensorOptions options) {
  return kaiser_window(window_length, true, options);
}
Tensor kaiser_window(int64_t window_length, bool periodic, TensorOptions options) {
  return kaiser_window(window_length, periodic, 12.0, options);
}
Tensor kaiser_window(int64_t window_length, bool periodic, double beta, TensorOptions options) {
  return older_window("kaiser_window", window_length, periodic, options, [&](const Tensor& n, double steps) {
    const Tensor place = n.mul(2 / steps).sub(1);
    const Tensor height = place.square().neg().add(1).clamp_min(0).sqrt().mul(beta).i0();
    return height.div(scalar_tensor(beta, n.dtype()).i0());
  });
}

}  // namespace rushlight
