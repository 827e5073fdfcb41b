// mt19937 (Matsumoto & Nishimura 1998), seeded and serialised as PyTorch's CPU generator.
#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/generator_impl.h"
#include "rushlight/error.h"

namespace rushlight {
namespace {

// What torch.get_rng_state() holds.
struct State {
  uint64_t initial_seed;
  int32_t left, seeded;
  uint64_t next;
  uint64_t state[Generator::Impl::kN];
  double normal_x, normal_y, normal_rho;
  int32_t normal_is_valid;
  int32_t padding;
  float next_float_normal;
  uint8_t next_float_is_valid;
  uint8_t padding2[3];
};
static_assert(sizeof(State) == 5056);

uint32_t twist(uint32_t u, uint32_t v) {
  return (((u & 0x80000000u) | (v & 0x7fffffffu)) >> 1) ^ ((v & 1u) ? 0x9908b0dfu : 0u);
}

}  // namespace

void Generator::Impl::init(uint64_t value) {
  seed = value;
  state[0] = static_cast<uint32_t>(value);
  for (uint32_t j = 1; j < kN; ++j) state[j] = 1812433253u * (state[j - 1] ^ (state[j - 1] >> 30)) + j;
  left = 1;
  next = 0;
  cached_float.reset();
  cached_double.reset();
}

void Generator::Impl::refill() {
  uint32_t* p = state;
  left = kN;
  next = 0;
  for (int j = 0; j < kN - kM; ++j) p[j] = p[j + kM] ^ twist(p[j], p[j + 1]);
  for (int j = kN - kM; j < kN - 1; ++j) p[j] = p[j + kM - kN] ^ twist(p[j], p[j + 1]);
  p[kN - 1] = p[kM - 1] ^ twist(p[kN - 1], p[0]);
}

Generator::Generator() : Generator(kDefaultSeed) {}
Generator::Generator(uint64_t seed) : impl_(new Impl) { impl_->init(seed); }
Generator::Generator(const Generator& other) noexcept : impl_(other.impl_) {
  if (impl_) impl_->refs.fetch_add(1, std::memory_order_relaxed);
}
Generator::~Generator() {
  if (impl_ && impl_->refs.fetch_sub(1, std::memory_order_acq_rel) == 1) delete impl_;
}

Generator& Generator::manual_seed(uint64_t seed) {
  std::lock_guard lock(impl_->mutex);
  impl_->init(seed);
  return *this;
}

uint64_t Generator::seed() {
  uint64_t value = 0;
  if (getrandom(&value, sizeof value, 0) != sizeof value) {
    raise_os_error(errno, "cannot get a random seed from the system");
  }
  manual_seed(value);
  return value;
}

uint64_t Generator::initial_seed() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->seed;
}

std::string Generator::get_state() const {
  std::lock_guard lock(impl_->mutex);
  State s{};
  s.initial_seed = impl_->seed;
  s.left = impl_->left;
  s.seeded = 1;
  s.next = impl_->next;
  std::copy(impl_->state, impl_->state + Impl::kN, s.state);
  s.normal_is_valid = impl_->cached_double.has_value();
  s.normal_y = impl_->cached_double.value_or(0);
  s.next_float_is_valid = impl_->cached_float.has_value();
  s.next_float_normal = impl_->cached_float.value_or(0);
  return std::string(reinterpret_cast<const char*>(&s), sizeof s);
}

void Generator::set_state(std::string_view bytes) {
  check(bytes.size() == sizeof(State),
        "Expected a CPUGeneratorImplState of size {} but found the input RNG state size to be {}", sizeof(State),
        bytes.size());
  State s;
  memcpy(&s, bytes.data(), sizeof s);
  const bool inside = s.left > 0 && s.next <= Impl::kN && s.next + static_cast<uint64_t>(s.left) <= Impl::kN + 1;
  check(s.seeded && inside, "Invalid mt19937 state: left is {}, next is {}, seeded is {}", s.left, s.next, s.seeded);
  std::lock_guard lock(impl_->mutex);
  impl_->seed = s.initial_seed;
  impl_->left = s.left;
  impl_->next = static_cast<uint32_t>(s.next);
  for (int i = 0; i < Impl::kN; ++i) impl_->state[i] = static_cast<uint32_t>(s.state[i]);
  impl_->cached_double = s.normal_is_valid ? std::optional<double>(s.normal_y) : std::nullopt;
  impl_->cached_float = s.next_float_is_valid ? std::optional<float>(s.next_float_normal) : std::nullopt;
}

Generator& default_generator() {
  static Generator* const generator = [] {
    auto* made = new Generator;  // leaked on purpose: threads may draw at exit
    // Some thread that a forked child does not have may have been drawing.
    pthread_atfork(nullptr, nullptr, [] { new (&default_generator().impl().mutex) std::mutex; });
    return made;
  }();
  return *generator;
}

Generator& manual_seed(uint64_t seed) { return default_generator().manual_seed(seed); }

}  // namespace rushlight
