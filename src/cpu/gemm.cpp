// Blocking, packing and threading of the matrix products; the arithmetic is in isa/gemm_micro.cpp.
#include "cpu/gemm.h"

#include <algorithm>
#include <type_traits>

#include "core/thread_pool.h"
#include "cpu/isa.h"

namespace rushlight::cpu {

template <>
const GemmKernels<float>& gemm_kernels<float>() {
  static const GemmKernels<float>* const table[] = {&base::kGemmF32, &avx2::kGemmF32, &avx512::kGemmF32};
  static const GemmKernels<float>& chosen = *table[isa_level()];
  return chosen;
}
template <>
const GemmKernels<double>& gemm_kernels<double>() {
  static const GemmKernels<double>* const table[] = {&base::kGemmF64, &avx2::kGemmF64, &avx512::kGemmF64};
  static const GemmKernels<double>& chosen = *table[isa_level()];
  return chosen;
}
const HalfKernels& half_kernels() {
  static const HalfKernels* const table[] = {&base::kHalf, &avx2::kHalf, &avx512::kHalf};
  static const HalfKernels& chosen = *table[isa_level()];
  return chosen;
}
const IntegerKernels& integer_kernels() {
  static const IntegerKernels* const table[] = {&base::kInteger, &avx2::kInteger, &avx512::kInteger};
  static const IntegerKernels& chosen = *table[isa_level()];
  return chosen;
}

double ns_per_mac(size_t element_bytes) {
  constexpr double kFloat[] = {0.1, 0.018, 0.009};
  static const double ns = kFloat[isa_level()];
  return ns * double(element_bytes) / 4;
}

template <class T>
void pack_a(const GemmKernels<T>& kernels, T* dst, const T* a, int64_t a_row, int64_t a_col, int64_t m, int64_t k) {
  const int64_t count = (m + kernels.mr - 1) / kernels.mr, base = m / count, extra = m % count;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t height = base + (i < extra);
    kernels.pack(dst, height, a, a_row, a_col, height, k, height);
    dst += a_panel_size(kernels, k);
    a += height * a_row;
  }
}
template void pack_a<float>(const GemmKernels<float>&, float*, const float*, int64_t, int64_t, int64_t, int64_t);
template void pack_a<double>(const GemmKernels<double>&, double*, const double*, int64_t, int64_t, int64_t, int64_t);

