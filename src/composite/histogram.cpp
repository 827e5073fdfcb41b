// Histograms in one and more dimensions: arguments, edges and densities.
#include <algorithm>
#include <cmath>

#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

constexpr std::string_view kSame =
    "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its "
    "innermost dimension, but got input with shape {} and weight with shape {}";

void check_input(const Tensor& points, const Tensor& weight, IntArrayRef shape) {
  check_not_implemented(points.dtype() == kFloat || points.dtype() == kDouble,
                        "\"histogramdd\" not implemented for '{}'", to_string(points.dtype()));
  if (!weight.defined()) return;
  check(weight.dtype() == points.dtype(),
        "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, "
        "but got input({}), and weight({})",
        to_string(points.dtype()), to_string(weight.dtype()));
  bool fits = weight.dim() + 1 == static_cast<int64_t>(shape.size());
  for (int64_t i = 0; fits && i < weight.dim(); ++i) fits = weight.size(i) == shape[static_cast<size_t>(i)];
  check(fits, kSame, shape, weight.sizes());
}

void check_edges(const Tensor& edges, ScalarType dtype, int64_t d) {
  check(edges.dim() == 1,
        "torch.histogramdd: bins tensor should have one dimension, but got {} dimensions in the bins tensor for "
        "dimension {}",
        edges.dim(), d);
  check(edges.dtype() == dtype,
        "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype {} and "
        "bins for dimension {} with dtype {}",
        to_string(dtype), d, to_string(edges.dtype()));
  check(edges.numel() > 1, "torch.histogram(): bins must be > 0, but got {} for dimension {}", edges.numel() - 1, d);
}

// Equal bins over the given range, or over the data.
Tensor even_edges(const Tensor& values, int64_t bins, const double* range, int64_t d) {
  check(bins > 0, "torch.histogram(): bins must be > 0, but got {} for dimension {}", bins, d);
  double low = 0, high = 1;
  if (range) {
    low = range[0];
    high = range[1];
  } else if (values.numel() > 0) {
    low = values.min().item().toDouble();
    high = values.max().item().toDouble();
  }
  check(std::isfinite(low) && std::isfinite(high), "torch.histogramdd: dimension {}'s range [{}, {}] is not finite", d,
        low, high);
  check(low <= high, "torch.histogramdd: min should not exceed max, but got min {} max {} for dimension {}", low, high,
        d);
  if (low == high) {
    low -= 0.5;
    high += 0.5;
  }
  return linspace(low, high, bins + 1, values.dtype());
}

const double* range_of(const std::optional<ArrayRef<double>>& range, int64_t dims) {
  if (!range) return nullptr;
  check(static_cast<int64_t>(range->size()) == 2 * dims,
        "torch.histogramdd: for a {}-dimensional histogram range should have {} elements, but got {}", dims, 2 * dims,
        range->size());
  return range->data();
}

// points (n, d), one vector of edges for each column, weight (n) or undefined.
Tensor counted(const Tensor& points, TensorList edges, const Tensor& weight, bool even, bool density) {
  DimVector sizes;
  for (const Tensor& t : edges) sizes.push_back(t.numel() - 1);
  Tensor result = _histogram(points, edges, weight, even).reshape(sizes);
  if (!density) return result;
  result = result.div(result.sum());
  for (size_t d = 0; d < edges.size(); ++d) {
    DimVector shape(edges.size(), 1);
    shape[d] = -1;
    result = result.div(diff(edges[d]).reshape(shape));
  }
  return result;
}

Tensor flat_points(const Tensor& self) {
  check(self.dim() >= 2, "torch.histogramdd: input tensor should have at least 2 dimensions, but got {}", self.dim());
  const int64_t dims = self.size(-1);
  return self.detach().reshape({dims == 0 ? 0 : self.numel() / dims, dims});
}

std::tuple<Tensor, std::vector<Tensor>> histogram_grid(const Tensor& self, IntArrayRef bins,
                                                       const std::optional<ArrayRef<double>>& range,
                                                       const Tensor& weight, bool density) {
  const Tensor points = flat_points(self);
  const int64_t dims = points.size(1);
  check(static_cast<int64_t>(bins.size()) == dims,
        "histogramdd: The size of bins must be equal to the innermost dimension of the input. (got {} and {})",
        bins.size(), dims);
  check_input(points, weight, self.sizes());
  int64_t total = 1;
  for (int64_t count : bins) {
    check(!__builtin_mul_overflow(total, count, &total), "torch.histogramdd: {} are too many bins", bins);
  }
  const double* limits = range_of(range, dims);
  std::vector<Tensor> edges;
  for (int64_t d = 0; d < dims; ++d) {
    edges.push_back(
        even_edges(points.select(1, d), bins[static_cast<size_t>(d)], limits ? limits + 2 * d : nullptr, d));
  }
  return {counted(points, edges, weight.defined() ? weight.detach().reshape({-1}) : weight, true, density), edges};
}

}  // namespace

std::tuple<Tensor, Tensor> histogram(const Tensor& self, int64_t bins, std::optional<ArrayRef<double>> range,
                                     const Tensor& weight, bool density) {
  const Tensor points = self.detach().reshape({-1, 1}),
               flat = weight.defined() ? weight.detach().reshape({-1}) : weight;
  check_input(points, flat, points.sizes());
  const Tensor edges = even_edges(points, bins, range_of(range, 1), 0);
  return {counted(points, edges, flat, true, density), edges};
}

std::tuple<Tensor, Tensor> histogram(const Tensor& self, const Tensor& bins, const Tensor& weight, bool density) {
  const Tensor points = self.detach().reshape({-1, 1}),
               flat = weight.defined() ? weight.detach().reshape({-1}) : weight;
  check_input(points, flat, points.sizes());
  check_edges(bins, points.dtype(), 0);
  const Tensor edges = bins.detach().clone(MemoryFormat::Contiguous);
  return {counted(points, edges, flat, false, density), edges};
}

std::tuple<Tensor, std::vector<Tensor>> histogramdd(const Tensor& self, IntArrayRef bins,
                                                    std::optional<ArrayRef<double>> range, const Tensor& weight,
                                                    bool density) {
  return histogram_grid(self, bins, range, weight, density);
}

std::tuple<Tensor, std::vector<Tensor>> histogramdd(const Tensor& self, int64_t bins,
                                                    std::optional<ArrayRef<double>> range, const Tensor& weight,
                                                    bool density) {
  check(self.dim() >= 2, "torch.histogramdd: input tensor should have at least 2 dimensions, but got {}", self.dim());
  return histogram_grid(self, DimVector(static_cast<size_t>(self.size(-1)), bins), range, weight, density);
}

std::tuple<Tensor, std::vector<Tensor>> histogramdd(const Tensor& self, TensorList bins,
                                                    std::optional<ArrayRef<double>>, const Tensor& weight,
                                                    bool density) {
  const Tensor points = flat_points(self);
  check_input(points, weight, self.sizes());
  check(static_cast<int64_t>(bins.size()) == points.size(1),
        "histogramdd: The size of bins must be equal to the innermost dimension of the input. (got {} and {})",
        bins.size(), points.size(1));
  std::vector<Tensor> edges;
  for (const Tensor& t : bins) {
    check_edges(t, points.dtype(), static_cast<int64_t>(edges.size()));
    edges.push_back(t.detach().contiguous());
  }
  return {counted(points, edges, weight.defined() ? weight.detach().reshape({-1}) : weight, false, density),
          bins.vec()};
}

}  // namespace rushlight
