// Gradients of factorizations and of solutions of linear systems. Adjoints are with respect to Re<X, Y> = Re tr(Xᴴ Y), so
// that complex matrices follow PyTorch's convention; names as in the ops: G of something is its incoming gradient.
#include <array>

#include "autograd/formulas.h"
#include "autograd/node.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

using Mask2 = std::array<bool, 2>;
using Mask3 = std::array<bool, 3>;

Tensor adjoint_of(const Tensor& t) { return conj(t.transpose(-2, -1)); }
Tensor transposed(const Tensor& t) { return t.transpose(-2, -1); }
Tensor solve_lower(const Tensor& L, const Tensor& B, bool left, bool unit = false) {
  return linalg::solve_triangular(L, B, false, left, unit);
}
Tensor solve_upper(const Tensor& U, const Tensor& B, bool left, bool unit = false) {
  return linalg::solve_triangular(U, B, true, left, unit);
}
// The diagonal times `factor`, the rest as it is.
Tensor scale_diagonal(const Tensor& t, double factor) { return t.add(diag_embed(t.diagonal(0, -2, -1)), factor - 1); }
Tensor lower_part(const Tensor& t) { return t.tril(-1); }

}  // namespace

// ---- Cholesky -------------------------------------------------------------------------------------------------------

// A = L Lᴴ: dL = L Φ(L⁻¹ dA L⁻ᴴ), Φ the lower triangle with half the diagonal (Murray 2016, "Differentiation of the
// Cholesky decomposition"). Φ is its own adjoint; the result is spread over both triangles, as dA is.
Tensor cholesky_backward(const Tensor& grad, bool upper, const Tensor& factor) {
  const Tensor L = upper ? adjoint_of(factor) : factor, gL = upper ? adjoint_of(grad) : grad;
  const Tensor phi = adjoint_of(L).matmul(gL).tril();
  const Tensor both = phi.add(adjoint_of(lower_part(phi))).mul(0.5);
  return solve_lower(L, solve_upper(adjoint_of(L), both, true), false);
}

// d(LLᴴ)⁻¹ = -A⁻¹ (dL Lᴴ + L dLᴴ) A⁻¹.
Tensor cholesky_inverse_backward(const Tensor& grad, const Tensor& factor, bool upper, const Tensor& inverse) {
  const Tensor common = inverse.matmul(grad.add(adjoint_of(grad)).matmul(inverse));
  return (upper ? factor.matmul(common) : common.matmul(factor)).neg();
}

std::tuple<Tensor, Tensor> cholesky_solve_backward(const Tensor& grad, const Tensor& factor, const Tensor& result,
                                                   bool upper, Mask2 output_mask) {
  const Tensor gB = cholesky_solve(grad, factor, upper);
  if (!output_mask[1]) return {gB, Tensor()};
  const Tensor one = gB.matmul(adjoint_of(result)), common = one.add(adjoint_of(one));
  return {gB, (upper ? factor.matmul(common) : common.matmul(factor)).neg()};
}

// ---- LU -------------------------------------------------------------------------------------------------------------

