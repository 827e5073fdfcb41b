// Eigenvalues and singular values.
#include "cpu/copy.h"
#include "cpu/linalg.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/meta_lapack.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {
namespace {

using lapack::Int;
using lapack::to_int;

template <class T>
bool all_finite(const T* a, int64_t n) {
  if constexpr (is_complex_v<T>) {
    return all_finite(reinterpret_cast<const real_t<T>*>(a), 2 * n);
  } else {
    T sum = 0;  // of x - x: 0, or NaN
    for (int64_t i = 0; i < n; ++i) sum += a[i] - a[i];
    return sum == 0;
  }
}

template <class T>
void eigh_all(const Tensor& A, char uplo, bool compute_v, Tensor& eigenvalues, Tensor& eigenvectors) {
  using Real = real_t<T>;
  const Matrices from(A);
  const int64_t n = from.rows;
  const Int order = to_int(n);
  const char job = compute_v ? 'V' : 'N';
  auto* values = static_cast<Real*>(eigenvalues.data_ptr());
  auto* vectors = static_cast<T*>(eigenvectors.data_ptr());
  std::vector<Int> infos(static_cast<size_t>(from.count));
  const auto solve = [&](T* a, Real* w, T* work, Int size, Real* rwork, Int rsize, Int* iwork, Int isize, Int* info) {
    if constexpr (is_complex_v<T>)
      lapack::heevd<T>()(job, uplo, order, a, order, w, work, size, rwork, rsize, iwork, isize, info);
    else
      lapack::heevd<T>()(job, uplo, order, a, order, w, work, size, iwork, isize, info);
  };
  T wanted{};
  Real real_wanted{};
  Int int_wanted = 0, ignored = 0;
  solve(nullptr, nullptr, &wanted, -1, &real_wanted, -1, &int_wanted, -1, &ignored);
  const Int size = work_size(wanted), rsize = is_complex_v<T> ? work_size(real_wanted) : 0;
  for_matrices(from.count, ns_of<T>(9 * cube(n)) + 3000, [&](int64_t begin, int64_t end) {
    std::vector<T> work(static_cast<size_t>(size)), own(compute_v ? 0 : static_cast<size_t>(n * n));
    std::vector<Real> rwork(static_cast<size_t>(rsize));
    std::vector<Int> iwork(static_cast<size_t>(int_wanted));
    for (int64_t i = begin; i < end; ++i) {
      T* a = compute_v ? vectors + i * n * n : own.data();
      copy_to_columns(from, i, a, n);
      solve(a, values + i * n, work.data(), size, rwork.data(), rsize, iwork.data(), int_wanted,
            &infos[static_cast<size_t>(i)]);
    }
  });
  meta::check_infos(infos.data(), from.count, "linalg.eigh", A.dim() == 2);
}

// Real matrices have their complex eigenvectors as two real columns: the pair's real and imaginary parts.
template <class Real>
void widen(int64_t n, const Real* re, const Real* im, const Real* v, Complex<Real>* values, Complex<Real>* vectors) {
  for (int64_t k = 0; k < n; ++k) values[k] = {re[k], im[k]};
  if (!vectors) return;
  for (int64_t k = 0; k < n; ++k) {
    if (im[k] == 0) {
      for (int64_t r = 0; r < n; ++r) vectors[r + k * n] = {v[r + k * n], 0};
      continue;
    }
    if (k + 1 == n) break;
    for (int64_t r = 0; r < n; ++r) {
      vectors[r + k * n] = {v[r + k * n], v[r + (k + 1) * n]};
      vectors[r + (k + 1) * n] = {v[r + k * n], -v[r + (k + 1) * n]};
    }
    ++k;
  }
}

template <class T>
void eig_all(const Tensor& A, bool compute_v, Tensor& eigenvalues, Tensor& eigenvectors) {
  using Real = real_t<T>;
  const Matrices from(A);
  const int64_t n = from.rows;
  const Int order = to_int(n);
  const char job = compute_v ? 'V' : 'N';
  auto* values = static_cast<Complex<Real>*>(eigenvalues.data_ptr());
  auto* vectors = compute_v ? static_cast<Complex<Real>*>(eigenvectors.data_ptr()) : nullptr;
  std::vector<Int> infos(static_cast<size_t>(from.count));
  // rest: the real and imaginary parts of the eigenvalues, or LAPACK's real scratch memory.
  const auto solve = [&](T* a, Complex<Real>* w, T* v, T* work, Int size, Real* rest, Int* info) {
    T* none = nullptr;
    if constexpr (is_complex_v<T>)
      lapack::geev<T>()('N', job, order, a, order, w, none, Int{1}, v, order, work, size, rest, info);
    else
      lapack::geev<T>()('N', job, order, a, order, rest, rest + n, none, Int{1}, v, order, work, size, info);
  };
  T wanted{};
  Int ignored = 0;
  std::vector<Real> dummy(static_cast<size_t>(2 * n));
  solve(nullptr, nullptr, nullptr, &wanted, -1, dummy.data(), &ignored);
  const Int size = work_size(wanted);
  for_matrices(from.count, ns_of<T>(25 * cube(n)) + 3000, [&](int64_t begin, int64_t end) {
    std::vector<T> work(static_cast<size_t>(size)), a(static_cast<size_t>(n * n)), v(a.size());
    std::vector<Real> rest(static_cast<size_t>(2 * n));
    for (int64_t i = begin; i < end; ++i) {
      copy_to_columns(from, i, a.data(), n);
      Complex<Real>* w = values + i * n;
      Complex<Real>* out = compute_v ? vectors + i * n * n : nullptr;
      solve(a.data(), w, v.data(), work.data(), size, rest.data(), &infos[static_cast<size_t>(i)]);
      if constexpr (!is_complex_v<T>)
        widen(n, rest.data(), rest.data() + n, v.data(), w, out);
      else if (out)
        std::copy(v.begin(), v.end(), out);
    }
  });
  meta::check_infos(infos.data(), from.count, "linalg.eig", A.dim() == 2);
}

// The sizes of gesdd's real scratch memory, as its documentation has them.
int64_t gesdd_real_size(bool vectors, int64_t m, int64_t n) {
  const int64_t small = std::min(m, n), large = std::max(m, n);
  if (!vectors) return 7 * small;
  return std::max(5 * small * small + 5 * small, 2 * large * small + 2 * small * small + small);
}

template <class T>
void svd_all(const Tensor& A, bool full, bool vectors, Tensor& U, Tensor& S, Tensor& Vh) {
  using Real = real_t<T>;
  const Matrices from(A);
  const int64_t m = from.rows, n = from.columns, k = std::min(m, n), left = full ? m : k, right = full ? n : k;
  const char job = !vectors ? 'N' : full ? 'A' : 'S';
  const Int rows = to_int(m), columns = to_int(n), ldv = to_int(std::max<int64_t>(1, vectors ? right : 1));
  auto* u = static_cast<T*>(U.data_ptr());
  auto* v = static_cast<T*>(Vh.data_ptr());
  auto* s = static_cast<Real*>(S.data_ptr());
  std::vector<Int> infos(static_cast<size_t>(from.count));
  const auto solve = [&](T* a, Real* values, T* ui, T* vi, T* work, Int size, Real* rwork, Int* iwork, Int* info) {
    if constexpr (is_complex_v<T>)
      lapack::gesdd<T>()(job, rows, columns, a, rows, values, ui, rows, vi, ldv, work, size, rwork, iwork, info);
    else
      lapack::gesdd<T>()(job, rows, columns, a, rows, values, ui, rows, vi, ldv, work, size, iwork, info);
  };
  T wanted{};
  Int ignored = 0;
  solve(nullptr, nullptr, nullptr, nullptr, &wanted, -1, nullptr, nullptr, &ignored);
  const Int size = work_size(wanted);
  const double cost = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  for_matrices(from.count, ns_of<T>(12 * cost) + 5000, [&](int64_t begin, int64_t end) {
    std::vector<T> work(static_cast<size_t>(size)), a(static_cast<size_t>(m * n));
    std::vector<Real> rwork(is_complex_v<T> ? static_cast<size_t>(gesdd_real_size(vectors, m, n)) : 0);
    std::vector<Int> iwork(static_cast<size_t>(8 * k));
    for (int64_t i = begin; i < end; ++i) {
      copy_to_columns(from, i, a.data(), m);
      if (!all_finite(a.data(), m * n)) {
        infos[static_cast<size_t>(i)] = -4;
        continue;
      }
      solve(a.data(), s + i * k, vectors ? u + i * m * left : nullptr, vectors ? v + i * right * n : nullptr,
            work.data(), size, rwork.data(), iwork.data(), &infos[static_cast<size_t>(i)]);
    }
  });
  meta::check_infos(infos.data(), from.count, "linalg.svd", A.dim() == 2);
}

// The singular vectors of a matrix without entries: parts of the identity.
void fill_identity(Tensor& t) {
  if (t.numel() == 0) return;
  dispatch_lapack(t.dtype(), "linalg_svd_cpu", [&]<class T>() {
    const Matrices to(t);
    for (int64_t i = 0; i < to.count; ++i) {
      T* a = to.at<T>(i);
      std::fill_n(a, to.size(), T(0));
      for (int64_t k = 0; k < std::min(to.rows, to.columns); ++k) a[k * (to.row_stride + to.column_stride)] = T(1);
    }
  });
}

}  // namespace

