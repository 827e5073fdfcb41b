// Recurrent layers and their cells; the twin of python/rushlight/nn/modules/rnn.py.
#include "rushlight/nn/rnn.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/amp.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

using utils::rnn::PackedSequence;

namespace {

RNNBaseOptions checked(const RNNBaseOptions& o) {
  check_value(o.dropout() >= 0 && o.dropout() <= 1,
              "dropout should be a number in range [0, 1] representing the probability of an element being zeroed");
  if (o.dropout() > 0 && o.num_layers() == 1) {
    warn(
        "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
        "greater than 1, but got dropout=" +
        support::cat(o.dropout()) + " and num_layers=1");
  }
  check_value(o.input_size() > 0, "input_size must be greater than zero");
  check_value(o.hidden_size() > 0, "hidden_size must be greater than zero");
  check_value(o.num_layers() > 0, "num_layers must be greater than zero");
  check_value(o.proj_size() >= 0, "proj_size should be a positive integer or zero to disable projections");
  check_value(o.proj_size() < o.hidden_size(), "proj_size has to be smaller than hidden_size");
  const bool known = o.mode() == "LSTM" || o.mode() == "GRU" || o.mode() == "RNN_TANH" || o.mode() == "RNN_RELU";
  check_value(known, "Unrecognized RNN mode: {}", std::string_view(o.mode()));
  return o;
}

Tensor parameter(DimVector sizes, std::optional<Device> device, std::optional<ScalarType> dtype) {
  return empty(sizes, TensorOptions().device(device).dtype(dtype));
}

void draw(const Module& module, int64_t hidden_size) {
  const double bound = hidden_size > 0 ? 1.0 / std::sqrt(static_cast<double>(hidden_size)) : 0.0;
  for (const Tensor& weight : module.parameters()) init::uniform_(weight, -bound, bound);
}

template <class Options>
RNNBaseOptions base(std::string_view mode, const Options& o) {
  RNNBaseOptions found(mode, o.input_size(), o.hidden_size());
  found.num_layers(o.num_layers()).bias(o.bias()).batch_first(o.batch_first()).dropout(o.dropout());
  found.bidirectional(o.bidirectional()).device(o.device()).dtype(o.dtype());
  if constexpr (requires { o.proj_size(); }) found.proj_size(o.proj_size());
  return found;
}

}  // namespace

// ---- layers ---------------------------------------------------------------------------------------------------------

RNNBaseImpl::RNNBaseImpl(const RNNBaseOptions& given) : options_base(checked(given)) {
  const RNNBaseOptions& o = options_base;
  const int64_t gates = o.mode() == "LSTM" ? 4 : (o.mode() == "GRU" ? 3 : 1), rows = gates * o.hidden_size(),
                state = o.proj_size() > 0 ? o.proj_size() : o.hidden_size(), directions = o.bidirectional() ? 2 : 1;
  for (int64_t layer = 0; layer < o.num_layers(); ++layer) {
    const int64_t width = layer == 0 ? o.input_size() : state * directions;
    for (int64_t direction = 0; direction < directions; ++direction) {
      const auto add = [&](const char* kind, DimVector sizes) {
        names_.push_back(support::cat(kind, "_l", layer, direction == 1 ? "_reverse" : ""));
        weights_.push_back(register_parameter(names_.back(), parameter(std::move(sizes), o.device(), o.dtype())));
      };
      add("weight_ih", {rows, width});
      add("weight_hh", {rows, state});
      if (o.bias()) {
        add("bias_ih", {rows});
        add("bias_hh", {rows});
      }
      if (o.proj_size() > 0) add("weight_hr", {o.proj_size(), o.hidden_size()});
    }
  }
  RNNBaseImpl::reset_parameters();
}

void RNNBaseImpl::reset_parameters() { draw(*this, options_base.hidden_size()); }

std::vector<Tensor*> RNNBaseImpl::tensor_members() {
  std::vector<Tensor*> members;
  for (Tensor& weight : weights_) members.push_back(&weight);
  return members;
}

std::string RNNBaseImpl::extra_repr() const {
  const RNNBaseOptions& o = options_base;
  std::string text = support::cat(o.input_size(), ", ", o.hidden_size());
  if (o.proj_size() != 0) text += support::cat(", proj_size=", o.proj_size());
  if (o.num_layers() != 1) text += support::cat(", num_layers=", o.num_layers());
  if (!o.bias()) text += ", bias=False";
  if (o.batch_first()) text += ", batch_first=True";
  if (o.dropout() != 0) text += support::cat(", dropout=", o.dropout());
  if (o.bidirectional()) text += ", bidirectional=True";
  return text;
}

