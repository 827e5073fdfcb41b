// Translated from python/rushlight/nn/modules/pooling.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

// What the maximum poolings share.
class RL_API MaxPoolNdImpl : public Module {
 public:
  explicit MaxPoolNdImpl(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const IntList& dilation = 1, bool ceil_mode = false);
  std::string extra_repr() const override;

  IntList kernel_size;
  IntList stride;
  IntList padding;
  IntList dilation;
  bool ceil_mode = false;
};

class MaxPool1dOptions {
 public:
  MaxPool1dOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const IntList& dilation = 1, bool ceil_mode = false)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), ceil_mode_(ceil_mode) {}
  MaxPool1dOptions(std::initializer_list<int64_t> kernel_size) : MaxPool1dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};

// The maximum of windows along the length.
//
// Args:
//     kernel_size: length of the windows.
//     stride: step between windows, by default `kernel_size`.
//     padding: minus infinity added at both ends, at most half of `kernel_size`.
//     dilation: distance between the points of a window.
//     return_indices: also return where the maxima are.
//     ceil_mode: let the last window reach over the end.
// Shape:
//     input `(N, C, L)` or `(C, L)`, output likewise with
//     `L_out = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`.
// Errors:
//     RuntimeError: the padding is more than half of the window, or the window larger than the input.
class RL_API MaxPool1dImpl : public MaxPoolNdImpl {
 public:
  using MaxPoolNdImpl::MaxPoolNdImpl;
  MaxPool1dImpl(const MaxPool1dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(MaxPool1d);

class MaxPool2dOptions {
 public:
  MaxPool2dOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const IntList& dilation = 1, bool ceil_mode = false)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), ceil_mode_(ceil_mode) {}
  MaxPool2dOptions(std::initializer_list<int64_t> kernel_size) : MaxPool2dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};

// The maximum of windows of an image.
//
// Args:
//     kernel_size: height and width of the windows; one number means both, here and below.
//     stride: step between windows, by default `kernel_size`.
//     padding: minus infinity added at all edges, at most half of `kernel_size`.
//     dilation: distance between the points of a window.
//     return_indices: also return where the maxima are.
//     ceil_mode: let the last windows reach over the edge.
// Shape:
//     input `(N, C, H, W)` or `(C, H, W)`, output likewise with
//     `H_out = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`, and likewise for W.
// Errors:
//     RuntimeError: the padding is more than half of the window, or the window larger than the input.
class RL_API MaxPool2dImpl : public MaxPoolNdImpl {
 public:
  using MaxPoolNdImpl::MaxPoolNdImpl;
  MaxPool2dImpl(const MaxPool2dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(MaxPool2d);

class MaxPool3dOptions {
 public:
  MaxPool3dOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, const IntList& dilation = 1, bool ceil_mode = false)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), dilation_(dilation), ceil_mode_(ceil_mode) {}
  MaxPool3dOptions(std::initializer_list<int64_t> kernel_size) : MaxPool3dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};

// The maximum of windows of a volume.
//
// Args:
//     kernel_size: depth, height and width of the windows; one number means all three, here and below.
//     stride: step between windows, by default `kernel_size`.
//     padding: minus infinity added on all sides, at most half of `kernel_size`.
//     dilation: distance between the points of a window.
//     return_indices: also return where the maxima are.
//     ceil_mode: let the last windows reach over the edge.
// Shape:
//     input `(N, C, D, H, W)` or `(C, D, H, W)`, output likewise.
// Errors:
//     RuntimeError: the padding is more than half of the window, or the window larger than the input.
class RL_API MaxPool3dImpl : public MaxPoolNdImpl {
 public:
  using MaxPoolNdImpl::MaxPoolNdImpl;
  MaxPool3dImpl(const MaxPool3dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(MaxPool3d);

class AvgPool1dOptions {
 public:
  AvgPool1dOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, bool ceil_mode = false, bool count_include_pad = true)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), ceil_mode_(ceil_mode), count_include_pad_(count_include_pad) {}
  AvgPool1dOptions(std::initializer_list<int64_t> kernel_size) : AvgPool1dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
  RUSHLIGHT_OPTION(bool, bool, count_include_pad)
};

