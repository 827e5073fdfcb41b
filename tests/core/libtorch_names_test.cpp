// Names that LibTorch programs use: macros, constants, operators' own names, the global context.
#include <gtest/gtest.h>
#include <rushlight/torch.h>

#include <sstream>

namespace {

std::string message(void (*call)()) {
  try {
    call();
  } catch (const c10::Error& error) {
    return error.what();
  }
  return "";
}

TEST(LibTorchNames, Checks) {
  EXPECT_EQ(message([] { TORCH_CHECK(1 == 1, "never"); }), "");
  EXPECT_EQ(message([] { TORCH_CHECK(1 == 2, "got ", 2, " of ", torch::ones({2, 3}).sizes()); }), "got 2 of [2, 3]");
  EXPECT_EQ(message([] { AT_ASSERT(1 == 2); }), "Expected 1 == 2 to be true, but got false.");
  EXPECT_THROW(TORCH_CHECK_INDEX(false, "index"), torch::IndexError);
  EXPECT_THROW(TORCH_CHECK_VALUE(false), torch::ValueError);
  EXPECT_THROW(TORCH_CHECK_TYPE(false), torch::TypeError);
  EXPECT_THROW(TORCH_CHECK_NOT_IMPLEMENTED(false), torch::NotImplementedError);
  if (true)
    TORCH_CHECK(true);
  else
    TORCH_CHECK(false);
}

int warnings = 0;
TEST(LibTorchNames, Warnings) {
  auto* before = torch::set_warn_handler([](std::string_view text) {
    EXPECT_TRUE(text.starts_with("careful: "));
    ++warnings;
  });
  for (int i = 0; i < 3; ++i) {
    TORCH_WARN("careful: ", i);
    TORCH_WARN_ONCE("careful: ", "once");
  }
  torch::set_warn_handler(before);
  EXPECT_EQ(warnings, 4);
}

TEST(LibTorchNames, Dispatch) {
  const auto size_of = [](torch::ScalarType type) {
    return AT_DISPATCH_ALL_TYPES(type, "size_of", [&] { return sizeof(scalar_t); });
  };
  EXPECT_EQ(size_of(torch::kDouble), 8u);
  EXPECT_EQ(size_of(torch::kI16), 2u);
  EXPECT_THROW(size_of(torch::kBool), torch::NotImplementedError);
  const auto x = torch::ones({2}, torch::kI32);
  EXPECT_THROW(AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "f", [&] { return sizeof(scalar_t); }),
               torch::NotImplementedError);
}

TEST(LibTorchNames, TensorsAndOptions) {
  const torch::Tensor x = torch::zeros({2, 2}, torch::TensorOptions().dtype(torch::kF64).layout(torch::kStrided));
  EXPECT_EQ(x.toType(torch::kI64).dtype(), torch::kLong);
  EXPECT_EQ(x.type().scalarType(), torch::kDouble);
  EXPECT_EQ(x.type().toString(), "CPUDoubleType");
  EXPECT_EQ(torch::ones({1}).to(x.type()).dtype(), torch::kDouble);
  EXPECT_EQ(torch::typeMetaToScalarType(x.dtype()), torch::kDouble);
  EXPECT_FALSE(x.is_sparse());
  EXPECT_TRUE(x.pin_memory().is_same(x));
  EXPECT_EQ(x.unsafeGetTensorImpl(), x.impl());
  EXPECT_THROW(torch::zeros({1}, torch::TensorOptions().layout(torch::kSparse)), torch::NotImplementedError);
  c10::optional<int64_t> none = c10::nullopt;
  EXPECT_FALSE(none.has_value());
  const std::vector<int64_t> one{1};
  at::OptionalArrayRef<int64_t> dims = one;
  EXPECT_EQ(torch::sum(x, dims).numel(), 2);
  EXPECT_EQ(torch::str("a", 1, "b"), "a1b");
}

TEST(LibTorchNames, ElementsAreAssignedTo) {
  auto x = torch::zeros({2, 3});
  x[0] = 1;
  x[1] = torch::tensor({2.0, 3.0, 4.0});
  x[1][2] = 9.5;
  EXPECT_TRUE(torch::equal(x, torch::tensor({{1.0, 1.0, 1.0}, {2.0, 3.0, 9.5}})));
  torch::Tensor y = x;
  y = torch::ones({1});  // a name is bound anew
  EXPECT_EQ(x.numel(), 6);
  EXPECT_THROW(x[0] = torch::ones({2}), torch::Error);
  EXPECT_EQ(torch::ones({1}).to(torch::Device(torch::kCPU), torch::kDouble).dtype(), torch::kDouble);
  std::ostringstream out;
  out << x.options() << " " << x.type() << " " << x.layout();
  EXPECT_EQ(out.str(),
            "TensorOptions(dtype=Float, device=cpu, layout=Strided, requires_grad=false) CPUFloatType Strided");
}

