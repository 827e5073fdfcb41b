// Factories, tensors like others, and conversion between dtypes.
#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/node.h"
#include "core/scalar_checks.h"
#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "dispatch/body.h"
#include "plan/dims.h"
#include "plan/geometry.h"
#include "plan/meta_shape.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

void check_device(const char* op, Device device) {
  if (device.type() == DeviceType::CPU) return;
  if (device.is_cuda())
    fail(ErrorKind::kAssertion,
         "Torch not compiled with CUDA enabled ({}: this build computes on the cpu; got device {})",
         std::string_view(op), device.str());
  fail(ErrorKind::kNotImplemented, "{}: this build has no device {}; use cpu", std::string_view(op), device.str());
}

// A fresh tensor for a factory: sizes, options and the requires_grad flag checked.
Tensor make(const char* op, IntArrayRef sizes, const TensorOptions& options, IntArrayRef strides = {}) {
  for (int64_t s : sizes) {
    if (s < 0 && std::string_view(op) == "zeros")
      check(false, "zeros: Dimension size must be non-negative. (got {} in shape {})", s, sizes);
    check(s >= 0, "Trying to create tensor with negative dimension {}: {} ({})", s, sizes, std::string_view(op));
  }
  check_device(op, options.device());
  Tensor t = detail::allocate_tensor(sizes, strides, options.dtype());
  if (options.requires_grad()) t.requires_grad_(true);
  return t;
}

Tensor filled(const char* op, IntArrayRef sizes, const TensorOptions& options, const Scalar& value) {
  Tensor t = make(op, sizes, options);
  cpu::fill_bits(t, cpu::scalar_bits(value, t.dtype()));
  return t;
}

// Evenly spaced values: f(i) = start + step * i, as floats or ints.
template <class F>
Tensor from_index(Tensor t, const F& value_at) {
  cpu::dispatch(t.dtype(), "arange", [&]<class T>() {
    T* data = static_cast<T*>(t.data_ptr());
    parallel_for(t.numel(), 16384, 1.5, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) data[i] = cpu::store<T>(value_at(i));
    });
  });
  return t;
}

}  // namespace

// ---- uninitialised and constant -------------------------------------------------------------------------------------

Tensor empty(IntArrayRef size, TensorOptions options, std::optional<MemoryFormat> memory_format) {
  const MemoryFormat format = memory_format.value_or(MemoryFormat::Contiguous);
  check(format != MemoryFormat::Preserve, "empty: preserve_format needs a tensor to look at; use empty_like");
  if (format == MemoryFormat::Contiguous) return make("empty", size, options);
  return make("empty", size, options, geom::format_strides(size, format));
}

Tensor empty_strided(IntArrayRef size, IntArrayRef stride, TensorOptions options) {
  check(size.size() == stride.size(), "mismatch in length of strides and shape (empty_strided: size {}, stride {})",
        size, stride);
  int64_t last = 0;
  bool none = false, overflow = false;
  for (size_t d = 0; d < size.size(); ++d) {
    check(size[d] >= 0, "empty_strided: Dimension size must be non-negative. (got {})", size);
    check(stride[d] >= 0, "empty_strided: Negative strides are not supported at the moment, got strides: {}", stride);
    none |= size[d] == 0;
    int64_t reach;
    overflow |= __builtin_mul_overflow(size[d] - 1, stride[d], &reach) || __builtin_add_overflow(last, reach, &last);
  }
  check(none || (!overflow && last < std::numeric_limits<int64_t>::max()),
        "empty_strided: Storage size calculation overflowed with sizes={} and strides={}", size, stride);
  const int64_t elements = none ? 0 : last + 1;
  Tensor t = make("empty_strided", elements, options.requires_grad(false));
  t.impl()->set_geometry(size, stride);
  if (options.requires_grad()) t.requires_grad_(true);
  return t;
}

Tensor zeros(IntArrayRef size, TensorOptions options) { return filled("zeros", size, options, 0); }
Tensor ones(IntArrayRef size, TensorOptions options) { return filled("ones", size, options, 1); }

Tensor full(IntArrayRef size, const Scalar& fill_value, TensorOptions options) {
  if (!options.has_dtype())
    options = options.dtype(fill_value.isFloatingPoint() ? get_default_dtype()
                            : fill_value.isComplex()     ? to_complex_type(get_default_dtype())
                            : fill_value.isUnsigned()    ? kLong
                                                         : fill_value.type());
  return filled("full", size, options, fill_value);
}

Tensor scalar_tensor(const Scalar& s, TensorOptions options) { return filled("scalar_tensor", {}, options, s); }

