// Fourier transforms: the drivers on raw pointers against the plain sum, and the C++ door.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

#include <cmath>
#include <complex>
#include <cstring>
#include <functional>
#include <numbers>
#include <random>
#include <thread>
#include <vector>

#include "composite/contraction_path.h"
#include "core/thread_pool.h"
#include "cpu/fft_lines.h"

namespace rushlight::cpu {
namespace {

using Wide = std::complex<long double>;

std::vector<Wide> plain_sum(const std::vector<Wide>& x) {
  const size_t n = x.size();
  std::vector<Wide> roots(n), y(n);
  for (size_t k = 0; k < n; ++k) {
    const long double angle =
        -2 * std::numbers::pi_v<long double> * static_cast<long double>(k) / static_cast<long double>(n);
    roots[k] = {std::cos(angle), std::sin(angle)};
  }
  for (size_t k = 0; k < n; ++k) {
    long double re = 0, im = 0;  // std::complex's product is slow: it looks for infinities
    for (size_t j = 0; j < n; ++j) {
      const Wide a = x[j], w = roots[j * k % n];
      re += a.real() * w.real() - a.imag() * w.imag();
      im += a.real() * w.imag() + a.imag() * w.real();
    }
    y[k] = {re, im};
  }
  return y;
}

// The root of the mean square error over that of the values, in units of the type's precision.
template <class T>
double error_of(const std::vector<Wide>& got, const std::vector<Wide>& want) {
  long double error = 0, total = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    error += std::norm(got[i] - want[i]);
    total += std::norm(want[i]);
  }
  return static_cast<double>(std::sqrt(error / total)) / std::numeric_limits<T>::epsilon();
}

// `batch` lines of n values, one after another or (interleaved) side by side.
struct Layout {
  int64_t n, batch;
  bool interleaved;
  int64_t step() const { return interleaved ? batch : 1; }
  int64_t line() const { return interleaved ? 1 : n; }
};

template <class T>
std::vector<Wide> line_of(const std::vector<std::complex<T>>& x, const Layout& at, int64_t line) {
  std::vector<Wide> out;
  for (int64_t j = 0; j < at.n; ++j) out.emplace_back(x[static_cast<size_t>(line * at.line() + j * at.step())]);
  return out;
}

template <class T>
struct Case {
  std::vector<std::complex<T>> x, y;
  std::vector<T> real;
  std::mt19937 rng{11};

