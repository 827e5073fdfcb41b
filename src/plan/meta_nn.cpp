// Shapes and checks of sampling grids, CTC, bags of embeddings, fractional pooling, attention and the chunked loss, with
// PyTorch's words.
#include "plan/meta_nn.h"

#include <algorithm>
#include <cmath>

#include "plan/check_dtype.h"
#include "plan/dims.h"

namespace rushlight::meta {
namespace {

void check_index_type(const char* op, const char* name, const Tensor& t) {
  check(t.dtype() == kLong || t.dtype() == kInt,
        "Expected tensor for argument #1 '{}' to have one of the following scalar types: Long, Int; but got "
        "torch.{}Tensor instead (while checking arguments for {})",
        std::string_view(name), to_string(t.dtype()), std::string_view(op));
}
ScalarType wide(ScalarType t) { return t == kDouble ? kDouble : kFloat; }

// Of the lengths of CTC's targets.
std::pair<int64_t, int64_t> longest_and_total(IntArrayRef target_lengths) {
  int64_t longest = 0, total = 0;
  for (size_t i = 0; i < target_lengths.size(); ++i) {
    const int64_t length = target_lengths[i];
    check(length >= 0,
          "Expected target_lengths to have value at least 0, but got value {} (while checking arguments "
          "for ctc_loss)",
          length);
    check(!__builtin_add_overflow(total, length, &total),
          "Expected tensor to have size {} at dimension 0 (ctc_loss: the target_lengths {} overflow)", length,
          target_lengths);
    longest = std::max(longest, length);
  }
  return {longest, total};
}

}  // namespace

Meta grid_sample(const Tensor& input, const Tensor& grid, int64_t mode, int64_t padding) {
  check(input.dtype() == grid.dtype(),
        "grid_sampler(): expected input and grid to have same dtype, but input has {} and grid has {}",
        dtype_name(input.dtype()), dtype_name(grid.dtype()));
  check(input.dim() == grid.dim() && (input.dim() == 4 || input.dim() == 5),
        "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes {} "
        "and grid with sizes {}",
        input.sizes(), grid.sizes());
  check(input.sizes()[0] == grid.sizes()[0],
        "grid_sampler(): expected grid and input to have same batch size, but got input with sizes {} and grid with "
        "sizes {}",
        input.sizes(), grid.sizes());
  const int64_t spatial = input.dim() - 2;
  check(grid.sizes().back() == spatial,
        "grid_sampler(): expected grid to have size {} in last dimension, but got grid with sizes {}", spatial,
        grid.sizes());
  for (int64_t d = 2; d < input.dim(); ++d)
    check(input.sizes()[d] > 0,
          "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {} with dimension "
          "{} being empty",
          input.sizes(), d);
  check(mode >= 0 && mode <= 2 && padding >= 0 && padding <= 2,
        "grid_sampler(): expected interpolation_mode and padding_mode to be 0, 1 or 2, but got {} and {}", mode,
        padding);
  check(mode != 2 || spatial == 2, "grid_sampler(): bicubic interpolation only supports 4D input");
  check_floating(spatial == 2 ? "grid_sampler_2d_cpu" : "grid_sampler_3d_cpu", input);
  DimVector sizes{input.sizes()[0], input.sizes()[1]};
  for (int64_t d = 1; d <= spatial; ++d) sizes.push_back(grid.sizes()[d]);
  return {sizes, input.dtype()};
}

std::array<Meta, 2> grid_sample_backward(const Tensor& input, const Tensor& grid) { return {like(input), like(grid)}; }

std::array<Meta, 2> ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                             IntArrayRef target_lengths, int64_t blank) {
  check_not_implemented(log_probs.dtype() == kFloat || log_probs.dtype() == kDouble,
                        "\"ctc_loss_cpu\" not implemented for '{}'; convert log_probs to float32 with to() first",
                        to_string(log_probs.dtype()));
  check(targets.dtype() == kLong || targets.dtype() == kInt,
        "Expected tensor for argument #2 'targets' to have one of the following scalar types: Long, Int; but got "
        "torch.{}Tensor instead (while checking arguments for ctc_loss)",
        to_string(targets.dtype()));
  check(log_probs.dim() == 3, "ctc_loss: expected log_probs of shape (T, N, C), but got {}", log_probs.sizes());
  check(log_probs.numel() > 0, "log_probs tensor must not be empty (ctc_loss: got shape {})", log_probs.sizes());
  const int64_t steps = log_probs.sizes()[0], batch = log_probs.sizes()[1], classes = log_probs.sizes()[2];
  check(blank >= 0 && blank < classes, "blank must be in label range (ctc_loss: got blank {} and {} classes)", blank,
        classes);
  check(static_cast<int64_t>(input_lengths.size()) == batch,
        "input_lengths must be of size batch_size (ctc_loss: got {} lengths for a batch of {})", input_lengths.size(),
        batch);
  check(static_cast<int64_t>(target_lengths.size()) == batch,
        "target_lengths must be of size batch_size (ctc_loss: got {} lengths for a batch of {})", target_lengths.size(),
        batch);
  check(targets.dim() == 1 || targets.dim() == 2, "targets should be 1-D or 2-D, but got shape {} (ctc_loss)",
        targets.sizes());
  const auto [longest, total] = longest_and_total(target_lengths);
  if (targets.dim() == 1) {
    check(targets.sizes()[0] == total,
          "Expected tensor to have size {} at dimension 0, but got size {} for argument #2 'targets' (while checking "
          "arguments for ctc_loss)",
          total, targets.sizes()[0]);
  } else {
    check(targets.sizes()[0] == batch,
          "Expected tensor to have size {} at dimension 0, but got size {} for argument #2 'targets' (while checking "
          "arguments for ctc_loss)",
          batch, targets.sizes()[0]);
    check(targets.sizes()[1] >= longest,
          "Expected tensor to have size at least {} at dimension 1, but got size {} for argument #2 'targets' (while "
          "checking arguments for ctc_loss)",
          longest, targets.sizes()[1]);
  }
  for (int64_t length : input_lengths) {
    check(length >= 0,
          "Expected input_lengths to have value at least 0, but got value {} (while checking arguments "
          "for ctc_loss)",
          length);
    check(length <= steps,
          "Expected input_lengths to have value at most {}, but got value {} (while checking arguments for ctc_loss)",
          steps, length);
  }
  return {Meta(DimVector{batch}, log_probs.dtype()), Meta(DimVector{batch, steps, 2 * longest + 1}, log_probs.dtype())};
}

