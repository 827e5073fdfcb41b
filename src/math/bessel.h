// Modified Bessel functions of the first kind on lanes, order 1 and scaled (i0 is in special.h); floats through doubles.
#pragma once

#include "math/special.h"

namespace rushlight::cpu::RL_ISA {

struct BesselI1Table {
  // e^-x i1(x) / x on [0, 8] in x/4 - 1, and e^-x sqrt(x) i1(x) beyond in 16/x - 1; own coefficients.
  static constexpr double kSmall[] = {
      0.12629359322181682,    -0.17641651835783406,    0.10264365868984709,    -0.052945981208094989,
      0.024726449030626516,   -0.010564084894626197,   0.0041564229443128882,  -0.0015135724506312532,
      0.00051228595616857576, -0.00016176081582589674, 4.7815651075500542e-05, -1.3273163656039436e-05,
      3.4702513081376785e-06, -8.5687202646954547e-07, 2.0032947535521353e-07, -4.4450591287963281e-08,
      9.3815373864957726e-09, -1.8872497517228294e-09, 3.6255902815521172e-10, -6.6634897235020271e-11,
      1.1736186298890901e-11, -1.9839743977649436e-12, 3.2237933659455748e-13, -5.0421855047279118e-14,
      7.6006842947354077e-15, -1.1055969477353862e-15, 1.5536319577362005e-16, -2.111421214358166e-17,
      2.7779141127610464e-18, -3.5415817725421362e-19};
  static constexpr double kLarge[] = {
      0.38928811750914005,     -0.0097610974913614687,  -0.00011058893876262371, -3.8825648088776906e-06,
      -2.5122362378702088e-07, -2.6314688468895196e-08, -3.835380385964237e-09,  -5.5897434621965838e-10,
      -1.8974958123505413e-11, 3.2526035830154884e-11,  1.4125807436613782e-11,  2.0356285441470896e-12,
      -7.1985517762459084e-13, -4.0835511110921974e-13, -2.1015418427726643e-14, 4.272440016711951e-14,
      1.0420276984128802e-14,  -3.8144030724370075e-15, -1.8803547755107825e-15, 3.3082023109209285e-16,
      2.9626289976459501e-16,  -3.2095259219934238e-17, -4.6503053684893586e-17, 4.4143483230717077e-18,
      7.5172963108421052e-18};
};
// The value for |x| times e^-|x|.
template <class Table>
inline F64 scaled_bessel(F64 size, F64 factor) {
  const F64 small = factor * chebyshev(fma(size, F64(0.25), F64(-1)), Table::kSmall);
  const F64 large = chebyshev(F64(16) / size - F64(1), Table::kLarge) / sqrt(size);
  return where(size <= F64(8), small, large);
}
inline F64 i0e(F64 x) { return scaled_bessel<BesselI0Table>(abs(x), F64(1)); }
inline F64 i1e(F64 x) {
  const F64 size = abs(x);
  return copysign(scaled_bessel<BesselI1Table>(size, size), x);
}
inline F64 i1(F64 x) { return i1e(x) * exp(abs(x)); }

#define RL_BESSEL(name)                                   \
  inline F32 name(F32 x) {                                \
    return through_f64(x, [](F64 a) { return name(a); }); \
  }
RL_BESSEL(i0e)
RL_BESSEL(i1e)
RL_BESSEL(i1)
#undef RL_BESSEL

}  // namespace rushlight::cpu::RL_ISA
