// Reductions of complex tensors: what sums of parts cannot say, and reductions of uint64, whose order int64 does not have.
#pragma once
#include "cpu/reduce.h"

namespace rushlight::cpu {

// The product over the masked dims into a complex `out`; self may be of any dtype.
void complex_prod(const Tensor& self, const plan::DimMask& mask, Tensor& out);
// log(sum(exp(x))) of each of `rows` rows of n elements; x is dense and of out's dtype.
void complex_logsumexp(const Tensor& x, int64_t rows, int64_t n, Tensor& out);
// A row-major int64 tensor in which uint64 numbers have their order: the highest bit is inverted. Its own inverse.
Tensor flip_order(const Tensor& self);

}  // namespace rushlight::cpu
