// Translated from python/rushlight/nn/modules/conv.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

// What the convolutions share; sizes arrive with one number per dimension.
class RL_API ConvNdImpl : public Module {
 public:
  explicit ConvNdImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride, const Padding& padding, const IntList& dilation, bool transposed, const IntList& output_padding, int64_t groups, bool bias, std::string_view padding_mode, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  void reset_parameters() override;
  std::string extra_repr() const override;
  std::vector<Tensor*> tensor_members() override;

  int64_t in_channels = 0;
  int64_t out_channels = 0;
  IntList kernel_size;
  IntList stride;
  Padding padding;
  IntList dilation;
  bool transposed = false;
  IntList output_padding;
  int64_t groups = 0;
  std::string padding_mode;
  std::vector<int64_t> _reversed_padding_repeated_twice;
  Tensor weight;
  Tensor bias;
};

class Conv1dOptions {
 public:
  Conv1dOptions(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const Padding& padding = 0, const IntList& dilation = 1, int64_t groups = 1, bool bias = true, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), groups_(groups), bias_(bias), padding_mode_(padding_mode), device_(device), dtype_(dtype) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, in_channels)
  RUSHLIGHT_OPTION(int64_t, int64_t, out_channels)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const Padding&, Padding, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::string_view, std::string, padding_mode)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// Cross-correlation of signals with learned kernels.
//
// Args:
//     in_channels, out_channels: channels of the input and of the output.
//     kernel_size: length of the kernels.
//     stride: step between positions.
//     padding: zeros added at both ends, or "valid" (none) or "same" (output as long as the input; stride 1).
//     dilation: distance between the kernel's points.
//     groups: number of groups of channels that do not mix.
//     bias: whether a learned constant is added to every output channel.
//     padding_mode: "zeros", "reflect", "replicate" or "circular".
//     device, dtype: of the parameters.
// Shape:
//     input `(N, C_in, L)` or `(C_in, L)`; output `(N, C_out, L_out)` or `(C_out, L_out)` with
//     `L_out = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`;
//     weight `(C_out, C_in / groups, kernel_size)`.
// Errors:
//     ValueError: channels not divisible by `groups`, unknown padding or padding mode, "same" with a stride.
//     RuntimeError: the input has other channels, or is shorter than the kernel.
class RL_API Conv1dImpl : public ConvNdImpl {
 public:
  explicit Conv1dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const Padding& padding = 0, const IntList& dilation = 1, int64_t groups = 1, bool bias = true, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  Conv1dImpl(const Conv1dOptions& options);
  Tensor forward(const Tensor& input);
  Tensor _conv_forward(const Tensor& input, const Tensor& weight, const Tensor& bias);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Conv1d);

class Conv2dOptions {
 public:
  Conv2dOptions(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const Padding& padding = 0, const IntList& dilation = 1, int64_t groups = 1, bool bias = true, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), groups_(groups), bias_(bias), padding_mode_(padding_mode), device_(device), dtype_(dtype) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, in_channels)
  RUSHLIGHT_OPTION(int64_t, int64_t, out_channels)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const Padding&, Padding, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::string_view, std::string, padding_mode)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// Cross-correlation of images with learned kernels.
//
// Args:
//     in_channels, out_channels: channels of the input and of the output.
//     kernel_size: height and width of the kernels; one number means both, here and below.
//     stride: step between positions.
//     padding: zeros added at all edges, or "valid" (none) or "same" (output as large as the input; stride 1).
//     dilation: distance between the kernel's points.
//     groups: number of groups of channels that do not mix.
//     bias: whether a learned constant is added to every output channel.
//     padding_mode: "zeros", "reflect", "replicate" or "circular".
//     device, dtype: of the parameters.
// Shape:
//     input `(N, C_in, H, W)` or `(C_in, H, W)`; output `(N, C_out, H_out, W_out)` or `(C_out, H_out, W_out)` with
//     `H_out = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`, and likewise for W;
//     weight `(C_out, C_in / groups, kernel_h, kernel_w)`.
// Errors:
//     ValueError: channels not divisible by `groups`, unknown padding or padding mode, "same" with a stride.
//     RuntimeError: the input has other channels, or is smaller than the kernel.
class RL_API Conv2dImpl : public ConvNdImpl {
 public:
  explicit Conv2dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const Padding& padding = 0, const IntList& dilation = 1, int64_t groups = 1, bool bias = true, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  Conv2dImpl(const Conv2dOptions& options);
  Tensor forward(const Tensor& input);
  Tensor _conv_forward(const Tensor& input, const Tensor& weight, const Tensor& bias);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Conv2d);

