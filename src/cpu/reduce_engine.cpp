// Walking a reduction plan: fixed tasks over results and over parts of what is folded.
#include <algorithm>
#include <cstring>

#include "core/allocator.h"
#include "core/thread_pool.h"
#include "cpu/convert.h"
#include "cpu/copy.h"
#include "cpu/isa.h"
#include "cpu/reduce.h"
#include "dispatch/body.h"

namespace rushlight::cpu {

const ReduceKernels& reduce_kernels() noexcept {
  static const ReduceKernels* const chosen[] = {&base::kReduce, &avx2::kReduce, &avx512::kReduce};
  return *chosen[isa_level()];
}

Tensor dense(const Tensor& self) { return dense(self, self.dtype()); }
Tensor dense(const Tensor& self, ScalarType dtype) {
  if (self.is_contiguous() && self.dtype() == dtype) return self;
  Tensor copy = detail::allocate_tensor(self.sizes(), dtype);
  copy_elements(copy, self);
  return copy;
}

namespace {

using plan::Odometer;
using plan::ReducePlan;

constexpr int64_t kBlock = 4096;        // elements gathered at a time
constexpr int64_t kDirectRun = 256;     // shorter runs are gathered into blocks
constexpr int64_t kColumnChunk = 1024;  // rows one task folds
constexpr int kMaxAcc = sizeof(Moments);
constexpr int64_t kShortRun = 16;  // rows up to this length are transposed and folded as columns
constexpr int64_t kTaskElements = 65536;

class Walk {
 public:
  Walk(const Tensor& self, const ReducePlan& plan, ScalarType compute, const Reducer& reducer, const Finish& finish)
      : plan_(plan),
        data_(static_cast<const char*>(self.data_ptr())),
        dtype_(self.dtype()),
        compute_(compute),
        item_(self.element_size()),
        wide_(element_size(compute)),
        acc_(reducer.acc_size),
        reducer_(reducer),
        finish_(finish) {}
  void run() {
    if (is_short())
      short_rows();
    else if (plan_.kind == ReducePlan::Case::Rows)
      rows();
    else
      columns();
  }

 private:
  const char* at(int64_t offset) const { return data_ + offset * item_; }
  bool direct() const { return dtype_ == compute_; }
  bool is_short() const {
    return plan_.kind == ReducePlan::Case::Rows && direct() && wide_ <= 8 && plan_.run <= kShortRun &&
           plan_.run_stride == 1 && plan_.results >= 64 && plan_.folded_sizes.empty() && plan_.kept_sizes.size() == 1 &&
           plan_.kept_in[0] == plan_.run;
  }
  void gather(char* block, int64_t offset, int64_t stride, int64_t n) const {
    convert(block, compute_, 1, at(offset), dtype_, stride, n);
  }
  void join_parts(char* acc, int64_t parts, int64_t count) const {
    for (int64_t step = 1; step < parts; step *= 2)
      for (int64_t i = 0; i + step < parts; i += 2 * step)
        reducer_.join(acc + i * count * acc_, acc + (i + step) * count * acc_, count);
  }
  void rows();
  void short_rows();
  void fold_run(int64_t base, int64_t begin, int64_t end, void* acc, char* block) const;
  void columns();
  void fold_columns(int64_t base, int64_t begin, int64_t end, int64_t columns, char* acc, char* block) const;
  void narrow_columns(int64_t base, int64_t rows, char* acc) const;

