// Random fills; the formulas are those of PyTorch's DistributionTemplates, in its order of draws.
#include "cpu/random.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <numbers>

#include "core/allocator.h"
#include "core/generator_impl.h"
#include "core/thread_pool.h"
#include "cpu/dispatch.h"
#include "cpu/isa.h"
#include "cpu/isa/micro.h"
#include "cpu/isa/random_kernels.h"

namespace rushlight::cpu {

#define RL_DECLARE(isa)                                                                                   \
  namespace isa {                                                                                         \
  void mt_refill(uint32_t* state);                                                                        \
  void mt_temper(const uint32_t* state, uint32_t* out, int64_t n);                                        \
  void uniform_f32(const uint32_t* words, float* out, int64_t n, float low, float width, float high);     \
  void uniform_f64(const uint32_t* words, double* out, int64_t n, double low, double width, double high); \
  void coins(const uint32_t* words, uint8_t* out, int64_t n, int64_t bound);                              \
  void remainders(uint32_t* words, int64_t n, uint32_t range);                                            \
  void exponential_f32(const uint32_t* words, float* out, int64_t n, double scale);                       \
  }
RL_DECLARE(base)
RL_DECLARE(avx2)
RL_DECLARE(avx512)
#undef RL_DECLARE

namespace {

using Impl = Generator::Impl;
using Words = const uint32_t*;
constexpr double kPi = std::numbers::pi;
constexpr int64_t kBlock = 4096;    // words drawn at a time, small enough for the first cache
constexpr int64_t kSpan = 1 << 17;  // elements drawn before threads share their arithmetic

#define RL_KERNEL(name)                                                                       \
  const auto name = [](auto... args) {                                                        \
    static constexpr decltype(&base::name) kSlots[] = {base::name, avx2::name, avx512::name}; \
    kSlots[isa_level()](args...);                                                             \
  }
RL_KERNEL(mt_refill);
RL_KERNEL(mt_temper);
RL_KERNEL(uniform_f32);
RL_KERNEL(uniform_f64);
RL_KERNEL(coins);
RL_KERNEL(remainders);
RL_KERNEL(exponential_f32);
#undef RL_KERNEL

// A group is two halves of 8, so 512-bit lanes would be half empty.
void normal_groups_f32(float* data, int64_t groups, float mean, float std) {
  static constexpr decltype(&base::normal_groups_f32) kSlots[] = {base::normal_groups_f32, avx2::normal_groups_f32,
                                                                  avx2::normal_groups_f32};
  kSlots[isa_level()](data, groups, mean, std);
}

const HalfKernels& half_kernels() {
  static constexpr const HalfKernels* kSlots[] = {&base::kHalf, &avx2::kHalf, &avx512::kHalf};
  return *kSlots[isa_level()];
}
void narrow(int64_t n, const float* from, Half* to) {
  half_kernels().narrow_f16(n, from, reinterpret_cast<uint16_t*>(to));
}
void narrow(int64_t n, const float* from, BFloat16* to) {
  half_kernels().narrow_bf16(n, from, reinterpret_cast<uint16_t*>(to));
}

// Mantissa bits with the leading one.
template <class T>
constexpr int kDigits = 0;
template <>
constexpr int kDigits<float> = 24;
template <>
constexpr int kDigits<double> = 53;
template <>
constexpr int kDigits<Half> = 11;
template <>
constexpr int kDigits<BFloat16> = 8;

// n words as n calls of random().
void draw(Impl& g, uint32_t* out, int64_t n) {
  while (n > 0) {
    if (g.left == 1) {
      mt_refill(g.state);
      g.left = Impl::kN + 1;
      g.next = 0;
    }
    const int64_t run = std::min<int64_t>(n, g.left - 1);
    mt_temper(g.state + g.next, out, run);
    g.next += static_cast<uint32_t>(run);
    g.left -= static_cast<int>(run);
    out += run;
    n -= run;
  }
}

uint64_t pair(Words words) { return uint64_t{words[0]} << 32 | words[1]; }
double unit_double(Words pair_of_words) {
  return static_cast<double>(pair(pair_of_words) & ((uint64_t{1} << 53) - 1)) * 0x1p-53;
}
float unit_float(uint32_t word) { return static_cast<float>(static_cast<int32_t>(word & 0xffffffu)) * 0x1p-24f; }
double next_unit(Impl& g) {
  uint32_t words[2];
  words[0] = g.random();
  words[1] = g.random();
  return unit_double(words);
}

// f(words, begin, count) for blocks of elements that need `each` words, on the calling thread.
template <int each, class F>
void in_blocks(Impl& g, int64_t n, const F& f) {
  alignas(64) uint32_t words[kBlock];
  constexpr int64_t kStep = kBlock / each;
  for (int64_t i = 0; i < n; i += kStep) {
    const int64_t count = std::min(kStep, n - i);
    draw(g, words, count * each);
    f(static_cast<uint32_t*>(words), i, count);
  }
}

// f(words, begin, count) as above, but shared by threads: for functions of more than a few ns per element.
template <int each, class F>
void in_spans(Impl& g, int64_t n, double ns_per_element, const F& f) {
  if (n <= kBlock / each) return in_blocks<each>(g, n, f);
  const Scratch scratch(static_cast<size_t>(std::min(n, kSpan) * each) * 4);
  uint32_t* words = scratch.as<uint32_t>();
  for (int64_t i = 0; i < n; i += kSpan) {
    const int64_t count = std::min(kSpan, n - i);
    draw(g, words, count * each);
    parallel_for(count, 512, ns_per_element,
                 [&](int64_t begin, int64_t end) { f(words + begin * each, i + begin, end - begin); });
  }
}

template <int each, class T, class F>
void fill_spans(Impl& g, void* out, int64_t n, double ns_per_element, const F& f) {
  T* to = static_cast<T*>(out);
  in_spans<each>(g, n, ns_per_element, [&](Words words, int64_t begin, int64_t count) {
    for (int64_t j = 0; j < count; ++j) to[begin + j] = store<T>(f(words + j * each));
  });
}

// The next two run over whole groups first: the compiler makes vectors of loops whose length it knows.
constexpr int64_t kGroup = 64;

// out[i] = flips[i] ? yes : 0, without a branch that nobody could predict.
template <class Bits>
void spread_group(const uint8_t* __restrict flips, Bits* __restrict out, int64_t n, Bits yes) {
  for (int64_t j = 0; j < n; ++j) out[j] = static_cast<Bits>(yes & (Bits{0} - Bits{flips[j]}));
}
template <class T>
void spread(const uint8_t* flips, T* out, int64_t n) {
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint16_t>>;
  if constexpr (sizeof(T) == 1) {
    std::memcpy(out, flips, static_cast<size_t>(n));
  } else {
    const Bits yes = std::bit_cast<Bits>(store<T>(1.0f));
    Bits* to = reinterpret_cast<Bits*>(out);
    int64_t i = 0;
    for (; i + kGroup <= n; i += kGroup) spread_group(flips + i, to + i, kGroup, yes);
    spread_group(flips + i, to + i, n - i, yes);
  }
}

void replace_bits(uint16_t* values, int64_t n, uint16_t from, uint16_t to) {
  const auto one = [=](uint16_t& v) { v = v == from ? to : v; };
  int64_t i = 0;
  for (; i + kGroup <= n; i += kGroup) {
    for (int64_t j = 0; j < kGroup; ++j) one(values[i + j]);
  }
  for (; i < n; ++i) one(values[i]);
}

// ---- Normal numbers ----

// PyTorch's normal_distribution<double>: pairs, the second value kept for the next call. out[i] = f(value).
template <class T, class F>
void fill_pairs(Impl& g, T* out, int64_t n, double mean, double std, const F& f) {
  const auto put = [&](int64_t i, double value) { out[i] = store<T>(f(std::fma(value, std, mean))); };
  const auto both = [](Words words, double& first, double& second) {
    const double r = std::sqrt(-2.0 * std::log1p(-unit_double(words + 2))), theta = 2.0 * kPi * unit_double(words);
    first = r * std::cos(theta);
    second = r * std::sin(theta);
  };
  int64_t done = 0;
  if (g.cached_double && n > 0) {
    put(done++, *g.cached_double);
    g.cached_double.reset();
  }
  const int64_t pairs = (n - done) / 2;
  in_spans<4>(g, pairs, 60, [&](Words words, int64_t begin, int64_t count) {
    for (int64_t j = 0; j < count; ++j) {
      double first, second;
      both(words + 4 * j, first, second);
      put(done + 2 * (begin + j), first);
      put(done + 2 * (begin + j) + 1, second);
    }
  });
  done += 2 * pairs;
  if (done == n) return;
  uint32_t words[4];
  draw(g, words, 4);
  double first, second;
  both(words, first, second);
  g.cached_double = second;
  put(done, first);
}

// Groups of 16: eight radii, eight angles (Box & Muller 1958). `data` holds words, and normal numbers afterwards.
void normal_groups(float* data, int64_t groups, float mean, float std) {
  parallel_for(groups, 64, 16 * 1.2, [&](int64_t begin, int64_t end) {
    float* at = data + 16 * begin;
    const int64_t count = end - begin;
    uniform_f32(reinterpret_cast<uint32_t*>(at), at, 16 * count, 0.0f, 1.0f, 1.0f);
    normal_groups_f32(at, count, mean, std);
  });
}
void normal_groups(double* data, int64_t groups, double mean, double std) {
  parallel_for(groups, 16, 16 * 14.0, [&](int64_t begin, int64_t end) {
    for (double* at = data + 16 * begin; at < data + 16 * end; at += 16) {
      uniform_f64(reinterpret_cast<uint32_t*>(at), at, int64_t{16}, 0.0, 1.0, 1.0);
      for (int j = 0; j < 8; ++j) {
        const double radius = std::sqrt(-2 * std::log(1 - at[j])), theta = 2.0 * kPi * at[j + 8];
        at[j] = std::fma(radius * std::cos(theta), std, mean);
        at[j + 8] = std::fma(radius * std::sin(theta), std, mean);
      }
    }
  });
}

// All n are drawn; if n is no multiple of 16 the last 16 are replaced by a group of their own, drawn after them.
template <class V>
void fill_normal_groups(Impl& g, V* out, int64_t n, V mean, V std) {
  constexpr int64_t kEach = sizeof(V) / 4;
  for (int64_t i = 0; i < n; i += kSpan) {
    const int64_t count = std::min(kSpan, n - i);
    draw(g, reinterpret_cast<uint32_t*>(out + i), count * kEach);
    normal_groups(out + i, count / 16, mean, std);
  }
  if (n % 16 == 0) return;
  V* tail = out + n - 16;
  draw(g, reinterpret_cast<uint32_t*>(tail), 16 * kEach);
  normal_groups(tail, 1, mean, std);
}

// Half types compute in float, and draw nothing for numbers that the last group replaces.
template <class T>
void fill_normal_halves(Impl& g, T* out, int64_t n, float mean, float std) {
  const Scratch scratch(static_cast<size_t>(std::min(n, kSpan)) * 4);
  float* values = scratch.as<float>();
  const auto groups = [&](T* to, int64_t count) {
    draw(g, scratch.as<uint32_t>(), 16 * count);
    normal_groups(values, count, mean, std);
    narrow(16 * count, values, to);
  };
  for (int64_t i = 0; i + 16 <= n; i += kSpan) groups(out + i, std::min(kSpan, n - i) / 16);
  if (n % 16 != 0) groups(out + n - 16, 1);
}

// Integers of type T from words, a block at a time: f(words) for each.
template <int each, class T, class F>
void fill_blocks(Impl& g, T* out, int64_t n, const F& f) {
  in_blocks<each>(g, n, [&](Words words, int64_t begin, int64_t count) {
    for (int64_t j = 0; j < count; ++j) out[begin + j] = store<T>(f(words + j * each));
  });
}

}  // namespace

void fill_uniform(const Generator& generator, void* out, ScalarType dtype, int64_t n, double from, double to) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  dispatch_floating(dtype, "uniform_", [&]<class T>() {
    using V = opmath_t<T>;
    const V low = static_cast<V>(from), high = static_cast<V>(to), width = high - low;
    T* values = static_cast<T*>(out);
    if constexpr (std::is_same_v<T, V>) {
      constexpr int64_t kEach = sizeof(V) / 4;
      for (int64_t i = 0; i < n; i += kBlock / kEach) {  // the words lie where their numbers will
        const int64_t count = std::min(kBlock / kEach, n - i);
        uint32_t* words = reinterpret_cast<uint32_t*>(values + i);
        draw(g, words, count * kEach);
        if constexpr (kEach == 1)
          uniform_f32(words, values + i, count, low, width, high);
        else
          uniform_f64(words, values + i, count, low, width, high);
      }
    } else {
      const T last = store<T>(to), first = store<T>(from);
      in_blocks<1>(g, n, [&](uint32_t* words, int64_t begin, int64_t count) {
        float* wide = reinterpret_cast<float*>(words);
        const float never = std::numeric_limits<float>::quiet_NaN();  // only the rounded value is compared
        uniform_f32(words, wide, count, low, width, never);
        narrow(count, wide, values + begin);
        replace_bits(reinterpret_cast<uint16_t*>(values + begin), count, last.bits, first.bits);
      });
    }
  });
}