void RNNBaseImpl::check_input(const Tensor& input, bool packed) const {
  const std::string_view expected = dtype_name(weights_[0].dtype()), got = dtype_name(input.dtype());
  check_value(expected == got || autocast::is_autocast_enabled(input.device().type()),
              "RNN input dtype (torch.{}) does not match weight dtype (torch.{}). Convert input: input.to(torch.{}), "
              "or convert model: model.to(torch.{})",
              got, expected, expected, got);
  check(input.dim() == (packed ? 2 : 3), "input must have {} dimensions, got {}", packed ? 2 : 3, input.dim());
  check(input.size(-1) == options_base.input_size(),
        "input.size(-1) must be equal to input_size. Expected {}, got {} (input of shape {})",
        options_base.input_size(), input.size(-1), input.sizes());
}

DimVector RNNBaseImpl::state_size(int64_t batch, bool cell) const {
  const RNNBaseOptions& o = options_base;
  return {o.num_layers() * (o.bidirectional() ? 2 : 1), batch,
          !cell && o.proj_size() > 0 ? o.proj_size() : o.hidden_size()};
}

void RNNBaseImpl::check_forward_args(const Tensor& input, const States& states, int64_t batch, bool packed) const {
  check_input(input, packed);
  const auto fits = [&](const char* name, const Tensor& state, bool cell) {
    const DimVector expected = state_size(batch, cell);
    const std::string text = support::cat(IntArrayRef(expected));
    check(state.sizes() == expected, "Expected hidden{} size {}, got {}", std::string_view(name),
          std::string_view(text), state.sizes());
  };
  fits(lstm() ? "[0]" : "", states.h, false);
  if (lstm()) fits("[1]", states.c, true);
}

RNNBaseImpl::Result RNNBaseImpl::run(const Tensor& input, const Tensor& batch_sizes, const States& s) {
  const RNNBaseOptions& o = options_base;
  const std::vector<Tensor>& w = weights_;
  const bool b = o.bias(), on = training, both = o.bidirectional(), first = o.batch_first();
  const int64_t n = o.num_layers();
  const double p = o.dropout();
  if (lstm()) {
    const std::vector<Tensor> hx{s.h, s.c};
    auto [y, h, c] = batch_sizes.defined() ? rushlight::lstm(input, batch_sizes, hx, w, b, n, p, on, both)
                                           : rushlight::lstm(input, hx, w, b, n, p, on, both, first);
    return {y, {h, c}};
  }
  const auto call = [&](auto packed, auto padded) {
    auto [y, h] = batch_sizes.defined() ? packed(input, batch_sizes, s.h, w, b, n, p, on, both)
                                        : padded(input, s.h, w, b, n, p, on, both, first);
    return Result{y, {h, Tensor()}};
  };
  using Packed = std::tuple<Tensor, Tensor> (*)(const Tensor&, const Tensor&, const Tensor&, TensorList, bool, int64_t,
                                                double, bool, bool);
  using Padded =
      std::tuple<Tensor, Tensor> (*)(const Tensor&, const Tensor&, TensorList, bool, int64_t, double, bool, bool, bool);
  if (o.mode() == "GRU") return call(static_cast<Packed>(gru), static_cast<Padded>(gru));
  if (o.mode() == "RNN_TANH") return call(static_cast<Packed>(rnn_tanh), static_cast<Padded>(rnn_tanh));
  return call(static_cast<Packed>(rnn_relu), static_cast<Padded>(rnn_relu));
}

RNNBaseImpl::Result RNNBaseImpl::run_padded(const char* name, Tensor input, States states) {
  begin_forward(input);
  const bool first = options_base.batch_first(), unbatched = input.dim() == 2;
  check_value(input.dim() == 2 || input.dim() == 3, "{}: Expected input to be 2D or 3D, got {}D{} instead",
              std::string_view(name), input.dim(),
              std::string_view(options_base.mode().starts_with("RNN") ? " tensor" : ""));
  if (unbatched) input = input.unsqueeze(first ? 0 : 1);
  const int64_t batch = input.size(first ? 0 : 1);
  const std::string_view word = unbatched ? "unbatched 2-D" : "batched 3-D";
  const int64_t dims = unbatched ? 2 : 3;
  const auto zero = [&](bool cell) { return zeros(state_size(batch, cell), input.options().requires_grad(false)); };
  if (!states.h.defined()) {
    states.h = zero(false);
    if (lstm()) states.c = zero(true);
  } else {
    if (lstm()) {
      check(states.h.dim() == dims && states.c.dim() == dims,
            "For {} input, hx and cx should also be {}-D but got ({}-D, {}-D) tensors", word, dims, states.h.dim(),
            states.c.dim());
      if (unbatched) states.c = states.c.unsqueeze(1);
    } else {
      check(states.h.dim() == dims, "For {} input, hx should also be {}-D but got {}-D tensor", word, dims,
            states.h.dim());
    }
    if (unbatched) states.h = states.h.unsqueeze(1);
  }
  check_forward_args(input, states, batch, false);
  Result result = run(input, Tensor(), states);
  if (unbatched) {
    result.output = result.output.squeeze(first ? 0 : 1);
    result.states.h = result.states.h.squeeze(1);
    if (lstm()) result.states.c = result.states.c.squeeze(1);
  }
  return result;
}