std::array<Meta, 4> embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets, int64_t mode,
                                  bool, const Tensor& per_sample_weights, bool include_last_offset) {
  check(weight.dim() == 2, "weight has to be a 2D Tensor, but got Tensor of dimension {}", weight.dim());
  check(indices.dim() == 1, "input has to be a 1D Tensor, but got Tensor of dimension {}", indices.dim());
  check(offsets.dim() == 1, "offsets has to be a 1D Tensor, but got Tensor of dimension {}", offsets.dim());
  check_index_type("embedding_bag", "indices", indices);
  check_index_type("embedding_bag", "offsets", offsets);
  check_floating("embedding_bag", weight);
  check(mode >= 0 && mode <= 2, "embedding_bag: mode has to be 0 (sum), 1 (mean) or 2 (max), but got {}", mode);
  check(!include_last_offset || offsets.numel() >= 1,
        "include_last_offset: number of offsets should be at least 1 (embedding_bag)");
  if (per_sample_weights.defined()) {
    check(mode == 0, "embedding_bag: per_sample_weights only supported with mode='sum'");
    check(per_sample_weights.dtype() == weight.dtype(),
          "expected scalar type {} but found {} (embedding_bag: per_sample_weights must have the dtype of weight)",
          to_string(weight.dtype()), to_string(per_sample_weights.dtype()));
    check(per_sample_weights.sizes() == indices.sizes(),
          "embedding_bag: expected per_sample_weights of the shape of indices, {}, but got {}", indices.sizes(),
          per_sample_weights.sizes());
  }
  const int64_t bags = offsets.numel() - (include_last_offset ? 1 : 0), width = weight.sizes()[1];
  return {Meta(DimVector{bags, width}, weight.dtype()), Meta(indices.sizes(), kLong), Meta(DimVector{bags}, kLong),
          Meta(mode == 2 ? DimVector{bags, width} : DimVector{bags}, kLong)};
}