void fill_normal(const Generator& generator, void* out, ScalarType dtype, int64_t n, double mean, double std,
                 bool grouped) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  dispatch_floating(dtype, "normal_", [&]<class T>() {
    using V = opmath_t<T>;
    T* to = static_cast<T*>(out);
    const V center = static_cast<V>(mean), spread = static_cast<V>(std);
    if (n < 16 || !grouped)
      fill_pairs(g, to, n, mean, std, [](double v) { return v; });
    else if constexpr (std::is_same_v<T, V>)
      fill_normal_groups(g, to, n, center, spread);
    else
      fill_normal_halves(g, to, n, center, spread);
  });
}

void fill_integers(const Generator& generator, void* out, ScalarType dtype, int64_t n, uint64_t range, int64_t base) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  const uint64_t from = static_cast<uint64_t>(base);
  dispatch(dtype, "random_", [&]<class T>() {
    T* to = static_cast<T*>(out);
    if (range == 0) {
      fill_blocks<2>(g, to, n, [](Words words) { return static_cast<int64_t>(pair(words)); });
    } else if (range >= uint64_t{1} << 28) {
      fill_blocks<2>(g, to, n, [=](Words words) { return static_cast<int64_t>(pair(words) % range + from); });
    } else {
      in_blocks<1>(g, n, [&](uint32_t* words, int64_t begin, int64_t count) {
        if (range == 1)
          std::memset(words, 0, static_cast<size_t>(count) * 4);
        else
          remainders(words, count, static_cast<uint32_t>(range));
        for (int64_t j = 0; j < count; ++j) to[begin + j] = store<T>(static_cast<int64_t>(words[j] + from));
      });
    }
  });
}

