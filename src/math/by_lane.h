// Functions that are computed lane by lane in double by the scalar units (math/scalar.h); a float's answer is rounded once.
#pragma once

#include "math/basic.h"
#include "math/scalar.h"

namespace rushlight::cpu::RL_ISA {

#define RL_BY_LANE(name)                                                        \
  inline F32 name(F32 x) {                                                      \
    return per_lane(x, [](float a) { return (float)scalar::name((double)a); }); \
  }                                                                             \
  inline F64 name(F64 x) {                                                      \
    return per_lane(x, [](double a) { return scalar::name(a); });               \
  }
RL_BY_LANE(bessel_j0)
RL_BY_LANE(bessel_j1)
RL_BY_LANE(bessel_y0)
RL_BY_LANE(bessel_y1)
RL_BY_LANE(bessel_k0)
RL_BY_LANE(bessel_k1)
RL_BY_LANE(bessel_k0e)
RL_BY_LANE(bessel_k1e)
RL_BY_LANE(airy_ai)
RL_BY_LANE(airy_ai_prime)
#undef RL_BY_LANE

#define RL_BY_LANE_PAIR(name)                                                                          \
  inline F32 name(F32 x, F32 y) {                                                                      \
    return per_lane(x, y, [](float a, float b) { return (float)scalar::name((double)a, (double)b); }); \
  }                                                                                                    \
  inline F64 name(F64 x, F64 y) {                                                                      \
    return per_lane(x, y, [](double a, double b) { return scalar::name(a, b); });                      \
  }
RL_BY_LANE_PAIR(gamma_p)
RL_BY_LANE_PAIR(gamma_q)
#undef RL_BY_LANE_PAIR

// family and order are the same number in every lane.
template <class V>
inline V orthogonal_polynomial(V x, V n, V family, V order) {
  typename V::T which[V::kLanes], derivative[V::kLanes];
  family.store(which);
  order.store(derivative);
  return per_lane(x, n, [&](typename V::T a, typename V::T b) {
    return (typename V::T)scalar::orthogonal_polynomial((double)a, (double)b, (scalar::Polynomial)(int)which[0],
                                                        (int)derivative[0]);
  });
}

}  // namespace rushlight::cpu::RL_ISA