namespace {

// S is the element type of A and B, T the type computed in; C is always of type T here.
template <class S>
struct Problem {
  using T = gemm_acc_t<S>;
  int64_t m, n, k;
  const S* a;
  int64_t a_row, a_col;
  const S* b;
  int64_t b_row, b_col;
  T* c;
  int64_t ldc;
  GemmEpilogue<T> epilogue;
};

void widen(int64_t n, const Half* src, float* dst) {
  half_kernels().widen_f16(n, reinterpret_cast<const uint16_t*>(src), dst);
}
void widen(int64_t n, const BFloat16* src, float* dst) {
  half_kernels().widen_bf16(n, reinterpret_cast<const uint16_t*>(src), dst);
}
void narrow(int64_t n, const float* src, Half* dst) {
  half_kernels().narrow_f16(n, src, reinterpret_cast<uint16_t*>(dst));
}
void narrow(int64_t n, const float* src, BFloat16* dst) {
  half_kernels().narrow_bf16(n, src, reinterpret_cast<uint16_t*>(dst));
}

// Packs `rows` lanes x k steps of either operand, widening 16-bit elements on the way.
template <class S>
void pack_lanes(gemm_acc_t<S>* dst, int64_t dst_stride, const S* src, int64_t lane_stride, int64_t k_stride,
                int64_t rows, int64_t k, int64_t padded) {
  const auto& kernels = gemm_kernels<gemm_acc_t<S>>();
  if constexpr (std::is_same_v<S, gemm_acc_t<S>>) {
    kernels.pack(dst, dst_stride, src, lane_stride, k_stride, rows, k, padded);
  } else {
    constexpr int64_t kMaxLanes = 32, kMaxSteps = 32;
    float wide[kMaxLanes * kMaxSteps];
    for (int64_t p = 0; p < k; p += kMaxSteps) {
      const int64_t steps = std::min(k - p, kMaxSteps);
      const S* from = src + p * k_stride;
      if (k_stride == 1) {
        for (int64_t r = 0; r < rows; ++r) widen(steps, from + r * lane_stride, wide + r * kMaxSteps);
        kernels.pack(dst + p * dst_stride, dst_stride, wide, kMaxSteps, 1, rows, steps, padded);
        continue;
      }
      for (int64_t s = 0; s < steps; ++s) {
        if (lane_stride == 1) {
          widen(rows, from + s * k_stride, wide + s * kMaxLanes);
        } else {
          for (int64_t r = 0; r < rows; ++r) widen(1, from + s * k_stride + r * lane_stride, wide + s * kMaxLanes + r);
        }
      }
      kernels.pack(dst + p * dst_stride, dst_stride, wide, 1, kMaxLanes, rows, steps, padded);
    }
  }
}

// Note [GEMM blocking]
// C is cut into tiles of (tile_m x tile_n); a task computes one tile over all of k, in blocks of kGemmKBlock, so that
// the tile of C, a block of A and a block of B fit the second-level cache (1 MB: 192 x 256 x 4 + (192 + 256) x 256 x 4
// bytes). Tasks are claimed dynamically and no sum is shared between tasks, so threads cannot change a bit.
// Packing happens first, in parallel, for an operand that several tasks read; an operand that each task reads alone
// (a single row or column of tiles) is packed by the task itself and never leaves the cache.
// Problems beyond kSuperM x kSuperN x kSuperK run in pieces of that size, which bounds the memory for packing.
constexpr int64_t kSuperM = 4096, kSuperN = 4096, kSuperK = 2048;

struct Blocking {
  int64_t tile_m, tile_n, tiles_m, tiles_n, k_blocks;
  bool share_a, share_b;
};

Blocking plan_blocking(int64_t m, int64_t n, int64_t k, int64_t nr, size_t element_bytes) {
  Blocking p;
  p.tile_m = std::min<int64_t>(m, element_bytes == 4 ? 192 : 128);
  p.tile_n = std::min<int64_t>((n + nr - 1) / nr * nr, element_bytes == 4 ? 256 : 128);
  const auto tasks = [&] { return ((m + p.tile_m - 1) / p.tile_m) * ((n + p.tile_n - 1) / p.tile_n); };
  while (tasks() < 8 && double(p.tile_m) * double(p.tile_n) * double(k) > 1e6 && (p.tile_m > 32 || p.tile_n > 64)) {
    if (p.tile_n > p.tile_m && p.tile_n > nr) {
      p.tile_n = (p.tile_n / 2 + nr - 1) / nr * nr;
    } else if (p.tile_m > 32) {
      p.tile_m = (p.tile_m + 1) / 2;
    } else {
      break;
    }
  }
  p.tiles_m = (m + p.tile_m - 1) / p.tile_m;
  p.tile_m = (m + p.tiles_m - 1) / p.tiles_m;  // even tiles
  p.tiles_n = (n + p.tile_n - 1) / p.tile_n;
  p.k_blocks = (k + kGemmKBlock - 1) / kGemmKBlock;
  p.share_a = p.tiles_n > 1;
  p.share_b = p.tiles_m > 1;
  return p;
}

template <class S>
class BlockedGemm {
 public:
  using T = gemm_acc_t<S>;
  explicit BlockedGemm(const Problem<S>& problem)
      : p_(problem),
        kernels_(gemm_kernels<T>()),
        plan_(plan_blocking(p_.m, p_.n, p_.k, kernels_.nr, sizeof(T))),
        a_panel_(a_panel_size(kernels_, std::min(p_.k, kGemmKBlock))),
        b_panel_(b_panel_size(kernels_, std::min(p_.k, kGemmKBlock))),
        a_block_((plan_.tile_m + kernels_.mr - 1) / kernels_.mr * a_panel_),
        b_block_(plan_.tile_n / kernels_.nr * b_panel_),
        a_(plan_.share_a ? plan_.tiles_m * plan_.k_blocks * a_block_ : 0),
        b_(plan_.share_b ? plan_.tiles_n * plan_.k_blocks * b_block_ : 0) {}

  void run() {
    const int64_t packs_a = plan_.share_a ? plan_.tiles_m * plan_.k_blocks : 0;
    const int64_t packs_b = plan_.share_b ? plan_.tiles_n * plan_.k_blocks : 0;
    if (packs_a + packs_b > 0) {
      const double elements = double(plan_.tile_m + plan_.tile_n) / 2 * double(std::min(p_.k, kGemmKBlock));
      packs_a_ = packs_a;
      parallel_chunks(packs_a + packs_b, pack_task, this, elements * sizeof(T) / 16);
    }
    const double macs = double(plan_.tile_m) * double(plan_.tile_n) * double(p_.k);
    parallel_chunks(plan_.tiles_m * plan_.tiles_n, compute_task, this, macs * ns_per_mac(sizeof(T)));
  }