void fill_random(const Generator& generator, void* out, ScalarType dtype, int64_t n) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  dispatch(dtype, "random_", [&]<class T>() {
    T* to = static_cast<T*>(out);
    if constexpr (std::is_same_v<T, bool>) {
      fill_blocks<1>(g, to, n, [](Words words) { return (*words & 1) != 0; });
    } else if constexpr (std::is_same_v<T, int64_t>) {
      fill_blocks<2>(g, to, n, [](Words words) { return static_cast<int64_t>(pair(words) & (~uint64_t{0} >> 1)); });
    } else if constexpr (std::is_same_v<T, uint64_t>) {
      fill_blocks<2>(g, to, n, [](Words words) { return pair(words); });
    } else if constexpr (std::is_same_v<T, double>) {
      constexpr uint64_t kRange = (uint64_t{1} << 53) + 1;
      fill_blocks<2>(g, to, n, [](Words words) { return static_cast<double>(pair(words) % kRange); });
    } else if constexpr (kDigits<T> != 0) {
      fill_blocks<1>(g, to, n, [](Words words) { return static_cast<float>(*words % ((1u << kDigits<T>)+1)); });
    } else {
      fill_blocks<1>(g, to, n, [](Words words) {
        return static_cast<int64_t>(*words & static_cast<uint32_t>(std::numeric_limits<T>::max()));
      });
    }
  });
}

