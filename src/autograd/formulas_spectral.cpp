// Gradients of eigenvalues, singular values, pseudo-inverses, least squares and the matrix exponential.
#include <array>

#include "autograd/formulas.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

Tensor adjoint_of(const Tensor& t) { return conj(t.transpose(-2, -1)); }
Tensor diagonal_of(const Tensor& t) { return t.diagonal(0, -2, -1); }

// All differences x_j - x_i, with 1 on the diagonal and where the numerator is 0 already (equal values whose vectors no
// gradient asks for).
Tensor gaps(const Tensor& x, const Tensor& numerator) {
  const Tensor all = x.unsqueeze(-2).sub(x.unsqueeze(-1));
  return all.masked_fill(all.eq(0).logical_and(numerator.eq(0)), 1);
}

// Complex vectors are free up to a phase; a function of them that depends on it has no gradient.
void check_phase(const Tensor& imaginary, const Tensor& reference, const char* message) {
  const double most = imaginary.detach().abs().max().item<double>();
  const double scale = reference.detach().abs().max().item<double>();
  const double tolerance = to_real_type(reference.dtype()) == kDouble ? 1e-8 : 1e-3;
  check(!(most > tolerance * std::max(1.0, scale)), message);
}

constexpr const char* kEigPhase =
    "linalg_eig_backward: The eigenvectors in the complex case are specified up to multiplication by e^{i phi}. The "
    "specified loss function depends on this quantity, so it is ill-defined.";
constexpr const char* kEighPhase =
    "linalg_eigh_backward: The eigenvectors in the complex case are specified up to multiplication by e^{i phi}. The "
    "specified loss function depends on this quantity, so it is ill-defined.";
constexpr const char* kSvdPhase =
    "svd_backward: The singular vectors in the complex case are specified up to multiplication by e^{i phi}. The "
    "specified "
    "loss function depends on this phase term, making it ill-defined.";

}  // namespace

// A = V diag(L) Vᴴ: gA = V [diag(gL) + skew(Vᴴ gV) / 2E] Vᴴ, E_ij = L_j - L_i, skew(X) = X - Xᴴ (Magnus 1985).
Tensor eigh_backward(const Tensor& grad_L, const Tensor& grad_V, const Tensor& L, const Tensor& V) {
  if (!grad_L.defined() && !grad_V.defined()) return Tensor();
  if (V.numel() == 0) return zeros_like(V);
  if (!grad_V.defined()) return V.mul(grad_L.unsqueeze(-2)).matmul(adjoint_of(V));
  const Tensor VhgV = adjoint_of(V).matmul(grad_V);
  if (V.is_complex()) check_phase(imag(diagonal_of(VhgV)), VhgV, kEighPhase);
  const Tensor skew = VhgV.sub(adjoint_of(VhgV)).mul(0.5), off = skew.sub(diag_embed(diagonal_of(skew)));
  Tensor inner = off.div(gaps(L, off));
  if (grad_L.defined()) inner = inner.add(diag_embed(grad_L));
  return V.matmul(inner).matmul(adjoint_of(V));
}

// A = V diag(L) V⁻¹ with columns of norm 1: the part of gV along a column is taken off first.
Tensor eig_backward(const Tensor& grad_L, const Tensor& grad_V, const Tensor& L, const Tensor& V) {
  if (!grad_L.defined() && !grad_V.defined()) return Tensor();
  if (V.numel() == 0) return zeros_like(V);
  const Tensor Vh = adjoint_of(V);
  if (!grad_V.defined()) return linalg::solve(Vh, grad_L.unsqueeze(-1).mul(Vh));
  const Tensor VhgV = Vh.matmul(grad_V), along = diagonal_of(VhgV);
  check_phase(imag(along), VhgV, kEigPhase);
  const Tensor part = VhgV.sub(Vh.matmul(V.mul(real(along).unsqueeze(-2))));
  const Tensor off = part.sub(diag_embed(diagonal_of(part)));
  Tensor inner = off.div(gaps(conj(L), off));
  if (grad_L.defined()) inner = inner.add(diag_embed(grad_L));
  return linalg::solve(Vh, inner.matmul(Vh));
}

