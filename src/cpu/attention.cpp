// Scaled dot-product attention in blocks, forward and backward, on the GEMM kernels.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/thread_pool.h"
#include "cpu/convert.h"
#include "cpu/copy.h"
#include "cpu/gemm.h"
#include "cpu/isa/softmax_kernels.h"
#include "cpu/norm.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"

namespace rushlight::cpu {
namespace {

// Note [Attention in blocks]
// The scores of kRows queries and kColumns keys exist at a time. Forward, a task owns some queries and meets the keys in
// order. Each row keeps a reference r, the largest log-sum-exp of a block so far, and the sum of e^(score - r); when r
// grows, the sum and the output so far are scaled by e^(old - new). Only differences to r are ever rounded, so that large
// scores lose nothing, as they would with one log-sum-exp for r and the sum. Backward, the probabilities
// e^(score - r) / sum are computed again. Where there are few heads, one set of tasks owns queries (dQ) and one owns keys
// (dK, dV); with many heads a task owns a head and computes scores once. Sums run over blocks in the same order in both,
// and blocks depend on sizes only.
constexpr int64_t kRows = 64, kColumns = 256, kManyHeads = 8;

// One head's matrix: rows and columns at any strides.
template <class T>
struct Matrix {
  T* data;
  int64_t row, column;
  T* at(int64_t r) const { return data + r * row; }
};

template <class T>
constexpr ScalarType kTypeOf = std::is_same_v<T, double> ? kDouble : kFloat;

template <class T>
constexpr T kNever = -std::numeric_limits<T>::infinity();

template <class T>
struct Problem {
  int64_t heads, rows, columns, width, value_width;
  Tensor query, key, value, mask;
  bool causal;
  T scale;