void fill_permutation(const Generator& generator, int64_t* out, int64_t n) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  constexpr int64_t kSmall = std::numeric_limits<uint32_t>::max() / 20;
  if (n < kSmall) {  // Fisher-Yates; the places of a block are known ahead, so they are fetched ahead
    for (int64_t i = 0; i < n; ++i) out[i] = i;
    in_blocks<1>(g, n - 1, [&](uint32_t* words, int64_t begin, int64_t count) {
      constexpr int64_t kAhead = 32;
      for (int64_t j = 0; j < count + kAhead; ++j) {
        if (j < count) {
          words[j] %= static_cast<uint32_t>(n - begin - j);
          __builtin_prefetch(out + begin + j + words[j], 1);
        }
        if (j >= kAhead) std::swap(out[begin + j - kAhead], out[begin + j - kAhead + words[j - kAhead]]);
      }
    });
    return;
  }
  in_blocks<2>(g, n, [&](Words words, int64_t begin, int64_t count) {  // inside-out
    for (int64_t i = begin; i < begin + count; ++i) {
      const auto z = static_cast<int64_t>(pair(words + 2 * (i - begin)) % static_cast<uint64_t>(i + 1));
      out[i] = i;
      std::swap(out[i], out[z]);
    }
  });
}

void fill_bernoulli(const Generator& generator, void* out, ScalarType dtype, int64_t n, double p) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  // u = k 2^-53 < p exactly where k < ceil(p 2^53)
  const auto bound = static_cast<int64_t>(std::ceil(std::clamp(p, 0.0, 1.0) * 0x1p53));
  dispatch(dtype, "bernoulli_", [&]<class T>() {
    in_blocks<2>(g, n, [&](Words words, int64_t begin, int64_t count) {
      uint8_t flips[kBlock / 2];
      coins(words, static_cast<uint8_t*>(flips), count, bound);
      spread(flips, static_cast<T*>(out) + begin, count);
    });
  });
}

