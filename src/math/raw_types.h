// Vector types of one ISA (16, 32 or 64 bytes) and the dispatch of the mask type; included by raw_<isa>.h.
#pragma once

#include <stdint.h>
#include <string.h>

#if RL_ISA_LEVEL == 0
#include <emmintrin.h>
#else
// GCC 12 takes its own _mm512_undefined_ps() for a mistake (PR 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

namespace rushlight::cpu::RL_ISA {

inline constexpr int kVectorBytes = 16 << RL_ISA_LEVEL;

namespace raw {

// may_alias and the element's own alignment make an ordinary assignment an unaligned load or store.
typedef float VF32 __attribute__((vector_size(kVectorBytes)));
typedef double VF64 __attribute__((vector_size(kVectorBytes)));
typedef int32_t VI32 __attribute__((vector_size(kVectorBytes)));
typedef int64_t VI64 __attribute__((vector_size(kVectorBytes)));
typedef uint32_t VU32 __attribute__((vector_size(kVectorBytes)));
typedef uint64_t VU64 __attribute__((vector_size(kVectorBytes)));

// Per scalar type: the vector, its unaligned form, the integer vectors of the same width.
template <class T>
struct Of;

#define RL_RAW_OF(T, V, I, U, IntT)                                      \
  template <>                                                            \
  struct Of<T> {                                                         \
    using Vector = V;                                                    \
    typedef V Unaligned __attribute__((aligned(alignof(T)), may_alias)); \
    using Int = I;                                                       \
    using Unsigned = U;                                                  \
    using IntScalar = IntT;                                              \
  };
RL_RAW_OF(float, VF32, VI32, VU32, int32_t)
RL_RAW_OF(double, VF64, VI64, VU64, int64_t)
RL_RAW_OF(int32_t, VI32, VI32, VU32, int32_t)
RL_RAW_OF(int64_t, VI64, VI64, VU64, int64_t)
#undef RL_RAW_OF

// Mask of vectors with elements of kBytes bytes: an integer vector of 0 and -1, or a mask register.
template <int kBytes>
struct MaskOf;

#if RL_ISA_LEVEL == 2
template <>
struct MaskOf<4> {
  using Raw = __mmask16;
};
template <>
struct MaskOf<8> {
  using Raw = __mmask8;
};
#else
template <>
struct MaskOf<4> {
  using Raw = VI32;
};
template <>
struct MaskOf<8> {
  using Raw = VI64;
};

// Comparison and choice are the compiler's own on vectors of these two levels.
#define RL_RAW_COMPARE(V, M)                            \
  inline M less(V a, V b) { return (M)(a < b); }        \
  inline M less_equal(V a, V b) { return (M)(a <= b); } \
  inline M equal(V a, V b) { return (M)(a == b); }      \
  inline V select(M m, V a, V b) { return m ? a : b; }
RL_RAW_COMPARE(VF32, VI32)
RL_RAW_COMPARE(VF64, VI64)
RL_RAW_COMPARE(VI32, VI32)
RL_RAW_COMPARE(VI64, VI64)
#undef RL_RAW_COMPARE
#endif

}  // namespace raw
}  // namespace rushlight::cpu::RL_ISA