  void check(int64_t n, int64_t batch, bool interleaved) {
    const Layout at{n, batch, interleaved}, half{n / 2 + 1, batch, interleaved};
    std::normal_distribution<double> normal;
    x.resize(static_cast<size_t>(n * batch));
    for (auto& v : x) v = {static_cast<T>(normal(rng)), static_cast<T>(normal(rng))};
    complex_line(at);
    real.resize(static_cast<size_t>(n * batch));
    for (auto& v : real) v = static_cast<T>(normal(rng));
    real_line(at, half);
  }
  void complex_line(const Layout& at) {
    const FftBatch batch{{at.batch}, {2 * at.line()}, {2 * at.line()}};
    y.assign(x.size(), {});
    const int64_t step = 2 * at.step();
    fft_complex<T>(at.n, batch, {reinterpret_cast<const T*>(x.data()), step}, {reinterpret_cast<T*>(y.data()), step},
                   false, T(1));
    for (const int64_t line : {int64_t{0}, at.batch - 1})
      EXPECT_LT(error_of<T>(line_of(y, at, line), plain_sum(line_of(x, at, line))), 4) << "n = " << at.n;
    T* in_place = reinterpret_cast<T*>(y.data());
    fft_complex<T>(at.n, batch, {in_place, step}, {in_place, step}, true, T(1) / static_cast<T>(at.n));
    EXPECT_LT(error_of<T>(line_of(y, at, 0), line_of(x, at, 0)), 6) << "back, n = " << at.n;
  }
  void real_line(const Layout& at, const Layout& half) {
    std::vector<std::complex<T>> part(static_cast<size_t>(half.n * at.batch)), whole(real.size());
    fft_from_real<T>(at.n, {{at.batch}, {at.line()}, {2 * half.line()}}, {real.data(), at.step()},
                     {reinterpret_cast<T*>(part.data()), 2 * at.step()}, false, T(1));
    fft_from_real<T>(at.n, {{at.batch}, {at.line()}, {2 * at.line()}}, {real.data(), at.step()},
                     {reinterpret_cast<T*>(whole.data()), 2 * at.step()}, true, T(1));
    const std::vector<std::complex<T>> complex(real.begin(), real.end());
    std::vector<Wide> want = plain_sum(line_of(complex, at, at.batch - 1));
    EXPECT_LT(error_of<T>(line_of(whole, at, at.batch - 1), want), 4) << "real, n = " << at.n;
    want.resize(static_cast<size_t>(half.n));
    EXPECT_LT(error_of<T>(line_of(part, half, at.batch - 1), want), 4) << "half, n = " << at.n;
    std::vector<T> back(real.size());
    fft_to_real<T>(at.n, {{at.batch}, {2 * half.line()}, {at.line()}},
                   {reinterpret_cast<const T*>(part.data()), 2 * at.step()}, {back.data(), at.step()},
                   T(1) / static_cast<T>(at.n));
    const std::vector<std::complex<T>> again(back.begin(), back.end());
    EXPECT_LT(error_of<T>(line_of(again, at, 0), line_of(complex, at, 0)), 6) << "back to reals, n = " << at.n;
  }
};

template <class T>
void check_lengths() {
  Case<T> one;
  for (int64_t n = 1; n <= 64; ++n) {
    for (const int64_t batch : {1, 3, 16, 37}) one.check(n, batch, false);
    for (const int64_t batch : {2, 16, 21}) one.check(n, batch, true);
  }
  for (const int64_t n : {67, 96, 100, 121, 127, 128, 134, 169, 211, 243, 256, 360, 509, 512, 625, 1000, 1021, 1024}) {
    one.check(n, 1, false);
    one.check(n, 18, false);
    one.check(n, 5, true);
  }
  for (const int64_t n : {2048, 2187, 3721, 4096, 4099, 5040}) one.check(n, 1, false);
}
TEST(FftKernels, Float32AgainstThePlainSum) { check_lengths<float>(); }
TEST(FftKernels, Float64AgainstThePlainSum) { check_lengths<double>(); }

// A wave has one value; long lines are too long for the plain sum.
TEST(FftKernels, LongLines) {
  for (const int64_t n : {int64_t{1} << 16, int64_t{100000}, int64_t{65537}, int64_t{1} << 18, int64_t{99991}}) {
    const int64_t k = n / 3 + 1;
    std::vector<std::complex<float>> x(static_cast<size_t>(n)), y(x.size());
    for (int64_t j = 0; j < n; ++j) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(j * k % n) / static_cast<double>(n);
      x[static_cast<size_t>(j)] = {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
    }
    fft_complex<float>(n, {}, {reinterpret_cast<float*>(x.data()), 2}, {reinterpret_cast<float*>(y.data()), 2}, false,
                       1.0F / static_cast<float>(n));
    double rest = 0;
    for (int64_t j = 0; j < n; ++j)
      rest = std::max<double>(rest, std::abs(y[static_cast<size_t>(j)] - (j == k ? 1.F : 0.F)));
    EXPECT_LT(rest, 3e-7) << "n = " << n;
  }
}

TEST(FftKernels, SameBitsForAnyNumberOfThreads) {
  const int before = get_num_threads();
  for (const int64_t n : {int64_t{24}, int64_t{1000}, int64_t{131072}, int64_t{50021}}) {
    const int64_t batch = n < 2000 ? 300 : 2;
    std::vector<float> x(static_cast<size_t>(2 * n * batch));
    std::mt19937 rng(5);
    for (float& v : x) v = static_cast<float>(rng() % 1000) - 500;
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 3}) {
      set_num_threads(threads);
      results.emplace_back(x.size());
      fft_complex<float>(n, {{batch}, {2 * n}, {2 * n}}, {x.data(), 2}, {results.back().data(), 2}, false, 1);
    }
    EXPECT_EQ(results[0], results[1]) << "n = " << n;
    EXPECT_EQ(results[0], results[2]) << "n = " << n;
  }
  set_num_threads(before);
}

