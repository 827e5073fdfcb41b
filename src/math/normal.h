// The normal distribution and erfcx on lanes: all through one Chebyshev series of e^(x^2) erfc(x), floats through doubles.
#pragma once

#include "math/special.h"

namespace rushlight::cpu::RL_ISA {

struct NormalTable {
  // (1 + 2x) e^(x^2) erfc(x) for x >= 0 in (x - 3) / (x + 3), relative error 2^-58; the map of Shepherd & Laframboise
  // (1981), own coefficients.
  static constexpr double kErfcx[] = {
      1.1775625741965601,     0.0053539045396156764,   -0.093775503422842091,   0.054366525557443222,
      -0.018976596707845208,  0.0044534260614627116,   -0.00063355317105531469, 1.7661719523171593e-05,
      1.2841532864056671e-05, -2.0072285659059913e-06, -1.8075227904148371e-07, 7.5498283438250929e-08,
      1.885668523838603e-09,  -2.6995190497983639e-09, -1.4600791199391051e-11, 1.0361607445969489e-10,
      1.475715976623473e-12,  -4.277340064396911e-12,  -2.0792249285979901e-13, 1.8134502003176963e-13,
      1.973425574544739e-14,  -7.2879437375926734e-15, -1.5169878690228116e-15, 2.3514112258781403e-16,
      1.0006111691821667e-16, -2.0572528169538546e-18, -5.608608218863183e-18};
  static constexpr double kSqrtHalf = 0x1.6a09e667f3bcdp-1, kInfinity = __builtin_inf();
};

// e^(x^2) erfc(x) for x >= 0.
inline F64 erfcx_of_size(F64 size) {
  const F64 bounded = min_or_second(size, F64(1e18));
  return chebyshev((bounded - F64(3)) / (bounded + F64(3)), NormalTable::kErfcx) / fma(F64(2), size, F64(1));
}
// e^(sign x^2) with the digits that x * x loses, for |x| below 40.
inline F64 exp_square(F64 x, double sign) {
  const F64 high = x * x, low = fma(x, x, -high), y = exp(F64(sign) * high);
  return fma(y, F64(sign) * low, y);
}
inline F64 erfcx(F64 x) {
  const F64 size = abs(x), upper = erfcx_of_size(size);
  const F64 growth = where(size < F64(26.64), exp_square(x, 1), F64(NormalTable::kInfinity));
  return where(x < F64(0), fma(F64(2), growth, -upper), upper);
}

// The probability beyond |x|; scaled is erfcx(|x| / sqrt(2)).
inline F64 normal_tail(F64 x, F64 scaled) {
  const F64 size = abs(x), half = F64(-0.5) * x * x;
  const F64 low = where(size < F64(40), F64(-0.5) * fma(x, x, -(x * x)), F64(0)), y = exp(half);
  return F64(0.5) * fma(y, low, y) * scaled;
}
inline F64 ndtr(F64 x) {
  const F64 tail = normal_tail(x, erfcx_of_size(abs(x) * F64(NormalTable::kSqrtHalf)));
  return where(x > F64(0), F64(1) - tail, tail);
}
inline F64 log_ndtr(F64 x) {
  const F64 scaled = erfcx_of_size(abs(x) * F64(NormalTable::kSqrtHalf));
  const F64 below = log(F64(0.5) * scaled) - F64(0.5) * x * x;
  return where(x < F64(0), below, log1p(-normal_tail(x, scaled)));
}

// The rational functions of algorithm AS 241 (Wichura 1988), relative error 1e-16: in q^2 for |q| = |p - 1/2| <= 0.425, in
// sqrt(-ln p) for smaller tails.
struct QuantileTable {
  static constexpr double kMiddle[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                       1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                       3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr double kMiddleBelow[] = {1,
                                            4.2313330701600911252e1,
                                            6.8718700749205790830e2,
                                            5.3941960214247511077e3,
                                            2.1213794301586595867e4,
                                            3.9307895800092710610e4,
                                            2.8729085735721942674e4,
                                            5.2264952788528545610e3};
  static constexpr double kTail[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                     3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                     2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double kTailBelow[] = {1,
                                          2.05319162663775882187e0,
                                          1.67638483018380384940e0,
                                          6.89767334985100004550e-1,
                                          1.48103976427480074590e-1,
                                          1.51986665636164571966e-2,
                                          5.47593808499534494600e-4,
                                          1.05075007164441684324e-9};
  static constexpr double kFar[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                    2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                    2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double kFarBelow[] = {1,
                                         5.99832206555887937690e-1,
                                         1.36929880922735805310e-1,
                                         1.48753612908506148525e-2,
                                         7.86869131145613259100e-4,
                                         1.84631831751005468180e-5,
                                         1.42151175831644588870e-7,
                                         2.04426310338993978564e-15};
};
inline F64 ndtri(F64 p) {
  using Table = QuantileTable;
  const F64 q = p - F64(0.5), square = fma(-q, q, F64(0.180625));
  const F64 middle = q * polynomial(square, Table::kMiddle) / polynomial(square, Table::kMiddleBelow);
  const F64 r = sqrt(-log(where(q < F64(0), p, F64(1) - p))), near = r - F64(1.6), far = r - F64(5);
  const F64 tail = where(r <= F64(5), polynomial(near, Table::kTail) / polynomial(near, Table::kTailBelow),
                         polynomial(far, Table::kFar) / polynomial(far, Table::kFarBelow));
  const F64 inside = where(abs(q) <= F64(0.425), middle, copysign(tail, q));
  const F64 end = copysign(F64(NormalTable::kInfinity), q);
  const F64 outside = where((p == F64(0)) | (p == F64(1)), end, F64(Format<F64>::kNan));
  return where((p > F64(0)) & (p < F64(1)), inside, outside);
}

#define RL_NORMAL(name)                                   \
  inline F32 name(F32 x) {                                \
    return through_f64(x, [](F64 a) { return name(a); }); \
  }
RL_NORMAL(erfcx)
RL_NORMAL(ndtr)
RL_NORMAL(log_ndtr)
RL_NORMAL(ndtri)
#undef RL_NORMAL

}  // namespace rushlight::cpu::RL_ISA
