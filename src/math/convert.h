// Conversion of runs of elements between the ten element types, as C casts do it on x86 (which is what PyTorch does).
//
// convert_block(dst, dst_type, src, src_type, n) for contiguous runs, convert_strided for steps. Meant to be called
// from one ISA unit: all loops are instantiated where it is used. Types are PyTorch's numbers.
#pragma once

#include "math/lanes.h"

namespace rushlight::cpu::RL_ISA {

enum ElementType : int {
  kU8 = 0,
  kI8 = 1,
  kI16 = 2,
  kI32 = 3,
  kI64 = 4,
  kF16 = 5,
  kF32 = 6,
  kF64 = 7,
  kBool = 11,
  kBF16 = 15
};

inline int element_size(int type) {
  switch (type) {
    case kI64:
    case kF64:
      return 8;
    case kI32:
    case kF32:
      return 4;
    case kI16:
    case kF16:
    case kBF16:
      return 2;
    default:
      return 1;
  }
}

// Storage of the types C++ has no name for.
struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};
struct Bool {
  uint8_t byte;
};

// Note [Conversion blocks]
// Sixteen elements at a time. The compiler converts a vector of 16 of any width well if the width at most doubles or
// halves, so bytes and 4-byte integers meet through int16_t; comparisons and choices are done on native lanes, and so
// are the conversions between 32-bit types, which the compiler would split too finely.
inline constexpr int kConvertBlock = 16;
template <class T>
struct Block {
  typedef T Vector __attribute__((vector_size(kConvertBlock * sizeof(T))));
};

template <class D, class S>
inline void convert_16(D* dst, const S* src) {
  typename Block<S>::Vector x;
  memcpy(&x, src, sizeof(x));
  const typename Block<D>::Vector y = __builtin_convertvector(x, typename Block<D>::Vector);
  memcpy(dst, &y, sizeof(y));
}
template <class D, class Middle, class S>
inline void convert_16_through(D* dst, const S* src) {
  Middle middle[kConvertBlock];
  convert_16(middle, src);
  convert_16(dst, (const Middle*)middle);
}
inline void convert_16(int32_t* dst, const uint8_t* src) { convert_16_through<int32_t, uint16_t>(dst, src); }
inline void convert_16(int32_t* dst, const int8_t* src) { convert_16_through<int32_t, int16_t>(dst, src); }
inline void convert_16(int8_t* dst, const int32_t* src) { convert_16_through<int8_t, int16_t>(dst, src); }

inline void convert_16(float* dst, const int32_t* src) {
  for (int i = 0; i < kConvertBlock; i += I32::kLanes) to_float(I32::load(src + i)).store(dst + i);
}
inline void convert_16(int32_t* dst, const float* src) {
  for (int i = 0; i < kConvertBlock; i += F32::kLanes) to_int(F32::load(src + i)).store(dst + i);
}
template <class S>
inline void widen_16(double* dst, const S* src) {
  using V = Lanes<S>;
  for (int i = 0; i < kConvertBlock; i += V::kLanes) {
    widen_low(V::load(src + i)).store(dst + i);
    widen_high(V::load(src + i)).store(dst + i + F64::kLanes);
  }
}
inline void convert_16(double* dst, const float* src) { widen_16(dst, src); }
inline void convert_16(double* dst, const int32_t* src) { widen_16(dst, src); }
inline void convert_16(float* dst, const double* src) {
  for (int i = 0; i < kConvertBlock; i += F32::kLanes)
    narrow(F64::load(src + i), F64::load(src + i + F64::kLanes)).store(dst + i);
}
inline void convert_16(int32_t* dst, const double* src) {
  for (int i = 0; i < kConvertBlock; i += I32::kLanes)
    narrow_to_int(F64::load(src + i), F64::load(src + i + F64::kLanes)).store(dst + i);
}

