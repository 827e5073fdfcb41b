// Workers, the claiming of chunks, and the decision how many workers a loop is worth.
#include "core/thread_pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <mutex>
#include <set>
#include <string>

#include "rushlight/error.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace rushlight {
namespace {

// Note [Claiming chunks]
// Chunks are claimed in groups. Every participant has a range of neighbouring groups, which it claims first, so that in
// one loop after the other a core meets the memory that it has in its cache; then it helps with the others' ranges. The
// unclaimed groups of a range are one word, the ticket: {job number, next, end}. A claim raises `next` with
// compare-exchange, so it is always one of the job whose number was read; a worker that wakes up late fails its exchange
// and touches nothing. The caller claims like everybody else and at the end waits only for groups that somebody has
// claimed: a worker that never got the processor has claimed none. When chunk c throws, the groups above c's that nobody
// has claimed are taken away and those below still run, therefore the lowest chunk that throws is the same each run. The
// job's fields are only written while all tickets are empty, so a successful exchange proves that they belonged to it.

constexpr int kMaxWorkers = 1023;
constexpr int kMaxRanges = 64;
constexpr int kGroupBits = 18;  // of a ticket, for next and for end; the rest is the job number
constexpr int64_t kMaxGroups = (int64_t{1} << kGroupBits) - 1;
constexpr double kInlineNs = 20e3;  // below this the caller works alone
constexpr double kWakeNs = 50e3;    // below this nobody is woken
constexpr double kShareNs = 10e3;   // what a worker must be worth
constexpr double kGroupNs = 5e3;    // chunks are claimed in groups of about this cost
constexpr auto kSpin = std::chrono::microseconds(50);
constexpr auto kInterruptPeriod = std::chrono::milliseconds(10);

using Clock = std::chrono::steady_clock;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

// Rounding and denormal flags are the caller's on every thread, or the thread count would change results.
unsigned float_flags() {
#if defined(__x86_64__)
  return _mm_getcsr();
#else
  return 0;
#endif
}
void set_float_flags([[maybe_unused]] unsigned flags) {
#if defined(__x86_64__)
  if (_mm_getcsr() != flags) _mm_setcsr(flags);
#endif
}

struct alignas(64) Worker {
  std::atomic<uint32_t> parked{0};  // 1: sleeps on this word until someone stores 0
};

struct alignas(64) Range {
  std::atomic<uint64_t> ticket{0};
};

struct Pool {
  Range range[kMaxRanges];
  alignas(64) std::atomic<uint32_t> finished{0};  // groups done
  std::atomic<uint32_t> limit{0};                 // groups that have been or will be done
  std::atomic<bool> caller_sleeps{false};

  // The job, written while the ticket is closed.
  alignas(64) std::atomic<void (*)(void*, int64_t)> fn{nullptr};
  std::atomic<void*> ctx{nullptr};
  std::atomic<int64_t> chunks{0}, group_size{1};
  std::atomic<int> ranges{0};
  std::atomic<int> workers{0};  // how many may join
  std::atomic<unsigned> flags{0};
  std::atomic<int> next_wake{0};

  std::mutex error_mutex;  // guards the two below
  int64_t error_chunk = 0;
  std::exception_ptr error;

  alignas(64) std::atomic<bool> busy{false};  // a caller owns the pool
  int started = 0;                            // guarded by busy
  uint64_t job = 0;                           // likewise
  Worker worker[kMaxWorkers];
};

std::atomic<Pool*> g_pool{nullptr};
std::atomic<int> g_threads{0};  // 0: not decided yet
thread_local bool t_in_chunk = false;

thread_local void (*t_interrupt_check)() = nullptr;
thread_local Clock::time_point t_next_interrupt;

// The unclaimed groups [next, end) of a range.
struct Ticket {
  uint64_t job;
  int64_t next, end;
  explicit Ticket(uint64_t word)
      : job(word >> (2 * kGroupBits)),
        next(static_cast<int64_t>(word >> kGroupBits) & kMaxGroups),
        end(static_cast<int64_t>(word) & kMaxGroups) {}
  bool empty() const { return next >= end; }
};
uint64_t pack(uint64_t job, int64_t next, int64_t end) {
  return job << (2 * kGroupBits) | static_cast<uint64_t>(next) << kGroupBits | static_cast<uint64_t>(end);
}

// ---- How many threads ----

int positive_number(const char* text) {
  int value = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, value);
  return error == std::errc() && stop == end && value > 0 ? value : 0;
}

