// Bad input through the C++ door: the exception's class, PyTorch's leading words, and what was got.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <functional>

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
  expect_error<Error>([&] { empty({int64_t{1} << 40, int64_t{1} << 40}); }, {"numel: integer multiplication overflow"});
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

TEST(BadInput, UndefinedTensors) {
  Tensor none;
  const Tensor x = ones({2, 3});
  for (const auto& call : std::initializer_list<std::function<void()>>{
           [&] { none.sizes(); }, [&] { none.dtype(); }, [&] { none.clone(); }, [&] { none.detach(); },
           [&] { none.contiguous(); }, [&] { none.to(kDouble); }, [&] { none.grad(); },
           [&] { none.set_requires_grad(true); }, [&] { nn::functional::linear(none, none); },
           [&] { nn::functional::cross_entropy(x, none); }, [&] { where(none, x, x); }, [&] { equal(none, none); },
           [&] { x.grad().numel(); }, [&] { nn::Linear(3, 2)(none); },
           [&] { optim::SGD(std::vector<Tensor>{none}, 0.1); }})
    expect_error<Error>(call, {"Expected a proper Tensor but got None"});
  expect_error<Error>([&] { none + x; }, {"add", "undefined"});
  expect_error<Error>([&] { cat({x, none}); }, {"tensor number 1 in the list is undefined"});
  expect_error<Error>([&] { from_blob(nullptr, {2}); }, {"from_blob", "null"});
}

TEST(BadInput, Devices) {
  const Tensor x = ones({2});
  EXPECT_FALSE(cuda::is_available());
  expect_error<AssertionError>([&] { x.to(kCUDA); }, {"Torch not compiled with CUDA enabled"});
  expect_error<AssertionError>([&] { x.cuda(); }, {"Torch not compiled with CUDA enabled"});
  expect_error<AssertionError>([&] { zeros({2}, kCUDA); }, {"Torch not compiled with CUDA enabled", "zeros"});
}

TEST(BadInput, HooksAndExceptions) {
  Tensor w = ones({2}).requires_grad_();
  Tensor y = w * 2;
  const unsigned handle = y.register_hook([](const Tensor&) { return ones({7}); });
  expect_error<Error>([&] { y.sum().backward({}, true); }, {"hook has changed the size of value (from [2] to [7])"});
  y.remove_hook(handle);
  const unsigned thrower = y.register_hook([](const Tensor&) -> Tensor { throw std::out_of_range("mine"); });
  EXPECT_THROW(y.sum().backward({}, true), std::out_of_range);
  y.remove_hook(thrower);
  y.register_hook([&](const Tensor&) {  // adds hooks to what is being walked over
    for (int i = 0; i < 50; ++i) y.register_hook([](const Tensor& g) { return g * 1; });
  });
  y.sum().backward();
  EXPECT_EQ(w.grad()[0].item<float>(), 2.0f);
}

TEST(BadInput, HugeNumbers) {
  const int64_t huge = int64_t{1} << 62;
  const Tensor image = ones({1, 1, 4, 4});
  expect_error<Error>([&] { max_pool2d(image, huge); }, {"value cannot be converted to type int without overflow"});
  expect_error<Error>([&] { nn::functional::fold(ones({1, 4, 3}), huge, huge); }, {"fold"});
  expect_error<Error>([&] { cat({empty({huge, 0}), empty({huge, 0})}); }, {"numel: integer multiplication overflow"});
  expect_error<Error>([&] { constant_pad_nd(ones({2}), {INT64_MAX, INT64_MAX}); }, {"overflows"});
  expect_error<Error>([&] { ones({4}).as_strided({4}, {1}, huge); }, {"out of bounds for storage of size 16"});
  EXPECT_EQ(std::get<0>(tensor(5.0).topk(0)).item<double>(), 5.0);
}

TEST(BadInput, HugeNumbersDoNotHang) {
  const int64_t huge = int64_t{1} << 61, window = INT32_MAX;
  EXPECT_EQ(round(tensor(2.5), INT64_MAX).numel(), 1);
  EXPECT_EQ(round(tensor(2.5), INT64_MIN).numel(), 1);
  EXPECT_EQ(tril_indices(huge, 0).sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(triu_indices(huge, 1).sizes(), IntArrayRef({2, 1}));
  EXPECT_EQ(tril_indices(huge, 3, 1 - huge).sizes(), IntArrayRef({2, 1}));
  expect_error<Error>([&] { tril_indices(huge, huge); }, {"too many elements"});
  expect_error<Error>([&] { combinations(arange(100), 50); }, {"too many combinations"});
  EXPECT_EQ(combinations(arange(5), 3).size(0), 10);
  EXPECT_EQ(combinations(arange(3), 2, true).size(0), 6);
  expect_error<Error>([&] { split_with_sizes(ones({0}), {huge * 2, huge * 2, huge * 2, huge * 2}); },
                      {"to sum exactly"});
  expect_error<Error>([&] { unbind(ones({0, huge}), 1); }, {"too many pieces"});
  EXPECT_EQ(max_pool2d(arange(16, kFloat).view({1, 1, 4, 4}), window, {}, 0, 1, true).item<float>(), 15.0f);
  const Tensor table = ones({huge, 0}).requires_grad_();
  nn::functional::embedding(ones({2}, kLong), table).sum().backward();
  EXPECT_EQ(table.grad().sizes(), table.sizes());
}

TEST(BadInput, DeepGraphsNeedNoStack) {
  Tensor w = ones({1}).requires_grad_(), y = w;
  for (int i = 0; i < 300000; ++i) y = y * 1.0;
  y.backward();
  EXPECT_EQ(w.grad().item<float>(), 1.0f);
}

}  // namespace
}  // namespace rushlight
