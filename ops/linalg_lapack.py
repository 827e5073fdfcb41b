"""Linear algebra through LAPACK: factorizations, solutions, spectra, functions of matrices, norms of matrices.

All take batches: the last two dimensions are the matrix, `(*, m, n)`, the others a batch of any shape. float32, float64,
complex64 and complex128. Gradients are PyTorch's and can be differentiated again. LinAlgError (a RuntimeError) tells of singular
matrices and of iterations that do not converge, and names the batch element.
"""
# ruff: noqa: F821

OUT = "Expected out tensor to have dtype"
SPD = "(lambda x: x @ x.mT + 3 * torch.eye(3))"  # a symmetric positive-definite matrix of x
WELL = "(randn(3, 3) + 3 * torch.eye(3),)"
WELLS = "(randn(2, 3, 3) + 3 * torch.eye(3),)"

# ---- Cholesky ---------------------------------------------------------------------------------------------------------
op("linalg.cholesky_ex(T self, *, bool upper=False, bool check_errors=False) -> (T L, T info)", amp="float32", kernel="linalg_cholesky_ex", meta="meta::cholesky_ex(self)", node="LinalgCholeskyExBackward0", out=OUT,
   grad="cholesky_backward(grad_L, upper, L)", gradcheck=False, samples=[f"({SPD}(randn(3, 3)),)", f"({SPD}(randn(2, 3, 3)),), dict(upper=True)"],
   doc="The Cholesky factor L of a Hermitian positive-definite `self` = L Lᴴ (upper: U with Uᴴ U), and LAPACK's `info` (int32): 0, or the order of the first minor that is not positive. Only one triangle is read.")
composite("linalg.cholesky(T self, *, bool upper=False) -> T", amp="float32", out=OUT, gradcheck=False, samples=[f"({SPD}(randn(3, 3)),)", f"({SPD}(randn(2, 3, 3)),)"], ref="lambda x: np.linalg.cholesky(x)",
          bench="(d)", doc="The Cholesky factor of a Hermitian positive-definite matrix; LinAlgError if it is none.")
composite("cholesky(T self, bool upper=False) -> T", amp="float32", out=OUT, gradcheck=False, samples=[f"({SPD}(randn(3, 3)),)", f"({SPD}(randn(2, 3, 3)), True)"], doc="`linalg.cholesky`.")
op("cholesky_inverse(T self, bool upper=False) -> T", amp="float32", meta="meta::cholesky_inverse(self)", grad="cholesky_inverse_backward(grad, self, upper, result)", out="castable: cholesky_inverse: Expected result to be safely castable from", gradcheck=False,
   samples=["(torch.eye(3) * 2 + randn(3, 3).tril(),)", "(torch.eye(3) * 2 + randn(2, 3, 3).triu(), True)"], bench="(lower)", doc="The inverse of the matrix whose Cholesky factor is `self`.")
op("_cholesky_solve_helper(T self, T A, bool upper) -> T", meta="meta::cholesky_solve(self, A)", node="CholeskySolveBackward0", method=False, python=False,
   grad={"self, A": "cholesky_solve_backward(grad, A, result, upper, output_mask)"}, doc="cholesky_solve of equal batches.")
composite("cholesky_solve(T self, T input2, bool upper=False) -> T", amp="float32", out="castable: cholesky_solve: Expected result to be safely castable from", gradcheck=False, samples=["(randn(3, 2), torch.eye(3) * 2 + randn(3, 3).tril())", "(randn(3, 2), torch.eye(3) * 2 + randn(2, 3, 3).triu(), True)"],
          bench="(a2, lower)", doc="X of A X = self, where `input2` is the Cholesky factor of A; batches broadcast.")

# ---- LU ---------------------------------------------------------------------------------------------------------------
op("linalg.lu_factor_ex(T A, *, bool pivot=True, bool check_errors=False) -> (T LU, T pivots, T info)", kernel="linalg_lu_factor_ex", meta="meta::lu_factor_ex(A, pivot)", node="LinalgLuFactorExBackward0", out=OUT,
   grad="lu_factor_backward(grad_LU, LU, pivots, pivot)", samples=[WELL, "(randn(2, 3, 4),)", "(randn(4, 3),)"], doc="The compact LU factorization with partial pivoting: L below the diagonal, U on and above, row swaps from 1 (int32), `info` (k: U[k,k] is 0).")
