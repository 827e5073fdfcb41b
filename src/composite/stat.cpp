// Statistics and membership: covariance, quantiles, renorm, index_reduce, isin.
#include <algorithm>
#include <cmath>

#include "plan/dims.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {

using plan::wrap_dim;

Tensor nanmean(const Tensor& self, OptionalIntArrayRef dim, bool keepdim, ::std::optional<ScalarType> dtype) {
  check(is_differentiable(self.dtype()), "nanmean(): expected input to have floating point or complex dtype but got {}",
        to_string(self.dtype()));
  return self.nansum(dim, keepdim, dtype).div(self.isnan().logical_not().sum(dim, keepdim));
}

// ---- covariance -----------------------------------------------------------------------------------------------------

namespace {

void check_weights(const char* name, const Tensor& weights, int64_t observations) {
  check(weights.dim() <= 1, "cov(): expected {} to have one or fewer dimensions but got {} with {} dimensions",
        ::std::string_view(name), ::std::string_view(name), weights.dim());
  const bool whole = name[0] == 'f';
  check(whole ? is_integral(weights.dtype(), false) : is_floating_point(weights.dtype()),
        "cov(): expected {} to have {} dtype but got {} with {} dtype", ::std::string_view(name),
        ::std::string_view(whole ? "integral" : "floating point"), ::std::string_view(name),
        to_string(weights.dtype()));
  check(weights.numel() == observations,
        "cov(): expected {} to have the same numel as there are observations in the input but got {} != {}",
        ::std::string_view(name), weights.numel(), observations);
  check(observations == 0 || weights.min().item().toDouble() >= 0, "cov(): {} cannot be negative",
        ::std::string_view(name));
}

}  // namespace

Tensor cov(const Tensor& self, int64_t correction, const Tensor& fweights, const Tensor& aweights) {
  check(self.dim() <= 2, "cov(): expected input to have two or fewer dimensions but got an input with {} dimensions",
        self.dim());
  check(self.dtype() != kBool, "cov(): bool dtype is not supported for input");
  const Tensor rows = self.dim() < 2 ? self.reshape({1, self.numel()}) : self;
  const int64_t observations = rows.size(1);
  Tensor weights;
  if (fweights.defined()) {
    check_weights("fweights", fweights, observations);
    weights = fweights;
  }
  if (aweights.defined()) {
    check_weights("aweights", aweights, observations);
    weights = weights.defined() ? weights.mul(aweights) : aweights;
  }
  const Tensor total = weights.defined() ? weights.sum() : scalar_tensor(observations, kLong);
  check(!weights.defined() || total.item().toDouble() != 0, "cov(): weights sum to zero, can't be normalized");
  const Tensor mean = (weights.defined() ? rows.mul(weights) : rows).sum(1).div(total);

  Tensor norm = weights.defined() && aweights.defined() && correction != 0
                    ? total.sub(weights.mul(aweights).sum().mul(correction).div(total))
                    : total.sub(correction);
  if (norm.item().toDouble() <= 0) {
    warn("cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.");
    norm = zeros_like(norm);
  }
  const Tensor centred = rows.sub(mean.unsqueeze(1));
  const Tensor other = weights.defined() ? centred.mul(weights) : centred;
  return centred.mm(other.t().conj()).div(norm).squeeze();
}

Tensor corrcoef(const Tensor& self) {
  check(self.dim() <= 2,
        "corrcoef(): expected input to have two or fewer dimensions but got an input with {} dimensions", self.dim());
  const Tensor c = cov(self);
  if (c.dim() == 0) return c.div(c);
  const Tensor variance = c.diag();
  const Tensor deviation = (variance.is_complex() ? real(variance) : variance).sqrt();
  const Tensor scaled = c.div(deviation.view({-1, 1})).div(deviation.view({1, -1}));
  if (scaled.is_complex()) return complex(real(scaled).clamp(-1, 1), imag(scaled).clamp(-1, 1));
  return scaled.clamp(-1, 1);
}

// ---- quantiles ------------------------------------------------------------------------------------------------------

