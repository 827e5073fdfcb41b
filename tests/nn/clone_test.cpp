// Copies of modules: Cloneable, layers, containers.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

namespace torch = rushlight;
namespace nn = torch::nn;
namespace {

struct NetImpl : nn::Cloneable<NetImpl> {
  explicit NetImpl(int64_t n) : n(n) { reset(); }
  void reset() override {
    fc = register_module("fc", nn::Linear(n, 3));
    body = register_module("body", nn::Sequential(nn::Linear(3, 3), nn::BatchNorm1d(3)));
    scale = register_parameter("scale", torch::ones({3}));
    offset = register_buffer("offset", torch::zeros({3}));
  }
  torch::Tensor forward(torch::Tensor x) { return body->forward(fc(x)) * scale + offset; }
  int64_t n;
  nn::Linear fc{nullptr};
  nn::Sequential body{nullptr};
  torch::Tensor scale, offset;
};
RUSHLIGHT_MODULE(Net);

void expect_separate(const nn::Module& a, const nn::Module& b) {
  const auto x = a.state_dict(), y = b.state_dict();
  ASSERT_EQ(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(x[i].first, y[i].first);
    EXPECT_TRUE(torch::equal(x[i].second, y[i].second)) << x[i].first;
    EXPECT_NE(x[i].second.data_ptr(), y[i].second.data_ptr()) << x[i].first;
    EXPECT_EQ(x[i].second.requires_grad(), y[i].second.requires_grad()) << x[i].first;
  }
}

TEST(Clone, OfAModuleOfOnesOwn) {
  Net net(4);
  {
    torch::NoGradGuard guard;
    net->scale.mul_(5);
    net->fc->weight.requires_grad_(false);
  }
  const auto x = torch::randn({6, 4});
  net(x);  // changes the running statistics
  net->eval();
  auto copy = std::dynamic_pointer_cast<NetImpl>(net->clone());
  ASSERT_TRUE(copy);
  expect_separate(*net, *copy);
  EXPECT_FALSE(copy->is_training() || copy->body->is_training());
  EXPECT_TRUE(torch::equal(copy->forward(x), net->forward(x)));
  // The members are the registered tensors, and training the copy leaves the original alone.
  EXPECT_TRUE(copy->scale.is_same(copy->named_parameters()["scale"]));
  const auto before = net->scale.clone();
  torch::optim::SGD optimizer(copy->parameters(), 0.1);
  copy->forward(x).sum().backward();
  optimizer.step();
  EXPECT_TRUE(torch::equal(net->scale, before));
  EXPECT_FALSE(torch::equal(copy->scale, before));
  EXPECT_THROW(net->clone(torch::Device("cuda")), torch::Error);
}

struct Plain : nn::Module {};
struct Forgetful : nn::Cloneable<Forgetful> {
  Forgetful() { register_parameter("w", torch::ones({1})); }
  void reset() override {}
};
TEST(Clone, SaysWhatIsMissing) {
  EXPECT_THROW(Plain().clone(), torch::Error);
  EXPECT_THROW(std::make_shared<Forgetful>()->clone(), torch::Error);
}

template <class Holder>
void check_layer(Holder layer) {
  auto copy = layer->clone();
  expect_separate(*layer, *copy);
  EXPECT_EQ(copy->repr(), layer->repr());
  EXPECT_EQ(typeid(*copy).name(), typeid(*layer).name());
}
TEST(Clone, OfLayersAndContainers) {
  check_layer(nn::Linear(3, 2));
  check_layer(nn::Conv2d(nn::Conv2dOptions(2, 4, 3).bias(false)));
  check_layer(nn::BatchNorm2d(4));
  check_layer(nn::Embedding(5, 3));
  check_layer(nn::ReLU());
  check_layer(nn::CrossEntropyLoss(nn::CrossEntropyLossOptions().weight(torch::ones({3}))));
  check_layer(nn::LSTM(nn::LSTMOptions(3, 4).num_layers(2).bidirectional(true)));
  check_layer(nn::GRUCell(3, 4));
  check_layer(nn::MultiheadAttention(8, 2));
  check_layer(nn::TransformerEncoderLayer(nn::TransformerEncoderLayerOptions(8, 2).dim_feedforward(16)));
  check_layer(nn::AdaptiveLogSoftmaxWithLoss(8, 20, std::vector<int64_t>{5, 10}));
  check_layer(nn::LinearCrossEntropyLoss(3, 4));
  check_layer(nn::TripletMarginWithDistanceLoss());
  check_layer(nn::Identity());
  check_layer(nn::Functional(torch::relu));
  check_layer(nn::Sequential({{"a", nn::Linear(2, 2)}, {"b", nn::Sequential(nn::Linear(2, 2), nn::ReLU())}}));
  check_layer(nn::ModuleList(nn::Linear(2, 2), nn::Linear(2, 3)));
  check_layer(nn::ModuleDict({{"a", nn::Linear(2, 2).ptr()}}));
  check_layer(nn::ParameterList(torch::ones({2}), torch::zeros({3})));
  nn::Linear linear(3, 2);
  auto copy = std::dynamic_pointer_cast<nn::LinearImpl>(linear->clone());
  EXPECT_TRUE(copy->weight.is_same(copy->named_parameters()["weight"]));
  copy->weight.mutable_grad() = torch::ones({2, 3});
  EXPECT_FALSE(linear->weight.grad().defined());
}

}  // namespace
