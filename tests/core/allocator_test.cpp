// The allocator: alignment, waste, threads, trimming, running out of memory, fork.
#include "core/allocator.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "rushlight/error.h"

namespace rushlight {
namespace {

constexpr size_t kMB = size_t{1} << 20;

TEST(Allocator, AlignmentAndWaste) {
  for (size_t bytes = 1; bytes < 40 * kMB; bytes += bytes / 7 + 1) {
    void* p = allocate(bytes);
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % 64, 0u);
    std::memset(p, 0x5a, bytes);
    EXPECT_GE(allocation_size(bytes), bytes);
    if (bytes > 512) {
      EXPECT_LE(allocation_size(bytes), bytes + bytes / 8);
    }
    deallocate(p, bytes);
  }
  EXPECT_EQ(allocate(0), nullptr);
  deallocate(nullptr, 0);
}

TEST(Allocator, BlocksDoNotOverlap) {
  struct Piece {
    unsigned char* p;
    size_t bytes;
    unsigned char mark;
  };
  std::vector<Piece> pieces;
  uint32_t random = 1;
  for (int i = 0; i < 20000; ++i) {
    random = random * 1664525u + 1013904223u;
    if (pieces.size() > 300 || (random >> 30) == 0) {
      if (pieces.empty()) continue;
      std::swap(pieces[(random >> 8) % pieces.size()], pieces.back());
      const Piece& piece = pieces.back();
      ASSERT_EQ(piece.p[0], piece.mark);
      ASSERT_EQ(piece.p[piece.bytes - 1], piece.mark);
      deallocate(piece.p, piece.bytes);
      pieces.pop_back();
    } else {
      const size_t bytes = 1 + (random >> 8) % (size_t{1} << ((random >> 4) % 19 + 3));
      auto* p = static_cast<unsigned char*>(allocate(bytes));
      const auto mark = static_cast<unsigned char>(i);
      p[0] = p[bytes - 1] = mark;
      pieces.push_back({p, bytes, mark});
    }
  }
  for (const Piece& piece : pieces) {
    ASSERT_EQ(piece.p[0], piece.mark);
    deallocate(piece.p, piece.bytes);
  }
}

TEST(Allocator, StatsFollowUse) {
  const int64_t before = allocator_stats().in_use_bytes;
  reset_peak_memory_stats();
  void* p = allocate(10 * kMB);
  void* q = allocate(1000);
  const auto expected = static_cast<int64_t>(allocation_size(10 * kMB) + allocation_size(1000));
  EXPECT_EQ(allocator_stats().in_use_bytes - before, expected);
  deallocate(p, 10 * kMB);
  deallocate(q, 1000);
  EXPECT_EQ(allocator_stats().in_use_bytes, before);
  EXPECT_GE(allocator_stats().peak_bytes - before, static_cast<int64_t>(10 * kMB));
}

#ifndef __SANITIZE_ADDRESS__  // there every block is malloc's

TEST(Allocator, ReusesBlocks) {
  for (const size_t bytes : {size_t{100}, size_t{5000}, size_t{200000}, 3 * kMB, 50 * kMB}) {
    void* first = allocate(bytes);
    deallocate(first, bytes);
    void* second = allocate(bytes);
    EXPECT_EQ(first, second) << bytes;
    deallocate(second, bytes);
  }
  void* big = allocate(7 * kMB);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(big) % (2 * kMB), 0u);
  deallocate(big, 7 * kMB);
}

TEST(Allocator, TrimsToTheLimit) {
  trim_allocator();
  set_cache_limit(64 * kMB);
  std::vector<void*> blocks;
  for (int i = 0; i < 20; ++i) blocks.push_back(allocate(16 * kMB));
  void* small = allocate(4 * kMB);
  deallocate(small, 4 * kMB);
  for (void* p : blocks) deallocate(p, 16 * kMB);
  EXPECT_LE(allocator_stats().cached_bytes, static_cast<int64_t>(66 * kMB));
  EXPECT_GE(allocator_stats().cached_bytes, static_cast<int64_t>(40 * kMB));
  void* again = allocate(4 * kMB);  // the largest went first
  EXPECT_EQ(again, small);
  deallocate(again, 4 * kMB);
  trim_allocator();
  EXPECT_LE(allocator_stats().cached_bytes, static_cast<int64_t>(kMB));
  set_cache_limit(size_t{1} << 30);
}

TEST(Allocator, SlabsServeOtherClassesWhenEmpty) {
  trim_allocator();
  const int64_t before = allocator_stats().reserved_bytes;
  for (const size_t bytes : {40000, 48000, 56000, 33000, 61000}) {
    std::vector<void*> blocks;
    for (int i = 0; i < 2000; ++i) blocks.push_back(allocate(bytes));
    for (void* p : blocks) deallocate(p, bytes);
  }
  EXPECT_LT(allocator_stats().reserved_bytes - before, static_cast<int64_t>(160 * kMB));  // one round is about 120 MB
  trim_allocator();
  EXPECT_LT(allocator_stats().reserved_bytes - before, static_cast<int64_t>(12 * kMB));
}

