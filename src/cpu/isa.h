// Which instruction set the CPU kernels run with, and how large the caches are.
#pragma once

#include <cstddef>

namespace rushlight::cpu {

// 0 base (SSE2), 1 AVX2 + FMA + F16C + BMI1/2, 2 AVX-512 F/BW/DQ/VL/CD: the best that CPU and system support, capped by
// RUSHLIGHT_ISA=base|avx2|avx512. Throws ValueError if that variable holds anything else.
int isa_level();
// "base", "avx2" or "avx512".
const char* isa_name();

// Data cache seen by one core, in bytes; a usual size where the machine does not tell.
struct CacheSizes {
  size_t l1d, l2, l3;
};
const CacheSizes& cache_sizes();

}  // namespace rushlight::cpu