  const ReducePlan& plan_;
  const char* data_;
  ScalarType dtype_, compute_;
  int64_t item_, wide_, acc_;
  const Reducer& reducer_;
  const Finish& finish_;
};

// Elements [begin, end) of one result's flat order, begin + kRowChunk >= end.
void Walk::fold_run(int64_t base, int64_t begin, int64_t end, void* acc, char* block) const {
  if (plan_.run_stride == 1 && direct() && plan_.run >= end - begin && begin / plan_.run == (end - 1) / plan_.run) {
    Odometer outer(plan_.folded_sizes, plan_.folded_in, begin / plan_.run);
    return reducer_.rows(at(base + outer.offset() + begin % plan_.run), end - begin, acc);
  }
  const bool in_place = plan_.run_stride == 1 && direct() && plan_.run >= kDirectRun;
  Odometer outer(plan_.folded_sizes, plan_.folded_in, begin / plan_.run);
  alignas(8) char part[kMaxAcc];
  bool first = true;
  int64_t filled = 0;
  const auto take = [&](const void* p, int64_t n) {
    reducer_.rows(p, n, first ? acc : part);
    if (!first) reducer_.join(acc, part, 1);
    first = false;
  };
  for (int64_t i = begin; i < end;) {
    const int64_t skip = i % plan_.run;
    int64_t n = std::min(plan_.run - skip, end - i);
    if (in_place) {
      take(at(base + outer.offset() + skip), n);
    } else {
      n = std::min(n, kBlock - filled);
      gather(block + filled * wide_, base + outer.offset() + skip * plan_.run_stride, plan_.run_stride, n);
      filled += n;
      if (filled == kBlock || i + n == end) {
        take(block, filled);
        filled = 0;
      }
    }
    i += n;
    if (skip + n == plan_.run) outer.next();
  }
}

void Walk::rows() {
  const int64_t length = plan_.folded, parts = std::max<int64_t>(1, (length + kRowChunk - 1) / kRowChunk);
  const bool in_place = plan_.run_stride == 1 && direct();
  const double ns = in_place ? 0.06 * static_cast<double>(wide_) / 4 : 0.7;
  if (parts > 1) {
    Scratch sums(static_cast<size_t>(plan_.results * parts * acc_));
    parallel_for(plan_.results * parts, kTaskElements / kRowChunk, ns * kRowChunk, [&](int64_t begin, int64_t end) {
      Scratch block(in_place && plan_.run >= kDirectRun ? 0 : static_cast<size_t>(kBlock * wide_));
      for (int64_t t = begin; t < end; ++t) {
        const Odometer where(plan_.kept_sizes, plan_.kept_in, t / parts);
        const int64_t from = t % parts * kRowChunk;
        fold_run(where.offset(), from, std::min(from + kRowChunk, length), sums.as<char>() + t * acc_,
                 block.as<char>());
      }
    });
    for (int64_t r = 0; r < plan_.results; ++r) {
      join_parts(sums.as<char>() + r * parts * acc_, parts, 1);
      finish_.call(finish_.context, sums.as<char>() + r * parts * acc_, 1,
                   Odometer(plan_.kept_sizes, plan_.kept_out, r).offset(), 1);
    }
    return;
  }
  const int64_t grain = std::max<int64_t>(1, kTaskElements / std::max<int64_t>(length, 1));
  const bool single = in_place && plan_.folded_sizes.empty();
  parallel_for(plan_.results, grain, ns * static_cast<double>(length) + 12, [&](int64_t begin, int64_t end) {
    Scratch block(single ? 0 : static_cast<size_t>(std::min(kBlock, length) * wide_));
    constexpr int64_t kBatch = 32;
    alignas(8) char sums[kBatch * kMaxAcc];
    Odometer from(plan_.kept_sizes, plan_.kept_in, begin), to(plan_.kept_sizes, plan_.kept_out, begin);
    for (int64_t r = begin; r < end;) {
      // results that follow one another are finished together
      const int64_t first = to.offset();
      int64_t n = 0;
      do {
        if (single)
          reducer_.rows(at(from.offset()), length, sums + n * acc_);
        else
          fold_run(from.offset(), 0, length, sums + n * acc_, block.as<char>());
        from.next();
        to.next();
        ++n;
      } while (n < kBatch && r + n < end && to.offset() == first + n);
      finish_.call(finish_.context, sums, n, first, 1);
      r += n;
    }
  });
}

// Many short rows that lie close: a block of them is transposed, so that each lane folds a row of its own.
void Walk::short_rows() {
  const int64_t n = plan_.run;
  parallel_for(plan_.results, 8 * kColumnTile, 1.2 * static_cast<double>(n), [&](int64_t begin, int64_t end) {
    Scratch block(static_cast<size_t>(kColumnTile * n * wide_));
    alignas(8) char sums[kColumnTile * kMaxAcc];
    for (int64_t r = begin; r < end; r += kColumnTile) {
      const int64_t rows = std::min(kColumnTile, end - r);
      copy_kernels().transpose(wide_, rows, n, at(r * n), n, block.data(), kColumnTile);
      reducer_.columns(block.data(), n, kColumnTile, rows, sums);
      finish_.call(finish_.context, sums, rows, r * plan_.kept_out[0], plan_.kept_out[0]);
    }
  });
}

// Rows [begin, end) of what is folded, onto `columns` accumulators; at most kColumnChunk rows.
void Walk::fold_columns(int64_t base, int64_t begin, int64_t end, int64_t columns, char* acc, char* block) const {
  const bool in_place = plan_.run_stride == 1 && direct();
  const int64_t last = plan_.folded_sizes.empty() ? 1 : plan_.folded_sizes.back();
  const int64_t step = plan_.folded_sizes.empty() ? 0 : plan_.folded_in.back();
  Odometer row(plan_.folded_sizes, plan_.folded_in, begin);
  alignas(8) char part[kColumnTile * kMaxAcc];
  for (int64_t i = begin; i < end;) {
    int64_t n = std::min(kColumnRows, end - i);
    char* to = i == begin ? acc : part;
    if (in_place && (last >= 16 || plan_.folded_sizes.size() < 2)) {
      n = std::min(n, last - i % last);
      reducer_.columns(at(base + row.offset()), n, step, columns, to);
      for (int64_t k = 0; k < n; ++k) row.next();
    } else {
      for (int64_t k = 0; k < n; ++k) {
        gather(block + k * columns * wide_, base + row.offset(), plan_.run_stride, columns);
        row.next();
      }
      reducer_.columns(block, n, columns, columns, to);
    }
    if (i != begin) reducer_.join(acc, part, columns);
    i += n;
  }
}

// Few columns that lie close: several rows side by side are one row of a wider matrix.
void Walk::narrow_columns(int64_t base, int64_t rows, char* acc) const {
  const int64_t columns = plan_.run, side = std::min<int64_t>(128 / columns, rows), wide = side * columns;
  alignas(8) char sums[128 * kMaxAcc], part[128 * kMaxAcc];
  for (int64_t i = 0; i < rows / side; i += kColumnRows) {
    const int64_t n = std::min(kColumnRows, rows / side - i);
    reducer_.columns(at(base + i * wide), n, wide, wide, i == 0 ? sums : part);
    if (i != 0) reducer_.join(sums, part, wide);
  }
  for (int64_t s = side; s > 1; s -= s / 2) reducer_.join(sums, sums + (s - s / 2) * columns * acc_, s / 2 * columns);
  memcpy(acc, sums, static_cast<size_t>(columns * acc_));
  const int64_t done = rows / side * side;
  if (done < rows) {
    reducer_.columns(at(base + done * columns), rows - done, columns, columns, part);
    reducer_.join(acc, part, columns);
  }
}

void Walk::columns() {
  const int64_t outer = plan_.results / plan_.run, rows = plan_.folded;
  const bool in_place = plan_.run_stride == 1 && direct();
  const bool narrow = in_place && plan_.run <= 32 && plan_.folded_sizes.size() == 1 && plan_.folded_in[0] == plan_.run;
  const int64_t chunk = narrow ? kColumnChunk * std::max<int64_t>(1, 64 / plan_.run) : kColumnChunk;
  const int64_t tiles = (plan_.run + kColumnTile - 1) / kColumnTile,
                chunks = std::max<int64_t>(1, (rows + chunk - 1) / chunk);
  const int64_t width = std::min(plan_.run, kColumnTile);
  const double ns =
      (in_place ? 0.08 * static_cast<double>(wide_) / 4 : 0.7) * static_cast<double>(std::min(rows, chunk) * width);
  const int64_t slot = width * acc_;
  Scratch sums(chunks > 1 ? static_cast<size_t>(outer * tiles * chunks * slot) : 0);
  const auto finish = [&](const char* acc, int64_t o, int64_t tile) {
    const int64_t first = tile * kColumnTile, n = std::min(kColumnTile, plan_.run - first);
    finish_.call(finish_.context, acc, n,
                 Odometer(plan_.kept_sizes, plan_.kept_out, o).offset() + first * plan_.run_out, plan_.run_out);
  };
  const int64_t grain = std::max<int64_t>(1, kTaskElements / std::max<int64_t>(1, std::min(rows, chunk) * width));
  parallel_for(outer * tiles * chunks, grain, ns, [&](int64_t begin, int64_t end) {
    Scratch block(in_place && plan_.folded_sizes.size() < 2 ? 0 : static_cast<size_t>(kColumnRows * width * wide_));
    alignas(8) char own[kColumnTile * kMaxAcc];
    for (int64_t t = begin; t < end; ++t) {
      const int64_t o = t / (tiles * chunks), tile = t / chunks % tiles, from = t % chunks * chunk;
      char* acc = chunks > 1 ? sums.as<char>() + t * slot : own;
      const int64_t base =
          Odometer(plan_.kept_sizes, plan_.kept_in, o).offset() + tile * kColumnTile * plan_.run_stride;
      const int64_t n = std::min(chunk, rows - from);
      if (narrow)
        narrow_columns(base + from * plan_.run, n, acc);
      else
        fold_columns(base, from, from + n, std::min(kColumnTile, plan_.run - tile * kColumnTile), acc,
                     block.as<char>());
      if (chunks == 1) finish(acc, o, tile);
    }
  });
  if (chunks == 1) return;
  parallel_for(outer * tiles, 1, static_cast<double>(chunks * width), [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      char* acc = sums.as<char>() + t * chunks * slot;
      const int64_t tile = t % tiles, n = std::min(kColumnTile, plan_.run - tile * kColumnTile);
      for (int64_t step = 1; step < chunks; step *= 2)
        for (int64_t i = 0; i + step < chunks; i += 2 * step) reducer_.join(acc + i * slot, acc + (i + step) * slot, n);
      finish(acc, t / tiles, tile);
    }
  });
}

}  // namespace

void reduce(const Tensor& self, const plan::DimMask& mask, ScalarType compute, const Reducer& reducer,
            const Finish& finish) {
  const TensorImpl* impl = self.impl();
  if (impl->contiguous && impl->dtype == compute && impl->count <= kRowChunk && impl->count > 0) {
    // small and whole: no plan
    bool whole = true;
    for (int d = 0; d < impl->ndim; ++d) whole &= mask[static_cast<size_t>(d)] || impl->dims[d] == 1;
    if (whole) {
      alignas(8) char acc[kMaxAcc];
      reducer.rows(impl->data(), impl->count, acc);
      return finish.call(finish.context, acc, 1, 0, 1);
    }
  }
  const ReducePlan plan = plan::plan_reduce(self.sizes(), self.strides(), mask);
  if (plan.results == 0) return;
  if (plan.folded == 0) {
    alignas(8) char acc[kMaxAcc];
    reducer.rows(nullptr, 0, acc);
    for (int64_t i = 0; i < plan.results; ++i) finish.call(finish.context, acc, 1, i, 1);
    return;
  }
  Walk(self, plan, compute, reducer, finish).run();
}

}  // namespace rushlight::cpu
