// Layers that learn the size of their input from the first one they see. Afterwards they are, and print as, the layer of the
// same name without Lazy; their parameters are the same tensors, so that an optimizer may be made before the first call.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "rushlight/nn/generated/batchnorm.h"
#include "rushlight/nn/generated/conv.h"
#include "rushlight/nn/generated/instancenorm.h"
#include "rushlight/nn/generated/linear.h"
#include "rushlight/nn/module.h"
#include "rushlight/warn.h"

namespace rushlight::nn {

// What lazy layers have in common. A base before the layer's class: that one's constructor sees no sizes yet.
class RL_API LazyModuleMixin {
 public:
  LazyModuleMixin() : quiet_(std::in_place) {}
  LazyModuleMixin(const LazyModuleMixin&) {}
  LazyModuleMixin& operator=(const LazyModuleMixin&) = delete;
  virtual ~LazyModuleMixin() = default;
  // Gives the parameters the shapes that the input asks for.
  virtual void initialize_parameters(const Tensor& input) = 0;
  // Whether a parameter or a buffer has no shape yet.
  static bool has_uninitialized_params(const Module& module);

 protected:
  // Ends the constructor: before the first call, or when a state_dict is loaded, the layer gets its sizes.
  void start(Module& module, std::string cls_to_become);
  static void make_lazy(Module& module, const char* name, Tensor& member, bool parameter, std::optional<Device> device,
                        std::optional<ScalarType> dtype);
  static int64_t channels_of(const Module& module, const Tensor& input, int64_t spatial);

 private:
  std::optional<MuteWarnings> quiet_;
};

// ---- linear -----------------------------------------------------------------------------------------------------------

class LazyLinearOptions {
 public:
  LazyLinearOptions(int64_t out_features) : out_features_(out_features), bias_(true) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, out_features)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// A Linear whose in_features is the size of the first input's last dimension.
class RL_API LazyLinearImpl : public LazyModuleMixin, public LinearImpl {
 public:
  explicit LazyLinearImpl(int64_t out_features, bool bias = true)
      : LazyLinearImpl(LazyLinearOptions(out_features).bias(bias)) {}
  LazyLinearImpl(const LazyLinearOptions& options);
  void reset_parameters() override;
  void initialize_parameters(const Tensor& input) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
};
RUSHLIGHT_MODULE(LazyLinear);

// ---- convolutions -------------------------------------------------------------------------------------------------------

// What the lazy convolutions take; output_padding is for the transposed ones.
class LazyConvOptions {
 public:
  LazyConvOptions(int64_t out_channels, const IntList& kernel_size)
      : out_channels_(out_channels),
        kernel_size_(kernel_size),
        stride_(1),
        padding_(0),
        output_padding_(0),
        dilation_(1),
        groups_(1),
        bias_(true),
        padding_mode_("zeros") {}
  RUSHLIGHT_OPTION(int64_t, int64_t, out_channels)
  RUSHLIGHT_OPTION(const IntList&, IntList, kernel_size)
  RUSHLIGHT_OPTION(const IntList&, IntList, stride)
  RUSHLIGHT_OPTION(const Padding&, Padding, padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, output_padding)
  RUSHLIGHT_OPTION(const IntList&, IntList, dilation)
  RUSHLIGHT_OPTION(int64_t, int64_t, groups)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::string_view, std::string, padding_mode)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};
using LazyConv1dOptions = LazyConvOptions;
using LazyConv2dOptions = LazyConvOptions;
using LazyConv3dOptions = LazyConvOptions;
using LazyConvTranspose1dOptions = LazyConvOptions;
using LazyConvTranspose2dOptions = LazyConvOptions;
using LazyConvTranspose3dOptions = LazyConvOptions;

// A convolution `Layer` whose in_channels are the first input's.
template <class Layer>
class LazyConvBase : public LazyModuleMixin, public Layer {
 public:
  LazyConvBase(const LazyConvOptions& options);
  LazyConvBase(int64_t out_channels, const IntList& kernel_size)
      : LazyConvBase(LazyConvOptions(out_channels, kernel_size)) {}
  void reset_parameters() override;
  void initialize_parameters(const Tensor& input) override;
};

// ---- normalisation ------------------------------------------------------------------------------------------------------

class LazyNormOptions {
 public:
  LazyNormOptions() : eps_(1e-5), momentum_(0.1), affine_(true), track_running_stats_(true), bias_(true) {}
  RUSHLIGHT_OPTION(double, double, eps)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, momentum)
  RUSHLIGHT_OPTION(bool, bool, affine)
  RUSHLIGHT_OPTION(bool, bool, track_running_stats)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
  RUSHLIGHT_OPTION(bool, bool, bias)
};
using LazyBatchNorm1dOptions = LazyNormOptions;
using LazyBatchNorm2dOptions = LazyNormOptions;
using LazyBatchNorm3dOptions = LazyNormOptions;
using LazyInstanceNorm1dOptions = LazyNormOptions;
using LazyInstanceNorm2dOptions = LazyNormOptions;
using LazyInstanceNorm3dOptions = LazyNormOptions;

// A normalisation `Layer` whose num_features are the first input's; affine and with statistics unless told otherwise.
template <class Layer>
class LazyNormBase : public LazyModuleMixin, public Layer {
 public:
  LazyNormBase(const LazyNormOptions& options = {});
  void reset_parameters() override;
  void initialize_parameters(const Tensor& input) override;
};

#define RUSHLIGHT_LAZY(Base, Name)                                                                    \
  extern template class Base<Name##Impl>;                                                             \
  class RL_API Lazy##Name##Impl : public Base<Name##Impl> {                                           \
   public:                                                                                            \
    using Base::Base;                                                                                 \
    std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override; \
  };                                                                                                  \
  RUSHLIGHT_MODULE(Lazy##Name)
RUSHLIGHT_LAZY(LazyConvBase, Conv1d);
RUSHLIGHT_LAZY(LazyConvBase, Conv2d);
RUSHLIGHT_LAZY(LazyConvBase, Conv3d);
RUSHLIGHT_LAZY(LazyConvBase, ConvTranspose1d);
RUSHLIGHT_LAZY(LazyConvBase, ConvTranspose2d);
RUSHLIGHT_LAZY(LazyConvBase, ConvTranspose3d);
RUSHLIGHT_LAZY(LazyNormBase, BatchNorm1d);
RUSHLIGHT_LAZY(LazyNormBase, BatchNorm2d);
RUSHLIGHT_LAZY(LazyNormBase, BatchNorm3d);
RUSHLIGHT_LAZY(LazyNormBase, InstanceNorm1d);
RUSHLIGHT_LAZY(LazyNormBase, InstanceNorm2d);
RUSHLIGHT_LAZY(LazyNormBase, InstanceNorm3d);
#undef RUSHLIGHT_LAZY

}  // namespace rushlight::nn
