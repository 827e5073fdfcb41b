// Factorizations of square and rectangular matrices: Cholesky, LU, LDL, and solutions with them.
#include "cpu/linalg.h"
#include "dispatch/kernels.h"
#include "plan/meta_lapack.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {
namespace {

using lapack::Int;
using lapack::to_int;

// The lower triangle of a small Hermitian matrix becomes its Cholesky factor; 0, or the order of the first minor that is
// not positive.
template <class T>
Int small_cholesky(int64_t n, T* a) {
  for (int64_t j = 0; j < n; ++j) {
    T* column = a + j * n;
    for (int64_t k = 0; k < j; ++k) {
      const T factor = conjugate(a[j + k * n]);
      for (int64_t i = j; i < n; ++i) column[i] = column[i] - a[i + k * n] * factor;
    }
    real_t<T> pivot;
    if constexpr (is_complex_v<T>)
      pivot = column[j].re;
    else
      pivot = column[j];
    if (!(pivot > 0)) return static_cast<Int>(j + 1);
    const real_t<T> root = std::sqrt(pivot);
    column[j] = T(root);
    for (int64_t i = j + 1; i < n; ++i) column[i] = column[i] / T(root);
  }
  return 0;
}

template <class T>
Int cholesky(int64_t n, bool upper, T* a) {
  if (n <= kSmall && !upper) return small_cholesky(n, a);
  Int info = 0;
  lapack::potrf<T>()(upper ? 'U' : 'L', to_int(n), a, to_int(n), &info);
  return info;
}

// Clears what is not in the triangle.
template <class T>
void keep_triangle(int64_t n, bool upper, T* a) {
  for (int64_t j = 0; j < n; ++j) {
    if (upper)
      std::fill(a + j * n + j + 1, a + (j + 1) * n, T(0));
    else
      std::fill(a + j * n, a + j * n + j, T(0));
  }
}

// Pivots are row numbers from 1: a wrong one would have LAPACK write elsewhere.
void check_pivots(const char* op, const Int* pivots, int64_t count, int64_t rows) {
  for (int64_t k = 0; k < count; ++k) {
    check(pivots[k] >= 1 && pivots[k] <= rows,
          "pivots passed to {} must be between 1 and LU.size(-2) inclusive ({}), but got {}. Did you properly pass the "
          "result of lu_factor?",
          op, rows, pivots[k]);
  }
}

// LDL pivots: a positive one is a row, a negative one stands twice and belongs to a 2 x 2 block.
void check_block_pivots(const Int* pivots, int64_t n) {
  for (int64_t k = 0; k < n;) {
    const int64_t p = pivots[k];
    const bool pair = p < 0;
    check(p != 0 && (pair ? -p : p) <= n && (!pair || (k + 1 < n && pivots[k + 1] == p)),
          "torch.linalg.ldl_solve: pivots[{}] is {}, which is no pivot of a matrix of order {}. Did you properly pass "
          "the "
          "result of ldl_factor?",
          k, p, n);
    k += pair ? 2 : 1;
  }
}

}  // namespace

void linalg_cholesky_ex(const Tensor& self, bool upper, bool check_errors, Tensor& L, Tensor& info) {
  const int64_t n = self.size(-1);
  dispatch_lapack(self.dtype(), "cholesky_cpu", [&]<class T>() {
    const Matrices from(self), to(L);
    Int* infos = info.data_ptr<Int>();
    if (n == 0) {
      std::fill_n(infos, info.numel(), 0);
      return;
    }
    for_matrices(to.count, ns_of<T>(cube(n) / 3), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        T* a = to.at<T>(i);
        copy_to_columns(from, i, a, n);
        keep_triangle(n, upper, a);
        infos[i] = cholesky(n, upper, a);
      }
    });
  });
  if (check_errors) meta::check_infos(info, "linalg.cholesky_ex", self.dim() == 2);
}

