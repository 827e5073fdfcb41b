// Layer, RMS, group and batch norm, forward and backward, and the masking of dropout.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/convert.h"
#include "cpu/copy.h"
#include "cpu/norm.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"

namespace rushlight::cpu {
namespace {

template <class T>
constexpr ScalarType kTypeOf = std::is_same_v<T, double> ? kDouble : kFloat;
template <class T>
const Reducer& moments_of() {
  return reduce_kernels().moments[std::is_same_v<T, double> ? kReduceF64 : kReduceF32];
}

// Calls f with float or double, the type in which tensors of this dtype are normalised.
template <class F>
void in_compute_type(ScalarType dtype, const F& f) {
  if (dtype == kDouble)
    f.template operator()<double>();
  else
    f.template operator()<float>();
}

// A result that is computed as T: the tensor itself, or a wide one that is converted into it by finish().
template <class T>
class Wide {
 public:
  explicit Wide(Tensor& target)
      : target_(target),
        tensor_(target.dtype() == kTypeOf<T> ? target : detail::allocate_tensor(target.sizes(), kTypeOf<T>)) {}
  T* data() const { return static_cast<T*>(tensor_.data_ptr()); }
  void finish() const {
    if (!tensor_.is_same(target_))
      convert(target_.data_ptr(), target_.dtype(), 1, tensor_.data_ptr(), kTypeOf<T>, 1, tensor_.numel());
  }

 private:
  Tensor& target_;
  Tensor tensor_;
};
// An input as dense T; null when undefined.
template <class T>
class Input {
 public:
  explicit Input(const Tensor& t) : tensor_(t.defined() ? dense(t, kTypeOf<T>) : Tensor()) {}
  const T* data() const { return tensor_.defined() ? static_cast<const T*>(tensor_.data_ptr()) : nullptr; }

 private:
  Tensor tensor_;
};

template <class T>
T* stats_data(const Tensor& t) {
  return static_cast<T*>(t.data_ptr());
}

int64_t grain_for(int64_t elements) { return std::max<int64_t>(1, 16384 / std::max<int64_t>(1, elements)); }
double cost(double ns_per_element, int64_t elements, size_t bytes) {
  return ns_per_element * static_cast<double>(elements) * static_cast<double>(bytes) / 4 + 20;
}

// ---- layer and RMS norm ---------------------------------------------------------------------------------------------

constexpr int64_t kRowsPerPart = 64;  // rows whose parameter gradients are added up one after another

template <class T>
void layer_norm(const Tensor& input, int64_t n, const Tensor& weight, const Tensor& bias, double eps, bool centred,
                Tensor& result, T* mean, T* rstd) {
  const Input<T> x(input), w(weight), b(bias);
  const Wide<T> y(result);
  const int64_t rows = n == 0 ? 0 : input.numel() / n;
  const auto& k = norm_kernels<T>();
  const Reducer& moments = moments_of<T>();
  const Reducer& squares = reduce_kernels().sum_square[std::is_same_v<T, double> ? kReduceF64 : kReduceF32];
  parallel_for(rows, grain_for(n), cost(0.25, n, sizeof(T)), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const T* row = x.data() + r * n;
      T center = 0;
      if (centred) {
        Moments m;
        moments.rows(row, n, &m);
        center = static_cast<T>(m.mean);
        rstd[r] = static_cast<T>(1 / std::sqrt(m.m2 / static_cast<double>(n) + eps));
        mean[r] = center;
      } else {
        double s;
        squares.rows(row, n, &s);
        rstd[r] = static_cast<T>(1 / std::sqrt(s / static_cast<double>(n) + eps));
      }
      k.normalize(row, y.data() + r * n, n, center, rstd[r], w.data(), b.data());
    }
  });
  y.finish();
}