  Problem(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& m, bool causal, double scale)
      : heads(q.sizes()[0] * q.sizes()[1]),
        rows(q.sizes()[2]),
        columns(k.sizes()[2]),
        width(q.sizes()[3]),
        value_width(v.sizes()[3]),
        query(wide(q)),
        key(wide(k)),
        value(wide(v)),
        mask(m),
        causal(causal),
        scale(static_cast<T>(scale)) {
    if (mask.defined() && mask.dtype() != kBool) mask = wide(mask);
  }
  // Itself when it has the dtype the kernels compute in; half types become float.
  static Tensor wide(const Tensor& t) { return t.dtype() == kTypeOf<T> ? t : dense(t, kTypeOf<T>); }
  static Matrix<T> head(const Tensor& t, int64_t h) {
    const int64_t n = t.sizes()[1], offset = h / n * t.strides()[0] + h % n * t.strides()[1];
    return {static_cast<T*>(t.data_ptr()) + offset, t.strides()[2], t.strides()[3]};
  }
  // Behind this column, none of the rows up to `last_row` attends to anything.
  int64_t end_column(int64_t last_row) const { return causal ? std::min(columns, last_row + 1) : columns; }
};

// scores[r][c] = scale q[r0 + r] · k[c0 + c] + mask, -inf where nothing may be attended to.
template <class T>
void compute_scores(const Problem<T>& p, int64_t head, int64_t r0, int64_t r, int64_t c0, int64_t c, T* scores) {
  const Matrix<T> q = p.head(p.query, head), k = p.head(p.key, head);
  gemm<T>(r, c, p.width, p.scale, q.at(r0), q.row, q.column, k.at(c0), k.column, k.row, T(0), scores, c);
  if (p.mask.defined()) {
    const IntArrayRef strides = p.mask.strides();
    const int64_t n = p.mask.sizes()[1], down = strides[2], across = strides[3];
    const int64_t offset = head / n * strides[0] + head % n * strides[1] + r0 * down + c0 * across;
    for (int64_t i = 0; i < r; ++i) {
      T* row = scores + i * c;
      if (p.mask.dtype() == kBool) {
        const bool* m = static_cast<const bool*>(p.mask.data_ptr()) + offset + i * down;
        for (int64_t j = 0; j < c; ++j) row[j] = m[j * across] ? row[j] : kNever<T>;
      } else {
        const T* m = static_cast<const T*>(p.mask.data_ptr()) + offset + i * down;
        for (int64_t j = 0; j < c; ++j) row[j] += m[j * across];
      }
    }
  }
  if (!p.causal) return;
  for (int64_t i = 0; i < r; ++i) {
    const int64_t first = std::clamp<int64_t>(r0 + i + 1 - c0, 0, c);
    std::fill(scores + i * c + first, scores + (i + 1) * c, kNever<T>);
  }
}

// What is kept of a row: p(column) = e^(score - reference) * inverse; -inf and 0 for a row with nothing to attend to.
template <class T>
struct RowStats {
  T reference, inverse;
};

// scores[i] = e^(score - reference) * factor
template <class T>
void exponentiate(T* row, int64_t c, T reference, T factor) {
  if (reference == kNever<T>)
    std::fill_n(row, c, T(0));
  else
    softmax_kernels<T>().scaled_softmax(row, reference, factor, row, c);
}

template <class T>
T block_reference(const T* row, int64_t c) {
  const bool none = std::all_of(row, row + c, [](T s) { return s == kNever<T>; });
  return none ? kNever<T> : softmax_kernels<T>().logsumexp(row, c);
}

template <class T>
void forward_rows(const Problem<T>& p, int64_t head, int64_t r0, int64_t r, T* output, RowStats<T>* stats) {
  const auto& norm = norm_kernels<T>();
  const Matrix<T> v = p.head(p.value, head);
  const Workspace<T> scores(kRows * kColumns);
  T totals[kRows] = {};
  std::fill_n(output, r * p.value_width, T(0));
  std::fill_n(stats, r, RowStats<T>{kNever<T>, T(0)});
  const int64_t end = p.end_column(r0 + r - 1);
  for (int64_t c0 = 0; c0 < end; c0 += kColumns) {
    const int64_t c = std::min(kColumns, end - c0);
    compute_scores(p, head, r0, r, c0, c, scores.data());
    for (int64_t i = 0; i < r; ++i) {
      T *row = scores.data() + i * c, *to = output + i * p.value_width, sums[2];
      const T block = block_reference(row, c), before = stats[i].reference;
      if (!(block <= before)) {
        stats[i].reference = block;
        if (before != kNever<T>) {
          const T shrink = std::exp(before - block);
          totals[i] *= shrink;
          norm.affine(to, to, p.value_width, shrink, T(0));
        }
      }
      exponentiate(row, c, stats[i].reference, T(1));
      norm.sums(row, row, nullptr, c, T(0), sums);
      totals[i] += sums[0];
    }
    gemm<T>(r, p.value_width, c, T(1), scores.data(), c, 1, v.at(c0), v.row, v.column, T(1), output, p.value_width);
  }
  for (int64_t i = 0; i < r; ++i) {
    if (stats[i].reference == kNever<T>) continue;
    stats[i].inverse = T(1) / totals[i];
    T* to = output + i * p.value_width;
    norm.affine(to, to, p.value_width, stats[i].inverse, T(0));
  }
}

// What a task of the backward pass computes: for queries [r0, r1) and keys [c0, c1) of a head.
struct Part {
  int64_t r0, r1, c0, c1;
  bool query, key;
};

template <class T>
struct Gradients {
  Tensor output, stats;      // of the forward pass, dense; rows of all heads after one another
  Tensor grad, delta;        // dO, and the sum of dO O for each row
  Tensor query, key, value;  // results, dense
  template <class U = T>
  static U* data(const Tensor& t) {
    return static_cast<U*>(t.data_ptr());
  }
};

template <class T>
void backward_part(const Problem<T>& p, const Gradients<T>& g, int64_t head, const Part& part) {
  const Matrix<T> q = p.head(p.query, head), k = p.head(p.key, head), v = p.head(p.value, head);
  const Workspace<T> memory(2 * kRows * kColumns);
  T *prob = memory.data(), *slope = prob + kRows * kColumns;
  T *dq = g.data(g.query) + head * p.rows * p.width, *dk = g.data(g.key) + head * p.columns * p.width,
    *dv = g.data(g.value) + head * p.columns * p.value_width;
  const T *dy = g.data(g.grad) + head * p.rows * p.value_width, *delta = g.data(g.delta) + head * p.rows;
  const RowStats<T>* stats = g.template data<RowStats<T>>(g.stats) + head * p.rows;
  const int64_t w = p.width, vw = p.value_width;
  if (part.query) std::fill(dq + part.r0 * w, dq + part.r1 * w, T(0));
  if (part.key) {
    std::fill(dk + part.c0 * w, dk + part.c1 * w, T(0));
    std::fill(dv + part.c0 * vw, dv + part.c1 * vw, T(0));
  }
  for (int64_t c0 = part.c0; c0 < part.c1; c0 += kColumns) {
    const int64_t c = std::min(kColumns, part.c1 - c0);
    for (int64_t r0 = part.r0; r0 < part.r1; r0 += kRows) {
      const int64_t r = std::min(kRows, part.r1 - r0);
      if (p.end_column(r0 + r - 1) <= c0) continue;
      compute_scores(p, head, r0, r, c0, c, prob);
      for (int64_t i = 0; i < r; ++i) exponentiate(prob + i * c, c, stats[r0 + i].reference, stats[r0 + i].inverse);
      if (part.key) gemm<T>(c, vw, r, T(1), prob, 1, c, dy + r0 * vw, vw, 1, T(1), dv + c0 * vw, vw);
      gemm<T>(r, c, vw, T(1), dy + r0 * vw, vw, 1, v.at(c0), v.column, v.row, T(0), slope, c);
      for (int64_t i = 0; i < r; ++i) {
        T *row = slope + i * c, *weights = prob + i * c;
        if (p.columns <= kColumns)  // the whole row is here: its own sum rounds less than dO O
          softmax_kernels<T>().softmax_backward(row, weights, row, c);
        else
          norm_kernels<T>().combine(row, weights, weights, row, c, T(0), T(1), -delta[r0 + i], T(0));
      }
      if (part.query) gemm<T>(r, w, c, p.scale, slope, c, 1, k.at(c0), k.row, k.column, T(1), dq + r0 * w, w);
      if (part.key) gemm<T>(c, w, r, p.scale, slope, 1, c, q.at(r0), q.row, q.column, T(1), dk + c0 * w, w);
    }
  }
}

template <class T>
void backward(const Problem<T>& p, const Gradients<T>& g) {
  const T *dy = g.data(g.grad), *y = g.data(g.output);
  T* delta = g.data(g.delta);
  const int64_t vw = p.value_width;
  parallel_for(p.heads * p.rows, 256, static_cast<double>(vw), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      T sums[2];
      norm_kernels<T>().sums(dy + i * vw, y + i * vw, nullptr, vw, T(0), sums);
      delta[i] = sums[1];
    }
  });
  const double ns = ns_per_mac(sizeof(T)) * static_cast<double>(p.rows) * static_cast<double>(p.columns) *
                    static_cast<double>(3 * p.width + 2 * vw);
  if (p.heads >= kManyHeads) {
    parallel_for(p.heads, 1, ns,
                 [&](int64_t h, int64_t) { backward_part(p, g, h, {0, p.rows, 0, p.columns, true, true}); });
    return;
  }
  const int64_t down = (p.rows + kRows - 1) / kRows, across = (p.columns + kColumns - 1) / kColumns;
  parallel_for(p.heads * down, 1, ns / static_cast<double>(down), [&](int64_t i, int64_t) {
    const int64_t r0 = i % down * kRows;
    backward_part(p, g, i / down, {r0, std::min(p.rows, r0 + kRows), 0, p.columns, true, false});
  });
  parallel_for(p.heads * across, 1, ns / static_cast<double>(across), [&](int64_t i, int64_t) {
    const int64_t c0 = i % across * kColumns;
    backward_part(p, g, i / across, {0, p.rows, c0, std::min(p.columns, c0 + kColumns), false, true});
  });
}

