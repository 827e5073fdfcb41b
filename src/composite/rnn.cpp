// Recurrent layers in stacks and both directions, their cells, and packed sequences.
#include <algorithm>

#include "dispatch/autocast.h"
#include "plan/meta_rnn.h"
#include "rushlight/autograd.h"
#include "rushlight/creation.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

bool is_half(const Tensor& t) { return t.dtype() == kHalf || t.dtype() == kBFloat16; }
Tensor widened(const Tensor& t) { return t.defined() ? t.to(kFloat) : t; }

struct Weights {
  Tensor w_ih, w_hh, b_ih, b_hh, w_hr;
};

// A stack of layers: what all of torch.lstm, gru, rnn_tanh and rnn_relu have in common.
struct Stack {
  const char* name;
  Recurrence mode;
  TensorList params;
  bool has_biases;
  int64_t num_layers;
  double dropout;
  bool train, bidirectional;

  int64_t directions() const { return bidirectional ? 2 : 1; }
  // Weights of layer l, direction d. An LSTM has projections when there are more parameters than without.
  size_t per_layer() const {
    const auto count = params.size(), layers = static_cast<size_t>(num_layers * directions());
    const size_t plain = has_biases ? 4 : 2;
    check(num_layers > 0, "{}: expected num_layers to be positive, but got {}", std::string_view(name), num_layers);
    if (mode == Recurrence::kLstm && count == layers * (plain + 1)) return plain + 1;
    check(count == layers * plain,
          "got an incorrect number of RNN parameters: {} expects {} for each of {} layers and directions, but got {}",
          std::string_view(name), plain, layers, count);
    return plain;
  }
  Weights weights(size_t index, size_t each) const {
    const Tensor* p = params.data() + index * each;
    Weights w{p[0], p[1], {}, {}, {}};
    if (has_biases) w.b_ih = p[2], w.b_hh = p[3];
    if (each == 3 || each == 5) w.w_hr = p[each - 1];
    return w;
  }
};

void check_dtype(const Tensor& input, const Tensor& other, const char* what) {
  if (detail::autocasting()) return;
  check(input.dtype() == other.dtype(),
        "Input and {} tensors are not the same dtype, found input tensor with {} and {} tensor with {}",
        std::string_view(what), dtype_name(input.dtype()), std::string_view(what), dtype_name(other.dtype()));
}

struct Found {
  Tensor output, hy, cy;
};

// Note [Recurrences under autocast]
// PyTorch lists only the padded LSTM without projections (oneDNN's layer): all of it runs in the lower type. Everything
// else is written there with ops, so that the products are lower and the states keep the type they come in; here the same
// is said by _recurrence_composed.
std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> recur(const Tensor& x, const Tensor& hx, const Tensor& cx,
                                                         const Weights& w, IntArrayRef batch_sizes, Recurrence mode,
                                                         bool reverse) {
  const auto kind = static_cast<int64_t>(mode);
  if (!detail::autocasting())
    return _recurrence(x, hx, cx, w.w_ih, w.w_hh, w.b_ih, w.b_hh, w.w_hr, batch_sizes, kind, reverse);
  auto [y, h, c] = _recurrence_composed(x, hx, cx, w.w_ih, w.w_hh, w.b_ih, w.b_hh, w.w_hr, batch_sizes, kind, reverse);
  return {y, h, c, Tensor(), Tensor()};
}

