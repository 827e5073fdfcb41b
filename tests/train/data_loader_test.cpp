// The loader: order, batches, workers, errors from a dataset.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <algorithm>

namespace {

namespace torch = rushlight;
namespace data = torch::data;
using torch::Tensor;

std::vector<int64_t> values(const Tensor& t) {
  const Tensor c = t.contiguous();
  return {c.data_ptr<int64_t>(), c.data_ptr<int64_t>() + c.numel()};
}

std::vector<int64_t> all_of(data::DataLoader& loader) {
  std::vector<int64_t> out;
  for (auto& batch : loader) {
    for (const int64_t v : values(batch.data)) out.push_back(v);
  }
  return out;
}

data::TensorDataset numbers(int64_t n) {
  return data::TensorDataset(torch::arange(n, torch::kLong), torch::arange(n, torch::kLong) * 10);
}

TEST(DataLoader, GivesBatchesInOrder) {
  data::DataLoader loader(numbers(10), data::DataLoaderOptions(4));
  EXPECT_EQ(loader.size(), 3u);
  std::vector<int64_t> lengths;
  for (auto& batch : loader) {
    lengths.push_back(batch.data.size(0));
    EXPECT_TRUE(torch::equal(batch.data * 10, batch.target));
  }
  EXPECT_EQ(lengths, (std::vector<int64_t>{4, 4, 2}));
  data::DataLoader even(numbers(10), data::DataLoaderOptions(4).drop_last(true));
  EXPECT_EQ(even.size(), 2u);
  EXPECT_EQ(all_of(even).size(), 8u);
}

TEST(DataLoader, ShufflesByTheSeedWhateverTheWorkers) {
  std::vector<std::vector<int64_t>> orders;
  for (const int64_t workers : {0, 1, 3}) {
    torch::Generator generator;
    generator.manual_seed(7);
    data::DataLoader loader(numbers(50),
                            data::DataLoaderOptions(8).shuffle(true).workers(workers).generator(generator));
    orders.push_back(all_of(loader));
    auto second = all_of(loader);
    EXPECT_NE(orders.back(), second);  // a new order in each epoch
    std::sort(second.begin(), second.end());
    for (int64_t i = 0; i < 50; ++i) EXPECT_EQ(second[static_cast<size_t>(i)], i);
  }
  EXPECT_EQ(orders[0], orders[1]);
  EXPECT_EQ(orders[0], orders[2]);
}

TEST(DataLoader, StopsEarlyWithoutWaiting) {
  data::DataLoader loader(numbers(1000), data::DataLoaderOptions(1).workers(2));
  int64_t seen = 0;
  for (auto& batch : loader) {
    seen += batch.data.numel();
    if (seen == 5) break;
  }
  EXPECT_EQ(seen, 5);
}

class Failing final : public data::Dataset<Failing> {
 public:
  std::optional<size_t> size() const override { return 20; }
  data::Example<> get(size_t index) override {
    torch::check_value(index != 13, "sample {} is broken", index);
    return {torch::full({1}, static_cast<int64_t>(index), torch::kLong), {}};
  }
};

TEST(DataLoader, AnErrorReachesTheCallerAfterTheBatchesBeforeIt) {
  for (const int64_t workers : {0, 2}) {
    data::DataLoader loader(Failing(), data::DataLoaderOptions(4).workers(workers));
    int batches = 0;
    try {
      for (auto& batch : loader) batches += batch.data.defined();
      FAIL() << "no error";
    } catch (const torch::ValueError& error) {
      EXPECT_NE(std::string(error.what()).find("sample 13 is broken"), std::string::npos);
    }
    EXPECT_EQ(batches, 3);
  }
}

TEST(DataLoader, RejectsWrongOptions) {
  EXPECT_THROW(data::DataLoader(numbers(3), data::DataLoaderOptions(0)), torch::ValueError);
  EXPECT_THROW(data::DataLoader(numbers(3), data::DataLoaderOptions(1).workers(-1)), torch::ValueError);
  EXPECT_THROW(data::TensorDataset(torch::ones({3}), torch::ones({4})), torch::Error);
}

}  // namespace
