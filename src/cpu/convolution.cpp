// Kernels convolution, _convolution_input, _convolution_weight: tensors in, plans for cpu/conv.h out; and _im2col,
// _col2im.
#include <algorithm>
#include <cstring>

#include "core/thread_pool.h"
#include "cpu/conv.h"
#include "cpu/conv_complex.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"
#include "plan/meta_conv.h"

namespace rushlight::cpu {
namespace {

// `big` is the side with spatial sizes before a (not transposed) convolution, `small` the side after it.
ConvPlan conv_plan(IntArrayRef big, IntArrayRef small, IntArrayRef weight, IntArrayRef stride, IntArrayRef padding,
                   IntArrayRef dilation, int64_t groups) {
  ConvPlan p{};
  p.batch = big[0];
  p.in_channels = big[1];
  p.out_channels = small[1];
  p.groups = groups;
  p.nd = static_cast<int>(weight.size()) - 2;
  for (int d = 0; d < p.nd; ++d) {
    p.in[d] = big[d + 2];
    p.out[d] = small[d + 2];
    p.kernel[d] = weight[d + 2];
    p.stride[d] = stride[d];
    p.padding[d] = padding[d];
    p.dilation[d] = dilation[d];
  }
  return p;
}

// What the kernels compute in: halves in float, integers in double.
ScalarType compute_type(ScalarType dtype) {
  return dtype == kFloat || dtype == kDouble ? dtype : is_floating_point(dtype) ? kFloat : kDouble;
}

Tensor dense(const Tensor& t, ScalarType dtype) {
  if (t.dtype() == dtype && t.impl()->contiguous) return t;
  Tensor copy = detail::allocate_tensor(t.sizes(), dtype);
  copy_elements(copy, t);
  return copy;
}

// Runs f.operator()<T>(out) with T float or double; `result` gets the outcome in its own dtype.
template <class F>
void compute(Tensor& result, const F& f) {
  const ScalarType type = compute_type(result.dtype());
  Tensor out = result.dtype() == type ? result : detail::allocate_tensor(result.sizes(), type);
  if (type == kFloat)
    f.template operator()<float>(static_cast<float*>(out.data_ptr()));
  else
    f.template operator()<double>(static_cast<double*>(out.data_ptr()));
  if (!out.is_same(result)) copy_elements(result, out);
}

template <class T>
const T* data(const Tensor& t) {
  return static_cast<const T*>(t.data_ptr());
}

template <class T>
void add_channel_bias(const Tensor& bias, IntArrayRef sizes, T* y) {
  const int64_t channels = sizes[1], planes = sizes[0] * channels,
                plane = planes == 0 ? 0 : plan::numel_of(sizes) / planes;
  const T* b = data<T>(bias);
  parallel_for(planes, std::max<int64_t>(1, 16384 / std::max<int64_t>(plane, 1)), 0.3 * static_cast<double>(plane),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i) {
                   const T add = b[i % channels];
                   for (int64_t j = 0; j < plane; ++j) y[i * plane + j] += add;
                 }
               });
}

}  // namespace

void convolution(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride, IntArrayRef padding,
                 IntArrayRef dilation, bool transposed, IntArrayRef output_padding, int64_t groups, Tensor& result) {
  if (result.numel() == 0) return;
  if (is_complex(input.dtype())) {  // see Note [Complex convolutions]
    Tensor parts = channels_for(result);
    convolution(parts_as_channels(input), parts_as_matrix(weight, transposed),
                bias.defined() ? parts_as_vector(bias) : bias, stride, padding, dilation, transposed, output_padding,
                groups, parts);
    return from_channels(parts, result);
  }
  const ScalarType type = compute_type(input.dtype());
  const Tensor x = dense(input, type), w = dense(weight, type), b = bias.defined() ? dense(bias, type) : Tensor();
  compute(result, [&]<class T>(T* y) {
    if (!transposed) {
      const ConvPlan p = conv_plan(x.sizes(), result.sizes(), w.sizes(), stride, padding, dilation, groups);
      return conv_forward<T>(p, data<T>(x), data<T>(w), b.defined() ? data<T>(b) : nullptr, y);
    }
    const ConvPlan p = conv_plan(result.sizes(), x.sizes(), w.sizes(), stride, padding, dilation, groups);
    conv_backward_input<T>(p, data<T>(x), data<T>(w), y);
    if (b.defined()) add_channel_bias<T>(b, result.sizes(), y);
  });
}

void _convolution_input(const Tensor& grad_output, const Tensor& weight, IntArrayRef input_size, IntArrayRef stride,
                        IntArrayRef padding, IntArrayRef dilation, bool transposed, IntArrayRef output_padding,
                        int64_t groups, Tensor& result) {
  if (result.numel() == 0) return;
  if (grad_output.numel() == 0) return fill_bits(result, 0);
  if (is_complex(grad_output.dtype())) {
    Tensor parts = channels_for(result);
    _convolution_input(parts_as_channels(grad_output), parts_as_matrix(weight, !transposed), parts.sizes(), stride,
                       padding, dilation, transposed, output_padding, groups, parts);
    return from_channels(parts, result);
  }
  const ScalarType type = compute_type(grad_output.dtype());
  const Tensor dy = dense(grad_output, type), w = dense(weight, type);
  compute(result, [&]<class T>(T* dx) {
    if (!transposed)
      return conv_backward_input<T>(conv_plan(input_size, dy.sizes(), w.sizes(), stride, padding, dilation, groups),
                                    data<T>(dy), data<T>(w), dx);
    conv_forward<T>(conv_plan(dy.sizes(), input_size, w.sizes(), stride, padding, dilation, groups), data<T>(dy),
                    data<T>(w), nullptr, dx);
  });
}

