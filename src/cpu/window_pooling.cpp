// Pooling kernels: maxima and means of windows, over one to three spatial
// dimensions.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"

#pragma GCC optimize("O3")

namespace rushlight::cpu {
namespace {

Tensor dense(const Tensor& t) {
  if (t.impl()->contiguous) return t;
  Tensor copy = detail::allocate_tensor(t.sizes(), t.dtype());
  copy_elements(copy, t);
  return copy;
}

}  // namespace
// ---- pooling
// ---------------------------------------------------------------------------------------------------------

namespace {

// Windows over up to three spatial dims; missing leading ones are of size 1.
// Everything before them is planes.
struct Windows {
  int64_t planes = 1, in[3] = {1, 1, 1}, out[3] = {1, 1, 1}, kernel[3] = {1, 1, 1}, stride[3] = {1, 1, 1},
          padding[3] = {0, 0, 0}, dilation[3] = {1, 1, 1};

  Windows(IntArrayRef input, IntArrayRef output, size_t spatial) {
    const size_t lead = input.size() - spatial;
    for (size_t d = 0; d < lead; ++d) planes *= input[d];
    for (size_t d = 0; d < spatial; ++d) {
      in[3 - spatial + d] = input[lead + d];
      out[3 - spatial + d] = output[lead + d];
    }
  }
  Windows(IntArrayRef input, IntArrayRef output, IntArrayRef kernels, IntArrayRef strides, IntArrayRef paddings,
          IntArrayRef dilations)
      : Windows(input, output, kernels.size()) {
    for (size_t d = 0; d < kernels.size(); ++d) {
      const size_t at = 3 - kernels.size() + d;
      kernel[at] = kernels[d];
      stride[at] = strides[d];
      padding[at] = paddings[d];
      if (!dilations.empty()) dilation[at] = dilations[d];
    }
  }
  int64_t in_plane() const { return in[0] * in[1] * in[2]; }
  int64_t out_plane() const { return out[0] * out[1] * out[2]; }
  // How many taps of a window can read inside the input, about.
  double taps() const {
    double product = 1;
    for (int d = 0; d < 3; ++d) product *= static_cast<double>(std::min(kernel[d], in[d]));
    return product;
  }
  // The taps along dim d that read inside the input for one of the outputs from `first` to `last`: a kernel may be much
  // longer than the input.
  std::pair<int64_t, int64_t> reaching(int d, int64_t first, int64_t last) const {
    const int64_t before = padding[d] - last * stride[d], end = in[d] + padding[d] - first * stride[d];
    return {before <= 0 ? 0 : (before + dilation[d] - 1) / dilation[d],
            end <= 0 ? 0 : std::min(kernel[d], (end - 1) / dilation[d] + 1)};
  }
  // The outputs along dim d for which tap k reads inside the input: [first,
  // last).
  std::pair<int64_t, int64_t> inside(int d, int64_t k) const {
    const int64_t shift = k * dilation[d] - padding[d];
    const int64_t first = shift >= 0 ? 0 : (-shift + stride[d] - 1) / stride[d];
    const int64_t last = in[d] - 1 - shift < 0 ? 0 : (in[d] - 1 - shift) / stride[d] + 1;
    return {std::min(first, out[d]), std::clamp(last, std::min(first, out[d]), out[d])};
  }
};

template <class F>
void for_planes(int64_t planes, double ns, const F& f) {
  parallel_for(planes, std::max<int64_t>(1, static_cast<int64_t>(20000.0 / (ns + 1.0))), ns,
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i) f(i);
               });
}

// f(offset of the output row, offset of the input element that tap reads for
// output column 0, first column, last column) for every output row and every
// tap that reads inside, taps in row-major order.
template <class F>
void for_row_taps(const Windows& w, const F& f) {
  const auto [c0, c1] = w.reaching(2, 0, w.out[2] - 1);
  for (int64_t z = 0; z < w.out[0]; ++z) {
    for (int64_t y = 0; y < w.out[1]; ++y) {
      const auto [a0, a1] = w.reaching(0, z, z);
      for (int64_t a = a0; a < a1; ++a) {
        const int64_t iz = z * w.stride[0] - w.padding[0] + a * w.dilation[0];
        const auto [b0, b1] = w.reaching(1, y, y);
        for (int64_t b = b0; b < b1; ++b) {
          const int64_t iy = y * w.stride[1] - w.padding[1] + b * w.dilation[1];
          for (int64_t c = c0; c < c1; ++c) {
            const auto [first, last] = w.inside(2, c);
            if (first < last)
              f((z * w.out[1] + y) * w.out[2], (iz * w.in[1] + iy) * w.in[2] + c * w.dilation[2] - w.padding[2], first,
                last);
          }
        }
      }
    }
  }
}

