// Kernels of the random fills: the element order of PyTorch, over the streams of cpu/random.h.
#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/complex_view.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "cpu/random.h"
#include "dispatch/body.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {
namespace {

const Generator& chosen(const std::optional<Generator>& generator) {
  return generator ? *generator : default_generator();
}

// f(memory) fills self's elements in memory order if they are dense, else a dense copy in row-major order.
template <class F>
void fill(const Tensor& self, const F& f) {
  if (self.numel() == 0) return;
  if (self.is_non_overlapping_and_dense()) return f(self.data_ptr());
  const Tensor dense = detail::allocate_tensor(self.sizes(), self.dtype());
  f(dense.data_ptr());
  copy_elements(self, dense);
}

// The largest integer up to which a dtype holds all of them.
int64_t last_exact(ScalarType dtype) {
  switch (dtype) {
    case kFloat:
      return int64_t(1) << 24;
    case kDouble:
      return int64_t(1) << 53;
    case kHalf:
      return int64_t(1) << 11;
    case kBFloat16:
      return int64_t(1) << 8;
    case kBool:
      return 1;
    case kByte:
      return 255;
    case kUInt16:
      return 65535;
    case kUInt32:
      return std::numeric_limits<uint32_t>::max();
    case kChar:
      return 127;
    case kShort:
      return 32767;
    case kInt:
      return std::numeric_limits<int32_t>::max();
    default:
      return std::numeric_limits<int64_t>::max();
  }
}

}  // namespace

// The parts of complex numbers are drawn one after the other.
void uniform_(const Tensor& self, double from, double to, const std::optional<Generator>& generator) {
  if (is_complex(self.dtype())) return uniform_(real_view(self), from, to, generator);
  fill(self, [&](void* p) { fill_uniform(chosen(generator), p, self.dtype(), self.numel(), from, to); });
}

void normal_(const Tensor& self, double mean, double std, const std::optional<Generator>& generator) {
  // The variance of a complex normal number is that of both its parts.
  if (is_complex(self.dtype())) return normal_(real_view(self), mean, std / std::sqrt(2.0), generator);
  fill(self, [&](void* p) {
    fill_normal(chosen(generator), p, self.dtype(), self.numel(), mean, std, self.is_contiguous());
  });
}

void random_(const Tensor& self, const std::optional<Generator>& generator) {
  fill(self, [&](void* p) { fill_random(chosen(generator), p, self.dtype(), self.numel()); });
}

void random_from(const Tensor& self, int64_t from, std::optional<int64_t> to,
                 const std::optional<Generator>& generator) {
  // The difference wraps to the right unsigned value; 2^64 becomes 0, which the fill reads as the whole range.
  const uint64_t range = to ? static_cast<uint64_t>(*to) - static_cast<uint64_t>(from)
                            : static_cast<uint64_t>(last_exact(self.dtype())) - static_cast<uint64_t>(from) + 1;
  fill(self, [&](void* p) { fill_integers(chosen(generator), p, self.dtype(), self.numel(), range, from); });
}

void random_to(const Tensor& self, int64_t to, const std::optional<Generator>& generator) {
  random_from(self, 0, to, generator);
}

void bernoulli_(const Tensor& self, double p, const std::optional<Generator>& generator) {
  fill(self, [&](void* to) { fill_bernoulli(chosen(generator), to, self.dtype(), self.numel(), p); });
}

void bernoulli_(const Tensor& self, const Tensor& p, const std::optional<Generator>& generator) {
  if (self.numel() == 0) return;
  const ScalarType type = p.dtype() == kDouble ? kDouble : kFloat;
  const Tensor chance = p.detach().to(type).expand(self.sizes()).contiguous();
  const Tensor dense = self.is_contiguous() ? self : detail::allocate_tensor(self.sizes(), self.dtype());
  auto run = [&]<class T>() {
    const T* values = static_cast<const T*>(chance.data_ptr());
    for (int64_t i = 0; i < chance.numel(); ++i) {
      check(values[i] >= 0 && values[i] <= 1,
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (bernoulli: probability {} at position {})",
            static_cast<double>(values[i]), i);
    }
    fill_bernoulli(chosen(generator), dense.data_ptr(), dense.dtype(), dense.numel(), values);
  };
  if (type == kDouble)
    run.template operator()<double>();
  else
    run.template operator()<float>();
  if (!dense.is_same(self)) copy_elements(self, dense);
}

void exponential_(const Tensor& self, double lambd, const std::optional<Generator>& generator) {
  fill(self, [&](void* p) { fill_exponential(chosen(generator), p, self.dtype(), self.numel(), lambd); });
}
void geometric_(const Tensor& self, double chance, const std::optional<Generator>& generator) {
  fill(self, [&](void* p) { fill_geometric(chosen(generator), p, self.dtype(), self.numel(), chance); });
}
void cauchy_(const Tensor& self, double median, double sigma, const std::optional<Generator>& generator) {
  fill(self, [&](void* p) { fill_cauchy(chosen(generator), p, self.dtype(), self.numel(), median, sigma); });
}
void log_normal_(const Tensor& self, double mean, double std, const std::optional<Generator>& generator) {
  fill(self, [&](void* p) { fill_log_normal(chosen(generator), p, self.dtype(), self.numel(), mean, std); });
}

void poisson(const Tensor& self, const std::optional<Generator>& generator, Tensor& result) {
  const Tensor rates = self.detach().contiguous();
  dispatch_floating(self.dtype(), "poisson_cpu", [&]<class T>() {
    const T* p = static_cast<const T*>(rates.data_ptr());
    for (int64_t i = 0; i < rates.numel(); ++i) {
      check(load(p[i]) >= 0, "invalid Poisson rate, expected rate to be non-negative (got {} at position {})",
            static_cast<double>(load(p[i])), i);
    }
  });
  if (rates.numel() > 0)
    fill_poisson(chosen(generator), result.data_ptr(), rates.data_ptr(), self.dtype(), rates.numel());
}

// One uniform number per draw, row by row; the index is where it falls among the cumulative weights.
void _draw(const Tensor& cumulative, int64_t num_samples, const std::optional<Generator>& generator, Tensor& result) {
  const Tensor sums = cumulative.detach().to(kDouble).contiguous();
  const int64_t rows = sums.sizes()[0], n = sums.sizes()[1];
  std::vector<double> unit(static_cast<size_t>(rows * num_samples));
  if (unit.empty()) return;
  fill_unit(chosen(generator), unit.data(), rows * num_samples);
  int64_t* out = result.data_ptr<int64_t>();
  for (int64_t r = 0; r < rows; ++r) {
    const double* row = sums.const_data_ptr<double>() + r * n;
    for (int64_t j = 0; j < num_samples; ++j) {
      const int64_t at = std::lower_bound(row, row + n, unit[static_cast<size_t>(r * num_samples + j)]) - row;
      out[r * num_samples + j] = std::min(at, n - 1);
    }
  }
}

}  // namespace rushlight::cpu