class Conv3dOptions {
 public:
  Conv3dOptions(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const Padding& padding = 0, const IntList& dilation = 1, int64_t groups = 1, bool bias = true, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), groups_(groups), bias_(bias), padding_mode_(padding_mode), device_(device), dtype_(dtype) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, in_channels)
  RUSHLIGHT_OPTION(int64_t, int64_t, out_channels)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const Padding&, Padding, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::string_view, std::string, padding_mode)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// Cross-correlation of volumes with learned kernels.
//
// Args:
//     in_channels, out_channels: channels of the input and of the output.
//     kernel_size: depth, height and width of the kernels; one number means all three, here and below.
//     stride: step between positions.
//     padding: zeros added on all sides, or "valid" (none) or "same" (output as large as the input; stride 1).
//     dilation: distance between the kernel's points.
//     groups: number of groups of channels that do not mix.
//     bias: whether a learned constant is added to every output channel.
//     padding_mode: "zeros", "replicate" or "circular" (or "reflect" where `F.pad` has it).
//     device, dtype: of the parameters.
// Shape:
//     input `(N, C_in, D, H, W)` or `(C_in, D, H, W)`; output likewise with `C_out` channels and
//     `D_out = (D + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`, and likewise for H and W.
// Errors:
//     ValueError: channels not divisible by `groups`, unknown padding or padding mode, "same" with a stride.
//     RuntimeError: the input has other channels, or is smaller than the kernel.
class RL_API Conv3dImpl : public ConvNdImpl {
 public:
  explicit Conv3dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const Padding& padding = 0, const IntList& dilation = 1, int64_t groups = 1, bool bias = true, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  Conv3dImpl(const Conv3dOptions& options);
  Tensor forward(const Tensor& input);
  Tensor _conv_forward(const Tensor& input, const Tensor& weight, const Tensor& bias);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(Conv3d);

// What the transposed convolutions share; sizes arrive with one number per dimension.
class RL_API ConvTransposeNdImpl : public ConvNdImpl {
 public:
  explicit ConvTransposeNdImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride, const IntList& padding, const IntList& output_padding, int64_t groups, bool bias, const IntList& dilation, std::string_view padding_mode, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
};

class ConvTranspose1dOptions {
 public:
  ConvTranspose1dOptions(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const IntList& padding = 0, const IntList& output_padding = 0, int64_t groups = 1, bool bias = true, const IntList& dilation = 1, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size), stride_(stride), padding_(padding), output_padding_(output_padding), groups_(groups), bias_(bias), dilation_(dilation), padding_mode_(padding_mode), device_(device), dtype_(dtype) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, in_channels)
  RUSHLIGHT_OPTION(int64_t, int64_t, out_channels)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, output_padding)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(std::string_view, std::string, padding_mode)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// The transpose of a convolution of signals: what Conv1d's gradient does, with learned kernels.
//
// Args:
//     in_channels, out_channels: channels of the input and of the output.
//     kernel_size: length of the kernels.
//     stride: step between the positions in the output.
//     padding: how much of the output is cut off at both ends.
//     output_padding: added to the output's far end, as several sizes fit the same input.
//     groups: number of groups of channels that do not mix.
//     bias: whether a learned constant is added to every output channel.
//     dilation: distance between the kernel's points.
//     padding_mode: "zeros".
//     device, dtype: of the parameters.
// Shape:
//     input `(N, C_in, L)` or `(C_in, L)`; output likewise with `C_out` channels and
//     `L_out = (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1`;
//     weight `(C_in, C_out / groups, *kernel_size)`. A call may give the `output_size` instead of
//     `output_padding`.
// Errors:
//     ValueError: channels not divisible by `groups`, another padding mode, an `output_size` that cannot be.
//     RuntimeError: the input has other channels.
class RL_API ConvTranspose1dImpl : public ConvTransposeNdImpl {
 public:
  explicit ConvTranspose1dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const IntList& padding = 0, const IntList& output_padding = 0, int64_t groups = 1, bool bias = true, const IntList& dilation = 1, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  ConvTranspose1dImpl(const ConvTranspose1dOptions& options);
  Tensor forward(const Tensor& input, const std::optional<IntList>& output_size = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ConvTranspose1d);

class ConvTranspose2dOptions {
 public:
  ConvTranspose2dOptions(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const IntList& padding = 0, const IntList& output_padding = 0, int64_t groups = 1, bool bias = true, const IntList& dilation = 1, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size), stride_(stride), padding_(padding), output_padding_(output_padding), groups_(groups), bias_(bias), dilation_(dilation), padding_mode_(padding_mode), device_(device), dtype_(dtype) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, in_channels)
  RUSHLIGHT_OPTION(int64_t, int64_t, out_channels)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, output_padding)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(std::string_view, std::string, padding_mode)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// The transpose of a convolution of images: what Conv2d's gradient does, with learned kernels.
