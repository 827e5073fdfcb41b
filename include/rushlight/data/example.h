// What a dataset holds: an input with its target, or an input alone.
#pragma once
#include <utility>

#include "rushlight/tensor.h"

namespace rushlight::data {

namespace example {
using NoTarget = void;
}

// One sample, or a batch of them with a leading batch dimension.
template <class Data = Tensor, class Target = Tensor>
struct Example {
  using DataType = Data;
  using TargetType = Target;
  Example() = default;
  Example(Data data, Target target) : data(std::move(data)), target(std::move(target)) {}
  Data data;
  Target target;
};

// An input without a target; stands for its data.
template <class Data>
struct Example<Data, example::NoTarget> {
  using DataType = Data;
  using TargetType = example::NoTarget;
  Example() = default;
  Example(Data data) : data(std::move(data)) {}
  operator Data&() noexcept { return data; }
  operator const Data&() const noexcept { return data; }
  Data data;
};

using TensorExample = Example<Tensor, example::NoTarget>;

}  // namespace rushlight::data
