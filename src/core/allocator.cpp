// Size classes, thread-local lists, slabs for blocks below 1 MB and cached mappings above.
#include "core/allocator.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

#include "rushlight/error.h"

namespace rushlight {
namespace {

// Note [Three levels of free blocks]
// A size becomes a class: multiples of 64 up to 512 bytes, then 8 classes per doubling. The caller names the size again
// when it gives a block back, so blocks carry no header.
//   1. Classes up to 64 KB: a list per thread and class. No lock; blocks move to and from level 2 in batches.
//   2. Classes below 1 MB: slabs, aligned mappings cut into blocks of one class, found from a block by masking its
//      address. A slab none of whose blocks is out is kept for any class, or returned to the system.
//   3. Classes from 1 MB: one mapping per block, aligned to 2 MB so that the kernel uses huge pages; freed ones are
//      kept per class until more than the limit is cached, and then go back to the system, largest first.
// Nothing here is ever destroyed: objects freed by static destructors find the allocator working.

constexpr int kSmallClasses = 64;  // up to 64 KB
constexpr int kSlabClasses = 95;   // below 1 MB
constexpr int kClasses = 312;      // up to 128 TB
#ifdef __SANITIZE_ADDRESS__
constexpr size_t kMaxBytes = size_t{1} << 38;  // the sanitizer ends the process above its own limit
#else
constexpr size_t kMaxBytes = size_t{1} << 46;
#endif
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kSmallSlab = size_t{2} << 20, kMediumSlab = size_t{32} << 20;
constexpr size_t kSlabHeader = 64;

constexpr int class_of(size_t bytes) {
  if (bytes <= 512) return static_cast<int>((bytes + 63) / 64) - 1;
  const int e = std::bit_width(bytes - 1) - 1;
  return 8 + (e - 9) * 8 + static_cast<int>(((bytes - 1) >> (e - 3)) & 7);
}
constexpr size_t class_size(int cls) {
  if (cls < 8) return static_cast<size_t>(cls + 1) * 64;
  const int e = 9 + (cls - 8) / 8;
  return static_cast<size_t>(9 + (cls - 8) % 8) << (e - 3);
}
static_assert(class_of(64) == 0 && class_of(65) == 1 && class_size(class_of(513)) == 576);
static_assert(class_size(kSmallClasses - 1) == 64 << 10 && class_size(kSlabClasses) == 1 << 20);
static_assert(class_of(kMaxBytes) < kClasses);

constexpr size_t slab_size(int cls) { return cls < kSmallClasses ? kSmallSlab : kMediumSlab; }

// How many blocks of a class a thread keeps: 256 KB worth, between 4 and 256.
constexpr auto kThreadCap = [] {
  std::array<uint32_t, kSmallClasses> caps{};
  for (int c = 0; c < kSmallClasses; ++c) caps[c] = std::clamp<uint32_t>((256 << 10) / class_size(c), 4, 256);
  return caps;
}();

struct Block {
  Block* next;
};

struct Slab {
  Slab *prev, *next;  // in the list of slabs of this class that have free blocks
  Block* free;
  uint32_t used, fresh, capacity;  // blocks out, blocks ever handed out, blocks
  int cls;
};
static_assert(sizeof(Slab) <= kSlabHeader);

struct ThreadCache {
  Block* head[kSmallClasses];
  std::atomic<uint32_t> count[kSmallClasses];  // written by the owner only; others read it for statistics
  ThreadCache *prev, *next;
};

constexpr int kSlabMutexes = 32;  // few enough for the thread sanitizer when a fork takes them all
constinit std::mutex g_slab_mutex[kSlabMutexes];
constinit Slab* g_partial[kSlabClasses];  // slabs with free blocks, guarded by slab_mutex(cls)
std::mutex& slab_mutex(int cls) { return g_slab_mutex[cls % kSlabMutexes]; }

constinit std::mutex g_large_mutex;  // guards the next two; taken after a slab mutex
constinit Block* g_large[kClasses];  // cached mappings
constinit Slab* g_empty_slabs[2];    // small, medium; linked by next

constinit std::mutex g_registry_mutex;
constinit ThreadCache* g_caches = nullptr;

constinit std::atomic<int64_t> g_out{0};       // bytes handed to threads and callers
constinit std::atomic<int64_t> g_peak{0};      // the most g_out has been
constinit std::atomic<int64_t> g_cached{0};    // bytes in levels 2 and 3 that have been touched
constinit std::atomic<int64_t> g_reserved{0};  // address space
constinit std::atomic<size_t> g_limit{0};      // 0: not decided yet
constinit std::atomic<int64_t> g_fail_after{-1};

constinit thread_local ThreadCache* t_cache = nullptr;
constinit thread_local bool t_no_cache = false;  // this thread is ending

// ---- The system's memory ----

size_t read_number(const char* path) {
  size_t value = 0;
  if (FILE* file = std::fopen(path, "r")) {
    if (std::fscanf(file, "%zu", &value) != 1) value = 0;
    std::fclose(file);
  }
  return value;
}

size_t cache_limit() {
  size_t limit = g_limit.load(std::memory_order_relaxed);
  if (limit == 0) {
    size_t memory = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
    for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
      if (const size_t granted = read_number(path)) memory = std::min(memory, granted);
    }
    limit = std::max(size_t{1} << 30, memory / 4);
    g_limit.store(limit, std::memory_order_relaxed);
  }
  return limit;
}

void* map_pages(size_t bytes) {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}

// A mapping aligned to `alignment`, or nullptr.
void* map_aligned(size_t bytes, size_t alignment) {
  char* p = static_cast<char*>(map_pages(bytes + alignment));
  if (!p) return nullptr;
  char* aligned = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(p) + alignment - 1) & ~(alignment - 1));
  if (aligned > p) munmap(p, static_cast<size_t>(aligned - p));
  const size_t tail = static_cast<size_t>(p + alignment - aligned);
  if (tail) munmap(aligned + bytes, tail);
  g_reserved.fetch_add(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  return aligned;
}