//
// Args:
//     in_channels, out_channels: channels of the input and of the output.
//     kernel_size: height and width of the kernels; one number means both, here and below.
//     stride: step between the positions in the output.
//     padding: how much of the output is cut off at all edges.
//     output_padding: added to the output's far end, as several sizes fit the same input.
//     groups: number of groups of channels that do not mix.
//     bias: whether a learned constant is added to every output channel.
//     dilation: distance between the kernel's points.
//     padding_mode: "zeros".
//     device, dtype: of the parameters.
// Shape:
//     input `(N, C_in, H, W)` or `(C_in, H, W)`; output likewise with `C_out` channels and
//     `H_out = (H - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1`;
//     weight `(C_in, C_out / groups, *kernel_size)`. A call may give the `output_size` instead of
//     `output_padding`.
// Errors:
//     ValueError: channels not divisible by `groups`, another padding mode, an `output_size` that cannot be.
//     RuntimeError: the input has other channels.
class RL_API ConvTranspose2dImpl : public ConvTransposeNdImpl {
 public:
  explicit ConvTranspose2dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const IntList& padding = 0, const IntList& output_padding = 0, int64_t groups = 1, bool bias = true, const IntList& dilation = 1, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  ConvTranspose2dImpl(const ConvTranspose2dOptions& options);
  Tensor forward(const Tensor& input, const std::optional<IntList>& output_size = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ConvTranspose2d);

class ConvTranspose3dOptions {
 public:
  ConvTranspose3dOptions(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const IntList& padding = 0, const IntList& output_padding = 0, int64_t groups = 1, bool bias = true, const IntList& dilation = 1, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size), stride_(stride), padding_(padding), output_padding_(output_padding), groups_(groups), bias_(bias), dilation_(dilation), padding_mode_(padding_mode), device_(device), dtype_(dtype) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, in_channels)
  RUSHLIGHT_OPTION(int64_t, int64_t, out_channels)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, output_padding)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(std::string_view, std::string, padding_mode)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// The transpose of a convolution of volumes: what Conv3d's gradient does, with learned kernels.
//
// Args:
//     in_channels, out_channels: channels of the input and of the output.
//     kernel_size: depth, height and width of the kernels; one number means all three, here and below.
//     stride: step between the positions in the output.
//     padding: how much of the output is cut off on all sides.
//     output_padding: added to the output's far end, as several sizes fit the same input.
//     groups: number of groups of channels that do not mix.
//     bias: whether a learned constant is added to every output channel.
//     dilation: distance between the kernel's points.
//     padding_mode: "zeros".
//     device, dtype: of the parameters.
// Shape:
//     input `(N, C_in, D, H, W)` or `(C_in, D, H, W)`; output likewise with `C_out` channels and
//     `D_out = (D - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1`;
//     weight `(C_in, C_out / groups, *kernel_size)`. A call may give the `output_size` instead of
//     `output_padding`.
// Errors:
//     ValueError: channels not divisible by `groups`, another padding mode, an `output_size` that cannot be.
//     RuntimeError: the input has other channels.
class RL_API ConvTranspose3dImpl : public ConvTransposeNdImpl {
 public:
  explicit ConvTranspose3dImpl(int64_t in_channels, int64_t out_channels, const IntList& kernel_size, const IntList& stride = 1, const IntList& padding = 0, const IntList& output_padding = 0, int64_t groups = 1, bool bias = true, const IntList& dilation = 1, std::string_view padding_mode = "zeros", std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  ConvTranspose3dImpl(const ConvTranspose3dOptions& options);
  Tensor forward(const Tensor& input, const std::optional<IntList>& output_size = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ConvTranspose3d);

}  // namespace rushlight::nn
