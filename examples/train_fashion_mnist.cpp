// Trains a small convolutional network on Fashion-MNIST; the same program as train_fashion_mnist.py, call for call, so that
// from the same seed both end with the same weights, bit for bit.
#include <chrono>

#include "fashion_mnist.h"

namespace {

namespace data = rushlight::data;
namespace optim = rushlight::optim;
namespace F = rushlight::nn::functional;
using fashion_mnist::Split;
using rushlight::Tensor;

void train(fashion_mnist::nn::Sequential& net, const Split& train_set, const Split& test_set, int64_t epochs,
           uint64_t seed) {
  rushlight::Generator generator;
  generator.manual_seed(seed);
  data::DataLoader loader(data::TensorDataset(train_set.images, train_set.labels),
                          data::DataLoaderOptions().batch_size(128).shuffle(true).generator(generator));
  optim::Adam optimizer(net->parameters(), optim::AdamOptions(3e-3));
  optim::CosineAnnealingLR scheduler(optimizer, epochs * static_cast<int64_t>(loader.size()));
  double count = static_cast<double>(train_set.labels.size(0));
  for (int64_t number = 1; number <= epochs; ++number) {
    auto started = std::chrono::steady_clock::now();
    double total = 0;
    int64_t right = 0;
    net->train();
    for (auto& batch : loader) {
      optimizer.zero_grad();
      Tensor output = net->forward(fashion_mnist::prepare(batch.data));
      Tensor loss = F::cross_entropy(output, batch.target);
      loss.backward();
      optimizer.step();
      scheduler.step();
      total += loss.item<double>() * static_cast<double>(batch.data.size(0));
      right += (output.argmax(1) == batch.target).sum().item<int64_t>();
    }
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
    double tested = static_cast<double>(fashion_mnist::count_right(net, test_set)) / test_set.labels.size(0);
    std::printf("epoch %d: loss %.4f, accuracy %.2f%% training, %.2f%% test, %.1f s\n", static_cast<int>(number),
                total / count, 100 * right / count, 100 * tested, seconds.count());
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto options = fashion_mnist::parse(argc, argv,
                                      {{"data", "data/fashion-mnist"},
                                       {"out", "model.safetensors"},
                                       {"epochs", "5"},
                                       {"images", "60000"},
                                       {"seed", "1"},
                                       {"threads", "0"}});
  try {
    if (int threads = std::stoi(options["threads"])) rushlight::set_num_threads(threads);
    Split all = fashion_mnist::load_split(options["data"], "train");
    int64_t images = std::min<int64_t>(std::stoll(options["images"]), all.images.size(0));
    Split train_set{all.images.slice(0, 0, images), all.labels.slice(0, 0, images)};
    uint64_t seed = std::stoull(options["seed"]);
    rushlight::manual_seed(seed);
    auto net = fashion_mnist::build_net();
    train(net, train_set, fashion_mnist::load_split(options["data"], "t10k"), std::stoll(options["epochs"]), seed);
    rushlight::save(net->state_dict(), options["out"]);
    std::printf("weights in %s\n", options["out"].c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
