// mt19937 in vectors, and what turns its words into uniform floats, coin flips and small integers.
#include "math/exp_log.h"

namespace rushlight::cpu::RL_ISA {
namespace {

using raw::VI64;
using raw::VU32;
using raw::VU64;

constexpr int kWords = 624, kMiddle = 397;
constexpr int kLanes32 = I32::kLanes, kLanes64 = I64::kLanes;

inline VU32 load_words(const uint32_t* p) {
  VU32 v;
  memcpy(&v, p, sizeof v);
  return v;
}
inline void store_words(uint32_t* p, VU32 v) { memcpy(p, &v, sizeof v); }
inline VU64 load_pairs(const uint32_t* p) {
  VU64 v;
  memcpy(&v, p, sizeof v);
  return v;
}

template <class V>
inline V twist(V word, V next, V middle) {
  const V mixed = (word & 0x80000000u) | (next & 0x7fffffffu);
  return middle ^ (mixed >> 1) ^ ((-(next & 1u)) & 0x9908b0dfu);
}
template <class V>
inline V temper(V y) {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

// state[i] = twist(state[i], state[i + 1], middle[i]) for i < n, where middle lies at least a vector away.
inline void twist_run(uint32_t* state, const uint32_t* middle, int n) {
  int i = 0;
  for (; i + kLanes32 <= n; i += kLanes32) {
    store_words(state + i, twist(load_words(state + i), load_words(state + i + 1), load_words(middle + i)));
  }
  for (; i < n; ++i) state[i] = twist(state[i], state[i + 1], middle[i]);
}

// 53-bit integers of word pairs, the first word of a pair being the high half, as exact doubles.
inline VU64 low_53_bits(VU64 pair) { return ((pair << 32) | (pair >> 32)) & ((uint64_t{1} << 53) - 1); }
inline F64 to_double_53(VU64 k) {
  const VU64 low = (k & 0xffffffffu) | 0x4330000000000000u;  // 2^52 + low half
  const VU64 high = (k >> 32) | 0x4530000000000000u;         // 2^84 + high half * 2^32
  return (F64((raw::VF64)high) - F64(0x1.00000001p84)) + F64((raw::VF64)low);
}

inline double double_53(const uint32_t* pair) {
  return (double)(((uint64_t)pair[0] << 32 | pair[1]) & (((uint64_t)1 << 53) - 1)) * 0x1p-53;
}

}  // namespace

void mt_refill(uint32_t* state) {
  twist_run(state, state + kMiddle, kWords - kMiddle);
  twist_run(state + kWords - kMiddle, state, kMiddle - 1);
  state[kWords - 1] = twist(state[kWords - 1], state[0], state[kMiddle - 1]);
}

void mt_temper(const uint32_t* state, uint32_t* out, int64_t n) {
  int64_t i = 0;
  for (; i + kLanes32 <= n; i += kLanes32) store_words(out + i, temper(load_words(state + i)));
  for (; i < n; ++i) out[i] = temper(state[i]);
}

// out[i] in [low, low + width) from one word each; `out` may be `words`. A value that rounds up to `high` becomes low.
void uniform_f32(const uint32_t* words, float* out, int64_t n, float low, float width, float high) {
  const F32 unit(0x1p-24f), at(low), by(width), end(high);
  const bool plain = low == 0.0f && width == 1.0f;
  for (int64_t i = 0; i < n; i += kLanes32) {
    const int64_t left = n - i;
    alignas(64) uint32_t part[kLanes32] = {};
    if (left < kLanes32) memcpy(part, words + i, (size_t)left * 4);
    const VU32 bits = (left < kLanes32 ? load_words(part) : load_words(words + i)) & 0xffffffu;
    F32 x = to_float(I32((raw::VI32)bits)) * unit;
    if (!plain) {
      x = fma(x, by, at);
      x = where(x == end, at, x);
    }
    if (left < kLanes32)
      x.store(out + i, (int)left);
    else
      x.store(out + i);
  }
}

// The same from two words each, with 53 bits.
void uniform_f64(const uint32_t* words, double* out, int64_t n, double low, double width, double high) {
  const F64 at(low), by(width), end(high);
  int64_t i = 0;
  for (; i + kLanes64 <= n; i += kLanes64) {
    const F64 x = fma(to_double_53(low_53_bits(load_pairs(words + 2 * i))) * F64(0x1p-53), by, at);
    where(x == end, at, x).store(out + i);
  }
  for (; i < n; ++i) {
    const double x = __builtin_fma(double_53(words + 2 * i), width, low);
    out[i] = x == high ? low : x;
  }
}

// out[i] = 1 where the 53-bit number of the i-th pair is below `bound`, else 0.
void coins(const uint32_t* words, uint8_t* out, int64_t n, int64_t bound) {
  int64_t i = 0;
  for (; i + kLanes64 <= n; i += kLanes64) {
    (I64((VI64)low_53_bits(load_pairs(words + 2 * i))) < I64(bound)).store_bool(out + i);
  }
  for (; i < n; ++i) {
    const uint64_t k = ((uint64_t)words[2 * i] << 32 | words[2 * i + 1]) & (((uint64_t)1 << 53) - 1);
    out[i] = (int64_t)k < bound;
  }
}

// words[i] %= range for 1 < range < 2^28. The quotient by a double reciprocal is off by at most one.
void remainders(uint32_t* words, int64_t n, uint32_t range) {
  const F64 inverse(1.0 / range), offset(0x1p31);
  const I32 r((int32_t)range), zero(0);
  int64_t i = 0;
  for (; i + kLanes32 <= n; i += kLanes32) {
    const I32 u = I32((raw::VI32)load_words(words + i)), shifted = u ^ I32((int32_t)0x80000000u);
    const I32 q = narrow_to_int((widen_low(shifted) + offset) * inverse, (widen_high(shifted) + offset) * inverse);
    I32 rest = u - q * r;
    rest = where(rest < zero, rest + r, rest);
    rest = where(rest >= r, rest - r, rest);
    store_words(words + i, (VU32)rest.v);
  }
  for (; i < n; ++i) words[i] %= range;
}

// Note [Exponential numbers]
// scale * log1p(-u) in double, rounded to float, bit for bit what the C library's log1p gives: 1 - u is exact, so log
// of it is the same number, and lanes where an error of 2^-49 could change the rounding are done again by the library.
void exponential_f32(const uint32_t* words, float* out, int64_t n, double scale) {
  int64_t i = 0;
  for (; i + kLanes32 <= n; i += kLanes32) {
    const auto sample = [&](const uint32_t* pairs) {
      const F64 rest = F64(1.0) - to_double_53(low_53_bits(load_pairs(pairs))) * F64(0x1p-53);
      return log(rest) * F64(scale) + F64(0.0);  // the library's 0 is a positive one
    };
    const F64 a = sample(words + 2 * i), b = sample(words + 2 * i + kLanes32);
    const F64 down(1 - 0x1p-49), up(1 + 0x1p-49);
    const F32 low = narrow(a * down, b * down);
    low.store(out + i);
    const unsigned doubtful = (low != narrow(a * up, b * up)).bits();
    for (unsigned rest = doubtful; rest; rest &= rest - 1) {
      const int64_t at = i + __builtin_ctz(rest);
      out[at] = (float)(scale * __builtin_log1p(-double_53(words + 2 * at)));
    }
  }
  for (; i < n; ++i) out[i] = (float)(scale * __builtin_log1p(-double_53(words + 2 * i)));
}

}  // namespace rushlight::cpu::RL_ISA
