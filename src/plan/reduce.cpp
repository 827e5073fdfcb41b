// Ordering and joining the dimensions of a reduction; see Note [Cases of a reduction].
#include "plan/reduce.h"

namespace rushlight::plan {
namespace {

struct Dim {
  int64_t size, in, out;
  bool folded;
};

constexpr int64_t kNarrow = 16;  // fewer columns than this are not worth a vector each

}  // namespace

ReducePlan plan_reduce(IntArrayRef sizes, IntArrayRef strides, const DimMask& mask) {
  Dim dims[TensorImpl::kMaxDims];
  size_t n = 0;
  int64_t out = 1;
  ReducePlan plan;
  for (size_t d = sizes.size(); d-- > 0;) {
    const bool folded = mask[d];
    if (sizes[d] != 1) dims[n++] = {sizes[d], strides[d], folded ? 0 : out, folded};
    if (folded)
      plan.folded *= sizes[d];
    else
      plan.results *= sizes[d], out *= sizes[d];
  }
  // dims runs from the innermost on; sort by distance, ties keep their order, repeated (stride 0) dims go outside
  const auto key = [](const Dim& d) { return d.in == 0 ? INT64_MAX : d.in; };
  for (size_t i = 1; i < n; ++i)
    for (size_t j = i; j > 0 && key(dims[j]) < key(dims[j - 1]); --j) std::swap(dims[j], dims[j - 1]);
  size_t m = 0;
  for (size_t i = 0; i < n; ++i) {
    if (m > 0) {
      Dim& last = dims[m - 1];
      if (last.folded == dims[i].folded && dims[i].in == last.in * last.size &&
          (last.folded || dims[i].out == last.out * last.size)) {
        last.size *= dims[i].size;
        continue;
      }
    }
    dims[m++] = dims[i];
  }
  size_t inner = 0;
  if (m > 0 && !dims[0].folded && dims[0].size < kNarrow) {
    // few columns: fold runs across them instead, unless the columns lie so close that whole rows can be folded
    const bool close =
        m > 1 && dims[1].folded && dims[1].in == dims[0].in * dims[0].size && dims[0].in == 1 && dims[1].size >= 64;
    if (!close) {
      while (inner < m && !dims[inner].folded) ++inner;
      if (inner == m || dims[inner].size < 4 * dims[0].size) inner = 0;
    }
  }
  if (m > 0) {
    plan.kind = dims[inner].folded ? ReducePlan::Case::Rows : ReducePlan::Case::Columns;
    plan.run = dims[inner].size;
    plan.run_stride = dims[inner].in;
    plan.run_out = dims[inner].out;
  }
  for (size_t i = m; i-- > 0;) {
    if (i == inner) continue;
    if (dims[i].folded) {
      plan.folded_sizes.push_back(dims[i].size);
      plan.folded_in.push_back(dims[i].in);
    } else {
      plan.kept_sizes.push_back(dims[i].size);
      plan.kept_in.push_back(dims[i].in);
      plan.kept_out.push_back(dims[i].out);
    }
  }
  return plan;
}

Slices slices(IntArrayRef sizes, int64_t dim) {
  Slices s;
  if (sizes.empty()) return s;
  for (size_t d = 0; d < sizes.size(); ++d) {
    int64_t& part = static_cast<int64_t>(d) < dim ? s.outer : static_cast<int64_t>(d) == dim ? s.n : s.inner;
    part = static_cast<int64_t>(d) == dim ? sizes[d] : part * sizes[d];
  }
  return s;
}

}  // namespace rushlight::plan