composite("linalg.lu_factor(T A, *, bool pivot=True) -> (T LU, T pivots)", out=OUT, samples=[WELL, "(randn(2, 3, 4),)"], bench="(a)", doc="The compact LU factorization; an error where U has a zero on its diagonal.")
op("_linalg_lu(T A, bool pivot=True) -> (T L, T U, T P)", meta="meta::lu(A, pivot)", grad="lu_backward(grad_L, grad_U, P, L, U, pivot)", undefined_grads=True, method=False, python=False, doc="lu, with what has a gradient first.")
composite("linalg.lu(T A, *, bool pivot=True) -> (T P, T L, T U)", out=OUT,
   samples=[WELL, "(randn(2, 3, 4),)", "(randn(4, 3),)"], bench="(a)", doc="P, L and U with A = P L U: a permutation, a unit lower and an upper triangular matrix.")
composite("_lu_with_info(T self, bool pivot=True, bool check_errors=True) -> (T LU, T pivots, T info)", amp="float32", method=False, samples=[WELL], doc="The compact LU factorization.")
composite("lu(T self, bool pivot=True, bool get_infos=False) -> T[]", samples=[WELL, "(randn(2, 3, 4),)"], doc="(LU, pivots), with get_infos also info: `linalg.lu_factor`.")
op("_lu_unpack(T LU_data, T LU_pivots, bool unpack_data, bool unpack_pivots) -> (T L, T U, T P)", meta="meta::lu_unpack(LU_data, LU_pivots, unpack_data, unpack_pivots)", undefined_grads=True, method=False, python=False,
   grad={"LU_data": "lu_unpack_backward(grad_L, grad_U, LU_data.sizes())"}, doc="lu_unpack, with what has a gradient first.")
composite("lu_unpack(T LU_data, T LU_pivots, bool unpack_data=True, bool unpack_pivots=True) -> (T P, T L, T U)", out=OUT, samples=["(randn(3, 3), tensor([3, 2, 3], dtype=torch.int32))", "(randn(2, 3, 4), tensor([[1, 3, 3], [2, 2, 3]], dtype=torch.int32))"], doc="P, L and U of a compact LU factorization; (0) tensors for what is not asked for.")
op("linalg.lu_solve(T LU, T pivots, T B, *, bool left=True, bool adjoint=False) -> T", kernel="linalg_lu_solve", meta="meta::lu_solve(LU, pivots, B, left)", node="LinalgLuSolveBackward0", out=OUT,
   grad={"LU": "lu_solve_backward_LU(grad, LU, pivots, result, left, adjoint)", "B": "linalg::lu_solve(LU, pivots, grad, left, !adjoint)"},
   samples=["(randn(3, 3) + 3 * torch.eye(3), tensor([3, 2, 3], dtype=torch.int32), randn(3, 2))", "(randn(2, 3, 3) + 3 * torch.eye(3), tensor([[1, 3, 3], [2, 2, 3]], dtype=torch.int32), randn(2, 3)), dict(left=False)",
            "(randn(3, 3) + 3 * torch.eye(3), tensor([3, 2, 3], dtype=torch.int32), randn(2, 3)), dict(left=False, adjoint=True)"],
   bench="(lu[0].detach(), lu[1], a2)", doc="X of A X = B (left=False: X A = B; adjoint: Aᴴ for A), from the compact LU factorization of A; batches broadcast.")
composite("lu_solve(T self, T LU_data, T LU_pivots) -> T", amp="float32", out=OUT, samples=["(randn(3, 2), randn(3, 3) + 3 * torch.eye(3), tensor([3, 2, 3], dtype=torch.int32))"], doc="`linalg.lu_solve(LU_data, LU_pivots, self)`.")

# ---- LDL --------------------------------------------------------------------------------------------------------------
op("linalg.ldl_factor_ex(T self, *, bool hermitian=False, bool check_errors=False) -> (T LD, T pivots, T info)", kernel="linalg_ldl_factor_ex", meta="meta::ldl_factor_ex(self)", grad=NONE, out=OUT,
   samples=[f"({SPD}(randn(3, 3)),)", f"({SPD}(randn(2, 3, 3)),)"], doc="The Bunch-Kaufman factorization of a symmetric (hermitian=True: Hermitian) matrix, compact, with pivots and `info`.")
