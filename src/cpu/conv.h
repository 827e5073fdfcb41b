// Convolution of 1 to 3 spatial dimensions and its gradients, on contiguous NCHW data.
#pragma once
#include <cstdint>

namespace rushlight::cpu {

// Channels are totals over all groups; the first nd entries of each array count, outermost dimension first. Sizes are
// the caller's to check: out[i] = (in[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i] + 1 >= 0.
// A transposed convolution is conv_backward_input of the plan that maps its output to its input, which is why `out` may
// be smaller than this formula gives.
struct ConvPlan {
  int64_t batch, in_channels, out_channels, groups;
  int nd;
  int64_t in[3], out[3], kernel[3], stride[3], padding[3], dilation[3];
};

// x: [batch][in_channels][in...], w: [out_channels][in_channels / groups][kernel...], y and dy:
// [batch][out_channels][out...]; all contiguous, for T = float and double. `bias` may be null. Outputs are written, not
// added to. Results do not depend on the number of threads and are the same on AVX2 and AVX-512.
template <class T>
void conv_forward(const ConvPlan& plan, const T* x, const T* w, const T* bias, T* y);
template <class T>
void conv_backward_input(const ConvPlan& plan, const T* dy, const T* w, T* dx);
template <class T>
void conv_backward_weight(const ConvPlan& plan, const T* x, const T* dy, T* dw);
template <class T>
void conv_backward_bias(const ConvPlan& plan, const T* dy, T* db);

}  // namespace rushlight::cpu
