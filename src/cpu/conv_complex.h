// Complex convolutions as real ones with twice the channels.
#pragma once
#include "rushlight/tensor.h"

namespace rushlight::cpu {

// Note [Complex convolutions]
// The real and the imaginary part of a channel become two neighbouring real channels, and a complex weight w the matrix
// (Re w, -Im w; Im w, Re w) between them: one real convolution does all four partial products. A convolution that walks
// the weight backwards (the gradient for an input, or a transposed convolution) reads the matrix transposed, so there the
// signs of the imaginary parts are exchanged.

// [N, C, *] as reals [N, 2 C, *].
Tensor parts_as_channels(const Tensor& x);
// [A, B, *] as reals [2 A, 2 B, *], to be walked forwards or backwards.
Tensor parts_as_matrix(const Tensor& weight, bool backwards);
// [O] as reals [2 O].
Tensor parts_as_vector(const Tensor& bias);

// Real tensors for results, and the results from them.
Tensor channels_for(const Tensor& result);
void from_channels(const Tensor& channels, Tensor& result);
Tensor matrix_for(const Tensor& weight);
void from_matrix(const Tensor& matrix, Tensor& weight);

}  // namespace rushlight::cpu
