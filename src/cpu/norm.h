// The normalisation kernels of this machine, for the units that use them.
#pragma once
#include "cpu/isa.h"
#include "cpu/isa/norm_kernels.h"

namespace rushlight::cpu {

template <class T>
const NormKernels<T>& norm_kernels() {
  if constexpr (sizeof(T) == 4) {
    static const NormKernels<float>* const chosen[] = {&base::kNormF32, &avx2::kNormF32, &avx512::kNormF32};
    return *chosen[isa_level()];
  } else {
    static const NormKernels<double>* const chosen[] = {&base::kNormF64, &avx2::kNormF64, &avx512::kNormF64};
    return *chosen[isa_level()];
  }
}

}  // namespace rushlight::cpu
