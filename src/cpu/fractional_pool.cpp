// Fractional max pooling (Graham 2014): windows whose steps alternate pseudo-randomly between two lengths.
#include <algorithm>
#include <limits>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/dispatch.h"
#include "cpu/reduce.h"
#include "dispatch/kernels.h"

namespace rushlight::cpu {
namespace {

// Where the windows of one dimension begin; the last one ends with the input. A sample may lie outside [0, 1): what would
// leave the input stays at its edge.
template <class A>
std::vector<int64_t> starts(A sample, int64_t input, int64_t output, int64_t kernel) {
  std::vector<int64_t> found(static_cast<size_t>(output), input - kernel);
  if (output < 2) return found;
  const A alpha = static_cast<A>(input - kernel) / static_cast<A>(output - 1);
  for (int64_t i = 0; i + 1 < output; ++i) {
    const A at = (static_cast<A>(i) + sample) * alpha, first = sample * alpha;
    const bool usable = at > A(-1e9) && at < A(1e9) && first > A(-1e9) && first < A(1e9);
    const int64_t start = usable ? static_cast<int64_t>(at) - static_cast<int64_t>(first) : 0;
    found[static_cast<size_t>(i)] = std::clamp<int64_t>(start, 0, input - kernel);
  }
  return found;
}

}  // namespace

void _fractional_max_pool(const Tensor& input, IntArrayRef kernel_size, IntArrayRef output_size,
                          const Tensor& random_samples, Tensor& output, Tensor& indices) {
  if (output.numel() == 0) return;
  const size_t spatial = kernel_size.size(), lead = input.sizes().size() - spatial;
  int64_t in[3] = {1, 1, 1}, out[3] = {1, 1, 1}, kernel[3] = {1, 1, 1}, planes = 1;
  for (size_t d = 0; d < lead; ++d) planes *= input.sizes()[d];
  for (size_t d = 0; d < spatial; ++d) {
    in[3 - spatial + d] = input.sizes()[lead + d];
    out[3 - spatial + d] = output_size[d];
    kernel[3 - spatial + d] = kernel_size[d];
  }
  const Tensor x = dense(input), samples = dense(random_samples);
  const int64_t n = out[0] * out[1] * out[2], size = in[0] * in[1] * in[2];
  dispatch_floating(input.dtype(), "fractional_max_pool", [&]<class T>() {
    using A = opmath_t<T>;
    const T *from = static_cast<const T*>(x.data_ptr()), *random = static_cast<const T*>(samples.data_ptr());
    T* to = static_cast<T*>(output.data_ptr());
    int64_t* places = indices.data_ptr<int64_t>();
    const double ns = 2.0 * static_cast<double>(n * kernel[0] * kernel[1] * kernel[2]);
    parallel_for(planes, std::max<int64_t>(1, static_cast<int64_t>(20000 / (ns + 1))), ns, [&](int64_t b, int64_t e) {
      for (int64_t plane = b; plane < e; ++plane) {
        std::vector<int64_t> first[3] = {{0}, {}, {}};
        for (size_t d = 0; d < spatial; ++d) {  // in two dimensions the samples come as (x, y), in three as (t, y, x)
          const size_t at = 3 - spatial + d;
          const A sample =
              load(random[plane * static_cast<int64_t>(spatial) + static_cast<int64_t>(spatial == 2 ? 1 - d : d)]);
          first[at] = starts<A>(sample, in[at], out[at], kernel[at]);
        }
        const T* src = from + plane * size;
        for (int64_t i = 0; i < n; ++i) {
          const int64_t z0 = first[0][static_cast<size_t>(i / (out[1] * out[2]))],
                        y0 = first[1][static_cast<size_t>(i / out[2] % out[1])],
                        x0 = first[2][static_cast<size_t>(i % out[2])];
          A best = -std::numeric_limits<A>::infinity();
          int64_t place = (z0 * in[1] + y0) * in[2] + x0;
          for (int64_t z = z0; z < z0 + kernel[0]; ++z)
            for (int64_t y = y0; y < y0 + kernel[1]; ++y)
              for (int64_t at = (z * in[1] + y) * in[2] + x0, last = at + kernel[2]; at < last; ++at) {
                const A v = load(src[at]);
                if (!(v > best) && v == v) continue;
                best = v;
                place = at;
              }
          to[plane * n + i] = store<T>(best);
          places[plane * n + i] = place;
        }
      }
    });
  });
}

}  // namespace rushlight::cpu
