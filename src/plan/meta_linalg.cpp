// Shapes and checks of matrix products; messages name both shapes.
#include "plan/meta_linalg.h"

#include "plan/dims.h"

namespace rushlight::meta {
namespace {

std::string shape_x(const Tensor& t) { return format("{}x{}", t.sizes()[0], t.sizes()[1]); }

void check_types(const Tensor& a, const Tensor& b) {
  check(a.dtype() == b.dtype(), "expected m1 and m2 to have the same dtype, but got: {} != {} (convert one with to())",
        dtype_name(a.dtype()), dtype_name(b.dtype()));
  check_not_implemented(a.dtype() != kBool, "\"addmm_impl_cpu_\" not implemented for 'Bool'");
}

// As check_types, in the words of products that add something.
void check_added_types(const Tensor& a, const Tensor& b) {
  check(a.dtype() == b.dtype(), "mat1 and mat2 must have the same dtype, but got {} and {} (convert one with to())",
        to_string(a.dtype()), to_string(b.dtype()));
}

// self can be expanded to the product's shape.
void check_expandable(const Tensor& self, IntArrayRef target) {
  const size_t n = target.size(), have = static_cast<size_t>(self.dim());
  check(have <= n,
        "expand: the number of sizes provided ({}) must be greater or equal to the number of dimensions in the tensor "
        "({})",
        n, have);
  for (size_t i = 0; i < have; ++i) {
    const int64_t s = self.sizes()[i], want = target[n - have + i];
    check(s == want || s == 1,
          "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton dimension {}.  "
          "Target sizes: {}.  Tensor sizes: {}",
          want, s, n - have + i, target, self.sizes());
  }
}

}  // namespace

Meta mm(const Tensor& self, const Tensor& mat2) {
  check(self.dim() == 2, "self must be a matrix (mm: self has shape {})", self.sizes());
  check(mat2.dim() == 2, "mat2 must be a matrix (mm: mat2 has shape {})", mat2.sizes());
  if (self.sizes()[1] != mat2.sizes()[0]) [[unlikely]] {
    check(false, "mat1 and mat2 shapes cannot be multiplied ({} and {}): {} columns must meet as many rows, not {}",
          shape_x(self), shape_x(mat2), self.sizes()[1], mat2.sizes()[0]);
  }
  check_types(self, mat2);
  return {{self.sizes()[0], mat2.sizes()[1]}, self.dtype()};
}

Meta addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2) {
  check(mat1.dim() == 2 && mat2.dim() == 2, "mat1 and mat2 must be matrices (addmm: shapes {} and {})", mat1.sizes(),
        mat2.sizes());
  if (mat1.sizes()[1] == mat2.sizes()[0]) check_added_types(mat1, mat2);
  Meta m = mm(mat1, mat2);
  check(self.dtype() == m.dtype, "self and mat2 must have the same dtype, but got {} and {}", to_string(self.dtype()),
        to_string(m.dtype));
  check_expandable(self, m.sizes);
  return m;
}

Meta bmm(const Tensor& self, const Tensor& mat2) {
  check(self.dim() == 3, "batch1 must be a 3D tensor (bmm: got shape {})", self.sizes());
  check(mat2.dim() == 3, "batch2 must be a 3D tensor (bmm: got shape {})", mat2.sizes());
  check(mat2.sizes()[0] == self.sizes()[0] && mat2.sizes()[1] == self.sizes()[2],
        "Expected size for first two dimensions of batch2 tensor to be: [{}, {}] but got: [{}, {}]. (shapes {} and {})",
        self.sizes()[0], self.sizes()[2], mat2.sizes()[0], mat2.sizes()[1], self.sizes(), mat2.sizes());
  check_types(self, mat2);
  return {{self.sizes()[0], self.sizes()[1], mat2.sizes()[2]}, self.dtype()};
}

Meta baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2) {
  Meta m = bmm(batch1, batch2);
  check(self.dtype() == m.dtype, "Input dtypes must be the same, got: input {}, batch1: {}", to_string(self.dtype()),
        to_string(m.dtype));
  check_expandable(self, m.sizes);
  return m;
}

