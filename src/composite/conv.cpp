// Convolution, pooling, padding and resampling as users call them, on top of the ops for any number of spatial
// dimensions.
#include <algorithm>
#include <cmath>
#include <limits>

#include "dispatch/autocast.h"
#include "dispatch/body.h"
#include "plan/dims.h"
#include "plan/meta_conv.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

// One number for every spatial dimension, or a list as it is.
DimVector spread(IntArrayRef values, size_t n) {
  if (values.size() != 1) return values;
  return DimVector(n, values[0]);
}

bool channels_last(const Tensor& t) {
  const MemoryFormat format = t.dim() == 5 ? MemoryFormat::ChannelsLast3d : MemoryFormat::ChannelsLast;
  return (t.dim() == 4 || t.dim() == 5) && t.is_contiguous(format) && !t.is_contiguous();
}

// The result in the layout of the input, where that is channels-last.
Tensor keep_layout(const Tensor& result, const Tensor& input) {
  if (!channels_last(input) || result.dim() != input.dim()) return result;
  return result.contiguous(input.dim() == 5 ? MemoryFormat::ChannelsLast3d : MemoryFormat::ChannelsLast);
}

// PyTorch's CPU convolutions keep it too, but for three spatial dimensions in float64.
Tensor keep_layout_of_conv(const Tensor& result, const Tensor& input, const Tensor& weight) {
  if (input.dim() == 5 && input.dtype() == kDouble) return result;
  return keep_layout(result, channels_last(weight) ? weight : input);
}

// Adds the batch dimension that an unbatched input lacks.
Tensor batched(const char* op, const Tensor& input, size_t spatial, bool& added) {
  const int64_t n = static_cast<int64_t>(spatial);
  check(input.dim() == n + 1 || input.dim() == n + 2,
        "Expected {}D (unbatched) or {}D (batched) input to {}{}d, but got input of size: {}", n + 1, n + 2,
        std::string_view(op), n, input.sizes());
  added = input.dim() == n + 1;
  return added ? input.unsqueeze(0) : input;
}

Tensor conv_nd(size_t n, const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,
               IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  bool added;
  const Tensor x = batched("conv", input, n, added);
  check(weight.dim() >= 3, "weight should have at least three dimensions (conv{}d: got shape {})", n, weight.sizes());
  check(weight.dim() == static_cast<int64_t>(n) + 2,
        "expected stride to be a single integer value or a list of {} values to match the convolution dimensions, but "
        "got a weight of shape {} for conv{}d",
        weight.dim() - 2, weight.sizes(), n);
  const Tensor y = convolution(x, weight, bias, spread(stride, n), spread(padding, n), spread(dilation, n), false,
                               DimVector(n), groups);
  return added ? y.squeeze(0) : keep_layout_of_conv(y, input, weight);
}

Tensor conv_nd(size_t n, const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,
               std::string_view padding, IntArrayRef dilation, int64_t groups) {
  check(padding == "same" || padding == "valid", "Invalid padding string: '{}' (use 'same' or 'valid', or numbers)",
        padding);
  if (padding == "valid") return conv_nd(n, input, weight, bias, stride, IntArrayRef(0), dilation, groups);
  for (int64_t s : stride)
    check(s == 1, "padding='same' is not supported for strided convolutions (stride {})", stride);
  check(weight.dim() == static_cast<int64_t>(n) + 2,
        "Expected {}-dimensional input for {}-dimensional weight {}, but got {}-dimensional input of size {} instead "
        "(conv{}d: a weight has {} dimensions)",
        weight.dim(), weight.dim(), weight.sizes(), input.dim(), input.sizes(), n, n + 2);
  const DimVector d = spread(dilation, n);
  check(d.size() == n,
        "expected dilation to be a single integer value or a list of {} values to match the convolution dimensions, "
        "but got dilation={}",
        n, dilation);
  DimVector both(n), extra;  // padding on both sides, and what the right side needs besides
  bool even = true;
  for (size_t i = 0; i < n; ++i) {
    const int64_t total = d[i] * (weight.sizes()[i + 2] - 1);
    both[i] = total / 2;
    even &= total % 2 == 0;
  }
  if (even) return conv_nd(n, input, weight, bias, stride, both, dilation, groups);
  for (size_t i = n; i-- > 0;) {
    extra.push_back(0);
    extra.push_back(d[i] * (weight.sizes()[i + 2] - 1) % 2);
  }
  return conv_nd(n, constant_pad_nd(input, extra), weight, bias, stride, both, dilation, groups);
}