// Note [Gradient of LU]
// Square: Pᵀ dA = dL U + L dU, so L⁻¹ Pᵀ dA U⁻¹ = L⁻¹ dL + dU U⁻¹: a strictly lower and an upper triangle, hence
//   gA = P L⁻ᴴ [tril(Lᴴ gL, -1) + triu(gU Uᴴ)] U⁻ᴴ.
// Wide, A = P L [U₁ | U₂]: U₂ = L⁻¹ Pᵀ A₂ gives gA₂ = P L⁻ᴴ gU₂, and L gets -L⁻ᴴ gU₂ U₂ᴴ more.
// Tall, Pᵀ A = [L₁; L₂] U: L₂ = A₂ U⁻¹ gives gA₂ = gL₂ U⁻ᴴ, and U gets -L₂ᴴ gL₂ U⁻ᴴ more.
Tensor lu_backward(const Tensor& grad_L, const Tensor& grad_U, const Tensor& P, const Tensor& L, const Tensor& U,
                   bool pivot) {
  if (!grad_L.defined() && !grad_U.defined()) return Tensor();
  const int64_t m = L.size(-2), n = U.size(-1), k = L.size(-1);
  const Tensor gL = grad_L.defined() ? grad_L : zeros_like(L), gU = grad_U.defined() ? grad_U : zeros_like(U);
  const Tensor L1 = L.narrow(-2, 0, k), U1 = U.narrow(-1, 0, k);
  Tensor lower = adjoint_of(L1).matmul(gL.narrow(-2, 0, k));
  Tensor upper = gU.narrow(-1, 0, k).matmul(adjoint_of(U1));
  if (n > k) lower = lower.sub(gU.narrow(-1, k, n - k).matmul(adjoint_of(U.narrow(-1, k, n - k))));
  if (m > k) upper = upper.sub(adjoint_of(L.narrow(-2, k, m - k)).matmul(gL.narrow(-2, k, m - k)));
  const Tensor inner = lower_part(lower).add(upper.triu());
  Tensor gA = solve_lower(adjoint_of(U1), solve_upper(adjoint_of(L1), inner, true, true), false);
  if (n > k) gA = cat({gA, solve_upper(adjoint_of(L1), gU.narrow(-1, k, n - k), true, true)}, -1);
  if (m > k) gA = cat({gA, solve_lower(adjoint_of(U1), gL.narrow(-2, k, m - k), false)}, -2);
  return pivot ? P.matmul(gA) : gA;
}

Tensor lu_factor_backward(const Tensor& grad, const Tensor& LU, const Tensor& pivots, bool pivot) {
  const auto [P, L, U] = lu_unpack(LU, pivots, true, pivot);
  const int64_t k = L.size(-1);
  return lu_backward(grad.narrow(-1, 0, k), grad.narrow(-2, 0, k), P, L, U, pivot);
}

// Each factor's gradient at its place in the compact form.
Tensor lu_unpack_backward(const Tensor& grad_L, const Tensor& grad_U, IntArrayRef sizes) {
  if (!grad_L.defined() && !grad_U.defined()) return Tensor();
  const int64_t m = sizes[sizes.size() - 2], n = sizes.back(), k = std::min(m, n);
  Tensor total;
  if (grad_L.defined()) {
    total = lower_part(grad_L);
    if (n > k) total = constant_pad_nd(total, {0, n - k});
  }
  if (grad_U.defined()) {
    Tensor part = grad_U.triu();
    if (m > k) part = constant_pad_nd(part, {0, 0, 0, m - k});
    total = total.defined() ? total.add(part) : part;
  }
  return total;
}

// X = A⁻¹ B and its three relatives give the gradient of A = P L U, from which those of L and U follow.
Tensor lu_solve_backward_LU(const Tensor& grad, const Tensor& LU, const Tensor& pivots, const Tensor& X, bool left,
                            bool adjoint) {
  const Tensor gB = linalg::lu_solve(LU, pivots, grad, left, !adjoint);
  Tensor gA;
  if (left)
    gA = adjoint ? X.matmul(adjoint_of(gB)) : gB.matmul(adjoint_of(X));
  else
    gA = adjoint ? adjoint_of(gB).matmul(X) : adjoint_of(X).matmul(gB);
  const auto [P, L, U] = lu_unpack(LU, pivots);
  const Tensor inner = transposed(P).matmul(gA).neg();
  return lower_part(inner.matmul(adjoint_of(U))).add(adjoint_of(L).matmul(inner).triu());
}

// ---- determinants, inverses, systems ----------------------------------------------------------------------------------

Tensor inv_backward(const Tensor& grad, const Tensor& inverse) {
  const Tensor h = adjoint_of(inverse);
  return h.matmul(grad.matmul(h)).neg();
}

