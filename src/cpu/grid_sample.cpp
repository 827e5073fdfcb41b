// Reading images and volumes at the points of a grid, and the gradients for both.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"

namespace rushlight::cpu {
namespace {

enum Mode : int64_t { kBilinearMode, kNearestMode, kBicubicMode };
enum Padding : int64_t { kZerosPadding, kBorderPadding, kReflectionPadding };

// Note [Half coordinates]
// PyTorch computes half types step by step in themselves, and where a coordinate is rounded decides which pixels are read.
// So every step of a coordinate is rounded to the element type T here; sums are kept in float.
template <class T, class A>
A rounded(A v) {
  if constexpr (std::is_same_v<T, A>)
    return v;
  else
    return load(store<T>(v));
}

// Note [Taps of a grid]
// Every mode is a product over the dimensions of a few taps: places along the dimension, their weights, and the weights'
// derivatives by the coordinate (-1 … 1). Nearest has one tap, linear two, cubic four; place -1 stands for zero padding.
template <class A>
struct Taps {
  int count = 0;
  int64_t at[4];
  A weight[4], slope[4];
};

template <class A>
struct Place {
  A value, slope;  // in elements, and its derivative by the normalised coordinate
};

// Positions that no element has (NaN, infinities, far outside) become -100, as PyTorch does: integers hold the rest.
template <class A>
A bounded(A v) {
  return v >= A(-2147483000) && v <= A(2147483000) ? v : A(-100);
}

// floor of what `bounded` let through.
template <class A>
int64_t floor_of(A v) {
  const auto whole = static_cast<int64_t>(v);
  return whole - (v < static_cast<A>(whole));
}

template <class A>
Place<A> clipped(Place<A> p, int64_t size) {
  const A last = static_cast<A>(size - 1);
  if (!(p.value > A(0))) return {A(0), A(0)};
  if (p.value >= last) return {last, A(0)};
  return p;
}

// Folds the position back and forth between `low` / 2 and `high` / 2.
template <class T, class A = opmath_t<T>>
Place<A> reflected(Place<A> p, int64_t low, int64_t high) {
  if (low == high) return {A(0), A(0)};
  const A least = static_cast<A>(low) / 2, span = static_cast<A>(high - low) / 2;
  A v = rounded<T>(p.value - least), sign = 1;
  if (v < 0) {
    v = -v;
    sign = -1;
  }
  const A extra = rounded<T>(std::fmod(v, span)), flips = std::floor(rounded<T>(v / span));
  if (std::fmod(flips, A(2)) == A(0)) return {rounded<T>(extra + least), p.slope * sign};
  return {rounded<T>(rounded<T>(span - extra) + least), -p.slope * sign};
}

template <class T, class A = opmath_t<T>>
Place<A> padded(Place<A> p, int64_t size, int64_t padding, bool align) {
  if (padding == kReflectionPadding) p = align ? reflected<T>(p, 0, 2 * (size - 1)) : reflected<T>(p, -1, 2 * size - 1);
  if (padding != kZerosPadding) p = clipped(p, size);
  return p;
}

// The cubic convolution kernel with A = -0.75, and its derivative, at distance x.
template <class A>
std::pair<A, A> cubic(A x) {
  constexpr A kA = A(-0.75);
  if (x <= 1) return {((kA + 2) * x - (kA + 3)) * x * x + 1, (3 * (kA + 2) * x - 2 * (kA + 3)) * x};
  return {((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA, (3 * kA * x - 10 * kA) * x + 8 * kA};
}

template <class T, class A = opmath_t<T>>
Taps<A> taps_at(A coordinate, int64_t size, int64_t mode, int64_t padding, bool align) {
  Place<A> p;
  const A moved = rounded<T>(coordinate + 1);
  if (align)
    p = {rounded<T>(rounded<T>(moved / 2) * static_cast<A>(size - 1)), static_cast<A>(size - 1) / 2};
  else
    p = {rounded<T>(rounded<T>(rounded<T>(moved * static_cast<A>(size)) - 1) / 2), static_cast<A>(size) / 2};
  Taps<A> taps;
  const auto add = [&](int64_t at, A weight, A slope) {
    taps.at[taps.count] = at >= 0 && at < size ? at : -1;
    taps.weight[taps.count] = weight;
    taps.slope[taps.count++] = slope;
  };
  if (mode == kBicubicMode) {
    p.value = bounded(p.value);
    const A first = static_cast<A>(floor_of(p.value)), t = rounded<T>(p.value - first);
    const A distance[4] = {t + 1, t, 1 - t, 2 - t};
    for (int i = 0; i < 4; ++i) {
      const auto [weight, slope] = cubic(distance[i]);
      const A at = padded<T>(Place<A>{first + static_cast<A>(i - 1), A(0)}, size, padding, align).value;
      add(static_cast<int64_t>(at), weight, (i < 2 ? slope : -slope) * p.slope);
    }
    return taps;
  }
  p = padded<T>(p, size, padding, align);
  p.value = bounded(p.value);
  if (mode == kNearestMode) {
    add(std::lrint(p.value), A(1), A(0));
    return taps;
  }
  const int64_t at = floor_of(p.value);
  const A first = static_cast<A>(at);
  add(at, rounded<T>(first + 1 - p.value), -p.slope);
  add(at + 1, rounded<T>(p.value - first), p.slope);
  return taps;
}

struct Shape {
  int spatial;
  int64_t batch, channels, in[3], plane, points;  // in: D, H, W; leading ones are 1
  int64_t mode, padding;
  bool align;
};

constexpr int kMaxTaps = 16;
constexpr int64_t kBlock = 64, kChannelBlock = 16;

// The taps of up to kBlock points, tap by tap: flat offsets, weights, and the weights' derivatives by each coordinate (x
// first, as in the grid). A tap outside repeats one of the point's that is inside, with weight 0: what it reads counts in
// any case. A point without any tap inside is marked.
template <class A>
struct Block {
  int64_t offset[kMaxTaps][kBlock];
  A weight[kMaxTaps][kBlock], slopes[3][kMaxTaps][kBlock];
  bool outside[kBlock];
};

int taps_of(const Shape& s) {
  const int each = s.mode == kNearestMode ? 1 : s.mode == kBilinearMode ? 2 : 4;
  return s.spatial == 2 ? each * each : each * each * each;
}

// Writes point i of a block; `coordinates` in the order of the grid.
template <class T, bool kSlopes, class A = opmath_t<T>>
void add_point(const Shape& s, const T* coordinates, int64_t i, Block<A>& block) {
  Taps<A> taps[3];  // D, H, W
  for (int d = 0; d < 3; ++d) {
    if (d < 3 - s.spatial) {
      taps[d].count = 1;
      taps[d].at[0] = 0;
      taps[d].weight[0] = 1;
      taps[d].slope[0] = 0;
    } else {
      taps[d] = taps_at<T>(load(coordinates[2 - d]), s.in[d], s.mode, s.padding, s.align);
    }
  }
  int64_t inside = -1;
  int k = 0, outside = 0;
  for (int z = 0; z < taps[0].count; ++z) {
    for (int y = 0; y < taps[1].count; ++y) {
      const A wy = taps[1].weight[y], wz = taps[0].weight[z];
      for (int x = 0; x < taps[2].count; ++x, ++k) {
        if ((taps[0].at[z] | taps[1].at[y] | taps[2].at[x]) < 0) {  // one of them is -1
          block.offset[k][i] = -1;
          block.weight[k][i] = 0;
          if constexpr (kSlopes) block.slopes[0][k][i] = block.slopes[1][k][i] = block.slopes[2][k][i] = 0;
          ++outside;
          continue;
        }
        const A wx = taps[2].weight[x];
        inside = (taps[0].at[z] * s.in[1] + taps[1].at[y]) * s.in[2] + taps[2].at[x];
        block.offset[k][i] = inside;
        block.weight[k][i] = wx * wy * wz;
        if constexpr (kSlopes) {
          block.slopes[0][k][i] = taps[2].slope[x] * wy * wz;
          block.slopes[1][k][i] = wx * taps[1].slope[y] * wz;
          block.slopes[2][k][i] = wx * wy * taps[0].slope[z];
        }
      }
    }
  }
  block.outside[i] = inside < 0;
  for (int j = 0; j < k && outside > 0; ++j)
    if (block.offset[j][i] < 0) block.offset[j][i] = std::max<int64_t>(inside, 0);
}

template <class T, bool kSlopes = false>
void fill_block(const Shape& s, const T* grid, int64_t n, Block<opmath_t<T>>& block) {
  for (int64_t i = 0; i < n; ++i) add_point<T, kSlopes>(s, grid + i * s.spatial, i, block);
}

// f(taps) with the number of taps as a constant.
template <class F>
void with_taps(int taps, const F& f) {
  switch (taps) {
    case 1:
      return f(std::integral_constant<int, 1>());
    case 4:
      return f(std::integral_constant<int, 4>());
    case 8:
      return f(std::integral_constant<int, 8>());
    default:
      return f(std::integral_constant<int, 16>());
  }
}

Shape shape_of(const Tensor& input, const Tensor& grid, int64_t mode, int64_t padding, bool align) {
  Shape s{static_cast<int>(input.dim() - 2), input.sizes()[0], input.sizes()[1], {1, 1, 1}, 1, 1, mode, padding, align};
  for (int64_t d = 2; d < input.dim(); ++d) {
    s.in[3 - s.spatial + d - 2] = input.sizes()[d];
    s.plane *= input.sizes()[d];
    s.points *= grid.sizes()[d - 1];
  }
  return s;
}

// The input's gradient: a task owns some planes and goes through all points in order.
template <class T>
void input_gradient(const Shape& s, const T* grad, const T* grid, Tensor& result) {
  using A = opmath_t<T>;
  constexpr ScalarType kType = sizeof(A) == 8 ? kDouble : kFloat;
  Tensor sums = result.dtype() == kType ? result : detail::allocate_tensor(result.sizes(), kType);
  fill_bits(sums, 0);
  A* out = static_cast<A*>(sums.data_ptr());
  const int64_t blocks = (s.channels + kChannelBlock - 1) / kChannelBlock;
  const int taps = taps_of(s);
  const double ns = (20.0 + 6.0 * taps + 1.5 * taps * kChannelBlock) * static_cast<double>(s.points);
  parallel_for(s.batch * blocks, 1, ns, [&](int64_t task, int64_t) {
    const int64_t n = task / blocks, first = task % blocks * kChannelBlock,
                  count = std::min(kChannelBlock, s.channels - first);
    Block<A> block;
    for (int64_t p = 0; p < s.points; p += kBlock) {
      const int64_t size = std::min(kBlock, s.points - p);
      fill_block<T>(s, grid + (n * s.points + p) * s.spatial, size, block);
      for (int64_t c = 0; c < count; ++c) {
        const T* from = grad + (n * s.channels + first + c) * s.points + p;
        A* to = out + (n * s.channels + first + c) * s.plane;
        for (int64_t i = 0; i < size; ++i) {
          if (block.outside[i]) continue;
          const A g = load(from[i]);
          for (int k = 0; k < taps; ++k) to[block.offset[k][i]] += g * block.weight[k][i];
        }
      }
    }
  });
  if (!sums.is_same(result)) copy_elements(result, sums);
}

template <class T>
void grid_gradient(const Shape& s, const T* grad, const T* input, const T* grid, Tensor& result) {
  using A = opmath_t<T>;
  T* out = static_cast<T*>(result.data_ptr());
  const int taps = taps_of(s);
  const int64_t blocks = (s.points + kBlock - 1) / kBlock;
  const double ns = static_cast<double>(kBlock) * (20.0 + taps * (6.0 + 1.2 * static_cast<double>(s.channels)));
  parallel_for(s.batch * blocks, 1, ns, [&](int64_t task, int64_t) {
    const int64_t n = task / blocks, p = task % blocks * kBlock, size = std::min(kBlock, s.points - p);
    Block<A> block;
    fill_block<T, true>(s, grid + (n * s.points + p) * s.spatial, size, block);
    A sums[kMaxTaps][kBlock] = {};  // of each tap's value times the gradient, over channels
    for (int64_t c = 0; c < s.channels; ++c) {
      const T *from = grad + (n * s.channels + c) * s.points + p, *plane = input + (n * s.channels + c) * s.plane;
      for (int k = 0; k < taps; ++k)
        for (int64_t i = 0; i < size; ++i) sums[k][i] += load(plane[block.offset[k][i]]) * load(from[i]);
    }
    for (int64_t i = 0; i < size; ++i) {
      for (int d = 0; d < s.spatial; ++d) {
        A sum = 0;
        for (int k = 0; k < taps && !block.outside[i]; ++k)
          if (block.slopes[d][k][i] != A(0)) sum += sums[k][i] * block.slopes[d][k][i];
        out[(n * s.points + p + i) * s.spatial + d] = store<T>(sum);
      }
    }
  });
}

}  // namespace

void _grid_sample(const Tensor& input, const Tensor& grid, int64_t mode, int64_t padding, bool align, Tensor& result) {
  if (result.numel() == 0) return;
  const Shape s = shape_of(input, grid, mode, padding, align);
  const Tensor x = dense(input), g = dense(grid);
  dispatch_floating(input.dtype(), "grid_sampler", [&]<class T>() {
    using A = opmath_t<T>;
    const T *from = static_cast<const T*>(x.data_ptr()), *points = static_cast<const T*>(g.data_ptr());
    T* to = static_cast<T*>(result.data_ptr());
    const int64_t blocks = (s.points + kBlock - 1) / kBlock;
    with_taps(taps_of(s), [&](auto taps) {
      const double ns = static_cast<double>(kBlock) * (20.0 + taps() * (6.0 + 0.7 * static_cast<double>(s.channels)));
      parallel_for(s.batch * blocks, 1, ns, [&](int64_t task, int64_t) {
        const int64_t n = task / blocks, p = task % blocks * kBlock, size = std::min(kBlock, s.points - p);
        Block<A> block;
        fill_block<T>(s, points + (n * s.points + p) * s.spatial, size, block);
        for (int64_t c = 0; c < s.channels; ++c) {
          const T* plane = from + (n * s.channels + c) * s.plane;
          T* row = to + (n * s.channels + c) * s.points + p;
          for (int64_t i = 0; i < size; ++i) {
            A sum = 0;
            for (int k = 0; k < taps(); ++k) sum += load(plane[block.offset[k][i]]) * block.weight[k][i];
            row[i] = store<T>(block.outside[i] ? A(0) : sum);
          }
        }
      });
    });
  });
}

void _grid_sample_backward(const Tensor& grad_output, const Tensor& input, const Tensor& grid, int64_t mode,
                           int64_t padding, bool align, ArrayRef<bool> output_mask, Tensor& grad_input,
                           Tensor& grad_grid) {
  if (grad_output.numel() == 0) {
    fill_bits(grad_input, 0);
    fill_bits(grad_grid, 0);
    return;
  }
  const Shape s = shape_of(input, grid, mode, padding, align);
  const Tensor dy = dense(grad_output), x = dense(input), g = dense(grid);
  dispatch_floating(input.dtype(), "grid_sampler_backward", [&]<class T>() {
    const T *grad = static_cast<const T*>(dy.data_ptr()), *points = static_cast<const T*>(g.data_ptr());
    if (output_mask[0]) input_gradient<T>(s, grad, points, grad_input);
    if (output_mask[1]) grid_gradient<T>(s, grad, static_cast<const T*>(x.data_ptr()), points, grad_grid);
  });
}

}  // namespace rushlight::cpu
