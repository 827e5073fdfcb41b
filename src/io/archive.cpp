// Note [Archives in a safetensors file]
// Tensors keep their names, nested ones with a prefix and a dot. A value that is no tensor is a text in the metadata under
// "value/<name>": a letter for its kind, then its digits (numbers with a fraction in hexadecimal, so that no bit is lost).
// A list of tensors is "T<count>" with the tensors under "<name>.0", "<name>.1"…; an undefined tensor is "u". "archive/<name>"
// says that there was a nested archive, which may be empty.
#include "rushlight/archive.h"

#include <algorithm>
#include <charconv>
#include <istream>
#include <iterator>
#include <ostream>

namespace rushlight::serialize {
namespace {

constexpr std::string_view kValue = "value/", kArchive = "archive/";

std::string digits(int64_t value) { return std::to_string(value); }
std::string digits(double value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::hex).ptr;
  return std::string(text, end);
}

template <class T>
std::string joined(const std::vector<T>& values) {
  std::string text;
  for (size_t i = 0; i < values.size(); ++i) text += (i ? "," : "") + digits(values[i]);
  return text;
}

template <class T>
T number(std::string_view text) {
  T value{};
  std::from_chars_result end;
  if constexpr (std::is_integral_v<T>)
    end = std::from_chars(text.data(), text.data() + text.size(), value);
  else
    end = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::hex);
  check(end.ec == std::errc() && end.ptr == text.data() + text.size(), "archive: '{}' is no number", text);
  return value;
}

template <class T>
std::vector<T> numbers(std::string_view text) {
  std::vector<T> values;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    values.push_back(number<T>(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return values;
}

std::string encode(const IValue& value) {
  switch (value.tag()) {
    case IValue::Tag::Bool:
      return value.toBool() ? "b1" : "b0";
    case IValue::Tag::Int:
      return "i" + digits(value.toInt());
    case IValue::Tag::Double:
      return "d" + digits(value.toDouble());
    case IValue::Tag::ComplexDouble:
      return "c" + digits(value.toScalar().toDouble()) + "," + digits(value.toScalar().imag());
    case IValue::Tag::String:
      return "s" + value.toStringRef();
    case IValue::Tag::IntList:
      return "I" + joined(value.toIntVector());
    case IValue::Tag::DoubleList:
      return "D" + joined(value.toDoubleVector());
    case IValue::Tag::TensorList:
      return "T" + std::to_string(value.toTensorVector().size());
    default:
      return "n";
  }
}

const std::string* find(const Metadata& values, std::string_view kind, const std::string& key) {
  for (const auto& [name, text] : values) {
    if (name.size() == kind.size() + key.size() && name.starts_with(kind) && name.ends_with(key)) return &text;
  }
  return nullptr;
}
const Tensor* find(const NamedTensors& tensors, const std::string& key) {
  for (const auto& [name, tensor] : tensors) {
    if (name == key) return &tensor;
  }
  return nullptr;
}

// "value/a.b" of archive a is "value/b".
std::pair<std::string_view, std::string_view> kind_and_name(std::string_view text) {
  const size_t slash = text.find('/') + 1;
  return {text.substr(0, slash), text.substr(slash)};
}

}  // namespace

void OutputArchive::write(const std::string& key, const Tensor& tensor, bool) {
  check(find(tensors_, key) == nullptr && find(values_, kValue, key) == nullptr, "archive: '{}' was written already",
        key);
  if (tensor.defined())
    tensors_.emplace_back(key, tensor);
  else
    values_.emplace_back(std::string(kValue) + key, "u");
}

void OutputArchive::write(const std::string& key, const IValue& value) {
  if (value.isTensor()) return write(key, value.toTensor());
  check(find(tensors_, key) == nullptr && find(values_, kValue, key) == nullptr, "archive: '{}' was written already",
        key);
  values_.emplace_back(std::string(kValue) + key, encode(value));
  if (!value.isTensorList()) return;
  for (size_t i = 0; i < value.toTensorVector().size(); ++i) write(format("{}.{}", key, i), value.toTensorVector()[i]);
}

void OutputArchive::write(const std::string& key, OutputArchive& nested) {
  check(&nested != this, "archive: '{}' is the archive itself; write another one into it", key);
  check(find(values_, kArchive, key) == nullptr, "archive: '{}' was written already", key);
  values_.emplace_back(std::string(kArchive) + key, "");
  for (const auto& [name, tensor] : nested.tensors_) tensors_.emplace_back(format("{}.{}", key, name), tensor);
  for (const auto& [name, text] : nested.values_) {
    const auto [kind, inner] = kind_and_name(name);
    values_.emplace_back(std::string(kind) + key + "." + std::string(inner), text);
  }
}

void OutputArchive::save_to(const std::string& filename) const { save_file(tensors_, filename, values_); }
void OutputArchive::save_to(std::ostream& stream) const {
  const std::string bytes = save_bytes(tensors_, values_);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!stream) raise_os_error(0, "cannot write an archive of " + std::to_string(bytes.size()) + " bytes to the stream");
}

