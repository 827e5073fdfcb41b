"""Recurrences over sequences (LSTM, GRU and the simple RNN) and their cells."""
# ruff: noqa: F821

# mode: 0 tanh, 1 relu, 2 LSTM, 3 GRU
STATE = "T input, T hx, T? cx, T w_ih, T w_hh, T? b_ih, T? b_hh, T? w_hr, int[] batch_sizes, int mode, bool reverse"
op(f"_recurrence({STATE}) -> (T output, T hy, T cy, T gates, T cells)", method=False, gradcheck=False, node="RecurrenceBackward0", undefined_grads=True,
   meta="meta::recurrence(input, hx, cx, w_ih, w_hh, b_ih, b_hh, w_hr, batch_sizes, mode)",
   grad={"input, hx, cx, w_ih, w_hh, b_ih, b_hh, w_hr": "recurrence_backward(grad_output, grad_hy, grad_cy, input, hx, cx, w_ih, w_hh, b_ih, b_hh, w_hr, output, gates, cells, batch_sizes, mode, reverse, output_mask)"},
   samples=["(randn(6, 4), randn(2, 3), None, randn(3, 4), randn(3, 3), randn(3), randn(3), None, [], 0, False)", "(randn(6, 4), randn(3, 5), randn(3, 5), randn(20, 4), randn(20, 5), None, None, None, [3, 2, 1], 2, True)"],
   doc="One layer in one direction over the steps of packed rows (N, I) from the state hx (B, H): the rows of all steps (N, H), the last states, and what the gradient needs. batch_sizes: rows of each step, [] for B.")
op("_recurrence_backward(T? grad_output, T? grad_hy, T? grad_cy, T input, T hx, T? cx, T w_ih, T w_hh, T? b_ih, T? w_hr, T output, T gates, T cells, int[] batch_sizes, int mode, bool reverse, bool[8] output_mask) -> "
   "(T grad_input, T grad_hx, T grad_cx, T grad_w_ih, T grad_w_hh, T grad_b_ih, T grad_b_hh, T grad_w_hr)", python=False, grad=NONE, meta="meta::recurrence_backward(input, hx, cx, w_ih, w_hh, b_ih, w_hr)",
   doc="The gradients of _recurrence, by running its steps backwards.")
composite(f"_recurrence_composed({STATE}) -> (T output, T hy, T cy)", method=False, python=False, doc="_recurrence made of other ops.")
RUN = "T[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional"
def run_samples(gates: int, states: str) -> dict[str, list[str]]:
    """A call over padded and one over packed sequences: 4 inputs, 3 hidden units, one layer of `gates` gates."""
    rest = f"[randn({3 * gates}, 4), randn({3 * gates}, 3), randn({3 * gates}), randn({3 * gates})], True, 1, 0.0, False, False"
    return {"input": [f"(randn(5, 2, 4), {states}, {rest}, False)"], "data": [f"(randn(4, 4), tensor([2, 1, 1]), {states}, {rest})"]}


for name, formula in (("rnn_tanh", "tanh(W x + b + U h + c)"), ("rnn_relu", "relu(W x + b + U h + c)"), ("gru", "the gated recurrent unit (Cho et al. 2014)")):
    samples = run_samples(3 if name == "gru" else 1, "randn(1, 2, 3)")
    composite(f"{name}(T input, T hx, {RUN}, bool batch_first) -> (T output, T hy)", overload="input", method=False, gradcheck=False, samples=samples["input"], doc=f"Layers of {formula} over (L, N, I) from the states (layers, N, H); params: w_ih, w_hh, b_ih, b_hh of each layer and direction.")
    composite(f"{name}(T data, T batch_sizes, T hx, {RUN}) -> (T output, T hy)", overload="data", method=False, gradcheck=False, samples=samples["data"], doc=f"{name} over packed rows.")
    composite(f"{name}_cell(T input, T hx, T w_ih, T w_hh, T? b_ih=None, T? b_hh=None) -> T", method=False, doc=f"One step of {formula}: (N, I) and (N, H) give (N, H).",
              samples=["(randn(2, 4), randn(2, 3), randn(9, 4), randn(9, 3), randn(9), randn(9))" if name == "gru" else "(randn(2, 4), randn(2, 3), randn(3, 4), randn(3, 3), randn(3), randn(3))"])
samples = run_samples(4, "[randn(1, 2, 3), randn(1, 2, 3)]")
composite(f"lstm(T input, T[] hx, {RUN}, bool batch_first) -> (T output, T hy, T cy)", overload="input", method=False, gradcheck=False, samples=samples["input"],
          doc="Layers of long short-term memory (Hochreiter and Schmidhuber 1997) over (L, N, I) from the states hx = [h, c]; params: w_ih, w_hh, b_ih, b_hh and, with projections, w_hr of each layer and direction.")
composite(f"lstm(T data, T batch_sizes, T[] hx, {RUN}) -> (T output, T hy, T cy)", overload="data", method=False, gradcheck=False, samples=samples["data"], doc="lstm over packed rows.")
composite("lstm_cell(T input, T[] hx, T w_ih, T w_hh, T? b_ih=None, T? b_hh=None) -> (T hy, T cy)", method=False, samples=["(randn(2, 4), [randn(2, 3), randn(2, 3)], randn(12, 4), randn(12, 3), randn(12), randn(12))"],
          doc="One step of long short-term memory: (N, I) and states (N, H) give the new states.")
composite("_pack_padded_sequence(T input, T lengths, bool batch_first) -> (T data, T batch_sizes)", method=False, gradcheck=False, samples=["(randn(3, 2, 4), tensor([3, 1]), False)"],
          doc="The rows of sequences of descending lengths, step by step, and how many there are of each step.")
composite("_pad_packed_sequence(T data, T batch_sizes, bool batch_first, S padding_value, int total_length) -> (T output, T lengths)", method=False, gradcheck=False,
          samples=["(randn(4, 3), tensor([2, 1, 1]), False, 0.0, -1)"], doc="The sequences of packed rows, padded to one length.")
