// Fourier transforms written as the three primitives: shapes, normalisation, half spectra.
#include <algorithm>

#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight::fft {
namespace {

// The primitives' normalisations.
enum Norm : int64_t { kNone = 0, kByRoot = 1, kByCount = 2 };

Norm norm_of(std::optional<std::string_view> norm, bool forward) {
  if (!norm || *norm == "backward") return forward ? kNone : kByCount;
  if (*norm == "forward") return forward ? kByCount : kNone;
  check(*norm == "ortho", "Invalid normalization mode: \"{}\" (expected 'backward', 'forward' or 'ortho')", *norm);
  return kByRoot;
}

// float32 or float64, integers as the default dtype; complex if asked for.
Tensor promoted(const Tensor& input, bool to_complex) {
  ScalarType type = input.dtype();
  if (is_complex(type)) return input;
  if (!is_floating_point(type)) type = get_default_dtype();
  check(type == kFloat || type == kDouble, "Unsupported dtype {} (fft: convert the input to float32 or float64)",
        to_string(type));
  return input.to(to_complex ? to_complex_type(type) : type);
}

int64_t wrapped(int64_t dim, const Tensor& input) {
  check_index(input.dim() > 0, "Dimension specified as {} but tensor has no dimensions", dim);
  return plan::wrap_dim(dim, input.dim());
}

void check_points(int64_t n) { check(n >= 1, "Invalid number of data points ({}) specified", n); }

// Cut or padded with zeros to these sizes.
Tensor resized(Tensor x, IntArrayRef dims, IntArrayRef sizes) {
  DimVector pad(static_cast<size_t>(x.dim()) * 2, 0);
  bool grows = false;
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t have = x.size(dims[i]);
    if (have > sizes[i]) x = x.slice(dims[i], 0, sizes[i]);
    if (have >= sizes[i]) continue;
    grows = true;
    pad[pad.size() - 2 * static_cast<size_t>(dims[i]) - 1] = sizes[i] - have;
  }
  return grows ? constant_pad_nd(x, pad, 0) : x;
}

Tensor one_to_complex(const char* name, const Tensor& input, std::optional<int64_t> n, int64_t dim,
                      std::optional<std::string_view> norm, bool forward, bool onesided) {
  check(!onesided || !is_complex(input.dtype()), "{} expects a real input tensor, but got {}", name,
        to_string(input.dtype()));
  Tensor x = promoted(input, false);
  const int64_t d = wrapped(dim, x), points = n.value_or(x.size(d));
  check_points(points);
  if (n) x = resized(x, {d}, {points});
  const Norm mode = norm_of(norm, forward);
  if (is_complex(x.dtype())) return _fft_c2c(x, {d}, mode, forward);
  const Tensor result = _fft_r2c(x, {d}, mode, onesided);
  return forward ? result : result.conj();
}

Tensor one_to_real(const Tensor& input, std::optional<int64_t> n, int64_t dim, std::optional<std::string_view> norm,
                   bool forward) {
  Tensor x = promoted(input, true);
  const int64_t d = wrapped(dim, x), points = n.value_or(2 * (x.size(d) - 1));
  check_points(points);
  if (n) x = resized(x, {d}, {points / 2 + 1});
  const Norm mode = norm_of(norm, forward);
  return _fft_c2r(forward ? x.conj() : x, {d}, mode, points);
}

struct Axes {
  DimVector dims, sizes;
};
Axes axes_of(const Tensor& input, OptionalIntArrayRef s, OptionalIntArrayRef dim) {
  Axes axes;
  if (dim) {
    plan::DimMask seen;
    for (const int64_t d : *dim) {
      axes.dims.push_back(wrapped(d, input));
      check(!seen[axes.dims.back()], "FFT dims must be unique (got {} twice in {})", axes.dims.back(), *dim);
      seen[axes.dims.back()] = true;
    }
  }
  if (s) {
    check(!dim || dim->size() == s->size(),
          "When given, dim and shape arguments must have the same length (got dim of length {} and shape {})",
          dim ? dim->size() : 0, *s);
    check(static_cast<int64_t>(s->size()) <= input.dim(),
          "Got shape with {} values but input tensor only has {} dimensions.", s->size(), input.dim());
  }
  if (!dim) {
    const int64_t count = s ? static_cast<int64_t>(s->size()) : input.dim();
    for (int64_t d = input.dim() - count; d < input.dim(); ++d) axes.dims.push_back(d);
  }
  for (size_t i = 0; i < axes.dims.size(); ++i) {
    axes.sizes.push_back(s && (*s)[i] != -1 ? (*s)[i] : input.size(axes.dims[i]));
    check_points(axes.sizes.back());
  }
  return axes;
}
void check_axes(const char* name, const Axes& axes) {
  check(!axes.dims.empty(), "{} must transform at least one axis", name);
}

