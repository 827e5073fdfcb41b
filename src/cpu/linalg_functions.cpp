// The matrix exponential and the pseudo-inverse: kernels that are written with other ops, because their gradients are not.
#include <algorithm>
#include <cmath>

#include "cpu/copy.h"
#include "dispatch/kernels.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {
namespace {

// Note [Matrix exponential]
// Higham 2005, "The scaling and squaring method for the matrix exponential revisited": exp(A) = r(A / 2^s)^(2^s), where r
// is a diagonal Padé approximant whose degree is exact to rounding for 1-norms up to `limit`. Its numerator and
// denominator share the even powers: r = (V - U)⁻¹ (V + U), U odd and V even.
struct Approximant {
  int degree;
  double limit;
  double b[14];
};
constexpr Approximant kApproximants[] = {
    {3, 1.495585217958292e-2, {120, 60, 12, 1}},
    {5, 2.539398330063230e-1, {30240, 15120, 3360, 420, 30, 1}},
    {7, 9.504178996162932e-1, {17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1}},
    {9, 2.097847961257068, {17643225600, 8821612800, 2075673600, 302702400, 30270240, 2162160, 110880, 3960, 90, 1}},
    {13,
     5.371920351148152,
     {64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
      670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1}}};
constexpr double kSingleLimits[] = {4.258730016922831e-1, 1.880152677804762, 3.925724783138660};

// sum of b[first + 2k] x[k] over the even powers x of the matrix, divided by b[0].
Tensor even_sum(const Approximant& r, int first, const std::vector<Tensor>& powers) {
  Tensor sum;
  for (size_t k = 0; k < powers.size(); ++k) {
    const size_t at = static_cast<size_t>(first) + 2 * k;
    if (at > static_cast<size_t>(r.degree)) break;
    const Tensor part = powers[k].mul(r.b[at] / r.b[0]);
    sum = sum.defined() ? sum.add(part) : part;
  }
  return sum;
}

Tensor approximate(const Approximant& r, const Tensor& A) {
  const int64_t n = A.size(-1);
  std::vector<Tensor> powers{eye(n, A.options()).expand(A.sizes()), A.matmul(A)};
  const size_t count = r.degree == 13 ? 4 : static_cast<size_t>(r.degree + 1) / 2;
  while (powers.size() < count) powers.push_back(powers[1].matmul(powers.back()));
  Tensor odd = even_sum(r, 1, powers), even = even_sum(r, 0, powers);
  if (r.degree == 13) {  // powers 8 to 13 as the sixth times 2 to 7
    const std::vector<Tensor> high(powers.begin() + 1, powers.end());
    odd = odd.add(powers[3].matmul(even_sum(r, 9, high)));
    even = even.add(powers[3].matmul(even_sum(r, 8, high)));
  }
  odd = A.matmul(odd);
  return std::get<0>(linalg::solve_ex(even.sub(odd), even.add(odd)));
}

// Of a batch (count, n, n) in float or double, real or complex.
Tensor exponential(const Tensor& A) {
  const bool single = to_real_type(A.dtype()) == kFloat;
  const Tensor norms = A.abs().sum(-2).amax(-1).to(kDouble);
  const int last = single ? 2 : 4;
  const auto limit = [&](int i) { return single ? kSingleLimits[i] : kApproximants[i].limit; };
  const double most = norms.max().item<double>();
  for (int i = 0; i <= last; ++i) {
    if (most <= limit(i)) return approximate(kApproximants[i], A);
  }
  Tensor steps = norms.div(limit(last)).log2().ceil().clamp(0);
  steps = where(norms.isfinite(), steps, zeros_like(steps));
  Tensor X = approximate(kApproximants[last], A.mul(exp2(steps.neg()).to(to_real_type(A.dtype())).view({-1, 1, 1})));
  const int64_t longest = static_cast<int64_t>(steps.max().item<double>());
  for (int64_t i = 0; i < longest; ++i) {
    const Tensor rest = steps.gt(static_cast<double>(i)).nonzero().squeeze(-1);
    const Tensor part = X.index_select(0, rest);
    X = X.index_copy(0, rest, part.matmul(part));
  }
  return X;
}

}  // namespace

void linalg_matrix_exp(const Tensor& self, Tensor& result) {
  if (self.numel() == 0) return;
  const NoGradGuard no_grad;
  const int64_t n = self.size(-1);
  const bool low = self.dtype() == kHalf || self.dtype() == kBFloat16;
  Tensor A = self.detach().reshape({-1, n, n});
  if (low) A = A.to(kFloat);
  copy_elements(result, exponential(A).reshape(self.sizes()));
}

void _linalg_pinv(const Tensor& self, const Tensor& atol, const Tensor& rtol, bool hermitian, Tensor& result) {
  if (result.numel() == 0) return;
  const NoGradGuard no_grad;
  const Tensor A = self.detach();
  const auto inverse_of = [&](const Tensor& values, const Tensor& most) {
    const Tensor limit = maximum(atol.unsqueeze(-1), rtol.unsqueeze(-1).mul(most));
    return where(values.abs().gt(limit), values.reciprocal(), zeros_like(values));
  };
  if (hermitian) {
    const auto [values, vectors] = linalg::eigh(A);
    const Tensor most = values.abs().amax(-1, true);
    const Tensor left = vectors.mul(inverse_of(values, most).unsqueeze(-2));
    copy_elements(result, left.matmul(conj(vectors.transpose(-2, -1))));
    return;
  }
  const auto [U, S, Vh] = linalg::svd(A, false);
  const Tensor left = conj(Vh.transpose(-2, -1)).mul(inverse_of(S, S.narrow(-1, 0, 1)).unsqueeze(-2));
  copy_elements(result, left.matmul(conj(U.transpose(-2, -1))));
}

}  // namespace rushlight::cpu