// Rows (N, I) of all steps through every layer.
Found run_stack(const Stack& s, const Tensor& rows, IntArrayRef batch_sizes, const Tensor& hx, const Tensor& cx) {
  const size_t each = s.per_layer();
  const int64_t layers = s.num_layers * s.directions();
  const bool lstm = s.mode == Recurrence::kLstm;
  check(hx.dim() == 3 && (!lstm || cx.dim() == 3), "{}: expected 3-D hidden states, but got {}",
        std::string_view(s.name), hx.sizes());
  check(hx.size(0) == layers && (!lstm || cx.size(0) == layers),
        "Expected more hidden states in stacked_rnn: {} for {} layers and directions",
        hx.size(0) == layers && lstm ? cx.size(0) : hx.size(0), layers);
  check_dtype(rows, hx, "hidden");
  if (lstm) check_dtype(rows, cx, "cell");
  if (!s.params.empty()) check_dtype(rows, s.params[0], "parameter");
  std::vector<Tensor> last, cells;
  Tensor x = rows;
  for (int64_t l = 0; l < s.num_layers; ++l) {
    std::vector<Tensor> sides;
    for (int64_t d = 0; d < s.directions(); ++d) {
      const int64_t i = l * s.directions() + d;
      const Weights w = s.weights(static_cast<size_t>(i), each);
      auto [y, h, c, gates, kept] =
          recur(x, hx.select(0, i), lstm ? cx.select(0, i) : Tensor(), w, batch_sizes, s.mode, d == 1);
      sides.push_back(y);
      last.push_back(h);
      cells.push_back(c);
    }
    x = sides.size() == 1 ? sides[0] : cat(sides, -1);
    if (s.dropout != 0 && s.train && l + 1 < s.num_layers) x = dropout(x, s.dropout, true);
  }
  const auto joined = [](const std::vector<Tensor>& t) { return t.size() == 1 ? t[0].unsqueeze(0) : stack(t, 0); };
  return {x, joined(last), lstm ? joined(cells) : Tensor()};
}

// Half types are computed in float and rounded at the end.
template <class F>
Found in_float(const Tensor& input, const Tensor& hx, const Tensor& cx, TensorList params, const F& f) {
  if (!is_half(input) || detail::autocasting()) return f(input, hx, cx, params);
  std::vector<Tensor> wide;
  for (const Tensor& p : params) {
    check_dtype(input, p, "parameter");
    wide.push_back(p.to(kFloat));
  }
  check_dtype(input, hx, "hidden");
  const Found found = f(input.to(kFloat), hx.to(kFloat), widened(cx), wide);
  const ScalarType t = input.dtype();
  return {found.output.to(t), found.hy.to(t), found.cy.defined() ? found.cy.to(t) : Tensor()};
}

Found padded(Stack s, const Tensor& input, const Tensor& hx, const Tensor& cx, bool batch_first) {
  return in_float(input, hx, cx, s.params, [&](const Tensor& x, const Tensor& h, const Tensor& c, TensorList params) {
    s.params = params;
    check(x.dim() == 3, "{}: expected a 3-D input, but got {}", std::string_view(s.name), x.sizes());
    const Tensor steps = batch_first ? x.transpose(0, 1) : x;
    const int64_t length = steps.size(0), batch = steps.size(1);
    check(length > 0, "Expected sequence length to be larger than 0 in RNN");
    check(h.dim() != 3 || h.size(1) == batch, "{}: expected hidden states of batch size {}, but got {}",
          std::string_view(s.name), batch, h.sizes());
    Found found = run_stack(s, steps.reshape({length * batch, steps.size(2)}), {}, h, c);
    found.output = found.output.view({length, batch, found.output.size(1)});
    if (batch_first) found.output = found.output.transpose(0, 1);
    return found;
  });
}

std::vector<int64_t> numbers(const Tensor& t, const char* what) {
  check(t.dim() == 1 && t.dtype() == kLong, "{} should be a 1-D int64 tensor, but got {} of shape {}",
        std::string_view(what), dtype_name(t.dtype()), t.sizes());
  const Tensor own = t.contiguous();
  const int64_t* from = own.data_ptr<int64_t>();
  return {from, from + own.numel()};
}

Found packed(Stack s, const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, const Tensor& cx) {
  return in_float(data, hx, cx, s.params, [&](const Tensor& x, const Tensor& h, const Tensor& c, TensorList params) {
    s.params = params;
    const std::vector<int64_t> sizes = numbers(batch_sizes, "batch_sizes");
    check(!sizes.empty(), "Expected sequence length to be larger than 0 in RNN");
    return run_stack(s, x, sizes, h, c);
  });
}

Found lstm_states(const Stack& s, const Tensor& input, const Tensor* batch_sizes, TensorList hx, bool batch_first) {
  check(hx.size() == 2, "lstm expects two hidden states");
  return batch_sizes ? packed(s, input, *batch_sizes, hx[0], hx[1]) : padded(s, input, hx[0], hx[1], batch_first);
}

