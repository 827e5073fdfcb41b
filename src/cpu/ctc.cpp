// Connectionist temporal classification: the forward-backward algorithm of Graves et al. 2006 in log space.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/convert.h"
#include "cpu/copy.h"
#include "cpu/reduce.h"
#include "dispatch/kernels.h"

namespace rushlight::cpu {
namespace {

// One sample: its log-probabilities (row t at `stride` elements from the one before), its targets with a blank before,
// between and behind them, and log α.
template <class T>
struct Sample {
  static constexpr T kNever = -std::numeric_limits<T>::infinity();
  const T* log_probs;
  int64_t stride, steps;
  std::vector<int64_t> labels;

  int64_t states() const { return static_cast<int64_t>(labels.size()); }
  T log_prob(int64_t t, int64_t state) const { return log_probs[t * stride + labels[static_cast<size_t>(state)]]; }
  // Whether a path may come from two states before: over a blank between different labels.
  bool skips(int64_t state) const {
    return state > 1 && labels[static_cast<size_t>(state)] != labels[static_cast<size_t>(state - 2)];
  }
};

template <class T>
T log_sum(T a, T b, T c) {
  const T most = std::max({a, b, c});
  if (most == -std::numeric_limits<T>::infinity()) return most;
  return std::log(std::exp(a - most) + std::exp(b - most) + std::exp(c - most)) + most;
}

struct Batch {
  Tensor log_probs, targets;
  int64_t steps, batch, classes;
  std::vector<int64_t> first;  // where each sample's targets begin

  Batch(const Tensor& log_probabilities, const Tensor& labels, IntArrayRef target_lengths)
      : log_probs(dense(log_probabilities)),
        targets(dense(labels, kLong)),
        steps(log_probs.sizes()[0]),
        batch(log_probs.sizes()[1]),
        classes(log_probs.sizes()[2]) {
    int64_t at = 0;
    for (int64_t length : target_lengths) {
      first.push_back(at);
      at += labels.dim() == 2 ? labels.sizes()[1] : length;
    }
  }
  template <class T>
  Sample<T> sample(int64_t i, int64_t input_length, int64_t target_length, int64_t blank) const {
    Sample<T> s{static_cast<const T*>(log_probs.data_ptr()) + i * classes, batch * classes, input_length, {}};
    const int64_t* label = targets.const_data_ptr<int64_t>() + first[static_cast<size_t>(i)];
    s.labels.assign(static_cast<size_t>(2 * target_length + 1), blank);
    for (int64_t k = 0; k < target_length; ++k) {
      check_index(label[k] >= 0 && label[k] < classes,
                  "ctc_loss: target {} of sample {} is {}, but there are {} classes, so 0 to {} are allowed", k, i,
                  label[k], classes, classes - 1);
      s.labels[static_cast<size_t>(2 * k + 1)] = label[k];
    }
    return s;
  }
};

// -log p(labels), and log α row by row.
template <class T>
T forward(const Sample<T>& s, T* alpha, int64_t width) {
  const int64_t n = s.states();
  if (s.steps == 0) return n == 1 ? T(0) : std::numeric_limits<T>::infinity();
  alpha[0] = s.log_prob(0, 0);
  if (n > 1) alpha[1] = s.log_prob(0, 1);
  for (int64_t t = 1; t < s.steps; ++t) {
    const T* before = alpha + (t - 1) * width;
    T* now = alpha + t * width;
    for (int64_t k = 0; k < n; ++k) {
      const T sum = log_sum(before[k], k > 0 ? before[k - 1] : s.kNever, s.skips(k) ? before[k - 2] : s.kNever);
      now[k] = sum + s.log_prob(t, k);
    }
  }
  const T* last = alpha + (s.steps - 1) * width;
  return -log_sum(last[n - 1], n > 1 ? last[n - 2] : s.kNever, s.kNever);
}

// d loss / d log_probs = exp(log p) - exp(log Σ α β - log p + loss), for log-probabilities that come from log_softmax.
template <class T>
void backward(const Sample<T>& s, const T* alpha, int64_t width, T loss, T scale, int64_t classes, T* grad) {
  const int64_t n = s.states();
  std::vector<T> beta(static_cast<size_t>(n), s.kNever), next(beta), sums(static_cast<size_t>(classes));
  for (int64_t t = s.steps - 1; t >= 0; --t) {
    for (int64_t k = 0; k < n; ++k) {
      const auto at = static_cast<size_t>(k);
      if (t == s.steps - 1) {
        beta[at] = k >= n - 2 ? s.log_prob(t, k) : s.kNever;
        continue;
      }
      const bool skip = k + 2 < n && s.skips(k + 2);
      beta[at] =
          log_sum(next[at], k + 1 < n ? next[at + 1] : s.kNever, skip ? next[at + 2] : s.kNever) + s.log_prob(t, k);
    }
    std::fill(sums.begin(), sums.end(), s.kNever);
    for (int64_t k = 0; k < n; ++k) {
      T& sum = sums[static_cast<size_t>(s.labels[static_cast<size_t>(k)])];
      sum = log_sum(sum, alpha[t * width + k] + beta[static_cast<size_t>(k)], s.kNever);
    }
    for (int64_t c = 0; c < classes; ++c) {
      const T p = s.log_probs[t * s.stride + c];
      grad[t * s.stride + c] = (std::exp(p) - std::exp(sums[static_cast<size_t>(c)] + loss - p)) * scale;
    }
    std::swap(beta, next);
  }
}

// PyTorch's kernel knows f32 and f64 only, and so do the checks of this one.
template <class F>
void dispatch_ctc(ScalarType dtype, const F& f) {
  dtype == kDouble ? f.template operator()<double>() : f.template operator()<float>();
}

double sample_ns(const Tensor& log_alpha) {
  return 40.0 * static_cast<double>(log_alpha.sizes()[1]) * static_cast<double>(log_alpha.sizes()[2]);
}

}  // namespace

void _ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths, IntArrayRef target_lengths,
               int64_t blank, bool, Tensor& neg_log_likelihood, Tensor& log_alpha) {
  const Batch b(log_probs, targets, target_lengths);
  const int64_t width = log_alpha.sizes()[2];
  dispatch_ctc(log_probs.dtype(), [&]<class T>() {
    T *losses = static_cast<T*>(neg_log_likelihood.data_ptr()), *alpha = static_cast<T*>(log_alpha.data_ptr());
    std::fill_n(alpha, log_alpha.numel(), -std::numeric_limits<T>::infinity());
    parallel_for(b.batch, 1, sample_ns(log_alpha), [&](int64_t i, int64_t) {
      const auto at = static_cast<size_t>(i);
      losses[i] =
          forward(b.sample<T>(i, input_lengths[at], target_lengths[at], blank), alpha + i * b.steps * width, width);
    });
  });
}