template <class T>
void layer_norm_backward(const Tensor& grad_out, const Tensor& input, int64_t n, const T* mean, const T* rstd,
                         const Tensor& weight, bool mask_x, bool mask_w, bool mask_b, bool centred, Tensor& grad_input,
                         Tensor* grad_weight, Tensor* grad_bias) {
  const Input<T> dy(grad_out), x(input), w(weight);
  const Wide<T> dx(grad_input);
  const int64_t rows = n == 0 ? 0 : input.numel() / n, parts = (rows + kRowsPerPart - 1) / kRowsPerPart;
  const auto& k = norm_kernels<T>();
  const int64_t slots = (mask_w ? 1 : 0) + (mask_b ? 1 : 0);
  Scratch scratch(static_cast<size_t>(parts * slots * n) * sizeof(T));
  const auto part_of = [&](int64_t part, bool bias) {
    return scratch.as<T>() + (part * slots + (bias && mask_w ? 1 : 0)) * n;
  };
  parallel_for(parts, 1, cost(0.5, n * std::min(rows, kRowsPerPart), sizeof(T)), [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      T* dw = mask_w ? part_of(part, false) : nullptr;
      T* db = mask_b ? part_of(part, true) : nullptr;
      if (dw) std::fill_n(dw, n, T(0));
      if (db) std::fill_n(db, n, T(0));
      for (int64_t r = part * kRowsPerPart; r < std::min(rows, (part + 1) * kRowsPerPart); ++r) {
        const T *g = dy.data() + r * n, *row = x.data() + r * n;
        const T center = centred ? mean[r] : T(0);
        if (mask_x) {
          T sums[2];
          k.sums(g, row, w.data(), n, center, sums);
          const double inv = rstd[r], count = static_cast<double>(n);
          const T b = static_cast<T>(-static_cast<double>(sums[1]) * inv * inv * inv / count);
          const T c = centred ? static_cast<T>(-static_cast<double>(sums[0]) * inv / count) : T(0);
          k.combine(g, row, w.data(), dx.data() + r * n, n, center, rstd[r], b, c);
        }
        if (dw || db) k.accumulate(g, row, n, center, rstd[r], dw, db);
      }
    }
  });
  if (mask_x) dx.finish();
  for (const bool is_bias : {false, true}) {
    if (!(is_bias ? mask_b : mask_w)) continue;
    const Wide<T> out(is_bias ? *grad_bias : *grad_weight);
    for (int64_t step = 1; step < parts; step *= 2) {
      for (int64_t p = 0; p + step < parts; p += 2 * step) {
        T* into = part_of(p, is_bias);
        const T* from = part_of(p + step, is_bias);
        for (int64_t j = 0; j < n; ++j) into[j] += from[j];
      }
    }
    if (parts > 0)
      std::copy_n(part_of(0, is_bias), n, out.data());
    else
      std::fill_n(out.data(), n, T(0));
    out.finish();
  }
}

int64_t product(IntArrayRef sizes) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return n;
}

}  // namespace

void native_layer_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight, const Tensor& bias,
                       double eps, Tensor& result, Tensor& mean, Tensor& rstd) {
  in_compute_type(input.dtype(), [&]<class T>() {
    layer_norm<T>(input, product(normalized_shape), weight, bias, eps, true, result, stats_data<T>(mean),
                  stats_data<T>(rstd));
  });
}
void _layer_norm_backward(const Tensor& grad_out, const Tensor& input, IntArrayRef normalized_shape, const Tensor& mean,
                          const Tensor& rstd, const Tensor& weight, const Tensor& bias, ArrayRef<bool> output_mask,
                          Tensor& grad_input, Tensor& grad_weight, Tensor& grad_bias) {
  in_compute_type(input.dtype(), [&]<class T>() {
    layer_norm_backward<T>(grad_out, input, product(normalized_shape), stats_data<T>(mean), stats_data<T>(rstd), weight,
                           output_mask[0], output_mask[1] && weight.defined(), output_mask[2] && bias.defined(), true,
                           grad_input, &grad_weight, &grad_bias);
  });
}
void _rms_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight, double eps, Tensor& result,
               Tensor& rstd) {
  in_compute_type(input.dtype(), [&]<class T>() {
    layer_norm<T>(input, product(normalized_shape), weight, Tensor(), eps, false, result, nullptr, stats_data<T>(rstd));
  });
}
void _rms_norm_backward(const Tensor& grad_out, const Tensor& input, IntArrayRef normalized_shape, const Tensor& rstd,
                        const Tensor& weight, ArrayRef<bool> output_mask, Tensor& grad_input, Tensor& grad_weight) {
  in_compute_type(input.dtype(), [&]<class T>() {
    layer_norm_backward<T>(grad_out, input, product(normalized_shape), nullptr, stats_data<T>(rstd), weight,
                           output_mask[0], output_mask[1] && weight.defined(), false, false, grad_input, &grad_weight,
                           nullptr);
  });
}

