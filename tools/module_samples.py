"""Samples for the classes of torch.nn that PyTorch's module table leaves out, and for functions of nn.functional that
its operator table does: for module_record.py, in the interpreter that has torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.testing import make_tensor


@dataclass
class New:
    """torch.<name>(*args, **kw), to be made when the sample is run."""

    name: str
    args: tuple[Any, ...] = ()
    kw: dict[str, Any] = field(default_factory=dict)


@dataclass
class Attr:
    """torch.<name> itself."""

    name: str


@dataclass
class Sample(New):
    """One module, made and called; or a function, which is only called."""

    calls: list[tuple[str, Any, Any]] = field(default_factory=list)
    modes: bool = False  # whether training and evaluation differ
    construct: bool = True
    owner: str = ""  # the class or function it counts for, if that is not its name
    inplace: bool = False


def module(name: str, *args: Any, call: Any = None, modes: bool = False, **kw: Any) -> Sample:
    """A module with one call of its forward, for which `call` holds the arguments."""
    calls = [] if call is None else [("__call__", call if isinstance(call, tuple) else (call,), {})]
    return Sample(f"nn.{name}", args, kw, calls, modes)


def function(name: str, *args: Any, **kw: Any) -> Sample:
    name = f"nn.functional.{name}"
    return Sample(
        name, (), {}, [("__call__", args, kw)], construct=False, inplace=name.endswith("_") or "inplace" in kw
    )


def samples(dtype: torch.dtype) -> Iterator[Sample]:
    """All of them, for one floating dtype."""

    def x(*shape: int, low: float = -2, high: float = 2, grad: bool = True) -> torch.Tensor:
        return make_tensor(shape, device="cpu", dtype=dtype, low=low, high=high, requires_grad=grad)

    for family in (dropouts, containers, shapes, distances, pools, embeddings, recurrent, transformers, lazies, others):
        yield from family(x)
    for family in (functions, pooling_functions):
        yield from family(x)


def dropouts(x: Any) -> Iterator[Sample]:
    inputs = {"Dropout": (4, 6), "AlphaDropout": (4, 6), "FeatureAlphaDropout": (2, 3, 4), "Dropout1d": (2, 3, 4)}
    inputs |= {"Dropout2d": (2, 3, 2, 2), "Dropout3d": (2, 3, 2, 2, 2)}
    for name, shape in inputs.items():
        for kw in ({}, {"p": 0.3}, {"p": 0.0}, {"p": 1.0}, {"p": 0.4, "inplace": True}):
            yield module(name, call=x(*shape), modes=True, **kw)
        yield module(name, p=1.5)
        yield module(name, p=-0.1, inplace=True)
    yield module("Dropout1d", call=x(3, 4), modes=True)
    yield module("Dropout3d", call=x(3, 2, 2, 2), modes=True)
    for kw in ({}, {"lower": 0.1, "upper": 0.2}, {"inplace": True}):
        yield module("RReLU", call=x(3, 5), modes=True, **kw)
    yield module("Hardsigmoid", call=x(3, 5, low=-4, high=4))
    yield module("Hardsigmoid", call=x(3, 5, low=-4, high=4), inplace=True)


def containers(x: Any) -> Iterator[Sample]:
    linear, relu = New("nn.Linear", (3, 4)), New("nn.ReLU")
    yield module("Module")
    yield module("Module", call=x(2))
    yield module("Container", linear=linear)
    yield module("Identity", call=x(2, 3))
    yield module("Identity", 54, unused=1, call=x(2, 3))
    yield module("Sequential")
    yield module("Sequential", linear, relu, New("nn.Linear", (4, 2)), call=x(5, 3))
    net = Sample("nn.Sequential", (linear, relu), {}, [])
    net.calls = [("append", (New("nn.Linear", (4, 3)),), {}), ("insert", (0, New("nn.Tanh")), {})]
    net.calls += [("__getitem__", (slice(1, 3),), {}), ("__getitem__", (-1,), {}), ("__len__", (), {})]
    net.calls += [("extend", ([New("nn.Sigmoid")],), {}), ("pop", (1,), {}), ("__delitem__", (0,), {})]
    yield net
    yield Sample("nn.Sequential", (linear, relu), {}, [("__getitem__", (5,), {})])
    yield Sample("nn.Sequential", (linear, 5), {}, [])
    yield module("ModuleList", [linear, relu, linear, linear])
    items = Sample("nn.ModuleList", ([linear, relu],), {}, [("append", (linear,), {}), ("insert", (1, relu), {})])
    items.calls += [("extend", ([relu, relu],), {}), ("__getitem__", (slice(0, 2),), {}), ("pop", (-1,), {})]
    items.calls += [("__len__", (), {}), ("__delitem__", (0,), {}), ("__contains__", (3,), {})]
    yield items
    yield Sample("nn.ModuleList", ([linear],), {}, [("__call__", (x(2, 3),), {})])
    yield module("ModuleDict", {"a": linear, "b": relu})
    table = Sample("nn.ModuleDict", ({"a": linear, "b": relu},), {}, [("update", ({"c": linear},), {})])
    table.calls += [("__contains__", ("b",), {}), ("pop", ("b",), {}), ("__getitem__", ("a",), {}), ("__len__", (), {})]
    yield table
    yield Sample("nn.ModuleDict", ({"a": linear},), {}, [("__getitem__", ("z",), {})])
    yield module("ParameterList", [x(2, 3), x(4)])
    values = Sample("nn.ParameterList", ([x(2, 3), x(4)],), {}, [("append", (x(2),), {}), ("extend", ([x(1)],), {})])
    values.calls += [("__getitem__", (0,), {}), ("__len__", (), {}), ("pop", (-1,), {})]
    yield values
    yield module("ParameterList", [x(2), 5, "text"])
    yield module("ParameterDict", {"a": x(2, 3), "b": x(4)})
    named = Sample("nn.ParameterDict", ({"b": x(2), "a": x(3)},), {}, [("update", ({"c": x(1)},), {})])
    named.calls += [("__contains__", ("b",), {}), ("pop", ("a",), {}), ("setdefault", ("d", x(2)), {})]
    named.calls += [("get", ("z",), {}), ("__len__", (), {}), ("fromkeys", (["e", "f"], 1), {}), ("copy", (), {})]
    yield named


def shapes(x: Any) -> Iterator[Sample]:
    for args, shape in (((2,), (1, 4, 2, 2)), ((3,), (2, 6, 3))):
        yield module("ChannelShuffle", *args, call=x(*shape))
    yield module("ChannelShuffle", 3, call=x(1, 4, 2, 2))
    for kw in ({}, {"start_dim": 0}, {"start_dim": 1, "end_dim": 2}):
        yield module("Flatten", call=x(2, 3, 2, 2), **kw)
    yield module("Unflatten", 1, (2, 3), call=x(4, 6))
    yield module("Unflatten", 1, New("Size", ((2, 3),)), call=x(4, 6))
    yield module("Unflatten", -1, (-1, 2), call=x(4, 6))
    yield module("Unflatten", 1, (2, 2), call=x(4, 6))
    yield module("Unflatten", 1.5, (2, 2))
    yield module("PixelShuffle", 2, call=x(1, 8, 2, 3))
    yield module("PixelShuffle", 3, call=x(9, 2, 2))
    yield module("PixelShuffle", 3, call=x(1, 8, 2, 2))
    yield module("PixelUnshuffle", 2, call=x(1, 2, 4, 6))
    yield module("PixelUnshuffle", 2, call=x(1, 2, 3, 6))
    folds = [((2, 2), {}), (3, {"padding": 1, "stride": 2}), ((2, 3), {"dilation": 1, "padding": (0, 1)})]
    for size, kw in folds:
        yield module("Unfold", size, call=x(2, 2, 5, 6), **kw)
    yield module("Unfold", 2, call=x(2, 5, 6))
    yield module("Fold", (4, 5), (2, 2), call=x(2, 8, 12))
    yield module("Fold", (4, 4), 2, call=x(8, 4), stride=2)
    yield module("Fold", (4, 4), 2, call=x(2, 7, 9))
    scale = {"scale_factor": 2}
    sizes = [
        ("nearest", (2, 3, 4), scale),
        ("linear", (2, 3, 4), {"size": 7}),
        ("nearest-exact", (2, 3, 4), {"size": 6}),
    ]
    sizes += [(mode, (1, 2, 3, 4), {"size": (5, 6)}) for mode in ("nearest", "bilinear", "bicubic")]
    sizes += [("trilinear", (1, 2, 2, 3, 2), scale), ("bilinear", (1, 2, 3, 4), {"scale_factor": (1.5, 2.0)})]
    sizes += [("bilinear", (1, 2, 3, 4), {"scale_factor": 1.7, "recompute_scale_factor": True})]
    for mode, shape, kw in sizes:
        yield module("Upsample", mode=mode, call=x(*shape), **kw)
    yield module("Upsample", scale_factor=2, mode="bilinear", align_corners=True, call=x(1, 2, 3, 4))
    yield module("Upsample", scale_factor=2, mode="bilinear", call=x(1, 2, 4))
    yield module("UpsamplingBilinear2d", scale_factor=2, call=x(1, 2, 3, 4))
    yield module("UpsamplingBilinear2d", size=(5, 4), call=x(1, 2, 3, 4))
    yield module("UpsamplingNearest2d", scale_factor=2, call=x(1, 2, 3, 4))
    yield module("UpsamplingNearest2d", size=(5, 4), call=x(1, 2, 3, 4))


def distances(x: Any) -> Iterator[Sample]:
    for kw in ({}, {"dim": 0}, {"eps": 1e-3, "dim": 2}):
        yield module("CosineSimilarity", call=(x(2, 3, 4), x(2, 3, 4)), **kw)
    for kw in ({}, {"p": 1.0}, {"p": 3.0, "keepdim": True}, {"p": float("inf")}):
        yield module("PairwiseDistance", call=(x(3, 4), x(3, 4)), **kw)
    triples = [{}, {"margin": 0.5, "p": 1}, {"swap": True}, {"reduction": "none"}, {"reduction": "sum", "margin": 2.0}]
    for kw in triples:
        yield module("TripletMarginLoss", call=(x(3, 4), x(3, 4), x(3, 4)), **kw)
    yield module("TripletMarginLoss", margin=-1)
    for kw in (
        {},
        {"margin": 0.3, "swap": True},
        {"reduction": "none", "distance_function": New("nn.CosineSimilarity")},
    ):
        yield module("TripletMarginWithDistanceLoss", call=(x(3, 4), x(3, 4), x(3, 4)), **kw)
    yield module("NLLLoss2d", call=(x(2, 3, 2, 2), torch.tensor([[[0, 1], [2, 0]], [[1, 1], [0, 2]]])))
    for kw in ({}, {"alpha": 1e-2, "beta": 0.5, "k": 2.0}):
        yield module("CrossMapLRN2d", 3, call=x(1, 5, 2, 2), **kw)
    target = torch.tensor([0, 4, 9, 12, 2])
    for kw in ({}, {"div_value": 2.0}, {"head_bias": True}):
        loss = module("AdaptiveLogSoftmaxWithLoss", 8, 14, [4, 10], **kw)
        loss.calls = [("__call__", (x(5, 8), target), {})]
        yield loss
        yield Sample(loss.name, loss.args, kw, [("log_prob", (x(5, 8),), {}), ("predict", (x(5, 8),), {})])
    yield module("AdaptiveLogSoftmaxWithLoss", 8, 14, [10, 4])
    yield module("AdaptiveLogSoftmaxWithLoss", 8, 14, [4, 10], call=(x(5, 8), torch.tensor([0, 1])))


def pools(x: Any) -> Iterator[Sample]:
    for dims in (1, 2, 3):
        kept, full = (2, 2) + (3,) * dims, (6,) * dims
        strides = [6 ** (dims - 1 - i) for i in range(dims)]
        corner = torch.arange(3) * 2
        index = sum(corner.reshape([-1] + [1] * (dims - 1 - i)) * strides[i] for i in range(dims))
        index = index.expand(kept).contiguous()
        yield module(f"MaxUnpool{dims}d", 2, call=(x(*kept), index))
        yield module(f"MaxUnpool{dims}d", 2, 2, 0, call=(x(*kept[1:]), index[0]))
        sized = module(f"MaxUnpool{dims}d", 2, stride=2)
        sized.calls = [("__call__", (x(*kept), index), {"output_size": list(full)})]
        yield sized
        wrong = module(f"MaxUnpool{dims}d", 2, stride=2)
        wrong.calls = [("__call__", (x(*kept), index), {"output_size": [50] * dims})]
        yield wrong


def embeddings(x: Any) -> Iterator[Sample]:
    flat, offsets = torch.tensor([1, 2, 4, 5, 4, 3, 2, 9]), torch.tensor([0, 3, 3, 6])
    for mode in ("sum", "mean", "max"):
        yield module("EmbeddingBag", 10, 3, mode=mode, call=(flat, offsets))
        yield module("EmbeddingBag", 10, 3, mode=mode, call=flat.reshape(2, 4))
    for kw in ({"padding_idx": 2}, {"max_norm": 1.0}, {"max_norm": 0.5, "norm_type": 1.0}):
        yield module("EmbeddingBag", 10, 3, call=(flat, offsets), **kw)
    yield module("EmbeddingBag", 10, 3, call=(flat, torch.tensor([0, 3, 3, 8])), include_last_offset=True)
    yield module("EmbeddingBag", 10, 3, mode="sum", call=(flat, offsets, x(8)))
    yield module("EmbeddingBag", 10, 3, scale_grad_by_freq=True, mode="sum", call=(flat, offsets))
    yield module("EmbeddingBag", 10, 3, call=flat)
    yield module("EmbeddingBag", 10, 3, mode="median", call=(flat, offsets))
    for kind, args in (("EmbeddingBag", (flat, offsets)), ("Embedding", (flat,))):
        for kw in ({}, {"freeze": False}, {"freeze": False, "padding_idx": 1}):
            yield Sample(
                f"nn.{kind}.from_pretrained", (x(10, 3, grad=False),), kw, [("__call__", args, {})], owner=f"nn.{kind}"
            )
    for kw in ({"max_norm": 1.0}, {"scale_grad_by_freq": True}, {"padding_idx": -1}, {"_weight": x(10, 3, grad=False)}):
        yield module("Embedding", 10, 3, call=flat, **kw)
    yield module("Embedding", 10, 3, padding_idx=20)
    yield module("Embedding", 10, 3, call=torch.tensor([3, 12]))
    yield module("Embedding", 10, 3, call=x(3, grad=False))


def recurrent(x: Any) -> Iterator[Sample]:
    for kind in ("RNN", "GRU", "LSTM"):
        for kw in ({"num_layers": 2, "bidirectional": True}, {"batch_first": True, "bias": False}):
            first = kw.get("batch_first", False)
            packed = New("nn.utils.rnn.pack_padded_sequence", (x(4, 4, 3), [4, 3, 3, 1], first))
            yield module(kind, 3, 5, call=packed, **kw)
        yield module(kind, 3, 5, num_layers=3, dropout=0.4, call=x(4, 2, 3), modes=True)
        yield module(kind, 3, 5, call=x(4, 2, 4))
        yield module(kind, 3, 0)
        yield module(kind, 3, 5, dropout=1.5)
        yield module(kind, 3, 5, num_layers=0)
        yield Sample(f"nn.{kind}", (3, 5, 2), {}, [("flatten_parameters", (), {}), ("reset_parameters", (), {})])
    yield module("LSTM", 3, 5, proj_size=2, num_layers=2, call=x(4, 2, 3))
    yield module("LSTM", 3, 5, 2, bidirectional=True, proj_size=2, call=x(4, 3))
    yield module("LSTM", 3, 5, proj_size=7)
    yield module("RNN", 3, 5, nonlinearity="relu", call=(x(4, 2, 3), x(1, 2, 5)))
    yield module("RNN", 3, 5, nonlinearity="gelu")
    yield module("RNN", 3, 5, call=(x(4, 2, 3), x(2, 2, 5)))
    yield module("RNNBase", "LSTM", 3, 4)
    yield module("RNNBase", "GRU", 3, 4, num_layers=2, bias=False, bidirectional=True)
    yield module("RNNBase", "RNN_TANH", 3, 4, call=x(2, 2, 3))
    yield module("RNNBase", "ABC", 3, 4)
    yield module("RNNCellBase", 3, 4, True, 4)
    for kind in ("RNNCell", "GRUCell", "LSTMCell"):
        yield module(kind, 3, 5, call=x(2, 4))
        yield module(kind, 3, 5, call=x(2, 2, 2, 3))


def transformers(x: Any) -> Iterator[Sample]:
    layer = New("nn.TransformerDecoderLayer", (8, 2, 16), {"dropout": 0.0})
    yield module("TransformerDecoder", layer, 2, call=(x(3, 2, 8), x(4, 2, 8)), modes=True)
    normed = module("TransformerDecoder", layer, 1, norm=New("nn.LayerNorm", (8,)), modes=True)
    normed.calls = [("__call__", (x(3, 2, 8), x(4, 2, 8)), {"tgt_mask": mask_of(x, 3), "tgt_is_causal": True})]
    yield normed
    first = New(
        "nn.TransformerDecoderLayer", (8, 2, 16), {"batch_first": True, "norm_first": True, "activation": "gelu"}
    )
    yield module("TransformerDecoder", first, 2, call=(x(2, 3, 8), x(2, 4, 8)), modes=True)
    small = {"nhead": 2, "num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 16}
    for kw in ({"dropout": 0.0}, {"norm_first": True, "bias": False}):
        net = module("Transformer", 8, modes=True, **small, **kw)
        net.calls = [("__call__", (x(4, 2, 8), x(3, 2, 8)), {"tgt_mask": mask_of(x, 3)})]
        yield net
    yield module("Transformer", 8, call=(x(4, 2, 7), x(3, 2, 7)), **small)
    yield Sample(
        "nn.Transformer.generate_square_subsequent_mask",
        (),
        {},
        [("__call__", (4,), {})],
        construct=False,
        owner="nn.Transformer",
    )
    encoder = New("nn.TransformerEncoderLayer", (8, 2, 16), {"batch_first": True})
    padded = module("TransformerEncoder", encoder, 2, modes=True)
    hidden = torch.tensor([[False, False, True], [False, True, True]])
    padded.calls = [("__call__", (x(2, 3, 8),), {"src_key_padding_mask": hidden})]
    yield padded
    attention = module("MultiheadAttention", 8, 2, dropout=0.3, modes=True)
    attention.calls = [("__call__", (x(3, 2, 8), x(4, 2, 8), x(4, 2, 8)), {"average_attn_weights": False})]
    yield attention
    other = module("MultiheadAttention", 8, 2, kdim=5, vdim=6, add_bias_kv=True, add_zero_attn=True, batch_first=True)
    other.calls = [("__call__", (x(2, 3, 8), x(2, 4, 5), x(2, 4, 6)), {"need_weights": False})]
    yield other
    yield module("MultiheadAttention", 8, 3)


def mask_of(x: Any, size: int) -> torch.Tensor:
    return torch.full((size, size), float("-inf"), dtype=x(1).dtype).triu(1)


def lazies(x: Any) -> Iterator[Sample]:
    inputs = {"Linear": ((4,), (2, 3)), "Conv1d": ((4, 2), (2, 3, 5)), "Conv2d": ((4, 2), (2, 3, 4, 4))}
    inputs |= {"Conv3d": ((4, 2), (1, 2, 3, 3, 3)), "ConvTranspose1d": ((4, 2), (2, 3, 5))}
    inputs |= {"ConvTranspose2d": ((4, 2), (2, 3, 3, 3)), "ConvTranspose3d": ((4, 2), (1, 2, 2, 2, 2))}
    for dims in (1, 2, 3):
        inputs[f"BatchNorm{dims}d"] = inputs[f"InstanceNorm{dims}d"] = ((), (2, 3) + (2,) * dims)
    for name, (args, shape) in inputs.items():
        yield module(f"Lazy{name}", *args)
        yield module(f"Lazy{name}", *args, call=x(*shape))
        yield module(f"Lazy{name}", *args, call=x(2))
    for dims in (1, 2, 3):
        for kw in ({"affine": False}, {"track_running_stats": False}, {"momentum": None}):
            yield module(f"LazyBatchNorm{dims}d", call=x(2, 3, *(2,) * dims), **kw)
        yield module(f"LazyInstanceNorm{dims}d", affine=True, track_running_stats=True, call=x(2, 3, *(4,) * dims))


def others(x: Any) -> Iterator[Sample]:
    for kw in ({}, {"affine": False}, {"track_running_stats": False}):
        yield module("SyncBatchNorm", 3, **kw)
    norm = module("SyncBatchNorm", 3, call=x(2, 3, 4), modes=True)
    yield norm
    yield module("SyncBatchNorm", 3, call=x(3))
    yield Sample(
        "nn.SyncBatchNorm.convert_sync_batchnorm",
        (New("nn.Sequential", (New("nn.BatchNorm2d", (3,)), New("nn.ReLU"))),),
        {},
        [],
        owner="nn.SyncBatchNorm",
    )
    yield module("DataParallel", New("nn.Linear", (3, 4)), call=x(2, 3))
    yield module("LinearCrossEntropyOptions")
    for dims in (1, 2, 3):
        shape = (2, 3) + (3,) * dims
        for kw in (
            {"momentum": None},
            {"affine": False},
            {"track_running_stats": False},
            {"eps": 1e-2, "momentum": 0.3},
        ):
            yield module(f"BatchNorm{dims}d", 3, call=x(*shape), modes=True, **kw)
        twice = module(f"BatchNorm{dims}d", 3, modes=True)
        twice.calls = [("__call__", (x(*shape),), {}), ("__call__", (x(*shape),), {}), ("reset_running_stats", (), {})]
        yield twice
        yield module(f"BatchNorm{dims}d", 3, call=x(3))
        yield module(f"InstanceNorm{dims}d", 3, call=x(*shape), modes=True, affine=True, track_running_stats=True)
        for mode in ("zeros", "circular", "reflect", "replicate"):
            kw = {"padding": 1, "padding_mode": mode}
            yield module(f"Conv{dims}d", 3, 4, 2, call=x(*shape), **kw)
        yield module(f"Conv{dims}d", 3, 6, 2, padding="same", groups=3, call=x(*shape))
        yield module(f"Conv{dims}d", 3, 4, 2, call=x(1, 2, *shape[2:]))
        yield module(f"Conv{dims}d", 3, 4, 2, groups=2)
        yield module(f"Conv{dims}d", 3, 4, 2, padding_mode="mirror")
        yield module(f"ConvTranspose{dims}d", 3, 4, 2, padding_mode="circular")
        moved = module(f"ConvTranspose{dims}d", 3, 4, 3, stride=2, padding=1)
        moved.calls = [("__call__", (x(*shape),), {"output_size": [6] * dims})]
        yield moved
    yield module("Linear", 3, 4, call=x(2, 5))
    yield module("Linear", 0, 4, call=x(2, 0))
    yield module("Linear", 3, 4, call=torch.tensor([[1, 2, 3]]))


def functions(x: Any) -> Iterator[Sample]:
    for name, args in {"relu_": (), "selu_": (), "celu_": (0.7,), "elu_": (1.3,), "leaky_relu_": (0.2,)}.items():
        yield function(name, x(3, 4), *args)
    yield function("hardtanh_", x(3, 4), -0.5, 0.7)
    yield function("threshold_", x(3, 4), 0.1, 9.0)
    yield function("rrelu_", x(3, 4))
    yield function("rrelu_", x(3, 4), 0.1, 0.3, True)
    yield function("dropout1d", x(2, 3, 4))
    yield function("dropout1d", x(3, 4), 0.2, True, inplace=True)
    yield function("dropout1d", x(2, 3, 4), 0.2, False)
    yield function("dropout1d", x(2, 3, 4), 1.2)
    for kw in ({}, {"hard": True}, {"tau": 0.5, "dim": 0}):
        yield function("gumbel_softmax", x(4, 5), **kw)
    for align in (True, False):
        yield function("affine_grid", x(2, 2, 3), (2, 3, 4, 5), align_corners=align)
        yield function("affine_grid", x(2, 3, 4), (2, 3, 2, 4, 5), align_corners=align)
    yield function("affine_grid", x(2, 3, 3), (2, 3, 4, 5))
    yield function("affine_grid", x(2, 2, 3), (2, 0, 4, 5))
    yield function("fold", x(2, 8, 12), (4, 5), (2, 2))
    yield function("fold", x(8, 4), (4, 4), 2, stride=2)
    yield function("fold", x(2, 8, 9), (4, 4), 2, dilation=2, padding=1, stride=1)
    yield function("conv_tbc", x(5, 2, 3), x(2, 3, 4), x(4), 1)
    yield function("conv_tbc", x(5, 2, 3), x(2, 3, 4), x(4))
    yield function("native_channel_shuffle", x(1, 4, 2, 2), 2)
    yield function("grouped_mm", x(2, 4, 8), x(2, 8, 4))
    for kw in (
        {"scale_factor": 2},
        {"size": (5, 6), "mode": "bilinear"},
        {"size": (5, 6), "mode": "bilinear", "align_corners": True},
    ):
        yield function("upsample", x(1, 2, 3, 4), **kw)


def pooling_functions(x: Any) -> Iterator[Sample]:
    for dims in (1, 2, 3):
        shape = (2, 3) + (6,) * dims
        yield function(f"lp_pool{dims}d", x(*shape), 2, 3)
        yield function(f"lp_pool{dims}d", x(*shape), 1.5, 2, stride=3, ceil_mode=True)
        yield function(f"max_pool{dims}d_with_indices", x(*shape), 2)
        yield function(f"max_pool{dims}d_with_indices", x(*shape), 3, stride=2, padding=1, ceil_mode=True)
        yield function(f"adaptive_max_pool{dims}d_with_indices", x(*shape), (2,) * dims if dims > 1 else 2)
        yield function(f"adaptive_max_pool{dims}d_with_indices", x(*shape), 4)
        if dims > 1:
            name = f"fractional_max_pool{dims}d_with_indices"
            yield function(name, x(*shape), 2, output_size=3)
            yield function(name, x(*shape), 2, output_ratio=(0.5,) * dims)
            yield function(
                name, x(*shape), 2, output_size=(3,) * dims, _random_samples=x(2, 3, dims, low=0, high=1, grad=False)
            )
            yield function(name, x(*shape), 2)
