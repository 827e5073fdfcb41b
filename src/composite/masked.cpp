// Masked reductions: what the mask hides becomes the value that has no effect, then the plain op runs.
#include <limits>

#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight::masked {
namespace {

using plan::wrap_dim;

enum class Neutral : uint8_t { Zero, One, Lowest, Highest, NaN };

// The mask as bool in the input's shape.
Tensor full_mask(const Tensor& input, const Tensor& mask) {
  check_index(mask.dim() <= input.dim(),
              "_input_mask expected broadcastable mask (got mask dimensionality higher than of the input: {} and {})",
              mask.sizes(), input.sizes());
  const Tensor same = mask.sizes() == input.sizes() ? mask : mask.broadcast_to(input.sizes());
  return same.to(kBool);
}

template <class T>
Scalar bound(bool lowest) {
  return lowest ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
}

Scalar neutral_value(const char* op, ScalarType dtype, Neutral kind) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (kind == Neutral::Zero) return 0;
  if (kind == Neutral::One) return 1;
  if (kind == Neutral::NaN) return std::numeric_limits<double>::quiet_NaN();
  const bool lowest = kind == Neutral::Lowest;
  if (is_floating_point(dtype)) return lowest ? -kInf : kInf;
  switch (dtype) {
    case kLong:
      return bound<int64_t>(lowest);
    case kInt:
      return bound<int32_t>(lowest);
    case kShort:
      return bound<int16_t>(lowest);
    case kChar:
      return bound<int8_t>(lowest);
    case kByte:
      return bound<uint8_t>(lowest);
    default:
      if (is_complex(dtype) && std::string_view(op) == "logsumexp") return -kInf;
      fail(ErrorKind::kNotImplemented, "identity of {} on torch.{} input", std::string_view(op), dtype_name(dtype));
  }
}

Tensor combine(const char* op, const Tensor& input, const Tensor& mask, Neutral kind) {
  if (!mask.defined()) return input;
  const Tensor value = scalar_tensor(neutral_value(op, input.dtype(), kind), input.options());
  return where(full_mask(input, mask), input, value);
}

// Sorted dims; all when none are given.
DimVector all_dims(OptionalIntArrayRef dim, int64_t ndim) {
  if (dim) {
    for (size_t i = 0; i < dim->size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        check((*dim)[i] != (*dim)[j], "dim={} appears multiple times in the list of dims", (*dim)[i]);
      }
    }
  }
  const plan::DimMask mask = plan::dim_mask(dim, ndim);
  DimVector dims;
  if (ndim == 0 && dim && !dim->empty()) dims.push_back(0);
  for (int64_t d = 0; d < ndim; ++d) {
    if (mask[static_cast<size_t>(d)]) dims.push_back(d);
  }
  return dims;
}

ScalarType sum_dtype(const Tensor& input, std::optional<ScalarType> dtype) {
  return dtype.value_or(is_integral(input.dtype(), true) ? kLong : input.dtype());
}

// How many elements the mask shows.
Tensor counted(const Tensor& input, OptionalIntArrayRef dim, bool keepdim, const Tensor& mask) {
  const Tensor shown = mask.defined() ? full_mask(input, mask) : ones({}, kLong).expand(input.sizes());
  return shown.to(kLong).sum(all_dims(dim, input.dim()), keepdim);
}

}  // namespace

Tensor sum(const Tensor& input, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype,
           const Tensor& mask) {
  const DimVector dims = all_dims(dim, input.dim());
  return combine("sum", input, mask, Neutral::Zero).sum(dims, keepdim, sum_dtype(input, dtype));
}

Tensor prod(const Tensor& input, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype,
            const Tensor& mask) {
  const DimVector dims = all_dims(dim, input.dim());
  Tensor result = combine("prod", input, mask, Neutral::One).to(sum_dtype(input, dtype));
  for (size_t i = dims.size(); i-- > 0;) result = result.prod(dims[i], keepdim);
  return result;
}

Tensor amax(const Tensor& input, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype,
            const Tensor& mask) {
  const Tensor shown = combine("amax", input, mask, Neutral::Lowest);
  return shown.amax(all_dims(dim, input.dim()), keepdim).to(dtype.value_or(input.dtype()));
}

Tensor amin(const Tensor& input, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype,
            const Tensor& mask) {
  const Tensor shown = combine("amin", input, mask, Neutral::Highest);
  return shown.amin(all_dims(dim, input.dim()), keepdim).to(dtype.value_or(input.dtype()));
}

Tensor argmax(const Tensor& input, std::optional<int64_t> dim, bool keepdim, std::optional<ScalarType> dtype,
              const Tensor& mask) {
  return combine("argmax", input, mask, Neutral::Lowest).argmax(dim, keepdim).to(dtype.value_or(input.dtype()));
}
Tensor argmin(const Tensor& input, std::optional<int64_t> dim, bool keepdim, std::optional<ScalarType> dtype,
              const Tensor& mask) {
  return combine("argmin", input, mask, Neutral::Highest).argmin(dim, keepdim).to(dtype.value_or(input.dtype()));
}

Tensor mean(const Tensor& input, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype,
            const Tensor& mask) {
  const ScalarType type = dtype.value_or(input.dtype());
  check_value(is_differentiable(type),
              "mean(): Could not infer output dtype. {} dtype must be either a floating point or complex dtype. Got: "
              "torch.{}",
              std::string_view(dtype ? "Optional" : "Input"), dtype_name(type));
  return masked::sum(input, dim, keepdim, type, mask).div(counted(input, dim, keepdim, mask));
}

