// Matrix products and convolutions on raw pointers, against plain loops; equal for any number of threads and, but for the
// base level, on every instruction set.
#include "cpu/gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/conv.h"
#include "cpu/isa.h"

namespace rushlight::cpu {
namespace {

std::mt19937 rng(7);

int64_t pick(std::initializer_list<int64_t> values) { return values.begin()[rng() % values.size()]; }

template <class T>
std::vector<T> random_values(int64_t n) {
  std::vector<T> v(static_cast<size_t>(n));
  std::normal_distribution<double> normal;
  for (T& x : v) {
    if constexpr (std::is_integral_v<T>)
      x = static_cast<T>(rng());
    else
      x = static_cast<T>(normal(rng));
  }
  return v;
}

struct Threads {
  int before = get_num_threads();
  explicit Threads(int n) { set_num_threads(n); }
  ~Threads() { set_num_threads(before); }
};

// A matrix with one of the layouts that occur: row-major, column-major, spread out.
struct Layout {
  int64_t row, col, size;
  Layout(int64_t rows, int64_t cols, int64_t kind)
      : row(kind == 0   ? cols
            : kind == 1 ? 1
                        : 2 * cols + 3),
        col(kind == 1   ? rows
            : kind == 0 ? 1
                        : 2) {
    size = rows && cols ? (rows - 1) * row + (cols - 1) * col + 1 : 0;
  }
};

template <class T>
struct Problem {
  int64_t m, n, k;
  Layout la, lb;
  std::vector<T> a, b, c, bias;
  T alpha, beta;
  bool with_bias;

  Problem(int64_t m_, int64_t n_, int64_t k_)
      : m(m_), n(n_), k(k_), la(m, k, pick({0, 1, 2})), lb(k, n, pick({0, 1, 2})) {
    a = random_values<T>(la.size), b = random_values<T>(lb.size), c = random_values<T>(m * (n + 3));
    bias = random_values<T>(n);
    alpha = static_cast<T>(pick({1, 1, 2})), beta = static_cast<T>(pick({0, 1, 3})), with_bias = pick({0, 1}) == 1;
  }
  std::vector<T> run() const {
    std::vector<T> out = c;
    if (std::is_floating_point_v<T> && beta == T(0)) std::fill(out.begin(), out.end(), T(NAN));  // must not be read
    gemm<T>(m, n, k, alpha, a.data(), la.row, la.col, b.data(), lb.row, lb.col, beta, out.data(), n + 3,
            with_bias ? bias.data() : nullptr);
    return out;
  }
  void check() const {
    const std::vector<T> out = run();
    using Wide = std::conditional_t<std::is_integral_v<T>, uint64_t, long double>;
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        Wide sum = 0, size = 1;
        for (int64_t p = 0; p < k; ++p) {
          const Wide t = Wide(a[size_t(i * la.row + p * la.col)]) * Wide(b[size_t(p * lb.row + j * lb.col)]);
          sum += t;
          if constexpr (std::is_floating_point_v<T>) size += std::fabs(t);
        }
        Wide want = Wide(alpha) * sum;
        if (beta != T(0)) want += Wide(beta) * Wide(c[size_t(i * (n + 3) + j)]);
        if (with_bias) want += Wide(bias[size_t(j)]);
        const T got = out[size_t(i * (n + 3) + j)];
        if constexpr (std::is_integral_v<T>) {
          ASSERT_EQ(got, static_cast<T>(want)) << m << "x" << n << "x" << k;
        } else {
          const double tolerance = 16 * double(std::numeric_limits<T>::epsilon()) * double(size);
          ASSERT_NEAR(double(got), double(want), tolerance) << m << "x" << n << "x" << k;
        }
      }
    }
  }
};

template <class T>
void check_sizes(int count) {
  for (int i = 0; i < count; ++i) {
    const int64_t m = pick({0, 1, 2, 5, 13, 14, 15, 29, 64, 100}), n = pick({0, 1, 3, 8, 16, 17, 33, 48, 65, 96});
    Problem<T>(m, n, pick({0, 1, 2, 7, 16, 31, 64, 129, 257, 520})).check();
  }
}

TEST(Gemm, EqualsLoops) {
  check_sizes<float>(150);
  check_sizes<double>(100);
}

