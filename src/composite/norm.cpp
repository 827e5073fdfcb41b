// Normalisation layers, dropout and embedding as functions: checks, then the fused ops.
#include <algorithm>
#include <cmath>
#include <limits>

#include "dispatch/autocast.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {

namespace {

// Statistics are computed in f32 for half types and handed out so only where the parameters are f32 too.
std::tuple<Tensor, Tensor, Tensor> with_statistics(std::tuple<Tensor, Tensor, Tensor> found, const Tensor& input,
                                                   std::initializer_list<const Tensor*> params) {
  const bool half = input.dtype() == kHalf || input.dtype() == kBFloat16;
  for (const Tensor* p : params) {
    if (!half || (p->defined() && p->dtype() != input.dtype())) return found;
  }
  return {std::get<0>(found), std::get<1>(found).to(input.dtype()), std::get<2>(found).to(input.dtype())};
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const Tensor& input, IntArrayRef normalized_shape,
                                                     const Tensor& weight, const Tensor& bias, double eps) {
  return with_statistics(_native_layer_norm(input, normalized_shape, weight, bias, eps), input, {&weight, &bias});
}

std::tuple<Tensor, Tensor, Tensor> native_group_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                                                     int64_t N, int64_t C, int64_t HxW, int64_t group, double eps) {
  return with_statistics(_native_group_norm(input, weight, bias, N, C, HxW, group, eps), input, {&weight, &bias});
}

Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps, bool) {
  return std::get<0>(_native_layer_norm(input, normalized_shape, weight, bias, eps));
}

Tensor rms_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight, std::optional<double> eps) {
  double small = std::numeric_limits<float>::epsilon();
  if (to_real_type(input.dtype()) == kDouble) small = std::numeric_limits<double>::epsilon();
  if (is_complex(input.dtype())) {  // no fused form: the square is that of the number, not of its size
    DimVector dims;
    for (size_t d = normalized_shape.size(); d > 0; --d) dims.push_back(-static_cast<int64_t>(d));
    const Tensor result = mul(input, rsqrt(add(square(input).mean(dims, true), eps.value_or(small))));
    return weight.defined() ? mul(result, weight) : result;
  }
  return std::get<0>(_rms_norm(input, normalized_shape, weight, eps.value_or(small)));
}

Tensor group_norm(const Tensor& input, int64_t num_groups, const Tensor& weight, const Tensor& bias, double eps, bool) {
  const int64_t n = input.size(0), c = input.size(1);
  int64_t spatial = 1;
  for (int64_t d = 2; d < input.dim(); ++d) spatial *= input.sizes()[static_cast<size_t>(d)];
  return std::get<0>(_native_group_norm(input, weight, bias, n, c, spatial, num_groups, eps));
}

std::tuple<Tensor, Tensor, Tensor> native_batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                                                     const Tensor& running_mean, const Tensor& running_var,
                                                     bool training, double momentum, double eps) {
  auto found =
      with_statistics(_native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps),
                      input, {&weight, &bias, &running_mean, &running_var});
  if (training) return found;
  const Tensor none = empty({0}, std::get<1>(found).options());
  return {std::get<0>(found), none, none};
}

namespace {

// An empty batch leaves the running statistics as they are.
Tensor normalized_batch(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                        const Tensor& running_var, bool training, double momentum, double eps) {
  const bool keep = training && input.numel() == 0;
  return std::get<0>(_native_batch_norm(input, weight, bias, keep ? Tensor() : running_mean,
                                        keep ? Tensor() : running_var, training, momentum, eps));
}

}  // namespace

Tensor batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                  const Tensor& running_var, bool training, double momentum, double eps, bool) {
  return normalized_batch(input, weight, bias, running_mean, running_var, training, momentum, eps);
}

// ---- dropout --------------------------------------------------------------------------------------------------------

namespace {

// Note [Dropout's mask]
// One number of the generator per element (per channel for feature dropout), in the order of memory, as PyTorch's serial
// path draws them: element i is kept when bernoulli_(1 - p) says so. The mask is kept as bools and applied in one fused
// pass.

// The dimensions from the largest stride on, if the elements are dense in that order; else nothing.
DimVector memory_order(const Tensor& t) {
  DimVector order;
  for (int64_t d = 0; d < t.dim(); ++d) order.push_back(d);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return t.stride(a) > t.stride(b); });
  return t.permute(order).is_contiguous() ? order : DimVector();
}

