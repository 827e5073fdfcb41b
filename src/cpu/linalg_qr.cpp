// QR factorizations, products with their reflectors, and least squares.
#include "cpu/linalg.h"
#include "dispatch/kernels.h"
#include "plan/meta_lapack.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {
namespace {

using lapack::Int;
using lapack::to_int;

// The scratch memory that a routine asks for: `ask` calls it with a size of -1.
template <class T, class F>
Int ask_size(const F& ask) {
  T wanted{};
  Int info = 0;
  ask(&wanted, Int{-1}, &info);
  return work_size(wanted);
}

template <class T>
Int geqrf_size(int64_t m, int64_t n) {
  const Int rows = to_int(m);
  return ask_size<T>([&](T* work, Int size, Int* info) {
    T* none = nullptr;
    lapack::geqrf<T>()(rows, to_int(n), none, rows, none, work, size, info);
  });
}
template <class T>
Int ungqr_size(int64_t m, int64_t n, int64_t k) {
  const Int rows = to_int(m);
  return ask_size<T>([&](T* work, Int size, Int* info) {
    T* none = nullptr;
    lapack::ungqr<T>()(rows, to_int(n), to_int(k), none, rows, none, work, size, info);
  });
}

double product_of(int64_t a, int64_t b, int64_t c) {
  return static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
}

}  // namespace

void geqrf(const Tensor& self, Tensor& a, Tensor& tau) {
  if (self.numel() == 0) return;
  dispatch_lapack(self.dtype(), "geqrf_cpu", [&]<class T>() {
    const Matrices from(self), to(a);
    const int64_t m = from.rows, n = from.columns, k = std::min(m, n);
    const Int rows = to_int(m), columns = to_int(n), size = geqrf_size<T>(m, n);
    T* factors = static_cast<T*>(tau.data_ptr());
    for_matrices(to.count, ns_of<T>(2 * product_of(m, n, k)) + 500, [&](int64_t begin, int64_t end) {
      std::vector<T> work(static_cast<size_t>(size));
      for (int64_t i = begin; i < end; ++i) {
        Int info = 0;
        copy_to_columns(from, i, to.at<T>(i), m);
        lapack::geqrf<T>()(rows, columns, to.at<T>(i), rows, factors + i * k, work.data(), size, &info);
      }
    });
  });
}

void linalg_qr(const Tensor& A, std::string_view mode, Tensor& Q, Tensor& R) {
  const Matrices from(A);
  const int64_t m = from.rows, n = from.columns, k = std::min(m, n), wide = mode == "complete" ? m : k;
  const bool want_q = mode != "r";
  dispatch_lapack(A.dtype(), "geqrf_cpu", [&]<class T>() {
    const Int rows = to_int(m), columns = to_int(n);
    const Int size = k == 0 ? 1 : std::max(geqrf_size<T>(m, n), ungqr_size<T>(m, wide, k));
    T *q = static_cast<T*>(Q.data_ptr()), *r = static_cast<T*>(R.data_ptr());
    for_matrices(from.count, ns_of<T>(4 * product_of(m, n, k)) + 1000, [&](int64_t begin, int64_t end) {
      std::vector<T> work(static_cast<size_t>(size)), a(static_cast<size_t>(m * std::max(n, wide))),
          tau(static_cast<size_t>(k));
      for (int64_t i = begin; i < end; ++i) {
        Int info = 0;
        copy_to_columns(from, i, a.data(), m);
        if (k) lapack::geqrf<T>()(rows, columns, a.data(), rows, tau.data(), work.data(), size, &info);
        T* ri = r + i * wide * n;
        for (int64_t c = 0; c < n; ++c)
          for (int64_t d = 0; d < wide; ++d) ri[d + c * wide] = d <= c ? a[static_cast<size_t>(d + c * m)] : T(0);
        if (!want_q || wide == 0) continue;
        T* qi = q + i * m * wide;
        std::fill_n(qi, m * wide, T(0));
        if (k == 0) {
          for (int64_t d = 0; d < wide; ++d) qi[d + d * m] = T(1);
          continue;
        }
        std::copy_n(a.data(), m * std::min(n, wide), qi);
        lapack::ungqr<T>()(rows, to_int(wide), to_int(k), qi, rows, tau.data(), work.data(), size, &info);
      }
    });
  });
}

