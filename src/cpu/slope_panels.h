// The slopes of a recurrence in the panels that matrix products read, and the gradients of weights made from them.
#pragma once
#include <algorithm>
#include <array>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/gemm.h"

namespace rushlight::cpu {

// Rows that lie one after another: those from `row` on are at `from`.
template <class T>
struct RowRun {
  int64_t row, count;
  const T* from;
};

// The gradients of one weight and its bias: products of the rows that went in (runs in rising order, `width` apart)
// and the slopes. Slopes [at, at + count) are those of the sums [sum, sum + count), the rows of the weight. Runs and
// parts may be empty.
template <class T>
struct WeightGradient {
  struct Part {
    int64_t at, sum, count;
  };
  std::array<RowRun<T>, 2> inputs;
  int64_t width;
  std::array<Part, 2> parts;
  T *weight, *bias;  // (sums, width) and (sums); null: not wanted
};

// Note [Slopes in panels]
// A weight's gradient sums over all rows. As a plain product it would fetch the slopes, by far the larger operand, from
// memory once to pack them and once to multiply. The backward pass has just computed them when they are still in the
// first-level cache, so it puts them in their place in the panels: blocks of kGemmKBlock rows, in each a panel for
// every `nr` columns. The product is made transposed, (width, columns), tile by tile, and each tile is turned on its
// way out. The bias is one more row of it, with ones for inputs. Tiles do not share sums and are cut alike for every
// number of threads.
template <class T>
class SlopePanels {
 public:
  SlopePanels(int64_t rows, int64_t columns)
      : kernels_(gemm_kernels<T>()),
        rows_(rows),
        columns_(columns),
        panels_((columns + kernels_.nr - 1) / kernels_.nr),
        blocks_((rows + kGemmKBlock - 1) / kGemmKBlock),
        memory_(panels_ * (rows + blocks_) * kernels_.nr) {}

  // Slopes of the rows [row, row + m), `columns` apart.
  void put(int64_t row, int64_t m, const T* from) const {
    while (m > 0) {
      const int64_t block = row / kGemmKBlock, inside = row - block * kGemmKBlock;
      const int64_t count = std::min(m, kGemmKBlock - inside), nr = kernels_.nr;
      T* to = block_start(block) + inside * nr;
      for (int64_t j = 0; j < columns_; j += nr, to += panel_size(block)) {
        kernels_.pack(to, nr, from + j, 1, columns_, std::min(nr, columns_ - j), count, nr);
      }
      row += count, m -= count, from += count * columns_;
    }
  }