Tensor dropout_impl(const Tensor& input, double p, bool train, bool feature, bool alpha, bool inplace) {
  check(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got {}", p);
  if (p == 0 || !train || input.numel() == 0) return input;
  if (p == 1)
    return inplace ? input.mul_(zeros(IntArrayRef(), input.options()))
                   : mul(input, zeros(IntArrayRef(), input.options()));
  if (!feature && !input.is_contiguous()) {
    const DimVector order = memory_order(input);
    if (!order.empty()) {
      DimVector back(order.size());
      for (size_t d = 0; d < order.size(); ++d) back[static_cast<size_t>(order[d])] = static_cast<int64_t>(d);
      const Tensor result = dropout_impl(input.permute(order), p, train, false, alpha, inplace);
      return inplace ? input : result.permute(back);
    }
  }
  DimVector sizes = input.sizes();
  if (feature) {
    check(input.dim() >= 2, "Feature dropout requires at least 2 dimensions in the input, but got shape {}",
          input.sizes());
    for (size_t d = 2; d < sizes.size(); ++d) sizes[d] = 1;
  }
  Tensor keep = empty(sizes, kBool);
  keep.bernoulli_(1 - p);
  if (alpha) {
    constexpr double kAlpha = 1.7580993408473766;
    const double a = 1 / std::sqrt((kAlpha * kAlpha * p + 1) * (1 - p));
    const Tensor noise = keep.to(input.dtype());
    const Tensor shift = add(mul(sub(noise, 1), kAlpha * a), kAlpha * a * p), scale = mul(noise, a);
    return inplace ? input.mul_(scale).add_(shift) : add(mul(input, scale), shift);
  }
  const double scale = input.dtype() == kDouble ? 1 / (1 - p) : static_cast<double>(1.0f / static_cast<float>(1 - p));
  if (feature) {
    const Tensor noise = mul(keep.to(input.dtype()), scale);
    return inplace ? input.mul_(noise) : mul(input, noise);
  }
  if (inplace) return input.mul_(mul(keep.to(input.dtype()), scale));
  return _dropout_apply(input, keep, scale);
}

// Feature dropout of one sample or of a batch; in place it is the very input that comes back.
Tensor channel_dropout(const Tensor& input, bool batched, double p, bool train, bool inplace) {
  if (batched) return dropout_impl(input, p, train, true, false, inplace);
  if (!inplace) return dropout_impl(input.unsqueeze(0), p, train, true, false, false).squeeze(0);
  dropout_impl(input.unsqueeze_(0), p, train, true, false, true);
  return input.squeeze_(0);
}

void check_probability(double p) {
  check_value(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got {}", p);
}

}  // namespace

Tensor dropout(const Tensor& input, double p, bool train) { return dropout_impl(input, p, train, false, false, false); }
Tensor alpha_dropout(const Tensor& input, double p, bool train) {
  return dropout_impl(input, p, train, false, true, false);
}
Tensor feature_dropout(const Tensor& input, double p, bool train) {
  return dropout_impl(input, p, train, true, false, false);
}
Tensor feature_alpha_dropout(const Tensor& input, double p, bool train) {
  return dropout_impl(input, p, train, true, true, false);
}

namespace nn::functional {

Tensor dropout(const Tensor& input, double p, bool training, bool inplace) {
  check_probability(p);
  return dropout_impl(input, p, training, false, false, inplace);
}
Tensor alpha_dropout(const Tensor& input, double p, bool training, bool inplace) {
  check_probability(p);
  return dropout_impl(input, p, training, false, true, inplace);
}
Tensor feature_alpha_dropout(const Tensor& input, double p, bool training, bool inplace) {
  check_probability(p);
  return dropout_impl(input, p, training, true, true, inplace);
}

Tensor dropout1d(const Tensor& input, double p, bool training, bool inplace) {
  check_probability(p);
  check(input.dim() == 2 || input.dim() == 3,
        "dropout1d: Expected 2D or 3D input, but received a {}D input. Note that dropout1d exists to provide "
        "channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, "
        "and an optional batch dimension (i.e. 2D or 3D inputs).",
        input.dim());
  return channel_dropout(input, input.dim() == 3, p, training, inplace);
}

Tensor dropout2d(const Tensor& input, double p, bool training, bool inplace) {
  check_probability(p);
  if (input.dim() != 3 && input.dim() != 4) {
    warn(
        format("dropout2d: Received a {}-D input to dropout2d, which is deprecated and will result in an error in a "
               "future release. To retain the behavior and silence this warning, please "
               "use dropout instead. Note that dropout2d exists to provide channel-wise dropout on inputs with 2 "
               "spatial dimensions, a channel dimension, and an optional batch dimension "
               "(i.e. 3D or 4D inputs).",
               input.dim()));
  } else if (input.dim() == 3) {
    warn(
        "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - "
        "input is interpreted as shape (N, C, L), where C is the channel dim. This "
        "behavior will change in a future release to interpret the input as one without a batch dimension, i.e. shape "
        "(C, H, W). To maintain the 1D channel-wise dropout behavior, please "
        "switch to using dropout1d instead.");
  }
  return dropout_impl(input, p, training, true, false, inplace);
}

Tensor dropout3d(const Tensor& input, double p, bool training, bool inplace) {
  check_probability(p);
  if (input.dim() != 4 && input.dim() != 5) {
    warn(
        format("dropout3d: Received a {}-D input to dropout3d, which is deprecated and will result in an error in a "
               "future release. To retain the behavior and silence this warning, please "
               "use dropout instead. Note that dropout3d exists to provide channel-wise dropout on inputs with 3 "
               "spatial dimensions, a channel dimension, and an optional batch dimension "
               "(i.e. 4D or 5D inputs).",
               input.dim()));
  }
  return channel_dropout(input, input.dim() == 5, p, training, inplace);
}

// ---- normalisation --------------------------------------------------------------------------------------------------

Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  return std::get<0>(native_layer_norm(input, normalized_shape, weight, bias, eps));
}
Tensor rms_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight, std::optional<double> eps) {
  return rushlight::rms_norm(input, normalized_shape, weight, eps);
}
Tensor group_norm(const Tensor& input, int64_t num_groups, const Tensor& weight, const Tensor& bias, double eps) {
  check(input.dim() >= 2, "Expected at least 2 dimensions for input tensor but received {}", input.dim());
  return rushlight::group_norm(input, num_groups, weight, bias, eps, true);
}

Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var, const Tensor& weight,
                  const Tensor& bias, bool training, double momentum, double eps) {
  if (training && input.dim() >= 2) {
    const int64_t channels = input.sizes()[1];
    check_value(channels == 0 || input.numel() / channels != 1,
                "Expected more than 1 value per channel when training, got input size torch.Size({}) (one value has no "
                "variance: use a larger batch, drop the last one of an epoch, or call eval())",
                input.sizes());
  }
  check_value(!training || eps > 0, "batch_norm eps must be positive during training, but got {}", eps);
  check_value(eps >= 0, "batch_norm eps must be non-negative, but got {}", eps);
  if (input.dim() < 2 && input.numel() == 0) return input.clone();
  return normalized_batch(input, weight, bias, running_mean, running_var, training, momentum, eps);
}