// ---- cells ----

void check_state(const Tensor& input, const Tensor& hx, int64_t hidden, int64_t number) {
  check(input.size(0) == hx.size(0), "Input batch size {} doesn't match hidden{} batch size {}", input.size(0), number,
        hx.size(0));
  check(hx.size(1) == hidden, "hidden{} has inconsistent hidden_size: got {}, expected {}", number, hx.size(1), hidden);
}

std::tuple<Tensor, Tensor> run_cell(Recurrence mode, const Tensor& input, const Tensor& hx, const Tensor& cx,
                                    const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh) {
  check(input.dim() == 2 && hx.dim() == 2 && w_ih.dim() == 2 && w_hh.dim() == 2,
        "recurrent cell: expected 2-D input, states and weights, but got {}, {}, {} and {}", input.sizes(), hx.sizes(),
        w_ih.sizes(), w_hh.sizes());
  check(input.size(1) == w_ih.size(1), "input has inconsistent input_size: got {} expected {}", input.size(1),
        w_ih.size(1));
  check_state(input, hx, w_hh.size(1), 0);
  if (cx.defined()) {
    check(cx.dim() == 2, "recurrent cell: expected 2-D states, but got {}", cx.sizes());
    check_state(input, cx, w_hh.size(1), 1);
  }
  if (is_half(input) && !detail::autocasting()) {
    check_dtype(input, w_ih, "parameter");
    check_dtype(input, hx, "hidden");
    const auto [h, c] = run_cell(mode, input.to(kFloat), hx.to(kFloat), widened(cx), w_ih.to(kFloat), w_hh.to(kFloat),
                                 widened(b_ih), widened(b_hh));
    return {h.to(input.dtype()), c.to(input.dtype())};
  }
  check_dtype(input, hx, "hidden");
  Tensor bi = b_ih, bh = b_hh;
  if (bi.defined() != bh.defined()) (bi.defined() ? bh : bi) = zeros_like(bi.defined() ? bi : bh);
  auto [y, h, c, gates, kept] = recur(input, hx, cx, {w_ih, w_hh, bi, bh, Tensor()}, {}, mode, false);
  return {h, c};
}

}  // namespace

#define RL_RNN(name, mode)                                                                                            \
  std::tuple<Tensor, Tensor> name(const Tensor& input, const Tensor& hx, TensorList params, bool has_biases,          \
                                  int64_t num_layers, double dropout, bool train, bool bidirectional,                 \
                                  bool batch_first) {                                                                 \
    const Found found = padded({#name, mode, params, has_biases, num_layers, dropout, train, bidirectional}, input,   \
                               hx, Tensor(), batch_first);                                                            \
    return {found.output, found.hy};                                                                                  \
  }                                                                                                                   \
  std::tuple<Tensor, Tensor> name(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, TensorList params, \
                                  bool has_biases, int64_t num_layers, double dropout, bool train,                    \
                                  bool bidirectional) {                                                               \
    const Found found = packed({#name, mode, params, has_biases, num_layers, dropout, train, bidirectional}, data,    \
                               batch_sizes, hx, Tensor());                                                            \
    return {found.output, found.hy};                                                                                  \
  }                                                                                                                   \
  Tensor name##_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,                   \
                     const Tensor& b_ih, const Tensor& b_hh) {                                                        \
    return std::get<0>(run_cell(mode, input, hx, Tensor(), w_ih, w_hh, b_ih, b_hh));                                  \
  }
RL_RNN(rnn_tanh, Recurrence::kTanh)
RL_RNN(rnn_relu, Recurrence::kRelu)
RL_RNN(gru, Recurrence::kGru)
#undef RL_RNN

std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& input, TensorList hx, TensorList params, bool has_biases,
                                        int64_t num_layers, double dropout, bool train, bool bidirectional,
                                        bool batch_first) {
  const Stack stack{"lstm", Recurrence::kLstm, params, has_biases, num_layers, dropout, train, bidirectional};
  const size_t plain = static_cast<size_t>(num_layers * (bidirectional ? 2 : 1)) * (has_biases ? 4 : 2);
  if (detail::autocasting() && params.size() == plain && input.numel() != 0) {
    const detail::AmpCall amp(detail::AmpPolicy::kLower);
    return lstm(amp.cast(input), amp.cast(hx), amp.cast(params), has_biases, num_layers, dropout, train, bidirectional,
                batch_first);
  }
  const Found found = lstm_states(stack, input, nullptr, hx, batch_first);
  return {found.output, found.hy, found.cy};
}

