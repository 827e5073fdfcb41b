// Tensors of a module that are computed: parametrized, pruned, normalised, substituted; lazy layers; copies of all of them.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

namespace {

namespace torch = rushlight;
namespace nn = torch::nn;
namespace parametrize = nn::utils::parametrize;
namespace prune = nn::utils::prune;
using nn::utils::stateless::functional_call;
using torch::Tensor;

struct SymmetricImpl : nn::Module {
  Tensor forward(const Tensor& x) { return x.triu() + x.triu(1).mT(); }
  std::shared_ptr<nn::Module> clone(const std::optional<torch::Device>&) const override {
    return std::make_shared<SymmetricImpl>();
  }
};

struct DoublingImpl : nn::Module {
  Tensor forward(const Tensor& x) { return x * 2; }
  Tensor right_inverse(const Tensor& x) { return x / 2; }
  std::shared_ptr<nn::Module> clone(const std::optional<torch::Device>&) const override {
    return std::make_shared<DoublingImpl>();
  }
};

struct CountingImpl : nn::Module {
  Tensor forward(const Tensor& x) {
    ++calls;
    return x + 0;
  }
  int calls = 0;
};

TEST(Parametrize, ComputesBeforeEveryCall) {
  nn::Linear layer(3, 3);
  torch::optim::SGD optimizer(layer->parameters(), 0.1);  // made before: the original stays the tensor it was
  parametrize::register_parametrization(layer, "weight", std::make_shared<SymmetricImpl>());
  EXPECT_TRUE(parametrize::is_parametrized(layer));
  EXPECT_TRUE(parametrize::is_parametrized(layer, "weight"));
  EXPECT_FALSE(parametrize::is_parametrized(layer, "bias"));
  EXPECT_EQ(layer->named_parameters().keys(), (std::vector<std::string>{"bias", "parametrizations.weight.original"}));
  EXPECT_EQ(layer->name(), "ParametrizedLinear");
  EXPECT_EQ(parametrize::type_before_parametrizations(*layer), "Linear");
  const Tensor x = torch::randn({4, 3});
  for (int i = 0; i < 3; ++i) {
    optimizer.zero_grad();
    layer(x).square().sum().backward();
    optimizer.step();
    layer(x);
    EXPECT_TRUE(torch::equal(layer->weight, layer->weight.mT()));
  }
  const Tensor original = layer->get_parameter("parametrizations.weight.original");
  EXPECT_FALSE(torch::equal(layer->weight, original));
  EXPECT_TRUE(torch::equal(parametrize::parametrizations_of(layer, "weight").forward(), layer->weight));

  const Tensor value = layer->weight.detach().clone();
  parametrize::remove_parametrizations(layer, "weight");
  EXPECT_TRUE(layer->weight.is_same(original));
  EXPECT_TRUE(torch::equal(layer->weight, value));
  EXPECT_EQ(layer->named_parameters().keys(), (std::vector<std::string>{"bias", "weight"}));
  EXPECT_EQ(layer->name(), "Linear");
  EXPECT_FALSE(layer->needs_preparation());
}

TEST(Parametrize, KeepsTheValueAndTakesAnother) {
  nn::Linear layer(3, 3);
  const Tensor before = layer->weight.detach().clone();
  parametrize::register_parametrization(*layer, "weight", nn::ModuleHolder<DoublingImpl>());
  parametrize::register_parametrization(*layer, "weight", nn::ModuleHolder<DoublingImpl>());
  EXPECT_TRUE(torch::equal(layer->weight, before * 2));  // only the first inverse is applied when one is added
  auto& list = parametrize::parametrizations_of(layer, "weight");
  list.right_inverse(torch::ones({3, 3}));
  layer->prepare();
  EXPECT_TRUE(torch::equal(layer->weight, torch::ones({3, 3})));
  EXPECT_TRUE(torch::equal(list.originals()[0], torch::full({3, 3}, 0.25)));
}

TEST(Parametrize, CachedComputesOnce) {
  nn::Linear layer(3, 3);
  auto counting = std::make_shared<CountingImpl>();
  parametrize::register_parametrization(*layer, "weight", counting);
  counting->calls = 0;
  const Tensor x = torch::ones({1, 3});
  {
    const parametrize::cached guard;
    layer(x);
    layer(x);
    EXPECT_EQ(counting->calls, 1);
  }
  layer(x);
  layer(x);
  EXPECT_EQ(counting->calls, 3);
}

TEST(Parametrize, CopiesAreApart) {
  for (const bool recurrent : {false, true}) {
    std::shared_ptr<nn::Module> module;
    if (recurrent)
      module = nn::utils::parametrizations::weight_norm(nn::LSTM(3, 3), "weight_hh_l0").ptr();
    else
      module = nn::utils::parametrizations::weight_norm(nn::Linear(3, 3)).ptr();
    const auto copy = module->clone();
    EXPECT_EQ(copy->repr(), module->repr());
    const auto state = module->state_dict(), other = copy->state_dict();
    ASSERT_EQ(state.size(), other.size());
    for (size_t i = 0; i < state.size(); ++i) {
      EXPECT_EQ(state[i].first, other[i].first);
      EXPECT_TRUE(torch::equal(state[i].second, other[i].second));
      EXPECT_NE(state[i].second.data_ptr(), other[i].second.data_ptr());
    }
    torch::NoGradGuard no_grad;
    for (auto& p : copy->parameters()) p.zero_();
    copy->prepare();
    for (const auto& [key, value] : module->state_dict()) EXPECT_GT(value.abs().sum().item<double>(), 0) << key;
  }
  const auto deep = nn::utils::parametrizations::orthogonal(nn::Linear(4, 4))->clone();
  EXPECT_TRUE(deep->as<nn::Linear>()->weight.defined());
}

TEST(Parametrize, ReadsWhatWeightNormSaved) {
  nn::Linear old = nn::utils::weight_norm(nn::Linear(3, 2));
  nn::Linear now = nn::utils::parametrizations::weight_norm(nn::Linear(3, 2));
  now->load_state_dict(old->state_dict());
  const Tensor x = torch::randn({2, 3});
  EXPECT_TRUE(torch::equal(old(x), now(x)));
}

struct UnlistedImpl : nn::Module {
  UnlistedImpl() { weight = register_parameter("weight", torch::randn({3, 3})); }
  Tensor forward(const Tensor& x) { return torch::mm(x, weight); }
  Tensor weight;
};
struct ListedImpl : UnlistedImpl {
  std::vector<Tensor*> tensor_members() override { return {&weight}; }
};

TEST(Parametrize, AsksForTheMembersOfYourClass) {
  nn::ModuleHolder<UnlistedImpl> unlisted;
  EXPECT_THROW(parametrize::register_parametrization(*unlisted, "weight", std::make_shared<SymmetricImpl>()),
               torch::NotImplementedError);
  EXPECT_EQ(unlisted->named_parameters().keys(), std::vector<std::string>{"weight"});  // nothing has changed
  EXPECT_THROW(prune::l1_unstructured(*unlisted, "weight", 0.5), torch::NotImplementedError);
  nn::ModuleHolder<ListedImpl> listed;
  parametrize::register_parametrization(*listed, "weight", std::make_shared<SymmetricImpl>());
  EXPECT_TRUE(torch::allclose(listed(torch::eye(3)), listed(torch::eye(3)).mT()));
}

TEST(Parametrize, GradientsOfTwoCallsAddUp) {
  // What the first call saved is not what the second has put in its place.
  nn::Linear layer = nn::utils::parametrizations::spectral_norm(nn::Linear(3, 2));
  layer->eval();
  const Tensor original = layer->get_parameter("parametrizations.weight.original");
  const Tensor a = torch::randn({4, 3}), b = torch::randn({4, 3});
  (layer(a).square().sum() + layer(b).square().sum()).backward();
  const Tensor both = original.grad().clone();
  original.mutable_grad().reset();
  layer(a).square().sum().backward();
  layer(b).square().sum().backward();
  EXPECT_TRUE(torch::allclose(both, original.grad(), 1e-5, 1e-6));
}

TEST(Prune, MasksAndRemoves) {
  nn::Linear layer(4, 4);
  torch::optim::SGD optimizer(layer->parameters(), 0.1);
  prune::l1_unstructured(layer, "weight", 0.5);
  EXPECT_TRUE(prune::is_pruned(layer));
  const Tensor mask = layer->get_buffer("weight_mask").clone();
  EXPECT_EQ(mask.sum().item<double>(), 8);
  layer(torch::randn({3, 4})).square().sum().backward();
  optimizer.step();
  layer->prepare();
  EXPECT_TRUE(torch::equal(layer->weight.ne(0).to(torch::kFloat), mask));
  const auto copy = layer->clone();
  prune::random_unstructured(layer, "weight", 2);
  EXPECT_EQ(layer->get_buffer("weight_mask").sum().item<double>(), 6);
  copy->prepare();
  EXPECT_TRUE(torch::equal(copy->as<nn::Linear>()->weight.ne(0).to(torch::kFloat), mask));
  prune::remove(layer, "weight");
  EXPECT_FALSE(prune::is_pruned(layer));
  EXPECT_EQ(layer->named_parameters().keys(), (std::vector<std::string>{"bias", "weight"}));
  EXPECT_EQ(layer->weight.eq(0).sum().item<int64_t>(), 10);
}

struct FirstColumn : prune::BasePruningMethod {
  Tensor compute_mask(const Tensor&, const Tensor& default_mask) const override {
    Tensor mask = default_mask.clone();
    mask.select(1, 0).zero_();
    return mask;
  }
};

TEST(Prune, MethodsOfYours) {
  nn::Linear layer(3, 2);
  prune::BasePruningMethod::apply(*layer, "weight", std::make_shared<FirstColumn>());
  EXPECT_EQ(layer->weight.select(1, 0).abs().sum().item<double>(), 0);
  EXPECT_TRUE(torch::equal(prune::L1Unstructured(1).prune(torch::tensor({3.0, -1.0})), torch::tensor({3.0, 0.0})));
}

TEST(Stateless, LeavesTheModuleAsItWas) {
  nn::Linear layer(3, 2);
  const Tensor weight = layer->weight;
  const Tensor other = torch::randn({2, 3}).requires_grad_(), x = torch::randn({4, 3});
  const Tensor y = functional_call(layer, {{"weight", other}}, x);
  EXPECT_TRUE(layer->weight.is_same(weight));
  EXPECT_TRUE(torch::equal(y, nn::functional::linear(x, other, layer->bias)));
  y.sum().backward();  // after the module has its own again
  EXPECT_TRUE(other.grad().defined());
  EXPECT_FALSE(weight.grad().defined());
  EXPECT_THROW(nn::utils::stateless::Reparametrized(*layer, {{"weigh", other}}, true, true), torch::Error);
  EXPECT_THROW(functional_call(layer, {{"weight", torch::ones({5, 5})}}, x), torch::Error);
  EXPECT_TRUE(layer->weight.is_same(weight));
}

TEST(Lazy, GetsItsSizesOnce) {
  nn::Sequential net{nn::LazyConv2d(4, 3), nn::LazyBatchNorm2d(), nn::ReLU(), nn::Flatten(), nn::LazyLinear(5)};
  EXPECT_TRUE(nn::is_lazy(net->parameters()[0]));
  torch::optim::SGD optimizer(net->parameters(), 0.1);
  const Tensor x = torch::randn({2, 3, 6, 6});
  net(x).sum().backward();
  optimizer.step();
  EXPECT_EQ(net->ptr(0)->repr(), "Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))");
  EXPECT_EQ(net->ptr(4)->repr(), "Linear(in_features=64, out_features=5, bias=True)");
  EXPECT_FALSE(net->ptr(0)->needs_preparation());
  EXPECT_EQ(net->at<nn::LinearImpl>(4).weight.grad().sizes(), torch::IntArrayRef({5, 64}));

  nn::LazyLinear fresh(5);
  fresh->load_state_dict(net->ptr(4)->state_dict());
  EXPECT_TRUE(torch::equal(fresh->weight, net->at<nn::LinearImpl>(4).weight));
  EXPECT_EQ(fresh(torch::ones({1, 64})).size(1), 5);
  EXPECT_EQ(fresh->in_features, 64);
  nn::LazyLinear unused(5);
  const auto copy = unused->clone();
  EXPECT_TRUE(nn::is_lazy(copy->parameters()[0]));
  EXPECT_EQ((*copy->as<nn::LazyLinear>()).name(), "LazyLinear");
}

TEST(Parameter, SharesMemoryAndWantsGradients) {
  const Tensor data = torch::ones({3});
  const nn::Parameter parameter(data);
  EXPECT_TRUE(parameter.requires_grad());
  EXPECT_EQ(parameter.data_ptr(), data.data_ptr());
  nn::Module module;
  module.register_parameter("p", parameter);
  module.register_buffer("b", nn::Buffer(data, false));
  EXPECT_EQ(module.state_dict().size(), 1u);
  const nn::UninitializedParameter later;
  later.materialize({2, 2});
  EXPECT_EQ(later.numel(), 4);
  EXPECT_THROW(later.materialize({2}), torch::Error);
}

TEST(Parallel, StandsForTheModule) {
  nn::Sequential net{nn::Linear(3, 4), nn::BatchNorm1d(4)};
  const auto converted = nn::SyncBatchNorm::convert_sync_batchnorm(net);
  EXPECT_EQ(converted, net.ptr());
  EXPECT_EQ(net->named_children()[1].value()->name(), "SyncBatchNorm");
  net->eval();
  EXPECT_FALSE(net->ptr(1)->is_training());
  nn::DataParallel parallel(net);
  EXPECT_TRUE(torch::equal(parallel(torch::ones({2, 3})), net(torch::ones({2, 3}))));
  EXPECT_EQ(parallel->state_dict()[0].first, "module.0.weight");
  const nn::attention::sdpa_kernel guard(nn::attention::SDPBackend::MATH);
}

// layer->forward(x) is what LibTorch programs write.
TEST(Computed, ForwardByHandIsAsGoodAsACall) {
  torch::manual_seed(0);
  nn::Linear linear(torch::nn::LinearOptions(4, 1).bias(false));
  nn::utils::weight_norm(linear);
  {
    torch::NoGradGuard guard;
    for (const Tensor& p : linear->parameters()) p.mul_(3);
  }
  const Tensor x = torch::randn({2, 4});
  const Tensor by_hand = linear->forward(x);
  EXPECT_TRUE(torch::equal(by_hand, linear(x)));
  for (int step = 0; step < 2; ++step) linear->forward(x).sum().backward();
  nn::LSTM lstm(4, 3);
  nn::utils::weight_norm(lstm, "weight_hh_l0");
  const Tensor sequence = torch::randn({5, 2, 4});
  for (int step = 0; step < 2; ++step) std::get<0>(lstm->forward(sequence)).sum().backward();
  nn::LazyLinear lazy(3);
  EXPECT_EQ(lazy->forward(x).size(1), 3);
  // One iteration of the power method per call, not two.
  nn::Conv2d a(2, 3, 3), b(2, 3, 3);
  b->load_state_dict(a->state_dict());
  torch::manual_seed(1);
  nn::utils::spectral_norm(a);
  torch::manual_seed(1);
  nn::utils::spectral_norm(b);
  const Tensor image = torch::randn({1, 2, 5, 5});
  EXPECT_TRUE(torch::equal(a(image), b->forward(image)));
  EXPECT_TRUE(torch::equal(a->named_buffers()[0].value(), b->named_buffers()[0].value()));
}

}  // namespace
