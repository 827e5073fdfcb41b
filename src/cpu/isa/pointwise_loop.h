// The one loop of pointwise kernels: loads, calls a functor on lanes, stores lanes or bytes 0/1.
#pragma once

#include "cpu/pointwise_args.h"
#include "math/complex_lanes.h"
#include "math/lanes.h"
#include "math/unsigned_lane.h"

namespace rushlight::cpu::RL_ISA {

template <int... kI>
struct Indices {};
template <int kCount, int... kI>
struct MakeIndices : MakeIndices<kCount - 1, kCount - 1, kI...> {};
template <int... kI>
struct MakeIndices<0, kI...> {
  using type = Indices<kI...>;
};

template <class V>
inline void store_lanes(typename V::T* out, V value) {
  value.store(out);
}
template <class V>
inline void store_lanes(typename V::T* out, V value, int n) {
  value.store(out, n);
}
inline void store_lanes(uint8_t* out, U64Mask value) { value.store_bool(out); }
inline void store_lanes(uint8_t* out, U64Mask value, int n) { value.store_bool(out, n); }
template <int kBytes>
inline void store_lanes(uint8_t* out, LaneMask<kBytes> value) {
  value.store_bool(out);
}
template <int kBytes>
inline void store_lanes(uint8_t* out, LaneMask<kBytes> value, int n) {
  value.store_bool(out, n);
}

template <class Result>
struct StoredAs {
  using T = typename Result::T;
};
template <int kBytes>
struct StoredAs<LaneMask<kBytes>> {
  using T = uint8_t;
};
template <>
struct StoredAs<U64Mask> {
  using T = uint8_t;
};

// Note [Pointwise loop]
// An input that is one element for all is spread over one vector on the stack and read with step 0, so that one loop
// serves every mix of the two. The rest goes through the same vector code by partial loads and stores: the same bits
// wherever an element lies. Each vector is loaded before it is stored, so the output may be one of the inputs.
template <class V, class F, class Out, int... kIn, int... kParam>
inline void pointwise_run(int64_t n, Out* out, const typename V::T* const* from, const int64_t* steps,
                          const V* constants, Indices<kIn...>, Indices<kParam...>) {
  using T = typename V::T;
  constexpr int kInputs = sizeof...(kIn), kLanes = V::kLanes;
  const T* in[kInputs + 1] = {from[kIn]...};
  const int64_t step[kInputs + 1] = {steps[kIn]...};
  const V params[] = {constants[kParam]..., V(T(0))};
  [[maybe_unused]] const auto load_part = [&](int k, int64_t at, int count) {
    return step[k] != 0 ? V::load(in[k] + at, count) : V::load(in[k]);
  };
  // A first part up to where the output is aligned, whole vectors, the rest.
  int64_t i = 0;
  int part = n >= 8 * kLanes ? (int)(-(uintptr_t)out / sizeof(Out) % kLanes) : 0;
  for (;;) {
    if (part != 0) store_lanes(out + i, F::template call<V>(load_part(kIn, i, part)..., params[kParam]...), part);
    i += part;
    if (i == n) return;
    for (; i + kLanes <= n; i += kLanes)
      store_lanes(out + i, F::template call<V>(V::load(in[kIn] + i * step[kIn])..., params[kParam]...));
    part = (int)(n - i);
    if (part == 0) return;
  }
}

template <class V, class F, int... kIn, int... kParam>
inline void pointwise_loop_over(const PointwiseArgs& args, Indices<kIn...> inputs, Indices<kParam...> constants) {
  using T = typename V::T;
  constexpr int kInputs = sizeof...(kIn), kLanes = V::kLanes;
  const T* in[kInputs + 1] = {(const T*)args.in[kIn]...};
  const int64_t step[kInputs + 1] = {args.step[kIn]...};
  alignas(64) T spread[kInputs + 1][kLanes];
  const V params[] = {V(*(const T*)args.params[kParam])..., V(T(0))};
  using Result = decltype(F::template call<V>(V::load(in[kIn])..., params[kParam]...));
  auto* out = (typename StoredAs<Result>::T*)args.out;
  for (int64_t more = args.rows ? args.rows->more : 0;; --more) {
    const T* from[kInputs + 1] = {in[kIn]...};
    for (int k = 0; k < kInputs; ++k) {
      if (step[k] != 0) continue;
      V(*in[k]).store(spread[k]);
      from[k] = spread[k];
    }
    pointwise_run<V, F>(args.n, out, from, step, params, inputs, constants);
    if (more == 0) return;
    out += args.rows->out;
    for (int k = 0; k < kInputs; ++k) in[k] += args.rows->in[k];
  }
}

// F is `struct { template <class V> static auto call(V in…, V params…); }`, returning V or V::Mask.
template <class V, class F, int kInputs, int kParams>
void pointwise_loop(const PointwiseArgs& args) {
  pointwise_loop_over<V, F>(args, typename MakeIndices<kInputs>::type{}, typename MakeIndices<kParams>::type{});
}

// The same over planes. A result that is real (abs, comparisons) is stored as such.
template <class R>
inline void store_planes(void* out, int64_t i, ComplexLanes<Lanes<R>> value, int n) {
  R* to = (R*)out + i;
  if (n == Lanes<R>::kLanes) {
    value.re.store(to);
    value.im.store(to + kPlane);
  } else {
    value.re.store(to, n);
    value.im.store(to + kPlane, n);
  }
}
template <class Result>
inline void store_planes(void* out, int64_t i, Result value, int n, int lanes) {
  auto* to = (typename StoredAs<Result>::T*)out + i;
  if (n == lanes)
    store_lanes(to, value);
  else
    store_lanes(to, value, n);
}

template <class V, class F, int... kIn, int... kParam>
inline void complex_loop_over(const PointwiseArgs& args, Indices<kIn...>, Indices<kParam...>) {
  using R = typename V::Real;
  using T = typename V::T;
  constexpr int kLanes = V::kLanes;
  const auto one = [](const void* p) { return V(R(((const T*)p)[0]), R(((const T*)p)[1])); };
  const V params[] = {one(args.params[kParam])..., V(T(0))};
  for (int64_t i = 0; i < args.n; i += kLanes) {
    const int n = args.n - i < kLanes ? (int)(args.n - i) : kLanes;
    const auto load = [&](int k) {
      if (args.step[k] == 0) return one(args.in[k]);
      const T* p = (const T*)args.in[k] + i;
      if (n == kLanes) return V(R::load(p), R::load(p + kPlane));
      return V(R::load(p, n), R::load(p + kPlane, n));
    };
    const auto value = F::template call<V>(load(kIn)..., params[kParam]...);
    if constexpr (__is_same(decltype(value), const V))
      store_planes<T>(args.out, i, value, n);
    else
      store_planes(args.out, i, value, n, kLanes);
  }
}
template <class V, class F, int kInputs, int kParams>
void complex_loop(const PointwiseArgs& args) {
  complex_loop_over<V, F>(args, typename MakeIndices<kInputs>::type{}, typename MakeIndices<kParams>::type{});
}

}  // namespace rushlight::cpu::RL_ISA
