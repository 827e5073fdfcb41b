// Training through the C++ door: learning, going on from saved state bit for bit, schedulers.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <cmath>
#include <numbers>

namespace {

namespace torch = rushlight;
namespace nn = torch::nn;
namespace optim = torch::optim;
using torch::Tensor;

nn::Sequential make_net() { return nn::Sequential(nn::Linear(2, 8), nn::Tanh(), nn::Linear(8, 1)); }

struct Xor {
  Tensor x = torch::tensor({{0., 0.}, {0., 1.}, {1., 0.}, {1., 1.}}), y = torch::tensor({{0.}, {1.}, {1.}, {0.}});
  double step(nn::Sequential& net, optim::Optimizer& optimizer) {
    optimizer.zero_grad();
    const Tensor loss = nn::functional::binary_cross_entropy_with_logits(net(x), y);
    loss.backward();
    optimizer.step();
    return loss.item<double>();
  }
};

template <class Optimizer, class Options>
void learns_xor(Options options) {
  torch::manual_seed(3);
  Xor task;
  auto net = make_net();
  Optimizer optimizer(net->parameters(), options);
  double loss = 0;
  for (int i = 0; i < 800; ++i) loss = task.step(net, optimizer);
  EXPECT_LT(loss, 0.05);
  EXPECT_TRUE(torch::equal((net(task.x) > 0).to(torch::kFloat), task.y));
}

TEST(Training, AnMlpLearnsXor) {
  learns_xor<optim::Adam>(optim::AdamOptions(0.05));
  learns_xor<optim::AdamW>(optim::AdamWOptions(0.05).weight_decay(1e-3));
  learns_xor<optim::SGD>(optim::SGDOptions(0.5).momentum(0.9));
}

// Five steps, save everything, five more; then from the saved state five: the same weights.
template <class Optimizer, class Options>
void resumes_exactly(Options options) {
  torch::manual_seed(5);
  Xor task;
  auto net = make_net();
  Optimizer optimizer(net->parameters(), options);
  for (int i = 0; i < 5; ++i) task.step(net, optimizer);
  const std::string weights = torch::save_bytes(net->state_dict()), state = torch::save_bytes(optimizer.state_dict());
  for (int i = 0; i < 5; ++i) task.step(net, optimizer);

  auto other = make_net();
  other->load_state_dict(torch::load_bytes(weights).tensors);
  Optimizer resumed(other->parameters(), options);
  resumed.load_state_dict(torch::load_bytes(state).tensors);
  for (int i = 0; i < 5; ++i) task.step(other, resumed);
  const auto a = net->parameters(), b = other->parameters();
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(torch::equal(a[i], b[i])) << "parameter " << i;
}

TEST(Training, GoesOnFromSavedStateBitForBit) {
  resumes_exactly<optim::Adam>(optim::AdamOptions(0.05).amsgrad(true));
  resumes_exactly<optim::AdamW>(optim::AdamWOptions(0.05));
  resumes_exactly<optim::SGD>(optim::SGDOptions(0.1).momentum(0.9).nesterov(true));
}

TEST(Optimizer, GroupsHaveTheirOwnOptions) {
  const Tensor a = torch::ones({1}).requires_grad_(), b = torch::ones({1}).requires_grad_();
  optim::SGD sgd(
      {optim::OptimizerParamGroup({a}), optim::OptimizerParamGroup({b}, std::make_unique<optim::SGDOptions>(0.5))},
      optim::SGDOptions(0.1));
  (a + b).sum().backward();
  sgd.step();
  EXPECT_FLOAT_EQ(a.item<float>(), 0.9f);
  EXPECT_FLOAT_EQ(b.item<float>(), 0.5f);
}

TEST(Optimizer, RejectsWhatItCannotOptimize) {
  const Tensor leaf = torch::ones({1}).requires_grad_();
  EXPECT_THROW(optim::SGD(std::vector<Tensor>{}, optim::SGDOptions(0.1)), torch::ValueError);
  EXPECT_THROW(optim::SGD({leaf * 2}, optim::SGDOptions(0.1)), torch::ValueError);
  EXPECT_THROW(optim::SGD(std::vector<Tensor>{leaf}, optim::SGDOptions(-0.1)), torch::ValueError);
  EXPECT_THROW(optim::Adam(std::vector<Tensor>{leaf}, optim::AdamOptions(0.1).betas({1.0, 0.9})), torch::ValueError);
}

TEST(Optimizer, AParameterWithoutGradientStays) {
  const Tensor a = torch::ones({1}).requires_grad_(), b = torch::ones({1}).requires_grad_();
  optim::Adam adam({a, b}, optim::AdamOptions(0.1));
  a.sum().backward();
  adam.step();
  EXPECT_NE(a.item<float>(), 1.0f);
  EXPECT_EQ(b.item<float>(), 1.0f);
  b.sum().backward();  // joins later, with its own count of steps
  adam.step();
  EXPECT_NEAR(b.item<float>(), 0.9f, 1e-6);
}

TEST(Optimizer, ClosureGivesTheLoss) {
  const Tensor a = torch::ones({1}).requires_grad_();
  optim::SGD sgd({a}, optim::SGDOptions(0.1));
  const Tensor loss = sgd.step([&] {
    sgd.zero_grad();
    const Tensor l = (a * a).sum();
    l.backward();
    return l;
  });
  EXPECT_EQ(loss.item<double>(), 1.0);
  EXPECT_FLOAT_EQ(a.item<float>(), 0.8f);
}

TEST(Schedulers, FollowTheirFormula) {
  const Tensor a = torch::ones({1}).requires_grad_();
  optim::SGD sgd({a}, optim::SGDOptions(0.8));
  optim::StepLR step(sgd, 2, 0.5);
  const double expected[] = {0.8, 0.4, 0.4, 0.2, 0.2};
  for (const double lr : expected) {
    sgd.step();
    step.step();
    EXPECT_DOUBLE_EQ(sgd.param_groups()[0].options().get_lr(), lr);
  }
  optim::SGD other({a}, optim::SGDOptions(1.0));
  optim::CosineAnnealingLR cosine(other, 10, 0.1);
  for (int i = 1; i <= 10; ++i) {
    cosine.step();
    EXPECT_NEAR(cosine.get_last_lr()[0], 0.1 + 0.9 * (1 + std::cos(std::numbers::pi * i / 10)) / 2, 1e-12);
  }
  EXPECT_EQ(cosine.last_epoch(), 10);
}

}  // namespace
