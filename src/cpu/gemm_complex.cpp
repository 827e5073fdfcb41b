// Complex matrix products as real ones.
#include <algorithm>

#include "core/thread_pool.h"
#include "cpu/gemm.h"

namespace rushlight::cpu {
namespace {

// Note [Complex products]
// A row of complex numbers is a row of twice as many reals, so C = A B is one real product
//     C [m][2n] = A [m][2k] * E [2k][2n],   E = ( Re b, Im b; -Im b, Re b ) for every element b of B
// with four multiplications per complex one and no extra rounding. A and C are used where they lie; E is built from B,
// and carries alpha. A single row of A against rows of B is done the other way: ( Re a; Im a ) [2][k] times the reals of B
// [k][2n] gives all four partial products, and B is used where it lies.
template <class T>
struct Factors {
  int64_t m, n, k;
  Complex<T> alpha;
  const Complex<T>* a;
  int64_t a_row, a_col;
  const Complex<T>* b;
  int64_t b_row, b_col;
  Complex<T> beta;
  Complex<T>* c;
  int64_t ldc;
  const Complex<T>* bias;
};

template <class T>
const T* reals(const Complex<T>* p) {
  return reinterpret_cast<const T*>(p);
}
template <class T>
T* reals(Complex<T>* p) {
  return reinterpret_cast<T*>(p);
}

template <class T>
void expand(const Factors<T>& f, T* e) {
  parallel_for(f.k, std::max<int64_t>(1, 4096 / f.n), 2 * static_cast<double>(f.n), [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      T *upper = e + 4 * p * f.n, *lower = upper + 2 * f.n;
      for (int64_t j = 0; j < f.n; ++j) {
        const Complex<T> b = f.alpha * f.b[p * f.b_row + j * f.b_col];
        upper[2 * j] = lower[2 * j + 1] = b.re;
        upper[2 * j + 1] = b.im;
        lower[2 * j] = -b.im;
      }
    }
  });
}

// Multiplies C by beta where the product itself cannot: by a number that is not real.
template <class T>
T scale_target(const Factors<T>& f) {
  if (f.beta.im == 0) return f.beta.re;
  for (int64_t i = 0; i < f.m; ++i) {
    for (int64_t j = 0; j < f.n; ++j) f.c[i * f.ldc + j] *= f.beta;
  }
  return T(1);
}

template <class T>
void single_row(const Factors<T>& f) {
  const Workspace<T> space(4 * f.n);
  T* d = space.data();
  gemm<T>(2, 2 * f.n, f.k, 1, reals(f.a), 1, 2 * f.a_col, reals(f.b), 2 * f.b_row, 1, 0, d, 2 * f.n);
  const T* e = d + 2 * f.n;
  for (int64_t j = 0; j < f.n; ++j) {
    Complex<T> v = f.alpha * Complex<T>(d[2 * j] - e[2 * j + 1], d[2 * j + 1] + e[2 * j]);
    if (f.beta) v += f.beta * f.c[j];
    f.c[j] = f.bias ? v + f.bias[j] : v;
  }
}

template <class T>
void few(const Factors<T>& f) {
  for (int64_t i = 0; i < f.m; ++i) {
    for (int64_t j = 0; j < f.n; ++j) {
      Complex<T> sum;
      for (int64_t p = 0; p < f.k; ++p) sum += f.a[i * f.a_row + p * f.a_col] * f.b[p * f.b_row + j * f.b_col];
      Complex<T>& c = f.c[i * f.ldc + j];
      sum = f.alpha * sum;
      if (f.beta) sum += f.beta * c;
      c = f.bias ? sum + f.bias[j] : sum;
    }
  }
}

template <class T>
void run(Factors<T> f) {
  if (f.m <= 0 || f.n <= 0) return;
  if (f.k <= 0 || f.m * f.n * f.k <= 64) return few(f);
  if (f.m == 1 && f.b_col == 1) return single_row(f);
  Workspace<Complex<T>> rows;
  if (f.a_col != 1 && f.k > 1) {
    rows = Workspace<Complex<T>>(f.m * f.k);
    Complex<T>* to = rows.data();
    parallel_for(f.m, std::max<int64_t>(1, 4096 / f.k), 1.5 * static_cast<double>(f.k),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     for (int64_t p = 0; p < f.k; ++p) to[i * f.k + p] = f.a[i * f.a_row + p * f.a_col];
                   }
                 });
    f.a = to;
    f.a_row = f.k;
  }
  const Workspace<T> expanded(4 * f.k * f.n);
  expand(f, expanded.data());
  const T beta = scale_target(f);
  gemm<T>(f.m, 2 * f.n, 2 * f.k, 1, reals(f.a), 2 * f.a_row, 1, expanded.data(), 2 * f.n, 1, beta, reals(f.c),
          2 * f.ldc, f.bias ? reals(f.bias) : nullptr);
}

template <class T>
void run_batch(int64_t batch, const Factors<T>& f, int64_t a_batch, int64_t b_batch, int64_t c_batch) {
  if (batch > 1 && b_batch == 0 && a_batch == f.m * f.a_row && c_batch == f.m * f.ldc) {  // one tall product
    Factors<T> tall = f;
    tall.m *= batch;
    return run(tall);
  }
  const auto one = [&](int64_t i) {
    Factors<T> part = f;
    part.a += i * a_batch;
    part.b += i * b_batch;
    part.c += i * c_batch;
    run(part);
  };
  const double macs = 4 * double(f.m) * double(f.n) * double(f.k), ns = 80 + macs * ns_per_mac(sizeof(T));
  if (batch < 4 || macs > 4e8) {  // few or large: the threads share each product
    for (int64_t i = 0; i < batch; ++i) one(i);
    return;
  }
  const int64_t grain = std::clamp<int64_t>(int64_t(10000 / ns), 1, std::max<int64_t>(1, batch / 8));
  parallel_for(batch, grain, ns, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) one(i);
  });
}

}  // namespace

#define RL_COMPLEX_GEMM(T)                                                                                             \
  template <>                                                                                                          \
  void gemm<Complex<T>>(int64_t m, int64_t n, int64_t k, Complex<T> alpha, const Complex<T>* a, int64_t a_row,         \
                        int64_t a_col, const Complex<T>* b, int64_t b_row, int64_t b_col, Complex<T> beta,             \
                        Complex<T>* c, int64_t ldc, const Complex<T>* bias) {                                          \
    run<T>({m, n, k, alpha, a, a_row, a_col, b, b_row, b_col, beta, c, ldc, bias});                                    \
  }                                                                                                                    \
  template <>                                                                                                          \
  void gemm_batched<Complex<T>>(int64_t batch, int64_t m, int64_t n, int64_t k, Complex<T> alpha, const Complex<T>* a, \
                                int64_t a_batch, int64_t a_row, int64_t a_col, const Complex<T>* b, int64_t b_batch,   \
                                int64_t b_row, int64_t b_col, Complex<T> beta, Complex<T>* c, int64_t c_batch,         \
                                int64_t ldc, const Complex<T>* bias) {                                                 \
    run_batch<T>(batch, {m, n, k, alpha, a, a_row, a_col, b, b_row, b_col, beta, c, ldc, bias}, a_batch, b_batch,      \
                 c_batch);                                                                                             \
  }
RL_COMPLEX_GEMM(float)
RL_COMPLEX_GEMM(double)
#undef RL_COMPLEX_GEMM

}  // namespace rushlight::cpu
