// Shapes and checks of linear algebra, with PyTorch's words.
#include "plan/meta_lapack.h"

#include <algorithm>
#include <string>

#include "plan/dims.h"

namespace rushlight::meta {
namespace {

[[noreturn]] void raise_info(int32_t info, std::string_view api, const std::string& element) {
  const auto has = [&](std::string_view word) { return api.find(word) != std::string_view::npos; };
  if (info < 0) {
    check_linalg(!has("svd") || info != -4,
                 "{}: {}The algorithm failed to converge because the input matrix contained non-finite values.", api,
                 element);
    fail(ErrorKind::kRuntime, "{}: {}LAPACK refused its argument {}; check the input for NaN and infinity", api,
         element, -info);
  }
  if (has("inv")) {
    fail(ErrorKind::kLinAlg,
         "{}: {}The diagonal element {} is zero, the inversion could not be completed because the input matrix is "
         "singular.",
         api, element, info);
  }
  if (has("solve"))
    fail(ErrorKind::kLinAlg, "{}: {}The solver failed because the input matrix is singular.", api, element);
  if (has("cholesky")) {
    fail(ErrorKind::kLinAlg,
         "{}: {}The factorization could not be completed because the input is not positive-definite (the leading minor "
         "of order {} is not positive-definite).",
         api, element, info);
  }
  if (has("eig") || has("svd")) {
    fail(ErrorKind::kLinAlg,
         "{}: {}The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated "
         "{} (error code: {}).",
         api, element, has("eig") ? "eigenvalues" : "singular values", info);
  }
  if (has("lstsq")) {
    fail(ErrorKind::kLinAlg,
         "{}: {}The least squares solution could not be computed because the input matrix does not have full rank "
         "(error code: {}).",
         api, element, info);
  }
  if (has("lu_factor")) {
    fail(ErrorKind::kRuntime,
         "{}: {}U[{},{}] is zero and using it on lu_solve would result in a division by zero. If you still want to "
         "perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)",
         api, element, info, info);
  }
  fail(ErrorKind::kRuntime, "{}: {}D[{},{}] is zero: the factorization is exact, but no system can be solved with it",
       api, element, info, info);
}

DimVector batch_of(const Tensor& t) { return {t.sizes().begin(), t.sizes().end() - 2}; }

Meta vectors_or_nothing(bool wanted, IntArrayRef sizes, ScalarType dtype) {
  return wanted ? columns(sizes, dtype) : Meta(IntArrayRef(int64_t{0}), dtype);
}

void check_implemented(const Tensor& t, std::string_view kernel) {
  const ScalarType type = t.dtype();
  check_not_implemented(type == kFloat || type == kDouble || type == kComplexFloat || type == kComplexDouble,
                        "\"{}\" not implemented for '{}'", kernel, to_string(type));
}

// Both must have this many matrices; the older ops broadcast before.
void check_same_batch(const Tensor& a, const Tensor& b, std::string_view op) {
  check(batch_of(a) == batch_of(b), "{}: expected equal batches, but got shapes {} and {}", op, a.sizes(), b.sizes());
}

}  // namespace

void check_infos(const int32_t* infos, int64_t count, std::string_view api, bool single) {
  const int32_t* found = std::find_if(infos, infos + count, [](int32_t info) { return info != 0; });
  if (found == infos + count) return;
  raise_info(*found, api, single ? std::string() : format("(Batch element {}): ", found - infos));
}
void check_infos(const Tensor& info, std::string_view api, bool single) {
  const Tensor dense = info.contiguous();
  check_infos(dense.data_ptr<int32_t>(), dense.numel(), api, single);
}

void check_matrix(const Tensor& t, std::string_view op, std::string_view name) {
  check(t.dim() >= 2, "{}: The input tensor {} must have at least 2 dimensions.", op, name);
}
void check_square(const Tensor& t, std::string_view op, std::string_view name) {
  check_matrix(t, op, name);
  check(t.size(-1) == t.size(-2), "{}: {} must be batches of square matrices, but they are {} by {} matrices", op, name,
        t.size(-2), t.size(-1));
}
void check_number(const Tensor& t, std::string_view op, bool low_precision) {
  check(t.is_floating_point() || t.is_complex(), "{}: Expected a floating point or complex tensor as input. Got {}", op,
        to_string(t.dtype()));
  check(low_precision || (t.dtype() != kHalf && t.dtype() != kBFloat16),
        "{}: Low precision dtypes not supported. Got {}", op, to_string(t.dtype()));
}
void check_system(const Tensor& A, const Tensor& B, bool left, std::string_view op) {
  check_square(A, op, "A");
  check_matrix(B, op, "B");
  check(left ? A.size(-2) == B.size(-2) : A.size(-1) == B.size(-1),
        "{}: Incompatible shapes of A and B for the equation {} ({}x{} and {}x{})", op, left ? "AX = B" : "XA = B",
        A.size(-2), A.size(-1), B.size(-2), B.size(-1));
}
void check_old_system(const Tensor& b, const Tensor& A, std::string_view op) {
  check(b.dtype() == A.dtype(),
        "Expected b and A to have the same dtype, but found b of type {} and A of type {} instead.",
        to_string(b.dtype()), to_string(A.dtype()));
  check(A.size(-1) == A.size(-2), "A must be batches of square matrices, but they are {} by {} matrices", A.size(-2),
        A.size(-1));
  check(A.size(-1) == b.size(-2),
        "Incompatible matrix sizes for {}: each A matrix is {} by {} but each b matrix is {} by {}", op, A.size(-1),
        A.size(-1), b.size(-2), b.size(-1));
}

Meta columns(IntArrayRef sizes, ScalarType dtype) {
  DimVector strides = plan::contiguous_strides(sizes);
  const size_t n = sizes.size();
  strides[n - 2] = 1;
  strides[n - 1] = std::max<int64_t>(1, sizes[n - 2]);
  int64_t step = std::max<int64_t>(1, sizes[n - 2]) * std::max<int64_t>(1, sizes[n - 1]);
  for (size_t d = n - 2; d-- > 0;) {
    strides[d] = step;
    step *= std::max<int64_t>(1, sizes[d]);
  }
  return {sizes, dtype, strides};
}

DimVector with_tail(IntArrayRef sizes, size_t drop, std::initializer_list<int64_t> rest) {
  DimVector out(sizes.begin(), sizes.end() - static_cast<std::ptrdiff_t>(drop));
  for (int64_t s : rest) out.push_back(s);
  return out;
}

std::array<Meta, 2> cholesky_ex(const Tensor& self) {
  check_square(self, "linalg.cholesky");
  check_number(self, "linalg.cholesky");
  check_implemented(self, "cholesky_cpu");
  return {columns(self.sizes(), self.dtype()), Meta(batch_of(self), kInt)};
}

Meta cholesky_inverse(const Tensor& self) {
  check_square(self, "cholesky_inverse");
  check_implemented(self, "cholesky_inverse_out_cpu");
  return columns(self.sizes(), self.dtype());
}

Meta cholesky_solve(const Tensor& self, const Tensor& A) {
  check_old_system(self, A, "cholesky_solve");
  check_same_batch(self, A, "cholesky_solve");
  check_implemented(self, "cholesky_solve_cpu");
  return columns(self.sizes(), self.dtype());
}

std::array<Meta, 3> lu_factor_ex(const Tensor& A, bool pivot) {
  check(A.dim() >= 2, "torch.lu_factor: Expected tensor with 2 or more dimensions. Got size: {} instead", A.sizes());
  check(pivot, "linalg.lu_factor: LU without pivoting is not implemented on the CPU");
  check_implemented(A, "lu_cpu");
  return {columns(A.sizes(), A.dtype()), Meta(with_tail(A.sizes(), 2, {std::min(A.size(-1), A.size(-2))}), kInt),
          Meta(batch_of(A), kInt)};
}

std::array<Meta, 3> lu(const Tensor& A, bool pivot) {
  check(A.dim() >= 2, "linalg.lu: Expected tensor with 2 or more dimensions. Got size: {} instead", A.sizes());
  check(pivot, "linalg.lu_factor: LU without pivoting is not implemented on the CPU");
  check_implemented(A, "lu_cpu");
  const int64_t m = A.size(-2), n = A.size(-1), k = std::min(m, n);
  return {Meta(with_tail(A.sizes(), 2, {m, k}), A.dtype()), Meta(with_tail(A.sizes(), 2, {k, n}), A.dtype()),
          Meta(with_tail(A.sizes(), 2, {m, m}), A.dtype())};
}

std::array<Meta, 3> lu_unpack(const Tensor& LU, const Tensor& pivots, bool unpack_data, bool unpack_pivots) {
  check(LU.dim() >= 2, "torch.lu_unpack: Expected tensor with 2 or more dimensions. Got size: {} instead", LU.sizes());
  const int64_t m = LU.size(-2), n = LU.size(-1), k = std::min(m, n);
  const Meta nothing(IntArrayRef(int64_t{0}), LU.dtype());
  if (unpack_pivots) {
    check(pivots.dtype() == kInt,
          "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\nNote: this function "
          "is intended to be used with the output produced by torch.linalg.lu_factor");
    check(pivots.sizes() == IntArrayRef(with_tail(LU.sizes(), 2, {k})),
          "torch.lu_unpack: expected LU_pivots of shape {} for LU_data of shape {}, but got {}",
          with_tail(LU.sizes(), 2, {k}), LU.sizes(), pivots.sizes());
  }
  check_implemented(LU, "lu_unpack_cpu");
  return {unpack_data ? Meta(with_tail(LU.sizes(), 2, {m, k}), LU.dtype()) : nothing,
          unpack_data ? Meta(with_tail(LU.sizes(), 2, {k, n}), LU.dtype()) : nothing,
          unpack_pivots ? Meta(with_tail(LU.sizes(), 2, {m, m}), LU.dtype()) : nothing};
}

Meta lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left) {
  check_number(LU, "torch.linalg.lu_solve");
  check(LU.dtype() == B.dtype(),
        "linalg.lu_solve: Expected LU and B to have the same dtype, but found LU of type {} and B of type {} instead",
        to_string(LU.dtype()), to_string(B.dtype()));
  check(pivots.dtype() == kInt, "linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32");
  check_square(LU, "torch.linalg.lu_solve");
  check_system(LU, B, left, "linalg.lu_solve");
  check(pivots.dim() >= 1 && LU.size(-1) == pivots.size(-1),
        "linalg.lu_solve: Number of pivots per batch should be same as the dimension of the matrix");
  check(LU.sizes().slice(0, LU.sizes().size() - 1) == pivots.sizes(),
        "linalg.lu_solve: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape {} instead",
        pivots.sizes());
  check_implemented(LU, "linalg_lu_solve_cpu");
  DimVector sizes = plan::broadcast(batch_of(LU), batch_of(B));
  sizes.push_back(B.size(-2));
  sizes.push_back(B.size(-1));
  return left ? columns(sizes, B.dtype()) : Meta(sizes, B.dtype());
}

