// Makes the plans of the FFT: factors, tables, the choice of algorithm; a cache that forgets what was unused longest.
#include "cpu/fft_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <list>
#include <mutex>
#include <numbers>
#include <unordered_map>

#include "cpu/fft_lines.h"
#include "cpu/isa.h"

namespace rushlight::cpu {
namespace {

struct Root {
  double re, im;
};

// exp(-2 pi i k / n), 0 <= k < n, to the last bit or so: the angle is first brought into [0, pi/4].
Root unit_root(int64_t k, int64_t n) {
  const bool below = 2 * k > n;  // conjugate
  if (below) k = n - k;
  const bool left = 4 * k > n;                     // mirrored at the imaginary axis: angle pi - a
  const int64_t twice = left ? n - 2 * k : 2 * k;  // the angle is pi * twice / n, at most pi / 2
  const bool steep = 4 * twice > n;                // above pi / 4: sine and cosine of the complement
  double c, s;
  if (steep) {
    const double a =
        std::numbers::pi * (static_cast<double>(n) - 2 * static_cast<double>(twice)) / (2 * static_cast<double>(n));
    c = std::sin(a);
    s = std::cos(a);
  } else {
    const double a = std::numbers::pi * static_cast<double>(twice) / static_cast<double>(n);
    c = std::cos(a);
    s = std::sin(a);
  }
  return {left ? -c : c, below ? s : -s};
}

template <class T>
T* put(T* at, Root root) {
  *at++ = static_cast<T>(root.re);
  *at++ = static_cast<T>(root.im);
  return at;
}

// Radices from the first pass to the last; empty when a prime is too large. 1 has no radices.
bool factor(int64_t n, std::vector<int>& radices) {
  radices.clear();
  int twos = 0;
  while (n % 2 == 0) {
    n /= 2;
    ++twos;
  }
  while (twos >= 3 && twos != 4) {
    radices.push_back(8);
    twos -= 3;
  }
  for (; twos >= 2; twos -= 2) radices.push_back(4);
  if (twos) radices.push_back(2);
  for (int p = 3; p <= kFftLargestRadix && n > 1; p += 2) {
    for (; n % p == 0; n /= p) radices.push_back(p);
  }
  return n == 1;
}

// Operations on vectors per row of a transform of n rows, memory included; infinite when there are no passes for n.
double cost_of_rows(int64_t n, int lanes, size_t element) {
  std::vector<int> radices;
  if (!factor(n, radices)) return HUGE_VAL;
  double cost = 0;
  for (const int r : radices) cost += r == 2 ? 6 : r == 4 ? 9 : r == 8 ? 13 : 6 + 2.0 * r;
  const double bytes = 4.0 * static_cast<double>(n) * lanes * static_cast<double>(element);
  const auto& cache = cache_sizes();
  if (bytes > static_cast<double>(cache.l1d)) cost *= 1.3;
  if (bytes > static_cast<double>(cache.l2)) cost *= 2;
  return cost * static_cast<double>(n);
}

double blocks_of(int64_t n, int64_t lanes) {
  const int64_t blocks = (n + lanes - 1) / lanes;
  return static_cast<double>(blocks);
}

// The best n1 of the four-step algorithm, or 0 when the direct one is no worse.
int64_t split(int64_t n, int lanes, size_t element) {
  if (n <= 64) return 0;
  const double direct = cost_of_rows(n, lanes, element);
  double least = n >= 2048 ? HUGE_VAL : direct * 0.4;
  int64_t best = 0;
  for (int64_t d = 4; d <= n / d; ++d) {
    if (n % d != 0) continue;
    for (const int64_t n1 : {d, n / d}) {
      const int64_t n2 = n / n1;
      const double blocks = blocks_of(n2, lanes), groups = blocks_of(n1, lanes);
      const double cost = blocks * cost_of_rows(n1, lanes, element) + groups * cost_of_rows(n2, lanes, element) +
                          8 * lanes * blocks * groups;
      if (cost < least) {
        least = cost;
        best = n1;
      }
    }
  }
  return best;
}

// The least even-handed length for a convolution: 2^a times 1, 3, 5, 9 or 15, at least 256.
int64_t convolution_length(int64_t least) {
  int64_t best = 0;
  for (const int64_t odd : {1, 3, 5, 9, 15}) {
    int64_t m = odd * 16;
    while (m < least || m < 128) m *= 2;
    if (best == 0 || m < best) best = m;
  }
  return best;
}

}  // namespace

template <>
const FftKernels<float>& fft_kernels<float>() {
  static const FftKernels<float>& kernels = *std::array{&base::kFftF32, &avx2::kFftF32, &avx512::kFftF32}[isa_level()];
  return kernels;
}
template <>
const FftKernels<double>& fft_kernels<double>() {
  static const FftKernels<double>& kernels = *std::array{&base::kFftF64, &avx2::kFftF64, &avx512::kFftF64}[isa_level()];
  return kernels;
}

template <class T>
FftPasses<T>::FftPasses(int64_t n) : n(n) {
  std::vector<int> radices;
  factor(n, radices);
  int64_t size = 0, inner = 1;
  for (const int r : radices) {
    const int64_t groups = n / inner / r;
    size += 2 * groups * (r - 1) + 2 * r;
    inner *= r;
  }
  table = FftTable<T>(size);
  T* at = table.data();
  inner = 1;
  for (const int r : radices) {
    const int64_t groups = n / inner / r;
    const T* twiddles = at;
    for (int64_t j = 0; j < groups; ++j) {
      for (int64_t q = 1; q < r; ++q) at = put(at, unit_root(j * q % (groups * r), groups * r));
    }
    const T* roots = at;
    for (int64_t k = 0; k < r; ++k) {
      const Root root = unit_root(k, r);
      at = put(at, {root.re, -root.im});
    }
    passes.push_back({r, inner, groups, twiddles, roots});
    inner *= r;
  }
}

template <class T>
FftPlan<T>::FftPlan(int64_t n) : n(n) {
  const int lanes = fft_kernels<T>().lanes;
  const int64_t n1 = split(n, lanes, sizeof(T));
  if (n1 != 0)
    make_four_step(n1);
  else if (cost_of_rows(n, lanes, sizeof(T)) < HUGE_VAL)
    first = FftPasses<T>(n);
  else
    make_bluestein();
}

template <class T>
void FftPlan<T>::make_four_step(int64_t n1) {
  constexpr int64_t kLargeTable = 256 << 10;
  const int64_t n2 = n / n1, lanes = fft_kernels<T>().lanes, blocks = (n2 + lanes - 1) / lanes;
  kind = Kind::FourStep;
  first = FftPasses<T>(n1);
  second = FftPasses<T>(n2);
  const bool whole = blocks * n1 * lanes * 2 * static_cast<int64_t>(sizeof(T)) <= kLargeTable;
  twist = FftTable<T>((whole ? blocks : 1) * n1 * 2 * lanes);
  T* at = twist.data();
  for (int64_t block = 0; block < (whole ? blocks : 1); ++block) {
    for (int64_t k = 0; k < n1; ++k, at += 2 * lanes) {
      for (int64_t l = 0; l < lanes; ++l) {
        const Root root = unit_root(k * (block * lanes + l) % n, n);
        at[l] = static_cast<T>(root.re);
        at[lanes + l] = static_cast<T>(root.im);
      }
    }
  }
  if (whole) return;
  factors = FftTable<T>(blocks * n1 * 2);
  at = factors.data();
  for (int64_t block = 0; block < blocks; ++block) {
    for (int64_t k = 0; k < n1; ++k) at = put(at, unit_root(k * block * lanes % n, n));
  }
}

template <class T>
void FftPlan<T>::make_bluestein() {
  kind = Kind::Bluestein;
  const int64_t m = convolution_length(2 * n - 1);
  inner = fft_plan<T>(m);
  chirp = FftTable<T>(2 * n);
  filter = FftTable<T>(2 * m);
  std::fill_n(filter.data(), 2 * m, T(0));
  const auto scale = 1 / static_cast<double>(m);
  int64_t square = 0;  // j^2 mod 2n
  for (int64_t j = 0; j < n; ++j) {
    const Root root = unit_root(square, 2 * n);
    put(chirp.data() + 2 * j, root);
    for (const int64_t at : {j, (m - j) % m}) put(filter.data() + 2 * at, {root.re * scale, -root.im * scale});
    square = (square + 2 * j + 1) % (2 * n);
  }
  FftTable<T> scratch(fft_scratch_size(*inner));
  fft_transform_line<T>(*inner, {filter.data(), nullptr, 0, 2, 1, 1}, {filter.data(), nullptr, 0, 2, 1, 1}, false, T(1),
                        scratch.data(), false);
}

template <class T>
size_t FftPlan<T>::bytes() const {
  return first.table.bytes() + second.table.bytes() + twist.bytes() + factors.bytes() + chirp.bytes() + filter.bytes();
}

template <class T>
FftRealRoots<T>::FftRealRoots(int64_t m) : table(2 * (m / 2 + 1)) {
  const int64_t count = m / 2 + 1;
  for (int64_t k = 0; k < count; ++k) {
    const Root root = unit_root(k, 2 * m);
    table.data()[k] = static_cast<T>(root.re);
    table.data()[count + k] = static_cast<T>(root.im);
  }
}

namespace {

// The last used plans of one kind, by length.
template <class P>
class PlanCache {
 public:
  std::shared_ptr<const P> get(int64_t n) {
    if (auto found = find(n)) return found;
    const auto made = std::make_shared<const P>(n);  // without the lock: it may need other plans, and takes long
    std::lock_guard lock(mutex_);
    if (const auto at = by_length_.find(n); at != by_length_.end()) return *at->second;
    entries_.push_front({n, made});
    by_length_[n] = entries_.begin();
    bytes_ += made->bytes();
    while (entries_.size() > kMostEntries || (bytes_ > kMostBytes && entries_.size() > 1)) {
      bytes_ -= entries_.back().plan->bytes();
      by_length_.erase(entries_.back().n);
      entries_.pop_back();
    }
    return made;
  }