// ---- group norm -----------------------------------------------------------------------------------------------------

void native_group_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t N, int64_t C, int64_t HxW,
                       int64_t group, double eps, Tensor& result, Tensor& mean, Tensor& rstd) {
  in_compute_type(input.dtype(), [&]<class T>() {
    const Input<T> x(input), w(weight), b(bias);
    const Wide<T> y(result);
    const int64_t channels = C / group, n = channels * HxW;
    T *means = stats_data<T>(mean), *rstds = stats_data<T>(rstd);
    const auto& k = norm_kernels<T>();
    parallel_for(N * group, grain_for(n), cost(0.25, n, sizeof(T)), [&](int64_t begin, int64_t end) {
      for (int64_t g = begin; g < end; ++g) {
        const T* row = x.data() + g * n;
        Moments m;
        moments_of<T>().rows(row, n, &m);
        const double inv = 1 / std::sqrt(m.m2 / std::max(1.0, m.count) + eps);
        means[g] = static_cast<T>(m.mean);
        rstds[g] = static_cast<T>(inv);
        for (int64_t c = 0; c < channels; ++c) {
          const int64_t channel = g % group * channels + c;
          const double a = inv * (w.data() ? static_cast<double>(w.data()[channel]) : 1.0);
          const double shift = (b.data() ? static_cast<double>(b.data()[channel]) : 0.0) - m.mean * a;
          k.affine(row + c * HxW, y.data() + g * n + c * HxW, HxW, static_cast<T>(a), static_cast<T>(shift));
        }
      }
    });
    y.finish();
  });
}

void _group_norm_backward(const Tensor& grad_out, const Tensor& input, const Tensor& mean, const Tensor& rstd,
                          const Tensor& weight, const Tensor& bias, int64_t N, int64_t C, int64_t HxW, int64_t group,
                          ArrayRef<bool> output_mask, Tensor& grad_input, Tensor& grad_weight, Tensor& grad_bias) {
  in_compute_type(input.dtype(), [&]<class T>() {
    const Input<T> dy(grad_out), x(input), w(weight);
    const Wide<T> dx(grad_input);
    const int64_t channels = C / group, n = channels * HxW;
    const T *means = stats_data<T>(mean), *rstds = stats_data<T>(rstd);
    const auto& k = norm_kernels<T>();
    Scratch scratch(static_cast<size_t>(2 * N * C) * sizeof(T));
    T* sums = scratch.as<T>();
    parallel_for(N * group, grain_for(n), cost(0.45, n, sizeof(T)), [&](int64_t begin, int64_t end) {
      for (int64_t g = begin; g < end; ++g) {
        double all = 0, centred = 0;
        const int64_t first = g / group * C + g % group * channels;  // of the (sample, channel) pairs
        for (int64_t c = 0; c < channels; ++c) {
          T* s = sums + 2 * (first + c);
          k.sums(dy.data() + g * n + c * HxW, x.data() + g * n + c * HxW, nullptr, HxW, means[g], s);
          const double scale = w.data() ? static_cast<double>(w.data()[g % group * channels + c]) : 1.0;
          all += static_cast<double>(s[0]) * scale;
          centred += static_cast<double>(s[1]) * scale;
        }
        if (!output_mask[0]) continue;
        const double inv = rstds[g], count = static_cast<double>(n);
        const T b = static_cast<T>(-centred * inv * inv * inv / count), shift = static_cast<T>(-all * inv / count);
        for (int64_t c = 0; c < channels; ++c) {
          const double scale = w.data() ? static_cast<double>(w.data()[g % group * channels + c]) : 1.0;
          const int64_t at = g * n + c * HxW;
          k.combine(dy.data() + at, x.data() + at, nullptr, dx.data() + at, HxW, means[g], static_cast<T>(inv * scale),
                    b, shift);
        }
      }
    });
    if (output_mask[0]) dx.finish();
    for (const bool is_bias : {false, true}) {
      if (!output_mask[is_bias ? 2 : 1] || !(is_bias ? bias : weight).defined()) continue;
      const Wide<T> out(is_bias ? grad_bias : grad_weight);
      for (int64_t c = 0; c < C; ++c) {
        double total = 0;
        for (int64_t i = 0; i < N; ++i) {
          const double s = sums[2 * (i * C + c) + (is_bias ? 0 : 1)];
          total += is_bias ? s : s * static_cast<double>(rstds[i * group + c / channels]);
        }
        out.data()[c] = static_cast<T>(total);
      }
      out.finish();
    }
  });
}

