// Box-Muller on groups of 16 floats, with the bits of PyTorch's AVX2 code: Cephes' log, sine and cosine in single precision
// (S. Moshier, Cephes Mathematical Library, logf.c and sinf.c), every product that meets a sum in one fma.
#include "cpu/isa/random_kernels.h"
#include "math/functions.h"

namespace rushlight::cpu::RL_ISA {
namespace {

using I = F32::Int;

// Natural logarithm of positive numbers.
inline F32 cephes_log(F32 x) {
  x = where(x < F32(1.17549435e-38f), F32(1.17549435e-38f), x);
  const I bits = as_int(x);
  F32 e = to_float((bits >> I(23)) - I(0x7e));
  x = as_float((bits & I(0x807fffff)) | I(0x3f000000));
  const auto small = x < F32(0.707106781186547524f);
  const F32 kept = where(small, x, F32(0.0f));
  x = x - F32(1.0f);
  e = e - where(small, F32(1.0f), F32(0.0f));
  x = x + kept;
  const F32 z = x * x;
  constexpr float coefficients[] = {-1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f,
                                    -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f};
  F32 y(7.0376836292e-2f);
  for (float c : coefficients) y = fma(y, x, F32(c));
  y = y * x;
  y = fma(y, z, e * F32(-2.12194440e-4f));
  y = fma(-z, F32(0.5f), y);
  x = x + y;
  return fma(e, F32(0.693359375f), x);
}

// Sine and cosine of 0 <= x <= 2 pi.
inline void cephes_sincos(F32 x, F32& sine, F32& cosine) {
  I j = to_int(x * F32(1.27323954473516f));
  j = (j + I(1)) & I(~1);
  const F32 y = to_float(j);
  x = fma(y, F32(-0.78515625f), x);
  x = fma(y, F32(-2.4187564849853515625e-4f), x);
  x = fma(y, F32(-3.77489497744594108e-8f), x);
  const I sine_sign = (j & I(4)) << I(29);
  const I cosine_sign = (~(j - I(2)) & I(4)) << I(29);
  const auto plain = (j & I(2)) == I(0);
  const F32 z = x * x;
  F32 c(2.443315711809948e-5f);
  c = fma(c, z, F32(-1.388731625493765e-3f));
  c = fma(c, z, F32(4.166664568298827e-2f));
  c = c * z;
  c = fma(c, z, -(z * F32(0.5f)));
  c = c + F32(1.0f);
  F32 s(-1.9515295891e-4f);
  s = fma(s, z, F32(8.3321608736e-3f));
  s = fma(s, z, F32(-1.6666654611e-1f));
  s = s * z;
  s = fma(s, x, x);
  sine = as_float(as_int(where(plain, s, c)) ^ sine_sign);
  cosine = as_float(as_int(where(plain, c, s)) ^ cosine_sign);
}

}  // namespace

void normal_groups_f32(float* data, int64_t groups, float mean, float std) {
  constexpr int kStep = F32::kLanes < 8 ? F32::kLanes : 8;
  for (int64_t g = 0; g < groups; ++g, data += 16) {
    for (int j = 0; j < 8; j += kStep) {
      const F32 u1 = F32(1.0f) - F32::load(data + j, kStep), u2 = F32::load(data + 8 + j, kStep);
      const F32 radius = sqrt(F32(-2.0f) * cephes_log(u1));
      F32 sine(0.0f), cosine(0.0f);
      cephes_sincos(F32(6.283185307179586f) * u2, sine, cosine);
      fma(radius * cosine, F32(std), F32(mean)).store(data + j, kStep);
      fma(radius * sine, F32(std), F32(mean)).store(data + 8 + j, kStep);
    }
  }
}

}  // namespace rushlight::cpu::RL_ISA
