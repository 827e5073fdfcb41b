// Helpers for training loops: clipping gradients, parameters as one vector.
#pragma once
#include <tuple>
#include <vector>

#include "rushlight/export.h"
#include "rushlight/nn/generated/batchnorm.h"
#include "rushlight/nn/generated/conv.h"
#include "rushlight/nn/generated/linear.h"
#include "rushlight/nn/parametrize.h"
#include "rushlight/ops.h"

namespace rushlight::nn::utils {

// The norm of all gradients together, before they are scaled to `max_norm` at most. Parameters without a gradient are
// passed over. error_if_nonfinite: Error when the norm is inf or nan, and nothing is scaled.
//   nn::utils::clip_grad_norm_(model->parameters(), 1.0);
RL_API double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2.0,
                              bool error_if_nonfinite = false);
RL_API double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type = 2.0,
                              bool error_if_nonfinite = false);

// The older name of clip_grad_norm_.
RL_API double clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2.0,
                             bool error_if_nonfinite = false);

// Scales the gradients by max_norm / total_norm if that is below 1.
RL_API void clip_grads_with_norm_(const std::vector<Tensor>& parameters, double max_norm, const Tensor& total_norm);
RL_API void clip_grads_with_norm_(const Tensor& parameter, double max_norm, const Tensor& total_norm);

// Gradients clamped to [-clip_value, clip_value].
RL_API void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);
RL_API void clip_grad_value_(const Tensor& parameter, double clip_value);

// The norm of tensors together, a tensor of no dimensions; zero for none.
RL_API Tensor get_total_norm(const std::vector<Tensor>& tensors, double norm_type = 2.0,
                             bool error_if_nonfinite = false);

// All parameters, flattened, one after another; and back: each parameter becomes a view of its part of `vector`.
RL_API Tensor parameters_to_vector(const std::vector<Tensor>& parameters);
RL_API void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters);

// Weight and bias of a convolution (transpose: a transposed one) that does what it and then a batch normalisation with
// these running statistics do in evaluation mode. conv_b, bn_w and bn_b may be undefined.
RL_API std::tuple<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b, const Tensor& bn_rm,
                                                       const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                                       const Tensor& bn_b, bool transpose = false);
// The same for a linear layer.
RL_API std::tuple<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b,
                                                         const Tensor& bn_rm, const Tensor& bn_rv, double bn_eps,
                                                         const Tensor& bn_w, const Tensor& bn_b);

// A module whose initial values are not to be relied on: no random numbers are taken for them.
//   auto layer = nn::utils::skip_init<nn::Linear>(5, 1);
template <class M, class... Args>
M skip_init(Args&&... args) {
  Generator& generator = default_generator();
  const std::string state = generator.get_state();
  M module(std::forward<Args>(args)...);
  generator.set_state(state);
  return module;
}

// A copy of `conv` (`linear`) that does what it and then `bn` do in evaluation mode. AssertionError: one of them is in
// training mode, or bn has no running statistics, or (linear) other features.
RL_API void fuse_conv_bn_into(ConvNdImpl& conv, const NormBaseImpl& bn, bool transpose);
RL_API void fuse_linear_bn_into(LinearImpl& linear, const NormBaseImpl& bn);
template <class Conv, class Norm>
ModuleHolder<typename Conv::ContainedType> fuse_conv_bn_eval(const Conv& conv, const Norm& bn, bool transpose = false) {
  auto fused = std::static_pointer_cast<typename Conv::ContainedType>(conv->clone());
  fuse_conv_bn_into(*fused, *bn, transpose);
  return fused;
}
template <class Norm>
Linear fuse_linear_bn_eval(const Linear& linear, const Norm& bn) {
  auto fused = std::static_pointer_cast<LinearImpl>(linear->clone());
  fuse_linear_bn_into(*fused, *bn);
  return Linear(fused);
}

// ---- the hooks that parametrizations::weight_norm and spectral_norm have followed ------------------------------------

// Splits a parameter into lengths "<name>_g" and directions "<name>_v". ValueError where there is none.
RL_API Module& weight_norm(Module& module, const std::string& name = "weight", std::optional<int64_t> dim = 0);
RL_API Module& remove_weight_norm(Module& module, const std::string& name = "weight");
// Divides a parameter by its largest singular value before each call.
RL_API Module& spectral_norm(Module& module, const std::string& name = "weight", int64_t n_power_iterations = 1,
                             double eps = 1e-12, std::optional<int64_t> dim = std::nullopt);
RL_API Module& remove_spectral_norm(Module& module, const std::string& name = "weight");
template <ModulePointer P>
P weight_norm(P module, const std::string& name = "weight", std::optional<int64_t> dim = 0) {
  weight_norm(static_cast<Module&>(*module), name, dim);
  return module;
}
template <ModulePointer P>
P remove_weight_norm(P module, const std::string& name = "weight") {
  remove_weight_norm(static_cast<Module&>(*module), name);
  return module;
}
template <ModulePointer P>
P spectral_norm(P module, const std::string& name = "weight", int64_t n_power_iterations = 1, double eps = 1e-12,
                std::optional<int64_t> dim = std::nullopt) {
  spectral_norm(static_cast<Module&>(*module), name, n_power_iterations, eps, dim);
  return module;
}
template <ModulePointer P>
P remove_spectral_norm(P module, const std::string& name = "weight") {
  remove_spectral_norm(static_cast<Module&>(*module), name);
  return module;
}

// ---- Python's files of these names --------------------------------------------------------------------------------------

namespace clip_grad {
using utils::clip_grad_norm;
using utils::clip_grad_norm_;
using utils::clip_grad_value_;
using utils::clip_grads_with_norm_;
using utils::get_total_norm;
}  // namespace clip_grad
namespace convert_parameters {
using utils::parameters_to_vector;
using utils::vector_to_parameters;
}  // namespace convert_parameters
namespace fusion {
using utils::fuse_conv_bn_eval;
using utils::fuse_conv_bn_weights;
using utils::fuse_linear_bn_eval;
using utils::fuse_linear_bn_weights;
}  // namespace fusion

}  // namespace rushlight::nn::utils
