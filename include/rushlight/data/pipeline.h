// Batches made ahead by threads and handed out in order: the engine of every loader.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "rushlight/export.h"

namespace rushlight::data {

// One pass over the data. Requests are drawn by the thread that calls next(), so that random numbers have one order, and
// turned into batches by workers (by the caller itself when there are none). Batches come in the order of their requests,
// whatever the number of workers; an error met while making one is raised when its turn comes.
class RL_API Pipeline {
 public:
  // Values of types that only the source and its reader know.
  using Item = std::shared_ptr<void>;

  struct Source {
    virtual ~Source() = default;
    // What to make next; null when there is no more.
    virtual Item request() = 0;
    // Makes it, on thread `worker` (0 when there are none), without recording gradients on workers.
    virtual Item make(size_t worker, void* request) = 0;
  };

  // `window`: how many requests may be open at a time. `timeout_ms` > 0: Error when a batch takes longer.
  Pipeline(std::shared_ptr<Source> source, size_t workers, size_t window, int64_t timeout_ms = 0);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline();

  // The next batch; null at the end.
  Item next();
  // Ends the pass and waits for the workers; next() then returns null.
  void finish() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rushlight::data