std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& data, const Tensor& batch_sizes, TensorList hx, TensorList params,
                                        bool has_biases, int64_t num_layers, double dropout, bool train,
                                        bool bidirectional) {
  const Stack stack{"lstm", Recurrence::kLstm, params, has_biases, num_layers, dropout, train, bidirectional};
  const Found found = lstm_states(stack, data, &batch_sizes, hx, false);
  return {found.output, found.hy, found.cy};
}

std::tuple<Tensor, Tensor> lstm_cell(const Tensor& input, TensorList hx, const Tensor& w_ih, const Tensor& w_hh,
                                     const Tensor& b_ih, const Tensor& b_hh) {
  check(hx.size() == 2, "lstm_cell expects two hidden states");
  return run_cell(Recurrence::kLstm, input, hx[0], hx[1], w_ih, w_hh, b_ih, b_hh);
}

// ---- made of other ops ----

namespace {

struct Step {
  Tensor h, c;
};

Step compose_step(Recurrence mode, const Tensor& sums, const Tensor& h, const Tensor& c, const Tensor& w_hh,
                  const Tensor& b_hh, const Tensor& w_hr) {
  const Tensor own = nn::functional::linear(h, w_hh, b_hh);
  if (mode == Recurrence::kTanh) return {tanh(add(sums, own)), c};
  if (mode == Recurrence::kRelu) return {relu(add(sums, own)), c};
  if (mode == Recurrence::kLstm) {
    const std::vector<Tensor> g = add(sums, own).chunk(4, 1);
    const Tensor cell = add(mul(sigmoid(g[1]), c), mul(sigmoid(g[0]), tanh(g[2])));
    const Tensor hidden = mul(sigmoid(g[3]), tanh(cell));
    return {w_hr.defined() ? matmul(hidden, w_hr.t()) : hidden, cell};
  }
  const std::vector<Tensor> x = sums.chunk(3, 1), s = own.chunk(3, 1);
  const Tensor r = sigmoid(add(x[0], s[0])), z = sigmoid(add(x[1], s[1])), n = tanh(add(x[2], mul(r, s[2])));
  return {add(n, mul(z, sub(h, n))), c};
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> _recurrence_composed(const Tensor& input, const Tensor& hx, const Tensor& cx,
                                                        const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                                                        const Tensor& b_hh, const Tensor& w_hr, IntArrayRef batch_sizes,
                                                        int64_t kind, bool reverse) {
  const auto mode = static_cast<Recurrence>(kind);
  const int64_t batch = hx.size(0);
  std::vector<int64_t> counts(batch_sizes.begin(), batch_sizes.end());
  if (counts.empty() && batch > 0) counts.assign(static_cast<size_t>(input.size(0) / batch), batch);
  const Tensor sums = nn::functional::linear(input, w_ih, b_ih);
  std::vector<Tensor> rows(counts.size());
  std::vector<int64_t> first(counts.size(), 0);
  for (size_t t = 1; t < counts.size(); ++t) first[t] = first[t - 1] + counts[t - 1];
  Tensor h = hx, c = cx;
  for (size_t i = 0; i < counts.size(); ++i) {
    const size_t t = reverse ? counts.size() - 1 - i : i;
    const int64_t m = counts[t];
    const auto head = [&](const Tensor& x) { return x.defined() ? x.narrow(0, 0, m) : x; };
    const auto join = [&](const Tensor& x, const Tensor& all) {  // rows that are not active stay
      return m < batch && x.defined() ? cat({x, all.narrow(0, m, batch - m)}, 0) : x;
    };
    const Step step = compose_step(mode, sums.narrow(0, first[t], m), head(h), head(c), w_hh, b_hh, w_hr);
    rows[t] = step.h;
    h = join(step.h, h);
    c = join(step.c, c);
  }
  return {rows.empty() ? zeros({0, hx.size(1)}, input.options().requires_grad(false)) : cat(rows, 0), h,
          c.defined() ? c : zeros({0, 0}, input.options().requires_grad(false))};
}

// ---- packed sequences ----

std::tuple<Tensor, Tensor> _pack_padded_sequence(const Tensor& input_, const Tensor& lengths_, bool batch_first) {
  check(input_.dim() >= 2, "Expected an input of at least 2 dimensions, but got {}", input_.sizes());
  const Tensor input = batch_first ? input_.transpose(0, 1) : input_;
  check(input.numel() > 0, "Cannot pack empty tensors.");
  check(lengths_.dim() == 1 && lengths_.dtype() == kLong, "'lengths' argument should be a 1D CPU int64 tensor");
  const std::vector<int64_t> lengths = numbers(lengths_, "'lengths'");
  const int64_t batch = input.size(1);
  check(static_cast<int64_t>(lengths.size()) == batch,
        "Expected `len(lengths)` to be equal to batch_size, but got {} (batch_size={})", lengths.size(), batch);
  check(std::is_sorted(lengths.rbegin(), lengths.rend()),
        "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
        "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do "
        "not need ONNX exportability.");
  check(lengths.back() > 0,
        "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0");
  check(lengths.front() <= input.size(0), "Expected lengths of at most {}, the input's, but got {}", input.size(0),
        lengths.front());
  std::vector<Tensor> parts;
  std::vector<int64_t> sizes;
  int64_t begun = 0;
  for (int64_t i = batch;
       i-- > 0;) {  // from the shortest sequence on: as many steps as it has more than the one before
    const int64_t end = lengths[static_cast<size_t>(i)];
    if (end == begun) continue;
    DimVector shape{(end - begun) * (i + 1)};
    for (int64_t d = 2; d < input.dim(); ++d) shape.push_back(input.size(d));
    parts.push_back(input.narrow(0, begun, end - begun).narrow(1, 0, i + 1).reshape(shape));
    sizes.insert(sizes.end(), static_cast<size_t>(end - begun), i + 1);
    begun = end;
  }
  return {cat(parts, 0), tensor(sizes, kLong)};
}

std::tuple<Tensor, Tensor> _pad_packed_sequence(const Tensor& data, const Tensor& batch_sizes, bool batch_first,
                                                const Scalar& padding_value, int64_t total_length) {
  const std::vector<int64_t> sizes = numbers(batch_sizes, "batch_sizes");
  check(!sizes.empty() && data.dim() >= 1, "Expected data and batch_sizes of a packed sequence, but got none");
  const int64_t longest = static_cast<int64_t>(sizes.size()), batch = sizes[0];
  int64_t length = longest;
  if (total_length > 0) {
    check(total_length >= longest,
          "Expected total_length to be at least the length of the longest sequence in input, but got total_length={} "
          "and max sequence length being {}",
          total_length, longest);
    length = total_length;
  }
  int64_t total = 0;
  std::vector<int64_t> lengths(static_cast<size_t>(batch), 0), places;
  for (int64_t t = 0; t < longest; ++t) {
    const int64_t m = sizes[static_cast<size_t>(t)];
    check(m >= 1 && m <= batch && (t == 0 || m <= sizes[static_cast<size_t>(t - 1)]),
          "Expected batch_sizes that descend to at least 1, but got {}", IntArrayRef(sizes));
    for (int64_t i = 0; i < m; ++i) {
      ++lengths[static_cast<size_t>(i)];
      places.push_back(batch_first ? i * length + t : t * batch + i);
    }
    total += m;
  }
  check(total == data.size(0), "Expected {} rows of data, the sum of batch_sizes, but got {}", total, data.size(0));
  DimVector flat{length * batch}, shape{batch_first ? batch : length, batch_first ? length : batch};
  for (int64_t d = 1; d < data.dim(); ++d) flat.push_back(data.size(d)), shape.push_back(data.size(d));
  const Tensor empty = full(flat, padding_value, data.options().requires_grad(false));
  return {empty.index_copy(0, tensor(places, kLong), data).view(shape), tensor(lengths, kLong)};
}

}  // namespace rushlight
