"""Programs over recurrent layers, transformers and nn.utils that run with torch and with rushlight, and what they give.

With PyTorch this records its answers: `python tests/nn/sequence_cases.py tests/nn/golden_sequence.json`.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

Record = list[list[Any]]  # names and what was found: texts, or [count, sum, sum of squares, first, last] of a tensor

LAYERS = (
    "nn.RNN(4, 5)",
    "nn.RNN(4, 5, 2, nonlinearity='relu', bidirectional=True)",
    "nn.LSTM(4, 5)",
    "nn.LSTM(4, 5, 3, dropout=0.3, bidirectional=True, batch_first=True)",
    "nn.LSTM(4, 6, 2, proj_size=3, bias=False)",
    "nn.LSTM(4, 6, proj_size=3, bidirectional=True)",
    "nn.GRU(4, 5, 2)",
    "nn.GRU(4, 5, bidirectional=True, batch_first=True)",
)
BAD_LAYERS = (
    "nn.LSTM(0, 4)",
    "nn.LSTM(3, 0)",
    "nn.LSTM(3, 4, 0)",
    "nn.LSTM(3, 4, proj_size=4)",
    "nn.LSTM(3, 4, proj_size=-1)",
    "nn.LSTM(3, 4, dropout=2)",
    "nn.LSTM(3, 'a')",
    "nn.LSTM(3, 4, bias=1)",
    "nn.LSTM(3, 4, batch_first=1)",
    "nn.GRU(3, 4, proj_size=2)",
    "nn.RNN(3, 4, nonlinearity='x')",
    "nn.RNNBase('X', 2, 3)",
    "nn.MultiheadAttention(0, 2)",
    "nn.MultiheadAttention(5, 2)",
    "nn.TransformerEncoderLayer(8, 2, activation='x')",
)
CELLS = (
    "nn.RNNCell(4, 5)",
    "nn.RNNCell(4, 5, nonlinearity='relu', bias=False)",
    "nn.LSTMCell(4, 5)",
    "nn.GRUCell(4, 5)",
    "nn.GRUCell(4, 5, bias=False)",
)
# the module, its arguments, its keyword arguments
TRANSFORMERS = (
    ("nn.MultiheadAttention(8, 2)", "x, x, x", ""),
    (
        "nn.MultiheadAttention(8, 2, dropout=0.2, add_bias_kv=True, add_zero_attn=True, bias=False)",
        "y, x, x",
        "key_padding_mask=pad",
    ),
    ("nn.MultiheadAttention(8, 2, kdim=6, vdim=8, batch_first=True)", "y, y6, y", "average_attn_weights=False"),
    ("nn.MultiheadAttention(8, 4)", "x, x, x", "need_weights=False, attn_mask=causal(5), is_causal=True"),
    ("nn.MultiheadAttention(8, 4)", "x[:, 0], x[:, 0], x[:, 0]", "attn_mask=causal(5) == float('-inf')"),
    ("nn.TransformerEncoderLayer(8, 2, 16)", "x", ""),
    (
        "nn.TransformerEncoderLayer(8, 2, 16, activation='gelu', norm_first=True, batch_first=True, bias=False)",
        "x",
        "src_mask=causal(3)",
    ),
    ("nn.TransformerEncoderLayer(8, 2, 16, activation=nn.SiLU())", "x", "src_key_padding_mask=pad"),
    (
        "nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, 0.2), 2, nn.LayerNorm(8))",
        "x",
        "mask=causal(5)",
    ),
    ("nn.TransformerDecoderLayer(8, 2, 16)", "y, x", "tgt_mask=causal(4), memory_key_padding_mask=pad"),
    ("nn.TransformerDecoderLayer(8, 2, 16, norm_first=True, batch_first=True)", "wave(3, 4, 8), wave(3, 5, 8)", ""),
    ("nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), 2)", "y, x", "tgt_mask=causal(4)"),
    (
        "nn.Transformer(8, 2, 2, 1, 16)",
        "x, y",
        "tgt_mask=causal(4), src_key_padding_mask=pad, memory_key_padding_mask=pad",
    ),
    ("nn.Transformer(8, 2, 1, 1, 16, batch_first=True)", "wave(3, 5, 8), wave(3, 4, 8)", ""),
)
# the module, its input
PARAMETRIZED = (
    ("P.weight_norm(nn.Linear(4, 3))", "wave(2, 4)"),
    ("P.weight_norm(nn.Conv2d(2, 3, 2), dim=None)", "wave(2, 2, 5, 5)"),
    ("P.spectral_norm(nn.Linear(4, 3))", "wave(2, 4)"),
    ("P.spectral_norm(nn.ConvTranspose2d(2, 3, 2))", "wave(2, 2, 5, 5)"),
    ("P.orthogonal(nn.Linear(4, 4))", "wave(2, 4)"),
    ("P.orthogonal(nn.Linear(4, 4), orthogonal_map='cayley')", "wave(2, 4)"),
    ("P.orthogonal(nn.Linear(3, 5), orthogonal_map='householder')", "wave(2, 3)"),
    ("P.orthogonal(nn.Linear(3, 5), orthogonal_map='matrix_exp')", "wave(2, 3)"),
    ("P.orthogonal(nn.Linear(5, 3), use_trivialization=False)", "wave(2, 5)"),
    ("P.weight_norm(nn.LSTM(3, 4), 'weight_hh_l0')", "wave(5, 2, 3)"),
    ("U.weight_norm(nn.LSTM(3, 4), 'weight_hh_l0')", "wave(5, 2, 3)"),
    ("U.weight_norm(nn.Linear(4, 3))", "wave(2, 4)"),
    ("U.spectral_norm(nn.Linear(4, 3))", "wave(2, 4)"),
)
LAZY = (
    ("nn.LazyLinear(3)", "wave(2, 4)"),
    ("nn.LazyConv1d(4, 3)", "wave(2, 5)"),
    ("nn.LazyConv2d(4, 3, groups=2)", "wave(1, 2, 5, 5)"),
    ("nn.LazyConvTranspose2d(3, 2, bias=False)", "wave(1, 2, 5, 5)"),
    ("nn.LazyConvTranspose3d(3, 2)", "wave(1, 2, 3, 3, 3)"),
    ("nn.LazyBatchNorm1d()", "wave(4, 3)"),
    ("nn.LazyBatchNorm2d(affine=False)", "wave(4, 3, 2, 2)"),
    ("nn.LazyInstanceNorm2d()", "wave(4, 3, 2, 2)"),
)
BAD_UTILITIES = (
    "U.remove_weight_norm(nn.Linear(2, 3))",
    "P.orthogonal(nn.Linear(2, 3), 'bias')",
    "P.orthogonal(nn.Linear(2, 3), 'x')",
    "P.orthogonal(nn.Linear(2, 3), orthogonal_map='x')",
    "U.parametrize.register_parametrization(nn.Linear(2, 3), 'x', nn.ReLU())",
    "U.parametrize.register_parametrization(nn.Linear(3, 3), 'weight', nn.Flatten(0))",
    "U.parametrize.remove_parametrizations(nn.Linear(2, 3), 'weight')",
    "U.fuse_linear_bn_eval(nn.Linear(2, 3), nn.BatchNorm1d(3))",
    "U.prune.l1_unstructured(nn.Linear(2, 3), 'weight', amount=1.5)",
    "U.prune.l1_unstructured(nn.Linear(2, 3), 'weight', amount=-1)",
    "U.prune.ln_structured(nn.Linear(2, 3), 'bias', 1, 2, 0)",
    "U.prune.remove(nn.Linear(2, 3), 'weight')",
    "U.stateless.functional_call(nn.Linear(2, 3), {'weight': wave(3, 2)}, wave(1, 2), strict=True)",
    "nn.LazyConv2d(2, 3)(wave(2, 3))",
    "nn.Linear(2, 3).load_state_dict(nn.LazyLinear(3).state_dict())",
)


class Program:
    """Runs the cases with one library."""

    def __init__(self, torch: ModuleType) -> None:
        self.torch, self.nn = torch, torch.nn
        self.found: Record = []
        self.case = ""
        self.scope = {
            "nn": torch.nn,
            "U": torch.nn.utils,
            "P": torch.nn.utils.parametrizations,
            "wave": self.wave,
            "causal": torch.nn.Transformer.generate_square_subsequent_mask,
        }

    def wave(self, *sizes: int) -> Any:
        count = 1
        for n in sizes:
            count *= n
        return (self.torch.arange(float(count)).reshape(sizes) * 0.37).sin()

    def text(self, name: str, value: object) -> None:
        self.found.append([f"{self.case}: {name}", str(value)])

    def show(self, name: str, value: Any) -> None:
        if value is None or isinstance(value, str | int):
            self.text(name, value)
        elif isinstance(value, list | tuple):
            for i, item in enumerate(value):
                self.show(f"{name}.{i}", item)
        else:
            t = value.detach().double().reshape(-1)
            numbers = [t.numel()]
            if t.numel() > 0:
                numbers += [float(f"{float(v):.7g}") for v in (t.sum(), (t * t).sum(), t[0], t[-1])]
            self.found.append([f"{self.case}: {name}", numbers])

    def fails(self, name: str, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:
            # PyTorch's words, to which a next step may be added
            self.text(name, f"{type(error).__name__}: {error}".split("\n")[0])
        else:
            self.text(name, "no error")

    def make(self, text: str) -> Any:
        self.case = text
        self.torch.manual_seed(3)
        module = eval(text, self.scope)
        self.text("repr", repr(module))
        for key, value in module.state_dict().items():
            if type(value).__name__ not in ("UninitializedParameter", "UninitializedBuffer"):
                self.show(key, value)
        return module

    def backward(self, out: Any, module: Any) -> None:
        module.zero_grad()
        (out * self.wave(*out.shape)).sum().backward()
        self.show("gradients", [p.grad for p in module.parameters()])

    # ---- recurrent ----

    def layer(self, text: str) -> None:
        wave, R = self.wave, self.nn.utils.rnn
        m = self.make(text)
        lstm = isinstance(m, self.nn.LSTM)

        def states(h: Any) -> Any:
            return (h, h) if lstm else h

        x = wave(4, 3, 4).requires_grad_()
        y, h = m(x)
        self.show("output", y)
        self.show("states", h)
        loss = (y * wave(*y.shape)).sum() + sum((q * q).sum() for q in (h if lstm else (h,)))
        loss.backward()
        self.show("input", x.grad)
        self.show("all", [p.grad for p in m.parameters()])
        self.show("unbatched", m(wave(6, 4)))
        m.eval()
        for ordered, lengths in ((True, [4, 2, 1]), (False, [2, 4, 3])):
            padded = wave(3, 4, 4) if m.batch_first else wave(4, 3, 4)
            packed = R.pack_padded_sequence(padded, lengths, batch_first=m.batch_first, enforce_sorted=ordered)
            out, h = m(packed)
            self.show("packed", [out.batch_sizes, out.data, h])
            self.show("padded", R.pad_packed_sequence(out, batch_first=m.batch_first, total_length=5))
            self.backward(out.data, m)
        self.fails("features", lambda: m(wave(4, 3, 5)))
        self.fails("dimensions", lambda: m(wave(4)))
        self.fails("dtype", lambda: m(wave(4, 3, 4).double()))
        self.fails("state", lambda: m(wave(4, 3, 4), states(wave(2, 2, 2))))
        self.fails("unbatched state", lambda: m(wave(4, 4), states(wave(2, 2, 2))))
        self.fails("batched state", lambda: m(wave(4, 3, 4), states(wave(2, 2))))

    def cell(self, text: str) -> None:
        wave = self.wave
        m = self.make(text)

        def states(h: Any) -> Any:
            return (h, h) if isinstance(m, self.nn.LSTMCell) else h

        x = wave(3, 4).requires_grad_()
        h = m(x)
        again = m(x, h)
        self.show("twice", [h, again])
        (again[0] if isinstance(again, tuple) else again).sum().backward()
        self.show("gradients", [x.grad, *[p.grad for p in m.parameters()]])
        self.show("unbatched", m(wave(4)))
        self.fails("dimensions", lambda: m(wave(2, 3, 4)))
        self.fails("features", lambda: m(wave(2, 3)))
        self.fails("state", lambda: m(x, states(wave(3, 3))))
        self.fails("batch", lambda: m(x, states(wave(1, 5))))
        self.fails("state's dimensions", lambda: m(x, states(wave(1, 5, 1))))

    def packing(self) -> None:
        self.case, R, torch = "packing", self.nn.utils.rnn, self.torch
        a, b = self.wave(3, 2), self.wave(5, 2)
        self.show("left", R.pad_sequence([a, b], padding_value=2.0, padding_side="left"))
        self.show("batch first", R.pad_sequence([a, b], True))
        packed = R.pack_sequence([b, a])
        self.show("sorted", [packed.batch_sizes, R.unpack_sequence(packed)])
        packed = R.pack_sequence([a, b], enforce_sorted=False)
        self.show("unsorted", [packed.sorted_indices, packed.unsorted_indices, R.unpack_sequence(packed)])
        self.show("unpadded", R.unpad_sequence(R.pad_sequence([a, b]), torch.tensor([3, 5])))
        self.text("repr", repr(R.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])])))
        self.show("inverse", R.invert_permutation(torch.tensor([2, 0, 1])))
        self.text("double", R.pack_sequence([b, a]).double().data.dtype == torch.float64)
        self.fails("order", lambda: R.pack_sequence([a, b]))
        self.fails("length", lambda: R.pad_packed_sequence(packed, total_length=2))
        self.fails("empty", lambda: R.pad_sequence([]))
        self.fails("number", lambda: R.pad_sequence(3))

    # ---- transformers ----

    def transformer(self, text: str, args: str, kwargs: str) -> None:
        pad = self.torch.tensor([[False] * 5, [False] * 3 + [True] * 2, [False] * 4 + [True]])
        values = {"x": self.wave(5, 3, 8), "y": self.wave(4, 3, 8), "y6": self.wave(4, 3, 6), "pad": pad}
        scope = self.scope | values
        m = self.make(text)
        inputs, options = eval(f"[{args}]", scope), eval(f"dict({kwargs})", scope)
        if args == "x, x, x":
            inputs = [values["x"]] * 3
        self.show("training", m(*inputs, **options))
        m.eval()
        out = m(*inputs, **options)
        self.show("evaluation", out)
        self.backward(out[0] if isinstance(out, tuple) else out, m)

    # ---- utilities ----

    def parametrized(self, text: str, argument: str) -> None:
        m = self.make(text)
        x = eval(argument, self.scope)
        name = "weight_hh_l0" if "LSTM" in text else "weight"

        def run() -> Any:
            out = m(x)
            return out[0] if isinstance(out, tuple) else out

        out = run()
        self.show("training", out)
        self.backward(out, m)
        m.eval()
        self.show("evaluation", run())
        U = self.nn.utils
        if text.startswith("P."):
            self.show("weight", getattr(m, name))
            self.text("class", type(m).__name__ + U.parametrize.type_before_parametrizations(m).__name__)
            U.parametrize.remove_parametrizations(m, name)
        elif "weight_norm" in text:
            U.remove_weight_norm(m, name)
        else:
            U.remove_spectral_norm(m, name)
        self.text("left", list(m.state_dict()) + [type(m).__name__])
        self.show("value", getattr(m, name))

    def lazy(self, text: str, argument: str) -> None:
        m = self.make(text)
        self.text("kinds", [type(p).__name__ for p in m.parameters()])
        x = eval(argument, self.scope)
        self.show("output", m(x))
        self.text("repr after", repr(m))
        self.text("hooks", (type(m).__name__, len(m._forward_pre_hooks), len(m._load_state_dict_pre_hooks)))
        self.show("state", list(m.state_dict().values()))
        m = eval(text, self.scope)
        m.double()
        self.show("double", m(x.double()))

    def fusion(self) -> None:
        self.case, nn, wave = "fusion", self.nn, self.wave
        conv, norm = nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3)
        norm(wave(4, 3, 2, 2))
        conv.eval()
        norm.eval()
        fused = nn.utils.fuse_conv_bn_eval(conv, norm)
        x = wave(1, 2, 5, 5)
        self.text("conv", self.torch.allclose(fused(x), norm(conv(x)), atol=1e-6))
        linear, norm = nn.Linear(2, 3, bias=False).eval(), nn.BatchNorm1d(3)
        norm(wave(5, 3))
        norm.eval()
        fused = nn.utils.fuse_linear_bn_eval(linear, norm)
        self.text("linear", self.torch.allclose(fused(wave(4, 2)), norm(linear(wave(4, 2))), atol=1e-6))

    def pruning(self) -> None:
        self.case, nn, R, torch = "pruning", self.nn, self.nn.utils.prune, self.torch
        torch.manual_seed(2)
        m = nn.Linear(4, 5)
        R.l1_unstructured(m, "weight", amount=0.3)
        self.text("keys", list(m.state_dict()))
        self.show("l1", m.weight)
        R.random_unstructured(m, "weight", amount=3)
        self.show("random", m.weight_mask)
        R.ln_structured(m, "weight", amount=1, n=2, dim=0)
        self.show("ln", [m.weight_mask, m(self.wave(2, 4))])
        self.text("pruned", R.is_pruned(m))
        R.remove(m, "weight")
        self.text("removed", [*m.state_dict(), R.is_pruned(m)])
        net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
        R.global_unstructured([(net[0], "weight"), (net[1], "weight")], R.L1Unstructured, amount=0.4)
        R.identity(net[0], "bias")
        R.custom_from_mask(net[1], "bias", torch.tensor([0.0, 1.0]))
        self.show("global", list(net.state_dict().values()))
        m = R.random_structured(nn.Linear(3, 3), "weight", 1, 0)
        self.show("structured", m.weight_mask)

    def stateless(self) -> None:
        self.case, m = "stateless", self.nn.Linear(2, 3)
        before = m.weight
        given = {"weight": self.torch.ones(3, 2), "bias": self.torch.zeros(3)}
        self.show("call", self.nn.utils.stateless.functional_call(m, given, self.wave(2, 2)))
        self.text("same", m.weight is before)

    def run(self) -> Record:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for text in LAYERS:
                self.layer(text)
            for text in CELLS:
                self.cell(text)
            self.packing()
            for case in TRANSFORMERS:
                self.transformer(*case)
            for case in PARAMETRIZED:
                self.parametrized(*case)
            for case in LAZY:
                self.lazy(*case)
            self.fusion()
            self.pruning()
            self.stateless()
            self.case = "fails"
            for text in (*BAD_LAYERS, *BAD_UTILITIES):
                self.fails(text, lambda text=text: eval(text, self.scope))
        return self.found


if __name__ == "__main__":
    import torch
    import torch.nn.utils.prune
    import torch.nn.utils.stateless

    with open(sys.argv[1], "w") as file:
        rows = ",\n".join(json.dumps(row) for row in Program(torch).run())
        file.write(f"[\n{rows}\n]\n")
