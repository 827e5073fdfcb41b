// Folding rows and columns: sums, products, extremes, moments, and their maps. See Note [The tree of a reduction].
#include "cpu/isa/reduce_kernels.h"

#include "cpu/isa/groups.h"

namespace rushlight::cpu::RL_ISA {
namespace {

constexpr int kChains = 4;       // groups in flight
constexpr int kFirstLevel = 16;  // additions a lane makes before it passes its sum on

struct Add {
  template <class V>
  static V join(V a, V b) {
    return a + b;
  }
  template <class T>
  static T join_scalar(T a, T b) {
    return (T)(a + b);
  }
  static constexpr bool kCascade = true;
};
struct Multiply {
  template <class V>
  static V join(V a, V b) {
    return a * b;
  }
  template <class T>
  static T join_scalar(T a, T b) {
    return (T)(a * b);
  }
  static constexpr bool kCascade = false;
};
struct Larger {
  template <class V>
  static V join(V a, V b) {
    return maximum(a, b);
  }
  template <class T>
  static T join_scalar(T a, T b) {
    return a != a ? a : a > b ? a : b;
  }
  static constexpr bool kCascade = false;
};
struct Smaller {
  template <class V>
  static V join(V a, V b) {
    return minimum(a, b);
  }
  template <class T>
  static T join_scalar(T a, T b) {
    return a != a ? a : a < b ? a : b;
  }
  static constexpr bool kCascade = false;
};
// Integers wrap: added and multiplied without a sign.
template <>
int64_t Add::join_scalar(int64_t a, int64_t b) {
  return (int64_t)((uint64_t)a + (uint64_t)b);
}
template <>
int64_t Multiply::join_scalar(int64_t a, int64_t b) {
  return (int64_t)((uint64_t)a * (uint64_t)b);
}

struct Same {
  template <class V>
  static V map(V x) {
    return x;
  }
};
struct Abs {
  template <class V>
  static V map(V x) {
    return abs(x);
  }
};
struct Square {
  template <class V>
  static V map(V x) {
    return x * x;
  }
};
struct NanToZero {
  template <class V>
  static V map(V x) {
    return where(isnan(x), V(0), x);
  }
};

template <class T>
struct Limits;
template <>
struct Limits<float> {
  static constexpr float kLow = -__builtin_inff(), kHigh = __builtin_inff();
};
template <>
struct Limits<double> {
  static constexpr double kLow = -__builtin_inf(), kHigh = __builtin_inf();
};
template <>
struct Limits<int32_t> {
  static constexpr int32_t kLow = INT32_MIN, kHigh = INT32_MAX;
};
template <>
struct Limits<int64_t> {
  static constexpr int64_t kLow = INT64_MIN, kHigh = INT64_MAX;
};

template <class Op, class T>
struct Identity {
  static constexpr T value = 0;
};
template <class T>
struct Identity<Multiply, T> {
  static constexpr T value = 1;
};
template <class T>
struct Identity<Larger, T> {
  static constexpr T value = Limits<T>::kLow;
};
template <class T>
struct Identity<Smaller, T> {
  static constexpr T value = Limits<T>::kHigh;
};

// What lies in lanes past the end: it changes nothing once mapped.
template <class Op, class Map, class T>
struct Filler {
  static constexpr T value = Identity<Op, T>::value;
};
template <class T>
struct Filler<Larger, Abs, T> {
  static constexpr T value = 0;
};

template <class V, class Op, class Map>
struct Fold {
  using T = typename V::T;
  using G = Group<V>;
  static constexpr T kIdentity = Identity<Op, T>::value, kFill = Filler<Op, Map, T>::value;
  static constexpr int64_t kStep = kChains * G::kWidth;

