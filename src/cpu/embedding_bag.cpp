// Bags of embeddings: sums, means and maxima of rows of a table.
#include <algorithm>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/convert.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "cpu/norm.h"
#include "cpu/reduce.h"
#include "dispatch/kernels.h"

namespace rushlight::cpu {
namespace {

// Where each bag begins and ends in the indices.
std::vector<int64_t> bounds(const Tensor& offsets, int64_t bags, int64_t count, bool include_last_offset) {
  const Tensor starts = dense(offsets, kLong);
  const int64_t* at = starts.const_data_ptr<int64_t>();
  std::vector<int64_t> found(at, at + starts.numel());
  check(found.empty() || found[0] == 0,
        "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got "
        "{}",
        found.empty() ? 0 : found[0]);
  check(found.empty() || found.back() <= count,
        "offsets[-1] can not be greater than input's length {} but got offsets[-1] of {}", count,
        found.empty() ? 0 : found.back());
  if (!include_last_offset) found.push_back(count);
  for (int64_t b = 0; b < bags; ++b)
    check(found[static_cast<size_t>(b)] <= found[static_cast<size_t>(b + 1)],
          "embedding_bag: offsets must not decrease, but offsets[{}] is {} and the next {}", b,
          found[static_cast<size_t>(b)], found[static_cast<size_t>(b + 1)]);
  return found;
}

struct Bag {
  const int64_t* indices;
  int64_t begin, end, padding;
};

template <class A, class T>
void add_row(const T* row, A scale, bool scaled, A* sums, int64_t width) {
  if constexpr (std::is_same_v<A, T>) {
    if (!scaled) return norm_kernels<A>().add(sums, row, width);
  }
  for (int64_t j = 0; j < width; ++j) sums[j] += load(row[j]) * scale;
}

// The sum of a bag's rows; returns how many there were.
template <class T>
int64_t sum_rows(const Bag& bag, const T* table, int64_t width, const T* weights, opmath_t<T>* sums) {
  int64_t size = 0;
  std::fill_n(sums, width, opmath_t<T>(0));
  for (int64_t i = bag.begin; i < bag.end; ++i) {
    if (bag.indices[i] == bag.padding) continue;
    ++size;
    add_row(table + bag.indices[i] * width, weights ? load(weights[i]) : opmath_t<T>(1), weights != nullptr, sums,
            width);
  }
  return size;
}

// The largest element of each column, and the row it is in (-1 where the bag is empty).
template <class T>
int64_t max_rows(const Bag& bag, const T* table, int64_t width, opmath_t<T>* best, int64_t* rows) {
  int64_t size = 0;
  std::fill_n(best, width, opmath_t<T>(0));
  std::fill_n(rows, width, int64_t{-1});
  for (int64_t i = bag.begin; i < bag.end; ++i) {
    if (bag.indices[i] == bag.padding) continue;
    const T* row = table + bag.indices[i] * width;
    for (int64_t j = 0; j < width; ++j) {
      const opmath_t<T> v = load(row[j]);
      if (size > 0 && !(v > best[j])) continue;
      best[j] = v;
      rows[j] = bag.indices[i];
    }
    ++size;
  }
  return size;
}

}  // namespace

void _embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool, int64_t mode, bool,
                    const Tensor& per_sample_weights, bool include_last_offset, int64_t padding_idx, Tensor& output,
                    Tensor& offset2bag, Tensor& bag_size, Tensor& max_indices) {
  const int64_t table_rows = weight.sizes()[0], width = weight.sizes()[1], bags = output.sizes()[0];
  const Tensor where = dense(indices, kLong), table = dense(weight),
               scales = per_sample_weights.defined() ? dense(per_sample_weights) : Tensor();
  const int64_t* at = where.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < where.numel(); ++i)
    check(at[i] >= 0 && at[i] < table_rows,
          "embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be {} (at position {}, with {} "
          "embeddings)",
          at[i], i, table_rows);
  const std::vector<int64_t> ends = bounds(offsets, bags, where.numel(), include_last_offset);
  int64_t *sizes = bag_size.data_ptr<int64_t>(), *bag_of = offset2bag.data_ptr<int64_t>(),
          *rows = max_indices.data_ptr<int64_t>();
  std::fill_n(bag_of, where.numel(), bags);  // what lies behind the last bag is in none
  if (mode != 2) std::fill_n(rows, bags, int64_t{0});
  dispatch_floating(weight.dtype(), "embedding_bag", [&]<class T>() {
    using A = opmath_t<T>;
    const T *from = static_cast<const T*>(table.data_ptr()),
            *weights = scales.defined() ? static_cast<const T*>(scales.data_ptr()) : nullptr;
    T* to = static_cast<T*>(output.data_ptr());
    const double ns =
        10 + 0.2 * static_cast<double>(width * where.numel()) / static_cast<double>(std::max<int64_t>(bags, 1));
    parallel_for(bags, std::max<int64_t>(1, static_cast<int64_t>(20000 / ns)), ns, [&](int64_t begin, int64_t end) {
      std::vector<A> memory(std::is_same_v<A, T> ? 0 : static_cast<size_t>(width));
      for (int64_t b = begin; b < end; ++b) {
        const Bag bag{at, ends[static_cast<size_t>(b)], ends[static_cast<size_t>(b + 1)], padding_idx};
        A* sums = memory.data();
        if constexpr (std::is_same_v<A, T>) sums = to + b * width;
        std::fill(bag_of + bag.begin, bag_of + bag.end, b);
        sizes[b] =
            mode == 2 ? max_rows(bag, from, width, sums, rows + b * width) : sum_rows(bag, from, width, weights, sums);
        if (mode == 1 && sizes[b] > 1)
          norm_kernels<A>().affine(sums, sums, width, A(1) / static_cast<A>(sizes[b]), A(0));
        if constexpr (!std::is_same_v<A, T>)
          for (int64_t j = 0; j < width; ++j) to[b * width + j] = store<T>(sums[j]);
      }
    });
  });
}

}  // namespace rushlight::cpu
