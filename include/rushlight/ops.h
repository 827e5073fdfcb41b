// Every op as a function, generated from the op table, and the operators on tensors.
#pragma once
#include "rushlight/tensor.h"

namespace rushlight {

#include "rushlight/generated/ops.inc"

#define RL_BINARY(op, function)                                                          \
  inline Tensor operator op(const Tensor& a, const Tensor& b) { return function(a, b); } \
  inline Tensor operator op(const Tensor& a, const Scalar& b) { return function(a, b); }
RL_BINARY(+, add)
RL_BINARY(-, sub)
RL_BINARY(*, mul)
RL_BINARY(/, div)
RL_BINARY(%, remainder)
RL_BINARY(<, lt)
RL_BINARY(<=, le)
RL_BINARY(>, gt)
RL_BINARY(>=, ge)
RL_BINARY(==, eq)
RL_BINARY(!=, ne)
RL_BINARY(&, bitwise_and)
RL_BINARY(|, bitwise_or)
RL_BINARY(^, bitwise_xor)
#undef RL_BINARY
inline Tensor operator+(const Scalar& a, const Tensor& b) { return add(b, a); }
inline Tensor operator-(const Scalar& a, const Tensor& b) { return rsub(b, a); }
inline Tensor operator*(const Scalar& a, const Tensor& b) { return mul(b, a); }
inline Tensor operator/(const Scalar& a, const Tensor& b) { return div(a, b); }
inline Tensor operator-(const Tensor& a) { return neg(a); }
inline Tensor operator~(const Tensor& a) { return bitwise_not(a); }

inline Tensor& Tensor::operator=(const Tensor& other) && { return copy_(other); }
inline Tensor& Tensor::operator=(const Scalar& value) && { return fill_(value); }

#define RL_ASSIGN(op, function)                                    \
  inline Tensor& Tensor::operator op(const Tensor & other) const { \
    return rushlight::function(const_cast<Tensor&>(*this), other); \
  }                                                                \
  inline Tensor& Tensor::operator op(const Scalar & other) const { \
    return rushlight::function(const_cast<Tensor&>(*this), other); \
  }
RL_ASSIGN(+=, add_)
RL_ASSIGN(-=, sub_)
RL_ASSIGN(*=, mul_)
RL_ASSIGN(/=, div_)
#undef RL_ASSIGN

}  // namespace rushlight
