// Sequences of different lengths: packed step by step, padded to one length, and back.
#pragma once
#include <string_view>
#include <tuple>
#include <vector>

#include "rushlight/export.h"
#include "rushlight/ops.h"

namespace rushlight::nn::utils::rnn {

// The permutation that undoes this one; an undefined tensor stays undefined.
RL_API Tensor invert_permutation(const Tensor& permutation);

// Sequences of different lengths, step by step: the rows of the first step, then those of the second, and so on;
// batch_sizes (int64) says how many sequences each step still has. sorted_indices is the order by length they were put
// into, unsorted_indices the way back; both are undefined when they came in that order.
class RL_API PackedSequence {
 public:
  PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices = {}, Tensor unsorted_indices = {});
  const Tensor& data() const noexcept { return data_; }
  const Tensor& batch_sizes() const noexcept { return batch_sizes_; }
  const Tensor& sorted_indices() const noexcept { return sorted_indices_; }
  const Tensor& unsorted_indices() const noexcept { return unsorted_indices_; }
  PackedSequence to(ScalarType dtype) const;
  PackedSequence to(TensorOptions options) const;

 private:
  Tensor data_, batch_sizes_, sorted_indices_, unsorted_indices_;
};

// Packs input (L, N, *), or (N, L, *) with batch_first. The lengths (int64, at least 1) must descend, unless
// enforce_sorted is false.
RL_API PackedSequence pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first = false,
                                           bool enforce_sorted = true);
// The sequences padded to one length, in the order they had before packing, and their lengths.
RL_API std::tuple<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first = false,
                                                      double padding_value = 0.0,
                                                      std::optional<int64_t> total_length = std::nullopt);
// Tensors (L_i, *) padded to the longest and stacked: (L, N, *), or (N, L, *) with batch_first.
RL_API Tensor pad_sequence(TensorList sequences, bool batch_first = false, double padding_value = 0.0,
                           std::string_view padding_side = "right");
// The sequences of a padded tensor, each with its own length.
RL_API std::vector<Tensor> unpad_sequence(const Tensor& padded_sequences, const Tensor& lengths,
                                          bool batch_first = false);
// Packs tensors (L_i, *) of descending lengths; of any lengths without enforce_sorted.
RL_API PackedSequence pack_sequence(TensorList sequences, bool enforce_sorted = true);
// The sequences that were packed, in their order then.
RL_API std::vector<Tensor> unpack_sequence(const PackedSequence& packed_sequences);

}  // namespace rushlight::nn::utils::rnn
