// Differences, derivatives and integrals of samples.
#include <algorithm>

#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

using plan::wrap_dim;

Tensor after_first(const Tensor& t, int64_t dim) { return t.slice(dim, 1); }
Tensor before_last(const Tensor& t, int64_t dim) { return t.slice(dim, 0, -1); }
Tensor at(const Tensor& t, int64_t dim, int64_t index) {
  return t.slice(dim, index, index == -1 ? INT64_MAX : index + 1);
}

}  // namespace

// ---- differences ----------------------------------------------------------------------------------------------------

Tensor diff(const Tensor& self, int64_t n, int64_t dim, const Tensor& prepend, const Tensor& append) {
  check(self.dim() >= 1, "diff expects input to be at least one-dimensional");
  check(n >= 0, "order must be non-negative but got {}", n);
  const int64_t d = wrap_dim(dim, self.dim());
  std::vector<Tensor> parts;
  for (const Tensor* part : {&prepend, &self, &append}) {
    if (!part->defined()) continue;
    check(part->dim() == self.dim(),
          "diff expects prepend or append to be the same dimension as input (got {} and {} dimensions)", part->dim(),
          self.dim());
    for (int64_t i = 0; i < self.dim(); ++i) {
      check(i == d || part->size(i) == self.size(i),
            "diff expects the shape of tensor to prepend or append to match that of input except along the "
            "differencing dimension; input.size({}) = {}, but got tensor.size({}) = {}",
            i, self.size(i), i, part->size(i));
    }
    parts.push_back(*part);
  }
  if (n == 0) return self.clone();
  Tensor result = parts.size() == 1 ? self : cat(parts, d);
  for (int64_t k = std::min(n, result.size(d)); k > 0; --k) {
    const Tensor later = after_first(result, d), earlier = before_last(result, d);
    result = result.dtype() == kBool ? later.logical_xor(earlier) : later.sub(earlier);
  }
  return result;
}

// ---- derivatives ----------------------------------------------------------------------------------------------------

