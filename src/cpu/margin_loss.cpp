// The multi-label hinge loss, cross entropy of a linear layer in chunks of rows, and the random slopes of rrelu.
#include <algorithm>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/convert.h"
#include "cpu/dispatch.h"
#include "cpu/random.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "rushlight/generator.h"

namespace rushlight::cpu {
namespace {

// Rows [first, first + n) of a tensor, without history.
Tensor some_rows(const Tensor& t, int64_t first, int64_t n) {
  DimVector sizes = t.sizes();
  sizes[0] = n;
  return detail::alias(t, sizes, t.strides(), t.storage_offset() + first * t.strides()[0]);
}

}  // namespace

void _multilabel_margin_slopes(const Tensor& input, const Tensor& target, Tensor& loss, Tensor& slopes) {
  const int64_t rows = input.sizes()[0], classes = input.sizes()[1];
  const Tensor x = dense(input), where = dense(target);
  const int64_t* at = where.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < where.numel(); ++i)
    check(at[i] >= -1 && at[i] < classes,
          "argument #2 'target' is out of range (multilabel_margin_loss: target {} at flat position {}, expected -1 to "
          "{})",
          at[i], i, classes - 1);
  dispatch_floating(input.dtype(), "multilabel_margin_loss", [&]<class T>() {
    using A = opmath_t<T>;
    const T* from = static_cast<const T*>(x.data_ptr());
    T *losses = static_cast<T*>(loss.data_ptr()), *to = static_cast<T*>(slopes.data_ptr());
    parallel_for(rows, 8, 2.0 * static_cast<double>(classes * classes), [&](int64_t begin, int64_t end) {
      std::vector<A> slope(static_cast<size_t>(classes));
      std::vector<char> wanted(static_cast<size_t>(classes));
      for (int64_t r = begin; r < end; ++r) {
        const T* row = from + r * classes;
        const int64_t* labels = at + r * classes;
        const int64_t count = std::find(labels, labels + classes, int64_t{-1}) - labels;
        std::fill(slope.begin(), slope.end(), A(0));
        std::fill(wanted.begin(), wanted.end(), 0);
        for (int64_t k = 0; k < count; ++k) wanted[static_cast<size_t>(labels[k])] = 1;
        A sum = 0;
        for (int64_t k = 0; k < count; ++k) {
          for (int64_t i = 0; i < classes; ++i) {
            if (wanted[static_cast<size_t>(i)]) continue;
            const A z = 1 - load(row[labels[k]]) + load(row[i]);
            if (!(z > 0)) continue;
            sum += z;
            slope[static_cast<size_t>(i)] += A(1);
            slope[static_cast<size_t>(labels[k])] -= A(1);
          }
        }
        const A share = A(1) / static_cast<A>(classes);
        losses[r] = store<T>(sum / static_cast<A>(classes));
        for (int64_t i = 0; i < classes; ++i) to[r * classes + i] = store<T>(slope[static_cast<size_t>(i)] * share);
      }
    });
  });
}

void _linear_cross_entropy(const Tensor& input, const Tensor& linear_weight, const Tensor& target,
                           const Tensor& linear_bias, const Tensor& weight, int64_t reduction, int64_t ignore_index,
                           int64_t chunk, Tensor& loss, Tensor& lse, Tensor& total_weight) {
  const int64_t rows = input.sizes()[0], classes = linear_weight.sizes()[0];
  const ScalarType compute = input.dtype() == kDouble ? kDouble : kFloat;  // half types are widened, weight and all
  const auto widened = [&](const Tensor& t) { return t.defined() ? dense(t, compute) : t; };
  const Tensor x = widened(input), matrix = widened(linear_weight), bias = widened(linear_bias),
               factors = widened(weight), labels = dense(target);
  Tensor losses = detail::allocate_tensor({rows}, compute);
  double total = 0;
  for (int64_t first = 0; first < rows; first += chunk) {
    const int64_t n = std::min(chunk, rows - first);
    Tensor logits = detail::allocate_tensor({n, classes}, compute);
    Tensor weights = detail::allocate_tensor(IntArrayRef(), kDouble);
    linear(some_rows(x, first, n), matrix, bias, logits);
    Tensor to = some_rows(losses, first, n), sums = some_rows(lse, first, n);
    _cross_entropy(logits, some_rows(labels, first, n), factors, 0, ignore_index, to, sums, weights);
    total += *weights.const_data_ptr<double>();
  }
  convert(total_weight.data_ptr(), total_weight.dtype(), 1, &total, kDouble, 1, 1);
  if (reduction == 0) {
    convert(loss.data_ptr(), loss.dtype(), 1, losses.data_ptr(), losses.dtype(), 1, rows);
    return;
  }
  std::vector<double> wide(static_cast<size_t>(rows));
  convert(wide.data(), kDouble, 1, losses.data_ptr(), losses.dtype(), 1, rows);
  double sum = 0;
  for (double v : wide) sum += v;
  if (reduction == 1) sum /= total;
  convert(loss.data_ptr(), loss.dtype(), 1, &sum, kDouble, 1, 1);
}

// One number of the generator for each element that is not positive, in row-major order.
void _rrelu_noise(const Tensor& self, double lower, double upper, const std::optional<Generator>& generator,
                  Tensor& result) {
  const Tensor x = dense(self);
  dispatch_floating(self.dtype(), "rrelu", [&]<class T>() {
    const T* from = static_cast<const T*>(x.data_ptr());
    T* to = static_cast<T*>(result.data_ptr());
    const int64_t n = self.numel();
    std::vector<double> slopes(static_cast<size_t>(std::count_if(from, from + n, [](T v) { return load(v) <= 0; })));
    fill_uniform(generator ? *generator : default_generator(), slopes.data(), kDouble,
                 static_cast<int64_t>(slopes.size()), lower, upper);
    size_t next = 0;
    for (int64_t i = 0; i < n; ++i) to[i] = store<T>(load(from[i]) <= 0 ? slopes[next++] : 1.0);
  });
}

}  // namespace rushlight::cpu
