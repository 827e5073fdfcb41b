// What translated layers call: Python's integer arithmetic, its texts of values, and the helpers of nn/modules/utils.py.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rushlight/autograd.h"
#include "rushlight/nn/arguments.h"
#include "rushlight/tensor.h"
#include "rushlight/warn.h"

namespace rushlight::nn::support {

// ---- arithmetic ----
inline int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
inline int64_t floor_mod(int64_t a, int64_t b) { return a - floor_div(a, b) * b; }
int64_t prod(IntArrayRef sizes);
IntArrayRef tail(IntArrayRef sizes, int64_t from);
DimVector concat(IntArrayRef a, IntArrayRef b);
bool same(IntArrayRef a, IntArrayRef b);
std::string lower(std::string_view text);

// ---- texts, as an f-string prints them ----
void append_text(std::string& out, bool value);
void append_text(std::string& out, int64_t value);
void append_text(std::string& out, double value);
void append_text(std::string& out, std::string_view value);
void append_text(std::string& out, const char* value);
void append_text(std::string& out, IntArrayRef tuple);
void append_text(std::string& out, const IntList& value);
void append_text(std::string& out, const FloatList& value);
void append_text(std::string& out, const Padding& value);
void append_text(std::string& out, const OptionalIntList& value);
template <class T>
void append_text(std::string& out, const std::optional<T>& value) {
  if (value)
    append_text(out, *value);
  else
    out += "None";
}
inline std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }
template <class... A>
std::string cat(const A&... parts) {
  std::string out;
  (append_text(out, parts), ...);
  return out;
}

// ---- nn/modules/utils.py, nn/_reduction.py ----
// One number becomes `n` of them; a list stays.
IntList ntuple(const IntList& x, int64_t n);
IntList ntuple_of_one(const IntList& x);
std::optional<IntList> ntuple_or_none(const std::optional<IntList>& x, int64_t n);
inline const IntList& as_ints(const Padding& x) { return x.list(); }
// The numbers as they are; nothing for a single 0.
std::optional<FloatList> floats(const std::optional<FloatList>& x);
// `n` numbers between 0 and 1.
std::optional<FloatList> ratios(std::string_view name, const std::optional<FloatList>& x, int64_t n);
// The output padding with which a transposed convolution gives `output_size`; `output_padding` where that is not given.
IntList transposed_padding(const Tensor& input, const std::optional<IntList>& output_size,
                           const IntList& output_padding, const IntList& stride, const IntList& padding,
                           const IntList& kernel_size, const IntList& dilation);
Padding same_or_ntuple(const Padding& x, int64_t n);
inline double number(std::string_view, double x) { return x; }
std::optional<int64_t> row_or_none(std::optional<int64_t> index, int64_t rows);
bool all_equal(const Padding& x, int64_t value);
void check_conv_padding(const Padding& padding, const IntList& stride);
// What F::pad takes for a convolution's padding: the last dimension first, both ends.
std::vector<int64_t> reversed_padding(const Padding& padding, const IntList& kernel_size, const IntList& dilation);
inline std::string legacy_get_string(std::optional<bool>, std::optional<bool>, std::string_view reduction) {
  return std::string(reduction);
}

}  // namespace rushlight::nn::support
