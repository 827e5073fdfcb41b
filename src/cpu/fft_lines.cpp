// The drivers of the FFT: groups of short lines side by side, long lines one after another or in parallel.
#include "cpu/fft_lines.h"

#include <algorithm>
#include <cmath>

#include "core/allocator.h"
#include "core/thread_pool.h"

namespace rushlight::cpu {
namespace {

constexpr int kMostLanes = 16;

template <class T>
FftLines<T> one_line(T* base, int64_t step, int64_t imag) {
  return {base, nullptr, 0, step, imag, 1};
}
// A dense line of complex numbers.
template <class T>
FftLines<T> dense_line(T* base) {
  return one_line(base, 2, 1);
}
template <class T>
FftLines<const T> reading(const FftLines<T>& lines) {
  return {lines.base, lines.offsets, lines.lane_step, lines.step, lines.imag, lines.count};
}

template <class T>
double line_cost(int64_t n) {  // ns
  return 30 + static_cast<double>(n) * std::log2(static_cast<double>(n) + 1) * (sizeof(T) == 4 ? 0.05 : 0.1);
}

// The lanes of one block of columns of the matrix that the four-step algorithm sees a line as.
template <class T>
FftLines<T> block_of(const FftLines<T>& line, int64_t first, int64_t end, int64_t row_length) {
  const int64_t start = line.offsets ? line.offsets[0] : 0;
  return {line.base + start + first * line.step, nullptr, line.step, row_length * line.step, line.imag,
          static_cast<int>(end - first)};
}

template <class T>
int64_t group_size(const FftPlan<T>& plan) {
  return plan.second.n * 2 * fft_kernels<T>().lanes;
}
template <class T>
int64_t groups_of(const FftPlan<T>& plan) {
  const int64_t lanes = fft_kernels<T>().lanes;
  return (plan.first.n + lanes - 1) / lanes;
}
template <class T>
int64_t rows_size(const FftPlan<T>& plan) {
  return std::max(plan.first.n, plan.second.n) * 2 * fft_kernels<T>().lanes;
}

template <class T>
T* run(const FftPasses<T>& passes, T* a, T* b) {
  return fft_kernels<T>().run(passes.passes.data(), static_cast<int>(passes.passes.size()), a, b);
}

// Columns [block * lanes, …) of the line: transformed, twisted, and stored as rows of the groups of z.
template <class T>
void transform_columns(const FftPlan<T>& plan, const FftLines<const T>& from, bool swap, int64_t block, T* z, T* a,
                       T* b) {
  const auto& kernels = fft_kernels<T>();
  const int64_t n1 = plan.first.n, n2 = plan.second.n, lanes = kernels.lanes, row = 2 * lanes;
  kernels.load(block_of(from, block * lanes, std::min(n2, (block + 1) * lanes), n2), n1, swap, a);
  const T* rows = run(plan.first, a, b);
  const bool shared = plan.factors.data() != nullptr;
  const T* twist = plan.twist.data() + (shared ? 0 : block * n1 * row);
  const T* factors = shared && block > 0 ? plan.factors.data() + block * n1 * 2 : nullptr;
  kernels.twist(rows, n1, twist, factors, z + block * lanes * row, std::min(lanes, n2 - block * lanes),
                group_size(plan));
}
// Group g of z, whose lanes are neighbours in the result.
template <class T>
void transform_group(const FftPlan<T>& plan, const FftLines<T>& to, bool swap, T scale, int64_t g, T* z, T* a) {
  const auto& kernels = fft_kernels<T>();
  const int64_t n1 = plan.first.n, lanes = kernels.lanes;
  const T* rows = run(plan.second, z + g * group_size(plan), a);
  kernels.store(block_of(to, g * lanes, std::min(n1, (g + 1) * lanes), n1), plan.second.n, swap, scale, rows);
}

template <class T>
void four_step(const FftPlan<T>& plan, const FftLines<const T>& from, const FftLines<T>& to, bool swap, T scale,
               T* scratch, bool parallel) {
  const int64_t lanes = fft_kernels<T>().lanes, blocks = (plan.second.n + lanes - 1) / lanes, groups = groups_of(plan);
  T* const z = scratch;
  T* const rows = z + groups * group_size(plan);
  if (!parallel) {
    for (int64_t block = 0; block < blocks; ++block)
      transform_columns(plan, from, swap, block, z, rows, rows + rows_size(plan));
    for (int64_t g = 0; g < groups; ++g) transform_group(plan, to, swap, scale, g, z, rows);
    return;
  }
  const double cost = line_cost<T>(plan.n) / 2;
  const size_t bytes = static_cast<size_t>(rows_size(plan)) * sizeof(T);
  parallel_for(blocks, 4, cost / static_cast<double>(blocks), [&](int64_t begin, int64_t end) {
    const Scratch own(2 * bytes);
    for (int64_t block = begin; block < end; ++block)
      transform_columns(plan, from, swap, block, z, own.as<T>(), own.as<T>() + rows_size(plan));
  });
  parallel_for(groups, 4, cost / static_cast<double>(groups), [&](int64_t begin, int64_t end) {
    const Scratch own(bytes);
    for (int64_t g = begin; g < end; ++g) transform_group(plan, to, swap, scale, g, z, own.as<T>());
  });
}

template <class T>
void bluestein(const FftPlan<T>& plan, const FftLines<const T>& from, const FftLines<T>& to, bool swap, T scale,
               T* scratch, bool parallel) {
  const auto& kernels = fft_kernels<T>();
  const int64_t n = plan.n, m = plan.inner->n;
  T *const x = scratch, *const y = x + 2 * m, *const rest = y + 2 * m;
  const T* p = from.base + (from.offsets ? from.offsets[0] : 0);
  for (int64_t j = 0; j < n; ++j, p += from.step) {
    const T re = p[0], im = from.imag ? p[from.imag] : T(0);
    x[2 * j] = swap ? im : re;
    x[2 * j + 1] = swap ? re : im;
  }
  kernels.multiply(x, plan.chirp.data(), n, x);
  std::fill(x + 2 * n, x + 2 * m, T(0));
  fft_transform_line(*plan.inner, reading(dense_line(x)), dense_line(y), false, T(1), rest, parallel);
  kernels.multiply(y, plan.filter.data(), m, y);
  fft_transform_line(*plan.inner, reading(dense_line(y)), dense_line(x), true, T(1), rest, parallel);
  kernels.multiply(x, plan.chirp.data(), n, x);
  T* q = to.base + (to.offsets ? to.offsets[0] : 0);
  for (int64_t j = 0; j < n; ++j, q += to.step) {
    q[0] = (swap ? x[2 * j + 1] : x[2 * j]) * scale;
    if (to.imag) q[to.imag] = (swap ? x[2 * j] : x[2 * j + 1]) * scale;
  }
}

}  // namespace

template <class T>
int64_t fft_scratch_size(const FftPlan<T>& plan) {
  switch (plan.kind) {
    case FftPlan<T>::Kind::Direct:
      return 2 * plan.n * 2 * fft_kernels<T>().lanes;
    case FftPlan<T>::Kind::FourStep:
      return groups_of(plan) * group_size(plan) + 2 * rows_size(plan);
    default:
      return 4 * plan.inner->n + fft_scratch_size(*plan.inner);
  }
}

template <class T>
void fft_transform_line(const FftPlan<T>& plan, const FftLines<const T>& from, const FftLines<T>& to, bool swap,
                        T scale, T* scratch, bool parallel) {
  switch (plan.kind) {
    case FftPlan<T>::Kind::FourStep:
      return four_step(plan, from, to, swap, scale, scratch, parallel);
    case FftPlan<T>::Kind::Bluestein:
      return bluestein(plan, from, to, swap, scale, scratch, parallel);
    default: {
      const auto& kernels = fft_kernels<T>();
      kernels.load(from, plan.n, swap, scratch);
      const T* rows = run(plan.first, scratch, scratch + plan.n * 2 * kernels.lanes);
      kernels.store(to, plan.n, swap, scale, rows);
    }
  }
}

namespace {

// ---- batches --------------------------------------------------------------------------------------------------------

// The batch in as few dimensions as it has, neighbours in memory last.
FftBatch simplified(const FftBatch& batch) {
  std::vector<size_t> order;
  for (size_t d = 0; d < batch.sizes.size(); ++d) {
    if (batch.sizes[d] != 1) order.push_back(d);
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return batch.from[a] > batch.from[b]; });
  FftBatch out;
  for (const size_t d : order) {
    if (!out.sizes.empty() && out.from.back() == batch.sizes[d] * batch.from[d] &&
        out.to.back() == batch.sizes[d] * batch.to[d]) {
      out.sizes.back() *= batch.sizes[d];
      out.from.back() = batch.from[d];
      out.to.back() = batch.to[d];
    } else {
      out.sizes.push_back(batch.sizes[d]);
      out.from.push_back(batch.from[d]);
      out.to.push_back(batch.to[d]);
    }
  }
  return out;
}

// Lines that are transformed together.
struct Group {
  int count;
  bool from_neighbours, to_neighbours;
  int64_t from[kMostLanes], to[kMostLanes];
};

// Cuts a batch into groups of at most `lanes` lines. Where lines are neighbours in memory a group lies in one row of them.
class Groups {
 public:
  Groups(const FftBatch& batch, int lanes, int64_t from_neighbour, int64_t to_neighbour)
      : batch_(simplified(batch)), lanes_(lanes) {
    for (const int64_t s : batch_.sizes) lines_ *= s;
    if (!batch_.sizes.empty() && (batch_.sizes.back() >= lanes / 2 || batch_.sizes.back() == lines_)) {
      from_neighbours_ = batch_.from.back() == from_neighbour;
      to_neighbours_ = batch_.to.back() == to_neighbour;
    }
    row_ = from_neighbours_ || to_neighbours_ ? batch_.sizes.back() : lines_;
    per_row_ = (row_ + lanes - 1) / lanes;
  }
  int64_t lines() const { return lines_; }
  bool neighbours() const { return from_neighbours_ || to_neighbours_; }
  int64_t count() const { return lines_ / std::max<int64_t>(row_, 1) * per_row_; }
  Group operator[](int64_t i) const {
    const int64_t in_row = i % per_row_ * lanes_, first = i / per_row_ * row_ + in_row;
    Group group{static_cast<int>(std::min<int64_t>(lanes_, row_ - in_row)), from_neighbours_, to_neighbours_, {}, {}};
    for (int l = 0; l < group.count; ++l) {
      int64_t rest = first + l, from = 0, to = 0;
      for (size_t d = batch_.sizes.size(); d-- > 0;) {
        const int64_t at = d == 0 ? rest : rest % batch_.sizes[d];
        rest /= batch_.sizes[d];
        from += at * batch_.from[d];
        to += at * batch_.to[d];
      }
      group.from[l] = from;
      group.to[l] = to;
    }
    return group;
  }

