// Determinants, inverses and solutions of linear systems.
#include <cmath>

#include "cpu/linalg.h"
#include "dispatch/kernels.h"
#include "plan/meta_lapack.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {
namespace {

using lapack::Int;
using lapack::to_int;

// Whether the pivots swap an odd number of times.
bool odd(const Int* pivots, int64_t n) {
  bool swapped = false;
  for (int64_t k = 0; k < n; ++k) swapped ^= pivots[k] != k + 1;
  return swapped;
}

template <class T>
real_t<T> magnitude(T x) {
  if constexpr (is_complex_v<T>)
    return abs(x);
  else
    return std::abs(x);
}
// x / |x|, and 0 for 0.
template <class T>
T direction(T x) {
  const real_t<T> size = magnitude(x);
  if constexpr (is_complex_v<T>)
    return size == 0 ? T(0) : T(x.re / size, x.im / size);
  else
    return x > 0 ? T(1) : x < 0 ? T(-1) : x;  // NaN and 0 stay
}

// Small matrices of single precision are factored and solved in double: that costs nothing and saves digits.
template <class T>
struct WiderOf {
  using type = T;
};
template <>
struct WiderOf<float> {
  using type = double;
};
template <>
struct WiderOf<Complex<float>> {
  using type = Complex<double>;
};
template <class W, class T>
void copy_to_wider_columns(const Matrices& from, int64_t i, W* dst, int64_t ld) {
  if constexpr (std::is_same_v<W, T>) {
    copy_to_columns(from, i, dst, ld);
  } else {
    const T* src = from.at<T>(i);
    for (int64_t c = 0; c < from.columns; ++c)
      for (int64_t r = 0; r < from.rows; ++r) dst[r + c * ld] = W(src[r * from.row_stride + c * from.column_stride]);
  }
}
template <class T, class W>
void narrow(const W* src, int64_t n, T* dst) {
  for (int64_t k = 0; k < n; ++k) dst[k] = static_cast<T>(src[k]);
}

// f(i, lu, pivots, info) after each matrix of A was factored, in the type that `lu` then has; LU gets the factors.
template <class T, class W, class F>
void factor_all_in(const Tensor& A, Tensor& LU, Tensor& pivots, const F& f) {
  const Matrices from(A), to(LU);
  const int64_t n = from.rows;
  Int* all = pivots.data_ptr<Int>();
  for_matrices(to.count, ns_of<T>(2 * cube(n) / 3), [&](int64_t begin, int64_t end) {
    std::vector<W> wide(std::is_same_v<T, W> ? 0 : static_cast<size_t>(n * n));
    for (int64_t i = begin; i < end; ++i) {
      T* out = to.at<T>(i);
      W* a;
      if constexpr (std::is_same_v<T, W>)
        a = out;
      else
        a = wide.data();
      copy_to_wider_columns<W, T>(from, i, a, n);
      const Int info = n == 0 ? 0 : lu_factor(n, n, a, all + i * n);
      if constexpr (!std::is_same_v<T, W>) narrow(a, n * n, out);
      f(i, a, all + i * n, info);
    }
  });
}
template <class T, class F>
void factor_all(const Tensor& A, Tensor& LU, Tensor& pivots, const F& f) {
  if (A.size(-1) <= kSmall)
    factor_all_in<T, typename WiderOf<T>::type>(A, LU, pivots, f);
  else
    factor_all_in<T, T>(A, LU, pivots, f);
}

template <class T, class W>
void invert_all(const Tensor& A, Tensor& inverse, Int* infos) {
  const Matrices from(A), to(inverse);
  const int64_t n = from.rows;
  for_matrices(to.count, ns_of<T>(2 * cube(n)), [&](int64_t begin, int64_t end) {
    std::vector<W> lu(static_cast<size_t>(n * n)), wide(std::is_same_v<T, W> ? 0 : lu.size());
    std::vector<Int> pivots(static_cast<size_t>(n));
    for (int64_t i = begin; i < end; ++i) {
      W* x;
      if constexpr (std::is_same_v<T, W>)
        x = to.at<T>(i);
      else
        x = wide.data();
      copy_to_wider_columns<W, T>(from, i, lu.data(), n);
      infos[i] = lu_factor(n, n, lu.data(), pivots.data());
      std::fill_n(x, n * n, W(0));
      for (int64_t k = 0; k < n; ++k) x[k + k * n] = W(1);
      lu_solve(Solve::Plain, n, n, lu.data(), pivots.data(), x);
      if constexpr (!std::is_same_v<T, W>) narrow(x, n * n, to.at<T>(i));
    }
  });
}

}  // namespace

void _linalg_det(const Tensor& A, Tensor& result, Tensor& LU, Tensor& pivots) {
  const int64_t n = A.size(-1);
  dispatch_lapack(A.dtype(), "lu_cpu", [&]<class T>() {
    T* out = static_cast<T*>(result.data_ptr());
    factor_all<T>(A, LU, pivots, [&]<class W>(int64_t i, const W* lu, const Int* rows, Int) {
      W product = W(odd(rows, n) ? -1 : 1);
      for (int64_t k = 0; k < n; ++k) product = product * lu[k + k * n];
      out[i] = static_cast<T>(product);
    });
  });
}