 private:
  int64_t rows_of(int64_t tile) const { return std::min(plan_.tile_m, p_.m - tile * plan_.tile_m); }
  int64_t columns_of(int64_t tile) const { return std::min(plan_.tile_n, p_.n - tile * plan_.tile_n); }
  int64_t steps_of(int64_t block) const { return std::min(kGemmKBlock, p_.k - block * kGemmKBlock); }

  void pack_a_block(T* dst, int64_t tile, int64_t block) const {
    const int64_t m = rows_of(tile), k = steps_of(block), count = (m + kernels_.mr - 1) / kernels_.mr;
    const S* src = p_.a + tile * plan_.tile_m * p_.a_row + block * kGemmKBlock * p_.a_col;
    for (int64_t i = 0; i < count; ++i, dst += a_panel_) {
      const int64_t height = m / count + (i < m % count);
      pack_lanes<S>(dst, height, src, p_.a_row, p_.a_col, height, k, height);
      src += height * p_.a_row;
    }
  }

  // In slices of k, so that rows of a row-major B are read in long runs.
  void pack_b_block(T* dst, int64_t tile, int64_t block) const {
    const int64_t n = columns_of(tile), k = steps_of(block), nr = kernels_.nr, slice = p_.b_col == 1 ? 16 : k;
    const S* src = p_.b + tile * plan_.tile_n * p_.b_col + block * kGemmKBlock * p_.b_row;
    for (int64_t p = 0; p < k; p += slice) {
      for (int64_t j = 0; j < n; j += nr) {
        pack_lanes<S>(dst + j / nr * b_panel_ + p * nr, nr, src + j * p_.b_col + p * p_.b_row, p_.b_col, p_.b_row,
                      std::min(nr, n - j), std::min(slice, k - p), nr);
      }
    }
  }

  static void pack_task(void* self, int64_t chunk) {
    const BlockedGemm& g = *static_cast<BlockedGemm*>(self);
    const bool is_a = chunk < g.packs_a_;
    const int64_t i = is_a ? chunk : chunk - g.packs_a_;
    const int64_t tile = i / g.plan_.k_blocks, block = i % g.plan_.k_blocks;
    if (is_a) {
      g.pack_a_block(g.a_.data() + i * g.a_block_, tile, block);
    } else {
      g.pack_b_block(g.b_.data() + i * g.b_block_, tile, block);
    }
  }

  static void compute_task(void* self, int64_t chunk) {
    const BlockedGemm& g = *static_cast<BlockedGemm*>(self);
    const int64_t i = chunk % g.plan_.tiles_m, j = chunk / g.plan_.tiles_m;  // neighbours share a block of B
    const Workspace<T> a(g.plan_.share_a ? 0 : g.a_block_), b(g.plan_.share_b ? 0 : g.b_block_);
    T* c = g.p_.c + i * g.plan_.tile_m * g.p_.ldc + j * g.plan_.tile_n;
    for (int64_t block = 0; block < g.plan_.k_blocks; ++block) {
      const T* pa = g.a_.data() + (i * g.plan_.k_blocks + block) * g.a_block_;
      const T* pb = g.b_.data() + (j * g.plan_.k_blocks + block) * g.b_block_;
      if (!g.plan_.share_a) g.pack_a_block(a.data(), i, block), pa = a.data();
      if (!g.plan_.share_b) g.pack_b_block(b.data(), j, block), pb = b.data();
      GemmEpilogue<T> e{g.p_.epilogue.alpha, T(1), nullptr};
      if (block == 0) {
        e.beta = g.p_.epilogue.beta;
        if (g.p_.epilogue.bias) e.bias = g.p_.epilogue.bias + j * g.plan_.tile_n;
      }
      g.kernels_.macro(g.rows_of(i), g.columns_of(j), g.steps_of(block), pa, g.a_panel_, pb, g.b_panel_, c, g.p_.ldc, e,
                       nullptr);
    }
  }

