// Meta functions of softmax, normalisation, dropout and embedding.
#pragma once
#include <array>

#include "plan/meta.h"

namespace rushlight::meta {

Meta softmax(const char* op, const Tensor& self, int64_t dim);
Meta glu(const Tensor& input, int64_t dim);
std::array<Meta, 3> layer_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight,
                               const Tensor& bias);
std::array<Meta, 3> layer_norm_backward(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight,
                                        const Tensor& bias);
std::array<Meta, 2> rms_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight);
std::array<Meta, 2> rms_norm_backward(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight);
std::array<Meta, 3> group_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t n, int64_t c,
                               int64_t hw, int64_t groups);
std::array<Meta, 3> group_norm_backward(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t c);
std::array<Meta, 3> batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                               const Tensor& running_mean, const Tensor& running_var, bool training);
std::array<Meta, 3> batch_norm_backward(const Tensor& input, const Tensor& weight, const Tensor& bias);
Meta dropout_apply(const Tensor& input, const Tensor& mask);
Meta embedding(const Tensor& weight, const Tensor& indices, bool sparse);
Meta embedding_backward(const Tensor& grad_output, int64_t num_weights);
void embedding_renorm(const Tensor& self, const Tensor& indices);

}  // namespace rushlight::meta
