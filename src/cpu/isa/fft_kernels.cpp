// Passes of the FFT over rows of lanes, their loads and stores, and the steps between transforms.
#include "cpu/isa/fft_kernels.h"

#include "cpu/isa/fft_butterflies.h"

namespace rushlight::cpu::RL_ISA {
namespace {

template <class V>
struct Fft {
  using T = typename V::T;
  using C = ComplexVector<V>;
  static constexpr int kLanes = V::kLanes, kRow = 2 * V::kLanes;

  template <class P>
  static int64_t start(const FftLines<P>& lines, int line) {
    return lines.offsets ? lines.offsets[line] : line * lines.lane_step;
  }
  static C exchanged(C z, bool swap) { return swap ? C{z.im, z.re} : z; }

  // ---- loads --------------------------------------------------------------------------------------------------------

  static void load(const FftLines<const T>& from, int64_t n, bool swap, T* rows) {
    const bool neighbours = !from.offsets && from.count > 1;
    if (neighbours && from.imag == 1 && from.lane_step == 2) return load_neighbours(from, n, swap, rows);
    if (neighbours && from.lane_step == 1) return load_neighbour_reals(from, n, swap, rows);
    if (from.imag == 1 && from.step == 2 && from.count > 1) return load_lines(from, n, swap, rows);
    load_any(from, n, swap, rows);
  }
  // Complex numbers of all lines side by side.
  static void load_neighbours(const FftLines<const T>& from, int64_t n, bool swap, T* rows) {
    const T* p = from.base;
    if (from.count == kLanes) {
      for (int64_t j = 0; j < n; ++j, p += from.step, rows += kRow)
        exchanged(apart(V::load(p), V::load(p + kLanes), LaneIndices<V>()), swap).store(rows);
      return;
    }
    for (int64_t j = 0; j < n; ++j, p += from.step, rows += kRow)
      exchanged(load_pairs<V>(p, from.count), swap).store(rows);
  }
  static void load_neighbour_reals(const FftLines<const T>& from, int64_t n, bool swap, T* rows) {
    const T* p = from.base;
    for (int64_t j = 0; j < n; ++j, p += from.step, rows += kRow) {
      const V re = load_some<V>(p, from.count);
      exchanged({re, from.imag ? load_some<V>(p + from.imag, from.count) : V(0)}, swap).store(rows);
    }
  }
  // Every line is dense: square blocks are transposed.
  static void load_lines(const FftLines<const T>& from, int64_t n, bool swap, T* rows) {
    const T* line[kLanes];
    for (int l = 0; l < kLanes; ++l) line[l] = from.base + start(from, l < from.count ? l : from.count - 1);
    for (int64_t j = 0; j < n; j += kLanes) {
      const int64_t width = n - j < kLanes ? n - j : kLanes;
      V re[kLanes], im[kLanes];
      RL_FFT_UNROLL
      for (int l = 0; l < kLanes; ++l) {
        const C z = width == kLanes
                        ? apart(V::load(line[l] + 2 * j), V::load(line[l] + 2 * j + kLanes), LaneIndices<V>())
                        : load_pairs<V>(line[l] + 2 * j, width);
        re[l] = z.re;
        im[l] = z.im;
      }
      transpose(re);
      transpose(im);
      T* row = rows + j * kRow;
      RL_FFT_UNROLL
      for (int i = 0; i < kLanes; ++i) {
        if (i < width) exchanged({re[i], im[i]}, swap).store(row + i * kRow);
      }
    }
  }
  static void load_any(const FftLines<const T>& from, int64_t n, bool swap, T* rows) {
    T* const re = swap ? rows + kLanes : rows;
    T* const im = swap ? rows : rows + kLanes;
    if (from.count < kLanes) {
      for (int64_t j = 0; j < n; ++j) C{V(0), V(0)}.store(rows + j * kRow);
    }
    for (int l = 0; l < from.count; ++l) {
      const T* p = from.base + start(from, l);
      for (int64_t j = 0; j < n; ++j, p += from.step) {
        re[j * kRow + l] = p[0];
        im[j * kRow + l] = from.imag ? p[from.imag] : T(0);
      }
    }
  }

  // ---- stores -------------------------------------------------------------------------------------------------------

