// Kernels that resample one dimension: interpolate and its gradient.
#include <algorithm>
#include <cmath>

#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"

#pragma GCC optimize("O3")

namespace rushlight::cpu {
namespace {

// Note [Resampling one dimension]
// Interpolation in several dimensions is interpolation in each, one after the other. In one dimension every output is a
// sum of up to four neighbours of the input; which, and with what weights, is worked out once per dimension.
template <class A>
struct Taps {
  int64_t count = 1;  // per output
  std::vector<int64_t> at;
  std::vector<A> weight;
};

// How far apart outputs lie in the input.
template <class A>
A step_of(int64_t in, int64_t out, bool align, std::optional<double> scale) {
  if (align) return out > 1 ? static_cast<A>(in - 1) / static_cast<A>(out - 1) : A(0);
  return scale && *scale > 0 ? static_cast<A>(1.0 / *scale) : static_cast<A>(in) / static_cast<A>(out);
}

template <class A>
Taps<A> nearest_taps(int64_t in, int64_t out, bool exact, std::optional<double> scale) {
  Taps<A> taps;
  const float step = step_of<float>(in, out, false, scale);
  for (int64_t i = 0; i < out; ++i) {
    const float place = exact ? (static_cast<float>(i) + 0.5f) * step : static_cast<float>(i) * step;
    taps.at.push_back(std::min(static_cast<int64_t>(std::floor(place)), in - 1));
    taps.weight.push_back(A(1));
  }
  return taps;
}

template <class A>
Taps<A> linear_taps(int64_t in, int64_t out, bool align, std::optional<double> scale) {
  Taps<A> taps;
  taps.count = 2;
  const A step = step_of<A>(in, out, align, scale);
  for (int64_t i = 0; i < out; ++i) {
    const A place = align ? step * static_cast<A>(i) : std::max(A(0), step * (static_cast<A>(i) + A(0.5)) - A(0.5));
    const int64_t first = std::min(static_cast<int64_t>(place), in - 1);
    const A part = std::clamp(place - static_cast<A>(first), A(0), A(1));
    taps.at.insert(taps.at.end(), {first, std::min(first + 1, in - 1)});
    taps.weight.insert(taps.weight.end(), {A(1) - part, part});
  }
  return taps;
}

template <class A>
Taps<A> cubic_taps(int64_t in, int64_t out, bool align, std::optional<double> scale) {
  Taps<A> taps;
  taps.count = 4;
  const A step = step_of<A>(in, out, align, scale), a = A(-0.75);
  auto near = [a](A x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  auto far = [a](A x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  for (int64_t i = 0; i < out; ++i) {
    const A place = align ? step * static_cast<A>(i) : step * (static_cast<A>(i) + A(0.5)) - A(0.5);
    const int64_t first = static_cast<int64_t>(std::floor(place));
    const A t = place - static_cast<A>(first);
    const A weights[] = {far(t + 1), near(t), near(1 - t), far(2 - t)};
    for (int64_t k = 0; k < 4; ++k) {
      taps.at.push_back(std::clamp<int64_t>(first - 1 + k, 0, in - 1));
      taps.weight.push_back(weights[k]);
    }
  }
  return taps;
}

template <class A>
Taps<A> taps_for(std::string_view mode, int64_t in, int64_t out, bool align, std::optional<double> scale) {
  if (mode == "linear") return linear_taps<A>(in, out, align, scale);
  if (mode == "cubic") return cubic_taps<A>(in, out, align, scale);
  return nearest_taps<A>(in, out, mode == "nearest-exact", scale);
}

int64_t product(IntArrayRef sizes, int64_t first, int64_t last) {
  int64_t n = 1;
  for (int64_t d = first; d < last; ++d) n *= sizes[d];
  return n;
}

Tensor dense(const Tensor& t) {
  if (t.impl()->contiguous) return t;
  Tensor copy = detail::allocate_tensor(t.sizes(), t.dtype());
  copy_elements(copy, t);
  return copy;
}

// The last dimension: one element per tap.
template <class T, class A>
void gather_row(const Taps<A>& taps, const T* src, T* dst, int64_t out) {
  const int64_t* at = taps.at.data();
  const A* w = taps.weight.data();
  if (taps.count == 1) {
    for (int64_t o = 0; o < out; ++o) dst[o] = src[at[o]];
  } else if (taps.count == 2) {
    for (int64_t o = 0; o < out; ++o)
      dst[o] = store<T>(w[2 * o] * load(src[at[2 * o]]) + w[2 * o + 1] * load(src[at[2 * o + 1]]));
  } else {
    for (int64_t o = 0; o < out; ++o) {
      A sum = 0;
      for (int64_t k = 0; k < taps.count; ++k) sum += w[taps.count * o + k] * load(src[at[taps.count * o + k]]);
      dst[o] = store<T>(sum);
    }
  }
}

// Both directions visit (outer, output position, tap) in order; `inner` elements lie behind each.
template <class T, class A>
void gather_taps(const Taps<A>& taps, const T* src, T* dst, int64_t out, int64_t inner) {
  for (int64_t o = 0; o < out; ++o) {
    const int64_t* at = taps.at.data() + o * taps.count;
    const A* w = taps.weight.data() + o * taps.count;
    T* to = dst + o * inner;
    if (taps.count == 1) {
      std::copy(src + at[0] * inner, src + (at[0] + 1) * inner, to);
    } else if (taps.count == 2) {
      const T *a = src + at[0] * inner, *b = src + at[1] * inner;
      for (int64_t j = 0; j < inner; ++j) to[j] = store<T>(w[0] * load(a[j]) + w[1] * load(b[j]));
    } else {
      const T *a = src + at[0] * inner, *b = src + at[1] * inner, *c = src + at[2] * inner, *d = src + at[3] * inner;
      for (int64_t j = 0; j < inner; ++j)
        to[j] = store<T>(w[0] * load(a[j]) + w[1] * load(b[j]) + w[2] * load(c[j]) + w[3] * load(d[j]));
    }
  }
}

template <class T, class A>
void scatter_taps(const Taps<A>& taps, const T* grad, A* sums, int64_t out, int64_t inner) {
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t k = 0; k < taps.count; ++k) {
      const A w = taps.weight[static_cast<size_t>(o * taps.count + k)];
      A* to = sums + taps.at[static_cast<size_t>(o * taps.count + k)] * inner;
      const T* from = grad + o * inner;
      for (int64_t j = 0; j < inner; ++j) to[j] += w * load(from[j]);
    }
  }
}

}  // namespace

void _resample(const Tensor& input, int64_t dim, int64_t size, std::string_view mode, bool align_corners,
               std::optional<double> scale, Tensor& result) {
  if (result.numel() == 0) return;
  const Tensor x = dense(input);
  const int64_t in = input.sizes()[dim], outer = product(input.sizes(), 0, dim),
                inner = product(input.sizes(), dim + 1, input.dim());
  dispatch(input.dtype(), "upsample", [&]<class T>() {
    using A = std::conditional_t<std::is_same_v<opmath_t<T>, double>, double, float>;
    const Taps<A> taps = taps_for<A>(mode, in, size, align_corners, scale);
    const T* src = static_cast<const T*>(x.data_ptr());
    T* dst = static_cast<T*>(result.data_ptr());
    const double ns = 1.0 * static_cast<double>(size * inner * taps.count);
    parallel_for(outer, std::max<int64_t>(1, static_cast<int64_t>(10000.0 / ns)), ns, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        if (inner == 1)
          gather_row(taps, src + i * in, dst + i * size, size);
        else
          gather_taps(taps, src + i * in * inner, dst + i * size * inner, size, inner);
      }
    });
  });
}