TEST(FftPlans, ManyLengthsFromManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int64_t n = 1; n < 400; ++n) {
        const auto plan = fft_plan<float>((n * 7 + t) % 400 + 1);
        EXPECT_EQ(plan->n, (n * 7 + t) % 400 + 1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace rushlight::cpu

namespace rushlight {
namespace {

bool close(const Tensor& a, const Tensor& b, double tolerance = 1e-10) {
  return a.sizes() == b.sizes() && view_as_real(a).sub(view_as_real(b)).abs().max().item().toDouble() < tolerance;
}

TEST(Fft, NamesOfLibTorch) {
  manual_seed(3);
  const Tensor x = randn({3, 10}, kDouble), z = fft::fft(x);
  EXPECT_EQ(z.dtype(), kComplexDouble);
  EXPECT_TRUE(close(fft::rfft(x), z.narrow(1, 0, 6)));
  EXPECT_TRUE(close(fft::ifft(z), complex(x, zeros_like(x))));
  EXPECT_LT(fft::irfft(fft::rfft(x)).sub(x).abs().max().item().toDouble(), 1e-12);
  EXPECT_TRUE(close(fft::fft2(x), fft::fft(z, {}, 0)));
  EXPECT_TRUE(close(fft::ifftn(fft::fftn(x)), complex(x, zeros_like(x))));
  EXPECT_LT(fft::irfft2(fft::rfft2(x), {{3, 10}}).sub(x).abs().max().item().toDouble(), 1e-12);
  EXPECT_LT(fft::hfft(fft::ihfft(x), 10).sub(x).abs().max().item().toDouble(), 1e-12);
  EXPECT_TRUE(equal(fft::ifftshift(fft::fftshift(x)), x));
  EXPECT_EQ(fft::fftfreq(4).sizes().vec(), std::vector<int64_t>{4});
  EXPECT_EQ(fft::rfftfreq(5, 0.5, kDouble)[2].item().toDouble(), 2 / 2.5);
}

TEST(Fft, GradientsInCpp) {
  const Tensor x = randn({7}, kDouble).requires_grad_();
  view_as_real(fft::rfft(x)).square().sum().backward();
  // Parseval: the whole spectrum has n times the energy, of which the onesided part is all but mirrored values.
  const Tensor whole = fft::rfft(x.detach());
  const Tensor want = fft::irfft(whole, 7).mul(7).add(x.detach().sum());
  EXPECT_LT(x.grad().sub(want).abs().max().item().toDouble(), 1e-9);
}

TEST(Fft, ShortTimeThereAndBack) {
  const Tensor x = randn({2, 100}, kDouble), window = hann_window(16, kDouble);
  const Tensor s = stft(x, 16, 4, 16, window, true, "reflect", false, {}, true);
  EXPECT_EQ(s.sizes().vec(), (std::vector<int64_t>{2, 9, 26}));
  EXPECT_LT(istft(s, 16, 4, 16, window, true, false, {}, 100).sub(x).abs().max().item().toDouble(), 1e-12);
}

template <class Kind>
void expect_error(const std::function<void()>& call, const char* words) {
  try {
    call();
    FAIL() << "no error; expected: " << words;
  } catch (const Kind& error) {
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
  }
}
TEST(Fft, BadInput) {
  const Tensor x = ones({2, 3});
  expect_error<Error>([&] { fft::fft(x, 0); }, "Invalid number of data points (0) specified");
  expect_error<Error>([&] { fft::fft(x, {}, -1, "other"); }, "Invalid normalization mode: \"other\"");
  expect_error<Error>([&] { fft::fft(x.to(kHalf)); }, "Unsupported dtype Half");
  expect_error<Error>([&] { fft::rfft(fft::fft(x)); }, "rfft expects a real input tensor, but got ComplexFloat");
  expect_error<Error>([&] { fft::fftn(x, {}, {{0, 0}}); }, "FFT dims must be unique");
  expect_error<IndexError>([&] { fft::fft(x, {}, 2); }, "Dimension out of range");
  expect_error<Error>([&] { _fft_c2r(fft::fft(x), {1}, 0, 40); }, "_fft_c2r: expected 21 elements in dimension 1");
  expect_error<Error>([&] { stft(x, 2); }, "stft requires the return_complex parameter");
  expect_error<Error>([&] { istft(x, 2); }, "istft requires a complex-valued input tensor");
}

// A chain of matrices is best done from its thin end, whatever the order of operands.
TEST(Einsum, ContractionPath) {
  const auto set = [](std::initializer_list<int> labels) {
    LabelSet s;
    for (const int l : labels) s[static_cast<size_t>(l)] = true;
    return s;
  };
  using Path = std::vector<std::pair<size_t, size_t>>;
  const std::vector<int64_t> sizes{100, 100, 100, 1};
  EXPECT_EQ(contraction_path({set({0, 1}), set({1, 2}), set({2, 3})}, set({0, 3}), sizes), (Path{{1, 2}, {0, 1}}));
  EXPECT_EQ(contraction_path({set({3, 0}), set({0, 1}), set({1, 2})}, set({3, 2}), sizes), (Path{{0, 1}, {0, 1}}));
  std::vector<LabelSet> chain;
  for (int i = 0; i < 9; ++i) chain.push_back(set({i, i + 1}));
  EXPECT_EQ(contraction_path(chain, set({0, 9}), std::vector<int64_t>(10, 4)).size(), 8U);
}

}  // namespace
}  // namespace rushlight