  const Problem<S>& p_;
  const GemmKernels<T>& kernels_;
  Blocking plan_;
  int64_t a_panel_, b_panel_, a_block_, b_block_;
  Workspace<T> a_, b_;
  int64_t packs_a_ = 0;
};

template <class S>
void run_blocked(const Problem<S>& p) {
  using T = gemm_acc_t<S>;
  for (int64_t p0 = 0; p0 < p.k; p0 += kSuperK) {
    for (int64_t i0 = 0; i0 < p.m; i0 += kSuperM) {
      for (int64_t j0 = 0; j0 < p.n; j0 += kSuperN) {
        Problem<S> part = p;
        part.m = std::min(kSuperM, p.m - i0);
        part.n = std::min(kSuperN, p.n - j0);
        part.k = std::min(kSuperK, p.k - p0);
        part.a += i0 * p.a_row + p0 * p.a_col;
        part.b += p0 * p.b_row + j0 * p.b_col;
        part.c += i0 * p.ldc + j0;
        part.epilogue.bias = p.epilogue.bias && p0 == 0 ? p.epilogue.bias + j0 : nullptr;
        if (p0 > 0) part.epilogue.beta = T(1);
        BlockedGemm<S>(part).run();
      }
    }
  }
}

// Small products: A is read where it lies, B too unless its columns are strided; then it is packed panel by panel.
template <class T>
void run_small(const Problem<T>& p) {
  const auto& kernels = gemm_kernels<T>();
  if (p.b_col == 1) {
    kernels.direct(p.m, p.n, p.k, p.a, p.a_row, p.a_col, p.b, p.b_row, p.c, p.ldc, p.epilogue, nullptr);
    return;
  }
  constexpr int64_t kMaxPanel = 128 / int64_t(sizeof(T)) * kGemmKBlock;  // the widest kernels have 128 bytes of columns
  alignas(64) T panel[kMaxPanel];
  for (int64_t j = 0; j < p.n; j += kernels.nr) {
    const int64_t n = std::min<int64_t>(kernels.nr, p.n - j);
    GemmEpilogue<T> e = p.epilogue;
    if (e.bias) e.bias += j;
    kernels.pack(panel, kernels.nr, p.b + j * p.b_col, p.b_col, p.b_row, n, p.k, kernels.nr);
    kernels.direct(p.m, n, p.k, p.a, p.a_row, p.a_col, panel, kernels.nr, p.c + j, p.ldc, e, nullptr);
  }
}

// ---- matrix times vector: y[rows] = alpha * M x + beta * y + bias ---------------------------------------------------

template <class S>
struct Gemv {
  using T = gemm_acc_t<S>;
  int64_t rows, k;
  const S* matrix;
  int64_t row, col;  // strides of the matrix
  const S* x;
  int64_t x_stride;
  T* y;
  int64_t y_stride;
  GemmEpilogue<T> epilogue;
  int64_t bias_stride;
};

// y for rows [begin, end) from their sums.
template <class S>
void finish_rows(const Gemv<S>& v, int64_t begin, int64_t end, const gemm_acc_t<S>* sums,
                 const GemmEpilogue<gemm_acc_t<S>>& e) {
  using T = gemm_acc_t<S>;
  GemmEpilogue<T> one = e;
  if (v.y_stride == 1 && (!e.bias || v.bias_stride == 1)) {
    if (e.bias) one.bias += begin;
    gemm_kernels<T>().finish(end - begin, sums, v.y + begin, one);
    return;
  }
  for (int64_t i = begin; i < end; ++i) {
    if (e.bias) one.bias = e.bias + i * v.bias_stride;
    gemm_kernels<T>().finish(1, sums + (i - begin), v.y + i * v.y_stride, one);
  }
}

template <class T>
void dot_rows(int64_t rows, int64_t k, const T* a, int64_t lda, const T* x, T* y) {
  gemm_kernels<T>().dot(rows, k, a, lda, x, y);
}
void dot_rows(int64_t rows, int64_t k, const Half* a, int64_t lda, const float* x, float* y) {
  half_kernels().dot_f16(rows, k, reinterpret_cast<const uint16_t*>(a), lda, x, y);
}
void dot_rows(int64_t rows, int64_t k, const BFloat16* a, int64_t lda, const float* x, float* y) {
  half_kernels().dot_bf16(rows, k, reinterpret_cast<const uint16_t*>(a), lda, x, y);
}

// Few long rows: each is cut into parts, whose sums are added two by two. Only the length of the row decides.
constexpr int64_t kDotPart = 16384;

template <class S>
void gemv_long_dot(const Gemv<S>& v, const gemm_acc_t<S>* x) {
  using T = gemm_acc_t<S>;
  const int64_t parts = (v.k - 1) / kDotPart + 1;
  const Workspace<T> sums(v.rows * parts), totals(v.rows);
  parallel_for(v.rows * parts, 1, double(kDotPart) * sizeof(S) / 24, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t from = i % parts * kDotPart;
      dot_rows(1, std::min(kDotPart, v.k - from), v.matrix + i / parts * v.row + from, v.row, x + from,
               sums.data() + i);
    }
  });
  for (int64_t r = 0; r < v.rows; ++r) {
    T* s = sums.data() + r * parts;
    for (int64_t step = 1; step < parts; step *= 2)
      for (int64_t i = 0; i + step < parts; i += 2 * step) s[i] += s[i + step];
    totals.data()[r] = s[0];
  }
  finish_rows(v, 0, v.rows, totals.data(), v.epilogue);
}

