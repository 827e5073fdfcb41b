// The state behind a Generator, for the kernels that draw from it. Hold `mutex` while drawing.
#pragma once
#include <atomic>
#include <mutex>
#include <optional>

#include "rushlight/generator.h"

namespace rushlight {

struct Generator::Impl {
  static constexpr int kN = 624, kM = 397;

  std::atomic<uint32_t> refs{1};
  std::mutex mutex;
  uint64_t seed = kDefaultSeed;
  uint32_t state[kN];
  int left = 1;  // numbers left before the state is made anew, plus one
  uint32_t next = 0;
  std::optional<float> cached_float;  // the second value of a Box-Muller pair
  std::optional<double> cached_double;

  void init(uint64_t seed);
  void refill();
  uint32_t random() {
    if (--left == 0) refill();
    return temper(state[next++]);
  }
  uint64_t random64() {
    const uint64_t high = random();
    return high << 32 | random();
  }

  static uint32_t temper(uint32_t y) {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
  }
};

}  // namespace rushlight