// ---- batch norm -----------------------------------------------------------------------------------------------------

namespace {

// Note [Layouts of batch norm]
// segments: [N, C, HW] with HW long enough for vectors; a channel is N runs of HW elements.
// columns:  rows of `width` = C * HW elements, every element of a row with its own coefficients: channels-last tensors
//           and [N, C] (HW 1), and short HW. Sums over a channel add up its HW columns at the end.
struct Layout {
  int64_t n = 1, c = 1, hw = 1;
  bool columns = false;
  int64_t width() const { return c * hw; }
};
constexpr int64_t kShortRun = 16;

bool channels_innermost(const Tensor& t) {
  return !t.is_contiguous() && ((t.dim() == 4 && t.is_contiguous(MemoryFormat::ChannelsLast)) ||
                                (t.dim() == 5 && t.is_contiguous(MemoryFormat::ChannelsLast3d)));
}

Layout layout_of(const Tensor& input, const Tensor& result) {
  Layout l;
  l.n = input.sizes()[0];
  l.c = input.sizes()[1];
  for (int64_t d = 2; d < input.dim(); ++d) l.hw *= input.sizes()[static_cast<size_t>(d)];
  if (channels_innermost(result)) {
    l.n *= l.hw;
    l.hw = 1;
  }
  l.columns = l.hw < kShortRun;
  return l;
}

// `t` as T with exactly the strides of `like`, whose layout is one of the two above.
template <class T>
Tensor laid_out(const Tensor& t, const Tensor& like) {
  if (t.dtype() == kTypeOf<T> && (like.is_contiguous() ? t.is_contiguous() : t.strides() == like.strides())) return t;
  Tensor copy =
      detail::allocate_tensor(like.sizes(), like.is_contiguous() ? IntArrayRef() : like.strides(), kTypeOf<T>);
  copy_elements(copy, t);
  return copy;
}

// One coefficient per element of a row, from one per channel.
template <class T>
void spread(const T* per_channel, const Layout& l, T* out) {
  for (int64_t c = 0; c < l.c; ++c) std::fill_n(out + c * l.hw, l.hw, per_channel[c]);
}

// Mean and biased variance of every channel.
template <class T>
void channel_moments(const Tensor& x, const Layout& l, Moments* out) {
  plan::DimMask mask = plan::DimMask().set();
  mask[1] = false;
  const auto store = [](void* raw, const void* acc, int64_t count, int64_t offset, int64_t stride) {
    for (int64_t i = 0; i < count; ++i)
      static_cast<Moments*>(raw)[offset + i * stride] = static_cast<const Moments*>(acc)[i];
  };
  if (l.columns && l.hw > 1) {  // fold rows of all columns, then the columns of each channel
    std::vector<Moments> wide(static_cast<size_t>(l.width()));
    const Tensor flat =
        detail::alias(x, IntArrayRef({l.n, l.width()}), IntArrayRef({l.width(), 1}), x.storage_offset());
    plan::DimMask rows;
    rows[0] = true;
    reduce(flat, rows, kTypeOf<T>, moments_of<T>(), {wide.data(), store});
    for (int64_t c = 0; c < l.c; ++c) {
      out[c] = wide[static_cast<size_t>(c * l.hw)];
      for (int64_t j = 1; j < l.hw; ++j) moments_of<T>().join(&out[c], &wide[static_cast<size_t>(c * l.hw + j)], 1);
    }
    return;
  }
  reduce(x, mask, kTypeOf<T>, moments_of<T>(), {out, store});
}

template <class T>
void apply_affine(const Tensor& x, T* y, const Layout& l, const T* a, const T* b) {
  const T* from = static_cast<const T*>(x.data_ptr());
  const auto& k = norm_kernels<T>();
  if (l.columns) {
    std::vector<T> wide(static_cast<size_t>(2 * l.width()));
    if (l.hw > 1) {
      spread(a, l, wide.data());
      spread(b, l, wide.data() + l.width());
      a = wide.data();
      b = wide.data() + l.width();
    }
    parallel_for(l.n, grain_for(l.width()), cost(0.2, l.width(), sizeof(T)), [&](int64_t begin, int64_t end) {
      k.affine_columns(from + begin * l.width(), y + begin * l.width(), end - begin, l.width(), a, b);
    });
    return;
  }
  parallel_for(l.n * l.c, grain_for(l.hw), cost(0.15, l.hw, sizeof(T)), [&](int64_t begin, int64_t end) {
    for (int64_t s = begin; s < end; ++s) k.affine(from + s * l.hw, y + s * l.hw, l.hw, a[s % l.c], b[s % l.c]);
  });
}

// Per channel: sums[c] = sum of dy, sums[C + c] = sum of dy * (x - mean[c]).
template <class T>
void channel_sums(const T* dy, const T* x, const Layout& l, const T* mean, double* sums) {
  const auto& k = norm_kernels<T>();
  const int64_t per_part = l.columns ? 256 : std::max<int64_t>(1, kRowChunk / l.hw);  // samples
  const int64_t parts = (l.n + per_part - 1) / per_part, width = l.columns ? l.width() : l.c;
  std::vector<double> partial(static_cast<size_t>(parts * 2 * width));
  if (l.columns) {
    std::vector<T> means(static_cast<size_t>(width));
    spread(mean, l, means.data());
    parallel_for(parts, 1, cost(0.35, width * std::min(l.n, per_part), sizeof(T)), [&](int64_t begin, int64_t end) {
      std::vector<T> s(static_cast<size_t>(2 * width));
      for (int64_t p = begin; p < end; ++p) {
        std::fill(s.begin(), s.end(), T(0));
        const int64_t at = p * per_part;
        k.sums_columns(dy + at * width, x + at * width, std::min(per_part, l.n - at), width, means.data(), s.data(),
                       s.data() + width);
        std::copy(s.begin(), s.end(), partial.begin() + p * 2 * width);
      }
    });
  } else {
    parallel_for(parts * l.c, grain_for(per_part * l.hw), cost(0.25, std::min(l.n, per_part) * l.hw, sizeof(T)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t t = begin; t < end; ++t) {
                     const int64_t p = t / l.c, c = t % l.c;
                     double all = 0, centred = 0;
                     for (int64_t i = p * per_part; i < std::min(l.n, (p + 1) * per_part); ++i) {
                       T s[2];
                       k.sums(dy + (i * l.c + c) * l.hw, x + (i * l.c + c) * l.hw, nullptr, l.hw, mean[c], s);
                       all += static_cast<double>(s[0]);
                       centred += static_cast<double>(s[1]);
                     }
                     partial[static_cast<size_t>(p * 2 * width + c)] = all;
                     partial[static_cast<size_t>(p * 2 * width + width + c)] = centred;
                   }
                 });
  }
  for (int64_t step = 1; step < parts; step *= 2)
    for (int64_t p = 0; p + step < parts; p += 2 * step)
      for (int64_t j = 0; j < 2 * width; ++j)
        partial[static_cast<size_t>(p * 2 * width + j)] += partial[static_cast<size_t>((p + step) * 2 * width + j)];
  std::fill_n(sums, 2 * l.c, 0.0);
  if (parts == 0) return;
  const int64_t run = l.columns ? l.hw : 1;
  for (int64_t j = 0; j < width; ++j) {
    sums[j / run] += partial[static_cast<size_t>(j)];
    sums[l.c + j / run] += partial[static_cast<size_t>(width + j)];
  }
}