composite("linalg.ldl_factor(T self, *, bool hermitian=False) -> (T LD, T pivots)", out=OUT, samples=[f"({SPD}(randn(3, 3)),)"], bench="(d)", doc="ldl_factor_ex that raises.")
op("linalg.ldl_solve(T LD, T pivots, T B, *, bool hermitian=False) -> T", kernel="linalg_ldl_solve", meta="meta::ldl_solve(LD, pivots, B)", grad=NONE, out=OUT,
   samples=["(randn(3, 3) + 3 * torch.eye(3), tensor([1, 2, 3], dtype=torch.int32), randn(3, 2))"], doc="X of A X = B from ldl_factor's factorization of A.")

# ---- determinants, inverses, systems ----------------------------------------------------------------------------------
op("_linalg_det(T A) -> (T result, T LU, T pivots)", meta="meta::det(A)", grad="det_backward(grad_result, result, A, LU, pivots)", method=False, python=False, doc="det, with the LU factorization.")
composite("linalg.det(T A) -> T", out=OUT, samples=["(randn(3, 3),)", "(randn(2, 4, 4),)"], ref="lambda x: np.linalg.det(x)", bench="(a)", doc="The determinant, (*).")
composite("det(T self) -> T", samples=["(randn(3, 3),)"], ref="lambda x: np.linalg.det(x)", doc="The determinant, (*).")
op("_linalg_slogdet(T A) -> (T sign, T logabsdet, T LU, T pivots)", meta="meta::slogdet(A)", grad="slogdet_backward(grad_sign, grad_logabsdet, A, sign, LU, pivots)", method=False, python=False, doc="slogdet, with the LU factorization.")
composite("linalg.slogdet(T A) -> (T sign, T logabsdet)", out=OUT, samples=["(randn(3, 3),)", "(randn(2, 4, 4),)"], ref="lambda x: np.linalg.slogdet(x)", bench="(a)", doc="The sign (or direction) of the determinant and the logarithm of its magnitude: no overflow.")
composite("slogdet(T self) -> (T sign, T logabsdet)", out=OUT, samples=["(randn(3, 3),)"], ref="lambda x: np.linalg.slogdet(x)", doc="`linalg.slogdet`.")
composite("logdet(T self) -> T", samples=[f"({SPD}(randn(3, 3)),)", f"({SPD}(randn(2, 3, 3)),)"], ref="lambda x: np.log(np.linalg.det(x))", doc="log(det(self)): NaN for negative determinants, -inf for 0.")
op("linalg.inv_ex(T A, *, bool check_errors=False) -> (T inverse, T info)", amp="float32", kernel="linalg_inv_ex", meta="meta::inv_ex(A)", node="LinalgInvExBackward0", out=OUT, grad="inv_backward(grad_inverse, inverse)", samples=[WELL, WELLS],
   doc="The inverse, and `info` (int32): 0, or k where U[k,k] of the LU factorization is 0.")
composite("linalg.inv(T A) -> T", amp="float32", out=OUT, samples=[WELL, WELLS], ref="lambda x: np.linalg.inv(x)", bench="(a)", doc="The inverse; LinAlgError if there is none.")
composite("inverse(T self) -> T", amp="float32", out=OUT, samples=[WELL], ref="lambda x: np.linalg.inv(x)", doc="`linalg.inv`.")
op("_linalg_solve_ex(T A, T B, *, bool left=True, bool check_errors=False) -> (T result, T LU, T pivots, T info)", meta="meta::solve_ex(A, B, left)", method=False, python=False, node="LinalgSolveExBackward0",
   grad={"A, B": "linalg_solve_backward(grad_result, result, A, LU, pivots, left, output_mask)"}, doc="solve of equal batches, with the LU factorization.")
composite("linalg.solve_ex(T A, T B, *, bool left=True, bool check_errors=False) -> (T result, T info)", out=OUT, samples=["(randn(3, 3) + 3 * torch.eye(3), randn(3, 2))", "(randn(2, 3, 3) + 3 * torch.eye(3), randn(2, 2, 3)), dict(left=False)"], doc="solve, with LAPACK's `info` instead of an error.")
composite("linalg.solve(T A, T B, *, bool left=True) -> T", amp="float32", out=OUT, samples=["(randn(3, 3) + 3 * torch.eye(3), randn(3, 2))", "(randn(3, 3) + 3 * torch.eye(3), randn(3))", "(randn(2, 3, 3) + 3 * torch.eye(3), randn(3, 2))", "(randn(3, 3) + 3 * torch.eye(3), randn(2, 3)), dict(left=False)"],
          bench="(a, a2)", doc="X of A X = B (left=False: X A = B); B is a matrix, or a vector of A's batch. Batches broadcast. LinAlgError if A is singular.")