namespace {

void check_quantile(const Tensor& self, const Tensor& q, ::std::string_view interpolation) {
  check(interpolation == "linear" || interpolation == "lower" || interpolation == "higher" ||
            interpolation == "midpoint" || interpolation == "nearest",
        "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {}",
        interpolation);
  check(self.numel() > 0, "quantile() input tensor must be non-empty");
  check(q.dim() <= 1, "quantile() q must be a scalar or 1D tensor (got {} dimensions)", q.dim());
  check(self.dtype() == kFloat || self.dtype() == kDouble,
        "quantile() input tensor must be either float or double dtype (got {})", to_string(self.dtype()));
  check(self.dtype() == q.dtype(), "quantile() q tensor must be same dtype as the input tensor (got {} and {})",
        to_string(q.dtype()), to_string(self.dtype()));
  check(q.detach().ge(0).logical_and(q.detach().le(1)).all().item().toBool(),
        "quantile() q values must be in the range [0, 1]");
}

// Values between the ranks of sorted rows: (…, n) and (…, k) to (…, k).
Tensor values_at(const Tensor& sorted, const Tensor& ranks, ::std::string_view interpolation) {
  const auto pick = [&](const Tensor& whole) { return sorted.gather(-1, whole.to(kLong)); };
  if (interpolation == "lower") return pick(ranks.floor());
  if (interpolation == "higher") return pick(ranks.ceil());
  if (interpolation == "nearest") return pick(ranks.round());
  const Tensor below = ranks.detach().floor();
  const Tensor weights = interpolation == "midpoint" ? full_like(below, 0.5) : ranks.sub(below);
  return lerp(pick(below), pick(ranks.detach().ceil()), weights);
}

Tensor quantile_of(const Tensor& self, const Tensor& q, ::std::optional<int64_t> dim, bool keepdim,
                   ::std::string_view interpolation, bool skip_nan) {
  check_quantile(self, q, interpolation);
  const int64_t d = dim ? wrap_dim(*dim, self.dim()) : 0;
  DimVector sizes;
  if (dim && self.dim() > 0) {
    sizes = self.sizes();
    if (keepdim)
      sizes[static_cast<size_t>(d)] = 1;
    else
      sizes.erase(static_cast<size_t>(d));
  } else if (keepdim) {
    sizes = DimVector(static_cast<size_t>(self.dim()), 1);
  }
  const bool whole = !dim || self.dim() == 0, last = whole || d == self.dim() - 1;
  const Tensor rows = whole ? self.flatten() : last ? self : self.unsqueeze(-1).transpose(d, -1);
  const Tensor sorted = ::std::get<0>(rows.sort(-1, false));
  Tensor ranks;
  if (skip_nan) {
    ranks = q.mul(sorted.isnan().logical_not().sum(-1, true).sub(1));
    ranks = ranks.masked_fill(ranks.lt(0), 0);
  } else {
    const int64_t top = sorted.size(-1) - 1;
    ranks = where(sorted.isnan().any(-1, true), scalar_tensor(top, q.options()), q.mul(top));
  }
  Tensor values = values_at(sorted, ranks, interpolation);
  if (q.dim() == 0) return values.reshape(sizes);
  values = values.movedim(-1, 0);
  sizes.insert(0, q.numel());
  return values.reshape(sizes);
}

Tensor as_level(const Tensor& self, double q) {
  check(q >= 0 && q <= 1, "quantile() q must be in the range [0, 1] but got {}", q);
  return scalar_tensor(q, self.options());
}

}  // namespace

Tensor quantile_plain(const Tensor& self, const Tensor& q, ::std::optional<int64_t> dim, bool keepdim,
                      ::std::string_view interpolation) {
  return quantile_of(self, q, dim, keepdim, interpolation, false);
}
Tensor quantile_plain(const Tensor& self, double q, ::std::optional<int64_t> dim, bool keepdim,
                      ::std::string_view interpolation) {
  return quantile_of(self, as_level(self, q), dim, keepdim, interpolation, false);
}
Tensor nanquantile_plain(const Tensor& self, const Tensor& q, ::std::optional<int64_t> dim, bool keepdim,
                         ::std::string_view interpolation) {
  return quantile_of(self, q, dim, keepdim, interpolation, true);
}
Tensor nanquantile_plain(const Tensor& self, double q, ::std::optional<int64_t> dim, bool keepdim,
                         ::std::string_view interpolation) {
  return quantile_of(self, as_level(self, q), dim, keepdim, interpolation, true);
}

// ---- norms of slices ------------------------------------------------------------------------------------------------

