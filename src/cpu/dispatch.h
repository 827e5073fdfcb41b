// From a run-time dtype to a C++ type, for kernels that are written once for all element types.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

#include "rushlight/error.h"
#include "rushlight/scalar_type.h"

namespace rushlight::cpu {

inline float to_f32(BFloat16 v) { return std::bit_cast<float>(static_cast<uint32_t>(v.bits) << 16); }
inline BFloat16 to_bf16(float v) {
  const uint32_t u = std::bit_cast<uint32_t>(v);
  if ((u & 0x7fffffffu) > 0x7f800000u) return {static_cast<uint16_t>((u >> 16) | 0x40u)};
  return {static_cast<uint16_t>((u + 0x7fffu + ((u >> 16) & 1u)) >> 16)};
}
inline float to_f32(Half h) {
  const uint32_t sign = (h.bits & 0x8000u) << 16, rest = h.bits & 0x7fffu;
  if (rest >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | (rest & 0x3ffu) << 13);
  if (rest >= 0x400u) return std::bit_cast<float>(sign | ((rest << 13) + 0x38000000u));
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(static_cast<float>(rest) * 0x1p-24f));
}
inline Half to_half(float v) {
  const uint32_t u = std::bit_cast<uint32_t>(v), sign = (u >> 16) & 0x8000u, a = u & 0x7fffffffu;
  if (a > 0x7f800000u) return {static_cast<uint16_t>(sign | 0x7e00u)};
  if (a >= 0x477ff000u) return {static_cast<uint16_t>(sign | 0x7c00u)};
  if (a < 0x38800000u) {  // denormal or zero: the float adder rounds for us
    const float shifted = std::bit_cast<float>(a) + 0.5f;
    return {static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - 0x3f000000u))};
  }
  return {static_cast<uint16_t>(sign | ((a - 0x38000000u + 0xfffu + ((a >> 13) & 1u)) >> 13))};
}

// The type arithmetic is done in: float for the half types.
template <class T>
struct OpMath {
  using type = T;
};
template <>
struct OpMath<Half> {
  using type = float;
};
template <>
struct OpMath<BFloat16> {
  using type = float;
};
template <class T>
using opmath_t = typename OpMath<T>::type;

template <class T>
opmath_t<T> load(T v) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
    return to_f32(v);
  else
    return v;
}
template <class T, class V>
T store(V v) {
  if constexpr (std::is_same_v<T, Half>)
    return to_half(static_cast<float>(v));
  else if constexpr (std::is_same_v<T, BFloat16>)
    return to_bf16(static_cast<float>(v));
  else
    return static_cast<T>(v);
}

// f.template operator()<T>() for the C++ type of `dtype`; all real types that have kernels.
template <class F>
decltype(auto) dispatch(ScalarType dtype, const char* op, const F& f) {
  switch (dtype) {
    case kFloat:
      return f.template operator()<float>();
    case kDouble:
      return f.template operator()<double>();
    case kHalf:
      return f.template operator()<Half>();
    case kBFloat16:
      return f.template operator()<BFloat16>();
    case kLong:
      return f.template operator()<int64_t>();
    case kInt:
      return f.template operator()<int32_t>();
    case kShort:
      return f.template operator()<int16_t>();
    case kChar:
      return f.template operator()<int8_t>();
    case kByte:
      return f.template operator()<uint8_t>();
    case kBool:
      return f.template operator()<bool>();
    case kUInt16:
      return f.template operator()<uint16_t>();
    case kUInt32:
      return f.template operator()<uint32_t>();
    case kUInt64:
      return f.template operator()<uint64_t>();
    default:
      raise_error(ErrorKind::kNotImplemented,
                  format("\"{}\" not implemented for '{}'", std::string_view(op), to_string(dtype)));
  }
}
// Complex types too.
template <class F>
decltype(auto) dispatch_all(ScalarType dtype, const char* op, const F& f) {
  if (dtype == kComplexFloat) return f.template operator()<Complex<float>>();
  if (dtype == kComplexDouble) return f.template operator()<Complex<double>>();
  return dispatch(dtype, op, f);
}
// Floating types only; PyTorch's words otherwise.
template <class F>
decltype(auto) dispatch_floating(ScalarType dtype, const char* op, const F& f) {
  switch (dtype) {
    case kFloat:
      return f.template operator()<float>();
    case kDouble:
      return f.template operator()<double>();
    case kHalf:
      return f.template operator()<Half>();
    case kBFloat16:
      return f.template operator()<BFloat16>();
    default:
      raise_error(ErrorKind::kNotImplemented,
                  format("\"{}\" not implemented for '{}'", std::string_view(op), to_string(dtype)));
  }
}
template <class F>
decltype(auto) dispatch_floating_and_complex(ScalarType dtype, const char* op, const F& f) {
  if (dtype == kComplexFloat) return f.template operator()<Complex<float>>();
  if (dtype == kComplexDouble) return f.template operator()<Complex<double>>();
  return dispatch_floating(dtype, op, f);
}
// float, double and complex of them: what LAPACK and the FFT compute in.
template <class F>
decltype(auto) dispatch_lapack(ScalarType dtype, const char* op, const F& f) {
  switch (dtype) {
    case kFloat:
      return f.template operator()<float>();
    case kDouble:
      return f.template operator()<double>();
    case kComplexFloat:
      return f.template operator()<Complex<float>>();
    case kComplexDouble:
      return f.template operator()<Complex<double>>();
    default:
      raise_error(ErrorKind::kNotImplemented,
                  format("\"{}\" not implemented for '{}'", std::string_view(op), to_string(dtype)));
  }
}
// The bytes of one element, in the low end; no dtype has more than 16.
struct ElementBits {
  uint64_t low = 0, high = 0;
  ElementBits() = default;
  ElementBits(uint64_t bits) : low(bits) {}
};
// By size only: for kernels that move elements and never look at them.
template <class F>
decltype(auto) dispatch_bytes(int64_t size, const F& f) {
  switch (size) {
    case 1:
      return f.template operator()<uint8_t>();
    case 2:
      return f.template operator()<uint16_t>();
    case 4:
      return f.template operator()<uint32_t>();
    case 16:
      return f.template operator()<ElementBits>();
    default:
      return f.template operator()<uint64_t>();
  }
}

}  // namespace rushlight::cpu