Tensor instance_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var, const Tensor& weight,
                     const Tensor& bias, bool use_input_stats, double momentum, double eps) {
  check(use_input_stats || (running_mean.defined() && running_var.defined()),
        "Expected running_mean and running_var to be defined when use_input_stats is false");
  check(input.dim() >= 2, "instance_norm: expected an input of shape [N, C, ...], but got {}", input.sizes());
  const int64_t n = input.sizes()[0], c = input.sizes()[1];
  if (use_input_stats)
    check_value(n * c == 0 || input.numel() / (n * c) != 1,
                "Expected more than 1 spatial element when training, got input size torch.Size({})", input.sizes());
  // every (sample, channel) pair becomes a channel of one sample
  DimVector sizes = input.sizes();
  sizes[0] = 1;
  sizes[1] = n * c;
  const auto repeated = [&](const Tensor& t) { return t.defined() ? t.repeat({n}) : t; };
  const Tensor mean = repeated(running_mean), var = repeated(running_var);
  const Tensor flat = input.reshape(sizes);
  const Tensor result =
      std::get<0>(_native_batch_norm(flat, repeated(weight), repeated(bias), mean, var, use_input_stats, momentum, eps))
          .reshape(input.sizes());
  if (use_input_stats) {  // the running statistics are the mean over samples
    const NoGradGuard guard;
    if (running_mean.defined()) Tensor(running_mean).copy_(mean.view({n, c}).mean(0));
    if (running_var.defined()) Tensor(running_var).copy_(var.view({n, c}).mean(0));
  }
  return result;
}

