// Autocast contexts and the gradient scaler of the C++ door.
#include <gtest/gtest.h>
#include <rushlight/torch.h>

#include <limits>
#include <string>
#include <thread>

#include "autograd/node.h"

namespace {

template <class F>
std::string message(const F& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing was thrown";
}
bool begins(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

TEST(Autocast, CastsWithinItsScopeOnly) {
  const auto a = torch::randn({2, 2}), b = torch::randn({2, 2});
  {
    const torch::autocast guard("cpu");
    EXPECT_EQ(a.mm(b).dtype(), torch::kBFloat16);
    EXPECT_EQ(torch::nn::functional::cross_entropy(a.mm(b), torch::tensor({0, 1})).dtype(), torch::kFloat);
    EXPECT_EQ(torch::softmax(a, 0).dtype(), torch::kFloat);
    {
      const torch::amp::autocast inner(torch::kCPU, torch::kHalf);
      EXPECT_EQ(a.mm(b).dtype(), torch::kHalf);
      const torch::autocast off(torch::kCPU, std::nullopt, false);
      EXPECT_EQ(a.mm(b).dtype(), torch::kFloat);
    }
    EXPECT_EQ(a.mm(b).dtype(), torch::kBFloat16);
    bool other = true;
    std::thread([&] { other = torch::is_autocast_enabled(torch::kCPU); }).join();
    EXPECT_FALSE(other);
  }
  EXPECT_EQ(a.mm(b).dtype(), torch::kFloat);
}

TEST(Autocast, LibTorchFunctions) {
  at::autocast::set_autocast_enabled(at::kCPU, true);
  at::autocast::set_autocast_dtype(at::kCPU, at::kHalf);
  EXPECT_TRUE(at::autocast::is_autocast_enabled(at::kCPU));
  EXPECT_EQ(torch::ones({2, 2}).matmul(torch::ones({2, 2})).dtype(), torch::kHalf);
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::clear_cache();
  EXPECT_FALSE(torch::is_autocast_cpu_enabled());
  EXPECT_EQ(at::autocast::get_autocast_dtype(at::kCUDA), at::kHalf);
  EXPECT_TRUE(torch::amp::is_autocast_available("cpu"));
}

TEST(Autocast, WeightsAreKeptUntilTheOutermostScopeEnds) {
  const auto w = torch::randn({3, 3}).requires_grad_(), x = torch::randn({2, 3});
  const auto cast_of = [&] { return x.mm(w).grad_fn()->edges[1].fn; };
  {
    const torch::autocast guard("cpu");
    const auto first = x.mm(w);
    const auto second = x.mm(w);
    EXPECT_EQ(first.grad_fn()->edges[1].fn.get(), second.grad_fn()->edges[1].fn.get());
    (first + second).sum().backward();
    EXPECT_EQ(w.grad().dtype(), torch::kFloat);
    const auto kept = cast_of();
    torch::clear_autocast_cache();
    EXPECT_NE(kept.get(), cast_of().get());
    const torch::autocast without("cpu", std::nullopt, true, false);
    EXPECT_FALSE(torch::is_autocast_cache_enabled());
  }
  EXPECT_TRUE(torch::is_autocast_cache_enabled());
}

TEST(Autocast, WhatIsWrittenIsNotCast) {
  const torch::autocast guard("cpu");
  const auto a = torch::randn({2, 2});
  auto out = torch::empty({2, 2});
  torch::mm_out(out, a, a);
  auto into = torch::zeros({2, 2});
  into.addmm_(a, a);
  EXPECT_TRUE(torch::equal(out, into));
  EXPECT_EQ(torch::cat({a, a.mm(a)}).dtype(), torch::kFloat);
  EXPECT_TRUE(begins(message([&] { torch::cat({a.mm(a), a.to(torch::kHalf)}); }), "Unexpected floating ScalarType"));
}

struct Product : torch::autograd::Function<Product> {
  static torch::Tensor forward(torch::autograd::AutogradContext* ctx, torch::Tensor a, torch::Tensor b) {
    ctx->save_for_backward({a, b});
    return torch::amp::custom_fwd(ctx, [&] { return a.mm(b); });
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    return torch::amp::custom_bwd(ctx, [&]() -> torch::autograd::variable_list {
      EXPECT_TRUE(torch::is_autocast_enabled("cpu"));
      return {grads[0].mm(saved[1].t()), saved[0].t().mm(grads[0])};
    });
  }
};
struct Exact : torch::autograd::Function<Exact> {
  static torch::Tensor forward(torch::autograd::AutogradContext* ctx, torch::Tensor a) {
    return torch::amp::custom_fwd(ctx, torch::kFloat, [](const torch::Tensor& x) { return x.mm(x); }, a);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    return torch::amp::custom_bwd(ctx, [&]() -> torch::autograd::variable_list {
      EXPECT_FALSE(torch::is_autocast_enabled("cpu"));
      return {grads[0]};
    });
  }
};

TEST(Autocast, CustomFunctions) {
  const auto a = torch::randn({2, 2}).requires_grad_();
  torch::Tensor low, exact;
  {
    const torch::autocast guard("cpu");
    low = Product::apply(a, a);
    exact = Exact::apply(low);
  }
  EXPECT_EQ(low.dtype(), torch::kBFloat16);
  EXPECT_EQ(exact.dtype(), torch::kFloat);
  exact.sum().backward();
  EXPECT_EQ(a.grad().dtype(), torch::kFloat);
}

TEST(GradScaler, GrowsBacksOffAndSkips) {
  auto p = torch::ones({3}).requires_grad_();
  torch::optim::SGD optimizer({p}, torch::optim::SGDOptions(0.5));
  torch::amp::GradScaler scaler(
      "cpu", torch::amp::GradScalerOptions().init_scale(8).growth_factor(4).backoff_factor(0.25).growth_interval(2));
  const double inf = std::numeric_limits<double>::infinity();
  const double rounds[4][3] = {{1, 8, 0.5}, {1, 32, 0}, {inf, 8, 0}, {1, 8, -0.5}};
  for (const auto& [value, scale, expected] : rounds) {
    optimizer.zero_grad();
    scaler.scale((p * value).sum()).backward();
    EXPECT_EQ(scaler.step(optimizer), value == 1);
    scaler.update();
    EXPECT_EQ(scaler.get_scale(), scale);
    EXPECT_EQ(p[0].item<double>(), expected);
  }
  torch::amp::GradScaler other("cpu");
  other.load_state_dict(scaler.state_dict());
  EXPECT_EQ(other.get_scale(), 8);
  EXPECT_EQ(other.get_growth_interval(), 2);
  EXPECT_EQ(scaler.scale({p, p})[1][0].item<double>(), -4);
}

TEST(GradScaler, Errors) {
  auto p = torch::ones({3}).requires_grad_();
  torch::optim::SGD optimizer({p}, torch::optim::SGDOptions(0.5));
  torch::amp::GradScaler scaler("cpu");
  EXPECT_TRUE(begins(message([&] { scaler.step(optimizer); }), "Attempted step but _scale is None."));
  EXPECT_TRUE(begins(message([&] { scaler.update(); }), "Attempted update but _scale is None."));
  scaler.scale(p.sum());
  EXPECT_TRUE(begins(message([&] { scaler.step(optimizer); }), "No inf checks were recorded for this optimizer."));
  scaler.update(2.0);
  EXPECT_EQ(scaler.get_scale(), 2);
  scaler.scale(p.sum()).backward();
  scaler.unscale_(optimizer);
  EXPECT_EQ(p.grad()[0].item<double>(), 1);
  EXPECT_TRUE(begins(message([&] { scaler.unscale_(optimizer); }), "unscale_() has already been called"));
  scaler.step(optimizer);
  EXPECT_TRUE(begins(message([&] { scaler.step(optimizer); }), "step() has already been called since"));
  EXPECT_TRUE(begins(message([&] { scaler.unscale_(optimizer); }), "unscale_() is being called after step()."));
  EXPECT_TRUE(begins(message([&] { scaler.load_state_dict({}); }), "The source state dict is empty"));
  EXPECT_TRUE(begins(message([&] { scaler.update(torch::ones({2})); }), "new_scale should be a float"));
  EXPECT_TRUE(begins(message([] { torch::amp::GradScaler("cpu", torch::amp::GradScalerOptions().growth_factor(1)); }),
                     "must be > 1"));
  torch::amp::GradScaler off("cpu", torch::amp::GradScalerOptions().enabled(false));
  EXPECT_EQ(off.get_scale(), 1);
  EXPECT_TRUE(off.state_dict().empty());
  EXPECT_TRUE(off.step(optimizer));
}

}  // namespace