std::array<Meta, 3> ldl_factor_ex(const Tensor& self) {
  check_square(self, "torch.linalg.ldl_factor_ex");
  check_number(self, "torch.linalg.ldl_factor_ex");
  check_implemented(self, "ldl_factor_kernel_cpu");
  return {columns(self.sizes(), self.dtype()), Meta(with_tail(self.sizes(), 1, {}), kInt), Meta(batch_of(self), kInt)};
}

Meta ldl_solve(const Tensor& LD, const Tensor& pivots, const Tensor& B) {
  check_square(LD, "torch.linalg.ldl_solve");
  check_number(LD, "torch.linalg.ldl_solve");
  check_old_system(B, LD, "torch.linalg.ldl_solve");
  check(B.dim() >= 2,
        "torch.linalg.ldl_solve: Expected B to have at least 2 dimensions, but it has {} dimensions instead", B.dim());
  check(LD.sizes().slice(0, LD.sizes().size() - 1) == pivots.sizes(),
        "torch.linalg.ldl_solve: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape {} "
        "instead",
        pivots.sizes());
  check(is_integral(pivots.dtype(), false), "torch.linalg.ldl_solve: Expected pivots to be integers. Got {}",
        to_string(pivots.dtype()));
  check_implemented(LD, "ldl_solve_kernel_cpu");
  DimVector sizes = plan::broadcast(batch_of(LD), batch_of(B));
  sizes.push_back(B.size(-2));
  sizes.push_back(B.size(-1));
  return columns(sizes, B.dtype());
}

