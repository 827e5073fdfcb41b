// Products of groups of rows or columns, as layers of experts need them.
#include <algorithm>

#include "dispatch/autocast.h"
#include "rushlight/ops.h"

namespace rushlight::nn::functional {
namespace {

// Where each group ends, checked to ascend within `size`.
std::vector<int64_t> ends_of(const Tensor& offs, int64_t size) {
  check(offs.dim() == 1, "offs has to be 1D");
  check(offs.dtype() == kInt, "Offsets have to be int32 (grouped_mm: got {}; convert them with to(torch.int32))",
        to_string(offs.dtype()));
  const Tensor list = offs.to(kLong).contiguous();
  std::vector<int64_t> ends(list.const_data_ptr<int64_t>(), list.const_data_ptr<int64_t>() + list.numel());
  int64_t before = 0;
  for (int64_t end : ends) {
    check(end >= before && end <= size,
          "grouped_mm: offs must ascend from 0 to at most {}, the size of the grouped dimension, but holds {} after {}",
          size, end, before);
    before = end;
  }
  return ends;
}

void check_operands(const Tensor& a, const Tensor& b, const Tensor& offs, const Tensor& bias,
                    std::optional<ScalarType> out_dtype) {
  for (const auto& [name, t] : {std::pair<const char*, const Tensor*>{"mat_a", &a}, {"mat_b", &b}}) {
    check(is_floating_point(t->dtype()), "Expected {} to be Float32, BFloat16 or Float16 matrix, got {}", name,
          to_string(t->dtype()));
    check(t->dim() == 2 || t->dim() == 3, "{} has to be 2 or 3d (grouped_mm: got {})", name, t->sizes());
  }
  check(a.dtype() == b.dtype(), "grouped_mm: mat_a and mat_b must have one dtype, but got {} and {}",
        dtype_name(a.dtype()), dtype_name(b.dtype()));
  check(a.size(-1) == b.size(-2), "contraction dimension of mat_a and mat_b must match (grouped_mm: {} and {})",
        a.sizes(), b.sizes());
  check(offs.defined() == (a.dim() == 2 || b.dim() == 2),
        "Have to provide offsets if there is a 2d matrix, or no offset if both matrices are 3d");
  check(!bias.defined(), "Bias not supported yet");
  check(!out_dtype || *out_dtype == a.dtype(), "Grouped gemm output dtype must match `mat_a` dtype");
}

}  // namespace

Tensor grouped_mm(const Tensor& mat_a, const Tensor& mat_b, const Tensor& offs, const Tensor& bias,
                  std::optional<ScalarType> out_dtype) {
  const detail::NoAutocast off;  // not on PyTorch's lists
  check_operands(mat_a, mat_b, offs, bias, out_dtype);
  if (!offs.defined()) return bmm(mat_a, mat_b);
  const bool rows = mat_a.dim() == 2 && mat_b.dim() == 3, columns = mat_a.dim() == 3 && mat_b.dim() == 2;
  const int64_t size = columns ? mat_b.size(1) : rows ? mat_a.size(0) : mat_a.size(1);
  const std::vector<int64_t> ends = ends_of(offs, size);
  const auto groups = static_cast<int64_t>(ends.size());
  check((!rows || mat_b.size(0) == groups) && (!columns || mat_a.size(0) == groups),
        "matrix batch sizes have to match (grouped_mm: {} groups, mat_a {} and mat_b {})", groups, mat_a.sizes(),
        mat_b.sizes());
  std::vector<Tensor> parts;
  int64_t first = 0;
  for (int64_t g = 0; g < groups; ++g) {
    const int64_t n = ends[static_cast<size_t>(g)] - first;
    const Tensor a = columns ? mat_a.select(0, g) : mat_a.narrow(rows ? 0 : 1, first, n);
    const Tensor b = rows ? mat_b.select(0, g) : mat_b.narrow(columns ? 1 : 0, first, n);
    parts.push_back(mm(a, b));
    first += n;
  }
  const TensorOptions options = mat_a.options().requires_grad(false);
  if (!rows && !columns) return groups > 0 ? stack(parts, 0) : zeros({0, mat_a.size(0), mat_b.size(1)}, options);
  // what lies behind the last group is in none
  parts.push_back(rows ? zeros({size - first, mat_b.size(2)}, options) : zeros({mat_a.size(1), size - first}, options));
  return cat(parts, rows ? 0 : 1);
}

}  // namespace rushlight::nn::functional
