// Tensors as text: std::cout << tensor, and the options that both doors share.
#pragma once
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "rushlight/export.h"
#include "rushlight/tensor.h"

namespace rushlight {

struct PrintOptions {
  int precision = 4;        // digits behind the point
  double threshold = 1000;  // with more elements than this, only the edges are shown
  int64_t edgeitems = 3;
  int64_t linewidth = 80;
  std::optional<bool> sci_mode;  // unset: chosen by the values
};
// The options in force; change them in place.
RL_API PrintOptions& print_options();

// "tensor([1., 2.], requires_grad=True)"; `name` stands in front of the parenthesis.
RL_API std::string format_tensor(const Tensor& tensor, std::string_view name = "tensor");
RL_API std::ostream& operator<<(std::ostream& out, const Tensor& tensor);
// (1,2)
RL_API std::ostream& operator<<(std::ostream& out, Complex<float> value);
RL_API std::ostream& operator<<(std::ostream& out, Complex<double> value);
RL_API std::ostream& operator<<(std::ostream& out, const Scalar& value);
// Sizes and strides: [2, 3]
RL_API std::ostream& operator<<(std::ostream& out, IntArrayRef list);
RL_API std::ostream& operator<<(std::ostream& out, ScalarType type);
RL_API std::ostream& operator<<(std::ostream& out, const Device& device);
RL_API std::ostream& operator<<(std::ostream& out, Layout layout);
RL_API std::ostream& operator<<(std::ostream& out, const DeprecatedTypeProperties& type);
// TensorOptions(dtype=Float, device=cpu, layout=Strided, requires_grad=false)
RL_API std::ostream& operator<<(std::ostream& out, const TensorOptions& options);

}  // namespace rushlight