RNNBaseImpl::Result RNNBaseImpl::run_packed(const PackedSequence& input, States states) {
  begin_forward(input.data());
  const Tensor& data = input.data();
  check(input.batch_sizes().dim() == 1 && input.batch_sizes().size(0) > 0, "batch_sizes should be a 1-D tensor");
  const int64_t batch = input.batch_sizes().select(0, 0).item<int64_t>();
  const auto ordered = [](const Tensor& t, const Tensor& order) {
    return t.defined() && order.defined() ? t.index_select(1, order) : t;
  };
  if (!states.h.defined()) {
    states.h = zeros(state_size(batch, false), data.options().requires_grad(false));
    if (lstm()) states.c = zeros(state_size(batch, true), data.options().requires_grad(false));
  } else {
    states = {ordered(states.h, input.sorted_indices()), ordered(states.c, input.sorted_indices())};
  }
  check_forward_args(data, states, batch, true);
  Result result = run(data, input.batch_sizes(), states);
  result.states = {ordered(result.states.h, input.unsorted_indices()),
                   ordered(result.states.c, input.unsorted_indices())};
  return result;
}

namespace {

std::string mode_of(const RNNOptions& options) {
  const std::string& f = options.nonlinearity();
  check_value(f == "tanh" || f == "relu", "Unknown nonlinearity '{}'. Select from 'tanh' or 'relu'.",
              std::string_view(f));
  return f == "tanh" ? "RNN_TANH" : "RNN_RELU";
}
PackedSequence packed_like(const PackedSequence& input, const Tensor& data) {
  return {data, input.batch_sizes(), input.sorted_indices(), input.unsorted_indices()};
}

}  // namespace

RNNImpl::RNNImpl(const RNNOptions& given) : RNNBaseImpl(base(mode_of(given), given)), options(given) {}
std::tuple<Tensor, Tensor> RNNImpl::forward(const Tensor& input, const Tensor& hx) {
  const Result r = run_padded("RNN", input, {hx, Tensor()});
  return {r.output, r.states.h};
}
std::tuple<PackedSequence, Tensor> RNNImpl::forward(const PackedSequence& input, const Tensor& hx) {
  const Result r = run_packed(input, {hx, Tensor()});
  return {packed_like(input, r.output), r.states.h};
}

LSTMImpl::LSTMImpl(const LSTMOptions& given) : RNNBaseImpl(base("LSTM", given)), options(given) {}
std::tuple<Tensor, LSTMImpl::Pair> LSTMImpl::forward(const Tensor& input, const std::optional<Pair>& hx) {
  const Result r = run_padded("LSTM", input, hx ? States{std::get<0>(*hx), std::get<1>(*hx)} : States{});
  return {r.output, {r.states.h, r.states.c}};
}
std::tuple<PackedSequence, LSTMImpl::Pair> LSTMImpl::forward(const PackedSequence& input,
                                                             const std::optional<Pair>& hx) {
  const Result r = run_packed(input, hx ? States{std::get<0>(*hx), std::get<1>(*hx)} : States{});
  return {packed_like(input, r.output), {r.states.h, r.states.c}};
}

GRUImpl::GRUImpl(const GRUOptions& given) : RNNBaseImpl(base("GRU", given)), options(given) {}
std::tuple<Tensor, Tensor> GRUImpl::forward(const Tensor& input, const Tensor& hx) {
  const Result r = run_padded("GRU", input, {hx, Tensor()});
  return {r.output, r.states.h};
}
std::tuple<PackedSequence, Tensor> GRUImpl::forward(const PackedSequence& input, const Tensor& hx) {
  const Result r = run_packed(input, {hx, Tensor()});
  return {packed_like(input, r.output), r.states.h};
}

// ---- cells ----------------------------------------------------------------------------------------------------------