Tensor transposed_nd(size_t n, const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,
                     IntArrayRef padding, IntArrayRef output_padding, int64_t groups, IntArrayRef dilation) {
  bool added;
  const Tensor x = batched("conv_transpose", input, n, added);
  const Tensor y = convolution(x, weight, bias, spread(stride, n), spread(padding, n), spread(dilation, n), true,
                               spread(output_padding, n), groups);
  return added ? y.squeeze(0) : keep_layout_of_conv(y, input, weight);
}

// Arguments of a pool, one number per dimension; the stride is the kernel's size unless given.
struct Pool {
  DimVector kernel, stride, padding;
  Pool(const char* op, size_t n, IntArrayRef kernel_size, const OptionalIntArrayRef& strides, IntArrayRef paddings)
      : kernel(spread(kernel_size, n)),
        stride(strides && !strides->empty() ? spread(*strides, n) : kernel),
        padding(spread(paddings, n)) {
    check(kernel.size() == n, "{}{}d: kernel_size must either be a single int, or a tuple of {} ints (got {})",
          std::string_view(op), n, n, kernel_size);
    check(stride.size() == n, "{}{}d: stride must either be omitted, a single int, or a tuple of {} ints (got {})",
          std::string_view(op), n, n, stride);
    check(padding.size() == n, "{}{}d: padding must either be a single int, or a tuple of {} ints (got {})",
          std::string_view(op), n, n, paddings);
  }
};

std::tuple<Tensor, Tensor> max_pool_nd(size_t n, const Tensor& input, IntArrayRef kernel_size,
                                       OptionalIntArrayRef stride, IntArrayRef padding, IntArrayRef dilation,
                                       bool ceil_mode) {
  const Pool p("max_pool", n, kernel_size, stride, padding);
  auto found = _max_pool(input, p.kernel, p.stride, p.padding, spread(dilation, n), ceil_mode);
  if (n == 1) return found;
  return {keep_layout(std::get<0>(found), input), keep_layout(std::get<1>(found), input)};
}

Tensor avg_pool_nd(size_t n, const Tensor& input, IntArrayRef kernel_size, OptionalIntArrayRef stride,
                   IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                   std::optional<int64_t> divisor_override) {
  const Pool p("avg_pool", n, kernel_size, stride, padding);
  const Tensor result = _avg_pool(input, p.kernel, p.stride, p.padding, ceil_mode, count_include_pad, divisor_override);
  return n == 2 ? keep_layout(result, input) : result;
}

DimVector adaptive_size(const char* op, size_t n, IntArrayRef output_size) {
  const DimVector size = spread(output_size, n);
  check(size.size() == n, "{}{}d() argument 'output_size' should contain {} (got {})", std::string_view(op), n,
        n == 1 ? std::string("one int") : format("{} ints", n), output_size.size());
  return size;
}

Tensor adaptive_avg_nd(size_t n, const Tensor& input, IntArrayRef output_size) {
  const DimVector size = adaptive_size("adaptive_avg_pool", n, output_size);
  const int64_t lead = input.dim() - static_cast<int64_t>(n);
  // A single window is a mean.
  if (is_floating_point(input.dtype()) && (lead == 1 || lead == 2) &&
      std::all_of(size.begin(), size.end(), [](int64_t s) { return s == 1; })) {
    DimVector dims(n);
    bool empty = false;
    for (size_t i = 0; i < n; ++i) {
      dims[i] = lead + static_cast<int64_t>(i);
      empty |= input.sizes()[static_cast<size_t>(dims[i])] == 0;
    }
    if (!empty) return input.mean(IntArrayRef(dims), true);
  }
  const Tensor result = _adaptive_avg_pool(input, size);
  return n == 2 ? keep_layout(result, input) : result;
}

