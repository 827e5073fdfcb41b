// Prints tensors, character for character as PyTorch's Python door does.
#include <cmath>
#include <cstdio>
#include <limits>
#include <ostream>

#include "autograd/node.h"
#include "cpu/dispatch.h"
#include "rushlight/print.h"

namespace rushlight {

PrintOptions& print_options() {
  static PrintOptions options;
  return options;
}

namespace {

// A part of a tensor: the first dimensions are taken, `dim` is the first that is left.
struct Part {
  const Tensor& tensor;
  size_t dim;
  int64_t offset;  // in elements, from the tensor's first
  size_t dims() const { return tensor.sizes().size() - dim; }
  int64_t size() const { return tensor.sizes()[dim]; }
  Part at(int64_t i) const { return {tensor, dim + 1, offset + i * tensor.strides()[dim]}; }
};

Scalar value_of(const Part& part) {
  return cpu::dispatch_all(part.tensor.dtype(), "print", [&]<class T>() -> Scalar {
    return Scalar(cpu::load(static_cast<const T*>(part.tensor.const_data_ptr())[part.offset]));
  });
}

std::string printed(const char* pattern, int precision, double value) {
  if (std::isnan(value)) return "nan";
  char text[400];
  const int n = snprintf(text, sizeof text, pattern, precision, value);
  return std::string(text, static_cast<size_t>(n));
}

// How wide the elements are and how they are written, decided by those that will be shown.
class Formatter {
 public:
  explicit Formatter(bool floating) : floating_(floating) {}

  void see(const Scalar& value) {
    if (!floating_) {
      widen(format(value));
      return;
    }
    const double v = value.toDouble(), magnitude = std::fabs(v);
    if (!std::isfinite(v) || v == 0) return;
    seen_ = true;
    smallest_ = std::min(smallest_, magnitude);
    largest_ = std::max(largest_, magnitude);
    int_mode_ &= v == std::ceil(v);
  }
  void decide() {
    if (!seen_) return;
    const auto& options = print_options();
    sci_mode_ = options.sci_mode.value_or(largest_ / smallest_ > 1000.0 || largest_ > 1.0e8 || smallest_ < 1.0e-4);
  }
  // The second look, once the mode is known.
  void measure(const Scalar& value) {
    const double v = value.toDouble();
    if (floating_ && std::isfinite(v) && v != 0) widen(format(value));
  }
  std::string padded(const Scalar& value) const {
    std::string text = format(value);
    return text.size() < width_ ? std::string(width_ - text.size(), ' ') + text : text;
  }
  size_t width() const { return width_; }

 private:
  std::string format(const Scalar& value) const {
    if (value.isBoolean()) return value.toBool() ? "True" : "False";
    if (!floating_) return value.isUnsigned() ? std::to_string(value.toUInt64()) : std::to_string(value.toLong());
    const double v = value.toDouble();
    if (sci_mode_) return printed("%.*e", print_options().precision, v);
    if (!int_mode_) return printed("%.*f", print_options().precision, v);
    return printed("%.*f", 0, v) + (std::isfinite(v) ? "." : "");
  }
  void widen(const std::string& text) { width_ = std::max(width_, text.size()); }

  bool floating_, int_mode_ = true, sci_mode_ = false, seen_ = false;
  double smallest_ = std::numeric_limits<double>::infinity(), largest_ = 0;
  size_t width_ = 1;
};

// How the elements of a tensor are written: the parts of complex ones each in their own width and mode.
class Writer {
 public:
  explicit Writer(const Tensor& tensor)
      : complex_(tensor.is_complex()), real_(complex_ || tensor.is_floating_point()), imag_(true) {}

  void see(const Scalar& value) {
    each_part(value, [](Formatter& f, const Scalar& part) { f.see(part); });
  }
  void decide() {
    real_.decide();
    imag_.decide();
  }
  void measure(const Scalar& value) {
    each_part(value, [](Formatter& f, const Scalar& part) { f.measure(part); });
  }
  std::string text(const Scalar& value) const {
    if (!complex_) return real_.padded(value);
    std::string imag = imag_.padded(Scalar(value.imag()));
    imag.erase(0, imag.find_first_not_of(' '));
    return real_.padded(Scalar(value.toDouble())) + (imag[0] == '-' ? "" : "+") + imag + "j";
  }
  int64_t width() const { return static_cast<int64_t>(real_.width() + (complex_ ? imag_.width() + 1 : 0)); }

 private:
  template <class F>
  void each_part(const Scalar& value, const F& f) {
    if (!complex_) return f(real_, value);
    f(real_, Scalar(value.toDouble()));
    f(imag_, Scalar(value.imag()));
  }

  bool complex_;
  Formatter real_, imag_;
};

// Calls f for the elements that are shown.
template <class F>
void for_shown(const Part& part, bool summarize, const F& f) {
  if (part.dims() == 0) return f(value_of(part));
  const int64_t n = part.size(), edge = print_options().edgeitems;
  if (summarize && edge == 0 && part.dims() > 1) return;
  const bool cut = summarize && n > 2 * edge;
  for (int64_t i = 0; i < n; ++i) {
    if (cut && i == edge) i = n - edge;
    if (i < n) for_shown(part.at(i), summarize, f);
  }
}

std::string vector_text(const Part& part, int64_t indent, bool summarize, const Writer& writer) {
  const auto& options = print_options();
  const int64_t n = part.size(), edge = options.edgeitems;
  std::vector<std::string> items;
  if (summarize && edge == 0) {
    items = {"..."};
  } else {
    const bool cut = summarize && n > 2 * edge;
    for (int64_t i = 0; i < n; ++i) {
      if (cut && i == edge) {
        items.push_back(" ...");
        i = n - edge;
      }
      items.push_back(writer.text(value_of(part.at(i))));
    }
  }
  const int64_t element = writer.width() + 2;
  const int64_t per_line = std::max<int64_t>(
      1,
      static_cast<int64_t>(std::floor(static_cast<double>(options.linewidth - indent) / static_cast<double>(element))));
  std::string text = "[";
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0)
      text +=
          static_cast<int64_t>(i) % per_line == 0 ? ",\n" + std::string(static_cast<size_t>(indent) + 1, ' ') : ", ";
    text += items[i];
  }
  return text + "]";
}

