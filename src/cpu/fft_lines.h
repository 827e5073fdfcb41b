// Running plans of the FFT: one line, or all lines of an array along one dimension.
#pragma once
#include "cpu/fft_plan.h"
#include "rushlight/array_ref.h"

namespace rushlight::cpu {

// Numbers of scratch memory that one line needs.
template <class T>
int64_t fft_scratch_size(const FftPlan<T>& plan);
// Transforms the only line of `from` into the only line of `to`, which may be the same; `parallel`: with many threads.
template <class T>
void fft_transform_line(const FftPlan<T>& plan, const FftLines<const T>& from, const FftLines<T>& to, bool swap,
                        T scale, T* scratch, bool parallel);

// The other dimensions of two arrays of equal batch sizes; strides in numbers (a complex number is two).
struct FftBatch {
  DimVector sizes, from, to;
};
// What is transformed, along a dimension whose elements are `step` numbers apart.
template <class T>
struct FftAxis {
  T* data;
  int64_t step;
};

// n complex to n complex; inverse if `swap`.
template <class T>
void fft_complex(int64_t n, const FftBatch& batch, FftAxis<const T> from, FftAxis<T> to, bool swap, T scale);
// n reals to n/2 + 1 complex numbers, or to all n.
template <class T>
void fft_from_real(int64_t n, const FftBatch& batch, FftAxis<const T> from, FftAxis<T> to, bool whole, T scale);
// n/2 + 1 complex numbers to n reals, the inverse transform.
template <class T>
void fft_to_real(int64_t n, const FftBatch& batch, FftAxis<const T> from, FftAxis<T> to, T scale);

}  // namespace rushlight::cpu