void unmap(void* p, size_t bytes) {
  munmap(p, bytes);
  g_reserved.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
}

void count_out(size_t bytes) {
  const int64_t more = static_cast<int64_t>(bytes);
  const int64_t out = g_out.fetch_add(more, std::memory_order_relaxed) + more;
  int64_t peak = g_peak.load(std::memory_order_relaxed);
  while (out > peak && !g_peak.compare_exchange_weak(peak, out, std::memory_order_relaxed)) {
  }
}
void count_back(size_t bytes) { g_out.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed); }

// ---- Giving back ----

// Takes the largest cached mapping or empty slab off its list; nullptr if there is none. Needs g_large_mutex.
void* take_largest(size_t& bytes) {
  for (int cls = kClasses - 1; cls >= kSlabClasses; --cls) {
    if (Block* block = g_large[cls]) {
      g_large[cls] = block->next;
      bytes = class_size(cls);
      g_cached.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
      return block;
    }
  }
  for (int kind = 1; kind >= 0; --kind) {
    if (Slab* slab = g_empty_slabs[kind]) {
      g_empty_slabs[kind] = slab->next;
      bytes = slab_size(slab->cls);
      g_cached.fetch_sub(static_cast<int64_t>(slab->fresh * class_size(slab->cls)), std::memory_order_relaxed);
      return slab;
    }
  }
  return nullptr;
}

void trim_shared(size_t keep) {
  while (g_cached.load(std::memory_order_relaxed) > static_cast<int64_t>(keep)) {
    size_t bytes = 0;
    void* p;
    {
      const std::lock_guard lock(g_large_mutex);
      p = take_largest(bytes);
    }
    if (!p) return;
    unmap(p, bytes);
  }
}

// ---- Slabs ----

void link(Slab*& list, Slab* slab) {
  slab->prev = nullptr;
  slab->next = list;
  if (list) list->prev = slab;
  list = slab;
}
void unlink(Slab*& list, Slab* slab) {
  (slab->prev ? slab->prev->next : list) = slab->next;
  if (slab->next) slab->next->prev = slab->prev;
}