namespace {

// Where A is singular: its adjugate by singular vectors. det(A) = det(U) Πs det(Vᴴ), and the product's derivative by each
// singular value does without that one, so that nothing is divided by 0.
Tensor singular_det_backward(const Tensor& grad, const Tensor& A) {
  const auto [U, S, Vh] = linalg::svd(A, false);
  const Tensor phase = conj(linalg::det(U).mul(linalg::det(Vh))).mul(grad);
  const Tensor factors = prod_backward(ones_like(S.select(-1, 0)), S, S.prod(-1), -1, false);
  return U.mul(factors.unsqueeze(-2)).matmul(Vh).mul(phase.unsqueeze(-1).unsqueeze(-1));
}

// conj(det) grad A⁻ᴴ.
Tensor regular_det_backward(const Tensor& grad, const Tensor& det, const Tensor& A) {
  const Tensor d = grad.mul(conj(det)).unsqueeze(-1);
  return linalg::solve(adjoint_of(A), diag_embed(d.expand(A.sizes().slice(0, A.sizes().size() - 1))));
}

}  // namespace

Tensor det_backward(const Tensor& grad, const Tensor& det, const Tensor& A, const Tensor& LU, const Tensor& pivots) {
  if (A.numel() == 0) return zeros_like(A);
  if (!GradMode::is_enabled()) {
    // A zero pivot becomes a tiny one; the determinant is 0 then, and so is this gradient.
    const Tensor pivot = LU.diagonal(0, -2, -1);
    const double eps = to_real_type(A.dtype()) == kDouble ? 2.220446049250313e-16 : 1.1920928955078125e-07;
    const Tensor safe = LU.add(diag_embed(pivot.eq(0).to(A.dtype()).mul(eps)));
    const Tensor d = grad.mul(conj(det)).unsqueeze(-1).expand(pivot.sizes());
    return linalg::lu_solve(safe, pivots, diag_embed(d), true, true);
  }
  const Tensor zero = det.eq(0);
  if (!zero.any().item<bool>()) return regular_det_backward(grad, det, A);
  if (zero.all().item<bool>()) return singular_det_backward(grad, A);
  const int64_t n = A.size(-1);
  const Tensor flat = zero.reshape(-1), a = A.reshape({-1, n, n}), g = grad.reshape(-1), d = det.reshape(-1);
  const Tensor bad = flat.nonzero().squeeze(-1), good = flat.logical_not().nonzero().squeeze(-1);
  const Tensor of_bad = singular_det_backward(g.index_select(0, bad), a.index_select(0, bad));
  const Tensor of_good =
      regular_det_backward(g.index_select(0, good), d.index_select(0, good), a.index_select(0, good));
  return zeros_like(a).index_copy(0, bad, of_bad).index_copy(0, good, of_good).reshape(A.sizes());
}

// log|det A| has the gradient A⁻ᴴ; the sign of a complex determinant turns with the imaginary part of tr(A⁻¹ dA).
Tensor slogdet_backward(const Tensor& grad_sign, const Tensor& grad_logabsdet, const Tensor& A, const Tensor& sign,
                        const Tensor& LU, const Tensor& pivots) {
  if (A.numel() == 0) return zeros_like(A);
  Tensor g = grad_logabsdet;
  if (A.is_complex()) {
    g = rushlight::complex(grad_logabsdet, imag(conj(grad_sign).mul(sign)).neg());
  }
  const Tensor d = diag_embed(g.unsqueeze(-1).expand(A.sizes().slice(0, A.sizes().size() - 1)));
  return GradMode::is_enabled() ? linalg::solve(adjoint_of(A), d) : linalg::lu_solve(LU, pivots, d, true, true);
}

std::tuple<Tensor, Tensor> linalg_solve_backward(const Tensor& grad, const Tensor& X, const Tensor& A, const Tensor& LU,
                                                 const Tensor& pivots, bool left, Mask2 output_mask) {
  // The factorization has no history: second derivatives go through A itself.
  const Tensor gB = GradMode::is_enabled() ? linalg::solve(adjoint_of(A), grad, left)
                                           : linalg::lu_solve(LU, pivots, grad, left, true);
  if (!output_mask[0]) return {Tensor(), gB};
  const Tensor gA = left ? gB.matmul(adjoint_of(X)) : adjoint_of(X).matmul(gB);
  return {gA.neg(), gB};
}