bool InputArchive::try_read(const std::string& key, Tensor& tensor, bool) {
  const Tensor* found = find(tensors_, key);
  if (!found) {
    const std::string* text = find(values_, kValue, key);
    if (!text || *text != "u") return false;
    tensor = Tensor();
    return true;
  }
  if (tensor.defined())
    tensor.set_data(*found);
  else
    tensor = *found;
  return true;
}

bool InputArchive::try_read(const std::string& key, IValue& value) {
  const std::string* text = find(values_, kValue, key);
  if (!text || text->empty() || *text == "u") {
    Tensor tensor;
    if (!try_read(key, tensor)) return false;
    value = IValue(std::move(tensor));
    return true;
  }
  const std::string_view rest = std::string_view(*text).substr(1);
  switch ((*text)[0]) {
    case 'b':
      value = rest == "1";
      break;
    case 'i':
      value = number<int64_t>(rest);
      break;
    case 'd':
      value = number<double>(rest);
      break;
    case 'c': {
      const auto parts = numbers<double>(rest);
      check(parts.size() == 2, "archive: '{}' is no complex number", rest);
      value = Scalar(Complex<double>(parts[0], parts[1]));
      break;
    }
    case 's':
      value = std::string(rest);
      break;
    case 'I':
      value = numbers<int64_t>(rest);
      break;
    case 'D':
      value = numbers<double>(rest);
      break;
    case 'T': {
      std::vector<Tensor> tensors;
      for (int64_t i = 0, count = number<int64_t>(rest); i < count; ++i)
        read(format("{}.{}", key, i), tensors.emplace_back());
      value = std::move(tensors);
      break;
    }
    default:
      value = IValue();
  }
  return true;
}

bool InputArchive::try_read(const std::string& key, InputArchive& nested) {
  const std::string prefix = key + ".";
  InputArchive found;
  for (const auto& [name, tensor] : tensors_) {
    if (name.starts_with(prefix)) found.tensors_.emplace_back(name.substr(prefix.size()), tensor);
  }
  for (const auto& [name, text] : values_) {
    const auto [kind, inner] = kind_and_name(name);
    if (inner.starts_with(prefix))
      found.values_.emplace_back(std::string(kind) + std::string(inner.substr(prefix.size())), text);
  }
  if (found.tensors_.empty() && found.values_.empty() && !find(values_, kArchive, key)) return false;
  nested = std::move(found);
  return true;
}

void InputArchive::read(const std::string& key, Tensor& tensor, bool is_buffer) {
  check(try_read(key, tensor, is_buffer), "No such serialized tensor '{}'; the archive holds {}", key, keys());
}
void InputArchive::read(const std::string& key, IValue& value) {
  check(try_read(key, value), "No such serialized IValue '{}'; the archive holds {}", key, keys());
}
void InputArchive::read(const std::string& key, InputArchive& nested) {
  check(try_read(key, nested), "No such serialized submodule: '{}'; the archive holds {}", key, keys());
}

std::vector<std::string> InputArchive::keys() const {
  std::vector<std::string> out;
  const auto add = [&](std::string_view name) {
    const std::string first(name.substr(0, name.find('.')));
    if (std::find(out.begin(), out.end(), first) == out.end()) out.push_back(first);
  };
  for (const auto& item : tensors_) add(item.first);
  for (const auto& item : values_) add(kind_and_name(item.first).second);
  return out;
}

void InputArchive::take(Checkpoint checkpoint, std::optional<Device> device) {
  tensors_ = std::move(checkpoint.tensors);
  values_.clear();
  for (auto& item : checkpoint.metadata) {
    if (item.first.starts_with(kValue) || item.first.starts_with(kArchive)) values_.push_back(std::move(item));
  }
  if (device) {
    for (auto& item : tensors_) item.second = item.second.to(*device);
  }
}

void InputArchive::load_from(const std::string& filename, std::optional<Device> device) {
  take(load_file(filename), device);
}
void InputArchive::load_from(std::istream& stream, std::optional<Device> device) {
  const std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  take(load_bytes(bytes, "stream"), device);
}

}  // namespace rushlight::serialize
