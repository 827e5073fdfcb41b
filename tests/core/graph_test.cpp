// Hooks inside the graph, of saved tensors and of complete gradients; checkpointing.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <cmath>
#include <string>
#include <vector>

namespace rl = rushlight;
namespace graph = rl::autograd::graph;

namespace {

rl::Tensor leaf(double value) { return rl::tensor({value}).requires_grad_(); }

TEST(Graph, PostAccumulateHookSeesTheCompleteGradient) {
  const rl::Tensor x = leaf(3);
  std::vector<double> seen;
  const unsigned handle =
      x.register_post_accumulate_grad_hook([&](const rl::Tensor& p) { seen.push_back(p.grad().item<double>()); });
  (x * x + 2 * x).sum().backward();
  EXPECT_EQ(seen, std::vector<double>{8});
  x.remove_hook(handle);
  (x * x).sum().backward();
  EXPECT_EQ(seen.size(), 1u);
  EXPECT_THROW((x * 2).register_post_accumulate_grad_hook([](const rl::Tensor&) {}), rl::Error);
}

TEST(Graph, NodeHooksSeeAndReplace) {
  const rl::Tensor x = leaf(1), y = (x * 3).sum();
  rl::Node* node = graph::next_functions(y.grad_fn())[0].first;
  EXPECT_EQ(graph::name(node), std::string("MulBackward0"));
  graph::register_prehook(node,
                          [](const std::vector<rl::Tensor>& out) { return std::vector<rl::Tensor>{out[0] * 10}; });
  double before = 0;
  graph::register_hook(
      node, [&](const std::vector<rl::Tensor>& in, const std::vector<rl::Tensor>&) { before = in[0].item<double>(); });
  const unsigned handle =
      graph::register_hook(node, [](const std::vector<rl::Tensor>& in, const std::vector<rl::Tensor>&) {
        std::vector<rl::Tensor> out = in;
        out[0] = out[0] + 1;
        return out;
      });
  y.backward({}, true);
  EXPECT_EQ(before, 30);
  EXPECT_EQ(x.grad().item<double>(), 31);
  graph::remove_hook(node, handle);
  y.backward();
  EXPECT_EQ(x.grad().item<double>(), 61);
}

TEST(Graph, SavedTensorsGoThroughHooks) {
  const rl::Tensor x = leaf(2);
  int packed = 0, unpacked = 0;
  rl::Tensor y;
  {
    graph::saved_tensors_hooks guard([&](const rl::Tensor& t) { return ++packed, t.to(rl::kDouble); },
                                     [&](const rl::Tensor& t) { return ++unpacked, t.to(rl::kFloat); });
    y = (x * x).exp();
  }
  y.backward();
  EXPECT_EQ(packed, 3);
  EXPECT_EQ(unpacked, 3);
  EXPECT_TRUE(rl::allclose(x.grad(), 2 * x * (x * x).exp()));
  graph::disable_saved_tensors_hooks no("not here");
  EXPECT_THROW(graph::saved_tensors_hooks([](const rl::Tensor& t) { return t; }, [](const rl::Tensor& t) { return t; }),
               rl::Error);
}

TEST(Graph, CheckpointChangesNothing) {
  const auto gradient = [](bool checkpointed, int& runs) {
    rl::manual_seed(0);
    const rl::Tensor x = rl::randn({5}).requires_grad_();
    const auto block = [&runs](const rl::Tensor& t) { return ++runs, rl::dropout(t.exp().sin(), 0.5, true); };
    const rl::Tensor y = checkpointed ? rl::utils::checkpoint(block, x) : block(x);
    y.sum().backward({}, true);
    y.sum().backward();
    return rl::cat({x.grad(), rl::rand({2})});
  };
  int plain = 0, twice = 0;
  const rl::Tensor wanted = gradient(false, plain), found = gradient(true, twice);
  EXPECT_TRUE(rl::equal(wanted, found));
  EXPECT_EQ(plain, 1);
  EXPECT_EQ(twice, 3);
}

TEST(Graph, CheckpointOfSeveralTensors) {
  const rl::Tensor a = leaf(2), b = leaf(3);
  const auto both = [](const rl::Tensor& p, const rl::Tensor& q) { return std::vector<rl::Tensor>{p * q, p.exp()}; };
  const std::vector<rl::Tensor> out = rl::utils::checkpoint(both, a, b);
  (out[0] + out[1]).sum().backward();
  EXPECT_FLOAT_EQ(a.grad().item<float>(), 3 + std::exp(2.0f));
  EXPECT_FLOAT_EQ(b.grad().item<float>(), 2);
}

TEST(Graph, CheckpointNoticesAnotherRun) {
  int runs = 0;
  const rl::Tensor x = rl::ones({2}).requires_grad_();
  const rl::Tensor y =
      rl::utils::checkpoint([&](const rl::Tensor& t) { return t.narrow(0, 0, ++runs).exp().sum(); }, x);
  EXPECT_THROW(y.backward(), rl::Error);
}

TEST(Graph, CheckpointKeepsTheRandomStateWhenItFails) {
  int runs = 0;
  const rl::Tensor x = rl::ones({2}).requires_grad_();
  const rl::Tensor y = rl::utils::checkpoint(
      [&](const rl::Tensor& t) { return (t.narrow(0, 0, ++runs) * rl::rand({})).exp().sum(); }, x);
  rl::manual_seed(7);
  EXPECT_THROW(y.backward(), rl::Error);
  const rl::Tensor after = rl::rand({3});
  rl::manual_seed(7);
  EXPECT_TRUE(rl::equal(after, rl::rand({3})));
}

}  // namespace
