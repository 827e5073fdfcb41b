// What a pointwise kernel is given: one contiguous run of elements of the compute type.
#pragma once

#include <stdint.h>

namespace rushlight::cpu {

struct PointwiseArgs {
  int64_t n;
  void* out;  // n elements of the compute type, or n bytes 0/1 for a comparison; may be one of the inputs
  const void* in[4];
  uint8_t step[4];        // per input: 1 = n contiguous elements, 0 = one element for all
  const void* params[4];  // each points at one element of the compute type
};

}  // namespace rushlight::cpu
