// Distances of rows: all pairs of two sets, or the pairs within one.
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

// Rows from which the product of two matrices is quicker than the differences.
constexpr int64_t kManyRows = 25;

void check_distance(const char* op, double p) {
  check(p >= 0, "{} only supports non-negative p values (got {})", std::string_view(op), p);
}

bool through_product(std::string_view mode, double p, int64_t n, int64_t k) {
  check_value(mode == "use_mm_for_euclid_dist_if_necessary" || mode == "use_mm_for_euclid_dist" ||
                  mode == "donot_use_mm_for_euclid_dist",
              "{} is not a valid value for compute_mode", mode);
  if (p != 2 || mode == "donot_use_mm_for_euclid_dist") return false;
  return mode == "use_mm_for_euclid_dist" || n > kManyRows || k > kManyRows;
}

Tensor upper_pairs(const Tensor& self, double p) {
  check(self.dim() == 2, "pdist only supports 2D tensors, got: {}D", self.dim());
  check(is_floating_point(self.dtype()), "pdist only supports floating-point dtypes (got {})", to_string(self.dtype()));
  check_distance("pdist", p);
  return _pdist(self, p);
}

}  // namespace

Tensor cdist_plain(const Tensor& x1, const Tensor& x2, double p, std::string_view compute_mode) {
  for (const auto& [name, t] : {std::pair<std::string_view, const Tensor&>("X1", x1), {"X2", x2}}) {
    check(is_floating_point(t.dtype()), "cdist only supports floating-point dtypes, {} got: {}", name,
          to_string(t.dtype()));
    check(t.dim() >= 2, "cdist only supports at least 2D tensors, {} got: {}D", name, t.dim());
  }
  check(x1.size(-1) == x2.size(-1), "X1 and X2 must have the same number of columns. X1: {} X2: {}", x1.size(-1),
        x2.size(-1));
  check(x1.dtype() == x2.dtype(), "expected scalar type {} but found {} (cdist: both must have one dtype)",
        to_string(x1.dtype()), to_string(x2.dtype()));
  check_distance("cdist", p);
  const int64_t n = x1.size(-2), k = x2.size(-2), m = x1.size(-1);
  const bool product = through_product(compute_mode, p, n, k);
  const auto outer = [](const Tensor& t) { return t.sizes().slice(0, static_cast<size_t>(t.dim() - 2)); };
  const DimVector batch = plan::broadcast(outer(x1), outer(x2));
  const int64_t count = plan::numel_of(batch);
  const auto stacked = [&](const Tensor& t, int64_t rows) {
    DimVector sizes = batch;
    sizes.push_back(rows);
    sizes.push_back(m);
    return t.expand(sizes).reshape({count, rows, m});
  };
  DimVector sizes = batch;
  sizes.push_back(n);
  sizes.push_back(k);
  return _cdist(stacked(x1, n), stacked(x2, k), p, product).reshape(sizes);
}

Tensor pdist(const Tensor& self, double p) { return upper_pairs(self, p); }
Tensor nn::functional::pdist(const Tensor& input, double p) { return upper_pairs(input, p); }

}  // namespace rushlight