// Rows of the matrix are contiguous.
template <class S>
void gemv_dot(const Gemv<S>& v) {
  using T = gemm_acc_t<S>;
  const Workspace<T> copy(v.x_stride == 1 && std::is_same_v<S, T> ? 0 : v.k);
  const T* x = copy.data();
  if constexpr (std::is_same_v<S, T>) {
    if (v.x_stride == 1) x = v.x;
    for (int64_t i = 0; i < v.k && v.x_stride != 1; ++i) copy.data()[i] = v.x[i * v.x_stride];
  } else if (v.x_stride == 1) {
    widen(v.k, v.x, copy.data());
  } else {
    for (int64_t i = 0; i < v.k; ++i) widen(1, v.x + i * v.x_stride, copy.data() + i);
  }
  if (v.k >= 4 * kDotPart) return gemv_long_dot(v, x);
  constexpr int64_t kGrain = 32;
  const double ns_per_row = 10 + double(v.k) * sizeof(S) / 24;
  parallel_for(v.rows, kGrain, ns_per_row, [&](int64_t begin, int64_t end) {
    T sums[kGrain];
    dot_rows(end - begin, v.k, v.matrix + begin * v.row, v.row, x, sums);
    finish_rows(v, begin, end, sums, v.epilogue);
  });
}

// Columns of the matrix are contiguous: the chains of the blocked product, along y.
template <class T>
void gemv_axpy(const Gemv<T>& v) {
  constexpr int64_t kMax = 1024;
  const int64_t grain = std::clamp<int64_t>((v.rows / 4 + 63) / 64 * 64, 128, kMax);
  parallel_for(v.rows, grain, double(v.k) * sizeof(T) / 24, [&](int64_t begin, int64_t end) {
    alignas(64) T sums[kMax];
    for (int64_t p = 0; p < v.k; p += kGemmKBlock) {
      gemm_kernels<T>().axpy(end - begin, std::min(kGemmKBlock, v.k - p), v.x + p * v.x_stride, v.x_stride,
                             v.matrix + begin + p * v.col, v.col, sums);
      finish_rows(v, begin, end, sums, p == 0 ? v.epilogue : GemmEpilogue<T>{v.epilogue.alpha, T(1), nullptr});
    }
  });
}

template <class S>
bool run_gemv(const Problem<S>& p) {
  Gemv<S> v;
  if (p.m == 1) {
    v = {p.n, p.k, p.b, p.b_col, p.b_row, p.a, p.a_col, p.c, 1, p.epilogue, 1};
  } else {
    v = {p.m, p.k, p.a, p.a_row, p.a_col, p.b, p.b_row, p.c, p.ldc, p.epilogue, 0};
  }
  if (v.col == 1 || v.k == 1) {
    gemv_dot(v);
    return true;
  }
  if constexpr (std::is_same_v<S, gemm_acc_t<S>>) {
    if (v.row == 1) {
      gemv_axpy(v);
      return true;
    }
  }
  return false;
}

// Below this time, about what a pool runs on the caller anyway, packing costs more than it saves.
constexpr double kSmallNs = 20000, kSmallVectorMacs = 4096;

