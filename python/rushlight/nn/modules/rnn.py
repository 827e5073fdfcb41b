"""Recurrent layers (RNN, LSTM, GRU) over whole sequences, and cells for one step."""

from __future__ import annotations

import math
import numbers
import warnings

import rushlight as torch
from rushlight import Tensor

from .. import init
from ..common_types import Device, DType
from ..parameter import Parameter
from ..utils.rnn import PackedSequence
from .module import Module

__all__ = ["GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "RNNBase", "RNNCell", "RNNCellBase"]

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}
_States = Tensor | tuple[Tensor, Tensor] | None


class RNNBase(Module):
    """What RNN, LSTM and GRU have in common: their parameters, checks and the walk through the layers.

    Args:
        mode: "RNN_TANH", "RNN_RELU", "LSTM" or "GRU".
        input_size: features of each step of the input.
        hidden_size: features of the state.
        num_layers: layers, each fed with the outputs of the one below.
        bias: whether there are `bias_ih` and `bias_hh`.
        batch_first: input and output are `(N, L, *)` instead of `(L, N, *)`; states are not affected.
        dropout: probability of dropping an output of any layer but the last, in training.
        bidirectional: a second set of layers reads from the end; outputs are joined.
        proj_size: LSTM only: the hidden state is projected to this size.
        device, dtype: of the parameters.
    Errors:
        ValueError, TypeError: sizes that are not positive integers, a dropout outside [0, 1].
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        _check_arguments(input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size)
        if mode not in _GATES:
            raise ValueError("Unrecognized RNN mode: " + mode)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._all_weights: list[list[str]] = []
        directions = 2 if bidirectional else 1
        rows, state = _GATES[mode] * hidden_size, proj_size or hidden_size
        for layer in range(num_layers):
            width = input_size if layer == 0 else state * directions
            shapes = {"weight_ih": (rows, width), "weight_hh": (rows, state)}
            if bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if proj_size > 0:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for suffix in ("", "_reverse")[:directions]:
                names = {f"{kind}_l{layer}{suffix}": shape for kind, shape in shapes.items()}
                for name, shape in names.items():
                    setattr(self, name, Parameter(torch.empty(shape, device=device, dtype=dtype)))
                self._all_weights.append(list(names))
        self.reset_parameters()

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Tensor]:
        return [getattr(self, name) for names in self._all_weights for name in names]

    @property
    def all_weights(self) -> list[list[Tensor]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self) -> None:
        """Nothing to do: the parameters are read where they lie."""

    def reset_parameters(self) -> None:
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0.0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    # ---- checks ----

    def check_input(self, input: Tensor, batch_sizes: Tensor | None) -> None:
        """Raises unless the input has the layer's dtype, the right dimensions and `input_size` features."""
        dtype = getattr(self, self._all_weights[0][0]).dtype
        if input.dtype != dtype and not torch.is_autocast_enabled(input.device.type):
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). "
                f"Convert input: input.to({dtype}), or convert model: model.to({input.dtype})"
            )
        dims = 2 if batch_sizes is not None else 3
        if input.dim() != dims:
            raise RuntimeError(f"input must have {dims} dimensions, got {input.dim()}")
        if input.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)} "
                f"(input of shape {list(input.shape)})"
            )

    def get_expected_hidden_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """The shape of the hidden state."""
        if batch_sizes is not None:
            batch = int(batch_sizes[0])
        else:
            batch = input.size(0) if self.batch_first else input.size(1)
        return self.num_layers * (2 if self.bidirectional else 1), batch, self.proj_size or self.hidden_size

    def check_hidden_size(
        self,
        hx: Tensor,
        expected_hidden_size: tuple[int, int, int],
        msg: str = "Expected hidden size {}, got {}",
    ) -> None:
        """Raises unless `hx` has this shape."""
        if tuple(hx.shape) != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.shape)))

    def check_forward_args(self, input: Tensor, hidden: Tensor, batch_sizes: Tensor | None) -> None:
        """Raises unless input and state fit the layer."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Tensor, permutation: Tensor | None) -> Tensor:
        """The state with its sequences in another order."""
        return hx if permutation is None else hx.index_select(1, permutation)

    # ---- running ----

    def _states(self, hx: _States, unbatched: bool, name: str) -> _States:
        """The given states, batched; raises unless they have the input's number of dimensions."""
        dims, word = (2, "unbatched 2-D") if unbatched else (3, "batched 3-D")
        if hx.dim() != dims:
            raise RuntimeError(f"For {word} input, hx should also be {dims}-D but got {hx.dim()}-D tensor")
        return hx.unsqueeze(1) if unbatched else hx

    def _zero_state(self, input: Tensor, batch_sizes: Tensor | None) -> _States:
        shape = self.get_expected_hidden_size(input, batch_sizes)
        return torch.zeros(shape, dtype=input.dtype, device=input.device)

    def _run(self, hx: _States, *data: Tensor, **more: bool) -> tuple:
        run = {"GRU": torch.gru, "RNN_TANH": torch.rnn_tanh, "RNN_RELU": torch.rnn_relu, "LSTM": torch.lstm}[self.mode]
        return run(
            *data,
            hx,
            self._flat_weights,
            self.bias,
            self.num_layers,
            self.dropout,
            self.training,
            self.bidirectional,
            *more.values(),
        )

    def _forward(self, input: Tensor | PackedSequence, hx: _States = None) -> tuple:
        """What the forward of every kind does."""
        if isinstance(input, PackedSequence):
            data, sizes, order, back = input
            if hx is None:
                hx = self._zero_state(data, sizes)
            else:
                hx = self.permute_hidden(hx, order)
            self.check_forward_args(data, hx, sizes)
            output, hidden = _split(self._run(hx, data, sizes))
            return PackedSequence(output, sizes, order, back), self.permute_hidden(hidden, back)
        name = type(self).__name__
        if input.dim() not in (2, 3):
            word = "D tensor instead" if self.mode.startswith("RNN") else "D instead"
            raise ValueError(f"{name}: Expected input to be 2D or 3D, got {input.dim()}{word}")
        unbatched, batch_dim = input.dim() == 2, 0 if self.batch_first else 1
        if unbatched:
            input = input.unsqueeze(batch_dim)
        hx = self._zero_state(input, None) if hx is None else self._states(hx, unbatched, name)
        self.check_forward_args(input, hx, None)
        output, hidden = _split(self._run(hx, input, batch_first=self.batch_first))
        if unbatched:
            output = output.squeeze(batch_dim)
            hidden = tuple(h.squeeze(1) for h in hidden) if isinstance(hidden, tuple) else hidden.squeeze(1)
        return output, hidden

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.proj_size != 0:
            text += f", proj_size={self.proj_size}"
        if self.num_layers != 1:
            text += f", num_layers={self.num_layers}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if self.batch_first is not False:
            text += f", batch_first={self.batch_first}"
        if self.dropout != 0:
            text += f", dropout={self.dropout}"
        if self.bidirectional is not False:
            text += f", bidirectional={self.bidirectional}"
        return text


