// Parameters and buffers, with a shape or still without.
#include "rushlight/nn/parameter.h"

namespace rushlight::nn {
namespace {

Tensor leaf(const Tensor& data, bool requires_grad) {
  return (data.defined() ? data.detach() : empty({0})).requires_grad_(requires_grad);
}

Tensor lazy(bool requires_grad, std::optional<Device> device, std::optional<ScalarType> dtype) {
  Tensor made = empty({0}, TensorOptions().device(device).dtype(dtype)).requires_grad_(requires_grad);
  made.impl()->uninitialized = true;
  return made;
}

}  // namespace

Parameter::Parameter(const Tensor& data, bool requires_grad) : Tensor(leaf(data, requires_grad)) {}

Buffer::Buffer(const Tensor& data, bool persistent)
    : Tensor(leaf(data, data.defined() && data.requires_grad())), persistent(persistent) {}

UninitializedParameter::UninitializedParameter(bool requires_grad, std::optional<Device> device,
                                               std::optional<ScalarType> dtype)
    : Tensor(lazy(requires_grad, device, dtype)) {}

UninitializedBuffer::UninitializedBuffer(bool requires_grad, std::optional<Device> device,
                                         std::optional<ScalarType> dtype, bool persistent)
    : Tensor(lazy(requires_grad, device, dtype)), persistent(persistent) {}

bool is_lazy(const Tensor& tensor) { return tensor.defined() && tensor.impl()->uninitialized; }

void materialize(const Tensor& tensor, IntArrayRef shape, std::optional<ScalarType> dtype) {
  check(is_lazy(tensor), "materialize: expected a parameter or buffer without a shape, but this one has {}",
        tensor.sizes());
  tensor.set_data(empty(shape, TensorOptions(dtype.value_or(tensor.dtype()))));
  tensor.impl()->uninitialized = false;
}

}  // namespace rushlight::nn
