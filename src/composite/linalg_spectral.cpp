// Eigenvalues, singular values, and what is made of them: pseudo-inverses, ranks, norms of matrices, condition numbers.
#include <algorithm>
#include <limits>

#include "dispatch/autocast.h"
#include "dispatch/body.h"
#include "plan/dims.h"
#include "plan/meta_lapack.h"
#include "rushlight/ops.h"

namespace rushlight {

using meta::check_matrix;
using meta::check_number;
using meta::check_square;
using meta::with_tail;

namespace {

double epsilon_of(const Tensor& t) {
  return to_real_type(t.dtype()) == kDouble ? std::numeric_limits<double>::epsilon()
                                            : std::numeric_limits<float>::epsilon();
}

}  // namespace

Tensor matrix_exp(const Tensor& self) { return linalg::matrix_exp(self); }
Tensor pinverse_plain(const Tensor& self, double rcond) { return linalg::pinv(self, rcond, false); }

std::tuple<Tensor, Tensor, Tensor> svd_plain(const Tensor& self, bool some, bool compute_uv) {
  check(self.dim() >= 2, "linalg.svd: input should have at least 2 dimensions, but has {} dimensions instead",
        self.dim());
  if (compute_uv) {
    const auto [U, S, Vh] = linalg::svd(self, !some);
    return {U, S, conj(Vh.transpose(-2, -1))};
  }
  const int64_t m = self.size(-2), n = self.size(-1);
  Tensor S = linalg::svdvals(self);
  return {zeros(with_tail(self.sizes(), 2, {m, m}), self.options()), S,
          zeros(with_tail(self.sizes(), 2, {n, n}), self.options())};
}

Tensor nuclear_norm(const Tensor& self, bool keepdim) { return linalg::matrix_norm(self, "nuc", {-2, -1}, keepdim); }
Tensor nuclear_norm(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return linalg::matrix_norm(self, "nuc", dim, keepdim);
}

// ---- low rank: Halko, Martinsson and Tropp 2009, "Finding structure with randomness" --------------------------------------

namespace {

// Orthonormal columns that span nearly the same as A - M: a random image, refined by power iterations.
Tensor approximate_basis(const Tensor& A, int64_t q, int64_t iterations, const Tensor& M) {
  const auto image = [&](bool adjoint, const Tensor& x) {
    const auto times = [&](const Tensor& t) { return (adjoint ? conj(t.transpose(-2, -1)) : t).matmul(x); };
    return M.defined() ? times(A).sub(times(M)) : times(A);
  };
  Tensor Q = std::get<0>(linalg::qr(image(false, randn({A.size(-1), q}, A.options()))));
  for (int64_t i = 0; i < iterations; ++i) {
    Q = std::get<0>(linalg::qr(image(true, Q)));
    Q = std::get<0>(linalg::qr(image(false, Q)));
  }
  return Q;
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> svd_lowrank(const Tensor& A, std::optional<int64_t> q, std::optional<int64_t> niter,
                                               const Tensor& M) {
  check_matrix(A, "svd_lowrank");
  if (!detail::autocasting()) check_number(A, "svd_lowrank", false);
  const int64_t count = q.value_or(6), iterations = niter.value_or(2);
  check_value(count >= 0, "svd_lowrank: q must be non-negative, but got {}", count);
  check_value(iterations >= 0, "niter(={}) must be non-negative integer", iterations);
  const bool wide = A.size(-2) < A.size(-1);
  Tensor a = A, mean = M.defined() ? M.expand(A.sizes()) : M;
  if (wide) {
    a = conj(a.transpose(-2, -1));
    if (mean.defined()) mean = conj(mean.transpose(-2, -1));
  }
  const Tensor Q = approximate_basis(a, count, iterations, mean), Qh = conj(Q.transpose(-2, -1));
  Tensor B = Qh.matmul(a);
  if (mean.defined()) B = B.sub(Qh.matmul(mean));
  const auto [U, S, Vh] = linalg::svd(B, false);
  const Tensor left = Q.matmul(U), right = conj(Vh.transpose(-2, -1));
  return wide ? std::make_tuple(right, S, left) : std::make_tuple(left, S, right);
}

std::tuple<Tensor, Tensor, Tensor> pca_lowrank(const Tensor& A, std::optional<int64_t> q, bool center, int64_t niter) {
  check_matrix(A, "pca_lowrank");
  const int64_t most = std::min(A.size(-2), A.size(-1)), count = q.value_or(std::min<int64_t>(6, most));
  check_value(count >= 0 && count <= most, "q(={}) must be non-negative integer and not greater than min(m, n)={}",
              count, most);
  check_value(niter >= 0, "niter(={}) must be non-negative integer", niter);
  return svd_lowrank(center ? A.sub(A.mean(-2, true)) : A, count, niter, Tensor());
}

namespace linalg {

// ---- spectra: without vectors only where no gradient will want them ---------------------------------------------------

std::tuple<Tensor, Tensor> eigh_plain(const Tensor& self, std::string_view UPLO) {
  return _linalg_eigh(self, UPLO, true);
}
Tensor eigvalsh_plain(const Tensor& self, std::string_view UPLO) {
  return std::get<0>(_linalg_eigh(self, UPLO, detail::recording(self)));
}

namespace {

void check_finite(const Tensor& A, std::string_view op) {
  const bool number = (A.is_floating_point() || A.is_complex()) && A.dim() >= 2 && A.size(-1) == A.size(-2);
  check(!number || A.detach().isfinite().all().item<bool>(), "{}: input tensor should not contain infs or NaNs.", op);
}

}  // namespace

std::tuple<Tensor, Tensor> eig_plain(const Tensor& self) {
  check_finite(self, "torch.linalg.eig");
  return _linalg_eig(self, true);
}
Tensor eigvals_plain(const Tensor& self) {
  check_finite(self, "torch.linalg.eigvals");
  return std::get<0>(_linalg_eig(self, detail::recording(self)));
}

std::tuple<Tensor, Tensor, Tensor> svd_plain(const Tensor& A, bool full_matrices,
                                             std::optional<std::string_view> driver) {
  return _linalg_svd(A, full_matrices, true, driver);
}
Tensor svdvals_plain(const Tensor& A, std::optional<std::string_view> driver) {
  return std::get<1>(_linalg_svd(A, false, detail::recording(A), driver));
}

// ---- pseudo-inverse and rank ------------------------------------------------------------------------------------------

namespace {

// The tolerances as tensors: rtol is 0 where atol is positive, else eps times the larger side.
std::pair<Tensor, Tensor> tolerances(const Tensor& A, const Tensor& atol, const Tensor& rtol) {
  const TensorOptions real = TensorOptions(to_real_type(A.dtype()));
  const Tensor usual =
      scalar_tensor(epsilon_of(A) * static_cast<double>(std::max(A.size(-1), A.size(-2))), TensorOptions(kDouble))
          .to(real);
  const auto number = [&](const Tensor& t, std::string_view name) {
    check(!t.is_complex(), "linalg: {} tensor of complex type is not supported. Got {}", name, to_string(t.dtype()));
    return t.to(real);
  };
  if (!atol.defined()) return {zeros({}, real), rtol.defined() ? number(rtol, "rtol") : usual};
  const Tensor a = number(atol, "atol");
  return {a, rtol.defined() ? number(rtol, "rtol") : where(a.gt(0), zeros_like(a), usual)};
}
Tensor tensor_of(std::optional<double> value) {
  return value ? scalar_tensor(*value, TensorOptions(kDouble)) : Tensor();
}

void check_pinv(const Tensor& A) {
  const ScalarType real = to_real_type(A.dtype());
  check((real == kFloat || real == kDouble) && A.dim() >= 2,
        "linalg.pinv({}{{}}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types",
        to_string(A.dtype()), A.sizes());
}

}  // namespace

Tensor pinv(const Tensor& self, const Tensor& atol, const Tensor& rtol, bool hermitian) {
  check_pinv(self);
  if (hermitian) check_square(self, "linalg.eigh");
  const auto [a, r] = tolerances(self, atol, rtol);
  const Tensor inverse = _linalg_pinv(self, a, r, hermitian);
  // PyTorch ends with a product, which autocast has in the lower type.
  return detail::autocasting() ? detail::AmpCall(detail::AmpPolicy::kLower).cast(inverse) : inverse;
}
Tensor pinv(const Tensor& self, std::optional<double> atol, std::optional<double> rtol, bool hermitian) {
  return pinv(self, tensor_of(atol), tensor_of(rtol), hermitian);
}
Tensor pinv(const Tensor& self, const Tensor& rcond, bool hermitian) {
  return pinv(self, scalar_tensor(0, TensorOptions(kDouble)), rcond, hermitian);
}
Tensor pinv(const Tensor& self, double rcond, bool hermitian) {
  return pinv(self, scalar_tensor(0, TensorOptions(kDouble)), tensor_of(rcond), hermitian);
}

Tensor matrix_rank_plain(const Tensor& self, const Tensor& atol, const Tensor& rtol, bool hermitian) {
  check_matrix(self, "torch.linalg.matrix_rank", "input");
  const ScalarType real = to_real_type(self.dtype());
  check(real == kFloat || real == kDouble, "This function doesn't handle types other than float and double");
  if (hermitian) check_square(self, "linalg.matrix_rank");
  if (self.numel() == 0) return zeros(with_tail(self.sizes(), 2, {}), TensorOptions(kLong));
  const auto [a, r] = tolerances(self, atol, rtol);
  const Tensor values = hermitian ? eigvalsh(self).abs() : svdvals(self);
  const Tensor limit = maximum(a, r.mul(values.amax(-1)));
  return values.gt(limit.unsqueeze(-1)).sum(-1);
}
Tensor matrix_rank_plain(const Tensor& self, std::optional<double> atol, std::optional<double> rtol, bool hermitian) {
  return matrix_rank(self, tensor_of(atol), tensor_of(rtol), hermitian);
}
Tensor matrix_rank_plain(const Tensor& self, const Tensor& tol, bool hermitian) {
  return matrix_rank(self, tol, scalar_tensor(0, TensorOptions(kDouble)), hermitian);
}
Tensor matrix_rank_plain(const Tensor& self, double tol, bool hermitian) {
  return matrix_rank(self, tensor_of(tol), scalar_tensor(0, TensorOptions(kDouble)), hermitian);
}

// ---- norms ------------------------------------------------------------------------------------------------------------

namespace {

struct Pair {
  int64_t rows, columns;
};

std::string spaced(IntArrayRef dim) {
  std::string text;
  for (int64_t d : dim) text += (text.empty() ? "" : " ") + std::to_string(d);
  return text;
}

Pair two_dims(const Tensor& A, IntArrayRef dim, std::optional<ScalarType> dtype, bool low_precision) {
  check_matrix(A, "linalg.matrix_norm");
  check(dim.size() == 2, "linalg.matrix_norm: dim must be a 2-tuple. Got {}", spaced(dim));
  const Pair pair{plan::wrap_dim(dim[0], A.dim()), plan::wrap_dim(dim[1], A.dim())};
  check(pair.rows != pair.columns, "linalg.matrix_norm: dims must be different. Got ({}, {})", dim[0], dim[1]);
  check_number(A, "linalg.matrix_norm", low_precision);
  if (dtype) {
    check(is_differentiable(*dtype), "linalg.matrix_norm: dtype should be floating point or complex, but got {}",
          to_string(*dtype));
    check(A.is_complex() == rushlight::is_complex(*dtype),
          "linalg.matrix_norm: dtype should be {} for {} inputs, but got {}", A.is_complex() ? "complex" : "real",
          A.is_complex() ? "complex" : "real", to_string(*dtype));
    check(promote_types(A.dtype(), *dtype) == *dtype,
          "linalg.matrix_norm: the dtype of the input ({}) should be convertible without narrowing to the specified "
          "dtype "
          "({})",
          to_string(A.dtype()), to_string(*dtype));
  }
  return pair;
}

// The singular values of the matrices over the two dims, reduced by `f`, with the dims back in place if they are kept.
template <class F>
Tensor of_singular_values(const Tensor& A, Pair dims, bool keepdim, const F& f) {
  const Tensor front = A.movedim(IntArrayRef({dims.rows, dims.columns}), IntArrayRef({-2, -1}));
  Tensor result = f(svdvals(front));
  if (keepdim)
    result = result.unsqueeze(std::min(dims.rows, dims.columns)).unsqueeze(std::max(dims.rows, dims.columns));
  return result;
}

}  // namespace

Tensor matrix_norm(const Tensor& self, const Scalar& ord, IntArrayRef dim, bool keepdim,
                   std::optional<ScalarType> dtype) {
  check(!ord.isComplex(), "linalg.matrix_norm: Expected ord to be a real number, but got a complex one");
  const double order = ord.toDouble(), size = std::abs(order), infinity = std::numeric_limits<double>::infinity();
  check_matrix(self, "linalg.matrix_norm");
  check(dim.size() == 2, "linalg.matrix_norm: dim must be a 2-tuple. Got {}", spaced(dim));
  check(size == 2 || size == 1 || size == infinity, "linalg.matrix_norm: Order {} not supported.", order);
  const Pair dims = two_dims(self, dim, dtype, size != 2);
  const Tensor A = dtype ? self.to(*dtype) : self;
  const bool largest = order > 0;
  const auto extreme = [&](const Tensor& t, int64_t d, bool keep) {
    if (largest && t.size(d) == 0) return t.sum(d, keep);  // of no values: 0
    return largest ? t.amax(d, keep) : t.amin(d, keep);
  };
  if (size == 2)
    return of_singular_values(A, dims, keepdim, [&](const Tensor& values) { return extreme(values, -1, false); });
  const int64_t summed = size == infinity ? dims.columns : dims.rows;
  int64_t other = size == infinity ? dims.rows : dims.columns;
  const Tensor sums = vector_norm(A, 1, summed, keepdim);
  if (!keepdim && summed < other) --other;
  return extreme(sums, other, keepdim);
}

Tensor matrix_norm(const Tensor& self, std::string_view ord, IntArrayRef dim, bool keepdim,
                   std::optional<ScalarType> dtype) {
  check_matrix(self, "linalg.matrix_norm");
  check(dim.size() == 2, "linalg.matrix_norm: dim must be a 2-tuple. Got {}", spaced(dim));
  check(ord == "fro" || ord == "nuc", "linalg.matrix_norm: Order {} not supported.", ord);
  const Pair dims = two_dims(self, dim, dtype, ord == "fro");
  if (ord == "fro") return vector_norm(self, 2, dim, keepdim, dtype);
  return of_singular_values(dtype ? self.to(*dtype) : self, dims, keepdim,
                            [](const Tensor& values) { return values.sum(-1); });
}

Tensor norm(const Tensor& self, const std::optional<Scalar>& ord, OptionalIntArrayRef dim, bool keepdim,
            std::optional<ScalarType> dtype) {
  if (dim) {
    check(dim->size() == 1 || dim->size() == 2, "linalg.norm: If dim is specified, it must be of length 1 or 2. Got {}",
          *dim);
  } else {
    check(!ord || self.dim() == 1 || self.dim() == 2,
          "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.", self.dim());
  }
  if (ord && (dim ? dim->size() == 2 : self.dim() == 2))
    return matrix_norm(self, *ord, dim ? *dim : IntArrayRef({0, 1}), keepdim, dtype);
  return vector_norm(self, ord.value_or(Scalar(2)), dim, keepdim, dtype);
}

Tensor norm(const Tensor& self, std::string_view ord, OptionalIntArrayRef dim, bool keepdim,
            std::optional<ScalarType> dtype) {
  check(dim || self.dim() == 1 || self.dim() == 2,
        "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.", self.dim());
  return matrix_norm(self, ord, dim ? *dim : IntArrayRef({0, 1}), keepdim, dtype);
}

// ---- condition numbers --------------------------------------------------------------------------------------------------

namespace {

// The norm of A times that of its inverse, which counts as infinite where there is none.
template <class Order>
Tensor cond_of_inverse(const Tensor& A, const Order& ord) {
  const auto [inverse, info] = inv_ex(A, false);
  const Tensor singular = info.ne(0).unsqueeze(-1).unsqueeze(-1);
  const Tensor safe = inverse.masked_fill(singular, std::numeric_limits<double>::infinity());
  return matrix_norm(A, ord).mul(matrix_norm(safe, ord));
}

}  // namespace

Tensor cond_plain(const Tensor& self, const std::optional<Scalar>& p) {
  check(self.dim() >= 2, "linalg.cond: The input tensor must have at least 2 dimensions.");
  const double order = p ? p->toDouble() : 2, size = std::abs(order);
  check(size == 2 || size == 1 || size == std::numeric_limits<double>::infinity(),
        "linalg.cond got an invalid norm type: {}", order);
  if (self.numel() == 0) return zeros(with_tail(self.sizes(), 2, {}), TensorOptions(to_real_type(self.dtype())));
  if (size == 2) {
    const Tensor values = svdvals(self);
    const Tensor largest = values.select(-1, 0), smallest = values.select(-1, -1);
    return order < 0 ? smallest.div(largest) : largest.div(smallest);
  }
  check_square(self, format("linalg.cond(ord={})", order));
  return cond_of_inverse(self, Scalar(order));
}

Tensor cond_plain(const Tensor& self, std::string_view p) {
  check(self.dim() >= 2, "linalg.cond: The input tensor must have at least 2 dimensions.");
  check(p == "fro" || p == "nuc", "linalg.cond got an invalid norm type: {}", p);
  if (self.numel() == 0) return zeros(with_tail(self.sizes(), 2, {}), TensorOptions(to_real_type(self.dtype())));
  check_square(self, format("linalg.cond(ord={})", p));
  if (p == "fro") return cond_of_inverse(self, p);
  const Tensor values = svdvals(self);
  return values.sum(-1).mul(values.reciprocal().sum(-1));
}

}  // namespace linalg
}  // namespace rushlight
