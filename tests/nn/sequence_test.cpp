// Packed sequences, recurrent layers over them, masks of transformers, fused normalisation.
#include <gtest/gtest.h>
#include <rushlight/rushlight.h>

namespace {

namespace torch = rushlight;
namespace nn = torch::nn;
namespace rnn = torch::nn::utils::rnn;
using torch::Tensor;

bool close(const Tensor& a, const Tensor& b) { return torch::allclose(a, b, 1e-5, 1e-6); }

TEST(Sequence, PackAndBack) {
  const Tensor a = torch::randn({3, 2}), b = torch::randn({5, 2});
  const rnn::PackedSequence packed = rnn::pack_sequence({a, b}, false);
  EXPECT_TRUE(torch::equal(packed.sorted_indices(), torch::tensor({1, 0})));
  EXPECT_TRUE(torch::equal(packed.batch_sizes(), torch::tensor({2, 2, 2, 1, 1})));
  const std::vector<Tensor> back = rnn::unpack_sequence(packed);
  ASSERT_EQ(back.size(), 2u);
  EXPECT_TRUE(torch::equal(back[0], a));
  EXPECT_TRUE(torch::equal(back[1], b));
  EXPECT_THROW(rnn::pack_sequence({a, b}), torch::Error);
  EXPECT_THROW(rnn::pad_packed_sequence(packed, false, 0.0, 2), torch::ValueError);
  EXPECT_THROW(rnn::pad_sequence({}), torch::Error);
  EXPECT_EQ(rnn::pad_sequence({a, b}, true, 7, "left").select(0, 0).select(0, 1).select(0, 0).item<float>(), 7.0f);
}

TEST(Sequence, PackedIsEachSequenceAlone) {
  torch::manual_seed(0);
  nn::LSTM lstm(nn::LSTMOptions(3, 5).num_layers(2).bidirectional(true));
  const std::vector<Tensor> sequences{torch::randn({2, 3}), torch::randn({6, 3}), torch::randn({4, 3})};
  const auto [packed, states] = lstm(rnn::pack_sequence(sequences, false));
  const std::vector<Tensor> out = rnn::unpack_sequence(packed);
  for (size_t i = 0; i < sequences.size(); ++i) {
    const auto [alone, own] = lstm(sequences[i]);
    EXPECT_TRUE(close(out[i], alone));
    EXPECT_TRUE(close(std::get<0>(states).select(1, static_cast<int64_t>(i)), std::get<0>(own)));
    EXPECT_TRUE(close(std::get<1>(states).select(1, static_cast<int64_t>(i)), std::get<1>(own)));
  }
}

TEST(Sequence, CellsStepAsLayersDo) {
  nn::GRU gru(3, 4);
  nn::GRUCell cell(3, 4);
  torch::NoGradGuard guard;
  const auto from = gru->all_weights();
  size_t i = 0;
  for (const Tensor& p : cell->parameters()) p.copy_(from[i++]);
  const Tensor x = torch::randn({5, 2, 3});
  Tensor h = torch::zeros({2, 4});
  for (int64_t t = 0; t < 5; ++t) h = cell(x.select(0, t), h);
  EXPECT_TRUE(close(h, std::get<1>(gru(x)).select(0, 0)));
}

TEST(Sequence, TheCausalMaskHidesWhatIsLater) {
  torch::manual_seed(0);
  nn::TransformerEncoder encoder(
      nn::TransformerEncoderLayer(nn::TransformerEncoderLayerOptions(8, 2).dim_feedforward(16)), 2);
  encoder->eval();
  const Tensor x = torch::randn({5, 1, 8}), mask = nn::TransformerImpl::generate_square_subsequent_mask(5);
  const Tensor whole = encoder(x, mask), part = encoder(x.narrow(0, 0, 3), mask.narrow(0, 0, 3).narrow(1, 0, 3));
  EXPECT_TRUE(close(whole.narrow(0, 0, 3), part));
}

TEST(Sequence, FusedWeightsDoWhatBothDo) {
  nn::Conv2d conv(2, 3, 3);
  nn::BatchNorm2d norm(3);
  norm(torch::randn({4, 3, 5, 5}));
  norm->eval();
  const Tensor x = torch::randn({1, 2, 6, 6}), expected = norm(conv(x));
  const auto [weight, bias] = nn::utils::fuse_conv_bn_weights(conv->weight, conv->bias, norm->running_mean,
                                                              norm->running_var, norm->eps, norm->weight, norm->bias);
  EXPECT_TRUE(close(torch::conv2d(x, weight, bias), expected));
}

}  // namespace