RNNCellBaseImpl::RNNCellBaseImpl(const RNNCellOptionsBase& o) : options_base(o) {
  const int64_t rows = o.num_chunks() * o.hidden_size();
  weight_ih = register_parameter("weight_ih", parameter({rows, o.input_size()}, o.device(), o.dtype()));
  weight_hh = register_parameter("weight_hh", parameter({rows, o.hidden_size()}, o.device(), o.dtype()));
  bias_ih = register_parameter("bias_ih", o.bias() ? parameter({rows}, o.device(), o.dtype()) : Tensor());
  bias_hh = register_parameter("bias_hh", o.bias() ? parameter({rows}, o.device(), o.dtype()) : Tensor());
  RNNCellBaseImpl::reset_parameters();
}

void RNNCellBaseImpl::reset_parameters() { draw(*this, options_base.hidden_size()); }

std::string RNNCellBaseImpl::extra_repr() const {
  std::string text = support::cat(options_base.input_size(), ", ", options_base.hidden_size());
  if (!options_base.bias()) text += ", bias=False";
  return nonlinearity() == "tanh" ? text : text + ", nonlinearity=" + nonlinearity();
}

Tensor RNNCellBaseImpl::single(const char* name, Step step, const Tensor& input, const Tensor& hx) const {
  check_value(input.dim() == 1 || input.dim() == 2, "{}: Expected input to be 1D or 2D, got {}D instead",
              std::string_view(name), input.dim());
  check_value(!hx.defined() || hx.dim() == 1 || hx.dim() == 2, "{}: Expected hidden to be 1D or 2D, got {}D instead",
              std::string_view(name), hx.defined() ? hx.dim() : 0);
  const bool one = input.dim() == 1;
  const Tensor x = one ? input.unsqueeze(0) : input;
  Tensor h = hx.defined() && one ? hx.unsqueeze(0) : hx;
  if (!h.defined()) h = zeros({x.size(0), options_base.hidden_size()}, x.options().requires_grad(false));
  const Tensor result = step(x, h, weight_ih, weight_hh, bias_ih, bias_hh);
  return one ? result.squeeze(0) : result;
}

namespace {

template <class Options>
RNNCellOptionsBase cell_base(const Options& o, int64_t chunks) {
  RNNCellOptionsBase found(o.input_size(), o.hidden_size(), o.bias(), chunks);
  return found.device(o.device()).dtype(o.dtype());
}

}  // namespace

RNNCellImpl::RNNCellImpl(const RNNCellOptions& given) : RNNCellBaseImpl(cell_base(given, 1)), options(given) {}
Tensor RNNCellImpl::forward(const Tensor& input, const Tensor& hx) {
  begin_forward(input);
  const std::string& f = options.nonlinearity();
  check(f == "tanh" || f == "relu", "Unknown nonlinearity: {}", std::string_view(f));
  return single("RNNCell", f == "tanh" ? rnn_tanh_cell : rnn_relu_cell, input, hx);
}

LSTMCellImpl::LSTMCellImpl(const LSTMCellOptions& given) : RNNCellBaseImpl(cell_base(given, 4)), options(given) {}
std::tuple<Tensor, Tensor> LSTMCellImpl::forward(const Tensor& input,
                                                 const std::optional<std::tuple<Tensor, Tensor>>& hx) {
  begin_forward(input);
  check_value(input.dim() == 1 || input.dim() == 2, "LSTMCell: Expected input to be 1D or 2D, got {}D instead",
              input.dim());
  const bool one = input.dim() == 1;
  const Tensor x = one ? input.unsqueeze(0) : input;
  Tensor h, c;
  if (hx) {
    std::tie(h, c) = *hx;
    for (int64_t i = 0; i < 2; ++i) {
      const int64_t dims = (i == 0 ? h : c).dim();
      check_value(dims == 1 || dims == 2, "LSTMCell: Expected hx[{}] to be 1D or 2D, got {}D instead", i, dims);
    }
    if (one) h = h.unsqueeze(0), c = c.unsqueeze(0);
  } else {
    h = c = zeros({x.size(0), options.hidden_size()}, x.options().requires_grad(false));
  }
  const std::vector<Tensor> states{h, c};
  auto [next, cell] = lstm_cell(x, states, weight_ih, weight_hh, bias_ih, bias_hh);
  if (one) return {next.squeeze(0), cell.squeeze(0)};
  return {next, cell};
}

GRUCellImpl::GRUCellImpl(const GRUCellOptions& given) : RNNCellBaseImpl(cell_base(given, 3)), options(given) {}
Tensor GRUCellImpl::forward(const Tensor& input, const Tensor& hx) {
  begin_forward(input);
  return single("GRUCell", gru_cell, input, hx);
}

}  // namespace rushlight::nn
