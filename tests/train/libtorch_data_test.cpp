// LibTorch's data API: datasets, transforms, samplers and the loader over them.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

namespace torch = rushlight;
namespace data = torch::data;
namespace {

using data::Example;

struct Squares : data::datasets::Dataset<Squares> {
  explicit Squares(size_t n) : n(n) {}
  Example<> get(size_t i) override {
    torch::check_value(i != broken, "sample {} is broken", i);
    const auto v = static_cast<double>(i);
    return {torch::full({2}, v), torch::full({}, static_cast<int64_t>(i * i), torch::kLong)};
  }
  std::optional<size_t> size() const override { return n; }
  size_t n, broken = SIZE_MAX;
};

template <class Loader>
std::vector<int64_t> targets_of(Loader& loader) {
  std::vector<int64_t> out;
  for (auto& batch : loader) {
    for (int64_t i = 0; i < batch.target.size(0); ++i) out.push_back(batch.target[i].template item<int64_t>());
  }
  return out;
}

TEST(LibTorchData, BatchesAreListsUnlessStacked) {
  auto loader = data::make_data_loader<data::samplers::SequentialSampler>(Squares(5), 2);
  std::vector<size_t> sizes;
  for (const std::vector<Example<>>& batch : *loader) sizes.push_back(batch.size());
  EXPECT_EQ(sizes, (std::vector<size_t>{2, 2, 1}));
  auto stacked = data::make_data_loader<data::samplers::SequentialSampler>(
      Squares(5).map(data::transforms::Stack<>()), data::DataLoaderOptions().batch_size(2).drop_last(true));
  int batches = 0;
  for (const Example<>& batch : *stacked) {
    EXPECT_EQ(batch.data.sizes(), (torch::IntArrayRef{2, 2}));
    EXPECT_EQ(batch.target.sizes(), torch::IntArrayRef{2});
    ++batches;
  }
  EXPECT_EQ(batches, 2);
}

TEST(LibTorchData, RandomOrderIsADrawOfTheDefaultGeneratorWhateverTheWorkers) {
  std::vector<int64_t> expected;
  for (const int64_t workers : {0, 1, 3}) {
    torch::manual_seed(7);
    auto loader = data::make_data_loader(Squares(50).map(data::transforms::Stack<>()),
                                         data::DataLoaderOptions(8).workers(workers).max_jobs(workers + 1));
    auto first = targets_of(*loader), second = targets_of(*loader);
    EXPECT_NE(first, second);
    EXPECT_EQ(std::set<int64_t>(first.begin(), first.end()).size(), 50u);
    first.insert(first.end(), second.begin(), second.end());
    if (expected.empty()) {
      expected = first;
      // One order for the sampler itself, then one for each epoch, as in LibTorch.
      torch::manual_seed(7);
      torch::randperm(50);
      const auto order = torch::randperm(50);
      for (int64_t i = 0; i < 50; ++i) {
        const auto index = order[i].item<int64_t>();
        EXPECT_EQ(first[static_cast<size_t>(i)], index * index);
      }
    }
    EXPECT_EQ(first, expected) << workers;
  }
}

TEST(LibTorchData, AnEpochMayBeLeftEarlyAndBegunAnew) {
  auto loader = data::make_data_loader<data::samplers::SequentialSampler>(Squares(100).map(data::transforms::Stack<>()),
                                                                          data::DataLoaderOptions(1).workers(2));
  auto old = loader->begin();
  for (int i = 0; i < 3; ++i) ++old;
  EXPECT_EQ(old->target.item<int64_t>(), 9);
  auto fresh = loader->begin();
  EXPECT_EQ(fresh->target.item<int64_t>(), 0);
  ++old;  // the epoch before has ended
  EXPECT_TRUE(old == loader->end());
  EXPECT_EQ(targets_of(*loader).size(), 100u);
  loader->join();
}

TEST(LibTorchData, AnErrorComesAfterTheBatchesBeforeIt) {
  for (const int64_t workers : {0, 2}) {
    Squares set(20);
    set.broken = 13;
    auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
        std::move(set), data::DataLoaderOptions(4).workers(workers));
    int batches = 0;
    EXPECT_THROW(
        {
          for (auto& batch : *loader) batches += static_cast<int>(batch.size() == 4);
        },
        torch::ValueError);
    EXPECT_EQ(batches, 3);
  }
}

struct Slow : data::Dataset<Slow> {
  Example<> get(size_t) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return {torch::zeros({1}), torch::zeros({1})};
  }
  std::optional<size_t> size() const override { return 2; }
};
TEST(LibTorchData, TimesOut) {
  auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
      Slow(), data::DataLoaderOptions(1).workers(1).timeout(std::chrono::milliseconds(5)));
  EXPECT_THROW(loader->begin(), torch::Error);
}