// Physical cores among the processors this process may run on: two threads of one core share its arithmetic units.
int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return std::max(1L, sysconf(_SC_NPROCESSORS_ONLN));
  std::set<std::string> cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &set)) continue;
    std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
    std::string siblings;
    if (!std::getline(file, siblings)) siblings = "#" + std::to_string(cpu);
    cores.insert(siblings);
  }
  return std::max(1, static_cast<int>(cores.size()));
}

// Processors the cgroup grants, rounded up; 0 if there is no limit. Looks at this group and all above it.
int cgroup_processors() {
  double least = 0;
  const auto consider = [&](double quota, double period) {
    if (quota > 0 && period > 0 && (least == 0 || quota / period < least)) least = quota / period;
  };
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const bool v2 = line.compare(0, first, "0") == 0;
    if (!v2 && (line.substr(first, second - first) + ",").find("cpu,") == std::string::npos) continue;
    const std::string root = v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu";
    for (std::string path = line.substr(second + 1);; path.resize(path.rfind('/'))) {
      double quota = 0, period = 0;
      if (v2) {
        std::ifstream(root + path + "/cpu.max") >> quota >> period;  // "max 100000" reads as no quota
      } else {
        std::ifstream(root + path + "/cpu.cfs_quota_us") >> quota;
        std::ifstream(root + path + "/cpu.cfs_period_us") >> period;
      }
      consider(quota, period);
      if (path.rfind('/') == std::string::npos) break;
    }
  }
  return least > 0 ? static_cast<int>(least + 0.999) : 0;
}

int default_threads() {
  if (const char* text = std::getenv("RUSHLIGHT_NUM_THREADS"); text && *text) {
    const int n = positive_number(text);
    check_value(n > 0, "RUSHLIGHT_NUM_THREADS must be a positive integer, but got '{}'", text);
    return n;
  }
  if (const char* text = std::getenv("OMP_NUM_THREADS"); text && positive_number(text)) return positive_number(text);
  const int quota = cgroup_processors();
  return quota ? std::max(1, std::min(available_cores(), quota)) : available_cores();
}

// ---- Workers ----

void record_error(Pool& pool, int64_t chunk) {
  const std::lock_guard lock(pool.error_mutex);
  if (!pool.error || chunk < pool.error_chunk) {
    pool.error = std::current_exception();
    pool.error_chunk = chunk;
  }
}

// Takes the unclaimed groups from `first` on away. Their number is known to whoever waits before the group that called
// this is counted as finished.
void cancel(Pool& pool, uint64_t job, int64_t first) {
  for (int r = 0; r < pool.ranges.load(std::memory_order_relaxed); ++r) {
    std::atomic<uint64_t>& word = pool.range[r].ticket;
    uint64_t seen = word.load(std::memory_order_relaxed);
    for (;;) {
      const Ticket ticket(seen);
      const int64_t end = std::max(ticket.next, first);
      if (ticket.job != job || end >= ticket.end) break;
      if (!word.compare_exchange_weak(seen, pack(job, ticket.next, end), std::memory_order_acq_rel)) continue;
      pool.limit.fetch_sub(static_cast<uint32_t>(ticket.end - end), std::memory_order_seq_cst);
      break;
    }
  }
}

void run_group(Pool& pool, uint64_t job, int64_t group, int64_t chunks, int64_t group_size, void (*fn)(void*, int64_t),
               void* ctx) {
  int64_t chunk = group * group_size;
  const int64_t end = std::min(chunks, chunk + group_size);
  try {
    for (; chunk < end; ++chunk) fn(ctx, chunk);
  } catch (...) {
    record_error(pool, chunk);
    cancel(pool, job, group + 1);
  }
}

