// A Python number: bool, int, float or complex, kept with its kind, because the kind takes part in dtype promotion.
#pragma once
#include <cstdint>
#include <type_traits>

#include "rushlight/scalar_type.h"

namespace rushlight {

class Scalar {
 public:
  constexpr Scalar() noexcept : Scalar(int64_t{0}) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  constexpr Scalar(T value) noexcept {
    if constexpr (std::is_same_v<T, bool>) {
      kind_ = Kind::Bool;
      i_ = value;
    } else if constexpr (std::is_integral_v<T>) {
      kind_ = std::is_unsigned_v<T> && sizeof(T) == 8 && static_cast<int64_t>(value) < 0 ? Kind::UInt : Kind::Int;
      i_ = static_cast<int64_t>(value);
    } else {
      kind_ = Kind::Double;
      d_ = static_cast<double>(value);
    }
  }
  template <class T>
  constexpr Scalar(Complex<T> value) noexcept
      : kind_(Kind::Complex), imag_(static_cast<double>(value.im)), d_(static_cast<double>(value.re)) {}
  template <ComplexLike Z>
    requires(!is_complex_v<Z>)
  constexpr Scalar(const Z& value) noexcept
      : kind_(Kind::Complex), imag_(static_cast<double>(value.imag())), d_(static_cast<double>(value.real())) {}

  constexpr bool isFloatingPoint() const noexcept { return kind_ == Kind::Double; }
  constexpr bool isComplex() const noexcept { return kind_ == Kind::Complex; }
  constexpr bool isIntegral(bool include_bool) const noexcept {
    return kind_ == Kind::Int || kind_ == Kind::UInt || (include_bool && kind_ == Kind::Bool);
  }
  constexpr bool isBoolean() const noexcept { return kind_ == Kind::Bool; }
  // A whole number of 2^63 and more; toLong() wraps it.
  constexpr bool isUnsigned() const noexcept { return kind_ == Kind::UInt; }
  // The dtype of the number itself: bool, int64 (uint64 from 2^63 on), float64 or complex128.
  constexpr ScalarType type() const noexcept {
    switch (kind_) {
      case Kind::Bool:
        return kBool;
      case Kind::Int:
        return kLong;
      case Kind::UInt:
        return kUInt64;
      case Kind::Double:
        return kDouble;
      default:
        return kComplexDouble;
    }
  }
  // The real part of a complex number.
  constexpr double toDouble() const noexcept {
    return kind_ >= Kind::Double ? d_ : kind_ == Kind::UInt ? static_cast<double>(u_) : static_cast<double>(i_);
  }
  constexpr int64_t toLong() const noexcept { return kind_ >= Kind::Double ? static_cast<int64_t>(d_) : i_; }
  constexpr int32_t toInt() const noexcept { return static_cast<int32_t>(toLong()); }
  constexpr int16_t toShort() const noexcept { return static_cast<int16_t>(toLong()); }
  constexpr int8_t toChar() const noexcept { return static_cast<int8_t>(toLong()); }
  constexpr uint8_t toByte() const noexcept { return static_cast<uint8_t>(toLong()); }
  constexpr float toFloat() const noexcept { return static_cast<float>(toDouble()); }
  constexpr uint64_t toUInt64() const noexcept {
    if (kind_ < Kind::Double) return u_;
    return d_ >= 0x1p63 ? static_cast<uint64_t>(d_) : static_cast<uint64_t>(static_cast<int64_t>(d_));
  }
  constexpr bool toBool() const noexcept { return kind_ >= Kind::Double ? d_ != 0 || imag_ != 0 : i_ != 0; }
  constexpr Complex<double> toComplexDouble() const noexcept { return {toDouble(), imag_}; }
  constexpr double imag() const noexcept { return imag_; }
  template <class T>
  constexpr T to() const noexcept {
    if constexpr (std::is_same_v<T, bool>)
      return toBool();
    else if constexpr (is_complex_v<T>)
      return T(toComplexDouble());
    else if constexpr (ComplexLike<T>)
      return T(static_cast<typename T::value_type>(toDouble()), static_cast<typename T::value_type>(imag_));
    else if constexpr (std::is_same_v<T, uint64_t>)
      return toUInt64();
    else if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(toDouble());
    else
      return kind_ >= Kind::Double ? static_cast<T>(d_) : static_cast<T>(i_);
  }
  constexpr Scalar operator-() const noexcept {
    return kind_ == Kind::Complex ? Scalar(-toComplexDouble()) : kind_ == Kind::Double ? Scalar(-d_) : Scalar(-i_);
  }
  constexpr Scalar conj() const noexcept {
    return kind_ == Kind::Complex ? Scalar(Complex<double>(d_, -imag_)) : *this;
  }
  constexpr bool equal(double value) const noexcept { return toDouble() == value && imag_ == 0; }

 private:
  enum class Kind : uint8_t { Bool, Int, UInt, Double, Complex };
  Kind kind_;
  double imag_ = 0;
  union {
    int64_t i_;
    uint64_t u_;
    double d_;
  };
};

constexpr Scalar conj(const Scalar& s) noexcept { return s.conj(); }

}  // namespace rushlight
