"""SyncBatchNorm, DataParallel and skip_init."""

from __future__ import annotations

import pytest

import rushlight as torch
from rushlight import nn


def test_sync_batch_norm_is_batch_norm_in_one_process() -> None:
    torch.manual_seed(0)
    x = torch.randn(4, 3, 5)
    ours, plain = nn.SyncBatchNorm(3, momentum=0.2), nn.BatchNorm1d(3, momentum=0.2)
    assert torch.equal(ours(x), plain(x))
    assert ours.state_dict().keys() == plain.state_dict().keys()
    assert torch.equal(ours.eval()(x), plain.eval()(x))
    assert repr(ours).startswith("SyncBatchNorm(3, eps=1e-05, momentum=0.2, affine=True")


def test_convert_sync_batchnorm_shares_the_tensors() -> None:
    net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.Sequential(nn.BatchNorm2d(3, affine=False)))
    weight, mean = net[1].weight, net[2][0].running_mean
    converted = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    assert converted is net
    assert isinstance(net[1], nn.SyncBatchNorm) and isinstance(net[2][0], nn.SyncBatchNorm)
    assert net[1].weight is weight and net[2][0].running_mean is mean
    assert net[2][0].weight is None
    assert isinstance(nn.SyncBatchNorm.convert_sync_batchnorm(nn.BatchNorm1d(2)), nn.SyncBatchNorm)


@pytest.mark.parametrize("shape", [(3,), (2, 0)])
def test_sync_batch_norm_checks_its_input(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected at least 2D input|number of input channels should be non-zero"):
        nn.SyncBatchNorm(3)(torch.ones(shape))


def test_data_parallel_calls_the_module() -> None:
    linear = nn.Linear(2, 3)
    parallel = nn.DataParallel(linear, device_ids=[0], output_device=0)
    x = torch.ones(4, 2)
    assert torch.equal(parallel(x), linear(x))
    assert list(parallel.state_dict()) == ["module.weight", "module.bias"]
    assert torch.equal(nn.parallel.data_parallel(linear, x), linear(x))


def test_skip_init_takes_no_random_numbers() -> None:
    torch.manual_seed(3)
    layer = nn.utils.skip_init(nn.Linear, 5, 1)
    after = torch.rand(2)
    torch.manual_seed(3)
    assert torch.equal(after, torch.rand(2))
    assert layer.weight.shape == (1, 5)
    with pytest.raises(RuntimeError, match="Expected a Module; got <class 'int'>"):
        nn.utils.skip_init(int)
    with pytest.raises(RuntimeError, match="Module must support a 'device' arg"):
        nn.utils.skip_init(nn.ReLU)
