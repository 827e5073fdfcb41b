// Statistics, masked reductions, windows and lists of outputs through the C++ door.
#include <gtest/gtest.h>

#include "rushlight/rushlight.h"

namespace rushlight {
namespace {

TEST(Stat, HistogramOfPointsGivesCountsAndTheEdgesOfEachDimension) {
  const Tensor points = tensor({{0.1, 0.2}, {0.9, 0.8}, {0.6, 0.7}});
  const auto [hist, edges] = histogramdd(points, IntArrayRef{2, 2}, std::vector<double>{0, 1, 0, 1});
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_TRUE(hist.equal(tensor({{1.0, 0.0}, {0.0, 2.0}}).to(hist.dtype())));
  EXPECT_TRUE(edges[1].allclose(tensor({0.0, 0.5, 1.0}).to(edges[1].dtype())));
  EXPECT_THROW(histogramdd(points, IntArrayRef{2}), Error);
}

TEST(Stat, MaskedReductionsSeeOnlyWhatTheMaskShows) {
  const Tensor x = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}),
               mask = tensor({{true, false, true}, {false, false, false}});
  EXPECT_TRUE(masked::sum(x, IntArrayRef(1), false, {}, mask).equal(tensor({4.0, 0.0}).to(x.dtype())));
  const Tensor mean = masked::mean(x, IntArrayRef(1), false, {}, mask);
  EXPECT_EQ(mean.select(0, 0).item().toDouble(), 2.0);
  EXPECT_TRUE(mean.isnan().select(0, 1).item().toBool());
  EXPECT_THROW(masked::mean(arange(3)), ValueError);
}

TEST(Stat, WindowsAreSymmetricUnlessToldOtherwise) {
  const Tensor hann = signal::windows::hann(5, true, kDouble);
  EXPECT_TRUE(hann.allclose(tensor({0.0, 0.5, 1.0, 0.5, 0.0}).to(kDouble)));
  EXPECT_TRUE(hann_window(4, kDouble).allclose(hann.slice(0, 0, 4)));
  EXPECT_THROW(signal::windows::kaiser(3, -1.0), ValueError);
}

TEST(Stat, DistancesHaveSecondDerivatives) {
  manual_seed(3);
  const Tensor a = randn({3, 2}, kDouble), b = randn({4, 2}, kDouble);
  for (const double p : {1.0, 2.0, 3.0}) {
    const Tensor x = a.clone().requires_grad_(true);
    const Tensor distances = cdist(x, b, p);
    const Tensor plain = linalg::vector_norm(x.unsqueeze(1).sub(b.unsqueeze(0)), p, -1);
    EXPECT_TRUE(distances.allclose(plain));
    const auto twice = [&](const Tensor& y) {
      const Tensor first = autograd::grad({y.square().sum()}, {x}, {}, true, true)[0];
      return autograd::grad({first.pow(3).sum()}, {x}, {}, true)[0];
    };
    EXPECT_TRUE(twice(distances).allclose(twice(plain), 1e-9, 1e-9)) << "p = " << p;
  }
}

TEST(Stat, CopiesOfListsAreWrittenIntoListsOfOutputs) {
  std::vector<Tensor> out{empty({0}), empty({0})};
  split_with_sizes_copy_out(out, arange(4, kFloat), {1, 3});
  EXPECT_EQ(out[1].sizes(), IntArrayRef({3}));
  EXPECT_EQ(out[1].select(0, 0).item().toDouble(), 1.0);
  out.pop_back();
  EXPECT_THROW(split_with_sizes_copy_out(out, arange(4, kFloat), {1, 3}), Error);
}

TEST(Stat, GeometryInPlaceKeepsTheOffset) {
  Tensor x = arange(12, kFloat).view({3, 4});
  x.as_strided_({2, 2}, {4, 1}, 5);
  EXPECT_EQ(x.storage_offset(), 5);
  EXPECT_EQ(x.select(0, 1).select(0, 1).item().toDouble(), 10.0);
  Tensor square = zeros({3, 3});
  square.fill_diagonal_(2);
  EXPECT_EQ(square.sum().item().toDouble(), 6.0);
}

}  // namespace
}  // namespace rushlight
