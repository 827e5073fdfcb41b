// Lane types F32, F64, I32, I64: one native vector of the ISA this unit is compiled for, and their masks.
//
// Only units compiled per ISA (-DRL_ISA=…, -DRL_ISA_LEVEL=0|1|2) may include this. No STL.
#pragma once

#if RL_ISA_LEVEL == 0
#include "math/raw_base.h"
#elif RL_ISA_LEVEL == 1
#include "math/raw_avx2.h"
#else
#include "math/raw_avx512.h"
#endif

namespace rushlight::cpu::RL_ISA {

// One truth value per lane of a vector with kBytes-byte elements; F32 and I32 share a mask type, F64 and I64 another.
template <int kBytes>
struct LaneMask {
  using Raw = typename raw::MaskOf<kBytes>::Raw;
  static constexpr int kLanes = kVectorBytes / kBytes;
  static constexpr unsigned kAllBits = (1u << kLanes) - 1;
  Raw m;

  LaneMask() = default;
  explicit LaneMask(Raw raw) : m(raw) {}
  friend LaneMask operator&(LaneMask a, LaneMask b) { return LaneMask((Raw)(a.m & b.m)); }
  friend LaneMask operator|(LaneMask a, LaneMask b) { return LaneMask((Raw)(a.m | b.m)); }
  friend LaneMask operator^(LaneMask a, LaneMask b) { return LaneMask((Raw)(a.m ^ b.m)); }
  friend LaneMask operator~(LaneMask a) { return LaneMask((Raw)~a.m); }
  unsigned bits() const { return raw::mask_bits(m); }
  bool any() const { return bits() != 0; }
  bool all() const { return bits() == kAllBits; }
  void store_bool(uint8_t* p) const { raw::store_bool(m, p); }
  void store_bool(uint8_t* p, int n) const { raw::store_bool(m, p, n); }
};

template <class S>
struct Lanes {
  using T = S;
  using Raw = typename raw::Of<S>::Vector;
  using Unaligned = typename raw::Of<S>::Unaligned;
  using Unsigned = typename raw::Of<S>::Unsigned;
  using Int = Lanes<typename raw::Of<S>::IntScalar>;
  using Mask = LaneMask<(int)sizeof(S)>;
  static constexpr int kLanes = kVectorBytes / (int)sizeof(S);
  static constexpr bool kIsFloat = S(0.5) != S(0);
  Raw v;

  Lanes() = default;
  explicit Lanes(Raw raw) : v(raw) {}
  explicit Lanes(S scalar) : v(scalar - Raw{}) {}  // x - 0 is x for every x, -0 included

  static Lanes load(const S* p) { return Lanes(*(const Unaligned*)p); }
  void store(S* p) const { *(Unaligned*)p = v; }
  // The first n < kLanes elements; the other lanes are 1, so that a division by them stays defined.
  static Lanes load(const S* p, int n) { return Lanes(raw::load_partial(p, n)); }
  void store(S* p, int n) const { raw::store_partial(p, v, n); }

  // Integers wrap.
  friend Lanes operator+(Lanes a, Lanes b) {
    if constexpr (kIsFloat)
      return Lanes(a.v + b.v);
    else
      return Lanes((Raw)((Unsigned)a.v + (Unsigned)b.v));
  }
  friend Lanes operator-(Lanes a, Lanes b) {
    if constexpr (kIsFloat)
      return Lanes(a.v - b.v);
    else
      return Lanes((Raw)((Unsigned)a.v - (Unsigned)b.v));
  }
  friend Lanes operator*(Lanes a, Lanes b) {
    if constexpr (kIsFloat)
      return Lanes(a.v * b.v);
    else
      return Lanes((Raw)((Unsigned)a.v * (Unsigned)b.v));
  }
  friend Lanes operator-(Lanes a) {
    if constexpr (kIsFloat)
      return Lanes(-a.v);
    else
      return Lanes((Raw)(-(Unsigned)a.v));
  }
  Lanes& operator+=(Lanes b) { return *this = *this + b; }
  Lanes& operator-=(Lanes b) { return *this = *this - b; }
  Lanes& operator*=(Lanes b) { return *this = *this * b; }

