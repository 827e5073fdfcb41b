// Random fills; the formulas are those of PyTorch's DistributionTemplates, in its order of draws.
#include "cpu/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>
#include <vector>

#include "core/generator_impl.h"
#include "core/thread_pool.h"
#include "cpu/dispatch.h"
#include "cpu/isa.h"
#include "cpu/isa/random_kernels.h"

namespace rushlight::cpu {
namespace {

using Impl = Generator::Impl;
constexpr double kPi = std::numbers::pi;

// Mantissa bits with the leading one, as many as PyTorch draws.
template <class T> constexpr int kDigits = 0;
template <> constexpr int kDigits<float> = 24;
template <> constexpr int kDigits<double> = 53;
template <> constexpr int kDigits<Half> = 11;
template <> constexpr int kDigits<BFloat16> = 8;

// Uniform in [0, 1); the half types draw a float.
template <class V>
V unit(Impl& g) {
  using T = V;
  constexpr uint64_t mask = (uint64_t{1} << kDigits<T>) - 1;
  constexpr V divisor = V(1) / static_cast<V>(uint64_t{1} << kDigits<T>);
  const uint64_t bits = std::is_same_v<T, double> ? g.random64() : g.random();
  return static_cast<V>(bits & mask) * divisor;
}

// Draws a second value when there is one cached, as PyTorch's normal_distribution<double>.
double normal_one(Impl& g, double mean, double std) {
  double value;
  if (g.cached_double) {
    value = *g.cached_double;
    g.cached_double.reset();
  } else {
    const double u1 = unit<double>(g), u2 = unit<double>(g);
    const double r = std::sqrt(-2.0 * std::log1p(-u2)), theta = 2.0 * kPi * u1;
    g.cached_double = r * std::sin(theta);
    value = r * std::cos(theta);
  }
  return value * std + mean;
}

// One group of 16: eight radii, eight angles (Box & Muller 1958).
void normal_16(double* data, double mean, double std) {
  for (int j = 0; j < 8; ++j) {
    const double u1 = 1 - data[j], u2 = data[j + 8];
    const double radius = std::sqrt(-2 * std::log(u1)), theta = 2.0 * kPi * u2;
    data[j] = std::fma(radius * std::cos(theta), std, mean);
    data[j + 8] = std::fma(radius * std::sin(theta), std, mean);
  }
}

void normal_16(float* data, float mean, float std) {
  using Kernel = void (*)(float*, int64_t, float, float);
  constexpr Kernel kernels[] = {base::normal_groups_f32, avx2::normal_groups_f32, avx512::normal_groups_f32};
  kernels[isa_level()](data, 1, mean, std);
}

template <class V>
void normal_groups(V* data, int64_t groups, double mean, double std) {
  parallel_for(groups, 256, 16 * (sizeof(V) == 4 ? 2.0 : 12.0), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) normal_16(data + 16 * i, static_cast<V>(mean), static_cast<V>(std));
  });
}

// All uniform numbers first, then groups of 16; what is left over is the end of 16 numbers that are drawn anew.
template <class V>
void fill_normal_groups(Impl& g, V* out, int64_t n, double mean, double std) {
  for (int64_t i = 0; i < n; ++i) out[i] = unit<V>(g);
  V tail[16];
  const bool uneven = n % 16 != 0;
  if (uneven) {
    for (V& v : tail) v = unit<V>(g);
    normal_groups(tail, 1, mean, std);
  }
  normal_groups(out, n / 16, mean, std);
  if (uneven) std::copy(tail, tail + 16, out + n - 16);
}

// Half types draw and compute in float, and draw nothing for numbers that the last group replaces.
template <class T>
void fill_normal_halves(Impl& g, T* out, int64_t n, double mean, double std) {
  std::vector<float> data(static_cast<size_t>(n));
  auto group = [&](float* at) {
    for (int j = 0; j < 16; ++j) at[j] = unit<float>(g);
    normal_groups(at, 1, mean, std);
  };
  for (int64_t i = 0; i + 16 <= n; i += 16) group(data.data() + i);
  if (n % 16 != 0) group(data.data() + n - 16);
  for (int64_t i = 0; i < n; ++i) out[i] = store<T>(data[static_cast<size_t>(i)]);
}

template <class T, class F>
void fill_each(void* out, int64_t n, F f) {
  T* p = static_cast<T*>(out);
  for (int64_t i = 0; i < n; ++i) p[i] = store<T>(f());
}

}  // namespace