 private:
  static constexpr size_t kMostEntries = 128, kMostBytes = size_t{64} << 20;
  struct Entry {
    int64_t n;
    std::shared_ptr<const P> plan;
    operator std::shared_ptr<const P>() const { return plan; }
  };
  std::shared_ptr<const P> find(int64_t n) {
    std::lock_guard lock(mutex_);
    const auto at = by_length_.find(n);
    if (at == by_length_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, at->second);
    return at->second->plan;
  }
  std::mutex mutex_;
  std::list<Entry> entries_;  // the last used first
  std::unordered_map<int64_t, typename std::list<Entry>::iterator> by_length_;
  size_t bytes_ = 0;
};

template <class P>
PlanCache<P>& cache_of() {
  static auto& cache = *new PlanCache<P>;  // never destroyed: threads may outlive main
  return cache;
}

}  // namespace

template <class T>
std::shared_ptr<const FftPlan<T>> fft_plan(int64_t n) {
  return cache_of<FftPlan<T>>().get(n);
}
template <class T>
std::shared_ptr<const FftPasses<T>> fft_passes(int64_t n) {
  std::vector<int> radices;
  return factor(n, radices) ? cache_of<FftPasses<T>>().get(n) : nullptr;
}
template <class T>
std::shared_ptr<const FftRealRoots<T>> fft_real_roots(int64_t m) {
  return cache_of<FftRealRoots<T>>().get(m);
}

#define RL_FFT_PLANS(T)                                             \
  template struct FftPasses<T>;                                     \
  template struct FftPlan<T>;                                       \
  template struct FftRealRoots<T>;                                  \
  template std::shared_ptr<const FftPlan<T>> fft_plan(int64_t);     \
  template std::shared_ptr<const FftPasses<T>> fft_passes(int64_t); \
  template std::shared_ptr<const FftRealRoots<T>> fft_real_roots(int64_t);
RL_FFT_PLANS(float)
RL_FFT_PLANS(double)
#undef RL_FFT_PLANS

}  // namespace rushlight::cpu
