// LibTorch's macros for programs that use them: TORCH_CHECK and its kin. To be included on purpose: macros know no namespace.
#pragma once
#include "rushlight/arg.h"
#include "rushlight/error.h"
#include "rushlight/nn/module.h"
#include "rushlight/warn.h"

namespace rushlight::detail {

// The message of a failed check: what was given, or the condition itself.
template <class... A>
std::string check_text(const char* condition, const A&... args) {
  if constexpr (sizeof...(A) == 0)
    return str("Expected ", condition, " to be true, but got false.");
  else
    return str(args...);
}

}  // namespace rushlight::detail

// TORCH_CHECK(x.dim() == 2, "expected a matrix, got ", x.sizes());
#define RUSHLIGHT_CHECK_KIND(kind, condition, ...)                                          \
  do {                                                                                      \
    if (!(condition)) [[unlikely]]                                                          \
      ::rushlight::raise_error(::rushlight::ErrorKind::kind,                                \
                               ::rushlight::detail::check_text(#condition, ##__VA_ARGS__)); \
  } while (false)
#define TORCH_CHECK(condition, ...) RUSHLIGHT_CHECK_KIND(kRuntime, condition, ##__VA_ARGS__)
#define TORCH_CHECK_INDEX(condition, ...) RUSHLIGHT_CHECK_KIND(kIndex, condition, ##__VA_ARGS__)
#define TORCH_CHECK_VALUE(condition, ...) RUSHLIGHT_CHECK_KIND(kValue, condition, ##__VA_ARGS__)
#define TORCH_CHECK_TYPE(condition, ...) RUSHLIGHT_CHECK_KIND(kType, condition, ##__VA_ARGS__)
#define TORCH_CHECK_NOT_IMPLEMENTED(condition, ...) RUSHLIGHT_CHECK_KIND(kNotImplemented, condition, ##__VA_ARGS__)
#define TORCH_CHECK_LINALG(condition, ...) RUSHLIGHT_CHECK_KIND(kLinAlg, condition, ##__VA_ARGS__)
#define TORCH_INTERNAL_ASSERT(condition, ...) RUSHLIGHT_CHECK_KIND(kRuntime, condition, ##__VA_ARGS__)
#define AT_ASSERT(condition, ...) RUSHLIGHT_CHECK_KIND(kRuntime, condition, ##__VA_ARGS__)
#define AT_ASSERTM(condition, ...) RUSHLIGHT_CHECK_KIND(kRuntime, condition, ##__VA_ARGS__)
#define AT_ERROR(...) RUSHLIGHT_CHECK_KIND(kRuntime, false, ##__VA_ARGS__)

// Through the handler of warn(), which prints each text once.
#define TORCH_WARN(...) ::rushlight::warn(::rushlight::str(__VA_ARGS__))
#define TORCH_WARN_ONCE(...)                                                               \
  do {                                                                                     \
    [[maybe_unused]] static const bool rushlight_warned = (TORCH_WARN(__VA_ARGS__), true); \
  } while (false)

// AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "name", [&] { … x.data_ptr<scalar_t>() … });
#define RUSHLIGHT_CASE(type, cpp, ...)     \
  case ::rushlight::ScalarType::type: {    \
    using scalar_t [[maybe_unused]] = cpp; \
    return __VA_ARGS__();                  \
  }
#define RUSHLIGHT_DISPATCH(dtype, name, cases)                                                                      \
  [&] {                                                                                                             \
    const ::rushlight::ScalarType rushlight_type = dtype;                                                           \
    switch (rushlight_type) {                                                                                       \
      cases default : ::rushlight::fail(::rushlight::ErrorKind::kNotImplemented, "\"{}\" not implemented for '{}'", \
                                        name, ::rushlight::to_string(rushlight_type));                              \
    }                                                                                                               \
  }()
#define RUSHLIGHT_CASES_FLOATING(...) \
  RUSHLIGHT_CASE(Double, double, __VA_ARGS__) RUSHLIGHT_CASE(Float, float, __VA_ARGS__)
#define RUSHLIGHT_CASES_INTEGRAL(...)        \
  RUSHLIGHT_CASE(Byte, uint8_t, __VA_ARGS__) \
  RUSHLIGHT_CASE(Char, int8_t, __VA_ARGS__)  \
  RUSHLIGHT_CASE(Int, int32_t, __VA_ARGS__)  \
  RUSHLIGHT_CASE(Long, int64_t, __VA_ARGS__) \
  RUSHLIGHT_CASE(Short, int16_t, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_TYPES(dtype, name, ...) \
  RUSHLIGHT_DISPATCH(dtype, name, RUSHLIGHT_CASES_FLOATING(__VA_ARGS__))
#define AT_DISPATCH_INTEGRAL_TYPES(dtype, name, ...) \
  RUSHLIGHT_DISPATCH(dtype, name, RUSHLIGHT_CASES_INTEGRAL(__VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES(dtype, name, ...) \
  RUSHLIGHT_DISPATCH(dtype, name, RUSHLIGHT_CASES_FLOATING(__VA_ARGS__) RUSHLIGHT_CASES_INTEGRAL(__VA_ARGS__))