template <class A>
A lowest() {
  if constexpr (std::is_floating_point_v<A>)
    return -std::numeric_limits<A>::infinity();
  else
    return std::numeric_limits<A>::lowest();
}

// One row of a tap: values that are larger (or NaN) take the place of the best
// so far, and those of the first tap the empty place.
template <class A, class T>
void take_larger(const T* src, int64_t step, int64_t at, int64_t first, int64_t last, A* best, int32_t* where,
                 bool is_first, bool may_be_empty) {
  auto loop = [&](auto stride) {
    if (is_first) {
      for (int64_t x = first; x < last; ++x) {
        best[x] = load(src[at + x * stride()]);
        where[x] = static_cast<int32_t>(at + x * stride());
      }
    } else if (!may_be_empty) {
      for (int64_t x = first; x < last; ++x) {
        const A v = load(src[at + x * stride()]);
        const bool better = v > best[x] || v != v;
        best[x] = better ? v : best[x];
        where[x] = better ? static_cast<int32_t>(at + x * stride()) : where[x];
      }
    } else {
      for (int64_t x = first; x < last; ++x) {
        const A v = load(src[at + x * stride()]);
        const bool better = v > best[x] || v != v || where[x] < 0;
        best[x] = better ? v : best[x];
        where[x] = better ? static_cast<int32_t>(at + x * stride()) : where[x];
      }
    }
  };
  if (step == 1)
    loop(std::integral_constant<int64_t, 1>());
  else if (step == 2)
    loop(std::integral_constant<int64_t, 2>());
  else
    loop([step] { return step; });
}

}  // namespace

void _max_pool(const Tensor& input, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,
               IntArrayRef dilation, bool, Tensor& output, Tensor& indices) {
  if (output.numel() == 0) return;
  const Windows w(input.sizes(), output.sizes(), kernel_size, stride, padding, dilation);
  check(w.in_plane() <= std::numeric_limits<int32_t>::max(), "max_pool: a plane of {} elements is too large",
        w.in_plane());
  const Tensor x = dense(input);
  dispatch(input.dtype(), "max_pool", [&]<class T>() {
    using A = opmath_t<T>;
    const T* src = static_cast<const T*>(x.data_ptr());
    T* values = static_cast<T*>(output.data_ptr());
    int64_t* places = indices.data_ptr<int64_t>();
    const int64_t n = w.out_plane();
    // Without padding the first tap of a row reads for all of its outputs.
    const bool padded = w.padding[0] != 0 || w.padding[1] != 0 || w.padding[2] != 0;
    for_planes(w.planes, 0.6 * static_cast<double>(n) * w.taps(), [&](int64_t plane) {
      const Scratch memory(static_cast<size_t>(n) * (sizeof(A) + sizeof(int32_t)) + 128);
      A* best = memory.as<A>();
      int32_t* where =
          reinterpret_cast<int32_t*>(memory.as<char>() + (static_cast<size_t>(n) * sizeof(A) + 63) / 64 * 64);
      if (padded) {
        std::fill(best, best + n, lowest<A>());
        std::fill(where, where + n, -1);
      }
      const T* from = src + plane * w.in_plane();
      int64_t before = -1;
      for_row_taps(w, [&](int64_t row, int64_t at, int64_t first, int64_t last) {
        take_larger(from, w.stride[2], at, first, last, best + row, where + row, !padded && row != before, padded);
        before = row;
      });
      for (int64_t i = 0; i < n; ++i) {
        values[plane * n + i] = store<T>(best[i]);
        places[plane * n + i] = where[i];
      }
    });
  });
}

void _max_unpool(const Tensor& grad_output, const Tensor& indices, IntArrayRef input_size, int64_t spatial,
                 Tensor& result) {
  fill_bits(result, 0);
  if (result.numel() == 0 || grad_output.numel() == 0) return;
  const Windows w(input_size, grad_output.sizes(), static_cast<size_t>(spatial));
  const Tensor g = dense(grad_output), at = dense(indices);
  dispatch_floating(g.dtype(), "max_pool_backward", [&]<class T>() {
    const T* grad = static_cast<const T*>(g.data_ptr());
    const int64_t* places = at.const_data_ptr<int64_t>();
    T* out = static_cast<T*>(result.data_ptr());
    const int64_t n = w.out_plane(), size = w.in_plane();
    for_planes(w.planes, 1.5 * static_cast<double>(n), [&](int64_t plane) {
      for (int64_t i = plane * n; i < (plane + 1) * n; ++i) {
        check(places[i] >= 0 && places[i] < size,
              "max_pool_backward: index {} is out of bounds for a plane of {} "
              "elements",
              places[i], size);
        T& to = out[plane * size + places[i]];
        to = store<T>(load(to) + load(grad[i]));
      }
    });
  });
}