template <class S>
void run_float(const Problem<S>& p) {
  using T = gemm_acc_t<S>;
  if (p.m <= 0 || p.n <= 0) return;
  if (p.k <= 0) {
    const T zero[64] = {};
    for (int64_t i = 0; i < p.m; ++i) {
      for (int64_t j = 0; j < p.n; j += 64) {
        GemmEpilogue<T> e = p.epilogue;
        if (e.bias) e.bias += j;
        gemm_kernels<T>().finish(std::min<int64_t>(64, p.n - j), zero, p.c + i * p.ldc + j, e);
      }
    }
    return;
  }
  const double macs = double(p.m) * double(p.n) * double(p.k);
  if constexpr (std::is_same_v<S, T>) {
    const bool small = p.m == 1 || p.n == 1 ? macs <= kSmallVectorMacs : macs * ns_per_mac(sizeof(T)) <= kSmallNs;
    if (small && p.k <= kGemmKBlock) return run_small(p);
  }
  if ((p.m == 1 || p.n == 1) && run_gemv(p)) return;
  run_blocked(p);
}

// ---- 16-bit floats: the same product into a float C, rounded once ---------------------------------------------------

template <class S>
void run_half(Problem<S> p, S* c, int64_t ldc, const S* bias) {
  if (p.m <= 0 || p.n <= 0) return;
  const Workspace<float> wide(p.m * p.n), wide_bias(bias ? p.n : 0);
  p.c = wide.data();
  p.ldc = p.n;
  if (bias) widen(p.n, bias, wide_bias.data());
  p.epilogue.bias = wide_bias.data();
  const int64_t grain = std::max<int64_t>(1, 8192 / p.n);
  const auto each_row = [&](const auto& f) {
    parallel_for(p.m, grain, double(p.n) * 0.3, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) f(wide.data() + i * p.n, c + i * ldc);
    });
  };
  if (p.epilogue.beta != 0) each_row([&](float* w, S* h) { widen(p.n, h, w); });
  run_float(p);
  each_row([&](float* w, S* h) { narrow(p.n, w, h); });
}

// ---- integers ------------------------------------------------------------------------------------------------------

inline IntegerGemm<uint64_t> integer_kernel(uint64_t) { return integer_kernels().i64; }
inline IntegerGemm<uint32_t> integer_kernel(uint32_t) { return integer_kernels().i32; }
inline IntegerGemm<uint16_t> integer_kernel(uint16_t) { return integer_kernels().i16; }
inline IntegerGemm<uint8_t> integer_kernel(uint8_t) { return integer_kernels().i8; }

// U is unsigned: products and sums modulo 2^bits, computed in 32 bits where C++ would promote to int.
template <class U>
void run_integer(int64_t m, int64_t n, int64_t k, U alpha, const U* a, int64_t a_row, int64_t a_col, const U* b,
                 int64_t b_row, int64_t b_col, U beta, U* c, int64_t ldc, const U* bias) {
  if (m <= 0 || n <= 0) return;
  constexpr int64_t kWidth = 64 / int64_t(sizeof(U)), kRows = 64;
  const int64_t groups = (n + kWidth - 1) / kWidth, row_chunks = (m + kRows - 1) / kRows;
  const Workspace<U> packed(groups * k * kWidth);
  parallel_for(groups, 1, double(k) * 20, [&](int64_t begin, int64_t end) {
    for (int64_t g = begin; g < end; ++g) {
      U* dst = packed.data() + g * k * kWidth;
      const int64_t width = std::min(kWidth, n - g * kWidth);
      for (int64_t p = 0; p < k; ++p, dst += kWidth) {
        if (b_col == 1) {
          std::copy_n(b + p * b_row + g * kWidth, width, dst);
        } else {
          for (int64_t j = 0; j < width; ++j) dst[j] = b[p * b_row + (g * kWidth + j) * b_col];
        }
        for (int64_t j = width; j < kWidth; ++j) dst[j] = 0;
      }
    }
  });
  using Wide = std::conditional_t<(sizeof(U) < 4), uint32_t, U>;
  parallel_for(groups * row_chunks, 1, double(kRows) * double(k) * 2, [&](int64_t begin, int64_t end) {
    U sums[kRows * kWidth];
    for (int64_t t = begin; t < end; ++t) {
      const int64_t g = t / row_chunks, i0 = t % row_chunks * kRows, j0 = g * kWidth;
      const int64_t rows = std::min(kRows, m - i0), width = std::min(kWidth, n - j0);
      integer_kernel(U(0))(rows, k, a + i0 * a_row, a_row, a_col, packed.data() + g * k * kWidth, kWidth, sums, kWidth);
      for (int64_t i = 0; i < rows; ++i) {
        U* row = c + (i0 + i) * ldc + j0;
        if (alpha == 1 && beta == 0 && !bias) {
          std::copy_n(sums + i * kWidth, width, row);
          continue;
        }
        for (int64_t j = 0; j < width; ++j) {
          Wide v = Wide(alpha) * Wide(sums[i * kWidth + j]);
          if (beta != 0) v += Wide(beta) * Wide(row[j]);
          if (bias) v += Wide(bias[j0 + j]);
          row[j] = U(v);
        }
      }
    }
  });
}

}  // namespace

