// Translated from python/rushlight/nn/modules/fold.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

class FoldOptions {
 public:
  FoldOptions(const IntList& output_size, const IntList& kernel_size, const IntList& dilation = 1, const IntList& padding = 0, const IntList& stride = 1)
      : output_size_(output_size), kernel_size_(kernel_size), dilation_(dilation), padding_(padding), stride_(stride) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, output_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
};

// Adds columns back to the windows they are: the transpose of Unfold.
//
// Args:
//     output_size: height and width of the image; one number means both, here and below.
//     kernel_size: height and width of the windows.
//     dilation: distance between the points of a window.
//     padding: zeros that were added at all edges.
//     stride: step between windows.
// Shape:
//     input `(N, C kh kw, L)` or `(C kh kw, L)`, output `(N, C, *output_size)` or `(C, *output_size)`.
// Errors:
//     RuntimeError: L is not the number of windows, or the channels no multiple of `kh kw`.
class RL_API FoldImpl : public Module {
 public:
  explicit FoldImpl(const IntList& output_size, const IntList& kernel_size, const IntList& dilation = 1, const IntList& padding = 0, const IntList& stride = 1);
  FoldImpl(const FoldOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  IntList output_size;
  IntList kernel_size;
  IntList dilation;
  IntList padding;
  IntList stride;
};
RUSHLIGHT_MODULE(Fold);

class UnfoldOptions {
 public:
  UnfoldOptions(const IntList& kernel_size, const IntList& dilation = 1, const IntList& padding = 0, const IntList& stride = 1)
      : kernel_size_(kernel_size), dilation_(dilation), padding_(padding), stride_(stride) {}
  UnfoldOptions(std::initializer_list<int64_t> kernel_size) : UnfoldOptions(IntList(kernel_size)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
};

// Writes every window of an image as a column.
//
// Args:
//     kernel_size: height and width of the windows; one number means both, here and below.
//     dilation: distance between the points of a window.
//     padding: zeros added at all edges.
//     stride: step between windows.
// Shape:
//     input `(N, C, H, W)` or `(C, H, W)`, output `(N, C kh kw, L)` or `(C kh kw, L)` for L windows.
// Errors:
//     RuntimeError: a window larger than the image.
class RL_API UnfoldImpl : public Module {
 public:
  explicit UnfoldImpl(const IntList& kernel_size, const IntList& dilation = 1, const IntList& padding = 0, const IntList& stride = 1);
  UnfoldImpl(const UnfoldOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  IntList kernel_size;
  IntList dilation;
  IntList padding;
  IntList stride;
};
RUSHLIGHT_MODULE(Unfold);

}  // namespace rushlight::nn
