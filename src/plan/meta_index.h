// Shapes and argument checks of indexing, scattering, masking, counting, sorting. Index values are checked by the
// kernels.
#pragma once
#include <array>

#include "plan/meta.h"

namespace rushlight::meta {

Meta index_select(const Tensor& self, int64_t dim, const Tensor& index);
void index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source);
void index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source);
void index_fill(const Tensor& self, int64_t dim, const Tensor& index);

// How x[indices] is laid out: `dims` indexed dims starting at `first`; the index shape replaces them there if they are
// neighbours, and comes first otherwise.
struct IndexLayout {
  DimVector index_sizes, before, after;  // sizes; result = before + index + after
  DimVector before_dims, after_dims;     // the dims of self they come from
};
IndexLayout index_layout(const Tensor& self, TensorList indices);
Meta index(const Tensor& self, TensorList indices);
void index_put(const Tensor& self, TensorList indices, const Tensor& values);

Meta gather(const Tensor& self, int64_t dim, const Tensor& index);
void scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);
void scatter_old_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                        std::string_view reduce);
void scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce);

Meta masked_select(const Tensor& self, const Tensor& mask);
void masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value);
Tensor masked_copy(const Tensor& self, const Tensor& mask);  // expanded to the mask's shape where that is larger
void masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source);
Meta nonzero(const Tensor& self);
// How many elements of a dense bool tensor are true.
int64_t count_true(const Tensor& mask);

Meta bincount(const Tensor& self, const Tensor& weights, int64_t minlength);
Meta histc(const Tensor& self, int64_t bins, const Scalar& min, const Scalar& max);
Meta searchsorted(const Tensor& sorted_sequence, const Tensor& input, bool out_int32, bool right,
                  std::optional<std::string_view> side, const Tensor& sorter);
Meta like_vector(const Tensor& self);  // (n, m) -> int64 (n)

std::array<Meta, 2> sort(const Tensor& self, int64_t dim);
std::array<Meta, 2> topk(const Tensor& self, int64_t k, int64_t dim);

// ---- arguments of random fills ----
void uniform(const Tensor& self, double from, double to);
void normal(const Tensor& self, double std);
void random(const Tensor& self, int64_t from, std::optional<int64_t> to);
void bernoulli(double p);
void bernoulli(const Tensor& self, const Tensor& p);
void exponential(const Tensor& self, double lambd);
void geometric(const Tensor& self, double p);
void cauchy(const Tensor& self, double sigma);
void log_normal(const Tensor& self, double std);
Meta draw(const Tensor& cumulative, int64_t num_samples);
Meta poisson(const Tensor& self);

}  // namespace rushlight::meta