std::tuple<Tensor, Tensor> solve_triangular_backward(const Tensor& grad, const Tensor& A, const Tensor& X, bool upper,
                                                     bool left, bool unitriangular, Mask2 output_mask) {
  const Tensor gB = linalg::solve_triangular(adjoint_of(A), grad, !upper, left, unitriangular);
  if (!output_mask[0]) return {Tensor(), gB};
  const Tensor gA = (left ? gB.matmul(adjoint_of(X)) : adjoint_of(X).matmul(gB)).neg();
  const int64_t off = unitriangular ? 1 : 0;
  return {upper ? gA.triu(off) : gA.tril(-off), gB};
}

// ---- QR -------------------------------------------------------------------------------------------------------------

// Note [Gradient of QR]
// Tall or square: dA R⁻¹ = dQ + Q dR R⁻¹, and C = Qᴴ dA R⁻¹ splits into a skew-Hermitian and an upper triangular matrix
// with real diagonal. With M = gR Rᴴ - Qᴴ gQ: gA = [gQ + Q sym(triu(M))] R⁻ᴴ, where sym(X) = X + Xᴴ with the diagonal
// once (Walter and Lehmann 2010). Wide, A = [X | Y] = Q [U | V]: Y only adds V gVᴴ to Q's gradient, and gY = Q gV.
Tensor qr_backward(const Tensor& grad_Q, const Tensor& grad_R, const Tensor& Q, const Tensor& R,
                   std::string_view mode) {
  if (!grad_Q.defined() && !grad_R.defined()) return Tensor();
  check(mode != "r",
        "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, "
        "mode='reduced') if you are going to differentiate through linalg.qr.");
  const int64_t m = Q.size(-2), n = R.size(-1), k = std::min(m, n);
  check(mode != "complete" || m <= n,
        "The QR decomposition is not differentiable when mode='complete' and nrows > ncols.");
  const bool wide = n > k;
  const Tensor U = wide ? R.narrow(-1, 0, k) : R;
  Tensor M, gQ = grad_Q;
  if (grad_R.defined()) M = (wide ? grad_R.narrow(-1, 0, k) : grad_R).matmul(adjoint_of(U));
  if (wide && grad_R.defined()) {
    const Tensor more = Q.matmul(R.narrow(-1, k, n - k).matmul(adjoint_of(grad_R.narrow(-1, k, n - k))));
    gQ = gQ.defined() ? gQ.add(more) : more;
  }
  if (gQ.defined()) {
    const Tensor part = adjoint_of(Q).matmul(gQ);
    M = M.defined() ? M.sub(part) : part.neg();
  }
  const Tensor upper = M.triu();
  Tensor inner = Q.matmul(scale_diagonal(upper.add(adjoint_of(upper)), 0.5));
  if (gQ.defined()) inner = inner.add(gQ);
  const Tensor gX = solve_lower(adjoint_of(U), inner, false);
  if (!wide) return gX;
  const Tensor gV = grad_R.defined() ? grad_R.narrow(-1, k, n - k) : zeros_like(R.narrow(-1, k, n - k));
  return cat({gX, Q.matmul(gV)}, -1);
}

namespace {

// Note [Gradient of Householder products]
// Q = H₀ H₁ … with Hᵢ = I - τᵢ vᵢ vᵢᴴ, and Re tr(dQ Y Z) is what a change of Q counts. Of it the part with dHᵢ is
// Re tr(Mᵢ dHᵢ), Mᵢ = Rᵢ Wᵢ with Rᵢ = (Hᵢ₊₁ Hᵢ₊₂ …) Y and Wᵢ = Z (H₀ … Hᵢ₋₁). Hence gτ = -conj(vᴴ M v) and
// gv = -(conj(τ) Mᴴ v + τ M v), below the vector's leading 1. The Rᵢ are made from the last on and kept; where that takes
// too much memory, from the first on with H⁻¹ = I - σ v vᴴ, σ = τ / (τ |v|² - 1), which is exact for true reflectors.
struct Reflectors {
  std::vector<Tensor> v, tau;

