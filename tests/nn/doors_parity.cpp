// Writes what the C++ door makes of every layer, for tests/nn/test_doors.py to compare with Python bit for bit.
// usage: doors_parity FILE
//
// A case is named by its Python text; the inputs' text is read by both languages (braces become parentheses there).
#include <rushlight/rushlight.h>

#include <cstdio>
#include <tuple>

namespace {

namespace torch = rushlight;
namespace nn = torch::nn;
using torch::kSame, torch::kReflect, torch::kSum, torch::kNone;
using torch::rand, torch::randn, torch::randint;
using torch::Tensor;

struct Record {
  torch::NamedTensors tensors;
  torch::Metadata texts;
  int count = 0;

  std::string prefix() const { return std::to_string(count) + "."; }
  void tensor(const std::string& name, const Tensor& t) { tensors.emplace_back(prefix() + name, t.detach().clone()); }
  void text(const std::string& name, const std::string& t) { texts.emplace_back(prefix() + name, t); }
};

template <class T>
const Tensor& first(const T& result) {
  if constexpr (std::is_same_v<T, Tensor>)
    return result;
  else if constexpr (std::is_same_v<T, nn::ASMoutput>)
    return result.output;
  else
    return std::get<0>(result);
}

// Parameters, output, gradients of everything, then the output in evaluation mode.
template <class Module, class... Inputs>
void run(Record& record, Module& module, std::tuple<Inputs...>& inputs) {
  std::apply([](auto&... x) { ((x.is_floating_point() ? (void)x.requires_grad_() : void()), ...); }, inputs);
  for (const auto& p : module->named_parameters()) record.tensor("param." + p.key(), p.value());
  const auto forward = [&](auto&... x) { return first(module(x...)); };
  const Tensor out = std::apply(forward, inputs);
  record.tensor("out", out);
  if (out.requires_grad()) {
    (out * torch::linspace(-1, 1, out.numel()).view(out.sizes())).sum().backward();
    int i = 0;
    std::apply(
        [&](auto&... x) {
          ((x.grad().defined() ? record.tensor("input_grad." + std::to_string(i), x.grad()) : void(), ++i), ...);
        },
        inputs);
    for (const auto& p : module->named_parameters()) {
      if (p.value().grad().defined()) record.tensor("grad." + p.key(), p.value().grad());
    }
  }
  module->eval();
  record.tensor("eval", std::apply(forward, inputs));
  std::string keys;
  for (const auto& [key, value] : module->state_dict()) {
    record.tensor("state." + key, value);
    keys += key + ",";
  }
  record.text("keys", keys);
  record.text("repr", module->repr());
}

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

// In this order: seed, module, inputs from left to right.
#define CASE(python, make, ...)             \
  {                                         \
    torch::manual_seed(100 + record.count); \
    auto module = make;                     \
    std::tuple inputs{__VA_ARGS__};         \
    record.text("python", python);          \
    record.text("inputs", #__VA_ARGS__);    \
    run(record, module, inputs);            \
    ++record.count;                         \
  }

void linear_and_conv(Record& record) {
  CASE("nn.Linear(4, 3)", nn::Linear(4, 3), randn({2, 4}));
  CASE("nn.Linear(4, 3, bias=False)", nn::Linear(nn::LinearOptions(4, 3).bias(false)), randn({5, 2, 4}));
  CASE("nn.Bilinear(3, 4, 5)", nn::Bilinear(3, 4, 5), randn({2, 3}), randn({2, 4}));
  CASE("nn.Identity(3, unused=True)", nn::Identity(3, true), randn({2, 3}));
  CASE("nn.Conv1d(2, 4, 3, stride=2, padding=1)", nn::Conv1d(nn::Conv1dOptions(2, 4, 3).stride(2).padding(1)),
       randn({2, 2, 9}));
  CASE("nn.Conv2d(2, 4, 3)", nn::Conv2d(2, 4, 3), randn({2, 2, 7, 6}));
  CASE(
      "nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2, bias=False)",
      nn::Conv2d(nn::Conv2dOptions(4, 6, {3, 2}).stride({2, 1}).padding({1, 0}).dilation({1, 2}).groups(2).bias(false)),
      randn({2, 4, 8, 9}));
  CASE("nn.Conv2d(2, 3, (3, 4), padding='same', padding_mode='reflect')",
       nn::Conv2d(nn::Conv2dOptions(2, 3, {3, 4}).padding(kSame).padding_mode(kReflect)), randn({2, 2, 6, 7}));
  CASE("nn.Conv2d(2, 3, 3, padding='valid')", nn::Conv2d(nn::Conv2dOptions(2, 3, 3).padding("valid")),
       randn({2, 2, 6, 7}));
  CASE("nn.Conv3d(2, 3, 2)", nn::Conv3d(2, 3, 2), randn({1, 2, 4, 3, 5}));
}

void pooling(Record& record) {
  CASE("nn.MaxPool1d(3)", nn::MaxPool1d(3), randn({2, 3, 9}));
  CASE("nn.MaxPool2d(2)", nn::MaxPool2d(2), randn({2, 3, 6, 7}));
  CASE("nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0), ceil_mode=True)",
       nn::MaxPool2d(nn::MaxPool2dOptions({3, 2}).stride({2, 1}).padding({1, 0}).ceil_mode(true)), randn({2, 3, 6, 7}));
  CASE("nn.MaxPool3d(2)", nn::MaxPool3d(2), randn({1, 2, 4, 5, 4}));
  CASE("nn.AvgPool1d(2)", nn::AvgPool1d(2), randn({2, 3, 9}));
  CASE("nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)",
       nn::AvgPool2d(nn::AvgPool2dOptions(3).stride(2).padding(1).count_include_pad(false)), randn({2, 3, 6, 7}));
  CASE("nn.AvgPool3d((2, 2, 1))", nn::AvgPool3d(nn::AvgPool3dOptions({2, 2, 1})), randn({1, 2, 4, 5, 4}));
  CASE("nn.AdaptiveAvgPool1d(4)", nn::AdaptiveAvgPool1d(4), randn({2, 3, 9}));
  CASE("nn.AdaptiveAvgPool2d((3, 2))", nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({3, 2})),
       randn({2, 3, 6, 7}));
  CASE("nn.AdaptiveAvgPool3d(2)", nn::AdaptiveAvgPool3d(2), randn({1, 2, 4, 5, 4}));
  CASE("nn.AdaptiveMaxPool2d(3)", nn::AdaptiveMaxPool2d(3), randn({2, 3, 6, 7}));
}

void recurrent(Record& record) {
  CASE("nn.RNN(4, 5)", nn::RNN(4, 5), randn({6, 3, 4}));
  CASE("nn.RNN(4, 5, 2, nonlinearity='relu', bidirectional=True)",
       nn::RNN(nn::RNNOptions(4, 5).num_layers(2).nonlinearity("relu").bidirectional(true)), randn({6, 3, 4}),
       randn({4, 3, 5}));
  CASE("nn.LSTM(4, 17)", nn::LSTM(4, 17), randn({6, 40, 4}));
  CASE("nn.LSTM(4, 5, 3, dropout=0.3, bidirectional=True, batch_first=True)",
       nn::LSTM(nn::LSTMOptions(4, 5).num_layers(3).dropout(0.3).bidirectional(true).batch_first(true)),
       randn({3, 6, 4}));
  CASE("nn.LSTM(4, 6, 2, proj_size=3, bias=False)",
       nn::LSTM(nn::LSTMOptions(4, 6).num_layers(2).proj_size(3).bias(false)), randn({6, 4}));
  CASE("nn.GRU(4, 5, 2, dropout=0.5)", nn::GRU(nn::GRUOptions(4, 5).num_layers(2).dropout(0.5)), randn({6, 3, 4}),
       randn({2, 3, 5}));
  CASE("nn.RNNCell(4, 5, nonlinearity='relu')", nn::RNNCell(nn::RNNCellOptions(4, 5).nonlinearity("relu")),
       randn({3, 4}), randn({3, 5}));
  CASE("nn.LSTMCell(4, 5)", nn::LSTMCell(4, 5), randn({3, 4}));
  CASE("nn.GRUCell(4, 5, bias=False)", nn::GRUCell(nn::GRUCellOptions(4, 5).bias(false)), randn({4}), randn({5}));
}

void transformers(Record& record) {
  CASE("nn.MultiheadAttention(8, 2)", nn::MultiheadAttention(8, 2), randn({5, 3, 8}), randn({4, 3, 8}),
       randn({4, 3, 8}));
  CASE(
      "nn.MultiheadAttention(8, 2, dropout=0.2, add_bias_kv=True, add_zero_attn=True, kdim=6, vdim=7, "
      "batch_first=True)",
      nn::MultiheadAttention(nn::MultiheadAttentionOptions(8, 2)
                                 .dropout(0.2)
                                 .add_bias_kv(true)
                                 .add_zero_attn(true)
                                 .kdim(6)
                                 .vdim(7)
                                 .batch_first(true)),
      randn({3, 5, 8}), randn({3, 4, 6}), randn({3, 4, 7}));
  CASE("nn.TransformerEncoderLayer(8, 2, 16)",
       nn::TransformerEncoderLayer(nn::TransformerEncoderLayerOptions(8, 2).dim_feedforward(16)), randn({5, 3, 8}),
       randn({5, 5}));
  CASE("nn.TransformerEncoderLayer(8, 2, 16, activation='gelu', norm_first=True, batch_first=True, bias=False)",
       nn::TransformerEncoderLayer(nn::TransformerEncoderLayerOptions(8, 2)
                                       .dim_feedforward(16)
                                       .activation("gelu")
                                       .norm_first(true)
                                       .batch_first(true)
                                       .bias(false)),
       randn({3, 5, 8}));
  CASE("nn.TransformerDecoderLayer(8, 2, 16)",
       nn::TransformerDecoderLayer(nn::TransformerDecoderLayerOptions(8, 2).dim_feedforward(16)), randn({5, 3, 8}),
       randn({4, 3, 8}));
  CASE("nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2)",
       nn::TransformerEncoder(nn::TransformerEncoderLayer(nn::TransformerEncoderLayerOptions(8, 2).dim_feedforward(16)),
                              2),
       randn({5, 3, 8}));
  CASE("nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), 2)",
       nn::TransformerDecoder(nn::TransformerDecoderLayer(nn::TransformerDecoderLayerOptions(8, 2).dim_feedforward(16)),
                              2),
       randn({5, 3, 8}), randn({4, 3, 8}));
  CASE("nn.Transformer(8, 2, 1, 2, 16)", nn::Transformer(nn::TransformerOptions(8, 2, 1, 2).dim_feedforward(16)),
       randn({5, 3, 8}), randn({4, 3, 8}));
}

void norm_and_dropout(Record& record) {
  CASE("nn.BatchNorm1d(4)", nn::BatchNorm1d(4), randn({6, 4}));
  CASE("nn.BatchNorm2d(3)", nn::BatchNorm2d(3), randn({4, 3, 5, 5}));
  CASE("nn.BatchNorm2d(3, eps=1e-3, momentum=None)",
       nn::BatchNorm2d(nn::BatchNorm2dOptions(3).eps(1e-3).momentum(std::nullopt)), randn({4, 3, 5, 5}));
  CASE("nn.BatchNorm2d(3, affine=False, track_running_stats=False)",
       nn::BatchNorm2d(nn::BatchNorm2dOptions(3).affine(false).track_running_stats(false)), randn({4, 3, 5, 5}));
  CASE("nn.BatchNorm3d(2)", nn::BatchNorm3d(2), randn({2, 2, 3, 3, 3}));
  CASE("nn.LayerNorm(5)", nn::LayerNorm(5), randn({3, 5}));
  CASE("nn.LayerNorm((3, 5), bias=False)", nn::LayerNorm(nn::LayerNormOptions({3, 5}).bias(false)), randn({2, 3, 5}));
  CASE("nn.GroupNorm(2, 6)", nn::GroupNorm(2, 6), randn({3, 6, 4}));
  CASE("nn.RMSNorm(7)", nn::RMSNorm(7), randn({3, 7}));
  CASE("nn.Dropout(0.3)", nn::Dropout(0.3), randn({5, 6}));
  CASE("nn.Dropout1d(0.4)", nn::Dropout1d(0.4), randn({2, 5, 6}));
  CASE("nn.Dropout2d()", nn::Dropout2d(), randn({2, 5, 3, 4}));
  CASE("nn.Dropout3d(p=0.2)", nn::Dropout3d(0.2), randn({2, 5, 2, 3, 2}));
  CASE("nn.Flatten()", nn::Flatten(), randn({2, 3, 4}));
  CASE("nn.Flatten(0, 1)", nn::Flatten(0, 1), randn({2, 3, 4}));
  CASE("nn.Unflatten(1, (2, 3))", nn::Unflatten(nn::UnflattenOptions(1, {2, 3})), randn({2, 6}));
  CASE("nn.Embedding(7, 3)", nn::Embedding(7, 3), randint(0, 7, {2, 4}));
  CASE("nn.Embedding(7, 3, padding_idx=-2, scale_grad_by_freq=True)",
       nn::Embedding(nn::EmbeddingOptions(7, 3).padding_idx(-2).scale_grad_by_freq(true)), randint(0, 7, {2, 4}));
}

void activations(Record& record) {
  CASE("nn.Threshold(0.1, 20.0)", nn::Threshold(0.1, 20.0), randn({4, 5}));
  CASE("nn.ReLU()", nn::ReLU(), randn({4, 5}));
  CASE("nn.Hardtanh(-0.5, 0.75)", nn::Hardtanh(-0.5, 0.75), randn({4, 5}));
  CASE("nn.ReLU6()", nn::ReLU6(), randn({4, 5}));
  CASE("nn.Sigmoid()", nn::Sigmoid(), randn({4, 5}));
  CASE("nn.Hardsigmoid()", nn::Hardsigmoid(), randn({4, 5}));
  CASE("nn.Tanh()", nn::Tanh(), randn({4, 5}));
  CASE("nn.SiLU()", nn::SiLU(), randn({4, 5}));
  CASE("nn.Mish()", nn::Mish(), randn({4, 5}));
  CASE("nn.Hardswish()", nn::Hardswish(), randn({4, 5}));
  CASE("nn.ELU(0.7)", nn::ELU(0.7), randn({4, 5}));
  CASE("nn.CELU(1.5)", nn::CELU(1.5), randn({4, 5}));
  CASE("nn.SELU()", nn::SELU(), randn({4, 5}));
  CASE("nn.GLU()", nn::GLU(), randn({4, 6}));
  CASE("nn.GELU()", nn::GELU(), randn({4, 5}));
  CASE("nn.GELU('tanh')", nn::GELU(nn::GELUOptions().approximate("tanh")), randn({4, 5}));
  CASE("nn.LeakyReLU(0.2)", nn::LeakyReLU(0.2), randn({4, 5}));
  CASE("nn.LogSigmoid()", nn::LogSigmoid(), randn({4, 5}));
  CASE("nn.Softplus(2.0, 1.0)", nn::Softplus(2.0, 1.0), randn({4, 5}));
  CASE("nn.PReLU(3, 0.1)", nn::PReLU(3, 0.1), randn({4, 3}));
  CASE("nn.Softsign()", nn::Softsign(), randn({4, 5}));
  CASE("nn.Tanhshrink()", nn::Tanhshrink(), randn({4, 5}));
  CASE("nn.Softmin(1)", nn::Softmin(1), randn({4, 5}));
  CASE("nn.Softmax(1)", nn::Softmax(1), randn({4, 5}));
  CASE("nn.LogSoftmax(dim=0)", nn::LogSoftmax(0), randn({4, 5}));
}

void losses(Record& record) {
  CASE("nn.L1Loss()", nn::L1Loss(), randn({4, 5}), randn({4, 5}));
  CASE("nn.MSELoss(reduction='sum')", nn::MSELoss(kSum), randn({4, 5}), randn({4, 5}));
  CASE("nn.SmoothL1Loss(beta=0.5)", nn::SmoothL1Loss(nn::SmoothL1LossOptions().beta(0.5)), randn({4, 5}),
       randn({4, 5}));
  CASE("nn.HuberLoss('none', 0.8)", nn::HuberLoss(kNone, 0.8), randn({4, 5}), randn({4, 5}));
  CASE("nn.KLDivLoss(reduction='batchmean')", nn::KLDivLoss(torch::kBatchMean), randn({4, 5}), rand({4, 5}));
  CASE("nn.NLLLoss()", nn::NLLLoss(), randn({4, 5}), randint(0, 5, {4, 1}).flatten());
  CASE("nn.BCELoss()", nn::BCELoss(), rand({4, 5}), rand({4, 5}));
  CASE("nn.BCEWithLogitsLoss(pos_weight=torch.full((5,), 2.0))",
       nn::BCEWithLogitsLoss(nn::BCEWithLogitsLossOptions().pos_weight(torch::full({5}, 2.0))), randn({4, 5}),
       rand({4, 5}));
  CASE("nn.CrossEntropyLoss()", nn::CrossEntropyLoss(), randn({4, 5}), randint(0, 5, {4, 1}).flatten());
  CASE("nn.CrossEntropyLoss(weight=torch.linspace(0.5, 2.0, 5), label_smoothing=0.1, ignore_index=2)",
       nn::CrossEntropyLoss(
           nn::CrossEntropyLossOptions().weight(torch::linspace(0.5, 2.0, 5)).label_smoothing(0.1).ignore_index(2)),
       randn({6, 5}), randint(0, 5, {6, 1}).flatten());
}

void transposed_and_folded(Record& record) {
  CASE("nn.ConvTranspose1d(4, 6, 3, stride=2, groups=2)",
       nn::ConvTranspose1d(nn::ConvTranspose1dOptions(4, 6, 3).stride(2).groups(2)), randn({2, 4, 5}));
  CASE(
      "nn.ConvTranspose2d(3, 4, (3, 2), stride=(2, 1), padding=(1, 0), output_padding=(1, 0), dilation=(1, 2), "
      "bias=False)",
      nn::ConvTranspose2d(nn::ConvTranspose2dOptions(3, 4, {3, 2})
                              .stride({2, 1})
                              .padding({1, 0})
                              .output_padding({1, 0})
                              .dilation({1, 2})
                              .bias(false)),
      randn({2, 3, 4, 5}));
  CASE("nn.ConvTranspose3d(2, 3, 2)", nn::ConvTranspose3d(2, 3, 2), randn({1, 2, 3, 3, 4}));
  CASE("nn.Upsample(size=(5, 7))", nn::Upsample(nn::UpsampleOptions().size({5, 7})), randn({1, 2, 3, 4}));
  CASE("nn.Upsample(scale_factor=(2.0, 1.5), mode='bilinear', align_corners=True)",
       nn::Upsample(nn::UpsampleOptions().scale_factor({2.0, 1.5}).mode(torch::kBilinear).align_corners(true)),
       randn({1, 2, 3, 4}));
  CASE("nn.UpsamplingNearest2d(scale_factor=2.0)",
       nn::UpsamplingNearest2d(nn::UpsamplingNearest2dOptions().scale_factor(2.0)), randn({1, 2, 3, 4}));
  CASE("nn.UpsamplingBilinear2d(size=6)", nn::UpsamplingBilinear2d(nn::UpsamplingBilinear2dOptions().size(6)),
       randn({1, 2, 3, 4}));
  CASE("nn.PixelShuffle(2)", nn::PixelShuffle(2), randn({1, 8, 3, 4}));
  CASE("nn.PixelUnshuffle(2)", nn::PixelUnshuffle(2), randn({1, 2, 4, 6}));
  CASE("nn.ChannelShuffle(3)", nn::ChannelShuffle(3), randn({1, 6, 2, 2}));
  CASE("nn.Fold((4, 5), (2, 2))", nn::Fold(nn::FoldOptions({4, 5}, {2, 2})), randn({1, 12, 12}));
  CASE("nn.Unfold((2, 3), padding=1, stride=2)", nn::Unfold(nn::UnfoldOptions({2, 3}).padding(1).stride(2)),
       randn({2, 3, 5, 6}));
}

void padding(Record& record) {
  CASE("nn.CircularPad1d(2)", nn::CircularPad1d(2), randn({2, 3, 5}));
  CASE("nn.CircularPad2d((1, 0, 2, 1))", nn::CircularPad2d(nn::CircularPad2dOptions({1, 0, 2, 1})),
       randn({2, 3, 4, 5}));
  CASE("nn.CircularPad3d(1)", nn::CircularPad3d(1), randn({1, 2, 3, 3, 4}));
  CASE("nn.ConstantPad1d(2, 3.5)", nn::ConstantPad1d(2, 3.5), randn({2, 3, 5}));
  CASE("nn.ConstantPad2d((1, 0, -1, 1), 0.5)", nn::ConstantPad2d(nn::ConstantPad2dOptions({1, 0, -1, 1}, 0.5)),
       randn({2, 3, 4, 5}));
  CASE("nn.ConstantPad3d(1, -1.0)", nn::ConstantPad3d(1, -1.0), randn({1, 2, 3, 3, 4}));
  CASE("nn.ReflectionPad1d((1, 2))", nn::ReflectionPad1d(nn::ReflectionPad1dOptions({1, 2})), randn({2, 3, 5}));
  CASE("nn.ReflectionPad2d(1)", nn::ReflectionPad2d(1), randn({2, 3, 4, 5}));
  CASE("nn.ReflectionPad3d(1)", nn::ReflectionPad3d(1), randn({1, 2, 3, 3, 4}));
  CASE("nn.ReplicationPad1d(2)", nn::ReplicationPad1d(2), randn({2, 3, 5}));
  CASE("nn.ReplicationPad2d((1, 1, 2, 0))", nn::ReplicationPad2d(nn::ReplicationPad2dOptions({1, 1, 2, 0})),
       randn({2, 3, 4, 5}));
  CASE("nn.ReplicationPad3d(1)", nn::ReplicationPad3d(1), randn({1, 2, 3, 3, 4}));
  CASE("nn.ZeroPad1d(1)", nn::ZeroPad1d(1), randn({2, 3, 5}));
  CASE("nn.ZeroPad2d((1, 2, 0, 1))", nn::ZeroPad2d(nn::ZeroPad2dOptions({1, 2, 0, 1})), randn({2, 3, 4, 5}));
  CASE("nn.ZeroPad3d(1)", nn::ZeroPad3d(1), randn({1, 2, 3, 3, 4}));
}

void more_pooling(Record& record) {
  CASE("nn.MaxUnpool1d(2)", nn::MaxUnpool1d(2), randn({1, 2, 4}), randint(0, 8, {1, 2, 4}));
  CASE("nn.MaxUnpool2d((2, 3), stride=2)", nn::MaxUnpool2d(nn::MaxUnpool2dOptions({2, 3}).stride(2)),
       randn({1, 2, 2, 3}), randint(0, 28, {1, 2, 2, 3}));
  CASE("nn.MaxUnpool3d(2)", nn::MaxUnpool3d(2), randn({1, 2, 2, 2, 2}), randint(0, 64, {1, 2, 2, 2, 2}));
  CASE("nn.FractionalMaxPool2d(2, output_size=(3, 2))",
       nn::FractionalMaxPool2d(nn::FractionalMaxPool2dOptions(2).output_size({3, 2})), randn({1, 2, 6, 7}));
  CASE("nn.FractionalMaxPool3d(2, output_ratio=0.5)",
       nn::FractionalMaxPool3d(nn::FractionalMaxPool3dOptions(2).output_ratio(0.5)), randn({1, 2, 4, 6, 5}));
  CASE("nn.LPPool1d(2.0, 3, stride=2)", nn::LPPool1d(nn::LPPool1dOptions(2.0, 3).stride(2)), randn({2, 3, 9}));
  CASE("nn.LPPool2d(3.0, (2, 3), ceil_mode=True)", nn::LPPool2d(nn::LPPool2dOptions(3.0, {2, 3}).ceil_mode(true)),
       rand({2, 3, 5, 6}));
  CASE("nn.LPPool3d(1.0, 2)", nn::LPPool3d(1.0, 2), rand({1, 2, 4, 4, 4}));
  CASE("nn.AdaptiveMaxPool1d(4)", nn::AdaptiveMaxPool1d(4), randn({2, 3, 9}));
  CASE("nn.AdaptiveMaxPool3d((2, None, 3))", nn::AdaptiveMaxPool3d(nn::AdaptiveMaxPool3dOptions({2, std::nullopt, 3})),
       randn({1, 2, 4, 5, 6}));
}

void more_layers(Record& record) {
  CASE("nn.InstanceNorm1d(3, affine=True)", nn::InstanceNorm1d(nn::InstanceNorm1dOptions(3).affine(true)),
       randn({2, 3, 5}));
  CASE("nn.InstanceNorm2d(3, track_running_stats=True)",
       nn::InstanceNorm2d(nn::InstanceNorm2dOptions(3).track_running_stats(true)), randn({2, 3, 4, 5}));
  CASE("nn.InstanceNorm3d(2)", nn::InstanceNorm3d(2), randn({2, 3, 3, 4}));
  CASE("nn.LocalResponseNorm(2, k=2.0)", nn::LocalResponseNorm(nn::LocalResponseNormOptions(2).k(2.0)),
       randn({2, 5, 4}));
  CASE("nn.CrossMapLRN2d(3, k=2.0)", nn::CrossMapLRN2d(nn::CrossMapLRN2dOptions(3).k(2.0)), randn({2, 5, 3, 4}));
  CASE("nn.AlphaDropout(0.3)", nn::AlphaDropout(0.3), randn({4, 5}));
  CASE("nn.FeatureAlphaDropout()", nn::FeatureAlphaDropout(), randn({2, 5, 3}));
  CASE("nn.EmbeddingBag(7, 3)", nn::EmbeddingBag(7, 3), randint(0, 7, {2, 4}));
  CASE("nn.EmbeddingBag(7, 3, mode='sum', padding_idx=-1)",
       nn::EmbeddingBag(nn::EmbeddingBagOptions(7, 3).mode(kSum).padding_idx(-1)), randint(0, 7, {2, 4}));
  CASE("nn.Hardshrink(0.4)", nn::Hardshrink(0.4), randn({4, 5}));
  CASE("nn.Softshrink()", nn::Softshrink(), randn({4, 5}));
  CASE("nn.RReLU(0.1, 0.4)", nn::RReLU(0.1, 0.4), randn({4, 5}));
  CASE("nn.Softmax2d()", nn::Softmax2d(), randn({2, 3, 2, 2}));
  CASE("nn.CosineSimilarity(dim=0)", nn::CosineSimilarity(0), randn({4, 5}), randn({4, 5}));
  CASE("nn.PairwiseDistance(p=1.0, keepdim=True)",
       nn::PairwiseDistance(nn::PairwiseDistanceOptions().p(1.0).keepdim(true)), randn({4, 5}), randn({4, 5}));
}

void more_losses(Record& record) {
  CASE("nn.NLLLoss2d()", nn::NLLLoss2d(), randn({2, 3, 2, 2}), randint(0, 3, {2, 2, 2}));
  CASE("nn.CosineEmbeddingLoss(margin=0.2)", nn::CosineEmbeddingLoss(0.2), randn({4, 5}), randn({4, 5}),
       randint(0, 2, {4}));
  CASE("nn.HingeEmbeddingLoss()", nn::HingeEmbeddingLoss(), randn({4, 5}), randint(0, 2, {4, 5}));
  CASE("nn.MarginRankingLoss(reduction='sum')", nn::MarginRankingLoss(nn::MarginRankingLossOptions().reduction(kSum)),
       randn({4}), randn({4}), randn({4}));
  CASE("nn.MultiLabelMarginLoss()", nn::MultiLabelMarginLoss(), randn({3, 5}), randint(-1, 5, {3, 5}));
  CASE("nn.MultiLabelSoftMarginLoss()", nn::MultiLabelSoftMarginLoss(), randn({3, 5}), rand({3, 5}));
  CASE("nn.SoftMarginLoss()", nn::SoftMarginLoss(), randn({3, 5}), randn({3, 5}));
  CASE("nn.MultiMarginLoss(p=2, margin=0.5)", nn::MultiMarginLoss(2, 0.5), randn({3, 5}), randint(0, 5, {3}));
  CASE("nn.PoissonNLLLoss(full=True)", nn::PoissonNLLLoss(nn::PoissonNLLLossOptions().full(true)), randn({3, 5}),
       rand({3, 5}));
  CASE("nn.GaussianNLLLoss(full=True)", nn::GaussianNLLLoss(nn::GaussianNLLLossOptions().full(true)), randn({3, 5}),
       randn({3, 5}), rand({3, 5}));
  CASE("nn.CTCLoss(blank=3)", nn::CTCLoss(3), randn({5, 2, 4}), randint(0, 3, {2, 2}), randint(5, 6, {2}),
       randint(2, 3, {2}));
  CASE("nn.TripletMarginLoss(swap=True)", nn::TripletMarginLoss(nn::TripletMarginLossOptions().swap(true)),
       randn({3, 5}), randn({3, 5}), randn({3, 5}));
  CASE("nn.TripletMarginWithDistanceLoss(margin=0.5)",
       nn::TripletMarginWithDistanceLoss(nn::TripletMarginWithDistanceLossOptions().margin(0.5)), randn({3, 5}),
       randn({3, 5}), randn({3, 5}));
  CASE("nn.LinearCrossEntropyLoss(3, 4, bias=True)",
       nn::LinearCrossEntropyLoss(nn::LinearCrossEntropyLossOptions(3, 4).bias(true)), randn({5, 3}),
       randint(0, 4, {5}));
  CASE("nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10], div_value=2.0)",
       nn::AdaptiveLogSoftmaxWithLoss(nn::AdaptiveLogSoftmaxWithLossOptions(8, 20, {5, 10}).div_value(2.0)),
       randn({6, 8}), randint(0, 20, {6}));
}

void containers(Record& record) {
  CASE("nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Sequential(nn.Linear(8, 2), nn.Dropout(0.1)))",
       (nn::Sequential{nn::Linear(4, 8), nn::ReLU(), nn::Sequential{nn::Linear(8, 2), nn::Dropout(0.1)}}),
       randn({3, 4}));
  CASE("nn.Sequential(OrderedDict(fc=nn.Linear(4, 2), act=nn.Tanh()))",
       (nn::Sequential{{{"fc", nn::Linear(4, 2)}, {"act", nn::Tanh()}}}), randn({3, 4}));
}

// Initialisers, on one tensor each.
#define INIT(python, ...)                                              \
  {                                                                    \
    torch::manual_seed(100 + record.count);                            \
    Tensor t = torch::empty({6, 4, 3});                                \
    if (std::string(python).find("2d") == 0) t = torch::empty({6, 4}); \
    namespace init = nn::init;                                         \
    __VA_ARGS__;                                                       \
    record.text("init", python);                                       \
    record.tensor("out", t);                                           \
    ++record.count;                                                    \
  }

void initialisers(Record& record) {
  INIT("init.uniform_(t, -2.0, 3.0)", init::uniform_(t, -2.0, 3.0));
  INIT("init.normal_(t, 1.0, 0.5)", init::normal_(t, 1.0, 0.5));
  INIT("init.constant_(t, 0.3)", init::constant_(t, 0.3));
  INIT("init.ones_(t)", init::ones_(t));
  INIT("init.zeros_(t)", init::zeros_(t));
  INIT("init.xavier_uniform_(t, 1.7)", init::xavier_uniform_(t, 1.7));
  INIT("init.xavier_normal_(t)", init::xavier_normal_(t));
  INIT("init.kaiming_uniform_(t, a=0.2, mode='fan_out')", init::kaiming_uniform_(t, 0.2, torch::kFanOut));
  INIT("init.kaiming_normal_(t, nonlinearity='relu')", init::kaiming_normal_(t, 0.0, torch::kFanIn, torch::kReLU));
  INIT("init.trunc_normal_(t)", init::trunc_normal_(t));
  INIT("init.trunc_normal_(t, 0.0, 0.5, 1.0, 2.0)", init::trunc_normal_(t, 0.0, 0.5, 1.0, 2.0));
  INIT("init.dirac_(t, 2)", init::dirac_(t, 2));
  INIT("2d: init.eye_(t)", init::eye_(t));
  INIT("2d: init.sparse_(t, 0.4)", init::sparse_(t, 0.4));
}

// ---- weights that are computed, layers that are lazy --------------------------------------------------------------------

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

#undef CASE
#undef INIT
#undef FAILS

// A short training run: shuffled batches, clipped gradients, a scheduler; its twin is `train` in test_doors.py.
template <class Optimizer, class Options>
void train(Record& record, const char* python, Options options) {
  torch::manual_seed(100 + record.count);
  nn::Sequential net{nn::Linear(6, 16), nn::BatchNorm1d(16), nn::GELU(), nn::Dropout(0.2), nn::Linear(16, 3)};
  const Tensor x = randn({50, 6}), y = randint(0, 3, {50});
  torch::data::DataLoader loader(torch::data::TensorDataset(x, y), torch::data::DataLoaderOptions(8).shuffle(true));
  Optimizer optimizer(net->parameters(), options);
  torch::optim::CosineAnnealingLR scheduler(optimizer, 20, 1e-3);
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (auto& batch : loader) {
      optimizer.zero_grad();
      nn::functional::cross_entropy(net(batch.data), batch.target).backward();
      nn::utils::clip_grad_norm_(net->parameters(), 0.5);
      optimizer.step();
      scheduler.step();
    }
  }
  record.text("train", python);
  for (const auto& [name, value] : net->state_dict()) record.tensor("state." + name, value);
  ++record.count;
}

