// Transforms that are not templates.
#include "rushlight/data/transforms.h"

namespace rushlight::data::transforms {

Example<> Stack<Example<>>::apply_batch(std::vector<Example<>> examples) {
  std::vector<Tensor> data, target;
  data.reserve(examples.size());
  target.reserve(examples.size());
  for (auto& e : examples) {
    data.push_back(std::move(e.data));
    if (e.target.defined()) target.push_back(std::move(e.target));
  }
  check(target.empty() || target.size() == data.size(), "Stack: {} samples of {} have a target; expected all or none",
        target.size(), data.size());
  return {stack(data), target.empty() ? Tensor() : stack(target)};
}

TensorExample Stack<TensorExample>::apply_batch(std::vector<TensorExample> examples) {
  std::vector<Tensor> data;
  data.reserve(examples.size());
  for (auto& e : examples) data.push_back(std::move(e.data));
  return stack(data);
}

Tensor per_channel(ArrayRef<double> values) {
  Tensor out = empty({static_cast<int64_t>(values.size()), 1, 1}, kFloat);
  for (size_t i = 0; i < values.size(); ++i) out.data_ptr<float>()[i] = static_cast<float>(values[i]);
  return out;
}

}  // namespace rushlight::data::transforms