 private:
  FftBatch batch_;
  int64_t lanes_, lines_ = 1, row_ = 1, per_row_ = 1;
  bool from_neighbours_ = false, to_neighbours_ = false;
};

template <class T>
FftLines<T> lines_of(T* data, const int64_t* offsets, bool neighbours, int count, int64_t step, int64_t imag,
                     int64_t neighbour) {
  if (neighbours || count == 1) return {data + offsets[0], nullptr, neighbour, step, imag, count};
  return {data, offsets, 0, step, imag, count};
}

// Note [Passes over many lines]
// Short lines, and those that are side by side in memory while their own elements are far apart, are transformed in
// groups of as many as there are lanes: no line is gathered, and no vector is filled in part. Long groups leave the cache.
// Dense lines whose four-step matrix fills wide vectors are as well alone, and stay in the first cache.
template <class T>
std::shared_ptr<const FftPasses<T>> passes_for(int64_t n, const Groups& groups) {
  constexpr int64_t kShort = 64, kLongestInGroup = 1024, kLongestNeighbour = 2048;
  const int64_t lanes = fft_kernels<T>().lanes, lines = groups.lines();
  const bool alone = lanes >= 16 && n % (lanes * lanes) == 0;
  const bool filled = lines >= 3 * lanes || (lines >= lanes && lines % lanes == 0);
  const bool grouped =
      groups.neighbours() ? n <= kLongestNeighbour && lines >= lanes / 2 : n <= kLongestInGroup && filled && !alone;
  if (n <= kShort || grouped) {
    if (auto passes = fft_passes<T>(n)) return passes;
  }
  const auto plan = fft_plan<T>(n);
  if (plan->kind != FftPlan<T>::Kind::Direct) return nullptr;
  return {plan, &plan->first};
}

// f(from, to, scratch) for every group of lines; `from_imag` and `to_imag` as in FftLines.
template <class T, class F>
void each_group(int64_t n, const Groups& groups, FftAxis<const T> from, int64_t from_imag, int64_t from_neighbour,
                FftAxis<T> to, int64_t to_imag, int64_t to_neighbour, int64_t scratch_size, const F& f) {
  const int lanes = fft_kernels<T>().lanes;
  const double cost = line_cost<T>(n) * lanes;
  const int64_t grain = std::max<int64_t>(1, static_cast<int64_t>(8000 / cost));
  parallel_for(groups.count(), grain, cost, [&](int64_t begin, int64_t end) {
    const Scratch scratch(static_cast<size_t>(scratch_size) * sizeof(T));
    for (int64_t i = begin; i < end; ++i) {
      const Group g = groups[i];
      f(lines_of(from.data, g.from, g.from_neighbours, g.count, from.step, from_imag, from_neighbour),
        lines_of(to.data, g.to, g.to_neighbours, g.count, to.step, to_imag, to_neighbour), scratch.template as<T>());
    }
  });
}

// f(from, to, scratch, parallel) for every line: lines in parallel, or few long ones one by one, each in parallel.
template <class T, class F>
void each_line(int64_t n, const FftBatch& batch, const T* from, T* to, int64_t scratch_size, const F& f) {
  constexpr int64_t kLong = 1 << 15, kFew = 8;
  const Groups lines(batch, 1, 0, 0);
  const bool one_by_one = n >= kLong && lines.count() < kFew;
  const auto run = [&](int64_t begin, int64_t end) {
    const Scratch scratch(static_cast<size_t>(scratch_size) * sizeof(T));
    for (int64_t i = begin; i < end; ++i) {
      const Group g = lines[i];
      f(from + g.from[0], to + g.to[0], scratch.template as<T>(), one_by_one);
    }
  };
  if (one_by_one) return run(0, lines.count());
  const double cost = line_cost<T>(n);
  parallel_for(lines.count(), std::max<int64_t>(1, static_cast<int64_t>(8000 / cost)), cost, run);
}

// Element n - k is the conjugate of element k: fills those from n/2 + 1 on.
template <class T>
void mirror(T* line, int64_t n, int64_t step) {
  for (int64_t k = n / 2 + 1; k < n; ++k) {
    line[k * step] = line[(n - k) * step];
    line[k * step + 1] = -line[(n - k) * step + 1];
  }
}
template <class T>
void copy_line(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t n) {
  for (int64_t k = 0; k < n; ++k, from += from_step, to += to_step) {
    to[0] = from[0];
    to[1] = from[1];
  }
}

}  // namespace