TEST(Gemm, IntegersWrapAround) {
  check_sizes<int64_t>(30);
  check_sizes<int32_t>(30);
  check_sizes<int16_t>(30);
  check_sizes<int8_t>(30);
  check_sizes<uint8_t>(30);
  check_sizes<uint16_t>(30);
  check_sizes<uint32_t>(30);
  check_sizes<uint64_t>(30);
}

// Complex numbers: any strides, complex factors, a bias, and a C that must not be read when beta is 0.
template <class T>
void check_complex(int64_t m, int64_t n, int64_t k) {
  using C = Complex<T>;
  const auto draw = [](int64_t count) {
    const std::vector<T> parts = random_values<T>(2 * count);
    std::vector<C> out;
    for (size_t i = 0; i < parts.size(); i += 2) out.push_back({parts[i], parts[i + 1]});
    return out;
  };
  const Layout la(m, k, pick({0, 1, 2})), lb(k, n, pick({0, 1, 2}));
  const std::vector<C> a = draw(la.size), b = draw(lb.size), bias = draw(n);
  std::vector<C> c = draw(m * (n + 3));
  const C alpha = pick({0, 1}) ? C(1) : C(T(0.5), 2), beta = pick({0, 1}) ? C(0) : pick({0, 1}) ? C(3) : C(1, -2);
  const bool with_bias = pick({0, 1}) == 1;
  if (!beta) std::fill(c.begin(), c.end(), C(NAN, NAN));
  const std::vector<C> before = c;
  gemm<C>(m, n, k, alpha, a.data(), la.row, la.col, b.data(), lb.row, lb.col, beta, c.data(), n + 3,
          with_bias ? bias.data() : nullptr);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      Complex<double> sum;
      for (int64_t p = 0; p < k; ++p)
        sum +=
            Complex<double>(a[size_t(i * la.row + p * la.col)]) * Complex<double>(b[size_t(p * lb.row + j * lb.col)]);
      sum = Complex<double>(alpha) * sum;
      if (beta) sum += Complex<double>(beta) * Complex<double>(before[size_t(i * (n + 3) + j)]);
      if (with_bias) sum += Complex<double>(bias[size_t(j)]);
      const C got = c[size_t(i * (n + 3) + j)];
      const double tolerance = 64 * double(std::numeric_limits<T>::epsilon()) * double(k + 4);
      ASSERT_NEAR(double(got.re), sum.re, tolerance) << m << "x" << n << "x" << k;
      ASSERT_NEAR(double(got.im), sum.im, tolerance) << m << "x" << n << "x" << k;
    }
  }
}

TEST(Gemm, ComplexEqualsLoops) {
  for (int i = 0; i < 60; ++i) {
    const int64_t m = pick({0, 1, 1, 2, 7, 33, 64}), n = pick({0, 1, 1, 3, 16, 31, 65}),
                  k = pick({0, 1, 2, 9, 40, 300});
    check_complex<float>(m, n, k);
    check_complex<double>(m, n, k);
  }
  const int64_t batch = 7, m = 12, n = 9, k = 20;
  const auto a = random_values<double>(2 * batch * m * k), b = random_values<double>(2 * batch * k * n);
  using C = Complex<double>;
  const C *x = reinterpret_cast<const C*>(a.data()), *y = reinterpret_cast<const C*>(b.data());
  std::vector<C> c(batch * m * n), one(m * n);
  for (const int64_t stride : {int64_t{0}, k * n}) {
    gemm_batched<C>(batch, m, n, k, 1, x, m * k, k, 1, y, stride, n, 1, 0, c.data(), m * n, n);
    for (int64_t i = 0; i < batch; ++i) {
      gemm<C>(m, n, k, 1, x + i * m * k, k, 1, y + i * stride, n, 1, 0, one.data(), n);
      for (int64_t e = 0; e < m * n; ++e) ASSERT_NEAR(abs(one[size_t(e)] - c[size_t(i * m * n + e)]), 0, 1e-12);
    }
  }
}

TEST(Gemm, VectorsAndLargeProducts) {
  Problem<float>(1, 1100, 700).check();
  Problem<float>(1100, 1, 700).check();
  Problem<float>(300, 500, 300).check();
  Problem<double>(4100, 3, 40).check();
  Problem<float>(7, 30, 2500).check();
}

