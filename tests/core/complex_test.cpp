// Complex numbers and wide unsigned integers from C++: arithmetic, views, gradients and errors.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <complex>
#include <random>

namespace {

namespace torch = rushlight;
using torch::Complex;
using torch::Tensor;

constexpr int64_t kCount = 1100;  // more than two blocks of the loops, and a rest

Tensor random_complex(uint64_t seed, std::vector<std::complex<double>>* values) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Tensor t = torch::empty({kCount}, torch::kComplexDouble);
  auto* data = static_cast<Complex<double>*>(t.data_ptr());
  for (int64_t i = 0; i < kCount; ++i) {
    data[i] = {normal(generator), normal(generator)};
    values->push_back({data[i].re, data[i].im});
  }
  return t;
}

template <class F>
void expect_near(const Tensor& result, const std::vector<std::complex<double>>& z, const F& f, const char* name) {
  ASSERT_EQ(result.dtype(), torch::kComplexDouble) << name;
  const auto* data = static_cast<const Complex<double>*>(result.data_ptr());
  for (size_t i = 0; i < z.size(); ++i) {
    const std::complex<double> want = f(z[i]), got(data[i].re, data[i].im);
    ASSERT_LE(std::abs(got - want), 1e-13 * (1 + std::abs(want))) << name << " of " << z[i];
  }
}

TEST(Complex, FunctionsAgreeWithTheStandardLibrary) {
  std::vector<std::complex<double>> z;
  const Tensor t = random_complex(1, &z);
  using C = std::complex<double>;
#define RL_EXPECT(name) expect_near(torch::name(t), z, [](C v) { return std::name(v); }, #name)
  RL_EXPECT(exp);
  RL_EXPECT(log);
  RL_EXPECT(log10);
  RL_EXPECT(sqrt);
  RL_EXPECT(sin);
  RL_EXPECT(cos);
  RL_EXPECT(tan);
  RL_EXPECT(asin);
  RL_EXPECT(acos);
  RL_EXPECT(atan);
  RL_EXPECT(sinh);
  RL_EXPECT(cosh);
  RL_EXPECT(tanh);
  RL_EXPECT(asinh);
  RL_EXPECT(acosh);
  RL_EXPECT(atanh);
  RL_EXPECT(conj);
#undef RL_EXPECT
  expect_near(torch::reciprocal(t), z, [](C v) { return 1.0 / v; }, "reciprocal");
  expect_near(torch::sgn(t), z, [](C v) { return v / std::abs(v); }, "sgn");
}

TEST(Complex, ArithmeticOfTransposedAndMixedOperands) {
  std::vector<std::complex<double>> z;
  const Tensor t = random_complex(2, &z).view({kCount / 2, 2}).t();
  const Tensor r = torch::arange(kCount, torch::kFloat).view({2, kCount / 2});
  const Tensor sum = torch::mul(torch::add(t, r), Complex<double>(0, 2));
  ASSERT_EQ(sum.dtype(), torch::kComplexDouble);
  for (int64_t i = 0; i < 2; ++i) {
    for (int64_t j = 0; j < kCount / 2; j += 37) {
      const int64_t added = i * (kCount / 2) + j;
      const std::complex<double> v = z[2 * j + i] + static_cast<double>(added);
      const auto got = sum.index({i, j}).item().toComplexDouble();
      EXPECT_EQ(got.re, -2 * v.imag());
      EXPECT_EQ(got.im, 2 * v.real());
    }
  }
}

TEST(Complex, PartsAreViews) {
  Tensor z = torch::zeros({3}, torch::kComplexFloat);
  torch::real(z).fill_(1);
  torch::imag(z).copy_(torch::arange(3, torch::kFloat));
  EXPECT_EQ(z.index({2}).item().toComplexDouble(), Complex<double>(1, 2));
  EXPECT_TRUE(torch::allclose(torch::view_as_real(z).select(-1, 1), torch::arange(3, torch::kFloat)));
  EXPECT_THROW(torch::imag(torch::ones({2})), torch::Error);
  EXPECT_THROW(torch::view_as_complex(torch::ones({3})), torch::Error);
}

TEST(Complex, GradientsFollowTheConjugate) {
  Tensor z =
      torch::tensor({Complex<double>(1, 2), Complex<double>(-3, 0.5)}, torch::TensorOptions(torch::kComplexDouble));
  z.requires_grad_();
  torch::real(torch::mul(z, torch::conj(z))).sum().backward();
  EXPECT_TRUE(torch::allclose(z.grad(), torch::mul(z.detach(), 2)));
  Tensor x = torch::tensor({1.0, 2.0}, torch::TensorOptions(torch::kDouble)).requires_grad_();
  torch::abs(torch::mul(x, Complex<double>(3, 4))).sum().backward();  // a real leaf gets a real gradient
  ASSERT_EQ(x.grad().dtype(), torch::kDouble);
  EXPECT_TRUE(torch::allclose(x.grad(), torch::full({2}, 5.0, torch::TensorOptions(torch::kDouble))));
}

TEST(Complex, WritingTheRealPartKeepsTheHistory) {
  Tensor z = torch::ones({2}, torch::TensorOptions(torch::kComplexDouble)).requires_grad_();
  Tensor w = torch::mul(z, 1);
  Tensor part = torch::real(w);
  part.mul_(5);
  torch::view_as_real(w).sum().backward();
  EXPECT_EQ(z.grad().index({0}).item().toComplexDouble(), Complex<double>(5, 1));
}

TEST(Complex, RefusesWhatHasNoOrder) {
  const Tensor z = torch::ones({2}, torch::kComplexFloat);
  EXPECT_THROW(torch::lt(z, z), torch::Error);
  EXPECT_THROW(torch::maximum(z, z), torch::Error);
  EXPECT_THROW(torch::floor(z), torch::Error);
  EXPECT_THROW(torch::sort(z), torch::Error);
  Tensor target = z.clone();
  EXPECT_THROW(target.abs_(), torch::Error);
}

TEST(Unsigned, ArithmeticWrapsAndCompares) {
  const uint64_t large = uint64_t(1) << 63;
  const Tensor a = torch::full({3}, torch::Scalar(large + 5), torch::TensorOptions(torch::kUInt64));
  EXPECT_EQ(a.index({0}).item().toUInt64(), large + 5);
  EXPECT_EQ(torch::add(a, a).index({1}).item().toUInt64(), 10u);
  EXPECT_TRUE(torch::all(torch::gt(a, 5)).item<bool>());
  EXPECT_EQ(torch::floor_divide(a, 2).index({0}).item().toUInt64(), (large + 5) / 2);
  EXPECT_EQ(a.to(torch::kDouble).index({0}).item<double>(), static_cast<double>(large + 5));
  EXPECT_EQ(a.to(torch::kUInt16).index({0}).item<int64_t>(), 5);
  const Tensor b = torch::full({2}, 4000000000.0, torch::TensorOptions(torch::kUInt32));
  EXPECT_EQ(torch::add(b, b).index({0}).item<int64_t>(), 8000000000 - 4294967296);
  EXPECT_EQ(torch::bitwise_right_shift(b, 1).index({0}).item<int64_t>(), 2000000000);
}

}  // namespace
