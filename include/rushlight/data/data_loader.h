// Loaders: DataLoader, which draws as Python's does, and LibTorch's make_data_loader over a sampler.
#pragma once
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "rushlight/data/datasets.h"
#include "rushlight/data/pipeline.h"
#include "rushlight/data/samplers.h"
#include "rushlight/data/transforms.h"

namespace rushlight::data {

class DataLoaderOptions {
 public:
  DataLoaderOptions(int64_t batch_size = 1) : batch_size_(batch_size) {}
  DataLoaderOptions& batch_size(int64_t n) { return batch_size_ = n, *this; }
  // Of DataLoader; make_data_loader has samplers for that.
  DataLoaderOptions& shuffle(bool on) { return shuffle_ = on, *this; }
  DataLoaderOptions& drop_last(bool on) { return drop_last_ = on, *this; }
  // Threads that prepare batches ahead; 0: the caller's.
  DataLoaderOptions& workers(int64_t n) { return workers_ = n, *this; }
  // Batches that are prepared ahead, for each worker; or in all.
  DataLoaderOptions& prefetch_factor(int64_t n) { return prefetch_ = n, *this; }
  DataLoaderOptions& max_jobs(std::optional<int64_t> n) { return max_jobs_ = n, *this; }
  // Where the order is drawn from; without one, from the default generator as PyTorch does.
  DataLoaderOptions& generator(Generator g) { return generator_ = std::move(g), *this; }
  // How long to wait for a worker's batch, as a std::chrono duration; Error when it takes longer.
  template <class D>
    requires requires { D::period::num; }
  DataLoaderOptions& timeout(D duration) {
    timeout_ms_ = static_cast<int64_t>(duration.count() * D::period::num * 1000 / D::period::den);
    return *this;
  }
  // Batches come in order either way.
  DataLoaderOptions& enforce_ordering(bool) { return *this; }

  int64_t batch_size() const noexcept { return batch_size_; }
  bool shuffle() const noexcept { return shuffle_; }
  bool drop_last() const noexcept { return drop_last_; }
  int64_t workers() const noexcept { return workers_; }
  int64_t prefetch_factor() const noexcept { return prefetch_; }
  int64_t max_jobs() const noexcept { return max_jobs_.value_or(workers_ * prefetch_); }
  int64_t timeout_ms() const noexcept { return timeout_ms_; }
  bool enforce_ordering() const noexcept { return true; }
  const std::optional<Generator>& generator() const noexcept { return generator_; }
  // ValueError where a number makes no sense.
  RL_API void validate() const;

 private:
  int64_t batch_size_;
  bool shuffle_ = false, drop_last_ = false;
  int64_t workers_ = 0, prefetch_ = 2, timeout_ms_ = 0;
  std::optional<int64_t> max_jobs_;
  std::optional<Generator> generator_;
};

// What DataLoader asks of a dataset: how many samples, and the stacked batch of some of them. Called from several threads.
struct RL_API StackedBatches {
  virtual ~StackedBatches() = default;
  virtual std::optional<size_t> size() const = 0;
  virtual Example<> get_batch(const Tensor& indices) = 0;
  static std::vector<size_t> list(const Tensor& indices);
};
template <class D>
struct StackedBatchesOf final : StackedBatches {
  explicit StackedBatchesOf(D d) : dataset(std::move(d)) {}
  std::optional<size_t> size() const override { return dataset.size(); }
  Example<> get_batch(const Tensor& indices) override {
    if constexpr (std::is_same_v<D, TensorDataset>) {
      return dataset.get_batch(indices);
    } else {
      const std::vector<size_t> wanted = list(indices);
      using Batch = typename D::BatchType;
      if constexpr (std::is_same_v<Batch, std::vector<Example<>>>)
        return transforms::Stack<>().apply_batch(dataset.get_batch(wanted));
      else if constexpr (std::is_same_v<Batch, std::vector<TensorExample>>)
        return {transforms::Stack<TensorExample>().apply_batch(dataset.get_batch(wanted)).data, Tensor()};
      else if constexpr (std::is_same_v<Batch, TensorExample>)
        return {dataset.get_batch(wanted).data, Tensor()};
      else
        return dataset.get_batch(wanted);
    }
  }
  D dataset;
};

// Batches of a dataset; each begin() starts an epoch and draws a new order when shuffling. The order and the numbers drawn
// are those of torch.utils.data.DataLoader under the same seed.
//   data::DataLoader loader(data::TensorDataset(x, y), data::DataLoaderOptions(64).shuffle(true));
//   for (auto& batch : loader) { use(batch.data, batch.target); }
class RL_API DataLoader {
 public:
  DataLoader(std::shared_ptr<StackedBatches> dataset, DataLoaderOptions options = {});
  template <class D>
    requires requires { typename D::BatchType; }
  explicit DataLoader(D dataset, DataLoaderOptions options = {})
      : DataLoader(std::make_shared<StackedBatchesOf<D>>(std::move(dataset)), std::move(options)) {}

  class Epoch;
  class RL_API Iterator {
   public:
    Iterator() = default;
    explicit Iterator(std::shared_ptr<Epoch> epoch) : epoch_(std::move(epoch)) { ++*this; }
    Example<>& operator*() noexcept { return current_; }
    Example<>* operator->() noexcept { return &current_; }
    Iterator& operator++();
    bool operator!=(const Iterator& other) const noexcept { return epoch_ != other.epoch_; }
    bool operator==(const Iterator& other) const noexcept { return epoch_ == other.epoch_; }

