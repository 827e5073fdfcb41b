// Views of complex tensors as pairs of reals.
#include "cpu/complex_view.h"

#include "core/thread_pool.h"
#include "cpu/dispatch.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"

namespace rushlight::cpu {

Tensor real_view(const Tensor& self) {
  check_not_implemented(self.dim() < TensorImpl::kMaxDims, "complex tensors of {} dimensions have no such operation",
                        self.dim());
  DimVector sizes = self.sizes(), strides;
  const int64_t step = self.numel() == 0 ? 0 : 2;  // strides of an empty tensor may be of any size
  for (int64_t s : self.strides()) strides.push_back(step * s);
  sizes.push_back(2);
  strides.push_back(1);
  Tensor view = detail::alias(self);
  TensorImpl* impl = view.impl();
  impl->dtype = to_real_type(self.dtype());
  impl->offset *= 2;
  impl->set_geometry(sizes, strides);
  return view;
}

plan::DimMask real_mask(plan::DimMask mask, const Tensor& self, bool parts) {
  mask[static_cast<size_t>(self.dim())] = parts;
  return mask;
}

Tensor magnitudes(const Tensor& self, ScalarType dtype) {
  const Tensor x = dense(self, to_complex_type(dtype));
  Tensor out = detail::allocate_tensor(x.sizes(), dtype);
  const auto run = [&]<class T>(T* to) {
    const auto* from = static_cast<const Complex<T>*>(x.data_ptr());
    parallel_for(x.numel(), 4096, 4, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) to[i] = abs(from[i]);
    });
  };
  if (dtype == kFloat)
    run(static_cast<float*>(out.data_ptr()));
  else
    run(static_cast<double*>(out.data_ptr()));
  return out;
}

}  // namespace rushlight::cpu
