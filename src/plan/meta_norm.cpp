// Checks and results of softmax, normalisation, dropout and embedding, with PyTorch's exceptions and leading words.
#include "plan/meta_norm.h"

#include "plan/check_dtype.h"
#include "plan/dims.h"

namespace rushlight::meta {
namespace {

// Statistics are kept in f32 for half types.
ScalarType stats_type(const Tensor& input) { return input.dtype() == kDouble ? kDouble : kFloat; }

// Half inputs may come with f32 parameters; everything else must agree.
void check_param_type(const Tensor& input, const Tensor& param) {
  if (!param.defined()) return;
  const bool half = input.dtype() == kHalf || input.dtype() == kBFloat16;
  check(param.dtype() == input.dtype() || (half && param.dtype() == kFloat),
        "mixed dtype (CPU): all inputs must share same datatype. (input is {}, a parameter is {})",
        to_string(input.dtype()), to_string(param.dtype()));
}

// The sizes of the rows that are normalised one by one.
DimVector outer_sizes(const Tensor& input, IntArrayRef shape) {
  DimVector sizes;
  for (size_t d = 0; d + shape.size() < input.sizes().size(); ++d) sizes.push_back(input.sizes()[d]);
  return sizes;
}

std::string list_after(const char* first, IntArrayRef sizes) {
  std::string text = first;
  for (size_t i = 0; i < sizes.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(sizes[i]);
  return text;
}

void check_shape(const Tensor& input, IntArrayRef shape, const char* star) {
  check(!shape.empty(),
        "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
        "normalized_shape = []");
  bool fits = input.sizes().size() >= shape.size();
  for (size_t i = 1; fits && i <= shape.size(); ++i)
    fits = input.sizes()[input.sizes().size() - i] == shape[shape.size() - i];
  check(fits, "Given normalized_shape={}, expected input with shape {}], but got input of size{}", shape,
        list_after(star, shape), input.sizes());
}

void check_param(const char* name, const Tensor& param, IntArrayRef shape) {
  check(!param.defined() || param.sizes() == shape,
        "Expected {} to be of same shape as normalized_shape, but got {} of shape {} and normalized_shape = {}", name,
        name, param.defined() ? DimVector(param.sizes()).vec() : std::vector<int64_t>(), shape);
}

// The meta of a parameter's gradient; nothing is stored when there is no parameter.
Meta of_param(const Tensor& param, ScalarType fallback) {
  if (param.defined()) return like(param);
  return {IntArrayRef({0}), fallback};
}

// Channels-last inputs keep their layout, everything else becomes row-major.
Meta channel_layout(const Tensor& input) {
  const bool last = (input.dim() == 4 && input.is_contiguous(MemoryFormat::ChannelsLast)) ||
                    (input.dim() == 5 && input.is_contiguous(MemoryFormat::ChannelsLast3d));
  if (last && !input.is_contiguous()) return {input.sizes(), input.dtype(), input.strides()};
  return like(input);
}

}  // namespace

Meta glu(const Tensor& input, int64_t dim) {
  check(input.dim() > 0, "glu does not support scalars because halving size must be even");
  const int64_t d = plan::wrap_dim(dim, input.dim()), n = input.sizes()[static_cast<size_t>(d)];
  check(n % 2 == 0, "Halving dimension must be even, but dimension {} is size {}", d, n);
  check_floating("glu_cpu", input);
  Meta meta = like(input);
  meta.sizes[static_cast<size_t>(d)] = n / 2;
  return meta;
}

Meta softmax(const char* op, const Tensor& self, int64_t dim) {
  plan::wrap_dim(dim, self.dim());
  const bool last = self.dim() == 0 || plan::wrap_dim(dim, self.dim()) == self.dim() - 1;
  check_floating(format("{}_{}kernel_impl", op, std::string_view(last ? "lastdim_" : "")).c_str(), self);
  return like(self);
}

std::array<Meta, 3> layer_norm(const Tensor& input, IntArrayRef shape, const Tensor& weight, const Tensor& bias) {
  check_param("weight", weight, shape);
  check_param("bias", bias, shape);
  check_shape(input, shape, "[*, ");
  check_floating("LayerNormKernelImpl", input);
  check_param_type(input, weight);
  check_param_type(input, bias);
  DimVector rows = outer_sizes(input, shape);
  rows.resize(input.sizes().size(), 1);
  const Meta stats(rows, stats_type(input));
  return {like(input), stats, stats};
}

std::array<Meta, 3> layer_norm_backward(const Tensor& input, IntArrayRef, const Tensor& weight, const Tensor& bias) {
  return {like(input), of_param(weight, input.dtype()), of_param(bias, input.dtype())};
}

std::array<Meta, 2> rms_norm(const Tensor& input, IntArrayRef shape, const Tensor& weight) {
  check_shape(input, shape, "[*");
  check_param("weight", weight, shape);
  check_floating("rms_norm", input);
  check_param_type(input, weight);
  return {like(input), Meta(outer_sizes(input, shape), stats_type(input))};
}

std::array<Meta, 2> rms_norm_backward(const Tensor& input, IntArrayRef, const Tensor& weight) {
  return {like(input), of_param(weight, input.dtype())};
}

std::array<Meta, 3> group_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t n, int64_t c,
                               int64_t hw, int64_t groups) {
  check(groups > 0, "Expected num groups to be greater than 0, got {}", groups);
  check(
      c % groups == 0,
      "Expected number of channels in input to be divisible by num_groups, but got input of shape {} and num_groups={}",
      input.sizes(), groups);
  for (const auto& [name, param] : {std::pair<const char*, const Tensor*>{"weight", &weight}, {"bias", &bias}}) {
    check(!param->defined() || (param->dim() == 1 && param->numel() == c),
          "Expected {} to be a vector of size equal to the number of channels in input, but got {} of shape {} and "
          "input of shape {}",
          name, name, param->defined() ? DimVector(param->sizes()).vec() : std::vector<int64_t>(), input.sizes());
  }
  check(n * c * hw == input.numel(), "native_group_norm: N * C * HxW is {}, but input of shape {} has {} elements",
        n * c * hw, input.sizes(), input.numel());
  check_floating("GroupNormKernelImpl", input);
  check_param_type(input, weight);
  check_param_type(input, bias);
  const Meta stats(IntArrayRef({n, groups}), stats_type(input));
  return {like(input), stats, stats};
}

std::array<Meta, 3> group_norm_backward(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t) {
  return {like(input), of_param(weight, input.dtype()), of_param(bias, input.dtype())};
}

std::array<Meta, 3> batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                               const Tensor& running_mean, const Tensor& running_var, bool training) {
  check(input.dim() >= 2, "batch_norm: expected an input of shape [N, C, ...], but got {}", input.sizes());
  const int64_t channels = input.sizes()[1];
  if (!training) {
    check(running_mean.defined(), "running_mean must be defined in evaluation mode");
    check(running_var.defined(), "running_var must be defined in evaluation mode");
  }
  const std::pair<const char*, const Tensor*> params[] = {
      {"running_mean", &running_mean}, {"running_var", &running_var}, {"weight", &weight}, {"bias", &bias}};
  for (const auto& [name, param] : params)
    check(!param->defined() || param->numel() == channels, "{} should contain {} elements not {}", name, channels,
          param->defined() ? param->numel() : 0);
  check_floating("batch_norm", input);
  check_param_type(input, weight);
  check_param_type(input, bias);
  const Meta stats(IntArrayRef({channels}), stats_type(input));
  return {channel_layout(input), stats, stats};
}