TEST(LibTorchNames, CudaIsAskedBeforeItIsUsed) {
  EXPECT_FALSE(torch::cuda::is_available() || torch::cuda::cudnn_is_available());
  EXPECT_EQ(torch::cuda::device_count(), 0u);
  torch::cuda::manual_seed_all(1);
  EXPECT_THROW(torch::cuda::synchronize(), torch::Error);
  at::globalContext().setBenchmarkCuDNN(true);
  EXPECT_FALSE(at::globalContext().hasCUDA());
}

TEST(LibTorchNames, FlatNamesAreTheSameOps) {
  torch::manual_seed(0);
  const auto a = torch::randn({4, 4}, torch::kDouble) + 4 * torch::eye(4, torch::kDouble);
  EXPECT_TRUE(torch::equal(torch::linalg_inv(a), torch::linalg::inv(a)));
  EXPECT_TRUE(torch::equal(std::get<1>(torch::linalg_qr(a)), std::get<1>(torch::linalg::qr(a))));
  EXPECT_TRUE(torch::equal(torch::fft_fft(a, 8), torch::fft::fft(a, 8)));
  EXPECT_TRUE(torch::equal(torch::special_gammaln(a.abs()), torch::special::gammaln(a.abs())));
  torch::Tensor out = torch::empty({0}, torch::kDouble);
  torch::linalg_inv_out(out, a);
  EXPECT_TRUE(torch::equal(out, torch::linalg::inv(a)));
}

TEST(LibTorchNames, OperatorsBelowNn) {
  namespace F = torch::nn::functional;
  const auto x = torch::arange(16, torch::kFloat).view({1, 1, 4, 4}) - 5;
  EXPECT_TRUE(torch::equal(torch::gelu(x), F::gelu(x)));
  EXPECT_TRUE(torch::equal(torch::leaky_relu(x, 0.2), F::leaky_relu(x, 0.2)));
  EXPECT_TRUE(torch::equal(torch::elu(x), F::elu(x)));
  EXPECT_TRUE(torch::equal(torch::softplus(x), F::softplus(x)));
  auto y = x.clone();
  EXPECT_TRUE(torch::elu_(y).is_same(y));
  EXPECT_TRUE(torch::equal(y, F::elu(x)));
  EXPECT_EQ(torch::upsample_nearest2d(x, {8, 8}).size(3), 8);
  EXPECT_EQ(torch::upsample_bilinear2d(x, std::nullopt, false, std::vector<double>{2, 2}).size(2), 8);
  EXPECT_TRUE(torch::equal(torch::upsample_bilinear2d(x, {7, 5}, true),
                           F::interpolate(x, torch::IntArrayRef{7, 5}, std::nullopt, "bilinear", true)));
  EXPECT_EQ(torch::reflection_pad2d(x, {1, 1, 2, 2}).sizes(), (torch::IntArrayRef{1, 1, 8, 6}));
  EXPECT_THROW(torch::reflection_pad2d(x, {1, 1}), torch::Error);
  EXPECT_EQ(torch::one_hot(torch::tensor({0, 2})).size(1), 3);
  EXPECT_EQ(torch::linear(x, torch::ones({3, 4})).size(3), 3);
  EXPECT_EQ(std::get<0>(torch::_unique(torch::tensor({3, 1, 3}))).numel(), 2);
  EXPECT_DOUBLE_EQ(torch::mse_loss(x, x + 2, torch::Reduction::Sum).item<double>(), 64.0);
  EXPECT_EQ(torch::mse_loss(x, x, at::Reduction::None).dim(), 4);
  EXPECT_THROW(torch::mse_loss(x, x, 7), torch::ValueError);
}

TEST(LibTorchNames, OptionsForEveryDimension) {
  torch::nn::BatchNorm2d norm(torch::nn::BatchNormOptions(8).eps(1e-3).momentum(0.2));
  EXPECT_DOUBLE_EQ(norm->eps, 1e-3);
  torch::ExpandingArray<2> kernel = 3;
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(1, 2, kernel).stride(torch::ExpandingArray<2>({2, 1})));
  EXPECT_EQ(conv->weight.size(2), 3);
  EXPECT_EQ(conv->forward(torch::ones({1, 1, 9, 9})).size(3), 7);
  EXPECT_THROW(torch::ExpandingArray<2>({1, 2, 3}), torch::Error);
}

}  // namespace