Tensor renorm(const Tensor& self, const Scalar& p, int64_t dim, const Scalar& maxnorm) {
  check(!p.isComplex(), "renorm: p must be real-valued");
  check(p.toDouble() > 0, "renorm: non-positive-norm not supported (got p = {})", p.toDouble());
  check(!maxnorm.isComplex(), "renorm: maxnorm must be real-valued");
  check(maxnorm.toDouble() >= 0, "renorm: expected maxnorm to be >= 0 but got {}", maxnorm.toDouble());
  check(self.dim() > 1, "renorm: input needs at least 2 dimensions, got {} dimensions", self.dim());
  const int64_t d = wrap_dim(dim, self.dim());
  DimVector others;
  for (int64_t i = 0; i < self.dim(); ++i) {
    if (i != d) others.push_back(i);
  }
  const bool half = self.dtype() == kHalf || self.dtype() == kBFloat16;
  const Tensor norm = linalg::vector_norm(half ? self.to(kFloat) : self, p, others, true);
  const Tensor factor = where(norm.gt(maxnorm), norm.add(1e-7).reciprocal().mul(maxnorm), ones_like(norm));
  return self.mul(factor.to(self.is_complex() ? norm.dtype() : self.dtype()));
}

Tensor& renorm_(Tensor& self, const Scalar& p, int64_t dim, const Scalar& maxnorm) {
  return self.copy_(renorm(self.requires_grad() ? self.clone() : self, p, dim, maxnorm));
}

Tensor norm_except_dim(const Tensor& v, int64_t pow, int64_t dim) {
  if (dim == -1) return linalg::vector_norm(v, pow);
  const int64_t d = wrap_dim(dim, v.dim());
  DimVector others;
  for (int64_t i = 0; i < v.dim(); ++i) {
    if (i != d) others.push_back(i);
  }
  return others.empty() ? v.abs() : linalg::vector_norm(v, pow, others, true);
}

Tensor frobenius_norm(const Tensor& self, IntArrayRef dim, bool keepdim) {
  check(dim.size() <= 2, "Expected at most 2 dimensions, but got {} dimensions instead. (frobenius_norm)", dim.size());
  return linalg::vector_norm(self, 2, dim, keepdim);
}

namespace linalg {

Tensor vander(const Tensor& x, ::std::optional<int64_t> N) {
  check(x.dtype() != kBool, "linalg.vander supports floating point, complex, and integer tensors, but got {}",
        to_string(x.dtype()));
  const int64_t n = N.value_or(x.dim() == 0 ? 1 : x.size(-1));
  check(n > 1, "N must be greater than 1. (linalg.vander got {})", n);
  const Tensor rows = x.dim() == 0 ? x.reshape({1}) : x;
  DimVector sizes = rows.sizes();
  sizes.push_back(n - 1);
  const Tensor powers = rows.unsqueeze(-1).expand(sizes).cumprod(-1);
  sizes.back() = 1;
  const Tensor parts[] = {ones(sizes, powers.options()), powers};
  return cat(parts, -1);
}

}  // namespace linalg

// ---- places ---------------------------------------------------------------------------------------------------------

namespace {

void check_index_reduce(const Tensor& self, int64_t d, const Tensor& index, const Tensor& source,
                        ::std::string_view reduce) {
  check(reduce == "prod" || reduce == "mean" || reduce == "amax" || reduce == "amin",
        "index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {}.", reduce);
  check_index(index.dim() <= 1,
              "index_reduce_(): Index is supposed to be a vector, but got dim: {} with type: {} and size: {}",
              index.dim(), to_string(index.dtype()), index.sizes());
  check(index.dtype() == kLong || index.dtype() == kInt,
        "index_reduce_(): Expected dtype int32/int64 for index but got: {}", to_string(index.dtype()));
  check(self.dtype() == source.dtype(), "index_reduce_(): self ({}) and source ({}) must have the same scalar type",
        to_string(self.dtype()), to_string(source.dtype()));
  const int64_t entries = source.dim() == 0 ? 1 : source.size(wrap_dim(d, source.dim()));
  check(index.numel() == entries,
        "index_reduce_(): Number of indices ({}) should be equal to source.size(dim): ({}), for dim: {}", index.numel(),
        entries, d);
  bool fits = ::std::max<int64_t>(self.dim(), 1) == ::std::max<int64_t>(source.dim(), 1);
  for (int64_t i = 0; fits && i < ::std::min(self.dim(), source.dim()); ++i)
    fits = i == d || self.size(i) == source.size(i);
  check(fits,
        "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = {} "
        "source.shape = {}",
        self.sizes(), source.sizes());
  if (index.numel() == 0) return;
  const int64_t size = self.dim() == 0 ? 1 : self.size(d), least = index.min().item().toLong(),
                most = index.max().item().toLong();
  check_index(least >= 0 && most < size,
              "index out of range in self (index_reduce_: index {}, dimension {} has size {})",
              least < 0 ? least : most, d, size);
}

}  // namespace