std::array<Meta, 3> batch_norm_backward(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  return {channel_layout(input), of_param(weight, input.dtype()), of_param(bias, input.dtype())};
}

Meta dropout_apply(const Tensor& input, const Tensor& mask) {
  check(mask.dtype() == kBool && mask.sizes() == input.sizes(),
        "_dropout_apply: expected a bool mask of shape {}, but got {} of shape {}", input.sizes(),
        to_string(mask.dtype()), mask.sizes());
  check_floating("dropout", input);
  return like(input);
}

Meta embedding(const Tensor& weight, const Tensor& indices, bool) {  // `sparse`: gradients are dense all the same
  check(weight.dim() == 2, "'weight' must be 2-D (got shape {})", weight.sizes());
  check(indices.dtype() == kLong || indices.dtype() == kInt,
        "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
        "torch.{}Tensor instead (while checking arguments for embedding); convert them with to(torch.int64)",
        to_string(indices.dtype()));
  DimVector sizes = indices.sizes();
  sizes.push_back(weight.sizes()[1]);
  return {sizes, weight.dtype()};
}

Meta embedding_backward(const Tensor& grad_output, int64_t num_weights) {
  check(grad_output.dim() >= 1, "embedding_dense_backward: grad_output must have at least one dimension");
  return {IntArrayRef({num_weights, grad_output.sizes().back()}), grad_output.dtype()};
}

void embedding_renorm(const Tensor& self, const Tensor& indices) {
  check(self.dim() == 2, "embedding_renorm_: expected a 2-D weight, but got shape {}", self.sizes());
  check(is_differentiable(self.dtype()), "embedding_renorm_: expected a floating point weight, but got {}",
        to_string(self.dtype()));
  check(indices.dtype() == kLong || indices.dtype() == kInt,
        "embedding_renorm_: expected indices of dtype int64 or int32, but got {}", to_string(indices.dtype()));
}

}  // namespace rushlight::meta
