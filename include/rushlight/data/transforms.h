// Transforms of samples and batches, named and shaped as LibTorch's: Stack, Normalize, Lambda and their bases.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include "rushlight/data/example.h"
#include "rushlight/export.h"
#include "rushlight/ops.h"

namespace rushlight::data::transforms {

// A function of one argument; a copy has a copy of it, so that each worker has its own.
template <class Input, class Output>
class Function {
 public:
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Function>)
  Function(F f) : call_(std::make_unique<Held<F>>(std::move(f))) {}
  Function(const Function& other) : call_(other.call_->copy()) {}
  Function(Function&&) noexcept = default;
  Function& operator=(Function other) noexcept {
    call_ = std::move(other.call_);
    return *this;
  }
  ~Function() = default;
  Output operator()(Input input) { return (*call_)(std::move(input)); }

 private:
  struct Call {
    virtual ~Call() = default;
    virtual Output operator()(Input input) = 0;
    virtual std::unique_ptr<Call> copy() const = 0;
  };
  template <class F>
  struct Held final : Call {
    explicit Held(F f) : f_(std::move(f)) {}
    Output operator()(Input input) override { return f_(std::move(input)); }
    std::unique_ptr<Call> copy() const override { return std::make_unique<Held>(*this); }
    F f_;
  };
  std::unique_ptr<Call> call_;
};

// A whole batch at a time.
template <class InputBatch, class OutputBatch>
class BatchTransform {
 public:
  using InputBatchType = InputBatch;
  using OutputBatchType = OutputBatch;
  virtual ~BatchTransform() = default;
  virtual OutputBatch apply_batch(InputBatch batch) = 0;
};

// A sample at a time.
template <class Input, class Output>
class Transform : public BatchTransform<std::vector<Input>, std::vector<Output>> {
 public:
  using InputType = Input;
  using OutputType = Output;
  virtual Output apply(Input input) = 0;
  std::vector<Output> apply_batch(std::vector<Input> batch) override {
    std::vector<Output> out;
    out.reserve(batch.size());
    for (auto& input : batch) out.push_back(apply(std::move(input)));
    return out;
  }
};

template <class Input, class Output = Input>
class BatchLambda : public BatchTransform<Input, Output> {
 public:
  using FunctionType = Function<Input, Output>;
  explicit BatchLambda(FunctionType function) : function_(std::move(function)) {}
  Output apply_batch(Input batch) override { return function_(std::move(batch)); }

 private:
  FunctionType function_;
};

//   data.map(transforms::Lambda<Example<>>([](Example<> e) { return Example<>(e.data.flip(-1), e.target); }))
template <class Input, class Output = Input>
class Lambda : public Transform<Input, Output> {
 public:
  using FunctionType = Function<Input, Output>;
  explicit Lambda(FunctionType function) : function_(std::move(function)) {}
  Output apply(Input input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

// What makes one batch of a list of samples.
template <class T, class BatchType = std::vector<T>>
using Collation = BatchTransform<BatchType, T>;
template <class T, class BatchType = std::vector<T>>
using Collate = BatchLambda<BatchType, T>;

// Stacks data and targets along a new first dimension.
template <class ExampleType = Example<>>
struct Stack;
template <>
struct RL_API Stack<Example<>> : Collation<Example<>> {
  Example<> apply_batch(std::vector<Example<>> examples) override;
};
template <>
struct RL_API Stack<TensorExample> : Collation<TensorExample> {
  TensorExample apply_batch(std::vector<TensorExample> examples) override;
};

// A transform of the data that leaves the target alone.
template <class Target = Tensor>
class TensorTransform : public Transform<Example<Tensor, Target>, Example<Tensor, Target>> {
 public:
  using E = Example<Tensor, Target>;
  virtual Tensor operator()(Tensor input) = 0;
  E apply(E input) override {
    input.data = (*this)(std::move(input.data));
    return input;
  }
};

template <class Target = Tensor>
class TensorLambda : public TensorTransform<Target> {
 public:
  using FunctionType = Function<Tensor, Tensor>;
  explicit TensorLambda(FunctionType function) : function_(std::move(function)) {}
  Tensor operator()(Tensor input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

// (C, 1, 1) float32 out of one number per channel.
RL_API Tensor per_channel(ArrayRef<double> values);

// (input - mean) / stddev, per channel of a (C, H, W) image; one number serves all channels.
template <class Target = Tensor>
struct Normalize : TensorTransform<Target> {
  Normalize(ArrayRef<double> mean, ArrayRef<double> stddev) : mean(per_channel(mean)), stddev(per_channel(stddev)) {}
  Tensor operator()(Tensor input) override { return div(sub(input, mean), stddev); }
  Tensor mean, stddev;
};

}  // namespace rushlight::data::transforms
