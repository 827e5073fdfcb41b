// autograd::Function in C++, IValue and InferenceMode.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

namespace torch = rushlight;
using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
namespace {

// a * x^n + b, with everything that a context keeps.
struct Power : torch::autograd::Function<Power> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& a, int64_t n, double b) {
    ctx->save_for_backward({x, a});
    ctx->saved_data["n"] = n;
    ctx->saved_data["b"] = b;
    EXPECT_FALSE(torch::GradMode::is_enabled());
    return a * torch::pow(x, n) + b;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const auto n = ctx->saved_data["n"].toInt();
    EXPECT_DOUBLE_EQ(ctx->saved_data["b"].toDouble(), 0.5);
    Tensor da = ctx->needs_input_grad(1) ? (grads[0] * torch::pow(saved[0], n)).sum() : Tensor();
    return {grads[0] * saved[1] * static_cast<double>(n) * torch::pow(saved[0], n - 1), da, Tensor(), Tensor()};
  }
};

TEST(CustomFunction, DifferentiatesTwice) {
  auto x = torch::tensor({1.0, 2.0}, torch::kDouble).requires_grad_(), a = torch::tensor(3.0, torch::kDouble);
  auto y = Power::apply(x, a, 3, 0.5);
  EXPECT_STREQ(y.grad_fn() ? "node" : "", "node");
  EXPECT_TRUE(torch::allclose(y, torch::tensor({3.5, 24.5}, torch::kDouble)));
  auto dx = torch::autograd::grad({y.sum()}, {x}, {}, true, true)[0];
  EXPECT_TRUE(torch::allclose(dx, torch::tensor({9.0, 36.0}, torch::kDouble)));
  dx.sum().backward();
  EXPECT_TRUE(torch::allclose(x.grad(), torch::tensor({18.0, 36.0}, torch::kDouble)));
  // Without anything to differentiate, and under NoGradGuard, there is no node.
  EXPECT_FALSE(Power::apply(a, a, 2, 0.5).requires_grad());
  torch::NoGradGuard guard;
  EXPECT_FALSE(Power::apply(x, a, 2, 0.5).requires_grad());
}

TEST(CustomFunction, SaysWhenTheGraphIsGone) {
  auto x = torch::ones({2}).requires_grad_();
  auto y = Power::apply(x, torch::ones({}), 2, 0.5).sum();
  y.backward();
  EXPECT_THROW(y.backward(), torch::Error);
  auto z = Power::apply(x, torch::ones({}), 2, 0.5).sum();
  {
    torch::NoGradGuard guard;
    x.add_(1);
  }
  EXPECT_THROW(z.backward(), torch::Error);  // a saved tensor was changed
}

struct Split : torch::autograd::Function<Split> {
  static variable_list forward(AutogradContext* ctx, variable_list xs, bool materialize) {
    ctx->set_materialize_grads(materialize);
    auto index = xs[0].argmax();
    auto out = xs[0] * 2;
    ctx->save_for_backward({out});
    ctx->mark_non_differentiable({index});
    return {out, xs[1] + 1, index};
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    seen = grads[1].defined();
    saved_output = ctx->get_saved_variables()[0];
    return {grads[0] * 2, grads[1], Tensor()};
  }
  static bool seen;
  static Tensor saved_output;
};
bool Split::seen = false;
Tensor Split::saved_output;

TEST(CustomFunction, ListsOutputsAndUndefinedGradients) {
  for (const bool materialize : {true, false}) {
    auto a = torch::tensor({1.0, 5.0}).requires_grad_(), b = torch::ones({2}).requires_grad_();
    auto out = Split::apply(variable_list{a, b}, materialize);
    ASSERT_EQ(out.size(), 3u);
    EXPECT_TRUE(out[0].requires_grad() && out[1].requires_grad());
    EXPECT_FALSE(out[2].requires_grad());
    out[0].sum().backward();
    EXPECT_EQ(Split::seen, materialize);
    EXPECT_TRUE(torch::equal(a.grad(), torch::full({2}, 2.0)));
    EXPECT_EQ(b.grad().defined(), materialize);
    EXPECT_TRUE(torch::equal(Split::saved_output, torch::tensor({2.0, 10.0})));
    Split::saved_output.reset();
  }
}

struct Double_ : torch::autograd::Function<Double_> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    x.mul_(2);
    ctx->mark_dirty({x});
    return x;
  }
  static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0] * 2}; }
};
struct Same : torch::autograd::Function<Same> {
  static Tensor forward(AutogradContext*, Tensor x) { return x; }
  static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0] * 10}; }
};
TEST(CustomFunction, InPlaceAndPassedThrough) {
  auto leaf = torch::ones({3}).requires_grad_();
  auto x = leaf * 3;
  auto y = Double_::apply(x);
  EXPECT_TRUE(y.is_same(x));
  (y * y).sum().backward();  // (6 a)^2
  EXPECT_TRUE(torch::equal(leaf.grad(), torch::full({3}, 72.0)));
  EXPECT_THROW(Double_::apply(leaf), torch::Error);
  auto other = torch::ones({3}).requires_grad_();
  auto same = Same::apply(other);
  EXPECT_FALSE(same.is_same(other));
  same.sum().backward();
  EXPECT_TRUE(torch::equal(other.grad(), torch::full({3}, 10.0)));
}

struct Wrong : torch::autograd::Function<Wrong> {
  static Tensor forward(AutogradContext*, Tensor x, int64_t) { return x * 1; }
  static variable_list backward(AutogradContext*, variable_list grads) {
    return count == 1 ? variable_list{grads[0]} : variable_list{grads[0], grads[0]};
  }
  static int count;
};
int Wrong::count = 1;
TEST(CustomFunction, ChecksTheGradients) {
  auto x = torch::ones({2}).requires_grad_();
  EXPECT_THROW(Wrong::apply(x, 1).sum().backward(), torch::Error);
  Wrong::count = 2;
  EXPECT_THROW(Wrong::apply(x, 1).sum().backward(), torch::Error);  // a gradient for a number
}

TEST(IValue, KnowsItsKind) {
  torch::IValue v = 3;
  EXPECT_TRUE(v.isInt());
  EXPECT_EQ(v.toInt(), 3);
  EXPECT_DOUBLE_EQ(v.toDouble(), 3.0);
  EXPECT_THROW(v.toStringRef(), torch::Error);
  v = "text";
  EXPECT_EQ(v.to<std::string>(), "text");
  v = torch::ones({2});
  EXPECT_EQ(v.toTensor().numel(), 2);
  v = true;
  EXPECT_TRUE(v.toBool());
  v = std::vector<int64_t>{1, 2};
  EXPECT_EQ(v.toIntVector()[1], 2);
  v = std::optional<double>();
  EXPECT_TRUE(v.isNone());
}

TEST(InferenceMode, RecordsNothing) {
  auto x = torch::ones({2}).requires_grad_();
  {
    torch::InferenceMode guard;
    EXPECT_TRUE(torch::InferenceMode::is_enabled());
    EXPECT_FALSE((x * 2).requires_grad());
    torch::InferenceMode off(false);
    EXPECT_FALSE(torch::InferenceMode::is_enabled());
    EXPECT_TRUE((x * 2).requires_grad());
  }
  EXPECT_FALSE(torch::InferenceMode::is_enabled());
  EXPECT_TRUE((x * 2).requires_grad());
}

}  // namespace