// Everything but 0 is true, NaN included.
template <class S>
inline void convert_16(Bool* dst, const S* src) {
  using V = Lanes<S>;
  for (int i = 0; i < kConvertBlock; i += V::kLanes) (V::load(src + i) != V(S(0))).store_bool(&dst[i].byte);
}

inline void convert_16(float* dst, const BFloat16* src) {
  int32_t wide[kConvertBlock];
  convert_16(wide, (const int16_t*)src);
  for (int i = 0; i < kConvertBlock; i += I32::kLanes) as_float(shift_left(I32::load(wide + i), 16)).store(dst + i);
}
// To the nearest, ties to even; every NaN becomes 0x7fc0.
inline void convert_16(BFloat16* dst, const float* src) {
  int32_t wide[kConvertBlock];
  for (int i = 0; i < kConvertBlock; i += F32::kLanes) {
    const F32 x = F32::load(src + i);
    const I32 bits = as_int(x), last = shift_right_logical(bits, 16) & I32(1);
    const I32 rounded = shift_right_logical(bits + I32(0x7fff) + last, 16);
    where(x == x, rounded, I32(0x7fc0)).store(wide + i);
  }
  convert_16((int16_t*)dst, (const int32_t*)wide);
}

#if RL_ISA_LEVEL == 0
inline void convert_16(float* dst, const Half* src) {
  int32_t wide[kConvertBlock];
  convert_16(wide, (const uint16_t*)src);
  for (int i = 0; i < kConvertBlock; i += I32::kLanes) {
    const I32 x = I32::load(wide + i), size = x & I32(0x7fff), shifted = shift_left(size, 13);
    const I32 quiet = where(size > I32(0x7c00), I32(0x400000), I32(0));
    const I32 special = shifted | I32(0x7f800000) | quiet, normal = shifted + I32((127 - 15) << 23);
    const I32 small = as_int(to_float(size) * F32(0x1p-24f));  // a denormal half is a whole number of 2^-24
    const I32 finite = where(size < I32(0x400), small, normal);
    as_float(where(size >= I32(0x7c00), special, finite) | shift_left(x & I32(0x8000), 16)).store(dst + i);
  }
}
// To the nearest, ties to even, NaN kept: the bits of the F16C instruction.
inline void convert_16(Half* dst, const float* src) {
  int32_t wide[kConvertBlock];
  for (int i = 0; i < kConvertBlock; i += I32::kLanes) {
    const I32 x = as_int(F32::load(src + i)), size = x & I32(0x7fffffff), cut = shift_right_logical(size, 13);
    const I32 normal = shift_right_logical(size - I32((127 - 15) << 23) + I32(0xfff) + (cut & I32(1)), 13);
    // The last bit of 0.5 + |x| has the weight of the last bit of a denormal half.
    const I32 denormal = as_int(as_float(size) + F32(0.5f)) - I32(0x3f000000);
    I32 y = where(size < I32(0x38800000), denormal, normal);
    y = where(size >= I32(0x47800000), I32(0x7c00), y);
    y = where(size > I32(0x7f800000), (cut & I32(0x3ff)) | I32(0x7e00), y);
    (y | (shift_right_logical(x, 16) & I32(0x8000))).store(wide + i);
  }
  convert_16((int16_t*)dst, (const int32_t*)wide);
}
#else
inline void convert_16(float* dst, const Half* src) {
  _mm256_storeu_ps(dst, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)src)));
  _mm256_storeu_ps(dst + 8, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)(src + 8))));
}
inline void convert_16(Half* dst, const float* src) {
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  _mm_storeu_si128((__m128i*)dst, _mm256_cvtps_ph(_mm256_loadu_ps(src), kNearest));
  _mm_storeu_si128((__m128i*)(dst + 8), _mm256_cvtps_ph(_mm256_loadu_ps(src + 8), kNearest));
}
#endif

