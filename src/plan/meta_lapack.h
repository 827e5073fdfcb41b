// Shapes and checks of linear algebra: factorizations, solutions, spectra. Most results lie by columns, as LAPACK writes.
#pragma once
#include <array>

#include "plan/meta.h"

namespace rushlight::meta {

// ---- checks ----
// Raises what PyTorch raises for LAPACK's answer `info`; in a batch, the first that is not 0 is named.
void check_infos(const int32_t* infos, int64_t count, std::string_view api, bool single);
void check_infos(const Tensor& info, std::string_view api, bool single);
void check_matrix(const Tensor& t, std::string_view op, std::string_view name = "A");
void check_square(const Tensor& t, std::string_view op, std::string_view name = "A");
void check_number(const Tensor& t, std::string_view op, bool low_precision = true);
// A X = B (left) or X A = B, in sizes.
void check_system(const Tensor& A, const Tensor& B, bool left, std::string_view op);
// As the older solvers have it: names of b and A, and plain words.
void check_old_system(const Tensor& b, const Tensor& A, std::string_view op);

// A matrix result that lies by columns; a row-major one is Meta(sizes, dtype).
Meta columns(IntArrayRef sizes, ScalarType dtype);
// The sizes without the last `drop` dimensions, with those of `rest` instead.
DimVector with_tail(IntArrayRef sizes, size_t drop, std::initializer_list<int64_t> rest);

// ---- ops ----
std::array<Meta, 2> cholesky_ex(const Tensor& self);
Meta cholesky_inverse(const Tensor& self);
Meta cholesky_solve(const Tensor& self, const Tensor& A);
std::array<Meta, 3> lu_factor_ex(const Tensor& A, bool pivot);
std::array<Meta, 3> lu(const Tensor& A, bool pivot);
std::array<Meta, 3> lu_unpack(const Tensor& LU, const Tensor& pivots, bool unpack_data, bool unpack_pivots);
Meta lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left);
std::array<Meta, 3> ldl_factor_ex(const Tensor& self);
Meta ldl_solve(const Tensor& LD, const Tensor& pivots, const Tensor& B);
std::array<Meta, 3> det(const Tensor& A);
std::array<Meta, 4> slogdet(const Tensor& A);
std::array<Meta, 2> inv_ex(const Tensor& A);
std::array<Meta, 4> solve_ex(const Tensor& A, const Tensor& B, bool left);
Meta solve_triangular(const Tensor& A, const Tensor& B, bool left);
std::array<Meta, 2> eigh(const Tensor& A, std::string_view uplo, bool vectors);
std::array<Meta, 2> eig(const Tensor& A, bool vectors);
std::array<Meta, 3> svd(const Tensor& A, bool full, bool vectors, std::optional<std::string_view> driver);
std::array<Meta, 2> geqrf(const Tensor& self);
std::array<Meta, 2> qr(const Tensor& A, std::string_view mode);
Meta householder_product(const Tensor& input, const Tensor& tau);
Meta ormqr(const Tensor& self, const Tensor& tau, const Tensor& other, bool left);
std::array<Meta, 4> lstsq(const Tensor& self, const Tensor& b, std::string_view driver);
Meta matrix_exp(const Tensor& self);
Meta pinv(const Tensor& self, const Tensor& atol, const Tensor& rtol);

}  // namespace rushlight::meta