  void products(const std::array<WeightGradient<T>, 2>& wanted) const {
    std::vector<Product> all;
    all.reserve(wanted.size());
    for (const WeightGradient<T>& g : wanted) {
      if (g.weight || g.bias) all.emplace_back(g, *this);
    }
    if (all.empty()) return;
    const int64_t n = static_cast<int64_t>(all.size());
    int64_t most_a = 0, most_c = 0;
    for (const Product& p : all) most_a = std::max(most_a, p.tiles * blocks_), most_c = std::max(most_c, p.tiles);
    const int64_t groups = (panels_ + kGroup - 1) / kGroup, step = std::min(rows_, kGemmKBlock);
    const double lanes = static_cast<double>(all[0].tile);
    parallel_for(n * most_a, 1, lanes * static_cast<double>(step * sizeof(T)) / 16, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Product& p = all[static_cast<size_t>(i % n)];
        if (i / n < p.tiles * blocks_) pack_inputs(p, i / n / blocks_, i / n % blocks_);
      }
    });
    const double macs = lanes * static_cast<double>(kGroup * kernels_.nr) * static_cast<double>(rows_);
    parallel_for(n * most_c * groups, 1, macs * ns_per_mac(sizeof(T)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Product& p = all[static_cast<size_t>(i % n)];
        if (i / n / groups < p.tiles) multiply(p, i / n / groups, i / n % groups);
      }
    });
  }

 private:
  static constexpr int64_t kGroup = 4;             // panels of slopes for each task
  static constexpr int64_t kTallest = 192;         // inputs for each task
  static constexpr int64_t kPad = 64 / sizeof(T);  // keeps the rows of a tile out of each other's cache sets

  struct Product {
    const WeightGradient<T>& gradient;
    int64_t width, lanes, tiles, tile;  // inputs, and one more for the bias; their tiles
    int64_t panel, block;               // packed sizes
    Workspace<T> packed;

    Product(const WeightGradient<T>& g, const SlopePanels& s)
        : gradient(g),
          width(g.weight ? g.width : 0),
          lanes(width + (g.bias ? 1 : 0)),
          tiles((lanes + kTallest - 1) / kTallest),
          tile(tiles ? (lanes + tiles - 1) / tiles : 0),
          panel(a_panel_size(s.kernels_, std::min(s.rows_, kGemmKBlock))),
          block((tile + s.kernels_.mr - 1) / s.kernels_.mr * panel),
          packed(tiles * s.blocks_ * block) {}
    int64_t first(int64_t i) const { return i * tile; }
    int64_t count(int64_t i) const { return std::clamp<int64_t>(lanes - first(i), 0, tile); }
  };

  int64_t steps(int64_t block) const { return std::min(kGemmKBlock, rows_ - block * kGemmKBlock); }
  // One row more than there are: panels that begin in the same set of a cache would push each other out.
  int64_t panel_size(int64_t block) const { return (steps(block) + 1) * kernels_.nr; }
  T* block_start(int64_t block) const { return memory_.data() + block * (kGemmKBlock + 1) * panels_ * kernels_.nr; }

  // Inputs of a tile for a block of rows, as panels of balanced height; the last input may be the ones for the bias.
  void pack_inputs(const Product& p, int64_t tile, int64_t block) const {
    const int64_t m = p.count(tile), count = (m + kernels_.mr - 1) / kernels_.mr, width = p.gradient.width;
    const int64_t k0 = block * kGemmKBlock, k1 = k0 + steps(block);
    T* to = p.packed.data() + (tile * blocks_ + block) * p.block;
    for (int64_t i = 0, lane = p.first(tile); i < count; ++i, to += p.panel) {
      const int64_t height = m / count + (i < m % count), inputs = std::clamp<int64_t>(p.width - lane, 0, height);
      for (const RowRun<T>& run : p.gradient.inputs) {
        const int64_t begin = std::max(k0, run.row), end = std::min(k1, run.row + run.count);
        if (begin >= end || inputs == 0) continue;
        kernels_.pack(to + (begin - k0) * height, height, run.from + (begin - run.row) * width + lane, 1, width, inputs,
                      end - begin, height);
      }
      for (int64_t k = 0; inputs < height && k < k1 - k0; ++k) to[k * height + height - 1] = T(1);
      lane += height;
    }
  }

  void multiply(const Product& p, int64_t tile, int64_t group) const {
    const int64_t nr = kernels_.nr, j0 = group * kGroup * nr, n = std::min(columns_ - j0, kGroup * nr);
    const int64_t m = p.count(tile), ld = kGroup * nr + kPad;
    const auto touches = [&](const auto& part) { return part.at < j0 + n && part.at + part.count > j0; };
    if (m == 0 || std::ranges::none_of(p.gradient.parts, touches)) return;  // a GRU's sums of the other kind
    const Workspace<T> c(m * ld);
    for (int64_t block = 0; block < blocks_; ++block) {
      const GemmEpilogue<T> e{T(1), block == 0 ? T(0) : T(1), nullptr};
      kernels_.macro(m, n, steps(block), p.packed.data() + (tile * blocks_ + block) * p.block, p.panel,
                     block_start(block) + group * kGroup * panel_size(block), panel_size(block), c.data(), ld, e,
                     nullptr);
    }
    for (const auto& part : p.gradient.parts) {
      const int64_t begin = std::max(j0, part.at), end = std::min(j0 + n, part.at + part.count);
      if (begin < end) write(p, tile, c.data() + (begin - j0), ld, part.sum + begin - part.at, end - begin);
    }
  }
  // `count` columns of a tile become rows of the gradient, from row `sum` on.
  void write(const Product& p, int64_t tile, const T* c, int64_t ld, int64_t sum, int64_t count) const {
    const int64_t first = p.first(tile), m = p.count(tile), inputs = std::clamp<int64_t>(p.width - first, 0, m);
    if (inputs < m) std::copy_n(c + inputs * ld, count, p.gradient.bias + sum);
    if (inputs == 0) return;
    T* to = p.gradient.weight + sum * p.gradient.width + first;
    for (int64_t i = 0; i < inputs; i += kernels_.lanes) {
      const int64_t few = std::min<int64_t>(kernels_.lanes, inputs - i);
      if (few == kernels_.lanes) {
        kernels_.pack(to + i, p.gradient.width, c + i * ld, ld, 1, few, count, few);
        continue;
      }
      for (int64_t j = 0; j < count; ++j) {
        for (int64_t r = i; r < inputs; ++r) to[j * p.gradient.width + r] = c[r * ld + j];
      }
    }
  }

  const GemmKernels<T>& kernels_;
  int64_t rows_, columns_, panels_, blocks_;
  Workspace<T> memory_;
};

}  // namespace rushlight::cpu