void fill_bernoulli(const Generator& generator, void* out, ScalarType dtype, int64_t n, const float* p) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  dispatch(dtype, "bernoulli_", [&]<class T>() {
    in_blocks<1>(g, n, [&](Words words, int64_t begin, int64_t count) {
      uint8_t flips[kBlock];
      for (int64_t j = 0; j < count; ++j) flips[j] = unit_float(words[j]) < p[begin + j];
      spread(flips, static_cast<T*>(out) + begin, count);
    });
  });
}

void fill_bernoulli(const Generator& generator, void* out, ScalarType dtype, int64_t n, const double* p) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  dispatch(dtype, "bernoulli_", [&]<class T>() {
    in_blocks<2>(g, n, [&](Words words, int64_t begin, int64_t count) {
      uint8_t flips[kBlock / 2];
      for (int64_t j = 0; j < count; ++j) flips[j] = unit_double(words + 2 * j) < p[begin + j];
      spread(flips, static_cast<T*>(out) + begin, count);
    });
  });
}

void fill_exponential(const Generator& generator, void* out, ScalarType dtype, int64_t n, double lambda) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  const double scale = -1.0 / lambda;
  dispatch_floating(dtype, "exponential_", [&]<class T>() {
    T* to = static_cast<T*>(out);
    if constexpr (std::is_same_v<T, double>) {
      fill_spans<2, double>(g, out, n, 14, [=](Words words) { return scale * std::log1p(-unit_double(words)); });
    } else {
      in_spans<2>(g, n, 2, [&](Words words, int64_t begin, int64_t count) {
        if constexpr (std::is_same_v<T, float>) {
          exponential_f32(words, to + begin, count, scale);
        } else {
          float wide[kBlock / 2];
          exponential_f32(words, static_cast<float*>(wide), count, scale);
          narrow(count, wide, to + begin);
        }
      });
    }
  });
}

