// tensor() and from_blob().
#include "rushlight/creation.h"

#include <algorithm>

#include "core/scalar_checks.h"
#include "cpu/dispatch.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {

TensorData::TensorData(std::initializer_list<TensorData> items) {
  sizes_.push_back(static_cast<int64_t>(items.size()));
  if (items.size() == 0) return;
  const IntArrayRef inner = items.begin()->sizes();
  for (const int64_t n : inner) sizes_.push_back(n);
  for (const TensorData& item : items) {
    check_value(item.sizes() == inner, "tensor: the items of a list must have one shape, but got {} and {}", inner,
                item.sizes());
    values_.insert(values_.end(), item.values().begin(), item.values().end());
    if (item.complex_type_ == kComplexDouble) complex_type_ = kComplexDouble;
  }
}

namespace {

// int64, the default dtype, bool or a complex type: what the numbers ask for.
ScalarType natural_type(const TensorData& data) {
  if (data.values().empty()) return get_default_dtype();
  bool floating = false, whole = false;
  for (const Scalar& s : data.values()) {
    if (s.isComplex()) return data.complex_type();
    floating |= s.isFloatingPoint();
    whole |= s.isIntegral(false);
  }
  return floating ? get_default_dtype() : whole ? kLong : kBool;
}

}  // namespace

Tensor tensor(const TensorData& data, TensorOptions options) {
  const ScalarType type = options.has_dtype() ? options.dtype() : natural_type(data);
  Tensor out = empty(data.sizes(), options.dtype(type).requires_grad(false));
  cpu::dispatch_all(type, "tensor", [&]<class T>() {
    T* to = static_cast<T*>(out.data_ptr());
    for (const Scalar& s : data.values()) {
      check_fits(s, type);
      if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
        *to++ = cpu::store<T>(s.toDouble());
      else
        *to++ = s.to<T>();
    }
  });
  if (options.requires_grad()) out.requires_grad_();
  return out;
}

Tensor tensor_from(const void* data, int64_t count, ScalarType type, TensorOptions options) {
  NoGradGuard no_grad;
  const ScalarType natural = is_floating_point(type)                       ? get_default_dtype()
                             : is_integral(type, false) && type != kUInt64 ? kLong
                                                                           : type;
  Tensor out = from_blob(const_cast<void*>(data), {count}, TensorOptions(type))
                   .to(TensorOptions(options.has_dtype() ? options.dtype() : natural), false, true);
  if (options.requires_grad()) out.requires_grad_();
  return out;
}

Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, void (*deleter)(void*), void* context,
                 TensorOptions options) {
  for (const int64_t n : sizes) check(n >= 0, "from_blob: sizes must not be negative, but got {}", sizes);
  check(strides.empty() || strides.size() == sizes.size(), "from_blob: {} strides for {} sizes", strides.size(),
        sizes.size());
  check(data || std::find(sizes.begin(), sizes.end(), 0) != sizes.end(),
        "from_blob: no memory (a null pointer) for sizes {}", sizes);
  Tensor out = Tensor::steal(TensorImpl::make());
  TensorImpl* impl = out.impl();
  impl->dtype = options.dtype();
  if (strides.empty())
    impl->set_contiguous(sizes);
  else
    impl->set_geometry(sizes, strides);
  int64_t last = impl->count == 0 ? -1 : 0;
  for (size_t i = 0; i < sizes.size() && impl->count > 0; ++i) last += (sizes[i] - 1) * impl->strides()[i];
  impl->storage = Storage::borrow(data, static_cast<size_t>((last + 1) * element_size(impl->dtype)), deleter, context);
  if (options.requires_grad()) out.requires_grad_();
  return out;
}

Tensor from_blob(void* data, IntArrayRef sizes, TensorOptions options) {
  return from_blob(data, sizes, {}, [](void*) {}, nullptr, options);
}

Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, TensorOptions options) {
  return from_blob(data, sizes, strides, [](void*) {}, nullptr, options);
}

}  // namespace rushlight
