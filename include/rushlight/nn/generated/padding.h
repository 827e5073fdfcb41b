// Translated from python/rushlight/nn/modules/padding.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

// What the circular paddings share.
class RL_API CircularPadNdImpl : public Module {
 public:
  explicit CircularPadNdImpl(const IntList& padding);
  virtual void _check_input_dim(const Tensor& input);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;

  IntList padding;
};

class CircularPad1dOptions {
 public:
  CircularPad1dOptions(const IntList& padding)
      : padding_(padding) {}
  CircularPad1dOptions(std::initializer_list<int64_t> padding) : CircularPad1dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads signals with the values of the opposite side.
//
// Args:
//     padding: (left, right), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, L)` or `(C, L)`, larger by the padding out.
// Errors:
//     RuntimeError: padding that goes around more than once.
class RL_API CircularPad1dImpl : public CircularPadNdImpl {
 public:
  explicit CircularPad1dImpl(const IntList& padding);
  CircularPad1dImpl(const CircularPad1dOptions& options);
  void _check_input_dim(const Tensor& input) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(CircularPad1d);

class CircularPad2dOptions {
 public:
  CircularPad2dOptions(const IntList& padding)
      : padding_(padding) {}
  CircularPad2dOptions(std::initializer_list<int64_t> padding) : CircularPad2dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads images with the values of the opposite side.
//
// Args:
//     padding: (left, right, top, bottom), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, H, W)` or `(C, H, W)`, larger by the padding out.
// Errors:
//     RuntimeError: padding that goes around more than once.
class RL_API CircularPad2dImpl : public CircularPadNdImpl {
 public:
  explicit CircularPad2dImpl(const IntList& padding);
  CircularPad2dImpl(const CircularPad2dOptions& options);
  void _check_input_dim(const Tensor& input) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(CircularPad2d);

class CircularPad3dOptions {
 public:
  CircularPad3dOptions(const IntList& padding)
      : padding_(padding) {}
  CircularPad3dOptions(std::initializer_list<int64_t> padding) : CircularPad3dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads volumes with the values of the opposite side.
//
// Args:
//     padding: (left, right, top, bottom, front, back), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, D, H, W)` or `(C, D, H, W)`, larger by the padding out.
// Errors:
//     RuntimeError: padding that goes around more than once.
class RL_API CircularPad3dImpl : public CircularPadNdImpl {
 public:
  explicit CircularPad3dImpl(const IntList& padding);
  CircularPad3dImpl(const CircularPad3dOptions& options);
  void _check_input_dim(const Tensor& input) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(CircularPad3d);

// What the reflect paddings share.
class RL_API ReflectionPadNdImpl : public Module {
 public:
  explicit ReflectionPadNdImpl(const IntList& padding);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;

  IntList padding;
};

class ReflectionPad1dOptions {
 public:
  ReflectionPad1dOptions(const IntList& padding)
      : padding_(padding) {}
  ReflectionPad1dOptions(std::initializer_list<int64_t> padding) : ReflectionPad1dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads signals with the values mirrored at the edge.
//
// Args:
//     padding: (left, right), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, L)` or `(C, L)`, larger by the padding out.
// Errors:
//     RuntimeError: padding as large as the input.
class RL_API ReflectionPad1dImpl : public ReflectionPadNdImpl {
 public:
  explicit ReflectionPad1dImpl(const IntList& padding);
  ReflectionPad1dImpl(const ReflectionPad1dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ReflectionPad1d);

class ReflectionPad2dOptions {
 public:
  ReflectionPad2dOptions(const IntList& padding)
      : padding_(padding) {}
  ReflectionPad2dOptions(std::initializer_list<int64_t> padding) : ReflectionPad2dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads images with the values mirrored at the edge.
//
// Args:
//     padding: (left, right, top, bottom), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, H, W)` or `(C, H, W)`, larger by the padding out.
// Errors:
//     RuntimeError: padding as large as the input.
class RL_API ReflectionPad2dImpl : public ReflectionPadNdImpl {
 public:
  explicit ReflectionPad2dImpl(const IntList& padding);
  ReflectionPad2dImpl(const ReflectionPad2dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ReflectionPad2d);

class ReflectionPad3dOptions {
 public:
  ReflectionPad3dOptions(const IntList& padding)
      : padding_(padding) {}
  ReflectionPad3dOptions(std::initializer_list<int64_t> padding) : ReflectionPad3dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads volumes with the values mirrored at the edge.
//
// Args:
//     padding: (left, right, top, bottom, front, back), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, D, H, W)` or `(C, D, H, W)`, larger by the padding out.
// Errors:
//     RuntimeError: padding as large as the input.
class RL_API ReflectionPad3dImpl : public ReflectionPadNdImpl {
 public:
  explicit ReflectionPad3dImpl(const IntList& padding);
  ReflectionPad3dImpl(const ReflectionPad3dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ReflectionPad3d);

// What the replicate paddings share.
class RL_API ReplicationPadNdImpl : public Module {
 public:
  explicit ReplicationPadNdImpl(const IntList& padding);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;

