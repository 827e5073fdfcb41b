// The part of doors_parity on weights that are computed and layers that are lazy, and on the errors of both.
#include "doors_parity.h"

namespace doors {
namespace {

// Its twins in Python are in test_doors.py.
nn::Sequential globally_pruned() {
  nn::Sequential net{nn::Linear(5, 4), nn::ReLU(), nn::Linear(4, 3)};
  nn::utils::prune::global_unstructured({{*net->ptr(0), "weight"}, {*net->ptr(2), "weight"}, {*net->ptr(0), "bias"}},
                                        nn::utils::prune::L1Unstructured(0.4));
  return net;
}

nn::ModuleHolder<nn::SequentialImpl> converted() {
  nn::Sequential net{nn::Linear(3, 4), nn::BatchNorm1d(4)};
  nn::SyncBatchNorm::convert_sync_batchnorm(net);
  return net;
}

// Calls its layer with other tensors.
struct SubstitutedImpl : nn::Module {
  SubstitutedImpl() : net{nn::Linear(4, 3), nn::BatchNorm1d(3)} { register_module("net", net); }
  Tensor forward(const Tensor& x) {
    const Tensor weight = net->at<nn::LinearImpl>(0).weight;
    return nn::utils::stateless::functional_call(net, {{"0.weight", weight * 2}, {"1.bias", torch::linspace(0, 1, 3)}},
                                                 x);
  }
  nn::Sequential net;
};
RUSHLIGHT_MODULE(Substituted);

namespace prune = nn::utils::prune;
namespace P = nn::utils::parametrizations;

// The module after a call, which a lazy one needs.
template <class Module>
Module called(Module module, const Tensor& input) {
  module(input);
  return module;
}
template <class Module>
Module evaluated(Module module) {
  module->eval();
  return module;
}

}  // namespace

void parametrized(Record& record) {
  CASE("P.weight_norm(nn.Linear(4, 3))", P::weight_norm(nn::Linear(4, 3)), randn({2, 4}));
  CASE("P.weight_norm(nn.Conv2d(2, 3, 3), dim=None)", P::weight_norm(nn::Conv2d(2, 3, 3), "weight", std::nullopt),
       randn({2, 2, 5, 5}));
  CASE("P.weight_norm(nn.LSTM(4, 5), 'weight_hh_l0')", P::weight_norm(nn::LSTM(4, 5), "weight_hh_l0"),
       randn({6, 3, 4}));
  CASE("P.spectral_norm(nn.Linear(4, 3))", P::spectral_norm(nn::Linear(4, 3)), randn({2, 4}));
  CASE("P.spectral_norm(nn.ConvTranspose2d(2, 3, 3), n_power_iterations=2)",
       P::spectral_norm(nn::ConvTranspose2d(2, 3, 3), "weight", 2), randn({2, 2, 4, 4}));
  CASE("P.spectral_norm(P.weight_norm(nn.Linear(4, 3)), 'bias')",
       P::spectral_norm(P::weight_norm(nn::Linear(4, 3)), "bias"), randn({2, 4}));
  CASE("P.spectral_norm(P.weight_norm(nn.Linear(4, 4)))", P::spectral_norm(P::weight_norm(nn::Linear(4, 4))),
       randn({2, 4}));
  CASE("P.orthogonal(nn.Linear(4, 4))", P::orthogonal(nn::Linear(4, 4)), randn({2, 4}));
  CASE("P.orthogonal(nn.Linear(3, 5))", P::orthogonal(nn::Linear(3, 5)), randn({2, 3}));
  CASE("P.orthogonal(nn.Linear(5, 3), orthogonal_map='cayley')", P::orthogonal(nn::Linear(5, 3), "weight", "cayley"),
       randn({2, 5}));
  CASE("P.orthogonal(nn.Linear(5, 3), use_trivialization=False)",
       P::orthogonal(nn::Linear(5, 3), "weight", std::nullopt, false), randn({2, 5}));
  CASE("nn.utils.parametrize.remove_parametrizations(P.weight_norm(nn.Linear(4, 3)), 'weight')",
       nn::utils::parametrize::remove_parametrizations(P::weight_norm(nn::Linear(4, 3)), "weight"), randn({2, 4}));
  CASE("nn.utils.parametrize.remove_parametrizations(P.orthogonal(nn.Linear(4, 4)), 'weight', False)",
       nn::utils::parametrize::remove_parametrizations(P::orthogonal(nn::Linear(4, 4)), "weight", false),
       randn({2, 4}));
  CASE("nn.utils.weight_norm(nn.Linear(4, 3))", nn::utils::weight_norm(nn::Linear(4, 3)), randn({2, 4}));
  CASE("nn.utils.remove_weight_norm(nn.utils.weight_norm(nn.Conv1d(2, 3, 3), dim=1))",
       nn::utils::remove_weight_norm(nn::utils::weight_norm(nn::Conv1d(2, 3, 3), "weight", 1)), randn({2, 2, 6}));
  CASE("nn.utils.spectral_norm(nn.Conv2d(2, 3, 3))", nn::utils::spectral_norm(nn::Conv2d(2, 3, 3)),
       randn({2, 2, 5, 5}));
  CASE("nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(4, 3), n_power_iterations=3))",
       nn::utils::remove_spectral_norm(nn::utils::spectral_norm(nn::Linear(4, 3), "weight", 3)), randn({2, 4}));
}

void pruned(Record& record) {
  CASE("prune.identity(nn.Linear(6, 4), 'weight')", prune::identity(nn::Linear(6, 4), "weight"), randn({2, 6}));
  CASE("prune.l1_unstructured(nn.Linear(6, 4), 'weight', 0.3)", prune::l1_unstructured(nn::Linear(6, 4), "weight", 0.3),
       randn({2, 6}));
  CASE("prune.random_unstructured(nn.Linear(6, 4), 'bias', 2)", prune::random_unstructured(nn::Linear(6, 4), "bias", 2),
       randn({2, 6}));
  CASE("prune.random_structured(nn.Conv2d(2, 4, 3), 'weight', 0.5, 0)",
       prune::random_structured(nn::Conv2d(2, 4, 3), "weight", 0.5, 0), randn({2, 2, 5, 5}));
  CASE("prune.ln_structured(nn.Conv2d(2, 4, 3), 'weight', 2, 1, -4)",
       prune::ln_structured(nn::Conv2d(2, 4, 3), "weight", 2, 1, -4), randn({2, 2, 5, 5}));
  CASE("prune.custom_from_mask(nn.Linear(3, 2), 'weight', torch.eye(2, 3))",
       prune::custom_from_mask(nn::Linear(3, 2), "weight", torch::eye(2, 3)), randn({2, 3}));
  CASE("prune.ln_structured(prune.random_unstructured(nn.Linear(6, 4), 'weight', 0.4), 'weight', 1, 2, 0)",
       prune::ln_structured(prune::random_unstructured(nn::Linear(6, 4), "weight", 0.4), "weight", 1, 2, 0),
       randn({2, 6}));
  CASE("prune.l1_unstructured(prune.ln_structured(nn.Linear(6, 4), 'weight', 0.25, 2, 1), 'weight', 5)",
       prune::l1_unstructured(prune::ln_structured(nn::Linear(6, 4), "weight", 0.25, 2, 1), "weight", 5),
       randn({2, 6}));
  CASE("prune.remove(prune.l1_unstructured(nn.GRU(3, 4), 'weight_ih_l0', 0.5), 'weight_ih_l0')",
       prune::remove(prune::l1_unstructured(nn::GRU(3, 4), "weight_ih_l0", 0.5), "weight_ih_l0"), randn({5, 2, 3}));
  CASE("globally_pruned(nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)))", globally_pruned(), randn({2, 5}));
}

void lazy(Record& record) {
  using nn::LazyConvOptions, nn::LazyNormOptions;
  CASE("called(nn.LazyLinear(3), torch.zeros(1, 5))", called(nn::LazyLinear(3), torch::zeros({1, 5})), randn({2, 5}));
  CASE("called(nn.LazyConv1d(4, 3, stride=2), torch.zeros(1, 2, 9))",
       called(nn::LazyConv1d(LazyConvOptions(4, 3).stride(2)), torch::zeros({1, 2, 9})), randn({2, 2, 9}));
  CASE("called(nn.LazyConv2d(4, 3, padding='same', groups=2), torch.zeros(1, 6, 5, 5))",
       called(nn::LazyConv2d(LazyConvOptions(4, 3).padding(kSame).groups(2)), torch::zeros({1, 6, 5, 5})),
       randn({2, 6, 5, 5}));
  CASE("called(nn.LazyConv3d(3, 2, bias=False), torch.zeros(2, 3, 3, 3))",
       called(nn::LazyConv3d(LazyConvOptions(3, 2).bias(false)), torch::zeros({2, 3, 3, 3})), randn({1, 2, 3, 3, 3}));
  CASE("called(nn.LazyConvTranspose1d(4, 3), torch.zeros(1, 2, 5))",
       called(nn::LazyConvTranspose1d(4, 3), torch::zeros({1, 2, 5})), randn({2, 2, 5}));
  CASE("called(nn.LazyConvTranspose2d(4, 3, groups=2, output_padding=1, stride=2), torch.zeros(1, 2, 5, 5))",
       called(nn::LazyConvTranspose2d(LazyConvOptions(4, 3).groups(2).output_padding(1).stride(2)),
              torch::zeros({1, 2, 5, 5})),
       randn({2, 2, 5, 5}));
  CASE("called(nn.LazyConvTranspose3d(2, 2), torch.zeros(1, 2, 3, 3, 3))",
       called(nn::LazyConvTranspose3d(2, 2), torch::zeros({1, 2, 3, 3, 3})), randn({1, 2, 3, 3, 3}));
  CASE("called(nn.LazyBatchNorm1d(), torch.linspace(0, 1, 6).view(3, 2))",
       called(nn::LazyBatchNorm1d(), torch::linspace(0, 1, 6).view({3, 2})), randn({4, 2}));
  CASE("called(nn.LazyBatchNorm2d(momentum=None), torch.linspace(0, 1, 16).view(2, 2, 2, 2))",
       called(nn::LazyBatchNorm2d(LazyNormOptions().momentum(std::nullopt)),
              torch::linspace(0, 1, 16).view({2, 2, 2, 2})),
       randn({2, 2, 3, 3}));
  CASE("called(nn.LazyBatchNorm3d(affine=False), torch.linspace(0, 1, 16).view(2, 2, 2, 2, 1))",
       called(nn::LazyBatchNorm3d(LazyNormOptions().affine(false)), torch::linspace(0, 1, 16).view({2, 2, 2, 2, 1})),
       randn({2, 2, 3, 3, 1}));
  CASE("called(nn.LazyInstanceNorm1d(), torch.linspace(0, 1, 12).view(2, 2, 3))",
       called(nn::LazyInstanceNorm1d(), torch::linspace(0, 1, 12).view({2, 2, 3})), randn({2, 2, 5}));
  CASE("called(nn.LazyInstanceNorm2d(bias=False), torch.linspace(0, 1, 16).view(2, 2, 2, 2))",
       called(nn::LazyInstanceNorm2d(LazyNormOptions().bias(false)), torch::linspace(0, 1, 16).view({2, 2, 2, 2})),
       randn({2, 2, 3, 3}));
  CASE("called(nn.LazyInstanceNorm3d(track_running_stats=False), torch.linspace(0, 1, 16).view(2, 2, 2, 2, 1))",
       called(nn::LazyInstanceNorm3d(LazyNormOptions().track_running_stats(false)),
              torch::linspace(0, 1, 16).view({2, 2, 2, 2, 1})),
       randn({2, 2, 3, 3, 2}));
}

void combined(Record& record) {
  CASE("nn.SyncBatchNorm(3, momentum=0.2)", nn::SyncBatchNorm(nn::SyncBatchNormOptions(3).momentum(0.2)),
       randn({4, 3, 2}));
  CASE("nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)))", converted(),
       randn({5, 3}));
  CASE("nn.DataParallel(nn.Linear(3, 2))", nn::DataParallel(nn::Linear(3, 2)), randn({4, 3}));
  CASE("nn.utils.skip_init(nn.Linear, 3, 2)", nn::utils::skip_init<nn::Linear>(3, 2), randn({4, 3}));
  CASE(
      "nn.utils.fuse_conv_bn_eval(evaluated(nn.Conv2d(2, 3, 3)), "
      "evaluated(called(nn.BatchNorm2d(3), torch.linspace(0, 1, 24).view(2, 3, 2, 2))))",
      nn::utils::fuse_conv_bn_eval(evaluated(nn::Conv2d(2, 3, 3)),
                                   evaluated(called(nn::BatchNorm2d(3), torch::linspace(0, 1, 24).view({2, 3, 2, 2})))),
      randn({1, 2, 5, 5}));
  CASE(
      "nn.utils.fuse_linear_bn_eval(evaluated(nn.Linear(4, 3, bias=False)), "
      "evaluated(called(nn.BatchNorm1d(3), torch.linspace(0, 1, 6).view(2, 3))))",
      nn::utils::fuse_linear_bn_eval(evaluated(nn::Linear(nn::LinearOptions(4, 3).bias(false))),
                                     evaluated(called(nn::BatchNorm1d(3), torch::linspace(0, 1, 6).view({2, 3})))),
      randn({2, 4}));
  CASE("Substituted(nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)))", Substituted(), randn({5, 4}));
}

// Errors: the Python text that must fail in the same way.
#define FAILS(python, ...)                                         \
  {                                                                \
    std::string message = "no error";                              \
    try {                                                          \
      __VA_ARGS__;                                                 \
    } catch (const torch::Error& error) {                          \
      message = error.what();                                      \
    }                                                              \
    record.text("fails", python);                                  \
    record.text("message", message.substr(0, message.find('\n'))); \
    ++record.count;                                                \
  }

void errors(Record& record) {
  FAILS("nn.Conv2d(3, 4, 3, groups=2)", nn::Conv2d(nn::Conv2dOptions(3, 4, 3).groups(2)));
  FAILS("nn.Conv2d(3, 4, 3, groups=0)", nn::Conv2d(nn::Conv2dOptions(3, 4, 3).groups(0)));
  FAILS("nn.Conv2d(3, 4, 3, padding_mode='none')", nn::Conv2d(nn::Conv2dOptions(3, 4, 3).padding_mode("none")));
  FAILS("nn.Conv2d(3, 4, 3, padding='full')", nn::Conv2d(nn::Conv2dOptions(3, 4, 3).padding("full")));
  FAILS("nn.Conv2d(3, 4, 3, 2, padding='same')", nn::Conv2d(nn::Conv2dOptions(3, 4, 3).stride(2).padding(kSame)));
  FAILS("nn.Dropout(1.5)", nn::Dropout(1.5));
  FAILS("nn.ConvTranspose1d(2, 2, 3, padding_mode='reflect')",
        nn::ConvTranspose1d(nn::ConvTranspose1dOptions(2, 2, 3).padding_mode(kReflect)));
  FAILS("nn.ConvTranspose1d(1, 1, 3, stride=2)(torch.ones(1, 1, 4), (12,))",
        nn::ConvTranspose1d(nn::ConvTranspose1dOptions(1, 1, 3).stride(2))(torch::ones({1, 1, 4}), nn::IntList({12})));
  FAILS("nn.FractionalMaxPool2d(2)", nn::FractionalMaxPool2d(2));
  FAILS("nn.FractionalMaxPool2d(2, output_ratio=1.5)",
        nn::FractionalMaxPool2d(nn::FractionalMaxPool2dOptions(2).output_ratio(1.5)));
  FAILS("nn.InstanceNorm2d(3)(torch.ones(2, 3))", nn::InstanceNorm2d(3)(torch::ones({2, 3})));
  FAILS("nn.CircularPad2d(1)(torch.ones(3))", nn::CircularPad2d(1)(torch::ones({3})));
  FAILS("nn.TripletMarginLoss(margin=0.0)", nn::TripletMarginLoss(0.0));
  FAILS("nn.MultiMarginLoss(p=3)", nn::MultiMarginLoss(3));
  FAILS("nn.AdaptiveLogSoftmaxWithLoss(8, 20, [10, 5])",
        nn::AdaptiveLogSoftmaxWithLoss(8, 20, std::vector<int64_t>{10, 5}));
  FAILS("nn.LSTM(0, 4)", nn::LSTM(0, 4));
  FAILS("nn.LSTM(3, 4, proj_size=4)", nn::LSTM(nn::LSTMOptions(3, 4).proj_size(4)));
  FAILS("nn.RNN(3, 4, nonlinearity='x')", nn::RNN(nn::RNNOptions(3, 4).nonlinearity("x")));
  FAILS("nn.GRU(3, 4)(torch.ones(5, 2, 2))", nn::GRU(3, 4)(torch::ones({5, 2, 2})));
  FAILS("nn.GRU(3, 4)(torch.ones(5))", nn::GRU(3, 4)(torch::ones({5})));
  FAILS("nn.GRU(3, 4)(torch.ones(5, 2, 3), torch.ones(1, 1, 4))",
        nn::GRU(3, 4)(torch::ones({5, 2, 3}), torch::ones({1, 1, 4})));
  FAILS("nn.RNN(3, 4)(torch.ones(5, 2, 3).double())", nn::RNN(3, 4)(torch::ones({5, 2, 3}).to(torch::kDouble)));
  FAILS("nn.GRUCell(3, 4)(torch.ones(2, 5))", nn::GRUCell(3, 4)(torch::ones({2, 5})));
  FAILS("nn.LSTMCell(3, 4)(torch.ones(2, 5, 1))", nn::LSTMCell(3, 4)(torch::ones({2, 5, 1})));
  FAILS("nn.MultiheadAttention(0, 2)", nn::MultiheadAttention(0, 2));
  FAILS("nn.MultiheadAttention(5, 2)", nn::MultiheadAttention(5, 2));
  FAILS("nn.TransformerEncoderLayer(8, 2, activation='x')",
        nn::TransformerEncoderLayer(nn::TransformerEncoderLayerOptions(8, 2).activation("x")));
  FAILS("nn.Transformer(8, 2, 1, 1)(torch.ones(2, 3, 8), torch.ones(2, 2, 8))",
        nn::Transformer(8, 2, 1, 1)(torch::ones({2, 3, 8}), torch::ones({2, 2, 8})));
  FAILS("P.orthogonal(nn.Linear(3, 3), 'bias')", P::orthogonal(nn::Linear(3, 3), "bias"));
  FAILS("P.orthogonal(nn.Linear(3, 3), orthogonal_map='x')", P::orthogonal(nn::Linear(3, 3), "weight", "x"));
  FAILS("P.spectral_norm(nn.Linear(3, 3), n_power_iterations=0)", P::spectral_norm(nn::Linear(3, 3), "weight", 0));
  FAILS("P.spectral_norm(nn.Linear(3, 3), 'x')", P::spectral_norm(nn::Linear(3, 3), "x"));
  FAILS("P.weight_norm(nn.Linear(3, 3), 'x')", P::weight_norm(nn::Linear(3, 3), "x"));
  FAILS("nn.utils.parametrize.remove_parametrizations(nn.Linear(3, 3), 'weight')",
        nn::utils::parametrize::remove_parametrizations(nn::Linear(3, 3), "weight"));
  FAILS("nn.utils.parametrize.remove_parametrizations(P.weight_norm(nn.Linear(3, 3)), 'weight', False)",
        nn::utils::parametrize::remove_parametrizations(P::weight_norm(nn::Linear(3, 3)), "weight", false));
  FAILS("nn.utils.remove_spectral_norm(nn.Linear(3, 3))", nn::utils::remove_spectral_norm(nn::Linear(3, 3)));
  FAILS("prune.l1_unstructured(nn.Linear(3, 3), 'weight', 1.5)",
        prune::l1_unstructured(nn::Linear(3, 3), "weight", 1.5));
  FAILS("prune.l1_unstructured(nn.Linear(3, 3), 'weight', -1)", prune::l1_unstructured(nn::Linear(3, 3), "weight", -1));
  FAILS("prune.l1_unstructured(nn.Linear(3, 3), 'weight', 10)", prune::l1_unstructured(nn::Linear(3, 3), "weight", 10));
  FAILS("prune.ln_structured(nn.Linear(3, 3), 'bias', 1, 2, 0)",
        prune::ln_structured(nn::Linear(3, 3), "bias", 1, 2, 0));
  FAILS("prune.ln_structured(nn.Linear(3, 3), 'weight', 1, 2, 4)",
        prune::ln_structured(nn::Linear(3, 3), "weight", 1, 2, 4));
  FAILS("prune.remove(nn.Linear(3, 3), 'weight')", prune::remove(nn::Linear(3, 3), "weight"));
  FAILS("prune.custom_from_mask(nn.Linear(3, 3), 'weight', torch.ones(2))",
        prune::custom_from_mask(nn::Linear(3, 3), "weight", torch::ones({2})));
  FAILS("nn.LazyConv2d(3, 3)(torch.ones(3))", nn::LazyConv2d(3, 3)(torch::ones({3})));
  FAILS("nn.LazyConv2d(3, 3, groups=3)(torch.ones(1, 4, 5, 5))",
        nn::LazyConv2d(nn::LazyConvOptions(3, 3).groups(3))(torch::ones({1, 4, 5, 5})));
  FAILS("nn.SyncBatchNorm(3)(torch.ones(3))", nn::SyncBatchNorm(3)(torch::ones({3})));
  FAILS("nn.utils.fuse_conv_bn_eval(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3))",
        nn::utils::fuse_conv_bn_eval(nn::Conv2d(2, 3, 3), nn::BatchNorm2d(3)));
  FAILS("nn.LinearCrossEntropyOptions(chunking_method='x')", nn::LinearCrossEntropyOptions(false, std::nullopt, "x"));
  FAILS("nn.GroupNorm(4, 6)", nn::GroupNorm(4, 6));
  FAILS("nn.Bilinear(0, 1, 2)", nn::Bilinear(0, 1, 2));
  FAILS("nn.Hardtanh(2.0, 1.0)", nn::Hardtanh(2.0, 1.0));
  FAILS("nn.Embedding(3, 2, padding_idx=5)", nn::Embedding(nn::EmbeddingOptions(3, 2).padding_idx(5)));
  FAILS("nn.BatchNorm2d(3)(torch.zeros(2, 3))", nn::BatchNorm2d(3)(torch::zeros({2, 3})));
  FAILS("nn.BatchNorm1d(3)(torch.zeros(2))", nn::BatchNorm1d(3)(torch::zeros({2})));
  FAILS("nn.Linear(3, 2)(torch.zeros(4, 5))", nn::Linear(3, 2)(torch::zeros({4, 5})));
  FAILS("nn.init.xavier_uniform_(torch.zeros(3))", nn::init::xavier_uniform_(torch::zeros({3})));
  FAILS("nn.init.kaiming_normal_(torch.zeros(3, 3), mode='fan')",
        nn::init::kaiming_normal_(torch::zeros({3, 3}), 0, "fan"));
  FAILS("nn.init.calculate_gain('relu7')", nn::init::calculate_gain("relu7"));
}

#undef FAILS

}  // namespace doors