void wake_more(Pool& pool, int count) {
  const int workers = pool.workers.load(std::memory_order_relaxed);
  while (count-- > 0 && pool.next_wake.load(std::memory_order_relaxed) < workers) {
    const int i = pool.next_wake.fetch_add(1, std::memory_order_relaxed);
    if (i >= workers) return;
    std::atomic<uint32_t>& parked = pool.worker[i].parked;
    if (parked.load(std::memory_order_seq_cst) && parked.exchange(0)) parked.notify_one();
  }
}

// Whether worker `index` may claim a group. The first ticket is read before the rest of the job, which it guards.
bool has_work(const Pool& pool, int index, std::memory_order order) {
  bool found = !Ticket(pool.range[0].ticket.load(order)).empty();
  if (index >= pool.workers.load(std::memory_order_relaxed)) return false;
  const int ranges = pool.ranges.load(std::memory_order_relaxed);
  for (int r = 1; r < ranges && !found; ++r) found = !Ticket(pool.range[r].ticket.load(order)).empty();
  return found;
}

// Claims and runs a group of range r; false if none is left for worker `index`.
bool help_with(Pool& pool, int r, int index, bool& helped) {
  std::atomic<uint64_t>& word = pool.range[r].ticket;
  uint64_t seen = word.load(std::memory_order_acquire);
  for (;;) {
    const auto fn = pool.fn.load(std::memory_order_relaxed);
    void* ctx = pool.ctx.load(std::memory_order_relaxed);
    const int64_t chunks = pool.chunks.load(std::memory_order_relaxed);
    const int64_t group_size = pool.group_size.load(std::memory_order_relaxed);
    const unsigned flags = pool.flags.load(std::memory_order_relaxed);
    const Ticket ticket(seen);
    if (ticket.empty() || index >= pool.workers.load(std::memory_order_relaxed)) return false;
    if (!word.compare_exchange_weak(seen, pack(ticket.job, ticket.next + 1, ticket.end), std::memory_order_acq_rel,
                                    std::memory_order_acquire))
      continue;
    if (!std::exchange(helped, true)) {
      set_float_flags(flags);
      wake_more(pool, 2);
    }
    run_group(pool, ticket.job, ticket.next, chunks, group_size, fn, ctx);
    pool.finished.fetch_add(1, std::memory_order_seq_cst);
    if (pool.caller_sleeps.load(std::memory_order_seq_cst)) pool.finished.notify_all();
    return true;
  }
}

// Claims and runs groups until none is left, those of the worker's own range first.
void help(Pool& pool, int index) {
  bool helped = false;
  for (bool found = true; found;) {
    found = false;
    const int ranges = std::max(1, pool.ranges.load(std::memory_order_relaxed));
    for (int k = 0; k < ranges; ++k) {
      while (help_with(pool, (index + 1 + k) % ranges, index, helped)) found = true;
    }
  }
}

void park(Pool& pool, int index) {
  std::atomic<uint32_t>& parked = pool.worker[index].parked;
  parked.store(1, std::memory_order_seq_cst);
  // Whoever published a job before the store has not seen it: look once more.
  if (has_work(pool, index, std::memory_order_seq_cst)) {
    parked.store(0, std::memory_order_relaxed);
    return;
  }
  while (parked.load(std::memory_order_acquire)) parked.wait(1);
}

// Spins for a while; true if there is something to do.
bool spin(const Pool& pool, int index) {
  const Clock::time_point begin = Clock::now();
  do {
    for (int i = 0; i < 64; ++i) {
      if (has_work(pool, index, std::memory_order_acquire)) return true;
      pause();
    }
  } while (Clock::now() - begin < kSpin);
  return false;
}

struct WorkerStart {
  Pool* pool;
  int index;
};

void* worker_main(void* raw) {
  WorkerStart* start = static_cast<WorkerStart*>(raw);
  Pool& pool = *start->pool;
  const int index = start->index;
  delete start;
  t_in_chunk = true;  // a loop inside a chunk runs inline
  for (;;) {
    if (spin(pool, index)) {
      help(pool, index);
    } else {
      park(pool, index);
    }
  }
  return nullptr;
}

