// The generator of random numbers: mt19937 with the streams of PyTorch's CPU generator.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rushlight/export.h"

namespace rushlight {

// The default seed of every generator, PyTorch's.
constexpr uint64_t kDefaultSeed = 67280421310721ULL;

// A handle to a generator's state; copies share it. Draws lock it, so several threads may use one.
class RL_API Generator {
 public:
  // A generator of its own with the default seed.
  Generator();
  explicit Generator(uint64_t seed);
  Generator(const Generator& other) noexcept;
  Generator(Generator&& other) noexcept : impl_(other.impl_) { other.impl_ = nullptr; }
  Generator& operator=(Generator other) noexcept {
    Impl* mine = impl_;
    impl_ = other.impl_;
    other.impl_ = mine;
    return *this;
  }
  ~Generator();

  Generator& manual_seed(uint64_t seed);
  void set_current_seed(uint64_t seed) { manual_seed(seed); }
  // A seed from the operating system, which is set and returned.
  uint64_t seed();
  uint64_t initial_seed() const;
  uint64_t current_seed() const { return initial_seed(); }
  // 5056 bytes, interchangeable with torch.get_rng_state() of a CPU generator.
  std::string get_state() const;
  // Error when the bytes are no such state.
  void set_state(std::string_view bytes);
  bool is_same(const Generator& other) const noexcept { return impl_ == other.impl_; }

  struct Impl;
  Impl& impl() const noexcept { return *impl_; }

 private:
  Impl* impl_;
};

// The generator that ops draw from when they are given none.
RL_API Generator& default_generator();
RL_API Generator& manual_seed(uint64_t seed);
RL_API void set_num_threads(int n);
RL_API int get_num_threads();

}  // namespace rushlight