std::array<Meta, 2> fractional_max_pool(const Tensor& input, IntArrayRef kernel_size, IntArrayRef output_size,
                                        const Tensor& random_samples) {
  const size_t spatial = kernel_size.size();
  const int64_t n = static_cast<int64_t>(spatial), lead = input.dim() - n;
  check(lead == 1 || lead == 2, "fractional_max_pool{}d(): Expected {}D or {}D tensor, but got: {}", n, n + 1, n + 2,
        input.sizes());
  check(output_size.size() == spatial,
        "fractional_max_pool{}d: output_size must either be a single int or {} ints, got {}", n, n, output_size);
  check_floating("fractional_max_pool_out_frame", input);
  DimVector sizes = input.sizes();
  for (size_t d = 0; d < spatial; ++d) {
    const int64_t size = sizes[static_cast<size_t>(lead) + d];
    check(d + 1 < spatial || lead == 1 || input.sizes()[1] > 0,
          "fractional_max_pool{}d(): Expected input to have non-zero size for non-batch dimensions, but got {}", n,
          input.sizes());
    check(size > 0,
          "fractional_max_pool{}d(): Expected input to have non-zero size for non-batch dimensions, but got {} with "
          "dimension {} being empty.",
          n, input.sizes(), static_cast<size_t>(lead) + d);
    check(kernel_size[d] > 0 && output_size[d] > 0,
          "fractional_max_pool{}d(): kernel_size {} and output_size {} must be greater than zero", n, kernel_size,
          output_size);
    check(output_size[d] <= size && kernel_size[d] <= size && output_size[d] + kernel_size[d] - 1 <= size,
          "fractional_max_pool{}d(): pool {} {} too large relative to input {} {} (output size {})", n,
          std::string_view(d + 1 == spatial   ? "width"
                           : d + 2 == spatial ? "height"
                                              : "time"),
          kernel_size[d],
          std::string_view(d + 1 == spatial   ? "width"
                           : d + 2 == spatial ? "height"
                                              : "time"),
          size, output_size[d]);
    sizes[static_cast<size_t>(lead) + d] = output_size[d];
  }
  const int64_t batch = lead == 2 ? input.sizes()[0] : 1, channels = input.sizes()[static_cast<size_t>(lead - 1)];
  check(random_samples.dtype() == input.dtype(),
        "Expect _random_samples to have the same dtype as input (fractional_max_pool{}d: {} and {})", n,
        dtype_name(random_samples.dtype()), dtype_name(input.dtype()));
  check(random_samples.dim() == 3, "Expect _random_samples to have 3 dimensions, got {}", random_samples.dim());
  check(random_samples.sizes()[0] >= batch, "Expect _random_samples.size(0) no less then input batch size.");
  check(random_samples.sizes()[1] == channels, "Expect _random_samples.size(1) equals to input channel size.");
  check(random_samples.sizes()[2] == n, "Expect _random_samples.size(2) equals to {}; got {}.", n,
        random_samples.sizes()[2]);
  return {Meta(sizes, input.dtype()), Meta(sizes, kLong)};
}

Meta multilabel_margin(const Tensor& input, const Tensor& target) {
  check(input.dim() == 2 && target.sizes() == input.sizes(),
        "multilabel_margin_loss: expected input and target of one shape (N, C), but got {} and {}", input.sizes(),
        target.sizes());
  check(target.dtype() == kLong, "expected scalar type Long but found {} (multilabel_margin_loss: target)",
        to_string(target.dtype()));
  check_not_implemented(is_floating_point(input.dtype()),
                        "\"multilabel_margin_loss_forward_out_frame\" not implemented for '{}'; convert the input with "
                        "to() first",
                        to_string(input.dtype()));
  return like(input);
}

Meta rrelu_noise(const Tensor& self, double lower, double upper) {
  check(std::isfinite(lower) && std::isfinite(upper), "rrelu: lower and upper bounds must be finite, but got {} and {}",
        lower, upper);
  check(lower <= upper, "Lower bound should be less than or equal to the upper bound (rrelu: got {} and {})", lower,
        upper);
  check_not_implemented(is_floating_point(self.dtype()), "\"rrelu_with_noise_out_cpu\" not implemented for '{}'",
                        to_string(self.dtype()));
  return like(self);
}

