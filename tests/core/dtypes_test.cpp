// Complex and unsigned dtypes through the C++ door: scalars, tensor(), items, accessors, printing and files.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <complex>
#include <sstream>

namespace rushlight {
namespace {

template <class T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TEST(Dtypes, ScalarsKeepTheirKind) {
  const Scalar z = Complex<double>(1, -2), s = std::complex<float>(0, 1), u = ~uint64_t{0};
  EXPECT_TRUE(z.isComplex() && s.isComplex() && !z.isFloatingPoint());
  EXPECT_EQ(z.type(), kComplexDouble);
  EXPECT_EQ(z.conj().toComplexDouble(), Complex<double>(1, 2));
  EXPECT_EQ(s.to<std::complex<double>>(), std::complex<double>(0, 1));
  EXPECT_TRUE(u.isUnsigned() && u.isIntegral(false));
  EXPECT_EQ(u.toUInt64(), ~uint64_t{0});
  EXPECT_EQ(Scalar(uint64_t{5}).type(), kLong);
  EXPECT_EQ(printed(z), "(1,-2)");
  EXPECT_EQ(printed(u), "18446744073709551615");
  EXPECT_EQ(printed(Scalar(true)), "true");
}

TEST(Dtypes, TensorOfComplexNumbers) {
  const Tensor a = tensor({Complex<float>(1, 2), Complex<float>(3, 0)});
  EXPECT_EQ(a.dtype(), kComplexFloat);
  EXPECT_TRUE(a.is_complex() && !a.is_floating_point());
  EXPECT_EQ(a[0].item<Complex<float>>(), Complex<float>(1, 2));
  EXPECT_EQ(a[0].item<std::complex<float>>(), std::complex<float>(1, 2));
  EXPECT_TRUE(a[0].item().isComplex());
  EXPECT_EQ(tensor({std::complex<double>(0, 1), 2.0}).dtype(), kComplexDouble);
  EXPECT_EQ(tensor({{Scalar(Complex<double>(1, 1)), Scalar(2)}, {Scalar(3), Scalar(true)}}).dtype(), kComplexFloat);
  const std::vector<std::complex<double>> many = {{1, 2}, {3, 4}, {5, 6}};
  const Tensor b = tensor(many);
  EXPECT_EQ(b.dtype(), kComplexDouble);
  EXPECT_EQ(b.data_ptr<std::complex<double>>()[2], many[2]);
  EXPECT_EQ((b.accessor<Complex<double>, 1>()[1]), Complex<double>(3, 4));
  EXPECT_EQ(tensor({Complex<float>(1, 2)}, kComplexDouble).dtype(), kComplexDouble);
  EXPECT_TRUE(tensor({Complex<float>(1, 2)}, TensorOptions(kComplexFloat).requires_grad(true)).requires_grad());
}

TEST(Dtypes, NumbersMustFit) {
  EXPECT_THROW(tensor({300}, kByte), Error);
  EXPECT_THROW(tensor({Complex<float>(1, 2)}, kFloat), Error);
  EXPECT_THROW(full({2}, Complex<double>(0, 1), kDouble), Error);
  EXPECT_THROW(zeros({2}, kInt).fill_(1e10), Error);
  EXPECT_THROW(zeros({2}).fill_(Complex<double>(0, 1)), Error);
  EXPECT_THROW(zeros({2}, kHalf).fill_(1e6), Error);
  EXPECT_EQ(tensor({-1}, kByte).item<int64_t>(), 255);
  EXPECT_THROW(tensor(Complex<float>(1, 2)).item<float>(), Error);
  EXPECT_THROW(tensor(300).item<uint8_t>(), Error);
  EXPECT_EQ(tensor(Complex<float>(3, 0)).item<int>(), 3);
  EXPECT_EQ(tensor(2.75).item<int64_t>(), 2);
  EXPECT_EQ(full({2}, Complex<double>(0, 1)).dtype(), kComplexFloat);
  EXPECT_EQ(full({}, ~uint64_t{0}, kUInt64).item().toUInt64(), ~uint64_t{0});
}

TEST(Dtypes, UnsignedTensors) {
  const Tensor a = tensor({1, 2, 65535}, kUInt16);
  EXPECT_EQ(a.data_ptr<uint16_t>()[2], 65535);
  EXPECT_EQ(a.to(kLong).sum().item<int64_t>(), 65538);
  EXPECT_EQ(tensor({uint64_t{1} << 63}, kUInt64).item().toUInt64(), uint64_t{1} << 63);
  EXPECT_THROW(tensor({uint64_t{1} << 63}), Error);
  EXPECT_EQ(tensor(std::vector<uint64_t>{~uint64_t{0}}).dtype(), kUInt64);
  EXPECT_EQ(printed(tensor({uint64_t{1} << 63}, kUInt64)), "tensor([9223372036854775808], dtype=torch.uint64)");
}

TEST(Dtypes, PrintedComplexNumbers) {
  EXPECT_EQ(printed(tensor({Complex<float>(1, 2), Complex<float>(0.5, -3)})), "tensor([1.0000+2.j, 0.5000-3.j])");
  EXPECT_EQ(printed(tensor(Complex<double>(1, 0))), "tensor(1.+0.j, dtype=torch.complex128)");
  EXPECT_EQ(printed(Complex<float>(1, 2)), "(1,2)");
  const std::string sum = printed(tensor({Complex<float>(1, 2)}) + tensor({1}));
  EXPECT_EQ(sum, "tensor([2.+2.j])");
}

TEST(Dtypes, FilesKeepEveryDtype) {
  const Tensor z = tensor({Complex<float>(1, 2), Complex<float>(3, 4)});
  NamedTensors named;
  for (const ScalarType type : {kUInt16, kUInt32, kUInt64, kComplexFloat, kComplexDouble})
    named.emplace_back(std::string(dtype_name(type)),
                       is_complex(type) ? z.to(type) : arange(6, kLong).to(type).view({2, 3}));
  const Checkpoint back = load_bytes(save_bytes(named, {{"note", "kept"}}));
  ASSERT_EQ(back.tensors.size(), named.size());
  EXPECT_EQ(back.metadata.size(), 1u);
  for (const auto& [name, tensor] : named) {
    const Tensor* got = back.find(name);
    ASSERT_NE(got, nullptr);
    EXPECT_EQ(got->dtype(), tensor.dtype());
    EXPECT_TRUE(got->sizes() == tensor.sizes() && !memcmp(got->data_ptr(), tensor.data_ptr(), tensor.nbytes())) << name;
  }
}

TEST(Dtypes, SpacedComplexNumbers) {
  const Tensor t = linspace(0, Complex<double>(0, 1), 3);
  EXPECT_EQ(t.dtype(), kComplexFloat);
  EXPECT_EQ(t[1].item<Complex<float>>(), Complex<float>(0, 0.5f));
  EXPECT_EQ(linspace(1, 2, 2, kComplexDouble)[1].item<Complex<double>>(), Complex<double>(2, 0));
  EXPECT_THROW(arange(Complex<double>(0, 3)), Error);
}

}  // namespace
}  // namespace rushlight
