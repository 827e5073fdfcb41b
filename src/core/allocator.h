// The caching CPU allocator: 64-byte aligned blocks in size classes, huge pages from 1 MB, a limit on what is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "rushlight/export.h"

namespace rushlight {

// At least `bytes` bytes, 64-byte aligned, not cleared; nullptr for 0 bytes. Throws OutOfMemoryError if the system has
// none left even after the cache was given back.
RL_API void* allocate(size_t bytes);
// Gives back a block of allocate(bytes); any thread may call it, with the same `bytes`. Does nothing for nullptr.
RL_API void deallocate(void* p, size_t bytes) noexcept;
// What allocate(bytes) really hands out: `bytes` rounded up to its size class (at most 12.5 % more above 512 bytes).
RL_API size_t allocation_size(size_t bytes);

struct AllocatorStats {
  int64_t in_use_bytes;    // in the hands of callers, in rounded sizes
  int64_t cached_bytes;    // kept for reuse
  int64_t peak_bytes;      // highest in_use_bytes since start or reset; may count blocks in thread-local lists as used
  int64_t reserved_bytes;  // address space obtained from the system
};
RL_API AllocatorStats allocator_stats();
RL_API void reset_peak_memory_stats();

// Returns cached memory to the system until at most `keep_bytes` are cached, largest blocks first.
RL_API void trim_allocator(size_t keep_bytes = 0);
// The most that is kept; default max(1 GiB, a quarter of the machine's memory).
RL_API void set_cache_limit(size_t bytes);

// For tests: the n-th allocation from now (0 = the next one) throws OutOfMemoryError, once; -1 takes it back.
RL_API void fail_allocation_after(int64_t n);

// A scratch buffer that lives as long as its scope.
class Scratch {
 public:
  Scratch() = default;
  explicit Scratch(size_t bytes) : data_(allocate(bytes)), bytes_(bytes) {}
  Scratch(Scratch&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Scratch& operator=(Scratch&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Scratch() { deallocate(data_, bytes_); }

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace rushlight