  static void store(const FftLines<T>& to, int64_t n, bool swap, T scale, const T* rows) {
    const bool neighbours = !to.offsets && to.count > 1;
    if (neighbours && to.imag == 1 && to.lane_step == 2) return store_neighbours(to, n, swap, scale, rows);
    if (neighbours && to.lane_step == 1) return store_neighbour_reals(to, n, swap, scale, rows);
    if (to.imag == 1 && to.step == 2 && to.count > 1) return store_lines(to, n, swap, scale, rows);
    store_any(to, n, swap, scale, rows);
  }
  static C scaled(const T* row, bool swap, V scale) {
    const C z = exchanged(C::load(row), swap);
    return {z.re * scale, z.im * scale};
  }
  static void store_neighbours(const FftLines<T>& to, int64_t n, bool swap, T scale, const T* rows) {
    const V s(scale);
    T* p = to.base;
    if (to.count == kLanes) {
      for (int64_t j = 0; j < n; ++j, p += to.step, rows += kRow) {
        V low, high;
        together(scaled(rows, swap, s), low, high, LaneIndices<V>());
        low.store(p);
        high.store(p + kLanes);
      }
      return;
    }
    for (int64_t j = 0; j < n; ++j, p += to.step, rows += kRow) store_pairs(scaled(rows, swap, s), p, to.count);
  }
  static void store_neighbour_reals(const FftLines<T>& to, int64_t n, bool swap, T scale, const T* rows) {
    const V s(scale);
    T* p = to.base;
    for (int64_t j = 0; j < n; ++j, p += to.step, rows += kRow) {
      const C z = scaled(rows, swap, s);
      store_some(z.re, p, to.count);
      if (to.imag) store_some(z.im, p + to.imag, to.count);
    }
  }
  static void store_lines(const FftLines<T>& to, int64_t n, bool swap, T scale, const T* rows) {
    const V s(scale);
    for (int64_t j = 0; j < n; j += kLanes) {
      const int64_t width = n - j < kLanes ? n - j : kLanes;
      V re[kLanes], im[kLanes];
      RL_FFT_UNROLL
      for (int i = 0; i < kLanes; ++i) {
        const C z = i < width ? scaled(rows + (j + i) * kRow, swap, s) : C{V(0), V(0)};
        re[i] = z.re;
        im[i] = z.im;
      }
      transpose(re);
      transpose(im);
      RL_FFT_UNROLL
      for (int l = 0; l < kLanes; ++l) {
        if (l < to.count) store_pairs<V>({re[l], im[l]}, to.base + start(to, l) + 2 * j, width);
      }
    }
  }
  static void store_any(const FftLines<T>& to, int64_t n, bool swap, T scale, const T* rows) {
    const T* const re = swap ? rows + kLanes : rows;
    const T* const im = swap ? rows : rows + kLanes;
    for (int l = 0; l < to.count; ++l) {
      T* p = to.base + start(to, l);
      for (int64_t j = 0; j < n; ++j, p += to.step) {
        p[0] = re[j * kRow + l] * scale;
        if (to.imag) p[to.imag] = im[j * kRow + l] * scale;
      }
    }
  }

  // ---- passes -------------------------------------------------------------------------------------------------------

  // One group: `inner` butterflies with the same twiddles w (none in the first group, where all are 1).
  template <int R, bool kTwiddles>
  static void group(const FftPass<T>& pass, const T* w, const T* x, T* y, int64_t x_step) {
    constexpr int kMost = R ? R : kFftLargestRadix;
    const int r = R ? R : pass.radix;
    const int64_t y_step = pass.inner * kRow;
    for (int64_t k = 0; k < pass.inner; ++k, x += kRow, y += kRow) {
      C z[kMost];
      RL_FFT_UNROLL
      for (int p = 0; p < r; ++p) z[p] = C::load(x + p * x_step);
      butterfly<R>(z, r, pass.roots);
      z[0].store(y);
      RL_FFT_UNROLL
      for (int q = 1; q < r; ++q) {
        if constexpr (kTwiddles) z[q] = z[q] * C{V(w[2 * q - 2]), V(w[2 * q - 1])};
        z[q].store(y + q * y_step);
      }
    }
  }
  template <int R>
  static void pass(const FftPass<T>& pass, const T* x, T* y) {
    const int r = R ? R : pass.radix;
    const int64_t block = pass.inner * kRow, x_step = pass.groups * block;
    group<R, false>(pass, nullptr, x, y, x_step);
    for (int64_t j = 1; j < pass.groups; ++j)
      group<R, true>(pass, pass.twiddles + j * (r - 1) * 2, x + j * block, y + j * r * block, x_step);
  }
  static T* run(const FftPass<T>* passes, int count, T* a, T* b) {
    for (int i = 0; i < count; ++i) {
      const FftPass<T>& p = passes[i];
      switch (p.radix) {
        case 2:
          pass<2>(p, a, b);
          break;
        case 3:
          pass<3>(p, a, b);
          break;
        case 4:
          pass<4>(p, a, b);
          break;
        case 5:
          pass<5>(p, a, b);
          break;
        case 7:
          pass<7>(p, a, b);
          break;
        case 8:
          pass<8>(p, a, b);
          break;
        case 11:
          pass<11>(p, a, b);
          break;
        case 13:
          pass<13>(p, a, b);
          break;
        default:
          pass<0>(p, a, b);
      }
      T* t = a;
      a = b;
      b = t;
    }
    return a;
  }

