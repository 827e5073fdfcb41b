// The generator and the random fills: PyTorch's streams, its state bytes, the same numbers for any number of threads.
#include "rushlight/generator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/random.h"
#include "rushlight/error.h"

namespace rushlight {
namespace {

uint64_t fnv1a(const std::string& bytes) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

void fill(const Generator& g, const std::string& what, void* out, ScalarType dtype, int64_t n) {
  if (what == "uniform") cpu::fill_uniform(g, out, dtype, n, -1, 3);
  if (what == "normal") cpu::fill_normal(g, out, dtype, n, 0.5, 2);
  if (what == "bernoulli") cpu::fill_bernoulli(g, out, dtype, n, 0.3);
  if (what == "random") cpu::fill_random(g, out, dtype, n);
  if (what == "small") cpu::fill_integers(g, out, dtype, n, 97, 3);
  if (what == "large") cpu::fill_integers(g, out, dtype, n, (uint64_t{1} << 40) + 5, -5);
  if (what == "exponential") cpu::fill_exponential(g, out, dtype, n, 1.5);
  if (what == "permutation") cpu::fill_permutation(g, static_cast<int64_t*>(out), n);
}

// What torch 2.13 gives after manual_seed(2024) and rand(5): FNV-1a of 1001 elements and then of get_rng_state().
struct Golden {
  const char* what;
  ScalarType dtype;
  uint64_t hash;
};
constexpr Golden kGolden[] = {
    {"uniform", kFloat, 0xd2d5c9389c02b4c1u},      {"uniform", kDouble, 0x0d81507e05239d7bu},
    {"uniform", kHalf, 0xcb31bf4f0a546345u},       {"uniform", kBFloat16, 0x4bc95e62315f9013u},
    {"normal", kFloat, 0x9502f77a3c4d43efu},       {"normal", kHalf, 0xe1be83f569bbbc2bu},
    {"normal", kBFloat16, 0x3622da1c6f57e981u},    {"bernoulli", kFloat, 0x47e6e3c017908514u},
    {"bernoulli", kDouble, 0xbc7744c62a283474u},   {"bernoulli", kHalf, 0xa3756191d83c570cu},
    {"bernoulli", kBFloat16, 0x5ca5174022a4dee4u}, {"bernoulli", kLong, 0x2ec074aae55f5cf4u},
    {"bernoulli", kInt, 0xeb05081b2d4952d4u},      {"bernoulli", kShort, 0x545283dbf85b1e44u},
    {"bernoulli", kChar, 0xb2dd42c2109a96e4u},     {"bernoulli", kByte, 0xb2dd42c2109a96e4u},
    {"bernoulli", kBool, 0xb2dd42c2109a96e4u},     {"random", kFloat, 0x65a468dd3d6d6b78u},
    {"random", kDouble, 0xff204b20220d9d79u},      {"random", kHalf, 0x7c72c064577999cdu},
    {"random", kBFloat16, 0xa38c0bf998682761u},    {"random", kLong, 0x92d08f3e02839ec4u},
    {"random", kInt, 0x90c11a7ba54f3c1au},         {"random", kShort, 0x6e7c5b7106b44f72u},
    {"random", kChar, 0x47098d7718b72ea1u},        {"random", kByte, 0x7ae79ea726136a21u},
    {"random", kBool, 0x859f8451d3d03f29u},        {"small", kFloat, 0x8ebd65cdc29c3c0fu},
    {"small", kDouble, 0xbc54ce3e510db437u},       {"small", kHalf, 0x94b78d70ec94cbc5u},
    {"small", kBFloat16, 0x27d9dc5439ece4d7u},     {"small", kLong, 0x135d09861b8afde8u},
    {"small", kInt, 0x882ae21b261fadf8u},          {"small", kShort, 0xc5ed77f4d5f83350u},
    {"small", kChar, 0x70f332edf73bc94au},         {"small", kByte, 0x70f332edf73bc94au},
    {"large", kLong, 0x92409251dd199ea5u},         {"exponential", kFloat, 0x589f1d322df543cfu},
    {"exponential", kHalf, 0x9b3be7fa26426ec8u},   {"exponential", kBFloat16, 0xd6a6c5dfcd124aecu},
    {"permutation", kLong, 0x1f46b8bc407461acu},
};

TEST(Generator, StreamsArePyTorchs) {
  for (const Golden& golden : kGolden) {
    Generator g(2024);
    float skipped[5];
    cpu::fill_uniform(g, skipped, kFloat, 5, 0, 1);
    std::string bytes(static_cast<size_t>(1001 * element_size(golden.dtype)), 0);
    fill(g, golden.what, bytes.data(), golden.dtype, 1001);
    EXPECT_EQ(fnv1a(bytes + g.get_state()), golden.hash) << golden.what << " " << to_string(golden.dtype);
  }
}

// These go through the C library's functions, whose last bit may differ from machine to machine.
TEST(Generator, DoublePrecisionDistributions) {
  const auto expect = [](const std::vector<double>& ours, const std::vector<double>& theirs) {
    for (size_t i = 0; i < theirs.size(); ++i) EXPECT_NEAR(ours[i], theirs[i], 1e-14 * std::abs(theirs[i])) << i;
  };
  std::vector<double> v(5);
  cpu::fill_normal(Generator(7), v.data(), kDouble, 5, 1, 2);
  expect(v, {0.7064098050300096, 2.5722825974470718, 2.893643218007913, -1.2286880425220614, 4.381580251588467});
  v.resize(17);
  cpu::fill_normal(Generator(7), v.data(), kDouble, 17, 1, 2);
  expect({v[0], v[8], v[16]}, {1.1325350793289988, -1.6262993156585783, -2.335458268465753});
  const Generator g(7);
  v.resize(9);
  cpu::fill_log_normal(g, v.data(), kDouble, 3, 1, 2);
  cpu::fill_cauchy(g, v.data() + 3, kDouble, 3, 0, 1);
  cpu::fill_exponential(g, v.data() + 6, kDouble, 3, 1);
  expect(v, {2.0267019263526733, 13.095682522473664, 18.058982709196727, 4.027332056148737, 1.8128552617182778,
             -0.7522365007274109, 0.8226218923597712, 1.4398783242960902, 1.4244417157358624});
  int64_t trials[3];
  cpu::fill_geometric(g, trials, kLong, 3, 0.1);
  EXPECT_EQ(std::vector<int64_t>(trials, trials + 3), (std::vector<int64_t>{27, 28, 17}));
}

TEST(Generator, DefaultSeed) {
  const Generator g;
  EXPECT_EQ(g.initial_seed(), 67280421310721u);
  float x[3];
  cpu::fill_uniform(g, x, kFloat, 3, 0, 1);
  uint32_t bits[3];
  std::memcpy(bits, x, sizeof bits);
  EXPECT_EQ(bits[0], 0x3e88daecu);
  EXPECT_EQ(bits[1], 0x3f5f5e04u);
  EXPECT_EQ(bits[2], 0x3eabaafau);
}

TEST(Generator, PiecesMakeTheWhole) {
  std::vector<float> whole(5000), pieces(5000);
  cpu::fill_uniform(Generator(3), whole.data(), kFloat, 5000, 0, 1);
  const Generator g(3);
  for (int64_t at = 0, n = 1; at < 5000; at += n, n = std::min<int64_t>(n + 13, 5000 - at)) {
    cpu::fill_uniform(g, pieces.data() + at, kFloat, n, 0, 1);
  }
  EXPECT_EQ(whole, pieces);
}

TEST(Generator, SameForAnyNumberOfThreads) {
  const int before = get_num_threads();
  constexpr int64_t n = 300001;
  for (const char* what : {"normal", "exponential", "uniform"}) {
    for (const ScalarType dtype : {kFloat, kDouble, kHalf}) {
      std::string first;
      for (const int threads : {1, 2, 5}) {
        set_num_threads(threads);
        std::string bytes(static_cast<size_t>(n * element_size(dtype)), 0);
        const Generator g(11);
        fill(g, what, bytes.data(), dtype, n);
        bytes += g.get_state();
        if (first.empty()) first = bytes;
        EXPECT_TRUE(bytes == first) << what << " " << to_string(dtype) << " " << threads;
      }
    }
  }
  set_num_threads(before);
}

TEST(Generator, StateGoesOutAndIn) {
  Generator g(5);
  double x[15], y[15];
  cpu::fill_normal(g, x, kDouble, 3, 0, 1);  // leaves a second value behind
  const std::string state = g.get_state();
  EXPECT_EQ(state.size(), 5056u);
  cpu::fill_normal(g, x, kDouble, 15, 0, 1);
  Generator h;
  h.set_state(state);
  EXPECT_EQ(h.initial_seed(), 5u);
  cpu::fill_normal(h, y, kDouble, 15, 0, 1);
  EXPECT_EQ(std::vector<double>(x, x + 15), std::vector<double>(y, y + 15));
  EXPECT_EQ(g.get_state(), h.get_state());
}

TEST(Generator, BadStatesAreRefused) {
  Generator g(5);
  const std::string good = g.get_state();
  EXPECT_THROW(g.set_state("short"), Error);
  EXPECT_THROW(g.set_state(std::string(5056, 0)), Error);
  std::string bad = good;
  bad[8] = static_cast<char>(200);  // left
  bad[16] = bad[17] = 2;            // next: together they would read past the end
  EXPECT_THROW(g.set_state(bad), Error);
  EXPECT_EQ(g.get_state(), good);
}

TEST(Generator, HandlesShareAndSeedsDiffer) {
  Generator a(1);
  Generator b = a;
  EXPECT_TRUE(a.is_same(b));
  b.manual_seed(9);
  EXPECT_EQ(a.initial_seed(), 9u);
  EXPECT_NE(Generator().seed(), Generator().seed());
  EXPECT_TRUE(default_generator().is_same(manual_seed(4)));
  EXPECT_EQ(default_generator().initial_seed(), 4u);
}

TEST(Generator, ThreadsShareOneStream) {
  constexpr int64_t kEach = 200, kFills = 50;
  std::vector<int64_t> expected(4 * kFills * kEach), got(expected.size());
  cpu::fill_random(Generator(6), expected.data(), kLong, static_cast<int64_t>(expected.size()));
  const Generator g(6);
  std::vector<std::thread> threads;
  for (int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int64_t i = 0; i < kFills; ++i) cpu::fill_random(g, got.data() + (t * kFills + i) * kEach, kLong, kEach);
    });
  }
  for (auto& thread : threads) thread.join();
  std::sort(expected.begin(), expected.end());
  std::sort(got.begin(), got.end());
  EXPECT_EQ(expected, got);
}

TEST(Generator, UniformNeverReachesItsEnd) {
  std::vector<float> x(200000);
  cpu::fill_uniform(Generator(1), x.data(), kFloat, 200000, 1e6, 1e6 + 1);
  for (const float v : x) ASSERT_LT(v, 1e6f + 1);
  std::vector<uint16_t> h(200000);
  cpu::fill_uniform(Generator(1), h.data(), kHalf, 200000, 0, 1);
  for (const uint16_t v : h) ASSERT_LT(v, 0x3c00);
}

TEST(Generator, PermutationsHoldEveryNumberOnce) {
  for (const int64_t n : {0, 1, 2, 31, 4096, 10001}) {
    std::vector<int64_t> x(static_cast<size_t>(n));
    cpu::fill_permutation(Generator(2), x.data(), n);
    std::sort(x.begin(), x.end());
    for (int64_t i = 0; i < n; ++i) ASSERT_EQ(x[static_cast<size_t>(i)], i);
  }
}

}  // namespace
}  // namespace rushlight