// Starts workers up to `wanted`; fewer if the system refuses. Signals stay with the program's own threads.
int start_workers(Pool& pool, int wanted) {
  if (pool.started >= wanted) return wanted;
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  while (pool.started < wanted) {
    pthread_t thread;
    WorkerStart* start = new WorkerStart{&pool, pool.started};
    if (pthread_create(&thread, nullptr, worker_main, start) != 0) {
      delete start;
      break;
    }
    pthread_detach(thread);
    ++pool.started;
  }
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  return std::min(wanted, pool.started);
}

// The pool is never destroyed: workers may look at it until the process is gone. A forked child has no workers and
// begins with a fresh one.
Pool& pool_instance() {
  if (Pool* pool = g_pool.load(std::memory_order_acquire)) return *pool;
  static std::mutex* mutex = new std::mutex;
  const std::lock_guard lock(*mutex);
  if (Pool* pool = g_pool.load(std::memory_order_acquire)) return *pool;
  static const bool registered = [] {
    pthread_atfork([] { mutex->lock(); }, [] { mutex->unlock(); },
                   [] {
                     g_pool.store(nullptr, std::memory_order_relaxed);
                     mutex->unlock();
                   });
    return true;
  }();
  static_cast<void>(registered);
  Pool* pool = new Pool;
  g_pool.store(pool, std::memory_order_release);
  return *pool;
}

// ---- The caller ----

void check_interrupt() {
  if (!t_interrupt_check) return;
  const Clock::time_point now = Clock::now();
  if (now < t_next_interrupt) return;
  t_next_interrupt = now + kInterruptPeriod;
  t_interrupt_check();
}

// Restores the flag that makes nested loops run inline.
struct InChunk {
  bool before = std::exchange(t_in_chunk, true);
  ~InChunk() { t_in_chunk = before; }
};

void run_inline(int64_t count, void (*fn)(void*, int64_t), void* ctx) {
  if (!t_interrupt_check) {
    for (int64_t chunk = 0; chunk < count; ++chunk) fn(ctx, chunk);
    return;
  }
  for (int64_t chunk = 0; chunk < count; ++chunk) {
    check_interrupt();
    fn(ctx, chunk);
  }
}

// Waits until the claimed groups are done. Spins first; then sleeps, which leaves this processor to a worker that was
// put off its own.
void wait_for_claimed(Pool& pool) {
  const Clock::time_point begin = Clock::now();
  for (;;) {
    for (int i = 0; i < 64; ++i) {
      if (pool.finished.load(std::memory_order_acquire) == pool.limit.load(std::memory_order_acquire)) return;
      pause();
    }
    if (Clock::now() - begin > kSpin) break;
  }
  pool.caller_sleeps.store(true, std::memory_order_seq_cst);
  for (;;) {
    const uint32_t seen = pool.finished.load(std::memory_order_seq_cst);
    if (seen == pool.limit.load(std::memory_order_seq_cst)) break;
    pool.finished.wait(seen);
  }
  pool.caller_sleeps.store(false, std::memory_order_relaxed);
}

// The workers a loop of this cost is worth, given who is awake; 0: do it alone.
int useful_workers(Pool& pool, int64_t groups, double total_ns) {
  const int64_t most = std::min<int64_t>(groups, kMaxWorkers + 1) - 1;
  const double worth = std::min(static_cast<double>(most), total_ns / kShareNs);
  int workers = std::min(static_cast<int>(worth), get_num_threads() - 1);
  if (total_ns >= kWakeNs) return start_workers(pool, workers);
  workers = std::min(workers, pool.started);
  for (int i = 0; i < workers; ++i) {
    if (!pool.worker[i].parked.load(std::memory_order_relaxed)) return workers;  // at least one listens already
  }
  return 0;
}

