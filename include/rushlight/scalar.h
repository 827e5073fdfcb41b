// A Python number: bool, int or float, kept with its kind, because the kind takes part in dtype promotion.
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
      kind_ = Kind::Int;
      i_ = static_cast<int64_t>(value);
    } else {
      kind_ = Kind::Double;
      d_ = static_cast<double>(value);
    }
  }
  constexpr bool isFloatingPoint() const noexcept { return kind_ == Kind::Double; }
  constexpr bool isIntegral(bool include_bool) const noexcept {
    return kind_ == Kind::Int || (include_bool && kind_ == Kind::Bool);
  }
  constexpr bool isBoolean() const noexcept { return kind_ == Kind::Bool; }
  // The dtype of the number itself: bool, int64 or float64.
  constexpr ScalarType type() const noexcept {
    return kind_ == Kind::Double ? kDouble : kind_ == Kind::Int ? kLong : kBool;
  }
  constexpr double toDouble() const noexcept { return kind_ == Kind::Double ? d_ : static_cast<double>(i_); }
  constexpr int64_t toLong() const noexcept { return kind_ == Kind::Double ? static_cast<int64_t>(d_) : i_; }
  constexpr bool toBool() const noexcept { return kind_ == Kind::Double ? d_ != 0 : i_ != 0; }
  template <class T>
  constexpr T to() const noexcept {
    if constexpr (std::is_same_v<T, bool>)
      return toBool();
    else
      return kind_ == Kind::Double ? static_cast<T>(d_) : static_cast<T>(i_);
  }
  constexpr Scalar operator-() const noexcept { return kind_ == Kind::Double ? Scalar(-d_) : Scalar(-i_); }
  constexpr bool equal(double value) const noexcept { return toDouble() == value; }

 private:
  enum class Kind : uint8_t { Bool, Int, Double };
  Kind kind_;
  union {
    int64_t i_;
    double d_;
  };
};

}  // namespace rushlight
