// Recurrent layers (RNN, LSTM, GRU) over whole sequences, and cells for one step.
#pragma once
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"
#include "rushlight/nn/rnn_utils.h"

namespace rushlight::nn {

// What all recurrent layers take; mode: "RNN_TANH", "RNN_RELU", "LSTM", "GRU".
class RNNBaseOptions {
 public:
  RNNBaseOptions(std::string_view mode, int64_t input_size, int64_t hidden_size)
      : mode_(mode),
        input_size_(input_size),
        hidden_size_(hidden_size),
        num_layers_(1),
        bias_(true),
        batch_first_(false),
        dropout_(0),
        bidirectional_(false),
        proj_size_(0) {}
  RUSHLIGHT_OPTION(std::string_view, std::string, mode)
  RUSHLIGHT_OPTION(int64_t, int64_t, input_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, hidden_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_layers)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(bool, bool, batch_first)
  RUSHLIGHT_OPTION(double, double, dropout)
  RUSHLIGHT_OPTION(bool, bool, bidirectional)
  RUSHLIGHT_OPTION(int64_t, int64_t, proj_size)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// The parameters, checks and walk through the layers that RNN, LSTM and GRU share.
class RL_API RNNBaseImpl : public Module {
 public:
  explicit RNNBaseImpl(const RNNBaseOptions& options);
  void reset_parameters() override;
  std::string extra_repr() const override;
  // Nothing to do: the parameters are read where they lie.
  void flatten_parameters() {}
  std::vector<Tensor> all_weights() const { return weights_; }
  std::vector<Tensor*> tensor_members() override;

  RNNBaseOptions options_base;

 protected:
  struct States {
    Tensor h, c;
  };
  struct Result {
    Tensor output;
    States states;
  };
  void check_input(const Tensor& input, bool packed) const;
  DimVector state_size(int64_t batch, bool cell) const;
  void check_forward_args(const Tensor& input, const States& states, int64_t batch, bool packed) const;
  Result run(const Tensor& input, const Tensor& batch_sizes, const States& states);
  // States are zeros where they are undefined.
  Result run_padded(const char* name, Tensor input, States states);
  Result run_packed(const utils::rnn::PackedSequence& input, States states);
  bool lstm() const { return options_base.mode() == "LSTM"; }

 private:
  std::vector<std::string> names_;
  std::vector<Tensor> weights_;
};
RUSHLIGHT_MODULE(RNNBase);

class RNNOptions {
 public:
  RNNOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size),
        hidden_size_(hidden_size),
        num_layers_(1),
        nonlinearity_("tanh"),
        bias_(true),
        batch_first_(false),
        dropout_(0),
        bidirectional_(false) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, input_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, hidden_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_layers)
  RUSHLIGHT_OPTION(std::string_view, std::string, nonlinearity)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(bool, bool, batch_first)
  RUSHLIGHT_OPTION(double, double, dropout)
  RUSHLIGHT_OPTION(bool, bool, bidirectional)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// Simple recurrent layers: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu (Elman 1990). Input (L, N, input_size),
// (N, L, input_size) with batch_first, (L, input_size) or packed; hx (num_layers * directions, N, hidden_size).
class RL_API RNNImpl : public RNNBaseImpl {
 public:
  RNNImpl(int64_t input_size, int64_t hidden_size) : RNNImpl(RNNOptions(input_size, hidden_size)) {}
  explicit RNNImpl(const RNNOptions& options);
  std::tuple<Tensor, Tensor> forward(const Tensor& input, const Tensor& hx = {});
  std::tuple<utils::rnn::PackedSequence, Tensor> forward(const utils::rnn::PackedSequence& input,
                                                         const Tensor& hx = {});
  std::tuple<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(const utils::rnn::PackedSequence& input,
                                                                           const Tensor& hx = {}) {
    return forward(input, hx);
  }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  RNNOptions options;
};
RUSHLIGHT_MODULE(RNN);

class LSTMOptions {
 public:
  LSTMOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size),
        hidden_size_(hidden_size),
        num_layers_(1),
        bias_(true),
        batch_first_(false),
        dropout_(0),
        bidirectional_(false),
        proj_size_(0) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, input_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, hidden_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_layers)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(bool, bool, batch_first)
  RUSHLIGHT_OPTION(double, double, dropout)
  RUSHLIGHT_OPTION(bool, bool, bidirectional)
  RUSHLIGHT_OPTION(int64_t, int64_t, proj_size)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// Layers of long short-term memory (Hochreiter and Schmidhuber 1997); with proj_size the hidden state is projected (Sak
// et al. 2014). Shapes as RNN's; hx is a pair (h, c).
class RL_API LSTMImpl : public RNNBaseImpl {
 public:
  using Pair = std::tuple<Tensor, Tensor>;
  LSTMImpl(int64_t input_size, int64_t hidden_size) : LSTMImpl(LSTMOptions(input_size, hidden_size)) {}
  explicit LSTMImpl(const LSTMOptions& options);
  std::tuple<Tensor, Pair> forward(const Tensor& input, const std::optional<Pair>& hx = {});
  std::tuple<utils::rnn::PackedSequence, Pair> forward(const utils::rnn::PackedSequence& input,
                                                       const std::optional<Pair>& hx = {});
  std::tuple<utils::rnn::PackedSequence, Pair> forward_with_packed_input(const utils::rnn::PackedSequence& input,
                                                                         const std::optional<Pair>& hx = {}) {
    return forward(input, hx);
  }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  LSTMOptions options;
};
RUSHLIGHT_MODULE(LSTM);