Slab* new_slab(int cls) {
  const size_t size = slab_size(cls);
  Slab* slab;
  {
    const std::lock_guard lock(g_large_mutex);
    Slab*& list = g_empty_slabs[cls >= kSmallClasses];
    slab = list;
    if (slab) list = slab->next;
  }
  if (slab) {
    g_cached.fetch_sub(static_cast<int64_t>(slab->fresh * class_size(slab->cls)), std::memory_order_relaxed);
  } else {
    slab = static_cast<Slab*>(map_aligned(size, size));
    if (!slab) return nullptr;
    // The first 2 MB stay small pages: a class that is hardly used costs little.
    if (size > kHugePage) madvise(reinterpret_cast<char*>(slab) + kHugePage, size - kHugePage, MADV_HUGEPAGE);
  }
  *slab = Slab{nullptr, nullptr, nullptr, 0, 0, static_cast<uint32_t>((size - kSlabHeader) / class_size(cls)), cls};
  return slab;
}

// Puts a slab without blocks out where any class finds it. Needs the slab mutex.
void set_aside(Slab* slab) {
  unlink(g_partial[slab->cls], slab);
  const std::lock_guard lock(g_large_mutex);
  Slab*& list = g_empty_slabs[slab->cls >= kSmallClasses];
  slab->next = list;
  list = slab;
}

// Takes up to `count` blocks of a class as a list; *got of them. nullptr if the system has no memory.
Block* take_from_slabs(int cls, uint32_t count, uint32_t* got) {
  Slab*& partial = g_partial[cls];
  const size_t size = class_size(cls);
  Block* head = nullptr;
  uint32_t taken = 0, reused = 0;
  {
    const std::lock_guard lock(slab_mutex(cls));
    while (taken < count) {
      Slab* slab = partial;
      if (!slab) {
        if (taken) break;  // enough for now
        slab = new_slab(cls);
        if (!slab) break;
        link(partial, slab);
      }
      Block* block = slab->free;
      if (block) {
        slab->free = block->next;
        ++reused;
      } else {
        char* blocks = reinterpret_cast<char*>(slab) + kSlabHeader;
        block = reinterpret_cast<Block*>(blocks + slab->fresh++ * size);
      }
      ++slab->used;
      block->next = head;
      head = block;
      ++taken;
      if (!slab->free && slab->fresh == slab->capacity) unlink(partial, slab);
    }
  }
  if (reused) g_cached.fetch_sub(static_cast<int64_t>(reused * size), std::memory_order_relaxed);
  if (taken) count_out(taken * size);
  *got = taken;
  return head;
}

void return_to_slabs(int cls, Block* head) {
  Slab*& partial = g_partial[cls];
  const size_t size = class_size(cls);
  const uintptr_t mask = ~static_cast<uintptr_t>(slab_size(cls) - 1);
  uint32_t count = 0;
  bool emptied = false;
  {
    const std::lock_guard lock(slab_mutex(cls));
    while (head) {
      Block* block = head;
      head = block->next;
      Slab* slab = reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(block) & mask);
      if (!slab->free && slab->fresh == slab->capacity) link(partial, slab);
      block->next = slab->free;
      slab->free = block;
      ++count;
      if (--slab->used == 0 && (slab->prev || slab->next)) {  // keep one per class at hand
        set_aside(slab);
        emptied = true;
      }
    }
  }
  count_back(count * size);
  g_cached.fetch_add(static_cast<int64_t>(count * size), std::memory_order_relaxed);
  if (emptied) trim_shared(cache_limit());
}

// ---- Thread-local lists ----

void flush(ThreadCache& cache, int cls, uint32_t keep) {
  uint32_t count = cache.count[cls].load(std::memory_order_relaxed);
  Block* head = nullptr;
  while (count > keep) {
    Block* block = cache.head[cls];
    cache.head[cls] = block->next;
    block->next = head;
    head = block;
    --count;
  }
  cache.count[cls].store(count, std::memory_order_relaxed);
  if (head) return_to_slabs(cls, head);
}

void flush_all(ThreadCache& cache) {
  for (int cls = 0; cls < kSmallClasses; ++cls) flush(cache, cls, 0);
}

// Returns the lists of a thread that ends.
struct Reaper {
  ~Reaper() {
    ThreadCache* cache = t_cache;
    t_cache = nullptr;
    t_no_cache = true;
    if (!cache) return;
    flush_all(*cache);
    {
      const std::lock_guard lock(g_registry_mutex);
      (cache->prev ? cache->prev->next : g_caches) = cache->next;
      if (cache->next) cache->next->prev = cache->prev;
    }
    std::free(cache);
  }
};