std::tuple<Tensor, Tensor> adaptive_max_nd(size_t n, const Tensor& input, IntArrayRef output_size) {
  for (int64_t s : output_size)
    check(s >= 0, "Trying to create tensor with negative dimension {}: (adaptive_max_pool{}d: output_size {})", s, n,
          output_size);
  const auto found = _adaptive_max_pool(input, adaptive_size("adaptive_max_pool", n, output_size));
  if (n != 2) return found;
  return {keep_layout(std::get<0>(found), input), keep_layout(std::get<1>(found), input)};
}

}  // namespace

// The same functions in the plain namespace and in nn::functional, for 1 to 3 dimensions. `_plain` is what autocast is in
// front of (rows with amp=).
#define RL_FORMS(n, plain)                                                                                             \
  Tensor conv##n##d_plain(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,           \
                          IntArrayRef padding, IntArrayRef dilation, int64_t groups) {                                 \
    return conv_nd(n, input, weight, bias, stride, padding, dilation, groups);                                         \
  }                                                                                                                    \
  Tensor conv##n##d_plain(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,           \
                          std::string_view padding, IntArrayRef dilation, int64_t groups) {                            \
    return conv_nd(n, input, weight, bias, stride, padding, dilation, groups);                                         \
  }                                                                                                                    \
  Tensor conv_transpose##n##d_plain(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride, \
                                    IntArrayRef padding, IntArrayRef output_padding, int64_t groups,                   \
                                    IntArrayRef dilation) {                                                            \
    return transposed_nd(n, input, weight, bias, stride, padding, output_padding, groups, dilation);                   \
  }                                                                                                                    \
  std::tuple<Tensor, Tensor> max_pool##n##d_with_indices(const Tensor& input, IntArrayRef kernel_size,                 \
                                                         OptionalIntArrayRef stride, IntArrayRef padding,              \
                                                         IntArrayRef dilation, bool ceil_mode) {                       \
    return max_pool_nd(n, input, kernel_size, stride, padding, dilation, ceil_mode);                                   \
  }                                                                                                                    \
  Tensor max_pool##n##d##plain(const Tensor& input, IntArrayRef kernel_size, OptionalIntArrayRef stride,               \
                               IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {                            \
    return std::get<0>(max_pool_nd(n, input, kernel_size, stride, padding, dilation, ceil_mode));                      \
  }                                                                                                                    \
  Tensor adaptive_avg_pool##n##d##plain(const Tensor& input, IntArrayRef output_size) {                                \
    return adaptive_avg_nd(n, input, output_size);                                                                     \
  }                                                                                                                    \
  std::tuple<Tensor, Tensor> adaptive_max_pool##n##d_with_indices##plain(const Tensor& input,                          \
                                                                         IntArrayRef output_size) {                    \
    return adaptive_max_nd(n, input, output_size);                                                                     \
  }
#define RL_AVERAGE(n, plain)                                                                                    \
  Tensor avg_pool##n##d##plain(const Tensor& input, IntArrayRef kernel_size, OptionalIntArrayRef stride,        \
                               IntArrayRef padding, bool ceil_mode, bool count_include_pad,                     \
                               std::optional<int64_t> divisor_override) {                                       \
    return avg_pool_nd(n, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override); \
  }
#define RL_ALL                                                                                                     \
  RL_FORMS(1, )                                                                                                    \
  RL_FORMS(2, )                                                                                                    \
  RL_FORMS(3, _plain)                                                                                              \
  RL_AVERAGE(2, )                                                                                                  \
  RL_AVERAGE(3, _plain)                                                                                            \
  Tensor avg_pool1d(const Tensor& input, IntArrayRef kernel_size, OptionalIntArrayRef stride, IntArrayRef padding, \
                    bool ceil_mode, bool count_include_pad) {                                                      \
    return avg_pool_nd(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, std::nullopt);        \
  }
RL_ALL
namespace nn::functional {
RL_ALL
Tensor adaptive_max_pool1d(const Tensor& input, IntArrayRef output_size) {
  return std::get<0>(adaptive_max_nd(1, input, output_size));
}
Tensor adaptive_max_pool2d(const Tensor& input, IntArrayRef output_size) {
  return std::get<0>(adaptive_max_nd(2, input, output_size));
}
Tensor adaptive_max_pool3d_plain(const Tensor& input, IntArrayRef output_size) {
  return std::get<0>(adaptive_max_nd(3, input, output_size));
}
}  // namespace nn::functional
#undef RL_ALL
#undef RL_AVERAGE
#undef RL_FORMS

