// Arguments of layers: numbers that stand for every dimension, sizes, padding by number or name; the names LibTorch has
// for text arguments (kMean, kSame, kReflect…).
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rushlight/arg.h"
#include "rushlight/array_ref.h"
#include "rushlight/export.h"
#include "rushlight/generator.h"
#include "rushlight/tensor.h"

namespace rushlight {

// Text arguments, as LibTorch spells them: `CrossEntropyLossOptions().reduction(torch::kSum)`.
inline constexpr const char kNone[] = "none", kMean[] = "mean", kSum[] = "sum", kBatchMean[] = "batchmean";
inline constexpr const char kSame[] = "same", kValid[] = "valid", kZeros[] = "zeros", kConstant[] = "constant";
inline constexpr const char kReflect[] = "reflect", kReplicate[] = "replicate", kCircular[] = "circular";
inline constexpr const char kNearest[] = "nearest", kBilinear[] = "bilinear", kBicubic[] = "bicubic",
                            kLinear[] = "linear";
inline constexpr const char kTrilinear[] = "trilinear", kArea[] = "area", kBorder[] = "border",
                            kReflection[] = "reflection";
inline constexpr const char kReLU[] = "relu", kGELU[] = "gelu", kTanh[] = "tanh", kSigmoid[] = "sigmoid",
                            kLeakyReLU[] = "leaky_relu";
inline constexpr const char kConv1D[] = "conv1d", kConv2D[] = "conv2d", kConv3D[] = "conv3d";
inline constexpr const char kFanIn[] = "fan_in", kFanOut[] = "fan_out";

namespace nn {

// `3` or `{3, 5}`: one number for every dimension, or one for each. Prints as Python does: 3, (3, 5), (3,).
class IntList {
 public:
  IntList() = default;
  IntList(int64_t one) : values_(1, one), single_(true) {}
  IntList(int one) : IntList(static_cast<int64_t>(one)) {}
  IntList(std::initializer_list<int64_t> values) : values_(values) {}
  IntList(IntArrayRef values) : values_(values) {}
  IntList(const std::vector<int64_t>& values) : values_(values) {}
  bool is_single() const noexcept { return single_; }
  size_t size() const noexcept { return values_.size(); }
  int64_t operator[](size_t i) const noexcept { return values_[i]; }
  operator IntArrayRef() const noexcept { return values_; }
  operator OptionalIntArrayRef() const noexcept { return IntArrayRef(values_); }

 private:
  DimVector values_;
  bool single_ = false;
};

// `2.0` or `{2.0, 1.5}`: one number for every dimension, or one for each. Prints as Python does: 2.0, (2.0, 1.5).
class FloatList {
 public:
  FloatList() = default;
  FloatList(double one) : values_(1, one), single_(true) {}
  FloatList(std::initializer_list<double> values) : values_(values) {}
  FloatList(std::vector<double> values) : values_(std::move(values)) {}
  bool is_single() const noexcept { return single_; }
  const std::vector<double>& values() const noexcept { return values_; }

 private:
  std::vector<double> values_;
  bool single_ = false;
};

// `1`, `{1, 2}`, or "same", "valid" (kSame, kValid).
class Padding {
 public:
  Padding() = default;
  Padding(int64_t one) : list_(one) {}
  Padding(int one) : list_(one) {}
  Padding(std::initializer_list<int64_t> values) : list_(values) {}
  Padding(IntArrayRef values) : list_(values) {}
  Padding(IntList values) : list_(std::move(values)) {}
  Padding(std::string_view text) : text_(text) {}
  Padding(const char* text) : text_(text) {}
  bool is_text() const noexcept { return !text_.empty(); }
  const std::string& text() const noexcept { return text_; }
  const IntList& list() const noexcept { return list_; }

 private:
  IntList list_;
  std::string text_;
};

// Sizes of which some may be left to the input: `7`, `{7, 5}`, `{7, std::nullopt}`, `std::nullopt`.
class OptionalIntList {
 public:
  OptionalIntList() : values_(1), single_(true) {}
  OptionalIntList(std::nullopt_t) : OptionalIntList() {}
  OptionalIntList(int64_t one) : values_(1, one), single_(true) {}
  OptionalIntList(int one) : OptionalIntList(static_cast<int64_t>(one)) {}
  OptionalIntList(std::initializer_list<std::optional<int64_t>> values) : values_(values) {}
  OptionalIntList(std::vector<std::optional<int64_t>> values) : values_(std::move(values)) {}
  bool is_single() const noexcept { return single_; }
  const std::vector<std::optional<int64_t>>& values() const noexcept { return values_; }

 private:
  std::vector<std::optional<int64_t>> values_;
  bool single_ = false;
};

inline OptionalIntArrayRef optional_list(const std::optional<IntList>& list) {
  return list ? OptionalIntArrayRef(*list) : OptionalIntArrayRef();
}
inline std::optional<ArrayRef<double>> optional_list(const std::optional<FloatList>& list) {
  return list ? std::optional<ArrayRef<double>>(list->values()) : std::nullopt;
}

// The sizes of the last `spatial` dimensions; what is left open is the input's own.
RL_API DimVector resolve(const OptionalIntList& sizes, const Tensor& input, int64_t spatial);

}  // namespace nn

// LibTorch's argument for D dimensions: one number for all, or D of them; an option takes it as IntList.
template <size_t D, class T = int64_t>
class ExpandingArray {
 public:
  ExpandingArray(T one) {
    for (T& value : values_) value = one;
  }
  ExpandingArray(std::initializer_list<T> values) { assign(values.begin(), values.size()); }
  ExpandingArray(ArrayRef<T> values) { assign(values.begin(), values.size()); }
  ExpandingArray(const std::vector<T>& values) { assign(values.data(), values.size()); }
  size_t size() const noexcept { return D; }
  T* data() noexcept { return values_; }
  const T* data() const noexcept { return values_; }
  T* begin() noexcept { return values_; }
  T* end() noexcept { return values_ + D; }
  const T* begin() const noexcept { return values_; }
  const T* end() const noexcept { return values_ + D; }
  T& operator[](size_t i) noexcept { return values_[i]; }
  const T& operator[](size_t i) const noexcept { return values_[i]; }
  ExpandingArray& operator*() noexcept { return *this; }
  ExpandingArray* operator->() noexcept { return this; }
  const ExpandingArray& operator*() const noexcept { return *this; }
  const ExpandingArray* operator->() const noexcept { return this; }
  operator ArrayRef<T>() const noexcept { return {values_, D}; }
  operator nn::IntList() const
    requires std::is_same_v<T, int64_t>
  {
    return ArrayRef<T>(values_, D);
  }
  operator nn::FloatList() const
    requires std::is_same_v<T, double>
  {
    return std::vector<double>(values_, values_ + D);
  }
  operator nn::OptionalIntList() const
    requires std::is_same_v<T, std::optional<int64_t>>
  {
    return std::vector<T>(values_, values_ + D);
  }

 private:
  void assign(const T* values, size_t count) {
    check(count == D, "Expected {} values, but instead got {}", D, count);
    for (size_t i = 0; i < D; ++i) values_[i] = values[i];
  }
  T values_[D];
};
template <size_t D, class T = int64_t>
using ExpandingArrayWithOptionalElem = ExpandingArray<D, std::optional<T>>;

}  // namespace rushlight
