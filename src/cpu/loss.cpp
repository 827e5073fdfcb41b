// Fused losses: cross entropy of logits, negative log-likelihood, mean squared error.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/convert.h"
#include "cpu/isa/softmax_kernels.h"
#include "cpu/norm.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"

namespace rushlight::cpu {
namespace {

template <class T>
constexpr ScalarType kTypeOf = std::is_same_v<T, double> ? kDouble : kFloat;

template <class F>
void in_compute_type(ScalarType dtype, const F& f) {
  if (dtype == kDouble)
    f.template operator()<double>();
  else
    f.template operator()<float>();
}

void put(Tensor& out, const double* values, int64_t n) {
  convert(out.data_ptr(), out.dtype(), 1, values, kDouble, 1, n);
}

// Class indices as int64, each proved to lie in [0, classes) or to be ignored.
Tensor checked_target(const Tensor& target, int64_t classes, int64_t ignore_index) {
  Tensor t = dense(target, kLong);
  const int64_t* at = static_cast<const int64_t*>(t.data_ptr());
  for (int64_t i = 0; i < t.numel(); ++i) {
    check_index((at[i] >= 0 && at[i] < classes) || at[i] == ignore_index,
                "Target {} is out of bounds. (row {}: expected a class from 0 to {}, or ignore_index {})", at[i], i,
                classes - 1, ignore_index);
  }
  return t;
}

// Weighted losses of rows, reduced: loss(i, class) is the loss of row i before its weight.
template <class T, class Loss>
void reduce_rows(const int64_t* target, int64_t rows, const T* weight, int64_t reduction, int64_t ignore_index,
                 Tensor& out, Tensor& total_weight, const Loss& loss) {
  std::vector<double> losses(static_cast<size_t>(reduction == 0 ? rows : 0));
  double sum = 0, total = 0;
  for (int64_t i = 0; i < rows; ++i) {
    const bool ignored = target[i] == ignore_index;
    const double w = ignored ? 0.0 : weight ? static_cast<double>(weight[target[i]]) : 1.0;
    const double value = ignored ? 0.0 : w * static_cast<double>(loss(i, target[i]));
    if (reduction == 0) losses[static_cast<size_t>(i)] = value;
    sum += value;
    total += w;
  }
  put(total_weight, &total, 1);
  if (reduction == 0) return put(out, losses.data(), rows);
  if (reduction == 1) sum /= total;
  put(out, &sum, 1);
}

// What the gradient of row i is multiplied with.
template <class T>
class RowScale {
 public:
  RowScale(const Tensor& grad, const Tensor& weight, const Tensor& total_weight, int64_t reduction,
           int64_t ignore_index)
      : grad_(dense(grad, kDouble)),
        weight_(weight.defined() ? dense(weight, kDouble) : Tensor()),
        reduction_(reduction),
        ignore_(ignore_index) {
    if (reduction == 1) convert(&total_, kDouble, 1, total_weight.data_ptr(), total_weight.dtype(), 1, 1);
  }
  double operator()(int64_t i, int64_t target) const {
    if (target == ignore_) return 0;
    const double* g = static_cast<const double*>(grad_.data_ptr());
    const double w = weight_.defined() ? static_cast<const double*>(weight_.data_ptr())[target] : 1.0;
    return g[reduction_ == 0 ? i : 0] * w / (reduction_ == 1 ? total_ : 1.0);
  }

 private:
  Tensor grad_, weight_;
  int64_t reduction_, ignore_;
  double total_ = 1;
};

}  // namespace

void _cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t reduction,
                    int64_t ignore_index, Tensor& loss, Tensor& lse, Tensor& total_weight) {
  const int64_t rows = input.sizes()[0], classes = input.sizes()[1];
  const Tensor where = checked_target(target, classes, ignore_index);
  in_compute_type(input.dtype(), [&]<class T>() {
    const Tensor x = dense(input, kTypeOf<T>), w = weight.defined() ? dense(weight, kTypeOf<T>) : Tensor();
    const T* logits = static_cast<const T*>(x.data_ptr());
    T* sums = static_cast<T*>(lse.data_ptr());
    const auto& k = softmax_kernels<T>();
    parallel_for(rows, std::max<int64_t>(1, 8192 / std::max<int64_t>(1, classes)),
                 0.8 * static_cast<double>(classes) + 20, [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) sums[i] = k.logsumexp(logits + i * classes, classes);
                 });
    reduce_rows<T>(static_cast<const int64_t*>(where.data_ptr()), rows,
                   w.defined() ? static_cast<const T*>(w.data_ptr()) : nullptr, reduction, ignore_index, loss,
                   total_weight, [&](int64_t i, int64_t c) { return sums[i] - logits[i * classes + c]; });
  });
}