  // ---- the four-step algorithm's middle -----------------------------------------------------------------------------

  template <bool kFactors>
  static void twist_rows(const T* rows, int64_t n, const T* twiddles, const T* factors, T* z, int64_t columns,
                         int64_t group_step) {
    for (int64_t k = 0; k < n; k += kLanes, z += group_step) {
      V re[kLanes], im[kLanes];
      RL_FFT_UNROLL
      for (int i = 0; i < kLanes; ++i) {
        if (k + i < n) {
          const int64_t at = (k + i) * kRow;
          C v = C::load(rows + at) * C::load(twiddles + at);
          if constexpr (kFactors) v = v * C{V(factors[2 * (k + i)]), V(factors[2 * (k + i) + 1])};
          re[i] = v.re;
          im[i] = v.im;
        } else {
          re[i] = im[i] = V(0);
        }
      }
      transpose(re);
      RL_FFT_UNROLL
      for (int i = 0; i < kLanes; ++i) {
        if (i < columns) re[i].store(z + i * kRow);
      }
      transpose(im);
      RL_FFT_UNROLL
      for (int i = 0; i < kLanes; ++i) {
        if (i < columns) im[i].store(z + i * kRow + kLanes);
      }
    }
  }
  static void twist(const T* rows, int64_t n, const T* twiddles, const T* factors, T* z, int64_t columns,
                    int64_t group_step) {
    if (factors)
      twist_rows<true>(rows, n, twiddles, factors, z, columns, group_step);
    else
      twist_rows<false>(rows, n, twiddles, nullptr, z, columns, group_step);
  }

  // ---- real transforms ----------------------------------------------------------------------------------------------

  // Note [Two reals in one complex number]
  // z_j = x_2j + i x_(2j+1) has the transform Z = E + iO, where E and O belong to the even and the odd samples, both
  // Hermitian: E_k = (Z_k + conj Z_(m-k)) / 2, O_k = (Z_k - conj Z_(m-k)) / 2i. With w = exp(-pi i / m):
  // X_k = E_k + w^k O_k and X_(m-k) = conj(E_k - w^k O_k). The same equations, solved for Z, are the way back.

  // a = Z_k and b = Z_(m-k) become X_k and X_(m-k), doubled.
  template <class U>
  static void to_real(ComplexVector<U>& a, ComplexVector<U>& b, ComplexVector<U> w) {
    using D = ComplexVector<U>;
    const D e{a.re + b.re, a.im - b.im}, o = D{a.im + b.im, b.re - a.re} * w;
    a = e + o;
    b = {e.re - o.re, o.im - e.im};
  }
  // a = X_k and b = X_(m-k) become 2 Z_k and 2 Z_(m-k).
  template <class U>
  static void from_real(ComplexVector<U>& a, ComplexVector<U>& b, ComplexVector<U> w) {
    using D = ComplexVector<U>;
    const D e{a.re + b.re, a.im - b.im}, o = D{a.re - b.re, a.im + b.im} * D{w.re, -w.im};
    a = {e.re - o.im, e.im + o.re};
    b = {e.re + o.im, o.re - e.im};
  }