TEST(LibTorchData, Transforms) {
  const auto image = torch::arange(8, torch::kFloat).view({2, 2, 2});
  auto set = data::datasets::TensorDataset(torch::stack({image, image + 1}))
                 .map(data::transforms::Normalize<void>({1.0, 2.0}, {2.0, 4.0}))
                 .map(data::transforms::TensorLambda<void>([](torch::Tensor x) { return x.flip(-1); }))
                 .map(data::transforms::Stack<data::TensorExample>());
  const data::TensorExample batch = set.get_batch(std::vector<size_t>{1, 0});
  const auto expected =
      ((image - torch::tensor({1.0, 2.0}).view({2, 1, 1})) / torch::tensor({2.0, 4.0}).view({2, 1, 1})).flip(-1);
  EXPECT_TRUE(torch::allclose(batch.data[1], expected));

  int64_t calls = 0;
  auto doubled = Squares(3)
                     .map(data::transforms::Lambda<Example<>>([&calls](Example<> e) {
                       ++calls;
                       return Example<>(e.data * 2, e.target);
                     }))
                     .map(data::transforms::Collate<int64_t, std::vector<Example<>>>(
                         [](std::vector<Example<>> batch) { return static_cast<int64_t>(batch.size()); }));
  EXPECT_EQ(doubled.get_batch(std::vector<size_t>{0, 2}), 2);
  EXPECT_EQ(calls, 2);
  EXPECT_THROW(data::transforms::Stack<>().apply_batch({}), torch::Error);
  EXPECT_THROW(data::datasets::TensorDataset(torch::ones({})), torch::Error);
  EXPECT_THROW(data::datasets::TensorDataset(torch::ones({2})).get(2), torch::IndexError);
}

TEST(LibTorchData, DistributedSamplersCoverTheDataset) {
  std::multiset<size_t> all;
  for (size_t rank = 0; rank < 3; ++rank) {
    data::samplers::DistributedRandomSampler sampler(10, 3, rank);
    sampler.set_epoch(4);
    sampler.reset();
    size_t count = 0;
    while (auto batch = sampler.next(3)) {
      all.insert(batch->begin(), batch->end());
      count += batch->size();
    }
    EXPECT_EQ(count, 4u);
  }
  EXPECT_EQ(all.size(), 12u);
  EXPECT_EQ(std::set<size_t>(all.begin(), all.end()).size(), 10u);
  data::samplers::DistributedSequentialSampler part(10, 3, 2, /*allow_duplicates=*/false);
  EXPECT_EQ(*part.next(10), (std::vector<size_t>{6, 7, 8}));
  EXPECT_THROW(data::samplers::DistributedRandomSampler(10, 2, 2), torch::ValueError);
  data::samplers::DistributedRandomSampler tiny(1, 4, 3);
  EXPECT_EQ(*tiny.next(5), std::vector<size_t>{0});
}

struct Stream : data::datasets::StreamDataset<Stream, std::vector<int>> {
  std::vector<int> get_batch(size_t size) override {
    std::vector<int> out(size);
    for (int& x : out) x = next++;
    return out;
  }
  std::optional<size_t> size() const override { return std::nullopt; }
  int next = 0;
};
TEST(LibTorchData, StreamsAreAskedForNumbers) {
  auto loader = data::make_data_loader(Stream(), data::samplers::StreamSampler(5), 2);
  std::vector<int> seen;
  for (auto& batch : *loader) seen.insert(seen.end(), batch.begin(), batch.end());
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(LibTorchData, ADatasetMayBeSharedByTheWorkers) {
  auto shared = data::datasets::make_shared_dataset<Squares>(6);
  shared->n = 4;
  auto loader = data::make_data_loader<data::samplers::SequentialSampler>(shared.map(data::transforms::Stack<>()),
                                                                          data::DataLoaderOptions(3).workers(2));
  EXPECT_EQ(targets_of(*loader), (std::vector<int64_t>{0, 1, 4, 9}));
}

void write_idx(const std::string& path, std::vector<uint8_t> sizes, size_t bytes) {
  std::ofstream file(path, std::ios::binary);
  file << '\0' << '\0' << '\x08' << static_cast<char>(sizes.size());
  for (const uint8_t s : sizes) file << '\0' << '\0' << '\0' << static_cast<char>(s);
  for (size_t i = 0; i < bytes; ++i) file << static_cast<char>(i % 251);
}
TEST(LibTorchData, MnistReadsItsFiles) {
  const std::string root = testing::TempDir() + "rushlight_mnist";
  std::filesystem::create_directories(root);
  write_idx(root + "/train-images-idx3-ubyte", {3, 28, 28}, 3 * 784);
  write_idx(root + "/train-labels-idx1-ubyte", {3}, 3);
  write_idx(root + "/t10k-images-idx3-ubyte", {2, 28, 28}, 2 * 784);
  write_idx(root + "/t10k-labels-idx1-ubyte", {3}, 3);
  using data::datasets::MNIST;
  MNIST train(root);
  EXPECT_EQ(train.size(), 3u);
  EXPECT_TRUE(train.is_train());
  const Example<> e = train.get(1);
  EXPECT_EQ(e.data.sizes(), (torch::IntArrayRef{1, 28, 28}));
  EXPECT_EQ(e.data.dtype(), torch::kFloat);
  EXPECT_FLOAT_EQ(e.data[0][0][0].item<float>(), (784 % 251) / 255.0F);
  EXPECT_EQ(e.target.item<int64_t>(), 1);
  EXPECT_EQ(e.target.dim(), 0);
  EXPECT_THROW(train.get(3), torch::IndexError);
  EXPECT_THROW(MNIST(root, MNIST::Mode::kTest), torch::Error);  // two images, three labels
  EXPECT_THROW(MNIST(root + "_nowhere"), torch::OSError);
  std::filesystem::remove_all(root);
}

TEST(LibTorchData, PythonsLoaderTakesAnyDataset) {
  data::DataLoader plain(Squares(5), data::DataLoaderOptions(2));
  EXPECT_EQ(targets_of(plain), (std::vector<int64_t>{0, 1, 4, 9, 16}));
  data::DataLoader mapped(Squares(5).map(data::transforms::Stack<>()), data::DataLoaderOptions(2).workers(2));
  EXPECT_EQ(targets_of(mapped), (std::vector<int64_t>{0, 1, 4, 9, 16}));
  EXPECT_EQ(mapped.size(), 3u);
}

}  // namespace
