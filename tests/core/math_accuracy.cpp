// Lane types, vector math, conversions and the pointwise loop of one ISA: accuracy, special cases, and the same bits.
//
// Built once per ISA with that ISA's flags and its own main; the suites carry the ISA's name. The hashes are what every
// ISA must give, so they also pin the results of all functions that do not call libm.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <climits>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "cpu/isa/pointwise_loop.h"
#include "math/convert.h"
#include "math/functions.h"

#define RL_JOIN_(a, b) a##b
#define RL_JOIN(a, b) RL_JOIN_(a, b)
#define RL_SUITE(name) RL_JOIN(name, RL_JOIN(_, RL_ISA))

namespace {

namespace lane = rushlight::cpu::RL_ISA;
using lane::F32;
using lane::F64;
using lane::I32;
using lane::I64;
using rushlight::cpu::PointwiseArgs;

// Before anything compiled for the ISA runs: leave with a reason where the CPU lacks it.
__attribute__((constructor(101))) void leave_without_the_isa() {
  __builtin_cpu_init();
#if RL_ISA_LEVEL == 1
  const bool there = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#elif RL_ISA_LEVEL == 2
  const bool there = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  const bool there = true;
#endif
  static const char kReason[] = "SKIPPED: this CPU lacks the ISA of this test binary\n";
  if (!there && write(2, kReason, sizeof(kReason) - 1) >= 0) _exit(0);
}

template <class T>
struct BitsOf;
template <>
struct BitsOf<float> {
  using U = uint32_t;
};
template <>
struct BitsOf<double> {
  using U = uint64_t;
};
template <class T>
typename BitsOf<T>::U bits_of(T x) {
  typename BitsOf<T>::U u;
  std::memcpy(&u, &x, sizeof(u));
  return u;
}
template <class T>
T from_bits(typename BitsOf<T>::U u) {
  T x;
  std::memcpy(&x, &u, sizeof(x));
  return x;
}
// Equal bits, all NaN alike.
template <class T>
bool same(T a, T b) {
  return bits_of(a) == bits_of(b) || (std::isnan(a) && std::isnan(b));
}

// FNV-1a over the bits, all NaN alike.
template <class T>
uint64_t hash_more(uint64_t hash, T x) {
  const uint64_t u = std::isnan(x) ? 0x7ff8 : bits_of(x);
  for (int i = 0; i < (int)sizeof(T); ++i) hash = (hash ^ (u >> (8 * i) & 255)) * 0x100000001b3;
  return hash;
}
constexpr uint64_t kHashStart = 0xcbf29ce484222325;

// Distance from the exact value in units of the last place of T there.
template <class T>
double ulps(T got, long double exact) {
  if (std::isnan(got) || std::isnan(exact)) return std::isnan(got) && std::isnan(exact) ? 0 : 1e9;
  const long double largest = std::numeric_limits<T>::max();
  if (std::isinf(got) || fabsl(exact) > largest * (1 + 1e-7L)) {
    const bool both = std::isinf(got) && fabsl(exact) >= largest;
    return both && (got > 0) == (exact > 0) ? 0 : 1e9;
  }
  int exponent;
  frexpl(exact, &exponent);
  if (exact == 0 || exponent < std::numeric_limits<T>::min_exponent) exponent = std::numeric_limits<T>::min_exponent;
  return (double)(fabsl(got - exact) / ldexpl(1, exponent - std::numeric_limits<T>::digits));
}

// The spread of arguments: for float a walk over all bit patterns, for double random patterns and two ranges near 0.
std::vector<float> arguments(float) {
  std::vector<float> x;
  for (uint64_t u = 0; u < (1ull << 32); u += 5003) x.push_back(from_bits<float>((uint32_t)u));
  return x;
}
uint64_t next_random(uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  uint64_t z = state;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}
std::vector<double> arguments(double) {
  std::vector<double> x;
  uint64_t state = 1;
  for (int i = 0; i < 30000; ++i) {
    x.push_back(from_bits<double>(next_random(state)));
    x.push_back((double)(int64_t)next_random(state) * 0x1p-62);
    x.push_back((double)(int64_t)next_random(state) * 0x1p-59);
  }
  return x;
}
template <class T>
const std::vector<T>& sample() {
  static const std::vector<T> x = arguments(T());
  return x;
}

template <class T>
struct Row {
  const char* name;
  void (*run)(const PointwiseArgs&);
  long double (*exact)(long double);  // null: only the hash counts
  double max_ulp;
  uint64_t hash;
};

#define RL_UNARY(name)      \
  struct name##_ {          \
    template <class V>      \
    static auto call(V a) { \
      return lane::name(a); \
    }                       \
  };
// clang-format off
RL_UNARY(exp) RL_UNARY(exp2) RL_UNARY(expm1) RL_UNARY(log) RL_UNARY(log2) RL_UNARY(log10) RL_UNARY(log1p)
RL_UNARY(sin) RL_UNARY(cos) RL_UNARY(tan) RL_UNARY(asin) RL_UNARY(acos) RL_UNARY(atan) RL_UNARY(sinh)
RL_UNARY(cosh) RL_UNARY(tanh) RL_UNARY(asinh) RL_UNARY(acosh) RL_UNARY(atanh) RL_UNARY(erf) RL_UNARY(erfc)
RL_UNARY(erfinv) RL_UNARY(i0) RL_UNARY(sigmoid) RL_UNARY(sinc) RL_UNARY(sqrt) RL_UNARY(rsqrt) RL_UNARY(reciprocal)
RL_UNARY(floor) RL_UNARY(ceil) RL_UNARY(trunc) RL_UNARY(round) RL_UNARY(abs) RL_UNARY(sign) RL_UNARY(frac)
#undef RL_UNARY