class GRUOptions {
 public:
  GRUOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size),
        hidden_size_(hidden_size),
        num_layers_(1),
        bias_(true),
        batch_first_(false),
        dropout_(0),
        bidirectional_(false) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, input_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, hidden_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_layers)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(bool, bool, batch_first)
  RUSHLIGHT_OPTION(double, double, dropout)
  RUSHLIGHT_OPTION(bool, bool, bidirectional)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// Layers of gated recurrent units (Cho et al. 2014). Shapes as RNN's.
class RL_API GRUImpl : public RNNBaseImpl {
 public:
  GRUImpl(int64_t input_size, int64_t hidden_size) : GRUImpl(GRUOptions(input_size, hidden_size)) {}
  explicit GRUImpl(const GRUOptions& options);
  std::tuple<Tensor, Tensor> forward(const Tensor& input, const Tensor& hx = {});
  std::tuple<utils::rnn::PackedSequence, Tensor> forward(const utils::rnn::PackedSequence& input,
                                                         const Tensor& hx = {});
  std::tuple<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(const utils::rnn::PackedSequence& input,
                                                                           const Tensor& hx = {}) {
    return forward(input, hx);
  }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  GRUOptions options;
};
RUSHLIGHT_MODULE(GRU);

// ---- cells ----------------------------------------------------------------------------------------------------------

class RNNCellOptionsBase {
 public:
  RNNCellOptionsBase(int64_t input_size, int64_t hidden_size, bool bias, int64_t num_chunks)
      : input_size_(input_size), hidden_size_(hidden_size), bias_(bias), num_chunks_(num_chunks) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, input_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, hidden_size)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(int64_t, int64_t, num_chunks)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// The parameters that all cells have.
class RL_API RNNCellBaseImpl : public Module {
 public:
  explicit RNNCellBaseImpl(const RNNCellOptionsBase& options);
  void reset_parameters() override;
  std::string extra_repr() const override;

  std::vector<Tensor*> tensor_members() override { return {&weight_ih, &weight_hh, &bias_ih, &bias_hh}; }

  RNNCellOptionsBase options_base;
  Tensor weight_ih, weight_hh, bias_ih, bias_hh;

 protected:
  virtual std::string nonlinearity() const { return "tanh"; }
  using Step = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&);
  Tensor single(const char* name, Step step, const Tensor& input, const Tensor& hx) const;
};
RUSHLIGHT_MODULE(RNNCellBase);

class RNNCellOptions {
 public:
  RNNCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size), bias_(true), nonlinearity_("tanh") {}
  RUSHLIGHT_OPTION(int64_t, int64_t, input_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, hidden_size)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::string_view, std::string, nonlinearity)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// One step of a simple RNN: input (N, input_size) or (input_size), hx and the result (N, hidden_size).
class RL_API RNNCellImpl : public RNNCellBaseImpl {
 public:
  RNNCellImpl(int64_t input_size, int64_t hidden_size) : RNNCellImpl(RNNCellOptions(input_size, hidden_size)) {}
  explicit RNNCellImpl(const RNNCellOptions& options);
  Tensor forward(const Tensor& input, const Tensor& hx = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  RNNCellOptions options;

 protected:
  std::string nonlinearity() const override { return options.nonlinearity(); }
};
RUSHLIGHT_MODULE(RNNCell);

class LSTMCellOptions {
 public:
  LSTMCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size), bias_(true) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, input_size)
  RUSHLIGHT_OPTION(int64_t, int64_t, hidden_size)
  RUSHLIGHT_OPTION(bool, bool, bias)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};
using GRUCellOptions = LSTMCellOptions;

// One step of long short-term memory; hx and the result are pairs (h, c).
class RL_API LSTMCellImpl : public RNNCellBaseImpl {
 public:
  LSTMCellImpl(int64_t input_size, int64_t hidden_size) : LSTMCellImpl(LSTMCellOptions(input_size, hidden_size)) {}
  explicit LSTMCellImpl(const LSTMCellOptions& options);
  std::tuple<Tensor, Tensor> forward(const Tensor& input, const std::optional<std::tuple<Tensor, Tensor>>& hx = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  LSTMCellOptions options;
};
RUSHLIGHT_MODULE(LSTMCell);

// One step of a gated recurrent unit.
class RL_API GRUCellImpl : public RNNCellBaseImpl {
 public:
  GRUCellImpl(int64_t input_size, int64_t hidden_size) : GRUCellImpl(GRUCellOptions(input_size, hidden_size)) {}
  explicit GRUCellImpl(const GRUCellOptions& options);
  Tensor forward(const Tensor& input, const Tensor& hx = {});
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    return remade(*this, device);
  }

  GRUCellOptions options;
};
RUSHLIGHT_MODULE(GRUCell);

}  // namespace rushlight::nn