#ifndef __SANITIZE_THREAD__  // which needs address space of its own
TEST(Allocator, OutOfMemoryIsAnErrorAndLeavesTheRestUsable) {
  struct rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_AS, &old), 0);
  void* cached = allocate(200 * kMB);
  deallocate(cached, 200 * kMB);
  struct rlimit tight = old;
  tight.rlim_cur = static_cast<rlim_t>(allocator_stats().reserved_bytes) + 400 * kMB;
  ASSERT_EQ(setrlimit(RLIMIT_AS, &tight), 0);
  EXPECT_THROW(allocate(1000 * kMB), OutOfMemoryError);
  EXPECT_EQ(allocator_stats().cached_bytes / static_cast<int64_t>(kMB), 0);  // the cache was given back first
  std::vector<void*> blocks;
  const auto exhaust = [&] {
    for (int i = 0; i < 100000; ++i) blocks.push_back(allocate(100000));
  };
  EXPECT_THROW(exhaust(), OutOfMemoryError);
  for (void* p : blocks) deallocate(p, 100000);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &old), 0);
  void* p = allocate(300 * kMB);
  deallocate(p, 300 * kMB);
}
#endif

#endif

TEST(Allocator, AbsurdSizes) {
  for (const size_t bytes : {SIZE_MAX, SIZE_MAX / 2, size_t{1} << 46, size_t{4000000000000000}}) {
    try {
      allocate(bytes);
      FAIL();
    } catch (const OutOfMemoryError& e) {
      const std::string expected = "you tried to allocate " + std::to_string(bytes) + " bytes";
      EXPECT_NE(std::string(e.what()).find(expected), std::string::npos);
    }
  }
}

TEST(Allocator, FailsWhenATestAsksForIt) {
  fail_allocation_after(2);
  void* a = allocate(10);
  void* b = allocate(10 * kMB);
  EXPECT_THROW(allocate(10), OutOfMemoryError);
  void* c = allocate(10);
  for (void* p : {a, c}) deallocate(p, 10);
  deallocate(b, 10 * kMB);
  fail_allocation_after(0);
  fail_allocation_after(-1);
  Scratch fine(100);
}

TEST(Allocator, BlocksFreedByAnotherThreadComeBack) {
  const int64_t before = allocator_stats().in_use_bytes;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::pair<void*, size_t>> blocks;
    for (size_t i = 0; i < 2000; ++i) blocks.emplace_back(allocate(i * 37 + 1), i * 37 + 1);
    std::thread([&] {
      for (auto [p, bytes] : blocks) deallocate(p, bytes);
    }).join();
  }
  EXPECT_EQ(allocator_stats().in_use_bytes, before);
  EXPECT_LT(allocator_stats().reserved_bytes, static_cast<int64_t>(800 * kMB));
}

TEST(Allocator, ThreadsHammer) {
  const int64_t before = allocator_stats().in_use_bytes;
  std::atomic<void*> mailbox[64] = {};
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&mailbox, t] {
      uint32_t random = t + 1;
      for (int i = 0; i < 30000; ++i) {
        random = random * 1664525u + 1013904223u;
        const size_t slot = (random >> 10) % 64, bytes = (slot + 1) * (slot + 1) * 400;
        void* p = allocate(bytes);
        *static_cast<size_t*>(p) = slot;
        if (void* other = mailbox[slot].exchange(p)) {
          ASSERT_EQ(*static_cast<size_t*>(other), slot);
          deallocate(other, bytes);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (size_t slot = 0; slot < 64; ++slot) deallocate(mailbox[slot].load(), (slot + 1) * (slot + 1) * 400);
  EXPECT_EQ(allocator_stats().in_use_bytes, before);
}

TEST(Allocator, WorksInAForkedChild) {
  std::atomic<bool> stop{false};
  std::thread noise([&] {
    while (!stop) deallocate(allocate(100000), 100000);
  });
  for (int i = 0; i < 50; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      for (size_t bytes = 1; bytes < 4 * kMB; bytes *= 2) deallocate(allocate(bytes), bytes);
      _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
  }
  stop = true;
  noise.join();
}

TEST(Allocator, ScratchMoves) {
  Scratch a(1000);
  void* p = a.data();
  Scratch b = std::move(a);
  EXPECT_EQ(a.data(), nullptr);  // NOLINT(bugprone-use-after-move): what a move leaves is what is tested
  EXPECT_EQ(b.data(), p);
  a = std::move(b);
  EXPECT_EQ(a.as<float>(), p);
  EXPECT_EQ(a.bytes(), 1000u);
}

}  // namespace
}  // namespace rushlight
