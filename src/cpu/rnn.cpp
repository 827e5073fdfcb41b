// Recurrences: one layer of an LSTM, GRU or simple RNN in one direction, over all steps, and its gradients.
#include <algorithm>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/gemm.h"
#include "cpu/isa.h"
#include "cpu/isa/rnn_kernels.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/meta_rnn.h"

namespace rushlight::cpu {
namespace {

// Note [Recurrences]
// The input's part of all sums is one product over all steps. The rest runs step by step, but sequences do not know of
// each other: a task owns a few of them (kFew or kMany, by the batch alone) and walks through all steps without meeting
// another task. Its state stays in the cache and the recurrent weights, packed once, are read by all tasks.
// Rows are packed: those of step t begin at first[t], and the sequences that are active in it are the first of the
// batch. A sequence that ended (or, backwards, has not begun) just keeps its row of the state. The backward pass walks
// the other way and leaves the slopes of the sums of all rows, from which the weights' gradients are a product each.
constexpr int64_t kFew = 8, kMany = 16;

template <class T>
const RnnKernels<T>& rnn_kernels() noexcept;
template <>
const RnnKernels<float>& rnn_kernels<float>() noexcept {
  static const RnnKernels<float>* const chosen[] = {&base::kRnnF32, &avx2::kRnnF32, &avx512::kRnnF32};
  return *chosen[isa_level()];
}
template <>
const RnnKernels<double>& rnn_kernels<double>() noexcept {
  static const RnnKernels<double>* const chosen[] = {&base::kRnnF64, &avx2::kRnnF64, &avx512::kRnnF64};
  return *chosen[isa_level()];
}

template <class T>
constexpr T* data(const Tensor& t) {
  return t.defined() ? static_cast<T*>(t.data_ptr()) : nullptr;
}

// A matrix (k, n) that many small products read: in panels, the blocks of k one after another.
template <class T>
class PackedMatrix {
 public:
  PackedMatrix(const T* b, int64_t row, int64_t column, int64_t k, int64_t n)
      : kernels_(gemm_kernels<T>()), k_(k), n_(n), panels_((n + kernels_.nr - 1) / kernels_.nr) {
    memory_ = Workspace<T>(panels_ * kernels_.nr * k);
    T* to = memory_.data();
    for (int64_t p = 0; p < k; p += kGemmKBlock) {
      const int64_t steps = std::min(kGemmKBlock, k - p);
      for (int64_t j = 0; j < n; j += kernels_.nr, to += kernels_.nr * steps) {
        kernels_.pack(to, kernels_.nr, b + p * row + j * column, column, row, std::min<int64_t>(kernels_.nr, n - j),
                      steps, kernels_.nr);
      }
    }
  }
  // c[m][n] = a[m][k] times the matrix + beta c (+ bias).
  void multiply(int64_t m, const T* a, int64_t lda, T beta, T* c, int64_t ldc, const T* bias = nullptr) const {
    const T* from = memory_.data();
    for (int64_t p = 0; p < k_; p += kGemmKBlock) {
      const int64_t steps = std::min(kGemmKBlock, k_ - p);
      for (int64_t j = 0; j < n_; j += kernels_.nr, from += kernels_.nr * steps) {
        const GemmEpilogue<T> e{T(1), p == 0 ? beta : T(1), p == 0 && bias ? bias + j : nullptr};
        kernels_.direct(m, std::min<int64_t>(kernels_.nr, n_ - j), steps, a + p, lda, 1, from, kernels_.nr, c + j, ldc,
                        e, nullptr);
      }
    }
  }

 private:
  const GemmKernels<T>& kernels_;
  int64_t k_, n_, panels_;
  Workspace<T> memory_;
};

// Where the rows of each step are, and in which order the steps are walked.
struct Steps {
  std::vector<int64_t> first, count;
  bool reverse;
  int64_t batch, few;

