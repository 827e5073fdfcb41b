// Datasets, named and shaped as LibTorch's: samples by index, batches, and transforms applied on the way.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rushlight/data/example.h"
#include "rushlight/export.h"

namespace rushlight::data::datasets {

template <class SourceDataset, class AppliedTransform>
class MapDataset;
template <class SourceDataset, class AppliedTransform>
MapDataset<SourceDataset, AppliedTransform> map(SourceDataset dataset, AppliedTransform transform);

// Anything that answers a request for a batch; Self is the class that derives from this.
template <class Self, class Batch, class BatchRequest = ArrayRef<size_t>>
class BatchDataset {
 public:
  using SelfType = Self;
  using BatchType = Batch;
  using BatchRequestType = BatchRequest;
  static constexpr bool is_stateful = false;

  virtual ~BatchDataset() = default;
  virtual Batch get_batch(BatchRequest request) = 0;
  // The number of samples, if there is one.
  virtual std::optional<size_t> size() const = 0;

  // This dataset with `transform` applied to its batches:
  //   auto data = data::datasets::MNIST(root).map(data::transforms::Normalize<>(0.13, 0.31)).map(data::transforms::Stack<>());
  template <class T>
  MapDataset<Self, T> map(T transform) & {
    return datasets::map(static_cast<Self&>(*this), std::move(transform));
  }
  template <class T>
  MapDataset<Self, T> map(T transform) && {
    return datasets::map(std::move(static_cast<Self&>(*this)), std::move(transform));
  }
};

// Samples by index. A batch is the list of them; `.map(transforms::Stack<>())` stacks it.
template <class Self, class SingleExample = Example<>>
class Dataset : public BatchDataset<Self, std::vector<SingleExample>> {
 public:
  using ExampleType = SingleExample;
  virtual SingleExample get(size_t index) = 0;
  std::vector<SingleExample> get_batch(ArrayRef<size_t> indices) override {
    std::vector<SingleExample> batch;
    batch.reserve(indices.size());
    for (const size_t i : indices) batch.push_back(get(i));
    return batch;
  }
};

// Samples that come as they please: a batch is asked for by its size alone (samplers::StreamSampler).
template <class Self, class Batch = std::vector<Example<>>>
using StreamDataset = BatchDataset<Self, Batch, size_t>;

// A dataset whose batches pass through a transform.
template <class SourceDataset, class AppliedTransform>
class MapDataset
    : public BatchDataset<MapDataset<SourceDataset, AppliedTransform>, typename AppliedTransform::OutputBatchType,
                          typename SourceDataset::BatchRequestType> {
 public:
  using DatasetType = SourceDataset;
  using TransformType = AppliedTransform;
  using BatchRequestType = typename SourceDataset::BatchRequestType;
  using OutputBatchType = typename AppliedTransform::OutputBatchType;

  MapDataset(SourceDataset dataset, AppliedTransform transform)
      : dataset_(std::move(dataset)), transform_(std::move(transform)) {}
  OutputBatchType get_batch(BatchRequestType request) override {
    return transform_.apply_batch(dataset_.get_batch(std::move(request)));
  }
  std::optional<size_t> size() const noexcept override { return dataset_.size(); }
  const SourceDataset& dataset() const noexcept { return dataset_; }
  const AppliedTransform& transform() const noexcept { return transform_; }

 private:
  SourceDataset dataset_;
  AppliedTransform transform_;
};

template <class SourceDataset, class AppliedTransform>
MapDataset<SourceDataset, AppliedTransform> map(SourceDataset dataset, AppliedTransform transform) {
  return {std::move(dataset), std::move(transform)};
}

// One dataset for all workers, which otherwise get a copy each; it must bear calls from several threads.
template <class Shared>
class SharedBatchDataset
    : public BatchDataset<SharedBatchDataset<Shared>, typename Shared::BatchType, typename Shared::BatchRequestType> {
 public:
  SharedBatchDataset(std::shared_ptr<Shared> dataset) : dataset_(std::move(dataset)) {}
  typename Shared::BatchType get_batch(typename Shared::BatchRequestType request) override {
    return dataset_->get_batch(std::move(request));
  }
  std::optional<size_t> size() const override { return dataset_->size(); }
  Shared& operator*() noexcept { return *dataset_; }
  Shared* operator->() noexcept { return dataset_.get(); }

 private:
  std::shared_ptr<Shared> dataset_;
};
template <class Shared, class... Args>
SharedBatchDataset<Shared> make_shared_dataset(Args&&... args) {
  return std::make_shared<Shared>(std::forward<Args>(args)...);
}

// The first dimension of a tensor counts samples; no targets.
class RL_API TensorDataset : public Dataset<TensorDataset, TensorExample> {
 public:
  explicit TensorDataset(const std::vector<Tensor>& tensors);
  explicit TensorDataset(Tensor tensor);
  TensorExample get(size_t index) override;
  std::optional<size_t> size() const override { return static_cast<size_t>(tensor.size(0)); }
  Tensor tensor;
};

// Handwritten digits (http://yann.lecun.com/exdb/mnist): images (1, 28, 28) as float32 in [0, 1], targets as int64 of no
// dimensions. Reads `{train,t10k}-{images-idx3,labels-idx1}-ubyte` in `root`, plain or with .gz at the end; Fashion-MNIST
// and others in that form will do too. OSError when a file is not there, Error when it is damaged.
class RL_API MNIST : public Dataset<MNIST> {
 public:
  enum class Mode : uint8_t { kTrain, kTest };
  explicit MNIST(const std::string& root, Mode mode = Mode::kTrain);
  Example<> get(size_t index) override;
  std::optional<size_t> size() const override { return static_cast<size_t>(images_.size(0)); }
  bool is_train() const noexcept { return mode_ == Mode::kTrain; }
  const Tensor& images() const noexcept { return images_; }
  const Tensor& targets() const noexcept { return targets_; }

 private:
  Mode mode_;
  Tensor images_, targets_;
};

}  // namespace rushlight::data::datasets

namespace rushlight::data {

using datasets::BatchDataset;
using datasets::Dataset;

// Tensors whose first dimension counts samples; batches come stacked, gathered in one pass.
class RL_API TensorDataset final : public BatchDataset<TensorDataset, Example<>> {
 public:
  TensorDataset(Tensor data, Tensor target = {});
  std::optional<size_t> size() const override { return static_cast<size_t>(data_.size(0)); }
  Example<> get(size_t index);
  Example<> get_batch(ArrayRef<size_t> indices) override;
  Example<> get_batch(const Tensor& indices);  // int64, one dimension

 private:
  Tensor data_, target_;
};

}  // namespace rushlight::data
