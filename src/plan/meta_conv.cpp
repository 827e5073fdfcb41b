// Shapes and checks of convolution, pooling and resampling, with PyTorch's words.
#include "plan/meta_conv.h"

#include <algorithm>

#include "plan/dims.h"

namespace rushlight::meta {
namespace {

std::string joined(IntArrayRef sizes, const char* by) {
  std::string out;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (i > 0) out += by;
    out += format("{}", sizes[i]);
  }
  return out;
}

// One number per dimension under PyTorch's names: "kH: 2 kW: 3".
std::string labelled(const char* prefix, IntArrayRef values) {
  constexpr const char* kAxes[] = {"T", "H", "W"};
  std::string out;
  for (size_t i = 0; i < values.size(); ++i)
    out += format("{}{}{}: {}", std::string_view(i > 0 ? " " : ""), std::string_view(prefix),
                  std::string_view(kAxes[3 - values.size() + i]), values[i]);
  return out;
}

// Numbers of a window fit 32 bits, so that products of two of them and a size fit 64.
void check_window(const char* op, IntArrayRef values) {
  for (int64_t v : values)
    check(v >= INT32_MIN && v <= INT32_MAX, "value cannot be converted to type int without overflow ({}: got {})",
          std::string_view(op), v);
}

void check_lengths(const char* name, IntArrayRef values, size_t spatial) {
  check(values.size() == spatial,
        "expected {} to be a single integer value or a list of {} values to match the convolution dimensions, but got "
        "{}={}",
        std::string_view(name), spatial, std::string_view(name), values);
}

void check_parameters(const Tensor& weight, IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation,
                      IntArrayRef output_padding, bool transposed, int64_t groups) {
  const size_t spatial = static_cast<size_t>(weight.dim() - 2);
  check_lengths("stride", stride, spatial);
  check_lengths("padding", padding, spatial);
  check_lengths("dilation", dilation, spatial);
  for (size_t i = 0; i < spatial; ++i) {
    check(padding[i] <= INT32_MAX, "Given padding={} at dimension {} , expected padding to be at most {}", padding[i],
          i, int64_t{INT32_MAX});
  }
  check_window("convolution", stride);
  check_window("convolution", dilation);
  check_window("convolution", output_padding);
  for (size_t i = 0; i < spatial; ++i) {
    check(stride[i] > 0, "non-positive stride is not supported (convolution: stride {})", stride);
    check(padding[i] >= 0, "negative padding is not supported (convolution: padding {})", padding);
    check(dilation[i] > 0, "dilation should be greater than zero, but got {}", dilation);
  }
  check(groups > 0, "non-positive groups is not supported (convolution: groups {})", groups);
  if (!transposed) return;
  check_lengths("output_padding", output_padding, spatial);
  for (size_t i = 0; i < spatial; ++i) {
    check(output_padding[i] >= 0, "negative output_padding is not supported (convolution: output_padding {})",
          output_padding);
    check(output_padding[i] < stride[i] || output_padding[i] < dilation[i],
          "output padding must be smaller than either stride or dilation, but got output_padding: {} stride: {} "
          "dilation: {}",
          output_padding, stride, dilation);
  }
}

void check_convolution_types(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  check(input.dtype() == weight.dtype(),
        "Input type (torch.{}Tensor) and weight type (torch.{}Tensor) should be the same", to_string(input.dtype()),
        to_string(weight.dtype()));
  check(!bias.defined() || bias.dtype() == input.dtype(), "Input type ({}) and bias type ({}) should be the same",
        dtype_name(input.dtype()), bias.defined() ? dtype_name(bias.dtype()) : "");
  check_not_implemented(input.dtype() != kBool, "\"convolution\" not implemented for 'Bool'");
}

}  // namespace

