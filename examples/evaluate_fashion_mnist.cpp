// Loads the weights that a training program (of either door) has saved, and prints their accuracy on the test images.
#include "fashion_mnist.h"

int main(int argc, char** argv) {
  auto options = fashion_mnist::parse(argc, argv, {{"data", "data/fashion-mnist"}, {"model", "model.safetensors"}});
  try {
    auto test_set = fashion_mnist::load_split(options["data"], "t10k");
    auto net = fashion_mnist::build_net();
    net->load_state_dict(rushlight::load(options["model"]));
    int64_t right = fashion_mnist::count_right(net, test_set), count = test_set.labels.size(0);
    std::printf("{\"images\": %lld, \"right\": %lld, \"accuracy\": %.17g}\n", static_cast<long long>(count),
                static_cast<long long>(right), static_cast<double>(right) / static_cast<double>(count));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