void _linalg_eigh(const Tensor& A, std::string_view UPLO, bool compute_v, Tensor& eigenvalues, Tensor& eigenvectors) {
  if (A.numel() == 0) return;
  const char uplo = UPLO == "U" || UPLO == "u" ? 'U' : 'L';
  dispatch_lapack(A.dtype(), "linalg_eigh_cpu",
                  [&]<class T>() { eigh_all<T>(A, uplo, compute_v, eigenvalues, eigenvectors); });
}

void _linalg_eig(const Tensor& A, bool compute_v, Tensor& eigenvalues, Tensor& eigenvectors) {
  if (A.numel() == 0) return;
  dispatch_lapack(A.dtype(), "linalg_eig_out_cpu",
                  [&]<class T>() { eig_all<T>(A, compute_v, eigenvalues, eigenvectors); });
}

void _linalg_svd(const Tensor& A, bool full_matrices, bool compute_uv, std::optional<std::string_view> driver,
                 Tensor& U, Tensor& S, Tensor& Vh) {
  if (A.numel() == 0) {
    if (!compute_uv) return;
    fill_identity(U);
    return fill_identity(Vh);
  }
  // Small singular values of a small matrix in single precision deserve double: it costs little.
  if (to_real_type(A.dtype()) == kFloat && std::max(A.size(-1), A.size(-2)) <= kSmall) {
    const NoGradGuard no_grad;
    const ScalarType wide = A.is_complex() ? kComplexDouble : kDouble;
    const auto twin = [](const Tensor& t, ScalarType dtype) {
      return detail::allocate_tensor(t.sizes(), t.strides(), dtype);
    };
    Tensor wide_U = twin(U, wide), wide_S = twin(S, kDouble), wide_Vh = twin(Vh, wide);
    _linalg_svd(A.detach().to(wide), full_matrices, compute_uv, driver, wide_U, wide_S, wide_Vh);
    copy_elements(S, wide_S);
    if (!compute_uv) return;
    copy_elements(U, wide_U);
    return copy_elements(Vh, wide_Vh);
  }
  dispatch_lapack(A.dtype(), "linalg_svd_cpu", [&]<class T>() { svd_all<T>(A, full_matrices, compute_uv, U, S, Vh); });
}

}  // namespace rushlight::cpu