  static G take(const G& acc, const G& x) {
    return each(acc, x, [](V a, V b) { return Op::join(a, Map::map(b)); });
  }
  static G join(const G& a, const G& b) {
    return each(a, b, [](V x, V y) { return Op::join(x, y); });
  }
  static void take_all(G* acc, const T* p) {
    RL_GROUP_UNROLL
    for (int c = 0; c < kChains; ++c) acc[c] = take(acc[c], G::load(p + c * G::kWidth));
  }
  static T row(const T* p, int64_t n) {
    G acc[kChains];
    RL_GROUP_UNROLL
    for (int c = 0; c < kChains; ++c) acc[c] = G::set(kIdentity);
    int64_t i = 0;
    if constexpr (Op::kCascade) {
      if (n >= kFirstLevel * kStep) {
        G level[kChains];
        RL_GROUP_UNROLL
        for (int c = 0; c < kChains; ++c) level[c] = G::set(kIdentity);
        for (; i + kFirstLevel * kStep <= n; i += kFirstLevel * kStep) {
          G part[kChains];
          RL_GROUP_UNROLL
          for (int c = 0; c < kChains; ++c) part[c] = G::set(kIdentity);
          for (int k = 0; k < kFirstLevel; ++k) take_all(part, p + i + k * kStep);
          RL_GROUP_UNROLL
          for (int c = 0; c < kChains; ++c) level[c] = join(level[c], part[c]);
        }
        for (; i + kStep <= n; i += kStep) take_all(acc, p + i);
        RL_GROUP_UNROLL
        for (int c = 0; c < kChains; ++c) acc[c] = join(level[c], acc[c]);
      }
    }
    for (; i + kStep <= n; i += kStep) take_all(acc, p + i);
    RL_GROUP_UNROLL
    for (int c = 0; c < kChains; ++c, i += G::kWidth)
      if (i < n) acc[c] = take(acc[c], n - i >= G::kWidth ? G::load(p + i) : G::load_or(p + i, n - i, kFill));
    const G whole = n <= G::kWidth ? acc[0] : join(join(acc[0], acc[1]), join(acc[2], acc[3]));
    return fold(whole, [](V a, V b) { return Op::join(a, b); });
  }

  // sums[j] joined with the rows' elements, kFirstLevel rows at a time: each stretch of columns stays in registers.
  static void column_block(const T* p, int64_t rows, int64_t stride, int64_t columns, T* sums) {
    int64_t j = 0;
    for (; j + kStep <= columns; j += kStep) {
      G acc[kChains];
      RL_GROUP_UNROLL
      for (int c = 0; c < kChains; ++c) acc[c] = G::set(kIdentity);
      for (int64_t i = 0; i < rows; ++i) take_all(acc, p + i * stride + j);
      RL_GROUP_UNROLL
      for (int c = 0; c < kChains; ++c) join(G::load(sums + j + c * G::kWidth), acc[c]).store(sums + j + c * G::kWidth);
    }
    for (; j < columns; j += G::kWidth) {
      const int64_t rest = columns - j;
      G acc = G::set(kIdentity);
      if (rest >= G::kWidth) {
        for (int64_t i = 0; i < rows; ++i) acc = take(acc, G::load(p + i * stride + j));
      } else {
        for (int64_t i = 0; i < rows; ++i) acc = take(acc, G::load_or(p + i * stride + j, rest, kFill));
      }
      join(G::load(sums + j), acc).store(sums + j);
    }
  }
  // `sums` has room for kColumnTile elements.
  static void columns(const T* p, int64_t rows, int64_t stride, int64_t columns, T* sums) {
    for (int64_t j = 0; j < columns; j += G::kWidth) G::set(kIdentity).store(sums + j);
    for (int64_t i = 0; i < rows; i += kFirstLevel)
      column_block(p + i * stride, rows - i < kFirstLevel ? rows - i : kFirstLevel, stride, columns, sums);
  }
};

template <class A, class B>
struct IsSame {
  static constexpr bool value = false;
};
template <class A>
struct IsSame<A, A> {
  static constexpr bool value = true;
};

// One Reducer: accumulators of type A.
template <class V, class Op, class Map, class A>
struct Make {
  using T = typename V::T;
  static void rows(const void* p, int64_t n, void* acc) { *(A*)acc = (A)Fold<V, Op, Map>::row((const T*)p, n); }
  static void columns(const void* p, int64_t rows, int64_t stride, int64_t columns, void* acc) {
    alignas(64) T sums[kColumnTile];
    Fold<V, Op, Map>::columns((const T*)p, rows, stride, columns, sums);
    if constexpr (IsSame<A, T>::value) {
      memcpy(acc, sums, (size_t)columns * sizeof(T));
    } else {
      for (int64_t j = 0; j < columns; ++j) ((A*)acc)[j] = (A)sums[j];
    }
  }
  static void join(void* into, const void* other, int64_t count) {
    A* a = (A*)into;
    const A* b = (const A*)other;
    for (int64_t i = 0; i < count; ++i) a[i] = Op::join_scalar(a[i], b[i]);
  }
  static constexpr Reducer reducer = {(int32_t)sizeof(A), rows, columns, join};
};

// ---- moments: the mean first, then the squares of distances from it, corrected for the mean's own rounding ----------

template <class V>
struct MakeMoments {
  using T = typename V::T;
  using G = Group<V>;