TEST(Gemm, HalvesRoundOnce) {
  // 2048 + 1 + 1 needs more than a half's 11 bits on the way: 2050 if the sum is kept in float, else 2048.
  const Half a[] = {{0x6800}, {0x3c00}, {0x3c00}}, b[] = {{0x3c00}, {0x3c00}, {0x3c00}};
  Half c{0x7e00};
  gemm<Half>(1, 1, 3, 1, a, 3, 1, b, 1, 1, 0, &c, 1);
  EXPECT_EQ(c.bits, 0x6801);
  // The same for bfloat16 with 256 + 1 + 1.
  const BFloat16 x[] = {{0x4380}, {0x3f80}, {0x3f80}}, y[] = {{0x3f80}, {0x3f80}, {0x3f80}};
  BFloat16 z{0x7fc0};
  gemm<BFloat16>(1, 1, 3, 1, x, 3, 1, y, 1, 1, 0, &z, 1);
  EXPECT_EQ(z.bits, 0x4381);
}

TEST(Gemm, NanAndInfinityReachTheirElementsOnly) {
  const int64_t n = 70;
  std::vector<float> a(n * n, 1), b(n * n, 1), c(n * n);
  a[3 * n + 5] = NAN;
  b[8 * n + 60] = INFINITY;
  gemm<float>(n, n, n, 1, a.data(), n, 1, b.data(), n, 1, 0, c.data(), n);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      const float v = c[size_t(i * n + j)];
      if (i == 3)
        ASSERT_TRUE(std::isnan(v));
      else if (j == 60)
        ASSERT_TRUE(std::isinf(v));
      else
        ASSERT_EQ(v, float(n));
    }
  }
}

TEST(Gemm, BatchesEqualSingleProducts) {
  const int64_t batch = 9, m = 20, n = 33, k = 40;
  const auto a = random_values<float>(batch * m * k), b = random_values<float>(batch * k * n);
  std::vector<float> c(batch * m * n), one(m * n);
  for (int64_t shared : {0, 1}) {
    const int64_t stride = shared ? 0 : k * n;
    gemm_batched<float>(batch, m, n, k, 1, a.data(), m * k, k, 1, b.data(), stride, n, 1, 0, c.data(), m * n, n);
    for (int64_t i = 0; i < batch; ++i) {
      gemm<float>(m, n, k, 1, a.data() + i * m * k, k, 1, b.data() + i * stride, n, 1, 0, one.data(), n);
      ASSERT_EQ(0, std::memcmp(one.data(), c.data() + i * m * n, one.size() * sizeof(float)));
    }
  }
}

TEST(Gemm, ThreadsDoNotShow) {
  for (int i = 0; i < 6; ++i) {
    const Problem<float> p(pick({130, 300, 700}), pick({150, 400}), pick({90, 600}));
    std::vector<float> one, many;
    {
      const Threads threads(1);
      one = p.run();
    }
    {
      const Threads threads(4);
      many = p.run();
    }
    ASSERT_EQ(0, std::memcmp(one.data(), many.data(), one.size() * sizeof(float)));
  }
}

TEST(Gemm, Avx2AndAvx512Agree) {
  if (isa_level() < 2) GTEST_SKIP() << "this machine has no AVX-512";
  const int64_t m = 45, n = 77, k = 200;
  const auto a = random_values<float>(m * k), b = random_values<float>(k * n);
  std::vector<float> c(m * n), d(m * n);
  const GemmEpilogue<float> e{1.5f, 0, nullptr};
  avx2::kGemmF32.direct(m, n, k, a.data(), k, 1, b.data(), n, c.data(), n, e, nullptr);
  avx512::kGemmF32.direct(m, n, k, a.data(), k, 1, b.data(), n, d.data(), n, e, nullptr);
  EXPECT_EQ(0, std::memcmp(c.data(), d.data(), c.size() * sizeof(float)));
  avx2::kGemmF32.dot(m, k, a.data(), k, b.data(), c.data());
  avx512::kGemmF32.dot(m, k, a.data(), k, b.data(), d.data());
  EXPECT_EQ(0, std::memcmp(c.data(), d.data(), m * sizeof(float)));
}

// ---- convolution ----------------------------------------------------------------------------------------------------

