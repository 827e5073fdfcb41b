// Passes of the normalisation layers over rows, segments and columns; the same roundings on every ISA.
#include "cpu/isa/norm_kernels.h"

#include "cpu/isa/row_ops.h"

namespace rushlight::cpu::RL_ISA {
namespace {

template <class V>
struct Norm {
  using T = typename V::T;
  using G = Group<V>;

  // f over up to three inputs at element i; a null pointer reads as `other`.
  static G get(const T* p, int64_t i, int64_t k, T other) { return p ? load_group<V>(p + i, k, 0) : G::set(other); }

  static void normalize(const T* x, T* y, int64_t n, T mean, T rstd, const T* w, const T* b) {
    const V m(mean), r(rstd);
    row_each<V>(n, [&](int64_t i, int64_t k) {
      G v = each(load_group<V>(x + i, k, 0), [&](V a) { return (a - m) * r; });
      if (w) v = each(v, load_group<V>(w + i, k, 0), [](V a, V c) { return a * c; });
      if (b) v = each(v, load_group<V>(b + i, k, 0), [](V a, V c) { return a + c; });
      store_group(v, y + i, k);
    });
  }
  static void sums(const T* dy, const T* x, const T* w, int64_t n, T mean, T* out) {
    const V m(mean);
    RowSum<V> s0, s1;
    const auto grad = [&](int64_t i, int64_t k) {
      const G g = load_group<V>(dy + i, k, 0);
      return w ? each(g, load_group<V>(w + i, k, 0), [](V a, V b) { return a * b; }) : g;
    };
    const auto centred = [&](int64_t i, int64_t k, const G& g) {
      return each(load_group<V>(x + i, k, mean), g, [&](V a, V b) { return (a - m) * b; });
    };
    constexpr int64_t kWidth = G::kWidth, kChains = RowSum<V>::kChains, kStep = kChains * kWidth,
                      kLevel = RowSum<V>::kFirstLevel * kStep;
    const auto take = [&](int c, int64_t at, int64_t k) {
      const G g = grad(at, k);
      s0.part[c] = RowSum<V>::plus(s0.part[c], g);
      s1.part[c] = RowSum<V>::plus(s1.part[c], centred(at, k, g));
    };
    int64_t i = 0;
    while (i + kStep <= n) {
      const int64_t end = n - i < kLevel ? i + (n - i) / kStep * kStep : i + kLevel;
      for (; i < end; i += kStep) {
        RL_GROUP_UNROLL
        for (int c = 0; c < kChains; ++c) take(c, i + c * kWidth, kWidth);
      }
      s0.raise();
      s1.raise();
    }
    RL_GROUP_UNROLL
    for (int c = 0; c < kChains; ++c, i += kWidth)
      if (i < n) take(c, i, n - i < kWidth ? n - i : kWidth);
    out[0] = s0.total();
    out[1] = s1.total();
  }
  static void combine(const T* dy, const T* x, const T* w, T* dx, int64_t n, T mean, T a, T b, T c) {
    const V m(mean), va(a), vb(b), vc(c);
    row_each<V>(n, [&](int64_t i, int64_t k) {
      G g = load_group<V>(dy + i, k, 0);
      if (w) g = each(g, load_group<V>(w + i, k, 0), [](V p, V q) { return p * q; });
      const G t = each(load_group<V>(x + i, k, 0), [&](V v) { return (v - m) * vb + vc; });
      store_group(each(g, t, [&](V p, V q) { return p * va + q; }), dx + i, k);
    });
  }
  static void accumulate(const T* dy, const T* x, int64_t n, T mean, T rstd, T* dw, T* db) {
    const V m(mean), r(rstd);
    row_each<V>(n, [&](int64_t i, int64_t k) {
      const G g = load_group<V>(dy + i, k, 0);
      if (dw) {
        const G h = each(load_group<V>(x + i, k, 0), g, [&](V a, V b) { return ((a - m) * r) * b; });
        store_group(each(load_group<V>(dw + i, k, 0), h, [](V a, V b) { return a + b; }), dw + i, k);
      }
      if (db) store_group(each(load_group<V>(db + i, k, 0), g, [](V a, V b) { return a + b; }), db + i, k);
    });
  }
  static void affine(const T* x, T* y, int64_t n, T a, T b) {
    const V va(a), vb(b);
    row_each<V>(n, [&](int64_t i, int64_t k) {
      store_group(each(load_group<V>(x + i, k, 0), [&](V v) { return v * va + vb; }), y + i, k);
    });
  }
  static void affine_columns(const T* x, T* y, int64_t rows, int64_t columns, const T* a, const T* b) {
    for (int64_t i = 0; i < rows; ++i, x += columns, y += columns) {
      row_each<V>(columns, [&](int64_t j, int64_t k) {
        const G v = each(load_group<V>(x + j, k, 0), load_group<V>(a + j, k, 0), [](V p, V q) { return p * q; });
        store_group(each(v, load_group<V>(b + j, k, 0), [](V p, V q) { return p + q; }), y + j, k);
      });
    }
  }
  static void sums_columns(const T* dy, const T* x, int64_t rows, int64_t columns, const T* mean, T* s0, T* s1) {
    row_each<V>(columns, [&](int64_t j, int64_t k) {
      const G m = load_group<V>(mean + j, k, 0);
      const auto add = [](V a, V b) { return a + b; };
      G t0 = load_group<V>(s0 + j, k, 0), t1 = load_group<V>(s1 + j, k, 0);
      for (int64_t i = 0; i < rows; i += 16) {
        const int64_t end = rows - i < 16 ? rows : i + 16;
        G p0 = G::set(0), p1 = G::set(0);
        for (int64_t r = i; r < end; ++r) {
          const G g = load_group<V>(dy + r * columns + j, k, 0);
          const G d = each(load_group<V>(x + r * columns + j, k, 0), m, [](V a, V b) { return a - b; });
          p0 = each(p0, g, add);
          p1 = each(p1, each(d, g, [](V a, V b) { return a * b; }), add);
        }
        t0 = each(t0, p0, add);
        t1 = each(t1, p1, add);
      }
      store_group(t0, s0 + j, k);
      store_group(t1, s1 + j, k);
    });
  }
  static void combine_columns(const T* dy, const T* x, T* dx, int64_t rows, int64_t columns, const T* a, const T* b,
                              const T* c) {
    for (int64_t i = 0; i < rows; ++i, dy += columns, x += columns, dx += columns) {
      row_each<V>(columns, [&](int64_t j, int64_t k) {
        const G g = each(load_group<V>(dy + j, k, 0), load_group<V>(a + j, k, 0), [](V p, V q) { return p * q; });
        const G v = each(load_group<V>(x + j, k, 0), load_group<V>(b + j, k, 0), [](V p, V q) { return p * q; });
        const G t = each(v, load_group<V>(c + j, k, 0), [](V p, V q) { return p + q; });
        store_group(each(g, t, [](V p, V q) { return p + q; }), dx + j, k);
      });
    }
  }
  static void add(T* into, const T* from, int64_t n) {
    row_each<V>(n, [&](int64_t i, int64_t k) {
      store_group(each(load_group<V>(into + i, k, 0), load_group<V>(from + i, k, 0), [](V a, V b) { return a + b; }),
                  into + i, k);
    });
  }
  static T squared_distance(const T* a, const T* b, int64_t n) {
    return row_sum<V>(n, [&](int64_t i, int64_t k) {
      return each(load_group<V>(a + i, k, 0), load_group<V>(b + i, k, 0), [](V p, V q) { return (p - q) * (p - q); });
    });
  }
  static void mask(const T* x, const uint8_t* mask, T* y, int64_t n, T scale) {
    typedef uint8_t Bytes __attribute__((vector_size(V::kLanes)));
    const V s(scale);
    int64_t i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes) {
      Bytes bytes;
      memcpy(&bytes, mask + i, V::kLanes);
      const V keep(__builtin_convertvector(bytes, typename V::Raw));
      (V::load(x + i) * (keep * s)).store(y + i);
    }
    for (; i < n; ++i) y[i] = x[i] * (mask[i] ? scale : T(0));
  }
  static constexpr NormKernels<T> table = {
      normalize,       sums, combine,          accumulate, affine, affine_columns, sums_columns,
      combine_columns, add,  squared_distance, mask};
};

}  // namespace

extern const NormKernels<float> kNormF32;
extern const NormKernels<double> kNormF64;
const NormKernels<float> kNormF32 = Norm<F32>::table;
const NormKernels<double> kNormF64 = Norm<F64>::table;

}  // namespace rushlight::cpu::RL_ISA
