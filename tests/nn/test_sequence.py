"""Recurrent layers, transformers and nn.utils against PyTorch's recorded answers, and what records cannot show."""

from __future__ import annotations

import copy
import importlib.util
import json
import pickle
from pathlib import Path

import pytest

import rushlight as torch
from rushlight import nn

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden_sequence.json").read_text())
_spec = importlib.util.spec_from_file_location("sequence_cases", HERE / "sequence_cases.py")
sequence_cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sequence_cases)


def same(found: object, expected: object) -> bool:
    if isinstance(expected, str):
        return isinstance(found, str) and found.startswith(expected.rstrip("."))
    return len(found) == len(expected) and all(
        abs(a - b) <= 2e-5 + 1e-4 * abs(b) for a, b in zip(found, expected, strict=True)
    )


def test_answers_are_those_of_torch() -> None:
    found = sequence_cases.Program(torch).run()
    assert [name for name, _ in found] == [name for name, _ in GOLDEN]
    pairs = zip(found, GOLDEN, strict=True)
    wrong = [f"{name}: {value}, expected {e}" for (name, value), (_, e) in pairs if not same(value, e)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("text", ["nn.RNN(3, 4)", "nn.LSTM(3, 4, proj_size=2)", "nn.GRU(3, 4, bidirectional=True)"])
def test_second_derivatives(text: str) -> None:
    torch.manual_seed(0)
    m = eval(text).double()
    x = torch.randn(4, 2, 3, dtype=torch.float64, requires_grad=True)

    def penalty(x: torch.Tensor) -> torch.Tensor:
        (g,) = torch.autograd.grad(m(x)[0].sin().sum(), x, create_graph=True)
        return (g * g).sum()

    (grad,) = torch.autograd.grad(penalty(x), x)
    step = torch.zeros_like(x)
    step[1, 1, 2] = 1e-6
    numeric = (penalty(x + step) - penalty(x - step)) / 2e-6
    assert abs(float(grad[1, 1, 2]) - float(numeric)) < 1e-6 * (1 + abs(float(numeric)))


def test_the_number_of_threads_changes_nothing() -> None:
    torch.manual_seed(0)
    m, x = nn.LSTM(20, 33, bidirectional=True), torch.randn(7, 50, 20)
    results, threads = [], torch.get_num_threads()
    for n in (1, 2, 5):
        torch.set_num_threads(n)
        m.zero_grad()
        out = m(x)[0]
        out.sin().sum().backward()
        results.append([out.detach().numpy().tobytes(), *[p.grad.numpy().tobytes() for p in m.parameters()]])
    torch.set_num_threads(threads)
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("text", ["nn.LSTM(3, 4, 2)", "nn.GRUCell(3, 4)", "nn.Transformer(8, 2, 1, 1, 16)"])
def test_copies(text: str) -> None:
    m = eval(text).eval()
    inputs = [torch.randn(2, 3)] if "Cell" in text else [torch.randn(5, 2, 3 if "LSTM" in text else 8)]
    inputs = inputs * 2 if "Transformer" in text else inputs
    out = m(*inputs)
    for other in (copy.deepcopy(m), pickle.loads(pickle.dumps(m))):
        again = other(*inputs)
        first, second = (r[0] if isinstance(r, tuple) else r for r in (out, again))
        assert torch.equal(first, second)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_types(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    m, x = nn.GRU(4, 5), torch.randn(3, 2, 4)
    expected = m(x)[0]
    out = m.to(dtype)(x.to(dtype))[0]
    assert out.dtype == dtype
    assert torch.allclose(out.float(), expected, atol=0.02)


def unrolled(net: nn.Module, x: torch.Tensor, lengths: list[int]) -> list[torch.Tensor]:
    """The outputs of a bidirectional layer for each sequence, made of cells."""
    cell = {"RNN": torch.rnn_tanh_cell, "LSTM": torch.lstm_cell, "GRU": torch.gru_cell}[type(net).__name__]
    outputs = []
    for i, n in enumerate(lengths):
        sides = []
        for weights, steps in ((net.all_weights[0], range(n)), (net.all_weights[1], range(n - 1, -1, -1))):
            zero = torch.zeros(1, net.hidden_size, dtype=x.dtype)
            state = (zero, zero) if cell is torch.lstm_cell else zero
            found = {}
            for t in steps:
                state = cell(x[t, i : i + 1], state, *weights)
                found[t] = state[0] if isinstance(state, tuple) else state
            sides.append(torch.cat([found[t] for t in range(n)]))
        outputs.append(torch.cat(sides, 1))
    return outputs


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("lengths", [[70] * 7, [70, 70, 41, 3, 2, 1, 1]])
def test_long_sequences(kind: str, lengths: list[int]) -> None:
    """More rows than one block of the weights' gradients."""
    torch.manual_seed(0)
    net = getattr(nn, kind)(5, 19, bidirectional=True, dtype=torch.float64)
    x = torch.randn(70, 7, 5, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(70, 7, 38, dtype=torch.float64)
    leaves = [x, *net.parameters()]

    def outputs(x: torch.Tensor) -> list[torch.Tensor]:
        if min(lengths) == 70:
            return list(net(x)[0].unbind(1))
        packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths))
        padded = nn.utils.rnn.pad_packed_sequence(net(packed)[0])[0]
        return [padded[:n, i] for i, n in enumerate(lengths)]

    def loss(found: list[torch.Tensor]) -> torch.Tensor:
        return sum((y * weight[: len(y), i]).sum() for i, y in enumerate(found))

    expected = torch.autograd.grad(loss(unrolled(net, x, lengths)), leaves)
    found = torch.autograd.grad(loss(outputs(x)), leaves)
    for a, b in zip(found, expected, strict=True):
        assert torch.allclose(a, b, rtol=1e-10, atol=1e-10)
    # An input without a gradient needs no slopes row by row, and a parameter may be alone.
    again = torch.autograd.grad(loss(outputs(x.detach())), leaves[1:])
    assert all(torch.equal(a, b) for a, b in zip(again, found[1:], strict=True))
    for i, one in enumerate(leaves[1:], 1):
        assert torch.equal(torch.autograd.grad(loss(outputs(x.detach())), [one])[0], found[i])
