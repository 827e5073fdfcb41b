// Factorizations, determinants, inverses and solutions of linear systems, written with the ops that call LAPACK.
#include <algorithm>
#include <limits>

#include "dispatch/body.h"
#include "plan/dims.h"
#include "plan/meta_lapack.h"
#include "rushlight/ops.h"

namespace rushlight {

using meta::check_infos;
using meta::check_number;
using meta::check_square;
using meta::with_tail;

namespace {

DimVector batch_of(const Tensor& t) { return with_tail(t.sizes(), 2, {}); }

// Both matrices with the batch that they broadcast to.
std::pair<Tensor, Tensor> with_one_batch(const Tensor& a, const Tensor& b) {
  const DimVector batch = plan::broadcast(batch_of(a), batch_of(b));
  const auto spread = [&](const Tensor& t) {
    DimVector sizes = batch;
    sizes.push_back(t.size(-2));
    sizes.push_back(t.size(-1));
    return IntArrayRef(sizes) == t.sizes() ? t : t.expand(sizes);
  };
  return {spread(a), spread(b)};
}

// Whether B holds vectors: one, or one for each matrix of A's batch.
bool is_vector(const Tensor& A, const Tensor& B) {
  return B.dim() == 1 || (A.dim() - 1 == B.dim() && B.sizes() == IntArrayRef(with_tail(A.sizes(), 1, {})));
}

}  // namespace

// ---- Cholesky -------------------------------------------------------------------------------------------------------

Tensor cholesky_plain(const Tensor& self, bool upper) {
  check_square(self, "cholesky");
  check_not_implemented(self.is_floating_point() || self.is_complex(), "\"cholesky_cpu\" not implemented for '{}'",
                        to_string(self.dtype()));
  const auto [L, info] = linalg::cholesky_ex(self, upper, false);
  check_infos(info, "cholesky", self.dim() == 2);
  return L;
}

Tensor cholesky_solve_plain(const Tensor& self, const Tensor& input2, bool upper) {
  check(self.dim() >= 2, "b should have at least 2 dimensions, but has {} dimensions instead", self.dim());
  check(input2.dim() >= 2, "u should have at least 2 dimensions, but has {} dimensions instead", input2.dim());
  meta::check_old_system(self, input2, "cholesky_solve");
  const auto [b, factor] = with_one_batch(self, input2);
  return _cholesky_solve_helper(b, factor, upper);
}

// ---- LU -------------------------------------------------------------------------------------------------------------

std::tuple<Tensor, Tensor, Tensor> _lu_with_info_plain(const Tensor& self, bool pivot, bool check_errors) {
  return linalg::lu_factor_ex(self, pivot, check_errors);
}
std::vector<Tensor> lu(const Tensor& self, bool pivot, bool get_infos) {
  const auto [LU, pivots, info] = linalg::lu_factor_ex(self, pivot, false);
  if (get_infos) return {LU, pivots, info};
  return {LU, pivots};
}
std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& LU_data, const Tensor& LU_pivots, bool unpack_data,
                                             bool unpack_pivots) {
  const auto [L, U, P] = _lu_unpack(LU_data, LU_pivots, unpack_data, unpack_pivots);
  return {P, L, U};
}
Tensor lu_solve_plain(const Tensor& self, const Tensor& LU_data, const Tensor& LU_pivots) {
  return linalg::lu_solve(LU_data, LU_pivots, self);
}

// ---- determinants and inverses ----------------------------------------------------------------------------------------

Tensor det(const Tensor& self) { return linalg::det(self); }
std::tuple<Tensor, Tensor> slogdet(const Tensor& self) { return linalg::slogdet(self); }
Tensor logdet(const Tensor& self) {
  check_square(self, "logdet");
  check_number(self, "logdet", false);
  const auto [sign, logabsdet] = linalg::slogdet(self);
  if (self.is_complex()) return sign.log().add(logabsdet);
  return where(sign.eq(-1), std::numeric_limits<double>::quiet_NaN(), logabsdet);
}
Tensor inverse_plain(const Tensor& self) { return linalg::inv(self); }