void _resample_backward(const Tensor& grad_output, IntArrayRef input_size, int64_t dim, std::string_view mode,
                        bool align_corners, std::optional<double> scale, Tensor& result) {
  fill_bits(result, 0);
  if (result.numel() == 0 || grad_output.numel() == 0) return;
  const Tensor g = dense(grad_output);
  const int64_t in = input_size[dim], out = g.sizes()[dim], outer = product(input_size, 0, dim),
                inner = product(input_size, dim + 1, g.dim());
  dispatch_floating(g.dtype(), "upsample_backward", [&]<class T>() {
    using A = opmath_t<T>;
    const Taps<A> taps = taps_for<A>(mode, in, out, align_corners, scale);
    const T* grad = static_cast<const T*>(g.data_ptr());
    T* dst = static_cast<T*>(result.data_ptr());
    const double ns = 1.5 * static_cast<double>(out * inner * taps.count);
    parallel_for(outer, std::max<int64_t>(1, static_cast<int64_t>(10000.0 / ns)), ns, [&](int64_t begin, int64_t end) {
      std::vector<A> sums(static_cast<size_t>(in * inner));
      for (int64_t i = begin; i < end; ++i) {
        std::fill(sums.begin(), sums.end(), A(0));
        scatter_taps(taps, grad + i * out * inner, sums.data(), out, inner);
        for (int64_t j = 0; j < in * inner; ++j) dst[i * in * inner + j] = store<T>(sums[static_cast<size_t>(j)]);
      }
    });
  });
}

}  // namespace rushlight::cpu