void _cross_entropy_backward(const Tensor& grad, const Tensor& input, const Tensor& target, const Tensor& weight,
                             const Tensor& lse, const Tensor& total_weight, int64_t reduction, int64_t ignore_index,
                             Tensor& result) {
  const int64_t rows = input.sizes()[0], classes = input.sizes()[1];
  const Tensor where = checked_target(target, classes, ignore_index);
  const int64_t* at = static_cast<const int64_t*>(where.data_ptr());
  in_compute_type(input.dtype(), [&]<class T>() {
    const Tensor x = dense(input, kTypeOf<T>);
    Tensor dx = result.dtype() == kTypeOf<T> ? result : detail::allocate_tensor(result.sizes(), kTypeOf<T>);
    const RowScale<T> scale(grad, weight, total_weight, reduction, ignore_index);
    const T *logits = static_cast<const T*>(x.data_ptr()), *sums = static_cast<const T*>(lse.data_ptr());
    T* to = static_cast<T*>(dx.data_ptr());
    const auto& k = softmax_kernels<T>();
    parallel_for(rows, std::max<int64_t>(1, 8192 / std::max<int64_t>(1, classes)),
                 0.8 * static_cast<double>(classes) + 15, [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     const T s = static_cast<T>(scale(i, at[i]));
                     T* row = to + i * classes;
                     if (at[i] == ignore_index) {
                       std::fill_n(row, classes, T(0));
                       continue;
                     }
                     k.scaled_softmax(logits + i * classes, sums[i], s, row, classes);
                     row[at[i]] -= s;
                   }
                 });
    if (!dx.is_same(result)) convert(result.data_ptr(), result.dtype(), 1, dx.data_ptr(), kTypeOf<T>, 1, dx.numel());
  });
}

void _nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t reduction, int64_t ignore_index,
               Tensor& loss, Tensor& total_weight) {
  const int64_t rows = input.sizes()[0], classes = input.sizes()[1];
  const Tensor where = checked_target(target, classes, ignore_index);
  in_compute_type(input.dtype(), [&]<class T>() {
    const Tensor x = dense(input, kTypeOf<T>), w = weight.defined() ? dense(weight, kTypeOf<T>) : Tensor();
    const T* log_probability = static_cast<const T*>(x.data_ptr());
    reduce_rows<T>(static_cast<const int64_t*>(where.data_ptr()), rows,
                   w.defined() ? static_cast<const T*>(w.data_ptr()) : nullptr, reduction, ignore_index, loss,
                   total_weight, [&](int64_t i, int64_t c) { return -log_probability[i * classes + c]; });
  });
}

void _nll_loss_backward(const Tensor& grad, IntArrayRef sizes, const Tensor& target, const Tensor& weight,
                        const Tensor& total_weight, int64_t reduction, int64_t ignore_index, Tensor& result) {
  const int64_t rows = sizes[0], classes = sizes[1];
  const Tensor where = checked_target(target, classes, ignore_index);
  const int64_t* at = static_cast<const int64_t*>(where.data_ptr());
  dispatch_floating(result.dtype(), "nll_loss_backward", [&]<class T>() {
    const RowScale<T> scale(grad, weight, total_weight, reduction, ignore_index);
    T* to = static_cast<T*>(result.data_ptr());
    std::fill_n(to, rows * classes, store<T>(0.0));
    for (int64_t i = 0; i < rows; ++i)
      if (at[i] != ignore_index) to[i * classes + at[i]] = store<T>(-scale(i, at[i]));
  });
}

void _mse_loss(const Tensor& input, const Tensor& target, int64_t reduction, Tensor& result) {
  const int64_t n = input.numel(), parts = (n + kRowChunk - 1) / kRowChunk;
  in_compute_type(input.dtype(), [&]<class T>() {
    const Tensor a = dense(input, kTypeOf<T>), b = dense(target, kTypeOf<T>);
    const T *x = static_cast<const T*>(a.data_ptr()), *y = static_cast<const T*>(b.data_ptr());
    std::vector<double> sums(static_cast<size_t>(parts));
    parallel_for(n, kRowChunk, 0.15 * sizeof(T) / 4, [&](int64_t begin, int64_t end) {
      sums[static_cast<size_t>(begin / kRowChunk)] =
          static_cast<double>(norm_kernels<T>().squared_distance(x + begin, y + begin, end - begin));
    });
    for (int64_t step = 1; step < parts; step *= 2)
      for (int64_t p = 0; p + step < parts; p += 2 * step)
        sums[static_cast<size_t>(p)] += sums[static_cast<size_t>(p + step)];
    double total = parts > 0 ? sums[0] : 0.0;
    if (reduction == 1) total /= static_cast<double>(n);
    put(result, &total, 1);
  });
}

}  // namespace rushlight::cpu
