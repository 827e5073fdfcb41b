// serialize::OutputArchive and InputArchive, and saving through streams.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <cmath>
#include <cstdio>
#include <sstream>

namespace torch = rushlight;
using torch::IValue;
using torch::Tensor;
using torch::serialize::InputArchive;
using torch::serialize::OutputArchive;
namespace {

TEST(Archive, KeepsTensorsValuesAndNesting) {
  const auto w = torch::arange(6, torch::kFloat).view({2, 3});
  OutputArchive archive, nested, empty;
  archive.write("w", w);
  archive.write("undefined", Tensor());
  archive.write("int", IValue(int64_t{-7}));
  archive.write("double", IValue(0.1));
  archive.write("inf", IValue(-INFINITY));
  archive.write("text", IValue("a, b: \"c\""));
  archive.write("yes", IValue(true));
  archive.write("none", IValue());
  archive.write("ints", IValue(std::vector<int64_t>{1, -2}));
  archive.write("doubles", IValue(std::vector<double>{0.1, 1e300}));
  archive.write("tensors", IValue(std::vector<Tensor>{w, Tensor(), w + 1}));
  archive.write("complex", IValue(torch::Scalar(torch::Complex<double>(1, -2))));
  nested.write("bias", w[0], true);
  nested.write("step", IValue(3));
  archive.write("net", nested);
  archive.write("empty", empty);
  EXPECT_THROW(archive.write("w", w), torch::Error);
  EXPECT_THROW(archive.write("int", IValue(1)), torch::Error);
  EXPECT_THROW(archive.write("self", archive), torch::Error);
  const std::string path = testing::TempDir() + "rushlight_archive.safetensors";
  archive.save_to(path);
  EXPECT_TRUE(torch::load_file(path).find("net.bias") != nullptr);  // reads like a state dict

  InputArchive in, inner;
  in.load_from(path, torch::kCPU);
  std::remove(path.c_str());
  Tensor t;
  in.read("w", t);
  EXPECT_TRUE(torch::equal(t, w));
  in.read("undefined", t);
  EXPECT_FALSE(t.defined());
  const auto value = [&](const char* key) {
    IValue v;
    in.read(key, v);
    return v;
  };
  EXPECT_EQ(value("int").toInt(), -7);
  EXPECT_EQ(value("double").toDouble(), 0.1);
  EXPECT_EQ(value("inf").toDouble(), -INFINITY);
  EXPECT_EQ(value("text").toStringRef(), "a, b: \"c\"");
  EXPECT_TRUE(value("yes").toBool());
  EXPECT_TRUE(value("none").isNone());
  EXPECT_EQ(value("ints").toIntVector(), (std::vector<int64_t>{1, -2}));
  EXPECT_EQ(value("doubles").toDoubleVector(), (std::vector<double>{0.1, 1e300}));
  EXPECT_TRUE(torch::equal(value("tensors").toTensorVector()[2], w + 1));
  EXPECT_FALSE(value("tensors").toTensorVector()[1].defined());
  EXPECT_EQ(value("complex").toScalar().imag(), -2);
  EXPECT_TRUE(value("w").isTensor());
  in.read("net", inner);
  EXPECT_EQ(inner.keys(), (std::vector<std::string>{"bias", "step"}));
  EXPECT_TRUE(in.try_read("empty", inner));
  EXPECT_TRUE(inner.keys().empty());
  EXPECT_FALSE(in.try_read("nothing", t));
  EXPECT_FALSE(in.try_read("nothing", inner));
  EXPECT_THROW(in.read("nothing", t), torch::Error);
  EXPECT_THROW(in.load_from(path), torch::OSError);
  auto parameter = torch::zeros({2, 3}).requires_grad_();
  in.read("w", parameter);
  EXPECT_TRUE(parameter.requires_grad());
  EXPECT_TRUE(torch::equal(parameter, w));
}

TEST(Archive, TakesModulesAndOptimizers) {
  torch::nn::Sequential net{torch::nn::Linear(2, 3), torch::nn::ReLU(), torch::nn::BatchNorm1d(3)},
      other{torch::nn::Linear(2, 3), torch::nn::ReLU(), torch::nn::BatchNorm1d(3)};
  torch::optim::Adam optimizer(net->parameters(), 0.1), again(other->parameters(), 0.1);
  net->forward(torch::randn({4, 2})).pow(2).sum().backward();
  optimizer.step();
  std::stringstream file, state;
  torch::save(net, file);
  torch::save(optimizer, state);
  torch::load(other, file);
  torch::load(again, state);
  const auto a = net->state_dict(), b = other->state_dict();
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(torch::equal(a[i].second, b[i].second)) << a[i].first;
  EXPECT_EQ(optimizer.state_dict().size(), again.state_dict().size());

  std::stringstream one;
  torch::save(torch::ones({2}), one);
  Tensor t;
  torch::load(t, one);
  EXPECT_TRUE(torch::equal(t, torch::ones({2})));
  std::stringstream many;
  torch::save(std::vector<Tensor>{t, t + 1}, many);
  std::vector<Tensor> list;
  torch::load(list, many);
  EXPECT_TRUE(torch::equal(list.at(1), t + 1));

  torch::nn::Linear small(2, 2);
  InputArchive archive;
  std::stringstream again_file(file.str());
  archive.load_from(again_file);
  EXPECT_THROW(small->load(archive), torch::Error);  // no such tensors
  std::stringstream broken("no archive at all");
  EXPECT_THROW(torch::load(small, broken), torch::Error);
}

// A module that writes more than its tensors.
struct CounterImpl : torch::nn::Module {
  CounterImpl() { w = register_parameter("w", torch::ones({1})); }
  void save(OutputArchive& archive) const override {
    Module::save(archive);
    archive.write("count", IValue(count));
  }
  void load(InputArchive& archive) override {
    Module::load(archive);
    IValue v;
    archive.read("count", v);
    count = v.toInt();
  }
  Tensor forward(const Tensor& x) { return x * w; }
  Tensor w;
  int64_t count = 0;
};
RUSHLIGHT_MODULE(Counter);
TEST(Archive, CallsTheModulesOwnSave) {
  Counter a, b;
  a->count = 12;
  torch::nn::Sequential x(a), y(b);
  OutputArchive out;
  torch::save(x, out);
  std::stringstream bytes;
  out.save_to(bytes);
  InputArchive in;
  in.load_from(bytes);
  torch::load(y, in);
  EXPECT_EQ(b->count, 12);
}

}  // namespace
