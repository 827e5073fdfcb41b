// Tensor: a handle to a strided, typed array with an optional history, named and shaped as LibTorch's.
#pragma once
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "rushlight/array_ref.h"
#include "rushlight/device.h"
#include "rushlight/error.h"
#include "rushlight/generator.h"
#include "rushlight/scalar.h"
#include "rushlight/tensor_impl.h"

namespace rushlight {

class Node;
class Tensor;
using TensorList = ArrayRef<Tensor>;
namespace indexing {
struct TensorIndex;
}

// What register_hook keeps; operator() may return an undefined tensor to leave the gradient as it is.
struct TensorHook {
  virtual ~TensorHook() = default;
  virtual Tensor operator()(const Tensor& grad) = 0;
  virtual std::string name() const { return "hook"; }  // for errors
};

// How a result's memory is laid out, as the `memory_format` argument names it.
enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d };

enum class Backend : int8_t { CPU, CUDA };

// What Tensor::type() says, for programs that still ask: the dtype, with the name of the pair of device and dtype.
struct DeprecatedTypeProperties {
  ScalarType type;
  ScalarType scalarType() const noexcept { return type; }
  Backend backend() const noexcept { return Backend::CPU; }
  bool is_cuda() const noexcept { return false; }
  std::string toString() const { return "CPU" + std::string(rushlight::to_string(type)) + "Type"; }
  operator ScalarType() const noexcept { return type; }
};
inline std::string to_string(const DeprecatedTypeProperties& type) { return type.toString(); }

template <class T, size_t N>
class TensorAccessor {
 public:
  TensorAccessor(T* data, const int64_t* sizes, const int64_t* strides)
      : data_(data), sizes_(sizes), strides_(strides) {}
  int64_t size(int64_t dim) const { return sizes_[dim]; }
  int64_t stride(int64_t dim) const { return strides_[dim]; }
  T* data() const { return data_; }
  decltype(auto) operator[](int64_t i) const {
    if constexpr (N == 1)
      return (data_[i * strides_[0]]);
    else
      return TensorAccessor<T, N - 1>(data_ + i * strides_[0], sizes_ + 1, strides_ + 1);
  }

 private:
  T* data_;
  const int64_t* sizes_;
  const int64_t* strides_;
};