std::string part_text(const Part& part, int64_t indent, bool summarize, const Writer& writer) {
  if (part.dims() == 0) return writer.text(value_of(part));
  if (part.dims() == 1) return vector_text(part, indent, summarize, writer);
  const int64_t n = part.size(), edge = print_options().edgeitems;
  const bool cut = summarize && n > 2 * edge;
  const std::string separator =
      "," + std::string(part.dims() - 1, '\n') + std::string(static_cast<size_t>(indent) + 1, ' ');
  std::string text = "[";
  for (int64_t i = 0; i < n; ++i) {
    if (i > 0) text += separator;
    if (cut && i == edge) {
      text += "...";
      i = n - edge;
      if (i == n) break;
      text += separator;
    }
    text += part_text(part.at(i), indent + 1, summarize, writer);
  }
  return text + "]";
}

std::string values_text(const Tensor& tensor, int64_t indent) {
  if (tensor.numel() == 0) return "[]";
  const bool summarize = static_cast<double>(tensor.numel()) > print_options().threshold;
  const Part all{tensor, 0, 0};
  Writer writer(tensor);
  for_shown(all, summarize, [&](const Scalar& v) { writer.see(v); });
  writer.decide();
  for_shown(all, summarize, [&](const Scalar& v) { writer.measure(v); });
  return part_text(all, indent, summarize, writer);
}

std::string tuple_text(IntArrayRef sizes) {
  std::string text = "(";
  for (size_t i = 0; i < sizes.size(); ++i) text += (i ? ", " : "") + std::to_string(sizes[i]);
  return text + (sizes.size() == 1 ? ",)" : ")");
}

std::vector<std::string> suffixes(const Tensor& tensor) {
  std::vector<std::string> out;
  const ScalarType dtype = tensor.dtype();
  const ScalarType complex_default = get_default_dtype() == kDouble ? kComplexDouble : kComplexFloat;
  const bool plain = dtype == get_default_dtype() ||
                     (tensor.numel() > 0 && (dtype == kLong || dtype == kBool || dtype == complex_default));
  const bool show_size = tensor.numel() == 0 ? tensor.dim() != 1 : print_options().edgeitems == 0;
  if (show_size) out.push_back("size=" + tuple_text(tensor.sizes()));
  if (!plain) out.push_back("dtype=torch." + std::string(dtype_name(dtype)));
  if (const Node* node = tensor.grad_fn())
    out.push_back(std::string("grad_fn=<") + node->name + ">");
  else if (tensor.requires_grad())
    out.push_back("requires_grad=True");
  return out;
}

}  // namespace

std::string format_tensor(const Tensor& tensor, std::string_view name) {
  if (!tensor.defined()) return "[ Tensor (undefined) ]";
  const std::string prefix = std::string(name) + "(";
  const auto indent = static_cast<int64_t>(prefix.size());
  std::string text = prefix + values_text(tensor, indent);
  const size_t line = text.rfind('\n');
  auto last_line = static_cast<int64_t>(line == text.npos ? text.size() + 2 : text.size() - line + 1);
  for (const std::string& suffix : suffixes(tensor)) {
    const auto size = static_cast<int64_t>(suffix.size());
    if (last_line + size + 2 > print_options().linewidth) {
      text += ",\n" + std::string(prefix.size(), ' ') + suffix;
      last_line = indent + size;
    } else {
      text += ", " + suffix;
      last_line += size + 2;
    }
  }
  return text + ")";
}

std::string Tensor::toString() const { return format_tensor(*this); }
std::string to_string(const Tensor& tensor) { return format_tensor(tensor); }
std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return out << format_tensor(tensor); }

std::ostream& operator<<(std::ostream& out, Complex<float> value) {
  return out << '(' << value.re << ',' << value.im << ')';
}
std::ostream& operator<<(std::ostream& out, Complex<double> value) {
  return out << '(' << value.re << ',' << value.im << ')';
}
std::ostream& operator<<(std::ostream& out, const Scalar& value) {
  if (value.isComplex()) return out << value.toComplexDouble();
  if (value.isFloatingPoint()) return out << value.toDouble();
  if (value.isBoolean()) return out << (value.toBool() ? "true" : "false");
  return value.isUnsigned() ? out << value.toUInt64() : out << value.toLong();
}
std::ostream& operator<<(std::ostream& out, IntArrayRef list) { return out << format("{}", list); }
std::ostream& operator<<(std::ostream& out, ScalarType type) { return out << to_string(type); }
std::ostream& operator<<(std::ostream& out, const Device& device) { return out << device.str(); }
std::ostream& operator<<(std::ostream& out, Layout layout) {
  return out << (layout == kStrided ? "Strided" : "Sparse");
}
std::ostream& operator<<(std::ostream& out, const DeprecatedTypeProperties& type) { return out << type.toString(); }
std::ostream& operator<<(std::ostream& out, const TensorOptions& options) {
  return out << "TensorOptions(dtype=" << options.dtype() << ", device=" << options.device()
             << ", layout=" << options.layout() << ", requires_grad=" << (options.requires_grad() ? "true" : "false")
             << ")";
}

}  // namespace rushlight