template <class F>
void in_compute_type(ScalarType dtype, const F& f) {
  dtype == kDouble ? f.template operator()<double>() : f.template operator()<float>();
}

}  // namespace

void _attention(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask, bool is_causal,
                double scale, Tensor& output, Tensor& stats) {
  in_compute_type(query.dtype(), [&]<class T>() {
    const Problem<T> p(query, key, value, mask, is_causal, scale);
    const bool direct = output.dtype() == kTypeOf<T> && output.impl()->contiguous;
    Tensor y = direct ? output : detail::allocate_tensor(output.sizes(), kTypeOf<T>);
    T* to = static_cast<T*>(y.data_ptr());
    auto* rows = static_cast<RowStats<T>*>(stats.data_ptr());
    const int64_t down = (p.rows + kRows - 1) / kRows;
    const double ns = ns_per_mac(sizeof(T)) * static_cast<double>(std::min(kRows, p.rows)) *
                      static_cast<double>(p.columns) * static_cast<double>(p.width + p.value_width + 8);
    parallel_for(p.heads * down, 1, ns, [&](int64_t i, int64_t) {
      const int64_t h = i / down, r0 = i % down * kRows, first = h * p.rows + r0;
      forward_rows(p, h, r0, std::min(kRows, p.rows - r0), to + first * p.value_width, rows + first);
    });
    if (!direct) copy_elements(output, y);
  });
}

void _attention_backward(const Tensor& grad, const Tensor& query, const Tensor& key, const Tensor& value,
                         const Tensor& mask, const Tensor& output, const Tensor& stats, bool is_causal, double scale,
                         Tensor& grad_query, Tensor& grad_key, Tensor& grad_value) {
  in_compute_type(query.dtype(), [&]<class T>() {
    constexpr ScalarType kType = kTypeOf<T>;
    const Problem<T> p(query, key, value, mask, is_causal, scale);
    const auto own = [](Tensor& t) { return t.dtype() == kType ? t : detail::allocate_tensor(t.sizes(), kType); };
    const Gradients<T> g{dense(output, kType), dense(stats),
                         dense(grad, kType),   detail::allocate_tensor(output.sizes().slice(0, 3), kType),
                         own(grad_query),      own(grad_key),
                         own(grad_value)};
    backward(p, g);
    if (grad_query.dtype() == kType) return;
    copy_elements(grad_query, g.query);
    copy_elements(grad_key, g.key);
    copy_elements(grad_value, g.value);
  });
}

}  // namespace rushlight::cpu
