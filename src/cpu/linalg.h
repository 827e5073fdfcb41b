// What the linear-algebra kernels share: matrices of a batch, copies into LAPACK's column order, loops over the batch.
#pragma once
#include <algorithm>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/dispatch.h"
#include "cpu/lapack.h"
#include "rushlight/tensor.h"

namespace rushlight::cpu {

template <class T>
struct RealOf {
  using type = T;
};
template <class T>
struct RealOf<Complex<T>> {
  using type = T;
};
template <class T>
using real_t = typename RealOf<T>::type;

template <class T>
T conjugate(T x) {
  if constexpr (is_complex_v<T>)
    return conj(x);
  else
    return x;
}
// |re| + |im|, the size LAPACK chooses pivots by.
template <class T>
real_t<T> size_of(T x) {
  if constexpr (is_complex_v<T>)
    return std::abs(x.re) + std::abs(x.im);
  else
    return std::abs(x);
}

// The last two dimensions of a tensor as matrices, the others as a batch; any strides. Vectors are batches of columns
// with `columns` 1 where the kernel says so.
class Matrices {
 public:
  explicit Matrices(const Tensor& t) : Matrices(t, t.sizes()) {}
  // Seen with the batch sizes of `like` in front (broadcast).
  Matrices(const Tensor& t, IntArrayRef like) : rows(t.size(-2)), columns(t.size(-1)) {
    const size_t n = like.size() - 2, own = static_cast<size_t>(t.dim()) - 2;
    row_stride = t.strides()[own];
    column_stride = t.strides()[own + 1];
    for (size_t d = 0; d < n; ++d) {
      count *= like[d];
      sizes_.push_back(like[d]);
      const bool there = d + own >= n;
      const size_t at = d + own - n;
      strides_.push_back(there && t.sizes()[at] != 1 ? t.strides()[at] : 0);
    }
    data_ = static_cast<char*>(t.data_ptr());
  }
  int64_t offset(int64_t i) const {
    int64_t at = 0;
    for (size_t d = sizes_.size(); d-- > 0;) {
      at += i % sizes_[d] * strides_[d];
      i /= sizes_[d];
    }
    return at;
  }
  template <class T>
  T* at(int64_t i) const {
    return reinterpret_cast<T*>(data_) + offset(i);
  }
  int64_t size() const { return rows * columns; }

  int64_t rows, columns, row_stride = 0, column_stride = 0, count = 1;

 private:
  char* data_ = nullptr;
  DimVector sizes_, strides_;
};

// dst (column-major, leading dimension ld) = src.
template <class T>
void copy_to_columns(const T* src, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride, T* dst,
                     int64_t ld) {
  if (row_stride == 1) {
    for (int64_t j = 0; j < columns; ++j) std::copy_n(src + j * column_stride, rows, dst + j * ld);
    return;
  }
  constexpr int64_t kBlock = 16;  // so that both sides stay in cache
  for (int64_t j0 = 0; j0 < columns; j0 += kBlock) {
    const int64_t j1 = std::min(columns, j0 + kBlock);
    for (int64_t i0 = 0; i0 < rows; i0 += kBlock) {
      const int64_t i1 = std::min(rows, i0 + kBlock);
      for (int64_t j = j0; j < j1; ++j)
        for (int64_t i = i0; i < i1; ++i) dst[i + j * ld] = src[i * row_stride + j * column_stride];
    }
  }
}
template <class T>
void copy_to_columns(const Matrices& from, int64_t i, T* dst, int64_t ld) {
  copy_to_columns(from.at<T>(i), from.rows, from.columns, from.row_stride, from.column_stride, dst, ld);
}

// f(begin, end) over the matrices of a batch. `ns` is what one costs; chunks depend on it and on nothing else.
template <class F>
void for_matrices(int64_t count, double ns, const F& f) {
  parallel_for(count, std::max<int64_t>(1, static_cast<int64_t>(20000.0 / (ns + 20.0))), ns + 20.0, f);
}
// A guess at the time of so many multiplications and additions.
template <class T>
double ns_of(double operations) {
  return operations * (is_complex_v<T> ? 0.6 : 0.15) + 300.0;
}
inline double cube(int64_t n) { return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n); }