void cholesky_inverse(const Tensor& self, bool upper, Tensor& result) {
  const int64_t n = self.size(-1);
  if (self.numel() == 0) return;
  dispatch_lapack(self.dtype(), "cholesky_inverse_out_cpu", [&]<class T>() {
    const Matrices from(self), to(result);
    std::vector<Int> infos(static_cast<size_t>(to.count));
    for_matrices(to.count, ns_of<T>(cube(n)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        T* a = to.at<T>(i);
        copy_to_columns(from, i, a, n);
        lapack::potri<T>()(upper ? 'U' : 'L', to_int(n), a, to_int(n), &infos[static_cast<size_t>(i)]);
        for (int64_t c = 0; c < n; ++c)  // LAPACK gives one triangle
          for (int64_t r = 0; r < c; ++r) {
            if (upper)
              a[c + r * n] = conjugate(a[r + c * n]);
            else
              a[r + c * n] = conjugate(a[c + r * n]);
          }
      }
    });
    meta::check_infos(infos.data(), to.count, "cholesky_inverse", self.dim() == 2);
  });
}

void _cholesky_solve_helper(const Tensor& self, const Tensor& A, bool upper, Tensor& result) {
  if (result.numel() == 0) return;
  const int64_t n = A.size(-1), columns = result.size(-1);
  dispatch_lapack(self.dtype(), "cholesky_solve_cpu", [&]<class T>() {
    const Matrices from(self), factor(A), to(result);
    for_matrices(to.count, ns_of<T>(2.0 * n * n * columns), [&](int64_t begin, int64_t end) {
      std::vector<T> l(static_cast<size_t>(n * n));
      for (int64_t i = begin; i < end; ++i) {
        Int info = 0;
        copy_to_columns(factor, i, l.data(), n);
        copy_to_columns(from, i, to.at<T>(i), n);
        lapack::potrs<T>()(upper ? 'U' : 'L', to_int(n), to_int(columns), l.data(), to_int(n), to.at<T>(i), to_int(n),
                           &info);
      }
    });
  });
}

void linalg_lu_factor_ex(const Tensor& A, bool pivot, bool check_errors, Tensor& LU, Tensor& pivots, Tensor& info) {
  dispatch_lapack(A.dtype(), "lu_cpu", [&]<class T>() {
    const Matrices from(A), to(LU);
    const int64_t m = from.rows, n = from.columns, k = std::min(m, n);
    Int *infos = info.data_ptr<Int>(), *all = pivots.data_ptr<Int>();
    if (k == 0) {
      std::fill_n(infos, info.numel(), 0);
      return;
    }
    for_matrices(to.count, ns_of<T>(2.0 * k * m * n / 3), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        copy_to_columns(from, i, to.at<T>(i), m);
        infos[i] = lu_factor(m, n, to.at<T>(i), all + i * k);
      }
    });
  });
  if (check_errors) meta::check_infos(info, "torch.linalg.lu_factor_ex", A.dim() == 2);
}

namespace {

// P, L and U (row-major) of a compact factorization.
template <class T, class Entry>
void unpack_factors(int64_t m, int64_t n, const Entry& entry, T* l, T* u) {
  const int64_t k = std::min(m, n);
  for (int64_t r = 0; r < m; ++r)
    for (int64_t c = 0; c < k; ++c) l[r * k + c] = r > c ? entry(r, c) : T(r == c ? 1 : 0);
  for (int64_t r = 0; r < k; ++r)
    for (int64_t c = 0; c < n; ++c) u[r * n + c] = r <= c ? entry(r, c) : T(0);
}
template <class T>
void unpack_pivots_of(int64_t m, int64_t k, const Int* pivots, int64_t* order, T* p) {
  std::fill_n(p, m * m, T(0));
  for (int64_t r = 0; r < m; ++r) order[r] = r;
  for (int64_t r = 0; r < k; ++r) std::swap(order[r], order[pivots[r] - 1]);
  for (int64_t r = 0; r < m; ++r) p[order[r] * m + r] = T(1);
}

}  // namespace