op("linalg.solve_triangular(T self, T B, *, bool upper, bool left=True, bool unitriangular=False) -> T", kernel="linalg_solve_triangular", meta="meta::solve_triangular(self, B, left)", node="LinalgSolveTriangularBackward0", out=OUT,
   grad={"self, B": "solve_triangular_backward(grad, self, result, upper, left, unitriangular, output_mask)"},
   samples=["(randn(3, 3).triu() + 3 * torch.eye(3), randn(3, 2)), dict(upper=True)", "(randn(2, 3, 3).tril() + 3 * torch.eye(3), randn(2, 3)), dict(upper=False, left=False)", "(randn(3, 3).triu(), randn(3, 2)), dict(upper=True, unitriangular=True)"],
   bench="(lower, a2, upper=False)", doc="X of A X = B (left=False: X A = B) for a triangular A: only that triangle is read (unitriangular: without its diagonal). Batches broadcast.")
composite("triangular_solve(T self, T A, bool upper=True, bool transpose=False, bool unitriangular=False) -> (T solution, T cloned_coefficient)", amp="float32", out="castable: triangular_solve: Expected X to be safely castable from", samples=["(randn(3, 2), randn(3, 3).triu() + 3 * torch.eye(3))", "(randn(3, 2), randn(2, 3, 3).triu() + 3 * torch.eye(3), True, True)"],
          doc="X of A X = self for a triangular A (transpose: Aᵀ), and a copy of A.")
composite("linalg.tensorinv(T self, int ind=2) -> T", amp="float32", out=OUT, samples=["(randn(2, 3, 6) + torch.eye(6).reshape(2, 3, 6) * 3,)", "(randn(6, 2, 3) + torch.eye(6).reshape(6, 2, 3) * 3, 1)"], ref="lambda x, ind=2: np.linalg.tensorinv(x, ind)", doc="The inverse under tensordot over the first `ind` dimensions.")
composite("linalg.tensorsolve(T self, T other, int[]? dims=None) -> T", amp="float32", out=OUT, samples=["(randn(2, 3, 6) + torch.eye(6).reshape(2, 3, 6) * 3, randn(2, 3))"], ref="lambda a, b: np.linalg.tensorsolve(a, b)", doc="X of tensordot(self, X, X.ndim) = other; `dims` of self are moved to its end first.")

# ---- QR and least squares ---------------------------------------------------------------------------------------------
op("geqrf(T self) -> (T a, T tau)", amp="float32", meta="meta::geqrf(self)", grad=NONE, out="castable: geqrf: Expected a to be safely castable from", samples=["(randn(3, 4),)", "(randn(2, 4, 3),)"], doc="LAPACK's QR factorization: R on and above the diagonal, Householder vectors below, their factors `tau`.")
op("linalg.qr(T A, str mode='reduced') -> (T Q, T R)", amp="float32", kernel="linalg_qr", meta="meta::qr(A, mode)", grad="qr_backward(grad_Q, grad_R, Q, R, mode)", undefined_grads=True, node="LinalgQrBackward0", out=OUT,
   samples=["(randn(4, 3),)", "(randn(2, 3, 4),)", "(randn(3, 3), 'complete')"], bench="(a)", doc="A = Q R with orthonormal columns and an upper triangle: 'reduced' (m, k)(k, n), 'complete' (m, m)(m, n), 'r' only R.")
composite("qr(T self, bool some=True) -> (T Q, T R)", amp="float32", out=OUT, samples=["(randn(4, 3),)", "(randn(3, 4), False)"], doc="`linalg.qr`, reduced or (some=False) complete.")
op("linalg.householder_product(T input, T tau) -> T", amp="float32", kernel="linalg_householder_product", meta="meta::householder_product(input, tau)", node="LinalgHouseholderProductBackward0", out="castable: torch.linalg.householder_product: Expected result to be safely castable from",
   grad={"input, tau": "householder_product_backward(grad, input, tau)"}, samples=["(randn(4, 3), rand(2) + 0.3)", "(randn(2, 3, 3), rand(2, 3) + 0.3)"], doc="The first columns of the product of Householder matrices: (*, m, n) with factors (*, k).")