long double exact_sigmoid(long double x) {
  return x >= 0 ? 1 / (1 + expl(-x)) : expl(x) / (1 + expl(x));
}

#define RL_ROW(V, name, exact, max_ulp, hash) \
  Row<V::T> { #name, lane::pointwise_loop<V, name##_, 1, 0>, exact, max_ulp, hash }
// clang-format on
const Row<float> kRowsF32[] = {
    RL_ROW(F32, exp, expl, 1.0, 0x2350942064a9be87),     RL_ROW(F32, exp2, exp2l, 1.0, 0x3a53b958b489e674),
    RL_ROW(F32, expm1, expm1l, 1.0, 0xf4fbfe4849635f91), RL_ROW(F32, log, logl, 1.0, 0xaea21b8b29725ab9),
    RL_ROW(F32, log2, log2l, 1.0, 0x532dfd964209bf7b),   RL_ROW(F32, log10, log10l, 1.0, 0x5da0336cae04f20f),
    RL_ROW(F32, log1p, log1pl, 1.0, 0xcc2be92488132e31), RL_ROW(F32, sin, sinl, 1.0, 0x2c3193aa34016411),
    RL_ROW(F32, cos, cosl, 1.0, 0x1bd5c417d62d2b0f),     RL_ROW(F32, tan, tanl, 0.6, 0x8557eac5bf41bfe2),
    RL_ROW(F32, asin, asinl, 0.6, 0x7bb5b99583beeb12),   RL_ROW(F32, acos, acosl, 0.6, 0xa072223e0e88b49a),
    RL_ROW(F32, atan, atanl, 1.1, 0xf7b04e0229f15065),   RL_ROW(F32, sinh, sinhl, 0.6, 0x4b6bb8b3cbd1a359),
    RL_ROW(F32, cosh, coshl, 0.6, 0x4cd654cdd8ad6922),   RL_ROW(F32, tanh, tanhl, 1.0, 0x8df6fa95d1f67013),
    RL_ROW(F32, asinh, asinhl, 0.6, 0x76be26bdfa5b8fb6), RL_ROW(F32, acosh, acoshl, 0.6, 0xb6ff58b119bf1023),
    RL_ROW(F32, atanh, atanhl, 0.6, 0x68667091ad15e8ce), RL_ROW(F32, erf, erfl, 1.1, 0x858c5d7f7f2b6c04),
    RL_ROW(F32, erfc, erfcl, 0.6, 0xd81a8a3dfaee0eb3),   RL_ROW(F32, sigmoid, exact_sigmoid, 1.6, 0xc8c57c9585390ef0),
    RL_ROW(F32, erfinv, nullptr, 0, 0x292ab3f27f454e42), RL_ROW(F32, i0, nullptr, 0, 0x26b1d87deee66782),
    RL_ROW(F32, sinc, nullptr, 0, 0xefa891a05919ffef),   RL_ROW(F32, sqrt, sqrtl, 0.5, 0xa8d813d1a4b009a2),
    RL_ROW(F32, rsqrt, nullptr, 0, 0x934e78645f11bf8d),  RL_ROW(F32, reciprocal, nullptr, 0, 0xd0c9d9ae31e85a3f),
    RL_ROW(F32, floor, floorl, 0, 0x76cfcdc206bdb399),   RL_ROW(F32, ceil, ceill, 0, 0xb5fea74abd2d1c16),
    RL_ROW(F32, trunc, truncl, 0, 0x985efa993b858426),   RL_ROW(F32, round, rintl, 0, 0xd2afd75862f49a0a),
    RL_ROW(F32, abs, nullptr, 0, 0xad1f785649ace7e8),    RL_ROW(F32, sign, nullptr, 0, 0xdfdcada203743035),
    RL_ROW(F32, frac, nullptr, 0, 0x4e2540d1b2f2877c),
};
const Row<double> kRowsF64[] = {
    RL_ROW(F64, exp, expl, 1.0, 0xfa11aad5b801a84b),     RL_ROW(F64, exp2, exp2l, 1.0, 0x4fc05140c029b81d),
    RL_ROW(F64, expm1, expm1l, 1.2, 0xc03d7c4ee49e97b9), RL_ROW(F64, log, logl, 1.0, 0x4467ce21e06cf512),
    RL_ROW(F64, log2, log2l, 1.0, 0xad2ae66e66445abc),   RL_ROW(F64, log10, log10l, 1.0, 0x4256ca7883c0c56d),
    RL_ROW(F64, log1p, log1pl, 1.0, 0xa9694b94cb64f5),   RL_ROW(F64, sin, sinl, 1.0, 0x3581a6649707638c),
    RL_ROW(F64, cos, cosl, 1.0, 0x4b02daadb166733a),     RL_ROW(F64, tanh, tanhl, 1.1, 0xe9054450a56192a),
    RL_ROW(F64, erf, erfl, 1.5, 0x5c8956f2c5cd2666),     RL_ROW(F64, sigmoid, exact_sigmoid, 1.8, 0xd20606f6f209df0),
    RL_ROW(F64, i0, nullptr, 0, 0x572299c2445b339f),     RL_ROW(F64, sinc, nullptr, 0, 0xfd24692efe5e969f),
    RL_ROW(F64, sqrt, sqrtl, 0.51, 0x850802eb854fa5de),  RL_ROW(F64, floor, floorl, 0, 0xb8b947fe27cedc35),
    RL_ROW(F64, ceil, ceill, 0, 0x1fd10e68191d6cde),     RL_ROW(F64, trunc, truncl, 0, 0xd4944c18bb205a46),
    RL_ROW(F64, round, rintl, 0, 0x70ebf09fd87ee13),
};
#undef RL_ROW

template <class T>
std::vector<T> run_unary(void (*run)(const PointwiseArgs&), const std::vector<T>& x) {
  std::vector<T> y(x.size());
  PointwiseArgs args{};
  args.n = (int64_t)x.size();
  args.out = y.data();
  args.in[0] = x.data();
  args.step[0] = 1;
  run(args);
  return y;
}

template <class T>
void check_row(const Row<T>& row) {
  const std::vector<T>& x = sample<T>();
  const std::vector<T> y = run_unary(row.run, x);
  uint64_t hash = kHashStart;
  double worst = 0;
  T worst_at = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    hash = hash_more(hash, y[i]);
    if (!row.exact) continue;
    const double error = ulps(y[i], row.exact(x[i]));
    if (error > worst) {
      worst = error;
      worst_at = x[i];
    }
  }
  EXPECT_LE(worst, row.max_ulp) << row.name << " at " << std::hexfloat << worst_at;
  EXPECT_EQ(hash, row.hash) << row.name << ": other bits than the recorded ones; 0x" << std::hex << hash;
}

