// Devices, and the options from which tensors are made (dtype, device, requires_grad), with LibTorch's setters.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rushlight/error.h"
#include "rushlight/scalar_type.h"

namespace rushlight {

enum class DeviceType : int8_t { CPU = 0, CUDA = 1, Meta = 14 };
constexpr DeviceType kCPU = DeviceType::CPU, kCUDA = DeviceType::CUDA;

struct Device {
  constexpr Device(DeviceType type, int8_t index = -1) noexcept : type_(type), index_(index) {}
  // "cpu", "cuda", "cuda:1"; raises Error naming the text when it is no device.
  Device(std::string_view text);
  Device(const char* text) : Device(std::string_view(text)) {}
  Device(const std::string& text) : Device(std::string_view(text)) {}
  constexpr DeviceType type() const noexcept { return type_; }
  constexpr int8_t index() const noexcept { return index_; }
  constexpr bool is_cpu() const noexcept { return type_ == kCPU; }
  constexpr bool is_cuda() const noexcept { return type_ == kCUDA; }
  std::string str() const;
  friend constexpr bool operator==(Device a, Device b) noexcept { return a.type_ == b.type_ && a.index_ == b.index_; }

 private:
  DeviceType type_;
  int8_t index_;
};

// How elements lie in memory; tensors here are strided.
enum class Layout : int8_t { Strided, Sparse };
constexpr Layout kStrided = Layout::Strided, kSparse = Layout::Sparse;

class TensorOptions {
 public:
  constexpr TensorOptions() noexcept = default;
  constexpr TensorOptions(ScalarType type) noexcept : dtype_(type), has_dtype_(true) {}
  constexpr TensorOptions(Device device) noexcept : device_(device), has_device_(true) {}
  constexpr TensorOptions(DeviceType type) noexcept : TensorOptions(Device(type)) {}
  constexpr TensorOptions(Layout layout) : TensorOptions(TensorOptions().layout(layout)) {}
  constexpr TensorOptions dtype(std::optional<ScalarType> type) const noexcept {
    TensorOptions o = *this;
    o.has_dtype_ = type.has_value();
    if (type) o.dtype_ = *type;
    return o;
  }
  constexpr TensorOptions device(std::optional<Device> device) const noexcept {
    TensorOptions o = *this;
    o.has_device_ = device.has_value();
    if (device) o.device_ = *device;
    return o;
  }
  constexpr TensorOptions requires_grad(bool value) const noexcept {
    TensorOptions o = *this;
    o.requires_grad_ = value;
    return o;
  }
  // NotImplementedError unless strided.
  constexpr TensorOptions layout(std::optional<Layout> layout) const {
    if (layout && *layout != kStrided)
      fail(ErrorKind::kNotImplemented, "layout: sparse tensors are not supported; use torch::kStrided");
    return *this;
  }
  // Without an accelerator all memory is the same to it.
  constexpr TensorOptions pinned_memory(std::optional<bool>) const noexcept { return *this; }
  constexpr Layout layout() const noexcept { return kStrided; }
  constexpr bool pinned_memory() const noexcept { return false; }
  ScalarType dtype() const noexcept { return has_dtype_ ? dtype_ : get_default_dtype(); }
  constexpr std::optional<ScalarType> dtype_opt() const noexcept {
    return has_dtype_ ? std::optional<ScalarType>(dtype_) : std::nullopt;
  }
  constexpr Device device() const noexcept { return device_; }
  constexpr bool has_dtype() const noexcept { return has_dtype_; }
  constexpr bool has_device() const noexcept { return has_device_; }
  constexpr bool requires_grad() const noexcept { return requires_grad_; }

 private:
  ScalarType dtype_ = kFloat;
  Device device_ = kCPU;
  bool has_dtype_ = false;
  bool has_device_ = false;
  bool requires_grad_ = false;
};

// What programs ask before they choose a device, and what they call when they believe they have one.
namespace cuda {
inline bool is_available() { return false; }
inline size_t device_count() { return 0; }
inline bool cudnn_is_available() { return false; }
// Nothing to seed; PyTorch is silent as well.
inline void manual_seed(uint64_t) {}
inline void manual_seed_all(uint64_t) {}
inline void synchronize(int64_t = -1) {
  fail(ErrorKind::kRuntime, "No CUDA GPUs are available: this build computes on the CPU; ask cuda::is_available()");
}
inline void set_device(int64_t) { synchronize(); }
}  // namespace cuda

inline TensorOptions dtype(ScalarType type) { return TensorOptions(type); }
inline TensorOptions device(Device device) { return TensorOptions(device); }
inline TensorOptions layout(Layout layout) { return TensorOptions(layout); }
inline TensorOptions requires_grad(bool value = true) { return TensorOptions().requires_grad(value); }

}  // namespace rushlight
