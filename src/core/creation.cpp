// tensor() and from_blob().
#include "rushlight/creation.h"

#include <algorithm>

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
  }
}

namespace {

// Converts rows of Scalars in a type that holds all of them exactly.
Tensor filled(const TensorData& data, ScalarType type) {
  Tensor out = empty(data.sizes(), TensorOptions(type));
  const auto fill = [&]<class T>(T* to) {
    for (const Scalar& s : data.values()) *to++ = s.to<T>();
  };
  if (type == kDouble)
    fill(out.data_ptr<double>());
  else if (type == kLong)
    fill(out.data_ptr<int64_t>());
  else
    fill(out.data_ptr<bool>());
  return out;
}

}  // namespace

Tensor tensor(const TensorData& data, TensorOptions options) {
  ScalarType widest = data.values().empty() ? kDouble : kBool;
  for (const Scalar& s : data.values()) {
    if (s.isFloatingPoint())
      widest = kDouble;
    else if (!s.isBoolean() && widest == kBool)
      widest = kLong;
  }
  const ScalarType natural = widest == kDouble ? get_default_dtype() : widest;
  Tensor out = filled(data, widest).to(options.has_dtype() ? options.dtype() : natural);
  if (options.requires_grad()) out.requires_grad_();
  return out;
}

Tensor tensor_from(const void* data, int64_t count, ScalarType type, TensorOptions options) {
  NoGradGuard no_grad;
  const ScalarType natural = is_floating_point(type) ? get_default_dtype() : is_integral(type, false) ? kLong : type;
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