void _lu_unpack(const Tensor& LU_data, const Tensor& LU_pivots, bool unpack_data, bool unpack_pivots, Tensor& L,
                Tensor& U, Tensor& P) {
  const Matrices from(LU_data);
  const int64_t m = from.rows, n = from.columns, k = std::min(m, n);
  const Tensor flat = LU_pivots.contiguous();
  dispatch_lapack(LU_data.dtype(), "lu_unpack_cpu", [&]<class T>() {
    const Int* pivots = flat.data_ptr<Int>();
    T *p = static_cast<T*>(P.data_ptr()), *l = static_cast<T*>(L.data_ptr()), *u = static_cast<T*>(U.data_ptr());
    for_matrices(from.count, ns_of<T>(static_cast<double>(m * n)), [&](int64_t begin, int64_t end) {
      std::vector<int64_t> order(static_cast<size_t>(m));
      for (int64_t i = begin; i < end; ++i) {
        if (unpack_data && LU_data.numel()) {
          const T* lu = from.at<T>(i);
          unpack_factors(
              m, n, [&](int64_t r, int64_t c) { return lu[r * from.row_stride + c * from.column_stride]; },
              l + i * m * k, u + i * k * n);
        }
        if (!unpack_pivots || m == 0) continue;
        check_pivots("lu_unpack", pivots + i * k, k, m);
        unpack_pivots_of(m, k, pivots + i * k, order.data(), p + i * m * m);
      }
    });
  });
}

void _linalg_lu(const Tensor& A, bool pivot, Tensor& L, Tensor& U, Tensor& P) {
  const Matrices from(A);
  const int64_t m = from.rows, n = from.columns, k = std::min(m, n);
  dispatch_lapack(A.dtype(), "lu_cpu", [&]<class T>() {
    T *p = static_cast<T*>(P.data_ptr()), *l = static_cast<T*>(L.data_ptr()), *u = static_cast<T*>(U.data_ptr());
    for_matrices(from.count, ns_of<T>(2.0 * k * m * n / 3), [&](int64_t begin, int64_t end) {
      std::vector<T> lu(static_cast<size_t>(m * n));
      std::vector<int64_t> order(static_cast<size_t>(m));
      std::vector<Int> pivots(static_cast<size_t>(k));
      for (int64_t i = begin; i < end; ++i) {
        copy_to_columns(from, i, lu.data(), m);
        if (k) lu_factor(m, n, lu.data(), pivots.data());
        unpack_factors(
            m, n, [&](int64_t r, int64_t c) { return lu[static_cast<size_t>(r + c * m)]; }, l + i * m * k,
            u + i * k * n);
        if (m) unpack_pivots_of(m, k, pivots.data(), order.data(), p + i * m * m);
      }
    });
  });
}

void linalg_lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left, bool adjoint, Tensor& result) {
  if (result.numel() == 0) return;
  const int64_t n = LU.size(-1), columns = left ? result.size(-1) : result.size(-2);
  const DimVector batch(result.sizes().begin(), result.sizes().end() - 2);
  DimVector pivot_sizes = batch;
  pivot_sizes.push_back(n);
  const Tensor rows = pivots.expand(pivot_sizes).contiguous();
  dispatch_lapack(LU.dtype(), "linalg_lu_solve_cpu", [&]<class T>() {
    const Tensor view = left ? result : result.detach().transpose(-2, -1),
                 source = left ? B : B.detach().transpose(-2, -1);
    const Matrices factor(LU, result.sizes()), from(source, result.sizes()), to(view);
    const Int* all = rows.data_ptr<Int>();
    // X A = B is Aᵀ Xᵀ = Bᵀ, and X Aᴴ = B is A conj(Xᵀ) = conj(Bᵀ).
    const bool conjugated = !left && adjoint && is_complex_v<T>;
    const Solve how = left ? (adjoint ? Solve::Adjoint : Solve::Plain) : (adjoint ? Solve::Plain : Solve::Transposed);
    for_matrices(to.count, ns_of<T>(2.0 * n * n * columns), [&](int64_t begin, int64_t end) {
      std::vector<T> lu(static_cast<size_t>(n * n));
      for (int64_t i = begin; i < end; ++i) {
        T* x = to.at<T>(i);
        check_pivots("lu_solve", all + i * n, n, n);
        copy_to_columns(factor, i, lu.data(), n);
        copy_to_columns(from, i, x, n);
        if (conjugated) std::transform(x, x + n * columns, x, conjugate<T>);
        lu_solve(how, n, columns, lu.data(), all + i * n, x);
        if (conjugated) std::transform(x, x + n * columns, x, conjugate<T>);
      }
    });
  });
}

