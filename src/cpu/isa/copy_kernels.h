// What the per-ISA copy unit exports: conversion of element types, filling, transposing tiles.
#pragma once
#include <stdint.h>

namespace rushlight::cpu {

// Element types as the conversion table numbers them.
enum CopyType : int {
  kCopyF32,
  kCopyF64,
  kCopyI64,
  kCopyI32,
  kCopyI16,
  kCopyI8,
  kCopyU8,
  kCopyBool,
  kCopyF16,
  kCopyBF16,
  kCopyTypes
};

using ConvertFn = void (*)(int64_t n, const void* src, void* dst);

struct CopyKernels {
  // convert[from][to]; null where a half type meets anything but f32 (those go through f32), and where from == to.
  ConvertFn convert[kCopyTypes][kCopyTypes];
  // n elements of `size` bytes (1, 2, 4, 8) set to the low bytes of `bits`.
  void (*fill)(void* dst, int64_t n, int64_t size, uint64_t bits);
  // dst[j * dst_row + i] = src[i * src_row + j] for i < rows, j < columns; distances in elements of `size` bytes.
  void (*transpose)(int64_t size, int64_t rows, int64_t columns, const void* src, int64_t src_row, void* dst,
                    int64_t dst_row);
  // dst[i] = src[n - 1 - i]
  void (*reverse)(int64_t size, int64_t n, const void* src, void* dst);
  // Pairs to planes and back, elements of 4 or 8 bytes: a[i] = src[2 i], b[i] = src[2 i + 1]; dst[2 i] = a[i], …
  void (*split)(int64_t size, int64_t n, const void* src, void* a, void* b);
  void (*join)(int64_t size, int64_t n, const void* a, const void* b, void* dst);
  // keys[i]: src[i] as an unsigned number in the order of floats (NaN largest, -0 as 0), xor flip. Returns the least
  // key.
  uint32_t (*order_keys_f32)(int64_t n, const float* src, uint32_t flip, uint32_t* keys);
  // dst[i] = start + step * (first + i)
  void (*iota_f32)(float* dst, int64_t n, double start, double step, int64_t first);
  void (*iota_f64)(double* dst, int64_t n, double start, double step, int64_t first);
  void (*iota_i64)(int64_t* dst, int64_t n, int64_t start, int64_t step, int64_t first);
};

namespace base {
extern const CopyKernels kCopy;
}
namespace avx2 {
extern const CopyKernels kCopy;
}
namespace avx512 {
extern const CopyKernels kCopy;
}

}  // namespace rushlight::cpu