template <class T>
void gemm(int64_t m, int64_t n, int64_t k, gemm_acc_t<T> alpha, const T* a, int64_t a_row, int64_t a_col, const T* b,
          int64_t b_row, int64_t b_col, gemm_acc_t<T> beta, T* c, int64_t ldc, const T* bias) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    run_integer<U>(m, n, k, U(alpha), reinterpret_cast<const U*>(a), a_row, a_col, reinterpret_cast<const U*>(b), b_row,
                   b_col, U(beta), reinterpret_cast<U*>(c), ldc, reinterpret_cast<const U*>(bias));
  } else if constexpr (std::is_same_v<T, gemm_acc_t<T>>) {
    run_float<T>({m, n, k, a, a_row, a_col, b, b_row, b_col, c, ldc, {alpha, beta, bias}});
  } else {
    run_half<T>({m, n, k, a, a_row, a_col, b, b_row, b_col, nullptr, 0, {alpha, beta, nullptr}}, c, ldc, bias);
  }
}

template <class T>
void gemm_batched(int64_t batch, int64_t m, int64_t n, int64_t k, gemm_acc_t<T> alpha, const T* a, int64_t a_batch,
                  int64_t a_row, int64_t a_col, const T* b, int64_t b_batch, int64_t b_row, int64_t b_col,
                  gemm_acc_t<T> beta, T* c, int64_t c_batch, int64_t ldc, const T* bias) {
  if (batch > 1 && b_batch == 0 && a_batch == m * a_row && c_batch == m * ldc) {  // one tall product
    gemm<T>(batch * m, n, k, alpha, a, a_row, a_col, b, b_row, b_col, beta, c, ldc, bias);
    return;
  }
  const auto one = [&](int64_t i) {
    gemm<T>(m, n, k, alpha, a + i * a_batch, a_row, a_col, b + i * b_batch, b_row, b_col, beta, c + i * c_batch, ldc,
            bias);
  };
  const double macs = double(m) * double(n) * double(k);
  const double ns = 50 + macs * (std::is_integral_v<T> ? 0.1 : ns_per_mac(sizeof(gemm_acc_t<T>)));
  if (batch < 4 || macs > 4e8) {  // few or large: the threads share each product
    for (int64_t i = 0; i < batch; ++i) one(i);
    return;
  }
  const int64_t grain = std::clamp<int64_t>(int64_t(10000 / ns), 1, std::max<int64_t>(1, batch / 8));
  parallel_for(batch, grain, ns, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) one(i);
  });
}

#define RL_INSTANTIATE(T)                                                                                          \
  template void gemm<T>(int64_t, int64_t, int64_t, gemm_acc_t<T>, const T*, int64_t, int64_t, const T*, int64_t,   \
                        int64_t, gemm_acc_t<T>, T*, int64_t, const T*);                                            \
  template void gemm_batched<T>(int64_t, int64_t, int64_t, int64_t, gemm_acc_t<T>, const T*, int64_t, int64_t,     \
                                int64_t, const T*, int64_t, int64_t, int64_t, gemm_acc_t<T>, T*, int64_t, int64_t, \
                                const T*);
RL_INSTANTIATE(float)
RL_INSTANTIATE(double)
RL_INSTANTIATE(Half)
RL_INSTANTIATE(BFloat16)
RL_INSTANTIATE(int64_t)
RL_INSTANTIATE(int32_t)
RL_INSTANTIATE(int16_t)
RL_INSTANTIATE(int8_t)
RL_INSTANTIATE(uint8_t)
RL_INSTANTIATE(uint16_t)
RL_INSTANTIATE(uint32_t)
RL_INSTANTIATE(uint64_t)
#undef RL_INSTANTIATE

}  // namespace rushlight::cpu
