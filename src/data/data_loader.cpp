// The loader with PyTorch's sampling order; its batches come through a Pipeline.
#include "rushlight/data/data_loader.h"

#include <algorithm>

#include "rushlight/autograd.h"

namespace rushlight::data {

void DataLoaderOptions::validate() const {
  check_value(batch_size_ > 0, "batch_size should be a positive integer value, but got batch_size={}", batch_size_);
  check_value(workers_ >= 0, "workers should be non-negative, but got {}", workers_);
  check_value(prefetch_ > 0, "prefetch_factor should be positive, but got {}", prefetch_);
  check_value(!max_jobs_ || *max_jobs_ > 0, "max_jobs should be positive, but got {}", max_jobs_);
}

std::vector<size_t> StackedBatches::list(const Tensor& indices) {
  const int64_t* index = indices.data_ptr<int64_t>();
  return std::vector<size_t>(index, index + indices.numel());
}

// One pass over the data: an order of the samples, cut into batches.
class DataLoader::Epoch {
 public:
  Epoch(std::shared_ptr<StackedBatches> dataset, const DataLoaderOptions& options, const Tensor& order, size_t batches)
      : samples_(order.size(0)),
        batch_size_(options.batch_size()),
        batches_(batches),
        pipeline_(std::make_shared<Cuts>(std::move(dataset), order, options.batch_size(), batches),
                  static_cast<size_t>(options.workers()), static_cast<size_t>(options.max_jobs()),
                  options.timeout_ms()) {
    if (options.shuffle()) generator_ = options.generator();
  }

  bool next(Example<>& out) {
    // PyTorch's sampler draws a second order when the first is used up: with a last batch that is not full, or after it.
    const bool partial = at_ + 1 == batches_ && samples_ % batch_size_ != 0;
    if (at_ == batches_ || partial) end_of_order();
    if (at_ == batches_) return false;
    ++at_;
    out = std::move(*static_cast<Example<>*>(pipeline_.next().get()));
    return true;
  }

 private:
  struct Cuts final : Pipeline::Source {
    Cuts(std::shared_ptr<StackedBatches> d, Tensor o, int64_t size, size_t count)
        : dataset(std::move(d)), order(std::move(o)), batch_size(size), batches(count) {}
    Pipeline::Item request() override {
      if (at == batches) return nullptr;
      const int64_t first = static_cast<int64_t>(at++) * batch_size;
      return std::make_shared<Tensor>(order.slice(0, first, std::min(first + batch_size, order.size(0))));
    }
    Pipeline::Item make(size_t, void* request) override {
      return std::make_shared<Example<>>(dataset->get_batch(*static_cast<const Tensor*>(request)));
    }
    std::shared_ptr<StackedBatches> dataset;
    Tensor order;
    int64_t batch_size;
    size_t batches, at = 0;
  };

  void end_of_order() {
    if (!generator_) return;
    NoGradGuard guard;
    randperm(samples_, generator_, TensorOptions(kLong));
    generator_.reset();
  }

  std::optional<Generator> generator_;  // draws once more when the order is used up
  int64_t samples_, batch_size_;
  size_t batches_, at_ = 0;
  Pipeline pipeline_;
};

DataLoader::DataLoader(std::shared_ptr<StackedBatches> dataset, DataLoaderOptions options)
    : dataset_(std::move(dataset)), options_(std::move(options)) {
  options_.validate();
}

size_t DataLoader::size() const {
  const std::optional<size_t> n = dataset_->size();
  check_type(n.has_value(), "the dataset has no size; use make_data_loader with a StreamSampler");
  const auto b = static_cast<size_t>(options_.batch_size());
  return options_.drop_last() ? *n / b : (*n + b - 1) / b;
}

DataLoader::Iterator DataLoader::begin() {
  NoGradGuard guard;
  const size_t batches = size();
  const auto n = static_cast<int64_t>(*dataset_->size());
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
  return Iterator(std::make_shared<Epoch>(dataset_, options_, order, batches));
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  if (!epoch_->next(current_)) {
    epoch_.reset();
    current_ = {};
  }
  return *this;
}

}  // namespace rushlight::data