composite("orgqr(T self, T input2) -> T", amp="float32", out="castable: torch.linalg.householder_product: Expected result to be safely castable from", samples=["(randn(4, 3), rand(2) + 0.3)"], doc="`linalg.householder_product`.")
op("ormqr(T self, T input2, T input3, bool left=True, bool transpose=False) -> T", amp="float32", meta="meta::ormqr(self, input2, input3, left)", out="torch.ormqr: Expected input and result to have the same dtype, but input has dtype", grad={"self, input2, input3": "ormqr_backward(grad, self, input2, input3, left, transpose, output_mask)"},
   samples=["(randn(4, 3), rand(3) + 0.3, randn(4, 2))", "(randn(4, 3), rand(3) + 0.3, randn(2, 4), False, True)"], doc="Q C, C Q (left=False), or with Qᴴ (transpose=True), for the Q of geqrf's vectors and factors.")
op("_linalg_lstsq(T self, T b, float rcond, str driver) -> (T solution, T residuals, T rank, T singular_values)", meta="meta::lstsq(self, b, driver)", method=False, python=False, undefined_grads=True, node="LinalgLstsqBackward0",
   grad={"self, b": "lstsq_backward(grad_solution, grad_residuals, self, b, solution, output_mask)"}, doc="lstsq of equal batches; the residuals are always there.")
composite("linalg.lstsq(T self, T b, float? rcond=None, *, str? driver=None) -> (T solution, T residuals, T rank, T singular_values)", amp="float32", out="castable: torch.linalg.lstsq: Expected solution to be safely castable from", gradcheck={"samples": [0, 1, 2]}, samples=["(randn(4, 3), randn(4, 2))", "(randn(2, 3, 3), randn(2, 3))", "(randn(4, 3), randn(4, 2)), dict(driver='gels')", "(randn(4, 3), randn(4, 2)), dict(driver='gelsd')"],
          bench="(a, a2)", doc="X that minimises ‖self X - b‖ (the shortest of them where self lacks rank), the squared residuals, the rank and the singular values, as far as the LAPACK driver ('gelsy', 'gels', 'gelsd', 'gelss') finds them; (0) tensors otherwise.")

# ---- eigenvalues and singular values ----------------------------------------------------------------------------------
op("_linalg_eigh(T A, str UPLO='L', bool compute_v=True) -> (T eigenvalues, T eigenvectors)", meta="meta::eigh(A, UPLO, compute_v)", method=False, python=False, undefined_grads=True, grad="eigh_backward(grad_eigenvalues, grad_eigenvectors, eigenvalues, eigenvectors)", doc="eigh, or without its vectors.")
composite("linalg.eigh(T self, str UPLO='L') -> (T eigenvalues, T eigenvectors)", amp="float32", out=OUT, gradcheck=False, samples=[f"({SPD}(randn(3, 3)),)", f"({SPD}(randn(2, 3, 3)), 'U')"], bench="(d)", doc="Eigenvalues (real, ascending) and orthonormal eigenvectors (columns) of a Hermitian matrix; UPLO is the triangle that is read.")
composite("linalg.eigvalsh(T self, str UPLO='L') -> T", amp="float32", out="Expected out tensor to have dtype", gradcheck=False, samples=[f"({SPD}(randn(3, 3)),)"], ref="lambda x: np.linalg.eigvalsh(x)", bench="(d)", doc="The eigenvalues of a Hermitian matrix, ascending.")
op("_linalg_eig(T A, bool compute_v=True) -> (T eigenvalues, T eigenvectors)", meta="meta::eig(A, compute_v)", method=False, python=False, undefined_grads=True, grad="eig_backward(grad_eigenvalues, grad_eigenvectors, eigenvalues, eigenvectors)", doc="eig, or without its vectors.")
composite("linalg.eig(T self) -> (T eigenvalues, T eigenvectors)", amp="float32", out="castable: torch.linalg.eig: Expected eigenvalues to be safely castable from", gradcheck=False, samples=["(randn(3, 3),)", "(randn(2, 3, 3),)"], bench="(a)", doc="Eigenvalues and eigenvectors (columns of norm 1) of a square matrix; always complex.")
composite("linalg.eigvals(T self) -> T", amp="float32", out="castable: torch.linalg.eigvals: Expected eigenvalues to be safely castable from", gradcheck=False, samples=["(randn(3, 3),)"], bench="(a)", doc="The eigenvalues of a square matrix; always complex.")
op("_linalg_svd(T A, bool full_matrices=False, bool compute_uv=True, *, str? driver=None) -> (T U, T S, T Vh)", meta="meta::svd(A, full_matrices, compute_uv, driver)", method=False, python=False, undefined_grads=True, node="LinalgSvdBackward0",
   grad="svd_backward(grad_U, grad_S, grad_Vh, U, S, Vh)", doc="svd, or without its vectors.")
