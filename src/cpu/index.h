// Indexing as one plan: a flat list of places in a tensor, each the start of a slab, read from or written to in order.
#pragma once
#include "core/allocator.h"
#include "rushlight/tensor.h"

namespace rushlight::cpu {

// Note [Index plans]
// x[indices] is, for every position `b` of the dims before the indexed ones and every index position `p`, the slab of x
// that starts at element before(b) + offsets[p] and has the dims after. index_select, take and x[i, :, j] differ only
// in
// how the offsets come about; index_add, index_put and index_fill write through the same plan. Writes to one place
// happen
// in the order of p: work is divided over b and over the slab, never over p.
struct IndexPlan {
  DimVector before, before_strides;       // strides in elements of the tensor
  DimVector after, after_strides;         // coalesced
  int64_t rows = 1, count = 0, slab = 1;  // products of before, of the index shape, of after
  Scratch storage;                        // `count` offsets, unless the plan is direct

  // A direct plan has one slab of one element per index and reads the index itself: storing a million offsets takes as
  // long as using them.
  Tensor index;
  const int64_t* places = nullptr;  // in [-size, size)
  int64_t size = 0, stride = 1;

  int64_t* offsets() const { return storage.as<int64_t>(); }
};

// A vector index along one dim; negative indices are refused unless `wrap`. The error, of the given kind, names index,
// dim
// and size after `words`.
IndexPlan plan_along(const Tensor& self, int64_t dim, const Tensor& index, bool wrap,
                     ErrorKind kind = ErrorKind::kIndex, std::string_view words = "");
// One index tensor (or none) per dim, broadcast together. A direct plan for a tensor of one dim.
IndexPlan plan_indices(const Tensor& self, TensorList indices);

// out (dense, rows x count x slab) = the elements the plan names.
void read_plan(const IndexPlan& plan, const Tensor& self, void* out);
// The elements the plan names = values (dense, rows x count x slab), or one element for all.
void write_plan(const IndexPlan& plan, const Tensor& self, const void* values, bool one_value);
// += alpha * values
void add_plan(const IndexPlan& plan, const Tensor& self, const void* values, bool one_value, const Scalar& alpha);

// index converted to dense int64 (itself when it is that already).
Tensor as_index(const Tensor& index);

}  // namespace rushlight::cpu
