// Indexing as in Python: x.index({1, Slice(0, 3), "...", None, mask}), x.index_put_({…}, value).
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rushlight/export.h"
#include "rushlight/tensor.h"

namespace rushlight::indexing {

struct EllipsisIndexType {};
constexpr EllipsisIndexType Ellipsis{};
constexpr std::nullopt_t None = std::nullopt;

// start:stop:step; what is left out reaches to the end, as in Python. step must be positive.
struct Slice {
  Slice(std::optional<int64_t> start = std::nullopt, std::optional<int64_t> stop = std::nullopt,
        std::optional<int64_t> step = std::nullopt)
      : start(start), stop(stop), step(step) {}
  std::optional<int64_t> start, stop, step;
};

// One item of an index.
struct TensorIndex {
  enum class Type : uint8_t { None, Ellipsis, Integer, Boolean, Slice, Tensor };

  TensorIndex(std::nullopt_t) : type(Type::None) {}
  TensorIndex(EllipsisIndexType) : type(Type::Ellipsis) {}
  TensorIndex(const char* text) : TensorIndex(std::string_view(text)) {}
  RL_API TensorIndex(std::string_view text);  // "..." only; ValueError otherwise
  TensorIndex(int value) : type(Type::Integer), integer(value) {}
  TensorIndex(long value) : type(Type::Integer), integer(value) {}
  TensorIndex(long long value) : type(Type::Integer), integer(value) {}
  template <class T>
    requires std::is_same_v<T, bool>
  TensorIndex(T value) : type(Type::Boolean), integer(value) {}
  TensorIndex(indexing::Slice value) : type(Type::Slice), slice(value) {}
  TensorIndex(rushlight::Tensor value) : type(Type::Tensor), tensor(std::move(value)) {}

  bool is_none() const noexcept { return type == Type::None; }
  bool is_ellipsis() const noexcept { return type == Type::Ellipsis; }
  bool is_integer() const noexcept { return type == Type::Integer; }
  bool is_boolean() const noexcept { return type == Type::Boolean; }
  bool is_slice() const noexcept { return type == Type::Slice; }
  bool is_tensor() const noexcept { return type == Type::Tensor; }

  Type type;
  int64_t integer = 0;  // also a boolean's value
  indexing::Slice slice;
  rushlight::Tensor tensor;
};

// The view that the ints, slices, None and "..." of an index show, and the tensors that are left: one for each leading
// dimension of the view, undefined where a dimension is taken whole. No tensors: the view is the answer.
struct Split {
  Tensor view;
  std::vector<Tensor> tensors;
};
RL_API Split split(const Tensor& self, ArrayRef<TensorIndex> indices);
RL_API Tensor get(const Tensor& self, ArrayRef<TensorIndex> indices);
RL_API void set(const Tensor& self, ArrayRef<TensorIndex> indices, const Tensor& value);
RL_API void set(const Tensor& self, ArrayRef<TensorIndex> indices, const Scalar& value);

}  // namespace rushlight::indexing