void run_parallel(Pool& pool, int64_t count, int64_t group_size, int workers, void (*fn)(void*, int64_t), void* ctx,
                  bool wake) {
  const int64_t groups = (count - 1) / group_size + 1;
  const int ranges = std::min(workers + 1, kMaxRanges);
  const uint64_t job = ++pool.job;
  pool.fn.store(fn, std::memory_order_relaxed);
  pool.ctx.store(ctx, std::memory_order_relaxed);
  pool.chunks.store(count, std::memory_order_relaxed);
  pool.group_size.store(group_size, std::memory_order_relaxed);
  pool.ranges.store(ranges, std::memory_order_relaxed);
  pool.workers.store(workers, std::memory_order_relaxed);
  pool.flags.store(float_flags(), std::memory_order_relaxed);
  pool.next_wake.store(wake ? 0 : workers, std::memory_order_relaxed);
  pool.finished.store(0, std::memory_order_relaxed);
  pool.limit.store(static_cast<uint32_t>(groups), std::memory_order_relaxed);
  for (int r = 0; r < ranges; ++r)
    pool.range[r].ticket.store(pack(job, groups * r / ranges, groups * (r + 1) / ranges), std::memory_order_seq_cst);
  wake_more(pool, 2);

  const InChunk in_chunk;
  for (int r = 0; r < ranges; ++r) {
    std::atomic<uint64_t>& word = pool.range[r].ticket;
    for (uint64_t seen = word.load(std::memory_order_relaxed);;) {
      const Ticket ticket(seen);
      if (ticket.empty()) break;
      if (!word.compare_exchange_weak(seen, pack(job, ticket.next + 1, ticket.end), std::memory_order_acq_rel))
        continue;
      try {
        check_interrupt();
        run_group(pool, job, ticket.next, count, group_size, fn, ctx);
      } catch (...) {  // the interrupt check threw
        record_error(pool, ticket.next * group_size);
        cancel(pool, job, 0);
      }
      pool.finished.fetch_add(1, std::memory_order_seq_cst);
      wake_more(pool, 1);
      seen = word.load(std::memory_order_relaxed);
    }
  }
  wait_for_claimed(pool);
}

}  // namespace

int get_num_threads() {
  int n = g_threads.load(std::memory_order_relaxed);
  if (n == 0) {
    n = default_threads();
    int undecided = 0;
    if (!g_threads.compare_exchange_strong(undecided, n)) n = undecided;
  }
  return n;
}

void set_num_threads(int n) {
  check(n > 0, "Expected positive number of threads, but got {}", n);
  g_threads.store(n, std::memory_order_relaxed);
}

bool in_parallel_region() { return t_in_chunk; }

void set_interrupt_check(void (*fn)()) {
  t_interrupt_check = fn;
  t_next_interrupt = Clock::now() + kInterruptPeriod;
}

void poll_interrupt() { check_interrupt(); }

void parallel_chunks(int64_t count, void (*fn)(void* ctx, int64_t chunk), void* ctx, double ns_per_chunk) {
  if (count <= 0) return;
  const double total_ns = static_cast<double>(count) * ns_per_chunk;
  if (count == 1 || !(total_ns >= kInlineNs) || t_in_chunk || get_num_threads() == 1) return run_inline(count, fn, ctx);
  Pool& pool = pool_instance();
  if (pool.busy.exchange(true, std::memory_order_acquire)) return run_inline(count, fn, ctx);
  // Groups: cheap chunks are claimed together, but every thread gets a few turns and the number fits the ticket.
  const double spread = static_cast<double>(count) / (4.0 * get_num_threads());
  const double wanted = ns_per_chunk > 0 ? std::min(kGroupNs / ns_per_chunk, spread) : 1.0;
  const int64_t group_size = std::max(static_cast<int64_t>(std::max(1.0, wanted)), count / kMaxGroups + 1);
  const int workers = useful_workers(pool, (count - 1) / group_size + 1, total_ns);
  if (workers == 0) {
    pool.busy.store(false, std::memory_order_release);
    return run_inline(count, fn, ctx);
  }
  run_parallel(pool, count, group_size, workers, fn, ctx, total_ns >= kWakeNs);
  std::exception_ptr error;
  {
    const std::lock_guard lock(pool.error_mutex);
    error.swap(pool.error);
  }
  pool.busy.store(false, std::memory_order_release);
  if (error) std::rethrow_exception(error);
}

}  // namespace rushlight