void linalg_householder_product(const Tensor& input, const Tensor& tau, Tensor& result) {
  if (result.numel() == 0) return;
  const Tensor flat = tau.detach().contiguous();
  dispatch_lapack(input.dtype(), "orgqr_cpu", [&]<class T>() {
    const Matrices from(input), to(result);
    const int64_t m = from.rows, n = from.columns, k = flat.size(-1);
    const Int rows = to_int(m), columns = to_int(n), size = ungqr_size<T>(m, n, k);
    const T* factors = static_cast<const T*>(flat.data_ptr());
    for_matrices(to.count, ns_of<T>(2 * product_of(m, n, k)) + 500, [&](int64_t begin, int64_t end) {
      std::vector<T> work(static_cast<size_t>(size));
      for (int64_t i = begin; i < end; ++i) {
        Int info = 0;
        copy_to_columns(from, i, to.at<T>(i), m);
        lapack::ungqr<T>()(rows, columns, to_int(k), to.at<T>(i), rows, factors + i * k, work.data(), size, &info);
      }
    });
  });
}

void ormqr(const Tensor& self, const Tensor& input2, const Tensor& input3, bool left, bool transpose, Tensor& result) {
  if (result.numel() == 0) return;
  const Tensor flat = input2.detach().contiguous();
  dispatch_lapack(self.dtype(), "ormqr_cpu", [&]<class T>() {
    const Matrices reflectors(self), from(input3), to(result);
    const int64_t m = to.rows, n = to.columns, order = left ? m : n, k = flat.size(-1);
    const Int rows = to_int(m), columns = to_int(n), ld = to_int(order);
    const char side = left ? 'L' : 'R', form = transpose ? (is_complex_v<T> ? 'C' : 'T') : 'N';
    const T* factors = static_cast<const T*>(flat.data_ptr());
    const Int size = ask_size<T>([&](T* work, Int wanted, Int* info) {
      T* none = nullptr;
      lapack::unmqr<T>()(side, form, rows, columns, to_int(k), none, ld, none, none, rows, work, wanted, info);
    });
    for_matrices(to.count, ns_of<T>(2 * product_of(m, n, k)) + 500, [&](int64_t begin, int64_t end) {
      std::vector<T> work(static_cast<size_t>(size)), v(static_cast<size_t>(order * std::max(k, reflectors.columns)));
      for (int64_t i = begin; i < end; ++i) {
        Int info = 0;
        copy_to_columns(reflectors, i, v.data(), order);
        copy_to_columns(from, i, to.at<T>(i), m);
        lapack::unmqr<T>()(side, form, rows, columns, to_int(k), v.data(), ld, factors + i * k, to.at<T>(i), rows,
                           work.data(), size, &info);
      }
    });
  });
}

namespace {

enum class Driver { gels, gelsy, gelsd, gelss };

Driver driver_of(std::string_view name) {
  return name == "gels"    ? Driver::gels
         : name == "gelsd" ? Driver::gelsd
         : name == "gelss" ? Driver::gelss
                           : Driver::gelsy;
}

// The scratch memory of one least-squares problem.
template <class T>
struct LeastSquares {
  using Real = real_t<T>;
  Driver driver;
  Int m, n, columns, ldb;
  Real rcond;
  std::vector<T> work = std::vector<T>(1);
  std::vector<Real> rwork = std::vector<Real>(1);
  std::vector<Int> iwork = std::vector<Int>(1);

