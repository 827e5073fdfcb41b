// Writes what the C++ door makes of every layer, for tests/nn/test_doors.py to compare with Python bit for bit.
// usage: doors_parity FILE
//
// A case is named by its Python text; the inputs' text is read by both languages (braces become parentheses there).
#include "doors_parity.h"

namespace doors {
namespace {

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

#undef CASE
#undef INIT

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
}  // namespace doors

int main(int argc, char** argv) {
  using namespace doors;
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
  rushlight::save_file(record.tensors, argv[1], record.texts);
  return 0;
}
