// The engine under every reduction: walks a plan in fixed parts, in parallel, and hands finished accumulators on.
#pragma once
#include "cpu/isa/reduce_kernels.h"
#include "plan/reduce.h"

namespace rushlight::cpu {

const ReduceKernels& reduce_kernels() noexcept;

// Stores `count` results, read from accumulators that lie one after another, at offset + i * stride (in elements).
struct Finish {
  void* context;
  void (*call)(void* context, const void* acc, int64_t count, int64_t offset, int64_t stride);
};

// Folds elements of self, converted to `compute` (the reducer's element type), over the masked dims.
void reduce(const Tensor& self, const plan::DimMask& mask, ScalarType compute, const Reducer& reducer,
            const Finish& finish);

// The same with a functor on one accumulator: f(acc) is the result's value, stored as an element of `out`.
template <class Acc, class F>
void reduce_into(const Tensor& self, const plan::DimMask& mask, ScalarType compute, const Reducer& reducer, Tensor& out,
                 const F& f);

// self itself when it is row-major, else a row-major copy (no history: for kernels only).
Tensor dense(const Tensor& self);
// A row-major copy as another dtype; self itself when nothing changes.
Tensor dense(const Tensor& self, ScalarType dtype);

}  // namespace rushlight::cpu

#include "cpu/reduce_inl.h"
