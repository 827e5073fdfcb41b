// The includes of every generated body, and small helpers that only they use.
#pragma once
#include <array>

#include "autograd/formulas.h"
#include "dispatch/autocast.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/checks.h"
#include "plan/dims.h"
#include "plan/geometry.h"
#include "plan/meta.h"
#include "plan/metas.h"
#include "plan/pointwise.h"
#include "rushlight/ops.h"

namespace rushlight {

// How a node keeps an OptionalIntArrayRef.
struct OptionalDims {
  DimVector dims;
  bool has = false;
  operator OptionalIntArrayRef() const { return has ? OptionalIntArrayRef(IntArrayRef(dims)) : OptionalIntArrayRef(); }
  bool has_value() const { return has; }
};

namespace detail {

inline DimVector keep(IntArrayRef v) { return v; }
inline OptionalDims keep(const OptionalIntArrayRef& v) {
  return v ? OptionalDims{DimVector(*v), true} : OptionalDims{};
}
inline std::string keep(std::string_view v) { return std::string(v); }
inline std::vector<double> keep(ArrayRef<double> v) { return v.vec(); }
template <class T>
T keep(const T& v) {
  return v;
}
inline DimVector sizes_of(const Tensor& t) { return t.defined() ? DimVector(t.sizes()) : DimVector(); }
inline ScalarType dtype_of(const Tensor& t) { return t.defined() ? t.dtype() : ScalarType::Undefined; }
inline TensorOptions options_of(const Tensor& t) { return t.defined() ? t.options() : TensorOptions(); }
inline std::vector<DimVector> sizes_of(TensorList list) {
  std::vector<DimVector> out;
  for (const auto& t : list) out.push_back(sizes_of(t));
  return out;
}
inline std::vector<ScalarType> dtype_of(TensorList list) {
  std::vector<ScalarType> out;
  for (const auto& t : list) out.push_back(dtype_of(t));
  return out;
}
inline void assign(Tensor* results, std::vector<Tensor> values) {
  for (auto& v : values) *results++ = std::move(v);
}
inline bool needs_any(const Node* node, size_t first, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (node->needs(first + i)) return true;
  }
  return false;
}
// Stores a computed result into an out= tensor (resized when its shape differs) or into self.
// The dtype of out= must hold the result's (Castable), be the same (Exact) or be as complex or real as it (SameKind);
// `words` begin the error otherwise.
// Truth values go into bool or uint8 (Truth); a floating type may take the real parts of a complex result (CastableOrReal).
enum class OutRule : uint8_t { Castable, CastableOrTypeError, Exact, SameKind, Truth, CastableOrReal };
void store_out(const char* op, Tensor& out, const Tensor& result, OutRule rule = OutRule::Castable,
               const char* words = nullptr);
// out= of an op that reads its input in another order than it writes: they must share no memory.
void check_apart(const char* op, const Tensor& out, const Tensor& input);
inline void check_apart(const char* op, const Tensor& out, TensorList inputs) {
  for (const Tensor& input : inputs) check_apart(op, out, input);
}
void store_inplace(const char* op, Tensor& self, const Tensor& result);

}  // namespace detail
}  // namespace rushlight
