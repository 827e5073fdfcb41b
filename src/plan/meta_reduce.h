// Meta functions of reductions and scans: checks, sizes and dtypes of results.
#pragma once
#include <array>

#include "plan/meta.h"

namespace rushlight::meta {

Meta sum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype);
Meta nansum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype);
Meta mean(const Tensor& self, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype);
Meta prod(const Tensor& self, int64_t dim, bool keepdim, std::optional<ScalarType> dtype);
Meta count_nonzero(const Tensor& self, OptionalIntArrayRef dim);
Meta logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim);
Meta extreme(const char* op, const Tensor& self, IntArrayRef dim, bool keepdim);
Meta extreme_all(const char* op, const Tensor& self);
std::array<Meta, 2> aminmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim);
// Values and int64 places, one for each slice along dim.
std::array<Meta, 2> select(const char* op, const Tensor& self, int64_t dim, bool keepdim);
Meta arg(const char* op, const Tensor& self, std::optional<int64_t> dim, bool keepdim);
Meta truth(const Tensor& self, OptionalIntArrayRef dim, bool keepdim);
Meta moments(const char* op, const Tensor& self, OptionalIntArrayRef dim, const std::optional<Scalar>& correction,
             bool keepdim);
std::array<Meta, 2> moments_pair(const char* op, const Tensor& self, OptionalIntArrayRef dim,
                                 const std::optional<Scalar>& correction, bool keepdim);
Meta vector_norm(const Tensor& self, const Scalar& ord, OptionalIntArrayRef dim, bool keepdim,
                 std::optional<ScalarType> dtype);
Meta median_all(const char* op, const Tensor& self);
std::array<Meta, 2> median(const char* op, const Tensor& self, int64_t dim, bool keepdim);
std::array<Meta, 2> kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim);
Meta scan(const char* op, const Tensor& self, int64_t dim, std::optional<ScalarType> dtype);
std::array<Meta, 2> scan_places(const char* op, const Tensor& self, int64_t dim);
Meta logcumsumexp(const Tensor& self, int64_t dim);

}  // namespace rushlight::meta
