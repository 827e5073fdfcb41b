// Gradients divided by the scale and looked at in the same pass.
#include "cpu/isa/amp_kernels.h"

#include "math/basic.h"

namespace rushlight::cpu::RL_ISA {
namespace {

// x * 0 is 0 for a finite x and NaN for any other, and NaN stays in a sum. Four sums, so that no one waits for another.
template <class V, class T>
T unscale_run(T* x, int64_t n, T factor) {
  constexpr int kLanes = V::kLanes, kAtOnce = 4;
  const V by(factor), zero(0);
  V bad[kAtOnce] = {zero, zero, zero, zero};
  int64_t i = 0;
  for (; i + kAtOnce * kLanes <= n; i += kAtOnce * kLanes) {
    for (int k = 0; k < kAtOnce; ++k) {
      T* at = x + i + k * kLanes;
      const V v = V::load(at);
      bad[k] = fma(v, zero, bad[k]);
      (v * by).store(at);
    }
  }
  for (; i < n; i += kLanes) {
    const int rest = n - i < kLanes ? (int)(n - i) : kLanes;
    const V v = V::load(x + i, rest);
    bad[0] = fma(v, zero, bad[0]);
    (v * by).store(x + i, rest);
  }
  T lanes[kLanes], sum = 0;
  ((bad[0] + bad[1]) + (bad[2] + bad[3])).store(lanes);
  for (int k = 0; k < kLanes; ++k) sum += lanes[k];
  return sum;
}

}  // namespace

float unscale(float* x, int64_t n, float factor) { return unscale_run<F32>(x, n, factor); }
double unscale(double* x, int64_t n, double factor) { return unscale_run<F64>(x, n, factor); }

}  // namespace rushlight::cpu::RL_ISA