  Steps(int64_t rows, int64_t batch, IntArrayRef sizes, bool reverse) : reverse(reverse), batch(batch) {
    few = batch <= 2 * kMany ? kFew : kMany;
    if (sizes.empty() && batch > 0) {
      for (int64_t row = 0; row < rows; row += batch) first.push_back(row), count.push_back(batch);
    } else {
      int64_t row = 0;
      for (const int64_t n : sizes) first.push_back(row), count.push_back(n), row += n;
    }
  }
  int64_t size() const { return static_cast<int64_t>(first.size()); }
  // Rows of step t that belong to the sequences [r0, r1).
  int64_t active(int64_t t, int64_t r0, int64_t r1) const {
    return std::clamp<int64_t>(count[static_cast<size_t>(t)] - r0, 0, r1 - r0);
  }
  int64_t row(int64_t t, int64_t r0) const { return first[static_cast<size_t>(t)] + r0; }
  // f(t, before): every step in the order of the recurrence, and the step before it (-1: none); or the other way round.
  template <class F>
  void walk(bool backwards, const F& f) const {
    const int64_t n = size(), back = reverse ? 1 : -1;
    for (int64_t i = 0; i < n; ++i) {
      const int64_t t = reverse == backwards ? i : n - 1 - i, before = t + back;
      f(t, before < n ? before : -1);
    }
  }
  // f(r0, r1) for each task's sequences; `macs` for one row.
  template <class F>
  void tasks(double ns_per_row, const F& f) const {
    parallel_for(batch, few, ns_per_row * static_cast<double>(size()), f);
  }
};

template <class T>
struct Layer {
  Recurrence mode;
  Tensor input, hx, cx, w_ih, w_hh, b_ih, b_hh, w_hr;
  int64_t rows, batch, width, out, hidden, sums;

  Layer(const Tensor& x, const Tensor& h, const Tensor& c, const Tensor& wi, const Tensor& wh, const Tensor& bi,
        const Tensor& bh, const Tensor& wr, int64_t kind)
      : mode(static_cast<Recurrence>(kind)),
        input(dense(x)),
        hx(dense(h)),
        cx(own(c)),
        w_ih(dense(wi)),
        w_hh(dense(wh)),
        b_ih(own(bi)),
        b_hh(own(bh)),
        w_hr(own(wr)),
        rows(x.sizes()[0]),
        batch(h.sizes()[0]),
        width(x.sizes()[1]),
        out(h.sizes()[1]),
        hidden(wi.sizes()[0] / gates_of(mode)),
        sums(wi.sizes()[0]) {}
  static Tensor own(const Tensor& t) { return t.defined() ? dense(t) : t; }
  bool lstm() const { return mode == Recurrence::kLstm; }
  bool gru() const { return mode == Recurrence::kGru; }
  double ns_per_row() const {
    const double macs = static_cast<double>(sums) * static_cast<double>(out) +
                        (w_hr.defined() ? static_cast<double>(out) * static_cast<double>(hidden) : 0.0);
    return macs * ns_per_mac(sizeof(T)) + static_cast<double>(sums);
  }
  // The two biases as one, where both are added to the same sum.
  Workspace<T> bias() const {
    if (!b_ih.defined()) return {};
    Workspace<T> sum(sums);
    const T *a = data<T>(b_ih), *b = data<T>(b_hh);
    for (int64_t i = 0; i < sums; ++i) sum.data()[i] = gru() ? a[i] : a[i] + b[i];
    return sum;
  }
};

template <class T>
struct Forward {
  const Layer<T>& layer;
  const Steps& steps;
  T *output, *hy, *cy, *gates, *cells;

  void run() {
    const Layer<T>& l = layer;
    const Workspace<T> bias = l.bias();
    T* sums = l.lstm() || l.gru() ? gates : output;
    const int64_t ld = l.lstm() || l.gru() ? 4 * l.hidden : l.hidden;
    gemm<T>(l.rows, l.sums, l.width, T(1), data<T>(l.input), l.width, 1, data<T>(l.w_ih), 1, l.width, T(0), sums, ld,
            bias.data());
    const bool one = steps.size() == 1 && l.batch <= 4;  // a few rows once: packing would not pay
    if (one && !l.gru()) {
      gemm<T>(l.rows, l.sums, l.out, T(1), data<T>(l.hx), l.out, 1, data<T>(l.w_hh), 1, l.out, T(1), sums, ld);
    }
    const PackedMatrix<T> recurrent(data<T>(l.w_hh), 1, l.out, l.out, one && !l.gru() ? 0 : l.sums);
    const PackedMatrix<T> projection(data<T>(l.w_hr), 1, l.hidden, l.hidden, l.w_hr.defined() ? l.out : 0);
    steps.tasks(l.ns_per_row(), [&](int64_t r0, int64_t r1) {
      l.lstm() ? lstm(r0, r1, recurrent, projection, one)
               : (l.gru() ? gru(r0, r1, recurrent) : simple(r0, r1, recurrent, one));
    });
  }