Tensor eye(int64_t n, TensorOptions options) { return eye(n, n, options); }
Tensor eye(int64_t n, int64_t m, TensorOptions options) {
  check(n >= 0, "n must be greater or equal to 0, got {}", n);
  check(m >= 0, "m must be greater or equal to 0, got {}", m);
  Tensor t = filled("eye", {n, m}, options, 0);
  cpu::fill_bits(detail::alias(t, std::min(n, m), m + 1, 0), cpu::scalar_bits(1, t.dtype()));
  return t;
}

// ---- ranges ---------------------------------------------------------------------------------------------------------

Tensor arange(const Scalar& end, TensorOptions options) { return arange(0, end, 1, options); }
Tensor arange(const Scalar& start, const Scalar& end, TensorOptions options) { return arange(start, end, 1, options); }

Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step, TensorOptions options) {
  const bool whole = start.isIntegral(true) && end.isIntegral(true) && step.isIntegral(true);
  if (!options.has_dtype()) options = options.dtype(whole ? kLong : get_default_dtype());
  for (const Scalar& s : {start, end, step})
    check(s.imag() == 0, "value cannot be converted to type double without overflow (arange got a complex number)");
  if (options.dtype() == kLong && whole) {
    check_fits(start, kLong);
    check_fits(end, kLong);
  }
  if (options.dtype() == kBool || is_complex(options.dtype()))
    check_not_implemented(false, "\"arange_cpu\" not implemented for '{}'", to_string(options.dtype()));
  const double a = start.toDouble(), b = end.toDouble(), d = step.toDouble();
  check(d != 0, "step must be nonzero");
  check_value(!is_integral(options.dtype(), false) || step.toLong() != 0,
              "step must be nonzero (arange: step {} is 0 in dtype {})", d, dtype_name(options.dtype()));
  check(std::isfinite(a) && std::isfinite(b), "unsupported range: {} -> {}", a, b);
  check(d > 0 ? b >= a : b <= a,
        "upper bound and lower bound inconsistent with step sign (arange: start {}, end {}, step {})", a, b, d);
  double size;
  if (options.dtype() == kLong || (is_integral(options.dtype(), false) && whole)) {
    const int64_t x = start.toLong(), y = end.toLong(), s = step.toLong();
    const __int128 span = static_cast<__int128>(y) - x;
    const auto steps = static_cast<int64_t>((span + s - (s > 0 ? 1 : -1)) / s);
    size = static_cast<double>(steps);
  } else {
    size = std::ceil((b - a) / d);
  }
  check(size >= 0 && size < 9.2e18, "invalid size, possible overflow? (arange: start {}, end {}, step {})", a, b, d);
  const int64_t n = static_cast<int64_t>(size);
  Tensor t = make("arange", n, options);
  const cpu::CopyKernels& k = cpu::copy_kernels();
  const double ns = 0.4;
  if (t.dtype() == kLong) {
    parallel_for(n, 16384, ns, [&](int64_t i, int64_t e) {
      k.iota_i64(t.data_ptr<int64_t>() + i, e - i, start.toLong(), step.toLong(), i);
    });
  } else if (t.dtype() == kFloat) {
    parallel_for(n, 16384, ns, [&](int64_t i, int64_t e) { k.iota_f32(t.data_ptr<float>() + i, e - i, a, d, i); });
  } else if (t.dtype() == kDouble) {
    parallel_for(n, 16384, ns, [&](int64_t i, int64_t e) { k.iota_f64(t.data_ptr<double>() + i, e - i, a, d, i); });
  } else if (is_integral(t.dtype(), true)) {
    return from_index(t, [&](int64_t i) { return start.toLong() + step.toLong() * i; });
  } else {
    return from_index(t, [&](int64_t i) { return a + d * static_cast<double>(i); });
  }
  return t;
}

