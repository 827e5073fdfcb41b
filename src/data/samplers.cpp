// Samplers: sequential, random, and the parts of a dataset for several replicas.
#include "rushlight/data/samplers.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight::data::samplers {

void SequentialSampler::reset(std::optional<size_t> new_size) {
  if (new_size) size_ = *new_size;
  index_ = 0;
}
std::optional<std::vector<size_t>> SequentialSampler::next(size_t batch_size) {
  if (index_ >= size_) return std::nullopt;
  std::vector<size_t> batch(std::min(batch_size, size_ - index_));
  std::iota(batch.begin(), batch.end(), index_);
  index_ += batch.size();
  return batch;
}

RandomSampler::RandomSampler(int64_t size, ScalarType index_dtype)
    : indices_(randperm(size, std::nullopt, TensorOptions(index_dtype))) {}
void RandomSampler::reset(std::optional<size_t> new_size) {
  const int64_t size = new_size ? static_cast<int64_t>(*new_size) : indices_.numel();
  indices_ = randperm(size, std::nullopt, TensorOptions(indices_.dtype()));
  index_ = 0;
}
std::optional<std::vector<size_t>> RandomSampler::next(size_t batch_size) {
  const int64_t left = indices_.numel() - index_;
  if (left == 0) return std::nullopt;
  const int64_t count = std::min(static_cast<int64_t>(batch_size), left);
  const Tensor part = indices_.slice(0, index_, index_ + count).to(kLong);
  index_ += count;
  const int64_t* values = part.data_ptr<int64_t>();
  return std::vector<size_t>(values, values + count);
}

DistributedSampler::DistributedSampler(size_t size, size_t num_replicas, size_t rank, bool allow_duplicates)
    : size_(size), num_replicas_(num_replicas), rank_(rank), allow_duplicates_(allow_duplicates) {
  check_value(num_replicas > 0 && rank < num_replicas,
              "DistributedSampler: rank {} of {} replicas; expected 0 <= rank < replicas", rank, num_replicas);
}
size_t DistributedSampler::local_sample_count() const noexcept {
  return allow_duplicates_ ? (size_ + num_replicas_ - 1) / num_replicas_ : size_ / num_replicas_;
}
void DistributedSampler::reset(std::optional<size_t> new_size) {
  if (new_size) size_ = *new_size;
  at_ = 0;
  arrange();
}
std::optional<std::vector<size_t>> DistributedSampler::next(size_t batch_size) {
  if (at_ == order_.size()) return std::nullopt;
  const size_t count = std::min(batch_size, order_.size() - at_);
  const auto first = order_.begin() + static_cast<std::ptrdiff_t>(at_);
  at_ += count;
  return std::vector<size_t>(first, first + static_cast<std::ptrdiff_t>(count));
}

DistributedRandomSampler::DistributedRandomSampler(size_t size, size_t replicas, size_t rank, bool allow_duplicates)
    : DistributedSampler(size, replicas, rank, allow_duplicates) {
  arrange();
}
void DistributedRandomSampler::arrange() {
  const size_t mine = local_sample_count();
  std::vector<size_t> all(num_replicas_ == 1 ? size_ : mine * num_replicas_);
  for (size_t i = 0; i < all.size(); ++i) all[i] = i % size_;
  std::shuffle(all.begin(), all.end(), std::mt19937(static_cast<uint32_t>(epoch_)));
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(rank_ * mine);
  order_.assign(first, first + static_cast<std::ptrdiff_t>(mine));
}

DistributedSequentialSampler::DistributedSequentialSampler(size_t size, size_t replicas, size_t rank,
                                                           bool allow_duplicates)
    : DistributedSampler(size, replicas, rank, allow_duplicates) {
  arrange();
}
void DistributedSequentialSampler::arrange() {
  const size_t mine = local_sample_count();
  order_.resize(mine);
  for (size_t i = 0; i < mine; ++i) order_[i] = (rank_ * mine + i) % std::max<size_t>(size_, 1);
}

void StreamSampler::reset(std::optional<size_t> new_size) {
  if (new_size) epoch_size_ = *new_size;
  given_ = 0;
}
std::optional<BatchSize> StreamSampler::next(size_t batch_size) {
  if (given_ == epoch_size_) return std::nullopt;
  const size_t count = std::min(batch_size, epoch_size_ - given_);
  given_ += count;
  return BatchSize(count);
}

}  // namespace rushlight::data::samplers