 private:
  void lstm(int64_t r0, int64_t r1, const PackedMatrix<T>& recurrent, const PackedMatrix<T>& projection, bool one) {
    const Layer<T>& l = layer;
    const auto& kernels = rnn_kernels<T>();
    const int64_t h = l.hidden, p = l.out;
    const Workspace<T> wide(l.w_hr.defined() ? (r1 - r0) * h : 0);
    T *state = hy + r0 * p, *cell = cy + r0 * h;
    std::copy_n(data<T>(l.hx) + r0 * p, (r1 - r0) * p, state);
    std::copy_n(data<T>(l.cx) + r0 * h, (r1 - r0) * h, cell);
    steps.walk(false, [&](int64_t t, int64_t) {
      const int64_t m = steps.active(t, r0, r1), row = steps.row(t, r0);
      if (m == 0) return;
      T* sums = gates + row * 4 * h;
      if (!one) recurrent.multiply(m, state, p, T(1), sums, 4 * h);
      for (int64_t i = 0; i < m; ++i) {
        T* to = l.w_hr.defined() ? wide.data() + i * h : state + i * p;
        kernels.lstm(h, sums + i * 4 * h, cell + i * h, cells + (row + i) * h, to);
      }
      std::copy_n(cells + row * h, m * h, cell);
      if (l.w_hr.defined()) projection.multiply(m, wide.data(), h, T(0), state, p);
      std::copy_n(state, m * p, output + row * p);
    });
  }
  void gru(int64_t r0, int64_t r1, const PackedMatrix<T>& recurrent) {
    const Layer<T>& l = layer;
    const auto& kernels = rnn_kernels<T>();
    const int64_t h = l.hidden;
    const Workspace<T> sums((r1 - r0) * 3 * h);
    T* state = hy + r0 * h;
    std::copy_n(data<T>(l.hx) + r0 * h, (r1 - r0) * h, state);
    steps.walk(false, [&](int64_t t, int64_t) {
      const int64_t m = steps.active(t, r0, r1), row = steps.row(t, r0);
      if (m == 0) return;
      recurrent.multiply(m, state, h, T(0), sums.data(), 3 * h, data<T>(l.b_hh));
      for (int64_t i = 0; i < m; ++i) {
        kernels.gru(h, gates + (row + i) * 4 * h, sums.data() + i * 3 * h, state + i * h, output + (row + i) * h);
      }
      std::copy_n(output + row * h, m * h, state);
    });
  }
  void simple(int64_t r0, int64_t r1, const PackedMatrix<T>& recurrent, bool one) {
    const Layer<T>& l = layer;
    const auto& kernels = rnn_kernels<T>();
    const int64_t h = l.hidden;
    T* state = hy + r0 * h;
    std::copy_n(data<T>(l.hx) + r0 * h, (r1 - r0) * h, state);
    steps.walk(false, [&](int64_t t, int64_t) {
      const int64_t m = steps.active(t, r0, r1);
      if (m == 0) return;
      T* sums = output + steps.row(t, r0) * h;
      if (!one) recurrent.multiply(m, state, h, T(1), sums, h);
      l.mode == Recurrence::kTanh ? kernels.tanh(m * h, sums) : kernels.relu(m * h, sums);
      std::copy_n(sums, m * h, state);
    });
  }
};

template <class T>
struct Backward {
  const Layer<T>& layer;
  const Steps& steps;
  const T *output, *gates, *cells;
  const T *grad_output, *grad_hy, *grad_cy;  // null: zero
  T *grad_hx, *grad_cx;                      // results, and on the way the slopes of the state
  int64_t ld;                                // slopes of each row: 4 H for LSTM and GRU, H for the simple RNN
  Workspace<T> slopes{};                     // (N, ld)
  Workspace<T> before{};                     // (N, P): the state before each step
  Workspace<T> wide{}, projected{};          // with projections, (N, H) what was projected and (N, P) its slopes

  void run() {
    const Layer<T>& l = layer;
    slopes = Workspace<T>(l.rows * ld);
    before = Workspace<T>(l.rows * l.out);
    if (l.w_hr.defined()) {
      wide = Workspace<T>(l.rows * l.hidden);
      projected = Workspace<T>(l.rows * l.out);
    }
    const PackedMatrix<T> recurrent(data<T>(l.w_hh), l.out, 1, l.sums, l.out);
    const PackedMatrix<T> projection(data<T>(l.w_hr), l.hidden, 1, l.out, l.w_hr.defined() ? l.hidden : 0);
    steps.tasks(l.ns_per_row(), [&](int64_t r0, int64_t r1) { walk(r0, r1, recurrent, projection); });
  }

