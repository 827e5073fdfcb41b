// Raises errors and formats their messages; the classes' destructors live here so that each has one type record.
#include "rushlight/error.h"

#include <cstdio>
#include <cstring>

namespace rushlight {

Error::~Error() = default;
IndexError::~IndexError() = default;
ValueError::~ValueError() = default;
TypeError::~TypeError() = default;
NotImplementedError::~NotImplementedError() = default;
AttributeError::~AttributeError() = default;
KeyError::~KeyError() = default;
AssertionError::~AssertionError() = default;
OutOfMemoryError::~OutOfMemoryError() = default;
KeyboardInterrupt::~KeyboardInterrupt() = default;
LinAlgError::~LinAlgError() = default;
OSError::~OSError() = default;

void Error::add_context(std::string_view line) {
  message_ += '\n';
  message_ += line;
}

void raise_error(ErrorKind kind, std::string message) {
  switch (kind) {
    case ErrorKind::kRuntime:
      break;
    case ErrorKind::kIndex:
      throw IndexError(std::move(message));
    case ErrorKind::kValue:
      throw ValueError(std::move(message));
    case ErrorKind::kType:
      throw TypeError(std::move(message));
    case ErrorKind::kNotImplemented:
      throw NotImplementedError(std::move(message));
    case ErrorKind::kAttribute:
      throw AttributeError(std::move(message));
    case ErrorKind::kKey:
      throw KeyError(std::move(message));
    case ErrorKind::kAssertion:
      throw AssertionError(std::move(message));
    case ErrorKind::kOutOfMemory:
      throw OutOfMemoryError(std::move(message));
    case ErrorKind::kOS:
      throw OSError(std::move(message));
    case ErrorKind::kKeyboardInterrupt:
      throw KeyboardInterrupt(std::move(message));
    case ErrorKind::kLinAlg:
      throw LinAlgError(std::move(message));
  }
  throw Error(std::move(message));
}

namespace {
// strerror_r comes in two shapes; overload resolution picks the one the C library has.
[[maybe_unused]] const char* error_text(const char* result, const char*) { return result; }
[[maybe_unused]] const char* error_text(int, const char* buffer) { return buffer; }
}  // namespace

void raise_os_error(int code, std::string message) {
  char buffer[256] = "";
  message += ": ";
  message += error_text(strerror_r(code, buffer, sizeof(buffer)), buffer);
  throw OSError(std::move(message), code);
}

void FormatArg::append_to(std::string& out) const {
  char buffer[32];
  switch (tag_) {
    case Tag::kInt:
      out += std::to_string(word_.i);
      break;
    case Tag::kUint:
      out += std::to_string(static_cast<uint64_t>(word_.i));
      break;
    case Tag::kDouble:
      std::snprintf(buffer, sizeof(buffer), "%g", word_.d);
      out += buffer;
      break;
    case Tag::kBool:
      out += word_.i ? "True" : "False";
      break;
    case Tag::kString:
      out.append(static_cast<const char*>(word_.p), size_);
      break;
    case Tag::kObject:
      append_(out, word_.p);
      break;
  }
}

std::string format_list(std::string_view text, const FormatArg* args, size_t count) {
  std::string out;
  out.reserve(text.size() + 16 * count);
  for (size_t next = 0; next < count; ++next) {
    const size_t hole = text.find("{}");
    if (hole == std::string_view::npos) {  // more arguments than holes: say them all the same
      out += text;
      text = {};
      out += next == 0 ? ": " : ", ";
    } else {
      out += text.substr(0, hole);
      text.remove_prefix(hole + 2);
    }
    args[next].append_to(out);
  }
  out += text;
  return out;
}

}  // namespace rushlight
