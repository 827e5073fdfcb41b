// Tensors from C++ data: torch::tensor of numbers and nested lists, from_blob over memory that is already there.
#pragma once
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include "rushlight/export.h"
#include "rushlight/tensor.h"

namespace rushlight {

// A number or a nested list of numbers in braces, as tensor() takes it.
class RL_API TensorData {
 public:
  TensorData() : sizes_{0} {}
  template <class T>
    requires std::is_arithmetic_v<T>
  TensorData(T value) : values_(1, Scalar(value)) {}
  template <ComplexLike T>
  TensorData(T value) : values_(1, Scalar(value)), complex_type_(CppTypeToScalarType<T>::value) {}
  TensorData(Scalar value) : values_(1, value) {}
  // ValueError when the items' shapes differ.
  TensorData(std::initializer_list<TensorData> items);
  IntArrayRef sizes() const noexcept { return sizes_; }
  const std::vector<Scalar>& values() const noexcept { return values_; }
  // The widest complex type among the values; complex64 when there is none.
  ScalarType complex_type() const noexcept { return complex_type_; }

 private:
  DimVector sizes_;
  std::vector<Scalar> values_;
  ScalarType complex_type_ = kComplexFloat;
};

// A tensor that borrows `data`, which must stay valid (or belong to `deleter`, called with `data` when no tensor needs it).
RL_API Tensor from_blob(void* data, IntArrayRef sizes, TensorOptions options = {});
RL_API Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, TensorOptions options = {});
RL_API Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, void (*deleter)(void*), void* context,
                        TensorOptions options);
template <class F>
  requires std::is_invocable_v<F&, void*>
Tensor from_blob(void* data, IntArrayRef sizes, F deleter, TensorOptions options = {}) {
  struct Held {
    F deleter;
    void* data;
  };
  auto release = [](void* context) {
    auto* held = static_cast<Held*>(context);
    held->deleter(held->data);
    delete held;
  };
  return from_blob(data, sizes, {}, release, new Held{std::move(deleter), data}, options);
}

// tensor(1), tensor({1.5, 2}), tensor({{1, 2}, {3, 4}}, kFloat): int64, the default dtype or bool, unless options say. With
// complex numbers among them, tensor({Complex<float>(0, 1), 2}): their type. Error when a number does not fit the dtype.
RL_API Tensor tensor(const TensorData& data, TensorOptions options = {});
RL_API Tensor tensor_from(const void* data, int64_t count, ScalarType type, TensorOptions options);
template <class T>
  requires(std::is_arithmetic_v<T> || ComplexLike<T>)
Tensor tensor(ArrayRef<T> data, TensorOptions options = {}) {
  return tensor_from(data.data(), static_cast<int64_t>(data.size()), CppTypeToScalarType<T>::value, options);
}
template <class T>
  requires((std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) || ComplexLike<T>)
Tensor tensor(const std::vector<T>& data, TensorOptions options = {}) {
  return tensor(ArrayRef<T>(data), options);
}

}  // namespace rushlight