// Scratch memory for LAPACK: as many elements as it asks for.
template <class T>
lapack::Int work_size(T answer) {
  double wanted = 0;
  if constexpr (is_complex_v<T>)
    wanted = static_cast<double>(answer.re);
  else
    wanted = static_cast<double>(answer);
  // In float a large number may have been rounded down.
  return static_cast<lapack::Int>(std::max(1.0, wanted * (sizeof(real_t<T>) == 4 && wanted > 1e7 ? 1.000001 : 1.0)));
}

// The order up to which factorizations are done here: for these a call of LAPACK costs more than the work.
constexpr int64_t kSmall = 12;

// LU with partial pivoting of a column-major matrix, as getrf: returns its info; pivots count from 1.
template <class T>
lapack::Int lu_factor(int64_t m, int64_t n, T* a, lapack::Int* pivots) {
  if (m > kSmall || n > kSmall) {
    lapack::Int info = 0;
    const lapack::Int rows = lapack::to_int(m), columns = lapack::to_int(n);
    lapack::getrf<T>()(rows, columns, a, std::max<lapack::Int>(1, rows), pivots, &info);
    return info;
  }
  lapack::Int info = 0;
  for (int64_t k = 0; k < std::min(m, n); ++k) {
    T* column = a + k * m;
    int64_t best = k;
    for (int64_t i = k + 1; i < m; ++i)
      if (size_of(column[i]) > size_of(column[best])) best = i;
    pivots[k] = static_cast<lapack::Int>(best + 1);
    if (column[best] == T(0)) {
      if (info == 0) info = static_cast<lapack::Int>(k + 1);
      continue;
    }
    if (best != k)
      for (int64_t j = 0; j < n; ++j) std::swap(a[k + j * m], a[best + j * m]);
    for (int64_t i = k + 1; i < m; ++i) column[i] = column[i] / column[k];
    for (int64_t j = k + 1; j < n; ++j) {
      const T factor = a[k + j * m];
      for (int64_t i = k + 1; i < m; ++i) a[i + j * m] = a[i + j * m] - column[i] * factor;
    }
  }
  return info;
}

// Which system an LU factorization solves: A X = B, Aᵀ X = B, Aᴴ X = B.
enum class Solve : char { Plain = 'N', Transposed = 'T', Adjoint = 'C' };

// b (n x columns, column-major) = the solution, as getrs.
template <class T>
void lu_solve(Solve how, int64_t n, int64_t columns, const T* lu, const lapack::Int* pivots, T* b) {
  if (n == 0 || columns == 0) return;
  if (n > kSmall || columns > 4 * kSmall) {
    lapack::Int info = 0;
    const lapack::Int order = lapack::to_int(n);
    lapack::getrs<T>()(static_cast<char>(how), order, lapack::to_int(columns), lu, order, pivots, b, order, &info);
    return;
  }
  for (int64_t c = 0; c < columns; ++c) {
    T* x = b + c * n;
    if (how == Solve::Plain) {
      for (int64_t k = 0; k < n; ++k) std::swap(x[k], x[pivots[k] - 1]);
      for (int64_t k = 0; k < n; ++k)
        for (int64_t i = k + 1; i < n; ++i) x[i] = x[i] - lu[i + k * n] * x[k];
      for (int64_t k = n; k-- > 0;) {
        x[k] = x[k] / lu[k + k * n];
        for (int64_t i = 0; i < k; ++i) x[i] = x[i] - lu[i + k * n] * x[k];
      }
      continue;
    }
    const auto entry = [&](int64_t i, int64_t k) {
      return how == Solve::Adjoint ? conjugate(lu[i + k * n]) : lu[i + k * n];
    };
    for (int64_t k = 0; k < n; ++k) {
      T sum = x[k];
      for (int64_t i = 0; i < k; ++i) sum = sum - entry(i, k) * x[i];
      x[k] = sum / entry(k, k);
    }
    for (int64_t k = n; k-- > 0;) {
      T sum = x[k];
      for (int64_t i = k + 1; i < n; ++i) sum = sum - entry(i, k) * x[i];
      x[k] = sum;
    }
    for (int64_t k = n; k-- > 0;) std::swap(x[k], x[pivots[k] - 1]);
  }
}

}  // namespace rushlight::cpu