std::array<Meta, 3> det(const Tensor& A) {
  check_square(A, "linalg.det");
  check_number(A, "linalg.det");
  check_implemented(A, "lu_cpu");
  return {Meta(batch_of(A), A.dtype()), columns(A.sizes(), A.dtype()), Meta(with_tail(A.sizes(), 1, {}), kInt)};
}

std::array<Meta, 4> slogdet(const Tensor& A) {
  check_square(A, "linalg.slogdet");
  check_number(A, "linalg.slogdet", false);
  check_implemented(A, "lu_cpu");
  return {Meta(batch_of(A), A.dtype()), Meta(batch_of(A), to_real_type(A.dtype())), columns(A.sizes(), A.dtype()),
          Meta(with_tail(A.sizes(), 1, {}), kInt)};
}

std::array<Meta, 2> inv_ex(const Tensor& A) {
  check_square(A, "linalg.inv");
  check_number(A, "linalg.inv", false);
  check_implemented(A, "linalg_inv_ex_cpu");
  return {columns(A.sizes(), A.dtype()), Meta(batch_of(A), kInt)};
}

std::array<Meta, 4> solve_ex(const Tensor& A, const Tensor& B, bool left) {
  check_number(A, "linalg.solve");
  check(A.dtype() == B.dtype(),
        "linalg.solve: Expected A and B to have the same dtype, but found A of type {} and B of type {} instead",
        to_string(A.dtype()), to_string(B.dtype()));
  check_system(A, B, left, "linalg.solve");
  check_same_batch(A, B, "linalg.solve");
  check_implemented(A, "lu_cpu");
  return {left ? columns(B.sizes(), B.dtype()) : Meta(B.sizes(), B.dtype()), columns(A.sizes(), A.dtype()),
          Meta(with_tail(A.sizes(), 1, {}), kInt), Meta(batch_of(A), kInt)};
}

