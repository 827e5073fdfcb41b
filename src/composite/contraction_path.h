// In which order to contract the operands of an einsum.
#pragma once
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace rushlight {

// Which labels an operand has; einsum's letters and the dimensions of '...' fit.
using LabelSet = std::bitset<128>;

// Pairs (i, j), i < j, of places in the list of operands: each step removes both and appends their contraction at the
// end. With up to 6 operands no order needs fewer multiplications; with more, each step is the cheapest next one.
std::vector<std::pair<size_t, size_t>> contraction_path(const std::vector<LabelSet>& operands, const LabelSet& output,
                                                        const std::vector<int64_t>& sizes);

}  // namespace rushlight
