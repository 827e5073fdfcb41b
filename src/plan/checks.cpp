// Checks that rows of pointwise ops name.
#include "plan/checks.h"

#include "dispatch/kernels.h"
#include "rushlight/ops.h"

namespace rushlight::plan {
namespace {

ScalarType common_dtype(Operand a, Operand b) {
  const Operand both[] = {a, b};
  return result_type(both, 2);
}

}  // namespace

void check_alpha(const char* op, Operand self, Operand other, const Scalar& alpha) {
  if (alpha.isIntegral(false)) [[likely]] {
    return;
  }
  const ScalarType common = common_dtype(self, other);
  check(!alpha.isBoolean() || common == kBool, "Boolean alpha only supported for Boolean results. ({} of {} operands)",
        op, to_string(common));
  check(is_complex(common) || !alpha.isComplex(),
        "For non-complex input tensors, argument alpha must not be a complex number. ({} of {} operands)", op,
        to_string(common));
  check(is_differentiable(common) || !alpha.isFloatingPoint(),
        "For integral input tensors, argument alpha must not be a floating point number. ({}: the operands are {}, "
        "alpha is {})",
        op, to_string(common), alpha.toDouble());
}

void check_divisor(Operand self, Operand other) {
  if (self.tensor && is_floating_point(self.tensor->dtype())) [[likely]] {
    return;
  }
  if (!is_integral(common_dtype(self, other), true)) return;
  bool zero = false;
  if (!other.tensor)
    zero = !other.scalar.toBool();
  else if (!is_floating_point(other.tensor->dtype()))
    zero = other.tensor->numel() > 0 && !rushlight::all(*other.tensor).item().toBool();
  check(!zero, "ZeroDivisionError");
}

void check_pow(Operand base, Operand exponent) {
  if (exponent.tensor || !exponent.scalar.isIntegral(true) || exponent.scalar.toLong() >= 0) [[likely]] {
    return;
  }
  check(!is_integral(common_dtype(base, exponent), true),
        "Integers to negative integer powers are not allowed. (exponent {}; convert the base to a floating dtype)",
        exponent.scalar.toLong());
}

void check_addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2) {
  (void)self;
  check(!(is_integral(tensor1.dtype(), true) && is_integral(tensor2.dtype(), true)),
        "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
        "division of tensor1 and tensor2. Convert one of them "
        "to a floating dtype (they are {} and {}).",
        to_string(tensor1.dtype()), to_string(tensor2.dtype()));
}

void check_lerp(const Tensor& self, const Tensor& end) {
  check(self.dtype() == end.dtype(), "expected dtype {} for `end` but got dtype {}", dtype_name(self.dtype()),
        dtype_name(end.dtype()));
}

void check_mvlgamma(const Tensor& self, int64_t p) {
  constexpr int64_t kMost = 1'000'000;  // every element takes p steps
  check(p >= 1, "p has to be greater than or equal to 1, but got {} (mvlgamma)", p);
  check(p <= kMost, "mvlgamma: expected p of at most {}, but got {}", kMost, p);
  check(!self.defined() || self.dtype() != kBool,
        "The input tensor may not be a boolean tensor. (mvlgamma: convert it with to() first)");
}

void check_condition(const char* op, const Tensor& condition) {
  check(condition.dtype() == kBool || condition.dtype() == kByte,
        "{} expected condition to be a boolean tensor, but got a tensor with dtype {}", op,
        to_string(condition.dtype()));
}

void check_bool_out(const char* op, const Tensor& out, How how) {
  check(how != How::Out || out.dtype() == kBool, "{} does not support non-boolean outputs. (got an out= of dtype {})",
        std::string_view(op), to_string(how == How::Out ? out.dtype() : kBool));
}

void check_heaviside(const Tensor& self, const Tensor& values, const Tensor& out, How how) {
  check(self.dtype() == values.dtype() && (how != How::Out || out.dtype() == self.dtype()),
        "heaviside is not yet implemented for tensors with different dtypes. (got {} and {})", to_string(self.dtype()),
        to_string(values.dtype()));
}

const PointwiseInfo& pow_info(const Scalar& exponent, const PointwiseInfo& general) {
  if (exponent.isComplex()) return general;
  const double e = exponent.toDouble();
  if (e == 2) return _square_info;
  if (e == 3) return _cube_info;
  if (!exponent.isFloatingPoint()) return general;
  if (e == 0.5) return sqrt_info;
  return general;
}

}  // namespace rushlight::plan