Tensor local_response_norm(const Tensor& input, int64_t size, double alpha, double beta, double k) {
  check_value(input.dim() >= 3,
              "Expected 3D or higher dimensionality                          input (got {} dimensions)", input.dim());
  if (input.numel() == 0) return input;
  DimVector pads(static_cast<size_t>(2 * (input.dim() - 1)), 0);  // the last pair is dim 1
  pads[pads.size() - 2] = size / 2;
  pads[pads.size() - 1] = (size - 1) / 2;
  Tensor windows = constant_pad_nd(mul(input, input), pads, Scalar(0)).unfold(1, size, 1);
  // PyTorch's mean is avg_pool3d here, which autocast has in float32.
  if (detail::autocasting() && input.dim() > 3) windows = detail::AmpCall(detail::AmpPolicy::kFloat32).cast(windows);
  const Tensor mean = input.is_floating_point() ? windows.mean(-1) : _div_trunc(windows.sum(-1), Scalar(size));
  return div(input, pow(add(mul(mean, alpha), k), beta));
}

Tensor normalize(const Tensor& input, double p, int64_t dim, double eps, const Tensor& out) {
  const Tensor length = clamp_min(linalg::vector_norm(input, p, dim, true), eps);
  if (!out.defined()) return div(input, length);
  Tensor target = out;
  return div_out(target, input, length);
}

// ---- embedding ------------------------------------------------------------------------------------------------------

Tensor embedding(const Tensor& input, const Tensor& weight, std::optional<int64_t> padding_idx,
                 std::optional<double> max_norm, double norm_type, bool scale_grad_by_freq, bool sparse) {
  check(weight.dim() == 2, "'weight' must be 2-D (got shape {})", weight.sizes());
  const int64_t rows = weight.sizes()[0];
  int64_t padding = -1;
  if (padding_idx) {
    if (*padding_idx >= rows || *padding_idx < -rows)
      fail(ErrorKind::kAssertion, "Padding_idx must be within num_embeddings (got {}, num_embeddings is {})",
           *padding_idx, rows);
    padding = *padding_idx < 0 ? *padding_idx + rows : *padding_idx;
  }
  if (max_norm) {
    const NoGradGuard guard;
    Tensor table = weight;
    embedding_renorm_(table, input, *max_norm, norm_type);
  }
  return rushlight::embedding(weight, input, padding, scale_grad_by_freq, sparse);
}

Tensor one_hot(const Tensor& input, int64_t num_classes) {
  check(input.dtype() == kLong,
        "one_hot is only applicable to index tensor of type LongTensor. (got {}; convert it with to(torch.int64))",
        to_string(input.dtype()));
  DimVector sizes = input.sizes();
  if (input.numel() == 0) {
    check(num_classes > 0, "Can not infer total number of classes from empty tensor.");
    sizes.push_back(num_classes);
    return zeros(sizes, kLong);
  }
  check(input.min().item<int64_t>() >= 0, "Class values must be non-negative.");
  const int64_t largest = input.max().item<int64_t>();
  if (num_classes == -1) num_classes = largest + 1;
  check(num_classes > largest, "Class values must be smaller than num_classes. (largest class {}, num_classes {})",
        largest, num_classes);
  sizes.push_back(num_classes);
  Tensor result = zeros(sizes, kLong);
  return result.scatter_(-1, input.unsqueeze(-1), Scalar(1));
}

}  // namespace nn::functional
}  // namespace rushlight