namespace {

// PyTorch counts from both ends, so that both ends are exact.
template <class Map>
Tensor spaced(const char* op, const Scalar& start, const Scalar& end, int64_t steps, const TensorOptions& options,
              const Map& map) {
  check(steps >= 0, "number of steps must be non-negative ({} got {})", std::string_view(op), steps);
  Tensor t = make(op, steps, options);
  const int64_t half = steps / 2;
  if (t.dtype() == kFloat || t.dtype() == kHalf || t.dtype() == kBFloat16) {
    const float a = start.to<float>(), b = end.to<float>(),
                d = steps > 1 ? (b - a) / static_cast<float>(steps - 1) : 0.0f;
    return from_index(t, [&](int64_t i) {
      if (steps == 1) return map(a);
      return map(i < half ? a + d * static_cast<float>(i) : b - d * static_cast<float>(steps - i - 1));
    });
  }
  const bool whole = is_integral(t.dtype(), true);
  const double a = whole ? static_cast<double>(start.toLong()) : start.toDouble(),
               b = whole ? static_cast<double>(end.toLong()) : end.toDouble(),
               d = steps > 1 ? (b - a) / static_cast<double>(steps - 1) : 0.0;
  return from_index(t, [&](int64_t i) {
    if (steps == 1) return map(a);
    return map(i < half ? a + d * static_cast<double>(i) : b - d * static_cast<double>(steps - i - 1));
  });
}

// The same between complex numbers, which make the result complex.
template <class Map>
Tensor spaced_complex(const char* op, const Scalar& start, const Scalar& end, int64_t steps, TensorOptions options,
                      const Map& map) {
  const ScalarType natural = to_complex_type(get_default_dtype());
  if (!options.has_dtype()) options = options.dtype(natural);
  check(is_complex(options.dtype()), "torch.{}(): inferred dtype {} can't be safely cast to passed dtype {}",
        std::string_view(op), dtype_name(natural), to_string(options.dtype()));
  check(steps >= 0, "number of steps must be non-negative ({} got {})", std::string_view(op), steps);
  Tensor t = make(op, steps, options);
  const auto fill = [&]<class T>(Complex<T>* data) {
    using C = Complex<T>;
    const C a = start.to<C>(), b = end.to<C>(), step = steps > 1 ? (b - a) / C(static_cast<T>(steps - 1)) : C();
    for (int64_t i = 0; i < steps; ++i)
      data[i] = map(i < steps / 2 || steps == 1 ? a + step * C(static_cast<T>(i))
                                                : b - step * C(static_cast<T>(steps - i - 1)));
  };
  if (t.dtype() == kComplexFloat)
    fill(t.data_ptr<Complex<float>>());
  else
    fill(t.data_ptr<Complex<double>>());
  return t;
}

bool any_complex(const Scalar& start, const Scalar& end, const TensorOptions& options) {
  return start.isComplex() || end.isComplex() || is_complex(options.dtype());
}

}  // namespace

Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps, TensorOptions options) {
  if (any_complex(start, end, options))
    return spaced_complex("linspace", start, end, steps, options, [](auto v) { return v; });
  return spaced("linspace", start, end, steps, options, [](auto v) { return v; });
}

Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base, TensorOptions options) {
  if (any_complex(start, end, options)) {
    return spaced_complex("logspace", start, end, steps, options, [base]<class T>(Complex<T> z) {
      const T log_base = std::log(static_cast<T>(base)), size = std::exp(z.re * log_base);
      return Complex<T>(size * std::cos(z.im * log_base), size * std::sin(z.im * log_base));
    });
  }
  return spaced("logspace", start, end, steps, options,
                [base](auto v) { return static_cast<decltype(v)>(std::pow(static_cast<decltype(v)>(base), v)); });
}

namespace {

// The elements on and below the diagonal `offset`: the rows lengthen one by one until they are `col` long.
unsigned __int128 count_below(int64_t row, int64_t col, int64_t offset) {
  using Wide = unsigned __int128;
  const int64_t first = std::clamp<int64_t>(-offset, 0, row), full = std::clamp<int64_t>(col - offset - 1, first, row);
  const Wide growing = static_cast<Wide>(full - first), start = static_cast<Wide>(first + offset + 1);
  return growing * (2 * start + growing - 1) / 2 * (growing > 0) +
         static_cast<Wide>(row - full) * static_cast<Wide>(col);
}

// Rows [begin, end), none of them empty: the columns [first(row), last(row)) of the triangle.
template <class Range>
Tensor triangle_indices(unsigned __int128 count, int64_t begin, int64_t end, TensorOptions options,
                        const Range& range) {
  check(count < (uint64_t{1} << 62), "triangle_indices: the triangle has too many elements");
  Tensor t = make("triangle_indices", {2, static_cast<int64_t>(count)}, options);
  if (count == 0) return t;
  cpu::dispatch(t.dtype(), "triangle_indices", [&]<class T>() {
    T *rows = static_cast<T*>(t.data_ptr()), *columns = rows + static_cast<int64_t>(count);
    for (int64_t r = begin; r < end; ++r) {
      const auto [first, last] = range(r);
      for (int64_t c = first; c < last; ++c) {
        *rows++ = cpu::store<T>(r);
        *columns++ = cpu::store<T>(c);
      }
    }
  });
  return t;
}

TensorOptions triangle_options(int64_t row, int64_t col, TensorOptions options) {
  check(row >= 0, "row must be non-negative, got{}", row);
  check(col >= 0, "col must be non-negative, got{}", col);
  check(row <= (int64_t(1) << 61) && col <= (int64_t(1) << 61), "triangle_indices: a matrix of {} x {} is too large",
        row, col);
  if (!options.has_dtype()) options = options.dtype(kLong);
  check(options.dtype() == kLong || options.dtype() == kInt, "\"triangle_indices\" not implemented for '{}'",
        to_string(options.dtype()));
  return options;
}

}  // namespace