namespace {

// Lines side by side that are too long for passes over groups: made dense, transformed one by one, put back.
template <class T>
void staged(const FftPlan<T>& plan, const Groups& groups, FftAxis<const T> from, FftAxis<T> to, bool swap, T scale) {
  const auto& kernels = fft_kernels<T>();
  const int64_t n = plan.n, lanes = kernels.lanes, rows_size = n * 2 * lanes;
  int64_t starts[kMostLanes];
  for (int64_t l = 0; l < lanes; ++l) starts[l] = l * 2 * n;
  each_group(n, groups, from, 1, 2, to, 1, 2, 2 * rows_size + fft_scratch_size(plan),
             [&](const FftLines<const T>& x, const FftLines<T>& y, T* scratch) {
               T *rows = scratch, *lines = rows + rows_size, *rest = lines + rows_size;
               const FftLines<T> dense{lines, starts, 0, 2, 1, x.count};
               kernels.load(x, n, false, rows);
               kernels.store(dense, n, false, T(1), rows);
               for (int l = 0; l < x.count; ++l) {
                 const FftLines<T> line = dense_line(lines + starts[l]);
                 fft_transform_line(plan, reading(line), line, swap, scale, rest, false);
               }
               kernels.load(reading(dense), n, false, rows);
               kernels.store(y, n, false, T(1), rows);
             });
}

}  // namespace

