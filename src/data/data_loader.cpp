// The loader: PyTorch's sampling order, batches made by the caller or ahead by threads, in order either way.
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "rushlight/autograd.h"
#include "rushlight/data/data.h"

namespace rushlight::data {

Example Dataset::get_batch(const Tensor& indices) {
  const int64_t* index = indices.data_ptr<int64_t>();
  std::vector<Tensor> data, target;
  for (int64_t i = 0; i < indices.numel(); ++i) {
    Example e = get(static_cast<size_t>(index[i]));
    data.push_back(std::move(e.data));
    if (e.target.defined()) target.push_back(std::move(e.target));
  }
  return {stack(data), target.empty() ? Tensor() : stack(target)};
}

TensorDataset::TensorDataset(Tensor data, Tensor target) : data_(std::move(data)), target_(std::move(target)) {
  check(data_.dim() > 0, "TensorDataset: the data is a 0-d tensor; its first dimension must count samples");
  check(!target_.defined() || (target_.dim() > 0 && target_.size(0) == data_.size(0)),
        "Size mismatch between tensors: {} samples, but targets of shape {}", data_.size(0),
        target_.defined() ? target_.sizes() : IntArrayRef());
}

Example TensorDataset::get(size_t index) {
  const auto i = static_cast<int64_t>(index);
  return {data_[i], target_.defined() ? target_[i] : Tensor()};
}

Example TensorDataset::get_batch(const Tensor& indices) {
  return {index_select(data_, 0, indices), target_.defined() ? index_select(target_, 0, indices) : Tensor()};
}

// One pass over the data. Workers take batch numbers in order and put results into a window that the caller reads in order.
class DataLoader::Epoch {
 public:
  Epoch(std::shared_ptr<Dataset> dataset, const DataLoaderOptions& options, Tensor order, size_t batches)
      : dataset_(std::move(dataset)), order_(std::move(order)), batch_size_(options.batch_size()), batches_(batches) {
    if (options.shuffle()) generator_ = options.generator();
    const auto workers = static_cast<size_t>(options.workers());
    window_ = workers * static_cast<size_t>(options.prefetch_factor());
    for (size_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Epoch() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (auto& t : threads_) t.join();
  }

  bool next(Example& out) {
    // PyTorch's sampler draws a second order when the first is used up: with a last batch that is not full, or after it.
    const bool partial = at_ + 1 == batches_ && order_.size(0) % batch_size_ != 0;
    if (at_ == batches_ || partial) end_of_order();
    if (at_ == batches_) return false;
    if (threads_.empty()) {
      out = make(at_++);
      return true;
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.contains(at_); });
    Slot slot = std::move(ready_[at_]);
    ready_.erase(at_++);
    lock.unlock();
    changed_.notify_all();
    if (slot.error) std::rethrow_exception(slot.error);
    out = std::move(slot.example);
    return true;
  }

 private:
  struct Slot {
    Example example;
    std::exception_ptr error;
  };

  void end_of_order() {
    if (!generator_) return;
    NoGradGuard guard;
    randperm(order_.size(0), generator_, TensorOptions(kLong));
    generator_.reset();
  }

  Example make(size_t batch) {
    const int64_t first = static_cast<int64_t>(batch) * batch_size_;
    const int64_t last = std::min(first + batch_size_, order_.size(0));
    return dataset_->get_batch(order_.slice(0, first, last));
  }

  void work() {
    NoGradGuard guard;
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return stop_ || taken_ == batches_ || taken_ < at_ + window_; });
      if (stop_ || taken_ == batches_) return;
      const size_t mine = taken_++;
      lock.unlock();
      Slot slot;
      try {
        slot.example = make(mine);
      } catch (...) {
        slot.error = std::current_exception();
      }
      lock.lock();
      ready_[mine] = std::move(slot);
      changed_.notify_all();
    }
  }

  std::shared_ptr<Dataset> dataset_;
  Tensor order_;
  std::optional<Generator> generator_;  // draws once more when the order is used up
  int64_t batch_size_;
  size_t batches_, window_ = 0, at_ = 0, taken_ = 0;
  bool stop_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<size_t, Slot> ready_;
  std::vector<std::thread> threads_;
};

DataLoader::DataLoader(std::shared_ptr<Dataset> dataset, DataLoaderOptions options)
    : dataset_(std::move(dataset)), options_(std::move(options)) {
  check_value(options_.batch_size() > 0, "batch_size should be a positive integer value, but got batch_size={}",
              options_.batch_size());
  check_value(options_.workers() >= 0, "workers should be non-negative, but got {}", options_.workers());
  check_value(options_.prefetch_factor() > 0, "prefetch_factor should be positive, but got {}",
              options_.prefetch_factor());
}

size_t DataLoader::size() const noexcept {
  const size_t n = dataset_->size(), b = static_cast<size_t>(options_.batch_size());
  return options_.drop_last() ? n / b : (n + b - 1) / b;
}

DataLoader::Iterator DataLoader::begin() {
  NoGradGuard guard;
  const auto n = static_cast<int64_t>(dataset_->size());
  // PyTorch's loader draws a seed for its workers first, then the sampler one for the order.
  auto draw = [&](const std::optional<Generator>& g) {
    Tensor seed = empty({}, kLong);
    seed.random_(g);
    return seed.item().toLong();
  };
  draw(options_.generator());
  Tensor order;
  if (!options_.shuffle()) {
    order = arange(n, TensorOptions(kLong));
  } else if (options_.generator()) {
    order = randperm(n, options_.generator(), TensorOptions(kLong));
  } else {
    Generator generator;
    generator.manual_seed(static_cast<uint64_t>(draw(std::nullopt)));
    order = randperm(n, generator, TensorOptions(kLong));
  }
  return Iterator(std::make_shared<Epoch>(dataset_, options_, order, size()));
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  if (!epoch_->next(current_)) {
    epoch_.reset();
    current_ = {};
  }
  return *this;
}

}  // namespace rushlight::data