// f(output, input, weight, output channel): every multiply-add of a plan, as indices.
template <class F>
void for_each_product(const ConvPlan& p, const F& f) {
  int64_t in[3] = {1, 1, 1}, out[3] = {1, 1, 1}, kernel[3] = {1, 1, 1}, at[3] = {};
  for (int d = 0; d < p.nd; ++d) {
    in[3 - p.nd + d] = p.in[d], out[3 - p.nd + d] = p.out[d], kernel[3 - p.nd + d] = p.kernel[d];
  }
  const int64_t pixels = out[0] * out[1] * out[2], taps = kernel[0] * kernel[1] * kernel[2];
  const int64_t ci = p.in_channels / p.groups, co = p.out_channels / p.groups;
  for (int64_t n = 0; n < p.batch; ++n) {
    for (int64_t o = 0; o < p.out_channels; ++o) {
      for (int64_t q = 0; q < pixels; ++q) {
        for (int64_t t = 0; t < taps; ++t) {
          const int64_t oq[] = {q / (out[1] * out[2]), q / out[2] % out[1], q % out[2]};
          const int64_t kt[] = {t / (kernel[1] * kernel[2]), t / kernel[2] % kernel[1], t % kernel[2]};
          bool inside = true;
          for (int d = 0; d < 3; ++d) {
            const int e = d - (3 - p.nd);
            at[d] = e < 0 ? 0 : oq[d] * p.stride[e] + kt[d] * p.dilation[e] - p.padding[e];
            inside &= at[d] >= 0 && at[d] < in[d];
          }
          for (int64_t c = 0; inside && c < ci; ++c) {
            const int64_t plane = n * p.in_channels + o / co * ci + c;
            f((n * p.out_channels + o) * pixels + q, ((plane * in[0] + at[0]) * in[1] + at[1]) * in[2] + at[2],
              (o * ci + c) * taps + t, o);
          }
        }
      }
    }
  }
}

ConvPlan random_plan() {
  ConvPlan p{};
  p.nd = int(pick({1, 2, 2, 2, 3}));
  p.batch = pick({1, 2, 5}), p.groups = pick({1, 1, 2, 6});
  p.in_channels = p.groups * pick({1, 2, 3, 17}), p.out_channels = p.groups * pick({1, 2, 3, 16, 20});
  for (int d = 0; d < p.nd; ++d) {
    p.kernel[d] = pick({1, 1, 2, 3, 3, 5}), p.stride[d] = pick({1, 1, 2, 3}), p.padding[d] = pick({0, 1, 2});
    p.dilation[d] = pick({1, 1, 2});
    const int64_t reach = p.dilation[d] * (p.kernel[d] - 1);
    p.in[d] = std::max<int64_t>(1, reach - 2 * p.padding[d] + pick({1, 2, 7, p.nd == 3 ? 4 : 16, p.nd == 1 ? 300 : 5}));
    p.out[d] = (p.in[d] + 2 * p.padding[d] - reach - 1) / p.stride[d] + 1;
  }
  return p;
}

std::string describe(const ConvPlan& p) {
  std::string s = "batch " + std::to_string(p.batch) + ", channels " + std::to_string(p.in_channels) + " -> " +
                  std::to_string(p.out_channels) + ", groups " + std::to_string(p.groups);
  for (int d = 0; d < p.nd; ++d) {
    s += "; in " + std::to_string(p.in[d]) + " kernel " + std::to_string(p.kernel[d]) + " stride " +
         std::to_string(p.stride[d]) + " padding " + std::to_string(p.padding[d]) + " dilation " +
         std::to_string(p.dilation[d]);
  }
  return s;
}

template <class T>
struct Convolved {
  std::vector<T> y, dx, dw, db;

  Convolved(const ConvPlan& p, const std::vector<T>& x, const std::vector<T>& w, const std::vector<T>& b,
            const std::vector<T>& dy)
      : y(dy.size(), T(NAN)), dx(x.size(), T(NAN)), dw(w.size(), T(NAN)), db(b.size(), T(NAN)) {
    conv_forward<T>(p, x.data(), w.data(), b.data(), y.data());
    conv_backward_input<T>(p, dy.data(), w.data(), dx.data());
    conv_backward_weight<T>(p, x.data(), dy.data(), dw.data());
    conv_backward_bias<T>(p, dy.data(), db.data());
  }
  bool same(const Convolved& o) const {
    const auto equal = [](const std::vector<T>& a, const std::vector<T>& b) {
      return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
    };
    return equal(y, o.y) && equal(dx, o.dx) && equal(dw, o.dw) && equal(db, o.db);
  }
};