  friend Mask operator<(Lanes a, Lanes b) { return Mask(raw::less(a.v, b.v)); }
  friend Mask operator<=(Lanes a, Lanes b) { return Mask(raw::less_equal(a.v, b.v)); }
  friend Mask operator>(Lanes a, Lanes b) { return Mask(raw::less(b.v, a.v)); }
  friend Mask operator>=(Lanes a, Lanes b) { return Mask(raw::less_equal(b.v, a.v)); }
  friend Mask operator==(Lanes a, Lanes b) { return Mask(raw::equal(a.v, b.v)); }
  friend Mask operator!=(Lanes a, Lanes b) { return ~(a == b); }
};

using F32 = Lanes<float>;
using F64 = Lanes<double>;
using I32 = Lanes<int32_t>;
using I64 = Lanes<int64_t>;

template <int kBytes>
inline bool any(LaneMask<kBytes> m) {
  return m.any();
}
template <int kBytes>
inline bool all(LaneMask<kBytes> m) {
  return m.all();
}

// a where the mask holds, b elsewhere; both are always computed.
template <class S>
inline Lanes<S> where(typename Lanes<S>::Mask m, Lanes<S> a, Lanes<S> b) {
  return Lanes<S>(raw::select(m.m, a.v, b.v));
}
template <int kBytes>
inline LaneMask<kBytes> where(LaneMask<kBytes> m, LaneMask<kBytes> a, LaneMask<kBytes> b) {
  return (m & a) | (~m & b);
}

inline F32 operator/(F32 a, F32 b) { return F32(a.v / b.v); }
inline F64 operator/(F64 a, F64 b) { return F64(a.v / b.v); }

// Whole-number bit operations. A shift by less than 0 or by the width or more gives 0, or the sign for >>.
#define RL_LANES_BITS(V)                                                          \
  inline V operator&(V a, V b) { return V(a.v & b.v); }                           \
  inline V operator|(V a, V b) { return V(a.v | b.v); }                           \
  inline V operator^(V a, V b) { return V(a.v ^ b.v); }                           \
  inline V operator~(V a) { return V(~a.v); }                                     \
  inline V operator<<(V a, V count) { return V(raw::shift_left(a.v, count.v)); }  \
  inline V operator>>(V a, V count) { return V(raw::shift_right(a.v, count.v)); } \
  inline V shift_left(V a, int count) { return V(a.v << count); }                 \
  inline V shift_right_logical(V a, int count) { return V((V::Raw)((V::Unsigned)a.v >> count)); }
RL_LANES_BITS(I32)
RL_LANES_BITS(I64)
#undef RL_LANES_BITS

// The same bits seen as the other kind of number.
inline I32 as_int(F32 a) { return I32((raw::VI32)a.v); }
inline I64 as_int(F64 a) { return I64((raw::VI64)a.v); }
inline F32 as_float(I32 a) { return F32((raw::VF32)a.v); }
inline F64 as_float(I64 a) { return F64((raw::VF64)a.v); }

// F32 and I32 lanes as the low and the high half in F64, and back (rounding to nearest; to_int and narrow_to_int cut).
inline F64 widen_low(F32 a) { return F64(raw::widen_low(a.v)); }
inline F64 widen_high(F32 a) { return F64(raw::widen_high(a.v)); }
inline F64 widen_low(I32 a) { return F64(raw::widen_low(a.v)); }
inline F64 widen_high(I32 a) { return F64(raw::widen_high(a.v)); }
inline F32 narrow(F64 low, F64 high) { return F32(raw::narrow(low.v, high.v)); }
inline I32 narrow_to_int(F64 low, F64 high) { return I32(raw::narrow_to_int(low.v, high.v)); }
inline F32 to_float(I32 a) { return F32(raw::to_float(a.v)); }
inline I32 to_int(F32 a) { return I32(raw::to_int(a.v)); }

// a * b + c with one rounding; for integers, wrapping.
inline F32 fma(F32 a, F32 b, F32 c) { return F32(raw::fma(a.v, b.v, c.v)); }
inline F64 fma(F64 a, F64 b, F64 c) { return F64(raw::fma(a.v, b.v, c.v)); }
inline I32 fma(I32 a, I32 b, I32 c) { return a * b + c; }
inline I64 fma(I64 a, I64 b, I64 c) { return a * b + c; }

// f for every lane by itself: the way to scalar library functions.
template <class V, class Fn>
inline V per_lane(V a, Fn f) {
  typename V::T x[V::kLanes];
  a.store(x);
  for (int i = 0; i < V::kLanes; ++i) x[i] = (typename V::T)f(x[i]);
  return V::load(x);
}
template <class V, class Fn>
inline V per_lane(V a, V b, Fn f) {
  typename V::T x[V::kLanes], y[V::kLanes];
  a.store(x);
  b.store(y);
  for (int i = 0; i < V::kLanes; ++i) x[i] = (typename V::T)f(x[i], y[i]);
  return V::load(x);
}

}  // namespace rushlight::cpu::RL_ISA