namespace {

// What each output of an average is divided by.
std::vector<double> divisors(const Windows& w, bool count_include_pad, std::optional<int64_t> divisor_override) {
  std::vector<double> out;
  out.reserve(static_cast<size_t>(w.out_plane()));
  auto extent = [&](int d, int64_t o) {
    int64_t first = o * w.stride[d] - w.padding[d], last = std::min(first + w.kernel[d], w.in[d] + w.padding[d]);
    if (!count_include_pad) {
      first = std::max<int64_t>(first, 0);
      last = std::min(last, w.in[d]);
    }
    return last - first;
  };
  for (int64_t z = 0; z < w.out[0]; ++z) {
    for (int64_t y = 0; y < w.out[1]; ++y) {
      for (int64_t x = 0; x < w.out[2]; ++x) {
        out.push_back(divisor_override ? static_cast<double>(*divisor_override)
                                       : static_cast<double>(extent(0, z) * extent(1, y) * extent(2, x)));
      }
    }
  }
  return out;
}

template <class A, class T>
void add_tap(const T* src, int64_t step, int64_t at, int64_t first, int64_t last, A* sums) {
  if (step == 1)
    for (int64_t x = first; x < last; ++x) sums[x] += load(src[at + x]);
  else if (step == 2)
    for (int64_t x = first; x < last; ++x) sums[x] += load(src[at + 2 * x]);
  else
    for (int64_t x = first; x < last; ++x) sums[x] += load(src[at + step * x]);
}

}  // namespace

void _avg_pool(const Tensor& input, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding, bool,
               bool count_include_pad, std::optional<int64_t> divisor_override, Tensor& result) {
  if (result.numel() == 0) return;
  const Windows w(input.sizes(), result.sizes(), kernel_size, stride, padding, {});
  const std::vector<double> by = divisors(w, count_include_pad, divisor_override);
  const Tensor x = dense(input);
  dispatch(input.dtype(), "avg_pool", [&]<class T>() {
    using A = std::conditional_t<std::is_integral_v<T>, int64_t, opmath_t<T>>;
    const T* src = static_cast<const T*>(x.data_ptr());
    T* out = static_cast<T*>(result.data_ptr());
    const int64_t n = w.out_plane();
    for_planes(w.planes, 0.4 * static_cast<double>(n) * w.taps(), [&](int64_t plane) {
      std::vector<A> sums(static_cast<size_t>(n));
      const T* from = src + plane * w.in_plane();
      for_row_taps(w, [&](int64_t row, int64_t at, int64_t first, int64_t last) {
        add_tap(from, w.stride[2], at, first, last, sums.data() + row);
      });
      for (int64_t i = 0; i < n; ++i)
        out[plane * n + i] = store<T>(sums[static_cast<size_t>(i)] / static_cast<A>(by[static_cast<size_t>(i)]));
    });
  });
}

void _avg_pool_backward(const Tensor& grad_output, IntArrayRef input_size, IntArrayRef kernel_size, IntArrayRef stride,
                        IntArrayRef padding, bool, bool count_include_pad, std::optional<int64_t> divisor_override,
                        Tensor& result) {
  fill_bits(result, 0);
  if (result.numel() == 0 || grad_output.numel() == 0) return;
  const Windows w(input_size, grad_output.sizes(), kernel_size, stride, padding, {});
  const std::vector<double> by = divisors(w, count_include_pad, divisor_override);
  const Tensor g = dense(grad_output);
  dispatch_floating(g.dtype(), "avg_pool_backward", [&]<class T>() {
    using A = opmath_t<T>;
    const T* grad = static_cast<const T*>(g.data_ptr());
    T* out = static_cast<T*>(result.data_ptr());
    const int64_t n = w.out_plane(), size = w.in_plane(), step = w.stride[2];
    for_planes(w.planes, 0.6 * static_cast<double>(n) * w.taps(), [&](int64_t plane) {
      std::vector<A> share(static_cast<size_t>(n)), sums(static_cast<size_t>(size));
      for (int64_t i = 0; i < n; ++i)
        share[static_cast<size_t>(i)] = load(grad[plane * n + i]) / static_cast<A>(by[static_cast<size_t>(i)]);
      for_row_taps(w, [&](int64_t row, int64_t at, int64_t first, int64_t last) {
        for (int64_t x = first; x < last; ++x)
          sums[static_cast<size_t>(at + x * step)] += share[static_cast<size_t>(row + x)];
      });
      for (int64_t i = 0; i < size; ++i) out[plane * size + i] = store<T>(sums[static_cast<size_t>(i)]);
    });
  });
}