// ---- padding and pixels ---------------------------------------------------------------------------------------------

namespace {

// Reads one dimension at the places that the mode gives for the positions outside it.
Tensor pad_dim(const Tensor& input, int64_t dim, int64_t left, int64_t right, std::string_view mode, int64_t argument) {
  if (left == 0 && right == 0) return input;
  const int64_t n = input.size(dim);
  int64_t total;
  check(!__builtin_add_overflow(left, right, &total) && !__builtin_add_overflow(n, total, &total),
        "pad: the padding {} and {} of dimension {} overflows a 64-bit integer", left, right, dim);
  check(n > 0 || total == 0,
        "pad: mode '{}' needs an element to copy, but dimension {} of the input of shape {} has none", mode, dim,
        input.sizes());
  if (mode == "circular" && (left < 0 || right < 0) && total >= 0 && left > -n &&
      right > -n) {  // what is cut off does not come around
    const int64_t first = std::max<int64_t>(-left, 0), last = n - std::max<int64_t>(-right, 0);
    if (first > 0 || last < n)
      return pad_dim(input.slice(dim, first, last, 1), dim, std::max<int64_t>(left, 0), std::max<int64_t>(right, 0),
                     mode, argument);
  }
  if (mode == "reflect") {
    check(left < n && right < n,
          "Argument #{}: Padding size should be less than the corresponding input dimension, but got: padding ({}, {}) "
          "at dimension {} of input {}",
          argument, left, right, dim, input.sizes());
  }
  if (mode == "circular") {
    check(left <= n && right <= n,
          "Padding value causes wrapping around more than once. (padding ({}, {}) at dimension {} of input {})", left,
          right, dim, input.sizes());
  }
  check(total >= 0,
        "Negative padding value is resulting in an empty dimension. (padding ({}, {}) at dimension {} of input {})",
        left, right, dim, input.sizes());
  // A long dimension is joined from runs; the places of a short one are looked up.
  if (n >= 256 && left >= 0 && right >= 0) {
    if (mode == "circular") return cat({input.narrow(dim, n - left, left), input, input.narrow(dim, 0, right)}, dim);
    if (mode == "reflect")
      return cat({input.narrow(dim, 1, left).flip({dim}), input, input.narrow(dim, n - 1 - right, right).flip({dim})},
                 dim);
  }
  Tensor index = empty({total}, kLong);
  int64_t* at = index.data_ptr<int64_t>();
  for (int64_t i = 0; i < total; ++i) {
    int64_t p = i - left;
    if (mode == "reflect")
      p = p < 0 ? -p : p >= n ? 2 * (n - 1) - p : p;
    else if (mode == "replicate")
      p = std::clamp<int64_t>(p, 0, n - 1);
    else
      p = (p + n) % n;
    at[i] = p;
  }
  return input.index_select(dim, index);
}

Tensor shuffle_pixels(const Tensor& self, int64_t r) {
  check(self.dim() >= 3,
        "pixel_shuffle expects input to have at least 3 dimensions, but got input with {} dimension(s)", self.dim());
  check(r > 0, "pixel_shuffle expects a positive upscale_factor, but got {}", r);
  check_value(r <= INT32_MAX, "upscale factor is too large, (upscale_factor)^2 overflowed: upscale_factor={}", r);
  const int64_t c = self.size(-3), h = self.size(-2), w = self.size(-1);
  check(c % (r * r) == 0,
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
        "input.size(-3)={} is not divisible by {}",
        c, r * r);
  const DimVector lead = IntArrayRef(self.sizes()).slice(0, static_cast<size_t>(self.dim() - 3));
  DimVector split = lead, out = lead, order;
  for (int64_t s : {c / (r * r), r, r, h, w}) split.push_back(s);
  for (int64_t s : {c / (r * r), h * r, w * r}) out.push_back(s);
  const int64_t b = static_cast<int64_t>(lead.size());
  for (int64_t d = 0; d < b; ++d) order.push_back(d);
  for (int64_t d : {0, 3, 1, 4, 2}) order.push_back(b + d);
  return keep_layout(self.reshape(split).permute(order).clone(MemoryFormat::Contiguous).view(out), self);
}

Tensor unshuffle_pixels(const Tensor& self, int64_t r) {
  check(self.dim() >= 3,
        "pixel_unshuffle expects input to have at least 3 dimensions, but got input with {} dimension(s)", self.dim());
  check(r > 0, "pixel_unshuffle expects a positive downscale_factor, but got {}", r);
  check_value(r <= INT32_MAX, "downscale factor is too large, (downscale_factor)^2 overflowed: downscale_factor={}", r);
  const int64_t c = self.size(-3), h = self.size(-2), w = self.size(-1);
  check(h % r == 0,
        "pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)={} is not divisible by "
        "{}",
        h, r);
  check(
      w % r == 0,
      "pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)={} is not divisible by {}",
      w, r);
  const DimVector lead = IntArrayRef(self.sizes()).slice(0, static_cast<size_t>(self.dim() - 3));
  DimVector split = lead, out = lead, order;
  for (int64_t s : {c, h / r, r, w / r, r}) split.push_back(s);
  for (int64_t s : {c * r * r, h / r, w / r}) out.push_back(s);
  const int64_t b = static_cast<int64_t>(lead.size());
  for (int64_t d = 0; d < b; ++d) order.push_back(d);
  for (int64_t d : {0, 2, 4, 1, 3}) order.push_back(b + d);
  return keep_layout(self.reshape(split).permute(order).clone(MemoryFormat::Contiguous).view(out), self);
}

}  // namespace