void fill_uniform(const Generator& generator, void* out, ScalarType dtype, int64_t n, double from, double to) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  if (dtype == kFloat) {
    constexpr int64_t kBlock = 4096;
    uint32_t bits[kBlock];
    float* p = static_cast<float*>(out);
    const float low = static_cast<float>(from), width = static_cast<float>(to) - low;
    for (int64_t i = 0; i < n; i += kBlock) {
      const int64_t count = std::min(kBlock, n - i);
      g.fill(bits, count);
      for (int64_t j = 0; j < count; ++j) p[i + j] = __builtin_fmaf(static_cast<float>(static_cast<int32_t>(bits[j] & 0xffffffu)) * 0x1p-24f, width, low);
    }
    return;
  }
  dispatch_floating(dtype, "uniform_", [&]<class T>() {
    using V = opmath_t<T>;
    const V low = static_cast<V>(from), width = static_cast<V>(to) - low;
    const V high = load(store<T>(to));
    fill_each<T>(out, n, [&] {
      const V value = std::fma(unit<V>(g), width, low);
      return !std::is_same_v<T, V> && load(store<T>(value)) == high ? low : value;  // rounding must not reach `to`
    });
  });
}

void fill_normal(const Generator& generator, void* out, ScalarType dtype, int64_t n, double mean, double std, bool grouped) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  dispatch_floating(dtype, "normal_", [&]<class T>() {
    if (n < 16 || !grouped) fill_each<T>(out, n, [&] { return normal_one(g, mean, std); });
    else if constexpr (std::is_same_v<T, opmath_t<T>>) fill_normal_groups(g, static_cast<T*>(out), n, mean, std);
    else fill_normal_halves(g, static_cast<T*>(out), n, mean, std);
  });
}

void fill_integers(const Generator& generator, void* out, ScalarType dtype, int64_t n, uint64_t range, int64_t base) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  dispatch(dtype, "random_", [&]<class T>() {
    if (range == 0) fill_each<T>(out, n, [&] { return static_cast<int64_t>(g.random64()); });
    else if (range >= uint64_t{1} << 28) fill_each<T>(out, n, [&] { return static_cast<int64_t>(g.random64() % range + static_cast<uint64_t>(base)); });
    else fill_each<T>(out, n, [&, r = static_cast<uint32_t>(range)] { return static_cast<int64_t>(static_cast<uint64_t>(g.random() % r) + static_cast<uint64_t>(base)); });
  });
}

void fill_random(const Generator& generator, void* out, ScalarType dtype, int64_t n) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  dispatch(dtype, "random_", [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>) fill_each<T>(out, n, [&] { return g.random() & 1; });
    else if constexpr (std::is_same_v<T, int64_t>) fill_each<T>(out, n, [&] { return static_cast<int64_t>(g.random64() % (uint64_t{1} << 63)); });
    else if constexpr (std::is_same_v<T, double>) fill_each<T>(out, n, [&] { return static_cast<double>(g.random64() % ((uint64_t{1} << 53) + 1)); });
    else if constexpr (kDigits<T> != 0) fill_each<T>(out, n, [&] { return static_cast<float>(g.random() % ((uint64_t{1} << kDigits<T>) + 1)); });
    else fill_each<T>(out, n, [&] { return static_cast<int64_t>(g.random() % (uint64_t{std::numeric_limits<T>::max()} + 1)); });
  });
}

void fill_permutation(const Generator& generator, int64_t* out, int64_t n) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  if (n < std::numeric_limits<uint32_t>::max() / 20) {
    for (int64_t i = 0; i < n; ++i) out[i] = i;
    for (int64_t i = 0; i < n - 1; ++i) std::swap(out[i], out[i + static_cast<int64_t>(g.random() % static_cast<uint64_t>(n - i))]);
    return;
  }
  for (int64_t i = 0; i < n; ++i) {
    const auto z = static_cast<int64_t>(g.random64() % static_cast<uint64_t>(i + 1));
    out[i] = i;
    out[i] = out[z];
    out[z] = i;
  }
}

