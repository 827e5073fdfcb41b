// Bad input through the C++ door: the exception's class, PyTorch's leading words, and what was got.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

namespace rushlight {
namespace {

template <class Kind, class F>
void expect_error(const F& call, std::initializer_list<const char*> words) {
  try {
    call();
    FAIL() << "no error; expected: " << *words.begin();
  } catch (const Kind& error) {
    for (const char* word : words) EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
  }
}

TEST(BadInput, ShapesAndDims) {
  const Tensor x = ones({2, 3});
  expect_error<Error>([&] { mm(x, x); }, {"mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"});
  expect_error<Error>([&] { x + ones({4}); },
                      {"The size of tensor a (3) must match the size of tensor b (4)", "[2, 3]"});
  expect_error<Error>([&] { x.view({4, 2}); }, {"shape '[4, 2]' is invalid for input of size 6"});
  expect_error<IndexError>([&] { x.sum(5); },
                           {"Dimension out of range (expected to be in range of [-2, 1], but got 5)"});
  expect_error<IndexError>([&] { x.size(2); }, {"Dimension out of range"});
  expect_error<Error>([&] { empty({int64_t{1} << 40, int64_t{1} << 40}); }, {"overflows a 64-bit integer"});
  expect_error<OutOfMemoryError>([&] { zeros({int64_t{1} << 60}); }, {"can't allocate memory"});
}

TEST(BadInput, Indices) {
  const Tensor x = ones({2, 3});
  expect_error<IndexError>([&] { x[5]; }, {"index 5 is out of bounds for dimension 0 with size 2"});
  expect_error<IndexError>([&] { index_select(x, 0, tensor({7})); }, {"index out of range in self"});
  expect_error<Error>([&] { gather(x, 1, tensor({5}).view({1, 1})); },
                      {"index 5 is out of bounds for dimension 1 with size 3"});
  expect_error<IndexError>([&] { nn::functional::cross_entropy(x, tensor({0, 3})); }, {"Target 3 is out of bounds."});
}

TEST(BadInput, InPlaceAndGraphs) {
  Tensor leaf = ones({3}).requires_grad_();
  expect_error<Error>([&] { leaf.add_(1); }, {"a leaf Variable that requires grad"});
  expect_error<Error>([&] { ones({3}).expand({2, 3}).add_(1); }, {"unsupported operation", "clone()"});
  Tensor y = leaf.exp();
  y.add_(1);
  expect_error<Error>([&] { y.sum().backward(); }, {"modified by an inplace operation", "ExpBackward0", "version 1"});
  Tensor z = (leaf * leaf).sum();
  z.backward();
  expect_error<Error>([&] { z.backward(); }, {"Trying to backward through the graph a second time"});
}

TEST(BadInput, Modules) {
  nn::Sequential net{nn::Linear(3, 4), nn::Linear(5, 2)};
  expect_error<Error>([&] { net(ones({2, 3})); },
                      {"mat1 and mat2 shapes cannot be multiplied (2x4 and 5x2)", "in module 1 (Linear("});
  nn::Linear fc(2, 3);
  expect_error<Error>([&] { fc->load_state_dict({{"weigth", ones({3, 2})}, {"bias", ones({4})}}); },
                      {"Missing key(s) in state_dict: \"weight\"", "Unexpected key(s) in state_dict: \"weigth\"",
                       "size mismatch for bias"});
  expect_error<ValueError>([&] { optim::Adam(std::vector<Tensor>{}); }, {"optimizer got an empty parameter list"});
  expect_error<ValueError>([&] { optim::SGD(fc->parameters(), optim::SGDOptions(-1.0)); },
                           {"Invalid learning rate: -1"});
}

TEST(BadInput, DeepGraphsNeedNoStack) {
  Tensor w = ones({1}).requires_grad_(), y = w;
  for (int i = 0; i < 300000; ++i) y = y * 1.0;
  y.backward();
  EXPECT_EQ(w.grad().item<float>(), 1.0f);
}

}  // namespace
}  // namespace rushlight