Meta mv(const Tensor& self, const Tensor& vec) {
  check(self.dim() == 2 && vec.dim() == 1, "vector + matrix @ vector expected, got 1, {}, {} (shapes {} and {})",
        self.dim(), vec.dim(), self.sizes(), vec.sizes());
  check(self.sizes()[1] == vec.sizes()[0], "size mismatch, got input ({}), mat ({}x{}), vec ({})", self.sizes()[0],
        self.sizes()[0], self.sizes()[1], vec.sizes()[0]);
  check_types(self, vec);
  return {IntArrayRef(self.sizes()[0]), self.dtype()};
}

Meta dot(const Tensor& self, const Tensor& tensor) {
  check(self.dim() == 1 && tensor.dim() == 1, "1D tensors expected, but got {}D and {}D tensors", self.dim(),
        tensor.dim());
  check(self.dtype() == tensor.dtype(), "dot : expected both vectors to have same dtype, but found {} and {}",
        to_string(self.dtype()), to_string(tensor.dtype()));
  check(self.numel() == tensor.numel(),
        "inconsistent tensor size, expected tensor [{}] and src [{}] to have the same number of elements, but got {} "
        "and {} elements respectively",
        self.numel(), tensor.numel(), self.numel(), tensor.numel());
  check_not_implemented(self.dtype() != kBool, "\"dot\" not implemented for 'Bool'");
  return {IntArrayRef(), self.dtype()};
}

Meta matmul(const Tensor& self, const Tensor& other) {
  const IntArrayRef a = self.sizes(), b = other.sizes();
  const size_t p = a.size(), q = b.size();
  check(p >= 2 && q >= 2, "both arguments to matmul need to be at least 2D here, but they are {}D and {}D", p, q);
  for (size_t d = 3; d <= std::min(p, q); ++d) {
    const int64_t x = a[p - d], y = b[q - d];
    check(
        x == y || x == 1 || y == 1,
        "The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}: the batches of "
        "matmul's shapes {} and {} cannot be broadcast together",
        x, y, std::max(p, q) - d, a, b);
  }
  DimVector sizes = plan::broadcast(a.slice(0, p - 2), b.slice(0, q - 2));
  if (a[p - 1] != b[q - 2]) [[unlikely]] {
    const int64_t batch = plan::numel_of(sizes);
    check(q > 2, "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{}): matmul of shapes {} and {}",
          batch * a[p - 2], a[p - 1], b[q - 2], b[q - 1], a, b);
    check(false,
          "Expected size for first two dimensions of batch2 tensor to be: [{}, {}] but got: [{}, {}]. (matmul: shapes "
          "{} and {} cannot be multiplied)",
          batch, a[p - 1], batch, b[q - 2], a, b);
  }
  check_types(self, other);
  sizes.push_back(a[p - 2]);
  sizes.push_back(b[q - 1]);
  return {sizes, self.dtype()};
}

Meta linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  check(input.dim() >= 1, "linear(): argument 'input' must be at least 1D, but got shape {}", input.sizes());
  check(weight.dim() == 2, "linear(): argument 'weight' must be 2D (out_features, in_features), but got shape {}",
        weight.sizes());
  const int64_t k = input.sizes().back(), n = weight.sizes()[0];
  if (k != weight.sizes()[1]) [[unlikely]] {
    check(false,
          "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{}): linear expected {} features in the last "
          "dimension of input {}, got {}",
          k == 0 ? 0 : input.numel() / k, k, weight.sizes()[1], n, weight.sizes()[1], input.sizes(), k);
  }
  if (bias.defined()) check_added_types(input, weight);
  check_types(input, weight);
  if (bias.defined()) {
    check(bias.dtype() == input.dtype(),
          "self and mat2 must have the same dtype, but got {} and {} (linear: bias and input)", to_string(bias.dtype()),
          to_string(input.dtype()));
    check(bias.dim() <= 1 && (bias.numel() == n || bias.numel() == 1),
          "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton dimension 1.  "
          "Target sizes: [{}, {}].  Tensor sizes: {}",
          n, bias.numel(), k == 0 ? 0 : input.numel() / k, n, bias.sizes());
  }
  Meta m(input.sizes(), input.dtype());
  m.sizes.back() = n;
  return m;
}

}  // namespace rushlight::meta
