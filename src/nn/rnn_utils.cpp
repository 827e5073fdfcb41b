// Sequences of different lengths: packed, padded, and back.
#include "rushlight/nn/rnn_utils.h"

#include <algorithm>

#include "rushlight/creation.h"

namespace rushlight::nn::utils::rnn {

Tensor invert_permutation(const Tensor& permutation) {
  if (!permutation.defined()) return permutation;
  const Tensor order = arange(permutation.numel(), permutation.options());
  return scatter(empty_like(permutation), 0, permutation, order);
}

PackedSequence::PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices, Tensor unsorted_indices)
    : data_(std::move(data)),
      batch_sizes_(std::move(batch_sizes)),
      sorted_indices_(std::move(sorted_indices)),
      unsorted_indices_(unsorted_indices.defined() ? std::move(unsorted_indices)
                                                   : invert_permutation(sorted_indices_)) {}

PackedSequence PackedSequence::to(ScalarType dtype) const {
  return {data_.to(dtype), batch_sizes_, sorted_indices_, unsorted_indices_};
}
PackedSequence PackedSequence::to(TensorOptions options) const {
  return {data_.to(options), batch_sizes_, sorted_indices_, unsorted_indices_};
}

PackedSequence pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first, bool enforce_sorted) {
  lengths = lengths.to(kLong);
  Tensor order;
  if (!enforce_sorted) {
    std::tie(lengths, order) = sort(lengths, 0, true);
    input = input.index_select(batch_first ? 0 : 1, order);
  }
  auto [data, batch_sizes] = _pack_padded_sequence(input, lengths, batch_first);
  return {data, batch_sizes, order, Tensor()};
}

std::tuple<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first, double padding_value,
                                               std::optional<int64_t> total_length) {
  int64_t length = sequence.batch_sizes().size(0);
  if (total_length) {
    check_value(*total_length >= length,
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                "total_length={} and max sequence length being {}",
                *total_length, length);
    length = *total_length;
  }
  auto [padded, lengths] =
      _pad_packed_sequence(sequence.data(), sequence.batch_sizes(), batch_first, padding_value, length);
  const Tensor& order = sequence.unsorted_indices();
  if (!order.defined()) return {padded, lengths};
  return {padded.index_select(batch_first ? 0 : 1, order), lengths.index_select(0, order)};
}

Tensor pad_sequence(TensorList sequences, bool batch_first, double padding_value, std::string_view padding_side) {
  check(!sequences.empty(), "received an empty list of sequences");
  check(padding_side == "left" || padding_side == "right",
        "padding_side should be either 'left' or 'right', but got {}", padding_side);
  int64_t length = 0;
  for (const Tensor& s : sequences) length = std::max(length, s.size(0));
  std::vector<Tensor> padded;
  for (const Tensor& s : sequences) {
    std::vector<int64_t> ends(static_cast<size_t>(2 * s.dim()), 0);
    ends[ends.size() - (padding_side == "left" ? 2 : 1)] = length - s.size(0);
    padded.push_back(s.size(0) == length ? s : constant_pad_nd(s, ends, padding_value));
  }
  return stack(padded, batch_first ? 0 : 1);
}

std::vector<Tensor> unpad_sequence(const Tensor& padded_sequences, const Tensor& lengths, bool batch_first) {
  const Tensor rows = batch_first ? padded_sequences : padded_sequences.transpose(0, 1);
  check_value(lengths.dim() == 1 && lengths.size(0) == rows.size(0), "expected {} lengths, but got {}", rows.size(0),
              lengths.sizes());
  std::vector<Tensor> found;
  for (int64_t i = 0; i < rows.size(0); ++i) {
    found.push_back(rows.select(0, i).slice(0, 0, lengths.select(0, i).item<int64_t>()));
  }
  return found;
}

PackedSequence pack_sequence(TensorList sequences, bool enforce_sorted) {
  std::vector<int64_t> lengths;
  for (const Tensor& s : sequences) lengths.push_back(s.size(0));
  return pack_padded_sequence(pad_sequence(sequences), tensor(lengths, kLong), false, enforce_sorted);
}

std::vector<Tensor> unpack_sequence(const PackedSequence& packed_sequences) {
  const auto [padded, lengths] = pad_packed_sequence(packed_sequences, true);
  return unpad_sequence(padded, lengths, true);
}

}  // namespace rushlight::nn::utils::rnn
