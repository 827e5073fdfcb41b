// The thread pool: every chunk once, errors, nesting, several callers, fork, interrupts.
#include "core/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "rushlight/error.h"

namespace rushlight {
namespace {

constexpr double kHuge = 1e6;  // ns per chunk: surely worth workers

void busy_wait(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

struct Counts {
  std::vector<std::atomic<int>> seen;
  explicit Counts(size_t n) : seen(n) {}
  static void run(void* self, int64_t chunk) { ++static_cast<Counts*>(self)->seen[static_cast<size_t>(chunk)]; }
  void expect_once() const {
    for (const auto& s : seen) ASSERT_EQ(s.load(), 1);
  }
};

// Sets the thread count for one test.
struct Threads {
  int before = get_num_threads();
  explicit Threads(int n) { set_num_threads(n); }
  ~Threads() { set_num_threads(before); }
};

TEST(ThreadPool, RunsEveryChunkOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    const Threads scope(threads);
    for (const int64_t n : {0, 1, 2, 7, 100, 5000}) {
      for (const double cost : {0.0, 1.0, 100.0, 1e4, kHuge}) {
        Counts counts(static_cast<size_t>(n));
        parallel_chunks(n, Counts::run, &counts, cost);
        counts.expect_once();
      }
    }
  }
}

TEST(ThreadPool, ManySmallJobsInARow) {
  const Threads scope(3);
  for (int i = 0; i < 20000; ++i) {
    std::atomic<int64_t> sum{0};
    parallel_for(16, 1, kHuge, [&](int64_t begin, int64_t end) { sum += end * end - begin * begin; });
    ASSERT_EQ(sum.load(), 256);
  }
}

TEST(ThreadPool, ChunkBoundsDependOnSizesOnly) {
  const auto bounds = [](int threads) {
    const Threads scope(threads);
    std::vector<int64_t> ends(11);
    parallel_for(1003, 100, kHuge, [&](int64_t begin, int64_t end) { ends[static_cast<size_t>(begin / 100)] = end; });
    return ends;
  };
  EXPECT_EQ(bounds(1), bounds(4));
  EXPECT_EQ(bounds(4).back(), 1003);
}

TEST(ThreadPool, LowestThrowingChunkWins) {
  const Threads scope(4);
  for (int round = 0; round < 300; ++round) {
    try {
      parallel_for(64, 1, kHuge, [&](int64_t i, int64_t) {
        if (i % 7 == 5) throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "no exception";
    } catch (const std::runtime_error& e) {
      ASSERT_STREQ(e.what(), "5");
    }
  }
  Counts counts(100);  // and the pool still works
  parallel_chunks(100, Counts::run, &counts, kHuge);
  counts.expect_once();
}

TEST(ThreadPool, NestedLoopsRunInline) {
  const Threads scope(4);
  std::atomic<int> total{0};
  parallel_for(8, 1, kHuge, [&](int64_t, int64_t) {
    const auto thread = std::this_thread::get_id();
    EXPECT_TRUE(in_parallel_region());
    parallel_for(8, 1, kHuge, [&](int64_t, int64_t) {
      EXPECT_EQ(std::this_thread::get_id(), thread);
      ++total;
    });
  });
  EXPECT_EQ(total.load(), 64);
  EXPECT_FALSE(in_parallel_region());
}

TEST(ThreadPool, SeveralCallers) {
  const Threads scope(3);
  std::vector<std::thread> callers;
  std::atomic<int64_t> total{0};
  for (int t = 0; t < 6; ++t) {
    callers.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) parallel_for(20, 1, kHuge, [&](int64_t b, int64_t e) { total += e - b; });
    });
  }
  for (auto& c : callers) c.join();
  EXPECT_EQ(total.load(), 6 * 2000 * 20);
}

TEST(ThreadPool, WorkersReallyHelp) {
  const Threads scope(2);
  std::atomic<int> elsewhere{0};
  const auto caller = std::this_thread::get_id();
  for (int round = 0; round < 1000 && elsewhere == 0; ++round) {
    parallel_for(20, 1, 2e5, [&](int64_t, int64_t) {
      std::this_thread::sleep_for(
          std::chrono::microseconds(200));  // gives the core away: a worker must come, however busy
      if (std::this_thread::get_id() != caller) ++elsewhere;
    });
  }
  EXPECT_GT(elsewhere.load(), 0);
}

#ifndef __SANITIZE_THREAD__  // which ends a forked child that starts threads
TEST(ThreadPool, ChildOfForkGetsAFreshPool) {
  const Threads scope(3);
  parallel_for(64, 1, kHuge, [](int64_t, int64_t) {});
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    std::atomic<int> sum{0};
    const auto add = [&](int64_t begin, int64_t end) { sum += static_cast<int>(end - begin); };
    for (int i = 0; i < 100; ++i) parallel_for(64, 1, kHuge, add);
    _exit(sum.load() == 6400 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
#endif

TEST(ThreadPool, InterruptSkipsTheRest) {
  for (const int threads : {1, 2}) {
    const Threads scope(threads);
    set_interrupt_check([] { throw KeyboardInterrupt("stop"); });
    std::atomic<int> ran{0};
    EXPECT_THROW(parallel_for(1000, 1, 1e6,
                              [&](int64_t, int64_t) {
                                busy_wait(std::chrono::milliseconds(1));
                                ++ran;
                              }),
                 KeyboardInterrupt);
    EXPECT_LT(ran.load(), 500);
    const int after = ran;
    std::thread([&] {  // other threads are not asked
      parallel_for(20, 1, 1e6, [&](int64_t, int64_t) { busy_wait(std::chrono::milliseconds(1)), ++ran; });
    })
        .join();
    EXPECT_EQ(ran.load(), after + 20);
    set_interrupt_check(nullptr);
  }
}

TEST(ThreadPool, RejectsBadCounts) {
  EXPECT_THROW(set_num_threads(0), Error);
  EXPECT_THROW(set_num_threads(-3), Error);
}

TEST(ThreadPool, WorkersUseTheCallersFloatFlags) {
#if defined(__x86_64__)
  const Threads scope(2);
  const unsigned before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(before | 0x8040);  // flush denormals to zero
  std::atomic<int> wrong{0};
  parallel_for(40, 1, 1e6, [&](int64_t, int64_t) {
    busy_wait(std::chrono::microseconds(100));
    volatile float tiny = 1e-38f;
    if (tiny * 0.01f != 0.0f) ++wrong;
  });
  __builtin_ia32_ldmxcsr(before);
  EXPECT_EQ(wrong.load(), 0);
#endif
}

}  // namespace
}  // namespace rushlight