void linalg_ldl_factor_ex(const Tensor& self, bool hermitian, bool check_errors, Tensor& LD, Tensor& pivots,
                          Tensor& info) {
  const int64_t n = self.size(-1);
  dispatch_lapack(self.dtype(), "ldl_factor_kernel_cpu", [&]<class T>() {
    const Matrices from(self), to(LD);
    Int *infos = info.data_ptr<Int>(), *all = pivots.data_ptr<Int>();
    if (n == 0) {
      std::fill_n(infos, info.numel(), 0);
      return;
    }
    const lapack::Routine& factor = hermitian ? lapack::hetrf<T>() : lapack::sytrf<T>();
    T wanted{};
    Int ignored = 0;
    factor('L', to_int(n), static_cast<T*>(nullptr), to_int(n), static_cast<Int*>(nullptr), &wanted, Int{-1}, &ignored);
    const Int size = work_size(wanted);
    for_matrices(to.count, ns_of<T>(cube(n) / 3), [&](int64_t begin, int64_t end) {
      std::vector<T> work(static_cast<size_t>(size));
      for (int64_t i = begin; i < end; ++i) {
        T* a = to.at<T>(i);
        copy_to_columns(from, i, a, n);
        keep_triangle(n, false, a);
        factor('L', to_int(n), a, to_int(n), all + i * n, work.data(), size, &infos[i]);
      }
    });
  });
  if (check_errors) meta::check_infos(info, "torch.linalg.ldl_factor_ex", self.dim() == 2);
}

void linalg_ldl_solve(const Tensor& LD, const Tensor& pivots, const Tensor& B, bool hermitian, Tensor& result) {
  if (result.numel() == 0) return;
  const int64_t n = LD.size(-1), columns = result.size(-1);
  const DimVector batch(result.sizes().begin(), result.sizes().end() - 2);
  DimVector pivot_sizes = batch;
  pivot_sizes.push_back(n);
  const Tensor rows = pivots.expand(pivot_sizes).contiguous();
  dispatch_lapack(LD.dtype(), "ldl_solve_kernel_cpu", [&]<class T>() {
    const Matrices factor(LD, result.sizes()), from(B, result.sizes()), to(result);
    const Int* all = rows.data_ptr<Int>();
    const lapack::Routine& solve = hermitian ? lapack::hetrs<T>() : lapack::sytrs<T>();
    for_matrices(to.count, ns_of<T>(2.0 * n * n * columns), [&](int64_t begin, int64_t end) {
      std::vector<T> ld(static_cast<size_t>(n * n));
      for (int64_t i = begin; i < end; ++i) {
        Int info = 0;
        check_block_pivots(all + i * n, n);
        copy_to_columns(factor, i, ld.data(), n);
        copy_to_columns(from, i, to.at<T>(i), n);
        solve('L', to_int(n), to_int(columns), ld.data(), to_int(n), all + i * n, to.at<T>(i), to_int(n), &info);
      }
    });
  });
}

}  // namespace rushlight::cpu
