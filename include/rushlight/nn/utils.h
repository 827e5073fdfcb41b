// Helpers for training loops: clipping gradients, parameters as one vector.
#pragma once
#include <tuple>
#include <vector>

#include "rushlight/export.h"
#include "rushlight/ops.h"

namespace rushlight::nn::utils {

// The norm of all gradients together, before they are scaled to `max_norm` at most. Parameters without a gradient are
// passed over. error_if_nonfinite: Error when the norm is inf or nan, and nothing is scaled.
//   nn::utils::clip_grad_norm_(model->parameters(), 1.0);
RL_API double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2.0,
                              bool error_if_nonfinite = false);
RL_API double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type = 2.0,
                              bool error_if_nonfinite = false);

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

}  // namespace rushlight::nn::utils