   private:
    std::shared_ptr<Epoch> epoch_;  // null: past the end
    Example<> current_;
  };
  Iterator begin();
  Iterator end() { return {}; }
  size_t size() const;  // batches in an epoch
  const DataLoaderOptions& options() const noexcept { return options_; }

 private:
  std::shared_ptr<StackedBatches> dataset_;
  DataLoaderOptions options_;
};

// ---- LibTorch's loaders ---------------------------------------------------------------------------------------------------

// Walks the batches of one epoch.
template <class Batch>
class Iterator {
 public:
  using difference_type = std::ptrdiff_t;
  using value_type = Batch;
  using pointer = Batch*;
  using reference = Batch&;
  using iterator_category = std::input_iterator_tag;
  Iterator() = default;
  explicit Iterator(std::shared_ptr<Pipeline> pipeline) : pipeline_(std::move(pipeline)) { ++*this; }
  Batch& operator*() const noexcept { return *static_cast<Batch*>(batch_.get()); }
  Batch* operator->() const noexcept { return static_cast<Batch*>(batch_.get()); }
  Iterator& operator++() {
    batch_ = pipeline_->next();
    if (!batch_) pipeline_.reset();
    return *this;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.pipeline_ == b.pipeline_; }

 private:
  std::shared_ptr<Pipeline> pipeline_;  // null: past the end
  Pipeline::Item batch_;
};

// What loaders have in common: options, and an epoch at a time.
template <class Dataset, class Batch, class BatchRequest>
class DataLoaderBase {
 public:
  using BatchType = Batch;
  using BatchRequestType = BatchRequest;
  explicit DataLoaderBase(DataLoaderOptions options) : options_(std::move(options)) { options_.validate(); }
  DataLoaderBase(const DataLoaderBase&) = delete;
  DataLoaderBase& operator=(const DataLoaderBase&) = delete;
  virtual ~DataLoaderBase() = default;

  // Starts an epoch; an epoch that is still going on ends.
  Iterator<Batch> begin() {
    join();
    auto pipeline = std::make_shared<Pipeline>(start(), static_cast<size_t>(options_.workers()),
                                               static_cast<size_t>(options_.max_jobs()), options_.timeout_ms());
    current_ = pipeline;
    return Iterator<Batch>(std::move(pipeline));
  }
  Iterator<Batch> end() { return {}; }
  // Ends the epoch and its workers.
  void join() noexcept {
    if (auto pipeline = current_.lock()) pipeline->finish();
  }
  const DataLoaderOptions& options() const noexcept { return options_; }

 protected:
  // Resets the sampler; the source then answers for one epoch.
  virtual std::shared_ptr<Pipeline::Source> start() = 0;

 private:
  DataLoaderOptions options_;
  std::weak_ptr<Pipeline> current_;
};

// Batches of a dataset in a sampler's order; each worker has a copy of the dataset.
template <class Dataset, class Sampler>
class StatelessDataLoader
    : public DataLoaderBase<Dataset, typename Dataset::BatchType, typename Sampler::BatchRequestType> {
 public:
  using super = DataLoaderBase<Dataset, typename Dataset::BatchType, typename Sampler::BatchRequestType>;
  StatelessDataLoader(Dataset dataset, Sampler sampler, DataLoaderOptions options)
      : super(std::move(options)), source_(std::make_shared<Source>(std::move(sampler), this->options())) {
    for (int64_t i = 1; i < this->options().workers(); ++i) source_->datasets.push_back(dataset);
    source_->datasets.push_back(std::move(dataset));
  }

 private:
  using Request = typename Sampler::BatchRequestType;
  struct Source final : Pipeline::Source {
    Source(Sampler s, const DataLoaderOptions& options)
        : sampler(std::move(s)),
          batch_size(static_cast<size_t>(options.batch_size())),
          drop_last(options.drop_last()) {}
    Pipeline::Item request() override {
      std::optional<Request> wanted = sampler.next(batch_size);
      if (!wanted || (drop_last && wanted->size() < batch_size)) return nullptr;
      return std::make_shared<Request>(std::move(*wanted));
    }
    Pipeline::Item make(size_t worker, void* request) override {
      return std::make_shared<typename Dataset::BatchType>(
          datasets[worker].get_batch(*static_cast<const Request*>(request)));
    }
    Sampler sampler;
    size_t batch_size;
    bool drop_last;
    std::vector<Dataset> datasets;  // one for each worker
  };
  std::shared_ptr<Pipeline::Source> start() override {
    source_->sampler.reset(std::nullopt);
    return source_;
  }
  std::shared_ptr<Source> source_;
};

//   auto loader = data::make_data_loader<data::samplers::SequentialSampler>(std::move(dataset), 64);
//   for (data::Example<>& batch : *loader) { … }
template <class Dataset, class Sampler>
  requires requires {
    typename Sampler::BatchRequestType;
    typename Dataset::BatchType;
  }
std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(Dataset dataset, Sampler sampler,
                                                                        DataLoaderOptions options = {}) {
  return std::make_unique<StatelessDataLoader<Dataset, Sampler>>(std::move(dataset), std::move(sampler),
                                                                 std::move(options));
}
template <class Sampler = samplers::RandomSampler, class Dataset>
  requires requires { typename Dataset::BatchType; }
std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(Dataset dataset,
                                                                        DataLoaderOptions options = {}) {
  const std::optional<size_t> size = dataset.size();
  check(size.has_value(), "Expected the dataset to be sized in order to construct the Sampler; pass a sampler instead");
  return make_data_loader(std::move(dataset), Sampler(*size), std::move(options));
}

}  // namespace rushlight::data