template <class D, class S>
void convert_loop(void* dst_bytes, const void* src_bytes, int64_t n) {
  D* dst = (D*)dst_bytes;
  const S* src = (const S*)src_bytes;
  int64_t i = 0;
  for (; i + kConvertBlock <= n; i += kConvertBlock) convert_16(dst + i, src + i);
  const int64_t rest = n - i;
  if (rest == 0) return;
  S padded[kConvertBlock] = {};
  D converted[kConvertBlock];
  memcpy(padded, src + i, (size_t)rest * sizeof(S));
  convert_16(converted, padded);
  memcpy(dst + i, converted, (size_t)rest * sizeof(D));
}

// Note [Conversions are walks]
// A loop of its own exists for 27 pairs only. Small integers pass through I32, half types through F32, and a few others
// through a type that gives the bits a direct cast would give: a double becomes u8 through I64 as in PyTorch, a float
// or a long becomes half through F32. A walk takes at most four steps, in blocks that stay in the L1 cache.
inline int next_type(int from, int to) {
  const bool to_half = to == kF16 || to == kBF16, to_small = to == kI16 || to == kI8 || to == kU8;
  switch (from) {
    case kF16:
    case kBF16:
      return kF32;
    case kU8:
    case kI8:
    case kI16:
    case kBool:
      return kI32;
    case kF32:
      return to_small ? kI32 : to;
    case kF64:
      return to_half ? kF32 : to == kU8 ? kI64 : to_small ? kI32 : to;
    case kI64:
      return to_half ? kF32 : to_small ? kI32 : to;
    default:
      return to_half ? kF32 : to;
  }
}

using ConvertLoop = void (*)(void*, const void*, int64_t);

// The loop of one step of a walk.
inline ConvertLoop step_loop(int from, int to) {
  switch (from << 4 | to) {
    case kF16 << 4 | kF32:
      return convert_loop<float, Half>;
    case kBF16 << 4 | kF32:
      return convert_loop<float, BFloat16>;
    case kI16 << 4 | kI32:
      return convert_loop<int32_t, int16_t>;
    case kI8 << 4 | kI32:
      return convert_loop<int32_t, int8_t>;
    case kU8 << 4 | kI32:
      return convert_loop<int32_t, uint8_t>;
    case kBool << 4 | kI32:
      return convert_loop<int32_t, uint8_t>;
    case kF32 << 4 | kF16:
      return convert_loop<Half, float>;
    case kF32 << 4 | kBF16:
      return convert_loop<BFloat16, float>;
    case kF32 << 4 | kF64:
      return convert_loop<double, float>;
    case kF32 << 4 | kI32:
      return convert_loop<int32_t, float>;
    case kF32 << 4 | kI64:
      return convert_loop<int64_t, float>;
    case kF32 << 4 | kBool:
      return convert_loop<Bool, float>;
    case kF64 << 4 | kF32:
      return convert_loop<float, double>;
    case kF64 << 4 | kI32:
      return convert_loop<int32_t, double>;
    case kF64 << 4 | kI64:
      return convert_loop<int64_t, double>;
    case kF64 << 4 | kBool:
      return convert_loop<Bool, double>;
    case kI32 << 4 | kF32:
      return convert_loop<float, int32_t>;
    case kI32 << 4 | kF64:
      return convert_loop<double, int32_t>;
    case kI32 << 4 | kI64:
      return convert_loop<int64_t, int32_t>;
    case kI32 << 4 | kI16:
      return convert_loop<int16_t, int32_t>;
    case kI32 << 4 | kI8:
      return convert_loop<int8_t, int32_t>;
    case kI32 << 4 | kU8:
      return convert_loop<int8_t, int32_t>;
    case kI32 << 4 | kBool:
      return convert_loop<Bool, int32_t>;
    case kI64 << 4 | kF32:
      return convert_loop<float, int64_t>;
    case kI64 << 4 | kF64:
      return convert_loop<double, int64_t>;
    case kI64 << 4 | kI32:
      return convert_loop<int32_t, int64_t>;
    case kI64 << 4 | kBool:
      return convert_loop<Bool, int64_t>;
    default:
      return nullptr;  // next_type names no other pair
  }
}