template <class T>
void fft_complex(int64_t n, const FftBatch& batch, FftAxis<const T> from, FftAxis<T> to, bool swap, T scale) {
  constexpr int64_t kLongestStaged = 1 << 14;
  const auto& kernels = fft_kernels<T>();
  const Groups groups(batch, kernels.lanes, 2, 2);
  if (const auto passes = passes_for<T>(n, groups)) {
    const int64_t rows_size = n * 2 * kernels.lanes;
    each_group(n, groups, from, 1, 2, to, 1, 2, 2 * rows_size,
               [&](const FftLines<const T>& x, const FftLines<T>& y, T* scratch) {
                 kernels.load(x, n, swap, scratch);
                 kernels.store(y, n, swap, scale, run(*passes, scratch, scratch + rows_size));
               });
    return;
  }
  const auto plan = fft_plan<T>(n);
  if (groups.neighbours() && n <= kLongestStaged) return staged(*plan, groups, from, to, swap, scale);
  each_line(n, batch, from.data, to.data, fft_scratch_size(*plan), [&](const T* p, T* q, T* scratch, bool parallel) {
    fft_transform_line(*plan, one_line(p, from.step, 1), one_line(q, to.step, 1), swap, scale, scratch, parallel);
  });
}

namespace {

// Even n: half as many complex numbers. Short lines in groups.
template <class T>
void direct_from_real(const FftPasses<T>& passes, const T* roots, bool halved, int64_t n, const Groups& groups,
                      FftAxis<const T> from, FftAxis<T> to, bool whole, T scale) {
  const auto& kernels = fft_kernels<T>();
  const int64_t row = 2 * kernels.lanes, m = passes.n, have = n / 2 + 1;
  const FftAxis<const T> source{from.data, halved ? 2 * from.step : from.step};
  each_group(n, groups, source, halved ? from.step : 0, 1, to, 1, 2, 2 * (m + 1) * row,
             [&](const FftLines<const T>& x, const FftLines<T>& y, T* scratch) {
               T *a = scratch, *b = scratch + (m + 1) * row;
               kernels.load(x, m, false, a);
               T* rows = run(passes, a, b);
               if (halved) {
                 T* out = rows == a ? b : a;
                 kernels.real_rows(rows, m, roots, out);
                 rows = out;
               }
               kernels.store(y, have, false, scale, rows);
               if (!whole) return;
               for (int l = 0; l < y.count; ++l)
                 mirror(y.base + (y.offsets ? y.offsets[l] : l * y.lane_step), n, y.step);
             });
}
template <class T>
void direct_to_real(const FftPasses<T>& passes, const T* roots, bool halved, int64_t n, const Groups& groups,
                    FftAxis<const T> from, FftAxis<T> to, T scale) {
  const auto& kernels = fft_kernels<T>();
  const int64_t lanes = kernels.lanes, row = 2 * lanes, m = passes.n, have = n / 2 + 1;
  const FftAxis<T> target{to.data, halved ? 2 * to.step : to.step};
  each_group(n, groups, from, 1, 2, target, halved ? to.step : 0, 1, 2 * (m + 1) * row,
             [&](const FftLines<const T>& x, const FftLines<T>& y, T* scratch) {
               T *a = scratch, *b = scratch + (m + 1) * row;
               if (halved) {
                 kernels.load(x, have, false, b);
                 kernels.unreal_rows(b, m, roots, a);
               } else {
                 kernels.load(x, have, true, a);  // imaginary parts first
                 std::fill_n(a, lanes, T(0));
                 for (int64_t k = have; k < m; ++k) {
                   const T* other = a + (m - k) * row;
                   for (int64_t l = 0; l < lanes; ++l) a[k * row + l] = -other[l];
                   std::copy_n(other + lanes, lanes, a + k * row + lanes);
                 }
               }
               kernels.store(y, m, true, scale, run(passes, a, b));
             });
}

}  // namespace

