// What a pointwise kernel is given: one contiguous run of elements of the compute type.
#pragma once

#include <stdint.h>

namespace rushlight::cpu {

// Elements between the real and the imaginary parts of a complex run: a block holds them as two planes. A complex number
// that is one element for all, or a parameter, has its imaginary part right behind the real one.
inline constexpr int64_t kPlane = 512;

// Further runs like the first, each so many elements behind the one before (not for planes).
struct PointwiseRows {
  int64_t more;  // than one
  int64_t out, in[4];
};

struct PointwiseArgs {
  int64_t n;
  void* out;  // n elements of the compute type, or n bytes 0/1 for a comparison; may be one of the inputs
  const void* in[4];
  uint8_t step[4];            // per input: 1 = n contiguous elements, 0 = one element for all
  const void* params[4];      // each points at one element of the compute type
  const PointwiseRows* rows;  // null: one run
};

}  // namespace rushlight::cpu