Meta convolution(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride, IntArrayRef padding,
                 IntArrayRef dilation, bool transposed, IntArrayRef output_padding, int64_t groups) {
  const int64_t k = weight.dim();
  check(k >= 3 && k <= 5,
        "weight should have at least three dimensions and at most five (convolution: weight has shape {})",
        weight.sizes());
  check_parameters(weight, stride, padding, dilation, output_padding, transposed, groups);
  const IntArrayRef w = weight.sizes();
  check(input.dim() == k,
        "Expected {}-dimensional input for {}-dimensional weight {}, but got {}-dimensional input of size {} instead",
        k, k, w, input.dim(), input.sizes());
  for (int64_t d = 2; d < k; ++d)
    check(w[d] > 0, "kernel size should be greater than zero, but got a weight of size {} (convolution)", w);
  check(w[0] >= groups,
        "Given groups={}, expected weight to be at least {} at dimension 0, but got weight of size {} instead", groups,
        groups, w);
  check(w[0] % groups == 0,
        "Given groups={}, expected weight to be divisible by {} at dimension 0, but got weight of size [{}] instead",
        groups, groups, w);
  const int64_t channels = input.sizes()[1], expected = transposed ? w[0] : w[1] * groups,
                out_channels = transposed ? w[1] * groups : w[0];
  if (channels != expected) [[unlikely]] {
    check(false, "Given {}={}, weight of size {}, expected input{} to have {} channels, but got {} channels instead",
          std::string_view(transposed ? "transposed" : "groups"), transposed ? 1 : groups, w, input.sizes(), expected,
          channels);
  }
  check(
      !bias.defined() || (bias.dim() == 1 && bias.sizes()[0] == out_channels),
      "Given {}weight of size {}, expected bias to be 1-dimensional with {} elements, but got bias of size {} instead",
      std::string_view(transposed ? "transposed=1, " : ""), w, out_channels,
      bias.defined() ? bias.sizes() : IntArrayRef());
  check_convolution_types(input, weight, bias);
  DimVector sizes{input.sizes()[0], out_channels};
  DimVector padded;
  bool fits = true;
  for (int64_t d = 0; d + 2 < k; ++d) {
    const int64_t size = input.sizes()[d + 2], reach = dilation[d] * (w[d + 2] - 1) + 1;
    if (transposed) {
      sizes.push_back((size - 1) * stride[d] - 2 * padding[d] + reach + output_padding[d]);
      fits &= sizes.back() > 0 || size == 0;
    } else {
      padded.push_back(size + 2 * padding[d]);
      fits &= padded.back() >= reach;
      sizes.push_back(fits ? (padded.back() - reach) / stride[d] + 1 : 0);
    }
  }
  if (!fits) [[unlikely]] {
    const IntArrayRef spatial = input.sizes().slice(2, static_cast<size_t>(k - 2)),
                      kernel = w.slice(2, static_cast<size_t>(k - 2));
    check(transposed,
          "Calculated padded input size per channel: ({}). Kernel size: ({}). Kernel size can't be greater than actual "
          "input size",
          joined(padded, " x "), joined(kernel, " x "));
    check(false,
          "Given input size per channel: ({}). Calculated output size per channel: ({}). Output size is too small",
          joined(spatial, " x "), joined(IntArrayRef(sizes).slice(2, static_cast<size_t>(k - 2)), " x "));
  }
  return {sizes, input.dtype()};
}

int64_t window_count(int64_t size, int64_t kernel, int64_t padding, int64_t stride, int64_t dilation, bool ceil_mode) {
  const int64_t span = size + 2 * padding - dilation * (kernel - 1) - 1 + (ceil_mode ? stride - 1 : 0);
  int64_t count = (span < 0 ? -((-span + stride - 1) / stride) : span / stride) + 1;
  // A last window that would start in the right padding is left out.
  if (ceil_mode && (count - 1) * stride >= size + padding) --count;
  return count;
}

namespace {

Meta pooled(const char* op, const Tensor& input, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
            IntArrayRef dilation, bool ceil_mode) {
  const size_t spatial = kernel.size();
  const int64_t n = input.dim(), lead = n - static_cast<int64_t>(spatial);
  check(lead == 1 || lead == 2 || spatial > 1,
        "{}1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:{}",
        std::string_view(op), input.sizes());
  check(lead == 1 || lead == 2, "non-empty {}D or {}D (batch mode) tensor expected for input ({}{}d: got shape {})",
        spatial + 1, spatial + 2, std::string_view(op), spatial, input.sizes());
  for (int64_t d = 1; d < n; ++d) {
    check(d < lead - 1 || input.sizes()[d] > 0,
          "{}: Expected {}D or {}D (batch mode) tensor with optional 0 dim batch size for input, but got: {}",
          std::string_view(op), spatial + 1, spatial + 2, input.sizes());
  }
  check(stride.size() == spatial && padding.size() == spatial && dilation.size() == spatial,
        "{}: kernel_size {}, stride {}, padding {} and dilation {} must have one number per spatial dimension",
        std::string_view(op), kernel, stride, padding, dilation);
  for (IntArrayRef values : {kernel, stride, padding, dilation}) check_window(op, values);
  DimVector sizes = input.sizes();
  bool fits = true;
  for (size_t d = 0; d < spatial; ++d) {
    check(spatial > 1 || kernel[d] > 0, "{}1d() kernel_size must be greater than zero, but got {}",
          std::string_view(op), kernel[d]);
    check(stride[d] != 0, "stride should not be zero");
    check(kernel[d] > 0, "kernel size should be greater than zero, but got {} ({}{}d)", labelled("k", kernel),
          std::string_view(op), spatial);
    check(stride[d] > 0, "stride should be greater than zero, but got {} ({}{}d)", labelled("d", stride),
          std::string_view(op), spatial);
    check(dilation[d] > 0, "dilation should be greater than zero, but got {} ({}{}d)", labelled("dilation", dilation),
          std::string_view(op), spatial);
    check(padding[d] >= 0, "pad must be non-negative, but got pad: {}", padding[d]);
    check(padding[d] <= (dilation[d] * (kernel[d] - 1) + 1) / 2,
          "pad should be at most half of effective kernel size, but got pad={}, kernel_size={} and dilation={}",
          padding[d], kernel[d], dilation[d]);
    int64_t& size = sizes[static_cast<size_t>(lead) + d];
    size = window_count(size, kernel[d], padding[d], stride[d], dilation[d], ceil_mode);
    fits &= size >= 1;
  }
  check(input.sizes()[static_cast<size_t>(lead - 1)] > 0,
        "{}{}d: Expected {}D or {}D (batch mode) tensor with optional 0 dim batch size for input: Expected input's "
        "non-batch dimensions to have positive length, but got: {}",
        std::string_view(op), spatial, spatial + 1, spatial + 2, input.sizes());
  if (!fits) [[unlikely]] {
    check(spatial > 1, "{}1d() Invalid computed output size: {} (input {}, kernel_size {})", std::string_view(op),
          sizes.back(), input.sizes(), kernel);
    const size_t first = static_cast<size_t>(lead - 1);
    check(false, "Given input size: ({}). Calculated output size: ({}). Output size is too small",
          joined(input.sizes().slice(first, spatial + 1), "x"),
          joined(IntArrayRef(sizes).slice(first, spatial + 1), "x"));
  }
  return {sizes, input.dtype()};
}

}  // namespace

