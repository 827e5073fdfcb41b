// A program as one writes it for LibTorch: a small convolutional network on MNIST or Fashion-MNIST. With LibTorch it would
// include <torch/torch.h>; nothing else is different.
//   libtorch_mnist [directory of the idx files] [epochs]
#include <rushlight/torch.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

struct Net : torch::nn::Module {
  Net() {
    conv1 = register_module("conv1", torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 10, /*kernel_size=*/5)));
    conv2 = register_module("conv2", torch::nn::Conv2d(torch::nn::Conv2dOptions(10, 20, /*kernel_size=*/5)));
    dropout = register_module("dropout", torch::nn::Dropout2d(0.5));
    fc1 = register_module("fc1", torch::nn::Linear(320, 50));
    fc2 = register_module("fc2", torch::nn::Linear(50, 10));
  }

  torch::Tensor forward(torch::Tensor x) {
    x = torch::relu(torch::max_pool2d(conv1->forward(x), 2));
    x = torch::relu(torch::max_pool2d(dropout->forward(conv2->forward(x)), 2));
    x = x.view({-1, 320});
    x = torch::relu(fc1->forward(x));
    x = torch::dropout(x, /*p=*/0.5, /*train=*/is_training());
    return torch::log_softmax(fc2->forward(x), /*dim=*/1);
  }

  torch::nn::Conv2d conv1{nullptr}, conv2{nullptr};
  torch::nn::Dropout2d dropout{nullptr};
  torch::nn::Linear fc1{nullptr}, fc2{nullptr};
};

template <typename DataLoader>
void train(size_t epoch, Net& model, torch::Device device, DataLoader& loader, torch::optim::Optimizer& optimizer,
           size_t dataset_size) {
  model.train();
  size_t batch_index = 0, seen = 0;
  for (auto& batch : loader) {
    auto data = batch.data.to(device), targets = batch.target.to(device);
    optimizer.zero_grad();
    auto output = model.forward(data);
    auto loss = torch::nll_loss(output, targets);
    TORCH_CHECK(!std::isnan(loss.template item<float>()), "the loss is not a number in epoch ", epoch);
    loss.backward();
    optimizer.step();
    seen += static_cast<size_t>(data.size(0));
    if (batch_index++ % 200 == 0) {
      std::printf("epoch %zu  [%5zu/%5zu]  loss %.4f\n", epoch, seen, dataset_size, loss.template item<float>());
    }
  }
}

template <typename DataLoader>
void test(Net& model, torch::Device device, DataLoader& loader, size_t dataset_size) {
  torch::NoGradGuard no_grad;
  model.eval();
  double test_loss = 0;
  int64_t correct = 0;
  for (const auto& batch : loader) {
    auto data = batch.data.to(device), targets = batch.target.to(device);
    auto output = model.forward(data);
    test_loss += torch::nll_loss(output, targets, /*weight=*/{}, torch::Reduction::Sum).template item<double>();
    correct += output.argmax(1).eq(targets).sum().template item<int64_t>();
  }
  const auto n = static_cast<double>(dataset_size);
  std::printf("test set: average loss %.4f, accuracy %.4f\n", test_loss / n, static_cast<double>(correct) / n);
}

int main(int argc, char** argv) {
  const std::string root = argc > 1 ? argv[1] : "data";
  const size_t epochs = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 2;
  try {
    torch::manual_seed(1);
    const torch::Device device(torch::cuda::is_available() ? torch::kCUDA : torch::kCPU);
    Net model;
    model.to(device);

    auto train_set = torch::data::datasets::MNIST(root)
                         .map(torch::data::transforms::Normalize<>(0.1307, 0.3081))
                         .map(torch::data::transforms::Stack<>());
    const size_t train_size = train_set.size().value();
    auto train_loader = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
        std::move(train_set), torch::data::DataLoaderOptions().batch_size(64).workers(2));

    auto test_set = torch::data::datasets::MNIST(root, torch::data::datasets::MNIST::Mode::kTest)
                        .map(torch::data::transforms::Normalize<>(0.1307, 0.3081))
                        .map(torch::data::transforms::Stack<>());
    const size_t test_size = test_set.size().value();
    auto test_loader =
        torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(std::move(test_set), 1000);

    torch::optim::SGD optimizer(model.parameters(), torch::optim::SGDOptions(0.01).momentum(0.5));
    for (size_t epoch = 1; epoch <= epochs; ++epoch) {
      train(epoch, model, device, *train_loader, optimizer, train_size);
      test(model, device, *test_loader, test_size);
    }
  } catch (const c10::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