template <class T>
void fft_from_real(int64_t n, const FftBatch& batch, FftAxis<const T> from, FftAxis<T> to, bool whole, T scale) {
  const bool halved = n % 2 == 0;
  const int64_t m = halved ? n / 2 : n, have = n / 2 + 1;
  const auto roots = halved ? fft_real_roots<T>(m) : nullptr;
  const T* w = halved ? roots->table.data() : nullptr;
  const Groups groups(batch, fft_kernels<T>().lanes, 1, 2);
  if (const auto passes = passes_for<T>(m, groups))
    return direct_from_real(*passes, w, halved, n, groups, from, to, whole, scale);
  const auto plan = fft_plan<T>(m);
  const int64_t line_size = 2 * (m + 1);
  each_line(n, batch, from.data, to.data, line_size + fft_scratch_size(*plan),
            [&](const T* p, T* q, T* scratch, bool parallel) {
              T* const line = halved && to.step == 2 ? q : scratch;
              const auto x = halved ? one_line(p, 2 * from.step, from.step) : one_line(p, from.step, 0);
              fft_transform_line(*plan, x, dense_line(line), false, halved ? T(1) : scale, scratch + line_size,
                                 parallel);
              if (halved) fft_kernels<T>().real_line(line, m, w, scale);
              if (line != q) copy_line(line, 2, q, to.step, have);
              if (whole) mirror(q, n, to.step);
            });
}

