// Whether a number can be stored in an element, with PyTorch's words when it cannot.
#include "core/scalar_checks.h"

#include <cmath>
#include <limits>

#include "rushlight/error.h"

namespace rushlight {
namespace {

// What PyTorch calls the C++ type of an element.
std::string_view element_type_name(ScalarType type) {
  switch (type) {
    case kByte:
      return "uint8_t";
    case kChar:
      return "int8_t";
    case kShort:
      return "int16_t";
    case kInt:
      return "int";
    case kLong:
      return "int64_t";
    case kUInt16:
      return "uint16_t";
    case kUInt32:
      return "uint32_t";
    case kUInt64:
      return "uint64_t";
    case kHalf:
      return "c10::Half";
    case kBFloat16:
      return "c10::BFloat16";
    case kFloat:
      return "float";
    case kDouble:
      return "double";
    case kComplexFloat:
      return "c10::complex<float>";
    case kComplexDouble:
      return "c10::complex<double>";
    default:
      return to_string(type);
  }
}

double largest(ScalarType floating) {
  return floating == kHalf       ? 65504.0
         : floating == kBFloat16 ? 0x1.fep127
         : floating == kFloat    ? static_cast<double>(std::numeric_limits<float>::max())
                                 : std::numeric_limits<double>::max();
}

bool fits_whole(const Scalar& value, ScalarType type) {
  const bool is_unsigned = type == kByte || (type >= kUInt16 && type <= kUInt64);
  const uint64_t most = ~uint64_t{0} >> (64 - 8 * element_size(type) + (is_unsigned ? 0 : 1));
  if (value.isFloatingPoint() || value.isComplex()) {
    const int bits = static_cast<int>(8 * element_size(type)) - (is_unsigned ? 0 : 1);
    const double v = value.toDouble(), limit = std::ldexp(1, bits);  // one more than the largest
    return v >= (is_unsigned ? 0 : -limit) && (bits > 52 ? v < limit : v <= limit - 1);
  }
  if (value.isUnsigned()) return type == kUInt64;
  const int64_t v = value.toLong();
  const uint64_t magnitude = v < 0 ? ~static_cast<uint64_t>(v) + (is_unsigned ? 1 : 0) : static_cast<uint64_t>(v);
  return magnitude <= most;
}

bool fits(const Scalar& value, ScalarType type) {
  if (type == kBool) return true;
  if (is_complex(type)) {
    return fits(Scalar(value.toDouble()), to_real_type(type)) && fits(Scalar(value.imag()), to_real_type(type));
  }
  if (value.imag() != 0) return false;
  if (is_integral(type, false)) return fits_whole(value, type);
  return !std::isfinite(value.toDouble()) || std::fabs(value.toDouble()) <= largest(type);
}

}  // namespace

void check_fits(const Scalar& value, ScalarType type) {
  if (!fits(value, type)) [[unlikely]]
    fail(ErrorKind::kRuntime, "value cannot be converted to type {} without overflow", element_type_name(type));
}

}  // namespace rushlight