  static void rows(const void* raw, int64_t n, void* acc) {
    const T* p = (const T*)raw;
    Moments& out = *(Moments*)acc;
    out = {(double)n, 0, 0};
    if (n == 0) return;
    const T mean = (T)((double)Fold<V, Add, Same>::row(p, n) / (double)n);
    const V center(mean);
    double off = 0, squares = 0;
    constexpr int64_t kPart = 1024;
    for (int64_t i = 0; i < n; i += kPart) part(p + i, n - i < kPart ? n - i : kPart, center, off, squares);
    out.mean = (double)mean + off / (double)n;
    out.m2 = squares - off * (off / (double)n);
  }
  static void part(const T* p, int64_t n, V center, double& off, double& squares) {
    G d[2] = {G::set(0), G::set(0)}, s[2] = {G::set(0), G::set(0)};
    int64_t i = 0;
    const auto take = [&](int c, const G& x) {
      const G y = each(x, [&](V v) { return v - center; });
      d[c] = each(d[c], y, [](V a, V b) { return a + b; });
      s[c] = each(s[c], y, [](V a, V b) { return a + b * b; });
    };
    for (; i + 2 * G::kWidth <= n; i += 2 * G::kWidth) {
      take(0, G::load(p + i));
      take(1, G::load(p + i + G::kWidth));
    }
    if (i + G::kWidth <= n) {
      take(0, G::load(p + i));
      i += G::kWidth;
    }
    if (i < n) take(1, G::load_or(p + i, n - i, center.v[0]));
    const auto add = [](V a, V b) { return a + b; };
    off += (double)fold(each(d[0], d[1], add), add);
    squares += (double)fold(each(s[0], s[1], add), add);
  }

