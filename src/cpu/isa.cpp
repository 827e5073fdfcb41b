// Detects the instruction set and the cache sizes, once.
#include "cpu/isa.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rushlight/error.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace rushlight::cpu {
namespace {

constexpr const char* kNames[] = {"base", "avx2", "avx512"};

// __builtin_cpu_supports also asks whether the operating system saves the wide registers.
int detect_level() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  if (!avx2) return 0;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512cd");
  return avx512 ? 2 : 1;
#else
  return 0;
#endif
}

int capped_level() {
  const int level = detect_level();
  const char* text = std::getenv("RUSHLIGHT_ISA");
  if (!text || !*text) return level;
  for (int cap = 0; cap < 3; ++cap) {
    if (std::string_view(text) == kNames[cap]) return level < cap ? level : cap;
  }
  fail(ErrorKind::kValue, "RUSHLIGHT_ISA must be base, avx2 or avx512, but got '{}'", text);
}

CacheSizes detect_caches() {
  CacheSizes sizes{};
#if defined(__x86_64__)
  // Leaf 4 (Intel) and leaf 0x8000001D (AMD) describe one cache per subleaf in the same format.
  for (const unsigned leaf : {4u, 0x8000001Du}) {
    unsigned a, b, c, d;
    for (unsigned i = 0; i < 16 && __get_cpuid_count(leaf, i, &a, &b, &c, &d); ++i) {
      const unsigned type = a & 31, level = (a >> 5) & 7;
      if (type == 0) break;
      if (type == 2) continue;  // instructions
      const size_t bytes = (size_t{b >> 22} + 1) * (((b >> 12) & 1023) + 1) * ((b & 4095) + 1) * (size_t{c} + 1);
      if (level == 1) sizes.l1d = bytes;
      if (level == 2) sizes.l2 = bytes;
      if (level == 3) sizes.l3 = bytes;
    }
    if (sizes.l1d) break;
  }
#elif defined(_SC_LEVEL1_DCACHE_SIZE)
  const auto ask = [](int name) { return static_cast<size_t>(sysconf(name) > 0 ? sysconf(name) : 0); };
  sizes = {ask(_SC_LEVEL1_DCACHE_SIZE), ask(_SC_LEVEL2_CACHE_SIZE), ask(_SC_LEVEL3_CACHE_SIZE)};
#endif
  if (!sizes.l1d) sizes.l1d = 32 << 10;
  if (!sizes.l2) sizes.l2 = 1 << 20;
  if (!sizes.l3) sizes.l3 = 16 << 20;
  return sizes;
}

}  // namespace

int isa_level() {
  static const int level = capped_level();
  return level;
}

const char* isa_name() { return kNames[isa_level()]; }

const CacheSizes& cache_sizes() {
  static const CacheSizes sizes = detect_caches();
  return sizes;
}

}  // namespace rushlight::cpu