TEST(RL_SUITE(Math), F32FunctionsAreAccurateAndPinned) {
  for (const Row<float>& row : kRowsF32) check_row(row);
}
TEST(RL_SUITE(Math), F64FunctionsAreAccurateAndPinned) {
  for (const Row<double>& row : kRowsF64) check_row(row);
}

// Odd functions keep -0 and denormals; the ends of the ranges are as C has them.
TEST(RL_SUITE(Math), SpecialValues) {
  const float inf = INFINITY, nan = NAN, tiny = from_bits<float>(1);
  const auto one = [](auto f, float x) {
    float y[F32::kLanes];
    f(F32(x)).store(y);
    return y[F32::kLanes - 1];
  };
#define RL_IS(name, x, y) \
  EXPECT_TRUE(same(one([](F32 v) { return lane::name(v); }, x), (float)(y))) << #name << "(" << (x) << ")"
  RL_IS(exp, inf, inf);
  RL_IS(exp, -inf, 0);
  RL_IS(exp, nan, nan);
  RL_IS(exp, 89, inf);
  RL_IS(exp, -104, 0);
  RL_IS(exp, -0.0f, 1);
  RL_IS(exp2, 3, 8);
  RL_IS(exp2, -149, tiny);
  RL_IS(exp2, 128, inf);
  RL_IS(exp2, nan, nan);
  RL_IS(expm1, -inf, -1);
  RL_IS(expm1, inf, inf);
  RL_IS(expm1, -0.0f, -0.0f);
  RL_IS(expm1, tiny, tiny);
  RL_IS(log, 0, -inf);
  RL_IS(log, -0.0f, -inf);
  RL_IS(log, -1, nan);
  RL_IS(log, inf, inf);
  RL_IS(log, 1, 0);
  RL_IS(log2, 8, 3);
  RL_IS(log2, tiny, -149);
  RL_IS(log10, 1000, 3);
  RL_IS(log1p, -1, -inf);
  RL_IS(log1p, -2, nan);
  RL_IS(log1p, -0.0f, -0.0f);
  RL_IS(log1p, tiny, tiny);
  RL_IS(log1p, inf, inf);
  RL_IS(sin, -0.0f, -0.0f);
  RL_IS(sin, tiny, tiny);
  RL_IS(sin, inf, nan);
  RL_IS(cos, 0, 1);
  RL_IS(cos, -inf, nan);
  RL_IS(tan, -0.0f, -0.0f);
  RL_IS(tan, inf, nan);
  RL_IS(atan, inf, 1.57079637f);
  RL_IS(atan, -0.0f, -0.0f);
  RL_IS(asin, 1, 1.57079637f);
  RL_IS(asin, 2, nan);
  RL_IS(acos, 1, 0);
  RL_IS(acos, -1, 3.14159274f);
  RL_IS(acos, 2, nan);
  RL_IS(tanh, inf, 1);
  RL_IS(tanh, -inf, -1);
  RL_IS(tanh, -0.0f, -0.0f);
  RL_IS(tanh, tiny, tiny);
  RL_IS(tanh, nan, nan);
  RL_IS(erf, inf, 1);
  RL_IS(erf, -inf, -1);
  RL_IS(erf, -0.0f, -0.0f);
  RL_IS(erf, nan, nan);
  RL_IS(erfc, inf, 0);
  RL_IS(erfc, -inf, 2);
  RL_IS(sigmoid, inf, 1);
  RL_IS(sigmoid, -inf, 0);
  RL_IS(sigmoid, nan, nan);
  RL_IS(sigmoid, 0, 0.5);
  RL_IS(asinh, -0.0f, -0.0f);
  RL_IS(asinh, inf, inf);
  RL_IS(acosh, 1, 0);
  RL_IS(acosh, 0.5f, nan);
  RL_IS(atanh, 1, inf);
  RL_IS(erfinv, 1, inf);
  RL_IS(erfinv, -1, -inf);
  RL_IS(erfinv, 1.5f, nan);
  RL_IS(erfinv, -0.0f, -0.0f);
  RL_IS(erfinv, 0.5f, 0.4769362762f);
  RL_IS(i0, 0, 1);
  RL_IS(i0, -5, 27.2398718f);
  RL_IS(sinc, 0, 1);
  RL_IS(digamma, 0, -inf);
  RL_IS(digamma, -0.0f, inf);
  RL_IS(digamma, -1, nan);
  RL_IS(digamma, 1, -0.5772156649f);
  RL_IS(trigamma, 1, 1.6449340668f);
  RL_IS(trigamma, 0, inf);
  RL_IS(lgamma, 0, inf);
  RL_IS(lgamma, 3, 0.69314718056f);
  RL_IS(lgamma, -1, inf);
  RL_IS(sign, nan, 0);
  RL_IS(sign, -0.0f, 0);
  RL_IS(sign, -3, -1);
  RL_IS(round, 2.5f, 2);
  RL_IS(round, -0.5f, -0.0f);
  RL_IS(ceil, -0.5f, -0.0f);
  RL_IS(trunc, -0.7f, -0.0f);
  RL_IS(floor, -0.0f, -0.0f);
#undef RL_IS
}

