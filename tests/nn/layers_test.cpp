// Layers' options, positional forms and functions with options, as LibTorch programs write them.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <cmath>

namespace {

namespace torch = rushlight;
namespace nn = torch::nn;
namespace F = torch::nn::functional;
using torch::Tensor;

std::vector<int64_t> sizes(const Tensor& t) { return t.sizes().vec(); }

TEST(Options, SetAndRead) {
  auto options =
      nn::Conv2dOptions(3, 8, {3, 5}).stride({1, 2}).padding(torch::kSame).bias(false).padding_mode(torch::kReflect);
  EXPECT_EQ(options.in_channels(), 3);
  EXPECT_EQ(torch::IntArrayRef(options.kernel_size()).vec(), (std::vector<int64_t>{3, 5}));
  EXPECT_TRUE(options.padding().is_text());
  EXPECT_FALSE(options.bias());
  options.stride(1);
  nn::Conv2d conv(options);
  EXPECT_EQ(conv->padding_mode, "reflect");
  EXPECT_EQ(sizes(conv(torch::ones({2, 3, 6, 7}))), (std::vector<int64_t>{2, 8, 6, 7}));
}

TEST(Options, DtypeOfParameters) {
  nn::Linear linear(nn::LinearOptions(2, 3).dtype(torch::kDouble));
  EXPECT_EQ(linear->weight.dtype(), torch::kDouble);
}

TEST(Options, OneNumberOrAList) {
  EXPECT_EQ(sizes(nn::MaxPool2d(2)(torch::ones({1, 1, 4, 6}))), (std::vector<int64_t>{1, 1, 2, 3}));
  EXPECT_EQ(sizes(nn::MaxPool2d(nn::MaxPool2dOptions({2, 3}))(torch::ones({1, 1, 4, 6}))),
            (std::vector<int64_t>{1, 1, 2, 2}));
  EXPECT_EQ(sizes(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({1, std::nullopt}))(torch::ones({1, 1, 4, 6}))),
            (std::vector<int64_t>{1, 1, 1, 6}));
  EXPECT_EQ(sizes(nn::LayerNorm(nn::LayerNormOptions({6}))->weight), std::vector<int64_t>{6});
}

TEST(Layers, MembersAreNamedAsInPython) {
  nn::BatchNorm2d norm(4);
  norm(torch::randn({3, 4, 2, 2}));
  EXPECT_EQ(norm->num_batches_tracked.item<int64_t>(), 1);
  EXPECT_NE(norm->running_mean.abs().sum().item<double>(), 0.0);
  EXPECT_EQ(norm->num_features, 4);
  nn::Embedding table(nn::EmbeddingOptions(5, 2).padding_idx(-1));
  EXPECT_EQ(table->padding_idx, 4);
  EXPECT_EQ(table->weight[4].abs().sum().item<double>(), 0.0);
  auto frozen = nn::Embedding::from_pretrained(torch::ones({3, 2}));
  EXPECT_FALSE(frozen->weight.requires_grad());
}

TEST(Functional, OptionsGiveWhatArgumentsGive) {
  const Tensor x = torch::randn({4, 5}), target = torch::tensor({1, 0, 4, 2});
  EXPECT_TRUE(torch::equal(
      F::cross_entropy(x, target, F::CrossEntropyFuncOptions().label_smoothing(0.1).reduction(torch::kSum)),
      F::cross_entropy(x, target, Tensor(), {}, -100, {}, "sum", 0.1)));
  EXPECT_TRUE(torch::equal(F::leaky_relu(x, F::LeakyReLUFuncOptions().negative_slope(0.3)), F::leaky_relu(x, 0.3)));
  EXPECT_TRUE(torch::equal(F::softmax(x, F::SoftmaxFuncOptions(1)), F::softmax(x, 1)));
  EXPECT_TRUE(torch::equal(F::mse_loss(x, x * 2, F::MSELossFuncOptions(torch::kSum)), (x * x).sum()));
  const Tensor image = torch::randn({1, 2, 6, 6}), weight = torch::randn({3, 2, 3, 3});
  EXPECT_TRUE(torch::equal(F::conv2d(image, weight, F::Conv2dFuncOptions().padding({1, 1})),
                           F::conv2d(image, weight, Tensor(), 1, 1)));
  EXPECT_EQ(sizes(F::conv2d(image, weight, F::Conv2dFuncOptions().padding(torch::kSame))),
            (std::vector<int64_t>{1, 3, 6, 6}));
  EXPECT_EQ(sizes(F::max_pool2d(image, F::MaxPool2dFuncOptions(2))), (std::vector<int64_t>{1, 2, 3, 3}));
  EXPECT_EQ(sizes(F::pad(image, F::PadFuncOptions({1, 2, 0, 0}).mode(torch::kReflect))),
            (std::vector<int64_t>{1, 2, 6, 9}));
}