std::tuple<Tensor, Tensor> triangular_solve_plain(const Tensor& self, const Tensor& A, bool upper, bool transpose,
                                                  bool unitriangular) {
  check(self.dim() >= 2,
        "torch.triangular_solve: Expected b to have at least 2 dimensions, but it has {} dimensions instead",
        self.dim());
  check(A.dim() >= 2,
        "torch.triangular_solve: Expected A to have at least 2 dimensions, but it has {} dimensions instead", A.dim());
  meta::check_old_system(self, A, "triangular_solve");
  const auto [b, a] = with_one_batch(self, A);
  const Tensor system = transpose ? a.transpose(-2, -1) : a;
  // The copy lies by columns, as the solver reads it.
  const Tensor copy = a.transpose(-2, -1).clone(MemoryFormat::Contiguous).transpose(-2, -1);
  return {linalg::solve_triangular(system, b, upper != transpose, true, unitriangular), copy};
}

std::tuple<Tensor, Tensor> qr_plain(const Tensor& self, bool some) {
  return linalg::qr(self, some ? "reduced" : "complete");
}
Tensor orgqr_plain(const Tensor& self, const Tensor& input2) { return linalg::householder_product(self, input2); }

namespace linalg {

Tensor cholesky_plain(const Tensor& self, bool upper) {
  const auto [L, info] = cholesky_ex(self, upper, false);
  check_infos(info, "linalg.cholesky", self.dim() == 2);
  return L;
}

std::tuple<Tensor, Tensor> lu_factor(const Tensor& A, bool pivot) {
  const auto [LU, pivots, info] = lu_factor_ex(A, pivot, false);
  check_infos(info, "torch.linalg.lu_factor", A.dim() == 2);
  return {LU, pivots};
}

std::tuple<Tensor, Tensor, Tensor> lu(const Tensor& A, bool pivot) {
  const auto [L, U, P] = _linalg_lu(A, pivot);
  return {P, L, U};
}

std::tuple<Tensor, Tensor> ldl_factor(const Tensor& self, bool hermitian) {
  const auto [LD, pivots, info] = ldl_factor_ex(self, hermitian, false);
  check_infos(info, "torch.linalg.ldl_factor", self.dim() == 2);
  return {LD, pivots};
}

Tensor det(const Tensor& A) { return std::get<0>(_linalg_det(A)); }
std::tuple<Tensor, Tensor> slogdet(const Tensor& A) {
  const auto [sign, logabsdet, LU, pivots] = _linalg_slogdet(A);
  return {sign, logabsdet};
}

Tensor inv_plain(const Tensor& A) {
  const auto [inverse, info] = inv_ex(A, false);
  check_infos(info, "linalg.inv", A.dim() == 2);
  return inverse;
}

std::tuple<Tensor, Tensor> solve_ex(const Tensor& A, const Tensor& B, bool left, bool check_errors) {
  check_number(A, "linalg.solve");
  check(A.dtype() == B.dtype(),
        "linalg.solve: Expected A and B to have the same dtype, but found A of type {} and B of type {} instead",
        to_string(A.dtype()), to_string(B.dtype()));
  meta::check_matrix(A, "linalg.solve");
  const bool vector = is_vector(A, B);
  const Tensor columns = vector ? B.unsqueeze(-1) : B;
  meta::check_system(A, columns, left, "linalg.solve");
  check(left || !vector,
        "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case "
        "linalg.solve is equivalent to B / A.squeeze(-1)");
  const auto [a, b] = with_one_batch(A, columns);
  const auto [result, LU, pivots, info] = _linalg_solve_ex(a, b, left, false);
  if (check_errors) check_infos(info, "torch.linalg.solve_ex", a.dim() == 2);
  return {vector ? result.squeeze(-1) : result, info};
}

Tensor solve_plain(const Tensor& A, const Tensor& B, bool left) {
  const auto [result, info] = solve_ex(A, B, left, false);
  check_infos(info, "torch.linalg.solve", info.dim() == 0);
  return result;
}

Tensor tensorinv_plain(const Tensor& self, int64_t ind) {
  check(ind > 0, "Expected a strictly positive integer for 'ind', but got {}", ind);
  check(ind <= self.dim(), "linalg.tensorinv: ind={} is more than the {} dimensions of the input", ind, self.dim());
  const IntArrayRef first = self.sizes().slice(0, static_cast<size_t>(ind));
  const IntArrayRef last = self.sizes().slice(static_cast<size_t>(ind), self.sizes().size() - static_cast<size_t>(ind));
  const int64_t rows = plan::numel_of(first), columns = plan::numel_of(last);
  check(rows == columns,
        "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got {} != {}",
        columns, rows);
  DimVector sizes = last;
  for (int64_t size : first) sizes.push_back(size);
  const auto [inverse, info] = inv_ex(self.reshape({rows, columns}), false);
  check_infos(info, "inv", true);
  return inverse.reshape(sizes);
}

Tensor tensorsolve_plain(const Tensor& self, const Tensor& other, OptionalIntArrayRef dims) {
  Tensor a = self;
  if (dims) {
    DimVector ends;
    for (size_t i = 0; i < dims->size(); ++i)
      ends.push_back(self.dim() - static_cast<int64_t>(dims->size()) + static_cast<int64_t>(i));
    a = movedim(self, *dims, ends);
  }
  check(other.dim() <= a.dim(), "linalg.tensorsolve: other has {} dimensions, more than the {} of self", other.dim(),
        a.dim());
  const DimVector sizes(a.sizes().begin() + other.dim(), a.sizes().end());
  const int64_t columns = plan::numel_of(sizes), rows = other.numel();
  check(columns == rows,
        "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but "
        "got "
        "{} != {}",
        columns, rows);
  return solve(a.reshape({columns, columns}), other.flatten()).reshape(sizes);
}

namespace {

void check_lstsq(const Tensor& a, const Tensor& b, std::string_view driver) {
  const char* op = "torch.linalg.lstsq";
  check(a.dim() >= 2, "{}: input must have at least 2 dimensions.", op);
  check(b.dim() >= 1, "{}: other must have at least 1 dimension.", op);
  check(a.dtype() == b.dtype(),
        "{}: Expected input and other to have the same dtype, but got input's dtype {} and other's dtype {}", op,
        to_string(a.dtype()), to_string(b.dtype()));
  const int64_t less = a.dim() - b.dim();
  check(less == 0 || less == 1,
        "{}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1", op);
  const bool vector = less == 1;
  check(a.size(-2) == b.size(vector ? -1 : -2), "{}: input.size(-2) should match other.size({})", op, vector ? -1 : -2);
  check(driver == "gels" || driver == "gelsy" || driver == "gelsd" || driver == "gelss",
        "{}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)", op);
  const ScalarType real = to_real_type(a.dtype());
  check(real == kFloat || real == kDouble, "This function doesn't handle types other than float and double");
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor, Tensor> lstsq_plain(const Tensor& self, const Tensor& b, std::optional<double> rcond,
                                                       std::optional<std::string_view> driver) {
  const std::string_view name = driver.value_or("gelsy");
  check_lstsq(self, b, name);
  const bool vector = self.dim() != b.dim();
  const int64_t m = self.size(-2), n = self.size(-1);
  const double eps = to_real_type(self.dtype()) == kDouble ? std::numeric_limits<double>::epsilon()
                                                           : std::numeric_limits<float>::epsilon();
  const auto [A, B] = with_one_batch(self, vector ? b.unsqueeze(-1) : b);
  auto [solution, residuals, rank, values] =
      _linalg_lstsq(A, B, rcond.value_or(eps * static_cast<double>(std::max(m, n))), name);
  // What is left over is the smallest residual only where the rank is full, and gelsy does not keep it.
  const bool kept = m > n && name != "gelsy" && (name == "gels" || rank.eq(n).all().item<bool>());
  if (!kept) residuals = residuals.reshape(-1).narrow(0, 0, 0);  // keeps its history
  return {vector ? solution.squeeze(-1) : solution, residuals, rank, values};
}

}  // namespace linalg
}  // namespace rushlight