Tensor pixel_shuffle(const Tensor& self, int64_t upscale_factor) { return shuffle_pixels(self, upscale_factor); }
Tensor pixel_unshuffle(const Tensor& self, int64_t downscale_factor) {
  return unshuffle_pixels(self, downscale_factor);
}

Tensor channel_shuffle(const Tensor& self, int64_t groups) {
  check(self.dim() > 2, "channel_shuffle expects input with > 2 dims, but got input with sizes {}", self.sizes());
  const int64_t c = self.size(1);
  check(groups > 0 && c % groups == 0, "Number of channels must be divisible by groups. Got {} channels and {} groups.",
        c, groups);
  DimVector split = self.sizes();
  split[1] = groups;
  split.insert(2, c / groups);
  return keep_layout(self.reshape(split).transpose(1, 2).reshape(self.sizes()), self);
}

namespace nn::functional {

Tensor pixel_shuffle(const Tensor& input, int64_t upscale_factor) { return shuffle_pixels(input, upscale_factor); }
Tensor pixel_unshuffle(const Tensor& input, int64_t downscale_factor) {
  return unshuffle_pixels(input, downscale_factor);
}

Tensor channel_shuffle(const Tensor& input, int64_t groups) { return rushlight::channel_shuffle(input, groups); }

Tensor pad(const Tensor& input, IntArrayRef pad, std::string_view mode, std::optional<double> value) {
  check(pad.size() % 2 == 0, "Padding length must be divisible by 2");
  check(static_cast<int64_t>(pad.size()) <= 2 * input.dim(),
        "Padding length should be less than or equal to two times the input dimension but got padding length {} and "
        "input of dimension {}",
        pad.size(), input.dim());
  if (mode == "constant") return constant_pad_nd(input, pad, value.value_or(0.0));
  check_not_implemented(mode == "reflect" || mode == "replicate" || mode == "circular", "Unrecognised padding mode {}",
                        mode);
  check(!value || *value == 0, "Padding mode \"{}\" doesn't take in value argument", mode);
  const int64_t n = static_cast<int64_t>(pad.size() / 2);
  if (detail::autocasting() && (mode == "replicate" || (mode == "reflect" && n < 3))) {  // PyTorch lists these alone
    const detail::AmpCall amp(detail::AmpPolicy::kFloat32);
    return functional::pad(amp.cast(input), pad, mode, value);
  }
  check_not_implemented(input.dim() == n + 1 || input.dim() == n + 2 || mode == "circular",
                        "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now (got a padding of "
                        "{} numbers for input of shape {})",
                        pad.size(), input.sizes());
  Tensor result = input;
  for (int64_t i = 0; i < n; ++i)
    result = pad_dim(result, input.dim() - 1 - i, pad[2 * i], pad[2 * i + 1], mode, 4 + 2 * i);
  if (result.is_same(input)) return input.clone();
  return mode == "circular" ? result : keep_layout(result, input);
}

Tensor unfold(const Tensor& input, IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding,
              IntArrayRef stride) {
  check(input.dim() == 3 || input.dim() == 4,
        "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but "
        "got: {}",
        input.sizes());
  const bool added = input.dim() == 3;
  const Tensor columns = _im2col(added ? input.unsqueeze(0) : input, spread(kernel_size, 2), spread(dilation, 2),
                                 spread(padding, 2), spread(stride, 2));
  return added ? columns.squeeze(0) : columns;
}

Tensor fold(const Tensor& input, IntArrayRef output_size, IntArrayRef kernel_size, IntArrayRef dilation,
            IntArrayRef padding, IntArrayRef stride) {
  check(input.dim() == 2 || input.dim() == 3,
        "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, "
        "but got: {}",
        input.sizes());
  const DimVector o = spread(output_size, 2), k = spread(kernel_size, 2), d = spread(dilation, 2),
                  p = spread(padding, 2), s = spread(stride, 2);
  for (size_t i = 0; i < 2; ++i)
    check(k[i] > 0 && d[i] > 0 && s[i] > 0 && p[i] >= 0 && o[i] > 0 &&
              std::max({k[i], d[i], s[i], p[i], o[i]}) <= INT32_MAX,
          "fold: kernel_size {}, dilation {}, stride {} and output_size {} should be greater than zero, padding {} "
          "non-negative, and all below 2^31",
          k, d, s, o, p);
  const bool added = input.dim() == 2;
  const Tensor x = added ? input.unsqueeze(0) : input;
  check(x.size(1) % (k[0] * k[1]) == 0,
        "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)={} "
        "and kernel_size=({}, {}).",
        x.size(1), k[0], k[1]);
  const int64_t h = meta::window_count(o[0], k[0], p[0], s[0], d[0], false),
                w = meta::window_count(o[1], k[1], p[1], s[1], d[1], false);
  check(h >= 1 && w >= 1 && x.size(2) == h * w,
        "Given output_size=({}, {}), kernel_size=({}, {}), dilation=({}, {}), padding=({}, {}), stride=({}, {}), "
        "expected size of input's dimension 2 to match the calculated number of sliding blocks {} * {} = {}, but got "
        "input.size(2)={}.",
        o[0], o[1], k[0], k[1], d[0], d[1], p[0], p[1], s[0], s[1], h, w, h * w, x.size(2));
  const Tensor image = _col2im(x, {x.size(0), x.size(1) / (k[0] * k[1]), o[0], o[1]}, k, d, p, s);
  return added ? image.squeeze(0) : image;
}

namespace {

// What a mode of interpolate needs of one dimension, and how many spatial dimensions it is for (0: any).
struct Interpolation {
  std::string_view mode, per_dim;
  int64_t spatial;
};
constexpr Interpolation kInterpolations[] = {{"nearest", "nearest", 0},  {"nearest-exact", "nearest-exact", 0},
                                             {"linear", "linear", 1},    {"bilinear", "linear", 2},
                                             {"trilinear", "linear", 3}, {"bicubic", "cubic", 2},
                                             {"area", "area", 0}};

const Interpolation& interpolation_named(std::string_view mode, int64_t dims) {
  for (const auto& i : kInterpolations) {
    if (i.mode != mode) continue;
    check_not_implemented(i.spatial == 0 || i.spatial == dims - 2, "Got {}D input, but {} mode needs {}D input", dims,
                          mode, i.spatial + 2);
    return i;
  }
  fail(ErrorKind::kNotImplemented,
       "Input Error: Only 3D, 4D and 5D input Tensors supported (got {}D) for the modes: nearest | linear | bilinear | "
       "bicubic | trilinear | area | nearest-exact (got {})",
       dims, mode);
}

}  // namespace

Tensor interpolate(const Tensor& input, OptionalIntArrayRef size, double scale_factor, std::string_view mode,
                   std::optional<bool> align_corners, std::optional<bool> recompute_scale_factor, bool antialias) {
  return interpolate(input, size, std::optional<ArrayRef<double>>(scale_factor), mode, align_corners,
                     recompute_scale_factor, antialias);
}

Tensor interpolate(const Tensor& input, OptionalIntArrayRef size, std::optional<ArrayRef<double>> scale_factor,
                   std::string_view mode, std::optional<bool> align_corners, std::optional<bool> recompute_scale_factor,
                   bool antialias) {
  const int64_t dims = input.dim(), spatial = dims - 2;
  check_not_implemented(dims >= 3 && dims <= 5,
                        "Input Error: Only 3D, 4D and 5D input Tensors supported (got {}D) for interpolate", dims);
  const Interpolation& how = interpolation_named(mode, dims);
  const bool smooth = how.spatial != 0;
  check_value(
      smooth || !align_corners,
      "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear");
  check_not_implemented(!smooth || is_floating_point(input.dtype()) || input.dtype() == kByte,
                        "\"upsample_{}\" not implemented for '{}'", mode, to_string(input.dtype()));
  const bool bytes = input.dtype() == kByte && spatial == 2 && smooth;
  if (smooth && input.dtype() == kByte && !bytes) {  // through floats, rounded at the end
    const Tensor wide =
        interpolate(input.to(kFloat), size, scale_factor, mode, align_corners, recompute_scale_factor, antialias);
    return wide.round().clamp(0, 255).to(kByte);
  }
  check_not_implemented(!antialias,
                        "interpolate: antialias=True is not supported; blur the input first or use mode='area'");
  check_value(!(size && scale_factor), "only one of size or scale_factor should be defined");
  check_value(size || scale_factor, "either size or scale_factor should be defined");
  DimVector out(static_cast<size_t>(spatial));
  std::vector<double> scales;
  if (size) {
    const DimVector given = spread(*size, static_cast<size_t>(spatial));
    check_value(static_cast<int64_t>(given.size()) == spatial,
                "Input and output must have the same number of spatial dimensions, but got input with spatial "
                "dimensions of {} and output size of {}",
                IntArrayRef(input.sizes()).slice(2, static_cast<size_t>(spatial)), *size);
    out = given;
  } else {
    const ArrayRef<double> given = *scale_factor;
    check_value(given.size() == 1 || static_cast<int64_t>(given.size()) == spatial,
                "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial "
                "dimensions of {} and {} scale factors",
                IntArrayRef(input.sizes()).slice(2, static_cast<size_t>(spatial)), given.size());
    for (int64_t d = 0; d < spatial; ++d) {
      scales.push_back(given[given.size() == 1 ? 0 : static_cast<size_t>(d)]);
      const double wanted = std::floor(static_cast<double>(input.sizes()[d + 2]) * scales.back());
      check(
          std::abs(wanted) < 9.2e18,
          "value cannot be converted to type int64_t without overflow (interpolate: a size of {} times a scale_factor "
          "of {})",
          input.sizes()[d + 2], scales.back());
      out[d] = static_cast<int64_t>(wanted);
    }
    if (recompute_scale_factor.value_or(false)) scales.clear();
  }
  if (how.per_dim == "area") return adaptive_avg_nd(static_cast<size_t>(spatial), input, out);
  Tensor result = input;
  const bool align = align_corners.value_or(false);
  for (int64_t i = 0; i < spatial; ++i) {
    const int64_t d = bytes ? spatial - 1 - i : i;  // see Note [Bytes in fixed point]
    check(out[d] > 0 && input.sizes()[d + 2] > 0,
          "Input and output sizes should be greater than 0, but got input {} output {}", input.sizes(), out);
    const std::optional<double> scale =
        scales.empty() ? std::nullopt : std::optional<double>(scales[static_cast<size_t>(d)]);
    if (out[d] == input.sizes()[d + 2] && (!scale || *scale == 1)) continue;
    result = bytes ? _resample_bytes(result, d + 2, out[d], how.per_dim, align, scale)
                   : _resample(result, d + 2, out[d], how.per_dim, align, scale);
  }
  if (result.is_same(input)) return input.clone();
  return keep_layout(result, input);
}

}  // namespace nn::functional
}  // namespace rushlight