std::array<Meta, 2> attention(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask) {
  check(query.dim() == 4 && key.dim() == 4 && value.dim() == 4 &&
            query.sizes().slice(0, 2) == key.sizes().slice(0, 2) &&
            query.sizes().slice(0, 2) == value.sizes().slice(0, 2) && key.sizes()[3] == query.sizes()[3] &&
            value.sizes()[2] == key.sizes()[2],
        "_attention: expected query (N, H, L, E), key (N, H, S, E) and value (N, H, S, V), but got {}, {} and {}",
        query.sizes(), key.sizes(), value.sizes());
  check(query.dtype() == key.dtype() && query.dtype() == value.dtype() && is_floating_point(query.dtype()),
        "_attention: expected three floating point tensors of one dtype, but got {}, {} and {}",
        dtype_name(query.dtype()), dtype_name(key.dtype()), dtype_name(value.dtype()));
  DimVector scores = query.sizes();
  scores[3] = key.sizes()[2];
  check(!mask.defined() || (mask.sizes() == scores && (mask.dtype() == kBool || mask.dtype() == query.dtype())),
        "_attention: expected a bool or {} mask of shape {}, but got {} of shape {}", dtype_name(query.dtype()), scores,
        mask.defined() ? dtype_name(mask.dtype()) : "", mask.defined() ? mask.sizes() : IntArrayRef());
  DimVector sizes = query.sizes();
  sizes[3] = value.sizes()[3];
  Meta output(sizes, query.dtype());
  if (sizes == query.sizes()) output = preserve(query);  // heads split out of (N, L, H E) stay as they lie
  sizes[3] = 2;
  return {output, Meta(sizes, wide(query.dtype()))};
}

std::array<Meta, 3> linear_cross_entropy(const Tensor& input, const Tensor& linear_weight, const Tensor& target,
                                         const Tensor& linear_bias, const Tensor& weight, int64_t reduction,
                                         int64_t chunk) {
  check(input.dim() == 2 && linear_weight.dim() == 2 && input.sizes()[1] == linear_weight.sizes()[1],
        "linear_cross_entropy: expected input (N, F) and linear_weight (C, F), but got {} and {}", input.sizes(),
        linear_weight.sizes());
  const int64_t rows = input.sizes()[0], classes = linear_weight.sizes()[0];
  check_floating("linear_cross_entropy", input);
  check(linear_weight.dtype() == input.dtype() && (!linear_bias.defined() || linear_bias.dtype() == input.dtype()) &&
            (!weight.defined() || weight.dtype() == input.dtype()),
        "linear_cross_entropy: expected every floating point tensor to have the dtype of input, {}",
        dtype_name(input.dtype()));
  check(target.dtype() == kLong && target.dim() == 1 && target.sizes()[0] == rows,
        "linear_cross_entropy: expected {} int64 targets, but got {} of shape {}", rows, dtype_name(target.dtype()),
        target.sizes());
  check(!linear_bias.defined() || linear_bias.sizes() == IntArrayRef({classes}),
        "linear_cross_entropy: expected a linear_bias of shape [{}], but got {}", classes,
        linear_bias.defined() ? linear_bias.sizes() : IntArrayRef());
  check(!weight.defined() || weight.sizes() == IntArrayRef({classes}),
        "weight tensor should be defined either for all {} classes or no classes but got weight tensor of shape: {}",
        classes, weight.defined() ? weight.sizes() : IntArrayRef());
  check_value(chunk > 0 && reduction >= 0 && reduction <= 2,
              "linear_cross_entropy: expected a positive batch_chunk_size and a reduction of 0, 1 or 2, but got {} and "
              "{}",
              chunk, reduction);
  return {Meta(reduction == 0 ? DimVector{rows} : DimVector(), input.dtype()),
          Meta(DimVector{rows}, wide(input.dtype())), Meta(IntArrayRef(), wide(input.dtype()))};
}

}  // namespace rushlight::meta
