// The matrix product and convolution against plain loops in double, at any thread count and instruction set of this run.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/conv.h"
#include "cpu/gemm.h"
#include "cpu/isa.h"

namespace rushlight::cpu {
namespace {

// Numbers in [-1, 1) that need no generator.
template <class T>
std::vector<T> numbers(int64_t n, uint32_t seed) {
  std::vector<T> v(static_cast<size_t>(n));
  for (auto& x : v) {
    seed = seed * 1664525u + 1013904223u;
    x = static_cast<T>(static_cast<double>(seed >> 8) / (1 << 23) - 1);
  }
  return v;
}

struct Shape {
  int64_t m, n, k;
};

const Shape kShapes[] = {{1, 1, 1},       {1, 7, 5},    {5, 1, 300}, {8, 8, 8},      {16, 32, 32},
                         {17, 33, 65},    {64, 64, 64}, {3, 500, 9}, {129, 65, 40},  {200, 70, 500},
                         {256, 256, 256}, {5, 5, 0},    {0, 4, 3},   {37, 1030, 700}};

template <class T>
void expect_product(const Shape& s, bool a_transposed, bool b_transposed, double tolerance) {
  const auto a = numbers<T>(s.m * s.k, 1), b = numbers<T>(s.k * s.n, 2), bias = numbers<T>(s.n, 3);
  auto c = numbers<T>(s.m * s.n, 4);
  const auto before = c;
  const int64_t ar = a_transposed ? 1 : s.k, ac = a_transposed ? s.m : 1, br = b_transposed ? 1 : s.n,
                bc = b_transposed ? s.k : 1;
  const T alpha = static_cast<T>(0.5), beta = static_cast<T>(2);
  gemm<T>(s.m, s.n, s.k, alpha, a.data(), ar, ac, b.data(), br, bc, beta, c.data(), s.n, bias.data());
  for (int64_t i = 0; i < s.m; ++i) {
    for (int64_t j = 0; j < s.n; ++j) {
      double want = 0;
      for (int64_t p = 0; p < s.k; ++p)
        want += static_cast<double>(a[i * ar + p * ac]) * static_cast<double>(b[p * br + j * bc]);
      want = 0.5 * want + 2 * static_cast<double>(before[i * s.n + j]) + static_cast<double>(bias[j]);
      ASSERT_NEAR(c[i * s.n + j], want, tolerance * (1 + std::sqrt(static_cast<double>(s.k))))
          << isa_name() << " m=" << s.m << " n=" << s.n << " k=" << s.k << " at " << i << ", " << j;
    }
  }
}

TEST(Gemm, AgreesWithPlainLoops) {
  for (const Shape& s : kShapes) {
    for (int layout = 0; layout < 4; ++layout) {
      expect_product<float>(s, layout & 1, layout & 2, 2e-6);
      expect_product<double>(s, layout & 1, layout & 2, 1e-14);
    }
  }
}

TEST(Gemm, LeavesOutputUnreadWithoutBeta) {
  const auto a = numbers<float>(64 * 64, 1);
  std::vector<float> c(64 * 64, std::nanf(""));
  gemm<float>(64, 64, 64, 1, a.data(), 64, 1, a.data(), 64, 1, 0, c.data(), 64);
  for (float x : c) ASSERT_FALSE(std::isnan(x));
}

TEST(Gemm, PropagatesNanAndInfinity) {
  auto a = numbers<float>(40 * 40, 1);
  a[3 * 40 + 5] = INFINITY;
  a[7 * 40 + 1] = NAN;
  std::vector<float> c(40 * 40), ones(40 * 40, 1.0f);
  gemm<float>(40, 40, 40, 1, a.data(), 40, 1, ones.data(), 40, 1, 0, c.data(), 40);
  EXPECT_TRUE(std::isinf(c[3 * 40]) && std::isnan(c[7 * 40 + 39]) && std::isfinite(c[0]));
}

TEST(Gemm, WrapsIntegers) {
  const std::vector<int8_t> a{100, 100}, b{1, 1};
  int8_t c = 0;
  gemm<int8_t>(1, 1, 2, 1, a.data(), 2, 1, b.data(), 1, 1, 0, &c, 1);
  EXPECT_EQ(c, static_cast<int8_t>(200));
}

TEST(Gemm, SameBitsForAnyThreadCount) {
  const Shape s{301, 517, 640};
  const auto a = numbers<float>(s.m * s.k, 1), b = numbers<float>(s.k * s.n, 2);
  std::vector<float> first(static_cast<size_t>(s.m * s.n)), other(first.size());
  const int threads = get_num_threads();
  for (int n = 1; n <= 3; ++n) {
    set_num_threads(n);
    auto& c = n == 1 ? first : other;
    gemm<float>(s.m, s.n, s.k, 1, a.data(), s.k, 1, b.data(), s.n, 1, 0, c.data(), s.n);
    if (n > 1) EXPECT_EQ(memcmp(first.data(), other.data(), first.size() * sizeof(float)), 0) << n << " threads";
  }
  set_num_threads(threads);
}

// ---- convolution ----------------------------------------------------------------------------------------------------

int64_t out_size(int64_t in, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation) {
  return (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

ConvPlan plan2d(int64_t batch, int64_t in_channels, int64_t out_channels, int64_t groups, int64_t size, int64_t kernel,
                int64_t stride, int64_t padding, int64_t dilation) {
  ConvPlan p{};
  p.batch = batch;
  p.in_channels = in_channels;
  p.out_channels = out_channels;
  p.groups = groups;
  p.nd = 2;
  for (int d = 0; d < 2; ++d) {
    p.in[d] = size + d;  // not square, so that a swap shows
    p.kernel[d] = kernel;
    p.stride[d] = stride;
    p.padding[d] = padding;
    p.dilation[d] = dilation;
    p.out[d] = out_size(p.in[d], kernel, stride, padding, dilation);
  }
  return p;
}

// f(x index, w index, y index) for every product of the convolution.
template <class F>
void each_product(const ConvPlan& p, const F& f) {
  const int64_t ic = p.in_channels / p.groups, oc = p.out_channels / p.groups;
  for (int64_t n = 0; n < p.batch; ++n)
    for (int64_t o = 0; o < p.out_channels; ++o)
      for (int64_t c = 0; c < ic; ++c)
        for (int64_t r = 0; r < p.out[0]; ++r)
          for (int64_t q = 0; q < p.out[1]; ++q)
            for (int64_t i = 0; i < p.kernel[0]; ++i)
              for (int64_t j = 0; j < p.kernel[1]; ++j) {
                const int64_t y = r * p.stride[0] - p.padding[0] + i * p.dilation[0],
                              x = q * p.stride[1] - p.padding[1] + j * p.dilation[1];
                if (y < 0 || y >= p.in[0] || x < 0 || x >= p.in[1]) continue;
                f(((n * p.in_channels + o / oc * ic + c) * p.in[0] + y) * p.in[1] + x,
                  ((o * ic + c) * p.kernel[0] + i) * p.kernel[1] + j,
                  ((n * p.out_channels + o) * p.out[0] + r) * p.out[1] + q);
              }
}

void expect_near(const std::vector<float>& got, const std::vector<double>& want, const char* what) {
  double largest = 1;
  for (double w : want) largest = std::max(largest, std::fabs(w));
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], want[i], 3e-6 * largest) << isa_name() << " " << what << " at " << i;
}

const ConvPlan kPlans[] = {plan2d(2, 3, 5, 1, 9, 3, 1, 1, 1),    plan2d(3, 4, 6, 2, 11, 3, 2, 1, 1),
                           plan2d(1, 16, 33, 1, 8, 1, 1, 0, 1),  plan2d(5, 1, 32, 1, 28, 3, 1, 1, 1),
                           plan2d(2, 8, 8, 8, 13, 3, 1, 1, 1),   plan2d(2, 3, 4, 1, 15, 5, 2, 3, 2),
                           plan2d(2, 32, 40, 1, 14, 3, 1, 1, 1), plan2d(4, 6, 2, 1, 7, 2, 3, 0, 1)};

struct ConvData {
  explicit ConvData(const ConvPlan& p) {
    x = numbers<float>(p.batch * p.in_channels * p.in[0] * p.in[1], 1);
    w = numbers<float>(p.out_channels * (p.in_channels / p.groups) * p.kernel[0] * p.kernel[1], 2);
    dy = numbers<float>(p.batch * p.out_channels * p.out[0] * p.out[1], 3);
    bias = numbers<float>(p.out_channels, 4);
  }
  std::vector<float> x, w, dy, bias;
};

TEST(Conv, AgreesWithPlainLoops) {
  for (const ConvPlan& p : kPlans) {
    const ConvData d(p);
    std::vector<float> y(d.dy.size()), dx(d.x.size()), dw(d.w.size()), db(d.bias.size());
    conv_forward<float>(p, d.x.data(), d.w.data(), d.bias.data(), y.data());
    conv_backward_input<float>(p, d.dy.data(), d.w.data(), dx.data());
    conv_backward_weight<float>(p, d.x.data(), d.dy.data(), dw.data());
    conv_backward_bias<float>(p, d.dy.data(), db.data());
    std::vector<double> want_y(y.size()), want_dx(dx.size()), want_dw(dw.size()), want_db(db.size());
    const int64_t plane = p.out[0] * p.out[1];
    for (size_t i = 0; i < want_y.size(); ++i) {
      const size_t channel = i / static_cast<size_t>(plane) % static_cast<size_t>(p.out_channels);
      want_y[i] = d.bias[channel];
      want_db[channel] += d.dy[i];
    }
    each_product(p, [&](int64_t x, int64_t w, int64_t out) {
      want_y[out] += static_cast<double>(d.x[x]) * d.w[w];
      want_dx[x] += static_cast<double>(d.dy[out]) * d.w[w];
      want_dw[w] += static_cast<double>(d.dy[out]) * d.x[x];
    });
    expect_near(y, want_y, "output");
    expect_near(dx, want_dx, "gradient of the input");
    expect_near(dw, want_dw, "gradient of the weight");
    expect_near(db, want_db, "gradient of the bias");
  }
}

TEST(Conv, SameBitsForAnyThreadCount) {
  const ConvPlan p = plan2d(40, 8, 24, 1, 20, 3, 1, 1, 1);
  const ConvData d(p);
  std::vector<float> results[3];
  const int threads = get_num_threads();
  for (int n = 0; n < 3; ++n) {
    set_num_threads(n + 1);
    std::vector<float> y(d.dy.size()), dx(d.x.size()), dw(d.w.size());
    conv_forward<float>(p, d.x.data(), d.w.data(), d.bias.data(), y.data());
    conv_backward_input<float>(p, d.dy.data(), d.w.data(), dx.data());
    conv_backward_weight<float>(p, d.x.data(), d.dy.data(), dw.data());
    for (const auto* part : {&y, &dx, &dw}) results[n].insert(results[n].end(), part->begin(), part->end());
    EXPECT_EQ(memcmp(results[0].data(), results[n].data(), results[0].size() * sizeof(float)), 0)
        << n + 1 << " threads";
  }
  set_num_threads(threads);
}

}  // namespace
}  // namespace rushlight::cpu