const float kEdges[] = {0.0f,    -0.0f,    1,       -1,       0.5f,      -0.5f,  2,    -2,       3,
                        -3,      1e-45f,   -1e-45f, 1e-38f,   7.25f,     -7.25f, 100,  16777216, -16777215,
                        3.4e38f, -3.4e38f, 1e10f,   INFINITY, -INFINITY, NAN,    0.1f, 0.3f,     -0.7f};

template <class V, class F>
typename V::T call2(F f, typename V::T a, typename V::T b) {
  typename V::T y[V::kLanes];
  f(V(a), V(b)).store(y);
  return y[0];
}

template <class T>
T expected_floor_divide(T a, T b) {
  if (b == 0) return a / b;
  const T mod = std::fmod(a, b);
  T div = (a - mod) / b;
  if (mod != 0 && (b < 0) != (mod < 0)) div -= 1;
  if (div == 0) return std::copysign((T)0, a / b);
  const T floored = std::floor(div);
  return div - floored > (T)0.5 ? floored + 1 : floored;
}
template <class T>
T expected_remainder(T a, T b) {
  const T mod = std::fmod(a, b);
  return mod != 0 && (b < 0) != (mod < 0) ? mod + b : mod;
}

template <class V>
void check_float_pairs(typename V::T a, typename V::T b) {
  using T = typename V::T;
  const auto is = [&](const char* name, T got, T want) {
    EXPECT_TRUE(same(got, want)) << name << "(" << a << ", " << b << ") = " << got << ", not " << want;
  };
  is("fmod", call2<V>([](V x, V y) { return lane::fmod(x, y); }, a, b), std::fmod(a, b));
  is("remainder", call2<V>([](V x, V y) { return lane::remainder(x, y); }, a, b), expected_remainder(a, b));
  is("floor_divide", call2<V>([](V x, V y) { return lane::floor_divide(x, y); }, a, b), expected_floor_divide(a, b));
  is("trunc_divide", call2<V>([](V x, V y) { return lane::trunc_divide(x, y); }, a, b), std::trunc(a / b));
  is("nextafter", call2<V>([](V x, V y) { return lane::nextafter(x, y); }, a, b), std::nextafter(a, b));
  is("copysign", call2<V>([](V x, V y) { return lane::copysign(x, y); }, a, b), std::copysign(a, b));
  const bool unordered = std::isnan(a) || std::isnan(b);
  const T larger = a > b ? a : b, smaller = a < b ? a : b;
  is("maximum", call2<V>([](V x, V y) { return lane::maximum(x, y); }, a, b), unordered ? (T)NAN : larger);
  is("minimum", call2<V>([](V x, V y) { return lane::minimum(x, y); }, a, b), unordered ? (T)NAN : smaller);
  is("fmax", call2<V>([](V x, V y) { return lane::fmax(x, y); }, a, b), std::isnan(b) ? a : larger);
  is("fmin", call2<V>([](V x, V y) { return lane::fmin(x, y); }, a, b), std::isnan(b) ? a : smaller);
  const T c = (T)1.7;
  is("fma", call2<V>([&](V x, V y) { return fma(x, y, V(c)); }, a, b), std::fma(a, b, c));
  is("where", call2<V>([](V x, V y) { return where(x < y, x, y); }, a, b), a < b ? a : b);
}

TEST(RL_SUITE(Math), FloatPairs) {
  for (float a : kEdges) {
    for (float b : kEdges) {
      check_float_pairs<F32>(a, b);
      check_float_pairs<F64>(a, b);
    }
  }
  uint64_t state = 3;
  for (int i = 0; i < 20000; ++i) {
    const float a = from_bits<float>((uint32_t)next_random(state)), b = from_bits<float>((uint32_t)next_random(state));
    check_float_pairs<F32>(a, b);
    check_float_pairs<F32>((float)(int)(next_random(state) % 2001 - 1000), (float)(int)(next_random(state) % 41 - 20));
  }
}