  static void columns(const void* raw, int64_t rows, int64_t stride, int64_t columns, void* acc) {
    const T* p = (const T*)raw;
    alignas(64) T mean[kColumnTile], off[kColumnTile], squares[kColumnTile];
    Fold<V, Add, Same>::columns(p, rows, stride, columns, mean);
    const double count = (double)rows;
    for (int64_t j = 0; j < columns; ++j) mean[j] = (T)((double)mean[j] / count);
    for (int64_t j = columns; j < kColumnTile && j % G::kWidth != 0; ++j) mean[j] = 0;
    for (int64_t j = 0; j < columns; j += G::kWidth) {
      const int64_t width = columns - j;
      const G center = G::load(mean + j);
      G d = G::set(0), s = G::set(0);
      for (int64_t i = 0; i < rows; i += kFirstLevel) {
        const int64_t end = rows - i < kFirstLevel ? rows : i + kFirstLevel;
        G d1 = G::set(0), s1 = G::set(0);
        for (int64_t k = i; k < end; ++k) {
          const T* row = p + k * stride + j;
          const G x = width >= G::kWidth ? G::load(row) : G::load_or(row, width, 0);
          const G y = each(x, center, [](V a, V b) { return a - b; });
          d1 = each(d1, y, [](V a, V b) { return a + b; });
          s1 = each(s1, y, [](V a, V b) { return a + b * b; });
        }
        d = each(d, d1, [](V a, V b) { return a + b; });
        s = each(s, s1, [](V a, V b) { return a + b; });
      }
      d.store(off + j);
      s.store(squares + j);
    }
    Moments* out = (Moments*)acc;
    for (int64_t j = 0; j < columns; ++j) {
      const double o = (double)off[j];
      out[j] = {count, (double)mean[j] + o / count, (double)squares[j] - o * (o / count)};
    }
  }
  static void join(void* into, const void* other, int64_t count) {
    Moments* a = (Moments*)into;
    const Moments* b = (const Moments*)other;
    for (int64_t i = 0; i < count; ++i) {
      if (b[i].count == 0) continue;
      if (a[i].count == 0) {
        a[i] = b[i];
        continue;
      }
      const double total = a[i].count + b[i].count, delta = b[i].mean - a[i].mean;
      a[i].mean += delta * (b[i].count / total);
      a[i].m2 += b[i].m2 + delta * delta * (a[i].count * b[i].count / total);
      a[i].count = total;
    }
  }
  static constexpr Reducer reducer = {(int32_t)sizeof(Moments), rows, columns, join};
};

// ---- bytes ----------------------------------------------------------------------------------------------------------

inline int64_t word_at(const uint8_t* p, int64_t n) {  // up to 8 bytes, zeros after them
  int64_t w = 0;
  memcpy(&w, p, (size_t)(n < 8 ? n : 8));
  return w;
}
constexpr int64_t kOnes = 0x0101010101010101, kTops = (int64_t)0x8080808080808080u;
// Has a top bit where a byte is zero (and perhaps in bytes above it).
inline I64 zero_bytes(I64 v) { return (v - I64(kOnes)) & ~v & I64(kTops); }

template <bool kAll>
void bytes_rows(const void* raw, int64_t n, void* acc) {
  const auto* p = (const uint8_t*)raw;
  constexpr int64_t kBytes = kVectorBytes, kPart = 64 * kBytes;
  int64_t i = 0;
  bool found = false;
  const auto look = [](const uint8_t* at) {
    const I64 v = I64::load((const int64_t*)at);
    return kAll ? zero_bytes(v) : v;
  };
  for (; i + kBytes <= n && !found;) {
    const int64_t end = n - i < kPart ? n - kBytes : i + kPart - kBytes;
    I64 seen(0);
    for (; i <= end; i += kBytes) seen = seen | look(p + i);
    found = any(seen != I64(0));
  }
  for (; i < n && !found; ++i) found = (p[i] == 0) == kAll;
  *(uint8_t*)acc = kAll ? !found : found;
}
template <bool kAll>
void bytes_columns(const void* raw, int64_t rows, int64_t stride, int64_t columns, void* acc) {
  const auto* p = (const uint8_t*)raw;
  auto* out = (uint8_t*)acc;
  typedef uint8_t Bytes __attribute__((vector_size(kVectorBytes), aligned(1), may_alias));
  for (int64_t j = 0; j < columns; ++j) out[j] = kAll;
  for (int64_t i = 0; i < rows; ++i) {
    const uint8_t* row = p + i * stride;
    int64_t j = 0;
    for (; j + kVectorBytes <= columns; j += kVectorBytes) {
      const Bytes truth = (Bytes)(*(const Bytes*)(row + j) != 0) & 1;
      if constexpr (kAll)
        *(Bytes*)(out + j) &= truth;
      else
        *(Bytes*)(out + j) |= truth;
    }
    for (; j < columns; ++j) out[j] = kAll ? out[j] & (row[j] != 0) : out[j] | (row[j] != 0);
  }
}
template <bool kAll>
void bytes_join(void* into, const void* other, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    uint8_t& a = ((uint8_t*)into)[i];
    a = kAll ? a & ((const uint8_t*)other)[i] : a | ((const uint8_t*)other)[i];
  }
}
void count_rows(const void* raw, int64_t n, void* acc) {
  const auto* p = (const uint8_t*)raw;
  uint64_t total = 0;
  int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    uint64_t part = 0;
    for (int k = 0; k < 8; ++k) part += (uint64_t)word_at(p + i + 8 * k, 8);
    total += ((part & 0x00ff00ff00ff00ffu) * 0x0001000100010001u >> 48) +
             ((part >> 8 & 0x00ff00ff00ff00ffu) * 0x0001000100010001u >> 48);
  }
  for (; i < n; i += 8) total += (uint64_t)word_at(p + i, n - i) * (uint64_t)kOnes >> 56;
  *(int64_t*)acc = (int64_t)total;
}
void count_columns(const void* raw, int64_t rows, int64_t stride, int64_t columns, void* acc) {
  const auto* p = (const uint8_t*)raw;
  auto* out = (int64_t*)acc;
  for (int64_t j = 0; j < columns; j += 64) {
    const int64_t width = columns - j < 64 ? columns - j : 64;
    int64_t sums[64] = {};
    for (int64_t i = 0; i < rows; i += 128) {
      uint8_t part[64] = {};
      const int64_t end = rows - i < 128 ? rows : i + 128;
      for (int64_t k = i; k < end; ++k)
        for (int64_t c = 0; c < width; ++c) part[c] = (uint8_t)(part[c] + p[k * stride + j + c]);
      for (int64_t c = 0; c < width; ++c) sums[c] += part[c];
    }
    for (int64_t c = 0; c < width; ++c) out[j + c] = sums[c];
  }
}

// ---- places of extremes ---------------------------------------------------------------------------------------------

