// Pooling kernels: maxima and means of windows, over one to three spatial dimensions.
#include <algorithm>
#include <cmath>

#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

#pragma GCC optimize("O3")

namespace rushlight::cpu {
namespace {

// Note [Pooling geometry]
// One to three spatial dimensions are three with leading ones. What lies before them (batch and channels) is a number of
// planes, each pooled alone, in parallel. Windows of one dimension are the same for every plane, so they are listed once.
struct Window {
  int64_t begin, end;    // inside the input
  int64_t padded;        // length with the padding that counts
};

struct Pool {
  int64_t planes = 1;
  int64_t in[3] = {1, 1, 1}, out[3] = {1, 1, 1}, step[3] = {1, 1, 1};
  std::vector<Window> windows[3];

  int64_t in_plane() const { return in[0] * in[1] * in[2]; }
  int64_t out_plane() const { return out[0] * out[1] * out[2]; }
};

Pool geometry(IntArrayRef input, IntArrayRef output, size_t spatial) {
  Pool p;
  const size_t lead = input.size() - spatial;
  for (size_t d = 0; d < lead; ++d) p.planes *= input[d];
  for (size_t d = 0; d < spatial; ++d) {
    p.in[3 - spatial + d] = input[lead + d];
    p.out[3 - spatial + d] = output[output.size() - spatial + d];
  }
  return p;
}

// Entry d of a list that may have one entry for all dimensions; `fallback` for leading ones and empty lists.
int64_t entry(IntArrayRef list, size_t spatial, size_t axis, int64_t fallback) {
  if (axis + spatial < 3 || list.empty()) return fallback;
  return list.size() == 1 ? list[0] : list[axis + spatial - 3];
}

void list_windows(Pool& p, size_t spatial, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation) {
  for (size_t a = 0; a < 3; ++a) {
    const int64_t k = entry(kernel, spatial, a, 1), s = entry(stride.empty() ? kernel : stride, spatial, a, 1), pad = entry(padding, spatial, a, 0),
                  dil = entry(dilation, spatial, a, 1);
    p.step[a] = dil;
    for (int64_t o = 0; o < p.out[a]; ++o) {
      int64_t begin = o * s - pad;
      const int64_t end = std::min(begin + (k - 1) * dil + 1, p.in[a]), padded = std::min(begin + k, p.in[a] + pad) - begin;
      while (begin < 0) begin += dil;
      p.windows[a].push_back({begin, end, padded});
    }
  }
}

void list_adaptive_windows(Pool& p) {
  for (size_t a = 0; a < 3; ++a) {
    for (int64_t o = 0; o < p.out[a]; ++o) {
      const int64_t begin = o * p.in[a] / p.out[a], end = ((o + 1) * p.in[a] + p.out[a] - 1) / p.out[a];
      p.windows[a].push_back({begin, end, end - begin});
    }
  }
}

template <class F>
void each_plane(const Pool& p, double ns_per_plane, const F& f) {
  const auto grain = std::max<int64_t>(1, static_cast<int64_t>(20000.0 / (ns_per_plane + 1)));
  parallel_for(p.planes, grain, ns_per_plane, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) f(i);
  });
}

// f(output index, three windows) for every output of a plane, in order.
template <class F>
void each_output(const Pool& p, const F& f) {
  int64_t o = 0;
  for (const Window& z : p.windows[0]) {
    for (const Window& y : p.windows[1]) {
      for (const Window& x : p.windows[2]) f(o++, z, y, x);
    }
  }
}

template <class T>
void max_plane(const Pool& p, const T* src, T* dst, int64_t* indices) {
  each_output(p, [&](int64_t o, const Window& wz, const Window& wy, const Window& wx) {
    int64_t best = (wz.begin * p.in[1] + wy.begin) * p.in[2] + wx.begin;
    auto value = load(src[best]);
    for (int64_t z = wz.begin; z < wz.end; z += p.step[0]) {
      for (int64_t y = wy.begin; y < wy.end; y += p.step[1]) {
        for (int64_t x = wx.begin; x < wx.end; x += p.step[2]) {
          const int64_t at = (z * p.in[1] + y) * p.in[2] + x;
          const auto v = load(src[at]);
          if (v > value || v != v) {  // NaN wins, the last one as in PyTorch
            value = v;
            best = at;
          }
        }
      }
    }
    dst[o] = src[best];
    indices[o] = best;
  });
}