// Within 2 ulp of libm, with its special cases and signs.
TEST(RL_SUITE(Math), FloatPairsToUlps) {
  uint64_t hash = kHashStart;
  const auto check = [&](float a, float b) {
    const auto near = [&](const char* name, float got, double want, double limit) {
      hash = hash_more(hash, got);
      EXPECT_LE(ulps(got, (long double)want), limit) << name << "(" << a << ", " << b << ") = " << got;
      EXPECT_TRUE(std::isnan(got) || std::signbit(got) == std::signbit(want)) << name << "(" << a << ", " << b << ")";
    };
    const double x = a, y = b;
    near("pow", call2<F32>([](F32 u, F32 v) { return lane::pow(u, v); }, a, b), std::pow(x, y), 0.6);
    near("atan2", call2<F32>([](F32 u, F32 v) { return lane::atan2(u, v); }, a, b), std::atan2(x, y), 0.6);
    near("hypot", call2<F32>([](F32 u, F32 v) { return lane::hypot(u, v); }, a, b), std::hypot(x, y), 0.6);
  };
  for (float a : kEdges) {
    for (float b : kEdges) check(a, b);
  }
  uint64_t state = 5;
  for (int i = 0; i < 50000; ++i) {
    const float a = from_bits<float>((uint32_t)next_random(state)), b = from_bits<float>((uint32_t)next_random(state));
    check(a, b);
    const float base = std::exp2((float)(int64_t)next_random(state) * 0x1p-60f);
    check(base, (float)(int64_t)next_random(state) * 0x1p-58f);
  }
  EXPECT_EQ(hash, 0x577748c2b8993337u) << "other bits than the recorded ones; 0x" << std::hex << hash;
}

TEST(RL_SUITE(Math), LogAddExp) {
  const float inf = INFINITY;
  const auto f = [](float a, float b) { return call2<F32>([](F32 x, F32 y) { return lane::logaddexp(x, y); }, a, b); };
  EXPECT_EQ(f(inf, inf), inf);
  EXPECT_EQ(f(-inf, -inf), -inf);
  EXPECT_EQ(f(inf, -inf), inf);
  EXPECT_TRUE(std::isnan(f(NAN, 1)));
  EXPECT_FLOAT_EQ(f(1, 2), 2.3132617f);
  EXPECT_FLOAT_EQ(call2<F32>([](F32 x, F32 y) { return lane::logaddexp2(x, y); }, 1, 2), 2.5849625f);
  const auto g = [](float a, float b) { return call2<F32>([](F32 x, F32 y) { return lane::xlogy(x, y); }, a, b); };
  EXPECT_EQ(g(0, 0), 0);
  EXPECT_EQ(g(0, inf), 0);
  EXPECT_EQ(g(1, 0), -inf);
  EXPECT_TRUE(std::isnan(g(0, NAN)));
  const auto z = [](float a, float b) { return call2<F32>([](F32 x, F32 y) { return lane::zeta(x, y); }, a, b); };
  EXPECT_FLOAT_EQ(z(2, 1), 1.6449341f);
  EXPECT_FLOAT_EQ(z(3, 0.5f), 8.4143983f);
  EXPECT_FLOAT_EQ(z(20, 0.25f), 1.0995116e12f);
  EXPECT_FLOAT_EQ(z(2, -0.5f), 8.9348022f);
  EXPECT_EQ(z(1, 2), inf);
  EXPECT_EQ(z(2, -3), inf);
  EXPECT_TRUE(std::isnan(z(0.5f, 1)));
  EXPECT_TRUE(std::isnan(z(2.5f, -0.5f)));
}

template <class V>
void check_integer_pair(typename V::T a, typename V::T b) {
  using T = typename V::T;
  using U = std::make_unsigned_t<T>;
  constexpr int kBits = 8 * (int)sizeof(T);
  const auto is = [&](const char* name, T got, T want) {
    EXPECT_EQ(got, want) << name << "(" << a << ", " << b << ")";
  };
  const T quotient = b == 0 ? 0 : b == -1 ? (T)(0 - (U)a) : (T)(a / b);
  const T rest = b == 0 || b == -1 ? 0 : (T)(a % b);
  const bool below = rest != 0 && (rest < 0) != (b < 0);
  is("/", call2<V>([](V x, V y) { return x / y; }, a, b), quotient);
  is("%", call2<V>([](V x, V y) { return x % y; }, a, b), rest);
  is("trunc_divide", call2<V>([](V x, V y) { return lane::trunc_divide(x, y); }, a, b), quotient);
  is("floor_divide", call2<V>([](V x, V y) { return lane::floor_divide(x, y); }, a, b),
     below ? quotient - 1 : quotient);
  is("remainder", call2<V>([](V x, V y) { return lane::remainder(x, y); }, a, b), below ? rest + b : rest);
  is("*", call2<V>([](V x, V y) { return x * y; }, a, b), (T)((U)a * (U)b));
  is("+", call2<V>([](V x, V y) { return x + y; }, a, b), (T)((U)a + (U)b));
  is("-", call2<V>([](V x, V y) { return x - y; }, a, b), (T)((U)a - (U)b));
  const bool in_range = b >= 0 && b < kBits;
  is("<<", call2<V>([](V x, V y) { return x << y; }, a, b), in_range ? (T)((U)a << b) : 0);
  is(">>", call2<V>([](V x, V y) { return x >> y; }, a, b), (T)(a >> (in_range ? b : kBits - 1)));
  is("maximum", call2<V>([](V x, V y) { return lane::maximum(x, y); }, a, b), a < b ? b : a);
  is("minimum", call2<V>([](V x, V y) { return lane::minimum(x, y); }, a, b), a < b ? a : b);
  is("abs", call2<V>([](V x, V) { return lane::abs(x); }, a, b), a < 0 ? (T)(0 - (U)a) : a);
  is("sign", call2<V>([](V x, V) { return lane::sign(x); }, a, b), (T)((a > 0) - (a < 0)));
  is("& | ^ ~", call2<V>([](V x, V y) { return (x & y) + (x | y) + (x ^ y) + ~x; }, a, b),
     (T)((U)(a & b) + (U)(a | b) + (U)(a ^ b) + (U)~a));
  using M = typename V::Mask;
  const M masks[] = {V(a) < V(b), V(a) <= V(b), V(a) > V(b), V(a) >= V(b), V(a) == V(b), V(a) != V(b)};
  const bool truths[] = {a<b, a <= b, a> b, a >= b, a == b, a != b};
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(masks[i].any() == truths[i] && masks[i].all() == truths[i]);
}

