// What the per-ISA reduction unit exports: folding contiguous rows and columns into accumulators.
#pragma once
#include <stdint.h>

namespace rushlight::cpu {

// Note [The tree of a reduction]
// Element i of a row belongs to virtual lane i mod 64 (f64: mod 32), whatever the vector width. A lane adds 16 elements,
// then adds that sum to a second level; lanes are folded upper half onto lower. Rows longer than kRowChunk and columns
// longer than kColumnChunk are cut at fixed places, and the parts are joined pairwise (f32 parts in double). So the tree
// depends on sizes only, not on the ISA or the number of threads, and the error grows like that of pairwise summation.
constexpr int64_t kRowChunk = 16384;  // elements one call of `rows` takes
constexpr int64_t kColumnRows = 256;  // rows one call of `columns` takes
constexpr int64_t kColumnTile = 512;  // columns one call of `columns` takes

// Accumulators of the reducers.
struct Moments {
  double count, mean, m2;  // m2: sum of squared distances from the mean
};

// One reduction over one element type. Accumulators lie one after another, acc_size bytes each.
struct Reducer {
  int32_t acc_size;
  void (*rows)(const void* p, int64_t n, void* acc);  // n >= 0 contiguous elements into one accumulator
  // acc[j] over p[i * stride + j] for 1 <= i < rows <= kColumnRows, j < columns <= kColumnTile
  void (*columns)(const void* p, int64_t rows, int64_t stride, int64_t columns, void* acc);
  void (*join)(void* into, const void* other, int64_t count);
};

enum ReduceType : int { kReduceF32, kReduceF64, kReduceI64, kReduceI32 };

struct ReduceKernels {
  Reducer sum[3], prod[3];  // f32, f64 (double), i64 (int64)
  Reducer sum_abs[2], sum_square[2], nansum[2];
  Reducer max[4], min[4];  // accumulators of the element's own type; NaN wins
  Reducer max_abs[2], min_abs[2];
  Reducer moments[2];       // Moments
  Reducer any, all, count;  // over bytes 0/1 (any, all: any byte); accumulators uint8, uint8, int64
  // The first place of `value` (NaN: of any NaN) among n elements; n if there is none. `value` points at an element.
  int64_t (*find[4])(const void* p, int64_t n, const void* value);
  // best[j], at[j] = extreme over rows of p[i * stride + j] and the first row that holds it; columns <= kColumnTile.
  void (*arg_columns[2][4])(const void* p, int64_t rows, int64_t stride, int64_t columns, void* best,
                            int64_t* at);  // [0] max, [1] min
  // into[i] = from[i] where that is larger or NaN and into[i] is not NaN. Equal elements stay: 0 is not replaced by -0.
  void (*replace[2][4])(void* into, const void* from, int64_t n);  // [0] larger, [1] smaller
};

namespace base {
extern const ReduceKernels kReduce;
}
namespace avx2 {
extern const ReduceKernels kReduce;
}
namespace avx512 {
extern const ReduceKernels kReduce;
}

}  // namespace rushlight::cpu
