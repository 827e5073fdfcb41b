// Samplers: in which order a loader asks a dataset for its samples. Named and shaped as LibTorch's.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rushlight/export.h"
#include "rushlight/tensor.h"

namespace rushlight::data::samplers {

// A source of requests; the usual request is a list of indices.
template <class BatchRequest = std::vector<size_t>>
class Sampler {
 public:
  using BatchRequestType = BatchRequest;
  virtual ~Sampler() = default;
  // Starts an epoch, over another number of samples when one is given.
  virtual void reset(std::optional<size_t> new_size) = 0;
  // At most `batch_size` samples; nothing when the epoch is over.
  virtual std::optional<BatchRequest> next(size_t batch_size) = 0;
};

// 0, 1, 2…
class RL_API SequentialSampler : public Sampler<> {
 public:
  explicit SequentialSampler(size_t size) : size_(size) {}
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  size_t index() const noexcept { return index_; }

 private:
  size_t size_, index_ = 0;
};

// A new permutation in each epoch, drawn from the default generator when it is made and at every reset, as LibTorch does.
class RL_API RandomSampler : public Sampler<> {
 public:
  explicit RandomSampler(int64_t size, ScalarType index_dtype = kInt64);
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  size_t index() const noexcept { return static_cast<size_t>(index_); }

 private:
  Tensor indices_;
  int64_t index_ = 0;
};

// The part of the samples that belongs to replica `rank` of `num_replicas`. With `allow_duplicates` all parts have one
// size, and the first samples fill up the last part; without, the samples that are left over are passed over.
class RL_API DistributedSampler : public Sampler<> {
 public:
  DistributedSampler(size_t size, size_t num_replicas = 1, size_t rank = 0, bool allow_duplicates = true);
  // The seed of the next reset's order; must be the same on all replicas.
  void set_epoch(size_t epoch) noexcept { epoch_ = epoch; }
  size_t epoch() const noexcept { return epoch_; }
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  size_t index() const noexcept { return at_; }

 protected:
  size_t local_sample_count() const noexcept;
  // Fills `order_` with this replica's samples.
  virtual void arrange() = 0;
  size_t size_, num_replicas_, rank_, epoch_ = 0;
  bool allow_duplicates_;
  std::vector<size_t> order_;

 private:
  size_t at_ = 0;
};

// A shuffle of all samples, seeded with the epoch, cut into equal parts.
class RL_API DistributedRandomSampler : public DistributedSampler {
 public:
  DistributedRandomSampler(size_t size, size_t num_replicas = 1, size_t rank = 0, bool allow_duplicates = true);

 private:
  void arrange() override;
};

// A run of neighbours for each replica.
class RL_API DistributedSequentialSampler : public DistributedSampler {
 public:
  DistributedSequentialSampler(size_t size, size_t num_replicas = 1, size_t rank = 0, bool allow_duplicates = true);

 private:
  void arrange() override;
};

// A request that is only a number of samples, for datasets that are streams.
struct BatchSize {
  explicit BatchSize(size_t size) : size_(size) {}
  size_t size() const noexcept { return size_; }
  operator size_t() const noexcept { return size_; }

 private:
  size_t size_;
};
class RL_API StreamSampler : public Sampler<BatchSize> {
 public:
  explicit StreamSampler(size_t epoch_size) : epoch_size_(epoch_size) {}
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  std::optional<BatchSize> next(size_t batch_size) override;

 private:
  size_t epoch_size_, given_ = 0;
};

}  // namespace rushlight::data::samplers
