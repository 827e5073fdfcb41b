// The switches of LibTorch's global context: what it has, and settings that mean nothing on the CPU and are accepted.
#pragma once
#include <type_traits>

#include "rushlight/device.h"
#include "rushlight/generator.h"

namespace rushlight {

struct Context {
  bool hasCUDA() const noexcept { return false; }
  bool hasCuDNN() const noexcept { return false; }
  bool hasMPS() const noexcept { return false; }
  bool hasMKL() const noexcept { return false; }
  // Results never depend on the number of threads or the run, so there is nothing to choose.
  void setDeterministicAlgorithms(bool, bool = false) noexcept {}
  bool deterministicAlgorithms() const noexcept { return true; }
  void setDeterministicCuDNN(bool) noexcept {}
  void setBenchmarkCuDNN(bool) noexcept {}
  void setUserEnabledCuDNN(bool) noexcept {}
  void setAllowTF32CuBLAS(bool) noexcept {}
  void setAllowTF32CuDNN(bool) noexcept {}
  const Generator& defaultGenerator(Device = kCPU) const { return default_generator(); }
};
inline Context& globalContext() noexcept {
  static Context context;
  return context;
}
// A generator of one's own: make_generator<CPUGeneratorImpl>(seed).
struct CPUGeneratorImpl {};
template <class Impl>
Generator make_generator(uint64_t seed = kDefaultSeed) {
  static_assert(std::is_same_v<Impl, CPUGeneratorImpl>, "there are generators for the CPU only");
  return Generator(seed);
}

inline void init_num_threads() noexcept {}

namespace detail {
inline Generator& getDefaultCPUGenerator() { return default_generator(); }
}  // namespace detail

}  // namespace rushlight
