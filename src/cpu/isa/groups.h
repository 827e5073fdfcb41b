// A group: 64 bytes of lanes as one to four vectors, so that code over groups gives the same tree on every ISA.
// Included by per-ISA units only.
#pragma once
#include "math/basic.h"

#define RL_GROUP_UNROLL _Pragma("GCC unroll 8")

namespace rushlight::cpu::RL_ISA {

alignas(64) static constexpr float kIotaF32[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
alignas(64) static constexpr double kIotaF64[8] = {0, 1, 2, 3, 4, 5, 6, 7};
alignas(64) static constexpr int32_t kIotaI32[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
alignas(64) static constexpr int64_t kIotaI64[8] = {0, 1, 2, 3, 4, 5, 6, 7};
inline F32 iota(F32*) { return F32::load(kIotaF32); }
inline F64 iota(F64*) { return F64::load(kIotaF64); }
inline I32 iota(I32*) { return I32::load(kIotaI32); }
inline I64 iota(I64*) { return I64::load(kIotaI64); }

// Lane numbers 0, 1, 2, … of one vector.
template <class V>
inline V iota() {
  return iota((V*)nullptr);
}

// The first n lanes of p (0 <= n <= kLanes), `fill` in the others.
template <class V>
inline V load_or(const typename V::T* p, int64_t n, typename V::T fill) {
  if (n >= V::kLanes) return V::load(p);
  if (n <= 0) return V(fill);
  return where(iota<V>() < V((typename V::T)n), V::load(p, (int)n), V(fill));
}

template <class V>
struct Group {
  using T = typename V::T;
  static constexpr int kRegs = 64 / kVectorBytes;
  static constexpr int kWidth = 64 / (int)sizeof(T);
  V r[kRegs];

  static Group set(T x) {
    Group g;
    RL_GROUP_UNROLL
    for (int i = 0; i < kRegs; ++i) g.r[i] = V(x);
    return g;
  }
  static Group load(const T* p) {
    Group g;
    RL_GROUP_UNROLL
    for (int i = 0; i < kRegs; ++i) g.r[i] = V::load(p + i * V::kLanes);
    return g;
  }
  static Group load_or(const T* p, int64_t n, T fill) {
    Group g;
    RL_GROUP_UNROLL
    for (int i = 0; i < kRegs; ++i) g.r[i] = RL_ISA::load_or<V>(p + i * V::kLanes, n - i * V::kLanes, fill);
    return g;
  }
  void store(T* p) const {
    RL_GROUP_UNROLL
    for (int i = 0; i < kRegs; ++i) r[i].store(p + i * V::kLanes);
  }
  void store(T* p, int64_t n) const {
    RL_GROUP_UNROLL
    for (int i = 0; i < kRegs; ++i) {
      const int64_t rest = n - i * V::kLanes;
      if (rest >= V::kLanes)
        r[i].store(p + i * V::kLanes);
      else if (rest > 0)
        r[i].store(p + i * V::kLanes, (int)rest);
    }
  }
};

template <class V, class F>
inline Group<V> each(const Group<V>& a, F f) {
  Group<V> g;
  RL_GROUP_UNROLL
  for (int i = 0; i < Group<V>::kRegs; ++i) g.r[i] = f(a.r[i]);
  return g;
}
template <class V, class F>
inline Group<V> each(const Group<V>& a, const Group<V>& b, F f) {
  Group<V> g;
  RL_GROUP_UNROLL
  for (int i = 0; i < Group<V>::kRegs; ++i) g.r[i] = f(a.r[i], b.r[i]);
  return g;
}

// v with its lane i + kHalf at lane i, for folding the upper half onto the lower.
template <int kHalf, class V>
inline V upper_half(V v) {
  typename V::Int::Raw order;
  for (int i = 0; i < V::kLanes; ++i) order[i] = (i + kHalf) % V::kLanes;
#if defined(__clang__)
  V moved = v;
  for (int i = 0; i < V::kLanes; ++i) moved.v[i] = v.v[order[i]];
  return moved;
#else
  return V(__builtin_shuffle(v.v, order));
#endif
}
template <int kHalf, class V, class F>
inline V fold_lanes(V v, F f) {
  if constexpr (kHalf == 0)
    return v;
  else
    return fold_lanes<kHalf / 2>(f(v, upper_half<kHalf>(v)), f);
}
// All lanes of a group into one number, upper half onto lower.
template <class V, class F>
inline typename V::T fold(const Group<V>& g, F f) {
  Group<V> a = g;
  for (int half = Group<V>::kRegs / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) a.r[i] = f(a.r[i], a.r[i + half]);
  return fold_lanes<V::kLanes / 2>(a.r[0], f).v[0];
}

}  // namespace rushlight::cpu::RL_ISA
