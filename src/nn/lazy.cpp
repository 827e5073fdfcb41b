// Lazy layers; the twin of python/rushlight/nn/modules/lazy.py.
#include "rushlight/nn/lazy.h"

#include "nn/editor.h"
#include "nn/support.h"

namespace rushlight::nn {
namespace {

using support::cat;

struct LazyStart final : Preparation {
  explicit LazyStart(std::string becomes) : cls_to_become(std::move(becomes)) {}
  void before_forward(Module& module, const Tensor* input) override {
    auto* lazy = dynamic_cast<LazyModuleMixin*>(&module);
    if (!lazy || (!input && !LazyModuleMixin::has_uninitialized_params(module))) return;
    check(input != nullptr, "{}: its sizes are not known before it is called with an input", module.name());
    lazy->initialize_parameters(*input);
    check(!LazyModuleMixin::has_uninitialized_params(module), "module {} has not been fully initialized",
          module.name());
    std::erase_if(ModuleEditor::preparations(module), [&](const auto& p) { return p.get() == this; });
    ModuleEditor::rename(module, cls_to_become);
  }
  void before_load(Module& module, NamedTensors& state, const std::string& prefix) override {
    for (const auto& own : {module.named_parameters(false), module.named_buffers(false)}) {
      for (const auto& item : own) {
        if (!is_lazy(item.value())) continue;
        for (const auto& given : state) {
          if (given.first == prefix + item.key() && !is_lazy(given.second))
            materialize(item.value(), given.second.sizes());
        }
      }
    }
  }
  std::string cls_to_become;
};

}  // namespace

bool LazyModuleMixin::has_uninitialized_params(const Module& module) {
  for (const auto& own : {module.parameters(false), module.buffers(false)}) {
    for (const Tensor& t : own) {
      if (is_lazy(t)) return true;
    }
  }
  return false;
}

void LazyModuleMixin::start(Module& module, std::string cls_to_become) {
  ModuleEditor::rename(module, "Lazy" + cls_to_become);
  ModuleEditor::preparations(module).push_back(std::make_shared<LazyStart>(std::move(cls_to_become)));
  quiet_.reset();
}

void LazyModuleMixin::make_lazy(Module& module, const char* name, Tensor& member, bool parameter,
                                std::optional<Device> device, std::optional<ScalarType> dtype) {
  member = parameter ? Tensor(UninitializedParameter(true, device, dtype))
                     : Tensor(UninitializedBuffer(false, device, dtype));
  *ModuleEditor::find(module, name) = member;
}

int64_t LazyModuleMixin::channels_of(const Module& module, const Tensor& input, int64_t spatial) {
  const int64_t dims = spatial + 1;
  if (input.dim() != dims && input.dim() != dims + 1) {
    throw Error(cat("Expected ", dims, "D (unbatched) or ", dims + 1, "D (batched) input to ", module.name(),
                    ", but got input of size: ", format("torch.Size({})", input.sizes())));
  }
  return input.size(input.dim() == dims + 1 ? 1 : 0);
}

// ---- linear -----------------------------------------------------------------------------------------------------------

LazyLinearImpl::LazyLinearImpl(const LazyLinearOptions& o) : LinearImpl(0, 0, false) {
  make_lazy(*this, "weight", weight, true, o.device(), o.dtype());
  out_features = o.out_features();
  if (o.bias()) make_lazy(*this, "bias", bias, true, o.device(), o.dtype());
  start(*this, "Linear");
}

void LazyLinearImpl::reset_parameters() {
  if (!has_uninitialized_params(*this) && in_features != 0) LinearImpl::reset_parameters();
}

void LazyLinearImpl::initialize_parameters(const Tensor& input) {
  const int64_t size = input.dim() > 0 ? input.size(-1) : 1;
  if (has_uninitialized_params(*this)) {
    NoGradGuard no_grad;
    in_features = size;
    if (is_lazy(weight)) materialize(weight, {out_features, in_features});
    if (is_lazy(bias)) materialize(bias, {out_features});
    LazyLinearImpl::reset_parameters();
  }
  if (in_features == 0) {
    if (size != weight.size(-1)) {
      throw AssertionError(cat("The in_features inferred from input: ", size,
                               " is not equal to in_features from self.weight: ", weight.size(-1)));
    }
    in_features = size;
  }
}

std::shared_ptr<Module> LazyLinearImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<LazyLinearImpl>(*this);
  copy->separate({&copy->weight, &copy->bias}, device);
  return copy;
}

// ---- convolutions -------------------------------------------------------------------------------------------------------

namespace {

template <class Layer>
constexpr bool kTransposed = std::is_base_of_v<ConvTransposeNdImpl, Layer>;

template <class Layer>
Layer without_channels(const LazyConvOptions& o) {
  if constexpr (kTransposed<Layer>) {
    check_value(!o.padding().is_text(), "expected padding in numbers, but got '{}'",
                std::string_view(o.padding().text()));
    return Layer(0, 0, o.kernel_size(), o.stride(), o.padding().list(), o.output_padding(), o.groups(), false,
                 o.dilation(), o.padding_mode(), o.device(), o.dtype());
  } else {
    return Layer(0, 0, o.kernel_size(), o.stride(), o.padding(), o.dilation(), o.groups(), false, o.padding_mode(),
                 o.device(), o.dtype());
  }
}

}  // namespace

