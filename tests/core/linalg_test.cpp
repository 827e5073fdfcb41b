// Linear algebra from C++: factorizations multiply back, gradients follow differences, errors are LinAlgError.
#include <gtest/gtest.h>

#include <string>

#include "rushlight/rushlight.h"

namespace {

using namespace rushlight;  // NOLINT: a test reads better as a user's program

constexpr ScalarType kTypes[] = {kFloat, kDouble, kComplexFloat, kComplexDouble};

Tensor well(IntArrayRef sizes, ScalarType dtype) { return randn(sizes, dtype).add(eye(sizes.back(), dtype), 3); }
Tensor definite(const Tensor& x) { return x.matmul(x.mH()).add(eye(x.size(-1), x.options())); }
double distance(const Tensor& a, const Tensor& b) { return a.sub(b).abs().max().item<double>(); }
double tolerance(ScalarType dtype) { return to_real_type(dtype) == kFloat ? 2e-3 : 1e-10; }

TEST(Linalg, FactorsMultiplyBack) {
  manual_seed(0);
  for (ScalarType dtype : kTypes) {
    for (int64_t n : {3, 20}) {
      const Tensor A = well({2, n, n}, dtype), H = definite(A);
      const auto [P, L, U] = linalg::lu(A);
      EXPECT_LT(distance(P.matmul(L).matmul(U), A), tolerance(dtype));
      const Tensor C = linalg::cholesky(H);
      EXPECT_LT(distance(C.matmul(C.mH()), H), n * tolerance(dtype));
      const auto [Q, R] = linalg::qr(A);
      EXPECT_LT(distance(Q.matmul(R), A), tolerance(dtype));
      const auto [left, values, right] = linalg::svd(A, false);
      EXPECT_LT(distance(left.mul(values.unsqueeze(-2)).matmul(right), A), tolerance(dtype));
      const auto [w, V] = linalg::eigh(H);
      EXPECT_LT(distance(V.mul(w.unsqueeze(-2)).matmul(V.mH()), H), n * tolerance(dtype));
      const auto [l, X] = linalg::eig(A);
      EXPECT_LT(distance(A.to(X.dtype()).matmul(X), X.mul(l.unsqueeze(-2))), tolerance(dtype));
      EXPECT_LT(distance(linalg::inv(A).matmul(A), eye(n, dtype).expand(A.sizes())), tolerance(dtype));
      EXPECT_LT(distance(A.matmul(linalg::solve(A, A)), A), tolerance(dtype));
      EXPECT_LT(distance(linalg::pinv(A), A.inverse()), tolerance(dtype));
    }
  }
}

TEST(Linalg, GradientsFollowDifferences) {
  manual_seed(1);
  struct Case {
    const char* name;
    Tensor (*f)(const Tensor&);
  };
  const Case cases[] = {{"det", [](const Tensor& x) { return linalg::det(x); }},
                        {"inv", [](const Tensor& x) { return linalg::inv(x).sum(); }},
                        {"cholesky", [](const Tensor& x) { return linalg::cholesky(definite(x)).sum(); }},
                        {"qr", [](const Tensor& x) { return std::get<1>(linalg::qr(x)).abs().sum(); }},
                        {"svd", [](const Tensor& x) { return linalg::svdvals(x).pow(2).sum(); }},
                        {"eigh", [](const Tensor& x) { return std::get<1>(linalg::eigh(definite(x))).abs().sum(); }},
                        {"eig", [](const Tensor& x) { return std::get<1>(linalg::eig(x)).abs().sum(); }},
                        {"matrix_exp", [](const Tensor& x) { return x.matrix_exp().sum(); }},
                        {"lstsq", [](const Tensor& x) { return std::get<0>(linalg::lstsq(x, x.mT())).sum(); }},
                        {"power", [](const Tensor& x) { return linalg::matrix_power(x, -2).sum(); }},
                        {"nuclear", [](const Tensor& x) { return linalg::matrix_norm(x, "nuc"); }}};
  for (const Case& c : cases) {
    const Tensor x = well({3, 3}, kDouble), d = randn({3, 3}, kDouble);
    Tensor leaf = x.clone().requires_grad_();
    c.f(leaf).backward();
    const double h = 1e-6, slope = c.f(x.add(d, h)).sub(c.f(x.sub(d, h))).item<double>() / (2 * h);
    EXPECT_NEAR(leaf.grad().mul(d).sum().item<double>(), slope, 1e-5 * std::max(1.0, std::abs(slope))) << c.name;
  }
}

TEST(Linalg, SecondDerivatives) {
  manual_seed(2);
  const Tensor x = well({3, 3}, kDouble).requires_grad_(), d = randn({3, 3}, kDouble);
  const auto slope = [&](const Tensor& at) {
    Tensor leaf = at.detach().clone().requires_grad_();
    return autograd::grad({linalg::inv(leaf).sum()}, {leaf}, {}, std::nullopt, true)[0];
  };
  const Tensor first = autograd::grad({linalg::inv(x).sum()}, {x}, {}, std::nullopt, true)[0];
  const Tensor second = autograd::grad({first.mul(d).sum()}, {x})[0];
  const Tensor e = randn({3, 3}, kDouble);
  const double h = 1e-6;
  const double difference = slope(x.add(e, h)).sub(slope(x.sub(e, h))).mul(d).sum().item<double>() / (2 * h);
  EXPECT_NEAR(second.mul(e).sum().item<double>(), difference, 1e-5);
}

TEST(Linalg, ErrorsHaveTheirClassAndNameTheMatrix) {
  Tensor A = zeros({2, 3, 3});
  A[0].copy_(eye(3));
  try {
    linalg::inv(A);
    FAIL() << "no error";
  } catch (const LinAlgError& e) {
    EXPECT_EQ(std::string(e.what()).rfind("linalg.inv: (Batch element 1): The diagonal element 1 is zero", 0), 0u)
        << e.what();
  }
  EXPECT_THROW(linalg::cholesky(eye(2).neg()), LinAlgError);
  EXPECT_THROW(linalg::solve(A, A), LinAlgError);
  EXPECT_THROW(linalg::inv(ones({2, 3})), Error);
  EXPECT_THROW(linalg::inv(ones({2, 2}, kLong)), Error);
  EXPECT_THROW(linalg::inv(Tensor()), Error);
  EXPECT_THROW(linalg::eig(full({2, 2}, NAN)), Error);
  EXPECT_THROW(linalg::lu_solve(eye(3), tensor({1, 2, 9}, kInt), eye(3)), Error);
}

TEST(Linalg, OverloadsOfTolerances) {
  const Tensor A = diag(tensor({1.0, 0.5, 1e-4}));
  EXPECT_EQ(linalg::matrix_rank(A).item<int64_t>(), 3);
  EXPECT_EQ(linalg::matrix_rank(A, 1e-3).item<int64_t>(), 2);
  EXPECT_EQ(linalg::matrix_rank(A, tensor(0.6)).item<int64_t>(), 1);
  EXPECT_EQ(linalg::matrix_rank(A, tensor(0.6), tensor(0.0), true).item<int64_t>(), 1);
  EXPECT_NEAR(linalg::pinv(A, 1e-3)[2][2].item<double>(), 0, 1e-12);
  EXPECT_NEAR(linalg::cond(A).item<double>(), 1e4, 1);
  EXPECT_NEAR(linalg::cond(A, "fro").item<double>(),
              linalg::norm(A, "fro").item<double>() * linalg::norm(linalg::inv(A), "fro").item<double>(), 1);
}

TEST(Linalg, OrthogonalInitialisation) {
  manual_seed(3);
  for (const DimVector& sizes : {DimVector{4, 4}, DimVector{3, 7}, DimVector{7, 3}, DimVector{4, 2, 3}}) {
    Tensor w = empty(sizes);
    nn::init::orthogonal_(w, 2);
    const Tensor flat = w.reshape({sizes[0], -1}).div(2);
    const Tensor gram = flat.size(0) <= flat.size(1) ? flat.mm(flat.t()) : flat.t().mm(flat);
    EXPECT_LT(distance(gram, eye(gram.size(0))), 1e-5);
  }
}

}  // namespace
