// The plan of a reduction: dimensions joined and ordered until one of two named cases remains.
#pragma once
#include "plan/dims.h"
#include "rushlight/tensor.h"

namespace rushlight::plan {

// Note [Cases of a reduction]
// Dimensions of size 1 go, the others are sorted by the distance their elements lie apart, and neighbours that are walked
// as one are joined. K is a kept dimension, R a reduced one; the innermost decides.
//
//   Rows      … K R [R R R R]     every result is folded from runs of `run` elements, `run_stride` apart
//             (run_stride 1: the run is read where it lies; else it is gathered into a block)
//   Columns   … R K [K K K K]     rows of `run` neighbouring results: whole rows are folded onto an array of them
//
//   x.sum()           R             Rows, one result          x[N, C].sum(0)          R K     Columns
//   x[N, C].sum(1)    K R           Rows, N results           x[N, C, H, W].sum(1)    K R K   Columns inside a loop over N
//   x.t().sum(0)      K R (sorted)  Rows                      x[N, C, H, W].sum((0, 2, 3))    R K R   Rows of H*W in N parts
struct ReducePlan {
  enum class Case : uint8_t { Rows, Columns };
  Case kind = Case::Rows;
  // Loops over results, slowest first, with the result's own strides (Columns: without the innermost dimension).
  DimVector kept_sizes, kept_in, kept_out;
  // Loops over what is folded, slowest first (Rows: without the innermost dimension).
  DimVector folded_sizes, folded_in;
  int64_t run = 1, run_stride = 1, run_out = 1;  // the innermost dimension
  int64_t results = 1;                           // how many results in all
  int64_t folded = 1;                            // how many elements go into each
};

// Results lie row-major in the order of the kept dimensions.
ReducePlan plan_reduce(IntArrayRef sizes, IntArrayRef strides, const DimMask& mask);

// A tensor seen as [outer, n, inner] around one dimension; a 0-d tensor counts as one dimension of size 1.
struct Slices {
  int64_t outer = 1, n = 1, inner = 1;
};
Slices slices(IntArrayRef sizes, int64_t dim);

// Where the next element of a set of nested loops lies. Starts at flat index `at`.
class Odometer {
 public:
  Odometer(const DimVector& sizes, const DimVector& strides, int64_t at)
      : sizes_(sizes), strides_(strides), position_(sizes.size()) {
    for (size_t d = sizes.size(); d-- > 0;) {
      position_[d] = at % sizes[d];
      at /= sizes[d];
      offset_ += position_[d] * strides[d];
    }
  }
  int64_t offset() const { return offset_; }
  void next() {
    for (size_t d = sizes_.size(); d-- > 0;) {
      offset_ += strides_[d];
      if (++position_[d] < sizes_[d]) return;
      offset_ -= position_[d] * strides_[d];
      position_[d] = 0;
    }
  }

 private:
  const DimVector& sizes_;
  const DimVector& strides_;
  DimVector position_;
  int64_t offset_ = 0;
};

}  // namespace rushlight::plan
