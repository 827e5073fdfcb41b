// Error functions, gamma family, Bessel i0.
//
// erf is a vector polynomial for both types; erfc and erfinv of F32 and i0 go through F64 vectors; erfinv of F64,
// lgamma, digamma and trigamma are computed in double, lane by lane. Coefficients: own fits, except the asymptotic
// series.
#pragma once
#include <math.h>

#include "math/wide.h"

namespace rushlight::cpu::RL_ISA {

struct ErfTableF32 {
  static constexpr float kSplit = 0.9375f, kMax = 4;  // from kMax on erf rounds to 1
  // erf(x) / x - 1 in x^2 below kSplit, error 2^-30; -ln(erfc(x)) / x above it, error 2^-30 of erf.
  static constexpr float kSmall[] = {0x1.06eba8p-3f, -0x1.812742p-2f,  0x1.ce2deap-4f, -0x1.b80c86p-6f,
                                     0x1.54b6bap-8f, -0x1.a9b1bcp-11f, 0x1.5b14d8p-14f};
  static constexpr float kLarge[] = {0x1.20f01ap0f,  0x1.452a7cp-1f,   0x1.b39018p-4f, -0x1.86c05p-6f,
                                     0x1.e2d6b6p-9f, -0x1.5d1eb6p-12f, 0x1.9acf6ep-17f};
};
struct ErfTableF64 {
  static constexpr double kSplit = 1, kMax = 6;  // from kMax on erf rounds to 1
  // erf(x) / x - 1 in x^2 below kSplit, error 2^-56.
  static constexpr double kSmall[] = {0x1.06eba8214db68p-3,   -0x1.812746b0379afp-2,  0x1.ce2f21a0406fcp-4,
                                      -0x1.b82ce311e76d3p-6,  0x1.565bccf71ee91p-8,   -0x1.c02daffa14102p-11,
                                      0x1.f9a2b512b30bap-14,  -0x1.f4ca0075ec3fcp-17, 0x1.b97d225d804e5p-20,
                                      -0x1.5bf80842284abp-23, 0x1.d6ba6a26a3618p-27,  -0x1.aaa1ed8d2cd93p-31};
  // erfc(x) e^(x^2) (1 + 2x) in (x - 3) / (x + 3) for x in [1, 10.25], relative error 2^-53.
  static constexpr double kTail[] = {
      0x1.40c522d7e4987p0,   -0x1.15c084bb9e895p-3,  -0x1.85a15c58a8bacp-5,  0x1.098366a5b02d8p-3,
      -0x1.e88b803a96073p-4, 0x1.17ca2879b861ep-4,   -0x1.8574c3e33b18bp-6,  0x1.4b8848e27ef76p-9,
      0x1.ef1bb3dfaea2ap-10, -0x1.98da3a7e1a05bp-11, -0x1.b8fb8ee293a1dp-14, 0x1.0639ee2fb4cfep-13,
      0x1.450df918ccdc9p-18, -0x1.4ce991ac0b736p-16, -0x1.e11397fa345e9p-22, 0x1.81b056964d45ap-19};
};

inline F32 erf(F32 x) {
  const F32 size = abs(x);
  const F32 small = fma(x, polynomial(x * x, ErfTableF32::kSmall), x);
  const F32 bounded = min_or_second(size, F32(ErfTableF32::kMax));
  const F32 large = F32(1) - exp_clamped(-(bounded * polynomial(bounded, ErfTableF32::kLarge)));
  return where(size > F32(ErfTableF32::kSplit), copysign(large, x), small);
}

inline F64 erf_small(F64 x) { return fma(x, polynomial(x * x, ErfTableF64::kSmall), x); }
// erfc for x in [1, 10.25]; relative error about x^2 2^-53.
inline F64 erfc_tail(F64 x) {
  const F64 u = (x - F64(3)) / (x + F64(3));
  return exp_clamped(-(x * x)) * polynomial(u, ErfTableF64::kTail) / fma(F64(2), x, F64(1));
}
inline F64 erf(F64 x) {
  const F64 size = abs(x);
  const F64 tail = erfc_tail(max_or_second(min_or_second(size, F64(ErfTableF64::kMax)), F64(ErfTableF64::kSplit)));
  return where(size > F64(ErfTableF64::kSplit), copysign(F64(1) - tail, x), erf_small(x));
}

struct ErfcTableWide {
  static constexpr double kSplit = 1, kMax = 10.25;  // erfc(kMax) rounds to 0 in float
  // As above with fewer terms: errors 2^-34 and 2^-32.
  static constexpr double kSmall[] = {0x1.06eba82030dfep-3,  -0x1.8127466808cf1p-2, 0x1.ce2f09a1f843dp-4,
                                      -0x1.b829d7d259258p-6, 0x1.562b0e76bab72p-8,  -0x1.bcd757e539851p-11,
                                      0x1.d8b57b901482ep-14, -0x1.44c8bb235b973p-17};
  static constexpr double kTail[] = {0x1.40c522d6d2b7ap0,   -0x1.15c084a48514bp-3, -0x1.85a14303e4bd2p-5,
                                     0x1.09835efea7b7cp-3,  -0x1.e88d0189b7bb2p-4, 0x1.17cbae1b21ce2p-4,
                                     -0x1.8534718b91a25p-6, 0x1.4982f1a9e6f55p-9,  0x1.dd76c1187a94dp-10,
                                     -0x1.732a86306e20fp-11};
};
inline F64 erfc_wide(F64 a) {
  using Table = ErfcTableWide;
  const F64 size = abs(a);
  const F64 x = max_or_second(min_or_second(size, F64(Table::kMax)), F64(Table::kSplit));
  const F64 u = (x - F64(3)) / (x + F64(3));
  const F64 tail = exp_wide(-(x * x)) * polynomial(u, Table::kTail) / fma(F64(2), x, F64(1));
  const F64 large = where(a < F64(0), F64(2) - tail, tail);
  return where(size > F64(Table::kSplit), large, F64(1) - fma(a, polynomial(a * a, Table::kSmall), a));
}
inline F32 erfc(F32 x) {
  return through_f64(x, [](F64 a) { return erfc_wide(a); });
}
inline F64 erfc(F64 x) {
  return per_lane(x, [](double a) { return __builtin_erfc(a); });
}

// Winitzki's approximation (2 digits) and three Halley steps; towards 1 the error is taken from erfc, which keeps
// digits.
inline double erfinv_scalar(double y) {
  const double size = __builtin_fabs(y);
  if (!(size < 1)) return size == 1 ? __builtin_copysign(__builtin_inf(), y) : __builtin_nan("");
  constexpr double kHalfRootPi = 0x1.c5bf891b4ef6bp-1;
  if (size < 1e-4) return kHalfRootPi * y * (1 + 0x1.0c152382d7366p-2 * y * y);
  const double log_term = __builtin_log((1 - size) * (1 + size)), a = 0.147;
  const double t = 2 / (0x1.921fb54442d18p1 * a) + 0.5 * log_term;
  double x = __builtin_sqrt(__builtin_sqrt(t * t - log_term / a) - t);
  for (int step = 0; step < 3; ++step) {
    const double error = size < 0.5 ? __builtin_erf(x) - size : (1 - size) - __builtin_erfc(x);
    const double newton = error * kHalfRootPi * __builtin_exp(x * x);
    x -= newton / (1 + x * newton);
  }
  return __builtin_copysign(x, y);
}

inline double lgamma_scalar(double x) {
  int sign;
  return ::lgamma_r(x, &sign);
}

inline double digamma_scalar(double x) {
  if (x == 0) return __builtin_copysign(__builtin_inf(), -x);
  double result = 0;
  if (x < 0) {
    if (x == __builtin_floor(x)) return __builtin_nan("");
    const double pi = 0x1.921fb54442d18p1;
    result = -pi / __builtin_tan(pi * (x - __builtin_trunc(x)));
    x = 1 - x;
  }
  for (; x < 10; x += 1) result -= 1 / x;
  const double z = 1 / (x * x);
  const double far = 1.0 / 252 + z * (-1.0 / 240 + z * (1.0 / 132 + z * (-691.0 / 32760 + z / 12)));
  return result + (__builtin_log(x) - 0.5 / x - z * (1.0 / 12 + z * (-1.0 / 120 + z * far)));
}

inline double trigamma_scalar(double x) {
  double sign = 1, result = 0;
  if (x < 0.5) {
    const double root = 0x1.921fb54442d18p1 / __builtin_sin(0x1.921fb54442d18p1 * (x - __builtin_round(x)));
    sign = -1;
    result = -root * root;
    x = 1 - x;
  }
  for (; x < 12; x += 1) result += 1 / (x * x);
  const double z = 1 / (x * x);
  const double far = 1.0 / 42 + z * (-1.0 / 30 + z * (5.0 / 66 - z * 691.0 / 2730));
  return sign * (result + (1 + 0.5 / x + z * (1.0 / 6 + z * (-1.0 / 30 + z * far))) / x);
}

// Note [Hurwitz zeta]
// The sum of (k + q)^-s over k >= 0: its first terms until the base is at least 10, then Euler and Maclaurin's
// formula for the rest. Poles at q = 0, -1, …; for other negative q only whole s give real powers.
inline double zeta_scalar(double s, double q) {
  // B_2j / (2j)!
  constexpr double kBernoulli[] = {1.0 / 12,
                                   -1.0 / 720,
                                   1.0 / 30240,
                                   -1.0 / 1209600,
                                   1.0 / 47900160,
                                   -691.0 / 1307674368000,
                                   1.0 / 74724249600.0,
                                   -3617.0 / 10670622842880000.0};
  if (s == 1) return __builtin_inf();
  if (!(s > 1) || q != q) return __builtin_nan("");
  if (q <= 0) {
    if (q == __builtin_floor(q)) return __builtin_inf();
    if (s != __builtin_floor(s)) return __builtin_nan("");
  }
  double sum = 0, base = q;
  for (; base < 10; base += 1) {
    const double term = __builtin_pow(base, -s);
    sum += term;
    if (base > 0 && term < sum * 0x1p-56) return sum;
  }
  const double power = __builtin_pow(base, -s);
  sum += power * base / (s - 1) + 0.5 * power;
  double factor = s, term = power / base;
  for (int j = 0; j < 8; ++j) {
    const double step = kBernoulli[j] * factor * term;
    sum += step;
    if (__builtin_fabs(step) < __builtin_fabs(sum) * 0x1p-56) break;
    factor *= (s + 2 * j + 1) * (s + 2 * j + 2);
    term /= base * base;
  }
  return sum;
}
inline F32 zeta(F32 s, F32 q) {
  return per_lane(s, q, [](float x, float y) { return (float)zeta_scalar((double)x, (double)y); });
}
inline F64 zeta(F64 s, F64 q) {
  return per_lane(s, q, [](double x, double y) { return zeta_scalar(x, y); });
}

// The n-th derivative of digamma, for n >= 1 (DLMF 5.15.2).
inline double polygamma_scalar(double x, double n) {
  const double size = __builtin_tgamma(n + 1) * zeta_scalar(n + 1, x);
  return __builtin_fmod(n, 2) == 1 ? size : -size;
}
inline F32 polygamma(F32 x, F32 n) {
  return per_lane(x, n, [](float a, float b) { return (float)polygamma_scalar((double)a, (double)b); });
}
inline F64 polygamma(F64 x, F64 n) {
  return per_lane(x, n, [](double a, double b) { return polygamma_scalar(a, b); });
}

struct ErfinvTable {
  // erfinv(x) / x in w - 2.5 for w = -ln(1 - x^2) below 5, in sqrt(w) - 3 beyond: the split of M. Giles (2010), own
  // coefficients; relative errors 2^-31 and 2^-29.
  static constexpr double kCentral[] = {0x1.805c5cff766afp0,    0x1.f91e897275a23p-3,  -0x1.11c3e0d9f83f6p-8,
                                        -0x1.4863993970d39p-10, 0x1.c9bb602e763c4p-13, -0x1.4f7691ef7514p-18,
                                        -0x1.cbd569219e938p-19, 0x1.018ab8d2ffae3p-21, 0x1.1ac725154ddfbp-26,
                                        -0x1.7aced06234082p-27, 0x1.e058f86a85dfbp-32, 0x1.245981f9c0cbep-33};
  static constexpr double kTail[] = {0x1.6a9efbde5b5b6p1,   0x1.006dc9e667906p0,    0x1.35808b172ab1ep-7,
                                     -0x1.f4e29ab2d570ep-8, 0x1.74c72481baf93p-8,   -0x1.d36f7f586f3acp-9,
                                     0x1.824b0d9ae27b6p-10, -0x1.ff2082e56a0eap-14, -0x1.20857f543f8c7p-12,
                                     0x1.53624995ad391p-13, -0x1.0320bc3f62d5p-15};
};
// For |x| < 1 that are floats; the ends are patched by the caller.
inline F64 erfinv_wide(F64 x) {
  const F64 w = -log_wide_of_normal((F64(1) - x) * (F64(1) + x));
  const F64 central = polynomial(w - F64(2.5), ErfinvTable::kCentral);
  const F64 tail = polynomial(sqrt(w) - F64(3), ErfinvTable::kTail);
  return x * where(w < F64(5), central, tail);
}
inline F32 erfinv(F32 x) {
  const F32 size = abs(x);
  const F32 inside = through_f64(x, [](F64 a) { return erfinv_wide(a); });
  const F32 outside = where(size == F32(1), copysign(F32(Format<F32>::kInfinity), x), F32(Format<F32>::kNan));
  return where(size < F32(1), inside, outside);
}
inline F64 erfinv(F64 x) {
  return per_lane(x, [](double a) { return erfinv_scalar(a); });
}

#define RL_SPECIAL_SCALAR(name)                                                  \
  inline F32 name(F32 x) {                                                       \
    return per_lane(x, [](float a) { return (float)name##_scalar((double)a); }); \
  }                                                                              \
  inline F64 name(F64 x) {                                                       \
    return per_lane(x, [](double a) { return name##_scalar(a); });               \
  }
RL_SPECIAL_SCALAR(lgamma)
RL_SPECIAL_SCALAR(digamma)
RL_SPECIAL_SCALAR(trigamma)
#undef RL_SPECIAL_SCALAR

// ln(pi) p(p-1)/4 plus the sum of lgamma(x - j/2) over j = 0 … p - 1 (DLMF 35.3.4); p is the same in every lane.
inline F64 mvlgamma(F64 x, F64 p) {
  double count[F64::kLanes];
  p.store(count);
  const double n = count[0];
  F64 sum(n * (n - 1) * 0x1.250d048e7a1bdp-2);
  for (double j = 0; j < n; ++j) sum = sum + lgamma(x - F64(j / 2));
  return sum;
}
inline F32 mvlgamma(F32 x, F32 p) {
  return through_f64(x, p, [](F64 a, F64 n) { return mvlgamma(a, n); });
}

// Sum of c[k] T_k(x), Clenshaw.
template <int N>
inline F64 chebyshev(F64 x, const double (&c)[N]) {
  F64 b1(0.0), b2(0.0);
  const F64 twice = x + x;
  for (int k = N - 1; k > 0; --k) {
    const F64 b0 = fma(twice, b1, F64(c[k]) - b2);
    b2 = b1;
    b1 = b0;
  }
  return fma(x, b1, F64(c[0]) - b2);
}
struct BesselI0Table {
  // e^-x i0(x) on [0, 8] in x/4 - 1, and e^-x sqrt(x) i0(x) beyond in 16/x - 1: the split of Cephes, own coefficients.
  static constexpr double kSmall[] = {
      0.33839763720473803,    -0.3046826723431984,     0.17162090152220877,    -0.09490109704804764,
      0.04930528423967071,    -0.02373741480589947,    0.010546460394594998,   -0.004324309995050576,
      0.0016394756169413357,  -0.0005763755745385824,  0.00018850288509584165, -5.754195010082104e-05,
      1.6448448070728896e-05, -4.4167383584587505e-06, 1.1173875391201037e-06, -2.670793853940612e-07,
      6.046995022541919e-08,  -1.300025009986248e-08,  2.6598237246823866e-09, -5.189795601635263e-10,
      9.675809035373237e-11,  -1.726826291441556e-11,  2.95505266312964e-12,   -4.856446783111929e-13,
      7.676185498604936e-14,  -1.1685332877993451e-14, 1.715391285555133e-15,  -2.431279846547955e-16,
      3.3307945188222384e-17, -4.4153416464793395e-18};
  static constexpr double kLarge[] = {
      0.4022452055070544,      0.0033691164782556943,   6.889758346916825e-05,   2.8913705208347567e-06,
      2.0489185894690638e-07,  2.266668990498178e-08,   3.3962320257083865e-09,  4.94060238822497e-10,
      1.1889147107846439e-11,  -3.1499165279632416e-11, -1.3215811840447713e-11, -1.7941785315068062e-12,
      7.180124451383666e-13,   3.8527783827421426e-13,  1.54008621752141e-14,    -4.150569347287222e-14,
      -9.554846698828307e-15,  3.8116806693526224e-15,  1.7725601330565263e-15,  -3.425485619677219e-16,
      -2.8276239805165836e-16, 3.461222867697461e-17,   4.46562142029676e-17,    -4.830504485944182e-18,
      -7.233180487874754e-18};
};
inline F64 i0(F64 x) {
  const F64 size = abs(x), growth = exp(size);
  const F64 small = growth * chebyshev(fma(size, F64(0.25), F64(-1)), BesselI0Table::kSmall);
  const F64 large = growth * chebyshev(F64(16) / size - F64(1), BesselI0Table::kLarge) / sqrt(size);
  return where(size <= F64(8), small, large);
}
inline F32 i0(F32 x) {
  return through_f64(x, [](F64 a) { return i0(a); });
}

}  // namespace rushlight::cpu::RL_ISA
