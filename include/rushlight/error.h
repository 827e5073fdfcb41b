// Errors: the exception types both doors raise, and the checks that raise them with a formatted message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rushlight/export.h"

namespace rushlight {

// Which Python exception an error becomes, and which subclass of Error is thrown in C++.
enum class ErrorKind : uint8_t {
  kRuntime,
  kIndex,
  kValue,
  kType,
  kNotImplemented,
  kAttribute,
  kKey,
  kAssertion,
  kOutOfMemory,
  kOS,
  kKeyboardInterrupt,
  kLinAlg,
};

// Base of every error the library raises (RuntimeError in Python, c10::Error in LibTorch).
class RL_API Error : public std::exception {
 public:
  explicit Error(std::string message) : Error(ErrorKind::kRuntime, std::move(message)) {}
  Error(const Error&) = default;
  Error& operator=(const Error&) = default;
  ~Error() override;

  const char* what() const noexcept override { return message_.c_str(); }
  const char* what_without_backtrace() const noexcept { return message_.c_str(); }
  const std::string& msg() const noexcept { return message_; }
  ErrorKind kind() const noexcept { return kind_; }
  // Appends a line that says where the error came from: `catch (Error& e) { e.add_context("in module fc1"); throw; }`.
  void add_context(std::string_view line);

 protected:
  Error(ErrorKind kind, std::string message) : message_(std::move(message)), kind_(kind) {}

 private:
  std::string message_;
  ErrorKind kind_;
};

#define RL_ERROR_CLASS(Name, kind)                                          \
  class RL_API Name : public Error {                                        \
   public:                                                                  \
    explicit Name(std::string message) : Error(kind, std::move(message)) {} \
    Name(const Name&) = default;                                            \
    Name& operator=(const Name&) = default;                                 \
    ~Name() override;                                                       \
  };

RL_ERROR_CLASS(IndexError, ErrorKind::kIndex)
RL_ERROR_CLASS(ValueError, ErrorKind::kValue)
RL_ERROR_CLASS(TypeError, ErrorKind::kType)
RL_ERROR_CLASS(NotImplementedError, ErrorKind::kNotImplemented)
RL_ERROR_CLASS(AttributeError, ErrorKind::kAttribute)
RL_ERROR_CLASS(KeyError, ErrorKind::kKey)
RL_ERROR_CLASS(AssertionError, ErrorKind::kAssertion)
RL_ERROR_CLASS(OutOfMemoryError, ErrorKind::kOutOfMemory)
RL_ERROR_CLASS(KeyboardInterrupt, ErrorKind::kKeyboardInterrupt)
RL_ERROR_CLASS(LinAlgError, ErrorKind::kLinAlg)
#undef RL_ERROR_CLASS

// An operating-system failure; `code` is its errno (0 if there is none), from which Python picks FileNotFoundError etc.
class RL_API OSError : public Error {
 public:
  explicit OSError(std::string message, int code = 0) : Error(ErrorKind::kOS, std::move(message)), code_(code) {}
  OSError(const OSError&) = default;
  OSError& operator=(const OSError&) = default;
  ~OSError() override;
  int code() const noexcept { return code_; }

 private:
  int code_;
};

// The one place that raises: throws the class that belongs to `kind`.
RL_API [[noreturn, gnu::cold]] void raise_error(ErrorKind kind, std::string message);
// Throws an OSError whose message ends with the text of `code` (an errno).
RL_API [[noreturn, gnu::cold]] void raise_os_error(int code, std::string message);

// Note [Formatting messages]
// A message is text with `{}` holes. Each argument becomes a FormatArg, a tagged word or two, so that all formatting is
// one compiled function and a call site holds only moves. Besides numbers, bool and strings an argument may be
//   - any type whose namespace has `void format_value(std::string& out, const T&)` or `std::string to_string(const T&)`,
//   - any list with begin() and end(), printed as [1, 2, 3],
//   - any optional-like value (has_value() and *), printed as itself or None.
// A brace that is not part of `{}` is plain text.
class RL_API FormatArg {
 public:
  FormatArg(bool v) : tag_(Tag::kBool) { word_.i = v; }
  FormatArg(double v) : tag_(Tag::kDouble) { word_.d = v; }
  FormatArg(std::string_view v) : tag_(Tag::kString), size_(v.size()) { word_.p = v.data(); }
  template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char>)
  FormatArg(T v) : tag_(std::is_signed_v<T> ? Tag::kInt : Tag::kUint) {
    word_.i = static_cast<int64_t>(v);
  }
  FormatArg(void (*append)(std::string&, const void*), const void* object) : tag_(Tag::kObject), append_(append) {
    word_.p = object;
  }
  void append_to(std::string& out) const;

