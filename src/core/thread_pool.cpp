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
// One word, the ticket, holds {job number, next unclaimed group of chunks}. A thread claims a group by raising the
// ticket with compare-exchange, so a claim is always one of the job whose number it read; a worker that wakes up late
// fails its exchange and touches nothing. The caller claims like everybody else and at the end waits only for groups
// that somebody has claimed: a worker that never got the processor has claimed none. Groups are claimed in rising
// order, therefore when chunk c throws all lower chunks are claimed and will be finished, and the lowest chunk that
// throws is the same each run. The job's fields are only written while the ticket is closed, so a successful exchange
// proves that they belonged to it.

constexpr int kMaxWorkers = 1023;
constexpr uint32_t kClosed = 0xffffffffu;  // no group has this number
constexpr double kInlineNs = 20e3;         // below this the caller works alone
constexpr double kWakeNs = 50e3;           // below this nobody is woken
constexpr double kShareNs = 10e3;          // what a worker must be worth
constexpr double kGroupNs = 5e3;           // chunks are claimed in groups of about this cost
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

struct Pool {
  alignas(64) std::atomic<uint64_t> ticket{kClosed};
  alignas(64) std::atomic<uint32_t> finished{0};  // groups done
  std::atomic<uint32_t> limit{0};                 // groups that will be done
  std::atomic<bool> caller_sleeps{false};

  // The job, written while the ticket is closed.
  alignas(64) std::atomic<void (*)(void*, int64_t)> fn{nullptr};
  std::atomic<void*> ctx{nullptr};
  std::atomic<int64_t> chunks{0}, group_size{1};
  std::atomic<uint32_t> groups{0};
  std::atomic<int> workers{0};  // how many may join
  std::atomic<unsigned> flags{0};
  std::atomic<int> next_wake{0};

  std::mutex error_mutex;  // guards the two below
  int64_t error_chunk = 0;
  std::exception_ptr error;

  alignas(64) std::atomic<bool> busy{false};  // a caller owns the pool
  int started = 0;                            // guarded by busy
  Worker worker[kMaxWorkers];
};

std::atomic<Pool*> g_pool{nullptr};
std::atomic<int> g_threads{0};  // 0: not decided yet
thread_local bool t_in_chunk = false;

thread_local void (*t_interrupt_check)() = nullptr;
thread_local Clock::time_point t_next_interrupt;

uint64_t pack(uint32_t job, uint32_t group) { return uint64_t{job} << 32 | group; }
uint32_t job_of(uint64_t ticket) { return static_cast<uint32_t>(ticket >> 32); }
uint32_t group_of(uint64_t ticket) { return static_cast<uint32_t>(ticket); }

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

// Takes the unclaimed groups of `job` away. The number that remains is known to whoever waits before the group that
// called this is counted as finished.
void cancel(Pool& pool, uint32_t job) {
  const uint32_t groups = pool.groups.load(std::memory_order_relaxed);
  uint64_t seen = pool.ticket.load(std::memory_order_relaxed);
  while (job_of(seen) == job && group_of(seen) < groups) {
    if (pool.ticket.compare_exchange_weak(seen, pack(job, groups), std::memory_order_acq_rel)) {
      pool.limit.store(group_of(seen), std::memory_order_seq_cst);
      return;
    }
  }
}

void run_group(Pool& pool, uint32_t job, uint32_t group, int64_t chunks, int64_t group_size, void (*fn)(void*, int64_t),
               void* ctx) {
  int64_t chunk = group * group_size;
  const int64_t end = std::min(chunks, chunk + group_size);
  try {
    for (; chunk < end; ++chunk) fn(ctx, chunk);
  } catch (...) {
    record_error(pool, chunk);
    cancel(pool, job);
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

// Whether worker `index` may claim a group under this ticket.
bool has_work(const Pool& pool, int index, uint64_t ticket) {
  return group_of(ticket) != kClosed && index < pool.workers.load(std::memory_order_relaxed) &&
         group_of(ticket) < pool.groups.load(std::memory_order_relaxed);
}

// Claims and runs groups until none is left.
void help(Pool& pool, int index) {
  bool helped = false;
  for (;;) {
    uint64_t seen = pool.ticket.load(std::memory_order_acquire);
    const auto fn = pool.fn.load(std::memory_order_relaxed);
    void* ctx = pool.ctx.load(std::memory_order_relaxed);
    const int64_t chunks = pool.chunks.load(std::memory_order_relaxed);
    const int64_t group_size = pool.group_size.load(std::memory_order_relaxed);
    const unsigned flags = pool.flags.load(std::memory_order_relaxed);
    if (!has_work(pool, index, seen)) return;
    if (!pool.ticket.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel)) continue;
    if (!helped) {
      set_float_flags(flags);
      wake_more(pool, 2);
    }
    helped = true;
    run_group(pool, job_of(seen), group_of(seen), chunks, group_size, fn, ctx);
    pool.finished.fetch_add(1, std::memory_order_seq_cst);
    if (pool.caller_sleeps.load(std::memory_order_seq_cst)) pool.finished.notify_all();
  }
}

void park(Pool& pool, int index) {
  std::atomic<uint32_t>& parked = pool.worker[index].parked;
  parked.store(1, std::memory_order_seq_cst);
  // Whoever published a job before the store has not seen it: look once more.
  if (has_work(pool, index, pool.ticket.load(std::memory_order_seq_cst))) {
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
      if (has_work(pool, index, pool.ticket.load(std::memory_order_acquire))) return true;
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
  const uint32_t groups = static_cast<uint32_t>((count - 1) / group_size + 1);
  const uint32_t job = job_of(pool.ticket.load(std::memory_order_relaxed)) + 1;
  pool.fn.store(fn, std::memory_order_relaxed);
  pool.ctx.store(ctx, std::memory_order_relaxed);
  pool.chunks.store(count, std::memory_order_relaxed);
  pool.group_size.store(group_size, std::memory_order_relaxed);
  pool.groups.store(groups, std::memory_order_relaxed);
  pool.workers.store(workers, std::memory_order_relaxed);
  pool.flags.store(float_flags(), std::memory_order_relaxed);
  pool.next_wake.store(wake ? 0 : workers, std::memory_order_relaxed);
  pool.finished.store(0, std::memory_order_relaxed);
  pool.limit.store(groups, std::memory_order_relaxed);
  pool.ticket.store(pack(job, 0), std::memory_order_seq_cst);
  wake_more(pool, 2);

  const InChunk in_chunk;
  for (;;) {
    uint64_t seen = pool.ticket.load(std::memory_order_relaxed);
    while (group_of(seen) < groups && !pool.ticket.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel)) {
    }
    if (group_of(seen) >= groups) break;
    const int64_t first = group_of(seen) * group_size;
    try {
      check_interrupt();
      run_group(pool, job, group_of(seen), count, group_size, fn, ctx);
    } catch (...) {  // the interrupt check threw
      record_error(pool, first);
      cancel(pool, job);
    }
    pool.finished.fetch_add(1, std::memory_order_seq_cst);
    wake_more(pool, 1);
  }
  wait_for_claimed(pool);
  pool.ticket.store(pack(job, kClosed), std::memory_order_release);
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
  const int64_t group_size = std::max(static_cast<int64_t>(std::max(1.0, wanted)), count / 0x40000000 + 1);
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