void training(Record& record) {
  using namespace torch::optim;
  train<Adam>(record, "Adam(lr=0.01)", AdamOptions(0.01));
  train<Adam>(record, "Adam(lr=0.01, betas=(0.8, 0.99), weight_decay=0.1, amsgrad=True)",
              AdamOptions(0.01).betas({0.8, 0.99}).weight_decay(0.1).amsgrad(true));
  train<AdamW>(record, "AdamW(lr=0.01)", AdamWOptions(0.01));
  train<SGD>(record, "SGD(lr=0.1)", SGDOptions(0.1));
  train<SGD>(record, "SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)",
             SGDOptions(0.1).momentum(0.9).nesterov(true).weight_decay(0.01));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s FILE\n", argv[0]), 2;
  Record record;
  linear_and_conv(record);
  pooling(record);
  recurrent(record);
  transformers(record);
  norm_and_dropout(record);
  activations(record);
  losses(record);
  transposed_and_folded(record);
  padding(record);
  more_pooling(record);
  more_layers(record);
  more_losses(record);
  containers(record);
  parametrized(record);
  pruned(record);
  lazy(record);
  combined(record);
  initialisers(record);
  errors(record);
  training(record);
  torch::save_file(record.tensors, argv[1], record.texts);
  return 0;
}