// A forked child must not inherit a lock that some other thread held. (Blocks in the lists of threads that do not exist
// there are lost to it.)
void register_fork_handlers() {
  static const bool once = [] {
    constexpr auto unlock_all = [] {
      g_large_mutex.unlock();
      for (std::mutex& mutex : g_slab_mutex) mutex.unlock();
      g_registry_mutex.unlock();
    };
    pthread_atfork(
        [] {
          g_registry_mutex.lock();
          for (std::mutex& mutex : g_slab_mutex) mutex.lock();
          g_large_mutex.lock();
        },
        unlock_all, unlock_all);
    return true;
  }();
  static_cast<void>(once);
}

// This thread's lists, made on first use; nullptr if it has none any more.
ThreadCache* thread_cache() {
  if (t_cache || t_no_cache) return t_cache;
  register_fork_handlers();
  thread_local Reaper reaper;
  static_cast<void>(&reaper);
  void* memory = std::calloc(1, sizeof(ThreadCache));
  if (!memory) return nullptr;
  ThreadCache* cache = new (memory) ThreadCache{};
  {
    const std::lock_guard lock(g_registry_mutex);
    cache->next = g_caches;
    if (g_caches) g_caches->prev = cache;
    g_caches = cache;
  }
  return t_cache = cache;
}

// ---- Slow paths ----

[[noreturn, gnu::cold]] void out_of_memory(size_t bytes) {
  fail(ErrorKind::kOutOfMemory,
       "DefaultCPUAllocator: can't allocate memory: you tried to allocate {} bytes, {} are in use and all cached "
       "memory was given back; use a smaller batch or dtype, or free tensors first",
       bytes, allocator_stats().in_use_bytes);
}

void* allocate_small(int cls) {
  ThreadCache* cache = thread_cache();
  uint32_t got = 0;
  const uint32_t batch = std::clamp<uint32_t>((64 << 10) / class_size(cls), 1, 64);
  Block* block = take_from_slabs(cls, cache ? batch : 1, &got);
  if (!block) return nullptr;
  if (cache && got > 1) {
    cache->head[cls] = block->next;
    cache->count[cls].store(got - 1, std::memory_order_relaxed);
  }
  return block;
}

void* allocate_large(int cls) {
  const size_t size = class_size(cls);
  {
    const std::lock_guard lock(g_large_mutex);
    if (Block* block = g_large[cls]) {
      g_large[cls] = block->next;
      g_cached.fetch_sub(static_cast<int64_t>(size), std::memory_order_relaxed);
      count_out(size);
      return block;
    }
  }
  void* p = map_aligned(size, kHugePage);
  if (!p) {
    p = map_pages(size);  // there may be room for the block alone
    if (p) g_reserved.fetch_add(static_cast<int64_t>(size), std::memory_order_relaxed);
  }
  if (!p) return nullptr;
  madvise(p, size, MADV_HUGEPAGE);
  count_out(size);
  return p;
}

void* allocate_once(int cls) {
  if (cls < kSmallClasses) return allocate_small(cls);
  if (cls >= kSlabClasses) return allocate_large(cls);
  uint32_t got = 0;
  return take_from_slabs(cls, 1, &got);
}

[[maybe_unused, gnu::noinline]] void* allocate_slow(size_t bytes) {
  if (bytes > kMaxBytes) out_of_memory(bytes);
  register_fork_handlers();
  const int cls = class_of(bytes);
  void* p = allocate_once(cls);
  if (!p) {
    trim_allocator(0);
    p = allocate_once(cls);
  }
  if (!p) out_of_memory(bytes);
  return p;
}

[[maybe_unused, gnu::noinline]] void deallocate_slow(void* p, int cls) {
  Block* block = static_cast<Block*>(p);
  if (cls < kSlabClasses) {
    ThreadCache* cache = cls < kSmallClasses ? thread_cache() : nullptr;
    block->next = nullptr;
    if (!cache) return return_to_slabs(cls, block);
    block->next = cache->head[cls];
    cache->head[cls] = block;
    cache->count[cls].store(cache->count[cls].load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (cache->count[cls].load(std::memory_order_relaxed) > kThreadCap[cls]) flush(*cache, cls, kThreadCap[cls] / 2);
    return;
  }
  const int64_t size = static_cast<int64_t>(class_size(cls));
  count_back(class_size(cls));
  {
    const std::lock_guard lock(g_large_mutex);
    block->next = g_large[cls];
    g_large[cls] = block;
  }
  if (g_cached.fetch_add(size, std::memory_order_relaxed) + size > static_cast<int64_t>(cache_limit())) {
    trim_shared(cache_limit());
  }
}

// Counts down to the failure a test has asked for.
[[gnu::cold, gnu::noinline]] void maybe_fail(size_t bytes) {
  if (g_fail_after.fetch_sub(1, std::memory_order_relaxed) == 0) out_of_memory(bytes);
}

}  // namespace