template <class V>
int64_t find(const void* raw, int64_t n, const void* wanted) {
  using T = typename V::T;
  const T* p = (const T*)raw;
  const T value = *(const T*)wanted;
  const bool nan = value != value;
  const V v(value);
  int64_t i = 0;
  for (; i + V::kLanes <= n; i += V::kLanes) {
    const V x = V::load(p + i);
    const auto hit = nan ? x != x : x == v;
    if (hit.any()) return i + __builtin_ctz(hit.bits());
  }
  for (; i < n; ++i)
    if (nan ? p[i] != p[i] : p[i] == value) return i;
  return n;
}

template <class V, class Op>
void arg_columns(const void* raw, int64_t rows, int64_t stride, int64_t columns, void* best, int64_t* at) {
  using T = typename V::T;
  using Int = typename V::Int;
  const T* p = (const T*)raw;
  for (int64_t j = 0; j < columns; j += V::kLanes) {
    const int64_t width = columns - j;
    V top = load_or<V>(p + j, width, T(0));
    Int place(0);
    for (int64_t i = 1; i < rows; ++i) {
      const V x = load_or<V>(p + i * stride + j, width, T(0));
      auto better = IsSame<Op, Larger>::value ? x > top : x < top;
      if constexpr (V::kIsFloat) better = (better | isnan(x)) & ~isnan(top);
      top = where(better, x, top);
      place = where(better, Int((typename Int::T)i), place);
    }
    typename Int::T places[V::kLanes];
    place.store(places);
    const int count = (int)(width < V::kLanes ? width : V::kLanes);
    if (count == V::kLanes)
      top.store((T*)best + j);
    else
      top.store((T*)best + j, count);
    for (int k = 0; k < count; ++k) at[j + k] = places[k];
  }
}

template <class V, class Op>
void replace(void* raw, const void* other, int64_t n) {
  using T = typename V::T;
  T* into = (T*)raw;
  const T* from = (const T*)other;
  const auto better = [](V a, V b) { return where((a != a) | (IsSame<Op, Larger>::value ? b <= a : b >= a), a, b); };
  int64_t i = 0;
  for (; i + V::kLanes <= n; i += V::kLanes) better(V::load(into + i), V::load(from + i)).store(into + i);
  const int rest = (int)(n - i);
  if (rest > 0) better(V::load(into + i, rest), V::load(from + i, rest)).store(into + i, rest);
}

}  // namespace

#define RL_REDUCERS(Op, Map, A) {Make<F32, Op, Map, A>::reducer, Make<F64, Op, Map, double>::reducer}
extern const ReduceKernels kReduce;
const ReduceKernels kReduce = {
    {Make<F32, Add, Same, double>::reducer, Make<F64, Add, Same, double>::reducer,
     Make<I64, Add, Same, int64_t>::reducer},
    {Make<F32, Multiply, Same, double>::reducer, Make<F64, Multiply, Same, double>::reducer,
     Make<I64, Multiply, Same, int64_t>::reducer},
    RL_REDUCERS(Add, Abs, double),
    RL_REDUCERS(Add, Square, double),
    RL_REDUCERS(Add, NanToZero, double),
    {Make<F32, Larger, Same, float>::reducer, Make<F64, Larger, Same, double>::reducer,
     Make<I64, Larger, Same, int64_t>::reducer, Make<I32, Larger, Same, int32_t>::reducer},
    {Make<F32, Smaller, Same, float>::reducer, Make<F64, Smaller, Same, double>::reducer,
     Make<I64, Smaller, Same, int64_t>::reducer, Make<I32, Smaller, Same, int32_t>::reducer},
    RL_REDUCERS(Larger, Abs, float),
    RL_REDUCERS(Smaller, Abs, float),
    {MakeMoments<F32>::reducer, MakeMoments<F64>::reducer},
    {1, bytes_rows<false>, bytes_columns<false>, bytes_join<false>},
    {1, bytes_rows<true>, bytes_columns<true>, bytes_join<true>},
    {8, count_rows, count_columns, Make<I64, Add, Same, int64_t>::join},
    {find<F32>, find<F64>, find<I64>, find<I32>},
    {{arg_columns<F32, Larger>, arg_columns<F64, Larger>, arg_columns<I64, Larger>, arg_columns<I32, Larger>},
     {arg_columns<F32, Smaller>, arg_columns<F64, Smaller>, arg_columns<I64, Smaller>, arg_columns<I32, Smaller>}},
    {{replace<F32, Larger>, replace<F64, Larger>, replace<I64, Larger>, replace<I32, Larger>},
     {replace<F32, Smaller>, replace<F64, Smaller>, replace<I64, Smaller>, replace<I32, Smaller>}},
};
#undef RL_REDUCERS

}  // namespace rushlight::cpu::RL_ISA
