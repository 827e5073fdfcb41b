// Data for training: datasets, and a loader with seeded shuffling and prefetching threads.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include "rushlight/data/idx.h"
#include "rushlight/export.h"
#include "rushlight/ops.h"

namespace rushlight::data {

// One sample, or a batch of them with a leading batch dimension.
struct Example {
  Tensor data, target;
};

class RL_API Dataset {
 public:
  virtual ~Dataset() = default;
  virtual size_t size() const = 0;
  virtual Example get(size_t index) = 0;
  // The samples of `indices` (int64, 1-d), stacked; overridden where a gather is quicker. Called from prefetching threads.
  virtual Example get_batch(const Tensor& indices);
};

// Tensors whose first dimension counts samples.
class RL_API TensorDataset final : public Dataset {
 public:
  TensorDataset(Tensor data, Tensor target = {});
  size_t size() const override { return static_cast<size_t>(data_.size(0)); }
  Example get(size_t index) override;
  Example get_batch(const Tensor& indices) override;

 private:
  Tensor data_, target_;
};

class DataLoaderOptions {
 public:
  DataLoaderOptions(int64_t batch_size = 1) : batch_size_(batch_size) {}
  DataLoaderOptions& batch_size(int64_t n) { return batch_size_ = n, *this; }
  DataLoaderOptions& shuffle(bool on) { return shuffle_ = on, *this; }
  DataLoaderOptions& drop_last(bool on) { return drop_last_ = on, *this; }
  // Threads that prepare batches ahead; 0: the caller's.
  DataLoaderOptions& workers(int64_t n) { return workers_ = n, *this; }
  DataLoaderOptions& prefetch_factor(int64_t n) { return prefetch_ = n, *this; }
  // Where the order is drawn from; without one, from the default generator as PyTorch does.
  DataLoaderOptions& generator(Generator g) { return generator_ = std::move(g), *this; }

  int64_t batch_size() const noexcept { return batch_size_; }
  bool shuffle() const noexcept { return shuffle_; }
  bool drop_last() const noexcept { return drop_last_; }
  int64_t workers() const noexcept { return workers_; }
  int64_t prefetch_factor() const noexcept { return prefetch_; }
  const std::optional<Generator>& generator() const noexcept { return generator_; }

 private:
  int64_t batch_size_;
  bool shuffle_ = false, drop_last_ = false;
  int64_t workers_ = 0, prefetch_ = 2;
  std::optional<Generator> generator_;
};

// Batches of a dataset; each begin() starts an epoch and draws a new order when shuffling. The order and the numbers drawn
// are those of torch.utils.data.DataLoader under the same seed.
//   data::DataLoader loader(data::TensorDataset(x, y), data::DataLoaderOptions(64).shuffle(true));
//   for (auto& batch : loader) { use(batch.data, batch.target); }
class RL_API DataLoader {
 public:
  DataLoader(std::shared_ptr<Dataset> dataset, DataLoaderOptions options = {});
  template <class D>
    requires std::is_base_of_v<Dataset, D>
  explicit DataLoader(D dataset, DataLoaderOptions options = {})
      : DataLoader(std::make_shared<D>(std::move(dataset)), std::move(options)) {}

  class Epoch;
  class RL_API Iterator {
   public:
    Iterator() = default;
    explicit Iterator(std::shared_ptr<Epoch> epoch) : epoch_(std::move(epoch)) { ++*this; }
    Example& operator*() noexcept { return current_; }
    Example* operator->() noexcept { return &current_; }
    Iterator& operator++();
    bool operator!=(const Iterator& other) const noexcept { return epoch_ != other.epoch_; }
    bool operator==(const Iterator& other) const noexcept { return epoch_ == other.epoch_; }

   private:
    std::shared_ptr<Epoch> epoch_;  // null: past the end
    Example current_;
  };
  Iterator begin();
  Iterator end() { return {}; }
  size_t size() const noexcept;  // batches in an epoch
  Dataset& dataset() noexcept { return *dataset_; }
  const DataLoaderOptions& options() const noexcept { return options_; }

 private:
  std::shared_ptr<Dataset> dataset_;
  DataLoaderOptions options_;
};

template <class D>
std::unique_ptr<DataLoader> make_data_loader(D dataset, DataLoaderOptions options = {}) {
  return std::make_unique<DataLoader>(std::move(dataset), std::move(options));
}

}  // namespace rushlight::data
