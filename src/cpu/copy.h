// Moving and converting elements between any two layouts; what copy_, clone, to, cat and their kin are made of.
#pragma once
#include "cpu/dispatch.h"
#include "cpu/isa/copy_kernels.h"
#include "rushlight/tensor.h"

namespace rushlight::cpu {

// The copy loops of this machine.
const CopyKernels& copy_kernels() noexcept;

// dst[...] = src[...], converted to dst's dtype; src's sizes broadcast to dst's. The two must not overlap partly.
void copy_elements(const Tensor& dst, const Tensor& src);
// The same on raw memory with equal sizes; strides in elements, 0 in src repeats.
void copy_strided(IntArrayRef sizes, void* dst, IntArrayRef dst_strides, ScalarType dst_dtype, const void* src,
                  IntArrayRef src_strides, ScalarType src_dtype);
// n contiguous elements.
void convert_contiguous(int64_t n, const void* src, ScalarType src_dtype, void* dst, ScalarType dst_dtype);

// `value` as an element of `dtype`; RuntimeError when it does not fit.
ElementBits scalar_bits(const Scalar& value, ScalarType dtype);
// The value at p.
Scalar read_scalar(const void* p, ScalarType dtype);
// Every element of self becomes the element with these bytes; any strides.
void fill_bits(const Tensor& self, ElementBits bits);
// The same for n contiguous elements of `size` bytes.
void fill_run(void* dst, int64_t n, int64_t size, ElementBits bits);

}  // namespace rushlight::cpu