void* allocate(size_t bytes) {
  if (g_fail_after.load(std::memory_order_relaxed) >= 0) [[unlikely]]
    maybe_fail(bytes);
#ifdef __SANITIZE_ADDRESS__  // let the sanitizer see every block
  if (bytes == 0) return nullptr;
  void* p = bytes > kMaxBytes ? nullptr : std::aligned_alloc(64, (bytes + 63) & ~size_t{63});
  if (!p) out_of_memory(bytes);
  count_out(class_size(class_of(bytes)));
  return p;
#else
  if (bytes - 1 < class_size(kSmallClasses - 1)) [[likely]] {
    const int cls = class_of(bytes);
    ThreadCache* cache = t_cache;
    if (cache && cache->head[cls]) [[likely]] {
      Block* block = cache->head[cls];
      cache->head[cls] = block->next;
      cache->count[cls].store(cache->count[cls].load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
      return block;
    }
  }
  return bytes ? allocate_slow(bytes) : nullptr;
#endif
}

void deallocate(void* p, size_t bytes) noexcept {
  if (!p) return;
  const int cls = class_of(bytes);
#ifdef __SANITIZE_ADDRESS__
  count_back(class_size(cls));
  std::free(p);
#else
  ThreadCache* cache = t_cache;
  if (cls < kSmallClasses && cache && cache->count[cls].load(std::memory_order_relaxed) < kThreadCap[cls]) [[likely]] {
    Block* block = static_cast<Block*>(p);
    block->next = cache->head[cls];
    cache->head[cls] = block;
    cache->count[cls].store(cache->count[cls].load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return;
  }
  deallocate_slow(p, cls);
#endif
}

size_t allocation_size(size_t bytes) {
  if (bytes == 0) return 0;
  return bytes > kMaxBytes ? bytes : class_size(class_of(bytes));
}

AllocatorStats allocator_stats() {
  int64_t in_threads = 0;
  {
    const std::lock_guard lock(g_registry_mutex);
    for (ThreadCache* cache = g_caches; cache; cache = cache->next) {
      for (int cls = 0; cls < kSmallClasses; ++cls) {
        in_threads += cache->count[cls].load(std::memory_order_relaxed) * static_cast<int64_t>(class_size(cls));
      }
    }
  }
  const int64_t in_use = std::max<int64_t>(0, g_out.load(std::memory_order_relaxed) - in_threads);
  return {in_use, g_cached.load(std::memory_order_relaxed) + in_threads,
          std::max(in_use, g_peak.load(std::memory_order_relaxed)), g_reserved.load(std::memory_order_relaxed)};
}

void reset_peak_memory_stats() { g_peak.store(g_out.load(std::memory_order_relaxed), std::memory_order_relaxed); }

void trim_allocator(size_t keep_bytes) {
  if (keep_bytes == 0 && t_cache) flush_all(*t_cache);
  if (keep_bytes == 0) {  // the empty slab that each class keeps at hand
    for (int cls = 0; cls < kSlabClasses; ++cls) {
      const std::lock_guard lock(slab_mutex(cls));
      for (Slab* slab = g_partial[cls]; slab;) {
        Slab* next = slab->next;
        if (slab->used == 0) set_aside(slab);
        slab = next;
      }
    }
  }
  trim_shared(keep_bytes);
}

void set_cache_limit(size_t bytes) {
  g_limit.store(std::max<size_t>(bytes, 1), std::memory_order_relaxed);
  trim_shared(bytes);
}

void fail_allocation_after(int64_t n) { g_fail_after.store(n, std::memory_order_relaxed); }

}  // namespace rushlight