void _linalg_slogdet(const Tensor& A, Tensor& sign, Tensor& logabsdet, Tensor& LU, Tensor& pivots) {
  const int64_t n = A.size(-1);
  dispatch_lapack(A.dtype(), "lu_cpu", [&]<class T>() {
    T* signs = static_cast<T*>(sign.data_ptr());
    auto* logs = static_cast<real_t<T>*>(logabsdet.data_ptr());
    factor_all<T>(A, LU, pivots, [&]<class W>(int64_t i, const W* lu, const Int* rows, Int) {
      W product = W(odd(rows, n) ? -1 : 1);
      real_t<W> sum = 0;
      for (int64_t k = 0; k < n; ++k) {
        product = product * direction(lu[k + k * n]);
        sum += std::log(magnitude(lu[k + k * n]));
      }
      signs[i] = static_cast<T>(product);
      logs[i] = static_cast<real_t<T>>(sum);
    });
  });
}

void linalg_inv_ex(const Tensor& A, bool check_errors, Tensor& inverse, Tensor& info) {
  const int64_t n = A.size(-1);
  dispatch_lapack(A.dtype(), "linalg_inv_ex_cpu", [&]<class T>() {
    Int* infos = info.data_ptr<Int>();
    if (n == 0)
      std::fill_n(infos, info.numel(), 0);
    else if (n <= kSmall)
      invert_all<T, typename WiderOf<T>::type>(A, inverse, infos);
    else
      invert_all<T, T>(A, inverse, infos);
  });
  if (check_errors) meta::check_infos(info, "linalg.inv_ex", A.dim() == 2);
}

void _linalg_solve_ex(const Tensor& A, const Tensor& B, bool left, bool check_errors, Tensor& result, Tensor& LU,
                      Tensor& pivots, Tensor& info) {
  const int64_t n = A.size(-1), columns = left ? result.size(-1) : result.size(-2);
  dispatch_lapack(A.dtype(), "linalg_solve_cpu", [&]<class T>() {
    // X A = B is Aᵀ Xᵀ = Bᵀ.
    const Tensor view = left ? result : result.detach().transpose(-2, -1),
                 source = left ? B : B.detach().transpose(-2, -1);
    const Matrices from(source), to(view);
    Int* infos = info.data_ptr<Int>();
    if (n == 0) std::fill_n(infos, info.numel(), 0);
    const Solve how = left ? Solve::Plain : Solve::Transposed;
    factor_all<T>(A, LU, pivots, [&]<class W>(int64_t i, const W* lu, const Int* rows, Int found) {
      infos[i] = found;
      T* x = to.at<T>(i);
      if constexpr (std::is_same_v<T, W>) {
        copy_to_columns(from, i, x, n);
        lu_solve(how, n, columns, lu, rows, x);
      } else {
        W column[kSmall];
        for (int64_t c = 0; c < columns; ++c) {
          const T* b = from.at<T>(i) + c * from.column_stride;
          for (int64_t r = 0; r < n; ++r) column[r] = W(b[r * from.row_stride]);
          lu_solve(how, n, 1, lu, rows, column);
          narrow(column, n, x + c * n);
        }
      }
    });
  });
  if (check_errors) meta::check_infos(info, "linalg.solve_ex", A.dim() == 2);
}

void linalg_solve_triangular(const Tensor& self, const Tensor& B, bool upper, bool left, bool unitriangular,
                             Tensor& result) {
  if (result.numel() == 0) return;
  const int64_t n = self.size(-1), m = result.size(-2), columns = result.size(-1);
  dispatch_lapack(self.dtype(), "triangular_solve_cpu", [&]<class T>() {
    const Matrices factor(self, result.sizes()), from(B, result.sizes()), to(result);
    // A matrix that lies by rows is the transpose of one that lies by columns: no copy.
    const bool columnwise = factor.row_stride == 1 && factor.column_stride >= n;
    const bool rowwise = !columnwise && factor.column_stride == 1 && factor.row_stride >= n;
    const int64_t ld = columnwise ? factor.column_stride : rowwise ? factor.row_stride : n;
    const double work = static_cast<double>(n) * static_cast<double>(m) * static_cast<double>(columns);
    for_matrices(to.count, ns_of<T>(work), [&](int64_t begin, int64_t end) {
      std::vector<T> copy(columnwise || rowwise ? 0 : static_cast<size_t>(n * n));
      for (int64_t i = begin; i < end; ++i) {
        const T* a = factor.at<T>(i);
        if (!columnwise && !rowwise) {
          copy_to_columns(factor, i, copy.data(), n);
          a = copy.data();
        }
        T* x = to.at<T>(i);
        copy_to_columns(from, i, x, m);
        const T one(1);
        lapack::trsm<T>()(left ? 'L' : 'R', upper != rowwise ? 'U' : 'L', rowwise ? 'T' : 'N',
                          unitriangular ? 'U' : 'N', to_int(m), to_int(columns), &one, a, to_int(ld), x, to_int(m));
      }
    });
  });
}

}  // namespace rushlight::cpu
