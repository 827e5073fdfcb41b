// Optimizers of one's own, written as for LibTorch; archives of optimizers; other parameters for a while.
#include <gtest/gtest.h>
#include <rushlight/torch.h>

#include <sstream>

namespace {

struct DecayOptions : torch::optim::OptimizerCloneableOptions<DecayOptions> {
  explicit DecayOptions(double lr = 0.1) : lr_(lr) {}
  TORCH_ARG(double, lr) = 0.1;
};

struct DecayState : torch::optim::OptimizerCloneableParamState<DecayState> {
  TORCH_ARG(int64_t, step) = 0;
  TORCH_ARG(torch::Tensor, sum) = {};

 public:
  void serialize(torch::serialize::InputArchive& archive) override {
    torch::IValue step;
    archive.read("step", step);
    step_ = step.toInt();
    archive.read("sum", sum_);
  }
  void serialize(torch::serialize::OutputArchive& archive) const override {
    archive.write("step", torch::IValue(step_));
    archive.write("sum", sum_);
  }
};

class Decay : public torch::optim::Optimizer {
 public:
  explicit Decay(std::vector<torch::Tensor> params, DecayOptions defaults = DecayOptions())
      : Optimizer(std::move(params), std::make_unique<DecayOptions>(defaults)) {}
  torch::Tensor step(torch::optim::LossClosure closure = nullptr) override {
    torch::Tensor loss;
    if (closure) loss = closure();
    torch::NoGradGuard no_grad;
    for (auto& group : param_groups_) {
      auto& options = static_cast<DecayOptions&>(group.options());
      for (auto& p : group.params()) {
        if (!p.grad().defined()) continue;
        if (state_.find(p.unsafeGetTensorImpl()) == state_.end()) {
          auto fresh = std::make_unique<DecayState>();
          fresh->sum(torch::zeros_like(p));
          state_[p.unsafeGetTensorImpl()] = std::move(fresh);
        }
        auto& state = static_cast<DecayState&>(*state_[p.unsafeGetTensorImpl()]);
        state.step(state.step() + 1);
        state.sum().add_(p.grad());
        p.add_(state.sum(), -options.lr() / static_cast<double>(state.step()));
      }
    }
    return loss;
  }
};

torch::Tensor parameter() { return torch::ones({2}).requires_grad_(); }

TEST(OwnOptimizer, StepsAsForLibTorch) {
  const torch::Tensor p = parameter();
  Decay optimizer({p}, DecayOptions(0.5));
  torch::optim::StepLR scheduler(optimizer, 1, 0.1);
  const auto loss = [&] {
    optimizer.zero_grad();
    const torch::Tensor value = (p * p).sum();
    value.backward();
    return value;
  };
  EXPECT_EQ(optimizer.step(loss).item<double>(), 2);
  EXPECT_TRUE(torch::equal(p.detach(), torch::zeros({2})));
  scheduler.step();
  EXPECT_DOUBLE_EQ(optimizer.param_groups()[0].options().get_lr(), 0.05);
  EXPECT_EQ(optimizer.state().size(), 1u);
  torch::serialize::OutputArchive out;
  optimizer.save(out);
  std::stringstream bytes;
  out.save_to(bytes);
  torch::serialize::InputArchive in;
  in.load_from(bytes);
  auto& state = static_cast<DecayState&>(*optimizer.state().begin()->second);
  state.step(7);
  optimizer.load(in);
  EXPECT_EQ(state.step(), 1);
}

TEST(OwnOptimizer, DerivesFromOneThatIsThere) {
  struct Twice : torch::optim::SGD {
    using SGD::SGD;
    torch::Tensor step(torch::optim::LossClosure closure = nullptr) override {
      SGD::step(closure);
      return SGD::step();
    }
  };
  const torch::Tensor p = parameter();
  Twice optimizer({p}, torch::optim::SGDOptions(0.5));
  p.sum().backward();
  optimizer.step();
  EXPECT_TRUE(torch::equal(p.detach(), torch::zeros({2})));
}

TEST(OwnOptimizer, NeedsAStep) {
  struct Nothing : torch::optim::Optimizer {
    explicit Nothing(std::vector<torch::Tensor> params)
        : Optimizer(std::move(params), std::make_unique<DecayOptions>()) {}
  };
  const torch::Tensor p = parameter();
  Nothing optimizer({p});
  p.sum().backward();
  EXPECT_THROW(optimizer.step(), torch::NotImplementedError);
}

TEST(Optimizer, ArchivesHoldWhatStateDictHolds) {
  const torch::Tensor p = parameter(), q = parameter();
  torch::optim::Adam optimizer({p}, torch::optim::AdamOptions(0.1)), other({q}, torch::optim::AdamOptions(0.2));
  p.sum().backward();
  optimizer.step();
  torch::serialize::OutputArchive out;
  optimizer.save(out);
  std::stringstream bytes;
  out.save_to(bytes);
  torch::serialize::InputArchive in;
  in.load_from(bytes);
  other.load(in);
  EXPECT_EQ(other.state_dict().size(), optimizer.state_dict().size());
  EXPECT_EQ(other.param_groups()[0].options().get_lr(), 0.1);
}

TEST(Optimizer, WorksOnOthersForAWhile) {
  const torch::Tensor p = parameter(), q = parameter();
  torch::optim::SGD optimizer({p}, torch::optim::SGDOptions(0.5).momentum(0.9));
  p.sum().backward();
  EXPECT_THROW(torch::optim::swap_in_optimizer_params_and_state(optimizer, {q}, optimizer.state_dict()), torch::Error);
  optimizer.step();
  torch::NamedTensors state = optimizer.state_dict();
  for (auto& item : state) item.second = item.second.clone();
  EXPECT_THROW(torch::optim::swap_in_optimizer_params_and_state(optimizer, {}, state), torch::Error);
  {
    torch::optim::swap_in_optimizer_params_and_state guard(optimizer, {q}, state);
    q.sum().backward();
    optimizer.step();
    optimizer.set_lr(3);
  }
  EXPECT_TRUE(torch::allclose(q.detach(), torch::full({2}, 0.05)));
  EXPECT_TRUE(torch::allclose(p.detach(), torch::full({2}, 0.5)));
  EXPECT_TRUE(torch::allclose(state[0].second, torch::full({2}, 1.9)));  // changed in place
  EXPECT_TRUE(torch::allclose(optimizer.state_dict()[0].second, torch::ones({2})));
  EXPECT_EQ(optimizer.param_groups()[0].options().get_lr(), 0.5);
}

TEST(Optimizer, HooksOfItsState) {
  using torch::optim::Optimizer;
  const torch::Tensor p = parameter();
  torch::optim::SGD optimizer({p}, torch::optim::SGDOptions(0.5));
  std::string log;
  optimizer.register_state_dict_pre_hook([&](Optimizer&) { log += "a"; });
  optimizer.register_state_dict_post_hook([&](Optimizer&, torch::NamedTensors& state) {
    state.emplace_back("note", torch::ones({1}));
    log += "b";
  });
  const torch::NamedTensors state = optimizer.state_dict();
  EXPECT_EQ(state.back().first, "note");
  EXPECT_THROW(optimizer.load_state_dict(state), torch::ValueError);
  optimizer.register_load_state_dict_pre_hook([&](Optimizer&, torch::NamedTensors& given) {
    given.pop_back();
    log += "c";
  });
  optimizer.register_load_state_dict_post_hook([&](Optimizer&) { log += "d"; });
  optimizer.load_state_dict(state);
  EXPECT_EQ(log, "abcd");
}

}  // namespace