// running = (1 - momentum) * running + momentum * value, in the running tensor's own dtype.
void update_running(const Tensor& running, double momentum, const std::vector<double>& values) {
  if (!running.defined()) return;
  detail::written(running);
  dispatch_floating(running.dtype(), "batch_norm", [&]<class R>() {
    R* to = static_cast<R*>(running.data_ptr());
    const int64_t stride = running.dim() == 0 ? 1 : running.strides()[0];
    for (size_t c = 0; c < values.size(); ++c) {
      R& r = to[static_cast<int64_t>(c) * stride];
      r = store<R>(momentum * values[c] + (1 - momentum) * static_cast<double>(load(r)));
    }
  });
}

template <class T>
void batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                const Tensor& running_var, bool training, double momentum, double eps, Tensor& result, T* save_mean,
                T* save_rstd) {
  const Layout l = layout_of(input, result);
  const Tensor x = laid_out<T>(input, result);
  const Input<T> w(weight), b(bias);
  const auto channels = static_cast<size_t>(l.c);
  std::vector<double> mean(channels), rstd(channels);
  if (training) {
    std::vector<Moments> moments(channels);
    std::vector<double> unbiased(channels);
    if (input.numel() > 0) channel_moments<T>(x, l, moments.data());
    for (size_t c = 0; c < channels; ++c) {
      const Moments& m = moments[c];
      mean[c] = m.mean;
      rstd[c] = 1 / std::sqrt(m.m2 / m.count + eps);
      unbiased[c] = m.m2 / (m.count - 1);
    }
    update_running(running_mean, momentum, mean);
    update_running(running_var, momentum, unbiased);
  } else {
    const Input<double> rm(running_mean), rv(running_var);
    for (size_t c = 0; c < channels; ++c) {
      mean[c] = rm.data()[c];
      rstd[c] = 1 / std::sqrt(rv.data()[c] + eps);
    }
  }
  std::vector<T> a(channels), shift(channels);
  for (size_t c = 0; c < channels; ++c) {
    save_mean[c] = static_cast<T>(mean[c]);
    save_rstd[c] = static_cast<T>(rstd[c]);
    const double scale = rstd[c] * (w.data() ? static_cast<double>(w.data()[c]) : 1.0);
    a[c] = static_cast<T>(scale);
    shift[c] = static_cast<T>((b.data() ? static_cast<double>(b.data()[c]) : 0.0) - mean[c] * scale);
  }
  if (input.numel() == 0) return;
  if (result.dtype() == kTypeOf<T>)
    return apply_affine(x, static_cast<T*>(result.data_ptr()), l, a.data(), shift.data());
  Tensor wide =
      detail::allocate_tensor(result.sizes(), result.is_contiguous() ? IntArrayRef() : result.strides(), kTypeOf<T>);
  apply_affine(x, static_cast<T*>(wide.data_ptr()), l, a.data(), shift.data());
  copy_elements(result, wide);
}