// The common case: windows of 2×2 side by side, without branches.
template <class T>
void max_plane_2x2(const Pool& p, const T* src, T* dst, int64_t* indices) {
  const int64_t width = p.in[2], columns = p.out[2];
  for (int64_t y = 0; y < p.out[1]; ++y) {
    const T *top = src + 2 * y * width, *bottom = top + width;
    const int64_t first = 2 * y * width;
    T* to = dst + y * columns;
    int64_t* at = indices + y * columns;
    for (int64_t x = 0; x < columns; ++x) {
      T v = top[2 * x];
      int64_t i = first + 2 * x;
      auto take = [&](T candidate, int64_t place) {
        const bool better = (candidate > v) | (candidate != candidate);
        v = better ? candidate : v;
        i = better ? place : i;
      };
      take(top[2 * x + 1], first + 2 * x + 1);
      take(bottom[2 * x], first + width + 2 * x);
      take(bottom[2 * x + 1], first + width + 2 * x + 1);
      to[x] = v;
      at[x] = i;
    }
  }
}

bool is_2x2(const Pool& p, size_t spatial, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation) {
  if (spatial != 2 || p.out[1] * 2 > p.in[1] || p.out[2] * 2 > p.in[2]) return false;
  for (size_t a = 1; a < 3; ++a) {
    if (entry(kernel, 2, a, 1) != 2 || entry(stride.empty() ? kernel : stride, 2, a, 1) != 2 || entry(padding, 2, a, 0) != 0 || entry(dilation, 2, a, 1) != 1) return false;
  }
  return true;
}

double window_cost(const Pool& p) {
  double cost = 1;
  for (const auto& list : p.windows) {
    double sum = 0;
    for (const Window& w : list) sum += static_cast<double>(w.end - w.begin);
    cost *= sum;
  }
  return cost;
}

void max_pool(const Pool& p, bool simple, const Tensor& input, Tensor& output, Tensor& indices) {
  const Tensor x = input.contiguous();
  int64_t* places = indices.data_ptr<int64_t>();
  dispatch(x.dtype(), "max_pool", [&]<class T>() {
    const T* src = static_cast<const T*>(x.data_ptr());
    T* dst = static_cast<T*>(output.data_ptr());
    each_plane(p, simple ? 0.8 * static_cast<double>(p.out_plane()) : 1.5 * window_cost(p), [&](int64_t i) {
      const T* from = src + i * p.in_plane();
      T* to = dst + i * p.out_plane();
      int64_t* at = places + i * p.out_plane();
      if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
        if (simple) return max_plane_2x2(p, from, to, at);
      }
      max_plane(p, from, to, at);
    });
  });
}

// Means: `divisor` of a window's three parts.
template <class D>
void average(const Pool& p, const Tensor& input, Tensor& result, const D& divisor) {
  const Tensor x = input.contiguous();
  dispatch(x.dtype(), "avg_pool", [&]<class T>() {
    const T* src = static_cast<const T*>(x.data_ptr());
    T* dst = static_cast<T*>(result.data_ptr());
    each_plane(p, window_cost(p), [&](int64_t i) {
      const T* from = src + i * p.in_plane();
      each_output(p, [&, to = dst + i * p.out_plane()](int64_t o, const Window& wz, const Window& wy, const Window& wx) {
        opmath_t<T> sum = 0;
        for (int64_t z = wz.begin; z < wz.end; ++z) {
          for (int64_t y = wy.begin; y < wy.end; ++y) {
            const T* row = from + (z * p.in[1] + y) * p.in[2];
            for (int64_t c = wx.begin; c < wx.end; ++c) sum += load(row[c]);
          }
        }
        to[o] = store<T>(sum / static_cast<opmath_t<T>>(divisor(wz, wy, wx)));
      });
    });
  });
}

template <class D>
void average_backward(const Pool& p, const Tensor& grad_output, Tensor& result, const D& divisor) {
  const Tensor g = grad_output.contiguous();
  fill_bits(result, 0);
  dispatch_floating(g.dtype(), "avg_pool_backward", [&]<class T>() {
    using A = opmath_t<T>;
    const T* src = static_cast<const T*>(g.data_ptr());
    T* dst = static_cast<T*>(result.data_ptr());
    each_plane(p, 1.5 * window_cost(p), [&](int64_t i) {
      T* to = dst + i * p.in_plane();
      each_output(p, [&, from = src + i * p.out_plane()](int64_t o, const Window& wz, const Window& wy, const Window& wx) {
        const A share = load(from[o]) / static_cast<A>(divisor(wz, wy, wx));
        for (int64_t z = wz.begin; z < wz.end; ++z) {
          for (int64_t y = wy.begin; y < wy.end; ++y) {
            T* row = to + (z * p.in[1] + y) * p.in[2];
            for (int64_t c = wx.begin; c < wx.end; ++c) row[c] = store<T>(load(row[c]) + share);
          }
        }
      });
    });
  });
}