namespace {

// f(output position, first, last of each dim) for windows that divide the input
// as evenly as can be.
template <class F>
void for_even_windows(const Windows& w, const F& f) {
  auto first = [&](int d, int64_t o) { return o * w.in[d] / w.out[d]; };
  auto last = [&](int d, int64_t o) { return ((o + 1) * w.in[d] + w.out[d] - 1) / w.out[d]; };
  int64_t at = 0;
  for (int64_t z = 0; z < w.out[0]; ++z) {
    for (int64_t y = 0; y < w.out[1]; ++y) {
      for (int64_t x = 0; x < w.out[2]; ++x, ++at) {
        const int64_t from[] = {first(0, z), first(1, y), first(2, x)}, to[] = {last(0, z), last(1, y), last(2, x)};
        f(at, from, to);
      }
    }
  }
}

// f(offset) for every element of a box of a plane.
template <class F>
void for_box(const Windows& w, const int64_t* from, const int64_t* to, const F& f) {
  for (int64_t z = from[0]; z < to[0]; ++z) {
    for (int64_t y = from[1]; y < to[1]; ++y) {
      for (int64_t x = from[2]; x < to[2]; ++x) f((z * w.in[1] + y) * w.in[2] + x);
    }
  }
}

}  // namespace

void _adaptive_avg_pool(const Tensor& input, IntArrayRef output_size, Tensor& result) {
  if (result.numel() == 0) return;
  const Windows w(input.sizes(), result.sizes(), output_size.size());
  const Tensor x = dense(input);
  dispatch_floating(input.dtype(), "adaptive_avg_pool", [&]<class T>() {
    using A = opmath_t<T>;
    const T* src = static_cast<const T*>(x.data_ptr());
    T* out = static_cast<T*>(result.data_ptr());
    for_planes(w.planes, 1.0 * static_cast<double>(w.in_plane() + w.out_plane()), [&](int64_t plane) {
      const T* from_plane = src + plane * w.in_plane();
      for_even_windows(w, [&](int64_t at, const int64_t* from, const int64_t* to) {
        A sum = 0;
        for_box(w, from, to, [&](int64_t i) { sum += load(from_plane[i]); });
        const int64_t count = (to[0] - from[0]) * (to[1] - from[1]) * (to[2] - from[2]);
        out[plane * w.out_plane() + at] = store<T>(sum / static_cast<A>(count));
      });
    });
  });
}

void _adaptive_avg_pool_backward(const Tensor& grad_output, IntArrayRef input_size, IntArrayRef output_size,
                                 Tensor& result) {
  fill_bits(result, 0);
  if (result.numel() == 0 || grad_output.numel() == 0) return;
  const Windows w(input_size, grad_output.sizes(), output_size.size());
  const Tensor g = dense(grad_output);
  dispatch_floating(g.dtype(), "adaptive_avg_pool_backward", [&]<class T>() {
    using A = opmath_t<T>;
    const T* grad = static_cast<const T*>(g.data_ptr());
    T* out = static_cast<T*>(result.data_ptr());
    for_planes(w.planes, 1.5 * static_cast<double>(w.in_plane() + w.out_plane()), [&](int64_t plane) {
      std::vector<A> sums(static_cast<size_t>(w.in_plane()));
      for_even_windows(w, [&](int64_t at, const int64_t* from, const int64_t* to) {
        const int64_t count = (to[0] - from[0]) * (to[1] - from[1]) * (to[2] - from[2]);
        const A share = load(grad[plane * w.out_plane() + at]) / static_cast<A>(count);
        for_box(w, from, to, [&](int64_t i) { sums[static_cast<size_t>(i)] += share; });
      });
      for (int64_t i = 0; i < w.in_plane(); ++i) out[plane * w.in_plane() + i] = store<T>(sums[static_cast<size_t>(i)]);
    });
  });
}

void _adaptive_max_pool(const Tensor& input, IntArrayRef output_size, Tensor& output, Tensor& indices) {
  if (output.numel() == 0) return;
  const Windows w(input.sizes(), output.sizes(), output_size.size());
  const Tensor x = dense(input);
  dispatch(input.dtype(), "adaptive_max_pool", [&]<class T>() {
    const T* src = static_cast<const T*>(x.data_ptr());
    T* values = static_cast<T*>(output.data_ptr());
    int64_t* places = indices.data_ptr<int64_t>();
    for_planes(w.planes, 1.5 * static_cast<double>(w.in_plane() + w.out_plane()), [&](int64_t plane) {
      const T* from_plane = src + plane * w.in_plane();
      for_even_windows(w, [&](int64_t at, const int64_t* from, const int64_t* to) {
        int64_t best = (from[0] * w.in[1] + from[1]) * w.in[2] + from[2];
        for_box(w, from, to, [&](int64_t i) {
          const auto v = load(from_plane[i]);
          if (v > load(from_plane[best]) || v != v) best = i;
        });
        values[plane * w.out_plane() + at] = from_plane[best];
        places[plane * w.out_plane() + at] = best;
      });
    });
  });
}

}  // namespace rushlight::cpu
