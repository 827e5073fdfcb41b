// Shapes and checks of recurrences.
#include "plan/meta_rnn.h"

#include "plan/dims.h"

namespace rushlight::meta {
namespace {

void check_weight(const char* name, const Tensor& w, const DimVector& expected, const Tensor& input) {
  check(w.sizes() == expected, "recurrence: expected {} of shape {}, but got {}", std::string_view(name), expected,
        w.sizes());
  check(w.dtype() == input.dtype(), "recurrence: expected {} of the input's dtype {}, but got {}",
        std::string_view(name), dtype_name(input.dtype()), dtype_name(w.dtype()));
}

void check_batch_sizes(IntArrayRef batch_sizes, int64_t rows, int64_t batch) {
  if (batch_sizes.empty()) {
    check(batch > 0 ? rows % batch == 0 : rows == 0,
          "recurrence: expected steps of {} rows each, but got {} rows in all", batch, rows);
    return;
  }
  int64_t total = 0, before = batch;
  for (const int64_t n : batch_sizes) {
    check(n >= 1 && n <= before, "recurrence: expected batch_sizes that descend from {} to at least 1, but got {}",
          batch, batch_sizes);
    before = n;
    total += n;
  }
  check(batch_sizes[0] == batch && total == rows,
        "recurrence: expected batch_sizes from {} on with the sum {}, but got {}", batch, rows, batch_sizes);
}

}  // namespace

std::array<Meta, 5> recurrence(const Tensor& input, const Tensor& hx, const Tensor& cx, const Tensor& w_ih,
                               const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh, const Tensor& w_hr,
                               IntArrayRef batch_sizes, int64_t kind) {
  check(kind >= 0 && kind <= 3, "recurrence: expected mode 0 to 3, but got {}", kind);
  const auto mode = static_cast<Recurrence>(kind);
  const bool lstm = mode == Recurrence::kLstm, gru = mode == Recurrence::kGru;
  check_not_implemented(input.dtype() == kFloat || input.dtype() == kDouble,
                        "\"recurrence\" not implemented for '{}'; convert the input with to() first",
                        to_string(input.dtype()));
  check(input.dim() == 2 && hx.dim() == 2, "recurrence: expected 2-D input and hx, but got {} and {}", input.sizes(),
        hx.sizes());
  check(lstm == cx.defined() && (lstm || !w_hr.defined()), "recurrence: cx and w_hr belong to an LSTM");
  const int64_t batch = hx.sizes()[0], out = hx.sizes()[1], hidden = lstm && cx.dim() == 2 ? cx.sizes()[1] : out,
                wide = gates_of(mode) * hidden;
  check_weight("hx", hx, {batch, w_hr.defined() ? out : hidden}, input);
  if (lstm) check_weight("cx", cx, {batch, hidden}, input);
  check_weight("w_ih", w_ih, {wide, input.sizes()[1]}, input);
  check_weight("w_hh", w_hh, {wide, out}, input);
  check(b_ih.defined() == b_hh.defined(), "recurrence: expected both biases or none");
  if (b_ih.defined()) {
    check_weight("b_ih", b_ih, {wide}, input);
    check_weight("b_hh", b_hh, {wide}, input);
  }
  if (w_hr.defined()) check_weight("w_hr", w_hr, {out, hidden}, input);
  const int64_t rows = input.sizes()[0];
  check_batch_sizes(batch_sizes, rows, batch);
  const ScalarType t = input.dtype();
  const int64_t kept = lstm || gru ? 4 * hidden : 0;
  return {Meta({rows, out}, t), Meta({batch, out}, t), Meta({lstm ? batch : 0, lstm ? hidden : 0}, t),
          Meta({kept > 0 ? rows : 0, kept}, t), Meta({lstm ? rows : 0, lstm ? hidden : 0}, t)};
}

std::array<Meta, 8> recurrence_backward(const Tensor& input, const Tensor& hx, const Tensor& cx, const Tensor& w_ih,
                                        const Tensor& w_hh, const Tensor& b_ih, const Tensor& w_hr) {
  const auto or_empty = [&](const Tensor& t) { return t.defined() ? like(t) : Meta({0}, input.dtype()); };
  return {like(input), like(hx), or_empty(cx), like(w_ih), like(w_hh), or_empty(b_ih), or_empty(b_ih), or_empty(w_hr)};
}

}  // namespace rushlight::meta