Tensor many_to_complex(const Tensor& input, OptionalIntArrayRef s, OptionalIntArrayRef dim,
                       std::optional<std::string_view> norm, bool forward) {
  const Axes axes = axes_of(input, s, dim);
  const Tensor x = resized(promoted(input, true), axes.dims, axes.sizes);
  const Norm mode = norm_of(norm, forward);
  return _fft_c2c(x, axes.dims, mode, forward);
}

// The axes of a transform to reals, with the sizes of its onesided input; `points`: of the last axis of the result.
Axes axes_to_real(const char* name, const Tensor& input, OptionalIntArrayRef s, OptionalIntArrayRef dim,
                  int64_t& points) {
  Axes axes = axes_of(input, s, dim);
  check_axes(name, axes);
  points = s && s->back() != -1 ? axes.sizes.back() : 2 * (input.size(axes.dims.back()) - 1);
  check_points(points);
  axes.sizes.back() = points / 2 + 1;
  return axes;
}

DimVector shift_dims(const Tensor& input, OptionalIntArrayRef dim) {
  DimVector dims;
  if (dim) {
    for (const int64_t d : *dim) dims.push_back(wrapped(d, input));
  } else {
    for (int64_t d = 0; d < input.dim(); ++d) dims.push_back(d);
  }
  return dims;
}
Tensor shifted(const Tensor& input, OptionalIntArrayRef dim, int64_t up) {
  const DimVector dims = shift_dims(input, dim);
  if (dims.empty()) return input.clone();
  DimVector shifts;
  for (const int64_t d : dims) shifts.push_back((input.size(d) + up) / 2);
  return input.roll(shifts, dims);
}

}  // namespace

using Text = std::optional<std::string_view>;

Tensor fft_plain(const Tensor& input, std::optional<int64_t> n, int64_t dim, Text norm) {
  return one_to_complex("fft", input, n, dim, norm, true, false);
}
Tensor ifft_plain(const Tensor& input, std::optional<int64_t> n, int64_t dim, Text norm) {
  return one_to_complex("ifft", input, n, dim, norm, false, false);
}
Tensor rfft_plain(const Tensor& input, std::optional<int64_t> n, int64_t dim, Text norm) {
  return one_to_complex("rfft", input, n, dim, norm, true, true);
}
Tensor ihfft_plain(const Tensor& input, std::optional<int64_t> n, int64_t dim, Text norm) {
  return one_to_complex("ihfft", input, n, dim, norm, false, true);
}
Tensor irfft_plain(const Tensor& input, std::optional<int64_t> n, int64_t dim, Text norm) {
  return one_to_real(input, n, dim, norm, false);
}
Tensor hfft_plain(const Tensor& input, std::optional<int64_t> n, int64_t dim, Text norm) {
  return one_to_real(input, n, dim, norm, true);
}

