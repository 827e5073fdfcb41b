// Modules: registration, traversal, state, printing, hooks, errors with their place.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <sstream>

namespace {

namespace torch = rushlight;
namespace nn = torch::nn;
using torch::Tensor;

std::vector<std::string> names(const torch::NamedTensors& state) {
  std::vector<std::string> out;
  for (const auto& item : state) out.push_back(item.first);
  return out;
}

template <class F>
std::string message_of(F&& function) {
  try {
    function();
  } catch (const torch::Error& error) {
    return error.what();
  }
  return "no error";
}

struct NetImpl : nn::Module {
  NetImpl() {
    fc1 = register_module("fc1", nn::Linear(4, 8));
    fc2 = register_module("fc2", nn::Linear(nn::LinearOptions(8, 2).bias(false)));
    scale = register_parameter("scale", torch::ones({1}));
    steps = register_buffer("steps", torch::zeros({}, torch::kLong));
    cache = register_buffer("cache", torch::zeros({3}), false);
  }
  Tensor forward(const Tensor& x) { return fc2(torch::relu(fc1(x))) * scale; }
  nn::Linear fc1{nullptr}, fc2{nullptr};
  Tensor scale, steps, cache;
};
TORCH_MODULE(Net);

TEST(Module, ListsWhatIsRegisteredInOrder) {
  Net net;
  EXPECT_EQ(net->named_parameters().keys(),
            (std::vector<std::string>{"scale", "fc1.weight", "fc1.bias", "fc2.weight"}));
  EXPECT_EQ(net->named_buffers().keys(), (std::vector<std::string>{"steps", "cache"}));
  EXPECT_EQ(names(net->state_dict()),
            (std::vector<std::string>{"scale", "steps", "fc1.weight", "fc1.bias", "fc2.weight"}));
  EXPECT_EQ(net->named_modules().keys(), (std::vector<std::string>{"", "fc1", "fc2"}));
  EXPECT_EQ(net->children().size(), 2u);
  EXPECT_EQ(net->parameters(false).size(), 1u);
  EXPECT_TRUE(net->scale.requires_grad());
  EXPECT_FALSE(net->steps.requires_grad());
}

TEST(Module, RejectsNamesThatAreTakenOrWrong) {
  Net net;
  EXPECT_NE(message_of([&] { net->register_parameter("fc1", torch::ones({1})); }).find("'fc1' already defined"),
            std::string::npos);
  EXPECT_NE(message_of([&] { net->register_buffer("a.b", torch::ones({1})); }).find("must not contain a dot"),
            std::string::npos);
  EXPECT_NE(message_of([&] { net->register_module("", nn::ReLU()); }).find("must not be empty"), std::string::npos);
  EXPECT_NE(message_of([&] {
              nn::Linear empty(nullptr);
              empty(torch::ones({1}));
            }).find("empty ModuleHolder"),
            std::string::npos);
}

TEST(Module, ATensorUnderTwoNamesIsListedOnce) {
  struct Tied : nn::Module {
    Tied() {
      auto a = register_module("a", nn::Linear(2, 2));
      register_module("b", a);
    }
  };
  EXPECT_EQ(Tied().parameters().size(), 2u);
  EXPECT_EQ(Tied().state_dict().size(), 4u);
}

TEST(Module, StateGoesIntoAnotherModule) {
  Net a, b;
  a->steps.fill_(7);
  b->load_state_dict(a->state_dict());
  for (const auto& item : a->state_dict()) {
    for (const auto& other : b->state_dict()) {
      EXPECT_TRUE(item.first != other.first || torch::equal(item.second, other.second)) << item.first;
    }
  }
  EXPECT_EQ(b->steps.item<int64_t>(), 7);
}

TEST(Module, LoadStateDictNamesEveryMistake) {
  Net net;
  torch::NamedTensors state = net->state_dict();
  state[2].second = torch::zeros({8, 5});  // fc1.weight of another size
  state[3].first = "fc1.bais";             // misspelt
  const std::string message = message_of([&] { net->load_state_dict(state); });
  EXPECT_NE(message.find("Error(s) in loading state_dict for Net:"), std::string::npos) << message;
  EXPECT_NE(message.find("Unexpected key(s) in state_dict: \"fc1.bais\""), std::string::npos) << message;
  EXPECT_NE(message.find("Missing key(s) in state_dict: \"fc1.bias\""), std::string::npos) << message;
  EXPECT_NE(message.find("size mismatch for fc1.weight: copying a param with shape"), std::string::npos) << message;
  EXPECT_NE(message.find("\"fc1.bias\" instead of \"fc1.bais\""), std::string::npos) << message;
  state[2].second = torch::zeros({8, 4});
  const auto keys = net->load_state_dict(state, false);
  EXPECT_EQ(keys.missing_keys, std::vector<std::string>{"fc1.bias"});
  EXPECT_EQ(keys.unexpected_keys, std::vector<std::string>{"fc1.bais"});
}

TEST(Module, PrintsAsPythonDoes) {
  nn::Sequential net(nn::Linear(4, 8), nn::BatchNorm2d(3), nn::Sequential(nn::ReLU(nn::ReLUOptions().inplace(true))),
                     nn::Conv2d(nn::Conv2dOptions(1, 2, 3).padding(1)), nn::MaxPool2d(2));
  const char* expected =
      "Sequential(\n"
      "  (0): Linear(in_features=4, out_features=8, bias=True)\n"
      "  (1): BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)\n"
      "  (2): Sequential(\n"
      "    (0): ReLU(inplace=True)\n"
      "  )\n"
      "  (3): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))\n"
      "  (4): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)\n"
      ")";
  EXPECT_EQ(net->repr(), expected);
  std::ostringstream out;
  out << net;
  EXPECT_EQ(out.str(), expected);
  nn::ModuleList list(nn::Linear(2, 2), nn::Linear(2, 2), nn::Tanh());
  EXPECT_EQ(list->repr(),
            "ModuleList(\n  (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)\n  (2): Tanh()\n)");
  EXPECT_EQ(Net()->fc2->repr(), "Linear(in_features=8, out_features=2, bias=False)");
}

TEST(Module, ErrorsSayWhereTheyHappened) {
  Net net;
  nn::Sequential outer({{"encoder", net}});
  const std::string message = message_of([&] { outer(torch::ones({2, 3})); });
  EXPECT_NE(message.find("\n  in module encoder.fc1 (Linear(in_features=4, out_features=8, bias=True))"),
            std::string::npos)
      << message;
  EXPECT_EQ(message.find("in module"), message.rfind("in module"));
  EXPECT_EQ(net->fc1->path(), "encoder.fc1");
}

TEST(Module, HooksSeeAndReplace) {
  nn::Linear linear(2, 2);
  int calls = 0;
  const unsigned seen = linear->register_forward_hook([&](nn::Module&, const Tensor&, const Tensor&) { ++calls; });
  linear->register_forward_pre_hook([](nn::Module&, const Tensor& x) { return x * 0; });
  const unsigned doubled =
      linear->register_forward_hook([](nn::Module&, const Tensor&, const Tensor& out) { return out * 2; });
  EXPECT_TRUE(torch::equal(linear(torch::ones({1, 2})), (linear->bias * 2).view({1, 2})));
  EXPECT_EQ(calls, 1);
  linear->remove_hook(seen);
  linear->remove_hook(doubled);
  EXPECT_TRUE(torch::equal(linear(torch::ones({1, 2})), linear->bias.view({1, 2})));
  EXPECT_EQ(calls, 1);
}

TEST(Module, ApplyAndAsReachEveryLayer) {
  Net net;
  int linears = 0;
  net->apply([&](nn::Module& m) {
    torch::NoGradGuard no_grad;
    if (auto* linear = m.as<nn::Linear>()) {
      nn::init::constant_(linear->weight, 0.5);
      ++linears;
    }
    EXPECT_EQ(m.as<nn::ReLU>(), nullptr);
  });
  EXPECT_EQ(linears, 2);
  EXPECT_EQ(net->fc1->weight.sum().item<double>(), 16.0);
}

TEST(Module, TrainAndDtypeReachChildren) {
  Net net;
  net->eval();
  EXPECT_FALSE(net->fc1->is_training());
  net->train();
  EXPECT_TRUE(net->fc2->is_training());
  net->to(torch::kDouble);
  EXPECT_EQ(net->fc1->weight.dtype(), torch::kDouble);
  EXPECT_EQ(net->cache.dtype(), torch::kDouble);
  EXPECT_EQ(net->steps.dtype(), torch::kLong);
  EXPECT_EQ(net(torch::ones({1, 4}, torch::kDouble)).dtype(), torch::kDouble);
  net(torch::ones({1, 4}, torch::kDouble)).sum().backward();
  EXPECT_TRUE(net->scale.grad().defined());
  net->zero_grad();
  EXPECT_FALSE(net->scale.grad().defined());
}

TEST(Sequential, GrowsAndGivesModules) {
  nn::Sequential net;
  EXPECT_TRUE(net->is_empty());
  net->push_back(nn::Linear(3, 4));
  net->push_back("act", nn::Tanh());
  net->push_back(nn::Functional([](const Tensor& x) { return x.sum(1); }));
  EXPECT_EQ(net->size(), 3u);
  EXPECT_EQ(net->at<nn::LinearImpl>(0).out_features, 4);
  EXPECT_EQ(net->named_children().keys(), (std::vector<std::string>{"0", "act", "2"}));
  EXPECT_EQ(net(torch::ones({2, 3})).sizes().vec(), std::vector<int64_t>{2});
  EXPECT_NE(message_of([&] { net->at<nn::LinearImpl>(1); }).find("not of the type"), std::string::npos);
  EXPECT_NE(message_of([&] { net->ptr(5); }).find("out of range"), std::string::npos);
}

TEST(Containers, HoldModulesAndParametersByName) {
  nn::ModuleDict heads({{"a", nn::Linear(2, 3).ptr()}, {"b", nn::Linear(2, 4).ptr()}});
  EXPECT_EQ(heads->keys(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(heads->at<nn::LinearImpl>("b").out_features, 4);
  heads->insert("a", nn::ReLU());
  EXPECT_EQ(heads->keys(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ((*heads)["a"]->name(), "ReLU");
  heads->pop("a");
  EXPECT_FALSE(heads->contains("a"));
  EXPECT_THROW((*heads)["a"], torch::KeyError);

  nn::ParameterList list(torch::ones({2}), torch::ones({2, 3}));
  EXPECT_EQ(list->named_parameters().keys(), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(list->repr(),
            "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2]\n    (1): Parameter containing: "
            "[torch.float32 of size 2x3]\n)");
  nn::ParameterDict dict({{"w", torch::ones({2})}});
  EXPECT_TRUE((*dict)["w"].requires_grad());
}

TEST(Files, AModuleComesBackFromItsFile) {
  const std::string path = testing::TempDir() + "net.safetensors";
  Net a, b;
  torch::save(a, path);
  torch::load(b, path);
  EXPECT_TRUE(torch::equal(a->fc1->weight, b->fc1->weight));
}

TEST(Hooks, SeeGradients) {
  nn::Linear layer(2, 2);
  Tensor seen_input, seen_output;
  int calls = 0;
  const unsigned handle =
      layer->register_full_backward_hook([&](nn::Module&, const Tensor& grad_input, const Tensor& grad_output) {
        seen_input = grad_input;
        seen_output = grad_output;
        ++calls;
      });
  const Tensor x = torch::randn({3, 2}).requires_grad_();
  (layer(x).sum() + x.sum()).backward();  // the hook sees what goes through the layer alone
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(torch::equal(seen_output, torch::ones({3, 2})));
  EXPECT_TRUE(torch::allclose(seen_input + 1, x.grad()));
  layer(torch::randn({3, 2})).sum().backward();
  EXPECT_EQ(calls, 2);
  EXPECT_FALSE(seen_input.defined());
  layer->remove_hook(handle);
  layer->register_full_backward_hook([](nn::Module&, const Tensor& grad, const Tensor&) { return grad * 2; });
  layer->register_full_backward_pre_hook([](nn::Module&, const Tensor& grad) { return grad * 3; });
  const Tensor before = x.grad().clone() - 1;
  x.mutable_grad().reset();
  layer(x).sum().backward();
  EXPECT_TRUE(torch::allclose(x.grad(), before * 6));
}

TEST(Hooks, SeeStates) {
  nn::Sequential net{nn::Linear(2, 2)};
  auto& layer = net->at<nn::LinearImpl>(0);
  std::string log;
  layer.register_state_dict_pre_hook([&](nn::Module&, const std::string& prefix) { log += "pre " + prefix + ";"; });
  layer.register_state_dict_post_hook([](nn::Module&, torch::NamedTensors& state, const std::string& prefix) {
    state.emplace_back(prefix + "more", state[0].second);
  });
  torch::NamedTensors state = net->state_dict();
  EXPECT_EQ(log, "pre 0.;");
  EXPECT_EQ(state.back().first, "0.more");
  nn::Sequential other{nn::Linear(2, 2)};
  EXPECT_THROW(other->load_state_dict(state), torch::Error);
  const unsigned handle = other->ptr(0)->register_load_state_dict_pre_hook(
      [](nn::Module&, torch::NamedTensors& given, const std::string& prefix) {
        std::erase_if(given, [&](const auto& item) { return item.first == prefix + "more"; });
      });
  other->load_state_dict(state);
  EXPECT_TRUE(torch::equal(other->get_parameter("0.weight"), layer.weight));
  other->ptr(0)->remove_hook(handle);
  other->register_load_state_dict_post_hook(
      [](nn::Module&, nn::IncompatibleKeys& keys) { keys.unexpected_keys.clear(); });
  EXPECT_NO_THROW(other->load_state_dict(state));
}

TEST(Module, FindsByPath) {
  nn::Sequential net{nn::Linear(2, 2), nn::Sequential(nn::BatchNorm1d(2))};
  EXPECT_EQ(net->get_submodule("1.0")->name(), "BatchNorm1d");
  EXPECT_EQ(net->get_submodule("").get(), net.get());
  EXPECT_TRUE(net->get_buffer("1.0.running_mean").defined());
  EXPECT_THROW(net->get_submodule("1.1"), torch::AttributeError);
  EXPECT_THROW(net->get_parameter("0.x"), torch::AttributeError);
  net->get_submodule("1")->set_submodule("extra", nn::ReLU().ptr());
  EXPECT_EQ(net->get_submodule("1.extra")->name(), "ReLU");
}

}  // namespace