namespace {

// The sums over how many went into each; entries of one index share a count.
Tensor mean_by_index(const Tensor& self, int64_t d, const Tensor& index, const Tensor& source, bool include_self) {
  const Tensor start = include_self ? self : self.index_fill(d, index, 0);
  Tensor counts = bincount(index, Tensor(), self.size(d));
  if (include_self) counts = counts.add(1);
  DimVector shape(static_cast<size_t>(self.dim()), 1);
  shape[static_cast<size_t>(d)] = self.size(d);
  counts = counts.clamp_min(1).reshape(shape);
  const Tensor sums = start.index_add(d, index, source);
  return is_integral(self.dtype(), true) ? sums.floor_divide(counts).to(self.dtype())
                                         : sums.div(counts.to(self.dtype()));
}

}  // namespace

Tensor& index_reduce_(Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, ::std::string_view reduce,
                      bool include_self) {
  const int64_t d = wrap_dim(dim, self.dim());
  check_index_reduce(self, d, index, source, reduce);
  if (self.dim() == 0)
    return self.scatter_reduce_(0, index.reshape({}).to(kLong), source.reshape({}), reduce, include_self);
  const Tensor values = source.dim() == 0 ? source.reshape({1}) : source;
  if (reduce == "mean" && self.dtype() != kBool)
    return self.copy_(mean_by_index(self, d, index.reshape({-1}).to(kLong), values, include_self));
  DimVector shape(static_cast<size_t>(self.dim()), 1);
  shape[static_cast<size_t>(d)] = index.numel();
  return self.scatter_reduce_(d, index.to(kLong).reshape(shape).expand(values.sizes()), values, reduce, include_self);
}

Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                    ::std::string_view reduce, bool include_self) {
  Tensor result = self.clone();
  return index_reduce_(result, dim, index, source, reduce, include_self);
}

namespace {

void check_isin(ScalarType dtype) {
  check(dtype != kBool && !is_complex(dtype), "Unsupported input type encountered for isin(): {}", to_string(dtype));
}

// Few test elements are compared one by one; many are sorted, and each element looked up.
Tensor found_in(const Tensor& elements, const Tensor& tests) {
  Tensor found = zeros(elements.sizes(), kBool);
  const double few = 10.0 * ::std::pow(static_cast<double>(elements.numel()), 0.145);
  if (static_cast<double>(tests.numel()) < few) {
    for (const Tensor& test : tests.reshape({-1}).unbind(0)) found = found.logical_or(elements.eq(test));
    return found;
  }
  const ScalarType common = promote_types(elements.dtype(), tests.dtype());
  const Tensor sorted = ::std::get<0>(tests.to(common).reshape({-1}).sort(0, false)), values = elements.to(common);
  const Tensor places = searchsorted(sorted, values).clamp_max(sorted.numel() - 1);
  return sorted.index_select(0, places.reshape({-1})).reshape(values.sizes()).eq(values);
}

}  // namespace

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool, bool invert) {
  check_isin(elements.dtype());
  check_isin(test_elements.dtype());
  const Tensor found = found_in(elements.detach(), test_elements.detach());
  return invert ? found.logical_not() : found;
}
Tensor isin(const Tensor& elements, const Scalar& test_element, bool, bool invert) {
  check_isin(elements.dtype());
  check_isin(test_element.type());
  return invert ? elements.detach().ne(test_element) : elements.detach().eq(test_element);
}
Tensor isin(const Scalar& element, const Tensor& test_elements, bool, bool invert) {
  check_isin(test_elements.dtype());
  check_isin(element.type());
  const Tensor found = test_elements.detach().eq(element).any();
  return invert ? found.logical_not() : found;
}

}  // namespace rushlight
