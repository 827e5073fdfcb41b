// What the per-ISA FFT unit exports: transforms of as many lines at once as a vector has lanes, and what joins them.
//
// Note [Rows]
// Row j of a buffer holds element j of `lanes` lines: first their real parts, then their imaginary parts (2 * lanes
// numbers). In this layout every pass is plain arithmetic on whole vectors, for any length and any radix. An inverse
// transform is a forward one with real and imaginary parts exchanged on the way in and out (`swap`).
#pragma once
#include <stdint.h>

namespace rushlight::cpu {

// Where the elements of a group of lines are. Element j of line l: its real part is at base[start(l) + j * step], its
// imaginary part `imag` further on (0: the elements are real). start(l) is offsets[l], or l * lane_step without offsets.
template <class T>
struct FftLines {
  T* base;
  const int64_t* offsets;
  int64_t lane_step;
  int64_t step;
  int64_t imag;
  int count;  // lines, at most `lanes`
};

// One pass of the Stockham algorithm: n = inner * groups * radix, where `inner` is the product of the radices before.
template <class T>
struct FftPass {
  int radix;
  int64_t inner, groups;
  const T* twiddles;  // (re, im) of w^(j*q), w = exp(-2*pi*i / (groups*radix)), for j in [0, groups), q in [1, radix)
  const T* roots;     // (cos, sin) of 2*pi*k/radix for odd radices
};

// The largest prime that has a pass; longer ones are the business of Bluestein's algorithm.
constexpr int kFftLargestRadix = 61;

template <class T>
struct FftKernels {
  int lanes;
  void (*load)(const FftLines<const T>& from, int64_t n, bool swap, T* rows);
  void (*store)(const FftLines<T>& to, int64_t n, bool swap, T scale, const T* rows);
  // Transforms the rows of a with the help of b (as long); the result is in the one that is returned.
  T* (*run)(const FftPass<T>* passes, int count, T* a, T* b);
  // The middle of the four-step algorithm: multiplies n rows by the rows of `twiddles` (and by the n numbers of
  // `factors`, unless null), transposes blocks of `lanes` rows; the first `columns` rows of block g go to
  // z + g * group_step.
  void (*twist)(const T* rows, int64_t n, const T* twiddles, const T* factors, T* z, int64_t columns,
                int64_t group_step);
  // From the transform of m pairs of reals, seen as complex numbers, to the m + 1 values of the transform of 2m reals,
  // times `scale`; w has m/2 + 1 real parts and then as many imaginary parts of exp(-pi*i*k/m). Rows and one line.
  void (*real_rows)(const T* rows, int64_t m, const T* w, T* out);
  void (*real_line)(T* line, int64_t m, const T* w, T scale);
  // The way back: m complex numbers whose inverse transform is 2m reals.
  void (*unreal_rows)(const T* rows, int64_t m, const T* w, T* out);  // with real and imaginary parts exchanged
  void (*unreal_line)(const T* line, int64_t m, const T* w, T* out);
  // out = a * b for n complex numbers stored in pairs; out may be a or b.
  void (*multiply)(const T* a, const T* b, int64_t n, T* out);
};

#define RL_DECLARE_FFT(ISA)                \
  namespace ISA {                          \
  extern const FftKernels<float> kFftF32;  \
  extern const FftKernels<double> kFftF64; \
  }
RL_DECLARE_FFT(base)
RL_DECLARE_FFT(avx2)
RL_DECLARE_FFT(avx512)
#undef RL_DECLARE_FFT

}  // namespace rushlight::cpu
