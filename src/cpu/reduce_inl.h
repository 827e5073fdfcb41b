// The template part of cpu/reduce.h.
#pragma once
#include "cpu/dispatch.h"

namespace rushlight::cpu {

template <class Acc, class F>
void reduce_into(const Tensor& self, const plan::DimMask& mask, ScalarType compute, const Reducer& reducer, Tensor& out,
                 const F& f) {
  dispatch(out.dtype(), "reduce", [&]<class T>() {
    struct Context {
      T* out;
      const F* f;
    } context{static_cast<T*>(out.data_ptr()), &f};
    const auto call = [](void* raw, const void* acc, int64_t count, int64_t offset, int64_t stride) {
      const Context& c = *static_cast<const Context*>(raw);
      const Acc* a = static_cast<const Acc*>(acc);
      T* to = c.out + offset;
      for (int64_t i = 0; i < count; ++i) to[i * stride] = store<T>((*c.f)(a[i]));
    };
    reduce(self, mask, compute, reducer, {&context, call});
  });
}

}  // namespace rushlight::cpu