auto window_divisor(bool count_include_pad, std::optional<int64_t> fixed) {
  return [=](const Window& z, const Window& y, const Window& x) -> int64_t {
    if (fixed) return *fixed;
    if (count_include_pad) return z.padded * y.padded * x.padded;
    return (z.end - z.begin) * (y.end - y.begin) * (x.end - x.begin);
  };
}

}  // namespace

void _max_pool(const Tensor& input, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, bool ceil_mode, Tensor& output, Tensor& indices) {
  (void)ceil_mode;  // the meta function has turned it into the output's size
  const size_t spatial = kernel_size.size();
  Pool p = geometry(input.sizes(), output.sizes(), spatial);
  if (output.numel() == 0) return;
  list_windows(p, spatial, kernel_size, stride, padding, dilation);
  max_pool(p, is_2x2(p, spatial, kernel_size, stride, padding, dilation), input, output, indices);
}

void _adaptive_max_pool(const Tensor& input, IntArrayRef output_size, Tensor& output, Tensor& indices) {
  Pool p = geometry(input.sizes(), output.sizes(), output_size.size());
  if (output.numel() == 0) return;
  list_adaptive_windows(p);
  max_pool(p, false, input, output, indices);
}

void _max_unpool(const Tensor& grad_output, const Tensor& indices, IntArrayRef input_size, int64_t spatial, Tensor& result) {
  fill_bits(result, 0);
  if (grad_output.numel() == 0) return;
  const Pool p = geometry(input_size, grad_output.sizes(), static_cast<size_t>(spatial));
  const Tensor g = grad_output.contiguous(), where = indices.contiguous();
  const int64_t *places = where.data_ptr<int64_t>(), limit = p.in_plane(), count = p.out_plane();
  dispatch_floating(g.dtype(), "max_unpool", [&]<class T>() {
    const T* src = static_cast<const T*>(g.data_ptr());
    T* dst = static_cast<T*>(result.data_ptr());
    each_plane(p, 1.2 * static_cast<double>(count), [&](int64_t i) {
      T* to = dst + i * limit;
      for (int64_t o = 0; o < count; ++o) {
        const int64_t at = places[i * count + o];
        check_index(at >= 0 && at < limit, "max_unpool: index {} is out of bounds for a plane of {} elements", at, limit);
        to[at] = store<T>(load(to[at]) + load(src[i * count + o]));
      }
    });
  });
}

void _avg_pool(const Tensor& input, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding, bool ceil_mode, bool count_include_pad, std::optional<int64_t> divisor_override,
               Tensor& result) {
  (void)ceil_mode;
  Pool p = geometry(input.sizes(), result.sizes(), kernel_size.size());
  if (result.numel() == 0) return;
  list_windows(p, kernel_size.size(), kernel_size, stride, padding, {});
  average(p, input, result, window_divisor(count_include_pad, divisor_override));
}

void _avg_pool_backward(const Tensor& grad_output, IntArrayRef input_size, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                        std::optional<int64_t> divisor_override, Tensor& result) {
  (void)ceil_mode;
  Pool p = geometry(input_size, grad_output.sizes(), kernel_size.size());
  if (result.numel() == 0) return;
  list_windows(p, kernel_size.size(), kernel_size, stride, padding, {});
  average_backward(p, grad_output, result, window_divisor(count_include_pad, divisor_override));
}

void _adaptive_avg_pool(const Tensor& input, IntArrayRef output_size, Tensor& result) {
  Pool p = geometry(input.sizes(), result.sizes(), output_size.size());
  if (result.numel() == 0) return;
  list_adaptive_windows(p);
  average(p, input, result, window_divisor(true, std::nullopt));
}

void _adaptive_avg_pool_backward(const Tensor& grad_output, IntArrayRef input_size, IntArrayRef output_size, Tensor& result) {
  Pool p = geometry(input_size, grad_output.sizes(), output_size.size());
  if (result.numel() == 0) return;
  list_adaptive_windows(p);
  average_backward(p, grad_output, result, window_divisor(true, std::nullopt));
}

}  // namespace rushlight::cpu
