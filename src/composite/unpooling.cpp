// Power-mean pooling, the inverse of max pooling, and fractional max pooling, as users call them.
#include <cmath>
#include <limits>

#include "rushlight/ops.h"

namespace rushlight::nn::functional {
namespace {

// One number for every spatial dimension, or a list of n.
DimVector spread(const char* op, const char* name, IntArrayRef values, size_t n) {
  if (values.size() == 1) return DimVector(n, values[0]);
  check(values.size() == n, "{}{}d: {} must either be a single int, or a tuple of {} ints (got {})",
        std::string_view(op), n, std::string_view(name), n, values);
  return values;
}

// ---- power means ----------------------------------------------------------------------------------------------------

Tensor max_windows(size_t n, const Tensor& x, IntArrayRef kernel, OptionalIntArrayRef stride, bool ceil_mode) {
  if (n == 1) return rushlight::max_pool1d(x, kernel, stride, 0, 1, ceil_mode);
  return n == 2 ? rushlight::max_pool2d(x, kernel, stride, 0, 1, ceil_mode)
                : rushlight::max_pool3d(x, kernel, stride, 0, 1, ceil_mode);
}
Tensor mean_windows(size_t n, const Tensor& x, IntArrayRef kernel, OptionalIntArrayRef stride, bool ceil_mode) {
  if (n == 1) return rushlight::avg_pool1d(x, kernel, stride, 0, ceil_mode);
  return n == 2 ? rushlight::avg_pool2d(x, kernel, stride, 0, ceil_mode)
                : rushlight::avg_pool3d(x, kernel, stride, 0, ceil_mode);
}

Tensor lp_pool_nd(size_t n, const Tensor& input, double p, IntArrayRef kernel, OptionalIntArrayRef stride,
                  bool ceil_mode) {
  if (std::isinf(p)) {
    const Tensor size = abs(input);
    return p > 0 ? max_windows(n, size, kernel, stride, ceil_mode)
                 : neg(max_windows(n, neg(size), kernel, stride, ceil_mode));
  }
  double count = 1;
  for (int64_t k : spread("lp_pool", "kernel_size", kernel, n)) count *= static_cast<double>(k);
  const Tensor mean = mean_windows(n, pow(input, p), kernel, stride, ceil_mode);
  return pow(mul(mul(sign(mean), rushlight::relu(abs(mean))), count), 1.0 / p);
}

// ---- unpooling ------------------------------------------------------------------------------------------------------

DimVector unpooled_size(size_t n, const Tensor& input, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
                        OptionalIntArrayRef output_size) {
  check(input.dim() >= static_cast<int64_t>(n), "max_unpool{}d: expected an input with {} spatial dimensions, got {}",
        n, n, input.sizes());
  const IntArrayRef own = input.sizes().slice(input.sizes().size() - n, n);
  DimVector usual(n);
  for (size_t d = 0; d < n; ++d) {
    check(std::abs(kernel[d]) <= INT32_MAX && std::abs(stride[d]) <= INT32_MAX && std::abs(padding[d]) <= INT32_MAX &&
              own[d] <= INT32_MAX,
          "max_unpool{}d: kernel_size {}, stride {}, padding {} and the input's sizes must be below 2^31", n, kernel,
          stride, padding);
    usual[d] = (own[d] - 1) * stride[d] + kernel[d] - 2 * padding[d];
  }
  if (!output_size) {
    for (size_t d = 0; d < n; ++d)
      check_value(usual[d] >= 0,
                  "max_unpooling: output_size must contain non-negative spatial dimensions, but got output_size[{}]={}",
                  d, usual[d]);
    return usual;
  }
  IntArrayRef given = *output_size;
  if (given.size() == n + 2) given = given.slice(2, n);
  check_value(given.size() == n,
              "output_size should be a sequence containing {} or {} elements, but it has a length of '{}'", n, n + 2,
              given.size());
  for (size_t d = 0; d < n; ++d) {
    const int64_t least = usual[d] - stride[d], most = usual[d] + stride[d];
    check_value(least < given[d] && given[d] < most, "invalid output_size \"{}\" (dim {} must be between {} and {})",
                given, d, least, most);
    check_value(given[d] >= 0,
                "max_unpooling: output_size must contain non-negative spatial dimensions, but got output_size[{}]={}",
                d, given[d]);
  }
  return given;
}

Tensor unpool_nd(size_t n, const Tensor& input, const Tensor& indices, IntArrayRef kernel_size,
                 OptionalIntArrayRef strides, IntArrayRef paddings, OptionalIntArrayRef output_size) {
  const DimVector kernel = spread("max_unpool", "kernel_size", kernel_size, n),
                  stride = strides && !strides->empty() ? spread("max_unpool", "stride", *strides, n) : kernel,
                  padding = spread("max_unpool", "padding", paddings, n);
  const DimVector size = unpooled_size(n, input, kernel, stride, padding, output_size);
  check(indices.dtype() == kLong,
        "elements in indices should be type int64 but got: {} (convert them with to(torch.int64))",
        to_string(indices.dtype()));
  check(indices.sizes() == input.sizes(),
        "Expected shape of indices to be same as that of the input tensor ({}) but got indices tensor with shape: {}",
        input.sizes(), indices.sizes());
  const auto lead = input.sizes().size() - n;
  check(lead == 1 || lead == 2,
        "Input to max_unpooling{}d should be a {}d or {}d Tensor, but got a tensor with {} dimensions", n, n + 1, n + 2,
        input.dim());
  for (size_t d = 0; d < n; ++d) {
    check(input.sizes()[lead + d] > 0,
          "max_unpooling{}d_forward_out_cpu(): Expected input to have non-zero size for non-batch dimensions, but got "
          "{} with dimension {} being empty.",
          n, input.sizes(), lead + d);
    check(n < 3 || stride[d] > 0, "strides should be greater than zero, but got stride: {}", stride);
  }
  DimVector sizes(input.sizes().slice(0, lead));
  int64_t plane = 1;
  for (int64_t s : size) {
    sizes.push_back(s);
    check(!__builtin_mul_overflow(plane, s, &plane), "max_unpool{}d: output_size {} overflows a 64-bit integer", n,
          size);
  }
  if (input.numel() > 0) {
    const auto [least, most] = aminmax(indices);
    const int64_t low = least.item<int64_t>(), high = most.item<int64_t>();
    check(low >= 0 && high < plane,
          "Found an invalid max index: {} (output volumes are of size {}; indices must lie from 0 to {})",
          low < 0 ? low : high, size, plane - 1);
  }
  DimVector flat(input.sizes().slice(0, lead));
  flat.push_back(plane);
  const auto at = static_cast<int64_t>(lead);
  const Tensor result =
      zeros(flat, input.options().requires_grad(false)).scatter(at, indices.flatten(at), input.flatten(at)).view(sizes);
  const bool channels_last = n == 2 && lead == 2 && input.is_contiguous(MemoryFormat::ChannelsLast);
  return channels_last && !input.is_contiguous() ? result.contiguous(MemoryFormat::ChannelsLast) : result;
}

// ---- fractional pooling ---------------------------------------------------------------------------------------------

std::tuple<Tensor, Tensor> fractional_nd(int64_t n, const Tensor& input, IntArrayRef kernel_size,
                                         OptionalIntArrayRef output_size, std::optional<ArrayRef<double>> output_ratio,
                                         const Tensor& random_samples) {
  check_value(output_size || output_ratio,
              "fractional_max_pool{}d requires specifying either an output_size or an output_ratio", n);
  const auto count = static_cast<size_t>(n);
  check(input.dim() == n + 1 || input.dim() == n + 2,
        "fractional_max_pool{}d(): Expected {}D or {}D tensor, but got: {}", n, n + 1, n + 2, input.sizes());
  DimVector size(count);
  if (output_size) {
    size = spread("fractional_max_pool", "output_size", *output_size, count);
  } else {
    check_value(output_ratio->size() == 1 || output_ratio->size() == count,
                "fractional_max_pool{}d requires output_ratio to either be a single Int or tuple of Ints.", n);
    for (size_t d = 0; d < count; ++d) {
      const double ratio = (*output_ratio)[output_ratio->size() == 1 ? 0 : d];
      const double wanted = static_cast<double>(input.size(static_cast<int64_t>(d) - n)) * ratio;
      check(std::abs(wanted) < 9.2e18, "fractional_max_pool{}d: an output_ratio of {} is too large", n, ratio);
      size[d] = static_cast<int64_t>(wanted);
    }
  }
  Tensor samples = random_samples;
  if (!samples.defined()) {
    const int64_t batch = input.dim() == n + 1 ? 1 : input.size(0);
    samples = rand({batch, input.size(-n - 1), n}, input.options().requires_grad(false));
  }
  return _fractional_max_pool(input, spread("fractional_max_pool", "kernel_size", kernel_size, count), size, samples);
}

}  // namespace

#define RL_FORMS(n)                                                                                                 \
  Tensor lp_pool##n##d(const Tensor& input, double norm_type, IntArrayRef kernel_size, OptionalIntArrayRef stride,  \
                       bool ceil_mode) {                                                                            \
    return lp_pool_nd(n, input, norm_type, kernel_size, stride, ceil_mode);                                         \
  }                                                                                                                 \
  Tensor max_unpool##n##d_plain(const Tensor& input, const Tensor& indices, IntArrayRef kernel_size,                \
                                OptionalIntArrayRef stride, IntArrayRef padding, OptionalIntArrayRef output_size) { \
    return unpool_nd(n, input, indices, kernel_size, stride, padding, output_size);                                 \
  }
#define RL_FRACTIONAL(n)                                                                                  \
  std::tuple<Tensor, Tensor> fractional_max_pool##n##d_with_indices_plain(                                \
      const Tensor& input, IntArrayRef kernel_size, OptionalIntArrayRef output_size,                      \
      std::optional<ArrayRef<double>> output_ratio, bool, const Tensor& _random_samples) {                \
    return fractional_nd(n, input, kernel_size, output_size, output_ratio, _random_samples);              \
  }                                                                                                       \
  Tensor fractional_max_pool##n##d_plain(                                                                 \
      const Tensor& input, IntArrayRef kernel_size, OptionalIntArrayRef output_size,                      \
      std::optional<ArrayRef<double>> output_ratio, bool, const Tensor& _random_samples) {                \
    return std::get<0>(fractional_nd(n, input, kernel_size, output_size, output_ratio, _random_samples)); \
  }
RL_FORMS(1)
RL_FORMS(2)
RL_FORMS(3)
RL_FRACTIONAL(2)
RL_FRACTIONAL(3)
#undef RL_FRACTIONAL
#undef RL_FORMS

}  // namespace rushlight::nn::functional
