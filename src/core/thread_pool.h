// The thread pool: fixed chunks, claimed one by one by the caller and by workers that spin briefly and then sleep.
#pragma once

#include <cstdint>

#include "rushlight/export.h"

namespace rushlight {

// How many threads (the caller included) a parallel loop may use. Default: the cores this process may run on, no more
// than its cgroup allows; RUSHLIGHT_NUM_THREADS, then OMP_NUM_THREADS override it.
RL_API int get_num_threads();
// Throws Error unless n > 0. Takes effect at the next parallel loop, on every thread.
RL_API void set_num_threads(int n);

// True while the calling thread runs a chunk; a parallel loop started there runs inline.
RL_API bool in_parallel_region();

// Runs fn(ctx, chunk) for chunk = 0..count-1, in any order, and returns when all are done. `ns_per_chunk` is the
// estimated cost of one chunk: it decides whether workers help, never what is computed. An exception from fn stops
// chunks that nobody has begun and is rethrown here; if several throw, the one with the lowest chunk number wins.
RL_API void parallel_chunks(int64_t count, void (*fn)(void* ctx, int64_t chunk), void* ctx, double ns_per_chunk);

// Called about every 10 ms, between chunks, on the thread that registered it while that thread runs a parallel loop. It
// may throw: chunks not yet begun are then skipped and the exception leaves the loop. nullptr removes it.
RL_API void set_interrupt_check(void (*fn)());
// Runs the interrupt check now if it is due (for long serial loops on the registered thread).
RL_API void poll_interrupt();

// f(begin, end) over fixed chunks of `grain` items of [0, n).
template <class F>
void parallel_for(int64_t n, int64_t grain, double ns_per_item, const F& f) {
  if (n <= 0) return;
  if (grain < 1) grain = 1;
  if (n <= grain) {
    f(int64_t{0}, n);
    return;
  }
  struct Context {
    const F* f;
    int64_t n, grain;
  } context{&f, n, grain};
  const auto run = [](void* raw, int64_t chunk) {
    const Context& c = *static_cast<const Context*>(raw);
    const int64_t begin = chunk * c.grain;
    const int64_t end = c.n - begin < c.grain ? c.n : begin + c.grain;
    (*c.f)(begin, end);
  };
  parallel_chunks((n - 1) / grain + 1, run, &context, ns_per_item * static_cast<double>(grain));
}

}  // namespace rushlight
