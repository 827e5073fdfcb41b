// Files of the C++ door: round trips, damage, and the errors of idx arrays.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace rushlight {
namespace {

std::string temporary(const char* name) { return (std::filesystem::temp_directory_path() / name).string(); }

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

TEST(Files, RoundTripKeepsOrderAndBits) {
  const std::string path = temporary("rushlight_files_test.safetensors");
  const Tensor w = randn({3, 4}).t(), b = arange(5, TensorOptions(kLong));
  save_file({{"w", w}, {"b", b}, {"none", zeros({0, 2})}}, path, {{"note", "x"}});
  const Checkpoint back = load_file(path);
  ASSERT_EQ(back.tensors.size(), 3u);
  EXPECT_EQ(back.tensors[0].first, "w");
  EXPECT_TRUE(equal(*back.find("w"), w) && equal(*back.find("b"), b));
  EXPECT_EQ(back.metadata[0].second, "x");
  std::filesystem::remove(path);
}

TEST(Files, ModulesLoadWhatTheySaved) {
  const std::string path = temporary("rushlight_module_test.safetensors");
  nn::Sequential a{nn::Linear(3, 4), nn::BatchNorm1d(4)}, b{nn::Linear(3, 4), nn::BatchNorm1d(4)};
  save(a, path);
  load(b, path);
  const Tensor x = randn({2, 3});
  a->eval();
  b->eval();
  EXPECT_TRUE(equal(a->forward(x), b->forward(x)));
  std::filesystem::remove(path);
}

TEST(Files, TensorsListsAndOptimizers) {
  const std::string path = temporary("one");
  const Tensor t = arange(6.0).reshape({2, 3});
  save(t, path);
  Tensor back;
  load(back, path);
  EXPECT_TRUE(equal(t, back));
  save(std::vector<Tensor>{t, t.t(), ones({0})}, path);
  std::vector<Tensor> list;
  load(list, path);
  ASSERT_EQ(list.size(), 3u);
  EXPECT_TRUE(equal(list[1], t.t()));
  EXPECT_THROW(load(back, path), Error);

  nn::Linear a(3, 2), b(3, 2);
  optim::Adam one(a->parameters(), 0.1), two(b->parameters(), 0.1);
  a(ones({1, 3})).sum().backward();
  one.step();
  save(one, path);
  load(two, path);
  const auto wanted = one.state_dict(), got = two.state_dict();
  ASSERT_EQ(wanted.size(), got.size());
  for (size_t i = 0; i < wanted.size(); ++i) EXPECT_TRUE(equal(wanted[i].second, got[i].second)) << wanted[i].first;
}

TEST(Files, DamageIsNoticedAndNamed) {
  std::string bytes = save_bytes({{"weight", ones({4})}});
  bytes.back() ^= 1;
  try {
    load_bytes(bytes);
    FAIL() << "the damage went unnoticed";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'weight' is damaged"), std::string::npos) << error.what();
  }
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_THROW(load_bytes(std::string_view(bytes).substr(0, n)), Error) << n;
}

TEST(Files, ErrorsHaveTheirTypes) {
  EXPECT_THROW(load_file(temporary("rushlight_no_such_file")), OSError);
  EXPECT_THROW(save_file({{"x", ones({1})}}, "/no/such/folder/file"), OSError);
  EXPECT_THROW(save_bytes({{"x", ones({1})}, {"x", ones({1})}}), ValueError);
  EXPECT_THROW(save_bytes({{"x", Tensor()}}), ValueError);
  EXPECT_THROW(data::read_idx(temporary("rushlight_no_such_file")), OSError);
}

TEST(Files, IdxArrays) {
  const std::string path = temporary("rushlight_idx_test");
  const std::string good{"\0\0\x08\x02\0\0\0\x02\0\0\0\x03\1\2\3\4\5\6", 18};
  write(path, good);
  EXPECT_TRUE(equal(data::read_idx(path), arange(1, 7, TensorOptions(kUInt8)).view({2, 3})));
  for (const std::string& bad : {good.substr(0, 17), good + "x", std::string("\1") + good.substr(1), std::string()}) {
    write(path, bad);
    EXPECT_THROW(data::read_idx(path), Error);
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace rushlight