Tensor median(const Tensor& input, int64_t dim, bool keepdim, std::optional<ScalarType> dtype, const Tensor& mask) {
  const int64_t d = wrap_dim(dim, input.dim());
  const bool floating = is_floating_point(input.dtype());
  const Tensor shown = combine("median", floating ? input : input.to(kFloat), mask, Neutral::NaN);
  const Tensor result = std::get<0>(shown.nanmedian(d, keepdim));
  if (floating) return result;
  check_value(!result.isnan().any().item().toBool(),
              "masked median expects no fully masked out rows if dtype is not floating point");
  return result.to(dtype.value_or(input.dtype()));
}

Tensor logsumexp(const Tensor& input, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype,
                 const Tensor& mask) {
  const Tensor shown = combine("logsumexp", input, mask, Neutral::Lowest);
  return shown.logsumexp(all_dims(dim, input.dim()), keepdim).to(dtype.value_or(input.dtype()));
}

Tensor logaddexp(const Tensor& input, const Tensor& other, std::optional<ScalarType> dtype, const Tensor& input_mask,
                 const Tensor& other_mask) {
  const Tensor a = combine("logaddexp", input, input_mask, Neutral::Lowest),
               b = combine("logaddexp", other, other_mask, Neutral::Lowest);
  return rushlight::logaddexp(a, b).to(dtype.value_or(input.dtype()));
}

Tensor norm(const Tensor& input, const std::optional<Scalar>& ord, OptionalIntArrayRef dim, bool keepdim,
            std::optional<ScalarType> dtype, const Tensor& mask) {
  const Scalar p = ord.value_or(Scalar(2.0));
  const bool least = p.toDouble() == -std::numeric_limits<double>::infinity();
  const Tensor shown = combine("norm", input, mask, least ? Neutral::Highest : Neutral::Zero);
  return linalg::vector_norm(shown, p, all_dims(dim, input.dim()), keepdim, dtype.value_or(input.dtype()));
}

namespace {

Tensor variance(const Tensor& input, OptionalIntArrayRef dim, std::optional<bool> unbiased,
                const std::optional<Scalar>& correction, bool keepdim, std::optional<ScalarType> dtype,
                const Tensor& mask) {
  if (unbiased && correction) fail(ErrorKind::kAssertion, "Only one of unbiased and correction may be given");
  const double less = correction ? correction->toDouble() : unbiased && !*unbiased ? 0.0 : 1.0;
  const ScalarType type = dtype.value_or(is_differentiable(input.dtype()) ? input.dtype() : kFloat);
  const ScalarType computed = is_differentiable(type) ? type : kFloat;
  const Tensor total = masked::sum(input, dim, true, type, mask);
  const Tensor x = input.sub(total.div(counted(input, dim, true, mask)));
  const Tensor squares = masked::sum(x.mul(x.conj()), dim, keepdim, computed, mask);
  Tensor count = counted(input, dim, keepdim, mask);
  if (less != 0) {
    const ScalarType real = computed == kComplexFloat ? kFloat : computed == kComplexDouble ? kDouble : computed;
    count = count.to(real).sub(less).clamp_min(0);
  }
  return squares.div(count).to(type);
}

}  // namespace

Tensor var(const Tensor& input, OptionalIntArrayRef dim, std::optional<bool> unbiased,
           const std::optional<Scalar>& correction, bool keepdim, std::optional<ScalarType> dtype, const Tensor& mask) {
  return variance(input, dim, unbiased, correction, keepdim, dtype, mask);
}
Tensor std(const Tensor& input, OptionalIntArrayRef dim, ::std::optional<bool> unbiased,
           const ::std::optional<Scalar>& correction, bool keepdim, ::std::optional<ScalarType> dtype,
           const Tensor& mask) {
  return variance(input, dim, unbiased, correction, keepdim, dtype, mask).sqrt();
}

Tensor cumsum(const Tensor& input, int64_t dim, ::std::optional<ScalarType> dtype, const Tensor& mask) {
  const ScalarType type = dtype.value_or(input.dtype());
  return combine("cumsum", input, mask, Neutral::Zero).cumsum(wrap_dim(dim, input.dim()), type).to(type);
}
Tensor cumprod(const Tensor& input, int64_t dim, ::std::optional<ScalarType> dtype, const Tensor& mask) {
  const ScalarType type = dtype.value_or(input.dtype());
  return combine("cumprod", input, mask, Neutral::One).cumprod(wrap_dim(dim, input.dim()), type).to(type);
}

Tensor softmax(const Tensor& input, int64_t dim, ::std::optional<ScalarType> dtype, const Tensor& mask) {
  return combine("amax", input, mask, Neutral::Lowest)
      .softmax(wrap_dim(dim, input.dim()), dtype.value_or(input.dtype()));
}
Tensor log_softmax(const Tensor& input, int64_t dim, ::std::optional<ScalarType> dtype, const Tensor& mask) {
  return combine("amax", input, mask, Neutral::Lowest)
      .log_softmax(wrap_dim(dim, input.dim()), dtype.value_or(input.dtype()));
}
Tensor softmin(const Tensor& input, int64_t dim, ::std::optional<ScalarType> dtype, const Tensor& mask) {
  return combine("amin", input, mask, Neutral::Highest)
      .neg()
      .softmax(wrap_dim(dim, input.dim()), dtype.value_or(input.dtype()));
}

Tensor normalize(const Tensor& input, const Scalar& ord, int64_t dim, double eps, ::std::optional<ScalarType> dtype,
                 const Tensor& mask) {
  const Tensor length = masked::norm(input, ord, IntArrayRef(dim), true, dtype, mask);
  const Tensor shown = combine("sum", input, mask, Neutral::Zero);
  return shown.div(maximum(length, scalar_tensor(eps, length.options())));
}

}  // namespace rushlight::masked
