// IValue: one value of the kinds that programs keep beside tensors: numbers, texts, tensors and lists of them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "rushlight/export.h"
#include "rushlight/tensor.h"

namespace rushlight {

//   ctx->saved_data["scale"] = 2.5;  …  ctx->saved_data["scale"].toDouble()
// Error when it is asked for as something else than it is; a whole number may be asked for as a double.
class RL_API IValue {
 public:
  enum class Tag : uint8_t { None, Tensor, Bool, Int, Double, ComplexDouble, String, IntList, DoubleList, TensorList };

  IValue() = default;
  IValue(std::nullopt_t) {}
  IValue(Tensor value) : tag_(Tag::Tensor) { tensors_.push_back(std::move(value)); }
  template <class T>
    requires std::is_arithmetic_v<T>
  IValue(T value) : IValue(Scalar(value)) {}
  IValue(const Scalar& value)
      : tag_(value.isBoolean()         ? Tag::Bool
             : value.isComplex()       ? Tag::ComplexDouble
             : value.isFloatingPoint() ? Tag::Double
                                       : Tag::Int),
        number_(value) {}
  IValue(std::string value) : tag_(Tag::String), text_(std::move(value)) {}
  IValue(const char* value) : IValue(std::string(value)) {}
  IValue(std::vector<int64_t> values) : tag_(Tag::IntList), ints_(std::move(values)) {}
  IValue(IntArrayRef values) : IValue(values.vec()) {}
  IValue(std::vector<double> values) : tag_(Tag::DoubleList), doubles_(std::move(values)) {}
  IValue(std::vector<Tensor> values) : tag_(Tag::TensorList), tensors_(std::move(values)) {}
  template <class T>
  IValue(std::optional<T> value) {
    if (value) *this = IValue(std::move(*value));
  }

  Tag tag() const noexcept { return tag_; }
  bool isNone() const noexcept { return tag_ == Tag::None; }
  bool isTensor() const noexcept { return tag_ == Tag::Tensor; }
  bool isBool() const noexcept { return tag_ == Tag::Bool; }
  bool isInt() const noexcept { return tag_ == Tag::Int; }
  bool isDouble() const noexcept { return tag_ == Tag::Double; }
  bool isScalar() const noexcept { return tag_ >= Tag::Bool && tag_ <= Tag::ComplexDouble; }
  bool isString() const noexcept { return tag_ == Tag::String; }
  bool isIntList() const noexcept { return tag_ == Tag::IntList; }
  bool isDoubleList() const noexcept { return tag_ == Tag::DoubleList; }
  bool isTensorList() const noexcept { return tag_ == Tag::TensorList; }

  const Tensor& toTensor() const { return expect(Tag::Tensor), tensors_[0]; }
  bool toBool() const { return expect(Tag::Bool), number_.toBool(); }
  int64_t toInt() const { return expect(Tag::Int), number_.toLong(); }
  double toDouble() const { return isInt() ? number_.toDouble() : (expect(Tag::Double), number_.toDouble()); }
  const Scalar& toScalar() const {
    if (!isScalar()) expect(Tag::Double);
    return number_;
  }
  const std::string& toStringRef() const { return expect(Tag::String), text_; }
  std::string_view toStringView() const { return toStringRef(); }
  const std::vector<int64_t>& toIntVector() const { return expect(Tag::IntList), ints_; }
  const std::vector<int64_t>& toIntList() const { return toIntVector(); }
  const std::vector<double>& toDoubleVector() const { return expect(Tag::DoubleList), doubles_; }
  const std::vector<double>& toDoubleList() const { return toDoubleVector(); }
  const std::vector<Tensor>& toTensorVector() const { return expect(Tag::TensorList), tensors_; }
  const std::vector<Tensor>& toTensorList() const { return toTensorVector(); }
  template <class T>
  T to() const {
    if constexpr (std::is_same_v<T, Tensor>)
      return toTensor();
    else if constexpr (std::is_same_v<T, bool>)
      return toBool();
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(toInt());
    else if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(toDouble());
    else if constexpr (std::is_same_v<T, Scalar>)
      return toScalar();
    else if constexpr (std::is_same_v<T, std::string>)
      return toStringRef();
    else if constexpr (std::is_same_v<T, std::vector<int64_t>>)
      return toIntVector();
    else if constexpr (std::is_same_v<T, std::vector<double>>)
      return toDoubleVector();
    else
      return static_cast<T>(toTensorVector());
  }

 private:
  void expect(Tag tag) const {
    if (tag_ != tag) raise_wrong(tag);
  }
  [[noreturn]] void raise_wrong(Tag expected) const;

  Tag tag_ = Tag::None;
  Scalar number_;
  std::string text_;
  std::vector<int64_t> ints_;
  std::vector<double> doubles_;
  std::vector<Tensor> tensors_;
};

}  // namespace rushlight
