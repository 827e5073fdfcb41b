// Element types: PyTorch's enumeration (its numbering is the file format's and the pickle's), names and facts.
#pragma once
#include <cstdint>
#include <string_view>

#include "rushlight/complex.h"

namespace rushlight {

enum class ScalarType : int8_t {
  Byte = 0,
  Char,
  Short,
  Int,
  Long,
  Half,
  Float,
  Double,
  ComplexHalf,
  ComplexFloat,
  ComplexDouble,
  Bool,
  QInt8,
  QUInt8,
  QInt32,
  BFloat16,
  QUInt4x2,
  QUInt2x4,
  Bits1x8,
  Bits2x4,
  Bits4x2,
  Bits8,
  Bits16,
  Float8_e5m2,
  Float8_e4m3fn,
  Float8_e5m2fnuz,
  Float8_e4m3fnuz,
  UInt16,
  UInt32,
  UInt64,
  Undefined,
  NumOptions
};
using Dtype = ScalarType;

constexpr ScalarType kByte = ScalarType::Byte, kUInt8 = kByte, kChar = ScalarType::Char, kInt8 = kChar;
constexpr ScalarType kShort = ScalarType::Short, kInt16 = kShort, kInt = ScalarType::Int, kInt32 = kInt;
constexpr ScalarType kLong = ScalarType::Long, kInt64 = kLong, kHalf = ScalarType::Half, kFloat16 = kHalf;
constexpr ScalarType kFloat = ScalarType::Float, kFloat32 = kFloat, kDouble = ScalarType::Double, kFloat64 = kDouble;
constexpr ScalarType kBFloat16 = ScalarType::BFloat16, kBool = ScalarType::Bool;
constexpr ScalarType kComplexFloat = ScalarType::ComplexFloat, kComplexDouble = ScalarType::ComplexDouble;
constexpr ScalarType kUInt16 = ScalarType::UInt16, kUInt32 = ScalarType::UInt32, kUInt64 = ScalarType::UInt64;
constexpr ScalarType kU8 = kByte, kI8 = kChar, kI16 = kShort, kI32 = kInt, kI64 = kLong;
constexpr ScalarType kF16 = kHalf, kBF16 = kBFloat16, kF32 = kFloat, kF64 = kDouble;

// The storage formats of the 16-bit floats; arithmetic is done in float.
struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

constexpr int64_t element_size(ScalarType type) noexcept {
  switch (type) {
    case kShort:
    case kHalf:
    case kBFloat16:
    case kUInt16:
    case ScalarType::Bits16:
      return 2;
    case kInt:
    case kFloat:
    case kUInt32:
    case ScalarType::QInt32:
    case ScalarType::ComplexHalf:
      return 4;
    case kLong:
    case kDouble:
    case kUInt64:
    case kComplexFloat:
      return 8;
    case kComplexDouble:
      return 16;
    default:
      return 1;
  }
}
constexpr bool is_complex(ScalarType type) noexcept {
  return type == ScalarType::ComplexHalf || type == kComplexFloat || type == kComplexDouble;
}
constexpr bool is_floating_point(ScalarType type) noexcept {
  return type == kFloat || type == kDouble || type == kHalf || type == kBFloat16 ||
         (type >= ScalarType::Float8_e5m2 && type <= ScalarType::Float8_e4m3fnuz);
}
constexpr bool is_integral(ScalarType type, bool include_bool) noexcept {
  return (type >= kByte && type <= kLong) || (type >= kUInt16 && type <= kUInt64) || (include_bool && type == kBool);
}
constexpr bool is_differentiable(ScalarType type) noexcept { return is_floating_point(type) || is_complex(type); }
// What kernels exist for; the other members of the enumeration are accepted as names only.
constexpr bool has_kernels(ScalarType type) noexcept {
  return (type >= kByte && type <= kDouble) || type == kBool || type == kBFloat16 || type == kComplexFloat ||
         type == kComplexDouble || (type >= kUInt16 && type <= kUInt64);
}
// The type of the real and imaginary parts; a real type itself.
constexpr ScalarType to_real_type(ScalarType type) noexcept {
  return type == kComplexFloat             ? kFloat
         : type == kComplexDouble          ? kDouble
         : type == ScalarType::ComplexHalf ? kHalf
                                           : type;
}
// The complex type whose parts hold a real number of `type`; integers get the default dtype's. Complex: itself.
ScalarType to_complex_type(ScalarType type) noexcept;

// "float32", and LibTorch's "Float".
std::string_view dtype_name(ScalarType type) noexcept;
std::string_view to_string(ScalarType type) noexcept;
// The dtype of an expression over both: PyTorch's lattice.
ScalarType promote_types(ScalarType a, ScalarType b);
// Whether a result of type `from` may be stored in an output of type `to`.
bool can_cast(ScalarType from, ScalarType to) noexcept;

// The names LibTorch has for a dtype as a value and as a type of its own.
constexpr ScalarType typeMetaToScalarType(ScalarType type) noexcept { return type; }
constexpr ScalarType scalarTypeToTypeMeta(ScalarType type) noexcept { return type; }

ScalarType get_default_dtype() noexcept;
void set_default_dtype(ScalarType type);

template <class T>
struct CppTypeToScalarType;
template <>
struct CppTypeToScalarType<uint8_t> {
  static constexpr ScalarType value = kByte;
};
template <>
struct CppTypeToScalarType<int8_t> {
  static constexpr ScalarType value = kChar;
};
template <>
struct CppTypeToScalarType<int16_t> {
  static constexpr ScalarType value = kShort;
};
template <>
struct CppTypeToScalarType<int32_t> {
  static constexpr ScalarType value = kInt;
};
template <>
struct CppTypeToScalarType<int64_t> {
  static constexpr ScalarType value = kLong;
};
template <>
struct CppTypeToScalarType<long long> {
  static constexpr ScalarType value = kLong;
};
template <>
struct CppTypeToScalarType<Half> {
  static constexpr ScalarType value = kHalf;
};
template <>
struct CppTypeToScalarType<BFloat16> {
  static constexpr ScalarType value = kBFloat16;
};
template <>
struct CppTypeToScalarType<float> {
  static constexpr ScalarType value = kFloat;
};
template <>
struct CppTypeToScalarType<double> {
  static constexpr ScalarType value = kDouble;
};
template <>
struct CppTypeToScalarType<uint16_t> {
  static constexpr ScalarType value = kUInt16;
};
template <>
struct CppTypeToScalarType<uint32_t> {
  static constexpr ScalarType value = kUInt32;
};
template <>
struct CppTypeToScalarType<uint64_t> {
  static constexpr ScalarType value = kUInt64;
};
template <>
struct CppTypeToScalarType<Complex<float>> {
  static constexpr ScalarType value = kComplexFloat;
};
template <>
struct CppTypeToScalarType<Complex<double>> {
  static constexpr ScalarType value = kComplexDouble;
};
// std::complex has the layout of Complex.
template <ComplexLike T>
  requires(!is_complex_v<T>)
struct CppTypeToScalarType<T> {
  static constexpr ScalarType value = sizeof(T) == 8 ? kComplexFloat : kComplexDouble;
};
template <>
struct CppTypeToScalarType<bool> {
  static constexpr ScalarType value = kBool;
};

}  // namespace rushlight