  IntList padding;
};

class ReplicationPad1dOptions {
 public:
  ReplicationPad1dOptions(const IntList& padding)
      : padding_(padding) {}
  ReplicationPad1dOptions(std::initializer_list<int64_t> padding) : ReplicationPad1dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads signals with the value at the edge.
//
// Args:
//     padding: (left, right), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, L)` or `(C, L)`, larger by the padding out.
// Errors:
//     RuntimeError: an empty input.
class RL_API ReplicationPad1dImpl : public ReplicationPadNdImpl {
 public:
  explicit ReplicationPad1dImpl(const IntList& padding);
  ReplicationPad1dImpl(const ReplicationPad1dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ReplicationPad1d);

class ReplicationPad2dOptions {
 public:
  ReplicationPad2dOptions(const IntList& padding)
      : padding_(padding) {}
  ReplicationPad2dOptions(std::initializer_list<int64_t> padding) : ReplicationPad2dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads images with the value at the edge.
//
// Args:
//     padding: (left, right, top, bottom), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, H, W)` or `(C, H, W)`, larger by the padding out.
// Errors:
//     RuntimeError: an empty input.
class RL_API ReplicationPad2dImpl : public ReplicationPadNdImpl {
 public:
  explicit ReplicationPad2dImpl(const IntList& padding);
  ReplicationPad2dImpl(const ReplicationPad2dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ReplicationPad2d);

class ReplicationPad3dOptions {
 public:
  ReplicationPad3dOptions(const IntList& padding)
      : padding_(padding) {}
  ReplicationPad3dOptions(std::initializer_list<int64_t> padding) : ReplicationPad3dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads volumes with the value at the edge.
//
// Args:
//     padding: (left, right, top, bottom, front, back), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, D, H, W)` or `(C, D, H, W)`, larger by the padding out.
// Errors:
//     RuntimeError: an empty input.
class RL_API ReplicationPad3dImpl : public ReplicationPadNdImpl {
 public:
  explicit ReplicationPad3dImpl(const IntList& padding);
  ReplicationPad3dImpl(const ReplicationPad3dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ReplicationPad3d);

// What the paddings with a constant share.
class RL_API ConstantPadNdImpl : public Module {
 public:
  explicit ConstantPadNdImpl(const IntList& padding, double value);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;

  IntList padding;
  double value = 0;
};

class ConstantPad1dOptions {
 public:
  ConstantPad1dOptions(const IntList& padding, double value)
      : padding_(padding), value_(value) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(double, double, value)
};

// Pads signals with a constant.
//
// Args:
//     padding: (left, right), or one number for all; negative numbers cut off.
//     value: the constant.
// Shape:
//     `(N, C, L)` or `(C, L)`, larger by the padding out.
class RL_API ConstantPad1dImpl : public ConstantPadNdImpl {
 public:
  explicit ConstantPad1dImpl(const IntList& padding, double value);
  ConstantPad1dImpl(const ConstantPad1dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ConstantPad1d);

class ConstantPad2dOptions {
 public:
  ConstantPad2dOptions(const IntList& padding, double value)
      : padding_(padding), value_(value) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(double, double, value)
};

// Pads images with a constant.
//
// Args:
//     padding: (left, right, top, bottom), or one number for all; negative numbers cut off.
//     value: the constant.
// Shape:
//     `(N, C, H, W)` or `(C, H, W)`, larger by the padding out.
class RL_API ConstantPad2dImpl : public ConstantPadNdImpl {
 public:
  explicit ConstantPad2dImpl(const IntList& padding, double value);
  ConstantPad2dImpl(const ConstantPad2dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ConstantPad2d);

class ConstantPad3dOptions {
 public:
  ConstantPad3dOptions(const IntList& padding, double value)
      : padding_(padding), value_(value) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
  RUSHLIGHT_OPTION(double, double, value)
};

// Pads volumes with a constant.
//
// Args:
//     padding: (left, right, top, bottom, front, back), or one number for all; negative numbers cut off.
//     value: the constant.
// Shape:
//     `(N, C, D, H, W)` or `(C, D, H, W)`, larger by the padding out.
class RL_API ConstantPad3dImpl : public ConstantPadNdImpl {
 public:
  explicit ConstantPad3dImpl(const IntList& padding, double value);
  ConstantPad3dImpl(const ConstantPad3dOptions& options);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ConstantPad3d);

class ZeroPad1dOptions {
 public:
  ZeroPad1dOptions(const IntList& padding)
      : padding_(padding) {}
  ZeroPad1dOptions(std::initializer_list<int64_t> padding) : ZeroPad1dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads signals with zeros.
//
// Args:
//     padding: (left, right), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, L)` or `(C, L)`, larger by the padding out.
class RL_API ZeroPad1dImpl : public ConstantPad1dImpl {
 public:
  explicit ZeroPad1dImpl(const IntList& padding);
  ZeroPad1dImpl(const ZeroPad1dOptions& options);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ZeroPad1d);

class ZeroPad2dOptions {
 public:
  ZeroPad2dOptions(const IntList& padding)
      : padding_(padding) {}
  ZeroPad2dOptions(std::initializer_list<int64_t> padding) : ZeroPad2dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads images with zeros.
//
// Args:
//     padding: (left, right, top, bottom), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, H, W)` or `(C, H, W)`, larger by the padding out.
class RL_API ZeroPad2dImpl : public ConstantPad2dImpl {
 public:
  explicit ZeroPad2dImpl(const IntList& padding);
  ZeroPad2dImpl(const ZeroPad2dOptions& options);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ZeroPad2d);

class ZeroPad3dOptions {
 public:
  ZeroPad3dOptions(const IntList& padding)
      : padding_(padding) {}
  ZeroPad3dOptions(std::initializer_list<int64_t> padding) : ZeroPad3dOptions(IntList(padding)) {}
  RUSHLIGHT_OPTION(const IntList&, IntList, padding)
};

// Pads volumes with zeros.
//
// Args:
//     padding: (left, right, top, bottom, front, back), or one number for all; negative numbers cut off.
// Shape:
//     `(N, C, D, H, W)` or `(C, D, H, W)`, larger by the padding out.
class RL_API ZeroPad3dImpl : public ConstantPad3dImpl {
 public:
  explicit ZeroPad3dImpl(const IntList& padding);
  ZeroPad3dImpl(const ZeroPad3dOptions& options);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
};
RUSHLIGHT_MODULE(ZeroPad3d);

}  // namespace rushlight::nn