void _ctc_loss_backward(const Tensor& grad, const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                        IntArrayRef target_lengths, const Tensor& neg_log_likelihood, const Tensor& log_alpha,
                        int64_t blank, bool zero_infinity, Tensor& result) {
  const Batch b(log_probs, targets, target_lengths);
  const int64_t width = log_alpha.sizes()[2];
  fill_bits(result, 0);
  dispatch_ctc(log_probs.dtype(), [&]<class T>() {
    std::vector<T> scale(static_cast<size_t>(b.batch)), losses(scale);
    constexpr ScalarType kType = sizeof(T) == 8 ? kDouble : kFloat;
    convert(scale.data(), kType, 1, grad.data_ptr(), grad.dtype(), grad.strides()[0], b.batch);
    convert(losses.data(), kType, 1, neg_log_likelihood.data_ptr(), kType, neg_log_likelihood.strides()[0], b.batch);
    const T* alpha = static_cast<const T*>(log_alpha.data_ptr());
    T* to = static_cast<T*>(result.data_ptr());
    parallel_for(b.batch, 1, 2 * sample_ns(log_alpha), [&](int64_t i, int64_t) {
      const auto at = static_cast<size_t>(i);
      if (zero_infinity && losses[at] == std::numeric_limits<T>::infinity()) return;
      backward(b.sample<T>(i, input_lengths[at], target_lengths[at], blank), alpha + i * b.steps * width, width,
               losses[at], scale[at], b.classes, to + i * b.classes);
    });
  });
}

}  // namespace rushlight::cpu