  static void real_rows(const T* rows, int64_t m, const T* w, T* out) {
    const C first = C::load(rows);
    const V half(T(0.5));
    C{first.re + first.im, V(0)}.store(out);
    C{first.re - first.im, V(0)}.store(out + m * kRow);
    for (int64_t k = 1; k <= m - k; ++k) {
      C a = C::load(rows + k * kRow), b = C::load(rows + (m - k) * kRow);
      to_real(a, b, {V(w[k]), V(w[m / 2 + 1 + k])});
      C{a.re * half, a.im * half}.store(out + k * kRow);
      if (k < m - k) C{b.re * half, b.im * half}.store(out + (m - k) * kRow);
    }
  }
  static void unreal_rows(const T* rows, int64_t m, const T* w, T* out) {
    const V first = V::load(rows), last = V::load(rows + m * kRow);
    C{first - last, first + last}.store(out);
    for (int64_t k = 1; k <= m - k; ++k) {
      C a = C::load(rows + k * kRow), b = C::load(rows + (m - k) * kRow);
      from_real(a, b, {V(w[k]), V(w[m / 2 + 1 + k])});
      C{a.im, a.re}.store(out + k * kRow);
      if (k < m - k) C{b.im, b.re}.store(out + (m - k) * kRow);
    }
  }

  // Calls f with elements k and m - k of x for k in [1, m/2], as many at once as there are lanes, and stores what it
  // makes of them in y (which may be x).
  template <class F>
  static void each_pair(const T* x, T* y, int64_t m, const T* w, const F& f) {
    const T* w_im = w + m / 2 + 1;
    int64_t k = 1;
    for (; k + kLanes <= m - k - kLanes + 1; k += kLanes) {
      const int64_t other = m - k - kLanes + 1;
      C a = load_pairs<V>(x + 2 * k, kLanes), b = load_pairs<V>(x + 2 * other, kLanes);
      b = {reversed(b.re, LaneIndices<V>()), reversed(b.im, LaneIndices<V>())};
      f(a, b, C{V::load(w + k), V::load(w_im + k)});
      store_pairs(a, y + 2 * k, kLanes);
      store_pairs<V>({reversed(b.re, LaneIndices<V>()), reversed(b.im, LaneIndices<V>())}, y + 2 * other, kLanes);
    }
    if (k > m - k) return;
    // Not more pairs than lanes are left; for even m the last one is an element with itself.
    const int64_t count = m / 2 - k + 1;
    T last[2 * kLanes] = {};
    for (int64_t i = 0; i < count; ++i) {
      last[2 * i] = x[2 * (m - k - i)];
      last[2 * i + 1] = x[2 * (m - k - i) + 1];
    }
    C a = load_pairs<V>(x + 2 * k, count), b = load_pairs<V>(last, kLanes);
    f(a, b, C{load_some<V>(w + k, count), load_some<V>(w_im + k, count)});
    store_pairs(a, y + 2 * k, count);
    store_pairs(b, last, kLanes);
    for (int64_t i = 0; i < count; ++i) {
      y[2 * (m - k - i)] = last[2 * i];
      y[2 * (m - k - i) + 1] = last[2 * i + 1];
    }
  }
  static void real_line(T* line, int64_t m, const T* w, T scale) {
    const T re = line[0], im = line[1];
    const V half(scale * T(0.5));
    each_pair(line, line, m, w, [half](C& a, C& b, C root) {
      to_real(a, b, root);
      a = {a.re * half, a.im * half};
      b = {b.re * half, b.im * half};
    });
    line[0] = (re + im) * scale;
    line[2 * m] = (re - im) * scale;
    line[1] = line[2 * m + 1] = 0;
  }
  static void unreal_line(const T* line, int64_t m, const T* w, T* out) {
    const T first = line[0], last = line[2 * m];
    each_pair(line, out, m, w, [](C& a, C& b, C root) { from_real(a, b, root); });
    out[0] = first + last;
    out[1] = first - last;
  }

  static void multiply(const T* a, const T* b, int64_t n, T* out) {
    for (int64_t j = 0; j < n; j += kLanes) {
      const int64_t width = n - j < kLanes ? n - j : kLanes;
      store_pairs(load_pairs<V>(a + 2 * j, width) * load_pairs<V>(b + 2 * j, width), out + 2 * j, width);
    }
  }

  static constexpr FftKernels<T> table() {
    return {kLanes, load, store, run, twist, real_rows, real_line, unreal_rows, unreal_line, multiply};
  }
};

}  // namespace

const FftKernels<float> kFftF32 = Fft<F32>::table();
const FftKernels<double> kFftF64 = Fft<F64>::table();

}  // namespace rushlight::cpu::RL_ISA
