// Checks and results of reductions and scans, with PyTorch's exceptions and leading words.
#include "plan/meta_reduce.h"

#include "plan/dims.h"
#include "rushlight/warn.h"

namespace rushlight::meta {
namespace {

using plan::dim_mask;
using plan::DimMask;
using plan::reduced_sizes;
using plan::wrap_dim;

// Integers and bools add up in int64; uint64, which int64 does not hold, in itself.
ScalarType sum_type(const Tensor& self, std::optional<ScalarType> dtype) {
  if (dtype) return *dtype;
  if (self.dtype() == kUInt64) return kUInt64;
  return is_integral(self.dtype(), true) ? kLong : self.dtype();
}

void check_dense(const char* op, const Tensor& self) {
  check_type(self.defined(), "{}(): the input is an undefined tensor", op);
}

void check_real(const char* kernel, const Tensor& self) {
  check_not_implemented(!is_complex(self.dtype()), "\"{}\" not implemented for '{}': complex numbers have no order",
                        std::string_view(kernel), to_string(self.dtype()));
}

// A dim that is folded by an op without identity must hold something.
std::string call_text(const char* op) { return std::string(op) + "()"; }
void check_nonempty(std::string_view op, const Tensor& self, const DimMask& mask) {
  for (size_t d = 0; d < self.sizes().size(); ++d)
    check_index(!mask[d] || self.sizes()[d] != 0,
                "{}: Expected reduction dim {} to have non-zero size. (input of shape {})", op, d, self.sizes());
}

DimMask one_dim(const Tensor& self, int64_t dim) {
  DimMask mask;
  mask[static_cast<size_t>(wrap_dim(dim, self.dim()))] = true;
  return mask;
}

DimVector sizes_without(const Tensor& self, int64_t dim, bool keepdim) {
  return reduced_sizes(self.sizes(), one_dim(self, dim), keepdim);
}

}  // namespace

Meta sum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  check_dense("sum", self);
  return {reduced_sizes(self.sizes(), dim_mask(dim, self.dim()), keepdim), sum_type(self, dtype)};
}

Meta nansum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  check(!is_complex(self.dtype()), "nansum on CPU does not support complex inputs (got {})", to_string(self.dtype()));
  check_not_implemented(!is_floating_point(self.dtype()) || !dtype || is_floating_point(*dtype),
                        "\"nansum_cpu\" not implemented for '{}'; choose a floating dtype",
                        to_string(dtype.value_or(self.dtype())));
  return sum(self, dim, keepdim, dtype);
}

Meta mean(const Tensor& self, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  check_dense("mean", self);
  const ScalarType type = dtype.value_or(self.dtype());
  check(
      is_differentiable(type),
      "mean(): could not infer output dtype. {} dtype must be either a floating point or complex dtype. Got: {} (pass "
      "dtype=torch.float32, or convert with to() first)",
      std::string_view(dtype ? "Optional" : "Input"), to_string(type));
  return {reduced_sizes(self.sizes(), dim_mask(dim, self.dim()), keepdim), type};
}

Meta prod(const Tensor& self, int64_t dim, bool keepdim, std::optional<ScalarType> dtype) {
  return {sizes_without(self, dim, keepdim), sum_type(self, dtype)};
}

Meta count_nonzero(const Tensor& self, OptionalIntArrayRef dim) {
  return {reduced_sizes(self.sizes(), dim_mask(dim, self.dim()), false), kLong};
}

Meta logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return {reduced_sizes(self.sizes(), dim_mask(dim, self.dim()), keepdim), to_float(self.dtype())};
}

Meta extreme(const char* op, const Tensor& self, IntArrayRef dim, bool keepdim) {
  check_real(op[2] == 'a' ? "max_values_cpu" : "min_values_cpu", self);
  const DimMask mask = dim_mask(dim, self.dim());
  if (dim.empty())
    check(self.numel() > 0,
          "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
          "'dim' argument.",
          op);
  check_nonempty(call_text(op), self, mask);
  return {reduced_sizes(self.sizes(), mask, keepdim), self.dtype()};
}