def _split(result: tuple) -> tuple:
    """The output and the states of torch.lstm and its kin."""
    return (result[0], (result[1], result[2])) if len(result) == 3 else (result[0], result[1])


def _check_arguments(
    input_size: int,
    hidden_size: int,
    num_layers: int,
    bias: bool,
    batch_first: bool,
    dropout: float,
    proj_size: int,
) -> None:
    if isinstance(dropout, bool) or not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1:
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
        )
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
            f"greater than 1, but got dropout={dropout} and num_layers={num_layers}",
            stacklevel=4,
        )
    for name, value, kind in (
        ("bias", bias, bool),
        ("batch_first", batch_first, bool),
        ("input_size", input_size, int),
        ("hidden_size", hidden_size, int),
    ):
        if not isinstance(value, kind):
            raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
        if kind is int and value <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")


class RNN(RNNBase):
    """Simple recurrent layers: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`, or relu.

    Args:
        input_size, hidden_size, num_layers: see RNNBase.
        nonlinearity: "tanh" or "relu".
        bias, batch_first, dropout, bidirectional, device, dtype: see RNNBase.
    Shape:
        input `(L, N, input_size)`, `(N, L, input_size)` with `batch_first`, `(L, input_size)` or a PackedSequence;
        `hx` `(num_layers * directions, N, hidden_size)`, zeros unless given. Returns the outputs of the last layer, as
        the input but with `directions * hidden_size` features, and the last state of each layer.
    Errors:
        RuntimeError: an input or a state that does not fit.
    Example:
        >>> output, hn = nn.RNN(10, 20, 2)(torch.randn(5, 3, 10))
    Source:
        Elman, "Finding structure in time", 1990.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Device | None = None,
        dtype: DType | None = None,
        **kwargs: int,
    ) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if kwargs:
            raise TypeError(f"RNN.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(
            "RNN_" + nonlinearity.upper(),
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            0,
            device,
            dtype,
        )
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor | PackedSequence, hx: _States = None) -> tuple:
        return self._forward(input, hx)


class LSTM(RNNBase):
    """Layers of long short-term memory.

    `i, f, o = sigmoid(W x + b + U h + c)`, `g = tanh(...)`, `c' = f c + i g`, `h' = o tanh(c')`; with `proj_size` the
    hidden state is `W_hr h'`.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size, device, dtype: see
            RNNBase.
    Shape:
        input `(L, N, input_size)`, `(N, L, input_size)` with `batch_first`, `(L, input_size)` or a PackedSequence;
        `hx` a pair `(h, c)` of `(num_layers * directions, N, hidden_size)` (`proj_size` for h), zeros unless given.
        Returns the outputs of the last layer and the pair of last states.
    Errors:
        RuntimeError: an input or a state that does not fit.
    Example:
        >>> output, (hn, cn) = nn.LSTM(10, 20, 2)(torch.randn(5, 3, 10))
    Source:
        Hochreiter and Schmidhuber, "Long short-term memory", 1997; projections: Sak et al., 2014.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            "LSTM",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            proj_size,
            device,
            dtype,
        )

    def forward(self, input: Tensor | PackedSequence, hx: _States = None) -> tuple:
        return self._forward(input, hx)

    def get_expected_cell_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """The shape of the cell state."""
        layers, batch, _ = self.get_expected_hidden_size(input, batch_sizes)
        return layers, batch, self.hidden_size

    def check_forward_args(self, input: Tensor, hidden: tuple[Tensor, Tensor], batch_sizes: Tensor | None) -> None:
        self.check_input(input, batch_sizes)
        self.check_hidden_size(
            hidden[0], self.get_expected_hidden_size(input, batch_sizes), "Expected hidden[0] size {}, got {}"
        )
        self.check_hidden_size(
            hidden[1], self.get_expected_cell_size(input, batch_sizes), "Expected hidden[1] size {}, got {}"
        )

    def permute_hidden(self, hx: tuple[Tensor, Tensor], permutation: Tensor | None) -> tuple[Tensor, Tensor]:
        return super().permute_hidden(hx[0], permutation), super().permute_hidden(hx[1], permutation)

    def _states(self, hx: _States, unbatched: bool, name: str) -> _States:
        h, c = hx
        dims, word = (2, "unbatched 2-D") if unbatched else (3, "batched 3-D")
        if h.dim() != dims or c.dim() != dims:
            raise RuntimeError(
                f"For {word} input, hx and cx should also be {dims}-D but got ({h.dim()}-D, {c.dim()}-D) tensors"
            )
        return (h.unsqueeze(1), c.unsqueeze(1)) if unbatched else (h, c)

    def _zero_state(self, input: Tensor, batch_sizes: Tensor | None) -> _States:
        sizes = (
            self.get_expected_hidden_size(input, batch_sizes),
            self.get_expected_cell_size(input, batch_sizes),
        )
        return tuple(torch.zeros(s, dtype=input.dtype, device=input.device) for s in sizes)


