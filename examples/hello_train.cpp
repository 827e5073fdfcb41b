// The smallest training program: a two-layer network learns the sine. hello_train.py is its twin.
#include <rushlight/rushlight.h>

#include <cstdio>

namespace torch = rushlight;

int main() {
  torch::manual_seed(1);
  auto x = torch::linspace(-3, 3, 256).unsqueeze(1), y = torch::sin(x);
  torch::nn::Sequential net{torch::nn::Linear(1, 32), torch::nn::Tanh(), torch::nn::Linear(32, 1)};
  torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(1e-2));
  for (int step = 1; step <= 500; ++step) {
    optimizer.zero_grad();
    auto loss = torch::nn::functional::mse_loss(net->forward(x), y);
    loss.backward();
    optimizer.step();
    if (step % 100 == 0) std::printf("step %d: loss %.6f\n", step, loss.item<double>());
  }
}