Meta solve_triangular(const Tensor& A, const Tensor& B, bool left) {
  check_system(A, B, left, "linalg.solve_triangular");
  check(A.dtype() == B.dtype(),
        "linalg.solve_triangular: Expected A and B to have the same dtype, but found A of type {} and B of type {} "
        "instead",
        to_string(A.dtype()), to_string(B.dtype()));
  check_implemented(A, "triangular_solve_cpu");
  DimVector sizes = plan::broadcast(batch_of(A), batch_of(B));
  sizes.push_back(B.size(-2));
  sizes.push_back(B.size(-1));
  return columns(sizes, B.dtype());
}

std::array<Meta, 2> eigh(const Tensor& A, std::string_view uplo, bool vectors) {
  check_square(A, "linalg.eigh");
  check(uplo == "L" || uplo == "U" || uplo == "l" || uplo == "u", "Expected UPLO argument to be 'L' or 'U', but got {}",
        uplo);
  check_implemented(A, "linalg_eigh_cpu");
  return {Meta(with_tail(A.sizes(), 1, {}), to_real_type(A.dtype())),
          vectors_or_nothing(vectors, A.sizes(), A.dtype())};
}

std::array<Meta, 2> eig(const Tensor& A, bool vectors) {
  check_square(A, vectors ? "linalg.eig" : "linalg.eigvals");
  check(A.is_floating_point() || A.is_complex(), "Unknown Complex ScalarType for {}", to_string(A.dtype()));
  check_implemented(A, "linalg_eig_out_cpu");
  const ScalarType dtype = to_complex_type(A.dtype());
  return {Meta(with_tail(A.sizes(), 1, {}), dtype), vectors_or_nothing(vectors, A.sizes(), dtype)};
}