class Tensor {
 public:
  Tensor() noexcept : impl_(nullptr) {}
  // Takes over one reference.
  static Tensor steal(TensorImpl* impl) noexcept {
    Tensor t;
    t.impl_ = impl;
    return t;
  }
  static Tensor share(TensorImpl* impl) noexcept {
    if (impl) impl->retain();
    return steal(impl);
  }
  Tensor(const Tensor& other) noexcept : impl_(other.impl_) {
    if (impl_) impl_->retain();
  }
  Tensor(Tensor&& other) noexcept : impl_(other.impl_) { other.impl_ = nullptr; }
  Tensor& operator=(const Tensor& other) & noexcept {
    if (other.impl_) other.impl_->retain();
    if (impl_) impl_->release();
    impl_ = other.impl_;
    return *this;
  }
  Tensor& operator=(Tensor&& other) & noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }
  // Into what an expression shows of a tensor: `x[0] = y`, `x[0][1] = 3`. ops.h has the bodies.
  Tensor& operator=(const Tensor& other) &&;
  Tensor& operator=(const Scalar& value) &&;
  ~Tensor() {
    if (impl_) impl_->release();
  }

  TensorImpl* impl() const noexcept { return impl_; }
  TensorImpl* unsafeGetTensorImpl() const noexcept { return impl_; }
  // As impl(), but an undefined tensor is an Error.
  TensorImpl* get() const {
    if (!impl_) [[unlikely]]
      raise_undefined();
    return impl_;
  }
  TensorImpl* take() noexcept { return std::exchange(impl_, nullptr); }
  bool defined() const noexcept { return impl_ != nullptr; }
  void reset() noexcept { *this = Tensor(); }
  size_t use_count() const noexcept { return impl_ ? impl_->refs.load() : 0; }
  bool has_storage() const noexcept { return defined(); }
  bool is_same(const Tensor& other) const noexcept { return impl_ == other.impl_; }

  // ---- geometry ----
  int64_t dim() const { return get()->ndim; }
  int64_t ndimension() const { return get()->ndim; }
  IntArrayRef sizes() const { return get()->sizes(); }
  IntArrayRef strides() const { return get()->strides(); }
  int64_t size(int64_t dim) const;  // negative dims count from the end; IndexError out of range
  int64_t stride(int64_t dim) const;
  int64_t numel() const { return get()->count; }
  int64_t storage_offset() const { return get()->offset; }
  bool is_contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  bool is_non_overlapping_and_dense() const;
  size_t nbytes() const { return static_cast<size_t>(numel() * element_size()); }
  int64_t element_size() const { return rushlight::element_size(get()->dtype); }
  int64_t itemsize() const { return element_size(); }

  // ---- type and place ----
  ScalarType dtype() const { return get()->dtype; }
  ScalarType scalar_type() const { return get()->dtype; }
  Device device() const noexcept { return kCPU; }
  bool is_cpu() const noexcept { return true; }
  bool is_cuda() const noexcept { return false; }
  bool is_sparse() const noexcept { return false; }
  bool is_pinned() const noexcept { return false; }
  bool is_meta() const noexcept { return false; }
  bool is_inference() const { return get()->inference; }
  Layout layout() const noexcept { return kStrided; }
  DeprecatedTypeProperties type() const { return {dtype()}; }
  bool is_floating_point() const { return rushlight::is_floating_point(get()->dtype); }
  bool is_complex() const { return rushlight::is_complex(get()->dtype); }
  TensorOptions options() const { return TensorOptions(dtype()).device(device()); }

  // ---- values ----
  void* data_ptr() const { return get()->data(); }
  const void* const_data_ptr() const { return get()->data(); }
  // Raises Error unless T is the tensor's element type.
  template <class T>
  T* data_ptr() const {
    expect_type(CppTypeToScalarType<std::remove_const_t<T>>::value);
    return static_cast<T*>(impl_->data());
  }
  template <class T>
  const T* const_data_ptr() const {
    return data_ptr<T>();
  }
  template <class T, size_t N>
  TensorAccessor<T, N> accessor() const {
    expect_dims(static_cast<int64_t>(N));
    return TensorAccessor<T, N>(data_ptr<T>(), sizes().data(), strides().data());
  }
  Scalar item() const;  // of a tensor with one element; Error otherwise
  // The same as a T. Error when T cannot hold it.
  template <class T>
  T item() const {
    const Scalar value = item();
    if constexpr (requires { CppTypeToScalarType<T>::value; }) expect_fits(value, CppTypeToScalarType<T>::value);
    return value.template to<T>();
  }

  // ---- autograd ----
  bool requires_grad() const;
  const Tensor& requires_grad_(bool value = true) const;
  const Tensor& set_requires_grad(bool value) const { return requires_grad_(value); }
  bool is_leaf() const;
  Tensor& mutable_grad() const;  // the slot itself; undefined until a gradient arrives
  const Tensor& grad() const;
  Node* grad_fn() const;                // borrowed; null for a leaf
  uint32_t output_nr() const noexcept;  // of a defined tensor
  uint32_t version() const { return get()->storage->version.load(std::memory_order_relaxed); }
  bool is_view() const { return get()->base != nullptr; }
  Tensor base() const { return share(get()->base); }
  void retain_grad() const;
  bool retains_grad() const noexcept;
  // Accumulates d(this)/d(leaf) into every leaf's grad(). `gradient` may be left out for a single-element tensor.
  void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = std::nullopt,
                bool create_graph = false) const;
  // A tensor hook: called with the gradient, may return a replacement (undefined: keep). Returns a handle for remove_hook.
  template <class F>
  unsigned register_hook(F hook) const {
    struct Call final : TensorHook {
      explicit Call(F f) : f_(std::move(f)) {}
      Tensor operator()(const Tensor& grad) override {
        if constexpr (std::is_void_v<decltype(f_(grad))>)
          return f_(grad), Tensor();
        else
          return f_(grad);
      }
      F f_;
    };
    return add_hook(new Call(std::move(hook)));
  }
  unsigned add_hook(TensorHook* hook) const;  // takes over the hook
  void remove_hook(unsigned handle) const;
  // Of a leaf: hook(leaf) is called when a backward has added to its grad(). The handle is for remove_hook.
  template <class F>
  unsigned register_post_accumulate_grad_hook(F hook) const {
    struct Call final : TensorHook {
      explicit Call(F f) : f_(std::move(f)) {}
      Tensor operator()(const Tensor& leaf) override { return f_(leaf), Tensor(); }
      F f_;
    };
    return add_post_accumulate_hook(new Call(std::move(hook)));
  }
  unsigned add_post_accumulate_hook(TensorHook* hook) const;  // takes over the hook
  Tensor data() const;  // same memory, no history, writes through it are not tracked
  Tensor variable_data() const { return data(); }
  // Points this handle's tensor at another's memory and geometry (`x.data = y`).
  void set_data(const Tensor& source) const;

  // ---- conversion ----
  Tensor to(TensorOptions options, bool non_blocking = false, bool copy = false) const;
  Tensor to(ScalarType dtype, bool non_blocking = false, bool copy = false) const;
  Tensor to(Device device, bool non_blocking = false, bool copy = false) const;
  Tensor to(DeviceType device, bool non_blocking = false, bool copy = false) const {
    return to(Device(device), non_blocking, copy);
  }
  Tensor to(Device device, ScalarType dtype, bool non_blocking = false, bool copy = false) const {
    return to(TensorOptions(dtype).device(device), non_blocking, copy);
  }
  Tensor to(const Tensor& other) const { return to(other.options()); }
  Tensor cuda() const { return to(Device(kCUDA)); }  // an Error: this build computes on the CPU
  Tensor cpu() const { return *this; }
  Tensor toType(ScalarType type) const { return to(type); }
  Tensor toBackend(Backend backend) const { return backend == Backend::CPU ? cpu() : cuda(); }
  // Itself: without an accelerator there is no one to pin memory for.
  Tensor pin_memory() const { return *this; }
  Tensor contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  std::string toString() const;

  // ---- indexing: x[i], x.index({Slice(1), "...", idx}), x.index_put_({…}, value) ----
  Tensor operator[](int64_t index) const;
  Tensor operator[](const Tensor& index) const;
  Tensor index(ArrayRef<indexing::TensorIndex> indices) const;
  Tensor index(std::initializer_list<indexing::TensorIndex> indices) const;
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Tensor& values) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Tensor& values) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Scalar& value) const;

  Tensor& operator+=(const Tensor& other) const;
  Tensor& operator+=(const Scalar& other) const;
  Tensor& operator-=(const Tensor& other) const;
  Tensor& operator-=(const Scalar& other) const;
  Tensor& operator*=(const Tensor& other) const;
  Tensor& operator*=(const Scalar& other) const;
  Tensor& operator/=(const Tensor& other) const;
  Tensor& operator/=(const Scalar& other) const;

  // ---- every op of the table that is a method ----
#include "rushlight/generated/tensor_methods.inc"

 private:
  [[noreturn]] static void raise_undefined();
  static void expect_fits(const Scalar& value, ScalarType type);
  void expect_type(ScalarType type) const;
  void expect_dims(int64_t dims) const;
  TensorImpl* impl_;
};

// A number or a tensor of one element, for arguments that take either.
std::string to_string(const Tensor& tensor);

}  // namespace rushlight