  Reflectors(const Tensor& input, const Tensor& factors) {
    const int64_t m = input.size(-2);
    for (int64_t i = 0; i < factors.size(-1); ++i) {
      const Tensor below = input.narrow(-1, i, 1).narrow(-2, i + 1, m - i - 1);
      DimVector head = below.sizes();
      head[head.size() - 2] = 1;
      const Tensor whole = cat({ones(head, input.options()), below}, -2);
      v.push_back(i ? constant_pad_nd(whole, {0, 0, i, 0}) : whole);
      tau.push_back(factors.select(-1, i).unsqueeze(-1).unsqueeze(-1));
    }
  }
  static Tensor reflect(const Tensor& v, const Tensor& factor, const Tensor& x) {
    return x.sub(factor.mul(v.matmul(adjoint_of(v).matmul(x))));
  }
  Tensor apply(size_t i, const Tensor& x) const { return reflect(v[i], tau[i], x); }
  Tensor apply_inverse(size_t i, const Tensor& x) const {
    return reflect(v[i], tau[i].div(tau[i].mul(adjoint_of(v[i]).matmul(v[i])).sub(1)), x);
  }
};

std::tuple<Tensor, Tensor> reflector_gradients(const Tensor& Y, const Tensor& Z, const Tensor& input,
                                               const Tensor& tau) {
  constexpr int64_t kKept = int64_t{1} << 24;  // elements
  const int64_t m = input.size(-2), n = input.size(-1);
  const auto k = static_cast<size_t>(tau.size(-1));
  if (k == 0 || input.numel() == 0) return {};
  const Reflectors h(input, tau);
  const bool keep = static_cast<int64_t>(k) * Y.numel() <= kKept;
  std::vector<Tensor> kept(k), columns, taus;
  Tensor R = Y, W = Z;
  for (size_t i = k; i-- > 0;) {
    if (keep) kept[i] = R;
    if (i || !keep) R = h.apply(i, R);
  }
  for (size_t i = 0; i < k; ++i) {
    R = keep ? kept[i] : h.apply_inverse(i, R);
    const Tensor &v = h.v[i], &t = h.tau[i], vh = adjoint_of(v), Wv = W.matmul(v);
    const Tensor Mv = R.matmul(Wv), Mhv = adjoint_of(W).matmul(adjoint_of(R).matmul(v));
    taus.push_back(conj(vh.matmul(Mv)).neg().squeeze(-1));
    const Tensor gv = conj(t).mul(Mhv).add(t.mul(Mv)).neg();
    const int64_t first = static_cast<int64_t>(i) + 1;
    columns.push_back(constant_pad_nd(gv.narrow(-2, first, m - first), {0, 0, first, 0}));
    W = W.sub(t.mul(Wv.matmul(vh)));
  }
  const Tensor g = cat(columns, -1);
  return {n > static_cast<int64_t>(k) ? constant_pad_nd(g, {0, n - static_cast<int64_t>(k)}) : g, cat(taus, -1)};
}

}  // namespace

std::tuple<Tensor, Tensor> householder_product_backward(const Tensor& grad, const Tensor& input, const Tensor& tau) {
  return reflector_gradients(eye(input.size(-2), input.size(-1), input.options()), adjoint_of(grad), input, tau);
}

std::tuple<Tensor, Tensor, Tensor> ormqr_backward(const Tensor& grad, const Tensor& self, const Tensor& tau,
                                                  const Tensor& other, bool left, bool transpose, Mask3 output_mask) {
  Tensor g_other, g_self, g_tau;
  if (output_mask[2]) g_other = ormqr(self, tau, grad, left, !transpose);
  if (output_mask[0] || output_mask[1]) {
    const Tensor first = left ? other : adjoint_of(grad), second = left ? adjoint_of(grad) : other;
    std::tie(g_self, g_tau) = transpose ? reflector_gradients(adjoint_of(second), adjoint_of(first), self, tau)
                                        : reflector_gradients(first, second, self, tau);
  }
  return {g_self, g_tau, g_other};
}

}  // namespace rushlight