std::array<Meta, 3> svd(const Tensor& A, bool full, bool vectors, std::optional<std::string_view> driver) {
  check_matrix(A, "linalg.svd");
  check_number(A, "linalg.svd");
  check(!driver,
        "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.");
  check_implemented(A, "linalg_svd_cpu");
  const int64_t m = A.size(-2), n = A.size(-1), k = std::min(m, n);
  return {vectors_or_nothing(vectors, with_tail(A.sizes(), 2, {m, full ? m : k}), A.dtype()),
          Meta(with_tail(A.sizes(), 2, {k}), to_real_type(A.dtype())),
          vectors_or_nothing(vectors, with_tail(A.sizes(), 2, {full ? n : k, n}), A.dtype())};
}

std::array<Meta, 2> geqrf(const Tensor& self) {
  check(self.dim() >= 2, "torch.geqrf: input must have at least 2 dimensions.");
  check_implemented(self, "geqrf_cpu");
  return {columns(self.sizes(), self.dtype()),
          Meta(with_tail(self.sizes(), 2, {std::min(self.size(-1), self.size(-2))}), self.dtype())};
}

std::array<Meta, 2> qr(const Tensor& A, std::string_view mode) {
  check_matrix(A, "linalg.qr");
  check_number(A, "linalg.qr");
  check(mode == "reduced" || mode == "complete" || mode == "r",
        "qr received unrecognized mode '{}' but expected one of 'reduced' (default), 'r', or 'complete'", mode);
  check_implemented(A, "geqrf_cpu");
  const int64_t m = A.size(-2), n = A.size(-1), k = mode == "complete" ? m : std::min(m, n);
  return {vectors_or_nothing(mode != "r", with_tail(A.sizes(), 2, {m, k}), A.dtype()),
          columns(with_tail(A.sizes(), 2, {k, n}), A.dtype())};
}

Meta householder_product(const Tensor& input, const Tensor& tau) {
  const char* op = "torch.linalg.householder_product";
  check(input.dim() >= 2, "{}: input must have at least 2 dimensions.", op);
  check(input.size(-2) >= input.size(-1), "{}: input.shape[-2] must be greater than or equal to input.shape[-1]", op);
  check(
      input.dim() - tau.dim() == 1,
      "{}: Expected tau to have one dimension less than input, but got tau.ndim equal to {} and input.ndim is equal to "
      "{}",
      op, tau.dim(), input.dim());
  check(input.size(-1) >= tau.size(-1), "{}: input.shape[-1] must be greater than or equal to tau.shape[-1]", op);
  check(IntArrayRef(batch_of(input)) == tau.sizes().slice(0, tau.sizes().size() - 1),
        "{}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got {}", op, tau.sizes());
  check(input.dtype() == tau.dtype(), "{}: tau dtype {} does not match input dtype {}", op, to_string(tau.dtype()),
        to_string(input.dtype()));
  check_implemented(input, "orgqr_cpu");
  return columns(input.sizes(), input.dtype());
}