template <class T>
void batch_norm_backward(const Tensor& grad_out, const Tensor& input, const Tensor& weight, const T* mean,
                         const T* rstd, bool training, bool mask_x, Tensor& grad_input, Tensor* grad_weight,
                         Tensor* grad_bias) {
  const Layout l = layout_of(input, grad_input);
  const Tensor x = laid_out<T>(input, grad_input), dy = laid_out<T>(grad_out, grad_input);
  const Input<T> w(weight);
  std::vector<double> sums(static_cast<size_t>(2 * l.c));
  if (training || grad_weight || grad_bias)
    channel_sums(static_cast<const T*>(dy.data_ptr()), static_cast<const T*>(x.data_ptr()), l, mean, sums.data());
  if (grad_weight) {
    const Wide<T> out(*grad_weight);
    for (int64_t c = 0; c < l.c; ++c)
      out.data()[c] = static_cast<T>(sums[static_cast<size_t>(l.c + c)] * static_cast<double>(rstd[c]));
    out.finish();
  }
  if (grad_bias) {
    const Wide<T> out(*grad_bias);
    for (int64_t c = 0; c < l.c; ++c) out.data()[c] = static_cast<T>(sums[static_cast<size_t>(c)]);
    out.finish();
  }
  if (!mask_x || input.numel() == 0) return;
  // dx = dy * a + (x - mean) * b + shift
  const auto channels = static_cast<size_t>(l.c);
  std::vector<T> a(channels), b(channels), shift(channels);
  const double count = static_cast<double>(l.n * l.hw);
  for (size_t c = 0; c < channels; ++c) {
    const double inv = rstd[c], scale = w.data() ? static_cast<double>(w.data()[c]) : 1.0;
    a[c] = static_cast<T>(inv * scale);
    b[c] = training ? static_cast<T>(-sums[channels + c] * scale * inv * inv * inv / count) : T(0);
    shift[c] = training ? static_cast<T>(-sums[c] * scale * inv / count) : T(0);
  }
  Tensor wide =
      grad_input.dtype() == kTypeOf<T>
          ? grad_input
          : detail::allocate_tensor(grad_input.sizes(),
                                    grad_input.is_contiguous() ? IntArrayRef() : grad_input.strides(), kTypeOf<T>);
  const T *g = static_cast<const T*>(dy.data_ptr()), *from = static_cast<const T*>(x.data_ptr());
  T* to = static_cast<T*>(wide.data_ptr());
  const auto& k = norm_kernels<T>();
  if (l.columns) {
    std::vector<T> rows(static_cast<size_t>(3 * l.width()));
    for (size_t c = 0; c < channels; ++c)
      shift[c] =
          static_cast<T>(static_cast<double>(shift[c]) - static_cast<double>(mean[c]) * static_cast<double>(b[c]));
    spread(a.data(), l, rows.data());
    spread(b.data(), l, rows.data() + l.width());
    spread(shift.data(), l, rows.data() + 2 * l.width());
    parallel_for(l.n, grain_for(l.width()), cost(0.3, l.width(), sizeof(T)), [&](int64_t begin, int64_t end) {
      const int64_t at = begin * l.width();
      k.combine_columns(g + at, from + at, to + at, end - begin, l.width(), rows.data(), rows.data() + l.width(),
                        rows.data() + 2 * l.width());
    });
  } else {
    parallel_for(l.n * l.c, grain_for(l.hw), cost(0.25, l.hw, sizeof(T)), [&](int64_t begin, int64_t end) {
      for (int64_t s = begin; s < end; ++s) {
        const auto c = static_cast<size_t>(s % l.c);
        k.combine(g + s * l.hw, from + s * l.hw, nullptr, to + s * l.hw, l.hw, mean[c], a[c], b[c], shift[c]);
      }
    });
  }
  if (!wide.is_same(grad_input)) copy_elements(grad_input, wide);
}

}  // namespace