template <class Layer>
LazyConvBase<Layer>::LazyConvBase(const LazyConvOptions& o) : Layer(without_channels<Layer>(o)) {
  make_lazy(*this, "weight", this->weight, true, o.device(), o.dtype());
  this->out_channels = o.out_channels();
  if (o.bias()) make_lazy(*this, "bias", this->bias, true, o.device(), o.dtype());
  const std::string dims = std::to_string(this->kernel_size.size()) + "d";
  start(*this, (kTransposed<Layer> ? "ConvTranspose" : "Conv") + dims);
}

template <class Layer>
void LazyConvBase<Layer>::reset_parameters() {
  if (!has_uninitialized_params(*this) && this->in_channels != 0) Layer::reset_parameters();
}

template <class Layer>
void LazyConvBase<Layer>::initialize_parameters(const Tensor& input) {
  if (!has_uninitialized_params(*this)) return;
  NoGradGuard no_grad;
  this->in_channels = channels_of(*this, input, static_cast<int64_t>(this->kernel_size.size()));
  check_value(this->in_channels % this->groups == 0, "in_channels must be divisible by groups");
  DimVector shape{this->out_channels, this->in_channels};
  if (kTransposed<Layer>) std::swap(shape[0], shape[1]);
  shape[1] /= this->groups;
  for (size_t i = 0; i < this->kernel_size.size(); ++i) shape.push_back(this->kernel_size[i]);
  if (is_lazy(this->weight)) materialize(this->weight, shape);
  if (is_lazy(this->bias)) materialize(this->bias, {this->out_channels});
  reset_parameters();
}

// ---- normalisation ------------------------------------------------------------------------------------------------------

namespace {

template <class Layer>
const char* norm_name();
#define RUSHLIGHT_NAME(Name)            \
  template <>                           \
  const char* norm_name<Name##Impl>() { \
    return #Name;                       \
  }
RUSHLIGHT_NAME(BatchNorm1d)
RUSHLIGHT_NAME(BatchNorm2d)
RUSHLIGHT_NAME(BatchNorm3d)
RUSHLIGHT_NAME(InstanceNorm1d)
RUSHLIGHT_NAME(InstanceNorm2d)
RUSHLIGHT_NAME(InstanceNorm3d)
#undef RUSHLIGHT_NAME

}  // namespace

template <class Layer>
LazyNormBase<Layer>::LazyNormBase(const LazyNormOptions& o)
    : Layer(0, o.eps(), o.momentum(), false, false, o.device(), o.dtype(), false) {
  this->affine = o.affine();
  this->track_running_stats = o.track_running_stats();
  if (o.affine()) {
    make_lazy(*this, "weight", this->weight, true, o.device(), o.dtype());
    if (o.bias()) make_lazy(*this, "bias", this->bias, true, o.device(), o.dtype());
  }
  if (o.track_running_stats()) {
    make_lazy(*this, "running_mean", this->running_mean, false, o.device(), o.dtype());
    make_lazy(*this, "running_var", this->running_var, false, o.device(), o.dtype());
    this->num_batches_tracked = zeros({}, TensorOptions(kLong));
    *ModuleEditor::find(*this, "num_batches_tracked") = this->num_batches_tracked;
  }
  start(*this, norm_name<Layer>());
}

template <class Layer>
void LazyNormBase<Layer>::reset_parameters() {
  if (!has_uninitialized_params(*this) && this->num_features != 0) Layer::reset_parameters();
}

template <class Layer>
void LazyNormBase<Layer>::initialize_parameters(const Tensor& input) {
  if (!has_uninitialized_params(*this)) return;
  this->num_features = input.size(1);
  for (const Tensor& t : {this->weight, this->bias, this->running_mean, this->running_var}) {
    if (is_lazy(t)) materialize(t, {this->num_features});
  }
  reset_parameters();
}

#define RUSHLIGHT_LAZY(Base, Name, ...)                                                        \
  template class Base<Name##Impl>;                                                             \
  std::shared_ptr<Module> Lazy##Name##Impl::clone(const std::optional<Device>& device) const { \
    auto copy = std::make_shared<Lazy##Name##Impl>(*this);                                     \
    copy->separate({__VA_ARGS__}, device);                                                     \
    return copy;                                                                               \
  }
#define RUSHLIGHT_LAZY_CONV(Name) RUSHLIGHT_LAZY(LazyConvBase, Name, &copy->weight, &copy->bias)
#define RUSHLIGHT_LAZY_NORM(Name)                                                                         \
  RUSHLIGHT_LAZY(LazyNormBase, Name, &copy->weight, &copy->bias, &copy->running_mean, &copy->running_var, \
                 &copy->num_batches_tracked)
RUSHLIGHT_LAZY_CONV(Conv1d)
RUSHLIGHT_LAZY_CONV(Conv2d)
RUSHLIGHT_LAZY_CONV(Conv3d)
RUSHLIGHT_LAZY_CONV(ConvTranspose1d)
RUSHLIGHT_LAZY_CONV(ConvTranspose2d)
RUSHLIGHT_LAZY_CONV(ConvTranspose3d)
RUSHLIGHT_LAZY_NORM(BatchNorm1d)
RUSHLIGHT_LAZY_NORM(BatchNorm2d)
RUSHLIGHT_LAZY_NORM(BatchNorm3d)
RUSHLIGHT_LAZY_NORM(InstanceNorm1d)
RUSHLIGHT_LAZY_NORM(InstanceNorm2d)
RUSHLIGHT_LAZY_NORM(InstanceNorm3d)
#undef RUSHLIGHT_LAZY_NORM
#undef RUSHLIGHT_LAZY_CONV
#undef RUSHLIGHT_LAZY

}  // namespace rushlight::nn
