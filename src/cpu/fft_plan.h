// Plans of the FFT: which algorithm serves a length, and its tables; kept for reuse by all threads.
#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "cpu/isa/fft_kernels.h"

namespace rushlight::cpu {

template <class T>
const FftKernels<T>& fft_kernels();

// Numbers at a 64-byte boundary that never change once made.
template <class T>
class FftTable {
 public:
  FftTable() = default;
  explicit FftTable(int64_t size)
      : size_(size), data_(static_cast<T*>(::operator new(static_cast<size_t>(size) * sizeof(T), kAlign))) {}
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  size_t bytes() const { return static_cast<size_t>(size_) * sizeof(T); }

 private:
  static constexpr std::align_val_t kAlign{64};
  struct Free {
    void operator()(T* p) const { ::operator delete(p, kAlign); }
  };
  int64_t size_ = 0;
  std::unique_ptr<T, Free> data_;
};

// The passes of a transform of rows (see Note [Rows]); primes up to kFftLargestRadix only.
template <class T>
struct FftPasses {
  int64_t n = 1;
  std::vector<FftPass<T>> passes;
  FftTable<T> table;

  FftPasses() = default;
  explicit FftPasses(int64_t n);
  size_t bytes() const { return table.bytes(); }
};

// Note [Algorithms]
// Direct: passes over rows of several lines. Four-step (Bailey 1990): n = n1 * n2, seen as a matrix of n1 rows;
// transforms of its columns, a twist by exp(-2 pi i k j / n), a transposition, transforms of what were its rows. Both
// kinds of transform run over vectors of neighbours, so one line alone fills all lanes, and long lines stay in cache.
// Bluestein (1970): a transform of any length as a convolution with a chirp, of a length m >= 2n - 1 that suits.
// A plan suits one line; where many lines are side by side, passes over them may be better (see FftBatch).
template <class T>
struct FftPlan {
  enum class Kind : uint8_t { Direct, FourStep, Bluestein };
  int64_t n = 1;
  Kind kind = Kind::Direct;
  FftPasses<T> first, second;  // of length n (direct), or n1 and n2
  FftTable<T> twist, factors;  // twist: n1 rows for each block of columns, or for one block if there are factors
  std::shared_ptr<const FftPlan> inner;  // of length m
  FftTable<T> chirp, filter;             // exp(-pi i j^2 / n), and the transform of its conjugate divided by m

  explicit FftPlan(int64_t n);
  size_t bytes() const;

 private:
  void make_four_step(int64_t n1);
  void make_bluestein();
};

// exp(-pi i k / m) for k in [0, m/2]: real parts, then imaginary parts.
template <class T>
struct FftRealRoots {
  FftTable<T> table;

  explicit FftRealRoots(int64_t m);
  size_t bytes() const { return table.bytes(); }
};

// From the cache, or made now.
template <class T>
std::shared_ptr<const FftPlan<T>> fft_plan(int64_t n);
template <class T>
std::shared_ptr<const FftPasses<T>> fft_passes(int64_t n);  // null when n has a prime factor without a pass
template <class T>
std::shared_ptr<const FftRealRoots<T>> fft_real_roots(int64_t m);

}  // namespace rushlight::cpu