Tensor tril_indices(int64_t row, int64_t col, int64_t offset, TensorOptions options) {
  options = triangle_options(row, col, options);
  offset = std::clamp(offset, -(int64_t(1) << 61), int64_t(1) << 61);
  return triangle_indices(count_below(row, col, offset), std::max<int64_t>(0, -offset), row, options,
                          [&](int64_t r) { return std::pair<int64_t, int64_t>(0, std::min(col, r + offset + 1)); });
}
Tensor triu_indices(int64_t row, int64_t col, int64_t offset, TensorOptions options) {
  options = triangle_options(row, col, options);
  offset = std::clamp(offset, -(int64_t(1) << 61), int64_t(1) << 61);
  const unsigned __int128 all = static_cast<unsigned __int128>(row) * static_cast<unsigned __int128>(col);
  return triangle_indices(
      all - count_below(row, col, offset - 1), 0, std::min(row, col - offset), options,
      [&](int64_t r) { return std::pair<int64_t, int64_t>(std::max<int64_t>(0, r + offset), col); });
}

// ---- like another ---------------------------------------------------------------------------------------------------

Tensor empty_like(const Tensor& self, TensorOptions options, std::optional<MemoryFormat> memory_format) {
  const Meta m = meta::formatted(self, options.dtype_opt().value_or(self.dtype()), memory_format);
  return make("empty_like", m.sizes, options.dtype(m.dtype), m.strides);
}

namespace {

Tensor filled_like(const Tensor& self, TensorOptions options, std::optional<MemoryFormat> format, const Scalar& value) {
  Tensor t = empty_like(self, options, format);
  cpu::fill_bits(t, cpu::scalar_bits(value, t.dtype()));
  return t;
}
TensorOptions or_dtype(TensorOptions options, const Tensor& self) {
  return options.has_dtype() ? options : options.dtype(self.dtype());
}

}  // namespace

Tensor zeros_like(const Tensor& self, TensorOptions options, std::optional<MemoryFormat> memory_format) {
  return filled_like(self, options, memory_format, 0);
}
Tensor ones_like(const Tensor& self, TensorOptions options, std::optional<MemoryFormat> memory_format) {
  return filled_like(self, options, memory_format, 1);
}
Tensor full_like(const Tensor& self, const Scalar& fill_value, TensorOptions options,
                 std::optional<MemoryFormat> memory_format) {
  return filled_like(self, options, memory_format, fill_value);
}
Tensor new_empty(const Tensor& self, IntArrayRef size, TensorOptions options) {
  return make("new_empty", size, or_dtype(options, self));
}
Tensor new_empty_strided(const Tensor& self, IntArrayRef size, IntArrayRef stride, TensorOptions options) {
  return empty_strided(size, stride, or_dtype(options, self));
}
Tensor new_zeros(const Tensor& self, IntArrayRef size, TensorOptions options) {
  return filled("new_zeros", size, or_dtype(options, self), 0);
}
Tensor new_ones(const Tensor& self, IntArrayRef size, TensorOptions options) {
  return filled("new_ones", size, or_dtype(options, self), 1);
}
Tensor new_full(const Tensor& self, IntArrayRef size, const Scalar& fill_value, TensorOptions options) {
  return filled("new_full", size, or_dtype(options, self), fill_value);
}

// ---- conversion -----------------------------------------------------------------------------------------------------

Tensor type_as(const Tensor& self, const Tensor& other) { return self.to(other.dtype()); }

Tensor Tensor::to(ScalarType dtype, bool, bool copy) const {
  if (dtype == this->dtype()) return copy ? clone() : *this;
  return _to_copy(*this, dtype);
}

Tensor Tensor::to(Device device, bool, bool copy) const {
  check_device("to", device);
  return copy ? clone() : *this;
}

Tensor Tensor::to(TensorOptions options, bool non_blocking, bool copy) const {
  if (options.has_device()) check_device("to", options.device());
  return to(options.dtype_opt().value_or(dtype()), non_blocking, copy);
}

}  // namespace rushlight