TEST(Init, FillsInPlaceWithoutHistory) {
  nn::Linear linear(50, 40);
  nn::init::xavier_uniform_(linear->weight, nn::init::calculate_gain(torch::kReLU));
  const double bound = std::sqrt(2.0) * std::sqrt(6.0 / 90);
  EXPECT_LE(linear->weight.abs().max().item<double>(), bound);
  EXPECT_GT(linear->weight.abs().max().item<double>(), 0.9 * bound);
  EXPECT_TRUE(linear->weight.is_leaf());
  EXPECT_TRUE(torch::equal(nn::init::eye_(torch::empty({3, 3})), torch::eye(3)));
  EXPECT_THROW(nn::init::eye_(torch::empty({3})), torch::ValueError);
  const Tensor t = nn::init::trunc_normal_(torch::empty({1000}), 0, 1, -0.5, 0.5);
  EXPECT_LE(t.abs().max().item<double>(), 0.5);
}

TEST(Utils, ClipsGradientsTogether) {
  const Tensor a = torch::ones({2}).requires_grad_(), b = torch::ones({1}).requires_grad_();
  (a * 3).sum().backward();
  (b * 4).sum().backward();
  const double norm = nn::utils::clip_grad_norm_({a, b}, 1.0);
  EXPECT_NEAR(norm, std::sqrt(9 + 9 + 16), 1e-5);
  EXPECT_NEAR(b.grad().item<double>(), 4 / norm, 1e-4);
  nn::utils::clip_grad_value_({a, b}, 0.1);
  EXPECT_FLOAT_EQ(b.grad().item<float>(), 0.1f);
}

TEST(Utils, ParametersGoThroughAVector) {
  nn::Linear linear(2, 3);
  const Tensor vector = nn::utils::parameters_to_vector(linear->parameters());
  EXPECT_EQ(vector.numel(), 9);
  nn::utils::vector_to_parameters(torch::zeros({9}), linear->parameters());
  EXPECT_EQ(linear->weight.abs().sum().item<double>(), 0.0);
}

TEST(Triplets, TakeADistanceOfOnesOwn) {
  const Tensor anchor = torch::zeros({2, 3}), positive = torch::full({2, 3}, 2.0), negative = torch::full({2, 3}, 0.5);
  const auto farthest = [](const Tensor& x, const Tensor& y) { return std::get<0>((x - y).abs().max(-1)); };
  const Tensor loss = F::triplet_margin_with_distance_loss(
      anchor, positive, negative, F::TripletMarginWithDistanceLossFuncOptions(farthest).reduction(torch::kSum));
  EXPECT_DOUBLE_EQ(loss.item<double>(), 2 * (2.0 - 0.5 + 1.0));
  nn::TripletMarginWithDistanceLoss layer(nn::TripletMarginWithDistanceLossOptions(farthest).margin(0.25));
  EXPECT_DOUBLE_EQ(layer(anchor, positive, negative).item<double>(), 1.75);
  EXPECT_THROW(nn::TripletMarginWithDistanceLoss(nn::TripletMarginWithDistanceLossOptions().margin(0.0)),
               torch::ValueError);
}

TEST(Attention, RunsFromOptionsAndPlainArguments) {
  torch::manual_seed(0);
  const Tensor q = torch::randn({2, 3, 4, 8}), k = torch::randn({2, 3, 5, 8}), v = torch::randn({2, 3, 5, 8});
  const Tensor plain = F::scaled_dot_product_attention(q, k, v, {}, 0.0, false, 0.5);
  const Tensor options = F::scaled_dot_product_attention(q, k, v, F::ScaledDotProductAttentionFuncOptions().scale(0.5));
  EXPECT_TRUE(torch::equal(plain, options));
  EXPECT_THROW(F::scaled_dot_product_attention(q, k.to(torch::kFloat64), v), torch::Error);
}

TEST(Ctc, TakesLengthsAsTensorsAndAsLists) {
  const Tensor x = torch::zeros({3, 1, 2}).log_softmax(2), target = torch::ones({1, 1}, torch::kInt64);
  const Tensor listed = F::ctc_loss(x, target, torch::IntArrayRef({3}), torch::IntArrayRef({1}));
  const Tensor counted = F::ctc_loss(x, target, torch::full({1}, 3, torch::kInt64), torch::ones({1}, torch::kInt64));
  EXPECT_NEAR(listed.item<double>(), -std::log(6.0 / 8), 1e-6);
  EXPECT_TRUE(torch::equal(listed, counted));
}

}  // namespace