void _convolution_weight(const Tensor& grad_output, const Tensor& input, IntArrayRef weight_size, IntArrayRef stride,
                         IntArrayRef padding, IntArrayRef dilation, bool transposed, IntArrayRef output_padding,
                         int64_t groups, Tensor& result) {
  if (result.numel() == 0) return;
  if (grad_output.numel() == 0 || input.numel() == 0) return fill_bits(result, 0);
  if (is_complex(grad_output.dtype())) {
    Tensor parts = matrix_for(result);
    _convolution_weight(parts_as_channels(grad_output), parts_as_channels(input), parts.sizes(), stride, padding,
                        dilation, transposed, output_padding, groups, parts);
    return from_matrix(parts, result);
  }
  const ScalarType type = compute_type(grad_output.dtype());
  const Tensor dy = dense(grad_output, type), x = dense(input, type);
  compute(result, [&]<class T>(T* dw) {
    const Tensor &big = transposed ? dy : x, &small = transposed ? x : dy;
    conv_backward_weight<T>(conv_plan(big.sizes(), small.sizes(), weight_size, stride, padding, dilation, groups),
                            data<T>(big), data<T>(small), dw);
  });
}

// ---- windows as columns ---------------------------------------------------------------------------------------------

namespace {

struct Columns {
  int64_t planes, height, width, kh, kw, dh, dw, ph, pw, sh, sw, rows, columns;

  Columns(IntArrayRef image, IntArrayRef kernel, IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride)
      : planes(image[0] * image[1]),
        height(image[2]),
        width(image[3]),
        kh(kernel[0]),
        kw(kernel[1]),
        dh(dilation[0]),
        dw(dilation[1]),
        ph(padding[0]),
        pw(padding[1]),
        sh(stride[0]),
        sw(stride[1]),
        rows(meta::window_count(height, kh, ph, sh, dh, false)),
        columns(meta::window_count(width, kw, pw, sw, dw, false)) {}
};

// f(image offset, column offset) for every element of a plane's windows that lies inside the image; outside(column
// offset).
template <class F, class G>
void for_windows(const Columns& c, const F& inside, const G& outside) {
  int64_t at = 0;
  for (int64_t i = 0; i < c.kh; ++i) {
    for (int64_t j = 0; j < c.kw; ++j) {
      for (int64_t y = 0; y < c.rows; ++y) {
        const int64_t row = y * c.sh - c.ph + i * c.dh;
        for (int64_t x = 0; x < c.columns; ++x, ++at) {
          const int64_t column = x * c.sw - c.pw + j * c.dw;
          if (row >= 0 && row < c.height && column >= 0 && column < c.width)
            inside(row * c.width + column, at);
          else
            outside(at);
        }
      }
    }
  }
}

}  // namespace

void _im2col(const Tensor& input, IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding,
             IntArrayRef stride, Tensor& result) {
  if (result.numel() == 0) return;
  const Columns c(input.sizes(), kernel_size, dilation, padding, stride);
  const Tensor x = dense(input, input.dtype());
  const int64_t image = c.height * c.width, block = c.kh * c.kw * c.rows * c.columns;
  dispatch_bytes(input.element_size(), [&]<class T>() {
    T* out = static_cast<T*>(result.data_ptr());
    parallel_for(c.planes, std::max<int64_t>(1, 16384 / block), 1.0 * static_cast<double>(block),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t p = begin; p < end; ++p) {
                     const T* from = data<T>(x) + p * image;
                     T* to = out + p * block;
                     for_windows(c, [&](int64_t a, int64_t b) { to[b] = from[a]; }, [&](int64_t b) { to[b] = T(); });
                   }
                 });
  });
}

void _col2im(const Tensor& input, IntArrayRef output_size, IntArrayRef kernel_size, IntArrayRef dilation,
             IntArrayRef padding, IntArrayRef stride, Tensor& result) {
  fill_bits(result, 0);
  if (result.numel() == 0 || input.numel() == 0) return;
  const Columns c(output_size, kernel_size, dilation, padding, stride);
  const Tensor x = dense(input, input.dtype());
  const int64_t image = c.height * c.width, block = c.kh * c.kw * c.rows * c.columns;
  dispatch_all(input.dtype(), "col2im", [&]<class T>() {
    if constexpr (!std::is_same_v<T, bool>) {
      T* out = static_cast<T*>(result.data_ptr());
      parallel_for(c.planes, std::max<int64_t>(1, 16384 / block), 1.5 * static_cast<double>(block),
                   [&](int64_t begin, int64_t end) {
                     for (int64_t p = begin; p < end; ++p) {
                       const T* from = data<T>(x) + p * block;
                       T* to = out + p * image;
                       for_windows(
                           c, [&](int64_t a, int64_t b) { to[a] = store<T>(load(to[a]) + load(from[b])); },
                           [](int64_t) {});
                     }
                   });
    }
  });
}

}  // namespace rushlight::cpu