Meta extreme_all(const char* op, const Tensor& self) {
  check(self.numel() > 0,
        "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' "
        "argument.",
        op);
  check_real(op[1] == 'a' ? "max_all" : "min_all", self);
  return {IntArrayRef(), self.dtype()};
}

std::array<Meta, 2> aminmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  check_real("aminmax_cpu", self);
  if (!dim) {
    check(self.numel() > 0,
          "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity. (input of shape "
          "{})",
          self.sizes());
    const Meta m(reduced_sizes(self.sizes(), DimMask().set(), keepdim), self.dtype());
    return {m, m};
  }
  check_nonempty("aminmax", self, one_dim(self, *dim));
  const Meta m(sizes_without(self, *dim, keepdim), self.dtype());
  return {m, m};
}

std::array<Meta, 2> select(const char* op, const Tensor& self, int64_t dim, bool keepdim) {
  if (op[0] == 'm' && op[1] == 'o') check_real("mode_cpu", self);
  check(!is_complex(self.dtype()), "{}(): does not support complex input (got {})", op, to_string(self.dtype()));
  const DimVector sizes = sizes_without(self, dim, keepdim);
  check_nonempty(call_text(op), self, one_dim(self, dim));
  return {Meta(sizes, self.dtype()), Meta(sizes, kLong)};
}

Meta arg(const char* op, const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  check(self.dtype() != kBool, "{}(): does not support bool input; convert it with to() first", op);
  check(!is_complex(self.dtype()), "{}(): does not support complex input (got {})", op, to_string(self.dtype()));
  if (!dim) {
    check_index(self.numel() > 0,
                "{}(): Expected reduction dim to be specified for input.numel() == 0. (input of shape {})", op,
                self.sizes());
    return {reduced_sizes(self.sizes(), DimMask().set(), keepdim), kLong};
  }
  const DimVector sizes = sizes_without(self, *dim, keepdim);
  check_nonempty(call_text(op), self, one_dim(self, *dim));
  return {sizes, kLong};
}

Meta truth(const Tensor& self, OptionalIntArrayRef dim, bool keepdim) {
  return {reduced_sizes(self.sizes(), dim_mask(dim, self.dim(), false), keepdim),
          self.dtype() == kByte ? kByte : kBool};
}

Meta moments(const char* op, const Tensor& self, OptionalIntArrayRef dim, const std::optional<Scalar>& correction,
             bool keepdim) {
  const bool pair = std::string_view(op).ends_with("_mean");
  check(is_differentiable(self.dtype()),
        "{} only support floating point and complex dtypes, but got {}; convert the tensor with to() first",
        std::string_view(pair ? op : "std and var"), to_string(self.dtype()));
  const DimMask mask = dim_mask(dim, self.dim());
  const Meta result(reduced_sizes(self.sizes(), mask, keepdim), to_real_type(self.dtype()));
  int64_t n = 1;
  for (size_t d = 0; d < self.sizes().size(); ++d) n *= mask[d] ? self.sizes()[d] : 1;
  if (static_cast<double>(n) <= (correction ? correction->toDouble() : 1.0) && plan::numel_of(result.sizes) > 0)
    warn(
        format("{}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input "
               "numel divided by output numel).",
               op));
  return result;
}

std::array<Meta, 2> moments_pair(const char* op, const Tensor& self, OptionalIntArrayRef dim,
                                 const std::optional<Scalar>& correction, bool keepdim) {
  const Meta m = moments(op, self, dim, correction, keepdim);
  return {m, Meta(m.sizes, self.dtype())};
}

