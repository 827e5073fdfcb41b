// Writes what the C++ door does under autocast and with a gradient scaler, for tests/train/test_amp_doors.py to compare
// with Python bit for bit. usage: amp_doors_parity FILE
#include <rushlight/rushlight.h>

#include <cstdio>
#include <limits>

namespace {

namespace torch = rushlight;
namespace nn = torch::nn;
namespace F = torch::nn::functional;
using torch::randn;
using torch::Tensor;

struct Record {
  torch::NamedTensors tensors;
  void add(const std::string& name, const Tensor& t) { tensors.emplace_back(name, t.detach().clone()); }
};

nn::Sequential make_net() {
  return nn::Sequential{nn::Linear(6, 16), nn::LayerNorm(nn::LayerNormOptions({16})), nn::Tanh(), nn::Linear(16, 3)};
}

// Twenty steps with the forward in `dtype`; the twin is `train` in test_amp_doors.py.
template <class Optimizer, class Options>
void train(Record& record, const std::string& name, torch::ScalarType dtype, Options options) {
  torch::manual_seed(7);
  nn::Sequential net = make_net();
  const Tensor x = randn({12, 6}), y = torch::randint(0, 3, {12});
  Optimizer optimizer(net->parameters(), options);
  Tensor loss;
  for (int i = 0; i < 20; ++i) {
    optimizer.zero_grad();
    {
      const torch::autocast guard("cpu", dtype);
      loss = F::cross_entropy(net(x), y);
    }
    loss.backward();
    optimizer.step();
  }
  record.add(name + ".loss", loss);
  int count = 0;
  for (const Tensor& p : net->parameters()) record.add(name + ".param." + std::to_string(count++), p);
}

// The same with scaled losses; the fifth step meets an infinite gradient, the ninth has its gradients clipped.
void train_scaled(Record& record) {
  torch::manual_seed(8);
  nn::Sequential net = make_net();
  const Tensor x = randn({12, 6}), y = randn({12, 3});
  torch::optim::AdamW optimizer(net->parameters(), torch::optim::AdamWOptions(1e-2));
  torch::amp::GradScaler scaler("cpu", torch::amp::GradScalerOptions().init_scale(1024).growth_interval(4));
  std::vector<float> scales;
  Tensor loss;
  for (int i = 0; i < 16; ++i) {
    optimizer.zero_grad();
    {
      const torch::autocast guard(torch::kCPU, torch::kHalf);
      loss = F::mse_loss(net(x), y);
    }
    scaler.scale(loss).backward();
    if (i == 4) net->parameters()[0].grad().index_put_({0, 0}, std::numeric_limits<float>::infinity());
    if (i == 8) {
      scaler.unscale_(optimizer);
      nn::utils::clip_grad_norm_(net->parameters(), 0.5);
    }
    scaler.step(optimizer);
    scaler.update();
    scales.push_back(static_cast<float>(scaler.get_scale()));
  }
  record.add("scaled.loss", loss);
  record.add("scaled.scales", torch::tensor(scales));
  int count = 0;
  for (const Tensor& p : net->parameters()) record.add("scaled.param." + std::to_string(count++), p);
  for (const auto& [name, value] : scaler.state_dict()) record.add("scaled.state." + name, value);
}

// Layers and functions that are made of several ops: their results' dtypes and bits.
void layers(Record& record) {
  torch::manual_seed(9);
  const Tensor x = randn({5, 2, 6}), q = randn({2, 2, 5, 4}), image = randn({1, 2, 6, 6});
  const torch::autocast guard(torch::kCPU);
  const auto [lstm, states] = nn::LSTM(6, 4)(x);
  record.add("lstm", lstm);
  record.add("lstm.c", std::get<1>(states));
  record.add("gru", std::get<0>(nn::GRU(6, 4)(x)));
  record.add("rnn", std::get<0>(nn::RNN(6, 4)(x)));
  record.add("gru_cell", nn::GRUCell(6, 4)(x[0]));
  record.add("mha", std::get<0>(nn::MultiheadAttention(6, 2)(x, x, x)));
  record.add("encoder", nn::TransformerEncoderLayer(nn::TransformerEncoderLayerOptions(6, 2).dropout(0.0))(x));
  record.add("sdpa", F::scaled_dot_product_attention(q, q, q));
  record.add("conv", nn::Conv2d(nn::Conv2dOptions(2, 3, 3))(image));
  record.add("batch_norm", nn::BatchNorm2d(2)(image));
  record.add("reflect", F::pad(image.to(torch::kBFloat16), {1, 1, 1, 1}, "reflect"));
  record.add("layer_norm", F::layer_norm(F::linear(x, randn({6, 6})), {6}));
  record.add("cat", torch::cat({x, F::linear(x, randn({6, 6}))}));
  record.add("einsum", torch::einsum("bij,bkj->bik", {x, x}));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: amp_doors_parity FILE\n");
    return 2;
  }
  Record record;
  train<torch::optim::SGD>(record, "sgd", torch::kBFloat16, torch::optim::SGDOptions(0.05).momentum(0.9));
  train<torch::optim::Adam>(record, "adam", torch::kHalf, torch::optim::AdamOptions(1e-2));
  train_scaled(record);
  layers(record);
  torch::save_file(record.tensors, argv[1]);
  return 0;
}
