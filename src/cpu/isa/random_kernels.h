// What the per-ISA unit of random numbers exports.
#pragma once
#include <stdint.h>

namespace rushlight::cpu {

// Turns groups of 16 uniform numbers into normal ones, in place: eight radii, then eight angles.
#define RL_DECLARE(isa)                                                       \
  namespace isa {                                                             \
  void normal_groups_f32(float* data, int64_t groups, float mean, float std); \
  }
RL_DECLARE(base)
RL_DECLARE(avx2)
RL_DECLARE(avx512)
#undef RL_DECLARE

}  // namespace rushlight::cpu