// The mean of windows along the length.
//
// Args:
//     kernel_size: length of the windows.
//     stride: step between windows, by default `kernel_size`.
//     padding: zeros added at both ends, at most half of `kernel_size`.
//     ceil_mode: let the last window reach over the end.
//     count_include_pad: count the added zeros in the mean.
// Shape:
//     input `(N, C, L)` or `(C, L)`, output likewise with `L_out = (L + 2 padding - kernel_size) // stride + 1`.
// Errors:
//     RuntimeError: the padding is more than half of the window, or the window larger than the input.
class RL_API AvgPool1dImpl : public Module {
 public:
  explicit AvgPool1dImpl(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, bool ceil_mode = false, bool count_include_pad = true);
  AvgPool1dImpl(const AvgPool1dOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  IntList kernel_size;
  IntList stride;
  IntList padding;
  bool ceil_mode = false;
  bool count_include_pad = false;
};
RUSHLIGHT_MODULE(AvgPool1d);

// What the two- and three-dimensional mean poolings share.
class RL_API AvgPoolNdImpl : public Module {
 public:
  explicit AvgPoolNdImpl(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, bool ceil_mode = false, bool count_include_pad = true, std::optional<int64_t> divisor_override = {});
  std::string extra_repr() const override;

  IntList kernel_size;
  IntList stride;
  IntList padding;
  bool ceil_mode = false;
  bool count_include_pad = false;
  std::optional<int64_t> divisor_override;
};

class AvgPool2dOptions {
 public:
  AvgPool2dOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, bool ceil_mode = false, bool count_include_pad = true, std::optional<int64_t> divisor_override = {})
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), ceil_mode_(ceil_mode), count_include_pad_(count_include_pad), divisor_override_(divisor_override) {}
  AvgPool2dOptions(std::initializer_list<int64_t> kernel_size) : AvgPool2dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
  RUSHLIGHT_OPTION(bool, bool, count_include_pad)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, divisor_override)
};

// The mean of windows of an image.
//
// Args:
//     kernel_size: height and width of the windows; one number means both, here and below.
//     stride: step between windows, by default `kernel_size`.
//     padding: zeros added at all edges, at most half of `kernel_size`.
//     ceil_mode: let the last windows reach over the edge.
//     count_include_pad: count the added zeros in the mean.
//     divisor_override: divide by this number instead of the size of the window.
// Shape:
//     input `(N, C, H, W)` or `(C, H, W)`, output likewise with
//     `H_out = (H + 2 padding - kernel_size) // stride + 1`, and likewise for W.
// Errors:
//     RuntimeError: the padding is more than half of the window, the window larger than the input, or a zero divisor.
class RL_API AvgPool2dImpl : public AvgPoolNdImpl {
 public:
  using AvgPoolNdImpl::AvgPoolNdImpl;
  AvgPool2dImpl(const AvgPool2dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(AvgPool2d);

class AvgPool3dOptions {
 public:
  AvgPool3dOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0, bool ceil_mode = false, bool count_include_pad = true, std::optional<int64_t> divisor_override = {})
      : kernel_size_(kernel_size), stride_(stride), padding_(padding), ceil_mode_(ceil_mode), count_include_pad_(count_include_pad), divisor_override_(divisor_override) {}
  AvgPool3dOptions(std::initializer_list<int64_t> kernel_size) : AvgPool3dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
  RUSHLIGHT_OPTION(bool, bool, count_include_pad)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, divisor_override)
};