void fill_bernoulli(const Generator& generator, void* out, ScalarType dtype, int64_t n, double p) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  dispatch(dtype, "bernoulli_", [&]<class T>() {
    constexpr int64_t kBlock = 1024;
    uint32_t bits[2 * kBlock];
    T* to = static_cast<T*>(out);
    const T yes = store<T>(1.0f), no = store<T>(0.0f);
    // u = k 2^-53 < p exactly where k < ceil(p 2^53)
    const auto bound = static_cast<uint64_t>(std::ceil(std::clamp(p, 0.0, 1.0) * 0x1p53));
    for (int64_t i = 0; i < n; i += kBlock) {
      const int64_t count = std::min(kBlock, n - i);
      g.fill(bits, 2 * count);
      for (int64_t j = 0; j < count; ++j) {
        const uint64_t k = (uint64_t{bits[2 * j]} << 32 | bits[2 * j + 1]) & ((uint64_t{1} << 53) - 1);
        to[i + j] = k < bound ? yes : no;
      }
    }
  });
}

namespace {

template <class P>
void bernoulli_each(const Generator& generator, void* out, ScalarType dtype, int64_t n, const P* p) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  dispatch(dtype, "bernoulli_", [&]<class T>() { fill_each<T>(out, n, [&, i = int64_t{0}]() mutable { return static_cast<float>(unit<P>(g) < p[i++]); }); });
}

}  // namespace

void fill_bernoulli(const Generator& generator, void* out, ScalarType dtype, int64_t n, const float* p) { bernoulli_each(generator, out, dtype, n, p); }
void fill_bernoulli(const Generator& generator, void* out, ScalarType dtype, int64_t n, const double* p) { bernoulli_each(generator, out, dtype, n, p); }

void fill_exponential(const Generator& generator, void* out, ScalarType dtype, int64_t n, double lambda) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  dispatch_floating(dtype, "exponential_", [&]<class T>() { fill_each<T>(out, n, [&] { return -1.0 / lambda * std::log1p(-unit<double>(g)); }); });
}

void fill_geometric(const Generator& generator, void* out, ScalarType dtype, int64_t n, double p) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  dispatch(dtype, "geometric_", [&]<class T>() { fill_each<T>(out, n, [&] { return std::ceil(std::log(unit<double>(g)) / std::log1p(-p)); }); });
}

void fill_cauchy(const Generator& generator, void* out, ScalarType dtype, int64_t n, double median, double sigma) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  dispatch_floating(dtype, "cauchy_", [&]<class T>() { fill_each<T>(out, n, [&] { return median + sigma * std::tan(kPi * (unit<double>(g) - 0.5)); }); });
}

void fill_log_normal(const Generator& generator, void* out, ScalarType dtype, int64_t n, double mean, double std) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  dispatch_floating(dtype, "log_normal_", [&]<class T>() { fill_each<T>(out, n, [&] { return std::exp(normal_one(g, mean, std)); }); });
}

void fill_unit(const Generator& generator, double* out, int64_t n) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  for (int64_t i = 0; i < n; ++i) out[i] = unit<double>(g);
}

namespace {

// Hörmann's transformed rejection (PTRS, 1993) for rates of 10 and more, multiplication of uniforms below.
int64_t poisson_one(Impl& g, double rate) {
  if (rate >= 10) {
    const double slam = std::sqrt(rate), loglam = std::log(rate);
    const double b = 0.931 + 2.53 * slam, a = -0.059 + 0.02483 * b;
    const double invalpha = 1.1239 + 1.1328 / (b - 3.4), vr = 0.9277 - 3.6224 / (b - 2);
    while (true) {
      const double u = unit<double>(g) - 0.5, v = unit<double>(g), us = 0.5 - std::fabs(u);
      const auto k = static_cast<int64_t>(std::floor((2 * a / us + b) * u + rate + 0.43));
      if (us >= 0.07 && v <= vr) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      if (std::log(v) + std::log(invalpha) - std::log(a / (us * us) + b) <= -rate + static_cast<double>(k) * loglam - std::lgamma(static_cast<double>(k) + 1)) return k;
    }
  }
  if (rate == 0) return 0;
  const double enlam = std::exp(-rate);
  double product = 1;
  for (int64_t x = 0;; ++x) {
    product *= unit<double>(g);
    if (product <= enlam) return x;
  }
}

}  // namespace

void fill_poisson(const Generator& generator, void* out, const void* rates, ScalarType dtype, int64_t n) {
  Impl& g = generator.impl();
  std::lock_guard lock(g.mutex);
  dispatch_floating(dtype, "poisson", [&]<class T>() {
    const T* from = static_cast<const T*>(rates);
    fill_each<T>(out, n, [&, i = int64_t{0}]() mutable { return static_cast<double>(poisson_one(g, static_cast<double>(load(from[i++])))); });
  });
}

}  // namespace rushlight::cpu
