// Special functions through the C++ door: values, gradients, out= and the names that stand in two namespaces.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <cmath>
#include <limits>

namespace rushlight {
namespace {

Tensor doubles(std::initializer_list<double> values) {
  return tensor(ArrayRef<double>(values.begin(), values.size()), kDouble);
}

TEST(Special, Values) {
  struct Case {
    Tensor (*function)(const Tensor&);
    double x, want;
  };
  const Case cases[] = {
      {special::airy_ai, -6.5, -0.2380203019971158},  {special::bessel_j0, 12.25, 0.1009306105105151},
      {special::bessel_j1, -3, -0.3390589585259365},  {special::bessel_y0, 0.5, -0.44451873350670656},
      {special::bessel_y1, 150, 0.00055695634956084}, {special::entr, 0.5, 0.34657359027997264},
      {special::erfcx, 40, 0.014100335983377814},     {special::i1, -3, -3.9533702174026093},
      {special::log_ndtr, -30, -454.3212439563432},   {special::modified_bessel_k1, 2.5, 0.07389081634774707},
      {special::ndtri, 1e-30, -11.464024688443615},   {special::scaled_modified_bessel_k0, 1500, 0.03235773618383394}};
  for (const Case& c : cases) {
    const double got = c.function(doubles({c.x})).item<double>();
    EXPECT_NEAR(got, c.want, 1e-12 * std::abs(c.want)) << "at " << c.x;
  }
  EXPECT_NEAR(igamma(doubles({500}), doubles({480})).item<double>(), 0.1862819731903246, 1e-14);
  EXPECT_NEAR(igammac(doubles({1e-6}), doubles({0.5})).item<double>(), 5.597738881556345e-07, 1e-20);
  EXPECT_DOUBLE_EQ(special::legendre_polynomial_p(doubles({-1.5}), 7).item<double>(), -192.37646484375);
  EXPECT_DOUBLE_EQ(special::hermite_polynomial_he(Scalar(-1.5), doubles({7})).item<double>(), -54.4921875);
}

TEST(Special, Gradients) {
  Tensor x = doubles({0.5, 2.5}).requires_grad_();
  special::bessel_j0(x).sum().backward();
  EXPECT_TRUE(allclose(x.grad(), special::bessel_j1(x.detach()).neg()));
  x = doubles({-1, 0.25, 1}).requires_grad_();
  special::chebyshev_polynomial_t(x, 3).sum().backward();  // 12 x^2 - 3
  EXPECT_TRUE(allclose(x.grad(), doubles({9, -2.25, 9})));
  const Tensor a = doubles({2}).requires_grad_();
  EXPECT_THROW(igamma(a, doubles({1})).backward(), NotImplementedError);
}

TEST(Special, NamesInTwoNamespaces) {
  const Tensor x = doubles({0.25, 0.75});
  EXPECT_TRUE(equal(special::gammaln(x), lgamma(x)));
  EXPECT_TRUE(equal(special::psi(x), digamma(x)));
  EXPECT_TRUE(equal(special::expit(x), sigmoid(x)));
  EXPECT_TRUE(equal(special::gammainc(x, x), igamma(x, x)));
  EXPECT_TRUE(equal(special::multigammaln(add(x, 3), 2), mvlgamma(add(x, 3), 2)));
  EXPECT_TRUE(equal(special::softmax(x, 0), softmax(x, 0)));
  Tensor out = empty({2}, kDouble);
  EXPECT_TRUE(special::erf_out(out, x).is_same(out));
  EXPECT_TRUE(equal(out, erf(x)));
}

TEST(Special, TwoParts) {
  auto [mantissa, exponent] = frexp(doubles({-3, 0, 5e-324}));
  EXPECT_TRUE(equal(mantissa, doubles({-0.75, 0, 0.5})));
  EXPECT_EQ(exponent.dtype(), kInt);
  EXPECT_EQ(exponent[2].item<int>(), -1073);
  EXPECT_THROW(frexp(tensor(3)), Error);
  EXPECT_EQ(lcm(tensor(6), tensor(4)).item<int64_t>(), 12);
  EXPECT_THROW(mvlgamma(doubles({1}), 0), Error);
}

}  // namespace
}  // namespace rushlight