// The mean of windows of a volume.
//
// Args:
//     kernel_size: depth, height and width of the windows; one number means all three, here and below.
//     stride: step between windows, by default `kernel_size`.
//     padding: zeros added on all sides, at most half of `kernel_size`.
//     ceil_mode: let the last windows reach over the edge.
//     count_include_pad: count the added zeros in the mean.
//     divisor_override: divide by this number instead of the size of the window.
// Shape:
//     input `(N, C, D, H, W)` or `(C, D, H, W)`, output likewise.
// Errors:
//     RuntimeError: the padding is more than half of the window, the window larger than the input, or a zero divisor.
class RL_API AvgPool3dImpl : public AvgPoolNdImpl {
 public:
  using AvgPoolNdImpl::AvgPoolNdImpl;
  AvgPool3dImpl(const AvgPool3dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(AvgPool3d);

// What the adaptive maximum poolings share.
class RL_API AdaptiveMaxPoolNdImpl : public Module {
 public:
  explicit AdaptiveMaxPoolNdImpl(const OptionalIntList& output_size);
  std::string extra_repr() const override;

  OptionalIntList output_size;
};

class AdaptiveMaxPool1dOptions {
 public:
  AdaptiveMaxPool1dOptions(const OptionalIntList& output_size)
      : output_size_(output_size) {}
  AdaptiveMaxPool1dOptions(std::initializer_list<std::optional<int64_t>> output_size) : AdaptiveMaxPool1dOptions(OptionalIntList(output_size)) {}
  RUSHLIGHT_OPTION(const OptionalIntList&, OptionalIntList, output_size)
};

// The maximum of `output_size` equal parts of the length.
//
// Args:
//     output_size: length of the output.
//     return_indices: also return where the maxima are.
// Shape:
//     input `(N, C, L)` or `(C, L)`, output `(N, C, output_size)` or `(C, output_size)`.
// Errors:
//     RuntimeError: another number of dimensions, or an empty input.
class RL_API AdaptiveMaxPool1dImpl : public AdaptiveMaxPoolNdImpl {
 public:
  using AdaptiveMaxPoolNdImpl::AdaptiveMaxPoolNdImpl;
  AdaptiveMaxPool1dImpl(const AdaptiveMaxPool1dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(AdaptiveMaxPool1d);

class AdaptiveMaxPool2dOptions {
 public:
  AdaptiveMaxPool2dOptions(const OptionalIntList& output_size)
      : output_size_(output_size) {}
  AdaptiveMaxPool2dOptions(std::initializer_list<std::optional<int64_t>> output_size) : AdaptiveMaxPool2dOptions(OptionalIntList(output_size)) {}
  RUSHLIGHT_OPTION(const OptionalIntList&, OptionalIntList, output_size)
};

// The maximum of `output_size` equal parts of an image.
//
// Args:
//     output_size: height and width of the output; one number means both, None keeps the input's.
//     return_indices: also return where the maxima are.
// Shape:
//     input `(N, C, H, W)` or `(C, H, W)`, output `(N, C, *output_size)` or `(C, *output_size)`.
// Errors:
//     RuntimeError: another number of dimensions, or an empty image.
class RL_API AdaptiveMaxPool2dImpl : public AdaptiveMaxPoolNdImpl {
 public:
  using AdaptiveMaxPoolNdImpl::AdaptiveMaxPoolNdImpl;
  AdaptiveMaxPool2dImpl(const AdaptiveMaxPool2dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(AdaptiveMaxPool2d);

class AdaptiveMaxPool3dOptions {
 public:
  AdaptiveMaxPool3dOptions(const OptionalIntList& output_size)
      : output_size_(output_size) {}
  AdaptiveMaxPool3dOptions(std::initializer_list<std::optional<int64_t>> output_size) : AdaptiveMaxPool3dOptions(OptionalIntList(output_size)) {}
  RUSHLIGHT_OPTION(const OptionalIntList&, OptionalIntList, output_size)
};

// The maximum of `output_size` equal parts of a volume.
//
// Args:
//     output_size: depth, height and width of the output; one number means all three, None keeps the input's.
//     return_indices: also return where the maxima are.
// Shape:
//     input `(N, C, D, H, W)` or `(C, D, H, W)`, output `(N, C, *output_size)` or `(C, *output_size)`.
// Errors:
//     RuntimeError: another number of dimensions, or an empty volume.
class RL_API AdaptiveMaxPool3dImpl : public AdaptiveMaxPoolNdImpl {
 public:
  using AdaptiveMaxPoolNdImpl::AdaptiveMaxPoolNdImpl;
  AdaptiveMaxPool3dImpl(const AdaptiveMaxPool3dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(AdaptiveMaxPool3d);

// What the adaptive mean poolings share.
class RL_API AdaptiveAvgPoolNdImpl : public Module {
 public:
  explicit AdaptiveAvgPoolNdImpl(const OptionalIntList& output_size);
  std::string extra_repr() const override;

  OptionalIntList output_size;
};

class AdaptiveAvgPool1dOptions {
 public:
  AdaptiveAvgPool1dOptions(const OptionalIntList& output_size)
      : output_size_(output_size) {}
  AdaptiveAvgPool1dOptions(std::initializer_list<std::optional<int64_t>> output_size) : AdaptiveAvgPool1dOptions(OptionalIntList(output_size)) {}
  RUSHLIGHT_OPTION(const OptionalIntList&, OptionalIntList, output_size)
};

// The mean of `output_size` equal parts of the length.
//
// Args:
//     output_size: length of the output.
// Shape:
//     input `(N, C, L)` or `(C, L)`, output `(N, C, output_size)` or `(C, output_size)`.
// Errors:
//     RuntimeError: another number of dimensions.
class RL_API AdaptiveAvgPool1dImpl : public AdaptiveAvgPoolNdImpl {
 public:
  using AdaptiveAvgPoolNdImpl::AdaptiveAvgPoolNdImpl;
  AdaptiveAvgPool1dImpl(const AdaptiveAvgPool1dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(AdaptiveAvgPool1d);

class AdaptiveAvgPool2dOptions {
 public:
  AdaptiveAvgPool2dOptions(const OptionalIntList& output_size)
      : output_size_(output_size) {}
  AdaptiveAvgPool2dOptions(std::initializer_list<std::optional<int64_t>> output_size) : AdaptiveAvgPool2dOptions(OptionalIntList(output_size)) {}
  RUSHLIGHT_OPTION(const OptionalIntList&, OptionalIntList, output_size)
};

// The mean of `output_size` equal parts of an image.
//
// Args:
//     output_size: height and width of the output; one number means both, None keeps the input's.
// Shape:
//     input `(N, C, H, W)` or `(C, H, W)`, output `(N, C, *output_size)` or `(C, *output_size)`.
// Errors:
//     RuntimeError: another number of dimensions.
class RL_API AdaptiveAvgPool2dImpl : public AdaptiveAvgPoolNdImpl {
 public:
  using AdaptiveAvgPoolNdImpl::AdaptiveAvgPoolNdImpl;
  AdaptiveAvgPool2dImpl(const AdaptiveAvgPool2dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(AdaptiveAvgPool2d);

class AdaptiveAvgPool3dOptions {
 public:
  AdaptiveAvgPool3dOptions(const OptionalIntList& output_size)
      : output_size_(output_size) {}
  AdaptiveAvgPool3dOptions(std::initializer_list<std::optional<int64_t>> output_size) : AdaptiveAvgPool3dOptions(OptionalIntList(output_size)) {}
  RUSHLIGHT_OPTION(const OptionalIntList&, OptionalIntList, output_size)
};

// The mean of `output_size` equal parts of a volume.
//
// Args:
//     output_size: depth, height and width of the output; one number means all three, None keeps the input's.
// Shape:
//     input `(N, C, D, H, W)` or `(C, D, H, W)`, output `(N, C, *output_size)` or `(C, *output_size)`.
// Errors:
//     RuntimeError: another number of dimensions.
class RL_API AdaptiveAvgPool3dImpl : public AdaptiveAvgPoolNdImpl {
 public:
  using AdaptiveAvgPoolNdImpl::AdaptiveAvgPoolNdImpl;
  AdaptiveAvgPool3dImpl(const AdaptiveAvgPool3dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(AdaptiveAvgPool3d);

// What the inverses of maximum pooling share.
class RL_API MaxUnpoolNdImpl : public Module {
 public:
  explicit MaxUnpoolNdImpl(const IntList& kernel_size, const IntList& stride, const IntList& padding);
  std::string extra_repr() const override;

  IntList kernel_size;
  IntList stride;
  IntList padding;
};

class MaxUnpool1dOptions {
 public:
  MaxUnpool1dOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding) {}
  MaxUnpool1dOptions(std::initializer_list<int64_t> kernel_size) : MaxUnpool1dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Puts maxima back to where `MaxPool1d` with `return_indices` found them; zeros elsewhere.
//
// Args:
//     kernel_size: size of the pooling's windows.
//     stride: step between windows, by default `kernel_size`.
//     padding: the pooling's padding.
// Shape:
//     input and indices `(N, C, L)` or `(C, L)`; output likewise with sizes
//     `(n - 1) stride - 2 padding + kernel_size`, or the `output_size` that the call may give.
// Errors:
//     ValueError: an `output_size` that the pooling cannot have had.
//     RuntimeError: indices that are not int64, of another shape, or outside the output.
class RL_API MaxUnpool1dImpl : public MaxUnpoolNdImpl {
 public:
  explicit MaxUnpool1dImpl(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0);
  MaxUnpool1dImpl(const MaxUnpool1dOptions& options);
  Tensor forward(const Tensor& input, const Tensor& indices, const std::optional<IntList>& output_size = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(MaxUnpool1d);

class MaxUnpool2dOptions {
 public:
  MaxUnpool2dOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding) {}
  MaxUnpool2dOptions(std::initializer_list<int64_t> kernel_size) : MaxUnpool2dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Puts maxima back to where `MaxPool2d` with `return_indices` found them; zeros elsewhere.
//
// Args:
//     kernel_size: size of the pooling's windows.
//     stride: step between windows, by default `kernel_size`.
//     padding: the pooling's padding.
// Shape:
//     input and indices `(N, C, H, W)` or `(C, H, W)`; output likewise with sizes
//     `(n - 1) stride - 2 padding + kernel_size`, or the `output_size` that the call may give.
// Errors:
//     ValueError: an `output_size` that the pooling cannot have had.
//     RuntimeError: indices that are not int64, of another shape, or outside the output.
class RL_API MaxUnpool2dImpl : public MaxUnpoolNdImpl {
 public:
  explicit MaxUnpool2dImpl(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0);
  MaxUnpool2dImpl(const MaxUnpool2dOptions& options);
  Tensor forward(const Tensor& input, const Tensor& indices, const std::optional<IntList>& output_size = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(MaxUnpool2d);

class MaxUnpool3dOptions {
 public:
  MaxUnpool3dOptions(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0)
      : kernel_size_(kernel_size), stride_(stride), padding_(padding) {}
  MaxUnpool3dOptions(std::initializer_list<int64_t> kernel_size) : MaxUnpool3dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Puts maxima back to where `MaxPool3d` with `return_indices` found them; zeros elsewhere.
//
// Args:
//     kernel_size: size of the pooling's windows.
//     stride: step between windows, by default `kernel_size`.
//     padding: the pooling's padding.
// Shape:
//     input and indices `(N, C, D, H, W)` or `(C, D, H, W)`; output likewise with sizes
//     `(n - 1) stride - 2 padding + kernel_size`, or the `output_size` that the call may give.
// Errors:
//     ValueError: an `output_size` that the pooling cannot have had.
//     RuntimeError: indices that are not int64, of another shape, or outside the output.
class RL_API MaxUnpool3dImpl : public MaxUnpoolNdImpl {
 public:
  explicit MaxUnpool3dImpl(const IntList& kernel_size, const std::optional<IntList>& stride = {}, const IntList& padding = 0);
  MaxUnpool3dImpl(const MaxUnpool3dOptions& options);
  Tensor forward(const Tensor& input, const Tensor& indices, const std::optional<IntList>& output_size = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(MaxUnpool3d);

class FractionalMaxPool2dOptions {
 public:
  FractionalMaxPool2dOptions(const IntList& kernel_size, const std::optional<IntList>& output_size = {}, const std::optional<FloatList>& output_ratio = {}, const Tensor& _random_samples = {})
      : kernel_size_(kernel_size), output_size_(output_size), output_ratio_(output_ratio), _random_samples_(_random_samples) {}
  FractionalMaxPool2dOptions(std::initializer_list<int64_t> kernel_size) : FractionalMaxPool2dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, output_size)
  RUSHLIGHT_OPTION(const FloatList&, std::optional<FloatList>, output_ratio)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, _random_samples)
};

// The maximum of windows of an image whose places are random, so that any output size is possible.
//
// Args:
//     kernel_size: height and width of the windows; one number means all.
//     output_size: height and width of the output.
//     output_ratio: the output's size as a part of the input's, between 0 and 1; instead of `output_size`.
//     return_indices: also return where the maxima are.
//     _random_samples: `(N, C, 2)` numbers in [0, 1) to use instead of new ones.
// Shape:
//     input `(N, C, H, W)` or `(C, H, W)`, output likewise.
// Errors:
//     ValueError: both or neither of `output_size` and `output_ratio`, or a ratio outside (0, 1).
//     RuntimeError: windows that do not fit.
class RL_API FractionalMaxPool2dImpl : public Module {
 public:
  explicit FractionalMaxPool2dImpl(const IntList& kernel_size, const std::optional<IntList>& output_size = {}, const std::optional<FloatList>& output_ratio = {}, const Tensor& _random_samples = {});
  FractionalMaxPool2dImpl(const FractionalMaxPool2dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  IntList kernel_size;
  std::optional<IntList> output_size;
  std::optional<FloatList> output_ratio;
  Tensor _random_samples;
};
RUSHLIGHT_MODULE(FractionalMaxPool2d);

class FractionalMaxPool3dOptions {
 public:
  FractionalMaxPool3dOptions(const IntList& kernel_size, const std::optional<IntList>& output_size = {}, const std::optional<FloatList>& output_ratio = {}, const Tensor& _random_samples = {})
      : kernel_size_(kernel_size), output_size_(output_size), output_ratio_(output_ratio), _random_samples_(_random_samples) {}
  FractionalMaxPool3dOptions(std::initializer_list<int64_t> kernel_size) : FractionalMaxPool3dOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, output_size)
  RUSHLIGHT_OPTION(const FloatList&, std::optional<FloatList>, output_ratio)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, _random_samples)
};

// The maximum of windows of a volume whose places are random, so that any output size is possible.
//
// Args:
//     kernel_size: depth, height and width of the windows; one number means all.
//     output_size: depth, height and width of the output.
//     output_ratio: the output's size as a part of the input's, between 0 and 1; instead of `output_size`.
//     return_indices: also return where the maxima are.
//     _random_samples: `(N, C, 3)` numbers in [0, 1) to use instead of new ones.
// Shape:
//     input `(N, C, D, H, W)` or `(C, D, H, W)`, output likewise.
// Errors:
//     ValueError: both or neither of `output_size` and `output_ratio`, or a ratio outside (0, 1).
//     RuntimeError: windows that do not fit.
class RL_API FractionalMaxPool3dImpl : public Module {
 public:
  explicit FractionalMaxPool3dImpl(const IntList& kernel_size, const std::optional<IntList>& output_size = {}, const std::optional<FloatList>& output_ratio = {}, const Tensor& _random_samples = {});
  FractionalMaxPool3dImpl(const FractionalMaxPool3dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  IntList kernel_size;
  std::optional<IntList> output_size;
  std::optional<FloatList> output_ratio;
  Tensor _random_samples;
};
RUSHLIGHT_MODULE(FractionalMaxPool3d);

// What the power-mean poolings share.
class RL_API LPPoolNdImpl : public Module {
 public:
  explicit LPPoolNdImpl(double norm_type, const IntList& kernel_size, const std::optional<IntList>& stride = {}, bool ceil_mode = false);
  std::string extra_repr() const override;

  double norm_type = 0;
  IntList kernel_size;
  std::optional<IntList> stride;
  bool ceil_mode = false;
};

class LPPool1dOptions {
 public:
  LPPool1dOptions(double norm_type, const IntList& kernel_size, const std::optional<IntList>& stride = {}, bool ceil_mode = false)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(stride), ceil_mode_(ceil_mode) {}
  RUSHLIGHT_OPTION(double, double, norm_type)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};

// The p-norm of windows along the length: `(sum of x^p)^(1/p)`.
//
// Args:
//     norm_type: the p; infinity gives the largest absolute value.
//     kernel_size: length of the windows.
//     stride: step between windows, by default `kernel_size`.
//     ceil_mode: let the last window reach over the end.
// Shape:
//     input `(N, C, L)` or `(C, L)`, output likewise.
class RL_API LPPool1dImpl : public LPPoolNdImpl {
 public:
  using LPPoolNdImpl::LPPoolNdImpl;
  LPPool1dImpl(const LPPool1dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(LPPool1d);

class LPPool2dOptions {
 public:
  LPPool2dOptions(double norm_type, const IntList& kernel_size, const std::optional<IntList>& stride = {}, bool ceil_mode = false)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(stride), ceil_mode_(ceil_mode) {}
  RUSHLIGHT_OPTION(double, double, norm_type)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};

// The p-norm of windows of an image: `(sum of x^p)^(1/p)`.
//
// Args:
//     norm_type: the p; infinity gives the largest absolute value.
//     kernel_size: height and width of the windows.
//     stride: step between windows, by default `kernel_size`.
//     ceil_mode: let the last window reach over the end.
// Shape:
//     input `(N, C, H, W)` or `(C, H, W)`, output likewise.
class RL_API LPPool2dImpl : public LPPoolNdImpl {
 public:
  using LPPoolNdImpl::LPPoolNdImpl;
  LPPool2dImpl(const LPPool2dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(LPPool2d);

class LPPool3dOptions {
 public:
  LPPool3dOptions(double norm_type, const IntList& kernel_size, const std::optional<IntList>& stride = {}, bool ceil_mode = false)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(stride), ceil_mode_(ceil_mode) {}
  RUSHLIGHT_OPTION(double, double, norm_type)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, std::optional<IntList>, stride)
  RUSHLIGHT_OPTION(bool, bool, ceil_mode)
};

// The p-norm of windows of a volume: `(sum of x^p)^(1/p)`.
//
// Args:
//     norm_type: the p; infinity gives the largest absolute value.
//     kernel_size: depth, height and width of the windows.
//     stride: step between windows, by default `kernel_size`.
//     ceil_mode: let the last window reach over the end.
// Shape:
//     input `(N, C, D, H, W)` or `(C, D, H, W)`, output likewise.
class RL_API LPPool3dImpl : public LPPoolNdImpl {
 public:
  using LPPoolNdImpl::LPPoolNdImpl;
  LPPool3dImpl(const LPPool3dOptions& options);
  Tensor forward(const Tensor& input);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(LPPool3d);

}  // namespace rushlight::nn