inline bool same_bytes(int dst_type, int src_type) {
  const bool byte = element_size(src_type) == 1 && element_size(dst_type) == 1;
  return dst_type == src_type || (byte && dst_type != kBool);
}

// n contiguous elements; dst and src do not overlap.
inline void convert_block(void* dst, int dst_type, const void* src, int src_type, int64_t n) {
  const int dst_size = element_size(dst_type), src_size = element_size(src_type);
  if (same_bytes(dst_type, src_type)) {
    memcpy(dst, src, (size_t)(n * src_size));
    return;
  }
  int type = next_type(src_type, dst_type);
  const ConvertLoop first = step_loop(src_type, type);
  if (type == dst_type) return first(dst, src, n);
  constexpr int64_t kChunk = 512;
  alignas(64) char buffers[2][kChunk * 8];
  for (int64_t i = 0; i < n; i += kChunk) {
    const int64_t count = n - i < kChunk ? n - i : kChunk;
    type = next_type(src_type, dst_type);
    first(buffers[0], (const char*)src + i * src_size, count);
    for (int side = 0; type != dst_type; side ^= 1) {
      const int next = next_type(type, dst_type);
      void* target = next == dst_type ? (char*)dst + i * dst_size : buffers[side ^ 1];
      step_loop(type, next)(target, buffers[side], count);
      type = next;
    }
  }
}

template <class T>
inline void copy_steps(T* dst, int64_t dst_step, const T* src, int64_t src_step, int64_t n) {
  for (int64_t i = 0; i < n; ++i) memcpy(dst + i * dst_step, src + i * src_step, sizeof(T));
}
// n elements from one step to another, in elements of `size` bytes.
inline void copy_strided(void* dst, int64_t dst_step, const void* src, int64_t src_step, int size, int64_t n) {
  switch (size) {
    case 8:
      return copy_steps((uint64_t*)dst, dst_step, (const uint64_t*)src, src_step, n);
    case 4:
      return copy_steps((uint32_t*)dst, dst_step, (const uint32_t*)src, src_step, n);
    case 2:
      return copy_steps((uint16_t*)dst, dst_step, (const uint16_t*)src, src_step, n);
    default:
      return copy_steps((uint8_t*)dst, dst_step, (const uint8_t*)src, src_step, n);
  }
}

// As convert_block, with steps in elements (negative and 0 allowed for src): gather, convert, scatter in small blocks.
inline void convert_strided(void* dst, int dst_type, int64_t dst_step, const void* src, int src_type, int64_t src_step,
                            int64_t n) {
  const int dst_size = element_size(dst_type), src_size = element_size(src_type);
  if (same_bytes(dst_type, src_type)) {
    if (dst_step == 1 && src_step == 1) {
      memcpy(dst, src, (size_t)(n * src_size));
      return;
    }
    return copy_strided(dst, dst_step, src, src_step, src_size, n);
  }
  if (dst_step == 1 && src_step == 1) return convert_block(dst, dst_type, src, src_type, n);
  constexpr int64_t kChunk = 512;
  alignas(64) char gathered[kChunk * 8], converted[kChunk * 8];
  for (int64_t i = 0; i < n; i += kChunk) {
    const int64_t count = n - i < kChunk ? n - i : kChunk;
    const char* from = (const char*)src + i * src_step * src_size;
    char* to = (char*)dst + i * dst_step * dst_size;
    if (src_step != 1) {
      copy_strided(gathered, 1, from, src_step, src_size, count);
      from = gathered;
    }
    convert_block(dst_step == 1 ? to : converted, dst_type, from, src_type, count);
    if (dst_step != 1) copy_strided(to, dst_step, converted, 1, dst_size, count);
  }
}

}  // namespace rushlight::cpu::RL_ISA
