// What the Fashion-MNIST programs share: the data, the network, its evaluation and the command line.
#pragma once

#include <rushlight/rushlight.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace fashion_mnist {

namespace nn = rushlight::nn;
using rushlight::Tensor;

struct Split {
  Tensor images;  // uint8 [n, 28, 28]
  Tensor labels;  // int64 [n]
};

// Reads the split "train" or "t10k".
inline Split load_split(const std::string& root, const std::string& split) {
  Tensor images = rushlight::data::read_idx(root + "/" + split + "-images-idx3-ubyte.gz");
  Tensor labels = rushlight::data::read_idx(root + "/" + split + "-labels-idx1-ubyte.gz");
  return {images, labels.to(rushlight::kInt64)};
}

// Two convolution blocks and one linear layer: float32 [n, 1, 28, 28] -> [n, 10], 50,378 parameters.
inline nn::Sequential build_net() {
  // In braces: made from left to right, as in Python, so that a seed gives the same weights.
  return nn::Sequential{nn::Conv2d(nn::Conv2dOptions(1, 32, 3).padding(1)),
                        nn::BatchNorm2d(32),
                        nn::ReLU(),
                        nn::MaxPool2d(nn::MaxPool2dOptions(2)),
                        nn::Conv2d(nn::Conv2dOptions(32, 64, 3).padding(1)),
                        nn::BatchNorm2d(64),
                        nn::ReLU(),
                        nn::MaxPool2d(nn::MaxPool2dOptions(2)),
                        nn::Dropout(0.25),
                        nn::Flatten(),
                        nn::Linear(64 * 7 * 7, 10)};
}

// Pixels uint8 [n, 28, 28] to what the network sees: float32 [n, 1, 28, 28] of mean 0 and deviation 1.
inline Tensor prepare(const Tensor& images) {
  return images.unsqueeze(1).to(rushlight::kFloat32).div(255.0).sub(0.286).div(0.353);
}

// How many of the images the network names rightly.
inline int64_t count_right(nn::Sequential& net, const Split& split) {
  net->eval();
  rushlight::NoGradGuard no_grad;
  int64_t count = split.images.size(0);
  std::vector<Tensor> found;
  for (int64_t first = 0; first < count; first += 1000) {
    Tensor part = split.images.slice(0, first, std::min(first + 1000, count));
    found.push_back(net->forward(prepare(part)).argmax(1));
  }
  return (rushlight::cat(found) == split.labels).sum().item<int64_t>();
}

// Reads "--name value" pairs; every name must be among the defaults. Ends the program with a message where one is not.
inline std::map<std::string, std::string> parse(int argc, char** argv, std::map<std::string, std::string> options) {
  for (int i = 1; i < argc; i += 2) {
    std::string name = argv[i];
    if (name.rfind("--", 0) != 0 || !options.count(name.substr(2)) || i + 1 == argc) {
      std::fprintf(stderr, "usage: %s", argv[0]);
      for (const auto& [known, value] : options) std::fprintf(stderr, " [--%s %s]", known.c_str(), value.c_str());
      std::fprintf(stderr, "\n");
      std::exit(2);
    }
    options[name.substr(2)] = argv[i + 1];
  }
  return options;
}

}  // namespace fashion_mnist
