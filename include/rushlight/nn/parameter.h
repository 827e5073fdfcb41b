// Tensors made to be registered with a module: Parameter, Buffer, and those whose shape is not known yet.
#pragma once
#include <optional>

#include "rushlight/export.h"
#include "rushlight/ops.h"

namespace rushlight::nn {

// A leaf that shares the memory of `data` (an empty tensor unless given) and, unless told otherwise, wants a gradient:
//   register_parameter("scale", nn::Parameter(torch::ones({3})));
class RL_API Parameter : public Tensor {
 public:
  explicit Parameter(const Tensor& data = {}, bool requires_grad = true);
};

// A tensor that is part of a module's state but is not learned; persistent: whether state_dict() has it.
class RL_API Buffer : public Tensor {
 public:
  explicit Buffer(const Tensor& data = {}, bool persistent = true);
  bool persistent;
};

// Whether this is a parameter or buffer without a shape yet.
RL_API bool is_lazy(const Tensor& tensor);
// Gives it memory, with values that are not set. Error unless it is lazy.
RL_API void materialize(const Tensor& tensor, IntArrayRef shape, std::optional<ScalarType> dtype = {});

// A parameter whose shape is not known yet.
class RL_API UninitializedParameter : public Tensor {
 public:
  explicit UninitializedParameter(bool requires_grad = true, std::optional<Device> device = {},
                                  std::optional<ScalarType> dtype = {});
  void materialize(IntArrayRef shape, std::optional<ScalarType> dtype = {}) const {
    nn::materialize(*this, shape, dtype);
  }
};

// A buffer whose shape is not known yet.
class RL_API UninitializedBuffer : public Tensor {
 public:
  explicit UninitializedBuffer(bool requires_grad = false, std::optional<Device> device = {},
                               std::optional<ScalarType> dtype = {}, bool persistent = true);
  void materialize(IntArrayRef shape, std::optional<ScalarType> dtype = {}) const {
    nn::materialize(*this, shape, dtype);
  }
  bool persistent;
};

}  // namespace rushlight::nn