void native_batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                       const Tensor& running_var, bool training, double momentum, double eps, Tensor& result,
                       Tensor& save_mean, Tensor& save_rstd) {
  in_compute_type(input.dtype(), [&]<class T>() {
    batch_norm<T>(input, weight, bias, running_mean, running_var, training, momentum, eps, result,
                  stats_data<T>(save_mean), stats_data<T>(save_rstd));
  });
}
void _batch_norm_backward(const Tensor& grad_out, const Tensor& input, const Tensor& weight, const Tensor& bias,
                          const Tensor& save_mean, const Tensor& save_rstd, bool training, ArrayRef<bool> output_mask,
                          Tensor& grad_input, Tensor& grad_weight, Tensor& grad_bias) {
  in_compute_type(input.dtype(), [&]<class T>() {
    batch_norm_backward<T>(grad_out, input, weight, stats_data<T>(save_mean), stats_data<T>(save_rstd), training,
                           output_mask[0], grad_input, output_mask[1] && weight.defined() ? &grad_weight : nullptr,
                           output_mask[2] && bias.defined() ? &grad_bias : nullptr);
  });
}

// ---- dropout --------------------------------------------------------------------------------------------------------

void _dropout_apply(const Tensor& input, const Tensor& mask, double scale, Tensor& result) {
  in_compute_type(input.dtype(), [&]<class T>() {
    const Input<T> x(input);
    const Tensor keep = dense(mask);
    const Wide<T> y(result);
    const auto* bytes = static_cast<const uint8_t*>(keep.data_ptr());
    parallel_for(input.numel(), 16384, 0.2 * sizeof(T) / 4, [&](int64_t begin, int64_t end) {
      norm_kernels<T>().mask(x.data() + begin, bytes + begin, y.data() + begin, end - begin, static_cast<T>(scale));
    });
    y.finish();
  });
}

}  // namespace rushlight::cpu