composite("linalg.svd(T A, bool full_matrices=True, *, str? driver=None) -> (T U, T S, T Vh)", amp="float32", out=OUT, gradcheck=False, samples=["(randn(3, 4),)", "(randn(2, 4, 3), False)"], bench="(a, False)", doc="A = U diag(S) Vh: singular values descending, vectors orthonormal; full_matrices=False leaves out those without a value.")
composite("linalg.svdvals(T A, *, str? driver=None) -> T", amp="float32", out=OUT, samples=["(randn(3, 4),)", "(randn(2, 4, 3),)"], ref="lambda x: np.linalg.svd(x, compute_uv=False)", bench="(a)", doc="The singular values, descending: (*, min(m, n)).")
composite("svd(T self, bool some=True, bool compute_uv=True) -> (T U, T S, T V)", amp="float32", out=OUT, gradcheck=False, samples=["(randn(3, 4),)", "(randn(2, 4, 3), False)"], doc="self = U diag(S) Vᴴ; compute_uv=False fills U and V with zeros.")

# ---- functions of matrices --------------------------------------------------------------------------------------------
op("linalg.matrix_exp(T self) -> T", kernel="linalg_matrix_exp", meta="meta::matrix_exp(self)", grad="matrix_exp_backward(grad, self)", node="LinalgMatrixExpBackward0", out=False, samples=["(randn(3, 3),)", "(randn(2, 3, 3) * 3,)"], bench="(a * 0.1)", doc="The matrix exponential, by Padé approximation, scaling and squaring.")
composite("matrix_exp(T self) -> T", samples=["(randn(3, 3),)"], doc="`linalg.matrix_exp`.")
op("_linalg_pinv(T self, T atol, T rtol, bool hermitian=False) -> T", meta="meta::pinv(self, atol, rtol)", grad="pinv_backward(grad, result, self)", method=False, python=False, node="LinalgPinvBackward0", doc="pinv with both tolerances.")
composite("linalg.pinv(T self, *, float? atol=None, float? rtol=None, bool hermitian=False) -> T", out=OUT, samples=["(randn(3, 4),)", "(randn(2, 4, 3),)"], ref="lambda x: np.linalg.pinv(x)",
          bench="(a)", doc="The pseudo-inverse: singular values up to max(atol, rtol * the largest) count as 0. rtol is max(m, n) * eps by default, 0 if atol is given.")
composite("linalg.pinv(T self, *, T? atol=None, T? rtol=None, bool hermitian=False) -> T", overload="tensors", cpp_defaults=False, out=OUT, samples=["(randn(3, 4),), dict(atol=tensor(0.1))"], doc="The pseudo-inverse; atol and rtol broadcast with the batch.")
composite("linalg.pinv(T self, T rcond, bool hermitian=False) -> T", overload="rcond_tensor", out=OUT, samples=["(randn(3, 4), tensor(0.1))"], doc="The pseudo-inverse with a relative tolerance.")
composite("linalg.pinv(T self, float rcond, bool hermitian=False) -> T", overload="rcond", out=OUT, samples=["(randn(3, 4), 0.1)"], doc="The pseudo-inverse with a relative tolerance.")
composite("pinverse(T self, float rcond=1e-15) -> T", amp="float32", samples=["(randn(3, 4),)"], ref="lambda x: np.linalg.pinv(x)", doc="`linalg.pinv` with a relative tolerance.")
composite("linalg.matrix_rank(T self, *, float? atol=None, float? rtol=None, bool hermitian=False) -> T", amp="float32", out="castable: torch.linalg.matrix_rank: Expected out to be safely castable from", samples=["(randn(3, 4),)", "(torch.ones(2, 3, 3),)"], ref="lambda x: np.linalg.matrix_rank(x)", bench="(a)", doc="The number of singular values above max(atol, rtol * the largest), int64 (*).")
composite("linalg.matrix_rank(T self, *, T? atol=None, T? rtol=None, bool hermitian=False) -> T", amp="float32", overload="tensors", cpp_defaults=False, out="castable: torch.linalg.matrix_rank: Expected out to be safely castable from", samples=["(randn(3, 4),), dict(atol=tensor(0.1))"], doc="The number of singular values above a tolerance, int64 (*).")
composite("linalg.matrix_rank(T self, T tol, bool hermitian=False) -> T", amp="float32", overload="tol_tensor", out="castable: torch.linalg.matrix_rank: Expected out to be safely castable from", samples=["(randn(3, 4), tensor(0.1))"], doc="The number of singular values above `tol`.")
composite("linalg.matrix_rank(T self, float tol, bool hermitian=False) -> T", amp="float32", overload="tol", out="castable: torch.linalg.matrix_rank: Expected out to be safely castable from", samples=["(randn(3, 4), 0.1)"], doc="The number of singular values above `tol`.")

