// serialize::OutputArchive and InputArchive: tensors and values under names of one's own, nested, in one safetensors file.
#pragma once
#include <concepts>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rushlight/export.h"
#include "rushlight/ivalue.h"
#include "rushlight/nn/module.h"
#include "rushlight/serialize.h"

namespace rushlight {
namespace serialize {

// Collects what is to be saved. Tensors become the file's tensors; what is in a nested archive gets its name as a prefix
// ("net.fc1.weight"), so that the file reads like a state dict. Other values become texts in the file's metadata.
//   serialize::OutputArchive archive;
//   archive.write("epoch", IValue(3));
//   archive.write("weight", weight);
//   archive.save_to("run.safetensors");
class RL_API OutputArchive {
 public:
  void write(const std::string& key, const Tensor& tensor, bool is_buffer = false);
  void write(const std::string& key, const IValue& value);
  void write(const std::string& key, OutputArchive& nested);
  // OSError when the file cannot be written; it then is as before.
  void save_to(const std::string& filename) const;
  void save_to(std::ostream& stream) const;
  const NamedTensors& tensors() const noexcept { return tensors_; }

 private:
  NamedTensors tensors_;
  Metadata values_;
};

class RL_API InputArchive {
 public:
  // False where there is none of that name and kind. A tensor that is defined gets the saved values as its data, and keeps
  // what else it is (a parameter stays a parameter).
  bool try_read(const std::string& key, Tensor& tensor, bool is_buffer = false);
  bool try_read(const std::string& key, IValue& value);
  bool try_read(const std::string& key, InputArchive& nested);
  // The same; Error where there is none.
  void read(const std::string& key, Tensor& tensor, bool is_buffer = false);
  void read(const std::string& key, IValue& value);
  void read(const std::string& key, InputArchive& nested);
  // What lies here, without what lies in nested archives but with their names.
  std::vector<std::string> keys() const;
  // OSError when the file cannot be read, Error naming the place when it is no valid file.
  void load_from(const std::string& filename, std::optional<Device> device = std::nullopt);
  void load_from(std::istream& stream, std::optional<Device> device = std::nullopt);
  const NamedTensors& tensors() const noexcept { return tensors_; }

 private:
  void take(Checkpoint checkpoint, std::optional<Device> device);
  NamedTensors tensors_;
  Metadata values_;
};

// ---- modules and optimizers: their state dict, under the names it has ----------------------------------------------------
template <class T>
concept HasState = requires(T& value, const NamedTensors& state) {
  { std::as_const(value).state_dict() } -> std::convertible_to<NamedTensors>;
  value.load_state_dict(state);
};
template <class T>
concept HoldsState = requires(const T& value) {
  { *value } -> HasState;
};

template <class T>
  requires(HasState<T> || HoldsState<T>)
OutputArchive& operator<<(OutputArchive& archive, const T& value) {
  if constexpr (std::is_base_of_v<nn::Module, T>) {
    value.save(archive);
  } else if constexpr (HasState<T>) {
    for (const auto& [name, tensor] : value.state_dict()) archive.write(name, tensor);
  } else {
    archive << std::as_const(*value);
  }
  return archive;
}
template <class T>
  requires(HasState<T> || HoldsState<T>)
InputArchive& operator>>(InputArchive& archive, T& value) {
  if constexpr (std::is_base_of_v<nn::Module, T>)
    value.load(archive);
  else if constexpr (HasState<T>)
    value.load_state_dict(archive.tensors());
  else
    archive >> *value;
  return archive;
}
inline OutputArchive& operator<<(OutputArchive& archive, const Tensor& tensor) {
  archive.write("tensor0", tensor);
  return archive;
}
inline InputArchive& operator>>(InputArchive& archive, Tensor& tensor) {
  archive.read("tensor0", tensor);
  return archive;
}
inline OutputArchive& operator<<(OutputArchive& archive, const std::vector<Tensor>& tensors) {
  archive.write("tensors", IValue(tensors));
  return archive;
}
inline InputArchive& operator>>(InputArchive& archive, std::vector<Tensor>& tensors) {
  IValue value;
  archive.read("tensors", value);
  tensors = value.toTensorVector();
  return archive;
}

}  // namespace serialize

// To and from streams: anything that an archive takes.
template <class T>
void save(const T& value, std::ostream& stream) {
  serialize::OutputArchive archive;
  archive << value;
  archive.save_to(stream);
}
template <class T>
void load(T& value, std::istream& stream, std::optional<Device> device = std::nullopt) {
  serialize::InputArchive archive;
  archive.load_from(stream, device);
  archive >> value;
}
template <class T>
  requires requires(serialize::OutputArchive& archive, const T& value) { archive << value; }
void save(const T& value, serialize::OutputArchive& archive) {
  archive << value;
}
template <class T>
  requires requires(serialize::InputArchive& archive, T& value) { archive >> value; }
void load(T& value, serialize::InputArchive& archive) {
  archive >> value;
}

}  // namespace rushlight
