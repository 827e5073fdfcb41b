// One Adam step of an MLP 32-64-64-10 at batch 16, timed. Included by mlp_step.cpp (Rushlight) and mlp_step_libtorch.cpp,
// which say what `torch` is: the program is the same text on both.
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace mlp_step {

namespace nn = torch::nn;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Runs the step for about `seconds`, in five batches, and prints the seconds per step of each.
void run(double seconds) {
  torch::manual_seed(0);
  nn::Sequential net(nn::Linear(32, 64), nn::ReLU(), nn::Linear(64, 64), nn::ReLU(), nn::Linear(64, 10));
  torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(1e-3));
  torch::Tensor x = torch::randn({16, 32}), target = torch::randint(0, 10, {16}, torch::kInt64);
  auto steps = [&](long count) {
    double started = now();
    for (long i = 0; i < count; ++i) {
      optimizer.zero_grad();
      torch::Tensor loss = nn::functional::cross_entropy(net->forward(x), target);
      loss.backward();
      optimizer.step();
    }
    return (now() - started) / static_cast<double>(count);
  };
  steps(100);
  long count = 1 + static_cast<long>(seconds / 5 / steps(100));
  std::printf("{\"times\": [");
  for (int batch = 0; batch < 5; ++batch) std::printf("%s%.9g", batch ? ", " : "", steps(count));
  std::printf("]}\n");
}

}  // namespace mlp_step

// Arguments: seconds, and the number of threads (0 leaves the library's choice).
int main(int argc, char** argv) {
  if (argc > 2 && std::atoi(argv[2]) > 0) torch::set_num_threads(std::atoi(argv[2]));
  mlp_step::run(argc > 1 ? std::atof(argv[1]) : 1.0);
  return 0;
}
