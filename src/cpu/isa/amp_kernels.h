// What the per-ISA unit of gradient scaling exports.
#pragma once
#include <stdint.h>

namespace rushlight::cpu {

// Multiplies n elements by `factor`; the result is 0, or NaN when one of them was infinite or NaN.
#define RL_DECLARE_UNSCALE(ISA)                        \
  namespace ISA {                                      \
  float unscale(float* x, int64_t n, float factor);    \
  double unscale(double* x, int64_t n, double factor); \
  }
RL_DECLARE_UNSCALE(base)
RL_DECLARE_UNSCALE(avx2)
RL_DECLARE_UNSCALE(avx512)
#undef RL_DECLARE_UNSCALE

}  // namespace rushlight::cpu
