// The plan of every pointwise op: promotion, broadcasting, the result's layout, and the loop over contiguous blocks.
#pragma once
#include <initializer_list>

#include "cpu/pointwise_args.h"
#include "dispatch/body.h"
#include "rushlight/tensor.h"

namespace rushlight::plan {

enum class Promotion : uint8_t {
  Same,   // the common dtype of the operands
  Float,  // the same, but integers become the default floating dtype
  Bool,   // computed in the common dtype, the result is bool
};
constexpr uint8_t kRejectBool = 1, kRejectInt = 2, kRejectFloat = 4;

using PointwiseKernel = void (*)(const cpu::PointwiseArgs&);

// The types that loops compute in; other dtypes are converted block by block.
enum class Compute : uint8_t { F32, F64, I64, I32, U64, C64, C128 };
constexpr int kComputeTypes = 7;

struct PointwiseInfo {
  const char* name;
  Promotion promotion;
  int8_t operands, constants;
  int8_t condition;  // the operand that is a condition and takes no part in promotion; -1: none
  bool real_result;  // of complex operands: abs, angle
  uint8_t reject;
  float ns;                                   // estimated cost of one element
  PointwiseKernel kernels[kComputeTypes][3];  // [Compute][ISA level]
};

// A tensor or a number.
struct Operand {
  Operand(const Tensor& t) : tensor(&t) {}
  Operand(const Scalar& s) : tensor(nullptr), scalar(s) {}
  const Tensor* tensor;
  Scalar scalar;
};

void pointwise(const PointwiseInfo& info, std::initializer_list<Operand> operands,
               std::initializer_list<Scalar> constants, Tensor& result, How how);

// The dtype that PyTorch's rules give to an expression over these operands.
ScalarType result_type(const Operand* operands, size_t count);

// The strides PyTorch gives to a fresh pointwise result: its operands' layout where they agree. Empty: row-major.
DimVector result_strides(IntArrayRef sizes, const Tensor* const* tensors, size_t count);

}  // namespace rushlight::plan