namespace {

constexpr int64_t kNoList = -1;

// The dims to differentiate along, wrapped, after all checks. `spacings`: how many distances a list gave, or kNoList.
DimVector gradient_dims(const Tensor& self, OptionalIntArrayRef dim, int64_t spacings, int64_t edge_order) {
  check(edge_order == 1 || edge_order == 2, "torch.gradient only supports edge_order=1 and edge_order=2. (got {})",
        edge_order);
  if (spacings != kNoList && !dim) {
    check(
        spacings == self.dim(),
        "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = {}', "
        "since dim argument was not given, but got a list of length {}",
        self.dim(), spacings);
  }
  if (spacings != kNoList && dim) {
    check(spacings == static_cast<int64_t>(dim->size()),
          "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the "
          "same length, but got a spacing argument of length {} and a dim argument of length {}.",
          spacings, dim->size());
  }
  DimVector dims;
  if (dim) {
    plan::dim_mask(*dim, self.dim(), false);
    for (int64_t d : *dim) dims.push_back(wrap_dim(d, self.dim()));
  } else {
    for (int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
  }
  if (self.dim() == 0) return {};
  for (int64_t d : dims) {
    check(self.size(d) >= edge_order + 1,
          "torch.gradient expected each dimension size to be at least edge_order+1 (dimension {} of shape {})", d,
          self.sizes());
  }
  return dims;
}

Tensor even_gradient(const Tensor& x, int64_t d, double step, int64_t edge_order) {
  const auto value = [&](int64_t index) { return at(x, d, index); };
  const Tensor middle = x.slice(d, 2).sub(x.slice(d, 0, -2)).div(step).div(2);
  Tensor first, last;
  if (edge_order == 1) {
    first = value(1).sub(value(0)).div(step);
    last = value(-1).sub(value(-2)).div(step);
  } else {
    first = value(0).mul(-1.5).add(value(1).mul(2)).sub(value(2).mul(0.5)).div(step);
    last = value(-1).mul(1.5).sub(value(-2).mul(2)).add(value(-3).mul(0.5)).div(step);
  }
  const Tensor parts[] = {first, middle, last};
  return cat(parts, d);
}

// Through the parabola of each three neighbours, whose distances are a and b.
Tensor uneven_gradient(const Tensor& x, int64_t d, const Tensor& coordinates, int64_t edge_order) {
  DimVector shape(static_cast<size_t>(x.dim()), 1);
  shape[static_cast<size_t>(d)] = -1;
  const Tensor steps = diff(coordinates, 1, 0).reshape(shape);
  const auto value = [&](int64_t index) { return at(x, d, index); };
  const Tensor a = before_last(steps, d), b = after_first(steps, d), sum = a.add(b);
  const Tensor middle = x.slice(d, 0, -2)
                            .mul(b.neg().div(a.mul(sum)))
                            .add(x.slice(d, 1, -1).mul(b.sub(a).div(a.mul(b))))
                            .add(x.slice(d, 2).mul(a.div(b.mul(sum))));
  Tensor first, last;
  if (edge_order == 1) {
    first = value(1).sub(value(0)).div(at(steps, d, 0));
    last = value(-1).sub(value(-2)).div(at(steps, d, -1));
  } else {
    const Tensor p = at(steps, d, 0), q = at(steps, d, 1), r = at(steps, d, -2), s = at(steps, d, -1);
    first = value(0)
                .mul(p.mul(2).add(q).neg().div(p.mul(p.add(q))))
                .add(value(1).mul(p.add(q).div(p.mul(q))))
                .add(value(2).mul(p.neg().div(q.mul(p.add(q)))));
    last = value(-3)
               .mul(s.div(r.mul(r.add(s))))
               .add(value(-2).mul(r.add(s).neg().div(r.mul(s))))
               .add(value(-1).mul(s.mul(2).add(r).div(s.mul(r.add(s)))));
  }
  const Tensor parts[] = {first, middle, last};
  return cat(parts, d);
}

std::vector<Tensor> even_gradients(const Tensor& self, ArrayRef<double> spacing, OptionalIntArrayRef dim, bool listed,
                                   int64_t edge_order) {
  const DimVector dims = gradient_dims(self, dim, listed ? static_cast<int64_t>(spacing.size()) : kNoList, edge_order);
  std::vector<Tensor> out;
  for (size_t i = 0; i < dims.size(); ++i)
    out.push_back(even_gradient(self, dims[i], listed ? spacing[i] : spacing[0], edge_order));
  return out;
}

std::vector<Tensor> uneven_gradients(const Tensor& self, TensorList spacing, OptionalIntArrayRef dim,
                                     int64_t edge_order) {
  const DimVector dims = gradient_dims(self, dim, static_cast<int64_t>(spacing.size()), edge_order);
  for (const Tensor& t : spacing) {
    check(t.dim() == 1,
          "torch.gradient expected each element of spacing to have one dimension, but got an element with {} "
          "dimensions!",
          t.dim());
  }
  std::vector<Tensor> out;
  for (size_t i = 0; i < dims.size(); ++i) out.push_back(uneven_gradient(self, dims[i], spacing[i], edge_order));
  return out;
}

// A single dim as a list that lives as long as the caller's variable.
OptionalIntArrayRef listed(const std::optional<int64_t>& dim) {
  return dim ? OptionalIntArrayRef(IntArrayRef(&*dim, 1)) : OptionalIntArrayRef();
}

}  // namespace

std::vector<Tensor> gradient(const Tensor& self, std::optional<double> spacing, std::optional<int64_t> dim,
                             int64_t edge_order) {
  const double step = spacing.value_or(1);
  return even_gradients(self, ArrayRef<double>(&step, 1), listed(dim), false, edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, double spacing, IntArrayRef dim, int64_t edge_order) {
  return even_gradients(self, ArrayRef<double>(&spacing, 1), dim, false, edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, IntArrayRef dim, int64_t edge_order) {
  const double step = 1;
  return even_gradients(self, ArrayRef<double>(&step, 1), dim, false, edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, ArrayRef<double> spacing, std::optional<int64_t> dim,
                             int64_t edge_order) {
  return even_gradients(self, spacing, listed(dim), true, edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, ArrayRef<double> spacing, IntArrayRef dim, int64_t edge_order) {
  return even_gradients(self, spacing, dim, true, edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, TensorList spacing, std::optional<int64_t> dim, int64_t edge_order) {
  return uneven_gradients(self, spacing, listed(dim), edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, TensorList spacing, IntArrayRef dim, int64_t edge_order) {
  return uneven_gradients(self, spacing, dim, edge_order);
}

// ---- integrals ------------------------------------------------------------------------------------------------------

namespace {

void check_no_bool(const char* op, const Tensor& y, const Tensor& x) {
  check(y.dtype() != kBool && (!x.defined() || x.dtype() != kBool),
        "{}: received a bool input for `{}`, but bool is not supported", std::string_view(op),
        y.dtype() == kBool ? "y" : "x");
}

// The distances of the coordinates, shaped to broadcast with the samples.
Tensor distances(const char* op, const Tensor& y, const Tensor& x, int64_t dim) {
  const int64_t d = wrap_dim(dim, y.dim());
  check_index(y.dim() > 0, "Dimension specified as {} but tensor has no dimensions ({})", dim, std::string_view(op));
  DimVector shape(static_cast<size_t>(std::max(x.dim(), y.dim())), 1);
  if (x.dim() == 1) {
    check(x.size(0) == y.size(d), "{}: There must be one `x` value for each sample point (got {} and {})",
          std::string_view(op), x.size(0), y.size(d));
    shape[static_cast<size_t>(d) + shape.size() - static_cast<size_t>(y.dim())] = x.size(0);
  } else {
    for (int64_t i = 0; i < x.dim(); ++i) shape[shape.size() - static_cast<size_t>(x.dim() - i)] = x.size(i);
  }
  const Tensor coordinates = x.reshape(shape);
  return after_first(coordinates, d).sub(before_last(coordinates, d));
}

Tensor trapezoid_over(const char* op, const Tensor& y, const Tensor& x, int64_t dim) {
  check_no_bool(op, y, x);
  const Tensor steps = distances(op, y, x, dim);
  const int64_t d = wrap_dim(dim, y.dim());
  return after_first(y, d).add(before_last(y, d)).mul(steps).sum(dim).div(2);
}

Tensor trapezoid_even(const Tensor& y, const Scalar& dx, int64_t dim) {
  check_no_bool("trapezoid", y, Tensor());
  check_index(y.dim() > 0, "Dimension specified as {} but tensor has no dimensions", dim);
  const int64_t d = wrap_dim(dim, y.dim());
  if (y.size(d) == 0) return y.sum(d);
  return y.sum(d).sub(y.select(d, 0).add(y.select(d, -1)).mul(0.5)).mul(dx);
}

}  // namespace

Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim) { return trapezoid_over("trapezoid", y, x, dim); }
Tensor trapezoid(const Tensor& y, const Scalar& dx, int64_t dim) { return trapezoid_even(y, dx, dim); }
Tensor trapz(const Tensor& y, const Tensor& x, int64_t dim) { return trapezoid_over("trapezoid", y, x, dim); }
Tensor trapz(const Tensor& y, const Scalar& dx, int64_t dim) { return trapezoid_even(y, dx, dim); }

Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  check_no_bool("cumulative_trapezoid", y, x);
  const Tensor steps = distances("cumulative_trapezoid", y, x, dim);
  const int64_t d = wrap_dim(dim, y.dim());
  return after_first(y, d).add(before_last(y, d)).mul(steps).cumsum(dim).div(2);
}
Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx, int64_t dim) {
  check_no_bool("cumulative_trapezoid", y, Tensor());
  check_index(y.dim() > 0, "slice() cannot be applied to a 0-dim tensor.");
  const int64_t d = wrap_dim(dim, y.dim());
  return after_first(y, d).add(before_last(y, d)).mul(dx).div(2).cumsum(d);
}

}  // namespace rushlight
