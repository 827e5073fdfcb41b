// Names of dtypes, promotion, and the default dtype.
#include <array>
#include <atomic>

#include "rushlight/device.h"
#include "rushlight/error.h"
#include "rushlight/scalar_type.h"

namespace rushlight {
namespace {

struct Names {
  ScalarType type;
  std::string_view python, cpp;
};
constexpr Names kNames[] = {
    {kByte, "uint8", "Byte"},
    {kChar, "int8", "Char"},
    {kShort, "int16", "Short"},
    {kInt, "int32", "Int"},
    {kLong, "int64", "Long"},
    {kHalf, "float16", "Half"},
    {kFloat, "float32", "Float"},
    {kDouble, "float64", "Double"},
    {ScalarType::ComplexHalf, "complex32", "ComplexHalf"},
    {kComplexFloat, "complex64", "ComplexFloat"},
    {kComplexDouble, "complex128", "ComplexDouble"},
    {kBool, "bool", "Bool"},
    {kBFloat16, "bfloat16", "BFloat16"},
    {ScalarType::QInt8, "qint8", "QInt8"},
    {ScalarType::QUInt8, "quint8", "QUInt8"},
    {ScalarType::QInt32, "qint32", "QInt32"},
    {ScalarType::Float8_e5m2, "float8_e5m2", "Float8_e5m2"},
    {ScalarType::Float8_e4m3fn, "float8_e4m3fn", "Float8_e4m3fn"},
    {ScalarType::Float8_e5m2fnuz, "float8_e5m2fnuz", "Float8_e5m2fnuz"},
    {ScalarType::Float8_e4m3fnuz, "float8_e4m3fnuz", "Float8_e4m3fnuz"},
    {kUInt16, "uint16", "UInt16"},
    {kUInt32, "uint32", "UInt32"},
    {kUInt64, "uint64", "UInt64"},
};

std::atomic<ScalarType> default_dtype{kFloat};

// Where a type stands: bool < integers < floating < complex.
int kind(ScalarType t) { return t == kBool ? 0 : is_integral(t, false) ? 1 : is_floating_point(t) ? 2 : 3; }
bool is_unsigned(ScalarType t) { return t == kByte || t == kUInt16 || t == kUInt32 || t == kUInt64; }

}  // namespace

std::string_view dtype_name(ScalarType type) noexcept {
  for (const auto& n : kNames) {
    if (n.type == type) return n.python;
  }
  return "undefined";
}

std::string_view to_string(ScalarType type) noexcept {
  for (const auto& n : kNames) {
    if (n.type == type) return n.cpp;
  }
  return "Undefined";
}

ScalarType promote_types(ScalarType a, ScalarType b) {
  if (a == b) return a;
  if (a == ScalarType::Undefined || b == ScalarType::Undefined) return ScalarType::Undefined;
  const int ka = kind(a), kb = kind(b);
  if (ka == 3 || kb == 3) {
    const bool wide = a == kComplexDouble || b == kComplexDouble || a == kDouble || b == kDouble;
    if (wide) return kComplexDouble;
    const bool half = (a == ScalarType::ComplexHalf || b == ScalarType::ComplexHalf) && a != kComplexFloat &&
                      b != kComplexFloat && a != kFloat && b != kFloat && a != kBFloat16 && b != kBFloat16;
    return half ? ScalarType::ComplexHalf : kComplexFloat;
  }
  if (ka != kb) return ka > kb ? a : b;
  const int64_t sa = element_size(a), sb = element_size(b);
  if (ka == 2) return sa != sb ? (sa > sb ? a : b) : kFloat;  // float16 with bfloat16: float32
  if (is_unsigned(a) == is_unsigned(b)) return sa > sb ? a : b;
  const ScalarType u = is_unsigned(a) ? a : b, s = is_unsigned(a) ? b : a;
  if (element_size(s) > element_size(u)) return s;
  check(u == kByte,
        "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote {} and {}; convert one of "
        "them with to() first",
        to_string(a), to_string(b));
  return kShort;
}

bool can_cast(ScalarType from, ScalarType to) noexcept {
  if (is_complex(from) && !is_complex(to)) return false;
  if (is_floating_point(from) && is_integral(to, false)) return false;
  return from == kBool || to != kBool;
}

ScalarType to_complex_type(ScalarType type) noexcept {
  if (is_complex(type)) return type;
  if (is_integral(type, true)) type = get_default_dtype();
  return type == kDouble ? kComplexDouble : type == kHalf ? ScalarType::ComplexHalf : kComplexFloat;
}

ScalarType get_default_dtype() noexcept { return default_dtype.load(std::memory_order_relaxed); }

void set_default_dtype(ScalarType type) {
  check_type(is_floating_point(type), "only floating-point types are supported as the default type, but got {}",
             dtype_name(type));
  default_dtype.store(type, std::memory_order_relaxed);
}

Device::Device(std::string_view text) : type_(kCPU), index_(-1) {
  check(!text.empty(), "Device string must not be empty");
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (name == "cpu")
    type_ = kCPU;
  else if (name == "cuda")
    type_ = kCUDA;
  else if (name == "meta")
    type_ = DeviceType::Meta;
  else
    fail(ErrorKind::kRuntime, "Expected one of cpu, cuda, meta device type at start of device string: {}", text);
  if (colon == std::string_view::npos) return;
  const std::string_view digits = text.substr(colon + 1);
  check(!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos,
        "Invalid device string: '{}'", text);
  check(digits.size() <= 3, "Could not parse device index '{}' in device string '{}'", digits, text);
  int index = 0;
  for (char c : digits) index = index * 10 + (c - '0');
  check(index < 128, "Invalid device string: '{}'; device indices are below 128", text);
  index_ = static_cast<int8_t>(index);
}

std::string Device::str() const {
  std::string s = type_ == kCPU ? "cpu" : type_ == kCUDA ? "cuda" : "meta";
  return index_ < 0 ? s : s + ":" + std::to_string(index_);
}

}  // namespace rushlight