template <class V>
void check_integers() {
  using T = typename V::T;
  const T low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
  const T edges[] = {0,  1,  -1, 2,  -2,   3,     7,   -7,           31,   32,
                     33, 63, 64, 65, 1000, -1000, low, (T)(low + 1), high, (T)(high - 1)};
  for (T a : edges) {
    for (T b : edges) check_integer_pair<V>(a, b);
  }
  uint64_t state = 7;
  for (int i = 0; i < 5000; ++i) {
    check_integer_pair<V>((T)next_random(state), (T)next_random(state));
    check_integer_pair<V>((T)next_random(state), (T)(next_random(state) % 201 - 100));
  }
  const auto pow = [](T a, T b) { return call2<V>([](V x, V y) { return lane::pow(x, y); }, a, b); };
  const auto gcd = [](T a, T b) { return call2<V>([](V x, V y) { return lane::gcd(x, y); }, a, b); };
  EXPECT_EQ(pow(3, 4), 81);
  EXPECT_EQ(pow(-2, 3), -8);
  EXPECT_EQ(pow(0, 0), 1);
  EXPECT_EQ(pow(0, -1), 0);
  EXPECT_EQ(pow(1, -5), 1);
  EXPECT_EQ(pow(-1, -3), -1);
  EXPECT_EQ(pow(-1, -4), 1);
  EXPECT_EQ(pow(2, -2), 0);
  EXPECT_EQ(gcd(-4, 6), 2);
  EXPECT_EQ(gcd(0, 0), 0);
  EXPECT_EQ(gcd(6, -9), 3);
  EXPECT_EQ(call2<V>([](V x, V y) { return lane::lcm(x, y); }, 4, -6), 12);
  EXPECT_EQ(call2<V>([](V x, V y) { return lane::lcm(x, y); }, 0, 0), 0);
}
TEST(RL_SUITE(Lanes), I32) { check_integers<I32>(); }
TEST(RL_SUITE(Lanes), I64) { check_integers<I64>(); }