  Int solve(T* a, T* b, Real* s, Int* rank, Int size) {
    Int info = 0;
    T* w = work.data();
    switch (driver) {
      case Driver::gels:
        lapack::gels<T>()('N', m, n, columns, a, m, b, ldb, w, size, &info);
        break;
      case Driver::gelsy:
        std::fill(iwork.begin(), iwork.end(), 0);  // every column may be moved
        if constexpr (is_complex_v<T>)
          lapack::gelsy<T>()(m, n, columns, a, m, b, ldb, iwork.data(), &rcond, rank, w, size, rwork.data(), &info);
        else
          lapack::gelsy<T>()(m, n, columns, a, m, b, ldb, iwork.data(), &rcond, rank, w, size, &info);
        break;
      case Driver::gelsd:
        if constexpr (is_complex_v<T>)
          lapack::gelsd<T>()(m, n, columns, a, m, b, ldb, s, &rcond, rank, w, size, rwork.data(), iwork.data(), &info);
        else
          lapack::gelsd<T>()(m, n, columns, a, m, b, ldb, s, &rcond, rank, w, size, iwork.data(), &info);
        break;
      case Driver::gelss:
        if constexpr (is_complex_v<T>)
          lapack::gelss<T>()(m, n, columns, a, m, b, ldb, s, &rcond, rank, w, size, rwork.data(), &info);
        else
          lapack::gelss<T>()(m, n, columns, a, m, b, ldb, s, &rcond, rank, w, size, &info);
        break;
    }
    return info;
  }
  // Asks for the sizes and reserves them; gelsy and gelss have fixed ones for their lesser arrays.
  void reserve() {
    const size_t small = static_cast<size_t>(std::max<Int>(1, std::min(m, n)));
    Int rank = 0;
    solve(nullptr, nullptr, nullptr, &rank, -1);
    const Int size = work_size(work[0]);
    if (driver == Driver::gelsd) {
      if constexpr (is_complex_v<T>) rwork.resize(static_cast<size_t>(work_size(rwork[0])));
      iwork.resize(static_cast<size_t>(std::max<Int>(1, iwork[0])));
    } else {
      rwork.resize(std::max(5 * small, 2 * static_cast<size_t>(n)));
      iwork.resize(static_cast<size_t>(std::max<Int>(1, n)));
    }
    work.resize(static_cast<size_t>(size));
  }
};

}  // namespace

void _linalg_lstsq(const Tensor& self, const Tensor& b, double rcond, std::string_view driver, Tensor& solution,
                   Tensor& residuals, Tensor& rank, Tensor& singular_values) {
  const Matrices from(self), right(b), to(solution);
  const int64_t m = from.rows, n = from.columns, columns = right.columns, k = std::min(m, n), ld = std::max(m, n);
  if (rank.numel()) std::fill_n(rank.data_ptr<int64_t>(), rank.numel(), int64_t{0});
  dispatch_lapack(self.dtype(), "torch.linalg.lstsq_cpu", [&]<class T>() {
    using Real = real_t<T>;
    T* x = static_cast<T*>(solution.data_ptr());
    if (solution.numel()) std::fill_n(x, solution.numel(), T(0));
    auto* rest = static_cast<Real*>(residuals.data_ptr());
    if (residuals.numel()) std::fill_n(rest, residuals.numel(), Real(0));
    if (k == 0 || columns == 0 || from.count == 0) return;
    std::vector<Int> infos(static_cast<size_t>(from.count));
    for_matrices(from.count, ns_of<T>(6 * product_of(m, n, k)) + 5000, [&](int64_t begin, int64_t end) {
      LeastSquares<T> problem{driver_of(driver), to_int(m),  to_int(n),
                              to_int(columns),   to_int(ld), static_cast<Real>(rcond)};
      problem.reserve();
      const Int size = to_int(static_cast<int64_t>(problem.work.size()));
      std::vector<T> a(static_cast<size_t>(m * n)), y(static_cast<size_t>(ld * columns));
      std::vector<Real> s(static_cast<size_t>(k));
      for (int64_t i = begin; i < end; ++i) {
        Int found = 0;
        copy_to_columns(from, i, a.data(), m);
        copy_to_columns(right, i, y.data(), ld);
        infos[static_cast<size_t>(i)] = problem.solve(a.data(), y.data(), s.data(), &found, size);
        for (int64_t c = 0; c < columns; ++c) {
          std::copy_n(y.data() + c * ld, n, x + (i * columns + c) * n);
          Real sum = 0;
          for (int64_t r = n; r < m; ++r) {
            const Real part = size_of(y[static_cast<size_t>(r + c * ld)]);
            if constexpr (is_complex_v<T>)
              sum += norm(y[static_cast<size_t>(r + c * ld)]);
            else
              sum += part * part;
          }
          rest[i * columns + c] = sum;
        }
        if (rank.numel()) rank.data_ptr<int64_t>()[i] = found;
        if (singular_values.numel())
          std::copy(s.begin(), s.end(), static_cast<Real*>(singular_values.data_ptr()) + i * k);
      }
    });
    meta::check_infos(infos.data(), from.count, "torch.linalg.lstsq", self.dim() == 2);
  });
}

}  // namespace rushlight::cpu
