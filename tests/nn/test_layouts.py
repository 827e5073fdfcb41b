"""Results in the layout of a channels-last input, and corners of layers that PyTorch's recorded modules showed."""

import warnings

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F

LAST = torch.channels_last

KEEP = {
    "conv2d": nn.Conv2d(8, 6, 3, padding=1),
    "conv2d same": nn.Conv2d(8, 6, 2, padding="same"),
    "conv_transpose2d": nn.ConvTranspose2d(8, 6, 3),
    "max_pool2d": nn.MaxPool2d(2),
    "avg_pool2d": nn.AvgPool2d(2),
    "lp_pool2d": nn.LPPool2d(2, 2),
    "adaptive_avg_pool2d": nn.AdaptiveAvgPool2d(3),
    "adaptive_max_pool2d": nn.AdaptiveMaxPool2d(3),
    "constant pad": nn.ConstantPad2d(1, 3.0),
    "reflection pad": nn.ReflectionPad2d(1),
    "replication pad": nn.ReplicationPad2d(1),
    "pixel_shuffle": nn.PixelShuffle(2),
    "pixel_unshuffle": nn.PixelUnshuffle(2),
    "channel_shuffle": nn.ChannelShuffle(2),
    "batch_norm": nn.BatchNorm2d(8),
    "upsample": nn.Upsample(scale_factor=2, mode="bilinear"),
}


@pytest.mark.parametrize("name", KEEP)
def test_channels_last_stays(name):
    layer = KEEP[name].eval()
    x = torch.randn(2, 8, 6, 8)
    last = x.contiguous(memory_format=LAST).requires_grad_(True)
    y, expected = layer(last), layer(x)
    assert y.is_contiguous(memory_format=LAST) and not y.is_contiguous()
    assert expected.is_contiguous()
    assert torch.allclose(y, expected, atol=1e-6)
    y.sum().backward()
    assert last.grad.shape == last.shape


@pytest.mark.parametrize("layer", [nn.Conv3d(3, 4, 2), nn.MaxPool3d(2), nn.ConstantPad3d(1, 0.0)])
def test_channels_last_3d_stays(layer):
    x = torch.randn(2, 3, 4, 4, 4).contiguous(memory_format=torch.channels_last_3d)
    assert layer(x).is_contiguous(memory_format=torch.channels_last_3d)
    assert torch.allclose(layer(x), layer(x.contiguous()), atol=1e-6)


def test_circular_padding_is_row_major():
    x = torch.randn(2, 4, 6, 8).contiguous(memory_format=LAST)
    assert nn.CircularPad2d(1)(x).is_contiguous()


def test_an_empty_batch_leaves_running_statistics():
    norm = nn.BatchNorm2d(3)
    assert norm(torch.empty(0, 3, 4, 4)).shape == (0, 3, 4, 4)
    assert norm.running_mean.tolist() == [0, 0, 0] and norm.running_var.tolist() == [1, 1, 1]
    assert norm.num_batches_tracked.item() == 1


def test_gradient_of_xlogy_where_nothing_comes_in():
    x = torch.tensor([-0.5, 2.0], dtype=torch.float64, requires_grad=True)
    F.kl_div(torch.zeros(2, dtype=torch.float64), x, reduction="none").backward(torch.zeros(2, dtype=torch.float64))
    assert x.grad.tolist() == [0, 0]


def test_rnn_base_has_no_forward():
    with pytest.raises(NotImplementedError, match="forward"):
        nn.RNNBase("RNN_TANH", 3, 4)(torch.randn(2, 2, 3))


def test_container_is_deprecated_but_there():
    with pytest.warns(FutureWarning, match="Container"):
        box = nn.Container(linear=nn.Linear(2, 3))
    assert list(box.state_dict()) == ["linear.weight", "linear.bias"]


def test_attributes_that_others_read():
    plain = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    assert plain.activation_relu_or_gelu == 1
    assert nn.TransformerEncoderLayer(8, 2, 16, activation=nn.GELU()).activation_relu_or_gelu == 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert nn.TransformerEncoder(plain, 1).use_nested_tensor
        assert not nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 1).use_nested_tensor
    assert nn.UpsamplingNearest2d(scale_factor=2).name == "UpsamplingNearest2d"