# ---- norms of matrices, condition numbers -----------------------------------------------------------------------------
composite("linalg.matrix_norm(T self, S ord, int[2] dim=[-2, -1], bool keepdim=False, *, dtype? dtype=None) -> T", out=OUT, samples=["(randn(3, 4), 2)", "(randn(3, 4), 1)", "(randn(3, 4), -inf)", "(randn(2, 3, 4), inf, (0, 1), True)"],
          doc="The norm of matrices over two dimensions: 2 and -2 (largest, smallest singular value), 1 and -1 (columns' sums), inf and -inf (rows' sums).")
composite("linalg.matrix_norm(T self, str ord='fro', int[2] dim=[-2, -1], bool keepdim=False, *, dtype? dtype=None) -> T", overload="str", out=OUT, samples=["(randn(3, 4),)", "(randn(3, 4), 'nuc')"], ref="lambda x, ord='fro': np.linalg.norm(x, ord)", bench="(a)", doc="The Frobenius ('fro') or nuclear ('nuc') norm.")
composite("linalg.norm(T self, S? ord=None, int[1]? dim=None, bool keepdim=False, *, dtype? dtype=None) -> T", out=OUT, samples=["(randn(3, 4),)", "(randn(3, 4), 2)", "(randn(3, 4), 1, 0)", "(randn(2, 3, 4), None, (1, 2))"], bench="(m, None, 1)", doc="The norm of vectors (one dim) or matrices (two); without ord and dim, of all elements.")
composite("linalg.norm(T self, str ord, int[1]? dim=None, bool keepdim=False, *, dtype? dtype=None) -> T", overload="str", out=OUT, samples=["(randn(3, 4), 'nuc')", "(randn(2, 3, 4), 'fro', (0, 1))"], doc="The Frobenius or nuclear norm.")
composite("nuclear_norm(T self, bool keepdim=False) -> T", method=False, out=OUT, samples=["(randn(3, 4),)"], ref="lambda x: np.linalg.norm(x, 'nuc')", doc="The sum of singular values.")
composite("nuclear_norm(T self, int[2] dim, bool keepdim=False) -> T", overload="dim", method=False, out=OUT, samples=["(randn(2, 3, 4), (1, 2))"], doc="The sum of singular values over two dimensions.")
composite("linalg.cond(T self, S? p=None) -> T", amp="float32", out=OUT, samples=[WELL, "(randn(3, 4), -2)", "(randn(3, 3), 1)"], bench="(a)", doc="The condition number: the norm times the inverse's norm; by default of singular values, which any matrix has.")
composite("linalg.cond(T self, str p) -> T", amp="float32", overload="str", out=OUT, samples=["(randn(3, 3), 'fro')", "(randn(3, 3), 'nuc')"], doc="The condition number in the Frobenius or nuclear norm.")

# ---- low rank ---------------------------------------------------------------------------------------------------------
composite("svd_lowrank(T A, int? q=6, int? niter=2, T? M=None) -> (T result0, T result1, T result2)", method=False, gradcheck=False, samples=["(randn(8, 7), 3)"], doc="U, S, V of an approximate singular value decomposition of A - M with q values (Halko, Martinsson, Tropp 2009).")
composite("pca_lowrank(T A, int? q=None, bool center=True, int niter=2) -> (T result0, T result1, T result2)", method=False, gradcheck=False, samples=["(randn(8, 7), 3)"], doc="Principal components: svd_lowrank of A with its columns' means taken off.")
