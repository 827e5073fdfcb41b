// Batches by threads: requests in a queue, results in a window that the caller reads in order.
#include "rushlight/data/pipeline.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "rushlight/autograd.h"

namespace rushlight::data {

struct Pipeline::State {
  struct Slot {
    Item batch;
    std::exception_ptr error;
  };

  State(std::shared_ptr<Source> s, size_t workers, size_t size, int64_t timeout)
      : source(std::move(s)), window(size < workers ? workers : size), timeout_ms(timeout) {
    for (size_t i = 0; i < workers; ++i) threads.emplace_back([this, i] { work(i); });
  }

  Item draw() {
    if (exhausted) return nullptr;
    Item request = source->request();
    if (!request) exhausted = true;
    return request;
  }

  // Keeps the window full, then waits for the batch whose turn it is.
  Item next() {
    if (threads.empty()) {
      const Item request = draw();
      return request ? source->make(0, request.get()) : nullptr;
    }
    while (issued < at + window) {
      Item request = draw();
      if (!request) break;
      std::lock_guard lock(mutex);
      requests.emplace_back(issued++, std::move(request));
      work_to_do.notify_one();
    }
    if (at == issued) return nullptr;
    std::unique_lock lock(mutex);
    const auto arrived = [&] { return ready.contains(at); };
    if (timeout_ms > 0) {
      check(batch_done.wait_for(lock, std::chrono::milliseconds(timeout_ms), arrived),
            "Timeout in DataLoader: no batch within {} ms", timeout_ms);
    } else {
      batch_done.wait(lock, arrived);
    }
    Slot slot = std::move(ready[at]);
    ready.erase(at++);
    if (slot.error) std::rethrow_exception(slot.error);
    return std::move(slot.batch);
  }

  void work(size_t worker) {
    NoGradGuard guard;
    std::unique_lock lock(mutex);
    while (true) {
      work_to_do.wait(lock, [&] { return stop || !requests.empty(); });
      if (stop) return;
      auto [number, request] = std::move(requests.front());
      requests.pop_front();
      lock.unlock();
      Slot slot;
      try {
        slot.batch = source->make(worker, request.get());
      } catch (...) {
        slot.error = std::current_exception();
      }
      request.reset();
      lock.lock();
      ready[number] = std::move(slot);
      batch_done.notify_one();
    }
  }

  void finish() noexcept {
    exhausted = true;
    {
      std::lock_guard lock(mutex);
      stop = true;
    }
    work_to_do.notify_all();
    for (auto& t : threads) t.join();
    threads.clear();
    requests.clear();
    ready.clear();
    at = issued;
  }

  std::shared_ptr<Source> source;
  size_t window;
  int64_t timeout_ms;
  size_t issued = 0, at = 0;  // requests drawn, batches handed out; of the caller's thread
  bool exhausted = false, stop = false;
  std::mutex mutex;
  std::condition_variable work_to_do, batch_done;
  std::deque<std::pair<size_t, Item>> requests;
  std::map<size_t, Slot> ready;
  std::vector<std::thread> threads;
};

Pipeline::Pipeline(std::shared_ptr<Source> source, size_t workers, size_t window, int64_t timeout_ms)
    : state_(std::make_unique<State>(std::move(source), workers, window, timeout_ms)) {}

Pipeline::~Pipeline() { state_->finish(); }

Pipeline::Item Pipeline::next() { return state_->next(); }

void Pipeline::finish() noexcept { state_->finish(); }

}  // namespace rushlight::data
