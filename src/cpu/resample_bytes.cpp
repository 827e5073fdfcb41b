// Images of bytes resized along one dimension in fixed point, to the very bytes that PyTorch gives.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/reduce.h"
#include "dispatch/kernels.h"

namespace rushlight::cpu {
namespace {

// What one output element reads: `count` neighbours from `first` on.
struct Window {
  int64_t first = 0;
  int count = 0;
  double weight[4] = {};
  int32_t fixed[4] = {};
};

double cubic(double x) {
  constexpr double kA = -0.75;
  if (x < 0) x = -x;
  if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
  return x < 2 ? ((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA : 0;
}

// The window of output `i`; weights of neighbours outside go to the element at the edge.
Window window_at(int64_t i, int64_t in, double step, bool align, bool is_cubic) {
  double at = align ? step * static_cast<double>(i) : step * (static_cast<double>(i) + 0.5) - 0.5;
  if (!is_cubic) at = std::max(at, 0.0);
  const double low = std::floor(at), t = at - low;
  const int64_t first = static_cast<int64_t>(low) - (is_cubic ? 1 : 0);
  const int taps = is_cubic ? 4 : 2;
  Window w;
  w.first = std::clamp<int64_t>(first, 0, in - 1);
  for (int k = 0; k < taps; ++k) {
    const int64_t place = std::clamp<int64_t>(first + k, 0, in - 1) - w.first;
    w.weight[place] += is_cubic ? cubic(t + 1 - k) : k == 0 ? 1 - t : t;
    w.count = std::max(w.count, static_cast<int>(place) + 1);
  }
  return w;
}

// Note [Bytes in fixed point]
// Weights become integers of 16 bits with as many binary places as the largest allows; a sum is rounded half up and
// clamped. Each dimension is rounded to bytes by itself, the last one first.
int to_fixed(std::vector<Window>& windows) {
  double most = 0;
  for (const Window& w : windows) most = std::max(most, *std::max_element(w.weight, w.weight + w.count));
  int places = 0;
  while (places < 22 && std::lround(most * (1 << (places + 1))) < (1 << 15)) ++places;
  for (Window& w : windows) {
    for (int k = 0; k < w.count; ++k) {
      w.fixed[k] = static_cast<int32_t>(std::lround(w.weight[k] * (1 << places)));
    }
  }
  return places;
}

}  // namespace

void _resample_bytes(const Tensor& input, int64_t dim, int64_t size, std::string_view mode, bool align_corners,
                     std::optional<double> scale, Tensor& result) {
  const Tensor x = dense(input);
  const int64_t in = input.sizes()[dim];
  double step = 0;
  if (!align_corners)
    step = scale && *scale > 0 ? 1 / *scale : static_cast<double>(in) / static_cast<double>(size);
  else if (size > 1)
    step = static_cast<double>(in - 1) / static_cast<double>(size - 1);
  std::vector<Window> windows;
  for (int64_t i = 0; i < size; ++i) windows.push_back(window_at(i, in, step, align_corners, mode == "cubic"));
  const int places = to_fixed(windows);
  int64_t outer = 1, inner = 1;
  for (int64_t d = 0; d < input.dim(); ++d) (d < dim ? outer : inner) *= d == dim ? 1 : input.sizes()[d];
  const auto* from = static_cast<const uint8_t*>(x.data_ptr());
  auto* to = static_cast<uint8_t*>(result.data_ptr());
  const double ns = 4.0 * static_cast<double>(inner);
  parallel_for(outer * size, std::max<int64_t>(1, 8192 / inner), ns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const Window& w = windows[static_cast<size_t>(row % size)];
      const uint8_t* src = from + (row / size * in + w.first) * inner;
      for (int64_t j = 0; j < inner; ++j) {
        int32_t sum = places > 0 ? 1 << (places - 1) : 0;
        for (int k = 0; k < w.count; ++k) sum += w.fixed[k] * src[k * inner + j];
        to[row * inner + j] = static_cast<uint8_t>(std::clamp(sum >> places, 0, 255));
      }
    }
  });
}

}  // namespace rushlight::cpu