void fill_geometric(const Generator& generator, void* out, ScalarType dtype, int64_t n, double p) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  const double failure = std::log1p(-p);
  dispatch(dtype, "geometric_", [&]<class T>() {
    fill_spans<2, T>(g, out, n, 12, [=](Words words) { return std::ceil(std::log(unit_double(words)) / failure); });
  });
}

void fill_cauchy(const Generator& generator, void* out, ScalarType dtype, int64_t n, double median, double sigma) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  dispatch_floating(dtype, "cauchy_", [&]<class T>() {
    fill_spans<2, T>(g, out, n, 20,
                     [=](Words words) { return median + sigma * std::tan(kPi * (unit_double(words) - 0.5)); });
  });
}

void fill_log_normal(const Generator& generator, void* out, ScalarType dtype, int64_t n, double mean, double std) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  dispatch_floating(dtype, "log_normal_", [&]<class T>() {
    fill_pairs(g, static_cast<T*>(out), n, mean, std, [](double v) { return std::exp(v); });
  });
}

void fill_unit(const Generator& generator, double* out, int64_t n) {
  fill_uniform(generator, out, kDouble, n, 0.0, 1.0);
}

namespace {

// Hörmann's transformed rejection (PTRS, 1993) for rates of 10 and more, multiplication of uniforms below.
int64_t poisson_one(Impl& g, double rate) {
  if (rate >= 10) {
    const double slam = std::sqrt(rate), loglam = std::log(rate);
    const double b = 0.931 + 2.53 * slam, a = -0.059 + 0.02483 * b;
    const double invalpha = 1.1239 + 1.1328 / (b - 3.4), vr = 0.9277 - 3.6224 / (b - 2);
    while (true) {
      const double u = next_unit(g) - 0.5, v = next_unit(g), us = 0.5 - std::fabs(u);
      const auto k = static_cast<int64_t>(std::floor((2 * a / us + b) * u + rate + 0.43));
      if (us >= 0.07 && v <= vr) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      const double events = static_cast<double>(k);
      const double likely = -rate + events * loglam - std::lgamma(events + 1);
      if (std::log(v) + std::log(invalpha) - std::log(a / (us * us) + b) <= likely) return k;
    }
  }
  if (rate == 0) return 0;
  const double enlam = std::exp(-rate);
  double product = 1;
  for (int64_t x = 0;; ++x) {
    product *= next_unit(g);
    if (product <= enlam) return x;
  }
}

}  // namespace

void fill_poisson(const Generator& generator, void* out, const void* rates, ScalarType dtype, int64_t n) {
  Impl& g = generator.impl();
  const std::lock_guard lock(g.mutex);
  dispatch_floating(dtype, "poisson", [&]<class T>() {
    const T* rate = static_cast<const T*>(rates);
    T* to = static_cast<T*>(out);
    for (int64_t i = 0; i < n; ++i) {
      to[i] = store<T>(static_cast<double>(poisson_one(g, static_cast<double>(load(rate[i])))));
    }
  });
}

}  // namespace rushlight::cpu