template <class T>
void fft_to_real(int64_t n, const FftBatch& batch, FftAxis<const T> from, FftAxis<T> to, T scale) {
  const bool halved = n % 2 == 0;
  const int64_t m = halved ? n / 2 : n, have = n / 2 + 1;
  const auto roots = halved ? fft_real_roots<T>(m) : nullptr;
  const T* w = halved ? roots->table.data() : nullptr;
  const Groups groups(batch, fft_kernels<T>().lanes, 2, 1);
  if (const auto passes = passes_for<T>(m, groups))
    return direct_to_real(*passes, w, halved, n, groups, from, to, scale);
  const auto plan = fft_plan<T>(m);
  const int64_t line_size = 2 * (m + 1);
  each_line(n, batch, from.data, to.data, 2 * line_size + fft_scratch_size(*plan),
            [&](const T* p, T* q, T* scratch, bool parallel) {
              T *line = scratch, *work = scratch + line_size;
              if (halved) {
                if (from.step != 2) {
                  copy_line(p, from.step, work, 2, have);
                  p = work;
                }
                fft_kernels<T>().unreal_line(p, m, w, line);
              } else {
                copy_line(p, from.step, line, 2, have);
                line[1] = 0;
                mirror(line, n, 2);
              }
              const auto y = halved ? one_line(q, 2 * to.step, to.step) : one_line(q, to.step, 0);
              fft_transform_line(*plan, reading(dense_line(line)), y, true, scale, work + line_size, parallel);
            });
}

#define RL_FFT_LINES(T)                                                                                          \
  template int64_t fft_scratch_size(const FftPlan<T>&);                                                          \
  template void fft_transform_line(const FftPlan<T>&, const FftLines<const T>&, const FftLines<T>&, bool, T, T*, \
                                   bool);                                                                        \
  template void fft_complex(int64_t, const FftBatch&, FftAxis<const T>, FftAxis<T>, bool, T);                    \
  template void fft_from_real(int64_t, const FftBatch&, FftAxis<const T>, FftAxis<T>, bool, T);                  \
  template void fft_to_real(int64_t, const FftBatch&, FftAxis<const T>, FftAxis<T>, T);
RL_FFT_LINES(float)
RL_FFT_LINES(double)
#undef RL_FFT_LINES

}  // namespace rushlight::cpu
