// Recurrences: one layer of an LSTM, GRU or simple RNN in one direction, over all steps, and its gradients.
#include <algorithm>
#include <array>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/gemm.h"
#include "cpu/isa.h"
#include "cpu/isa/rnn_kernels.h"
#include "cpu/reduce.h"
#include "cpu/slope_panels.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/meta_rnn.h"

namespace rushlight::cpu {
namespace {

// Note [Recurrences]
// The input's part of all sums is one product over all steps, unless both weights fit the second-level cache: then
// each step makes its own and the sums never leave the cache. The rest runs step by step, but sequences do not know
// of each other: a task owns a few of them (kFew or kMany, by the batch alone) and walks through all steps without
// meeting another task. Its state stays in the cache and the recurrent weights, packed once, are read by all tasks.
// Rows are packed: those of step t begin at first[t], and the sequences that are active in it are the first of the
// batch. A sequence that ended (or, backwards, has not begun) just keeps its row of the state. The backward pass
// walks the other way and leaves the slopes of the sums of all rows, from which the weights' gradients are a
// product each.
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

// What the next step will read, into the second-level cache while this step multiplies.
template <class T>
void prefetch(const T* p, int64_t n) {
  for (int64_t i = 0; i < n; i += 64 / int64_t(sizeof(T))) __builtin_prefetch(p + i, 0, 2);
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
      const int64_t steps = std::min(kGemmKBlock, k_ - p), panel = kernels_.nr * steps;
      const GemmEpilogue<T> e{T(1), p == 0 ? beta : T(1), p == 0 ? bias : nullptr};
      kernels_.direct_packed(m, n_, steps, a + p, lda, from, panel, c, ldc, e);
      from += panels_ * panel;
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
  bool reverse, full;  // full: all sequences have all steps
  int64_t batch, few;

  Steps(int64_t rows, int64_t batch, IntArrayRef sizes, bool reverse) : reverse(reverse), full(true), batch(batch) {
    few = batch <= 2 * kMany ? kFew : kMany;
    if (sizes.empty() && batch > 0) {
      for (int64_t row = 0; row < rows; row += batch) first.push_back(row), count.push_back(batch);
    } else {
      int64_t row = 0;
      full = sizes.empty() || sizes.back() == sizes.front();
      for (const int64_t n : sizes) first.push_back(row), count.push_back(n), row += n;
    }
  }
  int64_t size() const { return static_cast<int64_t>(first.size()); }
  int64_t last() const { return reverse ? 0 : size() - 1; }  // the last step of the recurrence
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
  bool simple() const { return !lstm() && !gru(); }
  bool lstm() const { return mode == Recurrence::kLstm; }
  bool gru() const { return mode == Recurrence::kGru; }
  double ns_per_row(bool with_input = false) const {
    const double macs = static_cast<double>(sums) * static_cast<double>(out + (with_input ? width : 0)) +
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
    const bool one = steps.size() == 1 && l.batch <= 4;  // a few rows once: packing would not pay
    const bool by_step = steps.size() > 1 && l.width > 0 && l.sums * (l.width + l.out) * sizeof(T) <= kInCache;
    if (!by_step) {
      gemm<T>(l.rows, l.sums, l.width, T(1), data<T>(l.input), l.width, 1, data<T>(l.w_ih), 1, l.width, T(0), sums, ld,
              bias.data());
    }
    if (one && !l.gru()) {
      gemm<T>(l.rows, l.sums, l.out, T(1), data<T>(l.hx), l.out, 1, data<T>(l.w_hh), 1, l.out, T(1), sums, ld);
    }
    const PackedMatrix<T> recurrent(data<T>(l.w_hh), 1, l.out, l.out, one && !l.gru() ? 0 : l.sums);
    const PackedMatrix<T> projection(data<T>(l.w_hr), 1, l.hidden, l.hidden, l.w_hr.defined() ? l.out : 0);
    const PackedMatrix<T> inputs(data<T>(l.w_ih), 1, l.width, l.width, by_step ? l.sums : 0);
    const auto begin_step = [&](int64_t row, int64_t m) {
      if (by_step)
        inputs.multiply(m, data<T>(l.input) + row * l.width, l.width, T(0), sums + row * ld, ld, bias.data());
    };
    steps.tasks(l.ns_per_row(by_step), [&](int64_t r0, int64_t r1) {
      l.lstm() ? lstm(r0, r1, begin_step, recurrent, projection, one)
               : (l.gru() ? gru(r0, r1, begin_step, recurrent) : simple(r0, r1, begin_step, recurrent, one));
    });
  }

 private:
  static constexpr uint64_t kInCache = 512 << 10;  // weights up to this size are multiplied step by step

  // The states before a step: where the step before wrote its rows, or those that are kept for each sequence.
  const T* before_step(int64_t before, int64_t r0, const T* written, int64_t n, const T* kept) const {
    return steps.full && before >= 0 ? written + steps.row(before, r0) * n : kept;
  }
  // The rows of a step become the kept ones: at once, or at the end where every step has all sequences.
  void keep(int64_t t, int64_t r0, int64_t m, const T* written, int64_t n, T* kept) const {
    if (!steps.full || t == steps.last()) std::copy_n(written + steps.row(t, r0) * n, m * n, kept);
  }
  template <class F>
  void lstm(int64_t r0, int64_t r1, const F& begin_step, const PackedMatrix<T>& recurrent,
            const PackedMatrix<T>& projection, bool one) {
    const Layer<T>& l = layer;
    const auto& kernels = rnn_kernels<T>();
    const int64_t h = l.hidden, p = l.out;
    const Workspace<T> wide(l.w_hr.defined() ? (r1 - r0) * h : 0);
    T *state = hy + r0 * p, *cell = cy + r0 * h;
    std::copy_n(data<T>(l.hx) + r0 * p, (r1 - r0) * p, state);
    std::copy_n(data<T>(l.cx) + r0 * h, (r1 - r0) * h, cell);
    steps.walk(false, [&](int64_t t, int64_t before) {
      const int64_t m = steps.active(t, r0, r1), row = steps.row(t, r0);
      if (m == 0) return;
      begin_step(row, m);
      T *sums = gates + row * 4 * h, *to = l.w_hr.defined() ? wide.data() : output + row * p;
      const T* old = before_step(before, r0, cells, h, cell);
      if (!one) recurrent.multiply(m, before_step(before, r0, output, p, state), p, T(1), sums, 4 * h);
      for (int64_t i = 0; i < m; ++i) {
        kernels.lstm(h, sums + i * 4 * h, old + i * h, cells + (row + i) * h, to + i * h);
      }
      if (l.w_hr.defined()) projection.multiply(m, wide.data(), h, T(0), output + row * p, p);
      keep(t, r0, m, output, p, state);
      keep(t, r0, m, cells, h, cell);
    });
  }
  template <class F>
  void gru(int64_t r0, int64_t r1, const F& begin_step, const PackedMatrix<T>& recurrent) {
    const Layer<T>& l = layer;
    const auto& kernels = rnn_kernels<T>();
    const int64_t h = l.hidden;
    const Workspace<T> sums((r1 - r0) * 3 * h);
    T* state = hy + r0 * h;
    std::copy_n(data<T>(l.hx) + r0 * h, (r1 - r0) * h, state);
    steps.walk(false, [&](int64_t t, int64_t before) {
      const int64_t m = steps.active(t, r0, r1), row = steps.row(t, r0);
      if (m == 0) return;
      begin_step(row, m);
      const T* old = before_step(before, r0, output, h, state);
      recurrent.multiply(m, old, h, T(0), sums.data(), 3 * h, data<T>(l.b_hh));
      for (int64_t i = 0; i < m; ++i) {
        kernels.gru(h, gates + (row + i) * 4 * h, sums.data() + i * 3 * h, old + i * h, output + (row + i) * h);
      }
      keep(t, r0, m, output, h, state);
    });
  }
  template <class F>
  void simple(int64_t r0, int64_t r1, const F& begin_step, const PackedMatrix<T>& recurrent, bool one) {
    const Layer<T>& l = layer;
    const auto& kernels = rnn_kernels<T>();
    const int64_t h = l.hidden;
    T* state = hy + r0 * h;
    std::copy_n(data<T>(l.hx) + r0 * h, (r1 - r0) * h, state);
    steps.walk(false, [&](int64_t t, int64_t before) {
      const int64_t m = steps.active(t, r0, r1);
      if (m == 0) return;
      begin_step(steps.row(t, r0), m);
      T* sums = output + steps.row(t, r0) * h;
      if (!one) recurrent.multiply(m, before_step(before, r0, output, h, state), h, T(1), sums, h);
      l.mode == Recurrence::kTanh ? kernels.tanh(m * h, sums) : kernels.relu(m * h, sums);
      keep(t, r0, m, output, h, state);
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
  bool state_wanted, rows_wanted;            // grad_hx; the slopes row by row
  Workspace<T> slopes{};                     // (N, ld), or (B, ld) of one step if nobody wants all rows
  Workspace<T> before{};                     // (N, P): the state before each step, where it does not lie in `output`
  Workspace<T> wide{}, projected{};          // with projections, (N, H) what was projected and (N, P) its slopes
  const SlopePanels<T>* panels = nullptr;

  void run() {
    const Layer<T>& l = layer;
    slopes = Workspace<T>((rows_wanted ? l.rows : l.batch) * ld);
    if (!steps.full) before = Workspace<T>(l.rows * l.out);
    if (l.w_hr.defined()) {
      wide = Workspace<T>(l.rows * l.hidden);
      projected = Workspace<T>(l.rows * l.out);
    }
    const bool recurs = state_wanted || steps.size() > 1;
    const PackedMatrix<T> recurrent(data<T>(l.w_hh), l.out, 1, recurs ? l.sums : 0, l.out);
    const PackedMatrix<T> projection(data<T>(l.w_hr), l.hidden, 1, l.out, l.w_hr.defined() ? l.hidden : 0);
    steps.tasks(l.ns_per_row(), [&](int64_t r0, int64_t r1) { walk(r0, r1, recurrent, projection); });
  }
  // The states before all rows.
  std::array<RowRun<T>, 2> states_before() const {
    const int64_t n = layer.rows, b = layer.batch, p = layer.out;
    if (!steps.full) return {{{0, n, before.data()}, {}}};
    if (steps.size() < 2) return {{{0, n, data<T>(layer.hx)}, {}}};
    if (steps.reverse) return {{{0, n - b, output + b * p}, {n - b, b, data<T>(layer.hx)}}};
    return {{{0, b, data<T>(layer.hx)}, {b, n - b, output}}};
  }

 private:
  // Rows of the state before step t: those that the step before wrote, then those that begin with this step. Copied to
  // `to` unless they lie together.
  const T* rows_before(int64_t t, int64_t earlier, int64_t r0, int64_t r1, const T* written, const Tensor& initial,
                       int64_t n, T* to) const {
    const int64_t m = steps.active(t, r0, r1), old = earlier < 0 ? 0 : std::min(m, steps.active(earlier, r0, r1));
    const T *from = old > 0 ? written + steps.row(earlier, r0) * n : nullptr, *begin = data<T>(initial) + r0 * n;
    if (steps.full) return from ? from : begin;
    if (old > 0) std::copy_n(from, old * n, to);
    std::copy_n(begin + old * n, (m - old) * n, to + old * n);
    return to;
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
    const Workspace<T> cell(l.lstm() && !steps.full ? (r1 - r0) * h : 0), dwide(l.w_hr.defined() ? (r1 - r0) * h : 0);
    steps.walk(true, [&](int64_t t, int64_t earlier) {
      const int64_t m = steps.active(t, r0, r1), row = steps.row(t, r0);
      if (m == 0) return;
      if (grad_output) gemm_kernels<T>().finish(m * p, grad_output + row * p, dh, {T(1), T(1), nullptr});
      const T* states = rows_before(t, earlier, r0, r1, output, l.hx, p, before.data() + row * p);
      const T* own = dh;
      if (l.w_hr.defined()) {
        std::copy_n(dh, m * p, projected.data() + row * p);
        projection.multiply(m, dh, p, T(0), dwide.data(), h);
        own = dwide.data();
      }
      const T* old = l.lstm() ? rows_before(t, earlier, r0, r1, cells, l.cx, h, cell.data()) : nullptr;
      T* to = slopes.data() + (rows_wanted ? row : r0) * ld;
      for (int64_t i = 0; i < m; ++i) {
        gates_backward(row + i, (old ? old : states) + i * h, own + i * h, dh + i * p, dc ? dc + i * h : nullptr,
                       to + i * ld);
      }
      if (panels) panels->put(row, m, to);
      if (earlier >= 0) {
        const int64_t next = steps.row(earlier, r0);
        if (!l.simple()) prefetch(gates + next * ld, m * ld);
        if (l.lstm()) prefetch(cells + next * h, m * h);
        if (grad_output) prefetch(grad_output + next * p, m * p);
      }
      if (earlier >= 0 || state_wanted) {
        recurrent.multiply(m, to + (l.gru() ? h : 0), ld, l.gru() ? T(1) : T(0), dh, p);
      }
    });
  }
  // `old` is the cell before, or the state of a GRU.
  void gates_backward(int64_t row, const T* old, const T* own, T* dh, T* dc, T* to) {
    const auto& kernels = rnn_kernels<T>();
    const int64_t h = layer.hidden;
    if (layer.lstm()) {
      kernels.lstm_backward(h, gates + row * ld, old, cells + row * h, own, dc, to);
      if (layer.w_hr.defined()) kernels.lstm_hidden(h, gates + row * ld, cells + row * h, wide.data() + row * h);
    } else if (layer.gru()) {
      kernels.gru_backward(h, gates + row * ld, old, dh, to);
    } else if (layer.mode == Recurrence::kTanh) {
      kernels.tanh_backward(h, output + row * h, own, to);
    } else {
      kernels.relu_backward(h, output + row * h, own, to);
    }
  }
};

// The gradients that are products of the slopes. A GRU's slopes lie as n (input), r, z, n (state).
template <class T>
struct Products {
  using Gradient = WeightGradient<T>;
  const Layer<T>& l;
  const ArrayRef<bool> mask;
  T *grad_input, *grad_w_ih, *grad_w_hh, *grad_b_ih, *grad_b_hh, *grad_w_hr;

  // A few rows of one step are multiplied as they lie.
  bool in_panels(const Steps& steps) const {
    return (mask[3] || mask[4] || mask[5] || mask[6]) && (steps.size() > 1 || l.rows >= kPanelRows);
  }
  std::array<typename Gradient::Part, 2> of_input() const {
    const int64_t h = l.hidden;
    if (l.gru()) return {{{h, 0, 2 * h}, {0, 2 * h, h}}};
    return {{{0, 0, l.sums}, {}}};
  }
  // What both biases are added to has one gradient.
  bool shared_bias() const { return !l.gru() && mask[5] && mask[6]; }
  std::array<Gradient, 2> weights(const Backward<T>& b) const {
    const bool two = mask[6] && !shared_bias();
    const Gradient in{{{{0, l.rows, data<T>(l.input)}, {}}},
                      l.width,
                      of_input(),
                      mask[3] ? grad_w_ih : nullptr,
                      mask[5] ? grad_b_ih : nullptr};
    const Gradient state{b.states_before(),
                         l.out,
                         {{{l.gru() ? l.hidden : 0, 0, l.sums}, {}}},
                         mask[4] ? grad_w_hh : nullptr,
                         two ? grad_b_hh : nullptr};
    return {in, state};
  }
  void run(const Backward<T>& b) const {
    if (b.panels) {
      b.panels->products(weights(b));
    } else {
      for (const Gradient& g : weights(b)) plainly(g, b);
    }
    if (shared_bias()) std::copy_n(grad_b_ih, l.sums, grad_b_hh);
    if (mask[0]) {
      T beta(0);
      for (const auto& part : of_input()) {
        if (part.count == 0 && beta != T(0)) continue;
        gemm<T>(l.rows, l.width, part.count, T(1), b.slopes.data() + part.at, b.ld, 1,
                data<T>(l.w_ih) + part.sum * l.width, l.width, 1, beta, grad_input, l.width);
        beta = T(1);
      }
    }
    if (mask[7]) {
      gemm<T>(l.out, l.hidden, l.rows, T(1), b.projected.data(), 1, l.out, b.wide.data(), l.hidden, 1, T(0), grad_w_hr,
              l.hidden);
    }
  }

 private:
  static constexpr int64_t kPanelRows = 64;

  void plainly(const Gradient& g, const Backward<T>& b) const {
    const int64_t n = l.rows;
    const Workspace<T> ones(g.bias ? n : 0);
    std::fill_n(ones.data(), g.bias ? n : 0, T(1));
    for (const auto& part : g.parts) {
      if (part.count == 0) continue;
      const T* from = b.slopes.data() + part.at;
      if (g.weight) {
        gemm<T>(part.count, g.width, n, T(1), from, 1, b.ld, g.inputs[0].from, g.width, 1, T(0),
                g.weight + part.sum * g.width, g.width);
      }
      if (g.bias) gemm<T>(1, part.count, n, T(1), ones.data(), n, 1, from, b.ld, 1, T(0), g.bias + part.sum, l.sums);
    }
  }
};

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
                         layer.lstm() || layer.gru() ? 4 * layer.hidden : layer.hidden,
                         output_mask[1],
                         output_mask[0]};
    const Products<T> products{layer,
                               output_mask,
                               data<T>(grad_input),
                               data<T>(grad_w_ih),
                               data<T>(grad_w_hh),
                               data<T>(grad_b_ih),
                               data<T>(grad_b_hh),
                               data<T>(grad_w_hr)};
    if (products.in_panels(steps)) {
      const SlopePanels<T> panels(layer.rows, backward.ld);
      backward.panels = &panels;
      backward.run();
      products.run(backward);
    } else {
      backward.rows_wanted = true;
      backward.run();
      products.run(backward);
    }
  });
}

}  // namespace rushlight::cpu
