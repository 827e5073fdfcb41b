// Texts and small helpers of the translated layers.
#include "nn/support.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace rushlight::nn {

DimVector resolve(const OptionalIntList& sizes, const Tensor& input, int64_t spatial) {
  DimVector out;
  const auto& values = sizes.values();
  check_value(sizes.is_single() || values.size() == static_cast<size_t>(spatial), "expected {} sizes, but got {}",
              spatial, values.size());
  for (int64_t i = 0; i < spatial; ++i) {
    const auto& given = values[sizes.is_single() ? 0 : static_cast<size_t>(i)];
    out.push_back(given ? *given : input.size(i - spatial));
  }
  return out;
}

namespace support {

int64_t prod(IntArrayRef sizes) {
  int64_t product = 1;
  for (const int64_t n : sizes) product *= n;
  return product;
}

IntArrayRef tail(IntArrayRef sizes, int64_t from) {
  const auto start = static_cast<size_t>(from);
  return start < sizes.size() ? sizes.slice(start, sizes.size() - start) : IntArrayRef();
}

DimVector concat(IntArrayRef a, IntArrayRef b) {
  DimVector out(a);
  for (const int64_t n : b) out.push_back(n);
  return out;
}

bool same(IntArrayRef a, IntArrayRef b) { return a.equals(b); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

void append_text(std::string& out, bool value) { out += value ? "True" : "False"; }
void append_text(std::string& out, int64_t value) { out += std::to_string(value); }
void append_text(std::string& out, std::string_view value) { out += value; }
void append_text(std::string& out, const char* value) { out += value; }

// The shortest digits that give the number back, as Python's repr: fixed from 1e-4 to 1e16, else with an exponent of two
// digits or more.
void append_text(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    return;
  }
  char buffer[64];
  const double size = std::fabs(value);
  const bool fixed = size == 0 || (size >= 1e-4 && size < 1e16);
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value,
                                 fixed ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  out += text;
  if (fixed && text.find('.') == std::string_view::npos) out += ".0";
}

void append_text(std::string& out, IntArrayRef tuple) {
  out += '(';
  for (size_t i = 0; i < tuple.size(); ++i) out += (i ? ", " : "") + std::to_string(tuple[i]);
  out += tuple.size() == 1 ? ",)" : ")";
}

void append_text(std::string& out, const IntList& value) {
  if (value.is_single())
    append_text(out, value[0]);
  else
    append_text(out, IntArrayRef(value));
}

void append_text(std::string& out, const FloatList& value) {
  const auto& values = value.values();
  if (value.is_single()) return append_text(out, values[0]);
  out += '(';
  for (size_t i = 0; i < values.size(); ++i) {
    if (i) out += ", ";
    append_text(out, values[i]);
  }
  out += values.size() == 1 ? ",)" : ")";
}

void append_text(std::string& out, const Padding& value) {
  if (value.is_text())
    append_text(out, std::string_view(value.text()));
  else
    append_text(out, value.list());
}

void append_text(std::string& out, const OptionalIntList& value) {
  const auto& values = value.values();
  if (value.is_single()) return append_text(out, values[0]);
  out += '(';
  for (size_t i = 0; i < values.size(); ++i) {
    if (i) out += ", ";
    append_text(out, values[i]);
  }
  out += values.size() == 1 ? ",)" : ")";
}

IntList ntuple(const IntList& x, int64_t n) {
  return x.is_single() ? IntList(std::vector<int64_t>(static_cast<size_t>(n), x[0])) : x;
}

IntList ntuple_of_one(const IntList& x) { return ntuple(x, 1); }

std::optional<IntList> ntuple_or_none(const std::optional<IntList>& x, int64_t n) {
  return x ? std::optional<IntList>(ntuple(*x, n)) : std::nullopt;
}

std::optional<FloatList> floats(const std::optional<FloatList>& x) {
  return x && x->is_single() && x->values()[0] == 0 ? std::nullopt : x;
}

std::optional<FloatList> ratios(std::string_view name, const std::optional<FloatList>& x, int64_t n) {
  if (!x) return {};
  for (const double v : x->values()) {
    if (!(v > 0 && v < 1)) throw ValueError(cat(name, " must be between 0 and 1 (got ", *x, ")"));
  }
  return x->is_single() ? FloatList(std::vector<double>(static_cast<size_t>(n), x->values()[0])) : *x;
}

IntList transposed_padding(const Tensor& input, const std::optional<IntList>& output_size,
                           const IntList& output_padding, const IntList& stride, const IntList& padding,
                           const IntList& kernel_size, const IntList& dilation) {
  if (!output_size) return output_padding;
  const size_t n = kernel_size.size(), lead = input.dim() == static_cast<int64_t>(n) + 2 ? 2 : 1;
  IntArrayRef wanted = *output_size;
  if (wanted.size() == lead + n) wanted = wanted.slice(lead, n);
  if (wanted.size() != n) {
    throw ValueError(cat("ConvTranspose", static_cast<int64_t>(n), "D: for ", input.dim(),
                         "D input, output_size must have ", static_cast<int64_t>(n), " or ",
                         static_cast<int64_t>(lead + n), " elements (got ", static_cast<int64_t>(wanted.size()), ")"));
  }
  std::vector<int64_t> least, most, extra;
  bool possible = true;
  for (size_t d = 0; d < n; ++d) {
    least.push_back((input.size(static_cast<int64_t>(lead + d)) - 1) * stride[d] - 2 * padding[d] +
                    dilation[d] * (kernel_size[d] - 1) + 1);
    most.push_back(least[d] + stride[d] - 1);
    extra.push_back(wanted[d] - least[d]);
    possible &= least[d] <= wanted[d] && wanted[d] <= most[d];
  }
  if (!possible) {
    throw ValueError(cat("requested an output size of ", wanted, ", but valid sizes range from ", IntArrayRef(least),
                         " to ", IntArrayRef(most), " (for an input of ", tail(input.sizes(), 2), ")"));
  }
  return extra;
}

Padding same_or_ntuple(const Padding& x, int64_t n) { return x.is_text() ? x : Padding(ntuple(x.list(), n)); }

std::optional<int64_t> row_or_none(std::optional<int64_t> index, int64_t rows) {
  if (!index) return {};
  if (!(-rows <= *index && *index < rows) && *index != 0) {
    throw AssertionError(cat("Padding_idx must be within num_embeddings, but got ", *index, " for ", rows, " rows"));
  }
  return *index < 0 ? *index + rows : *index;
}

bool all_equal(const Padding& x, int64_t value) {
  if (x.is_text()) return false;
  for (const int64_t n : IntArrayRef(x.list())) {
    if (n != value) return false;
  }
  return true;
}

void check_conv_padding(const Padding& padding, const IntList& stride) {
  if (!padding.is_text()) return;
  if (padding.text() != "same" && padding.text() != "valid") {
    throw ValueError(cat("Invalid padding string '", padding, "', should be one of {'same', 'valid'}"));
  }
  if (padding.text() == "same" && !all_equal(stride, 1)) {
    throw ValueError(cat("padding='same' is not supported for strided convolutions, but got stride=", stride,
                         ". Give the padding in numbers."));
  }
}

std::vector<int64_t> reversed_padding(const Padding& padding, const IntList& kernel_size, const IntList& dilation) {
  std::vector<int64_t> pads;
  check_value(
      dilation.size() == kernel_size.size() && (padding.is_text() || padding.list().size() == kernel_size.size()),
      "padding and dilation need one number for each of {} dimensions", kernel_size.size());
  for (size_t i = kernel_size.size(); i-- > 0;) {
    int64_t before = 0, after = 0;
    if (!padding.is_text()) {
      before = after = padding.list()[i];
    } else if (padding.text() == "same") {
      const int64_t total = dilation[i] * (kernel_size[i] - 1);
      before = floor_div(total, 2);
      after = total - before;
    }
    pads.push_back(before);
    pads.push_back(after);
  }
  return pads;
}

}  // namespace support
}  // namespace rushlight::nn