std::array<Meta, 2> max_pool(const Tensor& input, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
                             IntArrayRef dilation, bool ceil_mode) {
  Meta m = pooled("max_pool", input, kernel, stride, padding, dilation, ceil_mode);
  return {m, Meta(m.sizes, kLong)};
}

Meta avg_pool(const Tensor& input, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding, bool ceil_mode,
              std::optional<int64_t> divisor_override) {
  check(!divisor_override || *divisor_override != 0, "divisor must be not zero");
  const DimVector dilation(kernel.size(), 1);
  return pooled("avg_pool", input, kernel, stride, padding, dilation, ceil_mode);
}

Meta adaptive_pool(const char* op, const Tensor& input, IntArrayRef output_size) {
  const size_t spatial = output_size.size();
  const int64_t lead = input.dim() - static_cast<int64_t>(spatial);
  check(lead == 1 || lead == 2, "{}{}d(): Expected {}D or {}D tensor, but got {}", std::string_view(op), spatial,
        spatial + 1, spatial + 2, input.sizes());
  DimVector sizes = input.sizes();
  for (size_t d = 0; d < spatial; ++d) {
    check(output_size[d] >= 0, "{}{}d: elements of output_size must be greater than or equal to 0 but received {}",
          std::string_view(op), spatial, output_size);
    check(sizes[static_cast<size_t>(lead) + d] > 0,
          "{}{}d(): Expected input to have non-zero size for non-batch dimensions, but input has sizes {} with "
          "dimension {} being empty",
          std::string_view(op), spatial, input.sizes(), static_cast<size_t>(lead) + d);
    sizes[static_cast<size_t>(lead) + d] = output_size[d];
  }
  return {sizes, input.dtype()};
}

std::array<Meta, 2> adaptive_max_pool(const Tensor& input, IntArrayRef output_size) {
  Meta m = adaptive_pool("adaptive_max_pool", input, output_size);
  return {m, Meta(m.sizes, kLong)};
}

Meta im2col(const Tensor& input, IntArrayRef kernel, IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride) {
  check(input.dim() == 4,
        "Expected 3D or 4D (batch mode) tensor for input with possibly 0 batch size and other non-zero dimensions for "
        "input, but got: {}",
        input.sizes());
  for (IntArrayRef values : {kernel, dilation, padding, stride}) check_window("im2col", values);
  for (size_t d = 0; d < 2; ++d) {
    check(kernel[d] > 0, "kernel size should be greater than zero, but got kernel_height: {} kernel_width: {}",
          kernel[0], kernel[1]);
    check(dilation[d] > 0, "dilation should be greater than zero, but got dilation_height: {} dilation_width: {}",
          dilation[0], dilation[1]);
    check(padding[d] >= 0, "padding should be non-negative, but got pad_height: {} pad_width: {}", padding[0],
          padding[1]);
    check(stride[d] > 0, "stride should be greater than zero, but got stride_height: {} stride_width: {}", stride[0],
          stride[1]);
  }
  const int64_t h = window_count(input.sizes()[2], kernel[0], padding[0], stride[0], dilation[0], false);
  const int64_t w = window_count(input.sizes()[3], kernel[1], padding[1], stride[1], dilation[1], false);
  check(h >= 1 && w >= 1,
        "Given input with spatial size ({}, {}), kernel_size=({}, {}), dilation=({}, {}), padding=({}, {}), calculated "
        "shape of the array of sliding "
        "blocks as ({}, {}), but its components must be at least one.",
        input.sizes()[2], input.sizes()[3], kernel[0], kernel[1], dilation[0], dilation[1], padding[0], padding[1], h,
        w);
  return {{input.sizes()[0], input.sizes()[1] * kernel[0] * kernel[1], h * w}, input.dtype()};
}

Meta resample(const Tensor& input, int64_t dim, int64_t size) {
  check(size > 0 && input.sizes()[dim] > 0,
        "Input and output sizes should be greater than 0, but got input of shape {} and output size {} in dimension {}",
        input.sizes(), size, dim);
  DimVector sizes = input.sizes();
  sizes[dim] = size;
  return {sizes, input.dtype()};
}

}  // namespace rushlight::meta