Tensor fftn_plain(const Tensor& input, OptionalIntArrayRef s, OptionalIntArrayRef dim, Text norm) {
  return many_to_complex(input, s, dim, norm, true);
}
Tensor ifftn_plain(const Tensor& input, OptionalIntArrayRef s, OptionalIntArrayRef dim, Text norm) {
  return many_to_complex(input, s, dim, norm, false);
}
Tensor rfftn_plain(const Tensor& input, OptionalIntArrayRef s, OptionalIntArrayRef dim, Text norm) {
  check(!is_complex(input.dtype()), "rfftn expects a real-valued input tensor, but got {}", to_string(input.dtype()));
  const Axes axes = axes_of(input, s, dim);
  check_axes("rfftn", axes);
  const Tensor x = resized(promoted(input, false), axes.dims, axes.sizes);
  return _fft_r2c(x, axes.dims, norm_of(norm, true), true);
}
Tensor irfftn_plain(const Tensor& input, OptionalIntArrayRef s, OptionalIntArrayRef dim, Text norm) {
  int64_t points = 0;
  const Axes axes = axes_to_real("irfftn", input, s, dim, points);
  const Tensor x = resized(promoted(input, true), axes.dims, axes.sizes);
  return _fft_c2r(x, axes.dims, norm_of(norm, false), points);
}
Tensor hfftn(const Tensor& input, OptionalIntArrayRef s, OptionalIntArrayRef dim, Text norm) {
  int64_t points = 0;
  const Axes axes = axes_to_real("hfftn", input, s, dim, points);
  Tensor x = resized(promoted(input, true), axes.dims, axes.sizes);
  const Norm mode = norm_of(norm, true);
  const IntArrayRef others = IntArrayRef(axes.dims).slice(0, axes.dims.size() - 1);
  if (!others.empty()) x = _fft_c2c(x, others, mode, true);
  return _fft_c2r(x.conj(), {axes.dims.back()}, mode, points);
}
Tensor ihfftn(const Tensor& input, OptionalIntArrayRef s, OptionalIntArrayRef dim, Text norm) {
  check(!is_complex(input.dtype()), "ihfftn expects a real-valued input tensor, but got {}", to_string(input.dtype()));
  const Axes axes = axes_of(input, s, dim);
  check_axes("ihfftn", axes);
  const Tensor x = resized(promoted(input, false), axes.dims, axes.sizes);
  const Norm mode = norm_of(norm, false);
  const Tensor half = _fft_r2c(x, {axes.dims.back()}, mode, true).conj();
  const IntArrayRef others = IntArrayRef(axes.dims).slice(0, axes.dims.size() - 1);
  return others.empty() ? half : _fft_c2c(half, others, mode, false);
}

// Over two dimensions by default.
#define RL_FFT_2(name, plain)                                                                     \
  Tensor name##2##plain(const Tensor& input, OptionalIntArrayRef s, IntArrayRef dim, Text norm) { \
    return name##n(input, s, OptionalIntArrayRef(dim), norm);                                     \
  }
RL_FFT_2(fft, _plain)
RL_FFT_2(ifft, _plain)
RL_FFT_2(rfft, _plain)
RL_FFT_2(irfft, _plain)
RL_FFT_2(hfft, )
RL_FFT_2(ihfft, )
#undef RL_FFT_2

namespace {

// 0, 1, …, count - 1 over n d; `negative`: those of the upper half less n.
Tensor frequencies(const char* name, int64_t count, int64_t n, double d, bool negative, TensorOptions options) {
  const ScalarType type = options.dtype();
  check(is_differentiable(type), "{} requires a floating point or complex dtype, but got {}", name, to_string(type));
  const TensorOptions plain = options.dtype(type).requires_grad(false);
  Tensor result = arange(Scalar(count), plain);
  if (negative && n > 1) result.slice(0, (n + 1) / 2).copy_(arange(Scalar(-(n / 2)), Scalar(int64_t{0}), plain));
  result.mul_(1.0 / (static_cast<double>(n) * d));
  return options.requires_grad() ? result.requires_grad_() : result;
}

}  // namespace

Tensor fftfreq(int64_t n, double d, TensorOptions options) {
  check(n >= 0, "Trying to create tensor with negative dimension {}: [{}] (fftfreq)", n, n);
  return frequencies("fftfreq", n, n, d, true, options);
}
Tensor rfftfreq(int64_t n, double d, TensorOptions options) {
  return frequencies("rfftfreq", n / 2 + 1, n, d, false, options);
}

Tensor fftshift(const Tensor& input, OptionalIntArrayRef dim) { return shifted(input, dim, 0); }
Tensor ifftshift(const Tensor& input, OptionalIntArrayRef dim) { return shifted(input, dim, 1); }

}  // namespace rushlight::fft
