// Checks that rows of pointwise ops name, and choices between loops.
#pragma once
#include "plan/pointwise.h"

namespace rushlight::plan {

// alpha must not need a higher kind of number than the operands have.
void check_alpha(const char* op, Operand self, Operand other, const Scalar& alpha);
// Integer division by zero raises, as PyTorch does.
void check_divisor(Operand self, Operand other);
void check_pow(Operand base, Operand exponent);
void check_addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2);
void check_lerp(const Tensor& self, const Tensor& end);
void check_mvlgamma(const Tensor& self, int64_t p);
void check_condition(const char* op, const Tensor& condition);
// Those of out=: a bool, or the dtype of the operands.
void check_bool_out(const char* op, const Tensor& out, How how);
void check_heaviside(const Tensor& self, const Tensor& values, const Tensor& out, How how);
// The loop for a power with a number as exponent: squares, cubes, roots and reciprocals have their own.
const PointwiseInfo& pow_info(const Scalar& exponent, const PointwiseInfo& general);

}  // namespace rushlight::plan