Meta ormqr(const Tensor& self, const Tensor& tau, const Tensor& other, bool left) {
  check(self.dim() >= 2, "torch.ormqr: input must have at least 2 dimensions.");
  check(other.dim() >= 2, "torch.ormqr: other must have at least 2 dimensions.");
  const int64_t side = left ? -2 : -1;
  check(other.size(side) >= (tau.dim() ? tau.size(-1) : 1),
        "torch.ormqr: other.shape[{}] must be greater than or equal to tau.shape[-1]", side);
  check(other.size(side) == self.size(-2), "torch.ormqr: other.shape[{}] must be equal to input.shape[-2]", side);
  check(tau.dim() >= 1 && tau.size(-1) <= self.size(-1),
        "torch.ormqr: input.shape[-1] must be greater than or equal to tau.shape[-1]");
  check(tau.size(-1) == std::min(self.size(-2), self.size(-1)),
        "torch.ormqr: tau.shape[-1] must be equal to min(other.shape[{}], input.shape[-1])", side);
  check(
      self.dim() - tau.dim() == 1,
      "torch.ormqr: Expected tau to have one dimension less than input, but got tau.ndim equal to {} and input.ndim is "
      "equal to {}",
      tau.dim(), self.dim());
  check(
      self.dim() == other.dim(),
      "torch.ormqr: Expected other to have the same number of dimensions as input, but got other.ndim equal to {} and "
      "input.ndim is equal to {}",
      other.dim(), self.dim());
  check(IntArrayRef(batch_of(self)) == tau.sizes().slice(0, tau.sizes().size() - 1),
        "torch.ormqr: Expected batch dimensions of tau to be equal to input.shape[:-2], but got {}", tau.sizes());
  check(batch_of(self) == batch_of(other),
        "torch.ormqr: Expected batch dimensions of other to be equal to input.shape[:-2], but got {}", other.sizes());
  check(self.dtype() == tau.dtype(),
        "torch.ormqr: Expected input and tau to have the same dtype, but input has dtype{} and tau has dtype {}",
        to_string(self.dtype()), to_string(tau.dtype()));
  check(self.dtype() == other.dtype(),
        "torch.ormqr: Expected input and other to have the same dtype, but input has dtype{} and other has dtype {}",
        to_string(self.dtype()), to_string(other.dtype()));
  check_implemented(self, "ormqr_cpu");
  return columns(other.sizes(), other.dtype());
}

std::array<Meta, 4> lstsq(const Tensor& self, const Tensor& b, std::string_view driver) {
  check_same_batch(self, b, "torch.linalg.lstsq");
  check_implemented(self, "torch.linalg.lstsq_cpu");
  const int64_t m = self.size(-2), n = self.size(-1), columns_of_b = b.size(-1);
  const ScalarType real = to_real_type(self.dtype());
  const bool ranked = driver != "gels", valued = driver == "gelsd" || driver == "gelss";
  const Meta nothing(IntArrayRef(int64_t{0}), real);
  return {columns(with_tail(self.sizes(), 2, {n, columns_of_b}), self.dtype()),
          Meta(with_tail(self.sizes(), 2, {columns_of_b}), real),
          ranked ? Meta(batch_of(self), kLong) : Meta(IntArrayRef(int64_t{0}), kLong),
          valued ? Meta(with_tail(self.sizes(), 2, {std::min(m, n)}), real) : nothing};
}

Meta matrix_exp(const Tensor& self) {
  check_square(self, "linalg.matrix_exp");
  check_number(self, "linalg.matrix_exp");
  return {self.sizes(), self.dtype()};
}

Meta pinv(const Tensor& self, const Tensor& atol, const Tensor& rtol) {
  const DimVector batch = batch_of(self);
  check(plan::broadcast(batch, plan::broadcast(atol.sizes(), rtol.sizes())) == batch,
        "linalg.pinv: atol and rtol of shapes {} and {} must be broadcastable to the batch {}", atol.sizes(),
        rtol.sizes(), batch);
  return {with_tail(self.sizes(), 2, {self.size(-1), self.size(-2)}), self.dtype()};
}

}  // namespace rushlight::meta