template <class T>
void expect_close(const std::vector<T>& got, const std::vector<double>& want, const char* what, const ConvPlan& p) {
  double largest = 1;
  for (double v : want) largest = std::max(largest, std::fabs(v));
  for (size_t i = 0; i < want.size(); ++i) {
    ASSERT_NEAR(double(got[i]), want[i], 50 * double(std::numeric_limits<T>::epsilon()) * largest)
        << what << "[" << i << "] of " << describe(p);
  }
}

template <class T>
void check_convolution(const ConvPlan& p) {
  int64_t in = p.batch * p.in_channels, out = p.batch * p.out_channels, taps = 1;
  for (int d = 0; d < p.nd; ++d) in *= p.in[d], out *= p.out[d], taps *= p.kernel[d];
  const auto x = random_values<T>(in), w = random_values<T>(p.out_channels * (p.in_channels / p.groups) * taps);
  const auto b = random_values<T>(p.out_channels), dy = random_values<T>(out);
  const Convolved<T> got(p, x, w, b, dy);
  std::vector<double> y(dy.size()), dx(x.size()), dw(w.size()), db(b.size());
  const int64_t pixels = out / (p.batch * p.out_channels);
  for (int64_t i = 0; i < out; ++i) {
    y[size_t(i)] = double(b[size_t(i / pixels % p.out_channels)]);
    db[size_t(i / pixels % p.out_channels)] += double(dy[size_t(i)]);
  }
  for_each_product(p, [&](int64_t o, int64_t i, int64_t k, int64_t) {
    y[size_t(o)] += double(x[size_t(i)]) * double(w[size_t(k)]);
    dx[size_t(i)] += double(dy[size_t(o)]) * double(w[size_t(k)]);
    dw[size_t(k)] += double(dy[size_t(o)]) * double(x[size_t(i)]);
  });
  expect_close(got.y, y, "y", p);
  expect_close(got.dx, dx, "dx", p);
  expect_close(got.dw, dw, "dw", p);
  expect_close(got.db, db, "db", p);
}

TEST(Convolution, EqualsLoops) {
  for (int i = 0; i < 120 && !testing::Test::HasFatalFailure(); ++i) {
    const ConvPlan p = random_plan();
    if (i % 2)
      check_convolution<float>(p);
    else
      check_convolution<double>(p);
  }
}

TEST(Convolution, ThreadsDoNotShow) {
  const int64_t shapes[][4] = {{6, 8, 24, 14}, {2, 40, 40, 28}, {9, 64, 70, 7}};  // batch, channels, channels, size
  for (const auto& s : shapes) {
    for (int64_t stride : {1, 2}) {
      const int64_t out = (s[3] - 1) / stride + 1;
      const ConvPlan p{s[0], s[1], s[2], 1, 2, {s[3], s[3]}, {out, out}, {3, 3}, {stride, stride}, {1, 1}, {1, 1}};
      const auto x = random_values<float>(s[0] * s[1] * s[3] * s[3]), w = random_values<float>(s[2] * s[1] * 9);
      const auto b = random_values<float>(s[2]), dy = random_values<float>(s[0] * s[2] * out * out);
      const auto run = [&](int threads) {
        const Threads set(threads);
        return Convolved<float>(p, x, w, b, dy);
      };
      EXPECT_TRUE(run(1).same(run(4))) << describe(p);
    }
  }
}

TEST(Convolution, EmptyAndUnreachedParts) {
  // A kernel of 1 with stride 2 never touches every second element of the input.
  const ConvPlan p{1, 1, 1, 1, 1, {5}, {3}, {1}, {2}, {0}, {1}};
  const float w = 3, dy[] = {1, 2, 3};
  float dx[5] = {9, 9, 9, 9, 9};
  conv_backward_input<float>(p, dy, &w, dx);
  const float want[] = {3, 0, 6, 0, 9};
  EXPECT_EQ(0, std::memcmp(dx, want, sizeof(want)));
  // No images: no gradient.
  const ConvPlan none{0, 1, 1, 1, 1, {5}, {3}, {1}, {2}, {0}, {1}};
  float dw = 7, db = 7;
  conv_backward_weight<float>(none, nullptr, nullptr, &dw);
  conv_backward_bias<float>(none, nullptr, &db);
  EXPECT_EQ(dw, 0);
  EXPECT_EQ(db, 0);
}

}  // namespace
}  // namespace rushlight::cpu
