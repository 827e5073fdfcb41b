// Shapes and checks of sampling grids, CTC, bags of embeddings, fractional pooling, attention and the chunked loss.
#pragma once
#include <array>

#include "plan/meta.h"

namespace rushlight::meta {

Meta grid_sample(const Tensor& input, const Tensor& grid, int64_t mode, int64_t padding);
std::array<Meta, 2> grid_sample_backward(const Tensor& input, const Tensor& grid);
// Results: the loss of each sample, and log α of shape (N, T, 2 S + 1).
std::array<Meta, 2> ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                             IntArrayRef target_lengths, int64_t blank);
std::array<Meta, 4> embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets, int64_t mode,
                                  bool sparse, const Tensor& per_sample_weights, bool include_last_offset);
std::array<Meta, 2> fractional_max_pool(const Tensor& input, IntArrayRef kernel_size, IntArrayRef output_size,
                                        const Tensor& random_samples);
Meta multilabel_margin(const Tensor& input, const Tensor& target);
Meta rrelu_noise(const Tensor& self, double lower, double upper);
// query (N, H, L, E), key (N, H, S, E), value (N, H, S, V); results (N, H, L, V) and two
// numbers for each row, (N, H, L, 2).
std::array<Meta, 2> attention(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask);
std::array<Meta, 3> linear_cross_entropy(const Tensor& input, const Tensor& linear_weight, const Tensor& target,
                                         const Tensor& linear_bias, const Tensor& weight, int64_t reduction,
                                         int64_t chunk);

}  // namespace rushlight::meta