 private:
  enum class Tag : uint8_t { kInt, kUint, kDouble, kBool, kString, kObject };
  Tag tag_;
  union {
    int64_t i;
    double d;
    const void* p;
  } word_;
  union {
    size_t size_;
    void (*append_)(std::string&, const void*);
  };
};

RL_API std::string format_list(std::string_view text, const FormatArg* args, size_t count);

namespace detail {

template <class T>
concept HasFormatValue = requires(std::string& out, const T& v) { format_value(out, v); };
template <class T>
concept HasToString = requires(const T& v) { std::string(to_string(v)); };
template <class T>
concept ListLike = requires(const T& v) {
  v.begin();
  v.end();
};
template <class T>
concept OptionalLike = requires(const T& v) {
  v.has_value();
  *v;
};

template <class T>
FormatArg format_arg(const T& value);

template <class T>
void append_object(std::string& out, const void* object) {
  const T& value = *static_cast<const T*>(object);
  if constexpr (HasFormatValue<T>) {
    format_value(out, value);
  } else if constexpr (HasToString<T>) {
    out += to_string(value);
  } else if constexpr (ListLike<T>) {
    out += '[';
    const char* separator = "";
    for (const auto& item : value) {
      out += separator;
      format_arg(item).append_to(out);
      separator = ", ";
    }
    out += ']';
  } else {
    static_assert(OptionalLike<T>, "no format_value(std::string&, const T&) or to_string(const T&) for this argument");
    if (value.has_value()) {
      format_arg(*value).append_to(out);
    } else {
      out += "None";
    }
  }
}

template <class T>
FormatArg format_arg(const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    return FormatArg(static_cast<double>(value));
  } else if constexpr (std::is_same_v<T, char>) {
    return FormatArg(std::string_view(&value, 1));
  } else if constexpr (std::is_arithmetic_v<T>) {
    return FormatArg(value);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return FormatArg(std::string_view(value));
  } else if constexpr (std::is_enum_v<T> && !HasFormatValue<T> && !HasToString<T>) {
    return FormatArg(static_cast<int64_t>(value));
  } else {
    return FormatArg(&append_object<T>, &value);
  }
}

// How a check hands an argument to its failing half: small values in registers, so that no variable of the caller has
// its address taken on the path that succeeds.
template <class T>
using Param = std::conditional_t<std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_pointer_v<T>, T,
                                 std::conditional_t<std::is_array_v<T>, const std::remove_extent_t<T>*, const T&>>;

template <class... P>
[[noreturn, gnu::cold, gnu::noinline]] void fail_with(ErrorKind kind, std::string_view text, P... args) {
  const FormatArg list[sizeof...(P) + 1] = {format_arg<std::remove_cvref_t<P>>(args)..., FormatArg(false)};
  raise_error(kind, format_list(text, list, sizeof...(P)));
}

}  // namespace detail

// The text with its `{}` holes filled, in order.
template <class... A>
std::string format(std::string_view text, const A&... args) {
  const FormatArg list[sizeof...(A) + 1] = {detail::format_arg(args)..., FormatArg(false)};
  return format_list(text, list, sizeof...(A));
}

// The arguments one after another, each as format() would write it: str("got ", n, " of ", x.sizes()).
template <class... A>
std::string str(const A&... args) {
  std::string out;
  (detail::format_arg(args).append_to(out), ...);
  return out;
}

// Throws the error of `kind` with a formatted message.
template <class... A>
[[noreturn]] inline void fail(ErrorKind kind, std::string_view text, const A&... args) {
  detail::fail_with<detail::Param<A>...>(kind, text, args...);
}

// check(ok, "softmax: dim {} is out of range for shape {}", dim, shape) throws Error unless `ok`; the others throw the
// class in their name.
#define RL_CHECK(name, kind)                                           \
  template <class... A>                                                \
  inline void name(bool ok, std::string_view text, const A&... args) { \
    if (!ok) [[unlikely]]                                              \
      detail::fail_with<detail::Param<A>...>(kind, text, args...);     \
  }

RL_CHECK(check, ErrorKind::kRuntime)
RL_CHECK(check_index, ErrorKind::kIndex)
RL_CHECK(check_value, ErrorKind::kValue)
RL_CHECK(check_type, ErrorKind::kType)
RL_CHECK(check_not_implemented, ErrorKind::kNotImplemented)
RL_CHECK(check_attribute, ErrorKind::kAttribute)
RL_CHECK(check_key, ErrorKind::kKey)
RL_CHECK(check_linalg, ErrorKind::kLinAlg)
#undef RL_CHECK

}  // namespace rushlight
