// Gradient clipping and parameter vectors; the arithmetic is that of nn/utils in Python, term by term.
#include "rushlight/nn/utils.h"

#include "rushlight/autograd.h"

#include "nn/editor.h"
#include "nn/support.h"

namespace rushlight::nn::utils {

namespace {

std::vector<Tensor> gradients(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> found;
  for (const auto& p : parameters) {
    if (p.grad().defined()) found.push_back(p.grad());
  }
  return found;
}

}  // namespace

Tensor get_total_norm(const std::vector<Tensor>& tensors, double norm_type, bool error_if_nonfinite) {
  if (tensors.empty()) return zeros({});
  NoGradGuard no_grad;
  std::vector<Tensor> norms;
  for (const auto& t : tensors) norms.push_back(linalg::vector_norm(t, norm_type));
  Tensor total = linalg::vector_norm(stack(norms), norm_type);
  if (error_if_nonfinite && !isfinite(total).item<bool>()) {
    throw Error(support::cat(
        "The total norm of order ", norm_type,
        " for gradients from `parameters` is non-finite, so it cannot be clipped. To disable this error and scale the "
        "gradients by the non-finite norm anyway, set `error_if_nonfinite=False`"));
  }
  return total;
}

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  const Tensor total = get_total_norm(gradients(parameters), norm_type, error_if_nonfinite);
  clip_grads_with_norm_(parameters, max_norm, total);
  return total.item<double>();
}

void clip_grads_with_norm_(const std::vector<Tensor>& parameters, double max_norm, const Tensor& total_norm) {
  NoGradGuard no_grad;
  const Tensor scale = clamp(Scalar(max_norm) / (total_norm + Scalar(1e-6)), std::nullopt, Scalar(1.0));
  for (const auto& grad : gradients(parameters)) grad.mul_(scale);
}

void clip_grads_with_norm_(const Tensor& parameter, double max_norm, const Tensor& total_norm) {
  clip_grads_with_norm_(std::vector<Tensor>{parameter}, max_norm, total_norm);
}

double clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                      bool error_if_nonfinite) {
  warn("`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.");
  return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite);
}

double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type, bool error_if_nonfinite) {
  return clip_grad_norm_(std::vector<Tensor>{parameter}, max_norm, norm_type, error_if_nonfinite);
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  NoGradGuard no_grad;
  for (const auto& grad : gradients(parameters)) grad.clamp_(Scalar(-clip_value), Scalar(clip_value));
}

void clip_grad_value_(const Tensor& parameter, double clip_value) {
  clip_grad_value_(std::vector<Tensor>{parameter}, clip_value);
}

Tensor parameters_to_vector(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> flat;
  for (const auto& p : parameters) flat.push_back(p.view({-1}));
  return cat(flat);
}

void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters) {
  int64_t start = 0;
  for (const auto& p : parameters) {
    const int64_t end = start + p.numel();
    p.set_data(vector.slice(0, start, end).view_as(p).data());
    start = end;
  }
}

std::tuple<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b, const Tensor& bn_rm,
                                                const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                                const Tensor& bn_b, bool transpose) {
  NoGradGuard guard;
  const Tensor old = conv_b.defined() ? conv_b : zeros_like(bn_rm), w = bn_w.defined() ? bn_w : ones_like(bn_rm),
               b = bn_b.defined() ? bn_b : zeros_like(bn_rm), scale = rsqrt(add(bn_rv, bn_eps));
  DimVector shape(static_cast<size_t>(conv_w.dim()), 1);
  check(conv_w.dim() >= 2, "fuse_conv_bn_weights: expected a convolution's weight, but got {}", conv_w.sizes());
  shape[transpose ? 1 : 0] = -1;
  const Tensor weight = mul(conv_w, mul(w, scale).reshape(shape)).to(conv_w.dtype());
  const Tensor bias = add(mul(mul(sub(old, bn_rm), scale), w), b);
  return {Parameter(weight, conv_w.requires_grad()),
          Parameter(bias.to(conv_b.defined() ? conv_b.dtype() : conv_w.dtype()), old.requires_grad())};
}

std::tuple<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b, const Tensor& bn_rm,
                                                  const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                                  const Tensor& bn_b) {
  NoGradGuard guard;
  const Tensor old = linear_b.defined() ? linear_b : zeros_like(bn_rm), scale = mul(bn_w, rsqrt(add(bn_rv, bn_eps)));
  const Tensor weight = mul(linear_w, scale.unsqueeze(-1).to(linear_w.dtype()));
  const Tensor bias = add(mul(sub(old, bn_rm), scale), bn_b);
  return {Parameter(weight, linear_w.requires_grad()),
          Parameter(bias.to(linear_b.defined() ? linear_b.dtype() : linear_w.dtype()), old.requires_grad())};
}

namespace {

void check_fusion(const Module& layer, const NormBaseImpl& bn) {
  if (layer.training || bn.training) throw AssertionError("Fusion only for eval!");
  if (!bn.running_mean.defined() || !bn.running_var.defined())
    throw AssertionError("bn.running_mean and bn.running_var must not be None");
}

// Weight and bias of a layer, in its members and in its registry.
template <class Layer>
void put(Layer& layer, const std::tuple<Tensor, Tensor>& fused) {
  ModuleEditor::replace(layer, "weight", std::get<0>(fused));
  ModuleEditor::replace(layer, "bias", std::get<1>(fused));
  layer.bias = std::get<1>(fused);  // there may have been none
}

}  // namespace

void fuse_conv_bn_into(ConvNdImpl& conv, const NormBaseImpl& bn, bool transpose) {
  check_fusion(conv, bn);
  put(conv, fuse_conv_bn_weights(conv.weight, conv.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias,
                                 transpose));
}

void fuse_linear_bn_into(LinearImpl& linear, const NormBaseImpl& bn) {
  check_fusion(linear, bn);
  if (bn.num_features != linear.out_features && bn.num_features != 1) {
    throw AssertionError(support::cat(
        "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got linear.out_features=",
        linear.out_features, " and bn.num_features=", bn.num_features));
  }
  put(linear,
      fuse_linear_bn_weights(linear.weight, linear.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias));
}

}  // namespace rushlight::nn::utils
