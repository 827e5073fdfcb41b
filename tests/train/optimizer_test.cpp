// Optimizers and schedulers of the C++ door: saved options, hooks, groups, schedulers that go on, averages.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <cmath>

namespace {

namespace torch = rushlight;
namespace nn = torch::nn;
using namespace torch::optim;
using torch::Tensor;

Tensor parameter(double value = 1) { return torch::full({2, 2}, value).requires_grad_(); }
void give_gradient(const Tensor& p) { (p * p).sum().backward(); }

TEST(OptimizerState, HoldsTheOptions) {
  const Tensor a = parameter(), b = parameter();
  Adam adam(
      {OptimizerParamGroup({a}, std::make_unique<AdamOptions>(0.25)),
       OptimizerParamGroup({b}, std::make_unique<AdamOptions>(AdamOptions(0.5).betas({0.8, 0.99}).amsgrad(true)))},
      AdamOptions());
  const torch::NamedTensors saved = torch::load_bytes(torch::save_bytes(adam.state_dict())).tensors;
  Adam other({OptimizerParamGroup({a}), OptimizerParamGroup({b})}, AdamOptions());
  other.load_state_dict(saved);
  const auto& first = static_cast<AdamOptions&>(other.param_groups()[0].options());
  const auto& second = static_cast<AdamOptions&>(other.param_groups()[1].options());
  EXPECT_EQ(first.lr(), 0.25);
  EXPECT_FALSE(first.amsgrad());
  EXPECT_EQ(second.lr(), 0.5);
  EXPECT_EQ(second.betas(), (Betas{0.8, 0.99}));
  EXPECT_TRUE(second.amsgrad());
  SGD sgd({a, b}, SGDOptions());
  EXPECT_THROW(sgd.load_state_dict(saved), torch::ValueError);
}

TEST(OptimizerState, HoldsOptionsOfEveryKind) {
  const Tensor a = parameter();
  Muon muon({a}, MuonOptions(0.5).adjust_lr_fn("match_rms_adamw").ns_coefficients({1, 2, 3}).ns_steps(7));
  Muon second({a});
  second.load_state_dict(muon.state_dict());
  const auto& o = static_cast<MuonOptions&>(second.param_groups()[0].options());
  EXPECT_EQ(o.adjust_lr_fn(), "match_rms_adamw");
  EXPECT_EQ(o.ns_coefficients(), (Coefficients{1, 2, 3}));
  EXPECT_EQ(o.ns_steps(), 7);
  muon.load_state_dict(Muon({a}).state_dict());
  EXPECT_FALSE(static_cast<MuonOptions&>(muon.param_groups()[0].options()).adjust_lr_fn().has_value());
  Adafactor adafactor({a}, AdafactorOptions().eps({0.5, 0.25}));
  adafactor.load_state_dict(Adafactor({a}, AdafactorOptions().eps({std::nullopt, 0.125})).state_dict());
  const auto& eps = static_cast<AdafactorOptions&>(adafactor.param_groups()[0].options()).eps();
  EXPECT_FALSE(std::get<0>(eps).has_value());
  EXPECT_EQ(std::get<1>(eps), 0.125);
}

TEST(OptimizerState, RefusesOptionsThatCannotBe) {
  const Tensor a = parameter();
  Muon muon({a});
  const Tensor nothing = torch::full({1}, std::nan(""), torch::TensorOptions(torch::kDouble));
  EXPECT_THROW(muon.load_state_dict({{"param_groups.0.ns_steps", nothing}}), torch::ValueError);
  EXPECT_THROW(muon.load_state_dict({{"param_groups.0.adjust_lr_fn", nothing}}), torch::ValueError);
  EXPECT_THROW(muon.load_state_dict({{"param_groups.1.lr", nothing}}), torch::ValueError);
  EXPECT_THROW(muon.load_state_dict({{"state.0.momentum_buffer", torch::ones({3})}}), torch::ValueError);
  LBFGS lbfgs({a});
  EXPECT_THROW(lbfgs.load_state_dict({{"state.0.n_iter", torch::ones({})}}), torch::ValueError);
  EXPECT_THROW(SWALR(muon, PerGroup(std::vector<double>())), torch::ValueError);
}

TEST(OptimizerOptions, OfAnotherOptimizerAreRefused) {
  const Tensor a = parameter();
  const auto group = [&] {
    return std::vector<OptimizerParamGroup>{OptimizerParamGroup({a}, std::make_unique<SGDOptions>(0.1))};
  };
  Adam adam(group());
  Rprop rprop(group());
  give_gradient(a);
  EXPECT_THROW(adam.step(), torch::TypeError);
  EXPECT_THROW(rprop.step(), torch::TypeError);
  EXPECT_THROW(LBFGS{group()}, torch::TypeError);
}

TEST(OptimizerHooks, RunAroundEveryStep) {
  const Tensor a = parameter();
  SGD sgd({a}, SGDOptions(0.1));
  std::string log;
  const unsigned before = sgd.register_step_pre_hook([&](Optimizer&) { log += "before "; });
  sgd.register_step_post_hook([&](Optimizer& o) { log += o.stepped() ? "after " : "never "; });
  give_gradient(a);
  sgd.step();
  sgd.remove_hook(before);
  sgd.step([&] { return (a * a).sum(); });
  EXPECT_EQ(log, "before after after ");
}

TEST(LBFGS, NeedsAClosureAndFindsTheLeast) {
  const Tensor a = parameter(5);
  LBFGS lbfgs({a}, LBFGSOptions(1).line_search_fn("strong_wolfe"));
  give_gradient(a);
  EXPECT_THROW(lbfgs.step(), torch::Error);
  Optimizer& as_base = lbfgs;
  for (int i = 0; i < 5; ++i) {
    as_base.step([&] {
      as_base.zero_grad();
      Tensor loss = ((a - 2) * (a - 2)).sum() + (a * a).sum();
      loss.backward();
      return loss;
    });
  }
  EXPECT_TRUE(torch::allclose(a.detach(), torch::ones({2, 2}), 1e-5, 1e-6));
  LBFGS unknown({a}, LBFGSOptions(1).line_search_fn("x"));
  EXPECT_THROW(unknown.step([&] { return (a * a).sum(); }), torch::Error);
}

TEST(SchedulerState, GoesOnWhereItWas) {
  const Tensor a = parameter();
  const auto rates = [&](bool interrupted) {
    SGD sgd({a}, SGDOptions(0.8).momentum(0.9)), second({a}, SGDOptions(0.8).momentum(0.9));
    CosineAnnealingWarmRestarts one(sgd, 5, 2, 0.01), other(second, 5, 2, 0.01);
    std::vector<double> found;
    for (int i = 0; i < 30; ++i) {
      const bool late = interrupted && i >= 12;
      if (interrupted && i == 12) {
        second.load_state_dict(sgd.state_dict());
        other.load_state_dict(one.state_dict());
      }
      (late ? second : sgd).step();
      (late ? other : one).step();
      found.push_back((late ? second : sgd).param_groups()[0].options().get_lr());
    }
    return found;
  };
  EXPECT_EQ(rates(false), rates(true));
}

TEST(Schedulers, TakeOneNumberPerGroup) {
  const Tensor a = parameter(), b = parameter();
  SGD sgd({OptimizerParamGroup({a}), OptimizerParamGroup({b})}, SGDOptions(0.1).momentum(0.5));
  OneCycleLR cycle(sgd, OneCycleLROptions({1.0, 2.0}).total_steps(10));
  EXPECT_DOUBLE_EQ(cycle.get_last_lr()[0] * 2, cycle.get_last_lr()[1]);
  EXPECT_DOUBLE_EQ(static_cast<SGDOptions&>(sgd.param_groups()[0].options()).momentum(), 0.95);
  EXPECT_THROW(OneCycleLR(sgd, OneCycleLROptions({1.0, 2.0, 3.0}).total_steps(10)), torch::ValueError);
  Rprop rprop({a});
  EXPECT_THROW(CyclicLR(rprop, CyclicLROptions(0.1, 0.2)), torch::ValueError);
  sgd.add_param_group(OptimizerParamGroup({parameter()}));
  EXPECT_THROW(cycle.step(), torch::ValueError);
}

TEST(AveragedModel, HasTheMeanOfTheModels) {
  nn::Linear net(2, 2), own(2, 2);
  swa_utils::AveragedModel average(net, own);
  {
    torch::NoGradGuard guard;
    for (int i = 1; i <= 3; ++i) {
      for (const Tensor& p : net->parameters()) p.fill_(i);
      average->update_parameters(*net);
    }
  }
  EXPECT_TRUE(torch::allclose(average->module->weight.detach(), torch::full({2, 2}, 2.0)));
  EXPECT_EQ(average->n_averaged.item<int64_t>(), 3);
  EXPECT_EQ(average->state_dict()[0].first, "n_averaged");
  const Tensor x = torch::ones({1, 2});
  EXPECT_TRUE(torch::equal(average->forward(x), average->module->forward(x)));
  EXPECT_THROW(swa_utils::get_ema_multi_avg_fn(1.5), torch::ValueError);
}

}  // namespace
