// Note [Two levels of lists]
// Blocks come in size classes, so a block is reused for any request of its class and needs no header. Each thread keeps
// short lists of small blocks (up to 64 KB) and takes from them without a lock; behind them one mutex guards the shared
// lists, the statistics and the limit on what is kept. Small blocks are cut from slabs and never go back to the system;
// larger ones do when the cache is trimmed. From 1 MB on, a block is mapped on its own, aligned to 2 MB for huge pages.
#include "core/allocator.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>

#include "rushlight/error.h"

namespace rushlight {
namespace {

constexpr size_t kStep = 64;
constexpr int kLinear = 8;              // classes of 64 … 512 bytes, then eight to each doubling
constexpr int kClasses = kLinear + 40 * 8 + 1;
constexpr size_t kSmall = 64 << 10;     // up to here a thread keeps its own list
constexpr size_t kMapped = 1 << 20;     // from here on a block is a mapping
constexpr size_t kHuge = 2 << 20;
constexpr size_t kSlab = 512 << 10;
constexpr size_t kMaxRequest = size_t{1} << 46;
constexpr size_t kListBytes = 256 << 10;  // what a thread keeps of one class

int class_of(size_t bytes) {
  if (bytes <= 512) return static_cast<int>((bytes + kStep - 1) / kStep);
  const size_t b = bytes - 1;
  const int e = 63 - __builtin_clzll(b);
  return kLinear + (e - 9) * 8 + static_cast<int>((b >> (e - 3)) & 7) + 1;
}
size_t size_of_class(int c) {
  if (c <= kLinear) return static_cast<size_t>(c) * kStep;
  const int k = c - kLinear - 1, e = 9 + k / 8;
  return static_cast<size_t>(8 + k % 8 + 1) << (e - 3);
}
const int kSmallClasses = class_of(kSmall) + 1;
constexpr int kMaxSmallClasses = kLinear + 7 * 8 + 1;

struct Block {
  Block* next;
};
struct List {
  Block* head = nullptr;
  uint32_t count = 0;
  void push(void* p) {
    auto* b = static_cast<Block*>(p);
    b->next = head;
    head = b;
    ++count;
  }
  void* pop() {
    Block* b = head;
    head = b->next;
    --count;
    return b;
  }
};

void* map_aligned(size_t bytes) {
  const size_t total = bytes + kHuge;
  char* raw = static_cast<char*>(mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  if (raw == MAP_FAILED) return nullptr;
  const size_t lead = (kHuge - reinterpret_cast<uintptr_t>(raw) % kHuge) % kHuge;
  char* block = raw + lead;
  if (lead) munmap(raw, lead);
  if (kHuge - lead) munmap(block + bytes, kHuge - lead);
  madvise(block, bytes, MADV_HUGEPAGE);
  return block;
}
size_t mapped_size(size_t bytes) { return (bytes + 4095) / 4096 * 4096; }

class Central {
 public:
  Central() {
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    const size_t memory = pages > 0 && page > 0 ? static_cast<size_t>(pages) * static_cast<size_t>(page) : 0;
    limit_ = std::max<size_t>(size_t{1} << 30, memory / 4);
  }

  // Moves up to `want` blocks of class c into `to`; at least one, or throws.
  void take(int c, uint32_t want, List& to) {
    const size_t size = size_of_class(c);
    std::lock_guard lock(mutex_);
    List& mine = lists_[c];
    while (mine.count > 0 && to.count < want) {
      to.push(mine.pop());
      cached_ -= size;
      in_use_ += size;
    }
    if (to.count == 0) grow(c, size, want, to);
    peak_ = std::max(peak_, in_use_);
  }
  void give(int c, List& from, uint32_t keep) {
    const size_t size = size_of_class(c);
    std::lock_guard lock(mutex_);
    while (from.count > keep) {
      lists_[c].push(from.pop());
      cached_ += size;
      in_use_ -= size;
    }
    if (cached_ > limit_) trim_to(limit_);
  }
  void trim(size_t keep) {
    std::lock_guard lock(mutex_);
    trim_to(keep);
  }
  void set_limit(size_t bytes) {
    std::lock_guard lock(mutex_);
    limit_ = bytes;
    if (cached_ > limit_) trim_to(limit_);
  }
  AllocatorStats stats() {
    std::lock_guard lock(mutex_);
    return {static_cast<int64_t>(in_use_), static_cast<int64_t>(cached_), static_cast<int64_t>(peak_), static_cast<int64_t>(reserved_)};
  }
  void reset_peak() {
    std::lock_guard lock(mutex_);
    peak_ = in_use_;
  }
  std::mutex& mutex() { return mutex_; }

 private:
  void* from_system(size_t size) {
    void* p = nullptr;
    for (int attempt = 0; attempt < 2 && !p; ++attempt) {
      if (attempt == 1) trim_to(0);
      p = size >= kMapped ? map_aligned(mapped_size(size)) : std::aligned_alloc(kStep, (size + kStep - 1) / kStep * kStep);
    }
    if (!p) fail(ErrorKind::kOutOfMemory, "out of memory: cannot allocate {} bytes ({} bytes are in use by tensors); use smaller batches or free tensors first", size, in_use_);
    reserved_ += size;
    return p;
  }
  void grow(int c, size_t size, uint32_t want, List& to) {
    if (size > kSmall) {
      to.push(from_system(size));
      in_use_ += size;
      return;
    }
    for (uint32_t i = 0; i < std::max<uint32_t>(want, 1); ++i) {
      if (slab_left_ < size) {
        if (i > 0) return;
        slab_ = static_cast<char*>(from_system(kSlab));
        slab_left_ = kSlab;
      }
      to.push(slab_);
      slab_ += size;
      slab_left_ -= size;
      in_use_ += size;
    }
    (void)c;
  }
  void trim_to(size_t keep) {
    for (int c = kClasses - 1; c >= kSmallClasses && cached_ > keep; --c) {
      const size_t size = size_of_class(c);
      while (lists_[c].count > 0 && cached_ > keep) {
        void* p = lists_[c].pop();
        if (size >= kMapped) munmap(p, mapped_size(size));
        else std::free(p);
        cached_ -= size;
        reserved_ -= size;
      }
    }
  }

  std::mutex mutex_;
  List lists_[kClasses];
  char* slab_ = nullptr;
  size_t slab_left_ = 0, in_use_ = 0, cached_ = 0, peak_ = 0, reserved_ = 0, limit_;
};

Central& central() {
  static Central* instance = [] {
    auto* c = new Central;  // leaked on purpose: tensors may outlive every static
    pthread_atfork([] { central().mutex().lock(); }, [] { central().mutex().unlock(); }, [] { central().mutex().unlock(); });
    return c;
  }();
  return *instance;
}

// Constant-initialised and trivially destroyed, so that an access is one instruction; Guard flushes it at thread exit.
struct ThreadLists {
  List lists[kMaxSmallClasses];
  bool guarded, dead;
};
thread_local constinit ThreadLists thread_lists{};

struct Guard {
  ~Guard() {
    ThreadLists& t = thread_lists;
    t.dead = true;  // destructors that run later go to the shared lists
    for (int c = 1; c < kMaxSmallClasses; ++c) {
      if (t.lists[c].count) central().give(c, t.lists[c], 0);
    }
  }
};

void guard_thread() {
  static thread_local Guard guard;
  (void)guard;
  thread_lists.guarded = true;
}

std::atomic<int64_t> fail_countdown{-1};

[[gnu::noinline, gnu::cold]] void countdown(size_t bytes) {
  if (fail_countdown.fetch_sub(1) == 0) fail(ErrorKind::kOutOfMemory, "out of memory: cannot allocate {} bytes (asked for by fail_allocation_after)", bytes);
}

[[gnu::noinline]] void* allocate_slow(size_t bytes, int c) {
  check(bytes <= kMaxRequest, "out of memory: cannot allocate {} bytes", bytes);
  ThreadLists& t = thread_lists;
  List single;
  if (bytes > kSmall || t.dead) {
    central().take(c, 1, single);
    return single.pop();
  }
  if (!t.guarded) guard_thread();
  const size_t size = size_of_class(c);
  central().take(c, static_cast<uint32_t>(std::clamp<size_t>(kListBytes / 8 / size, 1, 32)), t.lists[c]);
  return t.lists[c].pop();
}

[[gnu::noinline]] void deallocate_slow(void* p, size_t bytes, int c) noexcept {
  ThreadLists& t = thread_lists;
  if (bytes > kSmall || t.dead) {
    List single;
    single.push(p);
    central().give(c, single, 0);
    return;
  }
  if (!t.guarded) guard_thread();
  t.lists[c].push(p);
  const size_t size = size_of_class(c);
  if (t.lists[c].count * size > kListBytes) central().give(c, t.lists[c], t.lists[c].count / 2);
}

}  // namespace

void* allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  if (fail_countdown.load(std::memory_order_relaxed) >= 0) [[unlikely]] countdown(bytes);
  if (bytes > kSmall) [[unlikely]] {
    if (bytes > kMaxRequest) fail(ErrorKind::kOutOfMemory, "out of memory: cannot allocate {} bytes", bytes);
    return allocate_slow(bytes, class_of(bytes));
  }
  const int c = class_of(bytes);
  List& list = thread_lists.lists[c];
  if (list.head) [[likely]] return list.pop();
  return allocate_slow(bytes, c);
}

void deallocate(void* p, size_t bytes) noexcept {
  if (!p) return;
  const int c = class_of(bytes);
  if (bytes > kSmall) [[unlikely]] return deallocate_slow(p, bytes, c);
  List& list = thread_lists.lists[c];
  if (list.head && list.count < 64 && bytes <= 4096 && !thread_lists.dead) [[likely]] return list.push(p);
  deallocate_slow(p, bytes, c);
}

size_t allocation_size(size_t bytes) { return bytes == 0 ? 0 : size_of_class(class_of(bytes)); }

AllocatorStats allocator_stats() { return central().stats(); }
void reset_peak_memory_stats() { central().reset_peak(); }
void trim_allocator(size_t keep_bytes) { central().trim(keep_bytes); }
void set_cache_limit(size_t bytes) { central().set_limit(bytes); }
void fail_allocation_after(int64_t n) { fail_countdown.store(n); }

}  // namespace rushlight