class GRU(RNNBase):
    """Layers of gated recurrent units.

    `r, z = sigmoid(W x + b + U h + c)`, `n = tanh(W x + b + r (U h + c))`, `h' = (1 - z) n + z h`.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device, dtype: see RNNBase.
    Shape:
        input `(L, N, input_size)`, `(N, L, input_size)` with `batch_first`, `(L, input_size)` or a PackedSequence;
        `hx` `(num_layers * directions, N, hidden_size)`, zeros unless given. Returns the outputs of the last layer and
        the last state of each layer.
    Errors:
        RuntimeError: an input or a state that does not fit.
    Example:
        >>> output, hn = nn.GRU(10, 20, 2)(torch.randn(5, 3, 10))
    Source:
        Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Device | None = None,
        dtype: DType | None = None,
        **kwargs: int,
    ) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if kwargs:
            raise TypeError(f"GRU.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'")
        super().__init__(
            "GRU",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            0,
            device,
            dtype,
        )

    def forward(self, input: Tensor | PackedSequence, hx: _States = None) -> tuple:
        return self._forward(input, hx)


# ---- cells ----------------------------------------------------------------------------------------------------------


class RNNCellBase(Module):
    """What RNNCell, LSTMCell and GRUCell have in common: their parameters.

    Args:
        input_size, hidden_size: features of the input and of the state.
        bias: whether there are `bias_ih` and `bias_hh`.
        num_chunks: rows of the weights for each feature of the state.
        device, dtype: of the parameters.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(torch.empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(torch.empty((rows, hidden_size), device=device, dtype=dtype))
        if bias:
            self.bias_ih = Parameter(torch.empty((rows,), device=device, dtype=dtype))
            self.bias_hh = Parameter(torch.empty((rows,), device=device, dtype=dtype))
        else:
            self.register_parameter("bias_ih", None)
            self.register_parameter("bias_hh", None)
        self.reset_parameters()

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        nonlinearity = getattr(self, "nonlinearity", "tanh")
        return text if nonlinearity == "tanh" else text + f", nonlinearity={nonlinearity}"

    def reset_parameters(self) -> None:
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0.0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _single(self, name: str, input: Tensor, hx: Tensor | None) -> Tensor:
        """One step of a cell with one state."""
        dims = input.dim()
        if dims not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {dims}D instead")
        if hx is not None and hx.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected hidden to be 1D or 2D, got {hx.dim()}D instead")
        if dims == 1:
            input, hx = input.unsqueeze(0), None if hx is None else hx.unsqueeze(0)
        if hx is None:
            hx = torch.zeros(input.size(0), self.hidden_size, dtype=input.dtype, device=input.device)
        result = self._step()(input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return result.squeeze(0) if dims == 1 else result


class RNNCell(RNNCellBase):
    """One step of a simple RNN: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`, or relu.

    Args:
        input_size, hidden_size: features of the input and of the state.
        bias: whether there are biases.
        nonlinearity: "tanh" or "relu".
        device, dtype: of the parameters.
    Shape:
        input `(N, input_size)` or `(input_size,)`; `hx`, zeros unless given, and the result `(N, hidden_size)` or
        `(hidden_size,)`.
    Errors:
        ValueError, RuntimeError: an input or a state that does not fit, another nonlinearity.
    Example:
        >>> hx = nn.RNNCell(10, 20)(torch.randn(3, 10), torch.randn(3, 20))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def _step(self) -> object:
        if self.nonlinearity == "tanh":
            return torch.rnn_tanh_cell
        if self.nonlinearity == "relu":
            return torch.rnn_relu_cell
        raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self._single("RNNCell", input, hx)


class LSTMCell(RNNCellBase):
    """One step of long short-term memory; see LSTM.

    Args:
        input_size, hidden_size: features of the input and of the states.
        bias: whether there are biases.
        device, dtype: of the parameters.
    Shape:
        input `(N, input_size)` or `(input_size,)`; `hx`, a pair `(h, c)`, zeros unless given, and the resulting pair
        `(N, hidden_size)` or `(hidden_size,)`.
    Errors:
        ValueError, RuntimeError: an input or a state that does not fit.
    Example:
        >>> hx, cx = nn.LSTMCell(10, 20)(torch.randn(3, 10))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        dims = input.dim()
        if dims not in (1, 2):
            raise ValueError(f"LSTMCell: Expected input to be 1D or 2D, got {dims}D instead")
        if hx is not None:
            for i, value in enumerate(hx):
                if value.dim() not in (1, 2):
                    raise ValueError(f"LSTMCell: Expected hx[{i}] to be 1D or 2D, got {value.dim()}D instead")
        if dims == 1:
            input, hx = input.unsqueeze(0), None if hx is None else tuple(t.unsqueeze(0) for t in hx)
        if hx is None:
            zeros = torch.zeros(input.size(0), self.hidden_size, dtype=input.dtype, device=input.device)
            hx = (zeros, zeros)
        h, c = torch.lstm_cell(input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return (h.squeeze(0), c.squeeze(0)) if dims == 1 else (h, c)


class GRUCell(RNNCellBase):
    """One step of a gated recurrent unit; see GRU.

    Args:
        input_size, hidden_size: features of the input and of the state.
        bias: whether there are biases.
        device, dtype: of the parameters.
    Shape:
        input `(N, input_size)` or `(input_size,)`; `hx`, zeros unless given, and the result `(N, hidden_size)` or
        `(hidden_size,)`.
    Errors:
        ValueError, RuntimeError: an input or a state that does not fit.
    Example:
        >>> hx = nn.GRUCell(10, 20)(torch.randn(3, 10), torch.randn(3, 20))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Device | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def _step(self) -> object:
        return torch.gru_cell

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self._single("GRUCell", input, hx)