 private:
  // Rows of the state before step t: those that the step before wrote, then those that begin with this step.
  void take_before(int64_t t, int64_t earlier, int64_t r0, int64_t r1, const T* written, const Tensor& initial,
                   int64_t n, T* to) const {
    const int64_t m = steps.active(t, r0, r1), old = earlier < 0 ? 0 : std::min(m, steps.active(earlier, r0, r1));
    if (old > 0) std::copy_n(written + steps.row(earlier, r0) * n, old * n, to);
    std::copy_n(data<T>(initial) + (r0 + old) * n, (m - old) * n, to + old * n);
  }
  static void start(const T* from, int64_t n, T* to) {
    if (from)
      std::copy_n(from, n, to);
    else
      std::fill_n(to, n, T(0));
  }
  void walk(int64_t r0, int64_t r1, const PackedMatrix<T>& recurrent, const PackedMatrix<T>& projection) {
    const Layer<T>& l = layer;
    const int64_t h = l.hidden, p = l.out;
    T *dh = grad_hx + r0 * p, *dc = l.lstm() ? grad_cx + r0 * h : nullptr;
    start(grad_hy ? grad_hy + r0 * p : nullptr, (r1 - r0) * p, dh);
    if (l.lstm()) start(grad_cy ? grad_cy + r0 * h : nullptr, (r1 - r0) * h, dc);
    const Workspace<T> cell(l.lstm() ? (r1 - r0) * h : 0), dwide(l.w_hr.defined() ? (r1 - r0) * h : 0);
    steps.walk(true, [&](int64_t t, int64_t earlier) {
      const int64_t m = steps.active(t, r0, r1), row = steps.row(t, r0);
      if (m == 0) return;
      if (grad_output) {
        const T* from = grad_output + row * p;
        for (int64_t i = 0; i < m * p; ++i) dh[i] += from[i];
      }
      take_before(t, earlier, r0, r1, output, l.hx, p, before.data() + row * p);
      const T* own = dh;
      if (l.w_hr.defined()) {
        std::copy_n(dh, m * p, projected.data() + row * p);
        projection.multiply(m, dh, p, T(0), dwide.data(), h);
        own = dwide.data();
      }
      if (l.lstm()) take_before(t, earlier, r0, r1, cells, l.cx, h, cell.data());
      for (int64_t i = 0; i < m; ++i)
        gates_backward(row + i, cell.data() + i * h, own + i * h, dh + i * p, dc ? dc + i * h : nullptr);
      const T* sums = slopes.data() + row * ld + (l.gru() ? h : 0);
      recurrent.multiply(m, sums, ld, l.gru() ? T(1) : T(0), dh, p);
    });
  }
  void gates_backward(int64_t row, const T* cell_before, const T* own, T* dh, T* dc) {
    const auto& kernels = rnn_kernels<T>();
    const int64_t h = layer.hidden;
    T* to = slopes.data() + row * ld;
    if (layer.lstm()) {
      kernels.lstm_backward(h, gates + row * ld, cell_before, cells + row * h, own, dc, to);
      if (layer.w_hr.defined()) kernels.lstm_hidden(h, gates + row * ld, cells + row * h, wide.data() + row * h);
    } else if (layer.gru()) {
      kernels.gru_backward(h, gates + row * ld, before.data() + row * h, dh, to);
    } else if (layer.mode == Recurrence::kTanh) {
      kernels.tanh_backward(h, output + row * h, own, to);
    } else {
      kernels.relu_backward(h, output + row * h, own, to);
    }
  }
};

// The gradients that are products of the slopes. A GRU's slopes lie as n (input), r, z, n (state).
template <class T>
void products(const Layer<T>& l, const Backward<T>& b, ArrayRef<bool> mask, T* grad_input, T* grad_w_ih, T* grad_w_hh,
              T* grad_b_ih, T* grad_b_hh, T* grad_w_hr) {
  struct Part {
    int64_t at, sum, count;  // slopes [at, at + count) are those of the sums [sum, sum + count)
  };
  const int64_t h = l.hidden, n = l.rows, in = l.width, p = l.out;
  const std::vector<Part> of_input =
      l.gru() ? std::vector<Part>{{h, 0, 2 * h}, {0, 2 * h, h}} : std::vector<Part>{{0, 0, l.sums}};
  const Part of_state{l.gru() ? h : 0, 0, l.sums};
  const T *s = b.slopes.data(), *x = data<T>(l.input);
  bool begun = false;
  const Workspace<T> ones(n);
  std::fill_n(ones.data(), n, T(1));
  for (const Part& part : of_input) {
    const T* from = s + part.at;
    if (mask[0]) {
      gemm<T>(n, in, part.count, T(1), from, b.ld, 1, data<T>(l.w_ih) + part.sum * in, in, 1, begun ? T(1) : T(0),
              grad_input, in);
    }
    begun = true;
    if (mask[3]) {
      gemm<T>(part.count, in, n, T(1), from, 1, b.ld, x, in, 1, T(0), grad_w_ih + part.sum * in, in);
    }
    if (mask[5]) gemm<T>(1, part.count, n, T(1), ones.data(), n, 1, from, b.ld, 1, T(0), grad_b_ih + part.sum, l.sums);
  }
  const T* from = s + of_state.at;
  if (mask[4]) gemm<T>(l.sums, p, n, T(1), from, 1, b.ld, b.before.data(), p, 1, T(0), grad_w_hh, p);
  if (mask[6]) gemm<T>(1, l.sums, n, T(1), ones.data(), n, 1, from, b.ld, 1, T(0), grad_b_hh, l.sums);
  if (mask[7]) gemm<T>(p, h, n, T(1), b.projected.data(), 1, p, b.wide.data(), h, 1, T(0), grad_w_hr, h);
}

template <class F>
void in_type(ScalarType dtype, const F& f) {
  dtype == kDouble ? f.template operator()<double>() : f.template operator()<float>();
}

}  // namespace

void _recurrence(const Tensor& input, const Tensor& hx, const Tensor& cx, const Tensor& w_ih, const Tensor& w_hh,
                 const Tensor& b_ih, const Tensor& b_hh, const Tensor& w_hr, IntArrayRef batch_sizes, int64_t mode,
                 bool reverse, Tensor& output, Tensor& hy, Tensor& cy, Tensor& gates, Tensor& cells) {
  in_type(input.dtype(), [&]<class T>() {
    const Layer<T> layer(input, hx, cx, w_ih, w_hh, b_ih, b_hh, w_hr, mode);
    const Steps steps(layer.rows, layer.batch, batch_sizes, reverse);
    if (steps.size() == 0) {
      std::copy_n(data<T>(layer.hx), layer.hx.numel(), data<T>(hy));
      if (layer.lstm()) std::copy_n(data<T>(layer.cx), layer.cx.numel(), data<T>(cy));
      return;
    }
    Forward<T>{layer, steps, data<T>(output), data<T>(hy), data<T>(cy), data<T>(gates), data<T>(cells)}.run();
  });
}

void _recurrence_backward(const Tensor& grad_output, const Tensor& grad_hy, const Tensor& grad_cy, const Tensor& input,
                          const Tensor& hx, const Tensor& cx, const Tensor& w_ih, const Tensor& w_hh,
                          const Tensor& b_ih, const Tensor& w_hr, const Tensor& output, const Tensor& gates,
                          const Tensor& cells, IntArrayRef batch_sizes, int64_t mode, bool reverse,
                          ArrayRef<bool> output_mask, Tensor& grad_input, Tensor& grad_hx, Tensor& grad_cx,
                          Tensor& grad_w_ih, Tensor& grad_w_hh, Tensor& grad_b_ih, Tensor& grad_b_hh,
                          Tensor& grad_w_hr) {
  in_type(input.dtype(), [&]<class T>() {
    const Layer<T> layer(input, hx, cx, w_ih, w_hh, b_ih, b_ih, w_hr, mode);
    const Steps steps(layer.rows, layer.batch, batch_sizes, reverse);
    const auto own = [](const Tensor& t) { return t.defined() ? dense(t) : t; };
    const Tensor dy = own(grad_output), dh = own(grad_hy), dc = own(grad_cy);
    Backward<T> backward{layer,
                         steps,
                         data<T>(output),
                         data<T>(gates),
                         data<T>(cells),
                         data<T>(dy),
                         data<T>(dh),
                         data<T>(dc),
                         data<T>(grad_hx),
                         data<T>(grad_cx),
                         layer.lstm() || layer.gru() ? 4 * layer.hidden : layer.hidden};
    backward.run();
    products<T>(layer, backward, output_mask, data<T>(grad_input), data<T>(grad_w_ih), data<T>(grad_w_hh),
                data<T>(grad_b_ih), data<T>(grad_b_hh), data<T>(grad_w_hr));
  });
}

}  // namespace rushlight::cpu
