// The part of doors_parity on transposed convolutions, folding, padding, pooling, further layers and losses.
#include "doors_parity.h"

namespace doors {

void transposed_and_folded(Record& record) {
  CASE("nn.ConvTranspose1d(4, 6, 3, stride=2, groups=2)",
       nn::ConvTranspose1d(nn::ConvTranspose1dOptions(4, 6, 3).stride(2).groups(2)), randn({2, 4, 5}));
  CASE(
      "nn.ConvTranspose2d(3, 4, (3, 2), stride=(2, 1), padding=(1, 0), output_padding=(1, 0), dilation=(1, 2), "
      "bias=False)",
      nn::ConvTranspose2d(nn::ConvTranspose2dOptions(3, 4, {3, 2})
                              .stride({2, 1})
                              .padding({1, 0})
                              .output_padding({1, 0})
                              .dilation({1, 2})
                              .bias(false)),
      randn({2, 3, 4, 5}));
  CASE("nn.ConvTranspose3d(2, 3, 2)", nn::ConvTranspose3d(2, 3, 2), randn({1, 2, 3, 3, 4}));
  CASE("nn.Upsample(size=(5, 7))", nn::Upsample(nn::UpsampleOptions().size({5, 7})), randn({1, 2, 3, 4}));
  CASE("nn.Upsample(scale_factor=(2.0, 1.5), mode='bilinear', align_corners=True)",
       nn::Upsample(nn::UpsampleOptions().scale_factor({2.0, 1.5}).mode(torch::kBilinear).align_corners(true)),
       randn({1, 2, 3, 4}));
  CASE("nn.UpsamplingNearest2d(scale_factor=2.0)",
       nn::UpsamplingNearest2d(nn::UpsamplingNearest2dOptions().scale_factor(2.0)), randn({1, 2, 3, 4}));
  CASE("nn.UpsamplingBilinear2d(size=6)", nn::UpsamplingBilinear2d(nn::UpsamplingBilinear2dOptions().size(6)),
       randn({1, 2, 3, 4}));
  CASE("nn.PixelShuffle(2)", nn::PixelShuffle(2), randn({1, 8, 3, 4}));
  CASE("nn.PixelUnshuffle(2)", nn::PixelUnshuffle(2), randn({1, 2, 4, 6}));
  CASE("nn.ChannelShuffle(3)", nn::ChannelShuffle(3), randn({1, 6, 2, 2}));
  CASE("nn.Fold((4, 5), (2, 2))", nn::Fold(nn::FoldOptions({4, 5}, {2, 2})), randn({1, 12, 12}));
  CASE("nn.Unfold((2, 3), padding=1, stride=2)", nn::Unfold(nn::UnfoldOptions({2, 3}).padding(1).stride(2)),
       randn({2, 3, 5, 6}));
}

void padding(Record& record) {
  CASE("nn.CircularPad1d(2)", nn::CircularPad1d(2), randn({2, 3, 5}));
  CASE("nn.CircularPad2d((1, 0, 2, 1))", nn::CircularPad2d(nn::CircularPad2dOptions({1, 0, 2, 1})),
       randn({2, 3, 4, 5}));
  CASE("nn.CircularPad3d(1)", nn::CircularPad3d(1), randn({1, 2, 3, 3, 4}));
  CASE("nn.ConstantPad1d(2, 3.5)", nn::ConstantPad1d(2, 3.5), randn({2, 3, 5}));
  CASE("nn.ConstantPad2d((1, 0, -1, 1), 0.5)", nn::ConstantPad2d(nn::ConstantPad2dOptions({1, 0, -1, 1}, 0.5)),
       randn({2, 3, 4, 5}));
  CASE("nn.ConstantPad3d(1, -1.0)", nn::ConstantPad3d(1, -1.0), randn({1, 2, 3, 3, 4}));
  CASE("nn.ReflectionPad1d((1, 2))", nn::ReflectionPad1d(nn::ReflectionPad1dOptions({1, 2})), randn({2, 3, 5}));
  CASE("nn.ReflectionPad2d(1)", nn::ReflectionPad2d(1), randn({2, 3, 4, 5}));
  CASE("nn.ReflectionPad3d(1)", nn::ReflectionPad3d(1), randn({1, 2, 3, 3, 4}));
  CASE("nn.ReplicationPad1d(2)", nn::ReplicationPad1d(2), randn({2, 3, 5}));
  CASE("nn.ReplicationPad2d((1, 1, 2, 0))", nn::ReplicationPad2d(nn::ReplicationPad2dOptions({1, 1, 2, 0})),
       randn({2, 3, 4, 5}));
  CASE("nn.ReplicationPad3d(1)", nn::ReplicationPad3d(1), randn({1, 2, 3, 3, 4}));
  CASE("nn.ZeroPad1d(1)", nn::ZeroPad1d(1), randn({2, 3, 5}));
  CASE("nn.ZeroPad2d((1, 2, 0, 1))", nn::ZeroPad2d(nn::ZeroPad2dOptions({1, 2, 0, 1})), randn({2, 3, 4, 5}));
  CASE("nn.ZeroPad3d(1)", nn::ZeroPad3d(1), randn({1, 2, 3, 3, 4}));
}

void more_pooling(Record& record) {
  CASE("nn.MaxUnpool1d(2)", nn::MaxUnpool1d(2), randn({1, 2, 4}), randint(0, 8, {1, 2, 4}));
  CASE("nn.MaxUnpool2d((2, 3), stride=2)", nn::MaxUnpool2d(nn::MaxUnpool2dOptions({2, 3}).stride(2)),
       randn({1, 2, 2, 3}), randint(0, 28, {1, 2, 2, 3}));
  CASE("nn.MaxUnpool3d(2)", nn::MaxUnpool3d(2), randn({1, 2, 2, 2, 2}), randint(0, 64, {1, 2, 2, 2, 2}));
  CASE("nn.FractionalMaxPool2d(2, output_size=(3, 2))",
       nn::FractionalMaxPool2d(nn::FractionalMaxPool2dOptions(2).output_size({3, 2})), randn({1, 2, 6, 7}));
  CASE("nn.FractionalMaxPool3d(2, output_ratio=0.5)",
       nn::FractionalMaxPool3d(nn::FractionalMaxPool3dOptions(2).output_ratio(0.5)), randn({1, 2, 4, 6, 5}));
  CASE("nn.LPPool1d(2.0, 3, stride=2)", nn::LPPool1d(nn::LPPool1dOptions(2.0, 3).stride(2)), randn({2, 3, 9}));
  CASE("nn.LPPool2d(3.0, (2, 3), ceil_mode=True)", nn::LPPool2d(nn::LPPool2dOptions(3.0, {2, 3}).ceil_mode(true)),
       rand({2, 3, 5, 6}));
  CASE("nn.LPPool3d(1.0, 2)", nn::LPPool3d(1.0, 2), rand({1, 2, 4, 4, 4}));
  CASE("nn.AdaptiveMaxPool1d(4)", nn::AdaptiveMaxPool1d(4), randn({2, 3, 9}));
  CASE("nn.AdaptiveMaxPool3d((2, None, 3))", nn::AdaptiveMaxPool3d(nn::AdaptiveMaxPool3dOptions({2, std::nullopt, 3})),
       randn({1, 2, 4, 5, 6}));
}

void more_layers(Record& record) {
  CASE("nn.InstanceNorm1d(3, affine=True)", nn::InstanceNorm1d(nn::InstanceNorm1dOptions(3).affine(true)),
       randn({2, 3, 5}));
  CASE("nn.InstanceNorm2d(3, track_running_stats=True)",
       nn::InstanceNorm2d(nn::InstanceNorm2dOptions(3).track_running_stats(true)), randn({2, 3, 4, 5}));
  CASE("nn.InstanceNorm3d(2)", nn::InstanceNorm3d(2), randn({2, 3, 3, 4}));
  CASE("nn.LocalResponseNorm(2, k=2.0)", nn::LocalResponseNorm(nn::LocalResponseNormOptions(2).k(2.0)),
       randn({2, 5, 4}));
  CASE("nn.CrossMapLRN2d(3, k=2.0)", nn::CrossMapLRN2d(nn::CrossMapLRN2dOptions(3).k(2.0)), randn({2, 5, 3, 4}));
  CASE("nn.AlphaDropout(0.3)", nn::AlphaDropout(0.3), randn({4, 5}));
  CASE("nn.FeatureAlphaDropout()", nn::FeatureAlphaDropout(), randn({2, 5, 3}));
  CASE("nn.EmbeddingBag(7, 3)", nn::EmbeddingBag(7, 3), randint(0, 7, {2, 4}));
  CASE("nn.EmbeddingBag(7, 3, mode='sum', padding_idx=-1)",
       nn::EmbeddingBag(nn::EmbeddingBagOptions(7, 3).mode(kSum).padding_idx(-1)), randint(0, 7, {2, 4}));
  CASE("nn.Hardshrink(0.4)", nn::Hardshrink(0.4), randn({4, 5}));
  CASE("nn.Softshrink()", nn::Softshrink(), randn({4, 5}));
  CASE("nn.RReLU(0.1, 0.4)", nn::RReLU(0.1, 0.4), randn({4, 5}));
  CASE("nn.Softmax2d()", nn::Softmax2d(), randn({2, 3, 2, 2}));
  CASE("nn.CosineSimilarity(dim=0)", nn::CosineSimilarity(0), randn({4, 5}), randn({4, 5}));
  CASE("nn.PairwiseDistance(p=1.0, keepdim=True)",
       nn::PairwiseDistance(nn::PairwiseDistanceOptions().p(1.0).keepdim(true)), randn({4, 5}), randn({4, 5}));
}

void more_losses(Record& record) {
  CASE("nn.NLLLoss2d()", nn::NLLLoss2d(), randn({2, 3, 2, 2}), randint(0, 3, {2, 2, 2}));
  CASE("nn.CosineEmbeddingLoss(margin=0.2)", nn::CosineEmbeddingLoss(0.2), randn({4, 5}), randn({4, 5}),
       randint(0, 2, {4}));
  CASE("nn.HingeEmbeddingLoss()", nn::HingeEmbeddingLoss(), randn({4, 5}), randint(0, 2, {4, 5}));
  CASE("nn.MarginRankingLoss(reduction='sum')", nn::MarginRankingLoss(nn::MarginRankingLossOptions().reduction(kSum)),
       randn({4}), randn({4}), randn({4}));
  CASE("nn.MultiLabelMarginLoss()", nn::MultiLabelMarginLoss(), randn({3, 5}), randint(-1, 5, {3, 5}));
  CASE("nn.MultiLabelSoftMarginLoss()", nn::MultiLabelSoftMarginLoss(), randn({3, 5}), rand({3, 5}));
  CASE("nn.SoftMarginLoss()", nn::SoftMarginLoss(), randn({3, 5}), randn({3, 5}));
  CASE("nn.MultiMarginLoss(p=2, margin=0.5)", nn::MultiMarginLoss(2, 0.5), randn({3, 5}), randint(0, 5, {3}));
  CASE("nn.PoissonNLLLoss(full=True)", nn::PoissonNLLLoss(nn::PoissonNLLLossOptions().full(true)), randn({3, 5}),
       rand({3, 5}));
  CASE("nn.GaussianNLLLoss(full=True)", nn::GaussianNLLLoss(nn::GaussianNLLLossOptions().full(true)), randn({3, 5}),
       randn({3, 5}), rand({3, 5}));
  CASE("nn.CTCLoss(blank=3)", nn::CTCLoss(3), randn({5, 2, 4}), randint(0, 3, {2, 2}), randint(5, 6, {2}),
       randint(2, 3, {2}));
  CASE("nn.TripletMarginLoss(swap=True)", nn::TripletMarginLoss(nn::TripletMarginLossOptions().swap(true)),
       randn({3, 5}), randn({3, 5}), randn({3, 5}));
  CASE("nn.TripletMarginWithDistanceLoss(margin=0.5)",
       nn::TripletMarginWithDistanceLoss(nn::TripletMarginWithDistanceLossOptions().margin(0.5)), randn({3, 5}),
       randn({3, 5}), randn({3, 5}));
  CASE("nn.LinearCrossEntropyLoss(3, 4, bias=True)",
       nn::LinearCrossEntropyLoss(nn::LinearCrossEntropyLossOptions(3, 4).bias(true)), randn({5, 3}),
       randint(0, 4, {5}));
  CASE("nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10], div_value=2.0)",
       nn::AdaptiveLogSoftmaxWithLoss(nn::AdaptiveLogSoftmaxWithLossOptions(8, 20, {5, 10}).div_value(2.0)),
       randn({6, 8}), randint(0, 20, {6}));
}

}  // namespace doors