Meta vector_norm(const Tensor& self, const Scalar& ord, OptionalIntArrayRef dim, bool keepdim,
                 std::optional<ScalarType> dtype) {
  check(is_differentiable(self.dtype()),
        "linalg.vector_norm: Expected a floating point or complex tensor as input. Got {}", to_string(self.dtype()));
  if (dtype) {
    check(is_differentiable(*dtype), "linalg.vector_norm: dtype should be floating point or complex, but got {}",
          to_string(*dtype));
    check(is_complex(self.dtype()) == is_complex(*dtype),
          "linalg.vector_norm: dtype should be {} for {} inputs, but got {}",
          std::string_view(is_complex(self.dtype()) ? "complex" : "real"),
          std::string_view(is_complex(self.dtype()) ? "complex" : "real"), to_string(*dtype));
    check(promote_types(self.dtype(), *dtype) == *dtype,
          "linalg.vector_norm: the dtype of the input ({}) should be convertible without narrowing to the specified "
          "dtype ({})",
          to_string(self.dtype()), to_string(*dtype));
  }
  const DimMask mask = dim_mask(dim, self.dim());
  const double p = ord.toDouble();
  if (p < 0 || p == __builtin_inf()) {
    const bool whole = !dim || dim->empty();
    check(!whole || self.numel() > 0,
          "linalg.vector_norm cannot compute the {} norm on an empty tensor because the operation does not have an "
          "identity",
          p);
    for (size_t d = 0; d < self.sizes().size(); ++d)
      check(!mask[d] || self.sizes()[d] != 0,
            "linalg.vector_norm cannot compute the {} norm on the dimension {} because this dimension is empty and the "
            "operation does not have an identity",
            p, d);
  }
  return {reduced_sizes(self.sizes(), mask, keepdim), to_real_type(dtype.value_or(self.dtype()))};
}

Meta median_all(const char* op, const Tensor& self) {
  check_real("median_cpu", self);
  check_not_implemented(self.dtype() != kBool,
                        "\"{}_cpu\" not implemented for 'Bool'; convert the tensor with to() first", op);
  return {IntArrayRef(), self.dtype()};
}

std::array<Meta, 2> median(const char* op, const Tensor& self, int64_t dim, bool keepdim) {
  check_real("median_out", self);
  check_not_implemented(self.dtype() != kBool,
                        "\"{}_out\" not implemented for 'Bool'; convert the tensor with to() first", op);
  return select(op, self, dim, keepdim);
}

std::array<Meta, 2> kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim) {
  check_not_implemented(self.dtype() != kBool,
                        "\"kthvalue_cpu\" not implemented for 'Bool'; convert the tensor with to() first");
  check_real("kthvalue_cpu", self);
  const auto result = select("kthvalue", self, dim, keepdim);
  const int64_t d = wrap_dim(dim, self.dim()), n = self.dim() == 0 ? 1 : self.sizes()[static_cast<size_t>(d)];
  check(k >= 1 && k <= n, "kthvalue(): selected number k out of range for dimension {} (k is {}, expected 1 to {})", d,
        k, n);
  return result;
}

Meta scan(const char* op, const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  wrap_dim(dim, self.dim());
  check_not_implemented(dtype != kBool, "\"{}_out_cpu\" not implemented for 'Bool'; choose another dtype",
                        std::string_view(op));
  return {self.sizes(), sum_type(self, dtype)};
}

std::array<Meta, 2> scan_places(const char* op, const Tensor& self, int64_t dim) {
  wrap_dim(dim, self.dim());
  check_real(format("{}_cpu", std::string_view(op)).c_str(), self);
  return {like(self), like(self, kLong)};
}

Meta logcumsumexp(const Tensor& self, int64_t dim) {
  wrap_dim(dim, self.dim());
  check_not_implemented(is_differentiable(self.dtype()),
                        "\"logcumsumexp_out_cpu\" not implemented for '{}'; convert the tensor with to() first",
                        to_string(self.dtype()));
  return like(self);
}

}  // namespace rushlight::meta
