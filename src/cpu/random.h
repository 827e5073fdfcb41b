// Random fills of contiguous memory with the streams of PyTorch's CPU generator, element by element in order.
#pragma once
#include <cstdint>

#include "rushlight/generator.h"
#include "rushlight/scalar_type.h"

namespace rushlight::cpu {

// Each locks the generator for the whole fill. `out` holds n elements of `dtype`, which must have the kind that is said.

// Uniform in [from, to); floating dtypes.
void fill_uniform(const Generator& generator, void* out, ScalarType dtype, int64_t n, double from, double to);
// Normal; floating dtypes. From 16 elements on PyTorch draws pairs in groups of 16 where memory is contiguous
// (`grouped`), else one by one with a cached second value.
void fill_normal(const Generator& generator, void* out, ScalarType dtype, int64_t n, double mean, double std,
                 bool grouped = true);
// Integers base … base + range - 1; any dtype. range 0 stands for 2^64.
void fill_integers(const Generator& generator, void* out, ScalarType dtype, int64_t n, uint64_t range, int64_t base);
// Integers over the whole non-negative range that the dtype holds exactly; any dtype.
void fill_random(const Generator& generator, void* out, ScalarType dtype, int64_t n);
// 0 … n - 1 in random order.
void fill_permutation(const Generator& generator, int64_t* out, int64_t n);
// 1 with probability p, else 0; any dtype.
void fill_bernoulli(const Generator& generator, void* out, ScalarType dtype, int64_t n, double p);
// The same with a probability for each element (float32 or float64).
void fill_bernoulli(const Generator& generator, void* out, ScalarType dtype, int64_t n, const float* p);
void fill_bernoulli(const Generator& generator, void* out, ScalarType dtype, int64_t n, const double* p);
void fill_exponential(const Generator& generator, void* out, ScalarType dtype, int64_t n, double lambda);
void fill_geometric(const Generator& generator, void* out, ScalarType dtype, int64_t n, double p);
void fill_cauchy(const Generator& generator, void* out, ScalarType dtype, int64_t n, double median, double sigma);
void fill_log_normal(const Generator& generator, void* out, ScalarType dtype, int64_t n, double mean, double std);
// One uniform double in [0, 1) each.
void fill_unit(const Generator& generator, double* out, int64_t n);
// A Poisson number with each rate.
void fill_poisson(const Generator& generator, void* out, const void* rates, ScalarType dtype, int64_t n);

}  // namespace rushlight::cpu