// Note [Gradient of the SVD]
// With E_ij = s_j² - s_i² (1 on the diagonal) and skew(X) = X - Xᴴ (Wan and Zhang 2019, "Automatic differentiation for
// complex valued SVD"):
//   gA = U [(skew(Uᴴ gU) / E) S + S (skew(Vᴴ gV) / E) + I∘gS] Vᴴ + (I - UUᴴ) gU S⁻¹ Vᴴ + U S⁻¹ gVᴴ (I - VVᴴ),
// for complex A also I∘(skew(Uᴴ gU) / 2S) inside the brackets.
Tensor svd_backward(const Tensor& grad_U, const Tensor& grad_S, const Tensor& grad_Vh, const Tensor& whole_U,
                    const Tensor& S, const Tensor& whole_Vh) {
  if (!grad_U.defined() && !grad_S.defined() && !grad_Vh.defined()) return Tensor();
  const int64_t k = S.size(-1);
  const Tensor U = whole_U.narrow(-1, 0, k), Vh = whole_Vh.narrow(-2, 0, k);
  const int64_t m = U.size(-2), n = Vh.size(-1);
  const Tensor& gS = grad_S;
  if (!grad_U.defined() && !grad_Vh.defined())
    return m >= n ? U.matmul(gS.unsqueeze(-1).mul(Vh)) : U.mul(gS.unsqueeze(-2)).matmul(Vh);
  const Tensor gU = grad_U.defined() ? grad_U.narrow(-1, 0, k) : Tensor();
  const Tensor gVh = grad_Vh.defined() ? grad_Vh.narrow(-2, 0, k) : Tensor();
  const auto skew = [](const Tensor& x) { return x.sub(adjoint_of(x)); };
  const Tensor UhgU = gU.defined() ? skew(adjoint_of(U).matmul(gU)) : Tensor();
  const Tensor VhgV = gVh.defined() ? skew(Vh.matmul(adjoint_of(gVh))) : Tensor();
  if (U.is_complex() && U.numel()) {
    Tensor turn;
    for (const Tensor& part : {UhgU, VhgV}) {
      if (part.defined()) turn = turn.defined() ? turn.add(diagonal_of(part)) : diagonal_of(part);
    }
    check_phase(imag(turn), UhgU.defined() ? UhgU : VhgV, kSvdPhase);
  }
  Tensor numerator;
  if (UhgU.defined()) numerator = UhgU.mul(S.unsqueeze(-2));
  if (VhgV.defined()) {
    const Tensor part = S.unsqueeze(-1).mul(VhgV);
    numerator = numerator.defined() ? numerator.add(part) : part;
  }
  numerator = numerator.sub(diag_embed(diagonal_of(numerator)));
  Tensor inner = numerator.div(gaps(S.mul(S), numerator));
  if (gS.defined()) inner = inner.add(diag_embed(gS));
  if (U.is_complex() && gU.defined() && gVh.defined()) inner = inner.add(diag_embed(diagonal_of(UhgU).div(S.mul(2))));
  Tensor left = U.matmul(inner);
  if (m > k && gU.defined()) {
    const Tensor part = gU.div(S.unsqueeze(-2));
    left = left.add(part).sub(U.matmul(adjoint_of(U).matmul(part)));
  }
  Tensor gA = left.matmul(Vh);
  if (n > k && gVh.defined()) {
    const Tensor part = U.matmul(gVh.div(S.unsqueeze(-1)));
    gA = gA.add(part).sub(part.matmul(adjoint_of(Vh)).matmul(Vh));
  }
  return gA;
}

// Golub and Pereyra 1973, "The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
// separate": dP = -P dA P + P Pᴴ dAᴴ (I - A P) + (I - P A) dAᴴ Pᴴ P.
Tensor pinv_backward(const Tensor& grad, const Tensor& P, const Tensor& A) {
  const Tensor Ph = adjoint_of(P), gh = adjoint_of(grad);
  if (A.size(-2) <= A.size(-1)) {
    const Tensor K = gh.matmul(P), KPh = K.matmul(Ph);
    return KPh.sub(adjoint_of(P.matmul(K))).sub(A.matmul(P).matmul(KPh)).add(Ph.matmul(P).matmul(gh.sub(K.matmul(A))));
  }
  const Tensor K = P.matmul(gh), PhK = Ph.matmul(K);
  return PhK.sub(adjoint_of(K.matmul(P))).add(gh.sub(A.matmul(K)).matmul(P).matmul(Ph)).sub(PhK.matmul(P).matmul(A));
}

// X = A⁺ B. The residuals are |A X - B|²: at the minimum X's own change does not count.
std::tuple<Tensor, Tensor> lstsq_backward(const Tensor& grad_X, const Tensor& grad_rest, const Tensor& A,
                                          const Tensor& B, const Tensor& X, std::array<bool, 2> output_mask) {
  Tensor gA, gB;
  if (grad_X.defined()) {
    const Tensor P = linalg::pinv(A);
    if (output_mask[0]) gA = pinv_backward(grad_X.matmul(adjoint_of(B)), P, A);
    if (output_mask[1]) gB = adjoint_of(P).matmul(grad_X);
  }
  if (grad_rest.defined()) {
    const Tensor rest = A.matmul(X).sub(B).mul(grad_rest.unsqueeze(-2)).mul(2);
    const Tensor of_A = rest.matmul(adjoint_of(X));
    gA = gA.defined() ? gA.add(of_A) : of_A;
    gB = gB.defined() ? gB.sub(rest) : rest.neg();
  }
  return {gA, gB};
}

// exp([[Aᴴ, G], [0, Aᴴ]]) has the derivative of exp at Aᴴ along G in its corner (Mathias 1996).
Tensor matrix_exp_backward(const Tensor& grad, const Tensor& A) {
  if (A.numel() == 0) return zeros_like(A);
  const int64_t n = A.size(-1);
  const Tensor Ah = adjoint_of(A);
  const Tensor whole = cat({cat({Ah, grad}, -1), cat({zeros_like(Ah), Ah}, -1)}, -2);
  return linalg::matrix_exp(whole).narrow(-2, 0, n).narrow(-1, n, n);
}

}  // namespace rushlight
