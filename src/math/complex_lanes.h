// Complex numbers on lanes: the real parts in one vector, the imaginary parts in another.
//
// Functions follow C99 Annex G's definitions through the real functions of F32 and F64; branch cuts as in std::complex.
// Sources: W. Kahan, "Branch cuts for complex elementary functions" (1987), for sqrt, asin, acos, atanh.
#pragma once

#include "math/basic.h"
#include "math/exp_log.h"
#include "math/power.h"
#include "math/special.h"
#include "math/trig.h"
#include "math/wide.h"

namespace rushlight::cpu::RL_ISA {

template <class R>
struct ComplexLanes {
  using T = typename R::T;  // the type of a part
  using Real = R;
  using Mask = typename R::Mask;
  static constexpr int kLanes = R::kLanes;
  R re, im;

  ComplexLanes() = default;
  explicit ComplexLanes(T real) : re(real), im(T(0)) {}
  ComplexLanes(R real, R imag) : re(real), im(imag) {}

  friend ComplexLanes operator+(ComplexLanes a, ComplexLanes b) { return {a.re + b.re, a.im + b.im}; }
  friend ComplexLanes operator-(ComplexLanes a, ComplexLanes b) { return {a.re - b.re, a.im - b.im}; }
  friend ComplexLanes operator*(ComplexLanes a, ComplexLanes b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  friend ComplexLanes operator-(ComplexLanes a) { return {-a.re, -a.im}; }
  friend Mask operator==(ComplexLanes a, ComplexLanes b) { return (a.re == b.re) & (a.im == b.im); }
  friend Mask operator!=(ComplexLanes a, ComplexLanes b) { return ~(a == b); }
  // Scaled by the larger part of b (Smith 1962 in vector form), so that no quotient overflows on the way.
  friend ComplexLanes operator/(ComplexLanes a, ComplexLanes b) {
    const R size = max_or_second(RL_ISA::abs(b.re), RL_ISA::abs(b.im));
    const Mask plain = (size > R(T(0))) & (size < R(Format<R>::kInfinity));
    const R scale = where(plain, R(T(1)) / size, R(T(1)));
    const R c = b.re * scale, d = b.im * scale, sum = c * c + d * d;
    return {(a.re * c + a.im * d) / sum * scale, (a.im * c - a.re * d) / sum * scale};
  }
};

using C64 = ComplexLanes<F32>;
using C128 = ComplexLanes<F64>;

template <class R>
inline ComplexLanes<R> where(typename R::Mask m, ComplexLanes<R> a, ComplexLanes<R> b) {
  return {where(m, a.re, b.re), where(m, a.im, b.im)};
}
template <class R>
inline ComplexLanes<R> fma(ComplexLanes<R> a, ComplexLanes<R> b, ComplexLanes<R> c) {
  return a * b + c;
}
template <class R>
inline ComplexLanes<R> conj(ComplexLanes<R> a) {
  return {a.re, -a.im};
}
template <class R>
inline R abs(ComplexLanes<R> a) {
  return hypot(a.re, a.im);
}
template <class R>
inline R angle(ComplexLanes<R> a) {
  return atan2(a.im, a.re);
}
template <class R>
inline R real(ComplexLanes<R> a) {
  return a.re;
}
template <class R>
inline ComplexLanes<R> complex(R re, R im) {
  return {re, im};
}
template <class R>
inline typename R::Mask isnan(ComplexLanes<R> a) {
  return isnan(a.re) | isnan(a.im);
}
template <class R>
inline typename R::Mask isinf(ComplexLanes<R> a) {
  return isinf(a.re) | isinf(a.im);
}
template <class R>
inline typename R::Mask isfinite(ComplexLanes<R> a) {
  return isfinite(a.re) & isfinite(a.im);
}
template <class R>
inline ComplexLanes<R> square(ComplexLanes<R> a) {
  return a * a;
}
template <class R>
inline ComplexLanes<R> reciprocal(ComplexLanes<R> a) {
  return ComplexLanes<R>(typename R::T(1)) / a;
}
// a / |a|, 0 at 0.
template <class R>
inline ComplexLanes<R> sgn(ComplexLanes<R> a) {
  using T = typename R::T;
  const R size = abs(a);
  const typename R::Mask zero = size == R(T(0));
  const R divisor = where(zero, R(T(1)), size);
  return {where(zero, R(T(0)), a.re / divisor), where(zero, R(T(0)), a.im / divisor)};
}

// ---- exponentials and logarithms ------------------------------------------------------------------------------------

// A product in which 0 wins over infinity and NaN: an exponential times the sine of a zero imaginary part.
template <class R>
inline R times_or_zero(R a, R zero_wins) {
  using T = typename R::T;
  return where(zero_wins == R(T(0)), zero_wins, a * zero_wins);
}
template <class R>
inline ComplexLanes<R> exp(ComplexLanes<R> a) {
  using T = typename R::T;
  const R size = exp(a.re);
  const typename R::Mask vanishes = (size == R(T(0))) & ~isfinite(a.im);  // exp(-inf + i inf) is 0
  return {where(vanishes, R(T(0)), times_or_zero(size, cos(a.im))),
          where(vanishes, R(T(0)), times_or_zero(size, sin(a.im)))};
}
template <class R>
inline ComplexLanes<R> scaled(ComplexLanes<R> a, double factor) {
  const R f((typename R::T)factor);
  return {a.re * f, a.im * f};
}
template <class R>
inline ComplexLanes<R> exp2(ComplexLanes<R> a) {
  return exp(scaled(a, 0.6931471805599453));
}
template <class R>
inline ComplexLanes<R> expm1(ComplexLanes<R> a) {
  using T = typename R::T;
  const R half = sin(a.im * R(T(0.5))), growth = expm1(a.re);
  return {growth * cos(a.im) - R(T(2)) * half * half, (growth + R(T(1))) * sin(a.im)};
}
// The logarithm of |a|, without overflow and exact near |a| = 1.
template <class R>
inline R log_abs(ComplexLanes<R> a) {
  using T = typename R::T;
  const R x = abs(a.re), y = abs(a.im), large = max_or_second(x, y), small = min_or_second(x, y);
  const R near = R(T(0.5)) * log1p((large - R(T(1))) * (large + R(T(1))) + small * small);
  const typename R::Mask is_near = (large > R(T(0.5))) & (large < R(T(2)));
  return where(is_near, near, log(hypot(x, y)));
}
template <class R>
inline ComplexLanes<R> log(ComplexLanes<R> a) {
  return {log_abs(a), angle(a)};
}
template <class R>
inline ComplexLanes<R> log2(ComplexLanes<R> a) {
  return scaled(log(a), 1.4426950408889634);
}
template <class R>
inline ComplexLanes<R> log10(ComplexLanes<R> a) {
  return scaled(log(a), 0.4342944819032518);
}
template <class R>
inline ComplexLanes<R> log1p(ComplexLanes<R> a) {
  using T = typename R::T;
  const R one(T(1)), near = R(T(0.5)) * log1p(a.re * (a.re + R(T(2))) + a.im * a.im);
  const ComplexLanes<R> moved{a.re + one, a.im};
  const typename R::Mask is_near = (abs(a.re) < one) & (abs(a.im) < one);
  return {where(is_near, near, log_abs(moved)), angle(moved)};
}
template <class R>
inline ComplexLanes<R> sqrt(ComplexLanes<R> a) {
  using T = typename R::T;
  const R zero(T(0)), half(T(0.5));
  // Kahan: the part whose sum does not cancel comes first, the other by division. Scaled by 1/4 against overflow.
  const R x = a.re * R(T(0.25)), y = a.im * R(T(0.25));
  const R t = sqrt(half * (abs(x) + hypot(x, y))) * R(T(2));
  const typename R::Mask nothing = t == zero;
  const R other = abs(a.im) / where(nothing, R(T(1)), R(T(2)) * t);
  const typename R::Mask right = a.re >= zero;
  const typename R::Mask infinite = isinf(a.im);
  const R re = where(infinite, R(Format<R>::kInfinity), where(right, t, other));
  const R im = where(infinite, abs(a.im), where(right, other, t));
  return {where(nothing, zero, re), where(nothing, a.im, copysign(im, a.im))};
}
template <class R>
inline ComplexLanes<R> rsqrt(ComplexLanes<R> a) {
  return reciprocal(sqrt(a));
}
template <class R>
inline ComplexLanes<R> pow(ComplexLanes<R> a, ComplexLanes<R> b) {
  using T = typename R::T;
  using V = ComplexLanes<R>;
  const V zero(T(0)), one(T(1));
  const V general = exp(b * log(a));
  const V at_zero = where((b.re > R(T(0))) & (b.im == R(T(0))), zero, V(R(Format<R>::kNan), R(Format<R>::kNan)));
  return where(b == zero, one, where(a == zero, at_zero, general));
}
template <class R>
inline ComplexLanes<R> sigmoid(ComplexLanes<R> a) {
  const ComplexLanes<R> one(typename R::T(1));
  return one / (one + exp(-a));
}
// log(exp(a) + exp(b)), from the operand of larger real part.
template <class R>
inline ComplexLanes<R> logaddexp(ComplexLanes<R> a, ComplexLanes<R> b) {
  const typename R::Mask first = a.re >= b.re;
  const ComplexLanes<R> large = where(first, a, b), small = where(first, b, a);
  return where((a == b) & isinf(a.re), a, large + log1p(exp(small - large)));
}

// ---- trigonometry ---------------------------------------------------------------------------------------------------

template <class R>
inline ComplexLanes<R> times_i(ComplexLanes<R> a) {
  return {-a.im, a.re};
}
template <class R>
inline ComplexLanes<R> over_i(ComplexLanes<R> a) {
  return {a.im, -a.re};
}
template <class R>
inline ComplexLanes<R> sinh(ComplexLanes<R> a) {
  return {times_or_zero(cos(a.im), sinh(a.re)), times_or_zero(cosh(a.re), sin(a.im))};
}
template <class R>
inline ComplexLanes<R> cosh(ComplexLanes<R> a) {
  return {cosh(a.re) * cos(a.im), times_or_zero(times_or_zero(R(typename R::T(1)), sinh(a.re)), sin(a.im))};
}
// (sinh 2x + i sin 2y) / (cosh 2x + cos 2y), with the limit ±1 for large x.
template <class R>
inline ComplexLanes<R> tanh(ComplexLanes<R> a) {
  using T = typename R::T;
  const R one(T(1)), t = tanh(a.re), tangent = tan(a.im), squared = t * t, down = one + squared * tangent * tangent;
  const R limit(sizeof(T) == 4 ? T(11) : T(22));
  const typename R::Mask large = abs(a.re) > limit;
  const R far = R(T(4)) * sin(a.im) * cos(a.im) * exp(R(T(-2)) * abs(a.re));
  const R inverse_cosh = one / cosh(where(large, R(T(0)), a.re)), slope = inverse_cosh * inverse_cosh;
  const R re = t * (one + tangent * tangent) / down, im = tangent * slope / down;
  // Beyond pi/4 the tangent may be huge: divide it out.
  const R cotangent = one / tangent, down2 = cotangent * cotangent + squared;
  const typename R::Mask steep = abs(tangent) > one;
  const R re2 = t * (cotangent * cotangent + one) / down2, im2 = cotangent * slope / down2;
  return {where(large, copysign(one, a.re), where(steep, re2, re)),
          where(large, where(isfinite(a.im), far, copysign(R(T(0)), a.im)), where(steep, im2, im))};
}
template <class R>
inline ComplexLanes<R> sin(ComplexLanes<R> a) {
  return over_i(sinh(times_i(a)));
}
template <class R>
inline ComplexLanes<R> cos(ComplexLanes<R> a) {
  return cosh(times_i(a));
}
template <class R>
inline ComplexLanes<R> tan(ComplexLanes<R> a) {
  return over_i(tanh(times_i(a)));
}
// Kahan's asinh: re asinh(im(conj(sqrt(1 - iz)) sqrt(1 + iz))), im atan2 of the parts; large arguments by the logarithm.
template <class R>
inline ComplexLanes<R> asin(ComplexLanes<R> a) {
  using T = typename R::T;
  using V = ComplexLanes<R>;
  const V one(T(1)), minus = sqrt(V(one.re - a.re, -a.im)), plus = sqrt(V(one.re + a.re, a.im));
  const R re = atan2(a.re, minus.re * plus.re - minus.im * plus.im);
  const R im = asinh(minus.re * plus.im - minus.im * plus.re);
  // Far away asin z is -i log(2 i z) up to 1/z².
  const R bound(sizeof(T) == 4 ? T(1e8) : T(1e16)), size = max_or_second(abs(a.re), abs(a.im));
  const R far_im = log_abs(a) + R(T(0.6931471805599453));
  const typename R::Mask far = size > bound;
  return {where(far, atan2(a.re, abs(a.im)), re), where(far, copysign(far_im, a.im), im)};
}
template <class R>
inline ComplexLanes<R> acos(ComplexLanes<R> a) {
  using T = typename R::T;
  using V = ComplexLanes<R>;
  const V one(T(1)), minus = sqrt(V(one.re - a.re, -a.im)), plus = sqrt(V(one.re + a.re, a.im));
  const R re = R(T(2)) * atan2(minus.re, plus.re);
  const V sine = asin(a);
  const R bound(sizeof(T) == 4 ? T(1e8) : T(1e16)), size = max_or_second(abs(a.re), abs(a.im));
  return {where(size > bound, atan2(abs(a.im), a.re), re), -sine.im};
}
template <class R>
inline ComplexLanes<R> asinh(ComplexLanes<R> a) {
  return over_i(asin(times_i(a)));
}
template <class R>
inline ComplexLanes<R> acosh(ComplexLanes<R> a) {
  const ComplexLanes<R> c = acos(a);
  // ±i acos z with the sign that leaves the real part positive.
  const typename R::Mask lower = signbit(a.im);
  return {where(lower, c.im, -c.im), where(lower, -c.re, c.re)};
}
// atanh z = (log((1 + z)² + y²) - log((1 - x)² + y²)) / 4 + i/2 arg(…), large arguments 1/z ± i pi/2.
template <class R>
inline ComplexLanes<R> atanh(ComplexLanes<R> a) {
  using T = typename R::T;
  const R one(T(1)), quarter(T(0.25)), half(T(0.5)), pi_half(T(1.5707963267948966));
  const R x = abs(a.re), y = a.im, y2 = y * y, down = (one - x) * (one - x) + y2;
  const R re = quarter * log1p(R(T(4)) * x / down);
  const R im = half * atan2(R(T(2)) * y, (one - x) * (one + x) - y2);
  const R bound(sizeof(T) == 4 ? T(1e8) : T(1e16));
  const typename R::Mask far = max_or_second(x, abs(y)) > bound;
  const ComplexLanes<R> inverse = reciprocal(ComplexLanes<R>(x, y));
  return {copysign(where(far, inverse.re, re), a.re), where(far, copysign(pi_half, y), im)};
}
template <class R>
inline ComplexLanes<R> atan(ComplexLanes<R> a) {
  return over_i(atanh(times_i(a)));
}
template <class R>
inline ComplexLanes<R> sinc(ComplexLanes<R> a) {
  using V = ComplexLanes<R>;
  const V x = scaled(a, 3.141592653589793), zero(typename R::T(0)), one(typename R::T(1));
  return where(x == zero, one, sin(x) / where(x == zero, one, x));
}

}  // namespace rushlight::cpu::RL_ISA