// Two pages of which the second may not be touched.
struct GuardedPage {
  char* page = nullptr;
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  GuardedPage() {
    page = (char*)mmap(nullptr, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(page + size, size, PROT_NONE);
  }
  ~GuardedPage() { munmap(page, 2 * size); }
};

template <class V>
void check_partial() {
  using T = typename V::T;
  GuardedPage guarded;
  for (int n = 0; n < V::kLanes; ++n) {
    T* end = (T*)(guarded.page + guarded.size);
    for (int i = 0; i < n; ++i) end[i - n] = (T)(i + 2);
    T lanes[V::kLanes];
    V::load(end - n, n).store(lanes);
    for (int i = 0; i < V::kLanes; ++i) EXPECT_EQ(lanes[i], i < n ? (T)(i + 2) : (T)1);
    (V::load(end - n, n) + V(1)).store(end - n, n);
    for (int i = 0; i < n; ++i) EXPECT_EQ(end[i - n], (T)(i + 3));
    uint8_t* bytes = (uint8_t*)end - n;
    (V::load(lanes) > V(3)).store_bool(bytes, n);
    for (int i = 0; i < n; ++i) EXPECT_EQ(bytes[i], lanes[i] > 3);
  }
  T ramp[V::kLanes];
  for (int i = 0; i < V::kLanes; ++i) ramp[i] = (T)i;
  const typename V::Mask first = V::load(ramp) == V(0), rest = ~first;
  EXPECT_TRUE(first.any() && !first.all() && (first | rest).all() && !(first & rest).any() && (first ^ rest).all());
  uint8_t bytes[V::kLanes];
  where(first, rest, rest).store_bool(bytes);
  for (int i = 0; i < V::kLanes; ++i) EXPECT_EQ(bytes[i], i != 0);
}
TEST(RL_SUITE(Lanes), PartialAccessStaysInside) {
  check_partial<F32>();
  check_partial<F64>();
  check_partial<I32>();
  check_partial<I64>();
}

struct AddScaled {
  template <class V>
  static auto call(V a, V b, V alpha) {
    return fma(alpha, b, a);
  }
};
struct Less {
  template <class V>
  static auto call(V a, V b) {
    return a < b;
  }
};
struct Pick {
  template <class V>
  static auto call(V a, V b, V c) {
    return where(a > b, b, c);
  }
};
struct Constant {
  template <class V>
  static auto call(V value) {
    return value;
  }
};

template <class V>
void check_loop() {
  using T = typename V::T;
  std::vector<T> a(100), b(100), out(100);
  const T alpha = 3;
  for (int i = 0; i < 100; ++i) {
    a[i] = (T)(i * 7 % 31);
    b[i] = (T)(i * 5 % 29);
  }
  for (int n = 0; n <= 70; ++n) {
    for (int steps = 0; steps < 4; ++steps) {
      const int sa = steps & 1, sb = steps >> 1;
      PointwiseArgs args{n, out.data(), {a.data(), b.data(), a.data()}, {(uint8_t)sa, (uint8_t)sb, 1}, {&alpha}};
      std::fill(out.begin(), out.end(), (T)77);
      lane::pointwise_loop<V, AddScaled, 2, 1>(args);
      for (int i = 0; i < 100; ++i) EXPECT_EQ(out[i], i < n ? (T)(alpha * b[i * sb] + a[i * sa]) : (T)77);
      lane::pointwise_loop<V, Pick, 3, 0>(args);
      for (int i = 0; i < n; ++i) EXPECT_EQ(out[i], a[i * sa] > b[i * sb] ? b[i * sb] : a[i]);
      std::vector<uint8_t> bytes(100, 9);
      args.out = bytes.data();
      lane::pointwise_loop<V, Less, 2, 0>(args);
      for (int i = 0; i < 100; ++i) EXPECT_EQ(bytes[i], i < n ? a[i * sa] < b[i * sb] : 9);
    }
    std::vector<T> x = a;  // in place
    const PointwiseArgs args{n, x.data(), {x.data(), b.data()}, {1, 1}, {&alpha}};
    lane::pointwise_loop<V, AddScaled, 2, 1>(args);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(x[i], i < n ? (T)(alpha * b[i] + a[i]) : a[i]);
    lane::pointwise_loop<V, Constant, 0, 1>(args);
    for (int i = 0; i < n; ++i) EXPECT_EQ(x[i], alpha);
  }
}
TEST(RL_SUITE(PointwiseLoop), EverySizeStepAndAlias) {
  check_loop<F32>();
  check_loop<F64>();
  check_loop<I32>();
  check_loop<I64>();
}

// One element by the rules of C casts on x86, through the widest types.
struct Value {
  bool is_float;
  double real;
  int64_t whole;
};
float float_of_half(uint16_t h) {
  const int exponent = h >> 10 & 31, mantissa = h & 1023;
  const double size = exponent == 31 ? (mantissa ? NAN : INFINITY)
                      : exponent     ? std::ldexp(1024 + mantissa, exponent - 25)
                                     : std::ldexp(mantissa, -24);
  return (float)(h >> 15 ? -size : size);
}
uint16_t half_of_float(float x) {
  if (std::isnan(x)) return 0x7e00;
  const double size = std::fabs((double)x);
  const int sign = std::signbit(x) << 15;
  if (size >= 65520) return (uint16_t)(sign | 0x7c00);
  if (size == 0) return (uint16_t)sign;
  int exponent = 0;
  std::frexp(size, &exponent);
  const int shift = exponent < -13 ? 24 : 11 - exponent;
  const double scaled = std::nearbyint(std::ldexp(size, shift));
  return (uint16_t)(sign | (shift == 24 ? (int)scaled : (int)scaled + ((exponent + 13) << 10)));
}
uint16_t bfloat_of_float(float x) {
  if (std::isnan(x)) return 0x7fc0;
  const uint32_t down = bits_of(x) & 0xffff0000, rest = bits_of(x) & 0xffff;
  const bool up = rest > 0x8000 || (rest == 0x8000 && (down >> 16 & 1));
  return (uint16_t)((down >> 16) + up);
}
int64_t cut(double x, double limit, int64_t otherwise) { return x > -limit - 1 && x < limit ? (int64_t)x : otherwise; }

Value value_at(const void* p, int type, int64_t i) {
  switch (type) {
    case lane::kU8:
    case lane::kBool:
      return {false, 0, ((const uint8_t*)p)[i]};
    case lane::kI8:
      return {false, 0, ((const int8_t*)p)[i]};
    case lane::kI16:
      return {false, 0, ((const int16_t*)p)[i]};
    case lane::kI32:
      return {false, 0, ((const int32_t*)p)[i]};
    case lane::kI64:
      return {false, 0, ((const int64_t*)p)[i]};
    case lane::kF16:
      return {true, float_of_half(((const uint16_t*)p)[i]), 0};
    case lane::kBF16:
      return {true, from_bits<float>((uint32_t)((const uint16_t*)p)[i] << 16), 0};
    case lane::kF32:
      return {true, ((const float*)p)[i], 0};
    default:
      return {true, ((const double*)p)[i], 0};
  }
}
// The bits the element should have after conversion.
uint64_t converted_bits(Value v, int type) {
  const float single = v.is_float ? (float)v.real : (float)v.whole;
  const int64_t as_i64 = v.is_float ? cut(v.real, 0x1p63, INT64_MIN) : v.whole;
  const int64_t as_i32 = v.is_float ? cut(v.real, 0x1p31, INT32_MIN) : v.whole;
  switch (type) {
    case lane::kU8:
      return (uint8_t)as_i64;
    case lane::kI8:
      return (uint8_t)as_i32;
    case lane::kI16:
      return (uint16_t)as_i32;
    case lane::kI32:
      return (uint32_t)as_i32;
    case lane::kI64:
      return (uint64_t)as_i64;
    case lane::kBool:
      return v.is_float ? v.real != 0 : v.whole != 0;
    case lane::kF16:
      return half_of_float(single);
    case lane::kBF16:
      return bfloat_of_float(single);
    case lane::kF32:
      return bits_of(single);
    default:
      return bits_of(v.is_float ? v.real : (double)v.whole);
  }
}
uint64_t element_bits(const void* p, int size, int64_t i) {
  uint64_t u = 0;
  std::memcpy(&u, (const char*)p + i * size, (size_t)size);
  return u;
}
bool both_nan(uint64_t a, uint64_t b, int type) {
  const Value x = value_at(&a, type, 0), y = value_at(&b, type, 0);
  return x.is_float && std::isnan(x.real) && std::isnan(y.real);
}

constexpr int kTypes[] = {lane::kU8,  lane::kI8,  lane::kI16, lane::kI32,  lane::kI64,
                          lane::kF16, lane::kF32, lane::kF64, lane::kBool, lane::kBF16};

// Random elements of a type, half of them of a moderate size.
std::vector<char> random_elements(int type, int64_t n) {
  std::vector<char> data((size_t)n * 8);
  uint64_t state = (uint64_t)type + 11;
  const double edges[] = {300,  -1,       -129.7, 3e9,  1e10, 2147483653.0, 70000,
                          1e20, 65519.99, 65520,  6e-8, -0.0, NAN,          INFINITY};
  for (int64_t i = 0; i < n; ++i) {
    uint64_t u = next_random(state);
    const double moderate = i < 14 ? edges[i] : (double)(int64_t)next_random(state) * 0x1p-46;
    if (i % 2 == 0 || i < 14) {
      const Value v{true, moderate, 0};
      u = type == lane::kBool ? i % 3 == 0 : converted_bits(v, type);
    } else if (type == lane::kBool) {
      u &= 1;
    }
    std::memcpy(&data[(size_t)(i * lane::element_size(type))], &u, (size_t)lane::element_size(type));
  }
  return data;
}

TEST(RL_SUITE(Convert), EveryPairOfTypes) {
  constexpr int64_t kCount = 1100;
  for (int from : kTypes) {
    const std::vector<char> src = random_elements(from, kCount);
    const int src_size = lane::element_size(from);
    for (int to : kTypes) {
      const int size = lane::element_size(to);
      const auto check = [&](const void* dst, int64_t i, int64_t j, const char* how) {
        const uint64_t got = element_bits(dst, size, i), want = converted_bits(value_at(src.data(), from, j), to);
        EXPECT_TRUE(got == want || both_nan(got, want, to))
            << how << " " << from << " -> " << to << " of " << std::hex << element_bits(src.data(), src_size, j)
            << ": got " << got << ", want " << want;
      };
      for (int64_t n : {int64_t{0}, int64_t{1}, int64_t{10}, int64_t{16}, int64_t{37}, kCount}) {
        std::vector<char> dst((size_t)(n + 1) * (size_t)size, 0x55);
        lane::convert_block(dst.data(), to, src.data(), from, n);
        for (int64_t i = 0; i < n; ++i) check(dst.data(), i, i, "block");
        for (int k = 0; k < size; ++k) EXPECT_EQ(dst[(size_t)(n * size + k)], 0x55) << "wrote past the end";
      }
      std::vector<char> dst(550 * 3 * 8, 0x55);
      lane::convert_strided(dst.data(), to, 3, src.data() + 1099 * src_size, from, -2, 550);
      for (int64_t i = 0; i < 550; ++i) check(dst.data(), i * 3, 1099 - 2 * i, "strided");
      EXPECT_EQ(dst[(size_t)size], 0x55) << "wrote between the elements";
      lane::convert_strided(dst.data(), to, 1, src.data() + 5 * src_size, from, 0, 40);
      for (int64_t i = 0; i < 40; ++i) check(dst.data(), i, 5, "repeated");
    }
  }
}

TEST(RL_SUITE(Convert), EveryHalfPattern) {
  std::vector<uint16_t> halves(65536), back(65536);
  for (int i = 0; i < 65536; ++i) halves[(size_t)i] = (uint16_t)i;
  std::vector<float> x(65536);
  uint64_t hash = kHashStart;
  for (int type : {(int)lane::kF16, (int)lane::kBF16}) {
    lane::convert_block(x.data(), lane::kF32, halves.data(), type, 65536);
    lane::convert_block(back.data(), type, x.data(), lane::kF32, 65536);
    for (int i = 0; i < 65536; ++i) {
      const float want = (float)value_at(halves.data(), type, i).real;
      EXPECT_TRUE(same(x[(size_t)i], want)) << type << " pattern " << i;
      EXPECT_TRUE(std::isnan(want) || back[(size_t)i] == i) << type << " pattern " << i;
      hash = (hash ^ bits_of(x[(size_t)i]) ^ (uint64_t)back[(size_t)i] << 32) * 0x100000001b3;
    }
  }
  EXPECT_EQ(hash, 0x32b0e19fe142325u) << "other bits (of NaN) than the recorded ones; 0x" << std::hex << hash;
}

TEST(RL_SUITE(Convert), FloatsRoundToTheNearestHalf) {
  const std::vector<float>& x = sample<float>();
  std::vector<uint16_t> y(x.size());
  for (int type : {(int)lane::kF16, (int)lane::kBF16}) {
    lane::convert_block(y.data(), type, x.data(), lane::kF32, (int64_t)x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      const uint64_t want = converted_bits({true, x[i], 0}, type);
      ASSERT_TRUE(y[i] == want || both_nan(y[i], want, type)) << type << " of " << std::hexfloat << x[i];
    }
  }
}

}  // namespace
