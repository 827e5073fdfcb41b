// Embedding: gathering rows, adding gradients up at their rows in a fixed order, scaling rows down to a largest norm.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/complex_view.h"
#include "cpu/convert.h"
#include "cpu/norm.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"

namespace rushlight::cpu {
namespace {

// Indices as dense int64, each proved to lie in [0, rows).
Tensor checked_indices(const char* op, const Tensor& indices, int64_t rows) {
  Tensor dense_indices = dense(indices, kLong);
  const int64_t* at = static_cast<const int64_t*>(dense_indices.data_ptr());
  for (int64_t i = 0; i < dense_indices.numel(); ++i) {
    check_index(at[i] >= 0 && at[i] < rows,
                "index out of range in self ({}: index {} at flat position {} of indices, but weight has {} rows, so 0 "
                "to {} are allowed)",
                op, at[i], i, rows, rows - 1);
  }
  return dense_indices;
}

constexpr int64_t kTile = 128;  // columns of the gradient one task adds up

}  // namespace

void embedding(const Tensor& weight, const Tensor& indices, int64_t, bool, bool, Tensor& result) {
  const int64_t rows = weight.sizes()[0], width = weight.sizes()[1], bytes = width * weight.element_size();
  const Tensor table = weight.numel() == 0 ? weight : dense(weight),
               where = checked_indices("embedding", indices, rows);
  const int64_t* at = static_cast<const int64_t*>(where.data_ptr());
  const char* from = static_cast<const char*>(table.data_ptr());
  char* to = static_cast<char*>(result.data_ptr());
  if (bytes == 0) return;
  parallel_for(where.numel(), std::max<int64_t>(1, 32768 / bytes), 8 + 0.08 * static_cast<double>(bytes),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i)
                   memcpy(to + i * bytes, from + at[i] * bytes, static_cast<size_t>(bytes));
               });
}

void embedding_dense_backward(const Tensor& grad_output, const Tensor& indices, int64_t num_weights,
                              int64_t padding_idx, bool scale_grad_by_freq, Tensor& result) {
  const int64_t width = result.sizes()[1];
  if (is_complex(result.dtype())) {  // rows of twice as many reals
    const auto reals = [width](const Tensor& t) {
      const int64_t rows = width == 0 ? 0 : t.numel() / width;
      return detail::alias(real_view(t), {rows, 2 * width}, {2 * width, 1}, 2 * t.storage_offset());
    };
    if (result.numel() == 0) return;
    Tensor parts = reals(result);
    return embedding_dense_backward(reals(dense(grad_output)), indices, num_weights, padding_idx, scale_grad_by_freq,
                                    parts);
  }
  const Tensor where = checked_indices("embedding_dense_backward", indices, num_weights);
  if (result.numel() == 0) return;
  const int64_t count = where.numel();
  const int64_t* at = static_cast<const int64_t*>(where.data_ptr());
  std::vector<int64_t> times;
  if (scale_grad_by_freq) {
    times.resize(static_cast<size_t>(num_weights));
    for (int64_t i = 0; i < count; ++i) ++times[static_cast<size_t>(at[i])];
  }
  dispatch_floating(result.dtype(), "embedding_backward", [&]<class Out>() {
    using T = opmath_t<Out>;
    const ScalarType compute = std::is_same_v<T, double> ? kDouble : kFloat;
    const Tensor grad = dense(grad_output, compute);
    Tensor sums = result.dtype() == compute ? result : detail::allocate_tensor(result.sizes(), compute);
    const T* from = static_cast<const T*>(grad.data_ptr());
    T* to = static_cast<T*>(sums.data_ptr());
    // Each task owns a strip of columns and goes through all indices in order: no two write one place, the order is fixed.
    const int64_t tiles = (width + kTile - 1) / kTile;
    const auto& kernels = norm_kernels<T>();
    parallel_for(num_weights, std::max<int64_t>(1, 32768 / std::max<int64_t>(1, width)),
                 0.1 * static_cast<double>(width),
                 [&](int64_t begin, int64_t end) { std::fill_n(to + begin * width, (end - begin) * width, T(0)); });
    const double ns = (3.0 + 0.15 * static_cast<double>(std::min(width, kTile))) * static_cast<double>(count);
    parallel_for(tiles, 1, ns, [&](int64_t begin, int64_t end) {
      const int64_t first = begin * kTile, n = std::min(width, end * kTile) - first;
      for (int64_t i = 0; i < count; ++i) {
        if (at[i] == padding_idx) continue;
        const T scale = scale_grad_by_freq ? T(1) / static_cast<T>(times[static_cast<size_t>(at[i])]) : T(1);
        T* row = to + at[i] * width + first;
        const T* add = from + i * width + first;
        if (scale_grad_by_freq) {
          for (int64_t j = 0; j < n; ++j) row[j] += add[j] * scale;
        } else {
          kernels.add(row, add, n);
        }
      }
    });
    if (result.dtype() != compute)
      convert(result.data_ptr(), result.dtype(), 1, sums.data_ptr(), compute, 1, sums.numel());
  });
}

void embedding_renorm_(const Tensor& self, const Tensor& indices, double max_norm, double norm_type) {
  const Tensor where = checked_indices("embedding_renorm_", indices, self.sizes()[0]);
  const int64_t* at = static_cast<const int64_t*>(where.data_ptr());
  std::vector<int64_t> rows(at, at + where.numel());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  const int64_t width = self.sizes()[1], down = self.strides()[0], across = self.strides()[1];
  const auto size_of = []<class V>(V v) {
    if constexpr (is_complex_v<V>)
      return abs(Complex<double>(v));
    else
      return std::abs(static_cast<double>(v));
  };
  dispatch_floating_and_complex(self.dtype(), "embedding_renorm_", [&]<class T>() {
    T* data = static_cast<T*>(self.data_ptr());
    for (const int64_t r : rows) {
      T* row = data + r * down;
      double norm = 0;
      for (int64_t j = 0; j < width; ++j) {
        const double v = size_of(load(row[j * across]));
        norm = std::isinf(norm_type) ? std::max(norm, v) : norm + (norm_type == 2 ? v * v : std::pow(v, norm_type));
      }
      if (!std::isinf(norm_type)) norm = norm_type == 2 ? std::sqrt(norm) : std::pow(norm, 1 / norm_type);
      if (norm <= max_norm) continue;
      const double scale = max_norm / (norm + 1e-7);
      for (int64_t j = 0; j < width; ++j)
        row[j * across] = store<T>(load(row[j * across]) * static_cast<opmath_t<T>>(scale));
    }
  });
}

}  // namespace rushlight::cpu
